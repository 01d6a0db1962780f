package main

import (
	"fmt"
	"strings"

	"loa/client"
	"loa/coverage"
	"loa/internal/fault"
	"loa/stations"
)

// coverageAnew decides something about the past anew, on purpose.
type coverageAnew struct {
	reach
	What           string   `arg:"" enum:"terms,languages,activity,week_start" name:"what"`
	From           string   `required:"" help:"cli.flag.anew_from"`
	Reason         string   `required:"" help:"cli.flag.anew_reason"`
	Programme      string   `help:"cli.flag.anew_programme"`
	Counts         bool     `help:"cli.flag.anew_counts"`
	MinSeconds     int      `help:"cli.flag.anew_min_seconds"`
	Station        string   `help:"cli.flag.anew_station"`
	Language       []string `help:"cli.flag.anew_language"`
	Active         []string `help:"cli.flag.anew_active"`
	WeekShiftHours int      `help:"cli.flag.anew_shift"`
	DryRun         bool     `help:"cli.flag.anew_dry_run"`
	Seen           string   `help:"stations.cli.flag.seen"`
	JSON           bool     `help:"cli.flag.json"`
}

// Run tells the daemon and prints which weeks change, from what to what.
func (c coverageAnew) Run(t *terminal) error {
	from, err := stations.ParseDate(c.From)
	if err != nil {
		return err
	}
	ask := coverage.Anew{What: coverage.AnewKind(c.What), From: from, Reason: c.Reason, Seen: c.Seen, Programme: c.Programme, CountsTowardTarget: c.Counts,
		MinSeconds: c.MinSeconds, Station: c.Station, Languages: c.Language, WeekShiftHours: c.WeekShiftHours}
	for _, days := range c.Active {
		first, last, ok := strings.Cut(days, "..")
		one := stations.Interval{}
		if one.From, err = stations.ParseDate(first); err == nil {
			one.Until, err = stations.ParseDate(last)
		}
		if err != nil || !ok {
			return fault.New(fault.Invalid, "cli.days_unreadable", "text", days)
		}
		ask.Active = append(ask.Active, one)
	}
	answer, err := c.client().PostCoverageAnew(t, client.PostCoverageAnewOptions{DryRun: c.DryRun}, ask)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(answer.AnewDone)
	}
	applied := answer.Number > 0
	for _, w := range answer.Weeks {
		key := "coverage.anew_week"
		if w.Closed {
			key = "coverage.anew_week_closed"
		}
		fmt.Fprintln(t.out, t.lang.Say(done(applied, key), "week", w.Week, "aired", w.Before.Aired, "expected", w.Before.Expected(), "then", w.After.Aired,
			"of", w.After.Expected()))
	}
	if !applied {
		fmt.Fprintln(t.out, t.lang.Say("stations.cli.seen_would", "code", answer.Fingerprint))
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say(done(applied, "coverage.anew_done"), "n", len(answer.Weeks), "was", answer.WasIn(t.lang),
		"now", answer.NowIn(t.lang)))
	return err
}
