// Package home is the first page: it says what to do next.
package home

import (
	"embed"
	"net/http"

	"loa/internal/text"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

type homePage struct {
	kit.Page
	Steps []kit.Step
}

// Register adds the page to k.
func Register(k *kit.Kit) {
	view := kit.NewView[homePage](k.Folder("home", files), "home.html")
	k.Menu(kit.MenuItem{Path: "/", Key: "home.menu", Icon: "home", Access: kit.SignedIn, Order: 0})
	k.Handle(kit.Route{Pattern: "GET /{$}", Access: kit.SignedIn, Handler: func(w http.ResponseWriter, r *kit.Request) error {
		steps, err := k.Steps(r)
		if err != nil {
			return err
		}
		return view.Render(w, r, homePage{Page: r.Page(greeting(r), "name", r.Actor.Name), Steps: steps})
	}})
}

// greeting fits the time of day where the stations are.
func greeting(r *kit.Request) string {
	switch h := r.Now.In(text.Zone).Hour(); {
	case h < 11:
		return "home.morning"
	case h < 18:
		return "home.day"
	}
	return "home.evening"
}
