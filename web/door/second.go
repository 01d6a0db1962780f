package door

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"loa/accounts"
	"loa/internal/fault"
	"loa/message"
	"loa/web/kit"
)

// How long somebody may take for the second step of a log-in, and how often she may type it wrong.
const (
	halfLife  = 10 * time.Minute
	halfTries = 5

	// After so many wrong codes within a day, over all her half log-ins, she is told.
	toldAfter = 5
	toldIn    = 24 * time.Hour
)

// half is a log-in that was right so far and waits for the second factor. It opens nothing: the
// decision about the session asks for the proof.
type half struct {
	person string
	by     accounts.Opening
	phc    string // of the passphrase then: another one since ends it
	until  time.Time
	wrong  int
}

// halves are kept in memory: who was in between when the daemon stopped begins anew. Each was a right
// passphrase or link, so that no stranger pushes others out.
type halves struct {
	mu    sync.Mutex
	list  *simplelru.LRU[accounts.Hash, half]
	wrong *simplelru.LRU[string, []time.Time] // when codes of a person, by her ID, were wrong since she was told
}

func newHalves() *halves {
	list, err := simplelru.NewLRU[accounts.Hash, half](10_000, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	wrong, err := simplelru.NewLRU[string, []time.Time](10_000, nil)
	if err != nil {
		panic(err)
	}
	return &halves{list: list, wrong: wrong}
}

func (h *halves) put(secret string, one half) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.Add(accounts.HashOf(secret), one)
}

func (h *halves) get(secret string, at time.Time) (half, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	one, ok := h.list.Get(accounts.HashOf(secret))
	return one, ok && at.Before(one.until) && one.wrong < halfTries
}

// try counts one try before it is looked at, so that many at once are no more than halfTries.
func (h *halves) try(secret string) (left int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	one, ok := h.list.Get(accounts.HashOf(secret))
	if !ok || one.wrong >= halfTries {
		return -1
	}
	one.wrong++
	h.list.Add(accounts.HashOf(secret), one)
	return halfTries - one.wrong
}

// failed counts a wrong code of the person and reports whether it is time to tell her.
func (h *halves) failed(person string, at time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	times, _ := h.wrong.Get(person)
	times = append(slices.DeleteFunc(times, func(t time.Time) bool { return at.Sub(t) >= toldIn }), at)
	if len(times) >= toldAfter {
		h.wrong.Remove(person)
		return true
	}
	h.wrong.Add(person, times)
	return false
}

func (h *halves) end(secret string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.Remove(accounts.HashOf(secret))
}

// enter begins the person's session, or where she has a second factor asks her for it first; then it
// reports that she is on her way there.
func (p pages) enter(w http.ResponseWriter, r *kit.Request, e entry, next string) (s accounts.Session, asked bool, err error) {
	f, err := p.store.Factors(r.Context(), e.person.ID)
	if err != nil {
		return s, false, err
	}
	if !f.Any() {
		s, err = p.start(w, r, e)
		return s, false, err
	}
	phc, err := p.store.Credential(r.Context(), e.person.ID)
	if err != nil {
		return s, false, err
	}
	secret := accounts.NewSecret()
	p.halves.put(secret, half{person: e.person.ID, by: e.by, phc: phc, until: r.Now.Add(halfLife)})
	r.SetHalf(w, secret, halfLife)
	return s, true, r.Redirect(w, "/login/second?next="+url.QueryEscape(next), "")
}

type secondPage struct {
	kit.Page
	Form    kit.Form
	Name    string
	App     bool // she has an app that makes codes
	Passkey *asked
}

// between finds the person who is between the two steps in this browser, ok only if she is.
func (p pages) between(r *kit.Request) (h half, person accounts.Person, f accounts.Factors, ok bool, err error) {
	if h, ok = p.halves.get(r.Half(), r.Now); !ok {
		return h, person, f, false, nil
	}
	phc, err := p.store.Credential(r.Context(), h.person)
	if err != nil || phc != h.phc {
		return h, person, f, false, err
	}
	d, err := p.store.Directory(r.Context())
	if err != nil {
		return h, person, f, false, err
	}
	if person, err = d.Person(h.person); err != nil || person.Disabled {
		return h, person, f, false, nil
	}
	f, err = p.store.Factors(r.Context(), person.ID)
	return h, person, f, err == nil, err
}

func (p pages) showSecond(w http.ResponseWriter, r *kit.Request) error {
	_, person, f, ok, err := p.between(r)
	switch {
	case err != nil:
		return err
	case !ok && r.Actor.Via == "session":
		return r.Redirect(w, r.Next("/"), "")
	case !ok && r.Half() != "": // too many wrong codes, or too long ago
		r.SetHalf(w, "", -time.Second)
		return r.Redirect(w, "/login?next="+url.QueryEscape(r.Next("/")), "door.second_ended")
	case !ok:
		return r.Redirect(w, "/login?next="+url.QueryEscape(r.Next("/")), "")
	}
	return p.renderSecond(w, r, person, f, kit.NewForm("next", r.Next("/")))
}

func (p pages) renderSecond(w http.ResponseWriter, r *kit.Request, person accounts.Person, f accounts.Factors, form kit.Form) error {
	page := secondPage{Page: r.Page("door.second"), Form: form, Name: person.Name, App: f.App != nil}
	var err error
	if len(f.Passkeys) > 0 {
		if page.Passkey, err = p.ask(r, secondStep, person, f); err != nil {
			return err
		}
	}
	page.Plain = true
	w.Header().Set("Cache-Control", "no-store")
	return p.second.Render(w, r, page)
}

// doSecond ends the log-in with a code, or with a passkey.
func (p pages) doSecond(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	h, person, f, ok, err := p.between(r)
	if err != nil {
		return err
	}
	if !ok {
		return p.showSecond(w, r)
	}
	err = p.prove(w, r, form, h, person, f)
	if fault.Is(err, "door.second_ended") {
		r.SetHalf(w, "", -time.Second)
		return r.Redirect(w, "/login", "door.second_ended")
	}
	if form.Refused(err) {
		return p.renderSecond(w, r, person, f, *form)
	}
	if err != nil {
		return err
	}
	p.halves.end(r.Half())
	r.SetHalf(w, "", -time.Second)
	return r.Redirect(w, r.Next("/"), "")
}

// prove begins the session of who shows her second factor. Faults: kit.too_many, door.second_ended, those of
// accounts.DecideSession.
func (p pages) prove(w http.ResponseWriter, r *kit.Request, form *kit.Form, h half, person accounts.Person, f accounts.Factors) (err error) {
	var proof accounts.Proof
	if form.Get("credential") != "" || form.Get("do") == "passkey" {
		if proof, err = p.answered(r, form, secondStep, person, f); err != nil {
			return err
		}
	} else {
		if form.Get("code") == "" {
			return fault.New(fault.Invalid, "door.second_missing").At("code")
		}
		if proof, err = f.Typed(r.Context(), form.Get("code")); err != nil {
			return err
		}
	}
	left := p.halves.try(r.Half())
	if left < 0 {
		return fault.New(fault.Gone, "door.second_ended")
	}
	device := r.Device(person.ID)
	if proof.Code != "" { // six digits can be guessed, the others cannot
		if device != "" {
			err = p.bySecond.Allow(device+" "+person.ID, r.Now)
		} else {
			err = p.strangeSecond.Allow(person.ID, r.Now)
		}
		if err != nil {
			p.tried(r, person, device, "limited")
			return fault.Of(err).At("code")
		}
	}
	_, err = p.start(w, r, entry{person: person, by: h.by, secret: accounts.NewSecret(), proof: proof})
	if err == nil {
		p.count("ok")
		return nil
	}
	p.tried(r, person, device, "second")
	if !fault.Is(err, "accounts.second_wrong") {
		return err
	}
	if p.halves.failed(person.ID, r.Now) { // who got here knows the passphrase: she is told, whether it was she or not
		if _, told := p.store.Post(r.Context(), message.Guessed(person, r.UserAgent(), r.IP().String(), r.Now), r.Now); told != nil {
			return told
		}
	}
	if left > 0 {
		return err
	}
	return fault.New(fault.Gone, "door.second_ended")
}
