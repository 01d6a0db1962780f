package sheet

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Book is an XLSX file of several worksheets laid out by hand, as papers are.
// The first error stays; everything after it does nothing.
type Book struct {
	f      *excelize.File
	names  map[string]bool // worksheet names taken, lower case
	styles map[Look]int
	err    error
}

// Page is one worksheet, written from the top.
type Page struct {
	*Book
	Row    int       // the last row written
	Widths []float64 // of the columns, in characters
	name   string
}

// Look is what sets one style apart.
type Look struct {
	Bold, Italic, Framed, Shaded bool
	Size                         float64 // of the letters, in points
	Align                        string  // "left", "center" or "right"
	Places                       int     // decimals of a number; -1 for text
	Grouped                      bool    // thousands of a number stand apart
	format                       string  // of an instant
}

// NewBook begins a file.
func NewBook() *Book {
	return &Book{f: excelize.NewFile(), names: map[string]bool{}, styles: map[Look]int{}}
}

func (b *Book) do(err error) {
	if b.err == nil && err != nil {
		b.err = err
	}
}

// Write ends the book. what names it in an error.
func (b *Book) Write(w io.Writer, what string) error {
	defer b.f.Close()
	if b.err == nil {
		kinds := b.f.ContentTypes.Defaults // which a chart adds in any order
		sort.Slice(kinds, func(i, j int) bool { return kinds[i].Extension < kinds[j].Extension })
		b.do(b.f.Write(w))
	}
	if b.err != nil {
		return fmt.Errorf("sheet: write %s: %w", what, b.err)
	}
	return nil
}

func (b *Book) style(l Look) int {
	if id, ok := b.styles[l]; ok {
		return id
	}
	s := &excelize.Style{
		Font:      &excelize.Font{Bold: l.Bold, Italic: l.Italic, Size: l.Size, Family: "Times New Roman"},
		Alignment: &excelize.Alignment{Horizontal: l.Align, Vertical: "center", WrapText: true},
	}
	switch {
	case l.format != "":
		s.CustomNumFmt = &l.format
	case l.Places < 0:
		s.NumFmt = 49 // "@": what is typed over it stays text
	default:
		format := "0"
		if l.Grouped {
			format = "#,##0"
		}
		if l.Places > 0 {
			format += "." + strings.Repeat("0", l.Places)
		}
		s.CustomNumFmt = &format
	}
	if l.Framed {
		for _, side := range []string{"left", "top", "right", "bottom"} {
			s.Border = append(s.Border, excelize.Border{Type: side, Style: 1, Color: "000000"})
		}
	}
	if l.Shaded {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}}
	}
	id, err := b.f.NewStyle(s)
	b.do(err)
	b.styles[l] = id
	return id
}

// sheetName makes a worksheet name Excel accepts: no []:*?/\ or apostrophe at
// an end, at most 31 characters, unlike any other.
func (b *Book) sheetName(wanted string) string {
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

// Page begins a worksheet with columns of these widths, in characters.
func (b *Book) Page(name string, landscape bool, widths []float64) *Page {
	p := &Page{Book: b, name: b.sheetName(name), Widths: widths}
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
	a4, one, any := 9, 1, 0
	b.do(b.f.SetPageLayout(p.name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &one, FitToHeight: &any}))
	p.fit()
	return p
}

// fit prints the columns on one page.
func (p *Page) fit() {
	yes := true
	p.do(p.f.SetSheetProps(p.name, &excelize.SheetPropsOptions{FitToPage: &yes}))
}

// Margins sets those of the printed page, in millimetres, and the pages' numbers: in
// the middle of the top margin, from the second page on.
func (p *Page) Margins(top, bottom, left, right float64) {
	inches := func(mm float64) *float64 { v := mm / 25.4; return &v }
	head := top / 2
	p.do(p.f.SetPageMargins(p.name, &excelize.PageLayoutMarginsOptions{Top: inches(top), Bottom: inches(bottom), Left: inches(left), Right: inches(right),
		Header: inches(head), Footer: inches(bottom / 2)}))
	p.do(p.f.SetHeaderFooter(p.name, &excelize.HeaderFooterOptions{DifferentFirst: true, OddHeader: "&C&\"Times New Roman,Regular\"&13&P"}))
}

// at is a cell's name; columns count from 1.
func (p *Page) at(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	p.do(err)
	return name
}

// Put writes one value: string, int, float64, a Day, an instant (as the
// clock of its zone shows it; the zero one is none), or nil.
func (p *Page) Put(column int, v any, l Look) {
	if p.err != nil {
		return
	}
	at := p.at(column, p.Row)
	switch v := v.(type) {
	case nil:
	case string:
		p.do(p.f.SetCellStr(p.name, at, v))
		if l.Framed {
			p.high(v, p.Widths[column-1], l.Size)
		}
	case int:
		p.do(p.f.SetCellInt(p.name, at, int64(v)))
	case float64:
		p.do(p.f.SetCellFloat(p.name, at, v, -1, 64))
	case Day:
		l.format = "d/m/yyyy"
		if day, err := time.Parse(time.DateOnly, string(v)); err == nil {
			p.do(p.f.SetCellFloat(p.name, at, serial(day), -1, 64))
		} else {
			p.do(p.f.SetCellStr(p.name, at, string(v)))
		}
	case time.Time:
		l.format = "d/m/yyyy h:mm"
		if !v.IsZero() {
			p.do(p.f.SetCellFloat(p.name, at, serial(v), -1, 64))
		}
	}
	p.do(p.f.SetCellStyle(p.name, at, at, p.style(l)))
}

// Across writes s over the columns from…until of the current row, joined, and
// makes the row as high as s needs.
func (p *Page) Across(s string, from, until int, l Look) {
	p.Put(from, s, l)
	if from < until {
		p.do(p.f.MergeCell(p.name, p.at(from, p.Row), p.at(until, p.Row)))
	}
	room := 0.0
	for _, w := range p.Widths[from-1 : until] {
		room += w
	}
	p.high(s, room, l.Size)
}

// high makes the current row as high as words need in that many characters.
func (p *Page) high(s string, room, size float64) {
	lines := 1 + int(float64(utf8.RuneCountInString(s))*size/11/max(room, 1))
	if height := float64(lines) * size * 1.5; height > 17 {
		old, err := p.f.GetRowHeight(p.name, p.Row)
		p.do(err)
		p.do(p.f.SetRowHeight(p.name, p.Row, min(400, max(old, height))))
	}
}

// Line writes s in a row of its own over the whole width.
func (p *Page) Line(s string, l Look) {
	p.Row++
	p.Across(s, 1, len(p.Widths), l)
}

// Half is the column after which the page's width is split in two.
func (p *Page) Half() int {
	total := 0.0
	for _, w := range p.Widths {
		total += w
	}
	sum := 0.0
	for i, w := range p.Widths {
		if sum += w; sum >= total*0.45 {
			return min(i+1, len(p.Widths)-1)
		}
	}
	return len(p.Widths) - 1
}

// Header writes the head of a table and, the first time on a page that asks
// for it, keeps it in sight and on every printed page.
func (p *Page) Header(labels []string, head Look, keep bool) {
	p.Row++
	for i, s := range labels {
		p.Put(i+1, s, head)
	}
	if !keep {
		return
	}
	p.do(p.f.SetPanes(p.name, &excelize.Panes{Freeze: true, YSplit: p.Row, TopLeftCell: p.at(1, p.Row+1), ActivePane: "bottomLeft"}))
	p.do(p.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: p.name,
		RefersTo: fmt.Sprintf("%s!$%d:$%d", p.quoted(), p.Row, p.Row)}))
}

// quoted is the worksheet's name as a reference has it.
func (p *Page) quoted() string { return "'" + strings.ReplaceAll(p.name, "'", "''") + "'" }

// Filter lets readers choose among the rows below a head of so many columns.
func (p *Page) Filter(head, last, columns int) {
	p.do(p.f.AutoFilter(p.name, p.at(1, head)+":"+p.at(columns, last), nil))
	p.fit() // which a filter forgets
}

// Chart draws a column of the rows below a head as bars, named by the first column, beside the page's columns, which alone
// are printed.
func (p *Page) Chart(title string, head, last, column int) {
	of := func(c int) string {
		name, err := excelize.ColumnNumberToName(c)
		p.do(err)
		return fmt.Sprintf("%s!$%s$%d:$%s$%d", p.quoted(), name, head+1, name, last)
	}
	p.do(p.f.AddChart(p.name, p.at(len(p.Widths)+2, head), &excelize.Chart{Type: excelize.Col,
		Series:    []excelize.ChartSeries{{Categories: of(1), Values: of(column)}},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: title}}},
		Legend:    excelize.ChartLegend{Position: "none"},
		Dimension: excelize.ChartDimension{Width: 720, Height: 360}}))
	edge, err := excelize.ColumnNumberToName(len(p.Widths))
	p.do(err)
	p.do(p.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: p.name, RefersTo: fmt.Sprintf("%s!$A:$%s", p.quoted(), edge)}))
}
