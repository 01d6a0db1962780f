package paper

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"loa/contest/ranking"
	"loa/internal/paper"
	"loa/internal/text"
)

var top = Heading{Host: "Ban tổ chức hội thi", Contest: "Hội thi phát thanh cơ sở 2024", Round: "Vòng chung khảo",
	Date: time.Date(2024, 10, 4, 18, 0, 0, 0, time.UTC)} // the 5th in Lào Cai

func points(s string) *ranking.Rational {
	r, err := ranking.ParseRational(s)
	if err != nil {
		panic(err)
	}
	return &r
}

func mark(s string) *ranking.Points {
	p, err := ranking.ParsePoints(s)
	if err != nil {
		panic(err)
	}
	return &p
}

func results() Results {
	row := func(rank int, code, mean string, totals ...*ranking.Rational) Row {
		return Row{Rank: rank, Code: code, Title: "=HYPERLINK(\"x\")", Entrant: "Đài Bản Lầu", District: "Mường Khương",
			Full: "Đài Bản Lầu, Mường Khương", Totals: totals,
			Values: map[ranking.Method]ranking.Rational{ranking.Mean: *points(mean)}, Prize: "Giải Nhất"}
	}
	return Results{Heading: top, Method: ranking.Mean, Chair: "Trần Thị B", Groups: []Group{
		{Name: "Nông thôn mới", Judges: []string{"Giám khảo 1", "Giám khảo 2"}, Rows: []Row{
			row(1, "TP-003", "85.1255", points("85"), nil), row(2, "TP-001", "85.125", points("1/3"), points("90"))},
			Ties: []string{"Cùng 85 điểm."}, Notes: []string{"Không trao giải Ba."}},
		{Name: "An toàn giao thông", Rows: []Row{{Code: "TP-009"}}},
	}}
}

// opened writes a file and reads it back.
func opened(t *testing.T, write func(io.Writer) error) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// book writes papers as a workbook.
func book(list ...paper.Paper) func(io.Writer) error {
	return func(w io.Writer) error { return paper.XLSX(w, list) }
}

// lines is a worksheet as shown, a string a row, cells separated by |; empty
// rows and cells left out.
func lines(t *testing.T, f *excelize.File, sheet string) []string {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, cells := range rows {
		cells = slices.DeleteFunc(cells, func(s string) bool { return s == "" })
		if len(cells) > 0 {
			out = append(out, strings.Join(cells, "|"))
		}
	}
	return out
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestResults(t *testing.T) {
	f := opened(t, book(results().Draw(paper.Office{Place: "Lào Cai"}, text.Vietnamese)))
	same(t, f.GetSheetList(), []string{"Nông thôn mới", "An toàn giao thông"})
	same(t, lines(t, f, "Nông thôn mới"), []string{
		"BAN TỔ CHỨC HỘI THI|CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
		"Độc lập - Tự do - Hạnh phúc",
		"Số: ……|Lào Cai, ngày 05 tháng 10 năm 2024",
		"BẢNG TỔNG HỢP KẾT QUẢ",
		"Hội thi phát thanh cơ sở 2024 – Vòng chung khảo",
		"Nông thôn mới",
		"Hạng|Số tác phẩm|Tác phẩm|Đơn vị dự thi|Huyện, thị xã, thành phố|Giám khảo 1|Giám khảo 2|Trung bình (xếp hạng)|Trung vị|Bỏ cao, thấp|Chuẩn hoá|Giải",
		`1|TP-003|=HYPERLINK("x")|Đài Bản Lầu|Mường Khương|85.00|85.126|Giải Nhất`,
		`2|TP-001|=HYPERLINK("x")|Đài Bản Lầu|Mường Khương|0.33|90.00|85.125|Giải Nhất`,
		"Phân định các tác phẩm bằng điểm",
		"– Cùng 85 điểm.",
		"Ghi chú",
		"– Không trao giải Ba.",
		"THƯ KÝ|TRƯỞNG BAN GIÁM KHẢO",
		"(Ký, ghi rõ họ tên)|(Ký, ghi rõ họ tên)",
		"Trần Thị B",
		"Nơi nhận:",
		"- Ban tổ chức hội thi;",
		"- Lưu: VT.",
	})
	same(t, lines(t, f, "An toàn giao thông")[7:8], []string{"TP-009"})
	if formula, err := f.GetCellFormula("Nông thôn mới", "C10"); err != nil || formula != "" {
		t.Errorf("a title became the formula %q, %v", formula, err)
	}
	layout, err := f.GetPageLayout("Nông thôn mới")
	if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
		t.Errorf("not A4 across: %+v, %v", layout, err)
	}
	names := slices.DeleteFunc(f.GetDefinedName(), func(n excelize.DefinedName) bool { return n.Name != "_xlnm.Print_Titles" })
	if len(names) != 2 || names[0].RefersTo != "'Nông thôn mới'!$10:$10" && names[1].RefersTo != "'Nông thôn mới'!$10:$10" {
		t.Errorf("the head of the table is not repeated: %+v", names)
	}
}

func TestJuries(t *testing.T) {
	j := Juries{Heading: top, Judges: []Judge{
		{Name: "Lý A", Title: "Nhà báo", Parts: []Part{
			{Name: "Tác phẩm", Criteria: []Criterion{{"Nội dung", 40 * ranking.Point}, {"Âm thanh", 7500}},
				Sheets: []Sheet{{Code: "K7", Marks: []*ranking.Points{mark("38.5"), nil}, Total: *points("38.5"), Comment: "Rõ, gần dân.",
					Signed: top.Date, Note: "Nghe lại"}}},
			{Name: "Đọc", Criteria: []Criterion{{"Giọng", 10 * ranking.Point}},
				Sheets: []Sheet{{Code: "2", Marks: []*ranking.Points{mark("9")}, Total: *points("9")}}},
		}},
		{Name: "Lý A"},
	}}
	f := opened(t, book(j.Draw(paper.Office{Place: "Lào Cai"}, text.Vietnamese)...))
	same(t, f.GetSheetList(), []string{"Lý A", "Lý A (2)"})
	same(t, lines(t, f, "Lý A")[2:], []string{
		"Số: ……|Lào Cai, ngày 05 tháng 10 năm 2024",
		"PHIẾU CHẤM ĐIỂM",
		"Hội thi phát thanh cơ sở 2024 – Vòng chung khảo",
		"Giám khảo: Lý A, Nhà báo",
		"Tác phẩm",
		"Số tác phẩm|Nội dung (tối đa 40)|Âm thanh (tối đa 7,5)|Tổng|Nhận xét|Thời điểm ký|Ghi chú",
		"K7|38.50|38.50|Rõ, gần dân.|5/10/2024 1:00|Nghe lại",
		"Đọc",
		"Số tác phẩm|Giọng (tối đa 10)|Tổng|Nhận xét|Thời điểm ký|Ghi chú",
		"2|9.00|9.00",
		"GIÁM KHẢO",
		"(Ký, ghi rõ họ tên)",
		"Lý A",
		"Nơi nhận:",
		"- Ban tổ chức hội thi;",
		"- Lưu: VT.",
	})
}

func TestFeedback(t *testing.T) {
	fb := Feedback{Heading: top, Code: "TP-003", Title: "Bản Lầu đổi mới", Entrant: "Đài Bản Lầu", Rank: 2, Of: 66, Value: *points("171/2"), Prize: "Giải Nhì",
		Parts:    []Scored{{Name: "Tác phẩm", Criteria: []Spread{{"Nội dung", 40 * ranking.Point, *points("110/3"), 35 * ranking.Point, 38500}}}},
		Comments: []string{"Rõ, gần dân."}, Remarks: []Remark{{187 * time.Second, "Nhạc hơi to."}}}
	f := opened(t, book(fb.Draw(paper.Office{Place: "Lào Cai"}, text.Vietnamese)))
	same(t, lines(t, f, "TP-003")[2:], []string{
		"Số: ……|Lào Cai, ngày 05 tháng 10 năm 2024",
		"NHẬN XÉT TÁC PHẨM DỰ THI",
		"Hội thi phát thanh cơ sở 2024 – Vòng chung khảo",
		"Tác phẩm TP-003: Bản Lầu đổi mới",
		"Đài Bản Lầu",
		"Xếp hạng 2 trong 66 tác phẩm, 85,50 điểm.",
		"Đạt giải: Giải Nhì",
		"Tác phẩm",
		"Tiêu chí|Điểm tối đa|Điểm trung bình|Thấp nhất|Cao nhất",
		"Nội dung|40.00|36.67|35.00|38.50",
		"Nhận xét của ban giám khảo",
		"– Rõ, gần dân.",
		"Ghi chú theo thời điểm trong bản ghi (phút:giây)",
		"– 03:07  Nhạc hơi to.",
		"TM. BAN TỔ CHỨC",
		"(Ký, ghi rõ họ tên)",
		"Nơi nhận:",
		"- Đài Bản Lầu;",
		"- Lưu: VT.",
	})
}

// BenchmarkResults is 254 entries and 7 judges.
func BenchmarkResults(b *testing.B) {
	r := results()
	g := &r.Groups[0]
	for len(g.Judges) < 7 {
		g.Judges = append(g.Judges, fmt.Sprint("Giám khảo ", len(g.Judges)+1))
	}
	for len(g.Rows) < 254 {
		row := g.Rows[0]
		for range 7 {
			row.Totals = append(row.Totals, points("85.25"))
		}
		g.Rows = append(g.Rows, row)
	}
	for b.Loop() {
		if err := paper.XLSX(io.Discard, []paper.Paper{r.Draw(paper.Office{}, text.Vietnamese)}); err != nil {
			b.Fatal(err)
		}
	}
}
