package health

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolttest"
)

var now = time.Date(2024, 5, 13, 8, 0, 0, 0, text.Zone)

// well are the facts of a server that is well.
func well() Facts {
	run := func(ago time.Duration) scheduler.Run {
		return scheduler.Run{Outcome: scheduler.Done, EndedAt: now.Add(-ago), Summary: "Đã gửi 1 MB.", SummaryEn: "1 MB went."}
	}
	return Facts{Now: now, Since: now.AddDate(-1, 0, 0), Free: 50 << 30, Size: 100 << 30, Sized: true, Backup: run(24 * time.Hour),
		Own: []string{BackupJob, MakeJob, TryJob, VerifyJob}, Last: map[string]scheduler.Run{VerifyJob: run(5 * time.Hour), "weeks_close": run(time.Hour)}}
}

// Each thing that goes wrong is told of that thing alone, as bad as it is, and with what to do.
func TestWhatIsWrongIsTold(t *testing.T) {
	ended := func(name string, outcome scheduler.Outcome, ago time.Duration) func(*Facts) {
		return func(f *Facts) { f.Last[name] = scheduler.Run{Outcome: outcome, EndedAt: now.Add(-ago)} }
	}
	day := 24 * time.Hour
	backup := func(ago time.Duration) func(*Facts) { return func(f *Facts) { f.Backup.EndedAt = now.Add(-ago) } }
	// kept is a server that keeps backups by itself, and tried the last one so long ago.
	kept := func(made, tried time.Duration, bend func(*Facts)) func(*Facts) {
		return func(f *Facts) {
			f.Place, f.Tries, f.Trial = "/mnt/backup", true, f.Backup
			f.Backup.EndedAt, f.Trial.EndedAt = now.Add(-made), now.Add(-tried)
			f.Last[MakeJob], f.Last[TryJob] = f.Backup, f.Trial
			bend(f)
		}
	}
	as := func(*Facts) {}
	for name, c := range map[string]struct {
		bend  func(*Facts)
		about Name
		state State
	}{
		"well":                  {func(*Facts) {}, "", Good},
		"a backup of 7 days":    {backup(7 * day), "", Good},
		"a backup of 8 days":    {backup(8 * day), Backup, Look},
		"a backup of 31 days":   {backup(31 * day), Backup, Mend},
		"a backup cut short":    {ended(BackupJob, scheduler.Failed, time.Hour), "", Good},
		"never a backup":        {func(f *Facts) { f.Backup = scheduler.Run{} }, Backup, Mend},
		"none on the first day": {func(f *Facts) { f.Backup, f.Since = scheduler.Run{}, now.Add(-time.Hour) }, Backup, Look},
		"kept and tried":        {kept(time.Hour, 30*day, as), "", Good},
		"kept yesterday":        {kept(27*time.Hour, day, as), Backup, Look},
		"kept last week":        {kept(8*day, day, as), Backup, Mend},
		"never tried":           {kept(time.Hour, 0, func(f *Facts) { f.Trial = scheduler.Run{}; delete(f.Last, TryJob) }), Trial, Look},
		"tried long ago":        {kept(time.Hour, 36*day, as), Trial, Look},
		"a trial that failed":   {kept(time.Hour, day, ended(TryJob, scheduler.Failed, time.Hour)), Trial, Mend},
		"making that failed":    {kept(time.Hour, day, ended(MakeJob, scheduler.Failed, time.Hour)), Backup, Look},
		"a key that is away":    {kept(time.Hour, 0, func(f *Facts) { f.Trial, f.Tries = scheduler.Run{}, false; delete(f.Last, TryJob) }), Trial, Look},
		"tried where it is":     {kept(time.Hour, 0, func(f *Facts) { f.Tries, f.Away = false, now.AddDate(0, 0, -20); delete(f.Last, TryJob) }), "", Good},
		"a tenth is free":       {func(f *Facts) { f.Free = 11 << 30 }, "", Good},
		"less is free":          {func(f *Facts) { f.Free = 9 << 30 }, Disk, Look},
		"nearly nothing":        {func(f *Facts) { f.Free = 1 << 29 }, Disk, Mend},
		"a disk not told of":    {func(f *Facts) { f.Free, f.Size, f.Sized = 0, 0, false }, "", Good},
		"no writes":             {func(f *Facts) { f.Wrong = errors.New("read only") }, Disk, Mend},
		"a doubtful clock":      {func(f *Facts) { f.Doubt = errors.New("jumped") }, Clock, Mend},
		"damaged records":       {ended(VerifyJob, scheduler.Failed, time.Hour), Records, Mend},
		"not read for 4 days":   {ended(VerifyJob, scheduler.Done, 4*day), Records, Look},
		"a job that failed":     {ended("weeks_close", scheduler.TimedOut, time.Hour), Jobs, Look},
		"a job that was cut":    {ended("weeks_close", scheduler.Interrupted, time.Hour), "", Good},
		"a message given up":    {func(f *Facts) { f.Dead = 1 }, Messages, Look},
		"many of them":          {func(f *Facts) { f.Dead, f.Many = 50, true }, Messages, Look},
	} {
		f := well()
		c.bend(&f)
		list := Of(f)
		if Worst(list) != c.state {
			t.Errorf("%s: %s", name, Worst(list))
		}
		order := slices.DeleteFunc(slices.Clone(Names), func(n Name) bool { return n == Trial && f.Place == "" })
		for i, check := range list {
			if check.Name != order[i] {
				t.Errorf("%s: %s stands at %d", name, check.Name, i)
			}
			if (check.Name == c.about) != (check.State != Good) {
				t.Errorf("%s: %s is %s", name, check.Name, check.State)
			}
			for _, lang := range text.Languages {
				if said := check.Said.Words(lang); said == "" || said == check.Said.Key {
					t.Errorf("%s: %s says %q", name, check.Name, said)
				}
				if check.State != Good && (check.Do.Key == "" || check.Do.Words(lang) == check.Do.Key) {
					t.Errorf("%s: %s does not say what to do", name, check.Name)
				}
			}
		}
	}
}

// A backup stands in the log of runs, one that failed too.
func TestABackupIsNoted(t *testing.T) {
	s := bolttest.Open(t)
	at := now
	clock := func() time.Time { at = at.Add(time.Minute); return at }
	broken := errors.New("cut")
	for _, fails := range []error{nil, broken} {
		err := Note(context.Background(), s, clock, BackupJob, func() (text.Phrase, error) {
			return text.NewPhrase("job.backup_sent", "size", text.Bytes(5_000_000), "by", "Lan"), fails
		})
		if !errors.Is(err, fails) {
			t.Errorf("%v, want %v", err, fails)
		}
	}
	list, err := s.RunsBefore(t.Context(), BackupJob, at.Add(time.Hour), 5)
	if err != nil || len(list) != 2 || list[0].Outcome != scheduler.Failed || list[0].Error != "cut" || list[0].Summary != "" ||
		list[1].Outcome != scheduler.Done || list[1].Summary != "Đã gửi 5,0 MB cho Lan." || list[1].EndedAt.Sub(list[1].StartedAt) != time.Minute {
		t.Errorf("%+v, %v", list, err)
	}
}
