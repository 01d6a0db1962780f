package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/text"
	"loa/scheduler"
	"loa/web/kit"
	"loa/web/webtest"
)

// A report by the second, as a program sends it, keeps its seconds when somebody
// corrects something else; who types another minute has what she typed.
func TestACorrectionLeavesTheSecondsAlone(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	clock.at = at(19, 0, 0)
	began := at(17, 30, 41)
	m := accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: clock.at}
	line, err := s.Confirm(t.Context(), m, airing.Confirm{ID: m.ID, Station: "S00001", Programme: "P1", Outcome: airing.Aired, StartedAt: began,
		Seconds: 95, Means: "fm"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pairs []string
		want  time.Time
	}{
		{[]string{"note", "Loa cụm 2"}, began},
		{[]string{"seconds", "2:05"}, began},
		{[]string{"started_at", "2024-05-13T17:32"}, at(17, 32, 0)},
	} {
		operator.Get("/airings/new?corrects=" + line.ID)
		operator.Submit("form.report", append(c.pairs, "why", "Ghi lại cho đúng")...)
		list, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: at(0, 0, 0), Until: at(23, 0, 0), Standing: true})
		if err != nil || len(list) != 1 || list[0].Corrects != line.ID {
			t.Fatalf("%v: %+v, %v", c.pairs, list, err)
		}
		if line = list[0]; !line.StartedAt.Equal(c.want) {
			t.Errorf("%v: it began %v, want %v", c.pairs, line.StartedAt, c.want)
		}
	}
}

// What airs once is reported once: an unplanned report at the time of a planned
// slot is asked about, and two that overlap are refused with a way to the other.
func TestOneAiringIsOneReport(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	clock.at = at(19, 0, 0)
	unplanned := func(start, length string) {
		t.Helper()
		operator.Get("/airings/new?station=S00001")
		if operator.Doc().Find("input[type=radio][name=outcome]").Length() != 0 {
			t.Error("what nobody planned may fail to air")
		}
		operator.Submit("form.report", "programme", "P1", "started_at", "2024-05-13T"+start, "seconds", length)
	}
	unplanned("16:00", "")
	operator.Expect(422, "[name=seconds][aria-invalid]")
	unplanned("17:05", "10")
	operator.Expect(409, "button[name=unplanned][value=no]", "theo lịch lúc 17:00")
	operator.Submit("form.report", "unplanned", "no")
	operator.Expect(200, "#done", "Đã ghi: đã phát")
	operator.Refuse("card warn")

	unplanned("17:10", "10") // the same programme again: the slot has its report
	operator.Expect(409, ".report a[href^='/airings/']", "từ 17:05", "báo")
	unplanned("18:00", "10")
	operator.Expect(200, "#done", "ngoài lịch", "Hoàn tác")
	unplanned("18:01", "10")
	operator.Expect(409, ".report a[href^='/airings/']", "từ 18:00", "xa-02647 báo")
	other := operator.Doc().Find(".report a[href^='/airings/']").AttrOr("href", "")
	operator.Submit("form.report", "anyway", "yes")
	operator.Expect(200, "#done", "18:01")
	operator.Get(other)
	operator.Expect(200, "h1", "18:00")

	lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: at(0, 0, 0), Until: at(23, 0, 0)})
	if err != nil || len(lines) != 3 || lines[2].Slot == "" || lines[1].Slot != "" {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	// By API the planned one is meant unless the caller says otherwise, a resend is
	// the same report, and the one in the way is named.
	slot := scheduler.SlotID("R1", "S00002", at(17, 0, 0))
	editor := webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "bientap", clock.at, accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}))
	put := func(id, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPut, "/api/v1/airings/"+id, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return editor.Do(r)
	}
	first, body := uuid.NewString(), `{"station":"S00002","programme":"P1","outcome":"aired","started_at":"2024-05-13T17:00:00+07:00","seconds":900}`
	for range 2 {
		if w := put(first, body); w.Code != 200 || !strings.Contains(w.Body.String(), fmt.Sprintf(`"slot":%q`, slot)) {
			t.Errorf("an unplanned report at the time of a slot: %d %s", w.Code, w.Body)
		}
	}
	if w := put(uuid.NewString(), strings.Replace(body, `"outcome"`, `"unplanned":true,"alone":true,"outcome"`, 1)); w.Code != 409 ||
		!strings.Contains(w.Body.String(), `"other":"`+first+`"`) {
		t.Errorf("an airing of its own over another: %d %s", w.Code, w.Body)
	}
	if w := put(uuid.NewString(), body); w.Code != 200 || !strings.Contains(w.Body.String(), `"slot":""`) && strings.Contains(w.Body.String(), slot) {
		t.Errorf("what a phone kept, of a slot that has its report: %d %s", w.Code, w.Body)
	}
}

// A day long past, or of a week that is closed, is asked about before it is kept, and
// whoever reports, corrects or withdraws there is told that the figures stay.
func TestADayLongPastIsAskedAboutFirst(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	clock.at = at(19, 0, 0)
	operator.Get("/today?station=S00001")
	operator.Submit("form.thumbs", "outcome", "aired")
	operator.Expect(200, "#done", "Đã ghi: đã phát")
	first := operator.Doc().Find("#done ~ .card a[href^='/airings/']").AttrOr("href", "")
	clock.at = clock.at.AddDate(0, 0, 16) // Wednesday of week 22
	operator = webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "xa-later", clock.at, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}))
	manager := accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: clock.at}
	if _, err := s.CloseWeek(t.Context(), manager, coverage.Close{Week: airing.Calendar{Zone: text.Zone}.Week(clock.at) - 2}); err != nil {
		t.Fatal(err)
	}
	report := func(day string) {
		t.Helper()
		operator.Get("/airings/new?station=S00001")
		operator.Submit("form.report", "programme", "P1", "started_at", day, "seconds", "5")
	}
	for _, c := range []struct{ day, asked, said string }{
		{"2024-05-29T12:00", "", "Đã ghi: đã phát"},                                             // today
		{"2024-05-25T06:00", "", "báo muộn"},                                                    // within a week, past the time for it
		{"2024-05-21T06:00", "Lượt phát ngày 21/5/2024 đã qua hơn 7 ngày", "báo muộn"},          // its week is open
		{"2024-05-14T06:00", "ghi bên cạnh, không đổi số liệu", "Số liệu của tuần 20 năm 2024"}, // its week is closed
	} {
		report(c.day)
		if c.asked != "" {
			operator.Expect(409, "#long-ago", c.asked, "Đã đọc, vẫn gửi")
			operator.Submit("form.report")
		}
		operator.Expect(200, ".flash", c.said)
	}
	operator.Expect(200, ".notice", "Tuần này đã chốt") // the report's own page, where it can be taken back
	operator.Submit("form:has([value=withdrawn])", "outcome", "withdrawn")
	operator.Expect(200, ".flash", "Đã rút lại báo cáo", "tuần 20 năm 2024")

	// Another day than that which was agreed to is asked about again.
	report("2024-05-14T07:00")
	operator.Submit("form.report", "started_at", "2024-05-07T07:00")
	operator.Expect(409, "#long-ago", "7/5/2024")

	operator.Get("/airings/new?corrects=" + strings.TrimPrefix(first, "/airings/"))
	operator.Expect(200, ".notice", "Tuần này đã chốt")
	operator.Submit("form.report", "note", "loa cụm 2", "why", "bổ sung")
	operator.Expect(200, ".flash", "Số liệu của tuần 20 năm 2024")

	// By API who sends the word is asked, and who only sends is not.
	editor := webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "bientap", clock.at, accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}))
	put := func(start, more string) *httptest.ResponseRecorder {
		body := fmt.Sprintf(`{"station":"S00002","programme":"P1","outcome":"aired","started_at":"%s:00+07:00","seconds":900%s}`, start, more)
		r := httptest.NewRequest(http.MethodPut, "/api/v1/airings/"+uuid.NewString(), strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return editor.Do(r)
	}
	var asked struct{ Code, Seen string }
	if w := put("2024-05-14T06:00", `,"seen":""`); w.Code != 409 || json.Unmarshal(w.Body.Bytes(), &asked) != nil || asked.Code != "once.unseen" {
		t.Errorf("asked: %d %s", w.Code, w.Body)
	}
	if w := put("2024-05-14T06:00", fmt.Sprintf(`,"seen":%q`, asked.Seen)); w.Code != 200 || !strings.Contains(w.Body.String(), `"week_closed":true`) {
		t.Errorf("seen: %d %s", w.Code, w.Body)
	}
	if w := put("2024-05-21T06:00", ""); w.Code != 200 || strings.Contains(w.Body.String(), "week_closed") {
		t.Errorf("who only sends: %d %s", w.Code, w.Body)
	}
}

func TestAnAiringThatDoesNotCountIsToldAtOnce(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	if _, err := s.SaveProgramme(t.Context(), meta(clock.at), scheduler.SaveProgramme{Title: "Thông báo của xã", Languages: []string{"vi"}}); err != nil {
		t.Fatal(err)
	}
	clock.at = at(19, 0, 0)
	for _, c := range []struct{ programme, start, length, flash, why string }{
		{"P1", "18:00", "0:20", "không tính vào chỉ tiêu vì ngắn hơn 3 phút", "Vì ngắn hơn 3 phút"},
		{"P2", "18:10", "5", "Chương trình này không tính", "Chương trình này không tính"},
	} {
		operator.Get("/airings/new?station=S00001")
		operator.Submit("form.report", "programme", c.programme, "started_at", "2024-05-13T"+c.start, "seconds", c.length)
		operator.Expect(200, "#done", "Không tính")
		if flash := operator.Doc().Find(".flash").Text(); !strings.Contains(flash, c.flash) {
			t.Errorf("%s: %q", c.start, flash)
		}
		operator.Get(operator.Doc().Find("#done ~ .card a[href^='/airings/']").First().AttrOr("href", ""))
		operator.Expect(200, "h1", c.why)
	}
}

func TestAnEmptySystemSaysWhatToDo(t *testing.T) {
	t.Parallel()
	clock := &aClock{at(8, 0, 0)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "xa-02647", clock.at,
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}))
	c.Get("/")
	c.Expect(200, "", "Tuần này chưa có lịch phát")
	c.Refuse("đã báo đủ")
	c.Get("/today")
	c.Expect(200, "", "nhắn ban biên tập tạo chương trình")
	c.Refuse("/airings/new")
	c.Get("/airings/new?station=S00001")
	c.Expect(200, "", "nhắn ban biên tập tạo chương trình")
	c.Refuse(`class="card narrow report"`)
}

// Whoever is logged out while she fills in a report on a phone keeps what she
// typed, sees where she looks why it does not go, and it goes once she is back.
func TestALostLogInLosesNoReport(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	clock.at = at(19, 0, 0)
	server := httptest.NewServer(operator.Handler())
	t.Cleanup(server.Close)
	grant := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00002"}}
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", webtest.LoggedIn(t, s, "xa-2", clock.at, grant), server.URL)
	p.Open(server.URL + "/airings/new?station=S00002")
	p.Shot("before-lost-log-in", 360)
	p.Set("#f-programme", "P1")
	p.Set("#f-started_at", "2024-05-13T18:00")
	p.Type("#f-seconds", "10")
	p.Type("#f-note", "Loa cụm 2")
	p.Cookie("s", "gone", server.URL)
	p.Click("form.report > button")
	p.Wait("[data-says] a[href^='/login?next=']")
	p.Says("#unsent", "Bạn cần đăng nhập lại để gửi")
	if !webtest.Eval[bool](p, "see the notice",
		`(() => { const b = document.querySelector("[data-says]").getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight; })()`) {
		t.Error("the notice is out of sight")
	}
	p.Shot("lost-log-in", 360)
	people, err := s.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	herself, _ := people.ByLogin("xa-2")
	p.Cookie("s", webtest.Session(t, s, herself, clock.at), server.URL)
	p.Until("be led on once it has left", `location.pathname === "/today"`)
	lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: at(0, 0, 0), Until: at(23, 0, 0), Stations: []string{"S00002"}})
	if err != nil || len(lines) != 1 || lines[0].Note != "Loa cụm 2" {
		t.Errorf("kept %+v, %v", lines, err)
	}
}

// Without a script, or in a form that does not wait, whoever was logged out in
// between logs in beside it and sends the same once more.
func TestAFormOfWhoWasLoggedOutIsSentAgain(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	clock.at = at(19, 0, 0)
	server := httptest.NewServer(operator.Handler())
	t.Cleanup(server.Close)
	grant := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00002"}}
	p := webtest.NewBrowser(t).Person()
	p.Scripts(false)
	p.Cookie("s", webtest.LoggedIn(t, s, "xa-2", clock.at, grant), server.URL)
	p.Open(server.URL + "/airings/new?station=S00002")
	p.Set("#f-programme", "P1")
	p.Set("#f-started_at", "2024-05-13T18:00")
	p.Set("#f-seconds", "10")
	p.Set("#f-note", "Loa cụm 2 <b>&\"hỏng\"")
	p.Cookie("s", "gone", server.URL)
	p.Follow("form.report > button")
	p.Shot("logged-out-form", 360)
	p.Cookie("s", webtest.LoggedIn(t, s, "xa-2-again", clock.at, grant), server.URL)
	p.Follow("form.again button")
	p.Wait(".flash")
	lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: at(0, 0, 0), Until: at(23, 0, 0), Stations: []string{"S00002"}})
	if err != nil || len(lines) != 1 || lines[0].Note != "Loa cụm 2 <b>&\"hỏng\"" {
		t.Errorf("kept %+v, %v", lines, err)
	}

	// A form that takes a file stays as it is, or where no script runs is offered
	// again but for the file.
	grant = accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}
	editor := webtest.LoggedIn(t, s, "bientap", clock.at, grant)
	table := filepath.Join(t.TempDir(), "đài <1>.csv")
	if err := os.WriteFile(table, []byte("Mã đài,Ghi chú\nS00001,Loa cụm 7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, scripts := range []bool{true, false} {
		p.Scripts(scripts)
		p.Cookie("s", editor, server.URL)
		p.Open(server.URL + "/stations/import")
		p.Click("#f-new")
		p.Upload("#f-file", table)
		p.Cookie("s", "gone", server.URL)
		if scripts {
			p.Click("form[enctype] button")
			p.Wait("[data-says=true] a[href='/login']")
			p.Cookie("s", editor, server.URL)
		} else {
			p.Follow("form[enctype] button")
			if got := p.Text("form.again label"); got != "Chọn lại tệp “đài <1>.csv”" {
				t.Errorf("the file is asked for again as %q", got)
			}
			p.Shot("logged-out-file", 360)
			p.Cookie("s", editor, server.URL)
			p.Upload("form.again input[type=file]", table)
			p.Follow("form.again button")
		}
		p.Wait("table.change ins")
		if !webtest.Eval[bool](p, "see what was ticked", `document.querySelector("#f-new").checked`) {
			t.Error("what was ticked is lost")
		}
	}

	nobody := webtest.NewClient(t, operator.Handler(), "")
	nobody.Post("/me/passphrase", url.Values{"old_passphrase": {"bí mật cũ"}, "passphrase": {"bí mật mới"}})
	nobody.Expect(401, "a[href^='/login']")
	nobody.Refuse("bí mật")
}
