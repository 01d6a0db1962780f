package paper

import (
	"io"
	"math/big"
	"time"

	"loa/internal/sheet"
	"loa/internal/text"
)

// The looks of a worksheet, whose letters are smaller than those of a page.
var (
	plain   = sheet.Look{Size: 11, Align: "left", Places: -1}
	bold    = sheet.Look{Size: 11, Align: "left", Places: -1, Bold: true}
	leaning = sheet.Look{Size: 11, Align: "left", Places: -1, Italic: true}
	middle  = sheet.Look{Size: 11, Align: "center", Places: -1}
	strong  = sheet.Look{Size: 11, Align: "center", Places: -1, Bold: true}
	slanted = sheet.Look{Size: 11, Align: "center", Places: -1, Italic: true}
	titled  = sheet.Look{Size: 14, Align: "center", Places: -1, Bold: true}
	headed  = sheet.Look{Size: 11, Align: "center", Places: -1, Bold: true, Framed: true, Shaded: true}
)

// XLSX writes papers as a workbook: a worksheet for each, and one for each Sheet on
// it. Only writing itself can fail.
func XLSX(w io.Writer, list []Paper) error {
	b := sheet.NewBook()
	for _, p := range list {
		var own []Block
		var sheets []Sheet
		for _, x := range p.Body {
			if s, ok := x.(Sheet); ok {
				sheets = append(sheets, s)
			} else {
				own = append(own, x)
			}
		}
		if len(own) > 0 || len(sheets) == 0 {
			p.worksheet(b, p.Name, own)
		}
		for _, s := range sheets {
			p.worksheet(b, s.Name, s.Body)
		}
	}
	return b.Write(w, "paper")
}

// character is how wide one is by which the columns of a worksheet are measured; mm.
const character = 1.9

// leastWidth is how wide a worksheet is at least, in characters: its head is not squeezed.
const leastWidth = 100

// worksheet writes one worksheet. Its columns are as wide as the widest of its tables
// want them, so that tables stand below each other.
func (p Paper) worksheet(b *sheet.Book, name string, body []Block) {
	widths, tables := make([]float64, 2), 0
	for _, x := range body {
		t, ok := x.(Table)
		if !ok {
			continue
		}
		tables++
		for len(widths) < len(t.Columns) {
			widths = append(widths, 0)
		}
		for i, c := range t.Columns {
			widths[i] = max(widths[i], c.Width, longestWord(c.Name, headed.Size)/character+1)
		}
	}
	sum := 0.0
	for _, w := range widths {
		sum += w
	}
	for i := range widths {
		if sum == 0 {
			widths[i] = leastWidth / float64(len(widths))
		} else if sum < leastWidth {
			widths[i] *= leastWidth / sum
		}
	}
	s := b.Page(name, p.Across, widths)
	if p.Across {
		s.Margins(TurnedTop, TurnedBottom, TurnedLeft, TurnedRight)
	} else {
		s.Margins(Top, Bottom, Left, Right)
	}
	half := s.Half()
	if p.Annex == "" {
		parent, agency := p.Bodies()
		s.Row++
		s.Across(State, half+1, len(widths), strong)
		if parent != "" {
			s.Across(parent, 1, half, middle)
			s.Row++
		}
		s.Across(agency, 1, half, strong)
		if parent == "" {
			s.Row++
		}
		s.Across(Motto, half+1, len(widths), strong)
		s.Row++
		s.Across(p.Numbered(), 1, half, middle)
		s.Across(p.When(), half+1, len(widths), slanted)
		s.Row++
	}
	s.Line(p.Title, titled)
	for _, line := range p.About {
		s.Line(line, strong)
	}
	if p.Annex != "" {
		s.Line("("+p.Annex+")", slanted)
	}
	for _, x := range body {
		p.block(s, x, tables == 1)
	}
	p.signed(s, half)
}

// block writes a piece of the body; the head of the only table is kept in sight, and its rows can be filtered.
func (p Paper) block(s *sheet.Page, x Block, keep bool) {
	switch x := x.(type) {
	case Text:
		if x.Bold {
			s.Row++
		}
		s.Line(x.Words, look(x))
	case List:
		for _, item := range x.Items {
			s.Line("– "+item, plain)
		}
	case Table:
		labels := make([]string, len(x.Columns))
		for i, c := range x.Columns {
			labels[i] = c.Name
		}
		s.Row++
		s.Header(labels, headed, keep)
		head, last := s.Row, s.Row+len(x.Rows)
		if x.Total {
			last--
		}
		if keep && last > head {
			s.Filter(head, last, len(labels))
		}
		if x.Chart > 0 && last > head {
			s.Chart(labels[x.Chart-1], head, last, x.Chart)
		}
		for i, row := range x.Rows {
			s.Row++
			for j, c := range x.Columns {
				var v any
				if j < len(row) {
					v = row[j]
				}
				p.put(s, j+1, v, c, x.Total && i == len(x.Rows)-1)
			}
		}
	}
}

func look(t Text) sheet.Look {
	switch {
	case t.Middle && t.Bold:
		return strong
	case t.Middle && t.Italic:
		return slanted
	case t.Middle:
		return middle
	case t.Bold:
		return bold
	case t.Italic:
		return leaning
	}
	return plain
}

// put writes a cell as what it is: text, a number or an instant.
func (p Paper) put(s *sheet.Page, column int, v any, c Column, total bool) {
	l := sheet.Look{Size: 11, Align: "left", Places: -1, Framed: true, Bold: total}
	if c.Middle {
		l.Align = "center"
	}
	if c.Places != Words {
		l.Places = c.Places
		if l.Align == "left" {
			l.Align = "right"
		}
	}
	if r, ok := v.(*big.Rat); ok {
		l.Grouped, l.Places = true, 0
		if r != nil && !r.IsInt() {
			l.Places = 2
		}
	}
	if at, ok := v.(time.Time); ok {
		v = at.In(text.Zone)
	} else if f, ok := number(v); ok {
		v = f
	} else if c.Places != Words {
		switch v.(type) {
		case string, sheet.Day:
		default:
			v = nil
		}
	}
	s.Put(column, v, l)
}

// signed ends a worksheet: who signs, and who receives the paper.
func (p Paper) signed(s *sheet.Page, half int) {
	if len(p.Signers) > 0 {
		s.Row += 2
		left, right := Signer{}, p.Signers[len(p.Signers)-1]
		if len(p.Signers) > 1 {
			left = p.Signers[0]
		}
		for _, line := range []struct {
			left, right string
			look        sheet.Look
			after       int
		}{{left.Office, right.Office, strong, 1}, {p.sign(left), p.sign(right), slanted, 4}, {left.Name, right.Name, strong, 1}} {
			if line.left != "" {
				s.Across(line.left, 1, half, line.look)
			}
			if line.right != "" {
				s.Across(line.right, half+1, len(s.Widths), line.look)
			}
			s.Row += line.after
		}
	}
	if len(p.Receivers) > 0 {
		s.Line(p.Lang.Say("kit.paper_receivers"), sheet.Look{Size: 11, Align: "left", Places: -1, Bold: true, Italic: true})
		for _, r := range p.receivers() {
			s.Line(r, plain)
		}
	}
}

func (p Paper) sign(who Signer) string {
	if who.Office == "" {
		return ""
	}
	return p.Lang.Say("kit.paper_sign")
}

// receivers are the lines below "Nơi nhận:".
func (p Paper) receivers() (lines []string) {
	if p.marks != nil {
		return []string{p.marks("receivers")}
	}
	for _, r := range p.Receivers {
		lines = append(lines, "- "+r+";")
	}
	return append(lines, "- "+text.Vietnamese.Say("kit.paper_archive"))
}
