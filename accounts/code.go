package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"loa/internal/fault"
)

// A code stands for a link where it is read aloud over the telephone or typed:
// eight characters, shown as KT4M-7XPH, for a day at most.
const (
	CodeLife   = 24 * time.Hour
	codeLength = 8

	// None looks like another, and without vowels no keyboard that writes
	// Vietnamese puts marks on them and no word comes out.
	codeLetters = "CFHJKLMNPQRTVX23456789"
)

// CodeOf is the code of the link with that secret, as it is shown. It does not lead back to the secret.
func CodeOf(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("code"))
	n := binary.BigEndian.Uint64(mac.Sum(nil))
	var b strings.Builder
	for i := range codeLength {
		if i == codeLength/2 {
			b.WriteByte('-')
		}
		b.WriteByte(codeLetters[n%uint64(len(codeLetters))])
		n /= uint64(len(codeLetters))
	}
	return b.String()
}

// alike brings what looks like a letter of codes to that letter.
var alike = strings.NewReplacer("B", "8", "G", "6", "S", "5", "U", "V", "Z", "2")

// FoldCode brings a code as typed to the form it is shown in, "" if it is none.
func FoldCode(typed string) string {
	if len(typed) > 100 {
		return ""
	}
	s := alike.Replace(strings.ToUpper(strings.Join(strings.FieldsFunc(typed, func(r rune) bool {
		return r == ' ' || r == '-' || r == '.' || r == '–' || r == '\u00a0'
	}), "")))
	if len(s) != codeLength || strings.Trim(s, codeLetters) != "" {
		return ""
	}
	return s[:codeLength/2] + "-" + s[codeLength/2:]
}

// HashCode returns what the store keeps of a folded code. A code is short, so that the hash is
// slow: whoever holds a stolen data file tries codes for longer than they are good.
func HashCode(ctx context.Context, code string) (Hash, error) {
	key, err := derive(ctx, code, []byte("loa.invitation.code"), 1, 8<<10, 1, 32)
	return Hash(hex.EncodeToString(key)), err
}

// With is the invitation by the link with that secret, and by its code.
func (c Invite) With(ctx context.Context, secret string) (Invite, error) {
	var err error
	c.Hash = HashOf(secret)
	c.Code, err = HashCode(ctx, CodeOf(secret))
	return c, err
}

// NoCode is the fault accounts.code_wrong: the code is wrong, used or ended, and nobody is told which.
func NoCode() error { return fault.New(fault.Invalid, "accounts.code_wrong").At("code") }

// CheckCode returns a fault when the invitation's code opens nothing at that instant. Fault: accounts.code_wrong.
func (f Facts) CheckCode(inv Invitation, at time.Time) error {
	if !at.Before(inv.CodeEnds()) || f.CheckInvitation(inv, at) != nil {
		return NoCode()
	}
	return nil
}

// CodeEnds is when the code of the invitation stops opening it, zero if it has none.
func (i Invitation) CodeEnds() time.Time {
	switch end := i.Created.Add(CodeLife); {
	case i.Code == "":
		return time.Time{}
	case end.Before(i.Expires):
		return end
	}
	return i.Expires
}
