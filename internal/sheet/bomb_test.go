package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"loa/internal/fault"
)

// bomb is an XLSX as XLSX writes it, one part of which is replaced by n times
// the middle between head and tail.
func bomb(t *testing.T, part, head, middle, tail string, n int) []byte {
	t.Helper()
	var plain, out bytes.Buffer
	if err := XLSX(&plain, "x", table); err != nil {
		t.Fatal(err)
	}
	from, err := zip.NewReader(bytes.NewReader(plain.Bytes()), int64(plain.Len()))
	if err != nil {
		t.Fatal(err)
	}
	to := zip.NewWriter(&out)
	for _, f := range from.File {
		if f.Name == part {
			continue
		}
		if err := to.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	w, err := to.Create(part)
	if err != nil {
		t.Fatal(err)
	}
	block := strings.Repeat(middle, 1000)
	_, err = io.WriteString(w, head)
	for range n / 1000 {
		if err == nil {
			_, err = io.WriteString(w, block)
		}
	}
	if err == nil {
		_, err = io.WriteString(w, tail)
	}
	if err == nil {
		err = to.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAnXLSXThatUnpacksToGigabytesIsRefused(t *testing.T) {
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const sheet, texts = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	for name, c := range map[string]struct {
		part, head, middle, tail string
		n                        int
		want                     string // code; "" if it can be read
	}{
		"styles":       {"xl/styles.xml", `<styleSheet ` + main + `><cellXfs>`, `<xf/>`, `</cellXfs></styleSheet>`, 10_000_000, "sheet.too_large"},
		"sheets":       {"xl/workbook.xml", `<workbook ` + main + `><sheets>`, `<sheet/>`, `</sheets></workbook>`, 10_000_000, "sheet.too_large"},
		"many texts":   {texts, `<sst ` + main + `>`, `<si/>`, `</sst>`, 10_000_000, "sheet.too_large"},
		"some texts":   {texts, `<sst ` + main + `>`, `<si/>`, `</sst>`, 3_000_000, ""},
		"a long text":  {texts, `<sst ` + main + `><si><t>`, `aaaaaaaaaa`, `</t></si></sst>`, 10_000_000, "sheet.too_large"},
		"all together": {sheet, `<worksheet ` + main + `><sheetData>`, `<row/>`, `</sheetData></worksheet>`, 10_000_000, "sheet.too_large"},
		"empty rows":   {sheet, `<worksheet ` + main + `><sheetData>`, `<row/>`, `</sheetData></worksheet>`, 1_000_000, "sheet.too_large"},
		"empty cells":  {sheet, `<worksheet ` + main + `><sheetData><row>`, `<c/>`, `</row></sheetData></worksheet>`, 1_000_000, "sheet.empty"},
		"far away": {sheet, `<worksheet ` + main + `><sheetData>`, `<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`, `</sheetData></worksheet>`,
			1000, "sheet.too_large"},
		"a picture": {"xl/media/image1.png", "", "picture..\n", "", 300_000, ""},
	} {
		b := bomb(t, c.part, c.head, c.middle, c.tail, c.n)
		if got, err := Read(b); c.want == "" && (err != nil || len(got.Rows) != len(table)) || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s, %d bytes: %d rows, %v", name, len(b), len(got.Rows), err)
		}
	}
}

// TestASizeThatLiesIsNotBelieved packs a part that is longer than the directory
// says: no more of it is unpacked.
func TestASizeThatLiesIsNotBelieved(t *testing.T) {
	b := bomb(t, "xl/styles.xml", "<styleSheet>", "          ", "</styleSheet>", 5_000_000)
	real, said := binary.LittleEndian.AppendUint32(nil, 50_000_025), binary.LittleEndian.AppendUint32(nil, 500)
	if n := bytes.Count(b, real); n == 0 {
		t.Fatal("the size is not where it was looked for")
	}
	b = bytes.ReplaceAll(b, real, said)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Read(b) // what it says of styles that it never needs is its own business
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 20<<20 {
		t.Errorf("%d bytes of memory for %d bytes of file; %v", n, len(b), err)
	}
}

func TestALongTableOfSharedTextsIsRead(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	const rows = 15_000
	for i := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &[]string{fmt.Sprintf("Đài truyền thanh xã số %06d của huyện miền núi", i),
			fmt.Sprint("thôn ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(b.Bytes())
	if err != nil || len(got.Rows) != rows || got.Rows[rows-1].Cells[0].Text != "Đài truyền thanh xã số 014999 của huyện miền núi" ||
		got.Rows[7].Cells[1].Text != "thôn 7" {
		t.Fatalf("%d rows of %d bytes, %v", len(got.Rows), b.Len(), err)
	}
}

func TestABrokenXLSXLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	whole := bomb(t, "xl/worksheets/sheet1.xml", `<worksheet><sheetData>`, `<row/>`, `</sheetData></worksheet>`, 1_000_000)
	broken := bytes.Clone(whole)
	at := bytes.LastIndex(broken, []byte("xl/worksheets/sheet1.xml")) - 46 // its line of the directory
	local := binary.LittleEndian.Uint32(broken[at+42:])
	broken[local+30+uint32(len("xl/worksheets/sheet1.xml"))] = 7 // a block of a kind there is none of
	for name, b := range map[string][]byte{"whole": whole, "broken": broken} {
		if _, err := Read(b); name == "broken" && !fault.Is(err, "sheet.broken") {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}
