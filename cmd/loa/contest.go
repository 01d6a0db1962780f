package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"loa/contest"
	"loa/internal/fault"
)

// contestCommand lists contests, fetches the archive of one, and checks an
// archive without any server.
func contestCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return fault.New(fault.Invalid, "contest.cli_usage")
	}
	fs := flag.NewFlagSet("contest "+args[0], flag.ContinueOnError)
	c := clientFlags(fs)
	rest, err := parse(fs, args[1:], stderr)
	switch {
	case err != nil:
		return err
	case args[0] == "list" && len(rest) == 0:
		return listContests(ctx, c, stdout)
	case args[0] == "archive" && len(rest) == 2:
		n, err := c.fetch(ctx, "/api/v1/contests/"+url.PathEscape(rest[0])+"/archive", rest[1])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(stdout, language().Say("contest.cli_archived", "size", language().Size(n), "file", rest[1]))
		return err
	case args[0] == "verify" && len(rest) > 0:
		return verifyContest(rest[0], strings.Join(rest[1:], ""), stdout)
	}
	return fault.New(fault.Invalid, "contest.cli_usage")
}

func listContests(ctx context.Context, c *client, stdout io.Writer) error {
	var list struct {
		Items []struct {
			ID, Title string
			Phase     contest.Phase
		}
	}
	if err := c.get(ctx, "/api/v1/contests", &list); err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 2, 0, 2, ' ', 0)
	for _, x := range list.Items {
		fmt.Fprintf(table, "%s\t%s\t%s\n", x.ID, language().Say("contest.phase_"+string(x.Phase)), x.Title)
	}
	return table.Flush()
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
		"entries", v.Entries, "sheets", v.Sheets, "rounds", v.Rounds, "files", v.Files)); err != nil || code == "" {
		return err
	}
	n, err := v.Event(code)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, language().Say("contest.cli_code", "code", v.Hashes[n-1], "n", n))
	return err
}
