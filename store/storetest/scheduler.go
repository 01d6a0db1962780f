package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/scheduler"
)

// SchedulerStore is what the suite of the schedule needs of an engine.
type SchedulerStore interface {
	scheduler.Store
	scheduler.Runs
	scheduler.RunLog
}

// Scheduler runs the suite of scheduler.Store, Runs and RunLog; open gives an
// empty one.
func Scheduler(t *testing.T, open func(t *testing.T) SchedulerStore) {
	for name, test := range map[string]func(*testing.T, SchedulerStore){
		"a programme, its episode and its rule come back":  scheduleRoundTrip,
		"a repeat changes nothing, another body conflicts": scheduleRepeats,
		"a refused command leaves nothing":                 scheduleRefusals,
		"a snapshot once taken stays as it was":            scheduleSnapshots,
		"the first record of what was due stands":          scheduleDues,
		"a run is begun once":                              scheduleRuns,
		"runs are read latest first, none twice":           scheduleRunLog,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

var scheduleStart = time.Date(2024, 5, 8, 3, 0, 0, 0, time.UTC)

func scheduleMeta(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Daemon(), At: scheduleStart}
}

// must fails the test on an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func schedule(t *testing.T, s SchedulerStore) *scheduler.Schedule {
	t.Helper()
	return must[*scheduler.Schedule](t)(s.Schedule(t.Context()))
}

func programme(t *testing.T, s SchedulerStore, id string) scheduler.Programme {
	t.Helper()
	return must[scheduler.Programme](t)(s.SaveProgramme(t.Context(), scheduleMeta(id),
		scheduler.SaveProgramme{Title: "Nông thôn mới hằng tuần", Topics: []scheduler.Topic{"ocop_cooperatives"}, CountsTowardTarget: true}))
}

func mondays(programme string) scheduler.SaveRule {
	return scheduler.SaveRule{Programme: programme, Cron: "0 17 * * 1", Selection: scheduler.Selection{All: true}}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Fatalf("got\n%s\nwant\n%s", g, w)
	}
}

func scheduleRoundTrip(t *testing.T, s SchedulerStore) {
	ctx := t.Context()
	p := programme(t, s, "p")
	script := "Kính chào bà con.\n\nHôm nay…"
	e := must[scheduler.Episode](t)(s.SaveEpisode(ctx, scheduleMeta("e"), scheduler.SaveEpisode{Programme: p.ID, Title: "Số 1", Script: script,
		Language: "hmn", From: "2024-05-13", Submit: true}))
	e = must[scheduler.Episode](t)(s.MoveEpisode(ctx, scheduleMeta("e2"), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Approved}))
	r := must[scheduler.Rule](t)(s.SaveRule(ctx, scheduleMeta("r"), mondays(p.ID)))
	at := must[scheduler.Wall](t)(scheduler.ParseWall("2024-05-13T17:00"))
	r = must[scheduler.Rule](t)(s.SaveException(ctx, scheduleMeta("x"), scheduler.SaveException{Rule: r.ID, At: at, Kind: scheduler.Cancelled, Note: "Nghỉ"}))
	got := schedule(t, s)
	same(t, got.Programmes, []scheduler.Programme{p})
	same(t, got.Episodes, []scheduler.Episode{e})
	same(t, got.Rules, []scheduler.Rule{r})
	if p.ID != "P1" || e.ID != "E1" || r.ID != "R1" || e.State() != scheduler.Approved || len(r.Exceptions) != 1 {
		t.Errorf("%+v, %+v, %+v", p, e, r)
	}
	if kept := must[string](t)(s.Script(ctx, e.ID)); kept != script {
		t.Errorf("script %q", kept)
	}
	if _, err := s.Script(ctx, "E9"); !fault.Is(err, "schedule.episode_unknown") {
		t.Errorf("script of nothing: %v", err)
	}
	for i := range 12 { // IDs go on by number, not by text
		p = programme(t, s, fmt.Sprint("more", i))
	}
	if got := schedule(t, s); p.ID != "P13" || got.Programmes[12].ID != "P13" || got.Programmes[1].ID != "P2" {
		t.Errorf("the thirteenth is %s", p.ID)
	}
}

func scheduleRepeats(t *testing.T, s SchedulerStore) {
	ctx := t.Context()
	p := programme(t, s, "p")
	same(t, programme(t, s, "p"), p)
	first := must[scheduler.Rule](t)(s.SaveRule(ctx, scheduleMeta("r"), mondays(p.ID)))
	same(t, must[scheduler.Rule](t)(s.SaveRule(ctx, scheduleMeta("r"), mondays(p.ID))), first)
	other := mondays(p.ID)
	other.Cron = "0 5 * * 1"
	if _, err := s.SaveRule(ctx, scheduleMeta("r"), other); fault.Of(err) == nil || fault.Of(err).Kind != fault.Conflict {
		t.Errorf("another body under the same ID: %v", err)
	}
	rest := scheduler.RetireProgramme{ID: p.ID, Seen: once.AsItIs}
	rests := must[scheduler.Programme](t)(s.RetireProgramme(ctx, scheduleMeta("rest"), rest))
	same(t, must[scheduler.Programme](t)(s.RetireProgramme(ctx, scheduleMeta("rest"), rest)), rests)
	got := schedule(t, s)
	if len(got.Programmes) != 1 || len(got.Rules) != 1 {
		t.Errorf("%d programmes, %d rules", len(got.Programmes), len(got.Rules))
	}
	same(t, got.Programmes, []scheduler.Programme{rests})
	if _, _, ended := got.Rules[0].Ended(); !ended || !rests.Rests() {
		t.Errorf("a programme that rests, and its rule: %+v, %+v", rests, got.Rules[0])
	}
}

func scheduleRefusals(t *testing.T, s SchedulerStore) {
	ctx := t.Context()
	if _, err := s.SaveRule(ctx, scheduleMeta("r"), mondays("P1")); !fault.Is(err, "schedule.programme_unknown") {
		t.Errorf("rule of nothing: %v", err)
	}
	p := programme(t, s, "p")
	if _, err := s.SaveEpisode(ctx, scheduleMeta("e"), scheduler.SaveEpisode{Programme: p.ID, Title: "Số 1", Audio: "nowhere"}); !fault.Is(err,
		"schedule.audio_unknown") {
		t.Errorf("episode without its recording: %v", err)
	}
	m := scheduleMeta("denied")
	m.By = accounts.Actor{Person: "x", Via: "session"}
	if _, err := s.SaveProgramme(ctx, m, scheduler.SaveProgramme{Title: "x"}); !fault.Is(err, "accounts.denied") {
		t.Errorf("somebody without a grant: %v", err)
	}
	if got := schedule(t, s); len(got.Programmes) != 1 || len(got.Episodes) != 0 || len(got.Rules) != 0 {
		t.Errorf("something was kept: %+v", got)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Schedule(ended); err == nil {
		t.Error("read for somebody who has gone")
	}
}

func scheduleSnapshots(t *testing.T, s SchedulerStore) {
	p := programme(t, s, "p")
	before := schedule(t, s)
	r := must[scheduler.Rule](t)(s.SaveRule(t.Context(), scheduleMeta("r"), mondays(p.ID)))
	if len(before.Rules) != 0 {
		t.Fatal("a snapshot changed under its reader")
	}
	taken := schedule(t, s)
	end := scheduler.SaveRule{ID: r.ID, End: true}
	m := scheduleMeta("end")
	m.At = scheduleStart.Add(time.Hour)
	must[scheduler.Rule](t)(s.SaveRule(t.Context(), m, end))
	if len(taken.Rules[0].Versions) != 1 || len(schedule(t, s).Rules[0].Versions) != 2 {
		t.Fatal("an edit reached into a snapshot, or was not kept")
	}
}

func scheduleDues(t *testing.T, s SchedulerStore) {
	ctx := t.Context()
	at := scheduleStart.Add(24 * time.Hour)
	first := scheduler.Due{Rule: "R1", Programme: "P1", Start: at, Stations: 2,
		Episodes: []scheduler.DueEpisode{{Episode: "E1", Stations: []string{"S00001", "S00002"}}}, NotedAt: at}
	second := first
	second.Stations = 9
	next := scheduler.Due{Rule: "R1", Programme: "P1", Start: at.Add(time.Hour), Episodes: []scheduler.DueEpisode{}, NotedAt: at}
	for _, d := range []scheduler.Due{next, first, second} {
		if err := s.RecordDue(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	read := func(from, until time.Time) (out []scheduler.Due) {
		t.Helper()
		for d, err := range s.Dues(ctx, from, until) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, d)
		}
		return out
	}
	same(t, read(at, at.Add(2*time.Hour)), []scheduler.Due{first, next})
	same(t, read(at.Add(1), at.Add(time.Hour)), []scheduler.Due(nil))
}

func scheduleRuns(t *testing.T, s SchedulerStore) {
	ctx := t.Context()
	begin := func(r scheduler.Run, want bool) {
		t.Helper()
		if got := must[bool](t)(s.BeginRun(ctx, r)); got != want {
			t.Fatalf("%s at %v: begun %v", r.Job, r.ScheduledAt, got)
		}
	}
	if st := must[scheduler.JobState](t)(s.JobState(ctx, "a")); st.Known || len(st.Unfinished) != 0 {
		t.Fatalf("%+v", st)
	}
	one := scheduler.Run{Job: "a", ScheduledAt: scheduleStart, StartedAt: scheduleStart, Outcome: scheduler.Running, Attempt: 1}
	two := one
	two.ScheduledAt = scheduleStart.Add(time.Hour)
	begin(two, true)
	begin(one, true)
	begin(one, false)
	other := one
	other.Job = "ab" // a name that begins like the other's
	begin(other, true)
	st := must[scheduler.JobState](t)(s.JobState(ctx, "a"))
	if !st.Known || !st.Cursor.Equal(two.ScheduledAt) {
		t.Fatalf("the cursor moves forward only: %+v", st)
	}
	same(t, st.Unfinished, []scheduler.Run{one, two})
	one.Outcome, one.EndedAt, one.Summary = scheduler.Done, scheduleStart.Add(time.Minute), "xong"
	if err := s.EndRun(ctx, one); err != nil {
		t.Fatal(err)
	}
	same(t, must[scheduler.JobState](t)(s.JobState(ctx, "a")).Unfinished, []scheduler.Run{two})
	two.Outcome = scheduler.Interrupted
	if err := s.EndRun(ctx, two); err != nil {
		t.Fatal(err)
	}
	same(t, must[scheduler.JobState](t)(s.JobState(ctx, "a")).Unfinished, []scheduler.Run{two})
	again := one
	again.Attempt, again.Outcome = 2, scheduler.Running
	begin(again, true)
	if err := s.SetCursor(ctx, "a", scheduleStart.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if st := must[scheduler.JobState](t)(s.JobState(ctx, "a")); !st.Cursor.Equal(scheduleStart.Add(-time.Hour)) || len(st.Unfinished) != 2 {
		t.Fatalf("%+v", st)
	}
}

func scheduleRunLog(t *testing.T, s SchedulerStore) {
	ctx := t.Context()
	var want []string
	for i := range 10 {
		for _, job := range []string{"a", "b"} {
			at := scheduleStart.Add(time.Duration(i) * time.Hour)
			must[bool](t)(s.BeginRun(ctx, scheduler.Run{Job: job, ScheduledAt: at, Outcome: scheduler.Done, Attempt: 1}))
			want = append(want, fmt.Sprint(job, i))
		}
	}
	for _, job := range []string{"", "a"} {
		var got []string
		before := scheduleStart.Add(1000 * time.Hour)
		for {
			page := must[[]scheduler.Run](t)(s.RunsBefore(ctx, job, before, 3))
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				got = append(got, fmt.Sprint(r.Job, int(r.ScheduledAt.Sub(scheduleStart).Hours())))
			}
			before = page[len(page)-1].ScheduledAt
		}
		expect := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return job != "" && s[:1] != job })
		slices.Reverse(expect)
		same(t, got, expect)
	}
}
