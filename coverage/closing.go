package coverage

import (
	"time"

	"loa/airing"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/stations"
)

// Close freezes a week.
type Close struct {
	Week airing.Week `json:"week"`
	Seen string      `json:"seen,omitempty"` // of what Closing shows; not needed while nothing is undecided
}

// Where what is open in a week is decided.
const (
	AtSilent     = "not_reported" // the stations that said nothing
	AtNotAired   = "not_aired"    // those that said they did not air
	AtUnverified = "evidence"     // those whose evidence nobody has looked at
	AtPleas      = "pleas"        // the requests for an excuse
	AtSaid       = "said"         // what stations said by telephone
)

// Unanswered is what waits for somebody's word about a week.
type Unanswered struct {
	Pleas []Plea            // for an excuse, which can be granted only until the week is closed
	Said  []airing.Proposal // by telephone, which counts only where its station confirms it before
}

// Closing tells what is undecided in a week, counted as it would be frozen now,
// and what closing it locks. name is what people call a station.
func Closing(w Week, waits Unanswered, name func(station string) string) once.Step {
	step := once.Step{Name: "coverage.close/" + w.Week.String(), Locks: []string{"coverage.locks_close", "coverage.locks_excuses", "coverage.locks_reopen"}}
	of := func(is func(StationWeek) bool) (names []string) {
		for _, s := range w.Stations {
			if is(s) {
				names = append(names, name(s.Station))
			}
		}
		return names
	}
	step.Add("coverage.open_silent", AtSilent, of(func(s StationWeek) bool { return s.State == NotReported }))
	step.Add("coverage.open_not_aired", AtNotAired, of(func(s StationWeek) bool { return s.State == NotAired }))
	step.Add("coverage.open_unverified", AtUnverified, of(func(s StationWeek) bool {
		return s.Tally.WithEvidence > 0 && s.Tally.Verified == 0 && s.Tally.Contradicted == 0
	}))
	var pleas, said []string
	for _, p := range waits.Pleas {
		pleas = append(pleas, name(p.Station))
	}
	for _, p := range waits.Said {
		said = append(said, name(p.Station))
	}
	step.Add("coverage.open_pleas", AtPleas, pleas)
	step.Add("coverage.open_said", AtSaid, said)
	return step
}

// Unended is why a paper that tells of the week gets no number yet, nil where the week is over. Fault: coverage.unended.
func Unended(cal airing.Calendar, w airing.Week, now time.Time) *fault.Error {
	if !cal.End(w).After(now) {
		return nil
	}
	return fault.New(fault.Conflict, "coverage.unended", "until", stations.DateOf(cal.Start(cal.Week(now))).AddDays(-1))
}

// Closable is nil unless there is nothing to freeze: no station had a schedule of what
// counts, none said anything and none was excused. Fault: coverage.nothing_to_close.
func Closable(w Week) error {
	for _, s := range w.Stations {
		if s.Scheduled > 0 || s.Excuse != nil || s.Tally != (airing.Tally{}) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "coverage.nothing_to_close", "week", w.Week)
}
