// Package papers is the register of papers that leave: which number each has, and numbers for papers
// that are written elsewhere.
package papers

import (
	"cmp"
	"context"
	"embed"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/outgoing"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	outgoing.Store
	Registry(ctx context.Context) (*stations.Registry, error)
}

type pages struct {
	store  Store
	titles func(context.Context) (map[string]string, error)
	list   *kit.View[listPage]
	office *kit.View[officePage]
	drawn  *kit.View[drawnPage]
	layout *kit.View[layoutPage]
}

// Register adds the pages to k; titles are what contests are called, by their IDs.
func Register(k *kit.Kit, s Store, titles func(context.Context) (map[string]string, error)) {
	folder := k.Folder("papers", files)
	p := pages{s, titles, kit.NewView[listPage](folder, "list.html"), kit.NewView[officePage](folder, "office.html"),
		kit.NewView[drawnPage](folder, "drawn.html"), kit.NewView[layoutPage](folder, "layout.html")}
	k.Menu(kit.MenuItem{Path: "/papers", Key: "outgoing.menu", Icon: "file", Access: accounts.IssuePapers, Order: 28})
	k.Handle(
		kit.Route{Pattern: "GET /papers", Access: accounts.IssuePapers, Handler: p.showList},
		kit.Route{Pattern: "POST /papers", Access: accounts.IssuePapers, Handler: p.take},
		kit.Route{Pattern: "POST /papers/{id}", Access: accounts.IssuePapers, Handler: p.strikeOut},
		kit.Route{Pattern: "GET /papers/office", Access: accounts.CloseWeek, Handler: p.showOffice},
		kit.Route{Pattern: "POST /papers/office", Access: accounts.CloseWeek, Handler: p.saveOffice},
		kit.Route{Pattern: "GET /papers/layouts/{drawn}", Access: accounts.CloseWeek, Handler: p.showDrawn},
		kit.Route{Pattern: "POST /papers/layouts/{drawn}", Access: accounts.CloseWeek, Handler: p.try, MaxBody: kit.FileBody},
		kit.Route{Pattern: "GET /papers/layouts/{drawn}/start", Access: accounts.CloseWeek, Handler: p.start},
		kit.Route{Pattern: "GET /papers/layout/{id}", Access: accounts.CloseWeek, Handler: p.showLayout},
		kit.Route{Pattern: "POST /papers/layout/{id}", Access: accounts.CloseWeek, Handler: p.move},
		kit.Route{Pattern: "GET /papers/layout/{id}/{what}", Access: accounts.CloseWeek, Handler: p.sendLayout},
	)
}

type listPage struct {
	kit.Page
	Form      kit.Form // what the list is narrowed by
	Choices   []kit.Choice
	Rows      []row
	Turn      kit.Turn
	CSV, XLSX string
	Office    bool // she may say what an office says on its papers

	Take    kit.Form // a number for a paper that is written elsewhere
	Kinds   []kit.Option
	Doubt   bool         // what was asked for is asked about
	Issuers []kit.Option // to choose from; none where it is the province's office alone
	MayTake bool
	Strike  kit.Form // of the one that was refused
	Of      string   // the entry it is about
}

type row struct {
	outgoing.Entry
	Change string // ID of the change its button makes
	Action string // where it is sent, with what the list is narrowed by
	Issuer string // in words
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	return p.render(w, r, kit.NewForm(), kit.Form{}, "", false)
}

func (p pages) render(w http.ResponseWriter, r *kit.Request, take, strike kit.Form, of string, doubt bool) error {
	f, err := kit.ReadFilter[outgoing.Filter](r)
	if err != nil {
		return err
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	titles, err := p.titles(r.Context())
	if err != nil {
		return err
	}
	in := bodies{r, reg, titles}
	page := listPage{Page: r.Page("outgoing.title"), Form: kit.FilterForm(f), Take: take, Doubt: doubt, Strike: strike, Of: of,
		CSV: filter.Link("/papers", f, "format", "csv"), XLSX: filter.Link("/papers", f, "format", "xlsx"),
		Kinds: kit.WordOptions(r, "outgoing.kind.", outgoing.Kinds[:])}
	q, err := f.Query(reg)
	if err != nil {
		return err
	}
	if format := r.URL.Query().Get("format"); format != "" {
		return p.export(w, r, in, q, format)
	}
	q.After, q.Limit = r.URL.Query().Get("after"), kit.RowsAtOnce
	list, next, err := p.store.Outgoing(r.Context(), r.Actor, q)
	if err != nil {
		return err
	}
	for _, e := range list {
		page.Rows = append(page.Rows, row{e, kit.NewID(), filter.Link("/papers/"+e.ID, f), in.words(e.Issuer)})
	}
	page.Turn = r.TurnAfter("after", next)
	page.Office = r.Actor.CanSomewhere(accounts.CloseWeek)
	page.Issuers = in.all()
	page.MayTake = len(page.Issuers) > 0 || outgoing.MayIssue(r.Actor, outgoing.Issuer{}) == nil
	page.Choices = kit.Choices(kit.Choice{Name: "paper", Label: r.Say("outgoing.kind_label"), Options: page.Kinds},
		kit.Choice{Name: "standing", Label: r.Say("outgoing.state_label"), Options: kit.WordOptions(r, "outgoing.state.", outgoing.Standings[:])})
	page.Choices = append(page.Choices, kit.Choice{Name: "year", Label: r.Say("outgoing.year"), Options: years(r.Now)})
	for _, name := range []string{"district", "contest"} { // who issues may be narrowed by where there are several
		of := kit.Choice{Name: name, Label: r.Say("outgoing.of_" + name)}
		for _, o := range page.Issuers {
			if i := issuerIn(o.Value); name == "district" && i.District != "" || name == "contest" && i.Contest != "" {
				of.Options = append(of.Options, kit.Option{Value: i.District + i.Contest, Text: o.Text})
			}
		}
		if asked := page.Form.Get(name); asked != "" { // it stays asked for, also where there is no choice
			if !slices.ContainsFunc(of.Options, func(o kit.Option) bool { return o.Value == asked }) {
				of.Options = append(of.Options, kit.Option{Value: asked, Text: asked})
			}
			page.Choices = append(page.Choices, of)
			continue
		}
		page.Choices = append(page.Choices, kit.Choices(of)...)
	}
	return p.list.Render(w, r, page)
}

// years are those a register can have by now, since there is Loa.
func years(now time.Time) (list []kit.Option) {
	for year := now.In(text.Zone).Year(); year >= 2024; year-- {
		list = append(list, kit.Option{Value: strconv.Itoa(year), Text: strconv.Itoa(year)})
	}
	return list
}

// bodies are those that issue papers, as they are called.
type bodies struct {
	*kit.Request
	reg    *stations.Registry
	titles map[string]string // of contests
}

// words says who issues.
func (b bodies) words(i outgoing.Issuer) string {
	switch {
	case i.Quiz != "":
		return b.Say("outgoing.quiz")
	case i.District != "":
		return b.reg.DistrictName(i.District)
	case i.Contest != "":
		return cmp.Or(b.titles[i.Contest], i.Contest)
	}
	return b.Say("outgoing.province")
}

// all are those for whom she may take a number, nothing where it is the province's office alone.
func (b bodies) all() (list []kit.Option) {
	add := func(value string) {
		if i := issuerIn(value); outgoing.MayIssue(b.Actor, i) == nil {
			list = append(list, kit.Option{Value: value, Text: b.words(i)})
		}
	}
	add("")
	for _, d := range b.reg.Districts(b.Today()) {
		add("d" + d.Code)
	}
	for _, id := range slices.Sorted(maps.Keys(b.titles)) {
		add("c" + id)
	}
	if len(list) == 1 && list[0].Value == "" {
		return nil
	}
	return list
}

// issuerIn reads what a form names a body by: "" is the province's office.
func issuerIn(value string) (i outgoing.Issuer) {
	if value == "" {
		return i
	}
	if value[0] == 'd' {
		i.District = value[1:]
	} else {
		i.Contest = value[1:]
	}
	return i
}

// take gives a number to a paper that is written elsewhere.
func (p pages) take(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := outgoing.Take{Kind: outgoing.Kind(f.Get("kind")), Number: f.OutgoingNumber(), About: f.Get("about"),
		Head: outgoing.Head{Symbol: f.Get("symbol")}, Sure: f.Bool("sure")}
	c.Issuer = issuerIn(f.Get("issuer"))
	if day := f.Date("date"); !day.IsZero() {
		c.Date = stations.DateOf(day)
	}
	if err = f.Err(); err == nil {
		_, err = p.store.TakeNumber(r.Context(), r.Meta(f.ID), c)
	}
	if f.Refused(err) {
		return p.render(w, r, *f, kit.Form{}, "", outgoing.Doubted(err))
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/papers", "outgoing.taken_below") // the first row says which: a flash may be read in another tab
}

// strikeOut takes a number back, for good.
func (p pages) strikeOut(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	asked, err := kit.ReadFilter[outgoing.Filter](r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	e, err := p.store.StrikeOutNumber(r.Context(), r.Meta(f.ID), outgoing.StrikeOut{ID: id, Why: f.Get("why")})
	if f.RefusedAloud(err) {
		if f.Errors["why"] != "" {
			f.Notice = f.Errors["why"]
		}
		return p.render(w, r, kit.NewForm(), *f, id, false)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, filter.Link("/papers", asked), "outgoing.struck", "code", e.Code)
}

// maxExport is the most numbers one file holds.
const maxExport = 50_000

func (p pages) export(w http.ResponseWriter, r *kit.Request, in bodies, q outgoing.Query, format string) error {
	rows := [][]any{{r.Say("outgoing.column.code"), r.Say("outgoing.column.number"), r.Say("outgoing.date"), r.Say("outgoing.kind_label"),
		r.Say("outgoing.about"), r.Say("outgoing.issuer"), r.Say("outgoing.column.by"), r.Say("outgoing.column.at"), r.Say("outgoing.column.sum"),
		r.Say("outgoing.column.why"), r.Say("outgoing.column.ended_by"), r.Say("outgoing.column.ended")}}
	for {
		list, next, err := p.store.Outgoing(r.Context(), r.Actor, q)
		if err != nil {
			return err
		}
		for _, e := range list {
			var ended any
			if !e.Stands() {
				ended = e.EndedAt.In(text.Zone)
			}
			rows = append(rows, []any{e.Code, e.Number, sheet.Day(e.Date), e.Kind.Words(r.Lang), e.About, in.words(e.Issuer), e.By.Name,
				e.At.In(text.Zone), sheet.Code(e.Sum), e.Why, e.EndedBy, ended})
		}
		if q.After = next; next == "" {
			return r.SendTable(w, format, "van-ban-di", rows)
		}
		if len(rows) > maxExport { // a file that lacks numbers would pass for the whole
			return fault.New(fault.Invalid, "airing.export_long", "most", maxExport)
		}
	}
}
