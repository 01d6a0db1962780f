// Command loa is the control room for commune radio: the daemon and the
// commands that talk to it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"loa/internal/fault"
	"loa/internal/text"
)

// command is one word after "loa". run gets the arguments after that word.
type command struct {
	name    string
	summary string // catalogue key
	run     func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

// commands lists every command in the order the help shows them.
var commands = []command{
	{"serve", "cli.summary.serve", serveCommand},
	{"audio", "audio.cli.summary", audioCommand},
	{"coverage", "cli.summary.coverage", coverageCommand},
	{"stations", "stations.cli.summary", stationsCommand},
	{"contest", "contest.cli_summary", contestCommand},
	{"backup", "cli.summary.backup", backupCommand},
	{"restore", "cli.summary.restore", restoreCommand},
	{"user", "accounts.cli.summary", userCommand},
	{"verify", "cli.summary.verify", verifyCommand},
	{"version", "cli.summary.version", versionCommand},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run finds the command, runs it, prints its error as one sentence and
// returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		printHelp(stdout)
		return 0
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, args[1:], stdout, stderr)
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		printFault(stderr, err)
		return exitCode(err)
	}
	err := fault.New(fault.Invalid, "cli.no_command", "name", args[0])
	printFault(stderr, err)
	return exitCode(err)
}

// language is that of the terminal's messages: Vietnamese unless LOA_LANG=en.
func language() text.Language {
	if os.Getenv("LOA_LANG") == string(text.English) {
		return text.English
	}
	return text.Vietnamese
}

func printHelp(w io.Writer) {
	lang := language()
	fmt.Fprintln(w, lang.Say("cli.help.head"))
	for _, c := range commands {
		fmt.Fprintf(w, "  loa %-10s %s\n", c.name, lang.Say(c.summary))
	}
	fmt.Fprintln(w, lang.Say("cli.help.foot"))
}

// printFault prints what the person should know; the cause is printed too,
// since whoever runs a command is its own log.
func printFault(w io.Writer, err error) {
	e := fault.Of(err)
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
	switch fault.Of(err).Kind {
	case fault.Invalid, fault.Unsupported, fault.TooLarge:
		return 65 // EX_DATAERR
	case fault.NotFound, fault.Gone:
		return 66 // EX_NOINPUT
	case fault.Unavailable, fault.TooMany:
		return 69 // EX_UNAVAILABLE
	case fault.Full:
		return 73 // EX_CANTCREAT
	case fault.Conflict:
		return 75 // EX_TEMPFAIL
	case fault.Denied, fault.Unauthenticated:
		return 77 // EX_NOPERM
	}
	return 70 // EX_SOFTWARE
}

// parse reads the flags of a command, in any order with its arguments, and
// returns the arguments. A wrong flag is a fault; -h prints the flags.
func parse(fs *flag.FlagSet, args []string, stderr io.Writer) ([]string, error) {
	fs.Usage = func() {}
	fs.SetOutput(io.Discard) // the package's sentences are English; ours says the same with its cause
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				fmt.Fprintln(stderr, "loa", fs.Name())
				fs.SetOutput(stderr)
				fs.PrintDefaults()
				return nil, err
			}
			return nil, fault.New(fault.Invalid, "cli.usage", "name", fs.Name()).Because(err)
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, fs.Arg(0)), fs.Args()[1:]
	}
}
