package contests

import (
	"net/http"

	"loa/contest"
	"loa/contest/fairness"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/text"
	"loa/web/kit"
)

type resultsPage struct {
	desk
	Round    string
	Rounds   []kit.Tab // to choose from, if there are several
	Official string    // the method the ranking follows, in words
	Methods  []methodHead
	Groups   []groupTable
	Fair     *fairPanel
	Awards   []contest.Award
	Given    []paper.Given
	CanGive  bool
	Stations []kit.Option
	Problems []string
}

type methodHead struct {
	Name    string
	Follows bool
}

type groupTable struct {
	Name  string
	Rows  []resultRow
	Ties  []string
	Notes []string
}

type resultRow struct {
	Rank, Code, Title, Entrant, District, Prize string
	Points                                      string   // by the method the ranking follows
	Values                                      []string // per method, in the order of ranking.Methods
}

type fairPanel struct {
	Habits   []habitRow
	Kendall  string
	ICC      string
	Alpha    string
	Apart    []apartRow
	Without  []withoutRow
	Steady   []steadyRow
	Headline string
}

type habitRow struct {
	Name, Mean, Spread, Severity string
	Sheets                       int
}
type apartRow struct{ Code, Title, Low, High, LowBy, HighBy, Spread string }
type withoutRow struct {
	Name  string
	Moves []string
	Err   string
}
type steadyRow struct {
	Name, Gap, Drift string
	Entries          int
}

func (p pages) showResults(w http.ResponseWriter, r *kit.Request) error {
	return p.renderResults(w, r, kit.NewForm())
}

func (p pages) renderResults(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	var page resultsPage
	err = p.view(r, func(s *contest.State) error {
		page = resultsPage{desk: p.desk(r, s, "results", f), Awards: s.Rules.Awards, CanGive: s.Last() != nil && s.Phase == contest.Judging}
		run := paper.Round(s, r.URL.Query().Get("round"))
		if run == nil {
			return nil
		}
		page.Rounds = roundTabs(s, run, "/contests/"+s.ID+"/results?round=")
		rules, _ := s.Rules.Round(run.ID)
		page.Round, page.Official = rules.Name, r.Say("contest.method_"+string(rules.Method))
		for _, m := range ranking.Methods() {
			page.Methods = append(page.Methods, methodHead{r.Say("contest.method_" + string(m)), m == rules.Method})
		}
		table, err := paper.ResultsOf(s, run, r.Lang, r.Now)
		if err != nil {
			page.Problems = r.Sentences(err)
			return nil
		}
		page.Groups = printable(table, r.Lang)
		page.Fair = fair(s, run, r.Lang)
		page.Given = paper.GivenOf(s, r.Lang)
		return nil
	})
	if err != nil {
		return err
	}
	for _, st := range reg.ActiveOn(r.Today()) {
		page.Stations = append(page.Stations, kit.Option{Value: st.ID, Text: reg.Label(st.ID)})
	}
	return p.results.Render(w, r, page)
}

// printable turns a result table into text for a page.
func printable(t paper.Results, lang text.Language) []groupTable {
	var out []groupTable
	for _, g := range t.Groups {
		table := groupTable{Name: g.Name, Ties: g.Ties, Notes: g.Notes}
		places := g.Places()
		for _, row := range g.Rows {
			line := resultRow{Code: row.Code, Title: row.Title, Entrant: row.Entrant, District: row.District, Prize: row.Prize, Rank: "–"}
			if row.Rank > 0 {
				line.Rank = lang.Number(int64(row.Rank))
			}
			for _, m := range ranking.Methods() {
				v, ok := row.Values[m]
				if !ok {
					line.Values = append(line.Values, "–")
					continue
				}
				line.Values = append(line.Values, lang.Decimal(v.Float(), places[m]))
				if m == t.Method {
					line.Points = line.Values[len(line.Values)-1]
				}
			}
			table.Rows = append(table.Rows, line)
		}
		out = append(out, table)
	}
	return out
}

// fair measures the jury over the signed sheets of a round.
func fair(s *contest.State, run *contest.RoundState, lang text.Language) *fairPanel {
	scores, twice := s.Scores(run)
	if len(scores.Judges) < 2 {
		return nil
	}
	rules, _ := s.Rules.Round(run.ID)
	f := &fairPanel{Kendall: "–", ICC: "–", Alpha: "–"}
	name := func(id string) string { return s.Judge(id).Name }
	for _, h := range fairness.Habits(scores) {
		f.Habits = append(f.Habits, habitRow{name(h.Judge), number(lang, h.Mean), number(lang, h.Spread), signedNumber(lang, h.Severity), h.Entries})
	}
	if c, err := fairness.Kendall(scores); err == nil {
		f.Kendall = number(lang, c.W)
	}
	if c, err := fairness.Correlate(scores); err == nil {
		f.ICC = number(lang, c.Average)
	}
	if c, err := fairness.Krippendorff(scores); err == nil {
		f.Alpha = number(lang, c.Alpha)
	}
	for i, d := range fairness.Disagreements(scores) {
		if i == 5 {
			break
		}
		f.Apart = append(f.Apart, apartRow{run.Codes[d.Entry], s.Entry(d.Entry).Title, number(lang, d.Low), number(lang, d.High), name(d.Lowest), name(d.Highest), number(lang, d.Spread)})
	}
	for _, x := range fairness.Steady(twice) {
		f.Steady = append(f.Steady, steadyRow{name(x.Judge), number(lang, x.Gap), signedNumber(lang, x.Drift), x.Entries})
	}
	f.Without = without(s, run, rules, lang)
	return f
}

// without tells what would change if any one judge were left out.
func without(s *contest.State, run *contest.RoundState, rules *contest.Round, lang text.Language) []withoutRow {
	var out []withoutRow
	standings, err := s.Standings(run)
	if err != nil {
		return nil // the table above says why
	}
	for _, st := range standings {
		absences, err := st.Tally.LeaveOneOut(rules.Method)
		if err != nil {
			continue
		}
		for _, a := range absences {
			row := withoutRow{Name: s.Judge(a.Judge).Name}
			if len(standings) > 1 {
				row.Name += " · " + st.Name
			}
			if a.Err != nil {
				row.Err = lang.Fault(a.Err)
			}
			for i, m := range a.Moves {
				if i == 6 {
					row.Moves = append(row.Moves, lang.Say("contest.moves_more", "n", len(a.Moves)-i))
					break
				}
				if m.After == 0 {
					row.Moves = append(row.Moves, lang.Say("contest.move_gone", "code", run.Codes[m.Entry]))
					continue
				}
				row.Moves = append(row.Moves, lang.Say("contest.move", "code", run.Codes[m.Entry], "before", m.Before, "after", m.After))
			}
			out = append(out, row)
		}
	}
	return out
}
