package coverage

import (
	"net/http"

	"loa/coverage"
	"loa/web/kit"
)

// paperPage is a week as the document an office sends up.
type paperPage struct {
	kit.Page
	coverage.Week
	Form      kit.Form // the office's own words for the document's head
	WeekLine  string
	Part      string
	Districts []districtRow // none where there is but one
	Groups    []group       // the stations that need a word: all but those that aired or whose time has not come
	Asked     string        // ?week= and ?district= of the page this is the paper of
}

type districtRow struct {
	Name string
	coverage.Counts
}

func (p pages) showPaper(w http.ResponseWriter, r *kit.Request) error {
	cal, week, reg, err := p.asked(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	got, err := p.store.Coverage(r.Context(), r.Actor, coverage.Query{Week: week, District: q.Get("district"), Now: r.Now})
	if err != nil {
		return err
	}
	page := paperPage{Page: r.Page("coverage.paper"), Week: got, WeekLine: r.Lang.Week(cal.Start(week), cal.End(week)), Part: partOf(r, reg, got), Asked: address(week, q.Get("district")),
		Form: kit.NewForm("week", week.String(), "district", q.Get("district"))}
	r.Office(w, page.Form)
	if len(got.Districts) > 1 {
		for _, d := range got.Districts {
			page.Districts = append(page.Districts, districtRow{reg.DistrictName(d.District), d.Counts})
		}
	}
	for _, g := range groupsOf(reg, got) {
		if g.State != coverage.Aired && g.State != coverage.NotDue && len(g.Rows) > 0 {
			page.Groups = append(page.Groups, g)
		}
	}
	return p.paper.Render(w, r, page)
}
