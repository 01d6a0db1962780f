package coverage

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/web/kit"
	"loa/web/webtest"
)

// BenchmarkCountryPage asks for the page of the week that runs, with 10,598 stations
// of 705 districts: two weekly programmes for all, and nine stations in ten have
// reported. "quiet" is what everybody gets after the first who asked, "reports" has
// a report come in before each page; a year is of 52 open weeks.
func BenchmarkCountryPage(b *testing.B) {
	s, err := bolt.Open(b.TempDir(), bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	country(b, s)
	meta := func(at time.Time) accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
	}
	before := now.AddDate(-1, -1, 0)
	p, err := s.SaveProgramme(b.Context(), meta(before), scheduler.SaveProgramme{Title: "Nông thôn mới", CountsTowardTarget: true,
		Languages: []string{"vi"}, MinSeconds: 180})
	if err != nil {
		b.Fatal(err)
	}
	for _, cron := range []string{"0 17 * * 1", "0 17 * * 4"} {
		if _, err := s.SaveRule(b.Context(), meta(before), scheduler.SaveRule{Programme: p.ID, Cron: cron, Selection: scheduler.Selection{All: true},
			From: stations.DateOf(before)}); err != nil {
			b.Fatal(err)
		}
	}
	report := func(i int) error {
		_, err := s.Confirm(b.Context(), meta(now.Add(-time.Hour)), airing.Confirm{ID: uuid.NewString(), Station: stations.StationID(i + 1),
			Programme: p.ID, Outcome: airing.Aired,
			StartedAt: now.AddDate(0, 0, -3), Seconds: 900})
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, 64)
	for lane := range errs {
		wg.Go(func() {
			for i := lane; i < communes; i += len(errs) {
				if i%10 != 0 {
					errs[lane] = errors.Join(errs[lane], report(i))
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		b.Fatal(err)
	}
	secret := webtest.LoggedIn(b, s, "Giám sát", now, accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	Register(k, s)
	h, err := k.Handler()
	if err != nil {
		b.Fatal(err)
	}
	get := func(b *testing.B, path string) int {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.AddCookie(&http.Cookie{Name: "s", Value: secret})
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
		return w.Body.Len()
	}
	for _, c := range []struct {
		name, path string
		reports    bool
	}{
		{"quiet", "/coverage?week=" + week.String(), false},
		{"reports", "/coverage?week=" + week.String(), true},
		{"week before", "/coverage?week=" + (week - 1).String(), false},
		{"district", "/coverage?district=104&week=" + week.String(), false},
		{"year", "/coverage/period?from=" + (week - 52).String() + "&until=" + (week - 1).String(), false},
		{"year of a district", "/coverage/period?district=104&from=" + (week - 52).String() + "&until=" + (week - 1).String(), false},
		{"year of a station", "/coverage/stations/S00005?week=" + (week - 1).String(), false},
	} {
		b.Run(c.name, func(b *testing.B) {
			bytes, i := get(b, c.path), 0
			for b.Loop() {
				if c.reports {
					b.StopTimer()
					if err := report(i % communes); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				bytes = get(b, c.path)
				i++
			}
			b.ReportMetric(float64(bytes), "bytes/page")
		})
	}
}

// communes are those of the simulated country.
const communes = 10_598

// country founds 10,598 stations of 705 districts.
func country(t testing.TB, s *bolt.Store) {
	t.Helper()
	file := []byte("Mã xã,Tên xã,Mã huyện,Huyện\n")
	for i := range communes {
		d := 100 + i%705
		file = fmt.Appendf(file, "%05d,Xã Tân %d,%03d,Huyện Số %d\n", 40_000+i, i, d, d)
	}
	units, list, err := stations.FoundingBy(file, now.AddDate(-1, -2, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Found(t.Context(), accounts.Meta{ID: "found", By: accounts.Daemon(), At: now.AddDate(-1, -2, 0)}, units, list); err != nil {
		t.Fatal(err)
	}
}
