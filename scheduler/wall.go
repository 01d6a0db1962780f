package scheduler

import (
	"time"

	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// Wall is a date and time of day on a clock on the wall, to the minute, in no
// particular zone: minutes since 1970-01-01 00:00. It is written
// "2024-05-13T17:00".
type Wall int64

const (
	wallLayout  = "2006-01-02T15:04"
	wallWritten = "15:04 2/1/2006" // by people
)

// WallOf reads the clock on the wall at t, in t's own zone, dropping seconds.
func WallOf(t time.Time) Wall {
	_, offset := t.Zone()
	return Wall((t.Unix() + int64(offset)) / 60)
}

// In is the instant at which a clock in zone shows w. A time the clocks skip
// is the instant they are put forward; a time they show twice is the first.
// So every occurrence happens exactly once, and In never runs backward.
func (w Wall) In(zone *time.Location) time.Time {
	naive := w.civil()
	// Zones are within a day of UTC, so the offsets a day before and after
	// frame any single change.
	_, before := naive.Add(-24 * time.Hour).In(zone).Zone()
	_, after := naive.Add(24 * time.Hour).In(zone).Zone()
	early := naive.Add(-time.Duration(max(before, after)) * time.Second).In(zone)
	late := naive.Add(-time.Duration(min(before, after)) * time.Second).In(zone)
	switch {
	case WallOf(early) == w:
		return early
	case WallOf(late) == w:
		return late
	}
	_, change := early.ZoneBounds()
	if change.IsZero() || change.After(late) {
		return late
	}
	return change
}

// civil is w as if the wall hung in UTC.
func (w Wall) civil() time.Time { return time.Unix(int64(w)*60, 0).UTC() }

// Date is w's day.
func (w Wall) Date() stations.Date { return stations.DateOf(w.civil()) }

// String writes "2024-05-13T17:00".
func (w Wall) String() string { return w.civil().Format(wallLayout) }

// MarshalText writes "2024-05-13T17:00".
func (w Wall) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// JSONSchema is what MarshalText writes.
func (Wall) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$`}
}

// Words is w as people write it, "17:00 13/5/2024", in English "17:00 13 May 2024".
func (w Wall) Words(l text.Language) string { return l.DateTime(w.In(text.Zone)) }

// UnmarshalText reads "2024-05-13T17:00" and "17:00 13/5/2024"; anything else is a
// fault Invalid.
func (w *Wall) UnmarshalText(b []byte) error {
	t, err := time.Parse(wallLayout, string(b))
	if err != nil {
		t, err = time.Parse(wallWritten, string(b))
	}
	if err != nil {
		return fault.New(fault.Invalid, "schedule.wall_unreadable", "text", string(b)).Because(err)
	}
	*w = WallOf(t)
	return nil
}

// ParseWall reads what UnmarshalText reads.
func ParseWall(s string) (w Wall, err error) { return w, w.UnmarshalText([]byte(s)) }

// midnight is the start of the day; d must not be "".
func midnight(d stations.Date) Wall { return WallOf(d.Start(time.UTC)) }
