package kit

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Stale compares three states of a form: what the person typed, what somebody
// else made of the thing meanwhile, and what both began from.
type Stale struct {
	accounts.Touch        // the other's change
	Path           string // where the form is made anew

	fields               []Option                     // name and label, in the order of the page
	words                map[string]map[string]string // by field and value: what a choice is called
	mine, theirs, before url.Values
}

// StaleRow is one field of the comparison. Values are as people read them.
type StaleRow struct {
	Field, Label         string
	Mine, Theirs, Before string
	Changed              bool // the other changed it
	Left                 bool // and the person did not
}

// tries is how often a change is made again because another came in between.
const tries = 10

// From says from which edition the form was made: who saves it after somebody else has
// saved another gets a comparison.
func (f Form) From(e accounts.Edition) Form {
	f.Of, f.Was = e.Tag, encodeValues(f.Values)
	return f
}

// own are the fields of a form that belong to the form and not to its thing.
var own = []string{"id", "of", "was", "theirs", "do", "agreed"}

// NewStep is the form of a step, as approving something, that is taken on what
// somebody saw: on nothing else.
func NewStep(e accounts.Edition) Form { return NewForm("edition", e.Tag).From(e) }

func encodeValues(v url.Values) string {
	kept := url.Values{}
	for name, values := range v {
		if !slices.Contains(own, name) && strings.Join(values, "") != "" {
			kept[name] = values
		}
	}
	raw, _ := json.Marshal(kept) // strings always marshal
	return string(raw)
}

func decodeValues(s string) (v url.Values) {
	_ = json.Unmarshal([]byte(s), &v) // only the person's own page shows what she sent
	return v
}

// Shown is what the field held when the form was made, "" for nothing.
func (f Form) Shown(name string) string { return decodeValues(f.Was).Get(name) }

// takeOver reads what a form says of its edition, and puts the other's values into
// the fields the person left to the other.
func (f *Form) takeOver() {
	f.Of, f.Was = f.Get("of"), f.r.PostForm.Get("was")
	was := decodeValues(f.Was)
	for name := range strings.FieldsSeq(f.Get("theirs")) {
		f.Values.Del(name)
		if values, ok := was[name]; ok {
			f.Values[name] = values
		}
	}
	for _, name := range []string{"of", "was", "theirs"} {
		f.Values.Del(name)
	}
}

// Save carries out the change the form asks for. It was made from an edition of a
// thing, of which now makes the form anew; if somebody else has changed it since,
// nothing is saved, and the form shown again compares what is hers with the other's.
// If the other changed nothing that the form shows, the change is simply made.
func (f *Form) Save(now func() (Form, error), save func(accounts.Meta) error) error {
	m := f.r.Meta(f.ID)
	m.Seen = f.Of
	for range tries {
		err := save(m)
		e := fault.Of(err)
		if err == nil || e.Kind != fault.Stale {
			return err
		}
		theirs, gone := now()
		if gone != nil {
			return gone
		}
		if f.Of == "" {
			continue // a step that is made from whatever is there: save names what it found
		}
		if m.Seen = theirs.Of; theirs.Was == f.Was {
			continue
		}
		f.compare(e, theirs)
		return err
	}
	return fault.New(fault.Unavailable, "edit.busy")
}

func (f *Form) compare(e *fault.Error, theirs Form) {
	s := &Stale{mine: maps.Clone(f.Values), theirs: theirs.Values, before: decodeValues(f.Was)}
	s.Touch, s.Path = problem(f.r.Lang, e).Touch, f.r.staleBack()
	f.Stale, f.Of, f.Was = s, theirs.Of, theirs.Was
	f.r.stale = s
}

// staleBack is the page on which the form stands: the one it was sent from.
func (r *Request) staleBack() string {
	if u, err := url.Parse(r.Referer()); err == nil && u.Path != "" && localPath.MatchString(u.Path) {
		return u.RequestURI()
	}
	return r.URL.Path
}

// same reports whether a field holds the same in two forms. An empty field and
// none are the same.
func same(a, b []string) bool {
	empty := func(s string) bool { return s == "" }
	return slices.Equal(slices.DeleteFunc(slices.Clone(a), empty), slices.DeleteFunc(slices.Clone(b), empty))
}

// Field is called by the parts of a form as a page is made: what the field is called.
func (f Form) Field(name, label string) string { return f.named(name, label, nil) }

// Choice is Field for one that is chosen from options, which are []Option.
func (f Form) Choice(name, label string, options any) string {
	list, _ := options.([]Option)
	return f.named(name, label, list)
}

// Tick is Field for a box.
func (f Form) Tick(name, label, yes, no string) string {
	return f.named(name, label, []Option{{Value: "1", Text: yes}, {Value: "", Text: no}})
}

func (f Form) named(name, label string, options []Option) string {
	if f.Stale == nil {
		return ""
	}
	if f.Stale.words == nil {
		f.Stale.words = map[string]map[string]string{}
	}
	if _, known := f.Stale.words[name]; !known {
		f.Stale.fields = append(f.Stale.fields, Option{Value: name, Text: text.Line(label)})
		f.Stale.words[name] = map[string]string{}
	}
	for _, o := range options {
		f.Stale.words[name][o.Value] = o.Text
	}
	return "" // nothing is printed here
}

// Rows are the fields that differ, in the order of the page.
func (s *Stale) Rows() (rows []StaleRow) {
	for _, f := range s.fields {
		mine, theirs, before := s.mine[f.Value], s.theirs[f.Value], s.before[f.Value]
		changed := !same(theirs, before)
		if !changed && same(mine, theirs) {
			continue
		}
		rows = append(rows, StaleRow{Field: f.Value, Label: f.Text, Mine: s.say(f.Value, mine), Theirs: s.say(f.Value, theirs),
			Before: s.say(f.Value, before), Changed: changed, Left: changed && same(mine, before)})
	}
	return rows
}

// say puts a field's values as its choices are called.
func (s *Stale) say(field string, values []string) string {
	if len(values) == 0 {
		values = []string{""}
	}
	var words []string
	for _, v := range values {
		if w, ok := s.words[field][v]; ok {
			v = w
		}
		if v != "" {
			words = append(words, v)
		}
	}
	return strings.Join(words, ", ")
}

// left joins what is said of the fields that only the other changed.
func (s *Stale) left(sep string, say func(StaleRow) string) string {
	var words []string
	for _, row := range s.Rows() {
		if row.Left {
			words = append(words, say(row))
		}
	}
	return strings.Join(words, sep)
}

// Theirs lists the names of the fields that only the other changed, separated by
// spaces.
func (s *Stale) Theirs() string { return s.left(" ", func(r StaleRow) string { return r.Field }) }

// Labels lists what the fields are called that only the other changed.
func (s *Stale) Labels() string { return s.left(", ", func(r StaleRow) string { return r.Label }) }
