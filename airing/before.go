package airing

import (
	"time"

	"loa/scheduler"
	"loa/stations"
)

// Before finds what was said of a station's slot under other stations, before a merger or
// a split was entered that gives the station the slot after the event.
//
// A merger: what a station said that was taken over answers the slot if it aired there.
// That it did not air is an answer once each of those who were asked said so: of the
// listeners of who said nothing nobody knows anything, and the slot stays open.
//
// A split: until it was entered, who reported spoke for the listeners of both. What was
// first said by then is an answer for the new station too, until it says something itself.
type Before struct {
	Registry *stations.Registry
	Schedule *scheduler.Schedule
}

// Slots names the slot as it was at each station that may have answered it.
func (b Before) Slots(slot string) (ids []string) {
	b.walk(slot, func(id string, _ *stations.Station) { ids = append(ids, id) })
	return ids
}

// walk goes through the stations whose word may answer the slot, each with the slot as it
// was there.
func (b Before) walk(slot string, meet func(slot string, st *stations.Station)) {
	rule, id, planned, err := scheduler.ParseSlotID(slot)
	if err != nil {
		return
	}
	st, err := b.Registry.Station(id)
	if err != nil {
		return
	}
	seen := map[string]bool{id: true}
	for queue := []*stations.Station{st}; len(queue) > 0; queue = queue[1:] {
		for _, s := range b.from(queue[0], planned) {
			if !seen[s.ID] {
				seen[s.ID] = true
				meet(scheduler.SlotID(rule, s.ID, planned), s)
				queue = append(queue, s)
			}
		}
	}
}

// from are the stations from which one took over a slot: those merged into it by that day,
// and the one it was split off from.
func (b Before) from(st *stations.Station, planned time.Time) []*stations.Station {
	list := b.merged(st, planned)
	if o := b.origin(st, planned); o != nil {
		list = append(list, o)
	}
	return list
}

func (b Before) merged(st *stations.Station, planned time.Time) (list []*stations.Station) {
	for _, s := range b.Registry.TookOver(st.ID) {
		if _, passed := b.Registry.Passed(s.ID, dayOf(s, planned)); passed {
			list = append(list, s)
		}
	}
	return list
}

// origin is the station that spoke for st too when the slot was due, nil for none.
func (b Before) origin(st *stations.Station, planned time.Time) *stations.Station {
	if st.Origin == nil || !st.Origin.Entered.After(planned) || dayOf(st, planned) < st.Origin.On {
		return nil
	}
	o, err := b.Registry.Station(st.Origin.Station)
	if err != nil {
		return nil
	}
	return o
}

func dayOf(st *stations.Station, t time.Time) stations.Date {
	return stations.DateOf(t.In(st.Location()))
}

// Answer is what answers a slot of which its own station said nothing, of the lines of
// Slots; nil if nothing does. lent tells that it was said by the station that the slot's was split
// off from, which does not keep the new one from saying its own.
func (b Before) Answer(slot string, lines map[string]Line) (line *Line, lent bool) {
	rule, id, planned, err := scheduler.ParseSlotID(slot)
	if err != nil || len(lines) == 0 {
		return nil, false
	}
	st, err := b.Registry.Station(id)
	if err != nil {
		return nil, false
	}
	a := answer{Before: b, rule: rule, planned: planned, lines: lines, seen: map[string]bool{}}
	return a.of(st)
}

type answer struct {
	Before
	rule    string
	planned time.Time
	lines   map[string]Line
	seen    map[string]bool
}

func (a answer) slot(st *stations.Station) string { return scheduler.SlotID(a.rule, st.ID, a.planned) }

// of is what those said from whom the station took over.
func (a answer) of(st *stations.Station) (failed *Line, lent bool) {
	if a.seen[st.ID] {
		return nil, false
	}
	a.seen[st.ID] = true
	open := false
	for _, s := range a.merged(st, a.planned) {
		line := a.said(s)
		switch {
		case line != nil && line.Outcome == Aired:
			return line, false
		case line != nil:
			failed = line
		case s.HandedAt.After(a.planned) && a.Schedule.Chose(a.Registry, a.slot(s)):
			open = true
		}
		if p, _ := a.Registry.Passed(s.ID, dayOf(s, a.planned)); st.ActiveOn(p.From.AddDays(-1)) && a.Schedule.Chose(a.Registry, a.slot(st)) {
			open = true // it had the slot itself, and said nothing
		}
	}
	if failed != nil && !open {
		return failed, false
	}
	if o := a.origin(st, a.planned); o != nil {
		if line := a.said(o); line != nil && line.Heard().Before(st.Origin.Entered) {
			return line, true
		}
	}
	return nil, false
}

// said is the station's own line, or what answers for it.
func (a answer) said(st *stations.Station) *Line {
	if line, ok := a.lines[a.slot(st)]; ok {
		return &line
	}
	line, _ := a.of(st)
	return line
}

// Told takes down what was said of the slot: an answer only if it is about the slot as it
// is planned now, and in the way of another only if it was said by the station or by one that it
// took over.
func (f *Facts) Told(line *Line, lent bool) {
	f.OfSlot = nil
	if hinders(f.Slot, line, lent) {
		f.OfSlot = line
	}
}

func hinders(slot *scheduler.Slot, line *Line, lent bool) bool {
	return line != nil && !lent && (slot == nil || line.Answers(*slot))
}

// SlotAt names a slot as it is at another station; "" where there is none.
func SlotAt(slot, station string) string {
	rule, _, planned, err := scheduler.ParseSlotID(slot)
	if err != nil {
		return ""
	}
	return scheduler.SlotID(rule, station, planned)
}
