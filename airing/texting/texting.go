// Package texting is reports by text message: what was written, from whose number, which report that
// makes, and what is answered. A text message is a claim like any other report, and by the same rules.
package texting

import (
	"context"
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// Settings say whether text messages are taken, and how they are answered.
type Settings struct {
	On     bool          `json:"on"`
	Number string        `json:"number,omitempty"` // people write to it; printed on their cards
	Marks  bool          `json:"marks,omitempty"`  // answers have tone marks, and so need up to three parts each
	Token  accounts.Hash `json:"token,omitempty"`  // of the gateway
	accounts.Touch
}

// Edition is what two editors of the settings begin from.
func (s Settings) Edition() accounts.Edition { return accounts.EditionOf(s.Touch, s) }

// SaveSettings replaces the settings. Token "" leaves the one there is.
type SaveSettings struct {
	On     bool          `json:"on"`
	Number string        `json:"number,omitempty"`
	Marks  bool          `json:"marks,omitempty"`
	Token  accounts.Hash `json:"token,omitempty"`
}

// DecideSettings says what settings are kept. Faults: accounts.denied, those of accounts.MayGivePower where there is a new
// token, edit.stale, texts.number_form.
func DecideSettings(old Settings, m accounts.Meta, c SaveSettings) (Settings, error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil {
		return old, err
	}
	if c.Token != "" { // whoever has it reports for every station
		if err := accounts.MayGivePower(m.By); err != nil {
			return old, err
		}
	}
	if err := m.Current(old.Edition()); err != nil {
		return old, err
	}
	set := Settings{On: c.On, Number: Number(c.Number), Marks: c.Marks, Token: old.Token}
	if c.Number != "" && !ownForm.MatchString(set.Number) {
		return old, fault.New(fault.Invalid, "texts.number_form").At("number")
	}
	if c.Token != "" {
		set.Token = c.Token
	}
	set.Touch = m.Touch(old, set)
	return set, nil
}

// numberForm is that of a number that writes, which may be a short one; ownForm that of one to write to.
var (
	numberForm = regexp.MustCompile(`^\+?[0-9]{3,15}$`)
	ownForm    = regexp.MustCompile(`^\+?[0-9]{8,15}$`)
)

// Number is a telephone number as it is kept and compared: 0912345678, however it was written; of another
// country with its +.
func Number(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if rest, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + rest
	}
	if rest, ok := strings.CutPrefix(s, "+84"); ok {
		return "0" + strings.TrimPrefix(rest, "0")
	}
	if rest, ok := strings.CutPrefix(s, "84"); ok && len(rest) == 9 { // some gateways leave out the +
		return "0" + rest
	}
	return s
}

// Receive is a text message as a gateway hands it on.
type Receive struct {
	ID     string    `json:"id" schema:"required maxLength=200"`  // what the gateway calls it; of one number, under the same it is the same
	From   string    `json:"from" schema:"required maxLength=30"` // number
	Text   string    `json:"text" schema:"required maxLength=1000"`
	SentAt time.Time `json:"sent_at,omitzero"`  // by the network's clock
	SentMS int64     `json:"sent_ms,omitempty"` // the same in milliseconds since 1970, for gateways that know no other way
}

// Limits of what a gateway hands on.
const (
	idMost     = 200
	textMost   = 1000
	hourlyMost = 20               // texts of one number in an hour
	slack      = 10 * time.Minute // by how much a gateway's clock may be ahead
)

// RecentMost is how many of a number's last texts Facts has: more than it can send in an hour.
const RecentMost = 2 * hourlyMost

// check brings the command to its kept form. Faults: texts.id_form, texts.from_form, texts.text_form, texts.sent_form.
func (c Receive) check(m accounts.Meta) (Receive, error) {
	c.Text = text.Lines(c.Text)
	if c.SentAt.IsZero() && c.SentMS != 0 {
		c.SentAt = time.UnixMilli(c.SentMS)
	}
	c.SentAt, c.SentMS = c.SentAt.UTC().Truncate(time.Second), 0
	from := Number(c.From)
	switch {
	case c.ID == "" || len(c.ID) > idMost:
		return c, fault.New(fault.Invalid, "texts.id_form", "most", idMost).At("id")
	case !numberForm.MatchString(from):
		return c, fault.New(fault.Invalid, "texts.from_form").At("from")
	case utf8.RuneCountInString(c.Text) > textMost:
		return c, fault.New(fault.Invalid, "texts.text_form", "most", textMost).At("text")
	case c.SentAt.Year() < 2000 || c.SentAt.Sub(m.At) > slack:
		return c, fault.New(fault.Invalid, "texts.sent_form", "now", m.At).At("sent_at")
	}
	if c.SentAt.After(m.At) {
		c.SentAt = m.At.UTC().Truncate(time.Second)
	}
	c.From = from
	return c, nil
}

// KeptAs is the ID under which Loa keeps the message, a UUID; it is that of the report it makes, too.
func (c Receive) KeptAs() string {
	return uuid.NewHash(sha256.New(), uuid.Nil, []byte("text\x00"+Number(c.From)+"\x00"+c.ID), 8).String()
}

// State is what became of a text message.
type State string

// The states.
const (
	Reported  State = "reported"  // it is a report
	Corrected State = "corrected" // it corrects an earlier one of its number
	Repeated  State = "repeated"  // that is known already
	Asked     State = "asked"     // it was asked back what is meant
	Refused   State = "refused"   // the rules of the log do not take it
	Helped    State = "helped"    // it was told how to write
	Stranger  State = "stranger"  // its number is no station's
)

// States are all of them.
var States = []State{Reported, Corrected, Repeated, Asked, Refused, Helped, Stranger}

// Text is a text message and what became of it.
type Text struct {
	ID      string    `json:"id" schema:"format=uuid"`
	Gateway string    `json:"gateway_id"` // what the gateway calls it
	At      time.Time `json:"at"`         // when it was heard, UTC
	SentAt  time.Time `json:"sent_at"`    // UTC
	From    string    `json:"from"`
	Text    string    `json:"text"`
	Name    string    `json:"name,omitempty"`    // of who has the number
	Station string    `json:"station,omitempty"` // ID
	State   State     `json:"state"`
	Reply   string    `json:"reply,omitempty"`  // what is to be sent back, "" for nothing
	Report  string    `json:"report,omitempty"` // ID of the one it made, or of the one that says so already
}

// Repeats is nil if the command is the one the text was made of. Fault: texts.id_reused.
func (t Text) Repeats(c Receive) error {
	if t.From == Number(c.From) && t.Text == text.Lines(c.Text) {
		return nil
	}
	return fault.New(fault.Conflict, "texts.id_reused").At("id")
}

// Query narrows the list of text messages, on its page, by the API and the command line.
type Query struct {
	State   State  `name:"state"`
	Phone   string `name:"phone"`   // number it came from
	Station string `name:"station"` // ID, or official code
}

// In is the query with the station's ID. Fault: stations.unknown.
func (q Query) In(reg *stations.Registry, on stations.Date) (_ Query, err error) {
	if q.Station != "" {
		q.Station, err = reg.InLog(q.Station, on)
	}
	return q, err
}

// Passes reports whether a text is one the query asks for.
func (q Query) Passes(t Text) bool {
	return (q.State == "" || t.State == q.State) && (q.Phone == "" || t.From == Number(q.Phone)) && (q.Station == "" || t.Station == q.Station)
}

// HandsOn returns a fault unless the actor may hand on text messages.
func HandsOn(by accounts.Actor) error { return by.Must(accounts.HandOnTexts, accounts.Where{}) }

// Allowed returns a fault unless the actor may read text messages and try what one would do.
func Allowed(by accounts.Actor) error { return by.Must(accounts.EditSettings, accounts.Where{}) }

// Store keeps text messages and what is set about them. It is safe for concurrent use.
type Store interface {
	TextSettings(ctx context.Context) (Settings, error)
	SaveTextSettings(ctx context.Context, m accounts.Meta, c SaveSettings) (Settings, error) // DecideSettings
	// ReceiveText keeps what Decide decides, with the report that follows. A repeat of the same gateway ID gets the
	// first answer. Faults: HandsOn, those of Decide, texts.id_reused.
	ReceiveText(ctx context.Context, m accounts.Meta, c Receive) (Text, error)
	// TryText says what would become of the text, and keeps nothing. Faults: Allowed, those of Decide.
	TryText(ctx context.Context, m accounts.Meta, c Receive) (Text, error)
	// Texts lists those the query asks for from the newest, at most limit; after is the ID of the last of the page
	// before, "" for the first, and next that of this page, "" at the end: a page may hold fewer than limit where few
	// pass. Faults: Allowed, texts.cursor.
	Texts(ctx context.Context, by accounts.Actor, q Query, after string, limit int) (list []Text, next string, err error)
	// ForgetTexts removes at most so many texts heard before that instant, and says how many went.
	ForgetTexts(ctx context.Context, before time.Time, most int) (int, error)
}

// NoSuchPage is the fault texts.cursor: there is no text of that ID, or no more.
func NoSuchPage() error { return fault.New(fault.Invalid, "texts.cursor").At("after") }

// replyMost is how many letters an answer has at most: one part without tone marks.
const replyMost = 160

// plainly are signs that the networks' common alphabet lacks, and what stands for them.
var plainly = strings.NewReplacer("“", "\"", "”", "\"", "‘", "'", "’", "'", "–", "-", "—", "-", "…", "...", "·", "-", "\u00a0", " ", "`", "'")

// fit makes of a sentence an answer that can be sent: at most replyMost letters, and without tone marks unless they are set.
func (s Settings) fit(sentence string) string {
	sentence = text.Line(sentence)
	if !s.Marks {
		sentence = strings.Map(func(r rune) rune {
			if r > unicode.MaxASCII || strings.ContainsRune("[]{}\\^~|`", r) {
				return '?'
			}
			return r
		}, text.Plain(plainly.Replace(sentence)))
	}
	if letters := []rune(sentence); len(letters) > replyMost {
		return string(letters[:replyMost-3]) + "..."
	}
	return sentence
}

// cut is a name that leaves room for what is said of it.
func cut(name string, most int) string {
	if letters := []rune(name); len(letters) > most {
		return strings.TrimSpace(string(letters[:most-1])) + "…"
	}
	return name
}

// answered reports whether one of these was answered as a stranger within that time.
func answered(list []Text, since time.Time) bool {
	return slices.ContainsFunc(list, func(t Text) bool { return t.State == Stranger && t.Reply != "" && t.At.After(since) })
}
