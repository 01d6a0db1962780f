package airings_test

import (
	"bytes"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/store/folder"
	"loa/web/airings"
	"loa/web/home"
	"loa/web/kit"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// evidence is a store where n stations, from the first on, have sent a photo each of Monday's airing.
type evidence struct {
	store   *bolt.Store
	handler http.Handler
	now     time.Time
	of      map[string]string // station by report
}

func newEvidence(t *testing.T, n int) *evidence {
	t.Helper()
	e := &evidence{store: bolttest.Open(t), now: monday.AddDate(0, 0, 3), of: map[string]string{}}
	webtest.Stations(t, e.store)
	reg, err := e.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.store.SaveProgramme(t.Context(), meta(monday.AddDate(0, 0, -7)), scheduler.SaveProgramme{Title: "Nông thôn mới", Languages: []string{"vi"}})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := folder.OpenBlobs(t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	ref, err := blobs.Put(t.Context(), bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range reg.Stations()[:n] {
		m := meta(monday.Add(time.Hour))
		c := airing.Confirm{ID: m.ID, Station: st.ID, Programme: p.ID, Outcome: airing.Aired, StartedAt: monday, Seconds: 900}
		line, err := e.store.Confirm(t.Context(), m, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.store.Attach(t.Context(), meta(monday.Add(2*time.Hour)), airing.Evidence{ID: uuid.NewString(), Report: line.ID, Kind: airing.Photo,
			Type: "image/png", SHA256: ref.SHA256, Size: ref.Size}); err != nil {
			t.Fatal(err)
		}
		e.of[line.ID] = st.ID
	}
	k := kit.New(kit.Config{Auth: e.store, Now: func() time.Time { return e.now }, Log: slog.New(slog.DiscardHandler)})
	k.Values(airing.Outcomes[:], airing.EvidenceKinds[:])
	home.Register(k)
	airings.Register(k, e.store, blobs, nil)
	if e.handler, err = k.Handler(); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *evidence) monitor(t *testing.T, name string, s accounts.Scope) *webtest.Client {
	return webtest.NewClient(t, e.handler, webtest.LoggedIn(t, e.store, name, e.now, accounts.Grant{Role: accounts.Monitor, Scope: s}))
}

var province = accounts.Scope{Level: accounts.Province}

// shown is the report that the page shows.
func shown(t *testing.T, c *webtest.Client) string {
	t.Helper()
	path := c.Doc().Find("form.answers").AttrOr("action", "")
	return strings.TrimPrefix(strings.Split(path, "?")[0], "/evidence/")
}

// TestEvidenceIsLookedAtOneByOne answers the queue without a script: two monitors never meet at one report, a reason is asked
// for, and what was answered can be looked at again.
func TestEvidenceIsLookedAtOneByOne(t *testing.T) {
	e := newEvidence(t, 4)
	lo, ma := e.monitor(t, "Lò Thị Giám", province), e.monitor(t, "Ma Văn Sát", province)
	lo.Get("/evidence")
	lo.Expect(http.StatusOK, "h1", text.Vietnamese.Say("airing.check_title"))
	first := shown(t, lo)
	ma.Get("/evidence")
	ma.Expect(http.StatusOK, ".notice", "Lò Thị Giám")
	second := shown(t, ma)
	if e.of[first] == "" || e.of[second] == "" || first == second {
		t.Fatalf("they look at %q and %q", first, second)
	}
	ma.Get("/evidence/" + first)
	ma.Expect(http.StatusOK, ".notice.warn", "Lò Thị Giám")
	lo.Submit("form.answers", "finding", "contradicted")
	lo.Expect(http.StatusUnprocessableEntity, "form.answers", text.Vietnamese.Say("airing.finding_why"))
	if line := e.line(t, first); line.Finding != "" {
		t.Fatalf("found %q without a reason", line.Finding)
	}
	lo.Submit("form.answers", "finding", "contradicted", "note", "Ảnh chụp cụm loa đã tháo")
	if line := e.line(t, first); line.Finding != airing.Contradicted || line.Counts() {
		t.Fatalf("%+v", line)
	}
	lo.Expect(http.StatusOK, ".notice.ok", text.Vietnamese.Say("airing.finding.contradicted"))
	third := shown(t, lo)
	if third == first || third == second || e.of[third] == "" {
		t.Fatalf("then %q", third)
	}
	lo.Submit(`form[action*="/pass"]`)
	fourth := shown(t, lo)
	if fourth == third || fourth == second || e.of[fourth] == "" {
		t.Fatalf("passed, then %q", fourth)
	}
	undo := func() string {
		t.Helper()
		lo.Expect(lo.Last.Code, "a[data-key=u]", text.Vietnamese.Say("airing.finding.contradicted"))
		return lo.Doc().Find("a[data-key=u]").AttrOr("href", "")
	}
	if to := undo(); !strings.HasPrefix(to, "/evidence/"+first) { // a pass is no answer: what was answered last stays at hand
		t.Errorf("the way back leads to %q", to)
	}
	lo.Submit("form.answers", "finding", "contradicted", "note", " ")
	undo()
	lo.Submit("form.filters")
	lo.Get(undo())
	if at := shown(t, lo); at != first {
		t.Fatalf("the way back led to %q", at)
	}
	lo.Submit(`form[action*="/pass"]`)
	undo()
	lo.Get("/")
	lo.Get("/evidence") // by the menu
	undo()
	lo.Get("/evidence/" + first)
	lo.Submit("form.answers", "finding", "not_proven", "note", "")
	if line := e.line(t, first); line.Finding != airing.NotProven || len(line.Verdicts) != 2 {
		t.Fatalf("looked at again: %+v", line.Verdicts)
	}
	for range 9 {
		lo.Get("/evidence")
		if shown(t, lo) == "" {
			break
		}
		lo.Submit("form.answers", "finding", "verified")
	}
	lo.Expect(http.StatusOK, "main", text.Vietnamese.Say("airing.check_shared", "names", "Ma Văn Sát"))
	e.now = e.now.Add(5 * time.Minute)
	lo.Get("/evidence")
	if shown(t, lo) != second {
		t.Error("what the other left did not come back")
	}
	lo.Submit("form.answers", "finding", "verified")
	lo.Expect(http.StatusOK, "main", text.Vietnamese.Say("airing.check_none"))
}

func (e *evidence) line(t *testing.T, id string) airing.Line {
	t.Helper()
	line, err := e.store.Airing(t.Context(), accounts.Daemon(), id)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// TestTheFirstPageTellsWhatWaitsAndWhatWasContradicted tells the monitor how many wait, and the station, kindly, what does not count.
func TestTheFirstPageTellsWhatWaitsAndWhatWasContradicted(t *testing.T) {
	e := newEvidence(t, 3)
	c := e.monitor(t, "Lò Thị Giám", province)
	c.Get("/")
	c.Expect(http.StatusOK, `.step a[href="/evidence"]`, text.Vietnamese.Say("airing.step_check", "n", 3))
	c.Get("/evidence")
	report := shown(t, c)
	operator := webtest.NewClient(t, e.handler, webtest.LoggedIn(t, e.store, "Vàng Thị Mai", e.now,
		accounts.Grant{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: e.of[report]}}))
	operator.Get("/")
	operator.Refuse(text.Vietnamese.Say("airing.step_contradicted", "n", 1))
	c.Submit("form.answers", "finding", "contradicted", "note", "Ảnh cũ")
	operator.Get("/")
	operator.Expect(http.StatusOK, `.step a[href="/airings/`+report+`"]`, text.Vietnamese.Say("airing.step_contradicted", "n", 1))
	c.Get("/evidence/" + report)
	c.Submit("form.answers", "finding", "verified", "note", "")
	operator.Get("/")
	operator.Refuse(text.Vietnamese.Say("airing.step_contradicted", "n", 1))
}

// TestAnEarlierReasonIsReadInTheQueue wants why a report was contradicted beside what its station made of it since.
func TestAnEarlierReasonIsReadInTheQueue(t *testing.T) {
	e := newEvidence(t, 1)
	c := e.monitor(t, "Lò Thị Giám", province)
	c.Get("/evidence")
	report := shown(t, c)
	c.Submit("form.answers", "finding", "contradicted", "note", "Ảnh chụp cụm loa đã tháo")
	m := meta(e.now)
	if _, err := e.store.Confirm(t.Context(), m, airing.Confirm{ID: m.ID, Outcome: airing.Aired, Corrects: report, Why: "ghi nhầm giờ",
		StartedAt: monday.Add(5 * time.Minute), Seconds: 900}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.store.Attach(t.Context(), meta(e.now), airing.Evidence{ID: uuid.NewString(), Report: m.ID, Kind: airing.Photo, Type: "image/png",
		SHA256: strings.Repeat("0", 64), Size: 9}); err != nil {
		t.Fatal(err)
	}
	c.Get("/evidence")
	if got := shown(t, c); got != m.ID {
		t.Fatalf("%q waits, want %q", got, m.ID)
	}
	c.Expect(http.StatusOK, ".facts dd", text.Vietnamese.Say("airing.finding.contradicted")+": Ảnh chụp cụm loa đã tháo")
	c.Get("/evidence/" + report)
	c.Expect(http.StatusOK, "main", text.Vietnamese.Say("airing.check_gone"))
	c.Submit(`form[action*="/pass"]`)
	if got := shown(t, c); got != m.ID {
		t.Errorf("a report that is gone leads to %q", got)
	}
}

// TestADistrictsMonitorLooksAtHerDistrict is refused the others', and filters for what there is not are refused in words.
func TestADistrictsMonitorLooksAtHerDistrict(t *testing.T) {
	e := newEvidence(t, 127)
	reg, err := e.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mine := reg.Where("S00001").District
	c := e.monitor(t, "Giàng A Huyện", accounts.Scope{Level: accounts.District, ID: mine})
	n := 0
	for ; n < 127; n++ {
		c.Get("/evidence")
		report := shown(t, c)
		if report == "" {
			break
		}
		if got := reg.Where(e.of[report]).District; got != mine {
			t.Fatalf("%s lies in %s", e.of[report], got)
		}
		c.Submit("form.answers", "finding", "verified")
	}
	if n == 0 || n > 40 {
		t.Errorf("%d reports of one district", n)
	}
	var another string
	for report, st := range e.of {
		if reg.Where(st).District != mine {
			another = report
		}
	}
	c.Get("/evidence/" + another)
	c.Expect(http.StatusNotFound, "main", "")
	c.Get("/evidence?district=" + reg.Where(e.of[another]).District)
	c.Expect(http.StatusForbidden, "main", "")
	for _, q := range []string{"district=999", "programme=P9", "language=tlh", "kind=smell"} {
		c.Get("/evidence?" + q)
		if c.Last.Code < 400 || c.Last.Code >= 500 {
			t.Errorf("%s: %d", q, c.Last.Code)
		}
	}
}

// TestTheQueueIsAnsweredByKeyboard goes through thirty reports without a mouse.
func TestTheQueueIsAnsweredByKeyboard(t *testing.T) {
	e := newEvidence(t, 30)
	server := httptest.NewServer(e.handler)
	defer server.Close()
	p := webtest.NewBrowser(t).Person()
	monitor := accounts.Grant{Role: accounts.Monitor, Scope: province}
	p.Cookie("s", webtest.LoggedIn(t, e.store, "Lò Thị Giám", e.now, monitor), server.URL)
	p.Open(server.URL + "/evidence")
	p.Fingers("evidence")
	for _, width := range []int64{360, 1280, 1920} {
		p.Shot("evidence", width)
	}
	at := func() string {
		return webtest.Eval[string](p, "which report", `document.querySelector("form.answers").getAttribute("action").split("?")[0]`)
	}
	next := func(was string) {
		t.Helper()
		p.Until("the next report", `document.readyState === "complete" && !document.querySelector(".keys[hidden]") && `+
			`document.querySelector("form.answers")?.getAttribute("action").split("?")[0] !== `+strconv.Quote(was))
	}
	first := at()
	p.Until("the keys", `!document.querySelector(".keys[hidden]")`)
	p.Press("n")
	next(first)
	second := at()
	p.Press("3")
	p.Until("the reason is asked for", `document.activeElement.id === "f-note"`)
	p.Press("   ")
	webtest.Eval[bool](p, "Ctrl+Enter", `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, bubbles: true}))`)
	p.Until("what is missing", `document.readyState === "complete" && !document.querySelector(".keys[hidden]") &&
		document.querySelector("#f-note").getAttribute("aria-invalid") === "true"`)
	p.Open(server.URL + second)
	p.Until("the keys", `!document.querySelector(".keys[hidden]")`)
	p.Press("3")
	p.Until("the reason is asked for again", `document.activeElement.id === "f-note"`)
	p.Press("Ảnh cũ 123") // no key of these answers anything
	p.Press(kb.Escape)
	p.Press("3")
	next(second)
	if line := e.line(t, strings.TrimPrefix(second, "/evidence/")); line.Finding != airing.Contradicted || line.FindingNote != "Ảnh cũ 123" {
		t.Fatalf("%s: %s", line.Finding, line.FindingNote)
	}
	third := at()
	photo := webtest.Eval[string](p, "a photo that does not come", `(() => { const photo = document.querySelector("img.evidence"), was = photo.src;
		photo.src = "/assets/no-photo"; return was })()`)
	p.Press("1")
	p.Until("that it cannot be seen", `document.querySelector(".unseen")?.checkVisibility?.() ?? !document.querySelector(".unseen").hidden`)
	if at() != third {
		t.Fatal("a photo nobody saw was verified")
	}
	webtest.Eval[bool](p, "the photo again", `(document.querySelector("img.evidence").src = `+strconv.Quote(photo)+`, true)`)
	p.Until("the photo", `document.querySelector("img.evidence").complete && document.querySelector("img.evidence").naturalWidth > 0`)
	p.Press("1")
	next(third)
	passed := at()
	p.Press("n")
	next(passed)
	p.Press("u")
	p.Until("the one before again", `!document.querySelector(".keys[hidden]") && `+
		`document.querySelector("form.answers")?.getAttribute("action").split("?")[0] === `+strconv.Quote(third))
	p.Press("2")
	next(third)
	if line := e.line(t, strings.TrimPrefix(third, "/evidence/")); line.Finding != airing.NotProven || len(line.Verdicts) != 2 {
		t.Fatalf("%+v", line.Verdicts)
	}
	at4 := at()
	webtest.Eval[bool](p, "the way back", `(history.back(), true)`)
	p.Until("the report before", `document.readyState === "complete" && !document.querySelector(".keys[hidden]") && `+
		`document.querySelector("form.answers")?.getAttribute("action").startsWith(`+strconv.Quote(third)+`)`)
	p.Says(".facts", text.Vietnamese.Say("airing.finding.not_proven"))
	was := at()
	p.Press("n")
	next(was)
	if at() != at4 {
		t.Fatalf("back and on: %s, was at %s", at(), at4)
	}
	for range 28 {
		was := at()
		p.Press("1")
		next(was)
	}
	p.Says("main", text.Vietnamese.Say("airing.check_none"))
	p.Shot("evidence-none", 360)
}

// TestTwoTabsOnOneReport has the second to save told who said what since the page was opened, beside what she said herself:
// of another's finding, of a correction and of a withdrawal, in the queue and on the report's page.
func TestTwoTabsOnOneReport(t *testing.T) {
	vi := text.Vietnamese
	for _, at := range []struct{ name, path, form string }{{"queue", "/evidence/", "form.answers"}, {"report", "/airings/", `form[action$="/verdict"]`}} {
		t.Run(at.name, func(t *testing.T) {
			e := newEvidence(t, 3)
			var reports []string
			for id := range e.of {
				reports = append(reports, id)
			}
			lo, ma := e.monitor(t, "Lò Thị Giám", province), e.monitor(t, "Ma Văn Sát", province)

			lo.Get(at.path + reports[0])
			ma.Get(at.path + reports[0])
			ma.Submit(at.form, "finding", "contradicted", "note", "Ảnh chụp cụm loa đã tháo")
			lo.Submit(at.form, "finding", "not_proven", "note", "Ảnh tối quá")
			lo.Expect(http.StatusPreconditionFailed, ".stale", vi.Say("airing.finding.not_proven"), vi.Say("airing.finding.contradicted"),
				"Ảnh tối quá", "Ảnh chụp cụm loa đã tháo")
			lo.Expect(http.StatusPreconditionFailed, "main", "Ma Văn Sát")
			if line := e.line(t, reports[0]); len(line.Verdicts) != 1 {
				t.Fatalf("%+v", line.Verdicts)
			}
			lo.Submit(at.form, "finding", "not_proven", "note", "Ảnh tối quá")
			if line := e.line(t, reports[0]); line.Finding != airing.NotProven || len(line.Verdicts) != 2 {
				t.Fatalf("with both before her eyes: %+v", line.Verdicts)
			}

			for i, c := range []airing.Confirm{{Outcome: airing.Aired, StartedAt: monday.Add(5 * time.Minute), Seconds: 900}, {Outcome: airing.Withdrawn}} {
				report := reports[1+i]
				lo.Get(at.path + report)
				m := meta(e.now)
				m.By.Name = "Vàng Thị Mai"
				c.ID, c.Corrects, c.Why = m.ID, report, "ghi nhầm"
				if _, err := e.store.Confirm(t.Context(), m, c); err != nil {
					t.Fatal(err)
				}
				lo.Submit(at.form, "finding", "contradicted", "note", "Nghe không ra tiếng loa")
				lo.Expect(http.StatusConflict, "main .notice", "Vàng Thị Mai")
				lo.Expect(http.StatusConflict, "main", vi.Say("airing.finding.contradicted"), "Nghe không ra tiếng loa")
				lo.Expect(http.StatusConflict, `main a[href="/airings/`+m.ID+`"]`)
				lo.Expect(http.StatusConflict, "main",
					vi.Say("airing.corrected_to."+string(c.Outcome), "at", monday.Add(5*time.Minute), "length", 15*time.Minute))
			}
		})
	}
}

// TestAReasonIsNotLostWithTheServer keeps what was typed on its page while the server is dead, says so, and sends it by itself.
func TestAReasonIsNotLostWithTheServer(t *testing.T) {
	e := newEvidence(t, 2)
	var dead atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if dead.Load() {
			panic(http.ErrAbortHandler) // the line is cut, as by a kill
		}
		e.handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	p := webtest.NewBrowser(t).Person()
	p.Cookie("s", webtest.LoggedIn(t, e.store, "Lò Thị Giám", e.now, accounts.Grant{Role: accounts.Monitor, Scope: province}), server.URL)
	for report := range e.of {
		for _, at := range [][3]string{{"/evidence/", "button[value=contradicted]", ".notice.ok"}, {"/airings/", "form[action$=verdict] button", ".flash"}} {
			note := "Nghe không ra tiếng loa " + at[0]
			p.Open(server.URL + at[0] + report)
			if at[0] == "/airings/" {
				p.Click("input[value=not_proven]")
			}
			p.Set("#f-note", note)
			dead.Store(true)
			p.Click(at[1])
			p.Says("form [role=alert]:not(.unseen)", text.Vietnamese.Say("kit.upload_offline"))
			if got := webtest.Eval[string](p, "what was typed", `document.querySelector("#f-note").value`); got != note {
				t.Fatalf("on the page stands %q", got)
			}
			dead.Store(false)
			webtest.Eval[bool](p, "the network comes", `dispatchEvent(new Event("online"))`)
			p.Wait(at[2])
		}
		if line := e.line(t, report); len(line.Verdicts) != 2 {
			t.Errorf("%+v", line.Verdicts)
		}
		break
	}
}
