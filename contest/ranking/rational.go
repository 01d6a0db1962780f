package ranking

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strings"

	"loa/internal/fault"
)

// Rational is an exact number: a weight, a floor, or what an entry is ranked
// on. The zero Rational is 0. Rationals are always in lowest terms with a
// positive denominator, so equal ones are equal under ==.
type Rational struct{ num, den int64 }

// Whole is n as a Rational.
func Whole(n int64) Rational { return fraction(n, 1) }

// Fraction is num/den in lowest terms. A zero den is refused with
// ranking.bad_number.
func Fraction(num, den int64) (Rational, error) {
	if den == 0 {
		return Rational{}, badNumber(fmt.Sprintf("%d/%d", num, den))
	}
	return narrow(big.NewRat(num, den))
}

// ParseRational reads "2", "-0.25", "0,25", "1/3" or "30%". A comma is a
// decimal comma. Anything else, and a number whose lowest terms do not fit
// 64 bits, is refused with ranking.bad_number.
func ParseRational(s string) (Rational, error) {
	t := strings.TrimSpace(s)
	percent := strings.HasSuffix(t, "%")
	t = strings.ReplaceAll(strings.TrimSpace(strings.TrimSuffix(t, "%")), ",", ".")
	if !plainNumber(t) || (percent && strings.Contains(t, "/")) {
		return Rational{}, badNumber(s)
	}
	r, ok := new(big.Rat).SetString(t)
	if !ok {
		return Rational{}, badNumber(s)
	}
	if percent {
		r.Quo(r, big.NewRat(100, 1))
	}
	out, err := narrow(r)
	if err != nil {
		return Rational{}, badNumber(s)
	}
	return out, nil
}

// plainNumber keeps exponents, bases, underscores and endless digits, all of
// which big.Rat reads, away from it.
func plainNumber(s string) bool {
	if len(s) == 0 || len(s) > 40 {
		return false
	}
	for _, c := range strings.TrimPrefix(s, "-") {
		if (c < '0' || c > '9') && c != '.' && c != '/' {
			return false
		}
	}
	return !(strings.Contains(s, "/") && strings.Contains(s, "."))
}

func badNumber(s string) error {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return fault.New(fault.Invalid, "ranking.bad_number", "value", s)
}

func narrow(r *big.Rat) (Rational, error) {
	if !r.Num().IsInt64() || !r.Denom().IsInt64() || r.Num().Int64() == math.MinInt64 {
		return Rational{}, badNumber(r.RatString())
	}
	return Rational{r.Num().Int64(), r.Denom().Int64()}.canonical(), nil
}

// fraction reduces num/den; den must be positive.
func fraction(num, den int64) Rational {
	g := gcd(abs(num), den)
	return Rational{num / g, den / g}.canonical()
}

// gcd is the greatest common divisor of a >= 0 and b > 0.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// canonical makes every zero the zero value.
func (r Rational) canonical() Rational {
	if r.num == 0 {
		return Rational{}
	}
	return r
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// Rat is r as a new big.Rat.
func (r Rational) Rat() *big.Rat {
	if r.den == 0 {
		return new(big.Rat)
	}
	return big.NewRat(r.num, r.den)
}

// Float is the float64 nearest to r, for charts and statistics, never for
// deciding an order.
func (r Rational) Float() float64 {
	if r.den == 0 {
		return 0
	}
	return float64(r.num) / float64(r.den)
}

// Sign is -1, 0 or 1.
func (r Rational) Sign() int {
	switch {
	case r.num < 0:
		return -1
	case r.num > 0:
		return 1
	}
	return 0
}

// Cmp is -1, 0 or 1 as r is below, equal to or above o. It is exact.
func (r Rational) Cmp(o Rational) int {
	if r == o {
		return 0
	}
	a, b := r.Sign(), o.Sign()
	if a != b {
		if a < b {
			return -1
		}
		return 1
	}
	// Same sign and neither zero: compare |r.num|·o.den with |o.num|·r.den in 128 bits.
	h1, l1 := bits.Mul64(uint64(abs(r.num)), uint64(o.den))
	h2, l2 := bits.Mul64(uint64(abs(o.num)), uint64(r.den))
	if h1 < h2 || h1 == h2 && l1 < l2 {
		return -a
	}
	return a
}

// String is r exactly: "8", "-1/4".
func (r Rational) String() string { return r.Rat().RatString() }

// Decimal is r with the given number of decimal places and a point, rounded
// half away from zero.
func (r Rational) Decimal(places int) string { return r.Rat().FloatString(places) }

// MarshalText is String, so that JSON keeps r exact.
func (r Rational) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// JSONSchema is what MarshalText writes.
func (Rational) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^-?\d+(/\d+)?$`}
}

// UnmarshalText is ParseRational.
func (r *Rational) UnmarshalText(b []byte) error {
	v, err := ParseRational(string(b))
	if err != nil {
		return err
	}
	*r = v
	return nil
}

// Places is how many decimals a table needs so that no two different values
// print alike: at least least, at most most (two values that still agree
// there are told apart by their exact form only).
func Places(values []Rational, least, most int) int {
	for p := least; p < most; p++ {
		seen := make(map[string]Rational, len(values))
		alike := false
		for _, v := range values {
			s := v.Decimal(p)
			if old, ok := seen[s]; ok && old != v {
				alike = true
				break
			}
			seen[s] = v
		}
		if !alike {
			return p
		}
	}
	return most
}
