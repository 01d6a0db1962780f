package door_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"loa/accounts"
	"loa/web/kit"
	"loa/web/webtest"
)

// code is what the app with that secret shows now.
func (w *world) app(secret string) string {
	w.t.Helper()
	code, err := hotp.GenerateCodeCustom(secret, uint64(w.now.Unix()/30), hotp.ValidateOpts{Digits: otp.DigitsSix})
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// withApp lets somebody in who then adds an app; it returns its secret and her spare codes.
func (w *world) withApp(c *webtest.Client) (secret string, spare []string) {
	w.t.Helper()
	c.Get("/me/factors/app")
	secret = c.Doc().Find("#secret").AttrOr("value", "")
	c.Submit("main form", "code", "000000", "old", phrase)
	c.Expect(422, "#e-code", "Mã chưa đúng")
	c.Submit("main form", "code", w.app(secret), "old", "không phải câu này")
	c.Expect(422, "#e-old")
	c.Submit("main form", "code", w.app(secret), "old", phrase)
	c.Expect(200, "#codes", "Chỉ hiện một lần này")
	for _, li := range c.Doc().Find("#codes li").EachIter() {
		spare = append(spare, strings.TrimSpace(li.Text()))
	}
	if c.Get("/me/factors"); len(spare) != accounts.SpareCodes || c.Doc().Find("#codes").Length() > 0 {
		w.t.Errorf("spare codes %v, shown again: %v", spare, c.Doc().Find("#codes").Length() > 0)
	}
	w.now = w.now.Add(time.Minute)
	return secret, spare
}

// isOut says that nothing of hers is open in that browser.
func (w *world) isOut(c *webtest.Client, how string) {
	w.t.Helper()
	c.Get("/me")
	if c.Doc().Find("form[action='/logout']").Length() > 0 {
		w.t.Errorf("%s: she is in", how)
	}
}

func (w *world) types(c *webtest.Client, login, passphrase string) {
	w.t.Helper()
	c.Get("/login")
	c.Submit("form[action='/login']", "login", login, "passphrase", passphrase)
}

// TestTheSecondStep: the passphrase alone opens nothing, a code counts once, a spare code once, and what was
// open elsewhere before ends.
func TestTheSecondStep(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	elsewhere := webtest.NewClient(t, w.h, "")
	w.types(elsewhere, "hoa", phrase)
	w.isIn(elsewhere, "Chị Hoa")
	secret, spare := w.withApp(c)
	w.isOut(elsewhere, "a session from before")

	w.types(elsewhere, "hoa", phrase)
	elsewhere.Expect(200, "form[action='/login/second']", "Chị Hoa")
	w.isOut(elsewhere, "the passphrase alone")
	elsewhere.Get("/login/second")
	elsewhere.Submit("form[action='/login/second']", "code", "")
	elsewhere.Expect(422, "#e-code", "Hãy gõ mã")
	elsewhere.Submit("form[action='/login/second']", "code", "000000")
	elsewhere.Expect(422, "#e-code", "Mã chưa đúng")
	used := w.app(secret)
	elsewhere.Submit("form[action='/login/second']", "code", used)
	w.isIn(elsewhere, "mở bằng mật khẩu và mã trong ứng dụng")

	third := webtest.NewClient(t, w.h, "")
	w.types(third, "hoa", phrase)
	third.Submit("form[action='/login/second']", "code", used)
	third.Expect(422, "#e-code", "đã dùng rồi")
	third.Submit("form[action='/login/second']", "code", strings.ToLower(spare[0]))
	w.isIn(third, "và mã dự phòng")
	third.Get("/me/factors")
	third.Expect(200, "#spare", "Còn 9 mã")
	third.Submit("#spare", "old", phrase)
	third.Expect(200, "#codes", "Mã dự phòng của bạn")

	fourth := webtest.NewClient(t, w.h, "")
	w.types(fourth, "hoa", phrase)
	fourth.Submit("form[action='/login/second']", "code", spare[1])
	fourth.Expect(422, "#e-code", "Mã chưa đúng")

	third.Get("/me/factors")
	third.Submit("form[action='/me/factors/remove']", "factor", accounts.AppFactor, "old", "không phải")
	third.Expect(422, "#e-old")
	third.Submit("form[action='/me/factors/remove']", "factor", accounts.AppFactor, "old", phrase)
	third.Expect(200, ".flash", "Đã gỡ")
	w.types(fourth, "hoa", phrase)
	w.isIn(fourth, "Chị Hoa")
}

// TestNoWayLeadsRoundTheSecondStep: a link, a code, a PIN, a half that is old or of another passphrase, a token.
func TestNoWayLeadsRoundTheSecondStep(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	secret, _ := w.withApp(c)
	her := w.person("hoa").ID

	const renewed = "năm con trâu xuống ruộng"
	for _, by := range []string{"link", "code"} {
		d := webtest.NewClient(t, w.h, "")
		if by == "link" {
			d.Get("/join/" + w.invite(accounts.Invite{Person: her}))
		} else {
			d.Get("/join/" + w.code(accounts.Invite{Person: her}))
		}
		d.Submit("main form", "passphrase", renewed)
		d.Expect(200, "form[action='/login/second']", "Chị Hoa")
		w.isOut(d, "a "+by+" to a new passphrase")
		d.Get("/login/second")
		d.Submit("form[action='/login/second']", "code", w.app(secret))
		w.isIn(d, "Chị Hoa")
		w.now = w.now.Add(time.Minute)
	}

	old := webtest.NewClient(t, w.h, "")
	w.types(old, "hoa", renewed)
	half := old.Cookies()
	w.now = w.now.Add(11 * time.Minute)
	old.Post("/login/second", url.Values{"code": {w.app(secret)}})
	w.isOut(old, "a log-in half done eleven minutes ago")

	w.types(old, "hoa", renewed)
	d := webtest.NewClient(t, w.h, "")
	d.Get("/join/" + w.invite(accounts.Invite{Person: her}))
	d.Submit("main form", "passphrase", phrase)
	old.Post("/login/second", url.Values{"code": {w.app(secret)}})
	w.isOut(old, "a log-in half done with the passphrase before")

	// The secret of a half is no session's, and no stranger's invention is a half.
	for _, cookie := range half {
		if cookie.Name == "half" {
			thief := webtest.NewClient(t, w.h, cookie.Value)
			w.isOut(thief, "the secret of a half as a session's")
		}
	}
	thief := webtest.NewClient(t, w.h, "")
	thief.Post("/login/second", url.Values{"code": {w.app(secret)}})
	w.isOut(thief, "a code alone")

	// Who runs a station and has an app is offered no PIN in place of her passphrase.
	op := webtest.NewClient(t, w.h, "")
	op.Get("/join/" + w.invite(accounts.Invite{Grants: operator()}))
	op.Submit("main form", "name", "Giàng Thị Mỷ", "login", "my.giang", "passphrase", phrase)
	w.withApp(op)
	link := w.invite(accounts.Invite{Person: w.person("my.giang").ID})
	op = webtest.NewClient(t, w.h, "")
	op.Get("/join/" + link + "?way=pin")
	if op.Doc().Find("input[name=pin]").Length() > 0 {
		t.Error("a PIN is offered")
	}
	op.Post("/join/"+link, url.Values{"way": {"pin"}, "pin": {pin}})
	w.isOut(op, "a PIN by a link")

	// A token does for her what she may do, but adds and removes no second factor.
	token := accounts.NewSecret()
	if _, err := w.store.AddToken(t.Context(), accounts.Meta{ID: uuid.NewString(), By: w.person("hoa").Actor("session"), At: w.now},
		accounts.AddToken{Hash: accounts.HashOf(token), Person: her, Name: "máy", Expires: w.now.AddDate(0, 1, 0)}); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, "/me/factors/remove", strings.NewReader(url.Values{"factor": {"app"}, "old": {phrase}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if rec := webtest.NewClient(t, w.h, "").Do(r); rec.Code != http.StatusForbidden && rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("a token removes her second factor: %d", rec.Code)
	}
	if f, err := w.store.Factors(t.Context(), her); err != nil || !f.Any() {
		t.Errorf("it is gone: %v", err)
	}
}

// TestGuessingCodesLocksOutNobody: five wrong ones end that log-in, many are slowed down, she is told, and gets in
// meanwhile with the browser she knows.
func TestGuessingCodesLocksOutNobody(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	secret, spare := w.withApp(c)
	c.Post("/logout", nil)
	slowed := 0
	for range 6 {
		stranger := webtest.NewClient(t, w.h, "")
		w.types(stranger, "hoa", phrase)
		for range 5 {
			stranger.Post("/login/second", url.Values{"code": {"000000"}})
			if stranger.Last.Code == http.StatusTooManyRequests {
				slowed++
			}
		}
		stranger.Post("/login/second", url.Values{"code": {w.app(secret)}})
		w.isOut(stranger, "the sixth try of one log-in")
		w.now = w.now.Add(3 * time.Second)
	}
	if slowed < 10 {
		t.Errorf("%d tries were slowed down", slowed)
	}
	w.now = w.now.Add(time.Minute)
	w.types(c, "hoa", phrase)
	c.Submit("form[action='/login/second']", "code", w.app(secret))
	w.isIn(c, "Chị Hoa")
	newPhone := webtest.NewClient(t, w.h, "")
	w.types(newPhone, "hoa", phrase)
	newPhone.Submit("form[action='/login/second']", "code", spare[4])
	w.isIn(newPhone, "Chị Hoa")
	list, _, err := w.store.Inbox(t.Context(), w.person("hoa").ID, "", 50)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, m := range list {
		if strings.Contains(m.Title, "thử mã bước hai") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("she was told %d times", told)
	}
}

// TestWrongCodesAreCountedOverLogIns: four of one log-in and one of the next are five; spread over days they are not.
func TestWrongCodesAreCountedOverLogIns(t *testing.T) {
	w := newWorld(t)
	w.withApp(w.join("hoa"))
	told := func() (n int) {
		list, _, err := w.store.Inbox(t.Context(), w.person("hoa").ID, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			if strings.Contains(m.Title, "thử mã bước hai") {
				n++
			}
		}
		return n
	}
	wrong := func(n int) {
		stranger := webtest.NewClient(t, w.h, "")
		w.types(stranger, "hoa", phrase)
		for range n {
			stranger.Post("/login/second", url.Values{"code": {"000000"}})
		}
	}
	wrong(4)
	w.now = w.now.Add(25 * time.Hour)
	wrong(3)
	wrong(1)
	if told() != 0 {
		t.Error("she is told of four within a day")
	}
	wrong(1)
	if told() != 1 {
		t.Errorf("of five over three log-ins she was told %d times", told())
	}
}

// TestWhoMustChooseASecondFactorDoesNothingElse, from the day of the settings on, neither in a browser nor by a
// token; then everything is hers again.
func TestWhoMustChooseASecondFactorDoesNothingElse(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	m := accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: w.now}
	from := w.now.Add(48 * time.Hour)
	if _, err := w.store.SaveAccountSettings(t.Context(), m, accounts.SaveSettings{SecondFrom: from}); err != nil {
		t.Fatal(err)
	}
	c.Get("/")
	c.Expect(200, "a[href='/me/factors']", "Chọn cách")
	w.now = from
	for _, path := range []string{"/", "/people", "/me"} {
		c.Get(path)
		c.Expect(200, ".notice", "cần đăng nhập hai bước")
		if c.Path != "/me/factors" {
			t.Errorf("%s leads to %s", path, c.Path)
		}
	}
	c.Expect(200, "main form[action='/logout'] button", "Đăng xuất")
	c.Post("/people/withdraw", url.Values{"invitation": {"x"}})
	c.Expect(403, "", "cần đăng nhập hai bước")
	token := accounts.NewSecret()
	if _, err := w.store.AddToken(t.Context(), accounts.Meta{ID: uuid.NewString(), By: w.person("hoa").Actor("session"), At: w.now},
		accounts.AddToken{Hash: accounts.HashOf(token), Person: w.person("hoa").ID, Name: "máy", Expires: w.now.AddDate(0, 1, 0)}); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodGet, "/people", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if rec := webtest.NewClient(t, w.h, "").Do(r); strings.Contains(rec.Body.String(), "Mời") {
		t.Errorf("a token reads people: %d", rec.Code)
	}
	w.withApp(c)
	c.Get("/me/factors")
	c.Expect(200, "a[href='/me#tokens']", "")
	c.Expect(200, "main", "1 mã truy cập cho chương trình vẫn dùng được")
	c.Get("/people")
	c.Expect(200, "h1", "")
	if c.Path != "/people" {
		t.Errorf("she is led to %s", c.Path)
	}
}

// TestANewBrowserIsTold: a log-in with a browser she never used is told, one with a browser she did is not.
func TestANewBrowserIsTold(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	told := func() (n int) {
		list, _, err := w.store.Inbox(t.Context(), w.person("hoa").ID, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			if strings.Contains(m.Title, "Đăng nhập trên máy mới") && strings.Contains(m.Text, "192.0.2.1") {
				n++
			}
		}
		return n
	}
	if told() != 0 {
		t.Error("the first browser of a new account is told")
	}
	c.Post("/logout", nil)
	w.types(c, "hoa", phrase)
	if told() != 0 {
		t.Error("her own browser is told")
	}
	w.types(webtest.NewClient(t, w.h, ""), "hoa", phrase)
	if told() != 1 {
		t.Errorf("another browser was told %d times", told())
	}
}

// TestAUsedLinkIsTold: who has an account is told that a code or link for it was used, by which browser and when, also
// where it was used beside her own log-in; a new account is not.
func TestAUsedLinkIsTold(t *testing.T) {
	w := newWorld(t)
	own := w.join("hoa")
	hoa := w.person("hoa").ID
	titles := func() (list []string) {
		all, _, err := w.store.Inbox(t.Context(), hoa, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			if !strings.Contains(m.Text, "192.0.2.1") || !strings.Contains(m.Text, "Nếu không phải bạn") || m.Path != "/me" {
				t.Errorf("%+v", m)
			}
			list = append(list, m.Title)
		}
		return list
	}
	if list := titles(); len(list) != 0 {
		t.Errorf("of a new account is told %q", list)
	}
	renew := func(c *webtest.Client, path string) {
		c.Get(path)
		c.Submit("main form", "passphrase", phrase+" mới")
		c.Expect(200, ".flash", "Chào mừng")
	}
	renew(webtest.NewClient(t, w.h, ""), "/join/"+w.code(accounts.Invite{Person: hoa}))
	secret := accounts.NewSecret()
	c, err := accounts.Invite{Person: hoa}.With(t.Context(), secret)
	if err == nil {
		_, err = w.store.Invite(t.Context(), accounts.Meta{ID: "again", By: accounts.Daemon(), At: w.now}, c)
	}
	if err != nil {
		t.Fatal(err)
	}
	renew(own, "/join/"+secret)
	list := titles()
	slices.Sort(list)
	if want := []string{"Liên kết đặt lại của bạn vừa được dùng", "Mã 8 ký tự của bạn vừa được dùng"}; !slices.Equal(list, want) {
		t.Errorf("told %q", list)
	}
}

// TestPasskeysAsk in words for a name where there is none.
func TestPasskeysAskForAName(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	for address, words := range map[string]string{"http://10.0.0.5:8080": "cần Loa có tên miền", "": "cần Loa có tên miền", "http://loa.laocai.vn": "https",
		"https://[2001:db8::1]": "cần Loa có tên miền", "https://loa.laocai.vn": "chỉ dùng được ở địa chỉ https://loa.laocai.vn"} {
		w.address = kit.Address{URL: address, Set: true}
		for _, path := range []string{"/me/factors", "/me/factors/passkey"} {
			c.Get(path)
			c.Expect(200, "main", words)
		}
		c.Post("/me/factors/passkey", url.Values{"name": {"máy"}, "old": {phrase}, "credential": {"{}"}, "ticket": {"1.2.3"}})
		c.Expect(422, "main", "")
		out := webtest.NewClient(t, w.h, "")
		out.Get("/login")
		if out.Doc().Find("form[action='/login/passkey']").Length() > 0 {
			t.Errorf("%s: a passkey is asked for", address)
		}
		out.Post("/login/passkey", url.Values{"credential": {"{}"}, "ticket": {"1.2.3"}})
		out.Expect(422, ".notice", "Loa không nhận được khoá truy cập")
	}
}

// TestWhoGuessedTooOftenIsToldWhatToDo: the page to log in anew says why she is there, and spare codes say that they are gone with their page.
func TestWhoGuessedTooOftenIsToldWhatToDo(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	w.withApp(c)
	c.Get("/me/factors")
	c.Submit("#spare", "old", phrase)
	c.Expect(200, "#codes", "Tải lại hay rời trang này")
	other := webtest.NewClient(t, w.h, "")
	w.types(other, "hoa", phrase)
	for range 5 {
		other.Post("/login/second", url.Values{"code": {"000000"}})
	}
	other.Expect(200, "form[action='/login']", "Đã sai nhiều lần")
	w.types(other, "hoa", phrase)
	w.now = w.now.Add(11 * time.Minute)
	other.Get("/login/second")
	other.Expect(200, "form[action='/login']", "phải đăng nhập lại từ đầu")
}
