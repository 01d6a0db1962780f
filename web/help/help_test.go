package help

import (
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/doc"
	"loa/web/kit"
	"loa/web/webtest"
)

func guides(t *testing.T) map[string]*guide {
	t.Helper()
	files, err := fs.Sub(doc.Guides, "huong-dan")
	if err != nil {
		t.Fatal(err)
	}
	all, err := readGuides(files)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Every place that a page points to is there, and each heading has one address.
func TestEveryPlaceIsInItsGuide(t *testing.T) {
	all := guides(t)
	for name, g := range all {
		seen := map[string]bool{}
		for _, p := range g.Parts {
			if p.ID == "" || seen[p.ID] {
				t.Errorf("%s: two headings have the address %q", name, p.ID)
			}
			seen[p.ID] = true
		}
	}
	told := map[string]bool{}
	for _, p := range places {
		g := all[p.guide]
		if g == nil {
			t.Errorf("%s: there is no guide %s", p.path, p.guide)
			continue
		}
		told[p.guide] = true
		found := p.part == ""
		for _, part := range g.Parts {
			found = found || part.Title == p.part
		}
		if !found {
			t.Errorf("%s: %s has no heading “%s”", p.path, p.guide, p.part)
		}
	}
	for name := range all {
		if !told[name] {
			t.Errorf("no page leads to the guide %s", name)
		}
	}
}

// A guide is shown whole: its links lead somewhere, its pictures are there, its HTML is none.
func TestGuidesAreShownWithTheirPictures(t *testing.T) {
	k := kit.New(kit.Config{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	Register(k)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	c := webtest.NewClient(t, h, "")
	pictures, links := map[string]bool{}, map[string]bool{}
	for name, g := range guides(t) {
		c.Get("/help/" + name)
		c.Expect(http.StatusOK, "h1", g.Title)
		page := c.Doc()
		page.Find("article img").Each(func(_ int, s *goquery.Selection) { pictures[s.AttrOr("src", "")] = true })
		page.Find("main a[href]").Each(func(_ int, s *goquery.Selection) {
			to := s.AttrOr("href", "")
			if at, here := strings.CutPrefix(to, "#"); here {
				if page.Find(`[id="`+at+`"]`).Length() != 1 {
					t.Errorf("%s: %s leads nowhere", name, to)
				}
			} else if strings.HasPrefix(to, "/help") {
				links[to] = true
			} else if !strings.HasPrefix(to, "https://") {
				t.Errorf("%s leads to %s", name, to)
			}
		})
	}
	for src := range pictures {
		if c.Get(src); c.Last.Code != http.StatusOK || c.Last.Header().Get("Content-Type") != "image/png" {
			t.Errorf("%s: %d", src, c.Last.Code)
		}
	}
	for to := range links {
		path, at, _ := strings.Cut(to, "#")
		if c.Get(path); c.Last.Code != http.StatusOK || at != "" && c.Doc().Find(`[id="`+at+`"]`).Length() != 1 {
			t.Errorf("%s: %d", to, c.Last.Code)
		}
	}
	if len(pictures) < 8 || len(links) == 0 {
		t.Errorf("%d pictures, %d links", len(pictures), len(links))
	}
	for _, to := range []string{"/help/khong-co", "/help/anh/khong-co.png", "/help/anh/..%2Fgiam-sat.md"} {
		c.Get(to)
		c.Expect(http.StatusNotFound, "")
	}
	c.Get("/help")
	c.Expect(http.StatusOK, ".guides a[href='/help/can-bo-dai']")
}
