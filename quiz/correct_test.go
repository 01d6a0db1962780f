package quiz

import (
	"testing"
	"time"

	"loa/accounts"
)

// TestARightAnswerIsPutRight: before publication by one organiser, who gives a reason; all tries are counted by it. Of a public result by
// two, neither of whom let the other in since it was decided.
func TestARightAnswerIsPutRight(t *testing.T) {
	q := contest(t, nil)
	other := exam.Right[0]%exam.Many[0] + 1
	c := CorrectKey{ID: q.ID, Question: 1, Right: other, Why: "Quy định mới"}
	edit := func(do func(*CorrectKey)) CorrectKey { d := c; do(&d); return d }
	draft, gone := q, q
	draft.Stage, gone.Forgotten = Draft, q.Closes
	stale := by(org, time.Hour)
	stale.Seen = "other"
	for name, x := range map[string]struct {
		m    accounts.Meta
		of   Contest
		c    CorrectKey
		code string
		at   string
	}{
		"a draft":             {by(org, time.Hour), draft, c, "quiz.not_taken", ""},
		"another district":    {by(huyen, time.Hour), q, c, "accounts.denied", ""},
		"from an older one":   {stale, q, c, "edit.stale", ""},
		"no such question":    {by(org, time.Hour), q, edit(func(c *CorrectKey) { c.Question = 99 }), "quiz.no_question", ""},
		"no such answer":      {by(org, time.Hour), q, edit(func(c *CorrectKey) { c.Right = 7 }), "quiz.right_missing", "right"},
		"nothing chosen":      {by(org, time.Hour), q, edit(func(c *CorrectKey) { c.Right = 0 }), "quiz.right_missing", "right"},
		"what is right":       {by(org, time.Hour), q, edit(func(c *CorrectKey) { c.Right = exam.Right[0] }), "quiz.right_same", "right"},
		"without a reason":    {by(org, time.Hour), q, edit(func(c *CorrectKey) { c.Why = " " }), "quiz.why_missing", "why"},
		"when names are gone": {by(org, time.Hour), gone, c, "quiz.forgotten", ""},
	} {
		if _, err := DecideCorrect(exam, x.m, x.of, x.c); !is(err, x.code, x.at) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := DecideCorrect(exam, by(org, time.Hour), q, c)
	if err != nil || got.Key == nil || got.Key.Right[0] != other || exam.Right[0] == other || got.Fixes {
		t.Fatalf("%+v, %v", got, err)
	}
	if said := got.Contest.Corrected; len(said) != 1 || said[0].By != org.Name || said[0].Why != c.Why || said[0].Was != exam.Right[0] {
		t.Errorf("who and why: %+v", said)
	}
	all, err := DecideCorrect(exam, by(org, time.Hour), q, edit(func(c *CorrectKey) { c.Everybody = true }))
	if err != nil || all.Key.Right[0] != 0 {
		t.Fatalf("%+v, %v", all, err)
	}
	try := Try{ID: "T", Picks: make([]Pick, len(exam.Right))}
	if n := all.Key.Recount(try).Right; n != 1 {
		t.Errorf("who answered nothing has %d right where everybody has one", n)
	}
	fixed := q
	fixed.Stage = Fixed
	if got, err := DecideCorrect(exam, by(org, time.Hour), fixed, c); err != nil || !got.Fixes || got.Contest.Stage != Fixed {
		t.Errorf("who won is not decided anew: %+v, %v", got, err)
	}

	public := q
	public.Stage = Published
	one, two := org, org
	one.Person, two.Person, two.Name = "p1", "p2", "Anh Chỉnh"
	waits, err := DecideCorrect(exam, by(one, 3*time.Hour), public, c)
	if err != nil || waits.Key != nil || waits.Fixes || waits.Contest.Proposed == nil || len(waits.Contest.Corrected) != 0 {
		t.Fatalf("one person changes a public result: %+v, %v", waits, err)
	}
	w := waits.Contest
	if _, err := DecideCorrect(exam, by(two, 4*time.Hour), w, c); !is(err, "quiz.proposed", "") {
		t.Errorf("a second proposal: %v", err)
	}
	yes, f := AnswerProposal{ID: q.ID, Agree: true}, ProposalFacts{Key: exam, Decided: opens.Add(2 * time.Hour)}
	later := accounts.Begun{At: opens.Add(3 * time.Hour), By: "p1"}
	invited, inviter, before := f, f, f
	invited.Mine, inviter.Theirs = later, accounts.Begun{At: later.At, By: "p2"}
	before.Mine = accounts.Begun{At: opens, By: "p1"}
	for name, x := range map[string]struct {
		f    ProposalFacts
		m    accounts.Meta
		of   Contest
		c    AnswerProposal
		code string
	}{
		"her own":                 {f, by(one, 4*time.Hour), w, yes, "quiz.proposed_own"},
		"let in since":            {invited, by(two, 4*time.Hour), w, yes, "quiz.proposed_invited"},
		"let the other in since":  {inviter, by(two, 4*time.Hour), w, yes, "quiz.proposed_inviter"},
		"nothing waits":           {f, by(two, 4*time.Hour), public, yes, "quiz.proposed_none"},
		"refused without a why":   {f, by(two, 4*time.Hour), w, AnswerProposal{ID: q.ID}, "quiz.why_missing"},
		"somebody without a part": {f, by(huyen, 4*time.Hour), w, yes, "accounts.denied"},
	} {
		if _, err := DecideProposal(x.f, x.m, x.of, x.c); !is(err, x.code, map[string]string{"quiz.why_missing": "why"}[x.code]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, f := range map[string]ProposalFacts{"two": f, "let in before": before} {
		got, err := DecideProposal(f, by(two, 4*time.Hour), w, yes)
		if err != nil || got.Key == nil || !got.Fixes || got.Contest.Stage != Published || got.Contest.Proposed != nil ||
			got.Contest.Corrected[0].Second != two.Name {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, who := range []accounts.Actor{one, two} {
		if got, err := DecideProposal(f, by(who, 4*time.Hour), w, AnswerProposal{Why: "Không cần"}); err != nil || got.Contest.Proposed != nil ||
			got.Key != nil {
			t.Errorf("dropped by %s: %+v, %v", who.Person, got, err)
		}
	}
	m, err := DecideMove(MoveFacts{}, by(one, 4*time.Hour), public, MakeMove{Move: TakeBack, Why: "Sót bài"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := DecideProposal(f, by(two, 5*time.Hour), m.Contest, yes); err != nil || got.Contest.Stage != Announced || !got.Unfixes ||
		got.Contest.Back[0].Second != two.Name {
		t.Errorf("taken back by two: %+v, %v", got, err)
	}
	if seen := got.Contest.ShownTo(accounts.Actor{}); len(seen.Corrected) != 0 {
		t.Errorf("everybody is told while people answer: %+v", seen.Corrected)
	}
}
