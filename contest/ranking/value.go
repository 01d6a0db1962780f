package ranking

import (
	"slices"

	"loa/internal/fault"
)

// values computes each entry's value; nil where an entry lacks a sheet in
// some part. A trimmed mean with too few judges is refused with
// ranking.too_few_judges.
func (t *Tally) values(m Method) ([]*Rational, error) {
	var locate func(marks []mark) (num, den int64)
	switch m {
	case Mean:
		locate = mean
	case Median:
		locate = median
	case Trimmed:
		if err := t.enoughToTrim(); err != nil {
			return nil, err
		}
		locate = trimmed
	case Normalised:
		return t.normalised(), nil
	default:
		return nil, fault.New(fault.Invalid, "ranking.unknown_method", "method", string(m))
	}
	out := make([]*Rational, len(t.entries))
	for e := range t.entries {
		out[e] = t.combine(e, locate)
	}
	return out, nil
}

// combine adds the parts' locations of one entry, nil if a part has no sheet.
func (t *Tally) combine(e int, locate func([]mark) (num, den int64)) *Rational {
	num, den := int64(0), int64(1)
	for i := range t.parts {
		marks := t.parts[i].marks[e]
		if len(marks) == 0 {
			return nil
		}
		n, d := locate(marks)
		common := den / gcd(den, d) * d
		num, den = num*(common/den)+n*(common/d), common
	}
	r := fraction(num, 1).over(den, t.unit)
	return &r
}

// over divides r by a and by b without leaving 64 bits on the way.
func (r Rational) over(a, b int64) Rational {
	if r.num == 0 {
		return r
	}
	for _, d := range [...]int64{a, b} {
		f := fraction(r.num, d)
		r = Rational{f.num, f.den * r.den}
	}
	return r
}

func mean(marks []mark) (num, den int64) {
	for _, m := range marks {
		num += m.total
	}
	return num, int64(len(marks))
}

func median(marks []mark) (num, den int64) {
	var room [16]int64
	totals := room[:0]
	for _, m := range marks {
		totals = append(totals, m.total)
	}
	slices.Sort(totals)
	n := len(totals)
	if n%2 == 1 {
		return totals[n/2], 1
	}
	return totals[n/2-1] + totals[n/2], 2
}

func trimmed(marks []mark) (num, den int64) {
	low, high := marks[0].total, marks[0].total
	for _, m := range marks {
		num += m.total
		low, high = min(low, m.total), max(high, m.total)
	}
	return num - low - high, int64(len(marks) - 2)
}

// enoughToTrim names the first entry with fewer than TrimmedLeast sheets in
// a part; entries with none at all have no value anyway.
func (t *Tally) enoughToTrim() error {
	for _, p := range t.parts {
		for e, marks := range p.marks {
			if n := len(marks); n > 0 && n < TrimmedLeast {
				return fault.New(fault.Invalid, "ranking.too_few_judges",
					"entry", t.entries[e].ID, "judges", n, "least", TrimmedLeast)
			}
		}
	}
	return nil
}
