package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

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
		Of        string   `json:"of,omitempty"`
		Receivers []string `json:"receivers,omitempty"`
	}
	return change(ctx, s, m, "outgoing.take", whole{c, c.Of, c.Receivers}, func(tx *tx) (outgoing.Entry, error) {
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

// What offices say on their papers, and how they lay them out.
var (
	offices     = table[outgoing.Office]{name: "offices"} // by officeKey
	layouts     = table[outgoing.Layout]{name: "layouts"} // by ID, which begins with paper and office
	layoutFiles = table[[]byte]{name: "layout_files"}     // the same: of those that are held
)

// officeKey is never empty.
func officeKey(district string) []byte { return []byte("d" + district) }

// OfficeOf implements outgoing.Store.
func (s *Store) OfficeOf(ctx context.Context, by accounts.Actor, i outgoing.Issuer) (o outgoing.Office, err error) {
	if err := outgoing.MayIssue(by, i); err != nil {
		return o, err
	}
	err = s.view(ctx, func(tx *tx) (err error) { o, _, err = offices.get(tx, officeKey(i.District)); return err })
	o.District = i.District
	return o, err
}

// SaveOffice implements outgoing.Store.
func (s *Store) SaveOffice(ctx context.Context, m accounts.Meta, c outgoing.SaveOffice) (outgoing.Office, error) {
	type named struct {
		District string `json:"district,omitempty"`
		outgoing.SaveOffice
	}
	return change(ctx, s, m, "outgoing.save_office", named{c.District, c}, func(tx *tx) (outgoing.Office, error) {
		reg, err := tx.places()
		if err != nil {
			return outgoing.Office{}, err
		}
		was, _, err := offices.get(tx, officeKey(c.District))
		if err != nil {
			return was, err
		}
		o, err := outgoing.DecideOffice(reg.CheckDistrict(c.District) == nil, was, m, c)
		if err != nil {
			return was, err
		}
		return o, offices.put(tx, officeKey(c.District), o)
	})
}

// versionsOf are the versions of an office's layout of a paper, the last first.
func versionsOf(tx *tx, district string, d outgoing.Drawn) iter.Seq2[outgoing.Layout, error] {
	prefix := []byte(strings.TrimSuffix(outgoing.LayoutID(district, d, 0), "0000"))
	return records(layouts.descend(tx, prefix, after(prefix)))
}

// Layouts implements outgoing.Store.
func (s *Store) Layouts(ctx context.Context, by accounts.Actor, i outgoing.Issuer) (list []outgoing.Layout, err error) {
	if err := outgoing.MayIssue(by, i); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		for _, d := range outgoing.Drawns {
			for l, err := range versionsOf(tx, i.District, d) {
				if err != nil {
					return err
				}
				list = append(list, l)
			}
		}
		return nil
	})
	return list, err
}

// LayoutAt implements outgoing.Store.
func (s *Store) LayoutAt(ctx context.Context, by accounts.Actor, i outgoing.Issuer, d outgoing.Drawn, at time.Time) (found *outgoing.Layout, err error) {
	if err := outgoing.MayIssue(by, i); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		found = nil
		for l, err := range versionsOf(tx, i.District, d) {
			if err != nil {
				return err
			}
			if l.UsedThen(at) {
				found = &l
				return nil
			}
		}
		return nil
	})
	return found, err
}

// LayoutFile implements outgoing.Store.
func (s *Store) LayoutFile(ctx context.Context, by accounts.Actor, i outgoing.Issuer, id string) (l outgoing.Layout, file []byte, err error) {
	if err := outgoing.MayIssue(by, i); err != nil {
		return l, nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		var found bool
		if l, found, err = layouts.get(tx, []byte(id)); err != nil {
			return err
		}
		if !found || l.District != i.District {
			return outgoing.UnknownLayout()
		}
		file, _, err = layoutFiles.get(tx, []byte(id))
		return err
	})
	return l, file, err
}

// TryLayout implements outgoing.Store.
func (s *Store) TryLayout(ctx context.Context, m accounts.Meta, c outgoing.TryLayout) (outgoing.Layout, error) {
	return change(ctx, s, m, "outgoing.try_layout", c, func(tx *tx) (outgoing.Layout, error) {
		reg, err := tx.places()
		if err != nil {
			return outgoing.Layout{}, err
		}
		last := 0
		for l, err := range versionsOf(tx, c.District, c.Drawn) {
			if err != nil {
				return l, err
			}
			last = l.Version
			break
		}
		l, err := outgoing.DecideLayout(reg.CheckDistrict(c.District) == nil, last, m, c)
		if err != nil {
			return l, err
		}
		return l, errors.Join(replaceLayouts(tx, l), layoutFiles.put(tx, []byte(l.ID), c.File()), putLayout(tx, l))
	})
}

// replaceLayouts puts the versions whose place another takes.
func replaceLayouts(tx *tx, by outgoing.Layout) error {
	var giving []outgoing.Layout // put after the walk: a table must not change under a cursor
	for l, err := range versionsOf(tx, by.District, by.Drawn) {
		if err != nil {
			return err
		}
		if l, gives := outgoing.Replaced(l, by); gives {
			giving = append(giving, l)
		}
	}
	for _, l := range giving {
		if err := putLayout(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// putLayout puts a version that has moved; of one that was never used the file goes with it.
func putLayout(tx *tx, l outgoing.Layout) error {
	err := layouts.put(tx, []byte(l.ID), l)
	if !l.Held() {
		err = errors.Join(err, layoutFiles.remove(tx, []byte(l.ID)))
	}
	return err
}

// MoveLayout implements outgoing.Store.
func (s *Store) MoveLayout(ctx context.Context, m accounts.Meta, c outgoing.MoveLayout) (outgoing.Layout, error) {
	type named struct {
		ID string `json:"id"`
		outgoing.MoveLayout
	}
	return change(ctx, s, m, "outgoing.move_layout", named{c.ID, c}, func(tx *tx) (outgoing.Layout, error) {
		was, found, err := layouts.get(tx, []byte(c.ID))
		if err != nil {
			return was, err
		}
		if !found {
			return was, outgoing.UnknownLayout()
		}
		l, err := outgoing.DecideMove(was, m, c)
		if err != nil {
			return was, err
		}
		return l, errors.Join(replaceLayouts(tx, l), putLayout(tx, l))
	})
}

// checkLayouts checks that every version that is held has its file, and that no file has none.
func checkLayouts(tx *tx, report func(store.Problem)) error {
	held := 0
	for e, err := range layouts.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if !e.rec.Held() {
			continue
		}
		held++
		file, _, err := layoutFiles.get(tx, e.key)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(file); hex.EncodeToString(sum[:]) != e.rec.Sum {
			report(store.Problem{Table: layoutFiles.name, Key: e.rec.ID, What: "is not the file that was brought"})
		}
	}
	if got := rowsOf(tx, layoutFiles.name); got != held {
		report(store.Problem{Table: layoutFiles.name, What: fmt.Sprintf("lists %d, there are %d", got, held)})
	}
	return nil
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
