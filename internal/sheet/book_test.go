package sheet

import (
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func TestEverySheetNameIsOneExcelTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := NewBook()
		defer b.f.Close()
		for range 4 {
			wanted := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "History", "a/b", "'x'", strings.Repeat("ổ", 40),
				"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"})).Draw(t, "name")
			p := b.Page(wanted, false, []float64{10, 10})
			p.Line("x", Look{Size: 11, Places: -1})
			p.Header([]string{"a"}, Look{Size: 11, Places: -1, Bold: true}, true)
			if n := len(utf16.Encode([]rune(p.name))); n > 31 || n == 0 || strings.EqualFold(p.name, "history") {
				t.Fatalf("%q became %q", wanted, p.name)
			}
		}
		if err := b.Write(io.Discard, "x"); err != nil {
			t.Fatal(err)
		}
	})
}
