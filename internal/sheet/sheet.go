// Package sheet reads and writes tables as offices exchange them: CSV as Excel
// saves it in any of its moods, and XLSX.
//
// What is written never runs: a cell that a spreadsheet would take for a
// formula gets an apostrophe in CSV, which Read takes off again, and is plain
// text in XLSX.
package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"loa/internal/fault"
)

// Limits of what Read accepts.
const (
	MaxBytes   = 16 << 20 // of the file
	MaxRows    = 20_000
	MaxColumns = 100
)

// The content types of what CSV and XLSX write.
const (
	CSVType  = "text/csv; charset=utf-8"
	XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Row is a row that has at least one cell filled in.
type Row struct {
	Line  int      // 1-based line of the file, or row of the sheet
	Cells []string // trimmed; numbers and dates of XLSX as Excel keeps them: 57.5, 45657
}

// Read reads CSV or XLSX, whichever b is. Of an XLSX it reads the first
// sheet. CSV may be separated by commas, semicolons or tabs, in UTF-8 or
// UTF-16. Faults: sheet.too_large, sheet.encoding, sheet.broken, sheet.empty.
func Read(b []byte) ([]Row, error) {
	if len(b) > MaxBytes {
		return nil, tooLarge()
	}
	read := readCSV
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		read = readXLSX
	}
	rows, err := read(b)
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.Invalid, "sheet.empty")
	}
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func tooLarge() error {
	return fault.New(fault.TooLarge, "sheet.too_large", "megabytes", MaxBytes>>20, "rows", MaxRows, "columns", MaxColumns)
}

func readCSV(b []byte) ([]Row, error) {
	text, err := decode(b)
	if err != nil {
		return nil, err
	}
	skipped := 0
	separator, rest, ok := declared(text)
	if ok {
		text, skipped = rest, 1
	} else {
		separator = sniff(text)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator, -1, true
	var rows []Row
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, brokenCSV(err, skipped)
		}
		line, _ := r.FieldPos(0)
		if row, filled := clean(line+skipped, record); filled {
			rows = append(rows, row)
		}
		if len(rows) > MaxRows || len(record) > MaxColumns {
			return nil, tooLarge()
		}
	}
}

func brokenCSV(err error, skipped int) error {
	e := fault.New(fault.Invalid, "sheet.broken").Because(err)
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		e.Line = at.Line + skipped
	}
	return e
}

// decode turns UTF-8 with or without a mark, or marked UTF-16, into text.
func decode(b []byte) (string, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	}
	wrong := fault.New(fault.Invalid, "sheet.encoding")
	if order == nil {
		b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
			return "", wrong
		}
		return string(b), nil
	}
	if b = b[2:]; len(b)%2 != 0 {
		return "", wrong
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	s := string(utf16.Decode(units))
	if strings.ContainsAny(s, "\x00\uFFFD") {
		return "", wrong
	}
	return s, nil
}

// declared reads the first line "sep=;" that Excel understands.
func declared(text string) (separator rune, rest string, ok bool) {
	first, rest, _ := strings.Cut(text, "\n")
	s, ok := strings.CutPrefix(strings.TrimSuffix(first, "\r"), "sep=")
	if !ok || len(s) != 1 || !strings.Contains(",;\t|", s) {
		return 0, "", false
	}
	return rune(s[0]), rest, true
}

// sniff is the separator the first line that is not blank holds most of,
// outside quotes.
func sniff(text string) rune {
	counts, quoted := map[rune]int{}, false
	for _, c := range strings.TrimLeft(text, " \r\n") {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[c]++
		}
	}
	best := ','
	for _, c := range ";\t" {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// clean trims the cells and drops the empty ones at the end.
func clean(line int, record []string) (row Row, filled bool) {
	row.Line = line
	last := -1
	cells := make([]string, len(record))
	for i, c := range record {
		cells[i] = unguard(strings.TrimSpace(newlines.Replace(c)))
		if cells[i] != "" {
			last = i
		}
	}
	row.Cells = cells[:last+1]
	return row, last >= 0
}

// The most bytes of an XLSX once unpacked: of all, of the shared texts, of a
// picture, and of any other part but the sheets. The library builds trees of
// the small parts, fifty times their size; sheets and texts it reads from
// temporary files.
const (
	maxUnzip   = 32 << 20
	maxStrings = 16 << 20
	maxMedia   = 4 << 20
	maxPart    = 1 << 20
)

// checkParts refuses an XLSX that would unpack to more than a table can need.
// A part that is longer than the directory says is refused when it is read.
func checkParts(b []byte) error {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fault.New(fault.Invalid, "sheet.broken").Because(err)
	}
	var all uint64
	for _, f := range z.File {
		most := uint64(maxPart)
		switch name := strings.ToLower(f.Name); {
		case strings.HasPrefix(name, "xl/worksheets/sheet"):
			most = maxUnzip
		case strings.HasPrefix(name, "xl/media/"):
			most = maxMedia
		case name == "xl/sharedstrings.xml":
			most = maxStrings
		}
		if all += f.UncompressedSize64; all > maxUnzip || f.UncompressedSize64 > most {
			return tooLarge()
		}
	}
	return nil
}

func readXLSX(b []byte) (rows []Row, err error) {
	broken := fault.New(fault.Invalid, "sheet.broken")
	defer func() {
		if p := recover(); p != nil { // the library trusts what a file says about itself
			rows, err = nil, broken.Because(fmt.Errorf("sheet: panic: %v", p))
		}
	}()
	if err := checkParts(b); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "loa-sheet-") // of a broken file the library leaves its temporary ones behind
	if err != nil {
		return nil, fmt.Errorf("sheet: read xlsx: %w", err)
	}
	defer os.RemoveAll(dir)
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: maxPart, TmpDir: dir, RawCellValue: true})
	if err != nil {
		return nil, broken.Because(err)
	}
	defer f.Close()
	if len(f.GetSheetList()) == 0 {
		return nil, broken
	}
	lines, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return nil, broken.Because(err)
	}
	defer lines.Close()
	for line := 1; lines.Next(); line++ {
		cells, err := lines.Columns()
		if err != nil {
			return nil, broken.Because(err)
		}
		if row, filled := clean(line, cells); filled {
			rows = append(rows, row)
		}
		if len(rows) > MaxRows || len(cells) > MaxColumns || line > 5*MaxRows {
			return nil, tooLarge()
		}
	}
	if err := lines.Error(); err != nil {
		return nil, broken.Because(err)
	}
	return rows, nil
}

// risky begins a cell that a spreadsheet may run, or that already looks guarded.
const risky = "=+-@\t\r'"

func guard(s string) string {
	if s != "" && strings.ContainsRune(risky, rune(s[0])) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune(risky, rune(s[1])) {
		return s[1:]
	}
	return s
}

// CSV writes rows of string, int and float64 as UTF-8 with the mark Excel
// needs, separated by commas.
func CSV(w io.Writer, rows [][]any) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("sheet: write csv: %w", err)
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for _, row := range rows {
		record := make([]string, len(row))
		for i, v := range row {
			record[i] = plain(v)
		}
		if err := c.Write(record); err != nil {
			return fmt.Errorf("sheet: write csv: %w", err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("sheet: write csv: %w", err)
	}
	return nil
}

func plain(v any) string {
	switch v := v.(type) {
	case string:
		return guard(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	panic(fmt.Sprintf("sheet: cannot write a %T", v)) // a programmer's mistake
}

// XLSX writes rows of string, int and float64 as one sheet of that name, the
// first row bold and always in sight. Strings stay text whatever they begin
// with.
func XLSX(w io.Writer, name string, rows [][]any) error {
	f := excelize.NewFile()
	defer f.Close()
	err := fill(f, name, rows)
	if err == nil {
		err = f.Write(w)
	}
	if err != nil {
		return fmt.Errorf("sheet: write xlsx: %w", err)
	}
	return nil
}

func fill(f *excelize.File, name string, rows [][]any) error {
	if err := f.SetSheetName(f.GetSheetName(0), name); err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}) // "@": what is typed over a code stays text
	if err != nil {
		return err
	}
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, width := range widths(rows) {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, v := range row {
			style := 0
			if s, ok := v.(string); ok {
				style = text
				if unguard(s) != s {
					v = "'" + s // Read takes an apostrophe off in any format: Excel keeps those of a CSV
				}
			}
			if i == 0 {
				style = bold
			}
			cells[j] = excelize.Cell{StyleID: style, Value: v}
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// widths gives each column room for its longest cell, within reason.
func widths(rows [][]any) []float64 {
	var out []float64
	for _, row := range rows {
		for i, v := range row {
			if i == len(out) {
				out = append(out, 8)
			}
			out[i] = min(40, max(out[i], float64(utf8.RuneCountInString(plain(v))+2)))
		}
	}
	return out
}
