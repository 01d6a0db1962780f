package scheduler

import (
	"cmp"
	"context"
	"time"

	"loa/internal/text"
)

// Outcome is what became of a run.
type Outcome string

// The outcomes of a run.
const (
	Running     Outcome = "running"
	Done        Outcome = "done"
	Failed      Outcome = "failed"      // it returned an error
	Panicked    Outcome = "panicked"    // it panicked; contained
	TimedOut    Outcome = "timed_out"   // it ran past its deadline
	Interrupted Outcome = "interrupted" // the daemon stopped while it ran; taken up again at the next start
	Skipped     Outcome = "skipped"     // due, and not run on purpose
	ClockMoved  Outcome = "clock_moved" // not a run: the server's clock was set forward or back
	Down        Outcome = "down"        // not a run: no daemon was up from StartedAt to EndedAt
)

// Outcomes are all of them.
var Outcomes = []Outcome{Running, Done, Failed, Panicked, TimedOut, Interrupted, Skipped, ClockMoved, Down}

// Open reports whether the work is still to be done or given up.
func (o Outcome) Open() bool { return o == Running || o == Interrupted }

// Run is the record of one job at one scheduled time. (Job, ScheduledAt) is
// unique and is the truth about whether it was done.
type Run struct {
	Job         string    `json:"job"`
	ScheduledAt time.Time `json:"scheduled_at"`      // UTC
	StartedAt   time.Time `json:"started_at"`        // UTC
	EndedAt     time.Time `json:"ended_at,omitzero"` // UTC, zero while running
	Outcome     Outcome   `json:"outcome"`
	Late        bool      `json:"late"`                 // caught up after downtime or a long run before it
	Attempt     int       `json:"attempt"`              // 1, or more after an interruption
	Holder      string    `json:"holder,omitempty"`     // the life of the daemon that runs it; a daemon that starts again is another
	Missed      int       `json:"missed,omitempty"`     // Skipped: how many scheduled times this line stands for
	Summary     string    `json:"summary,omitempty"`    // what it did, in Vietnamese
	SummaryEn   string    `json:"summary_en,omitempty"` // the same in English; older versions kept none
	Error       string    `json:"error,omitempty"`      // for the log and the administrator
}

// Saying is the run with what it did, in each language.
func (r Run) Saying(did text.Phrase) Run {
	if r.Summary, r.SummaryEn = "", ""; did.Key != "" {
		r.Summary, r.SummaryEn = did.Words(text.Vietnamese), did.Words(text.English)
	}
	return r
}

// Did is what the run did, in the language if it was kept in it.
func (r Run) Did(l text.Language) string {
	if l == text.English {
		return cmp.Or(r.SummaryEn, r.Summary)
	}
	return r.Summary
}

// JobState is what the store knows of a job.
type JobState struct {
	Known      bool      // the job has been seen before
	Cursor     time.Time // every time up to here was considered; UTC
	Unfinished []Run     // those with an Open outcome whose Holder is dead, oldest first
}

// Runs keeps the record of runs. Safe for concurrent use.
type Runs interface {
	// JobState returns what is known of a job; an unknown one is the zero
	// JobState. To an engine that lets one daemon in at a time every Holder but
	// the one that asks is dead; others must know who lives.
	JobState(ctx context.Context, job string) (JobState, error)
	// BeginRun writes the run and moves the job's cursor forward to its
	// ScheduledAt, in one change. It reports false and changes nothing but
	// the cursor when (job, scheduled time) is there already with an
	// Attempt as high.
	BeginRun(ctx context.Context, r Run) (bool, error)
	// EndRun overwrites the run begun with the same job and scheduled time.
	EndRun(ctx context.Context, r Run) error
	// SetCursor moves the job's cursor, backward too, and knows the job
	// from then on.
	SetCursor(ctx context.Context, job string, at time.Time) error
}

// RunFilter is what the list of runs is narrowed by.
type RunFilter struct {
	Job string `name:"job"` // its name; "" is every job
}

// RunLog is read by the page that shows the runs.
type RunLog interface {
	// RunsBefore returns up to limit runs scheduled before that instant, the
	// latest first; job "" is every job. All runs of the last instant are
	// there, even over the limit, so that the next page begins before it.
	RunsBefore(ctx context.Context, job string, before time.Time, limit int) ([]Run, error)
}
