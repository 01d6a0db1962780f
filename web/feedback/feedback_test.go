package feedback_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/feedback"
	"loa/web/kit"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

var now = time.Date(2024, 7, 1, 8, 0, 0, 0, text.Zone)

// Who entered a work reads what its judges wrote, on the page and as a file; nobody who
// did not enter it learns that it is there, and the judges' names stand nowhere.
func TestFeedbackIsReadByWhoEnteredTheWork(t *testing.T) {
	at := func() time.Time { return now }
	house := bolttest.NewHouse(t, t.TempDir(), at)
	bolttest.Fill(t, house.Store, house.Blobs)
	s := house.Store
	hall := contest.NewHall(s, contest.From(s))
	k := kit.New(kit.Config{Auth: s, Now: at, Log: slog.New(slog.DiscardHandler)})
	feedback.Register(k, hall)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	var entry, judge string
	if err := hall.View(t.Context(), "hoi-thi", func(c *contest.State) error {
		entry, judge = c.Entries[0].ID, c.Judges[0].Name
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	page := "/feedback/hoi-thi/" + entry
	who := func(name string, g accounts.Grant) *webtest.Client {
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, now, g))
	}
	station := func(id string) accounts.Grant {
		return accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: id}}
	}
	of := func(id string) accounts.Grant {
		return accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Contest, ID: id}}
	}
	mine, organiser := who("chị Mỷ", station("S00001")), who("chị Hoa", of("hoi-thi"))
	for _, c := range []*webtest.Client{mine, organiser} {
		c.Get(page)
		c.Expect(http.StatusOK, "main", "Giọng đọc rõ.")
		c.Refuse(judge)
	}
	mine.Get(page)
	mine.Expect(http.StatusOK, "a[href='/enter/hoi-thi/"+entry+"']")
	organiser.Get(page)
	organiser.Expect(http.StatusOK, "a[href='/contests/hoi-thi/entries/"+entry+"']")
	for as, kind := range map[string]string{"docx": "officedocument", "pdf": "application/pdf", "doc": "", "1": ""} {
		mine.Get(page + "?as=" + as)
		if typed := mine.Last.Header().Get("Content-Type"); kind != "" && (mine.Last.Code != http.StatusOK || !strings.Contains(typed, kind)) {
			t.Errorf("as %s: %d %s", as, mine.Last.Code, typed)
		} else if kind == "" && mine.Last.Code < 400 {
			t.Errorf("as %s: %d", as, mine.Last.Code)
		}
	}
	for _, c := range []*webtest.Client{who("chị Lan", station("S00002")), who("anh Nam", of("lien-hoan")),
		who("giám khảo", accounts.Grant{Role: accounts.Judge, Scope: accounts.Scope{Level: accounts.Contest, ID: "hoi-thi"}})} {
		c.Get(page)
		there := c.Last.Code
		c.Expect(http.StatusNotFound, "")
		if c.Get("/feedback/hoi-thi/khong-co"); c.Last.Code != there {
			t.Errorf("a work of others answers %d, what is not there %d", there, c.Last.Code)
		}
	}
}
