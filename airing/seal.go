package airing

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Seal covers the heads of all stations' chains as they were when a week was closed,
// and the seal before it, so that a chain cut short is found too. Who has its code on
// paper, or was sent it, sees when the log before it was written anew.
type Seal struct {
	Number int   `json:"number"` // from 1, in the order they were made
	Week   Week  `json:"week"`
	Prev   Hash  `json:"prev"` // of the seal before; zeros for the first
	Heads  Hash  `json:"heads"`
	Count  int   `json:"count"`            // stations with at least one entry
	Signed *Sign `json:"signed,omitempty"` // none of seals from before they were signed; the next that is vouches for them
}

// Sign is an installation's signature under a seal.
type Sign struct {
	Installation string    `json:"installation"`
	At           time.Time `json:"at"`        // UTC, whole seconds
	Key          []byte    `json:"key"`       // public half of the installation's key: Ed25519, 32 bytes
	Signature    []byte    `json:"signature"` // over what Seal.statement says, 64 bytes (RFC 8032)
}

// NewSeal makes the seal over heads that comes after prev, the zero seal for the first;
// the order of heads does not matter.
func NewSeal(prev Seal, week Week, heads []Head) Seal {
	s := Seal{Number: prev.Number + 1, Week: week, Heads: sumOf(heads), Count: len(heads)}
	if prev.Number > 0 {
		s.Prev = prev.Hash()
	}
	return s
}

func sumOf(heads []Head) Hash {
	h := sha256.New()
	for _, head := range slices.SortedFunc(slices.Values(heads), Head.Compare) {
		fmt.Fprintf(h, "%d:%s%d:", len(head.Station), head.Station, head.Seq)
		h.Write(head.Hash[:])
	}
	return Hash(h.Sum(nil))
}

// Hash is what the next seal points back at.
func (s Seal) Hash() Hash {
	return sha256.Sum256(fmt.Appendf(nil, "%d|%s|%s|%d", s.Week, s.Prev, s.Heads, s.Count))
}

// codeDigits are the digits of a hash that papers print: 96 bits, which nobody meets by trying.
const codeDigits = 24

// Code is the beginning of the hash as papers and messages print it, in groups of four digits.
func (s Seal) Code() string {
	return grouped(s.Hash().String()[:codeDigits])
}

func grouped(digits string) string {
	var groups []string
	for part := range slices.Chunk([]byte(digits), 4) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, " ")
}

// Has reports whether code, as somebody typed it from a paper, is this seal's.
func (s Seal) Has(code string) bool { return plainCode(code) == s.Hash().String()[:codeDigits] }

// plainDigits are the digits of what somebody typed from a paper.
func plainDigits(typed string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", ".", "", "\u00a0", "", "\t", "", "\n", "").Replace(typed))
}

func plainCode(code string) string {
	code = plainDigits(code)
	return code[:min(len(code), codeDigits)]
}

func allDigits(plain string, n int) bool {
	return len(plain) == n && strings.Trim(plain, "0123456789abcdef") == ""
}

// CheckCode says what is wrong with a typed code. Fault: airing.seal_code.
func CheckCode(code string) error {
	if !allDigits(plainCode(code), codeDigits) {
		return fault.New(fault.Invalid, "airing.seal_code", "digits", codeDigits).At("code")
	}
	return nil
}

// statement is what is signed.
func (s Seal) statement(installation string, at time.Time) []byte {
	return fmt.Appendf(nil, "loa seal\n%s\n%d\n%s\n%s\n", installation, s.Number, at.UTC().Format(time.RFC3339), s.Hash())
}

// SignedBy is the seal with the signature of an installation.
func (s Seal) SignedBy(key ed25519.PrivateKey, installation string, at time.Time) Seal {
	at = at.UTC().Truncate(time.Second)
	s.Signed = signed(key, installation, at, s.statement(installation, at))
	return s
}

func signed(key ed25519.PrivateKey, installation string, at time.Time, statement []byte) *Sign {
	return &Sign{Installation: installation, At: at, Key: key.Public().(ed25519.PublicKey), Signature: ed25519.Sign(key, statement)}
}

// vouches reports whether who signed the statement holds the key it names.
func (g Sign) vouches(statement []byte) bool {
	return len(g.Key) == ed25519.PublicKeySize && ed25519.Verify(g.Key, statement, g.Signature)
}

// genuine reports whether who signed the seal holds the key it names.
func (s Seal) genuine() bool {
	g := s.Signed
	return g == nil || g.vouches(s.statement(g.Installation, g.At))
}

// Fits reports whether the seal comes right after prev, the zero seal for the first: by
// its number and its hash, and by the same key, once there is one.
func (s Seal) Fits(prev Seal) bool {
	first := prev.Number == 0
	return s.Number == prev.Number+1 && (first && s.Prev == Hash{} || !first && s.Prev == prev.Hash()) && s.genuine() &&
		(prev.Signed == nil || s.Signed != nil && bytes.Equal(s.Signed.Key, prev.Signed.Key))
}

// SealQuery asks for seals, the last first.
type SealQuery struct {
	Code   string // the one with this code, as typed
	Before int    // those below this number; 0 for the last
	Limit  int    // 1 to MaxSeals
}

// MaxSeals is the most seals of one answer.
const MaxSeals = 500

// SealWord is what becomes of comparing a seal with the log as it is.
type SealWord string

// Words.
const (
	SealHolds   SealWord = "holds"
	SealBroken  SealWord = "broken"
	SealUnknown SealWord = "unknown" // it is of a time when the ends of the chains were not noted
)

// SealWords are all words.
var SealWords = [...]SealWord{SealHolds, SealBroken, SealUnknown}

// Words is the word in a person's language.
func (w SealWord) Words(l text.Language) string { return l.Say("airing.seal." + string(w)) }

// Sealed is a seal with the chains it covers as the log has them now: up to the entries
// that were the last when it was made. It can be compared without a server.
type Sealed struct {
	Seal
	Code   string   `json:"code"`
	Chains []Head   `json:"chains"` // empty where the ends were not noted
	Word   SealWord `json:"word"`
}

// NewSealed says what becomes of comparing seal, which comes after prev, with the chains as
// they are now, in any order. noted is how many ends were kept when it was made, 0 where none
// were: a chain that has lost its end is among those no longer.
func NewSealed(seal, prev Seal, chains []Head, noted int) Sealed {
	slices.SortFunc(chains, Head.Compare)
	d := Sealed{Seal: seal, Code: seal.Code(), Chains: chains}
	d.Word = d.against()
	if !seal.Fits(prev) || len(chains) < noted {
		d.Word = SealBroken
	}
	return d
}

// Broken reports whether the log is not as it was when the week was closed.
func (d Sealed) Broken() bool { return d.Word == SealBroken }

// against is what the chains that are told say of the seal.
func (d Sealed) against() SealWord {
	switch {
	case !d.genuine():
		return SealBroken
	case len(d.Chains) == 0 && d.Count > 0:
		return SealUnknown
	case len(d.Chains) != d.Count || sumOf(d.Chains) != d.Heads:
		return SealBroken
	}
	return SealHolds
}

// After reports whether the seal may be of the same log as one made before it: by the same
// key, no chain shorter, and right after it where the numbers say so.
func (d Sealed) After(prev Sealed) bool {
	if d.Number == prev.Number+1 && !d.Fits(prev.Seal) || d.Number <= prev.Number && d.Hash() != prev.Hash() ||
		prev.Signed != nil && (d.Signed == nil || !bytes.Equal(d.Signed.Key, prev.Signed.Key)) {
		return false
	}
	if len(d.Chains) == 0 {
		return true
	}
	ends := map[string]uint32{}
	for _, c := range d.Chains {
		ends[c.Station] = c.Seq
	}
	return !slices.ContainsFunc(prev.Chains, func(c Head) bool { return ends[c.Station] < c.Seq })
}

// mostSealFile is the most bytes of a file with a seal: the chains of a country fit many times.
const mostSealFile = 32 << 20

// ReadSealed reads what was written as JSON and compares it anew: what the file says of
// itself counts for nothing. Fault: airing.seal_file.
func ReadSealed(r io.Reader) (d Sealed, err error) {
	b, err := io.ReadAll(io.LimitReader(r, mostSealFile+1))
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(b, &d); err != nil || len(b) > mostSealFile || d.Number < 1 {
		return Sealed{}, fault.New(fault.Invalid, "airing.seal_file")
	}
	d.Code, d.Word = d.Seal.Code(), d.against()
	return d, nil
}

// KeyCode is a public key as papers print it: its digits in groups of four.
func (g Sign) KeyCode() string {
	return grouped(hex.EncodeToString(g.Key))
}

// HasKey reports whether key, as somebody typed it from a paper, is the one that signed.
func (g Sign) HasKey(key string) bool { return plainDigits(key) == hex.EncodeToString(g.Key) }

// CheckKey says what is wrong with a typed key. Fault: airing.seal_key.
func CheckKey(key string) error {
	if digits := 2 * ed25519.PublicKeySize; !allDigits(plainDigits(key), digits) {
		return fault.New(fault.Invalid, "airing.seal_key", "digits", digits).At("key")
	}
	return nil
}

// NoSeal is the fault of a number no seal has.
func NoSeal() error { return fault.New(fault.NotFound, "airing.seal_unknown") }

// Seals are the seals of the log.
type Seals interface {
	// Seals returns seals, the last first, to who may read coverage somewhere. Faults:
	// accounts.denied, airing.seal_code.
	Seals(ctx context.Context, by accounts.Actor, q SealQuery) ([]Seal, error)
	// LastSeal returns the seal made last, or with week the last of that week, which may have been
	// closed several times, to who may read coverage somewhere; nil for none. Fault: accounts.denied.
	LastSeal(ctx context.Context, by accounts.Actor, week *Week) (*Seal, error)
	// Sealed returns one with the chains as they are now, to who may read the log of the
	// province. Faults: accounts.denied, airing.seal_unknown.
	Sealed(ctx context.Context, by accounts.Actor, number int) (Sealed, error)
}

// MayListSeals says who may list seals: they tell nothing of any station.
func MayListSeals(by accounts.Actor) error { return by.MustSomewhere(accounts.ReadCoverage) }

// MayReadSealed says who may read how long every chain was.
func MayReadSealed(by accounts.Actor) error { return MayRead(by, accounts.Where{}) }
