package scheduler

import (
	"iter"
	"slices"
	"time"

	"loa/internal/fault"
	"loa/stations"
)

// Slots yields the slots that start in [from, until), by start, then urgent
// before ordinary, then rule and station. A slot exists only while its
// station is active. Memory does not grow with the range or the number of
// stations.
func (s *Schedule) Slots(reg *stations.Registry, from, until time.Time) iter.Seq[Slot] {
	return s.slots(reg, reg.Stations(), from, until)
}

// SlotsAt is Slots of one station; a station the registry does not know has
// none.
func (s *Schedule) SlotsAt(reg *stations.Registry, station string, from, until time.Time) iter.Seq[Slot] {
	st, err := reg.Station(station)
	if err != nil {
		return func(func(Slot) bool) {}
	}
	return s.slots(reg, []*stations.Station{st}, from, until)
}

func (s *Schedule) slots(reg *stations.Registry, list []*stations.Station, from, until time.Time) iter.Seq[Slot] {
	return func(yield func(Slot) bool) {
		g := s.grid(reg, list)
		for o := range g.occurrences(from, until) {
			for i := range g.stations(o) {
				if !yield(o.slot(g.list[i].ID)) {
					return
				}
			}
		}
	}
}

// Counter counts slots of the stations of one registry, range after range. It is
// not safe for concurrent use.
type Counter struct {
	grid *grid
	only func(Programme, time.Time) bool // whose slots count, by when they start
}

// Counter counts by this schedule.
func (s *Schedule) Counter(reg *stations.Registry) *Counter {
	return &Counter{s.grid(reg, reg.Stations()), func(p Programme, at time.Time) bool { return p.TermsAt(at).CountsTowardTarget }}
}

// Of counts the slots of these programmes alone, whether or not they count toward the target.
func (c *Counter) Of(programmes []string) *Counter {
	return &Counter{c.grid, func(p Programme, _ time.Time) bool { return slices.Contains(programmes, p.ID) }}
}

// Counting counts the slots of each station that start in [from, until),
// are over at end, and belong to a programme that, by its terms then, counts
// toward the target (of Of, one of those asked for), by the station's number. The zero end comes after
// everything. It is Slots without making them: coverage asks it for every week.
func (c *Counter) Counting(from, until, end time.Time) []int {
	counts := make([]int, c.grid.reg.Span())
	for o := range c.counting(from, until) {
		if !end.IsZero() && o.end().After(end) {
			continue
		}
		for i := range c.grid.stations(o) {
			counts[c.grid.list[i].Number()]++
		}
	}
	return counts
}

// NextEnd is when the first of the slots that Counting counts and that start in
// [from, until) ends after now; the zero Time if none does.
func (c *Counter) NextEnd(from, until, now time.Time) (next time.Time) {
	for o := range c.counting(from, until) {
		if end := o.end(); end.After(now) && (next.IsZero() || end.Before(next)) {
			next = end
		}
	}
	return next
}

// counting yields what fires in [from, until) of programmes whose slots count then.
func (c *Counter) counting(from, until time.Time) iter.Seq[*occurrence] {
	return func(yield func(*occurrence) bool) {
		for o := range c.grid.occurrences(from, until) {
			if p, err := c.grid.schedule.Programme(o.version.Programme); err != nil || !c.only(p, o.start) {
				continue
			}
			if !yield(o) {
				return
			}
		}
	}
}

// Chose reports whether a rule chose the station of a slot for it, whatever the days on
// which the station is active.
func (s *Schedule) Chose(reg *stations.Registry, slot string) bool {
	rule, station, planned, err := ParseSlotID(slot)
	if err != nil {
		return false
	}
	r, err := s.Rule(rule)
	if err != nil {
		return false
	}
	st, err := reg.Station(station)
	if err != nil {
		return false
	}
	o, cancelled, ok := r.at(st.Location(), planned)
	return ok && cancelled == nil && o.version.Selection.chooses(reg, st) && o.version.Selection.choosesAt(reg, st, o.start)
}

// Slot is the slot of that ID. Faults: schedule.slot_unreadable;
// schedule.slot_unknown when no rule ever planned it or its station was not
// active then; schedule.slot_cancelled (Gone) when it was called off.
func (s *Schedule) Slot(reg *stations.Registry, id string) (Slot, error) {
	ruleID, station, planned, err := ParseSlotID(id)
	if err != nil {
		return Slot{}, err
	}
	unknown := fault.New(fault.NotFound, "schedule.slot_unknown", "id", id).At("slot")
	r, err := s.Rule(ruleID)
	if err != nil {
		return Slot{}, unknown
	}
	st, err := reg.Station(station)
	if err != nil {
		return Slot{}, unknown
	}
	o, cancelled, ok := r.at(st.Location(), planned)
	switch {
	case !ok || !o.at(reg, st):
		return Slot{}, unknown
	case cancelled != nil:
		return Slot{}, fault.New(fault.Gone, "schedule.slot_cancelled", "note", cancelled.Note).At("slot")
	}
	return o.slot(station), nil
}
