package contest_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
)

// large is a contest of n entries before n judges, k per entry (0 is all), with
// every sheet signed if signed is true.
func large(b *testing.B, entries, judges, k int, signed bool) *world {
	b.Helper()
	w := newWorld(b, "lon")
	r := plain()
	r.Rounds[0].PerEntry = k
	r.Conflicts = contest.Conflicts{}
	w.open(r)
	for i := range entries {
		w.enter(1+i%30, w.work(1+i%30))
	}
	var all []string
	for i := range judges {
		id := fmt.Sprintf("J%d", i)
		w.facts.People[id] = contest.Person{ID: id, Name: id, Grants: judgeGrant(w.s.ID)}
		w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: id, Chair: i == 0}})
		all = append(all, id)
	}
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban", Judges: all}}})
	w.toRound("chung-khao")
	if signed {
		n := 0
		w.score(func(*contest.Task, contest.Criterion) ranking.Points {
			n = (n*1103515245 + 12345) % (1 << 31)
			return ranking.Points(n/65536%21) * ranking.Point / 2
		})
	}
	return w
}

// BenchmarkJudgeView is what the server computes for one judge's list and for
// one sheet: 127 stations × 2 entries × 7 judges.
func BenchmarkJudgeView(b *testing.B) {
	w := large(b, 254, 7, 0, false)
	task := w.s.Running().Of("J1")[0].ID
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			v, _ := w.s.ForJudge("J1")
			if _, err := json.Marshal(v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sheet", func(b *testing.B) {
		for b.Loop() {
			if _, ok := w.s.TaskForJudge("J1", task); !ok {
				b.Fatal("no task")
			}
		}
	})
}

// BenchmarkResults ranks from the contest's state by all methods, and then
// also without each judge in turn.
func BenchmarkResults(b *testing.B) {
	for _, c := range []struct{ entries, judges, k int }{{254, 7, 0}, {2000, 40, 5}} {
		w := large(b, c.entries, c.judges, c.k, true)
		rank := func(b *testing.B, absences bool) {
			standings, err := w.s.Standings(w.s.Running())
			if err != nil {
				b.Fatal(err)
			}
			for _, st := range standings {
				st.Tally.Compare()
				if !absences {
					continue
				}
				if _, err := st.Tally.LeaveOneOut(ranking.Mean); err != nil {
					b.Fatal(err)
				}
			}
		}
		for name, absences := range map[string]bool{"ranking": false, "and-without-each": true} {
			b.Run(fmt.Sprintf("%dx%d/%s", c.entries, c.judges, name), func(b *testing.B) {
				for b.Loop() {
					rank(b, absences)
				}
			})
		}
	}
}

// BenchmarkStartRound deals a national contest: 2,000 entries, 40 judges, 5 an
// entry.
func BenchmarkStartRound(b *testing.B) {
	w := large(b, 2000, 40, 5, false)
	w.s.Rounds = nil
	for b.Loop() {
		if _, err := contest.Decide(w.s, w.facts, accountsMeta(w), contest.StartRound{Round: "chung-khao"}); err != nil {
			b.Fatal(err)
		}
	}
}

func accountsMeta(w *world) accounts.Meta {
	return accounts.Meta{ID: "bench", By: w.organiser(), At: w.now}
}
