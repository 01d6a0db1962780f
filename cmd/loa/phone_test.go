package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/airing"
	"loa/audio/audiotest"
	"loa/contest"
	"loa/scheduler"
	"loa/store/bolt"
	"loa/web/webtest"
)

// valley is an operator's phone in front of a daemon that can be killed, with a line between them that can be cut.
type valley struct {
	t       *testing.T
	dir     string
	front   *httptest.Server
	browser *webtest.Browser
	tab     *webtest.Tab
	logins  []string // sessions of hers that were not begun yet, by their secrets
	other   string   // a locked session of who uses the phone too

	mu     sync.Mutex
	daemon *child
	meddle atomic.Pointer[func(w http.ResponseWriter, r *http.Request) bool] // true: it has dealt with the request
}

// valleyStation is hers.
const (
	valleyStation = "S00012"
	valleyContest = "ban-lang"
	valleyPIN     = "804627"
)

// newValley founds a province whose station airs so many times a day, since nine days.
func newValley(t *testing.T, daily, logins int) *valley {
	t.Helper()
	v := &valley{t: t, dir: t.TempDir()}
	startChild(t, v.dir, 0).kill() // founds the province
	offline(t, v.dir, func(s *bolt.Store, h *contest.Hall) {
		now := time.Now()
		meta := func(at time.Time) accounts.Meta {
			return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: at}
		}
		since := now.AddDate(0, 0, -9)
		p, err := s.SaveProgramme(t.Context(), meta(since), scheduler.SaveProgramme{Title: "Bản tin xã", Languages: []string{"vi"}, CountsTowardTarget: true})
		if err != nil {
			t.Fatal(err)
		}
		for i := range daily {
			rule := scheduler.SaveRule{Programme: p.ID, Cron: fmt.Sprintf("0 %d * * *", i*24/daily), Selection: scheduler.Selection{All: true}}
			if _, err := s.SaveRule(t.Context(), meta(since), rule); err != nil {
				t.Fatal(err)
			}
		}
		opened(t, h, now)
		phc, err := accounts.HashPassphrase(t.Context(), valleyPIN)
		if err != nil {
			t.Fatal(err)
		}
		person := func(name, login string) accounts.Person {
			who, err := s.AddPerson(t.Context(), meta(since), accounts.AddPerson{Name: name, Login: login,
				Grants: []accounts.Grant{{Role: accounts.Operator, Scope: accounts.Scope{Level: accounts.Station, ID: valleyStation}}}})
			if err != nil {
				t.Fatal(err)
			}
			return who
		}
		session := func(who accounts.Person) (string, accounts.Session) {
			secret := webtest.Session(t, s, who, now)
			_, begun, err := s.BySession(t.Context(), accounts.HashOf(secret), now)
			if err == nil {
				m := meta(now)
				m.By = who.Actor("session")
				err = s.SetPIN(t.Context(), m, accounts.SetPIN{Session: begun.Root(), Hash: phc})
			}
			if err != nil {
				t.Fatal(err)
			}
			return secret, begun
		}
		who := person("Giàng Thị Mỷ", "xa-my")
		for range logins {
			secret, _ := session(who)
			v.logins = append(v.logins, secret)
		}
		secret, begun := session(person("Lò Văn Páo", "xa-pao"))
		if err := s.Shut(t.Context(), begun.Hash); err != nil {
			t.Fatal(err)
		}
		v.other = secret
	})
	v.daemon = startChild(t, v.dir, 0)
	v.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := v.meddle.Load(); f == nil || !(*f)(w, r) {
			v.pass(w, r, nil)
		}
	}))
	t.Cleanup(v.front.Close)
	v.browser = webtest.NewBrowser(t)
	v.tab = v.browser.Person()
	v.tab.Cookie("held", v.other, v.front.URL)
	v.logIn()
	return v
}

// opened opens a contest to works that are one recording.
func opened(t *testing.T, h *contest.Hall, now time.Time) {
	t.Helper()
	rules := killRules(now)
	rules.Dates = contest.Timetable{OpensAt: now.Add(-time.Hour), ClosesAt: now.Add(24 * time.Hour)}
	rules.Categories[0].Needs, rules.Quotas = []contest.Need{{Piece: contest.Audio, When: contest.Always}}, nil
	org := accounts.Actor{Person: "tochuc", Grants: []accounts.Grant{{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Province}}}}
	for _, c := range []contest.Command{contest.DraftContest{Rules: rules}, contest.OpenContest{}} {
		if _, err := h.Do(t.Context(), accounts.Meta{ID: uuid.NewString(), By: org, At: now}, valleyContest, c); err != nil {
			t.Fatal(err)
		}
	}
}

// pass hands a request to the daemon; heard is called with its answer before the phone has it.
func (v *valley) pass(w http.ResponseWriter, r *http.Request, heard func() error) {
	v.mu.Lock()
	to, err := url.Parse(v.daemon.url)
	v.mu.Unlock()
	if err != nil {
		panic(err)
	}
	proxy := httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to); p.Out.Host = p.In.Host },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }}
	if heard != nil {
		proxy.ModifyResponse = func(*http.Response) error { return heard() }
	}
	proxy.ServeHTTP(w, r)
}

func (v *valley) meddles(f func(w http.ResponseWriter, r *http.Request) bool) { v.meddle.Store(&f) }

// logIn begins the next of her sessions.
func (v *valley) logIn() {
	v.t.Helper()
	v.tab.Cookie("s", v.logins[0], v.front.URL)
	v.logins = v.logins[1:]
}

// kill ends the daemon as a power cut would; restart starts it again over the same folder.
func (v *valley) kill() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.daemon.kill()
}

func (v *valley) restart() {
	v.t.Helper()
	c := startChild(v.t, v.dir, 0)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.daemon = c
}

func (v *valley) today() {
	v.t.Helper()
	v.open("/today")
}

// open goes to a page, from none: the one that is left may be about to load itself anew.
func (v *valley) open(path string) {
	v.t.Helper()
	v.tab.Open("about:blank")
	v.tab.Open(v.front.URL + path)
	v.tab.Until("the outbox is there", `Boolean(document.querySelector("#unsent"))`)
}

const valleyWaits = `new Promise((done) => {
	const ask = indexedDB.open("loa-outbox");
	ask.onsuccess = () => {
		const all = ask.result.transaction("items").objectStore("items").getAll();
		all.onsuccess = () => { ask.result.close(); done(all.result); };
	};
})`

// settles sends by hand until nothing waits.
func (v *valley) settles() {
	v.t.Helper()
	v.meddle.Store(nil)
	v.today()
	v.tab.Until("nothing waits", `(document.querySelector("#unsent button")?.click(), `+valleyWaits+`.then((all) => !all.length))`)
}

// reports are all the log has, by ID, as the daemon says.
func (v *valley) reports() (lines []airing.Line) {
	v.t.Helper()
	for path := "/api/v1/airings?limit=200&station=" + valleyStation; path != ""; {
		var page struct {
			Items []airing.Line `json:"items"`
			Next  string        `json:"next"`
		}
		if err := json.Unmarshal(v.daemon.must("GET", path, ""), &page); err != nil {
			v.t.Fatal(err)
		}
		lines, path = append(lines, page.Items...), page.Next
	}
	return lines
}

// A daemon that is killed while a phone sends, before the request, in it, or before the answer, makes of each report one.
func TestADaemonKilledWhileAPhoneSends(t *testing.T) {
	t.Parallel()
	v := newValley(t, 1, 1)
	v.today()
	steps := []struct {
		name string
		do   func(w http.ResponseWriter, r *http.Request)
	}{
		{"before the request", func(http.ResponseWriter, *http.Request) { v.kill() }},
		{"in the request", func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			c, err := net.Dial("tcp", strings.TrimPrefix(v.daemon.url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			var whole bytes.Buffer
			r.Body = io.NopCloser(bytes.NewReader(body))
			_ = r.Write(&whole) // a buffer takes all
			_, _ = c.Write(whole.Bytes()[:whole.Len()-len(body)/2])
			v.kill()
		}},
		{"while it is carried out", func(w http.ResponseWriter, r *http.Request) {
			go v.kill()
			v.pass(w, r, func() error { return errors.New("cut") })
		}},
		{"before the answer", func(w http.ResponseWriter, r *http.Request) {
			v.pass(w, r, func() error { v.kill(); return errors.New("cut") })
		}},
	}
	for n, step := range steps {
		down := make(chan struct{})
		var once sync.Once
		v.meddles(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPost || r.URL.Path != "/airings" {
				return false
			}
			defer panic(http.ErrAbortHandler) // the phone hears nothing
			once.Do(func() {
				defer close(down)
				step.do(w, r)
			})
			return true
		})
		v.tab.Click("[aria-labelledby=waiting] .yes")
		<-down
		v.tab.Wait(".phone .notice")
		v.kill()
		v.restart()
		v.settles()
		if lines := v.reports(); len(lines) != n+1 {
			t.Errorf("killed %s: the log has %d reports, want %d", step.name, len(lines), n+1)
		}
		v.today()
	}
	v.kill()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"verify", "--data", v.dir}, &out, &out); code != 0 {
		t.Errorf("verify: %s", out.String())
	}
}

// A phone is used for a while by chance: reports, reasons, corrections, photos, sounds, works for a contest, taken back, undone, without a
// network, with answers that are lost, reloaded, closed, logged out and in again, used by somebody else between, the daemon killed. In the end the
// log says what a plain model says, each slot, photo, sound and work once, and nothing waits on the phone. The seed is printed; LOA_SEED repeats a walk,
// LOA_LONG=1 makes it 500 steps.
func TestAPhoneIsUsedByChance(t *testing.T) {
	t.Parallel()
	seed, steps := uint64(time.Now().UnixNano()%1_000_000), 40
	if s, err := strconv.ParseUint(os.Getenv("LOA_SEED"), 10, 64); err == nil {
		seed = s
	}
	if os.Getenv("LOA_LONG") == "1" {
		steps = 500
	}
	t.Logf("LOA_SEED=%d repeats the %d steps", seed, steps)
	w := &walk{valley: newValley(t, 6, 2+steps/8), chance: rand.New(rand.NewPCG(seed, 1)), says: map[string]string{}, photos: map[string]int{}}
	w.line(true)
	w.begins()
	did := map[string]int{}
	for range steps {
		did[w.step()]++
	}
	t.Logf("did %v", did)
	w.lost.Store(0)
	w.settles()
	w.compare()
}

// begins opens her day with a network, and waits until the phone has kept it.
func (w *walk) begins() {
	w.t.Helper()
	w.today()
	w.tab.Until("her day is kept", `caches.open("loa-1-pages").then((c) => c.match("/today")).then(Boolean)`)
}

type walk struct {
	*valley
	chance *rand.Rand
	says   map[string]string // what she said of each slot: outcome and note; "" is nothing, or taken back
	photos map[string]int    // of each slot that were not dropped with their report, sounds too
	taken  int               // photos and sounds in all
	works  []string          // titles of what she entered
	lost   atomic.Int32      // answers that the daemon gives and nobody hears
	cut    bool
}

func (w *walk) line(on bool) {
	w.cut = !on
	w.meddles(func(rw http.ResponseWriter, r *http.Request) bool {
		switch {
		case !on:
			panic(http.ErrAbortHandler)
		case r.Method != http.MethodGet && w.lost.Load() > 0:
			w.lost.Add(-1)
			w.pass(rw, r, func() error { return errors.New("lost") })
			return true
		}
		return false
	})
}

// step does one thing by chance and returns its name.
func (w *walk) step() string {
	w.t.Helper()
	switch w.chance.IntN(18) {
	case 0, 1, 2, 3:
		return w.press()
	case 4:
		return w.takeBack()
	case 5:
		return w.photo()
	case 6:
		return w.correct()
	case 7:
		return w.undo()
	case 8, 9:
		w.line(w.cut)
		return "line"
	case 10:
		w.lost.Store(int32(w.chance.IntN(3)))
		return "lost answers"
	case 11: // the tab is closed, and opened again
		other := w.tab.Beside()
		w.tab.Open("about:blank")
		w.tab = other
		w.today()
		return "tab"
	case 12:
		return w.powerCut()
	case 13, 14:
		return w.evidence()
	case 15:
		return w.work()
	case 16:
		return w.person()
	}
	return w.logOut()
}

func (w *walk) powerCut() string {
	w.kill()
	if w.chance.IntN(2) == 0 {
		w.today() // from what was kept
	}
	w.restart()
	w.today()
	return "kill"
}

// logOut leaves, told of what waits, and comes back. It takes a network.
func (w *walk) logOut() string {
	if w.cut || len(w.logins) == 0 {
		w.today()
		return "reload"
	}
	w.lost.Store(0)
	w.open("/me")
	w.tab.Until("she is logged out", `(document.querySelector("form[action='/logout'] [popover] button[value=end]")?.click(), ["/login", "/unlock"].includes(location.pathname))`)
	w.logIn()
	w.begins()
	return "log out"
}

// press answers a card that asks.
func (w *walk) press() string {
	said := webtest.Eval[[]string](w.tab, "press on a card", fmt.Sprintf(`(() => {
		document.querySelector("[data-pressed]")?.removeAttribute("data-pressed");
		const cards = [...document.querySelectorAll("article[data-slot]")].filter((c) => c.querySelector(".thumbs")?.offsetParent);
		const card = cards[%d %% Math.max(1, cards.length)];
		if (!card) return [];
		const yes = %t;
		card.dataset.pressed = "yes";
		(yes ? card.querySelector(".yes") : card.querySelector(".dialog button[value=weather]")).click();
		return [card.dataset.slot, yes ? "aired" : "not_aired"];
	})()`, w.chance.IntN(100), w.chance.IntN(3) > 0))
	if len(said) == 0 {
		return "nothing to press"
	}
	w.says[said[0]], w.photos[said[0]] = said[1]+" ", 0
	w.rests("article[data-pressed]")
	return "press"
}

// rests waits until what was pressed on is kept, or has gone and the page after it is there.
func (w *walk) rests(sel string) {
	w.t.Helper()
	w.tab.Until("it is kept, or has gone", fmt.Sprintf(`document.readyState === "complete" && Boolean(document.querySelector("#unsent")) &&
		!document.querySelector("form[data-sent]") && (!document.querySelector(%q) || Boolean(document.querySelector(%[1]q+" .phone")))`, sel))
}

func (w *walk) takeBack() string {
	slot := webtest.Eval[string](w.tab, "take back", `(() => {
		document.querySelector("[data-pressed]")?.removeAttribute("data-pressed");
		const button = document.querySelector("article .phone button"), card = button?.closest("article");
		if (card) card.dataset.pressed = "yes";
		button?.click();
		return card?.dataset.slot ?? "";
	})()`)
	if slot == "" {
		return "nothing to take back"
	}
	w.says[slot], w.photos[slot] = "", 0
	w.tab.Until("it is taken back", `document.readyState === "complete" && !document.querySelector("article[data-pressed] .phone button")`)
	return "take back"
}

// picture is the next photo and its name. No two are the same.
func (w *walk) picture() (name, jpg string) {
	w.t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = byte(i * (w.taken + 1) >> 3)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprintf("anh-%03d.jpg", w.taken+1), base64.StdEncoding.EncodeToString(b.Bytes())
}

// stored waits until the outbox has a photo, or has had it.
func (w *walk) stored(name string) {
	w.t.Helper()
	w.tab.Until("the photo is kept, or has gone", fmt.Sprintf(`new Promise((done) => {
		const ask = indexedDB.open("loa-outbox");
		ask.onsuccess = () => {
			const t = ask.result.transaction(["items", "notes"]), found = [];
			for (const table of ["items", "notes"]) {
				const all = t.objectStore(table).getAll();
				all.onsuccess = () => found.push(...all.result.flat());
			}
			t.oncomplete = () => { ask.result.close(); done(found.some((i) => i.label?.endsWith(%q))); };
		};
	})`, name))
}

// sound is the next sound, as the phone's recorder writes one. No two are the same.
func (w *walk) sound(seconds float64) (path string) {
	w.t.Helper()
	path = filepath.Join(w.t.TempDir(), fmt.Sprintf("tieng-%03d.wav", w.taken+1))
	writeFile(w.t, path, audiotest.WAV(seconds, 8000, uint32(w.taken+1)))
	return path
}

const mostEvidence = 10 // of a report

// evidence shows a photo or a sound on the page of a report that stands and of which nothing waits. It leaves at once: what waits while its
// report is taken back is hers to look at.
func (w *walk) evidence() string {
	if w.cut {
		return "no network to show evidence"
	}
	w.today()
	ids := webtest.Eval[[]string](w.tab, "what evidence can be shown of", `[...document.querySelectorAll("li[data-report]")].filter((l) => !l.querySelector(".phone")).map((l) => l.dataset.report)`)
	slots := map[string]string{}
	for _, l := range w.reports() {
		if l.Stands() {
			slots[l.ID] = l.Slot
		}
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return slots[id] == "" || w.photos[slots[id]] >= mostEvidence })
	if len(ids) == 0 {
		return "nothing to show evidence of"
	}
	slices.Sort(ids)
	id := ids[w.chance.IntN(len(ids))]
	what, file := "evidence", ""
	if w.chance.IntN(2) == 0 {
		what, file = "sound", w.sound(10)
	} else {
		name, jpg := w.picture()
		content, err := base64.StdEncoding.DecodeString(jpg)
		if err != nil {
			w.t.Fatal(err)
		}
		file = filepath.Join(w.t.TempDir(), name)
		writeFile(w.t, file, content)
	}
	const shown = `document.querySelectorAll("img.evidence, #main audio").length`
	w.open("/airings/" + id)
	there := webtest.Eval[int](w.tab, "count the evidence", shown)
	w.tab.Until("the outbox takes files, or there is no form", `document.readyState === "complete" && (document.querySelector("form[data-evidence]") ?? { dataset: { takes: "outbox" } }).dataset.takes === "outbox"`)
	if webtest.Eval[bool](w.tab, "see the form", `!document.querySelector("form[data-evidence]")`) {
		if slices.ContainsFunc(w.reports(), func(l airing.Line) bool { return l.ID == id && l.Stands() }) {
			w.t.Errorf("the page of %s, which stands, takes no evidence", id)
		}
		return "corrected meanwhile"
	}
	w.lost.Store(0)
	w.tab.Upload("form[data-evidence] input[type=file]:not([capture])", file)
	w.tab.Until("it is shown", fmt.Sprintf("%s > %d", shown, there))
	w.taken++
	w.photos[slots[id]]++
	w.today()
	return what
}

// work enters a sound for a contest, with the network or without one. One waits at a time: the next would take its place.
func (w *walk) work() string {
	if webtest.Eval[bool](w.tab, "whether a work waits", valleyWaits+`.then((all) => all.some((i) => i.parts))`) {
		return "a work waits"
	}
	form := "/enter/" + valleyContest
	if w.cut && !webtest.Eval[bool](w.tab, "whether the form is kept", fmt.Sprintf(`caches.open("loa-1-pages").then((c) => c.match(%q)).then(Boolean)`, form)) {
		return "no network and no form of the contest"
	}
	title := fmt.Sprint("Tác phẩm ", len(w.works)+1)
	w.open(form)
	w.tab.Set("[name=title]", title)
	w.tab.Upload("input[name=audio_file]", w.sound(40))
	w.tab.Click("button[value=submit]")
	w.tab.Until("it is kept, or has gone", `Boolean(document.querySelector(".facts, form [data-says=outbox]"))`)
	w.taken++
	w.works = append(w.works, title)
	w.today()
	return "work"
}

// person lets somebody else use the phone, who sees nothing of hers, and takes it back.
func (w *walk) person() string {
	if w.cut {
		return "no network to change the person"
	}
	w.lost.Store(0)
	waits := webtest.Eval[int](w.tab, "count what waits", valleyWaits+`.then((all) => all.length)`)
	for _, name := range []string{"Lò Văn Páo", "Giàng Thị Mỷ"} {
		w.open("/me")
		w.tab.Until("the PIN is asked", `(document.querySelector("form[action='/switch'] button:not([aria-busy])")?.click(), Boolean(document.querySelector("form[action='/unlock']")))`)
		webtest.Eval[bool](w.tab, "choose "+name, fmt.Sprintf(`([...document.querySelectorAll("[name=who]")].find((e) => e.labels?.[0]?.textContent.includes(%q))?.click(), true)`, name))
		w.tab.Type("[name=pin]", valleyPIN)
		w.tab.Follow("form[action='/unlock'] button.wide")
		w.today()
		if name == "Lò Văn Páo" && webtest.Eval[bool](w.tab, "see what waits", `!document.querySelector("#unsent").hidden`) {
			w.t.Errorf("the other sees that something of hers waits (%d)", waits)
		}
	}
	w.begins()
	return "person"
}

// photo takes one for a report that waits. It is chosen in one sitting with the look for where: a report may leave between.
func (w *walk) photo() string {
	name, jpg := w.picture()
	enough := []string{}
	for slot, n := range w.photos {
		if n >= mostEvidence {
			enough = append(enough, slot)
		}
	}
	full, err := json.Marshal(enough)
	if err != nil {
		w.t.Fatal(err)
	}
	slot := webtest.Eval[string](w.tab, "photograph what waits", fmt.Sprintf(`(() => {
		const input = document.querySelector("article .phone input[type=file]"), files = new DataTransfer();
		if (!input || %s.includes(input.closest("article").dataset.slot)) return "";
		files.items.add(new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], %q, { type: "image/jpeg" }));
		input.files = files.files;
		input.dispatchEvent(new Event("change", { bubbles: true }));
		return input.closest("article").dataset.slot;
	})()`, full, jpg, name))
	if slot == "" {
		return "nothing to photograph"
	}
	w.taken++
	w.stored(name)
	w.photos[slot]++
	return "photo"
}

// correct says something else of a report that stands and of which nothing waits, and may lose the network before it is sent.
func (w *walk) correct() string {
	if w.cut {
		return "no network to correct"
	}
	w.today()
	links := webtest.Eval[[]string](w.tab, "what can be corrected", `[...document.querySelectorAll("li[data-report]")].filter((l) => !l.querySelector(".phone")).map((l) => l.dataset.report)`)
	if len(links) == 0 {
		return "nothing to correct"
	}
	slices.Sort(links)
	w.lost.Store(0)
	w.open("/airings/new?corrects=" + links[w.chance.IntN(len(links))])
	if w.chance.IntN(2) == 0 {
		w.line(false)
	}
	note := fmt.Sprint("sửa ", w.chance.IntN(1_000_000))
	said := webtest.Eval[[]string](w.tab, "correct", fmt.Sprintf(`(() => {
		const form = document.querySelector("form.report"), { slot, outcome, note, why } = form.elements;
		note.value = %q;
		why.value = "nhầm";
		form.querySelector("button:not([name])").click();
		return [slot.value, outcome.value];
	})()`, note))
	w.says[said[0]] = said[1] + " " + note
	w.tab.Until("it is kept, or has gone", `document.readyState === "complete" && Boolean(document.querySelector("#unsent")) &&
		!document.querySelector("form[data-sent]") && Boolean(document.querySelector("[data-says]") ?? document.querySelector("#waiting"))`)
	w.today()
	return "correct"
}

func (w *walk) undo() string {
	slot := webtest.Eval[string](w.tab, "undo", `(() => {
		document.querySelector("[data-pressed]")?.removeAttribute("data-pressed");
		const line = [...document.querySelectorAll("li[data-report]")].find((l) => l.querySelector("form")?.offsetParent);
		if (!line) return "";
		line.dataset.pressed = "yes";
		const { slot } = line.querySelector("form").elements;
		line.querySelector("form button").click();
		return slot.value;
	})()`)
	if slot == "" {
		return "nothing to undo"
	}
	w.says[slot], w.photos[slot] = "", 0
	w.rests("[data-report][data-pressed]")
	return "undo"
}

// compare asks the log.
func (w *walk) compare() {
	w.t.Helper()
	stands, seen, photos := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, l := range w.reports() {
		if seen[l.ID] {
			w.t.Errorf("%s is there twice", l.ID)
		}
		seen[l.ID] = true
		if !l.Stands() {
			continue
		}
		if _, twice := stands[l.Slot]; twice {
			w.t.Errorf("two reports of %s stand", l.Slot)
		}
		stands[l.Slot] = string(l.Outcome) + " " + l.Note
		if len(l.Evidence) != w.photos[l.Slot] {
			w.t.Errorf("%s has %d photos, %d were taken", l.Slot, len(l.Evidence), w.photos[l.Slot])
		}
		for _, e := range l.Evidence {
			if photos[e.SHA256] {
				w.t.Errorf("%s is there twice", e.Name)
			}
			photos[e.SHA256] = true
		}
	}
	if len(w.says) == 0 {
		w.t.Error("nothing was pressed")
	}
	var entered struct {
		Items []struct{ Title string } `json:"items"`
	}
	if err := json.Unmarshal(w.daemon.must("GET", "/api/v1/contests/"+valleyContest+"/entries?limit=200", ""), &entered); err != nil {
		w.t.Fatal(err)
	}
	titles := []string{}
	for _, e := range entered.Items {
		titles = append(titles, e.Title)
	}
	slices.Sort(titles)
	slices.Sort(w.works)
	if !slices.Equal(titles, w.works) {
		w.t.Errorf("the contest has %q, she entered %q", titles, w.works)
	}
	for slot, said := range w.says {
		if stands[slot] != said {
			w.t.Errorf("%s: the log says %q, she said %q", slot, stands[slot], said)
		}
	}
}
