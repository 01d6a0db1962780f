package airing

import (
	"slices"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// TestAChangeSaysAllThatFollows walks what a report makes of the log beside itself: an
// engine puts it and knows no more.
func TestAChangeSaysAllThatFollows(t *testing.T) {
	photo := Evidence{ID: "e1", Report: "old", Kind: "photo", SHA256: "aa"}
	gone := Removed{Evidence: Evidence{ID: "e0"}, Why: "chụp nhầm"}
	seen := GivenVerdict{Verdict: Verdict{Report: "old", Finding: Verified, Note: "rõ"}, By: monitor}
	judged := func(l *Line, f Finding) {
		l.Evidence, l.Removed = []Evidence{photo}, []Removed{gone}
		v := seen
		v.Finding = f
		l.Verdicts, l.Finding, l.FindingNote = []GivenVerdict{v}, f, v.Note
	}
	for _, c := range []struct {
		name     string
		edit     func(f *Facts, old *Line, c *Confirm)
		correct  bool
		want     Change // Entry, Line and Moved aside
		evidence int
		finding  Finding
		lapsed   bool
		sum      Tally // how the week's tally moves
		early    bool  // said before the slot began
	}{
		{name: "a report answers its slot", edit: func(*Facts, *Line, *Confirm) {}, want: Change{Answers: "slot"},
			sum: Tally{Aired: 1, Qualifying: 1, OnTime: 1}},
		{name: "still on air, it counts from its end", edit: func(_ *Facts, _ *Line, c *Confirm) { c.Seconds = 2 * 3600 },
			want: Change{Answers: "slot", FromEnd: true}, sum: Tally{Aired: 1, Qualifying: 1, OnTime: 1}},
		{name: "a correction takes over what was seen and found", correct: true, edit: func(_ *Facts, old *Line, c *Confirm) {
			judged(old, Verified)
			c.Note = "cụm loa 2"
		}, want: Change{Replaces: "old", TakesVerdicts: true, TakesEvidence: true, Frees: "slot", Answers: "slot"}, evidence: 1, finding: Verified},
		{name: "another length ends what was found, not what was seen", correct: true, edit: func(_ *Facts, old *Line, c *Confirm) {
			judged(old, Verified)
			c.Seconds = 100
		}, want: Change{Replaces: "old", TakesEvidence: true, Frees: "slot", Answers: "slot"}, evidence: 1, lapsed: true, sum: Tally{}.
				Add(Tally{Qualifying: 1, OnTime: 1, WithEvidence: 1, Verified: 1}, -1)},
		{name: "what is contradicted stays so", correct: true, edit: func(_ *Facts, old *Line, c *Confirm) {
			judged(old, Contradicted)
			c.Seconds = 700
		}, want: Change{Replaces: "old", TakesVerdicts: true, TakesEvidence: true, Frees: "slot", Answers: "slot"}, evidence: 1, finding: Contradicted},
		{name: "it did not air", correct: true, edit: func(_ *Facts, old *Line, c *Confirm) {
			judged(old, Verified)
			c.Outcome, c.Reason, c.Means = NotAired, PowerCut, ""
		}, want: Change{Replaces: "old", Frees: "slot", Answers: "slot"}, lapsed: true, sum: Tally{NotAired: 1, Reasons: ReasonCounts{1}}.
				Add(Tally{Aired: 1, Qualifying: 1, OnTime: 1, WithEvidence: 1, Verified: 1}, -1)},
		{name: "withdrawn, its slot waits again", correct: true, edit: func(_ *Facts, _ *Line, c *Confirm) { c.Outcome, c.Means = Withdrawn, "" },
			want: Change{Replaces: "old", Frees: "slot"}, sum: Tally{}.Add(Tally{Aired: 1, Qualifying: 1, OnTime: 1}, -1)},
		{name: "another report answers the slot by now", correct: true, edit: func(f *Facts, old *Line, c *Confirm) {
			old.Outcome, old.Reason, old.Qualifies, old.Seconds, old.StartedAt = NotAired, Weather, false, 0, slotStart.Add(-time.Hour).UTC()
			c.Outcome, c.Reason, c.Means, c.Note = NotAired, Weather, "", "mưa đá"
			f.OfSlot, f.Answering = &Line{Report: Report{ID: "newer", Slot: "slot", Outcome: Aired}}, false
		}, want: Change{Replaces: "old"}, early: true},
	} {
		f, cmd := facts(), Confirm{ID: someID, Slot: "slot", Outcome: Aired, Means: FM}
		m := accounts.Meta{By: operator, At: slotStart.Add(time.Hour)}
		if c.early {
			m.At = slotStart.Add(-time.Minute)
		}
		old := first(t, f)
		old.ID = "old"
		if c.correct {
			f.Corrected, f.OfSlot, f.Answering = &old, &old, true
			cmd.Corrects, cmd.Why = "old", "bổ sung"
		}
		c.edit(&f, &old, &cmd)
		got, err := Decide(f, m, cmd)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		w := c.want
		if got.Replaces != w.Replaces || got.TakesVerdicts != w.TakesVerdicts || got.TakesEvidence != w.TakesEvidence || got.Frees != w.Frees ||
			got.Answers != w.Answers || got.FromEnd != w.FromEnd || got.Holds != nil || got.LetsGo != nil || got.Before != nil {
			t.Errorf("%s: %+v", c.name, got)
		}
		l := got.Line
		if len(l.Evidence) != c.evidence || len(l.Removed) != c.evidence || l.Finding != c.finding || (l.Lapsed != nil) != c.lapsed ||
			c.finding != "" && (l.FindingOf != "old" || len(l.Verdicts) != 1) {
			t.Errorf("%s: reads %+v", c.name, l)
		}
		if got.Entry.Report == nil || *got.Entry.Report != l.Report || got.Entry.Station != "S00012" || got.Nothing() {
			t.Errorf("%s: appends %+v", c.name, got.Entry)
		}
		var sum Tally
		for _, moved := range got.Tallies(f.Settings.Calendar(text.Zone)) {
			if sum = sum.Add(moved.More, 1).Add(moved.Less, -1); moved.Week != f.Settings.Calendar(text.Zone).Week(slotStart) {
				t.Errorf("%s: tallied in %s", c.name, moved.Week)
			}
		}
		if sum != c.sum {
			t.Errorf("%s: the tally moves by %+v, want %+v", c.name, sum, c.sum)
		}
	}
}

// TestWhatIsTakenAwayIsTakenFromAllThatShowIt: evidence is held by one report and shown by
// those before it.
func TestWhatIsTakenAwayIsTakenFromAllThatShowIt(t *testing.T) {
	photo := Evidence{ID: someID, Report: "x", Kind: "photo", SHA256: "aa"}
	a := About{Line: Line{Report: Report{ID: "x", Station: "S00012", Outcome: Aired, Qualifies: true}, By: operator},
		On: accounts.Where{Station: "S00012"}, Before: []string{"w", "v"}}
	m := accounts.Meta{By: operator, At: slotStart.Add(time.Hour)}
	kept, err := DecideEvidence(a, m, photo)
	if err != nil || kept.Holds == nil || *kept.Holds != photo || kept.LetsGo != nil || len(kept.Before) > 0 || len(kept.Line.Evidence) != 1 {
		t.Fatalf("%+v, %v", kept, err)
	}
	a.Line = kept.Line
	if again, err := DecideEvidence(a, m, photo); err != nil || !again.Nothing() || len(again.Line.Evidence) != 1 || len(again.Moved) > 0 {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	gone, err := DecideRemoval(a, m, Removal{Evidence: photo.ID, Report: "x", Why: "chụp nhầm"})
	if err != nil || gone.LetsGo == nil || *gone.LetsGo != photo || gone.Holds != nil || !slices.Equal(gone.Before, a.Before) ||
		len(gone.Line.Evidence) > 0 || len(gone.Line.Removed) != 1 || len(a.Line.Evidence) != 1 {
		t.Errorf("%+v, %v", gone, err)
	}
	back := gone.Tallies(Calendar{Zone: text.Zone})
	if len(back) != 1 || back[0].Less.WithEvidence != 1 || back[0].More.WithEvidence != 0 {
		t.Errorf("tallied %+v", back)
	}
}

// TestWhatAVerdictRestsOnStays refuses to take evidence away whatever was found by it.
func TestWhatAVerdictRestsOnStays(t *testing.T) {
	photo := Evidence{ID: someID, Report: "x", Kind: Photo, SHA256: "aa"}
	for _, finding := range Findings {
		a := About{Line: Line{Report: Report{ID: "x", Station: "S00012", Outcome: Aired, Qualifies: true}, By: operator, Evidence: []Evidence{photo}},
			On: accounts.Where{Station: "S00012"}}
		found, err := DecideVerdict(a, accounts.Meta{By: monitor, At: slotStart}, Verdict{Report: "x", Finding: finding, Note: "ảnh cũ"})
		if err != nil {
			t.Fatal(err)
		}
		a.Line = found.Line
		m := accounts.Meta{By: operator, At: slotStart.Add(time.Hour)}
		if _, err := DecideRemoval(a, m, Removal{Evidence: photo.ID, Report: "x", Why: "nhầm"}); !fault.Is(err, "airing.evidence_verified") {
			t.Errorf("found %s: %v", finding, err)
		}
	}
}
