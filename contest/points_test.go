package contest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/paper"
	"loa/contest/ranking"
	"loa/internal/once"
	"loa/internal/text"
)

// signedContest is a contest of six works scored by five judges, every sheet signed.
func signedContest(t *testing.T, edit func(*contest.Rules)) *world {
	w := newWorld(t, "quan-he")
	r := plain()
	r.Conflicts = contest.Conflicts{OwnStation: true, OwnDistrict: true}
	if edit != nil {
		edit(&r)
	}
	w.open(r)
	for i := 1; i <= 6; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(5, "chung-khao")
	w.toRound("chung-khao")
	w.score(byEntry(w))
	return w
}

// minutes are the decisions the minutes of the last round tell.
func minutes(w *world) string {
	w.t.Helper()
	m, err := paper.MinutesOf(w.s, w.s.Rounds[len(w.s.Rounds)-1], noUnits, text.Vietnamese, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(m.Decisions, "\n")
}

// Every way in which a tie can come to light after sheets were signed.
func TestATieFoundLateMustBeDecided(t *testing.T) {
	for name, c := range map[string]struct {
		find   func(w *world)
		points int
		why    string
	}{
		"declared": {func(w *world) {
			w.do(w.judge("J2"), contest.DeclareTies{Stations: []string{stationID(3)}})
		}, 1, contest.TieDeclared},
		"declared and taken back": {func(w *world) {
			w.do(w.judge("J2"), contest.DeclareTies{Stations: []string{stationID(3)}})
			w.do(w.judge("J2"), contest.DeclareTies{})
		}, 1, contest.TieDeclared},
		"a station set": {func(w *world) {
			w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J2", Station: stationID(3), District: "nowhere"}})
		}, 1, contest.TieStation},
		"a district set": {func(w *world) {
			w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J2", District: "081"}})
		}, 2, contest.TieDistrict}, // stations 1 and 4
		"a district set and cleared": {func(w *world) {
			w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J2", District: "081"}})
			w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J2"}})
		}, 2, contest.TieDistrict},
		"reported": {func(w *world) {
			w.do(w.organiser(), contest.ReportTie{Judge: "J2", Entry: w.s.Entries[2].ID, Note: "Là em ruột tác giả, theo đơn ngày 3/10"})
		}, 1, contest.TieFound},
		"a name changed to an author's": {func(w *world) {
			w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J2", Name: "vàng  a sính"}})
		}, 6, contest.TieNamesake},
	} {
		t.Run(name, func(t *testing.T) {
			w := signedContest(t, nil)
			c.find(w)
			points := w.s.Points()
			if len(points) != c.points || !points[0].Signed || !slices.Contains(points[0].Why, c.why) {
				t.Fatalf("%+v", points)
			}
			finish := contest.FinishRound{Round: "chung-khao"}
			w.refused("contest.points_open", w.organiser(), finish)
			if said := minutes(w); !strings.Contains(said, "Chưa quyết định") {
				t.Errorf("the minutes are silent: %s", said)
			}
			p := points[0]
			w.refused("contest.chair_only", w.judge("J2"), contest.KeepJudge{Judge: p.Judge, Entry: p.Entry, Reason: "Không sao"})
			w.refused("contest.reason_missing", w.judge("J1"), contest.KeepJudge{Judge: p.Judge, Entry: p.Entry, Reason: " "})
			w.do(w.judge("J1"), contest.KeepJudge{Judge: p.Judge, Entry: p.Entry, Reason: "Chỉ cùng quê"})
			w.refused("contest.point_kept", w.judge("J1"), contest.KeepJudge{Judge: p.Judge, Entry: p.Entry, Reason: "Chỉ cùng quê"})
			for _, p := range points[1:] {
				w.refused("contest.chair_excludes", w.organiser(), contest.ExcludeJudge{Judge: p.Judge, Entry: p.Entry, Reason: "Có quan hệ"})
			}
			if len(points) > 1 { // decided at once about all the others
				var tasks []string
				v, err := w.s.ForChair("J1")
				for _, x := range v.Points {
					tasks = append(tasks, x.Task)
				}
				c, wrong := w.s.SettleOver(tasks, false, "Có quan hệ")
				if err != nil || wrong != nil || len(tasks) != len(points)-1 {
					t.Fatal(tasks, err, wrong)
				}
				w.do(w.judge("J1"), c)
			}
			if left := w.s.Points(); len(left) > 0 {
				t.Fatalf("still open: %+v", left)
			}
			w.do(w.organiser(), finish)
			said := minutes(w)
			if !strings.Contains(said, "được giữ phiếu chấm") || !strings.Contains(said, "Chỉ cùng quê") ||
				strings.Contains(said, "Có quan hệ") != (c.points > 1) {
				t.Errorf("the minutes say %s", said)
			}
		})
	}
}

func TestAnExcludedSheetStopsCountingAlsoAfterTheRound(t *testing.T) {
	w := signedContest(t, func(r *contest.Rules) { r.Rounds[0].Method = ranking.Trimmed })
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.judge("J2"), contest.DeclareTies{Stations: []string{stationID(3)}})
	w.refused("contest.points_open", w.organiser(), contest.PublishResults{})
	w.refused("contest.points_open", w.organiser(), contest.GivePrizes{})
	p := w.s.Points()[0]
	// Of five judges none can be spared by this method: the round has ended.
	w.refused("contest.too_few_to_trim", w.judge("J1"), contest.ExcludeJudge{Judge: "J2", Entry: p.Entry, Reason: "Có quan hệ"})

	w = signedContest(t, nil)
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	recorded := w.s.Last().Finished.Places
	w.do(w.judge("J2"), contest.DeclareTies{Stations: []string{stationID(3)}})
	p = w.s.Points()[0]
	w.do(w.judge("J1"), contest.ExcludeJudge{Judge: "J2", Entry: p.Entry, Reason: "Có quan hệ"})
	st, err := w.s.Standings(w.s.Last())
	if err != nil {
		t.Fatal(err)
	}
	marks := 0
	for _, m := range st[0].Tally.Marks() {
		if m.Entry == p.Entry {
			marks++
		}
	}
	if marks != 4 || !slices.Equal(recorded, w.s.Last().Finished.Places) {
		t.Errorf("%d sheets count, and what was recorded then is %v", marks, w.s.Last().Finished.Places)
	}
	w.refused("contest.prizes_stale", w.organiser(), contest.PublishResults{}) // what they were decided from has changed
	w.do(w.organiser(), contest.GivePrizes{})
	w.do(w.organiser(), contest.PublishResults{})
	w.refused("contest.already_published", w.organiser(), contest.ReportTie{Judge: "J2", Entry: p.Entry, Note: "Muộn"})
	w.replays()
}

func TestTheChairDoesNotKeepHerself(t *testing.T) {
	w := signedContest(t, nil)
	w.do(w.judge("J1"), contest.DeclareTies{Stations: []string{stationID(3)}})
	w.do(w.judge("J2"), contest.DeclareTies{Stations: []string{stationID(4)}})
	hers, other := w.s.Points()[0], w.s.Points()[1]
	w.refused("contest.own_point", w.judge("J1"), contest.KeepJudge{Judge: "J1", Entry: hers.Entry, Reason: "Không sao"})
	w.refused("contest.own_point", w.judge("J1"), contest.ExcludeJudge{Judge: "J1", Entry: hers.Entry, Reason: "Bỏ"})
	w.refused("contest.chair_stands_aside", w.judge("J1"), contest.KeepJudge{Judge: "J2", Entry: other.Entry, Reason: "Không sao"})
	w.do(w.organiser(), contest.KeepJudge{Judge: "J1", Entry: hers.Entry, Reason: "Chỉ cùng họ"})
	w.refused("contest.chair_only", w.organiser(), contest.KeepJudge{Judge: "J2", Entry: other.Entry, Reason: "Không sao"})
	v, err := w.s.ForChair("J1")
	if err != nil || len(v.Points) != 1 || v.Points[0].Judge != "J2" || v.Points[0].Why[0] != contest.TieDeclared {
		t.Errorf("the chair sees %+v, %v", v.Points, err)
	}
	c, err := w.s.SettleOver([]string{v.Points[0].Task}, false, "Có quan hệ")
	if err != nil {
		t.Fatal(err)
	}
	w.do(w.judge("J1"), c)
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
}

func TestANamesakeIsNotDealtTheWork(t *testing.T) {
	w := newWorld(t, "trung-ten")
	w.open(plain())
	for i := 1; i <= 3; i++ {
		work := w.work(i)
		if i == 2 {
			work.Authors = []string{"Hoàng Thị Lan", " giám khảo  J3 "}
		}
		w.enter(i, work)
	}
	w.jury(3, "chung-khao")
	points := w.s.Points()
	if len(points) != 1 || points[0].Judge != "J3" || points[0].Round != "" || points[0].Why[0] != contest.TieNamesake {
		t.Fatalf("%+v", points)
	}
	if step := contest.Asks(w.s, w.facts, contest.StartRound{Round: "chung-khao"}); !slices.ContainsFunc(step.Open,
		func(o once.Open) bool { return o.Key == "contest.open_points" }) {
		t.Error("starting does not ask about the name")
	}
	w.do(w.organiser(), contest.ReportTie{Judge: "J3", Entry: points[0].Entry, Note: "Đúng là một người"})
	if len(w.s.Points()) > 0 {
		t.Errorf("decided, and still open: %+v", w.s.Points())
	}
	w.toRound("chung-khao") // a mere name holds nothing up: she does not get it
	for _, task := range w.s.Running().Of("J3") {
		if task.Entry == w.s.Entries[1].ID {
			t.Error("the work of her namesake was dealt to her")
		}
	}
	if len(w.s.Points()) > 0 {
		t.Errorf("%+v", w.s.Points())
	}

	w = newWorld(t, "trung-ten")
	w.open(plain())
	work := w.work(1)
	work.Authors = []string{"Giám khảo J1"}
	w.enter(1, work)
	w.jury(1, "chung-khao")
	w.now = later
	w.refused("contest.too_few_judges", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.KeepJudge{Judge: "J1", Entry: w.s.Entries[0].ID, Reason: "Đã hỏi: hai người khác nhau"})
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	if said := minutes(w); !strings.Contains(said, "hai người khác nhau") {
		t.Errorf("the minutes say %s", said)
	}
}

// A tie reported before works are dealt keeps her from getting the work; one in
// the preliminary found while the final is judged leaves who went on.
func TestATieOfAnEarlierRound(t *testing.T) {
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.Promotion = "so-khao", "Sơ khảo", contest.Promotion{By: contest.TopN, N: 3}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w := newWorld(t, "hai-vong")
	w.open(r)
	for i := 1; i <= 6; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(4, "so-khao", "chung-khao")
	w.do(w.organiser(), contest.ReportTie{Judge: "J4", Entry: w.s.Entries[0].ID, Note: "Người nhà"})
	w.toRound("so-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	up := slices.Clone(w.s.Rounds[0].Finished.Promoted)
	w.toRound("chung-khao")
	w.now = w.now.Add(time.Hour)
	w.do(w.organiser(), contest.ReportTie{Judge: "J3", Entry: w.s.Entries[0].ID, Note: "Người nhà"})
	w.do(w.organiser(), contest.ExcludeJudge{Judge: "J3", Entry: w.s.Entries[0].ID, Reason: "Người nhà"}) // of the final, which is judged
	w.score(byEntry(w))
	w.refused("contest.points_open", w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.judge("J1"), contest.ExcludeJudge{Judge: "J3", Entry: w.s.Entries[0].ID, Reason: "Người nhà"})
	for _, run := range w.s.Rounds {
		for _, task := range run.Tasks {
			if task.Entry == w.s.Entries[0].ID && (task.Judge == "J4" || task.Judge == "J3" && task.SetAside == nil) {
				t.Errorf("%s still scores it in %s", task.Judge, run.ID)
			}
		}
	}
	if !slices.Equal(up, w.s.Rounds[0].Finished.Promoted) {
		t.Error("who went on changed")
	}
	m, err := paper.MinutesOf(w.s, w.s.Rounds[0], noUnits, text.Vietnamese, w.now)
	if err != nil || !strings.Contains(strings.Join(m.Decisions, "\n"), "giữ nguyên như đã quyết định") {
		t.Errorf("%v, %v", m.Decisions, err)
	}
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.replays()
}

// Who has seen others' marks cannot change her own without a second person.
func TestTheChairDoesNotReopenHerOwnSheet(t *testing.T) {
	w := signedContest(t, nil)
	own, other := w.s.Running().Of("J1")[0], w.s.Running().Of("J2")[0]
	w.refused("contest.own_sheet", w.judge("J1"), contest.ReopenSheet{Task: own.ID, Reason: "Cộng nhầm"})
	w.refused("contest.chair_only", w.organiser(), contest.ReopenSheet{Task: other.ID, Reason: "Cộng nhầm"})
	w.refused("contest.reason_missing", w.organiser(), contest.ReopenSheet{Task: own.ID})
	if v, err := w.s.ForChair("J1"); err != nil || slices.ContainsFunc(v.Signed, func(x contest.ChairSheet) bool { return x.Judge == "J1" }) {
		t.Errorf("her own sheets are offered: %+v, %v", v.Signed, err)
	}
	w.do(w.organiser(), contest.ReopenSheet{Task: own.ID, Reason: "Trưởng ban cộng nhầm"})
	rules, _ := w.s.Rules.Round("chung-khao")
	w.sign(own, rules, byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	if said := minutes(w); !strings.Contains(said, "Trưởng ban cộng nhầm") || !strings.Contains(said, "Ban tổ chức") {
		t.Errorf("the minutes say %s", said)
	}
}

// exclude drops a judge's sheet of a round that is over, as two people can.
func (w *world) exclude(judge, entry string) {
	w.t.Helper()
	w.do(w.organiser(), contest.ReportTie{Judge: judge, Entry: entry, Note: "Người nhà, theo đơn"})
	w.do(w.judge("J1"), contest.ExcludeJudge{Judge: judge, Entry: entry, Reason: "Người nhà"})
}

// meanOf is what the ranking of the last round gives an entry.
func meanOf(w *world, entry string) string {
	w.t.Helper()
	list, err := w.s.Standings(w.s.Last())
	if err != nil {
		w.t.Fatal(err)
	}
	row, _ := list[0].Ranking.Row(entry)
	return row.Value.String()
}

// Nobody drops a signed sheet alone, while its round is judged or when it is over, and
// both who drop one are named until it counts again.
func TestASignedSheetIsDroppedByTwo(t *testing.T) {
	for name, c := range map[string]struct {
		judge string
		first func(w *world, entry string) // the first of the two
		by    string                       // the second, "" is the organiser
		other string                       // who may not be the second
		code  string
	}{
		"reported": {"J2", func(w *world, e string) {
			w.do(w.organiser(), contest.ReportTie{Judge: "J2", Entry: e, Note: "x"})
		}, "J1", "", "contest.chair_excludes"},
		"declared": {"J2", func(w *world, _ string) {
			w.do(w.judge("J2"), contest.DeclareTies{Stations: []string{stationID(3)}})
		}, "J1", "", "contest.chair_excludes"},
		"of the chair, reported": {"J1", func(w *world, e string) {
			w.do(w.organiser(), contest.ReportTie{Judge: "J1", Entry: e, Note: "x"})
		}, "J1", "", "contest.chair_excludes"},
		"of the chair, declared": {"J1", func(w *world, _ string) {
			w.do(w.judge("J1"), contest.DeclareTies{Stations: []string{stationID(3)}})
		}, "", "J1", "contest.own_point"},
	} {
		for _, over := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", round over ", over), func(t *testing.T) {
				w := signedContest(t, func(r *contest.Rules) { // marks that differ, so that a sheet counts
					r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByEarliest}}
				})
				actor := func(id string) accounts.Actor {
					if id == "" {
						return w.organiser()
					}
					return w.judge(id)
				}
				e := w.s.Entries[2]
				drop := contest.ExcludeJudge{Judge: c.judge, Entry: e.ID, Reason: "Có quan hệ, đã xác minh"}
				back := contest.KeepJudge{Judge: c.judge, Entry: e.ID, Reason: "Nhầm người"}
				if over {
					w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
					w.do(w.organiser(), contest.GivePrizes{})
				}
				w.refused("contest.chair_excludes", w.organiser(), drop)
				if c.judge != "J1" {
					w.refused("contest.no_point", w.judge("J1"), drop) // nor does the chair
				}
				c.first(w, e.ID)
				if over && w.s.Given == nil || len(w.s.Uncounted()) > 0 {
					t.Error("to report a tie drops the sheet")
				}
				w.refused(c.code, actor(c.other), drop)
				w.do(actor(c.by), drop)
				first := map[string]string{"reported": "Ban tổ chức", "declared": "Giám khảo " + c.judge}[name[strings.LastIndex(name, " ")+1:]]
				want := contest.Uncounted{Round: "chung-khao", Judge: c.judge, Entry: e.ID, First: first, Back: true,
					Removal: contest.Removal{At: w.now.UTC(), By: actor(c.by).Name, Reason: "Có quan hệ, đã xác minh"}}
				if list := w.s.Uncounted(); len(list) != 1 || list[0] != want {
					t.Errorf("%+v", list)
				}
				if over && w.s.Outdated.Given == nil {
					t.Error("the prizes still stand")
				}
				if said := minutes(w); !strings.Contains(said, first+" đề nghị, "+actor(c.by).Name+" quyết định") {
					t.Errorf("the minutes say %s", said)
				}
				if !over {
					w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
				}
				table, err := paper.ResultsOf(w.s, w.s.Last(), text.Vietnamese, w.now)
				if err != nil || len(table.Groups[0].Uncounted) != 1 || !strings.Contains(table.Groups[0].Uncounted[0], "đã xác minh") {
					t.Errorf("the table says %v, %v", table.Groups[0].Uncounted, err)
				}
				for _, x := range w.s.SignedBy(c.judge) {
					if dropped := x.Code == w.s.Last().Codes[e.ID]; dropped == x.Counts || dropped != (x.Dropped != nil && x.Dropped.Reason == drop.Reason) {
						t.Errorf("she reads %+v", x)
					}
				}
				w.replays()

				if c.judge == "J1" {
					w.refused("contest.own_point", w.judge("J1"), back)
					w.do(w.organiser(), back)
				} else {
					w.refused("contest.chair_only", w.organiser(), back)
					v, err := w.s.ForChair("J1")
					if err != nil || len(v.Out) != 1 {
						t.Fatalf("the chair sees %+v, %v", v.Out, err)
					}
					again, err := w.s.SettleOver([]string{v.Out[0].Task}, true, "Nhầm người")
					if err != nil {
						t.Fatal(err)
					}
					w.do(w.judge("J1"), again)
				}
				if len(w.s.Uncounted()) > 0 || len(w.s.Points()) > 0 {
					t.Errorf("taken back, and %+v %+v", w.s.Uncounted(), w.s.Points())
				}
				if said := minutes(w); !strings.Contains(said, "được tính lại") || !strings.Contains(said, "Nhầm người") ||
					!strings.Contains(said, "đã xác minh") {
					t.Errorf("the minutes say %s", said)
				}
				w.refused("contest.point_kept", actor(map[bool]string{true: "", false: "J1"}[c.judge == "J1"]), back)
				w.do(w.organiser(), contest.ReportTie{Judge: c.judge, Entry: e.ID, Note: "Thêm chứng cứ"}) // it can be found again
				if len(w.s.Points()) != 1 {
					t.Errorf("told again, and %+v is open", w.s.Points())
				}
				w.replays()
			})
		}
	}
}

// What the ranking was before a sheet was dropped it is again once that is taken back.
func TestADroppedSheetComesBackWithItsMarks(t *testing.T) {
	w := signedContest(t, nil)
	e := w.s.Entries[2].ID
	task := w.s.Running().Of("J2")[slices.IndexFunc(w.s.Running().Of("J2"), func(t *contest.Task) bool { return t.Entry == e })]
	w.do(w.judge("J1"), contest.ReopenSheet{Task: task.ID, Reason: "Cộng nhầm"})
	rules, _ := w.s.Rules.Round("chung-khao")
	w.sign(task, rules, func(*contest.Task, contest.Criterion) ranking.Points { return pt(1) })
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	before := meanOf(w, e)
	w.exclude("J2", e)
	if meanOf(w, e) == before {
		t.Fatal("a sheet that does not count counts")
	}
	w.do(w.judge("J1"), contest.KeepJudge{Judge: "J2", Entry: e, Reason: "Nhầm"})
	if now := meanOf(w, e); now != before {
		t.Errorf("%s was %s", now, before)
	}
}

// Between two rounds nothing runs, and the chair still decides about what is open.
func TestTheChairDecidesBetweenTwoRounds(t *testing.T) {
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.Promotion = "so-khao", "Sơ khảo", contest.Promotion{By: contest.TopN, N: 3}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w := newWorld(t, "giua-hai-vong")
	w.open(r)
	for i := 1; i <= 4; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "so-khao", "chung-khao")
	w.toRound("so-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	e := w.s.Entries[0].ID
	w.do(w.organiser(), contest.ReportTie{Judge: "J2", Entry: e, Note: "Người nhà"})
	w.refused("contest.points_open", w.organiser(), contest.StartRound{Round: "chung-khao"})
	v, err := w.s.ForChair("J1")
	if err != nil || len(v.Points) != 1 || v.Points[0].Note != "Người nhà" {
		t.Fatalf("the chair sees %+v, %v", v.Points, err)
	}
	c, err := w.s.SettleOver([]string{v.Points[0].Task}, false, "Có quan hệ")
	if err != nil {
		t.Fatal(err)
	}
	w.do(w.judge("J1"), c)
	w.toRound("chung-khao")
	w.replays()
}
