package accounts

import (
	"cmp"
	"slices"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Places is what accounts asks about the map; the registry of stations
// answers it.
type Places interface {
	// Where places a station in its district; unknown stations have none.
	Where(station string) Where
	// Label names a station so that no other sounds alike, "" if unknown.
	Label(station string) string
	// DistrictName names a district by its official code; an unknown code comes back as it is.
	DistrictName(code string) string
	// CheckGoesOn returns a fault that says who took over from the station, if somebody had by then.
	CheckGoesOn(station string, at time.Time) error
}

// Names is what a grant reaches, as people call it.
type Names struct {
	Places
	Contest func(id string) string // its title; nil where nobody reads it
}

func (n Names) contest(id string) string {
	if n.Contest == nil {
		return id
	}
	return n.Contest(id)
}

// Facts are what a decision about people looks at.
type Facts struct {
	Directory *Directory
	Places    Places
	Held      Held // of the person it is about
}

// mustGive returns a fault unless the actor may give, or take, that grant:
// administrators every one; whoever may invite operators the role of operator
// at stations in reach; organisers the role of judge, and organisers of all
// contests that of organiser of one.
func (f Facts) mustGive(by Actor, g Grant) error {
	if err := g.Check(); err != nil {
		return err
	}
	switch {
	case g.Scope.Level == Station && f.Places.Label(g.Scope.ID) == "":
		return fault.New(fault.Invalid, "accounts.station_unknown", "station", g.Scope.ID).At("grants")
	case g.Scope.Level == District && f.Places.DistrictName(g.Scope.ID) == g.Scope.ID:
		return fault.New(fault.Invalid, "accounts.district_unknown", "district", g.Scope.ID).At("grants")
	case by.Can(ManagePeople, Where{}):
		return nil
	case g.Role == Operator:
		return by.Must(InviteStation, f.Places.Where(g.Scope.ID))
	case g.Role == Judge:
		return by.Must(Organise, Where{Contest: g.Scope.ID})
	case g.Role == Organiser && g.Scope.Level == Contest:
		return by.Must(Organise, Where{})
	}
	return by.Must(ManagePeople, Where{})
}

// giveNew returns a fault unless the actor may give the grant now. At a
// station that was merged into another it would be good for nothing.
func (f Facts) giveNew(m Meta, g Grant) error {
	if err := f.mustGive(m.By, g); err != nil || g.Scope.Level != Station {
		return err
	}
	if e := fault.Of(f.Places.CheckGoesOn(g.Scope.ID, m.At)); e != nil {
		return e.At("grants")
	}
	return nil
}

// mustTend returns a fault unless the actor is that person or could have given
// all she holds. Somebody who holds nothing is an administrator's business.
func (f Facts) mustTend(by Actor, person string) error {
	if by.Person != "" && by.Person == person {
		return nil
	}
	p, err := f.Directory.Person(person)
	if err != nil {
		return err
	}
	if by.Can(ManagePeople, Where{}) {
		return nil
	}
	if len(p.Grants) == 0 {
		return by.Must(ManagePeople, Where{})
	}
	for _, g := range p.Grants {
		if err := f.mustGive(by, g); err != nil {
			return err
		}
	}
	return nil
}

// Knows finds whose account, by ID or login, the actor may be told all of: her own, and everybody's as an administrator. Faults:
// accounts.denied, accounts.person_unknown.
func (f Facts) Knows(by Actor, who string) (Person, error) {
	p, err := f.Directory.Named(who)
	if err == nil && p.ID == by.Person {
		return p, nil
	}
	return p, cmp.Or(MayManage(by), err)
}

// MayTend reports whether the actor may end the person's sessions, send her a
// new passphrase link or disable her account.
func (f Facts) MayTend(by Actor, person string) bool { return f.mustTend(by, person) == nil }

// MayManage refuses who may not manage people of any kind. Fault: accounts.denied.
func MayManage(by Actor) error { return by.Must(ManagePeople, Where{}) }

// Tended returns the person of that ID or login, if the actor may tend her: see MayTend.
// Faults: of Directory.Named, accounts.denied.
func (f Facts) Tended(by Actor, who string) (Person, error) {
	p, err := f.Directory.Named(who)
	if err != nil {
		return p, err
	}
	return p, f.mustTend(by, p.ID)
}

// checkGrants removes doubles of a person's grants. was is the person before, zero
// if she is new: what she holds already is not refused again.
func checkGrants(was Person, grants []Grant) ([]Grant, error) {
	if len(grants) > 100 {
		return nil, fault.New(fault.Invalid, "accounts.too_many_grants", "most", 100).At("grants")
	}
	var out []Grant
	for _, g := range grants {
		if err := g.Check(); err != nil {
			return nil, err
		}
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out, apart(was, out)
}

// apart refuses to let somebody judge a contest whose works she may see as its
// organiser, or has seen so, and the reverse.
func apart(was Person, grants []Grant) error {
	for _, judge := range grants {
		if judge.Role != Judge {
			continue
		}
		new, where := !was.Has(judge), Where{Contest: judge.Scope.ID}
		if new && slices.Contains(was.organised(), judge.Scope) {
			return fault.New(fault.Conflict, "accounts.has_organised").At("grants")
		}
		for _, g := range grants {
			if slices.Contains(may[g.Role], Organise) && g.Scope.covers(where) && (new || !was.Has(g)) {
				return fault.New(fault.Conflict, "accounts.judge_or_organiser").At("grants")
			}
		}
	}
	return nil
}

// Past is a scope on which somebody could organise contests until then.
type Past struct {
	Scope
	Until time.Time `json:"until"` // UTC
}

// left returns what the person has organised, with what she no longer may
// organise from that instant on.
func (p Person) left(was Person, at time.Time) []Past {
	list := slices.Clone(was.Organised)
	for _, g := range was.Grants {
		if slices.Contains(may[g.Role], Organise) && !p.Has(g) {
			list = append(slices.DeleteFunc(list, func(o Past) bool { return o.Scope == g.Scope }), Past{g.Scope, at.UTC()})
		}
	}
	return list
}

// Begun is a scope on which somebody may organise contests, since when, and who let her.
type Begun struct {
	Scope
	At     time.Time `json:"at"`           // UTC
	By     string    `json:"by,omitempty"` // ID of who invited her or gave her the role; "" for the daemon
	ByName string    `json:"by_name"`
}

// begins returns since when, and by whom, the person may organise what she may now.
func (p Person) begins(was Person, at time.Time, by, name string) (list []Begun) {
	for _, g := range p.Grants {
		if !slices.Contains(may[g.Role], Organise) {
			continue
		}
		if i := slices.IndexFunc(was.Began, func(b Begun) bool { return b.Scope == g.Scope }); i >= 0 {
			list = append(list, was.Began[i])
		} else if !was.Has(g) {
			list = append(list, Begun{g.Scope, at.UTC(), by, name})
		}
	}
	return list
}

// OrganisesSince is since when the person may organise the contest, and who let her: by
// the oldest of the roles that let her now. Its ByName is "" where that is not known: At is then when she
// got her account.
func (p Person) OrganisesSince(contest string) Begun {
	return p.since(Organise, Where{Contest: contest})
}

// RunsQuizSince is OrganisesSince of knowledge contests of the district, or of the province for "".
func (p Person) RunsQuizSince(district string) Begun {
	return p.since(RunQuiz, Where{District: district})
}

// since looks at actions that the roles which organise let her do.
func (p Person) since(action Action, where Where) (since Begun) {
	for _, g := range p.Grants {
		if !slices.Contains(may[g.Role], action) || !g.Scope.covers(where) {
			continue
		}
		b := Begun{Scope: g.Scope, At: p.Created}
		if i := slices.IndexFunc(p.Began, func(b Begun) bool { return b.Scope == g.Scope }); i >= 0 {
			b = p.Began[i]
		}
		if since.Level == "" || b.At.Before(since.At) {
			since = b
		}
	}
	return since
}

func (p Person) organised() (scopes []Scope) {
	for _, o := range p.Organised {
		scopes = append(scopes, o.Scope)
	}
	return scopes
}

// AddPerson makes an account at once, without an invitation.
type AddPerson struct {
	Name       string  `json:"name"`
	Login      string  `json:"login"`
	Grants     []Grant `json:"grants"`
	Passphrase string  `json:"-"` // PHC; "" if she sets it by a link later
}

// Repeated is what a repeat gets instead of the first answer where there is a
// passphrase: it is kept nowhere, so it cannot be compared.
func (c AddPerson) Repeated() error {
	if c.Passphrase == "" {
		return nil
	}
	return fault.New(fault.Conflict, "store.change_reused")
}

// DecideAdd makes the person. Only an administrator may. Faults:
// accounts.denied, accounts.name_missing, accounts.name_form,
// accounts.login_form, accounts.login_taken, those of grants.
func DecideAdd(f Facts, m Meta, c AddPerson) (Person, Effects, error) {
	if err := m.By.Must(ManagePeople, Where{}); err != nil {
		return Person{}, Effects{}, err
	}
	grants, err := checkGrants(Person{}, c.Grants)
	if err == nil {
		err = m.By.handy(grants...)
	}
	if err != nil {
		return Person{}, Effects{}, err
	}
	for _, g := range grants {
		if err := f.giveNew(m, g); err != nil {
			return Person{}, Effects{}, err
		}
	}
	p, err := f.newPerson(m, c.Name, c.Login, grants, m.By.Person, m.By.Name)
	return p, Effects{Passphrase: c.Passphrase}, err
}

func (f Facts) newPerson(m Meta, name, login string, grants []Grant, by, byName string) (Person, error) {
	name, err := CheckName(name)
	if err != nil {
		return Person{}, err
	}
	login = FoldLogin(login)
	if err := CheckLogin(login); err != nil {
		return Person{}, err
	}
	if _, taken := f.Directory.ByLogin(login); taken {
		return Person{}, fault.New(fault.Conflict, "accounts.login_taken", "login", login).At("login")
	}
	p := Person{ID: m.NewID(), Name: name, Login: login, Grants: grants, Language: text.Vietnamese, Created: m.At, InvitedBy: by}
	p.Began = p.begins(Person{}, m.At, by, byName)
	return p, nil
}

// ChangePerson sets what somebody is called and may do. Nil leaves as is.
type ChangePerson struct {
	Person   string         `json:"person"`
	Name     *string        `json:"name,omitempty"`
	Language *text.Language `json:"language,omitempty"`
	Grants   *[]Grant       `json:"grants,omitempty"`
	Disabled *bool          `json:"disabled,omitempty"`
}

// TakeRole takes the role of organiser of one contest from somebody.
type TakeRole struct {
	Person  string `json:"person"`
	Contest string `json:"contest"` // ID
}

// DecideTakeRole returns the person without the role; the links end that she cannot make without it. It is for who could give it, and for
// herself, but for the last who organises the contest. Faults: accounts.denied,
// accounts.person_unknown, accounts.role_gone, accounts.last_organiser.
func DecideTakeRole(f Facts, m Meta, c TakeRole) (Person, Effects, error) {
	g := Grant{Organiser, Scope{Contest, c.Contest}}
	if m.By.Person == "" || m.By.Person != c.Person {
		if err := f.mustGive(m.By, g); err != nil {
			return Person{}, Effects{}, err
		}
	}
	p, err := f.Directory.Person(c.Person)
	if err != nil {
		return Person{}, Effects{}, err
	}
	if !p.Has(g) {
		return Person{}, Effects{}, fault.New(fault.Conflict, "accounts.role_gone", "name", p.Name)
	}
	was := p
	p.Grants = slices.DeleteFunc(slices.Clone(p.Grants), func(o Grant) bool { return o == g })
	p.Organised, p.Began = p.left(was, m.At), p.begins(was, m.At, m.By.Person, m.By.Name)
	runs := func(o Person) bool { // administrators may, too, and have other work
		return !o.Disabled && slices.ContainsFunc(o.Grants, func(g Grant) bool { return g.Role == Organiser && g.Scope.covers(Where{Contest: c.Contest}) })
	}
	if !runs(p) && !slices.ContainsFunc(f.Directory.people, func(o Person) bool { return o.ID != p.ID && runs(o) }) {
		return Person{}, Effects{}, fault.New(fault.Conflict, "accounts.last_organiser", "name", p.Name)
	}
	p.Touch = m.Touch(was, p)
	return p, Effects{Links: f.lapsed(m, p)}, nil
}

// DecidePerson returns the person as changed. What opens the account of somebody who is disabled
// ends, and so do the links that she could not make any more. Oneself may change name and
// language; grants need the authority to give every grant that comes or goes.
// Faults: accounts.denied, edit.stale, accounts.person_unknown, accounts.erased_already, accounts.name_missing,
// accounts.name_form, accounts.not_yourself, accounts.last_admin, accounts.judge_or_organiser,
// accounts.has_organised, those of grants.
func DecidePerson(f Facts, m Meta, c ChangePerson) (Person, Effects, error) {
	if err := f.mustTend(m.By, c.Person); err != nil {
		return Person{}, Effects{}, err
	}
	p, err := f.Directory.Person(c.Person)
	if err != nil {
		return Person{}, Effects{}, err
	}
	if err := m.Current(p.Edition()); err != nil {
		return Person{}, Effects{}, err
	}
	if err := p.erased(); err != nil {
		return Person{}, Effects{}, err
	}
	was := p
	if c.Name != nil {
		if p.Name, err = CheckName(*c.Name); err != nil {
			return Person{}, Effects{}, err
		}
	}
	if c.Language != nil {
		p.Language = text.Vietnamese
		if *c.Language == text.English {
			p.Language = text.English
		}
	}
	if c.Grants != nil {
		if p.Grants, err = f.regrant(m, p, *c.Grants); err != nil {
			return Person{}, Effects{}, err
		}
		p.Organised, p.Began = p.left(was, m.At), p.begins(was, m.At, m.By.Person, m.By.Name)
	}
	if c.Disabled != nil {
		if m.By.Person == p.ID && *c.Disabled {
			return Person{}, Effects{}, fault.New(fault.Invalid, "accounts.not_yourself")
		}
		if p.Disabled != *c.Disabled {
			if err := m.By.handy(p.Grants...); err != nil {
				return Person{}, Effects{}, err
			}
		}
		p.Disabled = *c.Disabled
	}
	if (p.Disabled || !p.Actor("").Has(Admin)) && f.Directory.admins(p.ID) == 0 {
		return Person{}, Effects{}, fault.New(fault.Invalid, "accounts.last_admin")
	}
	p.Touch = m.Touch(was, p)
	var e Effects
	if p.Disabled {
		e = f.lockedOut(m, p.ID)
	}
	if c.Disabled != nil || c.Grants != nil {
		for _, inv := range f.lapsed(m, p) {
			e = e.with(inv)
		}
	}
	return p, e, nil
}

func (f Facts) regrant(m Meta, p Person, want []Grant) ([]Grant, error) {
	grants, err := checkGrants(p, want)
	if err != nil {
		return nil, err
	}
	for _, g := range slices.Concat(p.Grants, grants) {
		if p.Has(g) && slices.Contains(grants, g) {
			continue
		}
		err := f.mustGive(m.By, g)
		if !p.Has(g) {
			err = f.giveNew(m, g)
		}
		if err == nil {
			err = m.By.handy(g)
		}
		if err != nil {
			return nil, err
		}
	}
	return grants, nil
}

// SetPassphrase replaces one's own passphrase. The caller has verified the old
// one; Was is its hash, so that of two changes at once one is refused. All
// sessions but one end, and the tokens too if she says so.
type SetPassphrase struct {
	Was     string `json:"-"` // PHC as verified
	New     string `json:"-"` // PHC
	Session string `json:"session"`
	Tokens  bool   `json:"tokens,omitempty"` // end them too
}

// Repeated is what a repeat gets instead of the first answer: whether it asks
// for the same passphrase is not known.
func (SetPassphrase) Repeated() error {
	return fault.New(fault.Conflict, "accounts.passphrase_changed")
}

// DecidePassphrase replaces the passphrase if it is still the one verified: her other sessions
// and the links to a new passphrase end.
// Faults: accounts.log_in_first, accounts.by_hand, accounts.passphrase_changed.
func DecidePassphrase(f Facts, m Meta, c SetPassphrase, stored string) (Effects, error) {
	if m.By.Person == "" {
		return Effects{}, fault.New(fault.Unauthenticated, "accounts.log_in_first")
	}
	m.By.Cold = false // the caller has verified the old one
	if err := m.By.byHand(); err != nil {
		return Effects{}, err
	}
	if stored != c.Was {
		return Effects{}, fault.New(fault.Conflict, "accounts.passphrase_changed")
	}
	e := f.lockedOut(m, m.By.Person)
	e.Passphrase, e.Sessions = c.New, slices.DeleteFunc(e.Sessions, func(s Session) bool { return s.ID == c.Session })
	if !c.Tokens {
		e.Tokens = nil
	}
	return e, nil
}
