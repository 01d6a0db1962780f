package judging

import (
	"net/http"
	"slices"
	"strings"

	"loa/contest"
	"loa/internal/fault"
	"loa/web/kit"
)

type chairPage struct {
	kit.Page
	Form    kit.Form
	Waiting bool // her own sheets are not all signed: others' marks stay hidden
	Gaps    []chairGap
	Ties    []chairTie
	Judges  []kit.Option // whose signed sheets can be reopened
	Parts   []kit.Option // of the round, if there are several
}

type chairGap struct {
	Entry, Code, Part string // Entry is the opaque ID of one of its tasks
	Marks             []chairMark
}

type chairMark struct{ Judge, Name, Total string }

type chairTie struct {
	Codes string
}

func (p pages) showChair(w http.ResponseWriter, r *kit.Request) error {
	return p.renderChair(w, r, kit.NewForm())
}

// chairs fails unless the actor presides over the jury.
func (p pages) chairs(r *kit.Request) error {
	v, err := p.mine(r, r.PathValue("contest"))
	if err == nil && !v.Chair {
		err = fault.New(fault.Denied, "contest.chair_only")
	}
	return err
}

func (p pages) renderChair(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	if err := p.chairs(r); err != nil {
		return err
	}
	page := chairPage{Page: r.Page("contest.chair_desk"), Form: f}
	err := p.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		run := s.Settling()
		if run == nil {
			return nil
		}
		page.Waiting = slices.ContainsFunc(run.Of(r.Actor.Person), func(t *contest.Task) bool {
			return t.Status() == contest.Untouched || t.Status() == contest.Drafted
		})
		if page.Waiting {
			return nil
		}
		return fillChair(&page, r, s, run)
	})
	if err != nil {
		return err
	}
	return p.chair.Render(w, r, page)
}

func fillChair(page *chairPage, r *kit.Request, s *contest.State, run *contest.RoundState) error {
	rules, _ := s.Rules.Round(run.ID)
	for _, g := range s.Gaps(run) {
		if g.Settled {
			continue
		}
		row := chairGap{Code: run.Codes[g.Entry], Part: rules.Part(g.Part).Name}
		for _, t := range run.Tasks {
			if t.Entry == g.Entry && t.Part == g.Part && t.Counts() {
				total, _ := rules.Part(t.Part).Total(t.Sheet.Content)
				row.Entry = t.ID
				row.Marks = append(row.Marks, chairMark{t.Judge, s.Judge(t.Judge).Name, r.Lang.Decimal(total.Float(), 2)})
			}
		}
		page.Gaps = append(page.Gaps, row)
	}
	if run.Finished == nil {
		for _, j := range s.Judges {
			if slices.ContainsFunc(run.Of(j.Person), func(t *contest.Task) bool { return t.Status() == contest.Final }) {
				page.Judges = append(page.Judges, kit.Option{Value: j.Person, Text: j.Name})
			}
		}
	}
	if len(rules.Parts) > 1 {
		for _, p := range rules.Parts {
			page.Parts = append(page.Parts, kit.Option{Value: p.ID, Text: p.Name})
		}
	}
	if _, open := run.Progress(); open > 0 || len(rules.Parts) == 0 {
		return nil
	}
	ties, err := s.OpenTies(run)
	if err != nil {
		return err
	}
	for _, tie := range ties {
		var codes []string
		for _, id := range tie {
			codes = append(codes, run.Codes[id])
		}
		slices.Sort(codes)
		page.Ties = append(page.Ties, chairTie{strings.Join(codes, ", ")})
	}
	return nil
}

func (p pages) handleChair(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if err := p.chairs(r); err != nil {
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

// chairCommand reads what the chair wants; codes and task IDs stand for
// entries, because she judges blind too.
func chairCommand(s *contest.State, f *kit.Form) (contest.Command, error) {
	run := s.Settling()
	if run == nil {
		return nil, fault.New(fault.Conflict, "contest.no_round")
	}
	switch f.Get("do") {
	case "reopen":
		code, part := f.Get("code"), f.Get("part")
		for _, t := range run.Of(f.Get("judge")) {
			if contest.SameNumber(code, t.Code) && (part == "" || part == t.Part) {
				return contest.ReopenSheet{Task: t.ID, Reason: f.Get("reason")}, nil
			}
		}
		return nil, fault.New(fault.NotFound, "contest.no_such_number", "code", code)
	case "confer":
		t := run.Task(f.Get("task"))
		if t == nil {
			return nil, fault.New(fault.NotFound, "contest.sheet_not_yours")
		}
		return contest.Confer{Entry: t.Entry, Reopen: f.All("reopen"), Reason: f.Get("reason")}, nil
	case "tie":
		var order []string
		for code := range strings.FieldsFuncSeq(f.Get("order"), func(c rune) bool { return c == ',' || c == ' ' }) {
			at := slices.IndexFunc(run.Entries, func(id string) bool { return contest.SameNumber(code, run.Codes[id]) })
			if at < 0 {
				return nil, fault.New(fault.NotFound, "contest.no_such_number", "code", code)
			}
			order = append(order, run.Entries[at])
		}
		return contest.DecideTie{Entries: order, Reason: f.Get("reason")}, nil
	}
	return nil, fault.New(fault.Invalid, "contest.unknown_choice", "value", f.Get("do"))
}
