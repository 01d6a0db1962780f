package door_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/accounts"
	"loa/web/webtest"
)

const pin = "804627"

// withPIN lets somebody in by a code, in this browser, with a PIN and no passphrase.
func (w *world) withPIN(c *webtest.Client, name, number string) {
	w.t.Helper()
	c.Get("/join/" + w.code(accounts.Invite{Grants: operator()}))
	c.Get(c.Path + "?way=pin")
	c.Submit("main form", "name", name, "pin", number, "pin_again", number)
	c.Expect(200, ".flash", "Chào mừng "+name)
}

func (w *world) isIn(c *webtest.Client, name string) {
	w.t.Helper()
	c.Get("/me")
	c.Expect(200, "form[action='/logout']", name)
}

func (w *world) isLocked(c *webtest.Client) {
	w.t.Helper()
	c.Get("/me")
	c.Expect(200, "form[action='/unlock']", "Mã PIN 6 số")
	c.Refuse("/logout")
}

// TestWhoHasAPINTypesNothingElse: she joins with her name and six digits, is asked for the PIN after a
// while without use, and a month later still.
func TestWhoHasAPINTypesNothingElse(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	c := webtest.NewClient(t, w.h, "")
	link := "/join/" + w.code(accounts.Invite{Grants: operator()})
	c.Get(link)
	c.Get(c.Doc().Find("a[href$='?way=pin']").AttrOr("href", "no link"))
	for _, weak := range []string{"123456", "111111", "130590", "121212", "000001", "199019", "201234", "771987", "12345", "abcdef"} {
		c.Submit("main form", "name", "Giàng Thị Mỷ", "pin", weak, "pin_again", weak)
		c.Expect(422, "#e-pin", "ã PIN")
	}
	c.Submit("main form", "pin", pin, "pin_again", "804672")
	c.Expect(422, "#e-pin_again", "không giống nhau")
	c.Submit("main form", "pin", pin, "pin_again", pin)
	c.Expect(200, ".flash", "Chào mừng Giàng Thị Mỷ")
	if login := w.person("giang.thi.my").Login; login == "" {
		t.Error("she has no login")
	}
	w.isIn(c, "mở bằng mã 8 ký tự · có mã PIN")
	c.Expect(200, "#log-out", "xin người quản lý một mã mới")
	for _, rest := range []time.Duration{accounts.PINAsks, 12 * time.Hour, 30 * 24 * time.Hour, accounts.PINIdle - time.Hour} {
		w.now = w.now.Add(rest)
		w.isLocked(c)
		w.isLocked(c) // looking at the form is no use
		c.Submit("form[action='/unlock']", "pin", pin)
		w.isIn(c, "Giàng Thị Mỷ")
		if c.Path != "/me" {
			t.Errorf("she goes on to %s", c.Path)
		}
	}
	w.now = w.now.Add(accounts.PINIdle)
	c.Get("/me")
	c.Expect(200, "form[action='/login']")
}

// TestFiveWrongPINsEndOneDevice, also pressed all at once, and nothing else of hers.
func TestFiveWrongPINsEndOneDevice(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	computer, phone := webtest.NewClient(t, w.h, ""), webtest.NewClient(t, w.h, "")
	computer.Get("/join/" + w.code(accounts.Invite{Grants: operator()}))
	computer.Submit("main form", "name", "Giàng Thị Mỷ", "login", "my.giang", "passphrase", phrase)
	phone.Post("/login", url.Values{"login": {"my.giang"}, "passphrase": {phrase}})
	phone.Get("/me")
	phone.Expect(200, "main .actions a[href='/me/pin']", "Dùng chung máy")
	phone.Get("/me/pin")
	phone.Submit("form[action='/me/pin']", "old", "không phải câu này", "pin", pin, "pin_again", pin)
	phone.Expect(422, "#e-old")
	phone.Expect(422, ".notice.bad", "mã PIN phải gõ lại")
	phone.Submit("form[action='/me/pin']", "old", phrase, "pin", pin)
	phone.Expect(422, "#e-pin_again", "không giống nhau")
	phone.Submit("form[action='/me/pin']", "old", phrase, "pin", pin, "pin_again", pin)
	phone.Expect(200, ".flash", "Đã lưu mã PIN")
	phone.Submit("form[action='/switch']")
	w.isLocked(phone)
	for left := 4; left > 0; left-- {
		phone.Submit("form[action='/unlock']", "pin", "000001")
		phone.Expect(422, "#e-pin", "Còn "+string(rune('0'+left))+" lần thử")
	}
	phone.Submit("form[action='/unlock']", "pin", pin) // the fifth is right, and the count begins anew
	w.isIn(phone, "Giàng Thị Mỷ")
	phone.Submit("form[action='/switch']")
	held := phone.Cookies()
	var all sync.WaitGroup
	codes := make([]string, 20)
	who := phone.Doc().Find("input[name=who]").AttrOr("value", "")
	for i := range codes {
		all.Go(func() {
			r := httptest.NewRequest("POST", "/unlock", strings.NewReader(url.Values{"who": {who}, "pin": {"000001"}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for _, c := range held {
				r.AddCookie(c)
			}
			rec := httptest.NewRecorder()
			w.h.ServeHTTP(rec, r)
			if rec.Code == http.StatusUnprocessableEntity {
				codes[i] = "told"
			}
		})
	}
	all.Wait()
	if told := strings.Count(strings.Join(codes, ","), "told"); told > accounts.PINLeft-1 {
		t.Errorf("twenty tries at once were told %d times that they are wrong", told)
	}
	phone.Post("/unlock", url.Values{"who": {who}, "pin": {pin}})
	phone.Get("/me")
	phone.Expect(200, "form[action='/login']") // the right PIN opens nothing any more
	w.isIn(computer, "Giàng Thị Mỷ")
	phone.Post("/login", url.Values{"login": {"my.giang"}, "passphrase": {phrase}})
	w.isIn(phone, "Giàng Thị Mỷ")
}

// TestSeveralPeopleUseOnePhone, each with her own PIN and name; nobody's PIN opens another's session.
func TestSeveralPeopleUseOnePhone(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	phone := webtest.NewClient(t, w.h, "")
	w.withPIN(phone, "Giàng Thị Mỷ", pin)
	phone.Get("/me")
	phone.Submit("form[action='/switch']")
	w.isLocked(phone)
	phone.Get("/login?other=1")
	phone.Expect(200, "form[action='/login/code']")
	w.withPIN(phone, "Vàng A Páo", "295038")
	w.isIn(phone, "Vàng A Páo")
	phone.Submit("form[action='/switch']")
	phone.Expect(200, "input[name=who]", "Giàng Thị Mỷ", "Vàng A Páo")
	id := func(name string) (id string) {
		for _, label := range phone.Doc().Find("label").EachIter() {
			if strings.Contains(label.Text(), name) {
				id = label.Find("input").AttrOr("value", "")
			}
		}
		return id
	}
	my := id("Mỷ")
	if n := phone.Doc().Find("input[name=who][checked]").Length(); n != 0 {
		t.Errorf("%d are chosen before anybody said who she is", n)
	}
	phone.Submit("form[action='/unlock']", "pin", "295038")
	phone.Expect(422, "#e-who", "chọn tên bạn")
	phone.Submit("form[action='/unlock']", "who", my, "pin", "295038")
	phone.Expect(422, "#e-pin")
	phone.Submit("form[action='/unlock']", "who", my, "pin", pin)
	w.isIn(phone, "Giàng Thị Mỷ")
	phone.Submit("form[action='/switch']")
	phone.Submit("form[action='/unlock']", "who", id("Páo"), "pin", "295038")
	w.isIn(phone, "Vàng A Páo")

	for login, refused := range map[string]bool{"giang.thi.my": true, "vang.a.pao": false} { // what her page sends while he uses the phone waits for her
		r := httptest.NewRequest("POST", "/me/sessions/end", strings.NewReader("session=none"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Loa-Person", w.person(login).ID)
		if code := phone.Do(r).Code; (code == http.StatusUnauthorized) != refused {
			t.Errorf("sent for %s: %d", login, code)
		}
	}

	stranger := webtest.NewClient(t, w.h, "")
	stranger.Post("/unlock", url.Values{"who": {my}, "pin": {pin}})
	stranger.Get("/me")
	stranger.Expect(200, "form[action='/login']") // the PIN alone opens nothing elsewhere
}

// TestALostPhoneIsCutOff: the monitor ends it, locked or not, and what it asks for next is refused; the
// other phone of the station goes on.
func TestALostPhoneIsCutOff(t *testing.T) {
	for name, locked := range map[string]bool{"in use": false, "locked": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			chief := w.join("hoa")
			lost, other := webtest.NewClient(t, w.h, ""), webtest.NewClient(t, w.h, "")
			w.withPIN(lost, "Giàng Thị Mỷ", pin)
			w.withPIN(other, "Vàng A Páo", "295038")
			if locked {
				lost.Get("/me")
				lost.Submit("form[action='/switch']")
			}
			my := w.person("giang.thi.my")
			token := accounts.NewSecret()
			if _, err := w.store.AddToken(t.Context(), accounts.Meta{ID: name, By: my.Actor("session"), At: w.now},
				accounts.AddToken{Hash: accounts.HashOf(token),
					Person: my.ID, Name: "máy lạ", Expires: w.now.AddDate(0, 3, 0)}); err != nil {
				t.Fatal(err)
			}
			chief.Get("/people/" + my.ID)
			chief.Expect(200, "form[action$='/sessions/end']", "có mã PIN")
			chief.Submit("form[action$='/sessions/end']")
			w.now = w.now.Add(time.Minute)
			lost.Get("/me")
			lost.Expect(200, "form[action='/login']")
			lost.Refuse("Giàng Thị Mỷ")
			if p, err := w.store.ByToken(t.Context(), accounts.HashOf(token), w.now); err != nil || p.ID != "" {
				t.Errorf("what the lost phone made for a program opens still: %+v, %v", p, err)
			}
			w.isIn(other, "Vàng A Páo")
		})
	}
}

// TestAnAnswerLostOnTheWayLocksNobodyOut: a code opens once, and who used it sends the same form again.
func TestAnAnswerLostOnTheWayLocksNobodyOut(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	c := webtest.NewClient(t, w.h, "")
	link := "/join/" + w.code(accounts.Invite{Grants: operator()})
	c.Get(link + "?way=pin")
	secret := c.Doc().Find("input[name=secret]").AttrOr("value", "")
	form := url.Values{"name": {"Giàng Thị Mỷ"}, "way": {"pin"}, "pin": {pin}, "pin_again": {pin}, "secret": {secret}}
	for i := range 2 {
		if code, in := w.knock(link, form); code != http.StatusSeeOther || !in {
			t.Fatalf("time %d: %d %v", i, code, in)
		}
	}
	if list, err := w.store.Sessions(t.Context(), w.person("giang.thi.my").ID, w.now); err != nil || len(list) != 1 || !list[0].PIN {
		t.Errorf("sessions %+v %v", list, err)
	}
	other := url.Values{"name": form["name"], "way": form["way"], "pin": form["pin"], "pin_again": form["pin"], "secret": {accounts.NewSecret()}}
	if code, in := w.knock(link, other); code != 422 || in {
		t.Errorf("another browser with the used code: %d %v", code, in)
	}
	w.now = w.now.Add(2 * time.Hour)
	if code, in := w.knock(link, form); code != 422 || in {
		t.Errorf("two hours later: %d %v", code, in)
	}
}

// TestAPINIsForWhoRunsStations alone: others are offered none, and who gets another role needs a passphrase.
func TestAPINIsForWhoRunsStations(t *testing.T) {
	w := newWorld(t)
	chief := w.join("hoa")
	chief.Get("/me")
	chief.Refuse("/me/pin")
	chief.Get("/me/pin")
	chief.Expect(403, "", "Mã PIN chỉ dành cho")
	editor := w.code(accounts.Invite{Grants: []accounts.Grant{{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}}})
	if code, in := w.knock("/join/"+editor, url.Values{"name": {"Mai"}, "way": {"pin"}, "pin": {pin}}); code != 403 || in {
		t.Errorf("an editor with a PIN: %d %v", code, in)
	}
	phone := webtest.NewClient(t, w.h, "")
	w.withPIN(phone, "Giàng Thị Mỷ", pin)
	chief.Get("/people/" + w.person("giang.thi.my").ID)
	chief.Submit("form:has(select[name=role])", "role", "editor")
	phone.Get("/me")
	phone.Expect(200, "form[action='/login']")
}

// TestAMakerDoesNotBecomeHerUser: a code for somebody who has a PIN ends what she has, so that she notices.
func TestAMakerDoesNotBecomeHerUser(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	phone, maker := webtest.NewClient(t, w.h, ""), webtest.NewClient(t, w.h, "")
	phone.Get("/join/" + w.code(accounts.Invite{Grants: operator()}))
	phone.Submit("main form", "name", "Giàng Thị Mỷ", "login", "my.giang", "passphrase", phrase)
	maker.Get("/join/" + w.code(accounts.Invite{Person: w.person("my.giang").ID}) + "?way=pin")
	maker.Submit("main form", "pin", pin, "pin_again", pin)
	w.isIn(maker, "Giàng Thị Mỷ")
	phone.Get("/me")
	phone.Expect(200, "form[action='/login']")
	phone.Submit("form[action='/login']", "login", "my.giang", "passphrase", phrase)
	phone.Expect(422, ".notice.bad")
}

// TestALinkIsForWhoHoldsThePhone: a link opened where a colleague is in adds to her account, or lets its reader in under his own
// name, and she comes back with her PIN.
func TestALinkIsForWhoHoldsThePhone(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	phone := webtest.NewClient(t, w.h, "")
	w.withPIN(phone, "Giàng Thị Mỷ", pin)
	link := "/join/" + w.code(accounts.Invite{Grants: operator()})
	phone.Get(link)
	phone.Expect(200, "button[value=add]", "Thêm vào tài khoản của tôi")
	phone.Expect(200, "button[value=other]", "Đổi người: dùng liên kết này cho tôi")
	phone.Post(link, url.Values{"do": {"other"}})
	phone.Get(link + "?way=pin")
	phone.Submit("main form", "name", "Vàng A Páo", "pin", "295038", "pin_again", "295038")
	phone.Expect(200, ".flash", "Chào mừng Vàng A Páo")
	w.isIn(phone, "Vàng A Páo")
	phone.Submit("form[action='/switch']")
	phone.Get("/unlock")
	phone.Expect(200, "form[action='/unlock']", "Giàng Thị Mỷ")
	phone.Submit("form[action='/unlock']", "who", phone.Doc().Find("label:contains('Giàng Thị Mỷ') input").AttrOr("value", "nobody"), "pin", pin)
	w.isIn(phone, "Giàng Thị Mỷ")
}
