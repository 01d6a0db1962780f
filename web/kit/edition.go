package kit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"loa/accounts"
	"loa/internal/fault"
)

// The ETag of an answer is "TAG.BODY": the tag of the edition it shows, if it
// shows something people edit, and a hash of its bytes. If-Match goes by the
// first, If-None-Match by the whole: what somebody edits from is the thing, what
// she has already is the answer.

// Of says of which edition the answer to come is, where the value itself cannot
// tell: that of a list, or of a part of something.
func (r *Request) Of(e accounts.Edition) { r.of = e.Tag }

// unchanged gives the answer its ETag, and is the whole answer (304) if the
// caller has it already.
func (r *Request) unchanged(w http.ResponseWriter, body []byte) bool { return r.had(w, "ETag", body) }

func (r *Request) had(w http.ResponseWriter, header string, body []byte) bool {
	sum := sha256.Sum256(body)
	return r.hasTag(w, header, r.of+"."+hex.EncodeToString(sum[:8]))
}

func (r *Request) hasTag(w http.ResponseWriter, header, tag string) bool {
	h := w.Header()
	h.Set(header, `"`+tag+`"`)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache") // kept by who asked, and asked for again
	}
	for have := range tagsOf(r.Header.Values("If-None-Match")) {
		if have == tag || have == "*" {
			h.Del("Content-Type")
			spare(h)
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

// tagsOf yields the tags of a header that lists them. Weak ones count: a proxy
// that compresses makes them weak on their way.
func tagsOf(values []string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
			part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
			if part != "" && !yield(strings.Trim(part, `"`)) {
				return
			}
		}
	}
}

// readIfMatch finds the edition the caller has. A route that does not edit cannot
// keep what If-Match asks for, and says so. Faults: kit.if_match_one,
// kit.if_match_unknown.
func (r *Request) readIfMatch() error {
	values := r.Header.Values("If-Match")
	if len(values) == 0 || !isAPI(r.URL.Path) || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if !r.route.Edits {
		return fault.New(fault.Invalid, "kit.if_match_unknown").At("If-Match")
	}
	n := 0
	for tag := range tagsOf(values) {
		n++
		if tag != "*" {
			r.seen, _, _ = strings.Cut(tag, ".")
			r.seen = cmp.Or(r.seen, "none") // of an answer that shows nothing people edit
		}
	}
	if n != 1 {
		return fault.New(fault.Invalid, "kit.if_match_one").At("If-Match")
	}
	return nil
}
