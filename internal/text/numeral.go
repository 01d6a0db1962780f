package text

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"loa/internal/fault"
)

// What people type into a box of numbers is read here and nowhere else: a whole
// number, a decimal one, a sum of money, a length, an instant. Each kind has a
// sentence of its own. What could be meant in two ways is refused, never guessed.

// ReadWhole reads a whole number, its thousands grouped in any usual way or not
// at all: "2000000", "2.000.000", "2 000 000", "2,000,000". Fault: typed.whole.
func ReadWhole(s string) (int64, error) {
	sign, groups, marks := numeral(s)
	if len(groups) > 1 && !grouped(groups, marks) {
		groups = nil
	}
	digits := strings.Join(groups, "")
	n, err := strconv.ParseInt(sign+digits, 10, 64)
	if digits == "" || err != nil {
		return 0, fault.New(fault.Invalid, "typed.whole", "text", s)
	}
	return n, nil
}

// ReadMoney reads a sum in đồng: a whole number, with or without the unit.
// Fault: typed.money.
func ReadMoney(s string) (int64, error) {
	n, err := ReadWhole(dong.ReplaceAllString(s, ""))
	if err != nil {
		return 0, fault.New(fault.Invalid, "typed.money", "text", s)
	}
	return n, nil
}

var dong = regexp.MustCompile(`(?i)\s*(đồng|vnđ|vnd|đ|₫)\.?\s*$`)

// ReadDecimal reads a number and returns it as programs write it, with a point
// and no grouping: "2,5", "2.5", "1.234,5" and "−16". The mark before three
// digits is the language's own decimal mark, or could be meant in two ways:
// "1.234" in Vietnamese. Faults: typed.decimal, typed.either.
func (l Language) ReadDecimal(s string) (string, error) {
	sign, groups, marks := numeral(s)
	switch n := len(groups); {
	case n == 0:
	case n == 1:
		return sign + groups[0], nil
	case grouped(groups, marks) && (n > 2 || marks[0] == ' '):
		return sign + strings.Join(groups, ""), nil
	case n == 2 && marks[0] != ' ':
		if grouped(groups, marks) && marks[0] != l.mark() && groups[0] != "0" {
			whole, decimal := sign+groups[0]+groups[1], sign+groups[0]
			if rest := strings.TrimRight(groups[1], "0"); rest != "" { // "1,000" would be read in two ways again
				decimal += string(l.mark()) + rest
			}
			return "", fault.New(fault.Invalid, "typed.either", "text", s, "whole", whole, "decimal", decimal)
		}
		return sign + groups[0] + "." + groups[1], nil
	case n > 2:
		last := len(marks) - 1
		if marks[last] != ' ' && marks[last] != marks[0] && grouped(groups[:n-1], marks[:last]) {
			return sign + strings.Join(groups[:n-1], "") + "." + groups[n-1], nil
		}
	}
	return "", fault.New(fault.Invalid, "typed.decimal", "text", s)
}

// ReadFloat is ReadDecimal as a float, never infinite.
func (l Language) ReadFloat(s string) (float64, error) {
	plain, err := l.ReadDecimal(s)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseFloat(plain, 64)
	if err != nil || math.IsInf(n, 0) {
		return 0, fault.New(fault.Invalid, "typed.decimal", "text", s)
	}
	return n, nil
}

// mark is the language's decimal mark.
func (l Language) mark() byte {
	if l == English {
		return '.'
	}
	return ','
}

// Exact writes f with all its places, as ReadDecimal reads it.
func (l Language) Exact(f float64) string {
	return strings.Replace(strconv.FormatFloat(f, 'f', -1, 64), ".", string(l.mark()), 1)
}

// numeral takes a number apart: its sign, its runs of digits, and the marks
// between them, any space as ' '. There are no groups if it is no number.
func numeral(s string) (sign string, groups []string, marks []byte) {
	s = strings.TrimSpace(s)
	for _, minus := range []string{"-", "−", "–"} {
		if rest, ok := strings.CutPrefix(s, minus); ok {
			sign, s = "-", strings.TrimSpace(rest)
			break
		}
	}
	digits := ""
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits += string(c)
			continue
		case digits == "":
			return "", nil, nil
		case c == '.' || c == ',':
			marks = append(marks, byte(c))
		case unicode.IsSpace(c):
			marks = append(marks, ' ')
		default:
			return "", nil, nil
		}
		groups, digits = append(groups, digits), ""
	}
	if digits == "" || len(s) > 40 {
		return "", nil, nil
	}
	return sign, append(groups, digits), marks
}

// grouped reports whether digits are grouped by thousands, with one mark throughout.
func grouped(groups []string, marks []byte) bool {
	for i, g := range groups[1:] {
		if len(g) != 3 || marks[i] != marks[0] {
			return false
		}
	}
	return len(groups[0]) <= 3 && (len(groups) == 1 || groups[0] != "0" && !strings.HasPrefix(groups[0], "00"))
}

// mostLength bounds a length somebody types: nothing on air is longer than a week.
const mostLength = 7 * 24 * time.Hour

// ReadLength reads a length as people write it: "5:30", "1:05:30", "5 phút 30
// giây", 5'30", or a bare number of the unit, whole or not. Fault: typed.length.
func (l Language) ReadLength(s string, unit time.Duration) (time.Duration, error) {
	d, ok := time.Duration(0), false
	if parts := lengthWords.FindStringSubmatch(strings.TrimSpace(s)); strings.Contains(s, ":") {
		d, ok = clocked(strings.Split(strings.TrimSpace(s), ":"))
	} else if parts != nil && s != "" {
		d, ok = summed(parts[1:])
	} else if n, err := l.ReadFloat(s); err == nil && n >= 0 && n*float64(unit) <= float64(mostLength) {
		d, ok = time.Duration(math.Round(n*float64(unit)/float64(time.Millisecond)))*time.Millisecond, true
	}
	if !ok || d > mostLength {
		return 0, fault.New(fault.Invalid, "typed.length", "text", s)
	}
	return d, nil
}

var lengthWords = regexp.MustCompile(`(?i)^(?:(\d{1,6})\s*(?:giờ|gio|h))?\s*(?:(\d{1,6})\s*(?:phút|phut|ph|p|min|m|'|′|’))?` +
	`\s*(?:(\d{1,6})\s*(?:giây|giay|gi|g|s|"|″|”|''))?$`)

// clocked adds up hours, minutes and seconds, or the last two; the last may have decimals.
func clocked(parts []string) (sum time.Duration, ok bool) {
	if len(parts) > 3 {
		return 0, false
	}
	for i, p := range parts {
		last := i == len(parts)-1
		whole, decimals, dotted := strings.Cut(strings.Replace(p, ",", ".", 1), ".")
		n, err := strconv.ParseUint(whole, 10, 16)
		if err != nil || i > 0 && (n > 59 || len(whole) > 2) || dotted && !last || dotted && (decimals == "" || len(decimals) > 3) {
			return 0, false
		}
		thousandths, err := strconv.ParseUint((decimals + "000")[:3], 10, 16)
		if err != nil {
			return 0, false
		}
		sum = sum*60 + time.Duration(n)*time.Second + time.Duration(thousandths)*time.Millisecond
	}
	return sum, true
}

// summed adds up hours, minutes and seconds that carry their units.
func summed(parts []string) (sum time.Duration, ok bool) {
	for i, p := range parts {
		if n, err := strconv.ParseUint(p, 10, 32); err == nil {
			sum += time.Duration(n) * []time.Duration{time.Hour, time.Minute, time.Second}[i]
			ok = true
		}
	}
	return sum, ok
}

// Length writes a length as ReadLength reads it, "7:05": minutes and seconds.
func Length(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }

// instants are how <input type=datetime-local> sends date and time of day, with
// seconds or without, and how people write them.
var instants = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "15:04 2/1/2006", "2/1/2006 15:04", "15:04 2-1-2006", "2-1-2006 15:04", "2006-01-02 15:04",
	"2006-01-02 15:04:05", "15:04:05 2/1/2006", "2/1/2006 15:04:05"}

// ReadInstant reads date and time of day in Zone. Fault: typed.instant.
func ReadInstant(s string) (time.Time, error) {
	for _, layout := range instants {
		if t, err := time.ParseInLocation(layout, Line(s), Zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "typed.instant", "text", s)
}
