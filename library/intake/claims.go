package intake

import (
	"context"
	"sync"
	"time"

	"loa/internal/fault"
	"loa/library"
)

// How many unfinished uploads there may be.
const (
	openOfPerson  = 100
	openOfStation = 300 // of all who send for one station
)

// promiseKept is how long after its latest byte an upload keeps the room for
// what it announced. An announcement alone keeps none, so that nobody fills a
// station's quota with files that never come.
const promiseKept = time.Hour

// claims counts what is under way, so that letting one more in asks neither the
// disk nor how many there were before. It is made from the spool once.
type claims struct {
	mu      sync.Mutex
	of      map[string]claim               // by upload; nil before the spool was read
	station map[string]map[string]struct{} // uploads, by station
	person  map[string]int                 // uploads, by person
}

// claim is one unfinished upload.
type claim struct {
	station, person string
	announced       int64 // bytes in all, 0 if its sender does not know
	arrived         int64 // bytes
	latest          time.Time
	writing         bool // a piece is on its way
}

// claimOf is the claim of what lies in the spool.
func claimOf(a Arrived) claim {
	return claim{station: a.Owner.Station, person: a.Owner.Person, announced: max(a.Length, 0), arrived: a.Offset, latest: a.Latest}
}

// bytes is what an upload takes of its station's quota.
func (k claim) bytes(now time.Time) int64 {
	if k.writing || k.arrived > 0 && now.Sub(k.latest) < promiseKept {
		return max(k.announced, k.arrived)
	}
	return k.arrived
}

// set notes what an upload takes now. mu is held.
func (c *claims) set(id string, k claim) {
	c.drop(id)
	c.of[id] = k
	if c.station[k.station] == nil {
		c.station[k.station] = map[string]struct{}{}
	}
	c.station[k.station][id] = struct{}{}
	c.person[k.person]++
}

// drop forgets an upload, if it is there. mu is held.
func (c *claims) drop(id string) {
	k, ok := c.of[id]
	if !ok {
		return
	}
	delete(c.of, id)
	if delete(c.station[k.station], id); len(c.station[k.station]) == 0 {
		delete(c.station, k.station)
	}
	if c.person[k.person]--; c.person[k.person] == 0 {
		delete(c.person, k.person)
	}
}

// bytes is what the unfinished uploads of a station take, but for one. mu is held.
func (c *claims) bytes(station, but string, now time.Time) (sum int64) {
	if station == "" {
		return 0 // the province's own have no quota, and may be many
	}
	for id := range c.station[station] {
		if id != but {
			sum += c.of[id].bytes(now)
		}
	}
	return sum
}

// claimsOf returns the claims, locked.
func (d *Desk) claimsOf(ctx context.Context) (*claims, error) {
	c := &d.claims
	c.mu.Lock()
	if c.of != nil {
		return c, nil
	}
	c.of, c.station, c.person = map[string]claim{}, map[string]map[string]struct{}{}, map[string]int{}
	for a, err := range d.cfg.Spool.List(ctx) {
		if err != nil {
			c.of = nil
			c.mu.Unlock()
			return nil, err
		}
		if !a.Ended() {
			c.set(a.ID, claimOf(a))
		}
	}
	return c, nil
}

// admit claims room for a new upload. Faults: uploads.too_many_open,
// uploads.too_many_of_station, library.quota_used.
func (d *Desk) admit(ctx context.Context, u library.Upload, s library.Settings) error {
	kept, err := d.cfg.Records.StationBytes(ctx, u.Owner.Station)
	if err != nil {
		return err
	}
	c, err := d.claimsOf(ctx)
	if err != nil {
		return err
	}
	defer c.mu.Unlock()
	if open := c.person[u.Owner.Person]; open >= openOfPerson {
		return fault.New(fault.TooMany, "uploads.too_many_open", "open", open)
	}
	if open := len(c.station[u.Owner.Station]); u.Owner.Station != "" && open >= openOfStation {
		return fault.New(fault.TooMany, "uploads.too_many_of_station", "open", open)
	}
	k := claimOf(Arrived{Upload: u})
	if err := library.CheckQuota(u.Owner.Station, kept+c.bytes(u.Owner.Station, "", d.cfg.Now()), k.announced, s); err != nil {
		return err
	}
	c.set(u.ID, k)
	return nil
}

// grow checks that an upload may take so many bytes in all, and keeps the room
// while a piece is written. Fault: library.quota_used.
func (d *Desk) grow(ctx context.Context, a Arrived, size int64, writing bool) error {
	s, err := d.cfg.Records.LibrarySettings(ctx)
	if err != nil {
		return err
	}
	kept, err := d.cfg.Records.StationBytes(ctx, a.Owner.Station)
	if err != nil {
		return err
	}
	c, err := d.claimsOf(ctx)
	if err != nil {
		return err
	}
	defer c.mu.Unlock()
	k, ok := c.of[a.ID]
	if !ok {
		return nil // it has ended: it takes nothing more
	}
	if err := library.CheckQuota(a.Owner.Station, kept+c.bytes(a.Owner.Station, a.ID, d.cfg.Now()), size, s); err != nil {
		return err
	}
	k.announced, k.writing = size, writing
	c.set(a.ID, k)
	return nil
}

// note says how far an upload is when a piece of it has ended.
func (d *Desk) note(a Arrived) {
	d.claims.mu.Lock()
	defer d.claims.mu.Unlock()
	if _, ok := d.claims.of[a.ID]; ok {
		d.claims.set(a.ID, claimOf(a))
	}
}

// ended gives back what an upload took.
func (d *Desk) ended(id string) {
	d.claims.mu.Lock()
	defer d.claims.mu.Unlock()
	d.claims.drop(id)
}
