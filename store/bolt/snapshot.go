package bolt

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"

	"loa/accounts"
	"loa/scheduler"
	"loa/stations"
)

// snapshot is reference data decoded once and shared until a change touches
// it. Its version is counted in the database, inside the change's own
// transaction, so a reader never gets a value of another instant.
type snapshot[T any] struct {
	name string
	load func(*tx) (T, error)

	mu      sync.Mutex
	version uint64 // of value; 0 means none yet
	value   T
}

const versionsBucket = "versions"

func (c *snapshot[T]) current(tx *tx) uint64 {
	v := tx.b.Bucket([]byte(versionsBucket)).Get([]byte(c.name))
	if v == nil {
		return 1
	}
	return binary.BigEndian.Uint64(v)
}

// get returns the value as of the transaction.
func (c *snapshot[T]) get(tx *tx) (T, error) {
	want := c.current(tx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version == want {
		return c.value, nil
	}
	v, err := c.load(tx)
	// What a write transaction sees may still be rolled back, so only readers fill the cache.
	if err == nil && !tx.b.Writable() && want > c.version {
		c.version, c.value = want, v
	}
	return v, err
}

// touch says that the transaction changes what the snapshot is made of.
func (c *snapshot[T]) touch(tx *tx) error {
	return tx.putRow(versionsBucket, []byte(c.name), binary.BigEndian.AppendUint64(nil, c.current(tx)+1))
}

// read returns a snapshot in a read transaction of its own.
func read[T any](ctx context.Context, s *Store, c *snapshot[T]) (v T, err error) {
	err = s.view(ctx, func(tx *tx) error { v, err = c.get(tx); return err })
	return v, err
}

// The reference data behind the snapshots, each by its ID (units by list and code).
var (
	unitRecords      = table[stations.Unit]{name: "units"}
	stationRecords   = table[stations.Station]{name: "stations"}
	programmeRecords = table[scheduler.Programme]{name: "programmes"}
	episodeRecords   = table[scheduler.Episode]{name: "episodes"}
	ruleRecords      = table[scheduler.Rule]{name: "rules"}
	listRecords      = table[stations.List]{name: "station_lists"}
)

// snapshots is the reference data shared by all readers.
type snapshots struct {
	registry  snapshot[*stations.Registry] // without the lists: a week is not counted again for one
	lists     snapshot[map[string]stations.List]
	places    atomic.Pointer[places] // the last that was made
	schedule  snapshot[*scheduler.Schedule]
	directory snapshot[*accounts.Directory]
	called    snapshot[map[string]accounts.Called] // by person
}

// prepare gives each snapshot its loader.
func (s *snapshots) prepare() {
	s.directory.name, s.directory.load = "directory", loadDirectory
	s.called.name, s.called.load = "called", loadCalled
	s.registry.name, s.registry.load = "registry", func(tx *tx) (*stations.Registry, error) {
		units, err := unitRecords.all(tx)
		if err != nil {
			return nil, err
		}
		list, err := stationRecords.all(tx)
		if err != nil {
			return nil, err
		}
		var founded []stations.Gone
		for e, err := range successions.ascend(tx, nil, nil) {
			if err != nil {
				return nil, err
			}
			founded = append(founded, e.rec.Changes.Founded()...)
		}
		return stations.NewRegistry(units, list).Having(founded), nil
	}
	s.lists.name, s.lists.load = "station_lists", func(tx *tx) (map[string]stations.List, error) {
		all, err := listRecords.all(tx)
		lists := make(map[string]stations.List, len(all))
		for _, l := range all {
			lists[l.ID] = l
		}
		return lists, err
	}
	s.schedule.name, s.schedule.load = "schedule", func(tx *tx) (*scheduler.Schedule, error) {
		programmes, err := programmeRecords.all(tx)
		if err != nil {
			return nil, err
		}
		episodes, err := episodeRecords.all(tx)
		if err != nil {
			return nil, err
		}
		rules, err := ruleRecords.all(tx)
		return scheduler.NewSchedule(programmes, episodes, rules), err
	}
}

// Registry implements stations.Store.
func (s *Store) Registry(ctx context.Context) (*stations.Registry, error) {
	var reg *stations.Registry
	err := s.view(ctx, func(tx *tx) (err error) { reg, err = tx.places(); return err })
	return reg, err
}

// places is a registry with the lists of its stations, of that version.
type places struct {
	of    *stations.Registry
	lists uint64
	both  *stations.Registry
}

// places is the registry with the lists of its stations.
func (tx *tx) places() (*stations.Registry, error) {
	reg, err := tx.s.registry.get(tx)
	if err != nil {
		return nil, err
	}
	version := tx.s.lists.current(tx)
	if last := tx.s.snapshots.places.Load(); last != nil && last.of == reg && last.lists == version {
		return last.both, nil
	}
	lists, err := tx.s.lists.get(tx)
	if err != nil {
		return nil, err
	}
	both := reg.Knowing(lists)
	if !tx.b.Writable() {
		tx.s.snapshots.places.Store(&places{reg, version, both})
	}
	return both, nil
}

// Schedule implements scheduler.Store.
func (s *Store) Schedule(ctx context.Context) (*scheduler.Schedule, error) {
	return read(ctx, s, &s.schedule)
}

// refresh makes the snapshots current before a command: what a write
// transaction loads itself is not kept.
func (s *Store) refresh(ctx context.Context) error {
	if _, err := s.Registry(ctx); err != nil {
		return err
	}
	if _, err := read(ctx, s, &s.called); err != nil {
		return err
	}
	_, err := s.Schedule(ctx)
	return err
}
