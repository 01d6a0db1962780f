package scheduler

import (
	"cmp"
	"slices"
	"time"

	"loa/internal/text"
	"loa/stations"
)

// Planned is one occurrence of a rule as a calendar shows it: once, with how
// many stations it is for. Called-off ones are there, marked.
type Planned struct {
	Rule      string    `json:"rule"`
	Programme string    `json:"programme"`
	At        Wall      `json:"at"` // as first planned: names the occurrence for SaveException
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Stations  int       `json:"stations"`
	Priority  Priority  `json:"priority"`
	Note      string    `json:"note,omitempty"`
	MovedFrom time.Time `json:"moved_from,omitzero"`
	Cancelled bool      `json:"cancelled,omitempty"`
}

// First is the instant it was first planned for.
func (p Planned) First() time.Time {
	if p.MovedFrom.IsZero() {
		return p.Start
	}
	return p.MovedFrom
}

// Calendar lists the occurrences that start in [from, until), or would have
// if they had not been called off, by time, at the stations of the list: each once a zone.
func (s *Schedule) Calendar(reg *stations.Registry, list []*stations.Station, from, until time.Time) []Planned {
	g := s.grid(reg, list)
	out := []Planned{}
	add := func(o *occurrence, cancelled bool) {
		p := Planned{Rule: o.rule.ID, Programme: o.version.Programme, At: WallOf(o.planned), Start: o.start, End: o.end(),
			Priority: o.version.Priority, Note: o.note, Cancelled: cancelled}
		if !o.start.Equal(o.planned) {
			p.MovedFrom = o.planned
		}
		for range g.stations(o) {
			p.Stations++
		}
		if p.Stations > 0 {
			out = append(out, p)
		}
	}
	for o := range g.occurrences(from, until) {
		add(o, false)
	}
	for i := range s.Rules {
		r := &s.Rules[i]
		for _, e := range r.Exceptions {
			if e.Kind != Cancelled {
				continue
			}
			for _, zone := range g.zones {
				at := e.At.In(zone)
				if at.Before(from) || !at.Before(until) {
					continue
				}
				if o, cancelled, ok := r.at(zone, at); ok && cancelled != nil {
					o.note = e.Note
					add(&o, true)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Planned) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(number(a.Rule), number(b.Rule)))
	})
	return out
}

// Occurrence is the one of that rule first planned at that time on the wall of
// text.Zone. Faults: schedule.rule_unknown, .occurrence_unknown.
func (s *Schedule) Occurrence(reg *stations.Registry, rule string, at Wall) (Planned, error) {
	r, err := s.Rule(rule)
	if err != nil {
		return Planned{}, err
	}
	o, cancelled, ok := r.at(text.Zone, at.In(text.Zone))
	if !ok {
		return Planned{}, unknownOccurrence(at)
	}
	for _, p := range s.Calendar(reg, reg.Stations(), o.start, o.start.Add(1)) {
		if p.Rule == rule && p.At == at && p.Cancelled == (cancelled != nil) {
			return p, nil
		}
	}
	// Planned, and for no station that is active then.
	return Planned{Rule: rule, Programme: o.version.Programme, At: at, Start: o.start, End: o.end(), Priority: o.version.Priority, Note: o.note,
		Cancelled: cancelled != nil}, nil
}

// Airs reports whether any rule plans the programme after now.
func (s *Schedule) Airs(programme string, now time.Time) bool {
	return s.ShortestSlot(programme, now) > 0
}

// ShortestSlot is the planned length of the shortest slot that rules will plan for the
// programme, 0 if none does.
func (s *Schedule) ShortestSlot(programme string, now time.Time) (shortest time.Duration) {
	for _, r := range s.RulesOf(programme) {
		length := time.Duration(r.Current().Minutes) * time.Minute
		if (shortest == 0 || length < shortest) && len(r.Upcoming(now, 1)) > 0 {
			shortest = length
		}
	}
	return shortest
}

// Upcoming lists the next occurrences of a rule after now, at most n, as first
// planned or moved, called-off ones left out, in text.Zone.
func (r Rule) Upcoming(now time.Time, n int) []time.Time {
	out := make([]time.Time, 0, n)
	for at := now.In(text.Zone).Add(1); at.Before(now.AddDate(2, 0, 0)); at = at.Add(stride) {
		for _, o := range r.occurrences(text.Zone, at, at.Add(stride)) {
			if out = append(out, o.start); len(out) == n {
				return out
			}
		}
	}
	return out
}
