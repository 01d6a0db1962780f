package coverage

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolttest"
	"loa/web/calls"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/webtest"
)

// TestTheFirstPageSaysWhomToCall counts silences over whole weeks, and sets the week beside the one before.
func TestTheFirstPageSaysWhomToCall(t *testing.T) {
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	before := now.AddDate(0, 0, -60)
	meta := func(at time.Time) accounts.Meta { return accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: at} }
	p, err := s.SaveProgramme(t.Context(), meta(before), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}, CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveRule(t.Context(), meta(before), scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 1", Minutes: 15,
		Selection: scheduler.Selection{Stations: []string{"S00001", "S00002"}}, From: "2024-04-15"}); err != nil {
		t.Fatal(err)
	}
	c := airing.Confirm{ID: kit.NewID(), Station: "S00002", Programme: p.ID, Outcome: airing.Aired, Seconds: 900,
		StartedAt: time.Date(2024, 4, 29, 17, 0, 0, 0, text.Zone)}
	if _, err := s.Confirm(t.Context(), meta(c.StartedAt.Add(time.Hour)), c); err != nil {
		t.Fatal(err)
	}
	at := now
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)})
	home.Register(k)
	Register(k, s)
	calls.Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	m := accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}
	client := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Giám sát", now, m))
	client.Get("/")
	client.Expect(http.StatusOK, `.step a[href="/calls?due=1"][data-rows="2"]`, text.Vietnamese.Say("calls.step", "n", 2),
		text.Vietnamese.Say("calls.step.silent", "n", 1), text.Vietnamese.Say("calls.step.missed", "n", 2),
		text.Vietnamese.Say("coverage.step_before", "week", week-1, "aired", 0, "expected", 127))
	at = time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone) // on a Monday the week that is over stands beside the one before it
	client.Get("/")
	client.Expect(http.StatusOK, ".step", text.Vietnamese.Say("coverage.step_before", "week", week-1, "aired", 0, "expected", 127))
}
