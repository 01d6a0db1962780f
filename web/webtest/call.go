package webtest

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"loa/accounts"
)

// Accounts is what LoggedIn asks of a store.
type Accounts interface {
	AddPerson(ctx context.Context, m accounts.Meta, c accounts.AddPerson) (accounts.Person, error)
	StartSession(ctx context.Context, m accounts.Meta, c accounts.StartSession) (accounts.Session, error)
}

// LoggedIn adds a person who holds the grants and returns the secret of a
// session of hers, for Call and Client.
func LoggedIn(t testing.TB, s Accounts, name string, at time.Time, grants ...accounts.Grant) (secret string) {
	t.Helper()
	p, err := s.AddPerson(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at},
		accounts.AddPerson{Name: name, Login: name, Grants: grants})
	if err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
	return Session(t, s, p, at)
}

// Session begins a session of the person and returns its secret.
func Session(t testing.TB, s Accounts, p accounts.Person, at time.Time) (secret string) {
	t.Helper()
	secret = accounts.NewSecret()
	_, err := s.StartSession(t.Context(), accounts.Meta{ID: uuid.NewString(), By: p.Actor("session"), At: at},
		accounts.StartSession{Hash: accounts.HashOf(secret), Browser: "webtest", Address: "192.0.2.1"})
	if err != nil {
		t.Fatalf("log %s in: %v", p.Login, err)
	}
	return secret
}

var wildcard = regexp.MustCompile(`\{[a-z_.]+\}`)

// FillPath puts the value in place of every wildcard of a route's path.
func FillPath(path, value string) string { return wildcard.ReplaceAllString(path, value) }

// Call sends one request with the session's secret ("" for a stranger). A
// POST is an empty form on pages and an empty object on the API.
func Call(h http.Handler, method, path, secret string) *httptest.ResponseRecorder {
	var body *strings.Reader
	kind := "application/x-www-form-urlencoded"
	body = strings.NewReader("")
	if strings.HasPrefix(path, "/api/") {
		body, kind = strings.NewReader("{}"), "application/json"
	}
	r := httptest.NewRequest(method, path, body)
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Content-Type", kind)
	}
	if secret != "" {
		r.AddCookie(&http.Cookie{Name: "s", Value: secret})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Client is one person's browser without scripts: it keeps cookies, follows
// redirects, and fills forms as they stand on the page.
type Client struct {
	t    *testing.T
	h    http.Handler
	jar  map[string]*http.Cookie
	Last *httptest.ResponseRecorder // the last answer
	Path string                     // of the last answer
}

// NewClient returns a browser that knows nobody, or the one whose session's
// secret it is given.
func NewClient(t *testing.T, h http.Handler, secret string) *Client {
	c := &Client{t: t, h: h, jar: map[string]*http.Cookie{}}
	if secret != "" {
		c.jar["s"] = &http.Cookie{Name: "s", Value: secret}
	}
	return c
}

// Handler is what answers.
func (c *Client) Handler() http.Handler { return c.h }

// Cookies are those it keeps.
func (c *Client) Cookies() []*http.Cookie { return slices.Collect(maps.Values(c.jar)) }

// Do sends a request and follows redirects as a browser does.
func (c *Client) Do(r *http.Request) *httptest.ResponseRecorder {
	c.t.Helper()
	for range 10 {
		for _, k := range c.jar {
			r.AddCookie(k)
		}
		c.Last, c.Path = httptest.NewRecorder(), r.URL.RequestURI()
		c.h.ServeHTTP(c.Last, r)
		for _, k := range c.Last.Result().Cookies() {
			if k.MaxAge < 0 {
				delete(c.jar, k.Name)
				continue
			}
			c.jar[k.Name] = k
		}
		to := c.Last.Header().Get("Location")
		if c.Last.Code < 300 || c.Last.Code >= 400 || to == "" {
			return c.Last
		}
		r = httptest.NewRequest(http.MethodGet, to, nil)
	}
	c.t.Fatal("webtest: redirects without end")
	return nil
}

// Get opens a page.
func (c *Client) Get(path string) *httptest.ResponseRecorder {
	c.t.Helper()
	return c.Do(httptest.NewRequest(http.MethodGet, path, nil))
}

// Post sends a form.
func (c *Client) Post(path string, form url.Values) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.Do(r)
}

// Doc parses the last answer.
func (c *Client) Doc() *goquery.Document {
	c.t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(c.Last.Body.String()))
	if err != nil {
		c.t.Fatal(err)
	}
	return doc
}

// Submit sends the form the selector finds on the last page with what stands
// in it; pairs of name and value are typed in first.
func (c *Client) Submit(form string, pairs ...string) *httptest.ResponseRecorder {
	c.t.Helper()
	f := c.Doc().Find(form).First()
	if f.Length() == 0 {
		c.t.Fatalf("webtest: no form %q on %s:\n%s", form, c.Path, c.Last.Body)
	}
	values := url.Values{}
	f.Find("input[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		kind := s.AttrOr("type", "")
		if _, on := s.Attr("checked"); (kind == "checkbox" || kind == "radio") && !on {
			return
		}
		values.Add(s.AttrOr("name", ""), s.AttrOr("value", s.Text()))
	})
	f.Find("select[name]").Each(func(_ int, s *goquery.Selection) {
		o := s.Find("option[selected]")
		if o.Length() == 0 {
			o = s.Find("option").First()
		}
		values.Add(s.AttrOr("name", ""), o.AttrOr("value", ""))
	})
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	to := f.AttrOr("action", "")
	if to == "" {
		to = c.Path
	}
	to, _, _ = strings.Cut(to, "#") // a browser keeps it to itself
	if f.AttrOr("method", "get") == "get" {
		to, _, _ = strings.Cut(to, "?") // what a form asks takes the place of what was asked
		return c.Get(to + "?" + values.Encode())
	}
	return c.Post(to, values)
}

// Expect fails the test unless the last answer has the status, finds the
// selector, and shows every word.
func (c *Client) Expect(status int, sel string, words ...string) {
	c.t.Helper()
	if c.Last.Code != status {
		c.t.Fatalf("%s: %d, want %d\n%s", c.Path, c.Last.Code, status, c.Last.Body)
	}
	if sel != "" && c.Doc().Find(sel).Length() == 0 {
		c.t.Errorf("%s: nothing matches %q\n%s", c.Path, sel, c.Last.Body)
	}
	for _, w := range words {
		if !strings.Contains(c.Doc().Text()+c.Last.Body.String(), w) {
			c.t.Errorf("%s does not say %q", c.Path, w)
		}
	}
}

// Refuse fails the test when the last answer shows any of the words.
func (c *Client) Refuse(words ...string) {
	c.t.Helper()
	for _, w := range words {
		if strings.Contains(c.Last.Body.String(), w) {
			c.t.Errorf("%s says %q", c.Path, w)
		}
	}
}
