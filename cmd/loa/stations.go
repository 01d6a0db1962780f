package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"loa/airing"
	"loa/client"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// stationsCommands keep the registry through the running daemon.
type stationsCommands struct {
	List   stationsList   `cmd:"" help:"stations.cli.list"`
	Export stationsExport `cmd:"" help:"stations.cli.export"`
	Audio  stationsAudio  `cmd:"" help:"stations.cli.audio"`
	Import stationsImport `cmd:"" help:"stations.cli.import"`
	Merge  stationsMerge  `cmd:"" help:"stations.cli.merge"`
	Split  stationsSplit  `cmd:"" help:"stations.cli.split"`

	Changes stationsChanges `cmd:"" help:"stations.cli.changes"`
	Unmerge stationsUnmerge `cmd:"" help:"stations.cli.unmerge"`
}

// stationsList lists stations.
type stationsList struct {
	reach
	stations.Filter
	JSON bool `help:"stations.cli.flag.json"`
}

// Run asks the daemon and prints.
func (c stationsList) Run(t *terminal) error {
	items, err := client.All(c.client().GetStations(t, c.Filter))
	if err != nil {
		return err
	}
	var heads []string
	for _, column := range []stations.Column{"id", "code", "name", "district"} {
		heads = append(heads, t.lang.Say("stations.column."+string(column)))
	}
	return listed(t, c.JSON, items, strings.Join(heads, "\t"), func(s client.Station) string {
		line := s.ID + "\t" + s.Code + "\t" + s.Label + "\t" + s.DistrictName
		if !s.Active {
			line += "\t" + t.lang.Say("stations.ended")
		}
		return line
	})
}

// stationsExport keeps the list as a file.
type stationsExport struct {
	reach
	stations.Filter
	File string `arg:"" name:"table"`
}

// Run asks the daemon and writes the file.
func (c stationsExport) Run(t *terminal) error {
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(c.File), "."))
	f, err := c.client().GetStationsExport(t, client.GetStationsExportOptions{Filter: c.Filter, Format: format})
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return fault.New(fault.Unavailable, "cli.no_server", "server", c.Server).Because(err)
	}
	if err := os.WriteFile(c.File, b, 0o644); err != nil {
		return fault.New(fault.Unavailable, "stations.cli.file_unwritable", "file", c.File).Because(err)
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("stations.cli.exported", "file", c.File))
	return err
}

// stationsAudio saves the ZIP of a station's week of audio, and says which
// airings it has nothing for.
type stationsAudio struct {
	reach
	Station string `arg:""`
	File    string `arg:"" name:"zip"`
	Week    string `help:"cli.flag.week"`
}

// Run asks the daemon and writes the file.
func (c stationsAudio) Run(t *terminal) error {
	week := c.Week
	if week == "" {
		week = airing.Calendar{Zone: text.Zone}.Week(time.Now()).String()
	}
	told, err := c.client().GetStationWeekAudio(t, c.Station, week)
	if err != nil {
		return err
	}
	n, err := fetch(c.File, nil, func() (*client.File, error) { return c.client().GetStationWeekAudioZip(t, c.Station, week) })
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("usb.cli.saved", "size", text.Bytes(n), "file", c.File, "files", told.Files, "airings", len(told.Airings)))
	for _, a := range told.Airings {
		if a.Detail != "" {
			fmt.Fprintln(t.out, " -", t.lang.Say("usb.cli.missing", "at", a.Start, "programme", a.Programme, "why", a.Detail))
		}
	}
	return nil
}

// tableOf is a file to send, and what it is sent as: the server looks into it.
func tableOf(file string) (io.Reader, string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, "", fault.New(fault.NotFound, "stations.cli.file_unreadable", "file", file).Because(err)
	}
	return bytes.NewReader(b), "application/octet-stream", nil
}

// refusedBy is the fault of a dry run that found something wrong.
func refusedBy(code string, list []client.Problem) error {
	if len(list) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, code, "count", len(list))
	for _, p := range list {
		e.Parts = append(e.Parts, fault.New(fault.Invalid, "cli.server_said", "detail", p.Detail))
	}
	return e
}

// stationsImport applies a file.
type stationsImport struct {
	reach
	File   string `arg:"" name:"table"`
	DryRun bool   `help:"stations.cli.flag.dry_run"`
	On     string `help:"stations.cli.flag.on"`
	New    bool   `help:"stations.cli.flag.new"`
	JSON   bool   `help:"cli.flag.json"`

	Seen string   `help:"stations.cli.flag.seen"`
	Over []string `sep:"none" help:"stations.cli.flag.over"`
	Yes  bool     `help:"stations.cli.flag.over_all"`
}

// Run sends the file and prints every change. What somebody changed after the list
// was made is asked about.
func (c stationsImport) Run(t *terminal) error {
	o := client.PostStationsImportOptions{DryRun: c.DryRun, On: c.On, New: c.New}
	if !c.Yes {
		o.Seen, o.Over = &c.Seen, c.Over
	}
	table, kind, err := tableOf(c.File)
	if err != nil {
		return err
	}
	answer, err := c.client().PostStationsImport(t, o, kind, table)
	if err != nil {
		return err
	}
	if c.JSON {
		return errors.Join(t.json(answer), refusedBy("stations.import_refused", answer.Errors))
	}
	for _, change := range answer.Changes {
		fmt.Fprintln(t.out, t.lang.Say("line", "line", change.Line, "text", change.Label))
		for _, d := range change.Differences {
			d = d.In(t.lang)
			fmt.Fprintf(t.out, "  %s: %q → %q\n", t.lang.Say("stations.column."+string(d.Column)), d.Old, d.New)
		}
		if change.Later != nil {
			fmt.Fprintln(t.out, "  "+t.lang.Fault(change.Sentence()))
		}
		if change.Kept {
			fmt.Fprintln(t.out, "  "+t.lang.Say(done(answer.Applied, "stations.cli.kept"), "station", change.Station))
		}
	}
	if answer.Units > 0 {
		fmt.Fprintln(t.out, t.lang.Say("stations.import_units", "units", answer.Units))
	}
	fmt.Fprintln(t.out, t.lang.Say(done(answer.Applied, "stations.cli.imported"), "rows", answer.Rows, "changes", answer.Written(),
		"wrong", len(answer.Errors)))
	return refusedBy("stations.import_refused", answer.Errors)
}

// stationsMerge merges and renames units by a mapping file.
type stationsMerge struct {
	reach
	File             string `arg:"" name:"table"`
	DryRun           bool   `help:"stations.cli.flag.dry_run"`
	On               string `help:"stations.merge_on"`
	AbolishDistricts bool   `help:"stations.abolish"`
	JSON             bool   `help:"cli.flag.json"`
	terms
}

// terms are the flags of who has read a plan.
type terms struct {
	Answer []string `sep:"none" help:"stations.cli.flag.answer"`
	Seen   string   `help:"stations.cli.flag.seen"`
}

// Run sends the file and prints what becomes of each unit.
func (c stationsMerge) Run(t *terminal) error {
	table, kind, err := tableOf(c.File)
	if err != nil {
		return err
	}
	answer, err := c.client().PostStationsMerge(t, client.PostStationsMergeOptions{DryRun: c.DryRun, On: c.On, AbolishDistricts: c.AbolishDistricts,
		Answer: c.Answer, Seen: &c.Seen}, kind, table)
	if err != nil {
		return err
	}
	if c.JSON {
		return errors.Join(t.json(answer), refusedBy("stations.merge_refused", answer.Errors))
	}
	if err := refusedBy("stations.merge_refused", answer.Errors); err != nil {
		return err
	}
	for _, target := range answer.Targets {
		codes := make([]string, len(target.From))
		for i, k := range target.From {
			codes[i] = k.Code
		}
		what := fmt.Sprintf("%s %s ← %s: %s %s", target.Unit.Code, target.Name, strings.Join(codes, ", "), t.lang.Say("stations.fate."+string(target.Fate)),
			target.Station)
		fmt.Fprintln(t.out, t.lang.Say(done(answer.Applied, "stations.cli.target"), "what", what))
	}
	printMerger(t, answer.Merger)
	_, err = fmt.Fprintln(t.out, t.lang.Say(done(answer.Applied, "stations.cli.merged"), "before", answer.Before, "after", answer.After,
		"units", len(answer.Targets), "skipped", answer.Skipped))
	return err
}

// done is the key of a sentence of what was done, or of what would be: a dry
// run never says the same as a real one.
func done(applied bool, key string) string {
	if applied {
		return key
	}
	return key + "_would"
}

// printMerger prints what a merger or a split would do beyond the registry.
func printMerger(t *terminal, what *coverage.Merger) {
	if what == nil {
		return
	}
	printWeeks(t, what.Weeks)
	if what.MoreWeeks > 0 {
		fmt.Fprintln(t.out, t.lang.Say("stations.more_weeks", "n", what.MoreWeeks))
	}
	printFollowed(t, what.People, what.Rules)
	for _, e := range what.Contests {
		fmt.Fprintln(t.out, t.lang.Say("stations.contest."+string(e.What), "title", e.Title, "n", e.N, "name", e.Name))
	}
	for _, h := range what.Hand {
		fmt.Fprintln(t.out, t.lang.Say("stations.hand."+string(h.What), "name", h.Name, "about", h.About))
	}
	for _, q := range what.Questions {
		choices := make([]string, len(q.Choices))
		for i, choice := range q.Choices {
			choices[i] = choice.Value + " (" + choice.Say(t.lang) + ")"
		}
		fmt.Fprintln(t.out, t.lang.Say("stations.cli.question_would", "key", q.Key, "text", q.Say(t.lang), "choices", strings.Join(choices, ", ")))
	}
	fmt.Fprintln(t.out, t.lang.Say("stations.cli.seen_would", "code", what.Fingerprint))
}

// printWeeks prints the weeks a plan touches.
func printWeeks(t *terminal, weeks []coverage.WeekEffect) {
	for _, w := range weeks {
		key := "stations.cli.week_would"
		if w.Closed {
			key = "stations.cli.week_closed_would"
		}
		fmt.Fprintln(t.out, t.lang.Say(key, "week", w.Week, "aired", w.Before.Aired, "expected", w.Before.Expected(),
			"then", w.After.Aired, "of", w.After.Expected()))
	}
}

// printFollowed prints whose roles and which rules a plan changes.
func printFollowed(t *terminal, people []coverage.FollowedPerson, rules []coverage.FollowedRule) {
	for _, p := range people {
		fmt.Fprintln(t.out, p.Say(t.lang, func(id string) string { return id }))
	}
	for _, r := range rules {
		fmt.Fprintln(t.out, t.lang.Say("stations.cli.rule_would", "rule", r.ID, "stations", strings.Join(r.Stations, ", ")))
	}
}

// stationsChanges lists the mergers and splits that were made.
type stationsChanges struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c stationsChanges) Run(t *terminal) error {
	items, err := client.All(c.client().GetStationsChanges(t))
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, t.lang.Say("stations.cli.changes_head"), func(m client.StationsChange) string {
		line := t.lang.Say("stations.cli.change", "number", m.Number, "kind", t.lang.Say("stations.change."+string(m.Kind)), "on", m.On,
			"from", strings.Join(m.From, ", "), "into", strings.Join(m.Into, ", "))
		if m.Undone != nil {
			line += "\t" + t.lang.Say("stations.cli.change_undone")
		}
		return line
	})
}

// stationsUnmerge undoes a merger or a split.
type stationsUnmerge struct {
	reach
	Number int    `arg:"" name:"number"`
	Reason string `help:"stations.cli.flag.reason"`
	DryRun bool   `help:"stations.cli.flag.dry_run"`
	Seen   string `help:"stations.cli.flag.seen"`
	JSON   bool   `help:"cli.flag.json"`
}

// Run asks the daemon and prints what goes back.
func (c stationsUnmerge) Run(t *terminal) (err error) {
	var answer client.UndoAnswer
	if number := strconv.Itoa(c.Number); c.DryRun {
		answer, err = c.client().GetStationsChange(t, number)
	} else {
		answer, err = c.client().PostStationsChangeUndo(t, number, client.UndoAsk{Reason: c.Reason, Seen: c.Seen})
	}
	if err != nil {
		return err
	}
	refused := refusedBy("stations.undo_refused", answer.Errors)
	if c.JSON || refused != nil {
		if c.JSON {
			return errors.Join(t.json(answer), refused)
		}
		return refused
	}
	if !answer.Applied {
		printWeeks(t, answer.Weeks)
		printFollowed(t, answer.People, answer.Rules)
		if len(answer.Gone) > 0 {
			fmt.Fprintln(t.out, t.lang.Say("stations.undo_gone", "stations", strings.Join(answer.Gone, ", ")))
		}
		if len(answer.Lost) > 0 {
			fmt.Fprintln(t.out, t.lang.Say("stations.undo_lost", "stations", strings.Join(answer.Lost, ", ")))
		}
		fmt.Fprintln(t.out, t.lang.Say("stations.cli.seen_would", "code", answer.Fingerprint))
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say(done(answer.Applied, "stations.cli.undone"), "number", c.Number, "from", strings.Join(answer.Change.From, ", ")))
	return err
}

// stationsSplit splits one unit in several.
type stationsSplit struct {
	reach
	Code   string   `arg:"" name:"code"`
	Into   []string `sep:"none" help:"stations.cli.flag.into"`
	On     string   `help:"stations.merge_on"`
	Keeps  string   `help:"stations.cli.flag.keeps"`
	DryRun bool     `help:"stations.cli.flag.dry_run"`
	JSON   bool     `help:"cli.flag.json"`
	terms
}

// Run asks the server and prints each part with its station.
func (c stationsSplit) Run(t *terminal) error {
	on, err := stations.ParseDate(c.On)
	if err != nil {
		return err
	}
	ask := stations.Split{On: on, Code: c.Code, Keeps: c.Keeps, Terms: stations.Terms{Seen: c.Seen, Answers: map[string]string{}}}
	for _, said := range c.Answer {
		key, choice, _ := strings.Cut(said, "=")
		ask.Answers[key] = choice
	}
	for _, part := range c.Into {
		code, name, _ := strings.Cut(part, "=")
		ask.Parts = append(ask.Parts, stations.SplitPart{Code: code, Name: name})
	}
	answer, err := c.client().PostStationsSplit(t, client.PostStationsSplitOptions{DryRun: c.DryRun}, ask)
	if err != nil {
		return err
	}
	if c.JSON {
		return errors.Join(t.json(answer), refusedBy("stations.split_refused", answer.Errors))
	}
	if err := refusedBy("stations.split_refused", answer.Errors); err != nil {
		return err
	}
	for _, p := range answer.Parts {
		what := fmt.Sprintf("%s %s ← %s: %s %s", p.Unit.Code, p.Name, answer.From.Code, t.lang.Say("stations.fate."+string(p.Fate)), p.Station)
		fmt.Fprintln(t.out, t.lang.Say(done(answer.Applied, "stations.cli.target"), "what", what))
	}
	printMerger(t, answer.Merger)
	_, err = fmt.Fprintln(t.out, t.lang.Say(done(answer.Applied, "stations.cli.split_done"), "before", answer.Before, "after", answer.After))
	return err
}
