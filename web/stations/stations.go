// Package stations is the registry's pages: the list, one station, its form,
// and the import and merge of many.
package stations

import (
	"cmp"
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/sharing"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	stations.Store
	coverage.Foreteller
	Face(ctx context.Context) (sharing.Face, error)
}

type pages struct {
	store Store
	list  *kit.View[listPage]
	one   *kit.View[onePage]
	form  *kit.View[formPage]
	imp   *kit.View[importPage]
	merge *kit.View[mergePage]

	split   *kit.View[splitPage]
	changes *kit.View[changesPage]
	undo    *kit.View[undoPage]
	lists   *kit.View[listsPage]
	saved   *kit.View[savedPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("stations", files)
	p := pages{
		store: s, list: kit.NewView[listPage](f, "list.html"), one: kit.NewView[onePage](f, "one.html"), form: kit.NewView[formPage](f, "form.html"),
		imp: kit.NewView[importPage](f, "import.html"), merge: kit.NewView[mergePage](f, "merge.html"),
		split: kit.NewView[splitPage](f, "split.html"), changes: kit.NewView[changesPage](f, "changes.html"), undo: kit.NewView[undoPage](f, "undo.html"),
		lists: kit.NewView[listsPage](f, "lists.html"), saved: kit.NewView[savedPage](f, "saved.html"),
	}
	k.Menu(kit.MenuItem{Path: "/stations", Key: "stations.title", Icon: "stations", Access: accounts.ReadStations, Order: 60})
	k.Handle(
		kit.Route{Pattern: "GET /stations", Access: accounts.ReadStations, Handler: p.showList},
		kit.Route{Pattern: "GET /stations/export", Access: accounts.ReadStations, Handler: p.export},
		kit.Route{Pattern: "GET /stations/new", Access: accounts.EditStations, Handler: p.showNew},
		kit.Route{Pattern: "POST /stations/new", Access: accounts.EditStations, Handler: p.saveNew},
		kit.Route{Pattern: "GET /stations/import", Access: accounts.EditStations, Handler: p.showImport},
		kit.Route{Pattern: "POST /stations/import", Access: accounts.EditStations, Handler: p.doImport, MaxBody: kit.FileBody},
		kit.Route{Pattern: "GET /stations/merge", Access: accounts.EditStations, Handler: p.showMerge},
		kit.Route{Pattern: "GET /stations/merge/2025", Access: accounts.EditStations, Handler: p.reform},
		kit.Route{Pattern: "POST /stations/merge", Access: accounts.EditStations, Handler: p.doMerge, MaxBody: kit.FileBody},
		kit.Route{Pattern: "GET /stations/split", Access: accounts.EditStations, Handler: p.showSplit},
		kit.Route{Pattern: "POST /stations/split", Access: accounts.EditStations, Handler: p.doSplit},
		kit.Route{Pattern: "GET /stations/changes", Access: accounts.EditStations, Handler: p.showChanges},
		kit.Route{Pattern: "GET /stations/changes/undo/{number}", Access: accounts.EditStations, Handler: p.showUndo},
		kit.Route{Pattern: "POST /stations/changes/undo/{number}", Access: accounts.EditStations, Handler: p.doUndo},
		kit.Route{Pattern: "GET " + listsPath, Access: accounts.ReadStations, Handler: p.showLists},
		kit.Route{Pattern: "POST " + listsPath, Access: accounts.ReadStations, Handler: p.keepList},
		kit.Route{Pattern: "GET " + listsPath + "/{list}", Access: accounts.ReadStations, Handler: p.showSaved},
		kit.Route{Pattern: "POST " + listsPath + "/{list}", Access: accounts.ReadStations, Handler: p.changeList},
		kit.Route{Pattern: "GET /stations/{station}", Access: accounts.ReadStations, Handler: p.showOne},
		kit.Route{Pattern: "GET /stations/{station}/edit", Access: accounts.EditStations, Handler: p.showEdit},
		kit.Route{Pattern: "POST /stations/{station}/edit", Access: accounts.EditStations, Handler: p.saveEdit},
	)
	k.AddStep(p.licences)
}

// licenceDays is how long before its end an FM licence is told of: a renewal takes weeks.
const licenceDays = 60

// licences tells who keeps the list of stations, or watches over them, which FM licences end.
func (p pages) licences(r *kit.Request) ([]kit.Step, error) {
	if !r.Actor.Has(accounts.Monitor) && !r.Actor.CanSomewhere(accounts.EditStations) {
		return nil, nil
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return nil, err
	}
	a := asked{Filter: stations.Filter{LicenceUntil: r.Today().AddDays(licenceDays)}}
	f, err := a.seen(r, reg)
	if err != nil {
		return nil, err
	}
	list := reg.Filter(f)
	if len(list) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(list, func(a, b *stations.Station) int { return cmp.Compare(a.FM.LicenceUntil, b.FM.LicenceUntil) })
	var named []string
	for _, s := range list[:min(len(list), 3)] {
		named = append(named, reg.Label(s.ID)+" ("+s.FM.LicenceUntil.Words(r.Lang)+")")
	}
	return []kit.Step{{Title: r.Say("stations.step_licence", "n", len(list)), Text: r.Say("stations.step_licence_text", "list", strings.Join(named, "; ")),
		Path: filter.Link("/stations", a), Button: r.Say("stations.step_licence_open"), Icon: "stations", State: "warn", Order: 12, Count: len(list)}}, nil
}

type listRow struct {
	*stations.Station
	Name      string
	Code      string
	District  string
	Active    bool
	Expired   bool // the licence has run out
	Ends      bool // or does by the day that is asked for
	Contact   stations.Contact
	Languages string
}

type listPage struct {
	kit.Page
	Asked     kit.Form // what the list is narrowed by
	Choices   []kit.Choice
	ActiveOn  stations.Date // "" is any day
	All       bool          // also those that are not active
	Rows      []listRow
	Total     int
	CSV, XLSX string // exports of exactly this list
	Turn      kit.Turn
	Groups    []kit.Group // the districts, of everything else that is asked for
	MayEdit   bool
	Narrowed  bool         // something beside the search is set
	Keep      kit.Form     // by which a list of them is kept
	KeepAt    string       // where it is sent, with what is asked for
	Into      []kit.Option // a new list, or one there is
	Whole     bool         // all that pass are to be kept
}

// asked is what the list and its export are narrowed by.
type asked struct {
	stations.Filter
	All bool `name:"all"` // those that have ended too
}

// seen are the stations meant: without a day, those of today.
func (a asked) seen(r *kit.Request, reg *stations.Registry) (stations.Filter, error) {
	if a.ActiveOn == "" && !a.All {
		a.ActiveOn = r.Today()
	}
	return a.Filter.In(reg, r.Actor, accounts.ReadStations)
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	a, err := kit.ReadFilter[asked](r, "from")
	if err != nil {
		return err
	}
	keep := kit.NewForm("which", "chosen")
	return p.renderList(w, r, a, &keep)
}

func (p pages) renderList(w http.ResponseWriter, r *kit.Request, a asked, keep *kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	f, err := a.seen(r, reg)
	if err != nil {
		return err
	}
	list := reg.Filter(f)
	page := listPage{
		Page: r.Page("stations.title"), Asked: kit.FilterForm(a), ActiveOn: f.ActiveOn, All: a.All, Total: len(list),
		Choices: append(kit.Choices(
			kit.Choice{Name: "district", Label: r.Say("stations.column.district"), Options: districtOptions(reg, f.ActiveOn, r.Today())},
			kit.Choice{Name: "technology", Label: r.Say("stations.column.technologies"),
				Options: kit.WordOptions(r, "stations.technology.", stations.Technologies)},
			kit.Choice{Name: "language", Label: r.Say("stations.column.languages"), Options: kit.WordOptions(r, "language.", stations.Languages)}),
			r.Lists(reg)...),
		CSV: exportPath(a, "csv"), XLSX: exportPath(a, "xlsx"), MayEdit: stations.MayEdit(r.Actor, accounts.Where{}) == nil,
		Keep: *keep, KeepAt: filter.Link(listsPath, a), Whole: keep.Get("which") == "all",
	}
	page.keepable(r, reg)
	a.Query = "" // which stands above the fold
	page.Narrowed = len(filter.Values(a)) > 0
	page.Turn = r.Turn("from", len(list))
	if f.District == "" && page.Turn.Next+page.Turn.Previous != "" {
		page.Groups = groupsOf(r, reg, list)
	}
	for _, s := range list[page.Turn.From:page.Turn.To] {
		row := newRow(r, reg, s, f.ActiveOn, r.Today())
		row.Ends = f.LicenceUntil != ""
		page.Rows = append(page.Rows, row)
	}
	return p.list.Render(w, r, page)
}

func newRow(r *kit.Request, reg *stations.Registry, s *stations.Station, on, today stations.Date) listRow {
	if on == "" {
		on = today
	}
	u := reg.Unit(s.UnitOn(on))
	row := listRow{
		Station: s, Name: reg.Label(s.ID), Code: u.Code, Active: s.ActiveOn(on), Languages: s.Cell(r.Lang, "languages"),
		Expired: s.FM.LicenceUntil != "" && s.FM.LicenceUntil < today,
	}
	if u.District != "" {
		row.District = reg.DistrictName(u.District)
	}
	if len(s.Contacts) > 0 {
		row.Contact = s.Contacts[0]
	}
	return row
}

// groupsOf counts the stations of each district.
func groupsOf(r *kit.Request, reg *stations.Registry, list []*stations.Station) (groups []kit.Group) {
	n := map[string]int{}
	for _, s := range list {
		n[reg.Where(s.ID).District]++
	}
	for district, n := range n {
		if district != "" {
			groups = append(groups, r.Group("district", district, reg.DistrictName(district), n))
		}
	}
	slices.SortFunc(groups, func(a, b kit.Group) int { return cmp.Compare(text.Fold(a.Text), text.Fold(b.Text)) })
	return groups
}

func exportPath(a asked, format string) string {
	return filter.Link("/stations/export", a, "format", format)
}

func districtOptions(reg *stations.Registry, on, today stations.Date) []kit.Option {
	if on == "" {
		on = today
	}
	var out []kit.Option
	for _, d := range reg.Districts(on) {
		out = append(out, kit.Option{Value: d.Code, Text: reg.DistrictLabel(d.Code)})
	}
	return out
}

func (p pages) export(w http.ResponseWriter, r *kit.Request) error {
	a, err := kit.ReadFilter[asked](r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	f, err := a.seen(r, reg)
	if err != nil {
		return err
	}
	return r.SendTable(w, r.URL.Query().Get("format"), "dai-truyen-thanh-"+string(r.Today()), reg.Table(r.Lang, r.Now, reg.Filter(f)))
}
