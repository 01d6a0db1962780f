package kit

import (
	"loa/accounts"
	"loa/stations"
)

// StationOptions are the stations that pass the filter, to choose one from: below
// their districts, in the order of the registry. Every such list is made here.
func StationOptions(reg *stations.Registry, f stations.Filter) (list []Option) {
	for _, st := range reg.Filter(f) {
		list = append(list, Option{Value: st.ID, Text: reg.Label(st.ID), Group: DistrictGroup(reg, reg.Where(st.ID).District)})
	}
	return list
}

// DistrictOptions are districts to choose one from, by their codes.
func DistrictOptions(reg *stations.Registry, codes []string) (list []Option) {
	for _, code := range codes {
		list = append(list, Option{Value: code, Text: reg.DistrictLabel(code)})
	}
	return list
}

// Districts are those of today that may lets through, all where it is nil.
func (r *Request) Districts(reg *stations.Registry, may func(code string) bool) []Option {
	var codes []string
	for _, d := range reg.Districts(r.Today()) {
		if may == nil || may(d.Code) {
			codes = append(codes, d.Code)
		}
	}
	return DistrictOptions(reg, codes)
}

// OwnDistricts are those in which the reader may do the action; none where there is nothing to choose.
func (r *Request) OwnDistricts(reg *stations.Registry, action accounts.Action) []Option {
	all, own, _ := r.Actor.Stations(action)
	switch {
	case all:
		return r.Districts(reg, nil)
	case len(own) > 1:
		return DistrictOptions(reg, reg.InOrder(own))
	}
	return nil
}

// Lists is the choice of a list of stations, of those that the reader may ask for and sees a station of; none where
// there is none.
func (r *Request) Lists(reg *stations.Registry) []Choice {
	c := Choice{Name: "list", Label: r.Say("stations.list")}
	for _, l := range reg.Lists(r.Actor) {
		if _, err := reg.Listed(r.Actor, accounts.ReadStations, l.ID); err != nil {
			continue
		}
		name := l.Name
		if l.Owner != r.Actor.Person {
			name = r.Say("stations.list_of", "name", l.Name, "by", l.By)
		}
		c.Options = append(c.Options, Option{Value: l.ID, Text: name})
	}
	if len(c.Options) == 0 {
		return nil
	}
	return []Choice{c}
}

// WordOptions are the words of a list to choose one from, each with its sentence: that
// of the key that begins so and ends with the word.
func WordOptions[T ~string](r *Request, key string, words []T) (list []Option) {
	for _, w := range words {
		list = append(list, Option{Value: string(w), Text: r.Say(key + string(w))})
	}
	return list
}

// DistrictGroup is the heading of what lies in the district of that code, "" where
// there are no districts.
func DistrictGroup(reg *stations.Registry, code string) string {
	if code == "" {
		return ""
	}
	return reg.DistrictLabel(code)
}

// optionGroup is a heading with the options below it.
type optionGroup struct {
	Name    string // "" for options below no heading
	Options []Option
}

// grouped parts a list where the heading changes.
func grouped(list []Option) (groups []optionGroup) {
	for _, o := range list {
		if n := len(groups); n == 0 || groups[n-1].Name != o.Group {
			groups = append(groups, optionGroup{Name: o.Group})
		}
		g := &groups[len(groups)-1]
		g.Options = append(g.Options, o)
	}
	return groups
}
