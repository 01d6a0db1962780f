package ranking

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// slowNormal is the formula of normalised in floats, for one part of unit
// weights, straight from its docstring.
func slowNormal(in Input) map[string]float64 {
	byJudge := map[string][]float64{}
	total := func(s Sheet) float64 {
		sum := 0.0
		for _, c := range in.Parts[0].Criteria {
			sum += c.Weight.Float() * s.Scores[c.ID].Float() * in.Parts[0].Weight.Float()
		}
		return sum
	}
	all, count := 0.0, 0.0
	for _, s := range in.Sheets {
		byJudge[s.Judge] = append(byJudge[s.Judge], total(s))
		all += total(s)
		count++
	}
	grand := all / count
	mean, v := map[string]float64{}, map[string]float64{}
	pooled, free := 0.0, 0.0
	for j, x := range byJudge {
		for _, t := range x {
			mean[j] += t / float64(len(x))
		}
		for _, t := range x {
			v[j] += (t - mean[j]) * (t - mean[j])
		}
		pooled += v[j]
		free += float64(len(x) - 1)
		v[j] /= float64(len(x) - 1)
	}
	pooled /= free
	sum, n := map[string]float64{}, map[string]float64{}
	for _, s := range in.Sheets {
		k := float64(len(byJudge[s.Judge]))
		c := k / (k + 5)
		adjusted := total(s)
		if k >= 5 {
			centre, factor := c*mean[s.Judge]+(1-c)*grand, 1.0
			if v[s.Judge] > 1e-12 {
				factor = math.Sqrt(pooled / (c*v[s.Judge] + (1-c)*pooled))
			}
			adjusted = grand + factor*(adjusted-centre)
		}
		sum[s.Entry] += adjusted
		n[s.Entry]++
	}
	for e := range sum {
		sum[e] /= n[e]
	}
	return sum
}

func TestNormalisedIsItsFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		if len(in.Parts) > 1 || len(in.Sheets) == 0 {
			return
		}
		want := slowNormal(in)
		for _, row := range rank(t, in, Normalised).Rows {
			if got := row.Value.Float(); math.Abs(got-want[row.Entry.ID]) > 1e-8 {
				t.Fatalf("%s: %v, by the formula %v", row.Entry.ID, got, want[row.Entry.ID])
			}
		}
	})
}

func TestFewSheetsStayAsGiven(t *testing.T) {
	in := one(map[string][]float64{"a": {9, 2}, "b": {8, 4}, "c": {3, 3}, "d": {7, 7}})
	same(t, table(rank(t, in, Normalised)), table(rank(t, in, Mean)))
}

// Ten entries; the strict judge hears five, the mild one the others, a third
// all of them. Entries e0 and e5 are alike in what each judge makes of them. Of
// five sheets half is believed (5/(5+5)), so about half of the gap goes.
func TestSeverityIsEvenedOut(t *testing.T) {
	rows := map[string][]float64{}
	for i := range 5 {
		x := float64(i)
		rows[fmt.Sprint("e", i)] = []float64{1 + x, -1, 4 + x/2}
		rows[fmt.Sprint("e", i+5)] = []float64{-1, 5 + x, 4 + x/2}
	}
	gap := func(m Method) float64 {
		r := rank(t, one(rows), m)
		a, _ := r.Row("e5")
		b, _ := r.Row("e0")
		return a.Value.Float() - b.Value.Float()
	}
	if raw, even := gap(Mean), gap(Normalised); raw != 2 || even > 1.2 || even < 0.8 {
		t.Errorf("%v points apart as given, %v evened out", raw, even)
	}
}

// Two judges of equal spread whose means are two points apart: half of that is
// believed, so 5 from the first and 6 from the second are equal by algebra,
// and must stay so whatever the square roots. A third judge, of another
// spread each time, makes these irrational.
func TestTiesOfAlgebraSurviveRounding(t *testing.T) {
	for other := range 20 {
		rows := map[string][]float64{}
		for i := range 5 {
			x := float64(i)
			rows[fmt.Sprint("e", i)] = []float64{3 + x, -1, x * float64(other) / 16}
			rows[fmt.Sprint("e", i+5)] = []float64{-1, 5 + x, x / 4}
		}
		rows["e2"][2], rows["e6"][2] = 4, 4
		r := rank(t, one(rows), Normalised)
		a, _ := r.Row("e2")
		b, _ := r.Row("e6")
		if a.Value != b.Value || !a.Shared {
			t.Errorf("%v and %v", a.Value, b.Value)
		}
	}
}

func TestAJudgeWithoutSpreadIsShiftedOnly(t *testing.T) {
	rows := map[string][]float64{}
	for i := range 6 {
		rows[fmt.Sprint("e", i)] = []float64{10, float64(i)}
	}
	r := rank(t, one(rows), Normalised)
	for i, row := range r.Rows {
		if row.Entry.ID != fmt.Sprint("e", 5-i) {
			t.Fatalf("%v", table(r))
		}
	}
}

// However entries are grouped, each has the value it has in the whole round, also
// with a judge left out.
func TestAnEntryHasOneNormalisedValueInEveryGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.Chain, in.Chair = nil, nil
		whole := rank(t, in, Normalised)
		part := in
		part.Entries, part.Sheets, part.Judges = nil, nil, nil
		for _, e := range in.Entries {
			if rapid.Bool().Draw(t, "in the group") {
				part.Entries = append(part.Entries, e)
			}
		}
		for _, s := range in.Sheets {
			if !slices.ContainsFunc(part.Entries, func(e Entry) bool { return e.ID == s.Entry }) {
				part.Elsewhere = append(part.Elsewhere, s)
				continue
			}
			part.Sheets = append(part.Sheets, s)
			if !slices.Contains(part.Judges, s.Judge) {
				part.Judges = append(part.Judges, s.Judge)
			}
		}
		if len(part.Entries) == 0 || len(part.Judges) == 0 {
			return
		}
		one := rapid.SampledFrom(part.Judges).Draw(t, "left out")
		for name, pair := range map[string][2]*Ranking{
			"all":     {whole, rank(t, part, Normalised)},
			"without": {mustRank(t, mustOpen(t, in).Without(one)), mustRank(t, mustOpen(t, part).Without(one))},
		} {
			for _, row := range pair[1].Rows {
				if want, ok := pair[0].Row(row.Entry.ID); !ok || want.Value != row.Value {
					t.Fatalf("%s: %s is worth %v in its group, %v in the round", name, row.Entry.ID, row.Value, want.Value)
				}
			}
		}
	})
}

func mustOpen(t *rapid.T, in Input) *Tally {
	tally, err := Open(in)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

func mustRank(t *rapid.T, tally *Tally) *Ranking {
	r, err := tally.Rank(Normalised)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
