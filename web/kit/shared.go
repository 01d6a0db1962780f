package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Send answers with bytes that readers and players ask for again and again: also by HEAD and in parts, and with none where
// they have them. tag names the bytes; anybody may keep them for so long.
func (r *Request) Send(w http.ResponseWriter, kind, tag string, content io.ReadSeeker, age time.Duration) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("ETag", `"`+tag+`"`)
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(age.Seconds())))
	http.ServeContent(w, r.Request, "", time.Time{}, content)
	return nil
}

// TagOf names bytes by what they are.
func TagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// Has names the answer to come, and is the whole answer where the caller has it already.
func (r *Request) Has(w http.ResponseWriter, tag string) bool { return r.hasTag(w, "ETag", tag) }

// Whole answers with text that programs ask for again and again, packed where they take that.
func (r *Request) Whole(w http.ResponseWriter, kind string, body []byte) error {
	if !r.Has(w, TagOf(body)) {
		r.write(w, http.StatusOK, kind, body)
	}
	return nil
}

// shared lets a page that is for everybody be kept by anybody, and is the whole answer where the stranger who asks has it
// already. Her language is her browser's, which the cookie tells.
func (r *Request) shared(w http.ResponseWriter, page []byte) bool {
	if !r.route.Shared || r.Actor.SignedIn() || r.Locked.Secret != "" {
		return false
	}
	w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(SharedFor.Seconds())))
	w.Header().Add("Vary", "Cookie")
	return r.unchanged(w, page)
}
