package paper

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"loa/contest/ranking"
	"loa/internal/text"
)

// book is an XLSX file in the making. The first error stays; everything after
// it does nothing.
type book struct {
	f      *excelize.File
	lang   text.Language
	names  map[string]bool // worksheet names taken, lower case
	styles map[look]int
	err    error
}

// page is one worksheet, written from the top.
type page struct {
	*book
	name   string
	row    int // the last row written
	widths []float64
}

// look is what sets one style apart.
type look struct {
	bold, italic, framed, shaded bool
	size                         float64
	align                        string
	places                       int // decimals of a number; -1 for text
}

// The looks of a page.
var (
	plain   = look{size: 11, align: "left", places: -1}
	bold    = look{size: 11, align: "left", places: -1, bold: true}
	middle  = look{size: 11, align: "center", places: -1}
	strong  = look{size: 11, align: "center", places: -1, bold: true}
	slanted = look{size: 11, align: "center", places: -1, italic: true}
	heading = look{size: 14, align: "center", places: -1, bold: true}
	head    = look{size: 11, align: "center", places: -1, bold: true, framed: true, shaded: true}
	cell    = look{size: 11, align: "left", places: -1, framed: true}
	count   = look{size: 11, align: "center", places: 0, framed: true}
)

// number is a framed number with so many decimals.
func number(places int) look { return look{size: 11, align: "right", places: places, framed: true} }

func newBook(lang text.Language) *book {
	return &book{f: excelize.NewFile(), lang: lang, names: map[string]bool{}, styles: map[look]int{}}
}

func (b *book) do(err error) {
	if b.err == nil && err != nil {
		b.err = err
	}
}

// write ends the book. what names it in an error.
func (b *book) write(w io.Writer, what string) error {
	defer b.f.Close()
	if b.err == nil {
		b.do(b.f.Write(w))
	}
	if b.err != nil {
		return fmt.Errorf("paper: write %s: %w", what, b.err)
	}
	return nil
}

func (b *book) style(l look) int {
	if id, ok := b.styles[l]; ok {
		return id
	}
	s := &excelize.Style{
		Font:      &excelize.Font{Bold: l.bold, Italic: l.italic, Size: l.size, Family: "Times New Roman"},
		Alignment: &excelize.Alignment{Horizontal: l.align, Vertical: "center", WrapText: true},
	}
	switch {
	case l.places < 0:
		s.NumFmt = 49 // "@": what is typed over it stays text
	default:
		format := "0"
		if l.places > 0 {
			format += "." + strings.Repeat("0", l.places)
		}
		s.CustomNumFmt = &format
	}
	if l.framed {
		for _, side := range []string{"left", "top", "right", "bottom"} {
			s.Border = append(s.Border, excelize.Border{Type: side, Style: 1, Color: "000000"})
		}
	}
	if l.shaded {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}}
	}
	id, err := b.f.NewStyle(s)
	b.do(err)
	b.styles[l] = id
	return id
}

// sheetName makes a worksheet name Excel accepts: no []:*?/\ or apostrophe at
// an end, at most 31 characters, unlike any other.
func (b *book) sheetName(wanted string) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, wanted)
	clean = strings.Trim(clean, " '")
	if clean == "" {
		clean = "1"
	}
	for n := 1; ; n++ {
		tail := ""
		if n > 1 {
			tail = fmt.Sprintf(" (%d)", n)
		}
		name := clip(clean, 31-len(tail)) + tail
		if key := strings.ToLower(name); !b.names[key] && key != "history" { // Excel keeps that name for itself
			b.names[key] = true
			return name
		}
	}
}

// clip shortens s to at most n UTF-16 units, as Excel counts them.
func clip(s string, n int) string {
	units := 0
	for i, r := range s {
		units++
		if r > 0xffff {
			units++
		}
		if units > n {
			return strings.TrimRight(s[:i], " '")
		}
	}
	return s
}

// page begins a worksheet with columns of these widths, in characters.
func (b *book) page(name string, landscape bool, widths []float64) *page {
	p := &page{book: b, name: b.sheetName(name), widths: widths}
	if len(b.names) == 1 {
		b.do(b.f.SetSheetName(b.f.GetSheetName(0), p.name))
	} else {
		_, err := b.f.NewSheet(p.name)
		b.do(err)
	}
	for i, w := range widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		b.do(err)
		b.do(b.f.SetColWidth(p.name, column, column, w))
	}
	orientation := "portrait"
	if landscape {
		orientation = "landscape"
	}
	a4, one, any, yes := 9, 1, 0, true
	b.do(b.f.SetPageLayout(p.name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &one, FitToHeight: &any}))
	b.do(b.f.SetSheetProps(p.name, &excelize.SheetPropsOptions{FitToPage: &yes}))
	b.do(b.f.SetHeaderFooter(p.name, &excelize.HeaderFooterOptions{OddFooter: "&C&P/&N"}))
	return p
}

// at is a cell's name; columns count from 1.
func (p *page) at(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	p.do(err)
	return name
}

// put writes one value: string, int, float64, ranking.Rational, ranking.Points or nil.
func (p *page) put(column int, v any, l look) {
	if p.err != nil {
		return
	}
	at := p.at(column, p.row)
	switch v := v.(type) {
	case nil:
	case string:
		p.do(p.f.SetCellStr(p.name, at, v))
	case int:
		p.do(p.f.SetCellInt(p.name, at, int64(v)))
	case float64:
		p.do(p.f.SetCellFloat(p.name, at, v, -1, 64))
	case ranking.Rational:
		p.do(p.f.SetCellFloat(p.name, at, v.Float(), -1, 64))
	case ranking.Points:
		p.do(p.f.SetCellFloat(p.name, at, v.Float(), -1, 64))
	}
	p.do(p.f.SetCellStyle(p.name, at, at, p.style(l)))
}

// across writes s over the columns from…until of the current row, joined, and
// makes the row as high as s needs.
func (p *page) across(s string, from, until int, l look) {
	p.put(from, s, l)
	if from < until {
		p.do(p.f.MergeCell(p.name, p.at(from, p.row), p.at(until, p.row)))
	}
	room := 0.0
	for _, w := range p.widths[from-1 : until] {
		room += w
	}
	lines := 1 + int(float64(utf8.RuneCountInString(s))*l.size/11/max(room, 1))
	if height := float64(lines) * l.size * 1.5; height > 17 {
		old, err := p.f.GetRowHeight(p.name, p.row)
		p.do(err)
		p.do(p.f.SetRowHeight(p.name, p.row, min(400, max(old, height))))
	}
}

// line writes s in a row of its own over the whole width.
func (p *page) line(s string, l look) {
	p.row++
	p.across(s, 1, len(p.widths), l)
}

// masthead writes host and motto side by side, then the titles.
func (p *page) masthead(h Heading, title string) {
	half := max(1, p.half())
	p.row++
	p.across(strings.ToUpper(h.Host), 1, half, strong)
	p.across(p.lang.Say("paper.republic"), half+1, len(p.widths), strong)
	p.row++
	p.across(p.lang.Say("paper.motto"), half+1, len(p.widths), strong)
	p.row++
	p.line(title, heading)
	p.line(h.Contest, strong)
	if h.Round != "" {
		p.line(h.Round, middle)
	}
}

// half is the column after which the page's width is split in two.
func (p *page) half() int {
	total := 0.0
	for _, w := range p.widths {
		total += w
	}
	sum := 0.0
	for i, w := range p.widths {
		if sum += w; sum >= total*0.45 {
			return min(i+1, len(p.widths)-1)
		}
	}
	return len(p.widths) - 1
}

// header writes the head of a table and, the first time on a page that asks
// for it, keeps it in sight and on every printed page.
func (p *page) header(labels []string, keep bool) {
	p.row++
	for i, s := range labels {
		p.put(i+1, s, head)
	}
	if !keep {
		return
	}
	p.do(p.f.SetPanes(p.name, &excelize.Panes{Freeze: true, YSplit: p.row, TopLeftCell: p.at(1, p.row+1), ActivePane: "bottomLeft"}))
	quoted := "'" + strings.ReplaceAll(p.name, "'", "''") + "'"
	p.do(p.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: p.name,
		RefersTo: fmt.Sprintf("%s!$%d:$%d", quoted, p.row, p.row)}))
}

// signatures ends a page: place and date, then who signs on the right and,
// if left is not empty, on the left.
func (p *page) signatures(h Heading, left, right, name string) {
	half := p.half()
	d := h.Date.In(text.Zone)
	p.row += 2
	p.across(p.lang.Say("paper.place_date", "place", cmp.Or(h.Place, "……………"), "day", d.Format("02"), "month", d.Format("01"), "year", d.Format("2006")),
		half+1, len(p.widths), slanted)
	p.row++
	if left != "" {
		p.across(left, 1, half, strong)
	}
	p.across(right, half+1, len(p.widths), strong)
	p.row++
	if left != "" {
		p.across(p.lang.Say("paper.sign_here"), 1, half, slanted)
	}
	p.across(p.lang.Say("paper.sign_here"), half+1, len(p.widths), slanted)
	p.row += 4
	if name != "" {
		p.across(name, half+1, len(p.widths), strong)
	}
}
