package assign

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"loa/internal/fault"
	"pgregory.net/rapid"
)

func ids(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%04d", prefix, i)
	}
	return out
}

func spread(p *Plan) int {
	byLoad := func(a, b Load) int { return cmp.Compare(a.Entries, b.Entries) }
	return slices.MaxFunc(p.Loads, byLoad).Entries - slices.MinFunc(p.Loads, byLoad).Entries
}

// national is 2,000 entries of 20 districts, 40 judges, two of each district,
// who may not judge their own.
func national() Input {
	in := Input{Entries: ids("e", 2000), Judges: ids("j", 40), Each: 5, Seed: "national"}
	for i, e := range in.Entries {
		for j, judge := range in.Judges {
			if i%20 == j/2 {
				in.Conflicts = append(in.Conflicts, Pair{judge, e})
			}
		}
	}
	return in
}

func TestNationalLoadsAreEven(t *testing.T) {
	p, err := Make(national())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Pairs) != 10000 || spread(p) != 0 {
		t.Errorf("%d pairs, loads differ by %d", len(p.Pairs), spread(p))
	}
}

func BenchmarkNational(b *testing.B) {
	in := national()
	for b.Loop() {
		if _, err := Make(in); err != nil {
			b.Fatal(err)
		}
	}
}

// nested is the national size at its worst for exchanges: after five judges
// who may hear everything, judge j may hear the entries from 50·j on only.
func nested() Input {
	in := Input{Entries: ids("e", 2000), Judges: ids("j", 40), Each: 5, Seed: "nested"}
	for i, e := range in.Entries {
		for j, judge := range in.Judges {
			if j >= 5 && i < 50*j {
				in.Conflicts = append(in.Conflicts, Pair{judge, e})
			}
		}
	}
	return in
}

func BenchmarkNested(b *testing.B) {
	in := nested()
	for b.Loop() {
		if _, err := Make(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRemoved is the national plan after ten of its judges left.
func BenchmarkRemoved(b *testing.B) {
	in := national()
	p, err := Make(in)
	if err != nil {
		b.Fatal(err)
	}
	in.Kept, in.Judges = p.Pairs, in.Judges[10:]
	for b.Loop() {
		if _, err := Make(in); err != nil {
			b.Fatal(err)
		}
	}
}

// chosen draws a small contest with conflicts and some kept pairs.
func chosen(t *rapid.T) Input {
	in := Input{Entries: ids("e", rapid.IntRange(1, 8).Draw(t, "entries")),
		Judges: ids("j", rapid.IntRange(1, 5).Draw(t, "judges")), Seed: rapid.String().Draw(t, "seed")}
	in.Each = rapid.IntRange(1, len(in.Judges)).Draw(t, "each")
	for _, e := range in.Entries {
		for _, j := range in.Judges {
			switch rapid.SampledFrom([]string{"", "", "", "conflict", "kept"}).Draw(t, "pair") {
			case "conflict":
				in.Conflicts = append(in.Conflicts, Pair{j, e})
			case "kept":
				in.Kept = append(in.Kept, Pair{j, e})
			}
		}
	}
	return in
}

// squares is the least sum of squared loads over all completions, by trying
// every one.
func squares(in Input) int {
	best := -1
	taken := map[Pair]bool{}
	loads := map[string]int{}
	for _, p := range in.Kept {
		taken[p] = true
		loads[p.Judge]++
	}
	var try func(e, from, missing int)
	next := func(e int) {
		if e == len(in.Entries) {
			sum := 0
			for _, n := range loads {
				sum += n * n
			}
			if best < 0 || sum < best {
				best = sum
			}
			return
		}
		have := 0
		for _, j := range in.Judges {
			if taken[Pair{j, in.Entries[e]}] {
				have++
			}
		}
		try(e, 0, in.Each-have)
	}
	try = func(e, from, missing int) {
		if missing <= 0 {
			next(e + 1)
			return
		}
		for i := from; i < len(in.Judges); i++ {
			p := Pair{in.Judges[i], in.Entries[e]}
			if taken[p] || slices.Contains(in.Conflicts, p) {
				continue
			}
			loads[p.Judge]++
			try(e, i+1, missing-1)
			loads[p.Judge]--
		}
	}
	next(0)
	return best
}

func TestNoPlanIsMoreEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := chosen(t)
		in.Entries = in.Entries[:min(5, len(in.Entries))]
		in.Kept = slices.DeleteFunc(in.Kept, func(p Pair) bool { return !slices.Contains(in.Entries, p.Entry) })
		p, err := Make(in)
		want := squares(in)
		if err != nil {
			if want >= 0 || !fault.Is(err, "ranking.assign_impossible") {
				t.Fatalf("%v, yet a plan exists", err)
			}
			return
		}
		got := 0
		for _, l := range p.Loads {
			got += l.Entries * l.Entries
		}
		if got != want {
			t.Fatalf("squared loads %d, the best is %d", got, want)
		}
	})
}

func TestPlanKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := chosen(t)
		p, err := Make(in)
		if err != nil {
			return
		}
		for _, c := range in.Conflicts {
			if slices.Contains(p.Pairs, c) {
				t.Fatalf("%v judges in conflict", c)
			}
		}
		for _, k := range in.Kept {
			if !slices.Contains(p.Pairs, k) || slices.Contains(p.Added, k) {
				t.Fatalf("%v was not kept", k)
			}
		}
		for _, e := range in.Entries {
			n, had := 0, 0
			for _, j := range in.Judges {
				if slices.Contains(p.Pairs, Pair{j, e}) {
					n++
				}
				if slices.Contains(in.Kept, Pair{j, e}) {
					had++
				}
			}
			if n != max(in.Each, had) {
				t.Fatalf("%s has %d judges", e, n)
			}
		}
		shuffled := in
		shuffled.Entries = rapid.Permutation(in.Entries).Draw(t, "entries again")
		shuffled.Judges = rapid.Permutation(in.Judges).Draw(t, "judges again")
		again, err := Make(shuffled)
		if err != nil || !slices.Equal(again.Pairs, p.Pairs) {
			t.Fatalf("the order of the input changed the plan: %v, %v", again, err)
		}
	})
}

func TestAJudgeLeaves(t *testing.T) {
	in := Input{Entries: ids("e", 60), Judges: ids("j", 7), Each: 3, Seed: "s"}
	before, err := Make(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Judges, in.Kept = in.Judges[1:], before.Pairs
	after, err := Make(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(after.Dropped) != before.Loads[0].Entries || len(after.Added) != len(after.Dropped) {
		t.Errorf("dropped %d, added %d, she had %d", len(after.Dropped), len(after.Added), before.Loads[0].Entries)
	}
	if spread(after) > 1 {
		t.Errorf("loads %v", after.Loads)
	}
}

func TestEveryone(t *testing.T) {
	p, err := Make(Input{Entries: ids("e", 3), Judges: ids("j", 2), Conflicts: []Pair{{"j0000", "e0001"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Pair{{"j0000", "e0000"}, {"j0001", "e0000"}, {"j0001", "e0001"}, {"j0000", "e0002"}, {"j0001", "e0002"}}
	if !slices.Equal(p.Pairs, want) {
		t.Errorf("got %v", p.Pairs)
	}
}

func TestImpossibleNamesEntryAndReason(t *testing.T) {
	_, err := Make(Input{Entries: []string{"A", "B"}, Judges: []string{"x", "y", "z"}, Each: 2,
		Conflicts: []Pair{{"z", "B"}, {"x", "B"}}})
	e := fault.Of(err)
	if !fault.Is(err, "ranking.assign_impossible") || e.Args["entry"] != "B" || e.Args["excluded"] != "x, z" || e.Args["missing"] != 1 {
		t.Errorf("got %v", err)
	}
}

func TestRefusesBadInput(t *testing.T) {
	for _, c := range []struct {
		code string
		in   Input
	}{
		{"ranking.no_entry", Input{Judges: []string{"x"}}},
		{"ranking.no_judge", Input{Entries: []string{"A"}}},
		{"ranking.twice", Input{Entries: []string{"A", "A"}, Judges: []string{"x"}}},
		{"ranking.twice", Input{Entries: []string{"A"}, Judges: []string{""}}},
		{"ranking.assign_bad_number", Input{Entries: []string{"A"}, Judges: []string{"x"}, Each: 2}},
		{"ranking.assign_bad_number", Input{Entries: []string{"A"}, Judges: []string{"x"}, Each: -1}},
	} {
		if _, err := Make(c.in); !fault.Is(err, c.code) {
			t.Errorf("%+v: %v, want %s", c.in, err, c.code)
		}
	}
}
