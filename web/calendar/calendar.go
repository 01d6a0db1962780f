// Package calendar shows a week of planned airings, and is where one date is
// called off, moved or annotated.
package calendar

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	scheduler.Store
	Registry(ctx context.Context) (*stations.Registry, error)
	airing.Log
	sharing.Store
	Directory(ctx context.Context) (*accounts.Directory, error)
}

type pages struct {
	store Store
	week  *kit.View[weekPage]
	one   *kit.View[onePage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("calendar", files)
	p := pages{store: s, week: kit.NewView[weekPage](f, "week.html"), one: kit.NewView[onePage](f, "one.html")}
	k.Handle(newAddresses(f, s).routes()...)
	k.Menu(kit.MenuItem{Path: "/calendar", Key: "schedule.calendar", Icon: "calendar", Access: accounts.ReadSchedule, Order: 25})
	k.Handle(
		kit.Route{Pattern: "GET /calendar", Access: accounts.ReadSchedule, Handler: p.showWeek},
		kit.Route{Pattern: "GET /rules/{id}/on/{at}", Access: accounts.ReadSchedule, Handler: p.showOne},
		kit.Route{Pattern: "POST /rules/{id}/on/{at}", Access: accounts.EditSchedule, Handler: p.save},
	)
}

// entry is one planned airing as the calendar shows it.
type entry struct {
	scheduler.Planned
	Title   string
	Urgency string // catalogue key of its priority, "" for the ordinary one
	Path    string
	Past    bool
}

type day struct {
	Start   time.Time
	Today   bool
	Entries []entry
}

type weekPage struct {
	kit.Page
	MayEdit        bool
	Monday         time.Time
	Previous, Next string
	Week           string // "2024-W20"
	Form           kit.Form
	Station        string       // "" is all
	This           string       // the week of now
	Choices        []kit.Choice // of a list of stations
	Label          string
	Stations       []kit.Option
	Days           []day
	Empty          bool
	Passed         *kit.Passed // the station was merged into another
}

func (p pages) showWeek(w http.ResponseWriter, r *kit.Request) error {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	a, err := kit.ReadFilter[asked](r)
	if err != nil {
		return err
	}
	today := r.Today()
	monday := mondayOf(today.Start(text.Zone))
	if a.Week != 0 {
		monday = isoWeeks.Start(a.Week)
	}
	page := weekPage{Page: r.Page("schedule.calendar"), MayEdit: r.Actor.CanSomewhere(accounts.EditSchedule), Monday: monday,
		Week: weekName(monday), Empty: true}
	id := a.Station
	if mine := r.Actor.Runs(); !r.URL.Query().Has("station") && len(mine) == 1 && !r.Actor.Wide(accounts.ReadAirings) {
		id = mine[0] // an operator means her own
	}
	if id != "" {
		st, err := reg.OpenTo(r.Actor, accounts.ReadStations, id, today)
		if err != nil {
			return err
		}
		id, page.Label = st.ID, reg.Label(st.ID)
		page.Station = st.ID
		page.Passed = r.Passed(reg, st.ID, accounts.ReadStations, "/calendar?station=%s")
	}
	chosen, err := reg.Chosen(r.Actor, id, a.List, today)
	if err != nil {
		return err
	}
	if l, err := reg.List(r.Actor, a.List); err == nil && id == "" {
		page.Label = l.Name
	}
	page.Form, page.Choices = kit.NewForm("station", page.Station, "list", a.List), r.Lists(reg)
	page.Stations = kit.StationOptions(reg, stations.Filter{ActiveOn: today}.For(r.Actor, accounts.ReadStations))
	a.Station = page.Station
	page.Previous, page.Next = a.of(isoWeeks.Week(monday.AddDate(0, 0, -7))), a.of(isoWeeks.Week(monday.AddDate(0, 0, 7)))
	page.This = a.of(0)
	for i := range 7 {
		start := monday.AddDate(0, 0, i)
		page.Days = append(page.Days, day{Start: start, Today: stations.DateOf(start) == today})
	}
	for _, planned := range s.Calendar(reg, chosen, monday, monday.AddDate(0, 0, 7)) {
		d := &page.Days[(int(planned.Start.In(text.Zone).Weekday())+6)%7]
		d.Entries = append(d.Entries, entryOf(s, planned, r.Now))
		page.Empty = false
	}
	return p.week.Render(w, r, page)
}

// mondayOf is the start of t's week in t's zone.
func mondayOf(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }

// asked is what the calendar is narrowed by.
type asked struct {
	Week    airing.Week `name:"week"`
	Station string      `name:"station"` // ID or official code; none where it is not named means one's own
	List    string      `name:"list"`    // ID of a list of stations
}

// link is the calendar of a week for all who see the plan.
func link(monday time.Time) string {
	return filter.Link("/calendar", asked{Week: isoWeeks.Week(monday)})
}

// of is the same calendar of another week, 0 for that of now.
func (a asked) of(week airing.Week) string {
	a.Week = week
	v := filter.Values(a)
	v.Set("station", a.Station) // none is named: all are meant
	return "/calendar?" + v.Encode()
}

func entryOf(s *scheduler.Schedule, planned scheduler.Planned, now time.Time) entry {
	programme, _ := s.Programme(planned.Programme) // verified by the store; without one the title stays empty
	e := entry{Planned: planned, Title: programme.TitleAt(planned.Start), Path: "/rules/" + planned.Rule + "/on/" + planned.At.String(),
		Past: !planned.Start.After(now)}
	if planned.Priority != scheduler.Ordinary {
		e.Urgency = "schedule.priority." + string(planned.Priority)
	}
	return e
}

type onePage struct {
	kit.Page
	Form      kit.Form
	Entry     entry
	Programme scheduler.Programme
	When, Who string
	Rule      string
	Week      string // path of the week in the calendar
	MayEdit   bool   // the person may, and it has not come yet
	Decided   bool   // something was decided about this date before
	MayUndo   bool
	Kinds     []kit.Option
	Scopes    []kit.Option
	Soonest   string
	Moving    scheduler.Moving // to be agreed to first
	Undoing   bool             // by taking back what was decided before
	Reported  string           // the stations of Moving, as people call them
	Due       *dueFacts
}

// dueFacts is what was planned when its time had come.
type dueFacts struct {
	Stations, Without int
	Episodes          []dueEpisode
	Late              bool
	NotedAt           time.Time
}

type dueEpisode struct {
	ID, Title string
	Stations  int
}

func (p pages) showOne(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.oneForm(r)
	if err != nil {
		return err
	}
	return p.renderOne(w, r, f, scheduler.Moving{})
}

// oneForm is the form of a single date with what is decided of it now.
func (p pages) oneForm(r *kit.Request) (kit.Form, error) {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return kit.Form{}, err
	}
	rule, err := s.Rule(r.PathValue("id"))
	if err != nil {
		return kit.Form{}, err
	}
	at, err := scheduler.ParseWall(r.PathValue("at"))
	if err != nil {
		return kit.Form{}, err
	}
	f := kit.NewForm("scope", "one") // what is to happen is chosen: nothing is called off by the way
	if i := slices.IndexFunc(rule.Exceptions, func(e scheduler.Exception) bool { return e.At == at }); i >= 0 {
		e := rule.Exceptions[i]
		f = kit.NewForm("kind", string(e.Kind), "note", e.Note, "scope", "one", "decided", e.By)
		if e.Kind == scheduler.Moved {
			f.Values.Set("to", kit.AsInstant(e.To.In(text.Zone)))
		}
	}
	return f.From(rule.Edition()), nil
}

func (p pages) renderOne(w http.ResponseWriter, r *kit.Request, f kit.Form, moving scheduler.Moving) error {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	at, err := scheduler.ParseWall(r.PathValue("at"))
	if err != nil {
		return err
	}
	planned, err := s.Occurrence(reg, r.PathValue("id"), at)
	if err != nil {
		return err
	}
	rule, err := s.Rule(planned.Rule)
	if err != nil {
		return err
	}
	programme, err := s.Programme(planned.Programme)
	if err != nil {
		return err
	}
	programme = programme.As(planned.Start)
	v := rule.Current()
	page := onePage{Page: r.Page("schedule.one_date"), Form: f, Entry: entryOf(s, planned, r.Now), Programme: programme, Rule: rule.ID,
		When: scheduler.SayCron(r.Lang, v.Cron), Who: v.Selection.Say(r.Lang, reg), Week: link(mondayOf(planned.Start.In(text.Zone))),
		Decided: planned.Cancelled || !planned.MovedFrom.IsZero(), Soonest: kit.AsInstant(r.Now)}
	page.Title, page.Moving, page.Undoing = programme.Title, moving, f.Get("do") == "undo"
	labels := make([]string, len(moving.Reported))
	for i, id := range moving.Reported {
		labels[i] = reg.Label(id)
	}
	page.Reported = strings.Join(labels, ", ")
	page.MayEdit = r.Actor.CanSomewhere(accounts.EditSchedule) && !page.Entry.Past
	page.MayUndo = page.MayEdit && page.Decided && at.In(text.Zone).After(r.Now)
	for _, k := range scheduler.ExceptionKinds {
		page.Kinds = append(page.Kinds, kit.Option{Value: string(k), Text: r.Say("schedule.exception." + string(k)),
			Hint: r.Say("schedule.exception_hint." + string(k))})
	}
	for _, scope := range []string{"one", "following"} {
		page.Scopes = append(page.Scopes, kit.Option{Value: scope, Text: r.Say("schedule.scope." + scope)})
	}
	if page.Due, err = p.due(r.Context(), s, planned); err != nil {
		return err
	}
	return p.one.Render(w, r, page)
}

// due finds what was noted when the occurrence came due; nil before that.
func (p pages) due(ctx context.Context, s *scheduler.Schedule, planned scheduler.Planned) (*dueFacts, error) {
	for d, err := range p.store.Dues(ctx, planned.Start, planned.Start.Add(1)) {
		if err != nil {
			return nil, err
		}
		if d.Rule != planned.Rule {
			continue
		}
		f := &dueFacts{Stations: d.Stations, Late: d.NotedAt.Sub(d.Start) > time.Minute, NotedAt: d.NotedAt}
		for _, e := range d.Episodes {
			if e.Episode == "" {
				f.Without = len(e.Stations)
				continue
			}
			episode, _ := s.Episode(e.Episode) // nothing is ever deleted
			f.Episodes = append(f.Episodes, dueEpisode{e.Episode, episode.Title, len(e.Stations)})
		}
		return f, nil
	}
	return nil, nil
}

func (p pages) save(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := scheduler.SaveException{Rule: r.PathValue("id"), Kind: scheduler.ExceptionKind(f.Get("kind")), Note: f.Get("note"),
		Following: f.Get("scope") == "following"}
	if c.At, err = scheduler.ParseWall(r.PathValue("at")); err != nil {
		return err
	}
	if f.Get("do") == "undo" {
		c = scheduler.SaveException{Rule: c.Rule, At: c.At}
	} else {
		err = chosen(f, c.Kind)
	}
	if c.Kind == scheduler.Moved {
		if to := f.Instant("to"); !to.IsZero() {
			c.To = scheduler.WallOf(to)
		}
		if err == nil {
			err = f.Err()
		}
	}
	var moving scheduler.Moving
	if err == nil {
		moving, err = p.moving(r, f, c)
	}
	if word := moving.Word(); err == nil && word != "" && word != f.Get("agreed") {
		return p.renderOne(w, r, *f, moving)
	}
	if err == nil {
		err = f.Save(func() (kit.Form, error) { return p.oneForm(r) }, func(m accounts.Meta) error {
			_, err := p.store.SaveException(r.Context(), m, c)
			return err
		})
	}
	if f.Refused(err) {
		return p.renderOne(w, r, *f, scheduler.Moving{})
	}
	if err != nil {
		return err
	}
	if moving.Ends != nil {
		return r.Redirect(w, "/rules/"+c.Rule, "schedule.rule_ended")
	}
	back := c.At.In(text.Zone)
	if c.Kind == scheduler.Moved {
		back = c.To.In(text.Zone)
	}
	return r.Redirect(w, link(mondayOf(back)), "schedule.exception_saved")
}

// chosen refuses a form that does not say what is to happen, or that says another
// thing than the hour written into it. An hour that the form came with was not written,
// and one that was cleared says nothing.
func chosen(f *kit.Form, kind scheduler.ExceptionKind) error {
	if kind == "" {
		return fault.New(fault.Invalid, "schedule.change_choose").At("kind")
	}
	if to := f.Get("to"); kind != scheduler.Moved && to != "" && to != f.Shown("to") {
		return fault.New(fault.Invalid, "schedule.move_not_chosen").At("kind")
	}
	return nil
}

// moving is what the change would lead to.
func (p pages) moving(r *kit.Request, f *kit.Form, c scheduler.SaveException) (scheduler.Moving, error) {
	s, err := p.store.Schedule(r.Context())
	if err != nil {
		return scheduler.Moving{}, err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return scheduler.Moving{}, err
	}
	moving, err := scheduler.PreviewException(s, reg, r.Meta(f.ID), c)
	if err != nil {
		return moving, err
	}
	moving.Reported, err = airing.ReportedAhead(r.Context(), p.store, r.Actor, airing.Plan{Registry: reg, Schedule: s}, c, r.Now)
	return moving, err
}

// isoWeeks are the weeks of a calendar on the wall, whatever coverage counts.
var isoWeeks = airing.Calendar{Zone: text.Zone}

// weekName writes an ISO week, "2024-W20".
func weekName(monday time.Time) string { return isoWeeks.Week(monday).String() }
