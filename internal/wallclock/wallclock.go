// Package wallclock watches the server's clock, which somebody, a dead battery
// or a wrong time server may set: what is written and frozen by a wrong clock
// cannot be told from the truth afterwards.
//
// It compares what the clock says with the time that has really passed since
// the clock was last right. Where the two differ the clock is in doubt until
// they agree again or a person says that the clock is right; until then the
// watch tells the time as it should be.
package wallclock

import (
	"sync"
	"time"

	"loa/internal/fault"
)

const (
	// Tolerance is how far the clock may be off without a word: time servers
	// correct seconds, and machines that were stopped for a moment minutes.
	Tolerance = 10 * time.Minute
	// MostRest is how long a daemon may have been down before its start asks
	// whether the clock is right: longer than a weekend without power.
	MostRest = 4 * 24 * time.Hour
)

// Doubt says in what the clock and the time that has passed differ. All times
// are UTC.
type Doubt struct {
	Shows    time.Time // what the clock shows
	Expected time.Time // what it should show; after a rest the latest time at which the daemon is known to have run
	Rested   bool      // the daemon was down since Expected, so the clock may be right
}

// Ahead is how far the clock is ahead; negative is behind.
func (d Doubt) Ahead() time.Duration { return d.Shows.Sub(d.Expected) }

// Watch is the one clock of a daemon. It is safe for concurrent use.
type Watch struct {
	wall    func() time.Time
	elapsed func() time.Duration

	mu    sync.Mutex
	right time.Time     // a time at which the clock was right
	at    time.Duration // elapsed then
	rest  time.Duration // how long after it the daemon may have been down; 0 once it was seen right
}

// New watches the clock wall. elapsed counts the time that passes, whatever
// the clock is set to. lived is the latest instant at which the daemon is
// known to have run with a right clock; zero if it never has.
func New(wall func() time.Time, elapsed func() time.Duration, lived time.Time) *Watch {
	w := &Watch{wall: wall, elapsed: elapsed, right: lived, at: elapsed(), rest: MostRest}
	if lived.IsZero() {
		w.right, w.rest = wall().Round(0), 0
	}
	return w
}

// Now is the clock's time, or while the clock is in doubt the time it should
// show.
func (w *Watch) Now() time.Time {
	now, _ := w.look()
	return now
}

// Doubt reports whether the clock is in doubt, and why.
func (w *Watch) Doubt() (Doubt, bool) {
	_, d := w.look()
	if d == nil {
		return Doubt{}, false
	}
	return *d, true
}

func (w *Watch) look() (time.Time, *Doubt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, passed := w.wall(), w.elapsed()
	expected := w.right.Add(passed - w.at)
	if off := now.Round(0).Sub(expected); off < -Tolerance || off > Tolerance+w.rest {
		return expected, &Doubt{Shows: now.Round(0).UTC(), Expected: expected.UTC(), Rested: w.rest > 0}
	}
	w.right, w.at, w.rest = now.Round(0), passed, 0
	return now, nil
}

// Confirm is a person's word that the clock is right; shows is what it showed
// her. Faults: clock.no_doubt, clock.moved_again when it now shows another time.
func (w *Watch) Confirm(shows time.Time) (Doubt, error) {
	_, d := w.look()
	switch {
	case d == nil:
		return Doubt{}, fault.New(fault.Conflict, "clock.no_doubt")
	case d.Shows.Sub(shows).Abs() > Tolerance:
		return *d, fault.New(fault.Conflict, "clock.moved_again", "shows", d.Shows)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.right, w.at, w.rest = w.wall().Round(0), w.elapsed(), 0
	return *d, nil
}

// Fault says in words why nothing may be written now, or is nil. Fault:
// clock.in_doubt.
func (w *Watch) Fault() error {
	d, doubt := w.Doubt()
	if !doubt {
		return nil
	}
	key := "clock.in_doubt"
	if d.Rested {
		key = "clock.rested"
	}
	return fault.New(fault.Unavailable, key, "shows", d.Shows, "expected", d.Expected)
}
