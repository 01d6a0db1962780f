package web_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/internal/wallclock"
	"loa/library"
	"loa/scheduler"
	"loa/store/bolttest"
	"loa/store/storetest"
	"loa/web"
	"loa/web/kit"
	"loa/web/tour"
	"loa/web/webtest"
)

// asker opens pages and lists and notes how many questions each asks the engine.
type asker struct {
	tour   *tour.Tour
	engine *storetest.Counted
	most   map[string]asked // by who and which page
}

// asked is how often a page asked each question, where it asked most.
type asked struct {
	path string
	n    int
	by   map[string]int
}

// notCounted are routes that this test does not open: those that ask the engine nothing, or
// are there for a moment only.
var notCounted = map[string]bool{
	"/assets/{hash}/{folder}/{file}": true, "/language/{lang}": true, "/healthz": true, "/readyz": true, "/metrics": true,
	"/robots.txt": true, "/favicon.ico": true, "/unlock": true, "/switching": true,
	"/worker.js": true, "/icon": true, "/offline": true, "/outbox": true, "/results/{contest}/cover.png": true,
	"/contests/{contest}/promotion": true, "/contests/{contest}/correction": true, // between two rounds, and while a correction waits
	"/judging/{contest}/hall":    true,                                                                   // of rounds that are judged live
	"/api/v1/airings/{id}/proof": true,                                                                   // cmd/loa makes them of real sound
	"/login/second":              true, "/me/factors/passkey": true, "/api/v1/people/{id}/factors": true, // between two steps; at a name; of who has some
	"/join/{token}": true, "/api/v1/uploads/{id}": true, "/quiz/{quiz}/try": true, // the last of who began and has no account
	"/quizzes/{quiz}/edit": true,                                                              // while there is no result
	"/books/{id}/file":     true, "/api/v1/books/{id}": true, "/api/v1/books/{id}/file": true, // of what is being made
	"/ics/{token}": true, "/podcasts/{programme}/{language}/feed.xml": true, "/podcasts/cover.png": true, "/api/v1/report/{as}": true,
}

// walk opens what one person comes to.
func (a *asker) walk(who, secret string) {
	a.tour.Walk(func(kind, path string) *tour.Answer {
		a.engine.Questions()
		answer := a.tour.Get(path, secret, false)
		by, n := a.engine.Questions(), 0
		for _, times := range by {
			n += times
		}
		if is, seen := a.most[who+" "+kind]; answer.Code == http.StatusOK && (!seen || n >= is.n) {
			a.most[who+" "+kind] = asked{path, n, by}
		}
		return answer
	})
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
	a := &asker{engine: &storetest.Counted{Engine: house.Store}}
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
		Backup: func(context.Context, accounts.Actor, io.Writer) error { return nil }, Server: webtest.Server{},
		Backups: webtest.Keeper{}, Post: webtest.Post{}, Books: bolttest.Books(t, a.engine, now), OldBooks: bolttest.OldBooks(t, a.engine, now)})
	handler, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	a.tour = tour.New(handler, k.Routes(), "/api/v1/coverage?week=2024-W35", "/api/v1/coverage/trend?from=2024-W20&until=2024-W35",
		"/api/v1/slots?from=2024-08-26&until=2024-09-02",
		"/api/v1/airings?from=2024-05-01&until=2024-09-01", "/api/v1/me/day?station=S00001", "/library?alike=open", "/stations/S00001/usb",
		"/api/v1/coverage/2024-W35/excuses/S00002", "/api/v1/proposals?waiting=1", "/api/v1/calls/last/S00002",
		"/api/v1/coverage/2024-W34/close", "/coverage/close?week=2024-W34", "/api/v1/people/operator1/data")
	d, err := house.Store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"": ""}
	for _, p := range d.People() {
		if len(p.Grants) > 0 && p.Login == string(p.Grants[0].Role)+"1" {
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
		tried[tour.Route(kind)] = true
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
