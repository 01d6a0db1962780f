package accounts

import (
	"time"

	"loa/internal/text"
)

// Person is somebody with an account.
type Person struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`       // as people call her, NFC
	Login      string        `json:"login"`      // unique, lower case, see FoldLogin
	Passphrase string        `json:"passphrase"` // argon2id in PHC notation; never leaves the server
	Grants     []Grant       `json:"grants"`
	Language   text.Language `json:"language"`
	Disabled   bool          `json:"disabled"`
	Created    time.Time     `json:"created"` // UTC
	InvitedBy  string        `json:"invited_by"`
}

// Actor returns the person as the one who acts; via is "session" or "token".
func (p Person) Actor(via string) Actor {
	return Actor{Person: p.ID, Name: p.Name, Grants: p.Grants, Via: via}
}

// How long a session lives: it ends after SessionIdle without a request and
// in any case after SessionMost. Operators use their own phone once or twice a
// day at five in the morning, so both are long; an administrator can end any
// session at once.
const (
	SessionIdle = 14 * 24 * time.Hour
	SessionMost = 90 * 24 * time.Hour
)

// Session is one browser somebody logged in with.
type Session struct {
	ID      string    `json:"id"` // for the list of sessions; not the secret
	Hash    Hash      `json:"hash"`
	Person  string    `json:"person"`
	Started time.Time `json:"started"` // UTC
	Seen    time.Time `json:"seen"`    // UTC, last request, exact to SeenStep
	Browser string    `json:"browser"` // the User-Agent, at most 200 bytes
	Address string    `json:"address"` // IP address at log-in
}

// SeenStep is how far Session.Seen may lag, so that reading a page costs a
// write to the disk once an hour at most.
const SeenStep = time.Hour

// Alive reports whether the session is good at that instant. A clock set back
// makes no session immortal: one from the future is not alive either.
func (s Session) Alive(at time.Time) bool {
	return at.Before(s.Seen.Add(SessionIdle)) && at.Before(s.Started.Add(SessionMost)) && !at.Before(s.Started.Add(-SeenStep))
}
