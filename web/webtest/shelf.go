package webtest

import (
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"loa/airing/book"
)

// Shelf keeps files in memory.
type Shelf struct {
	mu    sync.Mutex
	files map[string][]byte
}

// Names implements book.Shelf.
func (s *Shelf) Names() ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.files)), nil
}

// Put implements book.Shelf.
func (s *Shelf) Put(name string, fill func(io.Writer) error) error {
	var b bytes.Buffer
	if err := fill(&b); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files == nil {
		s.files = map[string][]byte{}
	}
	s.files[name] = b.Bytes()
	return nil
}

// Open implements book.Shelf.
func (s *Shelf) Open(name string) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{bytes.NewReader(b), io.NopCloser(nil)}, nil
}

// Remove implements book.Shelf.
func (s *Shelf) Remove(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, name)
	return nil
}

// Books makes books of a store's log in memory.
func Books(t testing.TB, s book.Store, now func() time.Time) *book.Press {
	t.Helper()
	p, err := book.NewPress(s, &Shelf{}, slog.New(slog.DiscardHandler), now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
