package kit

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"loa/internal/fault"
)

// tooLong returns nil, or the fault kit.text_too_long or kit.list_too_long at the first
// member of a body that is longer than its tag schema says, and so the API's document.
func tooLong(v reflect.Value, at string) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return tooLong(v.Elem(), at)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := tooLong(v.Index(i), under(at, strconv.Itoa(i))); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if err := tooLong(v.MapIndex(key), under(at, key.String())); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || name == "-" {
				continue
			}
			here := under(at, name)
			if err := within(v.Field(i), f.Tag.Get("schema"), here); err != nil {
				return err
			}
			if err := tooLong(v.Field(i), here); err != nil {
				return err
			}
		}
	default:
	}
	return nil
}

func under(at, name string) string { return strings.Trim(at+"."+name, ".") }

// within holds a value against what its tag says of lengths; of a list, maxLength is
// that of each of its members.
func within(v reflect.Value, tag, at string) error {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	for word := range strings.FieldsSeq(tag) {
		key, value, _ := strings.Cut(word, "=")
		most, _ := strconv.Atoi(value) // of a tag: 0 beside what has no number
		switch {
		case key == "maxItems" && v.Kind() == reflect.Slice && v.Len() > most:
			return fault.New(fault.Invalid, "kit.list_too_long", "length", v.Len(), "most", most).At(at)
		case key != "maxLength":
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				if err := within(v.Index(i), word, under(at, strconv.Itoa(i))); err != nil {
					return err
				}
			}
		case v.Kind() == reflect.String && utf8.RuneCountInString(v.String()) > most:
			return fault.New(fault.Invalid, "kit.text_too_long", "length", utf8.RuneCountInString(v.String()), "most", most).At(at)
		}
	}
	return nil
}
