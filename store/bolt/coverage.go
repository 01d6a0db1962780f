package bolt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/store"
)

var (
	excuses     = table[coverage.Excuse]{name: "coverage_excuses"} // by week and station number
	closedWeeks = table[coverage.Closed]{name: "coverage_closed"}  // by week

	// summaries are the closed weeks without their stations, made of closedWeeks.
	summaries = table[coverage.Summary]{name: "coverage_summaries"} // by week

	// frozenCells are the weeks that are closed with their stations in a few bytes each, made of closedWeeks.
	frozenCells = table[coverage.Dense]{name: "coverage_cells"} // by week
)

// closings are the closed weeks without what was frozen: the same rows, of which
// only this is read.
var closings = table[closing](closedWeeks)

type closing struct {
	Frozen struct {
		Week     airing.Week `json:"week"`
		ClosedAt time.Time   `json:"closed_at"`
	} `json:"week"`
	Asked  *coverage.Reopening `json:"asked"`
	Opened *coverage.Reopening `json:"opened"`
	Before []struct {
		Opened *coverage.Reopening `json:"opened"`
	} `json:"before"`
}

// standing is how the week stands.
func (c closing) standing() coverage.Standing {
	var before *coverage.Reopening
	if last := len(c.Before) - 1; last >= 0 {
		before = c.Before[last].Opened
	}
	return coverage.StandingOf(c.Opened, before)
}

// putClosed keeps a closed week, its summary and its cells.
func putClosed(tx *tx, c coverage.Closed) error {
	if err := closedWeeks.put(tx, weekKey(c.Frozen.Week), c); err != nil {
		return err
	}
	return summariseWeek(tx, c)
}

// summariseWeek keeps the summary and the cells of a closed week, where it has them.
func summariseWeek(tx *tx, c coverage.Closed) error {
	cells := func() error { return frozenCells.remove(tx, weekKey(c.Frozen.Week)) }
	if c.Holds() {
		cells = func() error { return frozenCells.put(tx, weekKey(c.Frozen.Week), *c.Frozen.Dense(stationNumber)) }
	}
	if err := cells(); err != nil {
		return err
	}
	if !c.Plain() {
		return summaries.remove(tx, weekKey(c.Frozen.Week))
	}
	return summaries.put(tx, weekKey(c.Frozen.Week), c.Frozen.Summary())
}

func weekKey(w airing.Week) []byte { return numberKey(uint32(w)) }

// Coverage implements coverage.Store.
func (s *Store) Coverage(ctx context.Context, by accounts.Actor, q coverage.Query) (w coverage.Week, err error) {
	err = s.view(ctx, func(tx *tx) error {
		if q, err = within(tx, by, q); err == nil {
			w, err = weekSeen(tx, by, q)
		}
		return err
	})
	return w, err
}

func within(tx *tx, by accounts.Actor, q coverage.Query) (coverage.Query, error) {
	reg, err := tx.places()
	if err != nil {
		return q, err
	}
	return q.Within(by, reg)
}

// weekSeen is a week with those of its stations the actor may see.
func weekSeen(tx *tx, by accounts.Actor, q coverage.Query) (w coverage.Week, err error) {
	closed, err := tx.closedWeek(q.Week)
	if err != nil {
		return w, err
	}
	now, err := tx.counted(q.Week, q.Now)
	if err != nil {
		return w, err
	}
	return closed.Shown(now, func(district, station string) bool { return q.Sees(by, district, station) }), nil
}

// partSeen is weekSeen without the stations, where single ones are seen: a course
// of a year would count every station of the country in each of its weeks.
func partSeen(tx *tx, by accounts.Actor, q coverage.Query, sees string) (coverage.Week, error) {
	key, b := partOfWeek{q.Week, sees}, basisOf(tx)
	if m, ok := tx.s.weeks.parts.Get(key); ok && m.found(tx, q.Week, b, q.Now) {
		return m.value, nil
	}
	w, err := weekSeen(tx, by, q)
	if err != nil {
		return w, err
	}
	w.Stations = nil
	if _, valid, err := tx.countOnce(q.Week, q.Now, b); err != nil {
		return w, err
	} else if !tx.b.Writable() {
		tx.s.weeks.parts.Add(key, memory[coverage.Week]{tx.b.ID(), b, valid, w})
	}
	return w, nil
}

// Trend implements coverage.Store.
func (s *Store) Trend(ctx context.Context, by accounts.Actor, q coverage.Query, until airing.Week) (weeks []coverage.Week, err error) {
	from := q.Week
	if err := coverage.CheckSpan(from, until); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	whole := func(district string) bool {
		may, known := seen[district]
		if !known {
			may = q.Sees(by, district, "")
			seen[district] = may
		}
		return may
	}
	weeks = make([]coverage.Week, 0, until-from+1)
	err = s.view(ctx, func(tx *tx) error {
		var err error
		if q, err = within(tx, by, q); err != nil {
			return err
		}
		part := q.Part(by)
		for ; q.Week <= until; q.Week++ {
			one, found, err := coverage.Week{}, false, ctx.Err()
			if err == nil && part == "" {
				one, found, err = summary(tx, q, whole)
			}
			switch {
			case err != nil:
			case part != "":
				one, err = partSeen(tx, by, q, part)
			case !found:
				one, err = weekSeen(tx, by, q)
			}
			if err != nil {
				return err
			}
			one.Stations = nil
			weeks = append(weeks, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return weeks, nil
}

// Period implements coverage.Store.
func (s *Store) Period(ctx context.Context, by accounts.Actor, f coverage.Filter, now time.Time) (p coverage.Period, err error) {
	err = s.view(ctx, func(tx *tx) error {
		set, err := settingsOf(tx)
		if err != nil {
			return err
		}
		reg, err := tx.places()
		if err != nil {
			return err
		}
		plan, err := tx.s.schedule.get(tx)
		if err != nil {
			return err
		}
		cal := set.Calendar(text.Zone)
		span, err := f.Span(cal, now)
		if err != nil {
			return err
		}
		scope, err := f.Scope(by, reg, plan, cal, span)
		if err != nil {
			return err
		}
		weeks := make([]coverage.Twice, 0, span.Weeks())
		for w := span.From; w <= span.Until && err == nil; w++ {
			var one coverage.Twice
			if err = ctx.Err(); err == nil {
				one, err = tx.twice(w, now, scope)
			}
			weeks = append(weeks, one)
		}
		if err == nil {
			p = coverage.NewPeriod(scope, span, weeks)
		}
		return err
	})
	return p, err
}

// summary is a week of the districts that are seen, without a look at each station.
// found is false where its stations are needed: once it was closed, and opened again
// or is about to be.
func summary(tx *tx, q coverage.Query, see func(district string) bool) (w coverage.Week, found bool, err error) {
	frozen, closed, err := tx.frozen(q.Week)
	if err != nil || !closed && closedWeeks.has(tx, weekKey(q.Week)) {
		return w, false, err
	}
	now, err := tx.added(q.Week, q.Now)
	if err != nil {
		return w, false, err
	}
	if now = now.Only(see); closed {
		return frozen.Only(see).Beside(now), true, nil
	}
	return now.Week, true, nil
}

// summarise makes the summaries and cells of all closed weeks anew.
func summarise(tx *tx) error {
	for e, err := range closedWeeks.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if err := summariseWeek(tx, e.rec); err != nil {
			return err
		}
	}
	return nil
}

// checkSummaries compares the summaries and the cells with their weeks.
func checkSummaries(tx *tx, report func(store.Problem)) error {
	seen, held := 0, 0
	for e, err := range closedWeeks.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if e.rec.Holds() {
			held++
			got, found, err := frozenCells.get(tx, e.key)
			if err != nil {
				return err
			}
			if !found || !sameJSON(e.rec.Frozen.Dense(stationNumber), got) {
				report(store.Problem{Table: frozenCells.name, Key: e.rec.Frozen.Week.String(), What: "the cells are not those of the week"})
			}
		}
		if !e.rec.Plain() {
			continue
		}
		seen++
		got, found, err := summaries.get(tx, e.key)
		if err != nil {
			return err
		}
		if !found || !sameJSON(e.rec.Frozen.Summary(), got) {
			report(store.Problem{Table: summaries.name, Key: e.rec.Frozen.Week.String(), What: "the summary is not that of the week"})
		}
	}
	all, err := summaries.all(tx)
	if err == nil && len(all) != seen {
		report(store.Problem{Table: summaries.name, What: "summaries of weeks that have none"})
	}
	if err != nil {
		return err
	}
	for range frozenCells.keys(tx) {
		held--
	}
	if held != 0 {
		report(store.Problem{Table: frozenCells.name, What: "cells of weeks that have none"})
	}
	return nil
}

// sameJSON compares records as they are kept.
func sameJSON(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

// History implements coverage.Store.
func (s *Store) History(ctx context.Context, by accounts.Actor, station string, from, until airing.Week) (rows []coverage.StationTally, err error) {
	if err := coverage.CheckSpan(from, until); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		if err := coverage.MayRead(by, reg.Where(station)); err != nil {
			return err
		}
		st, err := reg.Station(station)
		if err != nil {
			return nil // there is none, and so no report of it
		}
		set, err := settingsOf(tx)
		if err != nil {
			return err
		}
		count := &counter{tx: tx, reg: reg, cal: set.Calendar(text.Zone)} // of no slots
		for w := from; w <= until; w++ {
			t, err := count.of(w, st)
			if err != nil {
				return err
			}
			if t != (airing.Tally{}) {
				rows = append(rows, coverage.StationTally{Week: w, Tally: t})
			}
		}
		return nil
	})
	return rows, err
}

// Whys implements coverage.Store.
func (s *Store) Whys(ctx context.Context, by accounts.Actor, list []string, from, until airing.Week) (all map[string]coverage.Why, err error) {
	if err := coverage.CheckWhys(list, from, until); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		all = make(map[string]coverage.Why, len(list))
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		set, err := settingsOf(tx)
		if err != nil {
			return err
		}
		count := &counter{tx: tx, reg: reg, cal: set.Calendar(text.Zone)} // of no slots
		for w := from; w <= until; w++ {
			for _, id := range list {
				st, err := reg.Station(id)
				if err != nil {
					return err
				}
				if err := coverage.MayRead(by, reg.Where(id)); err != nil {
					return err
				}
				t, err := count.of(w, st)
				if err != nil {
					return err
				}
				e, _, err := excuses.get(tx, tallyKey(w, stationNumber(id)))
				if err != nil {
					return err
				}
				y := all[id]
				y.Add(t, e)
				all[id] = y
			}
		}
		return ctx.Err()
	})
	return all, err
}

// LastExcuse implements coverage.Store.
func (s *Store) LastExcuse(ctx context.Context, week airing.Week, station string) (e coverage.Excuse, err error) {
	err = s.view(ctx, func(tx *tx) error {
		e, _, err = excuses.get(tx, tallyKey(week, stationNumber(station)))
		return err
	})
	return e, err
}

// Excuses implements coverage.Store.
func (s *Store) Excuses(ctx context.Context, station string, from, until airing.Week) (map[airing.Week]coverage.Excuse, error) {
	if err := coverage.CheckSpan(from, until); err != nil {
		return nil, err
	}
	found := map[airing.Week]coverage.Excuse{}
	err := s.view(ctx, func(tx *tx) error {
		clear(found)
		for w := from; w <= until; w++ {
			e, decided, err := excuses.get(tx, tallyKey(w, stationNumber(station)))
			if err != nil {
				return err
			}
			if decided {
				found[w] = e
			}
		}
		return nil
	})
	return found, err
}

// Excuse implements coverage.Store.
func (s *Store) Excuse(ctx context.Context, m accounts.Meta, e coverage.Excuse) (coverage.Excuse, error) {
	if err := s.refresh(ctx); err != nil {
		return e, err
	}
	return change(ctx, s, m, "coverage.excuse", e, func(tx *tx) (coverage.Excuse, error) {
		f, err := excuseFacts(tx, m, e.Week, e.Station)
		if err != nil {
			return e, err
		}
		if f.Waiting, err = waitingPleas(tx, e.Station); err != nil {
			return e, err
		}
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return e, err
		}
		people, err := tx.s.directory.get(tx)
		if err != nil {
			return e, err
		}
		st, _ := reg.Station(e.Station) // of none the week says that it is not active
		f.Askers = coverage.Askers(st, f.On, people, m.By)
		if e, err = coverage.DecideExcuse(f, m, e); err != nil {
			return e, err
		}
		return e, excuses.put(tx, tallyKey(e.Week, stationNumber(e.Station)), e)
	})
}

// CloseWeek implements coverage.Store.
func (s *Store) CloseWeek(ctx context.Context, m accounts.Meta, c coverage.Close) (coverage.Week, error) {
	w := c.Week
	if err := s.refresh(ctx); err != nil {
		return coverage.Week{}, err
	}
	return change(ctx, s, m, "coverage.close_week", c, func(tx *tx) (coverage.Week, error) {
		set, err := settingsOf(tx)
		if err != nil {
			return coverage.Week{}, err
		}
		was, _, err := closedWeeks.get(tx, weekKey(w))
		if err != nil {
			return coverage.Week{}, err
		}
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return coverage.Week{}, err
		}
		f := coverage.CloseFacts{Calendar: set.Calendar(text.Zone), Was: was, Name: reg.Label,
			Count: func() (coverage.Week, error) { return countWeek(tx, w, time.Time{}) },
			Waits: func() (coverage.Unanswered, error) { return unanswered(tx, set, w, m.At) }}
		closed, fresh, err := coverage.DecideClose(f, m, c)
		if err != nil || !fresh {
			return closed.Frozen, err
		}
		return closed.Frozen, errors.Join(sealLog(tx, w, m.At), putClosed(tx, closed))
	})
}

// unanswered is what waits at now for somebody's word about a week.
func unanswered(tx *tx, set airing.Settings, w airing.Week, now time.Time) (u coverage.Unanswered, err error) {
	waiting, err := waitingPleas(tx, "")
	for _, p := range waiting {
		if p.From <= w && w <= p.Until {
			u.Pleas = append(u.Pleas, p)
		}
	}
	cal := set.Calendar(text.Zone)
	for e, walked := range openProposals.ascend(tx, nil, nil) {
		if err = errors.Join(err, walked); err != nil {
			return u, err
		}
		p, err := proposals.named(tx, e.key, openProposals.name, e.key)
		if err != nil {
			return u, err
		}
		if p.Waits(now) && cal.Week(p.StartedAt) == w {
			u.Said = append(u.Said, p)
		}
	}
	return u, err
}

// Unanswered implements coverage.Store.
func (s *Store) Unanswered(ctx context.Context, by accounts.Actor, week airing.Week, now time.Time) (u coverage.Unanswered, err error) {
	if err := coverage.MayClose(by); err != nil {
		return u, err
	}
	err = s.view(ctx, func(tx *tx) error {
		set, err := settingsOf(tx)
		if err == nil {
			u, err = unanswered(tx, set, week, now)
		}
		return err
	})
	return u, err
}

// ReopenWeek implements coverage.Store.
func (s *Store) ReopenWeek(ctx context.Context, m accounts.Meta, c coverage.Reopen) (coverage.Week, error) {
	if err := s.refresh(ctx); err != nil {
		return coverage.Week{}, err
	}
	_, err := change(ctx, s, m, "coverage.reopen_week", c, func(tx *tx) (coverage.Reopen, error) {
		week, _, err := closedWeeks.get(tx, weekKey(c.Week))
		if err != nil {
			return c, err
		}
		list, err := coverage.DecideReopen(m, week, records(closedWeeks.ascend(tx, weekKey(c.Week+1), nil)), c)
		for _, w := range list {
			err = errors.Join(err, putClosed(tx, w))
		}
		return c, err
	})
	if err != nil {
		return coverage.Week{}, err
	}
	return s.Coverage(ctx, m.By, coverage.Query{Week: c.Week, Now: m.At})
}

// ClosedWeeks implements coverage.Store.
func (s *Store) ClosedWeeks(ctx context.Context, from, until airing.Week) (weeks map[airing.Week]coverage.Standing, err error) {
	weeks = map[airing.Week]coverage.Standing{}
	err = s.view(ctx, func(tx *tx) error {
		for e, err := range closings.ascend(tx, weekKey(from), weekKey(until+1)) {
			if err != nil {
				return err
			}
			weeks[e.rec.Frozen.Week] = e.rec.standing()
		}
		return nil
	})
	return weeks, err
}

// Reopenings implements coverage.Store. A week whose summary is kept is plain: nobody
// asks for it, and it is not read.
func (s *Store) Reopenings(ctx context.Context, by accounts.Actor, q coverage.AskedQuery) (list []coverage.Asked, err error) {
	if err := coverage.MayClose(by); err != nil {
		return nil, err
	}
	limit := min(max(q.Limit, 1), coverage.MostListed)
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		for key := range closings.keysFrom(tx, weekKey(q.From)) {
			if summaries.has(tx, key) {
				continue
			}
			c, found, err := closings.get(tx, key)
			if err != nil || len(list) == limit {
				return err
			}
			if found && c.Asked != nil && c.Asked.Person != q.Not {
				list = append(list, coverage.Asked{Week: c.Frozen.Week, Reopening: *c.Asked})
			}
		}
		return nil
	})
	return list, err
}
