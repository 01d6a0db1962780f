package coverage

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

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

// TestACountryIsShownByDistrictsInPages has 10,598 stations of 705 districts:
// the page stays small, and every station is reached.
func TestACountryIsShownByDistrictsInPages(t *testing.T) {
	s := bolttest.Open(t)
	file := []byte("Mã xã,Tên xã,Mã huyện,Huyện\n")
	for i := range 10_598 {
		d := 100 + i%705
		file = fmt.Appendf(file, "%05d,Xã Tân %d,%03d,Huyện Số %d\n", 40_000+i, i, d, d)
	}
	units, list, err := stations.FoundingBy(file, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Found(t.Context(), accounts.Meta{ID: "found", By: accounts.Daemon(), At: now.AddDate(0, -1, 0)}, units, list); err != nil {
		t.Fatal(err)
	}
	secret := webtest.LoggedIn(t, s, "Giám sát", now, accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/coverage?week="+week.String(), nil)
	r.AddCookie(&http.Cookie{Name: "s", Value: secret})
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 60_000 {
		t.Errorf("%d, %s, %d bytes", w.Code, w.Header().Get("Content-Encoding"), w.Body.Len())
	}
	c := webtest.NewClient(t, h, secret)
	c.Get("/coverage?week=" + week.String())
	c.Expect(http.StatusOK, "main", "20 huyện có độ phủ thấp nhất trong 705 huyện")
	if n := c.Doc().Find("tbody tr").Length(); n != kit.RowsAtOnce {
		t.Errorf("%d rows on the first page", n)
	}
	if n := c.Doc().Find("select[name=district] option").Length(); n < 705 {
		t.Errorf("%d districts to choose from", n)
	}
	seen := map[string]bool{}
	for path, pages := "/coverage?week="+week.String(), 0; path != "" && pages < 3; pages++ {
		c.Get(path)
		c.Doc().Find("tbody th a").Each(func(_ int, a *goquery.Selection) { seen[a.AttrOr("href", "")] = true })
		path = c.Doc().Find("section.stack nav a").Last().AttrOr("href", "")
		path, _, _ = strings.Cut(path, "#")
	}
	if len(seen) != 3*kit.RowsAtOnce {
		t.Errorf("three pages show %d stations", len(seen))
	}
	c.Get("/coverage?district=104&week=" + week.String())
	if n := c.Doc().Find("tbody tr").Length(); n < 15 || n > 16 {
		t.Errorf("a district shows %d stations", n)
	}
}
