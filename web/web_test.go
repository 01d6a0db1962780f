package web

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"loa/web/kit"
	"loa/web/webtest"
)

func TestEveryPageHoldsEmptyAndFilled(t *testing.T) {
	k := kit.New(kit.Config{Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	Register(k, Deps{})
	if _, err := k.Handler(); err != nil {
		t.Fatal(err)
	}
	webtest.CheckViews(t, k)
}
