package bolt

import (
	"log/slog"
	"testing"

	"loa/store"
	"loa/store/storetest"
)

func TestEngine(t *testing.T) {
	storetest.Engine(t, func(t *testing.T) store.Engine {
		e, err := Kind{}.Open(t.TempDir(), slog.New(slog.DiscardHandler))
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
