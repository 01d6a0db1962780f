package accounts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loa/internal/fault"
)

// A session ends when nobody used it for two weeks, after three months, and soon after another secret took its place;
// one that begins in the future is no good before.
func TestHowLongASessionLives(t *testing.T) {
	s := Session{Started: march, Seen: march}
	used := Session{Started: march, Seen: march.Add(SessionMost)}
	replaced := Session{Started: march, Seen: march, Until: march.Add(time.Hour)}
	for name, c := range map[string]struct {
		s           Session
		at          time.Duration // since it began
		alive, over bool
	}{
		"new":                         {s, 0, true, false},
		"a clock set back an hour":    {s, -SeenStep, true, false},
		"set back more":               {s, -SeenStep - 1, false, false},
		"unused for almost two weeks": {s, SessionIdle - 1, true, false},
		"for two weeks":               {s, SessionIdle, false, true},
		"in use at its last moment":   {used, SessionMost - 1, true, false},
		"three months old":            {used, SessionMost, false, true},
		"replaced, not for an hour":   {replaced, time.Hour - 1, true, false},
		"replaced an hour ago":        {replaced, time.Hour, false, true},
	} {
		if at := march.Add(c.at); c.s.Alive(at) != c.alive || c.s.Over(at) != c.over {
			t.Errorf("%s: alive %t, over %t", name, c.s.Alive(at), c.s.Over(at))
		}
	}
	if Stale(march, march.Add(SeenStep-1)) || !Stale(march, march.Add(SeenStep)) {
		t.Error("a use is noted at another step")
	}
}

// A session goes on under another secret once a day; the old one lasts until the new one has arrived, or is lost.
func TestASessionGoesOnUnderAnotherSecret(t *testing.T) {
	one := Session{ID: "one", Hash: "h1", Person: "s", Started: march, Seen: march, Changed: march}
	day := march.Add(SecretLife)
	if one.Aged(day.Add(-1)) || !one.Aged(day) {
		t.Fatal("its secret is changed at another time than after a day")
	}
	next, old := one.Replace(Meta{ID: "c", At: day}, "h2")
	if next.Hash != "h2" || next.Root() != "one" || old.Root() != "one" || next.ID == old.ID || !next.Started.Equal(march) || next.Aged(day.Add(SecretLife)) {
		t.Errorf("the new one: %+v", next)
	}
	if old.Over(day.Add(secretLost-1)) || !old.Over(day.Add(secretLost)) || old.Hash != "h1" {
		t.Errorf("the old one: %+v", old)
	}
	if old.Aged(day.Add(secretArrived-1)) || !old.Aged(day.Add(secretArrived)) {
		t.Error("an answer that was lost is made again at another time")
	}
	came := day.Add(time.Hour)
	next, was := next.Arrived(old, came)
	if next.Replaces != "" || was.Over(came.Add(secretArrived-1)) || !was.Over(came.Add(secretArrived)) {
		t.Errorf("once it arrived: %+v, %+v", next, was)
	}
	if !next.Aged(day.Add(SecretLife)) {
		t.Error("what arrived is never changed")
	}
	third, second := next.Replace(Meta{ID: "d", At: day.Add(SecretLife)}, "h3")
	if third.Root() != "one" || second.Next != third.ID || third.Replaces != second.ID {
		t.Errorf("the third: %+v, %+v", third, second)
	}
}

func TestALogInSweepsWhatDiedOfAge(t *testing.T) {
	f := office(func(people map[string]*Person) { people["o"].Disabled = true })
	f.Held = Held{Sessions: []Session{{ID: "old", Started: march.Add(-SessionMost), Seen: march}, {ID: "young", Started: march, Seen: march},
		{ID: "ahead", Started: march.AddDate(0, 1, 0), Seen: march.AddDate(0, 1, 0)}},
		Tokens: []Token{{ID: "over", Expires: march}, {ID: "good", Expires: march.Add(1)}}}
	s, e, err := DecideSession(f, f.meta("s"), StartSession{Hash: "h", Browser: strings.Repeat("x", 300), Address: "203.0.113.7"})
	if err != nil || s.Person != "s" || s.Hash != "h" || len(s.Browser) != 200 || !s.Alive(march) || s.Root() != s.ID {
		t.Errorf("%+v, %v", s, err)
	}
	if len(e.Sessions) != 1 || e.Sessions[0].ID != "old" || len(e.Tokens) != 1 || e.Tokens[0].ID != "over" {
		t.Errorf("ended: %+v", e)
	}
	if _, _, err := DecideSession(f, f.meta("o"), StartSession{}); !fault.Is(err, "accounts.disabled") {
		t.Errorf("disabled: %v", err)
	}
	if _, _, err := DecideSession(f, Meta{ID: "c", At: march}, StartSession{}); !fault.Is(err, "accounts.log_in_first") {
		t.Errorf("nobody: %v", err)
	}
}

// A session is ended with all the secrets it ever had, and nobody else's with it.
func TestEndingASession(t *testing.T) {
	f := office(nil)
	f.Held.Tokens = []Token{{ID: "t", Person: "s"}}
	f.Held.Sessions = []Session{{ID: "a1", Person: "s", Next: "a2"}, {ID: "a2", Person: "s", First: "a1", Replaces: "a1"}, {ID: "a3", Person: "s", First: "a1"},
		{ID: "b", Person: "s"},
		{ID: "x", Person: "m"}}
	for name, c := range map[string]struct {
		by   string
		c    EndSessions
		ends string
		code string
	}{
		"all of hers":             {"s", EndSessions{Person: "s"}, "a1 a2 a3 b", ""},
		"all but this":            {"s", EndSessions{Person: "s", Except: "b"}, "a1 a2 a3", ""},
		"the first secret":        {"s", EndSessions{Person: "s", Session: "a1"}, "a1 a2 a3", ""},
		"the last secret":         {"s", EndSessions{Person: "s", Session: "a3"}, "a1 a2 a3", ""},
		"the other":               {"s", EndSessions{Person: "s", Session: "b"}, "b", ""},
		"none that is hers":       {"s", EndSessions{Person: "s", Session: "x"}, "", ""},
		"none that there is":      {"s", EndSessions{Person: "s", Session: "y"}, "", ""},
		"by her monitor":          {"m", EndSessions{Person: "s", Session: "b"}, "b", ""},
		"by who may not":          {"o", EndSessions{Person: "s", Session: "b"}, "", "accounts.denied"},
		"of the monitor, by hers": {"s", EndSessions{Person: "m"}, "", "accounts.denied"},
	} {
		e, err := DecideEnd(f, f.meta(c.by), c.c)
		if by := c.by != c.c.Person; (len(e.Tokens) > 0) != (by && len(e.Sessions) > 0) { // the phone may have made one
			t.Errorf("%s: %d tokens end", name, len(e.Tokens))
		}
		var ids []string
		for _, s := range e.Sessions {
			ids = append(ids, s.ID)
		}
		if got := strings.Join(ids, " "); got != c.ends || (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestATokenOfAPerson(t *testing.T) {
	f := office(nil)
	good := AddToken{Hash: "h", Person: "s", Name: "  Máy tính bàn ", Expires: march.Add(TokenMost)}
	for name, c := range map[string]struct {
		by    string
		set   func(c *AddToken)
		taken bool
		code  string
	}{
		"her own":               {by: "s"},
		"by the administrator":  {by: "a"},
		"by her monitor":        {by: "m", code: "accounts.denied"},
		"of nobody":             {by: "a", set: func(c *AddToken) { c.Person = "x" }, code: "accounts.person_unknown"},
		"without a name":        {by: "s", set: func(c *AddToken) { c.Name = " " }, code: "accounts.name_missing"},
		"for more than a year":  {by: "s", set: func(c *AddToken) { c.Expires = c.Expires.Add(1) }, code: "accounts.token_life"},
		"over when it is made":  {by: "s", set: func(c *AddToken) { c.Expires = march }, code: "accounts.token_life"},
		"for a moment":          {by: "s", set: func(c *AddToken) { c.Expires = march.Add(1) }},
		"a secret that another": {by: "s", taken: true, code: "accounts.secret_taken"},
	} {
		do := good
		if c.set != nil {
			c.set(&do)
		}
		tok, err := DecideToken(f, f.meta(c.by), do, c.taken)
		if (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (tok.Name != "Máy tính bàn" || tok.Person != "s" || !tok.Created.Equal(march) ||
			tok.Check(do.Expires.Add(-1)) != nil || tok.Check(do.Expires) == nil) {
			t.Errorf("%s: %+v", name, tok)
		}
	}
	if err := (Token{Expires: march}).Check(march.Add(-1)); !fault.Is(err, "accounts.token_ended") {
		t.Errorf("none that was made: %v", err)
	}
	hers := Token{ID: "t", Person: "s"}
	for by, may := range map[string]bool{"s": true, "a": true, "m": false, "": false} {
		if e, err := DecideRemoveToken(f.meta(by), hers); (err == nil) != may || may && !slices.Equal(e.Tokens, []Token{hers}) {
			t.Errorf("removed by %q: %+v, %v", by, e, err)
		}
	}
}

// Whose works somebody knew as an organiser is kept when the role goes, and since when she has it while it stays.
func TestSinceAndUntilWhenSomebodyOrganises(t *testing.T) {
	one, all := Grant{Organiser, Scope{Contest, "hoi-thi"}}, Grant{Organiser, Scope{Level: Province}}
	change := func(p Person, at time.Time, by string, grants ...Grant) Person {
		t.Helper()
		f := office(func(people map[string]*Person) { people["a"].Name = "Hoa" })
		f.Directory = NewDirectory(append(slices.DeleteFunc(f.Directory.People(), func(o Person) bool { return o.ID == p.ID }), p))
		m := f.meta(by)
		m.At = at
		p, _, err := DecidePerson(f, m, ChangePerson{Person: p.ID, Grants: &grants})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	day := func(n int) time.Time { return march.AddDate(0, 0, n) }
	p := change(Person{ID: "n", Name: "Mai", Login: "mai", Created: march.AddDate(-1, 0, 0)}, day(1), "a", one)
	if since := p.OrganisesSince("hoi-thi"); !since.At.Equal(day(1)) || since.By != "a" {
		t.Errorf("since %+v", since)
	}
	p = change(p, day(2), "a", one, all)
	if since := p.OrganisesSince("hoi-thi"); !since.At.Equal(day(1)) {
		t.Errorf("by the older role since %s", since.At)
	}
	if since := p.OrganisesSince("khac"); !since.At.Equal(day(2)) {
		t.Errorf("the other contest since %s", since.At)
	}
	p = change(p, day(3), "a", all)
	if since := p.OrganisesSince("hoi-thi"); !since.At.Equal(day(2)) || len(p.Organised) != 1 || !p.Organised[0].Until.Equal(day(3)) {
		t.Errorf("since %s, left %+v", since.At, p.Organised)
	}
	p = change(p, day(4), "a", one)
	p = change(p, day(5), "a")
	if len(p.Organised) != 2 || len(p.Began) != 0 {
		t.Fatalf("left %+v, has %+v", p.Organised, p.Began)
	}
	for contest, until := range map[string]int{"hoi-thi": 5, "khac": 4} {
		by := p.Actor("session")
		if !by.KnowsWorks(contest, day(until)) || by.KnowsWorks(contest, day(until).Add(1)) {
			t.Errorf("works of %s are known otherwise than until day %d: %+v", contest, until, p.Organised)
		}
	}
	if p.Actor("session").Can(Organise, Where{Contest: "hoi-thi"}) {
		t.Error("she organises it still")
	}
}
