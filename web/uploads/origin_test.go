package uploads_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"loa/web/uploads"
	"loa/web/webtest"
)

// elsewhere is a page of another origin.
func elsewhere(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!doctype html><title>Elsewhere</title>")
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// across sends the beginning of a file from a script as a tus client does, and
// tells every header the script could read, or that it could do nothing.
const across = `(async () => {
	const tus = { Authorization: "Bearer editor", "Tus-Resumable": "1.0.0" };
	try {
		const made = await fetch(ROOT, { method: "POST", headers: { ...tus, "Upload-Length": "100", "Upload-Metadata": "kind cGhvdG8=" } });
		const url = new URL(made.headers.get("Location"), ROOT);
		const sent = await fetch(url, { method: "PATCH", headers: { ...tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" }, body: "\x89PNG" });
		const head = await fetch(url, { method: "HEAD", headers: tus });
		const gone = await fetch(url, { method: "DELETE", headers: tus });
		const options = await fetch(ROOT, { method: "OPTIONS" });
		return [made.status, sent.status, head.headers.get("Upload-Offset"), head.headers.get("Upload-Length"), gone.status, options.headers.get("Tus-Version")].join(" ");
	} catch (e) { return e.name; }
})()`

func TestAPageOfAnotherOriginSendsOnlyWhereItIsLetIn(t *testing.T) {
	page := elsewhere(t)
	for name, c := range map[string]struct {
		origins []string
		want    string
	}{
		"let in":           {[]string{page}, "201 204 5 100 204 1.0.0"},
		"another is":       {[]string{"https://loa.example"}, "TypeError"},
		"nobody, as usual": {nil, "TypeError"},
	} {
		t.Run(name, func(t *testing.T) {
			d, p := newDoor(t, c.origins...), webtest.NewBrowser(t).Person()
			p.Open(page)
			root, err := json.Marshal(d.url + uploads.Root)
			if err != nil {
				t.Fatal(err)
			}
			if got := webtest.Eval[string](p, "send across", strings.ReplaceAll(across, "ROOT", string(root))); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestALetInOriginHasNoMoreThanItsToken: a page that is let in cannot use the
// session of whoever looks at it, and no page of ours is opened to it.
func TestALetInOriginHasNoMoreThanItsToken(t *testing.T) {
	const page = "https://tools.example"
	d := newDoor(t, page)
	from := []string{"Origin", page, "Sec-Fetch-Site", "cross-site", "Upload-Length", "100"}
	with := func(more ...string) []string { return append(append([]string(nil), from...), more...) }
	for _, c := range []struct {
		name, method, path string
		headers            []string
		status             int
		allowed            string
	}{
		{"with a token", "POST", uploads.Root, from, 201, page},
		{"with a session", "POST", uploads.Root, with("Authorization", "-", "Cookie", "s=x"), 403, page},
		{"another origin with a token", "POST", uploads.Root, with("Origin", "https://evil.example"), 403, ""},
		{"an origin that begins alike", "POST", uploads.Root, with("Origin", page+".evil.example"), 403, ""},
		{"no origin at all", "POST", uploads.Root, with("Origin", "null"), 403, ""},
		{"a page", "GET", "/login", from, 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := ask(t, c.method, d.url+c.path, nil, c.headers...)
			if a.status != c.status || a.header.Get("Access-Control-Allow-Origin") != c.allowed || a.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%v", a)
			}
			if strings.HasPrefix(c.path, "/api/") && !strings.Contains(strings.Join(a.header.Values("Vary"), ","), "Origin") {
				t.Errorf("a cache would mix origins: %v", a.header)
			}
		})
	}
	asked := ask(t, "OPTIONS", d.url+uploads.Root, nil, "Origin", page, "Access-Control-Request-Method", "PATCH", "Authorization", "-")
	for _, name := range []string{"Authorization", "Tus-Resumable", "Upload-Offset", "Upload-Length", "Upload-Defer-Length", "Upload-Metadata",
		"Upload-Checksum", "X-HTTP-Method-Override"} {
		if !strings.Contains(asked.header.Get("Access-Control-Allow-Headers"), name) {
			t.Errorf("a script may not send %s", name)
		}
	}
	for _, name := range []string{"Location", "Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Expires", "Tus-Version", "Tus-Resumable",
		"Tus-Max-Size", "Tus-Extension"} {
		if !strings.Contains(asked.header.Get("Access-Control-Expose-Headers"), name) {
			t.Errorf("a script may not read %s", name)
		}
	}
}
