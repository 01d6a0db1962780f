package measure

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The coefficients for 48 kHz as printed in ITU-R BS.1770-5 Annex 1 Tables 1
// and 2.
func TestKWeightingAsPrinted(t *testing.T) {
	k := newKWeighting(48000)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"shelf b0", k.shelf.b0, 1.53512485958697}, {"shelf b1", k.shelf.b1, -2.69169618940638}, {"shelf b2", k.shelf.b2, 1.19839281085285},
		{"shelf a1", k.shelf.a1, -1.69065929318241}, {"shelf a2", k.shelf.a2, 0.73248077421585},
		{"high b0", k.high.b0, 1}, {"high b1", k.high.b1, -2}, {"high b2", k.high.b2, 1},
		{"high a1", k.high.a1, -1.99004745483398}, {"high a2", k.high.a2, 0.99007225036621},
	} {
		if math.Abs(c.got-c.want) > 1e-10 {
			t.Errorf("%s = %.14f, want %.14f", c.name, c.got, c.want)
		}
	}
}

// TestSkippingIsExact: leaving out the filter where the bound allows must give
// the very peak that running it everywhere gives.
func TestSkippingIsExact(t *testing.T) {
	f := newInterpolator()
	rapid.Check(t, func(t *rapid.T) {
		x := make([]float64, history, history+300)
		smooth := rapid.Float64Range(0.05, 1).Draw(t, "smooth")
		last := 0.0
		for _, v := range rapid.SliceOfN(rapid.Float64Range(-1, 1), 1, 300).Draw(t, "x") {
			last += smooth * (v - last)
			x = append(x, last)
		}
		loudest := 0.0
		for _, v := range x {
			loudest = max(loudest, math.Abs(v))
		}
		var skipping, everywhere peaks
		skipping.look(f, x, 0, loudest)
		for i, v := range x {
			if math.Abs(v) > everywhere.high {
				everywhere = peaks{math.Abs(v), float64(i)}
			}
		}
		everywhere.between(f, x, 0)
		if skipping != everywhere {
			t.Fatalf("skipping %+v, everywhere %+v", skipping, everywhere)
		}
	})
}

// TestInterpolatorIsFlat states how true the filter is: sines up to 0.38 of the
// rate (16.8 kHz at 44.1 kHz) come through within 0.05 dB.
func TestInterpolatorIsFlat(t *testing.T) {
	f := newInterpolator()
	for hz := 0.01; hz <= 0.38; hz += 0.005 {
		for name, at := range map[string]float64{"quarter": 0.25, "middle": 0.5} {
			var re, im float64
			for k := range reach {
				left, right := f.even[k]+f.odd[k], f.even[k]-f.odd[k]
				if name == "middle" {
					left, right = f.middle[k], f.middle[k]
				}
				a, b := 2*math.Pi*hz*(float64(k)+at), 2*math.Pi*hz*(float64(k)+1-at)
				re += left*math.Cos(a) + right*math.Cos(b)
				im += right*math.Sin(b) - left*math.Sin(a)
			}
			if dB := 20 * math.Log10(math.Hypot(re, im)); math.Abs(dB) > 0.05 {
				t.Errorf("%s point at %.3f of the rate: %.3f dB", name, hz, dB)
			}
		}
	}
}

func TestLongListsJoinTheNearest(t *testing.T) {
	c := clipping{now: make([]int64, 1)}
	at := int64(0)
	for i := range int64(300) {
		at += 100000 + i*10
		c.mark(run{at, at + 3}, 44100)
	}
	if len(c.where) != listed || c.where[0].from != 100000 || c.where[listed-1].to != at+3 {
		t.Errorf("%d stretches from %d to %d", len(c.where), c.where[0].from, c.where[len(c.where)-1].to)
	}
}
