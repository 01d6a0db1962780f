// Package door lets people in: the log-in page, and the page behind an
// invitation's link.
package door

import (
	"cmp"
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/message"
	"loa/stations"
	"loa/web/kit"
)

//go:embed *.html *.js
var files embed.FS

// Store is what these pages ask of the store.
type Store interface {
	Directory(ctx context.Context) (*accounts.Directory, error)
	Credential(ctx context.Context, person string) (string, error)
	Invitation(ctx context.Context, h accounts.Hash) (accounts.Invitation, error)
	InvitationByCode(ctx context.Context, code accounts.Hash) (accounts.Invitation, error)
	Join(ctx context.Context, m accounts.Meta, c accounts.Join) (accounts.Person, error)
	StartSession(ctx context.Context, m accounts.Meta, c accounts.StartSession) (accounts.Session, error)
	EndSessions(ctx context.Context, m accounts.Meta, c accounts.EndSessions) (int, error)
	BySession(ctx context.Context, h accounts.Hash, at time.Time) (accounts.Person, accounts.Session, error)
	SetPIN(ctx context.Context, m accounts.Meta, c accounts.SetPIN) error
	TryPIN(ctx context.Context, session accounts.Hash) (accounts.PIN, error)
	NoteProof(ctx context.Context, m accounts.Meta, session accounts.Session) error
	Unlock(ctx context.Context, m accounts.Meta, session, next accounts.Hash) error
	Shut(ctx context.Context, session accounts.Hash) error
	Factors(ctx context.Context, person string) (accounts.Factors, error)
	AddFactor(ctx context.Context, m accounts.Meta, c accounts.AddFactor) (bool, error)
	RemoveFactor(ctx context.Context, m accounts.Meta, c accounts.RemoveFactor) (accounts.FactorList, error)
	Tokens(ctx context.Context, person string, at time.Time) ([]accounts.Token, error)
	RenewSpare(ctx context.Context, m accounts.Meta, c accounts.RenewSpare) error
	AccountSettings(ctx context.Context) (accounts.Settings, error)
	Post(ctx context.Context, drafts []message.Draft, at time.Time) (int, error)
	Registry(ctx context.Context) (*stations.Registry, error)
}

// answerLost is how long the form of a link that was used may be sent again by who used it.
const answerLost = time.Hour

type loginPage struct {
	kit.Page
	Form    kit.Form
	Code    kit.Form
	Empty   bool   // nobody has an account yet
	Passkey *asked // nil where they do not work
}

type joinPage struct {
	kit.Page
	Form    kit.Form
	Invite  accounts.Invitation
	Gives   []string // the grants in words
	Login   string   // of the account whose passphrase is renewed
	Add     bool     // somebody logged in adds the grants to her account
	First   bool     // the very first account
	MayPIN  bool     // she may choose a PIN
	PIN     bool     // and does
	Expires time.Time
}

type pages struct {
	store     Store
	login     *kit.View[loginPage]
	join      *kit.View[joinPage]
	unlock    *kit.View[unlockPage]
	pin       *kit.View[pinPage]
	switching *kit.View[switchingPage]
	second    *kit.View[secondPage]
	factors   *kit.View[factorsPage]
	app       *kit.View[appPage]
	passkey   *kit.View[passkeyPage]
	kit       *kit.Kit
	count     func(result string)

	halves  *halves
	tickets *tickets

	// Tries are counted by device where a person has logged in with this one
	// before, else by log-in from the network, by network, and, very widely, by
	// log-in: a stranger who tries somebody's name stands in nobody's way but his
	// own. Who shares his network and has to wait because of him is counted by
	// her browser, once it has seen the form; so many at once from a network.
	byDevice  *kit.Limiter
	byBoth    *kit.Limiter
	byNetwork *kit.Limiter
	byGuest   *kit.Limiter
	guests    *kit.Limiter
	byLogin   *kit.Limiter

	// Codes are tried slowly by all together, but for the first tries of each network:
	// however many try, who has never tried is heard.
	firstCodes *kit.Limiter
	allCodes   *kit.Limiter

	// Codes of the second step are tried slowly by person; who has logged in with a browser before has
	// tries of her own there, and a passkey or a spare code is never kept waiting.
	bySecond      *kit.Limiter
	strangeSecond *kit.Limiter
}

// Register adds the pages to k.
func Register(k *kit.Kit, s Store) {
	f := k.Folder("door", files)
	p := pages{store: s, login: kit.NewView[loginPage](f, "login.html").Early(), join: kit.NewView[joinPage](f, "join.html"),
		unlock: kit.NewView[unlockPage](f, "unlock.html"), pin: kit.NewView[pinPage](f, "pin.html"),
		switching: kit.NewView[switchingPage](f, "switching.html"),
		second:    kit.NewView[secondPage](f, "second.html"), factors: kit.NewView[factorsPage](f, "factors.html"),
		app: kit.NewView[appPage](f, "app.html"), passkey: kit.NewView[passkeyPage](f, "passkey.html"),
		halves: newHalves(), tickets: newTickets(),
		kit:       k,
		count:     k.Counter("loa_logins_total", "Tries to log in, by what came of them.", "result"),
		byDevice:  kit.NewLimiter(30*time.Second, 8, 10_000),
		byBoth:    kit.NewLimiter(30*time.Second, 8, 10_000),
		byNetwork: kit.NewLimiter(2*time.Second, 40, 10_000), // an office shares one address
		byGuest:   kit.NewLimiter(time.Minute, 6, 10_000),
		guests:    kit.NewLimiter(5*time.Second, 20, 10_000),
		byLogin:   kit.NewLimiter(2*time.Second, 200, 10_000),

		firstCodes: kit.NewLimiter(15*time.Minute, 6, 100_000),
		allCodes:   kit.NewLimiter(time.Second, 300, 1),

		bySecond:      kit.NewLimiter(5*time.Minute, 10, 10_000),
		strangeSecond: kit.NewLimiter(10*time.Minute, 10, 100_000),
	}
	k.AddStep(p.step)
	k.Prove(p.proveAgain)
	k.Handle(
		kit.Route{Pattern: "GET /login", Access: kit.Public, Handler: p.showLogin},
		kit.Route{Pattern: "POST /login", Access: kit.Public, Handler: p.logIn, Always: true},
		kit.Route{Pattern: "POST /login/code", Access: kit.Public, Handler: p.tryCode},
		kit.Route{Pattern: "POST /login/passkey", Access: kit.Public, Handler: p.logInByPasskey, Always: true},
		kit.Route{Pattern: "GET /login/second", Access: kit.Public, Handler: p.showSecond},
		kit.Route{Pattern: "POST /login/second", Access: kit.Public, Handler: p.doSecond, Always: true},
		kit.Route{Pattern: "GET " + factorsPath, Access: kit.SignedIn, Handler: p.showFactors, Unproven: true},
		kit.Route{Pattern: "GET " + factorsPath + "/app", Access: kit.SignedIn, Handler: p.showApp, Unproven: true},
		kit.Route{Pattern: "POST " + factorsPath + "/app", Access: kit.SignedIn, Handler: p.addApp, Unproven: true},
		kit.Route{Pattern: "GET " + factorsPath + "/passkey", Access: kit.SignedIn, Handler: p.showPasskey, Unproven: true},
		kit.Route{Pattern: "POST " + factorsPath + "/passkey", Access: kit.SignedIn, Handler: p.addPasskey, Unproven: true},
		kit.Route{Pattern: "POST " + factorsPath + "/remove", Access: kit.SignedIn, Handler: p.removeFactor},
		kit.Route{Pattern: "POST " + factorsPath + "/spare", Access: kit.SignedIn, Handler: p.renewSpare},
		kit.Route{Pattern: "GET /unlock", Access: kit.Public, Handler: p.showUnlock},
		kit.Route{Pattern: "POST /unlock", Access: kit.Public, Handler: p.doUnlock, Always: true},
		kit.Route{Pattern: "POST /switch", Access: kit.SignedIn, Handler: p.switchPerson, Always: true},
		kit.Route{Pattern: "GET /switching", Access: kit.Public, Handler: p.showSwitching},
		kit.Route{Pattern: "GET /me/pin", Access: kit.SignedIn, Handler: p.showPIN},
		kit.Route{Pattern: "POST /me/pin", Access: kit.SignedIn, Handler: p.savePIN},
		kit.Route{Pattern: "POST /logout", Access: kit.Public, Handler: p.logOut, Always: true, Unproven: true},
		kit.Route{Pattern: "GET /join/{token}", Access: kit.Public, Handler: p.showJoin},
		kit.Route{Pattern: "POST /join/{token}", Access: kit.Public, Handler: p.doJoin},
	)
}

func (p pages) showLogin(w http.ResponseWriter, r *kit.Request) error {
	if r.Actor.Via == "session" {
		return r.Redirect(w, r.Next("/"), "")
	}
	if held, err := r.Held(); err != nil {
		return err
	} else if len(held) > 0 && r.URL.Query().Get("other") == "" {
		return r.Redirect(w, "/unlock?next="+url.QueryEscape(r.Next("/")), "")
	}
	r.RememberGuest(w)
	return p.renderLogin(w, r, kit.NewForm("next", r.Next("/")), kit.NewForm())
}

func (p pages) renderLogin(w http.ResponseWriter, r *kit.Request, f, code kit.Form) error {
	d, err := p.store.Directory(r.Context())
	if err != nil {
		return err
	}
	passkey, err := p.ask(r, logIn, accounts.Person{}, accounts.Factors{})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store") // whoever has logged in since is not asked again by Back
	return p.login.Render(w, r, loginPage{Page: r.Page("door.log_in"), Form: f, Code: code, Empty: d.Len() == 0, Passkey: passkey})
}

func (p pages) logIn(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	person, err := p.verify(r, f.Get("login"), r.PostFormValue("passphrase"))
	if f.Refused(err) {
		return p.renderLogin(w, r, *f, kit.NewForm())
	}
	if err != nil {
		return err
	}
	_, asked, err := p.enter(w, r, entry{person: person, by: accounts.ByPassphrase, secret: accounts.NewSecret()}, r.Next("/"))
	if err != nil || asked {
		return err
	}
	return r.Redirect(w, r.Next("/"), "")
}

// verify returns the person whose login and passphrase these are. Unknown,
// wrong, disabled and never set all answer alike and take as long. Each try is
// counted, and one that fails is a line of the log.
func (p pages) verify(r *kit.Request, login, passphrase string) (accounts.Person, error) {
	d, err := p.store.Directory(r.Context())
	if err != nil {
		return accounts.Person{}, err
	}
	login = accounts.FoldLogin(login)
	person, known := d.ByLogin(login)
	device := r.Device(person.ID)
	if err := p.mayTry(r, login, device); err != nil {
		p.tried(r, person, device, "limited")
		return accounts.Person{}, err
	}
	phc := ""
	if known {
		if phc, err = p.store.Credential(r.Context(), person.ID); err != nil {
			return accounts.Person{}, err
		}
	}
	ok, err := accounts.VerifyPassphrase(r.Context(), phc, passphrase)
	if err != nil {
		return accounts.Person{}, err
	}
	if !ok || person.Disabled {
		p.tried(r, person, device, "wrong")
		return accounts.Person{}, fault.New(fault.Invalid, "door.wrong")
	}
	p.tried(r, person, device, "ok")
	return person, nil
}

func (p pages) mayTry(r *kit.Request, login, device string) error {
	if device != "" {
		return p.byDevice.Allow(device+" "+login, r.Now)
	}
	network := r.Network()
	err := p.byBoth.Allow(network+" "+login, r.Now)
	if err == nil {
		err = p.byNetwork.Allow(network, r.Now)
	}
	if err = p.orGuest(r, err); err != nil {
		return err
	}
	return p.byLogin.Allow(login, r.Now)
}

// orGuest is err, unless the browser has seen the form and may still try where its network may not.
func (p pages) orGuest(r *kit.Request, err error) error {
	guest := r.Guest()
	if err == nil || guest == "" {
		return err
	}
	if err := p.byGuest.Allow(guest, r.Now); err != nil {
		return err
	}
	return p.guests.Allow(r.Network(), r.Now)
}

// tryCode leads whoever types a code that is good to what its link opens.
func (p pages) tryCode(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	code := accounts.FoldCode(f.Get("code"))
	if code == "" {
		err = fault.New(fault.Invalid, "door.code_form").At("code")
	} else {
		_, err = p.byCode(r, code)
	}
	if f.Refused(err) {
		return p.renderLogin(w, r, kit.NewForm(), *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/join/"+code, "")
}

// byCode finds the invitation of a code. Wrong, used and ended ones answer alike and take as long.
func (p pages) byCode(r *kit.Request, code string) (accounts.Invitation, error) {
	if err := p.mayTryCode(r); err != nil {
		p.count("limited")
		return accounts.Invitation{}, err
	}
	hash, err := accounts.HashCode(r.Context(), code)
	if err != nil {
		return accounts.Invitation{}, err
	}
	inv, err := p.store.InvitationByCode(r.Context(), hash)
	if err != nil && !fault.Is(err, "accounts.code_wrong") {
		return inv, err
	}
	f, factsErr := p.facts(r)
	if factsErr != nil {
		return inv, factsErr
	}
	if err == nil {
		err = f.CheckCode(inv, r.Now)
	}
	if err != nil {
		p.count("wrong")
		p.kit.Log().Warn("code refused", "ip", r.IP().String())
	}
	return inv, err
}

func (p pages) mayTryCode(r *kit.Request) error {
	network := r.Network()
	if p.firstCodes.Allow(network, r.Now) == nil {
		return nil
	}
	if err := p.orGuest(r, p.byNetwork.Allow(network, r.Now)); err != nil {
		return err
	}
	return p.allCodes.Allow("", r.Now)
}

// tried counts a try. What was typed is not logged: many a passphrase stands in
// the field of the name.
func (p pages) tried(r *kit.Request, person accounts.Person, device, result string) {
	p.count(result)
	if result != "ok" {
		p.kit.Log().Warn("log-in refused", "result", result, "person", person.ID, "ip", r.IP().String(), "known_device", device != "")
	}
}

// entry is how somebody comes in.
type entry struct {
	person accounts.Person
	by     accounts.Opening
	secret string         // of the session
	proof  accounts.Proof // of her second factor, where she has one
	told   bool           // her account was made just now, or she was told that a link for it was used
}

// start begins a session. The one this browser used before ends, unless it
// is another person's who has a PIN: the browser holds that one, locked.
func (p pages) start(w http.ResponseWriter, r *kit.Request, e entry) (accounts.Session, error) {
	person := e.person
	m := accounts.Meta{ID: kit.NewID(), By: person.Actor("session"), At: r.Now}
	s, err := p.store.StartSession(r.Context(), m, accounts.StartSession{Hash: accounts.HashOf(e.secret), Browser: r.UserAgent(),
		Address: r.IP().String(), Opened: e.by, Strange: !e.told && r.Device(person.ID) == "", Proof: e.proof})
	if err != nil {
		return s, err
	}
	held, err := r.Held()
	if err != nil {
		return s, err
	}
	if r.Session.PIN && r.Actor.Person != person.ID {
		if err := p.store.Shut(r.Context(), r.Session.Hash); err != nil {
			return s, err
		}
		held = append(held, kit.Held{Secret: r.Secret(), Person: r.Person, Session: r.Session})
	} else if r.Session.ID != "" {
		held = append(held, kit.Held{Person: r.Person, Session: r.Session})
	}
	keeps := func(h kit.Held) bool { return h.Secret != "" && h.Person.ID != person.ID }
	for _, h := range held {
		if keeps(h) {
			continue
		}
		m := accounts.Meta{ID: kit.NewID(), By: h.Person.Actor("session"), At: r.Now}
		if _, err := p.store.EndSessions(r.Context(), m, accounts.EndSessions{Person: h.Person.ID, Session: h.Session.ID}); err != nil {
			return s, err
		}
	}
	r.LogIn(w, e.secret)
	r.Hold(w, slices.DeleteFunc(held, func(h kit.Held) bool { return !keeps(h) }))
	r.RememberDevice(w, person.ID)
	return s, nil
}

func (p pages) logOut(w http.ResponseWriter, r *kit.Request) error {
	if !r.Actor.SignedIn() { // pressed twice, or ended elsewhere
		return r.Redirect(w, "/login", "")
	}
	if r.Session.ID != "" {
		if _, err := p.store.EndSessions(r.Context(), r.Meta(kit.NewID()), accounts.EndSessions{Person: r.Actor.Person, Session: r.Session.ID}); err != nil {
			return err
		}
	}
	r.LogOut(w)
	return r.Redirect(w, "/login", "door.logged_out")
}

func (p pages) showJoin(w http.ResponseWriter, r *kit.Request) error {
	inv, err := p.invitation(r)
	if mine(r, inv, err) {
		return r.Redirect(w, "/", "")
	}
	if err != nil {
		return err
	}
	return p.renderJoin(w, r, inv, kit.NewForm("secret", accounts.NewSecret()))
}

// mine reports whether the link or code was used by whom this browser is logged in as:
// she has come back to it, or pressed twice, and needs no sentence about it.
func mine(r *kit.Request, inv accounts.Invitation, err error) bool {
	return err != nil && !inv.Used.IsZero() && r.Actor.Via == "session" && r.Actor.Person == inv.UsedBy
}

// heard reports whether the form was sent before, and the answer was lost on the way: it carries
// the secret of the session that it began, which opens that browser once more.
func (p pages) heard(r *kit.Request, inv accounts.Invitation, secret string) (bool, error) {
	if inv.Used.IsZero() || !accounts.IsSecret(secret) || r.Now.Sub(inv.Used) > answerLost {
		return false, nil
	}
	who, _, err := p.store.BySession(r.Context(), accounts.HashOf(secret), r.Now)
	return who.ID != "" && who.ID == inv.UsedBy, err
}

func (p pages) facts(r *kit.Request) (f accounts.Facts, err error) {
	if f.Directory, err = p.store.Directory(r.Context()); err != nil {
		return f, err
	}
	f.Places, err = p.store.Registry(r.Context())
	return f, err
}

// invitation finds the invitation of the link or code, slowly enough for guessing to
// be hopeless, and returns it also where it is good no more.
func (p pages) invitation(r *kit.Request) (accounts.Invitation, error) {
	if code := accounts.FoldCode(r.PathValue("token")); code != "" {
		return p.byCode(r, code)
	}
	if err := p.byNetwork.Allow(r.Network(), r.Now); err != nil {
		return accounts.Invitation{}, err
	}
	inv, err := p.store.Invitation(r.Context(), accounts.HashOf(r.PathValue("token")))
	if err != nil {
		return inv, err
	}
	f, err := p.facts(r)
	if err != nil {
		return inv, err
	}
	return inv, f.CheckInvitation(inv, r.Now)
}

func (p pages) renderJoin(w http.ResponseWriter, r *kit.Request, inv accounts.Invitation, form kit.Form) error {
	f, err := p.facts(r)
	if err != nil {
		return err
	}
	was, err := p.renewed(f, inv)
	if err != nil {
		return err
	}
	page := joinPage{Page: r.Page("door.join"), MayPIN: inv.OffersPIN(was), Form: form, Invite: inv, First: f.Directory.Len() == 0, Expires: inv.Expires,
		Add: inv.Person == "" && r.Actor.Via == "session"}
	if accounts.FoldCode(r.PathValue("token")) != "" {
		page.Expires = inv.CodeEnds()
	}
	page.PIN = page.MayPIN && (r.URL.Query().Get("way") == "pin" || form.Get("way") == "pin")
	for _, g := range inv.Grants {
		page.Gives = append(page.Gives, g.Words(r.Lang, r.Names(f.Places)))
	}
	if inv.Person != "" {
		page.Page, page.Login = r.Page("door.renew"), was.Login
	}
	if page.Add {
		page.Page = r.Page("door.add_title")
	}
	page.Plain = true
	return p.join.Render(w, r, page)
}

func (p pages) doJoin(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	inv, err := p.invitation(r)
	if mine(r, inv, err) {
		return r.Redirect(w, "/", "")
	}
	if again, heardErr := p.heard(r, inv, f.Get("secret")); heardErr != nil {
		return heardErr
	} else if again {
		r.LogIn(w, f.Get("secret"))
		return r.Redirect(w, "/", "")
	}
	if err != nil {
		return err
	}
	if f.Get("do") == "other" && r.Session.ID != "" {
		return p.makeWay(w, r, r.URL.Path)
	}
	person, err := p.joined(r, inv, f)
	if fault.Is(err, "accounts.invitation_used") { // by somebody else, in this very moment: there is no form to mend
		if accounts.FoldCode(r.PathValue("token")) != "" {
			return accounts.NoCode()
		}
		return err
	}
	if f.Refused(err) {
		return p.renderJoin(w, r, inv, *f)
	}
	if err != nil {
		return err
	}
	if r.Actor.Person != person.ID {
		secret := f.Get("secret")
		if !accounts.IsSecret(secret) {
			secret = accounts.NewSecret()
		}
		session, asked, err := p.enter(w, r, entry{person: person, by: opening(r), secret: secret, told: true}, "/")
		if err == nil && f.Get("way") == "pin" {
			err = p.setPIN(r, person, session, r.PostFormValue("pin"))
		}
		if err != nil || asked {
			return err
		}
	}
	if typed := f.Get("login"); typed != "" && typed != person.Login {
		return r.Redirect(w, "/", "door.welcome_as", "name", person.Name, "login", person.Login)
	}
	return r.Redirect(w, "/", "door.welcome", "name", person.Name)
}

// opening is by what the page of a link or code lets somebody in.
func opening(r *kit.Request) accounts.Opening {
	if accounts.FoldCode(r.PathValue("token")) != "" {
		return accounts.ByCode
	}
	return accounts.ByLink
}

// joined uses the link. The change has an ID of ours: a link that was used
// answers nobody, so there is no repeat to be told from another's.
func (p pages) joined(r *kit.Request, inv accounts.Invitation, f *kit.Form) (accounts.Person, error) {
	m := r.Meta(kit.NewID())
	c := accounts.Join{Hash: inv.Hash, Opened: opening(r), Browser: r.UserAgent(), Address: r.IP().String()}
	add := inv.Person == "" && r.Actor.Via == "session"
	if !add {
		m.By = accounts.Actor{} // the link is the authority, whoever's browser opened it
		facts, err := p.facts(r)
		if err != nil {
			return accounts.Person{}, err
		}
		was, err := p.renewed(facts, inv)
		if err != nil {
			return was, err
		}
		c.Name, c.Login, was.Name = f.Get("name"), f.Get("login"), cmp.Or(was.Name, f.Get("name"))
		was.Login = cmp.Or(was.Login, accounts.FoldLogin(c.Login))
		phrase, pin := r.PostFormValue("passphrase"), r.PostFormValue("pin")
		withPIN := f.Get("way") == "pin"
		switch {
		case withPIN && !inv.OffersPIN(was):
			err = fault.New(fault.Denied, "accounts.pin_operators")
		case withPIN && inv.Person == "":
			c.Login, err = facts.Directory.FreeLogin(c.Name), accounts.CheckPINAccount(c.Name, pin)
		case withPIN:
			err = accounts.CheckPIN(pin, was.Login)
		case inv.Person == "":
			err = accounts.CheckAccount(c.Name, c.Login, phrase)
		default:
			err = accounts.CheckPassphrase(phrase, was.Login, was.Name)
		}
		if err == nil && withPIN {
			err = accounts.SamePIN(pin, r.PostFormValue("pin_again"))
		}
		if err == nil && !withPIN {
			c.Passphrase, err = accounts.HashPassphrase(r.Context(), phrase)
		}
		if err != nil {
			return accounts.Person{}, err
		}
	}
	return p.store.Join(r.Context(), m, c)
}

// renewed is the person whose passphrase the invitation renews, zero if it is for a new one.
func (p pages) renewed(f accounts.Facts, inv accounts.Invitation) (accounts.Person, error) {
	if inv.Person == "" {
		return accounts.Person{}, nil
	}
	return f.Directory.Person(inv.Person)
}
