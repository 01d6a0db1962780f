package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/robfig/cron/v3"

	"loa/internal/text"
)

const (
	tickEvery   = 30 * time.Second // how often the store is asked what is due
	lateAfter   = time.Minute      // a run that begins later than that was caught up
	beatEvery   = time.Minute      // how often the daemon notes that it is alive
	saveEvery   = time.Hour        // how often a job's cursor is kept although nothing was due
	maxAttempts = 3                // a run interrupted that often is left alone
)

// ClockJob is the name under which the clock's own lines are kept: downtime,
// and the server's clock being set.
const ClockJob = "clock"

// Clock runs jobs. Each tick asks which times came since a job's cursor and
// begins those the store has no run of, so what was missed while the daemon
// was down or the clock jumped is caught up once and in order. A job never
// overlaps itself, a panic ends one run only, and everything leaves a line.
type Clock struct {
	runs    Runs
	log     *slog.Logger
	now     func() time.Time
	workers []*worker
	ticker  *cron.Cron
	hold    func() error // why no job may begin now; nil means never
	holder  string       // of the runs this clock begins

	stopping context.Context // ends when Stop is called; parent of every run
	stop     context.CancelFunc
	busy     sync.WaitGroup

	mu       sync.Mutex // guards what follows
	lastWall time.Time  // the server's clock at the last tick, without monotonic reading
	lastTick time.Time  // the same instant with it
	lastBeat time.Time
	halted   bool // Stop was called
}

// NewClock checks the jobs. now is the server's clock, time.Now outside tests.
func NewClock(runs Runs, log *slog.Logger, now func() time.Time, jobs ...Job) (*Clock, error) {
	c := &Clock{runs: runs, log: log, now: now, holder: uuid.NewString()}
	names := map[string]bool{ClockJob: true}
	for _, j := range jobs {
		times, err := j.times()
		if err != nil {
			return nil, err
		}
		if names[j.Name] {
			return nil, fmt.Errorf("scheduler: two jobs are called %q", j.Name)
		}
		names[j.Name] = true
		c.workers = append(c.workers, &worker{clock: c, job: j, times: times})
	}
	return c, nil
}

// HoldWhile lets no job begin while hold returns an error, as when nobody knows
// whether the server's clock is right. What was missed is caught up then. Call
// it before Start.
func (c *Clock) HoldWhile(hold func() error) { c.hold = hold }

// Confirmed keeps, also for the next start, that somebody said the server's
// clock is right: it shows that time where another was expected.
func (c *Clock) Confirmed(by string, shows, expected time.Time) {
	r := Run{ScheduledAt: shows, StartedAt: shows, Outcome: ClockMoved}
	c.note(r.Saying(text.NewPhrase("clock.confirmed_by", "name", by, "shows", shows, "expected", expected)))
	c.report("note that the daemon is alive", c.runs.SetCursor(c.stopping, ClockJob, shows.UTC()))
}

// Start takes up what the last daemon left, notes how long nothing ran, and
// begins to tick. Runs inherit ctx's values but end only with Stop.
func (c *Clock) Start(ctx context.Context) error {
	c.stopping, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	now := c.now()
	c.lastWall, c.lastTick, c.lastBeat = now.Round(0), time.Now(), now
	beat, err := c.runs.JobState(ctx, ClockJob)
	if err != nil {
		return fmt.Errorf("scheduler: start clock: %w", err)
	}
	if beat.Known && now.Sub(beat.Cursor) > 2*beatEvery {
		r := Run{ScheduledAt: now, StartedAt: beat.Cursor, Outcome: Down}
		c.note(r.Saying(text.NewPhrase("schedule.was_down", "for", now.Sub(beat.Cursor).Round(time.Minute), "since", beat.Cursor)))
	}
	if err := c.runs.SetCursor(ctx, ClockJob, now.UTC()); err != nil {
		return fmt.Errorf("scheduler: start clock: %w", err)
	}
	for _, w := range c.workers {
		if err := w.resume(ctx, now); err != nil {
			return fmt.Errorf("scheduler: resume job %s: %w", w.job.Name, err)
		}
	}
	// Ticks go by the monotonic clock, so they keep coming when the server's
	// clock is set. cron recovers nothing by itself: tick must not panic.
	c.ticker = cron.New(cron.WithLocation(time.UTC), cron.WithLogger(cron.DiscardLogger))
	c.ticker.Schedule(cron.Every(tickEvery), cron.FuncJob(c.tick))
	c.ticker.Start()
	c.tick()
	return nil
}

// Stop begins nothing more, cancels what runs and waits for it until ctx
// ends. A run that does not listen is recorded as interrupted and left behind;
// Stop then returns ctx's error.
func (c *Clock) Stop(ctx context.Context) error {
	c.mu.Lock()
	c.halted = true
	c.mu.Unlock()
	c.stop()
	ticked := c.ticker.Stop()
	idle := make(chan struct{})
	go func() { <-ticked.Done(); c.busy.Wait(); close(idle) }()
	select {
	case <-idle:
		err := c.runs.SetCursor(context.WithoutCancel(ctx), ClockJob, c.now().UTC())
		for _, w := range c.workers {
			err = errors.Join(err, w.save(context.WithoutCancel(ctx)))
		}
		return err
	case <-ctx.Done():
		for _, w := range c.workers {
			w.abandon(context.WithoutCancel(ctx))
		}
		return ctx.Err()
	}
}

// JobStatus is what the page of runs shows of a job.
type JobStatus struct {
	Name    string
	Cron    string    // "" for jobs without one
	Next    time.Time // UTC; zero if none within a year
	Running time.Time // since when it runs, UTC; zero if it does not
}

// Jobs lists the jobs with their next times.
func (c *Clock) Jobs(ctx context.Context) ([]JobStatus, error) {
	out := make([]JobStatus, 0, len(c.workers))
	now := c.now()
	for _, w := range c.workers {
		s := JobStatus{Name: w.job.Name, Cron: w.job.Cron}
		times, err := w.times(ctx, now, now.AddDate(1, 0, 0))
		if err != nil {
			return nil, err
		}
		for t := range times {
			s.Next = t
			break
		}
		if r, ok := w.running(); ok {
			s.Running = r.StartedAt
		}
		out = append(out, s)
	}
	return out, nil
}

// tick looks at the server's clock and lets every idle job look for what is
// due.
func (c *Clock) tick() {
	c.mu.Lock()
	if c.halted {
		c.mu.Unlock()
		return
	}
	now := c.now()
	jump := now.Round(0).Sub(c.lastWall) - time.Since(c.lastTick)
	c.lastWall, c.lastTick = now.Round(0), time.Now()
	beat := now.Sub(c.lastBeat).Abs() > beatEvery-tickEvery/2 // ticks come a few milliseconds early or late
	if beat {
		c.lastBeat = now
	}
	for _, w := range c.workers {
		if (c.hold == nil || c.hold() == nil) && w.claim(now) {
			c.busy.Go(w.work)
		}
	}
	c.mu.Unlock()
	if jump.Abs() > lateAfter {
		key := "schedule.clock_forward"
		if jump < 0 {
			key = "schedule.clock_back"
		}
		c.note(Run{ScheduledAt: now, StartedAt: now, Outcome: ClockMoved}.Saying(text.NewPhrase(key, "by", jump.Abs().Round(time.Second))))
	}
	if beat {
		c.report("note that the daemon is alive", c.runs.SetCursor(c.stopping, ClockJob, now.UTC()))
	}
}

// note writes a line of the clock's own.
func (c *Clock) note(r Run) {
	r.Job, r.Attempt, r.Holder = ClockJob, 1, c.holder
	r.ScheduledAt, r.StartedAt, r.EndedAt = r.ScheduledAt.UTC(), r.StartedAt.UTC(), r.ScheduledAt.UTC()
	c.log.Warn("scheduler: "+string(r.Outcome), "at", r.ScheduledAt, "since", r.StartedAt)
	_, err := c.runs.BeginRun(c.stopping, r)
	c.report("keep a line of the clock", err)
}

func (c *Clock) report(doing string, err error) {
	if err != nil {
		c.log.Error("scheduler: "+doing, "err", err)
	}
}
