package demo_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/airing/texting"
	"loa/audio/match"
	"loa/contest"
	"loa/coverage"
	"loa/demo"
	"loa/internal/text"
	"loa/stations"
	"loa/store"
	"loa/store/bolt"
	"loa/store/folder"
)

func percent(c coverage.Counts) int {
	n, _ := c.Percent() // a demo's weeks expect somebody
	return n
}

func TestAYearLooksLikeAProvince(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s, err := bolt.Open(dir, bolt.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	blobs, err := folder.OpenBlobs(filepath.Join(dir, "blobs"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	units, list := stations.Founding()
	now := time.Date(2025, 5, 14, 20, 0, 0, 0, text.Zone)
	if err := s.Found(ctx, accounts.Meta{ID: "found", By: accounts.Daemon(), At: now.AddDate(-2, 0, 0)}, units, list); err != nil {
		t.Fatal(err)
	}
	var told []int
	logins, err := demo.Fill(ctx, s, blobs, 7, now, demo.Year, func(n, of int) { told = append(told, n*100/of) })
	if err != nil {
		t.Fatal(err)
	}
	if len(told) < 5 || told[len(told)-1] != 100 {
		t.Errorf("progress was told as %v", told)
	}
	logged, err := s.RunsBefore(ctx, "", now, 500)
	if err != nil || len(logged) < 500 {
		t.Errorf("the server's log of a year has %d lines, %v", len(logged), err)
	}
	texts, _, err := s.Texts(ctx, accounts.Daemon(), texting.Query{}, "", 50)
	if err != nil {
		t.Fatal(err)
	}
	states := map[texting.State]bool{}
	for _, x := range texts {
		states[x.State] = true
	}
	for _, state := range []texting.State{texting.Reported, texting.Asked, texting.Stranger, texting.Helped} {
		if !states[state] {
			t.Errorf("no text message that ended as %s", state)
		}
	}
	roles := map[string]bool{}
	for _, l := range logins {
		roles[l.Role] = true
	}
	for _, r := range []accounts.Role{accounts.Admin, accounts.Editor, accounts.Monitor, accounts.Operator, accounts.Organiser, accounts.Judge} {
		if !roles[string(r)] {
			t.Errorf("nobody to log in as %s", r)
		}
	}
	week := airing.Calendar{Zone: text.Zone}.Week(now)
	trend, err := s.Trend(ctx, accounts.Daemon(), coverage.Query{Week: week - 51}, week-1)
	if err != nil {
		t.Fatal(err)
	}
	excused, closed := 0, 0
	for _, w := range trend {
		if w.Active != 127 || percent(w.Counts) < 60 || percent(w.Counts) > 100 || w.NotReported == 0 || w.WithEvidence == 0 {
			t.Errorf("%s: %+v", w.Week, w.Counts)
		}
		excused += w.Excused
		if w.Closed {
			closed++
		}
	}
	if excused == 0 || closed < 48 {
		t.Errorf("%d excused, %d weeks closed", excused, closed)
	}
	got, err := s.Coverage(ctx, accounts.Daemon(), coverage.Query{Week: week - 5})
	if err != nil {
		t.Fatal(err)
	}
	rate := map[string]int{}
	for _, d := range got.Districts {
		rate[d.District] = percent(d.Counts)
	}
	if rate["084"] >= percent(got.Counts) {
		t.Errorf("the weak district is not weak: %v of %d", rate["084"], percent(got.Counts))
	}
	hall := contest.NewHall(s, contest.From(s))
	phases := map[contest.Phase]int{}
	if err := hall.List(ctx, func(c *contest.State) error {
		phases[c.Phase]++
		switch c.Phase {
		case contest.Published:
			if len(c.Given) < 6 {
				t.Errorf("%s gave %d prizes", c.ID, len(c.Given))
			}
		case contest.Judging:
			signed, open := c.Running().Progress()
			if signed < 20 || open < 10 || len(c.Gaps(c.Running())) == 0 {
				t.Errorf("%s has %d signed, %d open sheets and %d gaps", c.ID, signed, open, len(c.Gaps(c.Running())))
			}
		case contest.Open:
			if !c.Taking(now) || len(c.Entries) == 0 {
				t.Errorf("%s takes no entries", c.ID)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if phases[contest.Published] != 1 || phases[contest.Judging] != 1 || phases[contest.Open] != 1 {
		t.Errorf("contests: %v", phases)
	}
	prover := airing.NewProver(airing.ProverConfig{Store: s, Blobs: blobs, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Hold: func() error { return nil }})
	if n, err := prover.JudgeAll(ctx); err != nil || n != 10 {
		t.Errorf("%d recordings are heard, %v", n, err)
	}
	lines, _, err := s.Airings(ctx, accounts.Daemon(), airing.Query{From: now.AddDate(0, 0, -8), Until: now})
	said := map[match.Word]int{}
	for _, l := range lines {
		for _, p := range l.Proofs {
			said[p.Word]++
		}
	}
	if want := map[match.Word]int{match.Verified: 5, match.NotProven: 3, match.Contradicted: 2}; err != nil || !maps.Equal(said, want) {
		t.Errorf("the machine says %v, want %v; %v", said, want, err)
	}
	ahead, _, err := s.Deeds(ctx, accounts.Daemon(), accounts.DeedQuery{From: now.Add(time.Nanosecond), Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range ahead {
		t.Errorf("done ahead of the clock: %+v", d)
	}
	shown := words{}
	if err := shown.all(ctx, s, hall, now); err != nil {
		t.Fatal(err)
	}
	shown.check(t)
	if _, err := s.Verify(ctx, func(p store.Problem) { t.Errorf("verify: %s", p) }); err != nil {
		t.Fatal(err)
	}
}
