package coverage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Target is the share of the stations that the plan asks for in every week, in percent.
const Target = 100

// Grouping is by what the figures of a period are told apart.
type Grouping string

// The groupings.
const (
	ByWeek     Grouping = "week"
	ByMonth    Grouping = "month"
	ByQuarter  Grouping = "quarter"
	ByHalf     Grouping = "half"
	ByYear     Grouping = "year"
	ByDistrict Grouping = "district"
	ByStation  Grouping = "station"
)

// Groupings lists them, as they are offered.
var Groupings = []Grouping{ByDistrict, ByStation, ByWeek, ByMonth, ByQuarter, ByHalf, ByYear}

// Filter is what coverage of a period is narrowed by: on its page, in its files, by the API and
// the command line. Zero members narrow nothing; without a period the year that runs is meant.
type Filter struct {
	Period     Stretch             `name:"period"`
	From       Stretch             `name:"from"`  // from its first day on
	Until      Stretch             `name:"until"` // to its last day; with From instead of Period, alone from the beginning of its year
	District   string              `name:"district"`
	Stations   string              `name:"stations"` // IDs or official codes, with commas between
	List       string              `name:"list"`     // ID of a list of stations
	Technology stations.Technology `name:"technology"`
	Language   string              `name:"language"` // of the station
	Programme  string              `name:"programme"`
	Topic      scheduler.Topic     `name:"topic"` // of the programmes
	By         Grouping            `name:"by"`
}

// Over is the same question of another stretch.
func (f Filter) Over(s Stretch) Filter {
	f.Period, f.From, f.Until = s, Stretch{}, Stretch{}
	return f
}

// Narrow reports whether only some programmes are asked about: closed weeks were not frozen by
// programme, and their figures are those of the log.
func (f Filter) Narrow() bool { return f.Programme != "" || f.Topic != "" }

// Span is the weeks of a period. A week belongs to the period in which its middle day lies, that
// is most of its days: the Thursday of a week that begins on Monday, as ISO 8601 gives weeks to
// years. So every week belongs to one month, one quarter and one year, and months add up.
type Span struct {
	From  airing.Week `json:"from"`
	Until airing.Week `json:"until"` // the last; before From where no week of the period is over

	First   stations.Date `json:"first"`   // day of the period
	Last    stations.Date `json:"last"`    // day of the period
	Running bool          `json:"running"` // a week of the period has begun and is not over: it does not count yet, unless it is the only one
	Ahead   bool          `json:"ahead"`   // weeks of the period are still to come
	Alone   bool          `json:"alone"`   // the week that is not over is the only one, and counts
}

// Weeks is how many there are.
func (s Span) Weeks() int { return max(0, int(s.Until-s.From)+1) }

// middle is the day in the middle of a week.
func middle(cal airing.Calendar, w airing.Week) stations.Date {
	return stations.DateOf(cal.Start(w).Add(cal.End(w).Sub(cal.Start(w)) / 2))
}

// firstFrom is the first week whose middle is not before the day.
func firstFrom(cal airing.Calendar, day stations.Date) airing.Week {
	w := cal.Week(day.Start(cal.Zone)) - 1
	for middle(cal, w) < day {
		w++
	}
	return w
}

// Span is the weeks of the period, by the calendar and the clock. Days that hold the middle of no
// week mean the week they begin in. Faults: coverage.period_twice, coverage.period_backwards, coverage.too_many_weeks.
func (f Filter) Span(cal airing.Calendar, now time.Time) (s Span, err error) {
	from, until := f.From, f.Until
	switch one := f.Period; {
	case one != (Stretch{}) && (from != Stretch{} || until != Stretch{}):
		return s, fault.New(fault.Invalid, "coverage.period_twice").At("period")
	case one != Stretch{}:
		from, until = one, one
	case from == Stretch{} && until == Stretch{}:
		year := StretchOf(ByYear, stations.DateOf(now.In(cal.Zone)))
		from, until = year, year
	case from == Stretch{}:
		_, last := until.Days()
		from = StretchOf(ByYear, last)
	case until == Stretch{}:
		until = Stretch{string(stations.DateOf(now.In(cal.Zone)))}
	}
	s.First, _ = from.Days()
	_, s.Last = until.Days()
	if s.Last < s.First {
		return s, fault.New(fault.Invalid, "coverage.period_backwards", "from", s.First, "until", s.Last).At("until")
	}
	if w, ok := from.week(); ok {
		s.From = w
	} else {
		s.From = firstFrom(cal, s.First)
	}
	if w, ok := until.week(); ok {
		s.Until = w
	} else {
		s.Until = firstFrom(cal, s.Last.AddDays(1)) - 1
	}
	if s.Until < s.From {
		s.From = cal.Week(s.First.Start(cal.Zone))
		s.Until = s.From
	}
	if err := CheckSpan(s.From, s.Until); err != nil {
		return s, err
	}
	running := cal.Week(now)
	s.Ahead, s.Running = s.Until > running, s.From <= running && running <= s.Until
	s.Alone = s.From == running
	if s.Until = min(s.Until, running); s.From < running {
		s.Until = min(s.Until, running-1)
	}
	return s, nil
}

// Before asks for what came before the period: the stretch before it, or as many weeks. ok is false
// where there is nothing to ask for.
func (f Filter) Before(s Span) (before Filter, ok bool) {
	f = f.Plain()
	if f.Period != (Stretch{}) {
		before = f.Over(f.Period.Before())
		return before, before.Period != Stretch{}
	}
	if f.From == (Stretch{}) && f.Until == (Stretch{}) {
		return f.Over(StretchOf(ByYear, s.First).Before()), true
	}
	n := airing.Week(max(1, s.Weeks()))
	before = f.Over(Stretch{})
	before.From, before.Until = Stretch{(s.From - n).String()}, Stretch{(s.From - 1).String()}
	return before, s.From-n > 0
}

// Scope is whose weeks are asked for, and of which programmes; an engine narrows nothing by itself.
type Scope struct {
	Programmes []string // IDs; none that count where Narrow, all of them otherwise
	Narrow     bool

	by     accounts.Actor
	reg    *stations.Registry
	cal    airing.Calendar
	filter Filter
	chosen map[uint32]bool // numbers of stations; nil for all
	heirs  map[uint32]bool // of stations whose listeners the district once had
	ended  stations.Date   // last day of the district, "" while it stands
	traits bool            // asks for a technology or a language
}

// Scope says whose weeks are asked for. A district that is no more means the stations that lay in it, and
// since it ended those that took over from them. Faults: accounts.denied, stations.no_district, stations.no_list,
// stations.unknown, schedule.programme_unknown, schedule.topic_unknown, stations.technology_unknown,
// schedule.language_unknown, each of a value that is not known.
func (f Filter) Scope(by accounts.Actor, reg *stations.Registry, plan *scheduler.Schedule, cal airing.Calendar, s Span) (Scope, error) {
	c := Scope{Narrow: f.Narrow(), by: by, reg: reg, cal: cal, filter: f, traits: f.Technology != "" || f.Language != ""}
	if err := reg.CheckDistrict(f.District); err != nil {
		return c, unknown(err, "district")
	}
	if err := (Query{District: f.District}).Allowed(by, reg); err != nil {
		return c, err
	}
	if f.Technology != "" && !slices.Contains(stations.Technologies, f.Technology) {
		return c, fault.New(fault.Invalid, "stations.technology_unknown", "text", string(f.Technology)).At("technology")
	}
	if f.Language != "" && !stations.KnownLanguage(f.Language) {
		return c, fault.New(fault.Invalid, "schedule.language_unknown", "language", f.Language).At("language")
	}
	if f.Topic != "" && !slices.Contains(scheduler.Topics, f.Topic) {
		return c, fault.New(fault.Invalid, "schedule.topic_unknown", "topic", string(f.Topic)).At("topic")
	}
	if f.By != "" && !slices.Contains(Groupings, f.By) {
		return c, fault.New(fault.Invalid, "filter.word_unknown", "word", string(f.By), "known", fmt.Sprint(Groupings)).At("by")
	}
	if f.Programme != "" {
		if _, err := plan.Programme(f.Programme); err != nil {
			return c, unknown(err, "programme")
		}
	}
	for _, p := range plan.Programmes {
		if c.Narrow && (f.Programme == "" || p.ID == f.Programme) && (f.Topic == "" || slices.Contains(p.Topics, f.Topic)) {
			c.Programmes = append(c.Programmes, p.ID)
		}
	}
	if err := c.choose(s); err != nil {
		return c, err
	}
	c.history()
	return c, nil
}

// unknown is a fault about a value of the filter: there is a page, but not of that.
func unknown(err error, field string) error {
	if e := fault.Of(err); e != nil && e.Kind == fault.NotFound {
		e.Kind = fault.Invalid
		return e.At(field)
	}
	return err
}

// MostStations is how many stations a list of them may name.
const MostStations = 500

// choose reads the list of stations. A code is that of a station on the period's last day.
func (c *Scope) choose(s Span) error {
	if c.filter.List != "" {
		listed, err := c.reg.Listed(c.by, accounts.ReadCoverage, c.filter.List)
		if err != nil {
			return unknown(err, "list")
		}
		c.chosen = map[uint32]bool{}
		for id := range listed {
			if st, err := c.reg.Station(id); err == nil {
				c.chosen[uint32(st.Number())] = true
			}
		}
	}
	if strings.TrimSpace(c.filter.Stations) == "" {
		return nil
	}
	listed := c.chosen
	c.chosen = map[uint32]bool{}
	for _, one := range namedIn(c.filter.Stations) {
		st, err := c.reg.ByCodeOrID(one, s.Last)
		if err != nil {
			return unknown(err, "stations")
		}
		if err := MayRead(c.by, c.reg.Where(st.ID)); err != nil {
			return err
		}
		n := uint32(st.Number())
		if listed != nil && !listed[n] {
			return c.reg.NotListed(st.ID).At("stations")
		}
		if c.chosen[n] = true; len(c.chosen) > MostStations {
			return fault.New(fault.Invalid, "coverage.too_many_stations", "n", MostStations).At("stations")
		}
	}
	return nil
}

// history looks up what became of the listeners of a district that is no more.
func (c *Scope) history() {
	if c.filter.District == "" {
		return
	}
	for _, u := range c.reg.Units() {
		if u.Kind.Level() == stations.District && u.Code == c.filter.District && u.Valid.Until > c.ended {
			c.ended = u.Valid.Until
		}
		if u.Kind.Level() == stations.District && u.Code == c.filter.District && u.Valid.Until == "" {
			c.ended = ""
			return
		}
	}
	c.heirs = map[uint32]bool{}
	for _, st := range c.reg.Stations() {
		lay := slices.ContainsFunc(st.Seats, func(seat stations.Seat) bool { return c.reg.Unit(seat.Unit).District == c.filter.District })
		if !lay {
			continue
		}
		c.heirs[uint32(st.Number())] = true
		for _, after := range c.reg.Lineage(st.ID).After {
			c.heirs[uint32(after.Number())] = true
		}
	}
}

// passes says which stations of a week are asked for.
func (c *Scope) passes(d *Dense) func(Cell) bool {
	first := c.cal.Start(d.Week)
	gone := c.ended != "" && c.ended < stations.DateOf(first.AddDate(0, 0, 3))
	whole, may := make([]bool, len(d.Districts)), make([]bool, len(d.Districts))
	all := c.chosen == nil && !c.traits
	for i, one := range d.Districts {
		may[i] = c.by.Can(accounts.ReadCoverage, accounts.Where{District: one.District})
		whole[i] = all && may[i] && (c.filter.District == "" || one.District == c.filter.District)
	}
	return func(cell Cell) bool {
		if whole[cell.District] {
			return true
		}
		district := d.Districts[cell.District].District
		switch {
		case c.filter.District != "" && district != c.filter.District && !(gone && c.heirs[cell.Station]),
			c.chosen != nil && !c.chosen[cell.Station],
			!may[cell.District] && !c.by.Can(accounts.ReadCoverage,
				accounts.Where{District: district, Station: stations.StationID(int(cell.Station))}):
			return false
		case !c.traits:
			return true
		}
		st, err := c.reg.Station(stations.StationID(int(cell.Station)))
		if err != nil {
			return false // a merger that made it was undone
		}
		t := st.TraitsAt(first)
		return (c.filter.Technology == "" || t.Has(c.filter.Technology)) && (c.filter.Language == "" || t.Speaks(c.filter.Language))
	}
}

// Twice is a week as it counts now and, where it is closed, as it was frozen.
type Twice struct{ Now, Frozen *Dense }

// Figures are the numbers of some station-weeks: every station counts once in each week. Of closed
// weeks they are as frozen.
type Figures struct {
	Counts
	Weeks  int     `json:"weeks"`         // that count: of the others nothing is known
	Closed int     `json:"closed"`        // of these, as frozen
	Now    *Counts `json:"now,omitempty"` // with what was reported and corrected since, where that differs
}

// counts3 are a week's figures: as frozen, what these stations add up to in this version of Loa,
// and as they count now. In an open week all three are one.
type counts3 struct{ frozen, added, now Counts }

func (c *counts3) sum(d counts3) {
	c.frozen.sum(d.frozen)
	c.added.sum(d.added)
	c.now.sum(d.now)
}

// add adds the figures of a week. What only this version of Loa counts in another way is no change.
func (f *Figures) add(c counts3, closed bool) {
	f.Weeks++
	if closed {
		f.Closed++
	}
	changed := closed && c.added != c.now
	if f.Now == nil && changed {
		was := f.Counts
		f.Now = &was
	}
	f.Counts.sum(c.frozen)
	if changed {
		f.Now.sum(c.now)
	} else if f.Now != nil {
		f.Now.sum(c.frozen)
	}
}

// merge adds figures of the same stations in other weeks.
func (f *Figures) merge(g Figures) {
	now := func(x Figures) Counts {
		if x.Now != nil {
			return *x.Now
		}
		return x.Counts
	}
	if f.Now != nil || g.Now != nil {
		both := now(*f)
		both.sum(now(g))
		f.Now = &both
	}
	f.Counts.sum(g.Counts)
	f.Weeks, f.Closed = f.Weeks+g.Weeks, f.Closed+g.Closed
}

// Missing is how many station-weeks more had to be aired for the plan's target, which is one of all
// programmes that count together.
func (c Counts) Missing() int { return max(0, (Target*(c.Expected()-c.NotPlanned)+99)/100-c.Aired) }

// WeekFigures, DistrictFigures and StationFigures are figures of one week, district or station.
type (
	WeekFigures struct {
		Week airing.Week `json:"week"`
		Figures
	}
	DistrictFigures struct {
		District string `json:"district"` // official code in those weeks
		Figures
		Course []Share `json:"-"` // week by week
	}
	StationFigures struct {
		Station  string `json:"station"`
		District string `json:"district"` // official code in the last of its weeks
		Figures
	}
)

// Share is how many aired of how many that were expected, and for whom anything was planned.
type Share struct {
	Aired    int `json:"aired"`
	Expected int `json:"expected"`
}

// Percent is the share in whole percent, rounded down; ok is false where nothing was expected.
func (s Share) Percent() (n int, ok bool) {
	if s.Expected == 0 {
		return 0, false
	}
	return 100 * s.Aired / s.Expected, true
}

func shareOf(c Counts) Share {
	if _, ok := c.Percent(); !ok {
		return Share{}
	}
	return Share{c.Aired, c.Expected()}
}

// Period is the coverage of the weeks of a period.
type Period struct {
	Span
	Figures
	ByWeek    []WeekFigures
	Districts []DistrictFigures // by code
	Stations  []StationFigures  // as somebody should call them: those that aired in the fewest of their weeks first
	Due       int               // stations that were expected to air something that was planned in one of its weeks
	Always    int               // of these, aired in each week they were expected to

	weeks []Twice
	scope Scope
}

// NewPeriod counts the weeks, which are those of the span in their order.
func NewPeriod(c Scope, s Span, weeks []Twice) Period {
	p := Period{Span: s, weeks: weeks, scope: c, ByWeek: make([]WeekFigures, 0, len(weeks))}
	districts, at := map[string]int{}, make([]int32, numbers(c.reg, weeks))
	p.Stations = make([]StationFigures, 0, len(at))
	for i, w := range weeks {
		one := WeekFigures{Week: w.Now.Week}
		frozen := w.Frozen
		if frozen == nil {
			frozen = w.Now
		}
		if !frozen.Known && !w.Now.Known && !c.Narrow {
			p.ByWeek = append(p.ByWeek, one)
			continue
		}
		was := p.countWeek(frozen)
		is := was
		if frozen != w.Now {
			is = p.countWeek(w.Now)
		}
		p.addWeek(&one, i, w.Frozen != nil, was, is, districts)
		p.addStations(w.Frozen != nil, was, is, at)
		p.Figures.merge(one.Figures)
		p.ByWeek = append(p.ByWeek, one)
	}
	p.finish()
	return p
}

// numbers is how many numbers of stations there may be: a merger that made one may have been undone since.
func numbers(reg *stations.Registry, weeks []Twice) int {
	n := reg.Span()
	for _, w := range weeks {
		if w.Frozen != nil && w.Frozen != w.Now {
			for _, cell := range w.Frozen.Cells {
				n = max(n, int(cell.Station)+1)
			}
		}
	}
	return n
}

// counted is a week of those that are asked for.
type counted struct {
	dense *Dense
	seen  []bool   // by cell
	of    []Counts // by district
	added []Counts // by district: what its cells add up to in this version
	any   []bool   // by district: at least one of its stations is asked for
}

func (p *Period) countWeek(d *Dense) counted {
	n := counted{d, make([]bool, len(d.Cells)), make([]Counts, len(d.Districts)), make([]Counts, len(d.Districts)), make([]bool, len(d.Districts))}
	passes := p.scope.passes(d)
	part := make([]bool, len(d.Districts))
	for i, cell := range d.Cells {
		if !passes(cell) {
			part[cell.District] = true
			continue
		}
		n.seen[i], n.any[cell.District] = true, true
		n.of[cell.District].cell(cell)
		n.added[cell.District].cell(cell.today())
	}
	for i := range d.Districts {
		if !part[i] { // what was frozen is not counted anew by later rules
			n.of[i], n.any[i] = d.Districts[i].Counts, true
		}
	}
	return n
}

func (p *Period) addWeek(one *WeekFigures, week int, closed bool, was, is counted, districts map[string]int) {
	now := make(map[string]Counts, len(is.of))
	for i, c := range is.added {
		if is.any[i] {
			now[is.dense.Districts[i].District] = c
		}
	}
	var sum counts3
	put := func(district string, c counts3) {
		j, ok := districts[district]
		if !ok {
			j = len(p.Districts)
			districts[district] = j
			p.Districts = append(p.Districts, DistrictFigures{District: district, Course: make([]Share, len(p.weeks))})
		}
		d := &p.Districts[j]
		d.add(c, closed)
		d.Course[week] = shareOf(c.frozen)
		sum.sum(c)
	}
	for i, c := range was.of {
		if was.any[i] {
			district := was.dense.Districts[i].District
			put(district, counts3{c, was.added[i], now[district]})
			delete(now, district)
		}
	}
	for district, c := range now { // a merger entered since moved stations there
		put(district, counts3{now: c})
	}
	one.add(sum, closed)
}

func (p *Period) addStations(closed bool, was, is counted, at []int32) {
	row := func(cell Cell, d *Dense) *StationFigures {
		i := at[cell.Station] // from 1 on
		if i == 0 {
			p.Stations = append(p.Stations, StationFigures{Station: stations.StationID(int(cell.Station))})
			i = int32(len(p.Stations))
			at[cell.Station] = i
		}
		r := &p.Stations[i-1]
		r.District = d.Districts[cell.District].District
		return r
	}
	one := func(cell Cell) (c Counts) {
		c.cell(cell)
		return c
	}
	if was.dense == is.dense {
		for i, cell := range was.dense.Cells {
			if was.seen[i] {
				r := row(cell, was.dense)
				r.Weeks++
				if closed {
					r.Closed++
				}
				if r.Counts.cell(cell); r.Now != nil {
					r.Now.cell(cell)
				}
			}
		}
		return
	}
	now := make(map[uint32]Cell, len(is.dense.Cells))
	for i, cell := range is.dense.Cells {
		if is.seen[i] {
			now[cell.Station] = cell
		}
	}
	for i, cell := range was.dense.Cells {
		if !was.seen[i] {
			continue
		}
		var then Counts
		if n, ok := now[cell.Station]; ok {
			then = one(n)
			delete(now, cell.Station)
		}
		row(cell, was.dense).add(counts3{one(cell), one(cell.today()), then}, closed)
	}
	for i, cell := range is.dense.Cells {
		if _, only := now[cell.Station]; only && is.seen[i] {
			row(cell, is.dense).add(counts3{now: one(cell)}, closed)
		}
	}
}

// finish puts districts and stations in order.
func (p *Period) finish() {
	slices.SortFunc(p.Districts, func(a, b DistrictFigures) int { return strings.Compare(a.District, b.District) })
	for _, s := range p.Stations {
		if planned := s.Expected() - s.NotPlanned; planned > 0 {
			if p.Due++; s.Aired == planned {
				p.Always++
			}
		}
	}
	lacks := func(s StationFigures) int { return s.Expected() - s.NotPlanned - s.NotDue - s.Aired }
	slices.SortFunc(p.Stations, func(a, b StationFigures) int {
		return cmp.Or(cmp.Compare(lacks(b), lacks(a)), cmp.Compare(b.NotReported, a.NotReported), strings.Compare(a.Station, b.Station))
	})
}

// Strip is a station's state in each week of the period, "" where it does not count; Now is another
// where what was reported since makes it one.
type Strip struct {
	Station string
	Weeks   []Day
}

// Day is one box of a strip.
type Day struct {
	Week       airing.Week
	State, Now State
	Closed     bool
}

// Strips are those of some stations, in their order.
func (p Period) Strips(list []string) []Strip {
	at := make(map[uint32]int, len(list))
	strips := make([]Strip, len(list))
	for i, id := range list {
		strips[i] = Strip{id, make([]Day, len(p.weeks))}
		if st, err := p.scope.reg.Station(id); err == nil {
			at[uint32(st.Number())] = i
		}
	}
	for w, twice := range p.weeks {
		for i := range strips {
			strips[i].Weeks[w].Week, strips[i].Weeks[w].Closed = twice.Now.Week, twice.Frozen != nil
		}
		for _, cell := range twice.Now.Cells {
			if i, ok := at[cell.Station]; ok {
				strips[i].Weeks[w].Now = States[cell.State]
			}
		}
		if twice.Frozen == nil {
			for i := range strips {
				strips[i].Weeks[w].State = strips[i].Weeks[w].Now
			}
			continue
		}
		for _, cell := range twice.Frozen.Cells {
			if i, ok := at[cell.Station]; ok {
				strips[i].Weeks[w].State = States[cell.State]
			}
		}
	}
	return strips
}

// Parts are the figures of a period's months, quarters, halves or years, the first first.
func (p Period) Parts(g Grouping, cal airing.Calendar) (parts []PartFigures) {
	for _, w := range p.ByWeek {
		key := Stretch{w.Week.String()}
		if g != ByWeek {
			key = StretchOf(g, middle(cal, w.Week))
		}
		if n := len(parts); n == 0 || parts[n-1].Part != key {
			parts = append(parts, PartFigures{Part: key})
		}
		parts[len(parts)-1].merge(w.Figures)
	}
	return parts
}

// PartFigures are figures of a stretch of weeks.
type PartFigures struct {
	Part Stretch `json:"part"`
	Figures
}

// Words is the period as a sentence says it: "quý II/2024".
func (f Filter) Words(l text.Language, s Span) string {
	switch f = f.Plain(); {
	case f.Period != Stretch{}:
		return f.Period.Words(l)
	case f.From == Stretch{} && f.Until == Stretch{}:
		return StretchOf(ByYear, s.First).Words(l)
	}
	return l.Say("coverage.stretch.days", "from", s.First, "until", s.Last)
}

// Plain is the filter with days that are a month, a quarter, a half or a year named as that.
func (f Filter) Plain() Filter {
	if f.Period != (Stretch{}) || f.From == (Stretch{}) || f.Until == (Stretch{}) {
		return f
	}
	first, _ := f.From.Days()
	_, last := f.Until.Days()
	for _, g := range []Grouping{ByMonth, ByQuarter, ByHalf, ByYear} {
		whole := StretchOf(g, first)
		if a, b := whole.Days(); a == first && b == last {
			return f.Over(whole)
		}
	}
	if f.From == f.Until {
		return f.Over(f.From)
	}
	return f
}

// Item is one part of a period, a district or a station, as lists and files tell it.
type Item struct {
	Key      string `json:"key"`  // of a part its stretch, of a district its code, of a station its ID
	Name     string `json:"name"` // as people call it
	District string `json:"district,omitempty"`
	Figures
}

// Items are the figures of the period by the grouping, districts and parts in their order, stations as somebody
// should call them.
func (p Period) Items(g Grouping, cal airing.Calendar, l text.Language) (list []Item) {
	reg := p.scope.reg
	switch g {
	case ByStation:
		for _, s := range p.Stations {
			list = append(list, Item{s.Station, reg.Label(s.Station), s.District, s.Figures})
		}
	case ByDistrict, "":
		by := make(map[string]DistrictFigures, len(p.Districts))
		codes := make([]string, 0, len(p.Districts))
		for _, d := range p.Districts {
			by[d.District] = d
			codes = append(codes, d.District)
		}
		for _, code := range reg.InOrder(codes) {
			list = append(list, Item{code, DistrictCalled(reg, l, code), code, by[code].Figures})
		}
	default:
		for _, part := range p.Parts(g, cal) {
			list = append(list, Item{part.Part.String(), part.Part.Words(l), "", part.Figures})
		}
	}
	return list
}

// DistrictCalled is what people call a district; of communes that lie in none it says so.
func DistrictCalled(reg *stations.Registry, l text.Language, code string) string {
	if code == "" {
		return l.Say("coverage.no_district")
	}
	return reg.DistrictLabel(code)
}

// Table is the figures of the period by the grouping, and those of all, as a file has them:
// of stations with their district.
func (p Period) Table(g Grouping, cal airing.Calendar, l text.Language) [][]any {
	g = cmp.Or(g, ByDistrict)
	key := l.Say("coverage.key.part")
	if g == ByStation || g == ByDistrict {
		key = l.Say("coverage.key." + string(g))
	}
	rows := [][]any{{l.Say("coverage.by." + string(g)), key, l.Say("coverage.column.percent"),
		l.Say("coverage.column.aired"), l.Say("coverage.column.expected"), l.Say("coverage.state.excused"), l.Say("coverage.ladder.with_evidence"),
		l.Say("coverage.ladder.verified"), l.Say("coverage.on_time"), l.Say("coverage.state.not_counted"), l.Say("coverage.state.not_aired"),
		l.Say("coverage.state.not_reported"), l.Say("coverage.state.not_due"), l.Say("coverage.state.not_planned"), l.Say("coverage.column.weeks"),
		l.Say("coverage.column.closed"), l.Say("coverage.column.now_aired"), l.Say("coverage.column.now_expected")}}
	row := func(name, key string, f Figures) {
		now := f.Counts
		if f.Now != nil {
			now = *f.Now
		}
		var percent any // a number to reckon with, nothing where nothing was expected
		if n, ok := f.Percent(); ok {
			percent = n
		}
		rows = append(rows, []any{name, sheet.Code(key), percent, f.Aired, f.Expected(), f.Excused, f.WithEvidence, f.Verified, f.OnTime,
			f.NotCounted, f.NotAired, f.NotReported, f.NotDue, f.NotPlanned, f.Weeks, f.Closed, now.Aired, now.Expected()})
	}
	for _, i := range p.Items(g, cal, l) {
		row(i.Name, i.Key, i.Figures)
	}
	row(l.Say("coverage.paper_total"), "", p.Figures)
	if g == ByStation {
		rows[0] = slices.Insert(rows[0], 2, any(l.Say("coverage.column.district")))
		for i, s := range p.Stations {
			rows[i+1] = slices.Insert(rows[i+1], 2, any(DistrictCalled(p.scope.reg, l, s.District)))
		}
		rows[len(rows)-1] = slices.Insert(rows[len(rows)-1], 2, any(""))
	}
	return rows
}

// Answer is a period as programs read it.
type Answer struct {
	Name string `json:"name"` // as people call it
	Span
	Figures
	Target  int         `json:"target"`  // percent the plan asks for; 0 where narrow: it asks nothing of one programme
	Missing int         `json:"missing"` // station-weeks that lack for it
	Seen    int         `json:"seen"`    // stations that count in one of the weeks
	Due     int         `json:"due"`     // of these, were expected to air something that was planned in one of its weeks
	Always  int         `json:"always"`  // of these, aired in each week they were expected to
	Narrow  bool        `json:"narrow"`  // of some programmes: as the log tells, nothing was frozen so
	Before  *BeforeThat `json:"before,omitempty"`
	By      Grouping    `json:"by"`
}

// BeforeThat is the period before.
type BeforeThat struct {
	Name string `json:"name"`
	Span
	Figures
}

// Answer is the period for programs. before is the period before, asked for by its filter, nil for none.
func (p Period) Answer(l text.Language, f Filter, before *Period, beforeFilter Filter) Answer {
	a := Answer{Name: f.Words(l, p.Span), Span: p.Span, Figures: p.Figures, Target: Target, Missing: p.Missing(),
		Seen: len(p.Stations), Due: p.Due, Always: p.Always, Narrow: f.Narrow(), By: cmp.Or(f.By, ByDistrict)}
	if a.Narrow {
		a.Target, a.Missing = 0, 0
	}
	if before != nil {
		a.Before = &BeforeThat{beforeFilter.Words(l, before.Span), before.Span, before.Figures}
	}
	return a
}

// PeriodBefore asks for the period before p, nil where there is none, or where p is a week that is not over: it would
// always seem to have fallen behind.
func PeriodBefore(ctx context.Context, s Store, by accounts.Actor, f Filter, p Period, now time.Time) (*Period, Filter, error) {
	before, ok := f.Before(p.Span)
	if !ok || p.Alone {
		return nil, before, nil
	}
	if p.First == p.Last { // the day before mostly lies in the same week
		before = f.Over(Stretch{(p.From - 1).String()})
	}
	was, err := s.Period(ctx, by, before, now)
	return &was, before, err
}
