package text

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// oldMark finds a syllable that ends in oa, oe or uy with its tone mark on the
// first vowel. We write "hoá", "khoẻ", "huỷ", "thuỷ".
var oldMark = regexp.MustCompile(`(?i)\pL*(?:[óòỏõọ][ae]|[úùủũụ]y)(?:$|[^\pL])`)

// asOthersWrite are words whose spelling is not ours: the state's name as the
// layout of papers prescribes it, and names of places.
var asOthersWrite = []string{"CỘNG HÒA XÃ HỘI", "Vạn Hòa"}

func TestOneSpellingOfToneMarks(t *testing.T) {
	read := 0
	check := func(path, content string) {
		read++
		for _, words := range asOthersWrite {
			content = strings.ReplaceAll(content, words, "")
		}
		for i, line := range strings.Split(content, "\n") {
			for _, word := range oldMark.FindAllString(line, -1) {
				t.Errorf("%s:%d: %q: the tone mark stands on the second vowel", path, i+1, word)
			}
		}
	}
	for _, root := range []string{".", "../../demo", "../../web", "../../contest", "../../cmd", "../../doc", "../../README.vi.md"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "spelling_test.go") ||
				!slices.Contains([]string{".go", ".html", ".js", ".json", ".md"}, filepath.Ext(path)) {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			check(path, string(b))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 100 {
		t.Fatalf("only %d files were read", read)
	}
}

func TestTheButtonThatCallsOffSaysHuy(t *testing.T) {
	for _, k := range keys(Vietnamese) {
		if s := Vietnamese.Say(k); strings.Trim(s, ". ") == "Thôi" {
			t.Errorf("%s: %q: the button that calls off says %q, as everywhere", k, s, Vietnamese.Say("kit.cancel"))
		}
	}
}

func TestASentenceBeginsWithACapital(t *testing.T) {
	for in, want := range map[string]string{"thứ Hai": "Thứ Hai", "đài": "Đài", "ảnh": "Ảnh", "Chủ nhật": "Chủ nhật", "5 đài": "5 đài",
		"": "", "“số 20”": "“số 20”"} {
		if got := Sentence(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
