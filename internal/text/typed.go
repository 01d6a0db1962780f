package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Line brings one line that a person typed to its kept form: valid UTF-8 in
// NFC, single spaces, nothing invisible that could disturb a log or turn the
// direction of what is shown.
func Line(s string) string {
	return strings.Join(strings.FieldsFunc(tidy(s), unicode.IsSpace), " ")
}

// Lines does the same for text of several lines: "\n" ends a line, tabs and
// runs of spaces stay, and no space stands around the whole.
func Lines(s string) string {
	return strings.TrimSpace(tidy(lineEnds.Replace(s)))
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func tidy(s string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune { // NFC last: what stood between a letter and its mark is gone
		if unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}
