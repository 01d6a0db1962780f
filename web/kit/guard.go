package kit

import (
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"loa/internal/fault"
)

// policy is the Content-Security-Policy of every answer: nothing from outside,
// nothing inline but the one style of early.go, by its hash. blob: and data: are
// for pictures and recordings the page itself has just made.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' %s; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"

// guard wraps the whole door: headers, cross-origin refusal, panics.
func (k *Kit) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	policy := fmt.Sprintf(policy, k.early.source)
	return http.HandlerFunc(func(hw http.ResponseWriter, hr *http.Request) {
		w := &statusWriter{ResponseWriter: hw} // also tells whether an answer has begun
		r := &Request{Request: hr, kit: k, Now: k.cfg.Now().UTC()}
		r.Lang = r.language()
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
		if r.Secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		defer k.contain(w, r)
		// A page of the store's file cut off under our feet faults while it
		// is read; as a panic it costs this request and not the daemon.
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		if len(k.cfg.Origins) > 0 && isAPI(hr.URL.Path) {
			h.Add("Vary", "Origin")
		}
		named, token := k.letIn(hr)
		if named && k.answerOrigin(w, hr) {
			return
		}
		if err := cross.Check(hr); err != nil && !token {
			k.answerError(w, r, fault.New(fault.Denied, "kit.cross_origin").Because(err))
			return
		}
		next.ServeHTTP(w, hr)
	})
}

// spare drops what only a page that is shown needs: on a bad line each byte counts.
func spare(h http.Header) {
	for _, name := range []string{"Content-Security-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy", "Referrer-Policy"} {
		h.Del(name)
	}
}

// contain turns a panic of a handler into an answer and a line in the log.
func (k *Kit) contain(w http.ResponseWriter, r *Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	k.cfg.Log.Error("panic", "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	k.answerError(w, r, fmt.Errorf("kit: panic: %v", p))
}

// A body must keep coming: no pause longer than bodyPause, and on the whole at
// least bodyRate bytes a second after the first pause is granted. That is far
// below a bad 2G link and far above what holds a connection for ever.
const (
	bodyPause = 60 * time.Second
	bodyRate  = 512
)

// limitBody bounds the body in size and in time.
func (k *Kit) limitBody(w http.ResponseWriter, r *Request) {
	most := r.route.MaxBody
	if most == 0 {
		most = DefaultBody
	}
	body := &steadyBody{ReadCloser: r.Body, conn: http.NewResponseController(w), started: time.Now()}
	r.Body = http.MaxBytesReader(w, body, most)
}

// steadyBody moves the connection's read deadline along while bytes arrive.
// It looks at the wall clock itself because deadlines of a connection do.
type steadyBody struct {
	io.ReadCloser
	conn    *http.ResponseController
	started time.Time
	read    int64
}

func (b *steadyBody) Read(p []byte) (int, error) {
	until := b.started.Add(bodyPause + time.Duration(b.read/bodyRate)*time.Second)
	if pause := time.Now().Add(bodyPause); pause.Before(until) {
		until = pause
	}
	_ = b.conn.SetReadDeadline(until) // not every writer has a connection; then the server's own timeout holds
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	return n, err
}

// NewServer returns a server with limits for slow and greedy clients. There is
// no write timeout: audio goes to stations over 2G; bodies are limited by route.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
}
