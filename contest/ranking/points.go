package ranking

import (
	"strconv"
	"strings"

	"loa/internal/fault"
)

// Points is one raw score in thousandths of a point: 8.5 points is 8500.
type Points int64

// Point is one whole point.
const Point Points = 1000

// mostPoints bounds a score and an entry's total so that sums of any real
// contest stay far from overflow: a million points.
const mostPoints = 1_000_000 * Point

// ParsePoints reads "8", "8.5" or "8,5", at most three decimals, between
// minus and plus a million. Anything else ("NaN", "1e3", "") is refused with
// ranking.bad_number.
func ParsePoints(s string) (Points, error) {
	t := strings.ReplaceAll(strings.TrimSpace(s), ",", ".")
	body, negative := strings.CutPrefix(t, "-")
	whole, decimals, dotted := strings.Cut(body, ".")
	if len(whole) == 0 || len(whole) > 7 || len(decimals) > 3 || dotted && decimals == "" {
		return 0, badNumber(s)
	}
	for _, c := range whole + decimals {
		if c < '0' || c > '9' {
			return 0, badNumber(s)
		}
	}
	n, err := strconv.ParseInt(whole+decimals+"000"[len(decimals):], 10, 64)
	if err != nil || Points(n) > mostPoints {
		return 0, badNumber(s)
	}
	if negative {
		n = -n
	}
	return Points(n), nil
}

// String is p with a point and no needless zeros: "8.5".
func (p Points) String() string {
	sign, n := "", int64(p)
	if n < 0 {
		sign, n = "-", -n
	}
	s := sign + strconv.FormatInt(n/1000, 10)
	if f := n % 1000; f != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(1000+f, 10)[1:], "0")
	}
	return s
}

// Rational is p in points.
func (p Points) Rational() Rational { return fraction(int64(p), int64(Point)) }

// Float is p in points, for statistics.
func (p Points) Float() float64 { return float64(p) / float64(Point) }

// MarshalText is String.
func (p Points) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// JSONSchema is what MarshalText writes.
func (Points) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^-?\d+(\.\d+)?$`}
}

// UnmarshalText is ParsePoints.
func (p *Points) UnmarshalText(b []byte) error {
	v, err := ParsePoints(string(b))
	if err != nil {
		return err
	}
	*p = v
	return nil
}

// Criterion is one thing a judge gives points for.
type Criterion struct {
	ID     string
	Min    Points   // the lowest score
	Max    Points   // the highest score, above Min
	Step   Points   // scores are Min, Min+Step, …; 0 allows any score between
	Weight Rational // what one point counts for in the part's total; at least 0
}

// Check refuses a score below Min or above Max (ranking.out_of_range) or
// between two steps (ranking.off_step).
func (c Criterion) Check(p Points) error {
	if p < c.Min || p > c.Max {
		return fault.New(fault.Invalid, "ranking.out_of_range",
			"criterion", c.ID, "value", p, "min", c.Min, "max", c.Max).At(c.ID)
	}
	if c.Step > 0 && (p-c.Min)%c.Step != 0 {
		return fault.New(fault.Invalid, "ranking.off_step",
			"criterion", c.ID, "value", p, "step", c.Step, "min", c.Min).At(c.ID)
	}
	return nil
}

// valid refuses a scale no score can be given on.
func (c Criterion) valid() error {
	if c.ID == "" || c.Min >= c.Max || c.Step < 0 || c.Min < -mostPoints || c.Max > mostPoints ||
		c.Step > 0 && (c.Max-c.Min)%c.Step != 0 {
		return fault.New(fault.Invalid, "ranking.bad_scale",
			"criterion", c.ID, "min", c.Min, "max", c.Max, "step", c.Step).At(c.ID)
	}
	if c.Weight.Sign() < 0 {
		return fault.New(fault.Invalid, "ranking.bad_weight", "name", c.ID, "weight", c.Weight).At(c.ID)
	}
	return nil
}
