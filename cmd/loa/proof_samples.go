package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"loa/airing/sample"
	"loa/client"
	"loa/internal/fault"
	"loa/internal/sheet"
)

// proofSamples keeps what communes gave as a folder: the recordings, what was on air, and a table of both, for loa audio match
// and for who makes the machine hear better.
type proofSamples struct {
	reach
	Folder string `arg:"" name:"samples_folder"`
	Here   bool   `help:"cli.flag.samples_here"`
}

// samplesTable is the name of the table in the folder.
const samplesTable = "ban-thu-mau.csv"

// Run asks the daemon and writes the files; the table comes last, so that where it is, all is.
func (c proofSamples) Run(t *terminal) error {
	table := filepath.Join(c.Folder, samplesTable)
	if _, err := os.Stat(table); err == nil {
		return fault.New(fault.Conflict, "cli.file_exists", "file", table)
	}
	asked := sample.Filter{Use: sample.UseMaker}
	if c.Here {
		asked.Use = ""
	}
	items, err := client.All(c.client().GetSamples(t, asked))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Folder, 0o755); err != nil {
		return fileFault(c.Folder, err)
	}
	rows := [][]any{{"clip", "episode", "station", "distance", "horns", "weather", "noise", "use", "given_at", "word", "reason", "score"}}
	for _, s := range items {
		clip, err := c.keep(t, "clip-", s.ID)
		if err != nil {
			return err
		}
		episode := ""
		if s.Recording != "" {
			if episode, err = c.keep(t, "episode-", s.Recording); err != nil {
				return err
			}
		}
		row := []any{clip, episode, s.Station, string(s.Distance), string(s.Horns), string(s.Weather), string(s.Noise), string(s.Use), s.At}
		if s.Heard != nil {
			row = append(row, string(s.Heard.Word), string(s.Heard.Reason), s.Heard.Score)
		}
		rows = append(rows, row)
	}
	var b bytes.Buffer
	if err := sheet.CSV(&b, rows); err != nil {
		return err
	}
	if _, err := writeWhole(table, &b, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.out, t.lang.Say("cli.samples.saved", "n", len(items), "folder", c.Folder, "table", samplesTable))
	return err
}

// keep writes a recording of the library into the folder, once, under a name that says what it is.
func (c proofSamples) keep(t *terminal, kind, id string) (name string, err error) {
	r, err := c.client().GetAudioIDReport(t, id)
	if err != nil {
		return "", err
	}
	name = kind + id + "." + string(r.Recording.Format)
	_, err = fetch(filepath.Join(c.Folder, name), nil, func() (*client.File, error) {
		return c.client().GetAudioID(t, id, client.GetAudioIDOptions{Original: true})
	})
	if err != nil && !fault.Is(err, "cli.file_exists") {
		return "", err
	}
	return name, nil
}
