package calendar_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolttest"
	"loa/web/calendar"
	"loa/web/kit"
	"loa/web/webtest"
)

// The calendar shows the week that is asked for at the station that is asked for, an
// operator's own where none is, and keeps both from week to week.
func TestTheCalendarShowsTheWeekThatIsAskedFor(t *testing.T) {
	now := time.Date(2024, 5, 14, 8, 0, 0, 0, text.Zone)
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	meta := func() accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: now.AddDate(0, 0, -14)}
	}
	p, err := s.SaveProgramme(t.Context(), meta(), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveRule(t.Context(), meta(), scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 1", Minutes: 15,
		Selection: scheduler.Selection{Stations: []string{"S00001"}}}); err != nil {
		t.Fatal(err)
	}
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	calendar.Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	grant := func(role accounts.Role, scope accounts.Scope) *webtest.Client {
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, string(role), now, accounts.Grant{Role: role, Scope: scope}))
	}
	editor := grant(accounts.Editor, accounts.Scope{Level: accounts.Province})
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	label := reg.Label("S00003")
	operator := grant(accounts.Operator, accounts.Scope{Level: accounts.Station, ID: "S00001"})
	for path, planned := range map[string]bool{"/calendar": true, "/calendar?week=2024-W21": true, "/calendar?week=2024-W21&station=S00001": true,
		"/calendar?week=2024-W21&station=S00002": false, "/calendar?week=2024-W10": false} {
		editor.Get(path)
		editor.Expect(http.StatusOK, "main", "")
		if got := strings.Contains(editor.Doc().Find("main").Text(), "Nông thôn mới"); got != planned {
			t.Errorf("%s shows the programme: %v", path, got)
		}
	}
	if editor.Get("/calendar?week=2024-W60"); editor.Last.Code != http.StatusUnprocessableEntity {
		t.Errorf("a week that is none: %d", editor.Last.Code)
	}
	operator.Get("/calendar")
	next := operator.Doc().Find("main a[href*='week=2024-W21']").AttrOr("href", "")
	if !strings.Contains(next, "station=S00001") {
		t.Errorf("an operator's next week is %q", next)
	}
	operator.Get("/calendar?week=2024-W20&station=")
	if next := operator.Doc().Find("main a[href*='week=2024-W21']").AttrOr("href", ""); !strings.Contains(next, "station=&") {
		t.Errorf("all stations became %q a week later", next)
	}
	for station, planned := range map[string]bool{"S00001": true, "S00002": false} {
		l, err := s.SaveList(t.Context(), meta(), stations.SaveList{Name: "Danh sách " + station, Stations: []string{station}})
		if err != nil {
			t.Fatal(err)
		}
		editor.Get("/calendar?week=2024-W20&list=" + l.ID)
		editor.Expect(http.StatusOK, ".head", l.Name)
		next := editor.Doc().Find("main a[rel=next]").AttrOr("href", "")
		editor.Get(next)
		if got := strings.Contains(editor.Doc().Find("main").Text(), "Nông thôn mới"); got != planned || !strings.Contains(next, "list="+l.ID) {
			t.Errorf("a week later the list of %s is at %q and shows the programme: %v", station, next, got)
		}
		editor.Get("/calendar?list=" + l.ID + "&station=S00003")
		editor.Expect(http.StatusUnprocessableEntity, "main", text.Vietnamese.Say("stations.not_listed", "station", label))
	}
}
