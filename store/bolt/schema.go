package bolt

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	bbolt "go.etcd.io/bbolt"
	bberrors "go.etcd.io/bbolt/errors"

	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
)

// Schema is the version of what is on disk, 1 more than there are steps. Open
// refuses a newer folder and raises an older one step by step.
const Schema = 5

// steps raise a folder: steps[0] makes schema 2 of schema 1. A step has a
// transaction of its own and sees tables as the steps before it left them. Steps
// are append-only, and each has its frozen folder in testdata.
var steps = [Schema - 1]struct {
	what string // for the log
	run  func(*tx) error
}{
	{"every table is covered", coverTables},
	{"no working loudspeaker clusters is a number, and not noted is none", noteClusters},
	{"seals stand in a table of their own", sealsApart},
	{"new rows of scattered tables stand together", func(tx *tx) error { return tx.makeTable(freshBucket) }},
}

// noteClusters says "not noted" of stations as null: until then it was written as 0.
func noteClusters(tx *tx) error {
	type raw = map[string]json.RawMessage
	note := func(station raw) {
		if string(station["clusters_working"]) == "0" {
			station["clusters_working"] = json.RawMessage("null")
		}
	}
	list, changes := table[raw](stationRecords), table[raw](successions)
	rows := map[string]raw{}
	for e, err := range list.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		note(e.rec)
		rows[string(e.key)] = e.rec
	}
	for key, rec := range rows {
		if err := list.put(tx, []byte(key), rec); err != nil {
			return err
		}
	}
	if clear(rows); changes.bucket(tx) == nil {
		return nil // the folder is older than they are
	}
	for e, err := range changes.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		var changed raw
		if err := json.Unmarshal(e.rec["changes"], &changed); err != nil {
			return damaged(successions.name, e.key, err)
		}
		var stations []map[string]raw // each with what it was, if it was, and what it is
		if err := json.Unmarshal(changed["stations"], &stations); err != nil {
			return damaged(successions.name, e.key, err)
		}
		for _, s := range stations {
			note(s["was"])
			note(s["now"])
		}
		var err error
		if changed["stations"], err = json.Marshal(stations); err != nil {
			return err
		}
		if e.rec["changes"], err = json.Marshal(changed); err != nil {
			return err
		}
		rows[string(e.key)] = e.rec
	}
	for key, rec := range rows {
		if err := changes.put(tx, []byte(key), rec); err != nil {
			return err
		}
	}
	return nil
}

// sealsApart takes the seals out of the closed weeks, where they stood beside what was
// frozen; the table of seals said the weeks alone, in the order they were sealed.
func sealsApart(tx *tx) error {
	type raw = map[string]json.RawMessage
	type closing struct {
		Seal   json.RawMessage `json:"seal"`
		Before []raw           `json:"before"`
	}
	for _, name := range []string{sealEnds.name, sealsOfWeeks.name, ownKeys.name} {
		if err := tx.makeTable(name); err != nil {
			return err
		}
	}
	order, weeks := table[json.RawMessage](seals), table[raw](closedWeeks)
	times, last := map[string]int{}, map[string]int{}
	rows := [][]byte{}
	for e, err := range order.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		var week airing.Week
		if err := json.Unmarshal(e.rec, &week); err != nil {
			return damaged(order.name, e.key, err)
		}
		key := string(weekKey(week))
		was, found, err := table[closing](closedWeeks).get(tx, []byte(key))
		if err == nil && (!found || times[key] > len(was.Before)) {
			err = damaged(closedWeeks.name, []byte(key), errMissing)
		}
		if err != nil {
			return err
		}
		own := was.Seal
		if n := times[key]; n < len(was.Before) {
			own = was.Before[n]["seal"]
		}
		times[key]++
		rows = append(rows, own)
		last[key] = len(rows)
	}
	for key := range last {
		c, _, err := weeks.get(tx, []byte(key))
		if err != nil {
			return err
		}
		delete(c, "seal")
		if list, there := c["before"]; there {
			var before []raw
			if err := json.Unmarshal(list, &before); err != nil {
				return damaged(weeks.name, []byte(key), err)
			}
			for _, b := range before {
				delete(b, "seal")
			}
			if c["before"], err = json.Marshal(before); err != nil {
				return err
			}
		}
		if err := errors.Join(weeks.put(tx, []byte(key), c), sealsOfWeeks.put(tx, []byte(key), last[key])); err != nil {
			return err
		}
	}
	for i, own := range rows {
		var seal raw
		err := json.Unmarshal(own, &seal)
		if err == nil {
			seal["number"] = json.RawMessage(strconv.Itoa(i + 1))
			own, err = json.Marshal(seal)
		}
		if err != nil {
			return damaged(closedWeeks.name, numberKey(uint32(i)), err)
		}
		if err := order.put(tx, numberKey(uint32(i+1)), own); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return order.remove(tx, numberKey(0))
}

// derived are the tables that can be counted again from others, and the shape
// their values have. Where the folder names another shape they are counted again at
// the start; a shape with a name this program does not know is a newer program's.
var derived = []struct {
	table string
	shape func() []string
	count func(*tx) error
}{
	{tallies.name, airing.TallyShape, retally},
	{ofProgramme.name, airing.TallyShape, retally},
	{exhibits.name, airing.ExhibitShape, exhibit},
	{runsOf.name, func() []string { return []string{"job"} }, runsByJob},
	{unproved.name, airing.DueShape, unprove},
	{trailOf.name, func() []string { return []string{"browser", "person", "station"} }, indexTrail},
	{summaries.name, coverage.SummaryShape, summarise},
	{frozenCells.name, coverage.DenseShape, summarise},
	{quizCodeSums.name, func() []string { return []string{"made", "used"} }, countCodes},
}

// about is what a database says of itself. The marker beside it repeats the
// first three, so that an older program and an empty folder can be told without it.
type about struct {
	installation
	Tables []string            `json:"tables"` // every table that was made, sorted: one that is missing was lost
	Shapes map[string][]string `json:"shapes"` // of the derived tables
}

var (
	aboutThis = table[about]{name: "about"} // one, under aboutKey; schema 1 had none
	aboutKey  = []byte("this")
)

// raise makes the database one of this schema: a new one with everything empty,
// an older one step by step after a copy was laid aside. mark is nil where the
// folder has no marker yet. Faults: store.newer, store.corrupt, store.full.
func (s *Store) raise(mark *installation, now time.Time) error {
	var is about
	empty := false
	err := s.bare(func(tx *tx) (err error) {
		first, _ := tx.b.Cursor().First()
		empty = first == nil
		if tx.b.Bucket([]byte(aboutThis.name)) == nil {
			is.Schema = 1
			return nil
		}
		found := false
		if is, found, err = aboutThis.get(tx, aboutKey); err == nil && !found {
			err = damaged(aboutThis.name, aboutKey, errMissing)
		}
		return err
	}, false)
	if err != nil {
		return err
	}
	switch {
	case is.Schema > Schema:
		return fault.New(fault.Unavailable, "store.newer", "schema", is.Schema, "known", Schema)
	case mark != nil && is.ID != "" && is.ID != mark.ID:
		return fault.New(fault.Unavailable, "store.corrupt", "file", installedFile).Because(fmt.Errorf("database of %s, marker of %s", is.ID, mark.ID))
	case is.ID != "":
		s.installation = is.installation
	case mark != nil:
		s.installation = *mark
	default:
		s.installation = installation{ID: uuid.NewString(), Created: now.UTC()}
	}
	if from := is.Schema; !empty && from < Schema {
		if err := s.climb(from); err != nil {
			return err
		}
	}
	s.installation.Schema = Schema
	return s.bare(func(tx *tx) error { return tx.settle(empty) }, true)
}

// climb runs the steps that a folder lacks. The marker is raised first, so that an
// older program refuses the folder whatever happens then; when a step fails it is put back.
func (s *Store) climb(from int) error {
	aside := filepath.Join(s.dir, fmt.Sprintf("%s.schema-%d", databaseFile, from))
	if err := s.layAside(aside); err != nil {
		return err
	}
	s.log.Warn("data folder is raised to a newer schema; the file as it was is kept", "from", from, "to", Schema, "kept", aside)
	mark := s.installation
	mark.Schema = Schema
	if err := writeInstalled(s.dir, mark); err != nil {
		return err
	}
	for i, step := range steps[from-1:] {
		to := from + i + 1
		err := s.bare(func(tx *tx) error {
			if err := step.run(tx); err != nil {
				return err
			}
			is, _, err := aboutThis.get(tx, aboutKey)
			if err != nil {
				return err
			}
			is.installation = s.installation
			is.Schema = to
			return aboutThis.put(tx, aboutKey, is)
		}, true)
		if err != nil {
			mark.Schema = to - 1
			return errors.Join(fmt.Errorf("store: step to schema %d (%s): %w", to, step.what, err), writeInstalled(s.dir, mark))
		}
		s.log.Info("schema step done", "schema", to, "what", step.what)
	}
	return nil
}

// layAside copies the database as it is, before it is changed for good.
func (s *Store) layAside(path string) error {
	f, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return diskFault(err, "copy the database")
	}
	err = s.db.View(func(b *bbolt.Tx) error { _, err := copyTo(f, b); return err })
	err = errors.Join(err, f.Close())
	if err == nil {
		err = errors.Join(os.Rename(path+".tmp", path), syncDir(s.dir))
	}
	if err != nil {
		return diskFault(errors.Join(err, os.Remove(path+".tmp")), "copy the database")
	}
	return nil
}

// settle makes the tables that are new, finds those that were lost, and counts
// again what is derived and has another shape. It writes nothing where nothing is to do.
func (tx *tx) settle(fresh bool) error {
	var is about
	if !fresh {
		found := false
		var err error
		if is, found, err = aboutThis.get(tx, aboutKey); err != nil || !found {
			return errors.Join(err, damaged(aboutThis.name, aboutKey, errMissing))
		}
		for _, name := range is.Tables {
			if tx.b.Bucket([]byte(name)) == nil {
				return fault.New(fault.Unavailable, "store.corrupt", "file", databaseFile).Because(fmt.Errorf("table %s is gone", name))
			}
		}
	}
	if err := tx.dropBlank(); err != nil {
		return err
	}
	for _, name := range tableNames {
		if err := tx.makeTable(name); err != nil {
			return err
		}
	}
	was := is
	is.installation = tx.s.installation
	is.Tables = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(is.Tables), tableNames...))))
	is.Shapes = map[string][]string{}
	for _, d := range derived {
		shape := d.shape()
		is.Shapes[d.table] = shape
		had := was.Shapes[d.table]
		if slices.Equal(had, shape) {
			continue
		}
		for _, name := range had {
			if !slices.Contains(shape, name) {
				return fault.New(fault.Unavailable, "store.newer", "schema", Schema, "known", Schema).Because(fmt.Errorf("%s counts %q", d.table, name))
			}
		}
		if !fresh {
			tx.s.log.Info("counted again, its shape is new", "table", d.table)
		}
		if err := d.count(tx); err != nil {
			return err
		}
	}
	if slices.Equal(was.Tables, is.Tables) && !tx.wrote && was.installation == is.installation {
		return nil
	}
	return aboutThis.put(tx, aboutKey, is)
}

// makeTable creates a table that is not there yet, with a cover that says so.
func (tx *tx) makeTable(name string) error {
	if tx.b.Bucket([]byte(name)) != nil {
		return nil
	}
	tx.wrote = true
	if _, err := tx.b.CreateBucket([]byte(name)); err != nil {
		return fmt.Errorf("store: create %s: %w", name, err)
	}
	if name == coversBucket {
		return nil
	}
	if _, err := tx.b.CreateBucketIfNotExists([]byte(coversBucket)); err != nil {
		return fmt.Errorf("store: create %s: %w", coversBucket, err)
	}
	return tx.b.Bucket([]byte(coversBucket)).Put([]byte(name), seal(cover{}.bytes()))
}

// coverTables is the step to schema 2: every table as it is gets its cover, and
// the database says what it is.
func coverTables(tx *tx) error {
	var names []string
	if err := tx.b.ForEach(func(name []byte, _ *bbolt.Bucket) error { names = append(names, string(name)); return nil }); err != nil {
		return err
	}
	for _, name := range []string{coversBucket, aboutThis.name} {
		if err := tx.makeTable(name); err != nil {
			return err
		}
	}
	for _, name := range names {
		c, err := countCover(tx, name)
		if err != nil {
			return err
		}
		if err := tx.b.Bucket([]byte(coversBucket)).Put([]byte(name), seal(c.bytes())); err != nil {
			return err
		}
	}
	return aboutThis.put(tx, aboutKey, about{Tables: append(names, coversBucket, aboutThis.name)})
}

// bare runs fn in a transaction before the store is open to others.
func (s *Store) bare(fn func(*tx) error, write bool) (err error) {
	b, err := s.db.Begin(write)
	if err != nil {
		return diskFault(err, "open database")
	}
	defer func() {
		if rolled := b.Rollback(); rolled != nil && !errors.Is(rolled, bberrors.ErrTxClosed) {
			err = errors.Join(err, rolled)
		}
	}()
	t := &tx{b: b, s: s}
	if err := t.run(fn); err != nil {
		return diskFault(err, "open database")
	}
	if !t.wrote {
		return nil
	}
	if err := t.run((*tx).keepCovers); err != nil {
		return diskFault(err, "open database")
	}
	if err := b.Commit(); err != nil {
		return diskFault(err, "open database")
	}
	return nil
}
