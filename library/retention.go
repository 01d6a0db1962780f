package library

import (
	"iter"
	"slices"
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

// UnusedQuery asks for recordings that nothing uses; zero fields ask for nothing.
type UnusedQuery struct {
	Announced bool      // those whose end was announced, the soonest first; else the oldest first
	Until     time.Time // made then or before
	ID        string    // this one alone
	After     string    // cursor of the page before
	Limit     int       // at most; 1 to MostListed
}

// Wants reports whether the query asks for the recording, ID, cursor and limit aside.
func (q UnusedQuery) Wants(u Unused) bool {
	return (!q.Announced || !u.Announced.IsZero()) && (q.Until.IsZero() || !u.Created.After(q.Until))
}

// UnusedPage is a page of recordings that nothing uses.
type UnusedPage struct {
	Items []Unused
	After string // cursor of the next page, "" on the last
}

// UnusedTotal is how many recordings a query asks for, of which size.
type UnusedTotal struct {
	Recordings int
	Bytes      int64
	Announced  time.Time // the first announcement of any, zero if there is none
}

// With is the total with one more.
func (t UnusedTotal) With(u Unused) UnusedTotal {
	t.Recordings++
	t.Bytes += u.Blob.Size
	if !u.Announced.IsZero() && (t.Announced.IsZero() || u.Announced.Before(t.Announced)) {
		t.Announced = u.Announced
	}
	return t
}

// Leaving asks for those of which it was announced that they are to go, and that still are.
func (s Settings) Leaving(now time.Time) UnusedQuery {
	q := UnusedQuery{Announced: true, Until: now.Add(-s.Retention)}
	if s.Retention == 0 {
		q.Until = time.Unix(0, 0) // nothing is to go, and nothing was made before
	}
	return q
}

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

// Retention is what carrying out the retention makes of recordings.
type Retention struct {
	Announce []string // recordings whose end is announced
	Stay     []string // recordings whose end was announced, and that are to stay after all
	Done     Expired
}

// DecideExpiry carries out the retention of the settings: it announces the end of recordings that
// nothing uses and that are too old, takes that back for those that are to stay after all,
// and removes those whose time has come, at most limit of them. unused yields what nothing uses
// of what was made until the instant it is asked for; announced are the recordings whose end was announced.
// Fault: accounts.denied.
func DecideExpiry(s Settings, m accounts.Meta, unused func(until time.Time) iter.Seq2[Unused, error], announced []string, limit int) (r Retention, err error) {
	if err := MaySet(m.By); err != nil {
		return r, err
	}
	leaving := map[string]bool{}
	for u, err := range unused(m.At.Add(-s.Retention)) {
		if err != nil {
			return r, err
		}
		fate := u.Fate(s, m.At)
		leaving[u.ID] = fate != Stays
		switch {
		case fate == Expires && u.Announced.IsZero():
			r.Announce = append(r.Announce, u.ID)
		case fate == Goes && len(r.Done.Removed) < limit:
			r.Done.Removed = append(r.Done.Removed, u.Recording)
		}
	}
	r.Done.Announced = len(r.Announce)
	r.Stay = slices.DeleteFunc(slices.Clone(announced), func(id string) bool { return leaving[id] })
	return r, nil
}

// Bytes is the size of all that was removed.
func (e Expired) Bytes() (n int64) {
	for _, r := range e.Removed {
		n += r.Blob.Size
	}
	return n
}
