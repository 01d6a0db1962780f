package backup

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Keep says how many snapshots stay: the last one of each of so many hours, days, weeks
// from Monday and months that have one, in Asia/Ho_Chi_Minh.
type Keep struct{ Hours, Days, Weeks, Months int }

// UsualKeep is what is kept where nobody says.
var UsualKeep = Keep{Hours: 24, Days: 7, Weeks: 5, Months: 12}

// ReadKeep reads "24,7,5,12". Fault: backup.bad_keep; at least one snapshot must stay.
func ReadKeep(s string) (Keep, error) {
	var k Keep
	parts, sum := strings.Split(s, ","), 0
	into := []*int{&k.Hours, &k.Days, &k.Weeks, &k.Months}
	if len(parts) != len(into) {
		return k, fault.New(fault.Invalid, "backup.bad_keep")
	}
	for i, part := range parts {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 0 || n > 1000 {
			return k, fault.New(fault.Invalid, "backup.bad_keep")
		}
		*into[i] = n
		sum += n
	}
	if sum == 0 {
		return k, fault.New(fault.Invalid, "backup.bad_keep")
	}
	return k, nil
}

// of tells which of the instants stay, the newest always.
func (k Keep) of(at []time.Time) map[time.Time]bool {
	sorted := slices.Clone(at)
	slices.SortFunc(sorted, func(a, b time.Time) int { return b.Compare(a) })
	stay := map[time.Time]bool{}
	if len(sorted) > 0 {
		stay[sorted[0]] = true
	}
	for _, by := range []struct {
		most int
		name func(t time.Time) string
	}{
		{k.Hours, func(t time.Time) string { return t.Format("2006-01-02 15") }},
		{k.Days, func(t time.Time) string { return t.Format(time.DateOnly) }},
		{k.Weeks, func(t time.Time) string { year, week := t.ISOWeek(); return fmt.Sprint(year, week) }},
		{k.Months, func(t time.Time) string { return t.Format("2006-01") }},
	} {
		seen := map[string]bool{}
		for _, t := range sorted {
			if name := by.name(t.In(text.Zone)); !seen[name] && len(seen) < by.most {
				seen[name], stay[t] = true, true
			}
		}
	}
	return stay
}
