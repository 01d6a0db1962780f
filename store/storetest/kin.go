package storetest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// told is a report as the plain model keeps it.
type told struct {
	id, station  string
	at, received time.Time
}

// life is a station as the plain model keeps it: its days, and how it came and went.
type life struct {
	kept        stations.Date // first day of its unit, made by a split: it is split once a day
	first, last stations.Date // last is "" while it goes on
	into        string        // the station it was merged into
	off         string        // the station it was split off from
	split       time.Time
	entered     time.Time // when it was entered that it was split off
}

// coverageKin makes random histories of mergers and splits inside weeks, entered
// on time and late, with reports in between and some of them undone, and counts every week again from
// nothing but these lists.
func coverageKin(t *testing.T, e AiringEngine) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 7))
	start := monday.AddDate(0, 0, -1) // a Sunday
	w := &kinWorld{t: t, e: e, lives: map[string]*life{}, last: map[string]*past{}}
	for i := range 30 {
		w.lives[stations.StationID(i+1)] = &life{first: stations.FoundingDay}
	}
	on := 0
	for day := range 56 {
		now := start.AddDate(0, 0, day)
		for range 4 {
			w.report(rnd, now.Add(time.Duration(rnd.IntN(20*60))*time.Minute))
		}
		if rnd.IntN(3) == 0 && len(w.told) > 0 {
			w.withdraw(rnd.IntN(len(w.told)), now.Add(22*time.Hour))
		}
		if rnd.IntN(4) == 0 && len(w.past) > 0 {
			w.undo(w.past[len(w.past)-1-rnd.IntN(min(3, len(w.past)))], now)
		}
		if rnd.IntN(3) > 0 {
			continue
		}
		on = max(on, day-20) + rnd.IntN(6) // in order; up to three weeks late, or a few days ahead
		if on > day+6 {
			on = day + 6
		}
		if d := stations.DateOf(start.AddDate(0, 0, on)); rnd.IntN(2) == 0 {
			w.merge(rnd, d, now)
		} else {
			w.split(rnd, d, now)
		}
	}
	w.compare()
	t.Logf("%d changes, %d undone, %d refused", len(w.past), w.undone, w.refused)
	if len(w.past) < 5 {
		t.Error("too little happened")
	}
	newest, made := math.MaxInt, 0
	for q := (coverage.Newest{Limit: 4}); ; {
		page, next, err := e.Successions(context.Background(), accounts.Daemon(), q)
		if err != nil || len(page) > q.Limit || next > 0 && len(page) < q.Limit {
			t.Fatalf("a page of %d, next %d, %v", len(page), next, err)
		}
		for _, s := range page {
			if made++; s.Number >= newest {
				t.Errorf("%d comes after %d", s.Number, newest)
			}
			newest = s.Number
		}
		if q.After = next; next == 0 {
			break
		}
	}
	if made == 0 || newest != 1 {
		t.Errorf("%d mergers and splits, the last is %d", made, newest)
	}
	if _, _, err := e.Successions(context.Background(), operatorOf("S00001"), coverage.Newest{Limit: 1}); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator reads them: %v", err)
	}
}

// compare counts every week from the lists alone.
func (w *kinWorld) compare() {
	w.t.Helper()
	for week := thatWeek - 1; week <= thatWeek+9; week++ {
		active, aired := w.count(week)
		got := weekCounts(w.t, w.e, week)
		others := 127 - 30
		if got.Active != active+others || got.Aired != aired || got.Aired > got.Expected() {
			w.t.Errorf("%s: engine %d of %d, model %d of %d", week, got.Aired, got.Active, aired, active+others)
		}
		for _, s := range got.Stations { // a station's own course says the same
			rows, err := w.e.History(context.Background(), accounts.Daemon(), s.Station, week, week)
			if err != nil {
				w.t.Fatal(err)
			}
			var own airing.Tally
			if len(rows) > 0 {
				own = rows[0].Tally
			}
			if own != s.Tally {
				w.t.Errorf("%s: the course of %s says %+v, the week %+v", week, s.Station, own, s.Tally)
			}
		}
	}
}

type kinWorld struct {
	t     *testing.T
	e     AiringEngine
	lives map[string]*life
	told  []told
	made  int
	past  []*past
	last  map[string]*past // the last change of each station

	undone, refused int
}

// past is a merger or a split as the plain model keeps it.
type past struct {
	number int
	opened string
	was    map[string]life  // the stations it changed, as they were
	before map[string]*past // and their last change before it
	undone bool
}

// remember keeps what a change does, which opened one station.
func (w *kinWorld) remember(opened string, changed ...string) {
	p := &past{number: len(w.past) + 1, opened: opened, was: map[string]life{}, before: map[string]*past{}}
	for _, id := range changed {
		p.was[id], p.before[id] = *w.lives[id], w.last[id]
		w.last[id] = p
	}
	w.last[opened] = p
	w.past = append(w.past, p)
}

// undo asks that a change be undone. It must be refused when something depends on
// it, and only then; undone, every week counts as if it had never been.
func (w *kinWorld) undo(p *past, now time.Time) {
	depends := p.undone || w.last[p.opened] != p
	for id := range p.was {
		depends = depends || w.last[id] != p
	}
	for _, r := range w.told {
		depends = depends || r.station == p.opened
	}
	_, err := w.e.UndoSuccession(context.Background(), by(accounts.Daemon(), now), coverage.Undo{Number: p.number, Reason: "nhập nhầm"})
	switch {
	case depends && fault.Of(err).Code != "stations.undo_refused":
		w.t.Fatalf("undo %d, on which something depends: %v", p.number, err)
	case depends:
		w.refused++
	case err != nil:
		w.t.Fatalf("undo %d: %v", p.number, err)
	default:
		w.undone++
		p.undone = true
		for id, was := range p.was {
			*w.lives[id], w.last[id] = was, p.before[id]
		}
		delete(w.lives, p.opened)
		w.compare()
	}
}

// going lists the model's stations that go on, as far as is known.
func (w *kinWorld) going() (ids []string) {
	for n := 1; n <= 127+w.made; n++ {
		if l := w.lives[stations.StationID(n)]; l != nil && l.last == "" {
			ids = append(ids, stations.StationID(n))
		}
	}
	return ids
}

func (w *kinWorld) report(rnd *rand.Rand, at time.Time) {
	ids := w.going()
	id := ids[rnd.IntN(len(ids))]
	if stations.DateOf(at) < w.lives[id].first {
		return
	}
	c := airing.Confirm{ID: uuid.NewString(), Station: id, Programme: "P1", Outcome: airing.Aired, Seconds: 600, StartedAt: at}
	m := by(operatorOf(id), at.Add(time.Hour))
	if _, err := w.e.Confirm(context.Background(), m, c); err != nil {
		w.t.Fatalf("report of %s at %s: %v", id, at, err)
	}
	w.told = append(w.told, told{c.ID, id, at, m.At})
}

// withdraw takes a report back: from now on it is as if it had not been made.
func (w *kinWorld) withdraw(i int, now time.Time) {
	c := airing.Confirm{ID: uuid.NewString(), Corrects: w.told[i].id, Outcome: airing.Withdrawn, Why: "nhầm"}
	if _, err := w.e.Confirm(context.Background(), by(operatorOf(w.told[i].station), now), c); err != nil {
		w.t.Fatalf("report of %s taken back: %v", w.told[i].station, err)
	}
	w.told = slices.Delete(w.told, i, i+1)
}

// pick chooses n of the stations that were there the day before and have the
// ground to be changed on that day.
func (w *kinWorld) pick(rnd *rand.Rand, on stations.Date, n int) (ids []string) {
	for _, i := range rnd.Perm(len(w.going())) {
		if id := w.going()[i]; w.lives[id].first < on.AddDays(-6) && w.lives[id].kept < on && len(ids) < n {
			ids = append(ids, id)
		}
	}
	return ids
}

func (w *kinWorld) code(station string) string {
	reg, err := w.e.Registry(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return reg.UnitOf(station).Code
}

func (w *kinWorld) merge(rnd *rand.Rand, on stations.Date, now time.Time) {
	ids := w.pick(rnd, on, 2)
	if len(ids) < 2 || len(w.going()) < 8 {
		return
	}
	w.made++
	c := stations.Merge{On: on}
	for i, id := range ids {
		c.Rows = append(c.Rows, stations.MergeRow{Line: i + 2, OldCode: w.code(id), NewCode: fmt.Sprint(90000 + w.made),
			NewName: fmt.Sprint("Xã Nhập ", w.made), NewDistrict: "080"})
	}
	plan, err := w.e.Merge(context.Background(), by(accounts.Daemon(), now), c)
	if err != nil {
		w.t.Fatalf("merge %v on %s: %v, %v", ids, on, plan.Bad, err)
	}
	into := plan.Targets[0].Station
	w.remember(into, ids...)
	w.lives[into] = &life{first: on}
	for _, id := range ids {
		w.lives[id].last, w.lives[id].into = on.AddDays(-1), into
	}
}

func (w *kinWorld) split(rnd *rand.Rand, on stations.Date, now time.Time) {
	ids := w.pick(rnd, on, 1)
	if len(ids) < 1 {
		return
	}
	w.made++
	code := w.code(ids[0])
	c := stations.Split{On: on, Code: code, Parts: []stations.SplitPart{{Code: code, Name: fmt.Sprint("Xã Gốc ", w.made)},
		{Code: fmt.Sprint(90000 + w.made), Name: fmt.Sprint("Xã Tách ", w.made)}}}
	plan, err := w.e.Split(context.Background(), by(accounts.Daemon(), now), c)
	if err != nil || plan.Parts[0].Station != ids[0] {
		w.t.Fatalf("split %v on %s: %+v, %v", ids, on, plan, err)
	}
	w.remember(plan.Parts[1].Station, ids[0])
	w.lives[ids[0]].kept = on
	w.lives[plan.Parts[1].Station] = &life{first: on, off: ids[0], split: on.Start(text.Zone), entered: now}
}

// count is how many stations count in the week, and how many of these aired.
func (w *kinWorld) count(week airing.Week) (active, aired int) {
	cal := airing.Calendar{Zone: text.Zone}
	member := map[string]bool{}
	for id, l := range w.lives {
		days := 0
		for d := range 7 {
			day := stations.DateOf(cal.Start(week).AddDate(0, 0, d))
			if l.first <= day && (l.last == "" || day <= l.last) {
				days++
			}
		}
		member[id] = days >= 4
	}
	heard := map[string]bool{}
	for _, r := range w.told {
		if cal.Week(r.at) != week {
			continue
		}
		at := r.station
		for !member[at] && w.lives[at].into != "" {
			at = w.lives[at].into
		}
		if member[at] {
			heard[at] = true
		} else if w.lives[r.station].off == "" { // what was split off airs for itself alone
			w.hearBack(r.station, member, heard)
		}
		for id, l := range w.lives {
			if member[id] && l.off == r.station && (r.at.Before(l.split) || r.received.Before(l.entered)) {
				heard[id] = true
			}
		}
	}
	for _, is := range member {
		if is {
			active++
		}
	}
	return active, len(heard)
}

// hearBack marks the members that a station, which is none, took over from.
func (w *kinWorld) hearBack(station string, member, heard map[string]bool) {
	var from []string
	for id, l := range w.lives {
		if l.into == station {
			from = append(from, id)
		}
	}
	if off := w.lives[station].off; off != "" {
		from = append(from, off)
	}
	for _, id := range from {
		if member[id] {
			heard[id] = true
		}
		w.hearBack(id, member, heard)
	}
}
