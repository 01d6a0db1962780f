// Package help shows the guides of doc/huong-dan, and says for every page where in
// them it is told of.
package help

import (
	"bytes"
	"embed"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"time"

	"loa/doc"
	"loa/internal/fault"
	"loa/web/kit"
)

//go:embed *.html *.css
var files embed.FS

type listPage struct {
	kit.Page
	Guides []*guide // those of the reader's own work first
}

type guidePage struct {
	kit.Page
	Guide guide
}

type pages struct {
	guides map[string]*guide
	files  fs.FS
	list   *kit.View[listPage]
	one    *kit.View[guidePage]
}

// Register adds the pages to k. Guides are everybody's: who cannot log in needs them most.
func Register(k *kit.Kit) {
	f := k.Folder("help", files)
	p := pages{list: kit.NewView[listPage](f, "list.html"), one: kit.NewView[guidePage](f, "guide.html")}
	var err error
	if p.files, err = fs.Sub(doc.Guides, "huong-dan"); err == nil {
		p.guides, err = readGuides(p.files)
	}
	if err != nil {
		k.Fail(err)
	}
	k.HelpAt(func(r *kit.Request) string { return at(r.Route(), r.Actor).address() })
	k.Handle(
		kit.Route{Pattern: "GET /help", Access: kit.Public, Handler: p.showList},
		kit.Route{Pattern: "GET /help/{guide}", Access: kit.Public, Handler: p.showOne},
		kit.Route{Pattern: "GET /help/anh/{picture}", Access: kit.Public, Handler: p.picture},
	)
}

func (p pages) showList(w http.ResponseWriter, r *kit.Request) error {
	page := listPage{Page: r.Page("help.title")}
	own := map[string]bool{}
	for _, at := range places {
		if at.path == "/{$}" && r.Actor.Has(at.role) {
			own[at.guide] = true
		}
	}
	for _, first := range []bool{true, false} {
		for _, name := range slices.Sorted(maps.Keys(p.guides)) {
			if own[name] == first {
				page.Guides = append(page.Guides, p.guides[name])
			}
		}
	}
	return p.list.Render(w, r, page)
}

func (p pages) showOne(w http.ResponseWriter, r *kit.Request) error {
	g := p.guides[r.PathValue("guide")]
	if g == nil {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	page := guidePage{Page: r.Page("help.title"), Guide: *g}
	page.Title = g.Title
	return p.one.Render(w, r, page)
}

func (p pages) picture(w http.ResponseWriter, r *kit.Request) error {
	b, err := fs.ReadFile(p.files, "anh/"+r.PathValue("picture"))
	if err != nil {
		return fault.New(fault.NotFound, "kit.not_found")
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, r.Request, r.PathValue("picture"), time.Time{}, bytes.NewReader(b))
	return nil
}
