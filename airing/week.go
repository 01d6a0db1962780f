package airing

import (
	"fmt"
	"strconv"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Week is an ISO 8601 week, counted from the week of Monday 1969-12-29 as 0.
// Its text is the ISO form, "2024-W20".
type Week int32

// epoch is the Monday of week 0.
var epoch = time.Date(1969, 12, 29, 0, 0, 0, 0, time.UTC)

const dayLength = 24 * time.Hour

// monday is the week's Monday 00:00 as if the wall clock were UTC.
func (w Week) monday() time.Time { return epoch.AddDate(0, 0, 7*int(w)) }

// String is the ISO form.
func (w Week) String() string {
	y, n := w.monday().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, n)
}

// Words is the week as a sentence says it: "tuần 20 năm 2024".
func (w Week) Words(l text.Language) string {
	y, n := w.monday().ISOWeek()
	return l.Say("week.of_year", "n", n, "year", strconv.Itoa(y))
}

// MarshalText writes the ISO form.
func (w Week) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// JSONSchema is what MarshalText writes.
func (Week) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^\d{4}-W\d{2}$`}
}

// UnmarshalText reads the ISO form.
func (w *Week) UnmarshalText(b []byte) (err error) {
	*w, err = ParseWeek(string(b))
	return err
}

// ParseWeek reads "2024-W20". Fault: airing.week_unreadable, also for week 53
// of a year that has none; and that of Check.
func ParseWeek(s string) (Week, error) {
	var y, n int
	if _, err := fmt.Sscanf(s, "%4d-W%2d", &y, &n); err == nil {
		// 4 January is always in week 1.
		first := weekOf(time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC))
		if w := first + Week(n-1); w.String() == s {
			return w, w.Check()
		}
	}
	return 0, fault.New(fault.Invalid, "airing.week_unreadable", "week", s).At("week")
}

// Check refuses a week before the first there is. Fault: airing.week_early.
func (w Week) Check() error {
	if w < 0 {
		return fault.New(fault.Invalid, "airing.week_early", "first", Week(0).String()).At("week")
	}
	return nil
}

func weekOf(wall time.Time) Week {
	since := wall.Sub(epoch)
	w := Week(since / (7 * dayLength))
	if since%(7*dayLength) < 0 { // weeks before the first are rounded down too
		w--
	}
	return w
}

// Calendar says where weeks begin: in a zone, a number of days and hours after
// Monday 00:00 (default: none).
type Calendar struct {
	Zone   *time.Location
	Shift  time.Duration // 0 <= Shift < 7 days
	Before []WeekStart   // when earlier weeks began, oldest first
}

// shift is how long after Monday 00:00 the week begins.
func (c Calendar) shift(w Week) time.Duration {
	for _, b := range c.Before {
		if w < b.Until {
			return time.Duration(b.ShiftHours) * time.Hour
		}
	}
	return c.Shift
}

// Week returns the week t falls into.
func (c Calendar) Week(t time.Time) Week {
	l := t.In(c.Zone)
	wall := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
	w := weekOf(wall)
	if wall.Before(w.monday().Add(c.shift(w))) {
		return w - 1
	}
	return w
}

// Start returns the first instant of the week.
func (c Calendar) Start(w Week) time.Time {
	m := w.monday().Add(c.shift(w))
	return time.Date(m.Year(), m.Month(), m.Day(), m.Hour(), m.Minute(), 0, 0, c.Zone)
}

// End returns the first instant of the next week: one in which the start was
// moved is longer or shorter than seven days.
func (c Calendar) End(w Week) time.Time { return c.Start(w + 1) }
