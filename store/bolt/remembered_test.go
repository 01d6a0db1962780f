package bolt

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/once"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// TestWhatIsRememberedOfAWeekIsWhatACountSays lets random things happen through more
// than two weeks, a quarter of an hour to three hours apart: reports, some while they air,
// corrections, excuses, rules, settings, a merger, weeks closed and opened again.
// After each, two weeks and their course, asked twice, say what a store says that
// remembers nothing.
func TestWhatIsRememberedOfAWeekIsWhatACountSays(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2024, 20))
	s := open(t, t.TempDir())
	const n = 24
	units, list := country(n)
	if err := s.Found(t.Context(), meta("found"), units, list); err != nil {
		t.Fatal(err)
	}
	cal := airing.Calendar{Zone: text.Zone}
	now := time.Date(2024, 5, 13, 5, 0, 0, 0, text.Zone)
	week := cal.Week(now)
	people := []accounts.Actor{accounts.Daemon(), accounts.Daemon()}
	for i := range people {
		people[i].Person, people[i].Name, people[i].Via = fmt.Sprint("p", i), fmt.Sprint("Người ", i), "session"
	}
	by := func(i int) accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: people[i], At: now} }
	var programmes []string
	for _, counts := range []bool{true, false} {
		p, err := s.SaveProgramme(t.Context(), by(0), scheduler.SaveProgramme{Title: fmt.Sprint("Chương trình ", counts), CountsTowardTarget: counts,
			Languages: []string{"vi"}, MinSeconds: 180})
		if err != nil {
			t.Fatal(err)
		}
		programmes = append(programmes, p.ID)
	}
	var reports []airing.Confirm
	did := map[string]int{}
	try := func(what string, err error) {
		if err == nil {
			did[what]++
		}
	}
	station := func() string { return stations.StationID(1 + rnd.IntN(n)) }
	for range 260 {
		now = now.Add(time.Duration(15+rnd.IntN(165)) * time.Minute)
		switch k := rnd.IntN(20); {
		case k < 9:
			c := airing.Confirm{ID: uuid.NewString(), Station: station(), Programme: programmes[rnd.IntN(2)], Outcome: airing.Aired,
				StartedAt: now.Add(-time.Duration(rnd.IntN(60)) * time.Minute), Seconds: 300 + rnd.IntN(5400)}
			if rnd.IntN(4) == 0 {
				c.Outcome, c.Reason, c.Seconds = airing.NotAired, airing.PowerCut, 0
			}
			if _, err := s.Confirm(t.Context(), by(0), c); err == nil {
				reports = append(reports, c)
				did["report"]++
			}
		case k < 11 && len(reports) > 0:
			c := reports[rnd.IntN(len(reports))]
			c.ID, c.Corrects, c.Why = uuid.NewString(), c.ID, "Nghe lại thì khác"
			c.Outcome, c.Reason, c.Seconds = airing.NotAired, airing.Weather, 0
			_, err := s.Confirm(t.Context(), by(0), c)
			try("correction", err)
		case k < 13:
			_, err := s.Excuse(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: now},
				coverage.Excuse{Week: week + airing.Week(rnd.IntN(2)), Station: station(), Reason: airing.Weather, Note: "Lũ quét", Revoked: rnd.IntN(4) == 0})
			try("excuse", err)
		case k == 13:
			_, err := s.SaveRule(t.Context(), by(0), scheduler.SaveRule{Programme: programmes[0], Cron: fmt.Sprintf("%d %d * * %d", rnd.IntN(60), rnd.IntN(24),
				rnd.IntN(7)), Selection: scheduler.Selection{All: true}, From: stations.DateOf(now)})
			try("rule", err)
		case k == 14:
			set, err := s.AiringSettings(t.Context())
			if err == nil {
				set.OnTimeHours = 24 + rnd.IntN(48)
				_, err = s.SaveAiringSettings(t.Context(), by(0), set)
			}
			try("settings", err)
		case k == 15:
			_, err := s.CloseWeek(t.Context(), by(0), coverage.Close{Week: week + airing.Week(rnd.IntN(2)), Seen: once.AsItIs})
			try("close", err)
		case k < 18:
			c := coverage.Reopen{Week: week + airing.Week(rnd.IntN(2)), Reason: "Báo muộn vì lũ"}
			seen, err := s.Coverage(t.Context(), accounts.Daemon(), coverage.Query{Week: c.Week})
			if err == nil && seen.Reopening != nil {
				c.Request = seen.Reopening.At
			}
			_, err = s.ReopenWeek(t.Context(), by(rnd.IntN(2)), c)
			try("reopen", err)
		case k == 18 && did["merger"] == 0:
			c := stations.Merge{On: stations.DateOf(now)}
			for i := range 2 {
				c.Rows = append(c.Rows, stations.MergeRow{Line: i + 2, OldCode: fmt.Sprintf("%05d", i+1),
					NewCode: "90000", NewName: "Xã Mới", NewDistrict: "000"})
			}
			_, err := s.Merge(t.Context(), by(0), c)
			try("merger", err)
		}
		sameAsCounted(t, s, week, now)
	}
	for _, what := range []string{"report", "correction", "excuse", "rule", "settings", "close", "reopen", "merger"} {
		if did[what] == 0 {
			t.Errorf("no %s was tried that was taken: %v", what, did)
		}
	}
}

// sameAsCounted asks for two weeks and their course now, at the end of time, and of
// a district alone; then again with nothing remembered.
func sameAsCounted(t *testing.T, s *Store, week airing.Week, now time.Time) {
	t.Helper()
	one := accounts.Actor{Person: "p9", Grants: []accounts.Grant{
		{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: stations.StationID(16)}},
		{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: stations.StationID(1)}}}}
	both := one
	both.Grants = append(accounts.Daemon().Grants, one.Grants...)
	ask := func(remember func()) string {
		var out []any
		for _, q := range []coverage.Query{{Now: now}, {}, {Now: now, District: "001"}} {
			for w := week; w <= week+1; w++ {
				q.Week = w
				remember()
				got, err := s.Coverage(t.Context(), accounts.Daemon(), q)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, got)
			}
			q.Week = week
			for _, who := range []accounts.Actor{accounts.Daemon(), one, both} {
				remember()
				course, err := s.Trend(t.Context(), who, q, week+1)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, course)
			}
		}
		b, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first, second := ask(func() {}), ask(func() {})
	kept := s.weeks
	counted := ask(func() { s.weeks = newWeeks() }) // nothing, of the question before neither
	kept.mu.Lock()
	defer kept.mu.Unlock()
	s.weeks = kept
	if first != counted || second != counted {
		t.Fatalf("at %v\nremembered %s\nagain      %s\ncounted    %s", now, first, second, counted)
	}
}
