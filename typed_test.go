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
