package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/audio"
	"loa/coverage"
	"loa/internal/text"
	"loa/library"
	"loa/scheduler"
	"loa/stations"
	"loa/store"
	"loa/store/bolt"
	"loa/web/webtest"
)

// aClock is one that a test moves.
type aClock struct{ at time.Time }

func (c *aClock) now() time.Time { return c.at }

// onMonday serves the pages at a clock that a test moves around Monday 17:00,
// when all stations air 15 minutes, to an operator of S00001 and a monitor.
func onMonday(t *testing.T) (clock *aClock, s *bolt.Store, operator, monitor *webtest.Client) {
	t.Helper()
	clock = &aClock{time.Date(2024, 5, 13, 8, 0, 0, 0, text.Zone)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	webtest.Stations(t, s)
	plannedSince(t, s, clock.at)
	grant := func(role accounts.Role, level accounts.Level, id string) accounts.Grant {
		return accounts.Grant{Role: role, Scope: accounts.Scope{Level: level, ID: id}}
	}
	return clock, s, webtest.NewClient(t, h, webtest.LoggedIn(t, s, "xa-02647", clock.at, grant(accounts.Operator, accounts.Station, "S00001"))),
		webtest.NewClient(t, h, webtest.LoggedIn(t, s, "giamsat", clock.at, grant(accounts.Monitor, accounts.Province, "")))
}

func at(hour, minute, second int) time.Time {
	return time.Date(2024, 5, 13, hour, minute, second, 0, text.Zone)
}

func answerOf[T any](t *testing.T, c *webtest.Client, path string) (v T) {
	t.Helper()
	if w := c.Get(path); w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	} else if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

type dayAnswer struct {
	Waiting, Coming, Done []map[string]any
	NotDue                []map[string]any `json:"not_due"`
}

func TestNobodyIsSilentBeforeTheSlotIsOver(t *testing.T) {
	t.Parallel()
	clock, _, operator, monitor := onMonday(t)
	for _, c := range []struct {
		at                 time.Time
		state, group, step string
		waiting, notDue    int
	}{
		{at(8, 0, 0), "not_due", ".tile.later", "Khung phát tới: hôm nay 17:00.", 0, 1},
		{at(16, 59, 59), "not_due", ".tile.later", "Khung phát tới: hôm nay 17:00.", 0, 1},
		{at(17, 0, 0), "not_due", ".tile.later", "Đang phát “Nông thôn mới hằng tuần”, xong lúc 17:15.", 0, 1},
		{at(17, 14, 59), "not_due", ".tile.later", "Đang phát “Nông thôn mới hằng tuần”, xong lúc 17:15.", 0, 1},
		{at(17, 15, 0), "not_reported", ".tile.bad", "1 khung phát chờ xác nhận.", 1, 0},
	} {
		clock.at = c.at
		name := c.at.Format(time.TimeOnly)
		week := answerOf[map[string]any](t, monitor, "/api/v1/coverage?week=2024-W20")
		want := map[string]any{"not_due": 0.0, "not_reported": 0.0, c.state: week["active"]}
		for key, n := range want {
			if week[key] != n {
				t.Errorf("%s: %s is %v, want %v", name, key, week[key], n)
			}
		}
		monitor.Get("/coverage?week=2024-W20")
		monitor.Expect(200, "[aria-labelledby=map] "+c.group)
		if c.state == "not_due" {
			monitor.Expect(200, "section[aria-labelledby=g-not_due]", "Chưa đến giờ")
			if doc := monitor.Doc(); doc.Find("[aria-labelledby=map] .tile.bad").Length() != 0 || doc.Find("[aria-labelledby=g-not_reported]").Length() != 0 {
				t.Errorf("%s: somebody is said to be silent", name)
			}
		}
		day := answerOf[dayAnswer](t, operator, "/api/v1/me/day")
		if len(day.Waiting) != c.waiting || len(day.NotDue) != c.notDue || len(day.Done) != 0 {
			t.Errorf("%s: %+v", name, day)
		}
		operator.Get("/")
		operator.Expect(200, "", c.step)
		operator.Get("/today")
		operator.Expect(200, "")
		if n := operator.Doc().Find("section[aria-labelledby=waiting] article").Length(); n != c.waiting {
			t.Errorf("%s: %d cards wait, want %d", name, n, c.waiting)
		}
		if pressed := operator.Doc().Find("article button[value=aired]").Length(); (pressed == 1) != !c.at.Before(at(17, 0, 0)) {
			t.Errorf("%s: %d buttons say that it is or was on air", name, pressed)
		}
	}
}

func TestWhatIsReportedOnAirCountsWhenItIsOver(t *testing.T) {
	t.Parallel()
	clock, s, operator, monitor := onMonday(t)
	aired := func() string {
		week := answerOf[map[string]any](t, monitor, "/api/v1/coverage?week=2024-W20")
		return fmt.Sprint(week["aired"], " ", week["on_time"])
	}
	clock.at = at(17, 0, 5)
	operator.Get("/today")
	operator.Expect(200, "form.thumbs button.yes", "Đang phát", "Phát xong lúc 17:15")
	operator.Submit("form.thumbs", "outcome", "aired")
	operator.Get("/today")
	operator.Expect(200, "section[aria-labelledby=done] .badge.info", "Đang phát", "Bỏ được đến 17:10")
	day := answerOf[dayAnswer](t, operator, "/api/v1/me/day")
	if len(day.Done) != 1 || day.Done[0]["undo_until"] == nil {
		t.Fatalf("%+v", day)
	}
	for _, c := range []struct {
		at   time.Time
		want string
	}{{at(17, 0, 6), "0 0"}, {at(17, 14, 59), "0 0"}, {at(17, 15, 0), "1 1"}, {at(23, 0, 0), "1 1"}} {
		if clock.at = c.at; aired() != c.want {
			t.Errorf("at %s: %s aired on time, want %s", c.at.Format(time.TimeOnly), aired(), c.want)
		}
	}
	operator.Get("/airings/" + day.Done[0]["report"].(map[string]any)["id"].(string))
	operator.Expect(200, "", "Báo khi đang phát")
	operator.Refuse("Hoàn tác")
	if _, err := s.Verify(t.Context(), func(p store.Problem) { t.Error(p) }); err != nil {
		t.Error(err)
	}
}

func TestASlipIsUndoneWithoutAWord(t *testing.T) {
	t.Parallel()
	clock, _, operator, monitor := onMonday(t)
	clock.at = at(17, 20, 0)
	operator.Get("/today")
	operator.Submit("form.thumbs", "outcome", "aired")
	clock.at = at(17, 29, 0)
	operator.Get("/today")
	operator.Submit("section[aria-labelledby=done] form", "outcome", "withdrawn")
	operator.Expect(200, "section[aria-labelledby=waiting] form.thumbs", "Đã rút lại báo cáo.")
	if week := answerOf[map[string]any](t, monitor, "/api/v1/coverage?week=2024-W20"); week["aired"] != 0.0 {
		t.Errorf("%v", week)
	}
	log := answerOf[struct {
		Items []map[string]any `json:"items"`
	}](t, monitor, "/api/v1/airings?from=2024-05-13&until=2024-05-14").Items
	if len(log) != 2 || log[0]["qualifies"] != false || log[1]["qualifies"] != false {
		t.Errorf("what was taken back counts in the log: %v", log)
	}
	monitor.Get("/airings?from=2024-05-13&until=2024-05-13")
	monitor.Expect(200, "tbody", "Rút lại")
	monitor.Refuse("Báo muộn")
	for _, l := range log {
		monitor.Get("/airings/" + l["id"].(string))
		monitor.Expect(200, "dl.facts", "Không tính")
		monitor.Refuse("Báo muộn")
	}
	if w := monitor.Get("/airings?from=2024-05-13&until=2024-05-13&format=csv"); !strings.Contains(w.Body.String(), "2024-05-13 17:29:00,,0,,,,,,không,không") {
		t.Errorf("whether a withdrawal is in time is no question: %s", w.Body)
	}
	operator.Submit("form.thumbs", "outcome", "aired")
	clock.at = at(17, 40, 0)
	operator.Get("/today")
	if strings.Contains(operator.Last.Body.String(), "Hoàn tác") {
		t.Error("after ten minutes and more it can still be undone")
	}
}

// TestTodayOfWhoWatchesManyStations: no list of all stations, but what airs
// today, who is silent, and a way to one station.
func TestTodayOfWhoWatchesManyStations(t *testing.T) {
	t.Parallel()
	clock, _, operator, monitor := onMonday(t)
	for _, c := range []struct {
		at   time.Time
		says string
	}{{at(9, 0, 0), "Chưa đến giờ"}, {at(17, 5, 0), "Đang phát"}, {at(17, 15, 0), "chưa báo"}} {
		clock.at = c.at
		monitor.Get("/today")
		monitor.Expect(200, "[aria-labelledby=airs] article .badge", c.says, "Nông thôn mới hằng tuần")
		if monitor.Path != "/today" {
			t.Errorf("the monitor is sent to %s", monitor.Path)
		}
	}
	silent := monitor.Doc().Find("[aria-labelledby=airs] li").Length()
	operator.Get("/today")
	operator.Submit("form.thumbs", "outcome", "aired")
	monitor.Get("/today")
	if n := monitor.Doc().Find("[aria-labelledby=airs] li").Length(); n != silent-1 || silent < 2 {
		t.Errorf("%d are silent, %d after one reported", silent, n)
	}
	monitor.Submit("form[role=search]", "q", "thong nhat")
	monitor.Expect(200, "[aria-labelledby=one] a[href='/today?station=S00001']", "Thống Nhất")
	monitor.Get("/today?q=khong-dau-ca")
	monitor.Expect(200, "", "Không có đài nào khớp")
	monitor.Get("/today?station=S00001")
	monitor.Expect(200, "[aria-labelledby=done] li")
}

// TestAnEditorIsToldThatNothingAirsWhatSheApproved goes from an approved episode
// without a schedule to the schedule.
func TestAnEditorIsToldThatNothingAirsWhatSheApproved(t *testing.T) {
	t.Parallel()
	clock := &aClock{at(8, 0, 0)}
	k, s := build(t, clock.now)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h = webtest.AsDocumented(t, h)
	webtest.Stations(t, s)
	p, err := s.SaveProgramme(t.Context(), meta(clock.at), scheduler.SaveProgramme{Title: "Bản tin xã", Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.SaveEpisode(t.Context(), meta(clock.at), scheduler.SaveEpisode{Programme: p.ID, Title: "Số 1", Script: "Kính chào bà con.",
		Language: "vi", Submit: true})
	if err != nil {
		t.Fatal(err)
	}
	editor := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "bientap", clock.at,
		accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}))
	editor.Get("/episodes/" + e.ID)
	editor.Submit("form:has(input[value=approved])")
	editor.Expect(200, ".flash", "chưa có lịch phát", "Đặt lịch")
	editor.Refuse("Các đài sẽ phát theo lịch")
	editor.Get(editor.Doc().Find("[aria-labelledby=unplanned] a").AttrOr("href", ""))
	editor.Expect(200, "#rule")
	editor.Refuse("(cron)")
	if _, err := s.SaveRule(t.Context(), meta(clock.at),
		scheduler.SaveRule{Programme: p.ID, Cron: "0 17 * * 1", Selection: scheduler.Selection{All: true}}); err != nil {
		t.Fatal(err)
	}
	editor.Get("/episodes/" + e.ID)
	editor.Refuse("Đặt lịch")

	// one that is longer than its slot says so before it is approved
	for seconds, long := range map[float64]bool{899: false, 901: true} {
		m := meta(clock.at)
		kept := library.SaveRecording{Kind: library.ForProgramme, Name: "so-2.mp3", Owner: library.Owner{Name: "Lan"}, ContentType: "audio/mpeg",
			Blob:   library.Ref{SHA256: fmt.Sprintf("%064d", int(seconds)), Size: 9},
			Report: library.Report{Facts: &audio.Facts{Format: audio.MP3, Seconds: seconds}}}
		if _, err := s.SaveRecording(t.Context(), m, kept); err != nil {
			t.Fatal(err)
		}
		e, err := s.SaveEpisode(t.Context(), meta(clock.at), scheduler.SaveEpisode{Programme: p.ID, Title: "Số 2", Audio: m.ID, Language: "vi", Submit: true})
		if err != nil {
			t.Fatal(err)
		}
		editor.Get("/episodes/" + e.ID)
		if said := strings.Contains(editor.Doc().Find("[aria-labelledby=sound]").Text(), "dài hơn khung phát 15 phút"); said != long {
			t.Errorf("%g seconds are said to be longer than the slot: %v", seconds, said)
		}
	}
}

// TestARenamedProgrammeKeepsItsNameInTheLog reads one airing before and one after the
// programme was renamed, on the page, the file, the paper and the report.
func TestARenamedProgrammeKeepsItsNameInTheLog(t *testing.T) {
	t.Parallel()
	clock, s, operator, monitor := onMonday(t)
	plan, err := s.Schedule(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := plan.Programmes[0]
	old := p.Title
	report := func(start time.Time) string {
		clock.at = start.Add(time.Hour)
		c := airing.Confirm{ID: uuid.NewString(), Station: "S00001", Programme: p.ID, Outcome: airing.Aired, Seconds: 600, StartedAt: start}
		if _, err := s.Confirm(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: clock.at}, c); err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	first := report(at(9, 0, 0))
	rename := func(to string) {
		m := accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: clock.at}
		if p, err = s.SaveProgramme(t.Context(), m, scheduler.SaveProgramme{ID: p.ID, Title: to, MinSeconds: p.MinSeconds,
			Languages: p.Languages, Topics: p.Topics,
			CountsTowardTarget: p.CountsTowardTarget}); err != nil {
			t.Fatal(err)
		}
	}
	rename("Tin thể thao")
	second := report(at(11, 0, 0))
	rename("Tin thể thao") // saved again, which renames nothing
	if len(p.Titles) != 1 || p.TitleAt(at(9, 0, 0)) != old || p.TitleAt(at(10, 0, 0)) != "Tin thể thao" || len(p.Were) != 0 {
		t.Errorf("its names are %+v", p.Titles)
	}
	day := "station=S00001&from=2024-05-13&until=2024-05-13"
	for _, path := range []string{"/airings?" + day, "/airings?format=csv&" + day, "/airings/paper?" + day} {
		body := monitor.Get(path).Body.String()
		if !strings.Contains(body, old) || !strings.Contains(body, "Tin thể thao") {
			t.Errorf("%s does not tell both names", path)
		}
	}
	for id, want := range map[string]string{first: old, second: "Tin thể thao"} {
		operator.Get("/airings/" + id)
		operator.Expect(200, ".head", want)
	}
}

// What a station foresaw of one hour is no answer about the one the editor moved it to:
// she is told who has reported, the station is asked again, and the log keeps both.
func TestAMovedAiringIsAskedAboutAgain(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	editor := webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "bientap", clock.at, accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}))
	clock.at = at(16, 0, 0)
	slot := scheduler.SlotID("R1", "S00001", at(17, 0, 0))
	const form, date = "form:has([name=kind])", "/rules/R1/on/2024-05-13T17:00"
	foresee := func() {
		t.Helper()
		operator.Get("/airings/new?outcome=not_aired&slot=" + slot)
		operator.Submit("form.report", "reason", "power_cut")
		operator.Expect(200, "#done", "Mất điện")
	}
	foresee()
	editor.Get(date)
	editor.Submit(form, "kind", "moved", "to", "2024-05-13T20:00")
	editor.Expect(200, "#moving", "1 đài đã báo", "hỏi lại về giờ mới")
	editor.Submit(form)
	editor.Expect(200, "", "Đã lưu thay đổi")

	operator.Get("/today")
	operator.Expect(200, "#not-due ~ article", "20:00")
	operator.Expect(200, "#not-due ~ article", "17:00") // from where it was moved
	operator.Expect(200, "#done ~ .card", "lịch đã đổi sau khi báo")
	foresee()
	if day := answerOf[dayAnswer](t, operator, "/api/v1/me/day"); len(day.NotDue) != 0 || len(day.Done) != 2 {
		t.Errorf("%d not due, %d done", len(day.NotDue), len(day.Done))
	}

	// Put back, the station is asked about 17:00 again: its last word was of 20:00.
	editor.Get(date)
	editor.Submit("form:has([value=undo])", "do", "undo")
	editor.Expect(200, "#moving", "1 đài đã báo")
	editor.Submit("form:has([value=undo])")
	editor.Expect(200, "", "Đã lưu thay đổi")
	clock.at = at(17, 30, 0)
	operator.Get("/today")
	operator.Submit("form.thumbs", "outcome", "aired")
	operator.Expect(200, "#done ~ .card", "Đã phát")

	// Both earlier words can be taken back, and the one that answers the slot stays.
	lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: at(0, 0, 0), Until: at(23, 0, 0)})
	if err != nil || len(lines) != 3 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for _, l := range lines {
		if !l.Stands() {
			t.Errorf("%+v does not stand", l)
		}
		if l.Outcome == airing.NotAired {
			operator.Get("/airings/new?corrects=" + l.ID)
			operator.Submit("form.report", "outcome", "withdrawn", "why", "lịch đã đổi")
			operator.Expect(200, "", "Đã rút lại")
		}
	}
	said, err := s.ForSlots(t.Context(), accounts.Daemon(), []string{slot})
	if err != nil || said[slot].Outcome != airing.Aired {
		t.Errorf("of the slot: %+v %v", said[slot], err)
	}

	// An airing that is called off after a station foresaw it: the report stays in sight.
	clock.at = at(8, 0, 0).AddDate(0, 0, 7)
	operator = webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "xa-later", clock.at, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}))
	editor = webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "bientap-2", clock.at, accounts.Grant{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}))
	slot = scheduler.SlotID("R1", "S00001", at(17, 0, 0).AddDate(0, 0, 7))
	foresee()
	editor.Get("/rules/R1/on/2024-05-20T17:00")
	editor.Submit(form, "kind", "cancelled")
	editor.Expect(200, "#moving", "không phải báo gì thêm", "Vẫn huỷ")
	editor.Submit(form)
	editor.Expect(200, "", "Đã lưu thay đổi")
	operator.Get("/today")
	operator.Expect(200, "#done ~ .card", "Mất điện", "lịch đã đổi sau khi báo")
}

// A script is offered where there is one, with a recording or without.
func TestAScriptIsOfferedWhereThereIsOne(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	kept := meta(clock.at)
	sound := kept.ID
	if _, err := s.SaveRecording(t.Context(), kept, library.SaveRecording{Kind: library.ForProgramme, Name: "a.mp3", ContentType: "audio/mpeg",
		Blob: library.Ref{SHA256: strings.Repeat("0", 64), Size: 9}, Report: library.Report{Facts: &audio.Facts{Format: audio.MP3, Seconds: 70}}}); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		audio, script     string
		listen, toTheText int
	}{{sound, "", 1, 0}, {"", "Kính thưa bà con", 0, 1}, {sound, "Kính thưa bà con", 1, 1}} {
		m := meta(clock.at.Add(time.Duration(i) * time.Second))
		e, err := s.SaveEpisode(t.Context(), m, scheduler.SaveEpisode{Programme: "P1", Title: fmt.Sprint("Số ", i), Audio: c.audio,
			Script: c.script, Language: "vi",
			From: stations.DateOf(clock.at), Until: stations.DateOf(clock.at), Submit: true})
		if err == nil {
			_, err = s.MoveEpisode(t.Context(), meta(m.At), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Approved})
		}
		if err != nil {
			t.Fatal(err)
		}
		operator.Get("/today")
		operator.Expect(200, "#not-due ~ article", fmt.Sprint("Số ", i))
		card := operator.Doc().Find("#not-due ~ article")
		if listen, text := card.Find("audio").Length(), card.Find("a[href^='/episodes/']").Length(); listen != c.listen || text != c.toTheText {
			t.Errorf("%q with a script %q: %d players, %d links to the text", c.audio, c.script, listen, text)
		}
		if _, err := s.MoveEpisode(t.Context(), meta(m.At), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Withdrawn, Why: "thử"}); err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever takes an airing away from a station says why, and the station reads it.
func TestAContradictionHasAReason(t *testing.T) {
	t.Parallel()
	clock, _, operator, monitor := onMonday(t)
	clock.at = at(17, 20, 0)
	operator.Get("/today")
	operator.Submit("form.thumbs", "outcome", "aired")
	report := operator.Doc().Find("#done ~ .card a[href^='/airings/']").AttrOr("href", "")
	monitor.Get(report)
	monitor.Submit("form[action$=verdict]", "finding", "contradicted")
	monitor.Expect(422, "[name=note][aria-invalid]", "vì sao trái với báo cáo")
	monitor.Submit("form[action$=verdict]", "note", "cụm loa im cả buổi")
	monitor.Expect(200, "", "Đã lưu kết luận")
	operator.Get(report)
	operator.Expect(200, "dl.facts", "Trái với báo cáo: cụm loa im cả buổi")
}

// Who may agree that a week be opened again is told so where she begins, and where the
// week is.
func TestAReopeningThatWaitsIsTold(t *testing.T) {
	t.Parallel()
	clock, s, _, monitor := onMonday(t)
	province := accounts.Grant{Role: accounts.Admin, Scope: accounts.Scope{Level: accounts.Province}}
	clock.at = clock.at.AddDate(0, 0, 15)
	login := func(name string, g accounts.Grant) *webtest.Client {
		return webtest.NewClient(t, monitor.Handler(), webtest.LoggedIn(t, s, name, clock.at, g))
	}
	asker, other := login("giamsat-2", accounts.Grant{Role: accounts.Monitor, Scope: accounts.Scope{Level: accounts.Province}}), login("quantri", province)
	operator := login("xa-2", accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}})
	first := airing.Calendar{Zone: text.Zone}.Week(clock.at) - 2
	for w := first; w < first+2; w++ {
		if _, err := s.CloseWeek(t.Context(), accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: clock.at}, coverage.Close{Week: w}); err != nil {
			t.Fatal(err)
		}
	}
	other.Get("/")
	other.Refuse("mở lại")
	asker.Get("/coverage?week=" + first.String())
	asker.Submit("[action='/coverage/reopen']", "reason", "Đồng hồ chạy sai", "later", "yes")
	for c, told := range map[*webtest.Client]bool{asker: false, operator: false, other: true} {
		c.Get("/")
		if n := c.Doc().Find(".step a[href='/coverage?week=" + first.String() + "#reopen']").Length(); (n == 1) != told {
			t.Errorf("told on the first page %d times, want %v", n, told)
		}
	}
	other.Expect(200, ".step", "mở lại 2 tuần đã chốt")
	other.Get("/coverage?week=" + first.String())
	other.Expect(200, ".notice.warn", "Đồng hồ chạy sai")
	// What she agrees to is what she has read.
	clock.at = clock.at.Add(time.Minute)
	asker.Get("/coverage?week=" + first.String())
	asker.Submit("[action='/coverage/reopen']", "do", "decline", "later", "yes")
	other.Submit("[action='/coverage/reopen']", "do", "agree", "later", "yes")
	other.Expect(409, ".notice.bad", "giamsat-2 đã rút đề nghị này lúc 08:01")
	asker.Get("/coverage?week=" + first.String())
	other.Get("/coverage?week=" + first.String())
	asker.Submit("[action='/coverage/reopen']", "reason", "Hai xã báo muộn", "later", "yes")
	other.Submit("[action='/coverage/reopen']", "reason", "Tôi muốn hỏi thêm", "later", "yes")
	other.Expect(409, ".notice.bad", "giamsat-2 đã đề nghị mở lại", "Hai xã báo muộn", "Tôi muốn hỏi thêm")
	if n := other.Doc().Find(".notice.bad").Length(); n != 1 || other.Doc().Find("[name=later][checked]").Length() > 0 {
		t.Errorf("said %d times, or what was ticked to ask is ticked to agree", n)
	}
	stale := other.Doc().Find("input[name=request]").AttrOr("value", "")
	clock.at = clock.at.Add(time.Minute)
	asker.Get("/coverage?week=" + first.String())
	asker.Submit("[action='/coverage/reopen']", "do", "decline", "later", "yes")
	asker.Get("/coverage?week=" + first.String())
	asker.Submit("[action='/coverage/reopen']", "reason", "Cả các tuần sau", "later", "yes")
	other.Submit("[action='/coverage/reopen']", "do", "agree", "later", "yes", "request", stale)
	other.Expect(409, ".notice.bad", "Đề nghị bạn xem đã được thay", "Cả các tuần sau")
	other.Submit("[action='/coverage/reopen']", "do", "agree", "later", "yes")
	other.Get("/coverage?week=" + first.String())
	other.Expect(200, ".notice.info", "theo đề nghị của giamsat-2, quantri đồng ý")
	other.Get("/")
	other.Refuse("mở lại")
}

// Who corrects what somebody verified is told that the finding ends, before and after, and
// monitors get the report back with the reason. What leaves the airing alone asks nothing.
func TestACorrectionOfWhatWasVerifiedIsTold(t *testing.T) {
	t.Parallel()
	clock, s, operator, monitor := onMonday(t)
	clock.at = at(17, 20, 0)
	operator.Get("/today")
	operator.Submit("form.thumbs", "outcome", "aired")
	first := operator.Doc().Find("#done ~ .card a[href^='/airings/']").AttrOr("href", "")
	waiting := func() []airing.Line {
		t.Helper()
		lines, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: at(0, 0, 0), Until: at(23, 0, 0), Waiting: true})
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	monitor.Get(first)
	monitor.Submit("form[action$=verdict]", "finding", "verified")
	monitor.Expect(422, "[name=note][aria-invalid]", "không có ảnh hay bản ghi âm")
	monitor.Submit("form[action$=verdict]", "note", "đã nghe tại chỗ")
	monitor.Expect(200, "", "Đã lưu kết luận")
	if list := waiting(); len(list) != 0 {
		t.Errorf("what was verified waits: %+v", list)
	}

	id := strings.TrimPrefix(first, "/airings/")
	operator.Get("/airings/new?corrects=" + id)
	operator.Expect(200, ".notice.warn", "giamsat đã kiểm chứng báo cáo này")
	operator.Submit("form.report", "note", "Loa cụm 2", "why", "ghi thêm")
	operator.Expect(200, "", "Đã ghi: đã phát")
	noted := operator.Doc().Find("#done ~ .card a[href^='/airings/']").AttrOr("href", "")
	monitor.Get(noted)
	monitor.Expect(200, "dl.facts", "Đã kiểm chứng")

	id = strings.TrimPrefix(noted, "/airings/")
	put := func(seen string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPut, "/api/v1/airings/"+uuid.NewString(), strings.NewReader(
			fmt.Sprintf(`{"corrects":%q,"outcome":"aired","seconds":600,"why":"đo lại","seen":%q}`, id, seen)))
		r.Header.Set("Content-Type", "application/json")
		return operator.Do(r)
	}
	if w := put(""); w.Code != 409 || !strings.Contains(w.Body.String(), "giamsat đã kiểm chứng báo cáo này") {
		t.Errorf("a program that asks to be asked: %d %s", w.Code, w.Body)
	}
	operator.Get("/airings/new?corrects=" + id)
	operator.Submit("form.report", "seconds", "10:00", "why", "đo lại")
	operator.Expect(409, "#long-ago", "giamsat đã kiểm chứng báo cáo này", "Đã đọc, vẫn gửi")
	operator.Submit("form.report")
	operator.Expect(200, "dl.facts", "Kết luận đã thôi giữ", "Đã kiểm chứng", "chờ kiểm chứng lại")
	operator.Expect(200, "", "Kết luận “Đã kiểm chứng” của giamsat thôi giữ")
	list := waiting()
	if len(list) != 1 || list[0].Lapsed == nil || list[0].Lapsed.By.Name != "giamsat" || list[0].Finding != "" {
		t.Fatalf("what waits: %+v", list)
	}
	monitor.Get("/")
	monitor.Expect(200, "main", "1 báo cáo đã sửa sau khi kiểm chứng", "giamsat")
	monitor.Get("/airings?waiting=1")
	monitor.Expect(200, "tbody", "Đã sửa sau khi kiểm chứng")
	if answer := answerOf[struct{ Items []airing.Line }](t, monitor, "/api/v1/airings?from=2024-05-13&waiting=1"); len(answer.Items) != 1 ||
		answer.Items[0].Lapsed == nil {
		t.Errorf("by program: %+v", answer)
	}
	monitor.Get("/airings/" + list[0].ID)
	monitor.Submit("form[action$=verdict]", "finding", "verified", "note", "đã nghe tại chỗ")
	if list := waiting(); len(list) != 0 {
		t.Errorf("what was looked at again waits: %+v", list)
	}

	// Withdrawn, nobody has to look, and what was found is still told.
	operator.Get("/airings/new?corrects=" + list[0].ID)
	operator.Submit("form.report", "outcome", "withdrawn", "why", "không phát")
	operator.Expect(409, "#long-ago", "đã kiểm chứng báo cáo này")
	operator.Submit("form.report")
	operator.Expect(200, "", "Kết luận “Đã kiểm chứng” của giamsat thôi giữ")
	if list := waiting(); len(list) != 0 {
		t.Errorf("what was withdrawn waits: %+v", list)
	}
}

// A button of an older page lands at what stands now, and says who did it, when and what.
func TestAButtonOfAnOlderPageSaysWhatHappenedSince(t *testing.T) {
	t.Parallel()
	clock, s, operator, _ := onMonday(t)
	other := webtest.NewClient(t, operator.Handler(),
		webtest.LoggedIn(t, s, "truong", clock.at, accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}))
	clock.at = at(17, 20, 0)
	for _, c := range []*webtest.Client{operator, other} {
		c.Get("/today?station=S00001")
	}
	other.Submit("form.thumbs", "outcome", "aired")
	operator.Submit("form.thumbs", "outcome", "aired")
	operator.Expect(200, "dl.facts", "truong báo", "Đây là bản mới nhất")
	if !strings.HasPrefix(operator.Path, "/airings/") {
		t.Errorf("a second report of one slot lands at %s", operator.Path)
	}

	first := strings.TrimPrefix(operator.Path, "/airings/")
	other.Get("/today?station=S00001")
	operator.Get("/airings/new?corrects=" + first)
	operator.Submit("form.report", "seconds", "4:00", "why", "đo lại")
	newest := operator.Doc().Find("#done ~ .card a[href^='/airings/']").AttrOr("href", "")
	other.Submit("section[aria-labelledby=done] form", "outcome", "withdrawn")
	other.Expect(200, "dl.facts", "xa-02647 đã sửa báo cáo này lúc 17:20 13/5/2024", "dài 4 phút", "Đây là bản mới nhất")
	if other.Path != newest {
		t.Errorf("an undo of what was corrected lands at %s, not %s", other.Path, newest)
	}

	// A correction that was typed stays, says the same, and sent again corrects what stands.
	other.Get("/airings/new?corrects=" + first)
	other.Submit("form.report", "seconds", "5:00", "why", "đồng hồ của tôi")
	other.Expect(409, "form.report a[href='"+newest+"']", "xa-02647 đã sửa báo cáo này", "dài 4 phút", "đồng hồ của tôi")
	other.Refuse("name=\"anyway\"")
	other.Submit("form.report")
	other.Expect(200, "#done", "Đã ghi: đã phát")
	list, _, err := s.Airings(t.Context(), accounts.Daemon(), airing.Query{From: at(0, 0, 0), Until: at(23, 0, 0), Standing: true})
	if err != nil || len(list) != 1 || list[0].Seconds != 300 || "/airings/"+list[0].Corrects != newest {
		t.Errorf("what stands: %+v, %v", list, err)
	}
}

// What was just reported stands on the page to which that leads, with the button that takes it back: also what is of last
// week, and of a day that no list of today's has.
func TestWhatWasJustReportedCanBeUndoneThere(t *testing.T) {
	t.Parallel()
	clock, _, operator, _ := onMonday(t)
	clock.at = at(8, 0, 0).AddDate(0, 0, 7)
	operator.Get("/today")
	operator.Submit("#waiting ~ article form.thumbs", "outcome", "aired")
	operator.Expect(http.StatusOK, "[data-report]", "Thứ Hai 17:00", "13/5/2024", "Hoàn tác")
	operator.Submit("[data-report] form", "outcome", "withdrawn")
	operator.Expect(http.StatusOK, "#waiting ~ article", "Thứ Hai 17:00")
	if n := operator.Doc().Find("[data-report]").Length(); n != 0 {
		t.Errorf("%d reports after it was undone", n)
	}
	operator.Get("/airings/new?station=S00001")
	programme, _ := operator.Doc().Find("#f-programme option[value]:not([value=''])").Attr("value")
	long := []string{"programme", programme, "started_at", "2024-05-03T17:00", "seconds", "15", "means", "fm"}
	operator.Submit("main form.report", long...)
	if w := operator.Submit("main form.report", long...); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	operator.Expect(http.StatusOK, "main", "3/5/2024", "Hoàn tác")
}
