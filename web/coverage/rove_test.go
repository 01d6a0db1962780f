package coverage

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"loa/accounts"
	"loa/airing"
	"loa/scheduler"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/webtest"
)

// A map of many stations, a strip of 52 weeks and a table of weeks are one stop of the Tab key each; the arrow keys go on
// from there, as the marks lie.
func TestAPictureIsOneStopOfTheTabKey(t *testing.T) {
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	secret := webtest.LoggedIn(t, s, "Chị Thu", now, accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	meta := func(at time.Time) accounts.Meta { return accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: at} }
	programme, err := s.SaveProgramme(t.Context(), meta(now.AddDate(0, -2, 0)), scheduler.SaveProgramme{Title: "Tin xã", Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		c := airing.Confirm{ID: kit.NewID(), Station: "S00001", Programme: programme.ID, Outcome: airing.Aired, Seconds: 900,
			StartedAt: now.AddDate(0, 0, -7*i-7)}
		if _, err := s.Confirm(t.Context(), meta(now.Add(-time.Hour)), c); err != nil {
			t.Fatal(err)
		}
	}
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", secret, server.URL)
	p.Size(1920)
	const stops = `[...document.querySelectorAll("[data-rove] a[href], [data-rove] [tabindex]")].filter((e) => e.tabIndex === 0).length`
	p.Open(server.URL + "/coverage/stations/S00001?week=2024-W19")
	p.Until("one stop of 52, and one of the table", `document.querySelectorAll(".year li").length === 52 &&
		document.querySelectorAll(".weeks a").length > 1 && `+stops+` === 2`)
	p.Keys(".weeks a", kb.End)
	p.Until("the last row", `document.activeElement === [...document.querySelectorAll(".weeks a")].pop() && `+stops+` === 2`)
	p.Keys(".year li", kb.ArrowRight+kb.ArrowRight)
	p.Until("two weeks on", `document.activeElement === document.querySelectorAll(".year li")[2] && `+stops+` === 2`)
	p.Press(kb.End)
	p.Until("the last week", `document.activeElement === document.querySelectorAll(".year li")[51]`)
	p.Press(kb.ArrowLeft)
	p.Until("the week before", `document.activeElement === document.querySelectorAll(".year li")[50]`)
	p.Open(server.URL + "/coverage?week=2024-W20")
	p.Until("one stop of the map", `document.querySelectorAll(".map a").length > 100 && `+stops+` === 1`)
	p.Keys(".map a", kb.ArrowDown)
	p.Until("a station below", `document.activeElement.closest(".map a") && document.activeElement !== document.querySelector(".map a") &&
		document.activeElement.getBoundingClientRect().y > document.querySelector(".map a").getBoundingClientRect().y`)
	const tip = `document.activeElement.querySelector(".tip")`
	p.Until("its name and how it is", `getComputedStyle(`+tip+`).display !== "none" && `+tip+`.querySelector("tspan").textContent === "Không có lịch"`)
	p.Until("nothing painted over that", `[...document.querySelectorAll(".map .tile, .map .area")].every(
		(e) => e.compareDocumentPosition(document.querySelector(".map a")) & Node.DOCUMENT_POSITION_FOLLOWING)`)
	p.Until("no name painted over a mark", `[...document.querySelectorAll(".map .area")].every(
		(e) => e.compareDocumentPosition(document.querySelector(".chart.map .mark")) & Node.DOCUMENT_POSITION_FOLLOWING)`)
	p.Shot("coverage-map", 1280)
	p.Shot("coverage", 360)
}
