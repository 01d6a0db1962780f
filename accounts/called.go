package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
)

// Called is what a person has been called, kept apart from what she said: a chain holds no name but a
// commitment to it, so that the name can go and every byte of the chain stays. Without the salt nobody
// finds out by trying which name it was.
type Called struct {
	Salt  []byte   `json:"salt"`
	Names []string `json:"names"` // the oldest first
}

// Apart reports whether the name of the actor is kept apart: those of people with an account are.
func (a Actor) Apart() bool { return a.Person != "" && a.Person != ServerPerson().ID }

// As is Called with a name, and whether that is new to it.
func (c Called) As(name string) (Called, bool) {
	if slices.Contains(c.Names, name) {
		return c, false
	}
	if c.Salt == nil {
		c.Salt = make([]byte, 16)
		_, _ = rand.Read(c.Salt) // it never fails
	}
	c.Names = append(slices.Clone(c.Names), name)
	return c, true
}

// Commit is what a chain holds in the name's place.
func (c Called) Commit(name string) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "loa name\n%x\n%s", c.Salt, name))
}

// Name is the name that was committed to; false where it is none of hers.
func (c Called) Name(commitment [sha256.Size]byte) (string, bool) {
	for _, name := range c.Names {
		if c.Commit(name) == commitment {
			return name, true
		}
	}
	return "", false
}
