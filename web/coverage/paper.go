package coverage

import (
	"net/http"
	"strings"

	"loa/coverage"
	"loa/internal/filter"
	"loa/internal/paper"
	"loa/outgoing"
	"loa/stations"
	"loa/web/kit"
)

// paperPage is a week as the document an office sends up.
type paperPage struct {
	kit.Page
	Form   kit.Form     // the office's own words for the document's head
	Kept   []kit.Option // which week, of what
	Paper  paper.Paper
	Number kit.PaperNumber
	Week   string // the page this is the paper of
	Here   string // this page
}

func (p pages) showPaper(w http.ResponseWriter, r *kit.Request) error {
	page, err := p.drawWeek(w, r)
	if err != nil {
		return err
	}
	if as := r.URL.Query().Get("as"); as != "" {
		return r.SendNumbered(w, page.Number, "do-phu-"+page.Paper.Name, as, []paper.Paper{page.Paper})
	}
	return p.paper.Render(w, r, page)
}

// numberPaper gives the paper of a week its number.
func (p pages) numberPaper(w http.ResponseWriter, r *kit.Request) error {
	page, err := p.drawWeek(w, r)
	if err != nil {
		return err
	}
	refused, err := r.TakeNumber(w, p.store, &page.Number, outgoing.Report, page.Form.Letterhead())
	if refused {
		return p.paper.Render(w, r, page)
	}
	return err
}

func (p pages) drawWeek(w http.ResponseWriter, r *kit.Request) (page paperPage, err error) {
	cal, q, reg, err := p.asked(r)
	if err != nil {
		return page, err
	}
	week := q.Week
	q.District = coverage.Own(r.Actor, q.District)
	got, err := p.store.Coverage(r.Context(), r.Actor, q)
	if err != nil {
		return page, err
	}
	page = paperPage{Page: r.Page("coverage.paper"), Week: filter.Link("/coverage", q), Here: filter.Link("/coverage/paper", q), Kept: kit.Kept(q),
		Form: kit.NewForm()}
	r.Office(w, page.Form)
	issuer, ok := outgoing.IssuerOf(r.Actor, q.District)
	if page.Number, err = r.NumberOf(p.store, outgoing.WeekReport, issuer, ok, page.Here); err != nil {
		return page, err
	}
	page.Number.May = page.Number.May && got.Expected() > 0 && !cal.Start(week).After(r.Now) // of nothing there is no report
	page.Paper = paper.Paper{Lang: r.Lang, Name: week.String(), Office: page.Number.Head(page.Form.Letterhead()), Mark: "BC", Date: r.Now,
		Title: r.Say("coverage.paper_title"),
		About: []string{r.Say("coverage.paper_subtitle", "week", r.Lang.Week(cal.Start(week), cal.End(week)))}, Body: weekOnPaper(r, reg, got),
		Signers: []paper.Signer{{Office: r.Say("kit.paper_maker")}, {Office: r.Say("kit.paper_head")}}}
	page.Paper.Receivers = page.Paper.Usual()
	if part := partOf(r, reg, q); part != "" {
		page.Paper.About = append(page.Paper.About, r.Say("coverage.paper_part", "part", part))
	}
	seal, err := p.sealOf(r, got)
	if err != nil {
		return page, err
	}
	if seal != nil {
		page.Paper.Check = r.Say("seals.on_paper", "n", seal.Number, "week", seal.Week, "code", seal.Code())
		page.Paper.Body = append(page.Paper.Body, paper.Text{Words: page.Paper.Check, Italic: true})
	}
	page.Number.Drawn(r, []paper.Paper{page.Paper})
	page.Number.Refuse(r, coverage.Unended(cal, week, r.Now))
	page.Number.Ends = stations.DateOf(cal.End(week).Add(-1))
	return page, nil
}

// weekOnPaper is what the document says of a week: its figures, those of each
// district where there are several, and the stations that need a word.
func weekOnPaper(r *kit.Request, reg *stations.Registry, w coverage.Week) (body []paper.Block) {
	sum := r.Say("coverage.paper_sum", "active", w.Active, "excused", w.Excused, "aired", w.Aired, "expected", w.Expected()) + " "
	switch _, planned := w.Percent(); {
	case planned:
		sum += r.Say("coverage.paper_reached", "share", w.Share(r.Lang))
	case w.Expected() == 0:
		sum += r.Say("coverage.paper_none_expected")
	default:
		sum += r.Say("coverage.paper_unplanned")
	}
	rest := r.Say("coverage.paper_rest", "not_aired", w.NotAired, "not_reported", w.NotReported, "not_counted", w.NotCounted)
	if w.NotDue > 0 {
		rest += " " + r.Say("coverage.paper_later", "n", w.NotDue)
	}
	if w.NotPlanned > 0 {
		rest += " " + r.Say("coverage.paper_not_planned", "n", w.NotPlanned)
	}
	state := paper.Text{Words: r.Say("coverage.paper_open", "at", r.Now), Now: true}
	if w.Closed {
		state = paper.Say(r.Say("coverage.paper_closed", "at", w.ClosedAt, "by", w.ClosedBy))
		if now := w.Now; now != nil {
			state.Words += " " + r.Say("coverage.since_then") + " " + r.Lang.Number(int64(now.Aired)) + "/" + r.Lang.Number(int64(now.Expected())) + "."
		}
	}
	body = append(body, paper.Say(sum), paper.Say(r.Say("coverage.paper_proof", "evidence", w.WithEvidence, "verified", w.Verified,
		"machine", w.ByMachine, "both", w.ByBoth, "person", w.Verified-w.ByMachine-w.ByBoth, "on_time", w.OnTime)),
		paper.Say(rest), state)
	for _, e := range w.Earlier {
		body = append(body, paper.Say(r.Say("coverage.earlier", "aired", e.Aired, "expected", e.Expected(), "at", e.ClosedAt,
			"by", e.ClosedBy, "asked", e.Reopened.By,
			"agreed", e.Reopened.AgreedBy, "reopened", e.Reopened.AgreedAt, "reason", e.Reopened.Reason)))
	}
	several := len(w.Districts) > 1
	if several {
		body = append(body, paper.Heading(r.Say("coverage.by_district")), districtTable(r, reg, w), paper.Say(r.Say("coverage.paper_rounded")))
	}
	for _, g := range groupsOf(reg, w, func(_ coverage.State, n int) kit.Turn { return kit.Turn{To: n} }) {
		if g.State != coverage.Aired && !g.Waits() && len(g.Rows) > 0 {
			body = append(body, paper.Heading(r.Say("coverage.paper_list."+string(g.State))+" ("+r.Lang.Number(int64(len(g.Rows)))+")"),
				stationTable(r, g, several))
		}
	}
	return body
}

func districtTable(r *kit.Request, reg *stations.Registry, w coverage.Week) paper.Table {
	t := paper.Table{Columns: []paper.Column{{Name: r.Say("coverage.district"), Width: 20, Places: paper.Words}}, Total: true}
	figures := []func(coverage.Counts) any{}
	column := func(c paper.Column, of func(coverage.Counts) any) {
		c.Middle = true
		t.Columns, figures = append(t.Columns, c), append(figures, of)
	}
	count := func(key string, n func(coverage.Counts) int) {
		column(paper.Column{Name: r.Say(key), Width: 10}, func(c coverage.Counts) any { return n(c) })
	}
	count("coverage.paper_active", func(c coverage.Counts) int { return c.Active })
	count("coverage.state.excused", func(c coverage.Counts) int { return c.Excused })
	count("coverage.state.aired", func(c coverage.Counts) int { return c.Aired })
	column(paper.Column{Name: "%", Width: 8, Places: paper.Words}, func(c coverage.Counts) any { return c.Share(r.Lang) })
	count("coverage.ladder.with_evidence", func(c coverage.Counts) int { return c.WithEvidence })
	count("coverage.on_time", func(c coverage.Counts) int { return c.OnTime })
	count("coverage.state.not_counted", func(c coverage.Counts) int { return c.NotCounted })
	count("coverage.state.not_aired", func(c coverage.Counts) int { return c.NotAired })
	count("coverage.state.not_reported", func(c coverage.Counts) int { return c.NotReported })
	if w.NotDue > 0 {
		count("coverage.state.not_due", func(c coverage.Counts) int { return c.NotDue })
	}
	if w.NotPlanned > 0 {
		count("coverage.state.not_planned", func(c coverage.Counts) int { return c.NotPlanned })
	}
	row := func(name string, c coverage.Counts) {
		cells := []any{name}
		for _, of := range figures {
			cells = append(cells, of(c))
		}
		t.Rows = append(t.Rows, cells)
	}
	for _, d := range w.Districts {
		row(reg.DistrictName(d.District), d.Counts)
	}
	row(r.Say("coverage.paper_total"), w.Counts)
	return t
}

// stationTable lists the stations in one state, with their districts where there are
// several.
func stationTable(r *kit.Request, g group, several bool) paper.Table {
	t := paper.Table{Columns: []paper.Column{{Name: r.Say("kit.paper_row"), Width: 6, Middle: true},
		{Name: r.Say("coverage.station"), Width: 28, Places: paper.Words}}}
	if several {
		t.Columns = append(t.Columns, paper.Column{Name: r.Say("coverage.district"), Width: 22, Places: paper.Words})
	}
	t.Columns = append(t.Columns, paper.Column{Name: r.Say("coverage.call"), Width: 26, Places: paper.Words},
		paper.Column{Name: r.Say("airing.note"), Width: 34, Places: paper.Words})
	for i, s := range g.Rows {
		note := ""
		if s.Reason != "" {
			note = r.Say("airing.reason." + string(s.Reason))
		}
		if e := s.Excuse; e != nil {
			note += r.Say("airing.reason."+string(e.Reason)) + ": " + e.Note + " (" + e.Words(r.Lang) + ")"
		}
		if s.Scheduled == 0 {
			note += " " + r.Say("coverage.not_scheduled")
		}
		row := []any{i + 1, s.Name}
		if several {
			row = append(row, s.District)
		}
		t.Rows = append(t.Rows, append(row, strings.TrimSpace(s.Contact.Name+" "+s.Contact.Phone), note))
	}
	return t
}
