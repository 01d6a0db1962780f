package kit

import (
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"loa/internal/text"
)

// mostOffice is how long each word of an office may be for the next paper to
// remember it: all of them fit into a cookie.
const mostOffice = 120 // characters

// Office puts into a form what an office calls itself at the head of a paper:
// its parent, agency and place, the fields of the part paper-fields. What the
// query says is kept in this browser for a year; where it says nothing stands
// what was said last, on whichever paper.
func (r *Request) Office(w http.ResponseWriter, f Form) {
	q, kept, asked := r.URL.Query(), url.Values{}, false
	if c, err := r.Cookie(r.cookieName("office")); err == nil {
		if kept, err = url.ParseQuery(c.Value); err != nil {
			kept = url.Values{}
		}
	}
	next := url.Values{}
	for _, name := range []string{"parent", "agency", "place"} {
		said := kept
		if q.Has(name) {
			said, asked = q, true
		}
		v := text.Line(said.Get(name))
		f.Values.Set(name, v)
		if v != "" && utf8.RuneCountInString(v) <= mostOffice {
			next.Set(name, v)
		}
	}
	if asked {
		r.setCookie(w, "office", next.Encode(), 365*24*time.Hour)
	}
}
