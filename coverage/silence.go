package coverage

import (
	"cmp"
	"slices"
)

// Silent is a station that has for some weeks on end said nothing of what was due.
type Silent struct {
	Station string
	Weeks   int
}

// silentLeast is how many weeks on end are a silence: one week is a holiday, or a phone without a network.
const silentLeast = 2

// SilenceWeeks is how many weeks are looked at: somebody should have called long before.
const SilenceWeeks = 4

// Silences lists the stations that have been silent, those longest first; the latest week comes first.
// A week in which a station was excused or had nothing planned neither ends a silence nor makes it longer.
func Silences(weeks []Week) (list []Silent) {
	for station, n := range silence(weeks) {
		if n >= silentLeast {
			list = append(list, Silent{station, n})
		}
	}
	slices.SortFunc(list, func(a, b Silent) int {
		return cmp.Or(cmp.Compare(b.Weeks, a.Weeks), cmp.Compare(a.Station, b.Station))
	})
	return list
}

// silence is in how many weeks each station said nothing, back to the last in which it did.
func silence(weeks []Week) map[string]int {
	said, silent := map[string]bool{}, map[string]int{}
	for _, w := range weeks {
		for _, st := range w.Stations {
			switch {
			case said[st.Station] || st.State == Excused || st.State == NotPlanned || st.State == NotDue:
			case st.State == NotReported:
				silent[st.Station]++
			default:
				said[st.Station] = true
			}
		}
	}
	return silent
}
