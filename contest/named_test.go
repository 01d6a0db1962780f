package contest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// Nobody reads an ID where ranking says what is wrong.
func TestFaultsOfRankingNameWorksAndJudges(t *testing.T) {
	for code, bend := range map[string]func(*world, *contest.Task){
		"ranking.too_few_judges": func(w *world, x *contest.Task) {
			w.s.Rules.Rounds[0].Method = ranking.Trimmed
			for _, t := range w.s.Last().Tasks {
				if t != x && t.Entry == x.Entry {
					t.SetAside = &contest.Removal{}
				}
			}
		},
		"ranking.score_missing": func(_ *world, x *contest.Task) {
			x.Sheet.Marks = maps.Clone(x.Sheet.Marks)
			delete(x.Sheet.Marks, "k1")
		},
		"ranking.score_unknown": func(_ *world, x *contest.Task) { x.Sheet.Marks["khac"] = pt(1) },
		"ranking.out_of_range":  func(_ *world, x *contest.Task) { x.Sheet.Marks["k1"] = pt(99) },
		"ranking.off_step":      func(_ *world, x *contest.Task) { x.Sheet.Marks["k1"] = 1 },
		"ranking.sheet_twice":   func(w *world, x *contest.Task) { w.s.Last().Tasks = append(w.s.Last().Tasks, x) },
		"ranking.twice":         func(w *world, _ *contest.Task) { w.s.Last().Entries[1] = w.s.Last().Entries[0] },
		"ranking.bad_weight":    func(w *world, _ *contest.Task) { w.s.Rules.Rounds[0].Parts[0].Criteria[0].Points = -pt(40) },
		"ranking.bad_scale":     func(w *world, _ *contest.Task) { w.s.Rules.Rounds[0].Parts[0].Criteria[0].Step = -1 },
	} {
		w := signedContest(t, nil)
		w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
		bend(w, w.s.Last().Tasks[0])
		_, err := w.s.Standings(w.s.Last())
		if !fault.Is(err, code) {
			t.Errorf("%v, want %s", err, code)
			continue
		}
		for _, lang := range []text.Language{text.Vietnamese, text.English} {
			said := lang.Fault(err)
			if strings.ContainsAny(said, "{}") || strings.Contains(said, "entry-") || strings.Contains(said, "“k1”") || strings.Contains(said, "“J") ||
				strings.Contains(said, "chung-khao") {
				t.Errorf("%s: %s", code, said)
			}
		}
	}
}

// The report of how a jury scored says what would be without a judge in people's words.
func TestWithoutAJudgeTooFewAreLeft(t *testing.T) {
	r := plain()
	r.Rounds[0].Method = ranking.Trimmed
	w := newWorld(t, "bo-cao-thap")
	w.open(r)
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(5, "chung-khao")
	w.toRound("chung-khao")
	w.score(byEntry(w))
	f, ok, err := paper.FairnessOf(w.s, w.s.Running(), text.Vietnamese, w.now)
	if err != nil || !ok || len(f.Without) != 5 {
		t.Fatalf("%v, %v, %d judges", err, ok, len(f.Without))
	}
	for _, a := range f.Without {
		said := strings.Join(a.Said, " ")
		if !strings.Contains(said, "“Bỏ cao, thấp”: tác phẩm số ") || strings.Contains(said, "entry-") || strings.Contains(said, "Hãy") {
			t.Errorf("without %s: %s", a.Name, said)
		}
	}
	if !slices.ContainsFunc(f.Without, func(a paper.Absence) bool { return fault.Is(a.Err, "contest.without_too_few") }) {
		t.Error("a program is told of another fault")
	}
}
