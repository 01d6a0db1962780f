package bolttest

import (
	"log/slog"
	"testing"
	"time"

	"loa/airing/book"
	"loa/store/folder"
)

// Books makes books of a store's log.
func Books(t testing.TB, s book.Store, now func() time.Time) *book.Press {
	t.Helper()
	shelf, err := folder.OpenShelf(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p, err := book.NewPress(s, shelf, slog.New(slog.DiscardHandler), now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
