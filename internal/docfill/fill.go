package docfill

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"loa/internal/fault"
)

// Values are what marks stand for, by their names as people are told them.
type Values struct {
	Words  map[string]string                    // a line break is one in the document too
	Rows   map[string][]map[string]string       // of each table, by its columns
	Blocks map[string]func(wide float64) string // paragraphs and tables in WordprocessingML, for lines of so many mm
}

// index is values by the keys of marks.
type index struct {
	words  map[string]string
	rows   map[string][]map[string]string
	blocks map[string]func(wide float64) string
	names  map[string]string // of all there is something for; a table knows its columns by its first row
}

func (v Values) index() index {
	x := index{map[string]string{}, map[string][]map[string]string{}, map[string]func(wide float64) string{}, map[string]string{}}
	for name, words := range v.Words {
		x.words[Key(name)], x.names[Key(name)] = words, name
	}
	for name, draw := range v.Blocks {
		x.blocks[Key(name)], x.names[Key(name)] = draw, name
	}
	for table, rows := range v.Rows {
		for i, row := range rows {
			cells := map[string]string{}
			for column, words := range row {
				cells[Key(column)] = words
				if name := table + "." + column; i == 0 {
					x.names[Key(name)] = name
				}
			}
			x.rows[Key(table)] = append(x.rows[Key(table)], cells)
		}
	}
	return x
}

// Marks are the marks of the document in the order they stand, its body first, each with what is wrong with it where these
// are all there can be. Faults of marks: docx.mark_broken, docx.mark_unknown, docx.mark_like, docx.mark_no_row,
// docx.mark_two_tables, docx.mark_not_alone.
func (d *Doc) Marks(v Values) (list []Mark) {
	known := v.index()
	keys := slices.Sorted(maps.Keys(known.names))
	for _, name := range d.names() {
		p := d.parts[name]
		for _, m := range p.marks {
			switch {
			case m.Key == "": // braces that make no mark
			case known.names[m.Key] == "":
				m.Fault = fault.New(fault.Invalid, "docx.mark_unknown", "mark", m.Name)
				if like := nearest(m.Key, keys); like != "" {
					m.Fault = fault.New(fault.Invalid, "docx.mark_like", "mark", m.Name, "like", known.names[like])
				}
			case known.blocks[m.Key] != nil && !p.alone(m.Key):
				m.Fault = fault.New(fault.Invalid, "docx.mark_not_alone", "mark", m.Name)
			}
			list = append(list, m)
		}
	}
	return list
}

// names are the parts that may hold marks, the document itself first.
func (d *Doc) names() []string {
	list := slices.Sorted(maps.Keys(d.parts))
	i := slices.Index(list, d.body)
	return append([]string{d.body}, slices.Delete(list, i, i+1)...)
}

// alone reports whether the mark stands nowhere but alone in a paragraph of the body.
func (p *part) alone(key string) bool {
	n := 0
	for _, o := range p.ops {
		if o.block == key {
			n++
		}
	}
	for _, m := range p.marks {
		if m.Key == key {
			n--
		}
	}
	return n == 0
}

// nearest is the key that is written most like it, "" where none is near.
func nearest(key string, keys []string) (like string) {
	best := max(2, len(key)/3) + 1
	for _, k := range keys {
		if n := apart([]rune(key), []rune(k)); n < best {
			like, best = k, n
		}
	}
	return like
}

// apart is how many letters are to be changed to make one text of the other (Levenshtein).
func apart(a, b []rune) int {
	if len(a) > 60 || len(b) > 60 {
		return 60
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := 1
			if x == y {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// Fill writes the document with its marks filled: for the same values the same bytes. A mark nothing is known of stands for
// nothing. Fault: docx.long (there is more to fill in than a document holds).
func (d *Doc) Fill(w io.Writer, v Values) error {
	known, z := v.index(), zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
	for _, f := range d.archive.File {
		p := d.parts[f.Name]
		if p == nil || len(p.ops) == 0 {
			if err := z.Copy(f); err != nil {
				return fmt.Errorf("docfill: copy %s: %w", f.Name, err)
			}
			continue
		}
		e := emitter{p: p, v: known}
		e.between(0, len(p.raw), 0)
		if e.long {
			return fault.New(fault.TooLarge, "docx.long")
		}
		out, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err == nil {
			_, err = out.Write(e.out.Bytes())
		}
		if err != nil {
			return fmt.Errorf("docfill: write %s: %w", f.Name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("docfill: write: %w", err)
	}
	return nil
}

// emitter writes a part with its changes.
type emitter struct {
	p     *part
	v     index
	out   bytes.Buffer
	table string // of the row that is being repeated
	row   map[string]string
	copy  bool // not the first of it
	long  bool // there was more than a part may have
}

// ids are names of paragraphs that a copy must not have too.
var ids = regexp.MustCompile(` w14:(?:paraId|textId)="[0-9A-Fa-f]*"`)

// plain writes bytes of the part as they are.
func (e *emitter) plain(from, to int) {
	raw := e.p.raw[from:to]
	if e.copy {
		raw = ids.ReplaceAll(raw, nil)
	}
	if e.long = e.long || e.out.Len()+len(raw) > maxFilled; !e.long {
		e.out.Write(raw)
	}
}

// between writes the part between two places with the changes, from the i-th on, that lie there.
func (e *emitter) between(from, to, i int) {
	for i < len(e.p.ops) && e.p.ops[i].from < to && !e.long {
		o := e.p.ops[i]
		if i++; o.from < from { // it lies in what was left out
			continue
		}
		e.plain(from, o.from)
		from = e.change(o, i)
	}
	if from < to {
		e.plain(from, to)
	}
}

// change writes what stands instead of a change's bytes, and returns where the part goes on. Changes within are from
// the i-th on.
func (e *emitter) change(o op, i int) (on int) {
	switch {
	case len(o.words) > 0:
		e.text(o.words)
	case o.once:
		if !e.copy {
			e.plain(o.from, o.to)
		}
	case o.block != "":
		draw := e.v.blocks[o.block]
		if draw == nil {
			return o.from
		}
		e.out.WriteString(draw(o.wide))
		if o.keep {
			return o.from
		}
	case o.tables != nil:
		if slices.ContainsFunc(o.tables, func(t string) bool { return len(e.v.rows[t]) > 0 }) {
			return o.from
		}
	case o.table != "":
		table, outer, copied := e.table, e.row, e.copy
		for n, row := range e.v.rows[o.table] {
			e.table, e.row, e.copy = o.table, row, copied || n > 0
			e.between(o.from, o.to, i)
		}
		e.table, e.row, e.copy = table, outer, copied
	}
	return o.to
}

// text writes a text of its pieces.
func (e *emitter) text(pieces []piece) {
	const open, shut = `<w:t xml:space="preserve">`, `</w:t>`
	var words strings.Builder
	for _, p := range pieces {
		words.WriteString(p.words)
		if table, column, of := strings.Cut(p.key, "."); of && table == e.table {
			words.WriteString(e.row[column])
		} else if !of {
			words.WriteString(e.v.words[p.key])
		}
	}
	for i, line := range strings.Split(words.String(), "\n") {
		if i > 0 {
			e.out.WriteString(`<w:br/>`)
		}
		e.out.WriteString(open)
		_ = xml.EscapeText(&e.out, []byte(norm.NFC.String(line))) // a buffer takes all
		e.out.WriteString(shut)
	}
	e.long = e.long || e.out.Len() > maxFilled
}
