package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	bbolt "go.etcd.io/bbolt"

	"loa/internal/fault"
	"loa/store"
)

// Backup makes a consistent copy of the database while others go on writing,
// and hands its size and bytes to use. It first copies at disk speed into the
// data folder, so that a slow receiver does not hold old pages back. The copy has no
// name: whatever ends this process leaves nothing of it.
func (s *Store) Backup(ctx context.Context, use func(size int64, r io.Reader) error) error {
	f, err := os.CreateTemp(s.dir, backupCopy)
	if err != nil {
		return diskFault(err, "make backup copy")
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return diskFault(err, "make backup copy")
	}
	var size int64
	err = s.view(ctx, func(tx *tx) error { size, err = copyTo(f, tx.b); return err })
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return diskFault(err, "make backup copy")
	}
	return use(size, f)
}

// copyTo writes the database as a transaction sees it, and syncs it. bbolt says of
// what the disk refused only the words.
func copyTo(f *os.File, b *bbolt.Tx) (int64, error) {
	w := &refusing{f: f}
	n, err := b.WriteTo(w)
	if err != nil {
		return n, errors.Join(err, w.err)
	}
	return n, f.Sync()
}

// refusing remembers why a file took no more.
type refusing struct {
	f   *os.File
	err error
}

func (r *refusing) Write(b []byte) (int, error) {
	n, err := r.f.Write(b)
	r.err = errors.Join(r.err, err)
	return n, err
}

// backupCopy is what the copy of a backup is called for the moment it has a name.
const backupCopy = "backup-*.tmp"

// sweep removes what programs that were killed left in a data folder: copies on
// their way to a backup, and files that were to be renamed.
func sweep(dir string) error {
	for _, pattern := range []string{backupCopy, databaseFile + ".*.tmp", installedFile + ".tmp"} {
		left, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range left {
			if err := os.Remove(path); err != nil {
				return diskFault(err, "remove what was left")
			}
		}
	}
	return nil
}

// restoringFile stands in a folder while a backup is put there: until it is gone
// nobody serves the folder.
const restoringFile = "restoring"

// Restoring implements store.Kind.
func (Kind) Restoring(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, restoringFile))
	return err == nil
}

// Restore implements store.Kind.
func (Kind) Restore(ctx context.Context, dir string, c store.Copy, fill func(db io.Writer) error, report func(store.Problem)) (held int, err error) {
	for _, name := range []string{databaseFile, installedFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return 0, fault.New(fault.Conflict, "store.not_empty", "dir", dir)
		}
	}
	if err := writeDurably(filepath.Join(dir, restoringFile), []byte("loa restore was begun and has not ended\n")); err != nil {
		return 0, err
	}
	path := filepath.Join(dir, databaseFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, diskFault(err, "restore database")
	}
	if err := errors.Join(fill(f), f.Sync(), f.Close()); err != nil {
		return 0, diskFault(err, "restore database")
	}
	if err := writeInstalled(dir, installation{ID: c.ID, Schema: Schema, Created: c.Created}); err != nil {
		return 0, err
	}
	s, err := Open(dir, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return c.Now }, restoring: true})
	if err != nil {
		return 0, err
	}
	var first *store.Problem
	_, err = s.Verify(ctx, func(p store.Problem) {
		if first == nil {
			first = &p
		}
		report(p)
	})
	if err == nil {
		if held, err = s.holdMessages(ctx, c.Now); first != nil {
			err = nil // what was damaged is reported; nothing of it can be sent either
		}
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return 0, err
	}
	if first != nil && !c.Whole {
		return 0, fault.New(fault.Unavailable, "store.corrupt", "file", databaseFile).Because(fmt.Errorf("%s", first))
	}
	if err := os.Remove(filepath.Join(dir, restoringFile)); err != nil {
		return 0, diskFault(err, "restore database")
	}
	return held, syncDir(dir)
}
