package webtest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"loa/internal/text"
	"loa/web/kit"
)

// CheckViews executes every view of k empty and filled in both languages and
// checks what holds on any page: it is whole, IDs are unique, controls have
// names, nothing is inline, and every key has its sentence.
func CheckViews(t *testing.T, k *kit.Kit) {
	t.Helper()
	for _, v := range k.Views() {
		for _, lang := range text.Languages {
			for kind, fill := range map[string]func(any){"empty": func(any) {}, "filled": Fill} {
				var b bytes.Buffer
				if err := v.Execute(&b, lang, fill); err != nil {
					t.Errorf("%s %s %s: %v", v.Name(), lang, kind, err)
					continue
				}
				for _, fault := range pageFaults(t, b.String()) {
					t.Errorf("%s %s %s: %s", v.Name(), lang, kind, fault)
				}
			}
		}
	}
}

// named is what a screen reader says of a button.
func named(s *goquery.Selection) string { return s.AttrOr("aria-label", s.Text()) }

func pageFaults(t *testing.T, html string) (faults []string) {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(strings.TrimSpace(html), "</html>") {
		faults = append(faults, "the page is cut")
	}
	if strings.Contains(html, filled) {
		faults = append(faults, "a value was not escaped")
	}
	doc.Find("script:not([src]), style, [style], [onclick], [onchange], [onsubmit]").Each(func(_ int, s *goquery.Selection) {
		faults = append(faults, "inline script or style in <"+goquery.NodeName(s)+">")
	})
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if s.Closest("label").Length() == 0 && s.AttrOr("aria-label", "") == "" && doc.Find(`label[for="`+id+`"]`).Length() == 0 {
			faults = append(faults, "no label for "+s.AttrOr("name", "a control"))
		}
	})
	doc.Find("img:not([alt])").Each(func(_ int, s *goquery.Selection) { faults = append(faults, "a picture has no alt") })
	doc.Find("audio:not([aria-label]), audio[aria-label='']").Each(func(_ int, s *goquery.Selection) { faults = append(faults, "a player has no name") })
	doc.Find("li button, tr button, article button").Each(func(_ int, s *goquery.Selection) {
		row := s.Closest("li, tr, article")
		same := func(o *goquery.Selection) bool { return named(o) == named(s) }
		told := strings.Contains(named(s), filled) || s.AttrOr("aria-describedby", "") != ""
		if !told && row.Siblings().Find("button").FilterFunction(func(_ int, o *goquery.Selection) bool { return same(o) }).Length() > 0 {
			faults = append(faults, "rows share a button that does not say of which it is: "+strings.TrimSpace(s.Text()))
		}
	})
	if n := doc.Find("h1").Length(); n != 1 {
		faults = append(faults, "a page has one h1")
	}
	return faults
}
