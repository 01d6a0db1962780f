package airing

import (
	"crypto/sha256"
	"slices"

	"loa/accounts"
)

// Named is the ID of who says the entry where her name stands apart, "" where it stands within.
func (e Entry) Named() string {
	if !e.By.Apart() {
		return ""
	}
	return e.By.Person
}

// Veil takes the name of who says the entry out of what will be hashed: a commitment to it stands there, the name in c.
func (e *Entry) Veil(c accounts.Called) {
	e.Who, e.By.Name = c.Commit(e.By.Name), ""
}

// Unveiled is the entry with the name of who said it; masked is what is read where that was erased, "" where it was not.
// It is false where the name is not the one that was committed to.
func (e Entry) Unveiled(c accounts.Called, masked string) (Entry, bool) {
	if e.Who == (Hash{}) {
		return e, true
	}
	name, ok := c.Name(e.Who)
	if !ok {
		name = masked
	}
	e.By.Name = name
	return e, ok || masked != ""
}

// Erasure says of entries before it that what told who a person was is no longer among their bytes.
type Erasure struct {
	Person  string     `json:"person"` // ID
	Entries []Redacted `json:"entries"`
}

// Redacted is an entry whose bytes are others than were hashed.
type Redacted struct {
	Seq uint32 `json:"seq"`
	Was Hash   `json:"was"` // of the bytes that the next entry and the seals cover
	Now Hash   `json:"now"` // of the bytes that are there since
}

// MostRedacted is how many entries one Erasure tells of: of more, several tell.
const MostRedacted = 500

// Follower goes along a chain of which some entries were changed by erasures.
type Follower struct {
	Head   Head
	Was    func(seq uint32) (Hash, bool) // of entries that were changed
	there  map[uint32]Redacted           // that were met
	told   map[uint32]Redacted           // that an erasure tells of, by the last that does
	People []string                      // who were erased
}

// Next follows the chain by one entry.
func (f *Follower) Next(raw []byte) (Entry, error) {
	e, next, err := Follow(f.Head, raw)
	if err != nil {
		return e, err
	}
	if was, changed := f.Was(next.Seq); changed {
		if f.there == nil {
			f.there = map[uint32]Redacted{}
		}
		f.there[next.Seq] = Redacted{next.Seq, was, next.Hash}
		next.Hash = was
	}
	if e.Erasure != nil {
		if f.told == nil {
			f.told = map[uint32]Redacted{}
		}
		for _, r := range e.Erasure.Entries {
			if r.Seq < e.Seq {
				f.told[r.Seq] = r
			}
		}
		if !slices.Contains(f.People, e.Erasure.Person) {
			f.People = append(f.People, e.Erasure.Person)
		}
	}
	f.Head = next
	return e, nil
}

// Forged lists the entries that were changed and no erasure tells of so, and those that one tells of otherwise than they are.
func (f *Follower) Forged() (list []uint32) {
	for seq, r := range f.there {
		if f.told[seq] != r {
			list = append(list, seq)
		}
	}
	for seq := range f.told {
		if _, met := f.there[seq]; !met {
			list = append(list, seq)
		}
	}
	slices.Sort(list)
	return list
}

// Redact is what an Erasure tells of an entry whose bytes become others. was is what it told before, where it was changed already.
func Redact(seq uint32, was Hash, again bool, before, now []byte) Redacted {
	if !again {
		was = sha256.Sum256(before)
	}
	return Redacted{Seq: seq, Was: was, Now: sha256.Sum256(now)}
}
