package bolt

import (
	"context"
	"testing"

	"loa/stations"
	"loa/store"
	"loa/store/storetest"
)

func TestStations(t *testing.T) {
	storetest.Stations(t, func(t *testing.T) stations.Store { return open(t, t.TempDir()) })
}

func TestVerifyFindsARegistryThatContradictsItself(t *testing.T) {
	ctx := context.Background()
	units, list := stations.Founding()
	for name, spoil := range map[string]func(tx *tx) error{
		"key": func(tx *tx) error {
			return stationRecords.put(tx, []byte("S00999"), list[0])
		},
		"unit": func(tx *tx) error {
			st := list[0]
			st.Seats = []stations.Seat{{Unit: stations.UnitKey{List: "1999-01-01", Code: "00001"}, From: "1999-01-01"}}
			return stationRecords.put(tx, []byte(st.ID), st)
		},
	} {
		s, err := Open(t.TempDir(), Options{Log: open(t, t.TempDir()).log})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Found(ctx, meta("f"), units, list); err != nil {
			t.Fatal(err)
		}
		if err := s.update(ctx, func(tx *tx) error {
			if err := spoil(tx); err != nil {
				return err
			}
			return s.registry.touch(tx)
		}); err != nil {
			t.Fatal(err)
		}
		found := 0
		if _, err := s.Verify(ctx, func(store.Problem) { found++ }); err != nil || found == 0 {
			t.Errorf("%s: %d problems, %v", name, found, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
