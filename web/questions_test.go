package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/contest"
	"loa/internal/wallclock"
	"loa/library"
	"loa/scheduler"
	"loa/store/bolttest"
	"loa/store/storetest"
	"loa/web"
	"loa/web/kit"
	"loa/web/webtest"
)

// asker opens pages and lists and notes how many questions each asks the engine.
type asker struct {
	t       *testing.T
	handler http.Handler
	routes  *http.ServeMux
	lists   []string // paths of the API that name nothing
	engine  *storetest.Counted
	most    map[string]asked // by who and which page
}

// asked is how often a page asked each question, where it asked most.
type asked struct {
	path  string
	n     int
	by    map[string]int
	tried int
}

// notCounted are routes that this test does not open: those that ask the engine nothing, or
// are there for a moment only.
var notCounted = map[string]bool{
	"/assets/{hash}/{folder}/{file}": true, "/language/{lang}": true, "/healthz": true, "/readyz": true, "/metrics": true,
	"/robots.txt": true, "/favicon.ico": true,
	"/manifest.webmanifest": true, "/worker.js": true, "/offline": true, "/results/{contest}/cover.png": true,
	"/contests/{contest}/promotion": true, "/contests/{contest}/correction": true, // between two rounds, and while a correction waits
	"/judging/{contest}/hall": true, // of rounds that are judged live
	"/login":                  true, "/join/{token}": true, "/clock": true, "/api/v1/uploads/{id}": true,
}

// mostOfAKind is how many pages of one route one person opens.
const mostOfAKind = 12

// walk opens what one person comes to from the first page, the API's lists and what these
// name, each kind several times.
func (a *asker) walk(who, secret string) {
	todo, seen := append([]string{"/", "/me"}, a.lists...), map[string]bool{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		kind := a.kind(path)
		if kind == "" || seen[path] {
			continue
		}
		seen[path] = true
		key := who + " " + kind
		was := a.most[key]
		if was.tried == mostOfAKind {
			continue
		}
		a.engine.Questions()
		answer := webtest.Call(a.handler, http.MethodGet, path, secret)
		by := a.engine.Questions()
		if answer.Code != http.StatusOK {
			continue
		}
		was.tried++
		n := 0
		for _, times := range by {
			n += times
		}
		if n >= was.n {
			was.path, was.n, was.by = path, n, by
		}
		a.most[key] = was
		todo = append(todo, a.leads(path, answer)...)
	}
}

// kind is the route of a page and what is asked for by name; "" for what is no page.
func (a *asker) kind(path string) string {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	_, pattern := a.routes.Handler(r)
	if pattern == "" || strings.HasPrefix(pattern, "GET /assets/") || pattern == "GET /language/{lang}" {
		return ""
	}
	names := slices.Sorted(maps.Keys(r.URL.Query()))
	return strings.TrimPrefix(pattern, "GET ") + "?" + strings.Join(names, "&")
}

// leads lists where a page's links, or the names in a list, lead to.
func (a *asker) leads(path string, answer *httptest.ResponseRecorder) (paths []string) {
	if kind := answer.Header().Get("Content-Type"); strings.HasPrefix(kind, "text/html") {
		doc, err := goquery.NewDocumentFromReader(answer.Body)
		if err != nil {
			a.t.Fatal(err)
		}
		base, _ := url.Parse(path)
		for _, link := range doc.Find("a[href], audio[src], img[src]").EachIter() {
			if u, err := url.Parse(link.AttrOr("href", link.AttrOr("src", ""))); err == nil && u.Host == "" && u.Scheme == "" {
				u = base.ResolveReference(u)
				u.Fragment = ""
				paths = append(paths, u.RequestURI())
				if strings.HasPrefix(u.Path, "/judging/") && strings.Contains(u.Path, "/sheets/") { // what its scripts ask for
					sheet := "/api/v1/contests/" + strings.TrimPrefix(u.Path, "/judging/")
					paths = append(paths, u.Path+"/waveform", sheet, sheet+"/audio", sheet+"/waveform")
				}
			}
		}
		return paths
	}
	var list struct {
		Items []struct {
			ID, Code, Task, Entry string
			Number                int
			Recording             struct{ ID string }
			Alike                 struct{ Recording struct{ ID string } }
		}
	}
	if json.Unmarshal(answer.Body.Bytes(), &list) != nil {
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
			for _, more := range []string{"report", "episodes", "rules", "entries", "judges", "panels", "points", "rounds", "sheets", "prizes", "complaints",
				"comments", "certificates", "uncounted",
				"judging", "judging/signed", "judging/ties", "chair", "steps", "corrections", "corrections/waiting", "feedback", "ranking?round=chung-khao",
				"fairness?round=chung-khao",
				"weeks/2024-W35/audio", "audio", "waveform", "papers/minutes", "papers/minutes/docx"} {
				paths = append(paths, one+"/"+more)
			}
		}
	}
	return paths
}

// TestNoPageAsksMoreTheMoreThereIs opens every page and every list of the API as everybody,
// with a few rows of everything and again with many, and counts what each asks the engine:
// no more, whatever the rows.
func TestNoPageAsksMoreTheMoreThereIs(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return bolttest.GrownAt.Add(time.Hour) }
	house := bolttest.NewHouse(t, t.TempDir(), now)
	bolttest.Fill(t, house.Store, house.Blobs)
	bolttest.Grow(t, house.Store, house.Blobs, 0, 2)
	a := &asker{t: t, routes: http.NewServeMux(), engine: &storetest.Counted{Engine: house.Store}, most: map[string]asked{}}
	log := slog.New(slog.DiscardHandler)
	jobs, err := scheduler.NewClock(a.engine, log, now)
	if err != nil {
		t.Fatal(err)
	}
	hall := contest.NewHall(a.engine, contest.From(a.engine))
	k := kit.New(kit.Config{Auth: a.engine, Now: now, Log: log})
	web.Register(k, web.Deps{Store: a.engine, Blobs: house.Blobs, Desk: house.Desk, Jobs: jobs, Contests: hall,
		Clock:  wallclock.New(now, wallclock.Elapsed, time.Time{}),
		Booth:  library.NewBooth(library.BoothConfig{Records: a.engine, Blobs: house.Blobs, Heard: hall.Heard, Log: log, Now: now}),
		Backup: func(context.Context, io.Writer) error { return nil }})
	if a.handler, err = k.Handler(); err != nil {
		t.Fatal(err)
	}
	for _, r := range k.Routes() {
		if r.Method() != http.MethodGet {
			continue
		}
		a.routes.HandleFunc(r.Pattern, func(http.ResponseWriter, *http.Request) {})
		if strings.HasPrefix(r.Path(), "/api/") && !strings.Contains(r.Path(), "{") {
			a.lists = append(a.lists, r.Path())
		}
	}
	a.lists = append(a.lists, "/api/v1/coverage?week=2024-W35", "/api/v1/coverage/trend?from=2024-W20&until=2024-W35",
		"/api/v1/slots?from=2024-08-26&until=2024-09-02",
		"/api/v1/airings?from=2024-05-01&until=2024-09-01", "/api/v1/me/day?station=S00001", "/library?alike=open", "/stations/S00001/usb",
		"/api/v1/coverage/2024-W35/excuses/S00002", "/api/v1/coverage/2024-W34/close", "/coverage/close?week=2024-W34")
	d, err := house.Store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"": ""}
	for _, p := range d.People() {
		if p.Login == string(p.Grants[0].Role)+"1" {
			secrets[p.Login] = webtest.Session(t, house.Store, p, now())
		}
	}
	measure := func() map[string]asked {
		if _, err := hall.Heard(t.Context()); err != nil { // what is new of a contest is read once, by whoever comes first
			t.Fatal(err)
		}
		a.most = map[string]asked{}
		for _, who := range slices.Sorted(maps.Keys(secrets)) {
			a.walk(who, secrets[who])
		}
		return a.most
	}
	few := measure()
	bolttest.Grow(t, house.Store, house.Blobs, 2, 9)
	many := measure()
	tried := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(few)) {
		was, is := few[key], many[key]
		_, kind, _ := strings.Cut(key, " ")
		route, _, _ := strings.Cut(kind, "?")
		tried[route] = true
		if is.n > was.n {
			t.Errorf("%s asks %d questions with few rows (%s) and %d with many (%s): %v, then %v", key, was.n, was.path, is.n, is.path, was.by, is.by)
		}
	}
	for _, r := range k.Routes() {
		if r.Method() == http.MethodGet && tried[r.Path()] == notCounted[r.Path()] {
			t.Errorf("%s was opened: %t; notCounted says which are not", r.Path(), tried[r.Path()])
		}
	}
}
