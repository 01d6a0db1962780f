package oldbook

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"loa/airing"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Setup is how a book is to be read. What it leaves out is guessed.
type Setup struct {
	Sheet   string            `json:"sheet,omitempty" schema:"maxLength=100"`
	Head    int               `json:"head,omitempty" schema:"minimum=0 maximum=100050"` // the last line of the head
	Columns []Field           `json:"columns,omitempty"`                                // what each column says, "" for nothing
	Station string            `json:"station,omitempty" schema:"maxLength=50"`          // of a book without a column of stations
	Minutes int               `json:"minutes,omitempty" schema:"minimum=0 maximum=360"` // on air, where a row does not say
	Names   map[string]string `json:"names,omitempty"`                                  // by Name.Key: a programme's ID, Leave, or New
}

// What becomes of a name in place of a programme's ID.
const (
	Leave = "leave" // its rows are left out
	New   = "new"   // a programme of that name is made
)

// Name is a programme as the book calls it.
type Name struct {
	Key       string `json:"key"`
	Title     string `json:"title"`
	Target    bool   `json:"ntm"` // the book says that it counts toward the target
	Rows      int    `json:"rows"`
	Programme string `json:"programme,omitempty"` // its ID, Leave, or "" while nobody chose
}

// Wrong is a row that is not taken as it is.
type Wrong struct {
	Cell string `json:"cell"`
	Text string `json:"text"` // what is wrong, and what to do
}

// Check is what bringing a book in would do.
type Check struct {
	Missing  []Field       `json:"missing,omitempty"` // columns that must be named first
	Rows     int           `json:"rows"`              // that say something
	Take     int           `json:"take"`
	Known    int           `json:"known"` // that the log has already
	Twice    int           `json:"twice"` // that stand in the file before
	Bad      int           `json:"bad"`
	Left     int           `json:"left"`   // of names that are left out
	Open     int           `json:"open"`   // of names that nobody chose a programme for
	Empty    int           `json:"empty"`  // without a time and a programme: sums, captions
	Closed   int           `json:"closed"` // of Take, in weeks that are closed
	From     stations.Date `json:"from,omitempty"`
	Until    stations.Date `json:"until,omitempty"`
	Stations int           `json:"stations"`
	Names    []Name        `json:"names"`
	Wrongs   []Wrong       `json:"wrongs"`  // the first MostTold of Bad
	Doubles  []Wrong       `json:"doubles"` // the first MostTold of Known and Twice
}

// MostTold is how many rows are told of one by one.
const MostTold = 200

// maxNames is how many programmes a book may name.
const maxNames = 300

// reader turns the rows of a sheet into rows for the log.
type reader struct {
	grid   sheet.Grid
	layout Layout
	setup  Setup
	lang   text.Language
	now    time.Time
	plan   *scheduler.Schedule
	namer  *stations.Namer
	titles map[string]string // folded title → the one programme that is called so, "" of several

	check Check
	names map[string]*Name
	order []string
	seen  map[string][]airing.Report
	day   sheet.Cell // the last that was filled in
	where sheet.Cell
	rows  []Row
}

func newReader(g sheet.Grid, l Layout, s Setup, lang text.Language, now time.Time, reg *stations.Registry, plan *scheduler.Schedule) *reader {
	r := &reader{grid: g, layout: l, setup: s, lang: lang, now: now, plan: plan, namer: reg.Namer(), titles: map[string]string{}, names: map[string]*Name{},
		seen: map[string][]airing.Report{}}
	for _, p := range plan.Programmes {
		key := text.Fold(p.Title)
		if _, twice := r.titles[key]; twice {
			r.titles[key] = ""
			continue
		}
		r.titles[key] = p.ID
	}
	return r
}

func (r *reader) cell(row sheet.Row, f Field) sheet.Cell {
	if c := r.layout.Of(f); c >= 0 {
		return row.Cell(c)
	}
	return sheet.Cell{}
}

// address is where a field of a row stands.
func (r *reader) address(row sheet.Row, f Field) string {
	return sheet.CellName(max(0, r.layout.Of(f)), row.Line)
}

func (r *reader) wrong(cell string, err error) {
	if r.check.Bad++; len(r.check.Wrongs) < MostTold {
		r.check.Wrongs = append(r.check.Wrongs, Wrong{cell, r.lang.Fault(err)})
	}
}

func (r *reader) double(cell, words string) {
	if len(r.check.Doubles) < MostTold {
		r.check.Doubles = append(r.check.Doubles, Wrong{cell, words})
	}
}

// read reads every row below the head. What the log says of them is asked afterwards.
func (r *reader) read() {
	for _, row := range r.grid.Rows[r.grid.After(r.layout.Head):] {
		r.readRow(row)
	}
	slices.SortFunc(r.order, func(a, b string) int { return cmp.Compare(r.names[b].Rows, r.names[a].Rows) })
	for _, key := range r.order {
		n := *r.names[key]
		r.check.Names = append(r.check.Names, n)
		switch n.Programme {
		case "":
			r.check.Open += n.Rows
		case Leave:
			r.check.Left += n.Rows
		}
	}
	r.rows = slices.DeleteFunc(r.rows, func(x Row) bool { return x.Programme == "" || x.Programme == Leave })
}

func (r *reader) readRow(row sheet.Row) {
	title, at := r.cell(row, Programme), r.cell(row, Time)
	day := r.cell(row, Date)
	if title.Text == "" && (at.Text == "" || r.layout.Of(Time) == r.layout.Of(Date)) {
		r.check.Empty++
		return
	}
	if text.Fold(title.Text) == text.Fold(r.layout.Titles[r.layout.Of(Programme)]) { // a head that was printed on each page
		r.check.Empty++
		return
	}
	r.check.Rows++
	if day.Text != "" {
		r.day = day
	}
	if where := r.cell(row, Station); where.Text != "" {
		r.where = where
	}
	one := Row{Line: row.Line, Note: text.Lines(r.cell(row, Note).Text), By: text.Line(r.cell(row, By).Text)}
	for _, f := range Fields {
		if c := r.cell(row, f); c.Errs() {
			r.wrong(r.address(row, f), fault.New(fault.Invalid, "oldbook.cell_error", "text", c.Text))
			return
		}
	}
	field, err := r.readTimes(row, &one)
	if err == nil {
		field, err = r.readPlace(row, &one)
	}
	if err == nil && title.Text == "" {
		field, err = Programme, fault.New(fault.Invalid, "oldbook.programme_missing")
	}
	if err != nil {
		r.wrong(r.address(row, field), err)
		return
	}
	n := r.name(row, title.Text)
	if n == nil {
		r.wrong(r.address(row, Programme), fault.New(fault.Invalid, "oldbook.names_many", "most", maxNames))
		return
	}
	report := airing.Report{StartedAt: one.At, Seconds: one.Seconds}
	key := one.Station + n.Key + one.At.Format(time.DateOnly)
	for _, before := range r.seen[key] {
		if report.Overlaps(before) {
			r.check.Twice++
			r.double(sheet.CellName(0, row.Line), r.lang.Say("oldbook.twice", "at", one.At))
			return
		}
	}
	r.seen[key] = append(r.seen[key], report)
	n.Rows++
	one.Programme = n.Programme
	r.rows = append(r.rows, one)
}

// readTimes reads when it was on air, and how long. It names the field that is wrong.
func (r *reader) readTimes(row sheet.Row, one *Row) (Field, error) {
	if r.day.Text == "" {
		return Date, fault.New(fault.Invalid, "oldbook.day_missing")
	}
	day, err := readDay(r.grid.Table, r.day)
	if err != nil {
		return Date, err
	}
	at := r.cell(row, Time)
	if at.Text == "" {
		return Time, fault.New(fault.Invalid, "oldbook.time_missing")
	}
	from, until, err := readClock(at)
	if err != nil {
		return Time, err
	}
	if one.At = day.Start(text.Zone).Add(from); one.At.After(r.now) {
		return Date, fault.New(fault.Invalid, "oldbook.in_future", "at", one.At)
	}
	if end := r.cell(row, End); end.Text != "" {
		if until, _, err = readClock(end); err != nil {
			return End, err
		}
	}
	switch length := r.cell(row, Length); {
	case length.Text != "":
		if one.Seconds, err = readLength(length); err != nil {
			return Length, err
		}
	case until > from:
		one.Seconds = int((until - from) / time.Second)
	case until > 0:
		return End, fault.New(fault.Invalid, "oldbook.end_early")
	case r.setup.Minutes > 0:
		one.Seconds = r.setup.Minutes * 60
	case r.layout.Of(Length) < 0:
		return Time, fault.New(fault.Invalid, "oldbook.length_missing")
	default:
		return Length, fault.New(fault.Invalid, "oldbook.length_missing")
	}
	return "", nil
}

// readPlace finds the station. It names the field that is wrong.
func (r *reader) readPlace(row sheet.Row, one *Row) (Field, error) {
	said, district := r.setup.Station, ""
	if r.layout.Of(Station) >= 0 {
		said, district = r.where.Text, r.cell(row, District).Text
	}
	if said == "" {
		return Station, fault.New(fault.Invalid, "oldbook.station_missing")
	}
	st, err := r.namer.Named(said, district, stations.DateOf(one.At.In(text.Zone)))
	if err != nil {
		return Station, err
	}
	one.Station = st.ID
	if zone := st.Location(); zone != text.Zone { // the book tells the clock of its station
		wall := one.At.In(text.Zone)
		one.At = time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	}
	one.At = one.At.UTC()
	return "", nil
}

// name is the programme that the book names, nil where it names too many.
func (r *reader) name(row sheet.Row, title string) *Name {
	title = text.Line(title)
	key, target := text.Fold(title), readMark(r.cell(row, Target))
	if target {
		key += " +"
	}
	if n := r.names[key]; n != nil {
		return n
	}
	if len(r.names) == maxNames {
		return nil
	}
	n := &Name{Key: key, Title: title, Target: target, Programme: r.titles[strings.TrimSuffix(key, " +")]}
	if chosen, ok := r.setup.Names[key]; ok {
		n.Programme = chosen
	}
	if _, err := r.plan.Programme(n.Programme); err != nil && n.Programme != Leave {
		n.Programme = ""
	}
	r.names[key] = n
	r.order = append(r.order, key)
	return n
}
