package airing

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Tally counts the standing lines of one station in one week. It is kept per
// station and week, so that no two stations write the same row, and can be
// recounted from the log at any time.
type Tally struct {
	Aired        uint16       `json:"aired"`                // standing, outcome aired
	Qualifying   uint16       `json:"qualifying"`           // of these, counting toward the target
	OnTime       uint16       `json:"on_time"`              // qualifying and reported on time
	WithEvidence uint16       `json:"with_evidence"`        // qualifying with at least one piece of evidence
	Verified     uint16       `json:"verified"`             // qualifying, and found as reported
	Contradicted uint16       `json:"contradicted"`         // would qualify, latest verdict contradicted: they do not count
	NotAired     uint16       `json:"not_aired"`            // standing, outcome not aired
	AiredOff     uint16       `json:"aired_off_target"`     // of aired, of programmes that do not count toward the target
	NotAiredOff  uint16       `json:"not_aired_off_target"` // of not aired, the same
	ByMachine    uint16       `json:"verified_machine"`     // of verified, by the machine alone
	ByBoth       uint16       `json:"verified_both"`        // of verified, by the machine and a person
	Reasons      ReasonCounts `json:"reasons"`              // of not aired, by reason
	ReasonsOff   ReasonCounts `json:"reasons_off_target"`   // of not aired of programmes that do not count toward the target, the same
}

// Failed counts the airings of programmes that count toward the target that failed:
// what stands beside Qualifying, of the same programmes.
func (t Tally) Failed() uint16 { return t.NotAired - t.NotAiredOff }

// FailedFor are the reasons of what Failed counts.
func (t Tally) FailedFor() ReasonCounts {
	for i, n := range t.ReasonsOff {
		t.Reasons[i] -= n
	}
	return t.Reasons
}

// ReasonCounts counts by reason, in the order of Reasons. Written down it
// names each reason, so that another order or number of reasons reads it alike.
type ReasonCounts [len(Reasons)]uint16

// MarshalJSON writes the reasons that occurred, {"no_staff": 2}.
func (c ReasonCounts) MarshalJSON() ([]byte, error) {
	named := map[Reason]uint16{}
	for i, n := range c {
		if n > 0 {
			named[Reasons[i]] = n
		}
	}
	return json.Marshal(named)
}

// JSONSchema is what MarshalJSON writes.
func (ReasonCounts) JSONSchema() map[string]any {
	return map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "integer"}}
}

// reasonsOnce is the order in which five counts without names were once written
// into weeks that were closed. It never changes.
var reasonsOnce = [...]Reason{"power_cut", "equipment", "weather", "no_staff", "other"}

// UnmarshalJSON reads named counts, and five without names. A reason nobody
// knows is an error.
func (c *ReasonCounts) UnmarshalJSON(b []byte) error {
	named, list := map[Reason]uint16{}, []uint16{}
	if err := json.Unmarshal(b, &list); err == nil && len(list) == len(reasonsOnce) {
		for i, n := range list {
			named[reasonsOnce[i]] = n
		}
	} else if err := json.Unmarshal(b, &named); err != nil || len(list) > 0 {
		return fmt.Errorf("airing: %s counts no reasons: %w", b, err)
	}
	*c = ReasonCounts{}
	for r, n := range named {
		i := slices.Index(Reasons[:], r)
		if i < 0 && n > 0 {
			return fmt.Errorf("airing: counts of reason %q, which nobody knows", r)
		}
		if i >= 0 {
			c[i] = n
		}
	}
	return nil
}

// Of is the tally of a single line: zero unless it stands.
func Of(l Line) Tally {
	var t Tally
	if !l.Stands() {
		return t
	}
	if l.Outcome == NotAired {
		t.NotAired = 1
		t.NotAiredOff = one(l.OffTarget)
		for i, r := range Reasons {
			if l.Reason == r {
				t.Reasons[i], t.ReasonsOff[i] = 1, one(l.OffTarget)
			}
		}
		return t
	}
	if l.Outcome != Aired {
		return t // the zero Line, which stands for no line at all
	}
	t.Aired = 1
	t.AiredOff = one(l.OffTarget)
	t.Contradicted = one(l.Qualifies && !l.Counts())
	if l.Counts() {
		t.Qualifying = 1
		t.OnTime = one(l.OnTime)
		t.WithEvidence = one(len(l.Evidence) > 0)
		by := l.VerifiedBy()
		t.Verified, t.ByMachine, t.ByBoth = one(by != ""), one(by == ByMachine), one(by == ByBoth)
	}
	return t
}

// OfProgramme is the tally of a single line among those of its programme alone: one that counts
// toward no target counts there too, unless somebody found the contrary.
func OfProgramme(l Line) Tally {
	if l.OffTarget {
		l.OffTarget, l.Qualifies = false, l.Outcome == Aired
	}
	return Of(l)
}

func one(b bool) uint16 {
	if b {
		return 1
	}
	return 0
}

// Add returns t with u added, sign times (1 or -1): a change of a line is its
// old tally taken away and its new one added.
func (t Tally) Add(u Tally, sign int) Tally {
	a, b := t.counters(), u.counters()
	for i := range a {
		*a[i] += uint16(sign) * *b[i]
	}
	return t
}

// counterNames are the counters of a tally that are no reasons, in the order of Bytes.
var counterNames = [...]string{"aired", "qualifying", "on_time", "with_evidence", "verified", "contradicted", "not_aired",
	"aired_off_target", "not_aired_off_target", "verified_machine", "verified_both"}

func (t *Tally) counters() (cs [len(counterNames) + 2*len(Reasons)]*uint16) {
	copy(cs[:], []*uint16{&t.Aired, &t.Qualifying, &t.OnTime, &t.WithEvidence, &t.Verified, &t.Contradicted, &t.NotAired, &t.AiredOff, &t.NotAiredOff,
		&t.ByMachine, &t.ByBoth})
	for i := range Reasons {
		cs[len(counterNames)+i], cs[len(counterNames)+len(Reasons)+i] = &t.Reasons[i], &t.ReasonsOff[i]
	}
	return cs
}

// TallyShape names the numbers of Tally.Bytes in their order. Bytes of another
// shape mean something else: whoever keeps them counts again when it differs.
func TallyShape() []string {
	names := slices.Clone(counterNames[:])
	for _, kind := range []string{"reason ", "reason off target "} {
		for _, r := range Reasons {
			names = append(names, kind+string(r))
		}
	}
	return append(names, "contradicted do not qualify") // no number: once they did
}

// Bytes is the tally in two bytes a counter, big-endian.
func (t Tally) Bytes() []byte {
	cs := t.counters()
	b := make([]byte, 0, 2*len(cs))
	for _, c := range cs {
		b = append(b, byte(*c>>8), byte(*c))
	}
	return b
}

// TallyOf reads what Bytes wrote. Bytes of another length are an error.
func TallyOf(b []byte) (t Tally, err error) {
	cs := t.counters()
	if len(b) != 2*len(cs) {
		return Tally{}, fmt.Errorf("airing: a tally of %d bytes, %d expected", len(b), 2*len(cs))
	}
	for i, c := range cs {
		*c = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return t, nil
}
