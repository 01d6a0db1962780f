package webtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// driver is what a Tab asks of a browser.
type driver interface {
	tab(ctx context.Context, note func(string)) (driver, error) // another tab of the same person
	close()
	open(ctx context.Context, url string) error
	eval(ctx context.Context, js string, into any) error // waits for promises
	wait(ctx context.Context, sel string) error          // until it finds something visible
	click(ctx context.Context, sel string) error
	follow(ctx context.Context, sel string) error // clicks and waits for the page
	press(ctx context.Context, keys string) error // where the focus is
	wheel(ctx context.Context, x, y, by float64) error
	touch(ctx context.Context, way [][2]float64) error // down at the first place, up at the last
	files(ctx context.Context, sel string, paths []string) error
	size(ctx context.Context, width, height int64, phone bool) error
	dark(ctx context.Context, on bool) error
	scripts(ctx context.Context, on bool) error
	offline(ctx context.Context, patterns []string) error
	picture(ctx context.Context) ([]byte, error)
	pdf(ctx context.Context) ([]byte, error)
	download(ctx context.Context, dir string, press func()) error
	cookie(ctx context.Context, name, value, url string) error
	notifies(ctx context.Context, origin string) error     // what a person allows
	passkeys(ctx context.Context, agrees bool) error       // a device that keeps passkeys
	pushes(ctx context.Context, origin, data string) error // to the worker, as a push service does
	inWorker(ctx context.Context, origin, js string, into any) error
}

// errUnsupported is what a driver says of what its browser cannot be asked for.
// The test is skipped there.
var errUnsupported = errors.New("this browser cannot be asked for it")

// Browser is a headless browser that this test alone has while it runs. What a
// person did in it nobody finds who comes later.
type Browser struct {
	t *testing.T
	process
}

// stepLimit is how long one step in the browser may take before the test
// fails: generous, because machines are shared; a good step takes milliseconds.
const stepLimit = 30 * time.Second

// NewBrowser gives the test Chromium, or the browser at the path LOA_BROWSER,
// until it ends. A path that names Firefox is driven as one. Without a browser
// the test is skipped, but fails where CI=true.
func NewBrowser(t *testing.T) *Browser {
	t.Helper()
	path := browserOf(t, shell)
	start := func() (process, error) { return startChromium(path, "") }
	if isFirefox(path) {
		start = func() (process, error) { return startFirefox(path) }
	}
	p, err := browsers.take(start)
	if err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	t.Cleanup(func() {
		if err := browsers.give(p, !t.Failed()); err != nil {
			t.Errorf("end %s: %v", path, err)
		}
	})
	return &Browser{t, p}
}

// NewHearing gives the test a Chromium of its own, whose microphone hears a WAV file again and again.
// With another browser the test is skipped.
func NewHearing(t *testing.T, wav string) *Browser {
	t.Helper()
	return ownChromium(t, browserOf(t, shell), wav)
}

// NewNotified gives the test a Chromium of its own that shows notifications: the headless shell shows
// none. With another browser the test is skipped.
func NewNotified(t *testing.T) *Browser {
	t.Helper()
	return ownChromium(t, browserOf(t), "")
}

func ownChromium(t *testing.T, path, hears string) *Browser {
	t.Helper()
	if isFirefox(path) {
		t.Skip("only Chromium can be asked for it")
	}
	p, err := startChromium(path, hears)
	if err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	t.Cleanup(func() {
		if err := p.end(); err != nil {
			t.Errorf("end %s: %v", path, err)
		}
	})
	return &Browser{t, p}
}

func isFirefox(path string) bool { return strings.Contains(filepath.Base(path), "firefox") }

// shell is Chromium without all that a person would see of it, and so the quickest.
const shell = "chromium-headless-shell"

// browserOf is the browser's program, one of those first where it is there.
func browserOf(t *testing.T, first ...string) (path string) {
	t.Helper()
	path = os.Getenv("LOA_BROWSER")
	for _, name := range append(first, "chromium", "chromium-browser", "google-chrome") {
		if p, err := exec.LookPath(name); err == nil && path == "" {
			path = p
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no Chromium on this machine, and CI=true wants one")
		}
		t.Skip("no Chromium on this machine: install chromium to run the browser tests")
	}
	return path
}

// Tab is one person's browser: it shares no cookie with a Tab that is not
// beside it. Its methods fail the test when something cannot be done.
type Tab struct {
	t *testing.T
	driver

	plain bool // without scripts

	mu     sync.Mutex
	errors []string // of scripts and of the Content-Security-Policy, in order
}

// Person opens a tab with cookies of its own, at 360 px width. What its
// scripts throw, and what the page's policy forbids, fails the test at its end.
func (b *Browser) Person() *Tab {
	b.t.Helper()
	return newTab(b.t, b.person)
}

// Beside opens another tab of the same person.
func (p *Tab) Beside() *Tab {
	p.t.Helper()
	return newTab(p.t, p.tab)
}

func newTab(t *testing.T, open func(ctx context.Context, note func(string)) (driver, error)) *Tab {
	t.Helper()
	p := &Tab{t: t}
	p.do("open a tab", func(ctx context.Context) (err error) {
		p.driver, err = open(ctx, p.note)
		return err
	})
	t.Cleanup(p.close)
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, e := range p.errors {
			t.Errorf("in the browser: %s", e)
		}
	})
	p.Size(360)
	return p
}

func (p *Tab) note(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errors = append(p.errors, what)
}

// do takes one step within its limit.
func (p *Tab) do(what string, step func(ctx context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stepLimit)
	defer cancel()
	switch err := step(ctx); {
	case errors.Is(err, errUnsupported):
		p.t.Skipf("browser: %s: %v", what, err)
	case err != nil:
		p.t.Fatalf("browser: %s: %v%s", what, err, p.says())
	}
}

// says tells where the tab is and what its page tells the person, for whoever
// reads of a failure on another machine.
func (p *Tab) says() string {
	if p.driver == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), stepLimit/10)
	defer cancel()
	var page string
	if p.eval(ctx,
		`location.href + [...document.querySelectorAll("h1, [role=alert], [role=status], .error")].map((e) => e.innerText.trim()).filter(Boolean).map((s) => "\n\t" + s).join("")`, &page) != nil {
		return ""
	}
	return "\n\tat " + page
}

// Eval runs a script in the page and gives its value, that of a promise once it
// is kept.
func Eval[T any](p *Tab, what, js string) (value T) {
	p.t.Helper()
	p.do(what, func(ctx context.Context) error { return p.eval(ctx, js, &value) })
	return value
}

// Until waits until an expression, or what it promises, is true in the page.
func (p *Tab) Until(what, js string) {
	p.t.Helper()
	p.do("wait until "+what, func(ctx context.Context) error {
		for {
			var yes bool
			if err := p.eval(ctx, "Promise.resolve("+js+").then(Boolean)", &yes); yes || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			select { // an error is that of a page that is being left
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
}

// Open goes to a URL.
func (p *Tab) Open(url string) {
	p.t.Helper()
	p.do("open "+url, func(ctx context.Context) error { return p.open(ctx, url) })
}

// Type fills the field the CSS selector finds, replacing what stood there.
func (p *Tab) Type(sel, text string) {
	p.t.Helper()
	p.focus(sel)
	Eval[any](p, "clear "+sel, fmt.Sprintf(`{const e = document.querySelector(%q); e.value = ""; e.dispatchEvent(new Event("input", {bubbles: true})); 0}`,
		sel))
	p.do("type into "+sel, func(ctx context.Context) error { return p.press(ctx, text) })
}

// focus puts the focus on what the selector finds, once it is visible.
func (p *Tab) focus(sel string) {
	p.t.Helper()
	p.Wait(sel)
	Eval[any](p, "focus "+sel, fmt.Sprintf(`document.querySelector(%q).focus(), 0`, sel))
}

// Set gives a field its value at once: for dates, times and choices, which
// take no typing.
func (p *Tab) Set(sel, value string) {
	p.t.Helper()
	p.Wait(sel)
	Eval[any](p, "set "+sel, fmt.Sprintf(`{const e = document.querySelector(%q); e.value = %q;
		for (const name of ["input", "change"]) e.dispatchEvent(new Event(name, {bubbles: true})); 0}`, sel, value))
}

// Upload chooses files for a file field.
func (p *Tab) Upload(sel string, paths ...string) {
	p.t.Helper()
	for _, path := range paths { // a browser takes what is not there for an empty file
		if _, err := os.Stat(path); err != nil {
			p.t.Fatal(err)
		}
	}
	p.do("choose files for "+sel, func(ctx context.Context) error { return p.files(ctx, sel, paths) })
}

// Click presses what the selector finds.
func (p *Tab) Click(sel string) {
	p.t.Helper()
	p.bring(sel)
	p.do("click "+sel, func(ctx context.Context) error { return p.click(ctx, sel) })
}

// bring scrolls what the selector finds to the middle of the window, where no
// bar lies over it, as a person would, and waits until it stays there: what
// arrives above it (a player, a message) moves it on.
func (p *Tab) bring(sel string) {
	p.t.Helper()
	p.Wait(sel)
	if p.plain { // nothing moves, and no timer runs
		Eval[any](p, "bring "+sel, fmt.Sprintf(`document.querySelector(%q).scrollIntoView({block: "center", behavior: "instant"}), 0`, sel))
		return
	}
	still := fmt.Sprintf(`new Promise((done) => {
		let before, same = 0;
		const look = () => {
			const e = document.querySelector(%q);
			if (!e || same > 2) return done(0);
			e.scrollIntoView({block: "center", behavior: "instant"});
			const now = e.getBoundingClientRect();
			same = before && now.top === before.top && now.height === before.height ? same + 1 : 0;
			before = now;
			setTimeout(look, 15);
		};
		look();
	})`, sel)
	p.do("bring "+sel, func(ctx context.Context) error {
		err := p.eval(ctx, still, nil)
		if err != nil && ctx.Err() == nil { // what a worker had kept has made way for what the server says
			err = errors.Join(p.wait(ctx, sel), p.eval(ctx, still, nil))
		}
		return err
	})
}

// Follow presses what the selector finds and waits for the page it leads to.
func (p *Tab) Follow(sel string) {
	p.t.Helper()
	p.bring(sel)
	p.do("follow "+sel, func(ctx context.Context) error { return p.follow(ctx, sel) })
}

// Wait waits until the selector finds something visible.
func (p *Tab) Wait(sel string) {
	p.t.Helper()
	p.do("wait for "+sel, func(ctx context.Context) error { return p.wait(ctx, sel) })
}

// Text returns the text of what the selector finds.
func (p *Tab) Text(sel string) string {
	p.t.Helper()
	p.Wait(sel)
	return Eval[string](p, "read "+sel, fmt.Sprintf(`document.querySelector(%q).innerText`, sel))
}

// Says fails the test for each of the words that what the selector finds lacks, and goes on lacking: a page may be
// about to say them.
func (p *Tab) Says(sel string, words ...string) {
	p.t.Helper()
	p.Wait(sel)
	var got string
	for patience := time.Now().Add(stepLimit / 4); ; time.Sleep(50 * time.Millisecond) {
		p.do("read "+sel, func(ctx context.Context) error {
			err := p.eval(ctx, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, sel), &got)
			if p.plain {
				return err
			}
			return ctx.Err() // an error is that of a page that is being left
		})
		words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.Contains(got, w) })
		if len(words) == 0 || p.plain || time.Now().After(patience) {
			break
		}
	}
	for _, w := range words {
		p.t.Errorf("%s does not say %q: %q", sel, w, got)
	}
}

// Size sets the width of the window in CSS pixels; below 700 it is a phone.
func (p *Tab) Size(width int64) {
	p.t.Helper()
	height, phone := int64(900), width < 700
	if phone {
		height = 740
	}
	p.do("resize", func(ctx context.Context) error { return p.size(ctx, width, height, phone) })
}

// Dark switches the dark colours on or off.
func (p *Tab) Dark(on bool) {
	p.t.Helper()
	p.do("change colours", func(ctx context.Context) error { return p.dark(ctx, on) })
}

// Scripts switches the scripts of pages opened from now on, on or off.
func (p *Tab) Scripts(on bool) {
	p.t.Helper()
	p.plain = !on
	p.do("switch scripts", func(ctx context.Context) error { return p.scripts(ctx, on) })
}

// Offline cuts the tab off the addresses that match one of the patterns
// (https://urlpattern.spec.whatwg.org), or off everything for ""; without
// patterns it is connected again.
func (p *Tab) Offline(patterns ...string) {
	p.t.Helper()
	p.do("cut the network", func(ctx context.Context) error { return p.offline(ctx, patterns) })
}

// Press presses keys where the focus is: letters, or those of chromedp/kb.
func (p *Tab) Press(keys string) {
	p.t.Helper()
	p.do("press keys", func(ctx context.Context) error { return p.press(ctx, keys) })
}

// Keys presses keys where the selector points: real ones, so that a choice is
// made as a person makes it.
func (p *Tab) Keys(sel, keys string) {
	p.t.Helper()
	p.focus(sel)
	p.Press(keys)
}

// Wheel focuses what the selector finds and turns a mouse's wheel over it, down
// by a notch.
func (p *Tab) Wheel(sel string) {
	p.t.Helper()
	p.focus(sel)
	p.bring(sel)
	at := Eval[[]float64](p, "find "+sel, fmt.Sprintf(`(r => [r.left + r.width / 2, r.top + r.height / 2])(document.querySelector(%q).getBoundingClientRect())`,
		sel))
	Eval[any](p, "listen for the wheel", `{window.turned = new Promise((done) => addEventListener("wheel", () => done(1), { once: true, passive: true })); 1}`)
	p.do("turn the wheel over "+sel, func(ctx context.Context) error { return p.wheel(ctx, at[0], at[1], 120) })
	Eval[any](p, "wait until it has turned", "window.turned")
	p.stand()
}

// stand waits until the page does not move any more: browsers go on moving it
// after a wheel or a finger.
func (p *Tab) stand() {
	p.t.Helper()
	Eval[any](p, "wait until the page stands", `new Promise((done) => {
		let before = -1, still = 0;
		const look = () => {
			still = scrollY === before ? still + 1 : 0;
			before = scrollY;
			if (still < 10) requestAnimationFrame(look);
			else done(1);
		};
		look();
	})`)
}

// Touch puts a finger on what the selector finds, at that share of its width,
// moves it by each step (right and down, CSS pixels), and lifts it.
func (p *Tab) Touch(sel string, at float64, steps ...[2]float64) {
	p.t.Helper()
	p.bring(sel)
	way := [][2]float64{Eval[[2]float64](p, "find "+sel,
		fmt.Sprintf(`(r => [r.left + r.width * %g, r.top + r.height / 2])(document.querySelector(%q).getBoundingClientRect())`, at, sel))}
	for i, by := range steps {
		way = append(way, [2]float64{way[i][0] + by[0], way[i][1] + by[1]})
	}
	p.do("touch "+sel, func(ctx context.Context) error { return p.touch(ctx, way) })
	p.stand()
}

// Shot saves a picture of the whole page at that width as NAME-WIDTH.png in
// the folder LOA_SHOTS; without that variable it only looks for overflow. A
// page wider than its window fails the test.
func (p *Tab) Shot(name string, width int64) {
	p.t.Helper()
	p.Size(width)
	over := Eval[int64](p, "measure", "document.documentElement.scrollWidth - document.documentElement.clientWidth")
	if over > 0 {
		p.t.Errorf("%s is %d px wider than a window of %d px", name, over, width)
	}
	if os.Getenv("LOA_SHOTS") == "" {
		return
	}
	Eval[any](p, "scroll to the top", "scrollTo(0, 0)")
	var png []byte
	p.do("take a picture", func(ctx context.Context) (err error) { png, err = p.picture(ctx); return err })
	p.save(fmt.Sprintf("%s-%d.png", name, width), png)
}

// save keeps a file in the folder LOA_SHOTS, if there is one.
func (p *Tab) save(name string, content []byte) {
	p.t.Helper()
	dir := os.Getenv("LOA_SHOTS")
	if dir == "" {
		return
	}
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), content, 0o644)); err != nil {
		p.t.Fatal(err)
	}
}

// PDF prints the page on A4, as its own styles say, and returns the file. It
// saves it as NAME.pdf in the folder LOA_SHOTS, if there is one.
func (p *Tab) PDF(name string) (pdf []byte) {
	p.t.Helper()
	p.do("print", func(ctx context.Context) (err error) { pdf, err = p.pdf(ctx); return err })
	p.save(name+".pdf", pdf)
	return pdf
}

// Fingers fails the test when something to press on a phone is lower than a
// fingertip, 44 px, or narrower than half of one. The tiles of a map are not
// counted: a list stands beside each.
func (p *Tab) Fingers(name string) {
	p.t.Helper()
	p.Size(360)
	small := Eval[string](p, "measure what can be pressed", `[...document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden]), label")]
		.filter((e) => e.tagName !== "LABEL" || e.querySelector(":scope > input"))
		.filter((e) => !e.closest("svg, .away, .skip") && !e.matches("label > input") && e.getClientRects().length && getComputedStyle(e).visibility === "visible")
		.map((e) => [e, e.getBoundingClientRect()])
		.filter(([, r]) => r.width && (r.height < 43.5 || r.width < 22))
		.map(([e, r]) => e.tagName + " “" + (e.textContent.trim() || e.name) + "” " + Math.round(r.width) + "×" + Math.round(r.height)).join("\n")`)
	if small != "" {
		p.t.Errorf("%s has targets a finger misses:\n%s", name, small)
	}
}

// Large fails the test when the page is wider than a phone with text of twice
// the size.
func (p *Tab) Large(name string) {
	p.t.Helper()
	p.Size(360)
	wide := Eval[string](p, "measure with large text", `(() => {
		const root = document.documentElement;
		root.style.fontSize = "200%";
		const over = root.scrollWidth - root.clientWidth;
		const wide = [...document.querySelectorAll("main *, header *, footer *, nav *")].filter((e) => !e.closest(".away, .tabs, thead, svg *") && Math.max(e.getBoundingClientRect().right, e.getBoundingClientRect().left + e.scrollWidth) > root.clientWidth + 1);
		root.style.fontSize = "";
		return over > 0 ? over + " px: " + wide.slice(0, 6).map((e) => e.tagName + "." + e.className + " “" + e.textContent.trim().slice(0, 40) + "”").join(", ") : "";
	})()`)
	if wide != "" {
		p.t.Errorf("%s with text at 200 %% is too wide by %s", name, wide)
	}
}

// Download presses what the selector finds, waits until the browser has saved
// the file it leads to, and returns its name and content.
func (p *Tab) Download(sel string) (name string, content []byte) {
	p.t.Helper()
	dir := p.t.TempDir()
	p.do("download "+sel, func(ctx context.Context) error { return p.download(ctx, dir, func() { p.Click(sel) }) })
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		p.t.Fatalf("browser: %d files saved: %v", len(list), err)
	}
	content, err = os.ReadFile(filepath.Join(dir, list[0].Name()))
	if err != nil {
		p.t.Fatal(err)
	}
	return list[0].Name(), content
}

// Cookie gives the browser a cookie for a URL's host: a session made by the
// test, say.
func (p *Tab) Cookie(name, value, url string) {
	p.t.Helper()
	p.do("set a cookie", func(ctx context.Context) error { return p.cookie(ctx, name, value, url) })
}

// Notifies lets pages of an origin show notifications, as a person allows it.
func (p *Tab) Notifies(origin string) {
	p.t.Helper()
	p.do("allow notifications", func(ctx context.Context) error { return p.notifies(ctx, origin) })
}

// Passkeys gives the browser a device that keeps passkeys, whose person puts her finger on it, or not.
func (p *Tab) Passkeys(agrees bool) {
	p.t.Helper()
	p.do("hold a device that keeps passkeys", func(ctx context.Context) error { return p.passkeys(ctx, agrees) })
}

// Pushes gives the worker of an origin what a push service has brought it.
func (p *Tab) Pushes(origin, data string) {
	p.t.Helper()
	p.do("bring a push", func(ctx context.Context) error { return p.pushes(ctx, origin, data) })
}

// InWorker evaluates a script where the worker of an origin runs, and waits for its promise.
func (p *Tab) InWorker(what, origin, js string) (value string) {
	p.t.Helper()
	p.do(what, func(ctx context.Context) error { return p.inWorker(ctx, origin, js, &value) })
	return value
}
