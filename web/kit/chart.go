package kit

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// A state colours a mark of a chart; the shape or word that belongs to it is
// always drawn too. They are the states of a badge.
const (
	StateOK    = "ok"
	StateWarn  = "warn"
	StateBad   = "bad"
	StateNone  = "none"
	StateInfo  = "info"
	StateLater = "later" // its time has not come

	StateUnplanned = "unplanned" // nothing was to come
)

// Tile is one station on the hexagonal map: its place on the grid (odd rows
// lie half a tile to the right), what it says and how it is.
type Tile struct {
	Col, Row int
	Label    string // two or three letters drawn inside; "" draws the state's shape only
	Title    string // read out, and shown on pointing: "Nậm Chảy, Mường Khương: đã phát"
	Path     string // where it leads, "" for nowhere
	State    string
	Picked   bool   // drawn with a strong edge: a corrected or selected station
	Area     string // whose name stands over its tiles, "" for none
	Name     string // shown while somebody points at the tile, touches it or has come to it by keyboard, "" for none
	Now      string // how it is, shown under the name
}

// Hex is a tile with its geometry, ready for the template.
type Hex struct {
	Tile
	Points string // of the polygon
	X, Y   float64
	Anchor string // of its name
}

// HexMap is a map of tiles: {{template "hexmap" .Map}}.
type HexMap struct {
	Title  string
	Width  float64
	Height float64
	Hexes  []Hex
	Areas  []MapArea
}

const hexSize = 16 // radius of a tile in the drawing's units

// NewHexMap lays tiles out. title names the picture for a screen reader.
// Tiles are pointy-top hexagons; see redblobgames.com/grids/hexagons ("odd-r").
func NewHexMap(title string, tiles []Tile) HexMap {
	m := HexMap{Title: title}
	w := math.Sqrt(3) * hexSize
	minCol, minRow := math.MaxInt, math.MaxInt
	for _, t := range tiles {
		minCol, minRow = min(minCol, t.Col), min(minRow, t.Row)
	}
	for _, t := range tiles {
		h := Hex{Tile: t}
		h.X = round(w * (float64(t.Col-minCol) + 0.5 + 0.5*float64(t.Row&1)))
		h.Y = round(1.5*hexSize*float64(t.Row-minRow) + hexSize)
		var b strings.Builder
		for i := range 6 {
			a := math.Pi/3*float64(i) + math.Pi/6
			fmt.Fprintf(&b, "%g,%g ", round(h.X+hexSize*math.Cos(a)), round(h.Y+hexSize*math.Sin(a)))
		}
		h.Points = strings.TrimSpace(b.String())
		m.Width, m.Height = max(m.Width, round(h.X+w/2)), max(m.Height, round(h.Y+hexSize))
		m.Hexes = append(m.Hexes, h)
	}
	m.Areas = m.areas()
	for i := range m.Hexes { // a name near the edge is drawn inward
		m.Hexes[i].Anchor = "middle"
		if h := &m.Hexes[i]; h.X < m.Width/4 {
			h.Anchor = "start"
		} else if h.X > 3*m.Width/4 {
			h.Anchor = "end"
		}
	}
	return m
}

func round(f float64) float64 { return math.Round(f*10) / 10 }

// Bar is one line of a bar chart: a word, a part of a whole, and optionally
// several parts stacked.
type Bar struct {
	Label string
	Note  string // at the right end: "12/15"
	Path  string // where the label leads, "" for nowhere
	Parts []Part
	Whole int // full width of the bar; 0 means the largest sum of the chart
}

// Part is one stretch of a stacked bar or one slice of a ring.
type Part struct {
	State string
	Value int
	Title string // "đã phát: 12"
}

// BarRow is a Bar with its geometry.
type BarRow struct {
	Bar
	Spans []Span
}

// Span is a stretch of a bar or of a ring, as a share of 100.
type Span struct {
	Part
	From, Long float64
}

// BarChart is horizontal bars: {{template "bars" .Chart}}.
type BarChart struct {
	Title string
	Rows  []BarRow
}

// NewBarChart lays bars out under each other.
func NewBarChart(title string, bars []Bar) BarChart {
	c := BarChart{Title: title}
	most := 1
	for _, b := range bars {
		most = max(most, total(b.Parts))
	}
	for _, b := range bars {
		whole := b.Whole
		if whole == 0 {
			whole = most
		}
		c.Rows = append(c.Rows, BarRow{Bar: b, Spans: spans(b.Parts, whole)})
	}
	return c
}

func total(parts []Part) (sum int) {
	for _, p := range parts {
		sum += p.Value
	}
	return sum
}

func spans(parts []Part, whole int) (out []Span) {
	at := 0.0
	for _, p := range parts {
		if p.Value <= 0 || whole <= 0 {
			continue
		}
		long := min(100*float64(p.Value)/float64(whole), 100-at)
		out = append(out, Span{Part: p, From: round(at), Long: round(long)})
		at += long
	}
	return out
}

// Ring is a donut with one figure in its middle: {{template "ring" .Ring}}.
type Ring struct {
	Title  string // read out
	Figure string // "92%"
	Note   string // under it: "117/127 đài"
	Spans  []Span
}

// NewRing lays the parts of a whole around a ring; what is missing stays grey.
func NewRing(title, figure, note string, parts []Part, whole int) Ring {
	return Ring{Title: title, Figure: figure, Note: note, Spans: spans(parts, whole)}
}

// Sparkline is a small course over time: {{template "sparkline" .Line}}.
type Sparkline struct {
	Title string
	Line  string // points of the polyline in a box of 100 x 24
	Area  string // the same, closed along the ground
	X, Y  float64
}

// NewSparkline draws values from left to right between 0 and most; a NaN is a
// gap that the line skips.
func NewSparkline(title string, values []float64, most float64) Sparkline {
	s := Sparkline{Title: title}
	if most <= 0 {
		most = 1
	}
	var pts []string
	first := 0.0
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		s.X = 50
		if len(values) > 1 {
			s.X = round(2 + 96*float64(i)/float64(len(values)-1))
		}
		s.Y = round(22 - 20*min(max(v/most, 0), 1))
		if len(pts) == 0 {
			first = s.X
		}
		pts = append(pts, fmt.Sprintf("%g,%g", s.X, s.Y))
	}
	s.Line = strings.Join(pts, " ")
	if len(pts) > 0 {
		s.Area = fmt.Sprintf("%g,24 %s %g,24", first, s.Line, s.X)
	}
	return s
}

// LegendItem explains one state of a chart: {{template "legend" .Legend}}.
type LegendItem struct {
	State, Text string
}

// Tab is one of several faces of a page: {{template "tabs" ...}}.
type Tab struct {
	Path, Text string
	Current    bool
}

// StripRow is a row of boxes, one for each week, as high as its state is good: {{template "strip" .Strip}}.
type StripRow struct {
	Title string // says in words what the boxes show
	Width int
	Paths []StripPath
	Marks []float64 // where a box differs from what it was, by its left edge
}

// StripPath draws all boxes of one state.
type StripPath struct{ State, D string }

// StripBox is one box; "" draws none.
type StripBox struct {
	State string
	Mark  bool
}

const (
	stripStep = 10
	stripHigh = 16
)

// stripHeights is how high a box of a state is: the shape says what the colour says.
var stripHeights = map[string]int{StateOK: 16, StateInfo: 12, StateWarn: 8, StateBad: 5, StateNone: 3, StateLater: 2, StateUnplanned: 2}

// NewStrip lays boxes out from left to right.
func NewStrip(title string, boxes []StripBox) StripRow {
	s := StripRow{Title: title, Width: stripStep * len(boxes)}
	for _, state := range []string{StateOK, StateInfo, StateWarn, StateBad, StateNone, StateLater, StateUnplanned} {
		var b strings.Builder
		for i, box := range boxes {
			if high := stripHeights[state]; box.State == state {
				fmt.Fprintf(&b, "M%d %dh8v%dh-8z", stripStep*i+1, stripHigh-high, high)
			}
		}
		if b.Len() > 0 {
			s.Paths = append(s.Paths, StripPath{state, b.String()})
		}
	}
	for i, box := range boxes {
		if box.Mark {
			s.Marks = append(s.Marks, float64(stripStep*i+5))
		}
	}
	return s
}

// Column is one upright bar: its share of a hundred, or a gap.
type Column struct {
	Label string // under it
	Note  string // over it
	Title string // read out, and shown on pointing
	Value int
	Gap   bool // nothing was expected
	State string
	Path  string // where it leads, "" for nowhere
}

// ColumnBar is a Column with its geometry.
type ColumnBar struct {
	Column
	X, Mid, Y, Wide, High float64
}

// ColumnChart is upright bars over an axis of percent: {{template "columns" .Chart}}.
type ColumnChart struct {
	Title string
	Small bool // as wide as a card, not as a page
	Width float64
	Bars  []ColumnBar
	Lines []AxisLine
}

// AxisLine is a line across a chart.
type AxisLine struct {
	Text string
	Y    float64
}

const (
	columnsHigh = 130.0
	columnsTop  = 16.0
	columnsLeft = 36.0
)

// NewColumns lays upright bars out. Of many only some are labelled, so that the words do not touch.
func NewColumns(title string, columns []Column) ColumnChart {
	return columnsIn(ColumnChart{Title: title, Width: 720}, columns)
}

// NewSmallColumns lays a dozen of them out in a card.
func NewSmallColumns(title string, columns []Column) ColumnChart {
	return columnsIn(ColumnChart{Title: title, Width: 300, Small: true}, columns)
}

func columnsIn(c ColumnChart, columns []Column) ColumnChart {
	step := (c.Width - columnsLeft) / float64(max(len(columns), 4))
	wide := round(min(step*0.8, 60))
	every := max(1, int(math.Ceil(30/step)))
	for i, one := range columns {
		high := round(columnsHigh * float64(min(max(one.Value, 0), 100)) / 100)
		if one.Gap {
			high, one.Note = 0, ""
		}
		if (len(columns)-1-i)%every != 0 { // the last has its words
			one.Label, one.Note = "", ""
		}
		x := columnsLeft + step*float64(i)
		c.Bars = append(c.Bars, ColumnBar{Column: one, X: round(x), Mid: round(x + wide/2), Y: round(columnsTop + columnsHigh - high), Wide: wide,
			High: max(high, 1)})
	}
	for _, n := range []int{0, 50, 100} {
		c.Lines = append(c.Lines, AxisLine{fmt.Sprintf("%d%%", n), round(columnsTop + columnsHigh*(1-float64(n)/100))})
	}
	return c
}

// MapArea is the name of an area over its tiles.
type MapArea struct {
	Text string
	X, Y float64
}

// How much room a letter and a line of an area's name take.
const (
	letterWide = 7.0
	lineHigh   = 15.0
)

// areas puts the name of each area in the middle of its tiles.
func (m HexMap) areas() (list []MapArea) {
	type sum struct {
		x, y float64
		n    int
	}
	of, order := map[string]*sum{}, []string{}
	for _, h := range m.Hexes {
		if h.Area == "" {
			continue
		}
		s := of[h.Area]
		if s == nil {
			s = &sum{}
			of[h.Area], order = s, append(order, h.Area)
		}
		s.x, s.y, s.n = s.x+h.X, s.y+h.Y, s.n+1
	}
	for _, name := range order {
		s := of[name]
		one := MapArea{name, round(s.x / float64(s.n)), betweenRows(s.y / float64(s.n))}
		for range order { // names do not cover each other
			at := slices.IndexFunc(list, func(o MapArea) bool {
				wide := letterWide * float64(utf8.RuneCountInString(o.Text)+utf8.RuneCountInString(one.Text)) / 2
				return math.Abs(o.X-one.X) < wide && math.Abs(o.Y-one.Y) < lineHigh
			})
			if at < 0 {
				break
			}
			one.Y = betweenRows(list[at].Y + lineHigh)
		}
		list = append(list, one)
	}
	return list
}

// betweenRows is the nearest base line on which a name covers no mark: those stand in the middle of their tiles.
func betweenRows(y float64) float64 {
	const rowHigh, base = 1.5 * hexSize, hexSize + 0.75*hexSize + 4 // half way to the next row, and half the letters down
	return round(base + rowHigh*math.Round((y-base)/rowHigh))
}
