package accounts

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"loa/internal/fault"
	"loa/internal/jsonedit"
	"loa/internal/text"
)

// Erase takes away what tells who a person was. What she did stays, under a number.
type Erase struct {
	Person string `json:"person"`
	Reason string `json:"reason"` // who asked for it, by which paper; it stays and should name nobody
}

// Erasure is what became of it.
type Erasure struct {
	Person  string    `json:"person"`
	Name    string    `json:"name"` // what she is called since
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty"` // ID of who did it
	ByName  string    `json:"by_name"`
	Reason  string    `json:"reason"`
	Entries int       `json:"entries"` // of the log, of stations and contests, whose bytes named her: they were changed, their hashes are kept
	Records int       `json:"records"` // others that named her
	Left    int       `json:"left"`    // places of her name that may mean somebody else of that name
}

// MostReason is the longest reason of an erasure.
const MostReason = 500

// numberDigits are those of her ID that people are told.
const numberDigits = 8

// ErasedName is what everybody reads in the place of a person who was erased.
func ErasedName(id string) string {
	return text.Vietnamese.Say("accounts.erased_name", "number", erasedNumber(id))
}

func erasedNumber(id string) string {
	plain := strings.ReplaceAll(id, "-", "")
	return plain[:min(len(plain), numberDigits)]
}

// Erased reports whether who she was is not known any more.
func (p Person) Erased() bool { return !p.ErasedAt.IsZero() }

// erased is the fault of what is asked about somebody who was erased.
func (p Person) erased() error {
	if !p.Erased() {
		return nil
	}
	return fault.New(fault.Conflict, "accounts.erased_already", "name", p.Name, "at", p.ErasedAt)
}

// MayErase says who may erase people, and read who was. Fault: accounts.denied.
func MayErase(by Actor) error { return by.Must(ManagePeople, Where{}) }

// DecideErase returns the person without all that tells who she was. It is for administrators by hand, and for who has no work left:
// needed are the titles of contests that still need her. Faults: accounts.denied, accounts.by_hand, accounts.prove_again,
// accounts.person_unknown, accounts.erased_already, accounts.not_yourself, accounts.erase_works, accounts.erase_needed,
// accounts.erase_reason.
func DecideErase(f Facts, m Meta, c Erase, needed []string) (Person, Erasure, error) {
	if err := MayErase(m.By); err != nil {
		return Person{}, Erasure{}, err
	}
	if err := m.By.byHand(); err != nil {
		return Person{}, Erasure{}, err
	}
	p, err := f.Directory.Person(c.Person)
	if err == nil {
		err = p.erased()
	}
	if err != nil {
		return Person{}, Erasure{}, err
	}
	reason := text.Line(c.Reason)
	switch {
	case p.ID == m.By.Person:
		err = fault.New(fault.Invalid, "accounts.not_yourself")
	case len(p.Grants) > 0 || !p.Disabled:
		err = fault.New(fault.Conflict, "accounts.erase_works", "name", p.Name, "n", len(p.Grants))
	case len(needed) > 0:
		err = fault.New(fault.Conflict, "accounts.erase_needed", "name", p.Name, "contests", strings.Join(needed, "; "))
	case reason == "" || utf8.RuneCountInString(reason) > MostReason:
		err = fault.New(fault.Invalid, "accounts.erase_reason", "most", MostReason).At("reason")
	}
	if err != nil {
		return Person{}, Erasure{}, err
	}
	at := m.At.UTC()
	p.Name, p.Login, p.ErasedAt, p.Second = ErasedName(p.ID), "da.xoa."+erasedNumber(p.ID), at, false
	p.Touch = Touch{ChangedAt: at, ChangedBy: m.By.Name, Changed: []string{"name"}}
	return p, Erasure{Person: p.ID, Name: p.Name, At: at, By: m.By.Person, ByName: m.By.Name, Reason: reason}, nil
}

// Traces are what tells who a person is, and what a name beside it shows to be hers and not that of somebody of the same name.
type Traces struct {
	Person string          // ID
	Names  []string        // all she has been called
	Login  string          //
	Marks  []string        // her numbers and addresses
	Did    map[string]bool // when she did something, as JSON has it
	Alone  bool            // nobody else with an account has one of the names
	Mask   string          // what stands in their place since
	Left   int             // places of a name that may be another's
}

// Alone reports whether none of the names is that of another person.
func (d *Directory) Alone(person string, names []string) bool {
	return !slices.ContainsFunc(d.people, func(o Person) bool { return o.ID != person && slices.Contains(names, o.Name) })
}

// AmongStrangers are the traces for records in which people without an account stand too, as authors and who took part: there a name
// is hers only where something beside it says so, and others of that name are nobody's business.
func (t *Traces) AmongStrangers() *Traces {
	other := *t
	other.Alone = false
	return &other
}

// At notes when she did something.
func (t *Traces) At(at time.Time) {
	if t.Did == nil {
		t.Did = map[string]bool{}
	}
	t.Did[at.UTC().Format(time.RFC3339Nano)] = true
}

// In reports whether a record may hold something of hers.
func (t *Traces) In(raw []byte) bool {
	for _, s := range slices.Concat(t.Names, t.Marks, []string{t.Login}) {
		if q, err := json.Marshal(s); err == nil && s != "" && bytes.Contains(raw, q[1:len(q)-1]) {
			return true
		}
	}
	return false
}

// Erase is a record without it. Where it is prose, as a message or what was typed, a name and a number are found in the middle of a sentence.
func (t *Traces) Erase(raw []byte, prose bool) ([]byte, bool, error) {
	return jsonedit.Strings(raw, func(s jsonedit.String) string { return t.swap(s, prose) })
}

// Closed is a log-in without the browser and the address it came from.
func (t *Traces) Closed(raw json.RawMessage) json.RawMessage {
	out, _, err := jsonedit.Strings(raw, func(s jsonedit.String) string {
		if s.Name == "browser" || s.Name == "address" {
			return ""
		}
		return s.Text
	})
	if err != nil {
		return nil // what cannot be read is not kept
	}
	return out
}

func (t *Traces) swap(s jsonedit.String, prose bool) string {
	switch {
	case s.Text == "":
	case slices.Contains(t.Names, s.Text), slices.Contains(t.Names, unquoted(s.Text)):
		if t.Alone || t.hers(s.Beside) {
			return strings.Replace(s.Text, strings.Trim(s.Text, `"`), t.Mask, 1)
		}
		t.Left++
	case slices.Contains(t.Marks, s.Text):
		return t.Mask
	case s.Text == t.Login && (s.Name == "login" || s.Name == "person"), prose && unquoted(s.Text) == t.Login:
		return strings.Replace(s.Text, t.Login, "da.xoa."+erasedNumber(t.Person), 1)
	case prose:
		out := s.Text
		for _, m := range t.Marks {
			out = strings.ReplaceAll(out, m, t.Mask)
		}
		for _, name := range t.Names {
			if strings.Contains(name, " ") && t.Alone { // one word alone is too much else
				out = strings.ReplaceAll(out, name, t.Mask)
			}
		}
		return out
	}
	return s.Text
}

// unquoted is the string that a log of changes keeps as JSON.
func unquoted(s string) string {
	if q, err := strconv.Unquote(s); err == nil && strings.HasPrefix(s, `"`) {
		return q
	}
	return ""
}

// hers reports whether what stands beside a name tells of her, or of a moment at which she did something.
func (t *Traces) hers(beside jsonedit.Object) bool {
	for _, s := range beside {
		if s == t.Person || t.Did[s] {
			return true
		}
	}
	return false
}
