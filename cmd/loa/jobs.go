package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/audio/fingerprint"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/store"
	"loa/web/health"
)

// jobs are what the daemon does by the clock, all in Asia/Ho_Chi_Minh.
func (d *daemon) jobs() []scheduler.Job {
	jobs := []scheduler.Job{
		scheduler.DueJob(d.store, d.store.Registry, d.cfg.now),
		{Name: "weeks_close", Cron: "30 0 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.closeWeeks},
		{Name: "copies_make", Cron: "25 * * * *", Deadline: 50 * time.Minute, CatchUp: scheduler.CatchUpNone, Run: d.makeCopies},
		{Name: "uploads_sweep", Cron: "15 * * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.sweepUploads},
		{Name: "recordings_expire", Cron: "35 2 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.expireRecordings},
		{Name: "blobs_sweep", Cron: "45 2 * * *", Deadline: time.Hour, CatchUp: scheduler.CatchUpLatest, Run: d.sweepBlobs},
		{Name: health.RereadJob, Cron: "40 * * * *", Deadline: 50 * time.Minute, CatchUp: scheduler.CatchUpAll, Run: d.rereadBlobs},
		{Name: "sounds_compare", Cron: "25 * * * *", Deadline: 20 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.compareSounds},
		{Name: "proofs_judge", Cron: "50 * * * *", Deadline: 50 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.judgeProofs},
		{Name: "slots_soon", Cron: "*/10 * * * *", Deadline: 5 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.telling("job.told_soon", d.slotsSoon)},
		{Name: "said_ask", Cron: "*/10 * * * *", Deadline: 5 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.telling("job.told_said", d.saidAsk)},
		{Name: "slots_missed", Cron: "0 7 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest,
			Run: d.telling("job.told_missed", d.slotsMissed)},
		{Name: "week_summary", Cron: "0 7 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.telling("job.told_week", d.weekSummary)},
		{Name: "contests_remind", Cron: "30 7 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest,
			Run: d.telling("job.told_contests", d.contestsRemind)},
		{Name: "plan_remind", Cron: "15 7 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.telling("job.told_plan", d.planRemind)},
		{Name: "messages_forget", Cron: "20 2 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.forgetMessages},
		{Name: "quiz_forget", Cron: "10 2 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.forgetQuizPeople},
		{Name: "pages_blank", Cron: "50 2 * * *", Deadline: time.Hour, CatchUp: scheduler.CatchUpLatest, Run: d.blankPages},
		{Name: "books_forget", Cron: "10 2 * * *", Deadline: 10 * time.Minute, CatchUp: scheduler.CatchUpLatest, Run: d.forgetBooks},
		{Name: "records_verify", Cron: "0 3 * * *", Deadline: time.Hour, CatchUp: scheduler.CatchUpNone, Run: d.verifyRecords},
	}
	if d.cfg.backups.name != "" {
		jobs = append(jobs, scheduler.Job{Name: health.MakeJob, Cron: "5 * * * *", Deadline: 6 * time.Hour, CatchUp: scheduler.CatchUpLatest,
			Run: d.keeper.makeJob})
		if d.cfg.backups.opens() {
			jobs = append(jobs, scheduler.Job{Name: health.TryJob, Cron: "20 3 * * 0", Deadline: 12 * time.Hour, CatchUp: scheduler.CatchUpLatest,
				Run: d.keeper.tryJob})
		}
	}
	return jobs
}

// closeBack is how many weeks back the job looks for one still open.
const closeBack = 60

// closeWeeks freezes every week that ended so long ago as the setting says.
func (d *daemon) closeWeeks(ctx context.Context, at time.Time) (text.Phrase, error) {
	set, err := d.store.AiringSettings(ctx)
	if err != nil {
		return text.Phrase{}, err
	}
	cal := set.Calendar(text.Zone)
	last := cal.Week(at.AddDate(0, 0, -set.CloseAfterDays)) - 1
	// Weeks before there was an installation have nothing to freeze.
	first := max(last-closeBack, cal.Week(d.store.Created()))
	closed, err := d.store.ClosedWeeks(ctx, first, last)
	if err != nil {
		return text.Phrase{}, err
	}
	n := 0
	for w := first; w <= last; w++ {
		if stands, ever := closed[w]; ever && !stands.MayCloseAgain(at, set.CloseAfterDays) {
			continue
		}
		_, err := d.store.CloseWeek(ctx, accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: d.cfg.now()}, coverage.Close{Week: w})
		if fault.Is(err, "coverage.nothing_to_close") {
			continue
		}
		if err != nil {
			return text.Phrase{}, err
		}
		n++
	}
	return text.NewPhrase("job.weeks_closed", "n", n, "last", airing.Week(last)), nil
}

// forgetQuizPeople erases names and numbers of people of knowledge contests whose time is over.
func (d *daemon) forgetQuizPeople(ctx context.Context, _ time.Time) (text.Phrase, error) {
	n, err := d.store.ForgetPeople(ctx, accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: d.cfg.now()})
	return text.NewPhrase("job.quiz_forgot", "n", n), err
}

// blankPages overwrites what was forgotten, on the disk.
func (d *daemon) blankPages(ctx context.Context, _ time.Time) (text.Phrase, error) {
	n, err := d.store.Blank(ctx)
	return text.NewPhrase("job.pages_blanked", "n", n), err
}

// forgetBooks removes files of log books, made or brought, that were kept for a week.
func (d *daemon) forgetBooks(ctx context.Context, at time.Time) (text.Phrase, error) {
	n, err := d.books.Sweep(at)
	if err == nil {
		_, err = d.clerk.Sweep(ctx, at) // workbooks that nobody applied
	}
	return text.NewPhrase("job.books_forgotten", "n", n), err
}

// sweepUploads removes uploads nobody went on with.
func (d *daemon) sweepUploads(ctx context.Context, _ time.Time) (text.Phrase, error) {
	n, err := d.desk.Sweep(ctx, d.cfg.now())
	return text.NewPhrase("job.uploads_swept", "n", n), err
}

// makeCopies makes the copies that are still due, for stations and for juries:
// after a full disk, a new target, or when an encoder was installed.
func (d *daemon) makeCopies(ctx context.Context, _ time.Time) (text.Phrase, error) {
	made, failed, err := d.copier.MakeAll(ctx)
	blind, berr := d.booth.Prepare(ctx)
	return text.NewPhrase("job.copies_made", "n", made, "failed", failed, "blind", blind), errors.Join(err, berr)
}

// mostExpired is how many recordings one change removes, so that nobody's report
// waits long behind it.
const mostExpired = 100

// expireRecordings announces and removes what the library's retention lets go.
func (d *daemon) expireRecordings(ctx context.Context, at time.Time) (text.Phrase, error) {
	var done library.Expired
	for i, more := 0, true; more; i++ {
		if err := ctx.Err(); err != nil {
			return text.Phrase{}, err
		}
		m := accounts.Meta{ID: fmt.Sprintf("expire-%d-%d", at.Unix(), i), By: accounts.Daemon(), At: d.cfg.now()}
		some, err := d.store.ExpireRecordings(ctx, m, mostExpired)
		if err != nil {
			return text.Phrase{}, err
		}
		done.Removed, done.Announced = append(done.Removed, some.Removed...), done.Announced+some.Announced
		more = len(some.Removed) == mostExpired
	}
	return text.NewPhrase("job.recordings_expired", "n", len(done.Removed), "size", text.Bytes(done.Bytes()), "announced", done.Announced), nil
}

// sweepBlobs removes bytes that nothing points at any more.
func (d *daemon) sweepBlobs(ctx context.Context, _ time.Time) (text.Phrase, error) {
	set, err := d.store.LibrarySettings(ctx)
	if err != nil {
		return text.Phrase{}, err
	}
	now := d.cfg.now()
	if err := d.booth.Sweep(ctx, now.Add(-set.Grace)); err != nil {
		return text.Phrase{}, err
	}
	n, freed, err := library.SweepBlobs(ctx, d.blobs, d.store, now, set.Grace)
	return text.NewPhrase("job.blobs_swept", "n", n, "size", text.Bytes(freed)), err
}

// rereadBlobs reads again the blobs whose turn it is in that hour, and brings those that rotted back from the backups.
func (d *daemon) rereadBlobs(ctx context.Context, at time.Time) (text.Phrase, error) {
	set, err := d.store.LibrarySettings(ctx)
	if err != nil {
		return text.Phrase{}, err
	}
	done, err := library.Reread(ctx, d.blobs, d.store, set.Turn(at), d.cfg.now(), func(ctx context.Context, sha256 string) error {
		err := d.keeper.bring(ctx, sha256)
		d.cfg.log.Error("a file is not what its name says", "blob", sha256, "brought back", err == nil, "err", err)
		return err
	})
	if err == nil && len(done.Damaged) > 0 {
		err = fault.New(fault.Unavailable, "library.damaged", "n", len(done.Damaged)).Because(fmt.Errorf("%v", done.Damaged[0]))
	}
	return text.NewPhrase("job.blobs_read_again", "n", done.Blobs, "size", text.Bytes(done.Bytes), "mended", done.Mended), err
}

// mostCompared is how many recordings one run of compareSounds decodes: a
// quarter of an hour of sound takes a core some seconds. It looks at more, so
// that those whose bytes are missing do not keep the rest from their turn.
const mostCompared, mostLookedAt = 60, 2000

// compareSounds gives recordings that came without a fingerprint, or were cut off
// from it by a crash, theirs, and compares them with all others. What cannot be
// read has none, and is not tried again.
func (d *daemon) compareSounds(ctx context.Context, _ time.Time) (text.Phrase, error) {
	list, err := d.store.UncomparedRecordings(ctx, mostLookedAt)
	if err != nil {
		return text.Phrase{}, err
	}
	n := 0
	for _, r := range list {
		if n == mostCompared {
			break
		}
		print, err := d.fingerprint(ctx, r)
		if err != nil {
			switch fault.Of(err).Kind {
			case fault.NotFound:
				continue // removed meanwhile, or a backup will bring the bytes again
			case fault.Invalid, fault.Unsupported, fault.TooLarge: // print is empty
			default:
				return text.Phrase{}, err
			}
		}
		if err := d.store.CompareRecording(ctx, r.ID, print, d.cfg.now()); err != nil && !fault.Is(err, "library.no_recording") {
			return text.Phrase{}, err
		}
		n++
	}
	return text.NewPhrase("job.sounds_compared", "n", n), nil
}

// judgeProofs makes what approved episodes are found by, and listens to whatever evidence still
// waits: what came since is heard as it comes.
func (d *daemon) judgeProofs(ctx context.Context, _ time.Time) (text.Phrase, error) {
	made, err := d.prover.Prepare(ctx)
	n, jerr := d.prover.JudgeAll(ctx)
	_, serr := d.samples.ListenAll(ctx)
	return text.NewPhrase("job.proofs_judged", "n", n, "made", made), errors.Join(err, jerr, serr)
}

func (d *daemon) fingerprint(ctx context.Context, r library.Recording) (fingerprint.Print, error) {
	f, err := d.blobs.Open(ctx, r.Blob.SHA256)
	if err != nil {
		return fingerprint.Print{}, err
	}
	defer f.Close()
	return audio.Fingerprint(ctx, f, audio.Options{MaxBytes: r.Blob.Size, TempDir: d.blobs.TempDir()})
}

// verifyRecords reads the whole database, so that rot is found while there is
// still a good backup.
func (d *daemon) verifyRecords(ctx context.Context, _ time.Time) (text.Phrase, error) {
	var problems []store.Problem
	n, err := d.store.Verify(ctx, func(p store.Problem) { problems = append(problems, p) })
	if err != nil {
		return text.Phrase{}, err
	}
	if len(problems) > 0 {
		return text.Phrase{}, fault.New(fault.Unavailable, "cli.verify.bad", "n", len(problems)).Because(fmt.Errorf("%v", problems[0]))
	}
	return text.NewPhrase("job.records_verified", "n", n), nil
}
