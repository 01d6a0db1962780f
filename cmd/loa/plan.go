package main

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"loa/client"
	"loa/coverage"
	"loa/plan"
)

// planCommands are "loa plan …": the plan of a year.
type planCommands struct {
	Show   planShow   `cmd:"" default:"withargs" help:"cli.summary.plan_show"`
	One    planOne    `cmd:"" help:"cli.summary.plan_one"`
	Enter  planEnter  `cmd:"" help:"cli.summary.plan_enter"`
	Save   planSave   `cmd:"" help:"cli.summary.plan_save"`
	Retire planRetire `cmd:"" help:"cli.summary.plan_retire"`
	Remove planRemove `cmd:"" help:"cli.summary.plan_remove"`
	Copy   planCopy   `cmd:"" help:"cli.summary.plan_copy"`
}

// planShow lists the indicators of a year as they stand.
type planShow struct {
	reach
	plan.Filter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c planShow) Run(t *terminal) error {
	items, err := client.All(c.client().GetPlan(t, c.Filter))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.plan.columns"), func(p plan.Progress) string {
		state := p.State.Words(t.lang)
		if p.Retired {
			state = t.lang.Say("plan.retired")
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%d", p.ID, p.Name, p.Goal(t.lang), p.Reading(t.lang), p.Pace(t.lang), state, p.Missing)
	})
}

// planOne lists every version of an indicator's figures.
type planOne struct {
	reach
	ID   string `arg:"" name:"indicator"`
	JSON bool   `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c planOne) Run(t *terminal) error {
	is, err := c.client().GetPlanID(t, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(is)
	}
	fmt.Fprintf(t.out, "%s\t%s\t%s\t%s\n", is.ID, printable(is.Name), is.Goal(t.lang), is.State.Words(t.lang))
	for _, e := range is.Versions {
		said := e.Words(t.lang)
		if e.Void {
			said = t.lang.Say("plan.void_done")
		}
		fmt.Fprintf(t.out, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", e.Period, e.District, e.Version, said, printable(e.By.Name), printable(e.Proof), printable(e.Why))
	}
	return nil
}

// planEnter enters the figure of a period, or corrects it.
type planEnter struct {
	reach
	Indicator string           `arg:"" name:"indicator"`
	Period    coverage.Stretch `arg:"" name:"plan_period"`
	Value     string           `arg:"" optional:"" name:"plan_value"`
	Base      string           `help:"cli.flag.plan_base"`
	District  string           `help:"cli.flag.district"`
	Proof     string           `help:"cli.flag.plan_proof"`
	Follows   int              `help:"cli.flag.plan_follows"`
	Why       string           `help:"cli.flag.plan_why"`
	Void      bool             `help:"cli.flag.plan_void"`
	ID        string           `name:"id" help:"cli.flag.id"`
	JSON      bool             `help:"cli.flag.json"`
}

// Run tells the daemon and prints what was kept.
func (c planEnter) Run(t *terminal) error {
	in := plan.Enter{Period: c.Period, District: c.District, Proof: c.Proof, Follows: c.Follows, Why: c.Why, Void: c.Void}
	base, err := plan.ReadAmount(t.lang, c.Base)
	if err != nil {
		return err
	}
	if in.Base = base; c.Value != "" {
		value, err := plan.ReadAmount(t.lang, c.Value)
		if err != nil {
			return err
		}
		in.Value = &value
	}
	e, err := c.client().PutPlanIDFigure(t, c.Indicator, cmp.Or(c.ID, uuid.NewString()), in)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(e)
	}
	_, err = fmt.Fprintln(t.out, printable(t.lang.Say("plan.entered", "period", e.Period)))
	return err
}

// planSave adds an indicator, or edits one: what no flag names stays.
type planSave struct {
	reach
	ID        string       `arg:"" name:"indicator"`
	Name      string       `help:"cli.flag.plan_name"`
	Target    string       `help:"cli.flag.plan_target"`
	Unit      string       `help:"cli.flag.plan_unit"`
	Every     plan.Every   `help:"cli.flag.plan_every"`
	Way       plan.Way     `help:"cli.flag.plan_way"`
	Percent   bool         `help:"cli.flag.plan_percent"`
	Districts bool         `help:"cli.flag.plan_districts"`
	Body      string       `help:"cli.flag.plan_body"`
	Source    string       `help:"cli.flag.plan_source"`
	Counted   plan.Counted `help:"cli.flag.plan_counted"`
	JSON      bool         `help:"cli.flag.json"`
}

// Run tells the daemon.
func (c planSave) Run(t *terminal) error {
	target, err := plan.ReadAmount(t.lang, c.Target)
	if err != nil {
		return err
	}
	over := func(f plan.Fields) plan.Fields {
		f.Name, f.Unit, f.Body, f.Source = cmp.Or(c.Name, f.Name), cmp.Or(c.Unit, f.Unit), cmp.Or(c.Body, f.Body), cmp.Or(c.Source, f.Source)
		f.Target, f.Every, f.Way, f.Counted = cmp.Or(target, f.Target), cmp.Or(c.Every, f.Every), cmp.Or(c.Way, f.Way), cmp.Or(c.Counted, f.Counted)
		f.Percent, f.Districts = c.Percent || f.Percent, c.Districts || f.Districts
		return f
	}
	var read client.Edition
	was, err := c.client().Note(&read).GetPlanID(t, c.ID)
	if refusedAs(err, http.StatusNotFound) { // it is made
		was.Fields, err = plan.Fields{Every: plan.Monthly, Way: plan.Sums}, nil
	}
	if err != nil {
		return err
	}
	is, err := c.client().If(read).PutPlanID(t, c.ID, over(was.Fields))
	if err != nil {
		return err
	}
	return indicated(t, c.JSON, is, "plan.saved")
}

// indicated prints what became of an indicator.
func indicated(t *terminal, asJSON bool, is plan.Indicator, key string) error {
	if asJSON {
		return t.json(is)
	}
	_, err := fmt.Fprintf(t.out, "%s\t%s\n", is.ID, printable(t.lang.Say(key, "mark", is.Mark)))
	return err
}

// planRetire retires an indicator, or brings it back.
type planRetire struct {
	reach
	ID   string `arg:"" name:"indicator"`
	Back bool   `help:"cli.flag.plan_back"`
	JSON bool   `help:"cli.flag.json"`
}

// Run tells the daemon.
func (c planRetire) Run(t *terminal) error {
	var read client.Edition
	if _, err := c.client().Note(&read).GetPlanID(t, c.ID); err != nil {
		return err
	}
	is, err := c.client().If(read).PostPlanIDRetire(t, c.ID, plan.RetireIndicator{Back: c.Back})
	if err != nil {
		return err
	}
	key := "plan.retire_done"
	if c.Back {
		key = "plan.back_done"
	}
	return indicated(t, c.JSON, is, key)
}

// planRemove deletes an indicator without figures.
type planRemove struct {
	reach
	ID   string `arg:"" name:"indicator"`
	JSON bool   `help:"cli.flag.json"`
}

// Run tells the daemon.
func (c planRemove) Run(t *terminal) error {
	var read client.Edition
	if _, err := c.client().Note(&read).GetPlanID(t, c.ID); err != nil {
		return err
	}
	is, err := c.client().If(read).DeletePlanID(t, c.ID)
	if err != nil {
		return err
	}
	return indicated(t, c.JSON, is, "plan.remove_done")
}

// planCopy makes the plan of a year from that of another.
type planCopy struct {
	reach
	To   int  `arg:"" name:"plan_to"`
	From int  `help:"cli.flag.plan_from"`
	JSON bool `help:"cli.flag.json"`
}

// Run tells the daemon.
func (c planCopy) Run(t *terminal) error {
	made, err := c.client().PostPlanCopy(t, plan.CopyPlan{From: c.From, To: c.To})
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(made)
	}
	_, err = fmt.Fprintln(t.out, printable(t.lang.Say("plan.copied", "n", len(made))))
	return err
}
