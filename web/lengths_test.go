package web_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing/texting"
	"loa/internal/text"
	"loa/web/webtest"
)

// member is a member of a body that the document says how long it may be.
type member struct {
	path  string // "notes.0.text"
	body  any    // with one beyond that length, and nothing else
	limit uint64
}

// limited lists the members of a schema whose length the document limits.
func limited(s *openapi3.Schema, depth int) (list []member) {
	if s == nil || depth > 7 {
		return nil
	}
	if n := s.MaxLength; n != nil {
		list = append(list, member{"", strings.Repeat("ộ", int(*n)+1), *n})
	}
	if n := s.MaxItems; n != nil {
		list = append(list, member{"", slices.Repeat([]any{nil}, int(*n)+1), *n})
	}
	wrap := func(name string, inner []member, body func(any) any) {
		for _, m := range inner {
			list = append(list, member{strings.Trim(name+"."+m.path, "."), body(m.body), m.limit})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		wrap(name, limited(s.Properties[name].Value, depth+1), func(v any) any { return map[string]any{name: v} })
	}
	if s.Items != nil {
		wrap("0", limited(s.Items.Value, depth+1), func(v any) any { return []any{v} })
	}
	for _, part := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		list = append(list, limited(part.Value, depth+1)...)
	}
	return list
}

// freely are the names of members that hold what people write: none is without a length.
var freely = []string{"reason", "note", "text", "comment", "title", "name", "who", "why", "about", "sign", "script", "translation", "authors",
	"producer", "aired_note"}

// TestEveryDocumentedLengthIsHeld sends one too long of everything whose length the
// document limits: it is refused at its place with a sentence that names the limit.
func TestEveryDocumentedLengthIsHeld(t *testing.T) {
	t.Parallel()
	p := newProvince(t)
	var grants []accounts.Grant
	for _, role := range []accounts.Role{accounts.Admin, accounts.Editor, accounts.Monitor, accounts.Organiser} {
		grants = append(grants, accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Province}})
	}
	grants = append(grants, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	all, judge := webtest.LoggedIn(t, p.store, "tat-ca", p.clock.at, grants...), p.secret(t, "giamkhao1") // nobody is both
	gateway := accounts.NewSecret()
	if _, err := p.store.SaveTextSettings(t.Context(), meta(p.clock.at), texting.SaveSettings{On: true, Token: accounts.HashOf(gateway)}); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/openapi.json", nil))
	doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	known := strings.NewReplacer("{programme}", "P1", "{rule}", "R1", "{station}", "S00001", "{contest}", "lan-sau", "{week}", "2025-W20", "{kind}",
		"programme", "{person}", p.people["xa-02794"].ID)
	tried := 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody == nil || op.RequestBody.Value.Content["application/json"] == nil {
				continue
			}
			schema := op.RequestBody.Value.Content["application/json"].Schema.Value
			free(t, method+" "+path, schema, 0)
			for _, m := range limited(schema, 0) {
				raw, err := json.Marshal(m.body)
				if err != nil {
					t.Fatal(err)
				}
				at := known.Replace(path)
				for strings.Contains(at, "{") {
					before, rest, _ := strings.Cut(at, "{")
					_, after, _ := strings.Cut(rest, "}")
					at = before + uuid.NewString() + after
				}
				keyed := true
				send := func(secret string) *httptest.ResponseRecorder {
					r := httptest.NewRequest(method, at, bytes.NewReader(raw))
					r.Header.Set("Content-Type", "application/json")
					if keyed {
						r.Header.Set("Idempotency-Key", uuid.NewString())
					}
					r.Header.Set("Accept-Language", "vi")
					r.AddCookie(&http.Cookie{Name: "s", Value: secret})
					w := httptest.NewRecorder()
					p.handler.ServeHTTP(w, r)
					return w
				}
				w := send(all)
				if w.Code == http.StatusForbidden {
					w = send(judge)
				}
				if w.Code == http.StatusForbidden { // what a gateway alone hands on
					r := httptest.NewRequest(method, at, bytes.NewReader(raw))
					r.Header.Set("Content-Type", "application/json")
					r.Header.Set("Authorization", "Bearer "+gateway)
					w = httptest.NewRecorder()
					p.handler.ServeHTTP(w, r)
				}
				tried++
				if strings.Contains(w.Body.String(), "accounts.no_repeat") { // what makes a secret takes no key
					keyed = false
					w = send(all)
				}
				if w.Code != 422 || !strings.Contains(w.Body.String(), `"`+m.path+`"`) ||
					!strings.Contains(w.Body.String(), text.Vietnamese.Number(int64(m.limit))) {
					t.Errorf("%s %s with a %s beyond %d: %d %.300s", method, path, m.path, m.limit, w.Code, w.Body)
				}
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d lengths were tried", tried)
	}
	t.Log(tried, "lengths")
}

// free fails for what people write whose length nobody limits.
func free(t *testing.T, route string, s *openapi3.Schema, depth int) {
	t.Helper()
	if s == nil || depth > 7 {
		return
	}
	for name, p := range s.Properties {
		v := p.Value
		if v.Items != nil {
			v = v.Items.Value
		}
		if slices.Contains(freely, name) && v.Type.Is("string") && v.MaxLength == nil && len(v.Enum) == 0 && v.Format == "" && v.Pattern == "" {
			t.Errorf("%s: the document does not say how long %s may be", route, name)
		}
		free(t, route, v, depth+1)
	}
}
