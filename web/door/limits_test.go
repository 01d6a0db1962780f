package door_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"loa/web/kit"
	"loa/web/webtest"
)

// from is a browser at an address that keeps its cookies; without a log-in it
// looks at the form.
func (w *world) from(address string) func(login, phrase string) int {
	cookies := map[string]string{}
	return func(login, phrase string) int {
		w.t.Helper()
		r := httptest.NewRequest("POST", "/login", strings.NewReader(url.Values{"login": {login}, "passphrase": {phrase}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if login == "" {
			r = httptest.NewRequest("GET", "/login", nil)
		}
		r.RemoteAddr = address
		for name, value := range cookies {
			r.Header.Add("Cookie", name+"="+value)
		}
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, r)
		for _, c := range rec.Result().Cookies() {
			if c.Name == "device" {
				cookies[c.Name] = c.Value
			}
		}
		return rec.Code
	}
}

// TestAStrangerKeepsNobodyOut tries a wrong passphrase every ten seconds, and
// then as fast as it goes, from one address and from very many: the owner comes
// in from elsewhere, and where she has been before even from the same address.
func TestAStrangerKeepsNobodyOut(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	const office = "203.0.113.7:1000"
	known := w.from(office)
	if code := known("hoa", phrase); code != 303 {
		t.Fatalf("her own log-in is answered %d", code)
	}
	stranger := w.from(office)
	for i := range 17 {
		for range 6 {
			stranger("hoa", "đoán mò đoán mò")
			w.now = w.now.Add(10 * time.Second)
		}
		if code := known("hoa", phrase); code != 303 {
			t.Errorf("minute %d: a device she knows is answered %d", i, code)
		}
		if code := w.from("198.51.100.9:1000")("hoa", phrase); code != 303 {
			t.Errorf("minute %d: a new device elsewhere is answered %d", i, code)
		}
		w.now = w.now.Add(30 * time.Second)
	}
	for range 60 {
		stranger("hoa", "đoán mò đoán mò")
	}
	if code := stranger("hoa", "đoán mò đoán mò"); code != 429 {
		t.Errorf("a stranger who does not stop is answered %d", code)
	}
	if code := known("hoa", phrase); code != 303 {
		t.Errorf("beside a stranger who does not stop she is answered %d", code)
	}
	for i := range 30 { // a known device guesses no faster for being known
		if code := known("hoa", "đoán mò đoán mò"); i >= 10 && code != 429 {
			t.Errorf("guess %d of a known device is answered %d", i, code)
			break
		}
	}
	if code := known("lan", "đoán mò đoán mò"); code == 303 {
		t.Error("a device known to one opens for another")
	}
}

// TestANewDeviceBesideAStrangerGetsIn: a phone she has never logged in with, behind
// the address from which somebody tries her name, or everybody's, without end.
func TestANewDeviceBesideAStrangerGetsIn(t *testing.T) {
	const office = "203.0.113.7:1000"
	for name, tries := range map[string]struct {
		every  time.Duration
		logins []string
		look   bool // at the form, before each try, with a browser that keeps no cookie
	}{
		"every ten seconds":          {10 * time.Second, []string{"hoa"}, false},
		"ten a second":               {100 * time.Millisecond, []string{"hoa"}, false},
		"every name, ten a second":   {100 * time.Millisecond, []string{"hoa", "lan", "mai", "cúc", "đào", "sen", "huệ"}, false},
		"by the form, every fifteen": {15 * time.Second, []string{"hoa"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.join("hoa")
			stranger := w.from(office)
			guess := func(times int) (wrong int) {
				for i := range times {
					if tries.look {
						stranger = w.from(office)
						stranger("", "")
					}
					if code := stranger(tries.logins[i%len(tries.logins)], "đoán mò đoán mò"); code == 422 {
						wrong++
					}
					w.now = w.now.Add(tries.every)
				}
				return wrong
			}
			guess(100)
			for range 3 {
				phone := w.from(office)
				phone("", "")
				guess(3)
				if code := phone("hoa", phrase); code != 303 {
					t.Errorf("her new phone is answered %d", code)
				}
			}
			if tries.every < time.Second {
				if wrong := guess(300); wrong > 20 { // half a minute of ten a second
					t.Errorf("the stranger guesses %d times in half a minute", wrong)
				}
			}
		})
	}
}

// TestOneNetworkOfIPv6IsOneStranger: who has a /64 has 2^64 addresses.
func TestOneNetworkOfIPv6IsOneStranger(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	limited := false
	for i := range 60 {
		address := "[2001:db8:0:1::" + string("123456789abcdef"[i%15]) + string("123456789abcdef"[i/15]) + "]:1000"
		limited = limited || w.from(address)("hoa", "đoán mò đoán mò") == 429
	}
	if !limited {
		t.Error("sixty addresses of one /64 may all try")
	}
	if code := w.from("[2001:db8:0:2::1]:1000")("hoa", phrase); code != 303 {
		t.Errorf("the network beside it is answered %d", code)
	}
}

// TestWrongLogInsAreCounted: whoever watches the daemon sees somebody guess.
func TestWrongLogInsAreCounted(t *testing.T) {
	w := newWorld(t)
	c := w.join("hoa")
	for range 12 {
		w.from("203.0.113.7:1000")("hoa", "đoán mò đoán mò")
	}
	w.from("198.51.100.9:1000")("hoa", phrase)
	c.Get("/metrics")
	for _, line := range []string{`loa_logins_total{result="wrong"} 8`, `loa_logins_total{result="limited"} 4`, `loa_logins_total{result="ok"} 1`} {
		if !strings.Contains(c.Last.Body.String(), line) {
			t.Errorf("no %s in %s", line, c.Last.Body)
		}
	}
}

// TestLinksCarryTheAddressOfTheSettings, never what the browser calls the server.
func TestLinksCarryTheAddressOfTheSettings(t *testing.T) {
	w := newWorld(t)
	w.join("hoa")
	c := webtest.NewClient(t, w.h, "")
	c.Post("/login", url.Values{"login": {"hoa"}, "passphrase": {phrase}})
	for _, a := range []kit.Address{{URL: "https://loa.example.vn", Set: true}, {URL: "http://127.0.0.1:8080"}, {URL: "http://localhost", Set: true}} {
		w.address = a
		c.Get("/people/invite?role=editor")
		c.Submit("main form", "note", "for "+a.URL)
		c.Expect(200, "svg.qr", a.URL+"/join/")
		c.Refuse("example.com")
		if warned := strings.Contains(c.Last.Body.String(), kit.AddressPath); warned != a.Local() {
			t.Errorf("%s: warned %v", a.URL, warned)
		}
		c.Get("/people/sheet")
		c.Submit("main form", "district", "080", "waiting", "withdraw")
		if a.Set {
			c.Expect(200, "svg.qr", a.URL+"/join/")
		} else {
			c.Expect(200, ".notice.bad", "chưa có địa chỉ công khai")
			c.Refuse("/join/")
		}
	}
}
