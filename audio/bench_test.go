package audio

import (
	"bytes"
	"context"
	"os"
	"runtime/debug"
	"testing"
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
	for b.Loop() {
		facts, err := Analyse(context.Background(), bytes.NewReader(file), Options{})
		if err != nil {
			b.Fatal(err)
		}
		sound += facts.Seconds
	}
	b.ReportMetric(sound/b.Elapsed().Seconds(), "xrealtime")
}
