// Package people manages accounts: who there is, who may do what where, and
// the invitations that let them in.
package people

import (
	"cmp"
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/text"
	"loa/message"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	Directory(ctx context.Context) (*accounts.Directory, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	Invitations(ctx context.Context, q accounts.InvitationQuery) ([]accounts.Invitation, error)
	Sessions(ctx context.Context, person string, at time.Time) ([]accounts.Session, error)
	Devices(ctx context.Context, person string, at time.Time) ([]message.Device, error)
	Tokens(ctx context.Context, person string, at time.Time) ([]accounts.Token, error)
	Invite(ctx context.Context, m accounts.Meta, c accounts.Invite) (accounts.Invitation, error)
	Withdraw(ctx context.Context, m accounts.Meta, c accounts.Withdraw) (accounts.Invitation, error)
	ChangePerson(ctx context.Context, m accounts.Meta, c accounts.ChangePerson) (accounts.Person, error)
	EndSessions(ctx context.Context, m accounts.Meta, c accounts.EndSessions) (int, error)
	RemoveToken(ctx context.Context, m accounts.Meta, c accounts.RemoveToken) (accounts.Token, error)
	Factors(ctx context.Context, person string) (accounts.Factors, error)
	RemoveFactor(ctx context.Context, m accounts.Meta, c accounts.RemoveFactor) (accounts.FactorList, error)
	Erase(ctx context.Context, m accounts.Meta, c accounts.Erase) (accounts.Erasure, error)
	Erasures(ctx context.Context, by accounts.Actor) ([]accounts.Erasure, error)
}

type pages struct {
	store  Store
	list   *kit.View[listPage]
	person *kit.View[personPage]
	invite *kit.View[invitePage]
	link   *kit.View[linkPage]
	sheet  *kit.View[sheetPage]
	cards  *kit.View[cardsPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("people", files)
	p := pages{store: s, list: kit.NewView[listPage](f, "list.html"), person: kit.NewView[personPage](f, "person.html"),
		invite: kit.NewView[invitePage](f, "invite.html"), link: kit.NewView[linkPage](f, "link.html"),
		sheet: kit.NewView[sheetPage](f, "sheet.html"), cards: kit.NewView[cardsPage](f, "cards.html")}
	k.Menu(kit.MenuItem{Path: "/people", Key: "people.menu", Icon: "people", Access: accounts.InviteStation, Order: 80})
	k.AddStep(p.step)
	const tend = accounts.InviteStation // whoever invites also tends; the commands check whom
	k.Handle(
		kit.Route{Pattern: "GET /people", Access: tend, Handler: p.showList},
		kit.Route{Pattern: "GET /people/{id}", Access: tend, Handler: p.showPerson},
		kit.Route{Pattern: "POST /people/{id}", Access: tend, Handler: p.change},
		kit.Route{Pattern: "POST /people/{id}/renew", Access: tend, Handler: p.renew},
		kit.Route{Pattern: "POST /people/{id}/handover", Access: tend, Handler: p.handOver},
		kit.Route{Pattern: "POST /people/{id}/sessions/end", Access: tend, Handler: p.endSessions},
		kit.Route{Pattern: "POST /people/{id}/tokens/remove", Access: accounts.ManagePeople, Handler: p.removeToken},
		kit.Route{Pattern: "POST /people/{id}/factors/remove", Access: accounts.ManagePeople, Handler: p.removeFactor},
		kit.Route{Pattern: "POST /people/{id}/erase", Access: accounts.ManagePeople, Handler: p.erase},
		kit.Route{Pattern: "GET /people/invite", Access: tend, Handler: p.showInvite},
		kit.Route{Pattern: "POST /people/invite", Access: tend, Handler: p.doInvite},
		kit.Route{Pattern: "GET /people/invite/judge/{contest}", Access: accounts.Organise, Handler: p.showInvite},
		kit.Route{Pattern: "POST /people/invite/judge/{contest}", Access: accounts.Organise, Handler: p.doInvite},
		kit.Route{Pattern: "GET /people/invite/organiser/{contest}", Access: accounts.Organise, Handler: p.showInvite},
		kit.Route{Pattern: "POST /people/invite/organiser/{contest}", Access: accounts.Organise, Handler: p.doInvite},
		kit.Route{Pattern: "POST /people/invite/judge/{contest}/withdraw", Access: accounts.Organise, Handler: p.withdraw},
		kit.Route{Pattern: "POST /people/invite/organiser/{contest}/withdraw", Access: accounts.Organise, Handler: p.withdraw},
		kit.Route{Pattern: "POST /people/withdraw", Access: tend, Handler: p.withdraw},
		kit.Route{Pattern: "GET /people/sheet", Access: tend, Handler: p.showSheet},
		kit.Route{Pattern: "POST /people/sheet", Access: tend, Handler: p.makeSheet},
	)
}

func (p pages) facts(ctx context.Context) (f accounts.Facts, places *stations.Registry, err error) {
	if f.Directory, err = p.store.Directory(ctx); err != nil {
		return f, nil, err
	}
	places, err = p.store.Registry(ctx)
	f.Places = places
	return f, places, err
}

type listPage struct {
	kit.Page
	Asked   kit.Form // what is looked for
	Choices []kit.Choice
	Chosen  []string    // the filters in force, as people read them
	Groups  []kit.Group // by district, of everything else that is asked for
	Total   int
	People  []personRow
	Turn    kit.Turn
	Invites kit.Invites
}

type personRow struct {
	ID, Name, Login string
	Gives           []string
	Disabled        bool
	Erased          bool
}

func words(r *kit.Request, places accounts.Places, grants []accounts.Grant) []string {
	out := make([]string, len(grants))
	for i, g := range grants {
		out[i] = g.Words(r.Lang, r.Names(places))
	}
	return out
}

// showList lists whom the actor may tend: everybody for an administrator, the
// operators in reach for a monitor.
func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	f, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	a, err := kit.ReadFilter[accounts.PeopleFilter](r, "from")
	if err == nil {
		err = places.CheckDistrict(a.District)
	}
	if err != nil {
		return err
	}
	page := listPage{Page: r.Page("people.title"), Asked: kit.FilterForm(a),
		Choices: kit.Choices(kit.Choice{Name: "role", Label: r.Say("people.role"), Options: kit.WordOptions(r, "accounts.role.", rolesSeen(r.Actor))})}
	found, in := f.Directory.Find(a, r.Names(places), func(q accounts.Person) bool { return f.MayTend(r.Actor, q.ID) })
	page.Total, page.Turn = len(found), r.Turn("from", len(found))
	for _, q := range found[page.Turn.From:page.Turn.To] {
		page.People = append(page.People, personRow{q.ID, q.Name, q.Login, words(r, places, q.Grants), q.Disabled, q.Erased()})
	}
	page.Chosen = kit.Chosen(page.Asked, page.Choices)
	if a.District != "" {
		page.Chosen = append(page.Chosen, places.DistrictName(a.District))
	} else if page.Turn.Next+page.Turn.Previous != "" {
		page.Groups = districtGroups(r, places, in)
	}
	if page.Invites, err = r.InvitesOf(f, p.store, accounts.InvitationQuery{}, "/people/withdraw"); err != nil {
		return err
	}
	page.Invites.List = slices.DeleteFunc(page.Invites.List, func(i kit.Invited) bool { return !strings.Contains(i.Sought(), text.Fold(a.Text)) })
	return p.list.Render(w, r, page)
}

func districtGroups(r *kit.Request, places accounts.Places, n map[string]int) (groups []kit.Group) {
	for code, n := range n {
		groups = append(groups, r.Group("district", code, places.DistrictName(code), n))
	}
	slices.SortFunc(groups, func(a, b kit.Group) int { return strings.Compare(text.Fold(a.Text), text.Fold(b.Text)) })
	return groups
}

type personPage struct {
	kit.Page
	Form      kit.Form
	Named     kit.Form // what she is called
	Secret    string   // of a renewal link, should one be asked for
	Person    accounts.Person
	Grants    []grantRow
	InvitedBy string
	Sessions  []accounts.Session
	Notified  map[string]time.Time // since when a session shows notifications, by its Root
	Tokens    []accounts.Token
	Factors   accounts.FactorList
	Erasure   *accounts.Erasure // nil of who was not erased, and for who may not read it
	Self      bool
	May       bool // every grant and the name, as an administrator
	Roles     []kit.Option
	Stations  []kit.Option
	Districts []kit.Option
}

type grantRow struct {
	Value, Words string
	Station      string // that she runs, "" of another role
	Label        string
}

func grantValue(g accounts.Grant) string {
	return string(g.Role) + "|" + string(g.Scope.Level) + "|" + g.Scope.ID
}

func (p pages) showPerson(w http.ResponseWriter, r *kit.Request) error {
	return p.renderPerson(w, r, kit.NewForm())
}

func (p pages) renderPerson(w http.ResponseWriter, r *kit.Request, form kit.Form) error {
	f, places, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	q, err := f.Tended(r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	page := personPage{Page: r.Page("people.person", "name", q.Name), Form: form, Secret: accounts.NewSecret(), Person: q, Self: q.ID == r.Actor.Person,
		May: accounts.MayManage(r.Actor) == nil, Stations: stationOptions(r, places), Districts: r.Districts(places, nil)}
	if page.Named = nameForm(q); form.Get("do") == "rename" {
		page.Named = form
	}
	for _, g := range q.Grants {
		row := grantRow{Value: grantValue(g), Words: g.Words(r.Lang, r.Names(places))}
		if g.Role == accounts.Operator {
			row.Station, row.Label = g.Scope.ID, places.Label(g.Scope.ID)
		}
		page.Grants = append(page.Grants, row)
	}
	if by, err := f.Directory.Person(q.InvitedBy); err == nil {
		page.InvitedBy = by.Name
	}
	page.Roles = kit.WordOptions(r, "accounts.role.", rolesToGive(r.Actor))
	if page.Sessions, err = p.store.Sessions(r.Context(), q.ID, r.Now); err != nil {
		return err
	}
	devices, err := p.store.Devices(r.Context(), q.ID, r.Now)
	if err != nil {
		return err
	}
	page.Notified = map[string]time.Time{}
	for _, d := range devices {
		page.Notified[d.ID] = d.Made
	}
	if page.Tokens, err = p.store.Tokens(r.Context(), q.ID, r.Now); err != nil {
		return err
	}
	factors, err := p.store.Factors(r.Context(), q.ID)
	if err != nil {
		return err
	}
	page.Factors = factors.List()
	if page.Erasure, err = p.erasure(r, q); err != nil {
		return err
	}
	return p.person.Render(w, r, page)
}

// rolesToGive are the roles whose invitation starts on these pages, the most
// frequent first. Judges are invited from the jury page of their contest.
func rolesToGive(by accounts.Actor) []accounts.Role {
	if accounts.MayManage(by) == nil {
		return []accounts.Role{accounts.Operator, accounts.Monitor, accounts.Editor, accounts.Organiser, accounts.Admin}
	}
	return []accounts.Role{accounts.Operator}
}

// rolesSeen are the roles of the people the actor may tend.
func rolesSeen(by accounts.Actor) []accounts.Role {
	roles := rolesToGive(by)
	if len(roles) > 1 {
		roles = append(roles, accounts.Judge)
	}
	return roles
}

// stationOptions lists the stations the actor may give an operator to.
func stationOptions(r *kit.Request, places *stations.Registry) []kit.Option {
	return kit.StationOptions(places, stations.Filter{ActiveOn: r.Today()}.For(r.Actor, accounts.InviteStation))
}

// grantFrom reads the grant that role, station and district of a form name.
func grantFrom(form *kit.Form) accounts.Grant {
	g := accounts.Grant{Role: accounts.Role(form.Get("role"))}
	switch {
	case g.Role == accounts.Operator:
		g.Scope = accounts.Scope{Level: accounts.Station, ID: form.Get("station")}
	case (g.Role == accounts.Monitor || g.Role == accounts.Organiser) && form.Get("district") != "":
		g.Scope = accounts.Scope{Level: accounts.District, ID: form.Get("district")}
	default:
		g.Scope = accounts.Scope{Level: accounts.Province}
	}
	return g
}

// nameForm is the form of what somebody is called.
func nameForm(q accounts.Person) kit.Form { return kit.NewForm("name", q.Name).From(q.Edition()) }

// change does what the pressed button says: give or take one grant, rename,
// disable or enable.
func (p pages) change(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	var q accounts.Person
	find := func() (kit.Form, error) {
		d, err := p.store.Directory(r.Context())
		if err != nil {
			return kit.Form{}, err
		}
		q, err = d.Person(r.PathValue("id"))
		return nameForm(q), err
	}
	err = form.Save(find, func(m accounts.Meta) error {
		if _, err := find(); err != nil {
			return err
		}
		m.Seen = cmp.Or(m.Seen, q.Edition().Tag) // a role given meanwhile is not taken away by giving another
		_, err := p.store.ChangePerson(r.Context(), m, wanted(q, form))
		return err
	})
	if form.Refused(err) {
		return p.renderPerson(w, r, *form)
	}
	if err != nil {
		return err
	}
	f, _, err := p.facts(r.Context())
	if err != nil {
		return err
	}
	if !f.MayTend(r.Actor, q.ID) { // she took away what let her
		return r.Redirect(w, "/people", "people.saved")
	}
	return r.Redirect(w, "/people/"+q.ID, "people.saved")
}

func wanted(q accounts.Person, form *kit.Form) accounts.ChangePerson {
	c := accounts.ChangePerson{Person: q.ID}
	switch form.Get("do") {
	case "give":
		grants := append(slices.Clone(q.Grants), grantFrom(form))
		c.Grants = &grants
	case "take":
		grants := slices.DeleteFunc(slices.Clone(q.Grants), func(g accounts.Grant) bool { return grantValue(g) == form.Get("grant") })
		c.Grants = &grants
	case "disable", "enable":
		off := form.Get("do") == "disable"
		c.Disabled = &off
	case "rename":
		name := form.Get("name")
		c.Name = &name
	}
	return c
}

func (p pages) endSessions(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if _, err := p.store.EndSessions(r.Context(), r.Meta(form.ID), accounts.EndSessions{Person: id, Session: form.Get("session")}); err != nil {
		return err
	}
	return r.Redirect(w, "/people/"+id, "me.sessions_ended")
}

// handOver ends that somebody runs a station, and makes the link for who comes after her.
func (p pages) handOver(w http.ResponseWriter, r *kit.Request) error {
	form, secret, err := formWithSecret(r)
	if err != nil {
		return err
	}
	step := func(name string) accounts.Meta {
		return r.Meta(uuid.NewSHA1(uuid.MustParse(form.ID), []byte(name)).String())
	}
	people, err := p.store.Directory(r.Context())
	if err != nil {
		return err
	}
	leaves, err := people.Person(r.PathValue("id"))
	if err != nil {
		return err
	}
	station := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: form.Get("station")}}
	keeps := slices.DeleteFunc(slices.Clone(leaves.Grants), func(g accounts.Grant) bool { return g == station })
	// The link comes first: it is refused to who may not give the station, and then nothing has changed.
	inv, err := p.make(r, step("invite"), secret, accounts.Invite{Grants: []accounts.Grant{station}, Waiting: accounts.WithdrawWaiting})
	if err == nil { // before she is nobody of theirs any more
		_, err = p.store.EndSessions(r.Context(), step("end"), accounts.EndSessions{Person: leaves.ID})
	}
	if err == nil {
		take := step("take")
		take.Seen = leaves.Edition().Tag // a role given meanwhile is not taken away
		_, err = p.store.ChangePerson(r.Context(), take, accounts.ChangePerson{Person: leaves.ID, Grants: &keeps})
	}
	if form.Refused(err) {
		return p.renderPerson(w, r, *form)
	}
	if err != nil {
		return err
	}
	return p.renderLink(w, r, inv, secret)
}

func (p pages) removeToken(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	if _, err := p.store.RemoveToken(r.Context(), r.Meta(form.ID), accounts.RemoveToken{ID: form.Get("token")}); err != nil {
		return err
	}
	return r.Redirect(w, "/people/"+r.PathValue("id"), "me.token_removed")
}

// removeFactor takes a second factor that the person has lost; she is told.
func (p pages) removeFactor(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := accounts.RemoveFactor{Person: r.PathValue("id"), Factor: form.Get("factor")}
	if _, err := p.store.RemoveFactor(r.Context(), r.Meta(form.ID), c); err != nil {
		return err
	}
	return r.Redirect(w, "/people/"+r.PathValue("id"), "people.factor_removed")
}

// step tells whoever may invite how many stations have nobody yet.
func (p pages) step(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.InviteStation) {
		return nil, nil
	}
	list, _, err := p.awaited(r)
	if err != nil {
		return nil, err
	}
	var n stationCount
	for _, a := range list {
		n.add(a.count())
	}
	if n.Alone == 0 {
		return nil, nil
	}
	why := r.Say("people.step_why", "alone", n.Alone, "all", n.All)
	if n.Waiting > 0 {
		why = r.Say("people.step_waiting", "alone", n.Alone, "all", n.All, "waiting", n.Waiting)
	}
	return []kit.Step{{Title: r.Say("people.step"), Text: why,
		Path: "/people/sheet", Button: r.Say("people.step_button"), Icon: "people", State: "warn", Order: 50}}, nil
}
