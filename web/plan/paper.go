package plan

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/outgoing"
	"loa/plan"
	"loa/stations"
	"loa/web/kit"
)

// paperPage is the whole plan as the document an office sends up.
type paperPage struct {
	kit.Page
	Form   kit.Form     // the office's own words for the document's head
	Kept   []kit.Option // of which year
	Paper  paper.Paper
	Number kit.PaperNumber
	Back   string
	Here   string
}

func (p pages) showPaper(w http.ResponseWriter, r *kit.Request) error {
	page, err := p.draw(w, r)
	if err != nil {
		return err
	}
	if as := r.URL.Query().Get("as"); as != "" {
		return r.SendNumbered(w, page.Number, page.Paper.Name, as, []paper.Paper{page.Paper})
	}
	return p.paper.Render(w, r, page)
}

// numberPaper gives the paper its number.
func (p pages) numberPaper(w http.ResponseWriter, r *kit.Request) error {
	page, err := p.draw(w, r)
	if err != nil {
		return err
	}
	refused, err := r.TakeNumber(w, p.store, &page.Number, outgoing.Report, page.Form.Letterhead())
	if refused {
		return p.paper.Render(w, r, page)
	}
	return err
}

func (p pages) draw(w http.ResponseWriter, r *kit.Request) (page paperPage, err error) {
	f, err := kit.ReadFilter[plan.Filter](r, "on")
	if err != nil {
		return page, err
	}
	years, err := p.store.PlanYears(r.Context(), r.Actor)
	if err != nil {
		return page, err
	}
	year := f.Of(years, r.Now)
	f.Year = outgoing.Year(year)
	on, err := asOf(r, year)
	if err != nil {
		return page, err
	}
	page = paperPage{Page: r.Page("plan.paper"), Form: kit.NewForm(), Kept: append(kit.Kept(f), kit.Option{Value: "on", Text: string(on)}),
		Back: filter.Link("/plan", f),
		Here: filter.Link("/plan/paper", f, "on", string(on))}
	r.Office(w, page.Form)
	issuer, ok := outgoing.IssuerOf(r.Actor, "")
	ok = ok && issuer == outgoing.Issuer{}
	if page.Number, err = r.NumberOf(p.store, outgoing.PlanReport, issuer, ok, page.Here); err != nil {
		return page, err
	}
	at := r.Now
	if e := page.Number.Entry; e != nil && e.At.Before(at) {
		at = e.At // what was entered later that day is no part of what got the number
	}
	if end := on.AddDays(1).Start(text.Zone); end.Before(at) {
		at = end
	}
	list, err := plan.YearThen(r.Context(), p.store, p.hall, r.Actor, year, at, at)
	if err != nil {
		return page, err
	}
	list = slices.DeleteFunc(list, func(i plan.Progress) bool { return i.Retired })
	if len(list) == 0 {
		return page, fault.New(fault.Invalid, "plan.paper_none", "year", strconv.Itoa(year)).At("year")
	}
	page.Paper = paper.Paper{Lang: r.Lang, Name: plan.Name(year), Office: page.Number.Head(page.Form.Letterhead()), Mark: "BC", Date: r.Now,
		Across: true, Title: r.Say("plan.paper_title"), About: []string{r.Say("plan.paper_about", "year", strconv.Itoa(year), "day", on)},
		Body:    onPaper(r, list, on),
		Signers: []paper.Signer{{Office: r.Say("kit.paper_maker")}, {Office: r.Say("kit.paper_head")}}}
	page.Paper.Receivers = page.Paper.Usual()
	page.Number.Drawn(r, []paper.Paper{page.Paper})
	return page, nil
}

// asOf is the day that the paper of a year tells of, today unless another is asked for. Each day's paper has a number of
// its own; what is entered after the year, of its last periods, has its days then. Faults: kit.date_invalid,
// plan.day_ahead, plan.day_before.
func asOf(r *kit.Request, year int) (on stations.Date, err error) {
	if on, err = stations.ParseDate(r.URL.Query().Get("on")); err != nil {
		return on, fault.New(fault.Invalid, "kit.date_invalid").At("on")
	}
	first, _ := plan.Yearly.Periods(year)[0].Days()
	switch on = cmp.Or(on, r.Today()); {
	case on < first:
		return on, fault.New(fault.Invalid, "plan.day_before", "day", on, "first", first, "year", strconv.Itoa(year)).At("on")
	case on > r.Today():
		return on, fault.New(fault.Invalid, "plan.day_ahead", "day", on).At("on")
	}
	return on, nil
}

// onPaper is what the paper says of the plan.
func onPaper(r *kit.Request, list []plan.Progress, on stations.Date) (body []paper.Block) {
	t := paper.Table{Columns: []paper.Column{{Name: r.Say("plan.mark"), Width: 7, Places: paper.Words},
		{Name: r.Say("plan.name"), Width: 34, Places: paper.Words},
		{Name: r.Say("plan.body"), Width: 20, Places: paper.Words}, {Name: r.Say("plan.goal_label"), Width: 20, Places: paper.Words},
		{Name: r.Say("plan.done"), Width: 16, Places: paper.Words}, {Name: r.Say("plan.expected"), Width: 16, Places: paper.Words},
		{Name: r.Say("plan.state_label"), Width: 12, Places: paper.Words, Middle: true}, {Name: r.Say("plan.missing"), Width: 8, Middle: true}}}
	var states, lacking []string
	for _, c := range plan.Worst(list) {
		states = append(states, r.Say("plan.paper_state", "n", c.N, "state", c.State))
	}
	for _, p := range list {
		t.Rows = append(t.Rows, []any{p.Mark, p.Name, p.Body, text.Sentence(p.Goal(r.Lang)), text.Sentence(p.Reading(r.Lang)),
			cmp.Or(text.Sentence(p.Pace(r.Lang)), "–"),
			text.Sentence(p.State.Words(r.Lang)), p.Missing})
		if p.Missing > 0 {
			lacking = append(lacking, r.Say("plan.paper_missing_line", "mark", p.Mark, "name", p.Name, "n", p.Missing))
		}
	}
	body = append(body, paper.Say(r.Say("plan.paper_sum", "n", len(t.Rows), "day", on, "states", strings.Join(states, ", "))))
	if on < r.Today() {
		body = append(body, paper.Text{Words: r.Say("plan.paper_then", "day", on), Now: true})
	}
	body = append(body, t)
	body = append(body, paper.Listed(r.Say("plan.paper_missing"), lacking)...)
	return append(body, paper.Text{Words: r.Say("plan.paper_how"), Italic: true})
}
