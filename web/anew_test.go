package web_test

import (
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
	clock, s, operator, _ := onMonday(t)
	clock.at = at(19, 0, 0)
	c := airing.Confirm{ID: "0190b1c2-0000-7000-8000-000000000001", Station: "S00001", Programme: "P1", Outcome: airing.Aired, StartedAt: at(18, 0, 0), Seconds: 120}
	if _, err := s.Confirm(t.Context(), meta(clock.at), c); err != nil {
		t.Fatal(err)
	}
	clock.at = clock.at.AddDate(0, 0, 10)
	admin := webtest.NewClient(t, operator.Handler(), webtest.LoggedIn(t, s, "quantri", clock.at, accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}))
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
	admin.Submit(form, "from", "2024-05-13", "counts", "1", "min_seconds", "60", "reason", "Tỉnh quy định lại")
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
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st, err := reg.Station("S00003")
	if err != nil {
		t.Fatal(err)
	}
	change := stations.SaveStation{ID: st.ID, Fields: st.Fields}
	change.Active = nil
	for i := range 8 {
		from := stations.Date("2024-01-01").AddDays(12 * i)
		change.Active = append(change.Active, stations.Interval{From: from, Until: from.AddDays(5)})
	}
	if _, err := s.SaveStation(t.Context(), meta(clock.at), change); err != nil {
		t.Fatal(err)
	}
	admin.Get("/coverage/anew?what=activity&station=S00003")
	admin.Expect(200, `[name=until_7][value="2024-03-30"]`)
	admin.Submit(form, "from", "2024-05-01", "from_8", "2024-05-01", "reason", "Phát lại từ đầu năm")
	admin.Expect(200, `[name=agreed][value*="2024-03-30"]`)
}
