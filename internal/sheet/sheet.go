// Package sheet reads and writes tables as offices exchange them: CSV as Excel
// saves it in any of its moods, and XLSX.
//
// What is written never runs and never changes: in CSV a text that a
// spreadsheet would take for a formula, a number or a date gets an apostrophe,
// which Read takes off again, and in XLSX it is plain text. Dates, times and
// numbers are real ones in XLSX, and ISO 8601 with a decimal point in CSV, so
// that no setting of a machine's country swaps them.
//
// What is read is never guessed: what a table could mean in two ways (joined
// or hidden cells, two sheets, a cell without a heading, a formula's error) is
// a fault that says where it is and what to do.
package sheet

import (
	"bytes"
	"strings"
	"time"

	"loa/internal/fault"
)

// Limits of what Read accepts.
const (
	MaxBytes   = 16 << 20 // of the file
	MaxRows    = 20_000
	MaxColumns = 100

	MaxLogRows  = 100_000         // of a sheet of OpenBook,
	MaxBookRows = MaxLogRows + 50 // and what stands above and below them
)

// The content types of what CSV and XLSX write.
const (
	CSVType  = "text/csv; charset=utf-8"
	XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Table is what a file holds: rows that have at least one cell filled in, the
// head first. No row has a filled cell where the head has none.
type Table struct {
	Rows []Row

	epoch time.Time // day 0 of the workbook's serial numbers; zero in CSV, which cannot know it
}

// Row is one row of a Table.
type Row struct {
	Line  int    // 1-based line of the file, or row of the sheet
	Cells []Cell // the empty ones at the end left out
}

// Cell is one cell, trimmed. A number of XLSX has a point and no group signs,
// a date is "2024-05-13", a time of day "17:00:05", both together
// "2024-05-13 17:00:05" and a length of time "26:03:04".
type Cell struct {
	Text string
	Kind Kind
}

// Kind is what a workbook says a cell is. All cells of CSV are Text.
type Kind uint8

// The kinds of cells.
const (
	Text Kind = iota
	Number
	Date     // a day, or a day and a time
	Clock    // a time of day
	Duration // a length of time
)

// Cell is the cell of a column, counted from 0; the zero Cell beyond the last.
func (r Row) Cell(column int) Cell {
	if column < len(r.Cells) {
		return r.Cells[column]
	}
	return Cell{}
}

// Read reads CSV or XLSX, whichever b is. CSV may be separated by commas,
// semicolons or tabs, in UTF-8 or UTF-16. Faults: sheet.too_large,
// sheet.encoding, sheet.broken, sheet.empty; what could be meant in two ways:
// sheet.several, sheet.hidden, sheet.hidden_row, sheet.hidden_column,
// sheet.merged, sheet.formula, sheet.cell_error, sheet.too_many_fields,
// sheet.no_heading.
func Read(b []byte) (Table, error) {
	if len(b) > MaxBytes {
		return Table{}, TooLarge()
	}
	read := readCSV
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		read = readXLSX
	}
	t, err := read(b)
	if err == nil && len(t.Rows) == 0 {
		err = fault.New(fault.Invalid, "sheet.empty")
	}
	if err == nil {
		err = t.plain()
	}
	if err != nil {
		return Table{}, err
	}
	return t, nil
}

// TooLarge is the refusal of a file over the limits.
func TooLarge() *fault.Error {
	return tables.tooLarge()
}

// Limits are the names and values of what a sentence about them says.
func Limits() []any { return tables.limits() }

// BookTooLarge and BookLimits are TooLarge and Limits of OpenBook.
func BookTooLarge() *fault.Error { return books.tooLarge() }

// BookLimits are the names and values of what a sentence about them says.
func BookLimits() []any { return books.limits() }

// plain refuses a table whose cells do not all stand below a heading, or say
// that a spreadsheet could not work them out.
func (t Table) plain() error {
	head := t.Rows[0]
	for _, row := range t.Rows {
		if len(row.Cells) > len(head.Cells) {
			return at(row.Line, fault.New(fault.Invalid, "sheet.too_many_fields", "fields", len(row.Cells), "head", len(head.Cells),
				"text", row.Cells[len(row.Cells)-1].Text))
		}
		for i, c := range row.Cells {
			if c.Text != "" && head.Cells[i].Text == "" {
				return at(row.Line, fault.New(fault.Invalid, "sheet.no_heading", "column", ColumnName(i), "text", c.Text))
			}
			if isError(c.Text) {
				return at(row.Line, fault.New(fault.Invalid, "sheet.cell_error", "cell", ColumnName(i), "text", c.Text))
			}
		}
	}
	return nil
}

func at(line int, e *fault.Error) error {
	e.Line = line
	return e
}

// isError reports whether a cell holds what a spreadsheet shows where it has
// no value: the errors of Excel and LibreOffice, and the row of # of a column
// that was too narrow when the file was saved as CSV.
func isError(s string) bool {
	if s == "" || s[0] != '#' && s[0] != 'E' {
		return false
	}
	switch s {
	case "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!",
		"#UNKNOWN!", "#GETTING_DATA":
		return true
	}
	if code, ok := strings.CutPrefix(s, "Err:"); ok {
		return len(code) == 3 && strings.Trim(code, "0123456789") == ""
	}
	return len(s) > 2 && strings.Trim(s, "#") == ""
}

// ColumnName is the name of a column, counted from 0: "A", "AB".
func ColumnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// Day is the day of a cell that holds the bare serial number of one, because
// its format was lost: only the workbook knows from which day it counts. Any
// other cell is given back as it is.
func (t Table) Day(c Cell) Cell {
	if c.Kind == Number && !t.epoch.IsZero() {
		if days, ok := wholeDays(c.Text); ok {
			return Cell{t.epoch.AddDate(0, 0, days).Format(time.DateOnly), Date}
		}
	}
	return c
}
