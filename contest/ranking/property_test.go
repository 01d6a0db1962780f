package ranking

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sort"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyInput draws a contest of one or two parts with absent sheets, few
// different scores (so that ties are common) and a random chain.
func anyInput(t *rapid.T) Input {
	in := Input{}
	whole := new(big.Rat)
	for p := range rapid.IntRange(1, 2).Draw(t, "parts") {
		part := Part{ID: fmt.Sprint("p", p), Weight: draw(t, 1, 3)}
		full := new(big.Rat)
		for c := range rapid.IntRange(1, 3).Draw(t, "criteria") {
			part.Criteria = append(part.Criteria, Criterion{ID: fmt.Sprint("c", c), Min: 0, Max: 5 * Point, Step: Point / 2, Weight: draw(t, 1, 4)})
			full.Add(full, new(big.Rat).Mul(part.Criteria[c].Weight.Rat(), big.NewRat(5, 1)))
		}
		part.Full, _ = narrow(full)
		whole.Add(whole, full.Mul(full, part.Weight.Rat()))
		in.Parts = append(in.Parts, part)
	}
	in.Full, _ = narrow(whole)
	for e := range rapid.IntRange(1, 7).Draw(t, "entries") {
		in.Entries = append(in.Entries, Entry{ID: fmt.Sprint("e", e), Theme: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "theme"),
			District:  rapid.SampledFrom([]string{"084", "085"}).Draw(t, "district"),
			Submitted: day.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hour")) * time.Hour)})
	}
	for j := range rapid.IntRange(1, 7).Draw(t, "judges") {
		in.Judges = append(in.Judges, fmt.Sprint("j", j))
	}
	sparse := rapid.Bool().Draw(t, "sparse")
	for _, e := range in.Entries {
		for _, j := range in.Judges {
			for _, p := range in.Parts {
				if sparse && rapid.IntRange(0, 4).Draw(t, "absent") == 0 {
					continue
				}
				s := Sheet{Judge: j, Entry: e.ID, Part: p.ID, Scores: map[string]Points{}}
				for _, c := range p.Criteria {
					s.Scores[c.ID] = Points(rapid.IntRange(4, 8).Draw(t, "score")) * Point / 2
				}
				in.Sheets = append(in.Sheets, s)
			}
		}
	}
	for _, s := range rapid.Permutation([]Step{{By: ByMedian}, {By: ByHeadToHead}, {By: ByChair}, {By: ByEarliest},
		{By: ByCriterion, Part: "p0", Criterion: "c0"}}).Draw(t, "chain") {
		if rapid.Bool().Draw(t, "use") {
			in.Chain = append(in.Chain, s)
		}
	}
	if rapid.Bool().Draw(t, "decided") {
		var ids []string
		for _, e := range in.Entries {
			ids = append(ids, e.ID)
		}
		in.Chair = []ChairDecision{{Entries: rapid.Permutation(ids).Draw(t, "decision"), Reason: "r"}}
	}
	return in
}

func draw(t *rapid.T, least, greatest int) Rational {
	r, _ := Fraction(int64(rapid.IntRange(least, greatest).Draw(t, "num")), int64(rapid.IntRange(1, 6).Draw(t, "den")))
	return r
}

func shuffled(t *rapid.T, in Input) Input {
	in.Entries = rapid.Permutation(in.Entries).Draw(t, "entries again")
	in.Judges = rapid.Permutation(in.Judges).Draw(t, "judges again")
	in.Parts = rapid.Permutation(in.Parts).Draw(t, "parts again")
	in.Sheets = rapid.Permutation(in.Sheets).Draw(t, "sheets again")
	return in
}

func TestOrderOfTheInputDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		a, b := open(t, in).Compare(), open(t, shuffled(t, in)).Compare()
		for i := range a {
			if fmt.Sprint(a[i].Err) != fmt.Sprint(b[i].Err) {
				t.Fatalf("%v, then %v", a[i].Err, b[i].Err)
			}
			if a[i].Err != nil {
				continue
			}
			if x, y := fmt.Sprintf("%+v", *a[i].Ranking), fmt.Sprintf("%+v", *b[i].Ranking); x != y {
				t.Fatalf("%s\nthen\n%s", x, y)
			}
			policy := rapid.SampledFrom([]Policy{Share, Split, Chair}).Draw(t, "policy")
			l := Ladder{Policy: policy, Prizes: []Prize{{ID: "1", Quota: 1, Amount: 5}, {ID: "2", Quota: 2, Amount: 3}}}
			x, _ := a[i].Ranking.Award(l)
			y, _ := b[i].Ranking.Award(l)
			if fmt.Sprintf("%+v", *x) != fmt.Sprintf("%+v", *y) {
				t.Fatalf("prizes %+v, then %+v", *x, *y)
			}
		}
	})
}

// exact is the mean by big rationals, straight from the definition.
func exact(in Input, entry string) *big.Rat {
	value := new(big.Rat)
	for _, p := range in.Parts {
		sum, n := new(big.Rat), int64(0)
		for _, s := range in.Sheets {
			if s.Entry != entry || s.Part != p.ID {
				continue
			}
			n++
			for _, c := range p.Criteria {
				sum.Add(sum, new(big.Rat).Mul(c.Weight.Rat(), s.Scores[c.ID].Rational().Rat()))
			}
		}
		if n == 0 {
			return nil
		}
		value.Add(value, sum.Mul(sum, new(big.Rat).Quo(p.Weight.Rat(), big.NewRat(n, 1))))
	}
	return value
}

func TestMeanIsExactAndRanksAreTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		r := rank(t, in, Mean)
		for _, id := range r.Absent {
			if exact(in, id) != nil {
				t.Fatalf("%s has a value", id)
			}
		}
		for i, row := range r.Rows {
			if want := exact(in, row.Entry.ID); want == nil || want.Cmp(row.Value.Rat()) != 0 {
				t.Fatalf("%s: %s, by definition %s", row.Entry.ID, row.Value, want)
			}
			if i > 0 && r.Rows[i-1].Value.Cmp(row.Value) < 0 {
				t.Fatalf("%v", table(r))
			}
			// 1, 2, 2, 4.
			first := sort.Search(i, func(k int) bool { return r.Rows[k].Rank == row.Rank })
			if row.Rank != first+1 || (row.Shared && row.Value != r.Rows[first].Value) {
				t.Fatalf("%v", table(r))
			}
		}
		if len(r.Rows)+len(r.Absent) != len(in.Entries) {
			t.Fatalf("%d of %d entries", len(r.Rows)+len(r.Absent), len(in.Entries))
		}
	})
}

func TestARaisedScoreNeverLowersARank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		if len(in.Sheets) == 0 {
			return
		}
		before := rank(t, in, Mean)
		s := &in.Sheets[rapid.IntRange(0, len(in.Sheets)-1).Draw(t, "sheet")]
		c := rapid.SampledFrom(slices.Sorted(maps.Keys(s.Scores))).Draw(t, "criterion")
		raised := maps.Clone(s.Scores)
		raised[c] += Point / 2
		s.Scores = raised
		old, ok := before.Row(s.Entry)
		if !ok {
			return
		}
		now, _ := rank(t, in, Mean).Row(s.Entry)
		if now.Rank > old.Rank || now.Value.Cmp(old.Value) <= 0 {
			t.Fatalf("raised, and went from %d (%s) to %d (%s)", old.Rank, old.Value, now.Rank, now.Value)
		}
	})
}

// With different times of submission and ByEarliest last nobody shares a
// rank, and every tie says what decided it.
func TestTiesAreBrokenCompletely(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		for i := range in.Entries {
			in.Entries[i].Submitted = day.Add(time.Duration(i) * time.Second)
		}
		in.Chain = append(in.Chain, Step{By: ByEarliest})
		for _, c := range open(t, in).Compare() {
			if c.Err != nil {
				continue
			}
			for i, row := range c.Ranking.Rows {
				if row.Shared || row.Rank != i+1 {
					t.Fatalf("%v", table(c.Ranking))
				}
			}
			checkTies(t, c.Ranking)
		}
	})
}

// checkTies requires that two neighbours of a tie are told apart by exactly
// one decision: the last that compared both.
func checkTies(t *rapid.T, r *Ranking) {
	for _, tie := range r.Ties {
		if tie.Open {
			t.Fatalf("open: %+v", tie)
		}
		for i := 1; i < len(tie.Entries); i++ {
			decided := 0
			for _, d := range tie.Decisions {
				a := slices.IndexFunc(d.Compare, func(c Compared) bool { return c.Entry == tie.Entries[i-1] })
				b := slices.IndexFunc(d.Compare, func(c Compared) bool { return c.Entry == tie.Entries[i] })
				if a < 0 || b < 0 {
					continue
				}
				if d.Compare[a].Place > d.Compare[b].Place {
					t.Fatalf("the order contradicts %+v", d)
				}
				if d.Compare[a].Place < d.Compare[b].Place {
					decided++
				}
			}
			if decided != 1 {
				t.Fatalf("%d steps decided between %s and %s in %+v", decided, tie.Entries[i-1], tie.Entries[i], tie)
			}
		}
	}
}

func TestLeavingAJudgeOutIsNeverHavingHer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		if len(in.Judges) < 2 {
			return
		}
		absences, err := open(t, in).LeaveOneOut(Normalised)
		if err != nil {
			t.Fatal(err)
		}
		gone := in.Judges[0]
		in.Judges = in.Judges[1:]
		in.Sheets = slices.DeleteFunc(slices.Clone(in.Sheets), func(s Sheet) bool { return s.Judge == gone })
		want, err := open(t, in).Rank(Normalised)
		if err != nil {
			t.Fatal(err)
		}
		if a := absences[0]; a.Judge != gone || fmt.Sprintf("%+v", *a.Ranking) != fmt.Sprintf("%+v", *want) {
			t.Fatalf("%+v\nwant %+v", *a.Ranking, *want)
		}
	})
}
