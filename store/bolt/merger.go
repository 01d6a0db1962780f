package bolt

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"io"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/contest"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// successions are the mergers and splits that were made, undone ones too.
var successions = table[coverage.Succession]{name: "successions"} // by number

// mergerFacts loads what a merger, a split or undoing one is judged by. The digest
// is of the weeks from the day on that are over.
func mergerFacts(tx *tx, m accounts.Meta, on stations.Date) (f coverage.MergerFacts, err error) {
	if f.Registry, err = tx.s.registry.get(tx); err != nil {
		return f, err
	}
	if f.Schedule, err = tx.s.schedule.get(tx); err != nil {
		return f, err
	}
	if f.People, err = people.all(tx); err != nil {
		return f, err
	}
	if f.Invitations, err = invitations.all(tx); err != nil {
		return f, err
	}
	f.Devices = map[string]int{}
	for _, p := range f.People {
		n, m := countBelow(tx, sessionsOf.name, owned(p.ID, "")), countBelow(tx, tokensOf.name, owned(p.ID, ""))
		f.Devices[p.ID] = n + m
	}
	if f.Contests, err = contestStates(tx); err != nil {
		return f, err
	}
	cal, first, last, err := weeksTouched(tx, m.At, on)
	if err != nil {
		return f, err
	}
	h := fnv.New128a()
	for w := first; w <= last && !m.At.Before(cal.Start(w+1)); w++ {
		weekRows(tx, h, w, tallies.name, excuses.name, closedWeeks.name)
	}
	f.Rows = h.Sum(nil)
	return f, nil
}

// weeksTouched are the weeks from the day to now, as many as are looked at.
func weeksTouched(tx *tx, at time.Time, on stations.Date) (cal airing.Calendar, first, last airing.Week, err error) {
	set, err := settingsOf(tx)
	if err != nil {
		return cal, 0, 0, err
	}
	cal = set.Calendar(text.Zone)
	first = cal.Week(on.Start(text.Zone))
	return cal, first, max(first, min(cal.Week(at), first+coverage.MaxMergerWeeks-1)), nil
}

// weekRows writes the rows of a week as they are kept, of tables by week.
func weekRows(tx *tx, h io.Writer, w airing.Week, tables ...string) {
	for _, name := range tables {
		c := tx.b.Bucket([]byte(name)).Cursor()
		until := weekKey(w + 1)
		for k, v := c.Seek(weekKey(w)); k != nil && bytes.Compare(k, until) < 0; k, v = c.Next() {
			tx.s.read.note(k, v)
			_, _ = h.Write(k) // a hash takes everything
			_, _ = h.Write(v) // as above
		}
	}
}

// countBelow is how many keys begin so.
func countBelow(tx *tx, name string, prefix []byte) (n int) {
	c := tx.b.Bucket([]byte(name)).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		tx.s.read.note(k, nil)
		n++
	}
	return n
}

// contestStates are all contests as their logs say.
func contestStates(tx *tx) (list []*contest.State, err error) {
	heads, err := contestHeads.all(tx)
	if err != nil {
		return nil, err
	}
	for _, head := range heads {
		s := contest.NewState(head.ID)
		prefix := contestKey(head.ID)
		for e, err := range contestEvents.ascend(tx, prefix, after(prefix)) {
			if err == nil {
				err = s.Apply(e.rec)
			}
			if err != nil {
				return nil, err
			}
		}
		list = append(list, s)
	}
	return list, nil
}

// weekEffects counts the weeks a merger, a split or undoing one touches, by the
// registry as it is and as it would be.
func weekEffects(tx *tx, at time.Time, on stations.Date, before, after *stations.Registry) (out []coverage.WeekEffect, err error) {
	cal, first, last, err := weeksTouched(tx, at, on)
	if err != nil {
		return nil, err
	}
	now, err := newCounter(tx, before)
	if err != nil {
		return nil, err
	}
	then, err := newCounter(tx, after)
	if err != nil {
		return nil, err
	}
	for w := first; w <= last; w++ {
		said, err := saidOf(tx, cal, w, at, nil)
		if err != nil {
			return nil, err
		}
		is, err := now.countSaid(w, at, said)
		if err != nil {
			return nil, err
		}
		would, err := then.countSaid(w, at, said)
		if err != nil {
			return nil, err
		}
		e := coverage.WeekEffect{Week: w, Before: is.Counts, After: would.Counts}
		frozen, closed, err := closedCounts(tx, w)
		if err != nil {
			return nil, err
		}
		if closed {
			e.Closed, e.Before = true, frozen
		}
		out = append(out, e)
	}
	return out, nil
}

// closedCounts is what a week was closed with; closed is false where it is open, or
// open again.
func closedCounts(tx *tx, w airing.Week) (c coverage.Counts, closed bool, err error) {
	if s, found, err := tx.frozen(w); err != nil || found {
		return s.Week.Counts, found, err
	}
	frozen, err := tx.closedWeek(w)
	return frozen.Frozen.Counts, frozen.Holds(), err
}

// succession is a merger or a split with what follows from it: people, invitations
// and rules go along in the same transaction.
func succession[C, R any](ctx context.Context, s *Store, m accounts.Meta, name string, on stations.Date, terms stations.Terms, cmd C,
	decide func(*stations.Registry) ([]stations.Unit, []stations.Station, R, error),
) (R, error) {
	var none R
	if err := s.refresh(ctx); err != nil {
		return none, err
	}
	return change(ctx, s, m, name, cmd, func(tx *tx) (R, error) {
		reg, err := s.registry.get(tx)
		if err != nil {
			return none, err
		}
		units, list, result, err := decide(reg)
		if err != nil || len(units) == 0 {
			return result, err
		}
		f, err := mergerFacts(tx, m, on)
		if err != nil {
			return none, err
		}
		f.Made = successions.bucket(tx).Stats().KeyN
		out, err := coverage.DecideFollow(f, m, on, result, terms, units, list)
		if err != nil {
			return result, err
		}
		return result, errors.Join(s.putFollowed(tx, out.Persons, out.Invitations, out.Rules),
			s.putStations(tx, units, list), putSuccession(tx, out.Succession))
	})
}

func putSuccession(tx *tx, made coverage.Succession) error {
	return successions.put(tx, numberKey(uint32(made.Number)), made)
}

// putFollowed keeps people, invitations and rules that changed.
func (s *Store) putFollowed(tx *tx, persons []accounts.Person, invited []accounts.Invitation, rules []scheduler.Rule) (err error) {
	for _, p := range persons {
		err = errors.Join(err, s.putPerson(tx, p))
	}
	for _, inv := range invited {
		err = errors.Join(err, invitations.put(tx, []byte(inv.ID), inv))
	}
	for _, r := range rules {
		err = errors.Join(err, keepSchedule(tx, ruleRecords, r.ID, r))
	}
	return err
}

// Merge implements stations.Store.
func (s *Store) Merge(ctx context.Context, m accounts.Meta, c stations.Merge) (stations.MergePlan, error) {
	return succession(ctx, s, m, "stations.merge", c.On, c.Terms, c, func(r *stations.Registry) ([]stations.Unit, []stations.Station,
		stations.MergePlan, error) {
		return stations.DecideMerge(r, m, c)
	})
}

// Split implements stations.Store.
func (s *Store) Split(ctx context.Context, m accounts.Meta, c stations.Split) (stations.SplitPlan, error) {
	return succession(ctx, s, m, "stations.split", c.On, c.Terms, c, func(r *stations.Registry) ([]stations.Unit, []stations.Station,
		stations.SplitPlan, error) {
		return stations.DecideSplit(r, m, c)
	})
}

// ForetellMerge implements coverage.Foreteller.
func (s *Store) ForetellMerge(ctx context.Context, m accounts.Meta, c stations.Merge) (stations.MergePlan, coverage.Merger, error) {
	return foretell(ctx, s, m, c.On, c.Terms, func(r *stations.Registry) ([]stations.Unit, []stations.Station, stations.MergePlan, error) {
		return stations.DecideMerge(r, m, c)
	})
}

// ForetellSplit implements coverage.Foreteller.
func (s *Store) ForetellSplit(ctx context.Context, m accounts.Meta, c stations.Split) (stations.SplitPlan, coverage.Merger, error) {
	return foretell(ctx, s, m, c.On, c.Terms, func(r *stations.Registry) ([]stations.Unit, []stations.Station, stations.SplitPlan, error) {
		return stations.DecideSplit(r, m, c)
	})
}

// foretell works out what a merger or a split would do, and keeps nothing.
func foretell[R any](ctx context.Context, s *Store, m accounts.Meta, on stations.Date, terms stations.Terms,
	decide func(*stations.Registry) ([]stations.Unit, []stations.Station, R, error),
) (plan R, out coverage.Merger, err error) {
	err = s.view(ctx, func(tx *tx) error {
		reg, err := s.registry.get(tx)
		if err != nil {
			return err
		}
		units, list, p, err := decide(reg)
		if plan = p; err != nil {
			return err
		}
		f, err := mergerFacts(tx, m, on)
		if err != nil {
			return err
		}
		followed := coverage.Follow(f, m, on, p, terms, units, list)
		if out = followed.Merger; len(units) == 0 {
			return nil
		}
		if out.Weeks, err = weekEffects(tx, m.At, on, reg, followed.After); err != nil {
			return err
		}
		cal, _, last, err := weeksTouched(tx, m.At, on)
		out.MoreWeeks = max(0, int(cal.Week(m.At)-last))
		return err
	})
	return plan, out, err
}

// Successions implements coverage.Foreteller.
func (s *Store) Successions(ctx context.Context, by accounts.Actor, q coverage.Newest) (list []coverage.Succession, next int, err error) {
	if err := coverage.MayMerge(by); err != nil {
		return nil, 0, err
	}
	return newest(ctx, s, successions, q)
}

// undoing works out what undoing one does.
func undoing(tx *tx, m accounts.Meta, number int) (u coverage.Undoing, err error) {
	made, found, err := successions.get(tx, numberKey(uint32(number)))
	if err == nil && !found {
		err = coverage.NoSuccession(number)
	}
	if err != nil {
		return u, err
	}
	var f coverage.UndoFacts
	if f.MergerFacts, err = mergerFacts(tx, m, made.On); err != nil {
		return u, err
	}
	f.Reports, f.Excused, f.Recordings, f.Closed = map[string]int{}, map[string]int{}, map[string]bool{}, map[airing.Week]time.Time{}
	for _, id := range made.Changes.Opened() {
		if f.Reports[id], f.Recordings[id], err = holdings(tx, id); err != nil {
			return u, err
		}
	}
	_, first, _, err := weeksTouched(tx, m.At, made.On)
	if err != nil {
		return u, err
	}
	for e, err := range excuses.ascend(tx, weekKey(first), nil) {
		if err != nil {
			return u, err
		}
		if !e.rec.Revoked {
			f.Excused[e.rec.Station]++
		}
	}
	for e, err := range closings.ascend(tx, weekKey(first), nil) {
		if err != nil {
			return u, err
		}
		if e.rec.standing().Closed {
			f.Closed[e.rec.Frozen.Week] = e.rec.Frozen.ClosedAt
		}
	}
	return coverage.PlanUndo(f, m, made), nil
}

// holdings are the lines of a station that stand, and whether it has recordings other
// than evidence of lines that do not.
func holdings(tx *tx, station string) (stand int, recorded bool, err error) {
	kept, _, err := stationBytes.get(tx, stationKey(station))
	if err != nil {
		return 0, false, err
	}
	seen, prefix := map[string]bool{}, numberKey(stationNumber(station))
	for e, err := range linesByPlace.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return 0, false, err
		}
		line, _, err := lineOf(tx, linesByPlace.name, e.key, e.rec)
		if err != nil {
			return 0, false, err
		}
		if line.Stands() {
			stand++
			continue
		}
		for _, e := range line.Evidence {
			r, found, err := recordings.get(tx, []byte(e.Recording))
			if err != nil {
				return 0, false, err
			}
			if found && r.Owner.Station == station && !seen[r.ID] {
				seen[r.ID], kept = true, kept-r.Blob.Size
			}
		}
	}
	return stand, kept > 0, nil
}

// ForetellUndo implements coverage.Foreteller.
func (s *Store) ForetellUndo(ctx context.Context, m accounts.Meta, number int) (plan coverage.UndoPlan, err error) {
	if err := coverage.MayMerge(m.By); err != nil {
		return plan, err
	}
	err = s.view(ctx, func(tx *tx) error {
		u, err := undoing(tx, m, number)
		if plan = u.UndoPlan; err != nil || len(plan.Depends) > 0 {
			return err
		}
		reg, err := s.registry.get(tx)
		if err != nil {
			return err
		}
		plan.Weeks, err = weekEffects(tx, m.At, plan.Succession.On, reg, reg.Reversed(u.Reversal))
		return err
	})
	return plan, err
}

// UndoSuccession implements coverage.Foreteller.
func (s *Store) UndoSuccession(ctx context.Context, m accounts.Meta, c coverage.Undo) (coverage.UndoPlan, error) {
	if err := s.refresh(ctx); err != nil {
		return coverage.UndoPlan{}, err
	}
	return change(ctx, s, m, "stations.undo", c, func(tx *tx) (coverage.UndoPlan, error) {
		u, err := undoing(tx, m, c.Number)
		if err != nil {
			return u.UndoPlan, err
		}
		if u.Succession, err = coverage.DecideUndo(m, c, u); err != nil {
			return u.UndoPlan, err
		}
		for _, k := range u.GoneUnits {
			err = errors.Join(err, unitRecords.remove(tx, unitKey(k)))
		}
		for _, id := range u.GoneStations {
			err = errors.Join(err, stationRecords.remove(tx, []byte(id)))
		}
		return u.UndoPlan, errors.Join(err, s.putStations(tx, u.Units, u.Stations), s.putFollowed(tx, u.Persons, u.Invitations, u.RulesBack),
			putSuccession(tx, u.Succession))
	})
}
