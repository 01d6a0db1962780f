package bolt

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"time"

	"loa/accounts"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
	"loa/store"
)

var (
	scripts    = table[string]{name: "scripts"}        // by episode
	dues       = table[scheduler.Due]{name: "dues"}    // by start and rule
	runs       = table[scheduler.Run]{name: "runs"}    // by scheduled time and job
	openRuns   = table[string]{name: "open_runs"}      // by job and scheduled time: the job; those unfinished
	runsOf     = table[string]{name: "runs_of_jobs"}   // by job and scheduled time: the job
	jobCursors = table[time.Time]{name: "job_cursors"} // by job
)

// keepSchedule puts one record of the schedule and says that it changed.
func keepSchedule[T any](tx *tx, t table[T], id string, rec T) error {
	return errors.Join(t.put(tx, []byte(id), rec), tx.s.schedule.touch(tx))
}

// SaveProgramme implements scheduler.Store.
func (s *Store) SaveProgramme(ctx context.Context, m accounts.Meta, c scheduler.SaveProgramme) (scheduler.Programme, error) {
	if err := s.refresh(ctx); err != nil {
		return scheduler.Programme{}, err
	}
	return change(ctx, s, m, "scheduler.save_programme", c, func(tx *tx) (scheduler.Programme, error) {
		facts, err := s.schedule.get(tx)
		if err != nil {
			return scheduler.Programme{}, err
		}
		p, err := scheduler.DecideProgramme(facts, m, c)
		if err != nil {
			return p, err
		}
		return p, keepSchedule(tx, programmeRecords, p.ID, p)
	})
}

// RetireProgramme implements scheduler.Store.
func (s *Store) RetireProgramme(ctx context.Context, m accounts.Meta, c scheduler.RetireProgramme) (scheduler.Programme, error) {
	if err := s.refresh(ctx); err != nil {
		return scheduler.Programme{}, err
	}
	return change(ctx, s, m, "scheduler.retire_programme", c, func(tx *tx) (scheduler.Programme, error) {
		facts, err := s.schedule.get(tx)
		if err != nil {
			return scheduler.Programme{}, err
		}
		p, ended, err := scheduler.DecideRetire(facts, m, c)
		if err != nil {
			return p, err
		}
		for _, r := range ended {
			if err := keepSchedule(tx, ruleRecords, r.ID, r); err != nil {
				return p, err
			}
		}
		return p, keepSchedule(tx, programmeRecords, p.ID, p)
	})
}

// SaveEpisode implements scheduler.Store.
func (s *Store) SaveEpisode(ctx context.Context, m accounts.Meta, c scheduler.SaveEpisode) (scheduler.Episode, error) {
	if err := s.refresh(ctx); err != nil {
		return scheduler.Episode{}, err
	}
	return change(ctx, s, m, "scheduler.save_episode", c, func(tx *tx) (scheduler.Episode, error) {
		facts, err := s.schedule.get(tx)
		if err != nil {
			return scheduler.Episode{}, err
		}
		var recording *library.Recording
		if r, found, err := recordings.get(tx, []byte(c.Audio)); err != nil {
			return scheduler.Episode{}, err
		} else if found {
			recording = &r
		}
		e, script, err := scheduler.DecideEpisode(facts, recording, m, c)
		if err != nil {
			return e, err
		}
		return e, errors.Join(scripts.put(tx, []byte(e.ID), script), keepSchedule(tx, episodeRecords, e.ID, e))
	})
}

// MoveEpisode implements scheduler.Store.
func (s *Store) MoveEpisode(ctx context.Context, m accounts.Meta, c scheduler.MoveEpisode) (scheduler.Episode, error) {
	if err := s.refresh(ctx); err != nil {
		return scheduler.Episode{}, err
	}
	return change(ctx, s, m, "scheduler.move_episode", c, func(tx *tx) (scheduler.Episode, error) {
		facts, err := s.schedule.get(tx)
		if err != nil {
			return scheduler.Episode{}, err
		}
		e, err := scheduler.DecideMove(facts, m, c)
		if err != nil {
			return e, err
		}
		return e, keepSchedule(tx, episodeRecords, e.ID, e)
	})
}

// SaveRule implements scheduler.Store.
func (s *Store) SaveRule(ctx context.Context, m accounts.Meta, c scheduler.SaveRule) (scheduler.Rule, error) {
	return changeRule(ctx, s, m, "scheduler.save_rule", c, scheduler.DecideRule)
}

// SaveException implements scheduler.Store.
func (s *Store) SaveException(ctx context.Context, m accounts.Meta, c scheduler.SaveException) (scheduler.Rule, error) {
	return changeRule(ctx, s, m, "scheduler.save_exception", c, scheduler.DecideException)
}

// changeRule keeps the rule that decide makes of a command.
func changeRule[C any](ctx context.Context, s *Store, m accounts.Meta, name string, c C,
	decide func(*scheduler.Schedule, *stations.Registry, accounts.Meta, C) (scheduler.Rule, error)) (scheduler.Rule, error) {
	if err := s.refresh(ctx); err != nil {
		return scheduler.Rule{}, err
	}
	return change(ctx, s, m, name, c, func(tx *tx) (scheduler.Rule, error) {
		facts, err := s.schedule.get(tx)
		if err != nil {
			return scheduler.Rule{}, err
		}
		reg, err := s.registry.get(tx)
		if err != nil {
			return scheduler.Rule{}, err
		}
		r, err := decide(facts, reg, m, c)
		if err != nil {
			return r, err
		}
		return r, keepSchedule(tx, ruleRecords, r.ID, r)
	})
}

// Script implements scheduler.Store.
func (s *Store) Script(ctx context.Context, episode string) (script string, err error) {
	err = s.view(ctx, func(tx *tx) error {
		var found bool
		if script, found, err = scripts.get(tx, []byte(episode)); err == nil && !found {
			err = scheduler.NoEpisode(episode)
		}
		return err
	})
	return script, err
}

// RecordDue implements scheduler.Store.
func (s *Store) RecordDue(ctx context.Context, d scheduler.Due) error {
	return s.update(ctx, func(tx *tx) error {
		key := append(timeKey(d.Start), d.Rule...)
		if _, found, err := dues.get(tx, key); err != nil || found {
			return err
		}
		return dues.put(tx, key, d)
	})
}

// Dues implements scheduler.Store.
func (s *Store) Dues(ctx context.Context, from, until time.Time) iter.Seq2[scheduler.Due, error] {
	return func(yield func(scheduler.Due, error) bool) {
		err := s.view(ctx, func(tx *tx) error {
			for e, err := range dues.ascend(tx, timeKey(from), timeKey(until)) {
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					return err
				}
				if !yield(e.rec, nil) {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			yield(scheduler.Due{}, err)
		}
	}
}

func runKey(job string, at time.Time) []byte { return append(timeKey(at), job...) }

func jobKey(job string, at time.Time) []byte {
	return append(append([]byte(job), 0), timeKey(at)...)
}

// JobState implements scheduler.Runs.
func (s *Store) JobState(ctx context.Context, job string) (state scheduler.JobState, err error) {
	err = s.view(ctx, func(tx *tx) error {
		state = scheduler.JobState{}
		if state.Cursor, state.Known, err = jobCursors.get(tx, []byte(job)); err != nil {
			return err
		}
		prefix := append([]byte(job), 0)
		for e, err := range openRuns.ascend(tx, prefix, after(prefix)) {
			if err != nil {
				return err
			}
			r, err := runs.named(tx, append(bytes.Clone(e.key[len(prefix):]), job...), openRuns.name, e.key)
			if err != nil {
				return err
			}
			state.Unfinished = append(state.Unfinished, r)
		}
		return nil
	})
	return state, err
}

// BeginRun implements scheduler.Runs.
func (s *Store) BeginRun(ctx context.Context, r scheduler.Run) (begun bool, err error) {
	err = s.update(ctx, func(tx *tx) error {
		begun = false
		old, found, err := runs.get(tx, runKey(r.Job, r.ScheduledAt))
		if err != nil {
			return err
		}
		cursor, known, err := jobCursors.get(tx, []byte(r.Job))
		if err != nil {
			return err
		}
		if !known || r.ScheduledAt.After(cursor) {
			if err := jobCursors.put(tx, []byte(r.Job), r.ScheduledAt.UTC()); err != nil {
				return err
			}
		}
		if begun = !found || old.Attempt < r.Attempt; !begun {
			return nil
		}
		return tx.putRun(r)
	})
	return begun && err == nil, err
}

// EndRun implements scheduler.Runs.
func (s *Store) EndRun(ctx context.Context, r scheduler.Run) error {
	return s.update(ctx, func(tx *tx) error { return tx.putRun(r) })
}

// putRun keeps a run and whether it is unfinished.
func (tx *tx) putRun(r scheduler.Run) error {
	key := jobKey(r.Job, r.ScheduledAt)
	err := errors.Join(runs.put(tx, runKey(r.Job, r.ScheduledAt), r), runsOf.put(tx, key, r.Job))
	if r.Outcome.Open() {
		return errors.Join(err, openRuns.put(tx, key, r.Job))
	}
	return errors.Join(err, openRuns.remove(tx, key))
}

// runsByJob fills the index of runs by job.
func runsByJob(tx *tx) error {
	for e, err := range runs.ascend(tx, nil, nil) {
		if err == nil {
			err = runsOf.put(tx, jobKey(e.rec.Job, e.rec.ScheduledAt), e.rec.Job)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// SetCursor implements scheduler.Runs.
func (s *Store) SetCursor(ctx context.Context, job string, at time.Time) error {
	return s.update(ctx, func(tx *tx) error { return jobCursors.put(tx, []byte(job), at.UTC()) })
}

// RunsBefore implements scheduler.RunLog.
func (s *Store) RunsBefore(ctx context.Context, job string, before time.Time, limit int) (list []scheduler.Run, err error) {
	err = s.view(ctx, func(tx *tx) error {
		if list = nil; job != "" { // at one instant it has one run
			prefix := append([]byte(job), 0)
			for e, err := range runsOf.descend(tx, prefix, jobKey(job, before)) {
				if err == nil && len(list) >= limit {
					return ctx.Err()
				}
				var r scheduler.Run
				if err == nil {
					r, err = runs.named(tx, append(bytes.Clone(e.key[len(prefix):]), job...), runsOf.name, e.key)
				}
				if err != nil {
					return err
				}
				list = append(list, r)
			}
			return nil
		}
		for e, err := range runs.descend(tx, nil, timeKey(before)) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			if len(list) >= limit && !e.rec.ScheduledAt.Equal(list[len(list)-1].ScheduledAt) {
				return nil
			}
			list = append(list, e.rec)
		}
		return nil
	})
	return list, err
}

// checkSchedule checks what the schedule's records say of each other, and the
// index of unfinished runs.
func checkSchedule(tx *tx, report func(store.Problem)) error {
	s, err := tx.s.schedule.load(tx)
	if err != nil {
		return err
	}
	for _, e := range s.Episodes {
		if _, err := s.Programme(e.Programme); err != nil {
			report(store.Problem{Table: episodeRecords.name, Key: e.ID, What: "its programme is missing"})
		}
		if _, found, err := scripts.get(tx, []byte(e.ID)); err == nil && !found {
			report(store.Problem{Table: episodeRecords.name, Key: e.ID, What: "its script is missing"})
		}
		if e.Audio == "" {
			continue
		}
		if _, found, err := recordings.get(tx, []byte(e.Audio)); err == nil && !found {
			report(store.Problem{Table: episodeRecords.name, Key: e.ID, What: "its recording is missing"})
		}
	}
	for _, r := range s.Rules {
		for _, v := range r.Versions {
			if _, err := s.Programme(v.Programme); err != nil {
				report(store.Problem{Table: ruleRecords.name, Key: r.ID, What: "its programme is missing"})
			}
		}
	}
	running, listed := 0, 0
	for e, err := range runs.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if listed++; !runsOf.has(tx, jobKey(e.rec.Job, e.rec.ScheduledAt)) {
			report(store.Problem{Table: runs.name, Key: e.rec.Job, What: "not in the index of its job"})
			listed--
		}
		if !e.rec.Outcome.Open() {
			continue
		}
		running++
		if _, found, err := openRuns.get(tx, jobKey(e.rec.Job, e.rec.ScheduledAt)); err == nil && !found {
			report(store.Problem{Table: runs.name, Key: e.rec.Job, What: "unfinished, but not in the index of open runs"})
		}
	}
	for _, err := range openRuns.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		running--
	}
	for _, err := range runsOf.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		listed--
	}
	if listed < 0 {
		report(store.Problem{Table: runsOf.name, What: "lists runs that are not there"})
	}
	if running < 0 {
		report(store.Problem{Table: openRuns.name, What: "lists runs that are over"})
	}
	return nil
}
