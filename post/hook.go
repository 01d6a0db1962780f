package post

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"loa/internal/text"
	"loa/message"
)

// caller posts to one webhook. What it sends is signed as the Standard Webhooks
// specification says, so that libraries of many languages can check it.
type caller struct {
	office *Office
	desk   desk
	hook   message.Hook
	secret string
}

func (o *Office) caller(ctx context.Context, d desk, h message.Hook) (*caller, error) {
	secret, err := o.cfg.Store.Secret(ctx, h.ID)
	return &caller{o, d, h, secret}, err
}

// Body is what a webhook is sent.
type Body struct {
	ID       string `json:"id"`   // of this delivery: the same each time it is tried
	Type     string `json:"type"` // topic; "digest" where there are several messages
	Title    string `json:"title,omitempty"`
	Text     string `json:"text,omitempty"` // ready to forward
	To       *To    `json:"to,omitempty"`   // whom it is for; absent for events
	Messages []Said `json:"messages"`
}

// To is whom messages are for.
type To struct {
	Person   string `json:"person"`
	Name     string `json:"name"`
	Phone    string `json:"phone,omitempty"` // where she wants them forwarded
	Language string `json:"language"`
}

// Said is one message.
type Said struct {
	ID    string        `json:"id"`
	Topic message.Topic `json:"topic"`
	Made  time.Time     `json:"made"`
	Title string        `json:"title,omitempty"`
	Text  string        `json:"text,omitempty"`
	Link  string        `json:"link,omitempty"`
	// English is Text in English: an event is for nobody whose language is known.
	English string         `json:"text_en,omitempty"`
	Event   *message.Event `json:"event,omitempty"`
}

func (c *caller) body(p message.Parcel) ([]byte, error) {
	d := p.Deliveries[0]
	b := Body{ID: p.ID(), Type: string(d.Topic)}
	if len(p.Messages) > 1 {
		b.Type = "digest"
	}
	if d.Person != "" {
		b.To = &To{Person: d.Person, Name: d.Name, Phone: d.Phone, Language: string(d.Language)}
	}
	for _, m := range p.Messages {
		s := Said{ID: m.ID, Topic: m.Topic, Made: m.Made, Title: m.Title, Text: m.Text, Event: m.Event}
		if e := m.Event; e != nil { // nobody's language is known: both
			m.Path = e.Path(m.Topic)
			s.Title, s.Text = m.Topic.Words(text.Vietnamese), e.Words(m.Topic, text.Vietnamese)
			s.English = e.Words(m.Topic, text.English)
			b.Title, b.Text = s.Title, s.Text+"\n"+c.desk.link(m.Path)
		}
		if m.Path != "" {
			s.Link = c.desk.link(m.Path)
		}
		b.Messages = append(b.Messages, s)
	}
	if p.Messages[0].Event == nil {
		b.Title, b.Text = p.Title(), p.Text(c.desk.link)
	}
	return json.Marshal(b)
}

// Sign is the signature of a body by a secret (HMAC-SHA-256).
func Sign(secret, id string, at time.Time, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, message.SecretPrefix))
	if err != nil {
		key = []byte(secret) // none of ours; it signs all the same
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%d.", id, at.Unix())
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// answerMost is how much of an answer is read.
const answerMost = 4 << 10

func (c *caller) send(ctx context.Context, p message.Parcel) message.Attempt {
	ctx, cancel := context.WithTimeout(ctx, c.office.cfg.Timeout)
	defer cancel()
	body, err := c.body(p)
	if err != nil {
		return message.Attempt{Answer: message.Refused, Cause: err.Error()}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.hook.URL, bytes.NewReader(body))
	if err != nil {
		return message.Attempt{Answer: message.Refused, Cause: err.Error()}
	}
	now := c.office.cfg.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Loa/"+c.office.cfg.Version)
	req.Header.Set("Webhook-Id", p.ID())
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", Sign(c.secret, p.ID(), now, body))
	client := c.office.client(c.desk.settings.Inside)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return unreached(err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, answerMost)) // what is there; the status is the answer
	return answered(resp, string(said), now)
}

// answered is what a webhook's answer means.
func answered(resp *http.Response, said string, now time.Time) message.Attempt {
	a := message.Attempt{Answer: message.Refused, Code: resp.StatusCode, Says: said, After: retryAfter(resp.Header.Get("Retry-After"), now)}
	switch s := resp.StatusCode; {
	case s >= 200 && s < 300:
		a.Answer = message.Taken
	case s >= 300 && s < 400:
		a.Answer, a.Says = message.Redirected, resp.Header.Get("Location")
	case s == http.StatusRequestTimeout, s == http.StatusConflict, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500:
		a.Answer = message.Later
	}
	return a
}

// retryAfter reads the header of that name: seconds or a date; 0 if it says nothing.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n >= 0 && n < 1<<30 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// client follows nothing, and dials nobody in the server's own networks but the hosts that are named.
func (o *Office) client(inside []string) *http.Client {
	open, guarded := &net.Dialer{}, &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error { return outside(address) }}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			MaxResponseHeaderBytes: 64 << 10, TLSClientConfig: &tls.Config{RootCAs: o.cfg.Roots, MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				host, _, err := net.SplitHostPort(address)
				if err == nil && slices.ContainsFunc(inside, func(in string) bool { return strings.EqualFold(in, host) }) {
					return open.DialContext(ctx, network, address)
				}
				return guarded.DialContext(ctx, network, address)
			},
		},
	}
}

// lookupTime is how long a name is looked up to say where it lies.
const lookupTime = 2 * time.Second

// Inside reports whether the address lies in the server's own networks, so that no webhook goes there unless
// its host is allowed. What cannot be told now is not inside.
func (o *Office) Inside(ctx context.Context, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	return err == nil && slices.ContainsFunc(list, func(a netip.Addr) bool { return !public(a) || ours(a.Unmap()) })
}

// ownNetwork says that an address lies inside the server's own networks.
type ownNetwork struct{ address string }

func (e *ownNetwork) Error() string { return "address inside the server's own networks: " + e.address }

// outside returns an error unless anybody could reach the address. It is asked with the
// address that is about to be connected to, after every name was looked up.
func outside(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !public(to.Addr()) || ours(to.Addr().Unmap()) {
		return &ownNetwork{address}
	}
	return nil
}

// reserved are networks that no public host is in, beside those that netip knows.
var reserved = func() (list []netip.Prefix) {
	for _, s := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "fec0::/10"} {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}()

var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4 = netip.MustParsePrefix("2002::/16")
)

// public reports whether an address is one of the open Internet, and so is the one that
// is wrapped in it.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) }) {
		return false
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return public(netip.AddrFrom4([4]byte(b[12:16])))
	case sixTo4.Contains(a):
		return public(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return true
}

// ours reports whether the address lies in a network that the server itself stands in.
func ours(a netip.Addr) bool {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return true // who does not know where it stands calls nobody
	}
	return slices.ContainsFunc(list, func(at net.Addr) bool {
		p, err := netip.ParsePrefix(at.String())
		return err == nil && p.Masked().Contains(a)
	})
}
