package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/stations"
	"loa/web/webtest"
)

// TestThePastIsDecidedAnewOnAPage: what would change is shown and nothing is kept
// before somebody agrees to it; each kind has its form, and is refused in words.
func TestThePastIsDecidedAnewOnAPage(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	clock.at = at(19, 0, 0)
	c := airing.Confirm{ID: "0190b1c2-0000-7000-8000-000000000001", Station: "S00001", Programme: "P1", Outcome: airing.Aired,
		StartedAt: at(18, 0, 0), Seconds: 120}
	if _, err := s.Confirm(t.Context(), meta(clock.at), c); err != nil {
		t.Fatal(err)
	}
	clock.at = clock.at.AddDate(0, 0, 10)
	admin := webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "quantri", clock.at, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}))
	aired := func() int {
		t.Helper()
		week, err := s.Coverage(t.Context(), accounts.Daemon(), coverage.Query{Week: 2837})
		if err != nil {
			t.Fatal(err)
		}
		return week.Aired
	}
	const form = `form[action="/coverage/anew"]:has([name=reason])`
	for _, kind := range []string{"terms&programme=P1", "languages&station=S00001", "activity&station=S00001", "week_start"} {
		admin.Get("/coverage/anew?what=" + kind)
		admin.Expect(200, form)
		admin.Submit(form, "from", "", "reason", "")
		admin.Expect(422, "[name=from][aria-invalid]", "ngày đã qua")
		admin.Submit(form, "from", "2024-05-13", "reason", "")
		admin.Expect(422, "[name=reason][aria-invalid]", "lý do")
	}
	admin.Get("/programmes/P1")
	admin.Get(admin.Doc().Find("a[href^='/coverage/anew']").AttrOr("href", ""))
	admin.Expect(200, form)
	admin.Submit(form, "from", "2024-05-13", "counts", "1", "min_seconds", "1:00", "reason", "Tỉnh quy định lại")
	admin.Expect(200, "[name=agreed]", "tuần 20 năm 2024", "sau đó 1/127")
	if n := aired(); n != 0 {
		t.Fatalf("%d stations before anybody agreed", n)
	}
	admin.Submit(`form:has([name=agreed])`)
	admin.Expect(200, "#done", "Tỉnh quy định lại", "1 tuần")
	if n := aired(); n != 1 {
		t.Errorf("%d stations afterwards", n)
	}
	if w := operator.Get("/coverage/anew"); w.Code != 403 || strings.Contains(w.Body.String(), "Tỉnh quy định lại") {
		t.Errorf("an operator is answered %d", w.Code)
	}
	// However many spans of days a station has, the form has them all.
	c8 := coverage.Anew{What: coverage.AnewActivity, From: stations.FoundingDay, Reason: "Đài hay hỏng", Station: "S00003"}
	for i := range 8 {
		from := stations.FoundingDay.AddDays(12 * i)
		c8.Active = append(c8.Active, stations.Interval{From: from, Until: from.AddDays(5)})
	}
	if _, err := s.DecideAnew(t.Context(), meta(clock.at), c8); err != nil {
		t.Fatal(err)
	}
	admin.Get("/coverage/anew?what=activity&station=S00003")
	admin.Expect(200, `[name=until_7][value="2024-03-30"]`)
	admin.Submit(form, "from", "2024-05-01", "from_8", "2024-05-01", "reason", "Phát lại từ đầu năm")
	admin.Submit(`form:has([name=agreed])`)
	admin.Expect(200, "#done")
	admin.Get("/coverage/anew?what=activity&station=S00003")
	for _, day := range []string{`[name=until_7][value="2024-03-30"]`, `[name=from_8][value="2024-05-01"]`} {
		admin.Expect(200, day)
	}
}

// TestDaysThatHavePassedAreShownBeforeTheyAreChanged: the page that edits a station
// keeps everything else, and leads on to the one that shows the weeks that change.
func TestDaysThatHavePassedAreShownBeforeTheyAreChanged(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	clock.at = clock.at.AddDate(0, 0, 10)
	admin := webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "quantri", clock.at, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}))
	station := func() stations.Station {
		t.Helper()
		reg, err := s.Registry(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		st, err := reg.Station("S00003")
		if err != nil {
			t.Fatal(err)
		}
		return *st
	}
	was := station()
	admin.Get("/stations/S00003/edit")
	admin.Submit("main form", "notes", "Loa số 3 hỏng", "a0_until", "2024-05-05")
	if st := station(); st.Notes != "Loa số 3 hỏng" || st.Active[0] != was.Active[0] {
		t.Fatalf("%+v", st.Fields)
	}
	admin.Expect(200, `[name=from][value="2024-05-06"]`, "trừ ngày hoạt động")
	admin.Expect(200, `[name=until_0][value="2024-05-05"]`)
	const form = `form[action="/coverage/anew"]:has([name=reason])`
	admin.Submit(form)
	admin.Expect(422, "[name=reason][aria-invalid]")
	admin.Submit(form, "reason", "Đài ngừng từ tháng 5")
	admin.Expect(200, "[name=agreed]", "0/127", "0/126", "Nay: 1/1/2024 – 5/5/2024", "Trước: từ 1/1/2024, chưa kết thúc")
	if st := station(); st.Active[0] != was.Active[0] {
		t.Fatal("the preview changed the station")
	}
	admin.Submit(`form:has([name=agreed])`)
	admin.Expect(200, "#done", "Đài ngừng từ tháng 5", "Nay: 1/1/2024 – 5/5/2024")
	if st := station(); st.Active[0].Until != "2024-05-05" {
		t.Errorf("%+v", st.Active)
	}
	// A program is told where the past is decided, and changes nothing.
	body := `{"notes":"x","active_intervals":[{"from":"2024-01-01","until":"2024-05-05"}]}`
	patch := httptest.NewRequest(http.MethodPatch, "/api/v1/stations/S00004", strings.NewReader(body))
	patch.Header.Set("Content-Type", "application/json")
	if w := admin.Do(patch); w.Code != 422 || !strings.Contains(w.Body.String(), "stations.past_days") {
		t.Errorf("by program: %d %s", w.Code, w.Body)
	}
	// A station that is opened today may have been active before: that is decided anew too.
	admin.Get("/stations/new")
	admin.Submit("main form", "a0_from", "2024-05-05", "unit", admin.Doc().Find("[name=unit] option[value!='']").First().AttrOr("value", ""))
	admin.Expect(422, "", "Đài mới chỉ mở được từ hôm nay")
}
