package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/store"
	"loa/store/backup"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/folder"
)

var made = time.Date(2024, 6, 1, 3, 0, 0, 0, time.UTC)

// house is a filled store that is open.
type house struct {
	*bolt.Store
	blobs *folder.Blobs
	dir   string
}

func filled(t *testing.T) house {
	t.Helper()
	h := house{dir: t.TempDir()}
	var err error
	if h.Store, err = bolt.Open(h.dir, bolt.Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	if h.blobs, err = folder.OpenBlobs(filepath.Join(h.dir, backup.BlobsFolder), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(h.Close(), h.blobs.Close()); err != nil {
			t.Error(err)
		}
	})
	bolttest.Fill(t, h.Store, h.blobs)
	return h
}

func (h house) backup(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := backup.Write(t.Context(), &b, h.Store, h.blobs, made); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func restore(t *testing.T, dir string, b []byte) (backup.Whole, int, error) {
	t.Helper()
	w, found, err := backup.Restore(t.Context(), bolt.Kind{}, dir, bytes.NewReader(b), int64(len(b)), made)
	return w, found.Problems, err
}

// whole fails the test unless dir is sound and holds as many records and files as
// its source.
func (h house) whole(t *testing.T, dir string) {
	t.Helper()
	count := func(s *bolt.Store, blobs *folder.Blobs) string {
		records, err := s.Verify(t.Context(), func(p store.Problem) { t.Errorf("verify: %s", p) })
		if err != nil {
			t.Error(err)
		}
		files, err := backup.VerifyBlobs(t.Context(), s, blobs, func(b backup.BadBlob) { t.Errorf("verify: %+v", b) })
		if err != nil {
			t.Error(err)
		}
		dead, _, err := s.Deliveries(t.Context(), accounts.Daemon(), message.Query{State: message.Dead}, 0, 1000)
		if err != nil {
			t.Error(err)
		}
		for _, d := range dead {
			if d.Last().Answer == message.Restored {
				records++ // what waited stands in no row of what is due
			}
		}
		return fmt.Sprint(s.ID(), " ", records, " ", files)
	}
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	blobs, err := folder.OpenBlobs(filepath.Join(dir, backup.BlobsFolder), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	if got, want := count(s, blobs), count(h.Store, h.blobs); got != want {
		t.Errorf("restored %s of %s", got, want)
	}
}

// nothing fails the test when dir holds anything.
func nothing(t *testing.T, what, dir string) {
	t.Helper()
	ents, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range ents {
		t.Errorf("%s: %s was left", what, e.Name())
	}
}

func TestABackupIsRestored(t *testing.T) {
	h := filled(t)
	b := h.backup(t)
	if w, err := backup.Check(bolt.Kind{}, bytes.NewReader(b), int64(len(b))); err != nil || !w.Sealed || w.ID != h.ID() {
		t.Fatalf("%+v, %v", w, err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if _, problems, err := restore(t, dir, b); err != nil || problems > 0 {
		t.Fatal(problems, err)
	}
	h.whole(t, dir)
	if _, _, err := restore(t, dir, b); !fault.Is(err, "store.not_empty") {
		t.Errorf("over data: %v", err)
	}
	h.whole(t, dir)
	for _, name := range []string{"backup-1.tmp", "restoring"} {
		if left, err := filepath.Glob(filepath.Join(h.dir, name)); err != nil || len(left) > 0 {
			t.Errorf("%v was left, %v", left, err)
		}
	}
}

// One bit anywhere in a backup: it is refused before anything is made of it. So
// is one that was cut anywhere, or that something was put behind.
func TestABackupThatIsNotAsItWasMadeIsRefused(t *testing.T) {
	b := filled(t).backup(t)
	random := rand.New(rand.NewPCG(37, 2026))
	var at []int // the heads of all entries, the end, and anywhere
	for off := 0; off < len(b); {
		at = append(at, off+random.IntN(512))
		in := bytes.NewReader(b[off:])
		head, err := tar.NewReader(struct{ io.Reader }{in}).Next()
		if err != nil {
			break
		}
		begin := len(b) - in.Len()
		at = append(at, begin+random.IntN(int(head.Size)+1), begin+(int(head.Size)+511)/512*512-1)
		off = begin + (int(head.Size)+511)/512*512
	}
	at = append(at, len(b)-1, len(b)-1024, len(b)-1025, len(b)-1536)
	for range 300 {
		at = append(at, random.IntN(len(b)))
	}
	refused := func(what string, spoilt []byte) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "new")
		_, _, err := restore(t, dir, spoilt)
		if err == nil {
			t.Errorf("%s: restored", what)
		} else if e := fault.Of(err); e.Kind == fault.Internal || !text.Has(e.Code) {
			t.Errorf("%s: no sentence: %v", what, err)
		}
		nothing(t, what, dir)
	}
	for _, i := range at {
		i = min(i, len(b)-1)
		spoilt := bytes.Clone(b)
		spoilt[i] ^= 1 << random.IntN(8)
		refused(fmt.Sprintf("a bit of byte %d of %d", i, len(b)), spoilt)
	}
	for _, n := range []int{0, 1, 511, 512, 513, len(b) / 2, len(b) - 2048, len(b) - 1536, len(b) - 1024, len(b) - 512, len(b) - 1} {
		refused(fmt.Sprintf("cut after %d of %d", n, len(b)), b[:n])
	}
	refused("something behind", append(bytes.Clone(b), 0))
	refused("the same twice", append(bytes.Clone(b), b...))
}

// A backup is a tar that any tar lists to its end without a word; one of the programs that
// left the end open is still read.
func TestABackupIsAWholeTar(t *testing.T) {
	b := filled(t).backup(t)
	file := filepath.Join(t.TempDir(), "backup.tar")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if len(b)%512 != 0 || !bytes.Equal(b[len(b)-1024:], make([]byte, 1024)) {
		t.Errorf("%d bytes, not closed", len(b))
	}
	out, err := exec.Command("tar", "tf", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "loa.db") || strings.Contains(string(out), "rror") {
		t.Errorf("tar tf: %v, %s", err, out)
	}
	open := bytes.TrimRight(b, "\x00")
	if w, _, err := restore(t, filepath.Join(t.TempDir(), "open"), open); err != nil || !w.Sealed {
		t.Errorf("one whose end is open: %v", err)
	}
	if _, _, err := restore(t, filepath.Join(t.TempDir(), "less"), open[:len(open)-1]); err == nil {
		t.Error("one byte less is restored")
	}
}

// old makes of a backup one as the first programs made it: the end says nothing.
func old(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	in, w := tar.NewReader(bytes.NewReader(b)), tar.NewWriter(&out)
	for {
		head, err := in.Next()
		if err != nil {
			t.Fatal(err)
		}
		if head.Name == "end" {
			head = &tar.Header{Name: "end", Mode: 0o600, ModTime: made, Format: tar.FormatPAX}
		}
		if err := w.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
		if head.Name == "end" {
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			return out.Bytes()
		}
		if _, err := io.Copy(w, in); err != nil {
			t.Fatal(err)
		}
	}
}

// A backup of the first programs is restored when it is whole as far as can be
// known; a record or a file that is not is refused.
func TestAnOldBackupIsRestored(t *testing.T) {
	h := filled(t)
	b := old(t, h.backup(t))
	dir := t.TempDir()
	if w, _, err := restore(t, dir, b); err != nil || w.Sealed {
		t.Fatal(w, err)
	}
	h.whole(t, dir)
	// Every place where it stands is changed: pages of the database that are free hold
	// what once was there, and what they hold is nobody's.
	for what, known := range map[string]string{"a name": "Cán bộ", "a photo": "\x89PNG", "the number": `"id":"`} {
		spoilt, end := bytes.Clone(b), len(known)-1
		if what == "the number" {
			end++ // the first sign of what is quoted
		}
		for at := 0; ; {
			next := bytes.Index(b[at:], []byte(known))
			if next < 0 {
				break
			}
			at += next + len(known)
			spoilt[at-len(known)+end] ^= 64
		}
		if bytes.Equal(spoilt, b) {
			t.Fatalf("%s is not in the backup", what)
		}
		dir := filepath.Join(t.TempDir(), "new")
		if _, _, err := restore(t, dir, spoilt); err == nil {
			t.Errorf("%s changed: restored", what)
		}
		nothing(t, what, dir)
	}
}

// A restore that was killed anywhere is never served, and the next one goes over
// what it left.
func TestARestoreThatWasKilledIsNeverServed(t *testing.T) {
	h := filled(t)
	b := h.backup(t)
	for _, limit := range []int64{0, 1 << 10, 100 << 10, 600 << 10} {
		dir := t.TempDir()
		killed := errors.New("killed")
		func() {
			defer func() {
				if p := recover(); p != nil && p != any(killed) {
					panic(p)
				}
			}()
			// A panic leaves the folder as a kill would: nothing is tidied up.
			_, _, _ = backup.Restore(t.Context(), bolt.Kind{}, dir, &dying{bytes.NewReader(b), limit, 2, killed}, int64(len(b)), made)
		}()
		if ents, err := os.ReadDir(dir); err != nil || len(ents) == 0 {
			t.Fatalf("after %d bytes the folder is empty: the test kills nothing, %v", limit, err)
		}
		if _, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)}); !fault.Is(err, "store.restoring") {
			t.Errorf("after %d bytes: opened, %v", limit, err)
		}
		if _, _, err := restore(t, dir, b); err != nil {
			t.Errorf("after %d bytes, again: %v", limit, err)
		}
		h.whole(t, dir)
	}
}

// dying is a file that is read from its start so many times, and the last time
// only to a limit.
type dying struct {
	io.ReaderAt
	limit  int64
	starts int
	die    error
}

func (d *dying) ReadAt(b []byte, off int64) (int, error) {
	if off == 0 {
		d.starts--
	}
	if d.starts < 0 && off >= d.limit {
		panic(d.die)
	}
	return d.ReaderAt.ReadAt(b, off)
}

// A file of the library that was damaged on the server stops no backup: it is
// named, and what is sound is restored.
func TestADamagedFileStopsNoBackup(t *testing.T) {
	h := filled(t)
	var victim string
	for blob, err := range h.blobs.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		victim = blob.SHA256
	}
	path := filepath.Join(h.dir, backup.BlobsFolder, victim[:2], victim)
	if err := os.WriteFile(path, []byte("rot"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := h.backup(t)
	dir := t.TempDir()
	w, problems, err := restore(t, dir, b)
	if err != nil || problems > 0 || len(w.Damaged) != 1 || w.Damaged[0] != victim {
		t.Fatalf("%+v, %d, %v", w, problems, err)
	}
	if _, err := os.Stat(filepath.Join(dir, backup.BlobsFolder, victim[:2], victim)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the damaged file was restored: %v", err)
	}
}

// A writer that fails at any byte fails the backup.
func TestABackupThatCannotBeWrittenFails(t *testing.T) {
	h := filled(t)
	size := len(h.backup(t))
	for _, n := range []int{0, 1, 600, size / 2, size - 3000, size - 1025, size - 1} {
		if _, err := backup.Write(context.Background(), &full{left: n}, h.Store, h.blobs, made); err == nil {
			t.Errorf("room for %d of %d bytes, and no error", n, size)
		}
	}
	left, err := filepath.Glob(filepath.Join(h.dir, "*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v was left, %v", left, err)
	}
}

type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errors.New("no room")
	}
	return len(b), nil
}

func FuzzCheckNeverPanics(f *testing.F) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	m, err := json.Marshal(backup.Manifest{Loa: "backup", ID: "0190b1c2-0000-7000-8000-000000000001", Schema: 1, Created: made, Made: made})
	if err != nil {
		f.Fatal(err)
	}
	for name, body := range map[string]string{"manifest.json": string(m), "end": strings.Repeat("{", 20)} {
		if err := errors.Join(w.WriteHeader(&tar.Header{Name: name, Size: int64(len(body)), Mode: 0o600})); err != nil {
			f.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(b.Bytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := backup.Check(bolt.Kind{}, bytes.NewReader(b), int64(len(b))); err == nil && w.Sealed {
			t.Logf("%+v", w) // a whole backup by chance is none of ours, but no harm
		}
	})
}
