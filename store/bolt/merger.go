package bolt

import (
	"context"
	"errors"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/text"
	"loa/stations"
)

// succession is a merger or a split with what follows from it: people and rules
// go along in the same transaction.
func succession[C, R any](ctx context.Context, s *Store, m accounts.Meta, name string, on stations.Date, cmd C,
	decide func(*stations.Registry) ([]stations.Unit, []stations.Station, R, error),
) (R, error) {
	var none R
	if err := s.refresh(ctx); err != nil {
		return none, err
	}
	if _, err := s.Directory(ctx); err != nil {
		return none, err
	}
	return change(ctx, s, m, name, cmd, func(tx *tx) (R, error) {
		reg, err := s.registry.get(tx)
		if err != nil {
			return none, err
		}
		units, list, result, err := decide(reg)
		if err != nil || len(list) == 0 {
			return result, errors.Join(err, s.putStations(tx, units, list))
		}
		plan, err := s.schedule.get(tx)
		if err != nil {
			return none, err
		}
		all, err := people.all(tx)
		if err != nil {
			return none, err
		}
		_, persons, rules := coverage.Follow(reg, plan, all, m, on, units, list)
		for _, p := range persons {
			err = errors.Join(err, s.putPerson(tx, p))
		}
		for _, r := range rules {
			err = errors.Join(err, keepSchedule(tx, ruleRecords, r.ID, r))
		}
		return result, errors.Join(err, s.putStations(tx, units, list))
	})
}

// Merge implements stations.Store.
func (s *Store) Merge(ctx context.Context, m accounts.Meta, c stations.Merge) (stations.MergePlan, error) {
	return succession(ctx, s, m, "stations.merge", c.On, c, func(r *stations.Registry) ([]stations.Unit, []stations.Station, stations.MergePlan, error) {
		return stations.DecideMerge(r, m, c)
	})
}

// Split implements stations.Store.
func (s *Store) Split(ctx context.Context, m accounts.Meta, c stations.Split) (stations.SplitPlan, error) {
	return succession(ctx, s, m, "stations.split", c.On, c, func(r *stations.Registry) ([]stations.Unit, []stations.Station, stations.SplitPlan, error) {
		return stations.DecideSplit(r, m, c)
	})
}

// ForetellMerge implements coverage.Foreteller.
func (s *Store) ForetellMerge(ctx context.Context, m accounts.Meta, c stations.Merge) (p stations.MergePlan, out coverage.Merger, err error) {
	err = s.view(ctx, func(tx *tx) error {
		reg, err := s.registry.get(tx)
		if err != nil {
			return err
		}
		units, list, plan, err := stations.DecideMerge(reg, m, c)
		if p = plan; err == nil {
			out, err = foretell(tx, reg, m, c.On, units, list)
		}
		return err
	})
	return p, out, err
}

// ForetellSplit implements coverage.Foreteller.
func (s *Store) ForetellSplit(ctx context.Context, m accounts.Meta, c stations.Split) (p stations.SplitPlan, out coverage.Merger, err error) {
	err = s.view(ctx, func(tx *tx) error {
		reg, err := s.registry.get(tx)
		if err != nil {
			return err
		}
		units, list, plan, err := stations.DecideSplit(reg, m, c)
		if p = plan; err == nil {
			out, err = foretell(tx, reg, m, c.On, units, list)
		}
		return err
	})
	return p, out, err
}

// foretell counts the weeks from the day to now before and after.
func foretell(tx *tx, reg *stations.Registry, m accounts.Meta, on stations.Date, units []stations.Unit, list []stations.Station) (coverage.Merger, error) {
	plan, err := tx.s.schedule.get(tx)
	if err != nil {
		return coverage.Merger{}, err
	}
	all, err := people.all(tx)
	if err != nil {
		return coverage.Merger{}, err
	}
	set, err := settingsOf(tx)
	if err != nil {
		return coverage.Merger{}, err
	}
	out, _, _ := coverage.Follow(reg, plan, all, m, on, units, list)
	if len(list) == 0 {
		return out, nil
	}
	after, cal := reg.After(units, list), set.Calendar(text.Zone)
	first := cal.Week(on.Start(text.Zone))
	for w := first; w == first || w <= cal.Week(m.At) && w < first+coverage.MaxMergerWeeks; w++ {
		e := coverage.WeekEffect{Week: w}
		before, err := countWeekOf(tx, reg, w, m.At)
		if err != nil {
			return out, err
		}
		then, err := countWeekOf(tx, after, w, m.At)
		if err != nil {
			return out, err
		}
		frozen, closed, err := closedWeeks.get(tx, weekKey(w))
		if err != nil {
			return out, err
		}
		if e.Before, e.After, e.Closed = before.Counts, then.Counts, closed; closed {
			e.Before = frozen.Week.Counts
		}
		out.Weeks = append(out.Weeks, e)
	}
	return out, nil
}
