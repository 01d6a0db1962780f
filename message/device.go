package message

import (
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// Device is a browser that shows what its person is told also while Loa is closed, by Web
// Push. It belongs to the session that asked for it, one each, and ends with that session.
type Device struct {
	ID      string    `json:"id"` // accounts.Session.Root
	Person  string    `json:"person"`
	Browser string    `json:"browser"` // User-Agent of the session
	Service string    `json:"service"` // host of the push service that brings what is told
	Made    time.Time `json:"made"`    // UTC
}

// DeviceQuery says whose devices are listed.
type DeviceQuery struct {
	Person string `name:"person"` // ID; "" for one's own
}

// PushKey is the public half of the key as a browser wants it.
func PushKey(key *ecdh.PrivateKey) string {
	return base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes())
}

// MostDevices is how many of them a person can have.
const MostDevices = 10

// Subscription is how a push service reaches a browser, as PushSubscription.toJSON of the
// browser says it. Who has it can send there, so it stands with the secrets.
type Subscription struct {
	Endpoint string           `json:"endpoint" schema:"required maxLength=1000"`
	Keys     SubscriptionKeys `json:"keys" schema:"required"`
}

// SubscriptionKeys are what is sent to the browser is encrypted by, in base64url.
type SubscriptionKeys struct {
	P256dh string `json:"p256dh" schema:"required maxLength=100"`
	Auth   string `json:"auth" schema:"required maxLength=30"`
}

// endpointMost is the longest address of a push service, in bytes; the longest known have 600.
const endpointMost = 1000

// authBytes is how long a subscription's secret is.
const authBytes = 16

// Check brings a subscription to its kept form. Fault: message.subscription_form.
func (s Subscription) Check() (Subscription, error) {
	bad := fault.New(fault.Invalid, "message.subscription_form").At("endpoint")
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return s, bad.Because(err)
	}
	plain := len(s.Endpoint) <= endpointMost && !strings.ContainsFunc(s.Endpoint, func(r rune) bool { return r <= ' ' || r > '~' })
	if !plain || u.Scheme != "https" || !validHost(u.Hostname()) || !validPort(u.Port()) || u.User != nil || u.Fragment != "" {
		return s, bad
	}
	key, err := unbase64(s.Keys.P256dh)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(key)
	}
	if err != nil {
		return s, bad.Because(err)
	}
	auth, err := unbase64(s.Keys.Auth)
	if err != nil || len(auth) != authBytes {
		return s, bad
	}
	s.Keys = SubscriptionKeys{base64.RawURLEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(auth)}
	return s, nil
}

// unbase64 reads what browsers write, and what libraries make of that.
func unbase64(s string) ([]byte, error) {
	return base64.RawURLEncoding.Strict().DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "=")))
}

// Service is the host of the push service.
func (s Subscription) Service() string {
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Secret is the subscription as it stands with the secrets.
func (s Subscription) Secret() string {
	b, _ := json.Marshal(s) // of strings alone, which never fails
	return string(b)
}

// SaveDevice lets the browser of a session show what its person is told. The subscription
// stands with the secrets; of the change its hash alone is kept.
type SaveDevice struct {
	Session      string        `json:"session"` // accounts.Session.Root; "" of who has none
	Browser      string        `json:"browser"`
	Subscription Subscription  `json:"-"`
	Hash         accounts.Hash `json:"hash"`
	Renews       bool          `json:"renews,omitempty"` // the browser changed its subscription by itself
}

// NewDevice is the command to save the device of a session.
func NewDevice(session accounts.Session, s Subscription, renews bool) SaveDevice {
	root := ""
	if session.ID != "" {
		root = session.Root()
	}
	return SaveDevice{Session: root, Browser: session.Browser, Subscription: s, Hash: accounts.HashOf(s.Secret()), Renews: renews}
}

// DecideDevice says what device is kept, and its subscription. list are those the person has.
// Faults: message.device_session, message.subscription_form, message.no_device,
// message.too_many_devices.
func DecideDevice(list []Device, m accounts.Meta, c SaveDevice) (Device, Subscription, error) {
	d := Device{ID: c.Session, Person: m.By.Person, Browser: c.Browser, Made: m.At.UTC()}
	if m.By.Person == "" || c.Session == "" {
		return d, c.Subscription, fault.New(fault.Denied, "message.device_session")
	}
	s, err := c.Subscription.Check()
	if err != nil {
		return d, s, err
	}
	known := false
	for _, old := range list {
		if known = old.ID == d.ID; known {
			d.Made = old.Made
			break
		}
	}
	switch {
	case c.Renews && !known: // who ended it wants it no more
		return d, s, NoDevice()
	case !known && len(list) >= MostDevices:
		return d, s, fault.New(fault.Conflict, "message.too_many_devices", "most", MostDevices)
	}
	d.Service = s.Service()
	return d, s, nil
}

// MayTend returns a fault unless the actor may end and try the device: her own, or any as who
// reads the log of deliveries. Faults: message.no_device.
func (d Device) MayTend(by accounts.Actor) error {
	if d.Person != by.Person && Allowed(by) != nil {
		return NoDevice()
	}
	return nil
}

// NoDevice is the fault of a device that is not there.
func NoDevice() error { return fault.New(fault.NotFound, "message.no_device") }
