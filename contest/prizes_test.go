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

// Two works level over two prizes whose money is odd: each gets whole đồng, and what is left
// is told before the results are public, in the minutes, the decision and the terms.
func TestMoneyThatCannotBeDividedIsTold(t *testing.T) {
	w := newWorld(t, "le-dong")
	r := plain()
	r.Awards[0].Ties, r.Awards[0].Prizes = ranking.Split, ladder(1, 2)
	r.Awards[0].Prizes[0].Amount, r.Awards[0].Prizes[1].Amount = 7_000_001, 5_000_000
	r.Rounds[0].TieBreaks = nil
	w.open(r)
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	w.score(func(k *contest.Task, _ contest.Criterion) ranking.Points {
		if k.Entry == w.s.Entries[2].ID {
			return pt(5)
		}
		return pt(9)
	})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	money := func() (list []string) {
		for _, g := range w.s.Given {
			list = append(list, g.Amount)
		}
		return list
	}
	want := []string{"6000000", "6000000", "5000000"}
	if got := money(); !slices.Equal(got[:3], want) {
		t.Errorf("%q", got)
	}
	const left = "còn 1 đồng không chia hết nên không chi"
	m, err := paper.MinutesOf(w.s, w.s.Last(), noUnits, text.Vietnamese, w.now)
	if err != nil || len(m.Undivided) != 1 || !strings.Contains(m.Undivided[0], left) || !strings.Contains(m.Undivided[0], "mỗi tác phẩm được 6.000.000 đồng") {
		t.Errorf("the minutes: %q %v", m.Undivided, err)
	}
	d, _ := paper.DecisionOf(w.s, text.Vietnamese, w.now)
	if d.Total != "17.000.000" || !strings.Contains(strings.Join(d.Notes, "\n"), left) || d.Rows[0].Amount != "6.000.000" {
		t.Errorf("the decision: %q %q", d.Total, d.Notes)
	}
	terms := ""
	for _, b := range paper.TermsOf(text.Vietnamese, r, noUnits).Sections[5].Blocks {
		terms += strings.Join(b.Lines, "\n")
	}
	if !strings.Contains(terms, "phần lẻ không chia hết") {
		t.Errorf("the terms: %s", terms)
	}
	if keys := openKeys(w, contest.PublishResults{}); !slices.Contains(keys, "contest.open_undivided") {
		t.Errorf("publishing asks about %q", keys)
	}
	w.do(w.organiser(), rulesWith(w, func(a *contest.Award) { a.Prizes[0].Amount++ }))
	w.do(w.organiser(), contest.GivePrizes{})
	if keys := openKeys(w, contest.PublishResults{}); slices.Contains(keys, "contest.open_undivided") {
		t.Error("even money is asked about")
	}

	// A log of before, with parts of a đồng, is read in whole ones.
	last := &w.log[len(w.log)-1]
	last.Body = bytes.ReplaceAll(last.Body, []byte(`"amount":"6000001"`), []byte(`"amount":"12000003/2"`))
	w.relink()
	if got := money(); got[0] != "6000001" || !strings.Contains(string(last.Body), "/2") {
		t.Errorf("of a log of before: %q", got)
	}
	w.replays()
}

// A prize by decision whose award is for other works is asked about, also when a
// lost one is given again; minutes say it was meant.
func TestAPrizeBeyondItsAwardIsAskedAbout(t *testing.T) {
	w := decidedContest(t, func(r *contest.Rules) {
		r.Categories = append(r.Categories, r.Categories[0])
		r.Categories[1].ID, r.Categories[1].Name = "tp", "Tiểu phẩm"
		r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Dành cho tiểu phẩm", Category: "tp",
			Prizes: []contest.Prize{{ID: "gt", Name: "Giọng trẻ", Count: 1, Special: true}}})
	})
	first, other := w.s.Entries[0], w.s.Entries[1]
	give := contest.GivePrizes{Special: []contest.Given{{Award: "cd", Prize: "gt", Entry: first.ID, Reason: "Hay"}}}
	w.refused("contest.receiver_beyond", w.organiser(), give)
	give.Outside = []string{first.ID} // is another question
	w.refused("contest.receiver_beyond", w.organiser(), give)
	give.Beyond = []string{first.ID}
	w.do(w.organiser(), give)
	notes := func() (all string) {
		for _, g := range paper.GivenOf(w.s, text.Vietnamese) {
			all += g.Note + "\n"
		}
		return all
	}
	if !strings.Contains(notes(), "không thuộc chủ đề hoặc thể loại") {
		t.Errorf("the minutes: %s", notes())
	}
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: other.ID, Text: "Sao chép"})
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng", Correction: contest.Correcting{RuleOut: []string{other.ID}}})
	if len(w.s.Lost()) > 0 || len(w.s.Winners(first.ID)) != 2 {
		t.Fatalf("what was meant before is asked about again: %+v", w.s.Given)
	}
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: first.ID, Text: "Sao chép"})
	w.correct(contest.DecideComplaint{ID: "KN-02", Upheld: true, Reason: "Đúng", Correction: contest.Correcting{RuleOut: []string{first.ID}}})
	again := contest.GiveLost{Award: "cd", Prize: "gt", From: first.ID, Entry: w.s.Entries[2].ID, Reason: "Hay"}
	w.refused("contest.receiver_beyond", w.organiser(), again)
	again.Beyond = []string{again.Entry}
	w.correct(again)
	w.replays()
}

// A judge found to be an author stays on the jury only with everybody's knowledge.
func TestAnAuthorWhoStaysOnTheJuryIsToldOf(t *testing.T) {
	w := newWorld(t, "tac-gia")
	w.open(plain())
	for i := 1; i <= 3; i++ {
		work := w.work(i)
		if i == 2 {
			work.Authors = []string{"Giám khảo J3"}
		}
		w.enter(i, work)
	}
	w.jury(4, "chung-khao")
	const key = "contest.open_author_on_jury"
	start := contest.StartRound{Round: "chung-khao"}
	if w.now = later; len(w.s.AuthorsOnJury()) > 0 || slices.Contains(openKeys(w, start), key) {
		t.Error("a mere name is taken for a person")
	}
	e := w.s.Entries[1]
	w.do(w.organiser(), contest.ReportTie{Judge: "J3", Entry: e.ID, Note: "Đúng là một người"})
	if list := w.s.AuthorsOnJury(); len(list) != 1 || list[0] != (contest.AuthorOnJury{Judge: "J3", Entry: e.ID}) || !slices.Contains(openKeys(w, start), key) {
		t.Errorf("%+v, starting asks about %q", list, openKeys(w, start))
	}
	w.toRound("chung-khao")
	if s := minutes(w); !strings.Contains(s, "Giám khảo Giám khảo J3 là tác giả của tác phẩm "+e.Code) {
		t.Errorf("the minutes: %s", s)
	}
	if finish := (contest.FinishRound{Round: "chung-khao"}); !slices.Contains(openKeys(w, finish), key) {
		t.Errorf("finishing asks about %q", openKeys(w, finish))
	}
	w.do(w.organiser(), contest.RemoveJudge{Person: "J3", Reason: "Có tác phẩm dự thi"})
	if len(w.s.AuthorsOnJury()) > 0 || strings.Contains(minutes(w), "vẫn trong ban giám khảo") {
		t.Error("she left the jury, and is still told of")
	}
	w.replays()
}

// A comment that entrants could read before it was edited or held back: the minutes say
// from when until when.
func TestMinutesTellHowLongACommentCouldBeRead(t *testing.T) {
	w := saidContest(t)
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	list := w.s.Comments()
	w.do(w.organiser(), contest.ReviewComment{ID: list[0].ID, Fate: contest.FateHeld, Reason: "Lời nặng"})
	w.do(w.organiser(), contest.PublishResults{})
	public := w.now
	hold := func(id string, fate contest.Fate, words string) {
		w.now = w.now.Add(time.Hour)
		w.do(w.organiser(), contest.ReviewComment{ID: id, Fate: fate, Text: words, Reason: "Xem lại"})
	}
	clock := func(at time.Time) string {
		return text.Vietnamese.Say("contest.minute_review_read", "from", at, "until", w.now)
	}
	hold(list[0].ID, contest.FateAsIs, "") // was not read before
	if s := minutes(w); strings.Contains(s, "đơn vị dự thi đọc được") {
		t.Errorf("what was held back was read: %s", s)
	}
	hold(list[1].ID, contest.FateHeld, "")
	if s := minutes(w); !strings.Contains(s, clock(public)) {
		t.Errorf("no word %q in %s", clock(public), s)
	}
	hold(list[2].ID, contest.FateEdited, "Nhẹ hơn")
	edited := w.now
	hold(list[2].ID, contest.FateHeld, "")
	if s := minutes(w); strings.Count(s, "đơn vị dự thi đọc được") != 3 || !strings.Contains(s, clock(edited)) {
		t.Errorf("no word %q in %s", clock(edited), s)
	}
}

// Who was taken off the jury reads what she signed at once, and corrects nothing.
func TestWhoWasTakenOffReadsWhatSheSigned(t *testing.T) {
	w := signedContest(t, nil)
	w.do(w.organiser(), contest.RemoveJudge{Person: "J2", Reason: "Nghỉ ốm"})
	list := w.s.SignedBy("J2")
	if len(list) != 6 || list[0].Mendable || !list[0].Counts || len(w.s.SignedBy("J3")) > 0 {
		t.Errorf("%+v", list)
	}
}
