package main

import (
	"cmp"
	"fmt"

	"github.com/google/uuid"

	"loa/client"
	"loa/internal/fault"
	"loa/outgoing"
	"loa/stations"
)

// papersCommands are "loa papers …": the register of papers that leave.
type papersCommands struct {
	Show   papersShow   `cmd:"" default:"withargs" help:"cli.summary.papers_show"`
	Take   papersTake   `cmd:"" help:"cli.summary.papers_take"`
	Strike papersStrike `cmd:"" help:"cli.summary.papers_strike"`
}

// papersShow lists numbers, the last first.
type papersShow struct {
	reach
	outgoing.Filter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c papersShow) Run(t *terminal) error {
	items, err := client.All(c.client().GetPapers(t, c.Filter))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.papers.columns"), func(e outgoing.Entry) string {
		state := outgoing.Given
		if !e.Stands() {
			state = outgoing.Struck
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", e.Code, e.Date.Words(t.lang), e.About, e.By.Name, t.lang.Say("outgoing.state."+string(state)), e.ID)
	})
}

// papersTake takes a number for a paper that is written elsewhere.
type papersTake struct {
	reach
	Kind     string `arg:"" name:"paper_kind"`
	About    string `arg:"" name:"paper_about"`
	Number   *int   `help:"cli.flag.paper_number"`
	Date     string `help:"cli.flag.paper_date"`
	Symbol   string `help:"cli.flag.paper_symbol"`
	District string `help:"cli.flag.district"`
	Contest  string `help:"cli.flag.contest"`
	Sure     bool   `help:"cli.flag.paper_sure"`
	ID       string `name:"id" help:"cli.flag.id"`
	JSON     bool   `help:"cli.flag.json"`
}

// Run tells the daemon and prints the number.
func (c papersTake) Run(t *terminal) error {
	in := outgoing.Take{Issuer: outgoing.Issuer{District: c.District, Contest: c.Contest}, Kind: outgoing.Kind(c.Kind), About: c.About,
		Head: outgoing.Head{Symbol: c.Symbol}, Sure: c.Sure}
	if c.Number != nil {
		if in.Number = *c.Number; in.Number == 0 { // which asks for the next, and nobody types to mean that
			return fault.New(fault.Invalid, "outgoing.number_range", "most", outgoing.MostNumber).At("number")
		}
	}
	if c.Date != "" {
		day, err := stations.ParseDate(c.Date)
		if err != nil {
			return err
		}
		in.Date = day
	}
	e, err := c.client().PutPaper(t, cmp.Or(c.ID, uuid.NewString()), in)
	if outgoing.Doubted(err) {
		fmt.Fprintln(t.errs, t.lang.Say("cli.papers.sure"))
	}
	if err != nil {
		return err
	}
	return told(t, c.JSON, e, "outgoing.taken")
}

// papersStrike strikes a number out.
type papersStrike struct {
	reach
	ID   string `arg:"" name:"paper_id"`
	Why  string `arg:"" name:"paper_why"`
	JSON bool   `help:"cli.flag.json"`
}

// Run tells the daemon.
func (c papersStrike) Run(t *terminal) error {
	e, err := c.client().PostPaperStrike(t, c.ID, outgoing.StrikeOut{Why: c.Why})
	if err != nil {
		return err
	}
	return told(t, c.JSON, e, "outgoing.struck")
}

// told prints a number with what became of it.
func told(t *terminal, asJSON bool, e outgoing.Entry, key string) error {
	if asJSON {
		return t.json(e)
	}
	_, err := fmt.Fprintf(t.out, "%s\t%s\n", e.ID, printable(t.lang.Say(key, "code", e.Code)))
	return err
}
