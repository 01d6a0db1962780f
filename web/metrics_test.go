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
