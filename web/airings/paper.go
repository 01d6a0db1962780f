package airings

import (
	"net/http"
	"slices"
	"time"

	"loa/internal/fault"
	"loa/web/kit"
)

// paperPage is the log as the book an inspector asks for, oldest first.
type paperPage struct {
	kit.Page
	Form        kit.Form // the filter, and the office's own words for the book's head
	Station     string   // "" when it is the book of several
	From, Until time.Time
	Lines       []logLine
	Back        string
}

// maxPrinted is the most lines one print holds: some sixty sheets.
const maxPrinted = 2000

func (p pages) showPaper(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	q, err := p.logQuery(r, reg)
	if err != nil {
		return err
	}
	v := r.URL.Query()
	page := paperPage{Page: r.Page("airing.paper"), From: q.From, Until: q.Until.Add(-time.Second), Form: kit.NewForm()}
	if v.Get("until") == "" { // the filter reaches a little ahead, a book does not
		page.Until = r.Now
	}
	for _, name := range []string{"station", "outcome", "from", "until"} {
		page.Form.Values.Set(name, v.Get(name))
	}
	r.Office(w, page.Form)
	if len(q.Stations) == 1 {
		page.Station = reg.UnitOf(q.Stations[0]).Official()
	} else if mine := readable(r, reg); len(mine) == 1 {
		page.Station = reg.UnitOf(mine[0].ID).Official()
	}
	lines, left, err := p.lines(r, reg, q, maxPrinted)
	if err != nil {
		return err
	}
	if left { // a book that lacks lines would pass for the whole
		return fault.New(fault.Invalid, "airing.paper_long", "most", maxPrinted)
	}
	page.Lines = lines
	slices.Reverse(page.Lines)
	v.Del("parent")
	v.Del("agency")
	v.Del("place")
	page.Back = "/airings?" + v.Encode()
	return p.paper.Render(w, r, page)
}
