package bolttest

import (
	"log/slog"
	"testing"
	"time"

	"loa/airing/book"
	"loa/airing/oldbook"
	"loa/store/folder"
)

// Books makes books of a store's log.
func Books(t testing.TB, s book.Store, now func() time.Time) *book.Press {
	t.Helper()
	p, err := book.NewPress(s, shelf(t), slog.New(slog.DiscardHandler), now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// OldBooks brings old books into a store's log, once its Step or Run is called.
func OldBooks(t testing.TB, s oldbook.Desk, now func() time.Time) *oldbook.Clerk {
	t.Helper()
	c, err := oldbook.NewClerk(s, shelf(t), slog.New(slog.DiscardHandler), now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func shelf(t testing.TB) *folder.Shelf {
	t.Helper()
	s, err := folder.OpenShelf(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}
