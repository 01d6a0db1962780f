package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// stationsCommand keeps the registry through the running daemon:
// loa stations list|export|audio|import|merge.
func stationsCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "list":
			return stationsList(ctx, args[1:], stdout, stderr)
		case "export":
			return stationsExport(ctx, args[1:], stdout, stderr)
		case "audio":
			return stationsAudio(ctx, args[1:], stdout, stderr)
		case "import":
			return stationsImport(ctx, args[1:], stdout, stderr)
		case "merge":
			return stationsMerge(ctx, args[1:], stdout, stderr)
		}
	}
	fmt.Fprintln(stderr, language().Say("stations.cli.usage"))
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" {
		return flag.ErrHelp
	}
	return fault.New(fault.Invalid, "cli.usage", "name", "stations")
}

// filterFlags adds the flags that choose stations; the result gives them as
// parameters of the API.
func filterFlags(fs *flag.FlagSet) func() url.Values {
	say := language().Say
	values := map[string]*string{
		"q":          fs.String("q", "", say("stations.cli.flag.q")),
		"district":   fs.String("district", "", say("stations.cli.flag.district")),
		"technology": fs.String("technology", "", say("stations.cli.flag.technology")),
		"language":   fs.String("language", "", say("stations.cli.flag.language")),
		"active_on":  fs.String("active-on", "", say("stations.cli.flag.active_on")),
	}
	return func() url.Values {
		q := url.Values{}
		for name, v := range values {
			if *v != "" {
				q.Set(name, *v)
			}
		}
		return q
	}
}

// listed is what the list prints of a station.
type listed struct {
	ID           string `json:"id"`
	Code         string `json:"code"`
	Label        string `json:"label"`
	DistrictName string `json:"district_name"`
	Active       bool   `json:"active"`
}

func stationsList(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("stations list", flag.ContinueOnError)
	c, filter := clientFlags(fs), filterFlags(fs)
	asJSON := fs.Bool("json", false, language().Say("stations.cli.flag.json"))
	rest, err := parse(fs, args, stderr)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fault.New(fault.Invalid, "cli.usage", "name", fs.Name())
	}
	q := filter()
	q.Set("limit", "1000")
	items := []json.RawMessage{}
	for path := "/api/v1/stations?" + q.Encode(); path != ""; {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next"`
		}
		if err := c.get(ctx, path, &page); err != nil {
			return err
		}
		items, path = append(items, page.Items...), page.Next
	}
	if *asJSON {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(items)
	}
	return printStations(stdout, items)
}

func printStations(w io.Writer, items []json.RawMessage) error {
	lang := language()
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	var heads []string
	for _, column := range []stations.Column{"id", "code", "name", "district"} {
		heads = append(heads, lang.Say("stations.column."+string(column)))
	}
	fmt.Fprintln(t, strings.Join(heads, "\t"))
	for _, item := range items {
		var s listed
		if err := json.Unmarshal(item, &s); err != nil {
			return err
		}
		ended := ""
		if !s.Active {
			ended = "\t" + lang.Say("stations.ended")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s%s\n", s.ID, s.Code, s.Label, s.DistrictName, ended)
	}
	return t.Flush()
}

func stationsExport(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("stations export", flag.ContinueOnError)
	c, filter := clientFlags(fs), filterFlags(fs)
	rest, err := parse(fs, args, stderr)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fault.New(fault.Invalid, "stations.cli.which_file", "name", fs.Name())
	}
	q := filter()
	q.Set("format", strings.ToLower(strings.TrimPrefix(filepath.Ext(rest[0]), ".")))
	resp, err := c.do(ctx, http.MethodGet, "/api/v1/stations/export?"+q.Encode(), "", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return fault.New(fault.Unavailable, "cli.no_server", "server", c.server).Because(err)
	}
	if err := os.WriteFile(rest[0], b, 0o644); err != nil {
		return fault.New(fault.Unavailable, "stations.cli.file_unwritable", "file", rest[0]).Because(err)
	}
	fmt.Fprintln(stdout, language().Say("stations.cli.exported", "file", rest[0]))
	return nil
}

// stationsAudio saves the ZIP of a station's week of audio, and says which
// airings it has nothing for.
func stationsAudio(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("stations audio", flag.ContinueOnError)
	lang, c := language(), clientFlags(fs)
	week := fs.String("week", "", lang.Say("cli.flag.week"))
	rest, err := parse(fs, args, stderr)
	if err == nil && len(rest) != 2 {
		err = fault.New(fault.Invalid, "usb.cli.usage")
	}
	if err != nil {
		return err
	}
	if *week == "" {
		*week = airing.Calendar{Zone: text.Zone}.Week(time.Now()).String()
	}
	path := "/api/v1/stations/" + url.PathEscape(rest[0]) + "/weeks/" + url.PathEscape(*week) + "/audio"
	var told struct {
		Files   int `json:"files"`
		Airings []struct {
			Start             time.Time `json:"start"`
			Programme, Detail string
		} `json:"airings"`
	}
	if err := c.get(ctx, path, &told); err != nil {
		return err
	}
	resp, err := c.do(ctx, http.MethodGet, path+".zip", "", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	n, err := writeWhole(rest[1], resp.Body)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, lang.Say("usb.cli.saved", "size", text.Bytes(n), "file", rest[1], "files", told.Files, "airings", len(told.Airings)))
	for _, a := range told.Airings {
		if a.Detail != "" {
			fmt.Fprintln(stdout, " -", lang.Say("usb.cli.missing", "at", a.Start, "programme", a.Programme, "why", a.Detail))
		}
	}
	return nil
}

// complaint is a fault as an answer to a dry run lists it.
type complaint struct {
	Detail string `json:"detail"`
}

// sendFile sends the one file the command names to the path of a change.
func sendFile(ctx context.Context, c *client, name string, rest []string, path string, q url.Values, dry bool, answer any) error {
	if len(rest) != 1 {
		return fault.New(fault.Invalid, "stations.cli.which_file", "name", name)
	}
	b, err := os.ReadFile(rest[0])
	if err != nil {
		return fault.New(fault.NotFound, "stations.cli.file_unreadable", "file", rest[0]).Because(err)
	}
	if dry {
		q.Set("dry_run", "1")
	}
	resp, err := c.do(ctx, http.MethodPost, path+"?"+q.Encode(), "application/octet-stream", bytes.NewReader(b))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}

// refusedBy is the fault of a dry run that found something wrong.
func refusedBy(code string, list []complaint) error {
	if len(list) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, code, "count", len(list))
	for _, p := range list {
		e.Parts = append(e.Parts, fault.New(fault.Invalid, "cli.server_said", "detail", p.Detail))
	}
	return e
}

func stationsImport(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("stations import", flag.ContinueOnError)
	lang, c := language(), clientFlags(fs)
	dry := fs.Bool("dry-run", false, lang.Say("stations.cli.flag.dry_run"))
	on := fs.String("on", "", lang.Say("stations.cli.flag.on"))
	rest, err := parse(fs, args, stderr)
	if err != nil {
		return err
	}
	var answer struct {
		stations.ImportPlan
		Errors []complaint `json:"errors"`
	}
	if err := sendFile(ctx, c, fs.Name(), rest, "/api/v1/stations/import", url.Values{"on": {*on}}, *dry, &answer); err != nil {
		return err
	}
	for _, change := range answer.Changes {
		fmt.Fprintln(stdout, lang.Say("line", "line", change.Line, "text", change.Label))
		for _, d := range change.Differences {
			fmt.Fprintf(stdout, "  %s: %q → %q\n", lang.Say("stations.column."+string(d.Column)), d.Old, d.New)
		}
	}
	fmt.Fprintln(stdout, lang.Say("stations.import_counts", "rows", answer.Rows, "changes", len(answer.Changes), "wrong", len(answer.Errors)))
	return refusedBy("stations.import_refused", answer.Errors)
}

func stationsMerge(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("stations merge", flag.ContinueOnError)
	lang, c := language(), clientFlags(fs)
	dry := fs.Bool("dry-run", false, lang.Say("stations.cli.flag.dry_run"))
	on := fs.String("on", "", lang.Say("stations.merge_on"))
	abolish := fs.Bool("abolish-districts", false, lang.Say("stations.abolish"))
	rest, err := parse(fs, args, stderr)
	if err != nil {
		return err
	}
	q := url.Values{"on": {*on}}
	if *abolish {
		q.Set("abolish_districts", "1")
	}
	var answer struct {
		stations.MergePlan
		Errors []complaint `json:"errors"`
	}
	if err := sendFile(ctx, c, fs.Name(), rest, "/api/v1/stations/merge", q, *dry, &answer); err != nil {
		return err
	}
	if err := refusedBy("stations.merge_refused", answer.Errors); err != nil {
		return err
	}
	for _, t := range answer.Targets {
		codes := make([]string, len(t.From))
		for i, k := range t.From {
			codes[i] = k.Code
		}
		fmt.Fprintf(stdout, "%s %s ← %s: %s %s\n", t.Unit.Code, t.Name, strings.Join(codes, ", "), lang.Say("stations.fate."+string(t.Fate)), t.Station)
	}
	fmt.Fprintln(stdout, lang.Say("stations.cli.merged", "before", answer.Before, "after", answer.After, "units", len(answer.Targets), "skipped", answer.Skipped))
	return nil
}
