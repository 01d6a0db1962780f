package loa_test

import (
	"fmt"
	"go/ast"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
)

// wordless are the arguments of sentences that are quoted as somebody typed them, or
// put into words elsewhere, by the file and the argument's name.
var wordless = map[string]string{
	"accounts/edition.go what": "members of a record, put into words where a stale form is shown",
}

// TestEveryArgumentOfASentenceHasWords: what fills a placeholder prints as people
// write it. A type of ours that is a code or a machine's date says so itself (Words)
// or was put into words before.
func TestEveryArgumentOfASentenceHasWords(t *testing.T) {
	calls := 0
	for _, p := range typedHouse(t) {
		for _, f := range p.parsed {
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				args := argumentsOf(call)
				calls += len(args) / 2
				for i := 0; i+1 < len(args); i += 2 {
					name := strings.Trim(types.ExprString(args[i]), `"`)
					at := positions.Position(args[i+1].Pos())
					where := fmt.Sprintf("%s %s", p.folder+"/"+filepath.Base(at.Filename), name)
					if of := p.Types[args[i+1]].Type; !hasWords(of) && wordless[where] == "" {
						t.Errorf("%s: %s of %s has no words (line %d)", where, types.ExprString(args[i+1]), of, at.Line)
					}
				}
				return true
			})
		}
	}
	if calls < 500 {
		t.Errorf("only %d arguments were looked at", calls)
	}
}

// argumentsOf are the names and values that a call gives a sentence.
func argumentsOf(call *ast.CallExpr) []ast.Expr {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || call.Ellipsis.IsValid() {
		return nil
	}
	from := 1
	switch on, _ := sel.X.(*ast.Ident); {
	case sel.Sel.Name == "New" && on != nil && on.Name == "fault":
		from = 2
	case sel.Sel.Name != "Say" || len(call.Args)%2 == 0:
		return nil // of another shape
	}
	if len(call.Args) <= from {
		return nil
	}
	return call.Args[from:]
}

// hasWords reports whether text.Language.Value writes a value of the type as people do.
func hasWords(of types.Type) bool {
	if named, ok := of.(*types.Named); ok {
		switch named.Obj().Pkg().Path() + "." + named.Obj().Name() {
		case "time.Time", "time.Duration", "loa/internal/text.Bytes":
			return true
		}
		methods := types.NewMethodSet(of)
		for i := range methods.Len() {
			if m := methods.At(i).Obj().Name(); m == "Words" || m == "Float" {
				return true
			}
		}
		basic, plain := of.Underlying().(*types.Basic)
		return plain && basic.Info()&types.IsNumeric != 0 && basic.Info()&types.IsString == 0
	}
	basic, ok := of.(*types.Basic)
	return ok && basic.Kind() != types.UntypedNil
}
