// Package loa_test keeps the house in order: who may import whom, and that
// every package says what it is for.
package loa_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The nouns, from the one that may know all others to the one that knows
// none. Arrows point down this list only.
var nouns = []string{"plan", "coverage", "contest", "quiz", "airing", "sharing", "scheduler", "library", "outgoing", "stations", "audio", "message", "accounts"}

// owners are the libraries that exactly one folder may import, and why.
var owners = map[string]struct{ folder, why string }{
	"github.com/robfig/cron/v3":             {"scheduler", "its panics and missing catch-up are contained there once"},
	"github.com/hajimehoshi/go-mp3":         {"audio/mpeg", "it panics on hostile files, and is but the witness of our own decoder"},
	"go.etcd.io/bbolt":                      {"store", "no cursor or transaction leaks into the nouns"},
	"github.com/klippa-app/go-pdfium":       {"internal/doctext", "hostile PDFs are read in its sandbox there, with bounds"},
	"github.com/xuri/excelize/v2":           {"internal/sheet", "values, styles and names Excel takes are written in one place"},
	"github.com/mewkiz/flac":                {"audio", "decoding is audio's business"},
	"github.com/wneessen/go-mail":           {"post", "what mail servers say is read there once"},
	"github.com/pquerna/otp":                {"accounts", "which codes count, and how often, is said there once"},
	"github.com/go-webauthn/webauthn":       {"web", "what browsers say of passkeys is read at the door there"},
	"github.com/pkg/sftp":                   {"store", "what another machine says is held against one key and one patience there"},
	"github.com/minio/minio-go/v7":          {"store", "of S3 five requests are made, which every server knows"},
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
	case f == "client":
		return d == "internal" || slices.Contains(nouns, d), "a program that uses the API takes nouns and leaves along, no door"
	case d == "client":
		return false, "the doors and the nouns do not ask themselves"
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
		{"demo", "store/bolt"}, {"post", "store/bolt"}, {"post", "web/kit"}, {"web/settings", "post"}, {"store/bolt", "post"}, {"stray", "stations"},
		{"client", "web/api"}, {"client", "store"}, {"web/api", "client"}, {"airing", "client"}} {
		if ok, _ := allowed(c[0], c[1]); ok {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	if ok, _ := allowed("coverage", "stations"); !ok {
		t.Error("coverage must be able to import stations")
	}
}

// engines are the folders of the disk's door that keep something, with what the codes of
// their own faults begin with.
var engines = map[string]string{"store/bolt": "store.", "store/folder": "store.", "store/remote": "store.", "store/backup": "backup.|store."}

// kept are the words of nouns that an engine names: what an index holds, and what it tells of a change
// in the change's own transaction. What follows from any other word is for a function of its noun to say.
var kept = []string{"message.Waiting", "message.Dead", "airing.Proposed", "coverage.PleaWaits",
	"message.Reported", "message.TextAnswered", "message.ContestEvent"}

// An engine holds no rule: what a person may, what follows from a word and what she is told is
// said by the nouns, so that a second engine has nothing but loading and putting to write. An
// engine raises what concerns itself only.
func TestAnEngineHoldsNoRule(t *testing.T) {
	raised, named := 0, map[string]bool{}
	for _, p := range typedHouse(t) {
		codes, engine := engines[p.folder]
		if !engine {
			if strings.HasPrefix(p.folder, "store/") && !strings.HasSuffix(p.folder, "test") {
				t.Errorf("%s is an engine this test does not know", p.folder)
			}
			continue
		}
		own := func(code ast.Expr) bool {
			literal, plain := code.(*ast.BasicLit)
			return plain && slices.ContainsFunc(strings.Split(codes, "|"), func(own string) bool { return strings.HasPrefix(literal.Value, `"`+own) })
		}
		made := map[*ast.Ident]bool{} // the names of fault.New in calls of it
		for _, f := range p.parsed {
			for node := range ast.Preorder(f) {
				switch n := node.(type) {
				case *ast.CallExpr:
					if called, plain := n.Fun.(*ast.SelectorExpr); plain && is(p.Uses[called.Sel], "internal/fault", "New") {
						raised++
						if made[called.Sel] = own(n.Args[1]); !made[called.Sel] {
							t.Errorf("%s: a fault of the business; a function of its noun makes it", positions.Position(n.Pos()))
							made[called.Sel] = true
						}
					}
				case *ast.CompositeLit:
					if of, plain := p.Types[n].Type.(*types.Named); plain && is(of.Obj(), "internal/fault", "Error") {
						t.Errorf("%s: make faults by fault.New", positions.Position(n.Pos()))
					}
				case *ast.BasicLit:
					if of, plain := p.Types[n].Type.(*types.Named); plain && n.Kind == token.STRING && n.Value != `""` && ofNoun(of.Obj().Pkg()) {
						t.Errorf("%s: %s is a word of a noun", positions.Position(n.Pos()), n.Value)
					}
				case *ast.Ident:
					what := p.Uses[n]
					if is(what, "internal/fault", "New") && !made[n] {
						t.Errorf("%s: fault.New is called by its name", positions.Position(n.Pos()))
					}
					if asks(what) {
						t.Errorf("%s: %s is asked here; a function of the noun asks it", positions.Position(n.Pos()), n.Name)
					}
					if word := wordOf(what); word != "" {
						if named[word] = true; !slices.Contains(kept, word) {
							t.Errorf("%s: what follows from %s is for its noun to say", positions.Position(n.Pos()), word)
						}
					}
				}
			}
		}
	}
	if raised < 10 {
		t.Errorf("engines raise %d faults of their own: this test does not see them", raised)
	}
	for _, word := range kept {
		if !named[word] {
			t.Errorf("no engine names %s", word)
		}
	}
}

// is reports whether what is meant is the name of a package of ours.
func is(what types.Object, folder, name string) bool {
	return what != nil && what.Pkg() != nil && what.Pkg().Path() == "loa/"+folder && what.Name() == name
}

// A door asks a noun what somebody may, so that a page that shows a button and the change behind it
// cannot tell two rules apart: Can and Must of an actor are called in nouns only.
func TestADoorAsksANounWhatSomebodyMay(t *testing.T) {
	seen := 0
	for _, p := range typedHouse(t) {
		if !slices.ContainsFunc([]string{"web", "cmd", "post"}, func(door string) bool { return within(p.folder, door) }) {
			continue
		}
		for name, what := range p.Uses {
			switch {
			case !asks(what):
			case what.Name() == "Can" || what.Name() == "Must":
				t.Errorf("%s: %s is asked here; a function of the noun asks it", positions.Position(name.Pos()), what.Name())
			default:
				seen++
			}
		}
	}
	if seen < 10 {
		t.Errorf("doors ask an actor %d times for what is hers: this test does not see them", seen)
	}
}

// asks reports whether it is what accounts.Actor answers of what somebody may.
func asks(what types.Object) bool {
	method, plain := what.(*types.Func)
	if !plain {
		return false
	}
	of := method.Signature().Recv()
	return of != nil && strings.HasSuffix(of.Type().String(), "loa/accounts.Actor")
}

// wordOf spells a noun's constant that is one of a list of words, as "airing.Aired"; "" for all else.
func wordOf(what types.Object) string {
	value, plain := what.(*types.Const)
	if !plain || !ofNoun(value.Pkg()) {
		return ""
	}
	if of, plain := value.Type().(*types.Named); !plain || !ofNoun(of.Obj().Pkg()) {
		return ""
	}
	return filepath.Base(value.Pkg().Path()) + "." + value.Name()
}

// ofNoun reports whether the package is in the folder of a noun.
func ofNoun(p *types.Package) bool {
	return p != nil && slices.ContainsFunc(nouns, func(noun string) bool { return within(p.Path(), "loa/"+noun) })
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
		if slices.Contains([]string{"cmd/loa", "demo", "client", "web", "store", "post", "internal"}, word) || slices.Contains(nouns, word) {
			drawn = append(drawn, word)
		}
	}
	want := slices.Concat([]string{"cmd/loa", "demo", "client", "web", "store", "post"}, nouns, []string{"internal"})
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
