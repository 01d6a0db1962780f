package bolt

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"loa/accounts"
	"loa/internal/fault"
	"loa/store"
)

// open opens a store in dir and, when the test ends, verifies all it holds.
func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeVerified(t, s) })
	return s
}

func closeVerified(t testing.TB, s *Store) {
	t.Helper()
	if s.broken.Load() == nil {
		_, err := s.Verify(context.Background(), func(p store.Problem) { t.Errorf("verify: %s", p) })
		if err != nil {
			t.Errorf("verify: %v", err)
		}
	}
	if err := s.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		t.Errorf("close: %v", err)
	}
}

func meta(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Daemon(), At: time.Date(2024, 5, 13, 10, 0, 0, 0, time.UTC)}
}

type note struct {
	Text string `json:"text"`
}

// save is the smallest command: it keeps the note in the trail's own table.
func save(s *Store, id string, n note, runs *int) (note, error) {
	return change(context.Background(), s, meta(id), "test.save", n, func(tx *tx) (note, error) {
		if n.Text == "bad" {
			return note{}, fault.New(fault.Invalid, "store.no_change_id")
		}
		*runs++
		return note{n.Text + "!"}, nil
	})
}

func TestARepeatGetsTheFirstAnswerAndAnotherBodyIsAConflict(t *testing.T) {
	s := open(t, t.TempDir())
	runs := 0
	first, err := save(s, "a", note{"x"}, &runs)
	if err != nil || first.Text != "x!" {
		t.Fatal(first, err)
	}
	again, err := save(s, "a", note{"x"}, &runs)
	if err != nil || again != first || runs != 1 {
		t.Fatalf("again %v, %v, decided %d times", again, err, runs)
	}
	if _, err := save(s, "a", note{"y"}, &runs); !fault.Is(err, "store.change_reused") {
		t.Fatalf("other body: %v", err)
	}
	if _, err := save(s, "", note{"y"}, &runs); !fault.Is(err, "store.no_change_id") {
		t.Fatalf("no ID: %v", err)
	}
}

func TestARefusedCommandDoesNotDisturbItsBatch(t *testing.T) {
	s := open(t, t.TempDir())
	var wg sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		wg.Go(func() {
			text, runs := "good", 0
			if i%4 == 0 {
				text = "bad"
			}
			_, errs[i] = save(s, string(rune('A'+i)), note{text}, &runs)
		})
	}
	wg.Wait()
	for i, err := range errs {
		if (err != nil) != (i%4 == 0) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestTwoDaemonsOnOneFolder(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	_, err := Open(dir, Options{Log: slog.Default(), Wait: time.Millisecond})
	if !fault.Is(err, "store.in_use") {
		t.Fatalf("second daemon: %v", err)
	}
}

func TestALostOrForeignDatabaseIsNeverReplacedByAnEmptyOne(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(path string) error
		want  string
	}{
		"deleted":   {os.Remove, "store.data_missing"},
		"emptied":   {func(p string) error { return os.Truncate(p, 0) }, "store.data_missing"},
		"cut":       {func(p string) error { return os.Truncate(p, 20_000) }, "store.corrupt"},
		"not bbolt": {func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte("mp3?"), 20_000), 0o600) }, "store.corrupt"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(dir, Options{Log: slog.Default()})
			if err != nil {
				t.Fatal(err)
			}
			closeVerified(t, s)
			if err := c.spoil(filepath.Join(dir, databaseFile)); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir, Options{Log: slog.Default()}); !fault.Is(err, c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestAReplacedFileStopsTheStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, databaseFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(path), os.WriteFile(path, b, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(context.Background()); !fault.Is(err, "store.failed") {
		t.Fatalf("check: %v", err)
	}
	runs := 0
	if _, err := save(s, "late", note{"x"}, &runs); !fault.Is(err, "store.failed") || runs != 0 {
		t.Fatalf("a write went to a file nobody will find: %v", err)
	}
	select {
	case <-s.Failed():
	default:
		t.Fatal("the daemon is not told")
	}
}

func TestOneChangedByteInAValueIsFound(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{Log: slog.Default()})
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	if _, err := save(s, "victim", note{"x"}, &runs); err != nil {
		t.Fatal(err)
	}
	err = s.db.Update(func(b *bbolt.Tx) error {
		v := bytes.Clone(b.Bucket([]byte(acts.name)).Get([]byte("victim")))
		v[10] ^= 1
		return b.Bucket([]byte(acts.name)).Put([]byte("victim"), v)
	})
	if err != nil {
		t.Fatal(err)
	}
	var found []store.Problem
	if _, err := s.Verify(context.Background(), func(p store.Problem) { found = append(found, p) }); err != nil || len(found) != 1 ||
		found[0].Table != acts.name {
		t.Fatalf("found %v, %v", found, err)
	}
	if _, err := save(s, "victim", note{"x"}, &runs); !fault.Is(err, "store.record_damaged") {
		t.Fatalf("reading it: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestBackupWhileWritingRestoresToTheSameContent(t *testing.T) {
	s := open(t, t.TempDir())
	runs := 0
	first, err := save(s, "kept", note{"x"}, &runs)
	if err != nil {
		t.Fatal(err)
	}
	var copied bytes.Buffer
	err = s.Backup(context.Background(), func(size int64, r io.Reader) error {
		n, err := io.Copy(&copied, r)
		if n != size {
			t.Errorf("said %d bytes, sent %d", size, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := save(s, "later", note{"y"}, &runs); err != nil {
		t.Fatal(err)
	}
	restore := func(dir string, b []byte) error {
		fill := func(db io.Writer) error { _, err := db.Write(b); return err }
		c := store.Copy{ID: s.ID(), Created: s.installation.Created, Whole: true, Now: time.Now()}
		_, err := Kind{}.Restore(context.Background(), dir, c, fill, func(p store.Problem) { t.Errorf("restored: %s", p) })
		return err
	}
	dir := t.TempDir()
	if err := restore(dir, copied.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := restore(dir, copied.Bytes()); !fault.Is(err, "store.not_empty") {
		t.Fatalf("over existing data: %v", err)
	}
	r := open(t, dir)
	runs = 0
	if got, err := save(r, "kept", note{"x"}, &runs); err != nil || got != first || runs != 0 {
		t.Fatalf("restored copy forgot: %v, %v", got, err)
	}
	if r.ID() != s.ID() {
		t.Error("the installation's ID was lost")
	}
	if err := restore(t.TempDir(), copied.Bytes()[:40_000]); !fault.Is(err, "store.corrupt") {
		t.Fatalf("half a backup: %v", err)
	}
}

func FuzzUnsealNeverPanics(f *testing.F) {
	f.Add([]byte{})
	f.Add(seal([]byte(`{"text":"x"}`)))
	f.Fuzz(func(t *testing.T, v []byte) {
		rec, err := table[note]{name: "notes"}.decode([]byte("k"), v)
		if err == nil && !bytes.Equal(seal(v[4:]), v) {
			t.Fatalf("accepted a wrong checksum: %v", rec)
		}
	})
}
