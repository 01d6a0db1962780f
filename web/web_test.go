package web_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/contest"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web"
	"loa/web/kit"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// build registers everything over an empty store; the clock stands at now.
func build(t *testing.T, now func() time.Time) (*kit.Kit, *bolt.Store) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := bolttest.NewHouse(t, t.TempDir(), now)
	clock, err := scheduler.NewClock(s, log, now)
	if err != nil {
		t.Fatal(err)
	}
	k := kit.New(kit.Config{Auth: s, Now: now, Log: log, Marks: true})
	web.Register(k, web.Deps{Store: s.Store, Blobs: s.Blobs, Desk: s.Desk, Jobs: clock, Clock: wallclock.New(now, wallclock.Elapsed, time.Time{}),
		Contests: contest.NewHall(s, contest.From(s)), Backup: func(context.Context, accounts.Actor, io.Writer) error { return nil },
		Server: webtest.Server{}, Backups: webtest.Keeper{}, Post: webtest.Post{}, Books: bolttest.Books(t, s, now), OldBooks: bolttest.OldBooks(t, s, now)})
	return k, s.Store
}

func TestEveryPageShowsEmptyAndFilled(t *testing.T) {
	t.Parallel()
	k, _ := build(t, time.Now)
	if _, err := k.Handler(); err != nil {
		t.Fatal(err)
	}
	webtest.CheckViews(t, k)
}

func TestEveryMenuEntryIsAPageWithAWordInBothLanguages(t *testing.T) {
	t.Parallel()
	k, _ := build(t, time.Now)
	for _, m := range k.MenuItems() {
		if !slices.ContainsFunc(k.Routes(), func(r kit.Route) bool { return r.Pattern == "GET "+m.Path || m.Path == "/" && r.Pattern == "GET /{$}" }) {
			t.Errorf("menu %s is no page", m.Path)
		}
		if !text.Has(m.Key) {
			t.Errorf("menu %s: no sentence for %q", m.Path, m.Key)
		}
	}
}

// roles are one person of each kind, as the enumeration of routes tries them.
var roles = map[string][]accounts.Grant{
	"stranger":  nil,
	"nobody":    {},
	"admin":     {{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}},
	"editor":    {{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}},
	"monitor":   {{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}},
	"district":  {{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: "082"}}},
	"operator":  {{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}},
	"organiser": {{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}},
	"judge":     {{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "C1"}}},
}

func TestProgramsReadSnakeCase(t *testing.T) {
	t.Parallel()
	k, _ := build(t, time.Now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.Components.Schemas) < 50 {
		t.Fatalf("%d %v: %d types", w.Code, err, len(doc.Components.Schemas))
	}
	for name, s := range doc.Components.Schemas {
		for member := range s.Properties {
			if strings.ToLower(member) != member {
				t.Errorf("%s.%s", name, member)
			}
		}
	}
}

// TestEveryRouteForEveryRole calls each declared route as each role and as a
// stranger: whoever its access excludes is refused before the handler, and
// nobody it admits is told to log in or gets a broken page.
func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	k, s := build(t, time.Now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	webtest.Stations(t, s)
	cookies := map[string]string{}
	for name, grants := range roles {
		if grants != nil {
			cookies[name] = webtest.LoggedIn(t, s, name, time.Now(), grants...)
		}
	}
	if len(k.Routes()) < 20 {
		t.Fatalf("only %d routes", len(k.Routes()))
	}
	for _, route := range k.Routes() {
		for name, grants := range roles {
			who := accounts.Actor{Grants: grants}
			if grants != nil {
				who.Via = "session"
			}
			path := strings.NewReplacer("{$}", "", "{token}", "WRONG", "{lang}", "vi").Replace(route.Path())
			path = webtest.FillPath(path, uuid.NewString())
			if route.Path() == "/logout" {
				continue // it ends the session the other routes are tried with; tested beside its page
			}
			w := webtest.Call(h, route.Method(), path, cookies[name])
			allowed, api := kit.May(who, route.Access), strings.HasPrefix(path, "/api/")
			switch {
			case allowed && (w.Code == 401 && grants != nil || w.Code >= 500 && w.Code != 507 && w.Code != 503):
				t.Errorf("%s as %s: %d %s", route.Pattern, name, w.Code, w.Body)
			case !allowed && grants != nil && w.Code != 403:
				t.Errorf("%s as %s: %d, want 403", route.Pattern, name, w.Code)
			case !allowed && grants == nil && !(w.Code == 401 || !api && w.Code == 303 && strings.HasPrefix(w.Header().Get("Location"), "/login")):
				t.Errorf("%s as a stranger: %d, want a log-in", route.Pattern, w.Code)
			}
		}
	}
}
