package bolt

import (
	"log/slog"
	"time"

	"loa/store"
)

// Kind is the embedded engine.
type Kind struct{}

var _ store.Kind = Kind{}

// Schema implements store.Kind.
func (Kind) Schema() int { return Schema }

// Open implements store.Kind.
func (Kind) Open(dir string, now func() time.Time, log *slog.Logger) (store.Engine, error) {
	return Open(dir, Options{Log: log, Now: now})
}
