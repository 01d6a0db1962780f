package accounts

import (
	"slices"
	"testing"
	"time"
)

// TestWhatEndsWithADecisionAboutAPerson: a store puts what is returned here and ends nothing else.
func TestWhatEndsWithADecisionAboutAPerson(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	admin := Person{ID: "a", Name: "Quản trị", Login: "quantri", Grants: []Grant{{Admin, Scope{Level: Province}}}}
	p := Person{ID: "p", Name: "Hoa", Login: "hoa", Grants: []Grant{{Organiser, Scope{Contest, "hoi-thi"}}}}
	second := Person{ID: "q", Name: "Mai", Login: "mai", Grants: p.Grants}
	link := func(id, by, person string) Invitation {
		return Invitation{ID: id, By: by, Person: person, Grants: []Grant{{Judge, Scope{Contest, "hoi-thi"}}}, Created: at, Expires: at.Add(time.Hour)}
	}
	young := Session{ID: "new", Person: "p", Started: at, Seen: at}
	old := Session{ID: "old", Person: "p", Started: at.AddDate(-2, 0, 0), Seen: at.AddDate(-2, 0, 0)}
	dead := Token{ID: "dead", Person: "p", Expires: at.Add(-time.Hour)}
	live := Token{ID: "live", Person: "p", Expires: at.Add(time.Hour)}
	facts := func() Facts {
		renewed := link("renewed", "a", "p")
		renewed.Withdrew = at.Add(-time.Minute)
		return Facts{Directory: NewDirectory([]Person{admin, p, second}), Places: oneCommune{}, Held: Held{Sessions: []Session{young, old},
			Tokens: []Token{dead, live}, Links: []Invitation{link("hers", "p", ""), link("renew", "a", "p"), renewed, link("other", "a", "")}}}
	}
	by := func(who Person) Meta { return Meta{ID: "c", By: who.Actor("session"), At: at} }
	yes, no, none, name := true, false, []Grant{}, "Hoa Mai"
	for _, c := range []struct {
		name     string
		decide   func(Facts) (Effects, error)
		sessions []string
		tokens   []string
		links    []string
		phrase   string
	}{
		{"another name ends nothing", func(f Facts) (Effects, error) {
			_, e, err := DecidePerson(f, by(admin), ChangePerson{Person: "p", Name: &name})
			return e, err
		}, nil, nil, nil, ""},
		{"enabled again, nothing either", func(f Facts) (Effects, error) {
			_, e, err := DecidePerson(f, by(admin), ChangePerson{Person: "p", Disabled: &no})
			return e, err
		}, nil, nil, nil, ""},
		{"disabled", func(f Facts) (Effects, error) {
			_, e, err := DecidePerson(f, by(admin), ChangePerson{Person: "p", Disabled: &yes})
			return e, err
		}, []string{"new", "old"}, []string{"dead", "live"}, []string{"hers", "renew"}, ""},
		{"without her role", func(f Facts) (Effects, error) {
			_, e, err := DecidePerson(f, by(admin), ChangePerson{Person: "p", Grants: &none})
			return e, err
		}, nil, nil, []string{"hers"}, ""},
		{"her role taken", func(f Facts) (Effects, error) {
			_, e, err := DecideTakeRole(f, by(p), TakeRole{Person: "p", Contest: "hoi-thi"})
			return e, err
		}, nil, nil, []string{"hers"}, ""},
		{"another passphrase", func(f Facts) (Effects, error) {
			return DecidePassphrase(f, by(p), SetPassphrase{Was: "was", New: "now", Session: "new"}, "was")
		}, []string{"old"}, nil, []string{"renew"}, "now"},
		{"and the tokens", func(f Facts) (Effects, error) {
			return DecidePassphrase(f, by(p), SetPassphrase{Was: "was", New: "now", Session: "new", Tokens: true}, "was")
		}, []string{"old"}, []string{"dead", "live"}, []string{"renew"}, "now"},
		{"a link to a new passphrase, used", func(f Facts) (Effects, error) {
			f.Held.Links = append(f.Held.Links, link("second", "a", "p"))
			_, e, err := DecideJoin(f, by(Person{}), Join{Passphrase: "now"}, link("second", "a", "p"))
			return e, err
		}, []string{"new", "old"}, []string{"dead", "live"}, []string{"renew", "second"}, "now"},
		{"a role taken up", func(f Facts) (Effects, error) {
			inv := link("role", "a", "")
			inv.Grants = []Grant{{Organiser, Scope{Contest, "khac"}}}
			_, e, err := DecideJoin(f, by(p), Join{}, inv)
			return e, err
		}, nil, nil, []string{"role"}, ""},
		{"logged in, what died of age goes", func(f Facts) (Effects, error) {
			_, e, err := DecideSession(f, by(p), StartSession{Hash: "h"})
			return e, err
		}, []string{"old"}, []string{"dead"}, nil, ""},
	} {
		e, err := c.decide(facts())
		var sessions, tokens, links []string
		for _, s := range e.Sessions {
			sessions = append(sessions, s.ID)
		}
		for _, t := range e.Tokens {
			tokens = append(tokens, t.ID)
		}
		for _, inv := range e.Links {
			if links = append(links, inv.ID); inv.Check(at) == nil {
				t.Errorf("%s: link %s is open still", c.name, inv.ID)
			}
		}
		slices.Sort(links)
		if err != nil || !slices.Equal(sessions, c.sessions) || !slices.Equal(tokens, c.tokens) || !slices.Equal(links, c.links) || e.Passphrase != c.phrase {
			t.Errorf("%s: ends sessions %q, tokens %q, links %q, keeps %q, %v", c.name, sessions, tokens, links, e.Passphrase, err)
		}
	}
}
