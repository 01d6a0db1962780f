package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/audio/match"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// AiringEngine is what the suite of the airing log and coverage asks of an
// engine.
type AiringEngine interface {
	airing.Log
	airing.Proposals
	airing.SettingsStore
	coverage.Store
	coverage.Foreteller
	coverage.CallBook
	coverage.Pleas
	airing.Excerpts
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	SaveProgramme(ctx context.Context, m accounts.Meta, c scheduler.SaveProgramme) (scheduler.Programme, error)
	Merge(ctx context.Context, m accounts.Meta, c stations.Merge) (stations.MergePlan, error)
	Split(ctx context.Context, m accounts.Meta, c stations.Split) (stations.SplitPlan, error)
}

// AiringSeed is the reference data an engine is filled with before the suite:
// the founding registry and one programme at all stations.
func AiringSeed() (units []stations.Unit, list []stations.Station, programmes []scheduler.Programme, episodes []scheduler.Episode, rules []scheduler.Rule) {
	units, list = stations.Founding()
	made := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	programmes = []scheduler.Programme{
		{ID: "P1", Title: "Nông thôn mới hằng tuần", CountsTowardTarget: true, MinSeconds: 180, Languages: []string{"vi"}, CreatedAt: made},
		{ID: "P2", Title: "Ca nhạc", Languages: []string{"vi"}, CreatedAt: made},
	}
	episodes = []scheduler.Episode{{ID: "E1", Programme: "P1", Title: "Số 1", Seconds: 600, Language: "vi", CreatedAt: made,
		Steps: []scheduler.Step{{State: scheduler.Approved, At: made}}}}
	version := scheduler.Version{Since: made, Programme: "P1", Cron: "0 17 * * 1,4", Minutes: 15, Selection: scheduler.Selection{All: true},
		Priority: scheduler.Ordinary}
	rules = []scheduler.Rule{{ID: "R1", Versions: []scheduler.Version{version}}}
	return units, list, programmes, episodes, rules
}

// Airing runs the suite of the airing log and of coverage; open gives an
// engine that holds AiringSeed and nothing else.
func Airing(t *testing.T, open func(t *testing.T) AiringEngine) {
	for name, test := range map[string]func(*testing.T, AiringEngine){
		"a repeat gets the first answer, another body is refused":  airingRepeat,
		"a correction keeps both and moves the count":              airingCorrection,
		"evidence and verdicts climb the ladder":                   airingLadder,
		"evidence outlives a correction, and can be taken away":    airingEvidence,
		"what is on air does not count yet":                        airingOnAir,
		"a slot has one standing report":                           airingOneStanding,
		"pages are complete, without repeats, newest first":        airingPages,
		"versions of a report are listed as they were said":        airingVersions,
		"scope holds in every query":                               airingScope,
		"whoever reads the log finds her part of it":               airingParts,
		"random operations agree with a plain model":               airingModel,
		"a closed week stays, later reports show beside it":        coverageClosed,
		"two people open a closed week again, both figures stay":   coverageReopened,
		"an excuse that is asked for is another person's to grant": coveragePleas,
		"an excuse leaves the denominator":                         coverageExcuse,
		"another start of the week moves nothing that has begun":   airingShift,
		"a correction without a slot keeps the slot":               airingKeepsSlot,
		"what waits to be looked at is told without the log":       airingExhibits,
		"what was found contradicted does not count":               airingContradicted,
		"mergers and splits inside weeks agree with a recount":     coverageKin,
		"the reform of a Tuesday drops nobody":                     coverageReform,
		"counting turned off leaves the past as it is":             airingTermsChange,
		"calls are kept, the last of each station is known":        coverageCalls,
		"what is said by telephone counts once it is confirmed":    airingSaid,
		"what is said by telephone is what a report could say":     airingSaidOf,
		"what was last said of stations is told at once":           airingLatest,
		"the machine's word stands beside a person's":              airingProofs,
		"a part of the log is taken with what seals it":            airingExcerpts,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

var (
	monday   = time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone) // in week 2024-W20
	thatWeek = airing.Calendar{Zone: text.Zone}.Week(monday)
)

func operatorOf(station string) accounts.Actor {
	return accounts.Actor{Person: "op-" + station, Name: "Cán bộ " + station, Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}}}}
}

func monitorOf(level accounts.Level, id string) accounts.Actor {
	return accounts.Actor{Person: "mon-" + id, Name: "Giám sát", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Monitor, Scope: accounts.Scope{Level: level, ID: id}}}}
}

func by(a accounts.Actor, at time.Time) accounts.Meta {
	return accounts.Meta{ID: uuid.NewString(), By: a, At: at.UTC()}
}

func slotOf(station string) string { return scheduler.SlotID("R1", station, monday) }

func mustConfirm(t *testing.T, e AiringEngine, station string, edit func(*airing.Confirm)) airing.Line {
	t.Helper()
	c := airing.Confirm{ID: uuid.NewString(), Slot: slotOf(station), Outcome: airing.Aired, Means: airing.FM}
	if edit != nil {
		edit(&c)
	}
	line, err := e.Confirm(context.Background(), by(operatorOf(station), monday.Add(time.Hour)), c)
	if err != nil {
		t.Fatalf("confirm at %s: %v", station, err)
	}
	return line
}

func weekCounts(t *testing.T, e AiringEngine, w airing.Week) coverage.Week {
	t.Helper()
	got, err := e.Coverage(context.Background(), accounts.Daemon(), coverage.Query{Week: w})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func airingRepeat(t *testing.T, e AiringEngine) {
	ctx, m := context.Background(), by(operatorOf("S00001"), monday.Add(time.Hour))
	c := airing.Confirm{ID: uuid.NewString(), Slot: slotOf("S00001"), Outcome: airing.Aired}
	var wg sync.WaitGroup
	lines, errs := make([]airing.Line, 8), make([]error, 8)
	for i := range lines { // a double tap, and impatience
		wg.Go(func() { lines[i], errs[i] = e.Confirm(ctx, m, c) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.ID != c.ID || l.Seconds != 600 || l.Episode != "E1" || !l.Qualifies || !l.OnTime || !l.ReceivedAt.Equal(m.At) {
			t.Fatalf("%+v", l)
		}
	}
	later := m
	later.At = later.At.Add(time.Hour)
	if l, err := e.Confirm(ctx, later, c); err != nil || !l.ReceivedAt.Equal(m.At) {
		t.Fatalf("the repeat an hour later: %v, %v", l.ReceivedAt, err)
	}
	c.Note = "khác"
	if _, err := e.Confirm(ctx, m, c); !fault.Is(err, "airing.id_reused") {
		t.Fatalf("another body: %v", err)
	}
	if got := weekCounts(t, e, thatWeek); got.Aired != 1 || got.Active != 127 || got.NotReported != 126 || got.Scheduled != 127 {
		t.Fatalf("%+v", got.Counts)
	}
}

func airingCorrection(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	first := mustConfirm(t, e, "S00002", nil)
	fixed := mustConfirm(t, e, "S00002", func(c *airing.Confirm) {
		c.Outcome, c.Reason, c.Corrects, c.Why, c.Means = airing.NotAired, airing.PowerCut, first.ID, "bấm nhầm", ""
	})
	old, err := e.Airing(ctx, operatorOf("S00002"), first.ID)
	if err != nil || old.CorrectedBy != fixed.ID || old.Outcome != airing.Aired {
		t.Fatalf("the first report: %+v, %v", old, err)
	}
	slots, err := e.ForSlots(ctx, operatorOf("S00002"), []string{slotOf("S00002")})
	if err != nil || slots[slotOf("S00002")].ID != fixed.ID {
		t.Fatalf("standing: %+v, %v", slots, err)
	}
	got := weekCounts(t, e, thatWeek)
	if got.Aired != 0 || got.NotAired != 1 {
		t.Fatalf("%+v", got.Counts)
	}
	mustConfirm(t, e, "S00002", func(c *airing.Confirm) {
		c.Outcome, c.Means, c.Corrects, c.Why = airing.Withdrawn, "", fixed.ID, "báo nhầm đài"
	})
	if got := weekCounts(t, e, thatWeek); got.NotAired != 0 || got.NotReported != 127 {
		t.Fatalf("after withdrawing: %+v", got.Counts)
	}
	mustConfirm(t, e, "S00002", nil) // the slot is free again
	if got := weekCounts(t, e, thatWeek); got.Aired != 1 {
		t.Fatalf("%+v", got.Counts)
	}
}

func airingLadder(t *testing.T, e AiringEngine) {
	ctx, line := context.Background(), mustConfirm(t, e, "S00003", nil)
	m := by(operatorOf("S00003"), monday.Add(2*time.Hour))
	ev := airing.Evidence{ID: uuid.NewString(), Report: line.ID, Kind: "photo", Type: "image/jpeg", SHA256: fmt.Sprintf("%064d", 1), Size: 9}
	for range 2 {
		got, err := e.Attach(ctx, m, ev)
		if err != nil || len(got.Evidence) != 1 {
			t.Fatalf("%+v, %v", got.Evidence, err)
		}
	}
	got, err := e.VerifyAiring(ctx, by(monitorOf(accounts.Province, ""), monday.Add(3*time.Hour)), airing.Verdict{Report: line.ID, Finding: airing.Verified})
	if err != nil || got.Finding != airing.Verified {
		t.Fatalf("%+v, %v", got, err)
	}
	if c := weekCounts(t, e, thatWeek); c.WithEvidence != 1 || c.Verified != 1 || c.OnTime != 1 {
		t.Fatalf("%+v", c.Counts)
	}
	_, err = e.VerifyAiring(ctx, by(monitorOf(accounts.Province, ""), monday.Add(4*time.Hour)), airing.Verdict{Report: line.ID, Finding: airing.NotProven})
	if c := weekCounts(t, e, thatWeek); err != nil || c.Verified != 0 || c.Aired != 1 {
		t.Fatalf("%+v, %v", c.Counts, err)
	}
}

func airingEvidence(t *testing.T, e AiringEngine) {
	ctx, first := context.Background(), mustConfirm(t, e, "S00003", nil)
	m := func(after time.Duration) accounts.Meta { return by(operatorOf("S00003"), monday.Add(after)) }
	photo := airing.Evidence{ID: uuid.NewString(), Report: first.ID, Recording: uuid.NewString(), Kind: "photo", Type: "image/jpeg",
		SHA256: fmt.Sprintf("%064d", 7), Size: 9, CapturedAt: monday.UTC(), ClockAhead: 90}
	if _, err := e.Attach(ctx, m(2*time.Hour), photo); err != nil {
		t.Fatal(err)
	}
	fixed := mustConfirm(t, e, "S00003", func(c *airing.Confirm) {
		c.Corrects, c.Why, c.StartedAt = first.ID, "ghi nhầm giờ", monday.Add(5*time.Minute)
	})
	read := func(id string) airing.Line {
		t.Helper()
		line, err := e.Airing(ctx, operatorOf("S00003"), id)
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	if got := read(fixed.ID); len(got.Evidence) != 1 || got.Evidence[0] != photo || len(fixed.Evidence) != 1 {
		t.Fatalf("after the correction: %+v", got.Evidence)
	}
	if c := weekCounts(t, e, thatWeek); c.WithEvidence != 1 || c.Aired != 1 {
		t.Fatalf("%+v", c.Counts)
	}
	away := airing.Removal{Report: fixed.ID, Evidence: photo.ID}
	for _, c := range []struct {
		who  accounts.Meta
		edit func(*airing.Removal)
		want string
	}{
		{m(3 * time.Hour), func(*airing.Removal) {}, "airing.evidence_why"},
		{m(3 * time.Hour), func(r *airing.Removal) { r.Evidence, r.Why = uuid.NewString(), "nhầm" }, "airing.evidence_unknown"},
		{by(operatorOf("S00004"), monday.Add(3*time.Hour)), func(r *airing.Removal) { r.Why = "nhầm" }, "airing.unknown"},
	} {
		r := away
		c.edit(&r)
		if _, err := e.Detach(ctx, c.who, r); !fault.Is(err, c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	away.Why = "ảnh chụp nhầm người"
	got, err := e.Detach(ctx, m(4*time.Hour), away)
	if err != nil || len(got.Evidence) != 0 || len(got.Removed) != 1 || got.Removed[0].Evidence != photo || got.Removed[0].Why != away.Why {
		t.Fatalf("%+v, %v", got, err)
	}
	if old := read(first.ID); len(old.Evidence) != 0 || len(old.Removed) != 1 {
		t.Errorf("the report before still shows it: %+v", old.Evidence)
	}
	if c := weekCounts(t, e, thatWeek); c.WithEvidence != 0 || c.Aired != 1 {
		t.Fatalf("after it was taken away: %+v", c.Counts)
	}
	photo.ID = uuid.NewString()
	photo.Report = fixed.ID
	if _, err := e.Attach(ctx, m(5*time.Hour), photo); err != nil {
		t.Fatal(err)
	}
	// What somebody verified a report by stays, and the figures never say more verified than proven.
	away.Evidence = photo.ID
	monitor := by(monitorOf(accounts.Province, ""), monday.Add(6*time.Hour))
	if _, err := e.VerifyAiring(ctx, monitor, airing.Verdict{Report: fixed.ID, Finding: airing.Verified}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Detach(ctx, m(7*time.Hour), away); !fault.Is(err, "airing.evidence_verified") {
		t.Errorf("of a verified report: %v", err)
	}
	for hour, finding := range []airing.Finding{airing.NotProven, airing.Verified} {
		other := by(monitorOf(accounts.Province, ""), monday.Add(time.Duration(8+hour)*time.Hour))
		if _, err := e.VerifyAiring(ctx, other, airing.Verdict{Report: fixed.ID, Finding: finding, Note: "xem lại ảnh"}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Detach(ctx, m(10*time.Hour), away); !fault.Is(err, "airing.evidence_verified") {
			t.Errorf("of a report once verified, now %s: %v", finding, err)
		}
	}
	// The picture of a broken set proves no airing.
	broken := mustConfirm(t, e, "S00005", func(c *airing.Confirm) { c.Outcome, c.Reason, c.Means = airing.NotAired, airing.Equipment, "" })
	set := airing.Evidence{ID: uuid.NewString(), Report: broken.ID, Recording: uuid.NewString(), Kind: "photo", Type: "image/jpeg",
		SHA256: fmt.Sprintf("%064d", 8), Size: 9}
	if _, err := e.Attach(ctx, by(operatorOf("S00005"), monday.Add(2*time.Hour)), set); err != nil {
		t.Fatal(err)
	}
	turned := mustConfirm(t, e, "S00005", func(c *airing.Confirm) { c.Corrects, c.Why = broken.ID, "bấm nhầm" })
	if c := weekCounts(t, e, thatWeek); len(turned.Evidence) != 0 || c.WithEvidence != 1 || c.Verified != 1 || c.Aired != 2 {
		t.Errorf("the contrary kept %+v: %+v", turned.Evidence, c.Counts)
	}
	if _, err := e.CloseWeek(ctx, by(accounts.Daemon(), monday.AddDate(0, 0, 14)), coverage.Close{Week: thatWeek}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Detach(ctx, m(15*24*time.Hour), away); !fault.Is(err, "airing.evidence_week_closed") {
		t.Errorf("of a closed week: %v", err)
	}
}

func airingOnAir(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	at := func(minutes int) coverage.Week {
		t.Helper()
		w, err := e.Coverage(ctx, accounts.Daemon(), coverage.Query{Week: thatWeek, Now: monday.Add(time.Duration(minutes) * time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	c := airing.Confirm{ID: uuid.NewString(), Slot: slotOf("S00001"), Outcome: airing.Aired}
	if _, err := e.Confirm(ctx, by(operatorOf("S00001"), monday.Add(3*time.Minute)), c); err != nil {
		t.Fatal(err)
	}
	for minute := -30; minute <= 60; minute++ { // the slot is 15 minutes, its episode 10
		w, aired, silent := at(minute), 0, 0
		if minute >= 10 {
			aired = 1
		}
		if minute >= 15 {
			silent = 126
		}
		if w.Aired != aired || w.NotReported != silent || w.NotDue != 127-aired-silent {
			t.Errorf("%d minutes after the start: %+v", minute, w.Counts)
		}
	}
	// Power fails: what was on air is corrected before it would have counted.
	fix := airing.Confirm{ID: uuid.NewString(), Slot: slotOf("S00001"), Corrects: c.ID, Why: "mất điện giữa chừng", Outcome: airing.NotAired,
		Reason: airing.PowerCut}
	if _, err := e.Confirm(ctx, by(operatorOf("S00001"), monday.Add(6*time.Minute)), fix); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{c.ID, fix.ID} {
		lines, err := e.Corrections(ctx, accounts.Daemon(), id)
		if err != nil || len(lines) != 2 || lines[0].ID != fix.ID || lines[1].ID != c.ID || lines[1].CorrectedBy != fix.ID {
			t.Errorf("the reports of %s: %+v, %v", id, lines, err)
		}
	}
	for _, minute := range []int{7, 30} {
		if w := at(minute); w.Aired != 0 || w.NotAired != 1 {
			t.Errorf("%d minutes after the start, corrected: %+v", minute, w.Counts)
		}
	}
}

func airingOneStanding(t *testing.T, e AiringEngine) {
	errs := make([]error, 10)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			c := airing.Confirm{ID: uuid.NewString(), Slot: slotOf("S00004"), Outcome: airing.Aired}
			_, errs[i] = e.Confirm(context.Background(), by(operatorOf("S00004"), monday.Add(time.Hour)), c)
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, "airing.slot_reported"):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Fatalf("%d reports stand for one slot", won)
	}
}

func airingVersions(t *testing.T, e AiringEngine) {
	want := map[string][]string{} // IDs of a station's versions, the last first
	for n := range 6 {            // by turns
		for _, station := range []string{"S00005", "S00006"} {
			line := mustConfirm(t, e, station, func(c *airing.Confirm) {
				c.Note = strconv.Itoa(n)
				if n > 0 {
					c.Corrects, c.Why = want[station][0], "lần "+c.Note
				}
			})
			want[station] = append([]string{line.ID}, want[station]...)
		}
	}
	for _, limit := range []int{1, 5, 100} {
		for _, only := range [][]string{{"S00005"}, {"S00005", "S00006"}, nil} {
			q := airing.Query{Stations: only, From: monday.Add(-time.Hour), Until: monday.Add(time.Hour), Limit: limit}
			got := map[string][]string{}
			for more := true; more; more = q.After != "" {
				lines, next, err := e.Airings(t.Context(), accounts.Daemon(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range lines {
					got[l.Station] = append(got[l.Station], l.ID)
				}
				q.After = next
			}
			for station, ids := range want {
				if asked := only == nil || slices.Contains(only, station); asked && !slices.Equal(got[station], ids) {
					t.Errorf("%v, %d at once: %s has %v, not %v", only, limit, station, got[station], ids)
				}
			}
		}
	}
}

func airingPages(t *testing.T, e AiringEngine) {
	for i := range 23 {
		mustConfirm(t, e, "S00005", func(c *airing.Confirm) {
			c.Slot, c.Station, c.Programme, c.Seconds = "", "S00005", "P2", 60
			c.StartedAt = monday.Add(-time.Duration(i/2) * time.Hour) // some at the very same second
		})
	}
	mustConfirm(t, e, "S00006", nil)
	for _, q := range []airing.Query{{Stations: []string{"S00005"}}, {Stations: []string{"S00005", "S00007"}}} {
		q.From, q.Until, q.Limit = monday.Add(-240*time.Hour), monday.Add(time.Hour), 5
		seen, last := map[string]bool{}, monday.Add(time.Hour)
		for pages := 0; ; pages++ {
			lines, next, err := e.Airings(context.Background(), accounts.Daemon(), q)
			if err != nil || len(lines) > 5 || pages > 5 {
				t.Fatal(len(lines), pages, err)
			}
			for _, l := range lines {
				if seen[l.ID] || l.StartedAt.After(last) || l.Station != "S00005" {
					t.Fatalf("%s twice or out of order", l.ID)
				}
				seen[l.ID], last = true, l.StartedAt
			}
			if q.After = next; next == "" {
				break
			}
		}
		if len(seen) != 23 {
			t.Fatalf("%v gave %d of 23", q.Stations, len(seen))
		}
	}
	q := airing.Query{From: monday.Add(-240 * time.Hour), Until: monday.Add(time.Hour), Episodes: []string{"no such episode"}}
	if lines, next, err := e.Airings(context.Background(), accounts.Daemon(), q); len(lines) > 0 || next != "" || err != nil {
		t.Errorf("airings of an episode nobody aired: %v, %q, %v", lines, next, err)
	}
	if _, _, err := e.Airings(context.Background(), accounts.Daemon(), airing.Query{Until: monday, After: "!!"}); !fault.Is(err, "airing.cursor") {
		t.Fatalf("a made-up cursor: %v", err)
	}
}

func airingScope(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	reg, err := e.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	here, there := "S00001", ""
	for _, st := range reg.Stations() {
		if reg.Where(st.ID).District != reg.Where(here).District {
			there = st.ID
		}
	}
	mine, theirs := mustConfirm(t, e, here, nil), mustConfirm(t, e, there, nil)
	district := monitorOf(accounts.District, reg.Where(here).District)
	for _, who := range []accounts.Actor{operatorOf(here), district} {
		lines, _, err := e.Airings(ctx, who, airing.Query{From: monday.Add(-time.Hour), Until: monday.Add(time.Hour)})
		if err != nil || len(lines) != 1 || lines[0].ID != mine.ID {
			t.Errorf("%s reads %v, %v", who.Name, lines, err)
		}
		for _, q := range []airing.Query{{Stations: []string{there}}, {Stations: []string{here, there}}, {District: reg.Where(there).District}} {
			q.From, q.Until = monday.Add(-time.Hour), monday.Add(time.Hour)
			if lines, _, err := e.Airings(ctx, who, q); !fault.Is(err, "accounts.denied") {
				t.Errorf("%s is told that nothing was aired elsewhere: %v, %v", who.Name, lines, err)
			}
		}
		if _, err := e.Airing(ctx, who, theirs.ID); !fault.Is(err, "airing.unknown") {
			t.Errorf("%s reads another's report: %v", who.Name, err)
		}
		if _, err := e.Corrections(ctx, who, theirs.ID); !fault.Is(err, "airing.unknown") {
			t.Errorf("%s reads another's corrections: %v", who.Name, err)
		}
		if got, err := e.ForSlots(ctx, who, []string{slotOf(there)}); err != nil || len(got) != 0 {
			t.Errorf("%s sees another's slot: %v, %v", who.Name, got, err)
		}
		if _, err := e.Coverage(ctx, who, coverage.Query{Week: thatWeek, District: "840"}); !fault.Is(err, "stations.no_district") {
			t.Errorf("%s asks for a district that never was: %v", who.Name, err)
		}
		if w, err := e.Coverage(ctx, who, coverage.Query{Week: thatWeek}); err != nil || len(w.Districts) != 1 || w.Aired != 1 {
			t.Errorf("%s sees coverage %+v, %v", who.Name, w.Counts, err)
		}
		if _, err := e.History(ctx, who, there, thatWeek, thatWeek); !fault.Is(err, "accounts.denied") {
			t.Errorf("%s reads another's history: %v", who.Name, err)
		}
		if _, err := e.Whys(ctx, who, []string{here, there}, thatWeek, thatWeek); !fault.Is(err, "accounts.denied") {
			t.Errorf("%s reads why another did not air: %v", who.Name, err)
		}
	}
	c := airing.Confirm{ID: uuid.NewString(), Slot: slotOf(there), Outcome: airing.Aired}
	if _, err := e.Confirm(ctx, by(operatorOf(here), monday.Add(time.Hour)), c); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator reports for another station: %v", err)
	}
	own := airing.Verdict{Report: mine.ID, Finding: airing.Verified}
	if _, err := e.VerifyAiring(ctx, by(operatorOf(here), monday), own); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator verifies: %v", err)
	}
	if _, err := e.SaveAiringSettings(ctx, by(district, monday), airing.DefaultSettings()); !fault.Is(err, "accounts.denied") {
		t.Errorf("a district monitor changes settings: %v", err)
	}
}

// airingParts compares what each reads, page by page, with what she may of the whole log.
func airingParts(t *testing.T, e AiringEngine) {
	reg, err := e.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := reg.Stations()
	for i := range 120 {
		mustConfirm(t, e, all[i*7%len(all)].ID, func(c *airing.Confirm) {
			c.Slot, c.Station, c.Programme, c.Seconds = "", all[i*7%len(all)].ID, "P2", 60
			c.StartedAt = monday.Add(-time.Duration(i/5) * time.Hour) // several at the very same second
		})
	}
	one, other := reg.Where(all[0].ID).District, reg.Where(all[len(all)-1].ID).District
	both := monitorOf(accounts.District, one)
	both.Grants = append(slices.Clone(both.Grants), operatorOf(all[len(all)-1].ID).Grants...)
	most := accounts.Actor{Person: "p9", Name: "Nhiều huyện"}
	for _, d := range reg.Districts(stations.DateOf(monday))[1:] {
		most.Grants = append(most.Grants, monitorOf(accounts.District, d.Code).Grants...)
	}
	for _, who := range []accounts.Actor{accounts.Daemon(), operatorOf(all[0].ID), monitorOf(accounts.District, other), both, most} {
		for _, q := range []airing.Query{{}, {District: one}, {Stations: []string{all[7].ID, all[0].ID, all[7].ID}}, {Outcome: airing.NotAired}} {
			q.From, q.Until = monday.Add(-20*time.Hour), monday.Add(time.Hour)
			whole, _, err := e.Airings(t.Context(), accounts.Daemon(), airing.Query{From: q.From, Until: q.Until})
			if err != nil || len(whole) < 90 {
				t.Fatal(len(whole), err)
			}
			var want, got []string
			for _, l := range whole {
				if q.Wants(who, l, reg.Where(l.Station)) {
					want = append(want, l.ID)
				}
			}
			if q.Allowed(who, reg.Where) != nil {
				continue
			}
			for q.Limit = 4; ; {
				lines, next, err := e.Airings(t.Context(), who, q)
				if err != nil || len(lines) > 4 {
					t.Fatal(len(lines), err)
				}
				for _, l := range lines {
					got = append(got, l.ID)
				}
				if q.After = next; next == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s asks for %+v and reads %d of %d reports, or in another order", who.Name, q, len(got), len(want))
			}
		}
	}
}

// airingModel does random things to the engine and to a map, with a printed
// seed, and compares what both say.
func airingModel(t *testing.T, e AiringEngine) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	ctx := context.Background()
	model := map[string]airing.Line{} // standing report of each slot
	for i := range 400 {
		week := rnd.IntN(4)
		at := monday.AddDate(0, 0, 7*week)
		station := stations.StationID(1 + rnd.IntN(20))
		slot := scheduler.SlotID("R1", station, at)
		c := airing.Confirm{ID: uuid.NewString(), Slot: slot, Outcome: airing.Aired, Seconds: 100 + rnd.IntN(400)}
		if rnd.IntN(3) == 0 {
			c.Outcome, c.Reason, c.Seconds = airing.NotAired, airing.Reasons[rnd.IntN(len(airing.Reasons))], 0
		}
		old, reported := model[slot]
		if reported {
			c.Corrects, c.Why = old.ID, fmt.Sprint("sửa ", i)
			if rnd.IntN(4) == 0 {
				c.Outcome, c.Reason, c.Seconds = airing.Withdrawn, "", 0
			}
		}
		line, err := e.Confirm(ctx, by(operatorOf(station), at.Add(time.Duration(rnd.IntN(90))*time.Hour)), c)
		if err != nil {
			t.Fatalf("operation %d: %v", i, err)
		}
		if delete(model, slot); line.Outcome != airing.Withdrawn {
			model[slot] = line
		}
		readsAs(t, e, line)
		if line.Outcome != airing.Aired {
			continue
		}
		said, m := err, by(operatorOf(station), at.Add(91*time.Hour))
		switch n := rnd.IntN(6); {
		case n < 2:
			ev := airing.Evidence{ID: uuid.NewString(), Report: line.ID, Kind: "photo", Type: "image/png", SHA256: fmt.Sprintf("%064d", i)}
			line, said = e.Attach(ctx, m, ev)
		case n == 2:
			v := airing.Verdict{Report: line.ID, Finding: airing.Findings[rnd.IntN(len(airing.Findings))], Note: "đã nghe"}
			line, said = e.VerifyAiring(ctx, by(monitorOf(accounts.Province, ""), m.At), v)
		case n == 3 && len(line.Evidence) > 0 && airing.Keeps(line, false) == nil:
			line, said = e.Detach(ctx, m, airing.Removal{Evidence: line.Evidence[0].ID, Report: line.ID, Why: "chụp nhầm"})
		}
		if said != nil {
			t.Fatalf("operation %d: %v", i, said)
		}
		readsAs(t, e, line)
		model[slot] = line
	}
	for week := range 4 {
		w := thatWeek + airing.Week(week)
		tallies := map[string]airing.Tally{}
		for _, l := range model {
			if (airing.Calendar{Zone: text.Zone}).Week(l.StartedAt) == w {
				tallies[l.Station] = tallies[l.Station].Add(airing.Of(l), 1)
			}
		}
		for _, s := range weekCounts(t, e, w).Stations {
			if s.Tally != tallies[s.Station] {
				t.Errorf("%s %s: engine %+v, model %+v", w, s.Station, s.Tally, tallies[s.Station])
			}
		}
	}
}

// readsAs makes sure that the answer to a change is what is read afterwards.
func readsAs(t *testing.T, e AiringEngine, answer airing.Line) {
	t.Helper()
	read, err := e.Airing(context.Background(), accounts.Daemon(), answer.ID)
	want, err1 := json.Marshal(answer)
	got, err2 := json.Marshal(read)
	if err := errors.Join(err, err1, err2); err != nil || string(got) != string(want) {
		t.Fatalf("read %s, %v\nanswered %s", got, err, want)
	}
}

// closeSeen closes a week by somebody who has seen what is undecided in it.
func closeSeen(e AiringEngine, m accounts.Meta, w airing.Week) (coverage.Week, error) {
	got, err := e.CloseWeek(context.Background(), m, coverage.Close{Week: w})
	if once.Unseen(err) {
		got, err = e.CloseWeek(context.Background(), m, coverage.Close{Week: w, Seen: fault.Of(err).Args["seen"].(string)})
	}
	return got, err
}

func coverageClosed(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	mustConfirm(t, e, "S00001", nil)
	monitor := monitorOf(accounts.Province, "")
	if _, err := e.CloseWeek(ctx, by(monitor, monday), coverage.Close{Week: thatWeek}); !fault.Is(err, "coverage.week_open") {
		t.Fatalf("closed a running week: %v", err)
	}
	m := by(monitor, monday.AddDate(0, 0, 14))
	_, err := e.CloseWeek(ctx, m, coverage.Close{Week: thatWeek})
	if !once.Unseen(err) || weekCounts(t, e, thatWeek).Closed {
		t.Fatalf("closed over stations that said nothing, unasked: %v", err)
	}
	word := fault.Of(err).Args["seen"].(string)
	mustConfirm(t, e, "S00003", nil)
	if _, err := e.CloseWeek(ctx, m, coverage.Close{Week: thatWeek, Seen: word}); fault.Of(err) == nil || fault.Of(err).Code != "once.seen_another" {
		t.Fatalf("closed with the word for another week's state: %v", err)
	}
	first, err := closeSeen(e, m, thatWeek)
	if err != nil || !first.Closed || first.Aired != 2 {
		t.Fatalf("%+v, %v", first.Counts, err)
	}
	mustConfirm(t, e, "S00002", nil)
	got := weekCounts(t, e, thatWeek)
	if got.Aired != 2 || !got.Closed || got.Now == nil || got.Now.Aired != 3 {
		t.Fatalf("frozen %+v, now %+v", got.Counts, got.Now)
	}
	again, err := closeSeen(e, by(monitor, monday.AddDate(0, 0, 20)), thatWeek)
	if err != nil || !again.ClosedAt.Equal(first.ClosedAt) || again.Aired != 2 {
		t.Fatalf("closing again changed it: %+v, %v", again.Counts, err)
	}
	if _, err := closeSeen(e, by(monitor, monday.AddDate(0, 0, 20)), thatWeek+1); err != nil {
		t.Fatal(err)
	}
	x := coverage.Excuse{Week: thatWeek, Station: "S00009", Reason: airing.Weather, Note: "bão"}
	if _, err := e.Excuse(ctx, by(accounts.Daemon(), monday.AddDate(0, 0, 20)), x); !fault.Is(err, "coverage.week_closed") {
		t.Fatalf("an excuse in a closed week: %v", err)
	}
}

func coverageReopened(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	first := mustConfirm(t, e, "S00001", nil)
	closed := func() bool { // as its report tells
		t.Helper()
		line, err := e.Airing(ctx, monitorOf(accounts.Province, ""), first.ID)
		if err != nil {
			t.Fatal(err)
		}
		return line.WeekClosed
	}
	one := monitorOf(accounts.Province, "")
	two := one
	two.Person, two.Name = "mon-two", "Trưởng phòng"
	late := monday.AddDate(0, 0, 30)
	reopen := func(who accounts.Actor, c coverage.Reopen, code string) coverage.Week {
		t.Helper()
		got, err := e.ReopenWeek(ctx, by(who, late), c)
		if code == "" && err != nil || code != "" && !fault.Is(err, code) {
			t.Fatalf("%s, %+v: %v, want %q", who.Name, c, err, code)
		}
		return got
	}
	ask := coverage.Reopen{Week: thatWeek, Later: true, Reason: "Đồng hồ máy chủ chạy sai"}
	reopen(one, ask, "coverage.not_closed")
	for w := thatWeek; w < thatWeek+3; w++ {
		if _, err := e.CloseWeek(ctx, by(accounts.Daemon(), late), coverage.Close{Week: w}); err != nil {
			t.Fatal(err)
		}
	}
	if late := mustConfirm(t, e, "S00002", nil); !late.WeekClosed || !closed() {
		t.Error("a report does not tell that its week is closed")
	}
	reopen(monitorOf(accounts.District, "080"), ask, "accounts.denied")
	reopen(accounts.ServerPerson().Actor("token"), ask, "coverage.reopen_person")
	reopen(two, coverage.Reopen{Week: thatWeek, Decline: true}, "coverage.not_asked")
	reopen(one, coverage.Reopen{Week: thatWeek}, "coverage.reopen_reason")
	for range 2 { // one person twice is one person
		if got := reopen(one, ask, ""); !got.Closed || got.Reopening == nil || got.Reopening.Reason != ask.Reason {
			t.Fatalf("asked: %+v", got)
		}
	}
	request := weekCounts(t, e, thatWeek).Reopening.At
	reopeningsListed(t, e, one.Person, two)
	reopen(two, coverage.Reopen{Week: thatWeek, Reason: "Tôi cũng muốn hỏi", Later: true}, "coverage.asked_already") // who asks does not agree
	reopen(one, coverage.Reopen{Week: thatWeek, Request: request}, "coverage.own_request")
	reopen(two, coverage.Reopen{Week: thatWeek, Request: request.Add(-time.Hour)}, "coverage.request_changed")
	reopen(two, coverage.Reopen{Week: thatWeek, Request: request.Add(-time.Hour), Decline: true}, "coverage.request_changed")
	reopen(two, coverage.Reopen{Week: thatWeek + 2, Decline: true}, "")
	reopen(one, coverage.Reopen{Week: thatWeek + 2, Request: request}, "coverage.request_declined")
	reopen(one, coverage.Reopen{Week: thatWeek + 2, Reason: "Lại sai"}, "")
	reopen(one, coverage.Reopen{Week: thatWeek + 2, Decline: true}, "")
	reopen(two, coverage.Reopen{Week: thatWeek + 2, Request: request}, "coverage.request_withdrawn")
	reopen(two, coverage.Reopen{Week: thatWeek + 2, Request: request, Decline: true}, "coverage.request_withdrawn")
	reopen(two, coverage.Reopen{Week: thatWeek + 2, Request: request.Add(-time.Hour)}, "coverage.not_asked")
	got := reopen(two, coverage.Reopen{Week: thatWeek, Later: true, Request: request}, "")
	if got.Closed || got.Aired != 2 || got.Reopening != nil || len(got.Earlier) != 1 || got.Earlier[0].Aired != 1 ||
		got.Earlier[0].Reopened.AgreedBy != two.Name {
		t.Fatalf("opened again: %+v, earlier %+v", got.Counts, got.Earlier)
	}
	reopen(two, coverage.Reopen{Week: thatWeek, Request: request}, "coverage.request_agreed")
	reopen(one, coverage.Reopen{Week: thatWeek, Decline: true}, "coverage.request_agreed")
	for w, closed := range []bool{false, false, true} { // the last was declined
		if got := weekCounts(t, e, thatWeek+airing.Week(w)); got.Closed != closed || (len(got.Earlier) == 0) != closed {
			t.Errorf("week %d: closed %v, earlier %v", w, got.Closed, got.Earlier)
		}
	}
	x := coverage.Excuse{Week: thatWeek, Station: "S00009", Reason: airing.Weather, Note: "bão"}
	if _, err := e.Excuse(ctx, by(accounts.Daemon(), late), x); err != nil {
		t.Errorf("an excuse in a week that is open again: %v", err)
	}
	for range 2 { // closed, opened and closed once more
		if got, err := closeSeen(e, by(one, late), thatWeek); err != nil || !got.Closed || got.Aired != 2 || got.Excused != 1 {
			t.Fatalf("closed again: %+v %v", got.Counts, err)
		}
		reopen(two, coverage.Reopen{Week: thatWeek, Reason: "Còn thiếu"}, "")
		reopen(one, coverage.Reopen{Week: thatWeek, Request: late}, "")
	}
	if got := weekCounts(t, e, thatWeek); got.Closed || len(got.Earlier) != 3 || got.Earlier[0].Aired != 1 || got.Earlier[2].Aired != 2 {
		t.Errorf("%+v", got.Earlier)
	}
	if closed() {
		t.Error("a report says that the week is closed, which is open again")
	}
}

// reopeningsListed: three weeks from thatWeek on that asker asked to open again are listed, page by page, and not to whom it is no matter.
func reopeningsListed(t *testing.T, e AiringEngine, asker string, who accounts.Actor) {
	t.Helper()
	ctx := context.Background()
	for _, c := range []struct {
		q    coverage.AskedQuery
		want []airing.Week
	}{
		{coverage.AskedQuery{Limit: 9}, []airing.Week{thatWeek, thatWeek + 1, thatWeek + 2}},
		{coverage.AskedQuery{Limit: 2}, []airing.Week{thatWeek, thatWeek + 1}},
		{coverage.AskedQuery{Limit: 9, From: thatWeek + 2, Not: who.Person}, []airing.Week{thatWeek + 2}},
		{coverage.AskedQuery{Limit: 9, Not: asker}, nil},
	} {
		var weeks []airing.Week
		for _, a := range must[[]coverage.Asked](t)(e.Reopenings(ctx, who, c.q)) {
			weeks = append(weeks, a.Week)
		}
		if !slices.Equal(weeks, c.want) {
			t.Errorf("%+v: asked for %v, want %v", c.q, weeks, c.want)
		}
	}
	if _, err := e.Reopenings(ctx, operatorOf("S00001"), coverage.AskedQuery{Limit: 9}); !fault.Is(err, "accounts.denied") {
		t.Errorf("an operator reads what was asked: %v", err)
	}
}

func coverageExcuse(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	x := coverage.Excuse{Week: thatWeek, Station: "S00009", Reason: airing.Weather, Note: "bão số 2"}
	for _, want := range []struct {
		revoked         bool
		excused, silent int
	}{{false, 1, 126}, {true, 0, 127}} {
		x.Revoked = want.revoked
		if _, err := e.Excuse(ctx, by(accounts.Daemon(), monday), x); err != nil {
			t.Fatal(err)
		}
		if got := weekCounts(t, e, thatWeek); got.Excused != want.excused || got.NotReported != want.silent || got.Expected() != want.silent {
			t.Fatalf("%+v", got.Counts)
		}
		year, err := e.Excuses(ctx, x.Station, thatWeek-51, thatWeek)
		last, lastErr := e.LastExcuse(ctx, thatWeek, x.Station)
		if err != nil || lastErr != nil || len(year) != 1 || year[thatWeek] != last || year[thatWeek].Stands() == want.revoked {
			t.Fatalf("a year's excuses %+v, the last %+v, %v, %v", year, last, err, lastErr)
		}
	}
	if none, err := e.Excuses(ctx, "S00008", thatWeek-51, thatWeek); err != nil || len(none) != 0 {
		t.Fatalf("another station's: %+v, %v", none, err)
	}
	if _, err := e.Excuses(ctx, x.Station, thatWeek-coverage.MaxWeeks, thatWeek); !fault.Is(err, "coverage.too_many_weeks") {
		t.Fatalf("more than ten years: %v", err)
	}
}

func airingShift(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	mustConfirm(t, e, "S00001", nil) // Monday 17:00
	set := airing.DefaultSettings()
	set.WeekShiftHours = 24 // weeks begin on Tuesday: Monday belongs to the week before
	if _, err := e.SaveAiringSettings(ctx, by(accounts.Daemon(), monday), set); err != nil {
		t.Fatal(err)
	}
	// the running week keeps the next Monday, not the Tuesday
	for station, after := range map[string]time.Duration{"S00002": 7 * 24 * time.Hour, "S00003": 8 * 24 * time.Hour} {
		c := airing.Confirm{ID: uuid.NewString(), Station: station, Programme: "P1", Outcome: airing.Aired, Seconds: 600, StartedAt: monday.Add(after)}
		if _, err := e.Confirm(ctx, by(operatorOf(station), c.StartedAt.Add(time.Hour)), c); err != nil {
			t.Fatal(err)
		}
	}
	weeks, err := e.Trend(ctx, accounts.Daemon(), coverage.Query{Week: thatWeek - 1}, thatWeek+1)
	if err != nil || len(weeks) != 3 || !slices.Equal([]int{weeks[0].Aired, weeks[1].Aired, weeks[2].Aired}, []int{0, 2, 1}) {
		t.Fatalf("%+v, %v", weeks, err)
	}
	set.OnTimeHours = 0
	if _, err := e.SaveAiringSettings(ctx, by(accounts.Daemon(), monday), set); !fault.Is(err, "airing.setting_range") {
		t.Fatalf("nonsense settings: %v", err)
	}
}

func airingKeepsSlot(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	first := mustConfirm(t, e, "S00002", nil)
	fixed := mustConfirm(t, e, "S00002", func(c *airing.Confirm) {
		c.Slot, c.Means, c.Corrects, c.Why, c.Note = "", "", first.ID, "bổ sung", "loa số 2 rè"
	})
	if fixed.Slot != first.Slot || fixed.Station != "S00002" || fixed.Means != airing.FM || fixed.Seconds != 600 || fixed.Episode != "E1" {
		t.Fatalf("%+v", fixed.Report)
	}
	opposite := airing.Confirm{ID: uuid.NewString(), Slot: slotOf("S00002"), Outcome: airing.NotAired, Reason: airing.PowerCut}
	if _, err := e.Confirm(ctx, by(operatorOf("S00002"), monday.Add(time.Hour)), opposite); !fault.Is(err, "airing.slot_reported") {
		t.Fatalf("the slot takes an opposite report: %v", err)
	}
	late := airing.Confirm{ID: uuid.NewString(), Outcome: airing.Aired, Corrects: fixed.ID, Why: "bổ sung", Note: "đã thay loa"}
	if line, err := e.Confirm(ctx, by(operatorOf("S00002"), monday.AddDate(0, 0, 5)), late); err != nil || !line.OnTime {
		t.Fatalf("a note after five days: %+v, %v", line, err)
	}
	if got := weekCounts(t, e, thatWeek); got.Aired != 1 || got.OnTime != 1 {
		t.Fatalf("%+v", got.Counts)
	}
}

func airingContradicted(t *testing.T, e AiringEngine) {
	ctx, line := context.Background(), mustConfirm(t, e, "S00003", nil)
	judge := func(report string, f airing.Finding) airing.Line {
		t.Helper()
		got, err := e.VerifyAiring(ctx, by(monitorOf(accounts.Province, ""), monday.Add(3*time.Hour)),
			airing.Verdict{Report: report, Finding: f, Note: "nghe tại chỗ"})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	counts := func(aired, notCounted int) {
		t.Helper()
		if c := weekCounts(t, e, thatWeek); c.Aired != aired || c.NotCounted != notCounted || c.NotReported != 126 || c.OnTime != aired {
			t.Fatalf("%+v", c.Counts)
		}
	}
	judge(line.ID, airing.Contradicted)
	counts(0, 1)
	anew := mustConfirm(t, e, "S00003", func(c *airing.Confirm) { c.Corrects, c.Why, c.Slot = line.ID, "báo lại", "" })
	if anew.Finding != airing.Contradicted || anew.FindingOf != line.ID {
		t.Fatalf("writing the report anew wiped the finding away: %+v", anew)
	}
	counts(0, 1)
	if got := judge(anew.ID, airing.NotProven); got.FindingOf != "" {
		t.Fatalf("the finding is of %s", got.FindingOf)
	}
	counts(1, 0)
}

// airingProofs lets the machine hear evidence: what waits for it is told without the log, a repeat
// writes nothing, a correction is heard anew, and a recording of another airing proves nothing.
func airingProofs(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	must := func(line airing.Line, err error) airing.Line {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	machine := func(minutes int) accounts.Meta {
		return by(accounts.Daemon(), monday.Add(time.Duration(minutes)*time.Minute))
	}
	waits := func(when string, ids ...string) {
		t.Helper()
		list, err := e.Unproved(ctx, 10)
		var got []string
		for _, l := range list {
			got = append(got, l.ID)
		}
		slices.Sort(got)
		slices.Sort(ids)
		if err != nil || !slices.Equal(got, ids) {
			t.Fatalf("%s, %v wait for the machine, want %v, %v", when, got, ids, err)
		}
	}
	attach := func(line airing.Line, minutes, bytes int) airing.Evidence {
		t.Helper()
		piece := airing.Evidence{ID: uuid.NewString(), Report: line.ID, Kind: airing.Sound, Type: "audio/mpeg", SHA256: fmt.Sprintf("%064d", bytes), Size: 9}
		must(e.Attach(ctx, by(operatorOf(line.Station), monday.Add(time.Duration(minutes)*time.Minute)), piece))
		return piece
	}
	says := func(report string, piece airing.Evidence, word match.Word, reason match.Reason) airing.Proof {
		return airing.Proof{Report: report, Evidence: piece.ID, SHA256: piece.SHA256, Method: match.Method, Word: word, Reason: reason,
			Compared: []string{"E1"}, Episode: "E1", Score: 21, Threshold: 10, Curve: []byte{20, 210}}
	}
	line, other := mustConfirm(t, e, "S00003", nil), mustConfirm(t, e, "S00060", nil)
	waits("nothing was sent")
	piece := attach(line, 70, 1)
	waits("a recording came", line.ID)
	again := machine(71)
	proof := says(line.ID, piece, match.Verified, match.Found)
	heard := must(e.Prove(ctx, again, proof))
	waits("it was heard")
	if repeat := must(e.Prove(ctx, again, proof)); len(repeat.Proofs) != 1 {
		t.Fatalf("a repeat is heard twice: %d", len(repeat.Proofs))
	}
	if twice := must(e.Prove(ctx, machine(72), proof)); len(twice.Proofs) != 1 {
		t.Fatalf("one method says it twice: %d", len(twice.Proofs))
	}
	if heard.Finding != "" || heard.VerifiedBy() != airing.ByMachine {
		t.Fatalf("%q by %q", heard.Finding, heard.VerifiedBy())
	}
	readsAs(t, e, heard)
	if c := weekCounts(t, e, thatWeek); c.Verified != 1 || c.ByMachine != 1 || c.ByBoth != 0 {
		t.Fatalf("by the machine: %+v", c.Counts)
	}
	must(e.VerifyAiring(ctx, by(monitorOf(accounts.Province, ""), monday.Add(80*time.Minute)), airing.Verdict{Report: line.ID, Finding: airing.Verified}))
	if c := weekCounts(t, e, thatWeek); c.Verified != 1 || c.ByMachine != 0 || c.ByBoth != 1 {
		t.Fatalf("by both: %+v", c.Counts)
	}
	taken := attach(other, 81, 1)
	stolen := must(e.Prove(ctx, machine(82), says(other.ID, taken, match.Verified, match.Found)))
	if p := stolen.Proofs[0]; p.Word != match.NotProven || p.Reason != match.Used || p.UsedBefore == nil || p.UsedBefore.Report != line.ID {
		t.Fatalf("a recording of another airing: %+v", p)
	}
	if c := weekCounts(t, e, thatWeek); c.Verified != 1 || c.Aired != 2 {
		t.Fatalf("a recording of another airing counts: %+v", c.Counts)
	}
	anew := mustConfirm(t, e, "S00003", func(c *airing.Confirm) {
		c.Corrects, c.Why, c.Slot, c.StartedAt = line.ID, "ghi nhầm giờ", "", monday.Add(5*time.Minute)
	})
	waits("corrected", anew.ID)
	if len(anew.Proofs) != 0 {
		t.Fatalf("what was heard of the earlier report is said of its correction: %+v", anew.Proofs)
	}
	if _, err := e.Prove(ctx, machine(90), says(line.ID, piece, match.Contradicted, match.OtherTime)); !fault.Is(err,
		"airing.verdict_of_corrected") {
		t.Fatal(err)
	}
	must(e.Prove(ctx, machine(91), says(anew.ID, piece, match.Verified, match.Found)))
	waits("heard anew")
	person := by(monitorOf(accounts.Province, ""), monday.Add(92*time.Minute))
	if _, err := e.Prove(ctx, person, says(anew.ID, piece, match.Verified, match.Found)); !fault.Is(err,
		"accounts.denied") {
		t.Fatalf("a person speaks for the machine: %v", err)
	}
	gone := attach(anew, 93, 2)
	waits("a second recording", anew.ID)
	must(e.Detach(ctx, by(operatorOf("S00003"), monday.Add(94*time.Minute)), airing.Removal{Report: anew.ID, Evidence: gone.ID, Why: "thu nhầm"}))
	waits("it was taken away")
}

// airingExcerpts takes the log of a station from a report on, before and after it is sealed.
func airingExcerpts(t *testing.T, e AiringEngine) {
	ctx, province := context.Background(), monitorOf(accounts.Province, "")
	mustConfirm(t, e, "S00003", func(c *airing.Confirm) {
		c.Slot, c.Station, c.Programme, c.StartedAt = "", "S00003", "P1", monday.Add(-72*time.Hour)
		c.Seconds = 600
	})
	line := mustConfirm(t, e, "S00003", nil)
	excerpt := func(entries int, seal int) airing.Excerpt {
		t.Helper()
		x, err := e.Excerpt(ctx, province, line.ID)
		if err != nil || len(x.Entries) != entries || (x.Seal == nil) != (seal == 0) || seal > 0 && x.Seal.Number != seal {
			t.Fatalf("%d entries, %+v, %v; want %d under seal %d", len(x.Entries), x.Seal, err, entries, seal)
		}
		return x
	}
	excerpt(1, 0)
	sum := airing.Hash{1, 2, 3}
	early, err := e.SignProof(ctx, by(province, monday), sum)
	if err != nil || early == nil {
		t.Fatalf("nothing is signed before the first seal: %+v %v", early, err)
	}
	for i := range 2 {
		if _, err := e.CloseWeek(ctx, by(accounts.Daemon(), monday.AddDate(0, 0, 14+7*i)), coverage.Close{Week: thatWeek + airing.Week(i)}); err != nil {
			t.Fatal(err)
		}
		mustConfirm(t, e, "S00003", func(c *airing.Confirm) {
			c.Slot, c.Station, c.Programme = "", "S00003", "P1"
			c.Seconds, c.StartedAt = 600, monday.Add(-time.Duration(48+i)*time.Hour)
		})
	}
	x := excerpt(1, 1)
	head := airing.HeadOf(line.Station, 2, x.Entries[0])
	if !slices.Contains(x.Seal.Chains, head) || x.Seal.Word != airing.SealHolds {
		t.Fatalf("the seal does not hold the end %v", head)
	}
	sign, err := e.SignProof(ctx, by(province, monday), sum)
	if err != nil || sign == nil || string(sign.Key) != string(x.Seal.Signed.Key) || string(sign.Key) != string(early.Key) {
		t.Fatalf("%+v, before the seal %+v, %v", sign, early, err)
	}
	editor := accounts.Actor{Person: "editor", Via: "session",
		Grants: []accounts.Grant{{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}}}
	for _, actor := range []accounts.Actor{operatorOf("S00003"), monitorOf(accounts.District, "082"), editor} {
		if _, err := e.Excerpt(ctx, actor, line.ID); !fault.Is(err, "accounts.denied") {
			t.Errorf("%v", err)
		}
		if _, err := e.SignProof(ctx, by(actor, monday), sum); !fault.Is(err, "accounts.denied") {
			t.Errorf("%v", err)
		}
	}
	if _, err := e.Excerpt(ctx, province, uuid.NewString()); !fault.Is(err, "airing.unknown") {
		t.Errorf("%v", err)
	}
}

// airingExhibits follows a report through all that brings it into the queue of evidence and takes it out.
func airingExhibits(t *testing.T, e AiringEngine) {
	ctx, line := context.Background(), mustConfirm(t, e, "S00003", nil)
	other := mustConfirm(t, e, "S00060", nil)
	m := func() accounts.Meta { return by(operatorOf("S00003"), monday.Add(2*time.Hour)) }
	week := airing.Span{From: monday.AddDate(0, 0, -1), Until: monday.AddDate(0, 0, 1)}
	wants := func(when string, actor accounts.Actor, span airing.Span, ids ...string) []airing.Exhibit {
		t.Helper()
		list, err := e.Exhibits(ctx, actor, span)
		var got []string
		for _, x := range list {
			got = append(got, x.Report)
		}
		slices.Sort(got)
		slices.Sort(ids)
		if err != nil || !slices.Equal(got, ids) {
			t.Fatalf("%s: %v, %v", when, got, err)
		}
		return list
	}
	must := func(line airing.Line, err error) airing.Line {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	province := monitorOf(accounts.Province, "")
	judge := func(report string, f airing.Finding, hours int) {
		t.Helper()
		must(e.VerifyAiring(ctx, by(province, monday.Add(time.Duration(hours)*time.Hour)), airing.Verdict{Report: report, Finding: f, Note: "nghe tại chỗ"}))
	}
	waiting := func(when string, ids ...string) {
		t.Helper()
		list, next, err := e.Airings(ctx, province, airing.Query{From: week.From, Until: week.Until, Waiting: true})
		var got []string
		for _, l := range list {
			got = append(got, l.ID)
		}
		if err != nil || next != "" || !slices.Equal(got, ids) {
			t.Fatalf("%s, the log has waiting %v, %q, %v", when, got, next, err)
		}
	}
	wants("nothing was sent", province, week)
	waiting("nothing was sent")
	photo := airing.Evidence{ID: uuid.NewString(), Report: line.ID, Kind: airing.Photo, Type: "image/jpeg", SHA256: fmt.Sprintf("%064d", 1), Size: 9}
	must(e.Attach(ctx, m(), photo))
	if x := wants("a photo", province, week, line.ID)[0]; !x.Waits || x.Photos != 1 || x.Station != "S00003" {
		t.Fatalf("%+v", x)
	}
	must(e.Detach(ctx, m(), airing.Removal{Report: line.ID, Evidence: photo.ID, Why: "chụp nhầm"}))
	wants("taken away", province, week)
	photo.ID, photo.SHA256 = uuid.NewString(), fmt.Sprintf("%064d", 2)
	must(e.Attach(ctx, m(), photo))
	waiting("a photo", line.ID)
	judge(line.ID, airing.Verified, 3)
	waiting("looked at")
	if x := wants("looked at", province, week, line.ID)[0]; x.Waits || x.Finding != airing.Verified {
		t.Fatalf("%+v", x)
	}
	anew := mustConfirm(t, e, "S00003", func(c *airing.Confirm) {
		c.Corrects, c.Why, c.Slot, c.StartedAt = line.ID, "ghi nhầm giờ", "", monday.Add(5*time.Minute)
	})
	if x := wants("corrected", province, week, anew.ID)[0]; !x.Waits || x.Photos != 1 || x.Lapsed != province.Name {
		t.Fatalf("%+v", x)
	}
	waiting("corrected", anew.ID)
	judge(other.ID, airing.Contradicted, 4)
	wants("found without evidence", province, week, anew.ID, other.ID)
	wants("her own station's alone", operatorOf("S00003"), week, anew.ID)
	wants("the span ends before", province, airing.Span{From: week.From, Until: monday}, []string{}...)
	mustConfirm(t, e, "S00003", func(c *airing.Confirm) {
		c.Corrects, c.Why, c.Slot, c.Outcome, c.Means = anew.ID, "bấm nhầm", "", airing.Withdrawn, ""
	})
	if x := wants("withdrawn", province, week, other.ID)[0]; x.WeekClosed {
		t.Fatalf("%+v", x)
	}
	if _, err := e.CloseWeek(ctx, by(accounts.Daemon(), monday.AddDate(0, 0, 14)), coverage.Close{Week: thatWeek}); err != nil {
		t.Fatal(err)
	}
	if x := wants("its week was closed", province, week, other.ID)[0]; !x.WeekClosed {
		t.Fatalf("%+v", x)
	}
}

func airingTermsChange(t *testing.T, e AiringEngine) {
	ctx := context.Background()
	mustConfirm(t, e, "S00001", nil)
	if _, err := e.CloseWeek(ctx, by(accounts.Daemon(), monday.AddDate(0, 0, 9)), coverage.Close{Week: thatWeek}); err != nil {
		t.Fatal(err)
	}
	reportLate := func(station string, at time.Time) {
		t.Helper()
		c := airing.Confirm{ID: uuid.NewString(), Slot: scheduler.SlotID("R1", station, at), Outcome: airing.Aired}
		if _, err := e.Confirm(ctx, by(operatorOf(station), monday.AddDate(0, 0, 12)), c); err != nil {
			t.Fatal(err)
		}
	}
	off := scheduler.SaveProgramme{ID: "P1", Title: "Nông thôn mới hằng tuần", Languages: []string{"vi"}, MinSeconds: 180}
	if _, err := e.SaveProgramme(ctx, by(accounts.Daemon(), monday.AddDate(0, 0, 9)), off); err != nil { // between that week's two airings
		t.Fatal(err)
	}
	if got := weekCounts(t, e, thatWeek); got.Now != nil || got.Aired != 1 || got.Scheduled != 127 {
		t.Fatalf("the closed week: %+v, now %+v", got.Counts, got.Now)
	}
	reportLate("S00002", monday.AddDate(0, 0, 7))
	reportLate("S00003", monday.AddDate(0, 0, 10))
	if got := weekCounts(t, e, thatWeek+1); got.Aired != 1 || got.NotReported != 126 || got.Scheduled != 127 {
		t.Fatalf("the week of the change: %+v", got.Counts)
	}
	if got := weekCounts(t, e, thatWeek+2); got.Scheduled != 0 {
		t.Fatalf("the week after: %+v", got.Counts)
	}
}

// coverageReform merges the province on Tuesday 2025-07-01, on time and three
// weeks late.
func coverageReform(t *testing.T, e AiringEngine) {
	ctx, at := context.Background(), time.Date(2025, 6, 30, 17, 0, 0, 0, text.Zone) // the Monday
	week := airing.Calendar{Zone: text.Zone}.Week(at)
	report := func(at time.Time, n int) (last airing.Line) {
		t.Helper()
		for i := range n {
			id := stations.StationID(i + 1)
			c := airing.Confirm{ID: uuid.NewString(), Slot: scheduler.SlotID("R1", id, at), Outcome: airing.Aired}
			line, err := e.Confirm(ctx, by(operatorOf(id), at.Add(time.Hour)), c)
			if err != nil {
				t.Fatal(err)
			}
			last = line
		}
		return last
	}
	report(at, 115)
	report(at.AddDate(0, 0, 7), 127)
	last := report(at.AddDate(0, 0, 14), 127)
	closed, err := e.CloseWeek(ctx, by(accounts.Daemon(), at.AddDate(0, 0, 8)), coverage.Close{Week: week})
	if err != nil || closed.Aired != 115 || closed.Active != 127 {
		t.Fatalf("%+v, %v", closed.Counts, err)
	}
	plan, err := e.Merge(ctx, by(accounts.Daemon(), at.AddDate(0, 0, 21)), stations.Reform2025())
	if err != nil {
		t.Fatal(err)
	}
	heard := 0
	for _, target := range plan.Targets {
		reported := func(id string) bool { return id != "" && id <= stations.StationID(115) }
		if reported(target.Station) || slices.ContainsFunc(target.Ended, reported) {
			heard++
		}
	}
	got := weekCounts(t, e, week)
	if got.Aired != 115 || got.Active != 127 || got.Now == nil || got.Now.Active != 47 || got.Now.Aired != heard || heard < 40 {
		t.Fatalf("the week that is cut: %+v, now %+v", got.Counts, got.Now)
	}
	// What was reported before the merger was entered answers the slot that was taken over.
	taken := slices.IndexFunc(plan.Targets, func(m stations.MergeTarget) bool { return len(m.Ended) > 0 && m.Station > "S00127" }) // a station made by it
	if taken < 0 {
		t.Fatalf("no merger made a station: %+v", plan.Targets)
	}
	target := plan.Targets[taken]
	slot := scheduler.SlotID("R1", target.Station, at.AddDate(0, 0, 14))
	told, err := e.ForSlots(ctx, operatorOf(target.Station), []string{slot})
	if line, ok := told[slot]; err != nil || !ok || !slices.Contains(target.Ended, line.Station) {
		t.Fatalf("the slot of %s says %+v, %v", target.Station, told, err)
	}
	again := airing.Confirm{ID: uuid.NewString(), Slot: slot, Outcome: airing.Aired}
	if _, err := e.Confirm(ctx, by(operatorOf(target.Station), at.AddDate(0, 0, 21)), again); !fault.Is(err, "airing.slot_reported") {
		t.Fatalf("reported once more: %v", err)
	}
	for i := 1; i <= 2; i++ {
		if got := weekCounts(t, e, week+airing.Week(i)); got.Active != 47 || got.Aired != 47 {
			t.Fatalf("%d weeks later: %+v", i, got.Counts)
		}
	}
	m := by(operatorOf(last.Station), at.AddDate(0, 0, 22))
	fixed, err := e.Confirm(ctx, m, airing.Confirm{ID: uuid.NewString(), Corrects: last.ID, Why: "bổ sung", Note: "đủ", Outcome: airing.Aired})
	if err != nil || fixed.Slot != last.Slot {
		t.Fatalf("a report of a station that had ended by then cannot be corrected: %v", err)
	}
	if _, err := e.Confirm(ctx, m, airing.Confirm{ID: uuid.NewString(), Corrects: fixed.ID, Why: "nhầm đài", Outcome: airing.Withdrawn}); err != nil {
		t.Fatalf("nor withdrawn: %v", err)
	}
}
