package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// The outbox of a browser (outbox.js) keeps forms until the server has them. It sends them as the browser
// would, with the header Loa-Outbox: "now" while somebody looks on, "later" of what waited.
// It is answered in JSON: a Receipt by what calls Kept, else what is wrong.
const outboxHeader = "Loa-Outbox"

// contactHeader carries the stamp of Request.Stamp in the answer to an outbox.
const contactHeader = "Loa-Contact"

// asksHeader is in the answer to an outbox where the page of the form would ask something.
const asksHeader = "Loa-Asks"

// Receipt tells an outbox that the server holds what it sent. It deletes its copy of the
// change of that ID where Received is the hash of what it has sent and nothing is missing.
type Receipt struct {
	ID       string   `json:"id"`
	Received string   `json:"received"` // SHA-256 of the body, hex
	Missing  []string `json:"missing"`  // what the server still waits for
	Then     string   `json:"then"`     // where the form's answer would have led
	Said     string   `json:"said,omitempty"`
}

// sent is what is known of a form that an outbox sends.
type sent struct {
	later bool
	sum   hash.Hash
	kept  string       // ID of the change that was carried out
	wrong *fault.Error // what a form's page would tell
}

// fromOutbox notes that an outbox sends the form, and takes the hash of its body.
func (r *Request) fromOutbox() {
	word := r.Header.Get(outboxHeader)
	if word == "" || r.Method != http.MethodPost || isAPI(r.URL.Path) {
		return
	}
	r.sent = &sent{later: word == "later", sum: sha256.New()}
}

// samePerson refuses what a page of one person sends after another has taken over the browser: it waits for its maker.
func (r *Request) samePerson() error {
	if who := r.Header.Get("Loa-Person"); who != "" && who != r.Actor.Person {
		return fault.New(fault.Unauthenticated, "accounts.other_person")
	}
	return nil
}

// tee takes the hash of what is read of the body.
func (r *Request) tee() {
	if r.sent != nil {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, r.sent.sum), r.Body}
	}
}

// WaitedOnPhone reports whether an outbox sends what somebody did earlier: nobody looks on who could be asked.
func (r *Request) WaitedOnPhone() bool { return r.sent != nil && r.sent.later }

// Kept says that the change of that ID has been carried out and is on disk: what an outbox is told.
func (r *Request) Kept(id string) {
	if r.sent != nil {
		r.sent.kept = id
	}
}

// receipt answers an outbox in place of a redirect. Where nothing was carried out the sentence of the
// page to come says why.
func (r *Request) receipt(w http.ResponseWriter, path, key string, args []string) error {
	said := ""
	if key != "" {
		pairs := make([]any, len(args))
		for i, a := range args {
			pairs[i] = a
		}
		said = r.Lang.Say(key, pairs...)
		if !r.sent.later { // the page she goes on to tells it
			r.setFlash(w, Flash{Key: key, Args: args})
		}
	}
	if r.sent.kept == "" {
		e := r.sent.wrong
		if e == nil {
			e = fault.New(fault.Conflict, "kit.outbox_not_done", "said", said)
		}
		return e
	}
	_, _ = io.Copy(io.Discard, r.Body) // to the end, for the hash; it was read already
	r.stamped(w)
	w.Header().Set("Cache-Control", "no-store")
	spare(w.Header())
	return r.JSON(w, http.StatusOK, Receipt{ID: r.sent.kept, Received: hex.EncodeToString(r.sent.sum.Sum(nil)), Missing: []string{}, Then: path, Said: said})
}

// stamped puts the stamp of this contact into the answer.
func (r *Request) stamped(w http.ResponseWriter) {
	if s := r.Stamp(); s != "" {
		w.Header().Set(contactHeader, s)
	}
}

// wrongIs notes what the page of a form that was refused would tell.
func (r *Request) wrongIs(e *fault.Error) {
	if r.sent != nil {
		r.sent.wrong = e
	}
}

// Asks tells an outbox that the page of the form, to which the caller goes on, asks something: what
// was sent waits for the answer.
func (r *Request) Asks(w http.ResponseWriter) {
	if r.sent != nil {
		w.Header().Set(asksHeader, "yes")
	}
}

// Stamp says when this browser of this person was last in touch with us, in a way that
// nobody else can write: what she does afterwards without a network was done later. It is
// "" for a program and a stranger.
func (r *Request) Stamp() string {
	if r.Actor.Via != "session" {
		return ""
	}
	at := strconv.FormatInt(r.Now.UnixMilli(), 36)
	return at + "." + r.stampMark(at)
}

func (r *Request) stampMark(at string) string {
	mac := hmac.New(sha256.New, []byte("contact\x00"+string(r.kit.cfg.ServerToken)))
	mac.Write([]byte(r.Device(r.Actor.Person) + "\x00" + r.Actor.Person + "\x00" + at))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:15])
}

// Contact is when a stamp was given to this browser of this person; the zero Time if it never was.
func (r *Request) Contact(stamp string) time.Time {
	at, mark, _ := strings.Cut(stamp, ".")
	ms, err := strconv.ParseInt(at, 36, 64)
	if err != nil || !hmac.Equal([]byte(mark), []byte(r.stampMark(at))) {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// keepsWork reports whether what the actor does without a network is kept on her device.
func keepsWork(a accounts.Actor) bool {
	return a.Via == "session" && a.CanSomewhere(accounts.ReportAiring)
}

type outboxPage struct{ Page }

// showOutbox is where a person sees what her browser still keeps: the list is made by outgoing.js.
func (k *Kit) showOutbox(w http.ResponseWriter, r *Request) error {
	return k.outbox.Render(w, r, outboxPage{r.Page("kit.outbox_title")})
}
