package judging

import (
	"net/http"
	"slices"
	"strings"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
)

type chairPage struct {
	kit.Page
	Form    kit.Form
	Waiting bool // her own sheets are not all signed: others' marks stay hidden
	Gaps    []chairGap
	Points  []chairPoint
	Out     []contest.ChairOut
	Ties    []chairTie
	Missing int      // sheets of others that are not signed
	Aside   bool     // the organiser decides about works in her place
	Nothing string   // what is to come, where nothing waits for her
	Steps   []string // that were tried before works are left to her
	Orders  []chairOrder
	Judges  []kit.Option // whose signed sheets can be reopened
	Parts   []kit.Option // of the round, if there are several
}

type chairGap struct {
	contest.ChairGap
	Marks []kit.Option // judges and their totals
	Own   string       // what the chair gave herself, "" if nothing
}

// chairTie is works that share a rank.
type chairTie struct {
	Of     string // codes, joined
	Said   string // the same, with the series they are of
	Points string
	Works  []kit.Option // each with its marks in words
}

// chairOrder is an order that was given to level works.
type chairOrder struct {
	contest.ChairOrder
	Said  string       // what became of it, "" where it holds as it was given
	Order string       // codes, joined, with the series they are of
	Sets  []orderedSet // that hold and can be changed
}

// orderedSet is works in an order that holds: codes, joined, and the same with the series they are of.
type orderedSet struct{ Of, Said string }

// chairPoint is a judge with ties to works she scores.
type chairPoint struct {
	Judge, Name string
	Own         bool
	Works       []kit.Option // her sheets, by one of each work, with the ties in words
	Warns       []string     // what it does to others if none of these sheets counts
}

func (p pages) showChair(w http.ResponseWriter, r *kit.Request) error {
	return p.renderChair(w, r, kit.NewForm())
}

// chairs fails unless the actor presides over the jury.
func (p pages) chairs(r *kit.Request) (contest.JudgeView, error) {
	v, err := p.mine(r, r.PathValue("contest"))
	if err == nil && !v.Chair {
		err = fault.New(fault.Denied, "contest.chair_only")
	}
	return v, err
}

func (p pages) renderChair(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	mine, err := p.chairs(r)
	if err != nil {
		return err
	}
	page := chairPage{Page: r.Page("contest.chair_desk"), Form: f}
	err = p.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		v, err := s.ForChair(r.Actor.Person)
		if err != nil {
			return err
		}
		page.fill(r, v)
		for i := range page.Points {
			page.Points[i].warn(s, r.Lang)
		}
		switch {
		case mine.Over != "":
			page.Nothing = nothing(r, mine)
		case v.Missing > 0:
			page.Nothing = r.Say("contest.chair_nothing_missing", "n", v.Missing)
		default:
			page.Nothing = r.Say("contest.chair_nothing_next")
		}
		if run := s.Settling(); run != nil && !v.Waiting {
			rules, _ := s.Rules.Round(run.ID)
			for _, b := range rules.TieBreaks {
				if b.By != ranking.ByChair {
					page.Steps = append(page.Steps, paper.StepInWords(r.Lang, rules, b))
				}
			}
			for _, p := range rules.Parts {
				page.Parts = append(page.Parts, kit.Option{Value: p.ID, Text: p.Name})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(page.Parts) < 2 {
		page.Parts = nil
	}
	return p.chair.Render(w, r, page)
}

func (page *chairPage) fill(r *kit.Request, v contest.ChairView) {
	page.Waiting, page.Aside, page.Missing, page.Out = v.Waiting, v.Aside, v.Missing, v.Out
	named := func(of contest.Series, codes ...string) string {
		return paper.NumberInWords(r.Lang, of, strings.Join(codes, ", "))
	}
	for i, x := range page.Out {
		page.Out[i].Code = named(x.Of, x.Code)
	}
	for _, g := range v.Gaps {
		g.Code = named(g.Of, g.Code)
		row := chairGap{ChairGap: g}
		for _, m := range g.Marks {
			said := m.Name + ": " + r.Lang.Decimal(m.Total.Float(), 2)
			if m.Judge == r.Actor.Person {
				row.Own = said
				continue
			}
			row.Marks = append(row.Marks, kit.Option{Value: m.Judge, Text: said})
		}
		page.Gaps = append(page.Gaps, row)
	}
	for _, x := range v.Points {
		words := make([]string, len(x.Why))
		for i, key := range x.Why {
			words[i] = r.Say(key)
		}
		if n := len(page.Points); n == 0 || page.Points[n-1].Judge != x.Judge {
			page.Points = append(page.Points, chairPoint{Judge: x.Judge, Name: x.Name, Own: x.Own})
		}
		row := &page.Points[len(page.Points)-1]
		said := strings.Join(words, "; ")
		if x.Note != "" {
			said += ": " + x.Note
		}
		row.Works = append(row.Works, kit.Option{Value: x.Task, Text: r.Say("contest.entry_code", "code", named(x.Of, x.Code)) + ": " + said})
	}
	for i, tie := range v.Level {
		row := chairTie{Of: strings.Join(v.Ties[i], ", "), Said: named(v.Of, v.Ties[i]...), Points: r.Lang.Decimal(tie.Points.Float(), 2)}
		for _, work := range tie.Works {
			var said []string
			for _, part := range work.Parts {
				marks := make([]string, len(part.Marks))
				for i, m := range part.Marks {
					marks[i] = m.Name + " " + r.Lang.Decimal(m.Total.Float(), 2)
				}
				said = append(said, part.Part+": "+strings.Join(marks, "; "))
			}
			row.Works = append(row.Works, kit.Option{Value: named(work.Of, work.Code), Text: strings.Join(said, ". ")})
		}
		page.Ties = append(page.Ties, row)
	}
	for _, x := range v.Orders {
		row := chairOrder{ChairOrder: x, Order: named(v.Of, x.Order...)}
		var holds []string
		for _, set := range x.Holds {
			row.Sets, holds = append(row.Sets, orderedSet{strings.Join(set, ", "), named(v.Of, set...)}), append(holds, named(v.Of, set...))
		}
		if x.State != contest.OrderHolds {
			row.Said = r.Say("contest.order_"+string(x.State), "codes", strings.Join(holds, "; "))
		}
		if !x.Change {
			row.Sets = nil
		}
		page.Orders = append(page.Orders, row)
	}
	for _, x := range v.Signed {
		if o := (kit.Option{Value: x.Judge, Text: x.Name}); !slices.Contains(page.Judges, o) {
			page.Judges = append(page.Judges, o)
		}
	}
}

// warn says what it does to the points of works if none of the sheets counts.
func (x *chairPoint) warn(s *contest.State, lang text.Language) {
	entries := map[string][]string{} // by round
	for _, w := range x.Works {
		if run, t := s.Task(w.Value); t.Final() {
			entries[run.ID] = append(entries[run.ID], t.Entry)
		}
	}
	for _, run := range s.Rounds {
		x.Warns = append(x.Warns, paper.WithoutInWords(s, run.ID, x.Judge, entries[run.ID], lang)...)
	}
}

func (p pages) handleChair(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if _, err := p.chairs(r); err != nil {
		return err
	}
	id := r.PathValue("contest")
	var c contest.Command
	err = p.hall.View(r.Context(), id, func(s *contest.State) error {
		c, err = chairCommand(s, f)
		return err
	})
	if err == nil {
		_, err = p.hall.Do(r.Context(), r.Meta(f.ID), id, c)
	}
	if f.RefusedAloud(err) {
		return p.renderChair(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, "contest.chair_done")
}

// moreParts reports whether sheets of several parts bear the number for that judge.
func moreParts(run *contest.RoundState, code, judge string) bool {
	parts := map[string]bool{}
	for _, t := range run.Of(judge) {
		if contest.SameNumber(code, t.Code) {
			parts[t.Part] = true
		}
	}
	return len(parts) > 1
}

// waitsForChair says what a chair has to settle, a sentence each.
func waitsForChair(r *kit.Request, v contest.ChairView) (list []string) {
	add := func(key string, n int) {
		if n > 0 {
			list = append(list, r.Say(key, "n", n))
		}
	}
	add("contest.chair_gaps_n", len(v.Gaps))
	add("contest.chair_ties_n", len(v.Ties))
	add("contest.chair_points_n", len(v.Points))
	return list
}

// chairCommand reads what the chair wants; codes and task IDs stand for
// entries, because she judges blind too.
func chairCommand(s *contest.State, f *kit.Form) (contest.Command, error) {
	switch f.Get("do") {
	case "reopen":
		run := s.Running()
		if run == nil {
			return nil, fault.New(fault.Conflict, "contest.no_round")
		}
		code, part := f.Get("code"), f.Get("part")
		switch {
		case code == "":
			return nil, fault.New(fault.Invalid, "contest.number_missing").At("code")
		case f.Get("judge") == "":
			return nil, fault.New(fault.Invalid, "contest.judge_missing").At("judge")
		case part == "" && moreParts(run, code, f.Get("judge")):
			return nil, fault.New(fault.Invalid, "contest.part_missing").At("part")
		}
		for _, t := range run.Of(f.Get("judge")) {
			if contest.SameNumber(code, t.Code) && (part == "" || part == t.Part) {
				return contest.ReopenSheet{Task: t.ID, Reason: f.Get("reason")}, nil
			}
		}
		return nil, fault.New(fault.NotFound, "contest.no_such_number", "code", code)
	case "keep", "exclude":
		return s.SettleOver(f.All("task"), f.Get("do") == "keep", f.Get("reason"))
	case "confer":
		return s.ConferOver(f.Get("task"), f.All("reopen"), f.Get("reason"))
	case "tie":
		codes := strings.FieldsFunc(f.Get("order"), func(c rune) bool { return c == ',' || c == ' ' })
		return s.TieOf(codes, f.Get("reason"))
	}
	return nil, fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
}
