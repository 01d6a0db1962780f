package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"loa/store"
)

// checks are what each noun's tables must satisfy: every index row has its
// record, every chain its links. A check reports and goes on.
var checks = []func(tx *tx, report func(store.Problem)) error{
	checkAirings, checkSeals, checkSummaries,
	checkContests,
	checkLibrary, checkSounds,
	checkAccounts,
	checkSchedule,
	checkStations,
}

// Verify reads everything: the pages of the file, the checksum of every value,
// how much each table should hold, and each noun's checks. It calls report for
// every problem and goes on, and returns how many records it read. ctx is looked
// at between tables.
func (s *Store) Verify(ctx context.Context, report func(store.Problem)) (records int, err error) {
	parts := append([]part{{databaseFile, func(tx *tx, report func(store.Problem)) error { return s.checkPages(tx, report) }}}, recordParts(&records)...)
	for _, p := range parts {
		// A part that stumbles over damage, even by a panic, is a problem of the
		// records and no end of the rest.
		check := func(tx *tx) error { return p.check(tx, report) }
		err := s.view(ctx, check)
		for range 20 {
			if !errors.Is(err, errOvertaken) {
				break
			}
			err = s.view(ctx, check)
		}
		if ctx.Err() != nil {
			return records, ctx.Err()
		}
		if err != nil && !errors.Is(err, errChecksum) {
			report(store.Problem{Table: p.table, What: err.Error()})
		}
	}
	return records, nil
}

// part is one thing Verify does, and the table its trouble belongs to.
type part struct {
	table string
	check func(tx *tx, report func(store.Problem)) error
}

// recordParts are the parts that look at records, not at the file. They add how
// many they read.
func recordParts(records *int) []part {
	parts := []part{{databaseFile, checkTables}}
	for _, name := range tableNames {
		parts = append(parts, part{name, func(tx *tx, report func(store.Problem)) error {
			n, err := checkTable(tx, name, report)
			*records += n
			return err
		}})
	}
	for _, check := range checks {
		parts = append(parts, part{databaseFile, check})
	}
	return parts
}

// checkPages checks the pages that the transaction sees. Others may go on
// writing: what it sees is not written over meanwhile.
func (s *Store) checkPages(tx *tx, report func(store.Problem)) error {
	f, err := os.Open(filepath.Join(s.dir, databaseFile))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	metas, bad := readMetas(f)
	for i, m := range metas {
		if bad[i] != nil || m.tx != uint64(tx.b.ID()) {
			continue
		}
		if bad[1-i] != nil {
			report(store.Problem{Table: databaseFile, What: fmt.Sprintf("first page %d %v", 1-i, bad[1-i])})
		}
		return checkPages(f, info.Size(), m, func(what string) { report(store.Problem{Table: databaseFile, What: what}) })
	}
	return errOvertaken
}

// errOvertaken says that the first page of a transaction was written over by the
// second commit after it, or is damaged.
var errOvertaken = errors.New("no first page says where the tables are")

// checkTables finds tables that are missing and such as are none of ours.
func checkTables(tx *tx, report func(store.Problem)) error {
	is, found, err := aboutThis.get(tx, aboutKey)
	if err != nil || !found || is.installation != tx.s.installation {
		report(store.Problem{Table: aboutThis.name, What: "does not say what the marker says"})
	}
	for _, name := range is.Tables {
		if tx.b.Bucket([]byte(name)) == nil {
			report(store.Problem{Table: name, What: "missing"})
		}
	}
	return tx.b.ForEach(func(name []byte, _ *bbolt.Bucket) error {
		if !slices.Contains(tableNames, string(name)) {
			report(store.Problem{Table: string(name), What: "is no table"})
		}
		return nil
	})
}

// checkTable reads a whole table: the checksum of every row, and whether they are
// as many and the same as were put there.
func checkTable(tx *tx, name string, report func(store.Problem)) (records int, err error) {
	b := tx.b.Bucket([]byte(name))
	if b == nil {
		return 0, nil // reported by checkTables
	}
	got, rotten := cover{sequence: b.Sequence()}, false
	err = b.ForEach(func(k, v []byte) error {
		if v == nil {
			report(store.Problem{Table: name, Key: fmt.Sprintf("%x", k), What: "is no row"})
			return nil
		}
		records++
		got.move(tx.hashRow(k, v), true)
		if plain[name] {
			return nil
		}
		if _, err := unseal(name, k, v); err != nil {
			rotten = true
			report(store.Problem{Table: name, Key: fmt.Sprintf("%x", k), What: errChecksum.Error()})
		}
		if name == coversBucket && (string(k) == coversBucket || !slices.Contains(tableNames, string(k))) {
			report(store.Problem{Table: name, Key: string(k), What: "is of no table"})
		}
		return nil
	})
	if err != nil || name == coversBucket {
		return records, err
	}
	want, found, err := readCover(tx, name)
	switch {
	case err != nil || !found:
		report(store.Problem{Table: name, What: "nothing says how much it should hold"})
	case got.rows != want.rows:
		report(store.Problem{Table: name, What: fmt.Sprintf("holds %d rows, %d were put there", got.rows, want.rows)})
	case got.sum != want.sum && !rotten:
		report(store.Problem{Table: name, What: "a row is not as it was put there"})
	case got.sequence != want.sequence:
		report(store.Problem{Table: name, What: fmt.Sprintf("its last number is %d, %d was given", got.sequence, want.sequence)})
	}
	return records, nil
}
