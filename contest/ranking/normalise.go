package ranking

import (
	"math/big"
	"slices"
)

// The constants of normalisation.
const (
	// Credibility is K in the weight n/(n+K) given to what n sheets say about
	// a judge; the rest of the weight stays with the panel.
	Credibility = 5
	// NormaliseLeast is the fewest sheets from which a judge's habit is
	// inferred at all. A judge with fewer is taken as the panel's average.
	NormaliseLeast = 5
	// normalPlaces is how many decimals of a normalised value count.
	normalPlaces = 9
	// finePlaces is how many decimals are carried before that.
	finePlaces = 18
)

// normalised is the judge-normalised z-score, put back on the scale of
// points. Within one part, over a judge's n totals x with mean m and
// variance v (divisor n−1), the jury having mean M of all totals and pooled
// within-judge variance V (Σ squared deviations / Σ(n−1)), where the totals are
// those of Input.Sheets and of Input.Elsewhere, so that a habit is what a judge
// shows in the whole round and an entry has one value in whatever group:
//
//	c  = n/(n+K), 0 if n < NormaliseLeast
//	m' = c·m + (1−c)·M        v' = c·v + (1−c)·V
//	z  = (x − m')/√v'         adjusted total = M + √V·z
//
// An entry's value is the mean of its adjusted totals. c is Bühlmann's
// credibility weight with constant K (Bühlmann, H., 1967, "Experience rating
// and credibility", ASTIN Bulletin 4(3), 199-207): the fewer sheets, the
// nearer a judge is shrunk to the panel, and with c = 0 the total stays as
// given. A judge without spread (v = 0) tells nothing about her scale, so
// √V/√v' is taken as 1 and only her severity is evened out.
//
// Sums, means and variances are exact; √V/√v' is cut at 18 decimals and the
// value rounded half up at 9 decimals of a point, which is what is compared.
// So the result is the same on every machine and in every order, and two
// entries that are equal by algebra stay equal.
func (t *Tally) normalised() []*Rational {
	values := make([]*Rational, len(t.entries))
	sums := make([]*big.Int, len(t.entries)) // in 1/10^normalPlaces of a point
	for e := range sums {
		sums[e] = new(big.Int)
	}
	missing := make([]bool, len(t.entries))
	var sum, term big.Int
	for i := range t.parts {
		scale := t.evenOut(&t.parts[i])
		for e, marks := range t.parts[i].marks {
			if len(marks) == 0 {
				missing[e] = true
				continue
			}
			sum.SetInt64(0)
			for _, m := range marks {
				s := &scale[m.judge]
				sum.Add(&sum, &s.shift)
				sum.Add(&sum, term.Mul(&s.stretch, term.SetInt64(m.total)))
			}
			// sum is in 10^-finePlaces units of 1/t.unit, over len(marks).
			cut := term.Exp(big.NewInt(10), big.NewInt(finePlaces-normalPlaces), nil)
			cut.Mul(cut, big.NewInt(t.unit)).Mul(cut, big.NewInt(int64(len(marks))))
			sums[e].Add(sums[e], roundHalfUp(&sum, cut))
		}
	}
	for e := range values {
		if missing[e] {
			continue
		}
		// In 64 bits: totals are at most mostPoints, stretch at most √(1+n/K).
		r := fraction(sums[e].Int64(), power10(normalPlaces).Int64())
		values[e] = &r
	}
	return values
}

func power10(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }

// roundHalfUp is ⌊a/b + 1/2⌋ for b > 0.
func roundHalfUp(a, b *big.Int) *big.Int {
	q := new(big.Int).Lsh(a, 1)
	q.Add(q, b)
	return q.Div(q, new(big.Int).Lsh(b, 1)) // Euclidean division floors for a positive divisor
}

// habit is what is done to a judge's total x: shift + stretch·x, both in
// 10^-finePlaces.
type habit struct{ shift, stretch big.Int }

// evenOut finds each judge's habit from the totals of one part. Judges who scored
// other entries only stand behind those of the tally.
func (t *Tally) evenOut(p *part) []habit {
	totals := make([][]int64, len(t.judges))
	for _, marks := range p.marks {
		for _, m := range marks {
			totals[m.judge] = append(totals[m.judge], m.total)
		}
	}
	for id, list := range p.others {
		if at, here := slices.BinarySearch(t.judges, id); here {
			totals[at] = append(totals[at], list...)
		} else {
			totals = append(totals, list)
		}
	}
	n := make([]int64, len(totals))
	sum := make([]big.Int, len(totals))
	squares := make([]big.Int, len(totals))
	var x big.Int
	for j, list := range totals {
		n[j] = int64(len(list))
		for _, total := range list {
			sum[j].Add(&sum[j], x.SetInt64(total))
			squares[j].Add(&squares[j], x.Mul(&x, &x))
		}
	}
	grand, pooled, own := pool(n, sum, squares)
	out := make([]habit, len(t.judges))
	for j := range out {
		shift, stretch := adjust(n[j], &sum[j], own[j], grand, pooled)
		out[j].shift.Set(floorAt(shift))
		out[j].stretch.Set(floorAt(stretch))
	}
	return out
}

// pool is the mean of all totals, the pooled within-judge variance (0 when
// nobody has two sheets) and each judge's own variance (nil below two).
func pool(n []int64, sum, squares []big.Int) (grand, pooled *big.Rat, own []*big.Rat) {
	grand, pooled = new(big.Rat), new(big.Rat)
	own = make([]*big.Rat, len(n))
	var all, free int64
	for j, k := range n {
		if k == 0 {
			continue
		}
		all += k
		free += k - 1
		grand.Add(grand, new(big.Rat).SetInt(&sum[j]))
		if k > 1 {
			// n·Σx² − (Σx)² over n is the sum of squared deviations.
			d := new(big.Int).Mul(big.NewInt(k), &squares[j])
			d.Sub(d, new(big.Int).Mul(&sum[j], &sum[j]))
			deviations := new(big.Rat).SetFrac(d, big.NewInt(k))
			pooled.Add(pooled, deviations)
			own[j] = deviations.Quo(deviations, big.NewRat(k-1, 1))
		}
	}
	if all > 0 {
		grand.Quo(grand, big.NewRat(all, 1))
	}
	if free > 0 {
		pooled.Quo(pooled, big.NewRat(free, 1))
	}
	return grand, pooled, own
}

// adjust is the formula of normalised for one judge: M − f·m' and f, where f
// is √(V/v').
func adjust(n int64, sum *big.Int, own, grand, pooled *big.Rat) (shift, stretch *big.Rat) {
	stretch = big.NewRat(1, 1)
	if n < NormaliseLeast {
		return new(big.Rat), stretch
	}
	trust := big.NewRat(n, n+Credibility)
	rest := new(big.Rat).Sub(stretch, trust)
	blend := func(mine, panel *big.Rat) *big.Rat {
		a := new(big.Rat).Mul(trust, mine)
		return a.Add(a, new(big.Rat).Mul(rest, panel))
	}
	if own.Sign() > 0 {
		stretch = root(new(big.Rat).Quo(pooled, blend(own, pooled)))
	}
	centre := blend(new(big.Rat).SetFrac(sum, big.NewInt(n)), grand)
	return new(big.Rat).Sub(grand, centre.Mul(centre, stretch)), stretch
}

// root is √r cut at finePlaces decimals.
func root(r *big.Rat) *big.Rat {
	square := new(big.Int).Mul(r.Num(), power10(2*finePlaces))
	square.Quo(square, r.Denom())
	return new(big.Rat).SetFrac(square.Sqrt(square), power10(finePlaces))
}

// floorAt is ⌊r·10^finePlaces⌋.
func floorAt(r *big.Rat) *big.Int {
	n := new(big.Int).Mul(r.Num(), power10(finePlaces))
	return n.Div(n, r.Denom())
}

// Evens reports whether there is anything to even out: some judge scored enough in a
// part that her habit is known. Else Normalised is the mean under another name.
func (t *Tally) Evens() bool {
	for i := range t.parts {
		n := map[int]int{}
		for _, marks := range t.parts[i].marks {
			for _, m := range marks {
				n[m.judge]++
			}
		}
		for j, id := range t.judges {
			if n[j] > 0 && n[j]+len(t.parts[i].others[id]) >= NormaliseLeast {
				return true
			}
		}
	}
	return false
}
