package contest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// apartContest is one round of four works whose judges lie apart on the first, which the
// chair J1 does not score: make says how that came. All sheets are signed.
func apartContest(t *testing.T, edit func(*contest.Rules), make func(w *world, entry string)) (w *world, ids []string) {
	r := plain()
	r.Rounds[0].Gap = pt(20)
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByChair}}
	if edit != nil {
		edit(&r)
	}
	w = newWorld(t, "dung-ngoai")
	w.open(r)
	for i := 1; i <= 4; i++ {
		ids = append(ids, w.enter(i, w.work(i)))
	}
	w.jury(4, "chung-khao")
	make(w, ids[0])
	w.score(func(task *contest.Task, _ contest.Criterion) ranking.Points {
		switch {
		case task.Entry == ids[0] && task.Judge == "J2":
			return pt(2)
		case task.Entry == ids[0], task.Entry == ids[1]:
			return pt(8)
		}
		return pt(5)
	})
	return w, ids
}

// abstained lets the chair ask not to score the work once it is dealt.
func abstained(w *world, entry string) {
	w.toRound("chung-khao")
	w.do(w.judge("J1"), contest.Abstain{Task: w.sheet("J1", entry).ID, Reason: "Giọng cháu tôi"})
}

// ownStation puts the chair on the jury with the station of the work.
func ownStation(w *world, _ string) {
	w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J1", Chair: true, Station: stationID(1)}})
	w.toRound("chung-khao")
}

// reported lets the organiser note a tie before anything is dealt.
func reported(w *world, entry string) {
	w.do(w.organiser(), contest.ReportTie{Judge: "J1", Entry: entry, Note: "Cháu ruột"})
	w.toRound("chung-khao")
}

// sheet finds a judge's sheet on an entry in the last round that has begun.
func (w *world) sheet(judge, entry string) *contest.Task {
	w.t.Helper()
	for _, task := range w.s.Rounds[len(w.s.Rounds)-1].Of(judge) {
		if task.Entry == entry && !task.Repeat {
			return task
		}
	}
	w.t.Fatalf("%s has no sheet on %s", judge, entry)
	return nil
}

// A chair with a tie to a work decides nothing about it, and the organiser does.
func TestTheChairStandsAsideFromWorksOfHerOwn(t *testing.T) {
	for name, make := range map[string]func(*world, string){"abstained": abstained, "own station": ownStation, "reported": reported} {
		t.Run(name, func(t *testing.T) {
			w, ids := apartContest(t, nil, make)
			own, aside := ids[0], "contest.chair_stands_aside"
			v, err := w.s.ForChair("J1")
			if err != nil || !v.Aside || len(v.Gaps) > 0 || len(v.Signed) != 9 {
				t.Fatalf("the chair is shown %+v, %v", v, err)
			}
			run := w.s.Running()
			if slices.ContainsFunc(v.Signed, func(x contest.ChairSheet) bool { return x.Code == run.Codes[own] }) {
				t.Error("the chair is shown sheets of the work")
			}
			confer := contest.Confer{Entry: own, Reopen: []string{"J2"}, Reason: "Hội ý"}
			w.refused(aside, w.judge("J1"), confer)
			w.refused(aside, w.judge("J1"), contest.ReopenSheet{Task: w.sheet("J2", own).ID, Reason: "Ghi nhầm"})
			w.refused("contest.chair_only", w.organiser(), contest.ReopenSheet{Task: w.sheet("J2", ids[2]).ID, Reason: "Ghi nhầm"})
			w.refused("contest.chair_only", w.organiser(), contest.Confer{Entry: ids[2], Reason: "Hội ý"})
			w.do(w.organiser(), confer)
			w.sign(w.sheet("J2", own), &w.s.Rules.Rounds[0], func(*contest.Task, contest.Criterion) ranking.Points { return pt(8) })

			// Points about it, and those about others' works.
			w.do(w.organiser(), contest.ReportTie{Judge: "J3", Entry: own, Note: "Đồng hương"})
			w.do(w.organiser(), contest.ReportTie{Judge: "J3", Entry: ids[2], Note: "Đồng hương"})
			out := contest.ExcludeJudge{Judge: "J3", Entry: own, Reason: "Đồng hương"}
			w.refused(aside, w.judge("J1"), out)
			w.refused(aside, w.judge("J1"), contest.KeepJudge{Judge: "J3", Entry: own, Reason: "Không sao"})
			w.refused("contest.point_told", w.organiser(), out) // she told of it: another is the second
			w.do(w.second(), out)
			w.refused(aside, w.judge("J1"), contest.KeepJudge{Judge: "J3", Entry: own, Reason: "Tính lại"})
			w.do(w.second(), contest.KeepJudge{Judge: "J3", Entry: own, Reason: "Chỉ cùng quê"})
			w.refused("contest.chair_excludes", w.second(), contest.ExcludeJudge{Judge: "J3", Entry: ids[2], Reason: "Đồng hương"})
			w.do(w.judge("J1"), contest.KeepJudge{Judge: "J3", Entry: ids[2], Reason: "Không sao"})

			// An order of level works that touches it.
			v, err = w.s.ForChair("J1")
			if err != nil || len(v.Ties) != 1 || len(v.Ties[0]) != 2 || slices.Contains(v.Ties[0], run.Codes[own]) {
				t.Fatalf("the chair is to order %v, %v", v.Ties, err)
			}
			w.refused(aside, w.judge("J1"), contest.DecideTie{Entries: []string{own, ids[1]}, Reason: "Hay hơn"})
			w.refused("contest.chair_only", w.organiser(), contest.DecideTie{Entries: []string{ids[2], ids[3]}, Reason: "Hay hơn"})
			w.do(w.organiser(), contest.DecideTie{Entries: []string{ids[1], own}, Reason: "Hay hơn"})
			w.do(w.judge("J1"), contest.DecideTie{Entries: []string{ids[2], ids[3]}, Reason: "Hay hơn"})
			v, err = w.s.ForChair("J1")
			if err != nil || len(v.Orders) != 2 || v.Orders[0].Change || !v.Orders[1].Change {
				t.Errorf("the chair can change %+v, %v", v.Orders, err)
			}
			w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
			want := "Về tác phẩm " + run.Codes[own] + ", trưởng ban Giám khảo J1 không quyết định gì"
			if said := minutes(w); strings.Count(said, "trưởng ban Giám khảo J1 không quyết định gì") != 1 || !strings.Contains(said, want) {
				t.Errorf("the minutes say %s", said)
			}
			w.replays()
		})
	}
}

// What is refused tells a chair nothing of which work, among those she does not score, is
// that of her own station.
func TestRefusalsDoNotTellTheChairWhichWorkIsHers(t *testing.T) {
	few := func(r *contest.Rules) { r.Rounds[0].PerEntry = 2 }
	w, ids := apartContest(t, few, ownStation)
	run := w.s.Running()
	var not []string
	for _, id := range ids {
		if !slices.ContainsFunc(run.Of("J1"), func(task *contest.Task) bool { return task.Entry == id }) {
			not = append(not, id)
		}
	}
	if len(not) < 2 {
		t.Fatalf("the chair scores all but %v", not)
	}
	v, err := w.s.ForChair("J1")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		hers := !slices.Contains(not, id)
		for _, j := range []string{"J2", "J3", "J4"} {
			for _, task := range run.Of(j) {
				if task.Entry != id {
					continue
				}
				if shown := slices.ContainsFunc(v.Signed, func(x contest.ChairSheet) bool { return x.Task == task.ID }); shown != hers {
					t.Errorf("the sheet on %s is shown: %v", id, shown)
				}
				if err := w.try(w.judge("J1"), contest.ReopenSheet{Task: task.ID}); hers != fault.Is(err, "contest.reason_missing") ||
					hers == fault.Is(err, "contest.chair_stands_aside") {
					t.Errorf("about %s: %v", id, err)
				}
			}
		}
	}
	// Without a tie she decides about all.
	w, ids = apartContest(t, few, func(w *world, _ string) { w.toRound("chung-khao") })
	for _, id := range ids {
		if run := w.s.Running(); !w.s.ChairDecides(run)(id) || w.s.StandsAside(run) {
			t.Errorf("she stands aside from %s", id)
		}
	}

	// A tie she declares to works she scores tells her no number: until somebody has decided
	// about it she decides about none.
	w, ids = apartContest(t, nil, func(w *world, _ string) { w.toRound("chung-khao") })
	w.do(w.judge("J1"), contest.DeclareTies{Stations: []string{stationID(3)}})
	for _, id := range ids {
		w.refused("contest.chair_stands_aside", w.judge("J1"), contest.ReopenSheet{Task: w.sheet("J2", id).ID, Reason: "x"})
	}
	w.do(w.organiser(), contest.KeepJudge{Judge: "J1", Entry: ids[2], Reason: "Chỉ cùng họ"})
	w.do(w.judge("J1"), contest.ReopenSheet{Task: w.sheet("J2", ids[2]).ID, Reason: "x"})
}

// Who abstained from a work, or was taken off, is not given it in the next round.
func TestWhoAbstainedIsNotGivenTheWorkAgain(t *testing.T) {
	r := plain()
	first := r.Rounds[0]
	first.ID, first.Name, first.Promotion = "so-khao", "Sơ khảo", contest.Promotion{By: contest.TopN, N: 2}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	w := newWorld(t, "lan-sau")
	w.open(r)
	a, b := w.enter(1, w.work(1)), w.enter(2, w.work(2))
	w.jury(3, "so-khao", "chung-khao")
	w.toRound("so-khao")
	w.do(w.judge("J2"), contest.Abstain{Task: w.sheet("J2", a).ID, Reason: "Giọng cháu tôi"})
	w.do(w.organiser(), contest.ExcludeJudge{Judge: "J3", Entry: b, Reason: "Người nhà"})
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	w.toRound("chung-khao")
	for _, task := range w.s.Running().Tasks {
		if task.Judge == "J2" && task.Entry == a || task.Judge == "J3" && task.Entry == b {
			t.Errorf("%s scores %s again", task.Judge, task.Entry)
		}
	}
	if len(w.s.Running().Tasks) != 4 {
		t.Errorf("%d tasks", len(w.s.Running().Tasks))
	}
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	if said := minutes(w); !strings.Contains(said, text.Vietnamese.Say(contest.StakeAbstained)) {
		t.Errorf("the minutes say %s", said)
	}
	w.replays()
}

// runner is an organiser who runs a station, too.
func (w *world) runner(station int) accounts.Actor {
	a := w.organiser()
	a.Person, a.Name = "org3", "Tổ chức kiêm đài"
	a.Grants = append(slices.Clone(a.Grants), w.operator(station).Grants...)
	return a
}

// Whoever has a stake in a work decides nothing about a complaint or a correction of it,
// nor about one by which it gets or loses a prize.
func TestNobodyCorrectsAResultOfHerOwn(t *testing.T) {
	published := func(make func(*world, string)) (*world, []string) {
		w, ids := apartContest(t, func(r *contest.Rules) { r.Rounds[0].Gap, r.Rounds[0].TieBreaks = 0, nil }, make)
		w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
		w.do(w.organiser(), contest.GivePrizes{})
		w.do(w.organiser(), contest.PublishResults{})
		w.do(w.organiser(), contest.FileComplaint{Who: "Ông A", Entry: ids[0], Text: "Tác phẩm của cháu trưởng ban"})
		w.do(w.organiser(), contest.FileComplaint{Who: "Bà B", Text: "Sao chép"})
		return w, ids
	}
	w, ids := published(abstained)
	drop := func(judge, entry string) contest.DecideComplaint {
		return contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Đúng",
			Correction: contest.Correcting{Exclude: []contest.Excluded{{Judge: judge, Entry: entry}}}}
	}
	stake := "contest.has_stake"
	w.refused(stake, w.runner(1), drop("J2", ids[0]))
	w.refused(stake, w.runner(1), contest.DecideComplaint{ID: "KN-01", Reason: "Không đúng"})
	w.do(w.organiser(), drop("J2", ids[0]))
	for _, by := range []accounts.Actor{w.judge("J1"), w.runner(1)} {
		w.refused(stake, by, contest.DecideCorrection{ID: "DX-01", Confirm: true})
		w.refused(stake, by, contest.DecideCorrection{ID: "DX-01", Reason: "Không đúng"})
		if err := w.s.ImpartialAbout(w.s.Proposed, by); !fault.Is(err, stake) {
			t.Errorf("%s: %v", by.Name, err)
		}
	}
	w.do(w.second(), contest.DecideCorrection{ID: "DX-01", Confirm: true})

	// The best is ruled out, by which her work gets its prize.
	w, ids = published(ownStation)
	w.do(w.organiser(), contest.DecideComplaint{ID: "KN-02", Upheld: true, Reason: "Sao chép",
		Correction: contest.Correcting{RuleOut: []string{ids[1]}}})
	w.refused(stake, w.judge("J1"), contest.DecideCorrection{ID: "DX-01", Confirm: true})
	w.refused(stake, w.runner(2), contest.DecideCorrection{ID: "DX-01", Confirm: true})
	w.do(w.runner(9), contest.DecideCorrection{ID: "DX-01", Confirm: true})
	w.replays()
}

// An organiser who runs a station, or has sent a work for it, decides nothing about that work.
func TestAnOrganiserDecidesNothingAboutAWorkOfHerStation(t *testing.T) {
	r := plain()
	r.Awards = append(r.Awards, contest.Award{ID: "rieng", Name: "Giải riêng",
		Prizes: []contest.Prize{{ID: "hay", Name: "Giải giọng đọc", Count: 1, Special: true}}})
	w := newWorld(t, "kiem-nhiem")
	w.open(r)
	for i := 1; i <= 3; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "chung-khao")
	ownStation(w, "")
	own := w.s.Entries[0].ID
	w.score(byEntry(w))
	w.refused("contest.has_stake", w.runner(1), contest.ReopenSheet{Task: w.sheet("J2", own).ID, Reason: "x"})
	w.do(w.runner(2), contest.FinishRound{Round: "chung-khao"})
	special := func(g contest.Given) contest.GivePrizes {
		g.Award, g.Prize, g.Reason = "rieng", "hay", "Hay"
		return contest.GivePrizes{Special: []contest.Given{g}}
	}
	w.refused("contest.has_stake", w.runner(1), special(contest.Given{Entry: own}))
	w.refused("contest.has_stake", w.runner(1), special(contest.Given{Station: stationID(1)}))
	sent := w.organiser()
	sent.Person, sent.Name = "op"+stationID(1), "Nguyên cán bộ đài"
	w.refused("contest.has_stake", sent, special(contest.Given{Entry: own}))
	w.do(w.organiser(), special(contest.Given{Entry: own}))
	w.do(w.runner(1), special(contest.Given{Entry: own})) // as another decided
}

// An order first given when the round is over can be changed, with a reason, until the
// results are published: prizes are decided anew. The minutes name both.
func TestALateOrderIsChangedWithAReason(t *testing.T) {
	w, ids := apartContest(t, func(r *contest.Rules) {
		r.Rounds[0].Gap, r.Rounds[0].TieBreaks = 0, nil
		r.Awards[0].Ties, r.Awards[0].Prizes = ranking.Chair, ladder(1, 1, 2, 1)
	}, func(w *world, _ string) { w.toRound("chung-khao") })
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	order := func(reason string, entries ...string) contest.DecideTie {
		return contest.DecideTie{Entries: entries, Reason: reason}
	}
	w.do(w.judge("J1"), order("Giọng đọc", ids[2], ids[3]))
	w.do(w.organiser(), contest.GivePrizes{})
	w.refused("contest.reason_missing", w.judge("J1"), order(" ", ids[3], ids[2]))
	w.do(w.judge("J1"), order("Xem lại kịch bản", ids[3], ids[2]))
	w.refused("contest.prizes_stale", w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.GivePrizes{})
	if said := minutes(w); !strings.Contains(said, "Giọng đọc") || !strings.Contains(said, "Xem lại kịch bản") {
		t.Errorf("the minutes say %s", said)
	}
	w.do(w.organiser(), contest.PublishResults{})
	w.refused("contest.no_round", w.judge("J1"), order("Lại", ids[2], ids[3]))
}

// since makes somebody known who organises since then and was let in by another.
func (w *world) since(who accounts.Actor, at time.Time, by, name string) {
	w.facts.People[who.Person] = contest.Person{ID: who.Person, Name: who.Name, Grants: who.Grants, Created: at,
		Began: []accounts.Begun{{Scope: who.Grants[0].Scope, At: at, By: by, ByName: name}}}
}

// Who was let in by who proposed it, since the result was decided, is no second person.
func TestASecondPersonIsNotBroughtInForIt(t *testing.T) {
	propose := func() *world {
		w := decidedContest(t, nil)
		w.do(w.organiser(), contest.PublishResults{})
		w.now = w.now.Add(time.Hour)
		w.do(w.organiser(), contest.FileComplaint{Who: "Bà B", Text: "Sao chép"})
		w.do(w.organiser(), contest.DecideComplaint{ID: "KN-01", Upheld: true, Reason: "Sao chép",
			Correction: contest.Correcting{RuleOut: []string{w.s.Entries[0].ID}}})
		return w
	}
	yes := contest.DecideCorrection{ID: "DX-01", Confirm: true}
	w := propose()
	w.since(w.second(), w.now.Add(time.Minute), "org", "Ban tổ chức")
	w.refused("contest.correction_invited", w.second(), yes)
	w.since(w.second(), w.s.PublishedAt.Add(time.Minute), "org", "Ban tổ chức") // before it was proposed
	w.refused("contest.correction_invited", w.second(), yes)
	w.since(w.second(), w.s.Began.Add(-time.Hour), "", "")
	w.since(w.organiser(), w.s.PublishedAt.Add(time.Minute), "org2", "Phó ban tổ chức") // or the other way round
	w.refused("contest.correction_inviter", w.second(), yes)

	// Whom another let in can, and the minutes tell since when and by whom.
	w = propose()
	w.since(w.second(), w.now.Add(time.Minute), "chief", "Quản trị tỉnh")
	w.do(w.second(), yes)
	m := minutesOf(w, w.s.Last())
	if said := strings.Join(m.Complaints, "\n"); !strings.Contains(said, "Người xác nhận DX-01, Phó ban tổ chức, cùng tổ chức hội thi từ") ||
		!strings.Contains(said, "do Quản trị tỉnh mời") {
		t.Errorf("the minutes say %s", said)
	}
	if again := w.replays(); len(again.Seconded) != 1 || again.Seconded[0].Invited != "Quản trị tỉnh" {
		t.Errorf("%+v", again.Seconded)
	}

	// Nor is a chair whom the proposer made one for it.
	w = propose()
	w.do(w.organiser(), contest.RemoveJudge{Person: "J1", Reason: "Nghỉ"})
	w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J2", Chair: true}})
	w.refused("contest.correction_new_chair", w.judge("J2"), yes)
	w = propose()
	w.do(w.organiser(), contest.AppointJudge{Judge: contest.Judge{Person: "J1", Chair: true, Title: "Trưởng phòng"}}) // she is the chair as before
	w.do(w.judge("J1"), yes)
	w.replays()
}

func TestADepartureOfAnOrganiserIsInTheLog(t *testing.T) {
	w := decidedContest(t, nil)
	here := accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Contest, ID: w.s.ID}}
	w.facts.People["org9"] = contest.Person{ID: "org9", Name: "Hoàng Văn Sơn", Grants: []accounts.Grant{here}}
	leave := contest.NoteDeparture{Person: "org9", Reason: "Chuyển công tác"}
	w.refused("contest.still_organises", w.organiser(), leave)
	w.facts.People["org9"] = contest.Person{ID: "org9", Name: "Hoàng Văn Sơn"}
	w.refused("contest.reason_missing", w.organiser(), contest.NoteDeparture{Person: "org9"})
	w.refused("accounts.denied", w.judge("J1"), leave)
	w.refused("accounts.person_unknown", w.organiser(), contest.NoteDeparture{Person: "nobody", Reason: "x"})
	w.do(w.organiser(), leave)
	if said := minutes(w); !strings.Contains(said, "Hoàng Văn Sơn thôi tổ chức hội thi (Ban tổ chức") || !strings.Contains(said, "Chuyển công tác") {
		t.Errorf("the minutes say %s", said)
	}
	if again := w.replays(); len(again.Departures) != 1 {
		t.Errorf("%+v", again.Departures)
	}
}

// Who runs the station of a work neither rules it out nor decides what its entrant reads.
func TestWhoHasAStakeLeavesTheWorkAndItsCommentsToOthers(t *testing.T) {
	w := saidContest(t)
	runner, own := w.runner(1), w.s.Entries[0].ID
	w.refused("contest.has_stake", runner, contest.RuleOutEntry{Entry: own, Reason: "Sai thể loại"})
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	hers, other := w.s.CommentsOn(own)[0].ID, w.s.CommentsOn(w.s.Entries[1].ID)[0].ID
	w.refused("contest.has_stake", runner, contest.ReviewComment{ID: hers, Fate: contest.FateHeld, Reason: "Lời nặng"})
	w.do(runner, contest.ReleaseComments{IDs: []string{hers, other}})
	for id, want := range map[string]contest.Fate{hers: "", other: contest.FateAsIs} {
		if c, _ := w.s.Comment(id); c.Fate() != want {
			t.Errorf("comment %s is %q, want %q", id, c.Fate(), want)
		}
	}
	w.do(runner, contest.RuleOutEntry{Entry: w.s.Entries[1].ID, Reason: "Sai thể loại"})
}
