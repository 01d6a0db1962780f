package door

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"loa/accounts"
	"loa/internal/fault"
	"loa/web/kit"
)

// switchingPage waits for a network to change the person: the worker shows it, and goes on from there.
type switchingPage struct{ kit.Page }

// unlockPage asks for the PIN of one of the people whose sessions the browser holds.
type unlockPage struct {
	kit.Page
	Form kit.Form
	Who  []kit.Option // to choose from, by session; one person is not asked
	Name string       // of that one person
}

type pinPage struct {
	kit.Page
	Form kit.Form
	Old  string // what is asked for first: "pin", "passphrase", or "" where she has neither
}

// other stands for a person whom this browser does not know yet.
const other = "other"

// showUnlock asks for a PIN; who is not locked goes on.
func (p pages) showUnlock(w http.ResponseWriter, r *kit.Request) error {
	held, err := r.Held()
	if err != nil {
		return err
	}
	if r.Actor.Via == "session" {
		return r.Redirect(w, r.Next("/"), "")
	}
	if len(held) == 0 || r.URL.Query().Get("person") == other {
		return r.Redirect(w, "/login?other=1&next="+url.QueryEscape(r.Next("/")), "")
	}
	who := "" // each says who she is: a PIN typed for somebody else is one of her tries
	for _, h := range held {
		if len(held) == 1 || h.Person.ID == r.URL.Query().Get("person") {
			who = h.Session.ID
		}
	}
	return p.renderUnlock(w, r, kit.NewForm("next", r.Next("/"), "who", who), held)
}

func (p pages) renderUnlock(w http.ResponseWriter, r *kit.Request, f kit.Form, held []kit.Held) error {
	page := unlockPage{Page: r.Page("door.unlock"), Form: f, Name: held[0].Person.Name}
	for _, h := range held {
		page.Who = append(page.Who, kit.Option{Value: h.Session.ID, Text: h.Person.Name})
	}
	page.Plain = true
	w.Header().Set("Cache-Control", "no-store")
	return p.unlock.Render(w, r, page)
}

// doUnlock lets the person whose PIN is right use this browser, and nobody else.
func (p pages) doUnlock(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	held, err := r.Held()
	if err != nil {
		return err
	}
	if len(held) > 1 && f.Get("who") == "" {
		f.Refused(fault.New(fault.Invalid, "door.who_missing").At("who"))
		return p.renderUnlock(w, r, *f, held)
	}
	i := slices.IndexFunc(held, func(h kit.Held) bool { return h.Session.ID == f.Get("who") })
	if r.Actor.Via == "session" || i < 0 { // pressed twice, or ended meanwhile
		return p.showUnlock(w, r)
	}
	err = p.rightPIN(r, held[i], r.PostFormValue("pin"))
	others := slices.Delete(slices.Clone(held), i, i+1)
	if fault.Is(err, "accounts.pin_ended") {
		r.LogOut(w)
		r.Hold(w, others)
		return r.Redirect(w, "/login?other=1", "door.pin_ended")
	}
	if f.Refused(err) {
		return p.renderUnlock(w, r, *f, held)
	}
	if err != nil {
		return err
	}
	next := accounts.NewSecret()
	m := accounts.Meta{ID: kit.NewID(), By: held[i].Person.Actor("session"), At: r.Now}
	if err := p.store.Unlock(r.Context(), m, accounts.HashOf(held[i].Secret), accounts.HashOf(next)); err != nil {
		return err
	}
	r.LogIn(w, next)
	r.Hold(w, others)
	return r.Redirect(w, r.Next("/"), "")
}

// rightPIN returns a fault unless the PIN is that of the session, which ends with the last wrong one:
// that browser then needs a code or a link, and nothing else of the person's ends.
func (p pages) rightPIN(r *kit.Request, h kit.Held, typed string) error {
	pin, err := p.store.TryPIN(r.Context(), accounts.HashOf(h.Secret))
	right := false
	if err == nil {
		right, err = accounts.VerifyPassphrase(r.Context(), pin.Hash, typed)
	}
	switch {
	case err != nil && !fault.Is(err, "accounts.pin_ended"):
		return err
	case right:
		p.count("ok")
		return nil
	}
	p.tried(r, h.Person, h.Session.Root(), "wrong")
	if err == nil && pin.Left() > 0 {
		return fault.New(fault.Invalid, "door.pin_wrong", "n", pin.Left()).At("pin")
	}
	m := accounts.Meta{ID: kit.NewID(), By: h.Person.Actor("session"), At: r.Now}
	if _, err := p.store.EndSessions(r.Context(), m, accounts.EndSessions{Person: h.Person.ID, Session: h.Session.ID}); err != nil {
		return err
	}
	return fault.New(fault.Gone, "accounts.pin_ended").At("pin")
}

// switchPerson locks the session so that somebody else can use the browser under her own name. The worker sends the
// form for who changed the person without a network, and wants a receipt.
func (p pages) switchPerson(w http.ResponseWriter, r *kit.Request) error {
	if !r.Session.PIN {
		return r.Redirect(w, "/me/pin", "")
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	r.Kept(f.ID)
	return p.makeWay(w, r, "/unlock")
}

// showSwitching is kept by the worker of who has a PIN.
func (p pages) showSwitching(w http.ResponseWriter, r *kit.Request) error {
	page := switchingPage{r.Page("door.switching")}
	page.Plain = true // it is kept for whoever is next
	return p.switching.Render(w, r, page)
}

// makeWay leads who is next to a page: the session that was here is locked, or ends where no PIN would open it again.
func (p pages) makeWay(w http.ResponseWriter, r *kit.Request, path string) error {
	if r.Session.PIN {
		if err := p.store.Shut(r.Context(), r.Session.Hash); err != nil {
			return err
		}
		return r.Redirect(w, path, "")
	}
	m := accounts.EndSessions{Person: r.Actor.Person, Session: r.Session.ID}
	if _, err := p.store.EndSessions(r.Context(), r.Meta(kit.NewID()), m); err != nil {
		return err
	}
	r.LogOut(w)
	return r.Redirect(w, path, "")
}

func (p pages) showPIN(w http.ResponseWriter, r *kit.Request) error {
	return p.renderPIN(w, r, kit.NewForm())
}

func (p pages) renderPIN(w http.ResponseWriter, r *kit.Request, f kit.Form) error {
	if !r.Person.MayUsePIN() || r.Session.ID == "" {
		return fault.New(fault.Denied, "accounts.pin_operators")
	}
	page := pinPage{Page: r.Page("door.pin_title"), Form: f}
	phc, err := p.store.Credential(r.Context(), r.Actor.Person)
	switch {
	case err != nil:
		return err
	case r.Session.PIN:
		page.Old = "pin"
	case phc != "":
		page.Old = "passphrase"
	}
	return p.pin.Render(w, r, page)
}

// savePIN gives this browser's session a PIN, or another one, to who knows what opened it until now.
func (p pages) savePIN(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	err = p.changePIN(r)
	if fault.Is(err, "accounts.pin_ended") {
		r.LogOut(w)
		return r.Redirect(w, "/login?other=1", "door.pin_ended")
	}
	if f.Refused(err) {
		return p.renderPIN(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/me", "door.pin_saved")
}

func (p pages) changePIN(r *kit.Request) error {
	if !r.Person.MayUsePIN() || r.Session.ID == "" {
		return fault.New(fault.Denied, "accounts.pin_operators")
	}
	pin := r.PostFormValue("pin")
	if err := cmp.Or(accounts.CheckPIN(pin, r.Person.Login), accounts.SamePIN(pin, r.PostFormValue("pin_again"))); err != nil {
		return err
	}
	old := r.PostFormValue("old")
	if r.Session.PIN {
		if err := p.rightPIN(r, kit.Held{Secret: r.Secret(), Person: r.Person, Session: r.Session}, old); err != nil {
			return fault.Of(err).At("old")
		}
	} else if err := p.rightPassphrase(r, old); err != nil {
		return err
	}
	return p.setPIN(r, r.Person, r.Session, pin)
}

// rightPassphrase returns a fault unless the passphrase is that of who asks, or she has none.
func (p pages) rightPassphrase(r *kit.Request, typed string) error {
	if err := p.byDevice.Allow(r.Actor.Person, r.Now); err != nil {
		return err
	}
	phc, err := p.store.Credential(r.Context(), r.Actor.Person)
	if err != nil || phc == "" {
		return err
	}
	right, err := accounts.VerifyPassphrase(r.Context(), phc, typed)
	if err == nil && !right {
		err = fault.New(fault.Invalid, "me.old_wrong").At("old")
	}
	return err
}

// proveAgain verifies the passphrase of who asks, and keeps that she showed it.
func (p pages) proveAgain(r *kit.Request, typed string) error {
	phc, err := p.store.Credential(r.Context(), r.Actor.Person)
	if err == nil && phc == "" {
		err = fault.New(fault.Denied, "accounts.second_no_passphrase")
	}
	if err == nil {
		err = p.rightPassphrase(r, typed)
	}
	if err != nil {
		return err
	}
	return p.store.NoteProof(r.Context(), r.Meta(kit.NewID()), r.Session)
}

func (p pages) setPIN(r *kit.Request, person accounts.Person, session accounts.Session, pin string) error {
	phc, err := accounts.HashPassphrase(r.Context(), pin)
	if err != nil {
		return err
	}
	m := accounts.Meta{ID: kit.NewID(), By: person.Actor("session"), At: r.Now}
	m.By.Through = session.Root()
	return p.store.SetPIN(r.Context(), m, accounts.SetPIN{Session: session.Root(), Hash: phc})
}
