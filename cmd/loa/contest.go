package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"loa/client"
	"loa/contest"
)

// contestCommands list contests, take the steps that cannot be taken back, fetch
// the archive of one, and check an archive without any server.
type contestCommands struct {
	List    contestList    `cmd:"" help:"contest.cli_list"`
	Waiting contestWaiting `cmd:"" help:"contest.cli_waiting"`
	Open    contestOpen    `cmd:"" help:"contest.cli_open"`
	Start   contestStart   `cmd:"" help:"contest.cli_start"`
	Finish  contestFinish  `cmd:"" help:"contest.cli_finish"`
	Publish contestPublish `cmd:"" help:"contest.cli_publish"`
	Close   contestClose   `cmd:"" help:"contest.cli_close"`
	Archive contestArchive `cmd:"" help:"contest.cli_archive"`
	Verify  contestVerify  `cmd:"" help:"contest.cli_verify"`
}

// contestList lists contests.
type contestList struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c contestList) Run(t *terminal) error {
	items, err := c.client().GetContests(t)
	if err != nil {
		return err
	}
	return listed(t, c.JSON, items, "", func(x client.Listed) string {
		return x.ID + "\t" + t.lang.Say("contest.phase_"+string(x.Phase)) + "\t" + x.Title
	})
}

// contestWaiting lists what the contests one organises wait for.
type contestWaiting struct {
	reach
	JSON bool `help:"cli.flag.json"`
}

// Run asks the daemon and prints.
func (c contestWaiting) Run(t *terminal) error {
	items, err := c.client().GetMeContests(t)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(items)
	}
	for _, x := range items {
		said := []string{x.ID, x.Title, t.lang.Say("contest.phase_" + string(x.Phase)), x.Round}
		if x.Deadline != nil {
			said = append(said, x.Deadline.Words(t.lang, time.Now()))
		}
		fmt.Fprintln(t.out, printable(strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), " · ")))
		for _, w := range x.Waits {
			fmt.Fprintln(t.out, "  "+printable(w.Detail))
		}
	}
	return nil
}

// contestArchive fetches an archive.
type contestArchive struct {
	reach
	Contest string `arg:""`
	File    string `arg:"" name:"zip"`
}

// Run asks the daemon and writes the file.
func (c contestArchive) Run(t *terminal) error {
	n, err := fetch(c.File, nil, func() (*client.File, error) { return c.client().GetContestArchive(t, c.Contest) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("contest.cli_archived", "size", t.lang.Size(n), "file", c.File))
	return err
}

// contestVerify checks an archive.
type contestVerify struct {
	File string   `arg:"" name:"zip"`
	Code []string `arg:"" optional:"" name:"code"` // as printed, in groups
}

// Run reads the archive.
func (c contestVerify) Run(t *terminal) error {
	return verifyContest(c.File, strings.Join(c.Code, ""), t.out)
}

// verifyContest checks an archive, and that its log is the one of the minutes
// that print the check code, if it is given. One that does not hold together
// makes the exit code that of a conflict.
func verifyContest(file, code string, stdout io.Writer) error {
	f, err := os.Open(file)
	if err != nil {
		return fileFault(file, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	v, err := contest.CheckArchive(f, info.Size())
	if err != nil {
		return err
	}
	if _, err = fmt.Fprintln(stdout, language().Say("contest.cli_verified", "title", v.Facts.Title, "events", v.Facts.Events,
		"entries", v.Entries, "sheets", v.Sheets, "rounds", v.Rounds, "files", v.Files, "papers", v.Papers)); err != nil {
		return err
	}
	if !v.Bound {
		if _, err := fmt.Fprintln(stdout, language().Say("contest.cli_unbound")); err != nil {
			return err
		}
	}
	if code == "" {
		_, err := fmt.Fprintln(stdout, language().Say("contest.cli_no_code", "file", file))
		return err
	}
	n, err := v.Event(code)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, language().Say("contest.cli_code", "code", v.Hashes[n-1], "n", n))
	return err
}
