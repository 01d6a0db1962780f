package contest_test

import (
	"slices"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/ranking"
)

// An organiser is told, from the draft to the complaint, what her contest waits for and until when.
func TestAContestSaysWhatItWaitsForAtEachStage(t *testing.T) {
	w := newWorld(t, "cho")
	wants := func(deadline contest.DeadlineKind, at time.Time, want ...string) contest.Waiting {
		t.Helper()
		k := kept{id: "cho", log: w.log}
		list, err := contest.NewHall(k, k).Waiting(t.Context(), w.organiser(), w.now)
		if err != nil || len(list) != 1 {
			t.Fatalf("%d contests, %v", len(list), err)
		}
		got := list[0]
		var keys []string
		for _, o := range got.Waits {
			if !o.Later {
				keys = append(keys, o.Key)
			}
		}
		if !slices.Equal(keys, want) {
			t.Errorf("in phase %s it waits for %q, want %q", got.Phase, keys, want)
		}
		if (got.Deadline == nil) != (deadline == "") || got.Deadline != nil && (got.Deadline.Kind != deadline || !got.Deadline.At.Equal(at)) {
			t.Errorf("in phase %s the deadline is %+v, want %s %v", got.Phase, got.Deadline, deadline, at)
		}
		return got
	}
	rules := plain()
	rules.Rounds[0].Gap = pt(20)
	rules.Rounds[0].Until = later.AddDate(0, 0, 14)
	unfit := rules
	unfit.Themes = nil
	w.do(w.organiser(), contest.DraftContest{Rules: unfit})
	wants(contest.DeadlineOpens, opens, "contest.wait_rules")
	w.do(w.organiser(), contest.ChangeRules{Rules: rules})
	wants(contest.DeadlineOpens, opens, "contest.wait_open")
	w.do(w.organiser(), contest.OpenContest{})
	wants(contest.DeadlineOpens, opens, "contest.open_no_jury")
	w.now = opens.Add(9 * time.Hour)
	work := w.work(4)
	work.Script = "Đây là ĐÀI SỐ 4"
	named := w.enter(4, work)
	w.enter(5, w.work(5))
	wants(contest.DeadlineCloses, closes, "contest.open_named", "contest.open_no_jury")
	w.do(w.organiser(), contest.RedactScript{Entry: named, Text: "Đây là đài"})
	w.now = later
	wants("", time.Time{}, "contest.open_no_jury")
	w.jury(2, "chung-khao")
	wants("", time.Time{}, "contest.wait_start")
	w.toRound("chung-khao")
	got := wants(contest.DeadlineRound, rules.Rounds[0].Until, "contest.wait_sheets")
	if got.Round != "Chung khảo" || !slices.Equal(got.Waits[0].Of, []string{"Giám khảo J1 (2)", "Giám khảo J2 (2)"}) {
		t.Errorf("the round %q lacks the sheets of %q", got.Round, got.Waits[0].Of)
	}
	w.score(func(t *contest.Task, _ contest.Criterion) ranking.Points {
		if t.Judge == "J1" {
			return pt(9)
		}
		return pt(4)
	})
	wants(contest.DeadlineRound, rules.Rounds[0].Until, "contest.wait_gaps")
	for _, e := range w.s.Live() {
		w.do(w.judge("J1"), contest.Confer{Entry: e.ID, Reason: "đã hội ý"})
	}
	wants(contest.DeadlineRound, rules.Rounds[0].Until, "contest.wait_finish")
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	wants("", time.Time{}, "contest.wait_prizes")
	w.do(w.organiser(), contest.GivePrizes{})
	wants("", time.Time{}, "contest.wait_publish")
	w.do(w.organiser(), contest.PublishResults{})
	wants("", time.Time{})
	w.do(w.organiser(), contest.FileComplaint{Entry: w.s.Entries[0].ID, Text: "chưa đúng", Who: "Đài số 4"})
	wants("", time.Time{}, "contest.wait_complaints")
}
