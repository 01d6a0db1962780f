package ranking

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"loa/internal/fault"
	"pgregory.net/rapid"
)

func TestRefusesBadInput(t *testing.T) {
	for _, c := range []struct {
		code string
		bend func(*Input)
	}{
		{"ranking.no_entry", func(in *Input) { in.Entries = nil }},
		{"ranking.no_judge", func(in *Input) { in.Judges = nil }},
		{"ranking.no_part", func(in *Input) { in.Parts = nil }},
		{"ranking.no_part", func(in *Input) { in.Parts[0].Criteria = nil }},
		{"ranking.twice", func(in *Input) { in.Entries = append(in.Entries, Entry{ID: "a"}) }},
		{"ranking.twice", func(in *Input) { in.Judges = append(in.Judges, "") }},
		{"ranking.twice", func(in *Input) { in.Parts = append(in.Parts, in.Parts[0]) }},
		{"ranking.twice", func(in *Input) { in.Parts[0].Criteria = append(in.Parts[0].Criteria, in.Parts[0].Criteria[0]) }},
		{"ranking.bad_scale", func(in *Input) { in.Parts[0].Criteria[0].Max = 0 }},
		{"ranking.bad_scale", func(in *Input) { in.Parts[0].Criteria[0].Step = 3 * Point }},
		{"ranking.bad_scale", func(in *Input) { in.Parts[0].Criteria[0].ID = "" }},
		{"ranking.bad_weight", func(in *Input) { in.Parts[0].Criteria[0].Weight = Whole(-1) }},
		{"ranking.bad_weight", func(in *Input) { in.Parts[0].Weight = Rational{} }},
		{"ranking.part_does_not_add_up", func(in *Input) { in.Parts[0].Full = Whole(9) }},
		{"ranking.part_does_not_add_up", func(in *Input) { in.Parts[0].Criteria[0].Weight = Rational{} }},
		{"ranking.weights_do_not_add_up", func(in *Input) { in.Full = Whole(100) }},
		{"ranking.too_fine", func(in *Input) {
			w, _ := Fraction(1, 1<<55)
			in.Parts[0].Weight = w
			in.Full, _ = Fraction(10, 1<<55)
		}},
		{"ranking.too_fine", func(in *Input) { in.Parts[0].Weight, in.Full = Whole(200_000), Whole(2_000_000) }},
		{"ranking.unknown_sheet", func(in *Input) { in.Sheets[0].Judge = "x" }},
		{"ranking.unknown_sheet", func(in *Input) { in.Sheets[0].Entry = "x" }},
		{"ranking.unknown_sheet", func(in *Input) { in.Sheets[0].Part = "x" }},
		{"ranking.sheet_twice", func(in *Input) { in.Sheets = append(in.Sheets, in.Sheets[0]) }},
		{"ranking.score_missing", func(in *Input) { in.Sheets[0].Scores = nil }},
		{"ranking.score_unknown", func(in *Input) { in.Sheets[0].Scores["z"] = Point }},
		{"ranking.out_of_range", func(in *Input) { in.Sheets[0].Scores["c"] = 10*Point + 1 }},
		{"ranking.out_of_range", func(in *Input) { in.Sheets[0].Scores["c"] = -1 }},
		{"ranking.off_step", func(in *Input) { in.Parts[0].Criteria[0].Step = Point; in.Sheets[0].Scores["c"] = 1500 }},
		{"ranking.out_of_range", func(in *Input) { in.Sheets[0].Repeat = true; in.Sheets[0].Scores["c"] = 11 * Point }},
	} {
		in := one(map[string][]float64{"a": {8, 7}, "b": {6, 5}})
		c.bend(&in)
		if _, err := Open(in); !fault.Is(err, c.code) {
			t.Errorf("%v, want %s", err, c.code)
		}
	}
}

func TestHiddenRepeatsDoNotCount(t *testing.T) {
	in := one(map[string][]float64{"a": {8, 7}})
	in.Sheets = append(in.Sheets, Sheet{Judge: "j1", Entry: "a", Part: "p", Repeat: true, Scores: map[string]Points{"c": 0}})
	same(t, table(rank(t, in, Mean)), []string{"1 a 15/2"})
}

func TestPartsAreWeighed(t *testing.T) {
	in := one(map[string][]float64{"a": {8, 6, 7}})
	in.Parts[0].Weight, _ = ParseRational("70%")
	in.Parts = append(in.Parts, in.Parts[0])
	in.Parts[1].ID = "live"
	in.Parts[1].Weight, _ = ParseRational("0,3")
	same(t, table(rank(t, in, Mean)), nil) // no sheet of the second part yet
	in.Sheets = append(in.Sheets, Sheet{Judge: "j1", Entry: "a", Part: "live", Scores: map[string]Points{"c": 5 * Point}},
		Sheet{Judge: "j2", Entry: "a", Part: "live", Scores: map[string]Points{"c": 6 * Point}})
	same(t, table(rank(t, in, Mean)), []string{"1 a 131/20"}) // 0.7·7 + 0.3·5.5
	marks := open(t, in).Marks()
	if len(marks) != 5 || marks[0] != (Mark{"a", "j1", "live", Rational{3, 2}}) {
		t.Errorf("%+v", marks)
	}
}

// Seven parts before forty judges are no harder to add up than one: they have
// one denominator, however many there are.
func TestManyPartsBeforeManyJudges(t *testing.T) {
	in := one(map[string][]float64{"a": make([]float64, 40)})
	in.Parts, in.Sheets, in.Full = nil, nil, Whole(70)
	for p := range 7 {
		part := Part{ID: string(rune('a' + p)), Weight: Whole(1), Full: Whole(10), Criteria: []Criterion{{ID: "c", Max: 10 * Point, Weight: Whole(1)}}}
		in.Parts = append(in.Parts, part)
		for j, id := range in.Judges {
			if j == p && j%2 == 0 {
				continue // some parts lack a sheet
			}
			in.Sheets = append(in.Sheets, Sheet{Judge: id, Entry: "a", Part: part.ID, Scores: map[string]Points{"c": Points(j) * Point / 4}})
		}
	}
	want := exact(in, "a")
	if got := rank(t, in, Mean).Rows[0].Value; got.Rat().Cmp(want) != 0 {
		t.Errorf("%s, by definition %s", got, want)
	}
	if err := Countable(in.Parts, in.Full); err != nil {
		t.Error(err)
	}
}

func TestParsePoints(t *testing.T) {
	for s, want := range map[string]Points{"8": 8000, "8,5": 8500, " 8.25 ": 8250, "-0.125": -125, "0": 0, "1000000": 1e9} {
		if got, err := ParsePoints(s); got != want || err != nil {
			t.Errorf("%q = %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "NaN", "Inf", "1e3", "8.1234", "8.", ".5", "--1", "1000000.001", "99999999", "8 5", "٣"} {
		if got, err := ParsePoints(s); !fault.Is(err, "ranking.bad_number") {
			t.Errorf("%q = %d, %v", s, got, err)
		}
	}
}

func TestParseRational(t *testing.T) {
	for s, want := range map[string]string{"2": "2", "30%": "3/10", "12,5 %": "1/8", "1/3": "1/3", "-0.25": "-1/4", "2/4": "1/2", "0": "0", "0/5": "0"} {
		if got, err := ParseRational(s); got.String() != want || err != nil {
			t.Errorf("%q = %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "NaN", "1e9", "1/0", "0x10", "1_000", "1/2%", "1.5/2", "1/2/3", "9223372036854775808", "-9223372036854775808", "1/-2"} {
		if got, err := ParseRational(s); !fault.Is(err, "ranking.bad_number") {
			t.Errorf("%q = %s, %v", s, got, err)
		}
	}
	if _, err := Fraction(1, 0); !fault.Is(err, "ranking.bad_number") {
		t.Errorf("1/0: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"8,5", "1/3", "30%", "-0.125", "9223372036854775807", "1/9223372036854775807"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePoints(s); err == nil {
			if again, err := ParsePoints(p.String()); err != nil || again != p {
				t.Fatalf("%q is %d, printed and read again %d, %v", s, p, again, err)
			}
		}
		if r, err := ParseRational(s); err == nil {
			if again, err := ParseRational(r.String()); err != nil || again != r {
				t.Fatalf("%q is %s, printed and read again %s, %v", s, r, again, err)
			}
		}
	})
}

func TestComparingRationalsIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		num := rapid.Int64Range(-math.MaxInt64, math.MaxInt64)
		den := rapid.Int64Range(1, math.MaxInt64)
		a, _ := Fraction(num.Draw(t, "a"), den.Draw(t, "b"))
		b, _ := Fraction(num.Draw(t, "c"), den.Draw(t, "d"))
		if rapid.Bool().Draw(t, "near") && a.num < math.MaxInt64 {
			b, _ = Fraction(a.num+1, max(a.den, 1))
		}
		if got, want := a.Cmp(b), a.Rat().Cmp(b.Rat()); got != want {
			t.Fatalf("%s to %s: %d, want %d", a, b, got, want)
		}
		if math.Abs(a.Float()-ratFloat(a.Rat())) > 1e-9*math.Abs(a.Float()) || a.Sign() != a.Rat().Sign() {
			t.Fatalf("%s is %v", a, a.Float())
		}
	})
}

func ratFloat(r *big.Rat) float64 { f, _ := r.Float64(); return f }

func TestRationalsSurviveJSON(t *testing.T) {
	b, err := json.Marshal(map[string]any{"w": Rational{1, 3}, "p": Points(8500)})
	if err != nil || string(b) != `{"p":"8.5","w":"1/3"}` {
		t.Fatalf("%s, %v", b, err)
	}
	var back struct {
		W Rational
		P Points
	}
	if err := json.Unmarshal(b, &back); err != nil || back.W != (Rational{1, 3}) || back.P != 8500 {
		t.Errorf("%+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"p":"NaN"}`), &back); err == nil {
		t.Error("NaN was read")
	}
}

func TestPlacesTellValuesApart(t *testing.T) {
	a, _ := ParseRational("7.125")
	b, _ := ParseRational("7.126")
	c, _ := ParseRational("1/3")
	for _, x := range []struct {
		values []Rational
		want   int
	}{{[]Rational{a, c, a}, 2}, {[]Rational{a, b}, 3}, {nil, 2}, {[]Rational{c, {333333, 1000000}}, 4}} {
		if got := Places(x.values, 2, 4); got != x.want {
			t.Errorf("%v: %d places, want %d", x.values, got, x.want)
		}
	}
	if a.Decimal(2) != "7.13" {
		t.Errorf("rounded to %s", a.Decimal(2))
	}
}
