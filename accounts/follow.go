package accounts

import "slices"

// Move says what becomes of the roles at one scope when what it names is merged
// or split.
type Move struct {
	To   []Scope // where the same roles are given
	Away bool    // and the old ones are taken
}

// Follow returns the grants after the moves, and whether they differ. A role is
// kept where it was unless it moves away: reports of the old station may still
// need a correction.
func Follow(grants []Grant, moves map[Scope]Move) (after []Grant, differ bool) {
	for _, g := range grants {
		if !moves[g.Scope].Away {
			after = append(after, g)
		}
	}
	differ = len(after) < len(grants)
	for _, g := range grants {
		for _, to := range moves[g.Scope].To {
			if next := (Grant{g.Role, to}); !slices.Contains(after, next) && next.Check() == nil {
				after, differ = append(after, next), true
			}
		}
	}
	return after, differ
}

// Unfollow takes back what Follow did: was and then are the grants before and
// after it. What was given or taken otherwise since stays so.
func Unfollow(now, was, then []Grant) []Grant {
	after := slices.DeleteFunc(slices.Clone(now), func(g Grant) bool { return slices.Contains(then, g) && !slices.Contains(was, g) })
	for _, g := range was {
		if !slices.Contains(then, g) && !slices.Contains(after, g) {
			after = append(after, g)
		}
	}
	return after
}

// HoldsAt reports whether one of the grants is at that scope.
func HoldsAt(grants []Grant, at Scope) bool {
	return slices.ContainsFunc(grants, func(g Grant) bool { return g.Scope == at })
}
