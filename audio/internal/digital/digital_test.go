package digital

import (
	"math"
	"testing"
)

// TestOneSampleBreaksTheSilence at any place of blocks of any length, whatever it is.
func TestOneSampleBreaksTheSilence(t *testing.T) {
	for n := range 40 {
		block := make([]float32, n)
		if !Silence(block) {
			t.Fatalf("%d zeros are no silence", n)
		}
		for i := range block {
			for _, v := range []float32{1e-45, -1e-45, 1, float32(math.NaN()), float32(math.Inf(-1))} {
				if block[i] = v; Silence(block) {
					t.Fatalf("%v in place %d of %d is silence", v, i, n)
				}
			}
			if block[i] = float32(math.Copysign(0, -1)); !Silence(block) {
				t.Fatalf("-0 in place %d of %d is no silence", i, n)
			}
			block[i] = 0
		}
	}
}
