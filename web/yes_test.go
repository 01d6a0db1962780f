package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/web/webtest"
)

// A parameter that is yes or no is read in one way by every route: what is neither is refused
// and carries nothing out, and no is no in each spelling.
func TestWhatIsYesOrNoIsReadOnce(t *testing.T) {
	t.Parallel()
	p := newProvince(t)
	var grants []accounts.Grant
	for _, role := range []accounts.Role{accounts.Admin, accounts.Editor, accounts.Monitor, accounts.Organiser} {
		grants = append(grants, accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Province}})
	}
	grants = append(grants, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	secret := webtest.LoggedIn(t, p.store, "tat-ca", p.clock.at, grants...)
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", uuid.NewString())
		r.AddCookie(&http.Cookie{Name: "s", Value: secret})
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, r)
		return w
	}
	doc, err := openapi3.NewLoader().LoadFromData(ask("GET", "/api/v1/openapi.json", "").Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	known, names := strings.NewReplacer("{week}", "2025-W20", "{contest}", "lan-sau", "{id}", "demo"), map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for _, x := range op.Parameters {
				if x.Value.In != "query" || !x.Value.Schema.Value.Type.Is("boolean") {
					continue
				}
				name := x.Value.Name
				names[name] = true
				if strings.Contains(path, "{id}") { // of a recording: tried where one is known
					continue
				}
				w := ask(method, known.Replace(path)+"?"+name+"=maybe", "{}")
				if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "filter.yes_no") {
					t.Errorf("%s %s?%s=maybe: %d %s", method, path, name, w.Code, w.Body)
				}
			}
		}
	}
	if len(names) < 8 {
		t.Errorf("the document knows only %v", names)
	}
	lines := func(query string) string {
		w := ask("GET", "/api/v1/airings?from=2025-05-12"+query, "")
		var list struct{ Items json.RawMessage }
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %v", query, w.Code, err)
		}
		return string(list.Items)
	}
	all := lines("")
	for _, no := range []string{"", "0", "false", "False", "no"} {
		if lines("&waiting="+no) != all {
			t.Errorf("waiting=%s filters", no)
		}
	}
	for _, yes := range []string{"1", "true", "TRUE", "yes"} {
		if lines("&waiting="+yes) == all {
			t.Errorf("waiting=%s does not filter", yes)
		}
	}
	if w := ask("GET", "/airings?waiting=maybe", ""); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "có hay không") {
		t.Errorf("a page: %d", w.Code)
	}

	// Nobody reads one past kit.Request.Yes.
	var list []string
	for name := range names {
		list = append(list, name)
	}
	past := regexp.MustCompile(`(?:\bv|\bq|Query\(\))(?:\.Get\(|\.Has\(|\[)"(?:` + strings.Join(list, "|") + `)"`)
	files, err := filepath.Glob("*/*.go")
	if err != nil || len(files) < 50 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range past.FindAllString(string(src), -1) {
			t.Errorf("%s reads %s", file, found)
		}
	}
}
