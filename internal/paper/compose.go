package paper

// surface is what a paper is set on: a document that an office edits, or pages.
type surface interface {
	begin(wide float64) // of a paper; how wide its lines are, mm
	line(words string, s style)
	side(rows ...[]cell)
	table(t Table, cells [][]Cell, wide float64, signed bool)
	pages(p Paper, last bool) // ends the paper
}

// composition is a paper that is being set. What stands where, and how, is said here
// once for all surfaces.
type composition struct {
	surface
	p    Paper
	wide float64 // mm
}

// style is how a paragraph is set.
type style struct {
	size           float64 // points; 0 is BodySize
	bold, italic   bool
	jc             string // "both", "center", "left", "right"
	indent         bool
	before, after  float64 // points
	keep           bool    // stays with what follows
	rule           float64 // a line below it, as a share of the room; 0 is none
	room           float64 // the width of that room in mm
	hanging, tight bool    // an item of a list; lines of single height
}

// mottoWide is how long the motto is in its size, and so the rule below it; mm.
const mottoWide = 57

// stay is how many of a table's last rows stay with the signatures below.
const stay = 2

// cell is one of a row without frames.
type cell struct {
	mm    float64
	write func()
}

// compose sets a paper and ends its pages.
func compose(on surface, p Paper, last bool) {
	wide := 210.0 - Left - Right
	if p.Across {
		wide = 297 - TurnedLeft - TurnedRight
	}
	d := composition{on, p, wide}
	on.begin(wide)
	if p.Annex == "" {
		d.head()
	}
	d.title()
	body := flat(p.Body)
	for i, x := range body {
		d.block(x, i == len(body)-1 && len(p.Signers) > 0)
	}
	d.end()
	d.pages(p, last)
}

func (d composition) head() {
	p, wide := d.p, d.wide
	left := wide * 0.42
	right := wide - left
	parent, agency := p.Bodies()
	bodies := []cell{
		{left, func() {
			if parent != "" {
				d.line(parent, style{size: HeadSize, jc: "center", tight: true})
			}
			d.line(agency, style{size: HeadSize, bold: true, jc: "center", tight: true, rule: 0.4, room: left})
		}},
		{right, func() {
			d.line(State, style{size: HeadSize, bold: true, jc: "center", tight: true})
			d.line(Motto, style{size: MottoSize, bold: true, jc: "center", tight: true, rule: mottoWide / right, room: right})
		}},
	}
	d.side(bodies, []cell{ // number and date stand on one line
		{left, func() { d.line(p.Numbered(), style{jc: "center", before: Apart, tight: true}) }},
		{right, func() { d.line(p.When(), style{italic: true, jc: "center", before: Apart, tight: true}) }},
	})
}

// title writes what kind of paper it is and what about.
func (d composition) title() {
	p := d.p
	d.line(p.Title, style{size: TitleSize, bold: true, jc: "center", before: 12, keep: true})
	for i, line := range p.About {
		s := style{size: AboutSize, bold: true, jc: "center", keep: true}
		if i == len(p.About)-1 && p.Annex == "" {
			s.rule, s.room = 0.35, d.wide
		}
		d.line(line, s)
	}
	if p.Annex != "" {
		d.line("("+p.Annex+")", style{italic: true, jc: "center", after: Apart, keep: true})
	}
	d.line("", style{size: Apart, tight: true, keep: true})
}

// block writes a piece of the body. What the signatures follow stays with them.
func (d composition) block(x Block, signed bool) {
	switch x := x.(type) {
	case Text:
		s := style{bold: x.Bold, italic: x.Italic, jc: "both", indent: true, after: Apart, keep: signed || x.Bold}
		if x.Middle {
			s.jc, s.indent = "center", false
		}
		d.line(x.Words, s)
	case List:
		for i, item := range x.Items {
			d.line("- "+item, style{jc: "both", hanging: true, after: Apart / 2, keep: signed && i == len(x.Items)-1})
		}
	case Table:
		d.table(x, d.p.Cells(x), d.wide, signed)
	}
}

// end writes who receives the paper and who signs it.
func (d composition) end() {
	p, wide := d.p, d.wide
	if len(p.Signers) == 0 && len(p.Receivers) == 0 {
		return
	}
	var cells []cell
	columns := len(p.Signers)
	if len(p.Receivers) > 0 {
		columns++
	}
	each := wide / float64(max(columns, 2))
	if len(p.Receivers) > 0 {
		cells = append(cells, cell{each, func() {
			d.line(p.Lang.Say("kit.paper_receivers"), style{size: ReceiversSize + 1, bold: true, italic: true, tight: true})
			for _, r := range p.receivers() {
				d.line(r, style{size: ReceiversSize, tight: true})
			}
		}})
	} else if columns < 2 {
		cells = append(cells, cell{each, func() { d.line("", style{}) }})
	}
	for _, who := range p.Signers {
		cells = append(cells, cell{each, func() {
			d.line(who.Office, style{bold: true, jc: "center", tight: true, keep: true})
			d.line(p.sign(who), style{italic: true, jc: "center", tight: true, keep: true})
			d.line(who.Name, style{bold: true, jc: "center", tight: true, before: SignRoom / 25.4 * 72})
		}})
	}
	d.line("", style{size: Apart, tight: true, keep: true})
	d.side(cells)
}
