package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
)

// TestNoTokenGivesPower walks all that changes people, what opens their accounts and what the log-in asks for, with an administrator's
// token: what gives power over Loa is refused in words, and the rest is named with why a program may do it.
func TestNoTokenGivesPower(t *testing.T) {
	t.Parallel()
	g := newGenerated(t)
	admin := []map[string]any{{"role": "admin", "scope": map[string]string{"level": "province"}}}
	monitor := []map[string]any{{"role": "monitor", "scope": map[string]string{"level": "province"}}}
	add := func(login string, grants ...accounts.Grant) string {
		p, err := g.store.AddPerson(t.Context(), meta(tuesday), accounts.AddPerson{Name: "Chị Mẩy", Login: login, Grants: grants})
		if err != nil {
			t.Fatal(err)
		}
		return p.ID
	}
	other := add("quan.tri", accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	plain := add("may.a")
	gives := map[string][]any{ // what is sent there
		"POST /api/v1/people":                     {map[string]any{"name": "Kẻ Lạ", "login": "ke.la", "grants": admin}},
		"PATCH /api/v1/people/" + plain:           {map[string]any{"grants": admin}},
		"PATCH /api/v1/people/" + other:           {map[string]any{"grants": monitor}, map[string]any{"disabled": true}},
		"DELETE /api/v1/people/may/factors":       {nil},
		"POST /api/v1/people/" + plain + "/erase": {map[string]any{"reason": "Đơn"}},
		"DELETE /api/v1/people/may.a/factors":     {nil},
		"PUT /api/v1/accounts/settings":           {map[string]any{}},
		"POST /api/v1/invitations":                {map[string]any{"grants": admin}, map[string]any{"person": other}, map[string]any{"person": "quan.tri"}},
		"POST /api/v1/texts/token":                {nil},
		"POST /api/v1/tokens":                     {map[string]any{"name": "nữa", "days": 366}, map[string]any{"person": plain, "name": "nữa", "days": 1}},
	}
	harmless := map[string]string{
		"DELETE /api/v1/invitations/{id}": "takes power away",
		"DELETE /api/v1/tokens/{id}":      "takes power away",
	}
	before, err := g.store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for where, bodies := range gives {
		method, path, _ := strings.Cut(where, " ")
		for _, body := range bodies {
			sent, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(method, path, bytes.NewReader(sent))
			r.Header.Set("Authorization", "Bearer "+g.token)
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			g.server.Config.Handler.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "accounts.by_hand") {
				t.Errorf("%s %v by an administrator's token: %d %s", where, body, w.Code, w.Body)
			}
		}
		for _, id := range []string{plain, other, "may.a", "may"} {
			where = strings.Replace(where, "/people/"+id, "/people/{id}", 1)
		}
		tried[where] = true
	}
	k, _ := build(t, time.Now)
	for _, r := range k.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		about := slices.ContainsFunc([]string{"people", "invitations", "tokens", "accounts", "sessions", "texts/token"}, func(s string) bool {
			return strings.HasPrefix(path, "/api/v1/"+s)
		})
		if about && method != http.MethodGet && !tried[r.Pattern] && harmless[r.Pattern] == "" {
			t.Errorf("%s is neither tried nor named with why a program may do it", r.Pattern)
		}
	}
	after, err := g.store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(before.People(), after.People(), func(a, b accounts.Person) bool { return a.Edition().Tag == b.Edition().Tag }) {
		t.Error("somebody is another than before")
	}
}
