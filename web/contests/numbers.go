package contests

import (
	"math"

	"loa/internal/text"
)

// number prints a statistic with two decimals, a dash where there is none.
func number(lang text.Language, v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return lang.Decimal(v, 2)
}

// signedNumber is number with a plus before what is above zero.
func signedNumber(lang text.Language, v float64) string {
	s := number(lang, v)
	if v > 0.005 {
		return "+" + s
	}
	return s
}
