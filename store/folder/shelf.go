package folder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Shelf is a folder of files that were made of other data, and can be made of it again.
type Shelf struct{ dir string }

// OpenShelf opens the folder, makes it where it is not there, and removes what a kill left half written.
func OpenShelf(dir string) (*Shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	s := &Shelf{dir}
	names, err := s.Names()
	for _, name := range names {
		if strings.HasPrefix(name, half) {
			err = errors.Join(err, s.Remove(name))
		}
	}
	return s, err
}

// half begins the names of files that are being written.
const half = "half-"

// Names lists the files.
func (s *Shelf) Names() (names []string, err error) {
	list, err := os.ReadDir(s.dir)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names, err
}

// Put writes a file whole, in the place of one that is there.
func (s *Shelf) Put(name string, fill func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(s.dir, half)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err = errors.Join(fill(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	path := filepath.Join(s.dir, filepath.Base(name))
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncParent(path)
}

// Open opens a file. Fault: fs.ErrNotExist.
func (s *Shelf) Open(name string) (io.ReadSeekCloser, error) {
	f, err := os.Open(filepath.Join(s.dir, filepath.Base(name)))
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Remove removes a file, if it is there.
func (s *Shelf) Remove(name string) error {
	if err := os.Remove(filepath.Join(s.dir, filepath.Base(name))); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
