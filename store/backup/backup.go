// Package backup makes one file of a whole data folder, records and audio,
// and makes a data folder of that file again. A Repository keeps many such, the audio
// once for all.
//
// The file is a tar: manifest.json, then loa.db, then every blob under
// blobs/SHA256, then "end", which says how many bytes come before it and their
// SHA-256. The database is copied first, and bytes are kept before the
// record that points at them, so every blob the copy knows is in the file.
package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"loa/internal/fault"
	"loa/library"
	"loa/store"
	"loa/store/folder"
)

// BlobsFolder is where a data folder keeps its blobs.
const BlobsFolder = "blobs"

// Manifest says what a backup is of.
type Manifest struct {
	Loa     string    `json:"loa"` // always "backup"
	ID      string    `json:"id"`  // of the installation
	Schema  int       `json:"schema"`
	Created time.Time `json:"created"`         // of the installation
	Made    time.Time `json:"made"`            // of this backup
	Files   string    `json:"files,omitempty"` // in a repository: SHA-256 of the list of the audio that belongs to it
}

const (
	manifestName = "manifest.json"
	databaseName = "loa.db"
	endName      = "end"
)

// end is the last entry of a backup. One of the first programs' backups is empty there.
type end struct {
	Size    int64    `json:"size"`              // bytes before the entry
	SHA256  string   `json:"sha256"`            // of these, hex
	Damaged []string `json:"damaged,omitempty"` // blobs that were not what their names say when the backup was made
}

// bytes is the entry as it stands in the file, and all that comes after.
func (e end) bytes() ([]byte, error) {
	var b bytes.Buffer
	out := tar.NewWriter(&b)
	body, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	err = out.WriteHeader(&tar.Header{Name: endName, Size: int64(len(body)), Mode: 0o600, Format: tar.FormatUSTAR})
	if err == nil {
		_, err = out.Write(body)
	}
	err = errors.Join(err, out.Close())
	return b.Bytes(), err
}

// summed counts and hashes what is written through it.
type summed struct {
	w io.Writer
	h hash.Hash
	n int64
}

func (s *summed) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.n += int64(n)
	s.h.Write(b[:n])
	return n, err
}

// writer writes the entries of a backup, and last what it says of itself.
type writer struct {
	sum  *summed
	out  *tar.Writer
	last end
}

// begin writes the manifest and the records, of which a copy is at hand.
func begin(w io.Writer, m Manifest, size int64, records io.Reader) (*writer, error) {
	sum := &summed{w: w, h: sha256.New()}
	out := &writer{sum: sum, out: tar.NewWriter(sum)}
	b, err := json.Marshal(m)
	if err == nil {
		err = add(out.out, manifestName, int64(len(b)), m.Made, bytes.NewReader(b))
	}
	if err == nil {
		err = add(out.out, databaseName, size, m.Made, records)
	}
	return out, err
}

// end writes the end, and returns the size of all in bytes.
func (w *writer) end() (size int64, err error) {
	if err := w.out.Flush(); err != nil {
		return 0, err
	}
	w.last.Size, w.last.SHA256 = w.sum.n, hex.EncodeToString(w.sum.h.Sum(nil))
	b, err := w.last.bytes()
	if err != nil {
		return 0, err
	}
	n, err := w.sum.w.Write(b)
	return w.last.Size + int64(n), err
}

// manifest says what a backup of the store is of.
func manifest(s store.Engine, now time.Time) Manifest {
	return Manifest{Loa: "backup", ID: s.ID(), Schema: s.Schema(), Created: s.Created(), Made: now}
}

// Write writes a backup of a running store to w and returns its size in bytes. After an
// error what was written is no backup, and Check says so.
func Write(ctx context.Context, w io.Writer, s store.Engine, blobs library.Blobs, now time.Time) (size int64, err error) {
	var file *writer
	err = s.Backup(ctx, func(size int64, records io.Reader) error { // nothing is sent before the copy is made
		file, err = begin(w, manifest(s, now), size, records)
		return err
	})
	if err != nil {
		return 0, err
	}
	for blob, err := range blobs.List(ctx) {
		if err != nil {
			return 0, err
		}
		same, err := addBlob(ctx, file.out, blobs, blob)
		if err != nil {
			return 0, err
		}
		if !same {
			file.last.Damaged = append(file.last.Damaged, blob.SHA256)
		}
	}
	return file.end()
}

// addBlob adds a blob, if it is still there, and tells whether it is what its
// name says.
func addBlob(ctx context.Context, out *tar.Writer, blobs library.Blobs, blob library.Stored) (same bool, err error) {
	r, err := blobs.Open(ctx, blob.SHA256)
	if fault.Is(err, "library.blob_missing") {
		return true, nil // swept since it was listed: nothing points at it
	}
	if err != nil {
		return false, err
	}
	defer r.Close()
	h := sha256.New()
	if err := add(out, BlobsFolder+"/"+blob.SHA256, blob.Size, blob.At, io.TeeReader(r, h)); err != nil {
		return false, err
	}
	return hex.EncodeToString(h.Sum(nil)) == blob.SHA256, nil
}

func add(out *tar.Writer, name string, size int64, at time.Time, r io.Reader) error {
	if err := out.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: at, Format: tar.FormatPAX}); err != nil {
		return err
	}
	n, err := io.Copy(out, r)
	if err == nil && n != size {
		err = fmt.Errorf("backup: %s has %d bytes, not %d", name, n, size)
	}
	return err
}

// Whole is what Check found out about a backup.
type Whole struct {
	Manifest
	Sealed  bool     // the backup tells its own length and hash, and they are right
	Damaged []string // blobs that were damaged when it was made
}

// Check reads a whole backup and says whether every byte is as it was written.
// Of a backup that tells nothing of itself (Sealed is false) it says what can be known: that it
// ends, and that the blobs are what their names say. Faults: backup.not_one,
// backup.cut, backup.changed, backup.blob_changed, store.newer.
func Check(kind store.Kind, f io.ReaderAt, size int64) (w Whole, err error) {
	file := io.NewSectionReader(f, 0, size)
	in := tar.NewReader(file)
	if w.Manifest, err = readManifest(kind, in); err != nil {
		return w, err
	}
	for i := 0; ; i++ {
		head, err := in.Next()
		if err != nil {
			return w, cut(err)
		}
		switch {
		case head.Name == endName:
			return w, checkEnd(&w, f, file, in, size)
		case i == 0 && head.Name == databaseName, i > 0 && blobOf(head).Check() == nil:
		default:
			return w, fault.New(fault.Unsupported, "backup.not_one").Because(fmt.Errorf("entry %q", head.Name))
		}
	}
}

// checkEnd looks at the last entry, whose head was just read, and holds
// everything against it.
func checkEnd(w *Whole, f io.ReaderAt, file *io.SectionReader, in io.Reader, size int64) error {
	at, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	at -= 512 // where its head begins
	body, err := io.ReadAll(io.LimitReader(in, 16<<20))
	if err != nil {
		return cut(err)
	}
	if len(body) == 0 {
		return checkBlobs(f, size)
	}
	var e end
	if json.Unmarshal(body, &e) != nil || e.Size != at {
		return fault.New(fault.Invalid, "backup.changed")
	}
	want, err := e.bytes()
	if err != nil {
		return err
	}
	if size-at == int64(512+len(body)) { // programs before left the end open
		want = want[:size-at]
	}
	if size-at < int64(len(want)) {
		return fault.New(fault.Invalid, "backup.cut")
	}
	got := make([]byte, size-at)
	if _, err := f.ReadAt(got, at); err != nil && err != io.EOF {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, at)); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != e.SHA256 || !bytes.Equal(got, want) {
		return fault.New(fault.Invalid, "backup.changed")
	}
	w.Sealed, w.Damaged = true, e.Damaged
	return nil
}

// checkBlobs hashes every blob of a backup that tells nothing of itself.
func checkBlobs(f io.ReaderAt, size int64) error {
	in := tar.NewReader(io.NewSectionReader(f, 0, size))
	for {
		head, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return cut(err)
		}
		blob := blobOf(head)
		if blob.Check() != nil {
			continue
		}
		h := sha256.New()
		if _, err := io.Copy(h, in); err != nil {
			return cut(err)
		}
		if hex.EncodeToString(h.Sum(nil)) != blob.SHA256 {
			return fault.New(fault.Invalid, "backup.blob_changed", "name", blob.SHA256)
		}
	}
}

// blobOf is the blob that an entry holds; it does not pass its own Check where the entry is
// none.
func blobOf(head *tar.Header) library.Ref {
	sum, ok := strings.CutPrefix(head.Name, BlobsFolder+"/")
	if !ok {
		return library.Ref{}
	}
	return library.Ref{SHA256: sum, Size: head.Size}
}

func readManifest(kind store.Kind, in *tar.Reader) (m Manifest, err error) {
	head, err := in.Next()
	if err != nil || head.Name != manifestName || json.NewDecoder(io.LimitReader(in, 1<<20)).Decode(&m) != nil || m.Loa != "backup" {
		return m, fault.New(fault.Unsupported, "backup.not_one").Because(err)
	}
	if m.Schema > kind.Schema() {
		return m, fault.New(fault.Unavailable, "store.newer", "schema", m.Schema, "known", kind.Schema())
	}
	if uuid.Validate(m.ID) != nil || m.Schema < 1 || m.Created.IsZero() || m.Made.IsZero() {
		return m, fault.New(fault.Invalid, "backup.changed")
	}
	return m, nil
}

// cut is the fault of a backup that does not go on where it should.
func cut(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Invalid, "backup.cut").Because(err)
	}
	if errors.Is(err, tar.ErrHeader) {
		return fault.New(fault.Invalid, "backup.changed").Because(err)
	}
	return err
}

// Found is what a restore came upon.
type Found struct {
	Problems int // of the records, when the backup was made
	Held     int // deliveries that waited then, and were given up
}

// Restore makes a data folder of a backup, after it has read all of it. dir must be
// empty, not there, or hold what a restore left that was killed. Until all is there
// and found sound, the folder is marked as one that nobody serves. Faults: those of
// Check, backup.of_repository, store.not_empty, store.corrupt, store.full.
func Restore(ctx context.Context, kind store.Kind, dir string, f io.ReaderAt, size int64, now time.Time) (w Whole, found Found, err error) {
	if w, err = Check(kind, f, size); err != nil {
		return w, found, err
	}
	if w.Files != "" {
		return w, found, fault.New(fault.Invalid, "backup.of_repository")
	}
	found, err = restore(ctx, kind, dir, io.NewSectionReader(f, 0, size), w, now, nil)
	return w, found, err
}

// restore makes a data folder of a backup that was checked. more, which may be nil,
// brings what is not in the file.
func restore(ctx context.Context, kind store.Kind, dir string, f io.Reader, w Whole, now time.Time, more func(library.Blobs) error) (found Found, err error) {
	if err := empty(kind, dir); err != nil {
		return found, err
	}
	found.Held, err = kind.Restore(ctx, dir, store.Copy{ID: w.ID, Created: w.Created, Whole: w.Sealed, Now: now}, func(db io.Writer) error {
		return fill(ctx, dir, f, w, db, more)
	}, func(store.Problem) { found.Problems++ })
	if err != nil { // leave nothing that looks like data
		return Found{}, errors.Join(err, clear(dir))
	}
	return found, nil
}

// empty makes the folder, and removes what a killed restore left there.
func empty(kind store.Kind, dir string) error {
	ents, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return os.MkdirAll(dir, 0o700)
	case err != nil:
		return err
	case kind.Restoring(dir):
		return clear(dir)
	case len(ents) > 0:
		return fault.New(fault.Conflict, "store.not_empty", "dir", dir)
	}
	return nil
}

// clear removes everything from a folder that nobody serves yet.
func clear(dir string) error {
	ents, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range ents { // the mark goes last: what is left of a clearing that was killed is no data folder either
		if !strings.HasPrefix(e.Name(), "restoring") {
			errs = append(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, name := range []string{"restoring", "restoring.tmp"} {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, name)))
	}
	return errors.Join(errs...)
}

// fill puts the database and the blobs of a checked backup into place.
func fill(ctx context.Context, dir string, file io.Reader, w Whole, db io.Writer, more func(library.Blobs) error) error {
	blobs, err := folder.OpenBlobs(filepath.Join(dir, BlobsFolder), 0)
	if err != nil {
		return err
	}
	damaged := map[string]bool{}
	for _, sum := range w.Damaged {
		damaged[sum] = true
	}
	in := tar.NewReader(file)
	for {
		head, err := in.Next()
		if err == nil && head.Name == endName {
			if more != nil {
				err = more(blobs)
			}
			return errors.Join(err, blobs.Close())
		}
		if err == nil {
			switch blob := blobOf(head); {
			case head.Name == databaseName:
				_, err = io.Copy(db, in)
			case blob.Check() == nil && !damaged[blob.SHA256]:
				err = restoreBlob(ctx, blobs, blob, in)
			}
		}
		if err != nil {
			return errors.Join(err, blobs.Close())
		}
	}
}

func restoreBlob(ctx context.Context, blobs library.Blobs, want library.Ref, r io.Reader) error {
	got, err := blobs.Put(ctx, r, want.Size)
	if err == nil && got != want {
		err = fault.New(fault.Invalid, "backup.blob_changed", "name", want.SHA256)
	}
	return err
}
