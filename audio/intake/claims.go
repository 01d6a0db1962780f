package intake

import (
	"context"
	"sync"

	"loa/audio"
	"loa/internal/fault"
)

// How many unfinished uploads there may be.
const (
	openOfPerson  = 100
	openOfStation = 300 // of all who send for one station
)

// claims counts what is under way, so that letting one more in asks neither the
// disk nor how many there were before. It is made from the spool once.
type claims struct {
	mu      sync.Mutex
	of      map[string]claim // by upload; nil before the spool was read
	bytes   map[string]int64 // by station
	station map[string]int   // uploads, by station
	person  map[string]int
}

// claim is what one unfinished upload takes.
type claim struct {
	station, person string
	bytes           int64
}

// set notes what an upload takes now. mu is held.
func (c *claims) set(id string, k claim) {
	c.drop(id)
	c.of[id] = k
	c.bytes[k.station] += k.bytes
	c.station[k.station]++
	c.person[k.person]++
}

// drop forgets an upload, if it is there. mu is held.
func (c *claims) drop(id string) {
	k, ok := c.of[id]
	if !ok {
		return
	}
	delete(c.of, id)
	c.bytes[k.station] -= k.bytes
	if c.station[k.station]--; c.station[k.station] == 0 {
		delete(c.station, k.station)
		delete(c.bytes, k.station)
	}
	if c.person[k.person]--; c.person[k.person] == 0 {
		delete(c.person, k.person)
	}
}

// claimsOf returns the claims, locked.
func (d *Desk) claimsOf(ctx context.Context) (*claims, error) {
	c := &d.claims
	c.mu.Lock()
	if c.of != nil {
		return c, nil
	}
	c.of, c.bytes, c.station, c.person = map[string]claim{}, map[string]int64{}, map[string]int{}, map[string]int{}
	for a, err := range d.cfg.Spool.List(ctx) {
		if err != nil {
			c.of = nil
			c.mu.Unlock()
			return nil, err
		}
		if !a.Ended() {
			c.set(a.ID, claim{a.Owner.Station, a.Owner.Person, max(a.Length, a.Offset)})
		}
	}
	return c, nil
}

// admit claims room for a new upload. Faults: uploads.too_many_open,
// uploads.too_many_of_station, library.quota_used.
func (d *Desk) admit(ctx context.Context, u audio.Upload, s audio.Settings) error {
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
	if open := c.station[u.Owner.Station]; u.Owner.Station != "" && open >= openOfStation {
		return fault.New(fault.TooMany, "uploads.too_many_of_station", "open", open)
	}
	size := max(u.Length, 0)
	if err := audio.CheckQuota(u.Owner.Station, kept+c.bytes[u.Owner.Station], size, s); err != nil {
		return err
	}
	c.set(u.ID, claim{u.Owner.Station, u.Owner.Person, size})
	return nil
}

// grow checks that an upload may take so many bytes in all, and claims them
// where hold says so. Fault: library.quota_used.
func (d *Desk) grow(ctx context.Context, a Arrived, size int64, hold bool, s audio.Settings) error {
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
	if err := audio.CheckQuota(a.Owner.Station, kept+c.bytes[a.Owner.Station], max(0, size-k.bytes), s); err != nil || !hold {
		return err
	}
	k.bytes = max(k.bytes, size)
	c.set(a.ID, k)
	return nil
}

// note claims what has come of an upload that did not say how long it is.
func (d *Desk) note(a Arrived) error {
	c, err := d.claimsOf(d.ctx)
	if err != nil {
		return err
	}
	defer c.mu.Unlock()
	if k, ok := c.of[a.ID]; ok {
		k.bytes = max(k.bytes, a.Offset)
		c.set(a.ID, k)
	}
	return nil
}

// ended gives back what an upload took.
func (d *Desk) ended(id string) {
	d.claims.mu.Lock()
	defer d.claims.mu.Unlock()
	d.claims.drop(id)
}
