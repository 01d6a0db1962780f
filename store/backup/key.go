package backup

import (
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"loa/internal/fault"
)

// Key closes snapshots, and opens them if it is a secret one. The zero Key does neither:
// what is written lies open. Its files are those of age-keygen.
type Key struct {
	to   age.Recipient
	from age.Identity
}

// NewKey makes a secret key and returns the file that holds it.
func NewKey() (file string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("# public key: %s\n%s\n", id.Recipient(), id), nil
}

// ReadKey reads the file of a key, secret or public. Fault: backup.bad_key.
func ReadKey(file string) (Key, error) {
	if ids, err := age.ParseIdentities(strings.NewReader(file)); err == nil && len(ids) == 1 {
		switch id := ids[0].(type) {
		case *age.X25519Identity:
			return Key{to: id.Recipient(), from: id}, nil
		case *age.HybridIdentity:
			return Key{to: id.Recipient(), from: id}, nil
		}
	}
	if to, err := age.ParseRecipients(strings.NewReader(file)); err == nil && len(to) == 1 {
		return Key{to: to[0]}, nil
	}
	return Key{}, fault.New(fault.Invalid, "backup.bad_key") // why would quote a secret
}

// name is the public half, "" of the zero Key.
func (k Key) name() string {
	if k.to == nil {
		return ""
	}
	return fmt.Sprint(k.to)
}

// Closes reports whether what is written with it can be read by its secret half alone.
func (k Key) Closes() bool { return k.to != nil }

// Opens reports whether what was closed with it can be read.
func (k Key) Opens() bool { return k.from != nil }

// closing writes what w is given so that only the secret key reads it; Close ends it and
// leaves w open.
func (k Key) closing(w io.Writer) (io.WriteCloser, error) {
	if k.to == nil {
		return open{w}, nil
	}
	return age.Encrypt(w, k.to)
}

// opening reads what closing wrote. Faults: backup.key_needed, backup.key_wrong.
func (k Key) opening(r io.Reader, closed bool) (io.Reader, error) {
	switch {
	case !closed:
		return r, nil
	case k.from == nil:
		return nil, fault.New(fault.Invalid, "backup.key_needed")
	}
	out, err := age.Decrypt(r, k.from)
	if err != nil {
		return nil, fault.New(fault.Invalid, "backup.key_wrong").Because(err)
	}
	return out, nil
}

type open struct{ io.Writer }

func (open) Close() error { return nil }
