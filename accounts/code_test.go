package accounts_test

import (
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// TestACodeIsReadAsItIsHeard in whatever way it is typed, and has nothing that is mistaken.
func TestACodeIsReadAsItIsHeard(t *testing.T) {
	for typed, want := range map[string]string{
		"KT4M-7XPH": "KT4M-7XPH", "kt4m7xph": "KT4M-7XPH", " kt4m 7xph ": "KT4M-7XPH", "k t 4 m . 7 x p h": "KT4M-7XPH", "KT4M–7XPH": "KT4M-7XPH",
		"BGSUZ-FHK": "865V-2FHK", // what looks like it
		"KT4M-7XP":  "", "KT4M-7XPHK": "", "KT4M-7XPA": "", "KT0M-7XPH": "", "": "", strings.Repeat(" ", 101) + "KT4M7XPH": "",
	} {
		if got := accounts.FoldCode(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	seen := map[string]bool{}
	for range 2000 {
		code := accounts.CodeOf(accounts.NewSecret())
		if accounts.FoldCode(code) != code || strings.ContainsAny(code, "AEIOUY01BGSZ") {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
	}
	if len(seen) != 2000 {
		t.Errorf("%d codes of 2000 secrets", len(seen))
	}
}

func FuzzFoldCode(f *testing.F) {
	f.Add("kt4m-7xph")
	f.Add("\xff–ß\u00a0")
	f.Fuzz(func(t *testing.T, typed string) {
		if code := accounts.FoldCode(typed); code != "" && accounts.FoldCode(code) != code {
			t.Errorf("%q is %q, which is none", typed, code)
		}
	})
}

// TestACodeEndsBeforeItsLink: after a day at most, and with the link.
func TestACodeEndsBeforeItsLink(t *testing.T) {
	made := time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC)
	f := accounts.Facts{Directory: accounts.NewDirectory(nil)}
	long := accounts.Invitation{Code: "h", Created: made, Expires: made.Add(accounts.InvitationLife)}
	short := accounts.Invitation{Code: "h", Created: made, Expires: made.Add(time.Hour)}
	used, none := long, long
	used.Used, none.Code = made, ""
	for name, c := range map[string]struct {
		inv  accounts.Invitation
		at   time.Duration
		good bool
	}{
		"fresh": {long, 0, true}, "a day later": {long, accounts.CodeLife, false}, "just before": {long, accounts.CodeLife - 1, true},
		"with its link": {short, time.Hour, false}, "used": {used, 1, false}, "of a link without": {none, 0, false},
	} {
		if err := f.CheckCode(c.inv, made.Add(c.at)); (err == nil) != c.good || err != nil && !fault.Is(err, "accounts.code_wrong") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
