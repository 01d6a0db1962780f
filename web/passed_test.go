package web_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/stations"
	"loa/web/webtest"
)

// TestAMergedStationTellsWhoTookOver, wherever its operator looks and whatever is sent.
func TestAMergedStationTellsWhoTookOver(t *testing.T) {
	t.Parallel()
	clock, s, operator, monitor := onMonday(t)
	clock.at = clock.at.AddDate(0, 0, 7)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old, other := reg.UnitOf("S00001"), reg.UnitOf("S00002")
	plan, err := s.Merge(t.Context(), accounts.Meta{ID: "reform", By: accounts.Daemon(), At: clock.at.UTC()},
		stations.Merge{On: "2024-05-16", Rows: []stations.MergeRow{
			{Line: 2, OldCode: old.Code, NewCode: "99001", NewName: "Xã Mới Một", NewDistrict: old.District},
			{Line: 3, OldCode: other.Code, NewCode: "99001", NewName: "Xã Mới Một", NewDistrict: old.District}}})
	if err != nil {
		t.Fatal(err, plan.Bad)
	}
	heir := plan.Targets[0].Station
	const said = "đã nhập vào Mới Một từ 16/5/2024"
	for _, path := range []string{"/today?station=%s", "/airings/new?station=%s", "/calendar?station=%s", "/stations/%s/usb"} {
		operator.Get(fmt.Sprintf(path, "S00001"))
		operator.Expect(200, "main a[href='"+fmt.Sprintf(path, heir)+"']", said)
		operator.Refuse("Tuần này chưa có lịch phát")
	}
	operator.Get("/today?station=" + heir)
	operator.Expect(200, "main a[href='/today?station=S00001']", "nay đã nhập")
	operator.Get("/api/v1/me/day?station=S00001")
	operator.Expect(200, "", `"into":"`+heir+`"`, `"from":"2024-05-16"`)
	report := `{"station":"S00001","programme":"P1","outcome":"aired","seconds":900,"started_at":"2024-05-17T17:00:00+07:00"}`
	if answer := sent(operator, "PUT", "/api/v1/airings/"+uuid.NewString(), report); answer.Code != 409 || !strings.Contains(answer.Body.String(), said) {
		t.Errorf("a report: %d %s", answer.Code, answer.Body)
	}

	// nobody is put in charge of it any more, and who is stays so
	admin := accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}
	chief := webtest.NewClient(t, monitor.Handler(), webtest.LoggedIn(t, s, "quantri", clock.at, admin))
	grants := `"grants":[{"role":"operator","scope":{"level":"station","id":"S00001"}}]`
	for path, body := range map[string]string{"/api/v1/invitations": "{" + grants + "}", "/api/v1/people": `{"name":"Mai","login":"mai",` + grants + "}"} {
		if answer := sent(chief, "POST", path, body); answer.Code != 409 || !strings.Contains(answer.Body.String(), said) {
			t.Errorf("%s: %d %s", path, answer.Code, answer.Body)
		}
	}
	people, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, _ := people.ByLogin("xa-02647")
	chief.Get("/people/" + p.ID)
	chief.Submit("details form", "role", "operator", "station", "S00003")
	chief.Expect(200, ".flash", "Đã lưu")
}

// sent is the answer to a body of the API.
func sent(c *webtest.Client, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return c.Do(r)
}

// TestWhatWasReportedAtAStationThatIsGoneStaysInTheLog undoes a merger after the one report
// of the new station was taken back: list, book, sheet, report page and API still tell it, by
// the name it had, and say why nothing more can be done with it.
func TestWhatWasReportedAtAStationThatIsGoneStaysInTheLog(t *testing.T) {
	t.Parallel()
	clock, s, operator, monitor := onMonday(t)
	clock.at = clock.at.AddDate(0, 0, 7)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := func() accounts.Meta {
		return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: clock.at.UTC()}
	}
	old := reg.UnitOf("S00001")
	plan, err := s.Merge(t.Context(), by(), stations.Merge{On: "2024-05-16",
		Rows: []stations.MergeRow{{Line: 2, OldCode: old.Code, NewCode: "99001", NewName: "Xã Mới Một", NewDistrict: old.District}}})
	if err != nil {
		t.Fatal(err, plan.Bad)
	}
	made := stations.Merge{On: "2024-05-16", Rows: []stations.MergeRow{{Line: 2, OldCode: reg.UnitOf("S00002").Code, NewCode: "99002", NewName: "Xã Mới Hai",
		NewDistrict: old.District}, {Line: 3, OldCode: reg.UnitOf("S00003").Code, NewCode: "99002", NewName: "Xã Mới Hai", NewDistrict: old.District}}}
	if plan, err = s.Merge(t.Context(), by(), made); err != nil {
		t.Fatal(err, plan.Bad)
	}
	gone := plan.Targets[0].Station
	report := airing.Confirm{ID: uuid.NewString(), Station: gone, Programme: "P1", Outcome: airing.Aired, Seconds: 900, StartedAt: clock.at.Add(-time.Hour)}
	if _, err := s.Confirm(t.Context(), by(), report); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Confirm(t.Context(), by(), airing.Confirm{ID: uuid.NewString(), Corrects: report.ID, Outcome: airing.Withdrawn, Why: "nhầm"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UndoSuccession(t.Context(), by(), coverage.Undo{Number: 2, Reason: "nhập nhầm"}); err != nil {
		t.Fatal(err)
	}
	label := "Mới Hai (" + gone + ")"
	for path, shown := range map[string]string{"/airings": "main", "/airings?station=" + gone: "main", "/airings/paper?station=" + gone: ".paper",
		"/airings?format=csv&station=" + gone: ""} {
		monitor.Get(path)
		monitor.Expect(200, shown, "Mới Hai")
	}
	monitor.Get("/airings/" + report.ID)
	monitor.Expect(200, "main a[href='/airings?station="+gone+"']", label)
	monitor.Expect(200, ".notice", "đã được hoàn tác")
	monitor.Get("/api/v1/airings?station=" + gone + "&from=2024-05-01T00:00:00Z")
	monitor.Expect(200, "", `"station":"`+gone+`"`)
	monitor.Get("/stations/" + gone)
	monitor.Expect(404, "main", "Đài Xã Mới Hai (mã "+gone+") không còn")
	operator.Get("/airings?station=" + gone) // it lay in no place of hers
	operator.Expect(403, "main")
}

// TestWhoReportedBeforeASplitWasEnteredIsNotAskedAgain reports for a commune that was split
// that very day, which is entered an hour later: the new station waits on no page, no call list and in no
// figure, and everything says whose report it is.
func TestWhoReportedBeforeASplitWasEnteredIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	clock, s, operator, monitor := onMonday(t)
	clock.at = at(17, 20, 0)
	operator.Get("/today")
	operator.Submit("form.thumbs", "outcome", "aired")
	clock.at = at(18, 0, 0)
	reg, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code := reg.UnitOf("S00001").Code
	split := stations.Split{On: "2024-05-13", Code: code, Parts: []stations.SplitPart{{Code: code, Name: "Phường Trên"}, {Code: "99003", Name: "Phường Dưới"}},
		Terms: stations.Terms{Answers: map[string]string{"person": coverage.AllChoice}}}
	plan, err := s.Split(t.Context(), accounts.Meta{ID: "split", By: accounts.Daemon(), At: clock.at.UTC()}, split)
	if err != nil {
		t.Fatal(err)
	}
	second := plan.Parts[1].Station
	clock.at = at(18, 30, 0)
	operator.Get("/today?station=" + second)
	operator.Expect(200, "section[aria-labelledby=done]", "Đã phát")
	if n := operator.Doc().Find("section[aria-labelledby=waiting] article").Length(); n != 0 {
		t.Errorf("%d cards wait", n)
	}
	if day := answerOf[dayAnswer](t, operator, "/api/v1/me/day?station="+second); len(day.Waiting) != 0 || len(day.Done) != 1 {
		t.Errorf("the day of the new station: %+v", day)
	}
	monitor.Get("/today")
	if monitor.Expect(200, "main", "chưa báo"); monitor.Doc().Find("main a[href='/today?station="+second+"']").Length() != 0 {
		t.Error("the new station is to be called")
	}
	week := answerOf[map[string]any](t, monitor, "/api/v1/coverage?week=2024-W20")
	if week["aired"] != 2.0 || week["not_reported"] != 126.0 {
		t.Errorf("%v aired, %v silent", week["aired"], week["not_reported"])
	}
	monitor.Get("/coverage/stations/" + second + "?week=2024-W20")
	monitor.Expect(200, "main", "Trên")
	monitor.Get("/coverage?week=2024-W20")
	const silent = "section[aria-labelledby=g-not_reported]"
	if monitor.Expect(200, silent); monitor.Doc().Find(silent+" a[href*="+second+"]").Length() != 0 {
		t.Error("the new station is among the silent")
	}
}
