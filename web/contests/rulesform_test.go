package contests

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/web/kit"
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
		if kept, err := s.read(text.Vietnamese, s.valuesOf(text.Vietnamese, got), &got); err != nil || kept != s {
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

// A form shows minutes; whoever leaves a time alone leaves its seconds too, and whoever
// types another has what she typed.
func TestATimeLeftAloneKeepsItsSeconds(t *testing.T) {
	rules := sample()
	day := time.Date(2026, 12, 28, 8, 35, 55, 123, time.UTC)
	aired := rules.Categories[0].Aired
	rules.Dates.OpensAt, rules.Dates.ClosesAt, aired.From, aired.Until = day.AddDate(0, -1, 0), day, day.AddDate(0, -1, 0), day
	rules.Rounds[0].From, rules.Rounds[0].Until = day, day.AddDate(0, 0, 9)
	got, err := rules.Clone()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stepsOf(&rules) {
		if _, err := s.read(text.Vietnamese, s.valuesOf(text.Vietnamese, got), &got); err != nil {
			t.Fatalf("%s: %v", s.slug(), err)
		}
	}
	if lines, err := contest.Compare(rules, got); err != nil || len(lines) > 0 {
		t.Errorf("changed though nobody touched it: %+v, %v", lines, err)
	}
	for path, s := range map[string]step{"dates.closes_at": {kind: "general"}, "aired.until": {kind: "category", id: rules.Categories[0].ID},
		"until": {kind: "round", id: rules.Rounds[0].ID}} {
		in := s.valuesOf(text.Vietnamese, got)
		in.Set(path, "2027-01-15T17:00")
		if _, err := s.read(text.Vietnamese, in, &got); err != nil {
			t.Fatal(err)
		}
		item, _ := s.in(&got)
		if now := at(item, path).Interface().(time.Time); !now.Equal(time.Date(2027, 1, 15, 17, 0, 0, 0, text.Zone)) {
			t.Errorf("%s became %v", path, now)
		}
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
		if _, err := s.read(text.Vietnamese, in, &rules); err != nil || rules.Rounds[0].Parts[0].Sample != c.want {
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
					if _, err := s.read(text.Vietnamese, s.valuesOf(text.Vietnamese, rules), &rules); err != nil {
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
		if s, err = s.read(text.Vietnamese, in, &rules); err != nil {
			if fault.Of(err) == nil {
				t.Fatalf("no fault: %v", err)
			}
			return
		}
		shown := s.valuesOf(text.Vietnamese, rules)
		if s, err = s.read(text.Vietnamese, shown, &rules); err != nil {
			t.Fatalf("what was read is refused when shown: %v", err)
		}
		if again := s.valuesOf(text.Vietnamese, rules); !reflect.DeepEqual(shown, again) {
			t.Fatalf("shown again it is another:\n%v\n%v", shown, again)
		}
	})
}

// What stands in a form when a row is added, taken out or moved stays as it was
// typed, in its row, with the sentence about what cannot be read of it.
func TestWhatIsTypedStaysWhenRowsChange(t *testing.T) {
	rules := sample()
	award := step{kind: "award", id: rules.Awards[0].ID}
	rows := len(rules.Awards[0].Prizes)
	for what, c := range map[string]struct {
		do   string
		want map[string]string // name to value
		mind string
	}{
		"added": {"add:prizes", map[string]string{"prizes.0.amount": "2 triệu", "prizes.1.amount": "1 000 000", "prizes.1.count": "0"},
			"prizes.0.amount"},
		"another taken out": {"remove:prizes.1", map[string]string{"prizes.0.amount": "2 triệu", "prizes.1.amount": "500.000đ"}, "prizes.0.amount"},
		"itself taken out":  {"remove:prizes.0", map[string]string{"prizes.0.amount": "1 000 000", "prizes.0.count": "0", "prizes.1.amount": "500.000đ"}, ""},
		"moved down": {"down:prizes.0", map[string]string{"prizes.1.amount": "2 triệu", "prizes.0.amount": "1 000 000", "prizes.2.amount": "500.000đ"},
			"prizes.1.amount"},
		"moved up": {"up:prizes.2", map[string]string{"prizes.0.amount": "2 triệu", "prizes.2.amount": "1 000 000", "prizes.1.amount": "500.000đ"},
			"prizes.0.amount"},
	} {
		rules, err := rules.Clone()
		if err != nil {
			t.Fatal(err)
		}
		f := kit.NewForm()
		f.Values = award.valuesOf(text.Vietnamese, rules)
		for i, amount := range []string{"2 triệu", "1 000 000", "500.000đ"} {
			f.Values.Set("prizes."+strconv.Itoa(i)+".amount", amount)
		}
		f.Values.Set("prizes.1.count", "0")
		f.Values.Set("do", c.do)
		s, unread := award.read(text.Vietnamese, f.Values, &rules)
		verb, path, _ := cut(c.do)
		s.regrow(text.Vietnamese, &f, &rules, verb, path, unread)
		for name, value := range c.want {
			if f.Get(name) != value {
				t.Errorf("%s: %s holds %q, want %q", what, name, f.Get(name), value)
			}
		}
		if (f.Errors[c.mind] == text.Vietnamese.Say("typed.money")) != (c.mind != "") || c.mind == "" && len(f.Errors) > 0 {
			t.Errorf("%s: said %v", what, f.Errors)
		}
		wantRows := rows + map[string]int{"add": 1, "remove": -1}[verb]
		if got := newReader(text.Vietnamese, f.Values).rows["prizes"]; got != wantRows {
			t.Errorf("%s: %d rows, want %d", what, got, wantRows)
		}
	}
}

// Each kind of value has its own sentence, and sums are read as people write them.
func TestEachKindOfValueHasItsSentence(t *testing.T) {
	rules := sample()
	for name, c := range map[string]struct {
		s     step
		typed string
		code  string
	}{
		"min_seconds":         {step{kind: "category", id: rules.Categories[0].ID}, "1:75", "typed.length"},
		"sections.0.name":     {step{kind: "category", id: rules.Categories[0].ID}, "2.000", ""},
		"aired.from":          {step{kind: "category", id: rules.Categories[0].ID}, "mai", "typed.instant"},
		"prizes.0.amount":     {step{kind: "award", id: rules.Awards[0].ID}, "2,5", "typed.money"},
		"prizes.0.count":      {step{kind: "award", id: rules.Awards[0].ID}, "2,5", "typed.whole"},
		"prizes.0.floor":      {step{kind: "award", id: rules.Awards[0].ID}, "8.125", "typed.either"},
		"prizes.1.floor":      {step{kind: "award", id: rules.Awards[0].ID}, "khá", "contest.number_unreadable"},
		"dates.grace_minutes": {step{kind: "general"}, "x", "typed.whole"},
	} {
		in := c.s.valuesOf(text.Vietnamese, rules)
		in.Set(name, c.typed)
		again, err := rules.Clone()
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.s.read(text.Vietnamese, in, &again)
		if e := fault.Of(err); c.code == "" && err != nil || c.code != "" && (e == nil || len(e.Parts) != 1 || e.Parts[0].Code != c.code ||
			e.Parts[0].Field != name) {
			t.Errorf("%s %q: %v, want %s", name, c.typed, err, c.code)
		}
	}
	in := step{kind: "award", id: rules.Awards[0].ID}.valuesOf(text.Vietnamese, rules)
	for typed, want := range map[string]int64{"2.000.000": 2_000_000, "1 000 000": 1_000_000, "500.000 đ": 500_000} {
		in.Set("prizes.0.amount", typed)
		if _, err := (step{kind: "award", id: rules.Awards[0].ID}).read(text.Vietnamese, in, &rules); err != nil || rules.Awards[0].Prizes[0].Amount != want {
			t.Errorf("%q is read as %d, %v", typed, rules.Awards[0].Prizes[0].Amount, err)
		}
	}
}

// What is to be mended says where it stands.
func TestWhatIsToBeMendedSaysWhere(t *testing.T) {
	rules := sample()
	r := &kit.Request{Lang: text.Vietnamese}
	for path, want := range map[string]string{
		"rounds.0.parts.0.criteria.1.name": "Phần chấm “" + rules.Rounds[0].Parts[0].Name + "” · Tiêu chí 2",
		"awards.0.prizes.2":                "“" + rules.Awards[0].Name + "” · Giải 3",
		"categories.0.max_seconds":         "“" + rules.Categories[0].Name + "”",
		"title":                            text.Vietnamese.Say("desk.step_general"),
	} {
		s, rest, ok := stepAt(&rules, path)
		if got := placeIn(r, &rules, s, rest); !ok || !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
			t.Errorf("%s is at %q, want %q", path, got, want)
		}
	}
}
