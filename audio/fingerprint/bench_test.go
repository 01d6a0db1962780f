//go:build unix

package fingerprint_test

import (
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

// BenchmarkFind asks an index of a thousand hours about fifteen minutes that it
// does not hold. The recordings are random bits, which spread over the keys as
// evenly as sound does at best.
func BenchmarkFind(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	quarter := func() fingerprint.Print {
		const frames = 15 * 60 * 25
		data := []byte{1, 0xe4, 0xaf, 0x01} // 22500 as a varint
		for range frames {
			v := random.Uint32()
			data = append(data, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
		}
		var p fingerprint.Print
		if err := p.UnmarshalBinary(data); err != nil {
			b.Fatal(err)
		}
		return p
	}
	var index fingerprint.Index
	for i := range 4000 {
		index.Add(fmt.Sprint(i), quarter())
	}
	ask := quarter()
	start := processor(b)
	for b.Loop() {
		index.Find(ask)
	}
	b.ReportMetric(1000*(processor(b)-start)/float64(b.N), "cpu-ms/op")
}
