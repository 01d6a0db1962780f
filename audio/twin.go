package audio

import (
	"cmp"
	"context"
	"io"
	"slices"
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
	Score  float64   `json:"score"` // of the shared sound: 1 for the same bits, 0 for unrelated sound
	Found  time.Time `json:"found"` // UTC
	// Verdict is what a person decided; nil while it is open.
	Verdict *Verdict `json:"verdict,omitempty"`
}

// Verdict is a person's word that two recordings are different all the same.
type Verdict struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`   // ID of the person
	Name   string    `json:"name"` // as shown
	At     time.Time `json:"at"`   // UTC
}

// Of is the other recording's ID, seen from one of the two.
func (l Likeness) Of(id string) string {
	if id == l.One {
		return l.Other
	}
	return l.One
}

// How long two recordings must be the same to be called alike. Programmes of a
// station share their theme music, mostly 10 to 40 seconds of it; that is no
// likeness, nor is it when the theme music is kept as a file of its own. No
// document says where the line is: these are ours.
const (
	// leastShared is how many seconds a short recording must have in common with
	// a much longer one.
	leastShared = 60
	// halfShared is which part of a recording must be in both: of the shorter
	// one always, of the longer one where fewer than leastShared seconds are.
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
// the same MP3 under other tags, are left out: they are found by their bytes.
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
		same := o.Blob.SHA256 == r.Blob.SHA256 || r.FramesSHA256 != "" && o.FramesSHA256 == r.FramesSHA256
		if !same && alike(m, r.Seconds, o.Seconds) {
			out = append(out, Likeness{One: o.ID, Other: r.ID, Lag: m.Offset, Shared: m.Overlap, Score: m.Score, Found: now.UTC()})
		}
	}
	slices.SortStableFunc(out, func(a, b Likeness) int { return cmp.Compare(b.Shared, a.Shared) })
	return out[:min(len(out), mostAlike)], nil
}

// alike reports whether a match between recordings of a and b seconds is more
// than common theme music or a quotation.
func alike(m fingerprint.Match, a, b float64) bool {
	return m.Share >= halfShared && (m.Overlap >= leastShared || m.Overlap >= halfShared*max(a, b))
}

// Fingerprint reads a recording once, as it arrives, for its fingerprint alone.
// What is too damaged to be measured has an empty one. Errors are those of
// Decode.
func Fingerprint(ctx context.Context, r io.Reader, opt Options) (fingerprint.Print, error) {
	p := &printer{}
	facts, err := Decode(ctx, r, opt, p)
	if err != nil || facts.Partial || p.Printer == nil {
		return fingerprint.Print{}, err
	}
	return p.Print(), nil
}

// printer is the Sink that makes a fingerprint.
type printer struct{ *fingerprint.Printer }

func (p *printer) Begin(rate, channels int) { p.Printer = fingerprint.New(rate, channels) }

// JudgeLikeness is the command that closes a likeness: the two are different,
// for a reason; or opens it again. In which order they are named is no matter.
type JudgeLikeness struct {
	One       string `json:"one"`
	Other     string `json:"other"`
	Different bool   `json:"different"`
	Reason    string `json:"reason"` // 1 to 500 characters; "" when it is opened again
}

// DecideLikeness returns the likeness as it is after the command: editors decide,
// and organisers, whose entries may be concerned. Faults: accounts.denied,
// library.reason_missing.
func DecideLikeness(m accounts.Meta, l Likeness, c JudgeLikeness) (Likeness, error) {
	if !MayJudgeLikeness(m.By) {
		return l, m.By.Must(accounts.EditSchedule, accounts.Where{})
	}
	l.Verdict = nil
	if !c.Different {
		return l, nil
	}
	if n := utf8.RuneCountInString(c.Reason); n == 0 || n > 500 {
		return l, fault.New(fault.Invalid, "library.reason_missing").At("reason")
	}
	l.Verdict = &Verdict{Reason: c.Reason, By: m.By.Person, Name: m.By.Name, At: m.At.UTC()}
	return l, nil
}

// MayJudgeLikeness reports whether the actor may close a likeness.
func MayJudgeLikeness(a accounts.Actor) bool {
	return a.Can(accounts.EditSchedule, accounts.Where{}) || a.Can(accounts.Organise, accounts.Where{})
}
