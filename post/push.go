package post

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"loa/internal/text"
	"loa/message"
)

// pusher sends to the devices of one push service, over connections that stay open meanwhile.
type pusher struct {
	office *Office
	desk   desk
	key    *ecdh.PrivateKey
	client *http.Client
}

func (o *Office) pusher(ctx context.Context, d desk) (*pusher, error) {
	key, err := o.cfg.Store.PushKey(ctx)
	return &pusher{o, d, key, o.client(o.cfg.Near)}, err
}

func (p *pusher) close() { p.client.CloseIdleConnections() }

// Note is what a device is sent: what its screen shows, and where a touch leads.
type Note struct {
	Tag   string        `json:"tag"` // the same each time it is sent: the second takes the place of the first
	Lang  text.Language `json:"lang"`
	Title string        `json:"title"`
	Text  string        `json:"text,omitempty"`
	Path  string        `json:"path"`
}

// A screen shows a few lines; what a push service takes at least is 4,096 bytes in all.
const (
	noteTitle = 120 // letters
	noteText  = 300
)

// noteStep is what the length of a note is rounded up to, so that it tells little.
const noteStep = 1024

// noteHead is what encryption adds to a note: head, mark and seal.
const noteHead = 86 + 1 + 16

// noteKept is how long a push service keeps a note for a telephone that is off.
const noteKept = 72 * time.Hour

func noteOf(p message.Parcel) Note {
	n := Note{Tag: p.ID(), Lang: p.Language(), Title: cut(p.Title(), noteTitle), Path: p.Messages[0].Path}
	if len(p.Messages) == 1 {
		n.Text = cut(p.Messages[0].Text, noteText)
		return n
	}
	var titles []string
	for _, m := range p.Messages {
		titles = append(titles, m.Title)
	}
	n.Text, n.Path = cut(strings.Join(titles, "\n"), noteText), "/messages"
	return n
}

// cut shortens a text to so many letters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// kept is how long it is of use to a device at that instant, and whether it is of none later.
func kept(p message.Parcel, at time.Time) (life time.Duration, urgent bool) {
	urgent = true
	for _, d := range p.Deliveries {
		if d.Until.IsZero() {
			return noteKept, false
		}
		life = max(life, d.Until.Sub(at))
	}
	return min(life, noteKept), urgent
}

func (p *pusher) send(ctx context.Context, parcel message.Parcel) message.Attempt {
	ctx, cancel := context.WithTimeout(ctx, p.office.cfg.Timeout)
	defer cancel()
	device := parcel.Deliveries[0].To
	secret, err := p.office.cfg.Store.Secret(ctx, device)
	if err != nil {
		return message.Attempt{Answer: message.Later, Cause: err.Error()}
	}
	if secret == "" {
		return message.Attempt{Answer: message.Removed}
	}
	n := noteOf(parcel)
	a := p.push(ctx, secret, n, parcel)
	if a.Code == http.StatusRequestEntityTooLarge {
		n.Text = ""
		a = p.push(ctx, secret, n, parcel)
	}
	if a.Answer != message.Removed {
		return a
	}
	switch ok, err := p.office.cfg.Store.DropDevice(ctx, device, secret); {
	case err != nil:
		a.Answer, a.Cause = message.Later, err.Error()
	case !ok: // it has another address by now
		a.Answer = message.Later
	}
	return a
}

// push sends a note once.
func (p *pusher) push(ctx context.Context, secret string, n Note, parcel message.Parcel) message.Attempt {
	var sub webpush.Subscription
	body, err := json.Marshal(n)
	if err == nil {
		err = json.Unmarshal([]byte(secret), &sub)
	}
	if err != nil {
		return message.Attempt{Answer: message.Refused, Cause: err.Error()}
	}
	now := p.office.cfg.Now()
	life, urgent := kept(parcel, now)
	o := &webpush.Options{HTTPClient: p.client, RecordSize: uint32((len(body)+noteHead+noteStep-1)/noteStep) * noteStep, Subscriber: p.desk.contact(),
		Topic: strings.ReplaceAll(n.Tag, "-", ""), TTL: int(life / time.Second), Urgency: webpush.UrgencyNormal,
		VAPIDPublicKey:  message.PushKey(p.key),
		VAPIDPrivateKey: base64.RawURLEncoding.EncodeToString(p.key.Bytes())}
	if urgent {
		o.Urgency = webpush.UrgencyHigh
	}
	resp, err := webpush.SendNotificationWithContext(ctx, body, &sub, o)
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // without the address, by which anybody could send there
		}
		return unreached(err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, answerMost)) // what is there; the status is the answer
	a := answered(resp, string(said), now)
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		a.Answer = message.Unsigned
	case http.StatusNotFound, http.StatusGone:
		a.Answer = message.Removed
	}
	return a
}

// contact is whom a push service may write to: it wants a page by https or an address, and some
// of them take nothing else.
func (d desk) contact() string {
	u, err := url.Parse(d.address)
	if err != nil || u.Host == "" {
		return d.settings.Mail.From
	}
	return "https://" + u.Host
}
