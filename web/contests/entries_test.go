package contests

import (
	"net/http/httptest"
	"testing"

	"loa/web/kit"
)

func TestLongTablesTurnPages(t *testing.T) {
	for _, c := range []struct {
		from           string
		first, end     int
		previous, next string
	}{
		{"", 0, 100, "", "/x?from=100&q=ban"},
		{"100", 100, 200, "/x?from=0&q=ban", "/x?from=200&q=ban"},
		{"200", 200, 250, "/x?from=100&q=ban", ""},
		{"30", 30, 130, "/x?from=0&q=ban", "/x?from=130&q=ban"},
		{"-7", 0, 100, "", "/x?from=100&q=ban"},
		{"x", 0, 100, "", "/x?from=100&q=ban"},
		{"9999", 250, 250, "/x?from=150&q=ban", ""},
	} {
		var page turn
		r := &kit.Request{Request: httptest.NewRequest("GET", "/x?q=ban&from="+c.from, nil)}
		if from, to := page.slice(r, "from", 250); from != c.first || to != c.end || page != (turn{c.previous, c.next}) {
			t.Errorf("from=%s: rows %d to %d, %+v", c.from, from, to, page)
		}
	}
}
