package stations

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Official codes: five digits for a commune, three for a district.
var (
	communeCode  = regexp.MustCompile(`^\d{5}$`)
	districtCode = regexp.MustCompile(`^\d{3}$`)
)

// FoundingBy is what a new installation begins with by a file of its own, in
// the format of an import: every row founds a unit and its station, from
// FoundingDay on. Faults: those of ReadImport, and stations.import_refused
// whose parts say what is wrong in which line.
func FoundingBy(file []byte, now time.Time) ([]Unit, []Station, error) {
	rows, err := ReadImport(file)
	if err != nil {
		return nil, nil, err
	}
	units, list, _, err := DecideImport(NewRegistry(nil, nil), accounts.Meta{By: accounts.Daemon(), At: now}, Import{Rows: rows, On: FoundingDay, New: true})
	return units, list, err
}

// founds are the units that rows found: communes whose codes no list knows, and
// the districts they name that are not known either, of a list called after
// the day. Faults, one a row: stations.unit_code, stations.unit_kind,
// stations.district_code, stations.district_kind.
func (r *Registry) founds(c Import) (units []Unit, bad []*fault.Error) {
	made := map[string]bool{}
	for _, row := range c.Rows {
		code := padCode(row.Cells["code"])
		if code == "" || row.Cells["id"] != "" || len(r.byCode[code]) > 0 || made[code] {
			continue
		}
		kind, name := SplitKind(row.Cells["name"])
		district := padDistrict(row.Cells["district_code"])
		var e *fault.Error
		switch {
		case !communeCode.MatchString(code):
			e = fault.New(fault.Invalid, "stations.unit_code", "code", code).At("code")
		case kind == "" || name == "":
			e = fault.New(fault.Invalid, "stations.unit_kind", "code", code, "name", row.Cells["name"]).At("name")
		case district != "" && !made[district] && r.CheckDistrict(district) != nil:
			var u Unit
			if u, e = foundDistrict(district, row.Cells["district"], c.On); e == nil {
				units, made[district] = append(units, u), true
			}
		case district == "" && row.Cells["district"] != "":
			e = fault.New(fault.Invalid, "stations.district_code", "code", "", "name", row.Cells["district"]).At("district_code")
		}
		if e != nil {
			e.Line = row.Line
			bad = append(bad, e)
			continue
		}
		made[code] = true
		units = append(units, Unit{UnitKey: UnitKey{c.On, code}, Kind: kind, Name: name, District: district, Valid: Interval{From: c.On}})
	}
	return units, bad
}

// foundDistrict is a new district by its code and its name with its kind.
func foundDistrict(code, official string, on Date) (Unit, *fault.Error) {
	if !districtCode.MatchString(code) {
		return Unit{}, fault.New(fault.Invalid, "stations.district_code", "code", code, "name", official).At("district_code")
	}
	official = text.Line(official)
	i := slices.IndexFunc(kinds, func(k kindOf) bool {
		_, ok := cutWords(official, k.name)
		return ok && k.level == District
	})
	if i < 0 {
		return Unit{}, fault.New(fault.Invalid, "stations.district_kind", "code", code, "name", official).At("district")
	}
	name, _ := cutWords(official, kinds[i].name)
	return Unit{UnitKey: UnitKey{on, code}, Kind: kinds[i].kind, Name: name, Valid: Interval{From: on}}, nil
}

// padDistrict gives a district's code back the zeros a spreadsheet took off.
func padDistrict(code string) string {
	if code != "" && len(code) < 3 && strings.Trim(code, "0123456789") == "" {
		return strings.Repeat("0", 3-len(code)) + code
	}
	return code
}
