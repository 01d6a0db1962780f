package door

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"loa/accounts"
	"loa/internal/fault"
	"loa/web/kit"
)

// What a browser asks a passkey for.
const (
	logIn      = "log in"
	secondStep = "second"
	register   = "register"
)

// ticketLife is how long a page that asks for a passkey is good.
const ticketLife = 10 * time.Minute

// asked is what a page hands to passkey.js.
type asked struct {
	Options string // JSON
	Ticket  string // comes back with the answer
}

// tickets are what browsers sign. The server keeps none that was not used, so that nobody who
// asks for many pushes out another's; one that was is good no more.
type tickets struct {
	key  []byte // of this run of the daemon
	mu   sync.Mutex
	used *simplelru.LRU[string, struct{}]
}

func newTickets() *tickets {
	used, err := simplelru.NewLRU[string, struct{}](100_000, nil)
	if err != nil {
		panic(err) // only for a size below 1
	}
	t := &tickets{key: make([]byte, 32), used: used}
	rand.Read(t.key) // never fails
	return t
}

func (t *tickets) mac(what string, parts ...string) []byte {
	h := hmac.New(sha256.New, t.key)
	for _, p := range append([]string{what}, parts...) {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum(nil)
}

// make returns a ticket and the challenge that belongs to it.
func (t *tickets) make(purpose, person string, at time.Time) (ticket string, challenge []byte) {
	body := strconv.FormatInt(at.Add(ticketLife).Unix(), 10) + "." + rand.Text()
	ticket = body + "." + base64.RawURLEncoding.EncodeToString(t.mac("ticket", purpose, person, body))
	return ticket, t.mac("challenge", ticket)
}

// challenge is that of a ticket that is good: made for that, not too old and never used. Fault: door.passkey_again.
func (t *tickets) challenge(ticket, purpose, person string, at time.Time) ([]byte, error) {
	again := fault.New(fault.Invalid, "door.passkey_again").At("credential")
	parts := strings.Split(ticket, ".")
	if len(parts) != 3 {
		return nil, again
	}
	until, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || at.Unix() >= until {
		return nil, again
	}
	mac, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !hmac.Equal(mac, t.mac("ticket", purpose, person, parts[0]+"."+parts[1])) {
		return nil, again
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used.Contains(ticket) {
		return nil, again
	}
	return t.mac("challenge", ticket), nil
}

// use ends the ticket; it is false where it has ended already.
func (t *tickets) use(ticket string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used.Contains(ticket) {
		return false
	}
	t.used.Add(ticket, struct{}{})
	return true
}

// party is the installation as passkeys know it: by the name in the address of the settings. It is
// nil where there is no such name, or the page is open at another one; why says so in words then.
func party(r *kit.Request) (rp *webauthn.WebAuthn, why string, err error) {
	a, err := r.Address()
	if err != nil {
		return nil, "", err
	}
	u, err := url.Parse(a.URL)
	if err != nil || u.Hostname() == "" {
		return nil, r.Say("door.passkey_no_name"), nil
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || host != "localhost" && !strings.Contains(host, ".") {
		return nil, r.Say("door.passkey_no_name"), nil
	}
	if u.Scheme != "https" && host != "localhost" {
		return nil, r.Say("door.passkey_no_tls"), nil
	}
	if !strings.EqualFold(r.Host, u.Host) {
		return nil, r.Say("door.passkey_elsewhere", "address", a.URL), nil
	}
	rp, err = webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: "Loa", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired},
		AttestationPreference: protocol.PreferNoAttestation})
	return rp, "", err
}

// holder is a person as the library wants her.
type holder struct {
	accounts.Person
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.ID) }
func (h holder) WebAuthnName() string                       { return h.Login }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func holderOf(p accounts.Person, f accounts.Factors) (h holder, err error) {
	h.Person = p
	for _, k := range f.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil {
			return h, fmt.Errorf("door: passkey of %s: %w", p.ID, err)
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// ask makes what a page hands to the browser; nil where passkeys do not work at this address.
func (p pages) ask(r *kit.Request, purpose string, person accounts.Person, f accounts.Factors) (*asked, error) {
	rp, _, err := party(r)
	if err != nil || rp == nil {
		return nil, err
	}
	ticket, challenge := p.tickets.make(purpose, person.ID, r.Now)
	options, _, err := ceremony(rp, purpose, challenge, person, f)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(options)
	return &asked{string(b), ticket}, err
}

// ceremony is what the browser is asked for, and what its answer is checked against: the same for one challenge.
func ceremony(rp *webauthn.WebAuthn, purpose string, challenge []byte, person accounts.Person, f accounts.Factors) (any, *webauthn.SessionData, error) {
	h, err := holderOf(person, f)
	if err != nil {
		return nil, nil, err
	}
	switch purpose {
	case register:
		o, s, err := rp.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
		if err != nil {
			return nil, nil, err
		}
		o.Response.Challenge, s.Challenge, s.Expires = challenge, base64.RawURLEncoding.EncodeToString(challenge), time.Time{}
		return o, s, nil
	case logIn:
		o, s, err := rp.BeginDiscoverableLogin(webauthn.WithChallenge(challenge))
		if err != nil {
			return nil, nil, err
		}
		s.Expires = time.Time{} // the ticket says it
		return o, s, nil
	}
	o, s, err := rp.BeginLogin(h, webauthn.WithChallenge(challenge))
	if err != nil {
		return nil, nil, err
	}
	s.Expires = time.Time{}
	return o, s, nil
}

func noPasskey(why error) error {
	return fault.New(fault.Invalid, "door.passkey_wrong").At("credential").Because(why)
}

// answered is the proof in the form that a passkey of the person signed. Faults: door.passkey_again, door.passkey_wrong.
func (p pages) answered(r *kit.Request, form *kit.Form, purpose string, person accounts.Person, f accounts.Factors) (proof accounts.Proof, err error) {
	rp, why, err := party(r)
	if err != nil {
		return proof, err
	}
	if rp == nil {
		return proof, noPasskey(fmt.Errorf("door: %s", why))
	}
	challenge, err := p.tickets.challenge(form.Get("ticket"), purpose, person.ID, r.Now)
	if err != nil {
		return proof, err
	}
	_, session, err := ceremony(rp, purpose, challenge, person, f)
	if err != nil {
		return proof, err
	}
	h, err := holderOf(person, f)
	if err != nil {
		return proof, err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(form.Get("credential")))
	if err != nil {
		return proof, noPasskey(err)
	}
	c, err := rp.ValidateLogin(h, *session, answer)
	if err != nil {
		return proof, noPasskey(err)
	}
	return p.proved(form.Get("ticket"), c)
}

// proved is the proof that a signature makes; its ticket ends.
func (p pages) proved(ticket string, c *webauthn.Credential) (proof accounts.Proof, err error) {
	if !p.tickets.use(ticket) {
		return proof, fault.New(fault.Invalid, "door.passkey_again").At("credential")
	}
	proof.Passkey, proof.Count = base64.RawURLEncoding.EncodeToString(c.ID), c.Authenticator.SignCount
	proof.Now, err = json.Marshal(c)
	return proof, err
}

// logInByPasskey begins a session of whose passkey signs, without a passphrase: the device has
// asked for her finger, face or PIN.
func (p pages) logInByPasskey(w http.ResponseWriter, r *kit.Request) error {
	form, err := r.ReadForm()
	if err != nil {
		return err
	}
	err = p.byPasskey(w, r, form)
	if form.Refused(err) {
		f := kit.NewForm("next", r.Next("/"))
		f.Notice = r.Lang.Fault(err)
		return p.renderLogin(w, r, f, kit.NewForm())
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Next("/"), "")
}

func (p pages) byPasskey(w http.ResponseWriter, r *kit.Request, form *kit.Form) error {
	if err := p.orGuest(r, p.byNetwork.Allow(r.Network(), r.Now)); err != nil {
		p.count("limited")
		return err
	}
	rp, why, err := party(r)
	if err != nil {
		return err
	}
	if rp == nil {
		return noPasskey(fmt.Errorf("door: %s", why))
	}
	challenge, err := p.tickets.challenge(form.Get("ticket"), logIn, "", r.Now)
	if err != nil {
		return err
	}
	_, session, err := ceremony(rp, logIn, challenge, accounts.Person{}, accounts.Factors{})
	if err != nil {
		return err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(form.Get("credential")))
	if err != nil {
		return noPasskey(err)
	}
	d, err := p.store.Directory(r.Context())
	if err != nil {
		return err
	}
	var who accounts.Person
	c, err := rp.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		person, err := d.Person(string(handle))
		if err != nil {
			return nil, err
		}
		f, err := p.store.Factors(r.Context(), person.ID)
		if err != nil {
			return nil, err
		}
		who = person
		return holderOf(person, f)
	}, *session, answer)
	if err == nil && who.Disabled {
		err = fault.New(fault.Denied, "accounts.disabled")
	}
	if err != nil {
		p.tried(r, who, r.Device(who.ID), "wrong")
		return noPasskey(err)
	}
	proof, err := p.proved(form.Get("ticket"), c)
	if err != nil {
		return err
	}
	_, err = p.start(w, r, entry{person: who, by: accounts.ByPasskey, secret: accounts.NewSecret(), proof: proof})
	if err == nil {
		p.count("ok")
	}
	return err
}

// made is the passkey that the browser has just made for the person.
func (p pages) made(r *kit.Request, form *kit.Form, f accounts.Factors) (k accounts.Passkey, err error) {
	rp, why, err := party(r)
	if err != nil {
		return k, err
	}
	if rp == nil {
		return k, noPasskey(fmt.Errorf("door: %s", why))
	}
	challenge, err := p.tickets.challenge(form.Get("ticket"), register, r.Person.ID, r.Now)
	if err != nil {
		return k, err
	}
	_, session, err := ceremony(rp, register, challenge, r.Person, f)
	if err != nil {
		return k, err
	}
	h, err := holderOf(r.Person, f)
	if err != nil {
		return k, err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(form.Get("credential")))
	if err != nil {
		return k, noPasskey(err)
	}
	c, err := rp.CreateCredential(h, *session, answer)
	if err != nil {
		return k, noPasskey(err)
	}
	if !p.tickets.use(form.Get("ticket")) {
		return k, fault.New(fault.Invalid, "door.passkey_again").At("credential")
	}
	k.ID, k.Count = base64.RawURLEncoding.EncodeToString(c.ID), c.Authenticator.SignCount
	k.Credential, err = json.Marshal(c)
	return k, err
}
