// Package folder keeps bytes as plain files in a folder: finished recordings
// under the SHA-256 of their content, and uploads that are still on their way.
//
// Every file is synced before anything is said about it, is made under a
// temporary name and renamed, and its folder is synced after. File names are
// made here, never by a client, and os.Root keeps every access inside.
package folder

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"loa/audio"
	"loa/internal/fault"
	"loa/library"
)

// Blobs is library.Blobs as files DIR/ab/abcdef…, the first two digits of the
// SHA-256 being the folder. DIR/tmp holds what is being written.
type Blobs struct {
	root    *os.Root
	reserve int64
	mu      sync.Mutex // held while a blob is renamed into place or removed
}

// OpenBlobs opens the folder, which is made if missing. Put refuses to go on
// when less than reserve bytes are free on the disk, so that records can still
// be written. Close it after use.
func OpenBlobs(dir string, reserve int64) (*Blobs, error) {
	root, err := openRoot(dir)
	if err != nil {
		return nil, err
	}
	if err := root.MkdirAll("tmp", 0o700); err != nil {
		return nil, errors.Join(diskFault(err), root.Close())
	}
	return &Blobs{root: root, reserve: reserve}, nil
}

// Close gives the folder back.
func (b *Blobs) Close() error { return b.root.Close() }

// TempDir is for files on their way that must be on a disk for a while; Clean
// empties it too.
func (b *Blobs) TempDir() string { return filepath.Join(b.root.Name(), "tmp") }

// Space tells how much of the disk with the blobs is free and how large it is, in bytes; ok
// is false where the system does not say.
func (b *Blobs) Space() (free, size int64, ok bool) {
	f, err := b.root.Open(".")
	if err != nil {
		return 0, 0, false
	}
	defer f.Close()
	return space(f)
}

// Clean removes what a daemon that was killed left half written. Only the one
// daemon that holds the data folder may call it, before its first Put.
func (b *Blobs) Clean() error {
	names, err := list(b.root, "tmp")
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := b.root.Remove("tmp/" + name); err != nil {
			return diskFault(err)
		}
	}
	return nil
}

// Put implements library.Blobs.
func (b *Blobs) Put(ctx context.Context, r io.Reader, max int64) (library.Ref, error) {
	tmp := "tmp/" + rand.Text()
	ref, err := b.write(ctx, tmp, r, max)
	if err == nil {
		err = b.place(tmp, ref.SHA256)
	}
	if err != nil {
		if gone := b.root.Remove(tmp); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		return library.Ref{}, err
	}
	return ref, nil
}

// write copies r into the new file tmp and syncs it.
func (b *Blobs) write(ctx context.Context, tmp string, r io.Reader, max int64) (library.Ref, error) {
	f, err := b.root.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return library.Ref{}, diskFault(err)
	}
	defer f.Close() // the error that counts is that of the explicit Close below
	sum := sha256.New()
	var size int64
	for buf := make([]byte, 256<<10); ; {
		if err := ctx.Err(); err != nil {
			return library.Ref{}, err
		}
		n, rerr := readFull(r, buf)
		if size += int64(n); size > max {
			return library.Ref{}, audio.TooLarge(max)
		}
		if err := room(f, b.reserve); err != nil {
			return library.Ref{}, err
		}
		sum.Write(buf[:n])
		if _, err := f.Write(buf[:n]); err != nil {
			return library.Ref{}, diskFault(err)
		}
		if rerr == io.EOF {
			break
		}
		if rerr != nil {
			return library.Ref{}, rerr
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return library.Ref{}, diskFault(err)
	}
	return library.Ref{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size}, nil
}

// readFull fills buf and returns the reader's own error: io.ReadFull says
// io.ErrUnexpectedEOF of a stream that ended, and so does a connection that was cut.
func readFull(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = r.Read(buf[n:])
		n += more
	}
	return n, err
}

// place renames the synced file tmp to its final name and syncs the folders.
func (b *Blobs) place(tmp, sum string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	dir := sum[:2]
	if err := b.root.Mkdir(dir, 0o700); err == nil {
		if err := syncDir(b.root, "."); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return diskFault(err)
	}
	now := time.Now()
	if err := b.root.Chtimes(tmp, now, now); err != nil {
		return diskFault(err)
	}
	if err := b.root.Rename(tmp, name(sum)); err != nil {
		return diskFault(err)
	}
	return syncDir(b.root, dir)
}

// name is the path of a blob whose SHA-256 is well formed.
func name(sum string) string { return path.Join(sum[:2], sum) }

// Open implements library.Blobs.
func (b *Blobs) Open(ctx context.Context, sum string) (io.ReadSeekCloser, error) {
	if err := errors.Join(ctx.Err(), library.Ref{SHA256: sum}.Check()); err != nil {
		return nil, err
	}
	f, err := b.root.Open(name(sum))
	if err != nil {
		return nil, missing(err)
	}
	return f, nil
}

// Stat implements library.Blobs.
func (b *Blobs) Stat(ctx context.Context, sum string) (library.Stored, error) {
	if err := errors.Join(ctx.Err(), library.Ref{SHA256: sum}.Check()); err != nil {
		return library.Stored{}, err
	}
	info, err := b.root.Stat(name(sum))
	if err != nil {
		return library.Stored{}, missing(err)
	}
	return library.Stored{Ref: library.Ref{SHA256: sum, Size: info.Size()}, At: info.ModTime()}, nil
}

// Remove implements library.Blobs.
func (b *Blobs) Remove(ctx context.Context, sum string, before time.Time) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.Stat(ctx, sum)
	if fault.Is(err, "library.blob_missing") {
		return false, nil
	}
	if err != nil || !s.At.Before(before) {
		return false, err
	}
	if err := b.root.Remove(name(sum)); err != nil {
		return false, diskFault(err)
	}
	return true, syncDir(b.root, sum[:2])
}

// List implements library.Blobs. Files that are no blobs are passed over.
func (b *Blobs) List(ctx context.Context) iter.Seq2[library.Stored, error] {
	return func(yield func(library.Stored, error) bool) {
		dirs, err := list(b.root, ".")
		if err != nil {
			yield(library.Stored{}, err)
			return
		}
		for _, dir := range dirs {
			if len(dir) != 2 {
				continue
			}
			sums, err := list(b.root, dir)
			if err != nil {
				yield(library.Stored{}, err)
				return
			}
			for _, sum := range sums {
				s, err := b.Stat(ctx, sum)
				if fault.Is(err, "library.blob_missing") || fault.Is(err, "library.bad_blob_name") {
					continue
				}
				if !yield(s, err) || err != nil {
					return
				}
			}
		}
	}
}

// openRoot opens dir, which is made if missing, so that nothing outside it can
// be reached.
func openRoot(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, diskFault(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, diskFault(err)
	}
	return root, nil
}

// list gives the names in a folder, sorted.
func list(root *os.Root, dir string) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil {
		return nil, diskFault(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

// syncDir makes names made, renamed or removed in the folder survive a power
// cut.
func syncDir(root *os.Root, dir string) error {
	f, err := root.Open(dir)
	if err != nil {
		return diskFault(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return diskFault(err)
	}
	return nil
}

// room refuses to write when the disk has less than reserve bytes free.
func room(f *os.File, reserve int64) error {
	if free, _, ok := space(f); ok && free < reserve {
		return library.DiskFull(nil)
	}
	return nil
}

func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return library.BlobMissing(err)
	}
	return diskFault(err)
}

// diskFault says what the disk has against being written.
func diskFault(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return library.DiskFull(err)
	default:
		return library.DiskUnwritable(err)
	}
}
