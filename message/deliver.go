package message

import (
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Channel is what a delivery goes by.
type Channel string

// The channels that leave the server.
const (
	Letter  Channel = "mail"
	Webhook Channel = "hook"
	Push    Channel = "push" // to a Device
)

// Channels are all of them.
var Channels = []Channel{Letter, Push, Webhook}

// State is where a delivery stands.
type State string

// The states.
const (
	Waiting State = "waiting" // to be tried, for the first time or again
	Sent    State = "sent"    // the other side took it
	Failed  State = "failed"  // the other side refused it for good
	Dead    State = "dead"    // given up after many tries
)

// States are all of them.
var States = []State{Waiting, Sent, Failed, Dead}

// Answer is what became of one try.
type Answer string

// The answers.
const (
	Taken       Answer = "taken"
	Later       Answer = "later"       // asked to come again
	Refused     Answer = "refused"     // for good
	Silent      Answer = "silent"      // nothing was heard in time
	Unreached   Answer = "unreached"   // no connection
	Broken      Answer = "broken"      // it ended the connection before it answered, and may have taken it
	Garbled     Answer = "garbled"     // what it said is no answer of such a server
	NameUnknown Answer = "name"        // no such host
	Untrusted   Answer = "untrusted"   // its certificate, or no encryption where it is wanted
	LogIn       Answer = "log_in"      // user or password refused
	OwnNetwork  Answer = "own_network" // an address inside the server's own networks
	Redirected  Answer = "redirected"  // to another address, which is not followed
	NotSet      Answer = "not_set"     // no mail server
	Unsigned    Answer = "unsigned"    // it does not take the signature
	Removed     Answer = "removed"     // the webhook or the device is no more
	Restored    Answer = "restored"    // it waited when a backup was made, and the backup was restored
)

// Answers are all of them.
var Answers = []Answer{Taken, Later, Refused, Silent, Unreached, Broken, Garbled, NameUnknown, Untrusted, LogIn, OwnNetwork, Redirected,
	NotSet, Unsigned, Removed, Restored}

// Words says it.
func (a Answer) Words(l text.Language) string { return l.Say("message.answer." + string(a)) }

// final are those after which another try is no use.
func (a Answer) final() bool { return a == Refused || a == Redirected || a == NotSet || a == Removed }

// OfTarget reports whether the trouble is where the message goes, not the message: then
// others that go there would fare no better.
func (a Answer) OfTarget() bool {
	return slices.Contains([]Answer{Silent, Unreached, Broken, Garbled, NameUnknown, Untrusted, LogIn, OwnNetwork}, a)
}

// Attempt is one try and what came back.
type Attempt struct {
	At     time.Time     `json:"at"` // UTC
	Answer Answer        `json:"answer"`
	Code   int           `json:"code,omitempty"`  // the other side's, 0 if it gave none
	Says   string        `json:"says,omitempty"`  // its own words, shortened
	Cause  string        `json:"cause,omitempty"` // what was seen here where it said nothing, in technical words
	After  time.Duration `json:"after,omitempty"` // it asked to come again no sooner
}

// Words says what came of a try by that channel: of a code that the other side gave, what it means.
func (a Attempt) Words(l text.Language, by Channel) string {
	words := a.Answer.Words(l)
	if a.Code == 0 || a.Answer == Taken {
		return words
	}
	said := l.Say("message.answer_code", "code", a.Code, "means", l.Say("message.code."+a.means(by)))
	if a.Answer == Later { // it asked for nothing: that it is tried again is Loa's doing
		return said
	}
	return said + " " + words
}

// means is the kind of trouble that the code tells of.
func (a Attempt) means(by Channel) string {
	switch {
	case by == Letter && a.Code < 500:
		return "mail_later"
	case by == Letter:
		return "mail_refused"
	case a.Code == 404 || a.Code == 410:
		return "missing"
	case a.Code == 401 || a.Code == 403:
		return "denied"
	case a.Code == 429:
		return "many"
	case a.Code == 502 || a.Code == 503 || a.Code == 504:
		return "busy"
	case a.Code >= 500:
		return "broken"
	default:
		return "refused"
	}
}

// Left is how often a delivery that waits is tried again at most.
func (d Delivery) Left() int { return max(0, len(pauses)+1-d.Tries) }

// SaysMost is how much of the other side's words is kept, in letters.
const SaysMost = 300

// Quote is what the other side said as it is kept and shown.
func Quote(s string) string {
	r := []rune(text.Line(s))
	if len(r) > SaysMost {
		r = append(r[:SaysMost], '…')
	}
	return string(r)
}

// Delivery is one message on its way by one channel.
type Delivery struct {
	Number   uint64        `json:"number"`
	Message  string        `json:"message"`
	Topic    Topic         `json:"topic"`
	Channel  Channel       `json:"channel"`
	To       string        `json:"to"`                // address, or the ID of the webhook or the device
	Service  string        `json:"service,omitempty"` // host of a device's push service, name of the webhook by which a person is told
	Person   string        `json:"person,omitempty"`  // whom it is for
	Name     string        `json:"name"`              // of the person or of the webhook, as it was called then
	Phone    string        `json:"phone,omitempty"`   // for a program that forwards to it
	Language text.Language `json:"language,omitempty"`
	Title    string        `json:"title,omitempty"`
	Until    time.Time     `json:"until,omitzero"` // it is of no use later
	State    State         `json:"state"`
	Made     time.Time     `json:"made"`               // UTC
	Next     time.Time     `json:"next"`               // of the next try; of a delivery that is over, of the last
	Tries    int           `json:"tries"`              // since it began to wait
	Attempts []Attempt     `json:"attempts,omitempty"` // the last ones, oldest first
	Batch    string        `json:"batch,omitempty"`    // those of one batch go out as one
}

// attemptsKept is how many tries of a delivery are kept.
const attemptsKept = 12

// pauses are how long a delivery waits after its first, second, … try; then it is dead:
// after three days.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 12 * time.Hour,
	12 * time.Hour, 12 * time.Hour, 13 * time.Hour}

// pauseMost is the longest pause that the other side may ask for.
const pauseMost = 24 * time.Hour

// After is the delivery after a try.
func (d Delivery) After(a Attempt) Delivery {
	a.At, a.Says, a.Cause = a.At.UTC(), Quote(a.Says), Quote(a.Cause)
	d.Attempts = append(slices.Clone(d.Attempts), a)
	if extra := len(d.Attempts) - attemptsKept; extra > 0 {
		d.Attempts = d.Attempts[extra:]
	}
	d.Tries, d.Next = d.Tries+1, a.At
	switch {
	case a.Answer == Taken:
		d.State = Sent
	case a.Answer.final():
		d.State = Failed
	case d.Tries > len(pauses):
		d.State = Dead
	default:
		d.State, d.Next = Waiting, a.At.Add(max(pauses[d.Tries-1], min(a.After, pauseMost)))
	}
	return d
}

// Tried is the delivery of a trial: whatever is answered, it is not tried again by itself.
func (d Delivery) Tried(a Attempt) Delivery {
	if d = d.After(a); d.State == Waiting {
		d.State, d.Next = Failed, d.Last().At
	}
	return d
}

// Released is a delivery that waits for the end of quiet hours, by those of s; false where that is no other end.
func (s Settings) Released(d Delivery, at time.Time) (Delivery, bool) {
	next := s.Quiet(at)
	if next.IsZero() {
		next = at.UTC()
	}
	if d.Batch == "" || d.Tries > 0 || d.Next.Equal(next) || !d.Next.After(at) {
		return d, false
	}
	d.Next = next
	return d, true
}

// PutOff is the delivery that waits behind another to the same target, which failed at
// that instant. It is no try.
func (d Delivery) PutOff(at time.Time) Delivery {
	d.Next = at.UTC().Add(pauses[0])
	return d
}

// Held is the delivery in a restored backup: whether it was sent after the backup was made
// is not known there, so a person says whether it goes. It is no try.
func (d Delivery) Held(at time.Time) Delivery {
	tries := d.Tries
	d = d.After(Attempt{At: at, Answer: Restored})
	d.State, d.Tries, d.Next = Dead, tries, at.UTC()
	return d
}

// Unsent is a delivery as it ends when the webhook is removed; false where it goes elsewhere.
func (h Hook) Unsent(d Delivery, at time.Time) (Delivery, bool) {
	return d.After(Attempt{At: at, Answer: Removed}), d.Channel == Webhook && d.To == h.ID
}

// Last is the last try, the zero Attempt if there was none.
func (d Delivery) Last() Attempt {
	if len(d.Attempts) == 0 {
		return Attempt{}
	}
	return d.Attempts[len(d.Attempts)-1]
}

// Lost reports whether somebody should see to it that the delivery did not arrive: a trial told who tried, and what went to a
// webhook or a device that was removed meanwhile was meant to end.
func (d Delivery) Lost() bool {
	return (d.State == Dead || d.State == Failed) && d.Topic != Trial && d.Last().Answer != Removed
}

// Facts are what addressing a message looks at.
type Facts struct {
	Settings Settings
	Hooks    []Hook
	Choice   func(person string) (Choice, error)
	Devices  func(person string) ([]Device, error)
}

// Address makes of a draft the message, and the deliveries it leaves by; ok is false
// when nobody is told. What is made in quiet hours waits for their end and goes out
// in one digest a person; what would be too late by then stays in the app.
func Address(f Facts, d Draft, at time.Time) (m Message, list []Delivery, ok bool, err error) {
	way := f.Settings.Way(d.Topic)
	if way == Nowhere || d.Person.Disabled {
		return m, nil, false, nil
	}
	m = Message{ID: IDOf(d.Key), Topic: d.Topic, Person: d.Person.ID, Title: text.Line(d.Title), Text: text.Lines(d.Text), Path: d.Path,
		Made: at.UTC()}
	c, err := f.Choice(d.Person.ID)
	if err != nil || slices.Contains(c.Not, d.Topic) {
		return m, nil, true, err
	}
	next, quiet := at.UTC(), f.Settings.Quiet(at)
	if !quiet.IsZero() {
		next = quiet
	}
	if !d.Until.IsZero() && next.After(d.Until) {
		return m, nil, true, nil
	}
	one := Delivery{Message: m.ID, Topic: m.Topic, Person: m.Person, Name: text.Line(d.Person.Name), Phone: c.Phone, Language: d.Person.Language,
		Title: m.Title, Until: d.Until, State: Waiting, Made: at.UTC(), Next: next}
	add := func(ch Channel, to string) {
		one.Channel, one.To = ch, to
		if !quiet.IsZero() {
			one.Batch = strings.Join([]string{string(ch), to, d.Person.ID, quiet.Format(time.RFC3339)}, " ")
		}
		list = append(list, one)
	}
	if way == Outward {
		if c.Mail != "" && f.Settings.Mail.Host != "" {
			add(Letter, c.Mail)
		}
		devices, err := f.Devices(d.Person.ID)
		if err != nil {
			return m, nil, true, err
		}
		for _, device := range devices {
			one.Service = device.Service
			add(Push, device.ID)
		}
		one.Service = ""
	}
	for _, h := range f.Hooks {
		if h.hears(d.Topic) {
			one.Service = h.Name
			add(Webhook, h.ID)
		}
	}
	return m, list, true, nil
}

func (h Hook) hears(t Topic) bool { return !h.Paused && slices.Contains(h.Topics, t) }

// Heard reports whether a webhook wants to hear of the event.
func Heard(hooks []Hook, t Topic) bool {
	return slices.Contains(Events, t) && slices.ContainsFunc(hooks, func(h Hook) bool { return h.hears(t) })
}

// Tell makes of an event what the webhooks are told that want to hear of it.
func Tell(hooks []Hook, t Topic, e Event) (m Message, list []Delivery) {
	if !Heard(hooks, t) {
		return m, nil
	}
	m = Message{ID: IDOf(string(t) + " " + e.Change), Topic: t, Made: e.At.UTC(), Event: &e}
	for _, h := range hooks {
		if h.hears(t) {
			list = append(list, Delivery{Message: m.ID, Topic: t, Channel: Webhook, To: h.ID, Name: h.Name, Title: e.Said[text.Vietnamese],
				State: Waiting, Made: m.Made, Next: m.Made})
		}
	}
	return m, list
}

// Parcel is what goes out at once: one delivery, or those of a batch.
type Parcel struct {
	Deliveries []Delivery
	Messages   []Message // of each
}

// ID is the same each time the parcel is sent, so that who gets it twice can tell.
func (p Parcel) ID() string {
	d := p.Deliveries[0]
	if d.Batch != "" {
		return IDOf("batch " + d.Batch)
	}
	return IDOf("delivery " + d.Message + " " + string(d.Channel) + " " + d.To)
}

// Title is the message's, or says how many there are.
func (p Parcel) Title() string {
	if len(p.Messages) == 1 {
		return p.Messages[0].Title
	}
	return p.Language().Say("message.digest", "n", len(p.Messages))
}

// Text is what is said, one message below the other; link makes an address of a page.
func (p Parcel) Text(link func(path string) string) string {
	var parts []string
	for _, m := range p.Messages {
		part := m.Text
		if len(p.Messages) > 1 {
			part = m.Title + "\n" + part
		}
		if m.Path != "" {
			part += "\n" + link(m.Path)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "\n\n")
}

// Language is that of whom it is for.
func (p Parcel) Language() text.Language {
	if l := p.Deliveries[0].Language; l != "" {
		return l
	}
	return text.Vietnamese
}

// Foot says why somebody gets the mail and where she ends it.
func (p Parcel) Foot(link string) string { return p.Language().Say("message.foot", "link", link) }

// Query narrows the log of deliveries, on its page, by the API and the command line.
type Query struct {
	State   State   `name:"state"`
	Channel Channel `name:"channel"`
	Topic   Topic   `name:"topic"`
	To      string  `name:"to"`  // part of the name or the address it goes to, tone marks or not
	Day     Day     `name:"day"` // that it was made on
}

// Day is a day of the zone, 2026-11-30.
type Day string

// UnmarshalText reads a day, as it is written here or by people: 30/11/2026. Fault: message.day_form.
func (d *Day) UnmarshalText(b []byte) error {
	for _, form := range []string{time.DateOnly, "2/1/2006"} {
		if at, err := time.Parse(form, strings.TrimSpace(string(b))); err == nil {
			*d = Day(at.Format(time.DateOnly))
			return nil
		}
	}
	return fault.New(fault.Invalid, "message.day_form")
}

// JSONSchema is what a day looks like in JSON.
func (Day) JSONSchema() map[string]any { return map[string]any{"type": "string", "format": "date"} }

// Span is when the day begins and ends.
func (d Day) Span() (from, until time.Time) {
	from, _ = time.ParseInLocation(time.DateOnly, string(d), text.Zone) // it was read by UnmarshalText
	return from, from.AddDate(0, 0, 1)
}

// has reports whether an instant is on the day.
func (d Day) has(at time.Time) bool {
	from, until := d.Span()
	return !at.Before(from) && at.Before(until)
}

// Passes reports whether a delivery is one the query asks for.
func (q Query) Passes(d Delivery) bool {
	return (q.State == "" || d.State == q.State) && (q.Channel == "" || d.Channel == q.Channel) && (q.Topic == "" || d.Topic == q.Topic) &&
		(q.Day == "" || q.Day.has(d.Made)) && (q.To == "" || strings.Contains(text.Fold(d.Name+" "+d.To), text.Fold(q.To)))
}

// Allowed returns a fault unless the actor may read the log of deliveries.
func Allowed(by accounts.Actor) error { return by.Must(accounts.EditSettings, accounts.Where{}) }

// Replay asks to try deliveries again that failed or are dead: one, or all dead ones.
type Replay struct {
	Number uint64 `json:"number,omitempty"` // 0 for all that are dead
}

// MostReplayed is how many one replay of all moves.
const MostReplayed = 500

// Again reports whether a delivery can be tried again by hand. hooks are the webhooks
// there are.
func (d Delivery) Again(hooks []Hook) bool {
	return (d.State == Failed || d.State == Dead) && d.target(hooks)
}

func (d Delivery) target(hooks []Hook) bool {
	switch d.Channel {
	case Webhook:
		return slices.ContainsFunc(hooks, func(h Hook) bool { return h.ID == d.To })
	case Push:
		return d.Last().Answer != Removed
	}
	return true
}

// DecideReplay says how a delivery goes on; hooks are the webhooks there are. Faults:
// accounts.denied, message.not_over, message.target_gone.
func DecideReplay(m accounts.Meta, d Delivery, hooks []Hook) (Delivery, error) {
	if err := Allowed(m.By); err != nil {
		return d, err
	}
	if d.State != Failed && d.State != Dead {
		return d, fault.New(fault.Conflict, "message.not_over")
	}
	if !d.target(hooks) {
		return d, fault.New(fault.Conflict, "message.target_gone", "name", d.Name)
	}
	d.State, d.Tries, d.Next = Waiting, 0, m.At.UTC()
	return d, nil
}

// NoDelivery is the fault of a delivery that is not there, or no more.
func NoDelivery() error { return fault.New(fault.NotFound, "message.no_delivery") }

// DecideRead says how a message is read: by the person it is for. Faults: message.none.
func DecideRead(by accounts.Actor, m Message, at time.Time) (Message, error) {
	if by.Person == "" || m.Person != by.Person {
		return m, NoMessage()
	}
	if m.Read.IsZero() {
		m.Read = at.UTC()
	}
	return m, nil
}

// NoMessage is the fault of a message that is not there.
func NoMessage() error { return fault.New(fault.NotFound, "message.none") }
