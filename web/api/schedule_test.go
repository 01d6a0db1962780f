package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/webtest"
)

// province is a store whose registry is the founding one.
type province struct {
	*bolt.Store
	reg *stations.Registry
}

func (p province) Registry(context.Context) (*stations.Registry, error) { return p.reg, nil }

// doorkeeper lets everybody in who names a role as token.
type doorkeeper struct{}

func (doorkeeper) BySession(context.Context, accounts.Hash, time.Time) (p accounts.Person, s accounts.Session, _ error) {
	return p, s, nil
}

func (doorkeeper) ByToken(_ context.Context, h accounts.Hash, _ time.Time) (accounts.Person, error) {
	for _, g := range []accounts.Grant{
		{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}},
		{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}},
	} {
		if accounts.HashOf(string(g.Role)) == h {
			return accounts.Person{ID: "p1", Name: "Hoa", Grants: []accounts.Grant{g}}, nil
		}
	}
	return accounts.Person{}, nil
}

// scheduleAPI serves the schedule's routes over a fresh store; calls tell the
// status and the decoded answer.
func scheduleAPI(t *testing.T) func(role, method, path, body string) (int, map[string]any) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := bolttest.Open(t)
	now := time.Date(2024, 5, 8, 3, 0, 0, 0, time.UTC)
	k := kit.New(kit.Config{Auth: doorkeeper{}, Now: func() time.Time { return now }, Log: log})
	k.Values(lists()...)
	k.Handle(schedules{province{s, stations.NewRegistry(stations.Founding())}}.routes()...)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	return func(role, method, path, body string) (int, map[string]any) {
		t.Helper()
		req := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
		req.Header.Set("Authorization", "Bearer "+role)
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		var v map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			t.Fatalf("%s %s: %d %q: %v", method, path, w.Code, w.Body, err)
		}
		return w.Code, v
	}
}

func TestAWeeklyProgrammeThroughTheAPI(t *testing.T) {
	call := scheduleAPI(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string // found in the answer printed by fmt
	}{
		{"POST", "/api/v1/programmes",
			`{"title":"Nông thôn mới hằng tuần","counts_toward_target":true,"topics":["ocop_cooperatives"],"languages":["vi"],"min_seconds":180}`, 201,
			"id:P1"},
		{"POST", "/api/v1/programmes", `{"title":" "}`, 422, "schedule.title_missing"},
		{"POST", "/api/v1/programmes", `{"title":"x","colour":"red"}`, 422, "kit.json_unknown_field"},
		{"PUT", "/api/v1/programmes/P1", `{"title":"Nông thôn mới hằng tuần","counts_toward_target":true,"producer":"VPĐP"}`, 200, "producer:VPĐP"},
		{"POST", "/api/v1/programmes/P1/episodes", `{"title":"Số 1","script":"Kính chào bà con","language":"vi"}`, 201, "state:submitted"},
		{"POST", "/api/v1/programmes/P1/episodes", `{"title":"Số 2","audio":"nowhere"}`, 422, "schedule.audio_unknown"},
		{"POST", "/api/v1/programmes/P9/episodes", `{"title":"Số 2","script":"x"}`, 404, "schedule.programme_unknown"},
		{"POST", "/api/v1/episodes/E1/approve", "", 200, "state:approved"},
		{"POST", "/api/v1/episodes/E1/approve", "", 409, "schedule.episode_is_approved"},
		{"POST", "/api/v1/episodes/E1/withdraw", `{}`, 422, "schedule.why_missing"},
		{"GET", "/api/v1/episodes/E1", "", 200, "script:Kính chào bà con"},
		{"POST", "/api/v1/programmes/P1/rules/preview", `{"cron":"0 17 * * 1,4","stations":"all"}`, 200, "stations:127"},
		{"POST", "/api/v1/programmes/P1/rules", `{"cron":"0 17 * * 1,4","stations":"all","from":"2024-05-13"}`, 201, "stations:all"},
		{"POST", "/api/v1/programmes/P1/rules", `{"cron":"TZ=UTC","stations":"all"}`, 422, "schedule.cron_zone"},
		{"POST", "/api/v1/programmes/P1/rules", `{"cron":"0 0 31 2 *","stations":"all"}`, 422, "schedule.cron_never"},
		{"POST", "/api/v1/programmes/P1/rules", `{"cron":"* * * * *","stations":"all"}`, 422, "schedule.too_often"},
		{"POST", "/api/v1/programmes/P1/rules", `{"cron":"0 17 * * 1","stations":{"planet":"mars"}}`, 422, "schedule.selection_unreadable"},
		{"POST", "/api/v1/programmes/P1/rules", `{"cron":"0 17 * * 1"}`, 422, "schedule.no_stations"},
		{"GET", "/api/v1/slots/R1.S00001.20240513T1000Z", "", 200, "start:2024-05-13T17:00:00+07:00"},
		{"GET", "/api/v1/slots/R1.S00001.20240514T1000Z", "", 404, "schedule.slot_unknown"},
		{"PUT", "/api/v1/rules/R1/exceptions/2024-05-13T17:00", `{"kind":"cancelled","note":"Nghỉ lễ"}`, 200, "kind:cancelled"},
		{"GET", "/api/v1/slots/R1.S00001.20240513T1000Z", "", 410, "schedule.slot_cancelled"},
		{"DELETE", "/api/v1/rules/R1/exceptions/2024-05-13T17:00", "", 200, "exceptions:[]"},
		{"PUT", "/api/v1/rules/R1/exceptions/yesterday", `{"kind":"cancelled"}`, 422, "schedule.wall_unreadable"},
		{"GET", "/api/v1/slots?from=2024-05-13&until=2026-05-13", "", 422, "schedule.range_long"},
		{"GET", "/api/v1/slots?from=monday", "", 422, "schedule.instant_unreadable"},
		{"GET", "/api/v1/slots?programme=P99", "", 404, "schedule.programme_unknown"},
		{"POST", "/api/v1/rules/R1/end", "", 200, "ended:true"},
		{"GET", "/api/v1/slots?from=2024-05-13&until=2024-05-20", "", 200, "items:[]"},
	} {
		status, v := call("editor", c.method, c.path, c.body)
		if got := fmt.Sprint(v); status != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s %s %s: %d %s, want %d with %s", c.method, c.path, c.body, status, got, c.status, c.want)
		}
	}
	for _, path := range []string{"/api/v1/programmes", "/api/v1/episodes/E1/approve", "/api/v1/rules/R1/end"} {
		if status, _ := call("operator", "POST", path, `{"title":"x"}`); status != http.StatusForbidden {
			t.Errorf("an operator at %s: %d", path, status)
		}
	}
	if status, _ := call("editor", "GET", "/api/v1/runs", ""); status != http.StatusForbidden {
		t.Errorf("an editor reads the server's log: %d", status)
	}
}

func TestSlotsArePagedWithoutLossOrRepeat(t *testing.T) {
	call := scheduleAPI(t)
	call("editor", "POST", "/api/v1/programmes", `{"title":"Nông thôn mới"}`)
	call("editor", "POST", "/api/v1/programmes/P1/rules", `{"cron":"0 17 * * 1,4","stations":"all","from":"2024-05-13"}`)
	call("editor", "POST", "/api/v1/programmes/P1/rules", `{"cron":"0 17 * * 1","stations":"all","from":"2024-05-13"}`)
	for filter, want := range map[string]int{"": 127 * 3, "&station=02779": 3, "&programme=P1": 127 * 3, "?operator": 3} {
		who, filter := "editor", filter
		if filter == "?operator" { // of her own station only, as the page of the schedule shows it
			who, filter = "operator", ""
		}
		seen := map[string]bool{}
		path := "/api/v1/slots?from=2024-05-13&until=2024-05-20&limit=50" + filter
		for pages := 0; path != ""; pages++ {
			status, v := call(who, "GET", path, "")
			if status != 200 || pages > 10 {
				t.Fatalf("%d %v", status, v)
			}
			for _, item := range v["items"].([]any) {
				id := item.(map[string]any)["id"].(string)
				if seen[id] {
					t.Fatalf("%s twice", id)
				}
				seen[id] = true
			}
			path, _ = v["next"].(string)
		}
		if len(seen) != want {
			t.Errorf("%s %q: %d slots, want %d", who, filter, len(seen), want)
		}
	}
	for _, path := range []string{"/api/v1/slots?station=02779", "/api/v1/slots/R1.S00043.20240513T1000Z"} {
		if status, v := call("operator", "GET", path, ""); status != http.StatusForbidden {
			t.Errorf("an operator of another station at %s: %d %v", path, status, v)
		}
	}
}

func TestTimesThatCannotBeAreRefused(t *testing.T) {
	ask := scheduleAPI(t)
	for _, from := range []string{"0000-01-01T00:00:00Z", "1677-01-01T00:00:00Z", "2262-05-01T00:00:00Z", "9999-12-31T23:59:59Z", "1899-12-31", "13/5", "x"} {
		if status, body := ask("editor", "GET", "/api/v1/slots?from="+from, ""); status != 422 || body["code"] != "schedule.instant_unreadable" {
			t.Errorf("%s: %d %v", from, status, body["code"])
		}
	}
	for _, from := range []string{"2024-05-13", "13/5/2024", "2024-05-13T00:00:00Z", "2024-05-13T00:00:00+07:00"} {
		if status, body := ask("editor", "GET", "/api/v1/slots?from="+from, ""); status != 200 {
			t.Errorf("%s: %d %v", from, status, body)
		}
	}
}

func TestARepeatedChangeIsOneChange(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	s := bolttest.Open(t)
	k := kit.New(kit.Config{Auth: doorkeeper{}, Now: time.Now, Log: log})
	k.Values(lists()...)
	k.Handle(schedules{province{s, stations.NewRegistry(stations.Founding())}}.routes()...)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	for _, c := range []struct {
		key, body string
		status    int
	}{
		{"0b1f7a52-6c1e-4b56-9d0e-8d6f6f1b2a10", `{"title":"A"}`, 201},
		{"0b1f7a52-6c1e-4b56-9d0e-8d6f6f1b2a10", `{"title":"A"}`, 201},
		{"0b1f7a52-6c1e-4b56-9d0e-8d6f6f1b2a10", `{"title":"B"}`, 409},
		{"not a uuid", `{"title":"B"}`, 422},
	} {
		req := httptest.NewRequest("POST", "/api/v1/programmes", strings.NewReader(c.body))
		req.Header.Set("Authorization", "Bearer editor")
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", c.key)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, req); w.Code != c.status {
			t.Errorf("%s %s: %d %s", c.key, c.body, w.Code, w.Body)
		}
	}
	if sched, err := s.Schedule(t.Context()); err != nil || len(sched.Programmes) != 1 {
		t.Errorf("%d programmes, %v", len(sched.Programmes), err)
	}
}
