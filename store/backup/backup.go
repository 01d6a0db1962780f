// Package backup makes one file of a whole data folder, records and audio,
// and makes a data folder of that file again.
//
// The file is a tar: manifest.json, then loa.db, then every blob under
// blobs/SHA256. The database is copied first, and bytes are kept before the
// record that points at them, so every blob the copy knows is in the file.
package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"loa/audio"
	"loa/internal/fault"
	"loa/store/bolt"
	"loa/store/folder"
)

// BlobsFolder is where a data folder keeps its blobs.
const BlobsFolder = "blobs"

// Manifest says what a backup is of.
type Manifest struct {
	Loa     string    `json:"loa"` // always "backup"
	ID      string    `json:"id"`  // of the installation
	Schema  int       `json:"schema"`
	Created time.Time `json:"created"` // of the installation
	Made    time.Time `json:"made"`    // of this backup
}

const (
	manifestName = "manifest.json"
	databaseName = "loa.db"
	endName      = "end" // an empty last entry: without it the file was cut
)

// Write writes a backup of a running store to w.
func Write(ctx context.Context, w io.Writer, s *bolt.Store, blobs audio.Blobs, now time.Time) error {
	out := tar.NewWriter(w)
	m, err := json.Marshal(Manifest{Loa: "backup", ID: s.ID(), Schema: bolt.Schema, Created: s.Created(), Made: now})
	if err != nil {
		return err
	}
	if err := add(out, manifestName, int64(len(m)), now, bytes.NewReader(m)); err != nil {
		return err
	}
	err = s.Backup(ctx, func(size int64, r io.Reader) error { return add(out, databaseName, size, now, r) })
	if err != nil {
		return err
	}
	for blob, err := range blobs.List(ctx) {
		if err != nil {
			return err
		}
		if err := addBlob(ctx, out, blobs, blob); err != nil {
			return err
		}
	}
	if err := add(out, endName, 0, now, strings.NewReader("")); err != nil {
		return err
	}
	return out.Close()
}

func addBlob(ctx context.Context, out *tar.Writer, blobs audio.Blobs, blob audio.Stored) error {
	r, err := blobs.Open(ctx, blob.SHA256)
	if fault.Is(err, "library.blob_missing") {
		return nil // swept since it was listed: nothing points at it
	}
	if err != nil {
		return err
	}
	defer r.Close()
	return add(out, BlobsFolder+"/"+blob.SHA256, blob.Size, blob.At, r)
}

func add(out *tar.Writer, name string, size int64, at time.Time, r io.Reader) error {
	if err := out.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: at, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := io.Copy(out, r)
	return err
}

// Restore makes a data folder of a backup. dir must be empty or not there;
// the marker that makes it a data folder is written last, so a restore cut
// short is no data folder. Faults: store.not_empty, backup.not_one,
// backup.cut, backup.blob_changed, store.corrupt.
func Restore(ctx context.Context, dir string, r io.Reader) (Manifest, error) {
	var m Manifest
	if ents, err := os.ReadDir(dir); err == nil && len(ents) > 0 {
		return m, fault.New(fault.Conflict, "store.not_empty", "dir", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return m, err
	}
	blobs, err := folder.OpenBlobs(filepath.Join(dir, BlobsFolder), 0)
	if err != nil {
		return m, err
	}
	err = errors.Join(restore(ctx, dir, tar.NewReader(r), blobs, &m), blobs.Close())
	if err != nil { // leave nothing that looks like data
		return m, errors.Join(err, os.RemoveAll(filepath.Join(dir, BlobsFolder)), os.RemoveAll(filepath.Join(dir, databaseName+".restore")))
	}
	return m, nil
}

func restore(ctx context.Context, dir string, in *tar.Reader, blobs audio.Blobs, m *Manifest) error {
	head, err := in.Next()
	if err != nil || head.Name != manifestName || json.NewDecoder(io.LimitReader(in, 1<<20)).Decode(m) != nil || m.Loa != "backup" {
		return fault.New(fault.Unsupported, "backup.not_one").Because(err)
	}
	if m.Schema > bolt.Schema {
		return fault.New(fault.Unavailable, "store.newer", "schema", m.Schema, "known", bolt.Schema)
	}
	if head, err = in.Next(); err != nil || head.Name != databaseName {
		return fault.New(fault.Invalid, "backup.cut").Because(err)
	}
	staged := filepath.Join(dir, databaseName+".restore")
	if err := stage(staged, in); err != nil {
		return err
	}
	for {
		head, err := in.Next()
		if err != nil {
			return fault.New(fault.Invalid, "backup.cut").Because(err)
		}
		if head.Name == endName {
			break
		}
		if err := restoreBlob(ctx, blobs, head, in); err != nil {
			return err
		}
	}
	f, err := os.Open(staged)
	if err != nil {
		return err
	}
	err = bolt.Restore(dir, m.ID, m.Created, f)
	return errors.Join(err, f.Close(), os.Remove(staged))
}

func stage(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fault.New(fault.Invalid, "backup.cut").Because(err)
	}
	return errors.Join(err, f.Close())
}

func restoreBlob(ctx context.Context, blobs audio.Blobs, head *tar.Header, r io.Reader) error {
	sum, ok := strings.CutPrefix(head.Name, BlobsFolder+"/")
	want := audio.Ref{SHA256: sum, Size: head.Size}
	if !ok || want.Check() != nil {
		return fault.New(fault.Unsupported, "backup.not_one").Because(fmt.Errorf("entry %q", head.Name))
	}
	got, err := blobs.Put(ctx, r, head.Size)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Invalid, "backup.cut").Because(err)
	}
	if err == nil && got != want {
		err = fault.New(fault.Invalid, "backup.blob_changed", "name", sum)
	}
	return err
}
