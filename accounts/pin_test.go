package accounts_test

import (
	"fmt"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// TestAPINThatIsTriedFirstIsRefused: and not so many that nothing is left to choose from.
func TestAPINThatIsTriedFirstIsRefused(t *testing.T) {
	for _, weak := range []string{"123456", "654321", "111111", "000000", "012345", "890123", "135791", "121212", "123123", "112233", "123321", "147258",
		"130590", "010190", "900513", "051990", "199005", "456789"} {
		if err := accounts.CheckPIN(weak, ""); !fault.Is(err, "accounts.pin_weak") {
			t.Errorf("%s: %v", weak, err)
		}
	}
	for _, none := range []string{"", "12345", "1234567", "12345a", "१२३४५६", " 804627", "804627\n"} {
		if err := accounts.CheckPIN(none, ""); !fault.Is(err, "accounts.pin_form") {
			t.Errorf("%q: %v", none, err)
		}
	}
	if err := accounts.CheckPIN("804627", "0912804627"); !fault.Is(err, "accounts.pin_weak") {
		t.Errorf("part of her telephone number: %v", err)
	}
	good := 0
	for n := range 1_000_000 {
		if accounts.CheckPIN(fmt.Sprintf("%06d", n), "") == nil {
			good++
		}
	}
	if good < 880_000 {
		t.Errorf("%d PINs are left to choose from", good)
	}
}

func FuzzCheckPIN(f *testing.F) {
	f.Add("804627", "hoa.0912")
	f.Add("\xff\x00", "١٢٣")
	f.Fuzz(func(t *testing.T, pin, login string) {
		if accounts.CheckPIN(pin, login) == nil && len(pin) != 6 {
			t.Errorf("%q is taken for a PIN", pin)
		}
	})
}

// TestASessionWithAPINLocksAndLives longer than others.
func TestASessionWithAPINLocksAndLives(t *testing.T) {
	at := time.Date(2024, 5, 13, 1, 0, 0, 0, time.UTC)
	s := accounts.Session{PIN: true, Started: at, Seen: at}
	for _, c := range []struct {
		rest          time.Duration
		locked, alive bool
	}{{0, false, true}, {accounts.PINAsks - 1, false, true}, {accounts.PINAsks, true, true}, {accounts.SessionIdle, true, true},
		{accounts.PINIdle - 1, true, true}, {accounts.PINIdle, true, false}, {-24 * time.Hour, false, false}} {
		if now := at.Add(c.rest); s.Locked(now) != c.locked || s.Alive(now) != c.alive {
			t.Errorf("after %v: locked %v, alive %v", c.rest, s.Locked(now), s.Alive(now))
		}
	}
	if s.Shut = true; !s.Locked(at) {
		t.Error("shut and not locked")
	}
	if s.PIN = false; s.Locked(at.Add(accounts.PINAsks)) {
		t.Error("a session without a PIN is locked")
	}
}
