package coverage

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/text"
	"loa/message"
	"loa/stations"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/webtest"
)

// TestAnExcuseIsAnotherPersonsToGrant: the operator asks on her page, the first page of a monitor says that it waits, she
// refuses only with a reason, and who asks for herself is sent to somebody else.
func TestAnExcuseIsAnotherPersonsToGrant(t *testing.T) {
	s, _ := open(t)
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	home.Register(k)
	Register(k, s)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Giàng A Páo", now, accounts.Grant{Role: accounts.Operator,
		Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}))
	thu := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Chị Thu", now, accounts.Grant{Role: accounts.Monitor,
		Scope: accounts.Scope{Level: accounts.Province}}))
	path, form := "/coverage/stations/S00001?week="+week.String(), `form[action$="/ask"]`
	operator.Get(path)
	if operator.Doc().Find(`form[action$="/excuse"]`).Length() > 0 {
		t.Error("an operator excuses herself")
	}
	operator.Submit(form, "note", "Cháy tăng âm")
	operator.Expect(http.StatusUnprocessableEntity, form+" .error", "Hãy chọn lý do", "Cháy tăng âm")
	operator.Submit(form, "reason", "equipment", "until", "tuần sau")
	operator.Expect(http.StatusUnprocessableEntity, form+" .error")
	operator.Submit(form, "until", (week + 1).String())
	operator.Expect(http.StatusOK, "article", "Chờ duyệt", "Chờ một người khác duyệt", "Cháy tăng âm")
	thu.Get("/")
	thu.Expect(http.StatusOK, `.step a[href="/coverage/excuses?state=waiting"]`, "1 đề nghị miễn trừ chờ duyệt")
	thu.Get("/coverage/excuses?state=waiting")
	answer := `form[action^="/coverage/excuses/"]`
	thu.Submit(answer, "do", "refuse")
	thu.Expect(http.StatusUnprocessableEntity, "article .notice", "Hãy ghi vì sao không duyệt")
	thu.Submit(answer, "do", "grant")
	thu.Expect(http.StatusOK, "main", "Đã duyệt miễn trừ", "Giàng A Páo", "Chị Thu trả lời lúc")
	thu.Get(path)
	thu.Expect(http.StatusOK, "main", "Giàng A Páo đề nghị, Chị Thu duyệt")
	operator.Get("/coverage/excuses")
	operator.Expect(http.StatusOK, "article", "Đã duyệt")
	people, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	box, _, err := s.Inbox(t.Context(), people.Operators("S00001")[0].ID, "", 10)
	if err != nil || len(box) != 1 || box[0].Topic != message.PleaAnswered || !strings.Contains(box[0].Text, "Chị Thu đã duyệt") ||
		!strings.Contains(box[0].Text, "Đã miễn: "+coverage.Weeks{week, week + 1}.Words(text.Vietnamese)+".") {
		t.Errorf("who asked is told %+v, %v", box, err)
	}

	thu.Get("/coverage/stations/S00002?week=" + week.String())
	thu.Submit(`form[action$="/excuse"]`, "reason", "weather", "note", "Bão")
	thu.Expect(http.StatusUnprocessableEntity, ".error", "Hãy chọn ai đề nghị")
	for _, herself := range []string{"chị thu", "tôi"} {
		thu.Submit(`form[action$="/excuse"]`, "asked", herself)
		thu.Expect(http.StatusUnprocessableEntity, ".error", "Người duyệt phải là người khác")
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := reg.Station("S00003")
	if err != nil {
		t.Fatal(err)
	}
	file := st.Fields
	file.Contacts = []stations.Contact{{Name: "Lò Thị Mai", Role: "Phó Chủ tịch", Phone: "0912345678"}}
	if _, err := s.SaveStation(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: now},
		stations.SaveStation{ID: "S00003", Fields: file}); err != nil {
		t.Fatal(err)
	}
	thu.Get("/coverage/stations/S00003?week=" + week.String())
	thu.Submit(`form[action$="/excuse"]`, "reason", "weather", "note", "Bão", "asked", "Lò Thị Mai")
	thu.Expect(http.StatusOK, "main", "Lò Thị Mai (Phó Chủ tịch, 0912345678) đề nghị, Chị Thu duyệt", "Rút lại miễn trừ")
	thu.Get("/coverage/stations/S00002?week=" + week.String())
	thu.Submit(form, "reason", "weather", "note", "Bão")
	thu.Expect(http.StatusOK, "main", "Đã gửi đề nghị", "Rút đề nghị")
	thu.Get("/coverage/stations/S00002?week=" + week.String())
	thu.Expect(http.StatusOK, "main .notice", "Chị Thu đã đề nghị miễn trừ", "Xem đề nghị")
	if n := thu.Doc().Find(`form[action$="/excuse"], form[action$="/ask"]`).Length(); n > 0 {
		t.Errorf("%d forms around a request that waits", n)
	}
	thu.Get("/coverage/excuses?state=waiting")
	thu.Submit(answer, "do", "grant")
	thu.Expect(http.StatusForbidden, "", "không tự duyệt được")
	thu.Get("/coverage/excuses?state=waiting")
	thu.Submit(answer, "do", "refuse")
	thu.Expect(http.StatusOK, "main", "Đã rút đề nghị")
}
