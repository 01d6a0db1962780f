package web_test

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"loa/store/bolt"
	"loa/web"
	"loa/web/kit"
	"loa/web/webtest"
)

func TestEveryPageHoldsEmptyAndFilled(t *testing.T) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := bolt.Open(t.TempDir(), bolt.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k := kit.New(kit.Config{Now: time.Now, Log: log})
	web.Register(k, web.Deps{Store: s})
	if _, err := k.Handler(); err != nil {
		t.Fatal(err)
	}
	webtest.CheckViews(t, k)
}
