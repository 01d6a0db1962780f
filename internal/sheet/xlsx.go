package sheet

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/nfp"

	"loa/internal/fault"
)

// bounds are the most rows of a table, and the most bytes of an XLSX once unpacked: of all, and of the shared texts.
type bounds struct {
	rows           int
	unzip, strings uint64
}

var (
	tables = bounds{MaxRows, 32 << 20, 16 << 20}
	books  = bounds{MaxBookRows, 160 << 20, 48 << 20}
)

// tooLarge is the refusal of a file over the bounds.
func (b bounds) tooLarge() *fault.Error {
	return fault.New(fault.TooLarge, "sheet.too_large", b.limits()...)
}

func (b bounds) limits() []any {
	return []any{"megabytes", MaxBytes >> 20, "rows", min(b.rows, MaxLogRows), "columns", MaxColumns}
}

// The most bytes of a picture, and of any other part but the sheets.
const (
	maxMedia = 4 << 20
	maxPart  = 1 << 20
)

// workbook is an XLSX being read, part by part. Its parts are read as they
// come: a tree of a sheet takes fifty times its size, and does not tell what
// was joined, hidden or never worked out.
type workbook struct {
	bounds
	parts map[string]*zip.File // by name in lower case
	kinds []Kind               // of the styles of cells, by their number
	texts texts
	epoch time.Time
}

// texts are the shared strings: all of them in one piece, and where each ends.
type texts struct {
	all  []byte
	ends []uint32
}

func (t texts) at(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return string(t.all[from:t.ends[i]]), true
}

func brokenXLSX(err error) error {
	if fault.Of(err).Kind != fault.Internal { // a fault already
		return err
	}
	return fault.New(fault.Invalid, "sheet.broken").Because(err)
}

func readXLSX(b []byte) (t Table, err error) {
	defer recovered(&err)
	w, err := openWorkbook(b, tables)
	if err != nil {
		return Table{}, brokenXLSX(err)
	}
	sheets, err := w.sheets()
	if err == nil && len(sheets) == 0 {
		err = errors.New("sheet: a workbook without a sheet")
	}
	if err != nil {
		return Table{}, brokenXLSX(err)
	}
	t.epoch = w.epoch
	if t.Rows, err = w.only(sheets); err != nil {
		return Table{}, brokenXLSX(err)
	}
	return t, nil
}

// only is the rows of the one sheet that has any.
func (w *workbook) only(sheets []sheetRef) (rows []Row, err error) {
	full := ""
	for _, s := range sheets {
		p, err := w.page(s.part)
		switch {
		case err != nil:
			return nil, err
		case len(p.rows) == 0:
		case s.hidden:
			return nil, fault.New(fault.Invalid, "sheet.hidden", "sheet", s.name)
		case full != "":
			return nil, fault.New(fault.Invalid, "sheet.several", "first", full, "second", s.name)
		case p.doubt != nil:
			return nil, p.doubt
		default:
			full, rows = s.name, p.rows
		}
	}
	return rows, nil
}

// openWorkbook refuses an XLSX that would unpack to more than a table can
// need, and reads what is said of all its sheets. A part that is longer than
// the directory says is cut there.
func openWorkbook(b []byte, most bounds) (*workbook, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	w := &workbook{bounds: most, parts: map[string]*zip.File{}}
	var all uint64
	for _, f := range z.File {
		name, most := strings.ToLower(strings.TrimPrefix(f.Name, "/")), uint64(maxPart)
		switch {
		case strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml"):
			most = w.unzip
		case strings.HasPrefix(name, "xl/media/"):
			most = maxMedia
		case name == "xl/sharedstrings.xml":
			most = w.strings
		}
		if all += f.UncompressedSize64; all > w.unzip || f.UncompressedSize64 > most {
			return nil, w.tooLarge()
		}
		w.parts[name] = f
	}
	if err := w.readTexts(); err != nil {
		return nil, err
	}
	return w, w.readStyles()
}

// each reads the XML of a part, if there is one, and calls start for each
// element and text for what stands between.
func (w *workbook) each(part string, start func(xml.StartElement) error, text func([]byte), end func(name string) error) error {
	f := w.parts[strings.ToLower(part)]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(io.LimitReader(r, int64(f.UncompressedSize64)))
	for {
		switch t, err := d.Token(); t := t.(type) {
		case nil:
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("sheet: %s: %w", part, err)
		case xml.StartElement:
			if err := start(t); err != nil {
				return err
			}
		case xml.CharData:
			if text != nil {
				text(t)
			}
		case xml.EndElement:
			if end != nil {
				if err := end(t.Name.Local); err != nil {
					return err
				}
			}
		}
	}
}

// attr is an attribute's value, by its name without a namespace.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// truth is how XML writes yes.
func truth(s string) bool { return s == "1" || s == "true" }

// errEnough ends the reading of a sheet of which the first rows were asked for.
var errEnough = errors.New("enough")

func (w *workbook) readTexts() error {
	inside, phonetic := false, false // phonetic: how a text is spoken, which is no part of it
	return w.each("xl/sharedStrings.xml", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "t":
			inside = !phonetic
		case "rPh":
			phonetic = true
		}
		return nil
	}, func(b []byte) {
		if inside {
			w.texts.all = append(w.texts.all, b...)
		}
	}, func(name string) error {
		switch name {
		case "t":
			inside = false
		case "rPh":
			phonetic = false
		case "si":
			w.texts.ends = append(w.texts.ends, uint32(len(w.texts.all)))
		}
		return nil
	})
}

func (w *workbook) readStyles() error {
	custom, inCells := map[string]Kind{}, false
	return w.each("xl/styles.xml", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			custom[attr(e, "numFmtId")] = kindOfFormat(attr(e, "formatCode"))
		case "cellXfs":
			inCells = true
		case "xf":
			if !inCells {
				return nil
			}
			id := attr(e, "numFmtId")
			kind, ok := custom[id]
			if n, err := strconv.Atoi(id); !ok && err == nil {
				kind = kindOfBuiltin(n)
			}
			w.kinds = append(w.kinds, kind)
		}
		return nil
	}, nil, func(name string) error {
		inCells = inCells && name != "cellXfs"
		return nil
	})
}

// kindOfBuiltin is the kind of the formats that have a number only.
func kindOfBuiltin(id int) Kind {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		return Date
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47:
		return Clock
	case id == 46:
		return Duration
	}
	return Number
}

// kindOfFormat is the kind of values a number format is for.
func kindOfFormat(code string) Kind {
	p := nfp.NumberFormatParser()
	kind := Number
	for _, section := range p.Parse(code)[:1] {
		for _, token := range section.Items {
			switch token.TType {
			case nfp.TokenTypeElapsedDateTimes:
				return Duration
			case nfp.TokenTypeDateTimes:
				if strings.ContainsAny(strings.ToLower(token.TValue), "ydegb") {
					return Date
				}
				if s := strings.ToLower(token.TValue); strings.ContainsAny(s, "hs") || kind == Number && strings.Trim(s, "m") != "" {
					kind = Clock
				} else if kind == Number {
					kind = Date // months; minutes come with hours or seconds
				}
			}
		}
	}
	return kind
}

// sheetRef is a sheet as the workbook lists it.
type sheetRef struct {
	name, part string
	hidden     bool
}

func (w *workbook) sheets() (list []sheetRef, err error) {
	targets := map[string]string{}
	if err := w.each("xl/_rels/workbook.xml.rels", func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" && strings.HasSuffix(attr(e, "Type"), "/worksheet") {
			target := attr(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			targets[attr(e, "Id")] = strings.TrimPrefix(path.Clean(target), "/")
		}
		return nil
	}, nil, nil); err != nil {
		return nil, err
	}
	w.epoch = epoch1900
	return list, w.each("xl/workbook.xml", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if truth(attr(e, "date1904")) {
				w.epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
			}
		case "sheet":
			if part := targets[attr(e, "id")]; part != "" { // not a chart
				state := attr(e, "state")
				list = append(list, sheetRef{attr(e, "name"), part, state != "" && state != "visible"})
			}
		}
		return nil
	}, nil, nil)
}

// page is what one sheet holds, and the first thing in it that could be meant
// in two ways.
type page struct {
	rows  []Row
	doubt error
	joins []string // cells that are joined, where that is no doubt
}

// pager reads one sheet.
type pager struct {
	*workbook
	page
	row                       int // 1-based
	column                    int // of the cell being read, counted from 0
	cells                     []Cell
	kind                      string // of the cell: the attribute t
	style                     int
	value, inline             []byte
	inV, inT, phonetic, hides bool
	formula, worked           bool     // the cell has a formula, and its result
	hiddenColumns             [][2]int // first and last, counted from 0
	most                      int      // rows, 0 for all
	joined                    bool     // joined cells are no doubt
}

func (w *workbook) page(part string) (page, error) {
	return (&pager{workbook: w}).read(part)
}

func (p *pager) read(part string) (page, error) {
	if err := p.each(part, p.start, p.text, p.end); err != nil && !errors.Is(err, errEnough) {
		return page{}, err
	}
	return p.page, nil
}

func (p *pager) doubtful(line int, code string, args ...any) {
	if p.doubt == nil {
		p.doubt = at(line, fault.New(fault.Invalid, code, args...))
	}
}

func (p *pager) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "col":
		first, err := strconv.Atoi(attr(e, "min"))
		last, err2 := strconv.Atoi(attr(e, "max"))
		if truth(attr(e, "hidden")) && err == nil && err2 == nil {
			p.hiddenColumns = append(p.hiddenColumns, [2]int{first - 1, last - 1})
		}
	case "row":
		p.row++
		if n, err := strconv.Atoi(attr(e, "r")); err == nil {
			p.row = n
		}
		if p.row > 5*p.bounds.rows || p.row < 1 {
			return p.tooLarge()
		}
		p.column, p.cells, p.hides = -1, nil, truth(attr(e, "hidden"))
	case "c":
		p.column++
		if ref := attr(e, "r"); ref != "" {
			p.column = columnOf(ref)
		}
		p.kind, p.value, p.inline, p.formula, p.worked = attr(e, "t"), nil, nil, false, false
		p.style, _ = strconv.Atoi(attr(e, "s")) // no style is the first one
	case "f":
		p.formula = true
	case "v":
		p.inV, p.worked = true, true
	case "t":
		p.inT = !p.phonetic
	case "rPh":
		p.phonetic = true
	case "mergeCell":
		ref := attr(e, "ref")
		if p.joined {
			p.joins = append(p.joins, ref)
			return nil
		}
		line, err := strconv.Atoi(strings.TrimLeft(strings.SplitN(ref, ":", 2)[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ$"))
		if err != nil {
			line = 0
		}
		p.doubtful(line, "sheet.merged", "cells", ref)
	}
	return nil
}

func (p *pager) text(b []byte) {
	switch {
	case p.inV:
		p.value = append(p.value, b...)
	case p.inT:
		p.inline = append(p.inline, b...)
	}
}

func (p *pager) end(name string) error {
	switch name {
	case "v":
		p.inV = false
	case "t":
		p.inT = false
	case "rPh":
		p.phonetic = false
	case "c":
		return p.endCell()
	case "row":
		return p.endRow()
	}
	return nil
}

func (p *pager) endCell() error {
	c, err := p.cell()
	if err != nil {
		return err
	}
	if p.formula && !p.worked {
		p.doubtful(p.row, "sheet.formula", "cell", ColumnName(p.column)+strconv.Itoa(p.row))
	}
	if c.Text == "" {
		return nil
	}
	if p.column >= MaxColumns || p.column < 0 {
		return p.tooLarge()
	}
	for len(p.cells) <= p.column {
		p.cells = append(p.cells, Cell{})
	}
	p.cells[p.column] = c
	for _, h := range p.hiddenColumns {
		if h[0] <= p.column && p.column <= h[1] {
			p.doubtful(p.row, "sheet.hidden_column", "column", ColumnName(p.column))
		}
	}
	return nil
}

func (p *pager) endRow() error {
	if len(p.cells) == 0 {
		return nil
	}
	if p.hides {
		p.doubtful(p.row, "sheet.hidden_row")
	}
	p.page.rows = append(p.page.rows, Row{p.row, p.cells})
	if len(p.page.rows) > p.bounds.rows {
		return p.tooLarge()
	}
	if len(p.page.rows) == p.most {
		return errEnough
	}
	return nil
}

// cell is the cell that ends here.
func (p *pager) cell() (Cell, error) {
	v := string(p.value)
	switch p.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		s, ok := p.texts.at(i)
		if v != "" && (err != nil || !ok) {
			return Cell{}, fmt.Errorf("sheet: row %d: no shared text %q", p.row, v)
		}
		return Cell{Text: tidy(s)}, nil
	case "inlineStr":
		return Cell{Text: tidy(string(p.inline))}, nil
	case "b":
		if v == "" {
			return Cell{}, nil
		}
		return Cell{Text: strings.ToUpper(strconv.FormatBool(truth(v)))}, nil
	case "d":
		return isoCell(v), nil
	case "", "n":
		return p.number(strings.TrimSpace(v)), nil
	}
	return Cell{Text: tidy(v)}, nil // a formula's text, or an error
}

// number is a cell of a number, as its format says: 57.5, a day, a time.
func (p *pager) number(s string) Cell {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return Cell{Text: tidy(s)}
	}
	kind := Number
	if p.style >= 0 && p.style < len(p.kinds) {
		kind = p.kinds[p.style]
	}
	days, seconds := math.Floor(v), math.Round((v-math.Floor(v))*24*60*60)
	if seconds == 24*60*60 {
		days, seconds = days+1, 0
	}
	const most = 2_958_466 // the day after 31/12/9999
	switch {
	case kind == Duration && v >= 0 && v < most:
		return Cell{clockText(time.Duration(math.Round(v*24*60*60)) * time.Second), Duration}
	case (kind == Date || kind == Clock) && v >= 0 && v < 1:
		return Cell{clockText(time.Duration(seconds) * time.Second), Clock}
	case (kind == Date || kind == Clock) && v >= 1 && v < most:
		t := p.epoch.AddDate(0, 0, int(days)).Add(time.Duration(seconds) * time.Second)
		if p.epoch.Equal(epoch1900) && days < 60 {
			t = t.AddDate(0, 0, 1) // before the leap day that 1900 did not have
		}
		return momentCell(t)
	}
	if shown, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64); err == nil {
		v = shown // Excel shows 15 digits, and keeps 57.6 as 57.600000000000001
	}
	return Cell{strconv.FormatFloat(v, 'f', -1, 64), Number}
}

func momentCell(t time.Time) Cell {
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return Cell{t.Format(time.DateOnly), Date}
	}
	return Cell{t.Format(time.DateTime), Date}
}

// isoCell reads the dates of a strict workbook, which are no numbers.
func isoCell(s string) Cell {
	for _, layout := range []string{"2006-01-02T15:04:05.999Z07:00", "2006-01-02T15:04:05.999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return momentCell(t)
		}
	}
	return Cell{Text: tidy(s)}
}

// wholeDays reads a serial number that can be a day between 1927 and 2173.
func wholeDays(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 10_000 && n < 100_000
}

// columnOf is the column of a cell's name, counted from 0: 27 of "AB7".
func columnOf(ref string) int {
	n := 0
	for _, c := range ref {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' {
			break
		}
		n = min(n*26+int(c-'A')+1, math.MaxInt16)
	}
	return cmp.Or(n, math.MaxInt16) - 1
}
