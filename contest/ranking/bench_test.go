package ranking

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// sized is a contest of n entries, each scored by k of the judges, on eight
// criteria of ten points with steps of a half, and the usual chain.
func sized(entries, judges, k int) Input {
	random := rand.New(rand.NewPCG(1, 2))
	in := Input{Full: Whole(80), Parts: []Part{{ID: "p", Weight: Whole(1), Full: Whole(80)}},
		Chain: []Step{{By: ByCriterion, Part: "p", Criterion: "c0"}, {By: ByMedian}, {By: ByHeadToHead}, {By: ByEarliest}}}
	for c := range 8 {
		in.Parts[0].Criteria = append(in.Parts[0].Criteria, Criterion{ID: fmt.Sprint("c", c), Max: 10 * Point, Step: Point / 2, Weight: Whole(1)})
	}
	for j := range judges {
		in.Judges = append(in.Judges, fmt.Sprint("j", j))
	}
	for e := range entries {
		id := fmt.Sprint("e", e)
		in.Entries = append(in.Entries, Entry{ID: id, Submitted: day})
		for _, j := range random.Perm(judges)[:k] {
			s := Sheet{Judge: in.Judges[j], Entry: id, Part: "p", Scores: map[string]Points{}}
			for _, c := range in.Parts[0].Criteria {
				s.Scores[c.ID] = Points(8+random.IntN(13)) * Point / 2
			}
			in.Sheets = append(in.Sheets, s)
		}
	}
	return in
}

// BenchmarkProvince is all methods, and leaving each judge out under each.
func BenchmarkProvince(b *testing.B) {
	in := sized(254, 7, 7)
	for b.Loop() {
		t := open(b, in)
		t.Compare()
		for _, m := range Methods() {
			if _, err := t.LeaveOneOut(m); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkNational is all methods.
func BenchmarkNational(b *testing.B) {
	in := sized(2000, 40, 5)
	for b.Loop() {
		open(b, in).Compare()
	}
}
