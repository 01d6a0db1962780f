// Package calls is whom a monitor telephones: the stations in the order of need, with numbers
// to tap, what to know before, and what came of each call.
package calls

import (
	"cmp"
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	coverage.CallBook
	coverage.CallSource
	airing.Proposals
	ForSlots(ctx context.Context, by accounts.Actor, slots []string) (map[string]airing.Line, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	Directory(ctx context.Context) (*accounts.Directory, error)
}

type pages struct {
	store   Store
	list    *kit.View[listPage]
	station *kit.View[stationPage]
	book    *kit.View[bookPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("calls", files)
	p := pages{store: s, list: kit.NewView[listPage](f, "list.html"), station: kit.NewView[stationPage](f, "station.html"),
		book: kit.NewView[bookPage](f, "book.html")}
	k.Menu(kit.MenuItem{Path: "/calls", Key: "calls.menu", Icon: "phone", Access: accounts.CallStation, Order: 22})
	k.Handle(
		kit.Route{Pattern: "GET /calls", Access: accounts.CallStation, Handler: p.showList},
		kit.Route{Pattern: "GET /calls/log", Access: accounts.CallStation, Handler: p.showBook},
		kit.Route{Pattern: "GET /calls/{station}", Access: accounts.CallStation, Handler: p.showStation},
		kit.Route{Pattern: "POST /calls/{station}", Access: accounts.CallStation, Handler: p.record},
	)
	k.AddStep(p.steps)
}

// names are what the pages call what they show.
type names struct {
	reg    *stations.Registry
	plan   *scheduler.Schedule
	people *accounts.Directory
}

func (p pages) names(r *kit.Request) (n names, err error) {
	if n.reg, err = p.store.Registry(r.Context()); err != nil {
		return n, err
	}
	if n.plan, err = p.store.Schedule(r.Context()); err != nil {
		return n, err
	}
	n.people, err = p.store.Directory(r.Context())
	return n, err
}

// callee is a station to call with the names people read.
type callee struct {
	coverage.Callee
	Label    string
	District string
	Why      []string
	Lately   []string // what was last said, in sentences
	Phones   []stations.Contact
	People   []string // who runs the station and has no number here
}

func (n names) callee(r *kit.Request, c coverage.Callee) callee {
	out := callee{Callee: c, Label: n.reg.Label(c.Station), District: n.reg.DistrictName(c.District)}
	for _, need := range c.Needs {
		if need == coverage.NeedMissed && c.Has(coverage.NeedSilent) {
			continue // the silence says so
		}
		out.Why = append(out.Why, r.Say("calls.why."+string(need), "weeks", c.Weeks, "faults", c.Faults))
	}
	title := func(l airing.Line) string {
		programme, _ := n.plan.Programme(l.Programme) // what was reported stays, also of a programme that is gone
		return cmp.Or(programme.TitleAt(l.StartedAt), l.Programme)
	}
	switch {
	case c.Said == nil:
		out.Lately = append(out.Lately, r.Say("calls.never"))
	case c.Aired == nil:
		out.Lately = append(out.Lately, r.Say("calls.never_aired"))
	default:
		out.Lately = append(out.Lately, r.Say("calls.last_aired", "programme", title(*c.Aired), "at", c.Aired.StartedAt))
	}
	if c.Days > 0 {
		out.Lately = append(out.Lately, r.Say("calls.silent_days", "days", c.Days))
	}
	if c.Said != nil && c.Said.Outcome == airing.NotAired {
		reason := r.Say("airing.reason." + string(c.Said.Reason))
		out.Lately = append(out.Lately, r.Say("calls.last_failed", "programme", title(*c.Said), "at", c.Said.StartedAt, "reason", reason))
	}
	if c.Last != nil {
		out.Lately = append(out.Lately, n.said(r, *c.Last))
	}
	var contacts []stations.Contact
	if st, err := n.reg.Station(c.Station); err == nil {
		contacts = st.Contacts
	}
	named := map[string]bool{}
	for _, who := range contacts {
		if who.Phone != "" {
			out.Phones, named[who.Name] = append(out.Phones, who), true
		}
	}
	for _, who := range n.people.Operators(c.Station) {
		if !who.Disabled && !named[who.Name] {
			out.People, named[who.Name] = append(out.People, who.Name), true
		}
	}
	for _, who := range contacts {
		if who.Name != "" && !named[who.Name] {
			out.People = append(out.People, who.Name)
		}
	}
	return out
}

// said is what came of a call, in a sentence.
func (n names) said(r *kit.Request, c coverage.Call) string {
	said := r.Say("calls.last_call", "by", c.By.Name, "at", c.At, "outcome", c.Outcome, "again", c.Again)
	if c.Note != "" {
		said += " " + r.Say("calls.last_note", "note", c.Note)
	}
	return said
}

type listPage struct {
	kit.Page
	Form    kit.Form // what it is narrowed by
	Choices []kit.Choice
	Need    int // how many are to be called today
	Rest    int // how many were called, and are listed after them
	Rows    []callee
	Turn    kit.Turn
	CSV     string
	XLSX    string
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	f, err := kit.ReadFilter[coverage.NeedFilter](r, "from")
	if err != nil {
		return err
	}
	list, err := coverage.ToBeCalled(r.Context(), p.store, r.Actor, f, r.Now)
	if err != nil {
		return err
	}
	n, err := p.names(r)
	if err != nil {
		return err
	}
	if format := r.URL.Query().Get("format"); format != "" {
		return p.exportList(w, r, n, list, format)
	}
	page := listPage{Page: r.Page("calls.title"), Form: kit.FilterForm(f), Turn: r.TurnCards("from", len(list)),
		CSV: filter.Link("/calls", f, "format", "csv"), XLSX: filter.Link("/calls", f, "format", "xlsx")}
	for i, c := range list {
		if c.Rests {
			page.Rest++
		} else {
			page.Need++
		}
		if i >= page.Turn.From && i < page.Turn.To {
			page.Rows = append(page.Rows, n.callee(r, c))
		}
	}
	page.Choices = append(kit.Choices(kit.Choice{Name: "district", Label: r.Say("calls.district"), Options: districts(r, n.reg)},
		kit.Choice{Name: "need", Label: r.Say("calls.need_label"), Options: kit.WordOptions(r, "calls.need.", coverage.Needs[:])}), r.Lists(n.reg)...)
	return p.list.Render(w, r, page)
}

// districts are those in which the actor may call a station.
func districts(r *kit.Request, reg *stations.Registry) []kit.Option {
	return r.Districts(reg, func(code string) bool { return coverage.MayCall(r.Actor, accounts.Where{District: code}) == nil })
}

// oldCalls is how many calls a station's page lists.
const oldCalls = 10

type stationPage struct {
	kit.Page
	callee
	Form     kit.Form
	Outcomes []kit.Option
	Before   []string // calls so far, in sentences
	Zalo     string   // ready to be sent
	More     string
	Saids    []kit.Option // what the station may say of an airing
	Slots    []kit.Option
	Shows    []kit.Option // programmes
	Reasons  []kit.Option
	Told     []told // what it said by telephone so far
}

// told is what the station said by telephone of an airing, and what became of it.
type told struct {
	Words, State, Report string
	Badge                string
	Why                  string // why it is not so
}

func (n names) told(r *kit.Request, p airing.Proposal) told {
	programme, _ := n.plan.Programme(p.Programme) // what was said of exists
	if lapsed, over := p.Lapsed(r.Now); over {
		p = lapsed
	}
	return told{p.Words(r.Lang, programme.TitleAt(p.StartedAt)), r.Say("airing.said_state." + string(p.State)), p.Report, saidBadges[p.State], p.Why}
}

// toldAt is what stations said of airings at these calls, by its ID.
func (p pages) toldAt(r *kit.Request, n names, calls []coverage.Call) (map[string]told, error) {
	ids := []string{}
	for _, c := range calls {
		if c.Said != "" {
			ids = append(ids, c.Said)
		}
	}
	list, err := p.store.Proposals(r.Context(), r.Actor, airing.ProposalQuery{IDs: ids})
	found := make(map[string]told, len(list))
	for _, one := range list {
		found[one.ID] = n.told(r, one)
	}
	return found, err
}

// saidBadges are the states of a proposal as the look knows them.
var saidBadges = map[airing.ProposalState]string{airing.Proposed: "later", airing.Agreed: "ok", airing.Disagreed: "bad", airing.Overtaken: "info",
	airing.Expired: "none"}

func (p pages) stationOf(r *kit.Request) (*stations.Station, error) {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	return reg.OpenTo(r.Actor, accounts.CallStation, r.PathValue("station"), r.Today())
}

func (p pages) showStation(w http.ResponseWriter, r *kit.Request) error {
	st, err := p.stationOf(r)
	if err != nil {
		return err
	}
	f, err := p.form(r, st.ID)
	if err != nil {
		return err
	}
	return p.renderStation(w, r, st, f)
}

// form is the form by which a call to the station is written down.
func (p pages) form(r *kit.Request, station string) (kit.Form, error) {
	before, _, err := p.store.Calls(r.Context(), r.Actor, coverage.CallQuery{Station: station, Limit: 1})
	if err != nil {
		return kit.Form{}, err
	}
	var last coverage.Call
	if len(before) > 0 {
		last = before[0]
	}
	return kit.NewForm("edition", last.Edition().Tag).From(last.Edition()), nil
}

func (p pages) renderStation(w http.ResponseWriter, r *kit.Request, st *stations.Station, f kit.Form) error {
	n, err := p.names(r)
	if err != nil {
		return err
	}
	where := n.reg.Where(st.ID)
	list, err := coverage.ToBeCalled(r.Context(), p.store, r.Actor, coverage.NeedFilter{District: where.District}, r.Now)
	if err != nil {
		return err
	}
	before, more, err := p.store.Calls(r.Context(), r.Actor, coverage.CallQuery{Station: st.ID, Limit: oldCalls})
	if err != nil {
		return err
	}
	who, err := p.known(r, list, st.ID, where.District, before)
	if err != nil {
		return err
	}
	page := stationPage{Page: r.Page("calls.station_title"), callee: n.callee(r, who), Form: f}
	for _, o := range coverage.CallOutcomes {
		page.Outcomes = append(page.Outcomes, kit.Option{Value: string(o), Text: o.Words(r.Lang), Hint: r.Say("calls.again_in", "days", o.Days())})
	}
	for _, c := range before {
		page.Before = append(page.Before, n.said(r, c))
	}
	if more != "" {
		page.More = filter.Link("/calls/log", coverage.CallFilter{Station: st.ID})
	}
	page.Zalo = zalo(r, page.callee)
	if err := p.offer(r, n, st, &page); err != nil {
		return err
	}
	return p.station.Render(w, r, page)
}

// offer fills what the station may say of an airing, and what it has said.
func (p pages) offer(r *kit.Request, n names, st *stations.Station, page *stationPage) error {
	set, err := p.store.AiringSettings(r.Context())
	if err != nil {
		return err
	}
	open, err := airing.Unanswered(r.Context(), p.store, r.Actor, airing.Plan{Registry: n.reg, Schedule: n.plan, Settings: set}, st.ID, r.Now)
	if err != nil {
		return err
	}
	page.Saids = []kit.Option{{Text: r.Say("calls.said_none")}}
	page.Saids = append(page.Saids, kit.WordOptions(r, "airing.outcome.", []airing.Outcome{airing.Aired, airing.NotAired})...)
	page.Slots = []kit.Option{{Text: r.Say("calls.said_other")}}
	for _, s := range open {
		programme, _ := n.plan.Programme(s.Programme) // a slot's programme exists
		at := r.Lang.Weekday(s.Start) + " " + r.Lang.DateTime(s.Start)
		page.Slots = append(page.Slots, kit.Option{Value: s.ID, Text: at + " · " + programme.TitleAt(s.Start)})
	}
	page.Shows = []kit.Option{{Text: r.Say("calls.choose")}}
	for _, one := range n.plan.Working() {
		page.Shows = append(page.Shows, kit.Option{Value: one.ID, Text: one.Title})
	}
	page.Reasons = append([]kit.Option{{Text: r.Say("calls.choose")}}, kit.WordOptions(r, "airing.reason.", airing.Reasons[:])...)
	list, err := p.store.Proposals(r.Context(), r.Actor, airing.ProposalQuery{Station: st.ID, Limit: oldCalls})
	for _, one := range list {
		page.Told = append(page.Told, n.told(r, one))
	}
	return err
}

// known is the station as the list has it, or as it is where nobody has to call it.
func (p pages) known(r *kit.Request, list []coverage.Callee, station, district string, before []coverage.Call) (coverage.Callee, error) {
	if i := slices.IndexFunc(list, func(c coverage.Callee) bool { return c.Station == station }); i >= 0 {
		return list[i], nil
	}
	c := coverage.Callee{Station: station, District: district}
	latest, err := p.store.Latest(r.Context(), r.Actor, []string{station})
	if c.Said, c.Aired = latest[station].Said, latest[station].Aired; len(before) > 0 {
		c.Last = &before[0]
	}
	return c, err
}

// zalo is what one may write to the station, by why it is to be called.
func zalo(r *kit.Request, c callee) string {
	name, key := r.Say("calls.zalo_anybody"), "calls.zalo.any"
	if len(c.Phones) > 0 && c.Phones[0].Name != "" {
		name = c.Phones[0].Name
	} else if len(c.People) > 0 {
		name = c.People[0]
	}
	for _, need := range c.Needs {
		if need != coverage.NeedAgain || len(c.Needs) == 1 {
			key = "calls.zalo." + string(need)
			break
		}
	}
	return r.Say(key, "name", name, "me", r.Actor.Name, "station", c.Label, "weeks", max(c.Weeks, 1))
}

func (p pages) record(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	st, err := p.stationOf(r)
	if err != nil {
		return err
	}
	c := coverage.RecordCall{Station: st.ID, Outcome: coverage.CallOutcome(f.Get("outcome")), Note: f.Get("note")}
	if again := f.Date("again"); !again.IsZero() {
		c.Again = stations.DateOf(again)
	}
	if said := airing.Outcome(f.Get("said")); said != "" {
		c.Said = &airing.Propose{Slot: f.Get("slot"), Outcome: said, StartedAt: f.Instant("started_at"),
			Seconds: int(f.Minutes("seconds") / time.Second)}
		if c.Said.Slot == "" {
			c.Said.Programme = f.Get("programme")
		}
		if said == airing.NotAired { // the form has every field at once; what does not apply is not meant
			c.Said.Reason = airing.Reason(f.Get("reason"))
		}
	}
	details := []string{"slot", "programme", "started_at", "seconds", "reason"}
	if c.Said == nil && slices.ContainsFunc(details, func(name string) bool { return f.Get(name) != "" }) {
		f.Wrong("said", fault.New(fault.Invalid, "calls.said_what"))
	}
	var call coverage.Call
	if err = f.Err(); err == nil {
		err = f.Save(func() (kit.Form, error) { return p.form(r, st.ID) }, func(m accounts.Meta) (err error) {
			call, err = p.store.RecordCall(r.Context(), m, c)
			if fault.Is(err, "calls.called_already") {
				fault.Of(err).Kind = fault.Conflict // there is nothing to compare: it is a call of its own
			}
			return err
		})
	}
	if fault.Is(err, "calls.called_already") { // the page shows that call now; sent again, this one follows it
		now, err := p.form(r, st.ID)
		if err != nil {
			return err
		}
		f.Of, f.Was = now.Of, now.Was
	}
	if f.Refused(err) {
		return p.renderStation(w, r, st, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/calls", "calls.saved", "station", p.label(r, st.ID), "again", call.Again.Words(r.Lang))
}

func (p pages) label(r *kit.Request, station string) string {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return station // it is kept; the list that comes says what is wrong
	}
	return reg.Label(station)
}

// steps tells on the first page whom to call.
func (p pages) steps(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.CallStation) {
		return nil, nil
	}
	said, err := p.unconfirmed(r)
	if err != nil {
		return nil, err
	}
	f := coverage.NeedFilter{Due: true}
	list, err := coverage.ToBeCalled(r.Context(), p.store, r.Actor, f, r.Now)
	if err != nil || len(list) == 0 {
		return said, err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	var first []string
	for _, c := range list[:min(len(list), 3)] {
		first = append(first, reg.Label(c.Station))
	}
	step := kit.Step{Title: r.Say("calls.step", "n", len(list)), Text: r.Say("calls.step_text", "first", strings.Join(first, ", ")),
		Path: filter.Link("/calls", f), Button: r.Say("calls.step_open"), Icon: "phone", State: "warn", Order: 9, Count: len(list)}
	for _, f.Need = range coverage.Needs {
		n := 0
		for _, c := range list {
			if c.Has(f.Need) {
				n++
			}
		}
		if n > 0 {
			step.Lines = append(step.Lines, kit.StepLine{Text: r.Say("calls.step."+string(f.Need), "n", n), Path: filter.Link("/calls", f), Count: n})
		}
	}
	return append(said, step), nil
}

// unconfirmed tells on the first page how many words by telephone wait for their stations, and until when.
func (p pages) unconfirmed(r *kit.Request) ([]kit.Step, error) {
	list, err := p.store.Proposals(r.Context(), r.Actor, airing.ProposalQuery{Waiting: r.Now})
	list = slices.DeleteFunc(list, func(one airing.Proposal) bool { return one.By.Person != r.Actor.Person })
	if err != nil || len(list) == 0 {
		return nil, err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b airing.Proposal) int { return a.Until.Compare(b.Until) })
	step := kit.Step{Title: r.Say("calls.step_said", "n", len(list)), Text: r.Say("calls.step_said_text", "until", list[0].Until), Path: "/calls/log",
		Button: r.Say("calls.step_said_open"), Icon: "phone", Order: 9}
	of := map[string]int{}
	for _, one := range list {
		of[one.Station]++
	}
	for _, one := range list {
		if n := of[one.Station]; n > 0 {
			step.Lines = append(step.Lines, kit.StepLine{Text: r.Say("calls.step_said_of", "station", reg.Label(one.Station), "n", n),
				Path: "/calls/" + one.Station})
		}
		delete(of, one.Station)
	}
	return []kit.Step{step}, nil
}
