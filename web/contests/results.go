package contests

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

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
	Official string // the method the ranking follows, in words
	Methods  []methodHead
	Groups   []groupTable
	Fair     *fairPanel
	Awards   []contest.Award
	Given    []givenRow
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
	Values                                      []string // per method, with the rank it would give
}

type givenRow struct {
	Award, Prize, Who, Note string
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

// latest is the round whose results are shown: the last one begun in which
// judges score, or nil.
func latest(s *contest.State) *contest.RoundState {
	for _, run := range slices.Backward(s.Rounds) {
		if rules, _ := s.Rules.Round(run.ID); len(rules.Parts) > 0 {
			return run
		}
	}
	return nil
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
		run := latest(s)
		if run == nil {
			return nil
		}
		rules, _ := s.Rules.Round(run.ID)
		page.Round, page.Official = rules.Name, r.Say("contest.method_"+string(rules.Method))
		for _, m := range ranking.Methods() {
			page.Methods = append(page.Methods, methodHead{r.Say("contest.method_" + string(m)), m == rules.Method})
		}
		table, err := Table(s, run, r.Lang, r.Now)
		if err != nil {
			page.Problems = r.Sentences(err)
			return nil
		}
		page.Groups = printable(table, r.Lang)
		page.Fair = fair(s, run, r.Lang)
		page.Given = givenRows(s, r.Lang)
		return nil
	})
	if err != nil {
		return err
	}
	for _, st := range reg.ActiveOn(today(r)) {
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
			}
			table.Rows = append(table.Rows, line)
		}
		out = append(out, table)
	}
	return out
}

// Table is the result table of a round, all methods side by side. While
// sheets are open it shows what is signed so far. Faults: those of ranking.
func Table(s *contest.State, run *contest.RoundState, lang text.Language, at time.Time) (paper.Results, error) {
	rules, _ := s.Rules.Round(run.ID)
	out := paper.Results{Heading: paper.Heading{Host: s.Rules.Host, Contest: s.Rules.Title, Round: rules.Name, Date: at}, Method: rules.Method}
	for _, j := range s.Judges {
		if j.Chair && j.Removed == nil {
			out.Chair = j.Name
		}
	}
	signed := map[string]bool{}
	for _, t := range run.Tasks {
		if t.Counts() {
			signed[t.Entry] = true
		}
	}
	for _, g := range s.Groups(run) {
		g.Entries = slices.DeleteFunc(g.Entries, func(e *contest.Entry) bool { return !signed[e.ID] })
		if len(g.Entries) == 0 {
			continue
		}
		tally, err := s.Tally(run, g)
		if err != nil {
			return out, err
		}
		table, err := groupOf(s, run, g, tally, rules, lang)
		if err != nil {
			return out, err
		}
		out.Groups = append(out.Groups, table)
	}
	return out, nil
}

func groupOf(s *contest.State, run *contest.RoundState, g contest.Group, tally *ranking.Tally, rules *contest.Round, lang text.Language) (paper.Group, error) {
	official, err := tally.Rank(rules.Method)
	if err != nil {
		return paper.Group{}, err
	}
	judges := tally.Judges()
	out := paper.Group{Name: g.Name}
	for _, id := range judges {
		out.Judges = append(out.Judges, s.Judge(id).Name)
	}
	totals := map[string][]*ranking.Rational{}
	for _, m := range tally.Marks() {
		if totals[m.Entry] == nil {
			totals[m.Entry] = make([]*ranking.Rational, len(judges))
		}
		j := slices.Index(judges, m.Judge)
		sum := m.Total
		if before := totals[m.Entry][j]; before != nil { // several parts
			sum = plus(*before, sum)
		}
		totals[m.Entry][j] = &sum
	}
	columns := tally.Compare()
	for _, row := range official.Rows {
		e := s.Entry(row.Entry.ID)
		line := paper.Row{Rank: row.Rank, Code: run.Codes[e.ID], Title: e.Title, Entrant: who(e), District: e.Entrant.DistrictName,
			Totals: totals[e.ID], Values: map[ranking.Method]ranking.Rational{}, Prize: prizeName(s, e.ID, g.ID)}
		for _, c := range columns {
			if c.Err == nil {
				if other, ok := c.Ranking.Row(e.ID); ok {
					line.Values[c.Method] = other.Value
				}
			}
		}
		out.Rows = append(out.Rows, line)
	}
	names := ranking.Names{Entry: func(id string) string { return run.Codes[id] },
		Criterion: func(part, id string) string { return rules.Part(part).Criterion(id).Name },
		Submitted: func(e ranking.Entry) string { return lang.DateTime(e.Submitted) },
		Value:     func(v ranking.Rational) string { return lang.Decimal(v.Float(), 2) }}
	for _, tie := range official.Ties {
		var said []string
		for _, w := range tally.Words(tie, names) {
			said = append(said, lang.Say(w.Key, w.Args...))
		}
		out.Ties = append(out.Ties, strings.Join(said, " "))
	}
	for _, given := range s.Given {
		if given.Award == g.ID && given.Withheld > 0 {
			out.Notes = append(out.Notes, withheldNote(s, given, lang))
		}
	}
	return out, nil
}

func plus(a, b ranking.Rational) ranking.Rational {
	sum := a.Rat()
	sum.Add(sum, b.Rat())
	out, err := ranking.ParseRational(sum.RatString())
	if err != nil {
		return a // two totals of one contest always fit
	}
	return out
}

// who names an entrant for a table.
func who(e *contest.Entry) string { return cmp.Or(e.Entrant.Name, e.Entrant.StationName) }

func prizeName(s *contest.State, entry, award string) string {
	var names []string
	for _, g := range s.Winners(entry) {
		if g.Award == award || award == "" {
			names = append(names, s.Rules.Award(g.Award).Prize(g.Prize).Name)
		}
	}
	return strings.Join(names, ", ")
}

func withheldNote(s *contest.State, g contest.Given, lang text.Language) string {
	name := s.Rules.Award(g.Award).Prize(g.Prize).Name
	switch {
	case g.Reason != "":
		return lang.Say("contest.withheld_reason", "n", g.Withheld, "name", name, "reason", g.Reason)
	case g.TooLow:
		return lang.Say("contest.withheld_low", "n", g.Withheld, "name", name)
	}
	return lang.Say("contest.withheld_none", "n", g.Withheld, "name", name)
}

func givenRows(s *contest.State, lang text.Language) []givenRow {
	var out []givenRow
	for _, g := range s.Given {
		a := s.Rules.Award(g.Award)
		row := givenRow{Award: a.Name, Prize: a.Prize(g.Prize).Name, Note: g.Reason}
		switch e := s.Entry(g.Entry); {
		case g.Withheld > 0:
			row.Note = withheldNote(s, g, lang)
		case e != nil:
			row.Who = who(e) + " · " + e.Title
		default:
			row.Who = g.Name
		}
		out = append(out, row)
	}
	return out
}

// fair measures the jury over the signed sheets of a round.
func fair(s *contest.State, run *contest.RoundState, lang text.Language) *fairPanel {
	var judges []string
	for _, t := range run.Tasks {
		if t.Counts() && !slices.Contains(judges, t.Judge) {
			judges = append(judges, t.Judge)
		}
	}
	if len(judges) < 2 {
		return nil
	}
	rules, _ := s.Rules.Round(run.ID)
	scores := fairness.New(run.Entries, judges)
	var twice []fairness.Twice
	totals := map[[3]string]float64{} // judge, entry, "repeat"
	for _, t := range run.Tasks {
		if !t.Final() || t.SetAside != nil {
			continue
		}
		v, _ := rules.Part(t.Part).Total(t.Sheet.Content)
		key := [3]string{t.Judge, t.Entry, ""}
		if t.Repeat {
			key[2] = "repeat"
		}
		totals[key] += v.Float()
	}
	for e, entry := range run.Entries {
		for j, judge := range judges {
			if v, ok := totals[[3]string{judge, entry, ""}]; ok {
				scores.At[e][j] = v
				if again, ok := totals[[3]string{judge, entry, "repeat"}]; ok {
					twice = append(twice, fairness.Twice{Judge: judge, Entry: entry, First: v, Second: again})
				}
			}
		}
	}
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
				row.Moves = append(row.Moves, lang.Say("contest.move", "code", run.Codes[m.Entry], "before", m.Before, "after", m.After))
			}
			out = append(out, row)
		}
	}
	return out
}
