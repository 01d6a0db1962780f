package airing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Hash is a SHA-256. In JSON it is lower-case hex.
type Hash [sha256.Size]byte

// String is the hash in lower-case hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes lower-case hex.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads hex.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(h)) { // hex.Decode panics on more
		return fmt.Errorf("airing: %q is not a SHA-256", b)
	}
	if _, err := hex.Decode(h[:], b); err != nil {
		return fmt.Errorf("airing: %q is not a SHA-256", b)
	}
	return nil
}

// Link puts an entry at the end of a station's chain: it sets the entry's
// number and predecessor and returns its bytes and their hash. What is hashed
// is what is stored, so that later versions of Entry verify old chains.
func Link(head Head, e *Entry) (raw []byte, next Head, err error) {
	e.Station, e.Seq, e.Prev = head.Station, head.Seq+1, head.Hash
	raw, err = json.Marshal(e)
	if err != nil {
		return nil, Head{}, fmt.Errorf("airing: encode entry: %w", err)
	}
	return raw, HeadOf(e.Station, e.Seq, raw), nil
}

// Follow checks that raw is the entry that comes after head and returns the
// chain's new head.
func Follow(head Head, raw []byte) (Entry, Head, error) {
	var e Entry
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, head, fmt.Errorf("airing: decode entry: %w", err)
	}
	if e.Station != head.Station || e.Seq != head.Seq+1 || e.Prev != head.Hash {
		return e, head, fmt.Errorf("airing: entry %s/%d does not follow %s/%d", e.Station, e.Seq, head.Station, head.Seq)
	}
	return e, HeadOf(e.Station, e.Seq, raw), nil
}

// HeadOf is the end of a station's chain at an entry, by the bytes that are kept of it.
func HeadOf(station string, seq uint32, raw []byte) Head {
	return Head{Station: station, Seq: seq, Hash: sha256.Sum256(raw)}
}

// Compare orders by station.
func (h Head) Compare(o Head) int { return strings.Compare(h.Station, o.Station) }
