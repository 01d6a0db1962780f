package stations

import (
	"slices"

	"loa/accounts"
	"loa/internal/fault"
)

// editable is a station that the actor may edit. Faults: stations.unknown, accounts.denied.
func (r *Registry) editable(m accounts.Meta, id string) (*Station, error) {
	s, err := r.Station(id)
	if err == nil {
		err = MayEdit(m.By, r.Where(id))
	}
	return s, err
}

// DecideLanguagesAnew says in which languages a station broadcast from a past day
// on, and returns those it had then,
// and whether anything changes. Rules that choose stations by language chose it,
// or did not, accordingly. Faults: accounts.denied, stations.unknown, stations.refused.
func DecideLanguagesAnew(r *Registry, m accounts.Meta, id string, from Date, languages []string) (s Station, was []string, changed bool, err error) {
	old, err := r.editable(m, id)
	if err != nil {
		return Station{}, nil, false, err
	}
	f := old.Fields
	f.Languages = languages
	f, bad := f.tidy()
	if len(bad) > 0 {
		return Station{}, nil, false, refused(bad)
	}
	start := from.Start(old.Location()).UTC()
	s, was = *old, old.TraitsAt(start).Languages
	before := old.TraitsAt(start.Add(-1))
	before.Until = start
	s.Were = nil
	differs := !slices.Equal(old.Languages, f.Languages)
	for _, w := range old.Were {
		if !w.Until.After(start) {
			s.Were = append(s.Were, w)
		}
	}
	s.Were = append(s.Were, before)
	for _, w := range old.Were {
		if w.Until.After(start) {
			differs = differs || !slices.Equal(w.Languages, f.Languages)
			w.Languages = f.Languages
			s.Were = append(s.Were, w)
		}
	}
	if s.Languages = f.Languages; !differs {
		return *old, was, false, nil
	}
	return s.stamped(m, *old), was, true, nil
}

// DecideActivityAnew says on which days a station was and is active, and returns
// those it had, and whether anything changes. Only days from the given one on may differ. Faults: accounts.denied,
// stations.unknown, stations.refused, stations.active_before.
func DecideActivityAnew(r *Registry, m accounts.Meta, id string, from Date, active []Interval) (s Station, was []Interval, changed bool, err error) {
	old, err := r.editable(m, id)
	if err != nil {
		return Station{}, nil, false, err
	}
	f := old.Fields
	f.Active = active
	s, bad := r.revise(*old, m, f)
	if len(bad) > 0 {
		return Station{}, nil, false, refused(bad)
	}
	day, differs := FirstChanged(old.Active, s.Active)
	if differs && day < from {
		return Station{}, nil, false, fault.New(fault.Invalid, "stations.active_before", "day", day, "from", from).At("active")
	}
	return s, old.Active, differs, nil
}

// keepsThePast refuses other days of activity than there were before today: weeks
// were counted by them, so they are decided anew, with a preview and a reason.
func keepsThePast(was, is []Interval, today Date) *fault.Error {
	day, differ := FirstChanged(was, is)
	if !differ || day >= today {
		return nil
	}
	code := "stations.past_days"
	if len(was) == 0 {
		code = "stations.past_days_new"
	}
	return fault.New(fault.Conflict, code, "day", day).At("active")
}

// FirstChanged is the first day on which one list of days says active and the
// other does not.
func FirstChanged(a, b []Interval) (first Date, differ bool) {
	on := func(list []Interval, day Date) bool {
		return slices.ContainsFunc(list, func(i Interval) bool { return i.Has(day) })
	}
	for _, i := range append(slices.Clone(a), b...) {
		for _, day := range []Date{i.From, i.Until} {
			if day == "" {
				continue
			}
			if day == i.Until {
				day = day.AddDays(1)
			}
			if on(a, day) != on(b, day) && (!differ || day < first) {
				first, differ = day, true
			}
		}
	}
	return first, differ
}
