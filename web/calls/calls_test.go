package calls

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/sheet"
	"loa/internal/text"
	"loa/message"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/airings"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/webtest"
)

var now = time.Date(2024, 5, 16, 9, 0, 0, 0, text.Zone) // a Thursday

// desk is the pages over a store in which S00001 and S00002 have a weekly slot: the first
// reported once long ago, the second never. It has a number.
func desk(t *testing.T) (*bolt.Store, http.Handler) {
	t.Helper()
	s := bolttest.Open(t)
	webtest.Stations(t, s)
	before := now.AddDate(0, 0, -60)
	meta := func(at time.Time) accounts.Meta { return accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: at} }
	p, err := s.SaveProgramme(t.Context(), meta(before), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}, CountsTowardTarget: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveRule(t.Context(), meta(before), scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 1", Minutes: 15,
		Selection: scheduler.Selection{Stations: []string{"S00001", "S00002"}}, From: "2024-04-01"}); err != nil {
		t.Fatal(err)
	}
	c := airing.Confirm{ID: kit.NewID(), Station: "S00001", Programme: p.ID, Outcome: airing.Aired, Seconds: 900,
		StartedAt: time.Date(2024, 4, 1, 17, 0, 0, 0, text.Zone)}
	if _, err := s.Confirm(t.Context(), meta(c.StartedAt.Add(time.Hour)), c); err != nil {
		t.Fatal(err)
	}
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := reg.Station("S00002")
	if err != nil {
		t.Fatal(err)
	}
	f := st.Fields
	f.Contacts = []stations.Contact{{Name: "Giàng A Páo", Phone: "0912345678"}}
	if _, err := s.SaveStation(t.Context(), meta(before), stations.SaveStation{ID: st.ID, Fields: f}); err != nil {
		t.Fatal(err)
	}
	k := kit.New(kit.Config{Auth: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	home.Register(k)
	Register(k, s)
	airings.Register(k, s, nil, nil)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return s, h
}

func monitor(t *testing.T, s *bolt.Store, h http.Handler, name string, scope accounts.Scope) *webtest.Client {
	t.Helper()
	return webtest.NewClient(t, h, webtest.LoggedIn(t, s, name, now, accounts.Grant{Role: accounts.Monitor, Scope: scope}))
}

// TestWhoIsCalledSinksUntilItsDay, and is called by a tap with what to know.
func TestWhoIsCalledSinksUntilItsDay(t *testing.T) {
	s, h := desk(t)
	c := monitor(t, s, h, "Chị Thu", accounts.Scope{Level: accounts.Province})
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Get("/calls")
	c.Expect(http.StatusOK, "main", "2 đài cần gọi hôm nay", "Im 4 tuần liền", "Chưa lần nào báo", "Nông thôn mới")
	c.Expect(http.StatusOK, `a[href="tel:0912345678"]`, "Giàng A Páo")
	c.Expect(http.StatusOK, "article:first-of-type h2", reg.Label("S00002")) // never heard comes before long ago
	c.Get("/calls/S00002")
	c.Expect(http.StatusOK, "textarea[readonly]", "Chào Giàng A Páo", "Chị Thu", "4 tuần")
	c.Submit(`form[method="post"]`, "outcome", "no_answer")
	c.Expect(http.StatusOK, "main", "1 đài cần gọi hôm nay", "1 đài đã gọi, hẹn ngày gọi lại, đứng cuối", "Chị Thu gọi lúc", "Không nghe máy", "17/5/2024")
	c.Expect(http.StatusOK, "article:first-of-type h2", reg.Label("S00001"))
	c.Expect(http.StatusOK, "article:last-of-type .badge", "Chưa đến hẹn")
	c.Get("/calls?need=missed") // both of them said nothing last week, and before
	c.Expect(http.StatusOK, "main", reg.Label("S00001"), reg.Label("S00002"))
	if said := c.Doc().Find("main").Text(); strings.Contains(said, "Tuần qua chưa báo. ") {
		t.Error("a silence of weeks is said twice")
	}
	c.Get("/calls?need=faults")
	c.Expect(http.StatusOK, "main", "Không có đài nào cần gọi")
	c.Get("/calls/log")
	c.Expect(http.StatusOK, "tbody", reg.Label("S00002"), "Không nghe máy", "Chị Thu")
	for _, path := range []string{"/calls?format=xlsx", "/calls/log?format=xlsx"} {
		c.Get(path)
		table, err := sheet.Read(c.Last.Body.Bytes())
		if err != nil || len(table.Rows) == 0 {
			t.Errorf("%s: %d rows, %v", path, len(table.Rows), err)
		}
	}
}

// TestTwoWhoCallTheSameStationAreToldOfEachOther: the second sees what the first heard, and may save hers too.
func TestTwoWhoCallTheSameStationAreToldOfEachOther(t *testing.T) {
	s, h := desk(t)
	province := accounts.Scope{Level: accounts.Province}
	one, two := monitor(t, s, h, "Chị Thu", province), monitor(t, s, h, "Anh Sơn", province)
	one.Get("/calls/S00001")
	two.Get("/calls/S00001")
	one.Submit(`form[method="post"]`, "outcome", "will_report")
	two.Submit(`form[method="post"]`, "outcome", "equipment", "note", "Tăng âm cháy")
	two.Expect(http.StatusConflict, ".notice.bad", "Chị Thu vừa ghi một cuộc gọi", "Gặp, sẽ báo")
	two.Expect(http.StatusConflict, "textarea[name=note]", "Tăng âm cháy")
	two.Submit(`form[method="post"]`)
	two.Expect(http.StatusOK, "")
	list, _, err := s.Calls(t.Context(), accounts.Daemon(), coverage.CallQuery{Station: "S00001"})
	if err != nil || len(list) != 2 || list[0].Outcome == list[1].Outcome { // one clock: either is the last
		t.Errorf("%+v, %v", list, err)
	}
}

// TestBadCallsGetASentence, and nothing is kept.
func TestBadCallsGetASentence(t *testing.T) {
	s, h := desk(t)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	home := reg.Where("S00001").District
	c := monitor(t, s, h, "Chị Thu", accounts.Scope{Level: accounts.District, ID: home})
	for want, typed := range map[string][]string{
		"Hãy chọn kết quả cuộc gọi": {}, "Hãy ghi việc đã nghe được": {"outcome", "other"},
		"Hãy chọn ngày gọi lại từ ngày mai": {"outcome", "away", "again", "2024-05-16"}, "ngày": {"outcome", "away", "again", "hôm qua"},
	} {
		c.Get("/calls/S00001")
		c.Submit(`form[method="post"]`, typed...)
		c.Expect(http.StatusUnprocessableEntity, "form[method=post] .error", want)
	}
	for _, st := range reg.Stations() {
		if reg.Where(st.ID).District != home {
			c.Get("/calls/" + st.ID)
			c.Expect(http.StatusForbidden, "")
			c.Get("/calls?district=" + reg.Where(st.ID).District)
			c.Expect(http.StatusForbidden, "")
			break
		}
	}
	c.Get("/calls/S99999")
	c.Expect(http.StatusNotFound, "")
	c.Get("/calls/S00001")
	slot := c.Doc().Find("#f-slot option[value!='']").First().AttrOr("value", "")
	programme := c.Doc().Find("#f-programme option[value!='']").First().AttrOr("value", "")
	for want, typed := range map[string][]string{
		"hãy chọn đài nói đã phát hay không phát": {"outcome", "will_report", "slot", slot},
		"“Không nghe máy” thì đài chưa nói gì":    {"outcome", "no_answer", "said", "aired", "slot", slot},
		"Thời lượng phải từ":                      {"outcome", "will_report", "said", "aired", "programme", programme, "started_at", "2024-05-14T17:00"},
	} {
		c.Get("/calls/S00001")
		c.Submit(`form[method="post"]`, typed...)
		c.Expect(http.StatusUnprocessableEntity, "form[method=post] .error", want)
		c.Expect(http.StatusUnprocessableEntity, "details[open]", "")
	}
	if list, _, err := s.Calls(t.Context(), accounts.Daemon(), coverage.CallQuery{}); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestWhatAStationSaysWaitsForItsWord: the monitor writes it down, the operator says yes with one tap, and it is a report of hers.
func TestWhatAStationSaysWaitsForItsWord(t *testing.T) {
	s, h := desk(t)
	thu := monitor(t, s, h, "Chị Thu", accounts.Scope{Level: accounts.Province})
	operator := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "Giàng A Páo", now, accounts.Grant{Role: accounts.Operator,
		Scope: accounts.Scope{Level: accounts.Station, ID: "S00002"}}))
	thu.Get("/calls/S00002")
	slots := thu.Doc().Find("#f-slot option[value!='']")
	thu.Submit(`form[method="post"]`, "outcome", "will_report", "said", "aired", "slot", slots.First().AttrOr("value", ""))
	thu.Expect(http.StatusOK, "main", "Đã ghi cuộc gọi")
	thu.Get("/calls/S00002")
	thu.Submit(`form[method="post"]`, "outcome", "will_report", "said", "not_aired", "slot", slots.Last().AttrOr("value", ""))
	thu.Expect(http.StatusUnprocessableEntity, ".error") // why not?
	thu.Submit(`form[method="post"]`, "reason", "power_cut")
	thu.Expect(http.StatusOK, "main", "Đã ghi cuộc gọi")
	thu.Get("/")
	thu.Expect(http.StatusOK, `.step a[href="/calls/log"]`, "2 lượt phát bạn ghi qua điện thoại chờ đài xác nhận")
	thu.Get("/today?station=S00002")
	thu.Expect(http.StatusOK, "#said", "Chờ người phụ trách đài xác nhận")
	operator.Get("/today")
	operator.Expect(http.StatusOK, "#said", "Chị Thu ghi lại từ cuộc gọi lúc", "Mất điện")
	operator.Submit(`form:has(input[name=proposal])`)
	operator.Expect(http.StatusOK, "main")
	operator.Get("/today")
	operator.Submit(`form[action$="/decline"]`)
	operator.Expect(http.StatusOK, "main", "Đã bỏ")
	if operator.Doc().Find("#said").Length() > 0 {
		t.Error("what was answered still waits")
	}
	thu.Get("/")
	thu.Refuse("chờ đài xác nhận")
	thu.Get("/calls/S00002")
	thu.Expect(http.StatusOK, "#told", "Đài đã xác nhận", "Đài nói không đúng")
	thu.Get(thu.Doc().Find(`a[href^="/airings/"]`).First().AttrOr("href", ""))
	thu.Expect(http.StatusOK, "dl", "Nói qua điện thoại", "với Chị Thu", "Giàng A Páo")
	thu.Get("/calls/log")
	thu.Expect(http.StatusOK, "tbody", "đài nói đã phát “Nông thôn mới”", "Đài đã xác nhận", "Đài nói không đúng", "Xem báo cáo")
	thu.Get("/calls/log?format=csv")
	if file := thu.Last.Body.String(); !strings.Contains(file, "Đài nói không đúng") || !strings.Contains(file, "Đài đã xác nhận") {
		t.Errorf("the file: %s", file)
	}
	people, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who, _ := people.ByLogin("chi thu")
	box, _, err := s.Inbox(t.Context(), who.ID, "", 10)
	if err != nil || len(box) != 1 || box[0].Topic != message.SaidDeclined || !strings.Contains(box[0].Text, "không đúng") || box[0].Path != "/calls/S00002" {
		t.Errorf("who called is told %+v, %v", box, err)
	}
}
