package bolt

import (
	"log/slog"
	"testing"
	"time"

	"loa/store"
	"loa/store/storetest"
)

func TestEngine(t *testing.T) {
	storetest.Engine(t, func(t *testing.T) store.Engine {
		e, err := Kind{}.Open(t.TempDir(), time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
		return e
	})
}

// A folder is as old as the daemon's clock says, not the machine's, and its age stays.
func TestAFolderIsMadeAsOfTheClock(t *testing.T) {
	dir, made := t.TempDir(), time.Date(2024, 5, 14, 10, 0, 0, 0, time.UTC)
	for _, now := range []time.Time{made, made.AddDate(2, 0, 0)} {
		e, err := Kind{}.Open(dir, func() time.Time { return now }, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if !e.Created().Equal(made) {
			t.Errorf("made %v, opened %v: created %v", made, now, e.Created())
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
