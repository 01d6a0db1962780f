package coverage

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// Stretch is a stretch of days as people name one: a year (2024), half of one (2024-H1), a
// quarter (2024-Q2), a month (2024-05), a week (2024-W20) or a day (2024-05-13). The zero
// Stretch is none. It is compared and written as it is named.
type Stretch struct{ name string }

// ParseStretch reads a stretch; "" is none. Fault: coverage.period_unreadable.
func ParseStretch(s string) (Stretch, error) {
	if s == "" {
		return Stretch{}, nil
	}
	if year, part, ok := named(s); ok && year >= firstYear && year < lastYear {
		if _, _, ok := partDays(year, part); ok {
			return Stretch{s}, nil
		}
	}
	if w, err := airing.ParseWeek(s); err == nil && w < farWeek {
		return Stretch{s}, nil
	}
	if day, err := stations.ParseDate(s); err == nil && day >= "1901-01-01" {
		return Stretch{string(day)}, nil
	}
	return Stretch{}, fault.New(fault.Invalid, "coverage.period_unreadable", "text", fmt.Sprintf("%.40s", s))
}

// What can be named.
const (
	firstYear = 1901
	lastYear  = 2199
	farWeek   = airing.Week(11_900) // in 2198
)

// MustStretch is ParseStretch of what is known to be one.
func MustStretch(s string) Stretch {
	st, err := ParseStretch(s)
	if err != nil {
		panic(err)
	}
	return st
}

// StretchOf is the month, quarter, half or year (the Grouping) in which the day lies.
func StretchOf(g Grouping, day stations.Date) Stretch {
	t := day.Start(time.UTC)
	month := int(t.Month())
	switch g {
	case ByMonth:
		return Stretch{t.Format("2006-01")}
	case ByQuarter:
		return Stretch{fmt.Sprintf("%04d-Q%d", t.Year(), (month+2)/3)}
	case ByHalf:
		return Stretch{fmt.Sprintf("%04d-H%d", t.Year(), (month+5)/6)}
	}
	return Stretch{t.Format("2006")}
}

// String is its name.
func (s Stretch) String() string { return s.name }

// MarshalText writes its name.
func (s Stretch) MarshalText() ([]byte, error) { return []byte(s.name), nil }

// UnmarshalText reads what ParseStretch reads.
func (s *Stretch) UnmarshalText(b []byte) (err error) {
	*s, err = ParseStretch(string(b))
	return err
}

// JSONSchema is what MarshalText writes.
func (Stretch) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "description": "a year, half-year, quarter, month, ISO week or day, which belongs whole to what is asked",
		"pattern": `^(\d{4}(-(H[12]|Q[1-4]|W\d{2}|\d{2}(-\d{2})?))?)?$`}
}

var yearPart = regexp.MustCompile(`^(\d{4})(?:-(H[12]|Q[1-4]|\d{2}))?$`)

// named are the year and the part of it that the name says, "" for all of it.
func named(s string) (year int, part string, ok bool) {
	m := yearPart.FindStringSubmatch(s)
	if m == nil {
		return 0, "", false
	}
	year, err := strconv.Atoi(m[1])
	return year, m[2], err == nil
}

// partDays are the first and the last day of a part of a year.
func partDays(year int, part string) (first, last stations.Date, ok bool) {
	begin, months := 1, 12
	switch {
	case part == "":
	case part[0] == 'H':
		months = 6
		begin = 1 + 6*int(part[1]-'1')
	case part[0] == 'Q':
		months = 3
		begin = 1 + 3*int(part[1]-'1')
	default:
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > 12 {
			return "", "", false
		}
		begin, months = n, 1
	}
	from := time.Date(year, time.Month(begin), 1, 0, 0, 0, 0, time.UTC)
	return stations.DateOf(from), stations.DateOf(from.AddDate(0, months, -1)), true
}

// week is the week the stretch names, if it names one.
func (s Stretch) week() (airing.Week, bool) {
	if len(s.name) != len("2024-W20") || s.name[5] != 'W' {
		return 0, false
	}
	w, err := airing.ParseWeek(s.name)
	return w, err == nil
}

// Days are its first and its last day; of a week those of its Monday and Sunday.
func (s Stretch) Days() (first, last stations.Date) {
	if w, ok := s.week(); ok {
		monday := stations.DateOf(airing.Calendar{Zone: time.UTC}.Start(w))
		return monday, monday.AddDays(6)
	}
	if year, part, ok := named(s.name); ok {
		first, last, _ = partDays(year, part)
		return first, last
	}
	return stations.Date(s.name), stations.Date(s.name)
}

// Before is the stretch of its kind that comes before it; the zero Stretch where it cannot be named.
func (s Stretch) Before() Stretch { return s.beside(-1) }

// After is the stretch of its kind that comes after it; the zero Stretch where it cannot be named.
func (s Stretch) After() Stretch { return s.beside(1) }

func (s Stretch) beside(step int) Stretch {
	if s == (Stretch{}) {
		return s
	}
	name := ""
	if w, ok := s.week(); ok {
		name = (w + airing.Week(step)).String()
	} else if year, part, ok := named(s.name); ok {
		first, last, _ := partDays(year, part)
		day := first.AddDays(-1)
		if step > 0 {
			day = last.AddDays(1)
		}
		name = StretchOf(groupingOf(part), day).name
	} else {
		name = string(stations.Date(s.name).AddDays(step))
	}
	next, err := ParseStretch(name)
	if err != nil {
		return Stretch{} // before the first or after the last that can be named
	}
	return next
}

func groupingOf(part string) Grouping {
	switch {
	case part == "":
		return ByYear
	case part[0] == 'H':
		return ByHalf
	case part[0] == 'Q':
		return ByQuarter
	}
	return ByMonth
}

// Words is the stretch as a sentence says it: "quý II/2024".
func (s Stretch) Words(l text.Language) string {
	if w, ok := s.week(); ok {
		return w.Words(l)
	}
	year, part, ok := named(s.name)
	switch {
	case s.name == "":
		return ""
	case !ok:
		return l.Say("coverage.stretch.day", "day", stations.Date(s.name))
	case part == "":
		return l.Say("coverage.stretch.year", "year", strconv.Itoa(year))
	case part[0] == 'H', part[0] == 'Q':
		return l.Say("coverage.stretch."+part, "year", strconv.Itoa(year))
	}
	n, _ := strconv.Atoi(part) // two digits, as named says
	return l.Say("coverage.stretch.month", "n", n, "year", strconv.Itoa(year))
}
