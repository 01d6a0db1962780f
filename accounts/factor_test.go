package accounts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"loa/internal/fault"
)

// rfcSecret is that of RFC 6238, appendix B: the digits 1 to 0 twice.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

// TestCodesOfTheRFC: the last six digits of what RFC 6238 lists for SHA-1.
func TestCodesOfTheRFC(t *testing.T) {
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924",
		2000000000: "279037", 20000000000: "353130"} {
		app := App{Secret: rfcSecret}
		if step, err := app.step(code[:3]+" "+code[3:], time.Unix(at, 0)); err != nil || step != at/30 {
			t.Errorf("%s at %d: step %d, %v", code, at, step, err)
		}
		for _, off := range []int64{-90, 90} {
			if _, err := app.step(code, time.Unix(at+off, 0)); !fault.Is(err, "accounts.second_wrong") && at+off >= 0 {
				t.Errorf("%s counts %d s off: %v", code, off, err)
			}
		}
	}
}

func codeAt(t *testing.T, at time.Time) string {
	t.Helper()
	code, err := hotp.GenerateCodeCustom(rfcSecret, uint64(at.Unix()/30), hotp.ValidateOpts{Digits: otp.DigitsSix})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// TestACodeCountsOnce, also for a clock that is half a minute off, and none before it counts after it.
func TestACodeCountsOnce(t *testing.T) {
	at := time.Date(2026, 11, 29, 10, 0, 10, 0, time.UTC)
	f := Factors{App: &App{Secret: rfcSecret}}
	for _, off := range []time.Duration{-30 * time.Second, 30 * time.Second} { // the phone's clock
		if _, by, err := f.prove(Proof{Code: codeAt(t, at.Add(off))}, at); err != nil || by != ByApp {
			t.Errorf("a phone %v off: %v", off, err)
		}
	}
	now, _, err := f.prove(Proof{Code: codeAt(t, at)}, at)
	if err != nil {
		t.Fatal(err)
	}
	if f.App.Step != 0 {
		t.Error("what was is changed")
	}
	if _, _, err := now.prove(Proof{Code: codeAt(t, at)}, at); !fault.Is(err, "accounts.second_used") {
		t.Errorf("the same code again: %v", err)
	}
	if _, _, err := now.prove(Proof{Code: codeAt(t, at.Add(-30*time.Second))}, at); !fault.Is(err, "accounts.second_used") {
		t.Errorf("an older code after it: %v", err)
	}
	for _, wrong := range []string{"000000", "12345", "1234567", "abcdef", "１２３４５６", strings.Repeat("1", 500)} {
		if _, _, err := f.prove(Proof{Code: wrong}, at); !fault.Is(err, "accounts.second_wrong") {
			t.Errorf("%.20q: %v", wrong, err)
		}
	}
	if _, _, err := f.prove(Proof{}, at); !fault.Is(err, "accounts.second_needed") {
		t.Errorf("no proof: %v", err)
	}
}

func TestASpareCodeIsGoodOnce(t *testing.T) {
	codes, spare, err := NewSpare(t.Context())
	if err != nil || len(codes) != SpareCodes || len(slices.Compact(slices.Sorted(slices.Values(codes)))) != SpareCodes {
		t.Fatal(codes, err)
	}
	f := Factors{App: &App{Secret: rfcSecret}, Spare: spare}
	for _, as := range []string{codes[3], strings.ToLower(strings.ReplaceAll(codes[3], "-", " "))} {
		p, err := f.Typed(t.Context(), as)
		if err != nil {
			t.Fatal(err)
		}
		now, by, err := f.prove(p, time.Now())
		if err != nil || by != BySpare || len(now.Spare.Hashes) != SpareCodes-1 || len(f.Spare.Hashes) != SpareCodes {
			t.Errorf("%q: %v, %d left", as, err, len(now.Spare.Hashes))
		}
		if _, _, err := now.prove(p, time.Now()); !fault.Is(err, "accounts.second_wrong") {
			t.Errorf("%q again: %v", as, err)
		}
	}
	for _, hash := range spare.Hashes {
		if strings.Contains(strings.Join(codes, ""), hash) {
			t.Error("a code is kept as it is")
		}
	}
}

func TestAPasskeyThatCountsBackwardsIsACopy(t *testing.T) {
	f := Factors{Passkeys: []Passkey{{ID: "k", Count: 7, Credential: []byte("{}")}, {ID: "synced"}}}
	for _, c := range []struct {
		p    Proof
		want string
	}{{Proof{Passkey: "k", Count: 8}, ""}, {Proof{Passkey: "k", Count: 7}, "accounts.passkey_copied"}, {Proof{Passkey: "k"}, "accounts.passkey_copied"},
		{Proof{Passkey: "synced"}, ""}, {Proof{Passkey: "other"}, "accounts.passkey_unknown"}} {
		_, _, err := f.prove(c.p, time.Now())
		if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%+v: %v, want %q", c.p, err, c.want)
		}
	}
}

// TestWhoLooksAfterSecondFactors: she herself in her own browser, an administrator what she lost, and nobody else.
func TestWhoLooksAfterSecondFactors(t *testing.T) {
	at := time.Date(2026, 11, 29, 10, 0, 10, 0, time.UTC)
	province := Scope{Level: Province}
	her := Person{ID: "her", Name: "Hoa", Grants: []Grant{{Monitor, province}}}
	admin := Person{ID: "admin", Name: "Quân", Grants: []Grant{{Admin, province}}}
	other := Person{ID: "other", Name: "Mỷ", Grants: []Grant{{Monitor, province}}}
	f := Facts{Directory: NewDirectory([]Person{her, admin, other})}
	f.Held.Sessions = []Session{{ID: "here"}, {ID: "elsewhere"}}
	by := func(p Person, via string) Meta { return Meta{ID: "m", By: p.Actor(via), At: at} }
	add := AddFactor{Kind: ByApp, Secret: rfcSecret, Code: codeAt(t, at), Session: "here", Spare: Spare{Salt: "s", Hashes: []string{"h"}}}
	if _, _, _, err := DecideAddFactor(f, by(her, "token"), add, true); !fault.Is(err, "accounts.by_hand") {
		t.Errorf("a token adds one: %v", err)
	}
	if _, _, _, err := DecideAddFactor(f, by(her, "session"), add, false); !fault.Is(err, "accounts.second_no_passphrase") {
		t.Errorf("without a passphrase: %v", err)
	}
	p, e, spare, err := DecideAddFactor(f, by(her, "session"), add, true)
	if err != nil || !p.Second || !spare || len(e.Sessions) != 1 || e.Sessions[0].ID != "elsewhere" {
		t.Fatalf("%+v %+v %v", p, e, err)
	}
	f.Held.Factors, f.Directory = *e.Factors, NewDirectory([]Person{p, admin, other})
	if _, _, _, err := DecideAddFactor(f, by(her, "session"), add, true); !fault.Is(err, "accounts.second_there") {
		t.Errorf("a second app: %v", err)
	}
	if _, _, err := DecideSession(f, by(p, "session"), StartSession{Hash: "x"}); !fault.Is(err, "accounts.second_needed") {
		t.Errorf("a session without the second factor: %v", err)
	}
	if _, _, err := DecideSession(f, by(p, "session"), StartSession{Hash: "x", Proof: Proof{Code: codeAt(t, at)}}); !fault.Is(err, "accounts.second_used") {
		t.Errorf("the code it was added with opens a session: %v", err)
	}
	remove := RemoveFactor{Person: "her", Verified: true}
	for who, c := range map[string]struct {
		m    Meta
		want string
	}{"another monitor": {by(other, "session"), "accounts.denied"}, "her program": {by(p, "token"), "accounts.by_hand"},
		"she": {by(p, "session"), ""}, "an administrator's program": {by(admin, "token"), "accounts.by_hand"},
		"an administrator": {by(admin, "session"), ""}, "the server": {by(ServerPerson(), "token"), ""}} {
		now, e, err := DecideRemoveFactor(f, c.m, remove)
		if c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: %v", who, err)
		}
		if c.want == "" && (err != nil || now.Second || e.Factors.Any() || len(e.Factors.Spare.Hashes) > 0) {
			t.Errorf("%s: %+v %v", who, now, err)
		}
	}
	if _, _, err := DecideRemoveFactor(f, by(p, "session"), RemoveFactor{Person: "her"}); !fault.Is(err, "accounts.second_own") {
		t.Errorf("she, without her passphrase: %v", err)
	}
	none := RemoveFactor{Person: "her", Factor: "none of hers", Verified: true}
	if _, _, err := DecideRemoveFactor(f, by(p, "session"), none); !fault.Is(err, "accounts.second_gone") {
		t.Errorf("one she has not: %v", err)
	}
	if (Invitation{Grants: []Grant{{Operator, Scope{Station, "S00001"}}}}).OffersPIN(Person{Second: true}) {
		t.Error("a PIN is offered in place of her passphrase")
	}
}

// TestTheSettingsAskForASecondFactor: from its day on, of whom it names.
func TestTheSettingsAskForASecondFactor(t *testing.T) {
	day := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	set := Settings{SecondFrom: day}
	for _, role := range Roles {
		p := Person{Grants: []Grant{{Role: role}}}
		asks := slices.Contains([]Role{Admin, Organiser, Monitor}, role)
		if set.Asks(p, day) != asks || set.Asks(p, day.Add(-1)) || (Settings{}).Asks(p, day) || set.WillAsk(p) != asks {
			t.Errorf("%s", role)
		}
		if p.Second = true; set.Asks(p, day) || set.WillAsk(p) {
			t.Errorf("%s, who has one", role)
		}
	}
	m := Meta{By: Actor{Person: "a", Via: "session", Grants: []Grant{{Admin, Scope{Level: Province}}}}, At: day}
	if _, err := DecideSettings(Settings{}, m, SaveSettings{SecondFrom: day.AddDate(2, 0, 0)}); !fault.Is(err, "accounts.second_day") {
		t.Error(err)
	}
	m.By.Grants[0].Role = Monitor
	if _, err := DecideSettings(Settings{}, m, SaveSettings{}); !fault.Is(err, "accounts.denied") {
		t.Error(err)
	}
}

func FuzzTypedCode(f *testing.F) {
	for _, s := range []string{"287082", "KT4M7-XPHQC", "kt4m7 xphqc", "", "-", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Factors{Spare: Spare{Salt: "s"}}.Typed(t.Context(), s)
		if err != nil || p.Passkey != "" || p.Spare != "" && p.Code != "" {
			t.Fatal(p, err)
		}
		now, by, err := Factors{App: &App{Secret: rfcSecret}}.prove(p, time.Unix(59, 0))
		if err == nil && (by != ByApp || now.App.Step < 1) || err != nil && fault.Of(err).Kind == fault.Internal {
			t.Fatal(by, now.App, err)
		}
	})
}
