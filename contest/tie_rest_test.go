package contest_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/text"
)

// levelContest has two rounds, the first with six works: the first is best, the last
// worst, and the four between are level and the chair's to order. Three go on.
func levelContest(t *testing.T) (w *world, ids []string) {
	r := plain()
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByChair}}
	first := r.Rounds[0]
	first.ID, first.Name, first.Promotion = "so-khao", "Sơ khảo", contest.Promotion{By: contest.TopN, N: 3}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w = newWorld(t, "con-lai")
	w.open(r)
	for i := 1; i <= 6; i++ {
		ids = append(ids, w.enter(i, w.work(i)))
	}
	w.jury(3, "so-khao", "chung-khao")
	w.toRound("so-khao")
	w.score(func(task *contest.Task, _ contest.Criterion) ranking.Points {
		switch task.Entry {
		case ids[0]:
			return pt(10)
		case ids[5]:
			return pt(5)
		}
		return pt(7)
	})
	w.do(w.judge("J1"), contest.DecideTie{Entries: []string{ids[3], ids[1], ids[4], ids[2]}, Reason: "giọng đọc tốt hơn"})
	return w, ids
}

// order are the works of a round by their numbers in ids, with their ranks.
func order(w *world, r *contest.RoundState, ids []string) (places, ranks []int) {
	w.t.Helper()
	list, err := w.s.Places(r)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range list {
		places, ranks = append(places, slices.Index(ids, p.Entry)), append(ranks, p.Rank)
	}
	return places, ranks
}

// The chair's order of level works holds for those that remain when one of them is
// ruled out, while the round runs and when it is over, everywhere it is read.
func TestTheChairsOrderHoldsForThoseThatRemain(t *testing.T) {
	w, ids := levelContest(t)
	w.do(w.organiser(), contest.RuleOutEntry{Entry: ids[1], Reason: "chép của báo khác"})
	if open, err := w.s.OpenTies(w.s.Running()); err != nil || len(open) > 0 {
		t.Errorf("a work is ruled out, and the chair is asked about %v, %v", open, err)
	}
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	run := w.s.Rounds[0]
	if on := run.Finished.Promoted; len(on) != 3 || !slices.Contains(on, ids[4]) || slices.Contains(on, ids[2]) {
		t.Errorf("%v go on of %v", on, ids)
	}
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.RuleOutEntry{Entry: ids[3], Reason: "chép của báo khác"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	if places, ranks := order(w, run, ids); !slices.Equal(places, []int{0, 4, 2, 5}) || !slices.Equal(ranks, []int{1, 2, 3, 4}) {
		t.Errorf("the round is over, the order is %v on %v", places, ranks)
	}
	for _, g := range minutesOf(w, run).Groups {
		for i, row := range g.Rows {
			if gone := row.Code == run.Codes[ids[3]]; row.Rank != i+1 && !gone || gone != (row.Out != "") {
				t.Errorf("the minutes put %s on %d", row.Code, row.Rank)
			}
		}
		said := strings.Join(g.Ties, " ")
		if !strings.Contains(said, "giọng đọc tốt hơn") || strings.Contains(said, text.Vietnamese.Say("ranking.tie_open")) {
			t.Errorf("the minutes say of the tie: %s", said)
		}
	}
	f, ok, err := paper.FeedbackOf(w.s, w.s.Entry(ids[2]), text.Vietnamese, w.now)
	if err != nil || !ok || f.Rank != 3 || f.Of != 4 {
		t.Errorf("the entrant is told %d of %d, %v", f.Rank, f.Of, err)
	}
	w.replays()
}

// What was decided before an order held for the rest stays as it was published then.
func TestAnOrderOfBeforeFallsWithTheFirstThatLeaves(t *testing.T) {
	w, ids := levelContest(t)
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	w.do(w.organiser(), contest.RuleOutEntry{Entry: ids[1], Reason: "chép của báo khác"})
	old := slices.Clone(w.log)
	changed := 0
	for i := range old {
		if body := bytes.Replace(old[i].Body, []byte(`,"rest":true`), nil, 1); len(body) < len(old[i].Body) {
			old[i].Body, changed = body, changed+1
		}
	}
	s, err := contest.Replay(w.s.ID, each(resealed(old)))
	if err != nil || changed != 1 {
		t.Fatalf("%d decisions, %v", changed, err)
	}
	w.s = s
	if _, ranks := order(w, s.Rounds[0], ids); !slices.Equal(ranks, []int{1, 2, 2, 2, 5}) {
		t.Errorf("the ranks are %v", ranks)
	}
}

// An award that covers fewer works makes the set of level works smaller too.
func TestTheChairsOrderHoldsWhenAnAwardCoversFewer(t *testing.T) {
	r := plain()
	r.Themes = append(r.Themes, contest.Theme{ID: "khac", Name: "Chủ đề khác"})
	r.Awards[0].Prizes = ladder(1)
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByChair}}
	r.Awards = append(r.Awards, contest.Award{ID: "ntm", Name: "Nông thôn mới", Theme: "ntm", Prizes: ladder(1)})
	w := newWorld(t, "it-hon")
	w.open(r)
	var ids []string
	for i := 1; i <= 3; i++ {
		work := w.work(i)
		if i == 1 {
			work.Theme = "khac"
		}
		ids = append(ids, w.enter(i, work))
	}
	w.jury(2, "chung-khao")
	w.toRound("chung-khao")
	w.score(func(*contest.Task, contest.Criterion) ranking.Points { return pt(8) })
	w.do(w.judge("J1"), contest.DecideTie{Entries: []string{ids[0], ids[2], ids[1]}, Reason: "hay hơn"})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	for i, want := range map[int]string{0: "chung", 2: "ntm"} {
		if won := w.s.Winners(ids[i]); len(won) != 1 || won[0].Award != want {
			t.Errorf("work %d got %+v", i, won)
		}
	}
	w.replays()
}

// A slip of the chair is put right until the round is finished: the last order of the
// same works counts, and the minutes name both.
func TestTheChairChangesAnOrder(t *testing.T) {
	w, ids := levelContest(t)
	run := w.s.Running()
	says := func(want ...string) {
		t.Helper()
		said := strings.Join(minutesOf(w, run).Decisions, "\n")
		for _, s := range want {
			if !strings.Contains(said, s) {
				t.Errorf("the minutes lack %q:\n%s", s, said)
			}
		}
	}
	states := func(want ...contest.OrderState) {
		t.Helper()
		v, err := w.s.ForChair("J1")
		if err != nil || len(v.Ties) > 0 != slices.Contains(want, contest.OrderAgain) {
			t.Errorf("the chair is asked about %v, %v", v.Ties, err)
		}
		var got []contest.OrderState
		for _, o := range v.Orders {
			got = append(got, o.State)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the orders are %v, want %v", got, want)
		}
	}
	was := []string{ids[3], ids[1], ids[4], ids[2]}
	states(contest.OrderHolds)
	w.refused("contest.tie_unlike", w.judge("J1"), contest.DecideTie{Entries: was[:3], Reason: "x"})
	w.refused("contest.no_tie", w.judge("J1"), contest.DecideTie{Entries: []string{ids[0], ids[5]}, Reason: "x"})
	w.refused("contest.chair_only", w.judge("J2"), contest.DecideTie{Entries: was, Reason: "x"})
	log := len(w.log)
	w.do(w.judge("J1"), contest.DecideTie{Entries: was, Reason: "giọng đọc tốt hơn"})
	if len(w.log) != log {
		t.Error("the same order again is another decision")
	}
	now := []string{ids[2], ids[1], ids[4], ids[3]}
	w.do(w.judge("J1"), contest.DecideTie{Entries: now, Reason: "ghi nhầm lần trước"})
	states(contest.OrderReplaced, contest.OrderHolds)
	if places, ranks := order(w, run, ids); !slices.Equal(places, []int{0, 2, 1, 4, 3, 5}) || !slices.Equal(ranks, []int{1, 2, 3, 4, 5, 6}) {
		t.Errorf("the order is %v on %v", places, ranks)
	}
	says(run.Numbers(was)+" theo thứ tự này", "giọng đọc tốt hơn (đã được thay bằng thứ tự quyết định sau)", run.Numbers(now)+" theo thứ tự này",
		"ghi nhầm lần trước")

	// A mark changes: the order holds for those that are still level.
	remark := func(entry string, mark ranking.Points) {
		t.Helper()
		rules, _ := w.s.Rules.Round(run.ID)
		task := run.Of("J2")[slices.IndexFunc(run.Of("J2"), func(x *contest.Task) bool { return x.Entry == entry })]
		w.do(w.judge("J1"), contest.ReopenSheet{Task: task.ID, Reason: "chấm lại"})
		w.refused("contest.sheets_open", w.judge("J1"), contest.DecideTie{Entries: now, Reason: "x"})
		w.sign(task, rules, func(*contest.Task, contest.Criterion) ranking.Points { return mark })
	}
	remark(ids[2], pt(8))
	states(contest.OrderReplaced, contest.OrderPart)
	says("ghi nhầm lần trước (nay được tính cho " + run.Numbers(now[1:]) + ")")
	w.do(w.judge("J1"), contest.DecideTie{Entries: []string{ids[4], ids[1], ids[3]}, Reason: "nghe lại"})
	states(contest.OrderReplaced, contest.OrderReplaced, contest.OrderHolds)

	// It is level again: what was ordered before does not come back over the last word.
	remark(ids[2], pt(7))
	states(contest.OrderReplaced, contest.OrderReplaced, contest.OrderAgain)
	if _, ranks := order(w, run, ids); !slices.Equal(ranks, []int{1, 2, 2, 2, 2, 6}) {
		t.Errorf("the ranks are %v", ranks)
	}
	w.refused("contest.tie_at_cut", w.organiser(), contest.FinishRound{Round: run.ID})
	w.do(w.judge("J1"), contest.DecideTie{Entries: was, Reason: "như lần đầu"})
	remark(ids[5], pt(5))
	w.do(w.organiser(), contest.FinishRound{Round: run.ID})
	w.refused("contest.no_round", w.judge("J1"), contest.DecideTie{Entries: now, Reason: "x"})
	w.replays()
}

// What was ordered before the last round was over stays; what was ordered after it can
// be put right until the result is public, and by a complaint then.
func TestWhatStaysOfAnOrderOnceTheLastRoundIsOver(t *testing.T) {
	r := plain()
	r.Rounds[0].TieBreaks, r.Awards[0].Prizes, r.Awards[0].Ties = nil, ladder(2, 1, 2), ranking.Chair
	w := newWorld(t, "xong-vong")
	w.open(r)
	var ids []string
	for i := 1; i <= 5; i++ {
		ids = append(ids, w.enter(i, w.work(i)))
	}
	w.jury(2, "chung-khao")
	w.toRound("chung-khao")
	w.score(func(task *contest.Task, _ contest.Criterion) ranking.Points {
		return pt([]int{9, 9, 7, 7, 7}[slices.Index(ids, task.Entry)])
	})
	chair := func(order ...string) contest.DecideTie { return contest.DecideTie{Entries: order, Reason: "hay hơn"} }
	w.do(w.judge("J1"), chair(ids[3], ids[2], ids[4]))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.refused("contest.tie_over", w.judge("J1"), chair(ids[2], ids[3], ids[4]))
	w.do(w.judge("J1"), chair(ids[0], ids[1]))
	w.do(w.judge("J1"), chair(ids[1], ids[0]))
	v, err := w.s.ForChair("J1")
	if err != nil || len(v.Orders) != 3 || v.Orders[0].Change || !v.Orders[2].Change {
		t.Errorf("the chair sees %+v, %v", v.Orders, err)
	}
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	w.refused("contest.no_round", w.judge("J1"), chair(ids[0], ids[1]))
	w.do(w.organiser(), contest.FileComplaint{Who: "Bà A", Text: "Thứ tự không đúng"})
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true,
		Reason: "nghe lại", Correction: contest.Correcting{Ties: [][]string{{ids[2], ids[3], ids[4]}}}})
	if won := w.s.Winners(ids[2]); len(won) != 1 || won[0].Prize != "nhi" {
		t.Errorf("the work got %+v", won)
	}
}

// Works that the rules told apart are level all the same: nobody says they are not.
func TestAnOrderOfWorksTheRulesToldApart(t *testing.T) {
	r := plain()
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByEarliest}, {By: ranking.ByChair}}
	w := newWorld(t, "da-tach")
	w.open(r)
	var ids []string
	for i := 1; i <= 2; i++ {
		w.now = w.now.Add(time.Minute)
		ids = append(ids, w.enter(i, w.work(i)))
	}
	w.jury(2, "chung-khao")
	w.toRound("chung-khao")
	w.score(func(*contest.Task, contest.Criterion) ranking.Points { return pt(7) })
	w.refused("contest.tie_by_rules", w.judge("J1"), contest.DecideTie{Entries: []string{ids[1], ids[0]}, Reason: "x"})
}
