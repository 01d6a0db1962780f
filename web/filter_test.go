package web_test

import (
	"cmp"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/outgoing"
	"loa/plan"
	"loa/scheduler"
	"loa/stations"
	"loa/web/kit"
	"loa/web/webtest"
)

// something is a value of a filter's member that narrows.
func something(t *testing.T, m filter.Member) string {
	t.Helper()
	switch m.Type {
	case reflect.TypeFor[airing.Week]():
		return "2024-W20"
	case reflect.TypeFor[stations.Moment](), reflect.TypeFor[stations.Date]():
		return "2024-05-13"
	case reflect.TypeFor[coverage.Stretch]():
		return map[string]string{"from": "2024-01-01", "until": "2024-05-19"}[m.Name]
	case reflect.TypeFor[coverage.Grouping]():
		return string(coverage.ByMonth)
	case reflect.TypeFor[scheduler.Topic]():
		return string(scheduler.Topics[0])
	case reflect.TypeFor[airing.Outcome]():
		return string(airing.NotAired)
	case reflect.TypeFor[coverage.CallOutcome]():
		return string(coverage.NoAnswer)
	case reflect.TypeFor[coverage.PleaState]():
		return string(coverage.PleaWaits)
	case reflect.TypeFor[coverage.Need]():
		return string(coverage.NeedSilent)
	case reflect.TypeFor[stations.Technology]():
		return string(stations.Technologies[0])
	case reflect.TypeFor[accounts.Role]():
		return string(accounts.Operator)
	case reflect.TypeFor[outgoing.Kind]():
		return string(outgoing.Report)
	case reflect.TypeFor[outgoing.Standing]():
		return string(outgoing.Given)
	case reflect.TypeFor[outgoing.Year]():
		return "2024"
	case reflect.TypeFor[bool]():
		return "1"
	case reflect.TypeFor[string]():
		return "a"
	}
	t.Fatalf("no value for %s, a %s", m.Name, m.Type)
	return ""
}

// Whatever a page is narrowed by, the files, papers and other pages it leads to are
// narrowed by too; a new member of a filter is kept without a word more.
func TestAFilterIsKeptByAllAPageLeadsTo(t *testing.T) {
	t.Parallel()
	clock := &aClock{time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	aWeek(t, s)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	there, err := reg.Station("S00002")
	if err != nil {
		t.Fatal(err)
	}
	f := there.Fields
	f.Technologies, f.FM.LicenceUntil = stations.Technologies[:1], "2024-05-13"
	m := accounts.Meta{ID: "filtered", By: accounts.Daemon(), At: clock.at}
	if _, err := s.SaveStation(t.Context(), m, stations.SaveStation{ID: there.ID, Fields: f}); err != nil {
		t.Fatal(err)
	}
	m.ID = "brought"
	if _, err := s.CopyPlan(t.Context(), m, plan.CopyPlan{To: 2024}); err != nil {
		t.Fatal(err)
	}
	m.ID = "listed"
	listed := stations.SaveList{Name: "Vùng cao", Shared: true}
	for _, st := range reg.Filter(stations.Filter{District: reg.Where(there.ID).District}) {
		listed.Stations = append(listed.Stations, st.ID)
	}
	l, err := s.SaveList(t.Context(), m, listed)
	if err != nil {
		t.Fatal(err)
	}
	narrowed := map[string]string{"district": reg.Where(there.ID).District, "station": there.ID,
		"language": stations.Vietnamese, "q": reg.Label(there.ID), "stations": there.ID, "programme": "P1", "list": l.ID}
	province := accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Lò Thị Giám", clock.at, province))
	for _, page := range []struct {
		path  string
		by    any
		keeps string // selector of what must keep it
		n     int    // how many there are
		moves string // the member that these links themselves move
	}{
		{"/airings", airing.Filter{}, "main header a[href]:not([href='/samples'], [href='/old-books'])", 3, ""},
		{"/airings/paper", airing.Filter{}, "a[href^='/airings?'], a[href^='/airings/paper?']", 3, ""},
		{"/stations", stations.Filter{}, "a[href^='/stations/export']", 2, ""},
		{"/coverage", coverage.Query{}, "main header a[href^='/coverage?'], main header a[href^='/coverage/paper?']", 3, "week"},
		{"/coverage/period", coverage.Filter{}, "main header a[href*='format=']", 2, ""},
		{"/plan", plan.Filter{}, "main header a[href*='format=']", 2, ""},
		{"/papers", outgoing.Filter{}, "main header a[href*='format=']", 2, ""},
		{"/coverage/paper", coverage.Query{}, "a[href^='/coverage?'], a[href^='/coverage/paper?']", 3, ""},
	} {
		asked := url.Values{}
		for _, m := range filter.Members(page.by) {
			if is := cmp.Or(narrowed[m.Name], something(t, m)); is != "" { // not a period beside from and until
				asked.Set(m.Name, is)
			}
		}
		if a := c.Get(page.path + "?" + asked.Encode()); a.Code != 200 {
			t.Errorf("%s?%s: %d", page.path, asked.Encode(), a.Code)
			continue
		}
		links := c.Doc().Find(page.keeps)
		if links.Length() < page.n {
			t.Errorf("%s has %d links, want %d", page.path, links.Length(), page.n)
		}
		links.Each(func(_ int, at *goquery.Selection) {
			to, err := url.Parse(at.AttrOr("href", ""))
			if err != nil {
				t.Fatal(err)
			}
			for name := range asked {
				if name != page.moves && to.Query().Get(name) != asked.Get(name) {
					t.Errorf("%s leads to %s without %s=%s", page.path, to, name, asked.Get(name))
				}
			}
		})
		if form := c.Doc().Find("form[method=get]"); form.Length() > 0 {
			for name := range asked {
				field := form.Find("[name='" + name + "']")
				if field.Length() == 0 && page.path != "/coverage" { // which is narrowed by links
					t.Errorf("%s: no form asks for %s", page.path, name)
				}
			}
		}
	}
}

// A district that never was, kept in an address or mistyped, is said to be none wherever something is
// narrowed by districts: an empty list would look like an answer. So is a hundred years refused, or answered at once.
func TestADistrictThatNeverWasIsNoAnswer(t *testing.T) {
	t.Parallel()
	clock := &aClock{time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	monitor := accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Lò Thị Giám", clock.at, monitor))
	paths := []string{"/coverage", "/coverage/period", "/coverage/paper", "/coverage/excuses", "/calls", "/calls/log", "/evidence", "/stations",
		"/stations/export?format=csv", "/people", "/airings", "/airings/paper"}
	for _, r := range k.Routes() {
		if r.Filter != nil && slices.Contains(filter.Names(r.Filter), "district") && r.Method() == http.MethodGet && !strings.Contains(r.Path(), "{") &&
			kit.May(accounts.Actor{Grants: []accounts.Grant{monitor}, Via: "session"}, r.Access) {
			paths = append(paths, r.Path())
		}
	}
	for _, path := range paths {
		and := "?"
		if strings.Contains(path, "?") {
			and = "&"
		}
		if a := c.Get(path + and + "district=999"); a.Code != http.StatusNotFound && a.Code != http.StatusUnprocessableEntity ||
			!strings.Contains(a.Body.String(), "“999”") {
			t.Errorf("%s answers %d about a district that never was", path, a.Code)
		}
		if a := c.Get(path + and + "from=1926-01-01&until=2026-01-01"); a.Code >= 500 {
			t.Errorf("%s answers %d about a hundred years", path, a.Code)
		}
	}
	if len(paths) < 18 {
		t.Errorf("%d paths only: %q", len(paths), paths)
	}
}

// Whoever narrows a list by what its page does not read would take all of it for what she asked: the page refuses it, as
// the API does, and in words for people. What Zalo appends to a link does no harm.
func TestAPageRefusesWhatItWouldNotRead(t *testing.T) {
	t.Parallel()
	clock := &aClock{time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	aWeek(t, s)
	admin := accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Hà Văn Quản", clock.at, admin))
	// Those whose form is no filter of a list.
	plain := []string{"/airings/new", "/help"}
	lists := 0
	for _, route := range k.Routes() {
		path := route.Path()
		if route.Method() != http.MethodGet || strings.ContainsAny(path, "{.") || strings.HasPrefix(path, "/api/") || slices.Contains(plain, path) {
			continue
		}
		if w := c.Get(path); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") ||
			c.Doc().Find("main form.filters:not([method='post']), main form[role=search]").Length() == 0 {
			continue
		}
		lists++
		if w := c.Get(path + "?utm_source=zalo&zarsrc=30"); w.Code != http.StatusOK {
			t.Errorf("%s, as Zalo opens it: %d", path, w.Code)
		}
		if w := c.Get(path + "?zzz=1"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "zzz") {
			t.Errorf("%s takes a parameter it does not read: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/airings?standing=zzz", "/books?zzz=1", "/airings/paper?zzz=1", "/coverage/paper?zzz=1", "/coverage/period/paper?zzz=1",
		"/plan/paper?zzz=1", "/stations/export?format=csv&zzz=1"} {
		if w := c.Get(path); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for path, value := range map[string]string{"/airings?outcome=zzz": "not_aired", "/samples?use=zzz": "maker", "/texts?state=zzz": "reported"} {
		if w := c.Get(path); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "“zzz” không phải") ||
			strings.Contains(c.Doc().Find("main").Text(), value) {
			t.Errorf("%s: %d %s", path, w.Code, c.Doc().Find("main").Text())
		}
	}
	if lists < 12 {
		t.Errorf("%d pages with a list that is narrowed", lists)
	}
}
