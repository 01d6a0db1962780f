package loa_test

import (
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	namedTest = regexp.MustCompile("(?:`([a-z/]+)` )?(Test[A-Z][A-Za-z0-9]*)")
	namedFile = regexp.MustCompile("`([a-z][A-Za-z0-9_./-]*\\.(?:go|html|css|js|md|json|txt))`")
	declared  = regexp.MustCompile(`(?m)^func (?:\([^)]*\) )?(Test[A-Z][A-Za-z0-9]*)\(`)
)

// What the papers for people who work on Loa point to is there: each test they name, in
// the folder they name it in, and each file.
func TestWhatThePapersPointToIsThere(t *testing.T) {
	listed, err := exec.Command("git", "ls-files").Output()
	if err != nil {
		t.Skip("not a clone: ", err)
	}
	files := strings.Fields(string(listed))
	tests := map[string][]string{} // folders that declare a test of the name
	for _, name := range files {
		if path.Ext(name) != ".go" {
			continue
		}
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			tests[m[1]] = append(tests[m[1]], path.Dir(name))
		}
	}
	seen := 0
	for _, paper := range []string{"README.md", "CONTRIBUTING.md", "doc/design.md", "doc/dependencies.md", "doc/operating.md",
		"doc/security.md"} {
		text, err := os.ReadFile(paper)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range namedTest.FindAllStringSubmatch(string(text), -1) {
			seen++
			if folders := tests[m[2]]; len(folders) == 0 || m[1] != "" && !slices.Contains(folders, m[1]) {
				t.Errorf("%s names %s %s, which stands in %q", paper, m[1], m[2], folders)
			}
		}
		for _, m := range namedFile.FindAllStringSubmatch(string(text), -1) {
			there := slices.ContainsFunc(files, func(f string) bool { return f == m[1] || strings.HasSuffix(f, "/"+m[1]) })
			if seen++; !there && !made[m[1]] {
				t.Errorf("%s points to %s, which is not there", paper, m[1])
			}
		}
	}
	if seen < 100 {
		t.Errorf("the papers point to %d things only: this test does not see them", seen)
	}
}

// TestRecipesArePrintedAsTheyAreRun: what CONTRIBUTING.md prints of Go stands in a test,
// between two marks, where it compiles and is run.
func TestRecipesArePrintedAsTheyAreRun(t *testing.T) {
	paper, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"cmd/loa/recipe_test.go", "store/bolt/recipe_test.go"} {
		own, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, code, _ := strings.Cut(string(own), "// recipe: begin\n\n")
		code, _, _ = strings.Cut(code, "\n// recipe: end\n")
		if code == "" || !strings.Contains(string(paper), "```go\n"+code+"```") {
			t.Errorf("CONTRIBUTING.md does not print what stands in %s as it is", file)
		}
	}
}

// made are files that a reader of a recipe makes, or that stand for any of a kind.
var made = map[string]bool{"internal/text/vi/notes.json": true, "en/notes.json": true, "internal/text/vi/AREA.json": true, "en/AREA.json": true,
	"store/bolt/NOUN.go": true, "store/storetest/NOUN.go": true}
