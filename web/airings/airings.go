// Package airings is where operators say what was aired: today's page with
// its two big buttons, one report with its evidence and corrections, and the
// log book.
package airings

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/internal/text"
	"loa/library"
	"loa/outgoing"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	airing.Log
	airing.Proposals
	airing.Seals
	outgoing.Store
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	AiringSettings(ctx context.Context) (airing.Settings, error)
	airing.Library
	LibrarySettings(ctx context.Context) (library.Settings, error)
	Recordings(ctx context.Context, q library.Query) (library.Page, error)
	BroadcastCopies(ctx context.Context, recordings []string) (map[string]library.BroadcastCopy, error)
}

type pages struct {
	store  Store
	blobs  library.Blobs
	desk   airing.Desk
	today  *kit.View[todayPage]
	watch  *kit.View[watchPage]
	form   *kit.View[formPage]
	report *kit.View[reportPage]
	log    *kit.View[logPage]
	paper  *kit.View[paperPage]
	check  *kit.View[checkPage]
	handed *airing.Handout
}

// Register adds the pages to k. Evidence comes in by the desk and lies in blobs.
func Register(k *kit.Kit, s Store, blobs library.Blobs, desk airing.Desk) {
	f := k.Folder("airings", files)
	p := pages{store: s, blobs: blobs, desk: desk,
		today: kit.NewView[todayPage](f, "today.html").Early(), watch: kit.NewView[watchPage](f, "watch.html"), form: kit.NewView[formPage](f, "form.html"),
		report: kit.NewView[reportPage](f, "report.html"), log: kit.NewView[logPage](f, "log.html"), paper: kit.NewView[paperPage](f, "paper.html"),
		check: kit.NewView[checkPage](f, "check.html"), handed: airing.NewHandout()}
	k.Menu(
		kit.MenuItem{Path: "/today", Key: "airing.today", Icon: "today", Access: accounts.ReportAiring, Order: 10},
		kit.MenuItem{Path: "/evidence", Key: "airing.check_menu", Icon: "camera", Access: accounts.VerifyAiring, Order: 25},
		kit.MenuItem{Path: "/airings", Key: "airing.log", Icon: "history", Access: accounts.ReadAirings, Order: 30},
	)
	k.Handle(
		kit.Route{Pattern: "GET /today", Access: accounts.ReportAiring, Handler: p.showToday},
		kit.Route{Pattern: "GET /airings", Access: accounts.ReadAirings, Handler: p.showLog},
		kit.Route{Pattern: "GET /airings/paper", Access: accounts.ReadAirings, Handler: p.showPaper},
		kit.Route{Pattern: "GET /airings/new", Access: accounts.ReportAiring, Handler: p.showForm},
		kit.Route{Pattern: "POST /airings", Access: accounts.ReportAiring, Handler: p.save},
		kit.Route{Pattern: "GET /airings/{id}", Access: accounts.ReadAirings, Handler: p.showReport},
		kit.Route{Pattern: "POST /airings/{id}/evidence", Access: accounts.ReportAiring, Handler: p.attach, MaxBody: kit.FileBody},
		kit.Route{Pattern: "POST /airings/{id}/evidence/{evidence}/remove", Access: accounts.ReportAiring, Handler: p.detach},
		kit.Route{Pattern: "GET /airings/{id}/evidence/{evidence}", Access: accounts.ReadAirings, Handler: p.serveEvidence},
		kit.Route{Pattern: "POST /proposals/{id}/decline", Access: accounts.ReportAiring, Handler: p.decline},
		kit.Route{Pattern: "POST /airings/{id}/verdict", Access: accounts.VerifyAiring, Handler: p.judge},
		kit.Route{Pattern: "GET /evidence", Access: accounts.VerifyAiring, Handler: p.showQueue},
		kit.Route{Pattern: "GET /evidence/{id}", Access: accounts.VerifyAiring, Handler: p.showCheck},
		kit.Route{Pattern: "POST /evidence/{id}", Access: accounts.VerifyAiring, Handler: p.checked},
		kit.Route{Pattern: "POST /evidence/{id}/pass", Access: accounts.VerifyAiring, Handler: p.pass},
	)
	k.AddStep(p.steps)
	k.AddStep(p.lapsed)
	k.AddStep(p.contradicted)
}

// slotCard is a task with the ID of the change its buttons make.
type slotCard struct {
	airing.Task
	ID            string
	Now           time.Time
	Undo          bool      // the report may be taken back without a reason
	Ask           time.Time // when a recording is asked for, zero before it has begun
	library.Offer           // of its episode's sound, where that is there
	Copy          string    // the station whose copy of it she gets, "" where that goes without saying
}

// Address is where it plays from: the copy to listen to, where there is one.
func (c slotCard) Address() string {
	asked := url.Values{}
	if c.Small > 0 {
		asked.Set("small", "1")
	}
	if c.Copy != "" {
		asked.Set("station", c.Copy)
	}
	return (&url.URL{Path: "/api/v1/audio/" + c.Episode.Audio, RawQuery: asked.Encode()}).String()
}

// Sound names what is listened to: the recording, and whose copy of it.
func (c slotCard) Sound() string {
	if c.Copy == "" {
		return c.Episode.Audio
	}
	return c.Episode.Audio + ":" + c.Copy
}

// DayOver is when the day of the airing ends: her phone keeps the sound until then.
func (c slotCard) DayOver() time.Time {
	y, m, d := c.Over.In(text.Zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, text.Zone)
}

// Keeps reports whether her phone keeps the form of the slot: of the day before and after now, not of a week that was left.
func (c slotCard) Keeps() bool {
	return c.Line == nil && c.Slot.Start.Sub(c.Now).Abs() < 24*time.Hour
}

type todayPage struct {
	kit.Page
	Station stations.Station
	Label   string
	Choices []choice // the stations this person runs, and others she may report for, when few
	Wide    bool     // she also has the page of many stations
	Waiting []slotCard
	OnAir   []slotCard
	NotDue  []slotCard
	Coming  []slotCard
	Later   []slotCard
	Blank   slotCard // what today.js makes an answer of, when a slot's time comes without a network
	Done    []slotCard
	Reasons []airing.Reason
	NoRules bool
	Passed  *kit.Passed // the station was merged into another
	Before  []choice    // stations merged into it lately, whose reports stand on their own page
	Nothing bool        // there is no programme that could be reported
	Said    []saidCard  // by telephone
	Records bool        // something is on air, or will be today
	Reads   bool        // what phones record can be read here
	Hers    bool        // she runs the station, and her word is waited for
	Copy    string      // its ID, where she runs others too
	DayPath string      // of this page
}

// saidCard is what the station said by telephone, with the IDs of the changes its buttons make.
type saidCard struct {
	airing.Proposal
	Change, Drop string
	Words        string
}

// latelyMerged is for how many days the page of a station leads to the reports of those merged into it.
const latelyMerged = 28

type choice struct{ ID, Label string }

func (p pages) showToday(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	mine := reportable(r, reg)
	st, err := chosen(reg, mine, r)
	if err != nil {
		return err
	}
	if st == nil { // somebody of the district or province
		return p.showWatch(w, r, reg)
	}
	page := todayPage{Page: r.Page("airing.today_title"), Station: *st, Label: reg.Label(st.ID), Reasons: airing.Reasons[:],
		Wide: len(mine) > 1 && r.Actor.Wide(accounts.ReportAiring)}
	if len(mine) > mostTabs {
		mine = run(r, reg)
	}
	page.Choices = choices(reg, mine)
	page.Passed = r.Passed(reg, st.ID, accounts.ReportAiring, "/today?station=%s")
	today := r.Today()
	for _, s := range reg.Lineage(st.ID).Before {
		if p, gone := reg.Passed(s.ID, today); gone && p.From >= today.AddDays(-latelyMerged) && airing.MayReport(r.Actor, reg.Where(s.ID)) == nil {
			page.Before = append(page.Before, choice{s.ID, reg.Label(s.ID)})
		}
	}
	day, err := p.dayOf(r, reg, st)
	if err != nil {
		return err
	}
	page.NoRules = !day.Planned()
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	page.Nothing = len(plan.Programmes) == 0
	said, err := p.store.Proposals(r.Context(), r.Actor, airing.ProposalQuery{Station: st.ID, Waiting: r.Now})
	if err != nil {
		return err
	}
	page.Hers, page.DayPath = slices.Contains(r.Actor.Runs(), st.ID), dayPath(r.Actor, st.ID)
	if page.Hers && len(r.Actor.Runs()) > 1 {
		page.Copy = st.ID
	}
	for _, one := range said {
		programme, _ := plan.Programme(one.Programme) // what was said of exists
		page.Said = append(page.Said, saidCard{one, kit.NewID(), kit.NewID(), one.Words(r.Lang, programme.TitleAt(one.StartedAt))})
	}
	begun := len(day.NotDue) // those on air come first
	if i := slices.IndexFunc(day.NotDue, func(t airing.Task) bool { return !t.OnAir(r.Now) }); i >= 0 {
		begun = i
	}
	sounds := map[string]bool{}
	for _, t := range slices.Concat(day.Waiting, day.NotDue, day.Coming, day.Later) {
		if t.Episode != nil && t.Episode.Audio != "" {
			sounds[t.Episode.Audio] = true
		}
	}
	offers, err := library.Offers(r.Context(), p.store, sounds)
	if err != nil {
		return err
	}
	page.Blank, page.Reads = slotCard{Now: r.Now}, audio.ReadsPhones()
	page.Records = len(day.NotDue) > 0 || slices.ContainsFunc(day.Done, func(t airing.Task) bool { return t.Line.OnAir(r.Now) })
	for _, part := range []struct {
		tasks []airing.Task
		cards *[]slotCard
	}{{day.Waiting, &page.Waiting}, {day.NotDue[:begun], &page.OnAir}, {day.NotDue[begun:], &page.NotDue}, {day.Coming, &page.Coming}, {day.Later, &page.Later},
		{day.Done, &page.Done}} {
		for _, t := range part.tasks {
			c := slotCard{Copy: page.Copy, Task: t, ID: kit.NewID(), Now: r.Now, Undo: t.Undo(r.Actor, r.Now), Ask: asks(r, t)}
			if t.Episode != nil {
				c.Offer = offers[t.Episode.Audio]
			}
			*part.cards = append(*part.cards, c)
		}
	}
	return p.today.Render(w, r, page)
}

// mostTabs is how many stations a row of tabs offers.
const mostTabs = 12

func choices(reg *stations.Registry, list []*stations.Station) (out []choice) {
	for _, st := range list {
		out = append(out, choice{st.ID, reg.Label(st.ID)})
	}
	return out
}

// run lists the active stations the actor is in charge of.
func run(r *kit.Request, reg *stations.Registry) []*stations.Station {
	mine := r.Actor.Runs()
	return slices.DeleteFunc(reg.ActiveOn(r.Today()), func(st *stations.Station) bool { return !slices.Contains(mine, st.ID) })
}

// reportable lists the active stations the actor may report for.
func reportable(r *kit.Request, reg *stations.Registry) (mine []*stations.Station) {
	for _, st := range reg.ActiveOn(r.Today()) {
		if airing.MayReport(r.Actor, reg.Where(st.ID)) == nil {
			mine = append(mine, st)
		}
	}
	return mine
}

// chosen is the station of ?station=, or the one a person without a wider view
// means: the first of mine. Else nil.
func chosen(reg *stations.Registry, mine []*stations.Station, r *kit.Request) (*stations.Station, error) {
	if s := r.URL.Query().Get("station"); s != "" {
		return reg.OpenTo(r.Actor, accounts.ReportAiring, s, r.Today())
	}
	if run := r.Actor.Runs(); len(mine) == 0 && len(run) > 0 { // hers was merged into another
		return reg.Station(run[0])
	}
	if len(mine) == 0 {
		return nil, airing.MayReport(r.Actor, accounts.Where{})
	}
	if len(mine) == 1 || !r.Actor.Wide(accounts.ReportAiring) {
		return mine[0], nil
	}
	return nil, nil
}

// dayPath leads to the day of a station: for who runs this one alone by the one address under which her phone keeps it.
func dayPath(by accounts.Actor, station string) string {
	if runs := by.Runs(); len(runs) == 1 && runs[0] == station && !by.Wide(accounts.ReportAiring) {
		return "/today"
	}
	return "/today?station=" + station
}

// plan is where slots come from.
func (p pages) plan(r *kit.Request, reg *stations.Registry) (airing.Plan, error) {
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return airing.Plan{}, err
	}
	set, err := p.store.AiringSettings(r.Context())
	return airing.Plan{Registry: reg, Schedule: plan, Settings: set}, err
}

func (p pages) dayOf(r *kit.Request, reg *stations.Registry, st *stations.Station) (airing.Day, error) {
	plan, err := p.plan(r, reg)
	if err != nil {
		return airing.Day{}, err
	}
	return airing.DayOf(r.Context(), p.store, r.Actor, plan, st.ID, r.Now)
}

// steps tells an operator on the first page how many slots wait for her.
func (p pages) steps(r *kit.Request) ([]kit.Step, error) {
	if len(r.Actor.Runs()) == 0 {
		return nil, nil
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	var steps []kit.Step
	for _, st := range run(r, reg) {
		said, err := p.store.Proposals(r.Context(), r.Actor, airing.ProposalQuery{Station: st.ID, Waiting: r.Now})
		if err != nil {
			return nil, err
		}
		if len(said) > 0 {
			steps = append(steps, kit.Step{Title: r.Say("airing.step_said", "n", len(said)), Text: reg.Label(st.ID), Path: dayPath(r.Actor, st.ID) + "#said",
				Button: r.Say("airing.step_said_open"), Icon: "phone", State: "warn", Order: 4, Count: len(said)})
		}
		day, err := p.dayOf(r, reg, st)
		if err != nil {
			return nil, err
		}
		step := kit.Step{Title: reg.Label(st.ID), Path: dayPath(r.Actor, st.ID), Button: r.Say("airing.open_today"), Icon: "today", Order: 5}
		switch {
		case len(day.Waiting) > 0:
			step.State, step.Text = "warn", r.Say("airing.step_waiting", "n", len(day.Waiting))
			step.Path, step.Count = step.Path+"#waiting", len(day.Waiting)
		case len(day.NotDue) > 0 && day.NotDue[0].OnAir(r.Now):
			step.Text = r.Say("airing.step_on_air", "title", day.NotDue[0].Programme.Title, "at", r.Lang.Clock(day.NotDue[0].Over))
		case len(day.NotDue) > 0:
			step.Text = r.Say("airing.step_today", "at", r.Lang.Clock(day.NotDue[0].Slot.Start))
		case len(day.Coming) > 0:
			next := day.Coming[0].Slot.Start
			step.Text = r.Say("airing.step_next", "day", r.Lang.Weekday(next), "at", r.Lang.Clock(next))
		case !day.Planned():
			step.Text = r.Say("airing.no_slots") + "."
		default:
			step.State, step.Text = "ok", r.Say("airing.step_done")
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// lapsed tells who verifies what waits for her, and which of it was corrected after somebody verified it.
func (p pages) lapsed(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.CanSomewhere(accounts.VerifyAiring) {
		return nil, nil
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	list, err := p.store.Exhibits(r.Context(), r.Actor, airing.ToCheck(r.Now))
	if err != nil {
		return nil, err
	}
	pile := airing.CheckFilter{}.Pile(r.Actor, reg, list)
	var of []kit.StepLine
	for _, e := range pile.Waiting {
		if e.Lapsed != "" {
			of = append(of, kit.StepLine{Text: reg.Label(e.Station) + " " + r.Lang.DateTime(e.StartedAt) + " (" + e.Lapsed + ")", Path: "/airings/" + e.Report})
		}
	}
	var steps []kit.Step
	if n := len(pile.Waiting); n > 0 {
		steps = append(steps, kit.Step{Title: r.Say("airing.step_check", "n", n), Text: r.Say("airing.step_check_text"),
			Path: "/evidence", Button: r.Say("airing.step_check_open"), Icon: "camera", State: "warn", Order: 8, Count: n})
	}
	if len(of) == 0 {
		return steps, nil
	}
	return append(steps, kit.Step{Title: r.Say("airing.step_lapsed", "n", len(of)), Text: r.Say("airing.step_lapsed_text"), Lines: of,
		Path: "/evidence", Button: r.Say("airing.step_verify"), Icon: "history", State: "warn", Order: 7}), nil
}

// contradicted tells an operator, on her first page, of airings that do not count since somebody found the contrary.
func (p pages) contradicted(r *kit.Request) ([]kit.Step, error) {
	if len(r.Actor.Runs()) == 0 {
		return nil, nil
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	list, err := p.store.Exhibits(r.Context(), r.Actor, airing.ToCheck(r.Now))
	if err != nil {
		return nil, err
	}
	mine := r.Actor.Runs()
	list = slices.DeleteFunc(list, func(e airing.Exhibit) bool {
		return e.Finding != airing.Contradicted || !slices.Contains(mine, e.Station)
	})
	if len(list) == 0 {
		return nil, nil
	}
	var of []kit.StepLine
	for _, e := range list {
		of = append(of, kit.StepLine{Text: reg.Label(e.Station) + " " + r.Lang.DateTime(e.StartedAt), Path: "/airings/" + e.Report})
	}
	return []kit.Step{{Title: r.Say("airing.step_contradicted", "n", len(list)), Text: r.Say("airing.step_contradicted_text"), Lines: of,
		Path: "/airings/" + list[0].Report, Button: r.Say("airing.step_contradicted_open"), Icon: "info", State: "warn", Order: 6}}, nil
}
