package webtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser is a headless Chromium of this test alone.
type Browser struct {
	t   *testing.T
	ctx context.Context
}

// stepLimit is how long one step in the browser may take before the test
// fails: generous, because machines are shared; a good step takes milliseconds.
const stepLimit = 30 * time.Second

// NewBrowser starts Chromium and stops it when the test ends. Without a
// Chromium the test is skipped, but fails where CI=true.
func NewBrowser(t *testing.T) *Browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no Chromium on this machine, and CI=true wants one")
		}
		t.Skip("no Chromium on this machine: install chromium to run the browser tests")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("lang", "vi"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{t: t, ctx: ctx}
}

// Tab is one person's browser: it shares no cookie with a Tab that is not
// beside it. Its methods fail the test when something cannot be done.
type Tab struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	errors []string // of scripts and of the Content-Security-Policy, in order
}

// Person opens a tab with cookies of its own, at 360 px width. What its
// scripts throw, and what the page's policy forbids, fails the test at its end.
func (b *Browser) Person() *Tab {
	b.t.Helper()
	return newTab(b.t, b.ctx, chromedp.WithNewBrowserContext())
}

// Beside opens another tab of the same person.
func (p *Tab) Beside() *Tab {
	p.t.Helper()
	return newTab(p.t, p.ctx)
}

func newTab(t *testing.T, parent context.Context, opts ...chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, opts...)
	t.Cleanup(cancel)
	p := &Tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.note); err != nil {
		t.Fatalf("browser: listen: %v", err)
	}
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

func (p *Tab) note(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		p.errors = append(p.errors, "a script threw: "+ev.ExceptionDetails.Text+" "+ev.ExceptionDetails.URL)
	case *log.EventEntryAdded:
		if ev.Entry.Source == log.EntrySourceSecurity {
			p.errors = append(p.errors, ev.Entry.Text)
		}
	}
}

// Run runs one chromedp action that yields a value within the limit of a step.
func Run[T any](p *Tab, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("browser: %s: %v", what, err)
	}
	return v
}

// Do runs chromedp actions one after the other.
func (p *Tab) Do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	for _, a := range actions {
		Run(p, what, a)
	}
}

// Open goes to a URL.
func (p *Tab) Open(url string) {
	p.t.Helper()
	p.Do("open "+url, chromedp.Navigate(url))
}

// Type fills the field the CSS selector finds, replacing what stood there.
func (p *Tab) Type(sel, text string) {
	p.t.Helper()
	s := chromedp.CSS(sel)
	p.Do("type into "+sel, chromedp.WaitVisible(s), chromedp.Clear(s), chromedp.SendKeys(s, text))
}

// Set gives a field its value at once: for dates, times and choices, which
// take no typing.
func (p *Tab) Set(sel, value string) {
	p.t.Helper()
	s := chromedp.CSS(sel)
	p.Do("set "+sel, chromedp.WaitVisible(s), chromedp.SetValue(s, value))
}

// Upload chooses files for a file field.
func (p *Tab) Upload(sel string, paths ...string) {
	p.t.Helper()
	p.Do("choose files for "+sel, chromedp.SetUploadFiles(chromedp.CSS(sel), paths))
}

// Click presses what the selector finds.
func (p *Tab) Click(sel string) {
	p.t.Helper()
	p.bring(sel)
	p.Do("click "+sel, chromedp.Click(chromedp.CSS(sel)))
}

// bring scrolls what the selector finds to the middle of the window, where no
// bar lies over it, as a person would.
func (p *Tab) bring(sel string) {
	p.t.Helper()
	p.Wait(sel)
	Run(p, "bring "+sel, chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector(%q)?.scrollIntoView({block: "center", behavior: "instant"}), true`, sel)))
}

// Follow presses what the selector finds and waits for the page it leads to.
func (p *Tab) Follow(sel string) {
	p.t.Helper()
	p.bring(sel)
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(sel))); err != nil {
		p.t.Fatalf("browser: follow %s: %v", sel, err)
	}
}

// Wait waits until the selector finds something visible.
func (p *Tab) Wait(sel string) {
	p.t.Helper()
	p.Do("wait for "+sel, chromedp.WaitVisible(chromedp.CSS(sel)))
}

// Text returns the text of what the selector finds.
func (p *Tab) Text(sel string) string {
	p.t.Helper()
	return Run(p, "read "+sel, chromedp.Text(chromedp.CSS(sel)))
}

// Size sets the width of the window in CSS pixels; below 700 it is a phone.
func (p *Tab) Size(width int64) {
	p.t.Helper()
	if width < 700 {
		p.Do("resize", chromedp.EmulateViewport(width, 740, chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch))
		return
	}
	p.Do("resize", chromedp.EmulateViewport(width, 900))
}

// Dark switches the dark colours on or off.
func (p *Tab) Dark(on bool) {
	p.t.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, params); err != nil {
		p.t.Fatalf("browser: colours: %v", err)
	}
}

// Scripts switches the scripts of pages opened from now on, on or off.
func (p *Tab) Scripts(on bool) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		p.t.Fatalf("browser: scripts: %v", err)
	}
}

// Offline cuts the tab off the addresses that match one of the patterns
// (https://urlpattern.spec.whatwg.org), or off everything for ""; without
// patterns it is connected again.
func (p *Tab) Offline(patterns ...string) {
	p.t.Helper()
	params := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}
	for _, pattern := range patterns {
		params.MatchedNetworkConditions = append(params.MatchedNetworkConditions, &network.Conditions{URLPattern: pattern, Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		p.t.Fatalf("browser: network: %v", err)
	}
	if _, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, params); err != nil {
		p.t.Fatalf("browser: offline: %v", err)
	}
	state := network.OverrideNetworkStateParams{Offline: slices.Contains(patterns, ""), DownloadThroughput: -1, UploadThroughput: -1}
	if _, err := chromedp.Call(p.ctx, network.OverrideNetworkState, state); err != nil {
		p.t.Fatalf("browser: network state: %v", err)
	}
}

// Keys presses keys where the selector points: real ones, so that a choice is
// made as a person makes it.
func (p *Tab) Keys(sel, keys string) {
	p.t.Helper()
	s := chromedp.CSS(sel)
	p.Do("press keys in "+sel, chromedp.WaitVisible(s), chromedp.SendKeys(s, keys))
}

// Shot saves a picture of the whole page at that width as NAME-WIDTH.png in
// the folder LOA_SHOTS; without that variable it only looks for overflow. A
// page wider than its window fails the test.
func (p *Tab) Shot(name string, width int64) {
	p.t.Helper()
	p.Size(width)
	over := Run(p, "measure", chromedp.Evaluate[int64]("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
	if over > 0 {
		p.t.Errorf("%s is %d px wider than a window of %d px", name, over, width)
	}
	dir := os.Getenv("LOA_SHOTS")
	if dir == "" {
		return
	}
	Run(p, "scroll to the top", chromedp.Evaluate[any]("scrollTo(0, 0)"))
	png := Run(p, "take a picture", chromedp.FullScreenshot(100))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// PDF prints the page on A4, as its own styles say, and returns the file. It
// saves it as NAME.pdf in the folder LOA_SHOTS, if there is one.
func (p *Tab) PDF(name string) []byte {
	p.t.Helper()
	yes := true
	res, err := chromedp.Call(p.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &yes, PrintBackground: &yes})
	if err != nil {
		p.t.Fatalf("browser: print: %v", err)
	}
	if dir := os.Getenv("LOA_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), res.Data, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	return res.Data
}

// Fingers fails the test when something to press on a phone is lower than a
// fingertip, 44 px, or narrower than half of one. The tiles of a map are not
// counted: a list stands beside each.
func (p *Tab) Fingers(name string) {
	p.t.Helper()
	p.Size(360)
	small := Run(p, "measure what can be pressed", chromedp.Evaluate[string](`[...document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden]), label:has(> input)")]
		.filter((e) => !e.closest("svg, .away, .skip, label:has(> input) > input") && e.checkVisibility())
		.map((e) => [e, e.getBoundingClientRect()])
		.filter(([, r]) => r.width && (r.height < 43.5 || r.width < 22))
		.map(([e, r]) => e.tagName + " “" + (e.textContent.trim() || e.name) + "” " + Math.round(r.width) + "×" + Math.round(r.height)).join("\n")`))
	if small != "" {
		p.t.Errorf("%s has targets a finger misses:\n%s", name, small)
	}
}

// Download presses what the selector finds, waits until the browser has saved
// the file it leads to, and returns its name and content.
func (p *Tab) Download(sel string) (name string, content []byte) {
	p.t.Helper()
	dir, events, ended := p.t.TempDir(), true, make(chan browser.DownloadProgressState, 1)
	if err := chromedp.ListenBrowser(p.ctx, func(ev any) {
		if e, ok := ev.(*browser.EventDownloadProgress); ok && e.State != browser.DownloadProgressStateInProgress {
			select {
			case ended <- e.State:
			default:
			}
		}
	}); err != nil {
		p.t.Fatalf("browser: listen: %v", err)
	}
	params := browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: &events,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID}
	if _, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, params); err != nil {
		p.t.Fatalf("browser: downloads: %v", err)
	}
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	p.Click(sel)
	select {
	case state := <-ended:
		if state != browser.DownloadProgressStateCompleted {
			p.t.Fatalf("browser: the download of %s was %s", sel, state)
		}
	case <-ctx.Done():
		p.t.Fatalf("browser: the download of %s does not end", sel)
	}
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
	if _, err := chromedp.Call(p.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: url}); err != nil {
		p.t.Fatalf("browser: cookie: %v", err)
	}
}
