package stations

import (
	"net/http"
	"slices"
	"strconv"

	"loa/accounts"
	"loa/internal/filter"
	"loa/stations"
	"loa/web/kit"
)

// listsPath is where the lists of stations stand that somebody may ask for.
const listsPath = "/lists"

type listsPage struct {
	kit.Page
	Lists []savedList
}

// savedList is a list with what it leads to.
type savedList struct {
	stations.List
	Mine                   bool
	Passed                 int // stations that are no more
	Coverage, Calls, Table string
}

func newSavedList(r *kit.Request, reg *stations.Registry, l stations.List) savedList {
	out := savedList{List: l, Mine: l.Owner == r.Actor.Person}
	for _, id := range l.Stations {
		if _, passed := reg.Passed(id, r.Today()); passed {
			out.Passed++
		}
	}
	link := func(action accounts.Action, path string) string {
		if _, err := reg.Listed(r.Actor, action, l.ID); err != nil { // none of its stations is hers
			return ""
		}
		return filter.Link(path, stations.Filter{List: l.ID})
	}
	out.Coverage, out.Calls = link(accounts.ReadCoverage, "/coverage"), link(accounts.CallStation, "/calls")
	out.Table = link(accounts.ReadStations, "/stations")
	return out
}

func (p pages) showLists(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := listsPage{Page: r.Page("stations.lists_title")}
	for _, l := range reg.Lists(r.Actor) {
		page.Lists = append(page.Lists, newSavedList(r, reg, l))
	}
	return p.lists.Render(w, r, page)
}

// keepable fills what the list of stations may be kept as.
func (page *listPage) keepable(r *kit.Request, reg *stations.Registry) {
	page.Into = []kit.Option{{Text: r.Say("stations.list_new")}}
	for _, l := range reg.Lists(r.Actor) {
		if l.MayChange(r.Actor) {
			page.Into = append(page.Into, kit.Option{Value: l.ID, Text: l.Name})
		}
	}
}

// keepList keeps the chosen stations, or all that pass the filter, as a list or in one.
func (p pages) keepList(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	a, err := kit.ReadFilter[asked](r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	c := stations.SaveList{ID: f.Get("into"), Name: f.Get("name"), Shared: f.Bool("shared"), Stations: f.Values["station"]}
	if f.Get("which") == "all" {
		c.Stations = nil
		seen, err := a.seen(r, reg)
		if err != nil {
			return err
		}
		for _, s := range reg.Filter(seen) {
			c.Stations = append(c.Stations, s.ID)
		}
	}
	m := r.Meta(f.ID)
	if c.ID != "" && len(c.Stations) > 0 { // what is there stays, under its own name
		l, err := reg.List(r.Actor, c.ID)
		if err != nil {
			return err
		}
		c.Name, c.Shared, c.Stations, m.Seen = l.Name, l.Shared, append(slices.Clone(l.Stations), c.Stations...), l.Edition().Tag
	}
	l, err := p.store.SaveList(r.Context(), m, c)
	if f.Refused(err) {
		return p.renderList(w, r, a, f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, listsPath+"/"+l.ID, "stations.list_saved", "name", l.Name, "n", strconv.Itoa(len(l.Stations)))
}

type savedPage struct {
	kit.Page
	savedList
	Form      kit.Form
	MayChange bool
	Rows      []listedRow
}

// listedRow is one station of a list.
type listedRow struct {
	ID, Name, District string
	Into               string // that took over from it, "" while it is there
	IntoID             string
	From               stations.Date
}

func (p pages) showSaved(w http.ResponseWriter, r *kit.Request) error {
	return p.renderSaved(w, r, nil)
}

// savedForm is the form of the list as it is now.
func (p pages) savedForm(r *kit.Request) (kit.Form, error) {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return kit.Form{}, err
	}
	l, err := reg.List(r.Actor, r.PathValue("list"))
	if err != nil {
		return kit.Form{}, err
	}
	f := kit.NewForm("name", l.Name)
	if l.Shared {
		f.Values.Set("shared", "1")
	}
	f.Values["stations"] = l.Stations
	return f.From(l.Edition()), nil
}

func (p pages) renderSaved(w http.ResponseWriter, r *kit.Request, f *kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	l, err := reg.List(r.Actor, r.PathValue("list"))
	if err != nil {
		return err
	}
	if f == nil {
		now, err := p.savedForm(r)
		if err != nil {
			return err
		}
		f = &now
	}
	page := savedPage{Page: r.Page("stations.list_title", "name", l.Name), savedList: newSavedList(r, reg, l), Form: *f, MayChange: l.MayChange(r.Actor)}
	for _, id := range l.Stations {
		row := listedRow{ID: id, Name: reg.Label(id), District: reg.DistrictName(reg.Where(id).District)}
		if into, passed := reg.Passed(id, r.Today()); passed {
			row.Into, row.From = into.Unit.Name, into.From
			if into.Into != nil {
				row.Into, row.IntoID = reg.Label(into.Into.ID), into.Into.ID
			}
		}
		page.Rows = append(page.Rows, row)
	}
	return p.saved.Render(w, r, page)
}

// changeList saves or removes a list.
func (p pages) changeList(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := stations.SaveList{ID: r.PathValue("list"), Name: f.Get("name"), Shared: f.Bool("shared"), Stations: f.Values["stations"]}
	var l stations.List
	err = f.Save(func() (kit.Form, error) { return p.savedForm(r) }, func(m accounts.Meta) (err error) {
		if f.Get("do") == "remove" {
			l, err = p.store.RemoveList(r.Context(), m, c.ID)
			return err
		}
		l, err = p.store.SaveList(r.Context(), m, c)
		return err
	})
	if f.Refused(err) {
		return p.renderSaved(w, r, f)
	}
	if err != nil {
		return err
	}
	if f.Get("do") == "remove" {
		return r.Redirect(w, listsPath, "stations.list_removed", "name", l.Name)
	}
	return r.Redirect(w, listsPath+"/"+l.ID, "stations.list_saved", "name", l.Name, "n", strconv.Itoa(len(l.Stations)))
}
