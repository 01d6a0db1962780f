package airing

import (
	"context"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Day is what a person has to do at one station, and what she has done.
type Day struct {
	Waiting []Task // over and not reported, the latest first: it is the one she came for
	NotDue  []Task // today's that are not over, the next first
	Coming  []Task // of the rest of the week, the next first
	Later   []Task // of the two weeks after it, the next first: a phone without a network has them
	Done    []Task // of this week, or reported in it, planned or not, the latest first
}

// Task is a slot with what a report of it would say if nothing is added. That of a
// report that answers no slot, as of an airing that none foresaw, has a Slot without an
// ID, as it was reported.
type Task struct {
	Slot      scheduler.Slot
	Programme scheduler.Programme
	Episode   *scheduler.Episode // nil when none is approved
	Seconds   int                // length on air as planned
	Over      time.Time          // when the airing is over if it goes as planned
	Means     Means              // what the station usually uses, "" when nobody filled it in
	Line      *Line              // the standing report, nil when there is none
	Replanned bool               // the slot of the report was moved or called off since
	OtherWeek bool               // it is reported, and of another week than this one
}

// OnAir reports whether the airing has begun and is not over.
func (t Task) OnAir(now time.Time) bool { return !now.Before(t.Slot.Start) && now.Before(t.Over) }

// Begun reports whether the slot's time has come.
func (t Task) Begun(now time.Time) bool { return !now.Before(t.Slot.Start) }

// Undo reports whether the person may take the report back without saying why.
func (t Task) Undo(by accounts.Actor, now time.Time) bool {
	return t.Line != nil && undone(*t.Line, accounts.Meta{By: by, At: now}, Confirm{Outcome: Withdrawn})
}

// Planned reports whether the station has any slot in the days a Day shows.
func (d Day) Planned() bool {
	return len(d.Waiting)+len(d.NotDue)+len(d.Coming) > 0 || slices.ContainsFunc(d.Done, func(t Task) bool { return t.Slot.ID != "" })
}

// laterWeeks is how many weeks after this one a Day looks ahead.
const laterWeeks = 2

// WaitingDays is how far back a slot without a report is still asked for.
const WaitingDays = 7

// Plan is where slots come from.
type Plan struct {
	Registry *stations.Registry
	Schedule *scheduler.Schedule
	Settings Settings
}

// DayBegins is from when on a Day at that time has what was reported.
func (s Settings) DayBegins(zone *time.Location, now time.Time) time.Time {
	cal := s.Calendar(zone)
	return cal.Start(cal.Week(now)).AddDate(0, 0, -WaitingDays)
}

// DayOf sorts the slots of a station around now: last week's that wait or were reported this week, and
// this week's, and what aired outside of them. A station the registry
// does not know has an empty day. Faults: those of log.ForSlots and log.Airings.
func DayOf(ctx context.Context, log Log, by accounts.Actor, p Plan, station string, now time.Time) (Day, error) {
	st, err := p.Registry.Station(station)
	if err != nil {
		return Day{}, nil
	}
	cal := p.Settings.Calendar(st.Location())
	from, until := p.Settings.DayBegins(st.Location(), now), cal.Start(cal.Week(now)+1)
	last := cal.Start(cal.Week(now) + 1 + laterWeeks)
	var slots []scheduler.Slot
	var ids []string
	for s := range p.Schedule.SlotsAt(p.Registry, st.ID, from, last) {
		slots, ids = append(slots, s), append(ids, s.ID)
	}
	lines, err := log.ForSlots(ctx, by, ids)
	if err != nil {
		return Day{}, err
	}
	tasks, answers := make([]Task, len(slots)), map[string]bool{}
	for i, s := range slots {
		tasks[i] = p.Task(st, s)
		if l, ok := lines[s.ID]; ok && l.Answers(s) {
			tasks[i].Line, answers[l.ID] = &l, true
		}
	}
	unplanned, err := unplanned(ctx, log, by, p, st, answers, Query{From: from, Until: until})
	if err != nil {
		return Day{}, err
	}
	return sortDay(append(tasks, unplanned...), cal, now), nil
}

// unplanned are the standing reports of a station that answer no slot; answers are
// those that do, by ID.
func unplanned(ctx context.Context, log Log, by accounts.Actor, p Plan, st *stations.Station, answers map[string]bool, q Query) (tasks []Task, err error) {
	q.Stations, q.Standing = []string{st.ID}, true
	for more := true; more; more = q.After != "" {
		var lines []Line
		if lines, q.After, err = log.Airings(ctx, by, q); err != nil {
			return nil, err
		}
		for _, l := range lines {
			if answers[l.ID] {
				continue
			}
			t := Task{Slot: scheduler.Slot{Programme: l.Programme, Station: l.Station, Start: l.StartedAt.In(st.Location()), End: l.End().In(st.Location()),
				Priority: scheduler.Ordinary}, Seconds: l.Seconds, Over: l.End(), Means: l.Means, Line: &l, Replanned: l.Slot != ""}
			programme, _ := p.Schedule.Programme(l.Programme) // what was reported stays, also of a programme that is gone
			t.Programme = programme.As(l.StartedAt)
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

// Task is the slot with what is planned for it.
func (p Plan) Task(st *stations.Station, s scheduler.Slot) Task {
	programme, _ := p.Schedule.Programme(s.Programme) // a slot's programme exists
	t := Task{Slot: s, Means: UsualMeans(st), Programme: programme.As(s.Start)}
	if e, ok := p.Schedule.EpisodeFor(s.Programme, st.TraitsAt(s.Start).Languages, s.Start); ok {
		t.Episode = &e
	}
	t.Seconds = plannedLength(s, t.Episode)
	t.Over = s.Start.Add(time.Duration(t.Seconds) * time.Second)
	return t
}

// UsualMeans is the means a station's first technology stands for, "" if the
// registry does not say.
func UsualMeans(st *stations.Station) Means {
	for _, t := range st.Technologies {
		if m := Means(t); slices.Contains(AllMeans[:], m) {
			return m
		}
	}
	return ""
}

// sortDay puts each slot of one station where it belongs.
func sortDay(tasks []Task, cal Calendar, now time.Time) (d Day) {
	monday, sunday, l := cal.Start(cal.Week(now)), cal.Start(cal.Week(now)+1), now.In(cal.Zone)
	slices.SortStableFunc(tasks, func(a, b Task) int { return a.Slot.Start.Compare(b.Slot.Start) })
	tomorrow := time.Date(l.Year(), l.Month(), l.Day()+1, 0, 0, 0, 0, cal.Zone)
	for _, t := range tasks {
		switch {
		case t.Line != nil:
			t.OtherWeek = t.Slot.Start.Before(monday) || !t.Slot.Start.Before(sunday)
			if !t.OtherWeek || !t.Line.ReceivedAt.Before(monday) {
				d.Done = append(d.Done, t)
			}
		case !now.Before(t.Over):
			if now.Sub(t.Over) <= WaitingDays*dayLength {
				d.Waiting = append(d.Waiting, t)
			}
		case t.Slot.Start.Before(tomorrow):
			d.NotDue = append(d.NotDue, t)
		case t.Slot.Start.Before(sunday):
			d.Coming = append(d.Coming, t)
		default:
			d.Later = append(d.Later, t)
		}
	}
	slices.Reverse(d.Waiting)
	slices.Reverse(d.Done)
	return d
}

// ReportedAhead lists the stations that have reported the occurrence which c moves, puts
// back or calls off, and with Following those after it of which one can already know that
// they will not air. Faults: those of Schedule.Occurrence and log.ForSlots.
func ReportedAhead(ctx context.Context, log Log, by accounts.Actor, p Plan, c scheduler.SaveException, now time.Time) ([]string, error) {
	told := []string{}
	if c.Kind == scheduler.Annotated {
		return told, nil
	}
	o, err := p.Schedule.Occurrence(p.Registry, c.Rule, c.At)
	if err != nil {
		return nil, err
	}
	until := o.Start.Add(1)
	if c.Following && until.Before(now.Add(maxForesee)) {
		until = now.Add(maxForesee)
	}
	var slots []scheduler.Slot
	var ids []string
	for s := range p.Schedule.Slots(p.Registry, o.Start, until) {
		if s.Rule == c.Rule && (c.Following || s.Start.Equal(o.Start) && s.MovedFrom.Equal(o.MovedFrom)) {
			slots, ids = append(slots, s), append(ids, s.ID)
		}
	}
	lines, err := log.ForSlots(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	for _, s := range slots {
		if l, said := lines[s.ID]; said && l.Answers(s) && !slices.Contains(told, s.Station) {
			told = append(told, s.Station)
		}
	}
	return told, nil
}

// Broadcast is one occurrence of a programme at all the stations somebody
// watches: how it stands at a moment of that day.
type Broadcast struct {
	Programme  string // ID
	Start, End time.Time
	Stations   int
	Aired      int
	NotAired   int
	Silent     []string // stations that said nothing although it is over
}

// BroadcastsOf lists what is planned on the day of now at the stations that
// watches accepts, by start. What log knows of it is asked for in one question.
// Faults: those of log.ForSlots.
func BroadcastsOf(ctx context.Context, log Log, by accounts.Actor, p Plan, watches func(station string) bool, now time.Time) ([]Broadcast, error) {
	l := now.In(text.Zone)
	from := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, text.Zone)
	var slots []scheduler.Slot
	var ids []string
	for s := range p.Schedule.Slots(p.Registry, from, from.AddDate(0, 0, 1)) {
		if watches(s.Station) {
			slots, ids = append(slots, s), append(ids, s.ID)
		}
	}
	lines, err := log.ForSlots(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	return broadcasts(slots, lines, now), nil
}

// broadcasts groups slots, given by start, by what starts together.
func broadcasts(slots []scheduler.Slot, lines map[string]Line, now time.Time) (out []Broadcast) {
	type occurrence struct {
		rule  string
		start int64
	}
	at := map[occurrence]int{}
	for _, s := range slots {
		k := occurrence{s.Rule, s.Start.Unix()}
		i, known := at[k]
		if !known {
			i = len(out)
			at[k] = i
			out = append(out, Broadcast{Programme: s.Programme, Start: s.Start, End: s.End})
		}
		b := &out[i]
		b.Stations++
		line, said := lines[s.ID]
		switch said = said && line.Answers(s); {
		case said && line.Outcome == NotAired:
			b.NotAired++
		case said && !line.OnAir(now):
			b.Aired++
		case !said && !now.Before(s.End):
			b.Silent = append(b.Silent, s.Station)
		}
	}
	return out
}
