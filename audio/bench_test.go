package audio

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"testing"
	"time"
)

// BenchmarkAnalyse measures the whole pass over the MP3 named by LOA_BENCH_MP3,
// with the garbage collector set as "loa audio check" sets it.
func BenchmarkAnalyse(b *testing.B) {
	name := os.Getenv("LOA_BENCH_MP3")
	if name == "" {
		b.Skip("LOA_BENCH_MP3 names no file")
	}
	file, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	debug.SetGCPercent(400)
	sound := 0.0
	var last time.Time
	var after time.Duration // from the last byte to the verdict
	for b.Loop() {
		in := &atEnd{r: bytes.NewReader(file), do: sync.OnceFunc(func() { last = time.Now() })}
		facts, err := Analyse(context.Background(), in, Options{})
		if err != nil {
			b.Fatal(err)
		}
		sound += facts.Seconds
		after = max(after, time.Since(last))
	}
	b.ReportMetric(sound/b.Elapsed().Seconds(), "xrealtime")
	b.ReportMetric(float64(after.Milliseconds()), "ms-after-last-byte")
}

// BenchmarkBlind measures what a jury's copy costs: of the MP3 named by
// LOA_BENCH_MP3 as it is, and of the same sound coming as WAV.
func BenchmarkBlind(b *testing.B) {
	name := os.Getenv("LOA_BENCH_MP3")
	if name == "" {
		b.Skip("LOA_BENCH_MP3 names no file")
	}
	file, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	for format, file := range map[Format][]byte{MP3: file, WAV: run(b, file, "ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "wav", "pipe:1")} {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				if err := Blind(context.Background(), io.Discard, bytes.NewReader(file), format, Options{MaxBytes: int64(len(file))}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
