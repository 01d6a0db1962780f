// Package fairness measures a jury: how severe and how spread each judge
// scores, how far judges agree, what they disagree on, and how well a judge
// agrees with herself.
//
// These are statistics to look at, in float64; no order or prize is decided
// on them.
package fairness

import (
	"cmp"
	"math"
	"slices"

	"loa/internal/fault"
)

// Scores is a table of total points: At[e][j] is what judge j gave entry e,
// NaN where there is no sheet. Every row has one column per judge.
type Scores struct {
	Entries []string
	Judges  []string
	At      [][]float64
}

// New is an empty table of entries by judges, all NaN.
func New(entries, judges []string) Scores {
	s := Scores{Entries: entries, Judges: judges, At: make([][]float64, len(entries))}
	for e := range s.At {
		s.At[e] = make([]float64, len(judges))
		for j := range s.At[e] {
			s.At[e][j] = math.NaN()
		}
	}
	return s
}

// Habit is how one judge scores.
type Habit struct {
	Judge    string
	Entries  int     // how many she scored
	Mean     float64 // of her scores; NaN if she has none
	Spread   float64 // standard deviation of her scores (divisor n−1); NaN below two
	Severity float64 // see Habits; below 0 is strict, above 0 lenient; NaN if nobody else scored her entries
}

// Habits describes every judge, in the order of s.Judges. Severity is the
// mean, over the entries she scored together with others, of her score minus
// the mean of the others' scores of that entry: unlike a plain mean it is
// fair to a judge who happened to be given weaker entries.
func Habits(s Scores) []Habit {
	out := make([]Habit, len(s.Judges))
	for j, id := range s.Judges {
		var own, gaps []float64
		for _, row := range s.At {
			if math.IsNaN(row[j]) {
				continue
			}
			own = append(own, row[j])
			others := present(row)
			if n := len(others); n > 1 {
				gaps = append(gaps, row[j]-(total(others)-row[j])/float64(n-1))
			}
		}
		out[j] = Habit{id, len(own), mean(own), deviation(own), mean(gaps)}
	}
	return out
}

// Disagreement is how far the judges of one entry are apart.
type Disagreement struct {
	Entry     string
	Judges    int
	Spread    float64 // standard deviation of its scores (divisor n−1)
	Low, High float64 // the lowest and the highest score
	Lowest    string  // the judge who gave Low; the first of several
	Highest   string  // the judge who gave High; the first of several
}

// Disagreements lists the entries on which two scores or more differ, widest spread
// first; equals by entry ID.
func Disagreements(s Scores) []Disagreement {
	var out []Disagreement
	for e, row := range s.At {
		scores := present(row)
		if len(scores) < 2 || slices.Min(scores) == slices.Max(scores) {
			continue
		}
		d := Disagreement{Entry: s.Entries[e], Judges: len(scores), Spread: deviation(scores),
			Low: slices.Min(scores), High: slices.Max(scores)}
		d.Lowest = s.Judges[slices.Index(row, d.Low)]
		d.Highest = s.Judges[slices.Index(row, d.High)]
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Disagreement) int {
		return cmp.Or(cmp.Compare(b.Spread, a.Spread), cmp.Compare(a.Entry, b.Entry))
	})
	return out
}

// Twice is one entry a judge heard a second time without being told.
type Twice struct {
	Judge, Entry  string
	First, Second float64
}

// Steadiness is how well a judge agrees with herself.
type Steadiness struct {
	Judge   string
	Entries int     // heard twice
	Drift   float64 // mean of second minus first
	Gap     float64 // mean size of the difference
	Error   float64 // Dahlberg's error of one score, √(Σd²/2n)
}

// Steady describes every judge who heard an entry twice, by judge ID. Error
// is from Dahlberg, G., 1940, "Statistical Methods for Medical and Biological
// Students": the standard deviation of a single score around the judge's own
// opinion.
func Steady(repeats []Twice) []Steadiness {
	byJudge := map[string]*Steadiness{}
	for _, r := range repeats {
		s := byJudge[r.Judge]
		if s == nil {
			s = &Steadiness{Judge: r.Judge}
			byJudge[r.Judge] = s
		}
		d := r.Second - r.First
		s.Entries++
		s.Drift += d
		s.Gap += math.Abs(d)
		s.Error += d * d
	}
	var out []Steadiness
	for _, s := range byJudge {
		n := float64(s.Entries)
		s.Drift, s.Gap, s.Error = s.Drift/n, s.Gap/n, math.Sqrt(s.Error/(2*n))
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Steadiness) int { return cmp.Compare(a.Judge, b.Judge) })
	return out
}

// complete is the rows every judge scored, for the measures that need them.
// Fewer than two judges or two such rows are refused with
// ranking.agreement_needs_common.
func (s Scores) complete() ([][]float64, error) {
	var rows [][]float64
	for _, row := range s.At {
		if len(present(row)) == len(s.Judges) {
			rows = append(rows, row)
		}
	}
	if len(s.Judges) < 2 || len(rows) < 2 {
		return nil, fault.New(fault.Invalid, "ranking.agreement_needs_common",
			"entries", len(rows), "judges", len(s.Judges))
	}
	return rows, nil
}

// noSpread is for scores so uniform that agreement has no meaning.
func noSpread() error { return fault.New(fault.Invalid, "ranking.agreement_no_spread") }

func present(row []float64) []float64 {
	out := make([]float64, 0, len(row))
	for _, v := range row {
		if !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}

func total(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum
}

// mean is NaN for no values.
func mean(v []float64) float64 { return total(v) / float64(len(v)) }

// squares is the sum of squared deviations from the mean. What rounding alone
// makes of equal values is 0.
func squares(v []float64) float64 {
	m, sum, size := mean(v), 0.0, 0.0
	for _, x := range v {
		sum += (x - m) * (x - m)
		size += x * x
	}
	if sum <= 1e-20*size {
		return 0
	}
	return sum
}

// deviation is the standard deviation with divisor n−1, NaN below two values.
func deviation(v []float64) float64 {
	if len(v) < 2 {
		return math.NaN()
	}
	return math.Sqrt(squares(v) / float64(len(v)-1))
}
