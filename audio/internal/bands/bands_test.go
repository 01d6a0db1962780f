package bands

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestSilenceIsPassedOverExactly: blocks and frames of zeros are not looked at,
// and all energies are what they are where every sample is filtered and every
// frame transformed.
func TestSilenceIsPassedOverExactly(t *testing.T) {
	shape := Shape{Count: 33, LowestHz: 300, HighestHz: 2000, Window: 0.37, Hop: 0.04, SlowestHz: 5400}
	for _, rate := range []int{8000, 12000, 24000} {
		random := rand.New(rand.NewPCG(uint64(rate), 6))
		var samples []float32
		for range 120 {
			samples = append(samples, make([]float32, random.IntN(rate))...)
			for range 1 + random.IntN(rate/10) {
				samples = append(samples, float32(random.Float64()-0.5))
			}
		}
		samples = append(samples, make([]float32, 2*rate)...)

		var got, want [][][]float64
		keep := func(to *[][][]float64) func([][]float64) {
			return func(e [][]float64) { *to = append(*to, [][]float64{slices.Clone(e[0]), slices.Clone(e[1])}) }
		}
		b := New(shape, rate, 1, []float64{1, 0.97}, keep(&got))
		for rest := samples; len(rest) > 0; {
			n := min(777, len(rest))
			b.Write(rest[:n])
			rest = rest[n:]
		}
		b.Flush()

		plain := New(shape, rate, 1, []float64{1, 0.97}, keep(&want))
		slow := make([]float64, len(samples))
		for i, v := range samples {
			slow[i] = float64(v)
		}
		for range plain.halvings {
			slow = halved(slow)
		}
		var frames [][]float64
		for start := 0; start+len(plain.window) <= len(slow); start = int(plain.start(int64(len(frames)))) {
			frames = append(frames, slow[start:start+len(plain.window)])
		}
		for ; len(frames) > 1; frames = frames[2:] {
			plain.pair(frames[0], frames[1])
		}
		if len(frames) > 0 {
			plain.pair(frames[0], nil)
		}

		if len(got) != len(want) || len(got) < 100 {
			t.Fatalf("%d Hz: %d frames, want %d", rate, len(got), len(want))
		}
		empty := 0
		for i := range got {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("%d Hz, frame %d: %v, want %v", rate, i, got[i], want[i])
			}
			if slices.Max(got[i][0]) == 0 {
				empty++
			}
		}
		if empty < 40 {
			t.Errorf("%d Hz: %d frames are empty", rate, empty)
		}
	}
}

// halved is what halving does, with all samples at once.
func halved(x []float64) (out []float64) {
	for i := 7; i+7 < len(x); i += 2 {
		w := x[i-7 : i+8]
		out = append(out, 0.5*w[7]+halfBand[0]*(w[6]+w[8])+halfBand[1]*(w[4]+w[10])+halfBand[2]*(w[2]+w[12])+halfBand[3]*(w[0]+w[14]))
	}
	return out
}
