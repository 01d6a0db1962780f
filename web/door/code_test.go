package door_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/web/webtest"
)

// code makes an invitation and returns its code.
func (w *world) code(c accounts.Invite) string {
	w.t.Helper()
	secret := accounts.NewSecret()
	c, err := c.With(w.t.Context(), secret)
	if err == nil {
		_, err = w.store.Invite(w.t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: w.now}, c)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return accounts.CodeOf(secret)
}

// typed types a code at an address, with the cookies of a phone, and returns the status and the answer.
func (w *world) typed(address, code string, phone ...*http.Cookie) (int, string) {
	r := httptest.NewRequest("POST", "/login/code", strings.NewReader(url.Values{"code": {code}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = address
	for _, c := range phone {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

func operator() []accounts.Grant {
	return []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}}
}

var shortForm = regexp.MustCompile(`>([2-9A-Z]{4}-[2-9A-Z]{4})<`)

// TestACodeReadAloudLetsIn: whoever makes an invitation reads the code out, who hears it types it
// and has an account; the card beside the QR code has one too.
func TestACodeReadAloudLetsIn(t *testing.T) {
	w := newWorld(t)
	w.address.URL, w.address.Set = "https://loa.example.vn", true
	chief := w.join("hoa")
	chief.Get("/people/invite")
	chief.Submit("main form", "station", "S00001", "note", "Chị Mỷ")
	chief.Expect(200, "#short", "https://loa.example.vn/login")
	code := chief.Doc().Find("#short").Text()
	my := webtest.NewClient(t, w.h, "")
	my.Get("/login")
	my.Submit("form[action='/login/code']", "code", "abc")
	my.Expect(422, "#e-code", "Mã gồm 8 chữ và số")
	my.Submit("form[action='/login/code']", "code", strings.ToLower(strings.Replace(code, "-", " ", 1)))
	my.Expect(200, "input[name=login]", "Phụ trách đài")
	my.Submit("main form", "name", "Giàng Thị Mỷ", "login", "my.giang", "passphrase", phrase)
	my.Expect(200, ".flash", "Chào mừng Giàng Thị Mỷ")
	chief.Get("/people/sheet")
	chief.Submit("main form", "district", "080")
	chief.Expect(200, ".invite .short")
	if card := shortForm.FindStringSubmatch(chief.Last.Body.String()); card == nil {
		t.Error("no code on the card")
	} else if code, _ := w.typed("198.51.100.1:1000", card[1]); code != http.StatusSeeOther {
		t.Errorf("the card's code is answered %d", code)
	}
	chief.Get("/people/" + w.person("my.giang").ID)
	chief.Submit("form[action$='/renew']")
	chief.Expect(200, "#short")
}

var formID = regexp.MustCompile(`value="([0-9a-f-]{36}|[2-9A-Z-]{8,9})"`)

// TestWrongUsedAndEndedCodesAnswerAlike, to the letter.
func TestWrongUsedAndEndedCodesAnswerAlike(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	used, old := w.code(accounts.Invite{Grants: operator()}), w.code(accounts.Invite{Grants: operator()})
	ended := w.code(accounts.Invite{Person: w.person("hoa").ID})
	c := webtest.NewClient(t, w.h, "")
	c.Get("/join/" + used)
	c.Submit("main form", "name", "Giàng Thị Mỷ", "login", "my.giang", "passphrase", phrase)
	c.Expect(200, ".flash")
	w.code(accounts.Invite{Person: w.person("hoa").ID}) // takes the place of the one before
	w.now = w.now.Add(accounts.CodeLife)
	said := ""
	for i, code := range []string{"KT4M-7XPH", used, ended, old} {
		status, body := w.typed("203.0.113.7:1000", code)
		body = formID.ReplaceAllString(body, "")
		if i == 0 {
			said = body
		}
		if status != 422 || !strings.Contains(body, "Mã này không dùng được") || body != said {
			t.Errorf("code %d is answered %d and otherwise than the first", i, status)
		}
		stranger := webtest.NewClient(t, w.h, "")
		if stranger.Get("/join/" + code); stranger.Last.Code != 422 {
			t.Errorf("the address of code %d is answered %d", i, stranger.Last.Code)
		}
		w.now = w.now.Add(time.Hour)
	}
}

// TestOneOfTwoUsesACode, pressed in the same moment.
func TestOneOfTwoUsesACode(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	path := "/join/" + w.code(accounts.Invite{Grants: operator()})
	codes := make([]int, 4)
	var all sync.WaitGroup
	for i := range codes {
		all.Go(func() {
			form := url.Values{"name": {"Mỷ"}, "login": {"my.giang" + string(rune('0'+i))}, "passphrase": {phrase}}
			codes[i], _ = w.knock(path, form)
		})
	}
	all.Wait()
	in := 0
	for _, code := range codes {
		if code == http.StatusSeeOther {
			in++
		} else if code != http.StatusUnprocessableEntity {
			t.Errorf("who comes second is answered %d", code)
		}
	}
	if in != 1 {
		t.Errorf("one code let %d in: %v", in, codes)
	}
}

// TestGuessingCodesKeepsNobodyOut: a stranger who does not stop is slowed down, in one network and in very many, and who has a code comes
// in from elsewhere, and beside him with a phone that has seen the form.
func TestGuessingCodesKeepsNobodyOut(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	const office = "203.0.113.7:1000"
	heard := 0
	for range 600 {
		if code, _ := w.typed(office, "KT4M-7XPH"); code == 422 {
			heard++
		}
		w.now = w.now.Add(100 * time.Millisecond)
	}
	if heard > 80 { // of one minute
		t.Errorf("one network tries %d codes a minute", heard)
	}
	form := httptest.NewRecorder()
	w.h.ServeHTTP(form, httptest.NewRequest("GET", "/login", nil))
	if code, _ := w.typed(office, w.code(accounts.Invite{Grants: operator()}), form.Result().Cookies()...); code != http.StatusSeeOther {
		t.Errorf("beside a stranger a phone that has seen the form is answered %d", code)
	}
	all := 0
	for i := range 90 {
		for range 10 {
			if code, _ := w.typed("198.51.100."+string("0123456789"[i/10])+string("0123456789"[i%10])+":1000", "KT4M-7XPH"); code == 422 {
				all++
			}
		}
	}
	if most := 90*6 + 300 + 10; all > most {
		t.Errorf("ninety networks try %d codes at once", all)
	}
	if code, _ := w.typed("192.0.2.77:1000", w.code(accounts.Invite{Grants: operator()})); code != http.StatusSeeOther {
		t.Errorf("who never tried is answered %d", code)
	}
}
