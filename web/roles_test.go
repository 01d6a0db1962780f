package web_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/web/kit"
	"loa/web/webtest"
)

// Whoever holds two roles sees on the first page, in the menu and on the page
// of today what each of them shows, and nothing more.
func TestTwoRolesShowWhatEachShows(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 13, 17, 30, 0, 0, tuesday.Location())
	k, s := build(t, func() time.Time { return now })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	plannedSince(t, s, now.AddDate(0, 0, -8))
	held := maps.Clone(roles)
	delete(held, "stranger")
	held["another station"] = []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00050"}}}
	type sight struct {
		links map[string]bool // of the first page's cards and the menu
		today string          // the page of today: "", "station", or "many"
		own   map[string]bool // stations that the page of today offers in its tabs or shows
	}
	look := func(name string, grants ...accounts.Grant) (seen sight) {
		c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, now, grants...))
		c.Get("/")
		c.Expect(200, "")
		seen.links, seen.own = map[string]bool{}, map[string]bool{}
		for _, a := range c.Doc().Find(".step a, nav a").EachIter() {
			seen.links[a.AttrOr("href", "")] = true
		}
		if c.Get("/today").Code != 200 {
			return seen
		}
		seen.today = "many"
		if c.Doc().Find("#airs").Length() == 0 {
			seen.today = "station"
		}
		for _, a := range c.Doc().Find(`a[href^="/today?station="], a[href^="/airings/new?station="]`).EachIter() {
			if a.Closest("details, .flash").Length() == 0 { // who is silent stands there
				_, id, _ := strings.Cut(a.AttrOr("href", ""), "station=")
				seen.own[id] = true
			}
		}
		return seen
	}
	alone := map[string]sight{}
	for name, grants := range held {
		alone[name] = look("alone "+name, grants...)
	}
	if got := alone["monitor"]; got.today != "many" || len(got.own) != 0 {
		t.Fatalf("a monitor's today: %+v", got)
	}
	if got := alone["operator"]; got.today != "station" || !maps.Equal(got.own, map[string]bool{"S00001": true}) {
		t.Fatalf("an operator's today: %+v", got)
	}
	names := slices.Sorted(maps.Keys(held))
	for i, one := range names {
		for _, other := range names[i+1:] {
			both := accounts.Actor{Grants: slices.Concat(held[one], held[other])}
			if both.Has(accounts.Judge) && both.Can(accounts.Organise, accounts.Where{Contest: held["judge"][0].Scope.ID}) {
				continue // nobody holds these two
			}
			a, b := alone[one], alone[other]
			got := look(one+" and "+other, slices.Concat(held[one], held[other])...)
			links := maps.Clone(a.links)
			maps.Copy(links, b.links)
			for _, all := range []map[string]bool{got.links, links} { // the guide of one of them, and all at /help; who has one day has it at /today
				maps.DeleteFunc(all, func(link string, _ bool) bool {
					return strings.HasPrefix(link, "/help/") || strings.HasPrefix(link, "/today?") || strings.HasPrefix(link, "/today#")
				})
			}
			if !maps.Equal(got.links, links) {
				t.Errorf("%s and %s: %v, want %v", one, other, slices.Sorted(maps.Keys(got.links)), slices.Sorted(maps.Keys(links)))
			}
			own := maps.Clone(a.own)
			maps.Copy(own, b.own)
			want := max(a.today, b.today) // "station" before ""
			if a.today == "many" || b.today == "many" {
				want = "many"
			}
			if got.today != want || !maps.Equal(got.own, own) {
				t.Errorf("%s and %s: today shows %s with %v, want %s with %v", one, other, got.today, got.own, want, own)
			}
		}
	}
}

// An operator opens nothing of another station, by ID or by official code.
func TestAnOperatorOpensNoOtherStation(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	aWeek(t, s)
	secret := webtest.LoggedIn(t, s, "xa-50", tuesday, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00050"}})
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, other := range []string{"S00001", reg.UnitOf("S00001").Code} {
		for _, route := range k.Routes() {
			if !strings.Contains(route.Path(), "{station}") {
				continue
			}
			tried++
			want := 403
			if route.Access == kit.Public {
				want = 404 // nothing is public by itself
			}
			path := strings.NewReplacer("{station}", other, "{week}", "2024-W20").Replace(route.Path())
			if w := webtest.Call(h, route.Method(), webtest.FillPath(path, "x"), secret); w.Code != want {
				t.Errorf("%s of %s: %d", route.Pattern, other, w.Code)
			}
		}
		for _, path := range []string{"/today?station=", "/airings/new?station=", "/api/v1/me/day?station="} {
			if w := webtest.Call(h, "GET", path+other, secret); w.Code != 403 {
				t.Errorf("%s%s: %d", path, other, w.Code)
			}
		}
		for path, row := range map[string]string{"/airings?station=": `href="/airings/`, "/airings/paper?station=": "FM", "/api/v1/airings?station=": `"id"`} {
			if w := webtest.Call(h, "GET", path+other, secret); w.Code == 200 &&
				strings.Contains(strings.ReplaceAll(w.Body.String(), `href="/airings/paper`, ""), row) {
				t.Errorf("%s%s shows a report", path, other)
			}
		}
	}
	if tried < 10 {
		t.Errorf("only %d routes of a station", tried)
	}
}

// ofHerOwn are routes that make or change what is hers where no place is named: the receivers of her own office, and an old book she
// brings, of which each row is asked about.
var ofHerOwn = map[string]bool{"POST /papers/office": true, "PUT /api/v1/old-books/{id}": true}

// TestWhoHasNoSayThereIsRefused sends every form and every change of the API that people of a role may make somewhere about what
// lies elsewhere: each is refused aloud, and nobody is led on as if it had been done.
func TestWhoHasNoSayThereIsRefused(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	aWeek(t, s)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	far := reg.Where("S00060")
	if far.District == reg.Where("S00001").District {
		t.Fatal("both stations lie in one district")
	}
	tried := 0
	for name, grants := range map[string][]accounts.Grant{
		"monitor":   {{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: far.District}}},
		"operator":  {{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: far.Station}}},
		"organiser": {{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Contest, ID: "none"}}},
		"judge":     {{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "none"}}},
	} {
		secret := webtest.LoggedIn(t, s, name, tuesday, grants...)
		for _, route := range k.Routes() {
			if slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, route.Method()) || route.Access == kit.Public || route.Access == kit.SignedIn ||
				!kit.May(accounts.Actor{Grants: grants, Via: "session"}, route.Access) {
				continue
			}
			path := strings.NewReplacer("{station}", "S00001", "{week}", "2024-W20", "{contest}", "C1").Replace(route.Path())
			path = webtest.FillPath(path, uuid.NewString())
			for _, form := range []url.Values{{}, {"week": {"2024-W20"}, "station": {"S00001"}, "contest": {"C1"}}} {
				tried++
				c := webtest.NewClient(t, h, secret)
				body, kind := form.Encode(), "application/x-www-form-urlencoded"
				if strings.HasPrefix(path, "/api/") {
					body, kind = "{}", "application/json"
				}
				r := httptest.NewRequest(route.Method(), path, strings.NewReader(body))
				r.Header.Set("Content-Type", kind)
				w := httptest.NewRecorder()
				r.AddCookie(&http.Cookie{Name: "s", Value: secret})
				r.Header.Set("Sec-Fetch-Site", "same-origin")
				c.Handler().ServeHTTP(w, r)
				if (w.Code < 400 || w.Code >= 500) && !ofHerOwn[route.Pattern] {
					t.Errorf("%s as a %s of elsewhere, with %q: %d %s", route.Pattern, name, body, w.Code, w.Header().Get("Location"))
				}
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d tried", tried)
	}
}
