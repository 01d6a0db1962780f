package library

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/audio/fingerprint"
	"loa/internal/fault"
)

// Likeness says that two recordings hold the same sound by their fingerprints:
// one is the other encoded anew, trimmed, or at another level. A person decides
// what to make of it.
type Likeness struct {
	One    string    `json:"one"`   // ID of the recording that was there before
	Other  string    `json:"other"` // ID of the one that was compared with it
	Lag    float64   `json:"lag"`   // seconds into One at which Other starts; negative if it starts earlier
	Shared float64   `json:"shared_seconds"`
	Score  float64   `json:"score"`           // of the shared sound: 1 for the same bits, 0 for unrelated sound
	Speed  float64   `json:"speed,omitempty"` // how many times as fast Other is played; 0 for as fast
	Found  time.Time `json:"found"`           // UTC
	// Verdict is what a person decided; nil while it is open.
	Verdict *Verdict `json:"verdict,omitempty"`
}

// Edition is what two begin from who decide about the likeness.
func (l Likeness) Edition() accounts.Edition {
	var t accounts.Touch
	if l.Verdict != nil {
		t = accounts.Touch{ChangedAt: l.Verdict.At, ChangedBy: l.Verdict.Name}
	}
	return accounts.EditionOf(t, l)
}

// Verdict is a person's word on a likeness: the two are one recording, or
// different all the same.
type Verdict struct {
	Same   bool      `json:"same"`
	Reason string    `json:"reason"` // "" only if they are the same
	By     string    `json:"by"`     // ID of the person
	Name   string    `json:"name"`   // as shown
	At     time.Time `json:"at"`     // UTC
}

// Of is the other recording's ID, seen from one of the two.
func (l Likeness) Of(id string) string {
	if id == l.One {
		return l.Other
	}
	return l.One
}

// Undecided reports whether nobody has said yet what to make of it.
func (l Likeness) Undecided() bool { return l.Verdict == nil }

// Same reports whether a person said that the two are one recording.
func (l Likeness) Same() bool { return l.Verdict != nil && l.Verdict.Same }

// Starts says where what both hold begins, seen from one of the two: seconds
// into that recording, and into the other.
func (l Likeness) Starts(id string) (here, there float64) {
	here, there = max(0, l.Lag), max(0, -l.Lag)
	if id != l.One {
		return there, here
	}
	return here, there
}

// Faster says by which part one of the two is played faster than the other, seen
// from it; negative if slower.
func (l Likeness) Faster(id string) float64 {
	switch {
	case l.Speed == 0:
		return 0
	case id == l.Other:
		return l.Speed - 1
	}
	return 1/l.Speed - 1
}

// Sureness says in three steps how sure it is that the two are one recording.
type Sureness string

// The steps. In the trial of audio/fingerprint copies at 32 to 320 kbit/s score
// 0.60 to 1, half of them over 0.84, and nothing unrelated reaches 0.44.
const (
	Certain  Sureness = "certain"  // from 0.75
	Probable Sureness = "probable" // from 0.60
	Possible Sureness = "possible"
)

// Sure tells how sure it is.
func (l Likeness) Sure() Sureness {
	switch {
	case l.Score >= 0.75:
		return Certain
	case l.Score >= 0.60:
		return Probable
	}
	return Possible
}

// How says in which way two recordings hold the same sound.
type How string

// The ways.
const (
	SameFile  How = "file"  // byte for byte
	SameSound How = "sound" // the same MP3 frames under other tags
	Similar   How = "alike" // by their fingerprints: encoded anew, trimmed, or at another level
)

// Hows are all of them, the surest first.
var Hows = []How{SameFile, SameSound, Similar}

// HowAlike says in which way two that hold the same sound do.
func HowAlike(a, b Recording) How {
	switch {
	case a.Blob.SHA256 == b.Blob.SHA256:
		return SameFile
	case a.FramesSHA256 != "" && a.FramesSHA256 == b.FramesSHA256:
		return SameSound
	}
	return Similar
}

// Alike is another recording that holds the same sound as one.
type Alike struct {
	Recording Recording // the other
	How       How
	Likeness  *Likeness // nil where nothing is to be decided
}

// AllAlike orders the recordings that hold the same sound as r, each once: the same files,
// then the same MP3 frames, then what is alike by its fingerprint, decided or open, the longest
// first. found are those that have its bytes, its frames or one of the noted likenesses.
func AllAlike(r Recording, found []Recording, noted []Likeness) (all []Alike) {
	likeness := map[string]*Likeness{}
	for _, l := range noted {
		likeness[l.Of(r.ID)] = &l
	}
	seen := map[string]bool{r.ID: true}
	for _, other := range found {
		if !seen[other.ID] {
			all = append(all, Alike{Recording: other, How: HowAlike(r, other), Likeness: likeness[other.ID]})
		}
		seen[other.ID] = true
	}
	slices.SortStableFunc(all, func(a, b Alike) int {
		if order := cmp.Compare(slices.Index(Hows, a.How), slices.Index(Hows, b.How)); order != 0 || a.How != Similar {
			return order
		}
		return cmp.Compare(b.Likeness.Shared, a.Likeness.Shared)
	})
	return all
}

// Open reports whether a person has yet to decide about it.
func (a Alike) Open() bool { return a.Likeness != nil && a.Likeness.Undecided() }

// Dismissed reports whether a person said that the two are different.
func (a Alike) Dismissed() bool {
	return a.Likeness != nil && !a.Likeness.Undecided() && !a.Likeness.Same()
}

// How long two recordings must be the same to be called alike. Programmes of a
// station share their theme music, mostly 10 to 40 seconds of it; that is no
// likeness, nor is it when the theme music is kept as a file of its own. No
// document says where the line is: these are ours.
const (
	// leastShared is how many seconds a short recording must have in common with
	// a much longer one.
	leastShared = 60
	// leastExcerpt is the same where hardly any other recording holds them: what
	// many hold is theme music.
	leastExcerpt = 30
	// themed is how many recordings that hold a stretch make it theme music.
	themed = 3
	// halfShared is which part of the longer recording must be in both where
	// fewer than leastShared seconds are; of the shorter one see Match.Same.
	halfShared = 0.5
	// mostAlike is how many likenesses are noted when a recording comes, the
	// longest ones: the hundredth copy of one thing tells nothing new.
	mostAlike = 20
)

// Comparable reports whether the recording is to be compared with others. What
// is recorded while something is aired sounds like it, which says nothing.
func (r Recording) Comparable() bool {
	return r.Kind == ForProgramme || r.Kind == ForContest
}

// Likenesses makes of the matches of a newly kept recording what is to be noted
// at the time now. other gives a recording that was matched. The same file, and
// the same MP3 under other tags, are found by their bytes and left out, but for
// two works of contests: an organiser has to decide about them.
func Likenesses(r Recording, found []fingerprint.Match, other func(id string) (Recording, error), now time.Time) ([]Likeness, error) {
	var out []Likeness
	for _, m := range found {
		if m.ID == r.ID {
			continue
		}
		o, err := other(m.ID)
		if err != nil {
			return nil, err
		}
		works := o.Kind == ForContest && r.Kind == ForContest
		if (HowAlike(r, o) == Similar || works) && (alike(m, r.Seconds, o.Seconds) || excerpt(m, found, r.ID)) {
			l := Likeness{One: o.ID, Other: r.ID, Lag: m.Offset, Shared: m.Overlap, Score: m.Score, Found: now.UTC()}
			if math.Abs(m.Speed-1) > leastFaster {
				l.Speed = m.Speed
			}
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Likeness) int { return cmp.Compare(b.Shared, a.Shared) })
	return out[:min(len(out), mostAlike)], nil
}

// alike reports whether a match between recordings of a and b seconds is more
// than common theme music or a quotation.
func alike(m fingerprint.Match, a, b float64) bool {
	return m.Same() && (m.Overlap >= leastShared || m.Overlap >= halfShared*max(a, b))
}

// leastFaster is which part of the speed a difference must be to be told: less is
// within what is measured.
const leastFaster = 0.002

// excerpt reports whether a match of the recording self is one with a part of it,
// or with what it is a part of, that few others hold.
func excerpt(m fingerprint.Match, found []fingerprint.Match, self string) bool {
	holders := 0
	for _, o := range found {
		if o.ID != self && o.Overlap >= m.Overlap/2 && math.Abs(max(0, -o.Offset)-max(0, -m.Offset)) < m.Overlap {
			holders++ // m itself among them
		}
	}
	return m.Same() && m.Overlap >= leastExcerpt && holders < themed
}

// Pair is a likeness with both its recordings.
type Pair struct {
	Likeness
	First, Second Recording // One and Other of the likeness
}

// MostOpen is how many likenesses that wait for a word are shown at a time: when
// some are decided, others follow.
const MostOpen = 200

// Own reports whether both were sent to contests by the same person: mostly a
// work and what replaced it. If both are entered, the contest shows it.
func (p Pair) Own() bool {
	return p.First.Kind == ForContest && p.Second.Kind == ForContest && p.First.Owner.Person == p.Second.Owner.Person
}

// Word is what a person says of a likeness.
type Word string

// The words. Reopened takes back what was said.
const (
	Same      Word = "same"
	Different Word = "different"
	Reopened  Word = "open"
)

// Verdicts are all of them.
var Verdicts = []Word{Same, Different, Reopened}

// JudgeLikeness is the command that closes a likeness with a person's word, or
// opens it again. In which order the two are named is no matter.
type JudgeLikeness struct {
	One    string `json:"one"`
	Other  string `json:"other"`
	Word   Word   `json:"word"`
	Reason string `json:"reason"` // at most 500 characters; needed where they are different
}

// DecideLikeness returns the likeness as it is after the command: editors decide,
// and organisers, whose entries may be concerned. Faults: accounts.denied,
// library.word_unknown, library.reason_missing, library.reason_long.
func DecideLikeness(m accounts.Meta, l Likeness, c JudgeLikeness) (Likeness, error) {
	if !MayJudgeLikeness(m.By) {
		return l, m.By.Must(accounts.EditSchedule, accounts.Where{})
	}
	if err := m.Current(l.Edition()); err != nil {
		return l, err
	}
	c.Reason = strings.TrimSpace(c.Reason)
	switch {
	case c.Word != Same && c.Word != Different && c.Word != Reopened:
		return l, fault.New(fault.Invalid, "library.word_unknown").At("verdict")
	case c.Word == Different && c.Reason == "":
		return l, fault.New(fault.Invalid, "library.reason_missing").At("reason")
	case utf8.RuneCountInString(c.Reason) > 500:
		return l, fault.New(fault.Invalid, "library.reason_long").At("reason")
	}
	l.Verdict = nil
	if c.Word != Reopened {
		l.Verdict = &Verdict{Same: c.Word == Same, Reason: c.Reason, By: m.By.Person, Name: m.By.Name, At: m.At.UTC()}
	}
	return l, nil
}

// MayJudgeLikeness reports whether the actor may close a likeness.
func MayJudgeLikeness(a accounts.Actor) bool {
	return a.Can(accounts.EditSchedule, accounts.Where{}) || a.Can(accounts.Organise, accounts.Where{})
}

// NoLikeness is the fault library.no_likeness: the two recordings were never found alike.
func NoLikeness() error { return fault.New(fault.NotFound, "library.no_likeness") }
