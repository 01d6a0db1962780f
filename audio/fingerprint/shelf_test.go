package fingerprint_test

import (
	"fmt"

	"loa/audio/fingerprint"
)

// shelf keeps sketches in memory. The zero shelf is empty and ready.
type shelf struct {
	rows     map[uint32][]at
	sketches map[string]fingerprint.Sketch
}

type at struct {
	id    string
	place int
}

func (x *shelf) Add(id string, s fingerprint.Sketch) {
	if x.rows == nil {
		x.rows, x.sketches = map[uint32][]at{}, map[string]fingerprint.Sketch{}
	}
	x.sketches[id] = s
	for _, r := range s.Rows() {
		x.rows[r.Key] = append(x.rows[r.Key], at{id, r.Place})
	}
}

func (x *shelf) Rows(key uint32, yield func(string, int) bool) error {
	for _, r := range x.rows[key] {
		if !yield(r.id, r.place) {
			break
		}
	}
	return nil
}

func (x *shelf) Sketch(id string) (fingerprint.Sketch, error) {
	s, ok := x.sketches[id]
	if !ok {
		return s, fmt.Errorf("no sketch of %s", id)
	}
	return s, nil
}

func (x *shelf) Find(p fingerprint.Print) []fingerprint.Match {
	found, err := fingerprint.Find(p, x)
	if err != nil {
		panic(err) // of this shelf: a row that names nobody
	}
	return found
}
