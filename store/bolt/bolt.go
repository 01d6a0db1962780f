// Package bolt keeps everything Loa knows in one bbolt file.
//
// A noun's folder says what must be true; this package loads the facts, lets
// the noun decide, and stores what was decided, in one transaction each.
// Every value carries a CRC-32C because bbolt checks only its meta pages.
// Keys are big-endian and sort by time or number.
package bolt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bbolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"loa/internal/fault"
)

// The files of a data folder.
const (
	databaseFile  = "loa.db"
	lockFile      = "lock"
	installedFile = "installed"
)

// Options are the few things a caller may choose.
type Options struct {
	Log     *slog.Logger     // required
	Now     func() time.Time // when a new folder was made; nil means the machine's clock
	Wait    time.Duration    // how long to wait for another daemon's lock; 0 means half a second
	MaxSize int              // refuse to grow the file over this many bytes; 0 means no limit

	restoring bool // Restore looks at what it has put there
}

// Store is the embedded engine. It is safe for concurrent use.
type Store struct {
	db   *bbolt.DB
	dir  string
	log  *slog.Logger
	lock *os.File
	file os.FileInfo // the database's, as it was opened

	installation installation
	broken       atomic.Pointer[fault.Error] // set once a commit failed; no write is tried after it
	observe      func(took time.Duration)    // of changes, nil where nobody asks
	failed       chan struct{}               // closed when broken is set
	failOnce     sync.Once
	comparing    sync.Mutex // held while a new recording is compared with all others
	weeks        *weeks
	read         reads
	fresh        freshest
	queue        *queue

	snapshots
}

// installation is the marker that tells an empty folder from a lost database.
type installation struct {
	ID      string    `json:"id"`
	Schema  int       `json:"schema"`
	Created time.Time `json:"created"`
}

// Open opens the data folder, creating it when it is new. Faults:
// store.in_use, store.data_missing, store.newer, store.corrupt,
// store.restoring, store.read_only, store.full.
func Open(dir string, o Options) (*Store, error) {
	if o.Wait == 0 {
		o.Wait = time.Second / 2
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, diskFault(err, "open data folder")
	}
	lock, err := acquire(filepath.Join(dir, lockFile), o.Wait)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, log: o.Log, lock: lock, failed: make(chan struct{}), weeks: newWeeks(), queue: newQueue(),
		fresh: freshest{is: nothingFresh()}}
	s.prepare()
	if err := s.open(o); err != nil {
		lock.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) open(o Options) error {
	path := filepath.Join(s.dir, databaseFile)
	if (Kind{}).Restoring(s.dir) && !o.restoring {
		return fault.New(fault.Unavailable, "store.restoring", "dir", s.dir)
	}
	if err := sweep(s.dir); err != nil {
		return err
	}
	mark, err := readInstalled(s.dir)
	if err != nil {
		return err
	}
	info, statErr := os.Stat(path)
	lost := statErr != nil || info.Size() == 0
	switch {
	case mark != nil && lost:
		return fault.New(fault.Unavailable, "store.data_missing", "dir", s.dir)
	case mark == nil && !lost:
		// The marker is written last, so this is a first start that was cut
		// short or a file put here by hand; it must at least be sound.
		s.log.Warn("data folder has a database but no marker", "dir", s.dir)
	case mark != nil && mark.Schema > Schema:
		return fault.New(fault.Unavailable, "store.newer", "schema", mark.Schema, "known", Schema)
	}
	if !lost {
		if info.Size() < 2<<30 {
			warm(path) // a cold memory map reads page by page, fifty times slower
		}
		if err := soundFile(path); err != nil {
			return err
		}
	}
	db, err := openSafely(path, o)
	if err != nil {
		return err
	}
	s.db = db
	if s.file, err = os.Stat(path); err != nil {
		db.Close()
		return diskFault(err, "open database")
	}
	if err := s.raise(mark, o.Now()); err != nil {
		db.Close()
		return err
	}
	if mark == nil || mark.Schema != Schema {
		if err := writeInstalled(s.dir, s.installation); err != nil {
			db.Close()
			return err
		}
	}
	return nil
}

// soundFile refuses a file with a damaged page before bbolt trusts it: a wrong
// number in the list of free pages would let the next change write over a page in use.
func soundFile(path string) error {
	var wrong []error
	err := checkFile(path, func(what string) {
		if len(wrong) < 5 {
			wrong = append(wrong, errors.New(what))
		}
	})
	if err != nil {
		return diskFault(err, "read database")
	}
	if len(wrong) > 0 {
		return fault.New(fault.Unavailable, "store.corrupt", "file", path).Because(errors.Join(wrong...))
	}
	return nil
}

// openSafely opens the file and touches its root with faults turned into
// panics: a file cut short would otherwise end the process with SIGSEGV.
func openSafely(path string, o Options) (db *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			db, err = nil, fault.New(fault.Unavailable, "store.corrupt", "file", path).Because(fmt.Errorf("%v", p))
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: o.Wait, FreelistType: bbolt.FreelistMapType, MaxSize: o.MaxSize})
	if err != nil {
		if os.IsPermission(err) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) {
			return nil, diskFault(err, "open database")
		}
		return nil, fault.New(fault.Unavailable, "store.corrupt", "file", path).Because(err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if tx.Size() > info.Size() {
			return fmt.Errorf("database says %d bytes, file has %d", tx.Size(), info.Size())
		}
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			b.Cursor().First()
			b.Cursor().Last()
			return nil
		})
	})
	if err != nil {
		db.Close()
		return nil, fault.New(fault.Unavailable, "store.corrupt", "file", path).Because(err)
	}
	return db, nil
}

func warm(path string) {
	f, err := os.Open(path)
	if err != nil {
		return // bbolt's own open says why
	}
	defer f.Close()
	_, _ = io.Copy(io.Discard, f) // only to fill the page cache; a read error shows again where it matters
}

// acquire takes the folder's own lock. bbolt's lock is on the inode, so a
// replaced database file would let a second daemon in.
func acquire(path string, wait time.Duration) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, diskFault(err, "open lock file")
	}
	for deadline := time.Now().Add(wait); ; {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if time.Now().After(deadline) {
			f.Close()
			return nil, fault.New(fault.Unavailable, "store.in_use", "dir", filepath.Dir(path)).Because(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func readInstalled(dir string) (*installation, error) {
	b, err := os.ReadFile(filepath.Join(dir, installedFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, diskFault(err, "read marker")
	}
	var m installation
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fault.New(fault.Unavailable, "store.corrupt", "file", installedFile).Because(err)
	}
	return &m, nil
}

// writeInstalled is the last step of a first start and of a restore: a crash
// before it leaves a folder that the next start treats as new.
func writeInstalled(dir string, m installation) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return writeDurably(filepath.Join(dir, installedFile), b)
}

func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return diskFault(err, "write "+filepath.Base(path))
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(path+".tmp", path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return diskFault(err, "write "+filepath.Base(path))
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// diskFault names what the operating system said in words a person can act on.
func diskFault(err error, doing string) error {
	cause := fmt.Errorf("store: %s: %w", doing, err)
	var named *fault.Error
	switch {
	case errors.As(err, &named):
		return err
	case errors.Is(err, bberrMaxSize):
		return fault.New(fault.Full, "store.full").Because(cause)
	}
	if named = fault.Disk(cause); named != nil {
		return named
	}
	return cause
}

// ID implements store.Engine: it is made at the first start and kept by backups.
func (s *Store) ID() string { return s.installation.ID }

// Created implements store.Engine.
func (s *Store) Created() time.Time { return s.installation.Created }

// Schema implements store.Engine.
func (s *Store) Schema() int { return Schema }

// Failed is closed when the disk failed under a commit. The daemon must then
// end and start again: Linux may have dropped the pages it could not write.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// breakDown lets nothing be written any more, and returns the fault that says so.
func (s *Store) breakDown(err error) error {
	s.failOnce.Do(func() {
		s.broken.Store(fault.New(fault.Unavailable, "store.failed").Because(err))
		s.log.Error("store: commit failed, no more writes", "err", err)
		close(s.failed)
	})
	return s.broken.Load()
}

// Check says whether the store can still be trusted to keep what it is given:
// the file it writes is still the one in the folder, and no commit failed.
func (s *Store) Check(ctx context.Context) error {
	if e := s.broken.Load(); e != nil {
		return e
	}
	var size int64
	err := s.view(ctx, func(tx *tx) error { size = tx.b.Size(); return nil })
	if err != nil {
		return err
	}
	return s.inPlace(size)
}

// inPlace checks that the file that is written is the one in the folder, and
// still has its size: a folder that was deleted, moved or unmounted takes what
// is written along.
func (s *Store) inPlace(size int64) error {
	info, err := os.Stat(filepath.Join(s.dir, databaseFile))
	if err == nil && info.Size() >= size && os.SameFile(info, s.file) {
		return nil
	}
	return s.breakDown(fmt.Errorf("store: database file was removed, replaced or cut: %v", err))
}

// probeSize is what Probe writes: a few records.
const probeSize = 64 << 10

// Probe tries whether the disk takes writes now. Faults: store.full,
// store.read_only, store.failed.
func (s *Store) Probe() error {
	if e := s.broken.Load(); e != nil {
		return e
	}
	f, err := os.CreateTemp(s.dir, "probe-*")
	if err != nil {
		return diskFault(err, "try the disk")
	}
	_, err = f.Write(make([]byte, probeSize))
	if err = errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name())); err != nil {
		return diskFault(err, "try the disk")
	}
	return nil
}

// Close waits for readers, closes the file and gives the folder free.
func (s *Store) Close() error {
	return errors.Join(s.db.Close(), s.lock.Close())
}
