package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"loa/internal/text"
)

func TestTypedTextIsKeptInOneForm(t *testing.T) {
	for _, c := range []struct{ typed, line, lines string }{
		{"  Xã  Bản\tHồ \r\n", "Xã Bản Hồ", "Xã  Bản\tHồ"},
		{"no\u0302ng tho\u0302n mo\u031b\u0301i", "nông thôn mới", "nông thôn mới"},
		{"một\r\nhai\rba\x00\x1b[2J", "một hai ba[2J", "một\nhai\nba[2J"},
		{"a\u202etxt.3pm\u2069", "atxt.3pm", "atxt.3pm"},
		{"no\x7f\u0302ng", "nông", "nông"},
		{"\xffđược\xfe", "được", "được"},
		{" \u00a0\u2003 ", "", ""},
	} {
		if got := text.Line(c.typed); got != c.line {
			t.Errorf("Line(%q) = %q, want %q", c.typed, got, c.line)
		}
		if got := text.Lines(c.typed); got != c.lines {
			t.Errorf("Lines(%q) = %q, want %q", c.typed, got, c.lines)
		}
	}
}

func FuzzTyped(f *testing.F) {
	f.Add("Thôn  Bản Hồ\r\n\x00\u202e")
	f.Fuzz(func(t *testing.T, typed string) {
		for name, clean := range map[string]func(string) string{"Line": text.Line, "Lines": text.Lines} {
			got := clean(typed)
			odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
			if clean(got) != got || !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) || strings.ContainsFunc(got, odd) {
				t.Errorf("%s(%q) = %q is not in its kept form", name, typed, got)
			}
		}
	})
}
