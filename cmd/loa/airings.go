package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/google/uuid"

	"loa/airing"
	"loa/client"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
)

// slotsCommand lists planned airings.
type slotsCommand struct {
	reach
	scheduler.SlotFilter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c slotsCommand) Run(t *terminal) error {
	c.Until = c.Until.Through()
	items, err := client.All(c.client().GetSlots(t, c.SlotFilter))
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.slots.columns"), func(s scheduler.Slot) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s", t.lang.DateTime(s.Start), called(n.stations, s.Station), called(n.programmes, s.Programme), s.ID)
	})
}

// aheadCommand prints what an editor has to mend of the coming week.
type aheadCommand struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c aheadCommand) Run(t *terminal) error {
	a, err := c.client().GetMeWeek(t)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(a)
	}
	n, err := c.namesFor(t, false, len(a.Gaps))
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.ahead", "until", a.Until, "programmes", a.Programmes, "stations", a.Stations, "slots", a.Slots))
	for _, kind := range scheduler.GapKinds {
		var lines []string
		for _, g := range a.Gaps {
			if g.Kind == kind {
				lines = append(lines, g.Words(t.lang, func(id string) string { return called(n.stations, id) }))
			}
		}
		if len(lines) > 0 {
			fmt.Fprintln(t.out, t.lang.Say("schedule.gap."+string(kind), "n", len(lines)))
			for _, line := range lines {
				fmt.Fprintln(t.out, "  "+printable(line))
			}
		}
	}
	return nil
}

// airingsCommands are "loa airings …": what people said was aired.
type airingsCommands struct {
	List   airingsList   `cmd:"" help:"cli.summary.airings_list"`
	Report airingsReport `cmd:"" help:"cli.summary.airings_report"`
	Check  airingsCheck  `cmd:"" help:"cli.summary.airings_check"`
	Verify airingsVerify `cmd:"" help:"cli.summary.airings_verify"`

	Import     airingsImport     `cmd:"" help:"cli.summary.airings_import"`
	UndoImport airingsUndoImport `cmd:"" help:"cli.summary.airings_undo_import"`
}

// airingsList lists reports, the latest first.
type airingsList struct {
	reach
	airing.Filter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c airingsList) Run(t *terminal) error {
	c.Until = c.Until.Through()
	items, err := client.All(c.client().GetAirings(t, c.Filter))
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.airings.columns"), func(a client.Airing) string { return t.airing(n, a) })
}

// airingsCheck lists the reports whose evidence waits to be looked at, the first to look at first.
type airingsCheck struct {
	reach
	airing.CheckFilter
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c airingsCheck) Run(t *terminal) error {
	items, err := c.client().GetAiringsWaiting(t, c.CheckFilter)
	if err != nil {
		return err
	}
	n, err := c.namesFor(t, c.JSON, len(items))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("cli.airings_check.columns"), func(e airing.Exhibit) string {
		return fmt.Sprintf("%s\t%s\t%s\t%d\t%d\t%s", t.lang.DateTime(e.StartedAt.In(text.Zone)), called(n.stations, e.Station),
			called(n.programmes, e.Programme), e.Photos, e.Sounds, e.Report)
	})
}

// airing is one report as a line.
func (t *terminal) airing(n nameBook, a client.Airing) string {
	what := t.lang.Say("airing.outcome." + string(a.Outcome))
	if a.Reason != "" {
		what += ": " + t.lang.Say("airing.reason."+string(a.Reason))
	}
	if a.CorrectedBy != "" {
		what += " (" + t.lang.Say("airing.replaced") + ")"
	}
	if a.Line.Lack() != "" {
		what += " (" + t.lang.Say("airing.counts_no") + ")"
	}
	if a.Waits() && a.Lapsed != nil {
		what += " (" + t.lang.Say("airing.lapsed_short") + ")"
	}
	if a.Book != nil {
		what += " (" + t.lang.Say("oldbook.source") + ")"
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", t.lang.DateTime(a.StartedAt.In(text.Zone)), called(n.stations, a.Station),
		called(n.programmes, a.Programme), what, a.By.Name, a.ID)
}

// airingsReport says what was aired, or was not.
type airingsReport struct {
	reach
	Outcome   string `arg:"" help:"cli.flag.outcome"`
	Slot      string `help:"cli.flag.slot"`
	Station   string `help:"cli.flag.station"`
	Programme string `help:"cli.flag.programme"`
	Reason    string `help:"cli.flag.reason"`
	StartedAt string `help:"cli.flag.started_at"`
	Seconds   int    `help:"cli.flag.seconds"`
	Means     string `help:"cli.flag.means"`
	Note      string `help:"cli.flag.note"`
	Corrects  string `help:"cli.flag.corrects"`
	Why       string `help:"cli.flag.corrects_why"`
	Unplanned bool   `help:"cli.flag.unplanned"`
	Alone     bool   `help:"cli.flag.alone"`
	Seen      string `help:"cli.flag.seen"`
	ID        string `name:"id" help:"cli.flag.id"`
	JSON      bool   `help:"cli.flag.json"`
}

// Run tells the daemon and prints what it keeps.
func (c airingsReport) Run(t *terminal) error {
	started, err := moment(c.StartedAt)
	if err != nil {
		return err
	}
	a, err := c.client().PutAiring(t, cmp.Or(c.ID, uuid.NewString()), airing.Confirm{Slot: c.Slot, Station: c.Station, Programme: c.Programme,
		Outcome: airing.Outcome(c.Outcome), Reason: airing.Reason(c.Reason), StartedAt: started, Seconds: c.Seconds, Means: airing.Means(c.Means),
		Note: c.Note, Corrects: c.Corrects, Why: c.Why, Unplanned: c.Unplanned, Alone: c.Alone, Seen: &c.Seen})
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(a)
	}
	n, err := c.namesFor(t, false, 1)
	if err == nil {
		_, err = fmt.Fprintln(t.out, printable(t.airing(n, a)))
	}
	if err == nil {
		err = t.standing(a)
	}
	return err
}

// standing says what a report that was just changed does to the figures, where that is not plain.
func (t *terminal) standing(a client.Airing) (err error) {
	say := func(key string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintln(t.out, printable(t.lang.Say(key, args...)))
		}
	}
	if a.Lapsed != nil {
		say("cli.airings.lapsed", "finding", t.lang.Say("airing.finding."+string(a.Lapsed.Finding)), "by", a.Lapsed.By.Name, "at", a.Lapsed.At)
	}
	switch {
	case a.Lack != "":
		say("airing.lack."+string(a.Lack), "least", time.Duration(a.Least)*time.Second)
	case a.Stands() && a.Early():
		say("cli.airings.on_air", "at", t.lang.Clock(a.End()))
	case a.Stands() && a.Outcome == airing.Aired && a.Late():
		say("cli.airings.late")
	}
	if a.WeekClosed {
		say("airing.week_is_closed")
	}
	return err
}

// moment reads a wall clock of the stations, "2024-05-13 17:00", or a time with its zone; "" is none.
// Fault: cli.moment_unreadable.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, text.Zone); err == nil {
			return t, nil
		}
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		err = fault.New(fault.Invalid, "cli.moment_unreadable", "text", s)
	}
	return at, err
}

// airingsVerify says what checking a report found.
type airingsVerify struct {
	reach
	Report  string `arg:"" help:"cli.flag.report"`
	Finding string `arg:"" help:"cli.flag.finding"`
	Note    string `help:"cli.flag.finding_note"`
	ID      string `name:"id" help:"cli.flag.id"`
	JSON    bool   `help:"cli.flag.json"`
}

// Run tells the daemon and prints the report with its finding.
func (c airingsVerify) Run(t *terminal) error {
	var read client.Edition
	was, err := c.client().Note(&read).GetAiring(t, c.Report)
	if err != nil {
		return err
	}
	a, err := c.client().As(c.ID).If(read).PostAiringVerdict(t, c.Report, client.VerdictBody{Finding: airing.Finding(c.Finding), Note: c.Note})
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(a)
	}
	n, err := c.namesFor(t, false, 1)
	if err == nil {
		_, err = fmt.Fprintln(t.out, printable(t.airing(n, a)+"\t"+t.lang.Say("airing.finding."+string(a.Finding))))
	}
	if last := was.Last(); err == nil && last != nil {
		_, err = fmt.Fprintln(t.out, printable(t.lang.Say("cli.verdict_before", "finding", t.lang.Say("airing.finding."+string(last.Finding)),
			"by", last.By.Name, "at", last.At)))
	}
	return err
}
