package door_test

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/web/webtest"
)

// knock posts a form to a path from a browser that knows nobody and reports
// whether it came out logged in.
func (w *world) knock(path string, form url.Values) (code int, in bool) {
	w.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		in = in || c.Name == "s" && c.Value != "" && c.MaxAge >= 0
	}
	return rec.Code, in
}

// sealed fails unless the used link opens nothing to anybody, whatever is sent
// under whichever ID: what the first person sent, other things, and the IDs by
// which the world knows what the link made.
func (w *world) sealed(path string, sent url.Values) {
	w.t.Helper()
	d, err := w.store.Directory(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	ids := []string{sent.Get("id"), uuid.NewString()}
	for _, p := range d.People() {
		ids = append(ids, p.ID)
	}
	for _, id := range ids {
		for _, phrase := range []string{sent.Get("passphrase"), "một câu khác hẳn đây", ""} {
			for _, login := range []string{sent.Get("login"), "ke.khac"} {
				form := url.Values{"id": {id}, "name": {sent.Get("name")}, "login": {login}, "passphrase": {phrase}}
				if code, in := w.knock(path, form); code != 410 || in {
					w.t.Errorf("%s repeated with %v: %d, logged in: %v", path, form, code, in)
				}
				w.now = w.now.Add(2 * time.Second) // the address may try again
			}
		}
	}
	if after, err := w.store.Directory(w.t.Context()); err != nil || after.Len() != d.Len() {
		w.t.Errorf("a used link made somebody: %v", err)
	}
}

func (w *world) person(login string) accounts.Person {
	w.t.Helper()
	d, err := w.store.Directory(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	p, ok := d.ByLogin(login)
	if !ok {
		w.t.Fatalf("nobody is called %s", login)
	}
	return p
}

// TestNoSecretOpensTwice walks every link and token through: used, repeated
// with the same and with other content, by another, and after a change of
// passphrase.
func TestNoSecretOpensTwice(t *testing.T) {
	w := newWorld(t)
	setup := w.invite(accounts.Invite{Grants: admin(), First: true})
	spare := w.invite(accounts.Invite{Grants: admin(), First: true}) // printed by an earlier start

	first := url.Values{"id": {uuid.NewString()}, "name": {"Chị Hoa"}, "login": {"hoa"}, "passphrase": {phrase}}
	if code, in := w.knock("/join/"+setup, first); code != 303 || !in {
		t.Fatalf("the first person comes in: %d %v", code, in)
	}
	hoa := w.person("hoa")
	if hoa.ID == first.Get("id") {
		t.Error("the ID of a form became a person's public one")
	}
	w.sealed("/join/"+setup, first)
	if code, in := w.knock("/join/"+spare, url.Values{"name": {"Anh Lù"}, "login": {"lu"}, "passphrase": {phrase}}); code != 410 || in {
		t.Errorf("a second link for the first person: %d %v", code, in)
	}

	chief := webtest.NewClient(t, w.h, "")
	chief.Post("/login", url.Values{"login": {"hoa"}, "passphrase": {phrase}})
	chief.Expect(200, "a.me")

	// An invitation made on the page: its maker knows the link.
	chief.Get("/people/invite?role=editor")
	chief.Submit("main form", "note", "Chị Mỷ")
	chief.Expect(200, "svg.qr")
	link := linkIn(t, chief)
	joined := url.Values{"id": {uuid.NewString()}, "name": {"Giàng Thị Mỷ"}, "login": {"my.giang"}, "passphrase": {"chè shan tuyết đầu nguồn"}}
	if code, in := w.knock(link, joined); code != 303 || !in {
		t.Fatalf("the invited person comes in: %d %v", code, in)
	}
	w.sealed(link, joined)

	// A QR card of the printed sheet.
	chief.Get("/people/sheet")
	chief.Submit("main form", "district", "080")
	chief.Expect(200, "svg.qr")
	card := linkIn(t, chief)
	carded := url.Values{"id": {uuid.NewString()}, "name": {"Vàng A Páo"}, "login": {"pao"}, "passphrase": {"ngựa thồ qua đèo mây"}}
	if code, in := w.knock(card, carded); code != 303 || !in {
		t.Fatalf("who holds the card comes in: %d %v", code, in)
	}
	w.sealed(card, carded)

	// A link to a new passphrase, and one more that was never used.
	other := w.invite(accounts.Invite{Person: w.person("my.giang").ID})
	chief.Get("/people/" + w.person("my.giang").ID)
	chief.Submit("form[action$='/renew']")
	chief.Expect(200, "svg.qr")
	renewal := linkIn(t, chief)
	renewed := url.Values{"id": {uuid.NewString()}, "passphrase": {"ruộng bậc thang mùa nước đổ"}}
	if code, in := w.knock(renewal, renewed); code != 303 || !in {
		t.Fatalf("the renewal lets her in: %d %v", code, in)
	}
	w.sealed(renewal, renewed)
	w.sealed("/join/"+other, renewed)

	// A passphrase of her own ends the links others made for her.
	left := w.invite(accounts.Invite{Person: hoa.ID})
	chief.Get("/me")
	chief.Submit("form[action='/me/passphrase']", "old", phrase, "passphrase", "tiếng khèn gọi bạn đầu xuân")
	chief.Expect(200, ".flash")
	w.sealed("/join/"+left, url.Values{"id": {uuid.NewString()}, "passphrase": {phrase}})
	w.sealed(link, joined)
	w.sealed("/join/"+setup, first)
}

var linkForm = regexp.MustCompile(`/join/[A-Z2-7]{26}`)

func linkIn(t *testing.T, c *webtest.Client) string {
	t.Helper()
	link := linkForm.FindString(c.Last.Body.String())
	if link == "" {
		t.Fatalf("no link on %s", c.Path)
	}
	return link
}

// TestWhoUsedALinkIsSentOn: a second press, or the link opened again in the
// same browser, is no fault of hers.
func TestWhoUsedALinkIsSentOn(t *testing.T) {
	w := newWorld(t)
	link := "/join/" + w.invite(accounts.Invite{Grants: admin(), First: true})
	c := webtest.NewClient(t, w.h, "")
	form := url.Values{"id": {uuid.NewString()}, "name": {"Chị Hoa"}, "login": {"hoa"}, "passphrase": {phrase}}
	c.Post(link, form)
	c.Post(link, form)
	c.Expect(200, "a.me", "Chị Hoa")
	c.Get(link)
	c.Expect(200, "a.me", "Chị Hoa")
}

// TestATokenIsShownOnceItIsThere: a form sent again shows the same token, and
// shows none that was removed; a passphrase sent twice is saved once.
func TestATokenIsShownOnceItIsThere(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	form := url.Values{"id": {uuid.NewString()}, "secret": {accounts.NewSecret()}, "name": {"máy phát"}, "days": {"30"}}
	for range 2 {
		c.Post("/me/tokens", form)
		c.Expect(200, "#secret")
	}
	other := w.join("lan")
	other.Post("/me/tokens", form)
	other.Refuse(form.Get("secret"))
	anew := url.Values{"id": {uuid.NewString()}, "secret": form["secret"], "name": form["name"], "days": form["days"]}
	c.Post("/me/tokens", anew)
	c.Expect(409, ".notice.bad", "đã được gửi")
	set := url.Values{"id": {uuid.NewString()}, "old": {phrase}, "passphrase": {"ruộng bậc thang mùa nước đổ"}, "tokens": {"1"}}
	for range 2 {
		c.Post("/me/passphrase", set)
		c.Expect(200, ".flash", "Đã đổi mật khẩu")
	}
	c.Post("/me/tokens", form)
	c.Expect(410, "", "đã bị xoá")
	c.Refuse(`id="secret"`)
	set.Set("passphrase", "một câu khác nữa cơ mà")
	c.Post("/me/passphrase", set)
	c.Expect(422, "#e-old")
}
