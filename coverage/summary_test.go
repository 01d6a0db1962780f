package coverage

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"loa/airing"
)

func TestASummaryNamesEveryCount(t *testing.T) {
	b, err := json.Marshal(Counts{})
	if err != nil {
		t.Fatal(err)
	}
	var names map[string]int
	if err := json.Unmarshal(b, &names); err != nil {
		t.Fatal(err)
	}
	for name := range names {
		if !slices.Contains(SummaryShape(), name) {
			t.Errorf("%s is counted and not in the shape", name)
		}
	}
	one := Counts{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	two := one
	if two.sum(one); two != (Counts{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}) || len(names) != len(SummaryShape()) {
		t.Errorf("a count is not summed: %+v", two)
	}
}

// TestASummarySaysWhatItsWeekSays compares both over any week, for whoever
// sees any of its districts.
func TestASummarySaysWhatItsWeekSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Week {
			var members []Member
			tallies, excuses, plan := map[string]airing.Tally{}, map[string]Excuse{}, Planned{Slots: map[string]int{}, Due: map[string]int{}, Over: true}
			for i := range rapid.IntRange(0, 12).Draw(t, name+" stations") {
				id := fmt.Sprint("S", i)
				members = append(members, Member{id, rapid.SampledFrom([]string{"", "080", "082", "084"}).Draw(t, "district")})
				tallies[id] = airing.Tally{Aired: 1, Qualifying: rapid.Uint16Range(0, 1).Draw(t, "qualifying")}
				plan.Slots[id] = rapid.IntRange(0, 1).Draw(t, "slots")
				if rapid.Bool().Draw(t, "excused") {
					excuses[id] = Excuse{}
				}
			}
			return Compute(week, members, plan, tallies, excuses)
		}
		frozen, now := draw("frozen"), draw("now")
		frozen.Closed = true
		if rapid.Bool().Draw(t, "frozen otherwise") && len(frozen.Districts) > 0 { // by an older version
			frozen.Aired++
			frozen.Districts[0].Aired++
		}
		seen := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"", "080", "082", "084"}), rapid.ID).Draw(t, "seen")
		want := frozen.Only(func(d, _ string) bool { return slices.Contains(seen, d) }).Beside(now.Only(func(d, _ string) bool { return slices.Contains(seen, d) }))
		want.Stations = nil
		in := func(d string) bool { return slices.Contains(seen, d) }
		got := frozen.Summary().Only(in).Beside(now.Summary().Only(in))
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(got)
		if string(a) != string(b) {
			t.Fatalf("the week says %s\nits summary    %s", a, b)
		}
	})
}
