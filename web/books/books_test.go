package books_test

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing/book"
	"loa/internal/text"
	"loa/store/bolttest"
	"loa/web/books"
	"loa/web/kit"
	"loa/web/webtest"
)

// TestBooksAreAskedForOnAPage: nothing filled in is refused, what waits has a bar, what is ready a file; nobody else sees it.
func TestBooksAreAskedForOnAPage(t *testing.T) {
	s, now := bolttest.Open(t), time.Date(2024, 6, 3, 9, 0, 0, 0, text.Zone)
	webtest.Stations(t, s)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	k.Values(book.States[:], []text.Language{text.Vietnamese, text.English})
	press := bolttest.Books(t, s, func() time.Time { return now })
	books.Register(k, s, press)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	person := func(name string, level accounts.Level, id string) *webtest.Client {
		return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, now, accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: level, ID: id}}))
	}
	c, other := person("Chị Thu", accounts.Province, ""), person("Anh Bình", accounts.District, "084")
	c.Get("/books")
	c.Expect(http.StatusOK, "main", "Chưa làm sổ nào")
	c.Get("/books?from=2024-05-06&until=2024-05-12&outcome=aired") // from a log that is narrowed
	if from, until := c.Doc().Find("#f-from").AttrOr("value", ""), c.Doc().Find("#f-until").AttrOr("value", ""); from != "2024-05-06" || until != "2024-05-12" {
		t.Errorf("the log's period became %q to %q", from, until)
	}
	c.Submit("form", "from", "", "until", "")
	c.Expect(http.StatusUnprocessableEntity, "form .error", "Hãy chọn ngày đầu và ngày cuối")
	c.Get("/books")
	c.Submit("form") // the month before
	c.Expect(http.StatusOK, "main", "Đã nhận", "1/5/2024 – 31/5/2024", "Đang chờ")
	c.Expect(http.StatusOK, "progress", "")
	c.Get("/books")
	c.Submit("form", "district", "084")
	c.Expect(http.StatusOK, "main li", "Mường Khương") // of which of two files of one month
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { press.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	for strings.Contains(c.Get("/books").Body.String(), "<progress") {
		if t.Context().Err() != nil {
			t.Fatal("it is never made")
		}
		runtime.Gosched()
	}
	c.Get("/books")
	c.Expect(http.StatusOK, "main", "Xong", "127 sổ, 0 lượt phát", "Giữ đến")
	href, _ := c.Doc().Find("a[download]").Attr("href")
	if w := c.Get(href); w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "%PDF-1.4") {
		t.Errorf("the file: %d %.20q", w.Code, w.Body)
	}
	other.Get("/books")
	other.Expect(http.StatusOK, "main", "Chưa làm sổ nào")
	if other.Doc().Find("select").Length() > 0 {
		t.Error("a district's monitor chooses a district")
	}
	if w := other.Get(href); w.Code != http.StatusNotFound {
		t.Errorf("another person gets the file: %d", w.Code)
	}
}
