package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"loa/internal/fault"
)

// Opened is a file whose sheets are looked at one by one, however people laid them out.
type Opened struct {
	csv    *Table
	book   *workbook
	sheets []sheetRef
}

// Grid is one sheet as it lies there: no row need be a head. A cell that was joined of several stands in each of them.
type Grid struct {
	Table
	Doubt error // what could be meant in two ways, but joined cells: as of Read
}

// OpenBook opens CSV or XLSX of up to MaxBookRows rows a sheet. Faults: sheet.too_large, sheet.encoding, sheet.broken, sheet.empty.
func OpenBook(b []byte) (o *Opened, err error) {
	if len(b) > MaxBytes {
		return nil, books.tooLarge()
	}
	o = &Opened{}
	if !bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		t, err := readCSVRows(b, books)
		if err == nil && len(t.Rows) == 0 {
			err = fault.New(fault.Invalid, "sheet.empty")
		}
		if err != nil {
			return nil, err
		}
		o.csv = &t
		return o, nil
	}
	defer recovered(&err)
	if o.book, err = openWorkbook(b, books); err != nil {
		return nil, brokenXLSX(err)
	}
	all, err := o.book.sheets()
	for _, s := range all {
		if !s.hidden {
			o.sheets = append(o.sheets, s)
		}
	}
	if err == nil && len(o.sheets) == 0 {
		err = errors.New("sheet: a workbook without a sheet")
	}
	if err != nil {
		return nil, brokenXLSX(err)
	}
	return o, nil
}

// recovered turns a panic, as of the reader of number formats, which trusts them, into the fault of a broken file.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = brokenXLSX(fmt.Errorf("sheet: panic: %v", p))
	}
}

// Sheets names the sheets that are not hidden, in their order; CSV is one without a name.
func (o *Opened) Sheets() (names []string) {
	if o.csv != nil {
		return []string{""}
	}
	for _, s := range o.sheets {
		names = append(names, s.name)
	}
	return names
}

// Grid reads one of Sheets by its place, its first most filled rows or, for 0, all. Faults: sheet.too_large, sheet.broken.
func (o *Opened) Grid(at, most int) (g Grid, err error) {
	if o.csv != nil {
		g.Table = *o.csv
		if most > 0 && most < len(g.Rows) {
			g.Rows = g.Rows[:most]
		}
		return g, nil
	}
	defer recovered(&err)
	p, err := (&pager{workbook: o.book, most: most, joined: true}).read(o.sheets[at].part)
	if err != nil {
		return g, brokenXLSX(err)
	}
	g.Rows, g.epoch, g.Doubt = p.rows, o.book.epoch, p.doubt
	for _, ref := range p.joins {
		g.spread(ref)
	}
	return g, nil
}

// spread puts what stands in the first of joined cells into all of them.
func (g Grid) spread(ref string) {
	first, last, ok := strings.Cut(ref, ":")
	left, top, ok1 := place(first)
	right, bottom, ok2 := place(last)
	if !ok || !ok1 || !ok2 || right >= MaxColumns || left > right {
		return // nothing that Excel writes
	}
	from := g.from(top)
	if from == len(g.Rows) || g.Rows[from].Line != top {
		return
	}
	c := g.Rows[from].Cell(left)
	for i := from; i < len(g.Rows) && g.Rows[i].Line <= bottom && c.Text != ""; i++ {
		row := &g.Rows[i]
		for len(row.Cells) <= right {
			row.Cells = append(row.Cells, Cell{})
		}
		for column := left; column <= right; column++ {
			row.Cells[column] = c
		}
	}
}

// from is where the first row stands that is no earlier than the line.
func (t Table) from(line int) int {
	lo, hi := 0, len(t.Rows)
	for lo < hi {
		if mid := (lo + hi) / 2; t.Rows[mid].Line < line {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// place takes a cell's name apart: column, counted from 0, and line.
func place(ref string) (column, line int, ok bool) {
	ref = strings.ReplaceAll(ref, "$", "")
	digits := strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	line, err := strconv.Atoi(digits)
	return columnOf(ref), line, err == nil && len(digits) < len(ref)
}

// CellName names the cell of a column, counted from 0, as a spreadsheet does: "AB7".
func CellName(column, line int) string { return ColumnName(column) + strconv.Itoa(line) }

// Errs reports whether the cell holds what a spreadsheet shows where it has no value.
func (c Cell) Errs() bool { return isError(c.Text) }

// After is where the first row below a line stands.
func (t Table) After(line int) int { return t.from(line + 1) }
