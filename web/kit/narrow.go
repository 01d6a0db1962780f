package kit

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"loa/internal/fault"
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
// that is none of a list declared by Values is refused, and of a page whatever else its address asks for: who narrows a
// list by it would take the list for what she asked. more are names that the page reads beside the filter, "g-*" all that begin so.
// Faults: those of filter.Read; of a page, in words for people, filter.choice_unknown and filter.unread.
func ReadFilter[T any](r *Request, more ...string) (T, error) {
	f, err := filter.Read[T](r.Asked().Values, r.kit.words)
	if isAPI(r.URL.Path) {
		return f, err
	}
	if e := fault.Of(err); fault.Is(err, "filter.word_unknown") {
		return f, fault.New(e.Kind, "filter.choice_unknown", "word", fmt.Sprint(e.Args["word"])).At(e.Field)
	}
	if err == nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		err = r.readsAll(slices.Concat(filter.Names(f), everywhere, more))
	}
	return f, err
}

// everywhere are the parameters that mean the same on every page with a list, those at the head of a paper, and what
// Zalo, Facebook and others append to a link that is sent around.
var everywhere = []string{"after", "before", "format", "as", "parent", "agency", "symbol", "place", "utm_*", "fbclid", "gclid", "zarsrc", "zalo*"}

// readsAll refuses an address that asks for more than the page reads.
func (r *Request) readsAll(known []string) error {
	for _, name := range slices.Sorted(maps.Keys(r.URL.Query())) {
		if !slices.ContainsFunc(known, func(k string) bool {
			stem, open := strings.CutSuffix(k, "*")
			return name == k || open && strings.HasPrefix(name, stem)
		}) {
			return fault.New(fault.Invalid, "filter.unread", "name", fmt.Sprintf("%.40s", name)).At(name)
		}
	}
	return nil
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
