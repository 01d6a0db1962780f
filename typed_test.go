package loa_test

import (
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// typed is a package of ours with what every name in it means.
type typed struct {
	folder string // below the module's root
	parsed []*ast.File
	types.Info
}

// house is all of them, read once for all tests.
var house = sync.OnceValues(func() (all []typed, err error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export,DepOnly", "./...").Output()
	if err != nil {
		return nil, err
	}
	type compiled struct {
		ImportPath, Dir, Export string
		GoFiles                 []string
		DepOnly                 bool
	}
	exports := map[string]string{}
	var ours []compiled
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p compiled
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		if exports[p.ImportPath] = p.Export; !p.DepOnly {
			ours = append(ours, p)
		}
	}
	imports := importer.ForCompiler(positions, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, p := range ours {
		t := typed{folder: strings.TrimPrefix(p.ImportPath, "loa/")}
		t.Types, t.Uses = map[ast.Expr]types.TypeAndValue{}, map[*ast.Ident]types.Object{}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(positions, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution|parser.ParseComments)
			if err != nil {
				return nil, err
			}
			t.parsed = append(t.parsed, f)
		}
		if _, err := (&types.Config{Importer: imports}).Check(p.ImportPath, positions, t.parsed, &t.Info); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
})

// positions are those of all that was read.
var positions = token.NewFileSet()

// typedHouse is the house, or the end of the test.
func typedHouse(t *testing.T) []typed {
	t.Helper()
	all, err := house()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// testing helpers have faults and clocks of their own.
func (p typed) helps() bool {
	return strings.HasSuffix(p.folder, "test") || within(p.folder, "web/tour")
}

// TestNoErrorIsDroppedWithoutAReason: an answer that is not looked at turned an old folder's
// figures into zeros once. Whoever drops an error says on that line why nothing is lost.
func TestNoErrorIsDroppedWithoutAReason(t *testing.T) {
	dropped := 0
	for _, p := range typedHouse(t) {
		if p.helps() {
			continue
		}
		for _, f := range p.parsed {
			said := map[int]bool{} // lines that end with a comment
			for _, group := range f.Comments {
				for _, c := range group.List {
					said[positions.Position(c.Pos()).Line] = true
				}
			}
			for node := range ast.Preorder(f) {
				assigned, is := node.(*ast.AssignStmt)
				if !is || !p.dropsError(assigned) {
					continue
				}
				dropped++
				if at := positions.Position(assigned.Pos()); !said[at.Line] {
					t.Errorf("%s drops an error and does not say why", at)
				}
			}
		}
	}
	if dropped < 20 {
		t.Errorf("%d errors are dropped: this test does not see them", dropped)
	}
}

// dropsError reports whether an error is assigned to nothing.
func (p typed) dropsError(n *ast.AssignStmt) bool {
	for i, left := range n.Lhs {
		name, plain := left.(*ast.Ident)
		if !plain || name.Name != "_" {
			continue
		}
		of := p.Types[n.Rhs[min(i, len(n.Rhs)-1)]].Type
		if all, several := of.(*types.Tuple); several {
			of = all.At(i).Type()
		}
		if of != nil && types.Identical(of, types.Universe.Lookup("error").Type()) {
			return true
		}
	}
	return false
}

// faultCode is a code as comments name it.
var faultCode = regexp.MustCompile(`\b[a-z]+\.[a-z0-9]+(?:_[a-z0-9]+)*\b`)

// TestEveryFaultNamedIsRaised: what a comment promises as a fault is raised somewhere, whole or put together
// behind a beginning, so that nobody waits for one that never comes.
func TestEveryFaultNamedIsRaised(t *testing.T) {
	said, nouns := map[string]bool{}, map[string]bool{} // all strings of the code, and what codes begin with
	for _, p := range typedHouse(t) {
		for _, f := range p.parsed {
			for node := range ast.Preorder(f) {
				literal, is := node.(*ast.BasicLit)
				if !is || literal.Kind != token.STRING {
					continue
				}
				word := strings.Trim(literal.Value, "\"`")
				said[word] = true
				if noun, _, ok := strings.Cut(word, "."); ok && faultCode.FindString(word) == word {
					nouns[noun] = true
				}
			}
		}
	}
	raised := func(code string) bool {
		if said[code] {
			return true
		}
		for i := range code {
			if said[code[:i]] && strings.HasSuffix(code[:i], "_") && said[code[i:]] {
				return true
			}
		}
		return false
	}
	seen := 0
	for _, p := range typedHouse(t) {
		for _, f := range p.parsed {
			for _, group := range f.Comments {
				_, promised, _ := strings.Cut(strings.ReplaceAll(group.Text(), "\n", " "), "Fault")
				for _, code := range faultCode.FindAllString(promised, -1) {
					noun, _, _ := strings.Cut(code, ".")
					if !nouns[noun] || noun == "web" || noun == "noun" {
						continue
					}
					if seen++; !raised(code) {
						t.Errorf("%s promises %s, which nothing raises", positions.Position(group.Pos()), code)
					}
				}
			}
		}
	}
	if seen < 400 {
		t.Errorf("%d faults are named: this test does not see them", seen)
	}
}

// machine are the files that look at the machine's clock, and why not at the one they are given.
var machine = map[string]string{
	"internal/wallclock/elapsed_linux.go": "it counts what has passed",
	"scheduler/clock.go":                  "it compares the clock with what has passed",
	"store/bolt/bolt.go":                  "how long it waits for another daemon, and the clock of who gives none",
	"store/bolt/commit.go":                "how long a change took",
	"store/folder/blobs.go":               "times of files are the machine's",
	"store/remote/s3.go":                  "deadlines of a connection are the machine's",
	"web/kit/guard.go":                    "deadlines of a connection are the machine's",
	"web/kit/route.go":                    "how long an answer took",
}

// TestTimeIsAParameter: rules take now, and a daemon has one clock, which its watch may doubt.
// Who looks at the machine's beside it freezes what a wrong clock says.
func TestTimeIsAParameter(t *testing.T) {
	looks := map[string]bool{}
	for _, p := range typedHouse(t) {
		if p.helps() || within(p.folder, "cmd") { // where the clock comes from
			continue
		}
		for _, f := range p.parsed {
			for node := range ast.Preorder(f) {
				name, plain := node.(*ast.Ident)
				if !plain {
					continue
				}
				what, known := p.Uses[name].(*types.Func)
				if !known || what.Pkg() == nil || what.Pkg().Path() != "time" || what.Name() != "Now" && what.Name() != "Since" && what.Name() != "Until" {
					continue
				}
				at := positions.Position(name.Pos())
				file := p.folder + "/" + filepath.Base(at.Filename)
				if looks[file] = true; machine[file] == "" {
					t.Errorf("%s looks at the machine's clock", at)
				}
			}
		}
	}
	for file := range machine {
		if !looks[file] {
			t.Errorf("%s looks at no clock", file)
		}
	}
}
