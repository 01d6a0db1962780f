package contests

import (
	"cmp"
	"net/http"
	"slices"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/web/kit"
)

type promotionPage struct {
	desk
	Round   string   // ID of the running round, "" if none sends entries on
	Stage   string   // its name
	Rule    string   // in words
	Counted []string // how marks become points and ranks
	ByName  bool     // the organiser picks
	Scored  bool
	Most    int // picks allowed in each group
	Open    int // sheets not yet signed
	Groups  []promotionGroup
	Works   []kit.Option // all that can be picked
	Picked  int          // entries saved as picked
	Problem string
}

type promotionGroup struct {
	Name   string
	Picked int
	Rows   []promotionRow
}

type promotionRow struct {
	ID, Rank, Value, Code, Title, Entrant, District string
	Rule                                            bool // the rule sends it on, or would
	Picked                                          bool
	Reason                                          string
}

func (p pages) showPromotion(w http.ResponseWriter, r *kit.Request) error {
	f, err := p.formNow(r, picksForm)()
	if err != nil {
		return err
	}
	return p.renderPromotion(w, r, f, false)
}

// picksForm is the form of who goes on, as it is now.
func picksForm(s *contest.State) kit.Form {
	f := kit.NewForm()
	if run := s.Running(); run != nil {
		for _, x := range run.Picked {
			f.Values.Add("pick", x.Entry)
			f.Values.Set("why."+x.Entry, x.Reason)
		}
	}
	return f.From(s.Edition(contest.PartPicks))
}

// renderPromotion shows who goes on. After a refusal, typed says that the form
// and not the contest tells what is picked.
func (p pages) renderPromotion(w http.ResponseWriter, r *kit.Request, f kit.Form, typed bool) error {
	var page promotionPage
	err := p.view(r, func(s *contest.State) error {
		page = promotionPage{desk: p.desk(r, s, "progress", f)}
		run := s.Running()
		if run == nil {
			return nil
		}
		rules, _ := s.Rules.Round(run.ID)
		if rules.Promotion.By == contest.LastRound {
			return nil
		}
		page.Round, page.Stage, page.Rule, page.Counted = run.ID, rules.Name, promotionInWords(r, rules), paper.CountedBy(r.Lang, rules)
		page.ByName, page.Scored, page.Most = rules.Promotion.By == contest.Picked, len(rules.Parts) > 0, rules.Promotion.N
		page.Picked = len(run.Picked)
		_, page.Open = run.Progress()
		list, err := s.Proposals(run)
		if err != nil {
			page.Problem = r.Lang.Fault(err)
			return nil
		}
		for _, g := range list {
			page.Groups = append(page.Groups, promotionRows(r, run, g, f, typed))
			for _, e := range g.Entries {
				page.Works = append(page.Works, kit.Option{Value: e.ID, Text: e.Code + " · " + e.Title})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.promote.Render(w, r, page)
}

func promotionInWords(r *kit.Request, rules *contest.Round) string {
	per := cmp.Or(rules.Promotion.Per, "none")
	return r.Say("contest.rule_"+string(rules.Promotion.By), "n", rules.Promotion.N, "points", rules.Promotion.Points, "per", r.Say("contest.per_"+per))
}

// promotionRows lists a group: by rank where there is one, else by code.
func promotionRows(r *kit.Request, run *contest.RoundState, g contest.Proposal, f kit.Form, typed bool) promotionGroup {
	out := promotionGroup{Name: g.Name}
	row := func(e *contest.Entry) promotionRow {
		x := promotionRow{ID: e.ID, Rank: "–", Value: "–", Code: e.Code, Title: e.Title, Entrant: e.Entrant.Called(), District: e.Entrant.DistrictName,
			Rule: slices.Contains(g.On, e.ID)}
		if i := slices.IndexFunc(run.Picked, func(p contest.Pick) bool { return p.Entry == e.ID }); i >= 0 {
			x.Picked, x.Reason = true, run.Picked[i].Reason
		}
		if typed {
			x.Picked, x.Reason = f.Has("pick", e.ID), f.Get("why."+e.ID)
		}
		if x.Picked {
			out.Picked++
		}
		return x
	}
	ranked := map[string]bool{}
	if g.Ranking != nil {
		var values []ranking.Rational
		for _, line := range g.Ranking.Rows {
			values = append(values, line.Value)
		}
		places := ranking.Places(values, 2, 6)
		for _, line := range g.Ranking.Rows {
			i := slices.IndexFunc(g.Entries, func(e *contest.Entry) bool { return e.ID == line.Entry.ID })
			x := row(g.Entries[i])
			x.Rank, x.Value = r.Lang.Number(int64(line.Rank)), r.Lang.Decimal(line.Value.Float(), places)
			ranked[x.ID] = true
			out.Rows = append(out.Rows, x)
		}
	}
	for _, e := range slices.SortedFunc(slices.Values(g.Entries), func(a, b *contest.Entry) int { return cmp.Compare(a.Code, b.Code) }) {
		if !ranked[e.ID] {
			out.Rows = append(out.Rows, row(e))
		}
	}
	return out
}

// pick keeps the list of entries that go on by name.
func (p pages) pick(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := contest.PickEntries{Picks: []contest.Pick{}}
	for _, id := range f.All("pick") {
		c.Picks = append(c.Picks, contest.Pick{Entry: id, Reason: cmp.Or(f.Get("why."+id), f.Get("reason"))})
	}
	err = p.edit(r, f, picksForm, c)
	if f.Refused(err) {
		return p.renderPromotion(w, r, *f, true)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, "contest.picks_saved")
}
