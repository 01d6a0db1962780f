package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	bbolt "go.etcd.io/bbolt"

	"loa/store"
)

// checks are what each noun's tables must satisfy: every index row has its
// record, every chain its links. A check reports and goes on.
var checks = []func(tx *tx, report func(store.Problem)) error{
	checkSeals, checkSummaries, checkCalls, checkProposals, checkPleas, checkSamples, checkOldBooks, checkOutgoing, checkLayouts, checkPlans,
	checkQuiz, checkCalendars,
	checkContests,
	checkLibrary, checkSounds,
	checkAccounts,
	checkSchedule,
	checkStations,
	checkMessages, checkTexts,
	checkDevices, checkTrail, checkErasures,
}

// Verify reads everything: the pages of the file, the checksum of every value,
// how much each table should hold, and each noun's checks. It calls report for
// every problem, one at a time, and goes on, and returns how many records it read.
// All cores work at it. ctx is looked at between parts.
func (s *Store) Verify(ctx context.Context, report func(store.Problem)) (int, error) {
	var one sync.Mutex
	say := func(p store.Problem) {
		one.Lock()
		defer one.Unlock()
		report(p)
	}
	crew, err := s.together(ctx, runtime.GOMAXPROCS(0))
	if err != nil {
		return 0, err
	}
	var records atomic.Int64
	pages := part{databaseFile, func(*tx, func(store.Problem)) error { return s.checkFileNow(ctx, say) }}
	for i, stage := range recordStages(crew[0], say, &records) {
		if i == 0 {
			stage = append([]part{pages}, stage...)
		}
		crew.do(ctx, stage, say)
	}
	crew.dismiss()
	return int(records.Load()), ctx.Err()
}

// part is one thing Verify does, and the table its trouble belongs to.
type part struct {
	table string
	check func(tx *tx, report func(store.Problem)) error
}

// do carries out the part. One that stumbles over damage, even by a panic, is a
// problem of the records and no end of the rest.
func (p part) do(tx *tx, report func(store.Problem)) {
	err := safely(func() error { return p.check(tx, report) })
	if err != nil && !errors.Is(err, errChecksum) {
		report(store.Problem{Table: p.table, What: err.Error()})
	}
}

// crew are read transactions of one instant: several may look at it at once.
type crew []*tx

// together begins so many read transactions that see the same.
func (s *Store) together(ctx context.Context, n int) (c crew, err error) {
	for ctx.Err() == nil {
		for range n {
			b, err := s.db.Begin(false)
			if err != nil {
				c.dismiss()
				return nil, diskFault(err, "read database")
			}
			c = append(c, &tx{b: b, s: s})
		}
		if !slices.ContainsFunc(c, func(t *tx) bool { return t.b.ID() != c[0].b.ID() }) {
			return c, nil
		}
		c.dismiss() // somebody wrote between
		c = nil
	}
	return nil, ctx.Err()
}

// do has each of the crew take the next part until none is left.
func (c crew) do(ctx context.Context, parts []part, report func(store.Problem)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, tx := range c {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(parts)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				parts[i].do(tx, report)
			}
		})
	}
	wg.Wait()
}

func (c crew) dismiss() {
	for _, tx := range c {
		_ = tx.b.Rollback() // of a reader nothing can fail
	}
}

// recordStages are the parts that look at records, not at the file; those of a stage
// may run at once. They add how many records they read.
func recordStages(t *tx, report func(store.Problem), records *atomic.Int64) [][]part {
	log, first := newLogCheck(), []part{{databaseFile, checkTables}}
	list := part{logEntries.name, func(tx *tx, _ func(store.Problem)) error {
		for _, number := range stationsOfLog(tx) {
			first = append(first, part{databaseFile, chainOf(log, number)})
		}
		return nil
	}}
	list.do(t, report)
	for _, name := range tableNames {
		first = append(first, part{name, func(tx *tx, report func(store.Problem)) error {
			n, err := checkTable(tx, name, report)
			records.Add(int64(n))
			return err
		}})
	}
	second := []part{{databaseFile, log.compare}}
	sealed := part{seals.name, func(tx *tx, _ func(store.Problem)) error {
		for key := range seals.keys(tx) {
			second = append(second, part{seals.name, checkSeal(binary.BigEndian.Uint32(key))})
		}
		return nil
	}}
	sealed.do(t, report)
	for _, check := range checks {
		second = append(second, part{databaseFile, check})
	}
	return [][]part{first, second}
}

func chainOf(log *logCheck, number uint32) func(*tx, func(store.Problem)) error {
	return func(tx *tx, report func(store.Problem)) error { return log.follow(tx, number, report) }
}

// checkFileNow checks the pages of the file as they are now: others may go on writing,
// and what they overtake is looked at again.
func (s *Store) checkFileNow(ctx context.Context, report func(store.Problem)) (err error) {
	for range 21 {
		err = s.view(ctx, func(tx *tx) error { return s.checkPages(tx, report) })
		if !errors.Is(err, errOvertaken) {
			break
		}
	}
	return err
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
		if !slices.Contains(tableNames, string(name)) && string(name) != blankBucket {
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
	for k, v := range tx.rows(name, nil, nil, false) {
		if v == nil {
			report(store.Problem{Table: name, Key: fmt.Sprintf("%x", k), What: "is no row"})
			continue
		}
		records++
		got.move(tx.hashRow(k, v), true)
		if plain[name] {
			continue
		}
		if _, err := unseal(name, k, v); err != nil {
			rotten = true
			report(store.Problem{Table: name, Key: fmt.Sprintf("%x", k), What: errChecksum.Error()})
		}
		if name == coversBucket && (string(k) == coversBucket || !slices.Contains(tableNames, string(k))) {
			report(store.Problem{Table: name, Key: string(k), What: "is of no table"})
		}
	}
	if name == coversBucket {
		return records, nil
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
