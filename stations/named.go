package stations

import (
	"slices"
	"strings"

	"loa/internal/fault"
	"loa/internal/text"
)

// Namer finds stations by what lists of other hands call them. It is made once for many rows.
type Namer struct {
	reg      *Registry
	spelled  map[string][]seated // by the name's spelling
	unmarked map[string][]seated // by its letters without marks
}

// seated is a station in a unit that it has, or had.
type seated struct {
	station *Station
	unit    Unit
}

// Namer is one of the registry as it is.
func (r *Registry) Namer() *Namer {
	n := &Namer{r, map[string][]seated{}, map[string][]seated{}}
	for _, s := range r.Stations() {
		for _, seat := range s.Seats {
			u := r.Unit(seat.Unit)
			for _, name := range append([]string{u.Name}, u.Variants...) {
				n.spelled[spelling(name)] = append(n.spelled[spelling(name)], seated{s, u})
				n.unmarked[fold(name)] = append(n.unmarked[fold(name)], seated{s, u})
			}
		}
	}
	return n
}

// Named is the station that is meant by a code, an ID or a name, with or without tone marks, and a district, "" where none
// is said, on a day. Of a station that was merged by then it is the one that took over. Faults: stations.unknown,
// stations.undone, stations.name_unknown, stations.name_ambiguous.
func (n *Namer) Named(said, district string, on Date) (*Station, error) {
	if code := codeOf(said); code != "" {
		st, err := n.reg.ByCodeOrID(code, on)
		if err != nil {
			return nil, err
		}
		return n.heir(st, on), nil
	}
	kind, name := SplitKind(withoutStation(said))
	found := n.among(n.spelled[spelling(name)], kind, district, on)
	if len(found) == 0 {
		found = n.among(n.unmarked[fold(name)], kind, district, on)
	}
	switch len(found) {
	case 0:
		return nil, fault.New(fault.NotFound, "stations.name_unknown", "name", said)
	case 1:
		return found[0], nil
	}
	return nil, fault.New(fault.Invalid, "stations.name_ambiguous", "name", said)
}

// among are the stations that can be meant: those that bore the name on the day, else those that bore it before, by who took
// over from them.
func (n *Namer) among(list []seated, kind Kind, district string, on Date) (then []*Station) {
	var ever []*Station
	add := func(to *[]*Station, s *Station) {
		if !slices.Contains(*to, s) {
			*to = append(*to, s)
		}
	}
	for _, x := range list {
		if kind != "" && kind != x.unit.Kind || !n.reg.inDistrict(x.unit, ImportRow{Cells: map[Column]string{"district": district}}) {
			continue
		}
		if x.station.ActiveOn(on) && x.station.UnitOn(on) == x.unit.UnitKey {
			add(&then, x.station)
		}
		add(&ever, n.heir(x.station, on))
	}
	if len(then) == 0 {
		return ever
	}
	return then
}

// heir is the station, or the one that had taken over from it by that day.
func (n *Namer) heir(s *Station, on Date) *Station {
	if p, passed := n.reg.Passed(s.ID, on); passed && p.Into != nil {
		return p.Into
	}
	return s
}

// codeOf is the code or ID that a cell holds, with the noughts a spreadsheet took away; "" of a name.
func codeOf(said string) string {
	said = strings.ToUpper(text.Line(said))
	digits := strings.TrimPrefix(said, "S")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	if digits == said && len(said) < 5 {
		return strings.Repeat("0", 5-len(said)) + said
	}
	return said
}

// withoutStation takes the words for a station off the name of its commune.
func withoutStation(said string) string {
	said = text.Line(said)
	for _, words := range []string{"đài truyền thanh cơ sở", "trạm truyền thanh cơ sở", "đài truyền thanh", "trạm truyền thanh", "đài tt", "đài"} {
		if rest, ok := cutWords(said, words); ok {
			return rest
		}
	}
	return said
}
