package web_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/text"
	"loa/web/webtest"
)

// TestAMonitorsMonday is a monitor's Monday: the week before on the first page, the
// list of whom to call, a station excused, the week closed, the report printed, and
// the week opened again because a second person agrees. Both widths are looked at.
func TestAMonitorsMonday(t *testing.T) {
	t.Parallel()
	clock := &aClock{time.Date(2024, 5, 20, 8, 0, 0, 0, text.Zone)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	aWeek(t, s)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	province := accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}
	b := webtest.NewBrowser(t)
	person := func(name string) *webtest.Tab {
		p := b.Person()
		p.Size(360)
		p.Cookie("s", webtest.LoggedIn(t, s, name, clock.at, province), server.URL)
		return p
	}
	p, second := person("Lò Thị Giám"), person("Vàng A Sếnh")
	look := func(name string) {
		t.Helper()
		for _, width := range []int64{1280, 360} {
			p.Shot("monitor-"+name, width)
		}
	}

	p.Open(server.URL + "/")
	p.Says("main", "Đã phát 1/127 đài, tuần 20", "125 đài chưa báo", "1 đài báo không phát được")
	look("home")
	p.Follow("main .step a.button[href^='/coverage?week=']")
	p.Says("main", "1/127")
	look("week")
	p.Fingers("/coverage")

	// The call list: who said nothing, then who could not, with the reason.
	p.Says("[aria-labelledby=g-not_reported]", "125")
	p.Says("[aria-labelledby=g-not_aired]", "Mất điện")
	p.Follow("[aria-labelledby=g-not_aired] tbody a[href*='/coverage/stations/']")
	p.Says("main", "Không phát được")
	look("station")
	p.Fingers("/coverage/stations/S00002")
	p.Click("[aria-labelledby=excuse] button")
	p.Type("#f-note", "Mất điện cả tuần vì bão")
	p.Set("#f-reason", "power_cut")
	p.Set("#f-asked", webtest.Eval[string](p, "who may have asked", `[...document.querySelector("#f-asked").options].find((o) => o.value).value`))
	p.Follow("[aria-labelledby=excuse] button")
	p.Says(".flash", "Đã lưu.")
	p.Says("main", "Mất điện cả tuần vì bão")
	look("excused")

	p.Open(server.URL + "/coverage?week=2024-W20")
	p.Says("main", "1/126")
	p.Click("[data-dialog=ask-close]")
	p.Wait("#ask-close:popover-open")
	p.Says("#ask-close", "125")
	look("close")
	p.Follow("#ask-close button[type=submit], #ask-close form button:not([popovertarget])")
	p.Says(".flash", "Đã chốt số liệu tuần.")
	look("closed")

	p.Follow("a[href^='/coverage/paper']")
	p.Says(".paper", "1", "126")
	look("report")
	if pdf := p.PDF("monitor-report"); len(pdf) < 5_000 {
		t.Errorf("the printed report has %d bytes", len(pdf))
	}

	p.Open(server.URL + "/coverage?week=2024-W20")
	p.Type("[aria-labelledby=reopen] textarea", "Hai xã Bát Xát báo muộn vì lũ")
	p.Follow("[aria-labelledby=reopen] button")
	p.Says(".flash", "Tuần sẽ mở khi một người khác đồng ý.")
	p.Says("[aria-labelledby=reopen]", "Đề nghị của bạn đang chờ", "Hai xã Bát Xát báo muộn vì lũ")
	look("reopen-asked")
	if webtest.Eval[bool](p, "look for an agreement of one's own", `!!document.querySelector("[aria-labelledby=reopen] [value=agree]")`) {
		t.Error("who asked can agree alone")
	}

	second.Open(server.URL + "/")
	second.Says("main", "Có người đề nghị mở lại tuần 20")
	second.Shot("monitor-asked-home", 360)
	second.Follow("main a[href$='#reopen']")
	second.Says("[aria-labelledby=reopen]", "Lò Thị Giám", "Hai xã Bát Xát báo muộn vì lũ")
	second.Shot("monitor-reopen-agree", 1280)
	second.Shot("monitor-reopen-agree", 360)
	second.Click("[popovertarget=agree]")
	second.Wait("#agree:popover-open")
	second.Shot("monitor-reopen-sure", 360)
	second.Follow("#agree button[value=agree]")
	second.Says(".flash", "Đã mở lại.")
	second.Shot("monitor-reopened", 1280)
	second.Shot("monitor-reopened", 360)
	second.Fingers("/coverage after it was opened again")
}
