package measure_test

import (
	"math"
	"testing"

	"loa/audio/measure"
)

// tone is a stretch of a sine wave; dBFS is the peak level, -Inf for silence.
type tone struct{ seconds, dBFS float64 }

var quiet = math.Inf(-1)

// sine makes interleaved samples of tones one after the other, continuous in
// phase, the same in every channel.
func sine(rate, channels int, hz float64, tones ...tone) []float32 {
	var out []float32
	total := 0.0
	n := 0
	for _, t := range tones {
		total += t.seconds
		amplitude := math.Pow(10, t.dBFS/20)
		for ; n < int(math.Round(total*float64(rate))); n++ {
			v := float32(amplitude * math.Sin(2*math.Pi*hz*float64(n)/float64(rate)))
			for range channels {
				out = append(out, v)
			}
		}
	}
	return out
}

// noise is white noise, a linear congruential generator with a fixed seed: the
// same in every run.
type noise uint64

func (n *noise) next() float64 {
	*n = *n*6364136223846793005 + 1442695040888963407
	return float64(int32(*n>>32)) / (1 << 31)
}

func report(rate, channels int, samples []float32) measure.Report {
	m := measure.New(rate, channels)
	m.Write(samples)
	return m.Report()
}

// near checks a value.
func near(t *testing.T, what string, got measure.Value, want, under, over float64) {
	t.Helper()
	v, ok := got.Get()
	if !ok {
		t.Errorf("%s: not measurable, want %.2f", what, want)
	} else if v < want-under || v > want+over {
		t.Errorf("%s: %.3f, want %.2f -%.2f +%.2f", what, v, want, under, over)
	}
}

func absent(t *testing.T, what string, got measure.Value) {
	t.Helper()
	if v, ok := got.Get(); ok {
		t.Errorf("%s: %v, want not measurable", what, v)
	}
}
