package bolt_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
)

func TestWhatWasDecidedIsDecidedAnewOnPurposeOnly(t *testing.T) {
	ctx, s := t.Context(), bolttest.Open(t)
	monday := time.Date(2024, 5, 13, 0, 0, 0, 0, text.Zone)
	now := monday.AddDate(0, 0, -20)
	by := func() accounts.Meta { return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: now} }
	units, list := stations.Founding()
	if err := s.Found(ctx, by(), units, list); err != nil {
		t.Fatal(err)
	}
	p, err := s.SaveProgramme(ctx, by(), scheduler.SaveProgramme{Title: "Nông thôn mới", MinSeconds: 300, CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	week := airing.Calendar{Zone: text.Zone}.Week(monday)
	report := func(station string, at time.Time, seconds int) {
		t.Helper()
		now = at.Add(2 * time.Hour)
		if _, err := s.Confirm(ctx, by(), airing.Confirm{ID: uuid.NewString(), Station: station, Programme: p.ID, Outcome: airing.Aired, Seconds: seconds,
			StartedAt: at}); err != nil {
			t.Fatal(err)
		}
	}
	for w := range 3 {
		at := monday.AddDate(0, 0, 7*w)
		report(list[0].ID, at.Add(8*time.Hour), 600)
		report(list[1].ID, at.Add(8*time.Hour), 200) // too short
		report(list[2].ID, at.AddDate(0, 0, 6).Add(23*time.Hour), 600)
	}
	// A rule by language: what it planned changes with the languages a station had.
	tay := scheduler.SaveRule{Programme: p.ID, Cron: "0 9 * * 3", Selection: scheduler.Selection{Language: "tyz"}}
	now = monday.AddDate(0, 0, -10)
	if _, err := s.SaveRule(ctx, by(), tay); err != nil {
		t.Fatal(err)
	}
	now = monday.AddDate(0, 0, 22)
	if _, err := s.CloseWeek(ctx, by(), coverage.Close{Week: week}); err != nil {
		t.Fatal(err)
	}
	aired := func() (out []int) {
		t.Helper()
		for w := range airing.Week(3) {
			c, err := s.Coverage(ctx, accounts.Daemon(), coverage.Query{Week: week + w, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			if out = append(out, c.Aired); c.Now != nil {
				out = append(out, -c.Now.Aired) // beside what was frozen
			}
		}
		return out
	}
	if got := aired(); !slices.Equal(got, []int{2, 2, 2}) {
		t.Fatalf("at first %v", got)
	}
	if _, err := s.SaveProgramme(ctx, by(), scheduler.SaveProgramme{ID: p.ID, Title: p.Title, MinSeconds: 100, CountsTowardTarget: true}); err != nil {
		t.Fatal(err)
	}
	if got := aired(); !slices.Equal(got, []int{2, 2, 2}) {
		t.Errorf("an edit decided the past anew: %v", got)
	}
	second := stations.DateOf(monday.AddDate(0, 0, 7))
	decide := func(c coverage.Anew, want []int, changed int) {
		t.Helper()
		before := aired()
		plan, err := s.ForetellAnew(ctx, by(), c)
		if err != nil || len(plan.Weeks) != changed {
			t.Fatalf("%+v, %v", plan, err)
		}
		if got := aired(); !slices.Equal(got, before) {
			t.Errorf("foretelling changed %v to %v", before, got)
		}
		c.Seen = plan.Fingerprint
		m := by()
		done, err := s.DecideAnew(ctx, m, c)
		if err != nil || fmt.Sprint(done.Weeks) != fmt.Sprint(plan.Weeks) {
			t.Fatalf("foretold %v, made %v, %v", plan.Weeks, done.Weeks, err)
		}
		if again, err := s.DecideAnew(ctx, m, c); err != nil || again.Number != done.Number {
			t.Errorf("the repeat: %+v, %v", again, err)
		}
		if got := aired(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.What, got, want)
		}
	}
	why := "tỉnh quy định lại"
	decide(coverage.Anew{What: coverage.AnewTerms, From: second, Reason: why, Programme: p.ID, CountsTowardTarget: true, MinSeconds: 100}, []int{2, 3, 3}, 2)
	decide(coverage.Anew{What: coverage.AnewTerms, From: stations.DateOf(monday), Reason: why, Programme: p.ID, CountsTowardTarget: true, MinSeconds: 100},
		[]int{2, -3, 3, 3}, 1)
	decide(coverage.Anew{What: coverage.AnewTerms, From: second, Reason: why, Programme: p.ID}, []int{2, -3, 0, 0}, 2)
	decide(coverage.Anew{What: coverage.AnewTerms, From: second, Reason: why, Programme: p.ID, CountsTowardTarget: true, MinSeconds: 300}, []int{2, -3, 2, 2},
		2)
	decide(coverage.Anew{What: coverage.AnewWeekStart, From: second, Reason: why, WeekShiftHours: 23}, []int{2, -3, 2, 1}, 1)
	planned := func() (out []int) {
		t.Helper()
		for w := range airing.Week(3) {
			c, err := s.Coverage(ctx, accounts.Daemon(), coverage.Query{Week: week + w, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, c.Scheduled)
		}
		return out
	}
	before := planned()
	decide(coverage.Anew{What: coverage.AnewLanguages, From: second, Reason: why, Station: list[0].ID, Languages: []string{"tyz"}}, []int{2, -3, 2, 1}, 3)
	if got := planned(); got[0] != before[0] || got[1] != before[1]+1 || got[2] != before[2]+1 {
		t.Errorf("planned %v, and %v once a station was said to speak Tày from the second week on", before, got)
	}
	decide(coverage.Anew{What: coverage.AnewLanguages, From: second, Reason: why, Station: list[0].ID}, []int{2, -3, 2, 1}, 3)
	if got := planned(); !slices.Equal(got, before) {
		t.Errorf("planned %v, at first %v", got, before)
	}
	days := []stations.Interval{{From: stations.FoundingDay, Until: second.AddDays(-1)}}
	decide(coverage.Anew{What: coverage.AnewActivity, From: second, Reason: why, Station: list[0].ID, Active: days}, []int{2, -3, 1, 1}, 3)

	refuse(t, s, by(), "coverage.anew_same", coverage.Anew{What: coverage.AnewActivity, From: second, Reason: why, Station: list[0].ID, Active: days})
	refuse(t, s, by(), "stations.refused", coverage.Anew{What: coverage.AnewLanguages, From: second, Reason: why, Station: list[0].ID,
		Languages: []string{"latin"}})
	refuse(t, s, by(), "stations.active_before", coverage.Anew{What: coverage.AnewActivity, From: second, Reason: why, Station: list[1].ID,
		Active: []stations.Interval{{From: stations.FoundingDay, Until: second.AddDays(-8)}}})
	refuse(t, s, by(), "coverage.anew_reason", coverage.Anew{What: coverage.AnewTerms, From: second, Programme: p.ID})
	refuse(t, s, by(), "coverage.anew_from", coverage.Anew{What: coverage.AnewTerms, From: stations.DateOf(now), Reason: why, Programme: p.ID})
	refuse(t, s, by(), "coverage.anew_kind", coverage.Anew{What: "luck", From: second, Reason: why})
	refuse(t, s, by(), "stations.plan_changed", coverage.Anew{What: coverage.AnewTerms, From: second, Reason: why, Programme: p.ID, Seen: "another"})
	decided := 8
	for q := (coverage.Newest{Limit: 3}); ; {
		page, next, err := s.DecidedAnew(ctx, accounts.Daemon(), q)
		if err != nil || len(page) != min(q.Limit, decided) || page[0].Number != decided || page[0].Reason != why {
			t.Fatalf("%d decisions, next %d, %v", len(page), next, err)
		}
		if decided -= len(page); (next > 0) != (decided > 0) {
			t.Fatalf("%d are left, next after %d", decided, next)
		}
		if q.After = next; next == 0 {
			break
		}
	}
}

func refuse(t *testing.T, s *bolt.Store, m accounts.Meta, code string, c coverage.Anew) {
	t.Helper()
	_, err := s.DecideAnew(t.Context(), m, c)
	if e := fault.Of(err); e.Code != code && (len(e.Parts) == 0 || e.Parts[0].Code != code) {
		t.Errorf("%v, want %s", err, code)
	}
}
