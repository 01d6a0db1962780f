package bolt

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// said is what stations said of a week, whoever counts it.
type said struct {
	tallies []airing.Tally // by station number, without what is on air
	excuses map[string]coverage.Excuse
	onAir   bool      // something of the week is on air
	next    time.Time // when the first of all that is on air ends, the zero Time if nothing is
}

// saidOf reads what was said of a week as it stands at now; the zero Time comes
// after everything. Where only is not nil, nothing but what was said of these programmes.
func saidOf(tx *tx, cal airing.Calendar, w airing.Week, now time.Time, only []string) (f said, err error) {
	from, until := weekKey(w), weekKey(w+1)
	f.excuses = map[string]coverage.Excuse{}
	for e, err := range excuses.ascend(tx, from, until) {
		if err != nil {
			return f, err
		}
		f.excuses[e.rec.Station] = e.rec
	}
	if only == nil {
		f.tallies, err = talliesOf(tx, w)
	} else {
		f.tallies, err = talliesOfProgrammes(tx, w, only)
	}
	if err != nil || now.IsZero() {
		return f, err
	}
	of := airing.Of
	if only != nil {
		of = airing.OfProgramme
	}
	for e, err := range earlyLines.ascend(tx, timeKey(now), nil) {
		if err != nil {
			return f, err
		}
		line, _, _, err := findLine(tx, e.rec.String())
		if err != nil {
			return f, err
		}
		if !line.OnAir(now) || only != nil && !slices.Contains(only, line.Programme) {
			continue
		}
		if f.next.IsZero() {
			f.next = line.End()
		}
		if number := int(stationNumber(line.Station)); cal.Week(line.StartedAt) == w && number < len(f.tallies) {
			f.onAir, f.tallies[number] = true, f.tallies[number].Add(of(line), -1)
		}
	}
	return f, nil
}

// talliesOf reads the tallies of a week, by station number.
func talliesOf(tx *tx, w airing.Week) (list []airing.Tally, err error) {
	from, until := weekKey(w), weekKey(w+1)
	c := tallies.bucket(tx).Cursor()
	last, _ := c.Seek(until)
	if last == nil {
		last, _ = c.Last()
	} else {
		last, _ = c.Prev()
	}
	if bytes.HasPrefix(last, from) {
		list = make([]airing.Tally, binary.BigEndian.Uint32(last[len(from):])+1)
	}
	for k, v := c.Seek(from); k != nil && bytes.Compare(k, until) < 0; k, v = c.Next() {
		tx.s.read.note(k, v)
		t, err := readTally(tallies.name, k, v)
		if err != nil {
			return nil, err
		}
		list[binary.BigEndian.Uint32(k[len(from):])] = t
	}
	return list, nil
}

// talliesOfProgrammes reads what was said of some programmes in a week, by station number.
func talliesOfProgrammes(tx *tx, w airing.Week, programmes []string) (list []airing.Tally, err error) {
	for _, p := range programmes {
		from := programmeKey(w, p)
		c := ofProgramme.bucket(tx).Cursor()
		for k, v := c.Seek(from); bytes.HasPrefix(k, from); k, v = c.Next() {
			tx.s.read.note(k, v)
			t, err := readTally(ofProgramme.name, k, v)
			if err != nil {
				return nil, err
			}
			number := int(binary.BigEndian.Uint32(k[len(from):]))
			if number >= len(list) {
				list = append(list, make([]airing.Tally, number+1-len(list))...)
			}
			list[number] = list[number].Add(t, 1)
		}
	}
	return list, nil
}

// readTally reads a row of tallies, or of a programme's, without the detour over JSON, of which it has
// only the quotes: a country has ten thousand a week.
func readTally(name string, key, v []byte) (airing.Tally, error) {
	payload, err := unseal(name, key, v)
	if err != nil {
		return airing.Tally{}, err
	}
	if len(payload) < 2 {
		return airing.Tally{}, damaged(name, key, errMissing)
	}
	var b [64]byte // enough for today's reasons; more make it grow
	raw, err := base64.StdEncoding.AppendDecode(b[:0], payload[1:len(payload)-1])
	if err != nil {
		return airing.Tally{}, damaged(name, key, err)
	}
	return tallyOf(key, raw)
}

// counter counts weeks by one registry, which may not be the one in force. What it
// learns of one week it uses for the next.
type counter struct {
	tx    *tx
	reg   *stations.Registry
	cal   airing.Calendar
	only  []string // IDs of the programmes that are asked for, nil for those that count
	plan  *scheduler.Counter
	first stations.Date // of the week of roll
	roll  *coverage.Roll
}

func newCounter(tx *tx, reg *stations.Registry) (*counter, error) {
	set, err := settingsOf(tx)
	if err != nil {
		return nil, err
	}
	plan, err := tx.s.schedule.get(tx)
	if err != nil {
		return nil, err
	}
	return &counter{tx: tx, reg: reg, cal: set.Calendar(text.Zone), plan: plan.Counter(reg)}, nil
}

// count counts a week as it stands at now; the zero Time comes after everything.
func (c *counter) count(w airing.Week, now time.Time) (coverage.Week, error) {
	f, err := saidOf(c.tx, c.cal, w, now, c.only)
	if err != nil {
		return coverage.Week{}, err
	}
	return c.countSaid(w, now, f)
}

func (c *counter) countSaid(w airing.Week, now time.Time, f said) (coverage.Week, error) {
	from, until := c.cal.Start(w), c.cal.Start(w+1)
	roll := c.rollOf(w)
	facts := coverage.Facts{Slots: c.plan.Counting(from, until, time.Time{}), Over: now.IsZero() || !now.Before(until), Tallies: f.tallies, Excuses: f.excuses}
	if facts.Due = facts.Slots; !facts.Over {
		facts.Due = c.plan.Counting(from, now, now)
	}
	for _, st := range roll.Split() {
		loans, err := c.lent(w, st)
		if err != nil {
			return coverage.Week{}, err
		}
		facts.Lent = append(facts.Lent, loans...)
	}
	return roll.Count(w, facts), nil
}

func (c *counter) rollOf(w airing.Week) *coverage.Roll {
	if first := stations.DateOf(c.cal.Start(w)); c.roll == nil || !c.reg.SameInWeeks(c.first, first) {
		c.first, c.roll = first, coverage.NewRoll(c.reg, first)
	}
	return c.roll
}

// lent lists what a station that was split off another has from it in a week.
func (c *counter) lent(w airing.Week, st *stations.Station) (loans []coverage.Loan, err error) {
	from, until := c.cal.Start(w), c.cal.Start(w+1)
	if st.Origin == nil || st.Origin.Over(from) {
		return nil, nil
	}
	number := numberKey(stationNumber(st.Origin.Station))
	for e, err := range linesByPlace.ascend(c.tx, append(slices.Clip(number), timeKey(from)...), append(slices.Clip(number), timeKey(until)...)) {
		if err != nil {
			return nil, err
		}
		line, _, err := lineOf(c.tx, linesByPlace.name, e.key, e.rec)
		if err != nil {
			return nil, err
		}
		if !st.Origin.Shared(line.StartedAt, line.Heard()) || c.only != nil && !slices.Contains(c.only, line.Programme) {
			continue
		}
		own, err := standingHere(c.tx, airing.SlotAt(line.Slot, st.ID))
		if err != nil {
			return nil, err
		}
		if own == nil { // what it says itself is the word on its slot
			t := airing.Of(line)
			if c.only != nil {
				t = airing.OfProgramme(line)
			}
			loans = append(loans, coverage.Loan{From: line.Station, To: st, Tally: t})
		}
	}
	return loans, nil
}

// of is what counts for one station in a week, without a count of all others; of one that
// is no member, what it reported itself.
func (c *counter) of(w airing.Week, st *stations.Station) (sum airing.Tally, err error) {
	givers := c.rollOf(w).Givers(st.ID)
	if givers == nil {
		return tallyAt(c.tx, tallies, tallyKey(w, stationNumber(st.ID)))
	}
	for _, id := range givers {
		t, err := tallyAt(c.tx, tallies, tallyKey(w, stationNumber(id)))
		if err != nil {
			return sum, err
		}
		sum = sum.Add(t, 1)
	}
	loans, err := c.lent(w, st)
	for _, loan := range loans {
		sum = sum.Add(loan.Tally, 1)
	}
	return sum, err
}

// tallyAt is what was reported under a station's own name in a week, of all or of one
// programme; the zero Tally if nothing was.
func tallyAt(tx *tx, of table[talliedBytes], key []byte) (t airing.Tally, err error) {
	b, found, err := of.get(tx, key)
	if err != nil || !found {
		return t, err
	}
	return tallyOf(key, b)
}

// countWeek counts a week by the registry in force.
func countWeek(tx *tx, w airing.Week, now time.Time) (coverage.Week, error) {
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return coverage.Week{}, err
	}
	c, err := newCounter(tx, reg)
	if err != nil {
		return coverage.Week{}, err
	}
	return c.count(w, now)
}

// byWeek are the tables whose keys begin with a week: what is worked out of them is
// remembered until one of their rows of that week changes.
var byWeek = []string{tallies.name, ofProgramme.name, excuses.name, closedWeeks.name, summaries.name, frozenCells.name}

// weeks remembers what was worked out of the rows of a week, for readers who would
// find the same rows.
type weeks struct {
	mu      sync.Mutex
	changed map[airing.Week]int // the transaction that last put or removed a row of the week; one that was taken back may stand here too

	counted remembered[coverage.Week]    // with every station
	added   remembered[coverage.Summary] // without
	closed  remembered[coverage.Closed]
	frozen  remembered[frozenSummary]
	parts   *lru.Cache[partOfWeek, memory[coverage.Week]]
	dense   remembered[*coverage.Dense]                     // as counted
	cells   remembered[*coverage.Dense]                     // as frozen, nil for none
	narrow  *lru.Cache[partOfWeek, memory[*coverage.Dense]] // of some programmes
	roll    atomic.Pointer[rollOf]                          // the last that was made
}

// How many weeks are remembered. With every station one takes 1.5 MB for a country
// and 18 KB for a province; without, 75 KB for a country's 705 districts.
const (
	maxWhole = 4
	maxAdded = 104
	maxParts = 2048
	maxDense = coverage.MaxWeeks // 85 KB each for a country, shared by a week as counted and as frozen where both say the same
)

// partOfWeek is what somebody who sees single stations finds of a week, without these, or what
// was said of some programmes. Whoever sees the same finds the same.
type partOfWeek struct {
	week airing.Week
	sees string
}

func newWeeks() *weeks {
	parts, err := lru.New[partOfWeek, memory[coverage.Week]](maxParts)
	if err != nil {
		panic(err) // a size of none or less
	}
	narrow, err := lru.New[partOfWeek, memory[*coverage.Dense]](maxDense)
	if err != nil {
		panic(err)
	}
	return &weeks{parts: parts, narrow: narrow, dense: newRemembered[*coverage.Dense](maxDense), cells: newRemembered[*coverage.Dense](maxDense),
		changed: map[airing.Week]int{}, counted: newRemembered[coverage.Week](maxWhole), added: newRemembered[coverage.Summary](maxAdded),
		closed: newRemembered[coverage.Closed](maxWhole), frozen: newRemembered[frozenSummary](maxAdded)}
}

// rollOf is the roll of a week by the registry of that version.
type rollOf struct {
	version uint64
	first   stations.Date
	roll    *coverage.Roll
}

type frozenSummary struct {
	found bool
	coverage.Summary
}

// basis is what a week is counted of beside its own rows.
type basis struct {
	registry, schedule uint64
	settings           string
}

func basisOf(tx *tx) basis {
	return basis{tx.s.registry.current(tx), tx.s.schedule.current(tx), string(settings.bucket(tx).Get(settingsKey))}
}

// moved says that the transaction changes a row of the table.
func (ws *weeks) moved(tx *tx, table string, key []byte) {
	if !slices.Contains(byWeek, table) || len(key) < 4 {
		return
	}
	ws.mu.Lock()
	ws.changed[airing.Week(binary.BigEndian.Uint32(key))] = tx.b.ID()
	ws.mu.Unlock()
}

// validity says for which questions something remembered holds: those asked from
// a time on until another, or for ever.
type validity struct {
	from, until time.Time
	final       bool // nothing but a change can make it another; the zero Time, which comes after everything, finds it too
}

func (v validity) holds(now time.Time) bool {
	if now.IsZero() {
		return v.final
	}
	return !now.Before(v.from) && (v.final || now.Before(v.until))
}

// always holds whenever it is asked.
var always = validity{final: true}

type memory[V any] struct {
	at    int // the transaction that worked it out
	basis basis
	validity
	value V
}

type remembered[V any] struct {
	cache *lru.Cache[airing.Week, memory[V]]
}

func newRemembered[V any](size int) remembered[V] {
	cache, err := lru.New[airing.Week, memory[V]](size)
	if err != nil {
		panic(err) // a size of none or less
	}
	return remembered[V]{cache}
}

// get is what is remembered of a week, if a reader finds now what it was made of.
func (r remembered[V]) get(tx *tx, w airing.Week, b basis, now time.Time) (v V, ok bool) {
	m, ok := r.cache.Get(w)
	return m.value, ok && m.found(tx, w, b, now)
}

// found reports whether a reader finds now what it was made of.
func (m memory[V]) found(tx *tx, w airing.Week, b basis, now time.Time) bool {
	if tx.b.Writable() || m.basis != b || !m.holds(now) {
		return false
	}
	ws := tx.s.weeks
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.changed[w] <= min(m.at, tx.b.ID())
}

// keep remembers; what a write transaction sees may still be taken back.
func (r remembered[V]) keep(tx *tx, w airing.Week, b basis, valid validity, v V) {
	if !tx.b.Writable() {
		r.cache.Add(w, memory[V]{tx.b.ID(), b, valid, v})
	}
}

// counted is a week as it stands at now. It is shared: nothing in it may be changed.
func (tx *tx) counted(w airing.Week, now time.Time) (coverage.Week, error) {
	week, _, err := tx.countOnce(w, now, basisOf(tx))
	return week, err
}

func (tx *tx) countOnce(w airing.Week, now time.Time, b basis) (week coverage.Week, valid validity, err error) {
	ws := tx.s.weeks
	if m, ok := ws.counted.cache.Peek(w); ok {
		if week, ok = ws.counted.get(tx, w, b, now); ok {
			return week, m.validity, nil
		}
	}
	c, err := tx.counter()
	if err != nil {
		return week, valid, err
	}
	said, err := saidOf(tx, c.cal, w, now, nil)
	if err != nil {
		return week, valid, err
	}
	if last := ws.roll.Load(); c.roll == nil && last != nil && last.version == b.registry {
		c.first, c.roll = last.first, last.roll
	}
	if week, err = c.countSaid(w, now, said); err != nil {
		return week, valid, err
	}
	ws.roll.Store(&rollOf{b.registry, c.first, c.roll})
	valid = c.validity(w, now, said)
	ws.counted.keep(tx, w, b, valid, week)
	return week, valid, nil
}

// validity says until when a week that was counted at now would count the same
// without any change.
func (c *counter) validity(w airing.Week, now time.Time, f said) validity {
	from, until := c.cal.Start(w), c.cal.Start(w+1)
	switch {
	case now.IsZero():
		return validity{from: endOfTime, final: true} // what is on air was not looked at
	case !now.Before(until):
		return validity{now, f.next, !f.onAir}
	}
	for _, end := range []time.Time{f.next, c.plan.NextEnd(from, until, now)} {
		if !end.IsZero() && end.Before(until) {
			until = end
		}
	}
	return validity{from: now, until: until}
}

// endOfTime is after every question but those of the zero Time.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// counter counts by the registry in force; the transaction keeps it if it only reads.
func (tx *tx) counter() (*counter, error) {
	if tx.counts != nil {
		return tx.counts, nil
	}
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return nil, err
	}
	c, err := newCounter(tx, reg)
	if err == nil && !tx.b.Writable() {
		tx.counts = c
	}
	return c, err
}

// added is counted without the stations, for many weeks.
func (tx *tx) added(w airing.Week, now time.Time) (coverage.Summary, error) {
	b := basisOf(tx)
	if s, ok := tx.s.weeks.added.get(tx, w, b, now); ok {
		return s, nil
	}
	week, valid, err := tx.countOnce(w, now, b)
	if err != nil {
		return coverage.Summary{}, err
	}
	s := week.Summary()
	if frozen, found, err := tx.frozen(w); err == nil && found {
		s = s.Like(frozen)
	}
	tx.s.weeks.added.keep(tx, w, b, valid, s)
	return s, nil
}

// twice is a week as a period counts it. It is shared.
func (tx *tx) twice(w airing.Week, now time.Time, scope coverage.Scope) (t coverage.Twice, err error) {
	if scope.Narrow {
		t.Now, err = tx.narrowed(w, now, scope.Programmes)
		return t, err
	}
	if t.Frozen, err = tx.cells(w); err != nil {
		return t, err
	}
	b, dense := basisOf(tx), tx.s.weeks.dense
	if d, ok := dense.get(tx, w, b, now); ok {
		t.Now = d
		return t, nil
	}
	week, valid, err := tx.countOnce(w, now, b)
	if err != nil {
		return t, err
	}
	t.Now = week.Dense(stationNumber).Like(t.Frozen)
	dense.keep(tx, w, b, valid, t.Now)
	return t, nil
}

// cells is a week as it was frozen, nil where it is not closed. It is shared.
func (tx *tx) cells(w airing.Week) (*coverage.Dense, error) {
	if d, ok := tx.s.weeks.cells.get(tx, w, basis{}, time.Time{}); ok {
		return d, nil
	}
	kept, found, err := frozenCells.get(tx, weekKey(w))
	if err != nil {
		return nil, err
	}
	var d *coverage.Dense
	if found {
		d = &kept
	}
	tx.s.weeks.cells.keep(tx, w, basis{}, always, d)
	return d, nil
}

// narrowed is a week of some programmes, as the log tells it. It is shared.
func (tx *tx) narrowed(w airing.Week, now time.Time, programmes []string) (*coverage.Dense, error) {
	key, b, ws := partOfWeek{w, strings.Join(programmes, " ")}, basisOf(tx), tx.s.weeks
	if m, ok := ws.narrow.Get(key); ok && m.found(tx, w, b, now) {
		return m.value, nil
	}
	whole, err := tx.counter()
	if err != nil {
		return nil, err
	}
	c := &counter{tx: tx, reg: whole.reg, cal: whole.cal, only: append([]string{}, programmes...), plan: whole.plan.Of(programmes),
		first: whole.first, roll: whole.roll}
	f, err := saidOf(tx, c.cal, w, now, c.only)
	if err != nil {
		return nil, err
	}
	week, err := c.countSaid(w, now, f)
	if err != nil {
		return nil, err
	}
	whole.first, whole.roll = c.first, c.roll
	d := week.OfProgrammes().Dense(stationNumber)
	if !tx.b.Writable() {
		ws.narrow.Add(key, memory[*coverage.Dense]{tx.b.ID(), b, c.validity(w, now, f), d})
	}
	return d, nil
}

// closedWeek is a week as it was closed, zero if it never was. It is shared.
func (tx *tx) closedWeek(w airing.Week) (c coverage.Closed, err error) {
	if !closedWeeks.has(tx, weekKey(w)) {
		return c, nil
	}
	if c, ok := tx.s.weeks.closed.get(tx, w, basis{}, time.Time{}); ok {
		return c, nil
	}
	if c, _, err = closedWeeks.get(tx, weekKey(w)); err == nil {
		tx.s.weeks.closed.keep(tx, w, basis{}, always, c)
	}
	return c, err
}

// frozen is the summary of a week that was closed once, and is. It is shared.
func (tx *tx) frozen(w airing.Week) (s coverage.Summary, found bool, err error) {
	if f, ok := tx.s.weeks.frozen.get(tx, w, basis{}, time.Time{}); ok {
		return f.Summary, f.found, nil
	}
	if s, found, err = summaries.get(tx, weekKey(w)); err == nil {
		s = s.Like(coverage.Summary{})
		tx.s.weeks.frozen.keep(tx, w, basis{}, always, frozenSummary{found, s})
	}
	return s, found, err
}
