package sharing

import (
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/stations"
)

var at = time.Date(2024, 5, 16, 1, 0, 0, 0, time.UTC)

func admin() accounts.Meta {
	return accounts.Meta{ID: "a", At: at, By: accounts.Actor{Person: "p", Via: "session", Name: "Chị Hồng",
		Grants: []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}}}}
}

func world() (*stations.Registry, *scheduler.Schedule) {
	return stations.NewRegistry(stations.Founding()), scheduler.NewSchedule([]scheduler.Programme{{ID: "P1", Title: "Nông thôn mới"}}, nil, nil)
}

func TestWhatIsPublicIsChosenByAnAdministrator(t *testing.T) {
	reg, plan := world()
	editor := admin()
	editor.By.Grants[0].Role = accounts.Editor
	stale := admin()
	stale.Seen = "other"
	for name, c := range map[string]struct {
		m    accounts.Meta
		c    SaveFace
		code string
	}{
		"by an editor":               {editor, SaveFace{}, "accounts.denied"},
		"of another edition":         {stale, SaveFace{}, "edit.stale_unknown"},
		"without a publisher":        {admin(), SaveFace{Everywhere: true, Publisher: " "}, "sharing.publisher_missing"},
		"a podcast without one":      {admin(), SaveFace{Programmes: []string{"P1"}}, "sharing.publisher_missing"},
		"an unknown district":        {admin(), SaveFace{Districts: []string{"999"}, Publisher: "x"}, "stations.no_district"},
		"no district":                {admin(), SaveFace{Districts: []string{""}, Publisher: "x"}, "stations.no_district"},
		"an unknown station":         {admin(), SaveFace{Stations: []string{"S99999"}, Publisher: "x"}, "stations.unknown"},
		"an unknown programme":       {admin(), SaveFace{Programmes: []string{"P2"}, Publisher: "x"}, "schedule.programme_unknown"},
		"an address that is none":    {admin(), SaveFace{Email: "Hồng <hong@example.vn>"}, "sharing.email_form"},
		"a publisher of 121 letters": {admin(), SaveFace{Publisher: strings.Repeat("ổ", 121)}, "sharing.text_long"},
	} {
		if _, err := DecideFace(reg, plan, Face{}, c.m, c.c); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, err := DecideFace(reg, plan, Face{}, admin(), SaveFace{Stations: []string{"S00002", reg.UnitOf("S00001").Code, "S00002"}, Publisher: "  Văn phòng "})
	if err != nil || len(f.Stations) != 2 || f.Stations[0] != "S00001" || f.Publisher != "Văn phòng" {
		t.Errorf("%+v %v", f, err)
	}
}

// TestPublishedIsApprovedAndDue: an episode is public from the later of its approval and its first day, until it is withdrawn.
func TestPublishedIsApprovedAndDue(t *testing.T) {
	approved := []scheduler.Step{{State: scheduler.Draft, At: at.AddDate(0, 0, -3)}, {State: scheduler.Approved, At: at.AddDate(0, 0, -2)}}
	withdrawn := append(approved[:2:2], scheduler.Step{State: scheduler.Withdrawn, At: at})
	f := Face{SaveFace: SaveFace{Programmes: []string{"P1"}}}
	for name, c := range map[string]struct {
		e  scheduler.Episode
		ok bool
	}{
		"approved":               {scheduler.Episode{Programme: "P1", Audio: "r", Steps: approved}, true},
		"of another programme":   {scheduler.Episode{Programme: "P2", Audio: "r", Steps: approved}, false},
		"a script read live":     {scheduler.Episode{Programme: "P1", Steps: approved}, false},
		"a draft":                {scheduler.Episode{Programme: "P1", Audio: "r", Steps: approved[:1]}, false},
		"withdrawn":              {scheduler.Episode{Programme: "P1", Audio: "r", Steps: withdrawn}, false},
		"of today":               {scheduler.Episode{Programme: "P1", Audio: "r", Steps: approved, From: "2024-05-16"}, true},
		"of tomorrow":            {scheduler.Episode{Programme: "P1", Audio: "r", Steps: approved, From: "2024-05-17"}, false},
		"whose last day is over": {scheduler.Episode{Programme: "P1", Audio: "r", Steps: approved, Until: "2024-05-15"}, true},
	} {
		p, ok := f.published(c.e, at)
		if ok != c.ok {
			t.Errorf("%s: %v", name, ok)
		}
		if ok && c.e.From == "" && !p.Since.Equal(approved[1].At) {
			t.Errorf("%s: since %v", name, p.Since)
		}
	}
}
