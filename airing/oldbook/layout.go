package oldbook

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"loa/internal/sheet"
	"loa/internal/text"
)

// Field is what a column of a book says.
type Field string

// The fields.
const (
	Date      Field = "date"
	Time      Field = "time"
	End       Field = "end"
	Station   Field = "station"
	District  Field = "district"
	Programme Field = "programme"
	Length    Field = "length"
	Target    Field = "ntm" // a tick: it counts toward the target
	By        Field = "by"
	Note      Field = "note"
)

// Fields lists them as they are offered.
var Fields = [...]Field{Date, Time, End, Station, District, Programme, Length, Target, By, Note}

// heads are the words that heads of columns begin with or hold, folded; of two fields the first is meant.
var heads = []struct {
	field Field
	whole []string // the whole head
	words []string // it holds one of these
}{
	{End, []string{"den", "den gio"}, []string{"gio ket thuc", "ket thuc", "gio het", "thoi gian ket thuc"}},
	{Length, []string{"phut", "so phut", "tl"}, []string{"thoi luong", "so phut", "do dai", "thoi luong phat"}},
	{Target, []string{"ntm", "nong thon moi", "la ntm", "co ntm", "tin ntm"}, []string{"ntm", "nong thon moi"}},
	{Date, []string{"ngay", "date"}, []string{"ngay phat", "ngay thang", "thoi gian ngay"}},
	{Time, []string{"gio", "luc", "gio phat", "tu", "tu gio", "buoi", "time"},
		[]string{"gio phat", "gio bat dau", "thoi gian phat", "thoi diem", "bat dau", "khung gio", "thoi gian gio", "thoi gian"}},
	{District, []string{"huyen", "district"}, []string{"huyen thi", "ten huyen", "huyen thanh pho", "dia ban"}},
	{By, []string{"can bo", "nguoi phat", "phat thanh vien", "btv"},
		[]string{"nguoi phat", "nguoi thuc hien", "nguoi truc", "can bo", "phu trach", "phat thanh vien"}},
	{Note, []string{"gc"}, []string{"ghi chu", "nhan xet"}},
	{Station, []string{"dai", "xa", "ma", "ma xa", "ma dai", "don vi", "station"},
		[]string{"ten xa", "ten dai", "xa phuong", "ma don vi", "dai truyen thanh", "ma xa", "ma dai", "don vi", "dia phuong"}},
	{Programme, []string{"ct", "noi dung", "chuyen muc", "programme"}, []string{"chuong trinh", "noi dung", "ten chuyen muc", "chuyen muc", "ban tin"}},
}

// fieldOf guesses what a head means, "" for nothing that is known.
func fieldOf(head string) Field {
	s := text.Fold(head)
	if s == "" || len(s) > 60 {
		return ""
	}
	for _, h := range heads {
		if slices.Contains(h.whole, s) {
			return h.field
		}
	}
	for _, h := range heads {
		for _, w := range h.words {
			if strings.Contains(" "+s+" ", " "+w+" ") {
				return h.field
			}
		}
	}
	return ""
}

const lookedThrough = 30 // rows for a head

// Layout is where the head of a sheet is, and what its columns mean.
type Layout struct {
	Head    int      `json:"head"`    // the last line of the head
	Titles  []string `json:"titles"`  // of the columns
	Columns []Field  `json:"columns"` // "" is not read
}

// Key tells layouts of the same heads.
func (l Layout) Key() string {
	sum := sha256.Sum256([]byte(text.Fold(strings.Join(l.Titles, " / "))))
	return hex.EncodeToString(sum[:8])
}

// Of is the first column of a field, -1 for none.
func (l Layout) Of(f Field) int { return slices.Index(l.Columns, f) }

// Missing are the fields without which nothing can be taken.
func (l Layout) Missing() (list []Field) {
	for _, f := range []Field{Date, Time, Station, Programme} {
		if l.Of(f) < 0 {
			list = append(list, f)
		}
	}
	return list
}

// known is how many fields the layout knows.
func (l Layout) known() (n int) {
	for _, f := range Fields {
		if l.Of(f) >= 0 {
			n++
		}
	}
	return n
}

// find looks for the head of a sheet: the row, or the two rows, whose cells mean most; where none means anything, the first with most
// words, whose columns somebody has to name. The zero Layout where there is none.
func find(rows []sheet.Row) (best Layout) {
	for i := range min(len(rows), lookedThrough) {
		for _, two := range []bool{false, true} {
			if two && (i+1 >= len(rows) || !wordsOnly(rows[i+1])) {
				continue
			}
			if l := layout(rows, i, two); l.known() > best.known() {
				best = l
			}
		}
	}
	if best.known() > 1 {
		return best
	}
	best = Layout{}
	words := 1
	for i := range min(len(rows), lookedThrough) {
		if n := len(rows[i].Cells); n > words && wordsOnly(rows[i]) {
			best, words = layout(rows, i, false), n
		}
	}
	return best
}

// At is the layout whose head ends on that line.
func at(rows []sheet.Row, line int) Layout {
	i := slices.IndexFunc(rows, func(r sheet.Row) bool { return r.Line == line })
	if i < 0 {
		return Layout{}
	}
	one := layout(rows, i, false)
	if i > 0 {
		if two := layout(rows, i-1, true); two.known() > one.known() {
			return two
		}
	}
	return one
}

func layout(rows []sheet.Row, i int, two bool) Layout {
	l := Layout{Head: rows[i].Line}
	width := len(rows[i].Cells)
	if two {
		l.Head, width = rows[i+1].Line, max(width, len(rows[i+1].Cells))
	}
	for c := range width {
		title := text.Line(rows[i].Cell(c).Text)
		if two {
			if below := text.Line(rows[i+1].Cell(c).Text); below != "" && below != title {
				title = strings.TrimSpace(title + " " + below)
			}
		}
		f := fieldOf(title)
		if f == "" && two {
			f = fieldOf(rows[i+1].Cell(c).Text)
		}
		if f != "" && l.Of(f) >= 0 { // what stands first is meant
			f = ""
		}
		l.Titles, l.Columns = append(l.Titles, title), append(l.Columns, f)
	}
	return l
}

// wordsOnly reports whether a row can be the second row of a head: no cell of it is a day, a time or a number.
func wordsOnly(r sheet.Row) bool {
	for _, c := range r.Cells {
		if c.Kind != sheet.Text || strings.ContainsAny(c.Text, "0123456789") {
			return false
		}
	}
	return true
}
