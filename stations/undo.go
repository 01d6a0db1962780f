package stations

import (
	"maps"
	"reflect"
	"slices"

	"loa/accounts"
	"loa/internal/fault"
)

// Change is a record before and after a merger or a split; Was is nil where it
// was founded by it.
type Change[T any] struct {
	Was *T `json:"was,omitempty"`
	Now T  `json:"now"`
}

// Changes are all units and stations that one merger or split changed.
type Changes struct {
	Units    []Change[Unit]    `json:"units"`
	Stations []Change[Station] `json:"stations"`
}

// Changes puts what a merger or a split decided beside what was before.
func (r *Registry) Changes(units []Unit, list []Station) (c Changes) {
	for _, u := range units {
		one := Change[Unit]{Now: u}
		if was := r.byKey[u.UnitKey]; was != nil {
			one.Was = was
		}
		c.Units = append(c.Units, one)
	}
	for _, s := range list {
		one := Change[Station]{Now: s}
		if was := r.byID[s.ID]; was != nil {
			one.Was = was
		}
		c.Stations = append(c.Stations, one)
	}
	return c
}

// Opened lists the IDs of the stations that were founded.
func (c Changes) Opened() (ids []string) {
	for _, s := range c.Stations {
		if s.Was == nil {
			ids = append(ids, s.Now.ID)
		}
	}
	return ids
}

// Reversal is what undoing a merger or a split does to the registry.
type Reversal struct {
	Units        []Unit    // as they were
	Stations     []Station // as they were, with what was written down about them since
	GoneUnits    []UnitKey
	GoneStations []string
	Later        []string // names of what was changed in another way since: nothing can be undone before that is
	Lost         []string // IDs of stations that go, whose file somebody has filled in
}

// Reverse says what undoing the changes does.
func (r *Registry) Reverse(m accounts.Meta, c Changes) (v Reversal) {
	opened := c.Opened()
	for _, u := range c.Units {
		now, ok := r.byKey[u.Now.UnitKey]
		switch {
		case !ok || now.Valid != u.Now.Valid || !reflect.DeepEqual(now.Successor, u.Now.Successor):
			v.Later = append(v.Later, r.Unit(u.Now.UnitKey).Official())
		case u.Was != nil:
			back := *now
			back.Valid, back.Successor = u.Was.Valid, u.Was.Successor
			v.Units = append(v.Units, back)
		default:
			v.GoneUnits = append(v.GoneUnits, u.Now.UnitKey)
			for _, s := range r.seated[u.Now.UnitKey] {
				if !slices.ContainsFunc(c.Stations, func(o Change[Station]) bool { return o.Now.ID == s.ID }) {
					v.Later = append(v.Later, r.Label(s.ID)) // a station was given to it since
				}
			}
		}
	}
	for _, s := range c.Stations {
		now, ok := r.byID[s.Now.ID]
		switch {
		case !ok || !slices.Equal(now.Seats, s.Now.Seats) || !slices.Equal(now.Active, s.Now.Active) || now.Successor != s.Now.Successor:
			v.Later = append(v.Later, r.Label(s.Now.ID))
		case s.Was != nil:
			back := *now
			back.Seats, back.Active, back.Successor, back.HandedAt = s.Was.Seats, s.Was.Active, s.Was.Successor, s.Was.HandedAt
			v.Stations = append(v.Stations, back.stamped(m, *now))
		default:
			v.GoneStations = append(v.GoneStations, s.Now.ID)
			if !reflect.DeepEqual(now.Fields, s.Now.Fields) {
				v.Lost = append(v.Lost, s.Now.ID)
			}
			for _, before := range r.before[s.Now.ID] {
				if !slices.ContainsFunc(c.Stations, func(o Change[Station]) bool { return o.Now.ID == before.ID }) && (now.Origin == nil ||
					now.Origin.Station != before.ID) {
					v.Later = append(v.Later, r.Label(before.ID)) // another was merged into it since
				}
			}
			for i := range r.stations {
				if o := r.stations[i].Origin; o != nil && o.Station == s.Now.ID && !slices.Contains(opened, r.stations[i].ID) {
					v.Later = append(v.Later, r.Label(r.stations[i].ID)) // another was split off from it since
				}
			}
		}
	}
	slices.Sort(v.Later)
	v.Later = slices.Compact(v.Later)
	return v
}

// Reversed is the registry after a reversal.
func (r *Registry) Reversed(v Reversal) *Registry {
	left := r.with(v.Units, v.Stations)
	units := slices.DeleteFunc(left.units, func(u Unit) bool { return slices.Contains(v.GoneUnits, u.UnitKey) })
	list := slices.DeleteFunc(left.stations, func(s Station) bool { return slices.Contains(v.GoneStations, s.ID) })
	return NewRegistry(units, list).Having(r.gone)
}

// Gone is a station that a merger or a split founded and undoing it took away. What was
// reported there stays in the log under its ID, which is never given again.
type Gone struct {
	ID   string
	Unit Unit // the last it was of
}

// Founded lists the stations that were founded, with their units, for a registry in
// which they may be no more.
func (c Changes) Founded() (list []Gone) {
	for _, s := range c.Stations {
		if s.Was != nil {
			continue
		}
		g := Gone{ID: s.Now.ID, Unit: Unit{UnitKey: s.Now.Unit()}}
		if i := slices.IndexFunc(c.Units, func(u Change[Unit]) bool { return u.Now.UnitKey == g.Unit.UnitKey }); i >= 0 {
			g.Unit = c.Units[i].Now
		}
		list = append(list, g)
	}
	return list
}

// Having is the registry with what once was: those of the founded that it does not hold
// are gone.
func (r *Registry) Having(founded []Gone) *Registry {
	same := *r
	same.gone, same.unitOf, same.district = nil, maps.Clone(r.unitOf), maps.Clone(r.district)
	for _, g := range founded {
		same.given = max(same.given, number(g.ID))
		if _, here := r.byID[g.ID]; !here {
			if u := r.byKey[g.Unit.UnitKey]; u != nil {
				g.Unit = *u // it was there before, without a station
			}
			same.gone = append(same.gone, g)
			same.unitOf[g.ID], same.district[g.ID] = &g.Unit, g.Unit.District
		}
	}
	return &same
}

// IsGone reports whether undoing a merger or a split took the station away.
func (r *Registry) IsGone(id string) bool {
	return slices.ContainsFunc(r.gone, func(g Gone) bool { return g.ID == id })
}

// CheckGone returns the fault that says so, if the station is gone. Fault: stations.undone.
func (r *Registry) CheckGone(id string) error {
	if !r.IsGone(id) {
		return nil
	}
	return fault.New(fault.NotFound, "stations.undone", "station", r.UnitOf(id).Official(), "id", id).At("station")
}

// InLog is the ID of the station whose log is asked for: that of ByCodeOrID, or of one
// that is gone, by its ID. Fault: stations.unknown.
func (r *Registry) InLog(s string, on Date) (string, error) {
	if r.IsGone(s) {
		return s, nil
	}
	st, err := r.ByCodeOrID(s, on)
	if err != nil {
		return "", err
	}
	return st.ID, nil
}
