package airing

import (
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// Booked is at a report that stood in a book which was kept before Loa: a row of a workbook, brought in by who reports it. It is a claim
// like any other, made late; nobody tapped it on the day.
type Booked struct {
	Import string `json:"import"` // the import (package oldbook)
	File   string `json:"file"`
	SHA256 string `json:"sha256"` // of the file
	Row    int    `json:"row"`
	By     string `json:"by,omitempty"` // who aired it, as the book says
}

// Short is the beginning of the file's hash, as people compare it.
func (b Booked) Short() string { return b.SHA256[:min(12, len(b.SHA256))] }

// checkBooked makes sure that a row of a book is not said twice, or against what was reported: of the same programme the log
// has nothing at that time. What else a station is said to have aired then is no hindrance: books write down what stands within
// a programme beside it. Faults: airing.booked_known, airing.booked_contrary.
func checkBooked(r *Report, f Facts, _ accounts.Meta, c Confirm) error {
	if c.Book == nil {
		return nil
	}
	r.Book = c.Book
	for _, l := range f.Near {
		if !l.Stands() || l.Programme != r.Programme {
			continue
		}
		args := []any{"name", l.By.Name, "at", l.StartedAt, "other", l.ID}
		switch {
		case l.Outcome == Aired && overlap(*r, l.Report):
			return fault.New(fault.Conflict, "airing.booked_known", args...).At("started_at")
		case l.Outcome == NotAired && l.StartedAt.Sub(r.StartedAt).Abs() < bookedContrary:
			return fault.New(fault.Conflict, "airing.booked_contrary", args...).At("started_at")
		}
	}
	return nil
}

// bookedContrary is how near the planned start of what is said not to have aired speaks of the same hour as a row of a book.
const bookedContrary = time.Hour

// Overlaps reports whether one station cannot have aired both.
func (r Report) Overlaps(other Report) bool { return overlap(r, other) }

// LeansOn says what rests on a report that is to be taken back with the book it came in: who corrected it, what was found of it or
// attached to it, a week that was closed with it. nil where nothing does, also of one that was withdrawn. newest is what corrected it
// last, nil while it stands; closed is when its week was closed, zero while it is open.
// Fault: airing.booked_leans.
func (l Line) LeansOn(newest *Line, closed time.Time) error {
	why := ""
	switch {
	case newest != nil && newest.Outcome == Withdrawn:
		return nil
	case newest != nil:
		why = "corrected"
	case len(l.Evidence) > 0 || len(l.Removed) > 0 || len(l.Proofs) > 0:
		why = "evidence"
	case len(l.Verdicts) > 0:
		why = "verdict"
	case closed.After(l.ReceivedAt):
		why = "closed"
	default:
		return nil
	}
	e := fault.New(fault.Conflict, "airing.booked_leans", "at", l.StartedAt)
	e.Parts = []*fault.Error{fault.New(fault.Conflict, "airing.booked_leans."+why, "at", l.StartedAt, "other", l.ID)}
	return e
}
