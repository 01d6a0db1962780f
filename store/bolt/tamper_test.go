package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"loa/internal/fault"
	"loa/store"
	"loa/store/backup"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/folder"
)

// filledFolder is a folder with a little of everything that nobody has open.
func filledFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	blobs, err := folder.OpenBlobs(filepath.Join(dir, backup.BlobsFolder), 0)
	if err != nil {
		t.Fatal(err)
	}
	s := openAt(t, dir)
	bolttest.Fill(t, s, blobs)
	if err := errors.Join(s.Close(), blobs.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openAt(t *testing.T, dir string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type row struct{ key, value []byte }

func rowsOf(tx *bbolt.Tx, table string) (rows []row) {
	c := tx.Bucket([]byte(table)).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		rows = append(rows, row{bytes.Clone(k), bytes.Clone(v)})
	}
	return rows
}

// Whoever changes the file by hand, every checksum made right, is found,
// whichever table it is: also one that will be added later.
func TestNoTableCanBeTamperedWithUnseen(t *testing.T) {
	s := openAt(t, filledFolder(t))
	defer s.Close()
	for _, table := range bolt.TableNames() {
		var rows []row
		read := func() {
			if found, err := s.Tampered(func(tx *bbolt.Tx) error { rows = rowsOf(tx, table); return nil }); err != nil || len(found) > 0 {
				t.Fatalf("untouched: %v, %v", found, err)
			}
		}
		if read(); len(rows) == 0 { // they are among the fresh rows, which were tried before
			if err := s.PutInPlace(t.Context()); err != nil {
				t.Fatal(err)
			}
			read()
		}
		if len(rows) == 0 {
			t.Errorf("%s is empty: let bolttest.Fill put something there", table)
			continue
		}
		changed := func(v []byte) []byte {
			p := bytes.Clone(bolt.Unseal(table, v))
			if len(p) == 0 {
				return bolt.Seal(table, []byte{1})
			}
			p[len(p)/2] ^= 1
			return bolt.Seal(table, p)
		}
		first, last := rows[0], rows[len(rows)-1]
		tampers := map[string]func(b *bbolt.Bucket) error{
			"one row deleted":  func(b *bbolt.Bucket) error { return b.Delete(last.key) },
			"one row changed":  func(b *bbolt.Bucket) error { return b.Put(first.key, changed(first.value)) },
			"one row inserted": func(b *bbolt.Bucket) error { return b.Put(append(bytes.Clone(last.key), 'x'), last.value) },
			"its number moved": func(b *bbolt.Bucket) error { return b.SetSequence(b.Sequence() + 1) },
			"all rows deleted": func(b *bbolt.Bucket) error {
				for _, r := range rows {
					if err := b.Delete(r.key); err != nil {
						return err
					}
				}
				return nil
			},
		}
		if len(rows) > 1 && !bytes.Equal(first.value, last.value) {
			tampers["two rows swapped"] = func(b *bbolt.Bucket) error {
				return errors.Join(b.Put(first.key, last.value), b.Put(last.key, first.value))
			}
		}
		for name, tamper := range tampers {
			found, err := s.Tampered(func(tx *bbolt.Tx) error { return tamper(tx.Bucket([]byte(table))) })
			if err != nil {
				t.Errorf("%s, %s: %v", table, name, err)
			}
			if len(found) == 0 && !(table == "covers" && name == "its number moved") { // covers give no numbers
				t.Errorf("%s, %s: unseen", table, name)
			}
		}
		found, err := s.Tampered(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(table)) })
		if err != nil || len(found) == 0 {
			t.Errorf("%s, the table deleted: %v, %v", table, found, err)
		}
	}
	if found, err := s.Tampered(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("notes")); return err }); err != nil || len(found) == 0 {
		t.Errorf("a foreign table: %v, %v", found, err)
	}
}

// A table that was deleted is not made anew as an empty one.
func TestALostTableIsNotMadeAnew(t *testing.T) {
	dir := filledFolder(t)
	byHand(t, dir, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("people")) })
	if _, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)}); !fault.Is(err, "store.corrupt") {
		t.Fatalf("opened without people: %v", err)
	}
}

func byHand(t *testing.T, dir string, fn func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "loa.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// A folder of a newer program is refused before anything is touched, by its
// marker and by its database.
func TestANewerFolderIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"marker": func(dir string) error {
			b, err := os.ReadFile(filepath.Join(dir, "installed"))
			newer := bytes.Replace(b, fmt.Appendf(nil, `"schema":%d`, bolt.Schema), []byte(`"schema":99`), 1)
			return errors.Join(err, os.WriteFile(filepath.Join(dir, "installed"), newer, 0o600))
		},
		"database": func(dir string) error {
			byHand(t, dir, func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte("about"))
				is := bytes.Replace(bolt.Unseal("about", b.Get([]byte("this"))), fmt.Appendf(nil, `"schema":%d`, bolt.Schema), []byte(`"schema":99`), 1)
				return b.Put([]byte("this"), bolt.Seal("about", is))
			})
			return nil
		},
		"shape of the tallies": func(dir string) error {
			byHand(t, dir, func(tx *bbolt.Tx) error {
				b := tx.Bucket([]byte("about"))
				is := bytes.Replace(bolt.Unseal("about", b.Get([]byte("this"))), []byte(`"reason other"`), []byte(`"reason no_fuel"`), 1)
				return b.Put([]byte("this"), bolt.Seal("about", is))
			})
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filledFolder(t)
			if err := spoil(dir); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(filepath.Join(dir, "loa.db"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)}); !fault.Is(err, "store.newer") {
				t.Fatalf("opened: %v", err)
			}
			if after, err := os.ReadFile(filepath.Join(dir, "loa.db")); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was touched: %v", err)
			}
		})
	}
}

// One bit flipped anywhere in the file: the folder is refused, or Verify says so,
// or the bit means nothing and every row is as it was. Nothing ends the process.
func TestOneFlippedBitIsFoundOrMeansNothing(t *testing.T) {
	source := filledFolder(t)
	whole, err := os.ReadFile(filepath.Join(source, "loa.db"))
	if err != nil {
		t.Fatal(err)
	}
	mark, err := os.ReadFile(filepath.Join(source, "installed"))
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	var at []int // which byte: heads of all pages, both first pages, and anywhere
	random := rand.New(rand.NewPCG(2026, 37))
	for i := 0; i < len(whole); i += page {
		if i < 2*page || random.IntN(4) == 0 {
			at = append(at, i+random.IntN(16), i+16+random.IntN(64))
		}
	}
	for range 60 {
		at = append(at, random.IntN(len(whole)))
	}
	refused, reported, nothing := 0, 0, 0
	for _, i := range at {
		dir := t.TempDir()
		spoilt := bytes.Clone(whole)
		spoilt[i] ^= 1 << random.IntN(8)
		if err := errors.Join(os.WriteFile(filepath.Join(dir, "loa.db"), spoilt, 0o600),
			os.WriteFile(filepath.Join(dir, "installed"), mark, 0o600)); err != nil {
			t.Fatal(err)
		}
		s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			if fault.Of(err).Kind != fault.Unavailable {
				t.Errorf("byte %d of page %d: refused without a sentence: %v", i%page, i/page, err)
			}
			refused++
			continue
		}
		found := 0
		if _, err := s.Verify(t.Context(), func(store.Problem) { found++ }); err != nil {
			t.Errorf("byte %d of page %d: %v", i%page, i/page, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if found > 0 {
			reported++
			continue
		}
		nothing++
		if !sameRows(t, filepath.Join(source, "loa.db"), filepath.Join(dir, "loa.db")) {
			t.Errorf("byte %d of page %d: unseen, and rows differ", i%page, i/page)
		}
	}
	t.Logf("%d bits: %d refused at the start, %d found by Verify, %d in bytes that mean nothing", len(at), refused, reported, nothing)
	if refused == 0 || reported == 0 {
		t.Error("no bit was found in one of the two ways: the test flips none that matter")
	}
}

func sameRows(t *testing.T, one, other string) bool {
	t.Helper()
	return sameRowsOf(t, bolt.TableNames(), one, other)
}

func sameRowsOf(t *testing.T, tables []string, one, other string) bool {
	t.Helper()
	var dumps [2][]byte
	for i, path := range []string{one, other} {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		err = db.View(func(tx *bbolt.Tx) error {
			for _, name := range tables {
				for _, r := range rowsOf(tx, name) {
					dumps[i] = fmt.Appendf(dumps[i], "%s %x %x\n", name, r.key, r.value)
				}
			}
			return nil
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return bytes.Equal(dumps[0], dumps[1])
}

// FuzzPagesNeverPanic reads files of any bytes.
func FuzzPagesNeverPanic(f *testing.F) {
	dir := f.TempDir()
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Close(); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "loa.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, uint32(0), byte(0))
	f.Add([]byte{}, uint32(0), byte(0))
	f.Fuzz(func(t *testing.T, b []byte, at uint32, to byte) {
		if len(b) > 0 {
			b = bytes.Clone(b)
			b[int(at)%len(b)] = to
		}
		_ = bolt.CheckBytes(b) // whatever it says, it says it
	})
}
