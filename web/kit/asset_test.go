package kit

import (
	"os"
	"path/filepath"
	"testing"
)

func TestEveryStyleAndScriptIsShortened(t *testing.T) {
	found := 0
	for _, ext := range []string{".css", ".js"} {
		names, err := filepath.Glob("../*/*" + ext)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			written, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			short, err := lean.Bytes(ext, written)
			if err != nil || len(short) >= len(written) || len(short) < len(written)/5 {
				t.Errorf("%s: %d bytes of %d: %v", name, len(short), len(written), err)
			}
			found++
		}
	}
	if found < 20 {
		t.Errorf("%d files found only", found)
	}
	a := newAsset(".css", []byte("a { colour"))
	if len(a.sent().plain) == 0 {
		t.Error("what cannot be read is not sent as it is")
	}
}
