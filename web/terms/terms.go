// Package terms shows the rules of a contest in words, to everybody once it is
// open and to its organisers before.
package terms

import (
	"context"
	"embed"
	"net/http"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/internal/fault"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html
var files embed.FS

// Store is what this page asks of the store.
type Store interface {
	Registry(ctx context.Context) (*stations.Registry, error)
}

type pages struct {
	store Store
	hall  *contest.Hall
	page  *kit.View[termsPage]
}

// Register adds the page to k.
func Register(k *kit.Kit, s Store, hall *contest.Hall) {
	p := pages{s, hall, kit.NewView[termsPage](k.Folder("terms", files), "terms.html")}
	k.Handle(kit.Route{Pattern: "GET /terms/{contest}", Access: kit.Public, Handler: p.show})
}

type termsPage struct {
	kit.Page
	Draft   bool
	Back    string // where an organiser came from
	Terms   paper.Terms
	Changes []change
}

type change struct {
	By, Reason string
	At         time.Time
	Lines      []string
}

func (p pages) show(w http.ResponseWriter, r *kit.Request) error {
	reg, err := p.store.Registry(r.Context())
	if err != nil {
		return err
	}
	var page termsPage
	err = p.hall.View(r.Context(), r.PathValue("contest"), func(s *contest.State) error {
		organiser := contest.MayOrganise(r.Actor, s.ID) == nil
		if s.Phase == contest.Draft && !organiser {
			return fault.New(fault.NotFound, "contest.unknown")
		}
		page = termsPage{Page: r.Page("terms.title", "name", s.Rules.Title), Draft: s.Phase == contest.Draft, Terms: paper.TermsOf(r.Lang, s.Rules, reg)}
		if organiser {
			page.Back = "/contests/" + s.ID
		}
		for _, c := range s.Changes {
			page.Changes = append(page.Changes, change{c.By, c.Reason, c.At, paper.ChangeOf(r.Lang, &s.Rules, c.Lines, reg)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.page.Render(w, r, page)
}
