package web_test

import (
	"strings"
	"testing"

	"loa/accounts"
	"loa/web/webtest"
)

// TestWhoWatchesTheDaemonSeesHowOftenTheDecodersDiffered, from the start on.
func TestWhoWatchesTheDaemonSeesHowOftenTheDecodersDiffered(t *testing.T) {
	t.Parallel()
	clock, s, visitor, _ := onMonday(t)
	admin := webtest.NewClient(t, visitor.Handler(),
		webtest.LoggedIn(t, s, "quantri", clock.at, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}))
	if admin.Get("/metrics"); !strings.Contains(admin.Last.Body.String(), "\nloa_mp3_witness_differs_total 0\n") {
		t.Errorf("it is not in %s", admin.Last.Body)
	}
}

// TestWhoWatchesTheDaemonSeesHowLongThingsTake: changes until they are on disk, and answers, as histograms.
func TestWhoWatchesTheDaemonSeesHowLongThingsTake(t *testing.T) {
	t.Parallel()
	clock, s, visitor, _ := onMonday(t)
	admin := webtest.NewClient(t, visitor.Handler(),
		webtest.LoggedIn(t, s, "quantri", clock.at, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}))
	admin.Get("/today")
	admin.Get("/metrics")
	for _, line := range []string{`loa_request_duration_seconds_count{route="GET /today",status="200"} 1`,
		`loa_request_duration_seconds_bucket{route="GET /today",status="200",le="10"} 1`,
		"# TYPE loa_commit_duration_seconds histogram", "go_goroutines ", "process_start_time_seconds "} {
		if !strings.Contains(admin.Last.Body.String(), "\n"+line) {
			t.Errorf("no %s in %s", line, admin.Last.Body)
		}
	}
	if strings.Contains(admin.Last.Body.String(), "\nloa_commit_duration_seconds_count 0\n") {
		t.Error("the log-in of the administrator took no time")
	}
}
