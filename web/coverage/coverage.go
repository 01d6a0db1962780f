// Package coverage is the monitor's page: how many stations aired this week,
// who did not and why, who has said nothing, and one station's history.
package coverage

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/once"
	"loa/internal/text"
	"loa/outgoing"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	coverage.Store
	coverage.Decider
	coverage.CallBook
	coverage.Pleas
	airing.Seals
	outgoing.Store
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	ForSlots(ctx context.Context, by accounts.Actor, slots []string) (map[string]airing.Line, error)
	Directory(ctx context.Context) (*accounts.Directory, error)
	Airings(ctx context.Context, by accounts.Actor, q airing.Query) ([]airing.Line, string, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	AiringSettings(ctx context.Context) (airing.Settings, error)
}

type pages struct {
	store   Store
	week    *kit.View[weekPage]
	period  *kit.View[periodPage]
	station *kit.View[stationPage]
	paper   *kit.View[paperPage]
	report  *kit.View[reportPage]
	anew    *kit.View[anewPage]
	confirm *kit.View[confirmPage]
	pleas   *kit.View[pleasPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("coverage", files)
	p := pages{store: s, week: kit.NewView[weekPage](f, "week.html"), station: kit.NewView[stationPage](f, "station.html"),
		period:  kit.NewView[periodPage](f, "period.html"),
		paper:   kit.NewView[paperPage](f, "paper.html"),
		report:  kit.NewView[reportPage](f, "report.html"),
		anew:    kit.NewView[anewPage](f, "anew.html"),
		confirm: kit.NewView[confirmPage](f, "confirm.html"),
		pleas:   kit.NewView[pleasPage](f, "pleas.html")}
	k.Menu(kit.MenuItem{Path: "/coverage", Key: "coverage.menu", Icon: "coverage", Access: accounts.ReadCoverage, Order: 20})
	k.Handle(
		kit.Route{Pattern: "GET /coverage", Access: accounts.ReadCoverage, Handler: p.showWeek},
		kit.Route{Pattern: "GET /coverage/period", Access: accounts.ReadCoverage, Handler: p.showPeriod},
		kit.Route{Pattern: "GET /coverage/period/paper", Access: accounts.ReadCoverage, Handler: p.showReport},
		kit.Route{Pattern: "POST /coverage/period/paper", Access: accounts.IssuePapers, Handler: p.numberReport},
		kit.Route{Pattern: "GET /coverage/anew", Access: accounts.EditStations, Handler: p.showAnew},
		kit.Route{Pattern: "POST /coverage/anew", Access: accounts.EditStations, Handler: p.decideAnew},
		kit.Route{Pattern: "GET /coverage/paper", Access: accounts.ReadCoverage, Handler: p.showPaper},
		kit.Route{Pattern: "POST /coverage/paper", Access: accounts.IssuePapers, Handler: p.numberPaper},
		kit.Route{Pattern: "GET /coverage/close", Access: accounts.CloseWeek, Handler: p.showConfirm},
		kit.Route{Pattern: "POST /coverage/close", Access: accounts.CloseWeek, Handler: p.closeWeek},
		kit.Route{Pattern: "POST /coverage/reopen", Access: accounts.CloseWeek, Handler: p.reopenWeek},
		kit.Route{Pattern: "GET /coverage/stations/{station}", Access: accounts.ReadCoverage, Handler: p.showStation},
		kit.Route{Pattern: "POST /coverage/stations/{station}/excuse", Access: accounts.ExcuseStation, Handler: p.excuse},
		kit.Route{Pattern: "POST /coverage/stations/{station}/ask", Access: accounts.ReadCoverage, Handler: p.ask},
		kit.Route{Pattern: "GET /coverage/excuses", Access: accounts.ReadCoverage, Handler: p.showPleas},
		kit.Route{Pattern: "POST /coverage/excuses/{id}", Access: accounts.ReadCoverage, Handler: p.answer},
	)
	k.AddStep(p.waiting)
	k.AddStep(p.steps)
	k.AddStep(p.reopenings)
}

// row is one station of the week with its names.
type row struct {
	coverage.StationWeek
	Name     string
	District string
	Contact  stations.Contact
	Reason   airing.Reason // of the first not aired report, where that is its state
}

type group struct {
	State coverage.State
	Badge string
	Total int // of which Rows are one page
	Rows  []row
	Turn  kit.Turn
	Open  bool // unfolded: who needs a call, or what somebody turns the pages of
}

// Waits reports whether nothing was due of these stations: nobody needs a call.
func (g group) Waits() bool {
	return g.State == coverage.NotDue || g.State == coverage.NotPlanned
}

// Where there are more than manyStations, the picture by district shows the
// lowestShown that need a call most.
const (
	manyStations = 300
	lowestShown  = 20
)

type weekPage struct {
	kit.Page
	coverage.Week
	Form      kit.Form
	WeekLine  string // "tuần 20 (13/5 – 19/5/2024)"
	Ring      kit.Ring
	Ladder    kit.BarChart
	Bars      kit.BarChart
	Map       kit.HexMap
	Legend    []kit.LegendItem
	Trend     kit.ColumnChart
	Groups    []group
	Districts []kit.Option
	Lowest    int // how many districts are drawn, the lowest first; 0 for all
	Asked     coverage.Query
	Narrow    kit.Form     // what it is narrowed by
	Choices   []kit.Choice // of a list of stations
	Previous  string
	Course    string // the year of that week
	Paper     string
	Next      string
	Closing   *kit.Ask // nil where the week cannot be closed
	MayReopen bool
	Seal      *airing.Seal // of a closed week
	Part      string       // the district or station it is about, "" for the whole province
}

// Unlisted keeps what else is asked for where another list is chosen.
func (p weekPage) Unlisted() []kit.Option {
	q := p.Asked
	q.List = ""
	return kit.Kept(q)
}

// Rest keeps what else is asked for where another district is chosen.
func (p weekPage) Rest() []kit.Option { return kit.Kept(of(p.Asked, "")) }

// All leads to the same of every district.
func (p weekPage) All() string { return filter.Link("/coverage", of(p.Asked, "")) }

// badges are the states of coverage as the look knows them.
var badges = map[coverage.State]string{
	coverage.Aired: kit.StateOK, coverage.NotCounted: kit.StateInfo, coverage.NotAired: kit.StateWarn,
	coverage.NotReported: kit.StateBad, coverage.NotDue: kit.StateLater, coverage.NotPlanned: kit.StateUnplanned,
	coverage.Excused: kit.StateNone,
}

// trendWeeks is how far back the small course goes.
const trendWeeks = 12

func (p pages) calendar(ctx context.Context) (airing.Calendar, error) {
	set, err := p.store.AiringSettings(ctx)
	return set.Calendar(text.Zone), err
}

// weekOf is the week of ?week=, or the one people mean: on a week's first day
// that is still the week before, which they now close.
func weekOf(r *kit.Request, cal airing.Calendar) (airing.Week, error) {
	if s := r.FormValue("week"); s != "" {
		return airing.ParseWeek(s)
	}
	return cal.Week(r.Now.AddDate(0, 0, -1)), nil
}

// asked is what a page is about, in which calendar, and the stations.
func (p pages) asked(r *kit.Request) (cal airing.Calendar, q coverage.Query, reg *stations.Registry, err error) {
	if cal, err = p.calendar(r.Context()); err != nil {
		return
	}
	if q, err = kit.ReadFilter[coverage.Query](r, "g-*"); err != nil {
		return
	}
	if q.Now = r.Now; q.Week == 0 {
		if q.Week, err = weekOf(r, cal); err != nil {
			return
		}
	}
	reg, err = p.store.Registry(r.Context())
	return
}

func (p pages) showWeek(w http.ResponseWriter, r *kit.Request) error {
	return p.renderWeek(w, r, kit.NewForm())
}

func (p pages) renderWeek(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	cal, q, reg, err := p.asked(r)
	if err != nil {
		return err
	}
	week := q.Week
	got, err := p.store.Coverage(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	trend, err := p.store.Trend(r.Context(), r.Actor, in(q, week-trendWeeks+1), week)
	if err != nil {
		return err
	}
	page := weekPage{Page: r.Page("coverage.title"), Week: got, Form: f, Asked: q, WeekLine: r.Lang.Week(cal.Start(week), cal.End(week)),
		Previous: filter.Link("/coverage", in(q, week-1)), Paper: filter.Link("/coverage/paper", q),
		Course: filter.Link("/coverage/period", coverage.Filter{District: q.District, List: q.List}),
		Narrow: kit.FilterForm(q), Choices: r.Lists(reg)}
	if cal.End(week).Before(r.Now) {
		page.Next = filter.Link("/coverage", in(q, week+1))
		if page.Closing, err = p.closing(r, reg, week, got); err != nil {
			return err
		}
	}
	if page.Seal, err = p.sealOf(r, got); err != nil {
		return err
	}
	page.MayReopen = got.Closed && coverage.MayClose(r.Actor) == nil
	page.draw(r, reg, trend)
	page.Groups = groupsOf(reg, got, func(s coverage.State, n int) kit.Turn { return r.Turn("g-"+string(s), n) })
	turned := strings.Contains(r.URL.RawQuery, "g-")
	for i := range page.Groups {
		g := &page.Groups[i]
		g.Open = r.URL.Query().Has("g-"+string(g.State)) || !turned && page.Scheduled > 0 && g.State != coverage.Aired && !g.Waits()
	}
	page.Part = partOf(r, reg, q)
	return p.week.Render(w, r, page)
}

// sealOf is the seal a closed week was sealed with last; nil while it is open.
func (p pages) sealOf(r *kit.Request, w coverage.Week) (*airing.Seal, error) {
	seal, err := p.store.LastSeal(r.Context(), r.Actor, &w.Week)
	if !w.Closed {
		return nil, err
	}
	return seal, err
}

// partOf names the part of the province a week is about.
func partOf(r *kit.Request, reg *stations.Registry, q coverage.Query) string {
	return coverage.Filter{District: q.District, List: q.List}.Part(r.Actor, reg, nil, r.Lang)
}

// in is the same question of another week.
func in(q coverage.Query, week airing.Week) coverage.Query {
	q.Week = week
	return q
}

// of is the same question of another district, or of all.
func of(q coverage.Query, district string) coverage.Query {
	q.District = district
	return q
}

// address is the page of a whole week.
func address(week airing.Week) string { return filter.Link("/coverage", coverage.Query{Week: week}) }

// share is how many of the expected aired; nobody expected, and nothing planned, are
// said in words.
func share(r *kit.Request, c coverage.Counts) string {
	if c.Expected() == 0 {
		return r.Say("coverage.none_expected")
	}
	if _, planned := c.Percent(); !planned {
		return r.Say("coverage.not_scheduled")
	}
	return fmt.Sprintf("%d/%d", c.Aired, c.Expected())
}

// draw makes the pictures.
func (page *weekPage) draw(r *kit.Request, reg *stations.Registry, trend []coverage.Week) {
	c := page.Week.Counts
	var parts []kit.Part
	count := map[coverage.State]int{coverage.Aired: c.Aired, coverage.NotCounted: c.NotCounted, coverage.NotAired: c.NotAired,
		coverage.NotReported: c.NotReported, coverage.NotDue: c.NotDue, coverage.NotPlanned: c.NotPlanned, coverage.Excused: c.Excused}
	for _, s := range coverage.States {
		word := r.Say("coverage.state." + string(s))
		parts = append(parts, kit.Part{Value: count[s], State: badges[s], Title: fmt.Sprintf("%s: %d", word, count[s])})
		page.Legend = append(page.Legend, kit.LegendItem{State: badges[s], Text: word})
	}
	page.Ring = kit.NewRing(r.Say("coverage.ring", "aired", c.Aired, "expected", c.Expected()), c.Share(r.Lang), share(r, c), parts, c.Active)
	var ladder []kit.Bar
	for _, step := range []struct {
		key string
		n   int
	}{{"scheduled", c.Scheduled}, {"aired", c.Aired}, {"with_evidence", c.WithEvidence}, {"verified", c.Verified}} {
		ladder = append(ladder, kit.Bar{Label: r.Say("coverage.ladder." + step.key), Note: strconv.Itoa(step.n), Whole: c.Active,
			Parts: []kit.Part{{Value: step.n, State: kit.StateOK}}})
	}
	page.Ladder = kit.NewBarChart(r.Say("coverage.ladder"), ladder)
	var bars []kit.Bar
	districts := slices.Clone(page.Week.Districts)
	var codes []string
	for _, d := range districts {
		codes = append(codes, d.District)
	}
	page.Districts = kit.DistrictOptions(reg, reg.InOrder(codes))
	if len(districts) > 2*lowestShown {
		slices.SortStableFunc(districts, func(a, b coverage.DistrictCounts) int {
			return cmp.Compare(a.Aired*max(1, b.Expected()), b.Aired*max(1, a.Expected()))
		})
		districts, page.Lowest = districts[:lowestShown], lowestShown
	}
	for _, d := range districts {
		bars = append(bars, kit.Bar{Label: reg.DistrictName(d.District), Path: filter.Link("/coverage", of(page.Asked, d.District)),
			Note: share(r, d.Counts), Whole: d.Expected(), Parts: []kit.Part{{Value: d.Aired, State: kit.StateOK}}})
	}
	page.Bars = kit.NewBarChart(r.Say("coverage.by_district"), bars)
	course := make([]kit.Column, len(trend))
	for i, w := range trend {
		n, ok := w.Percent() // a week in which nobody was expected is a gap
		course[i] = kit.Column{Label: w.Week.String()[6:], Note: strconv.Itoa(n), Value: n, Gap: !ok, State: kit.StateOK,
			Title: text.Sentence(w.Week.Words(r.Lang)) + ": " + share(r, w.Counts)}
		if ok {
			course[i].Path = filter.Link("/coverage", in(page.Asked, w.Week))
		}
	}
	page.Trend = kit.NewSmallColumns(r.Say("coverage.trend", "n", trendWeeks), course)
	var tiles []kit.Tile
	for i := range page.Week.Stations {
		s := &page.Week.Stations[i]
		if t := reg.TileOf(s.Station); t != nil {
			tiles = append(tiles, kit.Tile{Col: t.Col, Row: t.Row, State: badges[s.State], Path: stationPath(s.Station, page.Asked.Week),
				Name: reg.Label(s.Station), Now: r.Say("coverage.state." + string(s.State)), Area: reg.DistrictName(s.District),
				Title: reg.Label(s.Station) + ", " + reg.DistrictName(s.District) + ": " + r.Say("coverage.state."+string(s.State))})
		}
	}
	page.Map = kit.NewHexMap(r.Say("coverage.map"), tiles)
}

func stationPath(station string, w airing.Week) string {
	return "/coverage/stations/" + station + "?week=" + w.String()
}

// groupsOf lists the stations by state, those who need a call first. page is which
// of so many in a state are named.
func groupsOf(reg *stations.Registry, week coverage.Week, page func(s coverage.State, n int) kit.Turn) []group {
	by := map[coverage.State][]*coverage.StationWeek{}
	for i := range week.Stations {
		s := &week.Stations[i]
		by[s.State] = append(by[s.State], s)
	}
	var out []group
	for _, s := range coverage.ToCall() {
		g := group{State: s, Badge: badges[s], Total: len(by[s]), Turn: page(s, len(by[s]))}
		for _, one := range by[s][g.Turn.From:g.Turn.To] {
			g.Rows = append(g.Rows, rowOf(reg, *one))
		}
		out = append(out, g)
	}
	return out
}

func rowOf(reg *stations.Registry, s coverage.StationWeek) row {
	one := row{StationWeek: s, Name: reg.Label(s.Station), District: reg.DistrictName(s.District)}
	if st, err := reg.Station(s.Station); err == nil && len(st.Contacts) > 0 {
		one.Contact = st.Contacts[0]
	}
	for i, n := range s.FailedFor() {
		if n > 0 {
			one.Reason = airing.Reasons[i]
			break
		}
	}
	return one
}

// closing asks about closing a week; nil where it is closed, holds nothing to close, or
// is not the actor's to close. got is the week as she sees a part of it, or all.
func (p pages) closing(r *kit.Request, reg *stations.Registry, week airing.Week, got coverage.Week) (*kit.Ask, error) {
	if got.Closed || coverage.MayClose(r.Actor) != nil {
		return nil, nil
	}
	whole, err := p.store.Coverage(r.Context(), r.Actor, coverage.Query{Week: week, Now: r.Now})
	if err != nil {
		return nil, err
	}
	if coverage.Closable(whole) != nil {
		return nil, nil // the page says so
	}
	waits, err := p.store.Unanswered(r.Context(), r.Actor, week, r.Now)
	if err != nil {
		return nil, err
	}
	ask := r.Ask(coverage.Closing(whole, waits, reg.Label), nil, func(at string) (path, say string) {
		switch at {
		case coverage.AtPleas:
			return "/coverage/excuses?state=waiting", r.Say("coverage.step_pleas_open")
		case coverage.AtSaid:
			return "/calls/log", r.Say("coverage.see_said")
		case coverage.AtUnverified:
			at = string(coverage.Aired)
		}
		return address(week) + "#g-" + at, r.Say("coverage.see_list")
	})
	n := whole.Counts
	ask.About = r.Say("coverage.close_counts", "week", week, "n", n.Active, "aired", n.Aired, "not_aired", n.NotAired, "not_reported", n.NotReported,
		"excused", n.Excused)
	ask.ID, ask.Do, ask.Step, ask.Class = "ask-close", "close", r.Say("coverage.close"), "quiet"
	ask.Action, ask.Page, ask.Back = "/coverage/close", closePath(week), address(week)
	ask.Hidden = []kit.Option{{Value: "week", Text: week.String()}}
	return &ask, nil
}

func closePath(week airing.Week) string { return "/coverage/close?week=" + week.String() }

// confirmPage asks about closing a week where there is no script to open a dialog.
type confirmPage struct {
	kit.Page
	WeekLine string
	Ask      kit.Ask
}

func (p pages) showConfirm(w http.ResponseWriter, r *kit.Request) error {
	if err := coverage.MayClose(r.Actor); err != nil {
		return err
	}
	week, err := airing.ParseWeek(r.FormValue("week"))
	if err != nil {
		return err
	}
	return p.renderConfirm(w, r, week, "")
}

func (p pages) renderConfirm(w http.ResponseWriter, r *kit.Request, week airing.Week, notice string) error {
	cal, err := p.calendar(r.Context())
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	got, err := p.store.Coverage(r.Context(), r.Actor, coverage.Query{Week: week, Now: r.Now})
	if err != nil {
		return err
	}
	ask, err := p.closing(r, reg, week, got)
	if err != nil {
		return err
	}
	if ask == nil {
		return r.Redirect(w, address(week), "")
	}
	ask.Notice = notice
	return p.confirm.Render(w, r, confirmPage{r.Page("coverage.title"), r.Lang.Week(cal.Start(week), cal.End(week)), *ask})
}

// formOfWeek reads a form and the week it is about.
func formOfWeek(r *kit.Request) (f *kit.Form, week airing.Week, err error) {
	if f, err = r.ReadForm(); err != nil {
		return nil, 0, err
	}
	week, err = airing.ParseWeek(f.Get("week"))
	return f, week, err
}

func (p pages) closeWeek(w http.ResponseWriter, r *kit.Request) error {
	if err := coverage.MayClose(r.Actor); err != nil { // before she is asked anything
		return err
	}
	f, week, err := formOfWeek(r)
	if err != nil {
		return err
	}
	if f.Get("seen") == "" { // nobody was asked
		return r.Redirect(w, closePath(week), "")
	}
	_, err = p.store.CloseWeek(r.Context(), r.Meta(f.ID), coverage.Close{Week: week, Seen: f.Get("seen")})
	if once.Unseen(err) && f.Refused(err) {
		return p.renderConfirm(w, r, week, r.Lang.Fault(err))
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/coverage?week="+week.String(), "coverage.closed_now")
}

// reopenWeek takes a request to open a closed week again, or a second person's
// word on it.
func (p pages) reopenWeek(w http.ResponseWriter, r *kit.Request) error {
	f, week, err := formOfWeek(r)
	if err != nil {
		return err
	}
	c := coverage.Reopen{Week: week, Later: f.Bool("later"), Reason: f.Get("reason"), Decline: f.Get("do") == "decline"}
	if s := f.Get("request"); s != "" {
		if c.Request, err = time.Parse(time.RFC3339Nano, s); err != nil {
			return fault.New(fault.Invalid, "coverage.not_asked", "week", week).Because(err)
		}
	}
	got, err := p.store.ReopenWeek(r.Context(), r.Meta(f.ID), c)
	if e := fault.Of(err); e != nil && e.Kind == fault.Conflict { // what was ticked for one act is no part of another
		f.Values = url.Values{}
	}
	if f.Refused(err) {
		return p.renderWeek(w, r, *f)
	}
	if err != nil {
		return err
	}
	said := "coverage.reopen_sent"
	switch {
	case c.Decline:
		said = "coverage.reopen_gone"
	case !got.Closed:
		said = "coverage.reopen_done"
	}
	return r.Redirect(w, address(week), said)
}

type stationPage struct {
	kit.Page
	Form     kit.Form
	Station  string
	Name     string
	District string
	WeekLine string
	Week     airing.Week
	Now      *coverage.StationWeek // nil when the station does not count that week
	Badge    string
	Year     kit.StripRow // the weeks up to this one, as each counts
	Days     []string     // of each, what it shows
	States   []kit.LegendItem
	Weeks    []pastWeek
	Lines    []said
	Of       []lent // other stations some of whose reports count here
	Reasons  []kit.Option
	MayAsk   bool
	Askers   []kit.Option   // who may have asked for an excuse
	Pleaded  *coverage.Plea // what was asked for that week, and waits
	MayCall  bool
	MayPlea  bool
	Untils   []kit.Option    // the last week one may ask for
	Ask      kit.Form        // by which an excuse is asked for
	Calls    []coverage.Call // the last of them
}

// said is a report, with the title its programme had then.
type said struct {
	airing.Line
	Title string
}

// lent is another station that aired while the listeners were its own.
type lent struct{ Name, Path string }

type pastWeek struct {
	Path, Line string
	Excused    bool // and nothing that counts was aired
	Silent     int  // slots that are over, count toward the target, and have no report
	airing.Tally
}

// historyWeeks is how far back a station's page looks.
const historyWeeks = 52

// callsShown is how many of the calls to a station its page tells of.
const callsShown = 5

func (p pages) showStation(w http.ResponseWriter, r *kit.Request) error {
	_, q, _, err := p.asked(r)
	if err != nil {
		return err
	}
	f, err := p.excuseForm(r, q.Week)
	if err != nil {
		return err
	}
	return p.renderStation(w, r, f)
}

// year draws the weeks of a station up to the one that is asked for.
func (p pages) year(r *kit.Request, cal airing.Calendar, station string, page *stationPage) error {
	f := coverage.Filter{From: coverage.MustStretch((page.Week - historyWeeks + 1).String()),
		Until: coverage.MustStretch(page.Week.String()), Stations: station}
	got, err := p.store.Period(r.Context(), r.Actor, f, r.Now)
	if err != nil {
		return err
	}
	for _, strip := range got.Strips([]string{station}) {
		page.Year, _ = stripOf(r, page.Name, strip)
		for _, d := range strip.Weeks {
			said := r.Say("coverage.percent_none")
			if d.State != "" {
				said = r.Say("coverage.state." + string(d.State))
			}
			page.Days = append(page.Days, r.Lang.Week(cal.Start(d.Week), cal.End(d.Week))+": "+said)
		}
	}
	page.States = stateLegend(r)
	return nil
}

func (p pages) renderStation(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	return p.renderAsked(w, r, f, kit.NewForm())
}

// renderAsked is renderStation with the form by which an excuse is asked for.
func (p pages) renderAsked(w http.ResponseWriter, r *kit.Request, f, ask kit.Form) error {
	cal, q, reg, err := p.asked(r)
	if err != nil {
		return err
	}
	week := q.Week
	st, err := reg.ByCodeOrID(r.PathValue("station"), stations.DateOf(cal.Start(week)))
	if err != nil {
		return err
	}
	where := reg.Where(st.ID)
	page := stationPage{Page: r.Page("coverage.station_title"), Form: f, Ask: ask, Station: st.ID, Name: reg.Label(st.ID), Week: week,
		District: reg.DistrictName(where.District), WeekLine: r.Lang.Week(cal.Start(week), cal.End(week))}
	history, err := p.store.History(r.Context(), r.Actor, st.ID, week-historyWeeks+1, week)
	if err != nil {
		return err
	}
	tallies := make(map[airing.Week]airing.Tally, len(history))
	for _, h := range history {
		tallies[h.Week] = h.Tally
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	silent, err := p.silent(r, plan, reg, cal, st.ID, week)
	if err != nil {
		return err
	}
	excused, err := p.store.Excuses(r.Context(), st.ID, week-historyWeeks+1, week)
	if err != nil {
		return err
	}
	for i := range historyWeeks {
		w := week - airing.Week(i)
		tally, any := tallies[w]
		if any || st.ActiveInWeek(stations.DateOf(cal.Start(w))) { // a silent week is a week
			page.Weeks = append(page.Weeks, pastWeek{Path: stationPath(st.ID, w), Line: r.Lang.Week(cal.Start(w), cal.End(w)),
				Excused: excused[w].Stands() && tally.Qualifying == 0, Silent: silent[w], Tally: tally})
		}
	}
	if err := p.year(r, cal, st.ID, &page); err != nil {
		return err
	}
	got, err := p.store.Coverage(r.Context(), r.Actor, coverage.Query{Week: week, Now: r.Now})
	if err != nil {
		return err
	}
	for _, s := range got.Stations {
		if s.Station == st.ID {
			page.Now, page.Badge = &s, badges[s.State]
			for _, id := range s.Of {
				page.Of = append(page.Of, lent{reg.Label(id), stationPath(id, week)})
			}
			page.MayAsk = !got.Closed && s.State != coverage.Aired && coverage.MayExcuse(r.Actor, where) == nil
			page.MayPlea = !got.Closed && s.State != coverage.Aired && s.Excuse == nil && coverage.MayAskExcuse(r.Actor, where) == nil
		}
	}
	if err := p.askers(r, st, where, &page); err != nil {
		return err
	}
	lines, _, err := p.store.Airings(r.Context(), r.Actor, airing.Query{From: cal.Start(week), Until: cal.End(week), Stations: []string{st.ID}})
	if err != nil {
		return err
	}
	for _, l := range lines {
		programme, _ := plan.Programme(l.Programme) // what was reported stays, also of a programme that is gone
		page.Lines = append(page.Lines, said{l, cmp.Or(programme.TitleAt(l.StartedAt), l.Programme)})
	}
	if page.MayCall = coverage.MayCall(r.Actor, where) == nil; page.MayCall {
		if page.Calls, _, err = p.store.Calls(r.Context(), r.Actor, coverage.CallQuery{Station: st.ID, Limit: callsShown}); err != nil {
			return err
		}
	}
	page.Untils = []kit.Option{{Text: r.Say("coverage.ask_this_week")}}
	for w := week + 1; w < week+coverage.MaxExcuseAhead && w <= cal.Week(r.Now)+coverage.MaxExcuseAhead; w++ {
		page.Untils = append(page.Untils, kit.Option{Value: w.String(), Text: r.Lang.Week(cal.Start(w), cal.End(w))})
	}
	page.Reasons = append([]kit.Option{{Text: r.Say("airing.choose")}}, kit.WordOptions(r, "airing.reason.", airing.Reasons[:])...)
	return p.station.Render(w, r, page)
}

// askers fills who may have asked for an excuse, and what somebody asked that waits.
func (p pages) askers(r *kit.Request, st *stations.Station, on accounts.Where, page *stationPage) error {
	if !page.MayAsk && !page.MayPlea {
		return nil
	}
	waiting, _, err := p.store.Pleas(r.Context(), r.Actor, coverage.PleaQuery{Station: st.ID, State: coverage.PleaWaits})
	for _, one := range waiting {
		if one.From <= page.Week && page.Week <= one.Until {
			page.Pleaded, page.MayPlea = &one, false
		}
	}
	if err != nil || !page.MayAsk {
		return err
	}
	people, err := p.store.Directory(r.Context())
	if err != nil {
		return err
	}
	page.Askers = []kit.Option{{Text: r.Say("coverage.excuse_choose")}}
	for _, a := range coverage.Askers(st, on, people, r.Actor) {
		page.Askers = append(page.Askers, kit.Option{Value: a.Key(), Text: a.Words()})
	}
	return nil
}

// silent counts, week by week, the station's slots of a year up to that week that are
// over, of a programme that counts toward the target, and of which nobody said anything.
func (p pages) silent(r *kit.Request, plan *scheduler.Schedule, reg *stations.Registry, cal airing.Calendar, station string,
	until airing.Week) (map[airing.Week]int, error) {
	var ids []string
	of := map[string]airing.Week{}
	for slot := range plan.SlotsAt(reg, station, cal.Start(until-historyWeeks+1), cal.End(until)) {
		programme, err := plan.Programme(slot.Programme)
		if err == nil && !slot.End.After(r.Now) && programme.TermsAt(slot.Start).CountsTowardTarget {
			ids = append(ids, slot.ID)
			of[slot.ID] = cal.Week(slot.Start)
		}
	}
	lines, err := p.store.ForSlots(r.Context(), r.Actor, ids)
	n := map[airing.Week]int{}
	for _, id := range ids {
		if _, said := lines[id]; !said {
			n[of[id]]++
		}
	}
	return n, err
}

// excuseForm is the form by which the station is excused in that week, or no more.
func (p pages) excuseForm(r *kit.Request, week airing.Week) (kit.Form, error) {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return kit.Form{}, err
	}
	st, err := reg.ByCodeOrID(r.PathValue("station"), r.Today())
	if err != nil {
		return kit.Form{}, nil // the page says so
	}
	e, err := p.store.LastExcuse(r.Context(), week, st.ID)
	return kit.NewForm("edition", e.Edition().Tag).From(e.Edition()), err
}

func (p pages) excuse(w http.ResponseWriter, r *kit.Request) error {
	f, week, err := formOfWeek(r)
	if err != nil {
		return err
	}
	station := r.PathValue("station")
	err = f.Save(func() (kit.Form, error) { return p.excuseForm(r, week) }, func(m accounts.Meta) error {
		e := coverage.Excuse{Week: week, Station: station, Reason: airing.Reason(f.Get("reason")), Note: f.Get("note"), Asked: f.Get("asked")}
		if f.Bool("revoked") { // what was typed to excuse is no reason to take it back
			e.Note, e.Revoked = f.Get("why"), true
		}
		_, err := p.store.Excuse(r.Context(), m, e)
		if fault.Is(err, "coverage.excused_already") || fault.Is(err, "coverage.excuse_gone") {
			fault.Of(err).Kind = fault.Conflict // there is nothing to compare: the other did the same
		}
		return err
	})
	switch e := fault.Of(err); {
	case e != nil && e.Kind == fault.Conflict: // the page shows what is decided now, and its form begins from that
		now, err := p.excuseForm(r, week)
		if err != nil {
			return err
		}
		f.Values, f.Of, f.Was = now.Values, now.Of, now.Was
	case e != nil && e.Field == "note" && f.Bool("revoked"):
		e.Field = "why"
	}
	if f.Refused(err) {
		return p.renderStation(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, stationPath(station, week), "coverage.excused_now")
}

// reopenings tells whoever may agree that somebody asks to open weeks again.
func (p pages) reopenings(r *kit.Request) (steps []kit.Step, err error) {
	if coverage.MayClose(r.Actor) != nil {
		return nil, nil
	}
	cal, err := p.calendar(r.Context())
	if err != nil {
		return nil, err
	}
	list, err := p.store.Reopenings(r.Context(), r.Actor, coverage.AskedQuery{Not: r.Actor.Person, Limit: coverage.MostListed})
	if err != nil {
		return nil, err
	}
	for len(list) > 0 {
		first, n := list[0], len(list)
		list = slices.DeleteFunc(list, func(a coverage.Asked) bool { return a.Person == first.Person && a.At.Equal(first.At) })
		n -= len(list)
		title := "coverage.step_reopen"
		if n > 1 {
			title = "coverage.step_reopen_more"
		}
		steps = append(steps, kit.Step{Title: r.Say(title, "n", n, "week", r.Lang.Week(cal.Start(first.Week), cal.End(first.Week))),
			Text:   r.Say("coverage.reopen_asked", "by", first.By, "at", first.At, "reason", first.Reason),
			Path:   address(first.Week) + "#reopen",
			Button: r.Say("coverage.step_reopen_go"), Icon: "lock", State: "warn", Order: 7})
	}
	return steps, nil
}

// steps tells a monitor on the first page how the week stands.
func (p pages) steps(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.Has(accounts.Monitor) && !r.Actor.Has(accounts.Editor) && !r.Actor.Has(accounts.Admin) {
		return nil, nil
	}
	cal, err := p.calendar(r.Context())
	if err != nil {
		return nil, err
	}
	got, err := p.store.Coverage(r.Context(), r.Actor, coverage.Query{Week: cal.Week(r.Now.AddDate(0, 0, -1)), Now: r.Now})
	if err != nil || got.Scheduled+got.Aired == 0 { // nothing is planned yet: the editor's own step says what to do
		return nil, err
	}
	step := kit.Step{Title: r.Say("coverage.step", "week", r.Lang.Week(cal.Start(got.Week), cal.End(got.Week)), "aired", got.Aired, "expected", got.Expected()),
		Path: address(got.Week), Button: r.Say("coverage.open"), Icon: "coverage", Order: 8}
	for _, g := range []struct {
		state coverage.State
		n     int
	}{{coverage.NotReported, got.NotReported}, {coverage.NotAired, got.NotAired}, {coverage.NotDue, got.NotDue}} {
		if g.n > 0 {
			step.Lines = append(step.Lines, kit.StepLine{Text: r.Say("coverage.step."+string(g.state), "n", g.n),
				Path: address(got.Week) + "#g-" + string(g.state), Count: g.n})
		}
	}
	if got.Complete() {
		step.State = "ok"
	}
	before, err := p.store.Coverage(r.Context(), r.Actor, coverage.Query{Week: got.Week - 1, Now: r.Now})
	if err != nil {
		return nil, err
	}
	if before.Expected() > 0 {
		words := r.Say("coverage.step_before", "week", before.Week, "aired", before.Aired, "expected", before.Expected())
		step.Lines = append(step.Lines, kit.StepLine{Text: words, Path: address(before.Week)})
	}
	return []kit.Step{step}, nil
}
