package stations

import (
	"fmt"
	"slices"
	"testing"
)

// country is a registry of 10,598 communes in 705 districts, each with its
// station, named after those of one province.
func country() ([]Unit, []Station) {
	names, _ := Founding()
	names = slices.DeleteFunc(names, func(u Unit) bool { return u.Kind.Level() != Commune })
	var units []Unit
	var list []Station
	for d := range 705 {
		units = append(units, Unit{UnitKey: UnitKey{FoundingDay, fmt.Sprintf("%03d", d)}, Kind: "rural_district", Name: fmt.Sprint("Huyện ", d),
			Valid: Interval{From: FoundingDay}})
	}
	for i := range 10_598 {
		u := Unit{UnitKey: UnitKey{FoundingDay, fmt.Sprintf("%05d", i+1)}, Kind: "commune", Name: names[i%len(names)].Name,
			District: fmt.Sprintf("%03d", i%705), Valid: Interval{From: FoundingDay}}
		units = append(units, u)
		list = append(list, Station{ID: StationID(i + 1), Seats: []Seat{{u.UnitKey, FoundingDay}}, Fields: Fields{Active: []Interval{{From: FoundingDay}}}})
	}
	return units, list
}

func BenchmarkNewRegistryCountry(b *testing.B) {
	units, list := country()
	for b.Loop() {
		NewRegistry(slices.Clone(units), slices.Clone(list))
	}
}

func BenchmarkSearchCountry(b *testing.B) {
	r := NewRegistry(country())
	for b.Loop() {
		if len(r.Search("nam chay")) == 0 {
			b.Fatal("nothing found")
		}
	}
}

func BenchmarkActiveInWeekCountry(b *testing.B) {
	r := NewRegistry(country())
	for b.Loop() {
		if len(r.ActiveInWeek("2024-05-13")) != 10_598 {
			b.Fatal("stations are missing")
		}
	}
}

func BenchmarkSearchProvince(b *testing.B) {
	r := founding()
	for b.Loop() {
		r.Search("nam chay")
	}
}
