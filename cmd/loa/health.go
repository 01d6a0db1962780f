package main

import (
	"fmt"

	"loa/client"
	"loa/internal/fault"
	"loa/web/health"
)

// healthCommand asks the running daemon whether the server is well; what is to be mended
// now is no success.
type healthCommand struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks and prints.
func (c healthCommand) Run(t *terminal) error {
	h, err := c.client().GetHealth(t)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := t.json(h); err != nil {
			return err
		}
	} else {
		for _, check := range h.Checks {
			fmt.Fprintf(t.out, "%-12s %-14s %s\n", t.lang.Say("health.state."+string(check.State)), t.lang.Say("health.name."+string(check.Name)), check.Said)
			if check.Do != "" && check.State != client.HealthState(health.Good) {
				fmt.Fprintf(t.out, "%-27s %s\n", "", check.Do)
			}
		}
	}
	if h.State == client.HealthState(health.Mend) {
		return fault.New(fault.Unavailable, "cli.health.mend")
	}
	return nil
}
