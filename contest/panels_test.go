package contest_test

import (
	"slices"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/text"
)

// The minutes of a round name who scored in it, say which works had too few judges,
// and that two panels under one award differ.
func TestMinutesTellOfTheRoundTheyAreAbout(t *testing.T) {
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.PerEntry, first.Promotion = "so-khao", "Sơ khảo", 2, contest.Promotion{By: contest.TopN, N: 4}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	r.Conflicts = contest.Conflicts{}
	w := newWorld(t, "bien-ban")
	w.open(r)
	for i := 1; i <= 9; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(6)
	w.do(w.organiser(), contest.SetPanels{Round: "so-khao", Panels: []contest.Panel{
		{ID: "a", Name: "Ban A", Judges: []string{"J1", "J2"}, Districts: []string{"081"}},
		{ID: "b", Name: "Ban B", Judges: []string{"J3", "J4", "J6"}}}})
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban chung khảo", Judges: []string{"J1", "J5"}}}})
	w.toRound("so-khao")
	w.score(func(task *contest.Task, _ contest.Criterion) ranking.Points {
		n := ranking.Points(task.Code[0]%3) * ranking.Point / 2 // works of one panel differ a little
		if task.Judge == "J1" || task.Judge == "J2" {
			return pt(7) + n
		}
		return pt(2) + n
	})
	short := w.s.Entries[0].ID // of Ban A, where nobody can take over
	w.exclude("J2", short)
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	m, err := paper.MinutesOf(w.s, w.s.Rounds[0], noUnits, text.Vietnamese, w.now)
	if err != nil {
		t.Fatal(err)
	}
	names := func(m paper.Minutes) string {
		var list []string
		for _, j := range m.Jury {
			list = append(list, strings.TrimPrefix(j.Name, "Giám khảo "))
		}
		return strings.Join(slices.Sorted(slices.Values(list)), " ")
	}
	if got := names(m); got != "J1 J2 J3 J4 J6" {
		t.Errorf("the preliminary's jury is %s", got)
	}
	if said := strings.Join(m.Decisions, "\n"); strings.Count(said, "ít hơn 2 theo thể lệ") != 1 {
		t.Errorf("of too few judges: %s", said)
	}
	if s := w.s.Shorts(w.s.Rounds[0]); len(s) != 1 || s[0] != (contest.Short{Entry: short, Part: "ct", Have: 1, Asked: 2}) {
		t.Errorf("%v", s)
	}
	gaps := w.s.PanelGaps(w.s.Rounds[0])
	if len(gaps) != 1 || gaps[0].Mild != "Ban A" || gaps[0].Strict != "Ban B" || gaps[0].Works != [2]int{3, 6} {
		t.Errorf("%+v", gaps)
	}
	if said := strings.Join(m.Groups[0].Notes, "\n"); !strings.Contains(said, "Ban A") || !strings.Contains(said, "Ban B") {
		t.Errorf("of the panels: %s", said)
	}
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	if m, err = paper.MinutesOf(w.s, w.s.Last(), noUnits, text.Vietnamese, w.now); err != nil || names(m) != "J1 J5" {
		t.Errorf("the final's jury is %s, %v", names(m), err)
	}
}

// Panels that give alike are no matter for a word.
func TestLikePanelsGetNoWarning(t *testing.T) {
	w := newWorld(t, "bien-ban")
	r := plain()
	w.open(r)
	for i := 1; i <= 8; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(4)
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{
		{ID: "a", Name: "Ban A", Judges: []string{"J1", "J2"}, Districts: []string{"081"}}, {ID: "b", Name: "Ban B", Judges: []string{"J3", "J4"}}}})
	w.toRound("chung-khao")
	w.score(byEntry(w))
	if gaps := w.s.PanelGaps(w.s.Running()); len(gaps) > 0 {
		t.Errorf("%+v", gaps)
	}
}
