// Package audit shows who did what, when and how: the log of changes in words, which nobody edits.
package audit

import (
	"context"
	"embed"
	"net/http"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	Deeds(ctx context.Context, by accounts.Actor, q accounts.DeedQuery) ([]accounts.Deed, string, error)
	Directory(ctx context.Context) (*accounts.Directory, error)
	Registry(ctx context.Context) (*stations.Registry, error)
}

const path = "/audit"

// mostRows is how many lines a file holds: who wants more names fewer days.
const mostRows = 10_000

// shownDays is how far back the page and its files look where no first day is asked for.
const shownDays = 30

type pages struct {
	store Store
	list  *kit.View[listPage]
}

// Register adds the page and the API to k.
func Register(k *kit.Kit, s Store) {
	p := pages{s, kit.NewView[listPage](k.Folder("audit", files), "list.html")}
	k.Menu(kit.MenuItem{Path: path, Key: "audit.menu", Icon: "history", Access: accounts.VerifyAiring, Order: 85})
	k.Handle(
		kit.Route{Pattern: "GET " + path, Access: kit.SignedIn, Handler: p.show},
		kit.Route{Pattern: "GET /api/v1/audit", Access: kit.SignedIn, Handler: p.get, Filter: accounts.DeedFilter{}, Query: "limit after",
			Out:     kit.List[accounts.Deed]{},
			Summary: "Who did what, the last first: all that the caller may read. A page may hold fewer lines than limit and still have a next."},
	)
}

type listPage struct {
	kit.Page
	Asked     kit.Form
	Choices   []kit.Choice
	Stations  []kit.Option
	Rows      []row
	Turn      kit.Turn
	Wide      bool // she sees what others did
	XLSX, CSV string
}

// mostSaid is how many changes of one deed stand unfolded.
const mostSaid = 2

type row struct {
	accounts.Deed
	Abouts []string
	Said   []string // what changed
	More   []string // the same, folded away
	Who    string
	Whence string
}

// ask reads the filter, which begins so many days ago where no first day is named; 0 leaves it open. Who
// sees nothing but her own asks for it, so that nobody else's lines are gone through.
func (p pages) ask(r *kit.Request, last bool, days int) (a accounts.DeedFilter, q accounts.DeedQuery, f accounts.Facts, err error) {
	if a, err = kit.ReadFilter[accounts.DeedFilter](r); err != nil {
		return a, q, f, err
	}
	if days > 0 && !r.URL.Query().Has("from") {
		a.From = r.Now.In(text.Zone).AddDate(0, 0, -days).Format(time.DateOnly)
	}
	if f.Directory, err = p.store.Directory(r.Context()); err != nil {
		return a, q, f, err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return a, q, f, err
	}
	f.Places = reg
	if q, err = a.In(f.Directory, last); err != nil {
		return a, q, f, err
	}
	if a.Station != "" {
		st, err := reg.ByCodeOrID(a.Station, r.Today())
		if err != nil {
			return a, q, f, fault.Of(err).At("station")
		}
		q.Station = st.ID
	}
	if !wide(r.Actor) && q.Person == "" && q.Station == "" {
		q.Person = r.Actor.Person
	}
	return a, q, f, nil
}

// wide reports whether the actor sees what others did.
func wide(a accounts.Actor) bool {
	return a.CanSomewhere(accounts.VerifyAiring) || a.CanSomewhere(accounts.Organise)
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	a, q, f, err := p.ask(r, true, shownDays)
	if err != nil {
		return err
	}
	if format := r.URL.Query().Get("format"); format != "" {
		return p.send(w, r, q, f, format)
	}
	q.After, q.Limit = r.URL.Query().Get("after"), kit.RowsAtOnce
	list, next, err := p.store.Deeds(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	page := listPage{Page: r.Page("audit.title"), Asked: kit.FilterForm(a), Turn: r.TurnAfter("after", next), Wide: wide(r.Actor),
		XLSX: filter.Link(path, a, "format", "xlsx"), CSV: filter.Link(path, a, "format", "csv")}
	page.Choices = kit.Choices(kit.Choice{Name: "what", Label: r.Say("audit.kind"), Options: kit.WordOptions(r, "accounts.did.", accounts.Kinds)})
	names := r.Names(f.Places)
	names.Contest("") // the titles are asked for once, whatever the lines are of
	for _, d := range list {
		page.Rows = append(page.Rows, row{Deed: d, Whence: d.Whence(r.Lang), Who: d.Who(r.Lang), Abouts: d.Abouts(names, f.Directory),
			Said: d.Said(r.Lang, names)})
		if last := &page.Rows[len(page.Rows)-1]; len(last.Said) > mostSaid {
			last.Said, last.More = last.Said[:mostSaid], last.Said[mostSaid:]
		}
	}
	return p.list.Render(w, r, page)
}

// send answers the lines as a table.
func (p pages) send(w http.ResponseWriter, r *kit.Request, q accounts.DeedQuery, f accounts.Facts, format string) error {
	rows := [][]any{accounts.DeedHead(r.Lang)}
	for q.Limit = mostRows + 1; ; {
		list, next, err := p.store.Deeds(r.Context(), r.Actor, q)
		if err != nil {
			return err
		}
		for _, d := range list {
			rows = append(rows, d.Told(r.Lang, f, r.Names(f.Places)))
		}
		if q.After = next; len(rows) > mostRows {
			return fault.New(fault.Invalid, "audit.too_many", "most", mostRows).At("from")
		}
		if next == "" {
			return r.SendTable(w, format, r.Say("audit.file"), rows)
		}
	}
}

func (p pages) get(w http.ResponseWriter, r *kit.Request) error {
	_, q, _, err := p.ask(r, false, 0)
	if err != nil {
		return err
	}
	if q.Limit, err = r.Limit(); err != nil {
		return err
	}
	q.After = r.URL.Query().Get("after")
	list, next, err := p.store.Deeds(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, kit.NewList(r, list, next))
}
