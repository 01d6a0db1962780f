// Package tour goes where people and programs go: from the first page along every
// link, and from the lists of the API to what they name.
package tour

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"loa/web/kit"
)

// Tour knows the ways through what a handler answers.
type Tour struct {
	handler http.Handler
	routes  *http.ServeMux
	begin   []string

	OfAKind int // how many pages of one route a walk opens
}

// New returns the tour of a handler that answers the routes. It begins at the first
// page, at the lists that name nothing, and at also.
func New(h http.Handler, routes []kit.Route, also ...string) *Tour {
	t := &Tour{handler: h, routes: http.NewServeMux(), begin: []string{"/", "/me"}, OfAKind: 12}
	for _, r := range routes {
		if r.Method() != http.MethodGet {
			continue
		}
		t.routes.HandleFunc(r.Pattern, func(http.ResponseWriter, *http.Request) {})
		if strings.HasPrefix(r.Path(), "/api/") && !strings.Contains(r.Path(), "{") {
			t.begin = append(t.begin, r.Path())
		}
	}
	t.begin = append(t.begin, also...)
	return t
}

// Answer is what came back.
type Answer struct {
	Code int
	Body bytes.Buffer
	head http.Header
}

// Header implements http.ResponseWriter.
func (a *Answer) Header() http.Header { return a.head }

// WriteHeader implements http.ResponseWriter.
func (a *Answer) WriteHeader(code int) {
	if a.Code == 0 {
		a.Code = code
	}
}

// Write implements http.ResponseWriter.
func (a *Answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.Body.Write(b)
}

// Get asks for a page with a session's secret, "" for a stranger. packed is whether the
// answer may come compressed.
func (t *Tour) Get(path, secret string, packed bool) *Answer {
	r, err := http.NewRequest(http.MethodGet, path, http.NoBody)
	if err != nil {
		return &Answer{Code: http.StatusBadRequest, head: http.Header{}}
	}
	r.RequestURI, r.Host, r.RemoteAddr = path, "localhost", "127.0.0.1:1"
	if packed {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	if secret != "" {
		r.AddCookie(&http.Cookie{Name: "s", Value: secret})
	}
	return t.Send(r)
}

// Send hands a request to the handler.
func (t *Tour) Send(r *http.Request) *Answer {
	a := &Answer{head: http.Header{}}
	t.handler.ServeHTTP(a, r)
	a.WriteHeader(http.StatusOK) // unless it said something else
	return a
}

// Walk opens what one comes to, each kind of page several times. visit opens a page
// and returns its answer, not compressed.
func (t *Tour) Walk(visit func(kind, path string) *Answer) {
	todo, seen, tried := slices.Clone(t.begin), map[string]bool{}, map[string]int{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		kind := t.kind(path)
		if kind == "" || seen[path] || tried[kind] == t.OfAKind {
			continue
		}
		seen[path] = true
		switch answer := visit(kind, path); answer.Code {
		case http.StatusOK:
			tried[kind]++
			todo = append(todo, leads(path, answer)...)
		case http.StatusSeeOther:
			todo = append(todo, answer.head.Get("Location"))
		}
	}
}

// kind is the route of a page and what is asked for by name; "" for what is no page.
func (t *Tour) kind(path string) string {
	r, err := http.NewRequest(http.MethodGet, path, http.NoBody)
	if err != nil {
		return ""
	}
	_, pattern := t.routes.Handler(r)
	if pattern == "" || strings.HasPrefix(pattern, "GET /assets/") || pattern == "GET /language/{lang}" {
		return ""
	}
	names := slices.Sorted(maps.Keys(r.URL.Query()))
	return strings.TrimPrefix(pattern, "GET ") + "?" + strings.Join(names, "&")
}

// Route is the route of a kind of page.
func Route(kind string) string {
	route, _, _ := strings.Cut(kind, "?")
	return route
}

var links = regexp.MustCompile(`\s(?:href|src)="([^"]*)"`)

// leads lists where a page's links, or the names in a list, lead to.
func leads(path string, answer *Answer) []string {
	if strings.HasPrefix(answer.head.Get("Content-Type"), "text/html") {
		return linked(path, answer.Body.String())
	}
	return named(path, answer.Body.Bytes())
}

func linked(path, page string) (paths []string) {
	base, err := url.Parse(path)
	if err != nil {
		return nil
	}
	for _, link := range links.FindAllStringSubmatch(page, -1) {
		u, err := url.Parse(html.UnescapeString(link[1]))
		if err != nil || u.Host != "" || u.Scheme != "" {
			continue
		}
		u = base.ResolveReference(u)
		u.Fragment = ""
		paths = append(paths, u.RequestURI())
		if strings.HasPrefix(u.Path, "/judging/") && strings.Contains(u.Path, "/sheets/") { // what its scripts ask for
			sheet := "/api/v1/contests/" + strings.TrimPrefix(u.Path, "/judging/")
			paths = append(paths, u.Path+"/waveform", sheet, sheet+"/audio", sheet+"/waveform")
		}
	}
	return paths
}

// below is what the API tells of a thing beside itself.
var below = []string{"report", "episodes", "rules", "entries", "judges", "panels", "points", "rounds", "sheets", "prizes", "complaints",
	"comments", "certificates", "uncounted",
	"judging", "judging/signed", "judging/ties", "chair", "steps", "corrections", "corrections/waiting", "corrections/turned-down", "organisers",
	"feedback", "ranking?round=chung-khao",
	"fairness?round=chung-khao",
	"weeks/2024-W35/audio", "audio", "waveform", "papers/minutes", "papers/minutes/docx", "papers/minutes/pdf",
	"questions", "codes", "tries", "result", "result/export"}

func named(path string, body []byte) (paths []string) {
	var list struct {
		Items []struct {
			ID, Code, Task, Entry string
			Number                int
			Recording             struct{ ID string }
			Alike                 struct{ Recording struct{ ID string } }
		}
	}
	if json.Unmarshal(body, &list) != nil {
		return nil
	}
	under, _, _ := strings.Cut(path, "?")
	top := "/api/v1/" + under[strings.LastIndex(under, "/")+1:] // episodes and rules are listed below their programme
	for _, x := range list.Items {
		if x.Alike.Recording.ID != "" {
			paths = append(paths, "/api/v1/audio/"+x.Recording.ID+"/alike/"+x.Alike.Recording.ID)
		}
		for _, name := range []string{x.ID, x.Code, x.Task, x.Entry, fmt.Sprint(x.Number)} {
			if name == "" || name == "0" {
				continue
			}
			one := under + "/" + url.PathEscape(name)
			paths = append(paths, one, top+"/"+url.PathEscape(name))
			for _, more := range below {
				paths = append(paths, one+"/"+more)
			}
		}
	}
	return paths
}
