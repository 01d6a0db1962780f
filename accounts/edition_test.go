package accounts

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// TestMembersAreThoseOfTheJSON compares what is cut out of any record with what a
// decoder finds.
func TestMembersAreThoseOfTheJSON(t *testing.T) {
	type record struct {
		Text  string         `json:"text"`
		List  []string       `json:"list"`
		Map   map[string]any `json:"map"`
		More  *record        `json:"more,omitempty"`
		Count int            `json:"count"`
	}
	var draw func(t *rapid.T, depth int) record
	words := rapid.StringMatching(`[a-c,:"\\{}\[\] ạ\n]{0,6}`)
	draw = func(t *rapid.T, depth int) record {
		r := record{Text: words.Draw(t, "text"), List: rapid.SliceOfN(words, 0, 3).Draw(t, "list"), Count: rapid.Int().Draw(t, "count"),
			Map: map[string]any{words.Draw(t, "key"): words.Draw(t, "value")}}
		if depth > 0 && rapid.Bool().Draw(t, "more") {
			more := draw(t, depth-1)
			r.More = &more
		}
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		r := draw(t, 2)
		raw, err := json.Marshal(r)
		var want map[string]json.RawMessage
		if err == nil {
			err = json.Unmarshal(raw, &want)
		}
		if err != nil {
			t.Fatal(err)
		}
		got := members(r)
		if len(got) != len(want) {
			t.Fatalf("%d members of %s", len(got), raw)
		}
		for name, value := range want {
			if string(got[name]) != string(value) {
				t.Fatalf("%s is %s in %s", name, got[name], raw)
			}
		}
	})
}
