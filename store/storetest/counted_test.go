package storetest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"loa/accounts"
	"loa/store"
)

// changes are the engine's methods that change or copy something although they take no accounts.Meta.
var changes = []string{"Backup", "BeginRun", "Blank", "Check", "CompareRecording", "DropDevice", "EndRun", "ForgetMessages", "ForgetTexts", "KeepTrial",
	"NoteDamagedBlobs", "NoteIdleBlobs", "Post", "ReadMessages", "RecordDue", "SetCursor", "Settle", "Shut", "TakeRows", "TryPIN", "UndoRows", "Verify"}

// A question that is not counted would let a page ask it once a row.
func TestCountedCountsEveryQuestion(t *testing.T) {
	engine, tried := reflect.TypeFor[store.Engine](), 0
	for i := range engine.NumMethod() {
		m := engine.Method(i)
		command := m.Type.NumIn() > 1 && m.Type.In(1) == reflect.TypeFor[accounts.Meta]() && !strings.HasPrefix(m.Name, "Foretell")
		if m.Type.NumIn() == 0 || m.Type.In(0) != reflect.TypeFor[context.Context]() || command || slices.Contains(changes, m.Name) {
			continue
		}
		tried++
		args := []reflect.Value{reflect.ValueOf(t.Context())}
		for n := 1; n < m.Type.NumIn(); n++ {
			args = append(args, reflect.Zero(m.Type.In(n)))
		}
		c := &Counted{}
		func() {
			defer func() { _ = recover() }() // there is no engine behind it to answer
			reflect.ValueOf(c).MethodByName(m.Name).Call(args)
		}()
		if asked := c.Questions(); len(asked) != 1 || asked[m.Name] != 1 {
			t.Errorf("%s was counted as %v", m.Name, asked)
		}
	}
	if tried < 40 {
		t.Errorf("%d questions only", tried)
	}
}

// An engine cannot look into a function: what it is asked for is a value, also where it is a
// part of a query. What those named here take is called with what there is, and answers nothing.
func TestNoQuestionIsAGoFunction(t *testing.T) {
	engine := reflect.TypeFor[store.Engine]()
	for i := range engine.NumMethod() {
		m := engine.Method(i)
		for n := range m.Type.NumIn() {
			if hasFunc(m.Type.In(n), nil) && !slices.Contains([]string{"Backup", "BlobRefs", "Commits", "Verify"}, m.Name) {
				t.Errorf("%s takes a function in its %s", m.Name, m.Type.In(n))
			}
		}
	}
}

// hasFunc reports whether a value of the type, or a part of it, is a function.
func hasFunc(t reflect.Type, seen []reflect.Type) bool {
	if slices.Contains(seen, t) {
		return false
	}
	seen = append(seen, t)
	switch t.Kind() {
	case reflect.Func:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return hasFunc(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if hasFunc(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}
