package oldbook

import (
	"slices"
	"time"

	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// open finds the sheet, its head and what its columns say. It is nil where a column is missing that must be named first: the book
// tells which. known are the books that were brought in before: one of the same heads was set up once.
func open(file []byte, b Book, now time.Time, reg *stations.Registry, plan *scheduler.Schedule, known []Import) (*reader, Book, error) {
	o, err := sheet.OpenBook(file)
	if err != nil {
		return nil, b, err
	}
	b.Sheets = o.Sheets()
	which, err := chosen(o, b.Setup.Sheet)
	if err != nil {
		return nil, b, err
	}
	g, err := o.Grid(which, 0)
	switch {
	case err != nil:
		return nil, b, err
	case len(g.Rows) == 0:
		return nil, b, fault.New(fault.Invalid, "sheet.empty")
	case g.Doubt != nil:
		return nil, b, g.Doubt
	}
	l, before := find(g.Rows), (*Setup)(nil)
	switch {
	case b.Setup.Head > 0:
		l = at(g.Rows, b.Setup.Head)
		before = remembered(known, l)
	default:
		if old, setup := recognised(known, g.Rows); setup != nil {
			l, before = old, setup
		}
	}
	if l.Head == 0 {
		return nil, b, fault.New(fault.Invalid, "oldbook.no_head", "sheet", b.Sheets[which])
	}
	switch {
	case len(b.Setup.Columns) > 0:
		l.Columns = fit(b.Setup.Columns, len(l.Titles))
	case before != nil:
		l.Columns = fit(before.Columns, len(l.Titles))
	}
	if before != nil {
		names := map[string]string{}
		for _, from := range []map[string]string{before.Names, b.Setup.Names} {
			for key, id := range from {
				names[key] = id
			}
		}
		b.Setup.Names = names
		if b.Setup.Columns == nil && b.Setup.Minutes == 0 {
			b.Setup.Minutes = before.Minutes
		}
	}
	if own := b.By.Runs(); b.Setup.Station == "" && l.Of(Station) < 0 && len(own) == 1 {
		b.Setup.Station = own[0]
	}
	b.Layout = l
	b.Setup.Sheet, b.Setup.Head, b.Setup.Columns = b.Sheets[which], l.Head, l.Columns
	b.Samples = sampled(g, l)
	missing := l.Missing()
	if b.Setup.Station != "" {
		missing = slices.DeleteFunc(missing, func(f Field) bool { return f == Station })
	}
	if len(missing) > 0 {
		b.Check, b.State = &Check{Missing: missing}, Checked
		return nil, b, nil
	}
	return newReader(g, l, b.Setup, b.Lang, now, reg, plan), b, nil
}

// chosen is the sheet of that name, or that whose head says most.
func chosen(o *sheet.Opened, name string) (int, error) {
	if name != "" {
		if i := slices.Index(o.Sheets(), name); i >= 0 {
			return i, nil
		}
		return 0, fault.New(fault.Invalid, "oldbook.no_sheet", "sheet", name)
	}
	best, most := 0, -1
	for i := range o.Sheets() {
		g, err := o.Grid(i, lookedThrough)
		if err != nil {
			return 0, err
		}
		if n := find(g.Rows).known(); n > most {
			best, most = i, n
		}
	}
	return best, nil
}

// remembered is how a book of the same heads was set up the last time.
func remembered(known []Import, l Layout) *Setup {
	key := l.Key()
	for _, i := range known {
		if i.Key == key && len(i.Setup.Columns) == len(l.Titles) {
			return &i.Setup
		}
	}
	return nil
}

// recognised is the head, among the first rows, that a book brought in before had too.
func recognised(known []Import, rows []sheet.Row) (Layout, *Setup) {
	for i := range min(len(rows), lookedThrough) {
		for _, two := range []bool{true, false} {
			if two && i+1 >= len(rows) {
				continue
			}
			l := layout(rows, i, two)
			if setup := remembered(known, l); setup != nil {
				return l, setup
			}
		}
	}
	return Layout{}, nil
}

// fit is the columns as many as there are.
func fit(columns []Field, n int) []Field {
	out := make([]Field, n)
	copy(out, columns)
	return out
}

// sampled are the first cells of each column.
func sampled(g sheet.Grid, l Layout) [][]string {
	out := make([][]string, len(l.Titles))
	from := g.After(l.Head)
	for _, row := range g.Rows[from:min(len(g.Rows), from+lookedThrough)] {
		for c := range out {
			if s := short(text.Line(row.Cell(c).Text)); s != "" && len(out[c]) < samples && !slices.Contains(out[c], s) {
				out[c] = append(out[c], s)
			}
		}
	}
	return out
}

// weigh counts what the log says of a row, and tells whether it is taken.
func (r *reader) weigh(row Row, w Weight) bool {
	cell := sheet.CellName(0, row.Line)
	switch {
	case w.Refused == nil:
		if w.Closed {
			r.check.Closed++
		}
		return true
	case w.Refused.Code == "airing.booked_known":
		r.check.Known++
		r.double(cell, r.lang.Fault(w.Refused))
		return false
	}
	switch w.Refused.Field {
	case "started_at":
		cell = sheet.CellName(max(0, r.layout.Of(Date)), row.Line)
	case "seconds":
		cell = sheet.CellName(max(0, r.layout.Of(Length)), row.Line)
	case "note":
		cell = sheet.CellName(max(0, r.layout.Of(Note)), row.Line)
	case "station", "":
		cell = sheet.CellName(max(0, r.layout.Of(Station)), row.Line)
	}
	r.wrong(cell, w.Refused)
	return false
}

// span counts from when to when the rows that are taken reach, and at how many stations.
func (r *reader) span(rows []Row) {
	at := map[string]bool{}
	for _, row := range rows {
		day := stations.DateOf(row.At.In(text.Zone))
		if at[row.Station] = true; r.check.From == "" || day < r.check.From {
			r.check.From = day
		}
		if day > r.check.Until {
			r.check.Until = day
		}
	}
	r.check.Stations = len(at)
}
