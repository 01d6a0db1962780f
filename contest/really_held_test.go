package contest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/ranking"
)

// byEntry gives better marks to entries submitted earlier, so that the order
// of the results is known.
func byEntry(w *world) func(*contest.Task, contest.Criterion) ranking.Points {
	return func(t *contest.Task, _ contest.Criterion) ranking.Points {
		at := slices.IndexFunc(w.s.Entries, func(e *contest.Entry) bool { return e.ID == t.Entry })
		return max(0, pt(10)-ranking.Points(at)*ranking.Point/2)
	}
}

func given(w *world, award, prize string) (n int) {
	for _, g := range w.s.Given {
		if g.Award == award && g.Prize == prize && g.Withheld == 0 {
			n++
		}
	}
	return n
}

// Lào Cai 2020: two themes in one edition, a ladder each, "giải chuyên đề"
// to collectives.
func TestLaoCai2020(t *testing.T) {
	r := plain()
	r.Themes = []contest.Theme{{ID: "ntm", Name: "Nông thôn mới"}, {ID: "atgt", Name: "An toàn giao thông"}}
	r.Quotas = []contest.Quota{{Per: "station", Theme: "ntm", Max: 1}, {Per: "station", Theme: "atgt", Max: 1}}
	r.Awards = []contest.Award{
		{ID: "ntm", Name: "Giải chủ đề nông thôn mới", Theme: "ntm", Prizes: ladder(1, 2, 3, 4)},
		{ID: "atgt", Name: "Giải chủ đề an toàn giao thông", Theme: "atgt", Prizes: ladder(1, 2, 3, 4)},
		{ID: "cd", Name: "Giải chuyên đề", Prizes: []contest.Prize{{ID: "tap-the", Name: "Giải chuyên đề cho tập thể", Count: 7, Special: true}}},
	}
	w := newWorld(t, "lao-cai-2020")
	w.open(r)
	for i := 1; i <= 12; i++ {
		w.enter(i, w.work(i))
		second := w.work(i)
		second.Theme = "atgt"
		w.enter(i, second)
		if i == 1 {
			w.refused("contest.quota_used", w.operator(1), contest.SubmitEntry{ID: "one-too-many", Work: w.work(1)})
		}
	}
	w.jury(5, "chung-khao")
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	var collectives []contest.Given
	for i := 1; i <= 7; i++ {
		collectives = append(collectives, contest.Given{Award: "cd", Prize: "tap-the", Station: stationID(i), Reason: "Nhiều tác phẩm về môi trường"})
	}
	w.do(w.organiser(), contest.GivePrizes{Special: collectives})
	for _, c := range []struct {
		award, prize string
		want         int
	}{{"ntm", "nhat", 1}, {"ntm", "kk", 4}, {"atgt", "nhi", 2}, {"cd", "tap-the", 7}} {
		if got := given(w, c.award, c.prize); got != c.want {
			t.Errorf("%s %s: %d given, want %d", c.award, c.prize, got, c.want)
		}
	}
	w.do(w.organiser(), contest.PublishResults{})
}

// Phú Thọ 2020: reports and interviews, one work a genre and station, at most
// five minutes, aired between two dates on a commune or higher station.
func TestPhuTho2020(t *testing.T) {
	r := plain()
	aired := &contest.AiredRule{From: opens.AddDate(0, -3, 0), Until: opens, Anywhere: true, Declared: true}
	need := []contest.Need{{Piece: contest.Audio, When: contest.Always}, {Piece: contest.Script, When: contest.Always}}
	r.Categories = []contest.Category{{ID: "ps", Name: "Phóng sự", MaxSeconds: 300, Aired: aired, Needs: need},
		{ID: "pv", Name: "Phỏng vấn", MaxSeconds: 300, Aired: aired, Needs: need}}
	r.Quotas = []contest.Quota{{Per: "station", Category: "ps", Max: 1}, {Per: "station", Category: "pv", Max: 1}}
	report, interview := rubric("ps", "Phóng sự", 50, 50), rubric("pv", "Phỏng vấn", 60, 40)
	report.Categories, interview.Categories = []string{"ps"}, []string{"pv"}
	r.Rounds[0].Parts = []contest.Part{report, interview}
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByCriterion, Part: "ps", Criterion: "k1"}, {By: ranking.ByMedian}}
	r.Awards = []contest.Award{{ID: "ps", Name: "Phóng sự", Category: "ps", Prizes: ladder(1, 1, 1)},
		{ID: "pv", Name: "Phỏng vấn", Category: "pv", Prizes: ladder(1, 1, 1)}}
	w := newWorld(t, "phu-tho-2020")
	w.open(r)
	work := w.work(1)
	w.refused("contest.not_aired", w.operator(1), contest.SubmitEntry{ID: "never-aired", Work: work})
	w.facts.Episode = contest.Episode{ID: "E1", Airings: []contest.Airing{
		{ID: "a0", Station: stationID(9), At: opens}, {ID: "a1", Station: stationID(9), StationName: "Đài số 9", At: opens.Add(-time.Hour)}}}
	id := w.enter(1, work)
	if a := w.s.Entry(id).Airings; len(a) != 1 || a[0].ID != "a1" {
		t.Errorf("the airings that satisfy the rule: %v", a)
	}
	w.refused("contest.quota_used", w.operator(1), contest.SubmitEntry{ID: "second-report", Work: w.work(1)})
	interviewWork := w.work(1)
	interviewWork.Category = "pv"
	w.enter(1, interviewWork)
	long := w.work(2)
	long.Pieces[0].File = w.file(w.operator(2), 300.5)
	w.refused("contest.too_long", w.operator(2), contest.SubmitEntry{ID: "half-a-second", Work: long})
	w.facts.Episode = contest.Episode{}
	declared := w.work(3)
	declared.AiredNote = "Đài huyện, 17:00 ngày 20/8/2024"
	other := w.enter(3, declared)
	w.jury(3, "chung-khao")
	w.now = later
	w.refused("contest.airing_unconfirmed", w.organiser(), contest.StartRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.ConfirmAiring{Entry: other, Note: "Có giấy xác nhận của đài huyện"})
	w.toRound("chung-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	w.do(w.organiser(), contest.GivePrizes{})
	if given(w, "ps", "nhi") != 1 || given(w, "pv", "nhat") != 1 || given(w, "pv", "nhi") != 0 {
		t.Errorf("prizes: %+v", w.s.Given)
	}
}

// Quảng Bình 2024: one composite programme of 7-10 minutes with two sections,
// MP3 and script, and a signed and stamped form.
func TestQuangBinh2024(t *testing.T) {
	r := plain()
	r.Categories = []contest.Category{{ID: "th", Name: "Chương trình tổng hợp", MinSeconds: 420, MaxSeconds: 600,
		Sections: []contest.Section{{ID: "bt", Name: "Bản tin", MinSeconds: 180, MaxSeconds: 240},
			{ID: "cm", Name: "Chuyên mục", MinSeconds: 240, MaxSeconds: 300}},
		Needs: []contest.Need{{Piece: contest.Audio, When: contest.Always}, {Piece: contest.Script, When: contest.Always},
			{Piece: contest.Scan, When: contest.Always}, {Piece: contest.Translation, When: contest.NotVietnamese}}}}
	r.Rounds[0].Parts = []contest.Part{rubric("bt", "Bản tin", 40), rubric("cm", "Chuyên mục", 60)}
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByHeadToHead}, {By: ranking.ByChair}}
	w := newWorld(t, "quang-binh-2024")
	w.open(r)
	by := w.operator(1)
	work := w.work(1)
	work.Pieces[0].File = w.file(by, 500)
	w.refused("contest.scan_missing", by, contest.SubmitEntry{ID: "no-form-yet", Work: work})
	work.Pieces = append(work.Pieces, contest.WorkPiece{Kind: contest.Scan, File: w.script(by)})
	work.Sections = map[string]int{"bt": 200, "cm": 301}
	w.refused("contest.section_length", by, contest.SubmitEntry{ID: "section-long", Work: work})
	work.Sections["cm"] = 290
	work.Language = "hmn"
	w.refused("contest.translation_missing", by, contest.SubmitEntry{ID: "in-mong-tongue", Work: work})
	work.Pieces = append(work.Pieces, contest.WorkPiece{Kind: contest.Translation, File: w.script(by)})
	w.enter(1, work)
}

// Nghệ An 2022: two parts, radio work and reading in the hall; about 50 of 91
// go to the final.
func TestNgheAn2022(t *testing.T) {
	r := plain()
	reading := rubric("doc", "Kỹ năng đọc", 30, 10)
	reading.Live = true
	first := r.Rounds[0]
	first.ID, first.Name = "so-khao", "Sơ khảo"
	first.Promotion = contest.Promotion{By: contest.TopN, N: 5}
	last := r.Rounds[0]
	last.Parts = []contest.Part{rubric("ct", "Tác phẩm phát thanh", 60), reading}
	r.Rounds = []contest.Round{first, last}
	w := newWorld(t, "nghe-an-2022")
	w.open(r)
	for i := 1; i <= 9; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "so-khao", "chung-khao")
	w.toRound("so-khao")
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "so-khao"})
	w.toRound("chung-khao")
	r2 := w.s.Running()
	if len(r2.Entries) != 5 || len(r2.Tasks) != 5*3*2 {
		t.Fatalf("%d entries and %d sheets in the final, want 5 and 30", len(r2.Entries), len(r2.Tasks))
	}
	var codes []string
	for _, task := range r2.Of("J2") {
		if task.Part == "doc" {
			codes = append(codes, task.Code)
		}
	}
	if !slices.IsSorted(codes) {
		t.Errorf("in the hall sheets come by the number drawn, got %v", codes)
	}
	w.score(byEntry(w))
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"})
	if p := w.s.Last().Finished.Places; p[0].Entry != w.s.Entries[0].ID || p[0].Value != "100" {
		t.Errorf("first place: %+v", p[0])
	}
}

// Đắk Lắk 2025: the top 15 by points over three parts go to the final.
func TestDakLak2025(t *testing.T) {
	r := plain()
	final := r.Rounds[0]
	first := final
	first.ID, first.Name = "vong-1", "Vòng 1"
	first.Parts = []contest.Part{rubric("a", "Bản tin", 30), rubric("b", "Phóng sự", 30), rubric("c", "Câu chuyện truyền thanh", 40)}
	first.TieBreaks = []contest.TieBreak{{By: ranking.ByCriterion, Part: "c", Criterion: "k1"}, {By: ranking.ByChair}}
	first.Promotion = contest.Promotion{By: contest.TopN, N: 15}
	r.Rounds = []contest.Round{first, final}
	w := newWorld(t, "dak-lak-2025")
	w.open(r)
	for i := 1; i <= 20; i++ {
		w.enter(i, w.work(i))
	}
	w.jury(3, "vong-1", "chung-khao")
	w.toRound("vong-1")
	// Entries 15 and 16 end level in everything: the chair has to choose.
	w.score(func(task *contest.Task, c contest.Criterion) ranking.Points {
		at := slices.IndexFunc(w.s.Entries, func(e *contest.Entry) bool { return e.ID == task.Entry })
		if at >= 15 {
			at--
		}
		return pt(10) - ranking.Points(at)*ranking.Point/2
	})
	w.refused("contest.tie_at_cut", w.organiser(), contest.FinishRound{Round: "vong-1"})
	a, b := w.s.Entries[14].ID, w.s.Entries[15].ID
	w.refused("contest.chair_only", w.judge("J2"), contest.DecideTie{Entries: []string{b, a}, Reason: "x"})
	w.refused("contest.tie_unlike", w.judge("J1"), contest.DecideTie{Entries: []string{b, w.s.Entries[3].ID}, Reason: "x"})
	w.do(w.judge("J1"), contest.DecideTie{Entries: []string{b, a}, Reason: "Nội dung gần đời sống hơn"})
	w.do(w.organiser(), contest.FinishRound{Round: "vong-1"})
	up := w.s.Rounds[0].Finished.Promoted
	if len(up) != 15 || !slices.Contains(up, b) || slices.Contains(up, a) {
		t.Errorf("promoted %d: %v", len(up), up)
	}
}

// Bình Định 2012: each district picks two for the province; ethnic-language
// programmes are allowed.
func TestBinhDinh2012(t *testing.T) {
	r := plain()
	first := contest.Round{ID: "huyen", Name: "Huyện chọn", Promotion: contest.Promotion{By: contest.Picked, N: 2, Per: "district"}}
	r.Rounds = []contest.Round{first, r.Rounds[0]}
	r.Categories[0].Languages = []string{"vi", "bdq", "cjm"}
	w := newWorld(t, "binh-dinh-2012")
	w.open(r)
	var picks []contest.Pick
	for i := 1; i <= 9; i++ {
		work := w.work(i)
		if i == 2 {
			work.Language = "cjm"
		}
		id := w.enter(i, work)
		if i <= 7 {
			picks = append(picks, contest.Pick{Entry: id, Reason: "Ban giám khảo huyện chọn"})
		}
	}
	w.jury(3, "chung-khao")
	w.toRound("huyen")
	w.refused("contest.picks_over", w.organiser(), contest.PickEntries{Picks: picks})
	w.do(w.organiser(), contest.PickEntries{Picks: picks[:6]})
	w.do(w.organiser(), contest.FinishRound{Round: "huyen"})
	w.toRound("chung-khao")
	if n := len(w.s.Running().Entries); n != 6 {
		t.Errorf("%d entries in the final, want two of each of three districts", n)
	}
}

// After the last round a prize kept back, or a work found to be copied, moves a
// tie to where prizes differ. The chair settles it, the prizes are given anew.
func TestTheLastRoundIsOverAndPrizesStillMove(t *testing.T) {
	w := newWorld(t, "doi-giai")
	r := plain()
	r.Awards[0].Prizes, r.Awards[0].Ties = ladder(1, 2, 1), ranking.Chair
	r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByChair}}
	w.open(r)
	var ids []string
	for i := range 5 {
		ids = append(ids, w.enter(10+i, w.work(10+i)))
	}
	w.jury(2, "chung-khao")
	w.toRound("chung-khao")
	marks := map[string]int{ids[0]: 10, ids[1]: 8, ids[2]: 8, ids[3]: 6, ids[4]: 5}
	w.score(func(t *contest.Task, _ contest.Criterion) ranking.Points { return pt(marks[t.Entry]) })
	w.do(w.organiser(), contest.FinishRound{Round: "chung-khao"}) // the two second prizes need no order
	won := func() (out []string) {
		for _, g := range w.s.Given {
			if g.Withheld == 0 {
				out = append(out, g.Prize+" "+fmt.Sprint(slices.Index(ids, g.Entry)))
			}
		}
		slices.Sort(out)
		return out
	}
	wants := func(want ...string) {
		t.Helper()
		if got := won(); !slices.Equal(got, want) {
			t.Errorf("given %q, want %q", got, want)
		}
	}
	w.do(w.organiser(), contest.GivePrizes{})
	wants("ba 3", "nhat 0", "nhi 1", "nhi 2")
	keep := contest.GivePrizes{Withhold: []contest.Withheld{{Award: "chung", Prize: "nhi", Reason: "không bài nào xứng"}}}
	w.refused("contest.tie_at_cut", w.organiser(), keep)
	w.refused("contest.chair_only", w.judge("J2"), contest.DecideTie{Entries: []string{ids[2], ids[1]}, Reason: "x"})
	if open, err := w.s.OpenTies(w.s.Settling()); err != nil || len(open) != 1 {
		t.Fatalf("the chair sees %v, %v", open, err)
	}
	w.do(w.judge("J1"), contest.DecideTie{Entries: []string{ids[2], ids[1]}, Reason: "giọng đọc tốt hơn"})
	w.do(w.organiser(), keep)
	wants("ba 2", "nhat 0")
	w.do(w.organiser(), contest.GivePrizes{})

	w.do(w.organiser(), contest.RuleOutEntry{Entry: ids[0], Reason: "chép của báo khác"})
	if w.s.Given != nil {
		t.Error("the prizes of a work ruled out stay")
	}
	w.refused("contest.prizes_stale", w.organiser(), contest.PublishResults{})
	w.do(w.organiser(), contest.GivePrizes{})
	wants("ba 4", "nhat 2", "nhi 1", "nhi 3")
	w.do(w.organiser(), contest.PublishResults{})
	w.refused("contest.entry_not_live", w.organiser(), contest.RuleOutEntry{Entry: ids[1], Reason: "x"})
	w.refused("contest.no_round", w.judge("J1"), contest.DecideTie{Entries: []string{ids[2], ids[1]}, Reason: "x"})
	if _, err := contest.Replay(w.s.ID, all(w.log)); err != nil {
		t.Error(err)
	}
}

// Two sets of works can be level in one value: a step of the chain parted them,
// and the chair orders whichever matters, when the rules leave it to her.
func TestTheChairOrdersTheTieThatMatters(t *testing.T) {
	level := func(edit func(*contest.Rules)) (*world, []string) {
		r := plain()
		r.Rounds[0].Parts = []contest.Part{rubric("ct", "Chương trình", 50, 50)}
		r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByCriterion, Part: "ct", Criterion: "k1"}}
		edit(&r)
		w := newWorld(t, "hai-cap")
		w.open(r)
		var ids []string
		for i := 1; i <= 4; i++ {
			ids = append(ids, w.enter(i, w.work(i)))
		}
		w.jury(2, "chung-khao")
		w.toRound("chung-khao")
		w.score(func(task *contest.Task, c contest.Criterion) ranking.Points {
			if first := task.Entry == ids[0] || task.Entry == ids[1]; first == (c.ID == "k1") {
				return pt(8)
			}
			return pt(4)
		})
		return w, ids
	}
	finish := contest.FinishRound{Round: "chung-khao"}

	// Over prizes the award alone gives ties to the chair.
	w, ids := level(func(r *contest.Rules) { r.Awards[0].Prizes, r.Awards[0].Ties = ladder(2, 1), ranking.Chair })
	w.refused("contest.tie_at_cut", w.organiser(), finish)
	if open, err := w.s.OpenTies(w.s.Running()); err != nil || len(open) != 2 {
		t.Errorf("the chair sees %v, %v", open, err)
	}
	asked := func() (of []string) {
		for _, o := range contest.Asks(w.s, w.facts, finish).Open {
			if o.Key == "contest.open_ties" {
				of = append(of, o.Of...)
			}
		}
		return of
	}
	if of := asked(); len(of) != 2 {
		t.Errorf("finishing asks about the ties %q", of)
	}
	w.do(w.judge("J1"), contest.DecideTie{Entries: []string{ids[3], ids[2]}, Reason: "giọng đọc tốt hơn"})
	if of := asked(); len(of) != 1 {
		t.Errorf("with one decided, finishing asks about %q", of)
	}
	w.do(w.organiser(), finish)
	w.do(w.organiser(), contest.GivePrizes{})
	if w.s.Winners(ids[3])[0].Prize != "nhi" || len(w.s.Winners(ids[2])) != 0 {
		t.Errorf("given %+v", w.s.Given)
	}
	if _, err := contest.Replay(w.s.ID, all(w.log)); err != nil {
		t.Error(err)
	}

	// Where works that are level share the prize nobody asks her.
	w, ids = level(func(*contest.Rules) {})
	if open, err := w.s.OpenTies(w.s.Running()); err != nil || open != nil {
		t.Errorf("the chair sees %v, %v", open, err)
	}
	w.refused("contest.tie_not_chairs", w.judge("J1"), contest.DecideTie{Entries: []string{ids[3], ids[2]}, Reason: "x"})
	w.do(w.organiser(), finish)
}

// What a station picks it has aired: the works of others are not hers to enter.
func TestAPickedEpisodeWasAired(t *testing.T) {
	w := newWorld(t, "chon-so")
	w.open(plain())
	work := w.work(1)
	work.Episode = "E1"
	w.facts.Episode = contest.Episode{ID: "E1", Audio: work.Pieces[0].File}
	w.refused("contest.episode_not_aired", w.operator(1), contest.SubmitEntry{ID: "entry-khong-phat", Work: work})
	w.facts.Episode.Airings = []contest.Airing{{ID: "A1", Station: stationID(1), At: opens}}
	w.do(w.operator(1), contest.SubmitEntry{ID: "entry-da-phat", Work: work})
}
