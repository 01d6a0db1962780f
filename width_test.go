package loa_test

import (
	"go/scanner"
	"go/token"
	"iter"
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

// listed are the files of the clone that match, test data left out, and what is in them.
func listed(t *testing.T, patterns ...string) iter.Seq2[string, []byte] {
	t.Helper()
	names, err := exec.Command("git", append([]string{"ls-files"}, patterns...)...).Output()
	if err != nil {
		t.Skip("not a clone: ", err)
	}
	return func(yield func(string, []byte) bool) {
		for _, name := range strings.Fields(string(names)) {
			text, err := os.ReadFile(name)
			if os.IsNotExist(err) || strings.Contains(name, "/testdata/") {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if !yield(name, text) {
				return
			}
		}
	}
}

// A line one must scroll or wrap is read by nobody.
func TestNoLineIsTooWide(t *testing.T) {
	checked := 0
	for name, text := range listed(t, "*.go", "web/*.html", "web/*.css", "web/*.js") {
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

// Lines of which one begins beside where another of its kind has just ended: an element of a page; a declaration of a style.
var (
	sideBySide = regexp.MustCompile(`</(` + blocks + `)>\s*<(` + blocks + `)[ >]`)
	declares   = regexp.MustCompile(`;\s*[a-z-]+\s*:|\{\s*[a-z-]+\s*:[^{]*;`)
)

const blocks = "p|div|section|form|table|thead|tbody|tr|li|ul|ol|h[1-6]|article|header|nav|fieldset|dl|details|figure|td|th|dt|dd"

// What stands side by side is read as one thing, and a change of one shows as a change of both.
func TestALineHoldsOneThing(t *testing.T) {
	checked := 0
	for name, text := range listed(t, "web/*.html", "web/*.css") {
		checked++
		for i, line := range strings.Split(string(text), "\n") {
			if twoThings(filepath.Ext(name), line) {
				t.Errorf("%s:%d holds two: %s", name, i+1, line)
			}
		}
	}
	if checked < 100 {
		t.Fatalf("%d files checked only", checked)
	}
}

// twoThings reports whether a line of a template or a style holds more than one. A term and what it means are one.
func twoThings(kind, line string) bool {
	if kind == ".css" {
		return declares.MatchString(line)
	}
	for _, m := range sideBySide.FindAllStringSubmatch(line, -1) {
		if m[1] != "dt" || m[2] != "dd" {
			return true
		}
	}
	return false
}

func TestTwoThingsOnALineAreSeen(t *testing.T) {
	for line, want := range map[string]bool{"  <p>a</p><p>b</p>": true, "<h2>a</h2> <p class=x>b</p>": true, "<dt>a</dt><dd>b</dd>": false,
		"<dt>a</dt><dd>b</dd><dt>c</dt>": true, "<p>{{t `a`}} <b>b</b></p>": false, "<header><h1>a</h1>": false} {
		if got := twoThings(".html", line); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
	for line, want := range map[string]bool{"  color: red; margin: 0": true, ".x { color: red; }": true, "  color: red;": false, ".x {": false,
		`  src: url("data:font/woff2;base64,AA");`: false, "@media (max-width: 40em) {": false} {
		if got := twoThings(".css", line); got != want {
			t.Errorf("%s: %t", line, got)
		}
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
