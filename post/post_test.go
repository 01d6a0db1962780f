package post_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/uuid"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/message"
	"loa/post"
	"loa/store"
	"loa/store/bolt"
	"loa/store/bolttest"
)

// noon is out of the quiet hours.
var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, text.Zone)

// server is a mail server of this machine that keeps what it is sent.
type server struct {
	mu       sync.Mutex
	taken    []taken
	refuse   []error // what it says to the next recipients, nil for yes
	password string  // wanted of user "loa", "" for none
	Host     string
	Port     int
	Roots    *x509.CertPool
}

type taken struct {
	from string
	to   []string
	raw  []byte
	user string
}

func (s *server) all() []taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]taken{}, s.taken...)
}

// says lets the server answer its next recipients so.
func (s *server) says(answers ...error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = answers
}

type session struct {
	s *server
	taken
}

func (s *server) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{s: s}, nil }

func (c *session) AuthMechanisms() []string {
	if c.s.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (c *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "loa" || password != c.s.password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no such user"}
		}
		c.user = user
		return nil
	}), nil
}

func (c *session) Mail(from string, _ *smtp.MailOptions) error { c.from = from; return nil }

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if len(c.s.refuse) > 0 {
		err := c.s.refuse[0]
		if c.s.refuse = c.s.refuse[1:]; err != nil {
			return err
		}
	}
	c.to = append(c.to, to)
	return nil
}

func (c *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.raw = raw
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.taken = append(c.s.taken, c.taken)
	return nil
}

func (c *session) Reset()        { user := c.user; c.taken = taken{user: user} }
func (c *session) Logout() error { return nil }

// certificate is one for 127.0.0.1, and who believes in it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	s := httptest.NewTLSServer(nil)
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.TLS.Certificates[0], roots
}

// mailServer starts one; secure is how it keeps the way secret.
func mailServer(t *testing.T, secure message.Security) *server {
	t.Helper()
	s := &server{}
	srv := smtp.NewServer(s)
	srv.Domain, srv.AllowInsecureAuth = "mail.test", false
	cert, roots := certificate(t)
	s.Roots = roots
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conf := &tls.Config{Certificates: []tls.Certificate{cert}}
	switch secure {
	case message.StartTLS:
		srv.TLSConfig = conf
	case message.TLS:
		l = tls.NewListener(l, conf)
	}
	s.Host, s.Port = "127.0.0.1", l.Addr().(*net.TCPAddr).Port
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return s
}

// house is a store with an office.
type house struct {
	*post.Office
	cfg   post.Config
	t     *testing.T
	store *bolt.Store
	now   time.Time
	log   *bytes.Buffer
}

func open(t *testing.T, roots *x509.CertPool, set func(*message.SaveSettings)) *house {
	t.Helper()
	h := &house{t: t, store: bolttest.Open(t), now: noon, log: &bytes.Buffer{}}
	c := message.SaveSettings{Settings: message.DefaultSettings()}
	set(&c)
	h.must(h.store.SaveMessageSettings(t.Context(), h.meta(), c))
	h.cfg = post.Config{Store: h.store, Now: func() time.Time { return h.now }, Log: slog.New(slog.NewTextHandler(h.log, nil)),
		Address: func(context.Context) (string, error) { return "https://loa.example.vn", nil }, Roots: roots, Timeout: 2 * time.Second, Version: "test"}
	h.Office = post.New(h.cfg)
	return h
}

// mailing sets the server up.
func mailing(s *server, secure message.Security) func(*message.SaveSettings) {
	return func(c *message.SaveSettings) {
		c.Mail = message.Mail{Host: s.Host, Port: s.Port, Security: secure, From: "loa@laocai.vn", Name: "Phát thanh cơ sở"}
	}
}

func (h *house) must(_ any, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) meta() accounts.Meta {
	return accounts.Meta{ID: uuid.NewString(), By: accounts.Daemon(), At: h.now}
}

var lan = accounts.Person{ID: "p-lan", Name: "Nguyễn Thị Lan", Language: text.Vietnamese}

// wants lets a person choose an address.
func (h *house) wants(p accounts.Person, c message.Choice) {
	h.t.Helper()
	c.Person = p.ID
	h.must(h.store.SaveChoice(h.t.Context(), accounts.Meta{ID: uuid.NewString(), By: p.Actor("session"), At: h.now}, c))
}

func (h *house) post(key string, p accounts.Person) {
	h.t.Helper()
	n, err := h.store.Post(h.t.Context(), []message.Draft{{Key: key, Topic: message.SlotMissed, Person: p, Title: "Quá hạn: đài Nậm Chảy " + key,
		Text: "Chương trình 17:00 hôm nay chưa được báo.", Path: "/today"}}, h.now)
	if err != nil || n != 1 {
		h.t.Fatalf("posted %d: %v", n, err)
	}
}

func (h *house) round() {
	h.t.Helper()
	h.must(h.Round(h.t.Context()))
}

// log lists the deliveries, the newest first.
func (h *house) deliveries() []message.Delivery {
	h.t.Helper()
	list, _, err := h.store.Deliveries(h.t.Context(), accounts.Daemon(), message.Query{}, 0, 100)
	h.must(nil, err)
	return list
}

func (h *house) only() message.Delivery {
	h.t.Helper()
	list := h.deliveries()
	if len(list) != 1 {
		h.t.Fatalf("%d deliveries", len(list))
	}
	return list[0]
}

func (h *house) stands(state message.State, answer message.Answer) {
	h.t.Helper()
	if d := h.only(); d.State != state || d.Last().Answer != answer {
		h.t.Errorf("%s after %q (%d %q), want %s after %q", d.State, d.Last().Answer, d.Last().Code, d.Last().Says, state, answer)
	}
}

func TestAMailArrivesAsItWasWritten(t *testing.T) {
	for _, secure := range message.Securities {
		t.Run(string(secure), func(t *testing.T) {
			s := mailServer(t, secure)
			h := open(t, s.Roots, mailing(s, secure))
			h.wants(lan, message.Choice{Mail: "lan@xa.vn"})
			h.post("a", lan)
			h.round()
			h.stands(message.Sent, message.Taken)
			list := s.all()
			if len(list) != 1 || list[0].from != "loa@laocai.vn" || strings.Join(list[0].to, " ") != "lan@xa.vn" {
				t.Fatalf("the server has %+v", list)
			}
			m, err := mail.ReadMessage(bytes.NewReader(list[0].raw))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
			if err != nil || subject != "Quá hạn: đài Nậm Chảy a" {
				t.Errorf("subject %q (%v)", subject, err)
			}
			to, err := m.Header.AddressList("To")
			if err != nil || to[0].Name != lan.Name {
				t.Errorf("to %v (%v)", to, err)
			}
			if strings.ContainsFunc(string(list[0].raw), func(r rune) bool { return r > 0x7e }) {
				t.Error("bytes on the way that old servers break")
			}
			if id := m.Header.Get("Message-ID"); id != "<"+(message.Parcel{Deliveries: h.deliveries()}).ID()+"@laocai.vn>" {
				t.Errorf("Message-ID %s", id)
			}
		})
	}
}

func TestAPasswordIsSentToTheServerItIsForAndNowhereElse(t *testing.T) {
	s := mailServer(t, message.StartTLS)
	s.password = "mật-khẩu-thật"
	h := open(t, s.Roots, func(c *message.SaveSettings) {
		mailing(s, message.StartTLS)(c)
		c.Mail.User, c.Password, c.NewPassword = "loa", s.password, true
	})
	a, err := h.TryMail(t.Context(), uuid.NewString(), "lan@xa.vn", lan.Name, text.Vietnamese)
	if err != nil || a.Answer != message.Taken || len(s.all()) != 1 || s.all()[0].user != "loa" {
		t.Fatalf("%+v %v", a, err)
	}
	s.password = "đã đổi"
	a, err = h.TryMail(t.Context(), uuid.NewString(), "lan@xa.vn", lan.Name, text.Vietnamese)
	if err != nil || a.Answer != message.LogIn || a.Code != 535 {
		t.Errorf("a wrong password: %+v %v", a, err)
	}
	h.wants(lan, message.Choice{Mail: "lan@xa.vn"})
	h.post("a", lan)
	h.round()
	if d := h.deliveries()[0]; d.State != message.Waiting || d.Last().Answer != message.LogIn {
		t.Errorf("%s after %s", d.State, d.Last().Answer)
	}
	if strings.Contains(h.log.String(), "mật-khẩu-thật") {
		t.Error("the log holds the password")
	}
	set, err := h.store.MessageSettings(t.Context())
	h.must(nil, err)
	set.Mail.Host = "other.test"
	if _, err := h.store.SaveMessageSettings(t.Context(), h.meta(), message.SaveSettings{Settings: set}); !fault.Is(err, "message.password_again") {
		t.Errorf("another server is saved without a password: %v", err)
	}
	set.Mail.User = ""
	h.must(h.store.SaveMessageSettings(t.Context(), h.meta(), message.SaveSettings{Settings: set}))
	if kept, err := h.store.Secret(t.Context(), message.MailSecret); err != nil || kept != "" {
		t.Errorf("another server would get the password: %v", err)
	}
}

func TestGreylistingIsWaitedOut(t *testing.T) {
	s := mailServer(t, message.Open)
	h := open(t, nil, mailing(s, message.Open))
	h.wants(lan, message.Choice{Mail: "lan@xa.vn"})
	s.says(&smtp.SMTPError{Code: 450, Message: "greylisted, come back"})
	h.post("a", lan)
	h.round()
	h.stands(message.Waiting, message.Later)
	if d := h.only(); d.Last().Code != 450 || !strings.Contains(d.Last().Says, "greylisted") || strings.Contains(d.Last().Says, "affected") {
		t.Errorf("the server's own words are lost: %+v", d.Last())
	}
	h.round()
	if n := len(h.only().Attempts); n != 1 {
		t.Errorf("%d tries before its time", n)
	}
	h.now = h.only().Next
	h.round()
	h.stands(message.Sent, message.Taken)
}

func TestARefusedAddressHoldsNobodyUp(t *testing.T) {
	s := mailServer(t, message.Open)
	h := open(t, nil, mailing(s, message.Open))
	hoa := accounts.Person{ID: "p-hoa", Name: "Hoa", Language: text.Vietnamese}
	h.wants(lan, message.Choice{Mail: "lan@xa.vn"})
	h.wants(hoa, message.Choice{Mail: "hoa@xa.vn"})
	s.says(&smtp.SMTPError{Code: 550, Message: "no such mailbox"}, nil)
	h.post("a", lan)
	h.post("b", hoa)
	h.round()
	list := h.deliveries()
	if list[1].State != message.Failed || list[1].Last().Answer != message.Refused || list[0].State != message.Sent {
		t.Errorf("%+v", list)
	}
}

// speaking is a server that says these lines, each but the first after it was told
// something, reads what comes then, and hangs up.
func speaking(t *testing.T, lines ...string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(c)
			for i, line := range lines {
				if i > 0 {
					_, _ = in.ReadString('\n')
				}
				_, _ = io.WriteString(c, line)
			}
			for line := ""; len(lines) > 1 && line != ".\r\n" && err == nil; {
				line, err = in.ReadString('\n')
			}
			c.Close()
		}
	}()
	return l
}

// TestWhatIsWrongWithTheServerIsSaid: each fault of a server has its own answer, and the
// mail waits.
func TestWhatIsWrongWithTheServerIsSaid(t *testing.T) {
	hangs, err := net.Listen("tcp", "127.0.0.1:0") // takes the connection and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hangs.Close() })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	plain, strange := mailServer(t, message.Open), mailServer(t, message.StartTLS)
	port := func(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }
	for _, c := range []struct {
		what   string
		port   int
		secure message.Security
		want   message.Answer
	}{
		{"hangs", port(hangs), message.Open, message.Silent},
		{"hangs in the handshake", port(hangs), message.TLS, message.Silent},
		{"hangs up", port(speaking(t, "")), message.Open, message.Broken},
		{"speaks no SMTP", port(speaking(t, "HTTP/1.1 400 Bad Request\r\n")), message.Open, message.Garbled},
		{"takes a mail and hangs up", port(speaking(t, "220 a\r\n", "250 a\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n")), message.Open,
			message.Broken},
		{"is not there", port(gone), message.Open, message.Unreached},
		{"offers no encryption", plain.Port, message.StartTLS, message.Untrusted},
		{"speaks no TLS", plain.Port, message.TLS, message.Untrusted},
		{"has a certificate of nobody", strange.Port, message.StartTLS, message.Untrusted},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			h := open(t, x509.NewCertPool(), func(set *message.SaveSettings) {
				set.Mail = message.Mail{Host: "127.0.0.1", Port: c.port, Security: c.secure, From: "loa@laocai.vn"}
			})
			h.wants(lan, message.Choice{Mail: "lan@xa.vn"})
			h.post("a", lan)
			h.post("b", lan)
			h.round()
			for _, d := range h.deliveries() {
				if d.State != message.Waiting || !d.Next.After(h.now) {
					t.Errorf("%+v", d)
				}
			}
			if first := h.deliveries()[1]; first.Last().Answer != c.want || first.Last().Says != "" || first.Last().Cause == "" {
				t.Errorf("%+v, want %s", first.Last(), c.want)
			}
			if second := h.deliveries()[0]; second.Tries != 0 {
				t.Error("the second was tried at a server that is the trouble itself")
			}
		})
	}
}

func TestNothingTypedAddsToAHeader(t *testing.T) {
	s := mailServer(t, message.Open)
	h := open(t, nil, mailing(s, message.Open))
	evil := accounts.Person{ID: "p-evil", Name: "Lan\r\nBcc: all@xa.vn\r\n\r\nbody", Language: text.Vietnamese}
	h.wants(evil, message.Choice{Mail: "lan@xa.vn"})
	h.must(h.store.Post(t.Context(), []message.Draft{{Key: "a", Topic: message.SlotMissed, Person: evil, Title: "Tin\r\nBcc: all@xa.vn",
		Text: ".\r\nQUIT\r\n"}}, h.now))
	h.round()
	h.stands(message.Sent, message.Taken)
	got := s.all()[0]
	m, err := mail.ReadMessage(bytes.NewReader(got.raw))
	if err != nil || m.Header.Get("Bcc") != "" || len(got.to) != 1 {
		t.Errorf("%v %v %v", err, m.Header, got.to)
	}
	for _, address := range []string{"lan@xa.vn\r\nBcc: all@xa.vn", "Lan <lan@xa.vn>", "lan@xa.vn,hoa@xa.vn", "lan", "lan@", "@xa.vn", `"a b"@xa.vn`,
		"lân@xa.vn", "lan@xa..vn"} {
		if _, err := message.CheckAddress(address); err == nil {
			t.Errorf("%q is an address", address)
		}
	}
}

// A receiver is a webhook's program.
type receiver struct {
	mu     sync.Mutex
	got    []*http.Request
	bodies [][]byte
	answer http.HandlerFunc
	url    string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	b, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	r.got, r.bodies = append(r.got, q), append(r.bodies, b)
	answer := r.answer
	r.mu.Unlock()
	answer(w, q)
}

func answers(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "said "+strconv.Itoa(code), code) }
}

func listen(t *testing.T) *receiver {
	r := &receiver{answer: answers(204)}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.url = s.URL + "/loa"
	return r
}

func (r *receiver) says(h http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = h
}

// allow lets webhooks reach this machine.
func allow(c *message.SaveSettings) { c.Inside = []string{"127.0.0.1"} }

func (h *house) hook(url string, topics ...message.Topic) (message.Hook, string) {
	h.t.Helper()
	secret := message.NewSecret()
	hook, err := h.store.SaveHook(h.t.Context(), h.meta(), message.SaveHook{HookFields: message.HookFields{Name: "Zalo", URL: url, Topics: topics},
		Secret: secret,
		Hash:   accounts.HashOf(secret)})
	h.must(nil, err)
	return hook, secret
}

func TestAWebhookIsSignedAndSaysWhom(t *testing.T) {
	r := listen(t)
	h := open(t, nil, allow)
	_, secret := h.hook(r.url, message.SlotMissed)
	h.wants(lan, message.Choice{Phone: "0912 345 678"})
	h.post("a", lan)
	h.round()
	h.stands(message.Sent, message.Taken)
	q, body := r.got[0], r.bodies[0]
	at, err := strconv.ParseInt(q.Header.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || q.Header.Get("Webhook-Signature") != post.Sign(secret, q.Header.Get("Webhook-Id"), time.Unix(at, 0), body) {
		t.Errorf("signature %q at %d (%v)", q.Header.Get("Webhook-Signature"), at, err)
	}
	var b post.Body
	if err := json.Unmarshal(body, &b); err != nil || b.ID != q.Header.Get("Webhook-Id") || b.To.Phone != "0912345678" || b.To.Name != lan.Name ||
		!strings.Contains(b.Text, "https://loa.example.vn/today") {
		t.Errorf("%s %v", body, err)
	}
	if strings.Contains(h.log.String()+string(body), secret) {
		t.Error("the secret goes out")
	}
}

// TestADayOfFaultsIsWaitedOutUnderOneID: 500 for a day, then well: it arrives once more
// under the ID it always had.
func TestADayOfFaultsIsWaitedOutUnderOneID(t *testing.T) {
	r := listen(t)
	h := open(t, nil, allow)
	h.hook(r.url, message.SlotMissed)
	h.post("a", lan)
	r.says(answers(500))
	day := h.now.Add(24 * time.Hour)
	for h.now.Before(day) {
		h.round()
		h.stands(message.Waiting, message.Later)
		h.now = h.only().Next
	}
	r.says(answers(200))
	h.round()
	h.stands(message.Sent, message.Taken)
	if len(r.got) < 5 || len(r.got) > 12 {
		t.Errorf("%d tries in a day", len(r.got))
	}
	for i := range r.got {
		if r.got[i].Header.Get("Webhook-Id") != r.got[0].Header.Get("Webhook-Id") || !bytes.Equal(r.bodies[i], r.bodies[0]) {
			t.Error("a later try is another message")
		}
	}
}

func TestWhatNeverArrivesIsGivenUpAndSentAgainByHand(t *testing.T) {
	r := listen(t)
	h := open(t, nil, allow)
	h.hook(r.url, message.SlotMissed)
	h.post("a", lan)
	r.says(answers(503))
	for i := 0; h.only().State == message.Waiting; i++ {
		if i > 20 {
			t.Fatal("it is tried for ever")
		}
		h.round()
		if d := h.only(); d.State == message.Waiting {
			h.now = d.Next
		}
	}
	h.stands(message.Dead, message.Later)
	if since := h.now.Sub(noon); since < 48*time.Hour || since > 96*time.Hour {
		t.Errorf("given up after %v", since)
	}
	r.says(answers(200))
	n, err := h.store.Replay(t.Context(), h.meta(), message.Replay{})
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	h.round()
	h.stands(message.Sent, message.Taken)
	if _, err := h.store.Replay(t.Context(), h.meta(), message.Replay{Number: h.only().Number}); err == nil {
		t.Error("what arrived is sent again")
	}
}

func TestEachAnswerOfAWebhookMeansSomething(t *testing.T) {
	for _, c := range []struct {
		answer http.HandlerFunc
		want   message.Answer
		state  message.State
	}{
		{answers(200), message.Taken, message.Sent}, {answers(400), message.Refused, message.Failed}, {answers(404), message.Refused, message.Failed},
		{answers(410), message.Refused, message.Failed}, {answers(408), message.Later, message.Waiting}, {answers(429), message.Later, message.Waiting},
		{answers(502), message.Later, message.Waiting},
		{func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, "http://127.0.0.1:1/other", http.StatusTemporaryRedirect)
		}, message.Redirected, message.Failed},
		{func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, message.Broken, message.Waiting},
		{func(w http.ResponseWriter, q *http.Request) { <-q.Context().Done() }, message.Silent, message.Waiting},
	} {
		r := listen(t)
		h := open(t, nil, allow)
		h.hook(r.url, message.SlotMissed)
		r.says(c.answer)
		h.post("a", lan)
		h.round()
		h.stands(c.state, c.want)
		if c.want == message.Silent || c.want == message.Broken {
			if last := h.only().Last(); last.Says != "" || last.Cause == "" {
				t.Errorf("who said nothing says %q, for %q", last.Says, last.Cause)
			}
		}
	}
}

// TestTrialsAreInTheLog: each once, with its answer; none goes again by itself.
func TestTrialsAreInTheLog(t *testing.T) {
	r := listen(t)
	h := open(t, nil, allow)
	hook, _ := h.hook(r.url, message.SlotMissed)
	id := uuid.NewString()
	var presses sync.WaitGroup
	for range 2 {
		presses.Go(func() {
			if a, err := h.TryHook(t.Context(), id, hook.ID, text.Vietnamese); err != nil || a.Answer != message.Taken {
				t.Errorf("%+v %v", a, err)
			}
		})
	}
	presses.Wait()
	h.must(h.TryHook(t.Context(), id, hook.ID, text.Vietnamese))
	h.stands(message.Sent, message.Taken)
	if len(r.got) != 1 {
		t.Errorf("a button pressed again and again sent %d messages", len(r.got))
	}
	r.says(answers(500))
	h.must(h.TryHook(t.Context(), uuid.NewString(), hook.ID, text.Vietnamese))
	list, _, err := h.store.Deliveries(t.Context(), accounts.Daemon(), message.Query{Topic: message.Trial, State: message.Failed}, 0, 10)
	if err != nil || len(list) != 1 || list[0].Last().Answer != message.Later || list[0].Last().Code != 500 {
		t.Errorf("%+v %v", list, err)
	}
	h.now = h.now.Add(24 * time.Hour)
	calls := len(r.got)
	h.round()
	if len(r.got) != calls {
		t.Error("a trial goes again by itself")
	}
	r.says(answers(204))
	h.must(h.store.Replay(t.Context(), h.meta(), message.Replay{Number: list[0].Number}))
	h.round()
	if d := h.deliveries()[0]; d.State != message.Sent || len(d.Attempts) != 2 {
		t.Errorf("sent again by hand: %+v", d)
	}
	if _, err := h.store.Verify(t.Context(), func(p store.Problem) { t.Error(p) }); err != nil {
		t.Error(err)
	}
}

func TestARetryAfterIsKept(t *testing.T) {
	r := listen(t)
	h := open(t, nil, allow)
	h.hook(r.url, message.SlotMissed)
	r.says(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(429)
	})
	h.post("a", lan)
	h.round()
	if d := h.only(); !d.Next.Equal(noon.Add(2 * time.Hour).UTC()) {
		t.Errorf("next %v", d.Next)
	}
}

func TestNoWebhookReachesTheServersOwnNetworks(t *testing.T) {
	r := listen(t)
	secure := httptest.NewTLSServer(r)
	t.Cleanup(secure.Close)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(strings.TrimSuffix(r.url, "/loa"), "http://"))
	for _, url := range []string{r.url, "http://localhost:" + port + "/", "http://[::1]:" + port + "/", "http://[::ffff:127.0.0.1]:" + port + "/",
		"http://0.0.0.0:" + port + "/", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://192.168.1.1/", "http://[fd00::1]/",
		"http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://100.64.0.1/", secure.URL} {
		h := open(t, nil, func(*message.SaveSettings) {})
		hook, _ := h.hook(url, message.SlotMissed)
		a, err := h.TryHook(t.Context(), uuid.NewString(), hook.ID, text.Vietnamese)
		if err != nil || a.Answer != message.OwnNetwork || !h.Inside(t.Context(), url) {
			t.Errorf("%s: %+v %v, and it is said at once: %v", url, a, err, h.Inside(t.Context(), url))
		}
	}
	if len(r.got) > 0 {
		t.Errorf("%d calls arrived", len(r.got))
	}
	for _, url := range []string{"https://8.8.8.8/loa", "https://khong-co.invalid/", "::"} {
		if open(t, nil, allow).Inside(t.Context(), url) {
			t.Errorf("%s is said to lie inside", url)
		}
	}
	h := open(t, x509.NewCertPool(), allow)
	hook, _ := h.hook(secure.URL, message.SlotMissed)
	if a, err := h.TryHook(t.Context(), uuid.NewString(), hook.ID, text.Vietnamese); err != nil || a.Answer != message.Untrusted {
		t.Errorf("a certificate of nobody: %+v %v", a, err)
	}
}

func TestQuietHoursEndInOneDigest(t *testing.T) {
	s, r := mailServer(t, message.Open), listen(t)
	h := open(t, nil, func(c *message.SaveSettings) { mailing(s, message.Open)(c); allow(c) })
	h.hook(r.url, message.SlotMissed)
	h.wants(lan, message.Choice{Mail: "lan@xa.vn"})
	h.now = time.Date(2026, 11, 30, 22, 0, 0, 0, text.Zone)
	for _, key := range []string{"a", "b", "c"} {
		h.post(key, lan)
	}
	h.round()
	if len(s.all()) > 0 || len(r.got) > 0 {
		t.Fatal("it is night")
	}
	h.now = time.Date(2026, 12, 1, 5, 0, 0, 0, text.Zone)
	h.round()
	if len(s.all()) != 1 || len(r.got) != 1 {
		t.Fatalf("%d mails, %d calls", len(s.all()), len(r.got))
	}
	for _, d := range h.deliveries() {
		if d.State != message.Sent {
			t.Errorf("%+v", d)
		}
	}
	var b post.Body
	if err := json.Unmarshal(r.bodies[0], &b); err != nil || b.Type != "digest" || len(b.Messages) != 3 || b.Title != "3 tin từ Loa" {
		t.Errorf("%s", r.bodies[0])
	}
}

// Whoever ends or moves the quiet hours while messages wait for their end lets them go by the new ones.
func TestQuietHoursThatAreMovedHoldNothing(t *testing.T) {
	r := listen(t)
	h := open(t, nil, allow)
	h.hook(r.url, message.SlotMissed)
	h.now = time.Date(2026, 11, 30, 22, 0, 0, 0, text.Zone)
	h.post("a", lan)
	set, err := h.store.MessageSettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, until := range []int{23*60 + 30, set.QuietFrom} { // at half past eleven already, and then never
		set.QuietUntil = until
		h.must(h.store.SaveMessageSettings(t.Context(), h.meta(), message.SaveSettings{Settings: set}))
		d := h.deliveries()[0]
		if want := set.Quiet(h.now); d.State != message.Waiting || want.IsZero() && !d.Next.Equal(h.now) || !want.IsZero() && !d.Next.Equal(want) {
			t.Errorf("it is held until %s, the quiet hours end %s", d.Next, want)
		}
	}
	h.round()
	if d := h.deliveries()[0]; d.State != message.Sent {
		t.Errorf("%+v", d)
	}
}

// forgetful is a store that dies between what was sent and its record.
type forgetful struct {
	*bolt.Store
	dead bool
}

func (f *forgetful) Settle(ctx context.Context, list []message.Delivery) error {
	if f.dead {
		return errors.New("killed")
	}
	return f.Store.Settle(ctx, list)
}

func TestAKillBetweenSendingAndItsRecordSendsUnderTheSameID(t *testing.T) {
	s, r := mailServer(t, message.Open), listen(t)
	h := open(t, nil, func(c *message.SaveSettings) { mailing(s, message.Open)(c); allow(c) })
	h.hook(r.url, message.SlotMissed)
	h.wants(lan, message.Choice{Mail: "lan@xa.vn"})
	h.post("a", lan)
	dying := &forgetful{h.store, true}
	office := post.New(post.Config{Store: dying, Now: func() time.Time { return h.now }, Log: slog.New(slog.DiscardHandler),
		Address: func(context.Context) (string, error) { return "https://loa.example.vn", nil }})
	if _, err := office.Round(t.Context()); err == nil {
		t.Fatal("it did not die")
	}
	h.round() // another life
	h.round()
	if len(s.all()) != 2 || len(r.got) != 2 {
		t.Fatalf("%d mails, %d calls", len(s.all()), len(r.got))
	}
	ids := map[string]bool{}
	for _, m := range s.all() {
		read, err := mail.ReadMessage(bytes.NewReader(m.raw))
		h.must(nil, err)
		ids[read.Header.Get("Message-ID")] = true
	}
	if len(ids) != 1 || r.got[0].Header.Get("Webhook-Id") != r.got[1].Header.Get("Webhook-Id") {
		t.Errorf("nobody can tell that it is the same: %v", ids)
	}
}
