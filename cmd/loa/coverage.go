package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"loa/airing"
	"loa/client"
	"loa/coverage"
	"loa/coverage/report"
	"loa/internal/fault"
)

// coverageCommands are "loa coverage …"; alone it prints a week.
type coverageCommands struct {
	Show    coverageShow    `cmd:"" default:"withargs" help:"cli.summary.coverage"`
	Report  coverageReport  `cmd:"" help:"cli.summary.coverage_report"`
	Excuses coverageExcuses `cmd:"" help:"cli.summary.excuses"`
	Excuse  coverageExcuse  `cmd:"" help:"cli.summary.excuse"`
	Pleas   coveragePleas   `cmd:"" help:"cli.summary.pleas"`
	Ask     coverageAsk     `cmd:"" help:"cli.summary.ask"`
	Answer  coverageAnswer  `cmd:"" help:"cli.summary.answer"`
	Close   coverageClose   `cmd:"" help:"cli.summary.close"`
	Reopen  coverageReopen  `cmd:"" help:"cli.summary.reopen"`
	Anew    coverageAnew    `cmd:"" help:"cli.coverage_anew"`
}

// coverageShow prints the coverage of a week district by district, or that of any period
// part by part.
type coverageShow struct {
	reach
	Week airing.Week `help:"cli.flag.week"`
	coverage.Filter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints. Where nothing is asked for that only a period has, a week is meant.
func (c coverageShow) Run(t *terminal) error {
	if week := (coverage.Filter{District: c.District, List: c.List}); c.Filter != week {
		if c.Week != 0 {
			return fault.New(fault.Invalid, "cli.week_or_period")
		}
		return c.period(t)
	}
	w, err := c.client().GetCoverage(t, client.WeekAsked{Query: coverage.Query{Week: c.Week, District: c.District, List: c.List}})
	if err != nil {
		return err
	}
	return t.week(c.reach, w, c.JSON)
}

func (c coverageShow) period(t *terminal) error {
	a, err := c.client().GetCoveragePeriod(t, client.GetCoveragePeriodOptions{Filter: c.Filter, Limit: 1})
	if err != nil {
		return err
	}
	items, err := client.All(c.client().EachGetCoveragePeriod(t, client.GetCoveragePeriodOptions{Filter: c.Filter}))
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(struct {
			coverage.Answer
			Items []coverage.Item `json:"items"`
		}{a.Answer, items})
	}
	said := "cli.coverage.period"
	if a.Narrow {
		said = "cli.coverage.period_narrow"
	}
	fmt.Fprintln(t.out, t.lang.Say(said, "name", a.Name, "aired", a.Aired, "expected", a.Expected(), "share", a.Share(t.lang),
		"missing", a.Missing))
	if now := a.Now; now != nil {
		fmt.Fprintf(t.out, "%s %d/%d\n", t.lang.Say("coverage.since_then"), now.Aired, now.Expected())
	}
	if b := a.Before; b != nil {
		fmt.Fprintln(t.out, t.lang.Say("coverage.before_that", "period", b.Name), b.Share(t.lang))
	}
	return listed(t, false, items, t.lang.Say("cli.coverage.period_columns"), func(i coverage.Item) string {
		return fmt.Sprintf("%s\t%s\t%d/%d\t%d\t%d\t%d\t%d\t%d\t%d", i.Name, i.Share(t.lang), i.Aired, i.Expected(), i.NotCounted, i.WithEvidence,
			i.Verified, i.OnTime, i.NotAired, i.NotReported)
	})
}

// week asks for the coverage of a week.
func (r reach) week(t *terminal, named string) (w coverage.Week, err error) {
	week, err := airing.ParseWeek(named)
	if err == nil {
		w, err = r.client().GetCoverage(t, client.WeekAsked{Query: coverage.Query{Week: week}})
	}
	return w, err
}

func (t *terminal) week(c reach, w coverage.Week, asJSON bool) error {
	if asJSON {
		return t.json(w)
	}
	n, err := c.namesFor(t, false, len(w.Districts))
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.coverage.head", "week", w.Week.String(), "aired", w.Aired, "expected", w.Expected(), "share", w.Share(t.lang)))
	if w.Closed {
		fmt.Fprintln(t.out, printable(t.lang.Say("coverage.paper_closed", "at", w.ClosedAt, "by", w.ClosedBy)))
	}
	if now := w.Now; now != nil {
		fmt.Fprintf(t.out, "%s %d/%d\n", t.lang.Say("coverage.since_then"), now.Aired, now.Expected())
	}
	for _, e := range w.Earlier {
		fmt.Fprintln(t.out, t.lang.Say("coverage.earlier", "aired", e.Aired, "expected", e.Expected(), "at", e.ClosedAt, "by", e.ClosedBy,
			"asked", e.Reopened.By, "agreed", e.Reopened.AgreedBy, "reopened", e.Reopened.AgreedAt, "reason", e.Reopened.Reason))
	}
	if a := w.Reopening; a != nil {
		fmt.Fprintln(t.out, t.lang.Say("coverage.reopen_asked", "by", a.By, "at", a.At, "reason", a.Reason))
		fmt.Fprintln(t.out, t.lang.Say("cli.coverage.agree", "week", w.Week.String(), "request", a.Request()))
	}
	table := tabwriter.NewWriter(t.out, 2, 0, 2, ' ', 0)
	fmt.Fprintln(table, t.lang.Say("cli.coverage.columns"))
	for _, d := range w.Districts {
		fmt.Fprintf(table, "%s\t%d/%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", called(n.districts, d.District), d.Aired, d.Expected(), d.NotCounted,
			d.WithEvidence, d.Verified, d.OnTime,
			d.NotAired, d.NotReported, d.NotDue, d.NotPlanned)
	}
	return table.Flush()
}

// coverageReport fetches the report of a period as a file of the kind its name ends with.
type coverageReport struct {
	reach
	File string `arg:"" name:"report_file"`
	coverage.Filter
}

// Run asks the daemon and writes the file.
func (c coverageReport) Run(t *terminal) error {
	as := strings.TrimPrefix(strings.ToLower(filepath.Ext(c.File)), ".")
	var n int64
	var err error
	switch as {
	case "pdf", "docx", "xlsx":
		n, err = fetch(c.File, nil, func() (*client.File, error) { return c.client().GetReportAs(t, as, c.Filter) })
	case "json":
		n, err = fetchJSON(c.File, func() (report.Report, error) { return c.client().GetReport(t, c.Filter) })
	default:
		return fault.New(fault.Invalid, "cli.report_kind", "file", c.File)
	}
	if err == nil {
		_, err = fmt.Fprintln(t.out, printable(t.lang.Say("cli.saved", "size", t.lang.Size(n), "file", c.File)))
	}
	return err
}

// coverageExcuses lists the stations excused in a week.
type coverageExcuses struct {
	reach
	coverage.Query
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c coverageExcuses) Run(t *terminal) error {
	w, err := c.client().GetCoverage(t, client.WeekAsked{Query: c.Query, Stations: true})
	if err != nil {
		return err
	}
	items := []coverage.Excuse{}
	for _, s := range w.Stations {
		if s.State == coverage.Excused { // who aired after all needs no excuse
			items = append(items, *s.Excuse)
		}
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.excuses.columns"), func(e coverage.Excuse) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s", e.Week, called(n.stations, e.Station), t.lang.Say("airing.reason."+string(e.Reason)), e.Words(t.lang), e.Note)
	})
}

// coverageExcuse excuses a station from a week, or takes that back.
type coverageExcuse struct {
	reach
	Station string `arg:""`
	Week    string `arg:""`
	Reason  string `help:"cli.flag.excuse_reason"`
	Note    string `required:"" help:"cli.flag.excuse_note"`
	Asked   string `help:"cli.flag.asked"`
	Revoke  bool   `help:"cli.flag.revoke"`
	ID      string `name:"id" help:"cli.flag.id"`
}

// Run tells the daemon.
func (c coverageExcuse) Run(t *terminal) error {
	week, err := airing.ParseWeek(c.Week)
	if err != nil {
		return err
	}
	var read client.Edition
	if _, err := c.client().Note(&read).GetCoverageWeekExcuse(t, c.Week, c.Station); err != nil {
		return err
	}
	e, err := c.client().If(read).PutCoverageExcuse(t, cmp.Or(c.ID, uuid.NewString()), client.ExcuseBody{Week: week, Station: c.Station,
		Reason: airing.Reason(c.Reason), Note: c.Note, Asked: c.Asked, Revoked: c.Revoke})
	if err != nil {
		return err
	}
	key := "cli.excused"
	if e.Revoked {
		key = "cli.excuse_revoked"
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say(key, "station", e.Station, "week", e.Week))
	return err
}

// coveragePleas lists who asked for an excuse, those that wait first.
type coveragePleas struct {
	reach
	State    coverage.PleaState `help:"cli.flag.plea_state"`
	Station  string             `help:"cli.flag.station"`
	District string             `help:"cli.flag.district"`
	JSON     bool               `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c coveragePleas) Run(t *terminal) error {
	items, err := client.All(c.client().GetCoverageExcuses(t, coverage.PleaFilter{State: c.State, Station: c.Station, District: c.District}))
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.pleas.columns"), func(p coverage.Plea) string {
		return fmt.Sprintf("%s\t%s–%s\t%s\t%s\t%s\t%s\t%s", called(n.stations, p.Station), p.From, p.Until, t.lang.Say("airing.reason."+string(p.Reason)),
			p.By.Name, t.lang.Say("coverage.plea_state."+string(p.State)), p.EndedBy, p.ID)
	})
}

// coverageAsk asks that a station be excused; another person answers.
type coverageAsk struct {
	reach
	Station string `arg:""`
	Week    string `arg:""`
	Until   string `help:"cli.flag.plea_until"`
	Reason  string `required:"" help:"cli.flag.excuse_reason"`
	Note    string `required:"" help:"cli.flag.excuse_note"`
}

// Run tells the daemon and prints how the request is answered.
func (c coverageAsk) Run(t *terminal) error {
	from, err := airing.ParseWeek(c.Week)
	if err != nil {
		return err
	}
	until, err := airing.ParseWeek(cmp.Or(c.Until, c.Week))
	if err != nil {
		return err
	}
	p, err := c.client().PostCoverageExcuses(t, coverage.AskExcuse{Station: c.Station, From: from, Until: until, Reason: airing.Reason(c.Reason), Note: c.Note})
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("coverage.plea_sent"))
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.plea_answer", "id", p.ID))
	return err
}

// coverageAnswer grants or refuses what another person asked, or takes one's own request back.
type coverageAnswer struct {
	reach
	Plea  string `arg:""`
	Grant bool   `help:"cli.flag.plea_grant"`
	Why   string `help:"cli.flag.plea_why"`
}

// Run tells the daemon.
func (c coverageAnswer) Run(t *terminal) error {
	p, err := c.client().PostCoverageExcuseAnswer(t, c.Plea, coverage.AnswerExcuse{Grant: c.Grant, Why: c.Why})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("coverage.plea_done_"+string(p.State)))
	return err
}

// coverageClose freezes a week that has ended.
type coverageClose struct {
	reach
	Week string `arg:""`
	Seen string `help:"cli.flag.seen"`
	JSON bool   `help:"cli.flag.json"`
}

// Run tells the daemon and prints what was frozen.
func (c coverageClose) Run(t *terminal) error {
	before, err := c.week(t, c.Week)
	if err != nil {
		return err
	}
	w, err := c.client().PostCoverageWeekClose(t, c.Week, client.PostCoverageWeekCloseOptions{Seen: &c.Seen})
	if err != nil {
		return err
	}
	if !c.JSON {
		said := "coverage.closed_now"
		if before.Closed {
			said = "cli.closed_before"
		}
		fmt.Fprintln(t.out, t.lang.Say(said))
	}
	return t.week(c.reach, w, c.JSON)
}

// coverageReopen asks to open a closed week again, or agrees to what another
// person asked: the token must be a person's own.
type coverageReopen struct {
	reach
	Week    string `arg:""`
	Reason  string `help:"cli.flag.reopen_reason"`
	Later   bool   `help:"cli.flag.reopen_later"`
	Agree   string `help:"cli.flag.reopen_agree" placeholder:"TIME"`
	Decline bool   `help:"cli.flag.reopen_decline"`
	JSON    bool   `help:"cli.flag.json"`
}

// Run tells the daemon and prints the week as it stands then.
func (c coverageReopen) Run(t *terminal) error {
	in := client.ReopenBody{Reason: c.Reason, Later: c.Later, Decline: c.Decline}
	if c.Agree != "" {
		var err error
		if in.Request, err = time.Parse(time.RFC3339Nano, c.Agree); err != nil {
			return fault.New(fault.Invalid, "cli.agree_unreadable", "text", c.Agree, "week", c.Week)
		}
	}
	if c.Decline { // the request that waits now, and no other that comes meanwhile
		now, err := c.week(t, c.Week)
		if err != nil {
			return err
		}
		if now.Reopening != nil {
			in.Request = now.Reopening.At
		}
	}
	w, err := c.client().PostCoverageWeekReopen(t, c.Week, in)
	if err != nil {
		return err
	}
	if !c.JSON {
		said := "coverage.reopen_sent"
		switch {
		case c.Decline:
			said = "coverage.reopen_gone"
		case !w.Closed:
			said = "coverage.reopen_done"
		}
		fmt.Fprintln(t.out, t.lang.Say(said))
	}
	return t.week(c.reach, w, c.JSON)
}
