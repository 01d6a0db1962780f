package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBenchOfSoundTellsEveryFigure, above 0; what a clock shows is not asked.
func TestBenchOfSoundTellsEveryFigure(t *testing.T) {
	var out bytes.Buffer
	if code := run(context.Background(), []string{"bench", "sound", "--rounds", "1"}, &out, &out); code != 0 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if want := 2 + len(soundParts(nil)); len(lines) != want {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), want, out.String())
	}
	for _, line := range lines[2:] {
		if !regexp.MustCompile(`^\S.*  \d+,\d{3} +\d+,\d$`).MatchString(line) || strings.Contains(line, " 0,000 ") {
			t.Errorf("no figure in %q", line)
		}
	}
}

// TestBenchOfSoundRefusesInWords what it cannot measure with.
func TestBenchOfSoundRefusesInWords(t *testing.T) {
	text := filepath.Join(t.TempDir(), "a.mp3")
	if err := os.WriteFile(text, []byte("xin chào"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"/nowhere.mp3"}, 66, "/nowhere.mp3"},
		{[]string{text}, 65, "không"},
		{[]string{tone(t, "a.wav", 2)}, 65, "MP3 lành"},
		{[]string{"--rounds", "0"}, 65, "từ 1 đến 1000"},
	} {
		var out bytes.Buffer
		code := run(context.Background(), append([]string{"bench", "sound"}, c.args...), &out, &out)
		if code != c.code || !strings.Contains(out.String(), c.says) {
			t.Errorf("%v: exit code %d: %s", c.args, code, out.String())
		}
	}
}
