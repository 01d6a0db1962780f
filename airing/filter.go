package airing

import (
	"maps"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/stations"
)

// Filter is what a list of the log is narrowed by: on its page and paper, in its
// exports, by the API and the command line. Zero members narrow nothing.
type Filter struct {
	From     stations.Moment `name:"from"`
	Until    stations.Moment `name:"until"`   // exclusive
	Station  string          `name:"station"` // ID or official code
	District string          `name:"district"`
	List     string          `name:"list"` // ID of a list of stations
	Outcome  Outcome         `name:"outcome"`
	Waiting  bool            `name:"waiting"` // for somebody to look at them
}

// listedDays is how far back a list goes that names no beginning.
const listedDays = 28

// Query is what the filter asks of a store; without an end the list goes until then. A
// code is that of a station today or, if none has it now, of the day the list begins.
// Faults: stations.unknown, stations.no_district, those of stations.Registry.Listed, stations.not_listed.
func (f Filter) Query(by accounts.Actor, reg *stations.Registry, now, until time.Time) (Query, error) {
	q := Query{From: f.From.Or(now.AddDate(0, 0, -listedDays)), Until: f.Until.Or(until), District: f.District, Outcome: f.Outcome, Waiting: f.Waiting}
	if f.Station != "" {
		id, err := reg.InLog(f.Station, stations.DateOf(now.In(text.Zone)))
		if err != nil {
			id, err = reg.InLog(f.Station, stations.DateOf(q.From.In(text.Zone)))
		}
		if err != nil {
			return q, err
		}
		q.Stations = []string{id}
	}
	if f.List != "" {
		listed, err := reg.Listed(by, accounts.ReadAirings, f.List)
		if err != nil {
			return q, err
		}
		if len(q.Stations) > 0 && !listed[q.Stations[0]] {
			return q, reg.NotListed(q.Stations[0])
		}
		if len(q.Stations) == 0 {
			q.Stations = slices.Sorted(maps.Keys(listed))
		}
	}
	return q, reg.CheckDistrict(q.District)
}
