package web_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"loa/airing"
	"loa/web/webtest"
)

// line is a listener that counts what goes over it, and where it is slow, passes 50 kbit a second
// with a second for a round trip.
type line struct {
	net.Listener
	slow     bool
	down, up atomic.Int64
	turn     sync.Mutex // one link for all connections
}

const (
	roundTrip = time.Second
	perSecond = 50_000 / 8
	packet    = 512 // bytes
)

func (l *line) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &wire{Conn: c, line: l, open: time.Now().Add(roundTrip)}, err
}

type wire struct {
	net.Conn
	line  *line
	open  time.Time // when the connection is made: a browser makes some before it needs them
	asked bool      // an answer has not begun
}

func (w *wire) pass(n int) {
	if w.line.slow {
		w.line.turn.Lock()
		time.Sleep(time.Duration(n) * time.Second / perSecond)
		w.line.turn.Unlock()
	}
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.line.up.Add(int64(n))
	if n > 0 && w.line.slow {
		time.Sleep(time.Until(w.open))
	}
	w.asked = true
	w.pass(n)
	return n, err
}

func (w *wire) Write(p []byte) (n int, err error) {
	if w.line.slow && w.asked {
		time.Sleep(roundTrip)
	}
	w.asked = false
	w.line.down.Add(int64(len(p)))
	if !w.line.slow {
		return w.Conn.Write(p)
	}
	for n < len(p) { // it arrives bit by bit, and the head of a page before its end
		part := p[n:min(n+packet, len(p))]
		w.pass(len(part))
		m, err := w.Conn.Write(part)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}

// What the operator's page costs on a line: everything with its heads, as it goes over the wire. With LOA_LONG=1 the
// line is as slow as 2G, and the times are printed; they hold nothing.
func TestWhatTheOperatorsPageCostsOnALine(t *testing.T) {
	if os.Getenv("LOA_LONG") != "1" {
		t.Parallel()
	}
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	webtest.Stations(t, s)
	planned(t, s)
	p := &phone{t: t, store: s, browser: webtest.NewBrowser(t)}
	p.now.Store(&tuesday)
	var l *line
	var up, down [2]int64 // counted before a confirmation, and as it comes and goes
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			up[1] = l.up.Load() - up[0]
		case up[1] > 0 && down[1] == 0: // the next request: the answer has gone
			down[1] = l.down.Load() - down[0]
		}
		h.ServeHTTP(w, r)
	}))
	l = &line{Listener: p.server.Listener, slow: os.Getenv("LOA_LONG") == "1"}
	p.server.Listener = l
	p.server.Start()
	t.Cleanup(p.server.Close)
	p.tab = p.browser.Person()
	p.logIn(tuesday)

	spent := func(what string, most int64, step func()) {
		t.Helper()
		down, up, began := l.down.Load(), l.up.Load(), time.Now()
		step()
		took := time.Since(began)
		for was := int64(-1); l.slow && was != l.down.Load(); time.Sleep(5 * roundTrip) { // what the page still fetches is counted too
			was = l.down.Load()
		}
		down, up = l.down.Load()-down, l.up.Load()-up
		painted := webtest.Eval[float64](p.tab, "when it was painted", `performance.getEntriesByType("paint").at(-1)?.startTime ?? 0`)
		t.Logf("%-34s %6.1f s (on the screen after %.1f s), %6d bytes down, %5d up", what, took.Seconds(), painted/1000, down, up)
		if l.slow {
			t.Log(webtest.Eval[string](p.tab, "when its parts came", `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map((e) =>
				(e.startTime / 1000).toFixed(1) + " to " + (e.responseEnd / 1000).toFixed(1) + " s " + new URL(e.name).pathname.split("/").pop()).join(", ")`))
		}
		if most > 0 && !l.slow && (down > most || up > most) {
			t.Errorf("%s: %d bytes down and %d up, want %d", what, down, up, most)
		}
	}
	spent("first visit and what is kept then", 40_000, func() {
		p.tab.Open(p.server.URL + "/today")
		p.tab.Wait(".yes")
		p.kept("/today")
		p.kept("/outbox")
	})
	p.tab.Until("the worker has the page", `Boolean(navigator.serviceWorker.controller)`)
	p.tab.Open("about:blank")
	spent("second visit, which keeps her log", 24_000, func() {
		p.tab.Open(p.server.URL + "/today")
		p.tab.Wait(".yes")
		p.kept("/airings/new?station=S00001")
		p.tab.Until("the recorder is kept", `caches.open("loa-1-parts").then((c) => c.keys()).then((all) => all.some((r) => r.url.endsWith("/kit/clip.js")))`)
	})
	p.tab.Open("about:blank")
	spent("later visit until it can be pressed", 3_000, func() { p.tab.Open(p.server.URL + "/today"); p.tab.Wait(".yes") })
	p.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
	up[0], down[0] = l.up.Load(), l.down.Load()
	spent("a confirmation and the page after it", 0, func() {
		p.tab.Click(".yes")
		p.tab.Wait("[id^=done-]")
	})
	t.Logf("of it the confirmation alone: %d bytes up, %d down", up[1], down[1])
	if up[1] > 1_000 || down[1] > 1_000 {
		t.Errorf("a confirmation takes %d bytes up and %d down", up[1], down[1])
	}
	lines, _, err := s.Airings(t.Context(), meta(tuesday).By, airing.Query{From: tuesday.AddDate(0, 0, -7), Until: tuesday})
	if err != nil || len(lines) != 1 {
		t.Errorf("%d reports, %v", len(lines), err)
	}
}

// Before the first tap nothing but the page has to come, whatever the line: it brings the style of what it shows first.
// No script holds it up, for the buttons are forms, and what a script adds comes with what it imports at most two steps deep.
// Who has the page already, and its parts, is not sent that style again.
func TestTheFirstTapWaitsForThePageAlone(t *testing.T) {
	t.Parallel()
	k, s := build(t, func() time.Time { return tuesday })
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	operator, _, _ := aWeek(t, s)
	c := webtest.NewClient(t, h, operator)
	first := c.Get("/today").Header().Get("Loa-Tag")
	head := c.Doc().Find("head")
	if n := head.Find(`link[rel=stylesheet]:not([media="(min-width: 62rem)"])`).Length(); n != 0 {
		t.Errorf("%d styles hold the page up", n)
	}
	if n := head.Find("style").Length(); n != 1 {
		t.Errorf("the page brings %d styles", n)
	}
	if last := c.Doc().Find("body").Children().Last(); !last.Is("link[rel=stylesheet]") {
		t.Error("the rest of the style does not come last")
	}
	if n := c.Doc().Find("script:not([type=module])").Length(); n != 0 {
		t.Errorf("%d scripts hold the page up", n)
	}
	if n := head.Find("script[type=module]").Length(); n != 1 {
		t.Errorf("%d scripts come beside the style", n)
	}
	if c.Doc().Find("form.thumbs button.yes").Length() == 0 || c.Doc().Find("form.thumbs").AttrOr("action", "") != "/airings" {
		t.Error("nothing can be pressed without a script")
	}
	again := httptest.NewRequest(http.MethodGet, "/today", nil)
	again.Header.Set("If-None-Match", `"another"`)
	again.AddCookie(&http.Cookie{Name: "s", Value: operator})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, again)
	if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "<style>") || strings.Count(body, `rel="stylesheet"`) != 1 ||
		w.Header().Get("Loa-Tag") != first {
		t.Errorf("who has kept the page gets %d with %d styles, %s and not %s", w.Code, strings.Count(body, `rel="stylesheet"`), w.Header().Get("Loa-Tag"), first)
	}
	imports := regexp.MustCompile(`(?m)^import [^"]*"\./(\w+\.js)"`)
	script, err := os.ReadFile("kit/kit.js")
	if err != nil {
		t.Fatal(err)
	}
	named := imports.FindAllStringSubmatch(string(script), -1)
	if len(named) == 0 {
		t.Error("kit.js is read wrong: it imports nothing")
	}
	for _, m := range named {
		deeper, err := os.ReadFile("kit/" + m[1])
		if err != nil {
			t.Fatal(err)
		}
		if more := imports.FindString(string(deeper)); more != "" {
			t.Errorf("%s, which kit.js waits for, waits for another: %s", m[1], more)
		}
	}
}
