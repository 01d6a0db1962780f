package kit

import (
	"net/http"
	"slices"
	"strings"
)

// Expose names headers of a package's API that scripts of other origins may
// send and read, where Config.Origins lets any in.
func (k *Kit) Expose(sent, read []string) {
	k.sent, k.read = append(k.sent, sent...), append(k.read, read...)
}

// letIn reports whether a script of an origin in Config.Origins asks: for the
// API alone, and with a bearer token alone. A browser adds cookies by itself,
// so they count as little here as from anywhere else.
func (k *Kit) letIn(r *http.Request) (named, token bool) {
	named = isAPI(r.URL.Path) && slices.Contains(k.cfg.Origins, r.Header.Get("Origin"))
	return named, named && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// answerOrigin adds what lets the script read the answer, and answers the
// browser's question beforehand (https://fetch.spec.whatwg.org/#http-cors-protocol).
func (k *Kit) answerOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Set("Access-Control-Expose-Headers", strings.Join(k.read, ", "))
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", strings.Join(k.sent, ", "))
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return true
}
