package webtest

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/coder/websocket"
)

// firefox speaks WebDriver BiDi (https://w3c.github.io/webdriver-bidi/) with a
// Firefox of its own.
type firefox struct {
	cmd     *exec.Cmd
	profile string
	line    *websocket.Conn
	ended   chan struct{} // closed when it says nothing any more

	mu      sync.Mutex
	next    int
	answers map[int]chan bidiAnswer
	tabs    map[string]*firefoxTab // by the ID of the browsing context
}

type bidiAnswer struct {
	ID      int
	Type    string
	Method  string
	Error   string
	Message string
	Result  json.RawMessage
	Params  json.RawMessage
}

// preferences keep a headless Firefox quiet, and give it a finger, a microphone
// and sound without a press.
const preferences = `
user_pref("app.update.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.newtabpage.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("dom.disable_beforeunload", true);
user_pref("extensions.update.enabled", false);
user_pref("intl.accept_languages", "vi");
user_pref("media.autoplay.default", 0);
user_pref("media.navigator.permission.disabled", true);
user_pref("media.navigator.streams.fake", true);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("ui.allPointerCapabilities", 1);
user_pref("ui.primaryPointerCapabilities", 1);
`

var listening = regexp.MustCompile(`WebDriver BiDi listening on (ws://\S+)`)

// startFirefox starts the program at path.
func startFirefox(path string) (process, error) {
	profile, err := os.MkdirTemp("", "loa-firefox-")
	if err != nil {
		return nil, err
	}
	f := &firefox{profile: profile, ended: make(chan struct{}), answers: map[int]chan bidiAnswer{}, tabs: map[string]*firefoxTab{}}
	f.cmd = exec.Command(path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile, "about:blank")
	f.cmd.Env = append(os.Environ(), "HOME="+profile, "MOZ_CRASHREPORTER_DISABLE=1")
	if err := f.begin(); err != nil {
		return nil, errors.Join(err, f.end())
	}
	return f, nil
}

// begin waits until Firefox says where it listens, and asks it for a session.
func (f *firefox) begin() error {
	said, err := f.cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(filepath.Join(f.profile, "user.js"), []byte(preferences), 0o600), f.cmd.Start()); err != nil {
		return err
	}
	address := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
		close(address)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 2*stepLimit)
	defer cancel()
	select {
	case url := <-address:
		if url == "" {
			return errors.New("it ended at once")
		}
		if f.line, _, err = websocket.Dial(ctx, url+"/session", nil); err != nil {
			return err
		}
		f.line.SetReadLimit(-1)
		go f.read()
		if err := f.call(ctx, "session.new", arg{"capabilities": arg{"alwaysMatch": arg{"unhandledPromptBehavior": arg{"default": "ignore"}}}},
			nil); err != nil {
			return err
		}
		return f.call(ctx, "session.subscribe", arg{"events": []string{"browsingContext.load", "browsingContext.downloadEnd", "log.entryAdded",
			"network.beforeRequestSent"}}, nil)
	case <-ctx.Done():
		return errors.New("it does not say where it listens")
	}
}

func (f *firefox) person(ctx context.Context, note func(string)) (driver, error) {
	var made struct{ UserContext string }
	if err := f.call(ctx, "browser.createUserContext", nil, &made); err != nil {
		return nil, err
	}
	tab, err := f.newTab(ctx, made.UserContext, note)
	if err != nil {
		return nil, err
	}
	tab.owner = true
	return tab, nil
}

func (f *firefox) alive() bool {
	select {
	case <-f.ended:
		return false
	default:
		return true
	}
}

func (f *firefox) end() error {
	if f.line != nil {
		_ = f.line.CloseNow() // it is killed, and need not be told
	}
	if f.cmd.Process != nil {
		_ = f.cmd.Process.Kill()
		_ = f.cmd.Wait()
	}
	return os.RemoveAll(f.profile)
}

type arg map[string]any

// call asks Firefox for something and waits for its answer.
func (f *firefox) call(ctx context.Context, method string, params arg, into any) error {
	if params == nil {
		params = arg{}
	}
	f.mu.Lock()
	f.next++
	id, answer := f.next, make(chan bidiAnswer, 1)
	f.answers[id] = answer
	f.mu.Unlock()
	b, err := json.Marshal(arg{"id": id, "method": method, "params": params})
	if err != nil {
		return err
	}
	if err := f.line.Write(context.WithoutCancel(ctx), websocket.MessageText, b); err != nil {
		return err
	}
	select {
	case a := <-answer:
		if a.Type == "error" {
			return fmt.Errorf("%s: %s: %s", method, a.Error, a.Message)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(a.Result, into)
	case <-f.ended:
		return fmt.Errorf("%s: Firefox has ended", method)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// read hands on what Firefox says until the line ends.
func (f *firefox) read() {
	defer close(f.ended)
	for {
		_, b, err := f.line.Read(context.Background())
		if err != nil {
			return
		}
		var a bidiAnswer
		if json.Unmarshal(b, &a) != nil {
			continue
		}
		f.mu.Lock()
		if a.Type == "event" {
			var to struct {
				Context string
				Source  struct{ Context string }
			}
			if json.Unmarshal(a.Params, &to) == nil {
				if tab := f.tabs[to.Context+to.Source.Context]; tab != nil {
					tab.events <- a
				}
			}
		} else if answer := f.answers[a.ID]; answer != nil {
			delete(f.answers, a.ID)
			answer <- a
		}
		f.mu.Unlock()
	}
}

// firefoxTab is one browsing context.
type firefoxTab struct {
	*firefox
	id, user string
	owner    bool // of the user context, which ends with this tab
	events   chan bidiAnswer
	note     func(string) // what scripts throw

	mine    sync.Mutex
	loaded  chan struct{} // closed by the next load
	saved   chan string   // takes the path of the next file saved
	blocked []*regexp.Regexp
}

// newTab opens a tab of that user context.
func (f *firefox) newTab(ctx context.Context, user string, note func(string)) (*firefoxTab, error) {
	var made struct{ Context string }
	if err := f.call(ctx, "browsingContext.create", arg{"type": "tab", "userContext": user}, &made); err != nil {
		return nil, err
	}
	tab := &firefoxTab{firefox: f, id: made.Context, user: user, events: make(chan bidiAnswer, 1000), note: note, loaded: make(chan struct{}),
		saved: make(chan string, 1)}
	f.mu.Lock()
	f.tabs[tab.id] = tab
	f.mu.Unlock()
	go tab.listen()
	// A page that breaks its own policy is told of like a script that throws.
	return tab, f.call(ctx, "script.addPreloadScript", arg{"contexts": []string{tab.id},
		"functionDeclaration": `() => addEventListener("securitypolicyviolation", (e) => console.error("policy", e.violatedDirective, e.blockedURI))`}, nil)
}

func (p *firefoxTab) tab(ctx context.Context, note func(string)) (driver, error) {
	return p.newTab(ctx, p.user, note)
}

// close closes the tab, that of a person with all she has. What fails here has
// failed the test before, and then the browser is ended.
func (p *firefoxTab) close() {
	ctx, cancel := context.WithTimeout(context.Background(), stepLimit)
	defer cancel()
	_ = p.call(ctx, "browsingContext.close", arg{"context": p.id}, nil)
	if p.owner {
		_ = p.call(ctx, "browser.removeUserContext", arg{"userContext": p.user}, nil)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tabs, p.id)
	close(p.events)
}

// listen works through the events of the tab.
func (p *firefoxTab) listen() {
	for a := range p.events {
		var e struct {
			Level, Type, Text string
			Status, Filepath  string
			IsBlocked         bool
			Request           struct{ Request, URL string }
		}
		if json.Unmarshal(a.Params, &e) != nil {
			continue
		}
		switch a.Method {
		case "browsingContext.load":
			p.mine.Lock()
			close(p.loaded)
			p.loaded = make(chan struct{})
			p.mine.Unlock()
		case "browsingContext.downloadEnd":
			path := e.Filepath
			if e.Status != "complete" {
				path = ""
			}
			select {
			case p.saved <- path:
			default:
			}
		case "log.entryAdded":
			if e.Level == "error" && (e.Type == "javascript" || strings.HasPrefix(e.Text, "policy ")) {
				p.note(e.Text)
			}
		case "network.beforeRequestSent":
			if !e.IsBlocked {
				continue
			}
			p.mine.Lock()
			method := "network.continueRequest"
			for _, pattern := range p.blocked {
				if pattern.MatchString(e.Request.URL) {
					method = "network.failRequest"
				}
			}
			p.mine.Unlock()
			go func() { _ = p.call(context.Background(), method, arg{"request": e.Request.Request}, nil) }() // its page may be gone
		}
	}
}

// remote is a value of a page's script as BiDi writes it.
type remote struct {
	Type     string
	SharedID string `json:"sharedId"`
	Value    json.RawMessage
}

// plain is the value as JSON would have it.
func (r remote) plain() (any, error) {
	switch r.Type {
	case "undefined", "null":
		return nil, nil
	case "array":
		var parts []remote
		err := json.Unmarshal(r.Value, &parts)
		all := make([]any, len(parts))
		for i := range parts {
			if all[i], err = parts[i].plain(); err != nil {
				return nil, err
			}
		}
		return all, err
	case "object":
		var parts [][2]json.RawMessage
		all := map[string]any{}
		if err := json.Unmarshal(r.Value, &parts); err != nil {
			return nil, err
		}
		for _, kv := range parts {
			var name string
			var value remote
			err := errors.Join(json.Unmarshal(kv[0], &name), json.Unmarshal(kv[1], &value))
			if err == nil {
				all[name], err = value.plain()
			}
			if err != nil {
				return nil, err
			}
		}
		return all, nil
	case "number":
		var special string
		if json.Unmarshal(r.Value, &special) == nil {
			if special == "-0" {
				return math.Copysign(0, -1), nil
			}
			return nil, fmt.Errorf("the number %s", special)
		}
	}
	if r.Value == nil {
		return map[string]any{}, nil // an object without a form in JSON: a function, an element
	}
	var v any
	return v, json.Unmarshal(r.Value, &v)
}

func (p *firefoxTab) evaluate(ctx context.Context, js string) (remote, error) {
	var answer struct {
		Type             string
		Result           remote
		ExceptionDetails struct{ Text string }
	}
	err := p.call(ctx, "script.evaluate", arg{"expression": js, "target": arg{"context": p.id}, "awaitPromise": true, "userActivation": true}, &answer)
	if err == nil && answer.Type == "exception" {
		err = errors.New(answer.ExceptionDetails.Text)
	}
	return answer.Result, err
}

func (p *firefoxTab) eval(ctx context.Context, js string, into any) error {
	r, err := p.evaluate(ctx, js)
	if err != nil {
		return err
	}
	v, err := r.plain()
	if err != nil || into == nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func (p *firefoxTab) open(ctx context.Context, url string) error {
	return p.call(ctx, "browsingContext.navigate", arg{"context": p.id, "url": url, "wait": "complete"}, nil)
}

// element waits until the selector finds something visible.
func (p *firefoxTab) element(ctx context.Context, sel string) (string, error) {
	r, err := p.evaluate(ctx, fmt.Sprintf(`new Promise((found) => {
		const look = () => {
			const e = document.querySelector(%q);
			if (e && e.getClientRects().length && getComputedStyle(e).visibility !== "hidden") return found(e);
			setTimeout(look, 25);
		};
		look();
	})`, sel))
	for err != nil && ctx.Err() == nil && strings.Contains(err.Error(), "no such frame") ||
		err != nil && ctx.Err() == nil && strings.Contains(err.Error(), "AbortError") {
		return p.element(ctx, sel) // the page was left meanwhile
	}
	return r.SharedID, err
}

func (p *firefoxTab) wait(ctx context.Context, sel string) error {
	_, err := p.element(ctx, sel)
	return err
}

func (p *firefoxTab) click(ctx context.Context, sel string) error {
	id, err := p.element(ctx, sel)
	for err == nil {
		press := []arg{{"type": "pointerMove", "x": 0, "y": 0, "origin": arg{"type": "element", "element": arg{"sharedId": id}}},
			{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}}
		err = p.call(ctx, "input.performActions", arg{"context": p.id, "actions": []arg{{"type": "pointer", "id": "finger",
			"parameters": arg{"pointerType": "mouse"}, "actions": press}}}, nil)
		if err == nil || !strings.Contains(err.Error(), "move target out of bounds") {
			break
		}
		// The page grew above it between scrolling and pressing.
		err = p.eval(ctx, fmt.Sprintf(`document.querySelector(%q).scrollIntoView({ block: "center", behavior: "instant" })`, sel), nil)
	}
	return err
}

func (p *firefoxTab) follow(ctx context.Context, sel string) error {
	p.mine.Lock()
	loaded := p.loaded
	p.mine.Unlock()
	if err := p.click(ctx, sel); err != nil {
		return err
	}
	select {
	case <-loaded:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// special are the keys that are no letters: chromedp's name and WebDriver's.
var special = map[rune]string{'\r': "\uE007", '\t': "\uE004", '\b': "\uE003", '\u0301': "\uE015", '\u0302': "\uE012", '\u0303': "\uE014", '\u0304': "\uE013",
	'\u0306': "\uE011", '\u0305': "\uE010", '\u001b': "\uE00C"}

// press presses keys where the focus is.
func (p *firefoxTab) press(ctx context.Context, keys string) error {
	actions := []arg{}
	for _, k := range keys {
		value, known := special[k]
		if !known {
			value = string(k)
		}
		actions = append(actions, arg{"type": "keyDown", "value": value}, arg{"type": "keyUp", "value": value})
	}
	return p.call(ctx, "input.performActions", arg{"context": p.id, "actions": []arg{{"type": "key", "id": "keys", "actions": actions}}}, nil)
}

func (p *firefoxTab) wheel(ctx context.Context, x, y, by float64) error {
	turn := arg{"type": "scroll", "x": int(x), "y": int(y), "deltaX": 0, "deltaY": int(by)}
	return p.call(ctx, "input.performActions", arg{"context": p.id, "actions": []arg{{"type": "wheel", "id": "wheel", "actions": []arg{turn}}}}, nil)
}

func (p *firefoxTab) touch(ctx context.Context, way [][2]float64) error {
	var actions []arg
	for i, at := range way {
		actions = append(actions, arg{"type": "pointerMove", "x": int(at[0]), "y": int(at[1])})
		if i == 0 {
			actions = append(actions, arg{"type": "pointerDown", "button": 0})
		}
	}
	return p.call(ctx, "input.performActions",
		arg{"context": p.id, "actions": []arg{{"type": "pointer", "id": "fingertip", "parameters": arg{"pointerType": "touch"},
			"actions": append(actions, arg{"type": "pointerUp", "button": 0})}}}, nil)
}

func (p *firefoxTab) files(ctx context.Context, sel string, paths []string) error {
	r, err := p.evaluate(ctx, fmt.Sprintf(`document.querySelector(%q)`, sel))
	if err != nil {
		return err
	}
	return p.call(ctx, "input.setFiles", arg{"context": p.id, "element": arg{"sharedId": r.SharedID}, "files": paths}, nil)
}

func (p *firefoxTab) size(ctx context.Context, width, height int64, _ bool) error {
	return p.call(ctx, "browsingContext.setViewport", arg{"context": p.id, "viewport": arg{"width": width, "height": height}}, nil)
}

func (p *firefoxTab) scripts(context.Context, bool) error { return errUnsupported }

func (p *firefoxTab) dark(context.Context, bool) error { return errUnsupported }

// offline stops what matches. The whole network is cut as the browser itself
// does it, so that navigator.onLine tells.
func (p *firefoxTab) offline(ctx context.Context, patterns []string) error {
	var conditions any
	var blocked []*regexp.Regexp
	for _, pattern := range patterns {
		if pattern == "" {
			conditions = arg{"type": "offline"}
			continue
		}
		blocked = append(blocked, regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")+"$"))
	}
	p.mine.Lock()
	first := p.blocked == nil
	p.blocked = blocked
	p.mine.Unlock()
	if first && blocked != nil { // once asked, each request is; it goes on unless it matches
		if err := p.call(ctx, "network.addIntercept", arg{"phases": []string{"beforeRequestSent"}, "contexts": []string{p.id}}, nil); err != nil {
			return err
		}
	}
	return p.call(ctx, "emulation.setNetworkConditions", arg{"networkConditions": conditions, "contexts": []string{p.id}}, nil)
}

func (p *firefoxTab) picture(ctx context.Context) ([]byte, error) {
	return p.data(ctx, "browsingContext.captureScreenshot", arg{"context": p.id, "origin": "document"})
}

func (p *firefoxTab) pdf(context.Context) ([]byte, error) { return nil, errUnsupported }

func (p *firefoxTab) passkeys(context.Context, bool) error { return errUnsupported }

func (p *firefoxTab) notifies(context.Context, string) error { return errUnsupported }

func (p *firefoxTab) pushes(context.Context, string, string) error { return errUnsupported }

func (p *firefoxTab) inWorker(context.Context, string, string, any) error { return errUnsupported }

func (p *firefoxTab) data(ctx context.Context, method string, params arg) ([]byte, error) {
	var got struct{ Data string }
	if err := p.call(ctx, method, params, &got); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(got.Data)
}

// download saves what pressing gives into a folder.
func (p *firefoxTab) download(ctx context.Context, dir string, press func()) error {
	if err := p.call(ctx, "browser.setDownloadBehavior", arg{"downloadBehavior": arg{"type": "allowed", "destinationFolder": dir},
		"userContexts": []string{p.user}}, nil); err != nil {
		return err
	}
	press()
	select {
	case path := <-p.saved:
		if path == "" {
			return errors.New("the download was given up")
		}
		return nil
	case <-ctx.Done():
		return errors.New("the download does not end")
	}
}

func (p *firefoxTab) cookie(ctx context.Context, name, value, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	return p.call(ctx, "storage.setCookie", arg{"cookie": arg{"name": name, "value": arg{"type": "string", "value": value}, "domain": u.Hostname()},
		"partition": arg{"type": "storageKey", "userContext": p.user}}, nil)
}
