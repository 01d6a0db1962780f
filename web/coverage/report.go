package coverage

import (
	"net/http"

	"loa/coverage"
	"loa/coverage/report"
	"loa/internal/filter"
	"loa/internal/paper"
	"loa/outgoing"
	"loa/web/kit"
)

// reportPage is the report of a period as the document an office sends up.
type reportPage struct {
	kit.Page
	Form   kit.Form     // the office's own words for the document's head
	Kept   []kit.Option // which period, of what
	Papers []paper.Paper
	Number kit.PaperNumber
	Period string // the page this is the paper of
	Here   string // this page
	CSV    string

	name string // of its files
}

func (p pages) showReport(w http.ResponseWriter, r *kit.Request) error {
	page, err := p.drawReport(w, r)
	if err != nil {
		return err
	}
	if as := r.URL.Query().Get("as"); as != "" {
		return r.SendNumbered(w, page.Number, page.name, as, page.Papers)
	}
	return p.report.Render(w, r, page)
}

// numberReport gives the report of a period its number.
func (p pages) numberReport(w http.ResponseWriter, r *kit.Request) error {
	page, err := p.drawReport(w, r)
	if err != nil {
		return err
	}
	refused, err := r.TakeNumber(w, p.store, &page.Number, outgoing.Report, page.Form.Letterhead())
	if refused {
		return p.report.Render(w, r, page)
	}
	return err
}

func (p pages) drawReport(w http.ResponseWriter, r *kit.Request) (page reportPage, err error) {
	f, err := kit.ReadFilter[coverage.Filter](r)
	if err != nil {
		return page, err
	}
	rep, err := report.Of(r.Context(), p.store, r.Actor, f, r.Lang, r.Now)
	if err != nil {
		return page, err
	}
	f = rep.Asked
	page = reportPage{Page: r.Page("coverage.report"), Form: kit.NewForm(), Kept: kit.Kept(f), Period: filter.Link("/coverage/period", f),
		Here: report.Address(f), CSV: filter.Link("/coverage/period", f, "by", "station", "format", "csv"), name: rep.Name()}
	r.Office(w, page.Form)
	issuer, ok := outgoing.IssuerOf(r.Actor, f.District)
	if page.Number, err = r.NumberOf(p.store, outgoing.PeriodReport, issuer, ok, page.Here); err != nil {
		return page, err
	}
	page.Number.May = page.Number.May && rep.Expected() > 0 // of nothing there is no report
	page.Papers = rep.Papers(page.Number.Head(page.Form.Letterhead()), r.Lang, r.Now)
	page.Number.Drawn(r, page.Papers)
	page.Number.Refuse(r, rep.Unended)
	page.Number.Ends = rep.Last
	return page, nil
}
