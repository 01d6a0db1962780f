package scheduler

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Weekly is the form most people fill in instead of a cron line: which days
// of the week, at what times of day.
type Weekly struct {
	Days  []time.Weekday // Monday first
	Times []string       // "06:00", earliest first, all at the same minute of the hour
}

// Weekdays are the days as a week is written here, Monday first.
var Weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// Cron is the line that says the same. Faults, all Invalid:
// schedule.no_weekday, .no_time, .time_unreadable, and .times_differ because
// one line has one minute of the hour.
func (w Weekly) Cron() (string, error) {
	if len(w.Days) == 0 {
		return "", fault.New(fault.Invalid, "schedule.no_weekday").At("days")
	}
	var hours []string
	minute := -1
	for _, s := range slices.Sorted(slices.Values(w.Times)) {
		t, err := time.Parse("15:04", s)
		if err != nil {
			return "", fault.New(fault.Invalid, "schedule.time_unreadable", "text", s).At("times")
		}
		if minute >= 0 && t.Minute() != minute {
			return "", fault.New(fault.Invalid, "schedule.times_differ").At("times")
		}
		minute = t.Minute()
		hours = append(hours, strconv.Itoa(t.Hour()))
	}
	if minute < 0 {
		return "", fault.New(fault.Invalid, "schedule.no_time").At("times")
	}
	days := "*"
	if distinct := mondayFirst(w.Days); len(distinct) < 7 {
		numbers := make([]string, 0, 7)
		for _, d := range distinct {
			numbers = append(numbers, strconv.Itoa(int(d)))
		}
		days = strings.Join(numbers, ",")
	}
	return fmt.Sprintf("%d %s * * %s", minute, strings.Join(slices.Compact(hours), ","), days), nil
}

func mondayFirst(days []time.Weekday) []time.Weekday {
	var out []time.Weekday
	for _, d := range Weekdays {
		if slices.Contains(days, d) {
			out = append(out, d)
		}
	}
	return out
}

// Weekly is the form that says the same as the line; ok is false when only a
// line can say it.
func (l Line) Weekly() (w Weekly, ok bool) {
	const star, months = 1 << 63, 1<<13 - 2
	s := l.spec
	if s.Dom&star == 0 || s.Dom&(1<<32-2) != 1<<32-2 || s.Month&months != months || bits.OnesCount64(s.Minute&(1<<60-1)) != 1 {
		return Weekly{}, false
	}
	for _, d := range Weekdays {
		if s.Dow&(1<<d) != 0 {
			w.Days = append(w.Days, d)
		}
	}
	minute := bits.TrailingZeros64(s.Minute & (1<<60 - 1))
	for h := range 24 {
		if s.Hour&(1<<h) != 0 {
			w.Times = append(w.Times, fmt.Sprintf("%02d:%02d", h, minute))
		}
	}
	return w, true
}

// SayCron writes when a line fires as people say it, "thứ Hai và thứ Năm
// 17:00"; a line only cron can say is shown as it is.
func SayCron(l text.Language, line string) string {
	parsed, err := ParseLine(line)
	if err != nil {
		return line
	}
	w, ok := parsed.Weekly()
	if !ok {
		return l.Say("schedule.cron_raw", "line", line)
	}
	days := l.Say("schedule.daily")
	if len(w.Days) == 7 && len(w.Times) == 24 {
		return sayTimes(l, w.Times)
	}
	if len(w.Days) < 7 {
		names := make([]string, 0, 7)
		for _, d := range w.Days {
			names = append(names, l.Say("weekday."+strconv.Itoa(int(d))))
		}
		days = list(l, names)
	}
	return days + " " + sayTimes(l, w.Times)
}

// sayTimes lists times of day; eight and more at one distance around the clock
// are said as that distance.
func sayTimes(l text.Language, times []string) string {
	n, first := len(times), times[0]
	hour, err := strconv.Atoi(first[:2])
	if err != nil || n < 8 || 24%n != 0 {
		return list(l, times)
	}
	step := 24 / n
	for i, t := range times {
		if t[:2] != fmt.Sprintf("%02d", hour+i*step) {
			return list(l, times)
		}
	}
	if step == 1 {
		return l.Say("schedule.hourly", "minute", first[3:])
	}
	return l.Say("schedule.every_hours", "n", step, "from", first)
}

// list joins words as people do: "A, B và C".
func list(l text.Language, words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + l.Say("schedule.and") + " " + words[last]
}
