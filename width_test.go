package loa_test

import (
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// Widths in columns; a tab counts four.
const (
	wideGo  = 160
	wideWeb = 120 // templates, styles, scripts
)

// A line one must scroll or wrap is read by nobody.
func TestNoLineIsTooWide(t *testing.T) {
	listed, err := exec.Command("git", "ls-files", "*.go", "web/*.html", "web/*.css", "web/*.js").Output()
	if err != nil {
		t.Skip("not a clone: ", err)
	}
	checked := 0
	for _, name := range strings.Fields(string(listed)) {
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) || strings.Contains(name, "/testdata/") {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		most, raw := wideWeb, map[int]bool{}
		if filepath.Ext(name) == ".go" {
			most, raw = wideGo, linesOfRawStrings(text)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if w := columns(line); w > most && !raw[i+1] {
				t.Errorf("%s:%d has %d columns, more than %d", name, i+1, w, most)
			}
		}
		checked++
	}
	if checked < 300 {
		t.Fatalf("%d files checked only", checked)
	}
}

func columns(line string) int { return utf8.RuneCountInString(line) + 3*strings.Count(line, "\t") }

// linesOfRawStrings are the lines of Go source, from 1, that hold a part of a
// `raw string`, which cannot be broken.
func linesOfRawStrings(source []byte) map[int]bool {
	lines := map[int]bool{}
	file := token.NewFileSet().AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	for {
		at, kind, text := s.Scan()
		if kind == token.EOF {
			return lines
		}
		if kind == token.STRING && text[0] == '`' {
			for i := range strings.Count(text, "\n") + 1 {
				lines[file.Line(at)+i] = true
			}
		}
	}
}

func TestWideLinesAreSeen(t *testing.T) {
	raw := linesOfRawStrings([]byte("package x\n\nvar a, b = `one\ntwo`, \"`\"\nvar c = 1\n"))
	if columns("\tĐài") != 7 || len(raw) != 2 || !raw[3] || !raw[4] {
		t.Errorf("%d columns, raw strings on %v", columns("\tĐài"), raw)
	}
}

// html/template takes what is said in an attribute data-on… for a script, and in data-style for a style, and writes it so.
var misread = regexp.MustCompile(`\sdata-(on[a-z-]*|style)=`)

func TestNoAttributeIsTakenForAScript(t *testing.T) {
	templates, err := filepath.Glob("web/*/*.html")
	if err != nil || len(templates) < 50 {
		t.Fatalf("%d templates, %v", len(templates), err)
	}
	for _, path := range templates {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if found := misread.Find(b); found != nil {
			t.Errorf("%s has%s", path, found)
		}
	}
}
