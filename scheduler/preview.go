package scheduler

import (
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/stations"
)

// Preview is what a rule would do, shown before it is saved.
type Preview struct {
	Stations int           `json:"stations"` // chosen and active at the first date, 0 without one
	Unspoken int           `json:"unspoken"` // of these, which broadcast in none of the programme's languages
	Dates    []PreviewDate `json:"dates"`    // the next ones, at most previewDates
	Clashes  []Clash       `json:"clashes"`  // by time, at most previewClashes
	More     bool          `json:"more"`     // there are more clashes than shown
	Past     bool          `json:"past"`     // it says what was planned before now
	Loose    []Exception   `json:"loose"`    // decided of single dates to come, on which nothing is planned any more
}

// PreviewDate is one coming date of a rule.
type PreviewDate struct {
	Start    time.Time `json:"start"`
	Stations int       `json:"stations"` // active then
}

// Clash is an overlap of two rules at the same stations.
type Clash struct {
	Start      time.Time `json:"start"`       // of the rule previewed
	OtherStart time.Time `json:"other_start"` // of the other rule
	Other      string    `json:"other"`       // ID of the other rule; the rule's own when it overlaps itself
	Programme  string    `json:"programme"`   // ID of the programme previewed
	OtherTitle string    `json:"other_title"` // title of the other rule's programme
	Title      string    `json:"title"`       // title of the programme previewed
	Stations   int       `json:"stations"`    // how many stations would have both
	First      string    `json:"first"`       // ID of one of them
	Priority   Priority  `json:"priority"`    // of the other rule
}

const (
	previewDates   = 10
	previewClashes = 20
	previewDays    = 63 // how far clashes are looked for: nine weeks
)

// PreviewRule decides the rule as DecideRule would and shows its next dates
// and its clashes in the nine weeks from now, or from its first date when
// that is later. It has DecideRule's faults and changes nothing.
func PreviewRule(s *Schedule, reg *stations.Registry, m accounts.Meta, c SaveRule) (Preview, error) {
	r, err := DecideRule(s, reg, m, c)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Past: r.Versions[0].Since.Before(m.At) && c.ID == "", Dates: []PreviewDate{}, Clashes: []Clash{},
		Loose: append([]Exception{}, r.Loose(m.At)...)}
	programme, _ := s.Programme(r.Current().Programme) // of the schedule's own
	alone := NewSchedule(slices.Clone(s.Programmes), nil, []Rule{r})
	g := alone.grid(reg, reg.Stations())
	from := latest(m.At, r.Current().Since)
	for o := range g.occurrences(from, from.AddDate(5, 0, 0)) {
		n := 0
		for i := range g.stations(o) {
			n++
			if len(p.Dates) == 0 && !programme.suits(g.list[i].TraitsAt(o.start)) {
				p.Unspoken++
			}
		}
		if p.Dates = append(p.Dates, PreviewDate{o.start, n}); len(p.Dates) == previewDates {
			break
		}
	}
	if len(p.Dates) == 0 {
		return p, nil
	}
	p.Stations = p.Dates[0].Stations
	if first := p.Dates[0].Start; first.After(from) {
		from = first
	}
	others := slices.DeleteFunc(slices.Clone(s.Rules), func(old Rule) bool { return old.ID == r.ID })
	all := NewSchedule(slices.Clone(s.Programmes), nil, append(others, r))
	p.Clashes = all.clashes(reg, r.ID, from, from.AddDate(0, 0, previewDays))
	if p.More = len(p.Clashes) > previewClashes; p.More {
		p.Clashes = p.Clashes[:previewClashes]
	}
	return p, nil
}

// clashes lists the overlaps of one rule with itself and others in
// [from, until), by time; one more than previewClashes at most.
func (s *Schedule) clashes(reg *stations.Registry, rule string, from, until time.Time) []Clash {
	g := s.grid(reg, reg.Stations())
	out := []Clash{}
	var open []*occurrence // begun and not over
	for o := range g.occurrences(from.Add(-maxMinutes*time.Minute), until) {
		open = slices.DeleteFunc(open, func(b *occurrence) bool { return !b.end().After(o.start) })
		for _, b := range open {
			mine, other := o, b
			if o.rule.ID != rule {
				mine, other = b, o
			}
			if mine.rule.ID != rule || mine.start.Before(from) {
				continue
			}
			if c, ok := g.clash(mine, other); ok {
				out = append(out, c)
			}
		}
		if open = append(open, o); len(out) > previewClashes {
			break
		}
	}
	return out
}

func (o *occurrence) end() time.Time {
	return o.start.Add(time.Duration(o.version.Minutes) * time.Minute)
}

// clash says at how many stations two occurrences meet.
func (g *grid) clash(mine, other *occurrence) (Clash, bool) {
	c := Clash{
		Start: mine.start, OtherStart: other.start, Other: other.rule.ID, Priority: other.version.Priority,
		Programme: mine.version.Programme, Title: g.title(mine), OtherTitle: g.title(other),
	}
	at := map[int]bool{}
	for i := range g.stations(mine) {
		at[i] = true
	}
	for i := range g.stations(other) {
		if at[i] {
			if c.Stations++; c.First == "" {
				c.First = g.list[i].ID
			}
		}
	}
	return c, c.Stations > 0
}

func (g *grid) title(o *occurrence) string {
	p, err := g.schedule.Programme(o.version.Programme)
	if err != nil {
		return o.version.Programme
	}
	return p.Title
}

// Moving is what moving an occurrence leads to, or calling off it and all later
// ones, shown before it is done.
type Moving struct {
	To      time.Time   `json:"to"`
	Clashes []Clash     `json:"clashes"`  // by time, at most previewClashes
	SameDay []time.Time `json:"same_day"` // when the rule airs on that day too, without an overlap
	Far     bool        `json:"far"`      // it is more than a year ahead
	Ends    *Ending     `json:"ends,omitempty"`

	Reported []string `json:"reported"` // IDs of stations that have reported it as it is planned; not told by PreviewException
}

// Ending is what the end of a rule takes away.
type Ending struct {
	At       time.Time `json:"at"`       // of the first that does not air
	Airings  int       `json:"airings"`  // that are off in the year from At
	Stations int       `json:"stations"` // that would have had the first
}

// Word is what somebody sends back who has seen what moving leads to, "" where
// there is nothing to see.
func (m Moving) Word() string {
	words := []string{}
	for _, c := range m.Clashes {
		words = append(words, c.Other+"@"+WallOf(c.OtherStart).String())
	}
	for _, at := range m.SameDay {
		words = append(words, WallOf(at).String())
	}
	if m.Far {
		words = append(words, WallOf(m.To).String())
	}
	if m.Ends != nil {
		words = append(words, "end@"+WallOf(m.Ends.At).String())
	}
	words = append(words, m.Reported...)
	return strings.Join(words, " ")
}

// PreviewException decides the exception as DecideException would and says what it
// leads to. It has DecideException's faults and changes nothing.
func PreviewException(s *Schedule, reg *stations.Registry, m accounts.Meta, c SaveException) (Moving, error) {
	out := Moving{Clashes: []Clash{}, SameDay: []time.Time{}, Reported: []string{}}
	r, err := DecideException(s, reg, m, c)
	if err == nil && c.Kind == Cancelled && c.Following {
		out.Ends, err = s.ending(reg, r, c.At)
	}
	if err != nil || c.Kind != Moved {
		return out, err
	}
	out.To = c.To.In(text.Zone)
	out.Far = out.To.After(m.At.AddDate(1, 0, 0))
	others := slices.DeleteFunc(slices.Clone(s.Rules), func(old Rule) bool { return old.ID == r.ID })
	then := NewSchedule(slices.Clone(s.Programmes), nil, append(others, r))
	until := out.To.AddDate(0, 0, 1)
	if c.Following {
		until = out.To.AddDate(0, 0, previewDays)
	}
	out.Clashes = then.clashes(reg, r.ID, out.To, until)
	if !c.Following {
		out.Clashes = slices.DeleteFunc(out.Clashes, func(c Clash) bool { return !c.Start.Equal(out.To) && !c.OtherStart.Equal(out.To) })
	}
	for i, c := range out.Clashes {
		if c.Other == r.ID && c.OtherStart.Equal(out.To) { // it comes first of the two
			out.Clashes[i].Start, out.Clashes[i].OtherStart = c.OtherStart, c.Start
		}
	}
	out.Clashes = out.Clashes[:min(len(out.Clashes), previewClashes)]
	day := stations.DateOf(out.To).Start(text.Zone)
	for _, o := range r.occurrences(text.Zone, day, day.AddDate(0, 0, 1)) {
		met := slices.ContainsFunc(out.Clashes, func(c Clash) bool { return c.Start.Equal(o.start) || c.OtherStart.Equal(o.start) })
		if !o.start.Equal(out.To) && !met {
			out.SameDay = append(out.SameDay, o.start)
		}
	}
	return out, nil
}

// ending compares the rule with what it is to become when it ends at that occurrence.
func (s *Schedule) ending(reg *stations.Registry, after Rule, at Wall) (*Ending, error) {
	first, err := s.Occurrence(reg, after.ID, at)
	if err != nil {
		return nil, err
	}
	before, err := s.Rule(after.ID)
	if err != nil {
		return nil, err
	}
	from, until := first.Start, first.Start.AddDate(1, 0, 0)
	n := len(before.occurrences(text.Zone, from, until)) - len(after.occurrences(text.Zone, from, until))
	return &Ending{At: from, Airings: n, Stations: first.Stations}, nil
}
