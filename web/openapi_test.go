package web_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
	"loa/web/webtest"
)

// TestTheAPIDocumentSaysWhatGeneratorsAsk reads what client generators trip
// over: names of calls, what may be null, what may be left out, types.
func TestTheAPIDocumentSaysWhatGeneratorsAsk(t *testing.T) {
	t.Parallel()
	k, _ := build(t, time.Now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
	type schema struct {
		Type       any                        `json:"type"`
		About      string                     `json:"description"`
		AnyOf      []map[string]any           `json:"anyOf"`
		Required   []string                   `json:"required"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct {
				Name   string `json:"name"`
				Schema schema `json:"schema"`
			} `json:"parameters"`
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					} `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for path, calls := range doc.Paths {
		for method, call := range calls {
			if other, twice := names[call.OperationID]; twice || call.OperationID == "" {
				t.Errorf("%s %s and %s are both called %q", method, path, other, call.OperationID)
			}
			names[call.OperationID] = method + " " + path
			for _, p := range call.Parameters {
				if p.Schema.Type == nil || p.Name == "limit" && p.Schema.Type != "integer" {
					t.Errorf("%s %s: the parameter %s is %v", method, path, p.Name, p.Schema.Type)
				}
				want := map[string]string{"from": "first instant", "until": "exclusive", "before": "exclusive"}[p.Name]
				if (strings.HasPrefix(path, "/api/v1/coverage/") || strings.HasPrefix(path, "/api/v1/report")) && want != "" {
					want = "which belongs"
				}
				if !strings.Contains(p.Schema.About, want) {
					t.Errorf("%s %s: of the parameter %s is said %q", method, path, p.Name, p.Schema.About)
				}
			}
			if body, ok := call.RequestBody.Content["application/json"]; ok {
				s := doc.Components.Schemas[strings.TrimPrefix(body.Schema.Ref, "#/components/schemas/")]
				if len(s.Properties) == 0 && s.Type != "object" || method == "patch" && len(s.Required) > 0 {
					t.Errorf("%s %s takes %s, of which it requires %v", method, path, body.Schema.Ref, s.Required)
				}
			}
		}
	}
	lists := 0
	for name, s := range doc.Components.Schemas {
		if next, ok := s.Properties["next"]; ok && s.Properties["items"] != nil {
			lists++
			if !strings.Contains(string(next), `"null"`) || !strings.Contains(strings.Join(s.Required, " "), "next") {
				t.Errorf("%s: next is %s, required %v", name, next, s.Required)
			}
		}
	}
	if len(names) < 60 || lists < 5 {
		t.Errorf("%d calls, %d lists", len(names), lists)
	}
}

// TestEveryGetAnswersHEADAndAConditionalRequest sends both to every GET of the
// document, with things there, and holds the answers against it.
func TestEveryGetAnswersHEADAndAConditionalRequest(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	aWeek(t, s)
	secret := webtest.LoggedIn(t, s, "quantri", tuesday, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: tuesday.AddDate(0, 0, -7), Until: tuesday})
	if err != nil || len(lines) == 0 {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	ask := func(method, path, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.AddCookie(&http.Cookie{Name: "s", Value: secret})
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	fill := strings.NewReplacer("/airings/{id}", "/airings/"+lines[0].ID, "/people/{id}", "/people/quantri", "/programmes/{id}", "/programmes/P1",
		"/rules/{id}", "/rules/R1", "/slots/{id}", "/slots/"+scheduler.SlotID("R1", "S00001", time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)),
		"{station}", "S00001", "{week}", "2024-W20", "{number}", "1")
	had := 0
	for _, route := range k.Routes() {
		if route.Method() != http.MethodGet || !strings.HasPrefix(route.Path(), "/api/") || strings.HasSuffix(route.Path(), "/backup") ||
			strings.HasPrefix(route.Path(), "/api/v1/uploads/") { // whose HEAD is the protocol's own
			continue
		}
		path := webtest.FillPath(fill.Replace(route.Path()), uuid.NewString())
		get, head := ask(http.MethodGet, path, ""), ask(http.MethodHead, path, "")
		if head.Code != get.Code || route.Out != nil && head.Body.Len() > 0 { // the body of a file is dropped by package http
			t.Errorf("%s: GET answers %d, HEAD %d with %d bytes", path, get.Code, head.Code, head.Body.Len())
		}
		for _, name := range []string{"Content-Type", "ETag", "Content-Length", "Cache-Control"} {
			if get.Header().Get(name) != head.Header().Get(name) {
				t.Errorf("%s: %s is %q of GET, %q of HEAD", path, name, get.Header().Get(name), head.Header().Get(name))
			}
		}
		tag := get.Header().Get("ETag")
		if get.Code != http.StatusOK || route.Out == nil && tag == "" {
			continue
		}
		had++
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if w := ask(method, path, tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("ETag") != tag {
				t.Errorf("%s %s of what one has: %d with %d bytes, %s; want 304 of %s", method, path, w.Code, w.Body.Len(), w.Header().Get("ETag"), tag)
			}
		}
		if w := ask(http.MethodGet, path, `"another"`); w.Code != http.StatusOK {
			t.Errorf("%s of what one has not: %d", path, w.Code)
		}
	}
	if had < 25 {
		t.Errorf("only %d answers were had", had)
	}
}

// TestTheLimitsOfTheDocumentAreThoseThatHold sends each limit of some bodies, and
// one more.
func TestTheLimitsOfTheDocumentAreThoseThatHold(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, _ := aWeek(t, s)
	admin := webtest.LoggedIn(t, s, "quantri", tuesday, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	h = webtest.AsDocumented(t, h)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
	doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who, method, path, asked string
		body                     map[string]any
	}{
		{operator, "PUT", "/api/v1/airings/", "airing_Confirm_asked", map[string]any{"station": "S00001", "programme": "P1", "outcome": "aired", "seconds": 900,
			"started_at": "2024-05-12T05:00:00+07:00"}},
		{admin, "POST", "/api/v1/programmes", "api_programmeBody_asked", map[string]any{"title": "Bản tin"}},
		{admin, "POST", "/api/v1/programmes/P1/rules/preview", "api_ruleBody_asked", map[string]any{"cron": "0 18 * * 2", "stations": "all", "minutes": 30}},
		{admin, "PUT", "/api/v1/settings", "airing_Settings_asked", map[string]any{}},
		{admin, "POST", "/api/v1/people", "api_personBody_asked", map[string]any{"name": "An Vàng", "login": "an.vang"}},
		{admin, "POST", "/api/v1/invitations", "api_inviteBody_asked",
			map[string]any{"grants": []any{map[string]any{"role": "admin", "scope": map[string]any{"level": "province"}}}}},
		{admin, "PATCH", "/api/v1/stations/S00001", "stations_Fields_asked", map[string]any{"clusters_total": 999}},
	} {
		schema := doc.Components.Schemas[c.asked]
		if schema == nil {
			t.Errorf("the document has no %s", c.asked)
			continue
		}
		tried := 0
		for name, p := range schema.Value.Properties {
			send := func(v any) (status int, said string) {
				body := maps.Clone(c.body)
				body[name] = v
				b, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				path := c.path
				if strings.HasSuffix(path, "/") {
					path += uuid.NewString()
				}
				r := httptest.NewRequest(c.method, path, bytes.NewReader(b))
				r.Header.Set("Content-Type", "application/json")
				r.AddCookie(&http.Cookie{Name: "s", Value: c.who})
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				return w.Code, w.Body.String()
			}
			within, beyond := []any{}, []any{}
			if n := p.Value.MaxLength; n != nil && name != "login" { // a log-in has letters of its own, tried in accounts
				within, beyond = append(within, strings.Repeat("ộ", int(*n))), append(beyond, strings.Repeat("ộ", int(*n)+1))
			}
			if n := p.Value.Max; n != nil {
				within, beyond = append(within, *n), append(beyond, *n+1)
			}
			if n := p.Value.Min; n != nil {
				within, beyond = append(within, *n), append(beyond, *n-1)
			}
			for i := range within {
				tried++
				if code, said := send(within[i]); code >= 300 {
					t.Errorf("%s: %s at its limit: %d %s", c.asked, name, code, said)
				}
				if code, _ := send(beyond[i]); code != 422 {
					t.Errorf("%s: %s beyond its limit: %d", c.asked, name, code)
				}
			}
		}
		if tried == 0 {
			t.Errorf("%s has no limits", c.asked)
		}
	}
}
