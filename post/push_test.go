package post_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/message/pushtest"
	"loa/post"
)

// pushService is one of this machine that keeps what it is sent.
type pushService struct {
	*httptest.Server
	mu   sync.Mutex
	sent []pushed
	how  http.HandlerFunc // its answer, nil for 201
}

type pushed struct {
	*http.Request
	body []byte
}

func listenForPushes(t *testing.T) *pushService {
	s := &pushService{}
	s.Server = httptest.NewTLSServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *pushService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the test asks for what is kept
	}
	s.mu.Lock()
	s.sent = append(s.sent, pushed{r, body})
	how := s.how
	s.mu.Unlock()
	if how == nil {
		w.WriteHeader(http.StatusCreated)
		return
	}
	how(w, r)
}

func (s *pushService) says(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.how = h
}

// all are the requests so far.
func (s *pushService) all() []pushed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]pushed{}, s.sent...)
}

// pushing is a house with a person whose browser has notes shown.
type pushing struct {
	*house
	service *pushService
	browser *pushtest.Browser
	person  accounts.Person
	session accounts.Session
	device  message.Device
}

func openPushing(t *testing.T) *pushing {
	t.Helper()
	s := listenForPushes(t)
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	p := &pushing{house: open(t, roots, func(*message.SaveSettings) {}), service: s, browser: pushtest.New()}
	p.near("127.0.0.1")
	var err error
	p.person, err = p.store.AddPerson(t.Context(), p.meta(), accounts.AddPerson{Name: "Vàng Thị Mai", Login: "mai"})
	p.must(nil, err)
	p.session = p.starts()
	p.device = p.subscribes(p.session, p.browser.At(s.URL+"/to/mai"), false)
	return p
}

// near lets push services stand on a host of this machine.
func (h *house) near(hosts ...string) {
	h.cfg.Near = hosts
	h.Office = post.New(h.cfg)
}

func (p *pushing) starts() accounts.Session {
	p.t.Helper()
	m := p.meta()
	m.By = p.person.Actor("session")
	s, err := p.store.StartSession(p.t.Context(), m, accounts.StartSession{Hash: accounts.HashOf(accounts.NewSecret()), Browser: "Chrome"})
	p.must(nil, err)
	return s
}

func (p *pushing) subscribes(s accounts.Session, sub message.Subscription, renews bool) message.Device {
	p.t.Helper()
	m := p.meta()
	m.By = p.person.Actor("session")
	d, err := p.store.SaveDevice(p.t.Context(), m, message.NewDevice(s, sub, renews))
	p.must(nil, err)
	return d
}

// ends ends the person's session of that ID, or all of hers.
func (p *pushing) ends(session string) {
	p.t.Helper()
	p.must(p.store.EndSessions(p.t.Context(), p.meta(), accounts.EndSessions{Person: p.person.ID, Session: session}))
}

func (p *pushing) devices() []message.Device {
	p.t.Helper()
	list, err := p.store.Devices(p.t.Context(), p.person.ID, p.now)
	p.must(nil, err)
	return list
}

// read is the note in a request.
func (p *pushing) read(r pushed) (n post.Note) {
	p.t.Helper()
	plain, err := p.browser.Decrypt(r.body)
	p.must(nil, err)
	p.must(nil, json.Unmarshal(plain, &n))
	return n
}

// A note is signed by the installation's one key, can be read by that browser alone, says no
// more than a screen shows, and is short.
func TestANoteIsSignedAndReadByItsBrowserAlone(t *testing.T) {
	p := openPushing(t)
	long := message.Draft{Key: "long", Topic: message.SlotMissed, Person: p.person, Title: strings.Repeat("Đài Nậm Chảy ", 40),
		Text: strings.Repeat("Chương trình \"17:00\"\n", 200), Path: "/today"}
	p.must(p.store.Post(t.Context(), []message.Draft{long}, p.now))
	soon := message.Draft{Key: "soon", Topic: message.SlotSoon, Person: p.person, Title: "17:00 phát “Tin xã”", Text: "Phát xong, bấm Đã phát.",
		Path: "/today", Until: p.now.Add(30 * time.Minute)}
	p.must(p.store.Post(t.Context(), []message.Draft{soon}, p.now))
	p.round()
	key, err := p.store.PushKey(t.Context())
	p.must(nil, err)
	sent := p.service.all()
	if len(sent) != 2 {
		t.Fatalf("%d requests", len(sent))
	}
	for i, want := range []struct{ title, text, ttl, urgency string }{
		{long.Title[:20], "…", "259200", "normal"}, {soon.Title, soon.Text, "1800", "high"}} {
		r := sent[i]
		signer, c, err := pushtest.Sender(r.Request, time.Now())
		if err != nil || signer != message.PushKey(key) || c.Aud != p.service.URL || c.Sub != "https://loa.example.vn" {
			t.Errorf("signed %+v by %s: %v", c, signer, err)
		}
		n := p.read(r)
		if !strings.HasPrefix(n.Title, want.title) || !strings.Contains(n.Text, want.text) || n.Path != "/today" || n.Lang != text.Vietnamese {
			t.Errorf("%+v", n)
		}
		if h := r.Header; h.Get("TTL") != want.ttl || h.Get("Urgency") != want.urgency || h.Get("Content-Encoding") != "aes128gcm" ||
			h.Get("Topic") != strings.ReplaceAll(n.Tag, "-", "") || len(r.body) >= 4096 || r.URL.Path != "/to/mai" {
			t.Errorf("%s with %v, %d bytes", r.URL, r.Header, len(r.body))
		}
		if _, err := pushtest.New().Decrypt(r.body); err == nil {
			t.Error("another browser reads it")
		}
	}
	for _, d := range p.deliveries() {
		if d.State != message.Sent || d.Channel != message.Push || d.Service != "127.0.0.1" {
			t.Errorf("%+v", d)
		}
	}
	if raw, err := json.Marshal(p.deliveries()); err != nil || strings.Contains(string(raw), "/to/mai") {
		t.Errorf("the log holds the address by which anybody could send: %v", err)
	}
}

// What a push service answers decides whether it is asked again, and whether the device is
// known any more; it says when to come again.
func TestEachAnswerOfAPushServiceMeansSomething(t *testing.T) {
	for _, c := range []struct {
		code    int
		pause   string
		state   message.State
		answer  message.Answer
		next    time.Duration
		devices int
	}{
		{http.StatusOK, "", message.Sent, message.Taken, 0, 1},
		{http.StatusTooManyRequests, "7200", message.Waiting, message.Later, 2 * time.Hour, 1},
		{http.StatusServiceUnavailable, "", message.Waiting, message.Later, time.Minute, 1},
		{http.StatusInternalServerError, "", message.Waiting, message.Later, time.Minute, 1},
		{http.StatusForbidden, "", message.Waiting, message.Unsigned, time.Minute, 1},
		{http.StatusUnauthorized, "", message.Waiting, message.Unsigned, time.Minute, 1},
		{http.StatusBadRequest, "", message.Failed, message.Refused, 0, 1},
		{http.StatusFound, "", message.Failed, message.Redirected, 0, 1},
		{http.StatusGone, "", message.Failed, message.Removed, 0, 0},
		{http.StatusNotFound, "", message.Failed, message.Removed, 0, 0},
	} {
		t.Run(http.StatusText(c.code), func(t *testing.T) {
			p := openPushing(t)
			p.service.says(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", c.pause)
				w.Header().Set("Location", "https://127.0.0.1/")
				w.WriteHeader(c.code)
			})
			p.post("a", p.person)
			p.round()
			p.stands(c.state, c.answer)
			if d := p.only(); !d.Next.Equal(p.now.Add(c.next)) || d.Last().Code != c.code {
				t.Errorf("next %v, code %d", d.Next, d.Last().Code)
			}
			if n := len(p.devices()); n != c.devices {
				t.Errorf("%d devices are left", n)
			}
			if hooks := []message.Hook{}; p.only().Again(hooks) != (c.state == message.Failed && c.answer != message.Removed) {
				t.Error("what can never go can be sent again, or what could not")
			}
		})
	}
}

func TestATooLongNoteGoesWithItsTitle(t *testing.T) {
	p := openPushing(t)
	p.service.says(func(w http.ResponseWriter, _ *http.Request) {
		if len(p.service.all()) == 1 {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		w.WriteHeader(http.StatusCreated)
	})
	p.post("a", p.person)
	p.round()
	p.stands(message.Sent, message.Taken)
	if sent := p.service.all(); len(sent) != 2 || p.read(sent[0]).Text == "" || p.read(sent[1]).Text != "" || p.read(sent[1]).Title == "" {
		t.Errorf("%d requests", len(sent))
	}
}

// One push service that hangs holds nobody up who is reached by another.
func TestAHangingPushServiceHoldsNobodyElseUp(t *testing.T) {
	p := openPushing(t)
	p.near("127.0.0.1", "localhost")
	other := pushtest.New()
	p.subscribes(p.starts(), other.At(strings.Replace(p.service.URL, "127.0.0.1", "localhost", 1)+"/to/other"), false)
	free := make(chan struct{})
	t.Cleanup(func() { close(free) })
	p.service.says(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/to/mai" {
			<-free
		}
		w.WriteHeader(http.StatusCreated)
	})
	for _, key := range []string{"a", "b", "c"} {
		p.post(key, p.person)
	}
	p.round()
	tried := map[message.Answer]int{}
	for _, d := range p.deliveries() {
		tried[d.Last().Answer]++
	}
	// the certificate of the test is not localhost's: another trouble, told apart all the same
	if tried[message.Silent] != 1 || tried[""] != 4 || tried[message.Untrusted] != 1 {
		t.Errorf("%v", tried)
	}
}

func TestNoPushReachesTheServersOwnNetworks(t *testing.T) {
	p := openPushing(t)
	p.near()
	set, err := p.store.MessageSettings(t.Context())
	p.must(nil, err)
	set.Inside = []string{"127.0.0.1"} // is of webhooks, which an administrator names
	p.must(p.store.SaveMessageSettings(t.Context(), p.meta(), message.SaveSettings{Settings: set}))
	p.post("a", p.person)
	p.round()
	p.stands(message.Waiting, message.OwnNetwork)
	if n := len(p.service.all()); n > 0 {
		t.Errorf("%d requests", n)
	}
	m := p.meta()
	m.By = p.person.Actor("session")
	for _, endpoint := range []string{"http://push.example.vn/a", "https://a@push.example.vn/", "https://push.example.vn/#a", "https://", "ftp://x.vn/", "a b",
		"https://push.example.vn/" + strings.Repeat("a", 1000), "https://push.example.vn:0/", "https://push..vn/"} {
		m.ID = endpoint[:min(len(endpoint), 90)]
		_, err := p.store.SaveDevice(t.Context(), m, message.NewDevice(p.session, p.browser.At(endpoint), false))
		if !fault.Is(err, "message.subscription_form") {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

// A device ends with its session, however often that went on under another secret, also where
// it waits for the quiet hours to end; and only with it.
func TestADeviceEndsWithItsSession(t *testing.T) {
	p := openPushing(t)
	second := p.starts()
	p.subscribes(second, pushtest.New().At(p.service.URL+"/to/second"), false)
	was, secret := p.session, accounts.HashOf(accounts.NewSecret())
	p.must(nil, p.store.ReplaceSession(t.Context(), p.meta(), was, secret))
	_, now, err := p.store.BySession(t.Context(), secret, p.now)
	if err != nil || now.ID == was.ID || now.Root() != was.ID {
		t.Fatalf("the session goes on as %+v, %v", now, err)
	}
	p.now = p.now.Add(24 * time.Hour) // the first secret is good no more
	p.starts()                        // a log-in elsewhere takes away what died of age
	if n := len(p.devices()); n != 2 {
		t.Fatalf("%d devices", n)
	}
	p.post("a", p.person)
	p.ends(now.ID)
	if list := p.devices(); len(list) != 1 || list[0].ID != second.ID {
		t.Errorf("devices %+v", list)
	}
	p.round()
	states := map[message.Answer]int{}
	for _, d := range p.deliveries() {
		states[d.Last().Answer]++
	}
	if states[message.Taken] != 1 || states[message.Removed] != 1 {
		t.Errorf("%v", states)
	}
	p.now = p.now.Add(accounts.SessionIdle) // nobody used it: it is told nothing more
	if list := p.devices(); len(list) > 0 {
		t.Errorf("devices %+v of sessions that died", list)
	}
	p.post("b", p.person)
	if n := len(p.deliveries()); n != 2 {
		t.Errorf("%d deliveries", n)
	}
}

// A browser has one subscription: who asks for it takes it from whom it was; a renewal takes
// the place of the one before, and revives nothing that was ended.
func TestABrowserShowsNotesOfOnePersonAlone(t *testing.T) {
	p := openPushing(t)
	lan, err := p.store.AddPerson(t.Context(), p.meta(), accounts.AddPerson{Name: "Lan", Login: "lan"})
	p.must(nil, err)
	mai := p.person
	p.person = lan
	session := p.starts()
	d := p.subscribes(session, p.browser.At(p.service.URL+"/to/mai"), false)
	renewed := p.subscribes(session, p.browser.At(p.service.URL+"/to/lan"), true)
	if renewed.ID != d.ID || len(p.devices()) != 1 {
		t.Errorf("%+v after %+v", renewed, d)
	}
	if list, err := p.store.Devices(t.Context(), mai.ID, p.now); err != nil || len(list) > 0 {
		t.Errorf("the other still has %+v, %v", list, err)
	}
	p.post("a", lan)
	p.round()
	if sent := p.service.all(); len(sent) != 1 || sent[0].URL.Path != "/to/lan" {
		t.Errorf("%d requests", len(sent))
	}
	m := p.meta()
	m.By = mai.Actor("session")
	if _, err := p.store.EndDevice(t.Context(), m, d.ID); !fault.Is(err, "message.no_device") {
		t.Errorf("another's device: %v", err)
	}
	m = p.meta()
	m.By = lan.Actor("session")
	p.must(p.store.EndDevice(t.Context(), m, d.ID))
	m.ID += "again"
	if _, err := p.store.SaveDevice(t.Context(), m, message.NewDevice(session, p.browser.At(p.service.URL+"/x"), true)); !fault.Is(err, "message.no_device") {
		t.Errorf("a renewal revives: %v", err)
	}
	for range message.MostDevices {
		p.subscribes(p.starts(), pushtest.New().At(p.service.URL+"/"+accounts.NewSecret()), false)
	}
	m.ID += "most"
	if _, err := p.store.SaveDevice(t.Context(), m, message.NewDevice(p.starts(), p.browser.At(p.service.URL+"/more"), false)); !fault.Is(err,
		"message.too_many_devices") {
		t.Errorf("one too many: %v", err)
	}
	m.ID += "token"
	if _, err := p.store.SaveDevice(t.Context(), m, message.NewDevice(accounts.Session{}, p.browser.At(p.service.URL+"/t"), false)); !fault.Is(err,
		"message.device_session") {
		t.Errorf("without a session: %v", err)
	}
}

// What is made in quiet hours comes as one note with the titles; a repeat after a crash bears
// the same tag.
func TestANightIsOneNote(t *testing.T) {
	p := openPushing(t)
	p.now = p.now.Add(10 * time.Hour) // 22:00
	for _, key := range []string{"a", "b", "c"} {
		p.post(key, p.person)
	}
	p.round()
	if n := len(p.service.all()); n > 0 {
		t.Fatalf("%d notes by night", n)
	}
	p.now = p.now.Add(7 * time.Hour)
	p.cfg.Store = &forgetful{p.store, true}
	p.Office = post.New(p.cfg)
	if _, err := p.Round(t.Context()); err == nil {
		t.Fatal("the record of what was sent was kept")
	}
	p.cfg.Store = p.store
	p.Office = post.New(p.cfg)
	p.round()
	sent := p.service.all()
	if len(sent) != 2 {
		t.Fatalf("%d notes", len(sent))
	}
	n, again := p.read(sent[0]), p.read(sent[1])
	if n.Tag != again.Tag || sent[0].Header.Get("Topic") != sent[1].Header.Get("Topic") || n.Path != "/messages" ||
		!strings.Contains(n.Title, "3 tin") || strings.Count(n.Text, "\n") != 2 {
		t.Errorf("%+v, then %+v", n, again)
	}
}

// A trial is sent at once, by night too, and stands in the log; of a browser that is gone the
// person hears that.
func TestATrialOfADevice(t *testing.T) {
	p := openPushing(t)
	for range 2 { // pressed twice it is one
		a, err := p.TryDevice(t.Context(), "trial", p.device, "Mai", text.Vietnamese)
		if err != nil || a.Answer != message.Taken {
			t.Errorf("%+v %v", a, err)
		}
	}
	if sent := p.service.all(); len(sent) != 1 || p.read(sent[0]).Path != "/messages" {
		t.Errorf("%d requests", len(sent))
	}
	p.service.says(answers(http.StatusGone))
	a, err := p.TryDevice(t.Context(), "trial 2", p.device, "Mai", text.Vietnamese)
	if err != nil || a.Answer != message.Removed || len(p.devices()) > 0 {
		t.Errorf("%+v %v", a, err)
	}
	if n := len(p.deliveries()); n != 2 {
		t.Errorf("%d lines in the log", n)
	}
}
