package match

import (
	"math/rand/v2"
	"slices"
	"testing"

	"loa/audio/audiotest"
)

// TestCodesAreFarApart: two numbers agree in three tones at most, and none is one tone for long.
func TestCodesAreFarApart(t *testing.T) {
	numbers := []int{0, 1, 2, 18, 19, 20, 127, 361, 9999, 99999, MostCode}
	for range 300 {
		numbers = append(numbers, rand.IntN(MostCode))
	}
	for i, a := range numbers {
		one := codeOf(a)
		for _, b := range numbers[:i] {
			other, same := codeOf(b), 0
			for k := range one {
				if one[k] == other[k] {
					same++
				}
			}
			if same > 3 && a != b {
				t.Errorf("%d and %d agree in %d tones", a, b, same)
			}
		}
	}
}

// TestACodeIsHeard: in the street, beside talk, and only where it is; LOA_LONG=1 makes 1,000 clips of each kind and prints how many.
func TestACodeIsHeard(t *testing.T) {
	all := sentences(t, 240)
	clips := 10
	if audiotest.Long() {
		clips = 1000
	}
	var numbers []int
	for n := range 127 {
		numbers = append(numbers, n+1)
	}
	for _, c := range []struct {
		name    string
		percent int
		change
	}{
		{"horn and echoes", 95, func(x, _ []float32, r *rand.Rand) []float32 { return horn(x, r) }},
		{"talk +5 dB, wind", 90, street(5, false)},
		{"talk 0 dB, rain", 50, street(0, true)},
		{"talk 0 dB, wind", 50, street(0, false)},
	} {
		right, most, least := 0, 0.0, 100.0
		for i := range clips {
			r := rand.New(rand.NewPCG(71, uint64(i)))
			p, talk := all[r.IntN(len(all))].samples, all[r.IntN(len(all))].samples
			from, talked, at := r.IntN(200*rate), r.IntN(200*rate), (2+r.IntN(10))*rate
			number := 1 + r.IntN(127)
			x := slices.Concat(p[from:from+at], make([]float32, rate/20), CodeSound(number, rate), make([]float32, rate/20), p[from+at:])[:15*rate]
			n, clear, ok := HearCode(printOf(c.change(x, talk[talked:talked+15*rate], r)), numbers)
			if ok && n != number {
				t.Errorf("%s: the code of %d is taken for that of %d, by %.1f", c.name, number, n, clear)
			}
			if ok {
				right++
			}
			least = min(least, clear)
			n, clear, ok = HearCode(printOf(c.change(slices.Clone(p[from:from+15*rate]), talk[talked:talked+15*rate], r)), numbers)
			if most = max(most, clear); ok {
				t.Errorf("%s: the code of %d is heard where there is none, by %.1f", c.name, n, clear)
			}
		}
		t.Logf("%s: %d of %d heard, least %.1f; without a code %.1f at most", c.name, right, clips, least, most)
		if 100*right < c.percent*clips {
			t.Errorf("%s: %d of %d codes are heard", c.name, right, clips)
		}
	}
}
