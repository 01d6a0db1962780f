package library

import (
	"time"

	"loa/accounts"
)

// Fate is what the retention makes of a recording.
type Fate string

// The fates.
const (
	Stays   Fate = "stays"   // something uses it, it is not old enough, or all is kept for ever
	Expires Fate = "expires" // it is to go once Settings.Grace has passed since that was announced
	Goes    Fate = "goes"    // that time has come
)

// Unused is a recording that nothing uses: no episode is made of it, it was
// entered in no contest, and it proves no airing.
type Unused struct {
	Recording
	Announced time.Time `json:"announced,omitzero"` // UTC; when it was found too old
}

// MayExpire refuses who may not carry out the retention. Fault: accounts.denied.
func MayExpire(by accounts.Actor) error { return by.Must(accounts.EditSettings, accounts.Where{}) }

// Fate decides about a recording that nothing uses. What was never announced
// is announced before it goes, however short Settings.Retention was made.
func (u Unused) Fate(s Settings, now time.Time) Fate {
	switch {
	case s.Retention == 0 || now.Before(u.Created.Add(s.Retention)):
		return Stays
	case u.Announced.IsZero() || now.Before(u.Leaves(s)):
		return Expires
	}
	return Goes
}

// Leaving reports whether it was announced that the recording is to go, and it
// still is.
func (u Unused) Leaving(s Settings, now time.Time) bool {
	return !u.Announced.IsZero() && u.Fate(s, now) != Stays
}

// Leaves is from when on an announced recording may be removed.
func (u Unused) Leaves(s Settings) time.Time { return u.Announced.Add(s.Grace) }

// Expired is what one run of the retention did.
type Expired struct {
	Removed   []Recording `json:"removed"`
	Announced int         `json:"announced"` // found too old in this run
}

// Bytes is the size of all that was removed.
func (e Expired) Bytes() (n int64) {
	for _, r := range e.Removed {
		n += r.Blob.Size
	}
	return n
}
