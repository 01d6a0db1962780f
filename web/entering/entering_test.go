package entering_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/internal/text"
	"loa/library/intake"
	"loa/store/bolttest"
	"loa/web/entering"
	"loa/web/kit"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// filled is a month after the contests of bolttest.Fill took works.
var filled = time.Date(2024, 7, 5, 8, 0, 0, 0, text.Zone)

func newPages(t *testing.T, at time.Time) (as func(station string) *webtest.Client, hall *contest.Hall) {
	t.Helper()
	now := func() time.Time { return at }
	house := bolttest.NewHouse(t, t.TempDir(), now)
	bolttest.Fill(t, house.Store, house.Blobs)
	hall = contest.NewHall(house.Store, contest.From(house.Store))
	k := kit.New(kit.Config{Auth: house.Store, Now: now, Log: slog.New(slog.DiscardHandler)})
	var desk *intake.Desk // no file is sent here
	entering.Register(k, house.Store, hall, desk)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return func(station string) *webtest.Client {
		g := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: station}}
		return webtest.NewClient(t, h, webtest.LoggedIn(t, house.Store, "chị "+station, at, g))
	}, hall
}

// A work is its station's: others do not learn that it is there, nor what a draft holds.
func TestAWorkIsItsStationsOwn(t *testing.T) {
	as, hall := newPages(t, filled)
	var entry contest.Entry
	if err := hall.View(t.Context(), "hoi-thi", func(s *contest.State) error { entry = *s.Entries[0]; return nil }); err != nil {
		t.Fatal(err)
	}
	own, other := as("S00001"), as("S00002")
	page := "/enter/hoi-thi/" + entry.ID
	own.Get("/enter")
	own.Expect(http.StatusOK, "main a[href='"+page+"']", entry.Title)
	own.Get(page)
	own.Expect(http.StatusOK, "h1", entry.Title)
	other.Get("/enter")
	other.Refuse(entry.Title)
	for _, path := range []string{page, page + "/replace", "/enter/hoi-thi/khong-co", "/enter/lien-hoan", "/enter/khong-co"} {
		other.Get(path)
		other.Expect(http.StatusNotFound, "main")
		other.Refuse(entry.Title)
	}
}

// What comes after the end is refused in words, and what was typed stays.
func TestAfterTheEndNothingIsTaken(t *testing.T) {
	as, _ := newPages(t, filled)
	own := as("S00001")
	own.Get("/enter/hoi-thi")
	if own.Last.Code < 400 && own.Doc().Find("main form input[name=title]").Length() > 0 {
		t.Error("a form is shown that nobody may send")
	}
	own.Get("/enter")
	own.Post("/enter/hoi-thi", map[string][]string{"id": {"0190b1c2-0000-7000-8000-000000000001"}, "title": {"Bản tin muộn"},
		"kind": {"station"}, "station": {"S00001"}, "theme": {"ntm"}, "category": {"chuong-trinh"}, "lang": {"vi"}, "language": {"vi"}})
	own.Expect(http.StatusUnprocessableEntity, "main", "Hội thi hiện không nhận tác phẩm.")
	if title := own.Doc().Find("input[name=title]").AttrOr("value", ""); title != "Bản tin muộn" {
		t.Errorf("what was typed became %q", title)
	}
	own.Get("/enter")
	own.Refuse("Bản tin muộn")
}
