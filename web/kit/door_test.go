package kit_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/web/kit"
)

type wish struct {
	Title string `json:"title"`
	Count int    `json:"count"`
}

// jsonDoor is a kit with one API route that reads a wish and gives it back.
func jsonDoor(t testing.TB, proxies ...netip.Prefix) http.Handler {
	t.Helper()
	k := kit.New(kit.Config{Auth: people{}, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Proxies: proxies,
		ServerToken: accounts.HashOf("server")})
	k.CountBy("loa_wishes_granted_total", "Wishes.", func() int64 { return 7 })
	k.Handle(
		kit.Route{Pattern: "POST /api/v1/wishes", Access: kit.Public, MaxBody: 4096, In: wish{}, Out: wish{},
			Summary: "Wish.", Handler: func(w http.ResponseWriter, r *kit.Request) error {
				var v wish
				if err := r.ReadJSON(&v); err != nil {
					return err
				}
				return r.JSON(w, http.StatusOK, v)
			}},
		kit.Route{Pattern: "GET /api/v1/wishes/{id}", Access: accounts.RunServer, Out: kit.List[wish]{},
			Query: "limit", Handler: func(w http.ResponseWriter, r *kit.Request) error {
				n, err := r.Limit()
				if err != nil {
					return err
				}
				return r.JSON(w, http.StatusOK, kit.NewList(r, make([]wish, n), "x"))
			}},
		kit.Route{Pattern: "GET /ip", Access: kit.Public, Handler: func(w http.ResponseWriter, r *kit.Request) error {
			return r.JSON(w, http.StatusOK, fmt.Sprint(r.IP(), " ", r.Secure(), " ", r.Network()))
		}},
		kit.Route{Pattern: "GET /refuse", Access: kit.Public, Handler: func(http.ResponseWriter, *kit.Request) error {
			return fault.New(fault.Full, "kit.file_missing").At("file")
		}},
	)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func send(h http.Handler, method, path, kind, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAJSONBodyIsReadStrictlyAndItsFaultsHaveCodes(t *testing.T) {
	h := jsonDoor(t)
	for _, c := range []struct {
		kind, body string
		status     int
		code       string
	}{
		{"application/json", `{"title":"Na\u0323m"}`, 200, ""},
		{"application/json; charset=utf-8", `{"title":"x","count":2}`, 200, ""},
		{"text/plain", `{}`, 415, "kit.not_json"},
		{"", `{}`, 415, "kit.not_json"},
		{"application/json", `{"titel":"x"}`, 422, "kit.json_unknown_field"},
		{"application/json", `{"count":"two"}`, 422, "kit.json_invalid"},
		{"application/json", `{"title":"x"} {}`, 422, "kit.json_invalid"},
		{"application/json", "{\"title\":\"N\xefm\"}", 422, "kit.not_utf8"}, // Latin-1, or TCVN3
		{"application/json", `{"title":`, 422, "kit.json_invalid"},
		{"application/json", ``, 422, "kit.json_invalid"},
		{"application/json", `{"title":"` + strings.Repeat("a", 5000) + `"}`, 413, "kit.body_too_large"},
	} {
		w := send(h, "POST", "/api/v1/wishes", c.kind, c.body)
		if w.Code != c.status {
			t.Errorf("%.40s: %d, want %d", c.body, w.Code, c.status)
			continue
		}
		if c.code == "" {
			continue
		}
		var p kit.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != c.code || p.Detail == "" || p.Status != c.status ||
			!strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
			t.Errorf("%.40s: %s (%v)", c.body, w.Body, err)
		}
	}
	w := send(h, "POST", "/api/v1/wishes", "application/json", "{\"title\":\"Na\u0302\u0323m Cha\u0309y\"}")
	if !strings.Contains(w.Body.String(), "Nậm Chảy") {
		t.Errorf("text was not brought to NFC: %s", w.Body)
	}
	if w := send(h, "POST", "/api/v1/wishes", "text/plain", "", "Accept-Language", "en"); !strings.Contains(w.Body.String(), "must be JSON") {
		t.Errorf("a program that asks for English gets %s", w.Body)
	}
}

func TestListsAreBoundedAndSayWhereTheyGoOn(t *testing.T) {
	h := jsonDoor(t)
	for query, want := range map[string]int{"": 200, "?limit=500": 200, "?limit=501": 422, "?limit=0": 422, "?limit=x": 422} {
		w := send(h, "GET", "/api/v1/wishes/1"+query, "", "", "Authorization", "Bearer server")
		if w.Code != want {
			t.Errorf("%q: %d", query, w.Code)
		}
		if want == 200 && !strings.Contains(w.Body.String(), `"next":"/api/v1/wishes/1?after=x`) {
			t.Errorf("%q: no next in %s", query, w.Body)
		}
	}
	for token, want := range map[string]int{"server": 200, "admin": 200, "operator": 403, "nobody": 401} {
		if w := send(h, "GET", "/api/v1/wishes/1", "", "", "Authorization", "Bearer "+token); w.Code != want {
			t.Errorf("as %s: %d, want %d", token, w.Code, want)
		}
	}
}

func TestOnlyConfiguredProxiesAreBelieved(t *testing.T) {
	trusted := jsonDoor(t, netip.MustParsePrefix("192.0.2.0/24"))
	stranger := jsonDoor(t)
	headers := []string{"X-Forwarded-For", "203.0.113.9, 198.51.100.7, 192.0.2.5", "X-Forwarded-Proto", "https"}
	if w := send(trusted, "GET", "/ip", "", "", headers...); !strings.Contains(w.Body.String(), "198.51.100.7 true 198.51.100.7") {
		t.Errorf("behind a proxy: %s", w.Body)
	}
	if w := send(stranger, "GET", "/ip", "", "", headers...); !strings.Contains(w.Body.String(), "192.0.2.1 false 192.0.2.1") {
		t.Errorf("without one: %s", w.Body)
	}
	if send(trusted, "GET", "/ip", "", "", headers...).Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over TLS")
	}
	if send(stranger, "GET", "/ip", "", "").Header().Get("Strict-Transport-Security") != "" {
		t.Error("HSTS over plain HTTP")
	}
}

func TestAPageThatIsRefusedSaysWhyInWords(t *testing.T) {
	w := send(jsonDoor(t), "GET", "/refuse", "", "")
	if w.Code != 507 || !strings.Contains(w.Body.String(), "Hãy chọn một tệp.") || !strings.Contains(w.Body.String(), "kit.file_missing") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAssetsAreKeptForEverUnderTheirHash(t *testing.T) {
	h := sample(t)
	url := regexp.MustCompile(`/assets/[0-9a-f]{12}/kit/kit\.css`).FindString(get(h, "/", "").Body.String())
	w := send(h, "GET", url, "", "", "Accept-Encoding", "gzip")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("%s: %d %v", url, w.Code, w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if css, err := io.ReadAll(z); err != nil || !bytes.Contains(css, []byte("--cham")) {
		t.Errorf("not the style sheet: %v", err)
	}
	old := regexp.MustCompile(`/[0-9a-f]{12}/`).ReplaceAllString(url, "/000000000000/")
	if w := send(h, "GET", old, "", ""); w.Code != 200 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("an old hash: %d %v", w.Code, w.Header())
	}
	if w := send(h, "GET", "/assets/x/kit/_base.html", "", ""); w.Code != 404 {
		t.Errorf("a template is served: %d", w.Code)
	}
}

// The first load of a page: HTML, style sheet, script and logo, compressed.
func TestTheFirstLoadStaysSmall(t *testing.T) {
	h := sample(t)
	page := send(h, "GET", "/", "", "", "Accept-Encoding", "gzip")
	sum := page.Body.Len()
	for _, url := range regexp.MustCompile(`/assets/[0-9a-f]{12}/[a-z]+/[a-z]+\.[a-z]+`).FindAllString(get(h, "/", "").Body.String(), -1) {
		sum += send(h, "GET", url, "", "", "Accept-Encoding", "gzip").Body.Len()
	}
	if sum > 20_000 || sum < 3_000 {
		t.Errorf("the frame of a page costs %d bytes; the operator's whole page may cost 40,000", sum)
	}
}

func TestAFlashThatIsNoSentenceIsIgnored(t *testing.T) {
	h := sample(t)
	for flash, shown := range map[string]bool{
		`{"k":"kit.skip"}`: true, `{"k":"not.a.key"}`: false, `{"k":"kit.too_many","a":["wait"]}`: false, `<script>`: false,
		`{"k":"kit.too_many","a":["wait","<b>x</b>"]}`: true,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: "flash", Value: base64.RawURLEncoding.EncodeToString([]byte(flash))})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := strings.Contains(w.Body.String(), `class="flash"`); got != shown || strings.Contains(w.Body.String(), "<b>x</b>") {
			t.Errorf("%s: shown is %v", flash, got)
		}
	}
}

func TestTheOpenAPIDocumentHoldsEveryRouteAndEveryReferenceLeadsSomewhere(t *testing.T) {
	w := send(jsonDoor(t), "GET", "/api/v1/openapi.json", "", "")
	var doc struct {
		Paths      map[string]map[string]any `json:"paths"`
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Paths["/api/v1/wishes"]["post"] == nil || doc.Paths["/api/v1/wishes/{id}"]["get"] == nil || doc.Paths["/ip"] != nil {
		t.Errorf("paths: %v", doc.Paths)
	}
	refs := regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(refs) == 0 {
		t.Error("nothing is described")
	}
	for _, m := range refs {
		if doc.Components.Schemas[m[1]] == nil {
			t.Errorf("%s leads nowhere", m[0])
		}
	}
}

func TestMetricsAreForWhoRunsTheServer(t *testing.T) {
	h := jsonDoor(t)
	if w := send(h, "GET", "/metrics", "", "", "Authorization", "Bearer operator"); w.Code != 403 {
		t.Errorf("an operator reads metrics: %d", w.Code)
	}
	w := send(h, "GET", "/metrics", "", "", "Authorization", "Bearer server")
	for _, line := range []string{`loa_request_duration_seconds_count{route="GET /metrics",status="403"} 1`, "loa_wishes_granted_total 7", "loa_trouble 0"} {
		if w.Code != 200 || !strings.Contains(w.Body.String(), line+"\n") {
			t.Errorf("%d, no %s in %s", w.Code, line, w.Body)
		}
	}
}

func TestALimiterForgetsTheOldestKeyAndForgivesWithTime(t *testing.T) {
	l := kit.NewLimiter(time.Minute, 2, 2)
	at := time.Date(2024, 5, 13, 0, 0, 0, 0, time.UTC)
	for i, want := range []bool{true, true, false} {
		if got := l.Allow("a", at) == nil; got != want {
			t.Errorf("try %d: %v", i, got)
		}
	}
	if l.Allow("a", at.Add(time.Minute)) != nil {
		t.Error("a minute later it is still refused")
	}
	_, _, _ = l.Allow("b", at), l.Allow("c", at), l.Allow("d", at)
	if l.Allow("a", at) != nil {
		t.Error("a key pushed out by others is remembered")
	}
}

func FuzzReadJSON(f *testing.F) {
	f.Add(`{"title":"x","count":1}`)
	f.Add(`{"title":"\u0303"}`)
	f.Add(`[[[[[[`)
	h := jsonDoor(f)
	f.Fuzz(func(t *testing.T, body string) {
		if w := send(h, "POST", "/api/v1/wishes", "application/json", body); w.Code >= 500 {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}

func TestABrokenQRTextIsAnError(t *testing.T) {
	if _, err := kit.NewQR(strings.Repeat("x", 5000)); err == nil {
		t.Error("5,000 letters fit in a QR code")
	}
	q, err := kit.NewQR("https://loa.example/join/ABC")
	if err != nil || q.Size < 29 || !strings.HasPrefix(q.Path, "M4 4h7v1h-7z") {
		t.Errorf("%+v %v", q, err)
	}
}

// An answer that fails after its first byte breaks the connection: nobody takes
// a part of it for the whole.
func TestAnAnswerThatFailsHalfWayIsNoAnswer(t *testing.T) {
	k := kit.New(kit.Config{Auth: people{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	begin := func(w http.ResponseWriter) { _, _ = io.WriteString(w, strings.Repeat("tệp ", 5000)) }
	k.Handle(
		kit.Route{Pattern: "GET /error", Access: kit.Public, Handler: func(w http.ResponseWriter, _ *kit.Request) error {
			begin(w)
			return fault.New(fault.Full, "kit.file_missing")
		}},
		kit.Route{Pattern: "GET /panic", Access: kit.Public, Handler: func(w http.ResponseWriter, _ *kit.Request) error {
			begin(w)
			panic("half way")
		}},
	)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Start()
	defer server.Close()
	for _, path := range []string{"/error", "/panic"} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err == nil {
			t.Errorf("%s: an answer of %d bytes ended as if it were whole", path, len(b))
		}
	}
}
