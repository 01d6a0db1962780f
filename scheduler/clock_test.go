package scheduler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"loa/internal/text"
	"loa/stations"
)

// memory keeps runs as a store does, and outlives the clocks of a test.
type memory struct {
	mu     sync.Mutex
	runs   map[string]Run
	cursor map[string]time.Time
	living string // a holder of runs that is not dead
}

func newMemory() *memory { return &memory{runs: map[string]Run{}, cursor: map[string]time.Time{}} }

func key(job string, at time.Time) string { return job + " " + at.UTC().Format(time.RFC3339Nano) }

func (m *memory) JobState(_ context.Context, job string) (s JobState, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Cursor, s.Known = m.cursor[job]
	for _, r := range m.runs {
		if r.Job == job && r.Outcome.Open() && (r.Holder == "" || r.Holder != m.living) {
			s.Unfinished = append(s.Unfinished, r)
		}
	}
	slices.SortFunc(s.Unfinished, func(a, b Run) int { return a.ScheduledAt.Compare(b.ScheduledAt) })
	return s, nil
}

func (m *memory) BeginRun(_ context.Context, r Run) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.ScheduledAt.After(m.cursor[r.Job]) {
		m.cursor[r.Job] = r.ScheduledAt
	}
	if old, ok := m.runs[key(r.Job, r.ScheduledAt)]; ok && old.Attempt >= r.Attempt {
		return false, nil
	}
	m.runs[key(r.Job, r.ScheduledAt)] = r
	return true, nil
}

func (m *memory) EndRun(_ context.Context, r Run) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runs[key(r.Job, r.ScheduledAt)] = r
	return nil
}

func (m *memory) SetCursor(_ context.Context, job string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cursor[job] = at
	return nil
}

// of lists a job's runs by time.
func (m *memory) of(job string) []Run {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Run
	for _, r := range m.runs {
		if r.Job == job {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Run) int { return a.ScheduledAt.Compare(b.ScheduledAt) })
	return out
}

// outcomes counts a job's runs by outcome.
func (m *memory) outcomes(job string) map[Outcome]int {
	n := map[Outcome]int{}
	for _, r := range m.of(job) {
		n[r.Outcome]++
	}
	return n
}

// wallClock is a server clock that can be set.
type wallClock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *wallClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset).Round(0)
}

func (c *wallClock) set(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += by
}

var silent = slog.New(slog.NewTextHandler(io.Discard, nil))

// daily is a job at 05:00 that remembers the times it was run for.
func daily(policy CatchUp, ran *[]time.Time) Job {
	return Job{Name: "daily", Cron: "0 5 * * *", Deadline: time.Minute, CatchUp: policy,
		Run: func(_ context.Context, at time.Time) (text.Phrase, error) {
			*ran = append(*ran, at)
			return text.NewPhrase("xong"), nil
		}}
}

func start(t *testing.T, m Runs, now func() time.Time, jobs ...Job) *Clock {
	t.Helper()
	c, err := NewClock(m, silent, now, jobs...)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func stop(t *testing.T, c *Clock) {
	t.Helper()
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func inOrder(t *testing.T, ran []time.Time) {
	t.Helper()
	for i := 1; i < len(ran); i++ {
		if !ran[i].After(ran[i-1]) {
			t.Fatalf("%v after %v", ran[i], ran[i-1])
		}
	}
}

func TestAHundredDaysOfRunsEachOnceAndOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		var ran []time.Time
		c := start(t, m, w.now, daily(CatchUpAll, &ran))
		time.Sleep(100 * 24 * time.Hour)
		stop(t, c)
		inOrder(t, ran)
		if n := m.outcomes("daily"); len(ran) != 100 || n[Done] != 100 || len(m.of("daily")) != 100 {
			t.Fatalf("%d runs, %v", len(ran), n)
		}
		for _, r := range m.of("daily") {
			if r.Late || r.StartedAt.Sub(r.ScheduledAt) > tickEvery || r.Summary != "xong" || r.EndedAt.IsZero() {
				t.Fatalf("%+v", r)
			}
		}
		if lines := m.of(ClockJob); len(lines) != 0 {
			t.Fatalf("nothing happened to the clock, yet %+v", lines)
		}
	})
}

func TestDowntimeIsCaughtUpAsThePolicySays(t *testing.T) {
	for policy, want := range map[CatchUp]struct{ ran, skipped int }{
		CatchUpAll: {10, 0}, CatchUpLatest: {1, 9}, CatchUpNone: {0, 10},
	} {
		synctest.Test(t, func(t *testing.T) {
			m, w := newMemory(), &wallClock{}
			var before, ran []time.Time
			stop(t, start(t, m, w.now, daily(policy, &before)))
			time.Sleep(10 * 24 * time.Hour)
			c := start(t, m, w.now, daily(policy, &ran))
			synctest.Wait()
			inOrder(t, ran)
			missed := 0
			for _, r := range m.of("daily") {
				if missed += r.Missed; !r.Late {
					t.Errorf("%s: not shown as late: %+v", policy, r)
				}
			}
			if len(before) != 0 || len(ran) != want.ran || missed != want.skipped {
				t.Errorf("%s: ran %d, skipped %d, want %+v", policy, len(ran), missed, want)
			}
			if lines := m.of(ClockJob); len(lines) != 1 || lines[0].Outcome != Down || lines[0].EndedAt.Sub(lines[0].StartedAt) != 10*24*time.Hour {
				t.Errorf("%s: downtime not shown: %+v", policy, lines)
			}
			stop(t, c)
			// Once is once: another start finds nothing to do.
			again := len(ran)
			c = start(t, m, w.now, daily(policy, &ran))
			time.Sleep(time.Minute)
			stop(t, c)
			if len(ran) != again {
				t.Errorf("%s: caught up twice", policy)
			}
		})
	}
}

func TestKilledWithoutStopNothingRunsTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		var ran []time.Time
		c := start(t, m, w.now, daily(CatchUpAll, &ran))
		time.Sleep(3*24*time.Hour + 20*time.Minute)
		// The cursor as kill -9 leaves it: only what was written while running.
		killed := newMemory()
		m.mu.Lock()
		for k, v := range m.runs {
			killed.runs[k] = v
		}
		for k, v := range m.cursor {
			killed.cursor[k] = v
		}
		m.mu.Unlock()
		stop(t, c)
		time.Sleep(2 * 24 * time.Hour)
		c = start(t, killed, w.now, daily(CatchUpAll, &ran))
		time.Sleep(time.Minute)
		stop(t, c)
		inOrder(t, ran)
		if len(ran) != 5 {
			t.Fatalf("ran for %v", ran)
		}
		if lines := killed.of(ClockJob); len(lines) != 1 || lines[0].EndedAt.Sub(lines[0].StartedAt)-2*24*time.Hour > beatEvery {
			t.Errorf("the downtime is not told to the minute: %+v", lines)
		}
	})
}

func TestTheServersClockJumpsForwardAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		var ran []time.Time
		c := start(t, m, w.now, daily(CatchUpAll, &ran))
		time.Sleep(24 * time.Hour)
		w.set(5 * 24 * time.Hour) // five days are jumped over
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(ran) != 6 {
			t.Fatalf("after the jump forward: %v", ran)
		}
		w.set(-5 * 24 * time.Hour) // and were a mistake
		time.Sleep(6 * 24 * time.Hour)
		stop(t, c)
		inOrder(t, ran)
		if len(ran) != 7 {
			t.Errorf("what had been run was run again, or what came was not: %v", ran)
		}
		var moved []string
		for _, r := range m.of(ClockJob) {
			if r.Outcome == ClockMoved {
				moved = append(moved, r.Summary)
			}
		}
		slices.Sort(moved)
		if len(moved) != 2 || !strings.Contains(moved[0], "lùi lại 120 giờ") || !strings.Contains(moved[1], "nhảy tới 120 giờ") {
			t.Errorf("the log does not tell: %q", moved)
		}
	})
}

func TestSetBackForGoodTheJobsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		w.set(1000 * 24 * time.Hour) // started with a wrong clock, years ahead
		var ran []time.Time
		c := start(t, m, w.now, daily(CatchUpAll, &ran))
		time.Sleep(24 * time.Hour)
		w.set(-1000 * 24 * time.Hour)
		time.Sleep(10 * 24 * time.Hour)
		stop(t, c)
		if len(ran) != 11 {
			t.Fatalf("%d runs: %v", len(ran), ran)
		}
	})
}

func TestAPanicAnErrorAndALongRunEndOneRunOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		n := 0
		c := start(t, m, w.now, Job{Name: "bad", Cron: "0 5 * * *", Deadline: time.Minute, CatchUp: CatchUpAll,
			Run: func(ctx context.Context, _ time.Time) (text.Phrase, error) {
				switch n++; n {
				case 1:
					panic("ouch")
				case 2:
					return text.Phrase{}, errors.New("disk on fire")
				case 3:
					<-ctx.Done()
					return text.Phrase{}, ctx.Err()
				}
				return text.NewPhrase("ok"), nil
			}})
		time.Sleep(4 * 24 * time.Hour)
		stop(t, c)
		var got []Outcome
		for _, r := range m.of("bad") {
			got = append(got, r.Outcome)
		}
		if want := []Outcome{Panicked, Failed, TimedOut, Done}; !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if e := m.of("bad")[0].Error; !strings.Contains(e, "ouch") || !strings.Contains(e, "clock_test.go") {
			t.Errorf("the panic's record does not say where: %q", e)
		}
	})
}

func TestAJobNeverOverlapsItselfNorHoldsOthersUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		var ran []time.Time
		running, most := 0, 0
		var mu sync.Mutex
		slow := Job{Name: "slow", Cron: "* * * * *", Deadline: time.Hour, CatchUp: CatchUpAll,
			Run: func(ctx context.Context, _ time.Time) (text.Phrase, error) {
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(150 * time.Second)
				mu.Lock()
				running--
				mu.Unlock()
				return text.Phrase{}, nil
			}}
		c := start(t, m, w.now, slow, daily(CatchUpAll, &ran))
		time.Sleep(24 * time.Hour)
		if status, err := c.Jobs(t.Context()); err != nil || len(status) != 2 || status[0].Running.IsZero() || !status[1].Running.IsZero() ||
			status[1].Next.Before(w.now()) || status[1].Next.Sub(w.now()) > 24*time.Hour {
			t.Errorf("%+v, %v", status, err)
		}
		stop(t, c)
		if most != 1 || len(ran) != 1 {
			t.Fatalf("%d at once, the other job ran %d times", most, len(ran))
		}
		runs := m.of("slow")
		for i, r := range runs[:len(runs)-1] {
			if i > 2 && !r.Late {
				t.Fatalf("run %d waited for the one before and is not shown as late: %+v", i, r)
			}
		}
	})
}

func TestARunThatALivingDaemonHoldsIsNotTakenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		ran := 0
		job := Job{Name: "big", Cron: "0 5 * * *", Deadline: time.Hour, CatchUp: CatchUpAll,
			Run: func(context.Context, time.Time) (text.Phrase, error) { ran++; return text.Phrase{}, nil }}
		held := Run{Job: "big", ScheduledAt: w.now().Add(-time.Hour).UTC(), Outcome: Running, Attempt: 1, Holder: "another daemon"}
		m.runs[key("big", held.ScheduledAt)], m.cursor["big"], m.living = held, held.ScheduledAt, held.Holder
		c := start(t, m, w.now, job)
		synctest.Wait()
		stop(t, c)
		if got := m.of("big"); ran != 0 || len(got) != 1 || got[0] != held {
			t.Fatalf("ran %d times: %+v", ran, got)
		}
		m.living = ""
		c = start(t, m, w.now, job)
		synctest.Wait()
		stop(t, c)
		if got := m.of("big"); ran != 1 || got[0].Outcome != Done || got[0].Attempt != 2 || got[0].Holder == "" || got[0].Holder == held.Holder {
			t.Fatalf("ran %d times: %+v", ran, got)
		}
	})
}

func TestStoppedInFlightARunEndsSavedOrInterruptedAndIsTakenUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		var attempts []time.Time
		deaf := make(chan struct{})
		job := func(run func(ctx context.Context) error) Job {
			return Job{Name: "big", Cron: "0 5 * * *", Deadline: 12 * time.Hour, CatchUp: CatchUpAll,
				Run: func(ctx context.Context, at time.Time) (text.Phrase, error) {
					attempts = append(attempts, at)
					return text.Phrase{}, run(ctx)
				}}
		}
		outcome := func(want Outcome, attempt int) {
			t.Helper()
			if r := m.of("big"); len(r) != 1 || r[0].Outcome != want || r[0].Attempt != attempt {
				t.Fatalf("%+v, want %s at attempt %d", r, want, attempt)
			}
		}
		listening := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		c := start(t, m, w.now, job(listening))
		time.Sleep(24 * time.Hour)
		stop(t, c)
		outcome(Interrupted, 1)

		c = start(t, m, w.now, job(func(context.Context) error { <-deaf; return nil }))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := c.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("stop waited for a deaf job: %v", err)
		}
		outcome(Interrupted, 2)
		close(deaf) // it ends at last; its record stays as Stop wrote it
		synctest.Wait()
		outcome(Interrupted, 2)
		c = start(t, m, w.now, job(func(context.Context) error { return nil }))
		synctest.Wait()
		stop(t, c)
		outcome(Done, 3)
		if len(attempts) != 3 || !attempts[1].Equal(attempts[0]) || !attempts[2].Equal(attempts[0]) {
			t.Errorf("attempts %v", attempts)
		}
	})
}

func TestARunLeftThreeTimesIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := newMemory(), &wallClock{}
		at := w.now().Add(-time.Hour).UTC()
		m.cursor["daily"] = at
		m.runs[key("daily", at)] = Run{Job: "daily", ScheduledAt: at, Outcome: Running, Attempt: maxAttempts}
		var ran []time.Time
		c := start(t, m, w.now, daily(CatchUpAll, &ran))
		synctest.Wait()
		stop(t, c)
		if r := m.of("daily"); len(ran) != 0 || r[0].Outcome != Failed {
			t.Fatalf("%v, %+v", ran, r)
		}
	})
}

func TestJobsThatCannotBeAreRefusedAtStart(t *testing.T) {
	run := func(context.Context, time.Time) (text.Phrase, error) { return text.Phrase{}, nil }
	for name, jobs := range map[string][]Job{
		"no time":     {{Name: "a", Deadline: 1, CatchUp: CatchUpAll, Run: run}},
		"no deadline": {{Name: "a", Cron: "0 5 * * *", CatchUp: CatchUpAll, Run: run}},
		"no policy":   {{Name: "a", Cron: "0 5 * * *", Deadline: 1, Run: run}},
		"bad line":    {{Name: "a", Cron: "TZ=UTC", Deadline: 1, CatchUp: CatchUpAll, Run: run}},
		"twice": {{Name: "a", Cron: "0 5 * * *", Deadline: 1, CatchUp: CatchUpAll, Run: run},
			{Name: "a", Cron: "0 5 * * *", Deadline: 1, CatchUp: CatchUpAll, Run: run}},
		"reserved": {{Name: ClockJob, Cron: "0 5 * * *", Deadline: 1, CatchUp: CatchUpAll, Run: run}},
	} {
		if _, err := NewClock(newMemory(), silent, time.Now, jobs...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// shelf is a store of a schedule that stays as it is.
type shelf struct {
	Store
	s    *Schedule
	dues map[string]Due
}

func (s *shelf) Schedule(context.Context) (*Schedule, error) { return s.s, nil }

func (s *shelf) RecordDue(_ context.Context, d Due) error {
	k := d.Rule + d.Start.String()
	if _, ok := s.dues[k]; !ok {
		s.dues[k] = d
	}
	return nil
}

func TestSlotsThatCameDueWhileDownAreNotedOnceWithTheirEpisodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 8)
		at := time.Now() // the bubble begins on 2000-01-01
		w.rule(at, SaveRule{Cron: "0 17 * * 1"})
		w.rule(at, SaveRule{Cron: "0 17 * * 1", Selection: Selection{Districts: []string{"084"}}})
		for _, language := range []string{"vi", "hmn"} {
			e, _, err := DecideEpisode(w.s, nil, editor(at), SaveEpisode{Programme: "P1", Title: "Số " + language, Script: "Kính chào", Language: language,
				Submit: true, Until: "2000-01-12"})
			w.keepEpisode(e, err)
			w.keepEpisode(DecideMove(w.s, editor(at), MoveEpisode{ID: e.ID, To: Approved}))
		}
		store := &shelf{s: w.s, dues: map[string]Due{}}
		registry := func(context.Context) (*stations.Registry, error) { return w.reg, nil }
		m := newMemory()
		stop(t, start(t, m, time.Now, DueJob(store, registry, time.Now)))
		time.Sleep(20 * 24 * time.Hour) // the daemon is down for two Mondays, and a third follows
		c := start(t, m, time.Now, DueJob(store, registry, time.Now))
		synctest.Wait()
		if len(store.dues) != 2*3 {
			t.Fatalf("caught up %d, want 6", len(store.dues))
		}
		time.Sleep(7 * 24 * time.Hour)
		stop(t, c)
		runs := m.of(DueJobName)
		if len(store.dues) != 8 || len(runs) != 4 || !runs[0].Late || runs[3].Late {
			t.Fatalf("%d dues, runs %+v", len(store.dues), runs)
		}
		if want := "12 khung phát đến giờ; 0 đài chưa có số phát thanh."; runs[0].Did(text.Vietnamese) != want {
			t.Errorf("%q, want %q", runs[0].Did(text.Vietnamese), want)
		}
		if did := runs[0].Did(text.English); !strings.HasPrefix(did, "12 ") || did == runs[0].Did(text.Vietnamese) {
			t.Errorf("in English: %q", did)
		}
		if want := "12 khung phát đến giờ; 12 đài chưa có số phát thanh."; runs[3].Summary != want {
			t.Errorf("%q, want %q", runs[3].Summary, want)
		}
		first := store.dues["R1"+runs[0].ScheduledAt.String()]
		if got, want := fmt.Sprint(first.Episodes), "[{E1 [S00001 S00002 S00003 S00005 S00006 S00007]} {E2 [S00004 S00008]}]"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}
