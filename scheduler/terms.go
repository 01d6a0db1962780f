package scheduler

import (
	"time"

	"loa/accounts"
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
}

// termsDays is how far ahead a change of terms looks.
const termsDays = 28

// PreviewTerms decides the programme as DecideProgramme would and says what
// becomes of the airings. It has DecideProgramme's faults and changes nothing.
func PreviewTerms(s *Schedule, reg *stations.Registry, m accounts.Meta, c SaveProgramme) (TermsChange, error) {
	p, err := DecideProgramme(s, m, c)
	if err != nil || c.ID == "" {
		return TermsChange{}, err
	}
	before, err := s.Programme(c.ID)
	if err != nil {
		return TermsChange{}, err
	}
	t := TermsChange{Changed: before.Terms() != p.Terms(), From: m.At.UTC(), Before: before.Terms(), After: p.Terms()}
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
