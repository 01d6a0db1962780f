package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is s as somebody types it without tone marks: lower case, without marks,
// đ as d, and everything but letters and digits as one space. Two texts of
// equal Fold are the same words to a search box.
func Fold(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range Plain(s) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Plain is s without tone marks, đ as d and Đ as D; all else stays.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ':
			return 'd'
		case r == 'Đ':
			return 'D'
		}
		return r
	}, norm.NFD.String(s))
}
