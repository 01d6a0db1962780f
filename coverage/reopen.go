package coverage

import (
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
)

// Reopening is the word of two people that a closed week shall be open again:
// one asks and says why, another agrees.
type Reopening struct {
	Person   string    `json:"person"` // ID of who asked
	By       string    `json:"by"`     // her name
	At       time.Time `json:"at"`     // UTC
	Reason   string    `json:"reason"`
	AgreedBy string    `json:"agreed_by,omitempty"` // name of the other, "" while it waits for one
	AgreedAt time.Time `json:"agreed_at,omitzero"`  // UTC
}

// Request names it to who answers: Reopen.Request as text.
func (r Reopening) Request() string { return r.At.UTC().Format(time.RFC3339Nano) }

// Asked is a week with the request to open it that waits.
type Asked struct {
	Week airing.Week `json:"week"`
	Reopening
}

// Dropped is a request that was taken back, by who asked or by another.
type Dropped struct {
	Reopening
	DroppedBy string    `json:"dropped_by"` // name
	DroppedAt time.Time `json:"dropped_at"` // UTC
}

// Requests are what was asked of a closed week, each nil if there is none.
type Requests struct {
	Closed  bool       // it is closed, and not open again
	Asked   *Reopening // waits for a second person
	Dropped *Dropped   // the last that was taken back
	Opened  *Reopening // by which the week is open
}

// gone says what became of the request that somebody answers too late; nil if it is not that.
func (f Requests) gone(c Reopen) error {
	switch {
	case !c.Decline && c.Request.IsZero():
		return nil
	case f.Opened != nil && (c.Request.IsZero() || c.Request.Equal(f.Opened.At)):
		return fault.New(fault.Conflict, "coverage.request_agreed", "by", f.Opened.AgreedBy, "at", f.Opened.AgreedAt)
	case f.Closed && f.Asked == nil && f.Dropped != nil && (c.Request.IsZero() || c.Request.Equal(f.Dropped.At)):
		code := "coverage.request_declined"
		if f.Dropped.DroppedBy == f.Dropped.By {
			code = "coverage.request_withdrawn"
		}
		return fault.New(fault.Conflict, code, "by", f.Dropped.DroppedBy, "at", f.Dropped.DroppedAt, "asked", f.Dropped.By)
	}
	return nil
}

// Frozen is what a week was closed with before it was opened again.
type Frozen struct {
	Counts
	ClosedAt time.Time `json:"closed_at"`
	ClosedBy string    `json:"closed_by"`
	Reopened Reopening `json:"reopened"`
}

// Standing is how a week stands that was ever closed.
type Standing struct {
	Closed   bool
	Reopened time.Time // when it was opened again last, UTC; zero if it never was
}

// Reopen asks that a closed week be opened again, agrees to what another
// asked, or declines it. Who asks never agrees by it: an agreement names the request.
type Reopen struct {
	Week    airing.Week `json:"week"`
	Later   bool        `json:"later,omitempty"` // and every closed week after it; of an answer, those of the same request
	Reason  string      `json:"reason,omitempty"`
	Request time.Time   `json:"request,omitzero"`  // Reopening.At of the request that is answered; zero asks
	Decline bool        `json:"decline,omitempty"` // takes the request back, one's own or another's; whichever waits if none is named
}

// DecideReopen returns the request as it stands afterwards, nil for none, and
// whether the week is open by it. f is what was asked before. Faults: accounts.denied, coverage.reopen_person, coverage.not_closed,
// coverage.reopen_reason, coverage.not_asked, coverage.request_changed,
// coverage.own_request, coverage.asked_already, coverage.request_agreed,
// coverage.request_withdrawn, coverage.request_declined.
func DecideReopen(m accounts.Meta, f Requests, c Reopen) (next *Reopening, open bool, err error) {
	if err := MayClose(m.By); err != nil {
		return nil, false, err
	}
	reason, asked := strings.TrimSpace(text.Lines(c.Reason)), f.Asked
	switch {
	case m.By.Person == "" || m.By.Person == accounts.ServerPerson().ID: // nobody knows which person that is
		return nil, false, fault.New(fault.Denied, "coverage.reopen_person")
	case f.gone(c) != nil:
		return nil, false, f.gone(c)
	case !f.Closed:
		return nil, false, fault.New(fault.Conflict, "coverage.not_closed", "week", c.Week)
	case asked == nil && (c.Decline || !c.Request.IsZero()):
		return nil, false, fault.New(fault.Conflict, "coverage.not_asked", "week", c.Week)
	case !c.Request.IsZero() && !c.Request.Equal(asked.At):
		return nil, false, fault.New(fault.Conflict, "coverage.request_changed", "by", asked.By, "at", asked.At, "reason", asked.Reason)
	case c.Decline:
		return nil, false, nil
	case !c.Request.IsZero() && asked.Person == m.By.Person:
		return nil, false, fault.New(fault.Conflict, "coverage.own_request")
	case !c.Request.IsZero():
		both := *asked
		both.AgreedBy, both.AgreedAt = m.By.Name, m.At.UTC()
		return &both, true, nil
	case asked != nil && asked.Person != m.By.Person:
		return nil, false, fault.New(fault.Conflict, "coverage.asked_already", "by", asked.By, "at", asked.At, "reason", asked.Reason, "yours", reason)
	case !readable(reason):
		return nil, false, fault.New(fault.Invalid, "coverage.reopen_reason").At("reason")
	}
	return &Reopening{Person: m.By.Person, By: m.By.Name, At: m.At.UTC(), Reason: reason}, false, nil
}

// Concerns reports whether what is said of one week is said of a later one too: asked
// waits there, nil for none, and first waited for the week that was named.
func (c Reopen) Concerns(by accounts.Actor, first, asked *Reopening) bool {
	if c.Decline || !c.Request.IsZero() { // the same request, for both weeks
		return first != nil && asked != nil && asked.Person == first.Person && asked.At.Equal(first.At)
	}
	return asked == nil || asked.Person == by.Person
}

// MayCloseAgain reports whether the daemon may close a week now that was
// opened again: it is left open as long as any other week after its end.
func (s Standing) MayCloseAgain(at time.Time, days int) bool {
	return !s.Closed && !at.Before(s.Reopened.AddDate(0, 0, days))
}
