package bolt_test

import (
	"regexp"
	"testing"
	"time"

	"loa/accounts"
	"loa/message"
	"loa/store/bolttest"
)

// rawID is an ID that nobody knows a thing by.
var rawID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}|\b[SPER]\d+\b|\{`)

// TestWhatIsToldNamesThings: a webhook that hears of everything is told of everything in sentences
// that name stations and programmes.
func TestWhatIsToldNamesThings(t *testing.T) {
	h := bolttest.NewHouse(t, t.TempDir(), time.Now)
	m := accounts.Meta{ID: "hook", By: accounts.Daemon(), At: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	_, err := h.SaveHook(t.Context(), m, message.SaveHook{HookFields: message.HookFields{Name: "Zalo", URL: "https://tin.laocai.vn/", Topics: message.Events}})
	if err != nil {
		t.Fatal(err)
	}
	bolttest.Fill(t, h.Store, h.Blobs)
	said := map[message.Topic]string{}
	for before := uint64(0); ; {
		list, next, err := h.Deliveries(t.Context(), accounts.Daemon(), message.Query{Channel: message.Webhook}, before, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			said[d.Topic] = d.Title
			if bare := rawID.FindString(d.Title); d.Title == "" || bare != "" {
				t.Errorf("%s says %q", d.Topic, d.Title)
			}
		}
		if before = next; next == 0 {
			break
		}
	}
	if len(said) < 18 { // coverage TestEveryEventIsToldInBothLanguages has all of them
		t.Errorf("%d kinds of events are told: %v", len(said), said)
	}
}
