package accounts

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Roles follow a station to what took over from it; a role goes from where it was only if it moves away.
func TestRolesFollowTheirStation(t *testing.T) {
	one, two, new_, district := Scope{Station, "S00001"}, Scope{Station, "S00002"}, Scope{Station, "S00003"}, Scope{District, "084"}
	for name, c := range map[string]struct {
		before []Grant
		moves  map[Scope]Move
		after  []Grant
		differ bool
	}{
		"nothing moves":         {[]Grant{{Operator, one}}, nil, []Grant{{Operator, one}}, false},
		"another station moves": {[]Grant{{Operator, one}}, map[Scope]Move{two: {To: []Scope{new_}, Away: true}}, []Grant{{Operator, one}}, false},
		"beside where it was":   {[]Grant{{Operator, one}}, map[Scope]Move{one: {To: []Scope{new_}}}, []Grant{{Operator, one}, {Operator, new_}}, true},
		"away":                  {[]Grant{{Operator, one}}, map[Scope]Move{one: {To: []Scope{new_}, Away: true}}, []Grant{{Operator, new_}}, true},
		"away to nowhere":       {[]Grant{{Operator, one}}, map[Scope]Move{one: {Away: true}}, nil, true},
		"where she is already": {[]Grant{{Operator, one}, {Operator, new_}}, map[Scope]Move{one: {To: []Scope{new_}}},
			[]Grant{{Operator, one}, {Operator, new_}}, false},
		"two into one": {[]Grant{{Operator, one}, {Operator, two}},
			map[Scope]Move{one: {To: []Scope{new_}, Away: true}, two: {To: []Scope{new_}, Away: true}}, []Grant{{Operator, new_}}, true},
		"a role it cannot have": {[]Grant{{Monitor, district}}, map[Scope]Move{district: {To: []Scope{one}}}, []Grant{{Monitor, district}}, false},
		"each role on its own": {[]Grant{{Operator, one}, {Monitor, district}}, map[Scope]Move{one: {To: []Scope{two, new_}, Away: true}},
			[]Grant{{Monitor, district}, {Operator, two}, {Operator, new_}}, true},
		"a district into another": {[]Grant{{Monitor, district}}, map[Scope]Move{district: {To: []Scope{{District, "085"}}}},
			[]Grant{{Monitor, district}, {Monitor, Scope{District, "085"}}}, true},
	} {
		after, differ := Follow(c.before, c.moves)
		if !slices.Equal(after, c.after) || differ != c.differ {
			t.Errorf("%s: %v, differ %t", name, after, differ)
		}
	}
	if !HoldsAt([]Grant{{Monitor, district}}, district) || HoldsAt([]Grant{{Monitor, district}}, one) {
		t.Error("a grant is held elsewhere than at its scope")
	}
}

// What followed is taken back whole, and what was given or taken otherwise since stays so.
func TestWhatFollowedIsTakenBack(t *testing.T) {
	scope := rapid.Custom(func(t *rapid.T) Scope {
		return Scope{Station, rapid.SampledFrom([]string{"S1", "S2", "S3", "S4"}).Draw(t, "station")}
	})
	grant := rapid.Custom(func(t *rapid.T) Grant { return Grant{Operator, scope.Draw(t, "scope")} })
	grants := rapid.SliceOfNDistinct(grant, 0, 4, rapid.ID)
	sorted := func(list []Grant) []Grant {
		return slices.SortedFunc(slices.Values(list), func(a, b Grant) int { return slices.Compare([]byte(a.Scope.ID), []byte(b.Scope.ID)) })
	}
	rapid.Check(t, func(t *rapid.T) {
		was := grants.Draw(t, "was")
		then, differ := Follow(was, rapid.MapOfN(scope, rapid.Custom(func(t *rapid.T) Move {
			return Move{rapid.SliceOfN(scope, 0, 2).Draw(t, "to"), rapid.Bool().Draw(t, "away")}
		}), 0, 3).Draw(t, "moves"))
		if differ == slices.Equal(sorted(was), sorted(then)) && !differ {
			t.Fatalf("%v became %v and does not differ", was, then)
		}
		if back := Unfollow(then, was, then); !slices.Equal(sorted(back), sorted(was)) {
			t.Fatalf("%v, then %v, is %v again", was, then, back)
		}
		now := grants.Draw(t, "now") // after others gave and took
		back := Unfollow(now, was, then)
		for _, g := range now {
			if slices.Contains(was, g) == slices.Contains(then, g) && !slices.Contains(back, g) {
				t.Fatalf("%v was no matter of the move, and is gone: %v, then %v, now %v, back %v", g, was, then, now, back)
			}
		}
		for _, g := range back {
			if !slices.Contains(now, g) && (!slices.Contains(was, g) || slices.Contains(then, g)) {
				t.Fatalf("%v was taken otherwise and is back: %v, then %v, now %v, back %v", g, was, then, now, back)
			}
		}
	})
}
