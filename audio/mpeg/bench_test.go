package mpeg

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/hajimehoshi/go-mp3"
)

// BenchmarkDecode measures decoding alone, of the MP3 named by LOA_BENCH_MP3, in
// milliseconds of processor time for a second of sound: our decoder, go-mp3, and
// the programs mpg123 and ffmpeg, in turns, so that what else the machine does
// hits all of them.
func BenchmarkDecode(b *testing.B) {
	name := os.Getenv("LOA_BENCH_MP3")
	if name == "" {
		b.Skip("LOA_BENCH_MP3 names no file")
	}
	file, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	var seconds float64
	pcm := make([]float32, 2*1152)
	ours := func() error {
		var d Decoder
		seconds = 0
		_, err := units(bytes.NewReader(file), func(u Unit) error {
			d.Decode(pcm, u)
			seconds += float64(u.Header.Samples()) / float64(u.Header.SampleRate)
			return nil
		})
		return err
	}
	theirs := func() error {
		d, err := mp3.NewDecoder(struct{ *bytes.Buffer }{bytes.NewBuffer(file)})
		if err != nil {
			return err
		}
		raw := make([]byte, 4*1152)
		for err == nil {
			_, err = d.Read(raw)
		}
		return nil
	}
	program := func(args ...string) func() error {
		return func() error { return exec.Command(args[0], append(args[1:], name)...).Run() }
	}
	all := []struct {
		name string
		who  int
		run  func() error
	}{
		{"loa", syscall.RUSAGE_SELF, ours},
		{"go-mp3", syscall.RUSAGE_SELF, theirs},
		{"mpg123", syscall.RUSAGE_CHILDREN, program("mpg123", "-q", "-t")},
		{"ffmpeg", syscall.RUSAGE_CHILDREN, program("sh", "-c", `exec ffmpeg -v error -threads 1 -i "$0" -f null -`)},
	}
	best := map[string]time.Duration{}
	for b.Loop() {
		for _, c := range all {
			before := used(c.who)
			if err := c.run(); err != nil {
				b.Fatal(c.name, err)
			}
			if d := used(c.who) - before; best[c.name] == 0 || d < best[c.name] {
				best[c.name] = d
			}
		}
	}
	for _, c := range all {
		b.ReportMetric(float64(best[c.name].Microseconds())/1000/seconds, fmt.Sprintf("ms-%s/s", c.name))
	}
}

// used is the processor time of this process or of its children so far.
func used(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
