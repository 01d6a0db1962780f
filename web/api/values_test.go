package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
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
	files := token.NewFileSet()
	packages, err := parser.ParseDir(files, folder, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
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
