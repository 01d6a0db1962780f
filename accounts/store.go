package accounts

import (
	"context"
	"time"
)

// Commands are the changes a store makes for accounts. Each is one atomic,
// idempotent change: the same Meta.ID with the same command gets its first
// answer. All are safe for concurrent use. The faults are those of the Decide
// function that each names, and the store's own.
type Commands interface {
	Invite(ctx context.Context, m Meta, c Invite) (Invitation, error)     // DecideInvite
	Withdraw(ctx context.Context, m Meta, c Withdraw) (Invitation, error) // DecideWithdraw, accounts.invitation_unknown
	Join(ctx context.Context, m Meta, c Join) (Person, error)             // DecideJoin, accounts.invitation_unknown

	AddPerson(ctx context.Context, m Meta, c AddPerson) (Person, error) // DecideAdd
	// ChangePerson also ends the sessions of somebody it disables. DecidePerson.
	ChangePerson(ctx context.Context, m Meta, c ChangePerson) (Person, error)
	// SetPassphrase also ends the person's other sessions. DecidePassphrase.
	SetPassphrase(ctx context.Context, m Meta, c SetPassphrase) error

	StartSession(ctx context.Context, m Meta, c StartSession) (Session, error) // DecideSession
	EndSessions(ctx context.Context, m Meta, c EndSessions) (int, error)       // DecideEnd; how many ended
	AddToken(ctx context.Context, m Meta, c AddToken) (Token, error)           // DecideToken
	RemoveToken(ctx context.Context, m Meta, c RemoveToken) (Token, error)     // DecideRemoveToken, accounts.token_unknown
}

// Queries are what pages ask about accounts.
type Queries interface {
	// Directory returns everybody as of now.
	Directory(ctx context.Context) (*Directory, error)
	// Credential returns the PHC hash of a person's passphrase, "" if none was set.
	Credential(ctx context.Context, person string) (string, error)
	// Invitation finds the invitation of a secret, or accounts.invitation_unknown.
	Invitation(ctx context.Context, h Hash) (Invitation, error)
	// Invitations lists the open ones that are good at that instant, the newest first.
	Invitations(ctx context.Context, at time.Time) ([]Invitation, error)
	// Sessions lists the living sessions of a person, the last used first.
	Sessions(ctx context.Context, person string, at time.Time) ([]Session, error)
	// Tokens lists the living tokens of a person, the newest first.
	Tokens(ctx context.Context, person string, at time.Time) ([]Token, error)
}

// Gate is what every request asks: whose secret is this? Both methods answer
// the zero Person, and no error, for a secret that is no good any more.
type Gate interface {
	BySession(ctx context.Context, h Hash, at time.Time) (Person, Session, error)
	ByToken(ctx context.Context, h Hash, at time.Time) (Person, error)
}
