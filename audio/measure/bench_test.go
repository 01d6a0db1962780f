//go:build unix

package measure_test

import (
	"math"
	"syscall"
	"testing"

	"loa/audio/measure"
)

// programme is ten seconds that are hard on every part: noise-like sound whose
// peaks come often, on both channels.
func programme(rate, channels int) []float32 {
	var n noise = 1
	out := make([]float32, 0, 10*rate*channels)
	var slow float64
	for i := range 10 * rate {
		swell := 0.3 + 0.25*math.Sin(2*math.Pi*float64(i)/float64(rate)*1.3)
		for range channels {
			slow += 0.2 * (n.next() - slow)
			out = append(out, float32(swell*slow*2))
		}
	}
	return out
}

// processor is the time in seconds this process has had a core for: on a busy
// machine the clock tells nothing.
func processor(b *testing.B) float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// BenchmarkMeter tells how many seconds of sound a second of one core measures.
func BenchmarkMeter(b *testing.B) {
	for _, c := range []struct {
		name           string
		rate, channels int
	}{{"44100stereo", 44100, 2}, {"44100mono", 44100, 1}, {"22050mono", 22050, 1}, {"48000x6", 48000, 6}} {
		b.Run(c.name, func(b *testing.B) {
			samples := programme(c.rate, c.channels)
			m := measure.New(c.rate, c.channels)
			start := processor(b)
			for b.Loop() {
				for at := 0; at < len(samples); at += 1152 * c.channels {
					m.Write(samples[at:min(at+1152*c.channels, len(samples))])
				}
			}
			b.ReportMetric(10*float64(b.N)/(processor(b)-start), "xrealtime")
		})
	}
}
