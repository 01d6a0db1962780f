package scheduler

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"loa/internal/fault"
	"loa/stations"
)

// chooses reports whether the station may ever be among the chosen ones: if it
// ever lay in one of the districts, or ever had what is asked for.
func (s Selection) chooses(reg *stations.Registry, st *stations.Station) bool {
	switch {
	case s.All:
		return true
	case len(s.Districts) > 0:
		return slices.ContainsFunc(st.Seats, func(seat stations.Seat) bool {
			return slices.Contains(s.Districts, reg.Unit(seat.Unit).District)
		})
	case len(s.Stations) > 0:
		return slices.Contains(s.Stations, st.ID)
	}
	return s.suits(st.Traits()) || slices.ContainsFunc(st.Were, s.suits)
}

// suits reports whether the selection by language or technology, if it is one,
// lets such a station in.
func (s Selection) suits(t stations.Traits) bool {
	switch {
	case s.Language != "":
		return t.Speaks(s.Language)
	case s.Technology != "":
		return t.Has(stations.Technology(s.Technology))
	}
	return true
}

// choosesAt reports whether a station that chooses let through is among the
// chosen ones at that instant, given in the station's zone.
func (s Selection) choosesAt(reg *stations.Registry, st *stations.Station, at time.Time) bool {
	if len(s.Districts) > 0 && len(st.Seats) > 1 {
		return slices.Contains(s.Districts, reg.Unit(st.UnitOn(stations.DateOf(at))).District)
	}
	return len(st.Were) == 0 || s.suits(st.TraitsAt(at))
}

// check refuses a selection that names nothing, or more than one thing.
func (s Selection) check() error {
	named := 0
	for _, set := range []bool{s.All, len(s.Districts) > 0, len(s.Stations) > 0, s.Language != "", s.Technology != ""} {
		if set {
			named++
		}
	}
	switch {
	case named == 0:
		return fault.New(fault.Invalid, "schedule.no_stations").At("stations")
	case named > 1:
		return fault.New(fault.Invalid, "schedule.selections_mixed").At("stations")
	case s.Language != "" && !stations.KnownLanguage(s.Language):
		return fault.New(fault.Invalid, "schedule.language_unknown", "language", s.Language).At("stations")
	case s.Technology != "" && !slices.Contains(stations.Technologies, stations.Technology(s.Technology)):
		return fault.New(fault.Invalid, "schedule.technology_unknown", "technology", s.Technology).At("stations")
	}
	return nil
}

// resolve checks the selection against the registry of that day and turns
// official codes of stations into IDs.
func (s Selection) resolve(reg *stations.Registry, on stations.Date) (Selection, error) {
	if err := s.check(); err != nil {
		return s, err
	}
	for _, code := range s.Districts {
		if u, ok := reg.UnitByCode(code, on); !ok || u.Kind.Level() != stations.District {
			return s, fault.New(fault.Invalid, "schedule.district_unknown", "code", code).At("stations")
		}
	}
	s.Stations = slices.Clone(s.Stations)
	for i, id := range s.Stations {
		st, err := reg.ByCodeOrID(id, on)
		if err != nil {
			return s, fault.New(fault.Invalid, "schedule.station_unknown", "id", id).At("stations").Because(err)
		}
		s.Stations[i] = st.ID
	}
	slices.Sort(s.Stations)
	s.Stations = slices.Compact(s.Stations)
	return s, nil
}

// choice is a selection as JSON writes it, unless it is "all" or a list of
// stations.
type choice struct {
	District   any    `json:"district,omitempty"` // one code, or a list
	Language   string `json:"language,omitempty"`
	Technology string `json:"technology,omitempty"`
}

// JSONSchema is what MarshalJSON writes.
func (Selection) JSONSchema() map[string]any {
	text := map[string]any{"type": "string"}
	list := map[string]any{"type": "array", "items": text}
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "string", "enum": []string{"all"}}, list,
		map[string]any{"type": "object", "properties": map[string]any{"district": map[string]any{"anyOf": []any{text, list}},
			"language": text, "technology": text}}}}
}

// MarshalJSON writes "all", a list of stations, or an object with one of
// "district" (a code or a list of codes), "language" and "technology".
func (s Selection) MarshalJSON() ([]byte, error) {
	switch {
	case s.All:
		return []byte(`"all"`), nil
	case len(s.Stations) > 0:
		return json.Marshal(s.Stations)
	case len(s.Districts) == 1:
		return json.Marshal(choice{District: s.Districts[0]})
	case len(s.Districts) > 1:
		return json.Marshal(choice{District: s.Districts})
	}
	return json.Marshal(choice{Language: s.Language, Technology: s.Technology})
}

// UnmarshalJSON reads what MarshalJSON writes; anything else is a fault
// schedule.selection_unreadable.
func (s *Selection) UnmarshalJSON(b []byte) error {
	*s = Selection{}
	bad := fault.New(fault.Invalid, "schedule.selection_unreadable").At("stations")
	switch b = bytes.TrimSpace(b); {
	case string(b) == `"all"`:
		s.All = true
		return nil
	case len(b) > 0 && b[0] == '[':
		if json.Unmarshal(b, &s.Stations) != nil {
			return bad
		}
		return nil
	}
	var c choice
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(&c) != nil {
		return bad
	}
	s.Language, s.Technology = c.Language, c.Technology
	switch district := c.District.(type) {
	case nil:
	case string:
		s.Districts = []string{district}
	case []any:
		for _, v := range district {
			code, ok := v.(string)
			if !ok {
				return bad
			}
			s.Districts = append(s.Districts, code)
		}
	default:
		return bad
	}
	return nil
}
