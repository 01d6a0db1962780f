package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"loa/internal/fault"
)

// Hash is the SHA-256 of a secret (a session cookie, an API token, the end of
// an invitation link) in lower-case hex. Stores keep hashes only, so a stolen
// data file opens no door.
type Hash string

// NewSecret makes a secret of 130 random bits in letters and digits that no
// one confuses when copying them by hand.
func NewSecret() string { return rand.Text() }

var secretForm = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// IsSecret reports whether NewSecret could have made it. Forms carry a secret, so that a double
// tap makes one thing and shows the same secret again; the store keeps its hash only.
func IsSecret(s string) bool { return secretForm.MatchString(s) }

// HashOf returns what the store keeps of a secret. Secrets are random and
// long, so a fast hash is enough; passphrases go through HashPassphrase.
func HashOf(secret string) Hash {
	sum := sha256.Sum256([]byte(secret))
	return Hash(hex.EncodeToString(sum[:]))
}

// errSecretTaken refuses a secret that opens, or has opened, something else:
// kept again it would open that once more.
func errSecretTaken() error { return fault.New(fault.Conflict, "accounts.secret_taken") }
