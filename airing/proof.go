package airing

import (
	"cmp"
	"crypto/sha256"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/accounts"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
)

// Proof is what the machine heard in one recording among the evidence of a report: a finding of
// its own beside a person's, never in its place.
type Proof struct {
	Report     string       `json:"report"`
	Evidence   string       `json:"evidence"` // its ID
	SHA256     string       `json:"sha256"`   // of the bytes that were heard
	Method     int          `json:"method"`   // match.Method it was judged by
	Word       match.Word   `json:"word"`
	Reason     match.Reason `json:"reason"`
	Seconds    float64      `json:"seconds"`             // of sound in the recording
	Compared   []string     `json:"compared"`            // IDs of the episodes it was compared with
	Episode    string       `json:"episode,omitempty"`   // that was found
	Recording  string       `json:"recording,omitempty"` // of that episode then, by its ID in the library
	Print      string       `json:"print,omitempty"`     // SHA-256 of what that recording was found by; older programs kept none
	Length     float64      `json:"length,omitempty"`    // of that recording in seconds
	Also       []string     `json:"also,omitempty"`      // episodes that share what is heard
	Score      float64      `json:"score"`               // in deviations of chance
	Threshold  float64      `json:"threshold"`           // the score from which on it is no chance
	Chance     float64      `json:"chance"`              // how likely a recording of something else fits as well
	Start      float64      `json:"start"`               // where in the episode the recording begins, in seconds; negative before it
	Drift      float64      `json:"drift"`               // by how much faster it ran, as a share
	Matched    float64      `json:"matched"`             // seconds of the recording that fit
	Late       int          `json:"late"`                // seconds the episode began later by the recording than was reported
	Timed      bool         `json:"timed"`               // both times are known
	Curve      []byte       `json:"curve,omitempty"`     // the best score of each part of the episode, in tenths
	Hints      []Hint       `json:"hints,omitempty"`
	Again      string       `json:"again,omitempty"` // SHA-256 of another report's recording that is this one encoded anew
	UsedBefore *Use         `json:"used_before,omitempty"`
	Copy       string       `json:"copy,omitempty"` // the station whose code is heard in it
}

// Hint is something beside the verdict that a person should know.
type Hint string

// The hints.
const (
	Direct Hint = "direct" // the sound is that of the file itself: no horn and no street is heard in it
	Faint  Hint = "faint"  // it is very low
	// Untimed: nobody knows when it was made, so that only the programme is verified
	Untimed Hint = "untimed"
)

// Hints are all.
var Hints = []Hint{Direct, Faint, Untimed}

const (
	// directFrom is from where on a recording is as like to the file as no loudspeaker leaves it.
	directFrom = 0.7
	// faintUnder is the level in dB under which a recording is faint.
	faintUnder = -50
)

func rounded(f float64) float64 { return math.Round(f*1000) / 1000 }

// ProofOf is what a verdict on a clip says, of no report yet.
func ProofOf(v match.Verdict, clip match.Print) Proof {
	p := Proof{Method: match.Method, Word: v.Word, Reason: v.Reason, Seconds: rounded(clip.Seconds()), Also: v.Also, Chance: 1}
	if clip.Level() < faintUnder {
		p.Hints = append(p.Hints, Faint)
	}
	if v.Name == "" {
		return p
	}
	p.Episode, p.Score, p.Threshold, p.Chance = v.Name, rounded(v.Fit.Score), rounded(v.Fit.Threshold()), v.Fit.Chance
	p.Start, p.Drift, p.Matched = rounded(v.Fit.Start), math.Round(v.Fit.Drift*1e5)/1e5, rounded(v.Fit.Matched())
	p.Late, p.Timed = int(math.Round(v.Late.Seconds())), v.Timed
	if v.Fit.Alike > directFrom {
		p.Hints = append(p.Hints, Direct)
	}
	return p
}

// Say is the proof in a sentence; name is how an episode is called.
func (p Proof) Say(lang text.Language, name func(episode string) string) string {
	at := "audio.match.at"
	if p.Start < 0 {
		at = "audio.match.before"
	}
	also := make([]string, len(p.Also))
	for i, id := range p.Also {
		also[i] = name(id)
	}
	episode := ""
	if p.Episode != "" {
		episode = name(p.Episode)
	}
	said := lang.Say("audio.match.why."+string(p.Reason), "matched", int64(math.Round(p.Matched)), "seconds", int64(math.Round(p.Seconds)),
		"least", match.LeastSeconds, "ends", match.EndSeconds, "episode", episode,
		"at", lang.Say(at, "at", text.Length(int(math.Round(math.Abs(p.Start))))), "odds", lang.Number(p.Odds()), "also", strings.Join(also, ", "))
	if p.Timed && p.Episode != "" && p.Reason != match.Used {
		late := "audio.match.late"
		switch {
		case p.Reason == match.Later:
			late = "audio.match.file_late"
		case p.Late < 0:
			late = "audio.match.early"
		}
		said += " " + lang.Say(late, "by", lang.Duration((time.Duration(p.Late)*time.Second).Abs()))
	}
	return said
}

// SayAll is the proof in sentences with what a person should know beside it.
func (p Proof) SayAll(lang text.Language, name func(episode string) string) string {
	said := p.Say(lang, name)
	for _, hint := range p.Hints {
		said += " " + lang.Say("airing.hint."+string(hint))
	}
	return said
}

// CalledIn says how an episode of the plan is called in a sentence, by its ID.
func CalledIn(plan *scheduler.Schedule, lang text.Language) func(episode string) string {
	return func(id string) string {
		e, err := plan.Episode(id)
		if err != nil {
			return id
		}
		if of, err := plan.Programme(e.Programme); err == nil {
			return lang.Say("airing.proof_episode", "programme", of.Title, "episode", e.Title)
		}
		return e.Title
	}
}

// Better reports whether a better recording of the same airing might prove it: not where there is nothing to compare with,
// nor where it is not the sound that was wrong.
func (p Proof) Better() bool {
	return p.Word == match.NotProven && p.Reason != match.Used && p.Reason != match.OtherCopy && p.Reason != match.Later &&
		p.Reason != match.NothingToFind
}

// Odds is one in how many a recording of something else fits as well, a power of ten that is not
// too large, a thousand million at most.
func (p Proof) Odds() int64 {
	n := int64(1)
	for n < 1e9 && p.Chance*float64(n)*10 <= 1 {
		n *= 10
	}
	return n
}

// Use is a place where the bytes of a piece of evidence are, or the same sound is: a report that has or had it.
type Use struct {
	Report  string    `json:"report"`
	Station string    `json:"station"`
	At      time.Time `json:"at"` // when it was attached, UTC
}

// GivenProof is a proof as the log keeps it.
type GivenProof struct {
	Proof
	At time.Time `json:"at"` // UTC
}

// Checker is who found that an airing is as reported.
type Checker string

// The checkers.
const (
	ByMachine Checker = "machine"
	ByPerson  Checker = "person"
	ByBoth    Checker = "both"
)

// Checkers are all.
var Checkers = []Checker{ByMachine, ByPerson, ByBoth}

// sampledOf is of how many verdicts of the machine one goes to a person unasked.
const sampledOf = 20

// Sampled reports whether the verdict goes to a person, whatever it is: a matter of the bytes
// that were heard and of the report alone, so that nobody chooses.
func (p Proof) Sampled() bool {
	sum := sha256.Sum256([]byte(p.Report + p.SHA256))
	return (int(sum[0])<<8|int(sum[1]))%sampledOf == 0
}

// proofOf is the latest proof of a piece of evidence.
func (l Line) proofOf(evidence string) (p GivenProof, ok bool) {
	for _, p := range slices.Backward(l.Proofs) {
		if p.Evidence == evidence {
			return p, true
		}
	}
	return p, false
}

// Proved is what the machine says of the evidence the line has: what speaks against the report
// before what speaks for it, "" where it heard nothing yet; and whether one of its verdicts goes
// to a person unasked.
func (l Line) Proved() (word match.Word, sampled bool) {
	rank := []match.Word{"", match.NotProven, match.Verified, match.Contradicted}
	for _, e := range l.Evidence {
		p, ok := l.proofOf(e.ID)
		if !ok {
			continue
		}
		sampled = sampled || p.Sampled()
		if slices.Index(rank, p.Word) > slices.Index(rank, word) {
			word = p.Word
		}
	}
	return word, sampled
}

// MachineWhy is the reason of what the machine says of the evidence, of the last piece of which it says that.
func (l Line) MachineWhy() (why match.Reason) {
	word := l.Machine()
	for _, e := range l.Evidence {
		if p, ok := l.proofOf(e.ID); ok && p.Word == word {
			why = p.Reason
		}
	}
	return why
}

// Machine is what the machine says of the evidence, "" where it heard nothing yet.
func (l Line) Machine() match.Word {
	word, _ := l.Proved()
	return word
}

// VerifiedBy is who found that the airing is as reported, "" where nobody did. A person's word
// stands above the machine's.
func (l Line) VerifiedBy() Checker {
	machine := l.Machine() == match.Verified
	switch {
	case l.Finding == Verified && machine:
		return ByBoth
	case l.Finding == Verified:
		return ByPerson
	case l.Finding == "" && machine:
		return ByMachine
	}
	return ""
}

// settled reports whether no person has to look: the machine verified the airing, none of its
// verdicts goes to a person all the same, nothing sounds like the file itself, and a recording's time is known.
func (l Line) settled() bool {
	word, sampled := l.Proved()
	return word == match.Verified && !sampled && !l.Direct() && slices.ContainsFunc(l.Evidence, func(e Evidence) bool {
		p, ok := l.proofOf(e.ID)
		return ok && p.Word == match.Verified && !slices.Contains(p.Hints, Untimed)
	})
}

// Direct reports whether a recording among the evidence sounds like the file itself.
func (l Line) Direct() bool {
	return slices.ContainsFunc(l.Evidence, func(e Evidence) bool {
		p, ok := l.proofOf(e.ID)
		return ok && slices.Contains(p.Hints, Direct)
	})
}

// judgeTime weighs what is known of when the recording was made. The time of a file is when it was written last: who
// copies, sends or fetches it makes it later. So a late one speaks against a report only where Loa's own page
// recorded it, and an early one always: no file is older than its sound.
func (p *Proof) judgeTime(e Evidence) {
	switch {
	case p.Word == match.Verified && !p.Timed:
		p.Hints = append(p.Hints, Untimed)
	case p.Reason == match.OtherTime && p.Late > 0 && e.Capture == (Capture{}):
		p.Word, p.Reason = match.NotProven, match.Later
	}
}

// Unproved are the recordings among the evidence of a standing report that the present method has
// not heard.
func (l Line) Unproved() (list []Evidence) {
	if !l.Stands() || l.Outcome != Aired {
		return nil
	}
	for _, e := range l.Evidence {
		if p, ok := l.proofOf(e.ID); e.Kind == Sound && (!ok || p.Method < match.Method) {
			list = append(list, e)
		}
	}
	return list
}

// DueShape names what makes a report wait for the machine: whoever keeps an index of them makes
// it again where it differs.
func DueShape() (names []string) {
	for i := range match.Method {
		names = append(names, "method "+strconv.Itoa(i+1))
	}
	return names
}

// Unproved are the reports that wait for the machine no more, and those that do from now on.
func (c Change) Unproved() (gone, come []Line) {
	for _, m := range c.Moved {
		had, has := len(m.Was.Unproved()) > 0, len(m.Is.Unproved()) > 0
		if had && !has {
			gone = append(gone, m.Was)
		}
		if has && !had {
			come = append(come, m.Is)
		}
	}
	return gone, come
}

// DecideProof says what a verdict of the machine makes of the log; nothing where the present method
// has heard the piece already. A recording that was somebody's before proves nothing, whatever is
// heard in it, nor does the copy of another station: uses are all places where its bytes are, or those of the
// recording that it is Again. Faults: accounts.denied, airing.evidence_unknown, airing.verdict_of_corrected.
func DecideProof(a About, m accounts.Meta, p Proof, uses []Use) (Change, error) {
	if err := m.By.Must(accounts.EditSettings, accounts.Where{}); err != nil { // the daemon alone
		return Change{}, err
	}
	line := a.Line
	i := slices.IndexFunc(line.Evidence, func(e Evidence) bool { return e.ID == p.Evidence && e.SHA256 == p.SHA256 && e.Kind == Sound })
	switch {
	case i < 0:
		return Change{}, fault.New(fault.NotFound, "airing.evidence_unknown")
	case !line.Stands() || line.Outcome != Aired:
		return Change{}, fault.New(fault.Conflict, "airing.verdict_of_corrected")
	}
	if has, ok := line.proofOf(p.Evidence); ok && has.Method >= p.Method {
		return Change{Line: line}, nil
	}
	if p.UsedBefore = a.usedBefore(uses); p.UsedBefore != nil && p.Word == match.Verified {
		p.Word, p.Reason = match.NotProven, match.Used
	}
	p.judgeCopy(line.Station)
	return a.change(m, Entry{Proof: &p}), nil
}

// judgeCopy has what verified an airing of a station prove nothing where it is the copy of another.
func (p *Proof) judgeCopy(station string) {
	if p.Copy != "" && p.Copy != station && p.Word == match.Verified {
		p.Word, p.Reason = match.NotProven, match.OtherCopy
	}
}

// usedBefore is where the bytes were attached first, if that is a report of another airing.
func (a About) usedBefore(uses []Use) *Use {
	if len(uses) == 0 {
		return nil
	}
	first := slices.MinFunc(uses, func(x, y Use) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Report, y.Report)) })
	if first.Report == a.Line.ID || slices.Contains(a.Before, first.Report) {
		return nil
	}
	return &first
}

// Agreement is how often a person, who looked at what the machine had judged, found the same.
type Agreement struct {
	Judged  int `json:"judged"`  // reports the machine judged
	Sampled int `json:"sampled"` // of these, such as it verified and went to a person all the same
	Looked  int `json:"looked"`  // of the sampled, at how many somebody looked
	Agreed  int `json:"agreed"`  // of these, how many she found as the machine had
	Against int `json:"against"` // of these, how many she found contradicted
}

// AgreementOf counts the exhibits of a span.
func AgreementOf(list []Exhibit) (a Agreement) {
	for _, e := range list {
		if e.Machine == "" {
			continue
		}
		a.Judged++
		if !e.Sampled || e.Machine != match.Verified { // all else goes to a person in any case
			continue
		}
		a.Sampled++
		if e.Finding == "" {
			continue
		}
		a.Looked++
		switch e.Finding {
		case Verified:
			a.Agreed++
		case Contradicted:
			a.Against++
		}
	}
	return a
}
