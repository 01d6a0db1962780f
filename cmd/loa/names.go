package main

import (
	"net/http"

	"loa/stations"
)

// nameBook is what people call stations, districts and programmes, by their IDs and
// codes. What it does not know is called by its ID.
type nameBook struct{ stations, districts, programmes map[string]string }

// names asks the server; who may not read them gets none.
func (r reach) names(t *terminal) (nameBook, error) {
	n := nameBook{map[string]string{}, map[string]string{}, map[string]string{}}
	for s, err := range r.client().GetStations(t, stations.Filter{}) {
		if err != nil {
			return n, unlessDenied(err)
		}
		n.stations[s.ID], n.districts[s.District] = s.Label, s.DistrictName
	}
	programmes, err := r.client().GetProgrammes(t)
	for _, p := range programmes {
		n.programmes[p.ID] = p.Title
	}
	return n, unlessDenied(err)
}

// namesFor asks for the names of a list of n items, for people only.
func (r reach) namesFor(t *terminal, asJSON bool, n int) (nameBook, error) {
	if asJSON || n == 0 {
		return nameBook{}, nil
	}
	return r.names(t)
}

// unlessDenied is err, but for that of who may not read something.
func unlessDenied(err error) error {
	if refusedAs(err, http.StatusForbidden) {
		return nil
	}
	return err
}

// called is an ID with the name people know, "S00041 Tả Thàng".
func called(known map[string]string, id string) string {
	if name := known[id]; name != "" && name != id {
		return id + " " + name
	}
	return id
}
