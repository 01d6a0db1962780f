package settings_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/message"
	"loa/web/webtest"
)

// The log is read on a phone as on a desk, whatever a receiver answered.
func TestTheLogFitsAPhone(t *testing.T) {
	admin, s, _ := messagePages(t)
	hookOf(t, s, "zalo")
	noon := now.Add(4 * time.Hour)
	lan := accounts.Person{ID: "lan", Name: "Nguyễn Thị Lan"}
	draft := message.Draft{Key: "a", Topic: message.SlotMissed, Person: lan, Title: "2 lượt phát quá hạn chưa báo"}
	if _, err := s.Post(t.Context(), []message.Draft{draft}, noon); err != nil {
		t.Fatal(err)
	}
	due, err := s.Due(t.Context(), noon, 1)
	if err != nil {
		t.Fatal(err)
	}
	d := due[0].Deliveries[0].After(message.Attempt{At: noon, Answer: message.Broken, Cause: "read tcp 127.0.0.1:40637: connection reset by peer"})
	d = d.After(message.Attempt{At: noon, Answer: message.Refused, Code: 404, Says: "không có trang này"})
	if err := s.Settle(t.Context(), []message.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	again := message.Draft{Key: "b", Topic: message.SlotMissed, Person: lan, Title: "1 lượt phát quá hạn chưa báo"}
	if _, err := s.Post(t.Context(), []message.Draft{again}, noon); err != nil {
		t.Fatal(err)
	}
	if due, err = s.Due(t.Context(), noon, 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), []message.Delivery{due[0].Deliveries[0].After(message.Attempt{At: noon, Answer: message.Later, Code: 500})}); err != nil {
		t.Fatal(err)
	}
	admin.Get("/settings/deliveries")
	admin.Expect(http.StatusOK, "tbody tr:first-child", "mã 500: chương trình nhận tin gặp lỗi", "còn nhiều nhất 11 lần", "Nguyễn Thị Lan", "Webhook: zalo")
	admin.Refuse("hẹn gửi lại")
	secret := webtest.LoggedIn(t, s, "phone", now, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: secret})
		admin.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	p := webtest.NewBrowser(t).Person()
	p.Open(server.URL + "/settings/deliveries")
	p.Click("tbody details > summary")
	for _, width := range []int64{360, 1280} {
		p.Shot("deliveries", width)
	}
	p.Size(360)
	label := webtest.Eval[string](p, "measure", "getComputedStyle(document.querySelector('tbody td:last-child'), '::before').width")
	if px, err := strconv.ParseFloat(strings.TrimSuffix(label, "px"), 64); err != nil || px < 60 {
		t.Errorf("the label of a cell is %s wide, %v", label, err)
	}
}
