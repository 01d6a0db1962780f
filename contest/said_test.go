package contest_test

import (
	"slices"
	"strings"
	"testing"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// Two tabs, two people: who comes second is told that it is done, by whom and when.
func TestASecondStartOrFinishSaysWhoDidIt(t *testing.T) {
	w := signedContest(t, nil)
	began := w.now
	err := w.try(w.organiser(), contest.StartRound{Round: "chung-khao"})
	if e := fault.Of(err); e == nil || e.Code != "contest.round_started" || e.Args["by"] != "Ban tổ chức" || e.Args["name"] != "Chung khảo" {
		t.Errorf("started at %s: %v", began, err)
	}
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.refused("contest.round_over", w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.refused("contest.round_started", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w.refused("contest.not_next_round", w.organiser(), contest.StartRound{Round: "khong-co"})
	w.refused("contest.not_running", w.organiser(), contest.FinishRound{Round: "khong-co"})
}

// The chair's order of level works: what is wrong with it is said, with the numbers
// that must stand there.
func TestAWrongOrderOfATieSaysWhatIsWrong(t *testing.T) {
	w := newWorld(t, "bang-diem")
	r := plain()
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByChair}}
	w.open(r)
	for i := 1; i <= 4; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	level := w.s.Running().Entries[:2]
	w.score(func(t *contest.Task, _ contest.Criterion) ranking.Points {
		if i := slices.Index(w.s.Running().Entries, t.Entry); i > 1 {
			return pt(i)
		}
		return pt(8)
	})
	a, b, other := level[0], level[1], w.s.Running().Entries[2]
	for code, orders := range map[string][][]string{
		"contest.tie_twice":     {{a, a}, {a, b, b}},
		"contest.tie_unlike":    {{a}, {b}, {a, b, other}, {a, other}},
		"contest.no_tie":        {{other}},
		"contest.order_missing": {{}},
	} {
		for _, order := range orders {
			w.refused(code, w.judge("J1"), contest.DecideTie{Entries: order, Reason: "Hay hơn"})
		}
	}
	err := w.try(w.judge("J1"), contest.DecideTie{Entries: []string{a}, Reason: "Hay hơn"})
	if said := fault.Of(err).Args["codes"]; said != w.s.Running().Codes[a]+", "+w.s.Running().Codes[b] {
		t.Errorf("it names %v", said)
	}
	w.do(w.judge("J1"), contest.DecideTie{Entries: []string{b, a}, Reason: "Hay hơn"})
}

// A correction about a judge who did not score the work says so.
func TestACorrectionOfASheetThereIsNot(t *testing.T) {
	w := newWorld(t, "khong-cham")
	w.open(plain())
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	e := w.s.Entries[0]
	w.do(w.organiser(), contest.ReportTie{Judge: "J3", Entry: e.ID, Note: "Người nhà"})
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.refused("contest.judge_not_on_work", w.organiser(), contest.ExcludeJudge{Judge: "J3", Entry: e.ID, Reason: "x"})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: e.ID, Text: "Sai"})
	uphold := func(judge, entry string) contest.DecideComplaint {
		return contest.DecideComplaint{ID: "KN-01", Upheld: true,
			Reason: "Đúng", Correction: contest.Correcting{Exclude: []contest.Excluded{{Judge: judge, Entry: entry}}}}
	}
	w.refused("contest.judge_not_on_work", w.organiser(), uphold("J3", e.ID))
	w.refused("contest.unknown_judge", w.organiser(), uphold("J9", e.ID))
	w.refused("contest.unknown_entry", w.organiser(), uphold("J3", "none"))
}

// Two choices with one name are none: every list of the rules is looked through
// before a contest opens, and what is open cannot come to have two.
func TestTwoItemsOfOneListNeedTwoNames(t *testing.T) {
	same := map[string]func(r *contest.Rules){
		"themes.1.name": func(r *contest.Rules) {
			r.Themes = append(r.Themes, contest.Theme{ID: "x", Name: " nông  thôn MỚI "})
		},
		"categories.1.name": func(r *contest.Rules) { c := r.Categories[0]; c.ID = "x"; r.Categories = append(r.Categories, c) },
		"categories.0.sections.1.name": func(r *contest.Rules) {
			r.Categories[0].Sections = []contest.Section{{ID: "a", Name: "Tin", MaxSeconds: 60}, {ID: "b", Name: "Tin", MaxSeconds: 60}}
		},
		"rounds.0.parts.0.criteria.1.name": func(r *contest.Rules) { r.Rounds[0].Parts[0].Criteria[1].Name = r.Rounds[0].Parts[0].Criteria[0].Name },
		"awards.0.prizes.3.name":           func(r *contest.Rules) { r.Awards[0].Prizes[3].Name = "Giải Nhất" },
		"awards.1.name": func(r *contest.Rules) {
			r.Awards = append(r.Awards, contest.Award{ID: "x", Name: "Giải chung", Prizes: ladder(1)})
		},
	}
	for at, edit := range same {
		r := plain()
		edit(&r)
		err := r.Openable(opens)
		e := fault.Of(err)
		if e == nil || !slices.ContainsFunc(append(e.Parts, e), func(p *fault.Error) bool { return p.Code == "contest.same_name" && p.Field == at }) {
			t.Errorf("%s: %v", at, err)
		}
		w := newWorld(t, "trung-ten-muc")
		w.open(plain())
		if strings.HasPrefix(at, "awards") || strings.HasPrefix(at, "themes") {
			w.refused("contest.same_name", w.organiser(), contest.ChangeRules{Rules: r, Reason: "x"})
		}
	}
}

// A jury has one chair: a second is refused with the name of the first, and one who
// comes back does not preside beside who took her place.
func TestAJuryHasOneChair(t *testing.T) {
	w := newWorld(t, "mot-truong-ban")
	w.open(plain())
	w.jury(3, "chung-khao") // J1 presides
	appoint := func(person string, chair bool) contest.AppointJudge {
		return contest.AppointJudge{Judge: contest.Judge{Person: person, Chair: chair}}
	}
	w.refused("contest.chair_taken", w.organiser(), appoint("J2", true))
	w.refused("contest.chair_taken", w.organiser(), appoint("J4", true))
	if said := text.Vietnamese.Fault(w.try(w.organiser(), appoint("J2", true))); !strings.Contains(said, "Giám khảo J1") {
		t.Error(said)
	}
	w.do(w.organiser(), appoint("J1", true)) // herself again
	w.do(w.organiser(), contest.RemoveJudge{Person: "J1", Reason: "ốm"})
	w.do(w.organiser(), appoint("J2", true))
	w.do(w.organiser(), contest.ReturnJudge{Person: "J1", Reason: "đã khoẻ"})
	if w.s.Chair("J1") || w.s.Presiding() != w.s.Judge("J2") {
		t.Errorf("%s presides, and J1 is chair: %v", w.s.Presiding().Name, w.s.Chair("J1"))
	}
	w.do(w.organiser(), appoint("J2", false))
	w.do(w.organiser(), appoint("J1", true))
	w.replays()
}

// Who does again what another has done is told by whom it was done, when, and what.
func TestWhatWasDoneIsSaidWithWhoAndWhat(t *testing.T) {
	w := newWorld(t, "lam-lai")
	w.open(plain())
	says := func(by accounts.Actor, c contest.Command, code string, words ...string) {
		t.Helper()
		w.refused(code, by, c)
		for _, lang := range []text.Language{text.Vietnamese, text.English} {
			said := lang.Fault(w.try(by, c))
			for _, s := range words {
				if lang == text.Vietnamese && !strings.Contains(said, s) || strings.ContainsAny(said, "{}") || strings.Contains(said, "/0001") ||
					strings.Contains(said, "Jan 0001") {
					t.Errorf("%T: %q lacks %q", c, said, s)
				}
			}
		}
	}
	at := func() string { return text.Vietnamese.DateTime(w.now) }
	second := w.second()
	says(second, contest.OpenContest{}, "contest.not_draft", "Ban tổ chức", "Đang nhận tác phẩm", "bắt đầu vòng “Chung khảo” (chung-khao)")
	for i := 1; i <= 6; i++ {
		w.enter(i, w.work(i))
	}
	ids := func(i int) string { return w.s.Entries[i].ID }
	says(second, contest.PublishResults{}, "contest.not_decided", "Đang nhận tác phẩm", "bắt đầu vòng")
	says(second, contest.CloseContest{}, "contest.not_published", "Đang nhận tác phẩm")
	says(second, contest.FinishRound{Round: "chung-khao"}, "contest.not_running", "Đang nhận tác phẩm")
	says(second, contest.StartRound{Round: "khong-co"}, "contest.not_next_round", "Đang nhận tác phẩm")
	w.do(w.operator(1), contest.WithdrawEntry{Entry: ids(0), Reason: "gửi nhầm"})
	says(second, contest.RuleOutEntry{Entry: ids(0), Reason: "x"}, "contest.entry_not_live", "đã được rút", "gửi nhầm", at())
	w.do(w.organiser(), contest.RuleOutEntry{Entry: ids(1), Reason: "chép bài"})
	says(second, contest.RuleOutEntry{Entry: ids(1), Reason: "x"}, "contest.entry_not_live", "đã bị loại", "Ban tổ chức", "chép bài", at())
	w.jury(5, "chung-khao")
	w.do(w.organiser(), contest.RemoveJudge{Person: "J5", Reason: "ốm"})
	says(second, contest.RemoveJudge{Person: "J5", Reason: "x", Drop: true}, "contest.judge_gone", "Ban tổ chức", at(), "ốm", "vẫn được tính")
	says(second, contest.AppointJudge{Judge: contest.Judge{Person: "J5"}}, "contest.judge_was_removed", "Ban tổ chức", at(), "ốm")
	w.do(w.organiser(), contest.ReturnJudge{Person: "J5", Reason: "khoẻ lại"})
	says(second, contest.ReturnJudge{Person: "J5", Reason: "x"}, "contest.judge_came_back", "Ban tổ chức", at(), "khoẻ lại")
	w.toRound("chung-khao")
	says(second, contest.FinishRound{Round: "khong-co"}, "contest.not_running", "Đang chấm", "kết thúc vòng “Chung khảo” (chung-khao)")
	w.score(byEntry(w))
	task := w.s.Running().Of("J2")[0]
	w.do(w.judge("J1"), contest.ReopenSheet{Task: task.ID, Reason: "cộng nhầm"})
	says(w.judge("J1"), contest.ReopenSheet{Task: task.ID, Reason: "x"}, "contest.sheet_reopened", "Giám khảo J1", at(), "cộng nhầm")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.RemoveJudge{Person: "J4", Reason: "nhận quà", Drop: true})
	says(second, contest.RemoveJudge{Person: "J4", Reason: "x"}, "contest.judge_gone", "Ban tổ chức", at(), "nhận quà", "được đề nghị không tính")
	w.do(w.judge("J1"), contest.KeepJudge{Judge: "J4", Entry: ids(2), Also: []string{ids(3), ids(4), ids(5)}, Reason: "không có căn cứ"})
	says(w.judge("J1"), contest.KeepJudge{Judge: "J4", Entry: ids(2), Reason: "x"}, "contest.point_kept", "Giám khảo J1", at(), "giữ phiếu")
	w.do(w.organiser(), contest.ReportTie{Judge: "J3", Entry: ids(3), Note: "Người nhà"})
	w.do(w.judge("J1"), contest.ExcludeJudge{Judge: "J3", Entry: ids(3), Reason: "đúng thế"})
	says(second, contest.ExcludeJudge{Judge: "J3", Entry: ids(3), Reason: "x"}, "contest.judge_off_work", "Giám khảo J1", at())
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	says(second, contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "a", Name: "A", Judges: []string{"J1"}}}},
		"contest.round_begun", "Ban tổ chức", at())
	says(second, contest.CloseContest{}, "contest.not_published", "Đang chấm", "xét giải")
	w.do(w.organiser(), contest.GivePrizes{})
	says(second, contest.CloseContest{}, "contest.not_published", "Đang chấm", "công bố kết quả")
	says(second, contest.FileComplaint{Who: "Bà A", Text: "Sai"}, "contest.complain_later", "sau khi công bố")
	w.do(w.organiser(), contest.PublishResults{})
	for code, c := range map[string]contest.Command{"contest.already_published": contest.PublishResults{}, "contest.prizes_decided": contest.GivePrizes{},
		"contest.entry_not_live": contest.RuleOutEntry{Entry: ids(2), Reason: "x"}} {
		says(second, c, code, "Ban tổ chức", at())
	}
	for range 3 {
		w.do(w.organiser(), contest.FileComplaint{Who: "Bà A", Text: "Sai"})
	}
	w.do(w.organiser(), contest.DecideComplaint{ID: "KN-01", Reason: "không có cơ sở"})
	says(second, contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "x"}, "contest.complaint_decided", "không chấp nhận",
		"Ban tổ chức", at(), "không có cơ sở")
	uphold := contest.DecideComplaint{ID: "KN-02", Upheld: true, Reason: "chép bài", Correction: contest.Correcting{RuleOut: []string{ids(2)}}}
	w.do(w.organiser(), uphold)
	first := w.s.Proposed.ID
	says(second, uphold, "contest.correction_waits", first, "Ban tổ chức")
	w.do(second, contest.DecideCorrection{ID: first, Reason: "chưa đủ chứng cứ"})
	says(w.organiser(), contest.DecideCorrection{ID: first, Confirm: true}, "contest.correction_over", "đã bị trả lại",
		"Phó ban tổ chức", at(), "chưa đủ chứng cứ")
	w.correct(uphold)
	says(second, contest.DecideCorrection{ID: "DX-02", Confirm: true}, "contest.correction_over", "đã được xác nhận", "Phó ban tổ chức", at())
	says(second, uphold, "contest.complaint_decided", "chấp nhận, kết quả đã được sửa", "Phó ban tổ chức", at(), "chép bài")
	w.do(w.organiser(), contest.DecideComplaint{ID: "KN-03", Reason: "trùng"})
	w.do(w.organiser(), contest.CloseContest{})
	says(second, contest.CloseContest{}, "contest.closed", "Ban tổ chức", at())
	w.replays()
}
