package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"loa/internal/fault"
	"loa/internal/text"
)

// made is a workbook made by other hands than ours.
func made(t *testing.T, do func(f *excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	if err := errors.Join(do(f), f.Write(&b)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// formatted puts a number with a number format, built in or of its own, into a cell.
func formatted(f *excelize.File, cell string, v any, builtin int, custom string) error {
	s := &excelize.Style{NumFmt: builtin}
	if custom != "" {
		s.CustomNumFmt = &custom
	}
	id, err := f.NewStyle(s)
	return errors.Join(err, f.SetCellValue("Sheet1", cell, v), f.SetCellStyle("Sheet1", cell, cell, id))
}

func TestWhatANumberMeansIsInItsFormat(t *testing.T) {
	for _, c := range []struct {
		value   any
		builtin int
		custom  string
		want    Cell
	}{
		{45425, 14, "", Cell{"2024-05-13", Date}},
		{45425.5, 22, "", Cell{"2024-05-13 12:00:00", Date}},
		{45425, 0, "dd/mm/yyyy", Cell{"2024-05-13", Date}},
		{45425, 0, `[$-42A]dddd\,\ dd\ mmmm\ yyyy`, Cell{"2024-05-13", Date}},
		{45425, 0, `"ngày" d "tháng" m "năm" yyyy`, Cell{"2024-05-13", Date}},
		{45425, 17, "", Cell{"2024-05-13", Date}},
		{59, 14, "", Cell{"1900-02-28", Date}},
		{61, 14, "", Cell{"1900-03-01", Date}},
		{0.708333333333333, 20, "", Cell{"17:00:00", Clock}},
		{0.708333333333333, 0, "h:mm AM/PM", Cell{"17:00:00", Clock}},
		{45425.7083333333, 20, "", Cell{"2024-05-13 17:00:00", Date}},
		{1.08546296296296, 46, "", Cell{"26:03:04", Duration}},
		{57.600000000000001, 0, "", Cell{"57.6", Number}},
		{57.600000000000001, 0, `0.0" MHz"`, Cell{"57.6", Number}},
		{2779, 0, "00000", Cell{"2779", Number}},
		{0.25, 9, "", Cell{"0.25", Number}},
		{-1, 14, "", Cell{"-1", Number}},
		{3e6, 14, "", Cell{"3000000", Number}},
		{"45425", 14, "", Cell{"45425", Text}},
		{true, 0, "", Cell{"TRUE", Text}},
	} {
		b := made(t, func(f *excelize.File) error {
			return errors.Join(f.SetCellValue("Sheet1", "A1", "x"), formatted(f, "A2", c.value, c.builtin, c.custom))
		})
		got, err := Read(b)
		if err != nil || got.Rows[1].Cells[0] != c.want {
			t.Errorf("%v as %d %q: %+v, %v", c.value, c.builtin, c.custom, got.Rows, err)
		}
	}
}

func TestBothDateSystemsAreUnderstood(t *testing.T) {
	for _, date1904 := range []bool{false, true} {
		b := made(t, func(f *excelize.File) error {
			return errors.Join(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &date1904}), f.SetCellValue("Sheet1", "A1", "x"),
				formatted(f, "A2", 45425, 14, ""), f.SetCellValue("Sheet1", "A3", 45425))
		})
		got, err := Read(b)
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{false: "2024-05-13", true: "2028-05-14"}[date1904]
		if day := got.Rows[1].Cells[0]; day != (Cell{want, Date}) {
			t.Errorf("1904 %v: %+v", date1904, day)
		}
		if bare := got.Rows[2].Cells[0]; bare != (Cell{"45425", Number}) || got.Day(bare) != (Cell{want, Date}) {
			t.Errorf("1904 %v: the bare number %+v is %+v", date1904, bare, got.Day(bare))
		}
	}
}

// TestWhatCouldBeMeantInTwoWaysIsToldNotGuessed has everything that reads as a
// table and yet is none.
func TestWhatCouldBeMeantInTwoWaysIsToldNotGuessed(t *testing.T) {
	filled := func(more func(f *excelize.File) error) []byte {
		return made(t, func(f *excelize.File) error {
			return errors.Join(f.SetSheetRow("Sheet1", "A1", &[]any{"Mã xã", "Ghi chú", "Cụm"}), f.SetSheetRow("Sheet1", "A2", &[]any{"02659", "x", 1}),
				f.SetSheetRow("Sheet1", "A3", &[]any{"02662", "y", 2}), more(f))
		})
	}
	sheet2 := func(f *excelize.File, value any) error {
		_, err := f.NewSheet("Cũ")
		return errors.Join(err, f.SetCellValue("Cũ", "A1", value))
	}
	for name, c := range map[string]struct {
		file []byte
		code string // "" if there is nothing to tell
		line int
		says string
	}{
		"merged down":    {filled(func(f *excelize.File) error { return f.MergeCell("Sheet1", "B2", "B3") }), "sheet.merged", 2, "B2:B3"},
		"two sheets":     {filled(func(f *excelize.File) error { return sheet2(f, "x") }), "sheet.several", 0, "“Sheet1” và “Cũ”"},
		"an empty sheet": {filled(func(f *excelize.File) error { return sheet2(f, "") }), "", 0, ""},
		"a hidden sheet": {filled(func(f *excelize.File) error { return errors.Join(sheet2(f, "x"), f.SetSheetVisible("Cũ", false)) }),
			"sheet.hidden", 0, "“Cũ”"},
		"very hidden": {filled(func(f *excelize.File) error {
			return errors.Join(sheet2(f, "x"), f.SetSheetVisible("Cũ", false, true))
		}), "sheet.hidden", 0, "“Cũ”"},
		"a filtered row":  {filled(func(f *excelize.File) error { return f.SetRowVisible("Sheet1", 3, false) }), "sheet.hidden_row", 3, "lọc"},
		"a hidden column": {filled(func(f *excelize.File) error { return f.SetColVisible("Sheet1", "B", false) }), "sheet.hidden_column", 1, "Cột B"},
		"an empty hidden": {filled(func(f *excelize.File) error { return f.SetColVisible("Sheet1", "E:G", false) }), "", 0, ""},
		"a formula": {filled(func(f *excelize.File) error {
			return errors.Join(f.SetCellValue("Sheet1", "C3", nil), f.SetCellFormula("Sheet1", "C3", "SUM(C1:C2)"))
		}), "sheet.formula", 3, "C3"},
		"a lost reference": {filled(func(f *excelize.File) error { return f.SetCellValue("Sheet1", "B3", "#REF!") }), "sheet.cell_error", 3, "#REF!"},
		"no heading":       {filled(func(f *excelize.File) error { return f.SetCellValue("Sheet1", "B1", nil) }), "sheet.no_heading", 2, "cột B"},
		"beyond the head":  {filled(func(f *excelize.File) error { return f.SetCellValue("Sheet1", "E3", "z") }), "sheet.too_many_fields", 3, "“z”"},
		"a comma too many": {[]byte("Mã xã,Ghi chú\n02659,loa hỏng, cần thay\n"), "sheet.too_many_fields", 2, "“cần thay”"},
		"empty ones":       {[]byte("Mã xã,Ghi chú\n02659,x,,\n"), "", 0, ""},
		"#N/A in CSV":      {[]byte("Mã xã,Ghi chú\n02659,x\n02662,#N/A\n"), "sheet.cell_error", 3, "#N/A"},
		"too narrow":       {[]byte("Mã xã,Ghi chú\n02659,#######\n"), "sheet.cell_error", 2, "####"},
		"LibreOffice's":    {[]byte("Mã xã,Ghi chú\n02659,Err:502\n"), "sheet.cell_error", 2, "Err:502"},
		"a number sign":    {[]byte("Mã xã,Ghi chú\n02659,#1\n"), "", 0, ""},
	} {
		_, err := Read(c.file)
		e := fault.Of(err)
		switch {
		case c.code == "" && err != nil, c.code != "" && (e == nil || e.Code != c.code || e.Line != c.line):
			t.Errorf("%s: %v", name, err)
		case c.code != "" && !strings.Contains(text.Vietnamese.Fault(e), c.says):
			t.Errorf("%s: %q does not say %q", name, text.Vietnamese.Fault(e), c.says)
		}
	}
}

// TestRealValuesAreWrittenAndReadBack keeps days, times and numbers apart from
// texts that look like them, in either format.
func TestRealValuesAreWrittenAndReadBack(t *testing.T) {
	hanoi := time.FixedZone("+07", 7*60*60)
	rows := [][]any{
		{"mã", "ngày", "lúc", "dài", "nhận", "số", "đếm", "chữ", "trống"},
		{Code("02779"), Day("2024-06-05"), TimeOfDay(17*time.Hour + 5*time.Second), 26*time.Hour + 3*time.Minute, time.Date(2024, 6, 5, 23, 59, 58, 0, hanoi),
			54.125, 3, "3/2024", nil},
		{Code("00001"), Day(""), TimeOfDay(0), time.Duration(0), time.Date(2024, 12, 31, 0, 0, 0, 0, hanoi), 0.1, 0, "2E5", "x"},
	}
	var book, csv bytes.Buffer
	if err := errors.Join(XLSX(&book, "Đài", rows), CSV(&csv, rows)); err != nil {
		t.Fatal(err)
	}
	got, err := Read(book.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := []Cell{{"02779", Text}, {"2024-06-05", Date}, {"17:00:05", Clock}, {"26:03:00", Duration}, {"2024-06-05 23:59:58", Date}, {"54.125", Number},
		{"3", Number}, {"3/2024", Text}}
	if !slices.Equal(got.Rows[1].Cells, want) {
		t.Errorf("XLSX: %+v", got.Rows[1].Cells)
	}
	lines := strings.Split(strings.TrimSpace(csv.String()), "\r\n")
	if lines[1] != "02779,2024-06-05,17:00:05,26:03:00,2024-06-05 23:59:58,54.1250,3,'3/2024," ||
		lines[2] != "00001,,00:00:00,00:00:00,2024-12-31 00:00:00,0.1,0,'2E5,x" {
		t.Errorf("CSV: %q", lines)
	}
	back, err := Read(csv.Bytes())
	if err != nil || back.Rows[1].Cells[7].Text != "3/2024" || back.Rows[2].Cells[7].Text != "2E5" {
		t.Errorf("CSV: %+v, %v", back.Rows, err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(book.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{"B2": "2024-06-05", "C2": "17:00:05", "D2": "26:03:00", "E2": "2024-06-05 23:59:58", "F2": "54.125"} {
		kind, err := f.GetCellType("Đài", cell)
		shown, err2 := f.GetCellValue("Đài", cell)
		if err := errors.Join(err, err2); err != nil || shown != want || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
			t.Errorf("%s is %v and shows %q, %v", cell, kind, shown, err)
		}
	}
}

func TestTextsThatASpreadsheetWouldChangeAreGuarded(t *testing.T) {
	for s, want := range map[string]bool{
		"02779": true, "3/2024": true, "1-5": true, "2E5": true, "17:00": true, "5:30 PM": true, "12,5 %": true, "1.234,56": true,
		"2024-05-13": true, "0912 345 678": true,
		"MAR 1": true, "1 Feb": true, "tháng 5/2024": true, "TRUE": true, "13.05.2024 17:00": true, "$5": true,
		"12/GP-CTS": false, "S00001": false, "Thanh Bình": false, "1/1/2024 – 31/10/2024": false, "05:30-06:15": false, "": false, "57 MHz": false,
		"loa 3": false, "Đường 5": false,
	} {
		if got := guarded(s); got != want {
			t.Errorf("%q: guarded %v", s, got)
		}
		if back := unguard(guard(s)); back != s {
			t.Errorf("%q comes back as %q", s, back)
		}
	}
}

func TestColumnsHaveTheirNames(t *testing.T) {
	for i, name := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		if ColumnName(i) != name || columnOf(fmt.Sprint(name, 7)) != i {
			t.Errorf("%d: %s, %d", i, ColumnName(i), columnOf(name))
		}
	}
}
