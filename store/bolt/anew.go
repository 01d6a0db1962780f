package bolt

import (
	"context"
	"encoding/binary"
	"errors"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/stations"
)

// decidedAnew is what was decided anew about the past.
var decidedAnew = table[coverage.AnewDone]{name: "decided_anew"} // by number

// anew lets the noun decide, puts the record, and counts the weeks again before
// and after.
func anew(tx *tx, m accounts.Meta, c coverage.Anew) (done coverage.AnewDone, err error) {
	var f coverage.AnewFacts
	if f.Registry, err = tx.s.registry.get(tx); err != nil {
		return done, err
	}
	if f.Schedule, err = tx.s.schedule.get(tx); err != nil {
		return done, err
	}
	if f.Settings, err = settingsOf(tx); err != nil {
		return done, err
	}
	change, err := coverage.DecideAnew(f, m, c)
	if err != nil {
		return done, err
	}
	cal := f.Settings.Calendar(text.Zone)
	first, last := cal.Week(c.From.Start(text.Zone)), cal.Week(m.At)
	if change.Settings != nil {
		first-- // its end moves
	}
	first = max(first, last-coverage.MaxWeeks+1)
	weeks := make([]coverage.WeekEffect, 0, last-first+1)
	before, err := newCounter(tx, f.Registry)
	if err != nil {
		return done, err
	}
	for w := first; w <= last; w++ {
		e, err := weekStands(before, w, m)
		if err != nil {
			return done, err
		}
		weeks = append(weeks, e)
	}
	if done, err = coverage.NewAnewDone(m, c, change, weeks); err != nil {
		return done, err
	}
	switch {
	case change.Programme != nil:
		err = keepSchedule(tx, programmeRecords, change.Programme.ID, *change.Programme)
	case change.Station != nil:
		err = tx.s.putStations(tx, nil, []stations.Station{*change.Station})
	default:
		err = settings.put(tx, settingsKey, *change.Settings)
	}
	if err == nil && change.Station == nil {
		tx.weighed = nil
		err = retally(tx)
	}
	if err != nil {
		return done, err
	}
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return done, err
	}
	after, err := newCounter(tx, reg)
	if err != nil {
		return done, err
	}
	for _, e := range weeks {
		then, err := after.count(e.Week, m.At)
		if err != nil {
			return done, err
		}
		done = done.With(e, then.Counts)
	}
	return done, nil
}

// weekStands is what a week shows, as frozen where it is closed, and what it counts.
func weekStands(c *counter, w airing.Week, m accounts.Meta) (e coverage.WeekEffect, err error) {
	e.Week = w
	frozen, closed, err := closedCounts(c.tx, w)
	if err != nil {
		return e, err
	}
	now, err := c.count(w, m.At)
	if e.Before, e.After = now.Counts, now.Counts; closed {
		e.Closed, e.Before = true, frozen
	}
	return e, err
}

// errForetold rolls back what was only tried.
var errForetold = errors.New("foretold")

// ForetellAnew implements coverage.Decider: it makes the change and takes it back,
// so that what is foretold is what will be.
func (s *Store) ForetellAnew(ctx context.Context, m accounts.Meta, c coverage.Anew) (done coverage.AnewDone, err error) {
	if err := s.refresh(ctx); err != nil {
		return done, err
	}
	b, err := s.db.Begin(true)
	if err != nil {
		return done, diskFault(err, "change")
	}
	defer func() { err = errors.Join(err, b.Rollback()) }()
	tried := &tx{b: b, s: s}
	err = tried.run(func(tx *tx) error {
		if done, err = anew(tx, m, c); err != nil {
			return err
		}
		return errForetold
	})
	if errors.Is(err, errForetold) {
		err = nil
	}
	return done, err
}

// DecideAnew implements coverage.Decider.
func (s *Store) DecideAnew(ctx context.Context, m accounts.Meta, c coverage.Anew) (coverage.AnewDone, error) {
	if err := s.refresh(ctx); err != nil {
		return coverage.AnewDone{}, err
	}
	return change(ctx, s, m, "coverage.decide_anew", c, func(tx *tx) (coverage.AnewDone, error) {
		done, err := anew(tx, m, c)
		if err != nil {
			return done, err
		}
		done.Number = decidedAnew.bucket(tx).Stats().KeyN + 1
		return done, decidedAnew.put(tx, numberKey(uint32(done.Number)), done)
	})
}

// DecidedAnew implements coverage.Decider.
func (s *Store) DecidedAnew(ctx context.Context, by accounts.Actor, q coverage.Newest) (list []coverage.AnewDone, next int, err error) {
	if err := coverage.MayRead(by, accounts.Where{}); err != nil {
		return nil, 0, err
	}
	return newest(ctx, s, decidedAnew, q)
}

// newest is a page of a table by number.
func newest[T any](ctx context.Context, s *Store, t table[T], q coverage.Newest) (list []T, next int, err error) {
	var until []byte
	if q.After > 0 {
		until = numberKey(uint32(q.After))
	}
	limit := min(max(q.Limit, 1), coverage.MostListed)
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, 0
		last := 0
		for e, err := range t.descend(tx, nil, until) {
			if err != nil {
				return err
			}
			if len(list) == limit {
				next = last
				return nil
			}
			list, last = append(list, e.rec), int(binary.BigEndian.Uint32(e.key))
		}
		return nil
	})
	return list, next, err
}
