package scheduler

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"loa/internal/fault"
)

// site is a station as far as planning needs it.
type site struct {
	id, district string
	zone         *time.Location
	languages    []string
	technologies []string
	active       []span
}

// span is a stretch of time, [from, until); a zero until is open.
type span struct{ from, until time.Time }

func (s *site) activeAt(t time.Time) bool {
	for i := range s.active {
		if a := &s.active[i]; !t.Before(a.from) && (a.until.IsZero() || t.Before(a.until)) {
			return true
		}
	}
	return false
}

// chooses reports whether the station is among the chosen ones.
func (s Selection) chooses(st *site) bool {
	switch {
	case s.All:
		return true
	case len(s.Districts) > 0:
		return slices.Contains(s.Districts, st.district)
	case len(s.Stations) > 0:
		return slices.Contains(s.Stations, st.id)
	case s.Language != "":
		return s.Language == Vietnamese || slices.Contains(st.languages, s.Language)
	}
	return s.Technology != "" && slices.Contains(st.technologies, s.Technology)
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
	case s.Language != "" && !KnownLanguage(s.Language):
		return fault.New(fault.Invalid, "schedule.language_unknown", "language", s.Language).At("stations")
	}
	return nil
}

// resolve checks the selection and turns official codes into station IDs.
func (s Selection) resolve(reg Registry) (Selection, error) {
	if err := s.check(); err != nil {
		return s, err
	}
	s.Stations = slices.Clone(s.Stations)
	for i, id := range s.Stations {
		st, ok := reg.site(id)
		if !ok {
			return s, fault.New(fault.Invalid, "schedule.station_unknown", "id", id).At("stations")
		}
		s.Stations[i] = st.id
	}
	return s, nil
}

// choice is a selection as JSON writes it, unless it is "all" or a list of
// stations.
type choice struct {
	District   any    `json:"district,omitempty"` // one code, or a list
	Language   string `json:"language,omitempty"`
	Technology string `json:"technology,omitempty"`
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
		if err := json.Unmarshal(b, &s.Stations); err != nil {
			return bad.Because(err)
		}
		return nil
	}
	var c choice
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return bad.Because(err)
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
