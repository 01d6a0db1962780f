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
		if err := s.Found(context.Background(), meta("founding"), units, list); err != nil {
			t.Fatal(err)
		}
		return s
	})
}
