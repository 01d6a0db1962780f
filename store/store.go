// Package store says what an engine is to those who start one, back it up and verify
// it: what all nouns ask for in one, and the keeping of the data itself. The engines
// stand in the folders below, and cmd alone chooses one.
package store

import (
	"context"
	"io"
	"log/slog"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/oldbook"
	"loa/airing/sample"
	"loa/airing/texting"
	"loa/contest"
	"loa/coverage"
	"loa/library"
	"loa/message"
	"loa/outgoing"
	"loa/plan"
	"loa/quiz"
	"loa/scheduler"
	"loa/sharing"
	"loa/stations"
)

// Engine keeps the records of one installation. It is safe for concurrent use.
type Engine interface {
	accounts.Commands
	accounts.Queries
	accounts.Gate
	stations.Store
	scheduler.Store
	scheduler.Runs
	scheduler.RunLog
	airing.Log
	airing.Proposals
	airing.Seals
	airing.Excerpts
	airing.SettingsStore
	oldbook.Store
	sample.Store
	library.Store
	coverage.Store
	coverage.Decider
	coverage.Foreteller
	coverage.CallBook
	coverage.Pleas
	contest.Log
	message.Store
	texting.Store
	outgoing.Store
	plan.Store
	quiz.Store
	sharing.Store

	// ID and Created say which installation it is and since when it has been there, UTC;
	// Schema, in which shape the data is.
	ID() string
	Created() time.Time
	Schema() int

	// Check reports why nothing can be read or kept, nil if both can.
	Check(ctx context.Context) error
	// Probe writes and syncs a little beside the data. Faults: store.full, store.read_only, store.device.
	Probe() error
	// Failed is closed when the data is no longer there to be served; Check then says why.
	Failed() <-chan struct{}
	// Blank overwrites what was removed or changed, where the engine leaves it to be read from the disk. It returns how many pages
	// it wrote. What somebody is reading meanwhile stays until it is called again.
	Blank(ctx context.Context) (pages int, err error)
	// Verify reads everything: the checksum of every value, how much there should be, and
	// each noun's checks. It calls report for every problem and goes on, and returns how
	// many records it read.
	Verify(ctx context.Context, report func(Problem)) (records int, err error)
	// Reads says how many rows, and how many bytes of them, were read since it was opened:
	// what an answer costs, whatever the machine.
	Reads() (rows, bytes uint64)
	// Commits has somebody told how long each change took, from being asked for to being on
	// disk; refusals are none. It is called before anything is kept.
	Commits(observe func(took time.Duration))
	// Backup calls use with a copy of all records as of one moment, and its size in bytes.
	Backup(ctx context.Context, use func(size int64, r io.Reader) error) error
	Close() error
}

// Kind makes data folders of one engine and opens them.
type Kind interface {
	// Schema is the newest shape of the data this program knows.
	Schema() int
	// Open opens the data folder, and makes it as of now when it is new. Faults: store.in_use,
	// store.data_missing, store.newer, store.corrupt, store.restoring, store.read_only,
	// store.full.
	Open(dir string, now func() time.Time, log *slog.Logger) (Engine, error)
	// Restore makes a data folder of what Backup copied, for the installation of that ID.
	// fill writes the copy, and whatever else belongs into the folder. What stands there
	// from a restore that was killed must have been removed. The problems found in the
	// records are reported; where whole is false, so that nothing else tells whether the
	// copy is as it was made, any problem is store.corrupt. What waited to be sent when the
	// copy was made is given up, since the source has sent it; held is how many deliveries.
	// Faults: store.not_empty, store.corrupt, store.full.
	Restore(ctx context.Context, dir string, c Copy, fill func(w io.Writer) error, report func(Problem)) (held int, err error)
	// Restoring reports whether a restore into the folder was begun and has not ended.
	Restoring(dir string) bool
}

// Copy is what is known of a copy that is restored.
type Copy struct {
	ID      string    // of the installation
	Created time.Time // of the installation
	Whole   bool      // something tells that the copy is as it was made
	Now     time.Time
}

// Problem is something Verify found.
type Problem struct {
	Table string `json:"table"`
	Key   string `json:"key,omitempty"`
	What  string `json:"what"`
}

func (p Problem) String() string { return p.Table + " " + p.Key + ": " + p.What }
