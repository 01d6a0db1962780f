// Package notes shows the notes of stations and takes new ones.
package notes

import (
	"context"
	"embed"
	"net/http"

	"loa/accounts"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS // add *.css and *.js when the folder has some

// Note and AddNote belong into the folder of their noun; they stand here so that the page is whole.
type (
	Note    struct{ Station, Text string }
	AddNote struct{ Station, Text string }
)

// Store is what these pages ask of the store. A question takes who asks, and answers what she may see.
type Store interface {
	Notes(ctx context.Context, by accounts.Actor) ([]Note, error)
	AddNote(ctx context.Context, m accounts.Meta, c AddNote) (Note, error)
}

type listPage struct {
	kit.Page
	Form   kit.Form
	Notes  []Note
	MayAdd bool // a form is shown to who may send it
}

type pages struct {
	store Store
	list  *kit.View[listPage]
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	p := pages{store: s, list: kit.NewView[listPage](k.Folder("notes", files), "list.html")}
	k.Menu(kit.MenuItem{Path: "/notes", Key: "notes.title", Icon: "file", Access: accounts.ReadStations, Order: 60})
	k.Handle(
		kit.Route{Pattern: "GET /notes", Access: accounts.ReadStations, Handler: p.show},
		kit.Route{Pattern: "POST /notes", Access: accounts.EditStations, Handler: p.add},
	)
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	return p.render(w, r, kit.NewForm())
}

func (p pages) render(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	notes, err := p.store.Notes(r.Context(), r.Actor)
	if err != nil {
		return err
	}
	return p.list.Render(w, r, listPage{Page: r.Page("notes.title"), Form: f, Notes: notes, MayAdd: r.Actor.CanSomewhere(accounts.EditStations)})
}

func (p pages) add(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	_, err = p.store.AddNote(r.Context(), r.Meta(f.ID), AddNote{Station: f.Get("station"), Text: f.Get("text")})
	if f.Refused(err) { // told on its page: show the form again, sentences beside the fields
		return p.render(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/notes", "notes.added") // 303, and the sentence is shown there once
}
