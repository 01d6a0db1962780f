package assign

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
)

// Showing is one place in the order a judge hears entries in.
type Showing struct {
	Entry  string
	Repeat bool // the hidden second time; the judge is not told
}

// Order is the random order in which a judge hears entries, each of repeats
// a second time. Every judge has an order of her own. It depends on nothing
// but the seed and the IDs, so an entry added or taken away later leaves the
// others where they were. Repeats fall into the last third; what the function
// Repeats picks is heard first in about the first third, well before.
func Order(seed, judge string, entries, repeats []string) []Showing {
	type placed struct {
		Showing
		at [sha256.Size]byte
	}
	all := make([]placed, 0, len(entries)+len(repeats))
	for _, e := range entries {
		all = append(all, placed{Showing{Entry: e}, spot(seed, judge, e, false)})
	}
	for _, e := range repeats {
		all = append(all, placed{Showing{Entry: e, Repeat: true}, spot(seed, judge, e, true)})
	}
	slices.SortFunc(all, func(a, b placed) int { return bytes.Compare(a.at[:], b.at[:]) })
	out := make([]Showing, len(all))
	for i, p := range all {
		out[i] = p.Showing
	}
	return out
}

// Repeats picks at most n entries for a judge to hear a second time: the
// first of her order, and never more than a third of them.
func Repeats(seed, judge string, entries []string, n int) []string {
	n = min(max(n, 0), len(entries)/3)
	var out []string
	for _, s := range Order(seed, judge, entries, nil)[:n] {
		out = append(out, s.Entry)
	}
	return out
}

// spot is a showing's place on a circle of hashes, a repeat's in its last
// third.
func spot(seed, judge, entry string, repeat bool) (at [sha256.Size]byte) {
	mac := hmac.New(sha256.New, []byte(seed))
	// Lengths are fixed by hashing each, so no two triples read alike.
	j, e := sha256.Sum256([]byte(judge)), sha256.Sum256([]byte(entry))
	mac.Write(j[:])
	mac.Write(e[:])
	if repeat {
		mac.Write([]byte{1})
	}
	mac.Sum(at[:0])
	if repeat {
		at[0] = byte(170 + int(at[0])/3) // [0,256) onto [170,256)
	}
	return at
}
