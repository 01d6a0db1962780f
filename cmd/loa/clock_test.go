package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
)

// loggedIn gives an administrator with a session and its secret.
func (r *running) loggedIn(login string) string {
	r.t.Helper()
	ctx := context.Background()
	p, err := r.d.store.AddPerson(ctx, accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: r.clock.right()},
		accounts.AddPerson{Name: login, Login: login, Grants: []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}}})
	if err != nil {
		r.t.Fatal(err)
	}
	secret := accounts.NewSecret()
	if _, err := r.d.store.StartSession(ctx, accounts.Meta{ID: uuid.NewString(), By: p.Actor("session"), At: r.clock.right()},
		accounts.StartSession{Hash: accounts.HashOf(secret)}); err != nil {
		r.t.Fatal(err)
	}
	return secret
}

// open asks for a page with a session's cookie.
func (r *running) open(method, path, secret, form string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(form))
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.AddCookie(&http.Cookie{Name: "s", Value: secret})
	w := httptest.NewRecorder()
	r.d.server.Handler.ServeHTTP(w, req)
	return w
}

// inside fails unless the session still opens the page, and the browser keeps
// its cookie.
func (r *running) inside(when, secret string) {
	r.t.Helper()
	w := r.open("GET", "/me", secret, "")
	if w.Code != http.StatusOK {
		r.t.Errorf("%s her page is answered %d", when, w.Code)
	}
	for _, c := range w.Result().Cookies() {
		if c.Name == "s" {
			r.t.Errorf("%s the cookie of the session is set to %q for %d s", when, c.Value, c.MaxAge)
		}
	}
}

func TestAClockThatJumpsWritesNothingUntilAPersonSaysSo(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	r.plan()
	r.clock.set(monday.AddDate(0, 0, 4))
	hoa := r.loggedIn("hoa.chu.tri")
	slot := r.slots("S00001")[0]
	report := func(n int) answered {
		return r.call("PUT", "/api/v1/airings/"+uuidOf(n), `{"slot":"`+slot+`","outcome":"aired","seconds":900}`)
	}
	const year = 365 * 24 * time.Hour
	for _, jump := range []time.Duration{year, -2 * time.Hour} {
		r.clock.jump(jump)
		if a := report(1); a.Status != 503 || a.problem().Code != "clock.in_doubt" || !strings.Contains(a.problem().Detail, "Đồng hồ") {
			t.Errorf("%v: a report is answered %d %s", jump, a.Status, a.Body)
		}
		if a := r.call("POST", "/api/v1/coverage/2024-W20/close", ""); a.Status != 503 {
			t.Errorf("%v: closing a week is answered %d %s", jump, a.Status, a.Body)
		}
		r.inside(jump.String(), hoa)
		if w := r.open("GET", "/", hoa, ""); !strings.Contains(w.Body.String(), `role="alert"`) || !strings.Contains(w.Body.String(), `href="/clock"`) {
			t.Errorf("%v: the first page says nothing of the clock", jump)
		}
		if a := r.call("GET", "/readyz", ""); a.Status != 503 {
			t.Errorf("%v: readyz is %d", jump, a.Status)
		}
		r.clock.jump(-jump) // set right again: no word is needed
		if a := r.call("GET", "/readyz", ""); a.Status != 200 {
			t.Errorf("%v: readyz of a right clock is %d", jump, a.Status)
		}
	}
	if weeks, err := r.d.store.ClosedWeeks(t.Context(), 0, 10_000); err != nil || len(weeks) > 0 {
		t.Errorf("closed: %v %v", weeks, err)
	}
	if a := report(1); a.Status != 200 {
		t.Errorf("with a right clock: %d %s", a.Status, a.Body)
	}

	r.clock.jump(3 * time.Hour)
	page := r.open("GET", "/clock", hoa, "")
	if !strings.Contains(page.Body.String(), "Giờ này đúng") {
		t.Fatalf("the page asks nothing: %s", page.Body)
	}
	shows := r.clock.now().UTC().Format(time.RFC3339)
	if w := r.open("POST", "/clock", hoa, "shows="+escape(r.clock.right().UTC().Format(time.RFC3339))); w.Code != 409 {
		t.Errorf("a word about another time is answered %d", w.Code)
	}
	if w := r.open("POST", "/clock", hoa, "shows="+escape(shows)); w.Code != 303 {
		t.Errorf("her word is answered %d %s", w.Code, w.Body)
	}
	if a := report(2); a.Status/100 == 5 {
		t.Errorf("after her word: %d %s", a.Status, a.Body)
	}
	if w := r.open("GET", "/runs", hoa, ""); !strings.Contains(w.Body.String(), "hoa.chu.tri xác nhận") {
		t.Error("the server's log does not say whose word it was")
	}
}

func TestAStartWithAnotherClockAsks(t *testing.T) {
	dir := t.TempDir()
	r := startDaemon(t, dir, monday)
	hoa := r.loggedIn("hoa.chu.tri")
	r.stop()
	r = startDaemon(t, dir, monday.AddDate(1, 0, 0))
	server := httptest.NewServer(r.d.server.Handler)
	defer server.Close()
	r.inside("after a rest of a year", hoa)
	if a := r.call("POST", "/api/v1/programmes", `{"title":"Thử"}`); a.Status != 503 || a.problem().Code != "clock.rested" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if code, out := loa("clock", "--server", server.URL, "--data", dir); code != 69 || !strings.Contains(out, "loa clock confirm") {
		t.Errorf("%d %s", code, out)
	}
	if code, out := loa("clock", "confirm", "--server", server.URL, "--data", dir); code != 0 {
		t.Errorf("%d %s", code, out)
	}
	if a := r.call("GET", "/readyz", ""); a.Status != 200 {
		t.Errorf("after the word: %d %s", a.Status, a.Body)
	}
	r.stop()
	r = startDaemon(t, dir, monday.AddDate(1, 0, 0).Add(time.Hour))
	if a := r.call("GET", "/readyz", ""); a.Status != 200 {
		t.Errorf("the word was forgotten at the next start: %d %s", a.Status, a.Body)
	}
}
