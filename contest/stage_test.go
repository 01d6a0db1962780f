package contest_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/fault"
	office "loa/internal/paper"
	"loa/internal/text"
)

// onStage is a contest of so many works heard blind and performed in one round.
func onStage(t testing.TB, seed [32]byte, works int, edit func(*contest.Round)) *world {
	w := newWorld(t, "san-khau")
	r := plain()
	live := rubric("doc", "Đọc trên sân khấu", 20)
	live.Live = true
	r.Rounds[0].Parts, r.Rounds[0].Points = append(r.Rounds[0].Parts, live), pt(120)
	if edit != nil {
		edit(&r.Rounds[0])
	}
	w.open(r)
	for i := 1; i <= works; i++ {
		x := w.work(i)
		x.Script = fmt.Sprintf("Lời của bài thứ %d", i)
		w.enter(i, x)
	}
	w.jury(2, "chung-khao")
	w.facts.Seed = seed
	w.toRound("chung-khao")
	return w
}

// numbers are an entry's number in the recording and on the stage, by judge J1's
// own view alone.
func numbers(w *world) (blind, live map[string]string) {
	blind, live = map[string]string{}, map[string]string{}
	for _, task := range w.s.Running().Of("J1") {
		if task.Part == "doc" {
			live[task.Entry] = task.Code
		} else {
			blind[task.Entry] = task.Code
		}
	}
	return blind, live
}

// TestStageNumbersTellNothingOfBlindOnes: for any seed both are whole drawings,
// live tasks come in the order of the stage, and nothing a judge is shown stands
// beside both of an entry's numbers.
func TestStageNumbersTellNothingOfBlindOnes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var seed [32]byte
		copy(seed[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "seed"))
		works := rapid.IntRange(1, 12).Draw(rt, "works")
		w := onStage(t, seed, works, nil)
		blind, live := numbers(w)
		for name, drawn := range map[string]map[string]string{"blind": blind, "live": live} {
			seen := map[string]bool{}
			for _, code := range drawn {
				seen[strings.TrimLeft(code, "0")] = true
			}
			for n := 1; n <= works; n++ {
				if !seen[fmt.Sprint(n)] {
					rt.Fatalf("%s: number %d was not drawn: %v", name, n, drawn)
				}
			}
		}
		v, _ := w.s.ForJudge("J1")
		last := ""
		for _, task := range v.Tasks {
			raw, err := json.Marshal(task)
			if err != nil {
				rt.Fatal(err)
			}
			if task.Live {
				if strings.Contains(string(raw), "Lời của bài") {
					rt.Fatalf("the script beside a stage number: %s", raw)
				}
				if task.Code < last {
					rt.Fatal("live tasks do not follow the stage")
				}
				last = task.Code
			}
		}
	})
}

// Over all drawings each blind number meets each stage number equally often: one
// says nothing of the other. The seeds are fixed, so that the outcome is.
func TestEachStageNumberMeetsEachBlindNumber(t *testing.T) {
	const works, draws = 3, 900
	met := map[[2]string]int{}
	for n := range draws {
		w := onStage(t, [32]byte{byte(n), byte(n >> 8), 42}, works, nil)
		blind, live := numbers(w)
		for entry, code := range blind {
			met[[2]string{code, live[entry]}]++
		}
	}
	for pair, times := range met {
		if want := draws / works; times < want*8/10 || times > want*12/10 {
			t.Errorf("%v met %d times of %d", pair, times, want)
		}
	}
	if len(met) != works*works {
		t.Errorf("%d pairs of numbers met", len(met))
	}
}

func TestANotBlindRoundHasOneNumber(t *testing.T) {
	w := onStage(t, [32]byte{9}, 6, func(r *contest.Round) { r.NotBlind = true })
	blind, live := numbers(w)
	for entry, code := range blind {
		if live[entry] != code {
			t.Errorf("%s and %s", code, live[entry])
		}
	}
}

// A judge who joins later, and one who takes over, hear works by the same numbers.
func TestLaterTasksKeepTheNumbersOfTheirPart(t *testing.T) {
	w := onStage(t, [32]byte{3}, 6, nil)
	all := []string{"J1", "J2", "J3"}
	w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J3"}})
	w.do(w.organiser(), contest.SetPanels{Round: "chung-khao", Panels: []contest.Panel{{ID: "all", Name: "Ban giám khảo", Judges: all}}})
	blind, live := numbers(w)
	for _, task := range w.s.Running().Of("J3") {
		want := blind[task.Entry]
		if task.Part == "doc" {
			want = live[task.Entry]
		}
		if task.Code != want {
			t.Errorf("%s in %s is %s, want %s", task.Entry, task.Part, task.Code, want)
		}
	}
	w.score(func(*contest.Task, contest.Criterion) ranking.Points { return pt(5) })
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.replays()
}

// column is the place of a column in a table of a paper, -1 for none.
func column(t office.Table, name string) int {
	return slices.IndexFunc(t.Columns, func(c office.Column) bool { return c.Name == name })
}

// tablesOf are the tables of a paper, in order.
func tablesOf(p office.Paper) (list []office.Table) {
	for _, b := range p.Body {
		blocks := []office.Block{b}
		if sheet, ok := b.(office.Sheet); ok {
			blocks = sheet.Body
		}
		for _, x := range blocks {
			if t, ok := x.(office.Table); ok {
				list = append(list, t)
			}
		}
	}
	return list
}

// From papers alone the sheets of both parts can be added up to what the table of results
// says of each judge and work: both numbers of a work stand together wherever it is named.
func TestSheetsOfAStageCanBeAddedUp(t *testing.T) {
	w := onStage(t, [32]byte{5}, 6, nil)
	draw := func(document string) []office.Paper {
		pages, err := paper.Draw(w.s, noUnits, "chung-khao", document, office.Office{}, text.Vietnamese, w.now)
		if err != nil {
			t.Fatal(err)
		}
		return pages
	}
	n := 0
	w.score(func(*contest.Task, contest.Criterion) ranking.Points { n++; return pt(n * 7 % 11) })
	const recording, stage = "Số bản ghi", "Số trên sân khấu"
	for _, p := range draw("sheets") {
		for _, table := range tablesOf(p) {
			if column(table, recording) >= 0 && column(table, stage) >= 0 {
				t.Error("both numbers of a work stand on a sheet while the round runs")
			}
		}
	}
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	sums := map[string]map[string]*big.Rat{} // by judge and number of the recording
	for _, p := range draw("sheets") {
		sums[p.Name] = map[string]*big.Rat{}
		for _, table := range tablesOf(p) {
			at, total := column(table, recording), column(table, "Tổng")
			if at < 0 || column(table, stage) < 0 {
				t.Fatalf("columns %v", table.Columns)
			}
			for _, row := range table.Rows {
				code, worth := row[at].(string), row[total].(ranking.Rational)
				if sums[p.Name][code] == nil {
					sums[p.Name][code] = new(big.Rat)
				}
				sums[p.Name][code].Add(sums[p.Name][code], worth.Rat())
			}
		}
	}
	results := tablesOf(draw("table")[0])[0]
	for _, row := range results.Rows {
		code := row[column(results, recording)].(string)
		for judge := range sums {
			total := row[column(results, judge)].(ranking.Rational)
			if got := sums[judge][code]; got == nil || got.Cmp(total.Rat()) != 0 {
				t.Errorf("%s gave %s %v by her sheets, %v by the table", judge, code, got, total)
			}
		}
	}
	run := w.s.Last()
	for _, document := range []string{"table", "minutes", "fairness"} {
		tables := tablesOf(draw(document)[0])
		table := tables[slices.IndexFunc(tables, func(t office.Table) bool { return column(t, recording) >= 0 })]
		if len(table.Rows) == 0 || document != "fairness" && len(table.Rows) != 6 {
			t.Fatalf("%s: %d rows", document, len(table.Rows))
		}
		for _, row := range table.Rows {
			code, on := row[column(table, recording)].(string), row[column(table, stage)].(string)
			for id, c := range run.Codes {
				if c == code && run.Stage[id] != on {
					t.Errorf("%s: recording %s is %s on the stage, not %s", document, code, run.Stage[id], on)
				}
			}
		}
	}
}

// Conferring about one part reopens the sheets of that part alone, and its reason stays
// there: who got both numbers of a work at once would know that they are one.
func TestConferringAboutOnePartSaysNothingOfTheOther(t *testing.T) {
	w := onStage(t, [32]byte{9}, 3, func(r *contest.Round) { r.Gap = pt(5) })
	e, run := w.s.Entries[0], w.s.Running()
	w.score(func(k *contest.Task, _ contest.Criterion) ranking.Points {
		if k.Judge == "J2" && k.Entry == e.ID {
			return pt(4)
		}
		return pt(8)
	})
	hers := func(part string) *contest.Task {
		return run.Of("J2")[slices.IndexFunc(run.Of("J2"), func(k *contest.Task) bool { return k.Part == part && k.Entry == e.ID })]
	}
	live, blind := hers("doc"), hers("ct")
	c, err := w.s.ConferOver(live.ID, []string{"J2"}, "Nghe nhầm số trên sân khấu")
	if err != nil {
		t.Fatal(err)
	}
	w.do(w.judge("J1"), c)
	if live.Final() || !blind.Final() || len(blind.Sheet.Earlier) > 0 {
		t.Fatalf("on the stage final %v, in the recording %v, %+v", live.Final(), blind.Final(), blind.Sheet.Earlier)
	}
	v, _ := w.s.ForJudge("J2")
	for _, k := range v.Tasks {
		if reopened := k.Reopened != ""; reopened != (k.ID == live.ID) {
			t.Errorf("%s %s: %q", k.Part, k.Code, k.Reopened)
		}
	}
	if g := w.s.Gaps(run); len(g) != 1 || g[0].Part != "ct" || g[0].Settled {
		t.Errorf("the other part is settled too: %+v", g)
	}
	w.sign(live, &w.s.Rules.Rounds[0], func(*contest.Task, contest.Criterion) ranking.Points { return pt(8) })
	w.do(w.judge("J1"), contest.Confer{Entry: e.ID, Part: "ct", Reason: "Mỗi người giữ ý kiến"})
	for _, g := range w.s.Gaps(run) {
		if !g.Settled {
			t.Errorf("%+v", g)
		}
	}
	told := strings.Join(minutesOf(w, run).Decisions, "\n")
	for _, want := range []string{"Hội ý tác phẩm " + run.Stage[e.ID] + " (số trên sân khấu)", "Hội ý tác phẩm " + run.Codes[e.ID] + " (số bản ghi)",
		"Mở lại phiếu " + run.Stage[e.ID] + " (số trên sân khấu)"} {
		if !strings.Contains(told, want) {
			t.Errorf("the minutes lack %q:\n%s", want, told)
		}
	}
	w.replays()
}

// An organiser names a work by its code, or by the number judges say while a round runs; one
// that is two works' is asked about.
func TestAWorkIsCalledByTheNumbersJudgesSay(t *testing.T) {
	w := onStage(t, [32]byte{9}, 4, nil)
	run := w.s.Running()
	for _, e := range w.s.Entries {
		if got, err := w.s.Called(strings.ToLower(e.Code)); err != nil || got != e {
			t.Errorf("%s: %v, %v", e.Code, got, err)
		}
		got, err := w.s.Called("0" + run.Codes[e.ID])
		switch {
		case run.Stage[e.ID] == run.Codes[e.ID] && (err != nil || got != e):
			t.Errorf("%s is one work: %v, %v", run.Codes[e.ID], got, err)
		case run.Stage[e.ID] != run.Codes[e.ID] && !fault.Is(err, "contest.number_twice"):
			t.Errorf("%s is two works': %v, %v", run.Codes[e.ID], got, err)
		}
	}
	if _, err := w.s.Called("99"); !fault.Is(err, "contest.no_such_work") {
		t.Error(err)
	}
	w = judged(t, 3, nil)
	for _, e := range w.s.Entries {
		if got, err := w.s.Called(w.s.Running().Codes[e.ID]); err != nil || got != e {
			t.Errorf("while it runs: %v, %v", got, err)
		}
	}
}
