package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"loa/audio"
	"loa/demo"
	"loa/internal/fault"
)

// benchCommands measure what people wait for, on this machine.
type benchCommands struct {
	Sound benchSound `cmd:"" help:"cli.summary.bench_sound"`
	Pages benchPages `cmd:"" help:"cli.summary.bench_pages"`
}

// benchSound measures what becomes of an MP3: checking it, with what that
// consists of, and copying it; and what an hour of silence takes.
type benchSound struct {
	File   string `arg:"" optional:"" name:"audio"`
	Rounds int    `default:"3" help:"cli.flag.bench_rounds"`
}

// benchTimes is how often the demo's clip of speech is repeated: some minutes.
const benchTimes = 60

// Run prints the best of all rounds: whatever else the machine does only adds.
func (c benchSound) Run(t *terminal) error {
	if c.Rounds < 1 || c.Rounds > 1000 {
		return fault.New(fault.Invalid, "cli.bench_rounds", "rounds", c.Rounds)
	}
	file := demo.Speech(benchTimes)
	if c.File != "" {
		var err error
		if file, err = os.ReadFile(c.File); err != nil {
			return fileFault(c.File, err)
		}
	}
	facts, err := audio.Analyse(t, bytes.NewReader(file), audio.Options{})
	if err != nil {
		return err
	}
	if facts.MP3 == nil || facts.Partial {
		return fault.New(fault.Unsupported, "cli.bench_mp3", "file", c.File)
	}
	debug.SetGCPercent(checkGC)
	debug.SetMemoryLimit(checkMemory + int64(len(file)))
	parts := soundParts(file)
	best := make([]time.Duration, len(parts))
	for range c.Rounds {
		for i, p := range parts {
			before := processor()
			if err := p.run(t); err != nil {
				return err
			}
			if took := processor() - before; best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.bench_sound_of", "rate", facts.SampleRate, "channels", facts.Channels,
		"kbit", facts.Bitrate/1000, "length", t.lang.Duration(facts.Duration()), "rounds", c.Rounds))
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, t.lang.Say("cli.bench_sound_columns"))
	for i, p := range parts {
		seconds := facts.Seconds
		if p.seconds > 0 {
			seconds = p.seconds
		}
		spent := best[i].Seconds() / seconds // of processor for a second of sound; and hours a minute are minutes a second
		fmt.Fprintf(table, "%s\t%s\t%s\n", t.lang.Say(p.key), t.lang.Decimal(1000*spent, 3), t.lang.Decimal(1/spent/60, 1))
	}
	return table.Flush()
}

// soundPart is one thing to do with a recording. seconds is how much sound there is, 0 for
// that of the file.
type soundPart struct {
	key     string
	seconds float64
	run     func(context.Context) error
}

// soundParts are all things that are measured.
func soundParts(file []byte) []soundPart {
	analyse := func(make func() io.Reader) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := audio.Analyse(ctx, make(), audio.Options{})
			return err
		}
	}
	return []soundPart{
		{"cli.bench_decode", 0, func(ctx context.Context) error {
			_, err := audio.Decode(ctx, bytes.NewReader(file), audio.Options{}, unheard{})
			return err
		}},
		{"cli.bench_print", 0, func(ctx context.Context) error {
			_, err := audio.Fingerprint(ctx, bytes.NewReader(file), audio.Options{})
			return err
		}},
		{"cli.bench_analyse", 0, analyse(func() io.Reader { return bytes.NewReader(file) })},
		{"cli.bench_level", 0, func(ctx context.Context) error {
			return audio.LevelCopy(ctx, io.Discard, bytes.NewReader(file), -1)
		}},
		{"cli.bench_blind", 0, func(ctx context.Context) error {
			return audio.Blind(ctx, io.Discard, bytes.NewReader(file), audio.MP3, audio.Options{MaxBytes: int64(len(file))})
		}},
		{"cli.bench_silence", silentSeconds, analyse(silentWAV)},
	}
}

// unheard is a sink of sound that nobody measures.
type unheard struct{}

func (unheard) Begin(int, int)  {}
func (unheard) Write([]float32) {}

const (
	silentRate    = 44100
	silentSeconds = 600
)

// silentWAV is ten minutes of silence in stereo.
func silentWAV() io.Reader {
	const size = silentRate * 4 * silentSeconds
	le := binary.LittleEndian
	b := le.AppendUint32([]byte("RIFF"), size+36)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00"...)
	b = le.AppendUint32(b, silentRate)
	b = le.AppendUint32(b, 4*silentRate)
	b = append(b, "\x04\x00\x10\x00data"...)
	return io.MultiReader(bytes.NewReader(le.AppendUint32(b, size)), io.LimitReader(zeros{}, size))
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// processor is the processor time this process has taken, the collector's too.
func processor() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0 // no system of ours refuses it
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
