package contest_test

import (
	"fmt"
	"strings"
	"testing"

	"loa/contest"
)

func TestAJudgeRemovedByMistakeReturns(t *testing.T) {
	for _, drop := range []bool{false, true} {
		t.Run(fmt.Sprint("drop ", drop), func(t *testing.T) {
			w := signedContest(t, nil)
			w.refused("contest.judge_stays", w.organiser(), contest.ReturnJudge{Person: "J3", Reason: "x"})
			w.do(w.organiser(), contest.RemoveJudge{Person: "J3", Reason: "Nhầm tên", Drop: drop})
			w.refused("contest.judge_was_removed", w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J3"}})
			w.refused("contest.reason_missing", w.organiser(), contest.ReturnJudge{Person: "J3"})
			w.refused("contest.unknown_judge", w.organiser(), contest.ReturnJudge{Person: "J9", Reason: "x"})
			w.do(w.organiser(), contest.ReturnJudge{Person: "J3", Reason: "Đã kiểm tra lại"})
			for _, task := range w.s.Running().Of("J3") {
				if !task.Counts() {
					t.Errorf("her sheet of %s does not count", task.Code)
				}
			}
			w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
			if said := minutes(w); !strings.Contains(said, "Nhầm tên") || !strings.Contains(said, "Đã kiểm tra lại") {
				t.Errorf("the minutes say %s", said)
			}
			w.replays()
		})
	}
}

// What somebody took over stays his.
func TestAJudgeReturnsToWhatIsLeft(t *testing.T) {
	w := newWorld(t, "tro-lai")
	r := plain()
	r.Rounds[0].PerEntry = 2
	w.open(r)
	for i := 1; i <= 6; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(4, "chung-khao")
	w.toRound("chung-khao")
	w.do(w.organiser(), contest.RemoveJudge{Person: "J2", Reason: "Nhầm"})
	w.do(w.organiser(), contest.ReturnJudge{Person: "J2", Reason: "Xin lỗi"})
	have := map[string]int{}
	for _, task := range w.s.Running().Tasks {
		if task.SetAside == nil {
			have[task.Entry]++
		}
	}
	for id, n := range have {
		if n != 2 {
			t.Errorf("%s is scored by %d", id, n)
		}
	}
	w.replays()
}

func TestAJudgeReadsWhatSheSigned(t *testing.T) {
	w := signedContest(t, nil)
	if list := w.s.SignedBy("J2"); len(list) > 0 {
		t.Errorf("of a round that is judged: %v", list)
	}
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	list := w.s.SignedBy("J2")
	if len(list) != 6 || len(list[0].Content.Marks) != 3 || !list[0].Counts || strings.Contains(fmt.Sprintf("%+v", list), "Đài số") {
		t.Errorf("%+v", list)
	}
}

// A change that changes nothing writes nothing, however often it comes.
func TestWhatChangesNothingWritesNothing(t *testing.T) {
	w := newWorld(t, "khong-doi")
	w.open(plain())
	id := w.enter(1, w.work(1))
	w.jury(3, "chung-khao")
	panels := w.s.Panels["chung-khao"]
	same := map[string]func(){
		"certificate": func() { w.do(w.organiser(), contest.SetCertificate{}) },
		"ties":        func() { w.do(w.judge("J2"), contest.DeclareTies{}) },
		"panels":      func() { w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: panels}) },
		"script":      func() { w.do(w.organiser(), contest.RedactScript{Entry: id, Text: w.s.Entry(id).Redacted}) },
	}
	for name, do := range same {
		before := w.s.Seq
		do()
		if w.s.Seq != before {
			t.Errorf("%s: wrote %d events", name, w.s.Seq-before)
		}
	}
}
