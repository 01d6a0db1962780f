package airings

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing/book"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/paper"
	"loa/outgoing"
	"loa/stations"
	"loa/web/kit"
)

// paperPage is the log as the book an inspector asks for, oldest first.
type paperPage struct {
	kit.Page
	Form  kit.Form // the office's own words for the book's head
	Paper paper.Paper
	Back  string
	Here  string       // this page
	Kept  []kit.Option // the filter
}

// maxPrinted is the most lines one print holds: some sixty sheets.
const maxPrinted = 2000

func (p pages) showPaper(w http.ResponseWriter, r *kit.Request) error {
	f, q, reg, err := p.asked(r)
	if err != nil {
		return err
	}
	page := paperPage{Page: r.Page("airing.paper"), Form: kit.NewForm(), Kept: kit.Kept(f),
		Here: "/airings/paper?" + filter.Values(f).Encode(), Back: filter.Link("/airings", f)}
	station, until := "", q.Until.Add(-time.Second)
	if f.Until.IsZero() { // the filter reaches a little ahead, a book does not
		until = r.Now
	}
	r.Office(w, page.Form)
	if len(q.Stations) == 1 {
		station = reg.UnitOf(q.Stations[0]).Official()
	} else if mine := reg.Filter(readable(r)); len(mine) == 1 {
		station = reg.UnitOf(mine[0].ID).Official()
	}
	lines, left, err := p.lines(r, reg, q, maxPrinted)
	if err != nil {
		return err
	}
	if left { // a book that lacks lines would pass for the whole
		return fault.New(fault.Invalid, "airing.paper_long", "most", maxPrinted)
	}
	of := make([]book.Line, len(lines))
	for i, l := range lines {
		of[len(lines)-1-i] = l.Line
	}
	page.Paper = paper.Paper{Lang: r.Lang, Name: r.Say("airing.log_title"), Office: page.Form.Letterhead(), Date: r.Now, Across: true,
		Title: r.Say("airing.paper_title"),
		About: []string{r.Say("airing.paper_subtitle", "station", cmp.Or(station, several(r, reg, q.District)), "from", r.Lang.Date(q.From),
			"until", r.Lang.Date(until))},
		Body: []paper.Block{book.Table(r.Lang, of, station == "")}, Signers: book.Signers(r.Lang),
		Figures: book.Figures(r.Lang, cmp.Or(station, several(r, reg, q.District)), q.From, until, len(of))}
	seal, err := p.store.LastSeal(r.Context(), r.Actor, nil)
	if err != nil {
		return err
	}
	if seal != nil && seal.Signed != nil {
		page.Paper.Check = r.Say("seals.on_paper", "n", seal.Number, "week", seal.Week, "code", seal.Code())
		page.Paper.Body = append(page.Paper.Body, paper.Text{Italic: true, Words: r.Say("seals.on_book", "n", seal.Number, "week", seal.Week,
			"code", seal.Code(), "key", seal.Signed.KeyCode())})
	}
	if as := r.URL.Query().Get("as"); as != "" {
		district := q.District
		if len(q.Stations) == 1 {
			district = reg.Where(q.Stations[0]).District
		}
		issuer, ok := outgoing.IssuerOf(r.Actor, district)
		n, err := r.NumberOf(p.store, outgoing.LogBook, issuer, ok, "")
		if err != nil {
			return err
		}
		return r.SendNumbered(w, n, "so-nhat-ky", as, []paper.Paper{page.Paper})
	}
	return p.paper.Render(w, r, page)
}

// several says whose book it is that is not one station's: those of a district,
// or what the reader may see, so that no part passes for the whole province's.
func several(r *kit.Request, reg *stations.Registry, district string) string {
	all, districts, own := r.Actor.Stations(accounts.ReadAirings)
	if district != "" {
		all, districts, own = false, []string{district}, nil
	}
	if all {
		return r.Say("airing.paper_several")
	}
	var names []string
	for _, code := range districts {
		names = append(names, reg.DistrictOfficial(code))
	}
	for _, id := range own {
		names = append(names, reg.UnitOf(id).Official())
	}
	return r.Say("airing.paper_several_of", "places", strings.Join(names, ", "))
}
