package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/airing/oldbook"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/store"
)

var (
	oldBooks    = table[oldbook.Import]{name: "airing_imports"}      // by time and ID
	oldBookKeys = table[[]byte]{name: "airing_import_keys"}          // by ID: the key of oldBooks
	oldBookRows = table[uuid.UUID]{name: "airing_import_lines"}      // by ID of the import and line: the report
	oldBooksDue = table[oldbook.State]{name: "airing_imports_under"} // by the key of oldBooks: those that are not done
)

func oldBookKey(i oldbook.Import) []byte { return append(timeKey(i.At), i.Import...) }

func oldRowKey(id string, line int) []byte { return append([]byte(id), numberKey(uint32(line))...) }

// oldBook is an import by its ID.
func oldBook(tx *tx, id string) (i oldbook.Import, err error) {
	key, found, err := oldBookKeys.get(tx, []byte(id))
	if err == nil && !found {
		err = oldbook.Unknown()
	}
	if err != nil {
		return i, err
	}
	return oldBooks.named(tx, key, oldBookKeys.name, []byte(id))
}

func putOldBook(tx *tx, i oldbook.Import) error {
	key := oldBookKey(i)
	if err := oldBooks.put(tx, key, i); err != nil {
		return err
	}
	if err := oldBookKeys.put(tx, []byte(i.Import), key); err != nil {
		return err
	}
	if i.State.Busy() {
		return oldBooksDue.put(tx, key, i.State)
	}
	return oldBooksDue.remove(tx, key)
}

// WeighRows implements oldbook.Store.
func (s *Store) WeighRows(ctx context.Context, m accounts.Meta, from oldbook.Source, rows []oldbook.Row) (list []oldbook.Weight, err error) {
	if err := s.refresh(ctx); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		list = make([]oldbook.Weight, len(rows))
		for i, r := range rows {
			c := from.Confirm(r)
			f, err := airingFacts(tx, m, c)
			if err != nil {
				return err
			}
			if _, err := airing.Decide(f.Facts, m, c); err != nil {
				if list[i].Refused = fault.Of(err); list[i].Refused.Kind == fault.Internal {
					return err
				}
				continue
			}
			list[i].Closed = weekFrozen(tx, f.Settings, r.At)
		}
		return nil
	})
	return list, err
}

// BeginImport implements oldbook.Store.
func (s *Store) BeginImport(ctx context.Context, m accounts.Meta, c oldbook.Begin) (oldbook.Import, error) {
	return change(ctx, s, m, "airing.import", c, func(tx *tx) (oldbook.Import, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return oldbook.Import{}, err
		}
		if was, err := oldBook(tx, c.Import); err == nil || !fault.Is(err, "oldbook.unknown") {
			return was, err
		}
		i, err := oldbook.DecideBegin(m, c, reg.Where)
		if err != nil {
			return i, err
		}
		if err := putOldBook(tx, i); err != nil {
			return i, err
		}
		i.Grants = nil
		return i, nil
	})
}

// TakeRows implements oldbook.Store.
func (s *Store) TakeRows(ctx context.Context, at time.Time, id string, behind int, rows []oldbook.Row, last bool) (i oldbook.Import, err error) {
	if err := s.refresh(ctx); err != nil {
		return i, err
	}
	err = s.update(ctx, func(tx *tx) error {
		if i, err = oldBook(tx, id); err != nil || !i.Brings() || i.Done != behind {
			return err
		}
		m := accounts.Meta{ID: id, By: i.Worker(), At: at}
		taken, known, refused := 0, 0, 0
		for _, r := range rows {
			switch line, err := bring(tx, m, i.Confirm(r)); {
			case err == nil:
				if err := oldBookRows.put(tx, oldRowKey(id, r.Line), uuid.MustParse(line.ID)); err != nil {
					return err
				}
				taken++
			case fault.Is(err, "airing.booked_known"):
				known++
			case fault.Of(err).Kind == fault.Internal || fault.Of(err).Kind == fault.Unavailable || fault.Of(err).Kind == fault.Full:
				return err
			default:
				refused++
			}
		}
		i = i.Looked(len(rows), taken, known, refused, last)
		return putOldBook(tx, i)
	})
	return i, err
}

// bring appends the report of an old book: nobody is told of it line by line, and the log of changes has the import.
func bring(tx *tx, m accounts.Meta, c airing.Confirm) (airing.Line, error) {
	f, err := airingFacts(tx, m, c)
	if err != nil {
		return airing.Line{}, err
	}
	change, err := airing.Decide(f.Facts, m, c)
	if err != nil {
		return airing.Line{}, err
	}
	return change.Line, putConfirmed(tx, f, change, c.Proposal)
}

// UndoImport implements oldbook.Store.
func (s *Store) UndoImport(ctx context.Context, m accounts.Meta, c oldbook.Undo) (oldbook.Import, error) {
	type named struct {
		ID string `json:"id"`
		oldbook.Undo
	}
	return change(ctx, s, m, "airing.undo_import", named{c.ID, c}, func(tx *tx) (oldbook.Import, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return oldbook.Import{}, err
		}
		i, err := oldBook(tx, c.ID)
		if err == nil && !i.Reads(m.By, reg.Where) {
			err = oldbook.Unknown()
		}
		if err != nil {
			return i, err
		}
		leaning, err := leaningOn(tx, i)
		if err != nil {
			return i, err
		}
		if i, err = oldbook.DecideUndo(i, m, c, leaning, reg.Where); err != nil {
			return i, err
		}
		if err := putOldBook(tx, i); err != nil {
			return i, err
		}
		i.Grants = nil
		return i, nil
	})
}

// leaningOn is what rests on the reports of an import.
func leaningOn(tx *tx, i oldbook.Import) (leaning []error, err error) {
	closed, err := closingTimes(tx)
	if err != nil {
		return nil, err
	}
	prefix := []byte(i.Import)
	for e, err := range oldBookRows.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return nil, err
		}
		why, _, err := closed.leans(tx, e.rec)
		if err != nil {
			return nil, err
		}
		if why != nil {
			leaning = append(leaning, why)
		}
	}
	return leaning, nil
}

// closedAt says when each week was closed.
type closedAt struct {
	cal   airing.Calendar
	weeks map[airing.Week]time.Time
}

func closingTimes(tx *tx) (c closedAt, err error) {
	set, err := settingsOf(tx)
	c = closedAt{set.Calendar(text.Zone), map[airing.Week]time.Time{}}
	if err != nil {
		return c, err
	}
	for key := range frozenCells.keys(tx) {
		w := airing.Week(binary.BigEndian.Uint32(key))
		is, err := closings.named(tx, weekKey(w), frozenCells.name, key)
		if err != nil {
			return c, err
		}
		c.weeks[w] = is.Frozen.ClosedAt
	}
	return c, nil
}

// leans says what rests on a report, nil for nothing, and whether it stands.
func (c closedAt) leans(tx *tx, report uuid.UUID) (why error, stands bool, err error) {
	line, _, err := lineOf(tx, oldBookRows.name, report[:], report)
	if err != nil {
		return nil, false, err
	}
	newest, err := newestOf(tx, line)
	if err != nil {
		return nil, false, err
	}
	return line.LeansOn(newest, c.weeks[c.cal.Week(line.StartedAt)]), line.Stands(), nil
}

// UndoRows implements oldbook.Store.
func (s *Store) UndoRows(ctx context.Context, at time.Time, id string) (i oldbook.Import, err error) {
	if err := s.refresh(ctx); err != nil {
		return i, err
	}
	err = s.update(ctx, func(tx *tx) error {
		if i, err = oldBook(tx, id); err != nil || !i.TakesBack() {
			return err
		}
		closed, err := closingTimes(tx)
		if err != nil {
			return err
		}
		type row struct {
			line   int
			report uuid.UUID
		}
		var part []row // taken before anything is put: a walk would lose its place
		for e, err := range oldBookRows.ascend(tx, oldRowKey(id, i.Undo.Last+1), after([]byte(id))) {
			if err != nil {
				return err
			}
			if part = append(part, row{int(binary.BigEndian.Uint32(e.key[len(id):])), e.rec}); len(part) == oldbook.Part {
				break
			}
		}
		m := accounts.Meta{ID: id, By: i.Worker(), At: at}
		last, done, kept := i.Undo.Last, 0, 0
		for _, r := range part {
			last = r.line
			why, stands, err := closed.leans(tx, r.report)
			switch {
			case err != nil:
				return err
			case why != nil:
				kept++
				continue
			case stands:
				if _, err := bring(tx, m, i.Back(r.line, r.report.String())); err != nil {
					return err
				}
			}
			done++
		}
		i = i.TookBack(last, done, kept, len(part) < oldbook.Part)
		return putOldBook(tx, i)
	})
	return i, err
}

// ImportedBook implements oldbook.Store.
func (s *Store) ImportedBook(ctx context.Context, by accounts.Actor, id string) (i oldbook.Import, err error) {
	err = s.view(ctx, func(tx *tx) error {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		i, err = oldBook(tx, id)
		if err == nil && !i.Reads(by, reg.Where) {
			err = oldbook.Unknown()
		}
		return err
	})
	if err != nil {
		return oldbook.Import{}, err
	}
	return i, nil
}

// ImportedBooks implements oldbook.Store.
func (s *Store) ImportedBooks(ctx context.Context, by accounts.Actor, under bool) (list []oldbook.Import, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		take := func(i oldbook.Import) bool {
			if i.Reads(by, reg.Where) {
				list = append(list, i)
			}
			return len(list) < oldbook.MostListed
		}
		if under {
			for e, err := range oldBooksDue.descend(tx, nil, nil) {
				if err != nil {
					return err
				}
				i, err := oldBooks.named(tx, e.key, oldBooksDue.name, e.key)
				if err != nil {
					return err
				}
				if !take(i) {
					break
				}
			}
			return nil
		}
		for i, err := range records(oldBooks.descend(tx, nil, nil)) {
			if err != nil {
				return err
			}
			if !take(i) {
				break
			}
		}
		return nil
	})
	return list, err
}

// checkOldBooks checks that each import is found by its ID, that those under way are listed, and that its rows are reports of it.
func checkOldBooks(tx *tx, report func(store.Problem)) error {
	n, due := 0, 0
	for e, err := range oldBooks.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
		if key, found, err := oldBookKeys.get(tx, []byte(e.rec.Import)); err != nil || !found || string(key) != string(e.key) {
			report(store.Problem{Table: oldBookKeys.name, Key: e.rec.Import, What: "does not name the import"})
		}
		if e.rec.State.Busy() {
			if due++; !oldBooksDue.has(tx, e.key) {
				report(store.Problem{Table: oldBooksDue.name, Key: e.rec.Import, What: "does not list an import under way"})
			}
		}
		rows, prefix := 0, []byte(e.rec.Import)
		for r, err := range oldBookRows.ascend(tx, prefix, after(prefix)) {
			if err != nil {
				return err
			}
			rows++
			line, _, found, err := findLine(tx, r.rec.String())
			if err != nil {
				return err
			}
			if !found || line.Book == nil || line.Book.Import != e.rec.Import {
				badRow(report, oldBookRows.name, r.key, "no report of the import")
			}
		}
		if rows != e.rec.Taken {
			report(store.Problem{Table: oldBookRows.name, Key: e.rec.Import, What: fmt.Sprintf("lists %d rows, %d were taken", rows, e.rec.Taken)})
		}
	}
	for name, want := range map[string]int{oldBookKeys.name: n, oldBooksDue.name: due} {
		if got := rowsOf(tx, name); got != want {
			report(store.Problem{Table: name, What: fmt.Sprintf("lists %d, there are %d", got, want)})
		}
	}
	return nil
}
