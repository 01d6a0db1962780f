package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"loa/internal/text"
)

// Every constant of a type of words is among the values that the document lists,
// so that a new one cannot be forgotten here.
func TestTheDocumentListsEveryValue(t *testing.T) {
	for _, list := range values {
		v := reflect.ValueOf(list.all)
		of := v.Type().Elem()
		var listed []string
		for i := range v.Len() {
			listed = append(listed, v.Index(i).String())
		}
		folder := filepath.Join("..", "..", filepath.FromSlash(strings.TrimPrefix(of.PkgPath(), "loa/")))
		for _, word := range constants(t, folder, of.Name()) {
			if !slices.Contains(listed, word) {
				t.Errorf("%s: %q is not listed, only %q", of, word, listed)
			}
		}
		if len(listed) < 2 {
			t.Errorf("%s has %d values", of, len(listed))
		}
	}
}

// One walk over every list: each value has its sentence in both languages, or the list
// says why none is needed.
func TestEveryValueHasItsSentence(t *testing.T) {
	for _, list := range values {
		v := reflect.ValueOf(list.all)
		if (list.say == "") == (list.mute == "") {
			t.Errorf("%s: a sentence or a reason, %+v", v.Type().Elem(), list)
		}
		for i := range v.Len() {
			if key := list.say + v.Index(i).String(); list.say != "" && !text.Has(key) { // in one language is in both: a test of text
				t.Errorf("%s: no sentence %q", v.Type().Elem(), key)
			}
		}
	}
}

// A list of values is written down once: whoever needs all of them takes the noun's own.
func TestAListOfValuesIsDeclaredOnce(t *testing.T) {
	found := map[string][]string{}
	files := token.NewFileSet()
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		if strings.HasSuffix(filepath.ToSlash(path), "airing/tally.go") {
			return nil // how five counts were once written down: that list never changes
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			array, ok := literal.Type.(*ast.ArrayType)
			if !ok {
				return true
			}
			name := types.ExprString(array.Elt)
			if !strings.Contains(name, ".") {
				name = filepath.Base(filepath.Dir(path)) + "." + name
			}
			words := map[string]bool{}
			for _, e := range literal.Elts {
				words[types.ExprString(e)] = true
			}
			for _, list := range values {
				v := reflect.ValueOf(list.all)
				if v.Type().Elem().String() == name && len(words) == v.Len() {
					found[name] = append(found[name], files.Position(n.Pos()).String())
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range values {
		name := reflect.TypeOf(list.all).Elem().String()
		if len(found[name]) != 1 {
			t.Errorf("all of %s are listed at %q, want one place", name, found[name])
		}
	}
}

// constants are the values of a folder's exported constants of a type of words.
func constants(t *testing.T, folder, of string) (words []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(paths), err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		p, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(p, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !spec.Names[0].IsExported() {
				return true
			}
			named, typed := spec.Type.(*ast.Ident)
			value, literal := spec.Values[0].(*ast.BasicLit)
			if typed && literal && named.Name == of && value.Kind == token.STRING {
				word, err := strconv.Unquote(value.Value)
				if err != nil {
					t.Fatal(err)
				}
				words = append(words, word)
			}
			return true
		})
	}
	return words
}
