package kit

import (
	"net/http/httptest"
	"testing"
)

func TestLongTablesTurnPages(t *testing.T) {
	for _, c := range []struct {
		from           string
		first, end     int
		previous, next string
	}{
		{"", 0, 25, "", "/x?from=25&q=ban#from"},
		{"25", 25, 50, "/x?from=0&q=ban#from", "/x?from=50&q=ban#from"},
		{"50", 50, 62, "/x?from=25&q=ban#from", ""},
		{"8", 8, 33, "/x?from=0&q=ban#from", "/x?from=33&q=ban#from"},
		{"-7", 0, 25, "", "/x?from=25&q=ban#from"},
		{"x", 0, 25, "", "/x?from=25&q=ban#from"},
		{"9999", 62, 62, "/x?from=37&q=ban#from", ""},
	} {
		r := &Request{Request: httptest.NewRequest("GET", "/x?q=ban&from="+c.from, nil)}
		if got, want := r.Turn("from", 62), (Turn{ID: "from", From: c.first, To: c.end, Of: 62, Previous: c.previous, Next: c.next}); got != want {
			t.Errorf("from=%s: %+v, want %+v", c.from, got, want)
		}
	}
	r := &Request{Request: httptest.NewRequest("GET", "/x?q=ban&after=m7", nil)}
	if got, want := r.TurnAfter("after", "m9"), (Turn{ID: "after", First: "/x?q=ban#after", Next: "/x?after=m9&q=ban#after"}); got != want {
		t.Errorf("after a mark: %+v, want %+v", got, want)
	}
}
