package coverage

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Anew decides something about the past anew, on purpose: what was decided stays
// decided by any other change. Closed weeks keep what was frozen; what they would
// count now stands beside it.
type Anew struct {
	What   AnewKind      `json:"what"`
	From   stations.Date `json:"from"` // first day for which it holds, in the past
	Reason string        `json:"reason" schema:"maxLength=1000"`
	Seen   string        `json:"seen,omitempty"` // fingerprint of the plan a person agreed to; "" is any

	Programme          string `json:"programme,omitempty"` // Terms: ID
	CountsTowardTarget bool   `json:"counts_toward_target,omitempty"`
	MinSeconds         int    `json:"min_seconds,omitempty"`

	Station   string              `json:"station,omitempty"` // Languages, Activity: ID
	Languages []string            `json:"languages,omitempty"`
	Active    []stations.Interval `json:"active_intervals,omitempty"` // Activity: all its days, as they shall be

	WeekShiftHours int `json:"week_shift_hours,omitempty"` // WeekStart: hours after Monday 00:00
}

// AnewKind says what is decided anew; its name is in the catalogue under
// "coverage.anew." + kind.
type AnewKind string

// The kinds.
const (
	AnewTerms     AnewKind = "terms"      // whether a programme's airings count toward the target, and from which length
	AnewLanguages AnewKind = "languages"  // in which languages a station broadcast
	AnewActivity  AnewKind = "activity"   // on which days a station was active
	AnewWeekStart AnewKind = "week_start" // when weeks began
)

// AnewKinds are all of them.
var AnewKinds = []AnewKind{AnewTerms, AnewLanguages, AnewActivity, AnewWeekStart}

// AnewDone is what deciding anew does, or did.
type AnewDone struct {
	Anew
	Number int       `json:"number,omitempty"` // 1 for the first; 0 before it is made
	By     string    `json:"by"`               // name
	At     time.Time `json:"at"`               // UTC
	// as it held on the first day: "5m0s", "0s" where none counted, "vi hmn", days, "6 h"; WasIn puts it into words
	Was         string       `json:"was"`
	Name        string       `json:"name"`  // of the programme or station
	Weeks       []WeekEffect `json:"weeks"` // those whose figures change
	Fingerprint string       `json:"fingerprint"`
}

// AnewFacts are what deciding anew is judged by.
type AnewFacts struct {
	Registry *stations.Registry
	Schedule *scheduler.Schedule
	Settings airing.Settings
}

// AnewChange is the one record that changes.
type AnewChange struct {
	Programme *scheduler.Programme
	Station   *stations.Station
	Settings  *airing.Settings
	Was, Name string
}

// DecideAnew returns the record that changes. Faults: accounts.denied,
// coverage.anew_from, coverage.anew_reason, coverage.anew_kind,
// coverage.anew_same, and those of the noun it is about.
func DecideAnew(f AnewFacts, m accounts.Meta, c Anew) (out AnewChange, err error) {
	today := stations.DateOf(m.At.In(text.Zone))
	reason := strings.TrimSpace(text.Lines(c.Reason))
	switch {
	case c.From == "" || c.From >= today:
		return out, fault.New(fault.Invalid, "coverage.anew_from").At("from")
	case !readable(reason):
		return out, fault.New(fault.Invalid, "coverage.anew_reason").At("reason")
	}
	changed := false
	switch c.What {
	case AnewTerms:
		var p scheduler.Programme
		terms := scheduler.Terms{CountsTowardTarget: c.CountsTowardTarget, MinSeconds: c.MinSeconds}
		if p, changed, err = scheduler.DecideTermsAnew(f.Schedule, m, c.Programme, c.From, terms); err != nil {
			return out, err
		}
		before, _ := f.Schedule.Programme(p.ID) // it was found
		held := before.TermsAt(c.From.Start(text.Zone))
		out = AnewChange{Programme: &p, Name: p.Title, Was: leastThatCounts(held.CountsTowardTarget, held.MinSeconds).String()}
	case AnewLanguages:
		var s stations.Station
		var was []string
		if s, was, changed, err = stations.DecideLanguagesAnew(f.Registry, m, c.Station, c.From, c.Languages); err != nil {
			return out, err
		}
		out = AnewChange{Station: &s, Name: f.Registry.Label(s.ID), Was: strings.Join(was, " ")}
	case AnewActivity:
		var s stations.Station
		var was []stations.Interval
		if s, was, changed, err = stations.DecideActivityAnew(f.Registry, m, c.Station, c.From, c.Active); err != nil {
			return out, err
		}
		out = AnewChange{Station: &s, Name: f.Registry.Label(s.ID), Was: daysInShort(was)}
	case AnewWeekStart:
		var set airing.Settings
		var was int
		if set, was, changed, err = airing.DecideWeekStartAnew(f.Settings, m, c.From, c.WeekShiftHours); err != nil {
			return out, err
		}
		out = AnewChange{Settings: &set, Was: strconv.Itoa(was) + " h"}
	default:
		return out, fault.New(fault.Invalid, "coverage.anew_kind").At("what")
	}
	if !changed {
		return out, fault.New(fault.Conflict, "coverage.anew_same")
	}
	return out, nil
}

// NewAnewDone is what is decided anew, with the weeks as they stand before it. Fault:
// stations.plan_changed when it is not the plan a person has read; the week that runs
// is no part of it, because its figures change by themselves.
func NewAnewDone(m accounts.Meta, c Anew, change AnewChange, before []WeekEffect) (AnewDone, error) {
	seen := c.Seen
	c.Seen, c.Reason = "", strings.TrimSpace(text.Lines(c.Reason))
	d := AnewDone{Anew: c, By: m.By.Name, At: m.At.UTC(), Was: change.Was, Name: change.Name, Weeks: []WeekEffect{}}
	c.Reason = ""
	d.Fingerprint = fingerprint(nil, c, change.Was, before[:len(before)-1])
	if seen != "" && seen != d.Fingerprint {
		return d, fault.New(fault.Conflict, "stations.plan_changed")
	}
	return d, nil
}

// With is the record with one week more, if it counts otherwise then.
func (d AnewDone) With(w WeekEffect, then Counts) AnewDone {
	if w.After != then {
		w.After = then
		d.Weeks = append(d.Weeks, w)
	}
	return d
}

// WasIn says in words how it was before.
func (d AnewDone) WasIn(l text.Language) string {
	switch d.What {
	case AnewTerms:
		least, err := time.ParseDuration(d.Was)
		if err != nil {
			return d.Was
		}
		return termsIn(l, least)
	case AnewLanguages:
		return languagesIn(l, strings.Fields(d.Was))
	case AnewActivity:
		return daysIn(l, d.Was)
	case AnewWeekStart:
		hours, _ := strconv.Atoi(strings.TrimSuffix(d.Was, " h")) // as it was written
		return weekStartIn(l, hours)
	}
	return d.Was
}

// NowIn says in words how it is decided.
func (d AnewDone) NowIn(l text.Language) string {
	switch d.What {
	case AnewTerms:
		return termsIn(l, leastThatCounts(d.CountsTowardTarget, cmp.Or(d.MinSeconds, scheduler.DefaultMinSeconds)))
	case AnewLanguages:
		return languagesIn(l, d.Languages)
	case AnewActivity:
		return daysIn(l, daysInShort(d.Active))
	}
	return weekStartIn(l, d.WeekShiftHours)
}

// leastThatCounts is the least length that counts, 0 where none does.
func leastThatCounts(counts bool, seconds int) time.Duration {
	if !counts {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

func termsIn(l text.Language, least time.Duration) string {
	if least == 0 {
		return l.Say("coverage.anew_counts_not")
	}
	return l.Say("coverage.anew_counts_from", "least", least)
}

func languagesIn(l text.Language, keys []string) string {
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		names = append(names, l.Say("language."+key))
	}
	if len(names) == 0 {
		return l.Say("coverage.anew_languages_none")
	}
	return strings.Join(names, ", ")
}

// daysIn is a list of days with a word where one has no end.
func daysIn(l text.Language, days string) string {
	spans := strings.Split(days, ";")
	for i, span := range spans {
		from, until, _ := strings.Cut(strings.TrimSpace(span), " –")
		key := "coverage.anew_days"
		if until = strings.TrimSpace(until); until == "" {
			key = "coverage.anew_days_on"
		}
		spans[i] = l.Say(key, "from", dayIn(l, from), "until", dayIn(l, until))
	}
	return strings.Join(spans, "; ")
}

// dayIn says a day that was kept in Vietnamese.
func dayIn(l text.Language, kept string) string {
	d, err := stations.ParseDate(kept)
	if err != nil {
		return kept
	}
	return d.Words(l)
}

func weekStartIn(l text.Language, hours int) string { return l.Say("coverage.anew_hours", "n", hours) }

func daysInShort(active []stations.Interval) string {
	days := make([]string, len(active))
	for i, a := range active {
		days[i] = a.From.Words(text.Vietnamese) + " – " + a.Until.Words(text.Vietnamese)
	}
	return strings.Join(days, "; ")
}

// Newest asks for a page of a numbered list whose newest comes first.
type Newest struct {
	After int // number of the last of the page before, 0 for the first page
	Limit int // at most; 1 to MostListed
}

// MostListed is the most one page of a list holds.
const MostListed = 500

// Decider decides the past anew. It is safe for concurrent use.
type Decider interface {
	// ForetellAnew says what DecideAnew's change would do, and keeps nothing.
	ForetellAnew(ctx context.Context, m accounts.Meta, c Anew) (AnewDone, error)
	// DecideAnew makes it. Faults: those of the function of that name, stations.plan_changed.
	DecideAnew(ctx context.Context, m accounts.Meta, c Anew) (AnewDone, error)
	// DecidedAnew returns a page of what was decided anew, the newest first, and the After of the
	// next, 0 at the end. Fault: accounts.denied.
	DecidedAnew(ctx context.Context, by accounts.Actor, q Newest) (list []AnewDone, next int, err error)
}
