// Package shelf keeps the records of what is made in the background, each in a file beside what it is about.
package shelf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Shelf keeps files by their names.
type Shelf interface {
	Names() ([]string, error)
	Put(name string, fill func(io.Writer) error) error
	Open(name string) (io.ReadSeekCloser, error) // fs.ErrNotExist
	Remove(name string) error
}

const ending = ".json"

// Name is the file of a record.
func Name(id string) string { return id + ending }

// Write writes a record down.
func Write(s Shelf, id string, record any) error {
	return s.Put(Name(id), func(w io.Writer) error { return json.NewEncoder(w).Encode(record) })
}

// Read reads every record of at most so many bytes; id is what a record says of itself. One that cannot be read, or is of another name,
// is left out and told.
func Read[T any](s Shelf, most int64, id func(*T) string, told func(file string, err error)) ([]*T, error) {
	names, err := s.Names()
	if err != nil {
		return nil, err
	}
	var list []*T
	for _, name := range names {
		want, ok := strings.CutSuffix(name, ending)
		if !ok {
			continue
		}
		record := new(T)
		f, err := s.Open(name)
		if err == nil {
			err = errors.Join(json.NewDecoder(io.LimitReader(f, most)).Decode(record), f.Close())
		}
		if err == nil && id(record) != want {
			err = fmt.Errorf("it says it is %q", id(record))
		}
		if err != nil {
			told(name, err)
			continue
		}
		list = append(list, record)
	}
	return list, nil
}
