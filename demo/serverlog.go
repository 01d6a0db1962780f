package demo

import (
	"cmp"
	"slices"
	"time"

	"loa/internal/text"
	"loa/scheduler"
)

// serverLog writes what a daemon that had run all year would have in its log:
// each night's jobs and each time that slots were due, with one night on which
// it was down.
func (w *world) serverLog() error {
	plan, err := w.store.Schedule(w.ctx)
	if err != nil {
		return err
	}
	var runs []scheduler.Run
	add := func(job string, at time.Time, took time.Duration, did text.Phrase) {
		if begun := at.Add(2 * time.Second); begun.Add(took).Before(w.now) {
			runs = append(runs, scheduler.Run{Job: job, ScheduledAt: at.UTC(), StartedAt: begun.UTC(), EndedAt: begun.Add(took).UTC(), Attempt: 1,
				Outcome: scheduler.Done}.Saying(did))
		}
	}
	say := text.NewPhrase
	for day := w.monday(-w.weeks); day.Before(w.now); day = day.AddDate(0, 0, 1) {
		if night := day.Add(3 * time.Hour); day.Equal(w.monday(stormWeek)) {
			runs = append(runs, scheduler.Run{Job: scheduler.ClockJob, ScheduledAt: night.UTC(), StartedAt: night.UTC(),
				EndedAt: night.Add(4 * time.Hour).UTC(),
				Attempt: 1, Outcome: scheduler.Down}.Saying(say("schedule.was_down", "for", 4*time.Hour, "since", night)))
		} else {
			add("records_verify", night, 40*time.Second, say("job.records_verified", "n", len(runs)*9+4000))
		}
		add("blobs_sweep", day.Add(2*time.Hour+45*time.Minute), time.Second, say("job.blobs_swept", "n", 0, "size", text.Bytes(0)))
	}
	last := time.Time{}
	for s := range plan.Slots(w.reg, w.monday(-w.weeks), w.now) {
		if s.Start.Equal(last) {
			continue
		}
		last = s.Start
		stations, without := 0, 0
		for _, d := range plan.DueAt(w.reg, s.Start) {
			stations += d.Stations
			for _, e := range d.Episodes {
				if e.Episode == "" {
					without += len(e.Stations)
				}
			}
		}
		add(scheduler.DueJobName, s.Start, time.Second, say("schedule.due_summary", "slots", stations, "without", without))
	}
	slices.SortFunc(runs, func(a, b scheduler.Run) int {
		return cmp.Or(a.ScheduledAt.Compare(b.ScheduledAt), cmp.Compare(a.Job, b.Job))
	})
	for _, r := range runs {
		if _, err := w.store.BeginRun(w.ctx, r); err != nil {
			return err
		}
	}
	return nil
}
