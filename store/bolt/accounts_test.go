package bolt

import (
	"context"
	"testing"

	"loa/stations"
	"loa/store/storetest"
)

func TestAccounts(t *testing.T) {
	storetest.Accounts(t, func(t *testing.T) storetest.AccountStore {
		s := open(t, t.TempDir())
		units, list := stations.Founding()
		err := s.update(context.Background(), func(tx *tx) error {
			for _, u := range units {
				if err := unitRecords.put(tx, []byte(string(u.List)+"/"+u.Code), u); err != nil {
					return err
				}
			}
			for _, st := range list {
				if err := stationRecords.put(tx, []byte(st.ID), st); err != nil {
					return err
				}
			}
			return s.registry.touch(tx)
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
