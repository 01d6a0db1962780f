package library_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/library/intake"
	"loa/scheduler"
	"loa/stations"
	"loa/store/bolt"
	"loa/store/bolttest"
	"loa/web/api"
	"loa/web/kit"
	"loa/web/library"
	"loa/web/uploads"
	"loa/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// editor is whoever asks.
type editor struct{}

func (editor) BySession(_ context.Context, h accounts.Hash, _ time.Time) (accounts.Person, accounts.Session, error) {
	return accounts.Person{ID: "p1", Name: "Chị Hoa", Grants: []accounts.Grant{{Role: accounts.Editor, Scope: accounts.Scope{Level: accounts.Province}}}},
		accounts.Session{ID: "s", Hash: h}, nil
}

func (editor) ByToken(context.Context, accounts.Hash, time.Time) (accounts.Person, error) {
	return accounts.Person{}, nil
}

// house is the library and the parts behind it, in a folder of the test.
type house struct {
	store *bolt.Store
	desk  *intake.Desk
	http.Handler
}

func newHouse(t *testing.T) house {
	t.Helper()
	s := bolttest.NewHouse(t, t.TempDir(), time.Now)
	k := kit.New(kit.Config{Auth: editor{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	library.Register(k, s, s.Desk)
	api.Register(k, s, s.Blobs, s.Desk, nil, nil, nil)
	uploads.Register(k, s.Desk, s.LibrarySettings)
	h, err := k.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return house{s.Store, s.Desk, h}
}

// keep sends a file as the editor and returns the ID of the recording.
func (h house) keep(t *testing.T, name string, file []byte) string {
	t.Helper()
	id := kit.NewID()
	p, _, err := editor{}.BySession(t.Context(), "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Take(t.Context(), p.Actor("web"), id, intake.Order{Name: name, Length: int64(len(file))}, bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAFileIsSentFromTheBrowserOverABadLine(t *testing.T) {
	h := newHouse(t)
	var patches atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: "x"})
		if r.Method == "PATCH" && patches.Add(1) == 2 { // the second piece meets a captive portal
			io.WriteString(w, "<html>Wi-Fi</html>")
			return
		}
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "Bản tin nông thôn mới.mp3")
	if err := os.WriteFile(file, audiotest.MP3(t, 40, 64, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	p := webtest.NewBrowser(t).Person()
	p.Open(server.URL + "/library")
	p.Shot("library-empty", 360)
	p.Upload("#f-file", file)
	p.Wait("[data-upload] [data-state]") // the script has taken it, however late it came
	p.Click("form[enctype] > button")
	p.Wait(".player")
	if got := p.Text("h1"); got != "Bản tin nông thôn mới.mp3" {
		t.Errorf("arrived at %q", got)
	}
	if n := patches.Load(); n < 3 {
		t.Errorf("%d pieces: the one the portal swallowed was not sent again", n)
	}
	p.Shot("library-recording", 360)
	p.Shot("library-recording", 1280)
	p.Open(server.URL + "/library?q=nong+thon")
	if got := p.Text("tbody"); !strings.Contains(got, "Bản tin") || !strings.Contains(got, "0:40") {
		t.Errorf("list: %q", got)
	}
	p.Shot("library-list", 360)
	p.Shot("library-list", 1280)
}

func TestWhatShouldBeMendedIsToldBeforeTheFormIsSent(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: "x"})
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "bản tin.wav")
	if err := os.WriteFile(file, withFaults(), 0o600); err != nil {
		t.Fatal(err)
	}
	p := webtest.NewBrowser(t).Person()
	p.Open(server.URL + "/library")
	p.Upload("input[type=file]", file)
	p.Wait("[data-findings] .notice")
	if said := p.Text("[data-findings]"); !strings.Contains(said, "0:15–0:25") || !strings.Contains(said, "Tiếng bị vỡ") ||
		strings.Contains(said, "do Loa chuyển") {
		t.Errorf("findings: %q", said)
	}
	p.Shot("library-findings", 360)
	p.Click("[data-drop]")
	if n := webtest.Eval[int](p, "count what is told", `document.querySelectorAll("[data-findings] .notice").length`); n != 0 {
		t.Errorf("%d findings of a file that was dropped", n)
	}
}

// withFaults is a recording of 40 s that is silent from 15 to 25 s and clipped
// from 30 to 34 s.
func withFaults() []byte {
	const rate = 22050
	wav := audiotest.WAV(40, rate, 5)
	clear(wav[44+2*rate*15 : 44+2*rate*25])
	for at := 44 + 2*rate*30; at < 44+2*rate*34; at += 2 {
		v := int16(binary.LittleEndian.Uint16(wav[at:]))
		binary.LittleEndian.PutUint16(wav[at:], uint16(max(-32767, min(32767, 9*int(v)))))
	}
	return wav
}

func TestTheWaveformIsDrawnSoughtAndHeard(t *testing.T) {
	h := newHouse(t)
	id := h.keep(t, "Bản tin có khoảng lặng.wav", withFaults())
	var parts atomic.Int32 // answers that are a range of the file
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: "x"})
		h.ServeHTTP(w, r)
		if r.URL.Path == "/api/v1/audio/"+id && r.Header.Get("Range") != "" && w.Header().Get("Content-Range") != "" {
			parts.Add(1)
		}
	}))
	defer server.Close()
	p := webtest.NewBrowser(t).Person()
	p.Open(server.URL + "/library/" + id)
	p.Wait(".wave canvas")
	until := func(what, js string) {
		t.Helper()
		p.Until(what, js)
	}
	until("know the length", `document.querySelector("audio").duration > 39`)
	if w := webtest.Eval[float64](p, "measure the player", `document.querySelector("audio").getBoundingClientRect().width`); w < 250 {
		t.Errorf("the player is %v px wide on a phone", w)
	}
	const colours = `(() => { const c = document.querySelector("canvas"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data, seen = new Set();
		for (let i = 0; i < d.length; i += 4) if (d[i + 3]) seen.add(d[i] + "," + d[i + 1] + "," + d[i + 2]); return c.width > 200 && seen.size; })()`
	until("see the sound, the marks and the place where one is in colours of their own", colours+" >= 3")
	p.Shot("library-player", 360)
	p.Shot("library-player", 1280)

	at := func() float64 {
		t.Helper()
		return webtest.Eval[float64](p, "read the position", `document.querySelector("audio").currentTime`)
	}
	webtest.Eval[any](p, "press the middle", `(() => { const c = document.querySelector("canvas"), r = c.getBoundingClientRect();
		c.dispatchEvent(new MouseEvent("click", { clientX: r.left + r.width / 2, clientY: r.top + 9, bubbles: true })); })()`)
	until("seek", `!document.querySelector("audio").seeking`)
	if s := at(); s < 18 || s > 22 {
		t.Errorf("a click on the middle went to %v s", s)
	}
	if n := webtest.Eval[int](p, "count the flags", `document.querySelectorAll(".flags.warn button:not([hidden])").length`); n != 2 {
		t.Errorf("%d flags for a silence and, told before it, what is clipped after it", n)
	}
	p.Click(".flags.warn button[title*='Im lặng']:not([hidden])")
	if s := at(); s < 14.5 || s > 15.5 {
		t.Errorf("the mark of the silence went to %v s", s)
	}
	p.Keys("canvas", kb.ArrowRight+kb.ArrowUp)
	if s := at(); s < 39 {
		t.Errorf("right and up went to %v s", s)
	}
	p.Press(kb.Home)
	if s := at(); s != 0 {
		t.Errorf("Home went to %v s", s)
	}
	p.Set("#s-player", "1.5")
	webtest.Eval[any](p, "tell the page", `document.querySelector("#s-player").dispatchEvent(new Event("change"))`)
	webtest.Eval[any](p, "leave the waveform", `document.querySelector("canvas").blur()`)
	p.Press(" ")
	until("play",
		`!document.querySelector("audio").paused && document.querySelector("audio").currentTime > 0.2 && document.querySelector("audio").playbackRate === 1.5`)
	if said := p.Text(".player [role=status]"); !strings.HasPrefix(said, "Đang phát từ 0:0") {
		t.Errorf("announced: %q", said)
	}
	p.Press(" ")
	until("stop", `document.querySelector("audio").paused && document.querySelector(".player [role=status]").textContent.startsWith("Đã dừng ở")`)
	if said := webtest.Eval[string](p, "read the slider", `document.querySelector("canvas").getAttribute("aria-valuetext")`); !strings.HasSuffix(said,
		" trong 0:40") {
		t.Errorf("the slider says %q", said)
	}
	if parts.Load() == 0 {
		t.Error("the browser never got a part of the file (206)")
	}

	p.Click("button[popovertarget=gone]")
	p.Follow("#gone .danger")
	if said := p.Text("main"); strings.Contains(said, "khoảng lặng") {
		t.Errorf("after its removal: %q", said)
	}
}

// TestTwoThatSoundAlikeAreComparedByEarAndDecided keeps one sound in two
// encodings, the second without its first seconds.
func TestTwoThatSoundAlikeAreComparedByEarAndDecided(t *testing.T) {
	h := newHouse(t)
	whole := h.keep(t, "Nông thôn mới tuần 20.mp3", audiotest.MP3(t, 40, 64, 1))
	again := h.keep(t, "Nông thôn mới (gửi lại).mp3", audiotest.MP3(t, 40, 128, 1))
	h.keep(t, "Bản tin khác.wav", audiotest.WAV(40, 22050, 7))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: "x"})
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	p := webtest.NewBrowser(t).Person()
	p.Open(server.URL + "/library")
	if n := webtest.Eval[int](p, "count the marks", `document.querySelectorAll("tbody .badge.warn").length`); n != 2 {
		t.Errorf("%d recordings are marked, want 2", n)
	}
	p.Shot("library-list-alike", 360)
	p.Open(server.URL + "/library?alike=open")
	if said := p.Text("tbody"); strings.Contains(said, "Bản tin khác") || !strings.Contains(said, "tuần 20") || !strings.Contains(said, "gửi lại") {
		t.Errorf("those that wait for a decision: %q", said)
	}
	p.Shot("library-waiting", 360)
	p.Open(server.URL + "/library/" + whole)
	p.Shot("library-alike", 360)
	p.Shot("library-alike", 1280)
	if said := p.Text("#alike"); !strings.Contains(said, "Nông thôn mới (gửi lại).mp3") || strings.Contains(said, "Bản tin khác") ||
		!strings.Contains(said, "Chị Hoa") {
		t.Errorf("alike: %q", said)
	}
	p.Click("#alike [data-of=player]")
	p.Click("#alike [data-of^=p-]")
	p.Until("hear the other alone",
		`(() => { const [mine, other] = document.querySelectorAll("audio"); return mine.paused && !other.paused && other.currentTime > 0; })()`)

	p.Follow("#alike button[value=different]")
	if said := p.Text("#alike .error"); !strings.Contains(said, "vì sao") {
		t.Errorf("without a reason: %q", said)
	}
	p.Set("#alike textarea", "Cùng nhạc, khác lời <i>")
	p.Follow("#alike button[value=different]")
	if said := p.Text("#alike .notice"); !strings.Contains(said, "Hai bản khác nhau. Cùng nhạc, khác lời <i>") || !strings.Contains(said, "Chị Hoa") {
		t.Errorf("the decision: %q", said)
	}
	p.Shot("library-alike-decided", 360)
	p.Open(server.URL + "/library/" + again)
	p.Click("#alike summary")
	p.Follow("#alike button[value=open]")
	p.Follow("#alike button[value=same]")
	if said := p.Text("#alike .notice"); !strings.Contains(said, "Cùng một bản ghi.") {
		t.Errorf("decided again, from the other side: %q", said)
	}
	p.Open(server.URL + "/library")
	if n := webtest.Eval[int](p, "count the marks", `document.querySelectorAll("tbody .badge.warn").length`); n != 0 {
		t.Errorf("%d recordings are marked after the decision", n)
	}
	p.Open(server.URL + "/library?alike=open")
	p.Wait(".empty")
}

// TestRecordingsAreSoughtByWhatTheyWereMadeFor makes an episode of one of two
// recordings and asks for it as a person would.
func TestRecordingsAreSoughtByWhatTheyWereMadeFor(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	units, list := stations.Founding()
	do := func() accounts.Meta {
		return accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: time.Now().UTC()}
	}
	if err := h.store.Found(ctx, do(), units, list); err != nil {
		t.Fatal(err)
	}
	used := h.keep(t, "duong-lang.wav", audiotest.WAV(61, 8000, 1))
	h.keep(t, "loi-chao.wav", audiotest.WAV(5, 8000, 2))
	p, err := h.store.SaveProgramme(ctx, do(), scheduler.SaveProgramme{Title: "Nông thôn mới hằng tuần", Producer: "Đài tỉnh",
		Topics: []scheduler.Topic{"rural_infrastructure"}, Languages: []string{"vi", "hmn"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.SaveEpisode(ctx, do(), scheduler.SaveEpisode{Programme: p.ID, Title: "Đường làng", Audio: used, Language: "hmn"}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "s", Value: "x"})
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	for query, want := range map[string]string{"": "duong loi", "programme=" + p.ID: "duong", "topic=rural_infrastructure": "duong", "topic=rural_tourism": "",
		"language=hmn": "duong", "language=vi": "",
		"station=province": "duong loi", "station=S00001": "", "from=1": "duong", "to=0,5": "loi", "q=chao": "loi", "language=hmn&q=chao": ""} {
		for _, path := range []string{"/library?" + query, "/api/v1/audio?" + strings.NewReplacer("from=1", "min_seconds=60", "to=0,5",
			"max_seconds=30").Replace(query)} {
			answer, err := http.Get(server.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			for word, file := range map[string]string{"duong": "duong-lang.wav", "loi": "loi-chao.wav"} {
				if strings.Contains(string(b), file) != strings.Contains(want, word) {
					t.Errorf("%s: %s is wrongly there or missing", path, file)
				}
			}
		}
	}
	c := webtest.NewClient(t, h, "x")
	for query, field := range map[string]string{"from=5:75": "from", "to=NaN": "to", "from=-1": "from", "from=10&to=5": "from", "from=Inf&q=chao": "from"} {
		c.Get("/library?" + query)
		c.Expect(422, "details[open] #e-"+field)
		c.Refuse("duong-lang.wav", "loi-chao.wav")
	}
	for _, query := range []string{"kind=song", "min_seconds=NaN", "max_seconds=Inf", "min_seconds=-1", "min_seconds=10&max_seconds=5"} {
		if w := c.Get("/api/v1/audio?" + query); w.Code != 422 {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	c.Get("/library/" + used)
	c.Expect(200, `dd a[href="/episodes/E1"]`, "nên không xoá được")
	if n := c.Doc().Find(".danger").Length(); n != 0 {
		t.Error("what an episode is made of is offered to be removed")
	}
	if w := c.Get("/api/v1/audio/" + used + "/report"); !strings.Contains(w.Body.String(), `"episodes":["E1"]`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	tab := webtest.NewBrowser(t).Person()
	tab.Open(server.URL + "/library")
	tab.Shot("library-filters-folded", 360)
	tab.Click("summary")
	tab.Set("#f-programme", p.ID)
	tab.Set("#f-language", "hmn")
	tab.Follow("form[role=search] button")
	if got := tab.Text("tbody"); !strings.Contains(got, "duong-lang.wav") || strings.Contains(got, "loi-chao.wav") {
		t.Errorf("found %q", got)
	}
	tab.Shot("library-filters", 360)
	tab.Shot("library-filters", 1280)
	tab.Open(server.URL + "/library?topic=rural_tourism&from=1,5&q=xyz")
	tab.Shot("library-none-found", 360)
}
