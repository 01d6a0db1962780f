package accounts

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"loa/internal/fault"
	"loa/internal/text"
)

// Factors are what a person proves herself by beside her passphrase. They are kept apart from
// her, and no command or answer in the log holds one.
type Factors struct {
	App      *App      `json:"app,omitempty"`
	Passkeys []Passkey `json:"passkeys,omitempty"`
	Spare    Spare     `json:"spare,omitzero"`
}

// App is an app on her phone that shows another code every half minute (TOTP, RFC 6238).
type App struct {
	Secret string    `json:"secret"` // as AppSecret makes it
	Added  time.Time `json:"added"`  // UTC
	Step   int64     `json:"step"`   // of the last code that counted: none counts twice
}

// Passkey is a key of a device or a security key that opens her account (WebAuthn).
type Passkey struct {
	ID         string    `json:"id"` // base64url, as the authenticator chose it
	Name       string    `json:"name"`
	Credential []byte    `json:"credential"` // what its signatures are checked by
	Count      uint32    `json:"count"`      // of its uses, as it says; 0 of one that does not count
	Added      time.Time `json:"added"`      // UTC
	Used       time.Time `json:"used,omitzero"`
}

// Spare are the spare codes that are left, each good once.
type Spare struct {
	Salt   string   `json:"salt"`
	Hashes []string `json:"hashes"`
}

// FactorList is what may be shown of factors.
type FactorList struct {
	App      *time.Time    `json:"app,omitempty"` // since when there is an app that makes codes
	Passkeys []PasskeyName `json:"passkeys"`
	Spare    int           `json:"spare"` // codes left
}

// PasskeyName is what may be shown of a passkey.
type PasskeyName struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Added time.Time `json:"added"`
	Used  time.Time `json:"used,omitzero"`
}

// Any reports whether there is one.
func (f Factors) Any() bool { return f.App != nil || len(f.Passkeys) > 0 }

// List is what may be shown of them.
func (f Factors) List() FactorList {
	l := FactorList{Passkeys: []PasskeyName{}, Spare: len(f.Spare.Hashes)}
	if f.App != nil {
		l.App = &f.App.Added
	}
	for _, k := range f.Passkeys {
		l.Passkeys = append(l.Passkeys, PasskeyName{k.ID, k.Name, k.Added, k.Used})
	}
	return l
}

// Passkey finds one by its ID.
func (f Factors) Passkey(id string) (Passkey, bool) {
	i := slices.IndexFunc(f.Passkeys, func(k Passkey) bool { return k.ID == id })
	if i < 0 {
		return Passkey{}, false
	}
	return f.Passkeys[i], true
}

// Second is a kind of second factor.
type Second string

// What somebody proved herself by beside a passphrase, or instead of one.
const (
	ByApp       Second = "app"
	BySpare     Second = "spare"
	ByOwnDevice Second = "passkey"
)

// AppFactor is the name of the app among what can be removed; a passkey's is its ID.
const AppFactor = "app"

// MostPasskeys is how many a person may have.
const MostPasskeys = 10

// The codes of an app, as every such app makes them.
const (
	appStep   = 30 // seconds
	appSkew   = 1  // codes before and after that count too: clocks differ, and typing takes time
	appLength = 20 // bytes of the secret
)

var appCodes = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// AppSecret makes a secret for an app that makes codes.
func AppSecret() string {
	b := make([]byte, appLength)
	rand.Read(b) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// IsAppSecret reports whether AppSecret could have made it.
func IsAppSecret(s string) bool {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	return err == nil && len(b) == appLength
}

// step is that of the code as it is typed, or the fault that says why it does not count:
// accounts.second_wrong, accounts.second_used.
func (a App) step(code string, at time.Time) (int64, error) {
	code = strings.Join(strings.Fields(code), "")
	now, used := at.Unix()/appStep, false
	for step := now - appSkew; step <= now+appSkew && step >= 0; step++ {
		ok, err := hotp.ValidateCustom(code, uint64(step), a.Secret, appCodes)
		switch {
		case errors.Is(err, otp.ErrValidateInputInvalidLength):
			return 0, wrongSecond()
		case err != nil:
			return 0, err
		case ok && step > a.Step:
			return step, nil
		}
		used = used || ok
	}
	if used {
		return 0, fault.New(fault.Invalid, "accounts.second_used").At("code")
	}
	return 0, wrongSecond()
}

func wrongSecond() error { return fault.New(fault.Invalid, "accounts.second_wrong").At("code") }

// Spare codes: ten letters, shown as KT4M7-XPHQC.
const (
	SpareCodes  = 10
	spareLength = 10
)

// NewSpare makes spare codes, as they are shown this once, and what is kept of them.
func NewSpare(ctx context.Context) (codes []string, s Spare, err error) {
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	s.Salt = hex.EncodeToString(salt)
	for range SpareCodes {
		var b strings.Builder
		for i := range spareLength {
			if i == spareLength/2 {
				b.WriteByte('-')
			}
			b.WriteByte(codeLetters[drawn(len(codeLetters))])
		}
		hash, err := s.hash(ctx, b.String())
		if err != nil {
			return nil, s, err
		}
		codes, s.Hashes = append(codes, b.String()), append(s.Hashes, hash)
	}
	return codes, s, nil
}

// drawn is a number below n, each as likely.
func drawn(n int) int {
	for b := make([]byte, 1); ; {
		if rand.Read(b); int(b[0]) < 256/n*n {
			return int(b[0]) % n
		}
	}
}

// hash is what is kept of a spare code. It is short, so that the hash is slow.
func (s Spare) hash(ctx context.Context, code string) (string, error) {
	key, err := derive(ctx, code, []byte("loa.spare."+s.Salt), 1, 8<<10, 1, 32)
	return hex.EncodeToString(key), err
}

// Proof is what somebody shows of a second factor; the zero Proof shows nothing.
type Proof struct {
	Code    string // of her app, as typed
	Spare   string // hash of a spare code
	Passkey string // ID of one whose signature was just checked
	Now     []byte // and its credential as it is since
	Count   uint32 // and its count
}

// Typed is the proof that a code as it was typed makes: six digits are of the app, else it is a spare code.
func (f Factors) Typed(ctx context.Context, code string) (Proof, error) {
	plain := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '–' || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
	if len(plain) > 40 {
		return Proof{Code: "-"}, nil
	}
	if plain = alike.Replace(plain); len(plain) != spareLength || strings.Trim(plain, codeLetters) != "" {
		return Proof{Code: strings.TrimSpace(code)}, nil
	}
	hash, err := f.Spare.hash(ctx, plain[:spareLength/2]+"-"+plain[spareLength/2:])
	return Proof{Spare: hash}, err
}

// prove returns the factors as the proof leaves them, and what was proved. Faults:
// accounts.second_needed where there is no proof, accounts.second_wrong, accounts.second_used,
// accounts.passkey_copied.
func (f Factors) prove(p Proof, at time.Time) (Factors, Second, error) {
	switch {
	case p.Passkey != "":
		i := slices.IndexFunc(f.Passkeys, func(k Passkey) bool { return k.ID == p.Passkey })
		if i < 0 {
			return f, "", fault.New(fault.Invalid, "accounts.passkey_unknown")
		}
		k := f.Passkeys[i]
		if (k.Count > 0 || p.Count > 0) && p.Count <= k.Count { // it counts backwards: there are two of it
			return f, "", fault.New(fault.Denied, "accounts.passkey_copied", "name", k.Name)
		}
		k.Credential, k.Count, k.Used = p.Now, p.Count, at.UTC()
		f.Passkeys = slices.Clone(f.Passkeys)
		f.Passkeys[i] = k
		return f, ByOwnDevice, nil
	case p.Spare != "":
		i := slices.Index(f.Spare.Hashes, p.Spare)
		if i < 0 {
			return f, "", wrongSecond()
		}
		f.Spare.Hashes = slices.Delete(slices.Clone(f.Spare.Hashes), i, i+1)
		return f, BySpare, nil
	case p.Code == "":
		return f, "", fault.New(fault.Denied, "accounts.second_needed")
	case f.App == nil:
		return f, "", wrongSecond()
	}
	step, err := f.App.step(p.Code, at)
	if err != nil {
		return f, "", err
	}
	app := *f.App
	app.Step, f.App = step, &app
	return f, ByApp, nil
}

// AddFactor gives whoever acts a second factor: an app or a passkey. The caller has verified her
// passphrase, and of a passkey that it is hers.
type AddFactor struct {
	Kind    Second  `json:"kind"`
	Name    string  `json:"name,omitempty"` // of a passkey
	Session string  `json:"session"`        // Session.Root of the one that stays; the others end with her first factor
	Secret  string  `json:"-"`              // of the app
	Code    string  `json:"-"`              // and one it has made
	Passkey Passkey `json:"-"`
	Spare   Spare   `json:"-"` // becomes hers where she has no spare codes
}

// Repeated is what a repeat gets instead of the first answer: what it adds is kept in no answer.
func (AddFactor) Repeated() error { return fault.New(fault.Conflict, "accounts.second_added") }

// DecideAddFactor returns the person with one factor more, and whether the spare codes are hers now. Faults:
// accounts.log_in_first, accounts.by_hand, accounts.second_no_passphrase, accounts.second_there,
// accounts.second_wrong, accounts.name_missing, accounts.name_form, accounts.passkey_most.
func DecideAddFactor(f Facts, m Meta, c AddFactor, passphrase bool) (p Person, e Effects, spare bool, err error) {
	if p, err = f.herself(m); err != nil {
		return p, e, false, err
	}
	if !passphrase {
		return p, e, false, fault.New(fault.Denied, "accounts.second_no_passphrase")
	}
	now := f.Held.Factors
	switch c.Kind {
	case ByApp:
		if now.App != nil {
			return p, e, false, fault.New(fault.Conflict, "accounts.second_there").At("code")
		}
		app := App{Secret: c.Secret, Added: m.At.UTC()}
		if app.Step, err = app.step(c.Code, m.At); err != nil {
			return p, e, false, err
		}
		now.App = &app
	case ByOwnDevice:
		k := c.Passkey
		if k.Name, err = CheckName(c.Name); err != nil {
			return p, e, false, err
		}
		if _, there := now.Passkey(k.ID); there {
			return p, e, false, fault.New(fault.Conflict, "accounts.passkey_there")
		}
		if len(now.Passkeys) >= MostPasskeys {
			return p, e, false, fault.New(fault.Conflict, "accounts.passkey_most", "most", MostPasskeys)
		}
		k.Added = m.At.UTC()
		now.Passkeys = append(slices.Clone(now.Passkeys), k)
	default:
		return p, e, false, fault.New(fault.Invalid, "accounts.second_kind").At("kind")
	}
	if !f.Held.Factors.Any() {
		e.Sessions = slices.DeleteFunc(slices.Clone(f.Held.Sessions), func(s Session) bool { return s.Root() == c.Session })
	}
	if spare = len(now.Spare.Hashes) == 0; spare {
		now.Spare = c.Spare
	}
	return p.proves(m, now), e.keeping(now), spare, nil
}

// herself is who acts, where she does so in her own browser: what a program may do must not lead to
// who it acts for. Faults: accounts.log_in_first, accounts.by_hand.
func (f Facts) herself(m Meta) (Person, error) {
	p, err := f.Directory.Person(m.By.Person)
	if err != nil {
		return p, fault.New(fault.Unauthenticated, "accounts.log_in_first").Because(err)
	}
	if m.By.Via != "session" {
		return p, fault.New(fault.Denied, "accounts.by_hand")
	}
	return p, nil
}

// proves is the person who has these factors from now on.
func (p Person) proves(m Meta, f Factors) Person {
	was := p
	if p.Second = f.Any(); p.Second != was.Second {
		p.Touch = m.Touch(was, p)
	}
	return p
}

func (e Effects) keeping(f Factors) Effects {
	e.Factors = &f
	return e
}

// RemoveFactor takes one factor from a person, or with Factor "" all: her own, once the caller has
// verified her passphrase, or as an administrator what she has lost.
type RemoveFactor struct {
	Person string `json:"person"`
	Factor string `json:"factor,omitempty"` // AppFactor or the ID of a passkey

	// Verified says that the caller has verified her passphrase: without it nobody's own factor goes.
	Verified bool `json:"-"`
}

// DecideRemoveFactor returns the person without the factor. The spare codes go with the last one. Faults: accounts.denied,
// accounts.by_hand, accounts.second_own, accounts.prove_again, accounts.person_unknown, accounts.second_gone.
func DecideRemoveFactor(f Facts, m Meta, c RemoveFactor) (p Person, e Effects, err error) {
	if m.By.Person == c.Person && c.Person != "" {
		if p, err = f.herself(m); err == nil && !c.Verified {
			err = fault.New(fault.Denied, "accounts.second_own")
		}
	} else if err = m.By.Must(ManagePeople, Where{}); err == nil {
		if p, err = f.Directory.Person(c.Person); err == nil {
			err = m.By.byHand()
		}
	}
	if err != nil {
		return p, e, err
	}
	now := f.Held.Factors
	if app := c.Factor == AppFactor; c.Factor == "" || app {
		now.App = nil
	}
	now.Passkeys = slices.DeleteFunc(slices.Clone(now.Passkeys), func(k Passkey) bool { return c.Factor == "" || k.ID == c.Factor })
	if (now.App == nil) == (f.Held.Factors.App == nil) && len(now.Passkeys) == len(f.Held.Factors.Passkeys) {
		return p, e, fault.New(fault.NotFound, "accounts.second_gone")
	}
	if !now.Any() {
		now.Spare = Spare{}
	}
	return p.proves(m, now), e.keeping(now), nil
}

// RenewSpare gives whoever acts other spare codes; those she had are good no more. The caller has verified her passphrase.
type RenewSpare struct {
	Spare Spare `json:"-"`
}

// Repeated is what a repeat gets instead of the first answer: the codes are shown once.
func (RenewSpare) Repeated() error { return fault.New(fault.Conflict, "accounts.spare_shown") }

// DecideSpare returns what follows. Faults: accounts.log_in_first, accounts.by_hand, accounts.second_gone.
func DecideSpare(f Facts, m Meta, c RenewSpare) (Effects, error) {
	if _, err := f.herself(m); err != nil {
		return Effects{}, err
	}
	now := f.Held.Factors
	if !now.Any() {
		return Effects{}, fault.New(fault.NotFound, "accounts.second_gone")
	}
	now.Spare = c.Spare
	return Effects{}.keeping(now), nil
}

// Settings are what the installation asks of accounts.
type Settings struct {
	// SecondFrom is since when administrators, organisers and monitors need a second factor; zero for never.
	SecondFrom time.Time `json:"second_from,omitzero"` // UTC
	Touch
}

// Edition is what two editors of the settings begin from.
func (s Settings) Edition() Edition { return EditionOf(s.Touch, s) }

// SaveSettings replaces the settings.
type SaveSettings struct {
	SecondFrom time.Time `json:"second_from,omitzero"`
}

// secondMost is how far ahead the day may lie.
const secondMost = 366 * 24 * time.Hour

// DecideSettings returns the settings as changed. Faults: accounts.denied, those of Actor.byHand, edit.stale, accounts.second_day.
func DecideSettings(was Settings, m Meta, c SaveSettings) (Settings, error) {
	if err := m.By.Must(EditSettings, Where{}); err != nil {
		return was, err
	}
	if err := m.By.byHand(); err != nil {
		return was, err
	}
	if err := m.Current(was.Edition()); err != nil {
		return was, err
	}
	if c.SecondFrom.After(m.At.Add(secondMost)) {
		return was, fault.New(fault.Invalid, "accounts.second_day").At("from")
	}
	now := was
	now.SecondFrom = c.SecondFrom.UTC()
	if c.SecondFrom.IsZero() {
		now.SecondFrom = time.Time{}
	}
	now.Touch = m.Touch(was, now)
	return now, nil
}

// NeedsSecond are the roles that need a second factor where the settings ask for one.
var NeedsSecond = []Role{Admin, Organiser, Monitor}

// WillAsk reports whether the person needs a second factor from SecondFrom on and has none yet.
func (s Settings) WillAsk(p Person) bool {
	return !s.SecondFrom.IsZero() && !p.Second && slices.ContainsFunc(p.Grants, func(g Grant) bool { return slices.Contains(NeedsSecond, g.Role) })
}

// Asks reports whether, at that instant, the person may do nothing but choose a second factor.
func (s Settings) Asks(p Person, at time.Time) bool { return s.WillAsk(p) && !at.Before(s.SecondFrom) }

// SecondDay is the day of SecondFrom as a form shows it, "" for never.
func (s Settings) SecondDay() string {
	if s.SecondFrom.IsZero() {
		return ""
	}
	return s.SecondFrom.In(text.Zone).Format(time.DateOnly)
}
