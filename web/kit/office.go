package kit

import (
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"loa/internal/paper"
	"loa/internal/text"
)

// mostOffice is how long each word of an office may be: a head of a paper has two columns,
// and all of them fit into the cookie that remembers them for the next paper.
const mostOffice = 120 // characters

// Office puts into a form what an office calls itself at the head of a paper:
// its parent, agency and place, the fields of the part paper-fields. What the
// query says is kept in this browser for a year; where it says nothing stands
// what was said last, on whichever paper. What cannot stand there is cut, and the field says so.
func (r *Request) Office(w http.ResponseWriter, f Form) {
	q, kept, asked := r.URL.Query(), url.Values{}, false
	if c, err := r.Cookie(r.cookieName("office")); err == nil {
		if kept, err = url.ParseQuery(c.Value); err != nil {
			kept = url.Values{}
		}
	}
	next := url.Values{}
	for _, name := range []string{"parent", "agency", "symbol", "place"} {
		said := kept
		if q.Has(name) {
			said, asked = q, true
		}
		v, cut := officeWord(said.Get(name))
		f.Values.Set(name, v)
		if cut.Key != "" {
			f.Errors[name] = cut.Words(r.Lang)
		}
		if v != "" {
			next.Set(name, v)
		}
	}
	if asked {
		r.setCookie(w, "office", next.Encode(), 365*24*time.Hour)
	}
}

// officeWord is what was typed as it stands at the head of a paper, and what was cut of it; the zero Phrase
// where nothing was.
func officeWord(typed string) (word string, cut text.Phrase) {
	var odd []rune // each once
	word = text.Line(strings.Map(func(c rune) rune {
		if paper.Prints(c) && !unicode.Is(unicode.Cf, c) || unicode.IsSpace(c) {
			return c
		}
		if unicode.IsGraphic(c) && !unicode.IsMark(c) && !strings.ContainsRune(string(odd), c) {
			odd = append(odd, c)
		}
		return -1
	}, text.Line(typed)))
	if len(odd) > 0 {
		cut = text.NewPhrase("kit.paper_odd", "letters", string(odd[:min(len(odd), 5)]))
	}
	if letters := []rune(word); len(letters) > mostOffice {
		word, cut = strings.TrimSpace(string(letters[:mostOffice])), text.NewPhrase("kit.paper_long", "most", mostOffice)
	}
	return word, cut
}
