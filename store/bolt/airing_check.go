package bolt

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"

	"loa/airing"
	"loa/internal/text"
	"loa/store"
)

// chained is the place of an entry in the log.
type chained struct{ station, seq uint32 }

// logCheck follows every chain, several at once, and compares every index with the log.
type logCheck struct {
	mu       sync.Mutex
	cut      bool // a chain could not be read to its end
	heads    map[uint32]airing.Head
	found    map[uuid.UUID]bool // reports of the log
	evidence map[string][]byte  // keys of what was not taken away, by ID
	sums     map[tallied]airing.Tally
	exhibits map[string]airing.Exhibit // by report
	unproved map[string]uuid.UUID      // by key: the reports
}

func newLogCheck() *logCheck {
	return &logCheck{heads: map[uint32]airing.Head{}, found: map[uuid.UUID]bool{}, evidence: map[string][]byte{}, sums: map[tallied]airing.Tally{},
		exhibits: map[string]airing.Exhibit{}, unproved: map[string]uuid.UUID{}}
}

// stationsOfLog are the numbers of the stations that have a chain.
func stationsOfLog(tx *tx) (numbers []uint32) {
	c := logEntries.bucket(tx).Cursor()
	for k, _ := c.First(); len(k) >= 4; k, _ = c.Seek(after(k[:4])) {
		numbers = append(numbers, binary.BigEndian.Uint32(k))
		if after(k[:4]) == nil {
			break
		}
	}
	for _, r := range tx.freshRows(logEntries.name, nil, nil) {
		if len(r.key) >= 4 {
			numbers = append(numbers, binary.BigEndian.Uint32(r.key))
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func badRow(report func(store.Problem), table string, key []byte, what string) {
	report(store.Problem{Table: table, Key: base64.RawURLEncoding.EncodeToString(key), What: what})
}

// follow follows the chain of one station and counts what it reported. Each entry is
// read once.
func (l *logCheck) follow(tx *tx, number uint32, report func(store.Problem)) (err error) {
	own := newLogCheck()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.add(own)
		l.cut = l.cut || err != nil
	}()
	chain := airing.Follower{Head: airing.Head{Station: stationID(number)}}
	chain.Was = func(seq uint32) (airing.Hash, bool) {
		was, found, bad := redactedLog.get(tx, entryKey(number, seq))
		return was, found && bad == nil
	}
	tx.chain = map[chained]airing.Entry{}
	defer func() { tx.chain = nil }()
	var reports []airing.Report
	prefix := numberKey(number)
	for e, err := range logEntries.ascend(tx, prefix, after(prefix)) {
		if err != nil {
			return err
		}
		entry, err := chain.Next(e.rec)
		if err == nil {
			var known bool
			if entry, known, err = unveiled(tx, entry); err == nil && !known {
				err = errors.New("names somebody whom no table knows by that name")
			}
		}
		if err != nil {
			badRow(report, logEntries.name, e.key, err.Error())
		} else if entry.Check() == nil {
			tx.chain[chained{number, entry.Seq}] = entry
		}
		if e := entry.Evidence; e != nil {
			own.evidence[e.ID] = []byte(e.SHA256 + e.ID)
		}
		if entry.Removal != nil {
			delete(own.evidence, entry.Removal.Evidence)
		}
		if entry.Report != nil {
			reports = append(reports, *entry.Report)
		}
	}
	for _, seq := range chain.Forged() {
		badRow(report, logEntries.name, entryKey(number, seq), "was changed as by an erasure, and none in the chain says so")
	}
	for _, person := range chain.People {
		if err := checkErased(tx, person, report); err != nil {
			return err
		}
	}
	own.heads[number] = chain.Head
	return own.reports(tx, number, reports, report)
}

// reports looks for what a station reported in every index, and counts it.
func (l *logCheck) reports(tx *tx, number uint32, list []airing.Report, report func(store.Problem)) error {
	set, err := settingsOf(tx)
	if err != nil {
		return err
	}
	cal := set.Calendar(text.Zone)
	for _, r := range list {
		id := uuid.MustParse(r.ID)
		l.found[id] = true
		idx, indexed, err := logLines.get(tx, id[:])
		if err != nil || !indexed {
			badRow(report, logLines.name, id[:], "report "+r.ID+" is not indexed")
		}
		for _, index := range []struct {
			table[uuid.UUID]
			key []byte
		}{{linesByTime, timeAndID(r.StartedAt, id)}, {linesByPlace, placeKey(number, r.StartedAt, id)}} {
			if _, ok, err := index.get(tx, index.key); err != nil || !ok {
				badRow(report, index.name, id[:], "report "+r.ID+" is not indexed")
			}
		}
		if !indexed {
			continue
		}
		line, err := readLine(tx, idx)
		if err != nil {
			return err
		}
		tallyLine(l.sums, cal.Week(line.StartedAt), number, line)
		if e, ok := line.Exhibit(); ok {
			l.exhibits[e.Report] = e
		}
		if len(line.Unproved()) > 0 {
			l.unproved[string(lineKey(line))] = id
		}
	}
	return nil
}

// add takes over what was found of one station.
func (l *logCheck) add(own *logCheck) {
	for number, head := range own.heads {
		l.heads[number] = head
	}
	for id := range own.found {
		l.found[id] = true
	}
	for id, key := range own.evidence {
		l.evidence[id] = key
	}
	for k, t := range own.sums {
		l.sums[k] = t
	}
	maps.Copy(l.exhibits, own.exhibits)
	maps.Copy(l.unproved, own.unproved)
}

// compare looks through the indexes for what is not in the log. Every chain was followed before.
func (l *logCheck) compare(tx *tx, report func(store.Problem)) error {
	if l.cut {
		return nil // said already, and all that follows would be said of the same
	}
	for id, key := range l.evidence {
		if _, ok, err := evidenceByBlob.get(tx, key); err != nil || !ok {
			badRow(report, evidenceByBlob.name, key, "evidence "+id+" is not indexed")
		}
	}
	for e, err := range logHeads.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		number := binary.BigEndian.Uint32(e.key)
		if l.heads[number] != e.rec {
			badRow(report, logHeads.name, e.key, "the chain does not end where its head says")
		}
		delete(l.heads, number)
	}
	for number := range l.heads {
		badRow(report, logHeads.name, numberKey(number), "no head for a chain")
	}
	for key := range logLines.keys(tx) {
		if id, err := uuid.FromBytes(key); err != nil || !l.found[id] {
			badRow(report, logLines.name, key, "no such report in the log")
		}
	}
	for e, err := range earlyLines.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if !l.found[e.rec] {
			badRow(report, earlyLines.name, e.key, "no such report in the log")
		}
	}
	for e, err := range exhibits.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if want, ok := l.exhibits[e.rec.Report]; !ok || want != e.rec {
			badRow(report, exhibits.name, e.key, "differs from the log")
		}
		delete(l.exhibits, e.rec.Report)
	}
	for _, e := range l.exhibits {
		badRow(report, exhibits.name, exhibitKey(e), "missing")
	}
	for e, err := range unproved.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if want, ok := l.unproved[string(e.key)]; !ok || want != e.rec {
			badRow(report, unproved.name, e.key, "differs from the log")
		}
		delete(l.unproved, string(e.key))
	}
	for key := range l.unproved {
		badRow(report, unproved.name, []byte(key), "missing")
	}
	return l.tallies(tx, report)
}

func (l *logCheck) tallies(tx *tx, report func(store.Problem)) error {
	for _, t := range []table[talliedBytes]{tallies, ofProgramme} {
		for e, err := range t.ascend(tx, nil, nil) {
			if err != nil {
				return err
			}
			k, ok := talliedAt(e.key, t == tallies)
			if got, err := airing.TallyOf(e.rec); err != nil || !ok || got != l.sums[k] {
				badRow(report, t.name, e.key, "differs from a recount")
			}
			delete(l.sums, k)
		}
	}
	for k := range l.sums {
		badRow(report, k.table().name, k.key(), "missing")
	}
	return nil
}
