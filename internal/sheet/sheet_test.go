package sheet

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"loa/internal/fault"
)

// table is what both formats must bring back unchanged.
var table = [][]any{
	{"Mã xã", "Tên", "Tần số"},
	{"02779", "Thanh Bình", 57.5},
	{"03022", "=HYPERLINK(\"http://x\")", 3},
	{"+84912", "'quoted", ""},
	{"-", "@x\nsecond line; with, \"all\"", 0.1},
	{"'=1", "''", "'"},
}

var read = [][]string{
	{"Mã xã", "Tên", "Tần số"},
	{"02779", "Thanh Bình", "57.5"},
	{"03022", "=HYPERLINK(\"http://x\")", "3"},
	{"+84912", "'quoted"},
	{"-", "@x\nsecond line; with, \"all\"", "0.1"},
	{"'=1", "''", "'"},
}

func cells(t Table) [][]string {
	var out [][]string
	for _, r := range t.Rows {
		line := make([]string, len(r.Cells))
		for i, c := range r.Cells {
			line[i] = c.Text
		}
		out = append(out, line)
	}
	return out
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for name, write := range map[string]func(*bytes.Buffer) error{
		"csv":  func(b *bytes.Buffer) error { return CSV(b, table) },
		"xlsx": func(b *bytes.Buffer) error { return XLSX(b, "Đài", table) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(name, err)
		}
		rows, err := Read(b.Bytes())
		if err != nil {
			t.Fatal(name, err)
		}
		if got := cells(rows); !slices.EqualFunc(got, read, slices.Equal[[]string]) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// LibreOffice cuts off what it does not show: no time may read a second early.
func TestNoSecondIsShownEarly(t *testing.T) {
	day := time.Date(2026, 7, 25, 0, 0, 0, 0, time.UTC)
	for n := range 24 * 60 * 60 {
		at := serial(day.Add(time.Duration(n) * time.Second))
		shown, err := strconv.ParseFloat(strconv.FormatFloat(at, 'f', 10, 64), 64) // in 15 digits, as it is written
		if err != nil {
			t.Fatal(err)
		}
		if got := int((shown - math.Floor(shown)) * 24 * 60 * 60); got != n {
			t.Fatalf("second %d of the day is shown as %d", n, got)
		}
	}
}

func TestNothingWrittenRuns(t *testing.T) {
	var b bytes.Buffer
	if err := XLSX(&b, "x", table); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if formula, err := f.GetCellFormula("x", "B3"); formula != "" || err != nil {
		t.Errorf("a cell became the formula %q, %v", formula, err)
	}
	b.Reset()
	if err := CSV(&b, table); err != nil {
		t.Fatal(err)
	}
	for _, cell := range []string{",'+", "'=HYPER", "'@x", "\n'-,"} {
		if !strings.Contains(strings.ReplaceAll(","+b.String(), "\r\n", "\n,"), cell) && !strings.Contains(strings.ReplaceAll(b.String(), "\r\n", "\n"), cell) {
			t.Errorf("%q is not guarded in %q", cell, b.String())
		}
	}
}

func TestEveryMoodOfExcelIsRead(t *testing.T) {
	want := [][]string{{"Mã", "Tên"}, {"1", "Nậm Chảy, Si"}, {"2", "x"}}
	utf16le := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	for name, c := range map[string]struct {
		in    string
		lines []int
	}{
		"commas":     {"Mã,Tên\n1,\"Nậm Chảy, Si\"\n2,x\n", []int{1, 2, 3}},
		"semicolons": {"\uFEFFMã;Tên\r\n1;Nậm Chảy, Si\r\n\r\n;;\r\n2;x;;", []int{1, 2, 5}},
		"declared":   {"sep=;\r\nMã;Tên\r\n1;Nậm Chảy, Si\r\n2;x", []int{2, 3, 4}},
		"utf-16":     {utf16le("Mã\tTên\r\n1\tNậm Chảy, Si\r\n2\tx\r\n"), []int{1, 2, 3}},
	} {
		rows, err := Read([]byte(c.in))
		if err != nil {
			t.Error(name, err)
			continue
		}
		var lines []int
		for _, r := range rows.Rows {
			lines = append(lines, r.Line)
		}
		if !slices.EqualFunc(cells(rows), want, slices.Equal[[]string]) || !slices.Equal(lines, c.lines) {
			t.Errorf("%s: %q at lines %v", name, cells(rows), lines)
		}
	}
}

func TestWhatIsNoTableIsRefusedInWords(t *testing.T) {
	for name, c := range map[string]struct {
		in   []byte
		code string
		line int
	}{
		"nothing":       {nil, "sheet.empty", 0},
		"blank":         {[]byte(" ;\n\n"), "sheet.empty", 0},
		"windows-1258":  {[]byte("M\xe3,T\xean\n"), "sheet.encoding", 0},
		"odd utf-16":    {[]byte("\xff\xfea"), "sheet.encoding", 0},
		"binary":        {[]byte("a,b\x00\n"), "sheet.encoding", 0},
		"open quote":    {[]byte("a,b\n1,\"x\n"), "sheet.broken", 2},
		"zip":           {[]byte("PK\x03\x04 not really"), "sheet.broken", 0},
		"too many rows": {bytes.Repeat([]byte("a\n"), MaxRows+1), "sheet.too_large", 0},
		"too wide":      {bytes.Repeat([]byte("a,"), MaxColumns), "sheet.too_large", 0},
		"too long":      {make([]byte, MaxBytes+1), "sheet.too_large", 0},
	} {
		_, err := Read(c.in)
		if e := fault.Of(err); e == nil || e.Code != c.code || e.Line != c.line {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2", "sep=;\na;b", "\uFEFFMã;Tên", "\xff\xfea\x00", "\"a\nb\",c", "'=1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if bytes.HasPrefix(in, []byte("PK\x03\x04")) {
			return // FuzzReadXLSX
		}
		rows, err := Read(in)
		if err != nil {
			return
		}
		head := []any{"header", "of two columns"} // tells the separator
		for range max(0, len(rows.Rows[0].Cells)-2) {
			head = append(head, "more")
		}
		again := [][]any{head}
		for _, r := range rows.Rows {
			var row []any
			for _, c := range r.Cells {
				row = append(row, c.Text)
			}
			again = append(again, row)
		}
		var b bytes.Buffer
		if err := CSV(&b, again); err != nil {
			t.Fatal(err)
		}
		back, err := Read(b.Bytes())
		if err != nil || !slices.EqualFunc(cells(rows), cells(back)[1:], slices.Equal[[]string]) {
			t.Fatalf("%q was read as %q, then as %q, %v", in, cells(rows), cells(back), err)
		}
	})
}

func FuzzReadXLSX(f *testing.F) {
	var b bytes.Buffer
	if err := XLSX(&b, "x", table); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := Read(in); err != nil && fault.Of(err).Kind == fault.Internal {
			t.Fatal(err)
		}
	})
}
