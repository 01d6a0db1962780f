package airings_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/airings"
	"loa/web/kit"
	"loa/web/webtest"
)

var monday = time.Date(2024, 5, 13, 17, 0, 0, 0, text.Zone)

func meta(at time.Time) accounts.Meta {
	return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
}

// newLog is the log of two stations of different districts: one aired on Monday, one
// could not on Tuesday.
func newLog(t *testing.T) (*webtest.Client, *bolt.Store) {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	p, err := s.SaveProgramme(t.Context(), meta(monday.AddDate(0, 0, -7)), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []airing.Confirm{{Station: "S00001", Programme: p.ID, Outcome: airing.Aired, StartedAt: monday, Seconds: 900, Means: "fm"},
		{Station: "S00060", Programme: p.ID, Outcome: airing.NotAired, Reason: airing.PowerCut, StartedAt: monday.AddDate(0, 0, 1)}} {
		m := meta(c.StartedAt.Add(time.Hour))
		c.ID = m.ID
		if _, err := s.Confirm(t.Context(), m, c); err != nil {
			t.Fatal(err)
		}
	}
	now := monday.AddDate(0, 0, 3)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	k.Values(airing.Outcomes[:])
	airings.Register(k, s, nil, nil)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	monitor := accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}
	return webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Lò Thị Giám", now, monitor)), s
}

func TestTheLogIsNarrowedAsTheFormSays(t *testing.T) {
	c, s := newLog(t)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{
		"":                  2,
		"?until=2024-05-13": 1, // the last day belongs to it
		"?from=2024-05-14":  1,
		"?from=2024-05-15":  0,
		"?outcome=aired":    1,
		"?station=S00060":   1,
		"?district=" + reg.Where("S00001").District: 1,
		"?outcome=aired&station=S00060":             0,
	} {
		c.Get("/airings" + query)
		c.Expect(http.StatusOK, "main form", "")
		if n := c.Doc().Find("main tbody tr").Length(); n != want {
			t.Errorf("%s lists %d reports, want %d", query, n, want)
		}
	}
	for query, code := range map[string]int{"?outcome=heard": 422, "?from=may": 422, "?station=S99999": 404, "?district=999": 404} {
		if c.Get("/airings" + query); c.Last.Code != code {
			t.Errorf("%s: %d, want %d", query, c.Last.Code, code)
		}
	}
}

func TestTheFileOfTheLogHoldsWhatTheListShows(t *testing.T) {
	c, _ := newLog(t)
	c.Get("/airings?outcome=not_aired")
	link := c.Doc().Find("main header a[href*='format=csv']")
	a := c.Get(link.AttrOr("href", "/nothing"))
	body := a.Body.String()
	for says, want := range map[string]bool{text.Vietnamese.Say("airing.reason.power_cut"): true, text.Vietnamese.Say("airing.column.reason"): true,
		text.Vietnamese.Say("airing.means.fm"): false} {
		if got := strings.Contains(body, says); got != want {
			t.Errorf("the file says %q: %v, want %v", says, got, want)
		}
	}
}

// Each value that a report or a verdict may hold reads as its sentence in the file.
func TestTheFileOfTheLogHasASentenceForEachValue(t *testing.T) {
	c, s := newLog(t)
	plan, err := s.Schedule(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	programme, minute := plan.Programmes[0].ID, 0
	var want []string
	report := func(c airing.Confirm) airing.Line {
		minute++
		m := meta(monday.AddDate(0, 0, 2))
		c.ID, c.Station, c.Programme, c.StartedAt = m.ID, "S00001", programme, monday.AddDate(0, 0, 1).Add(time.Duration(minute)*20*time.Minute)
		line, err := s.Confirm(t.Context(), m, c)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, text.Vietnamese.Say("airing.outcome."+string(c.Outcome)))
		return line
	}
	for _, reason := range airing.Reasons {
		report(airing.Confirm{Outcome: airing.NotAired, Reason: reason, Note: "x"})
		want = append(want, text.Vietnamese.Say("airing.reason."+string(reason)))
	}
	for _, means := range airing.AllMeans {
		report(airing.Confirm{Outcome: airing.Aired, Seconds: 900, Means: means})
		want = append(want, text.Vietnamese.Say("airing.means."+string(means)))
	}
	a := c.Get("/airings?format=csv")
	for _, sentence := range want {
		if !strings.Contains(a.Body.String(), sentence) {
			t.Errorf("no line of the file says %q", sentence)
		}
	}
}
