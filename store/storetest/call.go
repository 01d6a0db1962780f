package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
)

// coverageCalls: calls are listed from the last, by station, district and outcome, to who may
// call there; two who call a station at once are told of each other.
func coverageCalls(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	reg, err := e.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	home := reg.Where("S00001").District
	away := ""
	for _, st := range reg.Stations() {
		if reg.Where(st.ID).District != home {
			away = st.ID
			break
		}
	}
	all, part := monitorOf(accounts.Province, ""), monitorOf(accounts.District, home)
	var made []coverage.Call
	for i, c := range []coverage.RecordCall{{Station: "S00001", Outcome: coverage.NoAnswer}, {Station: away, Outcome: coverage.Broken, Note: "tăng âm cháy"},
		{Station: "S00001", Outcome: coverage.WillReport, Again: "2024-05-20"}} {
		m := by(all, monday.Add(time.Duration(i)*time.Hour))
		call, err := e.RecordCall(ctx, m, c)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := e.RecordCall(ctx, m, c); err != nil || again.ID != call.ID {
			t.Errorf("the repeat: %+v, %v", again, err)
		}
		made = append(made, call)
	}
	if made[0].Again != "2024-05-14" || made[2].Again != "2024-05-20" {
		t.Errorf("again on %s and %s", made[0].Again, made[2].Again)
	}
	last, err := e.LastCalls(ctx, all)
	if err != nil || len(last) != 2 || last["S00001"].ID != made[2].ID || last[away].Note != "tăng âm cháy" {
		t.Errorf("the last calls: %+v, %v", last, err)
	}
	if last, err := e.LastCalls(ctx, part); err != nil || len(last) != 1 {
		t.Errorf("the last calls of a district: %+v, %v", last, err)
	}
	for want, q := range map[string]coverage.CallQuery{
		"[2 1 0]": {}, "[2 0]": {Station: "S00001"}, "[1]": {Outcome: coverage.Broken}, "[0]": {Until: monday.Add(time.Hour)},
		"[2 1]": {From: monday.Add(time.Hour)}, "[]": {Station: "S00001", From: monday.Add(3 * time.Hour)},
	} {
		for _, limit := range []int{0, 1} {
			q.Limit, q.After = limit, ""
			got := []int{}
			for more := true; more; more = q.After != "" {
				list, next, err := e.Calls(ctx, all, q)
				if err != nil || limit > 0 && len(list) > limit {
					t.Fatalf("%+v: %d calls, %v", q, len(list), err)
				}
				for _, c := range list {
					for i := range made {
						if made[i].ID == c.ID {
							got = append(got, i)
						}
					}
				}
				q.After = next
			}
			if fmt.Sprint(got) != want {
				t.Errorf("%+v: %v, not %s", q, got, want)
			}
		}
	}
	if list, _, err := e.Calls(ctx, part, coverage.CallQuery{}); err != nil || len(list) != 2 {
		t.Errorf("a district's monitor sees %d calls, %v", len(list), err)
	}
	for code, err := range map[string]error{
		"accounts.denied": func() error { _, _, err := e.Calls(ctx, part, coverage.CallQuery{Station: away}); return err }(),
		"calls.cursor":    func() error { _, _, err := e.Calls(ctx, all, coverage.CallQuery{After: "x"}); return err }(),
		"stations.unknown": func() error {
			_, err := e.RecordCall(ctx, by(all, monday), coverage.RecordCall{Station: "S99999", Outcome: coverage.NoAnswer})
			return err
		}(),
		"calls.called_already": func() error {
			m := by(part, monday.Add(4*time.Hour))
			m.Seen = made[0].Edition().Tag
			_, err := e.RecordCall(ctx, m, coverage.RecordCall{Station: "S00001", Outcome: coverage.Away})
			return err
		}(),
	} {
		if !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// airingLatest: the last report of a station that stands, and the last of an airing.
func airingLatest(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	first := mustConfirm(t, e, "S00001", nil)
	failed := mustConfirm(t, e, "S00001", func(c *airing.Confirm) {
		c.Slot, c.Station, c.Programme, c.StartedAt = "", "S00001", "P2", monday.Add(30*time.Minute)
		c.Seconds = 60
	})
	withdrawn := mustConfirm(t, e, "S00001", func(c *airing.Confirm) {
		c.Slot, c.Corrects, c.Why, c.Outcome, c.Means = "", failed.ID, "nhầm", airing.Withdrawn, ""
	})
	mustConfirm(t, e, "S00002", func(c *airing.Confirm) { c.Outcome, c.Reason, c.Means = airing.NotAired, airing.Equipment, "" })
	got, err := e.Latest(ctx, monitorOf(accounts.Province, ""), []string{"S00001", "S00002", "S00003", "S99999"})
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if one := got["S00001"]; one.Said == nil || one.Said.ID != first.ID || one.Aired == nil || one.Aired.ID != first.ID {
		t.Errorf("after %s was withdrawn: %+v", withdrawn.Corrects, one)
	}
	if two := got["S00002"]; two.Said == nil || two.Said.Reason != airing.Equipment || two.Aired != nil {
		t.Errorf("%+v", two)
	}
	if got, err := e.Latest(ctx, operatorOf("S00002"), []string{"S00001"}); err != nil || len(got) != 0 {
		t.Errorf("another station's operator: %+v, %v", got, err)
	}
}
