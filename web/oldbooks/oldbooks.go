// Package oldbooks brings the log that was kept in a workbook before Loa into the airing log: a file is sent, its columns are named,
// what would come of it is looked at, and then it is brought in, or taken back as a whole.
package oldbooks

import (
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"loa/accounts"
	"loa/airing/oldbook"
	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.css *.js
var files embed.FS

type pages struct {
	clerk *oldbook.Clerk
	store oldbook.Desk
	list  *kit.View[listPage]
	one   *kit.View[onePage]
}

// Path is the list.
const Path = "/old-books"

// Register adds the pages to k.
func Register(k *kit.Kit, s oldbook.Desk, clerk *oldbook.Clerk) {
	f := k.Folder("oldbooks", files)
	p := pages{clerk, s, kit.NewView[listPage](f, "list.html"), kit.NewView[onePage](f, "one.html")}
	report := accounts.ReportAiring
	k.Handle(
		kit.Route{Pattern: "GET " + Path, Access: report, Handler: p.showList},
		kit.Route{Pattern: "POST " + Path, Access: report, Handler: p.bring, MaxBody: kit.FileBody},
		kit.Route{Pattern: "GET " + Path + "/template/{file}", Access: report, Handler: p.template},
		kit.Route{Pattern: "GET " + Path + "/{id}", Access: report, Handler: p.showOne},
		kit.Route{Pattern: "POST " + Path + "/{id}", Access: report, Handler: p.act},
	)
}

type listPage struct {
	kit.Page
	Form   kit.Form
	Most   int64
	Limits string
	Large  string
	Books  []oldbook.Book
	Busy   bool
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	return p.renderList(w, r, kit.NewForm())
}

func (p pages) renderList(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	books, err := p.clerk.Books(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	return p.list.Render(w, r, listPage{Page: r.Page("oldbook.title"), Form: f, Most: sheet.MaxBytes, Books: books,
		Limits: r.Say("sheet.limits", sheet.BookLimits()...), Large: r.Lang.Fault(sheet.BookTooLarge()),
		Busy: slices.ContainsFunc(books, func(b oldbook.Book) bool { return b.State.Busy() })})
}

func (p pages) bring(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadFiles(sheet.MaxBytes)
	if err != nil {
		return err
	}
	file, head, err := f.ReadFile("file", sheet.MaxBytes)
	if fault.Is(err, "kit.body_too_large") {
		err = sheet.BookTooLarge().At("file")
	}
	var b oldbook.Book
	if err == nil {
		b, err = p.clerk.Bring(r.Context(), r.Meta(f.ID), head.Filename, file, r.Lang)
	}
	if f.RefusedAloud(err) {
		return p.renderList(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, Path+"/"+b.Source.Import, "oldbook.brought")
}

// template is an example that can be filled in.
func (p pages) template(w http.ResponseWriter, r *kit.Request) error {
	if r.PathValue("file") != "so-cu.xlsx" {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	return r.SendTable(w, "xlsx", "so-nhat-ky-mau", oldbook.Template(r.Lang))
}

type onePage struct {
	kit.Page
	Book     oldbook.Book
	Form     kit.Form // of how it is read
	Bring    kit.Form
	Back     kit.Form
	Columns  []column
	Fields   []kit.Option
	Names    []name
	Sheets   []kit.Option
	Stations []kit.Option
	Ready    bool // it can be applied, but for rows that are wrong
	MayUndo  bool
	Log      string // its lines
}

// column is one of the book.
type column struct {
	Field  string // of the form
	Letter string
	Title  string
	Cells  []string
}

// name is a programme as the book calls it, with the fields of the form.
type name struct {
	oldbook.Name
	Field, KeyField string
	Options         []kit.Option
}

func (p pages) showOne(w http.ResponseWriter, r *kit.Request) error {
	b, err := p.clerk.Find(r.Context(), r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.renderOne(w, r, b, nil)
}

// renderOne shows a book; refused is the form that was sent and refused.
func (p pages) renderOne(w http.ResponseWriter, r *kit.Request, b oldbook.Book, refused *kit.Form) error {
	page := onePage{Page: r.Page("oldbook.one", "file", b.File), Book: b, Form: setupForm(b), Bring: kit.NewForm(), Back: kit.NewForm()}
	if refused != nil {
		switch refused.Get("do") {
		case "apply":
			page.Bring = *refused
		case "undo":
			page.Back = *refused
		default:
			page.Form = *refused
		}
	}
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	if b.Import != nil {
		page.MayUndo = (b.State == oldbook.Applied || b.State == oldbook.Stopped) && oldbook.May(r.Actor, b.Import.Stations, reg.Where) == nil
		day := url.Values{"from": {string(stations.DateOf(b.Import.From.In(text.Zone)))}, "until": {string(stations.DateOf(b.Import.Until.In(text.Zone)))}}
		if len(b.Import.Stations) == 1 {
			day.Set("station", b.Import.Stations[0])
		}
		page.Log = "/airings?" + day.Encode()
		return p.one.Render(w, r, page)
	}
	plan, err := p.store.Schedule(r.Context())
	if err != nil {
		return err
	}
	page.Ready = b.Ready(true) == nil
	page.Stations = kit.StationOptions(reg, stations.Filter{}.For(r.Actor, accounts.ReportAiring))
	for _, s := range b.Sheets {
		page.Sheets = append(page.Sheets, kit.Option{Value: s, Text: s})
	}
	page.Fields = kit.WordOptions(r, "oldbook.field.", oldbook.Fields[:])
	for i, title := range b.Layout.Titles {
		page.Columns = append(page.Columns, column{Field: "column-" + strconv.Itoa(i), Letter: sheet.ColumnName(i), Title: title, Cells: b.Samples[i]})
	}
	page.names(r, plan)
	return p.one.Render(w, r, page)
}

// names offers for each name of the book the programmes there are.
func (page *onePage) names(r *kit.Request, plan *scheduler.Schedule) {
	if page.Book.Check == nil {
		return
	}
	var programmes []kit.Option
	for _, p := range plan.Programmes {
		programmes = append(programmes, kit.Option{Value: p.ID, Text: p.Title, Group: r.Say("oldbook.programmes")})
	}
	first := []kit.Option{{Value: oldbook.Leave, Text: r.Say("oldbook.leave")}}
	if r.Actor.CanSomewhere(accounts.EditSchedule) {
		first = append(first, kit.Option{Value: oldbook.New, Text: r.Say("oldbook.new")})
	}
	options := append(first, programmes...)
	for i, n := range page.Book.Check.Names {
		at := strconv.Itoa(i)
		page.Names = append(page.Names, name{n, "name-" + at, "key-" + at, options})
	}
}

// setupForm is the form of how a book is read, as it was read.
func setupForm(b oldbook.Book) kit.Form {
	f := kit.NewForm("sheet", b.Setup.Sheet, "head", strconv.Itoa(b.Layout.Head), "station", b.Setup.Station)
	if b.Setup.Minutes > 0 {
		f.Values.Set("minutes", strconv.Itoa(b.Setup.Minutes))
	}
	for i, field := range b.Layout.Columns {
		f.Values.Set("column-"+strconv.Itoa(i), string(field))
	}
	if b.Check != nil {
		for i, n := range b.Check.Names {
			f.Values.Set("name-"+strconv.Itoa(i), n.Programme)
		}
	}
	return f
}

// act sets a book up, applies it or takes it back.
func (p pages) act(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id, done := r.PathValue("id"), "oldbook.looked"
	b, err := p.clerk.Find(r.Context(), r.Actor, id)
	if err != nil {
		return err
	}
	switch f.Get("do") {
	case "apply":
		done = "oldbook.applying"
		_, err = p.clerk.Apply(r.Context(), r.Meta(f.ID), id, f.Bool("leave_bad"))
	case "undo":
		done = "oldbook.undoing"
		_, err = p.clerk.Undo(r.Context(), r.Meta(f.ID), oldbook.Undo{ID: id, Why: f.Get("why")})
	default:
		s := setup(f, b)
		if err = f.Err(); err == nil {
			_, err = p.clerk.SetUp(r.Context(), r.Meta(f.ID), id, s)
		}
	}
	if f.RefusedAloud(err) {
		return p.renderOne(w, r, b, f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, Path+"/"+id, done)
}

// setup reads how a book is to be read. Another sheet, or another head, has columns of its own.
func setup(f *kit.Form, b oldbook.Book) oldbook.Setup {
	s := oldbook.Setup{Sheet: f.Get("sheet"), Station: f.Get("station"), Names: map[string]string{}}
	if f.Get("minutes") != "" {
		s.Minutes = f.Int("minutes")
	}
	for i := range b.Layout.Titles {
		s.Columns = append(s.Columns, oldbook.Field(f.Get("column-"+strconv.Itoa(i))))
	}
	if s.Head = f.Int("head"); s.Sheet != b.Setup.Sheet {
		s.Head, s.Columns = 0, nil
	} else if s.Head != b.Layout.Head {
		s.Columns = nil
	}
	for i := 0; f.Get("key-"+strconv.Itoa(i)) != ""; i++ {
		if chosen := f.Get("name-" + strconv.Itoa(i)); chosen != "" {
			s.Names[f.Get("key-"+strconv.Itoa(i))] = chosen
		}
	}
	return s
}
