package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPagesAreMeasuredOnAFolderOfItsOwn(t *testing.T) {
	t.Setenv("GOGC", "100") // the command leaves it as it is
	dir := filepath.Join(t.TempDir(), "bench")
	for again := range 2 { // the second time there is nothing to simulate
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"bench", "pages", "--data", dir, "--weeks", "1", "--reports", "64", "--spend", "0s"}, &out, &errs); code != 0 {
			t.Fatalf("exit %d: %s", code, errs.String())
		}
		for _, want := range []string{"Khởi động", "operator /today", "monitor /coverage", "Báo 64 lượt phát", ", 0 lỗi"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("no %q in\n%s", want, out.String())
			}
		}
		if simulated := strings.Contains(out.String(), "mô phỏng"); simulated != (again == 0) {
			t.Errorf("time %d: simulated: %t", again, simulated)
		}
	}
	theirs := t.TempDir()
	if err := os.WriteFile(filepath.Join(theirs, "loa.db"), []byte("của tỉnh"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"bench", "pages", "--data", theirs}, &out, &errs); code != 75 || !strings.Contains(errs.String(), theirs) {
		t.Errorf("a folder of somebody: exit %d, %q", code, errs.String())
	}
	if b, err := os.ReadFile(filepath.Join(theirs, "loa.db")); err != nil || string(b) != "của tỉnh" {
		t.Errorf("it was written to: %q, %v", b, err)
	}
}
