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

func TestRulesComeBackFromTheirForm(t *testing.T) {
	want := sample()
	got, err := rulesOf(valuesOf(text.Vietnamese, want))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := contest.Compare(want, got)
	if err != nil || len(lines) > 0 {
		t.Errorf("changed on the way: %+v, %v", lines, err)
	}
	if gap := valuesOf(text.Vietnamese, want).Get("rounds.0.gap"); gap != "2,5" {
		t.Errorf("the form writes %q", gap)
	}
}

// Every list of the rules grows by an empty row that is still there when the
// form is shown and sent again, and loses the row that is taken out.
func TestEveryListOfTheRulesGrows(t *testing.T) {
	start := sample()
	start.Quotas = []contest.Quota{{Per: "station", Max: 1}}
	lists := 0
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i), join(path, member(v.Type().Field(i))))
				}
			}
		case reflect.Slice:
			if v.Type().Elem().Kind() != reflect.Struct || v.Type() == reflect.TypeFor[[]contest.Need]() {
				return
			}
			lists++
			rules, err := rulesOf(valuesOf(text.Vietnamese, start))
			if err != nil {
				t.Fatal(err)
			}
			addRow(&rules, path)
			again, _ := rulesOf(valuesOf(text.Vietnamese, rules))
			if got := at(reflect.ValueOf(again), path).Len(); got != v.Len()+1 {
				t.Errorf("%s: %d rows after adding one to %d", path, got, v.Len())
			}
			removeRow(&again, path+".0")
			fewer, _ := rulesOf(valuesOf(text.Vietnamese, again))
			if got := at(reflect.ValueOf(fewer), path).Len(); got != v.Len() {
				t.Errorf("%s: %d rows after taking one out of %d", path, got, v.Len()+1)
			}
			if v.Len() > 0 {
				walk(v.Index(0), join(path, "0"))
			}
		}
	}
	walk(reflect.ValueOf(start), "")
	if lists != 10 {
		t.Errorf("%d lists were tried, want 10", lists)
	}
}

// FuzzRulesOf reads any form: rules or a fault, and the rules it makes read
// back as the same.
func FuzzRulesOf(f *testing.F) {
	f.Add(valuesOf(text.Vietnamese, sample()).Encode())
	f.Add("rounds.0.parts.3.criteria.1.name=x&awards.1.prizes.0.count=-1&categories.0.min_seconds=5:99")
	f.Add("rounds.199.parts.199.criteria.199.max=1e9&dates.opens_at=2024-13-45T99:99&who.kinds=x&who.kinds=y")
	f.Fuzz(func(t *testing.T, raw string) {
		in, err := url.ParseQuery(raw)
		if err != nil || len(raw) > 4096 {
			return
		}
		r, err := rulesOf(in)
		if err != nil {
			if fault.Of(err) == nil {
				t.Fatalf("no fault: %v", err)
			}
			return
		}
		again, err := rulesOf(valuesOf(text.Vietnamese, r))
		if err != nil {
			t.Fatalf("what was read is refused when shown: %v", err)
		}
		if third, err := rulesOf(valuesOf(text.Vietnamese, again)); err != nil || !reflect.DeepEqual(valuesOf(text.Vietnamese, again), valuesOf(text.Vietnamese, third)) {
			t.Fatalf("shown again it is another: %v", err)
		}
	})
}
