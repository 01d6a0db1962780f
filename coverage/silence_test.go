package coverage

import (
	"slices"
	"testing"
)

// TestWhoIsSilentLongestComesFirst tells silences that go on from those that ended.
func TestWhoIsSilentLongestComesFirst(t *testing.T) {
	states := map[string][]State{ // the latest first
		"S00001": {NotReported, NotReported, Aired, NotReported},
		"S00002": {NotReported, NotReported, NotReported, NotReported},
		"S00003": {Aired, NotReported, NotReported, NotReported},
		"S00004": {NotReported, Excused, NotReported, NotPlanned},
		"S00005": {NotReported, NotAired, NotReported, NotReported},
		"S00006": {NotReported, NotReported, NotReported, NotCounted},
	}
	weeks := make([]Week, SilenceWeeks)
	for station, list := range states {
		for i, s := range list {
			weeks[i].Stations = append(weeks[i].Stations, StationWeek{Station: station, State: s})
		}
	}
	want := []Silent{{"S00002", 4}, {"S00006", 3}, {"S00001", 2}, {"S00004", 2}}
	if got := Silences(weeks); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for least, want := range map[int][]string{2: {"S00001", "S00002", "S00004", "S00006"}, 3: {"S00002", "S00006"}, 4: {"S00002"}, 5: nil} {
		var got []string
		for _, m := range silentFor(weeks, least) {
			got = append(got, m.Station)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("told after %d weeks: %v, want %v", least, got, want)
		}
	}
}
