package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A box for a reason, and what says who reads it: a hint of the part that draws it,
// or one that describes the box.
var (
	reasonCall = regexp.MustCompile(`(?s)\{\{template "(?:area|field)" \(dict [^}]*?"name" (?:"(?:reason|why)"|\(printf "why\.[^}]*?)[^}]*?\}\}`)
	reasonBox  = regexp.MustCompile(`<(?:textarea|input)[^>]*name="(?:reason|why)"[^>]*>`)
	reasonPart = regexp.MustCompile(`(?s)\{\{template "reason" \(dict [^}]*?\}\}`)
)

// Whoever writes a reason knows beforehand who will read it.
func TestWhoReadsAReasonIsSaidBesideItsBox(t *testing.T) {
	found := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".html" || strings.Contains(path, "testdata") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		page := string(raw)
		check := func(box, want string) {
			found++
			if !strings.Contains(box, want) {
				t.Errorf("%s: nothing says who reads what is written here: %s", path, box)
			}
		}
		for _, box := range reasonCall.FindAllString(page, -1) {
			check(box, `"hint"`)
		}
		for _, box := range reasonPart.FindAllString(page, -1) {
			check(box, `"readers"`)
		}
		for _, box := range reasonBox.FindAllString(page, -1) {
			if !strings.Contains(box, `type="hidden"`) {
				check(box, "aria-describedby=")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("only %d boxes found", found)
	}
}
