package post

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"loa/internal/text"
	"loa/message"
)

// TestEveryEventCanBePassedOnAsItIs: what a webhook is told of any event says it in both languages, with an address to open.
func TestEveryEventCanBePassedOnAsItIs(t *testing.T) {
	const address = "https://loa.laocai.gov.vn"
	at := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)
	hook := message.Hook{ID: "h", Topics: message.Events}
	c := &caller{desk: desk{address: address}, hook: hook}
	said := map[string]bool{}
	for _, topic := range message.Events {
		e := message.Event{Change: "c", At: at, By: "Lù A Sình", About: "X1"} // as older programs kept it, and as it is kept now
		if topic == message.StationSaved {
			e = e.Saying(text.NewPhrase("told.station", "station", "Bản Phùng"))
		}
		m, list := message.Tell([]message.Hook{hook}, topic, e)
		raw, err := c.body(message.Parcel{Deliveries: list, Messages: []message.Message{m}})
		if err != nil {
			t.Fatal(err)
		}
		var b Body
		if err := json.Unmarshal(raw, &b); err != nil {
			t.Fatal(err)
		}
		one := b.Messages[0]
		for language, words := range map[text.Language]string{text.Vietnamese: one.Text, text.English: one.English} {
			what := topic.Words(language)
			if s := e.Said[language]; s != "" {
				what = s
			}
			if !strings.HasPrefix(words, what+". Lù A Sình, 12:00 ") || said[words] {
				t.Errorf("%s says %q", topic, words)
			}
			said[words] = true
		}
		if !strings.HasPrefix(one.Link, address+"/") || b.Text != one.Text+"\n"+one.Link || b.Title != topic.Words(text.Vietnamese) {
			t.Errorf("%s: %+v", topic, b)
		}
	}
}
