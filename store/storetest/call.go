package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

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
		"accounts.denied":       func() error { _, _, err := e.Calls(ctx, part, coverage.CallQuery{Station: away}); return err }(),
		"calls.cursor":          func() error { _, _, err := e.Calls(ctx, all, coverage.CallQuery{After: "x"}); return err }(),
		"coverage.pleas_cursor": func() error { _, _, err := e.Pleas(ctx, all, coverage.PleaQuery{After: "😀"}); return err }(),
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

// phoned is a call at which the station said something of an airing.
func phoned(e AiringEngine, station string, m accounts.Meta, said airing.Propose) (coverage.Call, error) {
	return e.RecordCall(context.Background(), m, coverage.RecordCall{Station: station, Outcome: coverage.WillReport, Said: &said})
}

// airingSaid: what a station said by telephone counts nowhere until who runs it confirms it, once;
// then it is a report of hers that tells of the call.
func airingSaid(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	monitor := monitorOf(accounts.Province, "")
	at := monday.AddDate(0, 0, 1)
	waiting := func(station string, at time.Time) []airing.Proposal {
		list, err := e.Proposals(ctx, operatorOf(station), airing.ProposalQuery{Station: station, Waiting: at})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	made, err := phoned(e, "S00001", by(monitor, at), airing.Propose{Slot: slotOf("S00001"), Outcome: airing.Aired, Note: "loa xóm 3 rè"})
	if err != nil {
		t.Fatal(err)
	}
	for station, said := range map[string]airing.Propose{"S00002": {Slot: slotOf("S00002"), Outcome: airing.NotAired, Reason: airing.PowerCut},
		"S00003": {Slot: slotOf("S00003"), Outcome: airing.Aired}, "S00004": {Slot: slotOf("S00004"), Outcome: airing.Aired}} {
		if _, err := phoned(e, station, by(monitor, at), said); err != nil {
			t.Fatal(err)
		}
	}
	if got := weekCounts(t, e, thatWeek); got.Aired != 0 || got.NotAired != 0 {
		t.Fatalf("what was only said counts: %+v", got.Counts)
	}
	said := waiting("S00001", at)
	if len(said) != 1 || said[0].ID != made.Said || said[0].By.Person != monitor.Person || said[0].Programme != "P1" || said[0].Seconds != 600 {
		t.Fatalf("%+v of %+v", said, made)
	}
	yes := airing.Confirm{ID: uuid.NewString(), Proposal: made.Said, Outcome: airing.Aired}
	for who, wrong := range map[string]accounts.Actor{"who called": monitor, "another operator": operatorOf("S00009"), "the daemon": accounts.Daemon()} {
		if _, err := e.Confirm(ctx, by(wrong, at), yes); !fault.Is(err, "airing.said_not_hers") {
			t.Errorf("%s confirms: %v", who, err)
		}
	}
	m := by(operatorOf("S00001"), at.Add(time.Hour))
	for what, edit := range map[string]func(*airing.Confirm){
		"another outcome": func(c *airing.Confirm) { c.Outcome, c.Reason = airing.NotAired, airing.PowerCut },
		"another slot":    func(c *airing.Confirm) { c.Slot = slotOf("S00003") },
		"another length":  func(c *airing.Confirm) { c.Seconds = 60 },
		"another hour":    func(c *airing.Confirm) { c.StartedAt = monday.Add(time.Minute) },
		"a correction":    func(c *airing.Confirm) { c.Corrects = uuid.NewString() },
	} {
		c := yes
		edit(&c)
		if _, err := e.Confirm(ctx, m, c); !fault.Is(err, "airing.said_otherwise") {
			t.Errorf("she confirms %s: %v", what, err)
		}
	}
	for range 2 {
		line, err := e.Confirm(ctx, m, yes)
		if err != nil || line.By.Person != m.By.Person || line.Slot != slotOf("S00001") || line.Phoned == nil || line.Phoned.To != monitor.Name ||
			!line.Phoned.At.Equal(at) || line.Note != "loa xóm 3 rè" || !line.Qualifies {
			t.Fatalf("%+v, %v", line, err)
		}
	}
	if got := weekCounts(t, e, thatWeek); got.Aired != 1 || len(waiting("S00001", at)) != 0 {
		t.Errorf("%+v, %+v", got.Counts, waiting("S00001", at))
	}
	again := yes
	again.ID = uuid.NewString()
	if _, err := e.Confirm(ctx, m, again); !fault.Is(err, "airing.said_over") {
		t.Errorf("confirmed twice: %v", err)
	}
	no := airing.Decline{ID: waiting("S00002", at)[0].ID, Why: "hôm đó có phát"}
	if _, err := e.DeclineProposal(ctx, by(monitor, at), no); !fault.Is(err, "airing.said_not_hers") {
		t.Errorf("who called declines: %v", err)
	}
	if p, err := e.DeclineProposal(ctx, by(operatorOf("S00002"), at), no); err != nil || p.State != airing.Disagreed || p.Why != no.Why {
		t.Errorf("%+v, %v", p, err)
	}
	mustConfirm(t, e, "S00003", nil) // she reports by herself
	late := waiting("S00004", at)[0].Until
	if len(waiting("S00004", late)) != 0 {
		t.Error("it waits for ever")
	}
	tooLate := airing.Confirm{ID: uuid.NewString(), Proposal: waiting("S00004", at)[0].ID}
	if _, err := e.Confirm(ctx, by(operatorOf("S00004"), late), tooLate); !fault.Is(err, "airing.said_late") {
		t.Errorf("confirmed too late: %v", err)
	}
	if _, err := phoned(e, "S00004", by(monitor, late), airing.Propose{Slot: slotOf("S00004"), Outcome: airing.NotAired, Reason: airing.Weather}); err != nil {
		t.Fatal(err)
	}
	for station, want := range map[string]string{"S00001": "[confirmed]", "S00002": "[declined]", "S00003": "[overtaken]", "S00004": "[waiting expired]"} {
		list, err := e.Proposals(ctx, monitor, airing.ProposalQuery{Station: station})
		states := []airing.ProposalState{}
		for _, p := range list {
			states = append(states, p.State)
		}
		if fmt.Sprint(states) != want || err != nil {
			t.Errorf("%s: %v, not %s, %v", station, states, want, err)
		}
	}
}

// airingSaidOf: what was said may be of something that nobody planned; what no report could say is refused with the call.
func airingSaidOf(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	monitor := monitorOf(accounts.Province, "")
	at := monday.AddDate(0, 0, 1)
	mustConfirm(t, e, "S00003", nil)
	unplanned := airing.Propose{Programme: "P2", StartedAt: monday.Add(3 * time.Hour), Seconds: 300, Outcome: airing.Aired}
	if made, err := phoned(e, "S00006", by(monitor, at), unplanned); err != nil || made.Said == "" {
		t.Errorf("what nobody planned: %+v, %v", made, err)
	}
	waiting, err := e.Proposals(ctx, operatorOf("S00006"), airing.ProposalQuery{Station: "S00006", Waiting: at})
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	yes := airing.Confirm{ID: uuid.NewString(), Proposal: waiting[0].ID, Outcome: airing.Aired}
	if line, err := e.Confirm(ctx, by(operatorOf("S00006"), at), yes); err != nil || line.Seconds != 300 || line.Programme != "P2" || line.Slot != "" {
		t.Errorf("%+v, %v", line, err)
	}
	for want, said := range map[string]airing.Propose{"airing.reason_missing": {Slot: slotOf("S00005"), Outcome: airing.NotAired},
		"airing.said_slot":             {Programme: "P1", Outcome: airing.NotAired, Reason: airing.Weather, StartedAt: monday},
		"airing.slot_of_other_station": {Slot: slotOf("S00006"), Outcome: airing.Aired},
		"airing.slot_reported":         {Slot: slotOf("S00003"), Outcome: airing.Aired},
		"airing.no_slot":               {Slot: "x", Outcome: airing.Aired}} {
		station := "S00005"
		if want == "airing.slot_reported" {
			station = "S00003"
		}
		if _, err := phoned(e, station, by(monitor, at), said); !fault.Is(err, want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if list, _, err := e.Calls(ctx, monitor, coverage.CallQuery{Station: "S00005"}); err != nil || len(list) != 0 {
		t.Errorf("a call is kept whose words are refused: %+v, %v", list, err)
	}
}
