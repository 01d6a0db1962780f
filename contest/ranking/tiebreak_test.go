package ranking

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// two is a contest of one part with criteria x and y from 0 to 10, weight ½
// each. rows gives "x y" pairs by judge.
func two(rows map[string][][2]int, chain ...Step) Input {
	half, _ := Fraction(1, 2)
	in := Input{Full: Whole(10), Judges: []string{"j1", "j2", "j3"}, Chain: chain,
		Parts: []Part{{ID: "p", Weight: Whole(1), Full: Whole(10), Criteria: []Criterion{
			{ID: "x", Max: 10 * Point, Weight: half}, {ID: "y", Max: 10 * Point, Weight: half}}}}}
	for id, sheets := range rows {
		in.Entries = append(in.Entries, Entry{ID: id, Submitted: day})
		for j, s := range sheets {
			in.Sheets = append(in.Sheets, Sheet{Judge: in.Judges[j], Entry: id, Part: "p",
				Scores: map[string]Points{"x": Points(s[0]) * Point, "y": Points(s[1]) * Point}})
		}
	}
	return in
}

// story is the Vietnamese minutes of a ranking's ties.
func story(t *Tally, r *Ranking) []string {
	n := Names{Entry: strings.ToUpper, Criterion: func(_, c string) string { return c },
		Submitted: func(e Entry) string { return text.Vietnamese.DateTime(e.Submitted) },
		Value:     func(v Rational) string { return strings.Replace(v.Decimal(1), ".", ",", 1) }}
	var out []string
	for _, tie := range r.Ties {
		for _, s := range t.Words(tie, n) {
			out = append(out, text.Vietnamese.Say(s.Key, s.Args...))
		}
	}
	return out
}

func TestChainGoesStepByStep(t *testing.T) {
	in := two(map[string][][2]int{
		"a": {{8, 6}, {8, 6}, {8, 6}}, // x 8, median 7
		"b": {{9, 5}, {9, 5}, {9, 5}}, // x 9
		"c": {{8, 4}, {9, 9}, {7, 5}}, // x 8, totals 6, 9, 6: median 6
		"d": {{8, 6}, {8, 6}, {8, 6}}, // as a, handed in earlier
	}, Step{By: ByCriterion, Part: "p", Criterion: "x"}, Step{By: ByMedian}, Step{By: ByEarliest}, Step{By: ByChair})
	for i, e := range in.Entries {
		if e.ID == "d" {
			in.Entries[i].Submitted = day.Add(-time.Hour)
		}
	}
	tally := open(t, in)
	r, err := tally.Rank(Mean)
	if err != nil {
		t.Fatal(err)
	}
	same(t, table(r), []string{"1 b 7", "2 d 7", "3 a 7", "4 c 7"})
	same(t, story(tally, r), []string{
		"Cùng 7,0 điểm: B, D, A, C.",
		"Phân định theo điểm trung bình của tiêu chí “x”: B (9,0), A (8,0), C (8,0), D (8,0).",
		"Phân định theo điểm trung vị: A (7,0), D (7,0), C (6,0).",
		"Phân định theo thời điểm nộp sớm hơn: D (14:00 13/5/2024), A (15:00 13/5/2024).",
	})
}

func TestCycleGoesOnToTheChair(t *testing.T) {
	// j1: a>b>c, j2: b>c>a, j3: c>a>b; equal totals.
	rows := map[string][][2]int{
		"a": {{9, 9}, {7, 7}, {8, 8}},
		"b": {{8, 8}, {9, 9}, {7, 7}},
		"c": {{7, 7}, {8, 8}, {9, 9}},
	}
	in := two(rows, Step{By: ByHeadToHead}, Step{By: ByChair})
	tally := open(t, in)
	r, _ := tally.Rank(Mean)
	same(t, table(r), []string{"1 a 8", "1 b 8", "1 c 8"})
	same(t, story(tally, r), []string{
		"Cùng 8,0 điểm: A, B, C.",
		"So sánh từng cặp cho kết quả vòng tròn, không phân định được: A (2), B (2), C (2).",
		"Trưởng ban giám khảo chưa quyết định thứ tự của: A, B, C.",
		"Vẫn còn tác phẩm đồng hạng sau tất cả các bước phân định.",
	})
	in.Chair = []ChairDecision{{Entries: []string{"a", "b", "c"}, Reason: "nhầm"},
		{Entries: []string{"c", "a", "b"}, Reason: "Lời bình của C sát thực tế hơn."}}
	tally = open(t, in)
	r, _ = tally.Rank(Mean)
	same(t, table(r), []string{"1 c 8", "2 a 8", "3 b 8"})
	if got := story(tally, r); got[2] != "Trưởng ban giám khảo quyết định thứ tự: C, A, B. Lý do: Lời bình của C sát thực tế hơn." || len(got) != 3 {
		t.Errorf("%q", got)
	}
	in.Chair[1].Complaint = "KN-01" // it is not the chair who decides a complaint
	tally = open(t, in)
	r, _ = tally.Rank(Mean)
	if got := story(tally, r); got[2] != "Ban Tổ chức quyết định thứ tự khi sửa kết quả theo KN-01: C, A, B. Lý do: Lời bình của C sát thực tế hơn." {
		t.Errorf("%q", got)
	}
}

func TestHeadToHeadCountsOnlySharedJudges(t *testing.T) {
	in := one(map[string][]float64{
		"a": {9, 7, -1, -1},
		"b": {8, 8, -1, -1},
		"c": {-1, -1, 8, 8},
		"d": {8.5, 7.5, 8, -1},
	})
	in.Chain = []Step{{By: ByHeadToHead}}
	r := rank(t, in, Mean)
	// d draws with a and b, and with c (only j3 scored both); nobody wins.
	if !r.Ties[0].Open || r.Ties[0].Decisions[0].Cycle {
		t.Errorf("%+v", r.Ties)
	}
	same(t, table(r), []string{"1 a 8", "1 b 8", "1 c 8", "1 d 8"})
}

func TestHeadToHeadWinner(t *testing.T) {
	in := one(map[string][]float64{"a": {9, 9, 3}, "b": {7, 7, 7}, "c": {8, 5, 8}})
	in.Chain = []Step{{By: ByHeadToHead}}
	tally := open(t, in)
	r, _ := tally.Rank(Mean)
	same(t, table(r), []string{"1 a 7", "2 c 7", "3 b 7"})
	same(t, story(tally, r)[1:], []string{
		"Phân định theo so sánh từng cặp (được nhiều giám khảo cho điểm cao hơn: 2, ngang nhau: 1): A (4), C (2), B (0)."})
}

func TestEveryTieSentenceIsInTheCatalogue(t *testing.T) {
	var keys []string
	for _, m := range []map[Breaker]string{decidedBy, equalBy} {
		for _, by := range []Breaker{ByCriterion, ByMedian, ByHeadToHead, ByEarliest, ByChair} {
			keys = append(keys, m[by])
		}
	}
	for _, k := range append(keys, "ranking.tie_between", "ranking.tie_open", "ranking.tie_cycle") {
		if !text.Has(k) {
			t.Errorf("no sentence for %q", k)
		}
	}
}

func TestRefusesAChainThatCannotBeFollowed(t *testing.T) {
	rows := map[string][][2]int{"a": {{8, 8}}, "b": {{8, 8}}}
	for _, c := range []struct {
		code string
		bend func(*Input)
	}{
		{"ranking.bad_step", func(in *Input) { in.Chain = []Step{{By: "coin"}} }},
		{"ranking.bad_step", func(in *Input) { in.Chain = []Step{{By: ByCriterion, Part: "p", Criterion: "z"}} }},
		{"ranking.bad_step", func(in *Input) { in.Chain = []Step{{By: ByCriterion, Part: "q", Criterion: "x"}} }},
		{"ranking.no_submission_time", func(in *Input) {
			in.Chain = []Step{{By: ByEarliest}}
			in.Entries[0].Submitted = time.Time{}
		}},
		{"ranking.no_reason", func(in *Input) { in.Chair = []ChairDecision{{Entries: []string{"a"}, Reason: " "}} }},
		{"ranking.bad_decision", func(in *Input) { in.Chair = []ChairDecision{{Entries: []string{"a", "a"}, Reason: "r"}} }},
		{"ranking.bad_decision", func(in *Input) { in.Chair = []ChairDecision{{Entries: []string{"z"}, Reason: "r"}} }},
	} {
		in := two(rows)
		c.bend(&in)
		if _, err := Open(in); !fault.Is(err, c.code) {
			t.Errorf("%v, want %s", err, c.code)
		}
	}
}

func TestPartialDecisionLeavesTheRest(t *testing.T) {
	in := one(map[string][]float64{"a": {8}, "b": {8}, "c": {8}})
	in.Chain = []Step{{By: ByChair}}
	in.Chair = []ChairDecision{{Entries: []string{"c", "a"}, Reason: "r"}}
	r := rank(t, in, Mean)
	if d := r.Ties[0].Decisions[0]; d.Decided || d.Reason != "" || !slices.Equal(r.Ties[0].Entries, []string{"a", "b", "c"}) {
		t.Errorf("a decision about two of three tied decided %+v", d)
	}
}
