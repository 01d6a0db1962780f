// Package contest runs a grassroots radio contest (hội thi phát thanh) from
// its rules to its certificates.
//
// A contest is one append-only, hash-chained list of events. State is a pure
// fold of those events (State.Apply), a change is a pure decision (Decide)
// that either refuses with a sentence or returns the next events, and Hall is
// the thin part that loads facts, decides, appends and keeps the folded state
// in memory. Whatever is shown or printed can therefore be computed again,
// years later, from the list alone.
//
// The sums live in the folders below: ranking (methods and tie-breaks),
// fairness (agreement of judges), assign (who scores what) and paper (minutes
// and tables).
package contest

import (
	"cmp"
	"context"
	"iter"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Log keeps the events of all contests. An engine implements it; all methods
// are safe for concurrent use.
type Log interface {
	// Contests returns a page of the heads of contests, the newest contest first.
	Contests(ctx context.Context, q HeadQuery) ([]Head, error)
	// Events yields the events of one contest with Seq greater than after, in
	// order. An unknown contest yields nothing. It stops at the first error.
	Events(ctx context.Context, id string, after int) iter.Seq2[Event, error]
	// Append adds events atomically and durably if the contest's last Seq is
	// expect; otherwise it returns the fault contest.changed_meanwhile
	// (Conflict) and adds nothing. A repeat of the same m.ID on the same
	// contest adds nothing and returns nil if the events carry the same
	// Digest, and contest.change_differs (Conflict) if not.
	Append(ctx context.Context, m accounts.Meta, id string, expect int, events []Event) error
}

// Head is where the log of a contest ends.
type Head struct {
	ID  string
	Seq int // of its last event
}

// HeadQuery asks for heads.
type HeadQuery struct {
	IDs   []string // of these contests alone, those that exist; nil is all
	After string   // ID of the last of the page before, "" for the first page
	Limit int      // at most; 1 to MostListed
}

// MostListed is the most heads one page holds.
const MostListed = 500

// Phase is how far a contest has come.
type Phase string

// The phases, in order. Entries are taken in Open between the two dates of
// the timetable; the server's clock decides, not the phase alone.
const (
	Draft     Phase = "draft"     // being written; only organisers see it
	Open      Phase = "open"      // rules locked, entries come in
	Judging   Phase = "judging"   // a round has begun; no more entries
	Published Phase = "published" // results are public
	Closed    Phase = "closed"    // nothing changes any more
)

// Phases are all of them.
var Phases = []Phase{Draft, Open, Judging, Published, Closed}

// EntrantKind is what sort of entrant stands behind a work.
type EntrantKind string

// The kinds of entrant.
const (
	ByStation EntrantKind = "station"
	ByPerson  EntrantKind = "person"
	ByGroup   EntrantKind = "group"
)

// EntrantKinds are all of them.
var EntrantKinds = []EntrantKind{ByStation, ByPerson, ByGroup}

// Entrant is who enters a work. Station facts are copied at the moment of
// entry, so that a later merger or a new name changes no entry, prize or
// certificate.
type Entrant struct {
	Kind         EntrantKind `json:"kind"`
	Station      string      `json:"station"`            // ID of the station the work comes from
	StationName  string      `json:"station_name"`       // as it was called then
	District     string      `json:"district"`           // official code then
	DistrictName string      `json:"district_name"`      // as it was called then
	Name         string      `json:"name,omitempty"`     // of the person or group; "" for a station
	Authors      []string    `json:"authors,omitempty"`  // names to print on the certificate
	Accounts     []string    `json:"accounts,omitempty"` // IDs of the persons who submitted
}

// Called is the name the entrant goes by where its district stands beside it, as on
// certificates. Two communes of one name bear it: see Full.
func (e *Entrant) Called() string { return cmp.Or(e.Name, e.StationName) }

// From is where the entrant comes from: a station from its district.
func (e *Entrant) From() string {
	if e.Name == "" {
		return e.DistrictName
	}
	return placed(e.StationName, e.DistrictName)
}

// Full names the entrant so that it is told from every other: with its district.
func (e *Entrant) Full() string { return placed(e.Called(), e.From()) }

// placed is a name and where that is, as far as it is known.
func placed(name, in string) string {
	if name == "" || in == "" {
		return name + in
	}
	return name + ", " + in
}

// Of reports whether the actor may act for the entrant's station.
func (e *Entrant) Of(by accounts.Actor) bool {
	return by.Can(accounts.EnterContest, accounts.Where{Station: e.Station, District: e.District})
}

// PieceKind is what sort of file a piece of an entry is.
type PieceKind string

// The kinds of piece.
const (
	Audio       PieceKind = "audio"       // the work itself
	Script      PieceKind = "script"      // kịch bản, as text or a document
	Scan        PieceKind = "scan"        // the signed and stamped form
	Translation PieceKind = "translation" // Vietnamese text of a work in another language
)

// PieceKinds are all of them, in the order an entrant is asked for them.
var PieceKinds = []PieceKind{Audio, Scan, Script, Translation}

// Words names the kind; what is none stays as it was typed.
func (k PieceKind) Words(l text.Language) string {
	if key := "contest.piece_" + string(k); text.Has(key) {
		return l.Say(key)
	}
	return string(k)
}

// Piece is one file of an entry, as it was when it was submitted.
type Piece struct {
	Kind    PieceKind `json:"kind"`
	File    string    `json:"file"`              // ID of the stored file
	Name    string    `json:"name"`              // as the sender named it; never shown to judges
	SHA256  string    `json:"sha256"`            // of the bytes, hex
	Sound   string    `json:"sound,omitempty"`   // of the sound without tags, hex; audio only
	Bytes   int64     `json:"bytes"`             // size of the file
	Seconds float64   `json:"seconds,omitempty"` // length; audio only
	Begun   time.Time `json:"begun"`             // when the first byte of its upload came, server clock
}

// Airing is one airing of a work, read from the airing log.
type Airing struct {
	ID          string    `json:"id"`
	Station     string    `json:"station"`
	StationName string    `json:"station_name"`
	At          time.Time `json:"at"`
}

// Entry is one work in a contest.
type Entry struct {
	ID          string         `json:"id"`   // made by whoever submits, a UUID
	Code        string         `json:"code"` // on the receipt, unique in the contest, "TP-017"
	Title       string         `json:"title"`
	Theme       string         `json:"theme"`    // ID of a Theme
	Category    string         `json:"category"` // ID of a Category
	Language    string         `json:"language"` // "vi", "hmn"…
	Entrant     Entrant        `json:"entrant"`
	Episode     string         `json:"episode,omitempty"` // the aired episode it was picked from
	Pieces      []Piece        `json:"pieces"`
	Sections    map[string]int `json:"sections,omitempty"` // section ID to declared seconds
	Airings     []Airing       `json:"airings,omitempty"`  // those that satisfy the rule
	AiredNote   string         `json:"aired_note,omitempty"`
	OwnNote     string         `json:"own_note,omitempty"` // why a work made from others' episode is the entrant's own
	Warnings    []string       `json:"warnings,omitempty"` // catalogue keys for the organiser's eyes
	SubmittedAt time.Time      `json:"submitted_at"`       // first valid submission
	ReplacedAt  time.Time      `json:"replaced_at,omitzero"`
	FormSentAt  time.Time      `json:"form_sent_at,omitzero"` // before the deadline, of what was completed in the grace
	Script      string         `json:"script,omitempty"`
	Translation string         `json:"translation,omitempty"`
	Redacted    string         `json:"redacted,omitempty"` // script as judges see it
	Withdrawn   *Removal       `json:"withdrawn,omitempty"`
	RuledOut    *Removal       `json:"ruled_out,omitempty"`

	named  bool     // it has Leaks; kept because scripts are long
	people []string // plain names of the entrant and the authors
	opened bool     // somebody who scores it has read the script
}

// Removal says when and why something was taken out, and by whom.
type Removal struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"` // name
	Reason string    `json:"reason"`
}

// Live reports whether the entry is still in the contest.
func (e *Entry) Live() bool { return e.Withdrawn == nil && e.RuledOut == nil }

// Piece returns the entry's piece of that kind, or nil.
func (e *Entry) Piece(kind PieceKind) *Piece {
	for i := range e.Pieces {
		if e.Pieces[i].Kind == kind {
			return &e.Pieces[i]
		}
	}
	return nil
}

// Judge is a member of the jury.
type Judge struct {
	Person   string   `json:"person"` // ID of the account
	Name     string   `json:"name"`
	Title    string   `json:"title,omitempty"` // office, as printed in the minutes
	Chair    bool     `json:"chair,omitempty"`
	Station  string   `json:"station,omitempty"`  // own commune's station, if any
	District string   `json:"district,omitempty"` // own district, if any
	Declared []string `json:"declared,omitempty"` // IDs of stations she declared an interest in
	Removed  *Removal `json:"removed,omitempty"`
	KeepsOut bool     `json:"keeps_out,omitempty"` // removed and her signed sheets do not count
	Returned []Return `json:"returned,omitempty"`  // times she was removed and taken back

	presides presides
}

// presides is since when a judge is the chair, and who made her.
type presides struct {
	At time.Time
	By string // person ID
}

// Return is a removal that was taken back.
type Return struct {
	Removed Removal `json:"removed"`
	Back    Removal `json:"back"`
}

// Panel is a group of judges and the entries it scores. An empty list means
// "any".
type Panel struct {
	ID         string   `json:"id"`
	Name       string   `json:"name" schema:"maxLength=300"`
	Judges     []string `json:"judges"` // person IDs
	Themes     []string `json:"themes,omitempty"`
	Categories []string `json:"categories,omitempty"`
	Districts  []string `json:"districts,omitempty"`
}

// ChangeDiffers is the fault contest.change_differs: the change of that ID was made of another request.
func ChangeDiffers() error { return fault.New(fault.Conflict, "contest.change_differs") }

// ChangedMeanwhile is the fault contest.changed_meanwhile: somebody's event came first. Hall decides again on it.
func ChangedMeanwhile() error { return fault.New(fault.Conflict, "contest.changed_meanwhile") }
