// Package paper is the model of an office paper: what stands on it, in what order,
// as plain values. Whoever makes a paper makes it once; it is drawn to a page to
// print or to keep (Template, HTML), to PDF, as it is signed and sent on, to DOCX, which an
// office can still edit, and to XLSX, which it can reckon with. They cannot differ in what
// they say.
//
// Whatever is text stays text: no cell of a file is ever a formula.
package paper

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"loa/internal/sheet"
	"loa/internal/text"
)

// Office is what an office calls itself at the head of a paper.
type Office struct {
	Parent string // the body above it; may be empty
	Agency string // the body that issues the paper
	Symbol string // "VPĐP", behind the mark of the paper's kind; may be empty
	Place  string // where it is signed; dots stand for an empty one

	Number int       // that the paper got in the office's register; 0 leaves the place blank
	Dated  time.Time // with it; zero is the day the paper was drawn
	To     []string  // who receives its papers; none leaves them to be written
}

// Usual are the receivers of a paper that has none of its own.
func (o Office) Usual() []string {
	if len(o.To) == 0 {
		return []string{dots}
	}
	return o.To
}

// Paper is one paper, or an annex of the one before it.
type Paper struct {
	Lang text.Language
	Name string // of its worksheet; may be empty where there is but one
	Office
	Mark      string // of its kind, "BC"; Unmarked for one without, "" for a paper that gets no number
	Date      time.Time
	Annex     string   // "Kèm theo Quyết định số …": it has no head of its own; "" for a paper
	Title     string   // its kind: "BIÊN BẢN"
	About     []string // a line each
	Across    bool     // it lies on its side
	Body      []Block
	Receivers []string // none: the paper names nobody
	Signers   []Signer // from left to right; none: nobody signs
	Check     string   // at the foot of each page of a PDF: by what the paper is held against its log
	Figures   []Figure // that an office's own layout may name

	marks func(key string) string // nil but for a paper that shows marks in place of number, day and receivers
}

// Signer is who signs, and in which office.
type Signer struct {
	Office string
	Name   string // "" leaves the name to be written
}

// Block is a piece of the body: Text, List, Table or Sheet.
type Block interface {
	// Kind is what a template chooses by: "text", "list", "table" or "sheet".
	Kind() string
}

// Text is a paragraph.
type Text struct {
	Words  string
	Bold   bool // a heading, which stays with what follows
	Italic bool
	Middle bool // centred; else its first line stands in
	Now    bool // tells only how things stood when it was drawn: no part of what the paper says
}

// List is a line for each item.
type List struct{ Items []string }

// Table is rows of cells under a head.
type Table struct {
	Columns []Column
	Rows    [][]any // a cell a column: string, int, float64, *big.Rat, a number that tells its Float, time.Time, sheet.Day, or nil
	Total   bool    // the last row sums the others up
	Chart   int     // which column a workbook draws beside it, from 1 on; 0 for none
	Mark    string  // the key of its name in an office's own layout; "" for one that has none
}

// Column is one of a table.
type Column struct {
	Name   string
	Width  float64 // in characters of a worksheet; elsewhere its share of the width
	Places int     // decimals of a number; Words for text
	Middle bool    // centred
	Mark   string  // the key of its name in the rows of an office's own layout; "" for one that has none
}

// Words is the Places of a column of text.
const Words = -1

// Sheet is a run of blocks that has a worksheet of its own in a workbook, with the
// paper's head and signatures. Elsewhere the blocks stand where they are.
type Sheet struct {
	Name string
	Body []Block
}

// Kind tells a paragraph.
func (Text) Kind() string { return "text" }

// Kind tells a list.
func (List) Kind() string { return "list" }

// Kind tells a table.
func (Table) Kind() string { return "table" }

// Kind tells a run of blocks.
func (Sheet) Kind() string { return "sheet" }

// Say is a paragraph.
func Say(words string) Text { return Text{Words: words} }

// Heading is a paragraph in bold.
func Heading(words string) Text { return Text{Words: words, Bold: true} }

// Listed is a heading and a list below it, nothing where there are no items.
func Listed(heading string, items []string) []Block {
	if len(items) == 0 {
		return nil
	}
	return []Block{Heading(heading), List{items}}
}

// dots stand for what is written by hand.
const dots = "……………"

// Bodies are the body above and the one that issues the paper, in capitals; the
// first may be empty.
func (p Paper) Bodies() (parent, agency string) {
	return strings.ToUpper(p.Parent), cmp.Or(strings.ToUpper(p.Agency), dots)
}

// ParentBody is the body above, in capitals.
func (p Paper) ParentBody() string { parent, _ := p.Bodies(); return parent }

// IssuingBody is the body that issues the paper, in capitals.
func (p Paper) IssuingBody() string { _, agency := p.Bodies(); return agency }

// Unmarked is the Mark of a kind of paper that has none: its number stands before the office's symbol.
const Unmarked = "-"

// Code is the number and symbol of a paper of that kind, "05/BC-VPĐP"; a number that is not there
// is left blank.
func (o Office) Code(mark string) string {
	code := "……"
	if o.Number > 0 {
		code = fmt.Sprintf("%02d", o.Number)
	}
	between := "/"
	if mark != "" && mark != Unmarked {
		code, between = code+"/"+mark, "-"
	}
	if o.Symbol != "" {
		code += between + o.Symbol
	}
	return code
}

// Numbered is the line of its number, "" without one.
func (p Paper) Numbered() string {
	if p.Mark == "" {
		return ""
	}
	code := p.Code(p.Mark)
	if p.marks != nil {
		code = p.marks("code")
	}
	return text.Vietnamese.Say("kit.paper_number") + " " + code
}

// When is the line of place and day. Like the head it is Vietnamese whatever the
// reader's language.
func (p Paper) When() string {
	return cmp.Or(p.Place, dots) + ", " + p.Day()
}

// Day is the day it is dated, "ngày 05 tháng 6 năm 2024".
func (p Paper) Day() string {
	if p.marks != nil {
		return p.marks("day")
	}
	return text.Vietnamese.PaperDay(p.dated())
}

func (p Paper) dated() time.Time {
	if p.Dated.IsZero() {
		return p.Date
	}
	return p.Dated
}

// State is the state's name, and Motto its motto, for templates.
func (Paper) State() string { return State }

// Motto is the motto below the state's name.
func (Paper) Motto() string { return Motto }

// Cell is what a cell says where it is read.
type Cell struct {
	Text   string
	Number bool
	Middle bool
	Sum    bool   // it is of the row that sums the others up
	Long   bool   // its column takes long texts, which may break anywhere
	Label  string // the name of its column, where the head is not seen
}

// Class are the names of its looks.
func (c Cell) Class() string {
	var names []string
	if c.Number {
		names = append(names, "num")
	}
	if c.Middle {
		names = append(names, "middle")
	}
	if c.Sum {
		names = append(names, "strong")
	}
	if c.Long {
		names = append(names, "note")
	}
	return strings.Join(names, " ")
}

// longWidth is from which width on a column of text takes long texts.
const longWidth = 20

// Shares are the widths of the columns in whole percent of the table.
func (t Table) Shares() []int {
	sum := 0.0
	for _, c := range t.Columns {
		sum += c.Width
	}
	out := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = int(math.Round(100 * c.Width / max(sum, 1)))
	}
	return out
}

// Upper are the blocks of the body, Sheets opened, but for Last.
func (p Paper) Upper() []Block {
	list := flat(p.Body)
	if p.Last() != nil {
		list = list[:len(list)-1]
	}
	return list
}

// Last is the block that stays with the signatures on one page: the last of the body,
// nil if that is a table, of which only the last rows can stay.
func (p Paper) Last() Block {
	list := flat(p.Body)
	if n := len(list); n > 0 && list[n-1].Kind() != "table" {
		return list[n-1]
	}
	return nil
}

// flat are the blocks in the order they are read, Sheets opened.
func flat(list []Block) (out []Block) {
	for _, x := range list {
		switch x := x.(type) {
		case nil: // nothing is said there
		case Sheet:
			out = append(out, flat(x.Body)...)
		default:
			out = append(out, x)
		}
	}
	return out
}

// Dense reports whether the table has too many columns for letters of the usual size.
func (t Table) Dense() bool { return len(t.Columns) > 11 }

// Cells are the rows of a table as they are read.
func (p Paper) Cells(t Table) [][]Cell {
	out := make([][]Cell, len(t.Rows))
	for i, row := range t.Rows {
		out[i] = make([]Cell, len(t.Columns))
		for j, c := range t.Columns {
			var v any
			if j < len(row) {
				v = row[j]
			}
			out[i][j] = Cell{Text: said(p.Lang, v, c.Places), Number: c.Places != Words, Middle: c.Middle, Sum: t.Total && i == len(t.Rows)-1,
				Long: c.Places == Words && c.Width >= longWidth, Label: c.Name}
		}
	}
	return out
}

// said puts a value of a cell into words. A number that is not there is a dash.
func said(lang text.Language, v any, places int) string {
	switch v := v.(type) {
	case string:
		return v
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return lang.DateTime(v)
	case sheet.Day:
		if at, err := time.ParseInLocation(time.DateOnly, string(v), text.Zone); err == nil {
			return lang.Date(at)
		}
		return string(v)
	case *big.Rat:
		if v != nil {
			return Money(lang, v)
		}
	}
	if f, ok := number(v); ok {
		if places <= 0 {
			return lang.Number(int64(math.Round(f)))
		}
		return lang.Decimal(f, places)
	}
	if places == Words {
		return ""
	}
	return "–"
}

// Money writes an exact sum: whole, or with two decimals where it was shared out.
func Money(lang text.Language, r *big.Rat) string {
	if r.IsInt() {
		return lang.Number(r.Num().Int64())
	}
	whole := new(big.Int).Quo(r.Num(), r.Denom())
	f, _ := new(big.Rat).Sub(r, new(big.Rat).SetInt(whole)).Float64()
	return lang.Number(whole.Int64()) + strings.TrimPrefix(lang.Decimal(f, 2), "0")
}

// number is the value as a float, if it is a number that can be told.
func number(v any) (f float64, ok bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		f = v
	case *big.Rat:
		if v == nil {
			return 0, false
		}
		f, _ = v.Float64()
	case interface{ Float() float64 }:
		f = v.Float()
	default:
		return 0, false
	}
	return f, !math.IsNaN(f) && !math.IsInf(f, 0)
}
