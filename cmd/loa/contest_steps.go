package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

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

// contestStep is a step as the server shows it before it is made.
type contestStep struct {
	Step  string `json:"step"`
	Round string `json:"round"`
	Open  []struct {
		Detail string `json:"detail"`
		Later  bool   `json:"later"`
	} `json:"undecided"`
	Locks   []string `json:"locks"`
	Refused []string `json:"refused"`
	Seen    string   `json:"seen"`
}

// step makes a step, or shows it where nobody said that it was seen.
func (c stepFlags) step(t *terminal, name, round string) error {
	at := "/api/v1/contests/" + url.PathEscape(c.Contest)
	seen := c.Seen
	if seen == "" {
		var list struct {
			Items []json.RawMessage `json:"items"`
		}
		asked := url.Values{"step": {name}, "round": {round}}
		if err := c.client().get(t, at+"/steps?"+asked.Encode(), &list); err != nil {
			return err
		}
		if len(list.Items) != 1 {
			return fmt.Errorf("the server told of %d steps", len(list.Items))
		}
		var s contestStep
		if err := json.Unmarshal(list.Items[0], &s); err != nil {
			return fmt.Errorf("read the server's answer: %w", err)
		}
		switch {
		case len(s.Refused) > 0:
			return refused(s.Refused)
		case !c.Yes:
			return c.show(t, s, list.Items[0])
		}
		seen = s.Seen
	}
	path := at
	if round != "" {
		path += "/rounds/" + url.PathEscape(round)
	}
	var done contest.Receipt
	if err := c.client().send(t, http.MethodPost, path+"/"+name+"?"+url.Values{"seen": {seen}}.Encode(), nil, &done); err != nil {
		return err
	}
	if c.JSON {
		return t.json(done)
	}
	_, err := fmt.Fprintln(t.out, t.lang.Say("contest.cli_step_"+name, "contest", c.Contest, "round", round))
	return err
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
func (c stepFlags) show(t *terminal, s contestStep, raw json.RawMessage) error {
	if c.JSON {
		if err := t.json(raw); err != nil {
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
