package stations

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
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

	byKey     map[UnitKey]*Unit
	byCode    map[string][]*Unit // newest list first
	byID      map[string]*Station
	seated    map[UnitKey][]*Station
	before    map[string][]*Station           // those a station took over, by ID
	shared    func() map[UnitKey]bool         // communes that share their name with another of their list; made when first asked for
	words     func() map[string][]syllable    // what a station can be found by, by ID; made when first asked for
	ordered   func() []*Station               // in Vietnamese order of district and name; the same
	districts func() map[districtName][]*Unit // by list and name; the same
	turns     []Date                          // days on which a station becomes active, stops or changes its unit, in order
	unitOf    map[string]*Unit                // the last unit of a station that there is, by its ID
	district  map[string]string               // code of a station's district, by ID
	given     int                             // highest number ever given to a station
	gone      []Gone                          // those that undoing took away
	lists     map[string]List                 // those that people keep, by ID
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
		before:   map[string][]*Station{},
		district: make(map[string]string, len(list)), unitOf: make(map[string]*Unit, len(list)),
	}
	for i := len(units) - 1; i >= 0; i-- {
		u := &units[i]
		r.byKey[u.UnitKey] = u
		r.byCode[u.Code] = append(r.byCode[u.Code], u)
	}
	zones := map[string]*time.Location{}
	for i := range list {
		r.index(&list[i], zones)
	}
	if n := len(list); n > 0 {
		r.given = number(list[n-1].ID)
	}
	r.shared = sync.OnceValue(r.namesakes)
	r.words, r.ordered, r.districts = sync.OnceValue(r.findableBy), sync.OnceValue(r.order), sync.OnceValue(r.alike)
	r.turns = turnsOf(list)
	return r
}

// turnsOf lists the days on which a station becomes active, stops or changes its
// unit.
func turnsOf(list []Station) []Date {
	begins, ends := map[Date]bool{}, map[Date]bool{}
	for i := range list {
		for _, seat := range list[i].Seats[1:] {
			begins[seat.From] = true
		}
		for _, active := range list[i].Active {
			begins[active.From] = true
			ends[active.Until] = true
		}
	}
	for last := range ends {
		if last != "" {
			begins[last.AddDays(1)] = true
		}
	}
	return slices.Sorted(maps.Keys(begins))
}

// SameInWeeks reports whether the same stations count, in the same units, in the
// weeks of seven days that begin with a and with b, and in all between.
func (r *Registry) SameInWeeks(a, b Date) bool {
	a, b = min(a, b), max(a, b)
	i, found := slices.BinarySearch(r.turns, a)
	if found {
		i++ // who begins with the first day is there in both
	}
	return i == len(r.turns) || r.turns[i] > b.AddDays(6)
}

func compareKeys(a, b UnitKey) int {
	return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Code, b.Code))
}

// namesakes are the communes that share their name, marks aside, with another of
// their list.
func (r *Registry) namesakes() map[UnitKey]bool {
	first, shared := map[string]UnitKey{}, map[UnitKey]bool{}
	for _, u := range r.units {
		if u.Kind.Level() != Commune {
			continue
		}
		name := string(u.List) + " " + fold(u.Name)
		if other, ok := first[name]; ok {
			shared[other], shared[u.UnitKey] = true, true
			continue
		}
		first[name] = u.UnitKey
	}
	return shared
}

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
	s.number = number(s.ID)
	if u := r.byKey[s.Unit()]; u != nil {
		r.unitOf[s.ID], r.district[s.ID] = u, u.District
	}
}

func (r *Registry) findableBy() map[string][]syllable {
	words := make(map[string][]syllable, len(r.stations))
	for i := range r.stations {
		words[r.stations[i].ID] = r.findable(&r.stations[i])
	}
	return words
}

// order lists the stations by district and name.
func (r *Registry) order() []*Station {
	return sortedByPlace(r, r.Stations(), func(s *Station) place { return place{r.district[s.ID], r.Name(s.ID), s.ID} })
}

// place is what lists are ordered by: the code of a district, the name of what
// lies in it, and what tells two of one name apart.
type place struct{ district, name, id string }

// sortedByPlace sorts a list by district and name as Vietnamese sorts them, numbers by
// their value. Two districts of one name are not mixed.
func sortedByPlace[T any](r *Registry, list []T, at func(T) place) []T {
	type sortable struct {
		of T
		place
		byDistrict, byName []byte
	}
	c, buf := collate.New(language.Vietnamese, collate.Numeric), &collate.Buffer{}
	rows, districts := make([]sortable, len(list)), map[string][]byte{}
	for i, x := range list {
		rows[i] = sortable{of: x, place: at(x)}
		key, ok := districts[rows[i].district]
		if !ok {
			key = bytes.Clone(c.KeyFromString(buf, r.DistrictName(rows[i].district)))
			districts[rows[i].district] = key
		}
		rows[i].byDistrict, rows[i].byName = key, bytes.Clone(c.KeyFromString(buf, rows[i].name))
		buf.Reset()
	}
	slices.SortFunc(rows, func(a, b sortable) int {
		if n := bytes.Compare(a.byDistrict, b.byDistrict); n != 0 {
			return n
		}
		return cmp.Or(cmp.Compare(a.district, b.district), bytes.Compare(a.byName, b.byName), cmp.Compare(a.id, b.id))
	})
	for i := range rows {
		list[i] = rows[i].of
	}
	return list
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

// Span is one more than the highest number of a station: the length of a list by
// number.
func (r *Registry) Span() int {
	if n := len(r.stations); n > 0 {
		return r.stations[n-1].number + 1
	}
	return 0
}

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
	return NewRegistry(units, list).Having(r.gone)
}

// activeWith is how many stations are active on that day once these were added
// or replaced.
func (r *Registry) activeWith(list []Station, day Date) (n int) {
	replaced := make(map[string]bool, len(list))
	count := func(s *Station) {
		if s.ActiveOn(day) {
			n++
		}
	}
	for i := range list {
		replaced[list[i].ID] = true
		count(&list[i])
	}
	for i := range r.stations {
		if !replaced[r.stations[i].ID] {
			count(&r.stations[i])
		}
	}
	return n
}

// Station returns the station of that ID. Faults: stations.unknown, stations.undone.
func (r *Registry) Station(id string) (*Station, error) {
	if s, ok := r.byID[id]; ok {
		return s, nil
	}
	return nil, r.unknown(id)
}

// unknown is the fault that there is no such station; of one that is gone it says so.
func (r *Registry) unknown(s string) error {
	if err := r.CheckGone(s); err != nil {
		return err
	}
	return fault.New(fault.NotFound, "stations.unknown", "station", s).At("station")
}

// ByCodeOrID returns the station of that ID, or the one seated on that day in
// the commune of that official code; a code not valid then means the unit
// that bore it last before. Faults: stations.unknown, stations.undone.
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
	return nil, r.unknown(s)
}

// OpenTo returns the station of ByCodeOrID if the actor may do the action there.
// Faults: of ByCodeOrID, accounts.denied.
func (r *Registry) OpenTo(by accounts.Actor, action accounts.Action, s string, on Date) (*Station, error) {
	st, err := r.ByCodeOrID(s, on)
	if err != nil {
		return nil, err
	}
	return st, by.Must(action, r.Where(st.ID))
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
	if u := r.unitOf[station]; u != nil {
		return *u
	}
	if s, ok := r.byID[station]; ok {
		return r.Unit(s.Unit()) // nothing but the key
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

// TileOf is the station's place on the map, nil if it has none.
func (r *Registry) TileOf(station string) *Tile {
	if u := r.unitOf[station]; u != nil {
		return u.Tile
	}
	return nil
}

// Label is the name with what tells it apart: the district when another
// commune's name sounds alike without tone marks, or the code where there are
// no districts. "Thanh Bình (Sa Pa)". One that is gone is told apart by its ID.
func (r *Registry) Label(id string) string {
	u := r.UnitOf(id)
	switch {
	case r.IsGone(id):
		return u.Name + " (" + id + ")"
	case !r.shared()[u.UnitKey]:
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

// DistrictLabel is DistrictName with what tells it apart from another district
// of its list and name: the kind, or the code where that is the same too.
func (r *Registry) DistrictLabel(code string) string {
	u := r.lastDistrict(code)
	switch alike := r.districts()[districtName{u.List, u.Name}]; {
	case u.Name == "":
		return code
	case len(alike) < 2:
		return u.Name
	case slices.ContainsFunc(alike, func(other *Unit) bool { return other.Code != u.Code && other.Kind == u.Kind }):
		return u.Official() + " (" + u.Code + ")"
	}
	return u.Official()
}

type districtName struct {
	list Date
	name string
}

// alike are the districts of each list by their name.
func (r *Registry) alike() map[districtName][]*Unit {
	by := map[districtName][]*Unit{}
	for i := range r.units {
		if u := &r.units[i]; u.Kind.Level() == District {
			name := districtName{u.List, u.Name}
			by[name] = append(by[name], u)
		}
	}
	return by
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

// Districts lists the districts valid on that day, in Vietnamese order of name.
func (r *Registry) Districts(on Date) []Unit {
	var out []Unit
	for _, u := range r.units {
		if u.Kind.Level() == District && u.Valid.Has(on) {
			out = append(out, u)
		}
	}
	return sortedByPlace(r, out, func(u Unit) place { return place{district: u.Code} })
}

// InOrder sorts codes of districts in Vietnamese order of name.
func (r *Registry) InOrder(districts []string) []string {
	return sortedByPlace(r, districts, func(code string) place { return place{district: code} })
}

// Vacant lists the communes valid on that day that have no active station, in
// Vietnamese order of district and name.
func (r *Registry) Vacant(on Date) []Unit {
	var out []Unit
	for _, u := range r.units {
		if u.Kind.Level() != Commune || !u.Valid.Has(on) {
			continue
		}
		if s := r.SeatedIn(u.UnitKey, on); s == nil || !s.ActiveOn(on) {
			out = append(out, u)
		}
	}
	return sortedByPlace(r, out, func(u Unit) place { return place{u.District, u.Name, u.Code} })
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
	for _, s := range r.ordered() {
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
	for _, i := range s.Active {
		if i.Has(days[0]) && i.Has(days[6]) {
			return true
		}
	}
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
	if s := r.byID[id]; len(r.before[id]) == 0 && (s == nil || s.Successor == "") {
		return l
	}
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

// TookOver lists the stations that were merged into the one of that ID, without those that
// were merged into them.
func (r *Registry) TookOver(id string) (list []*Station) {
	for _, s := range r.before[id] {
		if s.Successor == id {
			list = append(list, s)
		}
	}
	return list
}

// Passing says that a station was merged into another, or its commune into one that has none.
type Passing struct {
	Into *Station // the one that serves its listeners now, nil if there is none
	Unit Unit     // the unit they live in now
	From Date     // first day they were another's
}

// Passed returns how the station's listeners had passed to another by that
// day, or false if it was still there or has only stopped.
func (r *Registry) Passed(id string, on Date) (Passing, bool) {
	s := r.byID[id]
	if s == nil || lastDay(s) == "" || lastDay(s) >= on {
		return Passing{}, false
	}
	p := Passing{From: lastDay(s).AddDays(1)}
	if after := r.Lineage(id).After; len(after) > 0 {
		p.Into = after[len(after)-1]
		p.Unit = r.UnitOf(p.Into.ID)
		return p, true
	}
	u := r.Unit(s.Unit())
	for range len(r.units) {
		if u.Successor == nil {
			break
		}
		u = r.Unit(*u.Successor)
	}
	p.Unit = u
	return p, u.UnitKey != s.Unit()
}

// CheckGoesOn returns the fault that says who took over, if the station had
// been merged into another by that instant. Faults: stations.passed,
// stations.passed_to_none.
func (r *Registry) CheckGoesOn(id string, at time.Time) error {
	p, passed := r.Passed(id, DateOf(at.In(text.Zone)))
	switch {
	case !passed:
		return nil
	case p.Into == nil:
		return fault.New(fault.Conflict, "stations.passed_to_none", "station", r.Label(id), "into", p.Unit.Official(), "from", p.From)
	}
	return fault.New(fault.Conflict, "stations.passed", "station", r.Label(id), "into", r.Label(p.Into.ID), "id", p.Into.ID, "from", p.From)
}

// lastDay is the last day the station was active, "" if it still is.
func lastDay(s *Station) Date {
	if len(s.Active) == 0 {
		return ""
	}
	return s.Active[len(s.Active)-1].Until
}
