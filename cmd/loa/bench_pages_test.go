package main

import (
	"bytes"
	"errors"
	"loa/internal/text"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPagesAreMeasuredOnAFolderOfItsOwn(t *testing.T) {
	t.Setenv("GOGC", "100") // the command leaves it as it is
	dir := filepath.Join(t.TempDir(), "bench")
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"bench", "pages", "--data", dir, "--weeks", "1", "--reports", "64", "--spend", "0s"}, &out, &errs); code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	for _, want := range []string{"mô phỏng", "Khởi động", "operator /today", "monitor /coverage", "Báo 64 lượt phát", ", 0 lỗi"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	out.Reset()
	again := &bench{terminal: &terminal{t.Context(), &out, &errs, text.Vietnamese}, dir: dir}
	if err := errors.Join(again.simulated(1), again.start(), again.close()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "mô phỏng") || !strings.Contains(out.String(), "Khởi động") {
		t.Errorf("the second time there is nothing to simulate:\n%s", out.String())
	}
	theirs := t.TempDir()
	if err := os.WriteFile(filepath.Join(theirs, "loa.db"), []byte("của tỉnh"), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	errs.Reset()
	if code := run(t.Context(), []string{"bench", "pages", "--data", theirs}, &out, &errs); code != 75 || !strings.Contains(errs.String(), theirs) {
		t.Errorf("a folder of somebody: exit %d, %q", code, errs.String())
	}
	if b, err := os.ReadFile(filepath.Join(theirs, "loa.db")); err != nil || string(b) != "của tỉnh" {
		t.Errorf("it was written to: %q, %v", b, err)
	}
}
