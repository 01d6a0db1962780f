package oldbook_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"loa/accounts"
	"loa/airing"
	"loa/airing/oldbook"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/folder"
)

var now = time.Date(2025, 3, 3, 9, 0, 0, 0, text.Zone)

// office is a store with stations and two programmes, and a clerk in it.
type office struct {
	*oldbook.Clerk
	t     *testing.T
	s     *bolt.Store
	shelf *folder.Shelf
	by    accounts.Actor // the province's monitor
	ntm   string
	other string
}

func monitor(level accounts.Level, id string) accounts.Actor {
	return accounts.Actor{Person: "P" + id, Name: "Chị Thu", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: level, ID: id}}}}
}

func meta(by accounts.Actor) accounts.Meta {
	return accounts.Meta{ID: uuid.NewString(), By: by, At: now.UTC()}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, s: bolttest.Open(t), by: monitor(accounts.Province, "")}
	units, list := stations.Founding()
	found := accounts.Meta{ID: "found", By: accounts.Daemon(), At: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	if err := o.s.Found(t.Context(), found, units, list); err != nil {
		t.Fatal(err)
	}
	programme := func(title string, counts bool) string {
		return must[scheduler.Programme](t)(o.s.SaveProgramme(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: found.At},
			scheduler.SaveProgramme{Title: title, CountsTowardTarget: counts})).ID
	}
	o.ntm, o.other = programme("Xây dựng nông thôn mới", true), programme("Bản tin xã", false)
	o.shelf = must[*folder.Shelf](t)(folder.OpenShelf(t.TempDir()))
	o.start()
	return o
}

func (o *office) start() {
	o.Clerk = must[*oldbook.Clerk](o.t)(oldbook.NewClerk(o.s, o.shelf, slog.New(slog.DiscardHandler), func() time.Time { return now }))
}

// work lets the clerk do what waits.
func (o *office) work() {
	for o.Step(context.Background()) {
	}
}

// book makes a workbook of rows; a nil cell stays empty.
func book(t *testing.T, rows [][]any, more ...func(*excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	var err error
	for i, row := range rows {
		for j, v := range row {
			if v != nil {
				cell, e := excelize.CoordinatesToCellName(j+1, i+1)
				err = errors.Join(err, e, f.SetCellValue("Sheet1", cell, v))
			}
		}
	}
	for _, do := range more {
		err = errors.Join(err, do(f))
	}
	var b bytes.Buffer
	if err = errors.Join(err, f.Write(&b)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read brings a file and has it read.
func (o *office) read(file []byte) oldbook.Book {
	o.t.Helper()
	b := must[oldbook.Book](o.t)(o.Bring(o.t.Context(), meta(o.by), "so-2024.xlsx", file, text.Vietnamese))
	o.work()
	return o.find(b)
}

func (o *office) find(b oldbook.Book) oldbook.Book {
	o.t.Helper()
	return must[oldbook.Book](o.t)(o.Find(o.t.Context(), o.by, b.Source.Import))
}

// apply brings a book in.
func (o *office) apply(b oldbook.Book) oldbook.Book {
	o.t.Helper()
	must[oldbook.Book](o.t)(o.Apply(o.t.Context(), meta(o.by), b.Source.Import, true))
	o.work()
	return o.find(b)
}

// log are all standing lines.
func (o *office) log() (all []airing.Line) {
	o.t.Helper()
	q := airing.Query{From: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Until: now.AddDate(1, 0, 0), Standing: true}
	for {
		lines, next, err := o.s.Airings(o.t.Context(), o.by, q)
		if err != nil {
			o.t.Fatal(err)
		}
		if all = append(all, lines...); next == "" {
			slices.Reverse(all)
			return all
		}
		q.After = next
	}
}

var head = []any{"Ngày", "Giờ", "Xã", "Huyện", "Tên chương trình", "Thời lượng", "NTM?", "Người phát", "Ghi chú"}

// TestABookComesIn: a workbook as communes keep one is read without a word of help, brought in, shown for what it is, counted as
// aired and not on time; the same file again adds nothing; taken back, the log and the week are as before.
func TestABookComesIn(t *testing.T) {
	o := open(t)
	week := coverage.Query{Week: airing.Settings{}.Calendar(text.Zone).Week(time.Date(2024, 3, 6, 0, 0, 0, 0, text.Zone))}
	counts := func() coverage.Week {
		return must[coverage.Week](t)(o.s.Coverage(t.Context(), o.by, week))
	}
	before := counts()
	file := book(t, [][]any{
		{"SỔ NHẬT KÝ CHƯƠNG TRÌNH PHÁT THANH NĂM 2024"},
		nil,
		head,
		{"05/03/2024", "17h30", "Bản Lầu", "Mường Khương", "Xây dựng nông thôn mới", "10 phút", "x", "Lý Thị Mỷ", "mưa"},
		{"ngày 6 tháng 3 năm 2024", "17:30", "ban phiet", nil, "BẢN TIN XÃ", 15},
		{nil, "18h00", "Thanh Bình", "Sa Pa", "Xây dựng nông thôn mới", "5'"},
		{"6-3-24", 0.729166666666667, "02779", nil, "Xây dựng nông thôn mới", "1h15"},
		{"Tổng cộng", nil, nil, nil, nil, 4},
	})
	b := o.read(file)
	if b.Check == nil || b.Check.Take != 4 || b.Check.Bad+b.Check.Open+b.Check.Known+b.Check.Twice != 0 || b.Check.Empty != 1 || b.Layout.Head != 3 {
		t.Fatalf("%+v\n%+v", b, b.Check)
	}
	if len(o.log()) > 0 {
		t.Fatal("looking at a book wrote into the log")
	}
	b = o.apply(b)
	if b.State != oldbook.Applied || b.Import.Taken != 4 {
		t.Fatalf("%+v", b.Import)
	}
	lines := o.log()
	if len(lines) != 4 {
		t.Fatalf("%d lines", len(lines))
	}
	first := lines[0]
	if first.Book == nil || first.Book.File != "so-2024.xlsx" || first.Book.SHA256 != b.SHA256 || first.Book.Row != 4 || first.Book.By != "Lý Thị Mỷ" ||
		first.By.Name != "Chị Thu" || first.Note != "mưa" || first.Seconds != 600 || !first.Counts() || first.OnTime ||
		!first.StartedAt.Equal(time.Date(2024, 3, 5, 17, 30, 0, 0, text.Zone)) {
		t.Errorf("%+v of %+v", first, first.Book)
	}
	reg := must[*stations.Registry](t)(o.s.Registry(t.Context()))
	var where []string
	for _, l := range lines {
		where = append(where, fmt.Sprintf("%s %s %d", reg.UnitOf(l.Station).Code, l.StartedAt.In(text.Zone).Format("2/1 15:04"), l.Seconds))
	}
	slices.Sort(where)
	if got := strings.Join(where, ", "); got != "02779 6/3 17:30 4500, 02788 5/3 17:30 600, 02911 6/3 17:30 900, 03022 6/3 18:00 300" {
		t.Errorf("%s", got)
	}
	counted := 0
	for _, s := range counts().Stations {
		if s.Tally.Qualifying > 0 {
			counted++
		}
		if s.Tally.OnTime+s.Tally.WithEvidence+s.Tally.Verified > 0 {
			t.Errorf("a row of a book is more than a late claim: %+v", s)
		}
	}
	if counted != 3 {
		t.Errorf("%d stations count", counted)
	}

	again := o.read(file)
	if again.Check.Take != 0 || again.Check.Known != 4 || !fault.Is(again.Ready(true), "oldbook.nothing") {
		t.Errorf("the same file again: %+v", again.Check)
	}

	if _, err := o.Undo(t.Context(), meta(o.by), oldbook.Undo{ID: b.Source.Import}); !fault.Is(err, "oldbook.undo_why") {
		t.Errorf("taken back without a word: %v", err)
	}
	must[oldbook.Book](t)(o.Undo(t.Context(), meta(o.by), oldbook.Undo{ID: b.Source.Import, Why: "Nhầm tệp"}))
	o.work()
	if b = o.find(b); b.State != oldbook.Undone || b.Import.Undo.Done != 4 || b.Import.Undo.Kept != 0 || len(o.log()) != 0 {
		t.Errorf("%+v, %d lines", b.Import, len(o.log()))
	}
	if after := counts(); fmt.Sprintf("%+v", after) != fmt.Sprintf("%+v", before) {
		t.Errorf("the week is not as before:\n%+v\n%+v", after, before)
	}
	if b = o.apply(o.read(file)); b.Import.Taken != 4 {
		t.Errorf("brought again after it was taken back: %+v", b.Import)
	}
}

// TestTroublesOfABook: each trouble of a row is told with its cell and what to do; the good rows stay good.
func TestTroublesOfABook(t *testing.T) {
	o := open(t)
	row := func(set map[int]any) []any {
		r := []any{"5/3/2024", "17h30", "Bản Lầu", "Mường Khương", "Bản tin xã", 10, nil, nil, nil}
		for i, v := range set {
			r[i] = v
		}
		return r
	}
	for _, c := range []struct {
		set  map[int]any
		cell string // "" of a row that is taken
		says string
	}{
		{map[int]any{0: "31/2/2024"}, "A2", "Không đọc được ngày “31/2/2024”"},
		{map[int]any{0: "13/13/24"}, "A2", "Không đọc được ngày"},
		{map[int]any{0: "hôm qua"}, "A2", "Không đọc được ngày"},
		{map[int]any{0: nil}, "A2", "Thiếu ngày phát"},
		{map[int]any{0: "5/3/2030"}, "A2", "chưa tới"},
		{map[int]any{0: "5/3/2023"}, "A2", "đài chưa hoạt động"},
		{map[int]any{1: "25h00"}, "B2", "Không đọc được giờ “25h00”"},
		{map[int]any{1: "chiều"}, "B2", "Không đọc được giờ"},
		{map[int]any{1: nil}, "B2", "Thiếu giờ"},
		{map[int]any{2: "Không Có"}, "C2", "Không có xã"},
		{map[int]any{2: "Thanh Bình", 3: nil}, "C2", "nhiều nơi cùng tên"},
		{map[int]any{2: "99999"}, "C2", "mang mã"},
		{map[int]any{2: nil}, "C2", "Thiếu đài"},
		{map[int]any{4: nil}, "E2", "Thiếu tên chương trình"},
		{map[int]any{5: "lâu"}, "F2", "Không đọc được thời lượng"},
		{map[int]any{5: nil}, "F2", "Thiếu thời lượng"},
		{map[int]any{5: 400}, "F2", "Không đọc được thời lượng"},
		{map[int]any{8: strings.Repeat("x", 1001)}, "I2", "Ghi chú dài quá"},
		{map[int]any{0: "#REF!"}, "A2", "lỗi của bảng tính"},
		{map[int]any{0: "5.3.24"}, "", ""},
		{map[int]any{0: "Thứ ba, 05-03-2024"}, "", ""},
		{map[int]any{0: "2024-03-05"}, "", ""},
		{map[int]any{0: 45356}, "", ""},
		{map[int]any{0: time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC)}, "", ""},
		{map[int]any{1: "5h30 chiều"}, "", ""},
		{map[int]any{1: "17 giờ 30 phút"}, "", ""},
		{map[int]any{1: "17h30 - 17h45", 5: nil}, "", ""},
		{map[int]any{1: "17.30"}, "", ""},
		{map[int]any{2: "Đài truyền thanh xã Bản Lầu", 3: "huyện Mường Khương"}, "", ""},
		{map[int]any{2: 2788, 3: nil}, "", ""},
		{map[int]any{2: "S00001", 3: nil}, "", ""},
		{map[int]any{2: "nam chay", 3: "Văn Bàn"}, "", ""},
	} {
		b := o.read(book(t, [][]any{head, row(c.set)}))
		switch {
		case b.Check == nil:
			t.Errorf("%v: %s %s", c.set, b.State, b.Why)
		case c.cell == "" && (b.Check.Take != 1 || b.Check.Bad > 0):
			t.Errorf("%v is not taken: %+v", c.set, b.Check)
		case c.cell != "" && (b.Check.Bad != 1 || b.Check.Wrongs[0].Cell != c.cell || !strings.Contains(b.Check.Wrongs[0].Text, c.says)):
			t.Errorf("%v: %+v", c.set, b.Check.Wrongs)
		case c.cell != "" && !fault.Is(b.Ready(false), "oldbook.nothing"):
			t.Errorf("%v can be applied: %v", c.set, b.Ready(false))
		}
		o.drop(b)
	}
}

// drop takes a file away, so that more may wait.
func (o *office) drop(b oldbook.Book) {
	o.t.Helper()
	for _, end := range []string{".book", ".json", ".rows"} {
		_ = o.shelf.Remove(b.Source.Import + end) // a book that was not read has no rows
	}
	o.start()
}

// TestHowABookIsLaidOut: joined cells, heads of two rows, a head far down, several sheets, a book of one station, CSV.
func TestHowABookIsLaidOut(t *testing.T) {
	o := open(t)
	for name, c := range map[string]struct {
		file []byte
		take int
	}{
		"joined days and a head of two rows": {book(t, [][]any{
			{"PHÒNG VĂN HOÁ HUYỆN"}, {"SỔ THEO DÕI"}, nil,
			{"STT", "Thời gian", nil, "Đơn vị", nil, "Nội dung", "Thời lượng (phút)"},
			{nil, "Ngày", "Giờ", "Xã", "Huyện", nil, nil},
			{1, "5/3/2024", "6h", "Bản Lầu", "Mường Khương", "Bản tin xã", 10},
			{2, nil, "17h", "Bản Lầu", "Mường Khương", "Bản tin xã", 10},
		}, func(f *excelize.File) error {
			return errors.Join(f.MergeCell("Sheet1", "B4", "C4"), f.MergeCell("Sheet1", "D4", "E4"), f.MergeCell("Sheet1", "A4", "A5"),
				f.MergeCell("Sheet1", "F4", "F5"), f.MergeCell("Sheet1", "G4", "G5"), f.MergeCell("Sheet1", "B6", "B7"))
		}), 2},
		"a wrong sheet stands first": {book(t, [][]any{{"Danh bạ"}, {"Tên", "Số điện thoại"}, {"Lan", "0912"}}, func(f *excelize.File) error {
			_, err := f.NewSheet("Nhật ký")
			return errors.Join(err, f.SetSheetRow("Nhật ký", "B7", &head),
				f.SetSheetRow("Nhật ký", "B8", &[]any{"5/3/2024", "6h", "Bản Lầu", "", "Bản tin xã", 10}))
		}), 1},
		"CSV of Excel": {[]byte("\xef\xbb\xbfNgày;Giờ;Mã xã;Chương trình;Số phút\r\n5/3/2024;6h;02788;Bản tin xã;10\r\n"), 1},
		"the same row twice": {book(t, [][]any{head, {"5/3/2024", "6h", "Bản Lầu", nil, "Bản tin xã", 10},
			{"05-03-24", "6:00", "02788", nil, "bản tin xã", 10}}), 1},
		"a head on each page": {book(t, [][]any{head, {"5/3/2024", "6h", "Bản Lầu", nil, "Bản tin xã", 10}, head,
			{"6/3/2024", "6h", "Bản Lầu", nil, "Bản tin xã", 10}}), 2},
	} {
		b := o.read(c.file)
		if b.Check == nil || b.Check.Take != c.take || b.Check.Bad > 0 || len(b.Check.Missing) > 0 {
			t.Errorf("%s: %+v\n%+v %+v %s", name, b.Check, b.Layout, b.Setup, b.Why)
		}
	}
	b := o.read([]byte("Ngày,Giờ,Chương trình,Số phút\n5/3/2024,6h,Bản tin xã,10\n")) // of which station?
	if b.Check == nil || !slices.Equal(b.Check.Missing, []oldbook.Field{oldbook.Station}) {
		t.Fatalf("%+v", b)
	}
	must[oldbook.Book](t)(o.SetUp(t.Context(), meta(o.by), b.Source.Import, oldbook.Setup{Columns: b.Layout.Columns, Station: "02788"}))
	o.work()
	if b = o.find(b); b.Check == nil || b.Check.Take != 1 {
		t.Errorf("%+v", b.Check)
	}
	for code, file := range map[string][]byte{
		"không có dòng tiêu đề": book(t, [][]any{{1, 2}, {3, 4}}),
		"Không đọc được tệp":    []byte("PK\x03\x04 no workbook"),
		"không có dòng nào":     book(t, nil),
		"đang bị ẩn hoặc bị lọc": book(t, [][]any{head, {"5/3/2024", "6h", "Bản Lầu", nil, "Bản tin xã", 10}},
			func(f *excelize.File) error { return f.SetRowVisible("Sheet1", 2, false) }),
	} {
		if b := o.read(file); b.State != oldbook.Failed || !strings.Contains(b.Why, code) {
			t.Errorf("%s: %s %s", code, b.State, b.Why)
		}
	}
}

// TestColumnsAndNamesAreChosen: what is not guessed is chosen once, a programme is made, left out or mapped, and the next file of the
// same heads is read so by itself.
func TestColumnsAndNamesAreChosen(t *testing.T) {
	o := open(t)
	rows := func(day string) []byte {
		return book(t, [][]any{{"N", "G", "Đ", "Tên CT phát", "TL", "Ghi"},
			{day, "6h", "Bản Lầu", "NTM xã ta", 10, "a"}, {day, "17h", "Bản Lầu", "Ca nhạc", 30, "b"}, {day, "18h", "Bản Lầu", "Loa phường", 5, "c"}})
	}
	b := o.read(rows("5/3/2024"))
	if b.Check == nil || !slices.Equal(b.Check.Missing, []oldbook.Field{oldbook.Date, oldbook.Time, oldbook.Station, oldbook.Programme}) {
		t.Fatalf("a head that means nothing: %+v", b)
	}
	set := oldbook.Setup{Head: 1, Columns: []oldbook.Field{oldbook.Date, oldbook.Time, oldbook.Station, oldbook.Programme, oldbook.Length, ""}}
	must[oldbook.Book](t)(o.SetUp(t.Context(), meta(o.by), b.Source.Import, set))
	o.work()
	if b = o.find(b); b.Check == nil || b.Check.Open != 3 || !fault.Is(b.Ready(true), "oldbook.names_open") {
		t.Fatalf("%+v %s", b.Check, b.Why)
	}
	set.Names = map[string]string{"ntm xa ta": oldbook.New, "ca nhac": oldbook.Leave, "loa phuong": o.other}
	if _, err := o.SetUp(t.Context(), meta(o.by), b.Source.Import, set); !fault.Is(err, "accounts.denied") {
		t.Errorf("a monitor makes a programme: %v", err)
	}
	set.Names["ntm xa ta"] = o.ntm
	must[oldbook.Book](t)(o.SetUp(t.Context(), meta(o.by), b.Source.Import, set))
	o.work()
	if b = o.apply(o.find(b)); b.Import.Taken != 2 {
		t.Fatalf("%+v", b.Import)
	}
	if b = o.read(rows("6/3/2024")); b.Check == nil || b.Check.Take != 2 || b.Check.Left != 1 || b.Check.Open != 0 {
		t.Errorf("the next file of the same heads: %+v %s", b.Check, b.Why)
	}
	for code, s := range map[string]oldbook.Setup{
		"oldbook.field_twice":   {Columns: []oldbook.Field{oldbook.Date, oldbook.Date}},
		"oldbook.field_unknown": {Columns: []oldbook.Field{"colour"}},
		"oldbook.name_unknown":  {Names: map[string]string{"x": oldbook.New}},
	} {
		if _, err := o.SetUp(t.Context(), meta(o.by), b.Source.Import, s); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// TestAKilledServerGoesOn: of 1,200 rows a part is in the log when the server dies; the next start brings the rest, none twice; so of
// taking back.
func TestAKilledServerGoesOn(t *testing.T) {
	o := open(t)
	rows := [][]any{head}
	for i := range 1200 {
		day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%365)
		rows = append(rows, []any{day.Format("2/1/2006"), fmt.Sprintf("%dh00", 5+i/365), "Bản Lầu", nil, "Bản tin xã", 10})
	}
	b := o.read(book(t, rows))
	must[oldbook.Book](t)(o.Apply(t.Context(), meta(o.by), b.Source.Import, false))
	ctx, kill := context.WithCancel(t.Context())
	o.Clerk = must[*oldbook.Clerk](t)(oldbook.NewClerk(dying{o.s, kill}, o.shelf, slog.New(slog.DiscardHandler), func() time.Time { return now }))
	o.Step(ctx)
	if n := len(o.log()); n != oldbook.Part {
		t.Fatalf("%d lines when it died", n)
	}
	o.start()
	o.work()
	if b = o.find(b); b.State != oldbook.Applied || b.Import.Taken != 1200 || len(o.log()) != 1200 {
		t.Fatalf("%+v, %d lines", b.Import, len(o.log()))
	}
	must[oldbook.Book](t)(o.Undo(t.Context(), meta(o.by), oldbook.Undo{ID: b.Source.Import, Why: "Nhầm"}))
	o.Step(t.Context())
	o.start()
	o.work()
	if b = o.find(b); b.State != oldbook.Undone || len(o.log()) != 0 {
		t.Errorf("%+v, %d lines", b.Import, len(o.log()))
	}
}

// dying is a store whose server dies after the first part.
type dying struct {
	*bolt.Store
	kill context.CancelFunc
}

func (d dying) TakeRows(ctx context.Context, at time.Time, id string, behind int, rows []oldbook.Row, last bool) (oldbook.Import, error) {
	i, err := d.Store.TakeRows(ctx, at, id, behind, rows, last)
	d.kill()
	return i, errors.Join(err, context.Canceled)
}

// TestTheRestIsGone: rows that were lost with their folder leave an import that says so, can be taken back, and be brought anew.
func TestTheRestIsGone(t *testing.T) {
	o := open(t)
	b := o.read(book(t, [][]any{head, {"5/3/2024", "6h", "Bản Lầu", nil, "Bản tin xã", 10}}))
	must[oldbook.Book](t)(o.Apply(t.Context(), meta(o.by), b.Source.Import, false))
	o.drop(b)
	o.work()
	if b = o.find(b); b.State != oldbook.Stopped || b.Import.Taken != 0 {
		t.Fatalf("%+v", b.Import)
	}
	must[oldbook.Book](t)(o.Undo(t.Context(), meta(o.by), oldbook.Undo{ID: b.Source.Import, Why: "Mất tệp"}))
	o.work()
	if b = o.find(b); b.State != oldbook.Undone {
		t.Errorf("%+v", b.Import)
	}
}

// TestWhatRestsOnABook: an import is not taken back while a verdict, evidence, a correction or a closed week rests on a line of it;
// what its station withdrew by itself hinders nothing.
func TestWhatRestsOnABook(t *testing.T) {
	one := book(t, [][]any{head, {"5/3/2024", "6h", "Bản Lầu", nil, "Xây dựng nông thôn mới", 10}, {"6/3/2024", "6h", "Bản Lầu", nil, "Bản tin xã", 10}})
	for code, lean := range map[string]func(o *office, l airing.Line) error{
		"airing.booked_leans.verdict": func(o *office, l airing.Line) error {
			_, err := o.s.VerifyAiring(t.Context(), meta(monitor(accounts.District, "083")),
				airing.Verdict{Report: l.ID, Finding: airing.Verified, Note: "Có nghe"})
			return err
		},
		"airing.booked_leans.corrected": func(o *office, l airing.Line) error {
			_, err := o.s.Confirm(t.Context(), meta(o.by),
				airing.Confirm{ID: uuid.NewString(), Corrects: l.ID, Outcome: airing.Aired, Seconds: 300, Why: "ngắn"})
			return err
		},
		"airing.booked_leans.closed": func(o *office, l airing.Line) error {
			m := meta(o.by)
			m.At = now.Add(time.Minute)
			_, err := o.s.CloseWeek(t.Context(), m, coverage.Close{Week: airing.Settings{}.Calendar(text.Zone).Week(l.StartedAt)})
			return err
		},
		"": func(o *office, l airing.Line) error {
			_, err := o.s.Confirm(t.Context(), meta(o.by), airing.Confirm{ID: uuid.NewString(), Corrects: l.ID, Outcome: airing.Withdrawn, Why: "nhầm"})
			return err
		},
	} {
		o := open(t)
		b := o.apply(o.read(one))
		if err := lean(o, o.log()[0]); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		_, err := o.Undo(t.Context(), meta(o.by), oldbook.Undo{ID: b.Source.Import, Why: "Nhầm"})
		switch {
		case code == "" && err != nil:
			t.Errorf("what was withdrawn already hinders: %v", err)
		case code != "" && (!fault.Is(err, "oldbook.leaned_on") || fault.Of(err).Parts[0].Code != code):
			t.Errorf("%s: %v", code, err)
		}
		if o.work(); code == "" && (o.find(b).State != oldbook.Undone || len(o.log()) != 0) {
			t.Errorf("%+v", o.find(b).Import)
		}
	}
}

// TestABookAgainstTheLog: what was reported is not said again, what is said not to have aired is not aired behind its reporter's back,
// and a week that is closed keeps its figures.
func TestABookAgainstTheLog(t *testing.T) {
	o := open(t)
	at := time.Date(2024, 3, 5, 6, 0, 0, 0, text.Zone)
	tell := func(at time.Time, outcome airing.Outcome) {
		c := airing.Confirm{ID: uuid.NewString(), Station: "02788", Programme: o.ntm, StartedAt: at, Seconds: 600, Outcome: outcome}
		if outcome == airing.NotAired {
			c.Reason, c.Seconds = airing.PowerCut, 0
		}
		must[airing.Line](t)(o.s.Confirm(t.Context(), meta(o.by), c))
	}
	tell(at, airing.Aired)
	tell(at.AddDate(0, 0, 1), airing.NotAired)
	week := airing.Settings{}.Calendar(text.Zone).Week(at)
	m := meta(o.by)
	frozen := must[coverage.Week](t)(o.s.CloseWeek(t.Context(), m, coverage.Close{Week: week}))
	b := o.read(book(t, [][]any{head,
		{"5/3/2024", "6h05", "Bản Lầu", nil, "Xây dựng nông thôn mới", 10},
		{"6/3/2024", "6h", "Bản Lầu", nil, "Xây dựng nông thôn mới", 10},
		{"7/3/2024", "6h", "Bản Lầu", nil, "Xây dựng nông thôn mới", 10},
		{"7/3/2024", "6h", "Bản Lầu", nil, "Bản tin xã", 30},
	}))
	if b.Check == nil || b.Check.Known != 1 || b.Check.Bad != 1 || b.Check.Take != 2 || b.Check.Closed != 2 ||
		!strings.Contains(b.Check.Wrongs[0].Text, "Sổ đã ghi là không phát được") {
		t.Fatalf("%+v %s", b.Check, b.Why)
	}
	if _, err := o.Apply(t.Context(), meta(o.by), b.Source.Import, false); !fault.Is(err, "oldbook.rows_bad") {
		t.Errorf("rows that are wrong are left out without a word: %v", err)
	}
	o.apply(b)
	if got := must[coverage.Week](t)(o.s.Coverage(t.Context(), o.by, coverage.Query{Week: week})); got.ClosedAt.IsZero() ||
		fmt.Sprintf("%+v", got.Stations) != fmt.Sprintf("%+v", frozen.Stations) {
		t.Error("a book changed the figures of a closed week")
	}
	must[oldbook.Book](t)(o.Undo(t.Context(), meta(o.by), oldbook.Undo{ID: b.Source.Import, Why: "Nhầm"})) // it was closed before
}

// TestWhoMayBringABook: a district's monitor brings her stations' rows and no others, and nobody sees the file of another.
func TestWhoMayBringABook(t *testing.T) {
	o := open(t)
	file := book(t, [][]any{head, {"5/3/2024", "6h", "Bản Lầu", nil, "Bản tin xã", 10}, {"5/3/2024", "6h", "Thanh Bình", "Sa Pa", "Bản tin xã", 10}})
	province := o.by
	o.by = monitor(accounts.District, "083")
	b := o.read(file)
	if b.Check == nil || b.Check.Take != 1 || b.Check.Bad != 1 {
		t.Fatalf("%+v", b.Check)
	}
	if _, err := o.Find(t.Context(), province, b.Source.Import); !fault.Is(err, "oldbook.unknown") {
		t.Errorf("another's file is seen: %v", err)
	}
	b = o.apply(b)
	other := monitor(accounts.District, "088")
	if _, err := o.Find(t.Context(), other, b.Source.Import); !fault.Is(err, "oldbook.unknown") {
		t.Errorf("another district sees the import: %v", err)
	}
	if _, err := o.Undo(t.Context(), meta(other), oldbook.Undo{ID: b.Source.Import, Why: "x"}); !fault.Is(err, "oldbook.unknown") {
		t.Errorf("another district takes the import back: %v", err)
	}
	must[oldbook.Book](t)(o.Find(t.Context(), province, b.Source.Import))
	if _, err := o.Bring(t.Context(), meta(accounts.Actor{Person: "J", Via: "session", Grants: []accounts.Grant{{Role: accounts.Judge,
		Scope: accounts.Scope{Level: accounts.Contest, ID: "x"}}}}), "x", file, text.Vietnamese); !fault.Is(err, "accounts.denied") {
		t.Errorf("a judge brings a book: %v", err)
	}
}

// TestOldNamesOfMergedStations: before a merger the name is the station's own log; after it, that of who took over.
func TestOldNamesOfMergedStations(t *testing.T) {
	o := open(t)
	m := stations.Merge{On: "2024-11-01", Rows: []stations.MergeRow{
		{Line: 2, OldCode: "02872", OldName: "Xã Tà Chải", NewCode: "02842", NewName: "Xã Lùng Cải"}}}
	if _, err := o.s.Merge(t.Context(), accounts.Meta{ID: "m", By: accounts.Daemon(), At: now}, m); err != nil {
		t.Fatal(err)
	}
	b := o.apply(o.read(book(t, [][]any{head, {"5/3/2024", "6h", "Tà Chải", nil, "Bản tin xã", 10}, {"5/12/2024", "6h", "ta chai", nil, "Bản tin xã", 10}})))
	reg, lines := must[*stations.Registry](t)(o.s.Registry(t.Context())), o.log()
	if b.Import.Taken != 2 || len(lines) != 2 || reg.Name(lines[0].Station) != "Tà Chải" || reg.Name(lines[1].Station) == "Tà Chải" {
		t.Errorf("%+v", lines)
	}
}
