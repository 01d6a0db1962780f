package coverage

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/stations"
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
	one := Counts{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	two := one
	if two.sum(one); two != (Counts{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}) || len(names)+1 != len(SummaryShape()) {
		t.Errorf("a count is not summed: %+v", two)
	}
}

// TestAnOlderWeekKeepsWhoHadNoSchedule: it was frozen when these were called silent, and
// that they are called otherwise today is no change of the week.
func TestAnOlderWeekKeepsWhoHadNoSchedule(t *testing.T) {
	members := []Member{{"S1", "080"}, {"S2", "082"}}
	now := compute(week, members, slots(1, "S1"), map[string]airing.Tally{"S1": {Aired: 1, Qualifying: 1}}, nil)
	frozen := compute(week, members, slots(1, "S1", "S2"), map[string]airing.Tally{"S1": {Aired: 1, Qualifying: 1}}, nil)
	frozen.Scheduled, frozen.Districts[1].Scheduled, frozen.Stations[1].Scheduled, frozen.Closed = 1, 0, 0, true
	all := func(string) bool { return true }
	for name, got := range map[string]Week{"the week": frozen.Beside(now), "its summary": frozen.Summary().Only(all).Beside(now.Summary().Only(all))} {
		if got.Now != nil || got.NotReported != 1 || got.NotPlanned != 0 {
			t.Errorf("%s: %+v, now %+v", name, got.Counts, got.Now)
		}
	}
	if later := compute(week, members, slots(1, "S1"), map[string]airing.Tally{"S1": {Aired: 1, Qualifying: 1}, "S2": {Aired: 1, Qualifying: 1}},
		nil); frozen.Beside(later).Now == nil {
		t.Error("a change is not told")
	}
}

// TestASummarySaysWhatItsWeekSays compares both over any week, for whoever
// sees any of its districts.
func TestASummarySaysWhatItsWeekSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Week {
			var members []Member
			tallies, excuses, plan := map[string]airing.Tally{}, map[string]Excuse{}, planned{Slots: map[string]int{}, Due: map[string]int{}, Over: true}
			for i := range rapid.IntRange(0, 12).Draw(t, name+" stations") {
				id := fmt.Sprint("S", i)
				members = append(members, Member{id, rapid.SampledFrom([]string{"", "080", "082", "084"}).Draw(t, "district")})
				tallies[id] = airing.Tally{Aired: 1, Qualifying: rapid.Uint16Range(0, 1).Draw(t, "qualifying")}
				plan.Slots[id] = rapid.IntRange(0, 1).Draw(t, "slots")
				if rapid.Bool().Draw(t, "excused") {
					excuses[id] = Excuse{}
				}
			}
			return compute(week, members, plan, tallies, excuses)
		}
		frozen, now := draw("frozen"), draw("now")
		frozen.Closed = true
		if rapid.Bool().Draw(t, "frozen otherwise") && len(frozen.Districts) > 0 { // by an older version
			frozen.Aired++
			frozen.Districts[0].Aired++
		}
		seen := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"", "080", "082", "084"}), rapid.ID).Draw(t, "seen")
		want := frozen.Only(func(d, _ string) bool { return slices.Contains(seen, d) }).Beside(now.Only(func(d,
			_ string) bool {
			return slices.Contains(seen, d)
		}))
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

// TestOneChangeDoesNotHideAnother: a report taken back of a station without a schedule, and one that came late of
// another, leave the sums alike but for who was not planned; that is a change, unlike what older versions froze.
func TestOneChangeDoesNotHideAnother(t *testing.T) {
	week := func(one, other State, scheduled int) Week {
		return recount(2889, []StationWeek{{Station: "S00001", State: one}, {Station: "S00002", State: other, Scheduled: scheduled}})
	}
	frozen, now := week(NotCounted, NotReported, 1), week(NotPlanned, NotCounted, 1)
	if got := frozen.Beside(now); got.Now == nil || got.Now.NotPlanned != 1 {
		t.Errorf("beside it: %+v", got.Now)
	}
	if got := week(NotReported, NotCounted, 1).Beside(now); got.Now != nil {
		t.Errorf("what an older version froze: %+v", got.Now)
	}
	number := func(id string) uint32 { return uint32(id[5] - '0') }
	s := Scope{by: accounts.Daemon(), reg: stations.NewRegistry(stations.Founding()), cal: airing.Calendar{Zone: text.Zone}}
	p := NewPeriod(s, Span{From: 2889, Until: 2889}, []Twice{{Now: now.Dense(number), Frozen: frozen.Dense(number)}})
	if p.Now == nil || p.Now.NotPlanned != 1 || p.Now.NotReported != 0 {
		t.Errorf("the period now: %+v", p.Now)
	}
	p = NewPeriod(s, Span{From: 2889, Until: 2889}, []Twice{{Now: now.Dense(number), Frozen: week(NotReported, NotCounted, 1).Dense(number)}})
	if p.Now != nil {
		t.Errorf("the period an older version froze: %+v", p.Now)
	}
}
