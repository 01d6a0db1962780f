package scheduler

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"loa/internal/fault"
	"loa/stations"
)

const slotLayout = "20060102T1504Z"

// SlotID names the slot of a rule at a station by the start first planned, so
// that a slot that is moved keeps its name: "R7.S00012.20240513T1000Z".
func SlotID(rule, station string, planned time.Time) string {
	return rule + "." + station + "." + planned.UTC().Format(slotLayout)
}

// ParseSlotID takes a slot's name apart. Anything SlotID would not have
// written is a fault Invalid.
func ParseSlotID(id string) (rule, station string, planned time.Time, err error) {
	parts := strings.Split(id, ".")
	if len(parts) == 3 && len(id) < 100 && number(parts[0]) > 0 && number(parts[1]) > 0 {
		planned, err = time.Parse(slotLayout, parts[2])
		if err == nil && parts[0][0] == 'R' && parts[1][0] == 'S' && SlotID(parts[0], parts[1], planned) == id {
			return parts[0], parts[1], planned, nil
		}
	}
	return "", "", time.Time{}, fault.New(fault.Invalid, "schedule.slot_unreadable", "id", id).At("slot")
}

// occurrence is one time a rule fires in one zone.
type occurrence struct {
	rule    *Rule
	version *Version
	planned time.Time // as first planned, in the zone
	start   time.Time // when it airs, in the zone
	note    string
	suffix  string // end of its slots' IDs, once it is asked for
}

// planned yields the times the rule fires in [from, until), before any
// exception, in order.
func (r *Rule) planned(zone *time.Location, from, until time.Time) iter.Seq[occurrence] {
	return func(yield func(occurrence) bool) {
		for i := range r.Versions {
			v := &r.Versions[i]
			start, end := latest(from, v.Since), until
			if i+1 < len(r.Versions) && r.Versions[i+1].Since.Before(end) {
				end = r.Versions[i+1].Since
			}
			if v.Ended || !start.Before(end) {
				continue
			}
			for o := range v.planned(zone, start, end) {
				o.rule = r
				if !yield(o) {
					return
				}
			}
		}
	}
}

func (v *Version) planned(zone *time.Location, from, until time.Time) iter.Seq[occurrence] {
	return func(yield func(occurrence) bool) {
		line, err := ParseLine(v.Cron)
		if err != nil {
			return // refused when it was saved; nothing can be planned by it
		}
		// A day and an hour earlier: clocks put forward may show a time that
		// was skipped only later, and no zone ever skipped more than a day.
		begin := WallOf(from.In(zone)) - 25*60
		if v.From != "" {
			begin = max(begin, midnight(v.From))
		}
		var last time.Time
		for w := range line.from(begin) {
			t := w.In(zone)
			if !t.Before(until) || v.Until != "" && w.Date() > v.Until {
				return
			}
			if t.Before(from) || t.Equal(last) {
				continue
			}
			last = t
			if !yield(occurrence{version: v, planned: t, start: t, note: v.Note}) {
				return
			}
		}
	}
}

// occurrences lists the times the rule airs in [from, until), exceptions
// applied, in order.
func (r *Rule) occurrences(zone *time.Location, from, until time.Time) []occurrence {
	var out []occurrence
	for o := range r.planned(zone, from, until) {
		e, ok := r.exception(o.planned)
		if ok && e.Kind != Annotated {
			continue // a moved one is found again below, if it stays in the range
		}
		if ok {
			o.note = e.Note
		}
		out = append(out, o)
	}
	moved := false
	for i := range r.Exceptions {
		e := &r.Exceptions[i]
		to := e.To.In(zone)
		if e.Kind != Moved || to.Before(from) || !to.Before(until) {
			continue
		}
		if o, ok := r.movedBy(zone, e); ok {
			moved = true
			out = append(out, o)
		}
	}
	if moved {
		slices.SortStableFunc(out, func(a, b occurrence) int { return a.start.Compare(b.start) })
	}
	return out
}

// movedBy is the occurrence that e moves. It belongs to the version in force
// at the earlier of its two times, so that an edit after it aired early does
// not take it out of the past.
func (r *Rule) movedBy(zone *time.Location, e *Exception) (occurrence, bool) {
	planned, to := e.At.In(zone), e.To.In(zone)
	first := planned
	if to.Before(first) {
		first = to
	}
	for i := range slices.Backward(r.Versions) {
		v := &r.Versions[i]
		if v.Since.After(first) {
			continue
		}
		if v.Ended {
			break
		}
		for o := range v.planned(zone, planned, planned.Add(time.Minute)) {
			o.rule, o.start = r, to
			if e.Note != "" {
				o.note = e.Note
			}
			return o, true
		}
		break
	}
	return occurrence{}, false
}

// at is the occurrence first planned at exactly that instant, with what was
// decided about it applied; cancelled is that decision if it was called off.
func (r *Rule) at(zone *time.Location, planned time.Time) (o occurrence, cancelled *Exception, ok bool) {
	planned = planned.In(zone)
	e, decided := r.exception(planned)
	if decided && e.Kind == Moved {
		o, ok = r.movedBy(zone, &e)
		return o, nil, ok
	}
	for o := range r.planned(zone, planned, planned.Add(time.Minute)) {
		switch {
		case !o.planned.Equal(planned):
			return occurrence{}, nil, false
		case decided && e.Kind == Cancelled:
			return o, &e, true
		case decided:
			o.note = e.Note
		}
		return o, nil, true
	}
	return occurrence{}, nil, false
}

// exception is what was decided about the occurrence planned at t, which is
// in the station's zone.
func (r *Rule) exception(t time.Time) (Exception, bool) {
	i, ok := slices.BinarySearchFunc(r.Exceptions, WallOf(t), func(e Exception, w Wall) int { return cmp.Compare(e.At, w) })
	if !ok {
		return Exception{}, false
	}
	return r.Exceptions[i], true
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// slot is the occurrence at one station.
func (o *occurrence) slot(station string) Slot {
	if o.suffix == "" {
		o.suffix = "." + o.planned.UTC().Format(slotLayout)
	}
	s := Slot{
		ID: o.rule.ID + "." + station + o.suffix, Rule: o.rule.ID, Programme: o.version.Programme, Station: station,
		Start: o.start, End: o.start.Add(time.Duration(o.version.Minutes) * time.Minute), Priority: o.version.Priority, Note: o.note,
	}
	if !o.start.Equal(o.planned) {
		s.MovedFrom = o.planned
	}
	return s
}

// stride is how much time is planned at once: long enough that rules are
// looked at rarely, short enough that a rule firing every minute stays small.
const stride = 32 * 24 * time.Hour

// at reports whether the occurrence is one of the station's: chosen by the
// rule, and active on the day it airs.
func (o *occurrence) at(reg *stations.Registry, st *stations.Station) bool {
	day := stations.DateOf(o.start)
	return o.version.Selection.chooses(reg, st) && st.ActiveOn(day) && o.version.Selection.choosesAt(reg, st, o.start)
}

// grid walks the occurrences of all rules by time, each with the stations it
// is for.
type grid struct {
	schedule *Schedule
	reg      *stations.Registry
	list     []*stations.Station
	zones    []*time.Location
	chosen   map[*Version][]int // indexes into list
}

func (s *Schedule) grid(reg *stations.Registry, list []*stations.Station) *grid {
	g := &grid{schedule: s, reg: reg, list: list, chosen: map[*Version][]int{}}
	for _, st := range list {
		if !slices.Contains(g.zones, st.Location()) {
			g.zones = append(g.zones, st.Location())
		}
	}
	return g
}

// occurrences yields what fires in [from, until) in any zone of the grid, by
// start, then urgent before ordinary, then rule.
func (g *grid) occurrences(from, until time.Time) iter.Seq[*occurrence] {
	return func(yield func(*occurrence) bool) {
		for at := from; at.Before(until); at = at.Add(stride) {
			end := at.Add(stride)
			if end.After(until) {
				end = until
			}
			var list []occurrence
			for i := range g.schedule.Rules {
				for _, z := range g.zones {
					list = append(list, g.schedule.Rules[i].occurrences(z, at, end)...)
				}
			}
			slices.SortStableFunc(list, func(a, b occurrence) int {
				return cmp.Or(a.start.Compare(b.start), cmp.Compare(b.version.Priority.rank(), a.version.Priority.rank()))
			})
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

// stations yields the indexes of the stations an occurrence is for: chosen by
// its rule, in its zone, and active on the day it airs.
func (g *grid) stations(o *occurrence) iter.Seq[int] {
	chosen, ok := g.chosen[o.version]
	if !ok {
		for i, st := range g.list {
			if o.version.Selection.chooses(g.reg, st) {
				chosen = append(chosen, i)
			}
		}
		g.chosen[o.version] = chosen
	}
	return func(yield func(int) bool) {
		day, zone := stations.DateOf(o.start), o.start.Location()
		for _, i := range chosen {
			st := g.list[i]
			if st.Location() == zone && st.ActiveOn(day) && o.version.Selection.choosesAt(g.reg, st, o.start) && !yield(i) {
				return
			}
		}
	}
}

func (p Priority) rank() int { return slices.Index(Priorities, p) }
