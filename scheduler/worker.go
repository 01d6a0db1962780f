package scheduler

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
	"time"

	"loa/internal/text"
)

// worker runs one job, one time after another.
type worker struct {
	clock *Clock
	job   Job
	times Times

	mu      sync.Mutex
	claimed bool  // work is under way
	current *Run  // begun and not ended
	again   []Run // left unfinished by the last daemon; run first
	cursor  time.Time
	saved   time.Time // the cursor as the store has it
	next    time.Time // a job with a cron line has nothing to do from cursor until then
}

// resume takes up the cursor and what the last daemon left unfinished; a job
// never seen before begins now.
func (w *worker) resume(ctx context.Context, now time.Time) error {
	state, err := w.clock.runs.JobState(ctx, w.job.Name)
	if err != nil {
		return err
	}
	w.cursor = state.Cursor
	if !state.Known {
		w.cursor = now
		if err := w.clock.runs.SetCursor(ctx, w.job.Name, now.UTC()); err != nil {
			return err
		}
	}
	w.saved = w.cursor
	for _, r := range state.Unfinished {
		if w.job.CatchUp != CatchUpNone && r.Attempt < maxAttempts {
			r.Attempt++
			w.again = append(w.again, r)
			continue
		}
		r.Outcome, r.EndedAt, r.Error = Failed, now.UTC(), "interrupted, and not run again"
		if err := w.clock.runs.EndRun(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// claim reports whether the caller is to call work: nobody else does, and
// there may be something to do.
func (w *worker) claim(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.claimed || now.Before(w.next) && !now.Before(w.cursor) {
		return false
	}
	w.claimed = true
	return true
}

// running is the run under way.
func (w *worker) running() (Run, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current == nil {
		return Run{}, false
	}
	return *w.current, true
}

// work runs everything that is due now.
func (w *worker) work() {
	ctx := w.clock.stopping
	defer func() {
		if p := recover(); p != nil { // of the job's Times; Run has its own
			w.clock.report("look for what is due of "+w.job.Name, &panicked{p, debug.Stack()})
		}
		w.mu.Lock()
		w.claimed = false // what work changed is seen by the next claim
		w.mu.Unlock()
	}()
	for len(w.again) > 0 && ctx.Err() == nil {
		r := w.again[0]
		if err := w.fire(ctx, r.ScheduledAt, r.Attempt); err != nil {
			w.clock.report("run "+w.job.Name+" again", err)
			return
		}
		w.again = w.again[1:]
	}
	now := w.clock.now()
	if err := w.follow(ctx, now); err != nil {
		w.clock.report("look for what is due of "+w.job.Name, err)
		return
	}
	times, err := w.times(ctx, w.cursor, now)
	if err == nil {
		err = w.catchUp(ctx, times, now)
	}
	if err != nil && ctx.Err() == nil {
		w.clock.report("run what is due of "+w.job.Name, err)
	}
}

// follow puts the cursor back when the server's clock was set back, so that
// the times to come are not taken for done. What was run stays run: its
// record is there.
func (w *worker) follow(ctx context.Context, now time.Time) error {
	if w.cursor.Sub(now) <= lateAfter {
		return nil
	}
	if err := w.clock.runs.SetCursor(ctx, w.job.Name, now.UTC()); err != nil {
		return err
	}
	w.cursor, w.saved = now, now
	return nil
}

// catchUp runs or skips the times, as the job's policy says. Once all are
// dealt with, the cursor is now.
func (w *worker) catchUp(ctx context.Context, times iter.Seq[time.Time], now time.Time) error {
	var pending time.Time // CatchUpLatest: the last time seen
	var missed int        // how many times are skipped, pending not counted
	var last time.Time    // the last of those
	for t := range times {
		switch {
		case w.job.CatchUp == CatchUpAll, w.job.CatchUp == CatchUpNone && now.Sub(t) <= lateAfter:
			if err := w.fire(ctx, t, 1); err != nil {
				return err
			}
			continue
		case w.job.CatchUp == CatchUpNone:
			missed, last = missed+1, t
			continue
		case !pending.IsZero():
			missed, last = missed+1, pending
		}
		pending = t
	}
	if missed > 0 {
		if err := w.skip(ctx, last, missed); err != nil {
			return err
		}
	}
	if !pending.IsZero() {
		if err := w.fire(ctx, pending, 1); err != nil {
			return err
		}
	}
	if now.After(w.cursor) {
		w.cursor = now
	}
	if w.job.Cron != "" {
		if err := w.lookAhead(ctx); err != nil {
			return err
		}
	}
	if w.cursor.Sub(w.saved) >= saveEvery {
		return w.save(ctx)
	}
	return nil
}

// lookAhead finds when a cron line fires next, so that most ticks need not ask.
func (w *worker) lookAhead(ctx context.Context) error {
	w.next = w.cursor.AddDate(1, 0, 0)
	times, err := w.times(ctx, w.cursor, w.next)
	if err != nil {
		return err
	}
	for t := range times {
		w.next = t
		break
	}
	return nil
}

// save keeps the cursor.
func (w *worker) save(ctx context.Context) error {
	if !w.cursor.After(w.saved) {
		return nil
	}
	if err := w.clock.runs.SetCursor(ctx, w.job.Name, w.cursor.UTC()); err != nil {
		return err
	}
	w.saved = w.cursor
	return nil
}

// skip leaves one line for the times not run.
func (w *worker) skip(ctx context.Context, last time.Time, missed int) error {
	now := w.clock.now().UTC()
	_, err := w.clock.runs.BeginRun(ctx, Run{
		Job: w.job.Name, ScheduledAt: last.UTC(), StartedAt: now, EndedAt: now, Outcome: Skipped, Late: true, Attempt: 1,
		Holder: w.clock.holder, Missed: missed,
	}.Saying(text.NewPhrase("schedule.skipped", "n", missed)))
	return err
}

// fire runs the job for one time unless the store has a run of it. The error
// says that the record could not be kept, or that the clock is stopping; what
// the job itself returns is in the record.
func (w *worker) fire(ctx context.Context, at time.Time, attempt int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := w.clock.now().UTC()
	r := Run{Job: w.job.Name, ScheduledAt: at.UTC(), StartedAt: now, Outcome: Running, Late: now.Sub(at) > lateAfter, Attempt: attempt, Holder: w.clock.holder}
	begun, err := w.clock.runs.BeginRun(ctx, r)
	if err != nil {
		return err
	}
	if at.After(w.cursor) {
		w.cursor, w.saved = at, at // BeginRun moved the stored one with it
	}
	if !begun {
		return nil
	}
	w.mu.Lock()
	w.current = &r
	w.mu.Unlock()
	bounded, cancel := context.WithTimeout(ctx, w.job.Deadline)
	defer cancel()
	did, err := w.contained(bounded, r.ScheduledAt)
	if !w.release() {
		return context.Canceled // Stop gave up waiting and wrote the record
	}
	r = r.Saying(did)
	r.EndedAt, r.Outcome = w.clock.now().UTC(), Done
	var p *panicked
	switch {
	case err == nil:
	case errors.As(err, &p):
		r.Outcome = Panicked
	case ctx.Err() != nil:
		r.Outcome = Interrupted
	case errors.Is(bounded.Err(), context.DeadlineExceeded):
		r.Outcome = TimedOut
	default:
		r.Outcome = Failed
	}
	if err != nil {
		r.Error = err.Error()
		w.clock.log.Error("scheduler: job "+string(r.Outcome), "job", r.Job, "scheduled_at", r.ScheduledAt, "err", err)
	}
	return w.clock.runs.EndRun(context.WithoutCancel(ctx), r)
}

// panicked is a panic as an error.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

func (w *worker) contained(ctx context.Context, at time.Time) (did text.Phrase, err error) {
	defer func() {
		if p := recover(); p != nil {
			stack := debug.Stack()
			did, err = text.Phrase{}, &panicked{p, stack[:min(len(stack), 4000)]}
		}
	}()
	return w.job.Run(ctx, at)
}

// release ends the run under way; false if it was abandoned.
func (w *worker) release() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	held := w.current != nil
	w.current = nil
	return held
}

// abandon records the run under way, if one is, as interrupted.
func (w *worker) abandon(ctx context.Context) {
	r, ok := w.running()
	if !ok || !w.release() {
		return
	}
	r.Outcome, r.EndedAt = Interrupted, w.clock.now().UTC()
	w.clock.report("record an abandoned run", w.clock.runs.EndRun(ctx, r))
}
