package message_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/message"
	"loa/message/pushtest"
)

const service = "https://push.example.vn/to/mai"

func TestASubscriptionOfABrowser(t *testing.T) {
	good := pushtest.New().At(service)
	for name, c := range map[string]struct {
		set  func(s *message.Subscription)
		fine bool
	}{
		"as a browser says it":    {func(*message.Subscription) {}, true},
		"with padding":            {func(s *message.Subscription) { s.Keys.Auth += "==" }, true},
		"the longest address":     {func(s *message.Subscription) { s.Endpoint += strings.Repeat("a", 1000-len(service)) }, true},
		"a longer one":            {func(s *message.Subscription) { s.Endpoint += strings.Repeat("a", 1001-len(service)) }, false},
		"without TLS":             {func(s *message.Subscription) { s.Endpoint = "http://push.example.vn/" }, false},
		"without a host":          {func(s *message.Subscription) { s.Endpoint = "https:///to" }, false},
		"a port that is none":     {func(s *message.Subscription) { s.Endpoint = "https://push.example.vn:0/" }, false},
		"with a user":             {func(s *message.Subscription) { s.Endpoint = "https://a@push.example.vn/" }, false},
		"with a fragment":         {func(s *message.Subscription) { s.Endpoint += "#a" }, false},
		"with a blank":            {func(s *message.Subscription) { s.Endpoint += " a" }, false},
		"with a letter of others": {func(s *message.Subscription) { s.Endpoint += "ă" }, false},
		"no address":              {func(s *message.Subscription) { s.Endpoint = ":" }, false},
		"a short secret":          {func(s *message.Subscription) { s.Keys.Auth = s.Keys.Auth[:8] }, false},
		"a secret in no base64":   {func(s *message.Subscription) { s.Keys.Auth = "!" }, false},
		"no key":                  {func(s *message.Subscription) { s.Keys.P256dh = "" }, false},
		"a key not on the curve":  {func(s *message.Subscription) { s.Keys.P256dh = "B" + strings.Repeat("A", 86) }, false},
	} {
		s := good
		c.set(&s)
		kept, err := s.Check()
		if (err == nil) != c.fine || err != nil && !fault.Is(err, "message.subscription_form") {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (kept.Keys != good.Keys || kept.Service() != "push.example.vn") {
			t.Errorf("%s: kept %+v", name, kept)
		}
	}
}

func TestADeviceIsOfOneSession(t *testing.T) {
	at := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	person := accounts.Person{ID: "mai", Name: "Mai"}
	m := accounts.Meta{ID: "one", By: person.Actor("session"), At: at}
	c := message.SaveDevice{Session: "s", Browser: "Firefox", Subscription: pushtest.New().At(service)}
	d, _, err := message.DecideDevice(nil, m, c)
	if err != nil || d.ID != "s" || d.Person != "mai" || d.Service != "push.example.vn" || !d.Made.Equal(at) {
		t.Fatalf("%+v, %v", d, err)
	}
	var most []message.Device
	for n := range message.MostDevices {
		most = append(most, message.Device{ID: fmt.Sprint(n)})
	}
	later := m
	later.At = at.Add(time.Hour)
	for name, try := range map[string]struct {
		list []message.Device
		m    accounts.Meta
		set  func(c *message.SaveDevice)
		code string
	}{
		"again":                          {append(most[1:len(most):len(most)], d), later, func(*message.SaveDevice) {}, ""},
		"renewed":                        {[]message.Device{d}, later, func(c *message.SaveDevice) { c.Renews = true }, ""},
		"one too many":                   {most, m, func(*message.SaveDevice) {}, "message.too_many_devices"},
		"renewed where none is":          {most, m, func(c *message.SaveDevice) { c.Renews = true }, "message.no_device"},
		"without a session":              {nil, m, func(c *message.SaveDevice) { c.Session = "" }, "message.device_session"},
		"nobody":                         {nil, accounts.Meta{At: at}, func(*message.SaveDevice) {}, "message.device_session"},
		"what no push service can reach": {nil, m, func(c *message.SaveDevice) { c.Subscription.Endpoint = "" }, "message.subscription_form"},
	} {
		do := c
		try.set(&do)
		got, _, err := message.DecideDevice(try.list, try.m, do)
		if (err == nil) != (try.code == "") || err != nil && !fault.Is(err, try.code) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && !got.Made.Equal(at) {
			t.Errorf("%s: made %s", name, got.Made)
		}
	}
	for _, by := range []accounts.Actor{m.By, accounts.Daemon()} {
		if err := d.MayTend(by); err != nil {
			t.Errorf("%s: %v", by.Name, err)
		}
	}
	if err := d.MayTend(accounts.Person{ID: "hoa"}.Actor("session")); !fault.Is(err, "message.no_device") {
		t.Errorf("another: %v", err)
	}
}
