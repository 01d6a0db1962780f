package scheduler

import (
	"slices"

	"loa/accounts"
	"loa/internal/text"
	"loa/stations"
)

// Follow lets rules that choose stations by name, or by a district that ends,
// choose those that take over from the day on: a village keeps its programmes
// when its station is merged or split. What was planned before m.At stays. It
// returns the rules that change.
func Follow(s *Schedule, m accounts.Meta, on stations.Date, h stations.Heirs) (changed []Rule) {
	since := latest(m.At, on.Start(text.Zone)).UTC()
	for _, r := range s.Rules {
		versions, moved := []Version{}, false
		for i, v := range r.Versions {
			over := i+1 < len(r.Versions) && !r.Versions[i+1].Since.After(since)
			next, differs := v.Selection.follow(h)
			if over || v.Ended || !differs {
				versions = append(versions, v)
				continue
			}
			moved = true
			if v.Since.Before(since) {
				versions = append(versions, v)
				v.Since, v.By, v.MadeAt = since, m.By.Name, m.At.UTC()
			}
			v.Selection = next
			versions = append(versions, v)
		}
		if moved {
			r.Versions = versions
			changed = append(changed, r)
		}
	}
	return changed
}

// follow is the selection with those who take over, and whether it differs.
func (s Selection) follow(h stations.Heirs) (Selection, bool) {
	var list []string
	add := func(ids ...string) {
		for _, id := range ids {
			if id != "" && !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	switch {
	case len(s.Stations) > 0:
		for _, id := range s.Stations {
			add(id, h.Merged[id])
			add(h.Split[id]...)
		}
		slices.Sort(list)
		return Selection{Stations: list}, len(list) > len(s.Stations)
	case len(s.Districts) > 0:
		for _, code := range s.Districts {
			if _, ends := h.Districts[code]; !ends {
				return s, false // some of what it chooses by goes on: a person decides
			}
			add(h.Districts[code]...)
		}
		slices.Sort(list)
		return Selection{Stations: list}, len(list) > 0
	}
	return s, false
}
