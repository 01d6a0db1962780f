//go:build unix

package fingerprint_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"loa/audio/fingerprint"
)

// processor is the time in seconds this process has had a core for: on a busy
// machine the clock tells nothing.
func processor(b *testing.B) float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// BenchmarkPrinter tells how many seconds of sound a second of one core prints.
func BenchmarkPrinter(b *testing.B) {
	samples := warble(8, 44100, 2, 10)
	p := fingerprint.New(44100, 2)
	start := processor(b)
	for b.Loop() {
		for at := 0; at < len(samples); at += 2304 {
			p.Write(samples[at:min(at+2304, len(samples))])
		}
	}
	b.ReportMetric(10*float64(b.N)/(processor(b)-start), "xrealtime")
}

// BenchmarkFind asks a shelf of a thousand hours about fifteen minutes that it
// does not hold. The recordings are random bits, which spread over the keys as
// evenly as sound does at best.
func BenchmarkFind(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	var kept shelf
	for i := range 4000 {
		data := []byte{1, 0xe4, 0xaf, 0x01} // 22500 frames as a varint
		for range (22500 + 7) / 8 {
			data = binary.LittleEndian.AppendUint32(data, random.Uint32())
		}
		var s fingerprint.Sketch
		if err := s.UnmarshalBinary(data); err != nil {
			b.Fatal(err)
		}
		kept.Add(fmt.Sprint(i), s)
	}
	noise := make([]float32, 15*60*8000)
	for i := range noise {
		noise[i] = random.Float32() - 0.5
	}
	ask := printOf(8000, 1, noise)
	start := processor(b)
	for b.Loop() {
		kept.Find(ask)
	}
	b.ReportMetric(1000*(processor(b)-start)/float64(b.N), "cpu-ms/op")
}
