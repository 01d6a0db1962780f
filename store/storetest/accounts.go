package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// AccountStore is what a store does for accounts.
type AccountStore interface {
	accounts.Commands
	accounts.Queries
	accounts.Gate
	Registry(ctx context.Context) (*stations.Registry, error)
}

var noon = time.Date(2024, 5, 13, 5, 0, 0, 0, time.UTC)

type accountTest struct {
	AccountStore
	t   *testing.T
	ids int
}

// meta is a change with an ID of its own.
func (a *accountTest) meta(by accounts.Actor, at time.Time) accounts.Meta {
	a.ids++
	return accounts.Meta{ID: t36(a.ids), By: by, At: at}
}

func t36(n int) string {
	const digits = "0123456789abcdef"
	b := []byte("00000000-0000-4000-8000-000000000000")
	for i := len(b) - 1; n > 0; i, n = i-1, n/16 {
		b[i] = digits[n%16]
	}
	return string(b)
}

func (a *accountTest) add(name string, grants ...accounts.Grant) accounts.Person {
	a.t.Helper()
	p, err := a.AddPerson(context.Background(), a.meta(accounts.Daemon(), noon), accounts.AddPerson{Name: name, Login: name, Grants: grants,
		Passphrase: "phc of " + name})
	if err != nil {
		a.t.Fatalf("add %s: %v", name, err)
	}
	return p
}

func (a *accountTest) wants(err error, code string) {
	a.t.Helper()
	if code == "" && err != nil || code != "" && !fault.Is(err, code) {
		a.t.Errorf("got %v, want %q", err, code)
	}
}

// Accounts runs what every engine must do for accounts. open gives an empty
// store that already knows the stations of 2024.
func Accounts(t *testing.T, open func(t *testing.T) AccountStore) {
	for name, test := range map[string]func(*accountTest){
		"an invitation lets in once":               inviteOnce,
		"invitations are asked for page by page":   invitesAsked,
		"an invitation adds to an account":         inviteKnown,
		"a renewal gives a new passphrase":         inviteRenewal,
		"a maker who may no more":                  inviteMaker,
		"withdrawn and expired":                    inviteEnds,
		"the role of organiser taken":              organiserTaken,
		"who may invite whom":                      inviteScope,
		"a repeat gets the first answer":           repeats,
		"a secret opens once what it opens":        secrets,
		"a new passphrase ends what the old gave":  renewals,
		"the first person's links":                 firstPerson,
		"logins are unique in any spelling":        uniqueLogins,
		"sessions live and die":                    sessionLife,
		"a session goes on under another secret":   secretChanges,
		"a PIN opens one session":                  pinOpens,
		"a second factor is asked for at the door": secondFactor,
		"who did what is read by whom it concerns": whoDidWhat,
		"disabling ends everything":                disabling,
		"who is erased is nobody any more":         erasing,
		"the last administrator stays":             lastAdmin,
		"tokens are one's own":                     tokenLife,
		"a passphrase changes from what was seen":  phraseRace,
	} {
		t.Run(name, func(t *testing.T) { test(&accountTest{AccountStore: open(t), t: t}) })
	}
}

func stationGrant(id string) accounts.Grant {
	return accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: id}}
}

func districtMonitor(code string) accounts.Grant {
	return accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: code}}
}

var adminGrant = accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}

// twoStations returns two stations that lie in different districts.
func (a *accountTest) twoStations() (one, two accounts.Where) {
	a.t.Helper()
	r, err := a.Registry(context.Background())
	if err != nil || len(r.Stations()) < 2 {
		a.t.Fatalf("the store must know stations: %v", err)
	}
	one = r.Where(r.Stations()[0].ID)
	for _, s := range r.Stations() {
		if two = r.Where(s.ID); two.District != one.District {
			return one, two
		}
	}
	a.t.Fatal("all stations lie in one district")
	return one, two
}

func openAt(at time.Time) accounts.InvitationQuery { return accounts.InvitationQuery{At: at, Limit: 9} }

// invitesAsked asks for invitations by each member of the query, and pages through them.
func invitesAsked(a *accountTest) {
	ctx := context.Background()
	one, two := a.twoStations()
	judge := func(contest string) accounts.Grant {
		return accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: contest}}
	}
	made := map[string]accounts.Invitation{}
	for i, g := range []accounts.Grant{stationGrant(one.Station), stationGrant(two.Station), stationGrant(one.Station), judge("a"), judge("b")} {
		at := noon.Add(time.Duration(i) * time.Minute)
		inv, err := a.Invite(ctx, a.meta(accounts.Daemon(), at), accounts.Invite{Hash: accounts.HashOf(fmt.Sprint(i)), Grants: []accounts.Grant{g}})
		a.wants(err, "")
		made[inv.ID], made[fmt.Sprint(i)] = inv, inv
	}
	first := made["0"]
	organiser := accounts.Actor{Person: "o", Via: "session", Grants: []accounts.Grant{{Role: accounts.Organiser,
		Scope: accounts.Scope{Level: accounts.Contest, ID: "b"}}}}
	for _, c := range []struct {
		q    accounts.InvitationQuery
		want string
	}{
		{accounts.InvitationQuery{}, "43210"},
		{accounts.InvitationQuery{Role: accounts.Operator}, "210"},
		{accounts.InvitationQuery{Contest: "b"}, "4"},
		{accounts.InvitationQuery{Role: accounts.Organiser, Contest: "b"}, ""},
		{accounts.InvitationQuery{Like: &first}, "2"},
		{accounts.InvitationQuery{For: &organiser}, "4"},
		{accounts.InvitationQuery{At: noon.AddDate(1, 0, 0)}, ""},
	} {
		if c.q.At.IsZero() {
			c.q.At = noon.Add(time.Hour)
		}
		got := ""
		for inv, err := range accounts.EveryInvitation(ctx, a, c.q) {
			a.wants(err, "")
			for i := range 5 {
				if made[fmt.Sprint(i)].ID == inv.ID {
					got += fmt.Sprint(i)
				}
			}
		}
		paged := 0
		for c.q.Limit = 2; ; {
			page, err := a.Invitations(ctx, c.q)
			a.wants(err, "")
			if paged += len(page); len(page) < c.q.Limit {
				break
			}
			c.q.After = page[len(page)-1].ID
		}
		if got != c.want || paged != len(c.want) {
			a.t.Errorf("%+v: %q and %d by pages, want %q", c.q, got, paged, c.want)
		}
	}
}

// pinOpens walks a session with a PIN: tries are counted before they are looked at, a right one begins anew under
// another secret, and with the session the PIN is gone.
func pinOpens(a *accountTest) {
	ctx := context.Background()
	one, _ := a.twoStations()
	a.add("chief", adminGrant)
	p := a.add("hoa", stationGrant(one.Station))
	by, h := p.Actor("session"), accounts.HashOf("cookie")
	s, err := a.StartSession(ctx, a.meta(by, noon), accounts.StartSession{Hash: h, Opened: accounts.ByCode})
	a.wants(err, "")
	_, err = a.TryPIN(ctx, h)
	a.wants(err, "accounts.pin_ended") // it has none
	m := a.meta(by, noon)
	a.wants(a.SetPIN(ctx, m, accounts.SetPIN{Session: s.Root(), Hash: "phc of the PIN"}), "")
	a.wants(a.SetPIN(ctx, m, accounts.SetPIN{Session: s.Root(), Hash: "another"}), "accounts.pin_changed")
	other := a.add("lan", stationGrant(one.Station)).Actor("session")
	a.wants(a.SetPIN(ctx, a.meta(other, noon), accounts.SetPIN{Session: s.Root(), Hash: "another"}), "accounts.log_in_first")
	a.wants(a.SetPIN(ctx, a.meta(other, noon), accounts.SetPIN{Hash: "another"}), "accounts.log_in_first")
	locked := func(h accounts.Hash, at time.Time) bool {
		who, s, err := a.BySession(ctx, h, at)
		if a.wants(err, ""); who.ID != p.ID || s.Opened != accounts.ByCode {
			a.t.Errorf("the session is of %q, opened by %q", who.ID, s.Opened)
		}
		return s.Locked(at)
	}
	late := noon.Add(accounts.PINAsks)
	if locked(h, noon) || !locked(h, late) || !locked(h, late) {
		a.t.Error("it is not locked after a rest, or by being looked at unlocked")
	}
	for left := accounts.PINLeft - 1; left >= 0; left-- {
		if pin, err := a.TryPIN(ctx, h); err != nil || pin.Left() != left || pin.Hash != "phc of the PIN" {
			a.t.Errorf("%+v %v, want %d left", pin, err, left)
		}
	}
	_, err = a.TryPIN(ctx, h)
	a.wants(err, "accounts.pin_ended")
	next := accounts.HashOf("next cookie")
	a.wants(a.Unlock(ctx, a.meta(by, late), h, next), "") // the fifth was right
	if locked(next, late) || locked(h, late) {
		a.t.Error("it is locked after a right PIN")
	}
	a.wants(a.Shut(ctx, next), "")
	if !locked(next, late) || !locked(h, late.Add(time.Second)) {
		a.t.Error("shut, and one of its secrets opens")
	}
	if pin, err := a.TryPIN(ctx, next); err != nil || pin.Left() != accounts.PINLeft-1 {
		a.t.Errorf("after a right PIN %+v %v", pin, err)
	}
	if n, err := a.EndSessions(ctx, a.meta(by, late), accounts.EndSessions{Person: p.ID, Session: s.ID}); err != nil || n == 0 {
		a.t.Errorf("%d sessions ended %v", n, err)
	}
	if who, _, err := a.BySession(ctx, next, late); err != nil || who.ID != "" {
		a.t.Errorf("ended, and it is still of %q %v", who.ID, err)
	}
	_, err = a.TryPIN(ctx, next)
	a.wants(err, "accounts.pin_ended")
	a.wants(a.Unlock(ctx, a.meta(by, late), next, accounts.HashOf("third cookie")), "")
	if who, _, _ := a.BySession(ctx, accounts.HashOf("third cookie"), late); who.ID != "" {
		a.t.Error("unlocked after its end")
	}
}

func inviteOnce(a *accountTest) {
	ctx := context.Background()
	one, _ := a.twoStations()
	h := accounts.HashOf("secret")
	inv, err := a.Invite(ctx, a.meta(accounts.Daemon(), noon), accounts.Invite{Hash: h, Grants: []accounts.Grant{stationGrant(one.Station)}, Note: "Chị Hoa"})
	a.wants(err, "")
	if open, err := a.Invitations(ctx, openAt(noon)); err != nil || len(open) != 1 || open[0].ID != inv.ID {
		a.t.Fatalf("open invitations: %v %v", open, err)
	}
	join := accounts.Join{Hash: h, Name: "Hoa", Login: "hoa", Passphrase: "phc"}
	m := a.meta(accounts.Actor{}, noon.Add(time.Hour))
	p, err := a.Join(ctx, m, join)
	a.wants(err, "")
	if !p.Has(stationGrant(one.Station)) || p.Login != "hoa" {
		a.t.Errorf("joined as %+v", p)
	}
	if p.ID == m.ID || p.ID == inv.ID {
		a.t.Errorf("the person is known by %s, which somebody else chose", p.ID)
	}
	for _, phc := range []string{"phc", "another"} {
		again := join
		again.Passphrase = phc
		got, err := a.Join(ctx, m, again)
		if a.wants(err, "accounts.invitation_used"); got.ID != "" {
			a.t.Errorf("a used link answers a repeat with %+v", got)
		}
	}
	_, err = a.Join(ctx, a.meta(accounts.Actor{}, noon.Add(2*time.Hour)), accounts.Join{Hash: h, Name: "Lan", Login: "lan", Passphrase: "phc"})
	a.wants(err, "accounts.invitation_used")
	_, err = a.Join(ctx, a.meta(accounts.Actor{}, noon), accounts.Join{Hash: accounts.HashOf("guess"), Name: "Lan", Login: "lan"})
	a.wants(err, "accounts.invitation_unknown")
	if phc, err := a.Credential(ctx, p.ID); err != nil || phc != "phc" {
		a.t.Errorf("credential %q %v", phc, err)
	}
	if open, _ := a.Invitations(ctx, openAt(noon)); len(open) != 0 {
		a.t.Errorf("a used invitation is still open: %v", open)
	}
}

func inviteKnown(a *accountTest) {
	ctx := context.Background()
	one, two := a.twoStations()
	p := a.add("hoa", stationGrant(one.Station))
	h := accounts.HashOf("secret")
	_, err := a.Invite(ctx, a.meta(accounts.Daemon(), noon), accounts.Invite{Hash: h, Grants: []accounts.Grant{stationGrant(two.Station)}})
	a.wants(err, "")
	p, err = a.Join(ctx, a.meta(p.Actor("session"), noon), accounts.Join{Hash: h})
	a.wants(err, "")
	if !p.Has(stationGrant(one.Station)) || !p.Has(stationGrant(two.Station)) {
		a.t.Errorf("grants are %v", p.Grants)
	}
	if phc, _ := a.Credential(ctx, p.ID); phc != "phc of hoa" {
		a.t.Errorf("joining again changed the passphrase to %q", phc)
	}
}

func inviteRenewal(a *accountTest) {
	ctx := context.Background()
	p := a.add("hoa")
	_, err := a.StartSession(ctx, a.meta(p.Actor("session"), noon), accounts.StartSession{Hash: accounts.HashOf("cookie")})
	a.wants(err, "")
	h := accounts.HashOf("secret")
	inv, err := a.Invite(ctx, a.meta(accounts.Daemon(), noon), accounts.Invite{Hash: h, Person: p.ID})
	a.wants(err, "")
	_, err = a.Join(ctx, a.meta(accounts.Actor{}, inv.Expires), accounts.Join{Hash: h, Passphrase: "late"})
	a.wants(err, "accounts.invitation_ended")
	again, err := a.Join(ctx, a.meta(accounts.Actor{}, noon), accounts.Join{Hash: h, Passphrase: "new"})
	if a.wants(err, ""); again.ID != p.ID {
		a.t.Errorf("renewed %v", again)
	}
	if phc, _ := a.Credential(ctx, p.ID); phc != "new" {
		a.t.Errorf("the passphrase is %q", phc)
	}
	if who, _, _ := a.BySession(ctx, accounts.HashOf("cookie"), noon); who.ID != "" {
		a.t.Error("the old session outlived the passphrase")
	}
}

func inviteMaker(a *accountTest) {
	ctx := context.Background()
	a.add("chief", adminGrant)
	one, _ := a.twoStations()
	monitor := a.add("monitor", districtMonitor(one.District))
	h := accounts.HashOf("secret")
	_, err := a.Invite(ctx, a.meta(monitor.Actor("session"), noon), accounts.Invite{Hash: h, Grants: []accounts.Grant{stationGrant(one.Station)}})
	a.wants(err, "")
	yes, no, none, some := true, false, []accounts.Grant{}, monitor.Grants
	for n, change := range []struct{ away, back accounts.ChangePerson }{
		{accounts.ChangePerson{Person: monitor.ID, Disabled: &yes}, accounts.ChangePerson{Person: monitor.ID, Disabled: &no}},
		{accounts.ChangePerson{Person: monitor.ID, Grants: &none}, accounts.ChangePerson{Person: monitor.ID, Grants: &some}},
	} {
		_, err = a.ChangePerson(ctx, a.meta(accounts.Daemon(), noon), change.away)
		a.wants(err, "")
		join := accounts.Join{Hash: h, Name: "Hoa", Login: "hoa", Passphrase: "phc"}
		_, err = a.Join(ctx, a.meta(accounts.Actor{}, noon), join)
		a.wants(err, "accounts.invitation_ended")
		_, err = a.ChangePerson(ctx, a.meta(accounts.Daemon(), noon), change.back)
		a.wants(err, "")
		_, err = a.Join(ctx, a.meta(accounts.Actor{}, noon), join)
		a.wants(err, "accounts.invitation_ended") // what ended stays ended
		h = accounts.HashOf(fmt.Sprint("secret after ", n))
		_, err = a.Invite(ctx, a.meta(monitor.Actor("session"), noon), accounts.Invite{Hash: h, Grants: []accounts.Grant{stationGrant(one.Station)}})
		a.wants(err, "")
	}
}

// organiserTaken lets somebody organise one contest by a link, and takes that from her.
func organiserTaken(a *accountTest) {
	ctx := context.Background()
	here := accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Contest, ID: "hoi-thi"}}
	a.add("chief", adminGrant)
	one, _ := a.twoStations()
	all := a.add("all", accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	joined := func(secret, login string) accounts.Person {
		_, err := a.Invite(ctx, a.meta(all.Actor("session"), noon), accounts.Invite{Hash: accounts.HashOf(secret), Grants: []accounts.Grant{here}})
		a.wants(err, "")
		join := accounts.Join{Hash: accounts.HashOf(secret), Name: login, Login: login, Passphrase: "phc"}
		p, err := a.Join(ctx, a.meta(accounts.Actor{}, noon.Add(time.Hour)), join)
		a.wants(err, "")
		return p
	}
	sen, mai := joined("one", "sen"), joined("two", "mai")
	since := sen.OrganisesSince("hoi-thi")
	if since.By != all.ID || since.ByName != all.Name || !since.At.Equal(noon.Add(time.Hour)) {
		a.t.Errorf("she organises since %+v", since)
	}
	both := append(sen.Grants, stationGrant(one.Station)) // of which the organiser could not take the second
	sen, err := a.ChangePerson(ctx, a.meta(accounts.Daemon(), noon.Add(2*time.Hour)), accounts.ChangePerson{Person: sen.ID, Grants: &both})
	if a.wants(err, ""); sen.OrganisesSince("hoi-thi") != since {
		a.t.Errorf("another grant changes since when she organises: %+v", sen.Began)
	}
	take := func(by accounts.Person, from string) (accounts.Person, error) {
		return a.TakeRole(ctx, a.meta(by.Actor("session"), noon.Add(3*time.Hour)), accounts.TakeRole{Person: from, Contest: "hoi-thi"})
	}
	_, err = take(mai, sen.ID)
	a.wants(err, "accounts.denied")
	_, err = take(all, "nobody")
	a.wants(err, "accounts.person_unknown")
	sen, err = take(all, sen.ID)
	if a.wants(err, ""); len(sen.Grants) != 1 || len(sen.Began) > 0 || len(sen.Organised) != 1 {
		a.t.Errorf("she is left with %+v", sen)
	}
	_, err = take(all, sen.ID)
	a.wants(err, "accounts.role_gone")
	_, err = take(mai, mai.ID) // herself
	a.wants(err, "")
	last := joined("three", "lan")
	yes := true
	_, err = a.ChangePerson(ctx, a.meta(accounts.Daemon(), noon.Add(4*time.Hour)), accounts.ChangePerson{Person: all.ID, Disabled: &yes})
	a.wants(err, "")
	_, err = take(last, last.ID)
	a.wants(err, "accounts.last_organiser")
}

func inviteEnds(a *accountTest) {
	ctx := context.Background()
	chief := a.add("chief", adminGrant)
	one, _ := a.twoStations()
	stranger := a.add("stranger", stationGrant(one.Station))
	give := []accounts.Grant{adminGrant}
	inv, err := a.Invite(ctx, a.meta(chief.Actor("session"), noon), accounts.Invite{Hash: accounts.HashOf("a"), Grants: give})
	a.wants(err, "")
	_, err = a.Withdraw(ctx, a.meta(stranger.Actor("session"), noon), accounts.Withdraw{ID: inv.ID})
	a.wants(err, "accounts.denied")
	_, err = a.Withdraw(ctx, a.meta(chief.Actor("session"), noon), accounts.Withdraw{ID: inv.ID})
	a.wants(err, "")
	join := accounts.Join{Hash: accounts.HashOf("a"), Name: "Hoa", Login: "hoa", Passphrase: "phc"}
	_, err = a.Join(ctx, a.meta(accounts.Actor{}, noon), join)
	a.wants(err, "accounts.invitation_ended")
	inv, err = a.Invite(ctx, a.meta(chief.Actor("session"), noon), accounts.Invite{Hash: accounts.HashOf("b"), Grants: give})
	a.wants(err, "")
	join.Hash = inv.Hash
	_, err = a.Join(ctx, a.meta(accounts.Actor{}, inv.Expires), join)
	a.wants(err, "accounts.invitation_ended")
	_, err = a.Withdraw(ctx, a.meta(chief.Actor("session"), noon), accounts.Withdraw{ID: "nothing"})
	a.wants(err, "accounts.invitation_unknown")
}

func inviteScope(a *accountTest) {
	ctx := context.Background()
	one, two := a.twoStations()
	monitor := a.add("monitor", districtMonitor(one.District)).Actor("session")
	operator := a.add("operator", stationGrant(one.Station))
	elsewhere := a.add("elsewhere", stationGrant(two.Station))
	for _, c := range []struct {
		by   accounts.Actor
		cmd  accounts.Invite
		code string
	}{
		{monitor, accounts.Invite{Grants: []accounts.Grant{stationGrant(one.Station)}}, ""},
		{monitor, accounts.Invite{Grants: []accounts.Grant{stationGrant(two.Station)}}, "accounts.denied"},
		{monitor, accounts.Invite{Grants: []accounts.Grant{stationGrant("S99999")}}, "accounts.station_unknown"},
		{monitor, accounts.Invite{Grants: []accounts.Grant{stationGrant(one.Station), adminGrant}}, "accounts.denied"},
		{monitor, accounts.Invite{Person: operator.ID}, ""},
		{monitor, accounts.Invite{Person: elsewhere.ID}, "accounts.denied"},
		{operator.Actor("session"), accounts.Invite{Grants: []accounts.Grant{stationGrant(one.Station)}}, "accounts.denied"},
		{accounts.Actor{}, accounts.Invite{Grants: []accounts.Grant{adminGrant}}, "accounts.log_in_first"},
		{accounts.Daemon(), accounts.Invite{Grants: []accounts.Grant{districtMonitor("999")}}, "accounts.district_unknown"},
		{accounts.Daemon(), accounts.Invite{}, "accounts.nothing_given"},
		{accounts.Daemon(), accounts.Invite{Person: "nobody"}, "accounts.person_unknown"},
	} {
		c.cmd.Hash = accounts.HashOf(t36(a.ids))
		_, err := a.Invite(ctx, a.meta(c.by, noon), c.cmd)
		if c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
			a.t.Errorf("%s invites %+v: %v, want %q", c.by.Name, c.cmd, err, c.code)
		}
	}
}

func repeats(a *accountTest) {
	ctx := context.Background()
	m := a.meta(accounts.Daemon(), noon)
	first, err := a.AddPerson(ctx, m, accounts.AddPerson{Name: "Hoa", Login: "hoa"})
	a.wants(err, "")
	second, err := a.AddPerson(ctx, m, accounts.AddPerson{Name: "Hoa", Login: "hoa"})
	if a.wants(err, ""); second.ID != first.ID {
		a.t.Errorf("%v then %v", first, second)
	}
	_, err = a.AddPerson(ctx, m, accounts.AddPerson{Name: "Lan", Login: "lan"})
	a.wants(err, "store.change_reused")
	m = a.meta(accounts.Daemon(), noon)
	_, err = a.AddPerson(ctx, m, accounts.AddPerson{Name: "Mai", Login: "mai", Passphrase: "salted once"})
	a.wants(err, "")
	_, err = a.AddPerson(ctx, m, accounts.AddPerson{Name: "Mai", Login: "mai", Passphrase: "salted twice"})
	a.wants(err, "store.change_reused") // nobody knows whether it is the same passphrase
}

// secrets walks what opens a door through being repeated after it was used,
// withdrawn, removed or outlived, and through being kept twice.
func secrets(a *accountTest) {
	ctx := context.Background()
	chief := a.add("chief", adminGrant)
	one, _ := a.twoStations()
	by := chief.Actor("session")
	link := accounts.Invite{Hash: accounts.HashOf("link"), Code: accounts.HashOf("code"), Grants: []accounts.Grant{stationGrant(one.Station)}}
	m := a.meta(by, noon)
	inv, err := a.Invite(ctx, m, link)
	a.wants(err, "")
	if inv.ID == m.ID {
		a.t.Error("an invitation is known by the ID its maker chose")
	}
	if byCode, err := a.InvitationByCode(ctx, link.Code); err != nil || byCode.ID != inv.ID {
		a.t.Errorf("the code leads to %v %v", byCode, err)
	}
	_, err = a.InvitationByCode(ctx, link.Hash)
	a.wants(err, "accounts.code_wrong")
	_, err = a.Invite(ctx, a.meta(by, noon), accounts.Invite{Hash: accounts.HashOf("another link"), Code: link.Code, Grants: link.Grants})
	a.wants(err, "accounts.secret_taken")
	again, err := a.Invite(ctx, m, link)
	if a.wants(err, ""); again.ID != inv.ID {
		a.t.Error("a double tap made two links")
	}
	_, err = a.Join(ctx, a.meta(accounts.Actor{}, noon), accounts.Join{Hash: link.Hash, Name: "Hoa", Login: "hoa", Passphrase: "phc"})
	a.wants(err, "")
	_, err = a.Invite(ctx, m, link)
	a.wants(err, "accounts.invitation_used")
	_, err = a.Invite(ctx, a.meta(by, noon), link)
	a.wants(err, "accounts.secret_taken")

	m = a.meta(by, noon)
	token := accounts.AddToken{Hash: accounts.HashOf("token"), Person: chief.ID, Name: "máy", Expires: noon.Add(time.Hour)}
	tok, err := a.AddToken(ctx, m, token)
	if a.wants(err, ""); tok.ID == m.ID {
		a.t.Error("a token is known by the ID its maker chose")
	}
	_, err = a.AddToken(ctx, m, token)
	a.wants(err, "")
	_, err = a.AddToken(ctx, a.meta(by, noon), token)
	a.wants(err, "accounts.secret_taken")
	late := m
	late.At = token.Expires
	_, err = a.AddToken(ctx, late, token)
	a.wants(err, "accounts.token_ended")
	_, err = a.RemoveToken(ctx, a.meta(by, noon), accounts.RemoveToken{ID: tok.ID})
	a.wants(err, "")
	_, err = a.AddToken(ctx, m, token)
	a.wants(err, "accounts.token_ended")
}

// renewals walks the links to a new passphrase, and what the old one opened,
// through a renewal and through a change by oneself.
func renewals(a *accountTest) {
	ctx := context.Background()
	a.add("chief", adminGrant)
	p := a.add("hoa")
	by := p.Actor("session")
	renew := func(secret string) accounts.Hash {
		h := accounts.HashOf(secret)
		_, err := a.Invite(ctx, a.meta(accounts.Daemon(), noon), accounts.Invite{Hash: h, Person: p.ID})
		a.wants(err, "")
		return h
	}
	use := func(h accounts.Hash, code string) {
		a.t.Helper()
		_, err := a.Join(ctx, a.meta(accounts.Actor{}, noon), accounts.Join{Hash: h, Passphrase: "renewed"})
		a.wants(err, code)
	}
	token := func(secret string) accounts.Hash {
		t, err := a.AddToken(ctx, a.meta(by, noon), accounts.AddToken{Hash: accounts.HashOf(secret), Person: p.ID, Name: "máy", Expires: noon.Add(time.Hour)})
		a.wants(err, "")
		return t.Hash
	}
	opens := func(h accounts.Hash) bool {
		who, err := a.ByToken(ctx, h, noon)
		a.wants(err, "")
		return who.ID == p.ID
	}
	set := func(was, next string, tokens bool) {
		a.t.Helper()
		m := a.meta(by, noon)
		c := accounts.SetPassphrase{Was: was, New: next, Tokens: tokens}
		a.wants(a.SetPassphrase(ctx, m, c), "")
		a.wants(a.SetPassphrase(ctx, m, c), "accounts.passphrase_changed")
	}
	first, second, kept := renew("first"), renew("second"), token("one")
	use(first, "accounts.invitation_ended") // the second took its place
	use(second, "")
	use(second, "accounts.invitation_used")
	if opens(kept) {
		a.t.Error("a token outlived a renewal")
	}
	third, kept := renew("third"), token("two")
	set("renewed", "own", false)
	use(third, "accounts.invitation_ended")
	if !opens(kept) {
		a.t.Error("a token ended that nobody wanted to end")
	}
	set("own", "own again", true)
	if opens(kept) {
		a.t.Error("a token outlived a change that was to end it")
	}
	fourth := renew("fourth")
	yes := true
	_, err := a.ChangePerson(ctx, a.meta(accounts.Daemon(), noon), accounts.ChangePerson{Person: p.ID, Disabled: &yes})
	a.wants(err, "")
	use(fourth, "accounts.invitation_ended")
}

// firstPerson walks the links to the first account: all end with the first use.
func firstPerson(a *accountTest) {
	ctx := context.Background()
	for _, secret := range []string{"one", "two"} {
		_, err := a.Invite(ctx, a.meta(accounts.Daemon(), noon), accounts.Invite{Hash: accounts.HashOf(secret), First: true,
			Grants: []accounts.Grant{adminGrant}})
		a.wants(err, "")
	}
	if open, err := a.Invitations(ctx, openAt(noon)); err != nil || len(open) != 2 {
		a.t.Errorf("%d links wait before anybody is there: %v", len(open), err)
	}
	join := accounts.Join{Hash: accounts.HashOf("two"), Name: "Hoa", Login: "hoa", Passphrase: "phc"}
	_, err := a.Join(ctx, a.meta(accounts.Actor{}, noon), join)
	a.wants(err, "")
	_, err = a.Join(ctx, a.meta(accounts.Actor{}, noon), accounts.Join{Hash: accounts.HashOf("one"), Name: "Lan", Login: "lan", Passphrase: "phc"})
	a.wants(err, "accounts.invitation_ended")
	if open, err := a.Invitations(ctx, openAt(noon)); err != nil || len(open) != 0 {
		a.t.Errorf("links that open nothing wait: %+v, %v", open, err)
	}
}

func uniqueLogins(a *accountTest) {
	ctx := context.Background()
	a.add("hoa.nam.chay")
	_, err := a.AddPerson(ctx, a.meta(accounts.Daemon(), noon), accounts.AddPerson{Name: "Hòa", Login: " Hoa Nậm Chảy"})
	a.wants(err, "accounts.login_taken")
	d, err := a.Directory(ctx)
	if a.wants(err, ""); d.Len() != 1 {
		a.t.Errorf("%d people", d.Len())
	}
}

func sessionLife(a *accountTest) {
	ctx := context.Background()
	p := a.add("hoa")
	h := accounts.HashOf("cookie")
	start := func(secret string, at time.Time) accounts.Session {
		s, err := a.StartSession(ctx, a.meta(p.Actor("session"), at), accounts.StartSession{Hash: accounts.HashOf(secret), Browser: "Firefox"})
		a.wants(err, "")
		return s
	}
	start("cookie", noon)
	alive := func(at time.Time, want bool) {
		a.t.Helper()
		who, _, err := a.BySession(ctx, h, at)
		if a.wants(err, ""); (who.ID == p.ID) != want {
			a.t.Errorf("at %s alive is %v", at, !want)
		}
	}
	alive(noon, true)
	alive(noon.Add(-2*time.Hour), false) // the clock was set back
	for day := range 89 {                // used daily it lives on, until its absolute end
		alive(noon.AddDate(0, 0, day), true)
	}
	alive(noon.Add(accounts.SessionMost), false)
	other := start("other", noon.Add(accounts.SessionMost))
	late := noon.Add(accounts.SessionMost)
	if list, err := a.Sessions(ctx, p.ID, late); err != nil || len(list) != 1 || list[0].ID != other.ID {
		a.t.Errorf("sessions %v %v", list, err)
	}
	n, err := a.EndSessions(ctx, a.meta(p.Actor("session"), late), accounts.EndSessions{Person: p.ID, Session: other.ID})
	if a.wants(err, ""); n != 1 {
		a.t.Errorf("%d ended", n)
	}
	if who, _, _ := a.BySession(ctx, other.Hash, late); who.ID != "" {
		a.t.Error("an ended session lives")
	}
	idle := start("idle", late)
	if who, _, _ := a.BySession(ctx, idle.Hash, late.Add(accounts.SessionIdle)); who.ID != "" {
		a.t.Error("an idle session lives")
	}
}

func secretChanges(a *accountTest) {
	ctx := context.Background()
	p := a.add("hoa")
	by := p.Actor("session")
	session, err := a.StartSession(ctx, a.meta(by, noon), accounts.StartSession{Hash: accounts.HashOf("one")})
	a.wants(err, "")
	day := noon.Add(accounts.SecretLife)
	if session.Aged(noon.Add(time.Hour)) || !session.Aged(day) {
		a.t.Errorf("aged after an hour %v, after a day %v", session.Aged(noon.Add(time.Hour)), session.Aged(day))
	}
	use := func(secret string, at time.Time) accounts.Session {
		a.t.Helper()
		who, s, err := a.BySession(ctx, accounts.HashOf(secret), at)
		a.wants(err, "")
		if who.ID == "" {
			return accounts.Session{}
		}
		return s
	}
	listed := func(at time.Time) int {
		list, err := a.Sessions(ctx, p.ID, at)
		a.wants(err, "")
		return len(list)
	}
	a.wants(a.ReplaceSession(ctx, a.meta(by, day), session, accounts.HashOf("lost")), "")
	old := use("one", day.Add(time.Hour)) // the answer with the new one was lost
	if old.ID == "" || !old.Aged(day.Add(time.Hour)) || listed(day.Add(time.Hour)) != 1 {
		a.t.Fatalf("a lost answer ends the session: %+v, listed %d", old, listed(day.Add(time.Hour)))
	}
	again := day.Add(2 * time.Hour)
	a.wants(a.ReplaceSession(ctx, a.meta(by, again), old, accounts.HashOf("two")), "")
	if use("lost", again).ID != "" {
		a.t.Error("a secret that nobody used stays good beside its successor")
	}
	next := use("two", again)
	if next.ID == "" || !next.Started.Equal(noon) || next.Aged(again) {
		a.t.Errorf("the new secret: %+v", next)
	}
	if use("one", again.Add(time.Minute)).ID == "" {
		a.t.Error("what was under way when the new secret arrived is cut off")
	}
	if use("one", again.Add(time.Hour)).ID != "" || listed(again.Add(time.Hour)) != 1 {
		a.t.Error("the old secret stays good")
	}
	a.wants(a.ReplaceSession(ctx, a.meta(by, again.AddDate(0, 0, 1)), use("two", again.AddDate(0, 0, 1)), accounts.HashOf("three")), "")
	_, err = a.EndSessions(ctx, a.meta(by, again.AddDate(0, 0, 1)), accounts.EndSessions{Person: p.ID, Session: next.ID})
	a.wants(err, "")
	if use("two", again.AddDate(0, 0, 1)).ID != "" || use("three", again.AddDate(0, 0, 1)).ID != "" {
		a.t.Error("an ended session goes on under its new secret")
	}
}

// secondFactor: what is proved is used up in the transaction that begins the session, also of many at once.
func secondFactor(a *accountTest) {
	ctx := context.Background()
	p := a.add("hoa", adminGrant)
	by := p.Actor("session")
	_, spare, err := accounts.NewSpare(ctx)
	a.wants(err, "")
	add := accounts.AddFactor{Kind: accounts.ByOwnDevice, Name: "Điện thoại", Spare: spare, Passkey: accounts.Passkey{ID: "k", Credential: []byte("{}")}}
	_, err = a.AddFactor(ctx, a.meta(p.Actor("token"), noon), add)
	a.wants(err, "accounts.by_hand")
	m := a.meta(by, noon)
	hers, err := a.AddFactor(ctx, m, add)
	a.wants(err, "")
	if !hers {
		a.t.Error("the spare codes that came with the first factor are not hers")
	}
	_, err = a.AddFactor(ctx, m, add)
	a.wants(err, "accounts.second_added")
	d, err := a.Directory(ctx)
	a.wants(err, "")
	if q, err := d.Person(p.ID); err != nil || !q.Second {
		a.t.Errorf("%+v, %v", q, err)
	}
	start := func(n int, proof accounts.Proof) error {
		_, err := a.StartSession(ctx, accounts.Meta{ID: fmt.Sprint("start-", n, proof.Spare), By: by, At: noon},
			accounts.StartSession{Hash: accounts.HashOf(fmt.Sprint(n)), Proof: proof})
		return err
	}
	a.wants(start(0, accounts.Proof{}), "accounts.second_needed")
	errs := make(chan error, 8)
	for i := range cap(errs) {
		go func() { errs <- start(1+i, accounts.Proof{Spare: spare.Hashes[0]}) }()
	}
	in := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			in++
		} else {
			a.wants(err, "accounts.second_wrong")
		}
	}
	f, err := a.Factors(ctx, p.ID)
	a.wants(err, "")
	if in != 1 || len(f.Spare.Hashes) != accounts.SpareCodes-1 {
		a.t.Errorf("one spare code let in %d times, %d are left", in, len(f.Spare.Hashes))
	}
	a.wants(start(20, accounts.Proof{Passkey: "k", Count: 1, Now: []byte("{}")}), "")
	a.wants(start(21, accounts.Proof{Passkey: "k", Count: 1, Now: []byte("{}")}), "accounts.passkey_copied")
	a.wants(a.RenewSpare(ctx, a.meta(by, noon), accounts.RenewSpare{Spare: spare}), "")

	// Somebody who has none may do nothing else from the day of the settings on.
	other := a.add("mua", adminGrant)
	_, err = a.StartSession(ctx, a.meta(other.Actor("session"), noon), accounts.StartSession{Hash: accounts.HashOf("other")})
	a.wants(err, "")
	set, err := a.SaveAccountSettings(ctx, a.meta(accounts.Daemon(), noon), accounts.SaveSettings{SecondFrom: noon.Add(time.Hour)})
	a.wants(err, "")
	if now, err := a.AccountSettings(ctx); err != nil || now.Edition().Tag != set.Edition().Tag {
		a.t.Errorf("%+v, %v", now, err)
	}
	for at, want := range map[time.Time]bool{noon: false, noon.Add(time.Hour): true} {
		if who, _, err := a.BySession(ctx, accounts.HashOf("other"), at); err != nil || who.Unproven != want {
			a.t.Errorf("at %v unproven %v, %v", at, who.Unproven, err)
		}
	}
	list, err := a.RemoveFactor(ctx, a.meta(other.Actor("session"), noon), accounts.RemoveFactor{Person: p.ID})
	a.wants(err, "")
	if len(list.Passkeys) != 0 || list.Spare != 0 {
		a.t.Errorf("%+v", list)
	}
	a.wants(start(30, accounts.Proof{}), "")
}

func disabling(a *accountTest) {
	ctx := context.Background()
	a.add("chief", adminGrant)
	p := a.add("hoa")
	_, err := a.StartSession(ctx, a.meta(p.Actor("session"), noon), accounts.StartSession{Hash: accounts.HashOf("cookie")})
	a.wants(err, "")
	_, err = a.AddToken(ctx, a.meta(p.Actor("session"), noon), accounts.AddToken{Hash: accounts.HashOf("token"), Person: p.ID,
		Name: "máy", Expires: noon.Add(time.Hour)})
	a.wants(err, "")
	yes, no := true, false
	_, err = a.ChangePerson(ctx, a.meta(accounts.Daemon(), noon), accounts.ChangePerson{Person: p.ID, Disabled: &yes})
	a.wants(err, "")
	if who, err := a.ByToken(ctx, accounts.HashOf("token"), noon); err != nil || who.ID != "" {
		a.t.Errorf("a disabled person's token opens: %v %v", who, err)
	}
	_, err = a.StartSession(ctx, a.meta(p.Actor("session"), noon), accounts.StartSession{Hash: accounts.HashOf("again")})
	a.wants(err, "accounts.disabled")
	_, err = a.ChangePerson(ctx, a.meta(accounts.Daemon(), noon), accounts.ChangePerson{Person: p.ID, Disabled: &no})
	a.wants(err, "")
	if who, _, _ := a.BySession(ctx, accounts.HashOf("cookie"), noon); who.ID != "" {
		a.t.Error("a session came back to life")
	}
}

func lastAdmin(a *accountTest) {
	ctx := context.Background()
	chief := a.add("chief", adminGrant)
	yes, none := true, []accounts.Grant{}
	_, err := a.ChangePerson(ctx, a.meta(accounts.Daemon(), noon), accounts.ChangePerson{Person: chief.ID, Disabled: &yes})
	a.wants(err, "accounts.last_admin")
	_, err = a.ChangePerson(ctx, a.meta(chief.Actor("session"), noon), accounts.ChangePerson{Person: chief.ID, Grants: &none})
	a.wants(err, "accounts.last_admin")
	a.add("second", adminGrant)
	_, err = a.ChangePerson(ctx, a.meta(chief.Actor("session"), noon), accounts.ChangePerson{Person: chief.ID, Disabled: &yes})
	a.wants(err, "accounts.not_yourself")
	name, lang := " Trần  Thị Hoa ", text.English
	p, err := a.ChangePerson(ctx, a.meta(chief.Actor("session"), noon), accounts.ChangePerson{Person: chief.ID, Name: &name, Language: &lang})
	if a.wants(err, ""); p.Name != "Trần Thị Hoa" || p.Language != text.English || !p.Has(adminGrant) {
		a.t.Errorf("%+v", p)
	}
}

func tokenLife(a *accountTest) {
	ctx := context.Background()
	chief, p := a.add("chief", adminGrant), a.add("hoa")
	cmd := accounts.AddToken{Hash: accounts.HashOf("token"), Person: chief.ID, Name: "máy", Expires: noon.Add(time.Hour)}
	_, err := a.AddToken(ctx, a.meta(p.Actor("session"), noon), cmd)
	a.wants(err, "accounts.denied")
	cmd.Person = p.ID
	tok, err := a.AddToken(ctx, a.meta(p.Actor("session"), noon), cmd)
	a.wants(err, "")
	if who, err := a.ByToken(ctx, tok.Hash, noon); err != nil || who.ID != p.ID {
		a.t.Errorf("the token opens %v %v", who, err)
	}
	if list, _ := a.Tokens(ctx, p.ID, noon); len(list) != 1 || !list[0].Seen.Equal(noon) {
		a.t.Errorf("tokens %+v", list)
	}
	if who, _ := a.ByToken(ctx, tok.Hash, noon.Add(time.Hour)); who.ID != "" {
		a.t.Error("an expired token opens")
	}
	cmd.Expires = noon.Add(2 * accounts.TokenMost)
	_, err = a.AddToken(ctx, a.meta(p.Actor("session"), noon), cmd)
	a.wants(err, "accounts.token_life")
	_, err = a.RemoveToken(ctx, a.meta(a.add("lan").Actor("session"), noon), accounts.RemoveToken{ID: tok.ID})
	a.wants(err, "accounts.denied")
	_, err = a.RemoveToken(ctx, a.meta(chief.Actor("session"), noon), accounts.RemoveToken{ID: tok.ID})
	a.wants(err, "")
	_, err = a.RemoveToken(ctx, a.meta(chief.Actor("session"), noon), accounts.RemoveToken{ID: tok.ID})
	a.wants(err, "accounts.no_such_token")
}

func phraseRace(a *accountTest) {
	ctx := context.Background()
	p := a.add("hoa")
	set := func(was, next string) error {
		return a.SetPassphrase(ctx, a.meta(p.Actor("session"), noon), accounts.SetPassphrase{Was: was, New: next})
	}
	a.wants(set("phc of hoa", "second"), "")
	a.wants(set("phc of hoa", "third"), "accounts.passphrase_changed")
	if phc, _ := a.Credential(ctx, p.ID); phc != "second" {
		a.t.Errorf("the passphrase is %q", phc)
	}
}
