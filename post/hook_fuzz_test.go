package post

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"loa/message"
)

// hidden is what no kept address holds.
func hidden(r rune) bool { return r <= ' ' || r > '~' }

// Whatever a receiver answers, what is kept of it is short and harms no page, and no
// pause is negative. What is typed as an address adds nothing to a header.
func FuzzWhatComesFromOutside(f *testing.F) {
	f.Add(429, "7200", "slow down\r\n", "lan@xa.vn", "127.0.0.1:80")
	f.Add(302, "Wed, 21 Oct 2026 07:28:00 GMT", "\x1b[31m\u202e", "Lan <lan@xa.vn>", "[64:ff9b::7f00:1]:80")
	f.Add(200, "-1", strings.Repeat("đ", 400), "a@b\r\nBcc: c@d.vn", "8.8.8.8:443")
	f.Fuzz(func(t *testing.T, status int, pause, said, typed, address string) {
		now := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
		a := answered(&http.Response{StatusCode: status, Header: http.Header{"Retry-After": {pause}, "Location": {said}}}, said, now)
		d := message.Delivery{State: message.Waiting, Next: now}.After(message.Attempt{At: now, Answer: a.Answer, Code: a.Code, Says: a.Says, After: a.After})
		kept := d.Last().Says
		if utf8.RuneCountInString(kept) > message.SaysMost+1 || !utf8.ValidString(kept) || strings.ContainsFunc(kept, unicode.IsControl) {
			t.Errorf("kept %q", kept)
		}
		if d.Next.Before(now) || d.Next.After(now.Add(25*time.Hour)) {
			t.Errorf("next %v", d.Next)
		}
		if got, err := message.CheckAddress(typed); err == nil && (got != typed || strings.ContainsFunc(got, hidden)) {
			t.Errorf("%q is kept as %q", typed, got)
		}
		if err := outside(address); err == nil && (strings.HasPrefix(address, "127.") || strings.HasPrefix(address, "10.")) {
			t.Errorf("%s is outside", address)
		}
	})
}
