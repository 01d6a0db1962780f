package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/store"
)

// Who asked for an excuse. Only pleas is the truth; pleaKeys finds them by ID.
var (
	pleas    = table[coverage.Plea]{name: "coverage_pleas"} // by whether it is over, time and ID
	pleaKeys = table[[]byte]{name: "coverage_plea_keys"}    // by ID: the key of pleas
)

// pleaKey puts those that wait behind all that are over: lists go from the end.
func pleaKey(p coverage.Plea) []byte {
	key := []byte{0}
	if p.State == coverage.PleaWaits {
		key[0] = 1
	}
	return append(append(key, timeKey(p.At)...), p.ID...)
}

func putPlea(tx *tx, p coverage.Plea) error {
	old, found, err := pleaKeys.get(tx, []byte(p.ID))
	if found {
		err = pleas.remove(tx, slices.Clone(old))
	}
	return errors.Join(err, pleas.put(tx, pleaKey(p), p), pleaKeys.put(tx, []byte(p.ID), pleaKey(p)))
}

// waitingPleas lists those of the station, or of all for "", that nobody has decided, the last first.
func waitingPleas(tx *tx, station string) (list []coverage.Plea, err error) {
	for e, err := range pleas.descend(tx, []byte{1}, nil) {
		if err != nil {
			return nil, err
		}
		if station == "" || e.rec.Station == station {
			list = append(list, e.rec)
		}
	}
	return list, nil
}

// AskExcuse implements coverage.Pleas.
func (s *Store) AskExcuse(ctx context.Context, m accounts.Meta, c coverage.AskExcuse) (coverage.Plea, error) {
	if err := s.refresh(ctx); err != nil {
		return coverage.Plea{}, err
	}
	return change(ctx, s, m, "coverage.ask_excuse", c, func(tx *tx) (coverage.Plea, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return coverage.Plea{}, err
		}
		if _, err := reg.Station(c.Station); err != nil {
			return coverage.Plea{}, err
		}
		set, err := settingsOf(tx)
		if err != nil {
			return coverage.Plea{}, err
		}
		waiting, err := waitingPleas(tx, c.Station)
		if err != nil {
			return coverage.Plea{}, err
		}
		var damage error
		closed := func(w airing.Week) bool {
			frozen, found, err := closings.get(tx, weekKey(w))
			damage = errors.Join(damage, err)
			return found && frozen.standing().Closed
		}
		p, err := coverage.DecideAsk(m, reg.Where(c.Station), set.Calendar(text.Zone).Week(m.At), closed, waiting, c)
		if err = errors.Join(damage, err); err != nil {
			return p, err
		}
		return p, putPlea(tx, p)
	})
}

// AnswerExcuse implements coverage.Pleas.
func (s *Store) AnswerExcuse(ctx context.Context, m accounts.Meta, c coverage.AnswerExcuse) (coverage.Plea, error) {
	if err := s.refresh(ctx); err != nil {
		return coverage.Plea{}, err
	}
	type named struct {
		ID string `json:"id"`
		coverage.AnswerExcuse
	}
	return change(ctx, s, m, "coverage.answer_excuse", named{c.ID, c}, func(tx *tx) (coverage.Plea, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return coverage.Plea{}, err
		}
		p, err := pleaOf(tx, m.By, c.ID)
		if err != nil {
			return p, err
		}
		f := coverage.PleaFacts{Plea: p, On: reg.Where(p.Station), Week: func(w airing.Week) (coverage.ExcuseFacts, error) {
			return excuseFacts(tx, m, w, p.Station)
		}}
		p, list, err := coverage.DecideAnswer(f, m, c)
		if err != nil {
			return p, err
		}
		for _, e := range list {
			err = errors.Join(err, excuses.put(tx, tallyKey(e.Week, stationNumber(e.Station)), e))
		}
		people, perr := tx.s.directory.get(tx)
		if err = errors.Join(err, perr, putPlea(tx, p)); err != nil {
			return p, err
		}
		_, err = tx.post(p.Answered(reg, people), m.At)
		return p, err
	})
}

func pleaOf(tx *tx, by accounts.Actor, id string) (p coverage.Plea, err error) {
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return p, err
	}
	key, found, err := pleaKeys.get(tx, []byte(id))
	if err != nil || !found {
		return p, errors.Join(err, coverage.NoPlea())
	}
	if p, err = pleas.named(tx, key, pleaKeys.name, []byte(id)); err != nil {
		return p, err
	}
	if !(coverage.PleaQuery{}).Wants(by, p, reg.Where(p.Station)) {
		return coverage.Plea{}, coverage.NoPlea()
	}
	return p, nil
}

// excuseFacts are what is known of a station's week when it is to be excused.
func excuseFacts(tx *tx, m accounts.Meta, w airing.Week, station string) (f coverage.ExcuseFacts, err error) {
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return f, err
	}
	set, err := settingsOf(tx)
	if err != nil {
		return f, err
	}
	frozen, _, err := closedWeeks.get(tx, weekKey(w))
	if err != nil {
		return f, err
	}
	week, err := countWeek(tx, w, m.At)
	if err != nil {
		return f, err
	}
	f.On, f.Running, f.Closed = reg.Where(station), set.Calendar(text.Zone).Week(m.At), frozen.Holds()
	if i := slices.IndexFunc(week.Stations, func(s coverage.StationWeek) bool { return s.Station == station }); i >= 0 {
		f.Is = &week.Stations[i]
	}
	f.Last, _, err = excuses.get(tx, tallyKey(w, stationNumber(station)))
	return f, err
}

// Pleas implements coverage.Pleas.
func (s *Store) Pleas(ctx context.Context, by accounts.Actor, q coverage.PleaQuery) (list []coverage.Plea, next string, err error) {
	if q.Limit <= 0 || q.Limit > coverage.MostCalls {
		q.Limit = coverage.MostCalls
	}
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		until, ok := cursor(q.After, 9)
		if !ok {
			return coverage.NoSuchPleas()
		}
		list, next, err = paged(pleas.descend(tx, nil, until), q.Limit, coverage.MostCallsLookedAt,
			func(rec coverage.Plea) bool { return q.Wants(by, rec, reg.Where(rec.Station)) })
		return err
	})
	return list, next, err
}

// WaitingPleas implements coverage.Pleas.
func (s *Store) WaitingPleas(ctx context.Context, by accounts.Actor) (n int, err error) {
	err = s.view(ctx, func(tx *tx) error {
		n = 0
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		list, err := waitingPleas(tx, "")
		for _, p := range list {
			if p.MayDecide(by, reg.Where(p.Station)) {
				n++
			}
		}
		return err
	})
	return n, err
}

// checkPleas checks that every plea is found by its ID, and stands where its state says.
func checkPleas(tx *tx, report func(store.Problem)) error {
	n := 0
	for e, err := range pleas.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		key, found, err := pleaKeys.get(tx, []byte(e.rec.ID))
		if err != nil || !found || !bytes.Equal(key, e.key) || !bytes.Equal(pleaKey(e.rec), e.key) {
			report(store.Problem{Table: pleas.name, Key: e.rec.ID, What: "not found by its ID"})
		}
	}
	if got := rowsOf(tx, pleaKeys.name); got != n {
		report(store.Problem{Table: pleaKeys.name, What: fmt.Sprintf("lists %d, there are %d", got, n)})
	}
	return nil
}
