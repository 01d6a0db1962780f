package webtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// chromium is a running Chromium; the oldest that Loa works in understands it
// too. The kernel ends it with this program, however that ends.
type chromium struct {
	ctx     context.Context
	stop    func()
	profile string
}

// startChromium starts the program at path. Its microphone hears a WAV file, or a beep where there is none.
func startChromium(path, hears string) (process, error) {
	profile, err := os.MkdirTemp("", "loa-chromium-")
	if err != nil {
		return nil, err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("lang", "vi"))
	if hears != "" {
		opts = append(opts, chromedp.Flag("use-file-for-fake-audio-capture", hears))
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	c := &chromium{ctx, func() { cancel(); stop() }, profile}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		return nil, errors.Join(err, c.end())
	}
	return c, nil
}

func (c *chromium) person(_ context.Context, note func(string)) (driver, error) {
	return newChromiumTab(c.ctx, note, chromedp.WithNewBrowserContext())
}

func (c *chromium) alive() bool {
	select {
	case <-chromedp.FromContext(c.ctx).Browser.LostConnection:
		return false
	default:
		return c.ctx.Err() == nil
	}
}

func (c *chromium) end() error {
	c.stop()
	return os.RemoveAll(c.profile)
}

// chromiumTab is one tab. The context of a call carries only its limit.
type chromiumTab struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func newChromiumTab(parent context.Context, note func(string), opts ...chromedp.ContextOption) (*chromiumTab, error) {
	ctx, cancel := chromedp.NewContext(parent, opts...)
	p := &chromiumTab{ctx, cancel}
	return p, chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			what := ev.ExceptionDetails.Text + " " + ev.ExceptionDetails.URL
			if e := ev.ExceptionDetails.Exception; e != nil {
				what += ": " + e.Description
			}
			note(what)
		case *log.EventEntryAdded:
			if ev.Entry.Source == log.EntrySourceSecurity {
				note(ev.Entry.Text)
			}
		}
	})
}

func (p *chromiumTab) tab(_ context.Context, note func(string)) (driver, error) {
	return newChromiumTab(p.ctx, note)
}

func (p *chromiumTab) close() { p.cancel() }

// within is the tab's context with the limit of the call.
func (p *chromiumTab) within(ctx context.Context) (context.Context, context.CancelFunc) {
	limit, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(p.ctx)
	}
	return context.WithDeadline(p.ctx, limit)
}

func (p *chromiumTab) do(ctx context.Context, actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := p.within(ctx)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

func (p *chromiumTab) eval(ctx context.Context, js string, into any) error {
	ctx, cancel := p.within(ctx)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[any](js, chromedp.EvalAwaitPromise))
	if err != nil || into == nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func (p *chromiumTab) open(ctx context.Context, url string) error {
	for {
		err := p.do(ctx, chromedp.Navigate(url))
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "net::ERR_ABORTED") {
			return err
		} // the page that is left went somewhere itself in the same moment
	}
}

func (p *chromiumTab) wait(ctx context.Context, sel string) error {
	return p.do(ctx, chromedp.WaitVisible(chromedp.CSS(sel)))
}

func (p *chromiumTab) click(ctx context.Context, sel string) error {
	return p.do(ctx, chromedp.Click(chromedp.CSS(sel)))
}

func (p *chromiumTab) follow(ctx context.Context, sel string) error {
	ctx, cancel := p.within(ctx)
	defer cancel()
	_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(sel)))
	return err
}

func (p *chromiumTab) press(ctx context.Context, keys string) error {
	return p.do(ctx, chromedp.KeyEvent(keys))
}

func (p *chromiumTab) wheel(ctx context.Context, x, y, by float64) error {
	_, err := call(ctx, p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: x, Y: y,
		DeltaX: 0.01, DeltaY: by})
	return err
}

func (p *chromiumTab) touch(ctx context.Context, way [][2]float64) error {
	finger := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) error {
		if points == nil {
			points = []*input.TouchPoint{}
		}
		_, err := call(ctx, p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
		return err
	}
	kind := input.DispatchTouchEventTypeTouchStart
	for _, at := range way {
		if err := finger(kind, &input.TouchPoint{X: at[0], Y: at[1]}); err != nil {
			return err
		}
		kind = input.DispatchTouchEventTypeTouchMove
	}
	return finger(input.DispatchTouchEventTypeTouchEnd)
}

func (p *chromiumTab) files(ctx context.Context, sel string, paths []string) error {
	return p.do(ctx, chromedp.SetUploadFiles(chromedp.CSS(sel), paths))
}

func (p *chromiumTab) size(ctx context.Context, width, height int64, phone bool) error {
	if phone {
		return p.do(ctx, chromedp.EmulateViewport(width, height, chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch))
	}
	return p.do(ctx, chromedp.EmulateViewport(width, height))
}

// call runs one command of the protocol in the tab.
func call[P, R any](ctx context.Context, p *chromiumTab, cmd cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := p.within(ctx)
	defer cancel()
	return chromedp.Call(ctx, cmd, params)
}

func (p *chromiumTab) dark(ctx context.Context, on bool) error {
	value := "light"
	if on {
		value = "dark"
	}
	_, err := call(ctx, p, emulation.SetEmulatedMedia,
		emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}})
	return err
}

func (p *chromiumTab) scripts(ctx context.Context, on bool) error {
	_, err := call(ctx, p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	return err
}

func (p *chromiumTab) offline(ctx context.Context, patterns []string) error {
	params := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}
	for _, pattern := range patterns {
		params.MatchedNetworkConditions = append(params.MatchedNetworkConditions, &network.Conditions{URLPattern: pattern, Offline: true,
			DownloadThroughput: -1, UploadThroughput: -1})
	}
	if _, err := call(ctx, p, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	if _, err := call(ctx, p, network.EmulateNetworkConditionsByRule, params); err != nil {
		return p.offlineOfOld(ctx, patterns)
	}
	_, err := call(ctx, p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: slices.Contains(patterns, ""),
		DownloadThroughput: -1, UploadThroughput: -1})
	return err
}

// offlineOfOld is offline for a Chromium that knows no conditions by pattern.
func (p *chromiumTab) offlineOfOld(ctx context.Context, patterns []string) error {
	type conditions struct {
		Offline  bool    `json:"offline"`
		Latency  float64 `json:"latency"`
		Download float64 `json:"downloadThroughput"`
		Upload   float64 `json:"uploadThroughput"`
	}
	type blocked struct {
		URLs []string `json:"urls"`
	}
	urls := []string{}
	for _, pattern := range patterns {
		if pattern != "" {
			urls = append(urls, strings.Replace(pattern, "*://*:*", "*", 1))
		}
	}
	_, all := call(ctx, p, cdp.Command[conditions, cdp.Empty]{Method: "Network.emulateNetworkConditions"}, conditions{Offline: slices.Contains(patterns, ""),
		Download: -1, Upload: -1})
	_, some := call(ctx, p, cdp.Command[blocked, cdp.Empty]{Method: "Network.setBlockedURLs"}, blocked{urls})
	return errors.Join(all, some)
}

func (p *chromiumTab) picture(ctx context.Context) ([]byte, error) {
	ctx, cancel := p.within(ctx)
	defer cancel()
	return chromedp.Run(ctx, chromedp.FullScreenshot(100))
}

func (p *chromiumTab) pdf(ctx context.Context) ([]byte, error) {
	yes := true
	res, err := call(ctx, p, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &yes, PrintBackground: &yes})
	return res.Data, err
}

func (p *chromiumTab) download(ctx context.Context, dir string, press func()) error {
	events, ended := true, make(chan browser.DownloadProgressState, 1)
	if err := chromedp.ListenBrowser(p.ctx, func(ev any) {
		if e, ok := ev.(*browser.EventDownloadProgress); ok && e.State != browser.DownloadProgressStateInProgress {
			select {
			case ended <- e.State:
			default:
			}
		}
	}); err != nil {
		return err
	}
	params := browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: &events,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID}
	if _, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, params); err != nil {
		return err
	}
	press()
	select {
	case state := <-ended:
		if state != browser.DownloadProgressStateCompleted {
			return fmt.Errorf("it was %s", state)
		}
		return nil
	case <-ctx.Done():
		return errors.New("it does not end")
	}
}

func (p *chromiumTab) cookie(ctx context.Context, name, value, url string) error {
	_, err := call(ctx, p, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: url})
	return err
}

func (p *chromiumTab) notifies(_ context.Context, origin string) error {
	_, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "notifications"},
		Setting: browser.PermissionSettingGranted, Origin: origin, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID})
	return err
}

func (p *chromiumTab) passkeys(ctx context.Context, agrees bool) error {
	if _, err := call(ctx, p, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		return err
	}
	_, err := call(ctx, p, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
		HasUserVerification: true, IsUserVerified: agrees, AutomaticPresenceSimulation: true}})
	return err
}

func (p *chromiumTab) pushes(ctx context.Context, origin, data string) error {
	found := make(chan serviceworker.RegistrationID, 1)
	if err := chromedp.Listen(p.ctx, func(ev any) {
		e, ok := ev.(*serviceworker.EventWorkerRegistrationUpdated)
		if !ok {
			return
		}
		for _, r := range e.Registrations {
			if r.ScopeURL == origin+"/" && !r.IsDeleted {
				select {
				case found <- r.RegistrationID:
				default:
				}
			}
		}
	}); err != nil {
		return err
	}
	if _, err := call(ctx, p, serviceworker.Enable, cdp.Empty{}); err != nil {
		return err
	}
	defer func() { _, _ = call(ctx, p, serviceworker.Disable, cdp.Empty{}) }() // the next listens for itself
	select {
	case id := <-found:
		_, err := call(ctx, p, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: origin, RegistrationID: id, Data: data})
		return err
	case <-ctx.Done():
		return errors.New("no worker is registered")
	}
}

func (p *chromiumTab) inWorker(ctx context.Context, origin, js string, into any) error {
	_, err := call(ctx, p, serviceworker.Enable, cdp.Empty{})
	defer func() { _, _ = call(ctx, p, serviceworker.Disable, cdp.Empty{}) }()
	if err == nil {
		_, err = call(ctx, p, serviceworker.StartWorker, serviceworker.StartWorkerParams{ScopeURL: origin + "/"}) // it rests when nothing is asked of it
	}
	for err == nil && ctx.Err() == nil {
		var all []*target.Info
		if all, err = chromedp.Targets(p.ctx); err != nil {
			return err
		}
		for _, t := range all {
			if t.Type == "service_worker" && strings.HasPrefix(t.URL, origin+"/") {
				// detached, for its end would end the worker, beside what is asked next
				there, cancel := chromedp.NewContext(p.ctx, chromedp.WithTargetID(t.TargetID), chromedp.WithDetachOnCancel())
				defer cancel()
				return (&chromiumTab{there, cancel}).eval(ctx, js, into)
			}
		}
	}
	return errors.Join(err, ctx.Err())
}
