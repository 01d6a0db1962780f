package plan

import (
	"math/bits"
	"strconv"
	"strings"

	"loa/internal/fault"
	"loa/internal/text"
)

// Amount is a figure in thousandths: 12.5 is 12500.
type Amount int64

// one is the amount 1, and mostAmount the largest: sums of any year stay far from overflow.
const (
	one        Amount = 1000
	mostAmount        = 1_000_000_000 * one
)

// Of is a whole number as an amount.
func Of(n int) Amount { return Amount(n) * one }

// ParseAmount reads a number as programs write it, "12.5", with at most three decimals. Faults: plan.amount_odd,
// plan.value_large.
func ParseAmount(s string) (Amount, error) {
	odd := fault.New(fault.Invalid, "plan.amount_odd", "text", s)
	body, negative := strings.CutPrefix(s, "-")
	whole, decimals, dotted := strings.Cut(body, ".")
	if whole == "" || dotted && decimals == "" || strings.Trim(whole+decimals, "0123456789") != "" {
		return 0, odd
	}
	if whole = strings.TrimLeft(whole, "0"); len(whole) > 12 {
		return 0, fault.New(fault.Invalid, "plan.value_large", "most", mostAmount)
	}
	if decimals = strings.TrimRight(decimals, "0"); len(decimals) > 3 {
		return 0, odd
	}
	n, err := strconv.ParseInt(whole+decimals+"000"[len(decimals):], 10, 64)
	if err != nil {
		return 0, odd
	}
	if negative {
		n = -n
	}
	return Amount(n), nil
}

// ReadAmount reads a number as people write it, "1.234,5" or "12,5"; "" is 0. Faults: those of ParseAmount and
// of text.Language.ReadDecimal.
func ReadAmount(l text.Language, s string) (Amount, error) {
	if strings.TrimSpace(s) == "" {
		return 0, nil
	}
	plain, err := l.ReadDecimal(s)
	if err != nil {
		return 0, err
	}
	a, err := ParseAmount(plain)
	if fault.Is(err, "plan.amount_odd") {
		return 0, fault.New(fault.Invalid, "plan.amount_odd", "text", s) // as she wrote it
	}
	return a, err
}

// String is the amount as ParseAmount reads it, without needless zeros.
func (a Amount) String() string {
	sign, n := "", int64(a)
	if n < 0 {
		sign, n = "-", -n
	}
	s := sign + strconv.FormatInt(n/1000, 10)
	if f := n % 1000; f != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(1000+f, 10)[1:], "0")
	}
	return s
}

// Words is the amount as people read it: "1.234,5".
func (a Amount) Words(l text.Language) string {
	s := l.Number(int64(a / one))
	if a < 0 && a > -one {
		s = "-" + s
	}
	if f := max(a, -a) % one; f != 0 {
		s += strings.TrimPrefix(l.Exact((one + f).Float()), "1")
	}
	return s
}

// Typed is the amount as a form shows it and ReadAmount reads it.
func (a Amount) Typed(l text.Language) string { return l.Exact(a.Float()) }

// Float is the amount, for files and charts.
func (a Amount) Float() float64 { return float64(a) / float64(one) }

// MarshalJSON writes a number.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalJSON reads a number, or one in quotes. Faults: those of ParseAmount.
func (a *Amount) UnmarshalJSON(b []byte) (err error) {
	*a, err = ParseAmount(strings.Trim(string(b), `"`))
	return err
}

// JSONSchema is what MarshalJSON writes.
func (Amount) JSONSchema() map[string]any {
	return map[string]any{"type": "number", "minimum": 0, "maximum": 1_000_000_000, "multipleOf": 0.001}
}

// percent is the share of the part in percent, rounded down to its thousandths so that 100 is all; ok is false where
// there is nothing to have a share of.
func percent(part, whole Amount) (share Amount, ok bool) {
	if part < 0 || whole <= 0 || part > whole {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(part), uint64(100*one))
	q, _ := bits.Div64(hi, lo, uint64(whole))
	return Amount(q), true
}
