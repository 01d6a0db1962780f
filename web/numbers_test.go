package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// A browser's own box of numbers takes "2,5" for 25, "2.000" for 2, or sends
// nothing at all, as its language has it. Loa reads what people type itself.
func TestNoNumberIsLeftToTheBrowser(t *testing.T) {
	t.Parallel()
	box := regexp.MustCompile(`"type" "number"|type="?number|\.type = "number"`)
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(path); ext != ".html" && ext != ".js" {
			return nil
		}
		files++
		b, err := os.ReadFile(path)
		if at := box.FindIndex(b); at != nil {
			t.Errorf("%s: %s", path, b[at[0]:at[1]])
		}
		return err
	})
	if err != nil || files < 50 {
		t.Errorf("read %d files: %v", files, err)
	}
}
