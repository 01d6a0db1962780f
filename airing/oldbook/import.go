package oldbook

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
)

// State is what has become of a book.
type State string

// The states. Until it is applied, a book is a file on a shelf and nothing of it is in the log.
const (
	Checking State = "checking"
	Checked  State = "checked"
	Failed   State = "failed" // the file cannot be read
	Applying State = "applying"
	Applied  State = "applied"
	Stopped  State = "stopped" // a part is in the log, and the rest is gone
	Undoing  State = "undoing"
	Undone   State = "undone"
)

// States lists them as a book goes through them.
var States = [...]State{Checking, Checked, Failed, Applying, Applied, Stopped, Undoing, Undone}

// Busy reports whether the server is at it.
func (s State) Busy() bool { return s == Checking || s == Applying || s == Undoing }

// Row is a line of a book as it is brought into the log.
type Row struct {
	Line      int       `json:"l"`
	Station   string    `json:"s"`
	Programme string    `json:"p"`
	At        time.Time `json:"t"`
	Seconds   int       `json:"n"`
	Note      string    `json:"o,omitempty"`
	By        string    `json:"b,omitempty"`
}

// Source is the file that rows stand in.
type Source struct {
	Import string `json:"id"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// Confirm is the report that the row becomes.
func (s Source) Confirm(r Row) airing.Confirm {
	return airing.Confirm{ID: s.ReportID(r.Line), Station: r.Station, Programme: r.Programme, Outcome: airing.Aired, StartedAt: r.At, Seconds: r.Seconds,
		Note: r.Note, Book: &airing.Booked{Import: s.Import, File: s.File, SHA256: s.SHA256, Row: r.Line, By: r.By}}
}

// ReportID is the ID of the report that a line becomes: the same line of the same import is one report, however often it is brought.
func (s Source) ReportID(line int) string { return derived(s.Import, "row", line) }

// BackID is the ID of the report that takes one back.
func BackID(imp string, line int) string { return derived(imp, "back", line) }

func derived(imp, what string, line int) string {
	space, err := uuid.Parse(imp)
	if err != nil {
		space = uuid.NewSHA1(uuid.NameSpaceOID, []byte(imp))
	}
	return uuid.NewSHA1(space, append([]byte(what), byte(line>>24), byte(line>>16), byte(line>>8), byte(line))).String()
}

// Begin begins to bring a book into the log. Its rows follow, a part at a time.
type Begin struct {
	Source
	Sheet    string        `json:"sheet,omitempty"`
	Setup    Setup         `json:"setup"` // by which its rows were read
	Key      string        `json:"key"`   // of its heads
	Rows     int           `json:"rows"`
	From     time.Time     `json:"from"`
	Until    time.Time     `json:"until"`
	Stations []string      `json:"stations"`
	Lang     text.Language `json:"language"`
}

// Import is a book in the log: what its file was, and what became of its rows.
type Import struct {
	Begin
	By      accounts.Actor   `json:"by"`
	Grants  []accounts.Grant `json:"grants,omitempty"` // by which its rows are brought, or taken back; nobody is told
	At      time.Time        `json:"at"`               // UTC
	State   State            `json:"state"`
	Done    int              `json:"done"`    // rows that were looked at
	Taken   int              `json:"taken"`   // that became reports
	Known   int              `json:"known"`   // that the log had meanwhile
	Refused int              `json:"refused"` // that could no longer be brought
	Undo    *Reversal        `json:"undo,omitempty"`
}

// Reversal is how an import is taken back.
type Reversal struct {
	By   accounts.Actor `json:"by"`
	At   time.Time      `json:"at"` // UTC
	Why  string         `json:"why"`
	Last int            `json:"last"` // line of the last row that was looked at
	Done int            `json:"done"` // reports that were taken back
	Kept int            `json:"kept"` // that something came to rest on meanwhile: they stay
}

// Part is how many rows are brought in, or taken back, in one change.
const Part = 500

// May refuses who may not report for all these stations. Fault: accounts.denied.
func May(by accounts.Actor, list []string, where func(string) accounts.Where) error {
	for _, id := range list {
		if err := airing.MayReport(by, where(id)); err != nil {
			return err
		}
	}
	return nil
}

// Reads reports whether the actor may know of the import: it is hers, or of stations whose logs she may read.
func (i Import) Reads(by accounts.Actor, where func(string) accounts.Where) bool {
	return by.Person != "" && by.Person == i.By.Person ||
		!slices.ContainsFunc(i.Stations, func(id string) bool { return !airing.Reads(by, where(id)) })
}

// DecideBegin begins an import. Faults: accounts.denied, oldbook.nothing.
func DecideBegin(m accounts.Meta, c Begin, where func(string) accounts.Where) (Import, error) {
	if err := m.By.MustSomewhere(accounts.ReportAiring); err != nil {
		return Import{}, err
	}
	if err := May(m.By, c.Stations, where); err != nil {
		return Import{}, err
	}
	if c.Rows < 1 || len(c.Stations) == 0 {
		return Import{}, fault.New(fault.Invalid, "oldbook.nothing")
	}
	return Import{Begin: c, By: m.By, Grants: m.By.Grants, At: m.At.UTC(), State: Applying}, nil
}

// Worker is who brings the rows, or takes them back: by what she might do when she said so.
func (i Import) Worker() accounts.Actor {
	by := i.By
	if i.Undo != nil {
		by = i.Undo.By
	}
	by.Grants = i.Grants
	return by
}

// Looked is the import once more rows were looked at; last tells that there are no more.
func (i Import) Looked(rows, taken, known, refused int, last bool) Import {
	i.Done, i.Taken, i.Known, i.Refused = i.Done+rows, i.Taken+taken, i.Known+known, i.Refused+refused
	switch {
	case i.Done >= i.Rows:
		i.State = Applied
	case last:
		i.State = Stopped
	}
	if !i.State.Busy() {
		i.Grants = nil
	}
	return i
}

// Brings reports whether rows of the import are still to be brought, and TakesBack whether reports are still to be taken back.
func (i Import) Brings() bool { return i.State == Applying }

// TakesBack is told of at Brings.
func (i Import) TakesBack() bool { return i.State == Undoing }

// Undo takes a whole import back.
type Undo struct {
	ID  string `json:"-"`
	Why string `json:"why" schema:"required maxLength=1000"`
}

// DecideUndo begins to take an import back. leaning are what rests on its reports. Faults: accounts.denied, oldbook.not_applied,
// oldbook.undo_why, airing.text_too_long, oldbook.leaned_on.
func DecideUndo(i Import, m accounts.Meta, c Undo, leaning []error, where func(string) accounts.Where) (Import, error) {
	if err := May(m.By, i.Stations, where); err != nil {
		return i, err
	}
	c.Why = text.Lines(c.Why)
	switch {
	case i.State != Applied && i.State != Stopped:
		return i, fault.New(fault.Conflict, "oldbook.not_applied")
	case c.Why == "":
		return i, fault.New(fault.Invalid, "oldbook.undo_why").At("why")
	case utf8.RuneCountInString(c.Why) > 1000:
		return i, fault.New(fault.Invalid, "airing.text_too_long", "n", 1000).At("why")
	case len(leaning) > 0:
		e := fault.New(fault.Conflict, "oldbook.leaned_on", "n", len(leaning))
		for _, one := range leaning[:min(len(leaning), mostNamed)] {
			e.Parts = append(e.Parts, fault.Of(one).All()...)
		}
		return i, e
	}
	i.State, i.Grants = Undoing, m.By.Grants
	i.Undo = &Reversal{By: m.By, At: m.At.UTC(), Why: c.Why}
	return i, nil
}

// mostNamed is how much of what rests on an import is named.
const mostNamed = 5

// Back is the report that takes one of an import back.
func (i Import) Back(line int, report string) airing.Confirm {
	return airing.Confirm{ID: BackID(i.Import, line), Corrects: report, Outcome: airing.Withdrawn, Why: i.Undo.Why}
}

// TookBack is the import once more of its reports were taken back; last is the line of the last, whole tells that there are no more.
func (i Import) TookBack(last, done, kept int, whole bool) Import {
	u := *i.Undo
	u.Last, u.Done, u.Kept = last, u.Done+done, u.Kept+kept
	i.Undo = &u
	if whole {
		i.State, i.Grants = Undone, nil
	}
	return i
}

// Weight is what the log says of a row: it is taken, or why not.
type Weight struct {
	Refused *fault.Error // airing.booked_known of what the log has already; nil where it is taken
	Closed  bool         // its week is closed: it stands beside the figures, which stay
}

// Unknown is the fault that there is no such book, or the actor may not know of it.
func Unknown() error { return fault.New(fault.NotFound, "oldbook.unknown") }

// Store keeps the imports, and their rows as reports in the log. Commands are idempotent. It is safe for concurrent use.
type Store interface {
	// WeighRows says of each row what the log would, and writes nothing; of two rows that are the same it takes both.
	WeighRows(ctx context.Context, m accounts.Meta, s Source, rows []Row) ([]Weight, error)
	// BeginImport carries out DecideBegin.
	BeginImport(ctx context.Context, m accounts.Meta, c Begin) (Import, error)
	// TakeRows brings the rows of an import behind the first so many, at most Part; where others were brought meanwhile it changes nothing.
	// last tells that there are no more.
	TakeRows(ctx context.Context, at time.Time, id string, behind int, rows []Row, last bool) (Import, error)
	// UndoImport carries out DecideUndo.
	UndoImport(ctx context.Context, m accounts.Meta, c Undo) (Import, error)
	// UndoRows takes the next Part of reports back.
	UndoRows(ctx context.Context, at time.Time, id string) (Import, error)
	// ImportedBook is one import. Fault: oldbook.unknown.
	ImportedBook(ctx context.Context, by accounts.Actor, id string) (Import, error)
	// ImportedBooks are the last MostListed that the actor may know of, the last first; under tells of those alone that are not done.
	ImportedBooks(ctx context.Context, by accounts.Actor, under bool) ([]Import, error)
}

// MostListed is how many imports a list holds.
const MostListed = 200
