package scheduler

import (
	"context"
	"fmt"
	"iter"
	"time"

	"loa/internal/text"
)

// CatchUp says what becomes of times that came while the daemon was down, the
// clock jumped, or the run before took too long.
type CatchUp string

// The policies.
const (
	CatchUpAll    CatchUp = "all"    // every missed time is run, once and in order
	CatchUpLatest CatchUp = "latest" // the last missed time is run; one line says how many were skipped
	CatchUpNone   CatchUp = "none"   // missed times are skipped; one line says how many
)

// Job is something the daemon does by the clock.
type Job struct {
	Name     string        // stable; its name is in the catalogue under "job." + Name
	Cron     string        // when, in text.Zone; empty if Times says it
	Times    Times         // when, if no cron line can say it
	Deadline time.Duration // its context ends after that long; required
	CatchUp  CatchUp       // required

	// Run does the job for one scheduled time (UTC) and says in one
	// sentence what it did. It may be called again for a time at
	// which the daemon was stopped, so it must be idempotent.
	Run func(ctx context.Context, scheduledAt time.Time) (did text.Phrase, err error)
}

// Times yields the scheduled times in (after, until], in order and without
// repeats.
type Times func(ctx context.Context, after, until time.Time) (iter.Seq[time.Time], error)

// times checks the job and returns when it is due.
func (j Job) times() (Times, error) {
	switch {
	case j.Name == "" || j.Run == nil || j.Deadline <= 0 || (j.Cron == "") == (j.Times == nil):
		return nil, fmt.Errorf("scheduler: job %q lacks a name, time, deadline or function", j.Name)
	case j.CatchUp != CatchUpAll && j.CatchUp != CatchUpLatest && j.CatchUp != CatchUpNone:
		return nil, fmt.Errorf("scheduler: job %q has no catch-up policy", j.Name)
	case j.Times != nil:
		return j.Times, nil
	}
	line, err := ParseLine(j.Cron)
	if err != nil {
		return nil, fmt.Errorf("scheduler: job %q: %w", j.Name, err)
	}
	return func(_ context.Context, after, until time.Time) (iter.Seq[time.Time], error) {
		return func(yield func(time.Time) bool) {
			for w := range line.from(WallOf(after.In(text.Zone))) {
				t := w.In(text.Zone).UTC()
				if t.After(until) {
					return
				}
				if t.After(after) && !yield(t) {
					return
				}
			}
		}, nil
	}, nil
}
