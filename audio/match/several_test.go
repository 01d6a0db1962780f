package match

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAProductIsTheSameOnEveryProcessor: what a processor does several at a time gives what plain Go gives, of every length
// and of the largest values, so that a clip is judged alike on all.
func TestAProductIsTheSameOnEveryProcessor(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 7))
	for frames := range 200 {
		a, b := make([]int8, bandCount*frames), make([]int8, bandCount*frames+random.IntN(30))
		for i := range a {
			a[i] = int8(random.IntN(256) - 128)
		}
		for i := range b {
			b[i] = int8(random.IntN(256) - 128)
		}
		if frames%3 == 0 {
			for i := range a {
				a[i], b[i] = -128, -128
			}
		}
		if got, want := dot(a, b), dotPlain(a, b); got != want {
			t.Fatalf("%d frames: %d, in plain Go %d", frames, got, want)
		}
	}
}

// TestPlacesFitTheSameOnEveryProcessor: so do the bits that places are chosen by, of every number of places.
func TestPlacesFitTheSameOnEveryProcessor(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 7))
	bits := func() uint64 { return random.Uint64() >> 1 }
	for places := range 100 {
		var g words
		for range places + blockSpan - 1 {
			g.clear, g.below = append(g.clear, bits()), append(g.below, bits())
		}
		var w [blockWords]word
		for i := range w {
			w[i] = word{bits(), bits()}
			if places%5 == 0 { // all agree, or none does
				w[i] = word{1<<63 - 1, g.below[0]}
			}
		}
		if places%5 == 0 {
			for i := range g.clear {
				g.clear[i], g.below[i] = 1<<63-1, g.below[0]^uint64(places%2*(1<<63-1))
			}
		}
		got, want := make([]int16, places), make([]int16, places)
		fitsAt(got, g, &w)
		fitsPlain(want, g, &w)
		if !slices.Equal(got, want) {
			t.Fatalf("%d places: %v, in plain Go %v", places, got, want)
		}
		sums, plain := slices.Clone(got), slices.Clone(got)
		add(sums, want, got)
		addPlain(plain, want, got)
		if !slices.Equal(sums, plain) {
			t.Fatalf("%d sums: %v, in plain Go %v", places, sums, plain)
		}
	}
}
