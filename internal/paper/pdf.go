package paper

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/liberation/liberationserifbold"
	"github.com/go-fonts/liberation/liberationserifbolditalic"
	"github.com/go-fonts/liberation/liberationserifitalic"
	"github.com/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"loa/internal/text"
)

// PDFType is the media type of a PDF.
const PDFType = "application/pdf"

// PDF writes papers as they are printed, each on pages of its own that count from 1.
// It needs nothing of who reads it: the letters, of a face with the metrics of Times New
// Roman, stand in the file, and the text can be searched and copied. The same papers give
// the same bytes. Only writing itself can fail.
func PDF(w io.Writer, list []Paper) error {
	d := press{out: letters(), ruler: letters()}
	return d.print(w, list, func() error { return nil })
}

// Bound writes papers as PDF does, with a first paper that says on which sheets of the file they begin: index makes it of
// those. Each sheet has its number at its foot. step is told of each of so many steps, and ends the work by an error.
func Bound(w io.Writer, list []Paper, index func(sheets []int) Paper, step func(done, of int) error) error {
	done := 0
	next := func() error { done++; return step(done, 2*len(list)+2) }
	count := press{ruler: letters()}
	at := make([]int, len(list))
	for i, p := range append([]Paper{index(at)}, list...) {
		if i > 0 {
			at[i-1] = count.sheets + 1
		}
		compose(&count, p, true)
		if err := next(); err != nil {
			return err
		}
	}
	d := press{out: letters(), ruler: count.ruler, bound: true}
	return d.print(w, append([]Paper{index(at)}, list...), next)
}

// print sets papers and writes them, step by step.
func (d *press) print(w io.Writer, list []Paper, step func() error) error {
	d.out.SetCatalogSort(true)
	d.out.SetProducer("Loa", true)
	d.out.SetLang("vi-VN")
	d.out.SetAutoPageBreak(false, 0)
	d.out.SetLineWidth(frame)
	var made time.Time
	for i, p := range list {
		if i == 0 {
			d.out.SetTitle(plainPDF(strings.Join(append([]string{p.Title}, p.About...), " ")), true)
		}
		if made.IsZero() {
			made = p.dated()
		}
		compose(d, p, i == len(list)-1)
		if err := step(); err != nil {
			return err
		}
	}
	y, m, day := made.In(text.Zone).Date() // the hour it was asked for is nothing it says
	d.out.SetCreationDate(time.Date(y, m, day, 0, 0, 0, 0, time.UTC))
	d.out.SetModificationDate(time.Date(y, m, day, 0, 0, 0, 0, time.UTC))
	if err := d.out.Output(w); err != nil {
		return fmt.Errorf("paper: write: %w", err)
	}
	return nil
}

// letters is an empty file with the faces in it.
func letters() *fpdf.Fpdf {
	f := fpdf.New("P", "mm", "A4", "")
	for _, face := range []struct {
		style string
		ttf   []byte
	}{{"", liberationserifregular.TTF}, {"B", liberationserifbold.TTF}, {"I", liberationserifitalic.TTF}, {"BI", liberationserifbolditalic.TTF}} {
		f.AddUTF8FontFromBytes(family, face.style, face.ttf)
	}
	return f
}

const (
	family = "serif" // of the faces in the file
	// frame is how thick lines are; mm.
	frame = 0.2
	// point is one in mm.
	point = 25.4 / 72
	// single is the height of a line of single height, as a share of the size of its letters;
	// they reach rise above the line they stand on.
	single, rise = 1.15, 0.891
	// ruleHigh is the room of a line below words; mm.
	ruleHigh = 1.2
)

// press sets papers on pages. What is set is first a list of pieces, then put on pages.
type press struct {
	out    *fpdf.Fpdf // nil to count sheets alone
	ruler  *fpdf.Fpdf // measures; setting a face there writes nothing
	room   float64    // how wide lines are now; mm
	list   []piece
	bound  bool // each sheet has its number in the file
	sheets int  // so far
}

// piece stays whole on one page: a line, a row of a table, signatures.
type piece struct {
	before, high, after float64 // mm; before is left out at the top of a page
	keep                bool    // stays with the next
	head                *piece  // of the table that it is a row of
	draw                func(x, y float64)
}

func (d *press) begin(wide float64) { d.room, d.list = wide, nil }

// line sets a paragraph: a piece for each of its lines, of which the first two and the last
// two stay together.
func (d *press) line(words string, s style) {
	if s.size == 0 {
		s.size = BodySize
	}
	high := s.size * point * single
	if !s.tight {
		high *= Lines
	}
	first, left := 0.0, 0.0
	switch {
	case s.indent:
		first = Indent
	case s.hanging:
		first, left = Indent, Indent+4
	}
	lines := d.broken(words, s, d.room-left, first-left)
	for i, l := range lines {
		p := piece{high: high, keep: s.keep || len(lines) > 1 && (i == 0 || i == len(lines)-2)}
		if i == 0 {
			p.before = s.before * point
		}
		last := i == len(lines)-1
		if last {
			p.after = s.after * point
		}
		room, at := d.room-left, left
		if i == 0 {
			room, at = room-(first-left), first
		}
		p.draw = func(x, y float64) { d.words(l, s, x+at, y, high, room) }
		d.list = append(d.list, p)
	}
	if s.rule > 0 {
		d.list[len(d.list)-1].keep = true
		side := s.room * (1 - s.rule) / 2
		d.list = append(d.list, piece{high: ruleHigh, keep: s.keep,
			draw: func(x, y float64) { d.out.Line(x+side, y+ruleHigh/2, x+s.room-side, y+ruleHigh/2) }})
	}
}

// textLine is a line of a paragraph.
type textLine struct {
	words []string
	wide  float64 // of the words and one blank between them; mm
	ends  bool    // the paragraph, or what of it stands before a break
}

// broken breaks words into lines, at least one. first is how far the first line stands in.
func (d *press) broken(words string, s style, room, first float64) (lines []textLine) {
	d.face(d.ruler, s)
	blank := d.ruler.GetStringWidth(" ")
	room -= first
	for part := range strings.SplitSeq(plainPDF(words), "\n") {
		l := textLine{}
		for word := range strings.FieldsSeq(part) {
			for _, piece := range d.pieces(word, room) {
				wide := d.ruler.GetStringWidth(piece)
				if len(l.words) > 0 && l.wide+blank+wide > room {
					lines = append(lines, l)
					l, room, first = textLine{}, room+first, 0
				}
				if len(l.words) > 0 {
					l.wide += blank
				}
				l.words, l.wide = append(l.words, piece), l.wide+wide
			}
		}
		l.ends = true
		lines = append(lines, l)
		room, first = room+first, 0
	}
	return lines
}

// pieces are the parts of a word that is too long for a line, which break behind a hyphen or
// a stroke, else anywhere.
func (d *press) pieces(word string, room float64) (list []string) {
	for d.ruler.GetStringWidth(word) > room {
		runes, n, at := []rune(word), 0, 0
		for n < len(runes) && d.ruler.GetStringWidth(string(runes[:n+1])) <= room {
			if n++; strings.ContainsRune("-/_.", runes[n-1]) {
				at = n
			}
		}
		if at == 0 {
			at = max(n, 1)
		}
		list, word = append(list, string(runes[:at])), string(runes[at:])
		if at == len(runes) {
			return list
		}
	}
	return append(list, word)
}

// face chooses letters.
func (*press) face(f *fpdf.Fpdf, s style) {
	name := ""
	if s.bold {
		name = "B"
	}
	if s.italic {
		name += "I"
	}
	f.SetFont(family, name, s.size)
}

// words writes a line of which y is the upper edge.
func (d *press) words(l textLine, s style, x, y, high, room float64) {
	if len(l.words) == 0 {
		return
	}
	d.face(d.out, s)
	y += (high-s.size*point*single)/2 + s.size*point*rise
	switch s.jc {
	case "center":
		x += (room - l.wide) / 2
	case "right":
		x += room - l.wide
	case "both":
		if !l.ends && len(l.words) > 1 { // blanks are stretched: each word has its place
			stretch := (room-l.wide)/float64(len(l.words)-1) + d.out.GetStringWidth(" ")
			for _, word := range l.words {
				d.out.Text(x, y, word+" ")
				x += d.out.GetStringWidth(word) + stretch
			}
			return
		}
	}
	d.out.Text(x, y, strings.Join(l.words, " "))
}

// apart sets what write sets in a room of its own, and returns it as one piece.
func (d *press) apart(room float64, write func()) piece {
	list, wide := d.list, d.room
	d.list, d.room = nil, room
	write()
	set := d.list
	d.list, d.room = list, wide
	all := piece{}
	for _, p := range set {
		all.high += p.before + p.high + p.after
	}
	all.draw = func(x, y float64) {
		for _, p := range set {
			p.draw(x, y+p.before)
			y += p.before + p.high + p.after
		}
	}
	return all
}

func (d *press) side(rows ...[]cell) {
	for _, cells := range rows {
		row := piece{}
		var set []piece
		for _, c := range cells {
			p := d.apart(c.mm, c.write)
			set, row.high = append(set, p), max(row.high, p.high)
		}
		row.draw = func(x, y float64) {
			for i, p := range set {
				p.draw(x, y)
				x += cells[i].mm
			}
		}
		d.list = append(d.list, row)
	}
}

// mostRow is how high a row of a table is at most; what is higher goes on in the next; mm.
const mostRow = 120

func (d *press) table(t Table, cells [][]Cell, wide float64, signed bool) {
	widths, size := t.fitted(cells, wide)
	high := size * point * single
	// row are a row's pieces, more than one where it is too high.
	row := func(words []string, look func(i int) style, head *piece, keep bool) {
		lines, most := make([][]textLine, len(words)), 1
		for i := range words {
			lines[i] = d.broken(words[i], look(i), widths[i]-2*cellSide, 0)
			most = max(most, len(lines[i]))
		}
		for from, each := 0, int(mostRow/high); from < most; from += each {
			n := min(most-from, each)
			p := piece{high: float64(n)*high + 2*cellTop, head: head, keep: keep}
			p.draw = func(x, y float64) {
				for i, list := range lines {
					d.out.Rect(x, y, widths[i], p.high, "D")
					list = list[min(from, len(list)):min(from+n, len(list))]
					top := y + (p.high-float64(len(list))*high)/2
					for _, l := range list {
						d.words(l, look(i), x+cellSide, top, high, widths[i]-2*cellSide)
						top += high
					}
					x += widths[i]
				}
			}
			d.list = append(d.list, p)
		}
	}
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	at := len(d.list)
	row(names, func(int) style { return style{size: size, bold: true, jc: "center"} }, nil, true)
	head := d.list[at]
	for i, c := range cells {
		for j := range c {
			names[j] = c[j].Text
		}
		row(names, func(j int) style {
			s := style{size: size, bold: c[j].Sum}
			switch {
			case c[j].Middle:
				s.jc = "center"
			case c[j].Number:
				s.jc = "right"
			}
			return s
		}, &head, signed && i >= len(cells)-stay)
	}
	d.line("", style{size: Apart, tight: true, keep: signed})
}

// cellTop is the room above and below what stands in a cell; mm.
const cellTop = 0.6

// pages puts what was set on pages.
func (d *press) pages(p Paper, _ bool) {
	turn, size := "P", fpdf.SizeType{Wd: 210, Ht: 297}
	top, bottom, left := float64(Top), float64(Bottom), float64(Left)
	if p.Across {
		turn, top, bottom, left = "L", TurnedTop, TurnedBottom, TurnedLeft
	}
	wide, high := size.Wd, size.Ht
	if p.Across {
		wide, high = high, wide
	}
	number, y := 0, 0.0
	turnOver := func() {
		number++
		d.sheets++
		y = top
		if d.out == nil {
			return
		}
		d.out.AddPageFormat(turn, size)
		d.out.SetAlpha(1, "Normal") // with it the file is a PDF 1.4, as offices want it
		if number > 1 {
			s := style{size: BodySize, jc: "center"}
			d.words(textLine{words: []string{fmt.Sprint(number)}, wide: d.wide(fmt.Sprint(number), s)}, s, left, top/2, BodySize*point*single, d.room)
		} else {
			d.out.Bookmark(plainPDF(strings.Join(append([]string{p.Title}, p.About...), " – ")), 0, top)
		}
		if p.Check != "" {
			s, words := style{size: CheckSize, italic: true, jc: "center"}, strings.Fields(plainPDF(p.Check))
			d.words(textLine{words: words, wide: d.wide(strings.Join(words, " "), s)}, s, 0, high-bottom/2, CheckSize*point*single, wide)
		}
		if d.bound {
			s, words := style{size: CheckSize, jc: "right"}, plainPDF(p.Lang.Say("paper.sheet", "n", d.sheets))
			d.words(textLine{words: []string{words}, wide: d.wide(words, s)}, s, left, high-bottom/2, CheckSize*point*single, d.room)
		}
	}
	draw := func(p piece) {
		if d.out != nil {
			p.draw(left, y)
		}
	}
	turnOver()
	for i := 0; i < len(d.list); {
		n, need := i+1, d.list[i].high
		for ; n < len(d.list) && d.list[n-1].keep; n++ { // what stays together
			need += d.list[n-1].after + d.list[n].before + d.list[n].high
		}
		room, head := high-bottom-top, d.list[i].head
		if head != nil {
			room -= head.high
		}
		if need > room { // no page holds it all
			n, need = i+1, d.list[i].high
		}
		switch before := d.list[i].before; {
		case y > top && y+before+need > high-bottom:
			if turnOver(); head != nil {
				draw(*head)
				y += head.high
			}
		case y > top:
			y += before
		}
		for ; i < n; i++ {
			draw(d.list[i])
			if y += d.list[i].high + d.list[i].after; i+1 < n {
				y += d.list[i+1].before
			}
		}
	}
}

// wide is how wide words are; mm.
func (d *press) wide(words string, s style) float64 {
	d.face(d.ruler, s)
	return d.ruler.GetStringWidth(words)
}

// known are the letters of the face, of the first plane, which is all the writer knows.
var known = sync.OnceValue(func() *[1 << 16]bool {
	f, err := sfnt.Parse(liberationserifregular.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	var there [1 << 16]bool
	var b sfnt.Buffer
	for r := range there {
		n, err := f.GlyphIndex(&b, rune(r))
		there[r] = err == nil && n != 0
	}
	return &there
})

// plainPDF is text as a PDF holds it: letters composed, for nothing sets marks on them
// there, and a box for what the face lacks.
func plainPDF(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r): // what is not seen
			return -1
		case !Prints(r):
			return '□'
		}
		return r
	}, norm.NFC.String(s))
}

// Prints reports whether the faces of a printed paper have the letter.
func Prints(r rune) bool { return r < 1<<16 && known()[r] }
