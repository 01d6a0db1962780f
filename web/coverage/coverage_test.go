package coverage

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/webtest"
)

var (
	now  = time.Date(2024, 5, 16, 9, 0, 0, 0, text.Zone) // a Thursday
	week = airing.Calendar{Zone: text.Zone}.Week(now)
)

// open is the pages over a store with the founding stations, and a monitor of
// the province in front of them.
func open(t *testing.T) (*bolt.Store, *webtest.Client) {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	secret := webtest.LoggedIn(t, s, "Giám sát", now, accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return s, webtest.NewClient(t, h, secret)
}

func TestADistrictWhollyExcusedHasNoShare(t *testing.T) {
	s, c := open(t)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range reg.Filter(stations.Filter{District: "084"}) {
		e := coverage.Excuse{Week: week, Station: st.ID, Reason: airing.Weather, Note: "Lũ quét cả huyện"}
		if _, err := s.Excuse(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: now}, e); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/coverage?district=084&week=", "/coverage/paper?district=084&week=", "/coverage/paper?week="} {
		c.Get(path + week.String())
		c.Expect(http.StatusOK, "main", "")
		if body := c.Doc().Find("main").Text(); strings.Contains(body, "100%") || !strings.Contains(body, "–") {
			t.Errorf("%s shows 0 of 0 as a share", path)
		}
	}
	c.Get("/coverage?district=084&week=" + week.String())
	c.Expect(http.StatusOK, "main", "không đài nào phải phát")
	c.Get("/coverage/paper?district=084&week=" + week.String())
	c.Expect(http.StatusOK, ".paper", "không có đài nào phải phát")
}
