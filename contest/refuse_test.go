package contest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// judged is a plain contest with n entries and three judges, round running.
func judged(t testing.TB, n int, edit func(*contest.Rules)) *world {
	r := plain()
	if edit != nil {
		edit(&r)
	}
	w := newWorld(t, "thu-2024")
	w.open(r)
	for i := 1; i <= n; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	return w
}

// Who would finish hears all that is to be done before, not one thing after another.
func TestWhatKeepsARoundFromItsEndIsToldAtOnce(t *testing.T) {
	w := judged(t, 2, nil)
	w.do(w.organiser(), contest.ReportTie{Judge: "J2", Entry: w.s.Entries[0].ID, Note: "Là em ruột tác giả"})
	var said []string
	for _, e := range fault.Of(w.try(w.organiser(), contest.FinishRound{Round: "chung-khao"})).All() {
		said = append(said, e.Code)
	}
	if !slices.Equal(said, []string{"contest.sheets_open", "contest.points_open"}) {
		t.Errorf("told of %q", said)
	}
}

func TestMarksThatAreNoMarks(t *testing.T) {
	w := judged(t, 2, nil)
	task := w.s.Running().Of("J2")[0]
	mark := func(id string, m ranking.Points) contest.SaveSheet {
		return contest.SaveSheet{Task: task.ID, Content: contest.Content{Marks: map[string]ranking.Points{id: m}}}
	}
	j2 := w.judge("J2")
	w.refused("contest.mark_out_of_range", j2, mark("k1", pt(11)))
	w.refused("contest.mark_out_of_range", j2, mark("k1", -1))
	w.refused("contest.mark_off_step", j2, mark("k1", ranking.Point/4))
	w.refused("contest.unknown_criterion", j2, mark("k9", pt(5)))
	for _, raw := range []string{`"NaN"`, `"Infinity"`, `"1e3"`, `"8.1234"`, `""`} {
		var p ranking.Points
		if err := json.Unmarshal([]byte(raw), &p); err == nil {
			t.Errorf("%s was read as %s", raw, p)
		}
	}
	w.do(j2, mark("k1", pt(5)))
	w.refused("contest.marks_missing", j2, contest.SignSheet{Task: task.ID, Base: 1})
	if task.Sheet.Marks["k1"] != pt(5) {
		t.Error("a refused signature lost the draft")
	}
}

func TestASheetForSomeoneElsesEntry(t *testing.T) {
	w := judged(t, 2, nil)
	theirs := w.s.Running().Of("J2")[0]
	save := contest.SaveSheet{Task: theirs.ID, Content: contest.Content{Marks: map[string]ranking.Points{"k1": pt(5)}}}
	w.refused("contest.sheet_not_yours", w.judge("J3"), save)
	err := w.try(w.judge("J3"), contest.SaveSheet{Task: "no-such-task"})
	other := w.try(w.judge("J3"), save)
	if text.Vietnamese.Fault(err) != text.Vietnamese.Fault(other) {
		t.Error("a sheet that exists and one that does not must get the same answer")
	}
	w.refused("contest.not_on_jury", w.judge("J9"), save)
	w.refused("accounts.denied", w.organiser(), save)
}

func TestTwoDevicesOfOneJudge(t *testing.T) {
	w := judged(t, 1, nil)
	task := w.s.Running().Of("J1")[0]
	at := func(m ranking.Points, base int) contest.SaveSheet {
		return contest.SaveSheet{Task: task.ID, Base: base, Content: contest.Content{Marks: map[string]ranking.Points{"k1": m}}}
	}
	w.do(w.judge("J1"), at(pt(7), 0))
	w.refused("contest.sheet_elsewhere", w.judge("J1"), at(pt(3), 0))
	if task.Sheet.Marks["k1"] != pt(7) || task.Sheet.Version != 1 {
		t.Errorf("the first device's sheet: %+v", task.Sheet)
	}
	w.do(w.judge("J1"), at(pt(3), 1))
}

func TestARepeatedChangeHappensOnce(t *testing.T) {
	w := judged(t, 1, nil)
	task := w.s.Running().Of("J1")[0]
	save := contest.SaveSheet{Task: task.ID, Content: contest.Content{Marks: map[string]ranking.Points{"k1": pt(7)}}}
	for range 3 {
		if err := w.tryAs("same", w.judge("J1"), save); err != nil {
			t.Fatal(err)
		}
	}
	if task.Sheet.Version != 1 {
		t.Errorf("saved %d times", task.Sheet.Version)
	}
	save.Marks = map[string]ranking.Points{"k1": pt(8)}
	if err := w.tryAs("same", w.judge("J1"), save); !fault.Is(err, "contest.change_differs") {
		t.Errorf("other content: %v", err)
	}
}

func TestTheDeadlineIsTheServersAndGraceFinishesWhatHadBegun(t *testing.T) {
	w := newWorld(t, "han-nop")
	w.open(plain())
	w.now = opens.Add(-time.Second)
	w.refused("contest.not_open_yet", w.operator(1), contest.SubmitEntry{ID: "too-early", Work: w.work(1)})
	w.now = closes.Add(-time.Hour)
	// The form of station 1 is sent while its files are on their way.
	begun, never, empty, edited := w.work(1), w.work(3), w.work(4), w.work(5)
	onTheWay := func(by int, id string, work contest.Work) {
		w.do(w.operator(by), contest.AnnounceEntry{ID: id, Work: work})
	}
	onTheWay(1, "form-one", begun)
	onTheWay(1, "form-one", begun) // again: what counts is when it came first
	onTheWay(4, "form-four", empty)
	onTheWay(5, "form-five", edited)
	if len(w.s.Awaited(w.operator(1), w.now)) != 1 || len(w.s.Awaited(w.operator(2), w.now)) != 0 {
		t.Error("who has sent a form does not see that it waits, or another does")
	}
	w.refused("contest.not_eligible", w.operator(1),
		contest.AnnounceEntry{ID: "not-hers", Work: func() contest.Work { x := w.work(1); w.close(1); return x }()})
	w.reopen(1)
	w.now = closes
	kept := w.enter(2, w.work(2)) // the last instant still counts
	w.now = closes.Add(time.Hour)
	arrives := func(work contest.Work, at time.Time) {
		for _, p := range work.Pieces {
			f := w.facts.Files[p.File]
			f.Begun = at
			w.facts.Files[p.File] = f
		}
	}
	arrives(empty, closes.Add(time.Second)) // made before the deadline, without a byte
	if !w.s.Taking(closes) || w.s.Taking(closes.Add(time.Nanosecond)) {
		t.Error("Taking does not end with the deadline")
	}
	w.refused("contest.too_late", w.operator(3), contest.SubmitEntry{ID: "form-none", Work: never})
	w.refused("contest.too_late", w.operator(4), contest.SubmitEntry{ID: "form-four", Work: empty})
	w.refused("contest.too_late", w.operator(4), contest.AnnounceEntry{ID: "late-form", Work: w.work(4)})
	other := edited
	other.Title = "Tên khác"
	w.refused("contest.not_announced", w.operator(5), contest.SubmitEntry{ID: "form-five", Work: other})
	w.refused("contest.too_late", w.operator(5), contest.SubmitEntry{ID: "another-id", Work: edited})
	w.refused("contest.too_late", w.operator(2), contest.ReplaceEntry{Entry: kept, Work: w.work(2)})
	w.do(w.operator(1), contest.SubmitEntry{ID: "form-one", Work: begun})
	if e := w.s.Entry("form-one"); !e.FormSentAt.Equal(closes.Add(-time.Hour)) || len(w.s.Awaited(w.operator(1), w.now)) != 0 {
		t.Errorf("the form was sent at %v", e.FormSentAt)
	}
	w.now = closes.Add(2*time.Hour + time.Second)
	w.refused("contest.too_late", w.operator(5), contest.SubmitEntry{ID: "form-five", Work: edited})
	w.refused("contest.entry_id_taken", w.operator(1), contest.SubmitEntry{ID: "form-one", Work: begun})
	if len(w.s.Awaited(w.operator(5), w.now)) != 0 {
		t.Error("a form is awaited after the grace")
	}
}

func TestAReplacementFinishesInTheGraceToo(t *testing.T) {
	w := newWorld(t, "han-nop")
	w.open(plain())
	id, next := w.enter(1, w.work(1)), w.work(1)
	next.Title = "Bản cuối"
	w.now = closes
	w.do(w.operator(1), contest.AnnounceEntry{ID: id, Work: next})
	w.now = closes.Add(time.Hour)
	w.do(w.operator(1), contest.ReplaceEntry{Entry: id, Work: next})
	if e := w.s.Entry(id); e.Title != "Bản cuối" || !e.FormSentAt.Equal(closes) {
		t.Errorf("%+v", e)
	}
}

func TestEverythingWrongWithAnEntryIsSaidAtOnce(t *testing.T) {
	w := newWorld(t, "noi-het")
	w.open(plain())
	first := w.enter(1, w.work(1))
	bad := w.work(2)
	bad.Pieces[0].File, bad.Title, bad.Language = w.file(w.operator(2), 100), " ", ""
	err := w.try(w.operator(2), contest.SubmitEntry{ID: "all-wrong", Work: bad})
	if e := fault.Of(err); e == nil || e.Code != "contest.entry_refused" || len(e.Parts) != 3 {
		t.Errorf("title, language and length are wrong, heard %v", err)
	}
	same := w.work(3)
	f := w.facts.Files[same.Pieces[0].File]
	f.Sound = w.s.Entry(first).Piece(contest.Audio).Sound
	w.facts.Files[f.ID] = f
	w.refused("contest.same_recording", w.operator(3), contest.SubmitEntry{ID: "copied-work", Work: same})
	stolen := w.work(4)
	stolen.Pieces[0].File = w.file(w.operator(5), 300)
	w.refused("contest.file_unknown", w.operator(4), contest.SubmitEntry{ID: "not-my-file", Work: stolen})
	aired := w.work(4) // sent to be aired: editors hear it
	f = w.facts.Files[aired.Pieces[0].File]
	f.Work = false
	w.facts.Files[f.ID] = f
	w.refused("contest.not_sent_to_enter", w.operator(4), contest.SubmitEntry{ID: "not-sent-to-enter", Work: aired})
	w.refused("accounts.denied", w.operator(4), contest.SubmitEntry{ID: "other-station", Work: w.work(6)})
	w.refused("contest.unknown_entry", w.operator(2), contest.WithdrawEntry{Entry: first})
}

func TestWithdrawAndReplaceUntilTheDeadline(t *testing.T) {
	w := newWorld(t, "thay-rut")
	r := plain()
	r.Quotas = []contest.Quota{{Per: "station", Max: 1}}
	w.open(r)
	id := w.enter(1, w.work(1))
	submitted, code := w.s.Entry(id).SubmittedAt, w.s.Entry(id).Code
	w.now = w.now.Add(time.Hour)
	better := w.work(1)
	better.Title = "Bản hay hơn"
	w.do(w.operator(1), contest.ReplaceEntry{Entry: id, Work: better})
	if e := w.s.Entry(id); e.Title != "Bản hay hơn" || !e.SubmittedAt.Equal(submitted) || e.Code != code {
		t.Errorf("replaced: %+v", e)
	}
	colleague := w.operator(1)
	colleague.Person = "op-khac"
	better.Title = "Bản đồng nghiệp sửa lời" // the recording stays
	w.do(colleague, contest.ReplaceEntry{Entry: id, Work: better})
	w.refused("contest.file_unknown", colleague, contest.SubmitEntry{ID: "not-entered", Work: w.work(1)})
	w.do(w.operator(1), contest.WithdrawEntry{Entry: id})
	w.refused("contest.entry_not_live", w.operator(1), contest.ReplaceEntry{Entry: id, Work: better})
	second := w.enter(1, w.work(1)) // the place in the quota is free again
	w.now = closes.Add(time.Minute)
	w.refused("contest.too_late_to_withdraw", w.operator(1), contest.WithdrawEntry{Entry: second})
}

func TestOrganisersAndJudgesMayNotEnter(t *testing.T) {
	w := newWorld(t, "cam-du-thi")
	w.open(plain())
	both := w.operator(1)
	both.Grants = append(both.Grants, w.organiser().Grants...)
	w.refused("contest.jury_may_not_enter", both, contest.SubmitEntry{ID: "organiser-enters", Work: w.work(1)})
	w.enter(2, w.work(2))
	op := w.operator(2)
	w.facts.People[op.Person] = contest.Person{ID: op.Person, Name: "x", Grants: judgeGrant(w.s.ID)}
	w.refused("contest.entrant_may_not_judge", w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: op.Person}})
	w.refused("contest.judge_needs_account", w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "stranger", Name: "Người lạ"}})
	w.facts.People["org"] = contest.Person{ID: "org", Grants: append(judgeGrant(w.s.ID), w.organiser().Grants...)}
	w.refused("contest.organiser_may_not_judge", w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "org"}})
}

func TestRulesThatCannotRun(t *testing.T) {
	for code, edit := range map[string]func(*contest.Rules){
		"contest.weights_do_not_add_up": func(r *contest.Rules) { r.Rounds[0].Parts[0].Criteria[0].Points = pt(41) },
		"contest.parts_do_not_add_up":   func(r *contest.Rules) { r.Rounds[0].Points = pt(10) },
		"contest.bad_scale":             func(r *contest.Rules) { r.Rounds[0].Parts[0].Criteria[0].Step = pt(3) },
		"contest.bad_weight":            func(r *contest.Rules) { r.Rounds[0].Parts[0].Criteria[0].Points = 0 },
		"contest.dates_order":           func(r *contest.Rules) { r.Dates.ClosesAt = r.Dates.OpensAt },
		"contest.empty_text":            func(r *contest.Rules) { r.Title = " " },
		"contest.bad_id":                func(r *contest.Rules) { r.Themes[0].ID = "Nông thôn" },
		"contest.list_length":           func(r *contest.Rules) { r.Awards = nil },
		"contest.promotion_place":       func(r *contest.Rules) { r.Rounds[0].Promotion.By = contest.TopN },
		"contest.no_such_item":          func(r *contest.Rules) { r.Awards[0].Theme = "gone" },
		"contest.length_order":          func(r *contest.Rules) { r.Categories[0].MaxSeconds = 60 },
		"contest.quota_zero":            func(r *contest.Rules) { r.Quotas = []contest.Quota{{Per: "station"}} },
		"contest.nobody_may_enter":      func(r *contest.Rules) { r.Who.Kinds = nil },
		"contest.unknown_choice":        func(r *contest.Rules) { r.Rounds[0].Method = "best" },
		"contest.trimmed_needs_judges":  func(r *contest.Rules) { r.Rounds[0].Method, r.Rounds[0].PerEntry = ranking.Trimmed, 4 },
		"contest.prize_number":          func(r *contest.Rules) { r.Awards[0].Prizes[0].Count = 0 },
		"contest.prize_floor_rises":     func(r *contest.Rules) { r.Awards[0].Prizes[2].Floor = pt(60) },
		"contest.award_missing": func(r *contest.Rules) {
			r.Themes, r.Awards[0].Theme = append(r.Themes, contest.Theme{ID: "khac", Name: "Khác"}), "ntm"
		},
		"ranking.too_fine": func(r *contest.Rules) {
			for i := range r.Rounds[0].Parts[0].Criteria {
				r.Rounds[0].Parts[0].Criteria[i].Max, r.Rounds[0].Parts[0].Criteria[i].Step = []ranking.Points{9973, 9967, 9949}[i], 1
			}
		},
		"contest.rubric_is_sample":    func(r *contest.Rules) { r.Rounds[0].Parts[0].Sample = true },
		"contest.round_without_parts": func(r *contest.Rules) { r.Rounds[0].Parts = nil },
		"contest.award_mixes_parts": func(r *contest.Rules) {
			r.Categories = append(r.Categories, contest.Category{ID: "khac", Name: "Khác"})
			two := rubric("khac", "Khác", 100)
			r.Rounds[0].Parts[0].Categories, two.Categories = []string{"ct"}, []string{"khac"}
			r.Rounds[0].Parts = append(r.Rounds[0].Parts, two)
		},
		"contest.promotion_mixes_parts": func(r *contest.Rules) { // picked by name all the same: a group could not be ranked
			r.Categories = append(r.Categories, contest.Category{ID: "khac", Name: "Khác"})
			first, two := r.Rounds[0], rubric("khac", "Khác", 100)
			one := first.Parts[0]
			one.Categories, two.Categories = []string{"ct"}, []string{"khac"}
			first.ID, first.Parts, first.Promotion = "so-khao", []contest.Part{one, two}, contest.Promotion{By: contest.Picked, N: 1, Per: "district"}
			r.Rounds = []contest.Round{first, r.Rounds[0]}
		},
	} {
		t.Run(code, func(t *testing.T) {
			r := plain()
			edit(&r)
			w := newWorld(t, "the-le")
			w.do(w.organiser(), contest.DraftContest{Rules: r})
			w.refused(code, w.organiser(), contest.OpenContest{})
		})
	}
}

// A floor is held against the rung before it on the ladder; a special prize is
// no rung.
func TestFloorsFallFromPrizeToPrize(t *testing.T) {
	for floors, fits := range map[[3]int]bool{{80, 0, 50}: true, {50, 100, 50}: true, {50, 100, 80}: false} {
		r := plain()
		r.Awards[0].Prizes = ladder(1, 1, 1)
		for i := range r.Awards[0].Prizes {
			r.Awards[0].Prizes[i].Floor = pt(floors[i])
		}
		r.Awards[0].Prizes[1].Special = true
		if err := r.Check(); fault.Is(err, "contest.prize_floor_rises") == fits || (err == nil) != fits {
			t.Errorf("floors %v: %v", floors, err)
		}
	}
}

func TestRulesAreLockedOnceOpened(t *testing.T) {
	w := newWorld(t, "khoa")
	r := plain()
	w.open(r)
	w.enter(1, w.work(1))
	longer := plain()
	longer.Dates.ClosesAt = closes.AddDate(0, 0, 7)
	w.refused("contest.reason_missing", w.organiser(), contest.ChangeRules{Rules: longer})
	w.do(w.organiser(), contest.ChangeRules{Rules: longer, Reason: "Mưa lũ, nhiều xã mất điện"})
	if c := w.s.Changes; len(c) != 1 || len(c[0].Lines) != 1 || c[0].Lines[0].Path != "dates.closes_at" {
		t.Errorf("the change is not shown: %+v", c)
	}
	w.refused("contest.deadline_earlier", w.organiser(), contest.ChangeRules{Rules: plain(), Reason: "đổi ý"})
	gone := longer
	gone.Themes = []contest.Theme{{ID: "khac", Name: "Khác"}}
	w.refused("contest.rule_locked_by_entry", w.organiser(), contest.ChangeRules{Rules: gone, Reason: "đổi ý"})
	w.refused("contest.nothing_changed", w.organiser(), contest.ChangeRules{Rules: longer, Reason: "đổi ý"})
	w.jury(3, "chung-khao")
	w.now = longer.Dates.ClosesAt.Add(3 * time.Hour)
	w.do(w.organiser(), contest.StartRound{Round: "chung-khao"})
	median := plain()
	median.Dates = longer.Dates
	median.Rounds[0].Method = ranking.Median
	w.refused("contest.rule_locked", w.organiser(), contest.ChangeRules{Rules: median, Reason: "đổi ý"})
	w.refused("accounts.denied", w.operator(1), contest.ChangeRules{Rules: median, Reason: "đổi ý"})
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	for _, cut := range [][]contest.Prize{ladder(1, 2, 3), ladder(1, 2, 3, 5)[1:]} { // one withheld, one given
		poorer := plain()
		poorer.Dates, poorer.Awards[0].Prizes = longer.Dates, cut
		w.refused("contest.prize_is_given", w.organiser(), contest.ChangeRules{Rules: poorer, Reason: "đổi ý"})
	}
}

func TestAPastContestIsCopiedAsTheNextDraft(t *testing.T) {
	w := judged(t, 1, nil)
	next, err := contest.CopyRules(w.s.Rules)
	if err != nil {
		t.Fatal(err)
	}
	if !next.Dates.ClosesAt.IsZero() || next.Title != w.s.Rules.Title || len(next.Rounds) != 1 {
		t.Errorf("copied: %+v", next)
	}
	next.Rounds[0].Parts[0].Criteria[0].Name = "đổi"
	if w.s.Rules.Rounds[0].Parts[0].Criteria[0].Name == "đổi" {
		t.Error("the copy shares memory with the past contest")
	}
}

func TestAnEmptyRoundAndAJuryThatCannotScore(t *testing.T) {
	w := newWorld(t, "rong")
	w.open(plain())
	w.jury(2, "chung-khao")
	w.refused("contest.entries_still_open", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w.now = later
	w.refused("contest.round_empty", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w.now = opens.Add(time.Hour)
	w.enter(1, w.work(1))
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao",
		Panels: []contest.Panel{{ID: "x", Name: "Tiểu ban", Judges: []string{"J1"}, Districts: []string{"999"}}}})
	w.now = later
	w.refused("contest.no_panel", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "x", Name: "Tiểu ban", Judges: []string{"J2"}}}})
	w.do(w.judge("J2"), contest.DeclareTies{Stations: []string{stationID(1)}})
	w.refused("contest.too_few_judges", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w.refused("contest.not_next_round", w.organiser(), contest.StartRound{Round: "vong-khac"})
}

func TestAJudgeRemovedAfterScoring(t *testing.T) {
	for _, drop := range []bool{false, true} {
		w := judged(t, 4, nil)
		rules, r := &w.s.Rules.Rounds[0], w.s.Running()
		mark := func(*contest.Task, contest.Criterion) ranking.Points { return pt(5) }
		w.sign(r.Of("J3")[0], rules, mark)
		w.refused("contest.reason_missing", w.organiser(), contest.RemoveJudge{Person: "J3"})
		w.do(w.organiser(), contest.RemoveJudge{Person: "J3", Reason: "Ốm", Drop: drop})
		if !r.Of("J3")[0].Counts() {
			t.Errorf("drop %v: one person dropped a signed sheet", drop)
		}
		if r.Of("J3")[0].Sheet.Marks["k1"] != pt(5) {
			t.Error("what she wrote must be kept")
		}
		w.refused("contest.not_on_jury", w.judge("J3"), contest.SaveSheet{Task: r.Of("J3")[1].ID})
		w.score(mark)
		if drop {
			w.refused("contest.points_open", w.organiser(), contest.FinishRound{Round: "chung-khao"})
			v, err := w.s.ForChair("J1")
			if err != nil || len(v.Points) != 1 || v.Points[0].Why[0] != contest.TieRemoved {
				t.Fatalf("the chair is asked %+v, %v", v.Points, err)
			}
			c, err := w.s.SettleOver([]string{v.Points[0].Task}, false, "Đồng ý")
			if err != nil {
				t.Fatal(err)
			}
			w.do(w.judge("J1"), c)
		}
		if got := r.Of("J3")[0].Counts(); got == drop {
			t.Errorf("drop %v: signed sheet counts: %v", drop, got)
		}
		w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
		if said := minutes(w); drop != strings.Contains(said, "Ban tổ chức đề nghị, Giám khảo J1 quyết định") {
			t.Errorf("drop %v, and the minutes say %s", drop, said)
		}
		w.replays()
	}
}

func TestAStationMergedBetweenEntryAndPrize(t *testing.T) {
	w := judged(t, 2, nil)
	w.facts.Stations[stationID(1)] = contest.Station{ID: stationID(1), Name: "Đài số 1", Active: false, Successor: "Đài mới"}
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	e := w.s.Entry(w.s.Given[0].Entry)
	if e.Entrant.StationName != "Đài số 1" || e.Entrant.DistrictName != "Huyện 081" {
		t.Errorf("the prize belongs to the station as it was: %+v", e.Entrant)
	}
}

func TestAbstainingRebalances(t *testing.T) {
	w := newWorld(t, "can-bang")
	r := plain()
	r.Rounds[0].PerEntry = 2
	w.open(r)
	for i := 1; i <= 12; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(6, "chung-khao")
	w.toRound("chung-khao")
	round := w.s.Running()
	load := map[string]int{}
	for _, task := range round.Tasks {
		load[task.Judge]++
	}
	for j, n := range load {
		if n != 4 {
			t.Errorf("%s got %d of 24 sheets for six judges", j, n)
		}
	}
	task := round.Of("J4")[0]
	w.refused("contest.reason_missing", w.judge("J4"), contest.Abstain{Task: task.ID})
	w.do(w.judge("J4"), contest.Abstain{Task: task.ID, Reason: "Quen tác giả"})
	var now []string
	for _, x := range round.Tasks {
		if x.Entry == task.Entry && x.SetAside == nil {
			now = append(now, x.Judge)
		}
	}
	if len(now) != 2 || slices.Contains(now, "J4") {
		t.Errorf("after she stepped back %v score the entry", now)
	}
	w.refused("contest.sheet_set_aside", w.judge("J4"), contest.SaveSheet{Task: task.ID})
	w.do(w.organiser(), contest.ExcludeJudge{Judge: now[0], Entry: task.Entry, Reason: "Phát hiện có họ hàng"})
}

// What stays on an entry counts when somebody else steps back from it: the
// signed sheet of one who left, and the duty of one who declared a tie since.
func TestOneStepsBackAndOneTakesOver(t *testing.T) {
	for name, first := range map[string]func(*world, *contest.Task){
		"left": func(w *world, task *contest.Task) {
			w.sign(task, &w.s.Rules.Rounds[0], func(*contest.Task, contest.Criterion) ranking.Points { return pt(5) })
			w.do(w.organiser(), contest.RemoveJudge{Person: task.Judge, Reason: "Ốm"})
		},
		"declared a tie": func(w *world, task *contest.Task) {
			w.do(w.judge(task.Judge), contest.DeclareTies{Stations: []string{w.s.Entry(task.Entry).Entrant.Station}})
		},
	} {
		w := newWorld(t, "thay-nguoi")
		r := plain()
		r.Rounds[0].PerEntry = 3
		w.open(r)
		for i := 1; i <= 6; i++ {
			w.enter(i, w.work(i))
		}
		w.jury(7, "chung-khao")
		w.toRound("chung-khao")
		round := w.s.Running()
		task := round.Of("J3")[0]
		first(w, task)
		at := slices.IndexFunc(round.Tasks, func(x *contest.Task) bool { return x.Entry == task.Entry && x.Judge != "J3" })
		w.do(w.judge(round.Tasks[at].Judge), contest.Abstain{Task: round.Tasks[at].ID, Reason: "Quen tác giả"})
		judges := map[string]int{}
		for _, x := range round.Tasks {
			if x.SetAside == nil {
				judges[x.Entry]++
			}
		}
		for entry, n := range judges {
			if n != 3 {
				t.Errorf("%s: %d judges score %s, want 3", name, n, entry)
			}
		}
	}
}

// Without the highest and the lowest of five nothing is left of four: nobody
// starts with fewer, or steps back to fewer, and learns it when all is signed.
func TestATrimmedMeanKeepsItsFiveJudges(t *testing.T) {
	trimmed := func(judges int) *world {
		w := newWorld(t, "cat-hai-dau")
		r := plain()
		r.Rounds[0].Method = ranking.Trimmed
		w.open(r)
		w.enter(1, w.work(1))
		w.jury(judges, "chung-khao")
		w.now = later
		return w
	}
	w := trimmed(4)
	said := func(round string) string { return strings.Join(paper.LacksInWords(w.s, round, text.Vietnamese), "\n") }
	if got := said("chung-khao"); !strings.HasPrefix(got,
		"Tiểu ban “Ban giám khảo” có 4 giám khảo; cách tính “Bỏ cao, thấp” cần 5, để bỏ hai điểm rồi vẫn còn 3.") {
		t.Errorf("a panel of four: %q", got)
	}
	w.refused("contest.too_few_to_trim", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w = trimmed(6)
	if got := said("chung-khao"); got != "" {
		t.Errorf("six judges lack nothing: %q", got)
	}
	w.do(w.judge("J5"), contest.DeclareTies{Stations: []string{stationID(1)}})
	w.do(w.judge("J6"), contest.DeclareTies{Stations: []string{stationID(1)}})
	if got := said("chung-khao"); !strings.HasPrefix(got,
		"Tác phẩm TP-001 chỉ có 4 giám khảo của tiểu ban “Ban giám khảo” chấm được; cách tính “Bỏ cao, thấp” cần 5") {
		t.Errorf("two of six may not score the work: %q", got)
	}
	w = trimmed(6)
	w.toRound("chung-khao")
	w.do(w.judge("J6"), contest.Abstain{Task: w.s.Running().Of("J6")[0].ID, Reason: "Quen tác giả"})
	w.refused("contest.too_few_to_trim", w.judge("J5"), contest.Abstain{Task: w.s.Running().Of("J5")[0].ID, Reason: "Quen tác giả"})
	w.refused("contest.too_few_to_trim", w.organiser(), contest.RemoveJudge{Person: "J5", Reason: "Ốm"})
	w.score(byEntry(w))
	w.do(w.organiser(), contest.RemoveJudge{Person: "J5", Reason: "Ốm"}) // what she signed stays
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
}

// A judge falls ill when nobody can be spared: another joins first, and gets
// what is hers to score.
func TestAJudgeJoinsARunningRound(t *testing.T) {
	panel := func(judges ...string) contest.SetPanels {
		return contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban giám khảo", Judges: judges}}}
	}
	for _, perEntry := range []int{0, 2} {
		w := newWorld(t, "bo-sung")
		r := plain()
		r.Rounds[0].PerEntry, r.Rounds[0].Repeats = perEntry, 1
		w.open(r)
		for i := 1; i <= 3; i++ {
			w.enter(i, w.work(i))
		}
		w.jury(2, "chung-khao")
		w.toRound("chung-khao")
		w.do(w.organiser(), contest.RemoveJudge{Person: "J2", Reason: "Ốm"})
		w.refused("contest.panel_too_small", w.organiser(), contest.RemoveJudge{Person: "J1", Reason: "Ốm"})
		w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J3", Station: stationID(1)}})
		w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J4"}})
		w.refused("contest.panels_only_grow", w.organiser(), panel("J3", "J4"))
		w.refused("contest.unknown_judge", w.organiser(), panel("J1", "J9"))
		w.do(w.organiser(), panel("J1", "J3", "J4"))
		run := w.s.Running()
		have := map[string]map[string]bool{}
		for _, task := range run.Tasks {
			if task.SetAside == nil && !task.Repeat {
				if have[task.Entry] == nil {
					have[task.Entry] = map[string]bool{}
				}
				have[task.Entry][task.Judge] = true
			}
		}
		for _, e := range w.s.Entries {
			own := e.Entrant.Station == stationID(1)
			want := 3
			if perEntry > 0 || own {
				want = 2
			}
			if len(have[e.ID]) != want || have[e.ID]["J3"] && own {
				t.Errorf("%d an entry: %v score %s", perEntry, have[e.ID], e.Code)
			}
		}
		w.score(byEntry(w))
		w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
		w.refused("contest.round_begun", w.organiser(), panel("J1", "J3", "J4", "J5"))
		if _, err := contest.Replay(w.s.ID, all(w.log)); err != nil {
			t.Error(err)
		}
	}
}

func TestReopeningKeepsBothVersionsAndConferringSettlesAGap(t *testing.T) {
	w := judged(t, 1, func(r *contest.Rules) { r.Rounds[0].Gap = pt(20) })
	r := w.s.Running()
	w.score(func(task *contest.Task, _ contest.Criterion) ranking.Points {
		if task.Judge == "J2" {
			return pt(4)
		}
		return pt(8)
	})
	w.refused("contest.gaps_open", w.organiser(), contest.FinishRound{Round: "chung-khao"})
	if g := w.s.Gaps(r); len(g) != 1 || g[0].LowBy != "J2" || g[0].High.String() != "80" || g[0].Settled {
		t.Fatalf("gaps: %+v", g)
	}
	entry := w.s.Entries[0].ID
	w.refused("contest.chair_only", w.judge("J2"), contest.Confer{Entry: entry, Reason: "x"})
	w.refused("contest.own_sheet", w.judge("J1"), contest.Confer{Entry: entry, Reopen: []string{"J2", "J1"}, Reason: "Nghe lại cùng nhau"})
	w.do(w.judge("J1"), contest.Confer{Entry: entry, Reopen: []string{"J2"}, Reason: "Nghe lại cùng nhau"})
	sheet := &r.Of("J2")[0].Sheet
	if len(sheet.Earlier) != 1 || sheet.Earlier[0].Marks["k1"] != pt(4) || !sheet.SignedAt.IsZero() {
		t.Fatalf("reopened: %+v", sheet)
	}
	w.refused("contest.sheets_open", w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.score(func(*contest.Task, contest.Criterion) ranking.Points { return pt(5) })
	if sheet.Marks["k1"] != pt(5) || sheet.Earlier[0].Marks["k1"] != pt(4) {
		t.Errorf("both versions must be kept: %+v", sheet)
	}
	w.refused("contest.gaps_open", w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.judge("J1"), contest.Confer{Entry: entry, Reason: "Mỗi người giữ quan điểm"})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	if own := w.s.SignedBy("J2"); len(own) != 1 || len(own[0].Earlier) != 1 || own[0].Earlier[0].Marks["k1"] != pt(4) || own[0].Marks["k1"] != pt(5) {
		t.Errorf("the judge reads again what she signed: %+v", own)
	}
	told := strings.Join(minutesOf(w, r).Decisions, "\n")
	for _, want := range []string{
		"điểm trước và sau: Giám khảo J1 (phần “Chương trình”) 80,00 (giữ nguyên); Giám khảo J2 (phần “Chương trình”) 40,00 → 50,00; ",
		"Lý do: Nghe lại cùng nhau", "Giám khảo J2 (phần “Chương trình”) 50,00 (giữ nguyên); ", "Lý do: Mỗi người giữ quan điểm",
		"của Giám khảo J2, điểm 40,00 → 50,00 (Giám khảo J1, ",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("the minutes lack %q: %s", want, told)
		}
	}
	for _, j := range paper.JuriesOf(w.s, r, text.Vietnamese, w.now).Judges {
		p := j.Parts[0]
		if len(p.Sheets) != 1 || (len(p.Earlier) == 1) != (j.Name == "Giám khảo J2") {
			t.Fatalf("%s: %+v", j.Name, p)
		}
		for _, x := range p.Earlier {
			if *x.Marks[0] != pt(4) || x.Total.String() != "40" || *p.Sheets[0].Marks[0] != pt(5) ||
				!strings.HasPrefix(x.Note, "Điểm 40,00 → 50,00. Mở lại (Giám khảo J1, ") {
				t.Errorf("%+v", x)
			}
		}
	}
	w.refused("contest.no_round", w.judge("J2"), contest.SaveSheet{Task: r.Of("J2")[0].ID})
}

func TestTheWholeStoryReplaysToTheSameRanking(t *testing.T) {
	w := judged(t, 8, func(r *contest.Rules) { r.Rounds[0].Repeats = 2 })
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	again, err := contest.Replay(w.s.ID, all(w.log))
	if err != nil {
		t.Fatal(err)
	}
	if again.Head != w.s.Head || again.Phase != contest.Published || !slices.Equal(again.Last().Finished.Places, w.s.Last().Finished.Places) {
		t.Error("the replay gives another state")
	}
	for i := range w.log {
		for name, spoil := range map[string]func(*contest.Event){
			"body": func(e *contest.Event) { e.Body = append(slices.Clone(e.Body), ' ') },
			"time": func(e *contest.Event) { e.At = e.At.Add(1) },
			"who":  func(e *contest.Event) { e.By += "x" },
		} {
			forged := slices.Clone(w.log)
			spoil(&forged[i])
			if _, err := contest.Replay(w.s.ID, all(forged)); err == nil {
				t.Errorf("event %d with another %s passed", i+1, name)
			}
		}
	}
	// A whole new chain around raised marks links well, but no longer gives
	// the ranking that was recorded.
	forged, raised := slices.Clone(w.log), 0
	for i := range forged {
		e := &forged[i]
		if i > 0 {
			e.Prev = forged[i-1].Hash
		}
		var sheet struct {
			Task  string            `json:"task"`
			Marks map[string]string `json:"marks"`
		}
		if e.Kind == "sheet.saved" {
			if err := json.Unmarshal(e.Body, &sheet); err != nil {
				t.Fatal(err)
			}
			if w.s.Last().Task(sheet.Task).Entry == w.s.Entries[7].ID {
				raised++
				sheet.Marks = map[string]string{"k1": "10", "k2": "10", "k3": "10"}
				e.Body, _ = json.Marshal(sheet)
			}
		}
		e.Hash = e.Sum()
	}
	if _, err := contest.Replay(w.s.ID, all(forged)); err == nil || raised == 0 {
		t.Errorf("%d sheets forged under a new chain: %v", raised, err)
	}
	// Nor does the ranking give a first prize to another.
	forged, swapped := slices.Clone(w.log), false
	for i := range forged {
		e := &forged[i]
		if i > 0 {
			e.Prev = forged[i-1].Hash
		}
		if e.Kind == "contest.prizes_given" {
			first, last := w.s.Given[0].Entry, w.s.Entries[7].ID
			if first == last {
				last = w.s.Entries[6].ID
			}
			body := strings.NewReplacer(first, last, last, first).Replace(string(e.Body))
			swapped, e.Body = body != string(e.Body), json.RawMessage(body)
		}
		e.Hash = e.Sum()
	}
	if _, err := contest.Replay(w.s.ID, all(forged)); err == nil || !swapped || !strings.Contains(err.Error(), "prizes") {
		t.Errorf("prizes forged under a new chain: %v", err)
	}
}

func all(log []contest.Event) func(func(contest.Event, error) bool) {
	return func(yield func(contest.Event, error) bool) {
		for _, e := range log {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestStrangersMayDoNothing(t *testing.T) {
	w := judged(t, 1, nil)
	for _, by := range []accounts.Actor{{}, w.operator(1), w.judge("J2")} {
		for _, c := range []contest.Command{contest.FinishRound{Round: "chung-khao"}, contest.RemoveJudge{Person: "J1", Reason: "x"},
			contest.RuleOutEntry{Entry: w.s.Entries[0].ID, Reason: "x"}, contest.GivePrizes{}, contest.PublishResults{}, contest.CloseContest{},
			contest.SetPanels{Round: "chung-khao"}, contest.RedactScript{Entry: w.s.Entries[0].ID}, contest.ChangeRules{}} {
			if err := w.try(by, c); err == nil {
				t.Errorf("%T by %q was accepted", c, by.Person)
			}
		}
	}
}

// Who organises sees whose works they are: she is not appointed, and who comes
// to organise afterwards scores no more.
func TestOrganisersDoNotJudge(t *testing.T) {
	w := judged(t, 2, nil)
	for _, role := range []accounts.Role{accounts.Organiser, accounts.Admin} {
		grants := append(judgeGrant(w.s.ID), accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Province}})
		w.facts.People["J8"] = contest.Person{ID: "J8", Name: "Hai vai", Grants: grants}
		w.refused("contest.organiser_may_not_judge", w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J8"}})
		since := w.judge("J1")
		since.Grants = grants
		w.refused("contest.organiser_may_not_judge", since, contest.SaveSheet{Task: w.s.Running().Of("J1")[0].ID})
		w.refused("contest.organiser_may_not_judge", since, contest.DecideTie{Entries: []string{"a"}, Reason: "x"})

		// Nor does the role taken away make her forget.
		since.Grants, since.Organised = judgeGrant(w.s.ID), []accounts.Past{{Scope: grants[1].Scope, Until: w.now}}
		task := w.s.Running().Of("J1")[0]
		w.refused("contest.organiser_may_not_judge", since, contest.SaveSheet{Task: task.ID})
		w.refused("contest.organiser_may_not_judge", since, contest.SignSheet{Task: task.ID})
		once := contest.Person{ID: "J8", Name: "Hai vai", Grants: since.Grants, Organised: since.Organised}
		w.facts.People["J8"] = once
		w.refused("contest.organiser_may_not_judge", w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J8"}})

		// The organiser reads whose sheets hang, and why.
		people := []contest.Person{{ID: "J1", Grants: since.Grants, Organised: since.Organised}, {ID: "J2", Grants: since.Grants}}
		why := map[string]string{}
		for _, h := range w.s.Hindered(people) {
			why[h.Judge.Person] = fmt.Sprint(h.Open, " ", h.Why)
		}
		want := map[string]string{"J1": "2 " + contest.HinderedByOffice, "J3": "2 " + contest.HinderedByAccount}
		if !maps.Equal(why, want) {
			t.Errorf("sheets that hang: %v, want %v", why, want)
		}
	}
}

func TestTheSampleIsCompleteButMustBeConfirmed(t *testing.T) {
	r := contest.Sample()
	r.Dates = plain().Dates
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	early := newWorld(t, "mau-trong") // everything at once, not one thing after the other
	early.do(early.organiser(), contest.DraftContest{Rules: contest.Sample()})
	early.refused("contest.rubric_is_sample", early.organiser(), contest.OpenContest{})
	early.refused("contest.dates_missing", early.organiser(), contest.OpenContest{})
	w := newWorld(t, "mau")
	w.do(w.organiser(), contest.DraftContest{Rules: r})
	w.refused("contest.rubric_is_sample", w.organiser(), contest.OpenContest{})
	r.Rounds[0].Parts[0].Sample = false
	w.do(w.organiser(), contest.ChangeRules{Rules: r})
	w.do(w.organiser(), contest.OpenContest{})
}

// A version nobody wrote was not written on another device.
func TestASheetNobodyWroteOn(t *testing.T) {
	w := newWorld(t, "phieu-trang")
	w.open(plain())
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	task := w.s.Running().Of("J2")[0]
	for _, base := range []int{-1, 1, 7} {
		w.refused("contest.sheet_ahead", w.judge("J2"), contest.SignSheet{Task: task.ID, Base: base})
		w.refused("contest.sheet_ahead", w.judge("J2"), contest.SaveSheet{Task: task.ID, Base: base})
	}
	w.refused("contest.marks_missing", w.judge("J2"), contest.SignSheet{Task: task.ID})
	w.do(w.judge("J2"), contest.SaveSheet{Task: task.ID})
	w.refused("contest.sheet_elsewhere", w.judge("J2"), contest.SaveSheet{Task: task.ID})
	w.refused("contest.sheet_ahead", w.judge("J2"), contest.SaveSheet{Task: task.ID, Base: 2})
}

// That a round needs five judges for each work is said before the contest is opened,
// and before the round that leads to it is finished.
func TestWhatAMethodNeedsIsSaidBeforeItIsTooLate(t *testing.T) {
	r := plain()
	final := r.Rounds[0]
	final.Method = ranking.Trimmed
	first := contest.Round{ID: "so-khao", Name: "Sơ khảo", Points: pt(100), Parts: []contest.Part{rubric("sk", "Chương trình", 100)}, Method: ranking.Mean,
		Promotion: contest.Promotion{By: contest.TopN, N: 1}}
	r.Rounds = []contest.Round{first, final}
	w := newWorld(t, "can-nam")
	w.do(w.organiser(), contest.DraftContest{Rules: r})
	w.jury(4, "so-khao", "chung-khao")
	open := func(step contest.Step) (keys []string) {
		for _, o := range contest.Asks(w.s, w.facts, step).Open {
			keys = append(keys, o.Key+" "+strings.Join(o.Of, ", "))
		}
		return keys
	}
	lacks, trims := "contest.open_lacks_trim Ban giám khảo (4/5)", "contest.open_trims Chung khảo"
	if got := open(contest.OpenContest{}); !slices.Contains(got, lacks) || !slices.Contains(got, trims) {
		t.Errorf("opening: %q", got)
	}
	w.do(w.organiser(), contest.OpenContest{})
	w.now = opens.Add(time.Hour)
	w.enter(1, w.work(1))
	w.toRound("so-khao")
	w.score(byEntry(w))
	if got := open(contest.FinishRound{Round: "so-khao"}); !slices.Contains(got, lacks) {
		t.Errorf("finishing the round before: %q", got)
	}
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	if got := open(contest.StartRound{Round: "chung-khao"}); !slices.Contains(got, lacks) {
		t.Errorf("starting: %q", got)
	}
	w.refused("contest.too_few_to_trim", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w.jury(5, "chung-khao")
	w.toRound("chung-khao")
}
