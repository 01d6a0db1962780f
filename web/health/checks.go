package health

import (
	"maps"
	"slices"
	"strings"
	"time"

	"loa/internal/text"
	"loa/scheduler"
)

// Name is one of the things looked at.
type Name string

// The things looked at, in the order they are told.
const (
	Backup   Name = "backup"   // when the last one was taken
	Trial    Name = "trial"    // when one was last restored for trial, where the server keeps them itself
	Disk     Name = "disk"     // whether it takes writes, and how much is free
	Clock    Name = "clock"    // whether the time is in doubt
	Records  Name = "records"  // what the nightly reading of everything found
	Audio    Name = "audio"    // whether its files are still what they were
	Jobs     Name = "jobs"     // which failed when they last ran
	Messages Name = "messages" // those that could not be sent
)

// Names lists them all.
var Names = []Name{Backup, Trial, Disk, Clock, Records, Audio, Jobs, Messages}

// State is how a thing stands.
type State string

// The states, the best first.
const (
	Good State = "good"
	Look State = "look" // somebody should see to it within days
	Mend State = "mend" // now
)

// States lists them all.
var States = []State{Good, Look, Mend}

// Check is what was found of one thing.
type Check struct {
	Name  Name
	State State
	Said  text.Phrase
	Do    text.Phrase // what to do; zero where nothing is
	Path  string      // the page for it, "" for none
}

// Facts are what is looked at.
type Facts struct {
	Now     time.Time
	Since   time.Time                // the installation's beginning
	Last    map[string]scheduler.Run // of each job that ran, the last that ended
	Dead    int                      // deliveries given up or refused lately
	Many    bool                     // there are more than Dead
	Free    int64                    // bytes; see Sized
	Size    int64                    // of the whole disk
	Sized   bool                     // the system told Free and Size
	Wrong   error                    // what keeps the disk from taking writes
	Doubt   error                    // what makes the clock doubtful
	Place   string                   // where the server keeps backups by itself, "" for nowhere
	Tries   bool                     // it restores them for trial too
	Away    time.Time                // where it cannot: when somebody who has the key last did, as far as is known
	Backup  scheduler.Run            // the last one that was made or sent well; zero for none
	Trial   scheduler.Run            // the last one that was restored well
	Own     []string                 // jobs that have a check of their own
	Within  time.Duration            // how long it takes to read all audio again
	Damaged int                      // files of audio that are not what they were, or are missing
	Of      []string                 // the names of the recordings of some of them
}

// From when on somebody has to look.
const (
	backupLook = 7 * 24 * time.Hour // by hand
	backupMend = 30 * 24 * time.Hour
	keptLook   = 26 * time.Hour // by the clock
	keptMend   = 7 * 24 * time.Hour
	trialLook  = 35 * 24 * time.Hour
	verifyLook = 3 * 24 * time.Hour
	freeMend   = 1 << 30 // uploads are refused below a quarter of it
	freeLook   = 10      // percent of the disk
)

// Of looks at everything.
func Of(f Facts) []Check {
	all := []Check{f.backup()}
	if f.Place != "" {
		all = append(all, f.trial())
	}
	return append(all, f.disk(), f.clock(), f.records(), f.audio(), f.jobs(), f.messages())
}

// Worst is the worst state of a list.
func Worst(list []Check) State {
	worst := Good
	for _, c := range list {
		if c.State == Mend || c.State == Look && worst == Good {
			worst = c.State
		}
	}
	return worst
}

func (f Facts) backup() Check {
	c := Check{Name: Backup, State: Good, Path: backupPath, Do: text.NewPhrase("health.backup_do")}
	look, mend := backupLook, backupMend
	if f.Place != "" {
		look, mend, c.Do = keptLook, keptMend, text.NewPhrase("health.backup_kept", "place", f.Place)
	}
	since := f.Since
	if f.ever(f.Backup) {
		since = f.Backup.EndedAt
		c.Said = text.NewPhrase("health.backup_last", "at", since, "did", ran{f.Backup})
	} else {
		c.State, c.Said = Look, text.NewPhrase("health.backup_never")
	}
	if last := f.Last[MakeJob]; f.Place != "" && last.Outcome != "" && !f.ever(last) {
		c.State, c.Said = Look, text.NewPhrase("health.backup_failed", "at", last.EndedAt, "since", since)
	}
	switch age := f.Now.Sub(since); {
	case age > mend:
		c.State = Mend
	case age > look:
		c.State = Look
	}
	return c
}

func (f Facts) ever(run scheduler.Run) bool { return run.Outcome == scheduler.Done }

func (f Facts) trial() Check {
	c := Check{Name: Trial, State: Good, Path: backupPath}
	last := f.Last[TryJob]
	switch {
	case !f.Tries && f.Now.Sub(f.Away) > trialLook:
		c.State, c.Said, c.Do = Look, text.NewPhrase("health.trial_away"), text.NewPhrase("health.trial_away_do")
	case !f.Tries:
		c.Said = text.NewPhrase("health.trial_elsewhere", "at", f.Away)
	case last.Outcome != "" && !f.ever(last):
		c.State, c.Said, c.Do = Mend, text.NewPhrase("health.trial_bad", "at", last.EndedAt), text.NewPhrase("health.trial_do")
	case !f.ever(f.Trial):
		c.State, c.Said, c.Do = Look, text.NewPhrase("health.trial_never"), text.NewPhrase("health.trial_wait")
	case f.Now.Sub(f.Trial.EndedAt) > trialLook:
		c.State, c.Said, c.Do = Look, text.NewPhrase("health.trial_old", "at", f.Trial.EndedAt), text.NewPhrase("health.trial_wait")
	default:
		c.Said = text.NewPhrase("health.trial_good", "at", f.Trial.EndedAt, "did", ran{f.Trial})
	}
	return c
}

func (f Facts) disk() Check {
	c := Check{Name: Disk, State: Good, Said: text.NewPhrase("health.disk_writes")}
	if f.Sized {
		c.Said = text.NewPhrase("health.disk_free", "free", text.Bytes(f.Free), "size", text.Bytes(f.Size))
	}
	switch {
	case f.Wrong != nil:
		c.State, c.Said, c.Do = Mend, text.NewPhrase("health.disk_wrong"), text.NewPhrase("health.disk_do")
	case f.Sized && f.Free < freeMend:
		c.State, c.Do = Mend, text.NewPhrase("health.disk_do")
	case f.Sized && f.Free < f.Size/100*freeLook:
		c.State, c.Do = Look, text.NewPhrase("health.disk_do")
	}
	return c
}

func (f Facts) clock() Check {
	if f.Doubt != nil {
		return Check{Clock, Mend, text.NewPhrase("health.clock_doubt"), text.NewPhrase("health.clock_do"), "/clock"}
	}
	return Check{Name: Clock, State: Good, Said: text.NewPhrase("health.clock_right", "at", f.Now), Path: "/clock"}
}

func (f Facts) records() Check {
	c := Check{Name: Records, State: Good, Path: "/runs"}
	last, ran := f.Last[VerifyJob]
	switch {
	case !ran:
		c.Said = text.NewPhrase("health.records_never")
	case last.Outcome != scheduler.Done:
		c.State, c.Said, c.Do = Mend, text.NewPhrase("health.records_bad", "at", last.EndedAt), text.NewPhrase("health.records_do")
	case f.Now.Sub(last.EndedAt) > verifyLook:
		c.State, c.Said, c.Do = Look, text.NewPhrase("health.records_old", "at", last.EndedAt), text.NewPhrase("health.records_wait")
	default:
		c.Said = text.NewPhrase("health.records_good", "at", last.EndedAt)
	}
	return c
}

func (f Facts) audio() Check {
	c := Check{Name: Audio, State: Good, Path: "/runs", Said: text.NewPhrase("health.audio_good", "days", int(f.Within.Hours()/24))}
	last, ran := f.Last[RereadJob]
	switch {
	case f.Damaged > 0:
		c.State, c.Said, c.Do = Mend, text.NewPhrase("health.audio_unused", "n", f.Damaged), text.NewPhrase("health.audio_do")
		if len(f.Of) > 0 {
			c.Said = text.NewPhrase("health.audio_bad", "n", f.Damaged, "names", strings.Join(f.Of, "; "))
		}
	case ran && last.Outcome != scheduler.Done:
		c.State, c.Said, c.Do = Look, text.NewPhrase("health.audio_failed", "at", last.EndedAt), text.NewPhrase("health.jobs_do")
	}
	return c
}

func (f Facts) jobs() Check {
	var failed jobNames
	for _, name := range slices.Sorted(maps.Keys(f.Last)) {
		switch f.Last[name].Outcome {
		case scheduler.Failed, scheduler.Panicked, scheduler.TimedOut:
			if !slices.Contains(f.Own, name) {
				failed = append(failed, name)
			}
		}
	}
	if len(failed) == 0 {
		return Check{Name: Jobs, State: Good, Said: text.NewPhrase("health.jobs_good", "n", len(f.Last)), Path: "/runs"}
	}
	return Check{Jobs, Look, text.NewPhrase("health.jobs_failed", "n", len(failed), "names", failed), text.NewPhrase("health.jobs_do"), "/runs"}
}

func (f Facts) messages() Check {
	const path = "/settings/deliveries"
	if f.Dead == 0 {
		return Check{Name: Messages, State: Good, Said: text.NewPhrase("health.messages_good"), Path: path}
	}
	key := "health.messages_dead"
	if f.Many {
		key = "health.messages_many"
	}
	return Check{Messages, Look, text.NewPhrase(key, "n", f.Dead), text.NewPhrase("health.messages_do"), path}
}

// ran is what a run did, in either language.
type ran struct{ scheduler.Run }

// Words says it.
func (r ran) Words(l text.Language) string { return r.Did(l) }

// jobNames are jobs, as people call them.
type jobNames []string

// Words lists them.
func (list jobNames) Words(l text.Language) string {
	named := make([]string, len(list))
	for i, name := range list {
		named[i] = l.Say("job." + name)
	}
	return strings.Join(named, "; ")
}
