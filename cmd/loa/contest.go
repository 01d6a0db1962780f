package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"loa/contest"
	"loa/internal/fault"
)

// contestCommand is "loa contest verify FILE": it checks the archive of a
// whole contest without any server. An archive that does not hold together
// makes the exit code that of a conflict.
func contestCommand(_ context.Context, args []string, stdout, _ io.Writer) error {
	if len(args) != 2 || args[0] != "verify" {
		return fault.New(fault.Invalid, "contest.cli_verify_usage")
	}
	f, err := os.Open(args[1])
	if err != nil {
		return fileFault(args[1], err)
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
	_, err = fmt.Fprintln(stdout, language().Say("contest.cli_verified", "title", v.Facts.Title, "events", v.Facts.Events,
		"entries", v.Entries, "sheets", v.Sheets, "rounds", v.Rounds, "files", v.Files))
	return err
}
