package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Slug is a name for a path or a file: small letters without marks, digits and hyphens,
// about 36 of them at most; "" of a name without any.
func Slug(name string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case c == 'đ':
			b.WriteByte('d')
		case c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)):
			b.WriteRune(c)
		case unicode.Is(unicode.Mn, c):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 36 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
