package contests

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

type resultsPage struct {
	desk
	Round       string
	RoundID     string
	Provisional bool // the round is still being judged
	RankLabel   string
	Rounds      []kit.Tab // to choose from, if there are several
	Official    string    // the method the ranking follows, in words
	Outcome     string    // heads the column of what came of a work
	GoesOn      []string  // who goes on to the next round, and by which rule
	Counted     []string  // how marks become points and ranks
	Methods     []methodHead
	Groups      []groupTable
	Fair        *fairPanel
	Awards      []contest.Award
	Given       []paper.Given
	Undivided   []string      // money that works of one rank could not be given in whole đồng
	Stale       []paper.Given // prizes that must be given anew
	StaleWhy    []string
	Public      bool // complaints can be filed, or were
	Said        int  // comments of judges that entrants are told
	CanGive     bool
	Receivers   []kit.Option  // whom a prize can be given
	Outside     []kit.Option  // of those that did not take part, whom a prize is to be given
	Beyond      []kit.Option  // works that a prize is to be given whose award is for others
	FirstMarks  []paper.Shift // of a result that was corrected, beside today
	Firsts      paper.Firsts  // what they are called
	Corrected   []string      // the corrections that led there
	Problems    []string
}

type methodHead struct {
	Name    string
	Follows bool
}

type groupTable struct {
	Turn kit.Turn
	Name string
	Rows []resultRow
	// Sheets says on how many signed sheets the ranking stands.
	Sheets string
	Ties   []string
	Notes  []string
	// Uncounted are signed sheets that do not count, by whose decision and why.
	Uncounted []string
}

type resultRow struct {
	Rank, Code, Stage, Title, Entrant, District, Outcome string
	Points                                               string   // by the method the ranking follows
	Values                                               []string // per method, in the order of ranking.Methods
}

// fairPanel is what is known of how the jury scored, in words.
type fairPanel struct {
	paper.Fairness
	Kendall, ICC, Alpha string
	Habits              []habitRow
	Apart               []apartRow // the widest few
}

type habitRow struct {
	Name, Mean, Spread, Severity, Again, Heard string
	Sheets                                     int
}

type apartRow struct{ Code, Title, Low, High, LowBy, HighBy string }

// mostApart is how many of the entries judges disagree on are shown.
const mostApart = 10

func (p pages) showResults(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.formNow(r, prizesForm)()
	if err != nil {
		return err
	}
	return p.renderResults(w, r, f)
}

// prizesForm is the form of what is decided by hand about prizes, as it is now.
func prizesForm(s *contest.State) kit.Form {
	f := kit.NewForm()
	decided(s, slices.Concat(s.Given, s.Outdated.Given), &f)
	return f.From(s.Edition(contest.PartPrizes))
}

func (p pages) renderResults(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	var page resultsPage
	took := map[string]bool{}
	var unscored []kit.Option // works that a prize is to be given nobody scored
	err = p.view(r, func(s *contest.State) error {
		page = resultsPage{desk: p.desk(r, s, "results", f), Awards: s.Rules.Awards, CanGive: s.Last() != nil && s.Phase == contest.Judging}
		page.Said, _ = said(s)
		for _, st := range reg.ActiveOn(r.Today()) {
			took[st.ID] = s.Took(st.ID)
		}
		run := paper.Round(s, r.URL.Query().Get("round"))
		if run == nil {
			return nil
		}
		page.Rounds = roundTabs(s, paper.Rounds(s), run, "/contests/"+s.ID+"/results?round=")
		for name := range f.Values {
			award, ok := strings.CutPrefix(name, "works.")
			if !ok {
				continue
			}
			award, _, _ = strings.Cut(award, ".")
			a := s.Rules.Award(award)
			for _, e := range worksIn(s, f.Get(name)) {
				o := kit.Option{Value: e.ID, Text: e.Code + " · " + e.Title}
				if !s.Scored(e) && !slices.Contains(unscored, o) {
					unscored = append(unscored, o)
				}
				if a != nil && !a.Takes(e) && !slices.Contains(page.Beyond, o) {
					page.Beyond = append(page.Beyond, o)
				}
			}
		}
		rules, _ := s.Rules.Round(run.ID)
		page.Round, page.RoundID, page.Official = rules.Name, run.ID, r.Say("contest.method_"+string(rules.Method))
		for _, m := range ranking.Methods() {
			page.Methods = append(page.Methods, methodHead{r.Say("contest.method_" + string(m)), m == rules.Method})
		}
		table, err := paper.ResultsOf(s, run, r.Lang, r.Now)
		if err != nil {
			page.Problems = r.Sentences(err)
			return nil
		}
		page.Groups, page.Provisional, page.RankLabel, page.Counted = printable(table, r.Lang), table.Provisional, table.RankLabel(r.Lang), table.Counted
		page.FirstMarks, page.Corrected, page.Firsts = table.FirstMarks, table.Corrected, table.FirstLabels(r.Lang)
		page.Outcome, page.GoesOn = table.OutcomeLabel(r.Lang), table.GoesOn
		for i := range page.Groups {
			g := &page.Groups[i]
			g.Turn = r.Turn("from"+strconv.Itoa(i), len(g.Rows))
			g.Rows = g.Rows[g.Turn.From:g.Turn.To]
		}
		f, ok, err := paper.FairnessOf(s, run, r.Lang, r.Now)
		if err != nil {
			return err
		}
		page.Fair = fairOf(f, ok, r.Lang)
		page.Given, page.Stale = paper.GivenOf(s, r.Lang), paper.Listed(s, s.Outdated.Given, r.Lang)
		if page.Undivided, err = paper.UndividedOf(s, r.Lang); err != nil {
			return err
		}
		for _, key := range s.Outdated.Why {
			page.StaleWhy = append(page.StaleWhy, r.Say(key))
		}
		page.Public = s.Phase == contest.Published || s.Phase == contest.Closed
		return nil
	})
	if err != nil {
		return err
	}
	if f.Values != nil {
		page.Outside = slices.Concat(page.Outside, unscored)
	}
	page.Receivers = receivers(r, reg, func(station string) bool { return took[station] })
	for _, o := range page.Receivers {
		for name := range f.Values {
			if strings.HasPrefix(name, "special.") && f.Has(name, o.Value) && !took[o.Value] && !slices.Contains(page.Outside, o) {
				page.Outside = append(page.Outside, o)
			}
		}
	}
	return p.results.Render(w, r, page)
}

// receivers are the stations to give a prize to, those that took part first.
func receivers(r *kit.Request, reg *stations.Registry, took func(station string) bool) (list []kit.Option) {
	var others []kit.Option
	for _, o := range kit.StationOptions(reg, stations.Filter{ActiveOn: r.Today()}) {
		if took(o.Value) {
			list = append(list, o)
			continue
		}
		o.Group = strings.TrimSuffix(r.Say("contest.receivers_other")+" · "+o.Group, " · ")
		others = append(others, o)
	}
	return append(list, others...)
}

// printable turns a result table into text for a page.
func printable(t paper.Results, lang text.Language) []groupTable {
	var out []groupTable
	for _, g := range t.Groups {
		table := groupTable{Name: g.Name, Sheets: g.Sheets, Ties: g.Ties, Notes: g.Notes, Uncounted: g.Uncounted}
		places := g.Places()
		for _, row := range g.Rows {
			line := resultRow{Code: row.Code, Stage: row.Stage, Title: row.Title, Entrant: row.Entrant, District: row.District,
				Outcome: t.Outcome(lang, row), Rank: "–"}
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

// fairOf writes the figures about a jury as people read them; nil if there are
// none yet.
func fairOf(f paper.Fairness, ok bool, lang text.Language) *fairPanel {
	if !ok {
		return nil
	}
	out := &fairPanel{Fairness: f, Kendall: number(lang, f.Kendall), ICC: number(lang, f.ICC), Alpha: number(lang, f.Alpha)}
	for _, h := range f.Habits {
		out.Habits = append(out.Habits, habitRow{h.Name, number(lang, h.Mean), number(lang, h.Spread), signedNumber(lang, h.Severity), h.Again(lang),
			h.Listened(lang), h.Entries})
	}
	for _, d := range f.Apart[:min(mostApart, len(f.Apart))] {
		out.Apart = append(out.Apart, apartRow{d.Code, d.Title, number(lang, d.Low), number(lang, d.High), d.LowestName, d.HighestName})
	}
	return out
}
