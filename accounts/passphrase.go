package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"loa/internal/fault"
)

// Cost of one argon2id hash: 2 passes over 19 MiB, OWASP's second choice,
// about 21 ms on the reference machine.
const (
	argonTime   = 2
	argonMemory = 19 << 10 // KiB
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32
)

// busy lets two hashes run at once: more would let a crowd of wrong log-ins
// take 19 MiB each.
var busy = make(chan struct{}, 2)

// Shortest and longest passphrase in letters. Only length is asked for: no
// digits or signs, no change every quarter (ASVS 5.0, 6.2).
const (
	PassphraseLeast = 10
	PassphraseMost  = 200
)

// HashPassphrase returns what is kept of a passphrase, in PHC notation. It
// waits while two others are being hashed. Error: the context's.
func HashPassphrase(ctx context.Context, phrase string) (string, error) {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails: crypto/rand ends the program instead
	key, err := derive(ctx, phrase, salt, argonTime, argonMemory, argonLanes, argonKey)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func derive(ctx context.Context, phrase string, salt []byte, time, memory uint32, lanes uint8, length int) ([]byte, error) {
	select {
	case busy <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-busy }()
	return argon2.IDKey([]byte(norm.NFC.String(phrase)), salt, time, memory, lanes, uint32(length)), nil
}

// nobody is the hash compared with when a login does not exist, so that the
// answer takes as long as for one that does. No passphrase matches it.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// VerifyPassphrase reports whether the phrase is the one kept. An empty phc
// takes the same time and never matches.
func VerifyPassphrase(ctx context.Context, phc, phrase string) (bool, error) {
	known := phc != ""
	if !known {
		phc = nobody
	}
	var version int
	var memory, time uint32
	var lanes uint8
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("accounts: passphrase hash of unknown form")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &lanes); err != nil {
		return false, fmt.Errorf("accounts: passphrase hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("accounts: passphrase salt: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || version != argon2.Version || memory > 1<<20 || time == 0 || time > 64 || lanes == 0 || len(want) < 16 {
		return false, fmt.Errorf("accounts: passphrase hash with strange parameters: %w", err)
	}
	if utf8.RuneCountInString(phrase) > PassphraseMost {
		phrase = ""
	}
	got, err := derive(ctx, phrase, salt, time, memory, lanes, len(want))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// stems are words, names and walks on the keyboard that passphrases made of
// nothing else give away at once. One a line, plain lower-case letters and digits.
//
//go:embed stems.txt
var stemLines string

var stems = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(stemLines) {
		if s := strings.TrimSpace(line); s != "" && !strings.HasPrefix(s, "#") {
			m[s] = true
		}
	}
	return m
}()

// CheckAccount returns a fault for everything that is wrong with what a new
// account is made of, the first of them with the others as its parts, or nil.
func CheckAccount(name, login, passphrase string) error {
	name, err := CheckName(name)
	login = FoldLogin(login)
	return together(err, CheckLogin(login), CheckPassphrase(passphrase, login, name))
}

// together is the first of the faults with the others as its parts, or nil.
func together(faults ...error) error {
	var all []*fault.Error
	for _, err := range faults {
		if err != nil {
			all = append(all, fault.Of(err))
		}
	}
	if len(all) == 0 {
		return nil
	}
	all[0].Parts = all[1:]
	return all[0]
}

// CheckPINAccount is CheckAccount for who has a PIN and no passphrase.
func CheckPINAccount(name, pin string) error {
	_, err := CheckName(name)
	return together(err, CheckPIN(pin, ""))
}

// CheckPassphrase returns a fault when a new passphrase is too short, too long
// or easily guessed; login and name are what an attacker knows anyway.
func CheckPassphrase(phrase, login, name string) error {
	n := utf8.RuneCountInString(norm.NFC.String(phrase))
	switch {
	case n < PassphraseLeast:
		return fault.New(fault.Invalid, "accounts.passphrase_short", "least", PassphraseLeast).At("passphrase")
	case n > PassphraseMost:
		return fault.New(fault.Invalid, "accounts.passphrase_long", "most", PassphraseMost).At("passphrase")
	case guessable(phrase, login, name):
		return fault.New(fault.Invalid, "accounts.passphrase_common").At("passphrase")
	}
	return nil
}

var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// numbers are years, dates and the like, which stand for no letters.
var numbers = regexp.MustCompile(`[0-9]{2,}`)

// guessable reports whether what remains of the phrase is made of nothing but
// stems, the person's own name, a few digits and one character over and over.
func guessable(phrase, login, name string) bool {
	plain := Plain(phrase)
	own := map[string]bool{}
	for _, w := range strings.FieldsFunc(Plain(name)+" "+login, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		own[w] = true
	}
	own[squash(login)], own[squash(Plain(name))] = true, true
	word := strings.TrimRightFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) }) // without the year and the sign at its end
	if made(squash(plain), own) {
		return true
	}
	for _, form := range []string{squash(leet.Replace(plain)), squash(leet.Replace(word)), letters(plain), letters(leet.Replace(plain)),
		letters(leet.Replace(numbers.ReplaceAllString(plain, "")))} {
		if form != "" && made(form, own) {
			return true
		}
	}
	return false
}

func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// made reports whether s splits into stems, own words and runs of one
// character; digits alone are always made: dates and telephone numbers.
func made(s string, own map[string]bool) bool {
	r := []rune(s)
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
		return len(r) < 20
	}
	reach := make([]bool, len(r)+1)
	reach[0] = true
	for i := range r {
		if !reach[i] {
			continue
		}
		for j := i + 1; j <= len(r) && j-i <= 24; j++ {
			part := string(r[i:j])
			if stems[part] || own[part] && part != "" || j-i >= 2 && strings.Count(part, string(r[i])) == j-i {
				reach[j] = true
			}
		}
	}
	return reach[len(r)]
}
