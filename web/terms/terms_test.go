package terms_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/terms"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

var now = time.Date(2024, 7, 1, 8, 0, 0, 0, text.Zone)

// The rules of a contest are everybody's once it is announced; a draft is its organiser's
// alone, and to others it is as if it were not there.
func TestADraftIsItsOrganisersAlone(t *testing.T) {
	at := func() time.Time { return now }
	house := bolttest.NewHouse(t, t.TempDir(), at)
	bolttest.Fill(t, house.Store, house.Blobs)
	s := house.Store
	k := kit.New(kit.Config{Auth: s, Now: at, Log: slog.New(slog.DiscardHandler)})
	terms.Register(k, s, contest.NewHall(s, contest.From(s)))
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	organiser := func(name, of string) *webtest.Client {
		scope := accounts.Scope{Level: accounts.Contest, ID: of}
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, now, accounts.Grant{Role: accounts.Organiser, Scope: scope}))
	}
	stranger, own, other := webtest.NewClient(t, h, ""), organiser("chị Hoa", "lien-hoan"), organiser("anh Nam", "hoi-thi")
	for _, c := range []*webtest.Client{stranger, other} {
		c.Get("/terms/lien-hoan")
		draft := c.Last.Code
		c.Expect(http.StatusNotFound, "")
		c.Refuse("Hội thi phát thanh cơ sở")
		if c.Get("/terms/khong-co"); c.Last.Code != draft {
			t.Errorf("a draft answers %d, what is not there %d", draft, c.Last.Code)
		}
	}
	own.Get("/terms/lien-hoan")
	own.Expect(http.StatusOK, "a[href='/contests/lien-hoan']")
	own.Expect(http.StatusOK, "h1", "Hội thi phát thanh cơ sở")
	stranger.Get("/terms/hoi-thi")
	stranger.Expect(http.StatusOK, "h1", "Hội thi phát thanh cơ sở")
	if stranger.Doc().Find("a[href^='/contests/']").Length() > 0 {
		t.Error("a stranger is led to the organiser's page")
	}
}
