package accounts

import "slices"

// Follow gives people who hold a role at a station that was merged the same
// role at the one that took over from it, and returns those who get one. What
// they held they keep: reports of the old station may still need a correction.
func Follow(people []Person, heirs map[string]string) (changed []Person) {
	for _, p := range people {
		after := slices.Clone(p.Grants)
		for _, g := range p.Grants {
			to := Grant{g.Role, Scope{Station, heirs[g.Scope.ID]}}
			if g.Scope.Level == Station && to.Scope.ID != "" && !slices.Contains(after, to) {
				after = append(after, to)
			}
		}
		if len(after) > len(p.Grants) && !p.Disabled {
			p.Grants = after
			changed = append(changed, p)
		}
	}
	return changed
}

// InDistricts lists the people who hold a role in one of the districts.
func InDistricts(people []Person, codes map[string][]string) (found []Person) {
	for _, p := range people {
		if !p.Disabled && slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Scope.Level == District && codes[g.Scope.ID] != nil }) {
			found = append(found, p)
		}
	}
	return found
}
