package accounts

import (
	"context"
	"time"
)

// Commands are the changes a store makes for accounts. Each is one atomic,
// idempotent change: the same Meta.ID with the same command gets its first
// answer, or the fault of the command's Repeated if it has one. All are safe
// for concurrent use. The faults are those of the Decide function that each
// names, and the store's own.
type Commands interface {
	// Invite answers a repeat by what has become of the link, and withdraws what it takes the place of. DecideInvite, Invitation.Check.
	Invite(ctx context.Context, m Meta, c Invite) (Invitation, error)
	Withdraw(ctx context.Context, m Meta, c Withdraw) (Invitation, error) // DecideWithdraw, accounts.invitation_unknown
	// Join with a link to a new passphrase also ends the person's sessions,
	// her tokens and her other such links. DecideJoin, accounts.invitation_unknown.
	Join(ctx context.Context, m Meta, c Join) (Person, error)

	AddPerson(ctx context.Context, m Meta, c AddPerson) (Person, error) // DecideAdd
	// ChangePerson also ends the sessions and tokens of somebody it disables. DecidePerson.
	ChangePerson(ctx context.Context, m Meta, c ChangePerson) (Person, error)
	TakeRole(ctx context.Context, m Meta, c TakeRole) (Person, error) // DecideTakeRole
	// Erase also ends all that opens the account, removes what was hers alone, and takes her name out of every record that has it. In the
	// logs of stations and contests whatever was hashed with her name keeps its hash, and an entry more says so. DecideErase.
	Erase(ctx context.Context, m Meta, c Erase) (Erasure, error)
	// SetPassphrase also ends the person's other sessions, the links to a new
	// passphrase, and the tokens if asked to. DecidePassphrase.
	SetPassphrase(ctx context.Context, m Meta, c SetPassphrase) error

	StartSession(ctx context.Context, m Meta, c StartSession) (Session, error) // DecideSession
	EndSessions(ctx context.Context, m Meta, c EndSessions) (int, error)       // DecideEnd; how many ended
	// ReplaceSession lets a session go on under another secret, Session.Replace;
	// one that goes on for it already and was never used ends.
	ReplaceSession(ctx context.Context, m Meta, session Session, h Hash) error
	// NoteProof notes that who has the session showed her passphrase once more, which the caller has verified.
	NoteProof(ctx context.Context, m Meta, session Session) error
	// AddFactor says whether the spare codes that came with it are hers. DecideAddFactor.
	AddFactor(ctx context.Context, m Meta, c AddFactor) (spare bool, err error)
	RemoveFactor(ctx context.Context, m Meta, c RemoveFactor) (FactorList, error)      // DecideRemoveFactor
	RenewSpare(ctx context.Context, m Meta, c RenewSpare) error                        // DecideSpare
	SaveAccountSettings(ctx context.Context, m Meta, c SaveSettings) (Settings, error) // DecideSettings
	// SetPIN gives a session a PIN. DecidePIN.
	SetPIN(ctx context.Context, m Meta, c SetPIN) error
	// TryPIN counts a try of a session's PIN and returns that, PIN.Try.
	TryPIN(ctx context.Context, session Hash) (PIN, error)
	// Unlock lets a session whose PIN was right go on under another secret.
	Unlock(ctx context.Context, m Meta, session, next Hash) error
	// Shut lets a session ask for its PIN.
	Shut(ctx context.Context, session Hash) error
	// AddToken answers a repeat by what has become of the token. DecideToken, Token.Check.
	AddToken(ctx context.Context, m Meta, c AddToken) (Token, error)
	RemoveToken(ctx context.Context, m Meta, c RemoveToken) (Token, error) // DecideRemoveToken, accounts.token_unknown
}

// Queries are what pages ask about accounts.
type Queries interface {
	// Directory returns everybody as of now.
	Directory(ctx context.Context) (*Directory, error)
	// Credential returns the PHC hash of a person's passphrase, "" if none was set.
	Credential(ctx context.Context, person string) (string, error)
	// Factors are a person's second factors, the zero Factors if she has none. Nothing of them but List is shown.
	Factors(ctx context.Context, person string) (Factors, error)
	AccountSettings(ctx context.Context) (Settings, error)
	// Erasures are the people who were erased, the last first, to who may erase. Fault: accounts.denied.
	Erasures(ctx context.Context, by Actor) ([]Erasure, error)
	// Deeds lists who did what that the actor may read, the last first: it looks at so many lines at most, and next
	// is where it goes on, "" at the end. Deed.Readable.
	Deeds(ctx context.Context, by Actor, q DeedQuery) (list []Deed, next string, err error)
	// Invitation finds the invitation of a secret, or accounts.invitation_unknown.
	Invitation(ctx context.Context, h Hash) (Invitation, error)
	// InvitationByCode finds the invitation of a code, or accounts.code_wrong.
	InvitationByCode(ctx context.Context, code Hash) (Invitation, error)
	// Invitations returns a page of those that are open, the newest first.
	Invitations(ctx context.Context, q InvitationQuery) ([]Invitation, error)
	// Sessions lists the living sessions of a person, the last used first.
	Sessions(ctx context.Context, person string, at time.Time) ([]Session, error)
	// Tokens lists the living tokens of a person, the newest first.
	Tokens(ctx context.Context, person string, at time.Time) ([]Token, error)
}

// Gate is what every request asks: whose secret is this? Both methods answer
// the zero Person, and no error, for a secret that is no good any more, and say
// whether she is Unproven.
type Gate interface {
	// BySession answers a locked session too, which opens nothing before its PIN.
	BySession(ctx context.Context, h Hash, at time.Time) (Person, Session, error)
	ByToken(ctx context.Context, h Hash, at time.Time) (Person, error)
}
