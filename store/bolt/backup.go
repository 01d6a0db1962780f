package bolt

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"loa/internal/fault"
)

// Backup makes a consistent copy of the database while others go on writing,
// and hands its size and bytes to use. It first copies at disk speed into the
// data folder, so that a slow receiver does not hold old pages back.
func (s *Store) Backup(ctx context.Context, use func(size int64, r io.Reader) error) error {
	f, err := os.CreateTemp(s.dir, "backup-*.tmp")
	if err != nil {
		return diskFault(err, "make backup copy")
	}
	defer func() { f.Close(); os.Remove(f.Name()) }()
	var size int64
	err = s.view(ctx, func(tx *tx) error { size, err = tx.b.WriteTo(f); return err })
	if err != nil {
		return diskFault(err, "make backup copy")
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return use(size, f)
}

// Restore puts a database copied by Backup into an empty data folder, checks
// it page by page, and writes the marker with the installation's own id last. Faults: store.not_empty,
// store.corrupt.
func Restore(dir, id string, created time.Time, r io.Reader) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return diskFault(err, "make data folder")
	}
	path := filepath.Join(dir, databaseFile)
	for _, name := range []string{databaseFile, installedFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return fault.New(fault.Conflict, "store.not_empty", "dir", dir)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return diskFault(err, "restore database")
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = checkCopy(path)
	}
	if err != nil {
		return errors.Join(diskFault(err, "restore database"), os.Remove(path))
	}
	if err := syncDir(dir); err != nil {
		return diskFault(err, "restore database")
	}
	return writeInstalled(dir, installation{ID: id, Schema: Schema, Created: created})
}

func checkCopy(path string) error {
	if err := soundFile(path); err != nil {
		return err
	}
	db, err := openSafely(path, Options{})
	if err != nil {
		return err
	}
	return db.Close()
}
