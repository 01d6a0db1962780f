package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"loa/accounts"
	"loa/client"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/store"
	"loa/store/backup"
	"loa/store/folder"
	"loa/store/remote"
)

// backupCommand asks the running daemon for a backup.
type backupCommand struct {
	reach
	File string `arg:"" name:"backup"`
}

// Run asks the daemon and writes the file.
func (c backupCommand) Run(t *terminal) error {
	var whole backup.Whole
	n, err := fetch(c.File, func(f *os.File, size int64) (err error) {
		whole, err = backup.Check(engine, f, size)
		if err == nil && !whole.Sealed {
			err = fault.New(fault.Invalid, "backup.changed")
		}
		return err
	}, func() (*client.File, error) { return c.client().GetBackup(t) })
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.backup.done", "size", t.lang.Size(n), "file", c.File))
	for _, sum := range whole.Damaged {
		fmt.Fprintln(t.out, t.lang.Say("cli.backup.damaged", "file", path.Join(backup.BlobsFolder, sum[:2], sum)))
	}
	return nil
}

// fetch keeps what is opened as a new file that has a name only when it is whole
// and check, which may be nil, has read it; it returns its length.
func fetch(file string, check func(f *os.File, size int64) error, open func() (*client.File, error)) (int64, error) {
	if _, err := os.Stat(file); err == nil {
		return 0, fault.New(fault.Conflict, "cli.file_exists", "file", file)
	}
	f, err := open()
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return writeWhole(file, f, check)
}

// fetchJSON keeps what is asked for as a new file.
func fetchJSON[T any](file string, ask func() (T, error)) (int64, error) {
	return fetch(file, nil, func() (*client.File, error) {
		v, err := ask()
		if err != nil {
			return nil, err
		}
		b, err := json.Marshal(v)
		return &client.File{ReadCloser: io.NopCloser(bytes.NewReader(append(b, '\n')))}, err
	})
}

// writeWhole keeps a stream as a new file, all of it or nothing. Faults:
// cli.file_exists, cli.cut when the stream breaks, cli.disk_full, cli.not_written, those of check.
func writeWhole(file string, r io.Reader, check func(f *os.File, size int64) error) (n int64, err error) {
	stream := &source{r: r}
	err = folder.KeepWhole(file, func(f *os.File) (err error) {
		if n, err = io.Copy(f, stream); err == nil {
			err = f.Sync()
		}
		if err == nil && check != nil {
			err = check(f, n)
		}
		return err
	})
	var named *fault.Error
	switch {
	case err == nil || errors.As(err, &named):
	case stream.err != nil:
		err = fault.New(fault.Unavailable, "cli.cut", "file", file).Because(err)
	case errors.Is(err, fs.ErrExist):
		err = fault.New(fault.Conflict, "cli.file_exists", "file", file).Because(err)
	case errors.Is(err, fs.ErrNotExist):
		err = fault.New(fault.Invalid, "cli.no_file", "file", file).Because(err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		err = fault.New(fault.Full, "cli.disk_full", "file", file).Because(err)
	default:
		err = fault.New(fault.Full, "cli.not_written", "file", file).Because(err)
	}
	return n, err
}

// source remembers that it was reading that failed, not writing.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// restoreCommand makes a data folder of a backup, or of a snapshot in a place where a daemon
// keeps them. It needs no daemon.
type restoreCommand struct {
	Data string `default:"data" help:"cli.flag.data"`
	File string `arg:"" name:"backup"`
	opener
	At      string `help:"cli.flag.backups_at"`
	Partial bool   `help:"cli.flag.backups_partial"`
}

// Run makes the folder.
func (c restoreCommand) Run(t *terminal) error {
	w, found, err := c.restore(t)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.restore.done", "at", w.Made, "dir", c.Data))
	if found.Held > 0 {
		fmt.Fprintln(t.out, t.lang.Say("cli.restore.held", "n", found.Held))
	}
	if n := found.Problems + len(w.Damaged); n > 0 {
		fmt.Fprintln(t.out, t.lang.Say("cli.restore.problems", "n", n, "dir", c.Data))
	}
	return nil
}

func (c restoreCommand) restore(t *terminal) (w backup.Whole, found backup.Found, err error) {
	info, err := os.Stat(c.File)
	if err != nil && !remote.Is(c.File) {
		return w, found, fault.New(fault.NotFound, "cli.no_file", "file", c.File).Because(err)
	}
	if err != nil || info.IsDir() {
		err = inPlace(t, c.File, c.opener, func(r *backup.Repository) error {
			s, err := snapshotAt(t, r, c.At)
			if err == nil {
				w, found, err = r.Restore(t, s, c.Data, time.Now(), c.Partial)
			}
			return err
		})
		return w, found, err
	}
	if c.opener != (opener{}) || c.At != "" || c.Partial {
		return w, found, fault.New(fault.Invalid, "cli.only_place", "file", c.File)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return w, found, fault.New(fault.NotFound, "cli.no_file", "file", c.File).Because(err)
	}
	defer f.Close()
	return backup.Restore(t, engine, c.Data, f, info.Size(), time.Now())
}

// verifyCommand reads everything in a data folder no daemon is using: every
// record's checksum, every chain and index, and every blob.
type verifyCommand struct {
	Data string `default:"data" help:"cli.flag.data"`
}

// Run reads the folder.
func (c verifyCommand) Run(t *terminal) error {
	if _, err := os.Stat(filepath.Join(c.Data, "loa.db")); err != nil {
		return fault.New(fault.NotFound, "cli.no_file", "file", filepath.Join(c.Data, "loa.db")).Because(err)
	}
	s, err := engine.Open(c.Data, time.Now, slog.New(slog.NewTextHandler(t.errs, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer s.Close()
	blobs, err := folder.OpenBlobs(filepath.Join(c.Data, backup.BlobsFolder), 0)
	if err != nil {
		return err
	}
	defer blobs.Close()
	bad := 0
	report := func(p store.Problem) { bad++; fmt.Fprintln(t.out, p) }
	records, err := s.Verify(t, report)
	if err != nil {
		return err
	}
	erased, err := s.Erasures(t, accounts.Daemon())
	if err != nil {
		return err
	}
	entries := 0
	for _, e := range erased {
		entries += e.Entries
	}
	kept, err := backup.VerifyBlobs(t, s, blobs, func(b backup.BadBlob) { bad++; fmt.Fprintln(t.out, sayBadBlob(t.lang, b)) })
	if err != nil {
		return err
	}
	if bad > 0 {
		return fault.New(fault.Unavailable, "cli.verify.bad", "n", bad)
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.verify.ok", "records", records, "blobs", kept))
	if len(erased) > 0 {
		fmt.Fprintln(t.out, t.lang.Say("cli.verify.erased", "people", len(erased), "entries", entries))
	}
	return nil
}

// sayBadBlob tells of damaged or missing bytes and whose they are.
func sayBadBlob(lang text.Language, b backup.BadBlob) string {
	key := "cli.verify.blob_changed"
	if b.Missing {
		key = "cli.verify.blob_missing"
	}
	file := path.Join(backup.BlobsFolder, b.SHA256[:2], b.SHA256)
	if len(b.Of) == 0 {
		return lang.Say(key, "file", file)
	}
	names := make([]string, len(b.Of))
	for i, r := range b.Of {
		names[i] = r.Name + " (" + r.ID + ")"
	}
	return lang.Say(key, "file", file) + " " + lang.Say("cli.verify.blob_of", "names", strings.Join(names, ", "))
}
