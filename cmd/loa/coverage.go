package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"

	"loa/coverage"
)

// coverageCommand prints the coverage of a week, district by district.
func coverageCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	lang := language()
	fs := flag.NewFlagSet("coverage", flag.ContinueOnError)
	c := clientFlags(fs)
	week := fs.String("week", "", lang.Say("cli.flag.week"))
	district := fs.String("district", "", lang.Say("cli.flag.district"))
	asJSON := fs.Bool("json", false, lang.Say("cli.flag.json"))
	rest, err := parse(fs, args, stderr)
	if err == nil {
		err = unexpected(rest)
	}
	if err != nil {
		return err
	}
	var w coverage.Week
	if err := c.get(ctx, "/api/v1/coverage?"+url.Values{"week": {*week}, "district": {*district}}.Encode(), &w); err != nil {
		return err
	}
	if *asJSON {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(w)
	}
	fmt.Fprintln(stdout, lang.Say("cli.coverage.head", "week", w.Week, "aired", w.Aired, "expected", w.Expected(), "share", w.Share(lang)))
	table := tabwriter.NewWriter(stdout, 2, 0, 2, ' ', 0)
	fmt.Fprintln(table, lang.Say("cli.coverage.columns"))
	for _, d := range w.Districts {
		fmt.Fprintf(table, "%s\t%d/%d\t%d\t%d\t%d\t%d\t%d\t%d\n", d.District, d.Aired, d.Expected(), d.WithEvidence, d.Verified, d.OnTime, d.NotAired, d.NotReported, d.NotDue)
	}
	return table.Flush()
}
