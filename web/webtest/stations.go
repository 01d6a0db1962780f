package webtest

import (
	"context"
	"testing"
	"time"

	"loa/accounts"
	"loa/stations"
)

// Registry is what Stations asks of a store.
type Registry interface {
	Found(ctx context.Context, m accounts.Meta, units []stations.Unit, list []stations.Station) error
}

// Stations fills an empty store with the 127 stations of 2024.
func Stations(t *testing.T, s Registry) {
	t.Helper()
	units, list := stations.Founding()
	m := accounts.Meta{ID: "found", By: accounts.Daemon(), At: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	if err := s.Found(t.Context(), m, units, list); err != nil {
		t.Fatalf("found the registry: %v", err)
	}
}
