// Package stations is the registry's pages: the list, one station, its form,
// and the import and merge of many.
package stations

import (
	"cmp"
	"embed"
	"net/http"
	"net/url"
	"slices"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	stations.Store
	coverage.Foreteller
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
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("stations", files)
	p := pages{
		store: s, list: kit.NewView[listPage](f, "list.html"), one: kit.NewView[onePage](f, "one.html"), form: kit.NewView[formPage](f, "form.html"),
		imp: kit.NewView[importPage](f, "import.html"), merge: kit.NewView[mergePage](f, "merge.html"),
		split: kit.NewView[splitPage](f, "split.html"), changes: kit.NewView[changesPage](f, "changes.html"), undo: kit.NewView[undoPage](f, "undo.html"),
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
		kit.Route{Pattern: "GET /stations/{station}", Access: accounts.ReadStations, Handler: p.showOne},
		kit.Route{Pattern: "GET /stations/{station}/edit", Access: accounts.EditStations, Handler: p.showEdit},
		kit.Route{Pattern: "POST /stations/{station}/edit", Access: accounts.EditStations, Handler: p.saveEdit},
	)
}

type listRow struct {
	*stations.Station
	Name      string
	Code      string
	District  string
	Active    bool
	Expired   bool // the licence has run out
	Contact   stations.Contact
	Languages string
}

type listPage struct {
	kit.Page
	Query        string
	District     string
	Technology   string
	Language     string
	ActiveOn     stations.Date // "" is any day
	OtherDay     stations.Date // the day asked for, "" for today
	All          bool          // also those that are not active
	Rows         []listRow
	Total        int
	Districts    []kit.Option
	Technologies []kit.Option
	Languages    []kit.Option
	CSV, XLSX    string // exports of exactly this list
	Turn         kit.Turn
	Groups       []kit.Group // the districts, of everything else that is asked for
	MayEdit      bool
	Narrowed     bool // some filter beside the search is set
}

// filterOf reads the list's parameters; export and list share it.
func filterOf(r *kit.Request) (f stations.Filter, all bool, err error) {
	q := r.URL.Query()
	f = stations.Filter{Query: q.Get("q"), District: q.Get("district"), Technology: stations.Technology(q.Get("technology")), Language: q.Get("language")}
	all = q.Get("all") != ""
	if f.ActiveOn, err = stations.ParseDate(q.Get("active_on")); err != nil {
		return f, all, err
	}
	if f.ActiveOn == "" && !all {
		f.ActiveOn = r.Today()
	}
	return f.For(r.Actor, accounts.ReadStations), all, nil
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	f, all, err := filterOf(r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	list := reg.Filter(f)
	page := listPage{
		Page: r.Page("stations.title"), Query: f.Query, District: f.District, Technology: string(f.Technology), Language: f.Language, ActiveOn: f.ActiveOn,
		All: all, Total: len(list), Districts: districtOptions(reg, f.ActiveOn, r.Today()),
		Technologies: technologyOptions(r.Lang), Languages: languageOptions(r.Lang), CSV: exportPath(r, "csv"), XLSX: exportPath(r, "xlsx"),
		MayEdit:  r.Actor.Can(accounts.EditStations, accounts.Where{}),
		Narrowed: all || f.District+string(f.Technology)+f.Language+r.URL.Query().Get("active_on") != "",
	}
	if r.URL.Query().Get("active_on") != "" {
		page.OtherDay = f.ActiveOn
	}
	page.Turn = r.Turn("from", len(list))
	if f.District == "" && page.Turn.Next+page.Turn.Previous != "" {
		page.Groups = groupsOf(r, reg, list)
	}
	for _, s := range list[page.Turn.From:page.Turn.To] {
		page.Rows = append(page.Rows, newRow(r, reg, s, f.ActiveOn, r.Today()))
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

func exportPath(r *kit.Request, format string) string {
	q := url.Values{"format": {format}}
	for _, name := range []string{"q", "district", "technology", "language", "active_on", "all"} {
		if v := r.URL.Query().Get(name); v != "" {
			q.Set(name, v)
		}
	}
	return "/stations/export?" + q.Encode()
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

func technologyOptions(lang text.Language) []kit.Option {
	var out []kit.Option
	for _, t := range stations.Technologies {
		out = append(out, kit.Option{Value: string(t), Text: lang.Say("stations.technology." + string(t))})
	}
	return out
}

func languageOptions(lang text.Language) []kit.Option {
	var out []kit.Option
	for _, l := range stations.Languages {
		out = append(out, kit.Option{Value: l, Text: lang.Say("language." + l)})
	}
	return out
}

func (p pages) export(w http.ResponseWriter, r *kit.Request) error {
	f, _, err := filterOf(r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	return r.SendTable(w, r.URL.Query().Get("format"), "dai-truyen-thanh-"+string(r.Today()), reg.Table(r.Lang, r.Now, reg.Filter(f)))
}
