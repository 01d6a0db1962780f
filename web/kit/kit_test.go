package kit_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
	"loa/web/webtest"
)

// people answers as the store would: the secret is the person's role.
type people struct{}

func person(role accounts.Role, scope accounts.Scope) accounts.Person {
	return accounts.Person{ID: "p-" + string(role), Name: "Chị " + string(role), Grants: []accounts.Grant{{Role: role, Scope: scope}}}
}

var known = map[accounts.Hash]accounts.Person{
	accounts.HashOf("admin"):    person(accounts.Admin, accounts.Scope{Level: accounts.Province}),
	accounts.HashOf("operator"): person(accounts.Operator, accounts.Scope{Level: accounts.Station, ID: "S00001"}),
	accounts.HashOf("judge"):    person(accounts.Judge, accounts.Scope{Level: accounts.Contest, ID: "c1"}),
}

func (people) BySession(_ context.Context, h accounts.Hash, _ time.Time) (accounts.Person, accounts.Session, error) {
	return known[h], accounts.Session{ID: "s", Hash: h}, nil
}

func (people) ByToken(_ context.Context, h accounts.Hash, _ time.Time) (accounts.Person, error) {
	return known[h], nil
}

type samplePage struct {
	kit.Page
	Form kit.Form
	Rows []string
}

var sampleFiles = fstest.MapFS{
	"show.html": {Data: []byte(`{{define "main"}}<h1>{{.Title}}</h1>{{range .Rows}}<p class="row">{{.}}</p>{{end}}
<form method="post">{{template "form-top" .Form}}{{template "field" (dict "form" .Form "name" "name" "label" "Tên" "required" true)}}<button>Gửi</button></form>{{end}}`)},
}

func newKit(t *testing.T, files fstest.MapFS, declare func(*kit.Kit, *kit.Folder)) (http.Handler, *kit.Kit, error) {
	t.Helper()
	k := kit.New(kit.Config{Auth: people{}, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	declare(k, k.Folder("sample", files))
	h, err := k.Handler()
	return h, k, err
}

func sample(t *testing.T) http.Handler {
	t.Helper()
	h, _, err := newKit(t, sampleFiles, func(k *kit.Kit, f *kit.Folder) {
		v := kit.NewView[samplePage](f, "show.html")
		show := func(w http.ResponseWriter, r *kit.Request) error {
			return v.Render(w, r, samplePage{Page: r.Page("kit.product"), Form: kit.NewForm(), Rows: []string{"<b>"}})
		}
		k.Handle(
			kit.Route{Pattern: "GET /{$}", Access: kit.Public, Handler: show},
			kit.Route{Pattern: "GET /mine", Access: kit.SignedIn, Handler: show},
			kit.Route{Pattern: "GET /people", Access: accounts.ManagePeople, Handler: show},
			kit.Route{Pattern: "GET /api/v1/people", Access: accounts.ManagePeople, Handler: show},
			kit.Route{Pattern: "GET /panic", Access: kit.Public, Handler: func(http.ResponseWriter, *kit.Request) error { panic("secret detail") }},
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// A sentence beside a field that the page does not show stands above the form.
func TestNoReasonOfARefusalIsLost(t *testing.T) {
	refusals := map[string][]*fault.Error{
		"/shown": {fault.New(fault.Invalid, "kit.file_missing").At("name")},
		"/loose": {fault.New(fault.Conflict, "kit.file_missing").At("jury")},
		"/both":  {fault.New(fault.Invalid, "kit.date_invalid").At("name"), fault.New(fault.Conflict, "kit.file_missing").At("jury")},
	}
	h, _, err := newKit(t, sampleFiles, func(k *kit.Kit, f *kit.Folder) {
		v := kit.NewView[samplePage](f, "show.html")
		for path, parts := range refusals {
			k.Handle(kit.Route{Pattern: "POST " + path, Access: kit.Public, Handler: func(w http.ResponseWriter, r *kit.Request) error {
				form, err := r.ReadForm()
				if err != nil {
					return err
				}
				e := fault.New(fault.Invalid, "kit.form_invalid").At("nothing shows this")
				e.Parts = parts
				if path != "/both" {
					e = parts[0]
				}
				form.Refused(e)
				return v.Render(w, r, samplePage{Page: r.Page("kit.product"), Form: *form})
			}})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, parts := range refusals {
		w := send(h, "POST", path, "application/x-www-form-urlencoded", "name=x")
		above := regexp.MustCompile(`role="alert">.*?</p>`).FindString(strings.ReplaceAll(w.Body.String(), "\n", " "))
		general := strings.Contains(above, text.Vietnamese.Say("kit.mend_fields"))
		for _, part := range parts {
			said := text.Vietnamese.Fault(part)
			if !strings.Contains(w.Body.String(), said) {
				t.Errorf("%s does not say %q", path, said)
			}
			if loose := part.Field == "jury"; strings.Contains(above, said) != loose {
				t.Errorf("%s says %q above: %t", path, said, !loose)
			}
		}
		if general != (path == "/shown") {
			t.Errorf("%s sends to marked fields: %s", path, above)
		}
	}
}

// A code is for programs: a page tells it only of a fault of the server, which somebody
// has to look up in the log.
func TestCodesAreForPrograms(t *testing.T) {
	h := sample(t)
	for path, shown := range map[string]bool{"/people": false, "/nowhere": false, "/api/v1/people": true, "/panic": true} {
		w := get(h, path, "operator")
		code := map[int]string{http.StatusForbidden: "accounts.denied", http.StatusNotFound: "kit.not_found",
			http.StatusInternalServerError: "internal"}[w.Code]
		if code == "" || strings.Contains(w.Body.String(), code) != shown {
			t.Errorf("%s: %d, code shown: %t\n%s", path, w.Code, !shown, w.Body)
		}
	}
}

func get(h http.Handler, path, session string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "s", Value: session})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestARouteAnswersWhoMayCallItAndNobodyElse(t *testing.T) {
	h := sample(t)
	for _, c := range []struct {
		path, session string
		status        int
	}{
		{"/", "", 200}, {"/", "stale", 200}, {"/mine", "", 303}, {"/mine", "judge", 200}, {"/people", "", 303},
		{"/people", "operator", 403}, {"/people", "admin", 200}, {"/api/v1/people", "", 401}, {"/api/v1/people", "judge", 403},
		{"/nowhere", "admin", 404}, {"/panic", "", 500},
	} {
		w := get(h, c.path, c.session)
		if w.Code != c.status {
			t.Errorf("%s as %q: %d, want %d", c.path, c.session, w.Code, c.status)
		}
		if strings.Contains(w.Body.String(), "secret detail") {
			t.Errorf("%s tells the browser what went wrong inside", c.path)
		}
		if w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: security headers are missing", c.path)
		}
	}
}

func TestAnotherMethodIsToldWhichThereAre(t *testing.T) {
	h := sample(t)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"PUT", "/api/v1/people", 405, "GET, HEAD, OPTIONS"}, {"PROPFIND", "/api/v1/people", 405, "GET, HEAD, OPTIONS"},
		{"OPTIONS", "/api/v1/people", 204, "GET, HEAD, OPTIONS"}, {"DELETE", "/mine", 405, "GET, HEAD, OPTIONS"},
		{"OPTIONS", "/api/v1/nothing", 404, ""}, {"PUT", "/nothing", 404, ""},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, allows %q", c.method, c.path, w.Code, w.Header().Get("Allow"))
		}
		if c.status == 405 && (!strings.Contains(w.Body.String(), c.allow) || !strings.Contains(w.Body.String(), c.method)) {
			t.Errorf("%s %s says %s", c.method, c.path, w.Body)
		}
	}
}

func TestEveryViewShowsAnEmptyAndAFilledPage(t *testing.T) {
	_, k, err := newKit(t, sampleFiles, func(_ *kit.Kit, f *kit.Folder) { kit.NewView[samplePage](f, "show.html") })
	if err != nil {
		t.Fatal(err)
	}
	webtest.CheckViews(t, k)
}

func TestAKitRefusesToStartOnAMistake(t *testing.T) {
	one := func(html string) fstest.MapFS { return fstest.MapFS{"show.html": {Data: []byte(html)}} }
	none := func(*kit.Kit, *kit.Folder) {}
	view := func(_ *kit.Kit, f *kit.Folder) { kit.NewView[samplePage](f, "show.html") }
	for name, c := range map[string]struct {
		files   fstest.MapFS
		declare func(*kit.Kit, *kit.Folder)
	}{
		"a template no view declares": {sampleFiles, none},
		"a broken template":           {one(`{{define "main"}}{{if}}{{end}}`), view},
		"a broken part":               {fstest.MapFS{"show.html": {Data: []byte(`{{define "main"}}{{end}}`)}, "_part.html": {Data: []byte(`{{if}}`)}}, view},
		"a template without main":     {one(`<p>`), view},
		"a page without kit.Page":     {sampleFiles, func(_ *kit.Kit, f *kit.Folder) { kit.NewView[struct{}](f, "show.html") }},
		"a route without access": {nil, func(k *kit.Kit, _ *kit.Folder) {
			k.Handle(kit.Route{Pattern: "GET /x", Handler: func(http.ResponseWriter, *kit.Request) error { return nil }})
		}},
		"a menu entry without a picture": {nil, func(k *kit.Kit, _ *kit.Folder) { k.Menu(kit.MenuItem{Path: "/", Icon: "dragon"}) }},
	} {
		if _, _, err := newKit(t, c.files, c.declare); err == nil {
			t.Errorf("%s: started", name)
		}
	}
}

func TestTheLanguageOfAPage(t *testing.T) {
	h := sample(t)
	if body := get(h, "/", "").Body.String(); !strings.Contains(body, text.Vietnamese.Say("kit.skip")) {
		t.Error("the first page is not Vietnamese")
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: "lang", Value: "en"})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), `<html lang="en">`) || !strings.Contains(w.Body.String(), text.English.Say("kit.skip")) {
		t.Error("the page is not English after choosing it")
	}
	for _, c := range []struct{ accept, cookie, want string }{
		{"", "", "vi"}, {"en", "", "en"}, {"en-US,en;q=0.9", "", "en"}, {"vi;q=0.1, en;q=0.9", "", "en"}, {"fr", "", "vi"},
		{"en;q=0", "", "vi"}, {"vi, en", "", "vi"}, {"xx;;q=,,", "", "vi"}, {strings.Repeat("a", 5000), "", "vi"},
		{"en-US,en;q=0.9", "s=1", "vi"}, {"en-US", "s=1; lang=en", "en"}, {"vi", "lang=en", "en"}, {"en", "lang=vi", "vi"},
	} {
		r := httptest.NewRequest("GET", "/api/v1/none", nil)
		r.Header.Set("Accept-Language", c.accept)
		r.Header.Set("Cookie", c.cookie)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var p kit.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Detail != text.Language(c.want).Say("kit.not_found") {
			t.Errorf("%.40q with cookies %q: %q, %v; want %s", c.accept, c.cookie, p.Detail, err, c.want)
		}
	}
}
