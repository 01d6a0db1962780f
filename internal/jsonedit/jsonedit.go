// Package jsonedit changes strings within JSON and leaves every other byte as it is.
package jsonedit

import (
	"bytes"
	"encoding/json"
)

// Object are the strings that stand beside each other as values of one object, by their names.
type Object map[string]string

// String is a value that is a string.
type String struct {
	Name   string // of the member it is, or is in a list of; "" where there is none
	Text   string
	Beside Object // the members of its object; nil where there is none

	from, until int
}

// Strings puts what swap says in the place of every string that is a value, and reports whether any
// became another. A value that is no JSON comes back as it is, with the error.
func Strings(raw []byte, swap func(String) string) (out []byte, changed bool, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	var found []String
	if err := walk(d, raw, "", nil, &found); err != nil {
		return raw, false, err
	}
	at := 0
	for _, s := range found {
		next := swap(s)
		if next == s.Text {
			continue
		}
		b, err := json.Marshal(next)
		if err != nil {
			return raw, false, err
		}
		out = append(append(out, raw[at:s.from]...), b...)
		at, changed = s.until, true
	}
	if !changed {
		return raw, false, nil
	}
	return append(out, raw[at:]...), true, nil
}

// walk reads one value and notes its strings.
func walk(d *json.Decoder, raw []byte, name string, beside Object, found *[]String) error {
	from := int(d.InputOffset())
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case string:
		from += bytes.IndexByte(raw[from:], '"') // behind a comma, a colon or spaces
		*found = append(*found, String{name, t, beside, from, int(d.InputOffset())})
		if beside != nil {
			if _, twice := beside[name]; !twice { // of a list, the first
				beside[name] = t
			}
		}
	case json.Delim:
		if t == '{' {
			beside = Object{}
		}
		for d.More() {
			if t == '{' {
				key, err := d.Token()
				if err != nil {
					return err
				}
				name, _ = key.(string)
			}
			if err := walk(d, raw, name, beside, found); err != nil {
				return err
			}
		}
		_, err = d.Token()
	}
	return err
}
