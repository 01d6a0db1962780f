// Package webtest helps the tests of pages: it fills page structs, drives a
// handler by scenario, and drives a real Chromium.
package webtest

import (
	"fmt"
	"html/template"
	"reflect"
	"time"

	"loa/internal/text"
)

// Fill sets every exported field of the struct page points to, three levels
// of slices and pointers deep, so that a template meets data everywhere.
// Strings hold a character that must be escaped.
func Fill(page any) { fill(reflect.ValueOf(page).Elem(), 6) }

// filled stands in every text of a filled page; it must reach HTML escaped.
const filled = "x<y"

var someTime = time.Date(2024, 5, 13, 10, 5, 0, 0, time.UTC)

func fill(v reflect.Value, depth int) {
	if !v.CanSet() || depth == 0 {
		return
	}
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(someTime))
		return
	case reflect.TypeFor[text.Phrase](): // its arguments belong to its key
		v.Set(reflect.ValueOf(text.Phrase{Key: filled}))
		return
	case reflect.TypeFor[template.HTML](): // whoever makes it has escaped what is in it
		v.SetString("x")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(filled)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(7)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(8.5)
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		fill(p.Elem(), depth-1)
		v.Set(p)
	case reflect.Slice:
		s := reflect.MakeSlice(v.Type(), 2, 2)
		for i := range 2 {
			fill(s.Index(i), depth-1)
		}
		v.Set(s)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth-1)
		fill(val, depth-1)
		m.SetMapIndex(key, val)
		v.Set(m)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), depth-1)
			if v.Type().Field(i).Name == "Icon" && v.Field(i).Kind() == reflect.String {
				v.Field(i).SetString("info") // an icon has to exist
			}
		}
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[any]() {
			v.Set(reflect.ValueOf(filled))
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128, reflect.Invalid:
		panic(fmt.Sprintf("webtest: a page holds a %s", v.Type()))
	}
}
