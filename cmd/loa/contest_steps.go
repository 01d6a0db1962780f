package main

import (
	"fmt"

	"loa/client"
	"loa/contest"
	"loa/internal/fault"
)

// stepFlags are those of a step of a contest that cannot be taken back. Without
// --yes or --seen what is undecided and what the step locks is shown, and nothing done.
type stepFlags struct {
	reach
	Contest string `arg:""`
	Yes     bool   `help:"contest.cli_yes"`
	Seen    string `help:"cli.flag.seen"`
	JSON    bool   `help:"cli.flag.json"`
}

// roundFlags are those of a step of one round.
type roundFlags struct {
	stepFlags
	Round string `arg:""`
}

type contestOpen struct{ stepFlags }

// Run opens the contest.
func (c contestOpen) Run(t *terminal) error { return c.step(t, "open", "") }

type contestStart struct{ roundFlags }

// Run starts a round.
func (c contestStart) Run(t *terminal) error { return c.step(t, "start", c.Round) }

type contestFinish struct{ roundFlags }

// Run finishes a round.
func (c contestFinish) Run(t *terminal) error { return c.step(t, "finish", c.Round) }

type contestPublish struct{ stepFlags }

// Run publishes the results.
func (c contestPublish) Run(t *terminal) error { return c.step(t, "publish", "") }

type contestClose struct{ stepFlags }

// Run closes the contest.
func (c contestClose) Run(t *terminal) error { return c.step(t, "close", "") }

// step makes a step, or shows it where nobody said that it was seen.
func (c stepFlags) step(t *terminal, name, round string) error {
	seen := c.Seen
	if seen == "" {
		list, err := c.client().GetContestSteps(t, c.Contest, client.GetContestStepsOptions{Step: name, Round: round})
		if err != nil {
			return err
		}
		if len(list) != 1 {
			return fmt.Errorf("the server told of %d steps", len(list))
		}
		switch s := list[0]; {
		case len(s.Refused) > 0:
			return refused(s.Refused)
		case !c.Yes:
			return c.show(t, s)
		default:
			seen = s.Seen
		}
	}
	done, err := c.take(t, name, round, &seen)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(done)
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("contest.cli_step_"+name, "contest", c.Contest, "round", round))
	return err
}

// take makes a step whose undecided things were seen.
func (c stepFlags) take(t *terminal, name, round string, seen *string) (contest.Receipt, error) {
	switch name {
	case "open":
		return c.client().PostContestOpen(t, c.Contest, client.PostContestOpenOptions{Seen: seen})
	case "start":
		return c.client().PostContestRoundStart(t, c.Contest, round, client.PostContestRoundStartOptions{Seen: seen})
	case "finish":
		return c.client().PostContestRoundFinish(t, c.Contest, round, client.PostContestRoundFinishOptions{Seen: seen})
	case "publish":
		return c.client().PostContestPublish(t, c.Contest, client.PostContestPublishOptions{Seen: seen})
	}
	return c.client().PostContestClose(t, c.Contest, client.PostContestCloseOptions{Seen: seen})
}

// refused is what the server says against a step.
func refused(sentences []string) error {
	e := fault.New(fault.Conflict, "cli.server_said", "detail", sentences[0])
	for _, s := range sentences[1:] {
		e.Parts = append(e.Parts, fault.New(fault.Conflict, "cli.server_said", "detail", s))
	}
	return e
}

// show prints what a step leaves undecided and what it locks. It is the fault
// contest.cli_not_yet, because nothing was done.
func (c stepFlags) show(t *terminal, s client.Step) error {
	if c.JSON {
		if err := t.json(s); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "contest.cli_not_yet", "seen", s.Seen)
	}
	if len(s.Open) > 0 {
		fmt.Fprintln(t.out, t.lang.Say("contest.cli_undecided"))
	}
	for _, o := range s.Open {
		fmt.Fprintln(t.out, " -", printable(o.Detail))
	}
	if len(s.Locks) > 0 {
		fmt.Fprintln(t.out, t.lang.Say("contest.cli_locks"))
	}
	for _, lock := range s.Locks {
		fmt.Fprintln(t.out, " -", printable(lock))
	}
	return fault.New(fault.Conflict, "contest.cli_not_yet", "seen", s.Seen)
}
