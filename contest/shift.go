package contest

import (
	"slices"

	"loa/contest/ranking"
)

// Shift is a ranked work before and after a correction of what is public.
type Shift struct {
	Entry  string `json:"entry"`
	Before *Place `json:"before,omitempty"` // nil where it was not ranked
	After  *Place `json:"after,omitempty"`  // nil where it is not ranked any more
	// About says that the correction is of this work: it is ruled out, a sheet on it does
	// not count or was mended, or it was put in order. Others move because of it.
	About bool `json:"about"`
}

// Moved reports whether the work has other points than before, or none.
func (x Shift) Moved() bool {
	return x.Before == nil || x.After == nil || x.Before.Value != x.After.Value
}

// Changed reports whether the work has other points or another rank than before.
func (x Shift) Changed() bool { return x.Moved() || x.Before.Rank != x.After.Rank }

// Shifted puts the places of all works side by side, in the order they have after it; those
// without a place then stand behind.
func Shifted(before, after []Place) (list []Shift) {
	same := func(p Place) func(Place) bool {
		return func(o Place) bool { return o.Group == p.Group && o.Entry == p.Entry }
	}
	for i := range after {
		x := Shift{Entry: after[i].Entry, After: &after[i]}
		if at := slices.IndexFunc(before, same(after[i])); at >= 0 {
			x.Before = &before[at]
		}
		list = append(list, x)
	}
	for i := range before {
		if !slices.ContainsFunc(after, same(before[i])) {
			list = append(list, Shift{Entry: before[i].Entry, Before: &before[i]})
		}
	}
	return list
}

// Shifts is what a proposed correction does to the marks and ranks of all works, those too
// that nobody complained about: a judge's sheet that does not count any more is none from
// which her habit is inferred. Faults: as of Corrected.
func (s *State) Shifts(p *Amendment) ([]Shift, error) {
	next, err := s.Corrected(p)
	if err != nil {
		return nil, err
	}
	run := s.Amended(p)
	before, err := s.Places(run)
	if err != nil {
		return nil, err
	}
	after, err := next.Places(next.Round(run.ID))
	if err != nil {
		return nil, err
	}
	list := Shifted(before, after)
	for i := range list {
		list[i].About = s.About(p, list[i].Entry)
	}
	return list, nil
}

// RoundShifts is what happens to works of one round.
type RoundShifts struct {
	Round  string  `json:"round"` // ID
	Shifts []Shift `json:"shifts"`
}

// EarlierShifts is what a proposed correction does in the rounds before the last, by
// round: a work ruled out is none there either, so that others move up, and are evened
// out by other habits. Rounds in which nothing moves, and that of a mended sheet, are left
// out. Faults: as of Corrected.
func (s *State) EarlierShifts(p *Amendment) (list []RoundShifts, err error) {
	next, err := s.Corrected(p)
	if err != nil {
		return nil, err
	}
	for _, r := range s.Rounds {
		if r == s.Last() || r == s.Amended(p) {
			continue
		}
		before, err := s.Places(r)
		if err != nil {
			return nil, err
		}
		after, err := next.Places(next.Round(r.ID))
		if err != nil {
			return nil, err
		}
		x := RoundShifts{r.ID, slices.DeleteFunc(Shifted(before, after), func(x Shift) bool { return !x.Changed() })}
		for i := range x.Shifts {
			x.Shifts[i].About = s.About(p, x.Shifts[i].Entry)
		}
		if len(x.Shifts) > 0 {
			list = append(list, x)
		}
	}
	return list, nil
}

// FirstPlaces are the places of a round as they were official first: of the last as its
// results were published, if they were corrected since, of an earlier one as it ended. Nil
// where there are none.
func (s *State) FirstPlaces(r *RoundState) []Place {
	switch {
	case r.Finished == nil:
		return nil
	case r != s.Last():
		return r.Finished.Places
	case len(s.Corrections) > 0:
		return s.Corrections[0].Places
	}
	return nil
}

// PlacesOf are those of one group.
func PlacesOf(list []Place, group string) []Place {
	return slices.DeleteFunc(slices.Clone(list), func(p Place) bool { return p.Group != group })
}

// Touching lists the corrections of what is public that changed something in the round.
func (s *State) Touching(r *RoundState) (list []Correction) {
	for _, c := range s.Corrections {
		if r == s.Last() || slices.ContainsFunc(r.Entries, func(id string) bool { return c.made(s.entry[id].RuledOut) }) {
			list = append(list, c)
		}
	}
	return list
}

// RuledOutBy is the correction by which a work was ruled out, nil if none did.
func (s *State) RuledOutBy(e *Entry) *Correction {
	return find(s.Corrections, func(c *Correction) bool { return c.made(e.RuledOut) })
}

// made reports whether what was taken out of the contest was by the correction.
func (c *Correction) made(x *Removal) bool { return x != nil && x.By == c.By && x.At.Equal(c.At) }

// Gone lists the works that were ruled out once the round was over, in the order of their
// codes: they had been judged in it.
func (s *State) Gone(r *RoundState) (list []*Entry) {
	for _, id := range r.Entries {
		if slices.Contains(r.gone, id) {
			list = append(list, s.entry[id])
		}
	}
	return list
}

// About reports whether the proposal corrects something of that entry itself.
func (s *State) About(p *Amendment, entry string) bool {
	switch {
	case p.Give != nil:
		return entry == p.Give.Entry || entry == p.Give.From
	case p.Mend != nil:
		_, t := s.Task(p.Mend.Task)
		return t.Entry == entry
	}
	c := p.Decide.Correction
	return slices.Contains(c.RuleOut, entry) ||
		slices.ContainsFunc(c.Exclude, func(x Excluded) bool { return x.Entry == entry }) ||
		slices.ContainsFunc(c.Ties, func(order []string) bool { return slices.Contains(order, entry) })
}

// Unlearned are the judges whose habit is known now and would not be once the proposal is
// confirmed: then their marks on all works count as they gave them. Faults: as of Corrected.
func (s *State) Unlearned(p *Amendment) ([]Unknown, error) {
	next, err := s.Corrected(p)
	if err != nil {
		return nil, err
	}
	run := s.Amended(p)
	return beyond(s.Unknowns(run.ID), next.Unknowns(run.ID)), nil
}

// Without is what a round would be if a judge's sheets on some works did not count: whose
// habit would not be known any more, and then the points and ranks of all works before and
// after, none while sheets are open. Faults: those of ranking.
func (s *State) Without(round, judge string, entries []string) (unlearned []Unknown, shifts []Shift, err error) {
	next, run := s.fork(), s.Round(round)
	if run == nil {
		return nil, nil, nil
	}
	next.Round(round).setAside(func(t *Task) bool { return t.Judge == judge && slices.Contains(entries, t.Entry) }, &Removal{})
	unlearned = beyond(s.Unknowns(round), next.Unknowns(round))
	if _, open := run.Progress(); open > 0 || len(unlearned) == 0 {
		return unlearned, nil, nil
	}
	before, err := s.Places(run)
	if err != nil {
		return unlearned, nil, err
	}
	after, err := next.Places(next.Round(round))
	return unlearned, Shifted(before, after), err
}

// beyond are those of now who are not among those before.
func beyond(before, now []Unknown) []Unknown {
	return slices.DeleteFunc(slices.Clone(now), func(u Unknown) bool {
		return slices.ContainsFunc(before, func(b Unknown) bool { return b.Judge == u.Judge && b.Part == u.Part })
	})
}

// Points are the exact points of the place.
func (p *Place) Points() (ranking.Rational, error) { return ranking.ParseRational(p.Value) }
