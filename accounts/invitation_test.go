package accounts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loa/internal/fault"
)

var march = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// office is an administrator, two who organise a contest, one who works for a district, and one who runs a station.
func office(set func(people map[string]*Person)) Facts {
	people := map[string]*Person{
		"a": {Grants: []Grant{{Admin, Scope{Level: Province}}}}, "o": {Grants: []Grant{{Organiser, Scope{Contest, "hoi-thi"}}}},
		"p": {Grants: []Grant{{Organiser, Scope{Level: Province}}}}, "m": {Grants: []Grant{{Monitor, Scope{District, "084"}}}},
		"s": {Grants: []Grant{{Operator, Scope{Station, "S00101"}}}}, "n": {},
	}
	if set != nil {
		set(people)
	}
	var list []Person
	for id, p := range people {
		p.ID, p.Name, p.Login, p.Created = id, "Hoa "+id, "hoa."+id, march.AddDate(-1, 0, 0)
		list = append(list, *p)
	}
	return Facts{Directory: NewDirectory(list), Places: oneCommune{}}
}

func (f Facts) meta(id string) Meta {
	p, err := f.Directory.Person(id)
	if err != nil {
		return Meta{ID: "c"}
	}
	return Meta{ID: "c", By: p.Actor("session"), At: march}
}

var (
	judging  = []Grant{{Judge, Scope{Contest, "hoi-thi"}}}
	running  = []Grant{{Operator, Scope{Station, "S00101"}}}
	watching = []Grant{{Monitor, Scope{District, "084"}}}
)

// Who asks for a link where one is open is asked about it only where both seem meant for one person.
func TestASecondLinkToTheSame(t *testing.T) {
	link := func(id string, change func(i *Invitation)) Invitation {
		i := Invitation{ID: id, By: "a", ByName: "Hoa a", Grants: running, Created: march, Expires: march.Add(time.Hour)}
		if change != nil {
			change(&i)
		}
		return i
	}
	for name, c := range map[string]struct {
		c     Invite
		all   []Invitation
		ended []string
		code  string
	}{
		"nothing said":  {Invite{Grants: running}, []Invitation{link("x", nil)}, nil, ""},
		"both stay":     {Invite{Grants: running, Waiting: KeepWaiting}, []Invitation{link("x", nil)}, nil, ""},
		"she is asked":  {Invite{Grants: running, Waiting: AskWaiting}, []Invitation{link("x", nil)}, nil, "accounts.already_invited"},
		"asked of none": {Invite{Grants: running, Waiting: AskWaiting}, nil, nil, ""},
		"in its place": {Invite{Grants: running, Waiting: WithdrawWaiting}, []Invitation{link("x", nil), link("y", nil)}, []string{"x", "y"},
			""},
		"a district's too": {Invite{Grants: watching, Waiting: WithdrawWaiting},
			[]Invitation{link("x", func(i *Invitation) { i.Grants = watching })}, []string{"x"}, ""},
		"of something else": {Invite{Grants: watching, Waiting: AskWaiting}, []Invitation{link("x", nil)}, nil, ""},
		"used":              {Invite{Grants: running, Waiting: AskWaiting}, []Invitation{link("x", func(i *Invitation) { i.Used = march })}, nil, ""},
		"withdrawn": {Invite{Grants: running, Waiting: AskWaiting}, []Invitation{link("x", func(i *Invitation) { i.Withdrew = march })},
			nil, ""},
		"over": {Invite{Grants: running, Waiting: AskWaiting}, []Invitation{link("x", func(i *Invitation) { i.Expires = march })}, nil,
			""},
		"one judge after another": {Invite{Grants: judging, Waiting: AskWaiting}, []Invitation{link("x", func(i *Invitation) { i.Grants = judging })},
			nil, ""},
		"the same judge": {Invite{Grants: judging, Note: "cô HOA", Waiting: AskWaiting},
			[]Invitation{link("x", func(i *Invitation) { i.Grants, i.Note = judging, "Cô Hoa" })}, nil, "accounts.already_invited"},
		"another judge": {Invite{Grants: judging, Note: "Mai", Waiting: AskWaiting},
			[]Invitation{link("x", func(i *Invitation) { i.Grants, i.Note = judging, "Hoa" })}, nil, ""},
		"more than the other": {Invite{Grants: append(running[:1:1], judging...), Waiting: AskWaiting}, []Invitation{link("x", nil)}, nil, ""},
		"a passphrase, kept or not": {Invite{Person: "s", Waiting: KeepWaiting},
			[]Invitation{link("x", func(i *Invitation) { i.Grants, i.Person = nil, "s" })}, []string{"x"}, ""},
		"a passphrase, of another":    {Invite{Person: "s"}, []Invitation{link("x", func(i *Invitation) { i.Grants, i.Person = nil, "m" })}, nil, ""},
		"a passphrase beside a grant": {Invite{Person: "s"}, []Invitation{link("x", nil)}, nil, ""},
		"what cannot be said":         {Invite{Grants: running, Waiting: "maybe"}, nil, nil, "accounts.waiting_form"},
	} {
		f := office(nil)
		inv, ended, err := DecideInvite(f, f.meta("a"), c.c, false, c.all)
		if (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, i := range ended {
			if got = append(got, i.ID); !i.Withdrew.Equal(march) {
				t.Errorf("%s: %s was withdrawn at %s", name, i.ID, i.Withdrew)
			}
		}
		if !slices.Equal(got, c.ended) {
			t.Errorf("%s: %v end", name, got)
		}
		life := InvitationLife
		if c.c.Person != "" {
			life = RenewalLife
		}
		if err == nil && (inv.By != "a" || !inv.Created.Equal(march) || inv.Expires.Sub(march) != life) {
			t.Errorf("%s: %+v", name, inv)
		}
	}
}

func TestALinkThatIsNone(t *testing.T) {
	f := office(nil)
	for name, c := range map[string]struct {
		by   string
		c    Invite
		code string
	}{
		"gives nothing":              {"a", Invite{}, "accounts.nothing_given"},
		"a long note":                {"a", Invite{Grants: running, Note: strings.Repeat("ồ", 201)}, "accounts.note_long"},
		"as long as may be":          {"a", Invite{Grants: running, Note: " " + strings.Repeat("ồ", 200) + " "}, ""},
		"a passphrase of nobody":     {"a", Invite{Person: "x"}, "accounts.person_unknown"},
		"a judge, by who organises":  {"o", Invite{Grants: judging}, ""},
		"a judge elsewhere":          {"o", Invite{Grants: []Grant{{Judge, Scope{Contest, "khac"}}}}, "accounts.denied"},
		"an organiser, by one":       {"o", Invite{Grants: []Grant{{Organiser, Scope{Contest, "hoi-thi"}}}}, "accounts.denied"},
		"an organiser, by who may":   {"p", Invite{Grants: []Grant{{Organiser, Scope{Contest, "khac"}}}}, ""},
		"an organiser of all":        {"p", Invite{Grants: []Grant{{Organiser, Scope{Level: Province}}}}, "accounts.denied"},
		"an operator, by a monitor":  {"m", Invite{Grants: running}, ""},
		"a monitor, by a monitor":    {"m", Invite{Grants: watching}, "accounts.denied"},
		"an operator, by one":        {"s", Invite{Grants: running}, "accounts.denied"},
		"one right and one too many": {"m", Invite{Grants: append(running[:1:1], watching...)}, "accounts.denied"},
		"a passphrase she may renew": {"m", Invite{Person: "s"}, ""},
		"one she may not":            {"s", Invite{Person: "m"}, "accounts.denied"},
		"of who holds nothing":       {"m", Invite{Person: "n"}, "accounts.denied"},
		"of who holds nothing, by a": {"a", Invite{Person: "n"}, ""},
		"her own":                    {"n", Invite{Person: "n"}, "accounts.renew_own"},
		"nobody's":                   {"", Invite{Grants: running}, "accounts.log_in_first"},
	} {
		_, _, err := DecideInvite(f, f.meta(c.by), c.c, false, nil)
		if (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := DecideInvite(f, f.meta(c.by), c.c, true, nil); !fault.Is(err, "accounts.secret_taken") {
			t.Errorf("%s, by a secret that another has: %v", name, err)
		}
	}
}

// Who made a link, or might have made it, sees and withdraws it; a used one stays as it is.
func TestWhoWithdrawsALink(t *testing.T) {
	f := office(nil)
	for by, sees := range map[string]map[string]bool{
		"a": {"o's judge": true, "m's operator": true, "s's passphrase": true, "the server's": true},
		"o": {"o's judge": true}, "p": {"o's judge": true}, "m": {"m's operator": true, "s's passphrase": true, "the server's": true},
		"s": {"s's passphrase": true}, "n": {}, "": {},
	} {
		for name, inv := range map[string]Invitation{"o's judge": {By: "o", Grants: judging}, "m's operator": {By: "m", Grants: running},
			"s's passphrase": {By: "a", Person: "s"}, "the server's": {Grants: running}} {
			if got := f.MaySee(f.meta(by).By, inv); got != sees[name] {
				t.Errorf("%q sees %s: %t", by, name, got)
			}
			ended, err := DecideWithdraw(f, f.meta(by), inv)
			if (err == nil) != sees[name] || err == nil && !ended.Withdrew.Equal(march) {
				t.Errorf("%q withdraws %s: %+v, %v", by, name, ended, err)
			}
		}
	}
	before := march.Add(-time.Hour)
	if again, err := DecideWithdraw(f, f.meta("a"), Invitation{Withdrew: before}); err != nil || !again.Withdrew.Equal(before) {
		t.Errorf("withdrawn twice: %+v, %v", again, err)
	}
	if _, err := DecideWithdraw(f, f.meta("a"), Invitation{Used: before}); !fault.Is(err, "accounts.invitation_used") {
		t.Errorf("used: %v", err)
	}
}

// A link opens nothing once its maker could not make it any more.
func TestALinkEndsWithTheRightOfItsMaker(t *testing.T) {
	inv := func(by string, grants []Grant) Invitation {
		return Invitation{By: by, Grants: grants, Created: march, Expires: march.Add(time.Hour)}
	}
	for name, c := range map[string]struct {
		set  func(people map[string]*Person)
		inv  Invitation
		code string
	}{
		"as it was":            {nil, inv("o", judging), ""},
		"disabled":             {func(p map[string]*Person) { p["o"].Disabled = true }, inv("o", judging), "accounts.invitation_ended"},
		"without the role":     {func(p map[string]*Person) { p["o"].Grants = nil }, inv("o", judging), "accounts.invitation_ended"},
		"no more there":        {func(p map[string]*Person) { delete(p, "o") }, inv("o", judging), "accounts.invitation_ended"},
		"the server's":         {nil, inv("", judging), ""},
		"by its token":         {nil, inv(ServerPerson().ID, judging), ""},
		"for the first person": {nil, Invitation{First: true, Expires: march.Add(time.Hour)}, "accounts.invitation_ended"},
		"of a long time ago":   {nil, Invitation{By: "o", Grants: judging, Expires: march}, "accounts.invitation_ended"},
		"a passphrase no more": {func(p map[string]*Person) { p["m"].Grants = nil }, Invitation{By: "m", Person: "s", Expires: march.Add(time.Hour)},
			"accounts.invitation_ended"},
		"a passphrase, by hers": {nil, Invitation{By: "m", Person: "s", Expires: march.Add(time.Hour)}, ""},
	} {
		if err := office(c.set).CheckInvitation(c.inv, march); (err == nil) != (c.code == "") || err != nil && !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each condition of a query of links leaves out what it says and nothing else.
func TestAQueryOfLinks(t *testing.T) {
	f := office(nil)
	inv := Invitation{ID: "x", By: "o", Grants: judging, Created: march, Expires: march.Add(time.Hour)}
	twin := inv
	twin.ID = "y"
	monitor, organiser := f.meta("m").By, f.meta("o").By
	for want, list := range map[bool][]InvitationQuery{
		true: {{At: march}, {At: march, Role: Judge}, {At: march, Contest: "hoi-thi"}, {At: march, Role: Judge, Contest: "hoi-thi"},
			{At: march, For: &organiser}, {At: march, Like: &twin}},
		false: {{At: march.Add(time.Hour)}, {At: march, Role: Operator}, {At: march, Contest: "khac"}, {At: march, Role: Operator, Contest: "hoi-thi"},
			{At: march, Role: Judge, Contest: "khac"},
			{At: march, For: &monitor}, {At: march, Like: &inv}, {At: march, Like: &Invitation{ID: "z", Grants: running}}},
	} {
		for _, q := range list {
			if f.Wants(q, inv) != want {
				t.Errorf("%+v: %t", q, !want)
			}
		}
	}
	two := Invitation{By: "a", Grants: append(running[:1:1], judging...), Expires: march.Add(time.Hour)}
	if f.Wants(InvitationQuery{At: march, Role: Operator, Contest: "hoi-thi"}, two) {
		t.Error("an operator elsewhere and a judge there are taken for one grant")
	}
}

func TestAQueryOfPeople(t *testing.T) {
	names := Names{Places: oneCommune{}}
	everybody := func(Person) bool { return true }
	for name, c := range map[string]struct {
		f    PeopleFilter
		keep func(Person) bool
		want string
	}{
		"all":                  {PeopleFilter{}, everybody, "amnops"},
		"of a role":            {PeopleFilter{Role: Organiser}, everybody, "op"},
		"of a district":        {PeopleFilter{District: "084"}, everybody, "ms"},
		"of a role there":      {PeopleFilter{Role: Operator, District: "084"}, everybody, "s"},
		"of another role":      {PeopleFilter{Role: Judge}, everybody, ""},
		"whom one may know of": {PeopleFilter{Role: Organiser}, func(p Person) bool { return p.ID != "o" }, "p"},
		"by name":              {PeopleFilter{Text: "hoa m"}, everybody, "ms"}, // Mường Khương too
	} {
		found, in := office(nil).Directory.Find(c.f, names, c.keep)
		var ids []string
		for _, p := range found {
			ids = append(ids, p.ID)
		}
		slices.Sort(ids)
		if got := strings.Join(ids, ""); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
		if c.f.Role == "" && c.f.Text == "" && in["084"] != 2 {
			t.Errorf("%s: %d work in the district", name, in["084"])
		}
	}
}

// TestNobodyLetsHerselfIn: an open browser or a token of hers opens no way to a new passphrase; others do, and the server.
func TestNobodyLetsHerselfIn(t *testing.T) {
	f := office(func(people map[string]*Person) {
		people["b"] = &Person{Grants: []Grant{{Admin, Scope{Level: Province}}}}
	})
	as := func(p Person, via string) Meta { return Meta{ID: "c", By: p.Actor(via), At: march} }
	for _, id := range []string{"a", "m", "s", "n"} {
		p, err := f.Directory.Person(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, via := range []string{"session", "token"} {
			if _, _, err := DecideInvite(f, as(p, via), Invite{Person: id}, false, nil); !fault.Is(err, "accounts.renew_own") {
				t.Errorf("%s by her %s: %v", id, via, err)
			}
		}
		for _, m := range []Meta{f.meta("b"), as(ServerPerson(), "token"), {ID: "c", By: Daemon(), At: march}} {
			if _, _, err := DecideInvite(f, m, Invite{Person: id}, false, nil); err != nil {
				t.Errorf("%s by %s: %v", id, m.By.Name, err)
			}
		}
		mine := Invitation{ID: "old", Person: id, By: id, Created: march, Expires: march.Add(time.Hour)}
		if err := f.CheckInvitation(mine, march); !fault.Is(err, "accounts.invitation_ended") {
			t.Errorf("one %s made before: %v", id, err)
		}
	}
	p, _ := f.Directory.Person("a")
	if _, err := DecidePassphrase(f, as(p, "token"), SetPassphrase{Was: "was", New: "new"}, "was"); !fault.Is(err, "accounts.by_hand") {
		t.Errorf("a passphrase by a token: %v", err)
	}
}
