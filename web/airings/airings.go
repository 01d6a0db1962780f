// Package airings is where operators say what was aired: today's page with
// its two big buttons, one report with its evidence and corrections, and the
// log book.
package airings

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	airing.Log
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	Settings(ctx context.Context) (airing.Settings, error)
	Recording(ctx context.Context, id string) (audio.Recording, error)
}

type pages struct {
	store  Store
	blobs  audio.Blobs
	today  *kit.View[todayPage]
	form   *kit.View[formPage]
	report *kit.View[reportPage]
	log    *kit.View[logPage]
	paper  *kit.View[paperPage]
}

// Register adds the pages to k. Evidence is kept in blobs.
func Register(k *kit.Kit, s Store, blobs audio.Blobs) {
	f := k.Folder("airings", files)
	p := pages{store: s, blobs: blobs,
		today: kit.NewView[todayPage](f, "today.html"), form: kit.NewView[formPage](f, "form.html"),
		report: kit.NewView[reportPage](f, "report.html"), log: kit.NewView[logPage](f, "log.html"), paper: kit.NewView[paperPage](f, "paper.html")}
	k.Menu(
		kit.MenuItem{Path: "/today", Key: "airing.today", Icon: "today", Access: accounts.ReportAiring, Order: 10},
		kit.MenuItem{Path: "/airings", Key: "airing.log", Icon: "history", Access: accounts.ReadAirings, Order: 30},
	)
	k.Handle(
		kit.Route{Pattern: "GET /today", Access: accounts.ReportAiring, Handler: p.showToday},
		kit.Route{Pattern: "GET /airings", Access: accounts.ReadAirings, Handler: p.showLog},
		kit.Route{Pattern: "GET /airings/paper", Access: accounts.ReadAirings, Handler: p.showPaper},
		kit.Route{Pattern: "GET /airings/new", Access: accounts.ReportAiring, Handler: p.showForm},
		kit.Route{Pattern: "POST /airings", Access: accounts.ReportAiring, Handler: p.save},
		kit.Route{Pattern: "GET /airings/{id}", Access: accounts.ReadAirings, Handler: p.showReport},
		kit.Route{Pattern: "POST /airings/{id}/evidence", Access: accounts.ReportAiring, Handler: p.attach, MaxBody: airing.MaxEvidenceSize + 1<<20},
		kit.Route{Pattern: "GET /airings/{id}/evidence/{evidence}", Access: accounts.ReadAirings, Handler: p.serveEvidence},
		kit.Route{Pattern: "POST /airings/{id}/verdict", Access: accounts.VerifyAiring, Handler: p.judge},
	)
	k.AddStep(p.steps)
}

// slotCard is a slot with what a person needs to act on it.
type slotCard struct {
	scheduler.Slot
	ID        string // of the change its buttons make
	Programme scheduler.Programme
	Episode   *scheduler.Episode
	Line      *airing.Line
	Means     airing.Means // what this station usually uses
}

type todayPage struct {
	kit.Page
	Station  stations.Station
	Label    string
	Choices  []choice // other stations this person may report for, when few
	Waiting  []slotCard
	Coming   []slotCard
	Done     []slotCard
	Reasons  []airing.Reason
	Monday   time.Time
	NoRules  bool
	OneOnly  bool
	Operator bool
}

type choice struct{ ID, Label string }

// waitingDays is how far back an unreported slot is still asked for.
const waitingDays = 7

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
	if st == nil { // somebody of the district or province: choose a station first
		return r.Redirect(w, "/stations", "airing.choose_station")
	}
	page := todayPage{Page: r.Page("airing.today_title"), Station: *st, Label: reg.Label(st.ID), Reasons: airing.Reasons[:],
		OneOnly: len(mine) == 1, Operator: r.Actor.Has(accounts.Operator)}
	if len(mine) <= 12 {
		for _, m := range mine {
			page.Choices = append(page.Choices, choice{m.ID, reg.Label(m.ID)})
		}
	}
	if err := p.fillToday(&page, r, reg, st); err != nil {
		return err
	}
	return p.today.Render(w, r, page)
}

// reportable lists the active stations the actor may report for.
func reportable(r *kit.Request, reg *stations.Registry) (mine []*stations.Station) {
	for _, st := range reg.ActiveOn(r.Today()) {
		if r.Actor.Can(accounts.ReportAiring, reg.Where(st.ID)) {
			mine = append(mine, st)
		}
	}
	return mine
}

// chosen is the station of ?station=, or the only one there is, else nil.
func chosen(reg *stations.Registry, mine []*stations.Station, r *kit.Request) (*stations.Station, error) {
	if s := r.URL.Query().Get("station"); s != "" {
		st, err := reg.ByCodeOrID(s, r.Today())
		if err != nil {
			return nil, err
		}
		return st, r.Actor.Must(accounts.ReportAiring, reg.Where(st.ID))
	}
	if len(mine) == 0 {
		return nil, r.Actor.Must(accounts.ReportAiring, accounts.Where{})
	}
	if r.Actor.Has(accounts.Operator) || len(mine) == 1 {
		return mine[0], nil
	}
	return nil, nil
}

func (p pages) fillToday(page *todayPage, r *kit.Request, reg *stations.Registry, st *stations.Station) error {
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	set, err := p.store.Settings(r.Context())
	if err != nil {
		return err
	}
	cal := set.Calendar(st.Location())
	page.Monday = cal.Start(cal.Week(r.Now))
	from := page.Monday.AddDate(0, 0, -waitingDays)
	var slots []scheduler.Slot
	var ids []string
	for s := range plan.SlotsAt(reg, st.ID, from, cal.Start(cal.Week(r.Now)+1)) {
		slots, ids = append(slots, s), append(ids, s.ID)
	}
	page.NoRules = len(slots) == 0
	lines, err := p.store.ForSlots(r.Context(), r.Actor, ids)
	if err != nil {
		return err
	}
	for _, s := range slots {
		c := cardOf(plan, st, s, lines)
		switch {
		case c.Line != nil && !s.Start.Before(page.Monday):
			page.Done = append(page.Done, c)
		case c.Line != nil:
		case s.Start.After(r.Now):
			page.Coming = append(page.Coming, c)
		case s.Start.After(r.Now.AddDate(0, 0, -waitingDays)):
			page.Waiting = append(page.Waiting, c)
		}
	}
	slices.Reverse(page.Waiting) // the latest is the one she came for
	slices.Reverse(page.Done)
	return nil
}

func cardOf(plan *scheduler.Schedule, st *stations.Station, s scheduler.Slot, lines map[string]airing.Line) slotCard {
	c := slotCard{Slot: s, ID: kit.NewID(), Means: usualMeans(st)}
	c.Programme, _ = plan.Programme(s.Programme) // a slot's programme exists
	if e, ok := plan.EpisodeFor(s.Programme, st.Languages, s.Start); ok {
		c.Episode = &e
	}
	if l, ok := lines[s.ID]; ok {
		c.Line = &l
	}
	return c
}

// usualMeans is the means a station's first technology stands for, "" if the
// registry does not say.
func usualMeans(st *stations.Station) airing.Means {
	for _, t := range st.Technologies {
		if m := airing.Means(t); slices.Contains(airing.AllMeans[:], m) {
			return m
		}
	}
	return ""
}

// steps tells an operator on the first page how many slots wait for her.
func (p pages) steps(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.Has(accounts.Operator) {
		return nil, nil
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	var steps []kit.Step
	for _, st := range reportable(r, reg) {
		page := todayPage{}
		if err := p.fillToday(&page, r, reg, st); err != nil {
			return nil, err
		}
		step := kit.Step{Title: reg.Label(st.ID), Path: "/today?station=" + st.ID, Button: r.Say("airing.open_today"), Icon: "today", Order: 5}
		switch {
		case len(page.Waiting) > 0:
			step.State, step.Text = "warn", r.Say("airing.step_waiting", "n", len(page.Waiting))
		case len(page.Coming) > 0:
			step.Text = r.Say("airing.step_next", "day", r.Lang.Weekday(page.Coming[0].Start), "at", r.Lang.Clock(page.Coming[0].Start))
		default:
			step.State, step.Text = "ok", r.Say("airing.step_done")
		}
		steps = append(steps, step)
	}
	return steps, nil
}
