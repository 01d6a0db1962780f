package paper

import (
	"math"
	"slices"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/fairness"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/paper"
	"loa/internal/text"
)

// Fairness is how a jury scored one round, by its signed sheets. A figure that
// cannot be computed (too few judges in common, no spread) is NaN.
type Fairness struct {
	Heading
	Chair   string
	Staged  bool    // as of Results
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
	Code, Stage, Title, LowestName, HighestName string
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
	f = Fairness{Heading: headingOf(s, run, at), Chair: chairOf(s), Staged: run.Stage != nil, Kendall: math.NaN(), ICC: math.NaN(), Alpha: math.NaN()}
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
		f.Apart = append(f.Apart, Apart{d, run.Codes[d.Entry], run.Stage[d.Entry], s.Entry(d.Entry).Title, name(d.Lowest), name(d.Highest)})
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
			return nil, s.Named(run, err)
		}
		for _, a := range list {
			a.Err = s.Named(run, a.Err)
			if fault.Is(a.Err, "ranking.too_few_judges") { // nobody is to do anything about what did not happen
				left := *fault.Of(a.Err)
				left.Code = "contest.without_too_few"
				a.Err = &left
			}
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
					row.Said = append(row.Said, lang.Say("contest.move_gone", "code", codeIn(run, m.Entry, lang)))
				default:
					row.Said = append(row.Said, lang.Say("contest.move", "code", codeIn(run, m.Entry, lang), "before", m.Before, "after", m.After))
				}
			}
			out = append(out, row)
		}
	}
	return out, nil
}

// Draw makes the report of how a jury scored.
func (f Fairness) Draw(o paper.Office, lang text.Language) paper.Paper {
	p := f.begin(o, lang, "contest.doc_fairness_title")
	p.Name = lang.Say("contest.doc_fairness")
	figures := paper.Table{Columns: []paper.Column{words(lang.Say("paper.measure"), 70), numbers(lang.Say("paper.value"), 30, leastPlaces)},
		Rows: [][]any{{"Kendall W", f.Kendall}, {"ICC(2,k)", f.ICC}, {"Krippendorff α", f.Alpha}}}
	again := slices.ContainsFunc(f.Habits, func(h Habit) bool { return h.Steady != nil })
	heard := slices.ContainsFunc(f.Habits, func(h Habit) bool { return h.Ears != nil })
	habits := paper.Table{Columns: []paper.Column{words(lang.Say("contest.judge"), 26), counts(lang.Say("contest.sheets"), 9),
		numbers(lang.Say("contest.mean_score"), 10, leastPlaces),
		numbers(lang.Say("contest.spread"), 10, leastPlaces), numbers(lang.Say("contest.severity"), 12, leastPlaces)}}
	if again {
		habits.Columns = append(habits.Columns, words(lang.Say("contest.steady"), 22))
	}
	if heard {
		habits.Columns = append(habits.Columns, words(lang.Say("contest.heard"), 22))
	}
	for _, h := range f.Habits {
		row := []any{h.Name, h.Entries, h.Mean, h.Spread, h.Severity}
		if again {
			row = append(row, h.Again(lang))
		}
		if heard {
			row = append(row, h.Listened(lang))
		}
		habits.Rows = append(habits.Rows, row)
	}
	p.Body = []paper.Block{paper.Say(lang.Say("contest.fairness_hint")), figures, paper.Heading(lang.Say("paper.habits")), habits}
	if len(f.Apart) > 0 {
		t := paper.Table{Columns: append(numberColumns(lang, f.Staged), words(lang.Say("contest.work"), 30), numbers(lang.Say("paper.lowest"), 10, leastPlaces),
			numbers(lang.Say("paper.highest"), 10, leastPlaces), words(lang.Say("contest.lowest_by"), 20), words(lang.Say("contest.highest_by"), 20))}
		for _, a := range f.Apart {
			t.Rows = append(t.Rows, append(numbersOf(f.Staged, a.Code, a.Stage), a.Title, a.Low, a.High, a.LowestName, a.HighestName))
		}
		p.Body = append(p.Body, paper.Heading(lang.Say("contest.apart")), t)
	}
	without := make([]string, len(f.Without))
	for i, a := range f.Without {
		without[i] = a.Name + ": " + strings.Join(a.Said, "; ") + "."
	}
	p.Body = append(p.Body, paper.Listed(lang.Say("contest.without"), without)...)
	p.Body = append(p.Body, paper.Listed(lang.Say("contest.comments"), f.Words)...)
	p.Receivers = []string{f.Host}
	p.Signers = []paper.Signer{{Office: lang.Say("contest.sign_secretary")}, {Office: lang.Say("contest.sign_chair"), Name: f.Chair}}
	return p
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
