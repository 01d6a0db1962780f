package paper

import (
	"bytes"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"loa/audio/audiotest"
	"loa/internal/text"
)

// sample are a decision of two pages at least and the list that goes with it.
func sample(rows int) []Paper {
	at := time.Date(2024, 5, 4, 18, 0, 0, 0, time.UTC) // the 5th here
	p := Paper{Lang: text.Vietnamese, Name: "Quyết định", Office: Office{Parent: "UBND tỉnh Lào Cai", Agency: "Văn phòng điều phối NTM", Place: "Lào Cai",
		Symbol: "VPĐP", Number: 5},
		Mark: "QĐ", Date: at, Title: "QUYẾT ĐỊNH", About: []string{"Về việc khen thưởng tại Hội thi phát thanh cơ sở"},
		Body: []Block{
			Text{Words: "CHÁNH VĂN PHÒNG", Bold: true, Middle: true},
			Text{Words: "Căn cứ Luật Thi đua, khen thưởng;", Italic: true},
			Say("Điều 1. Khen thưởng các đài có tên trong danh sách kèm theo <&> \"dấu\"."),
		},
		Receivers: []string{"Như Điều 3", "Ban tổ chức"}, Signers: []Signer{{Office: "CHÁNH VĂN PHÒNG", Name: "Lù A Páo"}}}
	for i := range rows {
		p.Body = append(p.Body, Say(fmt.Sprintf("Khoản %d. Các đài truyền thanh cấp xã duy trì chương trình nông thôn mới hằng tuần và báo đúng hạn.", i+1)))
	}
	p.Body = append(p.Body, Listed("Nơi thực hiện", []string{"Các xã", "Các huyện"})...)
	list := Paper{Lang: text.Vietnamese, Name: "Danh sách", Annex: "Kèm theo Quyết định số 05/QĐ-VPĐP", Title: "DANH SÁCH KHEN THƯỞNG", Across: true}
	t := Table{Total: true, Columns: []Column{{Name: "STT", Width: 6, Middle: true}, {Name: "Đơn vị", Width: 40, Places: Words},
		{Name: "Điểm", Width: 10, Places: 2},
		{Name: "Tiền thưởng", Width: 16}, {Name: "Lúc", Width: 16, Places: Words}}}
	for i := range rows {
		t.Rows = append(t.Rows, []any{i + 1, "=Xã Thanh Bình, Mường Khương", 85.126, big.NewRat(2_000_000, 1), at})
	}
	t.Rows = append(t.Rows, []any{nil, "Cộng", nil, big.NewRat(10_000_000, 3), nil})
	list.Body = []Block{t}
	return []Paper{p, list}
}

// convert lets LibreOffice write a file as another kind, and returns its path.
func convert(t *testing.T, name, kind string, write func(io.Writer) error) string {
	t.Helper()
	audiotest.Need(t, "soffice")
	dir := t.TempDir()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("soffice", "--headless", "-env:UserInstallation=file://"+dir+"/profile", "--convert-to", kind,
		"--outdir", dir, path).CombinedOutput()
	if err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	made := strings.TrimSuffix(path, filepath.Ext(path)) + "." + kind
	if shots := os.Getenv("LOA_SHOTS"); shots != "" {
		for _, f := range []string{path, made} {
			if raw, err := os.ReadFile(f); err == nil {
				_ = os.WriteFile(filepath.Join(shots, strings.ReplaceAll(t.Name(), "/", "-")+filepath.Ext(f)), raw, 0o600)
			}
		}
	}
	return made
}

// pages is the text of a PDF, page by page, blanks made one.
func pages(t *testing.T, pdf string) []string {
	t.Helper()
	audiotest.Need(t, "pdftotext")
	out, err := exec.Command("pdftotext", "-layout", pdf, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	for i := range list {
		list[i] = strings.Join(strings.Fields(list[i]), " ")
	}
	return list
}

// files are the ways a paper is drawn to pages: as DOCX, which an office program sets, and
// as PDF.
var files = map[string]func(*testing.T, []Paper) []string{
	"docx": func(t *testing.T, list []Paper) []string {
		return pages(t, convert(t, "giay.docx", "pdf", func(w io.Writer) error { return DOCX(w, list) }))
	},
	"pdf": func(t *testing.T, list []Paper) []string {
		path := filepath.Join(t.TempDir(), "giay.pdf")
		var b bytes.Buffer
		if err := PDF(&b, list); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return pages(t, path)
	},
}

// asFiles runs a test of the pages each way.
func asFiles(t *testing.T, list []Paper, test func(*testing.T, []string)) {
	for name, read := range files {
		t.Run(name, func(t *testing.T) { test(t, read(t, list)) })
	}
}

// An office opens the file, reads what was meant and finds it laid out as papers are.
func TestAnOfficeReadsTheFile(t *testing.T) { asFiles(t, sample(40), readAsAPaper) }

func readAsAPaper(t *testing.T, list []string) {
	if len(list) < 4 {
		t.Fatalf("%d pages", len(list))
	}
	all := strings.Join(list, "\n")
	for _, want := range []string{"UBND TỈNH LÀO CAI", "VĂN PHÒNG ĐIỀU PHỐI NTM", State, Motto, "QUYẾT ĐỊNH",
		"Điều 1. Khen thưởng các đài có tên trong danh sách kèm theo <&> \"dấu\".",
		"Khoản 40.", "- Các huyện", "Nơi nhận:", "- Như Điều 3;", "Lù A Páo", "(Kèm theo Quyết định số 05/QĐ-VPĐP)", "=Xã Thanh Bình, Mường Khương", "85,13",
		"2.000.000", "3.333.333,33", "01:00 5/5/2024"} {
		if !strings.Contains(all, want) {
			t.Errorf("the document lacks %q:\n%s", want, all)
		}
	}
	// Number and date stand on one line.
	if !regexp.MustCompile(`Số: 05/QĐ-VPĐP Lào Cai, ngày 05 tháng 5 năm 2024`).MatchString(list[0]) {
		t.Errorf("number and date: %s", list[0])
	}
	// Pages count from the second on, and the annex counts anew.
	annex := slices.IndexFunc(list, func(s string) bool { return strings.Contains(s, "DANH SÁCH KHEN THƯỞNG") })
	for i, page := range list {
		number, _, _ := strings.Cut(page, " ")
		switch want := fmt.Sprint(i + 1); {
		case i == 0 && number == "1", i == annex && number == "1":
			t.Errorf("page %d bears a number", i+1)
		case i > 0 && i < annex && number != want:
			t.Errorf("page %d is numbered %q", i+1, number)
		case i > annex && number != fmt.Sprint(i-annex+1):
			t.Errorf("page %d of the annex is numbered %q", i-annex+1, number)
		}
	}
	// The head of a table stands on each of its pages.
	if n := strings.Count(strings.Join(list[annex:], "\n"), "Tiền thưởng"); n != len(list)-annex {
		t.Errorf("the table's head stands on %d of %d pages", n, len(list)-annex)
	}
}

// However many narrow columns a table has, no word of its heads and cells is broken.
func TestNoWordOfATableIsBroken(t *testing.T) {
	base := sample(1)[0]
	table := func(across bool, columns ...Column) Paper {
		p := base
		p.Across = across
		x := Table{Columns: columns}
		for n := range 3 {
			row := make([]any, len(columns))
			for i, c := range columns {
				if row[i] = any(fmt.Sprintf("%s Nguyễn", c.Name)); c.Places != Words {
					row[i] = 1_234_567 + n
				}
			}
			x.Rows = append(x.Rows, row)
		}
		p.Body = []Block{x}
		return p
	}
	narrow := func(name string) Column { return Column{Name: name, Width: 3, Places: Words} }
	wide := Column{Name: "Tác phẩm", Width: 80, Places: Words}
	judges := []Column{narrow("Hạng"), narrow("Số bản ghi"), wide}
	for i := range 9 {
		judges = append(judges, Column{Name: fmt.Sprintf("Giám khảo Trưởng%c", 'A'+i), Width: 4})
	}
	list := []Paper{
		table(false, narrow("STT"), narrow("Hạng"), wide, narrow("Khuyến khích")),
		table(false, narrow("STT"), wide, narrow("Ngườihướngdẫn"), narrow("19:03 28/11/2026"), Column{Name: "Tiền thưởng", Width: 2}),
		table(true, judges...),
		table(true, slices.Repeat([]Column{narrow("Trưởng")}, 20)...),
	}
	list[1].Body[0].(Table).Rows[0][1] = "https://loa.example/" + strings.Repeat("abc", 40) // breaks, and takes no room from others
	asFiles(t, list, func(t *testing.T, set []string) { wordsAreWhole(t, list, set) })
}

func wordsAreWhole(t *testing.T, list []Paper, set []string) {
	for i, page := range set {
		if i >= len(list) {
			t.Fatalf("page %d: %s", i+1, page)
		}
		read := map[string]int{}
		for word := range strings.FieldsSeq(page) {
			read[word]++
		}
		written, table := map[string]int{}, list[i].Body[0].(Table)
		for _, c := range table.Columns {
			for word := range strings.FieldsSeq(c.Name) {
				written[word]++
			}
		}
		for _, row := range list[i].Cells(table) {
			for _, c := range row {
				for word := range strings.FieldsSeq(c.Text) {
					written[word]++
				}
			}
		}
		for word, times := range written {
			if read[word] < times && len(word) < 100 {
				t.Errorf("page %d: %q is read %d times, not %d: %s", i+1, word, read[word], times, page)
			}
		}
	}
}

// Signatures never stand alone: whatever the length of a paper, something of it
// stands on their page.
func TestSignaturesAreNotAloneOnAPage(t *testing.T) {
	var list []Paper
	for rows := 5; rows < 14; rows++ {
		list = append(list, sample(rows)[0])
	}
	table := sample(4)[0] // one that ends in a table
	for rows := 20; rows < 32; rows++ {
		table.Body = sample(rows)[1].Body
		list = append(list, table)
	}
	asFiles(t, list, func(t *testing.T, set []string) { signedTogether(t, list, set) })
}

func signedTogether(t *testing.T, list []Paper, set []string) {
	ends := 0
	for _, page := range set {
		before, _, found := strings.Cut(page, "Nơi nhận:")
		if !found {
			continue
		}
		ends++
		if !strings.Contains(page, "Lù A Páo") || !strings.Contains(before, "Các huyện") && !strings.Contains(before, "3.333.333,33") {
			t.Errorf("signatures stand alone: %q", page)
		}
	}
	if ends != len(list) {
		t.Errorf("%d of %d papers end", ends, len(list))
	}
}

// The workbook holds numbers and instants as such, and no formula.
func TestTheWorkbookHoldsRealValues(t *testing.T) {
	var b bytes.Buffer
	if err := XLSX(&b, sample(3)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Quyết định", "Danh sách"}) {
		t.Fatalf("%q", got)
	}
	rows, err := f.GetRows("Danh sách", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	first := slices.IndexFunc(rows, func(r []string) bool { return len(r) > 0 && r[0] == "STT" }) + 1
	if got := rows[first]; got[1] != "=Xã Thanh Bình, Mường Khương" || got[2] != "85.126" || got[3] != "2000000" || !strings.HasPrefix(got[4], "45417.0416") {
		t.Errorf("%q", got)
	}
	if formula, _ := f.GetCellFormula("Danh sách", fmt.Sprintf("B%d", first+1)); formula != "" {
		t.Errorf("a formula: %s", formula)
	}
	shown, err := f.GetRows("Danh sách")
	if err != nil || shown[first][3] != "2,000,000" || shown[first+3][3] != "3,333,333.33" {
		t.Errorf("%q, %v", shown[first:], err)
	}
	list := pages(t, convert(t, "so.xlsx", "pdf", func(w io.Writer) error { return XLSX(w, sample(3)) }))
	for _, want := range []string{"VĂN PHÒNG ĐIỀU PHỐI NTM", "Lào Cai, ngày 05 tháng 5 năm 2024", "Lù A Páo", "- Như Điều 3;"} {
		if !strings.Contains(list[0], want) {
			t.Errorf("the worksheet lacks %q: %s", want, list[0])
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }

func TestAFullDiskIsTold(t *testing.T) {
	for name, write := range map[string]func(io.Writer, []Paper) error{"docx": DOCX, "pdf": PDF, "xlsx": XLSX} {
		if err := write(full{}, sample(1)); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCellsSayWhatIsMissing(t *testing.T) {
	var none *big.Rat
	p := Paper{Lang: text.Vietnamese}
	tab := Table{Columns: []Column{{Name: "a", Places: 2}, {Name: "b", Places: Words}, {Name: "c"}, {Places: Words}},
		Rows: [][]any{{nil, nil, none, time.Time{}}, {1.5}}}
	got := fmt.Sprint(p.Cells(tab))
	if want := "[[{– true false false false a} { false false false false b} {– true false false false c} { false false false false }] " +
		"[{1,50 true false false false a} { false false false false b} {– true false false false c} { false false false false }]]"; got != want {
		t.Errorf("%s", got)
	}
}

// The same papers give the same bytes, whatever the hour, and say what they are.
func TestAPDFIsTheSameEachTime(t *testing.T) {
	list, bodies := sample(30), [2][]byte{}
	list[0].Check = "Mã kiểm tra: 5f0c1a"
	for i := range bodies {
		var b bytes.Buffer
		if err := PDF(&b, list); err != nil {
			t.Fatal(err)
		}
		bodies[i] = b.Bytes()
		list[0].Date = list[0].Date.Add(3 * time.Hour)
	}
	if !bytes.Equal(bodies[0], bodies[1]) {
		t.Error("the same papers made two files")
	}
	if !bytes.HasPrefix(bodies[0], []byte("%PDF-1.4\n")) {
		t.Errorf("it begins with %q", bodies[0][:9])
	}
	set := files["pdf"](t, list)
	for i, page := range set {
		if annex := strings.Contains(strings.Join(set[:i+1], ""), "DANH SÁCH KHEN THƯỞNG"); strings.Contains(page, "Mã kiểm tra: 5f0c1a") == annex {
			t.Errorf("page %d: %s", i+1, page)
		}
	}
}

// Whatever is written, the file is made: letters no face has, marks beside letters, a cell
// higher than a page, a word wider than one.
func TestAPDFTakesAnyText(t *testing.T) {
	p := sample(1)[0]
	p.Body = []Block{Say("Mo\u031b\u0300i 😀 中 \u200b\x00(\\) \U00010000\uffff."), Say(strings.Repeat("dài", 500)),
		Table{Columns: []Column{{Name: "Tên", Width: 5, Places: Words}, {Name: "Nhận xét", Width: 40, Places: Words}},
			Rows: [][]any{{"Một", strings.Repeat("Lời dẫn rõ. ", 1500)}, {"Hai", "hết"}}}}
	all := strings.Join(files["pdf"](t, []Paper{p}), "\n")
	if !strings.Contains(all, "Mời □ □ (\\) □□.") {
		t.Errorf("%.900s", all)
	}
	if n := strings.Count(all, "Lời dẫn rõ."); n < 1400 || !strings.Contains(all, "hết") { // some break at the end of a line
		t.Errorf("%d sentences of a long cell", n)
	}
}

func FuzzPDF(f *testing.F) {
	f.Add("Điều 1. Khen thưởng (\\)", 3, 12.0)
	f.Fuzz(func(t *testing.T, words string, columns int, width float64) {
		p := sample(1)[0]
		table := Table{Rows: [][]any{{words}, {words, 1.5}}}
		table.Columns = slices.Repeat([]Column{{Name: words, Width: width, Places: Words}}, min(max(columns, 1), 9))
		p.Title, p.Check, p.Body = words, words, []Block{Say(words), List{[]string{words}}, table}
		if err := PDF(io.Discard, []Paper{p}); err != nil {
			t.Fatal(err)
		}
	})
}

// A table of a country's stations, one line each.
func BenchmarkPDF(b *testing.B) {
	list := sample(10_598)[1:]
	b.ReportAllocs()
	for b.Loop() {
		if err := PDF(io.Discard, list); err != nil {
			b.Fatal(err)
		}
	}
}

// TestTheCodeOfAPaper: numbers under 10 get a 0, no blanks stand at "/" and "-", and without a number the place
// stays blank.
func TestTheCodeOfAPaper(t *testing.T) {
	for want, c := range map[string]struct {
		office Office
		mark   string
	}{
		"……/BC": {Office{}, "BC"}, "……/BC-VPĐP": {Office{Symbol: "VPĐP"}, "BC"}, "05/BC-VPĐP": {Office{Symbol: "VPĐP", Number: 5}, "BC"},
		"147/BB": {Office{Number: 147}, "BB"}, "05/VPĐP": {Office{Symbol: "VPĐP", Number: 5}, Unmarked}, "……": {Office{}, Unmarked},
	} {
		if got := c.office.Code(c.mark); got != want {
			t.Errorf("%+v of %q: %s, not %s", c.office, c.mark, got, want)
		}
	}
	if p := (Paper{Office: Office{Number: 5}}); p.Numbered() != "" {
		t.Errorf("a paper that gets no number says %s", p.Numbered())
	}
}

// TestWhatAPaperSaysHasOneSum: the head, the number and how things stood when it was drawn are no part of it.
func TestWhatAPaperSaysHasOneSum(t *testing.T) {
	one := sample(3)
	same := sample(3)
	same[0].Office, same[0].Date = Office{Agency: "Khác", Number: 9}, time.Now()
	same[0].Body = append(same[0].Body, Text{Words: "Số liệu lúc 17:00.", Now: true})
	if Sum(one) != Sum(same) {
		t.Error("the head changes what the paper says")
	}
	other := sample(3)
	other[1].Body[0].(Table).Rows[0][2] = 85.13
	if Sum(one) != Sum(other) {
		t.Error("85.126 and 85.13 are printed alike")
	}
	other[1].Body[0].(Table).Rows[0][2] = 85.2
	if Sum(one) == Sum(other) {
		t.Error("another mark, and the same sum")
	}
}
