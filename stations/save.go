package stations

import (
	"reflect"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// MayEdit refuses who may not change a station that lies there; the zero Where is the whole
// registry. Fault: accounts.denied.
func MayEdit(by accounts.Actor, on accounts.Where) error { return by.Must(accounts.EditStations, on) }

// DecideFound fills a registry that is empty. Faults: accounts.denied, stations.founded.
func DecideFound(r *Registry, m accounts.Meta, units []Unit, list []Station) ([]Unit, []Station, error) {
	if err := MayEdit(m.By, accounts.Where{}); err != nil {
		return nil, nil, err
	}
	if len(r.units) > 0 || len(r.stations) > 0 {
		return nil, nil, fault.New(fault.Conflict, "stations.founded")
	}
	return units, list, nil
}

// DecideSave says what a station becomes. Faults: stations.unknown,
// stations.unit_unknown, stations.unit_has_station, edit.stale,
// and stations.refused whose parts say what is wrong in which field:
// stations.past_days and past_days_new where days of activity differ that have passed.
func DecideSave(r *Registry, m accounts.Meta, c SaveStation) (Station, error) {
	if c.ID == "" {
		return r.open(m, c)
	}
	old, err := r.Station(c.ID)
	if err != nil {
		return Station{}, err
	}
	if err := MayEdit(m.By, r.Where(c.ID)); err != nil {
		return Station{}, err
	}
	if err := m.Current(old.Edition()); err != nil {
		return Station{}, err
	}
	return r.saved(*old, m, c.Fields)
}

// saved is the station with other fields, of which none changes the past.
func (r *Registry) saved(old Station, m accounts.Meta, f Fields) (Station, error) {
	s, bad := r.revise(old, m, f)
	if len(bad) > 0 {
		return s, refused(bad)
	}
	if e := keepsThePast(old.Active, s.Active, DateOf(m.At.In(old.Location()))); e != nil {
		return Station{}, refused([]*fault.Error{e})
	}
	return s, nil
}

// open gives a unit its station. Without days of activity it is active from
// the day of the change on.
func (r *Registry) open(m accounts.Meta, c SaveStation) (Station, error) {
	u, ok := r.byKey[c.Unit]
	if !ok || u.Kind.Level() != Commune {
		return Station{}, fault.New(fault.NotFound, "stations.unit_unknown", "code", c.Unit.Code).At("unit")
	}
	if err := MayEdit(m.By, accounts.Where{District: u.District}); err != nil {
		return Station{}, err
	}
	if len(c.Active) == 0 {
		c.Active = []Interval{{From: DateOf(m.At.In(text.Zone))}}
	}
	return r.saved(Station{ID: r.NextID(), Seats: []Seat{{u.UnitKey, u.Valid.From}}}, m, c.Fields)
}

func refused(parts []*fault.Error) error {
	if len(parts) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "stations.refused", "count", len(parts))
	e.Parts = parts
	return e
}

// revise is the station with other fields, the same if nothing differs.
func (r *Registry) revise(s Station, m accounts.Meta, f Fields) (Station, []*fault.Error) {
	f, bad := f.tidy()
	if len(bad) == 0 {
		bad = r.fits(s, f.Active)
	}
	before, _ := s.Fields.tidy()
	if len(bad) == 0 && s.Revision > 0 && f.Zone != before.Zone && s.begun(m.At) {
		bad = append(bad, fault.New(fault.Conflict, "stations.zone_kept", "from", s.Active[0].From, "zone", s.Location().String()).At("zone"))
	}
	if len(bad) > 0 || s.Revision > 0 && reflect.DeepEqual(before, f) {
		return s, bad
	}
	if s.Revision > 0 && !(slices.Equal(s.Technologies, f.Technologies) && slices.Equal(s.Languages, f.Languages)) {
		s.Were = append(slices.Clone(s.Were), Traits{m.At.UTC(), s.Technologies, s.Languages})
	}
	was := s
	s.Fields = f
	return s.stamped(m, was), nil
}

// begun reports whether the station's first day has begun anywhere on Earth:
// what was planned and logged since is in its zone, so that stays.
func (s Station) begun(now time.Time) bool {
	return len(s.Active) > 0 && s.Active[0].From <= DateOf(now.UTC().Add(14*time.Hour))
}

func (s Station) stamped(m accounts.Meta, was Station) Station {
	s.Revision++
	s.Touch = m.Touch(was, s)
	return s
}

// fits refuses days on which the station's unit was not valid, or had another
// station.
func (r *Registry) fits(s Station, active []Interval) (bad []*fault.Error) {
	for i, seat := range s.Seats {
		valid := r.Unit(seat.Unit).Valid
		for _, a := range active {
			if i == 0 && a.From < valid.From || i == len(s.Seats)-1 && valid.Until != "" && (a.Until == "" || a.Until > valid.Until) {
				bad = append(bad, fault.New(fault.Invalid, "stations.active_outside", "from", valid.From, "until", valid.Until).At("active"))
			}
		}
		for _, other := range r.seated[seat.Unit] {
			if other.ID != s.ID && anyOverlap(active, other.Active) {
				bad = append(bad, fault.New(fault.Conflict, "stations.unit_has_station", "name", r.Unit(seat.Unit).Name, "station", other.ID).At("active"))
			}
		}
	}
	return bad
}

func anyOverlap(a, b []Interval) bool {
	for _, i := range a {
		for _, j := range b {
			if i.overlaps(j) {
				return true
			}
		}
	}
	return false
}
