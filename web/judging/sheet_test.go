package judging

import (
	"testing"

	"loa/internal/fault"
)

// FuzzNoteOf reads what people write as a moment of a recording.
func FuzzNoteOf(f *testing.F) {
	for _, c := range []struct {
		at   string
		want float64 // -1 is refused
	}{{"0:00", 0}, {"2:05", 125}, {"12:59.5", 779.5}, {"83.5", 83.5}, {"7", 7}, {"2:60", -1}, {":5", -1}, {"-1:00", -1}, {"-3", -1}, {"NaN", -1},
		{"9 tuần", -1}, {"", -1}} {
		f.Add(c.at)
		n, err := noteOf(c.at, "ồn")
		if c.want < 0 && !fault.Is(err, "contest.note_time_unreadable") || c.want >= 0 && (err != nil || n.Seconds != c.want || n.Text != "ồn") {
			f.Errorf("%q: %+v, %v", c.at, n, err)
		}
	}
	f.Fuzz(func(t *testing.T, at string) {
		n, err := noteOf(at, "x")
		if err == nil && !(n.Seconds >= 0) || err != nil && !fault.Is(err, "contest.note_time_unreadable") {
			t.Errorf("%q: %+v, %v", at, n, err)
		}
	})
}
