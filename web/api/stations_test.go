package api

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loa/internal/sheet"
	"loa/stations"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/webtest"
)

// stationAPI serves the routes of the registry and of the log over a fresh
// store on 2024-05-13.
func stationAPI(t *testing.T) func(role, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	now := time.Date(2024, 5, 13, 3, 0, 0, 0, time.UTC)
	k := kit.New(kit.Config{Auth: doorkeeper{}, Now: func() time.Time { return now }, Log: log})
	k.Values(lists()...)
	k.Handle(append(stationRoutes{s}.routes(), airings{store: s}.routes()...)...)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	return func(role, method, path, body string) *httptest.ResponseRecorder {
		t.Helper()
		req := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
		req.Header.Set("Authorization", "Bearer "+role)
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		return w
	}
}

func TestTheRegistryThroughTheAPI(t *testing.T) {
	call := stationAPI(t)
	for _, c := range []struct {
		role, method, path, body string
		status                   int
		want                     string
		not                      string
	}{
		{"editor", "GET", "/api/v1/stations?q=nam+chay", "", 200,
			`"code":"02770","list":"2024-01-01","kind":"commune","name":"Nậm Chảy","label":"Nậm Chảy (Mường Khương)","district":"083"`, ""},
		{"editor", "GET", "/api/v1/stations?q=Nậm+Chảy", "", 200, `"next":null`, "Nậm Chầy"},
		{"editor", "GET", "/api/v1/stations?district=840", "", 404, "stations.no_district", ""},
		{"editor", "GET", "/api/v1/stations?after=S99999", "", 422, "kit.no_such_page", ""},
		{"editor", "GET", "/api/v1/stations?district=084&limit=1", "", 200, `"next":"/api/v1/stations?after=S`, ""},
		{"editor", "GET", "/api/v1/stations?active_on=2023-01-01", "", 200, `"items":[]`, ""},
		{"editor", "GET", "/api/v1/stations?active_on=soon", "", 422, `"field":"active_on"`, ""},
		{"editor", "GET", "/api/v1/stations?limit=0", "", 422, "kit.limit_invalid", ""},
		{"operator", "GET", "/api/v1/stations", "", 200, `"id":"S00001"`, `"id":"S00002"`},
		{"nobody", "GET", "/api/v1/stations", "", 401, "accounts.token_unknown", ""},
		{"editor", "GET", "/api/v1/stations/03022", "", 200, `"label":"Thanh Bình (Sa Pa)"`, ""},
		{"editor", "GET", "/api/v1/stations/99999", "", 404, "stations.unknown", ""},
		{"operator", "GET", "/api/v1/stations/S00002", "", 403, "accounts.denied", ""},
		{"operator", "PATCH", "/api/v1/stations/S00001", `{"notes":"x"}`, 403, "accounts.denied", ""},
		{"editor", "PATCH", "/api/v1/stations/S00001", `{"technologies":["fm"],"fm":{"frequency_mhz":57.5,"power_w":30},"hours":["05:30-06:15"]}`,
			200, `"revision":2`, ""},
		{"editor", "PATCH", "/api/v1/stations/S00001", `{"notes":"loa hỏng"}`, 200, `"hours":["05:30-06:15"]`, ""},
		{"editor", "PATCH", "/api/v1/stations/S00001", `{"fm":{"frequency_mhz":99}}`, 422, `"field":"frequency_mhz"`, ""},
		{"editor", "PATCH", "/api/v1/stations/S00001", `{"hours":["25h"]}`, 422, "stations.hours_unreadable", ""},
		{"editor", "PATCH", "/api/v1/stations/S00001", `{"colour":"red"}`, 422, "kit.json_unknown_field", ""},
		{"editor", "GET", "/api/v1/stations?technology=fm", "", 200, `"notes":"loa hỏng"`, "S00002"},
		{"editor", "POST", "/api/v1/stations", `{"code":"02635","notes":"mới"}`, 201, `"id":"S00128"`, ""},
		{"editor", "POST", "/api/v1/stations", `{"code":"02635"}`, 422, "stations.unit_has_station", ""},
		{"editor", "POST", "/api/v1/stations", `{"code":"1"}`, 404, "stations.unit_unknown", ""},
		{"editor", "GET", "/api/v1/stations/export?district=084&format=csv", "", 200, "Nàn Xín", "Thanh Bình"},
		{"editor", "GET", "/api/v1/stations/export?format=pdf", "", 422, "sheet.format_unknown", ""},
	} {
		w := call(c.role, c.method, c.path, c.body)
		body := w.Body.String()
		if w.Code != c.status || !strings.Contains(body, c.want) || c.not != "" && strings.Contains(body, c.not) {
			t.Errorf("%s %s %s %s: %d %.600s, want %d with %s", c.role, c.method, c.path, c.body, w.Code, body, c.status, c.want)
		}
	}
}

func TestTheLogIsAskedForByDaysAndTimes(t *testing.T) {
	call := stationAPI(t)
	for query, want := range map[string]string{
		"":                                 `"items":[]`,
		"?from=2024-05-01&until=13/5/2024": `"items":[]`,
		"?from=2024-05-01T00:00:00+07:00":  `"items":[]`,
		"?outcome=withdrawn":               `"items":[]`,
		"?outcome=heard":                   "filter.word_unknown",
		"?waiting=perhaps":                 "filter.yes_no",
		"?from=may":                        "schedule.instant_unreadable",
		"?until=9999-12-31T00:00:00Z":      "schedule.instant_unreadable", // would count as the past
		"?after=x":                         "airing.cursor",
		"?station=99999":                   "stations.unknown",
	} {
		if w := call("editor", "GET", "/api/v1/airings"+query, ""); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s, want %s", query, w.Code, w.Body, want)
		}
	}
}

func TestFilesThroughTheAPI(t *testing.T) {
	call := stationAPI(t)
	var reform bytes.Buffer
	if err := sheet.CSV(&reform, stations.MergeTable(stations.Reform2025().Rows)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, body string
		status     int
		want       []string
	}{
		{"/import?dry_run=1", "Mã xã,Ghi chú\n02659,một\n99999,hai", 200,
			[]string{`"applied":false`, `"line":3`, `"code":"stations.unit_unknown"`, `"new":"một"`}},
		{"/import", "Mã xã,Ghi chú\n02659,một\n99999,hai", 422, []string{`"code":"stations.import_refused"`, `"line":3`}},
		{"/import", "Mã xã,Ghi chú\n02659,một", 200, []string{`"applied":true`, `"errors":[]`}},
		{"/import", "\xff\xfe\xff", 422, []string{"sheet.encoding"}},
		{"/import?seen=", "Mã xã,Ghi chú,Danh sách tải lúc\n02659,ba,2020-01-01 08:00:00", 409,
			[]string{"stations.list_older", "stations.changed_later", `"seen":"`}},
		{"/import?seen=", "Mã xã,Ghi chú\n02659,một", 200, []string{`"applied":true`}},
		{"/import?dry_run=1", "Mã xã,Ghi chú,Danh sách tải lúc\n02659,ba,2020-01-01 08:00:00", 200, []string{`"later":{"changed_at"`, `"fingerprint"`}},
		{"/import?seen=other", "Mã xã,Ghi chú\n02659,hai", 409, []string{"stations.plan_changed"}},
		{"/merge?dry_run=1&on=2025-07-01", reform.String(), 200, []string{`"code":"stations.merge_district_missing"`, `"applied":false`}},
		{"/merge?on=2025-07-01&abolish_districts=1", reform.String(), 200, []string{`"before":127`, `"applied":true`, `"skipped":0`}},
		{"/merge?on=2025-07-01&abolish_districts=1", reform.String(), 200, []string{`"skipped":152`}},
		{"/merge", reform.String(), 422, []string{"stations.merge_empty"}},
	} {
		w := call("editor", "POST", "/api/v1/stations"+c.path, c.body)
		for _, want := range c.want {
			if w.Code != c.status || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d %.400s, want %d with %s", c.path, w.Code, w.Body, c.status, want)
			}
		}
		if w := call("operator", "POST", "/api/v1/stations"+c.path, c.body); w.Code != 403 {
			t.Errorf("an operator may %s: %d", c.path, w.Code)
		}
	}
	if got := fmt.Sprint(call("editor", "GET", "/api/v1/stations?active_on=2025-06-30&limit=500", "").Body); strings.Count(got, `"id":"S`) != 127 {
		t.Error("the merger changed the day before")
	}
}
