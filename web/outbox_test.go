package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/web/kit"
	"loa/web/webtest"
)

// phone is an operator's browser, with a network that can be cut.
type phone struct {
	t       *testing.T
	store   *bolt.Store
	server  *httptest.Server
	now     atomic.Pointer[time.Time]
	meddle  atomic.Pointer[func(w http.ResponseWriter, r *http.Request, h http.Handler) bool] // true: it has answered
	browser *webtest.Browser
	tab     *webtest.Tab
	who     accounts.Person
}

func newPhone(t *testing.T, at time.Time) *phone {
	t.Helper()
	p := &phone{t: t}
	p.now.Store(&at)
	k, s := build(t, func() time.Time { return *p.now.Load() })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	planned(t, s)
	p.store = s
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := p.meddle.Load(); f != nil && (*f)(w, r, h) {
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(p.server.Close)
	p.browser = webtest.NewBrowser(t)
	p.tab = p.browser.Person()
	p.logIn(at)
	return p
}

func (p *phone) logIn(at time.Time) {
	p.t.Helper()
	if p.who.ID == "" {
		var err error
		if p.who, err = p.store.AddPerson(p.t.Context(), meta(at), accounts.AddPerson{Name: "Giàng Thị Mỷ", Login: "xa-02647",
			Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}}}); err != nil {
			p.t.Fatal(err)
		}
	}
	p.tab.Cookie("s", webtest.Session(p.t, p.store, p.who, at), p.server.URL)
}

// passes sets the clock of the server.
func (p *phone) passes(d time.Duration) {
	at := p.now.Load().Add(d)
	p.now.Store(&at)
}

func (p *phone) meddles(f func(w http.ResponseWriter, r *http.Request, h http.Handler) bool) {
	p.meddle.Store(&f)
}

// cut ends every request before anybody hears of it.
func (p *phone) cut() {
	p.meddles(func(http.ResponseWriter, *http.Request, http.Handler) bool { panic(http.ErrAbortHandler) })
}

func (p *phone) mended() { p.meddle.Store(nil) }

// open goes to a page and waits until the outbox is there.
func (p *phone) open(path string) {
	p.t.Helper()
	p.tab.Open(p.server.URL + path)
	p.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
}

// kept waits until the worker has a page.
func (p *phone) kept(path string) {
	p.t.Helper()
	p.tab.Until(path+" is kept", fmt.Sprintf(`caches.open("loa-1-pages").then((c) => c.match(%q)).then(Boolean)`, path))
}

// older makes what waits seem pressed so much earlier by the phone's clock.
func (p *phone) older(by time.Duration) {
	p.t.Helper()
	p.tab.Until("it was tried", `new Promise((done) => {
		const ask = indexedDB.open("loa-outbox");
		ask.onsuccess = () => {
			const all = ask.result.transaction("items").objectStore("items").getAll();
			all.onsuccess = () => { ask.result.close(); done(all.result.every((i) => i.tries)); };
		};
	})`)
	webtest.Eval[bool](p.tab, "let time pass", fmt.Sprintf(`new Promise((done) => {
		const ask = indexedDB.open("loa-outbox");
		ask.onsuccess = () => {
			const t = ask.result.transaction("items", "readwrite"), items = t.objectStore("items"), all = items.getAll();
			all.onsuccess = () => { for (const i of all.result) items.put({ ...i, at: i.at - %d }); };
			t.oncomplete = () => { ask.result.close(); done(true); };
		};
	})`, by.Milliseconds()))
}

// later lets time pass for the phone, by the server's clock as it knows that.
func (p *phone) later(by time.Duration) {
	p.t.Helper()
	webtest.Eval[bool](p.tab, "let the day pass", fmt.Sprintf(`new Promise((done) => {
		const ask = indexedDB.open("loa-outbox");
		ask.onsuccess = () => {
			const t = ask.result.transaction("notes", "readwrite"), notes = t.objectStore("notes"), keys = notes.getAllKeys();
			keys.onsuccess = () => { for (const key of keys.result.filter((k) => k.startsWith("contact:"))) {
				const one = notes.get(key);
				one.onsuccess = () => notes.put({ ...one.result, behind: one.result.behind + %d }, key);
			} };
			t.oncomplete = () => { ask.result.close(); done(true); };
		};
	})`, int(by.Seconds())))
}

func (p *phone) waiting() int {
	p.t.Helper()
	return webtest.Eval[int](p.tab, "count what waits", `new Promise((done) => {
		const ask = indexedDB.open("loa-outbox");
		ask.onsuccess = () => {
			const n = ask.result.transaction("items").objectStore("items").count();
			n.onsuccess = () => { ask.result.close(); done(n.result); };
		};
	})`)
}

const nothingWaits = `new Promise((done) => {
	const ask = indexedDB.open("loa-outbox");
	ask.onsuccess = () => {
		const n = ask.result.transaction("items").objectStore("items").count();
		n.onsuccess = () => { ask.result.close(); done(!n.result); };
	};
})`

// empty waits until nothing waits on the phone.
func (p *phone) empty() {
	p.t.Helper()
	p.tab.Until("nothing waits", nothingWaits)
}

func (p *phone) lines() []airing.Line {
	p.t.Helper()
	lines, _, err := p.store.Airings(p.t.Context(), accounts.Daemon(), airing.Query{From: tuesday.AddDate(0, 0, -30), Until: tuesday.AddDate(0, 0, 30)})
	if err != nil {
		p.t.Fatal(err)
	}
	return lines
}

// sends presses the button that sends until nothing waits.
func (p *phone) sends() {
	p.t.Helper()
	p.tab.Until("all is sent", `(document.querySelector("#unsent button")?.click(), `+nothingWaits+`)`)
}

// A report pressed in a valley without signal is kept, over a reload, tells that it waits, and is on
// time by when it was said once the server hears of it three days later.
func TestAReportPressedWithoutSignalIsNotLost(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	p.kept("/today")
	p.kept("/outbox")
	p.cut()
	p.tab.Click(".yes")
	p.tab.Wait(".phone .notice")
	p.open("/today") // a reload
	p.tab.Wait(".phone .notice")
	if said := p.tab.Text("#unsent"); !strings.Contains(said, "1 việc chưa gửi") {
		t.Errorf("the bar says %q", said)
	}
	p.tab.Fingers("today-offline")
	p.tab.Shot("today-offline", 360)
	p.tab.Shot("today-offline", 320)
	p.open("/outbox")
	p.tab.Wait("[data-waiting] li")
	p.tab.Fingers("outbox")
	p.tab.Shot("outbox", 360)
	p.tab.Open(p.server.URL + "/stations/S00001") // never kept
	if said := p.tab.Text("h1"); said != "Không có mạng" {
		t.Errorf("a page that was not kept says %q", said)
	}
	if n := len(p.lines()); n != 0 {
		t.Fatalf("the server heard of %d", n)
	}

	p.older(3 * 24 * time.Hour)
	p.passes(3*24*time.Hour + time.Minute)
	p.mended()
	p.open("/outbox")
	p.empty()
	lines := p.lines()
	if len(lines) != 1 || lines[0].Outcome != airing.Aired || !lines[0].OnTime || lines[0].Unproven {
		t.Fatalf("kept %+v", lines)
	}
	if said := lines[0].SaidAt; said.Sub(tuesday).Abs() > 5*time.Minute {
		t.Errorf("said at %v, pressed at %v", said, tuesday)
	}
	p.tab.Open(p.server.URL + "/airings/" + lines[0].ID)
	p.tab.Says("main", "Báo trên máy lúc", "Đúng hạn")
	p.tab.Shot("report-waited", 360)
}

// What a phone claims of a time before its last contact is marked, and counts from when it was heard.
func TestATimeBeforeTheLastContactIsMarked(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	p.passes(3 * 24 * time.Hour)
	p.open("/today") // the phone is in touch now
	p.tab.Until("what was kept has made way", fmt.Sprintf(`Number(document.querySelector("[data-made]")?.dataset.made) >= %d`, p.now.Load().UnixMilli()))
	p.tab.Wait(".yes")
	p.cut()
	p.tab.Click(".yes")
	p.tab.Wait(".phone .notice")
	p.older(3 * 24 * time.Hour)
	p.mended()
	p.sends()
	lines := p.lines()
	if len(lines) != 1 || lines[0].OnTime || !lines[0].Unproven {
		t.Fatalf("kept %+v", lines)
	}
	p.tab.Open(p.server.URL + "/airings")
	p.tab.Says("main", "giờ máy chưa kiểm chứng")
}

// Neither a captive portal nor a proxy is a receipt, and a lost answer makes no second report.
func TestOnlyTheServersReceiptEndsWhatWaits(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	var tries atomic.Int32
	p.meddles(func(w http.ResponseWriter, r *http.Request, h http.Handler) bool {
		if r.Method != http.MethodPost {
			return false
		}
		switch tries.Add(1) {
		case 1: // a portal's page
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<h1>Wi-Fi</h1>")
		case 2: // a portal that sends elsewhere
			http.Redirect(w, r, "/login", http.StatusFound)
		case 3: // a proxy that says yes
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"ok":true}`)
		case 4: // the answer is lost
			h.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			return false
		}
		return true
	})
	p.tab.Click(".yes")
	p.tab.Wait(".phone .notice")
	p.sends()
	if lines := p.lines(); len(lines) != 1 || tries.Load() < 5 {
		t.Fatalf("%d reports after %d tries", len(lines), tries.Load())
	}
}

// A session that has ended loses nothing: she logs in again, and it goes.
func TestAnEndedSessionLosesNothing(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	p.tab.Cookie("s", "gone", p.server.URL)
	p.tab.Click(".yes")
	p.tab.Wait("#unsent a[href^='/login']")
	if n := p.waiting(); n != 1 {
		t.Fatalf("%d wait", n)
	}
	p.logIn(tuesday)
	p.open("/today")
	p.empty()
	if lines := p.lines(); len(lines) != 1 {
		t.Fatalf("%d reports", len(lines))
	}
}

// A slot whose time comes while there is no network gets its buttons, by the server's time.
func TestASlotComesDueWithoutANetwork(t *testing.T) {
	t.Parallel()
	monday := time.Date(2024, 5, 13, 7, 0, 0, 0, text.Zone)
	p := newPhone(t, monday)
	p.open("/today")
	p.kept("/today")
	if n := webtest.Eval[int](p.tab, "count the buttons", `document.querySelectorAll(".yes").length`); n != 1 { // that of last week
		t.Fatalf("%d slots are due in the morning", n)
	}
	p.cut()
	p.later(11 * time.Hour)
	p.open("/today")
	p.tab.Until("the slot is due", `document.querySelectorAll(".yes").length === 2`)
	p.tab.Shot("today-due-offline", 360)
	p.tab.Click("article:last-of-type .no")
	p.tab.Click("article:last-of-type .dialog button[value=power_cut]")
	p.tab.Wait(".phone .notice")
	p.passes(12 * time.Hour)
	p.mended()
	p.sends()
	lines := p.lines()
	if len(lines) != 1 || lines[0].Outcome != airing.NotAired || lines[0].Reason != airing.PowerCut || lines[0].Slot == "" {
		t.Fatalf("kept %+v", lines)
	}
}

// The form of other times of a slot of the day opens without a network, also where the slot came due meanwhile, and
// that of a week that was left is not kept.
func TestTheFormOfASlotOpensWithoutANetwork(t *testing.T) {
	t.Parallel()
	p := newPhone(t, time.Date(2024, 5, 13, 7, 0, 0, 0, text.Zone))
	p.open("/today")
	p.kept("/today")
	p.tab.Until("the worker has the page", `Boolean(navigator.serviceWorker.controller)`)
	p.open("/today") // what comes with a second visit
	forms := webtest.Eval[[]string](p.tab, "list the forms", `[...document.querySelectorAll("article[data-keep]")].map((a) => a.dataset.keep)`)
	if len(forms) != 1 || !strings.Contains(forms[0], "slot=R1.S00001.20240513") {
		t.Fatalf("kept %q", forms)
	}
	p.kept(forms[0])
	p.cut()
	p.later(11 * time.Hour)
	p.open("/today")
	p.tab.Until("the slot is due", `document.querySelectorAll(".yes").length === 2`)
	p.tab.Click("article[data-keep] a[data-adjust]")
	p.tab.Wait("form.report")
	p.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
	p.tab.Click("[name=outcome][value=aired]")
	p.tab.Until("its own styles were kept", `getComputedStyle(document.querySelector(".if-not-aired")).display === "none"`)
	p.tab.Set("[name=started_at]", "2024-05-13T17:20")
	p.tab.Set("[name=seconds]", "10:00")
	p.tab.Shot("slot-form-offline", 360)
	p.tab.Click("form.report button:not([name])")
	p.tab.Wait("[data-says]")
	p.passes(12 * time.Hour)
	p.mended()
	p.sends()
	lines := p.lines()
	if len(lines) != 1 || lines[0].Slot == "" || lines[0].Seconds != 600 || lines[0].StartedAt.In(text.Zone).Format("15:04") != "17:20" {
		t.Fatalf("kept %+v", lines)
	}
}

// An episode that was withdrawn after her phone kept it says so as soon as there is signal, and her day offers it
// no more.
func TestAnEpisodeIsWithdrawnWhileThePhoneKeepsIt(t *testing.T) {
	t.Parallel()
	monday := time.Date(2024, 5, 13, 7, 0, 0, 0, text.Zone)
	p := newPhone(t, monday)
	e, err := p.store.SaveEpisode(t.Context(), meta(monday), scheduler.SaveEpisode{Programme: "P1", Title: "Số 1", Script: "Kính thưa bà con",
		Language: "vi", From: stations.DateOf(monday), Until: stations.DateOf(monday), Submit: true})
	if err == nil {
		_, err = p.store.MoveEpisode(t.Context(), meta(monday), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Approved})
	}
	if err != nil {
		t.Fatal(err)
	}
	p.open("/today")
	p.kept("/today")
	p.tab.Until("the worker has the page", `Boolean(navigator.serviceWorker.controller)`)
	p.tab.Click("article a[href='/episodes/" + e.ID + "']")
	p.tab.Wait(".script")
	p.kept("/episodes/" + e.ID)
	p.cut()
	if _, err := p.store.MoveEpisode(t.Context(), meta(monday.Add(time.Hour)), scheduler.MoveEpisode{ID: e.ID, To: scheduler.Withdrawn,
		Why: "sai lịch cắt điện"}); err != nil {
		t.Fatal(err)
	}
	p.open("/episodes/" + e.ID)
	p.tab.Says(".script", "Kính thưa bà con") // nobody could tell her yet

	p.mended()
	p.open("/episodes/" + e.ID)
	p.tab.Says("main", "Số này bị thu hồi lúc 08:00 13/5/2024", "Đừng phát nữa")
	p.tab.Fingers("episode-withdrawn")
	p.tab.Shot("episode-withdrawn", 360)
	p.tab.Shot("episode-withdrawn", 1280)
	p.tab.Open("about:blank")
	p.tab.Open(p.server.URL + "/today") // as one opens Loa: what was kept, and then what is so now
	p.tab.Until("her day offers it no more", fmt.Sprintf(`document.readyState === "complete" && !document.querySelector("a[href='/episodes/%s']")`, e.ID))
	p.tab.Says("#not-due ~ article", "Chưa có số phát thanh được duyệt cho khung này")
	p.open("/outbox")
	p.cut()
	p.open("/today")
	if n := webtest.Eval[int](p.tab, "count", `document.querySelectorAll("article a[href^='/episodes/']").length`); n != 0 {
		t.Error("her phone still keeps the day as it was")
	}
}

// A photo taken before there is a network goes after its report.
func TestAPhotoWaitsWithItsReport(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	p.cut()
	p.tab.Click(".yes")
	p.tab.Wait(".phone .notice")
	photo, _ := aPhoto(t)
	p.tab.Upload(".phone input[type=file]", photo)
	p.tab.Until("two things wait", `/^2 /.test(document.querySelector("#unsent span").textContent)`)
	p.mended()
	p.open("/today")
	p.empty()
	lines := p.lines()
	if len(lines) != 1 || len(lines[0].Evidence) != 1 || lines[0].Evidence[0].Kind != airing.Photo {
		t.Fatalf("kept %+v", lines)
	}
}

// A photo for a report that is corrected meanwhile goes to the correction, whether it waited, comes from a page opened before, or is
// sent by a program; where it can go nowhere a sentence says what to do, and the photo stays on the phone.
func TestEvidenceOfAReportThatIsCorrectedMeanwhile(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	mine, hour := p.who.Actor("session"), tuesday.Add(-8*time.Hour)
	said := func(c airing.Confirm) airing.Line {
		t.Helper()
		c.ID, c.Station, c.Programme, c.Seconds, c.Why = uuid.NewString(), "S00001", "P1", 600, "nhầm"
		if c.StartedAt = hour; c.Corrects == "" {
			hour = hour.Add(time.Hour)
			c.StartedAt = hour
		}
		if c.Outcome == airing.NotAired {
			c.Seconds, c.Reason = 0, airing.Reasons[0]
		}
		line, err := p.store.Confirm(t.Context(), accounts.Meta{ID: c.ID, By: mine, At: *p.now.Load()}, c)
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	shows := func(report string) {
		t.Helper()
		p.open("/airings/" + report)
		p.tab.Until("the outbox takes files", `document.querySelector("form[data-evidence]")?.dataset.takes === "outbox"`)
		p.passes(time.Minute)
	}
	evidence := func(report string) int {
		t.Helper()
		line, err := p.store.Airing(t.Context(), accounts.Daemon(), report)
		if err != nil {
			t.Fatal(err)
		}
		return len(line.Evidence)
	}
	photo, _ := aPhoto(t)
	first := said(airing.Confirm{Outcome: airing.Aired})
	shows(first.ID)
	second := said(airing.Confirm{Outcome: airing.Aired, Corrects: first.ID, Note: "bản hai"})
	p.tab.Upload("form[data-evidence] input[type=file]", photo)
	p.tab.Until("she is led to the correction", fmt.Sprintf(`location.pathname === "/airings/%s" && Boolean(document.querySelector("img.evidence"))`, second.ID))
	if evidence(second.ID) != 1 || evidence(first.ID) != 0 {
		t.Error("the photo is not the correction's")
	}
	raw, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPut, "/api/v1/airings/"+first.ID+"/evidence/"+uuid.NewString(), bytes.NewReader(raw))
	r.Header.Set("Content-Type", "application/octet-stream")
	r.AddCookie(&http.Cookie{Name: "s", Value: webtest.Session(t, p.store, p.who, tuesday)})
	w := httptest.NewRecorder()
	p.server.Config.Handler.ServeHTTP(w, r)
	if w.Code != 200 || evidence(second.ID) != 2 {
		t.Errorf("by a program: %d %s", w.Code, w.Body)
	}

	for _, c := range []struct {
		outcome airing.Outcome
		says    string
	}{{airing.NotAired, "thành điều ngược lại"}, {airing.Withdrawn, "đã rút lại báo cáo này"}} {
		report := said(airing.Confirm{Outcome: airing.Aired, Note: c.says})
		shows(report.ID)
		p.cut()
		p.tab.Upload("form[data-evidence] input[type=file]", photo)
		p.tab.Until("it waits", `/^1 /.test(document.querySelector("#unsent span").textContent)`)
		newer := said(airing.Confirm{Outcome: c.outcome, Corrects: report.ID})
		p.mended()
		p.tab.Click("#unsent button")
		p.tab.Until("it is told", fmt.Sprintf(`document.querySelector("[data-says=evidence]").textContent.includes(%q)`, c.says))
		p.open("/outbox")
		p.tab.Says("[data-waiting]", c.says)
		p.tab.Shot("evidence-of-"+string(c.outcome), 360)
		p.tab.Follow("[data-waiting] a")
		if at := webtest.Eval[string](p.tab, "where", "location.pathname"); at != "/airings/"+newer.ID {
			t.Errorf("%s: led to %s", c.outcome, at)
		}
		p.open("/outbox")
		p.tab.Click("[data-waiting] button.quiet")
		p.tab.Click("[data-waiting] button.quiet")
		p.empty()
	}
}

// A slip is taken back before anybody heard of it: the server never does.
func TestWhatWasPressedByMistakeIsTakenBackWithoutANetwork(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.tab.Open(p.server.URL + "/today")
	p.open("/today")
	p.cut()
	p.tab.Click(".yes")
	p.tab.Wait(".phone button")
	p.tab.Click(".phone button")
	p.tab.Until("it is taken back", `document.querySelector(".phone").textContent.includes("Đã bỏ")`)
	p.mended()
	p.open("/today")
	p.empty()
	for _, l := range p.lines() {
		if l.Stands() {
			t.Errorf("what was taken back stands: %+v", l)
		}
	}
	p.tab.Wait(".yes")
}

// keepsNothing answers as if the browser gave no page a place to keep things, as some private windows do.
func keepsNothing(w http.ResponseWriter, r *http.Request) bool {
	if !strings.HasSuffix(r.URL.Path, "/outstore.js") {
		return false
	}
	w.Header().Set("Content-Type", "text/javascript")
	fmt.Fprint(w, `export async function opened() { throw new Error("a private window"); } export const outstore = opened;`)
	return true
}

// Where the browser keeps nothing the page says so before anything is typed, and waits open as before.
func TestABrowserThatKeepsNothingSaysSoFirst(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.meddles(func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool { return keepsNothing(w, r) })
	p.open("/today")
	p.tab.Says("main", "Trình duyệt này không cho giữ việc trên máy")
	p.tab.Click(".yes")
	p.tab.Wait(".flash")
	if lines := p.lines(); len(lines) != 1 {
		t.Fatalf("%d reports", len(lines))
	}
}

// A tab that is closed while a report is on its way, and a worker that is replaced, make none of it two or none.
func TestATabClosedAndAWorkerReplacedLoseNothing(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/today")
	p.kept("/today")
	heard := make(chan struct{}, 1)
	var shape atomic.Int32
	p.meddles(func(w http.ResponseWriter, r *http.Request, h http.Handler) bool {
		switch {
		case r.Method == http.MethodPost && shape.Load() == 0: // taken, and the answer never comes
			h.ServeHTTP(httptest.NewRecorder(), r)
			select {
			case heard <- struct{}{}:
			default:
			}
			<-r.Context().Done()
		case r.URL.Path == "/worker.js" && shape.Load() > 0: // a newer one
			rec := httptest.NewRecorder()
			r.Header.Del("Accept-Encoding")
			h.ServeHTTP(rec, r)
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, "%s\n// release %d", rec.Body, shape.Load())
		default:
			return false
		}
		return true
	})
	p.tab.Click(".yes")
	<-heard
	other := p.tab.Beside()
	other.Open("about:blank")
	p.tab.Open("about:blank") // the page is gone
	p.tab = other
	shape.Store(1)
	p.open("/today")
	webtest.Eval[bool](p.tab, "replace the worker", `navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => true)`)
	p.empty()
	if lines := p.lines(); len(lines) != 1 {
		t.Fatalf("%d reports", len(lines))
	}
	p.cut()
	p.open("/today")
	p.tab.Wait("[id^=done-]")
}

// What an outbox is told: a receipt of what was carried out, else what is wrong, and never a page.
func TestAnOutboxIsAnsweredInReceipts(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	planned(t, s)
	grant := accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}
	mine, hers := webtest.LoggedIn(t, s, "xa-1", tuesday, grant), webtest.LoggedIn(t, s, "xa-2", tuesday, grant)
	c := webtest.NewClient(t, h, mine)
	c.Get("/today")
	slot, stamp := c.Doc().Find("[name=slot]").AttrOr("value", ""), c.Doc().Find("body").AttrOr("data-contact", "")
	if slot == "" || stamp == "" {
		t.Fatal("no slot, or no stamp")
	}
	send := func(secret, how string, pairs ...string) (*httptest.ResponseRecorder, string) {
		form := url.Values{"slot": {slot}, "outcome": {"aired"}, "seen": {""}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		r := httptest.NewRequest(http.MethodPost, "/airings", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Loa-Outbox", how)
		if secret != "" {
			r.AddCookie(&http.Cookie{Name: "s", Value: secret})
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		sum := sha256.Sum256([]byte(form.Encode()))
		return w, hex.EncodeToString(sum[:])
	}
	problem := func(w *httptest.ResponseRecorder) kit.Problem {
		var p kit.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Detail == "" {
			t.Errorf("no problem in words: %d %s", w.Code, w.Body)
		}
		return p
	}
	ms := func(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

	if w, _ := send("", "later"); w.Code != 401 || problem(w).Code == "" {
		t.Errorf("a stranger: %d %s", w.Code, w.Body)
	}
	if w, _ := send(mine, "later", "outcome", "danced"); w.Code != 422 || problem(w).Code != "airing.outcome_unknown" {
		t.Errorf("a strange outcome: %d %s", w.Code, w.Body)
	}
	id := uuid.NewString()
	for range 2 { // the second asks again for an answer that was lost, by another clock
		w, sum := send(mine, "later", "id", id, "said_at", ms(tuesday.Add(-time.Hour)), "sent_at", ms(tuesday), "contact", stamp)
		var receipt kit.Receipt
		if err := json.Unmarshal(w.Body.Bytes(), &receipt); err != nil || w.Code != 200 || receipt.ID != id || receipt.Received != sum ||
			receipt.Missing == nil || len(receipt.Missing) > 0 || w.Header().Get("Loa-Contact") == "" {
			t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
		}
	}
	line, err := s.Airing(t.Context(), accounts.Daemon(), id)
	if err != nil || !line.Unproven { // the stamp was given an hour after it is said to have been said
		t.Errorf("%+v, %v", line, err)
	}
	// somebody else's phone says the same of the same slot: it is told who was first, and nothing is written
	w, _ := send(hers, "later", "id", uuid.NewString())
	if p := problem(w); w.Code != 409 || p.Code != "airing.slot_reported" && p.Code != "kit.outbox_not_done" || !strings.Contains(p.Detail, "xa-1") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w, _ := send(mine, "later", "id", uuid.NewString(), "corrects", id, "outcome", "withdrawn"); w.Code != 200 {
		t.Fatalf("taken back: %d %s", w.Code, w.Body)
	}
	for name, of := range map[string]string{"another's": stamp, "none of ours": "zzzz.AAAA", "cut": stamp[:8], "": ""} {
		id := uuid.NewString()
		w, _ := send(hers, "later", "id", id, "said_at", ms(tuesday.Add(-time.Hour)), "sent_at", ms(tuesday), "contact", of)
		line, err := s.Airing(t.Context(), accounts.Daemon(), id)
		if w.Code != 200 || err != nil || !line.Unproven {
			t.Fatalf("the stamp %q: %d %s", name, w.Code, w.Body)
		}
		if w, _ := send(hers, "later", "id", uuid.NewString(), "corrects", id, "outcome", "withdrawn"); w.Code != 200 {
			t.Fatalf("taken back: %d %s", w.Code, w.Body)
		}
	}
}

// A report the server asks about is answered on its page, and nothing of the first try waits any more.
func TestWhatTheServerAsksIsAnsweredOnItsPage(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/airings/new?station=S00001")
	p.tab.Set("[name=programme]", "P1")
	p.tab.Set("[name=started_at]", "2024-05-13T17:00")
	p.tab.Type("[name=seconds]", "10:00")
	p.tab.Click("form.report button:not([name])")
	p.tab.Wait("button[name=unplanned][value=no]")
	p.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
	p.tab.Click("button[name=unplanned][value=no]")
	p.tab.Wait("[id^=done-]")
	p.empty()
	if lines := p.lines(); len(lines) != 1 || lines[0].Slot == "" {
		t.Fatalf("kept %+v", lines)
	}
}

// A report the server asks about waits for the answer: nothing sends it as it was, and the question is found again.
func TestWhatTheServerAsksWaitsForTheAnswer(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/airings/new?station=S00001")
	p.tab.Set("[name=programme]", "P1")
	p.tab.Set("[name=started_at]", "2024-05-13T17:05")
	p.tab.Type("[name=seconds]", "10:00")
	p.tab.Click("form.report button:not([name])")
	p.tab.Wait("button[name=unplanned][value=no]")
	p.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
	p.tab.Says("#unsent", "1 việc chờ bạn trả lời")
	if n := webtest.Eval[int](p.tab, "count what is offered", `[...document.querySelectorAll("#unsent button")].filter((b) => b.offsetParent).length`); n != 0 {
		t.Errorf("%d buttons beside the question", n)
	}
	p.open("/today") // she leaves without an answer
	p.tab.Fingers("today-asks")
	p.tab.Shot("today-asks", 360)
	p.open("/outbox")
	p.tab.Wait("[data-waiting] li")
	p.tab.Says("[data-waiting]", "Chờ bạn trả lời: ", "Bỏ")
	p.tab.Fingers("outbox-asks")
	p.tab.Shot("outbox-asks", 360)
	p.tab.Shot("outbox-asks", 1280)
	p.tab.Click("[data-waiting] li button.quiet") // asks whether she is sure
	webtest.Eval[any](p.tab, "look at what waits again", `{for (const b of document.querySelectorAll("[data-waiting] button")) b.before_ = true;
		document.querySelector("[data-none]").hidden = false; dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true})); 0}`)
	p.tab.Until("it was looked at", `document.querySelector("[data-none]").hidden`)
	if n := webtest.Eval[int](p.tab, "count the buttons that stayed", `[...document.querySelectorAll("[data-waiting] button")].filter((b) => b.before_).length`); n != 2 {
		t.Errorf("%d of two buttons are those that a finger may be on", n)
	}
	p.tab.Click("[data-waiting] li button")
	p.tab.Wait("button[name=unplanned][value=no]")
	if said := webtest.Eval[string](p.tab, "read what she typed", `document.querySelector("[name=started_at]").value`); said != "2024-05-13T17:05" {
		t.Errorf("the form says %q", said)
	}
	p.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
	if n := len(p.lines()); n != 0 {
		t.Errorf("%d reports before the answer", n)
	}
	p.tab.Click("button[name=unplanned][value=no]")
	p.tab.Wait("[id^=done-]")
	p.empty()
	if lines := p.lines(); len(lines) != 1 || lines[0].Slot == "" {
		t.Fatalf("kept %+v", lines)
	}
}

// A form that was filled in without a network and that the server refuses comes back from the list as it was, with what is wrong marked.
func TestAFormRefusedLaterComesBackFilledIn(t *testing.T) {
	t.Parallel()
	p := newPhone(t, tuesday)
	p.open("/airings/new?station=S00001")
	p.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
	p.cut()
	p.tab.Set("[name=programme]", "P1")
	p.tab.Set("[name=started_at]", "2024-05-13T15:05")
	p.tab.Type("[name=seconds]", "abc")
	p.tab.Click("form.report button:not([name])")
	p.tab.Wait("[data-says]")
	p.mended()
	p.tab.Click("#unsent button:last-of-type")
	p.tab.Until("it was refused", `document.querySelector("#unsent").textContent.includes("cần bạn xem lại")`)
	p.open("/outbox")
	p.tab.Wait("[data-waiting] li button")
	p.tab.Click("[data-waiting] li button")
	p.tab.Wait("form.report .error:not([hidden])")
	if said := webtest.Eval[string](p.tab, "read what she typed", `document.querySelector("[name=started_at]").value + " " + document.querySelector("[name=seconds]").value`); said != "2024-05-13T15:05 abc" {
		t.Errorf("the form says %q", said)
	}
	p.tab.Set("[name=seconds]", "10:00")
	p.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
	p.tab.Click("form.report button:not([name])")
	p.tab.Wait("[id^=done-]")
	p.empty()
	if lines := p.lines(); len(lines) != 1 || lines[0].Seconds != 600 {
		t.Fatalf("kept %+v", lines)
	}
}

// A page that a phone has kept and that says the same is not sent again; what is told once, and what has changed, is.
func TestAKeptPageIsSentAgainWhenItSaysAnother(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	planned(t, s)
	c := webtest.NewClient(t, h, webtest.LoggedIn(t, s, "xa-1", tuesday,
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: "S00001"}}))
	asks := func(path, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", tag)
		return c.Do(r)
	}
	for _, path := range []string{"/airings", "/calendar", "/outbox", "/me", "/samples/new", "/help", "/enter", "/airings/new?station=S00001"} {
		if w := asks(path, c.Get(path).Header().Get("Loa-Tag")); w.Code != http.StatusNotModified {
			t.Errorf("%s, which says the same: %d", path, w.Code)
		}
	}
	ask := func(tag string) *httptest.ResponseRecorder { return asks("/today", tag) }
	tag := c.Get("/today").Header().Get("Loa-Tag")
	if w := ask(tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("Loa-Contact") == "" || tag == "" {
		t.Fatalf("%q: %d %v", tag, w.Code, w.Header())
	}
	c.Get("/today")
	c.Submit("form.thumbs", "outcome", "aired") // its answer tells so, once
	c.Expect(200, ".flash", "Đã ghi")
	if w := ask(tag); w.Code != http.StatusOK {
		t.Errorf("after a report: %d", w.Code)
	}
	c.Submit("section[aria-labelledby=done] form", "outcome", "withdrawn")
	if w := ask(tag); w.Code != http.StatusNotModified {
		t.Errorf("once it was taken back: %d", w.Code)
	}
}
