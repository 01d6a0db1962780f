// Package pushtest is the other end of Web Push for tests: a browser's subscription, and what a
// push service and that browser make of what is sent to it. It reads RFC 8291 and RFC 8292 by
// itself, so that a fault of the library that sends is seen.
package pushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"loa/message"
)

// Browser is one with a subscription.
type Browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

// New makes a browser.
func New() *Browser {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth) // never fails
	return &Browser{key, auth}
}

// At is its subscription at an address of a push service.
func (b *Browser) At(endpoint string) message.Subscription {
	return message.Subscription{Endpoint: endpoint, Keys: message.SubscriptionKeys{
		P256dh: base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(b.auth)}}
}

// Decrypt is what a body says to the browser (RFC 8188, RFC 8291).
func (b *Browser) Decrypt(body []byte) ([]byte, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, errors.New("pushtest: no head")
	}
	salt, size, sender, record := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:21+int(body[20])], body[21+int(body[20]):]
	if size < 18 || len(record) > int(size) {
		return nil, fmt.Errorf("pushtest: a record of %d bytes where %d is the most", len(record), size)
	}
	other, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(other)
	if err != nil {
		return nil, err
	}
	var fail error
	derive := func(secret, salt []byte, info string, n int) []byte {
		out, err := hkdf.Key(sha256.New, secret, salt, info, n)
		fail = errors.Join(fail, err)
		return out
	}
	ikm := derive(shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(sender), 32)
	block, err := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err = errors.Join(fail, err); err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), record, nil)
	if err = errors.Join(fail, err); err != nil {
		return nil, err
	}
	end := strings.TrimRight(string(plain), "\x00")
	if !strings.HasSuffix(end, "\x02") {
		return nil, errors.New("pushtest: the last record is not marked as that")
	}
	return []byte(strings.TrimSuffix(end, "\x02")), nil
}

// Claims are what a sender says of itself.
type Claims struct {
	Aud string `json:"aud"`
	Exp int64  `json:"exp"`
	Sub string `json:"sub"`
}

// Sender is who signed a request, if it did so as RFC 8292 says: the public key and the claims.
func Sender(r *http.Request, now time.Time) (key string, c Claims, err error) {
	var token string
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for part := range strings.SplitSeq(rest, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "t":
			token = value
		case "k":
			key = value
		}
	}
	parts := strings.Split(token, ".")
	if scheme != "vapid" || len(parts) != 3 {
		return key, c, fmt.Errorf("pushtest: no such signature: %q", r.Header.Get("Authorization"))
	}
	var head struct{ Alg, Typ string }
	var raw [4][]byte
	for i, s := range append(parts, key) {
		b, derr := base64.RawURLEncoding.DecodeString(s)
		raw[i], err = b, errors.Join(err, derr)
	}
	if err = errors.Join(err, json.Unmarshal(raw[0], &head), json.Unmarshal(raw[1], &c)); err != nil {
		return key, c, err
	}
	if head.Alg != "ES256" || head.Typ != "JWT" || len(raw[2]) != 64 {
		return key, c, fmt.Errorf("pushtest: signed otherwise: %+v", head)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw[3])
	if err != nil {
		return key, c, err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(raw[2][:32]), new(big.Int).SetBytes(raw[2][32:])) {
		return key, c, errors.New("pushtest: the signature is another's")
	}
	if life := time.Unix(c.Exp, 0).Sub(now); life <= 0 || life > 24*time.Hour {
		return key, c, fmt.Errorf("pushtest: signed for %v", life)
	}
	return key, c, nil
}
