package tour

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"loa/web/kit"
)

// A tour goes along links, to where a page leads by itself and from lists to what they name,
// opens so many of a kind, each page once, and nothing that is no page.
func TestATourGoesAlongEveryLink(t *testing.T) {
	page := func(links ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			for _, to := range links {
				fmt.Fprintf(w, `<a href=%q>đi</a>`, to)
			}
		}
	}
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf("/stations/S%05d", i))
	}
	routes := []kit.Route{{Pattern: "GET /{$}"}, {Pattern: "GET /me"}, {Pattern: "GET /stations"}, {Pattern: "GET /stations/{id}"}, {Pattern: "GET /old"},
		{Pattern: "GET /new"}, {Pattern: "POST /stations"}, {Pattern: "GET /also"}, {Pattern: "GET /api/v1/lists"}, {Pattern: "GET /api/v1/lists/{id}"}}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", page("/stations", "/stations?district=082", "https://elsewhere.vn/", "/nowhere", "#below", "/old"))
	mux.Handle("GET /me", page("/"))
	mux.Handle("GET /stations", page(many...))
	mux.Handle("GET /stations/{id}", page("/stations"))
	mux.Handle("GET /old", http.RedirectHandler("/new", http.StatusSeeOther))
	mux.Handle("GET /new", page())
	mux.Handle("GET /also", page())
	mux.HandleFunc("GET /api/v1/lists", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"items":[{"id":"L1"},{"id":"L2"}],"next":null}`)
	})
	mux.HandleFunc("GET /api/v1/lists/{id}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	tour := New(mux, routes, "/also")
	tour.OfAKind = 3
	var went []string
	tour.Walk(func(kind, path string) *Answer {
		went = append(went, path)
		return tour.Get(path, "", false)
	})
	slices.Sort(went)
	if got := strings.Join(slices.Compact(slices.Clone(went)), " "); len(went) != len(strings.Fields(got)) {
		t.Errorf("something was opened twice: %v", went)
	}
	for _, want := range []string{"/", "/me", "/stations", "/stations?district=082", "/old", "/new", "/also",
		"/api/v1/lists", "/api/v1/lists/L1", "/api/v1/lists/L2"} {
		if !slices.Contains(went, want) {
			t.Errorf("%s was not opened: %v", want, went)
		}
	}
	stations := 0
	for _, path := range went {
		if strings.HasPrefix(path, "/stations/") {
			stations++
		}
		if strings.Contains(path, "elsewhere") || strings.Contains(path, "nowhere") || strings.Contains(path, "#") {
			t.Errorf("%s was opened", path)
		}
	}
	if stations != 3 {
		t.Errorf("%d pages of one kind were opened, not 3", stations)
	}
}

func TestAnAnswerHasTheFirstCodeThatWasWritten(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		code    int
	}{
		"nothing written": {func(http.ResponseWriter, *http.Request) {}, 200},
		"a body alone":    {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x"); w.WriteHeader(500) }, 200},
		"a code":          {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); fmt.Fprint(w, "x") }, 404},
		"the session": {func(w http.ResponseWriter, r *http.Request) {
			if c, err := r.Cookie("s"); err != nil || c.Value != "geheim" {
				w.WriteHeader(401)
			}
		}, 200},
	} {
		if got := New(c.handler, nil).Get("/", "geheim", true); got.Code != c.code {
			t.Errorf("%s: %d", name, got.Code)
		}
	}
	if got := New(http.NotFoundHandler(), nil).Get("/%zz", "", false); got.Code != http.StatusBadRequest {
		t.Errorf("what is no address: %d", got.Code)
	}
}
