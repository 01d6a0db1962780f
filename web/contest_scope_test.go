package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/web/kit"
	"loa/web/webtest"
)

// Whoever organises one contest reaches everything of it, and nothing of another:
// every route that names a contest is tried with both, and with a judge's grant.
func TestAnOrganiserOfOneContestReachesThatOneAlone(t *testing.T) {
	t.Parallel()
	k, s := build(t, time.Now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	of := func(role accounts.Role, id string) string {
		return webtest.LoggedIn(t, s, string(role)+"-"+id, time.Now(), accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Contest, ID: id}})
	}
	all := webtest.LoggedIn(t, s, "hoithi", time.Now(), accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}})
	for _, id := range []string{"hoi-mot", "hoi-hai"} {
		r := httptest.NewRequest("POST", "/api/v1/contests", strings.NewReader(`{"id":"`+id+`","title":"Hội thi `+id+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", kit.NewID())
		r.AddCookie(&http.Cookie{Name: "s", Value: all})
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusCreated {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	own, other, judge := of(accounts.Organiser, "hoi-mot"), of(accounts.Organiser, "hoi-hai"), of(accounts.Judge, "hoi-mot")
	tried := 0
	for _, route := range k.Routes() {
		if !strings.Contains(route.Path(), "{contest}") || route.Access != accounts.Organise {
			continue
		}
		tried++
		path := strings.ReplaceAll(route.Path(), "{contest}", "hoi-mot")
		path = webtest.FillPath(path, "00000000-0000-4000-8000-000000000000")
		forAll := strings.HasPrefix(path, "/people/invite/organiser/")
		get := route.Method() == http.MethodGet
		if w := webtest.Call(h, route.Method(), path, own); w.Code == http.StatusForbidden != (forAll && get) ||
			w.Code == http.StatusUnauthorized || w.Code >= 500 {
			t.Errorf("%s by its organiser: %d %s", route.Pattern, w.Code, w.Body)
		}
		w := webtest.Call(h, route.Method(), path, other)
		switch {
		case get && w.Code != http.StatusForbidden:
			t.Errorf("%s by another's organiser: %d", route.Pattern, w.Code)
		case w.Code < 400 || strings.Contains(w.Body.String(), "Hội thi hoi-mot"):
			t.Errorf("%s by another's organiser: %d %s", route.Pattern, w.Code, w.Body)
		}
		if w := webtest.Call(h, route.Method(), path, judge); w.Code != http.StatusForbidden {
			t.Errorf("%s by a judge: %d", route.Pattern, w.Code)
		}
	}
	if tried < 50 {
		t.Errorf("only %d routes name a contest", tried)
	}

	c := webtest.NewClient(t, h, other)
	c.Get("/contests")
	c.Expect(200, `a[href="/contests/hoi-hai"]`)
	c.Refuse("hoi-mot")
	c.Refuse(`href="/contests/new"`)
	for _, path := range []string{"/contests/new", "/people/invite/organiser/hoi-hai"} {
		if w := webtest.Call(h, "GET", path, other); w.Code != http.StatusForbidden {
			t.Errorf("%s by who organises one contest: %d", path, w.Code)
		}
	}
	whole := webtest.NewClient(t, h, all)
	whole.Get("/contests/hoi-hai")
	whole.Expect(200, `a[href="/people/invite/organiser/hoi-hai"]`)
	whole.Get("/people/invite/organiser/hoi-hai")
	whole.Submit("form.card", "note", "Chị Hoa")
	whole.Expect(200, "")
	link := regexp.MustCompile(`/join/[A-Z2-7]{26}`).FindString(whole.Last.Body.String())
	if link == "" {
		t.Fatal("no link to give to the organiser")
	}
	// Whoever reads what a grant is of reads the contest's title, never its ID.
	for _, x := range []struct{ session, path, want string }{
		{own, link, "Ban tổ chức “Hội thi hoi-hai”"}, {own, link, "Thêm vai trò cho tài khoản của bạn"}, {"", link, "Ban tổ chức “Hội thi hoi-hai”"},
		{of(accounts.Judge, "hoi-hai"), "/me", "Giám khảo “Hội thi hoi-hai”"}, {other, "/me", "Ban tổ chức “Hội thi hoi-hai”"},
		{other, "/people/invite/judge/hoi-hai", "“Hội thi hoi-hai”"},
	} {
		page := webtest.Call(h, "GET", x.path, x.session).Body.String()
		if !strings.Contains(page, x.want) || strings.Contains(page, "hội thi hoi-hai") {
			t.Errorf("%s does not say %s", x.path, x.want)
		}
	}
}
