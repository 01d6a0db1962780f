package main

import (
	"fmt"
	"time"

	"loa/client"
	"loa/internal/fault"
)

// clockCommands are "loa clock …"; alone it tells what the server's clock shows.
type clockCommands struct {
	Show    clockShow    `cmd:"" default:"withargs" help:"cli.summary.clock"`
	Confirm clockConfirm `cmd:"" help:"cli.summary.clock_confirm"`
}

// clockShow tells what the server's clock shows; in doubt is no success.
type clockShow struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c clockShow) Run(t *terminal) error {
	now, err := c.client().GetClock(t)
	if err != nil {
		return err
	}
	return t.clock(now, c.JSON)
}

func (t *terminal) clock(now client.Clock, asJSON bool) error {
	if asJSON {
		return t.json(now)
	}
	if now.InDoubt {
		return fault.New(fault.Unavailable, "cli.clock.doubt", "shows", now.Shows, "expected", now.Expected)
	}
	_, err := fmt.Fprintln(t.out, t.lang.Say("cli.clock.right", "shows", now.Shows))
	return err
}

// clockConfirm says that the server's clock is right.
type clockConfirm struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run tells the daemon what its clock just showed.
func (c clockConfirm) Run(t *terminal) error {
	now, err := c.client().GetClock(t)
	if err != nil {
		return err
	}
	if now, err = c.client().PostClockConfirm(t, client.ClockWord{Shows: now.Shows.Format(time.RFC3339)}); err != nil {
		return err
	}
	return t.clock(now, c.JSON)
}
