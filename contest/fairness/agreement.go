package fairness

import (
	"math"
	"slices"
)

// Concordance is Kendall's W.
type Concordance struct {
	W       float64 // 0: no agreement in order; 1: all judges order alike
	Entries int     // scored by every judge; only these count
	Judges  int
	Square  float64 // Friedman's χ² = judges·(entries−1)·W …
	Freedom int     // … with entries−1 degrees of freedom
}

// Kendall is the coefficient of concordance, how alike the judges order the
// entries, with the correction for ties. With m judges, n entries, R the sum
// of an entry's ranks (equal scores share their mean rank) and T = Σ(t³−t)
// over each judge's sets of t equal scores:
//
//	W = 12·Σ(R − m(n+1)/2)² / (m²(n³−n) − m·ΣT)
//
// Source: Kendall, M. G. and Babington Smith, B., 1939, "The problem of m
// rankings", Annals of Mathematical Statistics 10(3), 275-287; ties: Kendall,
// M. G., 1948, "Rank Correlation Methods", chapter 6. Entries some judge did
// not score are left out. Faults: ranking.agreement_needs_common,
// ranking.agreement_no_spread (every judge gave every entry the same).
func Kendall(s Scores) (Concordance, error) {
	rows, err := s.complete()
	if err != nil {
		return Concordance{}, err
	}
	n, m := len(rows), len(s.Judges)
	sums := make([]float64, n)
	ties := 0.0
	column := make([]float64, n)
	for j := range m {
		for e, row := range rows {
			column[e] = row[j]
		}
		ranks, t := midranks(column)
		ties += t
		for e, r := range ranks {
			sums[e] += r
		}
	}
	nf, mf := float64(n), float64(m)
	bottom := mf*mf*(nf*nf*nf-nf) - mf*ties
	if bottom <= 0 {
		return Concordance{}, noSpread()
	}
	w := 12 * squares(sums) / bottom
	return Concordance{w, n, m, mf * (nf - 1) * w, n - 1}, nil
}

// midranks is each value's rank, 1 for the lowest, equal values sharing their
// mean rank; ties is Σ(t³−t) over the sets of equal values.
func midranks(v []float64) (ranks []float64, ties float64) {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return 0
	})
	ranks = make([]float64, len(v))
	for from := 0; from < len(order); {
		until := from
		for until < len(order) && v[order[until]] == v[order[from]] {
			until++
		}
		t := float64(until - from)
		ties += t*t*t - t
		for _, i := range order[from:until] {
			ranks[i] = float64(from+until+1) / 2
		}
		from = until
	}
	return ranks, ties
}

// Intraclass is the intraclass correlation of judges drawn from many.
type Intraclass struct {
	Single  float64 // ICC(2,1): how far one judge's score can be relied on
	Average float64 // ICC(2,k): how far the mean of these judges can
	Entries int     // scored by every judge; only these count
	Judges  int
	Between float64 // BMS, mean square between entries
	ByJudge float64 // JMS, mean square between judges
	Rest    float64 // EMS, residual mean square
}

// Correlate is the two-way random-effects intraclass correlation, absolute
// agreement: a judge who is stricter by a constant lowers it. With n entries
// and k judges:
//
//	ICC(2,1) = (BMS − EMS) / (BMS + (k−1)·EMS + k·(JMS − EMS)/n)
//	ICC(2,k) = (BMS − EMS) / (BMS + (JMS − EMS)/n)
//
// Source: Shrout, P. E. and Fleiss, J. L., 1979, "Intraclass correlations:
// uses in assessing rater reliability", Psychological Bulletin 86(2),
// 420-428. It may be below 0. Entries some judge did not score are left out.
// Faults: ranking.agreement_needs_common, ranking.agreement_no_spread.
func Correlate(s Scores) (Intraclass, error) {
	rows, err := s.complete()
	if err != nil {
		return Intraclass{}, err
	}
	n, k := len(rows), len(s.Judges)
	byEntry, byJudge := make([]float64, n), make([]float64, k)
	var all []float64
	for e, row := range rows {
		byEntry[e] = mean(row)
		all = append(all, row...)
		for j, v := range row {
			byJudge[j] += v / float64(n)
		}
	}
	nf, kf := float64(n), float64(k)
	between, judges := kf*squares(byEntry), nf*squares(byJudge)
	rest := math.Max(0, squares(all)-between-judges) // rounding may leave a trace below 0
	c := Intraclass{Entries: n, Judges: k, Between: between / (nf - 1),
		ByJudge: judges / (kf - 1), Rest: rest / ((nf - 1) * (kf - 1))}
	excess := (c.ByJudge - c.Rest) / nf
	single := c.Between + (kf-1)*c.Rest + kf*excess
	average := c.Between + excess
	// What is zero by algebra may come out as a trace, and a quotient by it is any number.
	if trace := 1e-9 * (c.Between + c.ByJudge + c.Rest); single <= trace || average <= trace {
		return Intraclass{}, noSpread()
	}
	c.Single = (c.Between - c.Rest) / single
	c.Average = (c.Between - c.Rest) / average
	return c, nil
}

// Reliability is Krippendorff's alpha.
type Reliability struct {
	Alpha    float64 // 1: judges agree fully; 0: as if by chance; below 0: they contradict
	Entries  int     // with two scores or more; only these count
	Scores   int     // of those entries
	Observed float64 // Do, mean squared difference within entries
	Expected float64 // De, mean squared difference among all scores
}

// Krippendorff is alpha for interval data, which takes missing sheets as they
// are. Over entries u with m scores each, n scores in all:
//
//	Do = (1/n)·Σ_u (1/(m−1))·Σ (a−b)²      over ordered pairs within u
//	De = 1/(n(n−1))·Σ (a−b)²               over all ordered pairs
//	α  = 1 − Do/De
//
// Source: Krippendorff, K., 2011, "Computing Krippendorff's
// Alpha-Reliability", University of Pennsylvania. Faults:
// ranking.agreement_needs_common (no two judges share an entry),
// ranking.agreement_no_spread (all scores are the same).
func Krippendorff(s Scores) (Reliability, error) {
	var r Reliability
	var all []float64
	within := 0.0
	for _, row := range s.At {
		unit := present(row)
		if m := float64(len(unit)); m > 1 {
			all = append(all, unit...)
			r.Entries++
			// Squared differences over all ordered pairs are 2m·Σ(x − mean)².
			within += 2 * m * squares(unit) / (m - 1)
		}
	}
	r.Scores = len(all)
	if r.Entries == 0 {
		_, err := Scores{Judges: s.Judges}.complete()
		return r, err
	}
	n := float64(len(all))
	r.Observed = within / n
	r.Expected = 2 * squares(all) / (n - 1)
	if r.Expected == 0 {
		return r, noSpread()
	}
	r.Alpha = 1 - r.Observed/r.Expected
	return r, nil
}
