package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"loa/web/webtest"
)

// TestNoLinkLeadsNowhere follows what every page leads to for everybody: pages, files
// to keep, pictures and sounds, two of each kind.
func TestNoLinkLeadsNowhere(t *testing.T) {
	t.Parallel()
	w := newProvince(t)
	followed, files := 0, 0
	for _, login := range []string{"quantri", "bientap", "giamsat", "huyen-082", "xa-02794", "hoithi", "giamkhao1", ""} {
		secret := ""
		if login != "" {
			secret = w.secret(t, login)
		}
		c := webtest.NewClient(t, w.handler, secret)
		kinds := map[string]int{}
		type link struct{ on, to string }
		var links []link
		walkAs(t, c, func(path string, doc *goquery.Document) {
			base, _ := url.Parse(path)
			doc.Find("[href], [src]").Each(func(_ int, at *goquery.Selection) {
				to, err := url.Parse(at.AttrOr("href", at.AttrOr("src", "")))
				if err != nil {
					t.Errorf("%s: %s has a link that is none: %v", login, path, err)
					return
				}
				to = base.ResolveReference(to)
				to.Fragment = ""
				if to.Host != "" || to.Scheme != "" || to.Path == "/logout" || strings.HasPrefix(to.Path, "/language") {
					return
				}
				kind := kindOf(to) + to.Query().Get("as") + to.Query().Get("format")
				if kinds[kind]++; kinds[kind] <= 2 {
					links = append(links, link{path, to.RequestURI()})
				}
			})
		})
		for _, l := range links {
			a := c.Get(l.to)
			if followed++; a.Code >= 400 {
				t.Errorf("%q on %s follows %s: %d", login, l.on, l.to, a.Code)
			}
			if !strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
				files++
			}
		}
	}
	if followed < 500 || files < 60 {
		t.Errorf("only %d links were followed, %d of them to files", followed, files)
	}
}
