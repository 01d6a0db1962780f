package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"

	"github.com/google/uuid"

	"loa/internal/fault"
	"loa/library"
	"loa/library/intake"
)

// Spool is intake.Spool as two files an upload: ID.part holds its bytes,
// ID.json what is known about it.
type Spool struct {
	root    *os.Root
	reserve int64
}

// OpenSpool opens the folder, which is made if missing. Append stops when less
// than reserve bytes are free on the disk. Close it after use.
func OpenSpool(dir string, reserve int64) (*Spool, error) {
	root, err := openRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Spool{root: root, reserve: reserve}, nil
}

// Close gives the folder back.
func (s *Spool) Close() error { return s.root.Close() }

// checkID lets nothing but a UUID become part of a file name.
func checkID(id string) error {
	if len(id) != 36 || uuid.Validate(id) != nil || strings.ToLower(id) != id {
		return intake.NoUpload(nil)
	}
	return nil
}

func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return intake.NoUpload(err)
	}
	return diskFault(err)
}

// Save implements intake.Spool.
func (s *Spool) Save(ctx context.Context, u library.Upload) error {
	if err := errors.Join(ctx.Err(), checkID(u.ID)); err != nil {
		return err
	}
	body, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("folder: encode upload %s: %w", u.ID, err)
	}
	if err := s.write(u.ID+".tmp", body); err != nil {
		return errors.Join(diskFault(err), ignoreAbsent(s.root.Remove(u.ID+".tmp")))
	}
	if err := s.root.Rename(u.ID+".tmp", u.ID+".json"); err != nil {
		return diskFault(err)
	}
	return syncDir(s.root, ".")
}

func (s *Spool) write(name string, body []byte) error {
	f, err := s.root.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Sync(), f.Close())
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Load implements intake.Spool. What a killed daemon wrote and never synced is
// synced here before it is counted.
func (s *Spool) Load(ctx context.Context, id string) (intake.Arrived, error) {
	return s.load(ctx, id, (*os.File).Sync)
}

func (s *Spool) load(ctx context.Context, id string, sync func(*os.File) error) (intake.Arrived, error) {
	if err := errors.Join(ctx.Err(), checkID(id)); err != nil {
		return intake.Arrived{}, err
	}
	body, err := s.root.ReadFile(id + ".json")
	if err != nil {
		return intake.Arrived{}, absent(err)
	}
	note, err := s.root.Stat(id + ".json")
	if err != nil {
		return intake.Arrived{}, absent(err)
	}
	a := intake.Arrived{}
	if err := json.Unmarshal(body, &a.Upload); err != nil {
		return intake.Arrived{}, intake.NoUpload(fmt.Errorf("folder: upload %s: %w", id, err))
	}
	a.Latest = note.ModTime()
	f, err := s.root.OpenFile(id+".part", os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return intake.Arrived{}, diskFault(err)
	}
	info, err := f.Stat()
	if err = errors.Join(err, sync(f), f.Close()); err != nil {
		return intake.Arrived{}, diskFault(err)
	}
	a.Offset, a.Latest = info.Size(), info.ModTime()
	return a, nil
}

// Append implements intake.Spool.
func (s *Spool) Append(ctx context.Context, id string, at int64, r io.Reader, progress func(int64)) (n int64, err error) {
	if err := errors.Join(ctx.Err(), checkID(id)); err != nil {
		return 0, err
	}
	f, err := s.root.OpenFile(id+".part", os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, diskFault(err)
	}
	defer func() {
		bad := errors.Join(f.Sync(), f.Close())
		if bad == nil && at == 0 {
			bad = syncDir(s.root, ".")
		}
		if bad != nil {
			n, err = 0, errors.Join(err, diskFault(bad))
		}
	}()
	if end, err := f.Seek(0, io.SeekEnd); err != nil || end != at {
		return 0, intake.WrongOffset(end).Because(err)
	}
	for buf := make([]byte, 64<<10); ; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		got, rerr := r.Read(buf)
		if got > 0 {
			if err := room(f, s.reserve); err != nil {
				return n, err
			}
			wrote, err := f.Write(buf[:got])
			n += int64(wrote)
			if err != nil {
				return n, diskFault(err)
			}
			if progress != nil {
				progress(at + n)
			}
		}
		if rerr == io.EOF {
			return n, nil
		}
		if rerr != nil {
			return n, rerr
		}
	}
}

// Cut implements intake.Spool.
func (s *Spool) Cut(ctx context.Context, id string, size int64) error {
	if err := errors.Join(ctx.Err(), checkID(id)); err != nil {
		return err
	}
	f, err := s.root.OpenFile(id+".part", os.O_WRONLY, 0)
	if err != nil {
		return ignoreUnknown(absent(err), size)
	}
	if err := errors.Join(f.Truncate(size), f.Sync(), f.Close()); err != nil {
		return diskFault(err)
	}
	return nil
}

// ignoreUnknown lets nothing be cut to nothing.
func ignoreUnknown(err error, size int64) error {
	if size == 0 && fault.Is(err, "uploads.unknown") {
		return nil
	}
	return err
}

// Open implements intake.Spool.
func (s *Spool) Open(ctx context.Context, id string) (intake.File, error) {
	if err := errors.Join(ctx.Err(), checkID(id)); err != nil {
		return nil, err
	}
	f, err := s.root.OpenFile(id+".part", os.O_RDONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, absent(err)
	}
	return f, nil
}

// Remove implements intake.Spool. The bytes go last, so that a crash leaves no
// upload that seems to have lost them; Clean removes bytes without an upload.
func (s *Spool) Remove(ctx context.Context, id string, onlyBytes bool) error {
	if err := errors.Join(ctx.Err(), checkID(id)); err != nil {
		return err
	}
	names := []string{id + ".json", id + ".part"}
	if onlyBytes {
		names = names[1:]
	}
	for _, name := range names {
		if err := ignoreAbsent(s.root.Remove(name)); err != nil {
			return diskFault(err)
		}
	}
	return syncDir(s.root, ".")
}

// List implements intake.Spool. It passes over what cannot be read.
func (s *Spool) List(ctx context.Context) iter.Seq2[intake.Arrived, error] {
	return func(yield func(intake.Arrived, error) bool) {
		names, err := list(s.root, ".")
		if err != nil {
			yield(intake.Arrived{}, err)
			return
		}
		for _, name := range names {
			id, ok := strings.CutSuffix(name, ".json")
			if !ok {
				continue
			}
			a, err := s.load(ctx, id, func(*os.File) error { return nil })
			if fault.Is(err, "uploads.unknown") {
				continue
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// Clean removes what a daemon that was killed left: half written notes, and
// bytes of uploads that are no more. Only the one daemon that holds the data
// folder may call it, before anything is sent.
func (s *Spool) Clean() error {
	names, err := list(s.root, ".")
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, name := range names {
		if id, ok := strings.CutSuffix(name, ".json"); ok {
			known[id] = true
		}
	}
	for _, name := range names {
		id, isPart := strings.CutSuffix(name, ".part")
		if strings.HasSuffix(name, ".tmp") || isPart && !known[id] {
			if err := s.root.Remove(name); err != nil {
				return diskFault(err)
			}
		}
	}
	return nil
}
