package coverage

import (
	"fmt"
	"strings"

	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
)

// Why is in how many weeks a station did not air for which reasons. A week may have several.
type Why struct {
	Failed  airing.ReasonCounts `json:"failed"`  // weeks it did not air, by the reasons of what counts and failed in them
	Excused airing.ReasonCounts `json:"excused"` // weeks it was excused
}

// Add adds a week: what the station reported, and what was decided about excusing it. Its reasons are those of the state
// that the week is in.
func (y *Why) Add(t airing.Tally, e Excuse) {
	s := StationWeek{Tally: t}
	if e.Stands() {
		s.Excuse = &e
	}
	s.State = stateOf(&s, true)
	for i, n := range t.FailedFor() { // what does not count is nobody's reason beside what does
		switch {
		case s.State == Excused && e.Reason == airing.Reasons[i]:
			y.Excused[i]++
		case s.State == NotAired && n > 0:
			y.Failed[i]++
		}
	}
}

// FailedFor are the reasons for which the station aired nothing that counts: those of other programmes only where nothing
// that counts failed.
func (s StationWeek) FailedFor() (r airing.ReasonCounts) {
	switch {
	case s.State != NotAired:
		return r
	case s.Tally.Failed() > 0:
		return s.Tally.FailedFor()
	}
	return s.Tally.Reasons
}

// CheckWhys is what a store refuses to be asked of Whys. Faults: coverage.too_many_weeks, coverage.too_many_stations.
func CheckWhys(list []string, from, until airing.Week) error {
	if len(list) > MostStations {
		return fault.New(fault.Invalid, "coverage.too_many_stations", "n", MostStations).At("stations")
	}
	return CheckSpan(from, until)
}

// Words says in how many weeks a station did not air, and why.
func (y Why) Words(l text.Language, c Counts) string {
	var all []string
	add := func(key string, n int, reasons airing.ReasonCounts) {
		if n == 0 {
			return
		}
		one := l.Say(key, "n", n)
		var why []string
		for i, n := range reasons {
			if n > 0 {
				why = append(why, fmt.Sprintf("%s (%d)", strings.ToLower(l.Say("airing.reason."+string(airing.Reasons[i]))), n))
			}
		}
		if len(why) > 0 {
			one += ": " + strings.Join(why, ", ")
		}
		all = append(all, one)
	}
	add("coverage.why.not_aired", c.NotAired, y.Failed)
	add("coverage.why.not_reported", c.NotReported, airing.ReasonCounts{})
	add("coverage.why.not_counted", c.NotCounted, airing.ReasonCounts{})
	add("coverage.why.not_planned", c.NotPlanned, airing.ReasonCounts{})
	add("coverage.why.excused", c.Excused, y.Excused)
	return text.Sentence(strings.Join(all, "; "))
}
