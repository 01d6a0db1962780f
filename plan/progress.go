package plan

import (
	"math"
	"slices"
	"time"

	"loa/coverage"
	"loa/internal/text"
	"loa/stations"
)

// State is how an indicator stands.
type State string

// The states. Missed and Behind are shown in red.
const (
	Missed   State = "missed"  // the year is over, and the target was not reached
	Behind   State = "behind"  // at this pace it will be missed
	Slipped  State = "slipped" // each period is to reach it: earlier ones did not, the latest did
	NoFigure State = "unknown" // periods are over, and nobody entered a figure
	OnPace   State = "on_pace" // at this pace it will be reached
	Reached  State = "reached"
	Early    State = "early" // nothing is over and entered, or too little of the year for a pace
)

// States lists them, the worst first.
var States = [...]State{Missed, Behind, Slipped, NoFigure, OnPace, Reached, Early}

// Words says it.
func (s State) Words(l text.Language) string { return l.Say("plan.state." + string(s)) }

// Red reports whether the target was missed, or will be at this pace.
func (s State) Red() bool { return s == Missed || s == Behind }

// Point is one period of an indicator.
type Point struct {
	Period  coverage.Stretch `json:"period"`
	Value   Amount           `json:"value"`
	Base    Amount           `json:"base,omitempty"`
	Known   bool             `json:"known"`   // there is a figure, of each district that enters its own or of some
	Missing int              `json:"missing"` // figures that were due and are not there
	Over    bool             `json:"over"`
	Share   Amount           `json:"share"`   // what is held against the target: Value, or percent of Base
	Reached bool             `json:"reached"` // Share is the target or more; where each period has to reach it
	Entries []Entry          `json:"entries,omitempty"`

	gone float64 // how much of the period is over, 0 to 1
}

// Begun reports whether the period has a beginning before that moment.
func (x Point) Begun(now time.Time) bool { return !now.Before(begin(x.Period)) }

// Progress is how an indicator stands at a moment.
type Progress struct {
	Indicator
	State    State   `json:"state"`
	Done     Amount  `json:"done"`               // of the year so far; in percent where Percent; of Each how many periods reached it
	Of       Amount  `json:"of,omitempty"`       // of Each: how many periods with a figure
	Expected *Amount `json:"expected,omitempty"` // at the end of the year at this pace; of Each the latest period's
	Missing  int     `json:"missing"`            // figures that were due and are not there
	Points   []Point `json:"periods"`
}

// Tally is what was counted of a period.
type Tally struct{ Value, Base int }

// Tallies are what Loa counts for the indicators of a year, by period.
type Tallies map[Counted]map[coverage.Stretch]Tally

// Judge says how the indicators of the book stand at that moment, in their order. At a year's end an indicator has
// reached its target or missed it; before that it is held against its pace, which goes by e, how many of its N periods
// are over (the one that runs counts by the share of its days that are, where it has a figure):
//
//   - Sums of numbers: expected = what was done so far × N ÷ e. A period without a figure counts as nothing done.
//   - Sums of shares: expected = the share of all that was counted so far.
//   - Stands: expected = the latest figure × N ÷ e, of a share at most 100.
//   - Each: expected = the latest period with a figure.
//
// A twelfth of the year has to be over before what was done in it is a pace. Where less is expected than the target asks for, it will be missed at this pace.
func Judge(b Book, reg *stations.Registry, t Tallies, now time.Time) []Progress {
	of := map[string][]Entry{}
	for _, e := range b.Entries {
		of[e.Indicator] = append(of[e.Indicator], e)
	}
	list := make([]Progress, 0, len(b.Indicators))
	for _, i := range b.Indicators {
		list = append(list, judge(i, of[i.ID], reg, t, now))
	}
	return list
}

func judge(i Indicator, entries []Entry, reg *stations.Registry, t Tallies, now time.Time) Progress {
	p := Progress{Indicator: i}
	by := map[coverage.Stretch][]Entry{}
	for _, e := range entries {
		by[e.Period] = append(by[e.Period], e)
	}
	for _, s := range i.Periods() {
		p.Points = append(p.Points, i.point(s, by[s], reg, t, now))
	}
	for _, x := range p.Points {
		p.Missing += x.Missing
	}
	switch i.Way {
	case Each:
		p.each()
	default:
		p.year()
	}
	return p
}

// point is one period as it stands.
func (i Indicator) point(s coverage.Stretch, entries []Entry, reg *stations.Registry, t Tallies, now time.Time) Point {
	from, until := begin(s), end(s)
	x := Point{Period: s, Over: !now.Before(until)}
	x.gone = min(max(float64(now.Sub(from))/float64(until.Sub(from)), 0), 1)
	due := 1
	if i.Districts {
		_, last := s.Days()
		due = len(reg.Districts(last))
	}
	for _, e := range entries {
		if e.Stands() {
			x.Value, x.Base, x.Known = x.Value+e.Value, x.Base+e.Base, true
			due--
		}
		x.Entries = append(x.Entries, e)
	}
	if c := i.Counted; c != "" {
		n, counted := t[c][s]
		x.Value, x.Base, x.Known, due = Of(n.Value), Of(n.Base), counted && (n.Value > 0 || x.Over), 0
	}
	if x.Over && !i.Retired {
		x.Missing = max(due, 0)
	}
	x.Share = x.Value
	if i.Percent {
		var some bool
		if x.Share, some = percent(x.Value, x.Base); !some {
			x.Share = 0
			x.Known = x.Known && i.Way == Sums // of nothing there is no share; in a sum it adds nothing
		}
	}
	x.Reached = x.Known && x.Share >= i.Target
	return x
}

// over is how many periods are over, and how much of the one that runs where it has a figure; known tells whether any
// has one.
func (p *Progress) over() (e float64, known bool) {
	for _, x := range p.Points {
		switch {
		case x.Over:
			e++
		case x.Known:
			e += x.gone
		}
		known = known || x.Known
	}
	return e, known
}

// year judges what is done over the whole year.
func (p *Progress) year() {
	e, known := p.over()
	last := p.Points[len(p.Points)-1]
	var value, base Amount
	for _, x := range p.Points {
		switch {
		case !x.Known:
		case p.Way == Sums:
			value, base = value+x.Value, base+x.Base
		default:
			value, base = x.Value, x.Base
		}
	}
	p.Done = value
	if p.Percent {
		share, some := percent(value, base)
		p.Done, known = share, known && some
	}
	switch {
	case !known && e > 0:
		p.State = NoFigure
		return
	case !known:
		p.State = Early
		return
	case last.Over && p.Done >= p.Target, p.Done >= p.Target && !(p.Percent && p.Way == Sums):
		p.State = Reached
		return
	case last.Over:
		p.State = Missed
		return
	}
	expected := p.Done
	if !p.Percent || p.Way == Stands {
		if 12*e < float64(len(p.Points)) {
			p.State = Early
			return
		}
		expected = Amount(math.Floor(float64(p.Done)*float64(len(p.Points))/e + 1e-6))
	}
	if p.Percent {
		expected = min(expected, 100*one)
	}
	p.expect(expected)
}

// expect notes what the pace leads to: of what is counted in whole numbers a whole number.
func (p *Progress) expect(a Amount) {
	if !p.Percent && p.Way != Each && p.Target%one == 0 {
		a -= a % one
	}
	p.Expected, p.State = &a, OnPace
	if a < p.Target {
		p.State = Behind
	}
}

// each judges what every period has to reach by itself.
func (p *Progress) each() {
	var latest *Point
	over := 0
	for i := range p.Points {
		x := &p.Points[i]
		if x.Over {
			over++
		}
		if !x.Known || !x.Over && !x.Reached { // the one that runs may still reach it
			continue
		}
		latest = x
		p.Of += one
		if x.Reached {
			p.Done += one
		}
	}
	switch {
	case latest == nil && over > 0:
		p.State = NoFigure
		return
	case latest == nil:
		p.State = Early
		return
	}
	if over == len(p.Points) {
		if p.State = Missed; p.Done == p.Of {
			p.State = Reached
		}
		return
	}
	p.expect(latest.Share)
	if p.State == OnPace && p.Done < p.Of {
		p.State = Slipped
	}
}

// Worst are the states of the list with how many are in each, the worst first.
func Worst(list []Progress) (out []Count) {
	for _, s := range States {
		n := 0
		for _, p := range list {
			if p.State == s && !p.Retired {
				n++
			}
		}
		if n > 0 {
			out = append(out, Count{s, n})
		}
	}
	return out
}

// Count is how many indicators are in a state.
type Count struct {
	State State
	N     int
}

// Some reports whether there is a figure that says how far it is.
func (p Progress) Some() bool {
	return p.State != NoFigure && (p.State != Early || slices.ContainsFunc(p.Points, func(x Point) bool { return x.Known && (!p.Percent || x.Base > 0) }))
}

// Reading is how far it is, in words: "92,1%", "30 / 46 tuần đạt".
func (p Progress) Reading(l text.Language) string {
	switch {
	case !p.Some():
		return l.Say("plan.nothing")
	case p.Way == Each:
		return l.Say("plan.reached_of", "n", p.Done, "of", p.Of, "every", p.Every)
	}
	return p.Figure(l, p.Done)
}

// Pace is what this pace leads to, in words; "" where that is not known.
func (p Progress) Pace(l text.Language) string {
	switch {
	case p.Expected == nil:
		return ""
	case p.Way == Each:
		return l.Say("plan.latest", "n", p.Figure(l, *p.Expected))
	}
	return p.Figure(l, *p.Expected)
}

// Filled is how much of the target is done, in percent of it, for a bar: at most 100.
func (p Progress) Filled() int {
	done, whole := p.Done, p.Target
	if p.Way == Each {
		whole = max(p.Of, one)
	}
	return int(min(100*float64(done)/float64(whole), 100))
}

// Course is the year in percent of the target, period by period, -1 where there is no figure: of numbers that add up
// what was done until then.
func (p Progress) Course() (list []int) {
	var sum Amount
	for _, x := range p.Points {
		share := x.Share
		if p.Way == Sums && !p.Percent {
			sum += x.Value
			share = sum
		}
		n := -1
		if x.Known {
			n = int(100 * float64(share) / float64(p.Target))
		}
		list = append(list, n)
	}
	return list
}
