package ranking

import (
	"slices"
	"testing"

	"loa/internal/fault"
)

func TestWhatOneJudgeChanges(t *testing.T) {
	in := one(map[string][]float64{
		"a": {9, 5, 5}, // without j1 the last
		"b": {6, 6, 6},
		"c": {5, 6, 6},
		"d": {-1, -1, 1},
	})
	all, err := open(t, in).LeaveOneOut(Mean)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]Move{
		{{"c", 3, 1}, {"a", 1, 3}, {"b", 2, 1}},
		nil,
		{{"d", 4, 0}},
	}
	for i, a := range all {
		if a.Judge != in.Judges[i] || a.Err != nil || !slices.Equal(a.Moves, want[i]) {
			t.Errorf("without %s: %v, %v; want %v", a.Judge, a.Moves, a.Err, want[i])
		}
	}
}

func TestTooFewJudgesToLeaveOneOut(t *testing.T) {
	in := one(map[string][]float64{"a": {9, 8, 7, 6, 5}})
	all, err := open(t, in).LeaveOneOut(Trimmed)
	if err != nil || len(all) != 5 || !fault.Is(all[0].Err, "ranking.too_few_judges") || all[0].Ranking != nil {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := open(t, in).Without("j1").LeaveOneOut(Trimmed); !fault.Is(err, "ranking.too_few_judges") {
		t.Errorf("%v", err)
	}
	if tally := open(t, in); tally.Without("nobody") != tally {
		t.Error("an unknown judge changed the contest")
	}
}
