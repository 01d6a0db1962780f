package coverage

import (
	"slices"
	"strings"

	"loa/accounts"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Own is the district that somebody asks for: of who sees a single one it is that, also where she asks for all she sees, so
// that the same figures have one name.
func Own(by accounts.Actor, district string) string {
	if all, districts, own := by.Stations(accounts.ReadCoverage); !all && len(own) == 0 && len(districts) == 1 && district == "" {
		return districts[0]
	}
	return district
}

// Named is the filter under the one name that papers of it have: with the district that is meant, and each station once,
// by its ID. What cannot be read stays as it is.
func (f Filter) Named(by accounts.Actor, reg *stations.Registry) Filter {
	f.District = Own(by, f.District)
	var list []string
	for _, st := range f.stations(reg) {
		list = append(list, st.ID)
	}
	slices.Sort(list)
	if list = slices.Compact(list); len(list) > 0 {
		f.Stations = strings.Join(list, ",")
	}
	return f
}

// namedIn are the IDs and codes in a list of stations.
func namedIn(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",; \n\r\t", r) })
}

// stations are those the filter lists, nothing where one of them is unknown. A code is that of a station on the last day.
func (f Filter) stations(reg *stations.Registry) (list []*stations.Station) {
	edge := f.Period
	if f.Until != (Stretch{}) {
		edge = f.Until
	}
	_, last := edge.Days()
	for _, one := range namedIn(f.Stations) {
		st, err := reg.ByCodeOrID(one, last)
		if err != nil {
			return nil
		}
		list = append(list, st)
	}
	return list
}

// mostNamed is how many stations a part is called by.
const mostNamed = 5

// Part says what part of the province is asked for, by all the filter has, "" for all of it; plan has the programmes.
func (f Filter) Part(by accounts.Actor, reg *stations.Registry, plan *scheduler.Schedule, l text.Language) string {
	f.District = Own(by, f.District)
	var parts []string
	if list, err := reg.List(by, f.List); err == nil {
		parts = append(parts, list.Name)
	}
	if f.District != "" {
		parts = append(parts, reg.DistrictOfficial(f.District))
	}
	if named := f.stations(reg); len(named) > 0 {
		var names []string
		for _, st := range named[:min(len(named), mostNamed)] {
			names = append(names, reg.Label(st.ID))
		}
		said := strings.Join(names, ", ")
		if more := len(named) - mostNamed; more > 0 {
			said = l.Say("coverage.part_more", "names", said, "n", more)
		}
		parts = append(parts, said)
	}
	if all, districts, own := by.Stations(accounts.ReadCoverage); !all && len(parts) == 0 {
		if len(districts) == 0 && len(own) == 1 {
			parts = append(parts, reg.Label(own[0]))
		} else {
			parts = append(parts, l.Say("coverage.your_part"))
		}
	}
	if f.Technology != "" {
		parts = append(parts, l.Say("coverage.part_technology", "technology", l.Say("stations.technology."+string(f.Technology))))
	}
	if f.Language != "" {
		parts = append(parts, l.Say("coverage.part_language", "language", l.Say("language."+f.Language)))
	}
	if f.Programme != "" {
		p, _ := plan.Programme(f.Programme) // without one the title stays empty
		parts = append(parts, l.Say("coverage.part_programme", "title", p.Title))
	}
	if f.Topic != "" {
		parts = append(parts, l.Say("coverage.part_topic", "topic", l.Say("schedule.topic."+string(f.Topic))))
	}
	return strings.Join(parts, "; ")
}
