// Package bolttest opens real stores for the tests of the folders above.
package bolttest

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"loa/library/intake"
	"loa/store"
	"loa/store/bolt"
	"loa/store/folder"
)

// Open is a fresh store. When the test is over every record in it is verified.
func Open(t testing.TB) *bolt.Store { return open(t, t.TempDir()) }

func open(t testing.TB, dir string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := s.Verify(context.Background(), func(p store.Problem) { t.Errorf("verify: %v", p) })
		if err := errors.Join(err, s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// House is a store and where files arrive and are kept.
type House struct {
	*bolt.Store
	Blobs *folder.Blobs
	Desk  *intake.Desk
}

// NewHouse builds in dir; what is being sent lies in its folder "uploads".
func NewHouse(t testing.TB, dir string, now func() time.Time) House {
	t.Helper()
	h := House{Store: open(t, dir)}
	var err error
	if h.Blobs, err = folder.OpenBlobs(filepath.Join(dir, "blobs"), 0); err != nil {
		t.Fatal(err)
	}
	spool, err := folder.OpenSpool(filepath.Join(dir, "uploads"), 0)
	if err != nil {
		t.Fatal(err)
	}
	h.Desk = intake.New(context.Background(), intake.Config{Spool: spool, Blobs: h.Blobs, Records: h.Store, Log: slog.New(slog.DiscardHandler), Now: now})
	t.Cleanup(func() {
		h.Desk.Close()
		if err := errors.Join(spool.Close(), h.Blobs.Close()); err != nil {
			t.Error(err)
		}
	})
	return h
}
