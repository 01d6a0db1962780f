package bolt_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolttest"
)

func TestAMergerTakesPeopleAndRulesAlongAsForetold(t *testing.T) {
	ctx, s := t.Context(), bolttest.Open(t)
	at := time.Date(2025, 6, 20, 9, 0, 0, 0, text.Zone)
	by := func() accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at} }
	units, list := stations.Founding()
	if err := s.Found(ctx, by(), units, list); err != nil {
		t.Fatal(err)
	}
	reg, err := s.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sapa := reg.Filter(stations.Filter{District: "088"})
	if len(sapa) < 3 {
		t.Fatalf("%d stations in Sa Pa", len(sapa))
	}
	operator, err := s.AddPerson(ctx, by(), accounts.AddPerson{Name: "Giàng A Páo", Login: "pao",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: sapa[0].ID}}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.SaveProgramme(ctx, by(), scheduler.SaveProgramme{Title: "Nông thôn mới", CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	rule, err := s.SaveRule(ctx, by(), scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 1", Selection: scheduler.Selection{Stations: []string{sapa[0].ID, sapa[1].ID}}})
	if err != nil {
		t.Fatal(err)
	}
	c := stations.Merge{On: "2025-07-01"}
	for i, st := range sapa[:2] {
		c.Rows = append(c.Rows, stations.MergeRow{Line: i + 2, OldCode: reg.UnitOf(st.ID).Code, NewCode: "90001", NewName: "Xã Mới"})
	}
	_, foretold, err := s.ForetellMerge(ctx, by(), c)
	if err != nil || len(foretold.Weeks) != 1 || foretold.Weeks[0].Before.Active != 127 || foretold.Weeks[0].After.Active != 126 {
		t.Fatalf("%+v, %v", foretold.Weeks, err)
	}
	if now, err := s.Registry(ctx); err != nil || now.NextID() != reg.NextID() {
		t.Fatal("foretelling changed the registry", err)
	}
	plan, err := s.Merge(ctx, by(), c)
	if err != nil {
		t.Fatal(err)
	}
	heir := plan.Targets[0].Station
	if len(foretold.People) != 1 || foretold.People[0].ID != operator.ID || !slices.Equal(foretold.People[0].Stations, []string{heir}) {
		t.Errorf("people foretold %+v, the heir is %s", foretold.People, heir)
	}
	if len(foretold.Rules) != 1 || foretold.Rules[0].ID != rule.ID || !slices.Contains(foretold.Rules[0].Stations, heir) {
		t.Errorf("rules foretold %+v", foretold.Rules)
	}
	d, err := s.Directory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range d.People() {
		if who.ID == operator.ID && !who.Actor("session").Can(accounts.ReportAiring, accounts.Where{District: "088", Station: heir}) {
			t.Error("the operator cannot report for the station that took over")
		}
	}
	sched, err := s.Schedule(ctx)
	if err != nil {
		t.Fatal(err)
	}
	now, err := s.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	july := stations.Date("2025-07-01").Start(text.Zone)
	for station, want := range map[string]int{heir: 4, sapa[0].ID: 0, sapa[2].ID: 0} {
		n := 0
		for range sched.SlotsAt(now, station, july, july.AddDate(0, 0, 28)) {
			n++
		}
		if n != want {
			t.Errorf("%s has %d slots in July, want %d", station, n, want)
		}
	}
	if slices.ContainsFunc(foretold.Hand, func(h coverage.Hand) bool { return h.What == coverage.NobodyReports }) {
		t.Errorf("somebody reports for the heir: %+v", foretold.Hand)
	}

	split := stations.Split{On: "2025-08-06", Code: "90001", Parts: []stations.SplitPart{{Code: "90002", Name: "Xã Trên"}, {Code: "90001", Name: "Xã Mới"}}}
	_, foretold, err = s.ForetellSplit(ctx, by(), split)
	if err != nil || len(foretold.Rules) != 1 || !slices.ContainsFunc(foretold.Hand, func(h coverage.Hand) bool { return h.What == coverage.NobodyReports }) {
		t.Fatalf("%+v, %v", foretold, err)
	}
	parts, err := s.Split(ctx, by(), split)
	if err != nil || parts.Parts[1].Station != heir || parts.Parts[0].Fate != stations.Opened || parts.After != parts.Before+1 {
		t.Fatalf("%+v, %v", parts, err)
	}
}
