package accounts

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"loa/internal/fault"
)

// A PIN opens one session again that a browser kept: without the session's secret it
// opens nothing. Such a session lives long, and asks for the PIN after a while without use.
const (
	PINIdle = 90 * 24 * time.Hour
	PINMost = 400 * 24 * time.Hour
	PINAsks = 8 * time.Hour // exact to SeenStep
	PINLeft = 5             // tries until the session ends
)

// PIN is what is kept of a session's PIN.
type PIN struct {
	Hash  string `json:"hash"`            // PHC
	Wrong int    `json:"wrong,omitempty"` // tries begun since the last right one
}

// Try counts one try before it is looked at, so that many at once are no more than PINLeft.
// Fault: accounts.pin_ended.
func (p PIN) Try() (PIN, error) {
	if p.Hash == "" || p.Wrong >= PINLeft {
		return p, fault.New(fault.Gone, "accounts.pin_ended").At("pin")
	}
	p.Wrong++
	return p, nil
}

// Left is how many tries there are still.
func (p PIN) Left() int { return PINLeft - p.Wrong }

// Right is what a right PIN makes of itself and of its session.
func (p PIN) Right(s Session, at time.Time) (PIN, Session) {
	p.Wrong, s.Shut, s.Seen = 0, false, at
	return p, s
}

// Opens reports whether the session opens anything for that person, zero if she is gone or disabled.
func (s Session) Opens(p Person) bool { return p.ID != "" && (!s.PIN || p.MayUsePIN()) }

// MayUsePIN reports whether the person may choose a PIN: who runs stations and does nothing else.
func (p Person) MayUsePIN() bool { return len(p.Grants) > 0 && onlyRun(p.Grants) }

// OffersPIN reports whether whoever the invitation lets in may choose a PIN. was is the person
// it is for, zero of a new one. Who has a second factor keeps her passphrase beside it.
func (i Invitation) OffersPIN(was Person) bool {
	return !was.Second && len(was.Grants)+len(i.Grants) > 0 && onlyRun(was.Grants) && onlyRun(i.Grants)
}

func onlyRun(grants []Grant) bool {
	return !slices.ContainsFunc(grants, func(g Grant) bool { return g.Role != Operator })
}

var pinForm = regexp.MustCompile(`^[0-9]{6}$`)

// CheckPIN returns a fault when a new PIN is no six digits, or easily guessed; login is what
// others know. Faults: accounts.pin_form, accounts.pin_weak.
func CheckPIN(pin, login string) error {
	if !pinForm.MatchString(pin) {
		return fault.New(fault.Invalid, "accounts.pin_form").At("pin")
	}
	if guessedPIN(pin) || strings.Contains(digits(login), pin) {
		return fault.New(fault.Invalid, "accounts.pin_weak").At("pin")
	}
	return nil
}

// SamePIN returns a fault when a new PIN was typed otherwise the second time. Fault: accounts.pin_differs.
func SamePIN(pin, again string) error {
	if pin != again {
		return fault.New(fault.Invalid, "accounts.pin_differs").At("pin_again")
	}
	return nil
}

// guessedPIN reports what is tried first: runs, repeats, mirrors, one digit nearly throughout, walks over the keys, years and days.
func guessedPIN(pin string) bool {
	step, even := int(pin[1])-int(pin[0]), true
	for i := 1; i < len(pin); i++ {
		d := int(pin[i]) - int(pin[i-1])
		even = even && (d-step+10)%10 == 0
	}
	pairs := pin[0] == pin[1] && pin[2] == pin[3] && pin[4] == pin[5]
	mirror := pin[0] == pin[5] && pin[1] == pin[4] && pin[2] == pin[3]
	most := 0
	for _, d := range "0123456789" {
		most = max(most, strings.Count(pin, string(d)))
	}
	return even || pairs || mirror || most > 4 || isYear(pin[:4]) || isYear(pin[2:]) || pin[:3] == pin[3:] || pin[:2] == pin[2:4] && pin[2:4] == pin[4:] ||
		slices.Contains([]string{"147258", "258369", "147369", "159357", "159753", "142536", "741852", "789456", "456123"}, pin) || isDay(pin)
}

// isYear reports whether four digits are a year somebody living may mean.
func isYear(part string) bool { return part >= "1930" && part <= "2039" }

// isDay reports whether the digits may be somebody's birthday: 130590, 900513, 051990 or 199005.
func isDay(pin string) bool {
	for _, form := range []string{"020106", "060102", "012006", "200601"} {
		if t, err := time.Parse(form, pin); err == nil && t.Year() >= 1930 && t.Year() <= 2068 {
			return true
		}
	}
	return false
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// SetPIN gives the session of whoever acts a PIN, or another one.
type SetPIN struct {
	Session string `json:"session"` // Session.Root
	Hash    string `json:"-"`       // PHC
}

// Repeated is what a repeat gets instead of the first answer: whether it asks
// for the same PIN is not known.
func (SetPIN) Repeated() error { return fault.New(fault.Conflict, "accounts.pin_changed") }

// DecidePIN returns the session's PIN and the secrets it goes by, from now on with it.
// Faults: accounts.log_in_first, accounts.pin_operators.
func DecidePIN(f Facts, m Meta, c SetPIN) (PIN, []Session, error) {
	mine := slices.DeleteFunc(slices.Clone(f.Held.Sessions), func(s Session) bool { return s.Root() != c.Session || s.Person != m.By.Person })
	if len(mine) == 0 || c.Session == "" {
		return PIN{}, nil, fault.New(fault.Unauthenticated, "accounts.log_in_first")
	}
	p, err := f.Directory.Person(m.By.Person)
	if err != nil {
		return PIN{}, nil, err
	}
	if !p.MayUsePIN() {
		return PIN{}, nil, fault.New(fault.Denied, "accounts.pin_operators")
	}
	for i := range mine {
		mine[i].PIN = true
	}
	return PIN{Hash: c.Hash}, mine, nil
}

// Locked reports whether the session asks for its PIN.
func (s Session) Locked(at time.Time) bool {
	return s.PIN && (s.Shut || at.Sub(s.Seen) >= PINAsks)
}
