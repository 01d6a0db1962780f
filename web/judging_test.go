package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"loa/accounts"
	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/once"
	"loa/internal/text"
	"loa/stations"
	"loa/web/kit"
	"loa/web/webtest"
)

// The sheet's line of state, by what it says.
const (
	saved   = ".sheet-state.saved"
	waiting = ".sheet-state.waiting"
	asks    = ".sheet-state.asks"
)

// waits counts the sheets of which something is kept on the device for the server.
const waits = `Object.keys(localStorage).filter((k) => k.startsWith("loa-sheet:")).length`

// asksToSign opens the dialog that asks before a sheet is signed.
func asksToSign(tab *webtest.Tab, sheet string) {
	tab.Click(sheet + " button[popovertarget^='sign-']")
	tab.Wait(sheet + " button[value=sign]")
}

// first is her first sheet: its page, and the task as she may see it.
func (v *visitor) first(contestID string) (path string, task func() contest.JudgeTask) {
	v.st.t.Helper()
	path = sheetLink.FindString(string(v.get("/judging")))
	return path, func() (t contest.JudgeTask) {
		v.st.t.Helper()
		err := v.st.hall.View(v.st.t.Context(), contestID, func(s *contest.State) error {
			t, _ = s.TaskForJudge(v.id, path[strings.LastIndex(path, "/")+1:])
			return nil
		})
		if err != nil {
			v.st.t.Fatal(err)
		}
		return t
	}
}

// field is the choice of a criterion's mark.
func field(t contest.JudgeTask, i int) string { return "#m-" + t.ID + "-" + t.Criteria[i].ID }

// wants fails unless the marks of the first criteria are kept as given.
func wants(t *testing.T, task contest.JudgeTask, marks ...string) {
	t.Helper()
	for i, want := range marks {
		got := ""
		if m, ok := task.Marks[task.Criteria[i].ID]; ok {
			got = m.String()
		}
		if got != want {
			t.Errorf("criterion %d is kept as %q, want %q", i+1, got, want)
		}
	}
}

func TestMarksAndNotesSurviveBeingOffline(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	page, list := st.http.URL+path, st.http.URL+"/judging"
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(page)
	tab.Keys(field(task(), 0), "8,5")
	tab.Wait(saved)
	wants(t, task(), "8.5", "")

	tab.Offline("")
	tab.Keys(field(task(), 1), "7")
	tab.Wait(waiting)
	tab.Keys("#note-text", "tiếng gió"+kb.Enter)
	tab.Keys("[name=comment]", "Nghe rõ")
	tab.Shot("judge-offline", 360)
	tab.Click("button[popovertarget^='sign-']") // nothing is signed that is not marked to the end
	tab.Until("see the first criterion without a mark", `document.activeElement.closest(".criterion.wrong") === document.querySelectorAll(".criterion")[2]`)
	if now := task(); now.Version != 1 || len(now.Notes) > 0 || now.Status != contest.Drafted {
		t.Errorf("offline the server got %+v", now)
	}

	// The page comes again, but nothing can be saved yet.
	tab.Offline("*://*:*/api/*")
	tab.Open(page)
	tab.Wait(waiting)
	if now := tab.Text("#notes li [data-seek]"); now != "0:00" {
		t.Errorf("after a reload the note is at %q", now)
	}
	kept := webtest.Eval[[]string](tab, "read the marks",
		`[...document.querySelectorAll(".criterion > input, [name=comment], #notes [name=note]")].map((e) => e.value)`)
	if !slices.Contains(kept, "8,5") || !slices.Contains(kept, "7") || !slices.Contains(kept, "Nghe rõ") || !slices.Contains(kept, "tiếng gió") {
		t.Errorf("after a reload the page shows %q", kept)
	}

	// Her list says what is not sent, and sends it when it can.
	tab.Open(list)
	tab.Wait("[data-unsent]:not([hidden])")
	tab.Shot("judge-list-unsent", 360)
	tab.Offline()
	tab.Open(list)
	tab.Wait(saved)
	now := task()
	wants(t, now, "8.5", "7")
	if now.Comment != "Nghe rõ" || len(now.Notes) != 1 || now.Notes[0].Text != "tiếng gió" {
		t.Errorf("kept: %+v", now.Content)
	}
	tab.Open(page)
	tab.Wait("#note-add")
	if left := webtest.Eval[int](tab, "look at what is left", waits); left != 0 {
		t.Errorf("%d sheets are left on the device", left)
	}
}

// TestASharedDeviceKeepsJudgesApart leaves one judge's mark unsent and lets
// another log in.
func TestASharedDeviceKeepsJudgesApart(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Offline("*://*:*/api/*")
	tab.Keys(field(task(), 0), "8,5")
	tab.Wait(waiting)
	tab.Offline()
	tab.Cookie("s", judges[2].secret, st.http.URL)
	tab.Open(st.http.URL + "/judging")
	if said := webtest.Eval[string](tab, "what it says", `document.querySelector("#sheet-state").textContent`); said != "" {
		t.Errorf("to the other judge it says %q", said)
	}
	wants(t, task(), "")
	tab.Cookie("s", judges[1].secret, st.http.URL)
	tab.Open(st.http.URL + "/judging")
	tab.Wait(saved)
	wants(t, task(), "8.5")
}

// TestTwoTabsOfferOneSheet opens a sheet twice in one browser, as happens on a
// phone, and marks in both while nothing can be sent.
func TestTwoTabsOfferOneSheet(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	one := judges[1].in(webtest.NewBrowser(t))
	two := one.Beside()
	for _, tab := range []*webtest.Tab{one, two} {
		tab.Open(st.http.URL + path)
		tab.Offline("*://*:*/api/*")
	}
	one.Keys(field(task(), 0), "8,5")
	one.Wait(waiting)
	two.Until("see it in the other tab", `document.querySelector(".criterion > input").value === "8,5"`)
	two.Keys(field(task(), 1), "7")
	two.Wait(waiting)
	one.Offline()
	two.Offline()
	one.Open(st.http.URL + path)
	one.Wait(".sheet-state:not(.waiting):not(.saving)")
	wants(t, task(), "8.5", "7")
	if v := task().Version; v > 2 {
		t.Errorf("version %d after two marks", v)
	}
}

// TestALostAnswerIsNoOtherDevice loses the answers to what the judge's page
// sends while she goes on: she must not be asked to choose between herself and
// herself.
func TestALostAnswerIsNoOtherDevice(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	st.lose.Store(true)
	tab.Keys(field(task(), 0), "8,5")
	tab.Wait(waiting) // the server has it, the page does not know
	wants(t, task(), "8.5")
	tab.Keys(field(task(), 1), "7")
	st.lose.Store(false)
	tab.Wait(saved)
	wants(t, task(), "8.5", "7")
	if v := task().Version; v != 2 {
		t.Errorf("version %d after two changes", v)
	}
}

func TestTwoDevicesOfOneJudgeAreToldApartInWords(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	b := webtest.NewBrowser(t)
	phone, desk := judges[1].in(b), judges[1].in(b)
	phone.Open(st.http.URL + path)
	desk.Open(st.http.URL + path)
	phone.Keys(field(task(), 0), "9")
	phone.Wait(saved)
	desk.Keys(field(task(), 0), "6")
	desk.Keys(field(task(), 1), "7")
	desk.Wait(asks)
	if said := desk.Text(".sheet-state"); !strings.Contains(said, "ở đây 6, trên máy chủ 9") || !strings.Contains(said, "ở đây 7, trên máy chủ (trống)") {
		t.Errorf("it says %q", said)
	}
	desk.Shot("judge-two-devices", 360)
	wants(t, task(), "9", "")
	desk.Click(".sheet-state button:first-of-type")
	desk.Wait(saved)
	wants(t, task(), "6", "7")

	phone.Keys(field(task(), 2), "5")
	phone.Wait(asks)
	phone.Click(".sheet-state button:last-of-type")
	phone.Wait("#note-add")
	phone.Wait(".sheet-state:not(.asks)")
	wants(t, task(), "6", "7", "")
	versions := 0
	for e, err := range st.store.Events(t.Context(), id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == "sheet.saved" {
			versions++
		}
	}
	if versions < 2 {
		t.Errorf("the log has %d versions", versions)
	}

	// Signed on the desk: what the phone has not sent does not count, and says so.
	phone.Offline("*://*:*/api/*")
	phone.Keys("[name=comment]", "Viết sau khi ký")
	phone.Wait(waiting)
	whole := []string{"base", strconv.Itoa(task().Version), "do", "sign"}
	for _, k := range task().Criteria {
		whole = append(whole, "mark."+k.ID, "5")
	}
	judges[1].must(path, whole...)
	phone.Offline()
	phone.Open(st.http.URL + path)
	phone.Wait(asks)
	if said := phone.Text(".sheet-state"); !strings.Contains(said, "Viết sau khi ký") {
		t.Errorf("it says %q", said)
	}
	phone.Shot("judge-after-signing", 360)
}

func TestANoteStandsWhereTheSoundWas(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + path)
	tab.Wait(".wave:not([hidden]) canvas")
	tab.Press(kb.ArrowRight + kb.ArrowRight)
	tab.Until("wait for the place", `document.querySelector("#note-at").value !== "0:00"`)
	at := webtest.Eval[string](tab, "where", `document.querySelector("#note-at").value`)
	tab.Press("g")
	tab.Keys("#note-text:focus", "vấp chữ"+kb.Enter)
	tab.Wait(saved)
	tab.Shot("judge-note", 360)
	tab.Shot("judge-note", 1280)
	notes := task().Notes
	if len(notes) != 1 || notes[0].Text != "vấp chữ" || notes[0].Seconds < 2 || tab.Text("#notes [data-seek]") != at {
		t.Fatalf("noted %+v at %s", notes, at)
	}
	tab.Click("h1")
	tab.Press(kb.ArrowLeft + kb.ArrowLeft)
	tab.Click("#notes [data-seek]")
	if now := webtest.Eval[float64](tab, "where", `document.querySelector("#player").currentTime`); now != notes[0].Seconds {
		t.Errorf("its button goes to %g, not %g", now, notes[0].Seconds)
	}
	tab.Click("#notes [data-drop]")
	tab.Until("it is saved", `document.querySelector(".sheet-state").classList.contains("saved")`)
	if notes := task().Notes; len(notes) > 0 {
		t.Errorf("dropped, and still there: %+v", notes)
	}
}

// TestBadMarksGetASentenceAndLoseNothing sends what no page of ours would, by
// the form and by the API.
func TestBadMarksGetASentenceAndLoseNothing(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	path, task := judges[1].first(id)
	api := "/api/v1" + strings.Replace(path, "/judging/", "/contests/", 1)
	criterion := task().Criteria[0].ID
	put := func(v *visitor, path, body string) (int, string) {
		body = strings.NewReplacer("ID", kit.NewID(), "K", criterion).Replace(body)
		res, b := v.ask("PUT", path, "application/json", strings.NewReader(body))
		return res.StatusCode, string(b)
	}
	if status, b := put(judges[1], api, `{"change":"ID","base":0,"marks":{"K":"8.5"},"comment":"Hay"}`); status != http.StatusOK {
		t.Fatal(b)
	}
	theirs := "/api/v1" + strings.Replace(sheetLink.FindString(string(judges[2].get("/judging"))), "/judging/", "/contests/", 1)
	for _, c := range []struct {
		what, path, body string
		status           int
		code             string
	}{
		{"above the scale", api, `{"change":"ID","base":1,"marks":{"K":"10.5"}}`, 422, "contest.mark_out_of_range"},
		{"below the scale", api, `{"change":"ID","base":1,"marks":{"K":"-1"}}`, 422, "contest.mark_out_of_range"},
		{"off the step", api, `{"change":"ID","base":1,"marks":{"K":"8.3"}}`, 422, "contest.mark_off_step"},
		{"NaN", api, `{"change":"ID","base":1,"marks":{"K":"NaN"}}`, 422, "contest.number_unreadable"},
		{"infinite", api, `{"change":"ID","base":1,"marks":{"K":"1e999"}}`, 422, "contest.number_unreadable"},
		{"a criterion there is not", api, `{"change":"ID","base":1,"marks":{"other":"5"}}`, 422, "contest.unknown_criterion"},
		{"a number without quotes", api, `{"change":"ID","base":1,"marks":{"K":8.5}}`, 422, "kit.json_invalid"},
		{"a note at no time", api, `{"change":"ID","base":1,"notes":[{"seconds":-1,"text":"x"}]}`, 422, "contest.bad_note"},
		{"a note at infinity", api, `{"change":"ID","base":1,"notes":[{"seconds":1e999,"text":"x"}]}`, 422, "kit.json_invalid"},
		{"another device", api, `{"change":"ID","base":0,"marks":{"K":"5"}}`, 409, "contest.sheet_elsewhere"},
		{"a version there is not", api, `{"change":"ID","base":9,"marks":{"K":"5"}}`, 409, "contest.sheet_ahead"},
		{"somebody else's sheet", theirs, `{"change":"ID","base":0,"marks":{"K":"5"}}`, 404, "contest.sheet_not_yours"},
		{"no sheet at all", api[:len(api)-1] + "x", `{"change":"ID","base":0,"marks":{"K":"5"}}`, 404, "contest.sheet_not_yours"},
		{"no change ID", api, `{"base":1,"marks":{"K":"5"}}`, 422, "kit.id_invalid"},
	} {
		status, b := put(judges[1], c.path, c.body)
		var said struct{ Code, Detail string }
		if err := json.Unmarshal([]byte(b), &said); err != nil || status != c.status || said.Code != c.code || said.Detail == "" {
			t.Errorf("%s: %d %s", c.what, status, b)
		}
	}
	// The form keeps what was typed and puts the sentence beside the field.
	res, b := judges[1].post(path, "base", "1", "mark."+criterion, "8.3", "comment", "Viết dài", "note_at", "9 tuần", "note", "ồn", "do", "save")
	if page := string(b); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(b), "8.3") && !strings.Contains(said(b), "phút:giây") ||
		!strings.Contains(page, "Viết dài") || !strings.Contains(page, "ồn") {
		t.Errorf("the form: %s %s", res.Status, said(b))
	}
	now := task()
	wants(t, now, "8.5")
	if now.Version != 1 || now.Comment != "Hay" {
		t.Errorf("something was lost: %+v", now)
	}
	// A judge who is removed reaches nothing any more; what she wrote stays.
	if _, err := st.hall.Do(t.Context(), accounts.Meta{ID: "remove", By: org.actor, At: st.now}, id,
		contest.RemoveJudge{Person: judges[1].id, Reason: "Ốm"}); err != nil {
		t.Fatal(err)
	}
	if status, b := put(judges[1], api, `{"change":"ID","base":1,"marks":{"K":"5"}}`); status != http.StatusForbidden ||
		!strings.Contains(b, "contest.left_jury") {
		t.Errorf("removed, she still saves: %d %s", status, b)
	}
	if res, b := judges[1].ask("GET", path, "", nil); res.StatusCode != http.StatusForbidden || !strings.Contains(string(b), "thôi làm giám khảo") {
		t.Errorf("removed, her sheet says: %s %s", res.Status, b)
	}
	judges[1].get("/judging")
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		_, kept := s.Task(now.ID)
		if kept.Sheet.Marks[now.Criteria[0].ID] != now.Marks[now.Criteria[0].ID] {
			t.Errorf("what she wrote is gone: %+v", kept.Sheet)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestAPrizeOfAStationThatWasMerged merges the communes between the entries and
// the prizes: a prize names the station as it was, and what it is now.
func TestAPrizeOfAStationThatWasMerged(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	org, judges, id := st.played(someEntrants)
	for n, j := range judges {
		j.score(id, func(i int) string { return []string{"8.5", "7", "6.5"}[(i+n)%3] })
	}
	reform := stations.Reform2025()
	reform.On = stations.DateOf(st.now.In(text.Zone))
	if _, err := st.store.Merge(t.Context(), st.meta(), reform); err != nil {
		t.Fatal(err)
	}
	st.now = st.now.AddDate(0, 0, 2)
	org.mustStep("/contests/"+id, "do", "finish", "round", "chung-khao")
	org.must("/contests/" + id + "/results")
	org.mustStep("/contests/"+id, "do", "publish")
	page := string((&visitor{st: st}).get("/results/" + id))
	if !strings.Contains(page, "Giải Nhất") || !strings.Contains(page, "nay thuộc") {
		t.Errorf("the public page:\n%s", page)
	}
}

// TestAJudgeInTheHallNeedsTheNetworkOnlyOnce scores people on a stage from one
// page that was loaded before the network went.
func TestAJudgeInTheHallNeedsTheNetworkOnlyOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) { r.Rounds[0].Parts[0].Live = true }
	_, judges, id := st.played(someEntrants)
	view := func() (v contest.JudgeView) {
		if err := st.hall.View(t.Context(), id, func(s *contest.State) error { v, _ = s.ForJudge(judges[1].id); return nil }); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if res, _ := judges[1].ask("GET", sheetPathOf(view(), 0)+"/audio.mp3", "", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a part in the hall has a recording: %s", res.Status)
	}
	tab := judges[1].in(webtest.NewBrowser(t))
	tab.Open(st.http.URL + "/judging")
	tab.Follow("a[href$='/hall']")
	tab.Shot("judge-hall", 360)
	tab.Offline("")
	for i, task := range view().Tasks {
		if i > 0 {
			tab.Click(fmt.Sprintf("details:nth-of-type(%d) > summary", i+1))
		}
		for n := range task.Criteria {
			tab.Keys(field(task, n), strconv.Itoa(6+i))
		}
		tab.Wait("#sheet-" + task.ID + " " + waiting)
	}
	tab.Shot("judge-hall-offline", 360)
	tab.Offline()
	for i, task := range view().Tasks {
		tab.Wait("#sheet-" + task.ID + " " + saved)
		now := view().Tasks[i]
		for n, k := range now.Criteria {
			if m := now.Marks[k.ID]; m.String() != strconv.Itoa(6+i) {
				t.Errorf("number %s, criterion %d: %s", now.Code, n+1, m)
			}
		}
	}
	asksToSign(tab, "#sheet-"+view().Tasks[2].ID)
	tab.Click("#sheet-" + view().Tasks[2].ID + " button[value=sign]")
	tab.Until("see it signed", `document.querySelectorAll(".hall [data-status] .badge.ok").length === 1`)
	// What is signed folds away with its line of state, and the next without a signature stands open.
	tab.Until("go on with the first",
		fmt.Sprintf(`(([first, , third]) => first.open && first.querySelector(%q) && !third.open)(document.querySelectorAll(".hall"))`, saved))
	if v := view(); v.Tasks[2].Status != contest.Final || v.Tasks[0].Status != contest.Drafted {
		t.Errorf("signed: %s, %s", v.Tasks[2].Status, v.Tasks[0].Status)
	}
	tab.Follow("#sheet-" + view().Tasks[0].ID + " a[href$='#abstain']") // she knows who stands there
	tab.Click("#abstain summary")
	tab.Keys("#why", "người thân")
	tab.Click("#abstain .danger")
	tab.Follow("#abstain-sure .danger")
	if v := view(); v.Tasks[0].Status != contest.SetAside {
		t.Errorf("after abstaining: %s", v.Tasks[0].Status)
	}
	tab.Open(st.http.URL + "/judging/" + id + "/hall")
	tab.Shot("judge-hall-signed", 360)
	tab.Shot("judge-hall-signed", 1280)
}

func sheetPathOf(v contest.JudgeView, i int) string {
	return "/judging/" + v.Contest + "/sheets/" + v.Tasks[i].ID
}

// The chair reopens a sheet by its number and its judge, however many sheets
// there are; the judge reads why.
func TestTheChairReopensASheetByItsNumber(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	desk := "/judging/" + id + "/chair"
	if res, b := judges[0].post(desk, "do", "reopen", "code", "99", "judge", judges[1].id, "reason", "chấm nhầm số"); res.StatusCode == http.StatusSeeOther ||
		!strings.Contains(said(b), "99") {
		t.Errorf("a number there is not: %s, %s", res.Status, said(b))
	}
	for _, x := range []struct{ code, judge, want string }{{"", judges[1].id, "Hãy ghi số của tác phẩm."}, {"2", "", "Hãy chọn giám khảo."}} {
		if res, b := judges[0].post(desk, "do", "reopen", "code", x.code, "judge", x.judge, "reason", "chấm nhầm số"); res.StatusCode == http.StatusSeeOther ||
			!strings.Contains(said(b), x.want) {
			t.Errorf("%+v: %s, %s", x, res.Status, said(b))
		}
	}
	judges[0].must(desk, "do", "reopen", "code", "02", "judge", judges[1].id, "reason", "chấm nhầm số")
	if page := judges[0].doc(desk); !strings.Contains(page.Text(), "Còn 1 phiếu chưa ký hoặc chưa ký lại.") ||
		page.Find("select[name=judge] option[selected]").Length() > 0 ||
		page.Find("select[name=judge] option").First().AttrOr("value", "?") != "" {
		t.Errorf("a sheet is open again, and the chair reads %s", page.Find("main").Text())
	}
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error {
		v, _ := s.ForJudge(judges[1].id)
		for _, x := range v.Tasks {
			if open := x.Status != contest.Final; open != (x.Code == "2") || open && x.Reopened != "chấm nhầm số" {
				t.Errorf("number %s is %s: %q", x.Code, x.Status, x.Reopened)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// A judge is told what she signed apart from what she does not score, and once nothing is
// judged any more why the pages of judging are empty and where her sheets are.
func TestAJudgeIsToldHowFarSheIs(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.edit = func(r *contest.Rules) { r.Rounds[0].TieBreaks = []contest.TieBreak{{By: ranking.ByChair}} }
	org, judges, id := st.played(someEntrants)
	by := map[string]*visitor{}
	for _, j := range judges {
		by[j.id] = j
	}
	chair, she := judges[0], judges[1]
	sheet := sheetLink.FindString(string(she.get("/judging")))
	st.do(id, she, contest.Abstain{Task: sheet[strings.LastIndex(sheet, "/")+1:], Reason: "nhận ra giọng em gái"})
	st.scored(id, by, func(*contest.Task, contest.Criterion) ranking.Points { return 8 * ranking.Point })
	all := 0
	if err := st.hall.View(t.Context(), id, func(s *contest.State) error { all = len(s.Running().Of(she.id)); return nil }); err != nil {
		t.Fatal(err)
	}
	page := she.doc("/judging").Find("main").Text()
	for _, want := range []string{fmt.Sprintf("%d/%d", all-1, all-1), fmt.Sprintf("Đã ký %d phiếu", all-1), "Không chấm hoặc không tính: 1 phiếu"} {
		if !strings.Contains(page, want) {
			t.Errorf("the list lacks %q: %s", want, page)
		}
	}
	const tie = "1 nhóm tác phẩm bằng điểm, chờ bạn phân định."
	if strings.Contains(page, tie) {
		t.Error("who is not the chair is told of a tie")
	}
	for _, path := range []string{"/judging", "/"} {
		if page := chair.doc(path); !strings.Contains(page.Text(), tie) || page.Find("a[href='/judging/"+id+"/chair']").Length() == 0 {
			t.Errorf("%s does not tell the chair of the tie", path)
		}
	}
	desk := chair.doc("/judging/" + id + "/chair")
	if order := desk.Find("input[name=order]").First(); order.AttrOr("value", "?") != "" {
		t.Errorf("an order stands there before she gave any: %s", order.AttrOr("value", ""))
	}
	if said := desk.Find("main").Text(); !strings.Contains(said, she.actor.Name+" 80,00") || !strings.Contains(said, "cùng 80,00 điểm") {
		t.Errorf("the chair does not see what level works were given: %s", said)
	}
	level := chair.call(200, "GET", "/contests/"+id+"/chair", nil)["level"].([]any)[0].(obj)
	if n := len(level["works"].([]any)); level["points"] != "80" || n < 2 {
		t.Errorf("a program reads of the tie: %v", level)
	}
	var order []string
	for _, work := range level["works"].([]any) {
		order = append(order, work.(obj)["code"].(string))
	}
	chair.must("/judging/"+id+"/chair", "do", "tie", "order", strings.Join(order, " "), "reason", "Giọng đọc tốt hơn")
	st.do(id, org, contest.FinishRound{Round: "chung-khao", Seen: contest.Seen{Seen: once.AsItIs}})
	for _, path := range []string{"/judging", "/judging/" + id + "/hall", "/judging/" + id + "/chair"} {
		v := she
		if strings.HasSuffix(path, "chair") {
			v = chair
		}
		said := v.doc(path)
		if text := said.Find("main").Text(); !strings.Contains(text, "Việc chấm đã kết thúc.") || strings.Contains(text, "Khi vòng chấm bắt đầu") {
			t.Errorf("%s after the end: %s", path, text)
		}
		if !strings.HasSuffix(path, "chair") && said.Find("a[href='/judging/"+id+"/signed']").Length() == 0 {
			t.Errorf("%s does not lead to the signed sheets", path)
		}
	}
	if res, b := she.ask("GET", sheet, "", nil); res.StatusCode != http.StatusNotFound ||
		!strings.Contains(string(b), "đã kết thúc nên phiếu này không mở ở đây nữa") {
		t.Errorf("an old sheet says %s", b)
	}
}
