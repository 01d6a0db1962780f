package contest_test

import (
	"slices"
	"testing"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
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
