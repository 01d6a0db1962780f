package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"loa/accounts"
	"loa/outgoing"
	"loa/stations"
	"loa/store"
)

// The register of papers that leave. Only numbersGiven is the truth; the others are its indexes.
var (
	numbersGiven = table[outgoing.Entry]{name: "outgoing"} // by year, time and ID
	numberKeys   = table[[]byte]{name: "outgoing_keys"}    // by ID: the key of numbersGiven
	numberSeries = table[[]byte]{name: "outgoing_numbers"} // by body, kind, year and number: the same
	numberPapers = table[[]byte]{name: "outgoing_papers"}  // by body and page of a paper, of those that stand: the same
)

func yearKey(year int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(year)) }

func givenKey(e outgoing.Entry) []byte {
	return append(append(yearKey(e.Year), timeKey(e.At)...), e.ID...)
}

// issuerKey ends with a byte that no code and no ID holds.
func issuerKey(i outgoing.Issuer) []byte {
	key := "d" + i.District + "c" + i.Contest
	if i.Quiz != "" {
		key += "q" + i.Quiz
	}
	return append([]byte(key), 0)
}

func seriesKey(i outgoing.Issuer, kind outgoing.Kind, year int) []byte {
	return append(append(append(issuerKey(i), kind...), 0), yearKey(year)...)
}

func paperKey(i outgoing.Issuer, of string) []byte { return append(issuerKey(i), of...) }

// given is the entry that an index names under the key, nil for none.
func given(tx *tx, index table[[]byte], key []byte) (*outgoing.Entry, error) {
	at, found, err := index.get(tx, key)
	if err != nil || !found {
		return nil, err
	}
	e, err := numbersGiven.named(tx, at, index.name, key)
	return &e, err
}

// takeFacts are what is known before a number is given.
func takeFacts(tx *tx, reg *stations.Registry, m accounts.Meta, c outgoing.Take) (f outgoing.Facts, err error) {
	f.Issued = reg.CheckDistrict(c.District) == nil && (c.Contest == "" || contestHeads.has(tx, []byte(c.Contest)))
	if c.Quiz != "" {
		q, found, err := quizzes.get(tx, []byte(c.Quiz))
		if err != nil {
			return f, err
		}
		f.Issued = found && q.District == c.District && c.Contest == ""
	}
	series := seriesKey(c.Issuer, c.Kind, c.Year(m.At))
	if f.Last, f.Latest, err = lastNumber(tx, series); err != nil {
		return f, err
	}
	if c.Number > 0 && c.Number <= outgoing.MostNumber {
		if f.Holder, err = given(tx, numberSeries, append(series, numberKey(uint32(c.Number))...)); err != nil {
			return f, err
		}
	}
	if c.Of != "" {
		f.Has, err = given(tx, numberPapers, paperKey(c.Issuer, c.Of))
	}
	return f, err
}

// lastNumber is the highest number of a series that stands, with its entry, and what was struck out directly behind it: one that was
// typed by mistake and struck out carries the count nowhere.
func lastNumber(tx *tx, series []byte) (last int, latest *outgoing.Entry, err error) {
	struck := map[int]bool{}
	for e, err := range numberSeries.descend(tx, series, after(series)) {
		if err != nil {
			return 0, nil, err
		}
		n := int(binary.BigEndian.Uint32(e.key[len(series):]))
		given, err := numbersGiven.named(tx, e.rec, numberSeries.name, e.key)
		if err != nil {
			return 0, nil, err
		}
		if given.Stands() {
			last, latest = n, &given
			break
		}
		struck[n] = true
	}
	for struck[last+1] {
		last++
	}
	return last, latest, nil
}

// TakeNumber implements outgoing.Store.
func (s *Store) TakeNumber(ctx context.Context, m accounts.Meta, c outgoing.Take) (outgoing.Entry, error) {
	if err := s.refresh(ctx); err != nil {
		return outgoing.Entry{}, err
	}
	type whole struct { // what makes two requests one, also what no program says
		outgoing.Take
		Of string `json:"of,omitempty"`
	}
	return change(ctx, s, m, "outgoing.take", whole{c, c.Of}, func(tx *tx) (outgoing.Entry, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return outgoing.Entry{}, err
		}
		f, err := takeFacts(tx, reg, m, c)
		if err != nil {
			return outgoing.Entry{}, err
		}
		e, err := outgoing.DecideTake(f, m, c)
		if err != nil {
			return e, err
		}
		key := givenKey(e)
		err = errors.Join(numbersGiven.put(tx, key, e), numberKeys.put(tx, []byte(e.ID), key),
			numberSeries.put(tx, append(seriesKey(e.Issuer, e.Kind, e.Year), numberKey(uint32(e.Number))...), key))
		if e.Of != "" {
			err = errors.Join(err, numberPapers.put(tx, paperKey(e.Issuer, e.Of), key))
		}
		return e, err
	})
}

// StrikeOutNumber implements outgoing.Store.
func (s *Store) StrikeOutNumber(ctx context.Context, m accounts.Meta, c outgoing.StrikeOut) (outgoing.Entry, error) {
	type named struct {
		ID string `json:"id"`
		outgoing.StrikeOut
	}
	return change(ctx, s, m, "outgoing.strike_out", named{c.ID, c}, func(tx *tx) (outgoing.Entry, error) {
		was, err := given(tx, numberKeys, []byte(c.ID))
		if err != nil {
			return outgoing.Entry{}, err
		}
		if was == nil {
			return outgoing.Entry{}, outgoing.Unknown()
		}
		e, err := outgoing.DecideStrikeOut(*was, m, c)
		if err != nil {
			return e, err
		}
		err = numbersGiven.put(tx, givenKey(e), e)
		if e.Of != "" {
			err = errors.Join(err, numberPapers.remove(tx, paperKey(e.Issuer, e.Of)))
		}
		return e, err
	})
}

// NumberOf implements outgoing.Store.
func (s *Store) NumberOf(ctx context.Context, by accounts.Actor, i outgoing.Issuer, of string) (e *outgoing.Entry, err error) {
	if err := outgoing.MayIssue(by, i); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) (err error) { e, err = given(tx, numberPapers, paperKey(i, of)); return err })
	return e, err
}

// Outgoing implements outgoing.Store.
func (s *Store) Outgoing(ctx context.Context, by accounts.Actor, q outgoing.Query) (list []outgoing.Entry, next string, err error) {
	if q.Limit <= 0 || q.Limit > outgoing.Most {
		q.Limit = outgoing.Most
	}
	err = s.view(ctx, func(tx *tx) error {
		list, next = nil, ""
		var from, until []byte
		if q.Year > 0 {
			from, until = yearKey(q.Year), yearKey(q.Year+1)
		}
		if q.After != "" {
			at, ok := cursor(q.After, 10)
			if !ok || until != nil && bytes.Compare(at, until) > 0 {
				return outgoing.NoSuchPage()
			}
			until = at
		}
		list, next, err = paged(numbersGiven.descend(tx, from, until), q.Limit, outgoing.MostLookedAt,
			func(e outgoing.Entry) bool { return q.Wants(by, e) })
		return err
	})
	return list, next, err
}

// checkOutgoing checks that every number stands in its indexes, and that no index has more.
func checkOutgoing(tx *tx, report func(store.Problem)) error {
	n, papers := 0, 0
	for e, err := range numbersGiven.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		places := map[string][]byte{numberKeys.name: []byte(e.rec.ID),
			numberSeries.name: append(seriesKey(e.rec.Issuer, e.rec.Kind, e.rec.Year), numberKey(uint32(e.rec.Number))...)}
		if e.rec.Of != "" && e.rec.Stands() {
			papers++
			places[numberPapers.name] = paperKey(e.rec.Issuer, e.rec.Of)
		}
		for name, place := range places {
			if key, found, err := (table[[]byte]{name: name}).get(tx, slices.Clone(place)); err != nil || !found || !bytes.Equal(key, e.key) {
				report(store.Problem{Table: name, Key: e.rec.Code, What: "does not name the number that was given"})
			}
		}
	}
	for name, want := range map[string]int{numberKeys.name: n, numberSeries.name: n, numberPapers.name: papers} {
		if got := rowsOf(tx, name); got != want {
			report(store.Problem{Table: name, What: fmt.Sprintf("lists %d, there are %d", got, want)})
		}
	}
	return nil
}
