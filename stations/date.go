package stations

import (
	"regexp"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Date is a day on the calendar of the stations' zone, "2024-05-13"; "" is no
// day. Days compare as text.
type Date string

// JSONSchema is what a day looks like in JSON.
func (Date) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^(\d{4}-\d{2}-\d{2})?$`}
}

// ParseDate reads "2024-05-13", "13/5/2024" or "13-5-2024"; "" stays "". A
// spreadsheet may have put midnight behind it. Faults: stations.date_unreadable,
// stations.date_month_first for what only makes sense as month before day.
func ParseDate(s string) (Date, error) {
	if s == "" {
		return "", nil
	}
	day := midnight.ReplaceAllString(s, "")
	read := func(layouts ...string) (Date, bool) {
		for _, layout := range layouts {
			if t, err := time.Parse(layout, day); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
				return DateOf(t), true
			}
		}
		return "", false
	}
	if d, ok := read(time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006"); ok {
		return d, nil
	}
	if d, ok := read("1/2/2006", "1-2-2006"); ok {
		return "", fault.New(fault.Invalid, "stations.date_month_first", "text", s, "day", d)
	}
	return "", fault.New(fault.Invalid, "stations.date_unreadable", "text", s)
}

// midnight is the time a spreadsheet adds to a day without one.
var midnight = regexp.MustCompile(`[ T]0?0:00(:00)?$`)

// DateOf is the day at t in t's own zone.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// Start is the first instant of the day in zone. d must not be "".
func (d Date) Start(zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), zone)
	if err != nil {
		panic("stations: no day: " + string(d)) // every Date is made by ParseDate, DateOf or AddDays
	}
	return t
}

// AddDays is the day n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.Start(time.UTC).AddDate(0, 0, n)) }

// Words writes the day as people do, "13/5/2024", in English "13 May 2024"; what is
// no day stays as it is.
func (d Date) Words(l text.Language) string {
	t, err := time.ParseInLocation(time.DateOnly, string(d), text.Zone)
	if err != nil {
		return string(d)
	}
	return l.Date(t)
}

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDate(string(b))
	return err
}

// Interval is a run of days. Until is its last day, "" when it has not ended.
type Interval struct {
	From  Date `json:"from"`
	Until Date `json:"until"`
}

// Has reports whether the day lies in the interval.
func (i Interval) Has(day Date) bool { return i.From <= day && (i.Until == "" || day <= i.Until) }

// overlaps reports whether two intervals share a day.
func (i Interval) overlaps(j Interval) bool {
	return (i.Until == "" || j.From <= i.Until) && (j.Until == "" || i.From <= j.Until)
}
