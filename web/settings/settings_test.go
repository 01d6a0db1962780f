package settings_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/internal/text"
	"loa/library"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/settings"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

var now = time.Date(2024, 5, 14, 8, 0, 0, 0, text.Zone)

func newPages(t *testing.T) (http.Handler, *bolt.Store) {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	settings.Register(k, s, nil)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return h, s
}

func as(t *testing.T, h http.Handler, s *bolt.Store, role accounts.Role) *webtest.Client {
	t.Helper()
	scope := accounts.Scope{Level: accounts.Province}
	if role == accounts.Operator {
		scope = accounts.Scope{Level: accounts.Station, ID: "S00001"}
	}
	return webtest.NewClient(t, h, webtest.LoggedIn(t, s, string(role), now, accounts.Grant{Role: role, Scope: scope}))
}

// What is out of range or no number gets its sentence at its field; what was typed stays, and
// nothing is saved.
func TestASettingThatCannotBeIsSaidAtItsField(t *testing.T) {
	h, s := newPages(t)
	admin := as(t, h, s, accounts.Admin)
	for _, c := range []struct{ page, field, typed, word string }{
		{"/settings", "on_time_hours", "0", "từ 1 đến 1.440"},
		{"/settings", "close_after_days", "chín", "số"},
		{"/settings", "week_shift_hours", "168", "từ 0 đến 167"},
		{kit.AddressPath, "public_url", "loa.example.vn", "http://"},
		{kit.AddressPath, "public_url", "https://loa.example.vn/duong", "không có gì phía sau"},
		{"/settings/library", "retention", "một tháng", "số"},
		{"/settings/library", "target_lufs", "3", ""},
	} {
		admin.Get(c.page)
		admin.Submit("main form[method=post]", c.field, c.typed)
		admin.Expect(http.StatusUnprocessableEntity, "#e-"+c.field, c.word)
		if value := admin.Doc().Find("input[name="+c.field+"]").AttrOr("value", ""); value != c.typed {
			t.Errorf("%s: %q became %q", c.field, c.typed, value)
		}
	}
	airing, err := s.AiringSettings(t.Context())
	if err != nil || !airing.ChangedAt.IsZero() {
		t.Errorf("saved: %+v, %v", airing, err)
	}
	kept, err := s.LibrarySettings(t.Context())
	if err != nil || !kept.ChangedAt.IsZero() {
		t.Errorf("saved: %+v, %v", kept, err)
	}
}

func TestSettingsAreTheAdministratorsAlone(t *testing.T) {
	h, s := newPages(t)
	for _, role := range []accounts.Role{accounts.Editor, accounts.Monitor, accounts.Operator, accounts.Organiser} {
		c := as(t, h, s, role)
		for _, page := range []string{"/settings", "/settings/library", kit.AddressPath} {
			if c.Get(page); c.Last.Code != http.StatusForbidden {
				t.Errorf("%s reads %s: %d", role, page, c.Last.Code)
			}
		}
	}
}

// The page says how much of what nothing uses is how old, and lists fifty of those that
// leave, the soonest first, however many there are.
func TestWhatLeavesIsListedAndCounted(t *testing.T) {
	h, s := newPages(t)
	admin := as(t, h, s, accounts.Admin)
	const many = 53
	for i := range many {
		at := now.AddDate(0, 0, -100).Add(time.Duration(i) * time.Hour)
		c := library.SaveRecording{Kind: library.ForProgramme, Name: fmt.Sprint("ban-", i, ".mp3"), ContentType: "audio/mpeg",
			Blob:   library.Ref{SHA256: fmt.Sprintf("%064x", i), Size: 1000},
			Report: library.Report{Facts: &audio.Facts{Format: audio.MP3, Seconds: 60}}}
		if _, err := s.SaveRecording(t.Context(), accounts.Meta{ID: fmt.Sprint("r", i), By: accounts.Daemon(), At: at}, c); err != nil {
			t.Fatal(err)
		}
	}
	admin.Get("/settings/library")
	admin.Expect(http.StatusOK, "[aria-labelledby=unused] dd", "53 bản ghi")
	if old := admin.Doc().Find("[aria-labelledby=unused] dd").Eq(3).Text(); !strings.HasPrefix(strings.TrimSpace(old), "0 ") {
		t.Errorf("older than a year: %s", old)
	}
	admin.Submit("main form[method=post]", "retention", "30")
	admin.Expect(http.StatusOK, "input[name=retention][value=\"30\"]")
	if _, err := s.ExpireRecordings(t.Context(), accounts.Meta{ID: "expire", By: accounts.Daemon(), At: now}, 1000); err != nil {
		t.Fatal(err)
	}
	admin.Get("/settings/library")
	admin.Expect(http.StatusOK, "[aria-labelledby=soon] p", text.Vietnamese.Say("settings.leaving_more", "n", many-50))
	if rows := admin.Doc().Find("[aria-labelledby=soon] tbody tr").Length(); rows != 50 {
		t.Errorf("%d rows", rows)
	}
}
