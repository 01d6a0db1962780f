package bolt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"

	bbolt "go.etcd.io/bbolt"

	"loa/store"
)

// TableNames lists every bucket.
func TableNames() []string { return tableNames }

// TableRows tells how many rows each table has.
func (s *Store) TableRows(ctx context.Context) (map[string]int, error) {
	rows := map[string]int{}
	err := s.view(ctx, func(tx *tx) error {
		for _, name := range tableNames {
			for range tx.rows(name, nil, nil, false) {
				rows[name]++
			}
		}
		return nil
	})
	return rows, err
}

// Reading does something while a reader holds the pages as they are.
func (s *Store) Reading(ctx context.Context, do func()) error {
	return s.view(ctx, func(*tx) error { do(); return nil })
}

// PutInPlace puts every fresh row into its table.
func (s *Store) PutInPlace(ctx context.Context) error {
	return s.update(ctx, func(tx *tx) error { return tx.settleFresh() })
}

// Tampered returns what Verify says of the records after spoil changed them by
// hand, and takes the change back.
func (s *Store) Tampered(spoil func(*bbolt.Tx) error) (found []store.Problem, err error) {
	back := errors.New("back")
	err = s.db.Update(func(b *bbolt.Tx) error {
		if err := spoil(b); err != nil {
			return err
		}
		report := func(p store.Problem) { found = append(found, p) }
		t := &tx{b: b, s: s}
		for _, stage := range recordStages(t, report, new(atomic.Int64)) {
			for _, p := range stage {
				p.do(t, report)
			}
		}
		return back
	})
	if errors.Is(err, back) {
		err = nil
	}
	return found, err
}

// Seal is a row's value with its checksum, as this package writes it; a table
// without checksums gets it as it is.
func Seal(table string, payload []byte) []byte {
	if plain[table] {
		return payload
	}
	return seal(payload)
}

// Unseal is a row's value without its checksum.
func Unseal(table string, v []byte) []byte {
	if plain[table] {
		return v
	}
	return v[4:]
}

// CheckBytes says what is wrong with a database file of these bytes.
func CheckBytes(b []byte) (wrong []string) {
	r, report := bytes.NewReader(b), func(what string) { wrong = append(wrong, what) }
	metas, bad := readMetas(r)
	for i, m := range metas {
		if bad[i] != nil {
			report(bad[i].Error())
		} else if err := checkPages(r, int64(len(b)), m, report); err != nil {
			report(err.Error())
		}
	}
	return wrong
}

// NoteClusters writes that nobody noted how many clusters work as schema 2 did, and takes
// the step to schema 3.
func (s *Store) NoteClusters() error {
	return s.bare(func(tx *tx) error {
		for _, name := range []string{stationRecords.name, successions.name} {
			rows := table[json.RawMessage]{name: name}
			for e, err := range rows.ascend(tx, nil, nil) {
				old := bytes.ReplaceAll(e.rec, []byte(`"clusters_working":null`), []byte(`"clusters_working":0`))
				if err = errors.Join(err, rows.put(tx, bytes.Clone(e.key), old)); err != nil {
					return err
				}
			}
		}
		return noteClusters(tx)
	}, true)
}
