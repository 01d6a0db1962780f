package fairness

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"loa/internal/fault"
	"pgregory.net/rapid"
)

var na = math.NaN()

// of makes a table from rows of entries.
func of(rows ...[]float64) Scores {
	s := Scores{At: rows}
	for e := range rows {
		s.Entries = append(s.Entries, fmt.Sprint("e", e+1))
	}
	for j := range rows[0] {
		s.Judges = append(s.Judges, fmt.Sprint("j", j+1))
	}
	return s
}

// turned is a table from rows of judges, as some papers print it.
func turned(judges ...[]float64) Scores {
	rows := make([][]float64, len(judges[0]))
	for e := range rows {
		for _, scores := range judges {
			rows[e] = append(rows[e], scores[e])
		}
	}
	return of(rows...)
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s = %.6f, want %.4f", what, got, want)
	}
}

// Shrout and Fleiss 1979, tables 2, 3 and 4: 6 targets, 4 judges.
func shroutFleiss() Scores {
	return of([]float64{9, 2, 5, 8}, []float64{6, 1, 3, 2}, []float64{8, 4, 6, 8},
		[]float64{7, 1, 2, 6}, []float64{10, 5, 6, 9}, []float64{6, 2, 4, 7})
}

func TestIntraclassOfShroutAndFleiss(t *testing.T) {
	c, err := Correlate(shroutFleiss())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "BMS", c.Between, 11.24, 0.005)
	near(t, "JMS", c.ByJudge, 32.49, 0.005)
	near(t, "EMS", c.Rest, 1.02, 0.005)
	near(t, "ICC(2,1)", c.Single, .29, 0.005)
	near(t, "ICC(2,4)", c.Average, .62, 0.005)
}

// The reliability data of Krippendorff 2011, section C: 4 observers, 12
// units, values missing.
func TestAlphaOfKrippendorff(t *testing.T) {
	s := turned(
		[]float64{1, 2, 3, 3, 2, 1, 4, 1, 2, na, na, na},
		[]float64{1, 2, 3, 3, 2, 2, 4, 1, 2, 5, na, 3},
		[]float64{na, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, na},
		[]float64{1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, na})
	r, err := Krippendorff(s)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "alpha", r.Alpha, .849, 0.0005)
	if r.Entries != 11 || r.Scores != 40 {
		t.Errorf("%d entries, %d scores", r.Entries, r.Scores)
	}
}

// Three judges, four entries, no ties: rank sums 4, 6, 8, 12, S = 35,
// W = 12·35/(9·60) = 7/9.
func TestConcordanceByHand(t *testing.T) {
	c, err := Kendall(turned([]float64{1, 2, 3, 4}, []float64{2, 1, 3, 4}, []float64{1, 3, 2, 4}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "W", c.W, 7.0/9, 1e-12)
	near(t, "χ²", c.Square, 7, 1e-12)
}

// A classroom example, "The Kendall coefficient of concordance": 10 projects
// ranked by 4 judges, squared differences of the rank sums 1,048.
func TestConcordanceOfTenProjects(t *testing.T) {
	c, err := Kendall(turned(
		[]float64{1, 3, 4, 5, 2, 8, 6, 7, 10, 9}, []float64{2, 1, 4, 5, 6, 3, 8, 7, 10, 9},
		[]float64{3, 2, 1, 5, 7, 4, 6, 8, 9, 10}, []float64{4, 2, 3, 1, 6, 7, 5, 9, 8, 10}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "W", c.W, 12*1048/(16*990.0), 1e-12)
}

// The "anxiety" data of R's packages irr and DescTools (20 subjects, 3 raters,
// many ties): W corrected for ties .54, χ² 30.8 with 19 degrees of freedom.
func TestConcordanceWithTies(t *testing.T) {
	c, err := Kendall(turned(
		[]float64{3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3},
		[]float64{3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4},
		[]float64{2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "W", c.W, .54, 0.0005)
	near(t, "χ²", c.Square, 30.8, 0.05)
	if c.Entries != 20 || c.Judges != 3 || c.Freedom != 19 {
		t.Errorf("%+v", c)
	}
}

func TestOnlyCommonEntriesCount(t *testing.T) {
	s := shroutFleiss()
	s.Entries = append(s.Entries, "e7", "e8")
	s.At = append(s.At, []float64{1, na, 9, 3}, []float64{na, na, na, na})
	c, err := Correlate(s)
	want, _ := Correlate(shroutFleiss())
	if err != nil || c != want {
		t.Errorf("%+v, %v; want %+v", c, err, want)
	}
	w, err := Kendall(s)
	wantW, _ := Kendall(shroutFleiss())
	if err != nil || w != wantW {
		t.Errorf("%+v, %v; want %+v", w, err, wantW)
	}
}

func TestRefusesWhatHasNoMeaning(t *testing.T) {
	measures := map[string]func(Scores) error{
		"W":     func(s Scores) error { _, err := Kendall(s); return err },
		"ICC":   func(s Scores) error { _, err := Correlate(s); return err },
		"alpha": func(s Scores) error { _, err := Krippendorff(s); return err },
	}
	for name, measure := range measures {
		if err := measure(of([]float64{7, 7}, []float64{7, 7})); !fault.Is(err, "ranking.agreement_no_spread") {
			t.Errorf("%s of equal scores: %v", name, err)
		}
		rounded := []float64{0.7, 0.7, 0.7} // their mean is not quite 0.7
		if err := measure(of(rounded, rounded, rounded)); !fault.Is(err, "ranking.agreement_no_spread") {
			t.Errorf("%s of equal scores whose mean is rounded: %v", name, err)
		}
		if err := measure(of([]float64{7, na}, []float64{na, 7})); !fault.Is(err, "ranking.agreement_needs_common") {
			t.Errorf("%s of strangers: %v", name, err)
		}
		if err := measure(New(nil, nil)); !fault.Is(err, "ranking.agreement_needs_common") {
			t.Errorf("%s of nothing: %v", name, err)
		}
	}
}

// Judges who contradict each other this much divide by what is 0 by algebra,
// and by a trace in floating point.
func TestIntraclassOfNothingIsNoNumber(t *testing.T) {
	for _, s := range []Scores{of([]float64{0, 4}, []float64{1, 0}, []float64{4, 1}),
		of([]float64{1.5, 1, 2.5, 3, 1}, []float64{3.5, 0.5, 2.5, 1, 3})} {
		if c, err := Correlate(s); !fault.Is(err, "ranking.agreement_no_spread") {
			t.Errorf("%+v, %v", c, err)
		}
	}
}

func TestHabitsByHand(t *testing.T) {
	h := Habits(of([]float64{8, 6, na, na}, []float64{6, 5, 10, na}, []float64{na, 4, na, na}))
	near(t, "mean", h[1].Mean, 5, 1e-12)
	near(t, "spread", h[1].Spread, 1, 1e-12)
	near(t, "severity of j1", h[0].Severity, ((8.0-6)+(6-7.5))/2, 1e-12)
	near(t, "severity of j2", h[1].Severity, ((6.0-8)+(5-8))/2, 1e-12)
	near(t, "severity of j3", h[2].Severity, 10-5.5, 1e-12)
	if h[3].Entries != 0 || !math.IsNaN(h[3].Mean) || !math.IsNaN(h[3].Severity) || !math.IsNaN(h[2].Spread) {
		t.Errorf("%+v", h)
	}
}

func TestDisagreementsWidestFirst(t *testing.T) {
	d := Disagreements(of([]float64{5, 5, 6}, []float64{na, 9, na}, []float64{2, 9, 4}, []float64{6, 5, 5}, []float64{7, 7, na}))
	var got []string
	for _, x := range d {
		got = append(got, fmt.Sprintf("%s %s:%v %s:%v", x.Entry, x.Lowest, x.Low, x.Highest, x.High))
	}
	want := []string{"e3 j1:2 j2:9", "e1 j1:5 j3:6", "e4 j2:5 j1:6"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestSteadyByHand(t *testing.T) {
	got := Steady([]Twice{{"b", "e1", 7, 7}, {"a", "e1", 5, 8}, {"a", "e2", 6, 5}})
	if len(got) != 2 || got[0].Judge != "a" || got[1] != (Steadiness{"b", 1, 0, 0, 0}) {
		t.Fatalf("%+v", got)
	}
	near(t, "drift", got[0].Drift, 1, 1e-12)
	near(t, "gap", got[0].Gap, 2, 1e-12)
	near(t, "error", got[0].Error, math.Sqrt(10.0/4), 1e-12)
}

// Two raters, from the pairwise definition of alpha, and the promises any
// agreement makes.
func TestAgreementOfRandomScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		judges := rapid.IntRange(2, 5).Draw(t, "judges")
		entries := rapid.IntRange(2, 8).Draw(t, "entries")
		rows := make([][]float64, entries)
		for e := range rows {
			for range judges {
				v := float64(rapid.IntRange(0, 20).Draw(t, "score")) / 2
				if rapid.IntRange(0, 6).Draw(t, "absent") == 0 {
					v = na
				}
				rows[e] = append(rows[e], v)
			}
		}
		s := of(rows...)
		if r, err := Krippendorff(s); err == nil {
			if want := slowAlpha(s); math.Abs(r.Alpha-want) > 1e-9 {
				t.Fatalf("alpha %v, by pairs %v", r.Alpha, want)
			}
		}
		if c, err := Kendall(s); err == nil && (c.W < -1e-9 || c.W > 1+1e-9) {
			t.Fatalf("W = %v", c.W)
		}
		if c, err := Correlate(s); err == nil && (c.Single > 1+1e-9 || c.Average > 1+1e-9) {
			t.Fatalf("ICC %+v", c)
		}
	})
}

// slowAlpha is alpha straight from its definition, pair by pair.
func slowAlpha(s Scores) float64 {
	var all []float64
	observed, expected := 0.0, 0.0
	for _, row := range s.At {
		unit := present(row)
		if len(unit) < 2 {
			continue
		}
		all = append(all, unit...)
		for i, a := range unit {
			for k, b := range unit {
				if i != k {
					observed += (a - b) * (a - b) / float64(len(unit)-1)
				}
			}
		}
	}
	for i, a := range all {
		for k, b := range all {
			if i != k {
				expected += (a - b) * (a - b)
			}
		}
	}
	n := float64(len(all))
	return 1 - (observed/n)/(expected/(n*(n-1)))
}
