package stations

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Registry is every unit and station at one moment: an immutable value, safe
// for concurrent use. What it returns by pointer must not be changed.
type Registry struct {
	units    []Unit    // by list, then code
	stations []Station // by ID

	byKey    map[UnitKey]*Unit
	byCode   map[string][]*Unit // newest list first
	byID     map[string]*Station
	seated   map[UnitKey][]*Station
	before   map[string][]*Station // those a station took over, by ID
	shared   map[string]int        // communes of one list that share a name, by list and folded name
	words    map[string][]syllable // what a station can be found by, by ID
	ordered  []*Station            // in Vietnamese order of district and name
	district map[string]string     // code of a station's district, by ID
	given    int                   // highest number ever given to a station
}

// NewRegistry takes over both lists and indexes them. What they hold is
// trusted as far as memory safety goes; Problems tells what is wrong with it.
func NewRegistry(units []Unit, list []Station) *Registry {
	slices.SortFunc(units, func(a, b Unit) int { return compareKeys(a.UnitKey, b.UnitKey) })
	slices.SortFunc(list, func(a, b Station) int { return cmp.Compare(number(a.ID), number(b.ID)) })
	r := &Registry{
		units: units, stations: list,
		byKey: make(map[UnitKey]*Unit, len(units)), byCode: make(map[string][]*Unit, len(units)),
		byID: make(map[string]*Station, len(list)), seated: make(map[UnitKey][]*Station, len(list)),
		before: map[string][]*Station{}, shared: map[string]int{},
		words: make(map[string][]syllable, len(list)), district: make(map[string]string, len(list)),
	}
	for i := len(units) - 1; i >= 0; i-- {
		u := &units[i]
		r.byKey[u.UnitKey] = u
		r.byCode[u.Code] = append(r.byCode[u.Code], u)
		if u.Kind.Level() == Commune {
			r.shared[sameName(*u)]++
		}
	}
	zones := map[string]*time.Location{}
	for i := range list {
		r.index(&list[i], zones)
	}
	if n := len(list); n > 0 {
		r.given = number(list[n-1].ID)
	}
	r.order()
	return r
}

func compareKeys(a, b UnitKey) int {
	return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Code, b.Code))
}

func sameName(u Unit) string { return string(u.List) + " " + fold(u.Name) }

func (r *Registry) index(s *Station, zones map[string]*time.Location) {
	r.byID[s.ID] = s
	if s.zone = text.Zone; s.Zone != "" {
		if zones[s.Zone] == nil {
			zones[s.Zone], _ = time.LoadLocation(s.Zone) // nil, and so the default, if it was never checked
		}
		s.zone = zones[s.Zone]
	}
	for _, seat := range s.Seats {
		r.seated[seat.Unit] = append(r.seated[seat.Unit], s)
	}
	if s.Successor != "" {
		r.before[s.Successor] = append(r.before[s.Successor], s)
	}
	if o := s.Origin; o != nil {
		if from := r.byID[o.Station]; from != nil { // its number is lower, so it is there
			r.before[s.ID] = append(r.before[s.ID], from)
		}
	}
	r.district[s.ID] = r.Unit(s.Unit()).District
	r.words[s.ID] = r.findable(s)
}

// order lists the stations by district and name as Vietnamese sorts them.
func (r *Registry) order() {
	type sortable struct{ district, name []byte }
	c, buf := collate.New(language.Vietnamese), &collate.Buffer{}
	keys := make(map[string]sortable, len(r.stations))
	sorted := make([]*Station, 0, len(r.stations))
	for i := range r.stations {
		s := &r.stations[i]
		keys[s.ID] = sortable{c.KeyFromString(buf, r.DistrictName(r.district[s.ID])), c.KeyFromString(buf, r.Name(s.ID))}
		sorted = append(sorted, s)
	}
	slices.SortFunc(sorted, func(a, b *Station) int {
		x, y := keys[a.ID], keys[b.ID]
		return cmp.Or(slices.Compare(x.district, y.district), slices.Compare(x.name, y.name), cmp.Compare(a.ID, b.ID))
	})
	r.ordered = sorted
}

// number is the number inside a station's ID, 0 if it is none.
func number(id string) int {
	digits, ok := strings.CutPrefix(id, "S")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n <= 0 || StationID(n) != id {
		return 0
	}
	return n
}

// StationID is the ID of the station with that number: 12 is "S00012".
func StationID(n int) string { return fmt.Sprintf("S%05d", n) }

// NextID is the ID the next new station gets; none is given twice.
func (r *Registry) NextID() string { return StationID(r.given + 1) }

// Stations lists all stations there ever were, by ID.
func (r *Registry) Stations() []*Station {
	out := make([]*Station, len(r.stations))
	for i := range r.stations {
		out[i] = &r.stations[i]
	}
	return out
}

// Units lists all units there ever were, by list and code.
func (r *Registry) Units() []Unit { return slices.Clone(r.units) }

// with is the registry after these units and stations were added or replaced.
func (r *Registry) with(units []Unit, list []Station) *Registry {
	newUnits := make(map[UnitKey]bool, len(units))
	for _, u := range units {
		newUnits[u.UnitKey] = true
	}
	newStations := make(map[string]bool, len(list))
	for _, s := range list {
		newStations[s.ID] = true
	}
	units, list = slices.Clone(units), slices.Clone(list)
	for _, u := range r.units {
		if !newUnits[u.UnitKey] {
			units = append(units, u)
		}
	}
	for _, s := range r.stations {
		if !newStations[s.ID] {
			list = append(list, s)
		}
	}
	return NewRegistry(units, list).Given(r.given)
}

// Station returns the station of that ID. Fault: stations.unknown.
func (r *Registry) Station(id string) (*Station, error) {
	if s, ok := r.byID[id]; ok {
		return s, nil
	}
	return nil, fault.New(fault.NotFound, "stations.unknown", "station", id).At("station")
}

// ByCodeOrID returns the station of that ID, or the one seated on that day in
// the commune of that official code; a code not valid then means the unit
// that bore it last before. Fault: stations.unknown.
func (r *Registry) ByCodeOrID(s string, on Date) (*Station, error) {
	if st, ok := r.byID[s]; ok {
		return st, nil
	}
	for _, u := range r.byCode[s] { // newest first
		if u.Valid.From > on {
			continue
		}
		if st := r.SeatedIn(u.UnitKey, on); st != nil {
			return st, nil
		}
		break // an older unit of that code is another place
	}
	return nil, fault.New(fault.NotFound, "stations.unknown", "station", s).At("station")
}

// SeatedIn is the station of the unit: the one active on that day, else the
// last there was; nil if the unit never had one.
func (r *Registry) SeatedIn(unit UnitKey, on Date) *Station {
	var last *Station
	for _, s := range r.seated[unit] {
		if s.ActiveOn(on) && s.UnitOn(on) == unit {
			return s
		}
		last = s
	}
	return last
}

// Unit returns the unit of that key; an unknown key gives a unit that has
// nothing but the key.
func (r *Registry) Unit(k UnitKey) Unit {
	if u, ok := r.byKey[k]; ok {
		return *u
	}
	return Unit{UnitKey: k, Name: k.Code}
}

// UnitOf is the unit the station of that ID belongs to now, or belonged to last.
func (r *Registry) UnitOf(station string) Unit {
	if s, ok := r.byID[station]; ok {
		return r.Unit(s.Unit())
	}
	return Unit{}
}

// UnitByCode returns the unit that bears the code on that day.
func (r *Registry) UnitByCode(code string, on Date) (Unit, bool) {
	for _, u := range r.byCode[code] {
		if u.Valid.Has(on) {
			return *u, true
		}
	}
	return Unit{}, false
}

// Where says where a station lies, for accounts.Actor.Can. An unknown ID gives
// a place no grant below the province covers.
func (r *Registry) Where(id string) accounts.Where {
	return accounts.Where{District: r.district[id], Station: id}
}

// Name is the name of the station's commune, "" for an unknown ID.
func (r *Registry) Name(id string) string { return r.UnitOf(id).Name }

// Label is the name with what tells it apart: the district when another
// commune's name sounds alike without tone marks, or the code where there are
// no districts. "Thanh Bình (Sa Pa)".
func (r *Registry) Label(id string) string {
	u := r.UnitOf(id)
	switch {
	case r.shared[sameName(u)] < 2:
		return u.Name
	case u.District == "":
		return u.Name + " (" + u.Code + ")"
	}
	return u.Name + " (" + r.DistrictName(u.District) + ")"
}

// DistrictName is the name of the district that bore the code last, or the
// code when there is none.
func (r *Registry) DistrictName(code string) string {
	return cmp.Or(r.lastDistrict(code).Name, code)
}

// DistrictOfficial is DistrictName as papers write it: "Huyện Bát Xát".
func (r *Registry) DistrictOfficial(code string) string {
	if u := r.lastDistrict(code); u.Name != "" {
		return u.Official()
	}
	return code
}

// lastDistrict is the district that bore the code last, or the zero Unit.
func (r *Registry) lastDistrict(code string) Unit {
	for _, u := range r.byCode[code] {
		if u.Kind.Level() == District {
			return *u
		}
	}
	return Unit{}
}

// CheckDistrict refuses a code that no district ever bore, which would select
// nothing and look like an answer; "" is fine. Fault: stations.no_district.
func (r *Registry) CheckDistrict(code string) error {
	if code == "" || slices.ContainsFunc(r.byCode[code], func(u *Unit) bool { return u.Kind.Level() == District }) {
		return nil
	}
	return fault.New(fault.NotFound, "stations.no_district", "code", code).At("district")
}

// Districts lists the districts valid on that day, by code.
func (r *Registry) Districts(on Date) []Unit {
	var out []Unit
	for _, u := range r.units {
		if u.Kind.Level() == District && u.Valid.Has(on) {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b Unit) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

// ActiveOn lists the stations active on that day, in Vietnamese order of
// district and name.
func (r *Registry) ActiveOn(day Date) []*Station {
	return r.Filter(Filter{ActiveOn: day})
}

// weekMajority is on how many days of a week a station must be active to be
// counted in it: more than half, so that a station and the one that takes over
// from it never both count in the same week.
const weekMajority = 4

// ActiveInWeek lists the stations that count in the week of seven days that
// begins with first.
func (r *Registry) ActiveInWeek(first Date) []*Station {
	var out []*Station
	days := weekFrom(first)
	for _, s := range r.ordered {
		if s.activeOnMost(days) {
			out = append(out, s)
		}
	}
	return out
}

// ActiveInWeek reports whether the station counts in the week of seven days
// that begins with first.
func (s *Station) ActiveInWeek(first Date) bool { return s.activeOnMost(weekFrom(first)) }

func weekFrom(first Date) (days [7]Date) {
	for i := range days {
		days[i] = first.AddDays(i)
	}
	return days
}

func (s *Station) activeOnMost(days [7]Date) bool {
	n := 0
	for _, day := range days {
		if s.ActiveOn(day) {
			n++
		}
	}
	return n >= weekMajority
}

// Lineage is the family of a station: the stations merged into it, directly or
// not, oldest end first, and those that took over from it, nearest first.
type Lineage struct {
	Before []*Station
	After  []*Station
}

// Lineage returns the station's family, without the station itself.
func (r *Registry) Lineage(id string) Lineage {
	var l Lineage
	seen := map[string]bool{id: true}
	for queue := r.before[id]; len(queue) > 0; {
		s := queue[0]
		queue = queue[1:]
		if seen[s.ID] {
			continue
		}
		seen[s.ID] = true
		l.Before = append(l.Before, s)
		queue = append(queue, r.before[s.ID]...)
	}
	slices.SortStableFunc(l.Before, func(a, b *Station) int { return cmp.Compare(lastDay(a), lastDay(b)) })
	if s, ok := r.byID[id]; ok {
		for s = r.byID[s.Successor]; s != nil && !seen[s.ID]; s = r.byID[s.Successor] {
			seen[s.ID] = true
			l.After = append(l.After, s)
		}
	}
	return l
}

// lastDay is the last day the station was active, "" if it still is.
func lastDay(s *Station) Date {
	if len(s.Active) == 0 {
		return ""
	}
	return s.Active[len(s.Active)-1].Until
}
