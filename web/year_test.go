package web_test

import (
	"strings"
	"testing"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
)

// TestAStationsYearTellsSilentFromExcused: a slot nobody spoke of is counted, and an excused week is marked.
func TestAStationsYearTellsSilentFromExcused(t *testing.T) {
	t.Parallel()
	clock, s, operator, monitor := onMonday(t)
	clock.at = at(20, 0, 0)
	row := func() string {
		t.Helper()
		monitor.Get("/coverage/stations/S00001?week=2024-W20")
		monitor.Expect(200, "table.weeks thead", "Khung chưa báo")
		return strings.Join(strings.Fields(monitor.Doc().Find("table.weeks tbody tr").First().Text()), " ")
	}
	if got := row(); !strings.HasSuffix(got, " 0 0 1 0") {
		t.Errorf("a silent week: %s", got)
	}
	week := airing.Calendar{Zone: text.Zone}.Week(clock.at)
	_, err := s.Excuse(t.Context(), accounts.Meta{ID: "excuse", By: accounts.Daemon(), At: clock.at.UTC()},
		coverage.Excuse{Week: week, Station: "S00001", Reason: "power_cut", Note: "bão"})
	if err != nil {
		t.Fatal(err)
	}
	if got := row(); !strings.Contains(got, "Được miễn trừ") || !strings.HasSuffix(got, " 0 0 1 0") {
		t.Errorf("an excused week: %s", got)
	}
	operator.Get("/today")
	operator.Submit("form.thumbs", "outcome", "aired")
	if got := row(); strings.Contains(got, "Được miễn trừ") || !strings.HasSuffix(got, " 1 0 0 1") {
		t.Errorf("a week that aired after all: %s", got)
	}
}
