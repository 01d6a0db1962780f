package contest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/once"
	office "loa/internal/paper"
	"loa/internal/text"
)

// minutesOf are the minutes of a round.
func minutesOf(w *world, run *contest.RoundState) paper.Minutes {
	w.t.Helper()
	m, err := paper.MinutesOf(w.s, run, noUnits, text.Vietnamese, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// pickedContest has a first round in which works are picked by name, two of four, and
// its final scored.
func pickedContest(t *testing.T) (w *world, entries []string) {
	r := plain()
	first := contest.Round{ID: "so-khao", Name: "Sơ khảo", Promotion: contest.Promotion{By: contest.Picked, N: 3}}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w = newWorld(t, "chon-ten")
	w.open(r)
	for i := 1; i <= 4; i++ {
		entries = append(entries, w.enter(i, w.work(i)))
	}
	w.jury(3, "chung-khao")
	w.toRound("so-khao")
	return w, entries
}

func TestARoundPickedByNameHasMinutes(t *testing.T) {
	w, entries := pickedContest(t)
	w.do(w.organiser(), contest.PickEntries{Picks: []contest.Pick{{Entry: entries[2], Reason: "Thời sự"}, {Entry: entries[0], Reason: "Hay"}}})
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	m := minutesOf(w, w.s.Rounds[0])
	if m.Next != "Chung khảo" || len(m.Chosen) != 1 || len(m.Chosen[0].Rows) != 4 {
		t.Fatalf("%+v", m.Chosen)
	}
	for i, want := range []string{"Hay (", "Không chọn", "Thời sự (", "Không chọn"} {
		row := m.Chosen[0].Rows[i]
		said := strings.Contains(row.Said, strings.TrimSuffix(want, " ("))
		if row.Code != w.s.Entries[i].Code || !said || strings.HasSuffix(want, "(") != strings.Contains(row.Said, "Ban tổ chức") {
			t.Errorf("%+v, want %s", row, want)
		}
	}
	pages, err := paper.Draw(w.s, noUnits, "so-khao", "minutes", office.Office{}, text.Vietnamese, w.now)
	if err != nil || len(pages) != 1 || pages[0].Signers[1].Office != "TM. BAN TỔ CHỨC" {
		t.Errorf("%v", err)
	}
	if last, err := paper.Draw(w.s, noUnits, "", "minutes", office.Office{}, text.Vietnamese, w.now); err != nil || len(last) != 1 {
		t.Errorf("without naming the round: %v", err)
	}
	if _, err := paper.Draw(w.s, noUnits, "so-khao", "table", office.Office{}, text.Vietnamese, w.now); err == nil {
		t.Error("a table of points of a round without points")
	}
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	for _, run := range w.s.Rounds {
		if said := minutesOf(w, run).Decisions; len(said) > 0 {
			t.Errorf("the minutes of %s say again who was chosen in the first round: %s", run.ID, said)
		}
	}
	w.replays()
}

// Each round's minutes tell of their own round: who was picked by name after the scoring,
// in the order of the numbers, and who was ruled out meanwhile.
func TestEachDecisionStandsInTheMinutesOfOneRound(t *testing.T) {
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.Promotion = "huyen", "Vòng huyện", contest.Promotion{By: contest.Picked, N: 4}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w := newWorld(t, "hai-vong")
	w.open(r)
	for i := 1; i <= 6; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "huyen", "chung-khao")
	w.toRound("huyen")
	w.score(byEntry(w))
	run := w.s.Rounds[0]
	var picks []contest.Pick
	for _, id := range slices.Backward(run.Entries[:4]) {
		picks = append(picks, contest.Pick{Entry: id, Reason: "Hay"})
	}
	w.do(w.organiser(), contest.PickEntries{Picks: picks})
	w.do(w.organiser(), contest.FinishRound{Round: "huyen"})
	w.now = w.now.Add(time.Hour)
	gone := w.s.Entry(run.Entries[0])
	w.do(w.organiser(), contest.RuleOutEntry{Entry: gone.ID, Reason: "Sao chép"})
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	m := minutesOf(w, run)
	if len(m.Decisions) != 5 {
		t.Fatalf("%q", m.Decisions)
	}
	for i, id := range run.Entries[:4] {
		if want := "Từ “Vòng huyện”, chọn " + run.Codes[id] + " vào vòng “Chung khảo” (Ban tổ chức, "; !strings.HasPrefix(m.Decisions[i], want) {
			t.Errorf("%q, want %q", m.Decisions[i], want)
		}
	}
	if want := "Từ “Vòng huyện”, không chọn vào vòng “Chung khảo”: " + run.Numbers(run.Entries[4:]); m.Decisions[4] != want {
		t.Errorf("%q, want %q", m.Decisions[4], want)
	}
	if said := minutesOf(w, w.s.Rounds[1]).Decisions; len(said) != 1 || !strings.Contains(said[0], gone.Code) {
		t.Errorf("the final's minutes decide %q", said)
	}
	pages, err := paper.Draw(w.s, noUnits, "huyen", "minutes", office.Office{}, text.Vietnamese, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if said := pages[0].Body[0].(office.Text).Words; said != "Tổng số tác phẩm vòng huyện: 6." {
		t.Errorf("%q", said)
	}
}

// What somebody saw undecided when she confirmed a step is kept, and told.
func TestWhatWasSeenWhenAStepWasConfirmedIsKept(t *testing.T) {
	w := newWorld(t, "da-xem")
	w.open(plain())
	for i := 1; i <= 4; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(4, "chung-khao")
	w.now = later
	start := contest.StartRound{Round: "chung-khao"}
	emptied := w.s.Entries[1]
	w.do(w.organiser(), contest.RedactScript{Entry: emptied.ID, Blank: true})
	asks := contest.Asks(w.s, w.facts, start)
	w.refused("once.unseen", w.organiser(), start)
	w.do(w.organiser(), contest.StartRound{Round: "chung-khao", Seen: contest.Seen{Seen: asks.Seen()}})
	if got := w.s.Witnessed; len(got) != 1 || got[0].Step != "start" || got[0].Round != "chung-khao" || got[0].By != "Ban tổ chức" || got[0].Unasked ||
		len(got[0].Open) != 1 || got[0].Open[0].Key != "contest.open_blank" || !slices.Equal(got[0].Open[0].Of, []string{emptied.Code}) {
		t.Fatalf("%+v", got)
	}
	left := minutesOf(w, w.s.Running()).Left
	if len(left) != 1 || !strings.Contains(left[0], "Khi bắt đầu vòng (Ban tổ chức, ") || !strings.Contains(left[0], emptied.Code) {
		t.Errorf("the minutes say %q", left)
	}
	w.do(w.organiser(), contest.ReportTie{Judge: "J2", Entry: w.s.Entries[0].ID, Note: "x"})
	w.do(w.organiser(), contest.ExcludeJudge{Judge: "J2", Entry: w.s.Entries[0].ID, Reason: "x"})
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao", Seen: contest.Seen{Seen: once.AsItIs}})
	left = minutesOf(w, w.s.Last()).Left
	if len(left) != 2 || !strings.Contains(left[1], "Khi kết thúc vòng bằng chương trình") {
		t.Errorf("the minutes say %q", left)
	}
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	if n := len(w.s.Witnessed); n != 2 {
		t.Errorf("nothing was open, and %d steps were witnessed", n)
	}
	if again := w.replays(); !slices.EqualFunc(again.Witnessed, w.s.Witnessed, func(a, b contest.Witness) bool {
		return a.Step == b.Step && a.At.Equal(b.At) && len(a.Open) == len(b.Open)
	}) {
		t.Errorf("a replay keeps %+v", again.Witnessed)
	}
}

// A prize nobody got says which of the two it was.
func TestAPrizeNobodyGotSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		counts []int
		mark   func(i int) ranking.Points
		want   map[string]string // by prize
		never  []string
	}{
		"one place for want of works, one by a tie": {[]int{1, 1, 1}, func(int) ranking.Points { return pt(8) },
			map[string]string{"Giải Nhì": "Không trao 1 Giải Nhì: chỗ ấy đã dùng cho tác phẩm bằng điểm",
				"Giải Ba": "Không trao 1 Giải Ba: không còn tác phẩm nào"}, []string{"hoặc"}},
		"two reasons of one prize": {[]int{1, 3}, func(int) ranking.Points { return pt(8) },
			map[string]string{"Giải Nhì": "Không trao 1 Giải Nhì: chỗ ấy đã dùng cho tác phẩm bằng điểm ở giải cao hơn. Không trao 2 Giải Nhì: không còn"},
			nil},
		"no tie": {[]int{1, 1, 2}, func(i int) ranking.Points { return pt(8 - i) },
			map[string]string{"Giải Ba": "Không trao 2 Giải Ba: không còn tác phẩm nào"}, []string{"bằng điểm ở giải cao hơn"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "khong-trao")
			r := plain()
			r.Rounds[0].TieBreaks = nil
			r.Awards[0].Prizes = ladder(c.counts...)
			w.open(r)
			for i := 1; i <= 2; i++ {
				w.enter(i, w.work(i))
			}
			w.jury(3, "chung-khao")
			w.toRound("chung-khao")
			w.score(func(task *contest.Task, _ contest.Criterion) ranking.Points {
				return c.mark(slices.IndexFunc(w.s.Entries, func(e *contest.Entry) bool { return e.ID == task.Entry }))
			})
			w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
			w.do(w.organiser(), contest.GivePrizes{})
			all := ""
			for _, g := range paper.GivenOf(w.s, text.Vietnamese) {
				all += g.Note
				if want := c.want[g.Prize]; g.Who == "" && !strings.Contains(g.Note, want) {
					t.Errorf("%s: %q, want %q", g.Prize, g.Note, want)
				}
			}
			for _, never := range c.never {
				if strings.Contains(all, never) {
					t.Errorf("it says %q", all)
				}
			}
		})
	}
}

// The minutes tell a change of the rules by its values, and fewer judges by the ties
// that kept some off the work.
func TestTheMinutesSayWhatChangedAndWhyFewerJudged(t *testing.T) {
	w := newWorld(t, "vi-sao")
	r := plain()
	r.Awards[0].Prizes[0].Amount = 1_500_000
	w.open(r)
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	w.do(w.organiser(), rulesWith(w, func(a *contest.Award) { a.Prizes[0].Amount = 1_600_000 }))
	w.do(w.organiser(), contest.ReportTie{Judge: "J3", Entry: w.s.Entries[0].ID, Note: "Người nhà"})
	w.toRound("chung-khao")
	if told := w.s.Noted(); len(told) != 1 || told[0].Judge != "J3" || told[0].Reason != "Người nhà" || told[0].By != "Ban tổ chức" {
		t.Errorf("%+v", told)
	}
	m := minutesOf(w, w.s.Running())
	if len(m.Changes) != 1 || !strings.Contains(m.Changes[0], "1.500.000 → 1.600.000") || !strings.Contains(m.Changes[0], "Theo quyết định mới") {
		t.Errorf("of the change: %q", m.Changes)
	}
	said := strings.Join(m.Decisions, "\n")
	if !strings.Contains(said, "ít hơn 3 theo thể lệ. Giám khảo J3 không được chia tác phẩm này (Ban tổ chức được báo có liên quan: Người nhà).") {
		t.Errorf("of the judges: %s", said)
	}
}

// The papers of a round before the last say who goes on and by which rule, before it
// is finished as well.
func TestTheMinutesOfAnEarlierRoundSayWhoGoesOn(t *testing.T) {
	r := plain()
	first := contest.Round{ID: "so-khao", Name: "Sơ khảo", Points: pt(100), Parts: []contest.Part{rubric("sk", "Chương trình", 100)}, Method: ranking.Mean,
		Promotion: contest.Promotion{By: contest.TopN, N: 2}}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w := newWorld(t, "vao-vong-sau")
	w.open(r)
	for i := 1; i <= 4; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "so-khao", "chung-khao")
	w.toRound("so-khao")
	w.score(byEntry(w))
	run := w.s.Rounds[0]
	for _, want := range []string{"Kết thúc vòng lúc này thì 2 tác phẩm vào vòng “Chung khảo”: ", "2 tác phẩm vào vòng “Chung khảo”: "} {
		for _, document := range []string{"minutes", "table"} {
			list, err := paper.Draw(w.s, noUnits, "so-khao", document, office.Office{}, text.Vietnamese, w.now)
			if err != nil {
				t.Fatal(err)
			}
			got := printed(t, list)
			on := minutesOf(w, run).GoesOn
			for _, want := range []string{want, "Vào vòng sau: 2 tác phẩm cao điểm nhất chung.", "Tác phẩm đồng hạng ở ranh giới thì cùng vào.",
				"|Vào vòng “Chung khảo”\n", "|Có\n", "|Không\n", on[len(on)-1]} {
				if !strings.Contains(got, want) {
					t.Errorf("the %s: nowhere %q\n%s", document, want, got)
				}
			}
		}
		if run.Finished == nil {
			w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
		}
	}
	for _, id := range run.Finished.Promoted {
		if said := strings.Join(minutesOf(w, run).GoesOn, "\n"); !strings.Contains(said, run.Codes[id]) {
			t.Errorf("%s goes on, the minutes say %s", run.Codes[id], said)
		}
	}
	if m := minutesOf(w, run); len(m.Given) > 0 || m.Next != "Chung khảo" {
		t.Errorf("%+v", m.Given)
	}
}

// A column that cannot be counted is empty and says why.
func TestAColumnThatCannotBeCountedSaysWhy(t *testing.T) {
	w := judged(t, 4, nil) // three judges, four works
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	m := minutesOf(w, w.s.Rounds[0])
	notes := strings.Join(m.Groups[0].Notes, "\n")
	for method, why := range map[ranking.Method]string{ranking.Trimmed: "Cột “Bỏ cao, thấp” để trống: có tác phẩm dưới 5 phiếu",
		ranking.Normalised: "Cột “Chuẩn hoá” để trống: không giám khảo nào chấm từ 5 tác phẩm"} {
		if _, there := m.Groups[0].Rows[0].Values[method]; there || !strings.Contains(notes, why) {
			t.Errorf("%s: %v, notes %q", method, there, notes)
		}
	}
	w = judged(t, 5, nil)
	w.score(byEntry(w))
	if _, there := minutesOf(w, w.s.Rounds[0]).Groups[0].Rows[0].Values[ranking.Normalised]; !there {
		t.Error("five works of each judge are enough")
	}
}
