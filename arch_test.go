// Package loa_test keeps the house in order: who may import whom, and that
// every package says what it is for.
package loa_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The nouns, from the one that may know all others to the one that knows
// none. Arrows point down this list only.
var nouns = []string{"coverage", "contest", "airing", "scheduler", "library", "stations", "audio", "message", "accounts"}

// owners are the libraries that exactly one folder may import, and why.
var owners = map[string]struct{ folder, why string }{
	"github.com/robfig/cron/v3":             {"scheduler", "its panics and missing catch-up are contained there once"},
	"github.com/hajimehoshi/go-mp3":         {"audio/mpeg", "it panics on hostile files, and is but the witness of our own decoder"},
	"go.etcd.io/bbolt":                      {"store", "no cursor or transaction leaks into the nouns"},
	"github.com/klippa-app/go-pdfium":       {"internal/doctext", "hostile PDFs are read in its sandbox there, with bounds"},
	"github.com/xuri/excelize/v2":           {"internal/sheet", "values, styles and names Excel takes are written in one place"},
	"github.com/mewkiz/flac":                {"audio", "decoding is audio's business"},
	"github.com/wneessen/go-mail":           {"post", "what mail servers say is read there once"},
	"github.com/SherClockHolmes/webpush-go": {"post", "how notes on devices are signed and sealed is seen to there once"},
}

type pkg struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports         []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 3 {
		t.Fatalf("go list found %d packages only", len(all))
	}
	return all
}

func within(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// allowed says whether the folder from may import the folder to, both given
// below the module root, and if not, which rule says so.
func allowed(from, to string) (bool, string) {
	top := func(p string) string { return strings.SplitN(p, "/", 2)[0] }
	f, d := top(from), top(to)
	switch {
	case f == "internal":
		return d == "internal", "a leaf knows only leaves"
	case f == "cmd" || from == "" || strings.HasSuffix(f, "_test"):
		return true, ""
	case d == "cmd":
		return false, "only the operating system runs cmd"
	case f == d:
		return true, ""
	case d == "demo":
		return false, "the demo knows the nouns and is known by cmd only"
	case slices.Contains(nouns, f):
		if d == "internal" {
			return true, ""
		}
		i, j := slices.Index(nouns, f), slices.Index(nouns, d)
		return j > i, "among the nouns arrows point down: " + strings.Join(nouns, " > ")
	case f == "web":
		return d != "store" && d != "post", "the browser's door does not know the disk's, nor that of messages"
	case f == "store":
		return d != "web" && d != "post", "the disk's door does not know the browser's, nor that of messages"
	case f == "post":
		return d != "web" && d != "store", "the door of messages knows neither the browser's nor the disk's"
	case f == "demo":
		return d != "web" && d != "store" && d != "post", "the demo knows nouns and leaves"
	}
	return false, "no rule lets " + f + " import " + d + ": give the folder a place in arch_test.go"
}

func TestArrowsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "loa"), "/")
		for _, imp := range p.Imports {
			if to, ours := strings.CutPrefix(imp, "loa/"); ours {
				if ok, why := allowed(from, to); !ok {
					t.Errorf("%s imports %s: %s", from, to, why)
				}
				continue
			}
			for lib, o := range owners {
				if within(imp, lib) && !within(from, o.folder) {
					t.Errorf("%s imports %s; only %s may: %s", from, imp, o.folder, o.why)
				}
			}
		}
	}
}

func TestTheTableItselfForbids(t *testing.T) {
	for _, c := range [][2]string{{"stations", "scheduler"}, {"accounts", "audio"}, {"web/today", "store/bolt"},
		{"store/bolt", "web/kit"}, {"internal/fault", "stations"}, {"airing", "cmd/loa"}, {"airing", "demo"}, {"internal/text", "stations"},
		{"demo", "store/bolt"}, {"post", "store/bolt"}, {"post", "web/kit"}, {"web/settings", "post"}, {"store/bolt", "post"}, {"stray", "stations"}} {
		if ok, _ := allowed(c[0], c[1]); ok {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	if ok, _ := allowed("coverage", "stations"); !ok {
		t.Error("coverage must be able to import stations")
	}
}

// An engine holds no rule: what a person may and what she is told is said by the nouns,
// so that a second engine has nothing but loading and putting to write. An engine raises
// what concerns itself only.
func TestAnEngineHoldsNoRule(t *testing.T) {
	mine := map[string]string{"store/bolt": "store.", "store/folder": "store.", "store/backup": "backup.|store."}
	files, raised := token.NewFileSet(), 0
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, "loa/")
		codes, engine := mine[from]
		if !engine {
			if strings.HasPrefix(from, "store/") && from != "store/storetest" && from != "store/bolttest" {
				t.Errorf("%s is an engine this test does not know", from)
			}
			continue
		}
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, f), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for node := range ast.Preorder(file) {
				switch n := node.(type) {
				case *ast.SelectorExpr:
					if n.Sel.Name == "Must" || n.Sel.Name == "Can" {
						t.Errorf("%s: %s is asked here; a function of the noun asks it", files.Position(n.Pos()), n.Sel.Name)
					}
				case *ast.CompositeLit:
					if strings.HasPrefix(nameOf(n.Type), "fault.") {
						t.Errorf("%s: make faults by fault.New", files.Position(n.Pos()))
					}
				case *ast.CallExpr:
					if nameOf(n.Fun) != "fault.New" {
						continue
					}
					raised++
					code, known := n.Args[1].(*ast.BasicLit)
					if !known || !slices.ContainsFunc(strings.Split(codes, "|"), func(own string) bool { return strings.HasPrefix(code.Value, `"`+own) }) {
						t.Errorf("%s: a fault of the business; a function of its noun makes it", files.Position(n.Pos()))
					}
				}
			}
		}
	}
	if raised < 10 {
		t.Errorf("engines raise %d faults of their own: this test does not see them", raised)
	}
}

// TestADecisionSaysWhatFollows: what a function that decides leaves unsaid, each engine
// would have to know. Who only may or may not is asked by functions called May.
func TestADecisionSaysWhatFollows(t *testing.T) {
	files, seen := token.NewFileSet(), 0
	for _, p := range packages(t) {
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, f), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				fn, is := d.(*ast.FuncDecl)
				if !is || fn.Recv != nil || !strings.HasPrefix(fn.Name.Name, "Decide") {
					continue
				}
				seen++
				if !slices.ContainsFunc(fn.Type.Results.List, func(r *ast.Field) bool {
					id, plain := r.Type.(*ast.Ident)
					return !plain || id.Name != "error" && id.Name != "bool"
				}) {
					t.Errorf("%s: %s returns no record and no effect", files.Position(fn.Pos()), fn.Name.Name)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("%d functions decide: this test does not see them", seen)
	}
}

// nameOf spells pkg.Name; "" for every other expression.
func nameOf(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if p, ok := s.X.(*ast.Ident); ok {
			return p.Name + "." + s.Sel.Name
		}
	}
	return ""
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		documented := false
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, f), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			documented = documented || file.Doc != nil
		}
		if !documented && len(p.GoFiles) > 0 {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

func TestEveryDirectDependencyHasItsReason(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := os.ReadFile("doc/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for line := range strings.SplitSeq(string(mod), "\n") {
		f := strings.Fields(strings.TrimPrefix(line, "require"))
		if len(f) != 2 || !strings.HasPrefix(f[1], "v") {
			continue // not a requirement, or an indirect one
		}
		direct++
		if !strings.Contains(string(reasons), "`"+f[0]+"`") {
			t.Errorf("doc/dependencies.md gives no reason for %s", f[0])
		}
	}
	if rows := strings.Count(string(reasons), "\n| `"); rows != direct {
		t.Errorf("doc/dependencies.md has %d reasons for %d direct dependencies", rows, direct)
	}
}

// TestThePictureInTheReadmeIsTheTable fails when the README's picture or its
// list of libraries says another house than the tables above.
func TestThePictureInTheReadmeIsTheTable(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "## The house")
	house, _, ok2 := strings.Cut(rest, "\n## ")
	if !ok || !ok2 {
		t.Fatal("README.md has no part called The house")
	}
	parts := strings.Split(house, "```")
	if len(parts) != 3 {
		t.Fatalf("The house has %d pictures, want 1", (len(parts)-1)/2)
	}
	drawn := []string{} // folders in the order the picture shows them
	for word := range strings.FieldsSeq(parts[1]) {
		if slices.Contains([]string{"cmd/loa", "demo", "web", "store", "post", "internal"}, word) || slices.Contains(nouns, word) {
			drawn = append(drawn, word)
		}
	}
	want := slices.Concat([]string{"cmd/loa", "demo", "web", "store", "post"}, nouns, []string{"internal"})
	if !slices.Equal(drawn, want) {
		t.Errorf("the picture shows %v, the table %v", drawn, want)
	}
	listed := 0
	for line := range strings.SplitSeq(parts[2], "\n") {
		if cells := strings.Split(line, "|"); len(cells) == 5 && strings.Contains(cells[1], ".") {
			o := owners[strings.Trim(cells[1], " `")]
			if o.folder != strings.Trim(cells[2], " `") || o.why != strings.TrimSpace(cells[3]) {
				t.Errorf("README.md says %q, the table %+v", line, o)
			}
			listed++
		}
	}
	if listed != len(owners) {
		t.Errorf("README.md lists %d libraries, the table %d", listed, len(owners))
	}
}
