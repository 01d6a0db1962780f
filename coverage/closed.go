package coverage

import (
	"iter"
	"slices"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
)

// Closed is a week as it was frozen, and what became of it since. It is zero for a week
// that nobody ever closed.
type Closed struct {
	Frozen  Week       `json:"week"`              // as it was counted then
	Asked   *Reopening `json:"asked,omitempty"`   // waits for a second person
	Dropped *Dropped   `json:"dropped,omitempty"` // the last request that was taken back
	Opened  *Reopening `json:"opened,omitempty"`  // it is open again
	Before  []Closed   `json:"before,omitempty"`  // earlier closings, the oldest first, each opened again
}

// Holds reports whether the week is closed, and not open again.
func (c Closed) Holds() bool { return !c.Frozen.ClosedAt.IsZero() && c.Opened == nil }

// Past lists the closings that no longer hold.
func (c Closed) Past() []Closed {
	if c.Opened == nil {
		return c.Before
	}
	last := c
	last.Before = nil
	return append(slices.Clip(c.Before), last)
}

// Plain reports whether the week was closed once and nobody opened it or asked
// to: then its summary says all there is to say.
func (c Closed) Plain() bool { return c.Opened == nil && c.Asked == nil && len(c.Before) == 0 }

// StandingOf is how a week stands that was closed, by what opened it since and what opened
// its closing before, each nil for nothing.
func StandingOf(opened, before *Reopening) Standing {
	s := Standing{Closed: opened == nil}
	if opened == nil {
		opened = before
	}
	if opened != nil {
		s.Reopened = opened.AgreedAt
	}
	return s
}

// Shown is the week as it is shown to who sees part of it; now is how it counts today.
func (c Closed) Shown(now Week, see func(district, station string) bool) Week {
	w := now.Only(see)
	if c.Holds() {
		w = c.Frozen.Only(see).Beside(w)
	}
	w.Reopening = c.Asked
	for _, p := range c.Past() {
		w.Earlier = append(w.Earlier, Frozen{Counts: p.Frozen.Only(see).Counts, ClosedAt: p.Frozen.ClosedAt, ClosedBy: p.Frozen.ClosedBy, Reopened: *p.Opened})
	}
	return w
}

// CloseFacts are what closing a week is decided by.
type CloseFacts struct {
	Calendar airing.Calendar
	Was      Closed                      // as it was closed before
	Count    func() (Week, error)        // as it would be frozen; asked for only if it comes to that
	Waits    func() (Unanswered, error)  // asked for where a person closes
	Name     func(station string) string // what people call a station
}

// DecideClose says how the week is closed, but for the seal over the log, and whether it
// is by this: a week that is closed stays as it was frozen. The daemon closes weeks on the day the
// settings name, and nobody is there to ask. Faults: accounts.denied, coverage.week_open when it has
// not ended, coverage.nothing_to_close, once.unseen, once.seen_another.
func DecideClose(f CloseFacts, m accounts.Meta, c Close) (closed Closed, fresh bool, err error) {
	if err := MayClose(m.By); err != nil {
		return f.Was, false, err
	}
	if end := f.Calendar.End(c.Week); m.At.Before(end) {
		return f.Was, false, fault.New(fault.Conflict, "coverage.week_open", "week", c.Week, "end", end)
	}
	if f.Was.Holds() {
		return f.Was, false, nil
	}
	week, err := f.Count()
	if err == nil {
		err = Closable(week)
	}
	if err == nil && m.By.Via != accounts.Daemon().Via {
		var waits Unanswered
		if waits, err = f.Waits(); err == nil {
			err = Closing(week, waits, f.Name).Must(c.Seen)
		}
	}
	if err != nil {
		return f.Was, false, err
	}
	week.Closed, week.ClosedAt, week.ClosedBy = true, m.At.UTC(), m.By.Name
	return Closed{Frozen: week, Before: f.Was.Past()}, true, nil
}

// DecideReopen says what becomes of the week, and of the closed weeks after it that the
// command speaks of too. Faults: accounts.denied, coverage.reopen_person, coverage.not_closed,
// coverage.reopen_reason, coverage.not_asked, coverage.request_changed,
// coverage.own_request, coverage.asked_already, coverage.request_agreed,
// coverage.request_withdrawn, coverage.request_declined.
func DecideReopen(m accounts.Meta, w Closed, later iter.Seq2[Closed, error], c Reopen) ([]Closed, error) {
	next, err := w.answered(m, c)
	if err != nil {
		return nil, err
	}
	list := []Closed{next}
	if !c.Later {
		return list, nil
	}
	for l, err := range later {
		if err == nil && l.Holds() && c.concerns(m.By, w.Asked, l.Asked) {
			if l, err = l.answered(m, c); err == nil {
				list = append(list, l)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}
