package stations

import (
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Moment is an end of a stretch of time as somebody names it: a time (RFC 3339), or a
// day, which means its first instant in text.Zone. The zero Moment names none.
type Moment struct {
	time.Time
	Day Date // "" of a time
}

// ParseMoment reads a time or a day; "" is the zero Moment. Fault:
// schedule.instant_unreadable.
func ParseMoment(s string) (m Moment, err error) {
	if s == "" {
		return m, nil
	}
	// An unescaped "+07:00" arrives as a space.
	if m.Time, err = time.Parse(time.RFC3339, strings.Replace(s, " ", "+", 1)); err != nil {
		if m.Day, err = ParseDate(s); err == nil {
			m.Time = m.Day.Start(text.Zone)
		}
	}
	if err != nil || m.Year() < 1900 || m.Year() >= 2200 { // as days are; a store counts nanoseconds
		return Moment{}, fault.New(fault.Invalid, "schedule.instant_unreadable", "text", s)
	}
	return m, nil
}

// Or is the instant, or another where none is named.
func (m Moment) Or(other time.Time) time.Time {
	if m.IsZero() {
		return other
	}
	return m.Time
}

// Through is the moment after a day that belongs to what is asked; a time is exclusive
// and stays.
func (m Moment) Through() Moment {
	if m.Day == "" {
		return m
	}
	m.Day = m.Day.AddDays(1)
	m.Time = m.Day.Start(text.Zone)
	return m
}

// UnmarshalText reads what ParseMoment reads.
func (m *Moment) UnmarshalText(b []byte) (err error) {
	*m, err = ParseMoment(string(b))
	return err
}

// MarshalText writes it as it was named.
func (m Moment) MarshalText() ([]byte, error) {
	if m.Day != "" || m.IsZero() {
		return []byte(m.Day), nil
	}
	return []byte(m.Format(time.RFC3339)), nil
}
