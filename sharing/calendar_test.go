package sharing

import (
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/stations"
)

// zoned is a registry whose first stations lie in other zones, with a programme at 17:00 on every wall, called off on one day.
func zoned(zones ...string) (*stations.Registry, *scheduler.Schedule) {
	units, list := stations.Founding()
	for i, zone := range zones {
		list[i].Zone = zone
	}
	off := time.Date(2024, 5, 20, 17, 0, 0, 0, time.UTC)
	rule := scheduler.Rule{ID: "R1",
		Versions:   []scheduler.Version{{Programme: "P1", Cron: "0 17 * * *", Minutes: 15, Selection: scheduler.Selection{All: true}}},
		Exceptions: []scheduler.Exception{{At: scheduler.WallOf(off), Kind: scheduler.Cancelled}}}
	return stations.NewRegistry(units, list), scheduler.NewSchedule([]scheduler.Programme{{ID: "P1", Title: "Nông thôn mới"}}, nil, []scheduler.Rule{rule})
}

func operator(station string) accounts.Actor {
	return accounts.Actor{Person: "o", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}}}}
}

// TestACalendarFollowsTheClocksOfItsStation: 17:00 stays 17:00 on the wall when clocks change; two zones of one hour are one
// airing, of two hours two; what was called off is called off in each.
func TestACalendarFollowsTheClocksOfItsStation(t *testing.T) {
	reg, plan := zoned("Europe/Berlin", "Asia/Bangkok")
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	hours := map[string]int{}
	for _, p := range (Scope{}).Plan(reg, plan, operator("S00001"), "2024-05-16") {
		if p.Start.In(berlin).Format("15:04") != "17:00" {
			t.Errorf("%s there is %s", p.Start, p.Start.In(berlin))
		}
		hours[p.Start.UTC().Format("15:04")]++
	}
	if hours["15:00"] == 0 || hours["16:00"] == 0 || len(hours) != 2 {
		t.Errorf("in UTC: %v", hours)
	}
	n, off, stationsOf := 0, 0, 0
	for _, p := range (Scope{}).Plan(reg, plan, admin().By, "2024-05-16") {
		if p.Start.UTC().Format(time.DateOnly) == "2024-05-20" {
			n++
			stationsOf += p.Stations
			if p.Cancelled {
				off++
			}
		}
	}
	if n != 2 || off != 2 || stationsOf != len(reg.Stations()) {
		t.Errorf("%d airings, %d called off, at %d stations", n, off, stationsOf)
	}
}

// TestACalendarShowsWhatItsPersonMayRead, also when her grants change: nothing is kept of what they were.
func TestACalendarShowsWhatItsPersonMayRead(t *testing.T) {
	reg, plan := zoned()
	for name, c := range map[string]struct {
		x   Scope
		by  accounts.Actor
		sum int // stations of a day
	}{
		"an operator's own":          {Scope{}, operator("S00002"), 1},
		"of a station of hers":       {Scope{Station: "S00002"}, operator("S00002"), 1},
		"an administrator's":         {Scope{}, admin().By, len(reg.Stations())},
		"of who has no grant":        {Scope{}, accounts.Actor{Person: "x", Via: "session"}, 0},
		"of another programme":       {Scope{Programme: "P2"}, admin().By, 0},
		"of a station and programme": {Scope{Station: "S00002", Programme: "P1"}, admin().By, 1},
	} {
		sum := 0
		for _, p := range c.x.Plan(reg, plan, c.by, "2024-05-16") {
			if p.Start.UTC().Format(time.DateOnly) == "2024-05-17" {
				sum += p.Stations
			}
		}
		if sum != c.sum {
			t.Errorf("%s: %d stations", name, sum)
		}
	}
}

func TestACalendarIsMadeByWhoHasAnAccount(t *testing.T) {
	reg, plan := zoned()
	server := accounts.Meta{ID: "a", At: at, By: accounts.ServerPerson().Actor("token")}
	near := accounts.Meta{ID: "a", At: at, By: operator("S00001")}
	for name, c := range map[string]struct {
		m     accounts.Meta
		c     MakeCalendar
		has   int
		known bool
		code  string
	}{
		"by the server":           {server, MakeCalendar{Name: "x"}, 0, false, "sharing.no_account"},
		"without a name":          {admin(), MakeCalendar{}, 0, false, "sharing.calendar_name"},
		"one too many":            {admin(), MakeCalendar{Name: "x"}, CalendarsMost, false, "sharing.calendars_many"},
		"of two places":           {admin(), MakeCalendar{Name: "x", Scope: Scope{Station: "S00001", District: "080"}}, 0, false, "sharing.one_place"},
		"with a secret of before": {admin(), MakeCalendar{Name: "x"}, 0, true, "accounts.secret_taken"},
		"of an unknown station":   {admin(), MakeCalendar{Name: "x", Scope: Scope{Station: "S99999"}}, 0, false, "stations.unknown"},
		"of an unknown district":  {admin(), MakeCalendar{Name: "x", Scope: Scope{District: "999"}}, 0, false, "stations.no_district"},
		"of another's station":    {near, MakeCalendar{Name: "x", Scope: Scope{Station: "S00002"}}, 0, false, "accounts.denied"},
		"of another's district":   {near, MakeCalendar{Name: "x", Scope: Scope{District: "087"}}, 0, false, "accounts.denied"},
		"of an unknown programme": {admin(), MakeCalendar{Name: "x", Scope: Scope{Programme: "P9"}}, 0, false, "schedule.programme_unknown"},
	} {
		if _, err := DecideCalendar(reg, plan, c.m, c.c, c.has, c.known); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkAYearOfTheProvince is what a calendar of all stations takes.
func BenchmarkAYearOfTheProvince(b *testing.B) {
	reg, plan := zoned()
	by := admin().By
	for b.Loop() {
		if len((Scope{}).Plan(reg, plan, by, "2024-05-16")) < 300 {
			b.Fatal("a year has too few days")
		}
	}
}
