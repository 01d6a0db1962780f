package bolt

import (
	"context"
	"testing"

	"loa/store/storetest"
)

// seeded opens a store that holds the suite's reference data.
func seeded(t testing.TB) *Store {
	s := open(t, t.TempDir())
	units, list, programmes, episodes, rules := storetest.AiringSeed()
	err := s.update(context.Background(), func(tx *tx) error {
		for _, u := range units {
			if err := unitRecords.put(tx, unitKey(u.UnitKey), u); err != nil {
				return err
			}
		}
		for _, st := range list {
			if err := stationRecords.put(tx, []byte(st.ID), st); err != nil {
				return err
			}
		}
		for _, p := range programmes {
			if err := programmeRecords.put(tx, []byte(p.ID), p); err != nil {
				return err
			}
		}
		for _, e := range episodes {
			if err := episodeRecords.put(tx, []byte(e.ID), e); err != nil {
				return err
			}
		}
		for _, e := range episodes {
			if err := scripts.put(tx, []byte(e.ID), ""); err != nil {
				return err
			}
		}
		for _, r := range rules {
			if err := ruleRecords.put(tx, []byte(r.ID), r); err != nil {
				return err
			}
		}
		if err := s.registry.touch(tx); err != nil {
			return err
		}
		return s.schedule.touch(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAiringLogAndCoverage(t *testing.T) {
	storetest.Airing(t, func(t *testing.T) storetest.AiringEngine { return seeded(t) })
}
