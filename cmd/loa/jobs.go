package main

import (
	"context"
	"fmt"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolt"
)

// jobs are what the daemon does by the clock, all in Asia/Ho_Chi_Minh.
func (d *daemon) jobs() []scheduler.Job {
	return []scheduler.Job{
		scheduler.DueJob(d.store, d.store.Registry, d.cfg.now),
		{Name: "weeks_close", Cron: "30 0 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.closeWeeks},
		{Name: "uploads_sweep", Cron: "15 * * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.sweepUploads},
		{Name: "blobs_sweep", Cron: "45 2 * * *", Deadline: time.Hour, CatchUp: scheduler.CatchUpLatest, Run: d.sweepBlobs},
		{Name: "records_verify", Cron: "0 3 * * *", Deadline: time.Hour, CatchUp: scheduler.CatchUpNone, Run: d.verifyRecords},
	}
}

// closeBack is how many weeks back the job looks for one still open.
const closeBack = 60

// closeWeeks freezes every week that ended so long ago as the setting says.
func (d *daemon) closeWeeks(ctx context.Context, at time.Time) (string, error) {
	set, err := d.store.Settings(ctx)
	if err != nil {
		return "", err
	}
	cal := set.Calendar(text.Zone)
	last := cal.Week(at.AddDate(0, 0, -set.CloseAfterDays)) - 1
	// Weeks before there was an installation have nothing to freeze.
	first := max(last-closeBack, cal.Week(d.store.Created()))
	closed, err := d.store.ClosedWeeks(ctx, first, last)
	if err != nil {
		return "", err
	}
	n := 0
	for w := first; w <= last; w++ {
		if closed[w] {
			continue
		}
		if _, err := d.store.CloseWeek(ctx, accounts.Meta{ID: "close-" + w.String(), By: accounts.Daemon(), At: d.cfg.now()}, w); err != nil {
			return "", err
		}
		n++
	}
	return text.Vietnamese.Say("job.weeks_closed", "n", n, "last", airing.Week(last)), nil
}

// sweepUploads removes uploads nobody went on with.
func (d *daemon) sweepUploads(ctx context.Context, _ time.Time) (string, error) {
	n, err := d.desk.Sweep(ctx, d.cfg.now())
	return text.Vietnamese.Say("job.uploads_swept", "n", n), err
}

// sweepBlobs removes bytes that nothing points at any more.
func (d *daemon) sweepBlobs(ctx context.Context, _ time.Time) (string, error) {
	set, err := d.store.LibrarySettings(ctx)
	if err != nil {
		return "", err
	}
	n, freed, err := audio.SweepBlobs(ctx, d.blobs, d.store.BlobRefs, d.cfg.now().Add(-set.Grace))
	return text.Vietnamese.Say("job.blobs_swept", "n", n, "size", text.Bytes(freed)), err
}

// verifyRecords reads the whole database, so that rot is found while there is
// still a good backup.
func (d *daemon) verifyRecords(ctx context.Context, _ time.Time) (string, error) {
	var problems []bolt.Problem
	n, err := d.store.Verify(ctx, func(p bolt.Problem) { problems = append(problems, p) })
	if err != nil {
		return "", err
	}
	if len(problems) > 0 {
		return "", fault.New(fault.Unavailable, "cli.verify.bad", "n", len(problems)).Because(fmt.Errorf("%v", problems[0]))
	}
	return text.Vietnamese.Say("job.records_verified", "n", n), nil
}
