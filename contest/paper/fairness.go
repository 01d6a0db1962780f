package paper

import (
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/fairness"
	"loa/contest/ranking"
	"loa/internal/text"
)

// Fairness is how a jury scored one round, by its signed sheets. A figure that
// cannot be computed (too few judges in common, no spread) is NaN.
type Fairness struct {
	Heading
	Chair   string
	Kendall float64 // W
	ICC     float64 // ICC(2,k)
	Alpha   float64 // Krippendorff's, for intervals
	Habits  []Habit
	Apart   []Apart   // entries judges disagree on, the widest first
	Without []Absence // what would change if any one judge were left out
	Words   []string  // which judges' comments were edited or held back, a sentence each
}

// Habit is how one judge scores.
type Habit struct {
	fairness.Habit
	Name   string
	Steady *fairness.Steadiness // over what she heard twice; nil if nothing
	Ears   *contest.Ears        // what she heard of the recordings; nil if nobody noted it
}

// Apart is an entry and how far judges lie apart on it.
type Apart struct {
	fairness.Disagreement
	Code, Title, LowestName, HighestName string
}

// Absence is what the ranking of one group would be without one judge.
type Absence struct {
	ranking.Absence
	Group string   // ID
	Name  string   // the judge's, with the group's where there are several
	Said  []string // the moves in words, the largest first
}

// mostMoves is how many moves an Absence puts into words.
const mostMoves = 6

// FairnessOf measures the jury of a round. ok is false as long as fewer than
// two judges have signed. Faults: those of ranking.
func FairnessOf(s *contest.State, run *contest.RoundState, lang text.Language, at time.Time) (f Fairness, ok bool, err error) {
	scores, twice := s.Scores(run)
	if len(scores.Judges) < 2 {
		return Fairness{}, false, nil
	}
	name := func(id string) string { return s.Judge(id).Name }
	f = Fairness{Heading: headingOf(s, run, at), Chair: chairOf(s), Kendall: math.NaN(), ICC: math.NaN(), Alpha: math.NaN()}
	if c, err := fairness.Kendall(scores); err == nil {
		f.Kendall = c.W
	}
	if c, err := fairness.Correlate(scores); err == nil {
		f.ICC = c.Average
	}
	if c, err := fairness.Krippendorff(scores); err == nil {
		f.Alpha = c.Alpha
	}
	steady := fairness.Steady(twice)
	heard, noted := s.ListeningOf(run)
	for _, h := range fairness.Habits(scores) {
		row := Habit{Habit: h, Name: name(h.Judge)}
		if i := slices.IndexFunc(steady, func(x fairness.Steadiness) bool { return x.Judge == h.Judge }); i >= 0 {
			row.Steady = &steady[i]
		}
		if i := slices.IndexFunc(heard.Judges, func(x contest.Ears) bool { return x.Judge == h.Judge }); noted && i >= 0 {
			row.Ears = &heard.Judges[i]
		}
		f.Habits = append(f.Habits, row)
	}
	for _, d := range fairness.Disagreements(scores) {
		f.Apart = append(f.Apart, Apart{d, run.Codes[d.Entry], s.Entry(d.Entry).Title, name(d.Lowest), name(d.Highest)})
	}
	for _, x := range s.ReviewedIn(run) {
		f.Words = append(f.Words, lang.Say("contest.fairness_words", "name", name(x.Judge), "n", x.All, "edited", x.Edited, "held", x.Held))
	}
	f.Without, err = absences(s, run, lang)
	return f, true, err
}

func absences(s *contest.State, run *contest.RoundState, lang text.Language) ([]Absence, error) {
	rules, _ := s.Rules.Round(run.ID)
	standings, err := s.Standings(run)
	if err != nil {
		return nil, err
	}
	var out []Absence
	for _, st := range standings {
		list, err := st.Tally.LeaveOneOut(rules.Method)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			row := Absence{Absence: a, Group: st.ID, Name: s.Judge(a.Judge).Name}
			if len(standings) > 1 {
				row.Name += " · " + st.Name
			}
			if a.Err != nil {
				row.Said = []string{lang.Fault(a.Err)}
			} else if len(a.Moves) == 0 {
				row.Said = []string{lang.Say("contest.no_moves")}
			}
			for i, m := range a.Moves {
				switch {
				case i == mostMoves:
					row.Said = append(row.Said, lang.Say("contest.moves_more", "n", len(a.Moves)-i))
				case i > mostMoves:
				case m.After == 0:
					row.Said = append(row.Said, lang.Say("contest.move_gone", "code", run.Codes[m.Entry]))
				default:
					row.Said = append(row.Said, lang.Say("contest.move", "code", run.Codes[m.Entry], "before", m.Before, "after", m.After))
				}
			}
			out = append(out, row)
		}
	}
	return out, nil
}

// figure is v for a cell, nothing for what could not be computed.
func figure(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// WriteFairness writes how a jury scored. Only writing itself can fail.
func WriteFairness(w io.Writer, lang text.Language, f Fairness) error {
	b := newBook(lang)
	p := b.page(lang.Say("contest.doc_fairness"), false, []float64{34, 12, 14, 14, 22, 30, 30})
	p.masthead(f.Heading, lang.Say("contest.doc_fairness_title"))
	p.Row++
	p.Line(lang.Say("contest.fairness_hint"), plain)
	for _, x := range []struct {
		name  string
		value float64
	}{{"Kendall W", f.Kendall}, {"ICC(2,k)", f.ICC}, {"Krippendorff α", f.Alpha}} {
		p.Row++
		p.Put(1, x.name, cell)
		p.Put(2, figure(x.value), number(leastPlaces))
	}
	p.Row++
	p.header([]string{lang.Say("contest.judge"), lang.Say("contest.sheets"), lang.Say("contest.mean_score"), lang.Say("contest.spread"), lang.Say("contest.severity"), lang.Say("contest.steady"), lang.Say("contest.heard")}, false)
	for _, h := range f.Habits {
		p.Row++
		p.Put(1, h.Name, cell)
		p.Put(2, h.Entries, count)
		p.Put(3, figure(h.Mean), number(leastPlaces))
		p.Put(4, figure(h.Spread), number(leastPlaces))
		p.Put(5, figure(h.Severity), number(leastPlaces))
		p.Put(6, h.Again(lang), cell)
		p.Put(7, h.Listened(lang), cell)
	}
	p.Row++
	p.Line(lang.Say("contest.apart"), bold)
	p.header([]string{lang.Say("paper.title"), lang.Say("paper.code"), lang.Say("paper.lowest"), lang.Say("paper.highest"), lang.Say("contest.lowest_by"), lang.Say("contest.highest_by")}, false)
	for _, a := range f.Apart {
		p.Row++
		p.Put(1, a.Title, cell)
		p.Put(2, a.Code, cell)
		p.Put(3, a.Low, number(leastPlaces))
		p.Put(4, a.High, number(leastPlaces))
		p.Put(5, a.LowestName, cell)
		p.Put(6, a.HighestName, cell)
	}
	without := make([]string, len(f.Without))
	for i, a := range f.Without {
		without[i] = a.Name + ": " + strings.Join(a.Said, "; ")
	}
	p.list(lang.Say("contest.without"), without)
	p.list(lang.Say("contest.comments"), f.Words)
	p.signatures(f.Heading, lang.Say("paper.secretary"), lang.Say("paper.chair"), f.Chair)
	return b.Write(w, "fairness")
}

// Again says how steady the judge was over what she heard twice, "" if nothing.
func (h Habit) Again(lang text.Language) string {
	if h.Steady == nil {
		return ""
	}
	drift := lang.Decimal(h.Steady.Drift, leastPlaces)
	if h.Steady.Drift > 0.005 {
		drift = "+" + drift
	}
	return lang.Say("contest.steady_row", "n", h.Steady.Entries, "gap", lang.Decimal(h.Steady.Gap, leastPlaces), "drift", drift)
}

// Listened says how much of the recordings the judge had heard when she signed,
// "" if nobody noted it.
func (h Habit) Listened(lang text.Language) string {
	if h.Ears == nil {
		return ""
	}
	return lang.Say("contest.heard_row", "mean", lang.Decimal(h.Ears.Mean, 0), "least", h.Ears.Least)
}
