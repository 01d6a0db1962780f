// Package filter reads and writes what lists are narrowed by. A filter is a struct of
// a noun; each member of it that has a tag `name` is a parameter of that name. Pages,
// exports, the API, its document and the command line all go by that struct, so that a
// new member is read, kept and described everywhere at once.
package filter

import (
	"encoding"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/internal/fault"
)

// Member is one parameter of a filter.
type Member struct {
	Name string
	Type reflect.Type
	at   []int // its place in the struct
}

// Members are the parameters of a filter, those of embedded filters included, in the
// order of the struct.
func Members(f any) []Member { return members(reflect.TypeOf(f), nil) }

func members(t reflect.Type, at []int) (list []Member) {
	for i := range t.NumField() {
		field, here := t.Field(i), append(slices.Clone(at), i)
		switch name := field.Tag.Get("name"); {
		case name != "":
			list = append(list, Member{name, field.Type, here})
		case field.Anonymous && field.Type.Kind() == reflect.Struct:
			list = append(list, members(field.Type, here)...)
		}
	}
	return list
}

// Names are the parameters' names.
func Names(f any) (names []string) {
	for _, m := range Members(f) {
		names = append(names, m.Name)
	}
	return names
}

// Words are all values of a type of words, nil of a type that is free text.
type Words func(reflect.Type) []string

// Read reads the filter T from a query; parameters it does not have are somebody
// else's. An empty parameter is one that is not there. Faults: those of what reads
// itself (encoding.TextUnmarshaler), filter.word_unknown, filter.yes_no, typed.decimal, filter.backwards;
// each At its parameter.
func Read[T any](v url.Values, words Words) (f T, err error) {
	into := reflect.ValueOf(&f).Elem()
	for _, m := range Members(f) {
		if s := v.Get(m.Name); s != "" {
			if err := set(into.FieldByIndex(m.at), s, words); err != nil {
				return f, fault.Of(err).At(m.Name)
			}
		}
	}
	return f, order(into)
}

// order refuses a filter that ends before it begins: nothing would be found, and nobody told why.
func order(f reflect.Value) error {
	var from, until time.Time
	for _, m := range Members(f.Interface()) {
		moment, ok := f.FieldByIndex(m.at).Interface().(interface{ Or(time.Time) time.Time })
		switch {
		case ok && m.Name == "from":
			from = moment.Or(time.Time{})
		case ok && m.Name == "until":
			until = moment.Or(time.Time{})
		}
	}
	if !from.IsZero() && !until.IsZero() && until.Before(from) {
		return fault.New(fault.Invalid, "filter.backwards").At("until")
	}
	return nil
}

func set(to reflect.Value, s string, words Words) error {
	if own, ok := to.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return own.UnmarshalText([]byte(s))
	}
	switch to.Kind() {
	case reflect.String:
		if known := words(to.Type()); known != nil && !slices.Contains(known, s) {
			return fault.New(fault.Invalid, "filter.word_unknown", "word", fmt.Sprintf("%.40s", s), "known", strings.Join(known, ", "))
		}
		to.SetString(s)
	case reflect.Bool:
		yes, err := Yes(s)
		to.SetBool(yes)
		return err
	case reflect.Float64:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return fault.New(fault.Invalid, "typed.decimal", "text", s)
		}
		to.SetFloat(n)
	default:
		panic("filter: no way to read a " + to.Type().String())
	}
	return nil
}

// Yes reads a yes or no. Fault: filter.yes_no.
func Yes(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "1", "true", "yes", "on":
		return true, nil
	case "", "0", "false", "no", "off":
		return false, nil
	}
	return false, fault.New(fault.Invalid, "filter.yes_no", "word", fmt.Sprintf("%.40s", s))
}

// Values are the filter as a query that Read reads back; what asks for nothing is
// left out. What Read has no use for, a list or a pointer, is written too: a call's options.
func Values(f any) url.Values {
	v := url.Values{}
	for _, m := range Members(f) {
		if member := reflect.ValueOf(f).FieldByIndex(m.at); !member.IsZero() {
			if list, several := member.Interface().([]string); several {
				v[m.Name] = list
				continue
			}
			v.Set(m.Name, said(member))
		}
	}
	return v
}

func said(member reflect.Value) string {
	if own, ok := member.Interface().(encoding.TextMarshaler); ok {
		b, err := own.MarshalText()
		if err != nil {
			panic(fmt.Sprintf("filter: %v does not write itself: %v", member, err))
		}
		return string(b)
	}
	switch member.Kind() {
	case reflect.Pointer: // one that may be said and be empty
		return said(member.Elem())
	case reflect.Bool:
		return "1"
	case reflect.Int:
		return strconv.FormatInt(member.Int(), 10)
	case reflect.Float64:
		return strconv.FormatFloat(member.Float(), 'f', -1, 64)
	}
	return member.String()
}

// Link is a path that asks for the filter, and for the pairs of a name and a value
// that follow; an empty value is left out.
func Link(path string, f any, pairs ...string) string {
	v := Values(f)
	for i := 0; i < len(pairs); i += 2 {
		if v.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
