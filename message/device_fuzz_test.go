package message_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"loa/message"
	"loa/message/pushtest"
)

// Whatever a browser, or who pretends to be one, says its subscription is: what is kept is an
// address by https that adds nothing to a request, and kept again it is the same.
func FuzzSubscription(f *testing.F) {
	good := pushtest.New().At("https://push.example.vn/to/mai").Keys
	f.Add("https://push.example.vn/to/mai?a=b", good.P256dh, good.Auth)
	f.Add("https://push.example.vn:0/", good.P256dh+"==", strings.ReplaceAll(good.Auth, "-", "+"))
	f.Add("https://a@push.example.vn/\r\nHost: x", "BA", "AA==")
	f.Add("http://[::1]/#", "", "")
	f.Fuzz(func(t *testing.T, endpoint, p256dh, auth string) {
		s, err := message.Subscription{Endpoint: endpoint, Keys: message.SubscriptionKeys{P256dh: p256dh, Auth: auth}}.Check()
		if err != nil {
			return
		}
		u, err := url.Parse(s.Endpoint)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.Hostname() != s.Service() ||
			strings.ContainsAny(s.Endpoint, " \r\n\t") || u.User != nil {
			t.Errorf("kept %q: %v", s.Endpoint, err)
		}
		var read message.Subscription
		if err := json.Unmarshal([]byte(s.Secret()), &read); err != nil || read != s {
			t.Errorf("%+v is read as %+v, %v", s, read, err)
		}
		if again, err := s.Check(); err != nil || again != s {
			t.Errorf("%+v becomes %+v, %v", s, again, err)
		}
	})
}
