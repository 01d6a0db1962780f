package scheduler

import (
	"slices"

	"loa/accounts"
	"loa/internal/text"
	"loa/stations"
)

// Follow lets a rule choose other stations from the day on, where a merger or a
// split makes next say so: a village keeps its programmes. What was planned
// before m.At stays. It reports whether the rule changes.
func Follow(r Rule, m accounts.Meta, on stations.Date, next func(Selection) Selection) (Rule, bool) {
	since := latest(m.At, on.Start(text.Zone)).UTC()
	versions, moved := []Version{}, false
	for i, v := range r.Versions {
		over := i+1 < len(r.Versions) && !r.Versions[i+1].Since.After(since)
		chosen := next(v.Selection)
		if over || v.Ended || chosen.Same(v.Selection) {
			versions = append(versions, v)
			continue
		}
		moved = true
		if v.Since.Before(since) {
			versions = append(versions, v)
			v.Since, v.By, v.MadeAt = since, m.By.Name, m.At.UTC()
		}
		v.Selection = chosen
		versions = append(versions, v)
	}
	r.Versions = versions
	return r, moved
}

// Unfollow takes back what Follow did to a rule: was and then are the rule before
// and after it. What was changed otherwise since stays so.
func Unfollow(now, was, then Rule) Rule {
	back := func(s Selection) Selection {
		for i := range then.Versions {
			if v := then.Versions[i]; v.Selection.Same(s) && !slices.ContainsFunc(was.Versions, func(w Version) bool { return w.Selection.Same(s) }) {
				return was.madeOf(v).Selection
			}
		}
		return s
	}
	now.Versions = slices.Clone(now.Versions)
	for i, v := range now.Versions {
		now.Versions[i].Selection = back(v.Selection)
	}
	return now
}

// madeOf is the version a later one was made of.
func (r Rule) madeOf(v Version) Version {
	found := r.Versions[0]
	for _, w := range r.Versions {
		if !w.Since.After(v.Since) {
			found = w
		}
	}
	return found
}

// Same reports whether two selections say the same.
func (s Selection) Same(o Selection) bool {
	return s.All == o.All && s.Language == o.Language && s.Technology == o.Technology &&
		slices.Equal(s.Stations, o.Stations) && slices.Equal(s.Districts, o.Districts)
}

// Heirs is the selection with those who take over by a merger, and with the
// answer of a person about a split: which stations take the place of one that is
// split. A station without an answer keeps its place.
func (s Selection) Heirs(h stations.Heirs, split map[string][]string) Selection {
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
			if to, ok := split[id]; ok {
				add(to...)
			} else {
				add(id, h.Merged[id])
			}
		}
	case len(s.Districts) > 0:
		for _, code := range s.Districts {
			if _, ends := h.Districts[code]; !ends {
				return s // some of what it chooses by goes on: a person decides
			}
			add(h.Districts[code]...)
		}
	}
	if len(list) == 0 {
		return s
	}
	slices.Sort(list)
	return Selection{Stations: list}
}
