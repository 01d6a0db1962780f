package match

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"loa/audio/audiotest"
)

// TestWhatProgrammesShareProvesNothing judges clips of a tune that all programmes play in their middle, of the same presenter's
// other episode, and of an episode that was cut anew, in a street. A report is contradicted only by what was aired in its place.
func TestWhatProgrammesShareProvesNothing(t *testing.T) {
	all := sentences(t, 240)
	clips := 6
	if audiotest.Long() {
		clips = 300
	}
	byVoice := map[string][]int{}
	for i, p := range all {
		byVoice[p.voice] = append(byVoice[p.voice], i)
	}
	voices := slices.Sorted(func(yield func(string) bool) {
		for v, list := range byVoice {
			if len(list) > 1 && !yield(v) {
				return
			}
		}
	})
	began := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	judge := func(r *rand.Rand, x []float32, at, length int, of []Candidate) Verdict {
		var talk []float32
		for talk == nil {
			if other := all[r.IntN(len(all))]; len(other.samples) > length {
				talk = other.samples[:length]
			}
		}
		for i := range of {
			of[i].Began = began
		}
		clip := printOf(street(5, false)(x[at:at+length], talk, r))
		return Judge(clip, began.Add(seconds(float64(at)/rate)), time.Minute, of)
	}
	programme := func(name string, x []float32, expected bool) Candidate {
		return Candidate{Name: name, Programme: Prepare(printOf(x)), Expected: expected}
	}
	const length = 15 * rate
	count := map[string]map[Reason]int{}
	note := func(situation string, v Verdict) {
		if count[situation] == nil {
			count[situation] = map[Reason]int{}
		}
		count[situation][v.Reason]++
	}
	for i := range clips {
		r := rand.New(rand.NewPCG(31, uint64(i)))
		voice := voices[r.IntN(len(voices))]
		list := byVoice[voice]
		a, b := r.IntN(len(list)), 0
		for b = a; b == a; {
			b = r.IntN(len(list))
		}
		mine, other := all[list[a]].samples, all[list[b]].samples
		tune := audiotest.Talk(25, rate, uint64(1000+i))
		with := func(x []float32) []float32 { return slices.Concat(x[:120*rate], tune, x[120*rate:]) }

		note("a tune that all share", judge(r, with(mine), 122*rate+r.IntN(8*rate), length,
			[]Candidate{programme("mine", with(mine), true), programme("other", with(other), false)}))
		at := 61*rate + r.IntN(90*rate)
		note("the same presenter's other episode, at hand", judge(r, other, at, length,
			[]Candidate{programme("mine", mine, true), programme("other", other, false)}))
		note("the same presenter's other episode, not at hand", judge(r, other, at, length, []Candidate{programme("mine", mine, true)}))
		anew := slices.Concat(mine[:100*rate], mine[130*rate:]) // half a minute was cut
		note("across the cut of an episode cut anew", judge(r, anew, 88*rate+r.IntN(9*rate), length, []Candidate{programme("mine", mine, true)}))
		note("after that cut", judge(r, anew, 110*rate+r.IntN(20*rate), length, []Candidate{programme("mine", mine, true)}))
		note("cut anew, both at hand", judge(r, anew, 110*rate+r.IntN(20*rate), length,
			[]Candidate{programme("mine", mine, true), programme("anew", anew, false)}))
	}
	for _, want := range []struct {
		situation string
		least     int // percent of the clips
		reasons   []Reason
		never     []Reason
	}{
		{"a tune that all share", 100, []Reason{Shared, Nowhere}, nil},
		{"the same presenter's other episode, at hand", 95, []Reason{OtherProgramme}, []Reason{Found, OtherTime}},
		{"the same presenter's other episode, not at hand", 100, []Reason{Nowhere}, nil},
		{"across the cut of an episode cut anew", 90, []Reason{Found, Nowhere}, []Reason{OtherTime}},
		{"after that cut", 95, []Reason{Found}, []Reason{OtherTime}},
		{"cut anew, both at hand", 95, []Reason{Shared}, []Reason{OtherProgramme, OtherTime}},
	} {
		got, n := count[want.situation], 0
		for _, reason := range want.reasons {
			n += got[reason]
		}
		for _, reason := range want.never {
			if got[reason] > 0 {
				t.Errorf("%s: %v", want.situation, got)
			}
		}
		if 100*n < want.least*clips {
			t.Errorf("%s: %v of %d", want.situation, got, clips)
		}
		t.Logf("%s, %d clips: %v", want.situation, clips, got)
	}
}
