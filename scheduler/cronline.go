package scheduler

import (
	"fmt"
	"iter"
	"strings"

	"github.com/robfig/cron/v3"

	"loa/internal/fault"
	"loa/stations"
)

// Line is a cron line that was read and is known to fire: five fields
// (minute, hour, day of month, month, day of week), read on the wall of
// whoever asks. As everywhere in cron, a line that limits both the day of the
// month and the day of the week fires when either fits.
type Line struct {
	spec *cron.SpecSchedule
	text string // as typed, with single spaces
}

// ParseLine reads a cron line. Faults, all Invalid: schedule.cron_empty,
// .cron_long, .cron_zone, .cron_macro, .cron_seconds, .cron_fields,
// .cron_seven, .cron_field_unreadable, .cron_never.
func ParseLine(line string) (Line, error) {
	bad := func(key string, args ...any) (Line, error) {
		key = "schedule.cron_" + key
		return Line{}, fault.New(fault.Invalid, key, args...).At("cron")
	}
	if len(line) > 200 {
		return bad("long")
	}
	line = strings.TrimSpace(line)
	fields := strings.Fields(line)
	switch {
	case line == "":
		return bad("empty")
	case strings.Contains(strings.ToUpper(line), "TZ="):
		return bad("zone") // the parser would panic, and rules have no zone of their own
	case strings.HasPrefix(line, "@"):
		return bad("macro", "text", line)
	case len(fields) == 6 || len(fields) == 7:
		return bad("seconds")
	case len(fields) != 5:
		return bad("fields", "n", len(fields))
	}
	for i, f := range fields {
		probe := [5]string{"*", "*", "*", "*", "*"}
		probe[i] = f
		if _, err := parse(strings.Join(probe[:], " ")); err != nil {
			if i == 4 && strings.Contains(f, "7") {
				return bad("seven")
			}
			return bad("field_unreadable", "text", f, "n", i+1)
		}
	}
	spec, err := parse(line)
	if err != nil {
		return bad("fields", "n", len(fields))
	}
	l := Line{spec, strings.Join(fields, " ")}
	// Five years from here hold two 29 Februaries, and cron looks no further.
	if l.Next(midnight("2023-12-31")) == 0 {
		return bad("never", "text", line)
	}
	return l, nil
}

// times are those of a day on which the line fires, in minutes from midnight.
func (l Line) times() (list []int) {
	for at := range 24 * 60 {
		if l.spec.Hour&(1<<(at/60)) != 0 && l.spec.Minute&(1<<(at%60)) != 0 {
			list = append(list, at)
		}
	}
	return list
}

// twoDays reports whether the line fires on two days that follow each other,
// from the one on to the other; "" is no last day. Five years show all a line does.
func (l Line) twoDays(from, until stations.Date) bool {
	var last stations.Date
	for w := l.Next(midnight(from) - 1); w != 0 && w < midnight(from)+5*366*24*60; w = l.Next(midnight(last.AddDays(1)) - 1) {
		day := w.Date()
		if until != "" && day > until {
			return false
		}
		if last != "" && last.AddDays(1) == day {
			return true
		}
		last = day
	}
	return false
}

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// parse contains what the library panics on.
func parse(line string) (spec *cron.SpecSchedule, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("scheduler: cron parser panicked: %v", p)
		}
	}()
	s, err := parser.Parse(line)
	if err != nil {
		return nil, err
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("scheduler: cron line %q is a %T", line, s)
	}
	return spec, nil
}

// Next is the first time the line fires after w; 0 if not within five years.
func (l Line) Next(w Wall) Wall {
	t := l.spec.Next(w.civil())
	if t.IsZero() {
		return 0
	}
	return WallOf(t)
}

// from yields the times the line fires at or after w, without end.
func (l Line) from(w Wall) iter.Seq[Wall] {
	return func(yield func(Wall) bool) {
		for w = l.Next(w - 1); w != 0 && yield(w); w = l.Next(w) {
		}
	}
}
