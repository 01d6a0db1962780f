package kit

import "testing"

// On a page of several forms what was typed stands in the one that was sent.
func TestWhatWasTypedStandsInItsOwnForm(t *testing.T) {
	f := NewForm("do", "keep", "task", "b", "reason", "Hay")
	f.Values.Add("task", "a")
	for _, c := range []struct {
		got, want string
	}{
		{f.Typed("reason", "do", "keep"), "Hay"}, {f.Typed("reason", "do", "keep", "task", "a"), "Hay"}, {f.Typed("reason", "do", "drop"), ""},
		{f.Typed("reason", "do", "keep", "task", "c"), ""}, {f.TypedWith("reason", "keep", map[string]any{"task": "b"}), "Hay"},
		{f.TypedWith("reason", "keep", map[string]any{"task": "c"}), ""}, {NewForm().Typed("reason", "do", "keep"), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
