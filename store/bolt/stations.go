package bolt

import (
	"context"
	"errors"

	"loa/accounts"
	"loa/stations"
	"loa/store"
)

// stationChange is change with the registry a decision looks at; what it
// returns is stored and the registry made anew.
func stationChange[C, R any](ctx context.Context, s *Store, m accounts.Meta, name string, cmd C,
	decide func(*stations.Registry) ([]stations.Unit, []stations.Station, R, error),
) (R, error) {
	var none R
	if _, err := s.Registry(ctx); err != nil { // what a write transaction loads itself is not kept
		return none, err
	}
	return change(ctx, s, m, name, cmd, func(tx *tx) (R, error) {
		r, err := s.registry.get(tx)
		if err != nil {
			return none, err
		}
		units, list, result, err := decide(r)
		if err != nil {
			return none, err
		}
		return result, s.putStations(tx, units, list)
	})
}

func (s *Store) putStations(tx *tx, units []stations.Unit, list []stations.Station) error {
	if len(units) == 0 && len(list) == 0 {
		return nil
	}
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
	return s.registry.touch(tx)
}

func unitKey(k stations.UnitKey) []byte { return []byte(string(k.List) + "/" + k.Code) }

// Found implements stations.Store. The trail keeps how much there was, not
// the thousands of records a country begins with.
func (s *Store) Found(ctx context.Context, m accounts.Meta, units []stations.Unit, list []stations.Station) error {
	type founded struct {
		Units    int `json:"units"`
		Stations int `json:"stations"`
	}
	size := founded{len(units), len(list)}
	_, err := stationChange(ctx, s, m, "stations.found", size, func(r *stations.Registry) ([]stations.Unit, []stations.Station, founded, error) {
		units, list, err := stations.DecideFound(r, m, units, list)
		return units, list, size, err
	})
	return err
}

// SaveStation implements stations.Store.
func (s *Store) SaveStation(ctx context.Context, m accounts.Meta, c stations.SaveStation) (stations.Station, error) {
	return stationChange(ctx, s, m, "stations.save", c, func(r *stations.Registry) ([]stations.Unit, []stations.Station, stations.Station, error) {
		st, err := stations.DecideSave(r, m, c)
		return nil, []stations.Station{st}, st, err
	})
}

// Import implements stations.Store.
func (s *Store) Import(ctx context.Context, m accounts.Meta, c stations.Import) (stations.ImportPlan, error) {
	return stationChange(ctx, s, m, "stations.import", c, func(r *stations.Registry) ([]stations.Unit, []stations.Station, stations.ImportPlan, error) {
		return stations.DecideImport(r, m, c)
	})
}

// SaveList implements stations.Store.
func (s *Store) SaveList(ctx context.Context, m accounts.Meta, c stations.SaveList) (stations.List, error) {
	if err := s.refresh(ctx); err != nil {
		return stations.List{}, err
	}
	type named struct {
		ID string `json:"id"`
		stations.SaveList
	}
	return change(ctx, s, m, "stations.save_list", named{c.ID, c}, func(tx *tx) (stations.List, error) {
		reg, err := tx.places()
		if err != nil {
			return stations.List{}, err
		}
		l, err := stations.DecideList(reg, m, c)
		if err != nil {
			return l, err
		}
		return l, errors.Join(listRecords.put(tx, []byte(l.ID), l), s.lists.touch(tx))
	})
}

// RemoveList implements stations.Store.
func (s *Store) RemoveList(ctx context.Context, m accounts.Meta, id string) (stations.List, error) {
	if err := s.refresh(ctx); err != nil {
		return stations.List{}, err
	}
	return change(ctx, s, m, "stations.remove_list", id, func(tx *tx) (stations.List, error) {
		reg, err := tx.places()
		if err != nil {
			return stations.List{}, err
		}
		l, err := reg.ListToChange(m, id)
		if err != nil {
			return l, err
		}
		return l, errors.Join(listRecords.remove(tx, []byte(id)), s.lists.touch(tx))
	})
}

// checkStations reports what a sound registry never has, and records kept
// under a key that is not theirs.
func checkStations(tx *tx, report func(store.Problem)) error {
	for e, err := range unitRecords.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if string(e.key) != string(unitKey(e.rec.UnitKey)) {
			report(store.Problem{Table: unitRecords.name, Key: string(e.key), What: "key does not match the record"})
		}
	}
	for e, err := range stationRecords.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if string(e.key) != e.rec.ID {
			report(store.Problem{Table: stationRecords.name, Key: string(e.key), What: "key does not match the record"})
		}
	}
	r, err := tx.s.registry.get(tx)
	if err != nil {
		return err
	}
	for e, err := range listRecords.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if string(e.key) != e.rec.ID || len(e.rec.Stations) == 0 {
			report(store.Problem{Table: listRecords.name, Key: string(e.key), What: "key does not match the record, or it is empty"})
		}
	}
	for _, p := range r.Problems() {
		report(store.Problem{Table: stationRecords.name, What: p})
	}
	return nil
}
