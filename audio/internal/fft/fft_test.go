package fft

import (
	"math"
	"math/cmplx"
	"testing"

	"pgregory.net/rapid"
)

func TestTransformIsTheFourierSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := 4 << rapid.IntRange(0, 6).Draw(t, "log size")
		re := rapid.SliceOfN(rapid.Float64Range(-1, 1), size, size).Draw(t, "re")
		im := rapid.SliceOfN(rapid.Float64Range(-1, 1), size, size).Draw(t, "im")
		want := make([]complex128, size)
		for k := range want {
			for n := range re {
				want[k] += complex(re[n], im[n]) * cmplx.Rect(1, -2*math.Pi*float64(n*k%size)/float64(size))
			}
		}
		New(size).Transform(re, im)
		for k := range want {
			if cmplx.Abs(want[k]-complex(re[k], im[k])) > 1e-9 {
				t.Fatalf("bin %d: %v, want %v", k, complex(re[k], im[k]), want[k])
			}
		}
	})
}

func TestPowerOfTwoSines(t *testing.T) {
	const size = 256
	p, w := New(size), Hann(size)
	re, im, out := make([]float64, size), make([]float64, size), make([]float64, size/2+1)
	for n := range re {
		re[n] = 0.5 * math.Sin(2*math.Pi*20*float64(n)/size) * w[n]
		im[n] = 0.25 * math.Cos(2*math.Pi*60*float64(n)/size) * w[n]
	}
	p.Transform(re, im)
	p.Power(re, im, out)
	for _, c := range []struct {
		bin       int
		amplitude float64
	}{{20, 0.5}, {60, 0.25}} {
		sum := out[c.bin-1] + out[c.bin] + out[c.bin+1]
		if rms := sum / (0.375 * size * size); math.Abs(rms-c.amplitude*c.amplitude/2) > 1e-9 {
			t.Errorf("bin %d: mean square %v, want %v", c.bin, rms, c.amplitude*c.amplitude/2)
		}
	}
}

func BenchmarkTransform2048(b *testing.B) {
	p := New(2048)
	re, im := make([]float64, 2048), make([]float64, 2048)
	for b.Loop() {
		p.Transform(re, im)
	}
}
