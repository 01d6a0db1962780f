package bolt

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// The airing log and what is derived from it. Only logEntries and heads are
// the truth; everything else can be recounted from them, and logCheck does.
var (
	logEntries     = table[json.RawMessage]{name: "airing_log"}      // by station number and entry number: the bytes that were hashed
	logHeads       = table[airing.Head]{name: "airing_heads"}        // by station number
	logLines       = table[lineIndex]{name: "airing_lines"}          // by report UUID
	linesByTime    = table[uuid.UUID]{name: "airing_by_time"}        // by start and UUID
	linesByPlace   = table[uuid.UUID]{name: "airing_by_station"}     // by station number, start and UUID
	slotLines      = table[uuid.UUID]{name: "airing_by_slot"}        // by slot ID: the standing report
	earlyLines     = table[uuid.UUID]{name: "airing_early"}          // by end and UUID: what was reported before it was over
	exhibits       = table[airing.Exhibit]{name: "airing_exhibits"}  // by start and UUID: what somebody may look at
	unproved       = table[uuid.UUID]{name: "airing_unproved"}       // by start and UUID: what the machine has not heard
	tallies        = table[talliedBytes]{name: "airing_tallies"}     // by week and station number
	ofProgramme    = table[talliedBytes]{name: "airing_programmes"}  // by week, programme and station number: airing.OfProgramme
	evidenceByBlob = table[string]{name: "airing_evidence_by_blob"}  // by SHA-256 and evidence ID: the report
	settings       = table[airing.Settings]{name: "airing_settings"} // one, under settingsKey
	redactedLog    = table[airing.Hash]{name: "airing_redacted"}     // by station number and entry number: the hash of the bytes before an erasure
)

var settingsKey = []byte("current")

// lineIndex says where the entries of one line are.
type lineIndex struct {
	Station     uint32   `json:"s"`
	Report      uint32   `json:"r"`           // entry number
	CorrectedBy string   `json:"c,omitempty"` // report ID
	Evidence    []uint32 `json:"e,omitempty"` // entry numbers, those of the corrected report first
	Removals    []uint32 `json:"d,omitempty"` // entry numbers
	Verdict     uint32   `json:"v,omitempty"` // entry number of the latest, 0 for none
	Earlier     []uint32 `json:"w,omitempty"` // entry numbers of the verdicts before it, oldest first; older programs kept none
	Proofs      []uint32 `json:"p,omitempty"` // entry numbers
}

// stationNumber is the number inside a station's ID; 0 is no station's.
func stationNumber(id string) uint32 {
	n, err := strconv.ParseUint(strings.TrimPrefix(id, "S"), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

func stationID(number uint32) string { return stations.StationID(int(number)) }

// talliedBytes is a tally in its bytes, of the shape the folder is marked with.
type talliedBytes []byte

func tallyOf(key []byte, b talliedBytes) (airing.Tally, error) {
	t, err := airing.TallyOf(b)
	if err != nil {
		err = damaged(tallies.name, key, err)
	}
	return t, err
}

func entryKey(station, seq uint32) []byte { return append(numberKey(station), numberKey(seq)...) }

func tallyKey(w airing.Week, station uint32) []byte {
	return append(numberKey(uint32(w)), numberKey(station)...)
}

func timeAndID(t time.Time, id uuid.UUID) []byte { return append(timeKey(t), id[:]...) }

func placeKey(station uint32, t time.Time, id uuid.UUID) []byte {
	return append(numberKey(station), timeAndID(t, id)...)
}

// AiringSettings implements airing.SettingsStore.
func (s *Store) AiringSettings(ctx context.Context) (set airing.Settings, err error) {
	err = s.view(ctx, func(tx *tx) error { set, err = settingsOf(tx); return err })
	return set, err
}

func settingsOf(tx *tx) (airing.Settings, error) {
	set, found, err := settings.get(tx, settingsKey)
	if !found && err == nil {
		set = airing.DefaultSettings()
	}
	return set, err
}

// SaveAiringSettings implements airing.SettingsStore.
func (s *Store) SaveAiringSettings(ctx context.Context, m accounts.Meta, set airing.Settings) (airing.Settings, error) {
	return change(ctx, s, m, "airing.save_settings", set, func(tx *tx) (airing.Settings, error) {
		old, err := settingsOf(tx)
		if err != nil {
			return set, err
		}
		set, err := airing.DecideSettings(old, m, set)
		if err != nil {
			return set, err
		}
		return set, settings.put(tx, settingsKey, set)
	})
}

// retally counts every tally anew from the log.
func retally(tx *tx) error {
	set, err := settingsOf(tx)
	if err != nil {
		return err
	}
	want, err := countTallies(tx, set)
	if err != nil {
		return err
	}
	for _, t := range []table[talliedBytes]{tallies, ofProgramme} {
		var stale [][]byte
		for key := range t.keys(tx) {
			stale = append(stale, slices.Clone(key))
		}
		for _, key := range stale {
			if err := t.remove(tx, key); err != nil {
				return err
			}
		}
	}
	for k, t := range want {
		if err := k.table().put(tx, k.key(), t.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// exhibit makes every exhibit anew from the log.
func exhibit(tx *tx) error { return fromLog(tx, exhibits, putExhibits) }

// unprove makes the index of what the machine has not heard anew from the log.
func unprove(tx *tx) error { return fromLog(tx, unproved, putUnproved) }

// fromLog empties an index of standing reports and lets put fill it.
func fromLog[T any](tx *tx, index table[T], put func(*tx, airing.Change) error) error {
	var stale [][]byte
	for key := range index.keys(tx) {
		stale = append(stale, slices.Clone(key))
	}
	for _, key := range stale {
		if err := index.remove(tx, key); err != nil {
			return err
		}
	}
	for e, err := range logLines.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if e.rec.CorrectedBy != "" {
			continue
		}
		line, err := readLine(tx, e.rec)
		if err != nil {
			return err
		}
		if err := put(tx, airing.Change{Moved: []airing.Moved{{Is: line}}}); err != nil {
			return err
		}
	}
	return nil
}

// putUnproved puts what waits for the machine from now on, and removes what waits no more.
func putUnproved(tx *tx, c airing.Change) error {
	gone, come := c.Unproved()
	for _, l := range gone {
		if err := unproved.remove(tx, lineKey(l)); err != nil {
			return err
		}
	}
	for _, l := range come {
		if err := unproved.put(tx, lineKey(l), uuid.MustParse(l.ID)); err != nil {
			return err
		}
	}
	return nil
}

func lineKey(l airing.Line) []byte { return timeAndID(l.StartedAt, uuid.MustParse(l.ID)) }

// putExhibits puts what somebody may look at from now on, and removes what nobody has to.
func putExhibits(tx *tx, c airing.Change) error {
	gone, come := c.Exhibits()
	for _, e := range gone {
		if err := exhibits.remove(tx, exhibitKey(e)); err != nil {
			return err
		}
	}
	for _, e := range come {
		if err := exhibits.put(tx, exhibitKey(e), e); err != nil {
			return err
		}
	}
	return nil
}

func exhibitKey(e airing.Exhibit) []byte { return timeAndID(e.StartedAt, uuid.MustParse(e.Report)) }

// tallied is what one tally counts.
type tallied struct {
	week      airing.Week
	programme string // "" counts all
	station   uint32
}

func (k tallied) table() table[talliedBytes] {
	if k.programme == "" {
		return tallies
	}
	return ofProgramme
}

func (k tallied) key() []byte {
	if k.programme == "" {
		return tallyKey(k.week, k.station)
	}
	return append(programmeKey(k.week, k.programme), numberKey(k.station)...)
}

// programmeKey is what the keys of a programme's week begin with.
func programmeKey(w airing.Week, programme string) []byte {
	return append(append(weekKey(w), programme...), 0)
}

// talliedAt is what the tally under that key counts.
func talliedAt(key []byte, whole bool) (k tallied, ok bool) {
	if whole {
		if len(key) != 8 {
			return k, false
		}
		return tallied{airing.Week(binary.BigEndian.Uint32(key)), "", binary.BigEndian.Uint32(key[4:])}, true
	}
	end := len(key) - 5
	if end < 5 || key[end] != 0 {
		return k, false
	}
	return tallied{airing.Week(binary.BigEndian.Uint32(key)), string(key[4:end]), binary.BigEndian.Uint32(key[end+1:])}, true
}

// tallyLine adds what a line counts to the tallies.
func tallyLine(sums map[tallied]airing.Tally, w airing.Week, station uint32, line airing.Line) {
	add := func(k tallied, t airing.Tally) {
		if t != (airing.Tally{}) {
			sums[k] = sums[k].Add(t, 1)
		}
	}
	add(tallied{w, "", station}, airing.Of(line))
	add(tallied{w, line.Programme, station}, airing.OfProgramme(line))
}

// countTallies counts every tally anew from the log.
func countTallies(tx *tx, set airing.Settings) (map[tallied]airing.Tally, error) {
	cal, sums := set.Calendar(text.Zone), map[tallied]airing.Tally{}
	for e, err := range logLines.ascend(tx, nil, nil) {
		if err != nil {
			return nil, err
		}
		line, err := readLine(tx, e.rec)
		if err != nil {
			return nil, err
		}
		tallyLine(sums, cal.Week(line.StartedAt), e.rec.Station, line)
	}
	return sums, nil
}

// Confirm implements airing.Log.
func (s *Store) Confirm(ctx context.Context, m accounts.Meta, c airing.Confirm) (line airing.Line, err error) {
	if err := s.refresh(ctx); err != nil {
		return line, err
	}
	err = s.update(ctx, func(tx *tx) error {
		line, err = confirm(tx, m, c)
		return err
	})
	return line, err
}

func confirm(tx *tx, m accounts.Meta, c airing.Confirm) (airing.Line, error) {
	f, err := airingFacts(tx, m, c)
	if err != nil {
		return airing.Line{}, err
	}
	if first, _, found, err := findLine(tx, c.ID); err != nil || found {
		if err == nil {
			err = airing.Repeats(first, m, c)
		}
		return withWeek(tx, f.Settings, first, err)
	}
	change, err := airing.Decide(f.Facts, m, c)
	if err != nil {
		return airing.Line{}, err
	}
	if err := putConfirmed(tx, f, change, c.Proposal); err != nil {
		return airing.Line{}, err
	}
	if err := errors.Join(tx.tellReport(m, change.Line), tx.noteReport(m, change.Line)); err != nil {
		return airing.Line{}, err
	}
	return withWeek(tx, f.Settings, change.Line, nil)
}

// putConfirmed appends the report of a change to its chain, and puts all that follows.
func putConfirmed(tx *tx, f facts, change airing.Change, proposal string) (err error) {
	idx := lineIndex{Station: stationNumber(change.Line.Station)}
	if idx.Report, err = appendEntry(tx, idx.Station, change.Entry); err != nil {
		return err
	}
	if change.TakesVerdicts {
		idx.Verdict, idx.Earlier = f.corrected.Verdict, f.corrected.Earlier
	}
	if change.TakesEvidence {
		idx.Evidence, idx.Removals = f.corrected.Evidence, f.corrected.Removals
	}
	if change.Replaces != "" {
		f.corrected.CorrectedBy = change.Line.ID
		if err := putLine(tx, change.Replaces, f.corrected); err != nil {
			return err
		}
	}
	if err := endProposals(tx, change, proposal); err != nil {
		return err
	}
	return putReport(tx, f.Settings, change, idx)
}

// putReport puts the rows of a new report.
func putReport(tx *tx, set airing.Settings, c airing.Change, idx lineIndex) error {
	r := c.Line.Report
	id := uuid.MustParse(r.ID) // Decide checked it
	if err := putLine(tx, r.ID, idx); err != nil {
		return err
	}
	if err := linesByTime.put(tx, timeAndID(r.StartedAt, id), id); err != nil {
		return err
	}
	if err := linesByPlace.put(tx, placeKey(idx.Station, r.StartedAt, id), id); err != nil {
		return err
	}
	if c.FromEnd {
		if err := earlyLines.put(tx, timeAndID(r.End(), id), id); err != nil {
			return err
		}
	}
	if c.Frees != "" {
		if err := slotLines.remove(tx, []byte(c.Frees)); err != nil {
			return err
		}
	}
	if c.Answers != "" {
		if err := slotLines.put(tx, []byte(c.Answers), id); err != nil {
			return err
		}
	}
	if err := putExhibits(tx, c); err != nil {
		return err
	}
	if err := putUnproved(tx, c); err != nil {
		return err
	}
	return putTallies(tx, set, c, idx.Station)
}

func putLine(tx *tx, reportID string, idx lineIndex) error {
	id := uuid.MustParse(reportID)
	return logLines.put(tx, id[:], idx)
}

// putTallies moves the station's counters as the change says.
func putTallies(tx *tx, set airing.Settings, c airing.Change, station uint32) error {
	for _, moved := range c.Tallies(set.Calendar(text.Zone)) {
		for _, one := range []struct {
			tallied
			less, more airing.Tally
		}{{tallied{moved.Week, "", station}, moved.Less, moved.More},
			{tallied{moved.Week, moved.Programme, station}, moved.ProgrammeLess, moved.ProgrammeMore}} {
			if one.less == one.more {
				continue
			}
			t, err := tallyAt(tx, one.table(), one.key())
			if err != nil {
				return err
			}
			if err := one.table().put(tx, one.key(), t.Add(one.less, -1).Add(one.more, 1).Bytes()); err != nil {
				return err
			}
		}
	}
	return nil
}

// weekFrozen reports whether the week of an instant is closed, and was not opened again.
func weekFrozen(tx *tx, set airing.Settings, at time.Time) bool {
	return frozenCells.has(tx, weekKey(set.Calendar(text.Zone).Week(at))) // a closed week itself is megabytes on a whole country
}

// withWeek tells at a line whether its week is closed.
func withWeek(tx *tx, set airing.Settings, line airing.Line, err error) (airing.Line, error) {
	if err != nil {
		return line, err
	}
	line.WeekClosed = weekFrozen(tx, set, line.StartedAt)
	return line, nil
}

// facts are what airing.Decide asks, and where the corrected line's entries are.
type facts struct {
	airing.Facts
	corrected lineIndex
}

func airingFacts(tx *tx, m accounts.Meta, c airing.Confirm) (facts, error) {
	f := facts{}
	var err error
	if f.Settings, err = settingsOf(tx); err != nil {
		return f, err
	}
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return f, err
	}
	plan, err := tx.s.schedule.get(tx)
	if err != nil {
		return f, err
	}
	if c.Proposal != "" {
		if said, _, found, err := proposalOf(tx, c.Proposal); err != nil {
			return f, err
		} else if found {
			f.Proposal = &said
			c = c.Confirming(said)
		}
	}
	if c.Corrects != "" {
		if old, idx, found, err := findLine(tx, c.Corrects); err != nil {
			return f, err
		} else if found {
			f.Corrected, f.corrected = &old, idx
			answers, _, err := slotLines.get(tx, []byte(old.Slot))
			if err != nil {
				return f, err
			}
			f.Answering = old.Slot != "" && answers.String() == old.ID
			if f.Newest, err = newestOf(tx, old); err != nil {
				return f, err
			}
			c = c.Correcting(old)
		}
	}
	if c.Slot != "" {
		slot, err := plan.Slot(reg, c.Slot)
		if err != nil && fault.Of(err).Kind == fault.Internal {
			return f, err
		}
		if err == nil {
			f.Slot, c.Station = &slot, cmp.Or(c.Station, slot.Station)
			if f.Corrected == nil || f.Corrected.Slot != c.Slot {
				c.Programme = slot.Programme
			}
		}
		line, lent, err := standing(tx, c.Slot)
		if err != nil {
			return f, err
		}
		f.Told(line, lent)
	}
	if p, err := plan.Programme(c.Programme); err == nil {
		f.Programme = &p
	}
	f.Gone = reg.CheckGone(c.Station)
	on := m.At // a code means the unit that bore it when the programme aired
	if !c.StartedAt.IsZero() {
		on = c.StartedAt
	}
	if st, err := reg.ByCodeOrID(c.Station, stations.DateOf(on.In(text.Zone))); err == nil {
		f.Station, f.Where = st.ID, reg.Where(st.ID)
		f.ActiveAt = st.ActiveAt
		f.GoesOn = func(at time.Time) error { return reg.CheckGoesOn(st.ID, at) }
		if met := airing.Meets(plan, reg, st, c); met != nil {
			line, lent, err := standing(tx, met.ID)
			if err != nil {
				return f, err
			}
			f.Meet(met, line, lent)
		}
		start := c.StartedAt
		if start.IsZero() && f.Slot != nil {
			start = f.Slot.Start
		}
		if (c.Alone || c.Book != nil) && !start.IsZero() {
			if f.Near, err = linesNear(tx, stationNumber(st.ID), start); err != nil {
				return f, err
			}
		}
		if c.Seen != nil && !start.IsZero() {
			f.Closed = weekFrozen(tx, f.Settings, start)
		}
		if f.Slot != nil {
			if e, ok := plan.EpisodeFor(c.Programme, st.TraitsAt(f.Slot.Start).Languages, f.Slot.Start); ok {
				f.Episode = &e
			}
		}
	}
	return f, nil
}

// linesNear are the lines of a station that airing.Near of start asks for.
func linesNear(tx *tx, station uint32, start time.Time) (lines []airing.Line, err error) {
	from, until := airing.Near(start)
	prefix := numberKey(station)
	for e, err := range linesByPlace.ascend(tx, append(slices.Clone(prefix), timeKey(from)...), append(slices.Clone(prefix), timeKey(until)...)) {
		if err != nil {
			return nil, err
		}
		line, _, err := lineOf(tx, linesByPlace.name, e.key, e.rec)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// standing returns the slot's standing line, nil if it has none; lent tells that another
// station said it, as airing.Before says.
func standing(tx *tx, slot string) (line *airing.Line, lent bool, err error) {
	line, err = standingHere(tx, slot)
	if line != nil || err != nil {
		return line, false, err
	}
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return nil, false, err
	}
	plan, err := tx.s.schedule.get(tx)
	if err != nil {
		return nil, false, err
	}
	before, lines := airing.Before{Registry: reg, Schedule: plan}, map[string]airing.Line{}
	for _, id := range before.Slots(slot) {
		switch line, err := standingHere(tx, id); {
		case err != nil:
			return nil, false, err
		case line != nil:
			lines[id] = *line
		}
	}
	line, lent = before.Answer(slot, lines)
	return line, lent, nil
}

// standingHere is standing of the slot's own station alone.
func standingHere(tx *tx, slot string) (*airing.Line, error) {
	id, found, err := slotLines.get(tx, []byte(slot))
	if err != nil || !found {
		return nil, err
	}
	line, _, err := lineOf(tx, slotLines.name, []byte(slot), id)
	return &line, err
}

// lineOf is findLine for a report that an index names: it must be there.
func lineOf(tx *tx, index string, key []byte, id uuid.UUID) (airing.Line, lineIndex, error) {
	line, idx, found, err := findLine(tx, id.String())
	if err == nil && !found {
		err = damaged(index, key, errMissing)
	}
	return line, idx, err
}

// findLine returns the line of a report and where its entries are.
func findLine(tx *tx, reportID string) (line airing.Line, idx lineIndex, found bool, err error) {
	id, err := uuid.Parse(reportID)
	if err != nil {
		return line, idx, false, nil
	}
	idx, found, err = logLines.get(tx, id[:])
	if err != nil || !found {
		return line, idx, false, err
	}
	line, err = readLine(tx, idx)
	return line, idx, err == nil, err
}

func readLine(tx *tx, idx lineIndex) (airing.Line, error) {
	e, err := readEntry(tx, idx.Station, idx.Report)
	if err != nil {
		return airing.Line{}, err
	}
	line := airing.NewLine(e, idx.CorrectedBy)
	said := slices.Concat(idx.Evidence, idx.Removals, idx.Proofs)
	if idx.Verdict > 0 {
		said = append(append(said, idx.Earlier...), idx.Verdict)
	}
	slices.Sort(said) // in the order in which it was said
	for _, seq := range said {
		e, err := readEntry(tx, idx.Station, seq)
		if err != nil {
			return line, err
		}
		line = line.After(e)
	}
	if idx.Verdict == 0 && line.Corrects != "" {
		id := uuid.MustParse(line.Corrects)
		before, _, err := lineOf(tx, logLines.name, id[:], id)
		if err != nil {
			return line, err
		}
		line = line.Replacing(before)
	}
	if tx.weighed == nil {
		if tx.weighed, err = tx.s.schedule.get(tx); err != nil {
			return line, err
		}
	}
	p, err := tx.weighed.Programme(line.Programme)
	if err != nil {
		return line, nil // a report of a programme that is not in this folder stands as it was written
	}
	return line.Anew(p), nil
}

func readEntry(tx *tx, station, seq uint32) (e airing.Entry, err error) {
	if e, known := tx.chain[chained{station, seq}]; known {
		return e, nil
	}
	raw, err := logEntries.named(tx, entryKey(station, seq), logEntries.name, entryKey(station, seq))
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, damaged(logEntries.name, entryKey(station, seq), err)
	}
	if err := e.Check(); err != nil {
		return e, damaged(logEntries.name, entryKey(station, seq), err)
	}
	e, ok, err := unveiled(tx, e)
	if err == nil && !ok {
		err = damaged(calledRecords.name, []byte(e.By.Person), errMissing)
	}
	return e, err
}

// appendEntry puts e at the end of its station's chain and returns its number.
func appendEntry(tx *tx, station uint32, e airing.Entry) (uint32, error) {
	head, found, err := logHeads.get(tx, numberKey(station))
	if err != nil {
		return 0, err
	}
	if !found {
		head = airing.Head{Station: e.Station}
	}
	if e.Named() != "" {
		c, err := callAs(tx, e.By)
		if err != nil {
			return 0, err
		}
		e.Veil(c)
	}
	raw, next, err := airing.Link(head, &e)
	if err != nil {
		return 0, err
	}
	if err := logEntries.put(tx, entryKey(station, next.Seq), raw); err != nil {
		return 0, err
	}
	return next.Seq, logHeads.put(tx, numberKey(station), next)
}

// Attach implements airing.Log.
func (s *Store) Attach(ctx context.Context, m accounts.Meta, e airing.Evidence) (airing.Line, error) {
	return s.annotate(ctx, m, e.Report, "airing.attach", e, func(_ *tx, a airing.About) (airing.Change, error) { return airing.DecideEvidence(a, m, e) })
}

// Detach implements airing.Log.
func (s *Store) Detach(ctx context.Context, m accounts.Meta, r airing.Removal) (airing.Line, error) {
	return s.annotate(ctx, m, r.Report, "airing.detach", r, func(_ *tx, a airing.About) (airing.Change, error) { return airing.DecideRemoval(a, m, r) })
}

// VerifyAiring implements airing.Log.
func (s *Store) VerifyAiring(ctx context.Context, m accounts.Meta, v airing.Verdict) (airing.Line, error) {
	return s.annotate(ctx, m, v.Report, "airing.judge", v, func(_ *tx, a airing.About) (airing.Change, error) { return airing.DecideVerdict(a, m, v) })
}

// Prove implements airing.Log.
func (s *Store) Prove(ctx context.Context, m accounts.Meta, p airing.Proof) (airing.Line, error) {
	return s.annotate(ctx, m, p.Report, "airing.prove", p, func(tx *tx, a airing.About) (airing.Change, error) {
		uses, err := usesOf(tx, p.SHA256)
		if err != nil {
			return airing.Change{}, err
		}
		again, err := usesOf(tx, p.Again)
		if err != nil {
			return airing.Change{}, err
		}
		return airing.DecideProof(a, m, p, append(uses, again...))
	})
}

// usesOf lists where bytes are attached as evidence.
func usesOf(tx *tx, sha256 string) (uses []airing.Use, err error) {
	if sha256 == "" {
		return nil, nil
	}
	for e, err := range evidenceByBlob.ascend(tx, []byte(sha256), after([]byte(sha256))) {
		if err != nil {
			return nil, err
		}
		id, err := uuid.Parse(e.rec)
		if err != nil {
			return nil, damaged(evidenceByBlob.name, e.key, err)
		}
		idx, err := logLines.named(tx, id[:], evidenceByBlob.name, e.key)
		if err != nil {
			return nil, err
		}
		for _, seq := range idx.Evidence {
			entry, err := readEntry(tx, idx.Station, seq)
			if err != nil {
				return nil, err
			}
			if entry.Evidence != nil && sha256+entry.Evidence.ID == string(e.key) {
				uses = append(uses, airing.Use{Report: entry.Evidence.Report, Station: entry.Station, At: entry.ReceivedAt})
			}
		}
	}
	return uses, nil
}

// Unproved implements airing.Log.
func (s *Store) Unproved(ctx context.Context, limit int) (lines []airing.Line, err error) {
	err = s.view(ctx, func(tx *tx) error {
		lines = nil
		for e, err := range unproved.descend(tx, nil, nil) {
			if err != nil || len(lines) == limit {
				return err
			}
			line, _, err := lineOf(tx, unproved.name, e.key, e.rec)
			if err != nil {
				return err
			}
			lines = append(lines, line)
		}
		return nil
	})
	return lines, err
}

// annotate lets the noun decide what is said of a report, and puts it.
func (s *Store) annotate(ctx context.Context, m accounts.Meta, report, name string, cmd any,
	decide func(*tx, airing.About) (airing.Change, error)) (airing.Line, error) {
	if err := s.refresh(ctx); err != nil {
		return airing.Line{}, err
	}
	return change(ctx, s, m, name, cmd, func(tx *tx) (airing.Line, error) {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return airing.Line{}, err
		}
		line, idx, found, err := findLine(tx, report)
		if err == nil && (!found || !airing.Reads(m.By, reg.Where(line.Station))) {
			err = airing.NoReport().At("report")
		}
		if err != nil {
			return airing.Line{}, err
		}
		set, err := settingsOf(tx)
		if err != nil {
			return line, err
		}
		a := airing.About{Line: line, On: reg.Where(line.Station)}
		a.Closed = weekFrozen(tx, set, line.StartedAt)
		if a.Before, err = correctedBefore(tx, line); err != nil {
			return line, err
		}
		if a.Newest, err = newestOf(tx, line); err != nil {
			return line, err
		}
		change, err := decide(tx, a)
		if err == nil {
			err = putAnnotation(tx, set, change, idx)
		}
		change.Line.WeekClosed = a.Closed
		return change.Line, err
	})
}

// newestOf is what corrected a line last, nil while it stands.
func newestOf(tx *tx, line airing.Line) (newest *airing.Line, err error) {
	for by := line.CorrectedBy; by != ""; by = newest.CorrectedBy {
		id := uuid.MustParse(by)
		newer, _, err := lineOf(tx, logLines.name, id[:], id)
		if err != nil {
			return nil, err
		}
		newest = &newer
	}
	return newest, nil
}

// correctedBefore lists the reports a line corrects, the last first.
func correctedBefore(tx *tx, line airing.Line) (ids []string, err error) {
	for older := line.Corrects; older != ""; older = line.Corrects {
		ids = append(ids, older)
		id := uuid.MustParse(older)
		if line, _, err = lineOf(tx, logLines.name, id[:], id); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// putAnnotation puts what is said of a report whose entries are where idx says.
func putAnnotation(tx *tx, set airing.Settings, c airing.Change, idx lineIndex) error {
	if c.Nothing() {
		return nil
	}
	seq, err := appendEntry(tx, idx.Station, c.Entry)
	if err != nil {
		return err
	}
	if err := putLine(tx, c.Line.ID, idx.with(c.Entry, seq)); err != nil {
		return err
	}
	for _, older := range c.Before {
		id := uuid.MustParse(older)
		was, _, err := logLines.get(tx, id[:])
		if err != nil {
			return err
		}
		if err := putLine(tx, older, was.with(c.Entry, seq)); err != nil {
			return err
		}
	}
	if e := c.Holds; e != nil {
		if err := evidenceByBlob.put(tx, []byte(e.SHA256+e.ID), c.Line.ID); err != nil {
			return err
		}
	}
	if e := c.LetsGo; e != nil {
		if err := evidenceByBlob.remove(tx, []byte(e.SHA256+e.ID)); err != nil {
			return err
		}
	}
	if err := putExhibits(tx, c); err != nil {
		return err
	}
	if err := putUnproved(tx, c); err != nil {
		return err
	}
	return putTallies(tx, set, c, idx.Station)
}

// with is the index of a line with one entry more.
func (idx lineIndex) with(e airing.Entry, seq uint32) lineIndex {
	switch {
	case e.Evidence != nil:
		idx.Evidence = append(idx.Evidence, seq)
	case e.Removal != nil:
		idx.Removals = append(idx.Removals, seq)
	case e.Proof != nil:
		idx.Proofs = append(idx.Proofs, seq)
	case idx.Verdict > 0:
		idx.Earlier, idx.Verdict = append(idx.Earlier, idx.Verdict), seq
	default:
		idx.Verdict = seq
	}
	return idx
}

// Airing implements airing.Log.
func (s *Store) Airing(ctx context.Context, by accounts.Actor, id string) (line airing.Line, err error) {
	err = s.view(ctx, func(tx *tx) error { line, err = airingIn(tx, by, id); return err })
	return line, err
}

func airingIn(tx *tx, by accounts.Actor, id string) (airing.Line, error) {
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return airing.Line{}, err
	}
	line, _, found, err := findLine(tx, id)
	if err != nil {
		return line, err
	}
	if !found || !airing.Reads(by, reg.Where(line.Station)) {
		return airing.Line{}, airing.NoReport()
	}
	set, err := settingsOf(tx)
	return withWeek(tx, set, line, err)
}

// Corrections implements airing.Log.
func (s *Store) Corrections(ctx context.Context, by accounts.Actor, id string) (lines []airing.Line, err error) {
	err = s.view(ctx, func(tx *tx) error {
		lines = nil
		line, err := airingIn(tx, by, id)
		for err == nil && line.CorrectedBy != "" {
			line, err = airingIn(tx, by, line.CorrectedBy)
		}
		for err == nil {
			if lines = append(lines, line); line.Corrects == "" {
				break
			}
			line, err = airingIn(tx, by, line.Corrects)
		}
		return err
	})
	return lines, err
}

// Exhibits implements airing.Log.
func (s *Store) Exhibits(ctx context.Context, by accounts.Actor, span airing.Span) (list []airing.Exhibit, err error) {
	err = s.view(ctx, func(tx *tx) error {
		list = nil
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		set, err := settingsOf(tx)
		if err != nil {
			return err
		}
		for e, err := range exhibits.descend(tx, timeKey(span.From), timeKey(span.Until)) {
			if err != nil || len(list) == airing.MaxExhibits {
				return err
			}
			if airing.Reads(by, reg.Where(e.rec.Station)) {
				e.rec.WeekClosed = weekFrozen(tx, set, e.rec.StartedAt)
				list = append(list, e.rec)
			}
		}
		return nil
	})
	return list, err
}

// Latest implements airing.Log.
func (s *Store) Latest(ctx context.Context, by accounts.Actor, stations []string) (map[string]airing.Latest, error) {
	found := map[string]airing.Latest{}
	err := s.view(ctx, func(tx *tx) error {
		clear(found)
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		for _, id := range stations {
			if !airing.Reads(by, reg.Where(id)) {
				continue
			}
			latest, err := latestOf(tx, stationNumber(id))
			if err != nil {
				return err
			}
			if latest.Said != nil {
				found[id] = latest
			}
		}
		return nil
	})
	return found, err
}

func latestOf(tx *tx, station uint32) (latest airing.Latest, err error) {
	n, whole, prefix := 0, false, numberKey(station)
	for e, err := range linesByPlace.descend(tx, prefix, after(prefix)) {
		if err != nil {
			return latest, err
		}
		line, _, err := lineOf(tx, linesByPlace.name, e.key, e.rec)
		if err != nil {
			return latest, err
		}
		if latest, whole = latest.With(line); whole {
			break
		}
		if n++; n == airing.LatestOf {
			break
		}
	}
	return latest, nil
}

// ForSlots implements airing.Log.
func (s *Store) ForSlots(ctx context.Context, by accounts.Actor, slots []string) (map[string]airing.Line, error) {
	lines := make(map[string]airing.Line, len(slots))
	err := s.view(ctx, func(tx *tx) error {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		for _, slot := range slots {
			_, station, _, err := scheduler.ParseSlotID(slot)
			if err != nil || !airing.Reads(by, reg.Where(station)) {
				continue
			}
			line, _, err := standing(tx, slot)
			if err != nil {
				return err
			}
			if line != nil {
				lines[slot] = *line
			}
		}
		return nil
	})
	return lines, err
}

// Airings implements airing.Log.
func (s *Store) Airings(ctx context.Context, by accounts.Actor, q airing.Query) (lines []airing.Line, next string, err error) {
	if q.Limit <= 0 || q.Limit > airing.MaxPage {
		q.Limit = airing.MaxPage
	}
	err = s.view(ctx, func(tx *tx) error {
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return err
		}
		if err := q.Allowed(by, reg.Where); err != nil {
			return err
		}
		from, until := timeKey(q.From), timeKey(q.Until)
		if q.After != "" {
			at, ok := cursor(q.After, 0)
			if !ok || len(at) != len(from)+len(uuid.UUID{}) || slices.Compare(at, until) > 0 {
				return airing.NoSuchPage()
			}
			until = at
		}
		var last []byte // where the last that was kept stands
		table, ids := linesByTime.name, linesByTime.descend(tx, from, until)
		if q.Waiting {
			table, ids = exhibits.name, waitingLines(tx, from, until)
		} else if places, all := q.Places(by, reg); !all {
			table, ids = linesByPlace.name, linesAt(tx, places, from, until)
		}
		for e, err := range ids {
			if err != nil {
				return err
			}
			line, _, err := lineOf(tx, table, e.key, e.rec)
			if err == nil && !q.Waiting {
				line, err = versionAt(tx, line)
			}
			if err != nil {
				return err
			}
			if !q.Wants(by, line, reg.Where(line.Station)) {
				continue
			}
			if len(lines) == q.Limit {
				// The page ends before this line, so the next one starts after the last kept.
				next = base64.RawURLEncoding.EncodeToString(last)
				return nil
			}
			lines, last = append(lines, line), timeAndID(line.StartedAt, e.rec)
		}
		return nil
	})
	return lines, next, err
}

// versionAt is the version of a report that is listed where the line stands. Versions that say the same start stand
// by their UUIDs, which say nothing of their order: those of one station change places, so that the last said is first.
func versionAt(tx *tx, line airing.Line) (airing.Line, error) {
	versioned := func(l airing.Line) bool { return l.Corrects != "" || l.CorrectedBy != "" }
	if !versioned(line) {
		return line, nil
	}
	type version struct {
		airing.Line
		entry uint32 // its number
	}
	var all []version // as they stand
	prefix := append(numberKey(stationNumber(line.Station)), timeKey(line.StartedAt)...)
	for e, err := range linesByPlace.descend(tx, prefix, after(prefix)) {
		if err != nil {
			return line, err
		}
		one, idx, err := lineOf(tx, linesByPlace.name, e.key, e.rec)
		if err != nil {
			return line, err
		}
		if versioned(one) {
			all = append(all, version{one, idx.Report})
		}
	}
	at := slices.IndexFunc(all, func(v version) bool { return v.ID == line.ID })
	if at < 0 {
		return line, damaged(linesByPlace.name, prefix, errMissing)
	}
	slices.SortFunc(all, func(a, b version) int { return cmp.Compare(b.entry, a.entry) })
	return all[at].Line, nil
}

// waitingLines yields, of the reports with from <= start and UUID < until, those that wait for
// somebody to look at them, the last first.
func waitingLines(tx *tx, from, until []byte) iter.Seq2[entry[uuid.UUID], error] {
	return func(yield func(entry[uuid.UUID], error) bool) {
		for e, err := range exhibits.descend(tx, from, until) {
			if err == nil && !e.rec.Waits {
				continue
			}
			var id uuid.UUID
			if err == nil {
				if id, err = uuid.Parse(e.rec.Report); err != nil {
					err = damaged(exhibits.name, e.key, err)
				}
			}
			if !yield(entry[uuid.UUID]{e.key, id}, err) || err != nil {
				return
			}
		}
	}
}

// linesAt yields the reports of some stations with from <= start and UUID < until, the
// last first, as linesByTime has those of all.
func linesAt(tx *tx, places []string, from, until []byte) iter.Seq2[entry[uuid.UUID], error] {
	return func(yield func(entry[uuid.UUID], error) bool) {
		var logs tails
		for _, id := range places {
			prefix := numberKey(stationNumber(id))
			next, stop := iter.Pull2(linesByPlace.descend(tx, append(slices.Clone(prefix), from...), append(slices.Clone(prefix), until...)))
			defer stop()
			if e, err, some := next(); some {
				logs = append(logs, tail{e, err, next})
			}
		}
		heap.Init(&logs)
		for len(logs) > 0 {
			last := logs[0]
			if !yield(last.entry, last.err) || last.err != nil {
				return
			}
			if e, err, some := last.next(); some {
				logs[0] = tail{e, err, last.next}
				heap.Fix(&logs, 0)
			} else {
				heap.Pop(&logs)
			}
		}
	}
}

// tail is what is left of a station's reports, by the last of them.
type tail struct {
	entry[uuid.UUID]
	err  error
	next func() (entry[uuid.UUID], error, bool)
}

// tails is a heap: the last report of all is on top, and what could not be read above it.
type tails []tail

func (t tails) Len() int { return len(t) }

func (t tails) Less(i, j int) bool {
	if t[i].err != nil || t[j].err != nil {
		return t[i].err != nil
	}
	return bytes.Compare(t[i].key[4:], t[j].key[4:]) > 0
}

func (t tails) Swap(i, j int) { t[i], t[j] = t[j], t[i] }

// Push implements heap.Interface.
func (t *tails) Push(x any) { *t = append(*t, x.(tail)) }

// Pop implements heap.Interface.
func (t *tails) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}
