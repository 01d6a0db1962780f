package stations

import "slices"

// Heirs tell who follows whom by a merger or a split.
type Heirs struct {
	Merged    map[string]string   // station → the one that takes over from it
	Split     map[string][]string // station → those split off from it
	Districts map[string][]string // code of a district that ends → stations that take over in it
}

// After is the registry once these units and stations were changed or added.
func (r *Registry) After(units []Unit, list []Station) *Registry { return r.with(units, list) }

// Heirs are those by the units and stations that a merger or a split changes
// and adds.
func (r *Registry) Heirs(units []Unit, list []Station) Heirs {
	h := Heirs{Merged: map[string]string{}, Split: map[string][]string{}, Districts: map[string][]string{}}
	ended := map[string]bool{}
	for _, u := range units {
		if u.Kind.Level() == District && u.Valid.Until != "" {
			ended[u.Code], h.Districts[u.Code] = true, []string{}
		}
	}
	in := func(station, heir string) {
		if d := r.district[station]; ended[d] && !slices.Contains(h.Districts[d], heir) {
			h.Districts[d] = append(h.Districts[d], heir)
		}
	}
	for _, s := range list {
		old := r.byID[s.ID]
		switch {
		case old != nil && s.Successor != "" && s.Successor != old.Successor:
			h.Merged[s.ID] = s.Successor
			in(s.ID, s.Successor)
		case old != nil:
			in(s.ID, s.ID) // it goes on in another unit
		case s.Origin != nil:
			h.Split[s.Origin.Station] = append(h.Split[s.Origin.Station], s.ID)
		}
	}
	return h
}
