package door_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"loa/web/kit"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// serve lets browsers reach the world by a name.
func (w *world) serve() (at string, sent func() url.Values) {
	var last atomic.Pointer[[]byte]
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/passkey") && r.Method == http.MethodPost {
			if r.ParseForm() == nil { // the handler finds the form read
				b := []byte(r.PostForm.Encode())
				last.Store(&b)
			}
		}
		w.h.ServeHTTP(rw, r)
	}))
	w.t.Cleanup(server.Close)
	at = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	w.address = kit.Address{URL: at, Set: true}
	return at, func() url.Values {
		w.t.Helper()
		b := last.Load()
		if b == nil {
			w.t.Fatal("nothing was sent")
		}
		v, err := url.ParseQuery(string(*b))
		if err != nil {
			w.t.Fatal(err)
		}
		return v
	}
}

// TestAPasskeyOpensTheDoor: made in the browser, it logs in alone and as a second step; what it signed opens nothing twice, and
// nothing that was changed on the way.
func TestAPasskeyOpensTheDoor(t *testing.T) {
	w := newWorld(t)
	w.now = time.Now().UTC()
	at, sent := w.serve()
	w.join("hoa")
	secret := webtest.Session(t, w.store, w.person("hoa"), w.now)

	p := webtest.NewBrowser(t).Person()
	p.Passkeys(true)
	p.Cookie("s", secret, at)
	p.Open(at + "/me/factors")
	p.Fingers("/me/factors")
	p.Follow("#passkeys a")
	p.Fingers("/me/factors/passkey")
	p.Set("#f-name", "Điện thoại của Hoa")
	p.Type("#f-old", "không phải câu này")
	p.Click("main form button:not([type=button])")
	p.Wait("#e-old")
	p.Type("#f-old", phrase)
	p.Click("main form button:not([type=button])")
	p.Wait("#codes")
	p.Says("#passkeys", "Điện thoại của Hoa")
	p.Shot("factors", 360)
	p.Shot("factors", 1280)

	// Alone.
	p.Open(at + "/me")
	p.Follow("form[action='/logout'] button")
	p.Wait("form[action='/login/passkey']")
	p.Fingers("/login")
	p.Shot("login", 360)
	p.Shot("login", 1280)
	p.Follow("form[action='/login/passkey'] button")
	p.Open(at + "/me")
	p.Says("main", "mở bằng khoá truy cập")

	// Once: the same answer again, changed answers, somebody else's ticket, after a while.
	good := sent()
	again := func(how string, v url.Values) {
		t.Helper()
		c := webtest.NewClient(t, w.h, "")
		r := httptest.NewRequest(http.MethodPost, at+"/login/passkey", strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if rec := c.Do(r); rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", how, rec.Code)
		}
		w.isOut(c, how)
	}
	again("the same answer again", good)
	fresh := func() url.Values {
		r := httptest.NewRequest(http.MethodGet, at+"/login", nil)
		c := webtest.NewClient(t, w.h, "")
		c.Do(r)
		v := url.Values{"ticket": {c.Doc().Find("form[action='/login/passkey'] [name=ticket]").AttrOr("value", "")}, "credential": {good.Get("credential")}}
		return v
	}
	again("an answer to another ticket", fresh())
	for name, tamper := range map[string]func(v url.Values, said map[string]any){
		"no answer":     func(v url.Values, _ map[string]any) { v.Set("credential", "") },
		"a made up one": func(v url.Values, _ map[string]any) { v.Set("ticket", "9999999999.x.AAAA") },
		"another person's": func(_ url.Values, said map[string]any) {
			said["response"].(map[string]any)["userHandle"] = base64.RawURLEncoding.EncodeToString([]byte("server"))
		},
	} {
		v := fresh()
		var said map[string]any
		if err := json.Unmarshal([]byte(v.Get("credential")), &said); err != nil {
			t.Fatal(err)
		}
		tamper(v, said)
		if v.Get("credential") != "" {
			b, err := json.Marshal(said)
			if err != nil {
				t.Fatal(err)
			}
			v.Set("credential", string(b))
		}
		again(name, v)
	}

	// As the second step, after the passphrase.
	p.Open(at + "/me")
	p.Follow("form[action='/logout'] button")
	p.Type("#f-login", "hoa")
	p.Type("#f-passphrase", phrase)
	p.Click("form[action='/login'] button:not([type=button])")
	p.Wait("form[action='/login/second'][data-passkey]")
	p.Fingers("/login/second")
	p.Shot("second", 360)
	p.Shot("second", 1280)
	p.Follow("form[data-passkey] button")
	p.Open(at + "/me")
	p.Says("main", "mở bằng mật khẩu và khoá truy cập")
}

// TestAFingerThatIsNotHers opens nothing and says what to do.
func TestAFingerThatIsNotHers(t *testing.T) {
	w := newWorld(t)
	w.now = time.Now().UTC()
	at, _ := w.serve()
	w.join("hoa")
	p := webtest.NewBrowser(t).Person()
	p.Passkeys(false)
	p.Open(at + "/login")
	p.Click("form[action='/login/passkey'] button")
	p.Until("the page says that the device did not confirm", `document.querySelector("[data-said]").textContent.includes("chưa xác nhận")`)
}

// FuzzPasskey: whatever a browser says for an answer is refused in words.
func FuzzPasskey(f *testing.F) {
	for _, s := range []string{"", "{}", `{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":"AA"}}`,
		`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"o2NmbXRkbm9uZQ"}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		w := newWorld(t)
		w.address = kit.Address{URL: "http://localhost", Set: true}
		r := httptest.NewRequest(http.MethodGet, "http://localhost/login", nil)
		c := webtest.NewClient(t, w.h, "")
		c.Do(r)
		v := url.Values{"ticket": {c.Doc().Find("form[action='/login/passkey'] [name=ticket]").AttrOr("value", "")}, "credential": {said}}
		r = httptest.NewRequest(http.MethodPost, "http://localhost/login/passkey", strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if rec := c.Do(r); rec.Code != http.StatusUnprocessableEntity && rec.Code != http.StatusTooManyRequests {
			t.Fatalf("%d: %.300s", rec.Code, rec.Body)
		}
	})
}
