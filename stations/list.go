package stations

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// List is stations that somebody put together under a name, to ask for again. It also means
// those that have taken over from them since.
type List struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Owner    string   `json:"owner,omitempty"` // person; "" is the server itself
	By       string   `json:"by"`              // her name
	Shared   bool     `json:"shared"`          // everybody may ask for it
	Stations []string `json:"stations"`        // IDs, in the order of the registry
	accounts.Touch
}

// Edition is what two editors of the list begin from.
func (l List) Edition() accounts.Edition { return accounts.EditionOf(l.Touch, l) }

// seenBy reports whether somebody may ask for it.
func (l List) seenBy(a accounts.Actor) bool { return l.Shared || l.Owner == a.Person }

// MayChange reports whether somebody may change or remove it: its owner and, where it is
// shared, who keeps the registry.
func (l List) MayChange(a accounts.Actor) bool {
	return l.Owner == a.Person || l.Shared && a.Can(accounts.EditStations, accounts.Where{})
}

// How many stations a list may name, how many lists a person may have, and how long a name is.
const (
	MostListed   = 500
	MostLists    = 50
	ListNameMost = 80
)

// SaveList makes a list, or changes one.
type SaveList struct {
	ID       string   `json:"-"` // "" for a new one
	Name     string   `json:"name" schema:"required maxLength=80"`
	Shared   bool     `json:"shared"`
	Stations []string `json:"stations" schema:"required maxItems=500"` // IDs or official codes
}

// NoList is the fault stations.no_list: there is none of that ID, or it is somebody else's alone.
func NoList() error { return fault.New(fault.NotFound, "stations.no_list").At("list") }

// Knowing is the registry together with lists of its stations.
func (r *Registry) Knowing(lists map[string]List) *Registry {
	known := *r
	known.lists = lists
	return &known
}

// Lists are those that somebody may ask for: her own first, each by name.
func (r *Registry) Lists(a accounts.Actor) (seen []List) {
	for _, l := range r.lists {
		if l.seenBy(a) {
			seen = append(seen, l)
		}
	}
	others := func(l List) int {
		if l.Owner == a.Person {
			return 0
		}
		return 1
	}
	slices.SortFunc(seen, func(x, y List) int {
		return cmp.Or(cmp.Compare(others(x), others(y)), cmp.Compare(text.Fold(x.Name), text.Fold(y.Name)), cmp.Compare(x.ID, y.ID))
	})
	return seen
}

// List is the list of that ID. Fault: stations.no_list.
func (r *Registry) List(a accounts.Actor, id string) (List, error) {
	l, found := r.lists[id]
	if !found || !l.seenBy(a) {
		return List{}, NoList()
	}
	return l, nil
}

// Listed are the stations of a list, and those that took over from them, at which somebody may do the
// action. Faults: stations.no_list, accounts.denied where that is none.
func (r *Registry) Listed(a accounts.Actor, action accounts.Action, id string) (map[string]bool, error) {
	l, err := r.List(a, id)
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, id := range l.Stations {
		for _, s := range append(r.Lineage(id).After, r.byID[id]) {
			if s != nil && a.Can(action, r.Where(s.ID)) {
				listed[s.ID] = true
			}
		}
	}
	if len(listed) == 0 {
		return nil, a.Must(action, r.Where(l.Stations[0]))
	}
	return listed, nil
}

// Chosen are the stations of a list that somebody may see, or one of them; every station
// where neither is named. A code is that of a station on that day. Faults: stations.unknown,
// accounts.denied, stations.not_listed, those of Listed.
func (r *Registry) Chosen(a accounts.Actor, station, list string, on Date) ([]*Station, error) {
	f, err := Filter{List: list}.In(r, a, accounts.ReadStations)
	if err != nil {
		return nil, err
	}
	if station == "" && list == "" {
		return r.Stations(), nil
	}
	if station == "" {
		return r.Filter(f), nil
	}
	s, err := r.OpenTo(a, accounts.ReadStations, station, on)
	if err == nil && list != "" && !f.listed[s.ID] {
		err = r.NotListed(s.ID)
	}
	return []*Station{s}, err
}

// NotListed says that a station is none of the list that is asked for beside it.
func (r *Registry) NotListed(id string) *fault.Error {
	return fault.New(fault.Invalid, "stations.not_listed", "station", r.Label(id)).At("station")
}

// DecideList says what a list becomes. Faults: accounts.denied, those of ListToChange, stations.list_many,
// stations.refused whose parts are of name (list_name, list_name_taken) and of stations
// (list_empty, list_long, unknown).
func DecideList(r *Registry, m accounts.Meta, c SaveList) (List, error) {
	if !m.By.CanSomewhere(accounts.ReadStations) {
		return List{}, m.By.Must(accounts.ReadStations, accounts.Where{})
	}
	l := List{ID: m.NewID(), Owner: m.By.Person, By: m.By.Name}
	was := l
	if c.ID != "" {
		var err error
		if was, err = r.ListToChange(m, c.ID); err != nil {
			return List{}, err
		}
		l = was
	}
	l.Name, l.Shared, l.Stations = text.Line(c.Name), c.Shared || l.Owner == "", nil
	var bad []*fault.Error
	refuse := func(field, code string, args ...any) {
		bad = append(bad, fault.New(fault.Invalid, code, args...).At(field))
	}
	if n := utf8.RuneCountInString(l.Name); n == 0 || n > ListNameMost {
		refuse("name", "stations.list_name", "most", ListNameMost)
	}
	own := 0
	for _, other := range r.lists {
		if other.Owner != l.Owner || other.ID == l.ID {
			continue
		}
		if own++; text.Fold(other.Name) == text.Fold(l.Name) {
			refuse("name", "stations.list_name_taken", "name", other.Name)
		}
	}
	if c.ID == "" && own >= MostLists {
		return List{}, fault.New(fault.Conflict, "stations.list_many", "most", MostLists)
	}
	listed := map[string]bool{}
	for _, one := range c.Stations {
		s, err := r.ByCodeOrID(one, DateOf(m.At.In(text.Zone)))
		if err != nil || !m.By.Can(accounts.ReadStations, r.Where(s.ID)) && !slices.Contains(was.Stations, s.ID) {
			refuse("stations", "stations.unknown", "station", one)
			continue
		}
		listed[s.ID] = true
	}
	switch {
	case len(c.Stations) == 0:
		refuse("stations", "stations.list_empty")
	case len(listed) > MostListed:
		refuse("stations", "stations.list_long", "most", MostListed)
	}
	if len(bad) > 0 {
		return List{}, refused(bad)
	}
	for _, s := range r.ordered() {
		if listed[s.ID] {
			l.Stations = append(l.Stations, s.ID)
		}
	}
	l.Touch = m.Touch(was, l)
	return l, nil
}

// ListToChange is the list of that ID, if it may be changed or removed. Faults: stations.no_list,
// stations.list_of_other, edit.stale.
func (r *Registry) ListToChange(m accounts.Meta, id string) (List, error) {
	l, err := r.List(m.By, id)
	if err == nil && !l.MayChange(m.By) {
		err = fault.New(fault.Denied, "stations.list_of_other", "by", l.By)
	}
	if err == nil {
		err = m.Current(l.Edition())
	}
	return l, err
}
