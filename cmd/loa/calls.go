package main

import (
	"cmp"
	"fmt"

	"github.com/google/uuid"

	"loa/airing"
	"loa/client"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// callsCommands are "loa calls …": whom to telephone, and what came of it.
type callsCommands struct {
	Needed callsNeeded `cmd:"" default:"withargs" help:"cli.summary.calls_needed"`
	Log    callsLog    `cmd:"" help:"cli.summary.calls_log"`
	Record callsRecord `cmd:"" help:"cli.summary.calls_record"`
	Said   callsSaid   `cmd:"" help:"cli.summary.calls_said"`
}

// callsNeeded lists the stations to call, in the order of need.
type callsNeeded struct {
	reach
	coverage.NeedFilter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c callsNeeded) Run(t *terminal) error {
	items, err := client.All(c.client().GetCallsNeeded(t, c.NeedFilter))
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.calls_needed.columns"), func(c coverage.Callee) string {
		again := "–"
		if c.Last != nil {
			again = c.Last.Again.Words(t.lang)
		}
		return fmt.Sprintf("%s\t%s\t%d\t%s\t%s", called(n.stations, c.Station), t.lang.Say("calls.need."+string(c.Needs[0])), c.Weeks, again, c.Station)
	})
}

// callsLog lists calls that were made, the last first.
type callsLog struct {
	reach
	coverage.CallFilter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c callsLog) Run(t *terminal) error {
	c.Until = c.Until.Through()
	items, err := client.All(c.client().GetCalls(t, c.CallFilter))
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.calls_log.columns"), func(c coverage.Call) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", t.lang.DateTime(c.At.In(text.Zone)), called(n.stations, c.Station), c.Outcome.Words(t.lang), c.By.Name,
			c.Again.Words(t.lang), c.Note)
	})
}

// callsRecord notes what came of a call.
type callsRecord struct {
	reach
	Station string `arg:""`
	Result  string `arg:"" help:"cli.flag.result"`
	Note    string `help:"cli.flag.call_note"`
	Again   string `help:"cli.flag.call_again"`
	// What the station said of an airing.
	Said      string `help:"cli.flag.said"`
	Slot      string `help:"cli.flag.slot"`
	Programme string `help:"cli.flag.programme"`
	Reason    string `help:"cli.flag.reason"`
	StartedAt string `help:"cli.flag.started_at"`
	Seconds   int    `help:"cli.flag.seconds"`

	ID   string `name:"id" help:"cli.flag.id"`
	JSON bool   `help:"cli.flag.json"`
}

// Run tells the daemon and prints when to call again.
func (c callsRecord) Run(t *terminal) error {
	started, err := moment(c.StartedAt)
	if err != nil {
		return err
	}
	in := coverage.RecordCall{Station: c.Station, Outcome: coverage.CallOutcome(c.Result), Note: c.Note, Again: stations.Date(c.Again)}
	if c.Said != "" {
		in.Said = &airing.Propose{Slot: c.Slot, Programme: c.Programme, StartedAt: started, Seconds: c.Seconds, Outcome: airing.Outcome(c.Said),
			Reason: airing.Reason(c.Reason)}
	} else if c.Slot+c.Programme+c.Reason+c.StartedAt != "" || c.Seconds != 0 {
		return fault.New(fault.Invalid, "calls.said_what")
	}
	var read client.Edition
	if _, err := c.client().Note(&read).GetCallsLastStation(t, c.Station); err != nil {
		return err
	}
	call, err := c.client().If(read).PutCall(t, cmp.Or(c.ID, uuid.NewString()), in)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(call)
	}
	n, err := c.namesFor(t, false, 1)
	if err == nil {
		_, err = fmt.Fprintln(t.out, printable(t.lang.Say("calls.saved", "station", called(n.stations, call.Station), "again", call.Again)))
	}
	return err
}

// callsSaid lists what stations said by telephone: all of one station, or what waits.
type callsSaid struct {
	reach
	Station string `help:"cli.flag.station"`
	JSON    bool   `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c callsSaid) Run(t *terminal) error {
	items, err := c.client().GetProposals(t, client.GetProposalsOptions{Station: c.Station, Waiting: c.Station == ""})
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.calls_said.columns"), func(p airing.Proposal) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", t.lang.DateTime(p.StartedAt.In(text.Zone)), called(n.stations, p.Station),
			t.lang.Say("airing.outcome."+string(p.Outcome)), p.By.Name, t.lang.Say("airing.said_state."+string(p.State)), p.Why)
	})
}
