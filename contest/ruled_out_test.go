package contest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	office "loa/internal/paper"
	"loa/internal/text"
)

// twoRounds is a public contest of nine works with a normalised first round, from which six
// go on.
func twoRounds(t *testing.T) *world {
	w := newWorld(t, "hai-vong")
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.Method = "so-khao", "Sơ khảo", ranking.Normalised
	first.Promotion = contest.Promotion{By: contest.TopN, N: 6}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w.open(r)
	for i := 1; i <= 9; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(5, "so-khao", "chung-khao")
	by := byEntry(w)
	for _, round := range []string{"so-khao", "chung-khao"} {
		w.toRound(round)
		w.score(func(k *contest.Task, c contest.Criterion) ranking.Points {
			if k.Judge == "J2" { // a strict one
				return by(k, c) / ranking.Point * ranking.Point / 2
			}
			return by(k, c)
		})
		w.do(w.organiser(), contest.FinishRound{Round: round})
	}
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	return w
}

// ruleOut rules a work out of a public contest, upon a complaint.
func (w *world) ruleOut(e *contest.Entry) {
	w.t.Helper()
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: e.ID, Text: "Sao chép"})
	id := w.s.Complaints[len(w.s.Complaints)-1].ID
	w.correct(contest.DecideComplaint{ID: id, Upheld: true, Reason: "Sao chép từ đài khác", Correction: contest.Correcting{RuleOut: []string{e.ID}}})
}

// The sheets of a work that a correction ruled out say so, and count nowhere, in no round;
// what its entrant was told stays told.
func TestSheetsOfAWorkRuledOutByACorrectionCountNowhere(t *testing.T) {
	w := twoRounds(t)
	e := w.s.Entries[2]
	told := len(w.s.CommentsOn(e.ID))
	w.ruleOut(e)
	for _, run := range w.replays().Rounds {
		out := 0
		for _, k := range run.Tasks {
			if off := k.Status() == contest.SetAside; off != (k.Entry == e.ID) || k.Counts() == off {
				t.Errorf("%s %s: %s, counts %v", run.ID, k.Entry, k.Status(), k.Counts())
			}
		}
		works := len(run.Entries) - 1
		f, ok, err := paper.FairnessOf(w.s, run, text.Vietnamese, w.now)
		if err != nil || !ok {
			t.Fatal(err)
		}
		for _, h := range f.Habits {
			if h.Entries != works {
				t.Errorf("%s %s: %d works, want %d", run.ID, h.Name, h.Entries, works)
			}
		}
		for _, j := range paper.JuriesOf(w.s, run, text.Vietnamese, w.now).Judges {
			for _, sheet := range j.Parts[0].Sheets {
				if sheet.Code != run.Codes[e.ID] {
					continue
				}
				out++
				if want := text.Vietnamese.Say("contest.signed_dropped_two", "first", "Ban tổ chức", "by", "Phó ban tổ chức", "at", w.now,
					"reason", "Sao chép từ đài khác"); sheet.Note != want {
					t.Errorf("%s: %q, want %q", j.Name, sheet.Note, want)
				}
			}
		}
		if signed, open := run.Progress(); out != 5 || signed != 5*works || open != 0 {
			t.Errorf("%s: %d sheets of it, %d signed, %d open", run.ID, out, signed, open)
		}
	}
	for _, x := range w.s.SignedBy("J1") {
		if x.Dropped != nil || x.First != "" {
			t.Errorf("a judge is told of %+v by %q", x.Dropped, x.First)
		}
	}
	if n := slices.IndexFunc(w.s.SignedBy("J1"), func(x contest.SignedSheet) bool { return !x.Counts }); n < 0 {
		t.Error("a judge reads that all her sheets count")
	}
	if run, _ := w.s.Told(e.ID); run != w.s.Last() || len(w.s.CommentsOn(e.ID)) != told {
		t.Error("what its entrant was told is gone")
	}
}

// A correction that rules a work out of the contest changes figures of every round it was
// judged in. In each, what was official first stands beside, the work keeps its line, the
// correction is named, and who went on is who went on.
func TestACorrectionIsToldInEveryRoundItTouches(t *testing.T) {
	w := twoRounds(t)
	first, out, moved := w.s.Rounds[0], w.s.Entries[2], w.s.Entries[7]
	was, _, err := paper.FeedbackOf(w.s, moved, text.Vietnamese, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if said := draw(w, first.ID, "minutes"); strings.Contains(said, "Điểm và hạng khi vòng kết thúc") {
		t.Errorf("corrected before it was:\n%s", said)
	}
	w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: out.ID, Text: "Sao chép"})
	w.do(w.organiser(), contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Sao chép từ đài khác",
		Correction: contest.Correcting{RuleOut: []string{out.ID}}})
	foretold, err := w.s.EarlierShifts(w.s.Proposed)
	if err != nil || len(foretold) != 1 || foretold[0].Round != first.ID {
		t.Fatalf("%+v, %v", foretold, err)
	}
	w.do(w.second(), contest.DecideCorrection{ID: "DX-01", Confirm: true})
	now, err := w.s.Places(first)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(now, first.Finished.Places[:len(now)]) {
		t.Fatal("nothing moved: the test proves nothing")
	}
	changed := slices.DeleteFunc(contest.Shifted(w.s.FirstPlaces(first), now), func(x contest.Shift) bool { return !x.Changed() })
	if len(changed) != len(foretold[0].Shifts) {
		t.Errorf("foretold %d works, came %d", len(foretold[0].Shifts), len(changed))
	}
	for i, x := range foretold[0].Shifts {
		if x.Entry != changed[i].Entry || x.About != (x.Entry == out.ID) {
			t.Errorf("foretold %+v, came %+v", x, changed[i])
		}
	}
	table, err := paper.ResultsOf(w.replays(), first, text.Vietnamese, w.now)
	if err != nil {
		t.Fatal(err)
	}
	on := 0
	for _, row := range table.Groups[0].Rows {
		if row.On {
			on++
		}
		if gone := row.Code == first.Codes[out.ID]; gone != (row.Out != "") || gone != (row.Rank == 0) || gone && !strings.Contains(row.Out, "KN-01") {
			t.Errorf("%+v", row)
		}
	}
	if on != len(first.Finished.Promoted) || len(table.Groups[0].Rows) != len(first.Entries) {
		t.Errorf("%d of %d lines went on, %d were said to", on, len(table.Groups[0].Rows), len(first.Finished.Promoted))
	}
	const why = "theo khiếu nại KN-01: Sao chép từ đài khác"
	for document, wants := range map[string][]string{
		"minutes": {why, "Khiếu nại KN-01 được chấp nhận", "Loại tác phẩm " + out.Code, "Điểm và hạng khi vòng kết thúc", "Hạng khi kết thúc",
			"Bị loại theo khiếu nại KN-01", "được chốt khi vòng “Sơ khảo” kết thúc"},
		"table": {why, "Điểm và hạng khi vòng kết thúc", "Bị loại theo khiếu nại KN-01"},
	} {
		said := draw(w, first.ID, document)
		for _, want := range wants {
			if !strings.Contains(said, want) {
				t.Errorf("the %s of the first round lacks %q:\n%s", document, want, said)
			}
		}
	}
	if said := draw(w, "chung-khao", "minutes"); !strings.Contains(said, "Điểm và hạng công bố lần đầu") || !strings.Contains(said, why) {
		t.Errorf("the last round's:\n%s", said)
	}
	f, _, err := paper.FeedbackOf(w.s, moved, text.Vietnamese, w.now)
	if err != nil || f.First == nil || f.First.Rank != was.Rank || f.First.Of != was.Of || f.First.Value != was.Value || f.Of != was.Of-1 {
		t.Fatalf("told %+v, before %+v", f, was)
	}
	told := ""
	for _, b := range f.Draw(office.Office{}, text.Vietnamese).Body {
		if x, ok := b.(office.Text); ok {
			told += x.Words + "\n"
		}
	}
	if !strings.Contains(told, "Khi vòng kết thúc: xếp hạng "+fmt.Sprint(was.Rank)+" trong 9 tác phẩm") || !strings.Contains(told, why) {
		t.Errorf("its entrant is told:\n%s", told)
	}
	f, ok, err := paper.FeedbackOf(w.s, out, text.Vietnamese, w.now)
	if err != nil || !ok || f.Rank != 0 || f.First == nil || !strings.Contains(f.Out, "KN-01") {
		t.Errorf("who is out is told %+v, %v", f, err)
	}
}

// A work ruled out between two rounds is told in the first one's papers too.
func TestAWorkRuledOutBetweenRoundsKeepsItsLine(t *testing.T) {
	w := newWorld(t, "giua-vong")
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.Promotion = "so-khao", "Sơ khảo", contest.Promotion{By: contest.TopN, N: 3}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w.open(r)
	for i := 1; i <= 5; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "so-khao", "chung-khao")
	w.toRound("so-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	w.now = w.now.Add(time.Hour)
	w.do(w.organiser(), contest.RuleOutEntry{Entry: w.s.Entries[0].ID, Reason: "Không đúng đối tượng"})
	said := draw(w, "so-khao", "minutes")
	for _, want := range []string{"Bị loại khỏi hội thi", "Điểm và hạng khi vòng kết thúc"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q:\n%s", want, said)
		}
	}
}

// draw is a paper of a round, its words and cells a line each.
func draw(w *world, round, document string) string {
	w.t.Helper()
	list, err := paper.Draw(w.s, noUnits, round, document, office.Office{}, text.Vietnamese, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(list)
}
