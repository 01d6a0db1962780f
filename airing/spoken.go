package airing

import (
	"time"
)

// Spoken tells of a report that waited on a phone when the person made it. Its times are by the
// phone's clock, which may be wrong, but for Known.
type Spoken struct {
	At      time.Time `json:"at" schema:"required"`                     // when she said it
	SentAt  time.Time `json:"sent_at" schema:"required"`                // when this was sent
	Behind  *int      `json:"behind,omitempty"`                         // seconds its clock was behind ours at their last contact, as it measured
	Contact string    `json:"contact,omitempty" schema:"maxLength=200"` // the last stamp the server had given the phone by then (header Loa-Contact)
	Known   time.Time `json:"-"`                                        // when that stamp was given, as who can read it says; zero if it is none of ours
}

// Bounds of what a phone says of the past.
const (
	spokenSlack = 2 * time.Minute     // clocks and lines are not exact
	spokenLeast = time.Minute         // what is heard sooner was said when it was heard
	longSilence = 14 * 24 * time.Hour // a stamp older than that proves nothing
)

// said is when the thing heard now was said, by our clock, and whether that is proven: not before the
// phone's last contact, and not after now. A clock that was wrong all the time is
// told by how long it says the thing waited; one that was set meanwhile by how wrong it was
// before. Where both can be, the later one holds.
func (s Spoken) said(heard time.Time) (at time.Time, proven bool) {
	waited := heard.Add(-s.SentAt.Sub(s.At))
	guesses := []time.Time{waited}
	if s.Behind != nil {
		guesses = append(guesses, s.At.Add(time.Duration(*s.Behind)*time.Second))
	}
	if !s.Known.IsZero() && !s.Known.After(heard) && heard.Sub(s.Known) <= longSilence {
		for _, g := range guesses {
			if !g.Before(s.Known.Add(-spokenSlack)) && !g.After(heard.Add(spokenSlack)) && (!proven || g.After(at)) {
				at, proven = g, true
			}
		}
	}
	if !proven {
		at = waited
	}
	if at.After(heard) {
		at = heard
	}
	return at.UTC().Truncate(time.Second), proven
}

// ahead is by how many seconds the phone's clock is ahead of ours, 0 for less than a minute.
func (s Spoken) ahead(heard time.Time) int {
	off := s.SentAt.Sub(heard)
	if off.Abs() < time.Minute {
		return 0
	}
	return int(off.Round(time.Second) / time.Second)
}

// speak notes in the report when it was said, where that is not when it was heard.
func (r *Report) speak(s *Spoken, heard time.Time) {
	if s == nil {
		return
	}
	at, proven := s.said(heard)
	r.ClockAhead = s.ahead(heard)
	if !proven && s.SentAt.Before(s.At) { // a clock that went back tells nothing of how long it was
		at = heard
	}
	if heard.Sub(at) >= spokenLeast || !proven && s.At.Sub(s.SentAt).Abs() >= spokenLeast {
		r.SaidAt, r.Unproven = at, !proven
	}
}

// Texted is at a report that came as a text message: what was written, from which number, and when by the
// network's clock. It is a claim like any other; who can send from the number can make it.
type Texted struct {
	From string    `json:"from"` // 0912345678
	Text string    `json:"text"`
	At   time.Time `json:"at"` // UTC
}

// TextedMost is how long after it was sent a text message is still a report.
const TextedMost = longSilence

// text notes that the report came as a text message, which may have waited on its way. The gateway says when it was
// sent; who holds the gateway could say anything in anybody's name.
func (r *Report) text(t *Texted, heard time.Time) {
	if t == nil {
		return
	}
	r.Texted = t
	if heard.Sub(t.At) >= spokenLeast {
		r.SaidAt = t.At
	}
}

// spoke is when the report was made, where it was heard at that time: on the phone, if that is proven.
func (r Report) spoke(heard time.Time) time.Time {
	if r.SaidAt.IsZero() || r.Unproven {
		return heard
	}
	return r.SaidAt
}

// Spoke is when the report was made: when it was heard, or on the phone where that is proven.
func (l Line) Spoke() time.Time { return l.spoke(l.ReceivedAt) }

// ClockOff is by how much the phone's clock was wrong when the report was sent, 0 for less than a minute.
func (r Report) ClockOff() time.Duration {
	return (time.Duration(r.ClockAhead) * time.Second).Abs()
}

// Waited is how long the report waited on a phone until the server heard it, 0 if it did not.
func (l Line) Waited() time.Duration {
	if l.SaidAt.IsZero() {
		return 0
	}
	return l.ReceivedAt.Sub(l.SaidAt).Round(time.Minute)
}
