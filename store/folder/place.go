package folder

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"loa/internal/fault"
)

// Place is a folder of another disk or machine that keeps backups. It is never made:
// a disk that is not mounted must not be taken for an empty one.
type Place struct {
	root *os.Root
}

// OpenPlace opens a folder that is there. Fault: store.no_place.
func OpenPlace(dir string) (*Place, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "store.no_place", "place", dir).Because(err)
	}
	return &Place{root}, nil
}

// Close gives the folder back.
func (p *Place) Close() error { return p.root.Close() }

func (p *Place) String() string { return p.root.Name() }

// Files on their way begin with part; the writer who has the lock clears those of others.
const (
	part     = "part-"
	lockName = "lock"
)

// Lock implements backup.Place, among the programs of one machine at least: not every share
// knows locks.
func (p *Place) Lock(ctx context.Context) (undo func(), err error) {
	f, err := p.root.OpenFile(lockName, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, p.fault(err)
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(fault.New(fault.Conflict, "store.place_busy", "place", p.String()).Because(err), f.Close())
	}
	names, err := list(p.root, ".")
	for _, name := range names {
		if strings.HasPrefix(name, part) {
			err = errors.Join(err, p.root.Remove(name))
		}
	}
	if err != nil {
		return nil, errors.Join(p.fault(err), f.Close())
	}
	return func() { _ = f.Close() }, nil // closing lets the lock go, whatever it says
}

// Put implements backup.Place. It asks nothing of the file system but to rename: sticks
// and shares can do that.
func (p *Place) Put(ctx context.Context, name string, fill func(w io.Writer) error) error {
	dir := path.Dir(name)
	if err := p.root.MkdirAll(dir, 0o700); err != nil {
		return p.fault(err)
	}
	way := part + rand.Text()
	f, err := p.root.OpenFile(way, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return p.fault(err)
	}
	own := &owned{w: f, ctx: ctx}
	if err = fill(own); err == nil {
		own.err = f.Sync()
	}
	own.err = errors.Join(own.err, f.Close())
	if err == nil && own.err == nil {
		own.err = p.root.Rename(way, name)
	}
	if err == nil && own.err == nil {
		return p.sync(dir)
	}
	_ = p.root.Remove(way) // best effort: Put says already why it failed
	if own.err != nil {
		return p.fault(own.err)
	}
	return err
}

// owned remembers that it was the writing that failed, not what was to be written, and
// ends with its context.
type owned struct {
	w   io.Writer
	ctx context.Context
	err error
}

func (o *owned) Write(b []byte) (int, error) {
	if err := o.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := o.w.Write(b)
	o.err = errors.Join(o.err, err)
	return n, err
}

func (p *Place) sync(dir string) error {
	for ; ; dir = path.Dir(dir) {
		if err := syncDir(p.root, dir); err != nil {
			return p.fault(err)
		}
		if dir == "." {
			return nil
		}
	}
}

// Open implements backup.Place.
func (p *Place) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := p.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "store.file_missing", "name", name).Because(err)
	}
	if err != nil {
		return nil, p.fault(err)
	}
	return f, nil
}

// List implements backup.Place.
func (p *Place) List(ctx context.Context, folder string) (map[string]int64, error) {
	all := map[string]int64{}
	err := fs.WalkDir(p.root.FS(), folder, func(name string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || d.IsDir() || strings.HasPrefix(name, part) || name == lockName {
			return err
		}
		info, err := d.Info()
		if err == nil {
			all[strings.TrimPrefix(name, folder+"/")] = info.Size()
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, p.fault(err)
	}
	return all, nil
}

// Remove implements backup.Place.
func (p *Place) Remove(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := p.root.Remove(name)
	if err == nil {
		return p.sync(path.Dir(name))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return p.fault(err)
	}
	return nil
}

// fault says what the place has against being used.
func (p *Place) fault(err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case fault.Is(diskFault(err), "library.disk_full"):
		return fault.New(fault.Full, "store.place_full", "place", p.String()).Because(err)
	default:
		return fault.New(fault.Unavailable, "store.place_unwritable", "place", p.String()).Because(err)
	}
}
