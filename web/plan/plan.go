// Package plan shows the plan of a year: how each indicator stands, its figures period by period, and the paper of
// all of it. Who may enter figures and edits indicators does so here.
package plan

import (
	"embed"
	"net/http"
	"strconv"

	"loa/accounts"
	"loa/internal/filter"
	"loa/outgoing"
	"loa/plan"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	plan.Source
	outgoing.Store
}

type pages struct {
	store Store
	hall  plan.Hall
	year  *kit.View[yearPage]
	one   *kit.View[onePage]
	edit  *kit.View[editPage]
	paper *kit.View[paperPage]
}

// Register adds the pages to k; hall has the contests.
func Register(k *kit.Kit, s Store, hall plan.Hall) {
	f := k.Folder("plan", files)
	p := pages{s, hall, kit.NewView[yearPage](f, "year.html"), kit.NewView[onePage](f, "indicator.html"), kit.NewView[editPage](f, "edit.html"),
		kit.NewView[paperPage](f, "paper.html")}
	k.Menu(kit.MenuItem{Path: "/plan", Key: "plan.menu", Icon: "star", Access: accounts.ReadPlan, Order: 26})
	k.Handle(
		kit.Route{Pattern: "GET /plan", Access: accounts.ReadPlan, Handler: p.showYear},
		kit.Route{Pattern: "POST /plan/copy", Access: accounts.EditPlan, Handler: p.copy},
		kit.Route{Pattern: "GET /plan/new", Access: accounts.EditPlan, Handler: p.showNew},
		kit.Route{Pattern: "POST /plan/new", Access: accounts.EditPlan, Handler: p.add},
		kit.Route{Pattern: "GET /plan/paper", Access: accounts.ReadPlan, Handler: p.showPaper},
		kit.Route{Pattern: "POST /plan/paper", Access: accounts.IssuePapers, Handler: p.numberPaper},
		kit.Route{Pattern: "GET /plan/{id}", Access: accounts.ReadPlan, Handler: p.showOne},
		kit.Route{Pattern: "POST /plan/{id}", Access: accounts.EnterPlan, Handler: p.enter},
		kit.Route{Pattern: "GET /plan/{id}/edit", Access: accounts.EditPlan, Handler: p.showEdit},
		kit.Route{Pattern: "POST /plan/{id}/edit", Access: accounts.EditPlan, Handler: p.change},
	)
}

type yearPage struct {
	kit.Page
	Year      int
	Tabs      []kit.Tab
	Rows      []row
	Retired   []row
	Sums      []sum
	CSV, XLSX string
	Paper     string // "" of a year that has not begun
	Add       string // where an indicator is added; "" for who may not
	Copy      kit.Form
	From      []kit.Option // plans to copy; none for who may not, or where the year has one
	To        int          // the year that is made by that
}

// row is one indicator as it stands.
type row struct {
	plan.Progress
	Goal, Reading, Pace string
	Badge               string
	Filled              kit.BarChart
}

// sum is how many indicators are in a state.
type sum struct {
	Badge, Text string
	N           int
}

// badges are how a state is marked.
var badges = map[plan.State]string{plan.Missed: kit.StateBad, plan.Behind: kit.StateBad, plan.Slipped: kit.StateWarn, plan.NoFigure: kit.StateWarn,
	plan.OnPace: kit.StateOK, plan.Reached: kit.StateOK, plan.Early: kit.StateLater}

func newRow(r *kit.Request, p plan.Progress) row {
	one := row{Progress: p, Goal: p.Goal(r.Lang), Reading: p.Reading(r.Lang), Pace: p.Pace(r.Lang), Badge: badges[p.State]}
	one.Filled = kit.NewBarChart(one.Name, []kit.Bar{{Whole: 100, Parts: []kit.Part{{State: one.Badge, Value: p.Filled(), Title: one.Reading}}}})
	return one
}

func (p pages) showYear(w http.ResponseWriter, r *kit.Request) error {
	return p.renderYear(w, r, kit.NewForm(), 0)
}

// renderYear shows the year that is asked for, or with year another.
func (p pages) renderYear(w http.ResponseWriter, r *kit.Request, copying kit.Form, year int) error {
	f, err := kit.ReadFilter[plan.Filter](r)
	if err != nil {
		return err
	}
	years, err := p.store.PlanYears(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	if year == 0 {
		year = f.Of(years, r.Now)
	}
	list, err := plan.YearOf(r.Context(), p.store, p.hall, r.Actor, year, r.Now)
	if err != nil {
		return err
	}
	f.Year = outgoing.Year(year)
	if format := r.URL.Query().Get("format"); format != "" {
		return r.SendTable(w, format, plan.Name(year), plan.Table(list, r.Lang))
	}
	page := yearPage{Page: r.Page("plan.title", "year", strconv.Itoa(year)), Year: year, Copy: copying, CSV: filter.Link("/plan", f, "format", "csv"),
		XLSX: filter.Link("/plan", f, "format", "xlsx")}
	if first, _ := plan.Yearly.Periods(year)[0].Days(); first <= r.Today() {
		page.Paper = filter.Link("/plan/paper", f)
	}
	for _, one := range years {
		page.Tabs = append(page.Tabs, kit.Tab{Path: filter.Link("/plan", plan.Filter{Year: outgoing.Year(one)}), Text: strconv.Itoa(one), Current: one == year})
	}
	for _, one := range list {
		if one.Retired {
			page.Retired = append(page.Retired, newRow(r, one))
		} else {
			page.Rows = append(page.Rows, newRow(r, one))
		}
	}
	for _, c := range plan.Worst(list) {
		page.Sums = append(page.Sums, sum{badges[c.State], c.State.Words(r.Lang), c.N})
	}
	if plan.MayEdit(r.Actor) == nil {
		page.Add = filter.Link("/plan/new", f)
		page.offer(r, years, len(list) > 0)
	}
	return p.year.Render(w, r, page)
}

// offer lets the year, or the one after it, be made from another. filled tells that this one has indicators.
func (page *yearPage) offer(r *kit.Request, years []int, filled bool) {
	page.To = page.Year
	if filled {
		page.To++
	}
	for _, one := range years {
		if one == page.To {
			return // it is there
		}
		page.From = append(page.From, kit.Option{Value: strconv.Itoa(one), Text: r.Say("plan.copy_year", "year", strconv.Itoa(one))})
	}
	page.From = append(page.From, kit.Option{Value: "0", Text: r.Say("plan.copy_first")})
	if page.Copy.Get("from") == "" {
		page.Copy.Values.Set("from", page.From[max(0, len(years)-1)].Value) // the last there is
	}
}

// copy brings the indicators of a plan into a year.
func (p pages) copy(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := plan.CopyPlan{From: f.Int("from"), To: f.Int("to")}
	var made []plan.Indicator
	if err = f.Err(); err == nil {
		made, err = p.store.CopyPlan(r.Context(), r.Meta(f.ID), c)
	}
	if f.RefusedAloud(err) {
		return p.renderYear(w, r, *f, c.To)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, filter.Link("/plan", plan.Filter{Year: outgoing.Year(c.To)}), "plan.copied", "n", strconv.Itoa(len(made)))
}
