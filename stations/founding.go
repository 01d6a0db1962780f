package stations

import (
	_ "embed" // the facts about the province are part of the program
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// FoundingDay is the day from which the first registry is valid: the start of
// the year of the communication plan. The communes are older.
const FoundingDay Date = "2024-01-01"

//go:embed data/founding.csv
var foundingCSV string

//go:embed data/reform-2025.csv
var reformCSV string

// Founding is what a new installation begins with: the 9 districts and 152
// communes, wards and townships of Lào Cai in 2024, and one station in each of
// the 127 communes (xã), active since FoundingDay. Codes and names are those
// of the General Statistics Office.
func Founding() (units []Unit, list []Station) {
	for _, row := range embedded(foundingCSV) {
		u := Unit{
			UnitKey: UnitKey{FoundingDay, row[0]}, Kind: Kind(row[1]), Name: row[2], District: row[3],
			Valid: Interval{From: FoundingDay},
		}
		if row[4] != "" {
			u.Tile = &Tile{atoi(row[4]), atoi(row[5])}
		}
		if row[6] != "" {
			u.Variants = strings.Split(row[6], "; ")
		}
		units = append(units, u)
		if u.Kind == "commune" {
			list = append(list, Station{
				ID: StationID(len(list) + 1), Seats: []Seat{{u.UnitKey, FoundingDay}}, Revision: 1,
				Fields: Fields{Active: []Interval{{From: FoundingDay}}},
			})
		}
	}
	return units, list
}

// Reform2025 is the merger of 2025-07-01: the 152 units became 48, districts
// were abolished, and codes were given to other units.
func Reform2025() Merge {
	c := Merge{On: "2025-07-01", AbolishDistricts: true}
	for i, row := range embedded(reformCSV) {
		c.Rows = append(c.Rows, MergeRow{Line: i + 2, OldCode: row[0], OldName: row[1], NewCode: row[2], NewName: row[3]})
	}
	return c
}

// KnowsReform2025 reports whether the table of the reform is of this registry: it
// knows most of the units that were merged, by code and name.
func (r *Registry) KnowsReform2025() bool {
	rows, known := Reform2025().Rows, 0
	for _, row := range rows {
		kind, name := SplitKind(row.OldName)
		if u, ok := r.UnitByCode(row.OldCode, "2025-06-30"); ok && u.Kind == kind && u.Name == name {
			known++
		}
	}
	return 2*known > len(rows)
}

// embedded reads a file of ours, without its header.
func embedded(s string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(s)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("stations: embedded data: %v", err)) // a test reads it
	}
	return rows[1:]
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("stations: embedded data: %v", err)) // a test reads it
	}
	return n
}
