package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// KeepWhole makes a file that has no name before fill has written it and it is
// synced, so that whatever is killed or fails on the way leaves nothing. A file of that
// name is never replaced: fs.ErrExist.
func KeepWhole(path string, fill func(f *os.File) error) error {
	f, name, err := unnamed(path)
	if err != nil {
		return err
	}
	if err = errors.Join(fill(f), f.Sync()); err == nil {
		err = link(f, name, path)
	}
	err = errors.Join(err, f.Close())
	if name != "" {
		err = errors.Join(err, os.Remove(name))
	}
	if err != nil {
		return err
	}
	if err := syncParent(path); err != nil { // who is told that it failed must not find it
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func syncParent(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// named is for file systems that make no files without a name: the name says
// that it is none, and the next try sweeps it.
func named(path string) (*os.File, string, error) {
	name := path + ".part"
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	return f, name, err
}
