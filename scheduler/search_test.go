package scheduler

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"loa/internal/fault"
	"loa/stations"
)

func TestRecordingsAreFoundByWhatTheyWereMadeFor(t *testing.T) {
	plan := NewSchedule([]Programme{
		{ID: "P1", Topics: []Topic{"rural_infrastructure", "ocop_cooperatives"}, Languages: []string{"vi", "hmn"}},
		{ID: "P2", Topics: []Topic{"digital_transformation"}, Languages: []string{"vi"}},
	}, []Episode{
		{ID: "E1", Programme: "P1", Language: "vi", Audio: "duong-lang", Steps: []Step{{State: Draft}}},
		{ID: "E2", Programme: "P1", Language: "hmn", Audio: "duong-lang-mong", Steps: []Step{{State: Draft}}},
		{ID: "E3", Programme: "P2", Language: "vi", Audio: "so-hoa", Steps: []Step{{State: Draft}}},
		{ID: "E4", Programme: "P2", Language: "vi", Steps: []Step{{State: Draft}}}, // read live
	}, nil)
	reg := stations.NewRegistry(stations.Founding())
	for name, c := range map[string]struct {
		ask  Search
		want string // IDs; "all" where nothing narrows them
	}{
		"nothing":              {Search{Text: "làng", MinSeconds: 60}, "all"},
		"a programme":          {Search{Programme: "P1"}, "duong-lang duong-lang-mong"},
		"a topic":              {Search{Topic: "digital_transformation"}, "so-hoa"},
		"a topic of nobody":    {Search{Topic: "rural_tourism"}, ""},
		"a language":           {Search{Language: "vi"}, "duong-lang so-hoa"},
		"all three":            {Search{Programme: "P1", Topic: "ocop_cooperatives", Language: "hmn"}, "duong-lang-mong"},
		"what does not happen": {Search{Programme: "P2", Language: "hmn"}, ""},
	} {
		q, err := c.ask.Query(plan, reg, "2024-05-13")
		got := strings.Join(slices.Sorted(maps.Keys(q.IDs)), " ")
		if q.IDs == nil {
			got = "all"
		}
		if err != nil || got != c.want || q.Text != c.ask.Text || q.MinSeconds != c.ask.MinSeconds {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
	code := reg.UnitOf("S00012").Code
	for station, want := range map[string][]string{"": nil, OfProvince: {""}, "S00012": {"S00012"}, code: {"S00012"}} {
		if q, err := (Search{Station: station}).Query(plan, reg, "2024-05-13"); err != nil || !slices.Equal(q.Stations, want) {
			t.Errorf("of %q: %q %v", station, q.Stations, err)
		}
	}
	for _, ask := range []Search{{MinSeconds: -1}, {MaxSeconds: -1}, {MinSeconds: math.NaN()}, {MaxSeconds: math.NaN()}} {
		if _, err := ask.Query(plan, reg, "2024-05-13"); !fault.Is(err, "library.lengths_impossible") {
			t.Errorf("%+v: %v", ask, err)
		}
	}
	for want, ask := range map[string]Search{"schedule.programme_unknown": {Programme: "P9"}, "schedule.topic_unknown": {Topic: "x"},
		"schedule.language_unknown": {Language: "xx"}, "stations.unknown": {Station: "S99999"},
		"library.kind_unknown": {Kind: "song"}, "library.lengths_impossible": {MinSeconds: 10, MaxSeconds: 5}} {
		if _, err := ask.Query(plan, reg, "2024-05-13"); !fault.Is(err, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
