package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"loa/airing"
	"loa/internal/text"
	"loa/store"
)

// TestAWeekOpenedAgainIsClosedAgainInItsTime goes by pages and API: one person
// asks, another agrees, and the daemon leaves the week open for as long as any
// other before it closes it again. Both figures are told.
func TestAWeekOpenedAgainIsClosedAgainInItsTime(t *testing.T) {
	cal := airing.Calendar{Zone: text.Zone}
	first := cal.Week(time.Now()) + 1 // the daemon closes no week from before the installation
	begins, week := cal.Start(first), first.String()
	r := startDaemon(t, t.TempDir(), begins)
	programme := r.plan()
	r.clock.set(begins.AddDate(0, 0, 15))
	one, two := r.loggedIn("giam.sat.mot"), r.loggedIn("giam.sat.hai")
	closeDue := func() {
		t.Helper()
		if _, err := r.d.closeWeeks(t.Context(), r.clock.now()); err != nil {
			t.Fatal(err)
		}
	}
	page := func(secret string) string { return r.open("GET", "/coverage?week="+week, secret, "").Body.String() }
	closeDue()
	if body := page(one); !strings.Contains(body, "Đề nghị mở lại") {
		t.Fatalf("a closed week cannot be opened: %s", body)
	}
	if w := r.open("POST", "/coverage/reopen", one, "week="+week); w.Code != 422 || !strings.Contains(w.Body.String(), "lý do") {
		t.Errorf("without a reason: %d", w.Code)
	}
	if w := r.open("POST", "/coverage/reopen", one, "week="+week+"&reason=M%C3%A1y+ch%E1%BB%A7+sai+gi%E1%BB%9D"); w.Code != 303 {
		t.Errorf("asked: %d %s", w.Code, w.Body)
	}
	if a := r.call("POST", "/api/v1/coverage/"+week+"/reopen", "{}"); a.Status != 403 || a.problem().Code != "coverage.reopen_person" {
		t.Errorf("the server is a second person: %d %s", a.Status, a.Body)
	}
	request := regexp.MustCompile(`name="request" value="([^"]+)"`).FindStringSubmatch(page(two))
	if request == nil {
		t.Fatalf("the page does not name the request: %s", page(two))
	}
	for _, late := range []bool{true, false} { // an agreement names the request it was given to
		form := url.Values{"do": {"agree"}, "week": {week}, "request": {request[1]}}
		want := 303
		if late {
			form.Set("request", begins.Format(time.RFC3339Nano))
			want = 409
		}
		if w := r.open("POST", "/coverage/reopen", two, form.Encode()); w.Code != want {
			t.Errorf("agreed: %d, want %d %s", w.Code, want, w.Body)
		}
	}
	if a := r.call("PUT", "/api/v1/airings/"+uuidOf(1), `{"station":"S00001","programme":"`+programme+`","outcome":"aired","seconds":900,"started_at":"`+
		begins.Add(17*time.Hour).Format(time.RFC3339)+`"}`); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	closeDue()
	if body := page(one); !strings.Contains(body, "Đã chốt 0/127") || strings.Contains(body, "Đề nghị mở lại") {
		t.Errorf("the daemon closed it at once, or the first figure is gone: %s", body)
	}
	r.clock.set(begins.AddDate(0, 0, 15+8))
	closeDue()
	if body := page(two); !strings.Contains(body, "Đã chốt 0/127") || !strings.Contains(body, "Đề nghị mở lại") || !strings.Contains(body, "1/127") {
		t.Errorf("closed again: %s", body)
	}
	if body := r.open("GET", "/coverage/paper?week="+week, two, "").Body.String(); !strings.Contains(body, "Đã chốt 0/127") {
		t.Errorf("the paper keeps the first figure to itself: %s", body)
	}
	if _, err := r.d.store.Verify(context.Background(), func(p store.Problem) { t.Errorf("verify: %s", p) }); err != nil {
		t.Error(err)
	}
}
