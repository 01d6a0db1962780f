package contest_test

import (
	"testing"

	"loa/contest"
	"loa/contest/ranking"
)

// Two parts add up, a hidden repeat stands beside, and a sheet set aside is
// not there.
func TestScoresAreWhatTheJudgesSigned(t *testing.T) {
	r := plain()
	r.Rounds[0].Parts = []contest.Part{rubric("ct", "Chương trình", 60), rubric("doc", "Đọc", 40)}
	r.Rounds[0].TieBreaks, r.Rounds[0].Repeats = nil, 1
	w := newWorld(t, "diem")
	w.open(r)
	var entries []string
	for i := 1; i <= 3; i++ {
		entries = append(entries, w.enter(i, w.work(i)))
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	w.do(w.organiser(), contest.ExcludeJudge{Judge: "J3", Entry: entries[2], Reason: "người nhà"})
	w.score(func(t *contest.Task, k contest.Criterion) ranking.Points {
		if t.Repeat {
			return pt(9)
		}
		return pt(5 + int(t.Judge[1]-'0'))
	})
	scores, twice := w.s.Scores(w.s.Running())
	seen := 0
	for e, row := range scores.At {
		for j, v := range row {
			judge := scores.Judges[j]
			if judge == "J3" && scores.Entries[e] == entries[2] {
				if v == v {
					t.Errorf("a sheet that was set aside counts: %g", v)
				}
				continue
			}
			seen++
			if want := float64(10 * (5 + int(judge[1]-'0'))); v != want {
				t.Errorf("%s gave %g, want %g", judge, v, want)
			}
		}
	}
	if seen != 8 || len(twice) == 0 {
		t.Errorf("%d scores and %d repeats", seen, len(twice))
	}
	for _, x := range twice { // of a part of 60 or 40 points: 6 to 8 tenths at first, 9 at the second hearing
		of := x.Second / 0.9
		if want := of * float64(5+int(x.Judge[1]-'0')) / 10; (of != 60 && of != 40) || x.First != want {
			t.Errorf("a repeat: %+v, want the same part first", x)
		}
	}
}
