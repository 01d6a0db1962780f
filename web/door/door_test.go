package door_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/door"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/me"
	"loa/web/people"
	"loa/web/webtest"
)

const phrase = "bốn con dê lên nương"

// world is the pages of log-in over a store, with a clock that the test sets.
type world struct {
	t     *testing.T
	store *bolt.Store
	h     http.Handler
	now   time.Time

	address kit.Address // where people reach it
}

func newWorld(t *testing.T) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	w := &world{t: t, store: s, now: time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC)}
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return w.now }, Log: log, ServerToken: accounts.HashOf("server"),
		Address: func(context.Context) (kit.Address, error) { return w.address, nil }})
	home.Register(k)
	door.Register(k, s)
	me.Register(k, s)
	people.Register(k, s)
	var err error
	if w.h, err = k.Handler(); err != nil {
		t.Fatal(err)
	}
	return w
}

// invite makes an invitation as the daemon does and returns its secret.
func (w *world) invite(c accounts.Invite) string {
	w.t.Helper()
	secret := accounts.NewSecret()
	c.Hash = accounts.HashOf(secret)
	_, err := w.store.Invite(w.t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: w.now}, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

func admin() []accounts.Grant {
	return []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}}
}

// join lets somebody in by a fresh invitation and returns her browser.
func (w *world) join(login string) *webtest.Client {
	w.t.Helper()
	c := webtest.NewClient(w.t, w.h, "")
	c.Get("/join/" + w.invite(accounts.Invite{Grants: admin()}))
	c.Submit("main form", "name", "Chị Hoa", "login", login, "passphrase", phrase)
	c.Expect(200, "h1", "Chị Hoa")
	return c
}

func TestTheFirstPersonComesInByTheLinkAndIsAskedWhatNext(t *testing.T) {
	w := newWorld(t)
	c := webtest.NewClient(t, w.h, "")
	c.Get("/")
	c.Expect(200, "form[action='/login']", "Chưa có tài khoản nào")
	link := "/join/" + w.invite(accounts.Invite{Grants: admin()})
	c.Get(link)
	c.Expect(200, "input[name=login]", "Chào mừng đến với Loa", "Quản trị")
	c.Submit("main form", "name", "Chị Hoa", "login", "Hoa Nậm Chảy", "passphrase", "matkhau123")
	c.Expect(422, "#e-passphrase", "dễ đoán")
	if got := c.Doc().Find("input[name=name]").AttrOr("value", ""); got != "Chị Hoa" {
		t.Errorf("the form forgot the name: %q", got)
	}
	c.Refuse("matkhau123")
	c.Submit("main form", "passphrase", phrase)
	c.Expect(200, ".flash", "Chào mừng Chị Hoa", "hoa.nam.chay", "Chào buổi sáng")
	if c.Last.Header().Get("Cache-Control") != "no-store" {
		t.Error("a signed-in page may be kept by the browser")
	}
	second := webtest.NewClient(t, w.h, "")
	second.Get(link)
	second.Expect(410, "", "đã được dùng")
}

func TestLoggingInAndOut(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	c := webtest.NewClient(t, w.h, "")
	c.Get("/me")
	c.Expect(200, "form[action='/login']")
	for _, wrong := range [][2]string{{"hoa", "sai rồi sai rồi"}, {"khongco", phrase}, {"", ""}} {
		c.Get("/login?next=/me")
		c.Submit("form", "login", wrong[0], "passphrase", wrong[1])
		c.Expect(422, ".notice.bad", "Tên đăng nhập hoặc mật khẩu chưa đúng")
	}
	c.Get("/login?next=/me")
	c.Submit("form", "login", " HOA ", "passphrase", phrase)
	c.Expect(200, "form[action='/logout']")
	if c.Path != "/me" {
		t.Errorf("went on to %s", c.Path)
	}
	c.Submit("form[action='/logout']")
	c.Expect(200, ".flash", "đã đăng xuất")
	c.Get("/me")
	c.Expect(200, "form[action='/login']")
}

func TestNextNeverLeavesTheServer(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	for _, next := range []string{"//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", ""} {
		form := url.Values{"login": {"hoa"}, "passphrase": {phrase}, "next": {next}}
		r := httptest.NewRequest("POST", "/login", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, r)
		if to := rec.Header().Get("Location"); rec.Code != 303 || to != "/" {
			t.Errorf("next=%q leads to %q (%d)", next, to, rec.Code)
		}
		w.now = w.now.Add(time.Minute) // the log-in may be tried again
	}
}

func TestAnotherSiteCannotPost(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	r := httptest.NewRequest("POST", "http://loa.example/login", strings.NewReader("login=hoa"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if rec.Code != 403 || !strings.Contains(rec.Body.String(), "trang web khác") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestGuessingIsSlowedDownForOneLogin(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	guess := func() int {
		return webtest.NewClient(t, w.h, "").Post("/login", url.Values{"login": {"hoa"}, "passphrase": {"đoán mò đoán mò"}}).Code
	}
	for range 8 {
		if code := guess(); code != 422 {
			t.Fatalf("an early guess is answered %d", code)
		}
	}
	if code := guess(); code != 429 {
		t.Errorf("the ninth guess in one instant is answered %d", code)
	}
	c.Get("/me")
	c.Expect(200, "form[action='/logout']") // whoever is inside stays inside
	w.now = w.now.Add(time.Minute)
	if code := guess(); code != 422 {
		t.Errorf("a minute later a guess is answered %d", code)
	}
}

func TestASessionEndsByAgeAndTheLinkRenewsAPassphrase(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	w.now = w.now.Add(accounts.SessionIdle - time.Hour)
	c.Get("/me")
	c.Expect(200, "form[action='/logout']")
	w.now = w.now.Add(accounts.SessionIdle + time.Hour)
	c.Get("/me")
	c.Expect(200, "form[action='/login']")
	d, err := w.store.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hoa, _ := d.ByLogin("hoa")
	c.Get("/join/" + w.invite(accounts.Invite{Person: hoa.ID}))
	c.Expect(200, "input[name=passphrase]", "Đặt mật khẩu mới")
	c.Refuse(`name="login"`)
	for _, own := range []string{"chihoachihoa", "Chị Hoa 1990", "hoahoa-1990", "hoa.13051990"} {
		c.Submit("main form", "passphrase", own)
		c.Expect(422, "#e-passphrase", "dễ đoán")
	}
	c.Submit("main form", "passphrase", "ruộng bậc thang mùa nước đổ")
	c.Expect(200, ".flash", "Chào mừng Chị Hoa")
	other := webtest.NewClient(t, w.h, "")
	other.Post("/login", url.Values{"login": {"hoa"}, "passphrase": {phrase}})
	other.Expect(422, ".notice.bad")
	other.Post("/login", url.Values{"login": {"hoa"}, "passphrase": {"ruộng bậc thang mùa nước đổ"}})
	other.Expect(200, "h1", "Chị Hoa")
}

func TestOnesOwnAccount(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	other := webtest.NewClient(t, w.h, "")
	other.Post("/login", url.Values{"login": {"hoa"}, "passphrase": {phrase}})
	c.Get("/me")
	c.Submit("form[action='/me']", "name", "Trần Thị Hoa", "language", "en")
	c.Expect(200, "html[lang=en]", "Trần Thị Hoa", "Saved.")
	c.Submit("form[action='/me/passphrase']", "old", "không phải", "passphrase", "ruộng bậc thang mùa nước đổ")
	c.Expect(422, "#e-old")
	c.Submit("form[action='/me/passphrase']", "old", phrase, "passphrase", "ruộng bậc thang mùa nước đổ")
	c.Expect(200, ".flash")
	other.Get("/me")
	other.Expect(200, "form[action='/login']")
	c.Submit("form[action='/me/tokens']", "name", "máy phát", "days", "30")
	c.Expect(200, "#secret")
	token := c.Doc().Find("#secret").AttrOr("value", "")
	r := httptest.NewRequest("GET", "/me", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if rec.Code != 200 || !strings.Contains(rec.Body.String(), "Trần Thị Hoa") {
		t.Errorf("the token opens %d", rec.Code)
	}
	c.Get("/me")
	c.Refuse(token)
	c.Submit("form[action$='/remove']")
	c.Expect(200, ".flash")
	rec = httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if rec.Code == 200 {
		t.Error("a removed token still opens")
	}
}

func FuzzForms(f *testing.F) {
	f.Add("login=hoa&passphrase=x", "application/x-www-form-urlencoded")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"login\"\r\n\r\nhoa\r\n--b--", "multipart/form-data; boundary=b")
	f.Add("id=%zz&login=\xff", "application/x-www-form-urlencoded")
	k := kit.New(kit.Config{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	k.Handle(kit.Route{Pattern: "POST /f", Access: kit.Public, Handler: func(w http.ResponseWriter, r *kit.Request) error {
		form, err := r.ReadForm()
		if err != nil {
			return err
		}
		form.Int("n")
		form.Date("d")
		form.Instant("t")
		form.Refused(form.Err())
		return r.JSON(w, http.StatusOK, form.Values)
	}})
	h, err := k.Handler()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body, kind string) {
		r := httptest.NewRequest("POST", "/f", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code >= 500 {
			t.Errorf("%q as %q: %d", body, kind, rec.Code)
		}
	})
}

// TestTheCookieChanges once a day, with a page, and the session goes on.
func TestTheCookieChanges(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	secret := ""
	ask := func(accept string) {
		t.Helper()
		r := httptest.NewRequest("GET", "/me", nil)
		r.Header.Set("Accept", accept)
		r.AddCookie(&http.Cookie{Name: "s", Value: secret})
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, r)
		if rec.Code != 200 {
			t.Errorf("%s: %d", w.now, rec.Code)
		}
		for _, c := range rec.Result().Cookies() {
			if c.Name == "s" {
				secret = c.Value
			}
		}
	}
	form := url.Values{"login": {"hoa"}, "passphrase": {phrase}}
	r := httptest.NewRequest("POST", "/login", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if c.Name == "s" {
			secret = c.Value
		}
	}
	seen := map[string]bool{secret: true}
	for day := range 5 {
		w.now = w.now.Add(25 * time.Hour)
		was := secret
		if ask("application/json"); secret != was {
			t.Errorf("day %d: a program's answer changes the cookie", day)
		}
		ask("text/html")
		if seen[secret] {
			t.Errorf("day %d: the cookie is the old one", day)
		}
		seen[secret] = true
		was = secret
		if ask("text/html"); secret != was {
			t.Errorf("day %d: the cookie changes twice", day)
		}
	}
	list, err := w.store.Sessions(t.Context(), w.person("hoa").ID, w.now)
	if err != nil || len(list) != 2 { // that of joining, and this
		t.Errorf("%d sessions %v", len(list), err)
	}
}

// TestAnEmptyAccountIsToldEverythingAtOnce, also where the browser checks nothing.
func TestAnEmptyAccountIsToldEverythingAtOnce(t *testing.T) {
	w := newWorld(t)
	c := webtest.NewClient(t, w.h, "")
	c.Get("/join/" + w.invite(accounts.Invite{Grants: admin(), First: true}))
	c.Submit("main form", "name", " ", "login", "!", "passphrase", "")
	c.Expect(422, "#f-name[aria-invalid=true]", "Hãy nhập tên")
	c.Expect(422, "#f-login[aria-invalid=true]", "Tên đăng nhập gồm")
	c.Expect(422, "#f-passphrase[aria-invalid=true]", "Mật khẩu phải có")
}

// TestWhoLogsOutTwiceIsOut: on a slow line she presses again before the answer, and is told of no fault.
func TestWhoLogsOutTwiceIsOut(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	c := webtest.NewClient(t, w.h, "")
	w.types(c, "hoa", phrase)
	c.Post("/logout", nil)
	c.Expect(200, "form[action='/login']", "")
	c.Post("/logout", nil)
	c.Expect(200, "form[action='/login']", "")
	c.Get("/me")
	c.Expect(200, "form[action='/login']", "")
}
