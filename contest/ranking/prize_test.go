package ranking

import (
	"fmt"
	"testing"

	"loa/internal/fault"
	"pgregory.net/rapid"
)

// scored ranks entries a, b, c, … by one judge.
func scored(t tester, scores ...float64) *Ranking {
	rows := map[string][]float64{}
	for i, s := range scores {
		rows[string(rune('a'+i))] = []float64{s}
	}
	return rank(t, one(rows), Mean)
}

// told writes awards as "a 1 I 10", with + for over quota; then open ties and
// withheld places.
func told(a *Awards) []string {
	var out []string
	for _, g := range a.Given {
		s := fmt.Sprintf("%s %d %s %d", g.Entry.ID, g.Rank, g.Prize, g.Amount)
		if g.Over {
			s += "+"
		}
		out = append(out, s)
	}
	for _, o := range a.Open {
		out = append(out, fmt.Sprintf("open %v %v", o.Entries, o.Prizes))
	}
	for _, w := range a.Withheld {
		out = append(out, fmt.Sprintf("withheld %+v", w))
	}
	for _, l := range a.Left {
		out = append(out, fmt.Sprintf("left %+v", l))
	}
	return out
}

func ladder(p Policy) Ladder {
	return Ladder{Policy: p, Prizes: []Prize{{ID: "I", Quota: 1, Amount: 10}, {ID: "II", Quota: 2, Amount: 6}, {ID: "III", Quota: 1, Amount: 3}}}
}

func award(t *testing.T, r *Ranking, l Ladder) []string {
	t.Helper()
	a, err := r.Award(l)
	if err != nil {
		t.Fatal(err)
	}
	return told(a)
}

func TestPrizesInOrder(t *testing.T) {
	// A tie inside one prize needs no policy.
	same(t, award(t, scored(t, 9, 8, 8, 7, 6), ladder(Chair)), []string{"a 1 I 10", "b 2 II 6", "c 2 II 6", "d 4 III 3"})
}

func TestATieOverTheEndOfAPrize(t *testing.T) {
	r := scored(t, 9, 9, 8, 7, 6)
	same(t, award(t, r, ladder(Share)), []string{"a 1 I 10", "b 1 I 10+", "c 3 II 6", "d 4 III 3", "withheld {Prize:II Count:1 TooLow:false}"})
	same(t, award(t, r, ladder(Split)), []string{"a 1 I 8", "b 1 I 8+", "c 3 II 6", "d 4 III 3", "withheld {Prize:II Count:1 TooLow:false}"})
	same(t, award(t, r, ladder(Chair)), []string{"c 3 II 6", "d 4 III 3", "open [a b] [I II]"})
}

// Nobody can be paid a part of a đồng: what cannot be divided is left, and told.
func TestMoneyIsDividedIntoWholeDong(t *testing.T) {
	l := ladder(Split)
	l.Prizes[0].Amount, l.Prizes[1].Amount, l.Prizes[2].Amount = 7_000_001, 5_000_000, 1_000_000
	same(t, award(t, scored(t, 9, 9, 8, 7, 6), l)[:3], []string{"a 1 I 6000000", "b 1 I 6000000+", "c 3 II 5000000"})
	same(t, award(t, scored(t, 9, 8, 8, 7, 7, 7), l), []string{"a 1 I 7000001", "b 2 II 5000000", "c 2 II 5000000",
		"d 4 III 333333", "e 4 III 333333+", "f 4 III 333333+", "left {Entries:[d e f] Each:333333 Money:1}"})
	same(t, award(t, scored(t, 9, 9), l), []string{"a 1 I 6000000", "b 1 I 6000000+",
		"withheld {Prize:II Count:2 TooLow:false}", "withheld {Prize:III Count:1 TooLow:false}", "left {Entries:[a b] Each:6000000 Money:1}"})
}

func TestATieOverTheEndOfTheLadder(t *testing.T) {
	r := scored(t, 9, 8, 8, 7, 7, 7)
	same(t, award(t, r, ladder(Share)), []string{"a 1 I 10", "b 2 II 6", "c 2 II 6", "d 4 III 3", "e 4 III 3+", "f 4 III 3+"})
	same(t, award(t, r, ladder(Split))[3:], []string{"d 4 III 1", "e 4 III 1+", "f 4 III 1+"})
	same(t, award(t, r, ladder(Chair))[3:], []string{"open [d e f] [III]"})
}

func TestFloorsWithhold(t *testing.T) {
	l := ladder(Share)
	nine, seven := Whole(9), Whole(7)
	l.Prizes[0].Floor, l.Prizes[2].Floor = &nine, &seven
	same(t, award(t, scored(t, 8, 7.5, 7.25, 6.75), l), []string{"a 1 II 6", "b 2 II 6", "c 3 III 3", "withheld {Prize:I Count:1 TooLow:true}"})
	same(t, award(t, scored(t, 9, 6), l), []string{"a 1 I 10", "b 2 II 6",
		"withheld {Prize:II Count:1 TooLow:false}", "withheld {Prize:III Count:1 TooLow:false}"})
}

func TestEachThemeHasItsLadder(t *testing.T) {
	in := one(map[string][]float64{"a": {9}, "b": {8}, "c": {7}, "d": {6}})
	for i, e := range in.Entries {
		in.Entries[i].Theme = map[string]string{"a": "ntm", "b": "atgt", "c": "atgt", "d": "ntm"}[e.ID]
	}
	l := ladder(Share)
	l.Theme = "atgt"
	same(t, award(t, rank(t, in, Mean), l)[:2], []string{"b 1 I 10", "c 2 II 6"})
}

func TestRefusesBadLadders(t *testing.T) {
	one, two := Whole(1), Whole(2)
	for name, l := range map[string]Ladder{
		"no policy": {Prizes: []Prize{{ID: "I", Quota: 1}}},
		"no prize":  {Policy: Share},
		"no quota":  {Policy: Share, Prizes: []Prize{{ID: "I"}}},
		"twice":     {Policy: Share, Prizes: []Prize{{ID: "I", Quota: 1}, {ID: "I", Quota: 1}}},
		"floors up": {Policy: Share, Prizes: []Prize{{ID: "I", Quota: 1, Floor: &one}, {ID: "II", Quota: 1}, {ID: "III", Quota: 1, Floor: &two}}},
		"debt":      {Policy: Share, Prizes: []Prize{{ID: "I", Quota: 1, Amount: -1}}},
	} {
		if _, err := scored(t, 1).Award(l); !fault.Is(err, "ranking.bad_ladder") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever the ties: nobody gets a better prize than someone ranked before
// her, entries on one rank get the same, each prize keeps within its quota
// but for those marked, and Split never gives more money than the ladder has.
func TestPrizesAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rank(t, anyInput(t), Mean)
		l := Ladder{Policy: rapid.SampledFrom([]Policy{Share, Split, Chair}).Draw(t, "policy")}
		money := Whole(0).Rat()
		for i := range rapid.IntRange(1, 3).Draw(t, "prizes") {
			p := Prize{ID: fmt.Sprint(i), Quota: rapid.IntRange(1, 3).Draw(t, "quota"), Amount: int64(10 - i)}
			l.Prizes = append(l.Prizes, p)
			money.Add(money, Whole(int64(p.Quota)*p.Amount).Rat())
		}
		a, err := r.Award(l)
		if err != nil {
			t.Fatal(err)
		}
		within := map[string]int{}
		for i, g := range a.Given {
			if !g.Over {
				within[g.Prize]++
			}
			if i > 0 && (a.Given[i-1].Prize > g.Prize || a.Given[i-1].Rank == g.Rank && a.Given[i-1].Prize != g.Prize) {
				t.Fatalf("%q", told(a))
			}
			money.Sub(money, Whole(g.Amount).Rat())
		}
		if l.Policy != Share && money.Sign() < 0 {
			t.Fatalf("%s đồng too many: %q", money, told(a))
		}
		for _, p := range l.Prizes {
			left, waiting := 0, 0
			for _, w := range a.Withheld {
				if w.Prize == p.ID {
					left = w.Count
				}
			}
			for _, o := range a.Open {
				for _, id := range o.Prizes {
					if id == p.ID {
						waiting++
					}
				}
			}
			if within[p.ID]+left+waiting != p.Quota {
				t.Fatalf("%d given, %d withheld and %d waiting of %d in %q", within[p.ID], left, waiting, p.Quota, told(a))
			}
		}
	})
}

func TestPromotion(t *testing.T) {
	in := one(map[string][]float64{"a": {9}, "b": {8}, "c": {8}, "d": {8}, "e": {6}, "f": {5}})
	for i, e := range in.Entries {
		in.Entries[i].District = map[string]string{"a": "N", "b": "N", "c": "N", "d": "S", "e": "S", "f": "W"}[e.ID]
	}
	r := rank(t, in, Mean)
	six := Whole(6)
	for _, c := range []struct {
		name string
		p    Promotion
		on   string
		open string
	}{
		{"top 4", Promotion{Top: 4, Policy: Chair}, "abcd", "[]"},
		{"top 3, shared", Promotion{Top: 3, Policy: Share}, "abcd", "[]"},
		{"top 3, chair", Promotion{Top: 3, Policy: Chair}, "a", "[[b c d]]"},
		{"top 20", Promotion{Top: 20, Policy: Chair}, "abcdef", "[]"},
		{"6 points", Promotion{AtLeast: &six, Policy: Chair}, "abcde", "[]"},
		{"one a district", Promotion{PerDistrict: 1, Policy: Chair}, "adf", "[]"},
		{"two a district, shared", Promotion{PerDistrict: 2, Policy: Share}, "abcdef", "[]"},
		{"two a district, chair", Promotion{PerDistrict: 2, Policy: Chair}, "adef", "[[b c]]"},
		{"own quotas", Promotion{PerDistrict: 1, Districts: map[string]int{"N": 3, "W": 0}, Policy: Chair}, "abcd", "[]"},
		{"only S limited", Promotion{Districts: map[string]int{"S": 1}, Policy: Chair}, "abcdf", "[]"},
		{"all rules", Promotion{AtLeast: &six, PerDistrict: 1, Top: 1, Policy: Chair}, "a", "[]"},
	} {
		got, err := r.Promote(c.p)
		if err != nil {
			t.Fatal(err)
		}
		on := ""
		for _, e := range got.On {
			on += e.ID
		}
		if on != c.on || fmt.Sprint(got.Open) != c.open {
			t.Errorf("%s: %s and open %v", c.name, on, got.Open)
		}
	}
	for _, p := range []Promotion{{Policy: Share}, {Top: 1}, {Top: 1, Policy: Split}, {Top: -1, PerDistrict: 1, Policy: Share},
		{Districts: map[string]int{"N": -1}, Policy: Share}} {
		if _, err := r.Promote(p); !fault.Is(err, "ranking.bad_promotion") {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
