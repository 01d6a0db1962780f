package kit

import (
	"strings"
	"testing"
	"unicode/utf8"

	"loa/internal/text"
)

// TestAnOfficeOnPaperIsWhatPaperCanHold: what is too long or has no letter in print is cut, in words.
func TestAnOfficeOnPaperIsWhatPaperCanHold(t *testing.T) {
	for typed, want := range map[string][2]string{
		" Phòng VHTT\tBát Xát ":         {"Phòng VHTT Bát Xát", ""},
		"Đài \u202egnohp\u202c \u200fA": {"Đài gnohp A", ""},
		"Đài 📻 Bản Phùng 👨\u200d👩":      {"Đài Bản Phùng", "📻👨👩"},
		"❤\ufe0f":                       {"", "❤"},
		strings.Repeat("a", 3000):       {strings.Repeat("a", mostOffice), "120"},
		strings.Repeat("Uỷ ban ", 1000): {strings.Repeat("Uỷ ban ", 17) + "U", "120"},
		"中":                             {"", "中"},
		"":                              {"", ""},
	} {
		word, cut := officeWord(typed)
		if said := cut.Words(text.Vietnamese); word != want[0] || utf8.RuneCountInString(word) > mostOffice || (want[1] == "") != (cut.Key == "") ||
			!strings.Contains(said, want[1]) || cut.Key != "" && cut.Words(text.English) == said {
			t.Errorf("%.40q stands as %q: %q", typed, word, said)
		}
	}
}
