package contest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// low is the word of a judge that a mark of ten of hers should have been nothing.
func low(t *contest.Task) contest.MendSheet {
	return contest.MendSheet{Task: t.ID, Marks: map[string]ranking.Points{"k1": 0}, Reason: "Gõ nhầm ô"}
}

func confirm(id string) contest.DecideCorrection {
	return contest.DecideCorrection{ID: id, Confirm: true}
}

// publishedContest is decidedContest with its results public.
func publishedContest(t *testing.T, edit func(*contest.Rules)) *world {
	w := decidedContest(t, edit)
	w.do(w.organiser(), contest.PublishResults{})
	w.now = w.now.Add(time.Hour)
	return w
}

// A mark found miswritten after the results are public: its judge says so, another person
// confirms it, and everything that follows from marks follows.
func TestMarksWrittenWrongAreCorrectedByTwo(t *testing.T) {
	w := publishedContest(t, func(r *contest.Rules) {
		r.Awards = append(r.Awards, contest.Award{ID: "cd", Name: "Chuyên đề",
			Prizes: []contest.Prize{{ID: "tt", Name: "Tập thể", Count: 1, Special: true}}})
	})
	best, next := w.s.Entries[0], w.s.Entries[1]
	sheet, before := w.sheet("J2", best.ID), slices.Clone(w.s.Given)
	was := sheet.Sheet
	w.do(w.judge("J2"), low(sheet))
	if !slices.Equal(w.s.Given, before) || sheet.Sheet.SignedSeq != was.SignedSeq || len(w.s.Corrections) > 0 {
		t.Error("one person has changed what is public")
	}
	list, err := w.s.Shifts(w.s.Proposed)
	if err != nil || len(list) != 6 || !w.s.CorrectsPublic(w.s.Proposed) {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, x := range list {
		if own := x.Entry == best.ID; x.About != own || x.Moved() != own {
			t.Errorf("foretold: %+v", x)
		}
	}
	if own := w.s.SignedBy("J2"); !slices.ContainsFunc(own, func(x contest.SignedSheet) bool {
		return x.ID == sheet.ID && len(x.Mends) == 1 && x.Mends[0].Turned == nil && !x.Mendable
	}) {
		t.Error("the judge does not read that it waits")
	}
	w.refused("contest.chair_only", w.judge("J2"), confirm("DX-01"))
	w.refused("contest.chair_only", w.judge("J3"), confirm("DX-01"))
	w.refused("accounts.denied", w.operator(1), confirm("DX-01"))
	w.refused("contest.mend_waits", w.judge("J3"), low(w.sheet("J3", best.ID)))
	w.refused("contest.correction_waits", w.organiser(), contest.CloseContest{})
	w.do(w.organiser(), contest.DecideCorrection{ID: "DX-01", Reason: "Chưa rõ"})
	w.do(w.judge("J2"), low(sheet))
	w.do(w.judge("J2"), contest.DecideCorrection{ID: "DX-02", Reason: "Tôi nhầm"})
	if own := w.s.SignedBy("J2"); !slices.ContainsFunc(own, func(x contest.SignedSheet) bool {
		return x.ID == sheet.ID && len(x.Mends) == 2 && x.Mends[1].Turned.Reason == "Tôi nhầm" && x.Mendable
	}) {
		t.Error("the judge does not read what became of it")
	}
	w.do(w.judge("J2"), low(sheet))
	w.now = w.now.Add(time.Hour)
	w.do(w.second(), confirm("DX-03"))

	kept := sheet.Sheet.Earlier
	if len(kept) != 1 || kept[0].Marks["k1"] != pt(10) || kept[0].Proposal != "DX-03" || kept[0].ReopenedBy != "Phó ban tổ chức" ||
		sheet.Sheet.Marks["k1"] != 0 || sheet.Sheet.Marks["k2"] != pt(10) || !sheet.Final() || sheet.Sheet.Comment != was.Comment {
		t.Errorf("the sheet is %+v", sheet.Sheet)
	}
	if c := w.s.Corrections; len(c) != 1 || !c[0].Mended || c[0].Proposal != "DX-03" || c[0].First != "Giám khảo J2" || c[0].By != "Phó ban tổ chức" ||
		!slices.Equal(c[0].Before, before) {
		t.Errorf("%+v", c)
	}
	won := func(entry string) string { return w.s.Winners(entry)[0].Prize }
	if won(next.ID) != "nhat" || won(best.ID) != "nhi" || !w.s.WonAt(next.ID).Equal(w.s.PublishedAt) {
		t.Errorf("the prizes are %+v", w.s.Given)
	}
	if f, _, err := paper.FeedbackOf(w.s, best, text.Vietnamese, w.now); err != nil || f.Rank != 2 || f.Parts[0].Criteria[0].Low != 0 {
		t.Errorf("the entrant is told %+v, %v", f, err)
	}
	certificates := paper.CertificatesOf(w.s, w.s.Certificate, w.now)
	if len(certificates) == 0 || w.s.Given[0].Entry != next.ID {
		t.Error("the certificates do not follow")
	}
	said := minutes(w)
	for _, want := range []string{"Tiêu chí 1: 10 → 0", "Cộng phiếu: 100,00 → 60,00", "Giám khảo J2 đề nghị, Phó ban tổ chức xác nhận", "Gõ nhầm ô",
		"Chưa rõ", "Tôi nhầm"} {
		if !strings.Contains(said, want) {
			t.Errorf("the minutes lack %q:\n%s", want, said)
		}
	}
	m := minutesOf(w, w.s.Last())
	if told := strings.Join(m.Complaints, "\n"); !strings.Contains(told, "ghi nhầm điểm (DX-03)") || len(m.First) == 0 || len(m.FirstMarks) != 6 {
		t.Errorf("the minutes tell of the result: %s", told)
	}
	juries := paper.JuriesOf(w.s, w.s.Last(), text.Vietnamese, w.now)
	earlier := 0
	for _, j := range juries.Judges {
		for _, p := range j.Parts {
			for _, x := range p.Earlier {
				earlier++
				if !strings.Contains(x.Note, "Sửa vì ghi nhầm") {
					t.Errorf("the sheet notes %q", x.Note)
				}
			}
		}
	}
	if earlier != 1 {
		t.Errorf("%d older sheets are printed", earlier)
	}
	again := w.replays()
	if len(again.Corrections) != 1 || again.Corrections[0].First != "Giám khảo J2" || len(again.TurnedDown) != 2 {
		t.Error("a replay forgets who proposed it")
	}
	w.refused("contest.correction_over", w.second(), confirm("DX-03"))
	w.do(w.organiser(), contest.CloseContest{})
	w.refused("contest.closed", w.judge("J2"), low(sheet))
}

func TestWhatIsNoCorrectionOfASheet(t *testing.T) {
	w := publishedContest(t, nil)
	e := w.s.Entries[0]
	sheet := w.sheet("J2", e.ID)
	with := func(edit func(*contest.MendSheet)) contest.MendSheet {
		c := low(sheet)
		edit(&c)
		return c
	}
	w.refused("contest.sheet_not_yours", w.judge("J3"), low(sheet))
	w.refused("contest.sheet_not_yours", w.judge("J2"), with(func(c *contest.MendSheet) { c.Task = "none" }))
	w.refused("accounts.denied", w.organiser(), low(sheet))
	w.refused("contest.not_on_jury", w.judge("J9"), low(sheet))
	w.refused("contest.mark_out_of_range", w.judge("J2"), with(func(c *contest.MendSheet) { c.Marks = map[string]ranking.Points{"k1": pt(11)} }))
	w.refused("contest.mark_off_step", w.judge("J2"), with(func(c *contest.MendSheet) { c.Marks = map[string]ranking.Points{"k1": pt(9) + 1} }))
	w.refused("contest.unknown_criterion", w.judge("J2"), with(func(c *contest.MendSheet) { c.Marks = map[string]ranking.Points{"k9": pt(1)} }))
	w.refused("contest.mend_same", w.judge("J2"), with(func(c *contest.MendSheet) { c.Marks = nil }))
	w.refused("contest.mend_same", w.judge("J2"), with(func(c *contest.MendSheet) { c.Marks = map[string]ranking.Points{"k1": pt(10)} }))
	w.refused("contest.reason_missing", w.judge("J2"), with(func(c *contest.MendSheet) { c.Reason = " " }))
	w.refused("contest.text_too_long", w.judge("J2"), with(func(c *contest.MendSheet) { c.Reason = strings.Repeat("a", 2001) }))

	// Marks that stay as they are are not of the proposal.
	w.do(w.judge("J2"), with(func(c *contest.MendSheet) { c.Marks = map[string]ranking.Points{"k1": pt(9), "k2": pt(10)} }))
	if marks := w.s.Proposed.Mend.Marks; len(marks) != 1 || marks["k1"] != pt(9) {
		t.Errorf("proposed: %v", marks)
	}
	// The sheet is dropped, or its work leaves, while the proposal waits: nothing is left to correct.
	w.do(w.organiser(), contest.DecideCorrection{ID: "DX-01", Reason: "Để khiếu nại trước"})
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Text: "Quen biết"})
	w.correct(contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng", Correction: contest.Correcting{
		Exclude: []contest.Excluded{{Judge: "J2", Entry: e.ID}}}})
	w.refused("contest.mend_dropped", w.judge("J2"), low(sheet))
	w.do(w.organiser(), contest.FileComplaint{Who: "Bà B", Text: "Sao chép"})
	w.correct(contest.DecideComplaint{ID: "KN-02", Upheld: true, Reason: "Đúng", Correction: contest.Correcting{RuleOut: []string{e.ID}}})
	w.refused("contest.mend_out", w.judge("J3"), low(w.sheet("J3", e.ID)))

	w = judged(t, 3, nil)
	sheet = w.s.Running().Tasks[0]
	w.refused("contest.mend_running", w.judge(sheet.Judge), low(sheet))
}

// Before the results are public the same is done for a round that is over: prizes that
// were given are given anew, and nothing is published over a proposal that waits.
func TestMarksAreCorrectedBeforeTheResultsArePublic(t *testing.T) {
	w := decidedContest(t, nil)
	e := w.s.Entries[0]
	w.do(w.judge("J2"), low(w.sheet("J2", e.ID)))
	if w.s.CorrectsPublic(w.s.Proposed) {
		t.Error("nothing is public")
	}
	w.refused("contest.correction_waits", w.organiser(), contest.PublishResults{})
	w.do(w.judge("J1"), confirm("DX-01"))
	if w.s.Given != nil || !slices.Equal(w.s.Outdated.Why, []string{contest.OutdatedByMend}) || !text.Has(contest.OutdatedByMend) || w.s.Proposed != nil {
		t.Errorf("given %v, outdated %+v", w.s.Given, w.s.Outdated)
	}
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	if len(w.s.Corrections) > 0 || w.s.Winners(e.ID)[0].Prize != "nhi" {
		t.Errorf("%+v, %+v", w.s.Corrections, w.s.Given)
	}
	w.replays()

	// The chair cannot confirm what she proposed herself.
	w = decidedContest(t, nil)
	w.do(w.judge("J1"), low(w.sheet("J1", w.s.Entries[0].ID)))
	w.refused("contest.correction_own", w.judge("J1"), confirm("DX-01"))
	w.do(w.organiser(), confirm("DX-01"))

	// A sheet that is dropped while its correction waits stays dropped.
	w = decidedContest(t, nil)
	w.do(w.judge("J2"), low(w.sheet("J2", w.s.Entries[0].ID)))
	w.exclude("J2", w.s.Entries[0].ID)
	if _, err := w.s.Corrected(w.s.Proposed); !fault.Is(err, "contest.mend_dropped") {
		t.Errorf("shown as %v", err)
	}
	w.refused("contest.mend_dropped", w.organiser(), confirm("DX-01"))
	w.do(w.organiser(), contest.DecideCorrection{ID: "DX-01", Reason: "Phiếu không còn tính"})

	// Who left the jury since has said what she said: her marks count, and so does the correction.
	w = decidedContest(t, nil)
	w.do(w.judge("J2"), low(w.sheet("J2", w.s.Entries[0].ID)))
	w.do(w.organiser(), contest.RemoveJudge{Person: "J2", Reason: "Chuyển công tác"})
	w.do(w.organiser(), confirm("DX-01"))
	w.refused("contest.not_on_jury", w.judge("J2"), low(w.sheet("J2", w.s.Entries[1].ID)))
	w.replays()
}

// In an earlier round the marks are put right, and who went on stays as decided.
func TestMarksOfAnEarlierRoundAreCorrected(t *testing.T) {
	w, ids := levelContest(t)
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	first := w.s.Rounds[0]
	on := slices.Clone(first.Finished.Promoted)
	sheet := w.sheet("J2", ids[0])
	w.do(w.judge("J2"), low(sheet))
	if keys := openKeys(w, contest.StartRound{Round: "chung-khao"}); !slices.Contains(keys, "contest.open_mend") {
		t.Errorf("starting the next round asks about %v", keys)
	}
	w.do(w.organiser(), confirm("DX-01"))
	w.toRound("chung-khao")
	w.refused("contest.chair_waits", w.judge("J1"), confirm("DX-01"))
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	given := slices.Clone(w.s.Given)
	other := first.Tasks[slices.IndexFunc(first.Tasks, func(k *contest.Task) bool { return k.Judge == "J3" && k.Entry == ids[0] })]
	w.do(w.judge("J3"), low(other))
	w.do(w.judge("J1"), confirm("DX-02"))
	if !slices.Equal(w.s.Given, given) || len(w.s.Corrections) > 0 || w.s.Proposed != nil || !slices.Equal(first.Finished.Promoted, on) {
		t.Error("prizes or who went on changed")
	}
	said := strings.Join(minutesOf(w, first).Decisions, "\n")
	if strings.Count(said, "danh sách vào vòng sau giữ nguyên") != 2 {
		t.Errorf("the minutes say %s", said)
	}
	w.replays()
}

// An order of level works that a correction leaves without ground is told as unused; works
// that come to be level over two prizes are put in order by who may, as it is confirmed.
func TestACorrectionMakesAndUnmakesTies(t *testing.T) {
	level := func() (*world, []*contest.Entry) {
		w := signedContest(t, func(r *contest.Rules) {
			r.Awards[0].Ties = ranking.Chair
			r.Rounds[0].TieBreaks = nil
		})
		w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
		w.do(w.organiser(), contest.GivePrizes{})
		w.do(w.organiser(), contest.PublishResults{})
		return w, w.s.Entries
	}
	w, list := level()
	// 25 points of one of five sheets are 5 of the mean, as much as the first is above the second.
	fall := func(judge string) contest.MendSheet {
		return contest.MendSheet{Task: w.sheet(judge, list[0].ID).ID, Reason: "Gõ nhầm",
			Marks: map[string]ranking.Points{"k1": pt(6), "k2": pt(7)}} // 16 + 9
	}
	w.do(w.judge("J2"), fall("J2"))
	if _, err := w.s.Corrected(w.s.Proposed); !fault.Is(err, "contest.tie_at_cut") {
		t.Fatalf("level over two prizes: %v", err)
	}
	w.refused("contest.tie_at_cut", w.second(), confirm("DX-01"))
	with := func(reason string, entries ...*contest.Entry) contest.DecideCorrection {
		c := confirm("DX-01")
		c.Reason = reason
		var order []string
		for _, e := range entries {
			order = append(order, e.ID)
		}
		c.Ties = [][]string{order}
		return c
	}
	w.refused("contest.order_is_chairs", w.second(), with("Hay hơn", list[1], list[0]))
	w.refused("contest.reason_missing", w.judge("J1"), with("", list[1], list[0]))
	w.refused("contest.tie_unlike", w.judge("J1"), with("Hay hơn", list[1], list[0], list[2]))
	w.do(w.judge("J1"), with("Giọng đọc hay hơn", list[1], list[0]))
	if w.s.Winners(list[1].ID)[0].Prize != "nhat" || w.s.Winners(list[0].ID)[0].Prize != "nhi" {
		t.Errorf("%+v", w.s.Given)
	}
	if said := minutes(w); !strings.Contains(said, "Giọng đọc hay hơn") {
		t.Errorf("the minutes say %s", said)
	}
	w.replays()
	// Corrected once more they are not level, and the order has nothing to order.
	more := fall("J3")
	delete(more.Marks, "k2")
	w.do(w.judge("J3"), more)
	order := with("x", list[1], list[0])
	order.ID = "DX-02"
	w.refused("contest.no_tie", w.judge("J1"), order)
	w.do(w.second(), confirm("DX-02"))
	orders, err := w.s.TieOrders(w.s.Last())
	if err != nil || len(orders) != 1 || orders[0].State != contest.OrderUnused {
		t.Errorf("%+v, %v", orders, err)
	}
	if said := minutes(w); !strings.Contains(said, text.Vietnamese.Say("contest.order_unused", "codes", "")) {
		t.Errorf("the minutes say of the order: %s", said)
	}
	w.replays()

	// Of a sheet of the chair's own the organiser puts them in order.
	w, list = level()
	w.do(w.judge("J1"), fall("J1"))
	w.do(w.organiser(), with("Giọng đọc hay hơn", list[1], list[0]))
	tie := w.s.Last().Ties[0]
	if tie.Complaint != "DX-01" || tie.By != "Ban tổ chức" {
		t.Errorf("%+v", tie)
	}
	w.replays()
}

// Judges who differ too much because of a correction cannot confer any more: the chair is
// not asked to.
func TestNobodyConfersOnceTheRoundIsOver(t *testing.T) {
	w := signedContest(t, func(r *contest.Rules) { r.Rounds[0].Gap = pt(20) })
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.judge("J2"), low(w.sheet("J2", w.s.Entries[0].ID)))
	w.do(w.organiser(), confirm("DX-01"))
	if len(w.s.Gaps(w.s.Last())) != 1 {
		t.Fatal("nothing lies apart")
	}
	if v, err := w.s.ForChair("J1"); err != nil || len(v.Gaps) > 0 {
		t.Errorf("the chair is asked about %+v, %v", v.Gaps, err)
	}
}

// A log in which one person did both, or in which the marks are none, is not ours.
func TestAForgedCorrectionOfASheetIsFound(t *testing.T) {
	w := publishedContest(t, nil)
	w.do(w.judge("J2"), low(w.sheet("J2", w.s.Entries[0].ID)))
	w.do(w.second(), confirm("DX-01"))
	forge := func(name, kind string, edit func(*contest.Event)) {
		t.Helper()
		log, changed := slices.Clone(w.log), false
		for i := range log {
			if log[i].Kind == kind {
				was := string(log[i].Body) + log[i].By
				edit(&log[i])
				changed = changed || was != string(log[i].Body)+log[i].By
			}
		}
		if _, err := contest.Replay(w.s.ID, each(resealed(log))); err == nil || !changed {
			t.Errorf("%s: %v, changed %v", name, err, changed)
		}
	}
	swap := func(from, to string) func(*contest.Event) {
		return func(e *contest.Event) { e.Body = []byte(strings.Replace(string(e.Body), from, to, 1)) }
	}
	forge("confirmed by herself", "sheet.mended", func(e *contest.Event) { e.By = "J2" })
	forge("the result confirmed by herself", "contest.results_corrected", func(e *contest.Event) { e.By = "J2" })
	forge("proposed by another", "correction.proposed", func(e *contest.Event) { e.By = "J3" })
	forge("out of range", "correction.proposed", swap(`"k1":"0"`, `"k1":"12"`))
	forge("other marks", "correction.proposed", swap(`"k1":"0"`, `"k1":"9"`))
	forge("another proposal", "sheet.mended", swap("DX-01", "DX-09"))
}
