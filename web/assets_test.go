package web_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"loa/web/webtest"
)

// TestAClassMeansOneThing: a name that a page's style gives another meaning than the look's changes
// pages nobody looked at.
func TestAClassMeansOneThing(t *testing.T) {
	names, err := filepath.Glob("*/*.css")
	if err != nil || len(names) < 8 {
		t.Fatal(names, err)
	}
	bare := regexp.MustCompile(`(?m)^(\.[\w-]+) \{$`)
	look, own := map[string]bool{}, map[string][]string{}
	for _, name := range names {
		written, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range bare.FindAllStringSubmatch(string(written), -1) {
			if seen[m[1]] {
				t.Errorf("%s says what %s is twice", name, m[1])
			}
			seen[m[1]] = true
			if name == filepath.Join("kit", "kit.css") {
				look[m[1]] = true
			} else {
				own[m[1]] = append(own[m[1]], name)
			}
		}
	}
	if !look[".card"] || len(look) < 50 {
		t.Fatalf("%d classes of the look", len(look))
	}
	for class, where := range own {
		if look[class] {
			t.Errorf("%s gives %s of the look another meaning", where, class)
		}
	}
}

// A browser reads from a style as it is sent what it reads from it as it is written.
func TestShortenedStylesSayTheSame(t *testing.T) {
	k, _ := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	home := webtest.NewClient(t, h, "").Get("/login").Body.String()
	base := regexp.MustCompile(`/assets/[0-9a-f]{12}/`).FindString(home)
	names, err := filepath.Glob("*/*.css")
	if err != nil || len(names) < 8 {
		t.Fatal(names, err)
	}
	tab := webtest.NewBrowser(t).Person()
	tab.Open("about:blank")
	read := func(css string) string {
		text, _ := json.Marshal(css)
		rules := webtest.Eval[string](tab, "read a style", `(() => { const s = new CSSStyleSheet(); s.replaceSync(`+string(text)+`);
			return [...s.cssRules].map((r) => r.cssText).join("\n"); })()`)
		rules = strings.ToLower(regexp.MustCompile(`\s+`).ReplaceAllString(rules, "")) // names of fonts are the same in any case
		// what the browser writes back as it was given, said shorter
		for _, same := range [][2]string{{"background:none;", "background:0px0px;"}, {"center", "50%"}, {")50%/", ")50%50%/"},
			{"border-color:currentcolor", "border-color:initial"}, {"(0.", "(."}, {"-0.", "-."}, {",0.", ",."}, {":0.", ":."}, {"*0.", "*."}} {
			rules = strings.ReplaceAll(rules, same[0], same[1])
		}
		return rules
	}
	for _, name := range names {
		written, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sent := webtest.NewClient(t, h, "").Get(base + filepath.ToSlash(name)).Body.String()
		if len(sent) >= len(written) {
			t.Errorf("%s is sent as it is written", name)
		}
		want, got := read(string(written)), read(sent)
		if len(want) < 40 || want != got {
			at := 0
			for at < min(len(want), len(got)) && want[at] == got[at] {
				at++
			}
			t.Errorf("%s: written …%s…, sent …%s…", name, strings.ToValidUTF8(around(want, at), ""), strings.ToValidUTF8(around(got, at), ""))
		}
	}
}

func around(s string, at int) string { return s[max(0, at-60):min(len(s), at+60)] }

// A page that draws figures or lays out a paper asks for the style of it: what every page loads has neither.
func TestAPageAsksForTheStylesOfItsParts(t *testing.T) {
	pages, err := filepath.Glob("*/*.html")
	if err != nil || len(pages) < 50 {
		t.Fatal(pages, err)
	}
	text := map[string]string{}
	for _, name := range pages {
		written, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text[name] = string(written)
	}
	draws := regexp.MustCompile(`template "(hexmap|bars|ring|sparkline|columns|legend)"|class="chart|template "proof"`)
	lays := regexp.MustCompile(`template "paper" |class="paper"`)
	found := 0
	for name, page := range text {
		if strings.HasPrefix(filepath.Base(name), "_") {
			continue // a part: the pages that use it ask
		}
		for part, head := range map[*regexp.Regexp]string{draws: `"charts-head"`, lays: `"paper-head"`} {
			if part.MatchString(page) {
				found++
				if !strings.Contains(page, head) {
					t.Errorf("%s has %s and no {{template %s}}", name, part.FindString(page), head)
				}
			}
		}
	}
	if found < 8 {
		t.Errorf("%d pages have such a part", found)
	}
}
