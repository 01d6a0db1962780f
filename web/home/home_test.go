package home_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/webtest"
)

// The first page greets by the hour where the stations are, shows what waits in its
// order, and says so where nothing waits.
func TestTheFirstPageGreetsAndSaysWhatToDo(t *testing.T) {
	for hour, greets := range map[int]string{6: "Chào buổi sáng", 14: "Chào", 20: "Chào buổi tối"} {
		at := time.Date(2024, 5, 14, hour, 0, 0, 0, text.Zone)
		s := bolttest.Open(t)
		var waits []kit.Step
		k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)})
		home.Register(k)
		k.AddStep(func(*kit.Request) ([]kit.Step, error) { return waits, nil })
		h, err := k.Handler()
		if err != nil {
			t.Fatal(err)
		}
		editor := accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}
		c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Vàng Thị Mai", at, editor))
		c.Get("/")
		c.Expect(http.StatusOK, "h1", greets, "Mai")
		c.Expect(http.StatusOK, "main", "14/5/2024", text.Vietnamese.Say("home.nothing"))
		waits = []kit.Step{{Title: "sau", Path: "/b", Button: "Mở", Icon: "file", Order: 9}, {Title: "trước", Path: "/a", Button: "Mở", Icon: "file", Order: 2}}
		c.Get("/")
		titles := c.Doc().Find("main h2")
		if titles.Length() != 2 || titles.First().Text() != "trước" || c.Doc().Find("main .step a").First().AttrOr("href", "") != "/a" {
			t.Errorf("at %d the page says %q", hour, c.Doc().Find("main").Text())
		}
		many := make([]kit.StepLine, 7)
		for i := range many {
			many[i] = kit.StepLine{Text: "việc", Path: "/viec"}
		}
		waits = []kit.Step{{Title: "nhiều việc", Lines: many, Icon: "file"}}
		c.Get("/")
		c.Expect(http.StatusOK, ".step summary", text.Vietnamese.Say("home.more", "n", 2))
		if n, more := c.Doc().Find(".step a[href='/viec']").Length(), c.Doc().Find(".step details a").Length(); n != 7 || more != 2 {
			t.Errorf("%d of seven things are links, %d of them folded", n, more)
		}
	}
}
