package main

import (
	"encoding/json"
	"fmt"

	"loa/internal/fault"
	"loa/scheduler"
	"loa/web/api"
)

// nameBook is what people call stations, districts and programmes, by their IDs and
// codes. What it does not know is called by its ID.
type nameBook struct{ stations, districts, programmes map[string]string }

// names asks the server; who may not read them gets none.
func (c *client) names(t *terminal) (nameBook, error) {
	n := nameBook{map[string]string{}, map[string]string{}, map[string]string{}}
	err := c.each(t, "/api/v1/stations?limit=500", func(raw json.RawMessage) error {
		var s api.Station
		err := json.Unmarshal(raw, &s)
		n.stations[s.ID], n.districts[s.District] = s.Label, s.DistrictName
		return err
	})
	if err == nil {
		err = c.each(t, "/api/v1/programmes", func(raw json.RawMessage) error {
			var p scheduler.Programme
			err := json.Unmarshal(raw, &p)
			n.programmes[p.ID] = p.Title
			return err
		})
	}
	if e := fault.Of(err); e != nil && e.Kind == fault.Denied {
		err = nil
	}
	return n, err
}

// namesFor asks for the names of a list of n items, for people only.
func (c *client) namesFor(t *terminal, asJSON bool, n int) (nameBook, error) {
	if asJSON || n == 0 {
		return nameBook{}, nil
	}
	return c.names(t)
}

// each calls fn with every item of a list of the API.
func (c *client) each(t *terminal, path string, fn func(json.RawMessage) error) error {
	items, err := c.all(t, path)
	if err != nil {
		return err
	}
	for _, raw := range items {
		if err := fn(raw); err != nil {
			return fmt.Errorf("read the server's answer: %w", err)
		}
	}
	return nil
}

// called is an ID with the name people know, "S00041 Tả Thàng".
func called(known map[string]string, id string) string {
	if name := known[id]; name != "" && name != id {
		return id + " " + name
	}
	return id
}
