// Package books has the log books of many stations made in the background, as one file with an index.
package books

import (
	"embed"
	"net/http"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/book"
	"loa/internal/paper"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.js
var files embed.FS

type pages struct {
	press *book.Press
	store book.Store
	page  *kit.View[page]
}

// Path is the page.
const Path = "/books"

// Register adds the page and the API to k.
func Register(k *kit.Kit, s book.Store, press *book.Press) {
	p := pages{press, s, kit.NewView[page](k.Folder("books", files), "books.html")}
	k.Handle(
		kit.Route{Pattern: "GET " + Path, Access: accounts.ReadAirings, Handler: p.show},
		kit.Route{Pattern: "POST " + Path, Access: accounts.ReadAirings, Handler: p.order},
		kit.Route{Pattern: "GET " + Path + "/{id}/file", Access: accounts.ReadAirings, Handler: p.file},
		kit.Route{Pattern: "GET /api/v1/books", Access: accounts.ReadAirings, Handler: p.list, Out: kit.List[book.Order]{},
			Summary: "The files of log books one asked for, the last first; each is kept for a week."},
		kit.Route{Pattern: "PUT /api/v1/books/{id}", Access: accounts.ReadAirings, Handler: p.put, In: book.Ask{}, Out: book.Order{},
			Summary: "Have the log books of all stations one may read, or of a district, made as one PDF, under a client-made UUID; " +
				"GET tells how far it is."},
		kit.Route{Pattern: "GET /api/v1/books/{id}", Access: accounts.ReadAirings, Handler: p.get, Out: book.Order{},
			Summary: "One of them: its state, and how many percent are done. The ID is that of the answer to PUT."},
		kit.Route{Pattern: "GET /api/v1/books/{id}/file", Access: accounts.ReadAirings, Handler: p.file, Gives: paper.PDFType,
			Summary: "The file, once its state is ready."},
	)
}

type page struct {
	kit.Page
	Form      kit.Form
	Districts []kit.Option
	Rows      []row
	Busy      bool // one is being made, or waits: the page looks again
}

// show offers what the log was narrowed by, as far as books are; else the month before, which they are asked for most.
func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	if _, err := kit.ReadFilter[airing.Filter](r); err != nil {
		return err
	}
	first := time.Date(r.Now.In(text.Zone).Year(), r.Now.In(text.Zone).Month(), 1, 0, 0, 0, 0, text.Zone)
	f := kit.NewForm("from", string(stations.DateOf(first.AddDate(0, -1, 0))), "until", string(stations.DateOf(first.AddDate(0, 0, -1))))
	asked := r.URL.Query()
	if asked.Has("from") && asked.Has("until") {
		for _, name := range []string{"from", "until"} {
			day, _, _ := strings.Cut(asked.Get(name), "T")
			f.Values.Set(name, day)
		}
	}
	f.Values.Set("district", asked.Get("district"))
	return p.render(w, r, f)
}

type row struct {
	book.Order
	Where string // the district, "" for all
}

func (p pages) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	page := page{Page: r.Page("book.title"), Form: f}
	for _, o := range p.press.Orders(r.Actor) {
		one := row{Order: o}
		if o.District != "" {
			one.Where = reg.DistrictLabel(o.District)
		}
		page.Rows = append(page.Rows, one)
		page.Busy = page.Busy || o.State == book.Waiting || o.State == book.Making
	}
	page.Districts = r.OwnDistricts(reg, accounts.ReadAirings)
	return p.page.Render(w, r, page)
}

func (p pages) order(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	a := book.Ask{District: f.Get("district")}
	for name, into := range map[string]*stations.Date{"from": &a.From, "until": &a.Until} {
		if day := f.Date(name); !day.IsZero() {
			*into = stations.DateOf(day)
		}
	}
	if err = f.Err(); err == nil {
		_, err = p.press.Order(r.Context(), r.Meta(f.ID), a, r.Lang)
	}
	if f.Refused(err) {
		return p.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, Path, "book.ordered")
}

func (p pages) file(w http.ResponseWriter, r *kit.Request) error {
	f, o, err := p.press.Open(r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", paper.PDFType)
	w.Header().Set("Content-Disposition", `attachment; filename="so-nhat-ky-`+string(o.From)+"-"+string(o.Until)+`.pdf"`)
	w.Header().Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r.Request, "", o.Made, f)
	return nil
}

func (p pages) list(w http.ResponseWriter, r *kit.Request) error {
	return r.JSON(w, http.StatusOK, kit.NewList(r, p.press.Orders(r.Actor), ""))
}

func (p pages) put(w http.ResponseWriter, r *kit.Request) error {
	var a book.Ask
	if err := r.ReadJSON(&a); err != nil {
		return err
	}
	id := r.PathValue("id")
	if err := kit.CheckID(id, "id"); err != nil {
		return err
	}
	o, err := p.press.Order(r.Context(), r.Meta(id), a, r.Lang)
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, o)
}

func (p pages) get(w http.ResponseWriter, r *kit.Request) error {
	o, err := p.press.Find(r.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	return r.JSON(w, http.StatusOK, o)
}
