package stations

import (
	"fmt"
	"slices"
)

// Problems lists what a sound registry never has, in words for an
// administrator: verification of the store asks.
func (r *Registry) Problems() []string {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	for _, u := range r.units {
		switch {
		case u.Kind.Level() == "" || u.Name == "":
			say("unit %s/%s has no kind or name", u.List, u.Code)
		case u.Successor != nil && r.byKey[*u.Successor] == nil:
			say("unit %s/%s has an unknown successor", u.List, u.Code)
		}
		for _, other := range r.byCode[u.Code] {
			if other.UnitKey != u.UnitKey && other.Valid.overlaps(u.Valid) {
				say("units %s/%s and %s/%s are valid at once", u.List, u.Code, other.List, other.Code)
			}
		}
	}
	for i := range r.stations {
		bad = append(bad, r.problems(&r.stations[i])...)
	}
	return bad
}

func (r *Registry) problems(s *Station) (bad []string) {
	say := func(format string, args ...any) { bad = append(bad, "station "+s.ID+": "+fmt.Sprintf(format, args...)) }
	if number(s.ID) == 0 || len(s.Seats) == 0 {
		say("no ID or no unit")
	}
	if !slices.IsSortedFunc(s.Seats, func(a, b Seat) int { return compareKeys(UnitKey{List: a.From}, UnitKey{List: b.From}) }) {
		say("its units are out of order")
	}
	for _, seat := range s.Seats {
		if r.byKey[seat.Unit] == nil {
			say("unknown unit %s/%s", seat.Unit.List, seat.Unit.Code)
		}
	}
	if s.Successor != "" && r.byID[s.Successor] == nil {
		say("unknown successor %s", s.Successor)
	}
	if s.Origin != nil && r.byID[s.Origin.Station] == nil {
		say("unknown origin %s", s.Origin.Station)
	}
	for _, e := range r.fits(*s, s.Active) {
		say("%v", e)
	}
	return bad
}
