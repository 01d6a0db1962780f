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

// AskedQuery asks for requests that wait; zero fields ask for nothing.
type AskedQuery struct {
	Not   string      // ID of a person: not what she asked for
	From  airing.Week // this week and later ones
	Limit int         // at most; 1 to MostListed
}

// Dropped is a request that was taken back, by who asked or by another.
type Dropped struct {
	Reopening
	DroppedBy string    `json:"dropped_by"` // name
	DroppedAt time.Time `json:"dropped_at"` // UTC
}

// gone says what became of the request that somebody answers too late; nil if it is not that.
func (w Closed) gone(c Reopen) error {
	switch {
	case !c.Decline && c.Request.IsZero():
		return nil
	case w.Opened != nil && (c.Request.IsZero() || c.Request.Equal(w.Opened.At)):
		return fault.New(fault.Conflict, "coverage.request_agreed", "by", w.Opened.AgreedBy, "at", w.Opened.AgreedAt)
	case w.Holds() && w.Asked == nil && w.Dropped != nil && (c.Request.IsZero() || c.Request.Equal(w.Dropped.At)):
		code := "coverage.request_declined"
		if w.Dropped.DroppedBy == w.Dropped.By {
			code = "coverage.request_withdrawn"
		}
		return fault.New(fault.Conflict, code, "by", w.Dropped.DroppedBy, "at", w.Dropped.DroppedAt, "asked", w.Dropped.By)
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

// answered is the week after what somebody said of opening it again.
func (w Closed) answered(m accounts.Meta, c Reopen) (Closed, error) {
	if err := w.takes(m, c); err != nil {
		return w, err
	}
	switch asked := w.Asked; {
	case c.Decline:
		w.Dropped, w.Asked = &Dropped{Reopening: *asked, DroppedBy: m.By.Name, DroppedAt: m.At.UTC()}, nil
	case !c.Request.IsZero():
		both := *asked
		both.AgreedBy, both.AgreedAt = m.By.Name, m.At.UTC()
		w.Opened, w.Asked = &both, nil
	default:
		w.Asked = &Reopening{Person: m.By.Person, By: m.By.Name, At: m.At.UTC(), Reason: c.reason()}
	}
	return w, nil
}

func (c Reopen) reason() string { return strings.TrimSpace(text.Lines(c.Reason)) }

// takes is why nobody may say that of the week, nil if she may.
func (w Closed) takes(m accounts.Meta, c Reopen) error {
	if err := MayClose(m.By); err != nil {
		return err
	}
	asked, gone := w.Asked, w.gone(c)
	switch {
	case m.By.Person == "" || m.By.Person == accounts.ServerPerson().ID: // nobody knows which person that is
		return fault.New(fault.Denied, "coverage.reopen_person")
	case gone != nil:
		return gone
	case !w.Holds():
		return fault.New(fault.Conflict, "coverage.not_closed", "week", c.Week)
	case asked == nil && (c.Decline || !c.Request.IsZero()):
		return fault.New(fault.Conflict, "coverage.not_asked", "week", c.Week)
	case !c.Request.IsZero() && !c.Request.Equal(asked.At):
		return fault.New(fault.Conflict, "coverage.request_changed", "by", asked.By, "at", asked.At, "reason", asked.Reason)
	case c.Decline:
		return nil
	case !c.Request.IsZero() && asked.Person == m.By.Person:
		return fault.New(fault.Conflict, "coverage.own_request")
	case !c.Request.IsZero():
		return nil
	case asked != nil && asked.Person != m.By.Person:
		return fault.New(fault.Conflict, "coverage.asked_already", "by", asked.By, "at", asked.At, "reason", asked.Reason, "yours", c.reason())
	case !readable(c.reason()):
		return fault.New(fault.Invalid, "coverage.reopen_reason").At("reason")
	}
	return nil
}

// concerns reports whether what is said of one week is said of a later one too: asked
// waits there, nil for none, and first waited for the week that was named.
func (c Reopen) concerns(by accounts.Actor, first, asked *Reopening) bool {
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
