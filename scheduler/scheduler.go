// Package scheduler says what should be aired, where and when.
//
// A Programme is a series, an Episode one edition of it. A Rule says when a
// programme airs at which stations; its Slots are computed by pure functions
// from the rules, the registry of stations and a range of time, and are never
// stored: planned is not played.
//
// Rules are wall-clock: a cron line means the clock on the station's wall.
// One occurrence of a rule is therefore a Wall time, the same for all
// stations, and becomes an instant in each station's zone.
//
// The package also holds the Clock that runs the daemon's jobs. It is the
// only importer of robfig/cron.
package scheduler

import (
	"context"
	"iter"
	"time"

	"loa/accounts"
	"loa/stations"
)

// Programme is a series, "Nông thôn mới hằng tuần".
type Programme struct {
	ID                 string    `json:"id"` // "P3", given by the store, never reused
	Title              string    `json:"title"`
	Producer           string    `json:"producer"`               // who makes it, as printed in reports
	Topics             []Topic   `json:"topics"`                 // keys of Topics, in that order
	Languages          []string  `json:"languages"`              // keys of stations.Languages
	CountsTowardTarget bool      `json:"counts_toward_target"`   // an airing counts for the weekly NTM target
	MinSeconds         int       `json:"min_seconds"`            // shortest length that counts
	StationCode        bool      `json:"station_code,omitempty"` // the copy that each station receives has its code in it
	CreatedAt          time.Time `json:"created_at"`             // UTC
	Were               []Terms   `json:"were,omitempty"`         // by which its airings counted before, by Until

	Decided []DecidedAnew `json:"decided,omitempty"` // times for which it was decided anew what counts
	Titles  []PastTitle   `json:"titles,omitempty"`  // under which it aired before, by Until
	Retired Retirement    `json:"retired,omitzero"`  // zero while it works
	accounts.Touch
}

// PastTitle is what a programme was called before it was renamed.
type PastTitle struct {
	Title string    `json:"title"`
	Until time.Time `json:"until"` // UTC, exclusive: when it was renamed
	By    string    `json:"by"`    // name of who renamed it
}

// TitleAt is what the programme was called at that instant: what aired then
// stays in the log under the name it aired under.
func (p Programme) TitleAt(t time.Time) string {
	for _, was := range p.Titles {
		if t.Before(was.Until) {
			return was.Title
		}
	}
	return p.Title
}

// As is the programme as it was called at that instant.
func (p Programme) As(t time.Time) Programme {
	p.Title = p.TitleAt(t)
	return p
}

// Edition is what two editors of the programme begin from.
func (p Programme) Edition() accounts.Edition { return accounts.EditionOf(p.Touch, p) }

// State is how far an episode has come.
type State string

// The states, in the order an episode goes through them.
const (
	Draft     State = "draft"     // being prepared
	Submitted State = "submitted" // waits for the editorial board
	Approved  State = "approved"  // may be aired
	Withdrawn State = "withdrawn" // must not be aired any more; final
)

// States are all of them.
var States = []State{Draft, Submitted, Approved, Withdrawn}

// Step is one change of an episode's state.
type Step struct {
	State  State     `json:"state"`
	At     time.Time `json:"at"`   // UTC
	By     string    `json:"by"`   // person ID, "" for the daemon
	ByName string    `json:"name"` // as shown
	Why    string    `json:"why,omitempty"`
}

// Episode is one edition of a programme. Its script is kept apart (see
// Store.Script), so that a list of episodes stays small.
type Episode struct {
	ID          string        `json:"id"` // "E12", given by the store, never reused
	Programme   string        `json:"programme"`
	Title       string        `json:"title"`
	Audio       string        `json:"audio"`        // ID of the recording; "" when a script is read live
	Seconds     float64       `json:"seconds"`      // length of the recording, 0 without one
	ScriptRunes int           `json:"script_runes"` // length of the script in characters
	Language    string        `json:"language"`     // key of stations.Languages
	From        stations.Date `json:"from"`         // first day it may be aired; "" is no limit
	Until       stations.Date `json:"until"`        // last day; "" is no limit
	Steps       []Step        `json:"steps"`        // at least one, oldest first
	CreatedAt   time.Time     `json:"created_at"`   // UTC
	accounts.Touch
}

// Edition is what two editors of the episode, its script included, begin from.
func (e Episode) Edition() accounts.Edition { return accounts.EditionOf(e.Touch, e) }

// State is the state after the last step.
func (e Episode) State() State { return e.Steps[len(e.Steps)-1].State }

// StateAt is the state the episode was in at that instant; before its first
// step it is Draft.
func (e Episode) StateAt(t time.Time) State {
	s := Draft
	for _, step := range e.Steps {
		if step.At.After(t) {
			break
		}
		s = step.State
	}
	return s
}

// Priority is the priority of a bulletin in the words of Circular
// 39/2020/TT-BTTTT.
type Priority string

// The priorities, lowest first.
const (
	Ordinary  Priority = "ordinary"  // thông thường: the commune chooses when
	Preferred Priority = "preferred" // ưu tiên: goes first; on a clash the commune decides
	Urgent    Priority = "urgent"    // khẩn cấp: aired at once
)

// Priorities are all of them, the lowest first.
var Priorities = []Priority{Ordinary, Preferred, Urgent}

// Selection says which stations a rule is for. Exactly one member is set.
type Selection struct {
	All        bool
	Districts  []string // official codes, "084"
	Stations   []string // station IDs, "S00012"
	Language   string   // stations that broadcast in it
	Technology string   // stations that have it
}

// Version is how a rule read during a time. Editing a rule ends the version
// in force and begins another, so that slots already planned keep the version
// they were planned under.
type Version struct {
	Since     time.Time     `json:"since"` // UTC; in force for occurrences planned from then until the next version
	Programme string        `json:"programme"`
	Cron      string        `json:"cron"`    // five fields, in the station's zone
	Minutes   int           `json:"minutes"` // planned length of a slot
	Selection Selection     `json:"stations"`
	From      stations.Date `json:"from"`  // first day; "" is no limit
	Until     stations.Date `json:"until"` // last day; "" is no limit
	Priority  Priority      `json:"priority"`
	Note      string        `json:"note,omitempty"`  // shown with each slot
	Ended     bool          `json:"ended,omitempty"` // nothing is planned from Since on
	By        string        `json:"by"`              // name of who made it
	MadeAt    time.Time     `json:"made_at"`         // UTC
}

// ExceptionKind is what happens to one occurrence of a rule.
type ExceptionKind string

// The kinds of exception.
const (
	Cancelled ExceptionKind = "cancelled"
	Moved     ExceptionKind = "moved"
	Annotated ExceptionKind = "annotated"
)

// ExceptionKinds are all of them.
var ExceptionKinds = []ExceptionKind{Cancelled, Moved, Annotated}

// Exception changes one occurrence of a rule.
type Exception struct {
	At     Wall          `json:"at"` // the occurrence as first planned
	Kind   ExceptionKind `json:"kind"`
	To     Wall          `json:"to,omitzero"`    // Moved: when it airs instead
	Note   string        `json:"note,omitempty"` // why, shown to the station
	By     string        `json:"by"`             // name of who made it
	MadeAt time.Time     `json:"made_at"`        // UTC
}

// Rule says when a programme airs at which stations.
type Rule struct {
	ID         string      `json:"id"`         // "R7", given by the store, never reused
	Versions   []Version   `json:"versions"`   // at least one, by Since
	Exceptions []Exception `json:"exceptions"` // at most one per At, by At
	accounts.Touch
}

// Edition is what two editors of the rule, its single dates included, begin from.
func (r Rule) Edition() accounts.Edition { return accounts.EditionOf(r.Touch, r) }

// Current is the newest version.
func (r Rule) Current() Version { return r.Versions[len(r.Versions)-1] }

// Slot is one planned airing at one station.
type Slot struct {
	ID        string    `json:"id"` // see SlotID
	Rule      string    `json:"rule"`
	Programme string    `json:"programme"`
	Station   string    `json:"station"`
	Start     time.Time `json:"start"` // in the station's zone
	End       time.Time `json:"end"`
	Priority  Priority  `json:"priority"`
	Note      string    `json:"note,omitempty"`
	MovedFrom time.Time `json:"moved_from,omitzero"` // the start first planned, if it was moved
}

// Store keeps programmes, episodes and rules. Every command is atomic and
// idempotent by m.ID: a repeat with the same content returns the first
// answer, with other content a fault of kind Conflict. Safe for concurrent
// use.
type Store interface {
	// Schedule returns everything as one immutable value.
	Schedule(ctx context.Context) (*Schedule, error)
	// Script returns an episode's script; a fault NotFound if there is no
	// such episode.
	Script(ctx context.Context, episode string) (string, error)

	SaveProgramme(ctx context.Context, m accounts.Meta, c SaveProgramme) (Programme, error)
	RetireProgramme(ctx context.Context, m accounts.Meta, c RetireProgramme) (Programme, error)
	SaveEpisode(ctx context.Context, m accounts.Meta, c SaveEpisode) (Episode, error)
	MoveEpisode(ctx context.Context, m accounts.Meta, c MoveEpisode) (Episode, error)
	SaveRule(ctx context.Context, m accounts.Meta, c SaveRule) (Rule, error)
	SaveException(ctx context.Context, m accounts.Meta, c SaveException) (Rule, error)

	// RecordDue keeps what was due at one occurrence. The first record of
	// (rule, start) stands; later ones change nothing.
	RecordDue(ctx context.Context, d Due) error
	// Dues yields what was due with Start in [from, until), oldest first.
	Dues(ctx context.Context, from, until time.Time) iter.Seq2[Due, error]
}

// Due is what one occurrence of a rule planned when its time had come.
type Due struct {
	Rule      string       `json:"rule"`
	Programme string       `json:"programme"`
	Start     time.Time    `json:"start"`    // UTC
	Stations  int          `json:"stations"` // how many had a slot
	Episodes  []DueEpisode `json:"episodes"` // which episode each had, most stations first
	NotedAt   time.Time    `json:"noted_at"` // UTC; later than Start when it was caught up
}

// DueEpisode lists the stations that had one episode to air. Episode is ""
// for those that had none.
type DueEpisode struct {
	Episode  string   `json:"episode"`
	Stations []string `json:"stations"`
}
