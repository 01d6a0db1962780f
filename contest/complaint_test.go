package contest_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// decidedContest has its last round over and its prizes given.
func decidedContest(t *testing.T, edit func(*contest.Rules)) *world {
	w := signedContest(t, func(r *contest.Rules) {
		r.Awards[0].Prizes[0].Amount = 3_000_000
		if edit != nil {
			edit(r)
		}
	})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	return w
}

// rulesWith are the contest's rules with its awards edited.
func rulesWith(w *world, edit func(*contest.Award)) contest.ChangeRules {
	r := w.s.Rules
	r.Awards = slices.Clone(r.Awards)
	for i := range r.Awards {
		r.Awards[i].Prizes = slices.Clone(r.Awards[i].Prizes)
	}
	edit(&r.Awards[0])
	return contest.ChangeRules{Rules: r, Reason: "Theo quyết định mới"}
}

// Whatever prizes were decided from: when it changes they must be given anew.
func TestPrizesAreStaleWhenWhatTheyWereDecidedFromChanges(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world) contest.Command
		why    string // "" is still good
	}{
		"money": {func(w *world) contest.Command { return rulesWith(w, func(a *contest.Award) { a.Prizes[0].Amount++ }) }, contest.OutdatedByRules},
		"another prize by decision": {func(w *world) contest.Command {
			return rulesWith(w, func(a *contest.Award) {
				a.Prizes = append(a.Prizes, contest.Prize{ID: "them", Name: "Giải phụ", Count: 1, Special: true})
			})
		}, contest.OutdatedByRules},
		"a name": {func(w *world) contest.Command {
			return rulesWith(w, func(a *contest.Award) { a.Prizes[0].Name = "Giải A" })
		}, ""},
		"a work": {func(w *world) contest.Command {
			return contest.RuleOutEntry{Entry: w.s.Entries[0].ID, Reason: "Sao chép"}
		}, contest.OutdatedByEntry},
		"a sheet": {func(w *world) contest.Command {
			w.exclude("J2", w.s.Entries[0].ID)
			return nil
		}, contest.OutdatedBySheet},
	} {
		t.Run(name, func(t *testing.T) {
			w := decidedContest(t, nil)
			before := slices.Clone(w.s.Given)
			if change := c.change(w); change != nil {
				w.do(w.organiser(), change)
			}
			if c.why == "" {
				w.do(w.organiser(), contest.PublishResults{})
				return
			}
			if w.s.Given != nil || !slices.Equal(w.s.Outdated.Given, before) || !slices.Equal(w.s.Outdated.Why, []string{c.why}) || !text.Has(c.why) {
				t.Errorf("given %v, outdated %+v", w.s.Given, w.s.Outdated)
			}
			if len(paper.CertificatesOf(w.s, w.s.Certificate, w.now)) > 0 {
				t.Error("certificates of prizes that do not stand")
			}
			w.refused("contest.prizes_stale", w.organiser(), contest.PublishResults{})
			w.do(w.organiser(), contest.GivePrizes{})
			w.do(w.organiser(), contest.PublishResults{})
			if w.s.Outdated.Given != nil {
				t.Error("still outdated")
			}
			w.replays()
		})
	}
}

// What leads from a rank to a prize is fixed once the round that ranks has begun:
// before, between and after its marks are known.
func TestNobodyChangesWhoGetsWhichPrizeOnceMarksAreKnown(t *testing.T) {
	edits := map[string]func(r *contest.Rules){
		"ties":     func(r *contest.Rules) { r.Awards[0].Ties = ranking.Split },
		"floor":    func(r *contest.Rules) { r.Awards[0].Prizes[0].Floor = pt(90) },
		"count":    func(r *contest.Rules) { r.Awards[0].Prizes[0].Count = 2 },
		"theme":    func(r *contest.Rules) { r.Awards[0].Theme = r.Themes[0].ID },
		"category": func(r *contest.Rules) { r.Awards[0].Category = r.Categories[0].ID },
		"order":    func(r *contest.Rules) { slices.Reverse(r.Awards[0].Prizes) },
		"one more prize": func(r *contest.Rules) {
			r.Awards[0].Prizes = append(r.Awards[0].Prizes, contest.Prize{ID: "them", Name: "Giải thêm", Count: 1})
		},
		"one prize fewer": func(r *contest.Rules) { r.Awards[0].Prizes = r.Awards[0].Prizes[:3] },
		"by decision":     func(r *contest.Rules) { r.Awards[0].Prizes[0].Special = true },
		"one more award": func(r *contest.Rules) {
			r.Awards = append(r.Awards, contest.Award{ID: "nua", Name: "Nữa", Prizes: ladder(1)})
		},
	}
	change := func(w *world, edit func(*contest.Rules)) contest.ChangeRules {
		next, err := w.s.Rules.Clone()
		if err != nil {
			t.Fatal(err)
		}
		edit(&next)
		return contest.ChangeRules{Rules: next, Reason: "Theo quyết định mới"}
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "khoa-giai")
			w.open(plain())
			for i := 1; i <= 6; i++ {
				w.enter(i, w.work(i))
			}
			w.jury(3, "chung-khao")
			if c := change(w, edit); name != "by decision" {
				w.do(w.organiser(), c) // nobody has scored anything
			}
			w.toRound("chung-khao")
			back := plain()
			fresh := change(w, func(r *contest.Rules) { r.Awards = back.Awards })
			if name == "by decision" {
				fresh = change(w, edit)
			}
			w.refused("contest.prizes_locked", w.organiser(), fresh)
			w.refused("contest.prizes_locked", w.organiser(), contest.ReviseRules{Rules: fresh.Rules})
			w.score(byEntry(w))
			w.refused("contest.prizes_locked", w.organiser(), fresh)
			w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
			w.refused("contest.prizes_locked", w.organiser(), fresh)
		})
	}
	w := newWorld(t, "khoa-giai")
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.Promotion = "so-khao", "Sơ khảo", contest.Promotion{By: contest.TopN, N: 3}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w.open(r)
	for i := 1; i <= 4; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "so-khao", "chung-khao")
	w.toRound("so-khao")
	w.do(w.organiser(), change(w, edits["count"])) // prizes go by the final, which nobody has scored
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	w.toRound("chung-khao")
	w.refused("contest.prizes_locked", w.organiser(), change(w, edits["floor"]))
	w.do(w.organiser(), change(w, func(r *contest.Rules) {
		r.Awards[0].Prizes[0].Name, r.Awards[0].Prizes[0].Amount = "Giải A", 2_000_000
	}))
}

// A prize given by decision is paid in full, each time it is given: in the record,
// in the minutes and in the decision of award; also where the record is older.
func TestAPrizeByDecisionHasItsMoney(t *testing.T) {
	w := decidedContest(t, func(r *contest.Rules) {
		r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Chuyên đề",
			Prizes: []contest.Prize{{ID: "tt", Name: "Tập thể", Count: 2, Amount: 500_000, Special: true}}})
	})
	w.do(w.organiser(), contest.GivePrizes{})
	before, _ := paper.DecisionOf(w.s, text.Vietnamese, w.now)
	w.do(w.organiser(), contest.GivePrizes{Special: []contest.Given{
		{Award: "cd", Prize: "tt", Station: stationID(6), Reason: "Nhiều bài"}, {Award: "cd", Prize: "tt", Entry: w.s.Entries[0].ID,
			Reason: "Hay", Amount: "9"}}})
	after, _ := paper.DecisionOf(w.s, text.Vietnamese, w.now)
	whole := func(d paper.Decision) (n int64) {
		n, err := strconv.ParseInt(strings.ReplaceAll(d.Total, ".", ""), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if want := text.Sentence(text.InWords(n)) + " đồng"; d.InWords != want {
			t.Errorf("%s in words is %q, want %q", d.Total, d.InWords, want)
		}
		return n
	}
	if got := whole(after) - whole(before); got != 1_000_000 {
		t.Errorf("two prizes of 500.000 add %d to the total", got)
	}
	for _, g := range w.s.Given {
		if g.Award == "cd" && g.Amount != "500000" {
			t.Errorf("recorded as %+v", g)
		}
	}
	for _, g := range paper.GivenOf(w.s, text.Vietnamese) {
		if g.Award == "Chuyên đề" && g.Amount != "500.000" {
			t.Errorf("in the minutes: %+v", g)
		}
	}
	w.replays()
}

func TestAComplaintCorrectsAPublishedResult(t *testing.T) {
	w := decidedContest(t, func(r *contest.Rules) {
		r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Chuyên đề", Prizes: []contest.Prize{{ID: "tt", Name: "Tập thể", Count: 2, Special: true}}})
	})
	w.do(w.organiser(), contest.GivePrizes{Outside: []string{stationID(9)},
		Special: []contest.Given{{Award: "cd", Prize: "tt", Station: stationID(9), Reason: "Nhiều bài"}}})
	file := contest.FileComplaint{Who: "Ông Lù A Páo, xã Tả Van", Entry: w.s.Entries[0].ID, Text: "Tác phẩm sao chép bài của đài tỉnh"}
	w.refused("contest.complain_later", w.organiser(), file)
	w.do(w.organiser(), contest.PublishResults{})
	first := slices.Clone(w.s.Given)
	w.refused("contest.published_correct", w.organiser(), rulesWith(w, func(a *contest.Award) { a.Prizes[0].Amount++ }))
	w.refused("contest.complainant_missing", w.organiser(), contest.FileComplaint{Text: "x"})
	w.refused("contest.complaint_empty", w.organiser(), contest.FileComplaint{Who: "Ông A", Text: " "})
	w.refused("contest.unknown_entry", w.operator(2), file) // another station's work
	w.do(w.organiser(), file)
	w.do(w.operator(2), contest.FileComplaint{Entry: w.s.Entries[1].ID, Text: "Điểm chưa công bằng"})
	if c := w.s.Complaints[1]; c.ID != "KN-02" || !strings.Contains(c.Who, "Cán bộ S00002") || !c.At.Equal(w.now) {
		t.Errorf("%+v", c)
	}
	w.refused("contest.complaints_open", w.organiser(), contest.CloseContest{})
	w.refused("contest.reason_missing", w.organiser(), contest.DecideComplaint{ID: "KN-02"})
	w.refused("contest.unknown_complaint", w.organiser(), contest.DecideComplaint{ID: "KN-09", Reason: "x"})
	w.refused("contest.correction_same", w.organiser(), contest.DecideComplaint{ID: "KN-02", Upheld: true, Reason: "Đúng"})
	w.do(w.organiser(), contest.DecideComplaint{ID: "KN-02", Reason: "Phiếu chấm đúng thể lệ"})
	w.refused("contest.complaint_decided", w.organiser(), contest.DecideComplaint{ID: "KN-02", Reason: "Lại"})
	w.refused("contest.unknown_entry", w.organiser(), contest.DecideComplaint{ID: "KN-01", Upheld: true,
		Reason: "Đúng", Correction: contest.Correcting{RuleOut: []string{"none"}}})
	w.refused("contest.unknown_judge", w.organiser(), contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng",
		Correction: contest.Correcting{Exclude: []contest.Excluded{{Judge: "J9", Entry: w.s.Entries[0].ID}}}})
	w.refused("contest.no_tie", w.organiser(), contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng",
		Correction: contest.Correcting{Ties: [][]string{{w.s.Entries[0].ID, w.s.Entries[1].ID}}}})
	if !slices.Equal(w.s.Given, first) || !w.s.Entries[0].Live() {
		t.Fatal("a refused correction changed something")
	}
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Xác minh: sao chép",
		Correction: contest.Correcting{RuleOut: []string{w.s.Entries[0].ID}}})
	winner := func(list []contest.Given, prize string) string {
		i := slices.IndexFunc(list, func(g contest.Given) bool { return g.Prize == prize && g.Withheld == 0 })
		return list[i].Entry + list[i].Station
	}
	if !slices.Equal(w.s.First(), first) || winner(w.s.Given, "nhat") != w.s.Entries[1].ID || winner(w.s.Given, "tt") != stationID(9) {
		t.Errorf("first %v, now %v", w.s.First(), w.s.Given)
	}
	for _, c := range paper.CertificatesOf(w.s, w.s.Certificate, w.now) {
		for _, l := range c.Lines {
			if strings.Contains(l.Text, "Đài số 1,") {
				t.Error("a certificate for the work that was ruled out")
			}
		}
	}
	m, err := paper.MinutesOf(w.s, w.s.Last(), noUnits, text.Vietnamese, w.now)
	if err != nil || len(m.First) != len(first) || len(m.Complaints) != 4 || !strings.Contains(strings.Join(m.Complaints, "\n"), "Xác minh: sao chép") {
		t.Errorf("%q, %v", m.Complaints, err)
	}
	again := w.replays()
	if !slices.Equal(again.First(), first) || again.Undecided() != 0 {
		t.Error("a replay forgets the first result")
	}
	w.do(w.organiser(), contest.CloseContest{})
}

// Money that was wrong, and a sheet that should not have counted.
func TestACorrectionOfMoneyAndOfASheet(t *testing.T) {
	w := decidedContest(t, nil)
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.FileComplaint{Who: "Kế toán", Text: "Sai tiền thưởng"})
	next := rulesWith(w, func(a *contest.Award) { a.Prizes[0].Amount = 5_000_000 })
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Theo quyết định số 5", Correction: contest.Correcting{Awards: next.Rules.Awards,
		Exclude: []contest.Excluded{{Judge: "J5", Entry: w.s.Entries[0].ID}}}})
	if w.s.Given[0].Amount != "5000000" || w.s.First()[0].Amount != "3000000" || len(w.s.Changes) != 1 {
		t.Errorf("%v, first %v", w.s.Given[0], w.s.First()[0])
	}
	marks := 0
	for _, task := range w.s.Last().Tasks {
		if task.Entry == w.s.Entries[0].ID && task.Counts() {
			marks++
		}
	}
	if marks != 4 {
		t.Errorf("%d sheets count", marks)
	}
	w.replays()
}

// A prize by decision whose work a correction takes out does not vanish: every paper
// says who had it and why nobody has it, until it is given again.
func TestAPrizeByDecisionThatACorrectionTakesAwayStaysInSight(t *testing.T) {
	w := decidedContest(t, func(r *contest.Rules) {
		r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Chuyên đề",
			Prizes: []contest.Prize{{ID: "tt", Name: "Giải an toàn", Count: 2, Amount: 500_000, Special: true}}})
	})
	gone, other := w.s.Entries[3], w.s.Entries[4]
	w.do(w.organiser(), contest.GivePrizes{Special: []contest.Given{{Award: "cd", Prize: "tt", Entry: gone.ID, Reason: "Hay"},
		{Award: "cd", Prize: "tt", Station: stationID(2), Reason: "Nhiều bài"}}})
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: gone.ID, Text: "Sao chép"})
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng là sao chép", Correction: contest.Correcting{RuleOut: []string{gone.ID}}})
	lost := w.s.Lost()
	if len(lost) != 1 || lost[0].Entry != gone.ID || lost[0].Reason != "Đúng là sao chép" || len(w.s.Winners(gone.ID)) > 0 {
		t.Fatalf("%+v", lost)
	}
	said := func() (out string) {
		m, err := paper.MinutesOf(w.s, w.s.Last(), noUnits, text.Vietnamese, w.now)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range m.Given {
			out += g.Prize + ": " + g.Who + " " + g.Note + "\n"
		}
		d, _ := paper.DecisionOf(w.s, text.Vietnamese, w.now)
		return out + strings.Join(d.Notes, "\n")
	}
	if s := said(); strings.Count(s, "Không trao Giải an toàn") != 2 || strings.Count(s, "Đúng là sao chép") != 2 {
		t.Errorf("the minutes and the decision say %s", s)
	}
	if n := len(paper.CertificatesOf(w.s, w.s.Certificate, w.now)); n != len(w.s.Given)-1-withheld(w.s) {
		t.Errorf("%d certificates", n)
	}
	w.replays()
	if keys := openKeys(w, contest.CloseContest{}); !slices.Contains(keys, "contest.open_lost") {
		t.Errorf("closing asks about %v", keys)
	}

	// A second correction keeps it in sight; giving it again asks as the first time.
	w.do(w.organiser(), contest.FileComplaint{Who: "Bà B", Text: "Tiền"})
	next := rulesWith(w, func(a *contest.Award) { a.Prizes[0].Amount++ })
	w.correct(contest.DecideComplaint{ID: "KN-02", Upheld: true, Reason: "Sửa tiền", Correction: contest.Correcting{Awards: next.Rules.Awards}})
	if again := w.s.Lost(); !slices.Equal(again, lost) {
		t.Errorf("after another correction: %+v", again)
	}
	give := contest.GiveLost{Award: "cd", Prize: "tt", From: gone.ID, Entry: gone.ID, Reason: "Trao lại"}
	w.refused("contest.entry_not_live", w.organiser(), give)
	give.Entry = other.ID
	w.refused("contest.reason_missing", w.organiser(), contest.GiveLost{Award: "cd", Prize: "tt", From: gone.ID, Entry: other.ID})
	w.refused("contest.no_such_item", w.organiser(), contest.GiveLost{Award: "cd", Prize: "tt", From: other.ID, Entry: other.ID, Reason: "x"})
	w.refused("contest.receiver_not_entered", w.organiser(), contest.GiveLost{Award: "cd", Prize: "tt", From: gone.ID, Station: stationID(9), Reason: "x"})
	w.correct(give)
	if said := paper.CorrectionInWords(w.s.Corrections[2], text.Vietnamese); !strings.HasPrefix(said, "Giải bị rút theo khiếu nại KN-01 được trao lại") {
		t.Error(said)
	}
	if again := w.s.Corrections[2]; again.Complaint != "KN-01" || !again.Again { // what had taken it, not what came last
		t.Errorf("given again upon %+v", again)
	}
	if len(w.s.Lost()) > 0 || strings.Contains(said(), "Không trao Giải an toàn") || len(w.s.Corrections) != 3 {
		t.Errorf("given again, and %+v, %d corrections: %s", w.s.Lost(), len(w.s.Corrections), said())
	}
	if won := w.s.Winners(other.ID); !slices.ContainsFunc(won, func(g contest.Given) bool { return g.Award == "cd" && g.Amount == "500000" }) {
		t.Errorf("%+v", won)
	}
	w.replays()
	w.do(w.organiser(), contest.CloseContest{})
}

// withheld counts the places nobody got by rank.
func withheld(s *contest.State) (n int) {
	for _, g := range s.Given {
		if g.Withheld > 0 && !g.Lost {
			n++
		}
	}
	return n
}

// A prize for a collective that entered nothing may be a slip among many boxes.
func TestACollectiveThatEnteredNothingIsAskedAbout(t *testing.T) {
	w := decidedContest(t, func(r *contest.Rules) {
		r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Chuyên đề", Prizes: []contest.Prize{{ID: "tt", Name: "Tập thể", Count: 2, Special: true}}})
	})
	to := func(outside ...string) contest.GivePrizes {
		return contest.GivePrizes{Outside: outside, Special: []contest.Given{
			{Award: "cd", Prize: "tt", Station: stationID(2), Reason: "Nhiều bài"}, {Award: "cd", Prize: "tt", Station: stationID(9), Reason: "Nhiều bài"}}}
	}
	w.refused("contest.receiver_not_entered", w.organiser(), to())
	w.refused("contest.receiver_not_entered", w.organiser(), to(stationID(8)))
	err := w.try(w.organiser(), to())
	if said := fault.Of(err).Args["list"].(string); !strings.Contains(said, "Đài số 9") || strings.Contains(said, "Đài số 2") {
		t.Errorf("it names %s", said)
	}
	w.do(w.organiser(), to(stationID(9)))
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Text: "Sai"})
	// not asked again
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Sửa", Correction: contest.Correcting{RuleOut: []string{w.s.Entries[0].ID}}})
}

// After publication nothing changes by one person: what she proposes another organiser,
// or the chair, confirms; until then and when it is turned down everything is as it was.
func TestAPublishedResultIsCorrectedByTwo(t *testing.T) {
	w := decidedContest(t, func(r *contest.Rules) {
		r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Chuyên đề",
			Prizes: []contest.Prize{{ID: "tt", Name: "Giải an toàn", Count: 1, Special: true}}})
	})
	gone, other := w.s.Entries[0], w.s.Entries[4]
	w.do(w.organiser(), contest.GivePrizes{Special: []contest.Given{{Award: "cd", Prize: "tt", Entry: gone.ID, Reason: "Hay"}}})
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Text: "Sao chép"})
	w.do(w.organiser(), contest.FileComplaint{Who: "Bà B", Text: "Sai tiền"})
	first := slices.Clone(w.s.Given)
	uphold := contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng là sao chép", Correction: contest.Correcting{RuleOut: []string{gone.ID}}}
	same := func(when string) {
		t.Helper()
		if !slices.Equal(w.s.Given, first) || !gone.Live() || len(w.s.Corrections) > 0 || w.s.Complaints[0].Decision != nil {
			t.Fatalf("%s one person has changed what is public", when)
		}
	}
	told := func() string {
		t.Helper()
		m, err := paper.MinutesOf(w.s, w.s.Last(), noUnits, text.Vietnamese, w.now)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(m.Complaints, "\n")
	}
	yes := contest.DecideCorrection{ID: "DX-01", Confirm: true}
	w.refused("contest.no_correction", w.second(), yes)
	w.do(w.organiser(), uphold)
	same("proposed:")
	next, err := w.s.Corrected(w.s.Proposed)
	if err != nil || slices.Equal(next.Given, first) || next.Entry(gone.ID).Live() {
		t.Errorf("what it leads to is not shown: %v", err)
	}
	same("shown:")
	w.refused("contest.correction_own", w.organiser(), yes)
	w.refused("contest.chair_only", w.judge("J2"), yes)
	w.refused("accounts.denied", w.operator(1), yes)
	w.refused("contest.correction_waits", w.second(), contest.DecideComplaint{ID: "KN-02", Upheld: true, Reason: "x", Correction: uphold.Correction})
	w.refused("contest.correction_waits", w.organiser(), contest.DecideComplaint{ID: "KN-01", Reason: "Thôi"})
	w.refused("contest.reason_missing", w.second(), contest.DecideCorrection{ID: "DX-01"})
	if said := told(); !strings.Contains(said, "DX-01 (Ban tổ chức") {
		t.Errorf("the minutes say %s", said)
	}
	w.replays()
	w.do(w.judge("J1"), contest.DecideCorrection{ID: "DX-01", Reason: "Chưa đủ chứng cứ"})
	same("turned down:")
	if x := w.s.ToldOf("org"); x == nil || x.Turned.Reason != "Chưa đủ chứng cứ" || w.s.ToldOf("J1") != nil || w.s.ToldOf("org2") != nil {
		t.Errorf("who proposed it is told %+v", x)
	}
	w.refused("contest.correction_over", w.second(), yes) // of a page that was open
	w.do(w.organiser(), uphold)
	if x := w.s.ToldOf("org"); x != nil {
		t.Errorf("proposed anew, and she is told %+v", x)
	}
	w.refused("contest.correction_over", w.second(), yes)
	yes.ID = "DX-02"
	w.do(w.judge("J1"), yes)
	d, c := w.s.Complaints[0].Decision, w.s.Corrections[0]
	if gone.Live() || d.First != "Ban tổ chức" || d.By != "Giám khảo J1" || c.First != d.First || c.By != d.By || w.s.Proposed != nil {
		t.Errorf("%+v %+v", d, c)
	}

	give := contest.GiveLost{Award: "cd", Prize: "tt", From: gone.ID, Entry: other.ID, Reason: "Trao lại"}
	w.do(w.second(), give)
	w.do(w.organiser(), contest.DecideComplaint{ID: "KN-02", Reason: "Tiền đúng"})
	w.refused("contest.correction_waits", w.organiser(), contest.CloseContest{})
	if len(w.s.Lost()) != 1 {
		t.Error("one person gave the prize again")
	}
	w.do(w.organiser(), contest.DecideCorrection{ID: "DX-03", Confirm: true})
	said := told()
	for _, want := range []string{"Ban tổ chức đề nghị, Giám khảo J1 xác nhận", "Chưa đủ chứng cứ", "Phó ban tổ chức đề nghị, Ban tổ chức xác nhận"} {
		if !strings.Contains(said, want) {
			t.Errorf("the minutes lack %q: %s", want, said)
		}
	}
	again := w.replays()
	if again.Complaints[0].Decision.First != "Ban tổ chức" || len(again.TurnedDown) != 1 {
		t.Error("a replay forgets who proposed it")
	}
	w.do(w.organiser(), contest.CloseContest{})
}

// After a correction whoever reads the result learns which prize is no longer given,
// and a work that has one since is dated by the correction.
func TestAPrizeNoLongerGivenIsNamed(t *testing.T) {
	w := judged(t, 3, func(r *contest.Rules) { r.Awards[0].Prizes = ladder(1, 1, 1) })
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.now = w.now.Add(time.Hour)
	w.do(w.organiser(), contest.PublishResults{})
	published := w.now
	if len(paper.NoLongerOf(w.s, text.Vietnamese)) > 0 {
		t.Error("nothing was corrected")
	}
	gone := w.s.Given[0].Entry
	w.do(w.organiser(), contest.FileComplaint{Who: "Một thính giả", Text: "Bài nhất là sao chép"})
	w.now = w.now.Add(24 * time.Hour)
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng", Correction: contest.Correcting{RuleOut: []string{gone}}})
	want := "Không còn trao 1 Giải Ba như đã công bố lần đầu. Không trao 1 Giải Ba: không còn tác phẩm nào để trao."
	if got := paper.NoLongerOf(w.s, text.Vietnamese); len(got) != 1 || got[0].Text != want || got[0].Award != "chung" {
		t.Errorf("%+v", got)
	}
	if d, _ := paper.DecisionOf(w.s, text.Vietnamese, w.now); !slices.Contains(d.Notes, want) {
		t.Errorf("the draft decision: %q", d.Notes)
	}
	for _, e := range w.s.Entries {
		if at := w.s.WonAt(e.ID); !at.Equal(published) {
			t.Errorf("%s won at %v, the results were published at %v", e.Code, at, published)
		}
	}

	w = judged(t, 3, func(r *contest.Rules) { r.Awards[0].Prizes = ladder(1) })
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.FileComplaint{Who: "Một thính giả", Text: "Bài nhất là sao chép"})
	w.now = w.now.Add(24 * time.Hour)
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng", Correction: contest.Correcting{RuleOut: []string{w.s.Given[0].Entry}}})
	if at := w.s.WonAt(w.s.Given[0].Entry); !at.Equal(w.s.Corrections[0].At) {
		t.Errorf("who has the prize since the correction won at %v", at)
	}
}

// Who proposed, who confirmed and who judged are told truly wherever a correction shows,
// also where the judge whose sheet is dropped is who confirmed it.
func TestACorrectionTellsWhoDidWhat(t *testing.T) {
	for _, judge := range []string{"J1", "J2"} {
		t.Run(judge, func(t *testing.T) {
			w := decidedContest(t, nil)
			e, gone := w.s.Entries[2], w.s.Entries[4]
			w.do(w.organiser(), contest.PublishResults{})
			w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: e.ID, Text: "Phiếu ghi nhầm"})
			w.do(w.organiser(), contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Phiếu ghi nhầm", Correction: contest.Correcting{
				RuleOut: []string{gone.ID}, Exclude: []contest.Excluded{{Judge: judge, Entry: e.ID}}}})
			w.now = w.now.Add(time.Hour)
			w.do(w.judge("J1"), contest.DecideCorrection{ID: "DX-01", Confirm: true})
			const both = "Ban tổ chức đề nghị, Giám khảo J1 quyết định"
			wants := func(where, said string) {
				t.Helper()
				if !strings.Contains(said, both) || strings.Contains(said, "thôi chấm") || strings.Contains(said, "Không chấm") {
					t.Errorf("%s: %s", where, said)
				}
			}
			name := w.s.Judge(judge).Name
			for line := range strings.SplitSeq(minutes(w), "\n") {
				if strings.Contains(line, "phiếu đã ký của "+name) || strings.HasPrefix(line, "Loại tác phẩm") {
					wants("minutes", line)
				} else if strings.Contains(line, "Phiếu ghi nhầm") {
					t.Errorf("the minutes say %s", line)
				}
			}
			if n := strings.Count(minutes(w), both); n != 2 {
				t.Errorf("%d of two decisions name both people", n)
			}
			table, err := paper.ResultsOf(w.s, w.s.Last(), text.Vietnamese, w.now)
			if err != nil {
				t.Fatal(err)
			}
			wants("table", strings.Join(table.Groups[0].Uncounted, "\n"))
			notes := ""
			for _, j := range paper.JuriesOf(w.s, w.s.Last(), text.Vietnamese, w.now).Judges {
				for _, x := range j.Parts[0].Sheets {
					if x.Code == w.s.Last().Codes[gone.ID] {
						wants("a sheet of what was ruled out", x.Note)
					} else if j.Name == name && x.Note != "" {
						notes += x.Note
					} else if x.Note != "" {
						t.Errorf("%s, %s: %s", j.Name, x.Code, x.Note)
					}
				}
			}
			wants("sheets", notes)
			own := slices.IndexFunc(w.s.SignedBy(judge), func(x contest.SignedSheet) bool { return x.Dropped != nil })
			if own < 0 || w.s.SignedBy(judge)[own].Counts || w.s.SignedBy(judge)[own].First != "Ban tổ chức" || w.s.Uncounted()[0].First != "Ban tổ chức" {
				t.Errorf("her own list: %d, %+v", own, w.s.Uncounted())
			}
			w.replays()
		})
	}
}

// What a correction does to works nobody complained about is shown before it is
// confirmed, and why; what was published first stays beside it.
func TestACorrectionShowsWhatItMoves(t *testing.T) {
	w := newWorld(t, "chuan-hoa")
	r := plain()
	r.Rounds[0].Method = ranking.Normalised
	w.open(r)
	for i := 1; i <= 5; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(5, "chung-khao")
	w.toRound("chung-khao")
	by := byEntry(w)
	w.score(func(k *contest.Task, c contest.Criterion) ranking.Points {
		if k.Judge == "J2" { // a strict one
			return by(k, c) / ranking.Point * ranking.Point / 2
		}
		return by(k, c)
	})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	e := w.s.Entries[2]
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: e.ID, Text: "Phiếu ghi nhầm"})
	was, err := w.s.Places(w.s.Last())
	if err != nil {
		t.Fatal(err)
	}
	w.do(w.organiser(), contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Ghi nhầm", Correction: contest.Correcting{
		Exclude: []contest.Excluded{{Judge: "J2", Entry: e.ID}}}})
	list, err := w.s.Shifts(w.s.Proposed)
	if err != nil || len(list) != 5 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, x := range list {
		if x.About != (x.Entry == e.ID) || x.Before == nil || x.After == nil || !x.Moved() {
			t.Errorf("%+v", x)
		}
	}
	out, err := w.s.Unlearned(w.s.Proposed)
	if err != nil || len(out) != 1 || out[0].Judge != "J2" || out[0].Works != 4 {
		t.Errorf("%+v, %v", out, err)
	}
	w.do(w.judge("J1"), contest.DecideCorrection{ID: "DX-01", Confirm: true})
	if !slices.Equal(w.s.Corrections[0].Places, was) {
		t.Errorf("published first: %+v, kept %+v", was, w.s.Corrections[0].Places)
	}
	now, err := w.s.Places(w.s.Last())
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range contest.Shifted(was, now) {
		if *x.After != *list[i].After || *x.Before != *list[i].Before {
			t.Errorf("foretold %+v, came %+v", list[i], x)
		}
	}
	table, err := paper.ResultsOf(w.s, w.s.Last(), text.Vietnamese, w.now)
	if err != nil || len(table.FirstMarks) != 5 {
		t.Fatalf("%+v, %v", table.FirstMarks, err)
	}
	for _, x := range table.FirstMarks {
		if x.Points == x.PointsTo || x.Points == "–" {
			t.Errorf("%+v", x)
		}
	}
	w.replays()
}

// A work that is ruled out has a place before and none after it.
func TestACorrectionThatRulesAWorkOutMovesOnlyRanks(t *testing.T) {
	w := decidedContest(t, nil)
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Text: "Sao chép"})
	gone := w.s.Entries[0].ID
	w.do(w.organiser(), contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng", Correction: contest.Correcting{RuleOut: []string{gone}}})
	list, err := w.s.Shifts(w.s.Proposed)
	if err != nil || len(list) != 6 {
		t.Fatalf("%+v, %v", list, err)
	}
	for i, x := range list {
		if last := i == 5; last != (x.Entry == gone) || last != (x.After == nil) || x.Moved() != last || !last && x.After.Rank != x.Before.Rank-1 {
			t.Errorf("%+v", x)
		}
	}
}
