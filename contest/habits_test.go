package contest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/text"
)

// A contest closed by an earlier version, with every kind of event it had,
// replays to what it published: its habits are those of each award.
func TestAContestOfBeforeReplaysToWhatItPublished(t *testing.T) {
	f, err := os.Open("testdata/contest-of-before.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := contest.Replay("hoi-thi-cu", func(yield func(contest.Event, error) bool) {
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<22)
		for lines.Scan() {
			var e contest.Event
			err := json.Unmarshal(lines.Bytes(), &e)
			if !yield(e, err) || err != nil {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Head   string
		Given  []contest.Given
		Places []contest.Place
	}
	raw, err := os.ReadFile("testdata/contest-of-before.given.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if s.Head != want.Head || !slices.Equal(s.Given, want.Given) || !slices.Equal(s.Last().Finished.Places, want.Places) || s.Phase != contest.Closed {
		t.Errorf("%v and %v, want %v and %v", s.Given, s.Last().Finished.Places, want.Given, want.Places)
	}
}

// twoThemes is a contest of two themes with four works each and an award over
// both: by theme nobody scores enough to know a habit from, in the round all do.
func twoThemes(t *testing.T) *world {
	w := newWorld(t, "chuan-hoa")
	r := plain()
	r.Themes = []contest.Theme{{ID: "ntm", Name: "Nông thôn mới"}, {ID: "atgt", Name: "An toàn giao thông"}}
	r.Rounds[0].Method = ranking.Normalised
	r.Awards = []contest.Award{{ID: "chung", Name: "Giải chung", Prizes: ladder(1, 1)},
		{ID: "ntm", Name: "Giải nông thôn mới", Theme: "ntm", Prizes: ladder(1)},
		{ID: "atgt", Name: "Giải an toàn giao thông", Theme: "atgt", Prizes: ladder(1)}}
	w.open(r)
	for i := 1; i <= 8; i++ {
		x := w.work(i)
		if i > 4 {
			x.Theme = "atgt"
		}
		w.enter(i, x)
	}
	return w
}

// uneven lets J3 be mild and wide, J1 strict.
func uneven(w *world) func(*contest.Task, contest.Criterion) ranking.Points {
	return func(t *contest.Task, k contest.Criterion) ranking.Points {
		at := slices.IndexFunc(w.s.Entries, func(e *contest.Entry) bool { return e.ID == t.Entry })
		n := (at*7 + len(k.Name) + int(k.ID[1])) % 6
		switch t.Judge {
		case "J3":
			n = n*2 + 8
		case "J1":
			n /= 2
		}
		return min(pt(10), ranking.Points(n)*ranking.Point/2)
	}
}

func TestAHabitIsAJudgesOverTheWholeRound(t *testing.T) {
	w := twoThemes(t)
	w.jury(3, "chung-khao")
	w.toRound("chung-khao")
	w.score(uneven(w))
	if len(w.s.Unknowns("chung-khao")) > 0 {
		t.Errorf("eight works each tell enough: %v", w.s.Unknowns("chung-khao"))
	}
	standings, err := w.s.Standings(w.s.Running())
	if err != nil {
		t.Fatal(err)
	}
	official, differs := map[string]ranking.Rational{}, false
	for _, st := range standings {
		plain, err := st.Tally.Rank(ranking.Mean)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range st.Ranking.Rows {
			if before, ok := official[row.Entry.ID]; ok && before != row.Value {
				t.Errorf("%s has the values %s and %s", row.Entry.ID, before, row.Value)
			}
			official[row.Entry.ID] = row.Value
			mean, _ := plain.Row(row.Entry.ID)
			differs = differs || mean.Value != row.Value
		}
	}
	if !differs {
		t.Error("the normalised value is the mean")
	}
	for id, want := range recomputed(t, w.log) {
		if got := official[id].Float(); math.Abs(got-want) > 1e-8 {
			t.Errorf("%s is worth %v, recomputed %v", id, got, want)
		}
	}
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.replays()
}

// recomputed are the normalised values of a round of one part, from the log's JSON
// alone and by floats, by the formula of the method.
func recomputed(t *testing.T, log []contest.Event) map[string]float64 {
	t.Helper()
	type task struct{ ID, Judge, Entry string }
	var tasks []task
	weights := map[string]float64{}
	marks := map[string]map[string]float64{}
	for _, e := range log {
		var b struct {
			Rules *struct {
				Rounds []struct {
					Parts []struct {
						Criteria []struct {
							ID     string
							Max    json.Number
							Points json.Number
						}
					}
				}
			}
			Tasks []task
			Task  string
			Marks map[string]json.Number
		}
		if err := json.Unmarshal(e.Body, &b); err != nil {
			t.Fatal(err)
		}
		switch e.Kind {
		case "contest.drafted":
			for _, k := range b.Rules.Rounds[0].Parts[0].Criteria {
				most, _ := k.Max.Float64()
				worth, _ := k.Points.Float64()
				weights[k.ID] = worth / most
			}
		case "round.started":
			tasks = b.Tasks
		case "sheet.saved":
			marks[b.Task] = map[string]float64{}
			for k, v := range b.Marks {
				marks[b.Task][k], _ = v.Float64()
			}
		}
	}
	given := map[string]map[string]float64{} // by judge, by entry
	all, count := 0.0, 0.0
	for _, x := range tasks {
		sum := 0.0
		for k, v := range marks[x.ID] {
			sum += v * weights[k]
		}
		if given[x.Judge] == nil {
			given[x.Judge] = map[string]float64{}
		}
		given[x.Judge][x.Entry] = sum
		all, count = all+sum, count+1
	}
	grand, pooled, free := all/count, 0.0, 0.0
	mean, spread := map[string]float64{}, map[string]float64{}
	for j, list := range given {
		n := float64(len(list))
		for _, v := range list {
			mean[j] += v / n
		}
		for _, v := range list {
			spread[j] += (v - mean[j]) * (v - mean[j])
		}
		pooled, free = pooled+spread[j], free+n-1
		spread[j] /= n - 1
	}
	pooled /= free
	out, of := map[string]float64{}, map[string]float64{}
	for j, list := range given {
		n := float64(len(list))
		c := n / (n + 5)
		for e, v := range list {
			if n >= 5 {
				v = grand + math.Sqrt(pooled/(c*spread[j]+(1-c)*pooled))*(v-c*mean[j]-(1-c)*grand)
			}
			out[e], of[e] = out[e]+v, of[e]+1
		}
	}
	for e := range out {
		out[e] /= of[e]
	}
	return out
}

// Where a habit cannot be known that is said before judging opens and on the paper.
func TestUnknownHabitsAreTold(t *testing.T) {
	w := twoThemes(t)
	w.jury(4, "chung-khao")
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{
		{ID: "a", Name: "Ban A", Judges: []string{"J1", "J2", "J3"}}, {ID: "b", Name: "Ban B", Judges: []string{"J4"}, Themes: []string{"atgt"}}}})
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{
		{ID: "b", Name: "Ban B", Judges: []string{"J4"}, Themes: []string{"atgt"}}, {ID: "a", Name: "Ban A", Judges: []string{"J1", "J2", "J3"}}}})
	w.now = later
	before := w.s.Unknowns("chung-khao")
	if len(before) != 4 || before[3] != (contest.Unknown{Judge: "J4", Part: "ct", Works: 4}) {
		t.Errorf("before judging: %v", before)
	}
	w.toRound("chung-khao")
	if now := w.s.Unknowns("chung-khao"); fmt.Sprint(now) != fmt.Sprint(before) {
		t.Errorf("%v, foretold %v", now, before)
	}
	w.score(uneven(w))
	res, err := paper.ResultsOf(w.s, w.s.Running(), text.Vietnamese, w.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range res.Groups {
		notes := slices.DeleteFunc(g.Notes, func(s string) bool { return !strings.Contains(s, "chuẩn hoá") })
		if g.Name == "Giải an toàn giao thông" && (len(notes) != 1 || !strings.Contains(notes[0], "J4")) || g.Name == "Giải chung" && len(notes) != 4 {
			t.Errorf("%s: %q", g.Name, notes)
		}
	}
}

// What an organiser's form does not say of the method's version stays as it is.
func TestTheVersionOfTheMethodStays(t *testing.T) {
	w := twoThemes(t)
	if got := w.s.Rules.Rounds[0].Habits; got != contest.HabitsOfRound {
		t.Fatalf("opened with %q", got)
	}
	next := w.s.Rules
	next.Rounds = slices.Clone(next.Rounds)
	next.Rounds[0].Habits = contest.HabitsOfGroup
	w.refused("contest.nothing_changed", w.organiser(), contest.ChangeRules{Rules: next, Reason: "Đổi"})
}

// Who decides that a sheet does not count is told before whose habit is not known any more
// then, and what that does to the points of every work: as it comes to be.
func TestDroppingASheetTellsWhoseHabitIsLost(t *testing.T) {
	w := newWorld(t, "mat-thoi-quen")
	r := plain()
	r.Rounds[0].Method = ranking.Normalised
	w.open(r)
	for i := 1; i <= 5; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(5, "chung-khao")
	w.toRound("chung-khao")
	e, by := w.s.Entries[2].ID, byEntry(w)
	if list, shifts, err := w.s.Without("chung-khao", "J2", []string{e}); err != nil || len(list) != 1 || len(shifts) > 0 {
		t.Errorf("while sheets are open: %+v, %+v, %v", list, shifts, err)
	}
	w.score(func(k *contest.Task, c contest.Criterion) ranking.Points {
		if k.Judge == "J2" { // a strict one
			return by(k, c) / ranking.Point * ranking.Point / 2
		}
		return by(k, c)
	})
	list, shifts, err := w.s.Without("chung-khao", "J2", []string{e})
	if err != nil || len(list) != 1 || list[0].Judge != "J2" || list[0].Works != 4 || len(shifts) != 5 {
		t.Fatalf("%+v, %+v, %v", list, shifts, err)
	}
	said := paper.WithoutInWords(w.s, "chung-khao", "J2", []string{e}, text.Vietnamese)
	if len(said) != 1 || strings.Count(said[0], "→") != 5 {
		t.Errorf("told: %q", said)
	}
	w.exclude("J2", e)
	now, err := w.s.Places(w.s.Running())
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range shifts {
		if *x.After != now[i] || !x.Moved() {
			t.Errorf("foretold %+v, came %+v", x, now[i])
		}
	}
}
