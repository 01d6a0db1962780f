package contest_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// saidContest has its round over; each judge wrote a comment on every work and J2
// a note and blanks besides.
func saidContest(t *testing.T) *world {
	w := newWorld(t, "nhan-xet")
	w.open(plain())
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	rules, _ := w.s.Rules.Round("chung-khao")
	for i, task := range w.s.Running().Tasks {
		c := contest.Content{Marks: map[string]ranking.Points{}, Comment: fmt.Sprintf("Lời của %s về %s", task.Judge, task.Entry)}
		for _, k := range rules.Part(task.Part).Criteria {
			c.Marks[k.ID] = pt(5 + i%3)
		}
		if task.Judge == "J2" {
			c.Notes = []contest.Note{{Seconds: 1, Text: "  "}, {Seconds: 65, Text: "Nhạc to"}}
		}
		w.do(w.judge(task.Judge), contest.SaveSheet{Task: task.ID, Content: c})
		w.do(w.judge(task.Judge), contest.SignSheet{Task: task.ID, Base: 1})
	}
	return w
}

func TestCommentsAreHeldBackOrEditedAndBothVersionsKept(t *testing.T) {
	w := saidContest(t)
	if list := w.s.Comments(); len(list) > 0 {
		t.Errorf("of a round that is judged: %v", list)
	}
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	list := w.s.Comments()
	if len(list) != 3*3+3 { // blank notes are none
		t.Fatalf("%d comments", len(list))
	}
	e := w.s.Entries[0]
	on := w.s.CommentsOn(e.ID)
	of := func(judge string, note bool) contest.Comment {
		i := slices.IndexFunc(on, func(c contest.Comment) bool { return c.Judge == judge && c.Note == note })
		return on[i]
	}
	plain, rude, note := of("J1", false), of("J3", false), of("J2", true)
	if !strings.HasSuffix(note.ID, ".2") || note.Seconds != 65 {
		t.Errorf("%+v", note)
	}

	w.refused("contest.unknown_comment", w.organiser(), contest.ReviewComment{ID: "none", Fate: contest.FateHeld, Reason: "x"})
	w.refused("contest.unknown_comment", w.organiser(), contest.ReviewComment{ID: note.ID + "1", Fate: contest.FateHeld, Reason: "x"})
	w.refused("contest.unknown_fate", w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: "burnt", Reason: "x"})
	w.refused("contest.reason_missing", w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: contest.FateHeld})
	w.refused("contest.reason_missing", w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: contest.FateEdited, Text: "Khác"})
	w.refused("contest.comment_empty", w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: contest.FateEdited, Text: " ", Reason: "x"})
	w.refused("contest.comment_same", w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: contest.FateEdited, Text: rude.Text + " ", Reason: "x"})
	w.refused("contest.text_too_long", w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: contest.FateEdited,
		Text: strings.Repeat("à", 5001), Reason: "x"})
	w.refused("accounts.denied", w.judge("J1"), contest.ReviewComment{ID: rude.ID, Fate: contest.FateHeld, Reason: "x"})
	w.refused("accounts.denied", w.operator(1), contest.ReleaseComments{IDs: []string{plain.ID}})
	w.refused("contest.unknown_comment", w.organiser(), contest.ReleaseComments{IDs: []string{plain.ID, "none"}})

	edit := contest.ReviewComment{ID: rude.ID, Fate: contest.FateEdited, Text: "Nên đọc chậm hơn", Reason: "Lời nặng"}
	w.do(w.organiser(), edit)
	before := w.s.Seq
	w.do(w.organiser(), edit)
	if w.s.Seq != before {
		t.Error("the same decision was written twice")
	}
	w.do(w.organiser(), contest.ReviewComment{ID: note.ID, Fate: contest.FateHeld, Reason: "Nhầm bài"})
	w.do(w.organiser(), contest.ReleaseComments{IDs: []string{plain.ID, plain.ID, rude.ID}}) // what is decided stays decided
	if c, _ := w.s.Comment(rude.ID); c.Fate() != contest.FateEdited || c.Text != rude.Text {
		t.Errorf("%+v", c)
	}
	if c, _ := w.s.Comment(plain.ID); c.Fate() != contest.FateAsIs || len(c.Reviews) != 1 {
		t.Errorf("%+v", c)
	}

	// The entrant reads the words that go out, the judge both.
	feedback := func() paper.Feedback {
		f, ok, err := paper.FeedbackOf(w.s, e, text.Vietnamese, w.now)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return f
	}
	f := feedback()
	if all := strings.Join(f.Comments, "\n"); len(f.Comments) != 3 || strings.Contains(all, rude.Text) || !strings.Contains(all, edit.Text) ||
		!strings.Contains(all, plain.Text) {
		t.Errorf("%q", f.Comments)
	}
	if len(f.Remarks) != 0 || f.Edited != 1 {
		t.Errorf("%v, %d edited", f.Remarks, f.Edited)
	}
	fates := func(judge string) (out []contest.CommentFate) {
		for _, x := range w.s.SignedBy(judge) {
			out = append(out, x.Fates...)
		}
		return out
	}
	if x := fates("J3"); len(x) != 1 || x[0].Was != rude.Text || x[0].Text != edit.Text || x[0].Reason != edit.Reason || x[0].By != "Ban tổ chức" {
		t.Errorf("%+v", x)
	}
	if x := fates("J2"); len(x) != 1 || x[0].Fate != contest.FateHeld || x[0].Seconds != 65 {
		t.Errorf("%+v", x)
	}
	if x := fates("J1"); len(x) != 0 {
		t.Errorf("as it is: %+v", x)
	}

	// Who publishes is told of what nobody has looked at, and only of that.
	open := func() (works []string) {
		for _, o := range contest.Asks(w.s, w.facts, contest.PublishResults{}).Open {
			if o.Key == "contest.open_comments" {
				works = o.Of
			}
		}
		return works
	}
	if got := open(); !slices.Equal(got, []string{"TP-001", "TP-002", "TP-003"}) {
		t.Errorf("open: %v", got)
	}
	var rest []string
	for _, c := range w.s.Comments() {
		rest = append(rest, c.ID)
	}
	w.do(w.organiser(), contest.ReleaseComments{IDs: rest})
	if got := open(); got != nil {
		t.Errorf("open: %v", got)
	}

	// Once it is out a decision is taken anew with a reason, and both are told.
	w.do(w.organiser(), contest.PublishResults{})
	w.refused("contest.reason_missing", w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: contest.FateAsIs})
	w.do(w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: contest.FateAsIs, Reason: "Giám khảo đề nghị"})
	if f := feedback(); f.Edited != 0 || !slices.Contains(f.Comments, rude.Text) {
		t.Errorf("%+v", f)
	}
	c, _ := w.s.Comment(rude.ID)
	if len(c.Reviews) != 2 || c.Reviews[0].Late || !c.Reviews[1].Late {
		t.Errorf("%+v", c.Reviews)
	}
	m, err := paper.MinutesOf(w.s, w.s.Last(), noUnits, text.Vietnamese, w.now)
	if said := strings.Join(m.Decisions, "\n"); err != nil || !strings.Contains(said, "Lời nặng") || !strings.Contains(said, "Giám khảo đề nghị") ||
		!strings.Contains(said, "Nhầm bài") {
		t.Errorf("%s, %v", said, err)
	}
	fair, _, err := paper.FairnessOf(w.s, w.s.Last(), text.Vietnamese, w.now)
	if said := strings.Join(fair.Words, "\n"); err != nil || len(fair.Words) != 1 || !strings.Contains(said, "J2") || !strings.Contains(said, "giữ lại 1") {
		t.Errorf("%s, %v", said, err)
	}
	again := w.replays()
	if x, _ := again.Comment(rude.ID); fmt.Sprint(x) != fmt.Sprint(c) {
		t.Errorf("a replay tells %+v", x)
	}
	w.do(w.organiser(), contest.CloseContest{})
	w.refused("contest.closed", w.organiser(), contest.ReviewComment{ID: rude.ID, Fate: contest.FateHeld, Reason: "x"})
}

// A sheet that stops counting takes its comments along: nobody sends what a judge
// wrote who should not have scored the work.
func TestCommentsOfASheetThatDoesNotCountGoNowhere(t *testing.T) {
	w := saidContest(t)
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	e := w.s.Entries[0]
	of := w.s.CommentsOn(e.ID)[0]
	w.do(w.organiser(), contest.ReviewComment{ID: of.ID, Fate: contest.FateEdited, Text: "Sửa", Reason: "x"})
	w.exclude(of.Judge, e.ID)
	if _, ok := w.s.Comment(of.ID); ok {
		t.Error("the comment is still there")
	}
	w.refused("contest.unknown_comment", w.organiser(), contest.ReviewComment{ID: of.ID, Fate: contest.FateHeld, Reason: "x"})
	w.replays()
}

// An archive whose decision is about words no judge wrote is found although its
// hashes were made anew.
func TestAnArchiveWithInventedCommentsIsWrong(t *testing.T) {
	w := saidContest(t)
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	of := w.s.Comments()[0]
	w.do(w.organiser(), contest.ReviewComment{ID: of.ID, Fate: contest.FateEdited, Text: "Nên đọc chậm hơn", Reason: "Lời nặng"})
	last := &w.log[len(w.log)-1]
	was := bytes.Clone(last.Body)
	last.Body = bytes.Replace(was, []byte(`"was":"`), []byte(`"was":"Khác. `), 1)
	last.Hash = last.Sum()
	_, err := contest.Replay(w.s.ID, func(yield func(contest.Event, error) bool) {
		for _, x := range w.log {
			if !yield(x, nil) {
				return
			}
		}
	})
	if err == nil || fault.Of(err) != nil && fault.Of(err).Kind == fault.Invalid {
		t.Errorf("an invented comment: %v", err)
	}
}

// What judges wrote in a round that was not the last stays listed for works that went on,
// and reaches their entrants beside what was written later.
func TestCommentsOfEarlierRoundsStay(t *testing.T) {
	w := newWorld(t, "hai-vong")
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.Promotion = "so-khao", "Sơ khảo", contest.Promotion{By: contest.TopN, N: 2}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w.open(r)
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "so-khao", "chung-khao")
	for _, round := range []string{"so-khao", "chung-khao"} {
		w.toRound(round)
		for _, k := range w.s.Running().Tasks {
			c := contest.Content{Marks: map[string]ranking.Points{}, Comment: k.Judge + " ở " + round}
			for _, x := range first.Part(k.Part).Criteria {
				c.Marks[x.ID] = byEntry(w)(k, x)
			}
			w.do(w.judge(k.Judge), contest.SaveSheet{Task: k.ID, Content: c})
			w.do(w.judge(k.Judge), contest.SignSheet{Task: k.ID, Base: 1})
		}
		w.do(w.organiser(), contest.FinishRound{Round: round})
	}
	if n := len(w.s.Comments()); n != 3*3+2*3 {
		t.Errorf("%d comments are listed", n)
	}
	rounds := map[string]int{}
	on := w.s.CommentsOn(w.s.Entries[0].ID)
	for _, c := range on {
		rounds[c.Round]++
	}
	if rounds["so-khao"] != 3 || rounds["chung-khao"] != 3 {
		t.Errorf("of the first work: %v", rounds)
	}
	w.do(w.organiser(), contest.ReviewComment{ID: on[0].ID, Fate: contest.FateHeld, Reason: "Nêu tên người"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	f, ok, err := paper.FeedbackOf(w.s, w.s.Entries[0], text.Vietnamese, w.now)
	if err != nil || !ok || len(f.Comments) != 5 || !slices.Contains(f.Comments, on[1].Text) {
		t.Errorf("the entrant reads %v, %v", f.Comments, err)
	}
}
