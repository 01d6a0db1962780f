package filter_test

import (
	"net/url"
	"reflect"
	"slices"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"loa/airing"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/stations"
)

type colour string

type base struct {
	Text string `name:"q"`
	Note string // no parameter
}

type asked struct {
	base
	Colour colour          `name:"colour"`
	Plain  bool            `name:"plain"`
	Least  float64         `name:"least"`
	Week   airing.Week     `name:"week"`
	Day    stations.Date   `name:"day"`
	From   stations.Moment `name:"from"`
	Until  stations.Moment `name:"until"`
}

func words(t reflect.Type) []string {
	if t == reflect.TypeFor[colour]() {
		return []string{"red", "blue"}
	}
	return nil
}

func TestAFilterIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := asked{base: base{Text: rapid.String().Draw(t, "q")}, Colour: rapid.SampledFrom([]colour{"", "red", "blue"}).Draw(t, "colour"),
			Plain: rapid.Bool().Draw(t, "plain"), Least: rapid.Float64Range(0, 1e9).Draw(t, "least"),
			Week: airing.Week(rapid.Int32Range(1, 4000).Draw(t, "week"))}
		was.Day = rapid.SampledFrom([]stations.Date{"", "2024-05-13"}).Draw(t, "day")
		was.From, _ = stations.ParseMoment(rapid.SampledFrom([]string{"", "2024-05-13", "2024-05-13T17:00:00+07:00"}).Draw(t, "from"))
		v := filter.Values(was)
		v.Set("after", "somebody else's")
		now, err := filter.Read[asked](v, words)
		if err != nil || filter.Values(now).Encode() != filter.Values(was).Encode() || !now.From.Equal(was.From.Time) || now.Text != was.Text {
			t.Fatalf("%+v became %+v, %v", was, now, err)
		}
	})
}

func TestWhatCannotBeReadIsRefusedAtItsName(t *testing.T) {
	for query, code := range map[string]string{"colour=green": "filter.word_unknown", "plain=perhaps": "filter.yes_no", "least=NaN": "typed.decimal",
		"least=many": "typed.decimal", "week=2024-W54": "airing.week_unreadable", "day=32/1/2024": "stations.date_unreadable",
		"from=may": "schedule.instant_unreadable"} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = filter.Read[asked](v, words)
		name := slices.Collect(func(yield func(string) bool) {
			for n := range v {
				yield(n)
			}
		})[0]
		if e := fault.Of(err); e == nil || e.Code != code || e.Field != name {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestAYesIsReadInWords(t *testing.T) {
	for word, want := range map[string]bool{"1": true, "true": true, "Yes": true, "on": true,
		"0": false, "false": false, "no": false, "off": false, "": false} {
		if yes, err := filter.Yes(word); yes != want || err != nil {
			t.Errorf("%q: %v, %v", word, yes, err)
		}
	}
}

func TestALinkAsksForWhatIsSaid(t *testing.T) {
	a := asked{Colour: "red"}
	for got, want := range map[string]string{filter.Link("/x", asked{}): "/x", filter.Link("/x", a): "/x?colour=red",
		filter.Link("/x", a, "format", "csv", "as", ""): "/x?colour=red&format=csv"} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if names := filter.Names(a); !slices.Equal(names, []string{"q", "colour", "plain", "least", "week", "day", "from", "until"}) {
		t.Errorf("members %v", names)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("q=a&colour=red&plain=1&least=2.5&week=2024-W20&day=2024-05-13&from=2024-05-13")
	f.Add("from=2024-05-13T17:00:00 07:00&plain=off")
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		a, err := filter.Read[asked](v, words)
		if err != nil {
			if e := fault.Of(err); e.Kind != fault.Invalid || e.Field == "" {
				t.Fatalf("%q: %v", query, err)
			}
			return
		}
		again, err := filter.Read[asked](filter.Values(a), words)
		if err != nil || filter.Values(again).Encode() != filter.Values(a).Encode() {
			t.Fatalf("%q: %+v, then %+v, %v", query, a, again, err)
		}
		if utf8.ValidString(query) && a.Text != v.Get("q") {
			t.Fatalf("%q: %q", query, a.Text)
		}
	})
}

func TestAFilterThatEndsBeforeItBeginsIsRefused(t *testing.T) {
	for until, want := range map[string]string{"2024-05-12": "filter.backwards", "2024-05-12T23:59:59+07:00": "filter.backwards", "2024-05-13": "", "": ""} {
		_, err := filter.Read[asked](url.Values{"from": {"2024-05-13"}, "until": {until}}, words)
		if e := fault.Of(err); (e == nil) != (want == "") || e != nil && (e.Code != want || e.Field != "until") {
			t.Errorf("until %q: %v", until, err)
		}
	}
}
