package docfill

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"loa/internal/fault"
	"loa/internal/text"
)

// part is a file of the document that may hold marks, as a tree over its bytes.
type part struct {
	name  string
	main  bool // the document itself: blocks may stand in it
	raw   []byte
	root  *node
	ops   []op   // what filling changes, the outer before the inner
	marks []Mark // in the order they stand
}

// node is an element: its bytes are raw[start:end], what it holds raw[open:shut].
type node struct {
	name                   string // local, of WordprocessingML; "" for others
	start, open, shut, end int
	up                     *node
	kids                   []*node
	attrs                  []xml.Attr // of the few that are asked for them
	words                  string     // of a text
}

// parse reads a part into a tree.
func parse(name string, raw []byte) (*part, error) {
	if len(raw) > maxXML {
		return nil, fault.New(fault.TooLarge, "docx.bomb")
	}
	p := &part{name: name, raw: raw}
	var at *node
	var fields strings.Builder // what the document computes when it is opened
	nodes, depth := 0, 0
	for d := xml.NewDecoder(bytes.NewReader(raw)); ; {
		start := int(d.InputOffset())
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, damaged(name, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			n := &node{start: start, open: int(d.InputOffset()), up: at}
			if t.Name.Space == wordSpace {
				n.name = t.Name.Local
			}
			if nodes, depth = nodes+1, depth+1; nodes > maxNodes || depth > maxDepth {
				return nil, fault.New(fault.TooLarge, "docx.bomb")
			}
			switch n.name {
			case "pgSz", "pgMar":
				n.attrs = t.Copy().Attr
			case "fldChar": // the words of one field may lie in several runs
				fields.WriteByte('\n')
			case "fldSimple":
				for _, a := range t.Attr {
					fields.WriteString(a.Value + "\n")
				}
			}
			if at != nil {
				at.kids = append(at.kids, n)
			} else if p.root != nil {
				return nil, damaged(name, errors.New("two roots"))
			} else if p.root = n; n.name == "" || !declares(t) {
				return nil, fault.New(fault.Unsupported, "docx.strict")
			}
			at = n
		case xml.EndElement:
			at.shut, at.end = start, int(d.InputOffset())
			at, depth = at.up, depth-1
		case xml.CharData:
			if at == nil {
				continue
			}
			switch at.name {
			case "t":
				at.words += string(t)
			case "instrText":
				fields.Write(t)
			}
		case xml.Directive:
			return nil, damaged(name, errDeclares)
		}
	}
	if p.root == nil {
		return nil, damaged(name, errors.New("it is empty"))
	}
	for line := range strings.Lines(fields.String()) {
		for _, word := range []string{"DDE", "DDEAUTO", "INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "LINK", "DATABASE"} {
			if first, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.EqualFold(first, word) {
				return nil, fault.New(fault.Unsupported, "docx.fetches", "field", word)
			}
		}
	}
	return p, nil
}

// declares reports whether the root names the language of the document "w", as all that write it do.
func declares(t xml.StartElement) bool {
	return slices.ContainsFunc(t.Attr, func(a xml.Attr) bool {
		return a.Name.Space == "xmlns" && a.Name.Local == "w" && a.Value == wordSpace
	})
}

// over is the nearest element of that name around the node.
func (n *node) over(name string) *node {
	for n = n.up; n != nil && n.name != name; n = n.up {
	}
	return n
}

// walk visits the node and all in it, unless visit says not to go in.
func (n *node) walk(visit func(*node) bool) {
	if visit(n) {
		for _, k := range n.kids {
			k.walk(visit)
		}
	}
}

// Mark is one that was found.
type Mark struct {
	Name   string // as it was written, without braces
	Key    string // what it is known by; "TABLE.COLUMN" for one of a row
	Around string // what stands around it
	Fault  *fault.Error
}

// Table is the table of a mark of a row, "" for others.
func (m Mark) Table() string {
	table, _, of := strings.Cut(m.Key, ".")
	if !of {
		return ""
	}
	return table
}

// Key is what a mark is known by: "Tỉ lệ phủ", "tỷ_lệ_phủ" and "ti_le_phu" are one.
func Key(name string) string {
	table, column, of := strings.Cut(name, ".")
	key := text.Fold(table)
	if of {
		key += "." + text.Fold(column)
	}
	return strings.ReplaceAll(key, "y", "i")
}

// op is one change of the part's bytes between two places.
type op struct {
	from, to int
	words    []piece  // of a text: what stands there instead, nothing where it was the rest of a mark
	table    string   // of a row: it is there once for each row of the table
	block    string   // of a paragraph: the mark it becomes
	keep     bool     // the paragraph stays behind what it becomes: it ends a section
	wide     float64  // how wide lines are there, mm
	tables   []string // of a table that is nothing but rows of these
	once     bool     // stands in the first copy of a row alone
}

// piece is a text, or the mark that stands for one.
type piece struct{ words, key string }

// find finds the marks and what filling them changes.
func (p *part) find() {
	rows := map[*node]string{} // those that are repeated, of which table
	p.root.walk(func(n *node) bool {
		if n.name == "p" {
			p.paragraph(n, rows)
		}
		return true
	})
	full := map[*node]bool{}
	for tr, table := range rows {
		p.ops = append(p.ops, op{from: tr.start, to: tr.end, table: table})
		tr.walk(func(n *node) bool {
			if n.name == "bookmarkStart" || n.name == "bookmarkEnd" {
				p.ops = append(p.ops, op{from: n.start, to: n.end, once: true})
			}
			return true
		})
		if tbl := tr.up; tbl != nil && tbl.name == "tbl" && !full[tbl] {
			full[tbl] = true
			var tables []string
			for _, k := range tbl.kids {
				if k.name == "tr" {
					tables = append(tables, rows[k])
				}
			}
			if !slices.Contains(tables, "") {
				p.ops = append(p.ops, op{from: tbl.start, to: tbl.end, tables: tables})
			}
		}
	}
	slices.SortStableFunc(p.ops, func(a, b op) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
}

// paragraph finds the marks of a paragraph, which may lie in several texts of it.
func (p *part) paragraph(n *node, rows map[*node]string) {
	type spot struct {
		leaf *node
		at   int // where the leaf's words begin in those of the paragraph
	}
	var leaves []spot
	var all strings.Builder
	ends := false
	for _, k := range n.kids {
		k.walk(func(x *node) bool {
			switch x.name {
			case "p", "del", "moveFrom":
				return false
			case "sectPr":
				ends = true
			case "t":
				leaves = append(leaves, spot{x, all.Len()})
				all.WriteString(x.words)
			case "tab", "br", "cr":
				all.WriteByte(' ')
			}
			return true
		})
	}
	words := all.String()
	type found struct {
		from, to int
		key      string
	}
	var list []found
	for at := 0; ; {
		open := strings.Index(words[at:], "{{")
		shut := strings.Index(words[at:], "}}")
		if open < 0 && shut < 0 {
			break
		}
		if open < 0 || shut >= 0 && shut < open {
			p.broken(words, at+shut)
			at += shut + 2
			continue
		}
		open += at
		for strings.HasPrefix(words[open+1:], "{{") { // of three braces the inner two count
			open++
		}
		shut = strings.Index(words[open:], "}}")
		if again := strings.Index(words[open+2:], "{{"); shut < 0 || again >= 0 && again+2 < shut {
			p.broken(words, open)
			at = open + 2
			continue
		}
		shut += open
		name := strings.TrimSpace(words[open+2 : shut])
		m := Mark{Name: shortened(name, 60), Key: Key(name), Around: around(words, open, shut+2)}
		if at = shut + 2; m.Key == "" {
			p.broken(words, open)
			continue
		}
		p.judge(&m, n, rows)
		p.marks = append(p.marks, m)
		list = append(list, found{open, at, m.Key})
	}
	if len(list) == 0 {
		return
	}
	if len(list) == 1 && strings.TrimSpace(words) == words[list[0].from:list[0].to] && p.main {
		p.ops = append(p.ops, op{from: n.start, to: n.end, block: list[0].key, keep: ends, wide: p.wide(n)})
	}
	for _, l := range leaves { // what lies outside of marks stays, a mark stands where it begins
		var out []piece
		from, until, touched := l.at, l.at+len(l.leaf.words), false
		for _, f := range list {
			if f.to <= from || f.from >= until {
				continue
			}
			touched = true
			if f.from > from {
				out = append(out, piece{words: words[from:f.from]})
			}
			if f.from >= from {
				out = append(out, piece{key: f.key})
			}
			from = min(f.to, until)
		}
		if !touched {
			continue
		}
		if from < until {
			out = append(out, piece{words: words[from:until]})
		}
		p.ops = append(p.ops, op{from: l.leaf.start, to: l.leaf.end, words: out})
	}
}

// judge says what is wrong with where a mark stands, and which row is to be repeated for it.
func (p *part) judge(m *Mark, n *node, rows map[*node]string) {
	table := m.Table()
	if table == "" {
		return
	}
	tr := n.over("tr")
	switch {
	case tr == nil:
		m.Fault = fault.New(fault.Invalid, "docx.mark_no_row", "mark", m.Name)
	case rows[tr] == "":
		rows[tr] = table
	case rows[tr] != table:
		m.Fault = fault.New(fault.Invalid, "docx.mark_two_tables", "mark", m.Name)
	}
}

// broken notes braces that make no mark.
func (p *part) broken(words string, at int) {
	p.marks = append(p.marks, Mark{Around: around(words, at, at+2), Fault: fault.New(fault.Invalid, "docx.mark_broken")})
}

// around is what stands around a place of a paragraph.
func around(words string, from, to int) string {
	const near = 50 // letters
	before, after := []rune(words[:from]), []rune(words[to:])
	s := words[from:to]
	if len(before) > near {
		s = "…" + string(before[len(before)-near:]) + s
	} else {
		s = string(before) + s
	}
	return text.Line(shortened(s+shortened(string(after), near), 4*near))
}

// wide is how wide the lines are where the node stands: the section it is of is told behind it.
func (p *part) wide(n *node) float64 {
	const usual, least, most = 165.0, 50, 500 // mm
	wide := 0.0
	p.root.walk(func(x *node) bool {
		if wide > 0 || x.name != "sectPr" || x.start < n.start {
			return wide == 0
		}
		said := map[string]float64{}
		for _, k := range x.kids {
			for _, a := range k.attrs {
				said[k.name+" "+a.Name.Local], _ = strconv.ParseFloat(a.Value, 64) // 0 of what is no number
			}
		}
		wide = (said["pgSz w"] - said["pgMar left"] - said["pgMar right"]) / 1440 * 25.4
		return false
	})
	if !(wide >= least && wide <= most) { // NaN is neither
		return usual
	}
	return wide
}
