package clock_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/store/bolttest"
	"loa/web/clock"
	"loa/web/kit"
	"loa/web/webtest"
)

// A person's word about a clock in doubt is about the time she was shown; it settles
// the doubt once and is kept with her name.
func TestAWordAboutTheClockIsOfWhatWasShown(t *testing.T) {
	lived := time.Date(2024, 5, 14, 8, 0, 0, 0, text.Zone)
	wall := lived.AddDate(0, 1, 0)
	w := wallclock.New(func() time.Time { return wall }, func() time.Duration { return 0 }, lived)
	if _, doubted := w.Doubt(); !doubted {
		t.Fatal("a month is in no doubt")
	}
	s := bolttest.Open(t)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return lived }, Log: slog.New(slog.DiscardHandler)})
	told := []string{}
	clock.Register(k, w, func(_ context.Context, by accounts.Actor, d wallclock.Doubt) {
		told = append(told, by.Name+" "+d.Shows.Format(time.DateOnly))
	})
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	admin := accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Lý A Páo", lived, admin))
	c.Get(kit.ClockPath)
	c.Expect(http.StatusOK, "main dl", "14/6/2024", "14/5/2024")
	c.Submit("main form", "shows", "hôm qua")
	if c.Last.Code != http.StatusUnprocessableEntity || len(told) != 0 {
		t.Errorf("no time: %d, told %v", c.Last.Code, told)
	}
	c.Get(kit.ClockPath)
	c.Submit("main form", "shows", wall.Add(-time.Hour).Format(time.RFC3339))
	if _, doubted := w.Doubt(); !doubted || len(told) != 0 {
		t.Errorf("another time than shown settled it: %d, told %v", c.Last.Code, told)
	}
	c.Get(kit.ClockPath)
	c.Submit("main form")
	if _, doubted := w.Doubt(); doubted || strings.Join(told, ", ") != "Lý A Páo 2024-06-14" {
		t.Errorf("%d, doubted %v, told %v", c.Last.Code, doubted, told)
	}
	c.Expect(http.StatusOK, "main .notice", "")
	if c.Doc().Find("main form").Length() > 0 {
		t.Error("what is settled is asked again")
	}
}
