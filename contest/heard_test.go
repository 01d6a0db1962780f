package contest_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
)

// A sheet is signed once enough of its recording was really played: stretches
// count once, wherever and in whatever order they were heard.
func TestASheetWantsItsRecordingHeard(t *testing.T) {
	w := newWorld(t, "hoi-thi")
	r := plain()
	r.Rounds[0].MinHeard = 90
	w.open(r)
	w.enter(1, w.work(1)) // 300 s
	w.enter(2, w.work(2))
	w.jury(2, "chung-khao")
	w.toRound("chung-khao")
	w.now = w.now.Add(time.Hour)
	run, j1 := w.s.Running(), w.judge("J1")
	rules, _ := w.s.Rules.Round(run.ID)
	task := run.Of("J1")[0]
	share := func() int {
		v, ok := w.s.TaskForJudge("J1", task.ID)
		if !ok || v.MinHeard != 90 {
			t.Fatalf("she sees %+v", v)
		}
		return v.Share
	}
	hear := func(spans ...contest.Span) { w.do(j1, contest.Hear{Task: task.ID, Spans: spans}) }

	w.do(j1, contest.SaveSheet{Task: task.ID, Content: contest.Content{Marks: full(rules, task)}})
	w.refused("contest.heard_too_little", j1, contest.SignSheet{Task: task.ID, Base: 1})
	hear(contest.Span{From: 100, Until: 200}, contest.Span{From: 0, Until: 50})
	hear(contest.Span{From: 40, Until: 110}, contest.Span{From: 100, Until: 200})
	if got := share(); got != 66 {
		t.Errorf("after 200 of 300 s: %d percent", got)
	}
	if want := []contest.Span{{From: 0, Until: 200}}; !reflect.DeepEqual(task.Sheet.Heard, want) {
		t.Errorf("heard %v, want %v", task.Sheet.Heard, want)
	}
	seq := w.s.Seq
	hear(contest.Span{From: 10, Until: 190})
	if w.s.Seq != seq {
		t.Error("what was heard before is written again")
	}
	w.refused("contest.heard_too_little", j1, contest.SignSheet{Task: task.ID, Base: 1})
	hear(contest.Span{From: 230, Until: 300.4}) // a player that counts the padding
	w.do(j1, contest.SignSheet{Task: task.ID, Base: 1})
	if got := share(); got != 90 {
		t.Errorf("signed with %d percent, want 90", got)
	}
	w.refused("contest.sheet_signed", j1, contest.Hear{Task: task.ID, Spans: []contest.Span{{From: 200, Until: 230}}})

	for _, x := range []struct {
		code  string
		by    string
		spans []contest.Span
	}{
		{"contest.bad_span", "J1", []contest.Span{{From: 5, Until: 5}}},
		{"contest.bad_span", "J1", []contest.Span{{From: -1, Until: 5}}},
		{"contest.bad_span", "J1", []contest.Span{{From: math.NaN(), Until: 5}}},
		{"contest.bad_span", "J1", []contest.Span{{From: 1, Until: math.Inf(1)}}},
		{"contest.list_length", "J1", make([]contest.Span, 501)},
		{"contest.sheet_not_yours", "J2", []contest.Span{{From: 1, Until: 2}}},
	} {
		if !math.IsNaN(x.spans[0].From) && !math.IsInf(x.spans[0].Until, 1) {
			w.refused(x.code, w.judge(x.by), contest.Hear{Task: run.Of("J1")[1].ID, Spans: x.spans})
		}
	}
	w.replays()
}

// full is a mark for each criterion of a task.
func full(rules *contest.Round, t *contest.Task) map[string]ranking.Points {
	marks := map[string]ranking.Points{}
	for _, k := range rules.Part(t.Part).Criteria {
		marks[k.ID] = k.Max
	}
	return marks
}

// Nobody hears more in an hour than a player at double speed brings.
func TestNobodyHearsFasterThanAPlayerPlays(t *testing.T) {
	w := newWorld(t, "hoi-thi")
	w.open(plain())
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(1, "chung-khao")
	w.toRound("chung-khao")
	tasks := w.s.Running().Of("J1")
	whole := []contest.Span{{Until: 300}}
	w.refused("contest.heard_too_fast", w.judge("J1"), contest.Hear{Task: tasks[0].ID, Spans: whole})
	w.now = w.now.Add(2 * time.Minute) // 240 s at double speed, and a minute for clocks
	w.do(w.judge("J1"), contest.Hear{Task: tasks[0].ID, Spans: whole})
	w.refused("contest.heard_too_fast", w.judge("J1"), contest.Hear{Task: tasks[1].ID, Spans: whole})
	w.now = w.now.Add(150 * time.Second)
	w.do(w.judge("J1"), contest.Hear{Task: tasks[1].ID, Spans: whole})
}

// Where nothing is asked a sheet is signed unheard, and the figures say so; a
// round that was judged before anybody noted it says nothing.
func TestWhatJudgesHeardIsSummedUp(t *testing.T) {
	for _, asked := range []int{0, 50} {
		w := newWorld(t, "hoi-thi")
		r := plain()
		r.Rounds[0].MinHeard = asked
		w.open(r)
		w.enter(1, w.work(1))
		w.enter(2, w.work(2))
		w.jury(2, "chung-khao")
		w.toRound("chung-khao")
		w.now = w.now.Add(time.Hour)
		run := w.s.Running()
		rules, _ := w.s.Rules.Round(run.ID)
		mark := func(_ *contest.Task, c contest.Criterion) ranking.Points { return c.Max }
		if asked == 0 {
			w.sign(run.Of("J2")[0], rules, mark)
			if l, ok := w.s.ListeningOf(run); ok {
				t.Errorf("nobody noted it, and it is summed up: %+v", l)
			}
		}
		heard := map[string][]float64{"J1": {300, 150}, "J2": {150, 300}}
		for _, j := range []string{"J1", "J2"} {
			for i, task := range run.Of(j) {
				if task.Final() {
					continue
				}
				w.do(w.judge(j), contest.Hear{Task: task.ID, Spans: []contest.Span{{Until: heard[j][i]}}})
				w.sign(task, rules, mark)
			}
		}
		l, ok := w.s.ListeningOf(run)
		want := contest.Listening{Asked: 50, Sheets: 4, Whole: 4, Least: 50, Judges: []contest.Ears{{"J1", 2, 75, 50}, {"J2", 2, 75, 50}}}
		if asked == 0 {
			want = contest.Listening{Sheets: 4, Whole: 2, Judges: []contest.Ears{{"J1", 2, 75, 50}, {"J2", 2, 50, 0}}}
		}
		if !ok || !reflect.DeepEqual(l, want) {
			t.Errorf("asked for %d: %+v, want %+v", asked, l, want)
		}
	}
}

// What a round is judged by stays while it runs.
func TestTheShareToHearIsFixedOnceARoundHasBegun(t *testing.T) {
	w := newWorld(t, "hoi-thi")
	w.open(plain())
	w.enter(1, w.work(1))
	w.jury(1, "chung-khao")
	w.toRound("chung-khao")
	r, err := w.s.Rules.Clone()
	if err != nil {
		t.Fatal(err)
	}
	r.Rounds[0].MinHeard = 90
	w.refused("contest.rule_locked", w.organiser(), contest.ChangeRules{Rules: r, Reason: "nghe kỹ hơn"})
	r.Rounds[0].MinHeard = 101
	if e := fault.Of(r.Check()); e == nil {
		t.Error("101 percent can be asked for")
	}
}

// The union of stretches is what a plain table of tenths says.
func TestHeardStretchesCountOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, "hoi-thi")
		w.open(plain())
		w.enter(1, w.work(1))
		w.jury(1, "chung-khao")
		w.toRound("chung-khao")
		w.now = w.now.Add(time.Hour)
		task := w.s.Running().Of("J1")[0]
		var tenths [3000]bool
		for range rapid.IntRange(1, 8).Draw(rt, "calls") {
			var spans []contest.Span
			for range rapid.IntRange(1, 5).Draw(rt, "spans") {
				from := rapid.IntRange(0, 2998).Draw(rt, "from")
				until := rapid.IntRange(from+1, 2999).Draw(rt, "until")
				spans = append(spans, contest.Span{From: float64(from) / 10, Until: float64(until) / 10})
				for i := from; i < until; i++ {
					tenths[i] = true
				}
			}
			if err := w.try(w.judge("J1"), contest.Hear{Task: task.ID, Spans: spans}); err != nil {
				rt.Fatal(err)
			}
		}
		n := 0
		for _, x := range tenths {
			if x {
				n++
			}
		}
		if v, _ := w.s.TaskForJudge("J1", task.ID); v.Share != n/30 {
			rt.Errorf("%d percent, the table says %d tenths", v.Share, n)
		}
	})
}
