package stations

import (
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// SaveStation writes what is known about a station, or, with an empty ID,
// gives a unit that has none its station.
type SaveStation struct {
	ID   string  `json:"id,omitempty"`
	Unit UnitKey `json:"unit,omitzero"` // of a new station
	Fields
}

// Import writes the rows of a file. One bad row and nothing is written.
type Import struct {
	Rows []ImportRow `json:"rows"`
	On   Date        `json:"on"`             // codes and names mean the units of that day
	New  bool        `json:"new,omitempty"`  // codes of no list found their units, valid from On
	Seen string      `json:"seen,omitempty"` // fingerprint of the plan a person has read; once.AsItIs is of a program that is not asked
	Over []string    `json:"over,omitempty"` // IDs of stations to write although somebody changed them after the list was made; "all" is every one
}

// ImportRow is one row of a file: its cells by column. A column that is not
// in the file changes nothing; an empty cell empties the field.
type ImportRow struct {
	Line  int               `json:"line"` // 1-based, the header being one
	Cells map[Column]string `json:"cells"`
	Made  time.Time         `json:"made,omitzero"` // when the list was made that the row is from, UTC; zero if it does not say
}

// Difference is one field that changes, as it is written in Vietnamese.
type Difference struct {
	Column Column `json:"column"`
	Old    string `json:"old"`
	New    string `json:"new"`
}

// In is the difference as that language writes it: 1 Jul 2026 for 1/7/2026.
func (d Difference) In(l text.Language) Difference {
	for _, s := range []*string{&d.Old, &d.New} {
		var f Fields
		if f.SetCell(d.Column, *s) == nil { // it was written, so it can be read
			*s = f.Cell(l, d.Column)
		}
	}
	return d
}

// StationChange is what a row changes at one station.
type StationChange struct {
	Line        int          `json:"line"`
	Station     string       `json:"station"` // for a new one, the ID it will get
	New         bool         `json:"new"`
	Label       string       `json:"label"`
	Differences []Difference `json:"differences"`
	// Later is the change somebody made of the station after the row's list was made,
	// and so without the row: nil if there is none. Kept says that it stays.
	Later *accounts.Touch `json:"later,omitempty"`
	Kept  bool            `json:"kept,omitempty"`
}

// ImportPlan is what an import does: every change field by field, and every
// fault with its line.
type ImportPlan struct {
	Rows        int             `json:"rows"`
	Units       int             `json:"units"` // founded, districts included
	Changes     []StationChange `json:"changes"`
	Bad         []*fault.Error  `json:"-"`
	Fingerprint string          `json:"fingerprint"` // changes with any change
}

// Merge applies a list of mergers and renamings of units on one day. Each old
// unit ends the day before. A new code and name that a unit has which is not
// itself merged means that unit; any other founds a unit of a list called
// after the day.
type Merge struct {
	On               Date       `json:"on"`
	AbolishDistricts bool       `json:"abolish_districts"` // districts end too, and new units lie in none
	Rows             []MergeRow `json:"rows"`
	Terms
}

// Terms are what a person says to a merger or a split she has read: her answers
// to its questions, and which plan it was.
type Terms struct {
	Answers map[string]string `json:"answers,omitempty"` // choice by question, or by kind of question
	Seen    string            `json:"seen,omitempty"`    // fingerprint of the plan a person agreed to; "" is any
}

// MergeRow says what one old unit becomes.
type MergeRow struct {
	Line        int    `json:"line"`
	OldCode     string `json:"old_code"`
	OldName     string `json:"old_name"` // "" is not checked
	NewCode     string `json:"new_code"`
	NewName     string `json:"new_name"`               // with its kind, "Xã Bắc Hà"
	NewDistrict string `json:"new_district,omitempty"` // code; "" is that of the old units
}

// MergePlan is what a merge does.
type MergePlan struct {
	On      Date           `json:"on"`
	Targets []MergeTarget  `json:"targets"` // in order of code
	Skipped int            `json:"skipped"` // rows that had been applied before
	Before  int            `json:"before"`  // stations active the day before
	After   int            `json:"after"`   // stations active on the day
	Bad     []*fault.Error `json:"-"`
}

// MergeTarget is one unit that takes over from others.
type MergeTarget struct {
	Unit    UnitKey   `json:"unit"`
	Name    string    `json:"name"` // "Xã Bắc Hà"
	Founded bool      `json:"founded"`
	From    []UnitKey `json:"from"`
	Station string    `json:"station"` // ID of its station, "" if it has none
	Fate    Fate      `json:"fate"`
	Ended   []string  `json:"ended"` // IDs of the stations that end
}

// Fate is how a unit that takes over comes to its station.
type Fate string

// The fates.
const (
	Carried Fate = "carried" // the station of the one unit it succeeds moves with it
	Opened  Fate = "opened"  // several became one: a new station takes over from theirs
	Kept    Fate = "kept"    // it was there before and goes on with its own
	Without Fate = "without" // it has none
)

// Fates are all of them.
var Fates = []Fate{Carried, Opened, Kept, Without}
