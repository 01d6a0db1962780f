package bolt

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// What follows counts periods from plain lists of what was told, planned, excused, merged and
// closed, and shares no line with package coverage: weeks are Mondays, counted by the standard library.

type plainReport struct {
	id, station, programme string
	start                  time.Time
	seconds                int
	aired                  bool
	heard                  time.Time // when this outcome was first said
	replaced, judged       bool
	finding                airing.Finding
}

type plainStation struct {
	district    string
	first, last string // days; last is "" while it goes on
	rests       string // the last day before it was switched off, "" for none
	into        string
}

type plainWeek struct {
	states map[string]plainState // by station
	known  bool
}

type plainState struct {
	district, state             string
	scheduled, onTime, verified bool
}

type plainWorld struct {
	stations map[string]*plainStation
	reports  []*plainReport
	rules    []plainRule
	counts   map[string]bool // programmes that count toward the target
	excuses  map[string]bool // "MONDAY STATION", false where it was revoked
	closed   map[string]plainWeek
}

type plainRule struct {
	programme string
	day       time.Weekday
	from      string
}

func dayOf(t time.Time) string { return t.In(text.Zone).Format(time.DateOnly) }

func mondayOf(t time.Time) time.Time {
	t = t.In(text.Zone)
	back := (int(t.Weekday()) + 6) % 7
	return time.Date(t.Year(), t.Month(), t.Day()-back, 0, 0, 0, 0, text.Zone)
}

func (s *plainStation) on(day string) bool {
	return s.first <= day && (s.last == "" || day <= s.last) && (s.rests == "" || day <= s.rests)
}

func (s *plainStation) member(monday time.Time) bool {
	n := 0
	for d := range 7 {
		if s.on(dayOf(monday.AddDate(0, 0, d))) {
			n++
		}
	}
	return n >= 4
}

// serves lists the members whose listeners heard what the station aired in the week.
func (w *plainWorld) serves(station string, monday time.Time) []string {
	for at := station; at != ""; at = w.stations[at].into {
		if w.stations[at].member(monday) {
			return []string{at}
		}
	}
	var back func(string) []string
	back = func(id string) (list []string) {
		for _, before := range slices.Sorted(maps.Keys(w.stations)) {
			if w.stations[before].into != id {
				continue
			}
			if w.stations[before].member(monday) {
				list = append(list, before)
			}
			list = append(list, back(before)...)
		}
		return list
	}
	return back(station)
}

// week counts the week that begins on that Monday; of one programme if it is named. over is always
// true: only weeks that are over are counted.
func (w *plainWorld) week(monday time.Time, programme string) plainWeek {
	type sum struct{ good, onTime, verified, bad, other, failed, failedOff, slots int }
	sums := map[string]*sum{}
	for id, s := range w.stations {
		if s.member(monday) {
			sums[id] = &sum{}
		}
	}
	end := monday.AddDate(0, 0, 7)
	for _, r := range w.reports {
		if r.replaced || r.start.Before(monday) || !r.start.Before(end) || programme != "" && r.programme != programme {
			continue
		}
		target := w.counts[r.programme] || programme != ""
		for _, id := range w.serves(r.station, monday) {
			s := sums[id]
			long := r.seconds >= 180 || !w.counts[r.programme]
			switch {
			case !r.aired && target:
				s.failed++
			case !r.aired:
				s.failedOff++
			case !target:
				s.other++
			case long && r.finding != airing.Contradicted:
				s.good++
				if !r.heard.After(r.start.Add(time.Duration(r.seconds)*time.Second + 48*time.Hour)) {
					s.onTime++
				}
				if r.finding == airing.Verified {
					s.verified++
				}
			default:
				s.bad++
			}
		}
	}
	for _, rule := range w.rules {
		if rule.programme != programme && (programme != "" || !w.counts[rule.programme]) {
			continue
		}
		day := dayOf(monday.AddDate(0, 0, (int(rule.day)+6)%7))
		for id, s := range w.stations {
			if day >= rule.from && s.on(day) {
				for _, to := range w.serves(id, monday) {
					sums[to].slots++
				}
			}
		}
	}
	out := plainWeek{states: map[string]plainState{}}
	for id, s := range sums {
		is := plainState{district: w.stations[id].district, scheduled: s.slots > 0, state: "not_planned"}
		excused := w.excused(id, monday)
		switch {
		case s.good > 0:
			is.state, is.onTime, is.verified = "aired", s.onTime > 0, s.verified > 0
		case excused:
			is.state = "excused"
		case s.bad > 0:
			is.state = "not_counted"
		case s.failed > 0:
			is.state = "not_aired"
		case s.slots > 0:
			is.state = "not_reported"
		case s.other > 0:
			is.state = "not_counted"
		case s.failedOff > 0:
			is.state = "not_aired"
		}
		said := s.good+s.bad+s.other+s.failed+s.failedOff > 0
		out.known = out.known || said || excused || s.slots > 0
		if programme == "" || said || s.slots > 0 {
			out.states[id] = is
		}
	}
	return out
}

func (w *plainWorld) excused(id string, monday time.Time) bool {
	if stands, decided := w.excuses[dayOf(monday)+" "+id]; decided {
		return stands
	}
	n := 0
	for before, s := range w.stations {
		if s.into != id || s.member(monday) {
			continue
		}
		if n++; !w.excuses[dayOf(monday)+" "+before] {
			return false
		}
	}
	return n > 0
}

// mondays are those of the weeks that a stretch of days means, the last of them over before now.
func mondays(first, last, now time.Time) (list []time.Time) {
	for m := mondayOf(first).AddDate(0, 0, -7); !m.After(last); m = m.AddDate(0, 0, 7) {
		if thursday := m.AddDate(0, 0, 3); !thursday.Before(first) && !thursday.After(last) {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		list = []time.Time{mondayOf(first)}
	}
	return slices.DeleteFunc(list, func(m time.Time) bool { return now.Before(m.AddDate(0, 0, 7)) })
}

// sum adds the states that pass.
func (p plainWeek) sum(into *coverage.Counts, passes func(id string, s plainState) bool) {
	for id, s := range p.states {
		if !passes(id, s) {
			continue
		}
		into.Active++
		if s.scheduled && s.state != "excused" {
			into.Scheduled++
		}
		switch s.state {
		case "aired":
			into.Aired++
			if s.onTime {
				into.OnTime++
			}
			if s.verified {
				into.Verified++
			}
		case "excused":
			into.Excused++
		case "not_counted":
			into.NotCounted++
		case "not_aired":
			into.NotAired++
		case "not_reported":
			into.NotReported++
		case "not_planned":
			into.NotPlanned++
		}
	}
}

// lives is a random history over ten weeks, and what the plain lists say of it.
type lives struct {
	t   *testing.T
	s   *Store
	rnd *rand.Rand
	w   *plainWorld
	n   int
	did map[string]int
}

func (l *lives) meta(at time.Time) accounts.Meta {
	l.n++
	return accounts.Meta{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", l.n), By: accounts.Daemon(), At: at}
}

func (l *lives) found(begin time.Time) {
	var units []stations.Unit
	var list []stations.Station
	whole := stations.Interval{From: "2014-01-01"}
	for i := range 9 {
		district := fmt.Sprintf("%03d", 80+i/3)
		if i%3 == 0 {
			units = append(units, stations.Unit{UnitKey: stations.UnitKey{List: whole.From, Code: district}, Kind: "rural_district", Name: "Huyện " + district,
				Valid: whole})
		}
		key := stations.UnitKey{List: whole.From, Code: fmt.Sprintf("%05d", i+1)}
		units = append(units, stations.Unit{UnitKey: key, Kind: "commune", Name: fmt.Sprintf("Xã %d", i+1), District: district, Valid: whole})
		id := stations.StationID(i + 1)
		list = append(list, stations.Station{ID: id, Seats: []stations.Seat{{Unit: key, From: whole.From}}, Revision: 1,
			Fields: stations.Fields{Active: []stations.Interval{whole}}})
		l.w.stations[id] = &plainStation{district: district, first: "2014-01-01"}
	}
	if err := l.s.Found(context.Background(), l.meta(begin), units, list); err != nil {
		l.t.Fatal(err)
	}
	for i, target := range []bool{true, true, false} {
		p, err := l.s.SaveProgramme(context.Background(), l.meta(begin), scheduler.SaveProgramme{Title: fmt.Sprint("Chương trình ", i),
			CountsTowardTarget: target,
			Languages:          []string{"vi"}, MinSeconds: 180})
		if err != nil {
			l.t.Fatal(err)
		}
		l.w.counts[p.ID] = target
		for range 1 + l.rnd.IntN(2) {
			day := l.rnd.IntN(7)
			from := begin.AddDate(0, 0, 1+l.rnd.IntN(20))
			if _, err := l.s.SaveRule(context.Background(), l.meta(begin), scheduler.SaveRule{Programme: p.ID, Cron: fmt.Sprintf("30 17 * * %d", day),
				Selection: scheduler.Selection{All: true}, From: stations.Date(dayOf(from))}); err != nil {
				l.t.Fatal(err)
			}
			l.w.rules = append(l.w.rules, plainRule{p.ID, time.Weekday(day), dayOf(from)})
		}
	}
}

// report tells of an airing of the last ten days, also a minute before or after a week begins.
func (l *lives) report(now time.Time) {
	ids := slices.Sorted(maps.Keys(l.w.stations))
	id := ids[l.rnd.IntN(len(ids))]
	start := now.Add(-time.Duration(30+l.rnd.IntN(10*24*60)) * time.Minute)
	if edge := mondayOf(now); l.rnd.IntN(4) == 0 && edge.Before(now.Add(-2*time.Hour)) {
		start = edge.Add(time.Duration([]int{-1, 0, 1}[l.rnd.IntN(3)]) * time.Minute)
	}
	if !l.w.stations[id].on(dayOf(start)) {
		return
	}
	c := airing.Confirm{ID: uuid.NewString(), Station: id, Programme: fmt.Sprintf("P%d", 1+l.rnd.IntN(3)), Outcome: airing.Aired, StartedAt: start,
		Seconds: []int{60, 179, 180, 900}[l.rnd.IntN(4)], Unplanned: true}
	if l.rnd.IntN(4) == 0 {
		c.Outcome, c.Reason, c.Seconds = airing.NotAired, airing.PowerCut, 0
	}
	if _, err := l.s.Confirm(context.Background(), l.meta(now), c); err != nil {
		return // refused: the lists do not have it either
	}
	l.did["report"]++
	l.w.reports = append(l.w.reports, &plainReport{id: c.ID, station: id, programme: c.Programme, start: start, seconds: c.Seconds,
		aired: c.Outcome == airing.Aired, heard: now})
}

// again corrects, withdraws or judges a report.
func (l *lives) again(now time.Time) {
	if len(l.w.reports) == 0 {
		return
	}
	r := l.w.reports[l.rnd.IntN(len(l.w.reports))]
	if r.replaced || r.judged {
		return
	}
	if l.rnd.IntN(2) == 0 {
		finding := airing.Findings[l.rnd.IntN(len(airing.Findings))]
		if _, err := l.s.VerifyAiring(context.Background(), l.meta(now), airing.Verdict{Report: r.id, Finding: finding, Note: "đã nghe"}); err == nil {
			r.finding, r.judged = finding, true
			l.did["verdict"]++
		}
		return
	}
	c := airing.Confirm{ID: uuid.NewString(), Corrects: r.id, Outcome: airing.Withdrawn, Why: "nhầm"}
	is := *r
	is.id, is.heard = c.ID, now
	switch l.rnd.IntN(3) {
	case 0:
		c.Outcome, c.StartedAt, c.Seconds = airing.Aired, r.start, 600
		if r.aired {
			is.heard = r.heard
		}
		is.aired, is.seconds = true, 600
	case 1:
		c.Outcome, c.Reason, c.StartedAt = airing.NotAired, airing.Weather, r.start
		if !r.aired {
			is.heard = r.heard
		}
		is.aired, is.seconds = false, 0
	}
	if _, err := l.s.Confirm(context.Background(), l.meta(now), c); err != nil {
		return
	}
	l.did["correction"]++
	r.replaced = true
	if c.Outcome != airing.Withdrawn {
		l.w.reports = append(l.w.reports, &is)
	}
}

func (l *lives) excuse(now time.Time) {
	ids := slices.Sorted(maps.Keys(l.w.stations))
	id, monday := ids[l.rnd.IntN(len(ids))], mondayOf(now).AddDate(0, 0, -7*l.rnd.IntN(2))
	e := coverage.Excuse{Week: airing.Calendar{Zone: text.Zone}.Week(monday), Station: id, Reason: airing.Weather, Note: "lũ", Revoked: l.rnd.IntN(4) == 0}
	if _, err := l.s.Excuse(context.Background(), l.meta(now), e); err == nil {
		l.w.excuses[dayOf(monday)+" "+id] = !e.Revoked
		l.did["excuse"]++
	}
}

// merge makes one station of two, or switches one off.
func (l *lives) merge(now time.Time) {
	var going []string
	for _, id := range slices.Sorted(maps.Keys(l.w.stations)) {
		if s := l.w.stations[id]; s.last == "" && s.rests == "" && s.first < dayOf(now.AddDate(0, 0, -6)) {
			going = append(going, id)
		}
	}
	if len(going) < 5 {
		return
	}
	on := stations.Date(dayOf(now.AddDate(0, 0, l.rnd.IntN(6))))
	reg, err := l.s.Registry(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	l.rnd.Shuffle(len(going), func(i, j int) { going[i], going[j] = going[j], going[i] })
	if l.rnd.IntN(3) == 0 {
		st, err := reg.Station(going[0])
		if err != nil {
			l.t.Fatal(err)
		}
		f := st.Fields
		f.Active = []stations.Interval{{From: f.Active[0].From, Until: on}}
		if _, err := l.s.SaveStation(context.Background(), l.meta(now), stations.SaveStation{ID: st.ID, Fields: f}); err == nil {
			l.w.stations[st.ID].rests = string(on)
			l.did["switched off"]++
		}
		return
	}
	c := stations.Merge{On: on}
	district := l.w.stations[going[l.rnd.IntN(2)]].district
	for i, id := range going[:2] {
		c.Rows = append(c.Rows, stations.MergeRow{Line: i + 2, OldCode: reg.UnitOf(id).Code, NewCode: fmt.Sprint(90000 + l.n),
			NewName:     fmt.Sprint("Xã Mới ", l.n),
			NewDistrict: district})
	}
	plan, err := l.s.Merge(context.Background(), l.meta(now), c)
	if err != nil {
		return
	}
	l.did["merger"]++
	into := plan.Targets[0].Station
	l.w.stations[into] = &plainStation{district: district, first: string(on)}
	for _, id := range going[:2] {
		l.w.stations[id].last, l.w.stations[id].into = string(on.AddDays(-1)), into
	}
}

func (l *lives) close(now time.Time) {
	monday := mondayOf(now).AddDate(0, 0, -7*(1+l.rnd.IntN(2)))
	if _, done := l.w.closed[dayOf(monday)]; done {
		return
	}
	week := airing.Calendar{Zone: text.Zone}.Week(monday)
	if _, err := l.s.CloseWeek(context.Background(), l.meta(now), coverage.Close{Week: week}); err == nil {
		l.w.closed[dayOf(monday)] = l.w.week(monday, "")
		l.did["closed"]++
	}
}

func (l *lives) live(begin time.Time) (end time.Time) {
	for day := 1; day <= 70; day++ {
		now := begin.AddDate(0, 0, day).Add(time.Duration(3+l.rnd.IntN(20)) * time.Hour)
		for range 1 + l.rnd.IntN(3) {
			l.report(now)
		}
		if l.rnd.IntN(3) == 0 {
			l.again(now)
		}
		if l.rnd.IntN(5) == 0 {
			l.excuse(now)
		}
		if l.rnd.IntN(12) == 0 {
			l.merge(now)
		}
		if l.rnd.IntN(4) == 0 {
			l.close(now)
		}
		end = now
	}
	return end
}

// asked is a random period by one of its names, with its days.
func (l *lives) asked(begin time.Time) (f coverage.Filter, first, last time.Time) {
	first = begin.AddDate(0, 0, l.rnd.IntN(75))
	first = time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, text.Zone)
	name, year, month := "", first.Year(), int(first.Month())
	switch l.rnd.IntN(7) {
	case 0:
		last, name = first, first.Format(time.DateOnly)
	case 1:
		first = mondayOf(first)
		y, n := first.ISOWeek()
		last, name = first.AddDate(0, 0, 6), fmt.Sprintf("%04d-W%02d", y, n)
	case 2:
		first = time.Date(year, first.Month(), 1, 0, 0, 0, 0, text.Zone)
		last, name = first.AddDate(0, 1, -1), first.Format("2006-01")
	case 3:
		q := (month - 1) / 3
		first = time.Date(year, time.Month(3*q+1), 1, 0, 0, 0, 0, text.Zone)
		last, name = first.AddDate(0, 3, -1), fmt.Sprintf("%04d-Q%d", year, q+1)
	case 4:
		h := (month - 1) / 6
		first = time.Date(year, time.Month(6*h+1), 1, 0, 0, 0, 0, text.Zone)
		last, name = first.AddDate(0, 6, -1), fmt.Sprintf("%04d-H%d", year, h+1)
	case 5:
		first = time.Date(year, 1, 1, 0, 0, 0, 0, text.Zone)
		last, name = first.AddDate(1, 0, -1), first.Format("2006")
	default:
		last = first.AddDate(0, 0, l.rnd.IntN(60))
		f.From, f.Until = coverage.MustStretch(first.Format(time.DateOnly)), coverage.MustStretch(last.Format(time.DateOnly))
		return f, first, last
	}
	f.Period = coverage.MustStretch(name)
	return f, first, last
}

// compare asks for a period and counts it from the lists.
func (l *lives) compare(begin, now time.Time) {
	f, first, last := l.asked(begin)
	switch l.rnd.IntN(3) {
	case 0:
		f.District = fmt.Sprintf("%03d", 80+l.rnd.IntN(3))
	case 1:
		f.Programme = fmt.Sprintf("P%d", 1+l.rnd.IntN(3))
	}
	got, err := l.s.Period(context.Background(), accounts.Daemon(), f, now)
	if err != nil {
		l.t.Fatalf("%+v: %v", f, err)
	}
	passes := func(_ string, s plainState) bool { return f.District == "" || s.district == f.District }
	var was, is coverage.Counts
	districts, ids := map[string]coverage.Counts{}, map[string]coverage.Counts{}
	weeks := mondays(first, last, now)
	if all := mondays(first, last, now.AddDate(1, 0, 0)); all[0].Equal(mondayOf(now)) { // the week that runs alone, which is not over
		return
	}
	for _, m := range weeks {
		today := l.w.week(m, f.Programme)
		frozen, closed := l.w.closed[dayOf(m)]
		if !closed || f.Programme != "" {
			frozen = today
		}
		if !frozen.known && !today.known {
			continue
		}
		frozen.sum(&was, passes)
		today.sum(&is, passes)
		for id, s := range frozen.states {
			if passes(id, s) {
				d, one := districts[s.district], ids[id]
				frozen.sum(&d, func(other string, _ plainState) bool { return other == id })
				frozen.sum(&one, func(other string, _ plainState) bool { return other == id })
				districts[s.district], ids[id] = d, one
			}
		}
	}
	now2 := got.Counts
	if got.Now != nil {
		l.did["changed since"]++
		now2 = *got.Now
	}
	if got.Counts != was || now2 != is || got.Aired > got.Expected() {
		l.t.Fatalf("%+v over %d weeks\nengine %+v\nlists  %+v\nengine now %+v\nlists now  %+v", f, len(weeks), got.Counts, was, now2, is)
	}
	for _, d := range got.Districts {
		if d.Counts != districts[d.District] {
			l.t.Fatalf("%+v: district %s\nengine %+v\nlists  %+v", f, d.District, d.Counts, districts[d.District])
		}
	}
	for _, st := range got.Stations {
		if st.Counts != ids[st.Station] {
			l.t.Fatalf("%+v: station %s\nengine %+v\nlists  %+v", f, st.Station, st.Counts, ids[st.Station])
		}
	}
	for _, g := range []coverage.Grouping{coverage.ByWeek, coverage.ByMonth, coverage.ByQuarter, coverage.ByHalf, coverage.ByYear, coverage.ByDistrict} {
		var sum coverage.Figures
		for _, item := range got.Items(g, airing.Calendar{Zone: text.Zone}, text.Vietnamese) {
			sum.Aired, sum.Active, sum.Excused = sum.Aired+item.Aired, sum.Active+item.Active, sum.Excused+item.Excused
		}
		if sum.Aired != was.Aired || sum.Active != was.Active || sum.Excused != was.Excused {
			l.t.Fatalf("%+v by %s adds up to %+v, not %+v", f, g, sum.Counts, was)
		}
	}
}

// TestPeriodsAgreeWithAPlainRecount lives random histories and counts random periods of them from plain
// lists. They lie around the turn of 2026, which has a week 53.
func TestPeriodsAgreeWithAPlainRecount(t *testing.T) {
	histories := 12
	if os.Getenv("LOA_LONG") != "" {
		histories = 1000
	}
	seed := rand.Uint64()
	t.Logf("seed %d, %d histories", seed, histories)
	did, asked := map[string]int{}, 0
	for i := range histories {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			l := &lives{t: t, s: open(t, t.TempDir()), rnd: rand.New(rand.NewPCG(seed, uint64(i))), did: did, // open verifies at the end
				w: &plainWorld{stations: map[string]*plainStation{}, counts: map[string]bool{}, excuses: map[string]bool{}, closed: map[string]plainWeek{}}}
			l.s.db.NoSync = true
			begin := time.Date(2026, 11, 23, 0, 0, 0, 0, text.Zone)
			l.found(begin)
			end := l.live(begin)
			for range 20 {
				l.compare(begin, end.AddDate(0, 0, 8))
				asked++
			}
		})
	}
	t.Logf("%d periods; %v", asked, did)
	for _, what := range []string{"report", "correction", "verdict", "excuse", "merger", "closed", "switched off", "changed since"} {
		if did[what] == 0 {
			t.Errorf("nothing was tried of: %s", what)
		}
	}
}
