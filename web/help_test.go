package web_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"loa/web/webtest"
)

// Every page that somebody comes to by links says where it is explained, at a heading that is there.
func TestEveryPageHasItsHelp(t *testing.T) {
	t.Parallel()
	w := newProvince(t)
	headings := map[string]*goquery.Document{}
	for _, login := range []string{"xa-02794", "giamkhao1", "huyen-082", "bientap", "hoithi", "quantri"} {
		c := webtest.NewClient(t, w.handler, w.secret(t, login))
		guides := webtest.NewClient(t, w.handler, "")
		walkAs(t, c, func(path string, doc *goquery.Document) {
			if strings.HasPrefix(path, "/help") || doc.Find("nav.side").Length() == 0 {
				return
			}
			to := doc.Find("nav.side a.help").AttrOr("href", "")
			guide, at, _ := strings.Cut(to, "#")
			if guide == "/help" || guide == "" {
				t.Errorf("%s finds no help on %s", login, path)
				return
			}
			if headings[guide] == nil {
				guides.Get(guide)
				headings[guide] = guides.Doc()
			}
			if at != "" && headings[guide].Find(`[id="`+at+`"]`).Length() != 1 {
				t.Errorf("%s on %s: %s leads to no heading", login, path, to)
			}
		})
	}
	if len(headings) < 5 {
		t.Errorf("only %d guides are led to", len(headings))
	}
}
