package contests

import (
	"net/url"
	"reflect"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
)

// sample is the sample with dates and everything a form can hold of a kind.
func sample() contest.Rules {
	r := contest.Sample()
	day := time.Date(2024, 9, 2, 8, 0, 0, 0, text.Zone)
	r.Dates.OpensAt, r.Dates.ClosesAt = day, day.AddDate(0, 1, 0)
	r.Categories[0].Aired = &contest.AiredRule{From: day, Until: day.AddDate(0, 0, 9), Declared: true}
	r.Categories[0].Sections = []contest.Section{{ID: "bt", Name: "Bản tin", MinSeconds: 185, MaxSeconds: 240}}
	r.Rounds[0].Promotion, r.Rounds[0].Gap = contest.Promotion{}, 2*ranking.Point+ranking.Point/2
	return r
}

func TestRulesComeBackFromTheirSteps(t *testing.T) {
	want := sample()
	got, err := want.Clone()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stepsOf(&want) {
		if kept, err := s.read(s.valuesOf(text.Vietnamese, got), &got); err != nil || kept != s {
			t.Fatalf("%s is kept as %s: %v", s.slug(), kept.slug(), err)
		}
		if named, ok := stepNamed(s.slug()); !ok || named != s {
			t.Errorf("%s is read as %+v", s.slug(), named)
		}
	}
	lines, err := contest.Compare(want, got)
	if err != nil || len(lines) > 0 {
		t.Errorf("changed on the way: %+v, %v", lines, err)
	}
	if gap := (step{kind: "round", id: "chung-khao"}).valuesOf(text.Vietnamese, want).Get("gap"); gap != "2,5" {
		t.Errorf("the form writes %q", gap)
	}
}

// The sample stays one until somebody edits it or says that she has seen it.
func TestTheSampleIsSeenOrEdited(t *testing.T) {
	s := step{kind: "part", round: "chung-khao", id: "chuong-trinh"}
	for what, c := range map[string]struct {
		edit func(url.Values)
		want bool
	}{
		"untouched": {func(url.Values) {}, true},
		"renamed":   {func(v url.Values) { v.Set("name", "Phần thi") }, true},
		"seen":      {func(v url.Values) { v.Set("seen", "1") }, false},
		"edited":    {func(v url.Values) { v.Set("criteria.0.about", "Khác") }, false},
	} {
		rules := sample()
		in := s.valuesOf(text.Vietnamese, rules)
		c.edit(in)
		if _, err := s.read(in, &rules); err != nil || rules.Rounds[0].Parts[0].Sample != c.want {
			t.Errorf("%s: still a sample: %v, want %v, %v", what, !c.want, c.want, err)
		}
	}
}

// Every list a step shows grows by an empty row that is still there when the
// form is shown and sent again, and loses the row that is taken out.
func TestEveryListOfTheRulesGrows(t *testing.T) {
	start := sample()
	start.Quotas = []contest.Quota{{Per: "station", Max: 1}}
	lists := map[string]bool{}
	for _, s := range stepsOf(&start) {
		v, _ := s.in(&start)
		var walk func(v reflect.Value, path string)
		walk = func(v reflect.Value, path string) {
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					if name := member(v.Type().Field(i)); v.Type().Field(i).IsExported() && (path != "" || s.shows(name)) {
						walk(v.Field(i), join(path, name))
					}
				}
			case reflect.Slice:
				if v.Type().Elem().Kind() != reflect.Struct || v.Type() == reflect.TypeFor[[]contest.Need]() {
					return
				}
				lists[s.kind+" "+path] = true
				rules, err := start.Clone()
				if err != nil {
					t.Fatal(err)
				}
				rows := func(change func(any, string), row string) int {
					x, _ := s.in(&rules)
					change(x.Addr().Interface(), row)
					if _, err := s.read(s.valuesOf(text.Vietnamese, rules), &rules); err != nil {
						t.Fatal(err)
					}
					x, _ = s.in(&rules)
					return at(x, path).Len()
				}
				if got := rows(addRow, path); got != v.Len()+1 {
					t.Errorf("%s %s: %d rows after adding one to %d", s.slug(), path, got, v.Len())
				}
				if got := rows(removeRow, path+".0"); got != v.Len() {
					t.Errorf("%s %s: %d rows after taking one out of %d", s.slug(), path, got, v.Len()+1)
				}
			}
		}
		walk(v, "")
	}
	if len(lists) != 6 {
		t.Errorf("tried the lists %v, want six", lists)
	}
}

// FuzzStep reads any form of any step: rules or a fault, and what it makes
// reads back as the same.
func FuzzStep(f *testing.F) {
	rules := sample()
	for _, s := range stepsOf(&rules) {
		f.Add(s.slug(), s.valuesOf(text.Vietnamese, rules).Encode())
	}
	f.Add("part.chung-khao._new", "criteria.199.name=x&criteria.3.max=1e9&points=abc")
	f.Add("category._new", "min_seconds=5:99&aired.on=1&aired.from=2024-13-45T99:99&languages=x")
	f.Add("award.chung", "prizes.1.count=-1&prizes.1.special=1")
	f.Fuzz(func(t *testing.T, slug, raw string) {
		in, err := url.ParseQuery(raw)
		s, ok := stepNamed(slug)
		if err != nil || !ok || len(raw) > 4096 {
			return
		}
		rules := sample()
		if s.added {
			s = s.add(&rules)
		}
		if v, _ := s.in(&rules); !v.IsValid() {
			return
		}
		if s, err = s.read(in, &rules); err != nil {
			if fault.Of(err) == nil {
				t.Fatalf("no fault: %v", err)
			}
			return
		}
		shown := s.valuesOf(text.Vietnamese, rules)
		if s, err = s.read(shown, &rules); err != nil {
			t.Fatalf("what was read is refused when shown: %v", err)
		}
		if again := s.valuesOf(text.Vietnamese, rules); !reflect.DeepEqual(shown, again) {
			t.Fatalf("shown again it is another:\n%v\n%v", shown, again)
		}
	})
}
