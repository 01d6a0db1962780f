package wallclock

import (
	"testing"
	"time"

	"loa/internal/fault"
)

// machine is a clock and the time that passes, set apart.
type machine struct {
	wall    time.Time
	elapsed time.Duration
}

func (m *machine) pass(d time.Duration) { m.wall, m.elapsed = m.wall.Add(d), m.elapsed+d }
func (m *machine) watch(lived time.Time) *Watch {
	return New(func() time.Time { return m.wall }, func() time.Duration { return m.elapsed }, lived)
}

var monday = time.Date(2024, 5, 13, 2, 0, 0, 0, time.UTC)

func TestAJumpIsNoticedAndTimeGoesOn(t *testing.T) {
	for _, jump := range []time.Duration{365 * 24 * time.Hour, 2 * time.Hour, 11 * time.Minute, -11 * time.Minute, -2 * time.Hour, -20 * 365 * 24 * time.Hour} {
		m := &machine{wall: monday}
		w := m.watch(time.Time{})
		m.pass(40 * 24 * time.Hour) // however long nobody looks
		if d, doubt := w.Doubt(); doubt || !w.Now().Equal(m.wall) {
			t.Fatalf("%v: a clock that runs is doubted: %+v", jump, d)
		}
		right := m.wall
		m.wall = m.wall.Add(jump)
		m.pass(time.Minute)
		d, doubt := w.Doubt()
		if want := right.Add(time.Minute); !doubt || !w.Now().Equal(want) || d.Ahead() != jump || !fault.Is(w.Fault(), "clock.in_doubt") {
			t.Fatalf("%v: doubt %v %+v, now %v, want %v", jump, doubt, d, w.Now(), want)
		}
		m.wall = m.wall.Add(-jump) // set right: no word is needed
		if err := w.Fault(); err != nil || !w.Now().Equal(m.wall) {
			t.Errorf("%v: set right again: %v", jump, err)
		}
	}
}

func TestSmallCorrectionsAreFollowed(t *testing.T) {
	m := &machine{wall: monday}
	w := m.watch(time.Time{})
	for range 100 { // a time server that slews by nine minutes each hour
		m.pass(time.Hour)
		m.wall = m.wall.Add(9 * time.Minute)
		if err := w.Fault(); err != nil || !w.Now().Equal(m.wall) {
			t.Fatal(err)
		}
	}
}

func TestAStartComparesTheClockWithTheLatestSignOfLife(t *testing.T) {
	for _, c := range []struct {
		rest  time.Duration
		doubt bool
	}{
		{time.Minute, false}, {3 * 24 * time.Hour, false}, {5 * 24 * time.Hour, true}, {365 * 24 * time.Hour, true},
		{-time.Minute, false}, {-2 * time.Hour, true},
	} {
		m := &machine{wall: monday.Add(c.rest)}
		w := m.watch(monday)
		d, doubt := w.Doubt()
		if doubt != c.doubt || doubt && (!d.Rested || !fault.Is(w.Fault(), "clock.rested") || !w.Now().Equal(monday)) {
			t.Errorf("down for %v: doubt %v %+v", c.rest, doubt, d)
		}
		if !doubt {
			m.wall = m.wall.Add(time.Hour)
			if err := w.Fault(); err == nil {
				t.Errorf("down for %v: once the clock was seen right, a jump of an hour passes", c.rest)
			}
		}
	}
}

func TestAPersonsWordSettlesTheDoubtSheSaw(t *testing.T) {
	m := &machine{wall: monday.AddDate(0, 1, 0)}
	w := m.watch(monday)
	seen := m.wall
	m.wall = m.wall.AddDate(1, 0, 0)
	if _, err := w.Confirm(seen); !fault.Is(err, "clock.moved_again") || w.Fault() == nil {
		t.Errorf("a word about another time: %v", err)
	}
	m.wall = seen
	m.pass(5 * time.Minute) // while she reads
	if d, err := w.Confirm(seen); err != nil || !d.Expected.Equal(monday.Add(5*time.Minute)) || w.Fault() != nil || !w.Now().Equal(m.wall) {
		t.Errorf("%+v %v %v", d, err, w.Fault())
	}
	if _, err := w.Confirm(seen); !fault.Is(err, "clock.no_doubt") {
		t.Errorf("a second word: %v", err)
	}
}

func TestTimePassesByTheMachine(t *testing.T) {
	if a, b := Elapsed(), Elapsed(); a <= 0 || b < a {
		t.Errorf("%v then %v", a, b)
	}
}
