package oldbooks_test

import (
	"bytes"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing/oldbook"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolttest"
	"loa/web/kit"
	"loa/web/oldbooks"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

const csv = "Ngày,Giờ,Xã,Chương trình,Số phút,NTM\n5/3/2024,17h30,Bản Lầu,Nông thôn mới,10,x\n5/3/2024,18h,Không Có,Nông thôn mới,10,\n" +
	"6/3/2024,6h,Bản Lầu,Ca nhạc,20,\n"

// TestABookIsBroughtInOnPages: sent, looked at, named, refused while a row is wrong, brought in and taken back, in words.
func TestABookIsBroughtInOnPages(t *testing.T) {
	s, now := bolttest.Open(t), time.Date(2025, 3, 3, 9, 0, 0, 0, text.Zone)
	webtest.Stations(t, s)
	if _, err := s.SaveProgramme(t.Context(), accounts.Meta{ID: "p", By: accounts.Daemon(), At: now},
		scheduler.SaveProgramme{Title: "Xây dựng nông thôn mới", CountsTowardTarget: true}); err != nil {
		t.Fatal(err)
	}
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	clerk := bolttest.OldBooks(t, s, func() time.Time { return now })
	oldbooks.Register(k, s, clerk)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	work := func() {
		for clerk.Step(t.Context()) {
		}
	}
	secret := webtest.LoggedIn(t, s, "Chị Thu", now, accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}})
	c := webtest.NewClient(t, h, secret)
	c.Get("/old-books")
	c.Expect(http.StatusOK, "main", "Chưa có sổ cũ nào", "100.000 dòng")
	c.Submit("form") // nothing chosen
	c.Expect(http.StatusUnprocessableEntity, "form", "Hãy chọn")

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("id", uuid.NewString())
	file, err := form.CreateFormFile("file", "so-2024.csv")
	if err == nil {
		_, err = file.Write([]byte(csv))
	}
	if err != nil || form.Close() != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/old-books", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	c.Do(r)
	path := c.Path
	c.Expect(http.StatusOK, "[data-busy]", "Máy chủ đang đọc tệp")
	work()
	c.Get(path)
	c.Expect(http.StatusOK, "main", "Dòng có lỗi", "C3", "Không Có", "Nông thôn mới, có dấu NTM", "Ca nhạc", "Hãy chọn chương trình cho từng tên")
	if c.Doc().Find(`button[value="apply"]`).Length() > 0 {
		t.Error("a book with names that nobody chose can be brought in")
	}
	name := func(title string) string {
		key := c.Doc().Find(`input[value="`+title+`"]`).AttrOr("name", "")
		return strings.Replace(key, "key-", "name-", 1)
	}
	c.Submit(`form:has(button[value="setup"])`, name("nong thon moi +"), "P1", name("ca nhac"), oldbook.Leave, "do", "setup")
	work()
	c.Get(path)
	c.Expect(http.StatusOK, "main", "Sẽ được nhận", "Đưa 1 lượt phát vào sổ", "Dòng của chương trình không nhận")
	c.Submit(`form:has(button[value="apply"])`, "do", "apply")
	c.Expect(http.StatusConflict, "main", "Có 1 dòng lỗi")
	c.Submit(`form:has(button[value="apply"])`, "do", "apply", "leave_bad", "1")
	work()
	c.Get(path)
	c.Expect(http.StatusOK, "main", "Đã vào sổ", "1 trên 1 dòng", "Rút lại cả tệp")
	c.Submit(`form:has(button[value="undo"])`, "do", "undo", "why", "")
	c.Expect(http.StatusUnprocessableEntity, "main", "Hãy ghi vì sao")
	c.Submit(`form:has(button[value="undo"])`, "do", "undo", "why", "Nhầm tệp")
	work()
	c.Get(path)
	c.Expect(http.StatusOK, "main", "Đã rút lại", "1 lượt phát đã rút")
	c.Get("/old-books/template/so-cu.xlsx")
	c.Expect(http.StatusOK, "", "")

	other := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Anh Bình", now, accounts.Grant{Role: accounts.Monitor,
		Scope: accounts.Scope{Level: accounts.District, ID: "088"}}))
	other.Get(path)
	other.Expect(http.StatusNotFound, "", "")
}
