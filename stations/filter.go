package stations

import (
	"slices"

	"loa/accounts"
	"loa/internal/fault"
)

// Filter says which stations are meant; zero members do not filter. Lists,
// exports, the API and the command line all use it, so they never differ.
type Filter struct {
	Query      string     `name:"q"`          // see Registry.Search
	District   string     `name:"district"`   // code of the district
	Technology Technology `name:"technology"` // those that have it
	Language   string     `name:"language"`   // those that broadcast in it
	List       string     `name:"list"`       // ID of a list that somebody keeps (In)
	ActiveOn   Date       `name:"active_on"`  // active that day
	// LicenceUntil is for those whose FM licence ends by that day, or has ended; of one
	// without a date nothing is known.
	LicenceUntil Date                      `name:"licence_until"`
	Visible      func(accounts.Where) bool `kong:"-"`

	listed map[string]bool
}

// In is For with the stations of the list. Faults: stations.technology_unknown, .language_unknown,
// .no_district, those of Registry.Listed.
func (f Filter) In(r *Registry, a accounts.Actor, action accounts.Action) (_ Filter, err error) {
	if f.Technology != "" && !slices.Contains(Technologies, f.Technology) {
		return f, fault.New(fault.Invalid, "stations.technology_unknown", "text", string(f.Technology)).At("technology")
	}
	if f.Language != "" && !KnownLanguage(f.Language) {
		return f, fault.New(fault.Invalid, "stations.language_unknown", "text", f.Language).At("language")
	}
	if err = r.CheckDistrict(f.District); err == nil && f.List != "" {
		f.listed, err = r.Listed(a, action, f.List)
	}
	return f.For(a, action), err
}

// For keeps only the stations at which the actor may do the action.
func (f Filter) For(a accounts.Actor, action accounts.Action) Filter {
	f.Visible = func(w accounts.Where) bool { return a.Can(action, w) }
	return f
}

// Filter lists the stations that pass, in Vietnamese order of district and
// name, or, with a query, the best matches first.
func (r *Registry) Filter(f Filter) []*Station {
	var out []*Station
	for _, s := range r.ordered() {
		switch {
		case f.ActiveOn != "" && !s.ActiveOn(f.ActiveOn),
			f.District != "" && r.district[s.ID] != f.District,
			f.List != "" && !f.listed[s.ID],
			f.Technology != "" && !s.Traits().Has(f.Technology),
			f.Language != "" && !s.Traits().Speaks(f.Language),
			f.LicenceUntil != "" && (s.FM.LicenceUntil == "" || s.FM.LicenceUntil > f.LicenceUntil),
			f.Visible != nil && !f.Visible(r.Where(s.ID)):
			continue
		}
		out = append(out, s)
	}
	return r.search(out, f.Query)
}
