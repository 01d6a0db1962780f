// Command loa is the control room for commune radio: the daemon and the
// commands that talk to it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"loa/internal/fault"
	"loa/internal/text"
)

// grammar is every command, in the order the help shows them. A help tag is a
// key of the catalogue, and so is the name of an argument, after "cli.arg.".
type grammar struct {
	Help    helpFlag    `short:"h" help:"cli.flag.help"`
	Version versionFlag `help:"cli.flag.version"`

	Serve        serveCommand      `cmd:"" help:"cli.summary.serve"`
	Audio        audioCommands     `cmd:"" help:"audio.cli.summary"`
	Coverage     coverageCommands  `cmd:"" help:"cli.summary.coverage"`
	Slots        slotsCommand      `cmd:"" help:"cli.summary.slots"`
	Ahead        aheadCommand      `cmd:"" help:"cli.summary.ahead"`
	Airings      airingsCommands   `cmd:"" help:"cli.summary.airings"`
	Stations     stationsCommands  `cmd:"" help:"stations.cli.summary"`
	Lists        listsCommands     `cmd:"" help:"cli.summary.lists"`
	Calls        callsCommands     `cmd:"" help:"cli.summary.calls"`
	Books        booksCommands     `cmd:"" help:"cli.summary.books"`
	Papers       papersCommands    `cmd:"" help:"cli.summary.papers"`
	Plan         planCommands      `cmd:"" help:"cli.summary.plan"`
	Quiz         quizCommands      `cmd:"" help:"cli.summary.quiz"`
	Texts        textsCommands     `cmd:"" help:"cli.summary.texts"`
	Public       publicCommand     `cmd:"" help:"cli.summary.public"`
	Audit        auditCommand      `cmd:"" help:"cli.summary.audit"`
	Seals        sealsCommands     `cmd:"" help:"cli.summary.seals"`
	Proof        proofCommands     `cmd:"" help:"cli.summary.proof"`
	Contest      contestCommands   `cmd:"" help:"contest.cli_summary"`
	Post         postCommands      `cmd:"" help:"cli.summary.post"`
	Clock        clockCommands     `cmd:"" help:"cli.summary.clock"`
	Health       healthCommand     `cmd:"" help:"cli.summary.health"`
	Backup       backupCommand     `cmd:"" help:"cli.summary.backup"`
	Backups      backupsCommands   `cmd:"" help:"cli.summary.backups"`
	Restore      restoreCommand    `cmd:"" help:"cli.summary.restore"`
	User         userCommands      `cmd:"" help:"accounts.cli.summary"`
	Verify       verifyCommand     `cmd:"" help:"cli.summary.verify"`
	Bench        benchCommands     `cmd:"" help:"cli.summary.bench"`
	Completion   completionCommand `cmd:"" help:"cli.summary.completion"`
	VersionWords versionCommand    `cmd:"" name:"version" help:"cli.summary.version"`
}

// terminal is where a command runs: what it may wait for, and where it prints.
type terminal struct {
	context.Context
	out, errs io.Writer
	lang      text.Language
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run finds the command, runs it, prints its error as one sentence and
// returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	t := &terminal{ctx, stdout, stderr, language()}
	err := t.run(args)
	printFault(stderr, err)
	return exitCode(err)
}

func (t *terminal) run(args []string) error {
	if len(args) == 0 {
		args = []string{"--help"}
	} else if args[0] == "help" { // help, help user, help user add
		args = append(args[1:], "--help")
	}
	parser, err := t.parser()
	if err != nil {
		return err
	}
	chosen, err := parser.Parse(args)
	switch {
	case errors.Is(err, errShown):
		return nil
	case err != nil:
		return t.misunderstood(err)
	}
	return chosen.Run(t)
}

// language is that of the terminal's messages: Vietnamese unless LOA_LANG=en.
func language() text.Language {
	if os.Getenv("LOA_LANG") == string(text.English) {
		return text.English
	}
	return text.Vietnamese
}

// printFault prints what the person should know; the cause is printed too,
// since whoever runs a command is its own log.
func printFault(w io.Writer, err error) {
	e := inWords(err)
	if e == nil {
		return
	}
	lang := language()
	fmt.Fprintln(w, "loa:", lang.Fault(e))
	for _, part := range e.Parts {
		fmt.Fprintln(w, " -", lang.Fault(part))
	}
	if e.Err != nil {
		fmt.Fprintln(w, "    ("+e.Err.Error()+")")
	}
}

// exitCode is 0 for nil and else says what kind of thing went wrong, in the
// numbers of sysexits.h where it has one.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	switch inWords(err).Kind {
	case fault.Invalid, fault.Unsupported, fault.TooLarge:
		return 65 // EX_DATAERR
	case fault.NotFound, fault.Gone:
		return 66 // EX_NOINPUT
	case fault.Unavailable, fault.TooMany:
		return 69 // EX_UNAVAILABLE
	case fault.Full:
		return 73 // EX_CANTCREAT
	case fault.Conflict, fault.Stale:
		return 75 // EX_TEMPFAIL
	case fault.Denied, fault.Unauthenticated:
		return 77 // EX_NOPERM
	}
	return 70 // EX_SOFTWARE
}
