package scheduler

import (
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// Terms say which airings of a programme count. They are kept when they are
// changed, because a change must not decide anew what aired before it.
type Terms struct {
	Until              time.Time `json:"until,omitzero"` // UTC, exclusive: when they were changed
	CountsTowardTarget bool      `json:"counts_toward_target"`
	MinSeconds         int       `json:"min_seconds"`
	By                 string    `json:"by,omitempty"` // name of who changed them
}

// Terms are those in force, with a zero Until.
func (p Programme) Terms() Terms {
	return Terms{CountsTowardTarget: p.CountsTowardTarget, MinSeconds: p.MinSeconds}
}

// TermsAt are those by which an airing that starts at that instant counts.
func (p Programme) TermsAt(t time.Time) Terms {
	for _, was := range p.Were {
		if t.Before(was.Until) {
			return was
		}
	}
	return p.Terms()
}

// TermsChange is what an edit of a programme's terms does, shown before it is
// made: what aired before From counts, or does not, as it did.
type TermsChange struct {
	Changed  bool      `json:"changed"` // false when the edit leaves the terms alone
	From     time.Time `json:"from"`    // airings that start from then on count by the new terms
	Before   Terms     `json:"before"`
	After    Terms     `json:"after"`
	Slots    int       `json:"slots"`    // of the programme in the four weeks after From
	Stations int       `json:"stations"` // that have them

	Namesakes []Programme `json:"namesakes"` // other programmes of the same name, where the edit gives it
}

// Word is what somebody sends back who has seen the change as it is, "" where
// there is nothing to see.
func (t TermsChange) Word() string {
	words := []string{}
	if t.Changed {
		words = append(words, "terms")
	}
	for _, p := range t.Namesakes {
		words = append(words, p.ID)
	}
	return strings.Join(words, " ")
}

// namesakes are the other programmes that are called as the programme is.
func (s *Schedule) namesakes(p Programme) []Programme {
	same := []Programme{}
	for _, other := range s.Programmes {
		if other.ID != p.ID && text.Fold(other.Title) == text.Fold(p.Title) {
			same = append(same, other)
		}
	}
	return same
}

// termsDays is how far ahead a change of terms looks.
const termsDays = 28

// PreviewTerms decides the programme as DecideProgramme would and says what
// becomes of the airings, and which others are called so. It has DecideProgramme's faults and changes nothing.
func PreviewTerms(s *Schedule, reg *stations.Registry, m accounts.Meta, c SaveProgramme) (TermsChange, error) {
	p, err := DecideProgramme(s, m, c)
	if err != nil || c.ID == "" {
		return TermsChange{Namesakes: s.namesakes(p)}, err
	}
	before, err := s.Programme(c.ID)
	if err != nil {
		return TermsChange{}, err
	}
	t := TermsChange{Changed: before.Terms() != p.Terms(), From: m.At.UTC(), Before: before.Terms(), After: p.Terms(), Namesakes: []Programme{}}
	if before.Title != p.Title {
		t.Namesakes = s.namesakes(p)
	}
	at := map[string]bool{}
	for slot := range s.Slots(reg, m.At, m.At.AddDate(0, 0, termsDays)) {
		if slot.Programme == c.ID {
			t.Slots++
			at[slot.Station] = true
		}
	}
	t.Stations = len(at)
	return t, nil
}

// DecidedAnew says that from a past day on a programme's terms of today hold,
// whatever counted when it was reported.
type DecidedAnew struct {
	From  time.Time `json:"from"`  // UTC, inclusive
	Until time.Time `json:"until"` // UTC, exclusive: when it was decided
	By    string    `json:"by"`
}

// DecideTermsAnew lets terms hold from a past day on, and reports whether that
// changes anything. Faults: accounts.denied, schedule.programme_unknown,
// schedule.min_seconds_range.
func DecideTermsAnew(s *Schedule, m accounts.Meta, programme string, from stations.Date, t Terms) (Programme, bool, error) {
	if err := m.By.Must(accounts.EditSchedule, accounts.Where{}); err != nil {
		return Programme{}, false, err
	}
	p, err := s.Programme(programme)
	if err != nil {
		return Programme{}, false, err
	}
	if t.MinSeconds == 0 {
		t.MinSeconds = DefaultMinSeconds
	}
	if t.MinSeconds < 1 || t.MinSeconds > 4*3600 {
		return Programme{}, false, fault.New(fault.Invalid, "schedule.min_seconds_range").At("min_seconds")
	}
	start := from.Start(text.Zone).UTC()
	old := p
	before := p.TermsAt(start.Add(-time.Nanosecond))
	before.Until, before.By = start, m.By.Name
	changed := p.Terms() != t
	were := []Terms{}
	for _, was := range p.Were {
		if !was.Until.After(start) {
			were = append(were, was)
		} else {
			changed = changed || was.CountsTowardTarget != t.CountsTowardTarget || was.MinSeconds != t.MinSeconds
		}
	}
	p.Were = append(were, before)
	p.CountsTowardTarget, p.MinSeconds = t.CountsTowardTarget, t.MinSeconds
	p.Decided = append(slices.Clone(p.Decided), DecidedAnew{From: start, Until: m.At.UTC(), By: m.By.Name})
	p.Touch = m.Touch(old, p)
	return p, changed, nil
}

// Anew reports whether what counts of an airing that starts at that instant was
// decided anew: then its terms say so, and not its report.
func (p Programme) Anew(t time.Time) bool {
	for _, d := range p.Decided {
		if !t.Before(d.From) && t.Before(d.Until) {
			return true
		}
	}
	return false
}
