package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"loa/audio"
	"loa/internal/fault"
	"loa/internal/text"
)

// checkGC lets the heap grow more before it is swept, and checkMemory bounds it:
// a tighter bound of 16 MB costs a third more processor time.
const (
	checkGC     = 400
	checkMemory = 18 << 20
)

// audioCommands are "loa audio …".
type audioCommands struct {
	Check audioCheck `cmd:"" help:"audio.cli.check"`
	Match audioMatch `cmd:"" help:"audio.cli.match"`
}

// audioCheck checks files. It needs no daemon. A file that is refused makes the
// exit code 65.
type audioCheck struct {
	Files   []string `arg:"" name:"audio"`
	JSON    bool     `help:"audio.cli.flag.json"`
	Profile string   `default:"programme" help:"audio.cli.flag.profile"`
}

// Run checks the files one after the other.
func (c audioCheck) Run(t *terminal) error {
	profile, err := chooseProfile(c.Profile)
	if err != nil {
		return err
	}
	debug.SetGCPercent(checkGC)
	debug.SetMemoryLimit(checkMemory)
	results, refused := make([]checked, len(c.Files)), 0
	for i, file := range c.Files {
		if err := t.Err(); err != nil {
			return err
		}
		results[i] = checkFile(t, t.lang, file, profile)
		if results[i].refused() {
			refused++
		}
	}
	if c.JSON {
		err = t.json(map[string]any{"items": results})
	} else {
		err = writeChecksTable(t.out, t.lang, results)
	}
	if err == nil && refused > 0 {
		err = worst(results, refused)
	}
	return err
}

// chooseProfile takes a profile's name or the name of a JSON file of settings.
func chooseProfile(name string) (audio.Profile, error) {
	if !strings.HasSuffix(name, ".json") {
		return audio.ProfileNamed(name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return audio.Profile{}, fileFault(name, err)
	}
	return audio.ParseProfile(audio.Programme(), data)
}

// checked is what is known about one file.
type checked struct {
	File     string       `json:"file"`
	Facts    *audio.Facts `json:"facts,omitempty"`
	Findings []finding    `json:"findings"`
	Error    *whyNot      `json:"error,omitempty"`

	err error
}

// finding is an audio.Finding with its sentence.
type finding struct {
	audio.Finding
	Sentence string `json:"sentence"`
}

// whyNot says why a file could not be read at all.
type whyNot struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (c checked) refused() bool {
	return c.Error != nil || len(c.Findings) > 0 && c.Findings[0].Grade == audio.Refuse
}

func checkFile(ctx context.Context, lang text.Language, name string, profile audio.Profile) checked {
	c := checked{File: name, Findings: []finding{}}
	facts, err := analyseFile(ctx, name)
	if err != nil {
		c.err, c.Error = err, &whyNot{fault.Of(err).Code, lang.Fault(err)}
		return c
	}
	c.Facts = &facts
	for _, f := range audio.Check(facts, profile) {
		c.Findings = append(c.Findings, finding{f, f.Say(lang)})
	}
	return c
}

func analyseFile(ctx context.Context, name string) (audio.Facts, error) {
	f, err := openRecording(name)
	if err != nil {
		return audio.Facts{}, err
	}
	defer f.Close()
	return audio.Analyse(ctx, f, audio.Options{})
}

// openRecording opens a file that is named on the command line, which is no folder.
func openRecording(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fileFault(name, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(fault.New(fault.Invalid, "audio.cli.folder", "file", name), f.Close())
	}
	return f, nil
}

func fileFault(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "audio.cli.no_file", "file", name)
	case errors.Is(err, fs.ErrPermission):
		return fault.New(fault.Denied, "audio.cli.no_permission", "file", name)
	}
	return fmt.Errorf("loa: open %s: %w", name, err)
}

// worst is the command's error: the single file's own when there was one, else
// a count.
func worst(results []checked, refused int) error {
	if len(results) == 1 && results[0].err != nil {
		return results[0].err
	}
	return fault.New(fault.Invalid, "audio.cli.refused", "n", refused, "of", len(results))
}

// writeChecksTable prints one row a file, then its findings below the table.
func writeChecksTable(w io.Writer, lang text.Language, results []checked) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, lang.Say("audio.cli.head"))
	for _, c := range results {
		fmt.Fprintln(t, strings.Join(row(lang, c), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, c := range results {
		if len(c.Findings) == 0 && c.Error == nil {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", printable(c.File))
		if c.Error != nil {
			fmt.Fprintf(w, "  %s  %s\n", lang.Say("audio.grade.refuse"), c.Error.Detail)
		}
		for _, f := range c.Findings {
			fmt.Fprintf(w, "  %s  %s\n", lang.Say("audio.grade."+string(f.Grade)), f.Sentence)
		}
	}
	return nil
}

// row is a file's line: name, verdict, kind, length and the main levels, the
// loudness as the findings tell it.
func row(lang text.Language, c checked) []string {
	verdict := "ok"
	if c.refused() {
		verdict = "refuse"
	} else if len(c.Findings) > 0 {
		verdict = string(c.Findings[0].Grade)
	}
	cells := []string{printable(filepath.Base(c.File)), lang.Say("audio.grade." + verdict)}
	if c.Facts == nil {
		return append(cells, "–", "–", "–", "–", "–")
	}
	f := c.Facts
	kind := fmt.Sprintf("%s %s Hz ×%d, %s kbit/s", strings.ToUpper(string(f.Format)), lang.Number(int64(f.SampleRate)), f.Channels,
		lang.Number(int64(f.Bitrate+500)/1000))
	s := int(f.Seconds + 0.5)
	cells = append(cells, kind, fmt.Sprintf("%d:%02d", s/60, s%60))
	if f.Measures == nil {
		return append(cells, "–", "–", "–")
	}
	level := func(n float64, ok bool) string {
		if !ok {
			return "–"
		}
		return lang.Decimal(n, 1)
	}
	peak := level(f.Measures.TruePeak.Get())
	if f.Measures.TruePeakAtLeast {
		peak = "≥ " + peak
	}
	return append(cells, level(f.Loudness()), level(f.Measures.LoudnessRange.Get()), peak)
}

// printable keeps control characters of a file's name from the terminal.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e {
			return '�'
		}
		return r
	}, name)
}
