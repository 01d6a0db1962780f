package measure

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestRestIsExact: passing over hops of zeros gives the very report that looking
// at each of them gives, wherever sound begins and ends.
func TestRestIsExact(t *testing.T) {
	rested := int64(0)
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]int{8000, 11025, 44100}).Draw(t, "rate")
		channels := rapid.IntRange(1, 3).Draw(t, "channels")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		resting, attentive := New(rate, channels), New(rate, channels)
		for range rapid.IntRange(1, 8).Draw(t, "stretches") {
			block := make([]float32, channels*int(2*random.Float64()*float64(rate)))
			if random.IntN(2) == 0 {
				loud := []float64{1e-9, 0.01, 1.2}[random.IntN(3)]
				for i := range block[:random.IntN(len(block)+1)] {
					block[i] = float32(loud * (2*random.Float64() - 1))
				}
			}
			resting.Write(block)
			attentive.attend(block)
		}
		if got, want := resting.Report(), attentive.Report(); !reflect.DeepEqual(got, want) {
			t.Fatalf("at rest:\n%+v\nattentive:\n%+v", got, want)
		}
		if !reflect.DeepEqual(resting.spectrum.levels, attentive.spectrum.levels) {
			t.Fatal("other spectra")
		}
		if a, b := resting.hum, attentive.hum; a.windows != b.windows || a.lines != b.lines || a.fill != b.fill || a.at != b.at {
			t.Fatal("another hum")
		}
		rested += resting.hops - resting.loud.sounding
	})
	if rested == 0 {
		t.Error("no meter ever rested")
	}
}

// attend is Write that looks at every hop.
func (m *Meter) attend(block []float32) {
	m.pending = append(m.pending, block...)
	for {
		need := int(hopEnd(m.rate, m.hops)-m.frames) * m.channels
		if len(m.pending) < need {
			return
		}
		m.loud.sounding = m.loud.hops // no window is passed over
		m.part(m.pending[:need])
		m.loud.add(m.energy())
		m.hops++
		m.pending = append(m.pending[:0], m.pending[need:]...)
	}
}
