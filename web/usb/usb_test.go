package usb_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/usb"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

var now = time.Date(2024, 5, 14, 8, 0, 0, 0, text.Zone)

// A station's stick is its own operator's: of this week unless another is named; what is no
// week or no station is said in words.
func TestAStationsStickIsItsOwn(t *testing.T) {
	at := func() time.Time { return now }
	house := bolttest.NewHouse(t, t.TempDir(), at)
	bolttest.Fill(t, house.Store, house.Blobs)
	k := kit.New(kit.Config{Auth: house.Store, Now: at, Log: slog.New(slog.DiscardHandler)})
	usb.Register(k, house.Store, house.Blobs)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	of := func(station string) *webtest.Client {
		g := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}}
		return webtest.NewClient(t, h, webtest.LoggedIn(t, house.Store, "chị "+station, now, g))
	}
	own, other := of("S00001"), of("S00002")
	week := airing.Calendar{Zone: text.Zone}.Week(now)
	zip := func(w airing.Week) string {
		return "a[href='/api/v1/stations/S00001/weeks/" + w.String() + "/audio.zip']"
	}
	own.Get("/stations/S00001/usb")
	own.Expect(http.StatusOK, zip(week))
	own.Get("/stations/S00001/usb?week=" + (week + 1).String())
	own.Expect(http.StatusOK, "[aria-current]", text.Vietnamese.Say("usb.next_week"))
	for path, status := range map[string]int{"/stations/S00001/usb?week=2024-W60": http.StatusUnprocessableEntity,
		"/stations/S00001/usb?week=mai": http.StatusUnprocessableEntity, "/stations/S99999/usb": http.StatusNotFound} {
		own.Get(path)
		own.Expect(status, "main")
		if own.Doc().Find("main a[href$='audio.zip']").Length() > 0 {
			t.Errorf("%s leads to a file", path)
		}
	}
	other.Get("/stations/S00001/usb")
	other.Expect(http.StatusForbidden, "main")
	if other.Doc().Find("a[href$='audio.zip']").Length() > 0 {
		t.Error("another station's stick is offered")
	}
}
