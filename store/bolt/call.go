package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"loa/accounts"
	"loa/coverage"
	"loa/store"
)

// Calls to stations. Only calls is the truth; the others are its indexes.
var (
	calls     = table[coverage.Call]{name: "calls"}     // by time and ID
	callsOf   = table[[]byte]{name: "calls_by_station"} // by station number, time and ID: the key of calls
	lastCalls = table[[]byte]{name: "calls_last"}       // by station number: the key of its last call
)

func callKey(c coverage.Call) []byte { return append(timeKey(c.At), c.ID...) }

func callPlace(c coverage.Call) []byte {
	return append(numberKey(stationNumber(c.Station)), callKey(c)...)
}

// lastCall is the last call to a station, the zero Call if there was none.
func lastCall(tx *tx, station string) (c coverage.Call, err error) {
	place := numberKey(stationNumber(station))
	key, called, err := lastCalls.get(tx, place)
	if err != nil || !called {
		return c, err
	}
	return calls.named(tx, key, lastCalls.name, place)
}

// RecordCall implements coverage.CallBook.
func (s *Store) RecordCall(ctx context.Context, m accounts.Meta, c coverage.RecordCall) (coverage.Call, error) {
	if err := s.refresh(ctx); err != nil {
		return coverage.Call{}, err
	}
	return change(ctx, s, m, "coverage.call", c, func(tx *tx) (coverage.Call, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return coverage.Call{}, err
		}
		if _, err := reg.Station(c.Station); err != nil {
			return coverage.Call{}, err
		}
		last, err := lastCall(tx, c.Station)
		if err != nil {
			return coverage.Call{}, err
		}
		call, err := coverage.DecideCall(m, reg.Where(c.Station), last, c)
		if err != nil {
			return call, err
		}
		if c.Said != nil {
			said, err := proposed(tx, m, c.Station, *c.Said)
			if err != nil {
				return call, err
			}
			if err := lapse(tx, said); err != nil {
				return call, err
			}
			if err := putProposal(tx, said); err != nil {
				return call, err
			}
			call.Said = said.ID
		}
		err = errors.Join(calls.put(tx, callKey(call), call), callsOf.put(tx, callPlace(call), callKey(call)))
		if last.ID == "" || bytes.Compare(callKey(call), callKey(last)) > 0 {
			err = errors.Join(err, lastCalls.put(tx, numberKey(stationNumber(call.Station)), callKey(call)))
		}
		return call, err
	})
}

// LastCalls implements coverage.CallBook.
func (s *Store) LastCalls(ctx context.Context, by accounts.Actor) (map[string]coverage.Call, error) {
	found := map[string]coverage.Call{}
	err := s.view(ctx, func(tx *tx) error {
		clear(found)
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		for e, err := range lastCalls.ascend(tx, nil, nil) {
			if err != nil {
				return err
			}
			c, err := calls.named(tx, e.rec, lastCalls.name, e.key)
			if err != nil {
				return err
			}
			if (coverage.CallQuery{}).Wants(by, c, reg.Where(c.Station)) {
				found[c.Station] = c
			}
		}
		return nil
	})
	return found, err
}

// Calls implements coverage.CallBook.
func (s *Store) Calls(ctx context.Context, by accounts.Actor, q coverage.CallQuery) (list []coverage.Call, next string, err error) {
	if q.Limit <= 0 || q.Limit > coverage.MostCalls {
		q.Limit = coverage.MostCalls
	}
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		if err := q.Allowed(by, reg.Where); err != nil {
			return err
		}
		var from, until []byte
		if !q.From.IsZero() {
			from = timeKey(q.From)
		}
		if !q.Until.IsZero() {
			until = timeKey(q.Until)
		}
		if q.After != "" {
			at, ok := cursor(q.After, 8)
			if !ok || until != nil && bytes.Compare(at, until) > 0 {
				return coverage.NoSuchCalls()
			}
			until = at
		}
		list, next, err = paged(callsIn(tx, q.Station, from, until), q.Limit, coverage.MostCallsLookedAt,
			func(rec coverage.Call) bool { return q.Wants(by, rec, reg.Where(rec.Station)) })
		return err
	})
	return list, next, err
}

// callsIn yields the calls to a station, or to all, with from <= key < until, the last first.
func callsIn(tx *tx, station string, from, until []byte) iter.Seq2[entry[coverage.Call], error] {
	if station == "" {
		return calls.descend(tx, from, until)
	}
	prefix := numberKey(stationNumber(station))
	end := after(prefix)
	if until != nil {
		end = append(slices.Clone(prefix), until...)
	}
	return func(yield func(entry[coverage.Call], error) bool) {
		for e, err := range callsOf.descend(tx, append(slices.Clone(prefix), from...), end) {
			var c coverage.Call
			if err == nil {
				c, err = calls.named(tx, e.rec, callsOf.name, e.key)
			}
			if !yield(entry[coverage.Call]{e.rec, c}, err) || err != nil {
				return
			}
		}
	}
}

// checkCalls checks that every call stands in its indexes, and that no index has more.
func checkCalls(tx *tx, report func(store.Problem)) error {
	n, last := 0, map[string]coverage.Call{}
	for e, err := range calls.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		last[e.rec.Station] = e.rec
		if key, found, err := callsOf.get(tx, callPlace(e.rec)); err != nil || !found || !bytes.Equal(key, e.key) {
			report(store.Problem{Table: calls.name, Key: e.rec.ID, What: "not among the calls of its station"})
		}
	}
	for station, c := range last {
		if key, found, err := lastCalls.get(tx, numberKey(stationNumber(station))); err != nil || !found || !bytes.Equal(key, callKey(c)) {
			report(store.Problem{Table: lastCalls.name, Key: station, What: "not the last call"})
		}
	}
	for _, index := range []struct {
		name string
		want int
	}{{callsOf.name, n}, {lastCalls.name, len(last)}} {
		if got := rowsOf(tx, index.name); got != index.want {
			report(store.Problem{Table: index.name, What: fmt.Sprintf("lists %d, there are %d", got, index.want)})
		}
	}
	return nil
}
