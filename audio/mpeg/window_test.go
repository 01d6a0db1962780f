package mpeg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestTheWindowIsTheSameOnEveryProcessor: what a processor does several at a time
// gives bit by bit what plain Go gives.
func TestTheWindowIsTheSameOnEveryProcessor(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 7))
	for round := range 200 {
		var past [slots][subbands]float32
		for i := range past {
			for k := range past[i] {
				past[i][k] = float32(random.NormFloat64() * math.Exp2(float64(random.IntN(60)-50)))
			}
		}
		var got, want [lines * subbands]float32
		weigh(&got, &past)
		weighPlain(&want, &past)
		for i := range got {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
				t.Fatalf("round %d, value %d: %v, in plain Go %v", round, i, got[i], want[i])
			}
		}
	}
}

// BenchmarkWindow compares both.
func BenchmarkWindow(b *testing.B) {
	var past [slots][subbands]float32
	var out [lines * subbands]float32
	b.Run("processor", func(b *testing.B) {
		for b.Loop() {
			weigh(&out, &past)
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			weighPlain(&out, &past)
		}
	})
}
