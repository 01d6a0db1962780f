package ranking

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"loa/internal/fault"
)

var day = time.Date(2024, 5, 13, 8, 0, 0, 0, time.UTC)

// one is a contest of one part with one criterion from 0 to 10. Each row is
// an entry's scores by judges j1, j2, …; a negative score is an absent sheet.
func one(rows map[string][]float64) Input {
	in := Input{Full: Whole(10), Parts: []Part{{ID: "p", Weight: Whole(1), Full: Whole(10),
		Criteria: []Criterion{{ID: "c", Max: 10 * Point, Weight: Whole(1)}}}}}
	judges := 0
	for id, scores := range rows {
		in.Entries = append(in.Entries, Entry{ID: id, Submitted: day})
		judges = max(judges, len(scores))
		for j, s := range scores {
			if s >= 0 {
				in.Sheets = append(in.Sheets, Sheet{Judge: fmt.Sprint("j", j+1), Entry: id, Part: "p",
					Scores: map[string]Points{"c": Points(s * 1000)}})
			}
		}
	}
	for j := range judges {
		in.Judges = append(in.Judges, fmt.Sprint("j", j+1))
	}
	return in
}

// tester is a *testing.T, *testing.B or *rapid.T.
type tester interface {
	Helper()
	Fatal(args ...any)
}

func open(t tester, in Input) *Tally {
	t.Helper()
	tally, err := Open(in)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

func rank(t tester, in Input, m Method) *Ranking {
	t.Helper()
	r, err := open(t, in).Rank(m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// table writes a ranking as "1 a 8.5" lines.
func table(r *Ranking) []string {
	var out []string
	for _, row := range r.Rows {
		out = append(out, fmt.Sprintf("%d %s %s", row.Rank, row.Entry.ID, row.Value))
	}
	return out
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestMethodsByHand(t *testing.T) {
	in := one(map[string][]float64{
		"a": {8, 8, 8, 8, 3},
		"b": {7, 7, 7, 7, 10},
		"c": {9, 9, 6, 6, 5},
	})
	same(t, table(rank(t, in, Mean)), []string{"1 b 38/5", "2 a 7", "2 c 7"})
	same(t, table(rank(t, in, Median)), []string{"1 a 8", "2 b 7", "3 c 6"})
	same(t, table(rank(t, in, Trimmed)), []string{"1 a 8", "2 b 7", "2 c 7"})
	if _, err := open(t, in).Without("j1").Rank(Trimmed); !fault.Is(err, "ranking.too_few_judges") {
		t.Errorf("four judges trimmed: %v", err)
	}
	if _, err := open(t, in).Rank("mode"); !fault.Is(err, "ranking.unknown_method") {
		t.Errorf("unknown method: %v", err)
	}
}

func TestSharedRanksSkip(t *testing.T) {
	in := one(map[string][]float64{"a": {9, 9}, "b": {8, 8}, "c": {7, 9}, "d": {1, 1}, "e": {-1, -1}})
	r := rank(t, in, Mean)
	same(t, table(r), []string{"1 a 9", "2 b 8", "2 c 8", "4 d 1"})
	same(t, r.Absent, []string{"e"})
	if len(r.Ties) != 1 || !r.Ties[0].Open {
		t.Errorf("ties %+v", r.Ties)
	}
}
