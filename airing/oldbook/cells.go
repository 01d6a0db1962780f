package oldbook

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/stations"
)

var (
	dayFirst  = regexp.MustCompile(`(?:^|\s)(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})(?:$|\s)`)
	yearFirst = regexp.MustCompile(`(?:^|\s)(\d{4})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:$|\s|t)`)
	inWords   = regexp.MustCompile(`(?:ngay\s*)?(\d{1,2})\s*thang\s*(\d{1,2})\s*(?:nam|,)?\s*(\d{4})`)
	clocks    = regexp.MustCompile(`(\d{1,2})\s*(?:gio|:|h|g)\s*(\d{1,2})?(?:\s*(?:phut|p|')|:\d{2})?\s*(sang|trua|chieu|toi|am|pm)?`)
	dotted    = regexp.MustCompile(`^(\d{1,2})[.,](\d{2})\s*(sang|trua|chieu|toi|am|pm)?$`)
	lengths   = regexp.MustCompile(`^(?:(\d{1,2})\s*(?:gio|h|g|tieng)\s*)?(?:(\d{1,3})\s*(?:phut|ph|p|'|’|m|$)\s*)?(?:(\d{1,2})\s*(?:giay|s|"|''|’’)\s*)?$`)
)

// simple is s as it is read: lower case, without marks, on one line.
func simple(s string) string { return strings.ToLower(text.Plain(text.Line(s))) }

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0 // "", of what was left out
	}
	return n
}

// readDay reads a day as people write one: 5/3/2024, 5-3-24, 2024-03-05, "Thứ ba, ngày 5 tháng 3 năm 2024", or the cell of a date.
// Fault: oldbook.day_unreadable.
func readDay(t sheet.Table, c sheet.Cell) (stations.Date, error) {
	if c = t.Day(c); c.Kind == sheet.Date {
		return stations.Date(c.Text[:len(time.DateOnly)]), nil
	}
	s := simple(c.Text)
	d, m, y := 0, 0, 0
	switch {
	case c.Kind > sheet.Number:
	case yearFirst.MatchString(s):
		p := yearFirst.FindStringSubmatch(s)
		y, m, d = number(p[1]), number(p[2]), number(p[3])
	case dayFirst.MatchString(s):
		p := dayFirst.FindStringSubmatch(s)
		d, m, y = number(p[1]), number(p[2]), number(p[3])
	case inWords.MatchString(s):
		p := inWords.FindStringSubmatch(s)
		d, m, y = number(p[1]), number(p[2]), number(p[3])
	}
	if y > 0 && y < 100 {
		y += 2000
	}
	day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1990 || day.Day() != d || int(day.Month()) != m {
		return "", fault.New(fault.Invalid, "oldbook.day_unreadable", "text", short(c.Text))
	}
	return stations.Date(day.Format(time.DateOnly)), nil
}

// readClock reads a time of day: 17h30, 17:30, 17 giờ 30, 5h30 chiều, 0.729 of a day; of "17h30 - 18h00" until is the second.
// Fault: oldbook.time_unreadable.
func readClock(c sheet.Cell) (from, until time.Duration, err error) {
	wrong := fault.New(fault.Invalid, "oldbook.time_unreadable", "text", short(c.Text))
	part := c.Text
	if c.Kind == sheet.Date {
		if len(part) != len(time.DateTime) {
			return 0, 0, wrong
		}
		part = part[len(time.DateOnly)+1:]
	}
	if c.Kind == sheet.Number {
		v, err := strconv.ParseFloat(part, 64)
		switch {
		case err != nil || v < 0 || v >= 24:
			return 0, 0, wrong
		case v < 1:
			return time.Duration(v*24*60+0.5) * time.Minute, 0, nil
		case v == float64(int(v)):
			return time.Duration(v) * time.Hour, 0, nil
		}
	}
	s := strings.ReplaceAll(simple(part), "ruoi", "30")
	if p := dotted.FindStringSubmatch(s); p != nil {
		at, ok := clock(p[1], p[2], p[3])
		if !ok {
			return 0, 0, wrong
		}
		return at, 0, nil
	}
	found := clocks.FindAllStringSubmatch(s, 3)
	left := strings.Trim(clocks.ReplaceAllString(s, ""), " -–—~.,()")
	if left = strings.TrimSpace(strings.NewReplacer("den", "", "tu", "", "luc", "").Replace(left)); len(found) == 0 || len(found) > 2 || left != "" {
		return 0, 0, wrong
	}
	var at [2]time.Duration
	for i, p := range found {
		var ok bool
		if at[i], ok = clock(p[1], p[2], p[3]); !ok {
			return 0, 0, wrong
		}
	}
	return at[0], at[1], nil
}

func clock(hour, minute, part string) (time.Duration, bool) {
	h, m := number(hour), number(minute)
	if h < 12 && (part == "chieu" || part == "toi" || part == "pm") {
		h += 12
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, h < 24 && m < 60
}

// readLength reads how long something was on air: "30", "30 phút", "30'", "1h15", "1 giờ 5 phút 30 giây", 0:30:00 of a clock, 10:30 as
// minutes and seconds. A number is minutes. Fault: oldbook.length_unreadable.
func readLength(c sheet.Cell) (seconds int, err error) {
	wrong := fault.New(fault.Invalid, "oldbook.length_unreadable", "text", short(c.Text))
	s := simple(c.Text)
	switch {
	case c.Kind == sheet.Date:
		return 0, wrong
	case c.Kind == sheet.Number || c.Kind == sheet.Text && strings.Trim(s, "0123456789.,") == "":
		v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
		switch {
		case err != nil || v <= 0 || v > 360:
			return 0, wrong
		case c.Kind == sheet.Number && v < 1: // a part of a day whose format was lost
			return int(v*24*60*60 + 0.5), nil
		}
		return int(v*60 + 0.5), nil
	case strings.Contains(s, ":"):
		p := strings.Split(s, ":")
		if len(p) > 3 {
			return 0, wrong
		}
		for _, one := range p {
			if n, err := strconv.Atoi(one); err != nil || n < 0 || n > 360 {
				return 0, wrong
			}
			seconds = seconds*60 + number(one)
		}
		if seconds == 0 {
			return 0, wrong
		}
		return seconds, nil
	}
	p := lengths.FindStringSubmatch(s)
	if p == nil {
		return 0, wrong
	}
	if seconds = number(p[1])*3600 + number(p[2])*60 + number(p[3]); seconds == 0 {
		return 0, wrong
	}
	return seconds, nil
}

// readMark reads a tick: x, có, v, 1, NTM. What is empty, "không" or 0 is none.
func readMark(c sheet.Cell) bool {
	switch s := text.Fold(c.Text); s {
	case "", "0", "k", "ko", "khong", "no", "n", "false":
		return c.Text == "✓" || c.Text == "✔"
	}
	return true
}

// short is what a sentence quotes of a cell.
func short(s string) string {
	s = text.Line(s)
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
