package paper

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"loa/internal/docfill"
	"loa/internal/text"
)

// Figure is a figure, or some words, that an office's own layout may name beside what every paper has.
type Figure struct {
	Mark  string // the key of its name: "percent" of mark.percent
	Words string
}

// Own is an office's own layout of a kind of paper: a DOCX with marks.
type Own struct{ doc *docfill.Doc }

// ReadOwn reads a layout. Faults: those of docfill.Read.
func ReadOwn(b []byte) (*Own, error) {
	doc, err := docfill.Read(b)
	if err != nil {
		return nil, err
	}
	return &Own{doc}, nil
}

// DOCX writes papers in the layout: a paper and its annexes. For the same papers the same bytes. Fault: docx.long.
func (o *Own) DOCX(w io.Writer, list []Paper) error { return o.doc.Fill(w, values(list)) }

// Marks are those found in the layout, each with what is wrong with it, where papers of its kind are like the sample; and
// what such papers usually say and the layout does not, as names of marks of which one would do.
func (o *Own) Marks(sample []Paper) (found []docfill.Mark, lacking [][]string) {
	found = o.doc.Marks(values(sample))
	has := func(m Mark) bool {
		return slices.ContainsFunc(found, func(f docfill.Mark) bool { return f.Key == docfill.Key(m.Name) })
	}
	all := MarksOf(sample)
	for _, group := range usual {
		var names []string
		there := false
		for _, m := range all {
			if !slices.Contains(group, m.key) && (m.Of == "" || !slices.Contains(group, "body")) {
				continue
			}
			if there = there || has(m); slices.Contains(group, m.key) {
				names = append(names, m.Name)
			}
		}
		if !there && len(names) > 0 {
			lacking = append(lacking, names)
		}
	}
	return found, lacking
}

// usual are marks of which a layout has one of each line; figures and rows stand for the body.
var usual = [][]string{{"code", "number"}, {"day"}, {"about"}, {"body"}, {"receivers"}}

// Mark is one that a layout may have.
type Mark struct {
	Name    string // without braces: "tỉ_lệ_phủ", "huyện.tên"
	Means   string // in the paper's language
	Example string
	Of      string // what it is a figure of: "" for what every paper has, a table's name, or figures
	Row     bool   // it stands in a row of a table, which is there once for each
	Block   bool   // it stands alone in its paragraph

	key string
}

// figures is the Of of a figure of the whole.
const figures = "figures"

// named is the name of a mark.
func named(key string) string {
	return strings.ReplaceAll(text.Vietnamese.Say("mark."+key), " ", "_")
}

// said are the words that every paper has for marks, by keys in the order they are told.
func (p Paper) said() (list []Figure) {
	add := func(key, words string) { list = append(list, Figure{key, words}) }
	add("parent", p.ParentBody())
	add("agency", p.IssuingBody())
	if p.Mark != "" {
		add("code", p.Code(p.Mark))
		add("number", strings.Split(p.Code(""), "/")[0])
		add("symbol", p.symbol())
	}
	add("place", cmp.Or(p.Place, dots))
	add("day", p.Day())
	add("title", p.Title)
	add("about", strings.Join(p.About, "\n"))
	if len(p.Receivers) > 0 {
		add("receivers", strings.Join(p.receivers(), "\n"))
	}
	if n := len(p.Signers); n > 0 {
		add("office", p.Signers[n-1].Office)
		add("signer", p.Signers[n-1].Name)
	}
	if p.Check != "" {
		add("check", p.Check)
	}
	return list
}

// symbol is what stands behind the number, "BC-VPĐP".
func (p Paper) symbol() string {
	_, symbol, _ := strings.Cut(p.Code(p.Mark), "/")
	return symbol
}

// marked are the tables of papers that have marks.
func marked(list []Paper) (all []struct {
	Paper
	Table
}) {
	for _, p := range list {
		for _, x := range flat(p.Body) {
			if t, is := x.(Table); is && t.Mark != "" {
				all = append(all, struct {
					Paper
					Table
				}{p, t})
			}
		}
	}
	return all
}

// rows are those of a table without the one that sums the others up.
func (t Table) rows(p Paper) [][]Cell {
	cells := p.Cells(t)
	if t.Total && len(cells) > 0 {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// values are what the marks of a layout stand for: a paper, and the annexes behind it.
func values(list []Paper) docfill.Values {
	v := docfill.Values{Words: map[string]string{}, Rows: map[string][]map[string]string{}, Blocks: map[string]func(float64) string{}}
	if len(list) == 0 {
		return v
	}
	for _, f := range slices.Concat(list[0].said(), list[0].Figures) {
		v.Words[named(f.Mark)] = f.Words
	}
	for _, t := range marked(list) {
		for _, cells := range t.rows(t.Paper) {
			row := map[string]string{}
			for i, c := range t.Columns {
				if c.Mark != "" {
					row[named(c.Mark)] = cells[i].Text
				}
			}
			v.Rows[named(t.Table.Mark)] = append(v.Rows[named(t.Table.Mark)], row)
		}
	}
	v.Blocks[named("body")] = func(wide float64) string { return blocks(list[0], wide) }
	if len(list) > 1 {
		v.Blocks[named("annex")] = func(wide float64) string {
			var all strings.Builder
			for _, p := range list[1:] {
				all.WriteString(blocks(p, wide))
			}
			return all.String()
		}
	}
	return v
}

// blocks are the body of a paper as a document holds them, with its title where it is an annex.
func blocks(p Paper, wide float64) string {
	var d document
	c := composition{&d, p, wide}
	if p.Annex != "" {
		c.title()
	}
	for _, x := range flat(p.Body) {
		c.block(x, false)
	}
	return d.String()
}

// MarksOf are the marks that a layout of papers like these may have, in the order they are told.
func MarksOf(sample []Paper) (list []Mark) {
	if len(sample) == 0 {
		return nil
	}
	l := sample[0].Lang
	add := func(key, of, name, example string) {
		list = append(list, Mark{Name: name, Means: l.Say("mark." + key), Example: example, Of: of, key: key})
	}
	for _, f := range sample[0].said() {
		add(f.Mark, "", named(f.Mark), f.Words)
	}
	block := func(key string) {
		add(key, "", named(key), l.Say("mark.whole_"+key))
		list[len(list)-1].Block = true
	}
	block("body")
	if len(sample) > 1 {
		block("annex")
	}
	for _, f := range sample[0].Figures {
		add(f.Mark, figures, named(f.Mark), f.Words)
	}
	for _, t := range marked(sample) {
		rows := t.rows(t.Paper)
		for i, c := range t.Columns {
			if c.Mark == "" || len(rows) == 0 {
				continue
			}
			add(c.Mark, l.Say("mark."+t.Table.Mark), named(t.Table.Mark)+"."+named(c.Mark), rows[0][i].Text)
			list[len(list)-1].Row = true
		}
	}
	return list
}

// Start writes a document with the marks of papers like these, for an office to begin its own layout with.
func Start(w io.Writer, sample []Paper) error {
	brace := func(key string) string { return "{{" + named(key) + "}}" }
	var list []Paper
	for i, p := range sample {
		p.marks = brace
		p.Office = Office{Parent: brace("parent"), Agency: brace("agency"), Place: brace("place")}
		p.About = []string{brace("about")}
		var body []Block
		for _, f := range p.Figures {
			body = append(body, Say(text.Sentence(p.Lang.Say("mark."+f.Mark))+": "+brace(f.Mark)))
		}
		for _, x := range flat(p.Body) {
			if t, is := x.(Table); is && t.Mark != "" {
				body = append(body, Heading(text.Sentence(p.Lang.Say("mark."+t.Mark))), t.started())
			}
		}
		switch {
		case i > 0: // an annex: its name stays
			p.About, p.Annex = nil, strings.ReplaceAll(p.Annex, sample[0].Code(sample[0].Mark), brace("code"))
		case len(body) == 0:
			body = []Block{Say(brace("body"))}
		}
		if p.Check != "" {
			body = append(body, Text{Words: brace("check"), Italic: true})
		}
		p.Body = body
		list = append(list, p)
	}
	return DOCX(w, list)
}

// started is the table with one row of marks.
func (t Table) started() Table {
	row := make([]any, len(t.Columns))
	columns := slices.Clone(t.Columns)
	for i, c := range columns {
		if columns[i].Width = max(c.Width, 12); c.Mark != "" {
			row[i] = fmt.Sprintf("{{%s.%s}}", named(t.Mark), named(c.Mark))
		}
	}
	return Table{Columns: columns, Rows: [][]any{row}}
}
