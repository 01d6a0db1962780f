package contest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/contest"
	"loa/contest/ranking"
)

// entrantFacts is everything about an entrant that a judge must not feel.
type entrantFacts struct {
	station       int
	title, name   string
	authors       []string
	file          string
	bytes         int64
	seconds       float64
	wait          time.Duration
	airedNote     string
	withdrawFirst bool
}

func drawEntrant(t *rapid.T, label string) entrantFacts {
	return entrantFacts{
		station:       rapid.IntRange(10, 30).Draw(t, label+" station"), // none of them a judge's
		title:         rapid.StringMatching(`[A-Za-zăâêôơư ]{1,40}x`).Draw(t, label+" title"),
		name:          rapid.StringMatching(`[A-Z][a-z]{1,20}`).Draw(t, label+" name"),
		authors:       rapid.SliceOfN(rapid.StringMatching(`[A-Z][a-z]{1,9}`), 0, 4).Draw(t, label+" authors"),
		file:          rapid.StringMatching(`[a-z0-9]{1,30}\.mp3`).Draw(t, label+" file"),
		bytes:         rapid.Int64Range(1, 1<<40).Draw(t, label+" bytes"),
		seconds:       rapid.Float64Range(180, 600).Draw(t, label+" seconds"),
		wait:          time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(t, label+" wait")),
		airedNote:     rapid.StringMatching(`[a-z ]{0,30}`).Draw(t, label+" note"),
		withdrawFirst: rapid.Bool().Draw(t, label+" withdrew one before"),
	}
}

// TestAJudgesViewHoldsNothingOfTheEntrant runs the same contest in two worlds
// that differ only in who the first entrant is, and compares every judge's
// view byte for byte at each step of the judging.
func TestAJudgesViewHoldsNothingOfTheEntrant(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := drawEntrant(rt, "a"), drawEntrant(rt, "b")
		one, two := blindStory(t, a), blindStory(t, b)
		if len(one) != len(two) {
			rt.Fatalf("%d and %d views", len(one), len(two))
		}
		for i := range one {
			if !bytes.Equal(one[i], two[i]) {
				rt.Fatalf("view %d differs:\n%s\n%s", i, one[i], two[i])
			}
		}
	})
}

func blindStory(t testing.TB, who entrantFacts) [][]byte {
	w := newWorld(t, "mu")
	r := plain()
	r.Conflicts.OwnDistrict = true
	r.Rounds[0].Repeats = 1
	r.Rounds[0].Gap = pt(1)
	w.open(r)
	for i := 1; i <= 5; i++ {
		w.enter(i, w.work(i))
	}
	w.now = w.now.Add(who.wait)
	by := w.operator(who.station)
	if who.withdrawFirst {
		w.n = 900
		w.do(by, contest.WithdrawEntry{Entry: w.enter(who.station, w.work(who.station))})
	}
	w.n = 950
	f := contest.File{ID: "Fx-" + who.file, Name: who.file, SHA256: fmt.Sprint("sha", who), Sound: fmt.Sprint("sound", who), Bytes: who.bytes,
		Seconds: who.seconds, Begun: w.now.Add(-time.Hour), By: by.Person, Work: true}
	w.facts.Files[f.ID] = f
	w.do(by, contest.SubmitEntry{ID: "the-entry-that-differs", Work: contest.Work{Title: who.title, Theme: "ntm", Category: "ct", Language: "vi",
		Kind: contest.ByStation, Station: stationID(who.station), Name: who.name, Authors: who.authors, AiredNote: who.airedNote,
		Pieces: []contest.WorkPiece{{Kind: contest.Audio, File: f.ID}}}})
	w.do(w.organiser(), contest.RedactScript{Entry: "the-entry-that-differs", Text: "Văn bản đã che tên"})
	w.jury(3, "chung-khao")
	w.now = later
	w.facts.Seed = [32]byte{1, 2, 3} // the same lot in both worlds
	w.do(w.organiser(), contest.StartRound{Round: "chung-khao"})
	var views [][]byte
	look := func() {
		for _, j := range []string{"J1", "J2", "J3"} {
			v, ok := w.s.ForJudge(j)
			if !ok {
				t.Fatal("no view for " + j)
			}
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			views = append(views, raw)
		}
	}
	look()
	n := 0
	w.score(func(*contest.Task, contest.Criterion) ranking.Points {
		n++
		return ranking.Points(n%21) * ranking.Point / 2
	})
	look()
	w.do(w.judge("J1"), contest.ReopenSheet{Task: w.s.Running().Of("J2")[0].ID, Reason: "Chấm nhầm"})
	look()
	return views
}

func TestAJudgeSeesNothingOfOthersScores(t *testing.T) {
	w := judged(t, 3, nil)
	before, _ := w.s.ForJudge("J1")
	rules := &w.s.Rules.Rounds[0]
	for _, task := range w.s.Running().Of("J2") {
		w.sign(task, rules, func(*contest.Task, contest.Criterion) ranking.Points { return pt(9) })
	}
	after, _ := w.s.ForJudge("J1")
	x, _ := json.Marshal(before)
	y, _ := json.Marshal(after)
	if !bytes.Equal(x, y) {
		t.Error("J1's view changed when J2 signed")
	}
	if _, ok := w.s.TaskForJudge("J1", w.s.Running().Of("J2")[0].ID); ok {
		t.Error("J1 can open J2's task")
	}
}

// While the chair has a sheet to sign, whatever she tries to settle gets one
// answer: that of a gap, a tie or a signed sheet would tell her of others'
// marks.
func TestTheChairLearnsNothingBeforeSheHasScored(t *testing.T) {
	w := judged(t, 2, func(r *contest.Rules) { r.Rounds[0].Gap = pt(20) })
	r, rules := w.s.Running(), &w.s.Rules.Rounds[0]
	for _, j := range []string{"J2", "J3"} {
		for _, task := range r.Of(j) {
			w.sign(task, rules, func(t *contest.Task, _ contest.Criterion) ranking.Points {
				return pt(map[string]int{"J2": 4, "J3": 8}[t.Judge])
			})
		}
	}
	own := r.Of("J1")
	w.sign(own[0], rules, func(*contest.Task, contest.Criterion) ranking.Points { return pt(6) })
	entries := []string{w.s.Entries[0].ID, w.s.Entries[1].ID}
	for _, c := range []contest.Command{contest.Confer{Entry: entries[0], Reason: "x"}, contest.Confer{Entry: "none", Reason: "x"},
		contest.DecideTie{Entries: entries, Reason: "x"},
		contest.ReopenSheet{Task: r.Of("J2")[0].ID, Reason: "x"}, contest.ReopenSheet{Task: own[0].ID, Reason: "x"}} {
		w.refused("contest.chair_waits", w.judge("J1"), c)
	}
	w.sign(own[1], rules, func(*contest.Task, contest.Criterion) ranking.Points { return pt(6) })
	w.do(w.judge("J1"), contest.Confer{Entry: entries[0], Reason: "Nghe lại cùng nhau"})
}

func TestCodesAndOrdersSayNothing(t *testing.T) {
	w := judged(t, 20, func(r *contest.Rules) { r.Rounds[0].Repeats = 3 })
	r := w.s.Running()
	seen := map[string]bool{}
	same := 0
	for i, id := range r.Entries {
		if w.s.Entries[i].ID == id {
			same++
		}
		if seen[r.Codes[id]] {
			t.Error("code given twice: " + r.Codes[id])
		}
		seen[r.Codes[id]] = true
	}
	if same > 10 {
		t.Errorf("%d of 20 codes follow the order of submission", same)
	}
	for _, j := range []string{"J1", "J2", "J3"} {
		first, at := map[string]int{}, 0
		for i, task := range r.Of(j) {
			if task.Repeat {
				at++
				if prev, ok := first[task.Entry]; !ok || i-prev < 5 || task.Code == r.Codes[task.Entry] {
					t.Errorf("%s hears entry %s again after %d others under code %s", j, task.Entry, i-prev, task.Code)
				}
			}
			first[task.Entry] = i
		}
		if at != 3 {
			t.Errorf("%s has %d hidden repeats", j, at)
		}
	}
	if r.Of("J1")[0].Entry == r.Of("J2")[0].Entry && r.Of("J1")[1].Entry == r.Of("J2")[1].Entry && r.Of("J1")[2].Entry == r.Of("J2")[2].Entry {
		t.Error("two judges have the same order")
	}
}
