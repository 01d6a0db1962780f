package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"loa/internal/fault"
	"loa/internal/text"
	"loa/store/backup"
	"loa/store/bolt"
	"loa/store/folder"
)

// backupCommand asks the running daemon for a backup.
type backupCommand struct {
	reach
	File string `arg:"" name:"backup"`
}

// Run asks the daemon and writes the file.
func (c backupCommand) Run(t *terminal) error {
	file := c.File
	n, err := c.client().fetch(t, "/api/v1/backup", file)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.backup.done", "size", t.lang.Size(n), "file", file))
	return nil
}

// fetch keeps the answer as a new file that appears under its name only when
// it is whole, and returns its length.
func (c *client) fetch(ctx context.Context, path, file string) (int64, error) {
	if _, err := os.Stat(file); err == nil {
		return 0, fault.New(fault.Conflict, "cli.file_exists", "file", file)
	}
	resp, err := c.do(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return writeWhole(file, resp.Body)
}

func writeWhole(file string, r io.Reader) (int64, error) {
	f, err := os.OpenFile(file+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fault.New(fault.Invalid, "cli.no_file", "file", file).Because(err)
	}
	n, err := io.Copy(f, r)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(file+".part", file)
	}
	if err != nil {
		return n, errors.Join(err, os.Remove(file+".part"))
	}
	return n, nil
}

// restoreCommand makes a data folder of a backup. It needs no daemon.
type restoreCommand struct {
	Data string `default:"data" help:"cli.flag.data"`
	File string `arg:"" name:"backup"`
}

// Run makes the folder.
func (c restoreCommand) Run(t *terminal) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, "cli.no_file", "file", c.File).Because(err)
	}
	defer f.Close()
	m, err := backup.Restore(t, c.Data, f)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.restore.done", "at", m.Made, "dir", c.Data))
	return nil
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
	s, err := bolt.Open(c.Data, bolt.Options{Log: slog.New(slog.NewTextHandler(t.errs, &slog.HandlerOptions{Level: slog.LevelWarn}))})
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
	report := func(p bolt.Problem) { bad++; fmt.Fprintln(t.out, p) }
	records, err := s.Verify(t, report)
	if err != nil {
		return err
	}
	kept, err := backup.VerifyBlobs(t, s, blobs, func(b backup.BadBlob) { bad++; fmt.Fprintln(t.out, sayBadBlob(t.lang, b)) })
	if err != nil {
		return err
	}
	if bad > 0 {
		return fault.New(fault.Unavailable, "cli.verify.bad", "n", bad)
	}
	fmt.Fprintln(t.out, t.lang.Say("cli.verify.ok", "records", records, "blobs", kept))
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
