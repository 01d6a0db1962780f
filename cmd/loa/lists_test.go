package main

import (
	"strings"
	"testing"
)

// TestAListFromATerminal: saved, shown, changed, asked for by another command, and removed.
func TestAListFromATerminal(t *testing.T) {
	r := startDaemon(t, t.TempDir(), monday)
	at := []string{"--data", r.dir}
	says := func(want int, args ...string) string {
		t.Helper()
		code, out := loa(append(args, at...)...)
		if code != want {
			t.Fatalf("loa %s: %d %s", strings.Join(args, " "), code, out)
		}
		return out
	}
	id, _, _ := strings.Cut(says(0, "lists", "save", "Vùng cao", "S00001", "02770"), "\t")
	if out := says(0, "lists"); !strings.Contains(out, id) || !strings.Contains(out, "Vùng cao") {
		t.Errorf("the lists: %s", out)
	}
	if out := says(0, "stations", "list", "--list", id); strings.Count(out, "S0") != 2 {
		t.Errorf("its stations: %s", out)
	}
	says(0, "lists", "save", "Vùng xa", "S00003", "--change", id)
	if out := says(0, "coverage", "--list", id, "--json"); !strings.Contains(out, `"active": 1,`) {
		t.Errorf("its coverage: %.400s", out)
	}
	says(0, "lists", "remove", id)
	if code, out := loa(append([]string{"stations", "list", "--list", id}, at...)...); code == 0 || !strings.Contains(out, "danh sách") {
		t.Errorf("a list that is gone: %d %s", code, out)
	}
}
