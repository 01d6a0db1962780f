package kit

import (
	"slices"
	"time"

	"loa/internal/filter"
	"loa/internal/text"
)

// Choice is one member of a filter that is chosen from a list; the part "narrow"
// shows it as a box to choose in.
type Choice struct {
	Name    string // of the member
	Label   string
	Options []Option
}

// Choices are those of the choices that leave a choice.
func Choices(list ...Choice) (real []Choice) {
	for _, c := range list {
		if len(c.Options) > 1 {
			real = append(real, c)
		}
	}
	return real
}

// Chosen names the options that are in force.
func Chosen(asked Form, choices []Choice) (names []string) {
	for _, c := range choices {
		for _, o := range c.Options {
			if asked.Get(c.Name) == o.Value {
				names = append(names, o.Text)
			}
		}
	}
	return names
}

// ReadFilter reads what a list is narrowed by from the query (package filter). A word
// that is none of a list declared by Values is refused.
func ReadFilter[T any](r *Request) (T, error) {
	return filter.Read[T](r.Asked().Values, r.kit.words)
}

// FilterForm is the form a list is narrowed by, filled with what it is narrowed by.
func FilterForm(f any) Form { return Form{Values: filter.Values(f)} }

// Kept are a filter's members as the hidden fields of another form on the same page:
// their names as values, what they are as text.
func Kept(f any) (fields []Option) {
	v := filter.Values(f)
	for _, name := range filter.Names(f) {
		if v.Has(name) {
			fields = append(fields, Option{Value: name, Text: v.Get(name)})
		}
	}
	return fields
}

// Day is a field that holds a day, nil where it does not.
func (f Form) Day(name string) *time.Time {
	day, err := time.ParseInLocation(time.DateOnly, f.Get(name), text.Zone)
	if err != nil {
		return nil
	}
	return &day
}

// Beside reports whether the form says something that is none of the choices and no day it begins or ends with.
func (f Form) Beside(choices []Choice) bool {
	for name := range f.Values {
		if f.Get(name) != "" && name != "from" && name != "until" && !slices.ContainsFunc(choices, func(c Choice) bool { return c.Name == name }) {
			return true
		}
	}
	return false
}
