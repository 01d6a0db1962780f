package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every constant of a type of words is among the values that the document lists,
// so that a new one cannot be forgotten here.
func TestTheDocumentListsEveryValue(t *testing.T) {
	for _, list := range values {
		v := reflect.ValueOf(list)
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
