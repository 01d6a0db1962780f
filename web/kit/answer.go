package kit

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"golang.org/x/text/unicode/norm"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// status maps the kind of a fault to its HTTP status: the only such switch.
func status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Denied:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Full:
		return http.StatusInsufficientStorage
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.WrongMethod:
		return http.StatusMethodNotAllowed
	case fault.Stale:
		return http.StatusPreconditionFailed
	}
	return http.StatusInternalServerError
}

// Problem is an error as the API answers it (RFC 9457, application/problem+json).
type Problem struct {
	Title  string    `json:"title,omitempty"` // the status in English words
	Status int       `json:"status,omitempty"`
	Code   string    `json:"code"`            // stable, for programs
	Detail string    `json:"detail"`          // one sentence for the person
	Field  string    `json:"field,omitempty"` // the member or parameter at fault
	Other  string    `json:"other,omitempty"` // ID of the record that stands in the way
	Line   int       `json:"line,omitempty"`  // of an imported file, 1-based
	Seen   string    `json:"seen,omitempty"`  // to send with a step whose undecided things, below, have been seen
	Errors []Problem `json:"errors,omitempty"`

	accounts.Touch // 412: who changed what meanwhile, and when
}

func problem(lang text.Language, e *fault.Error) Problem {
	p := Problem{Code: e.Code, Detail: lang.Fault(e), Field: e.Field, Line: e.Line}
	p.Other, _ = e.Args["other"].(string)
	if e.Kind == fault.Stale {
		p.ChangedBy, _ = e.Args["by"].(string)
		p.ChangedAt, _ = e.Args["at"].(time.Time)
		p.Changed, _ = e.Args["what"].([]string)
	}
	if !text.Has(e.Code) {
		p.Code = "internal"
	}
	p.Seen, _ = e.Args["seen"].(string)
	for _, part := range e.Parts {
		p.Errors = append(p.Errors, problem(lang, part))
	}
	return p
}

// sort out errors of the standard library that are a person's business.
func named(err error) *fault.Error {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return fault.New(fault.TooLarge, "kit.body_too_large", "limit", text.Bytes(tooBig.Limit)).Because(err)
	}
	if e := fault.Of(err); e.Kind != fault.Internal {
		return e
	}
	return cmp.Or(fault.Disk(err), fault.Of(err))
}

// answerError is the only place that answers an error, and the only one that logs it.
func (k *Kit) answerError(w http.ResponseWriter, r *Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, r.Context().Err()) {
		return // the client has gone
	}
	e := named(err)
	code := status(e.Kind)
	level := slog.LevelInfo
	if code >= 500 {
		level = slog.LevelError
	}
	k.cfg.Log.Log(r.Context(), level, "request refused", "method", r.Method, "path", r.logPath(), "status", code,
		"code", e.Code, "person", r.Actor.Person, "ip", r.IP().String(), "err", err.Error())
	if begun, ok := w.(*statusWriter); ok && begun.status != 0 {
		// Part of the answer is on its way: only a broken connection tells that the rest is missing.
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Cache-Control", "no-store")
	if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable || code == http.StatusInsufficientStorage {
		w.Header().Set("Retry-After", "30")
	}
	if isAPI(r.URL.Path) || r.sent != nil {
		if code == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="Loa"`)
		}
		r.Problem(w, code, e)
		return
	}
	if code == http.StatusUnauthorized && r.Method == http.MethodGet {
		to := "/login?next="
		if r.Locked.Secret != "" {
			to = "/unlock?next=" // the worker forgets nobody's pages on the way there
		}
		http.Redirect(w, r.Request, to+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	if e.Code == "accounts.second_first" && r.Method == http.MethodGet {
		http.Redirect(w, r.Request, FactorsPath, http.StatusSeeOther)
		return
	}
	r.status = code
	page := errorPage{Page: r.Page("kit.error_title"), Status: code, Problem: problem(r.Lang, e)}
	page.Stood = "" // Back leads to the form as it was
	if code == http.StatusUnauthorized {
		page.Next, page.To, page.Again = r.cameFrom(), r.URL.RequestURI(), k.again(w, r)
		page.Files = slices.ContainsFunc(page.Again, func(s Sent) bool { return s.File })
	}
	if sent, ok := k.proves(w, r, e); ok {
		page.Title, page.To, page.Again, page.Prove = r.Say("kit.prove_title"), r.URL.RequestURI(), sent, true
	}
	if rerr := k.failed.Render(w, r, page); rerr != nil {
		k.cfg.Log.Error("the error page itself failed", "err", rerr)
		http.Error(w, page.Problem.Detail, code)
	}
}

// logPath is the path as the log may keep it: without the secret at its end.
func (r *Request) logPath() string {
	if strings.Contains(r.route.Pattern, "{token}") {
		return r.route.Path()
	}
	return r.URL.Path
}

// Problem answers with a fault as application/problem+json and a status of the
// caller's choice: for protocols with statuses of their own. Everybody else
// returns the fault.
func (r *Request) Problem(w http.ResponseWriter, status int, e *fault.Error) {
	p := problem(r.Lang, e)
	p.Status, p.Title = status, http.StatusText(status)
	body, _ := json.Marshal(p) // strings and numbers always marshal
	r.write(w, status, "application/problem+json", body)
}

// JSON answers with v as JSON. If v is something people edit, ETag begins with the
// tag of its edition.
func (r *Request) JSON(w http.ResponseWriter, status int, v any) error {
	body, err := jsonv2.Marshal(v, answers)
	if err != nil {
		return err
	}
	if thing, ok := v.(interface{ Edition() accounts.Edition }); ok {
		r.of = thing.Edition().Tag
	}
	r.write(w, status, "application/json", append(body, '\n'))
	return nil
}

// answers are the options of what the API answers: as encoding/json writes it, but
// a list or a map that is empty is never null, wherever in the answer it stands.
var answers = jsonv2.JoinOptions(jsonv1.DefaultOptionsV1(), jsonv2.FormatNilSliceAsNull(false), jsonv2.FormatNilMapAsNull(false), jsontext.EscapeForHTML(false))

// List is how every API list answers.
type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"` // URL of the next page, null on the last
}

// NewList makes a List. after is the cursor the next page starts behind, ""
// on the last page; it comes back as the parameter after.
func NewList[T any](r *Request, items []T, after string) List[T] {
	if items == nil {
		items = []T{}
	}
	l := List[T]{Items: items}
	if after != "" {
		q := r.URL.Query()
		q.Set("after", after)
		next := r.URL.Path + "?" + q.Encode()
		l.Next = &next
	}
	return l
}

// PageOf is the page of a list that the parameters limit and after ask for,
// and the after of the next, "" if there is none. Faults: kit.limit_invalid,
// and kit.no_such_page if no item is the one to go on behind.
func PageOf[T any](r *Request, list []T, id func(T) string) (page []T, next string, err error) {
	limit, err := r.Limit()
	if err != nil {
		return nil, "", err
	}
	if after := r.URL.Query().Get("after"); after != "" {
		i := slices.IndexFunc(list, func(v T) bool { return id(v) == after })
		if i < 0 {
			return nil, "", fault.New(fault.Invalid, "kit.no_such_page").At("after")
		}
		list = list[i+1:]
	}
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], id(list[limit-1]), nil
}

// ReadJSON reads the request's body into v. The body must be one JSON value
// with no member v does not know, of type application/json in UTF-8; text is
// brought to NFC. Faults: kit.not_json, kit.not_utf8, kit.json_invalid,
// kit.json_unknown_field, kit.body_cut, kit.body_too_large.
func (r *Request) ReadJSON(v any) error {
	if mt, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mt != "application/json" {
		return fault.New(fault.Unsupported, "kit.not_json")
	}
	if r.body == nil { // who begins again reads it again
		var err error
		if r.body, err = io.ReadAll(r.Body); err != nil {
			return broken(err)
		}
	}
	body := r.body
	if !utf8.Valid(body) { // the decoder would replace what it cannot read
		return fault.New(fault.Invalid, "kit.not_utf8")
	}
	if bytes.Equal(bytes.TrimSpace(body), []byte("null")) { // it would pass for a body that says nothing, and be done
		return fault.New(fault.Invalid, "kit.json_invalid")
	}
	d := json.NewDecoder(bytes.NewReader(norm.NFC.Bytes(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "kit.json_invalid")
	}
	return tooLong(reflect.ValueOf(v), "")
}

func badJSON(err error) error {
	e := fault.New(fault.Invalid, "kit.json_invalid").Because(err)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return e.At(wrong.Field)
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return fault.New(fault.Invalid, "kit.json_unknown_field", "field", name).Because(err).At(strings.Trim(name, `"`))
	}
	var named *fault.Error
	if errors.As(err, &named) {
		return named
	}
	return e
}

// mostParts is how many parts package mime/multipart reads of a form.
const mostParts = 1000

// broken names what went wrong while a body was read.
func broken(err error) error {
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return err
	case errors.Is(err, multipart.ErrMessageTooLarge): // by the number of its parts: the body itself is bounded
		return fault.New(fault.TooLarge, "kit.fields_too_many", "most", mostParts).Because(err)
	}
	return fault.New(fault.Invalid, "kit.body_cut").Because(err)
}

// Redirect sends the browser on to a path of ours after a change (303), with
// an optional sentence to show there: a catalogue key and its name, value
// pairs of strings.
func (r *Request) Redirect(w http.ResponseWriter, path, key string, args ...string) error {
	if r.sent != nil {
		return r.receipt(w, path, key, args)
	}
	if key != "" {
		r.setFlash(w, Flash{Key: key, Args: args})
	}
	http.Redirect(w, r.Request, path, http.StatusSeeOther)
	return nil
}

// Flash is one sentence that survives a redirect.
type Flash struct {
	Key  string   `json:"k"`
	Args []string `json:"a,omitempty"`
	Text string   `json:"-"`
}

func (r *Request) setFlash(w http.ResponseWriter, f Flash) {
	b, _ := json.Marshal(f) // strings always marshal
	r.setCookie(w, "flash", base64.RawURLEncoding.EncodeToString(b), time.Minute)
}

// takeFlash reads the sentence a redirect left and removes it. A cookie that
// says anything but a key of the catalogue is ignored. What is fetched to be kept (worker.js)
// leaves it to the page that somebody sees.
func (r *Request) takeFlash(w http.ResponseWriter) *Flash {
	if r.Header.Get("Loa-Keep") != "" {
		return nil
	}
	c, err := r.Cookie(r.cookieName("flash"))
	if err != nil || c.Value == "" {
		return nil
	}
	r.setCookie(w, "flash", "", -time.Second)
	var f Flash
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(b, &f) != nil || !text.Has(f.Key) || len(f.Args)%2 != 0 {
		return nil
	}
	args := make([]any, len(f.Args))
	for i, a := range f.Args {
		args[i] = a
	}
	f.Text = r.Lang.Say(f.Key, args...)
	return &f
}

// write sends a body that is ready in memory, compressed when it pays.
func (r *Request) write(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	if !strings.Contains(contentType, "charset") && !strings.HasPrefix(contentType, "image/png") {
		contentType += "; charset=utf-8"
	}
	h.Set("Content-Type", contentType)
	h.Add("Vary", "Accept-Encoding")
	if status < 300 && isAPI(r.URL.Path) && r.unchanged(w, body) {
		return
	}
	if len(body) > 1024 && r.accepts("gzip") {
		z := packers.Get().(*gzip.Writer)
		body = squeeze(z, body)
		packers.Put(z)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	for piece := range slices.Chunk(body, r.pieces(len(body))) {
		_, _ = w.Write(piece) // the client may have gone; nobody is left to tell
		if len(piece) < len(body) {
			_ = http.NewResponseController(w).Flush() // not every writer can; then it goes whole
		}
	}
}

func (r *Request) accepts(coding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == coding && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

// packers are writers of gzip for answers: one takes 0.8 MB to make.
var packers = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

type packer interface {
	io.WriteCloser
	Reset(io.Writer)
}

func squeeze(z packer, body []byte) []byte {
	var b bytes.Buffer
	z.Reset(&b)
	_, _ = z.Write(body) // a buffer takes everything
	_ = z.Close()        // as above
	return b.Bytes()
}
