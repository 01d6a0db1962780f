package accounts

import (
	"slices"
	"time"

	"loa/internal/fault"
)

// How long a session lives: it ends after SessionIdle without a request and
// in any case after SessionMost. Operators use their own phone once or twice a
// day at five in the morning, so both are long; an administrator can end any
// session at once.
const (
	SessionIdle = 14 * 24 * time.Hour
	SessionMost = 90 * 24 * time.Hour
)

// How a session's secret is changed: once a day, the old one being good for a
// week should the answer with the new one be lost, and for a moment more once
// the new one has arrived, for what was under way.
const (
	SecretLife    = 24 * time.Hour
	secretLost    = 7 * 24 * time.Hour
	secretArrived = 2 * time.Minute
)

// SeenStep is how far Session.Seen and Token.Seen may lag, so that reading
// pages costs one write to the disk an hour at most.
const SeenStep = time.Hour

// Opening is by what somebody logged in.
type Opening string

// The openings of a session; of older ones it is not known.
const (
	ByPassphrase Opening = "passphrase"
	ByLink       Opening = "link"
	ByCode       Opening = "code"
	ByPasskey    Opening = "passkey"
)

// Session is one browser somebody logged in with.
type Session struct {
	ID      string    `json:"id"` // for the list of sessions; not the secret
	Hash    Hash      `json:"hash"`
	Person  string    `json:"person"`
	Started time.Time `json:"started"` // UTC
	Seen    time.Time `json:"seen"`    // UTC, last request, exact to SeenStep
	Browser string    `json:"browser"` // User-Agent, at most 200 bytes
	Address string    `json:"address"` // IP address at log-in
	Opened  Opening   `json:"opened,omitempty"`
	Second  Second    `json:"second,omitempty"` // what she proved herself by beside that
	Proved  time.Time `json:"proved,omitzero"`  // UTC, when she last showed her passphrase again
	PIN     bool      `json:"pin,omitempty"`    // it lives long, and asks for its PIN
	Shut    bool      `json:"shut,omitempty"`   // until the PIN: somebody else uses the browser

	// A browser's cookie is changed from time to time: the session goes on under
	// a new secret, and the old one is good only until the new one has arrived.
	First    string    `json:"first,omitempty"`    // ID of the session this all began with, "" of that one
	Changed  time.Time `json:"changed,omitzero"`   // UTC, when it last got a secret
	Replaces string    `json:"replaces,omitempty"` // ID of the session it goes on for, until it was first used
	Next     string    `json:"next,omitempty"`     // ID of the one that goes on for it
	Until    time.Time `json:"until,omitzero"`     // UTC, when it ends for that
}

// Root is an ID that stays however often the session goes on under another secret.
func (s Session) Root() string {
	if s.First != "" {
		return s.First
	}
	return s.ID
}

// Alive reports whether the session is good at that instant. One that seems to
// start in the future is not: a clock set back must not make it immortal.
func (s Session) Alive(at time.Time) bool {
	return !s.Over(at) && !at.Before(s.Started.Add(-SeenStep))
}

// Over reports whether the session has died of age: it will never be good
// again, whatever the clock is set to.
func (s Session) Over(at time.Time) bool {
	idle, most := SessionIdle, SessionMost
	if s.PIN {
		idle, most = PINIdle, PINMost
	}
	return !at.Before(s.Seen.Add(idle)) || !at.Before(s.Started.Add(most)) || !s.Until.IsZero() && !at.Before(s.Until)
}

// Aged reports whether the session should go on under another secret. One that
// was replaced and is used again has lost the answer with the new one.
func (s Session) Aged(at time.Time) bool {
	if s.Next != "" {
		return at.Sub(s.Until.Add(-secretLost)) >= secretArrived
	}
	return s.Replaces == "" && at.Sub(s.Changed) >= SecretLife
}

// Replace lets the session go on under another secret: it returns the new one
// and the old one as it is then.
func (s Session) Replace(m Meta, h Hash) (next, old Session) {
	next, old = s, s
	next.First = s.Root()
	next.ID, next.Hash, next.Changed, next.Replaces, next.Next, next.Until = m.NewID(), h, m.At, s.ID, "", time.Time{}
	old.Next, old.Until = next.ID, m.At.Add(secretLost)
	return next, old
}

// Arrived is what the sessions become when the new secret is first used.
func (s Session) Arrived(old Session, at time.Time) (next, was Session) {
	s.Replaces, old.Until = "", at.Add(secretArrived)
	return s, old
}

// Stale reports whether a use at that instant is worth noting in Seen.
func Stale(seen, at time.Time) bool { return at.Sub(seen) >= SeenStep }

// StartSession logs somebody in whose passphrase, link or code was just verified.
type StartSession struct {
	Hash    Hash    `json:"hash"`
	Browser string  `json:"browser"`
	Address string  `json:"address"`
	Opened  Opening `json:"opened,omitempty"`
	Strange bool    `json:"strange,omitempty"` // she has never logged in with that browser: she is told
	Proof   Proof   `json:"-"`                 // of her second factor, where she has one
}

// DecideSession makes the session of the person who acts. What of hers has died of age
// ends with it, so that nothing piles up. Who has a second factor proves herself by it here, however
// she came to the door. Faults: accounts.log_in_first, accounts.disabled, those of Factors.prove.
func DecideSession(f Facts, m Meta, c StartSession) (s Session, e Effects, err error) {
	p, err := f.Directory.Person(m.By.Person)
	if err != nil {
		return s, e, fault.New(fault.Unauthenticated, "accounts.log_in_first").Because(err)
	}
	if p.Disabled {
		return s, e, fault.New(fault.Denied, "accounts.disabled")
	}
	if len(c.Browser) > 200 {
		c.Browser = c.Browser[:200]
	}
	e.Sessions = slices.DeleteFunc(f.Held.Sessions, func(s Session) bool { return !s.Over(m.At) })
	e.Tokens = slices.DeleteFunc(f.Held.Tokens, func(t Token) bool { return t.Alive(m.At) })
	s = Session{ID: m.NewID(), Hash: c.Hash, Person: p.ID, Started: m.At, Seen: m.At, Changed: m.At, Browser: c.Browser, Address: c.Address,
		Opened: c.Opened}
	if f.Held.Factors.Any() {
		now, by, err := f.Held.Factors.prove(c.Proof, m.At)
		if err != nil {
			return Session{}, Effects{}, err
		}
		s.Second, e.Factors = by, &now
	}
	return s, e, nil
}

// EndSessions ends one session of a person, or with Session "" all but Except.
type EndSessions struct {
	Person  string `json:"person"`
	Session string `json:"session,omitempty"`
	Except  string `json:"except,omitempty"`
}

// DecideEnd returns what of the person's ends. Where somebody else ends a session of hers, as that of a
// phone that is lost, her tokens end too: one may have been made there. Faults: accounts.denied,
// accounts.person_unknown.
func DecideEnd(f Facts, m Meta, c EndSessions) (e Effects, err error) {
	if err := f.mustTend(m.By, c.Person); err != nil {
		return e, err
	}
	sessions := f.Held.Sessions
	i := slices.IndexFunc(sessions, func(s Session) bool { return s.ID == c.Session })
	for _, s := range sessions {
		named := c.Session == s.ID || c.Session == s.Replaces || c.Session == s.Next || // one session, several secrets
			i >= 0 && s.Root() == sessions[i].Root()
		if s.Person == c.Person && s.ID != c.Except && (c.Session == "" || named) {
			e.Sessions = append(e.Sessions, s)
		}
	}
	if m.By.Person != c.Person && len(e.Sessions) > 0 {
		e.Tokens = f.Held.Tokens
	}
	return e, nil
}

// Token lets a program act for a person.
type Token struct {
	ID      string    `json:"id"`
	Hash    Hash      `json:"hash"`
	Person  string    `json:"person"`
	Name    string    `json:"name"` // what it is for
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Seen    time.Time `json:"seen,omitzero"` // last use, exact to SeenStep; zero if never
}

// TokenMost is how long a token may live.
const TokenMost = 366 * 24 * time.Hour

// Alive reports whether the token is good at that instant.
func (t Token) Alive(at time.Time) bool { return at.Before(t.Expires) }

// Check returns the fault that says why the token, as it is found under its
// secret, is no good at that instant, or nil. Fault: accounts.token_ended.
func (t Token) Check(at time.Time) error {
	if t.ID == "" || !t.Alive(at) {
		return fault.New(fault.Gone, "accounts.token_ended")
	}
	return nil
}

// AddToken makes a token for a person: for oneself, or as an administrator.
type AddToken struct {
	Hash    Hash      `json:"hash"`
	Person  string    `json:"person"`
	Name    string    `json:"name"`
	Expires time.Time `json:"expires"`
}

// DecideToken makes the token; taken says that another has that secret.
// Faults: those of Actor.byHand, accounts.denied, accounts.person_unknown, accounts.name_missing,
// accounts.token_life, accounts.secret_taken.
func DecideToken(f Facts, m Meta, c AddToken, taken bool) (Token, error) {
	if c.Person != m.By.Person {
		if err := m.By.Must(ManagePeople, Where{}); err != nil {
			return Token{}, err
		}
	}
	if err := m.By.byHand(); err != nil {
		return Token{}, err
	}
	if _, err := f.Directory.Person(c.Person); err != nil {
		return Token{}, err
	}
	name, err := CheckName(c.Name)
	if err != nil {
		return Token{}, err
	}
	if life := c.Expires.Sub(m.At); life <= 0 || life > TokenMost {
		return Token{}, fault.New(fault.Invalid, "accounts.token_life").At("expires")
	}
	if taken {
		return Token{}, errSecretTaken()
	}
	return Token{ID: m.NewID(), Hash: c.Hash, Person: c.Person, Name: name, Created: m.At, Expires: c.Expires.UTC()}, nil
}

// RemoveToken ends a token.
type RemoveToken struct {
	ID string `json:"id"`
}

// DecideRemoveToken ends the token. Faults: accounts.denied.
func DecideRemoveToken(m Meta, t Token) (Effects, error) {
	if t.Person != m.By.Person {
		if err := m.By.Must(ManagePeople, Where{}); err != nil {
			return Effects{}, err
		}
	}
	return Effects{Tokens: []Token{t}}, nil
}

// NoToken is the fault accounts.no_such_token: there is no token of that ID, or it has ended.
func NoToken() error { return fault.New(fault.NotFound, "accounts.no_such_token") }
