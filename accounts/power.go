package accounts

import (
	"slices"
	"time"

	"loa/internal/fault"
)

// ProofLife is how long after she showed her passphrase or came in by it somebody does in her browser what gives power.
const ProofLife = 30 * time.Minute

// ProveAgain is the code of the fault that asks for the passphrase once more.
const ProveAgain = "accounts.prove_again"

// Proven is when who has the session last showed by what she gets in.
func (s Session) Proven() time.Time {
	if s.Proved.After(s.Started) {
		return s.Proved
	}
	return s.Started
}

// Cold reports whether that is too long ago for what gives power.
func (s Session) Cold(at time.Time) bool { return at.Sub(s.Proven()) > ProofLife }

// byHand is the one rule about what gives power over Loa: administrators let in, changed or renewed, tokens, second steps
// and passphrases. A program of a person gets none of it by her token, and a browser that was left open does not either.
// The token of the data folder is not meant: who reads that runs the machine. Faults: accounts.by_hand, accounts.prove_again.
func (a Actor) byHand() error {
	if a.program() {
		return fault.New(fault.Denied, "accounts.by_hand")
	}
	if a.Cold {
		return fault.New(fault.Denied, ProveAgain, "minutes", int(ProofLife/time.Minute))
	}
	return nil
}

// MayGivePower refuses what is not done by hand, for secrets that other nouns keep. Faults: those of byHand.
func MayGivePower(by Actor) error { return by.byHand() }

// handy is byHand where the grants that come or go have power over Loa.
func (a Actor) handy(grants ...Grant) error {
	if !slices.ContainsFunc(grants, func(g Grant) bool { return g.Role == Admin }) {
		return nil
	}
	return a.byHand()
}
