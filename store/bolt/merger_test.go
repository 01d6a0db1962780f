package bolt_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
	"loa/store"
	"loa/store/bolt"
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
	if _, err := s.AddPerson(ctx, by(), accounts.AddPerson{Name: "Lù Thị Mai", Login: "mai",
		Grants: []accounts.Grant{{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}}}); err != nil {
		t.Fatal(err)
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
	rule, err := s.SaveRule(ctx, by(), scheduler.SaveRule{Programme: p.ID,
		Cron: "0 17 * * 1", Selection: scheduler.Selection{Stations: []string{sapa[0].ID, sapa[1].ID}}})
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
	if err != nil || len(foretold.Questions) != 2 || len(foretold.People)+len(foretold.Rules) != 0 {
		t.Fatalf("%+v, %v", foretold, err)
	}
	if _, err := s.Split(ctx, by(), split); fault.Of(err).Code != "stations.unanswered" || len(fault.Of(err).Parts) != 2 {
		t.Errorf("without answers: %v", err)
	}
	split.Seen, split.Answers = foretold.Fingerprint, map[string]string{"person:" + operator.ID: "90002", "rule": "north"}
	if _, err := s.Split(ctx, by(), split); len(fault.Of(err).Parts) != 1 || fault.Of(err).Parts[0].Code != "stations.answer_unknown" {
		t.Errorf("an answer that is none: %v", err)
	}
	split.Answers["rule"] = coverage.AllChoice
	another, err := s.AddPerson(ctx, by(), accounts.AddPerson{Name: "Vàng A Sử", Login: "a.su",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: at1(heir)}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Split(ctx, by(), split); fault.Of(err).Code != "stations.plan_changed" {
		t.Errorf("somebody was invited meanwhile: %v", err)
	}
	_, foretold, err = s.ForetellSplit(ctx, by(), split)
	if err != nil || len(foretold.Questions) != 3 || len(foretold.Rules) != 1 || len(foretold.People) != 1 ||
		!slices.Equal(foretold.People[0].Leaves, []string{heir}) {
		t.Fatalf("%+v, %v", foretold, err)
	}
	split.Seen, split.Answers["person"] = foretold.Fingerprint, coverage.StayChoice
	parts, err := s.Split(ctx, by(), split)
	if err != nil || parts.Parts[1].Station != heir || parts.Parts[0].Fate != stations.Opened || parts.After != parts.Before+1 {
		t.Fatalf("%+v, %v", parts, err)
	}
	second := parts.Parts[0].Station
	if got := grantsOf(t, s, operator.ID); accounts.HoldsAt(got, at1(heir)) || !accounts.HoldsAt(got, at1(second)) || !accounts.HoldsAt(got, at1(sapa[0].ID)) {
		t.Errorf("she moved to the new part: %v", got)
	}

	// Both are undone, the last first, until something depends on one.
	if _, err := s.UndoSuccession(ctx, by(), coverage.Undo{Number: 1, Reason: "nhập nhầm"}); fault.Of(err).Code != "stations.undo_refused" {
		t.Errorf("the merger before the split: %v", err)
	}
	if _, err := s.UndoSuccession(ctx, by(), coverage.Undo{Number: 2}); fault.Of(err).Code != "stations.undo_reason" {
		t.Errorf("without a reason: %v", err)
	}
	for number := 2; number > 0; number-- {
		if number == 1 { // she was given her role at the new station by hand
			plan, err := s.ForetellUndo(ctx, by(), number)
			if err != nil || len(plan.Depends) != 1 || plan.Depends[0].What != coverage.GivenToPerson || plan.Depends[0].Name != another.Name {
				t.Errorf("%+v, %v", plan.Depends, err)
			}
			elsewhere := []accounts.Grant{{Role: accounts.Operator, Scope: at1(sapa[2].ID)}}
			if _, err := s.ChangePerson(ctx, by(), accounts.ChangePerson{Person: another.ID, Grants: &elsewhere}); err != nil {
				t.Fatal(err)
			}
		}
		plan, err := s.ForetellUndo(ctx, by(), number)
		if err != nil || len(plan.Depends) > 0 || len(plan.Weeks) == 0 {
			t.Fatalf("%d: %+v, %v", number, plan, err)
		}
		if _, err := s.UndoSuccession(ctx, by(), coverage.Undo{Number: number, Reason: "nhập nhầm", Seen: plan.Fingerprint}); err != nil {
			t.Fatal(err)
		}
	}
	if got := grantsOf(t, s, operator.ID); !slices.Equal(got, operator.Grants) {
		t.Errorf("she has %v, at first %v", got, operator.Grants)
	}
	if sched, err = s.Schedule(ctx); err != nil {
		t.Fatal(err)
	}
	back, err := s.Registry(ctx)
	if err != nil || len(back.ActiveOn("2025-09-01")) != 127 || back.NextID() == reg.NextID() {
		t.Errorf("%d stations, next %s, at first %s, %v", len(back.ActiveOn("2025-09-01")), back.NextID(), reg.NextID(), err)
	}
	if got, err := sched.Rule(rule.ID); err != nil || !got.Current().Selection.Same(rule.Current().Selection) {
		t.Errorf("the rule chooses %v, %v", got.Current().Selection, err)
	}
	if plan, err = s.Merge(ctx, by(), c); err != nil || plan.Targets[0].Station != back.NextID() {
		t.Errorf("made again: %+v, %v", plan, err)
	}
}

func TestWhatDependsOnAMergerKeepsItAndIsNamed(t *testing.T) {
	ctx, s := t.Context(), bolttest.Open(t)
	at := time.Date(2025, 7, 8, 9, 0, 0, 0, text.Zone)
	by := func() accounts.Meta {
		at = at.Add(time.Minute)
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
	}
	units, list := stations.Founding()
	if err := s.Found(ctx, by(), units, list); err != nil {
		t.Fatal(err)
	}
	reg, err := s.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := stations.Merge{On: "2025-07-01"}
	for i, st := range reg.Filter(stations.Filter{District: "088"})[:2] {
		c.Rows = append(c.Rows, stations.MergeRow{Line: i + 2, OldCode: reg.UnitOf(st.ID).Code, NewCode: "90001", NewName: "Xã Mới"})
	}
	plan, err := s.Merge(ctx, by(), c)
	if err != nil {
		t.Fatal(err)
	}
	heir := plan.Targets[0].Station
	if _, err := s.AddPerson(ctx, by(), accounts.AddPerson{Name: "Vàng A Sử", Login: "a.su",
		Grants: []accounts.Grant{{Role: accounts.Operator, Scope: at1(heir)}}}); err != nil {
		t.Fatal(err)
	}
	p, err := s.SaveProgramme(ctx, by(), scheduler.SaveProgramme{Title: "Nông thôn mới", CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveRule(ctx, by(), scheduler.SaveRule{Programme: p.ID,
		Cron: "0 17 * * 1", Selection: scheduler.Selection{Stations: []string{heir}}}); err != nil {
		t.Fatal(err)
	}
	week := airing.Calendar{Zone: text.Zone}.Week(stations.Date("2025-07-01").Start(text.Zone))
	if _, err := s.Excuse(ctx, by(), coverage.Excuse{Week: week, Station: heir, Reason: airing.PowerCut, Note: "mất điện"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CloseWeek(ctx, by(), coverage.Close{Week: week}); err != nil {
		t.Fatal(err)
	}
	report := airing.Confirm{ID: uuid.NewString(), Station: heir, Programme: p.ID, Outcome: airing.Aired, Seconds: 600, StartedAt: at.Add(-time.Hour)}
	if _, err := s.Confirm(ctx, by(), report); err != nil {
		t.Fatal(err)
	}
	u, err := s.ForetellUndo(ctx, by(), 1)
	if err != nil {
		t.Fatal(err)
	}
	var what []coverage.DependentKind
	for _, d := range u.Depends {
		what = append(what, d.What)
	}
	want := []coverage.DependentKind{coverage.HasReports, coverage.HasExcuses, coverage.WeekClosedWith, coverage.GivenToPerson, coverage.ChosenByRule}
	if !slices.Equal(what, want) {
		t.Errorf("depends %v, want %v", what, want)
	}
	_, err = s.UndoSuccession(ctx, by(), coverage.Undo{Number: 1, Reason: "nhập nhầm"})
	if e := fault.Of(err); e.Code != "stations.undo_refused" || len(e.Parts) != len(want) {
		t.Errorf("%v", err)
	}
	if now, err := s.Registry(ctx); err != nil || len(now.ActiveOn("2025-07-08")) != 126 {
		t.Error("a refused undoing changed the registry", err)
	}
}

// TestAReportThatWasTakenBackKeepsNoMerger withdraws the one report of a new station, with
// its photo, and undoes the merger: nothing of the log is lost, and who asks for the station
// is told what became of it.
func TestAReportThatWasTakenBackKeepsNoMerger(t *testing.T) {
	monday := time.Date(2025, 7, 7, 0, 0, 0, 0, text.Zone)
	ctx := t.Context()
	s, programme := aThursdaysProgramme(t, monday)
	at := monday.AddDate(0, 0, 4)
	now := func() accounts.Meta {
		at = at.Add(time.Minute)
		return by(at)
	}
	reg, err := s.Registry(ctx)
	if err != nil {
		t.Fatal(err)
	}
	merger := stations.Merge{On: "2025-07-01"}
	for i, id := range []string{"S00001", "S00002"} {
		merger.Rows = append(merger.Rows, stations.MergeRow{Line: i + 2, OldCode: reg.UnitOf(id).Code, NewCode: "90001", NewName: "Xã Mới", NewDistrict: "080"})
	}
	plan, err := s.Merge(ctx, now(), merger)
	if err != nil {
		t.Fatal(err)
	}
	heir := plan.Targets[0].Station
	operator := accounts.Actor{Person: "an", Name: "An", Grants: []accounts.Grant{{Role: accounts.Operator, Scope: at1(heir)}}}
	mine := func() accounts.Meta { m := now(); m.By = operator; return m }
	report := airing.Confirm{ID: uuid.NewString(), Station: heir, Programme: programme, Outcome: airing.Aired, Seconds: 600, StartedAt: at.Add(-time.Hour)}
	if _, err := s.Confirm(ctx, mine(), report); err != nil {
		t.Fatal(err)
	}
	photo, err := s.SaveRecording(ctx, mine(), library.SaveRecording{Kind: library.Photo, Owner: library.Owner{Name: "An", Station: heir}, Name: "loa.jpg",
		ContentType: "image/jpeg", Blob: library.Ref{SHA256: strings.Repeat("ab", 32), Size: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Attach(ctx, mine(), airing.Evidence{ID: uuid.NewString(), Report: report.ID, Recording: photo.ID, Kind: "photo", Type: "image/jpeg",
		SHA256: photo.Blob.SHA256, Size: 1000}); err != nil {
		t.Fatal(err)
	}
	depends := func() (what []coverage.DependentKind) {
		u, err := s.ForetellUndo(ctx, now(), 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range u.Depends {
			what = append(what, d.What)
		}
		return what
	}
	if got := depends(); !slices.Equal(got, []coverage.DependentKind{coverage.HasReports, coverage.HasRecordings}) {
		t.Errorf("while it stands: %v", got)
	}
	back := airing.Confirm{ID: uuid.NewString(), Corrects: report.ID, Outcome: airing.Withdrawn, Why: "nhầm đài"}
	if _, err := s.Confirm(ctx, mine(), back); err != nil {
		t.Fatal(err)
	}
	if got := depends(); len(got) > 0 {
		t.Errorf("taken back: %v", got)
	}
	if _, err := s.UndoSuccession(ctx, now(), coverage.Undo{Number: 1, Reason: "nhập nhầm"}); err != nil {
		t.Fatal(err)
	}

	if reg, err = s.Registry(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := reg.Station(heir); !fault.Is(err, "stations.undone") {
		t.Errorf("the station: %v", err)
	}
	if id, err := reg.InLog(heir, "2025-07-10"); err != nil || id != heir || reg.Label(heir) != "Mới ("+heir+")" {
		t.Errorf("in the log %q as %q, %v", id, reg.Label(heir), err)
	}
	watches := accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.District, ID: "080"}}
	monitor := accounts.Actor{Person: "mai", Name: "Mai", Grants: []accounts.Grant{watches}}
	lines, _, err := s.Airings(ctx, monitor, airing.Query{From: monday.AddDate(0, 0, -7), Until: at, Stations: []string{heir}})
	if err != nil || len(lines) != 2 || lines[0].Stands() || lines[1].Stands() {
		t.Errorf("the log says %+v, %v", lines, err)
	}
	for _, c := range []airing.Confirm{
		{ID: uuid.NewString(), Corrects: back.ID, Outcome: airing.Aired, Seconds: 600, Why: "có phát"},
		{ID: uuid.NewString(), Station: heir, Programme: programme, Outcome: airing.Aired, Seconds: 600, StartedAt: at.Add(-time.Hour)},
	} {
		if _, err := s.Confirm(ctx, now(), c); !fault.Is(err, "stations.undone") {
			t.Errorf("another report: %v", err)
		}
	}
	if _, err := s.Verify(ctx, func(p store.Problem) { t.Errorf("%+v", p) }); err != nil {
		t.Error(err)
	}
	if again, err := s.Merge(ctx, now(), merger); err != nil || again.Targets[0].Station == heir {
		t.Errorf("the next merger founds %+v, %v", again.Targets, err)
	}
}

// at1 is the scope of one station.
func at1(station string) accounts.Scope { return accounts.Scope{Level: accounts.Station, ID: station} }

func grantsOf(t *testing.T, s *bolt.Store, person string) []accounts.Grant {
	t.Helper()
	d, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Person(person)
	if err != nil {
		t.Fatal(err)
	}
	return p.Grants
}

// by is the daemon's own change at that time.
func by(at time.Time) accounts.Meta {
	return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
}

// aThursdaysProgramme is a store of the founding stations with a programme that all
// of them air each Thursday at 17:00, a month before monday.
func aThursdaysProgramme(t *testing.T, monday time.Time) (*bolt.Store, string) {
	t.Helper()
	ctx, s := t.Context(), bolttest.Open(t)
	units, list := stations.Founding()
	if err := s.Found(ctx, by(monday.AddDate(0, 0, -30)), units, list); err != nil {
		t.Fatal(err)
	}
	p, err := s.SaveProgramme(ctx, by(monday.AddDate(0, 0, -30)), scheduler.SaveProgramme{Title: "Nông thôn mới", CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveRule(ctx, by(monday.AddDate(0, 0, -29)),
		scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 4", Selection: scheduler.Selection{All: true}}); err != nil {
		t.Fatal(err)
	}
	return s, p.ID
}

// splitInTwo splits the commune of S00001, which keeps its station, and returns what
// was foretold and the new station.
func splitInTwo(t *testing.T, s *bolt.Store, m accounts.Meta, on stations.Date) (coverage.Merger, string) {
	t.Helper()
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code := reg.UnitOf("S00001").Code
	split := stations.Split{On: on, Code: code, Parts: []stations.SplitPart{{Code: code, Name: "Phường Trên"}, {Code: "90002", Name: "Phường Dưới"}}}
	_, foretold, err := s.ForetellSplit(t.Context(), m, split)
	if err != nil {
		t.Fatal(err)
	}
	split.Answers = map[string]string{}
	for _, q := range foretold.Questions {
		split.Answers[q.Key] = q.Choices[0].Value
	}
	parts, err := s.Split(t.Context(), m, split)
	if err != nil {
		t.Fatal(err)
	}
	return foretold, parts.Parts[1].Station
}

// TestAfterASplitAnAiringIsOfTheStationThatAiredIt reports for the station that goes on
// before and after the day of a split that is entered late, and after that hour.
func TestAfterASplitAnAiringIsOfTheStationThatAiredIt(t *testing.T) {
	monday := time.Date(2025, 7, 7, 0, 0, 0, 0, text.Zone)
	week := airing.Calendar{Zone: text.Zone}.Week(monday)
	hour := func(day, hour int) time.Time { return monday.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour) }
	for _, c := range []struct {
		name   string
		aired  time.Time
		second coverage.State
	}{
		{"the day before", hour(1, 23), coverage.Aired},
		{"the first minute of the day", hour(2, 0), coverage.Aired},
		{"before it was entered", hour(4, 18), coverage.Aired},
		{"after it was entered", hour(6, 18), coverage.NotReported},
	} {
		ctx := t.Context()
		s, programme := aThursdaysProgramme(t, monday)
		entered := by(hour(5, 9))
		report := airing.Confirm{ID: uuid.NewString(), Station: "S00001", Programme: programme, Outcome: airing.Aired, Seconds: 600, StartedAt: c.aired}
		if _, err := s.Confirm(ctx, by(c.aired.Add(time.Hour)), report); err != nil {
			t.Fatal(err)
		}
		foretold, second := splitInTwo(t, s, entered, "2025-07-09")
		got, err := s.Coverage(ctx, accounts.Daemon(), coverage.Query{Week: week})
		if err != nil {
			t.Fatal(err)
		}
		state := map[string]coverage.StationWeek{}
		for _, w := range got.Stations {
			state[w.Station] = w
		}
		if state["S00001"].State != coverage.Aired || len(state["S00001"].Of) != 0 || state[second].State != c.second {
			t.Errorf("%s: %+v, and the new one %+v", c.name, state["S00001"], state[second])
		}
		if lent := slices.Equal(state[second].Of, []string{"S00001"}); lent != (c.second == coverage.Aired) {
			t.Errorf("%s: the new one's reports are of %v", c.name, state[second].Of)
		}
		if len(foretold.Weeks) == 0 || foretold.Weeks[0].Week != week || foretold.Weeks[0].After.Aired != got.Aired && !c.aired.After(entered.At) {
			t.Errorf("%s: foretold %+v, it became %d", c.name, foretold.Weeks, got.Aired)
		}
	}
}

// TestAStationThatBeginsLateInTheWeekAirsForItselfAlone splits a commune on a Friday:
// the new station is not in that week's count, and what it airs is no airing of the
// one that goes on.
func TestAStationThatBeginsLateInTheWeekAirsForItselfAlone(t *testing.T) {
	monday := time.Date(2025, 7, 7, 0, 0, 0, 0, text.Zone)
	week := airing.Calendar{Zone: text.Zone}.Week(monday)
	s, programme := aThursdaysProgramme(t, monday)
	_, second := splitInTwo(t, s, by(monday.AddDate(0, 0, 4).Add(9*time.Hour)), "2025-07-11")
	saturday := monday.AddDate(0, 0, 5).Add(18 * time.Hour)
	report := airing.Confirm{ID: uuid.NewString(), Station: second, Programme: programme, Outcome: airing.Aired, Seconds: 600, StartedAt: saturday}
	if _, err := s.Confirm(t.Context(), by(saturday.Add(time.Hour)), report); err != nil {
		t.Fatal(err)
	}
	got, err := s.Coverage(t.Context(), accounts.Daemon(), coverage.Query{Week: week, Now: monday.AddDate(0, 0, 7)})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, w := range got.Stations {
		if w.Station == second {
			t.Errorf("the new one counts in a week it was there three days of: %+v", w)
		}
		if w.Station == "S00001" {
			found = true
			if w.State != coverage.NotReported || w.Scheduled != 1 || len(w.Of) != 0 {
				t.Errorf("who goes on and reported nothing: %+v", w)
			}
		}
	}
	if !found || got.Aired != 0 {
		t.Errorf("%d aired, S00001 counts: %v", got.Aired, found)
	}
}

// lateWeek is a store with the programme of aThursdaysProgramme, and how to report its
// slot of the Thursday after monday.
type lateWeek struct {
	t      *testing.T
	s      *bolt.Store
	monday time.Time
	slot   func(station string) string
}

func newLateWeek(t *testing.T) lateWeek {
	w := lateWeek{t: t, monday: time.Date(2025, 7, 7, 0, 0, 0, 0, text.Zone)}
	w.s, _ = aThursdaysProgramme(t, w.monday)
	w.slot = func(station string) string {
		return scheduler.SlotID("R1", station, w.monday.AddDate(0, 0, 3).Add(17*time.Hour))
	}
	return w
}

// entered is the Saturday on which a change of Wednesday is entered.
func (w lateWeek) entered() accounts.Meta { return by(w.monday.AddDate(0, 0, 5).Add(9 * time.Hour)) }

func (w lateWeek) report(station string, o airing.Outcome, at time.Time) airing.Line {
	w.t.Helper()
	c := airing.Confirm{ID: uuid.NewString(), Slot: w.slot(station), Outcome: o}
	if o == airing.NotAired {
		c.Reason = airing.PowerCut
	}
	line, err := w.s.Confirm(w.t.Context(), by(at), c)
	if err != nil {
		w.t.Fatal(station, err)
	}
	return line
}

func (w lateWeek) friday() time.Time { return w.monday.AddDate(0, 0, 4).Add(8 * time.Hour) }

// answered is whose report answers the station's slot, and what it says.
func (w lateWeek) answered(station string) string {
	w.t.Helper()
	lines, err := w.s.ForSlots(w.t.Context(), accounts.Daemon(), []string{w.slot(station)})
	if err != nil {
		w.t.Fatal(err)
	}
	line, ok := lines[w.slot(station)]
	if !ok {
		return "open"
	}
	return line.Station + " " + string(line.Outcome)
}

func (w lateWeek) week(station string) (found coverage.StationWeek) {
	w.t.Helper()
	q := coverage.Query{Week: airing.Calendar{Zone: text.Zone}.Week(w.monday), Now: w.monday.AddDate(0, 0, 7)}
	got, err := w.s.Coverage(w.t.Context(), accounts.Daemon(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range got.Stations {
		if s.Station == station {
			found = s
		}
	}
	return found
}

// TestWhatPredecessorsSaidAnswersTheSlotOfTheirHeir merges two stations on a Wednesday,
// enters it on the Saturday, and asks who is still to be asked of Thursday.
func TestWhatPredecessorsSaidAnswersTheSlotOfTheirHeir(t *testing.T) {
	const aired, failed, silent = airing.Aired, airing.NotAired, airing.Outcome("")
	for _, c := range []struct {
		name          string
		first, second airing.Outcome
		kept          bool // the second station goes on, the first is merged into it
		want          string
	}{
		{"both aired", aired, aired, false, "S00001 aired"},
		{"one aired, one said nothing", silent, aired, false, "S00002 aired"},
		{"one aired, one could not", failed, aired, false, "S00002 aired"},
		{"both could not", failed, failed, false, "S00002 not_aired"},
		{"one could not, one said nothing", failed, silent, false, "open"},
		{"neither said anything", silent, silent, false, "open"},
		{"the one that ends could not, the other said nothing", failed, silent, true, "open"},
		{"the one that ends aired, the other said nothing", aired, silent, true, "S00001 aired"},
		{"the one that goes on could not", aired, failed, true, "S00002 not_aired"},
	} {
		w := newLateWeek(t)
		for station, o := range map[string]airing.Outcome{"S00001": c.first, "S00002": c.second} {
			if o != silent {
				w.report(station, o, w.friday())
			}
		}
		reg, err := w.s.Registry(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		first, second := reg.UnitOf("S00001"), reg.UnitOf("S00002")
		merger := stations.Merge{On: "2025-07-09", Rows: []stations.MergeRow{
			{Line: 2, OldCode: first.Code, NewCode: "90001", NewName: "Xã Mới", NewDistrict: "080"},
			{Line: 3, OldCode: second.Code, NewCode: "90001", NewName: "Xã Mới", NewDistrict: "080"}}}
		if c.kept {
			merger.Rows = []stations.MergeRow{{Line: 2, OldCode: first.Code, NewCode: second.Code, NewName: second.Official()}}
		}
		plan, err := w.s.Merge(t.Context(), w.entered(), merger)
		if err != nil {
			t.Fatal(c.name, err, plan.Bad)
		}
		heir := plan.Targets[0].Station
		if got := w.answered(heir); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if c.want == "open" { // the heir is asked, and may say it
			if line := w.report(heir, aired, w.monday.AddDate(0, 0, 6)); w.answered(heir) != heir+" aired" || w.week(heir).State != coverage.Aired {
				t.Errorf("%s: said then %+v: %s, %+v", c.name, line, w.answered(heir), w.week(heir))
			}
		}
		if c.kept {
			before := scheduler.SlotID("R1", heir, w.monday.AddDate(0, 0, -4).Add(17*time.Hour))
			if lines, err := w.s.ForSlots(t.Context(), accounts.Daemon(), []string{before}); err != nil || len(lines) != 0 {
				t.Errorf("%s: the week before, when they were two: %+v, %v", c.name, lines, err)
			}
		}
	}
}

// TestOnlyThoseWhoWereAskedKeepASlotOpen merges a station that a rule chose with one that
// it did not: what the first says is the answer.
func TestOnlyThoseWhoWereAskedKeepASlotOpen(t *testing.T) {
	w := newLateWeek(t)
	reg, err := w.s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first, other := reg.UnitOf("S00001"), reg.Filter(stations.Filter{District: "088"})[0]
	if _, err := w.s.SaveRule(t.Context(), by(w.monday.AddDate(0, 0, -29)), scheduler.SaveRule{Programme: "P1", Cron: "0 18 * * 4",
		Selection: scheduler.Selection{Districts: []string{first.District}}}); err != nil {
		t.Fatal(err)
	}
	w.slot = func(station string) string {
		return scheduler.SlotID("R2", station, w.monday.AddDate(0, 0, 3).Add(18*time.Hour))
	}
	w.report("S00001", airing.NotAired, w.friday())
	plan, err := w.s.Merge(t.Context(), w.entered(), stations.Merge{On: "2025-07-09", Rows: []stations.MergeRow{
		{Line: 2, OldCode: first.Code, NewCode: "90001", NewName: "Xã Mới", NewDistrict: first.District},
		{Line: 3, OldCode: reg.UnitOf(other.ID).Code, NewCode: "90001", NewName: "Xã Mới", NewDistrict: first.District}}})
	if err != nil {
		t.Fatal(err, plan.Bad)
	}
	if got := w.answered(plan.Targets[0].Station); got != "S00001 not_aired" {
		t.Errorf("%s", got)
	}
}

// TestWhoReportedBeforeASplitWasEnteredStaysAnswered reports for the whole of a commune whose
// split on Wednesday is entered on Saturday: the new station is asked nothing more, and may
// say its own.
func TestWhoReportedBeforeASplitWasEnteredStaysAnswered(t *testing.T) {
	for _, c := range []struct {
		name    string
		outcome airing.Outcome
		late    bool // reported after the split was entered
		want    string
		state   coverage.State
	}{
		{"aired", airing.Aired, false, "S00001 aired", coverage.Aired},
		{"could not", airing.NotAired, false, "S00001 not_aired", coverage.NotAired},
		{"aired, said too late to be of both", airing.Aired, true, "open", coverage.NotReported},
	} {
		w := newLateWeek(t)
		at := w.friday()
		if c.late {
			at = w.monday.AddDate(0, 0, 6)
		}
		report := func() airing.Line { return w.report("S00001", c.outcome, at) }
		var line airing.Line
		if !c.late {
			line = report()
		}
		_, second := splitInTwo(t, w.s, w.entered(), "2025-07-09")
		if c.late {
			line = report()
		}
		got, state := w.answered(second), w.week(second)
		if got != c.want || state.State != c.state || w.answered("S00001") != "S00001 "+string(c.outcome) {
			t.Errorf("%s: %s, %+v", c.name, got, state)
		}
		own := w.report(second, airing.NotAired, w.monday.AddDate(0, 0, 6))
		got, state = w.answered(second), w.week(second)
		if own.Slot == "" || got != second+" not_aired" || state.State != coverage.NotAired || len(state.Of) != 0 {
			t.Errorf("%s: its own word: %+v, %s, %+v", c.name, own, got, state)
		}
		fixed, err := w.s.Confirm(t.Context(), by(w.monday.AddDate(0, 0, 6).Add(time.Hour)), airing.Confirm{ID: uuid.NewString(), Corrects: line.ID,
			Outcome: airing.Withdrawn, Why: "nhầm"})
		if err != nil || w.answered("S00001") != "open" || w.week("S00001").State != coverage.NotReported {
			t.Errorf("%s: taken back %+v, %v: %s", c.name, fixed, err, w.answered("S00001"))
		}
	}
}
