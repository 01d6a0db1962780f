package paper

import (
	"cmp"
	"strings"

	"loa/internal/sheet"
	"loa/internal/text"
)

// book is the XLSX of a paper in one language.
type book struct {
	*sheet.Book
	lang text.Language
}

// page is one worksheet of a paper.
type page struct {
	*sheet.Page
	lang text.Language
}

func newBook(lang text.Language) *book { return &book{sheet.NewBook(), lang} }

func (b *book) page(name string, landscape bool, widths []float64) *page {
	return &page{b.Page(name, landscape, widths), b.lang}
}

// header writes the head of a table as all papers have it.
func (p *page) header(labels []string, keep bool) { p.Header(labels, head, keep) }

// The looks of a page.
var (
	plain   = sheet.Look{Size: 11, Align: "left", Places: -1}
	bold    = sheet.Look{Size: 11, Align: "left", Places: -1, Bold: true}
	middle  = sheet.Look{Size: 11, Align: "center", Places: -1}
	strong  = sheet.Look{Size: 11, Align: "center", Places: -1, Bold: true}
	slanted = sheet.Look{Size: 11, Align: "center", Places: -1, Italic: true}
	heading = sheet.Look{Size: 14, Align: "center", Places: -1, Bold: true}
	head    = sheet.Look{Size: 11, Align: "center", Places: -1, Bold: true, Framed: true, Shaded: true}
	cell    = sheet.Look{Size: 11, Align: "left", Places: -1, Framed: true}
	count   = sheet.Look{Size: 11, Align: "center", Places: 0, Framed: true}
)

// number is a framed number with so many decimals.
func number(places int) sheet.Look {
	return sheet.Look{Size: 11, Align: "right", Places: places, Framed: true}
}

// masthead writes host and motto side by side, then the titles.
func (p *page) masthead(h Heading, title string) {
	half := max(1, p.Half())
	p.Row++
	p.Across(strings.ToUpper(h.Host), 1, half, strong)
	p.Across(p.lang.Say("paper.republic"), half+1, len(p.Widths), strong)
	p.Row++
	p.Across(p.lang.Say("paper.motto"), half+1, len(p.Widths), strong)
	p.Row++
	p.Line(title, heading)
	p.Line(h.Contest, strong)
	if h.Round != "" {
		p.Line(h.Round, middle)
	}
}

// signatures ends a page: place and date, then who signs on the right and,
// if left is not empty, on the left.
func (p *page) signatures(h Heading, left, right, name string) {
	half := p.Half()
	d := h.Date.In(text.Zone)
	p.Row += 2
	p.Across(p.lang.Say("paper.place_date", "place", cmp.Or(h.Place, "……………"), "day", d.Format("02"), "month", d.Format("01"), "year", d.Format("2006")),
		half+1, len(p.Widths), slanted)
	p.Row++
	if left != "" {
		p.Across(left, 1, half, strong)
	}
	p.Across(right, half+1, len(p.Widths), strong)
	p.Row++
	if left != "" {
		p.Across(p.lang.Say("paper.sign_here"), 1, half, slanted)
	}
	p.Across(p.lang.Say("paper.sign_here"), half+1, len(p.Widths), slanted)
	p.Row += 4
	if name != "" {
		p.Across(name, half+1, len(p.Widths), strong)
	}
}
