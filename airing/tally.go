package airing

// Tally counts the standing lines of one station in one week. It is kept per
// station and week, so that no two stations write the same row, and can be
// recounted from the log at any time.
type Tally struct {
	Aired        uint16               `json:"aired"`         // standing, outcome aired
	Qualifying   uint16               `json:"qualifying"`    // of these, counting toward the target
	OnTime       uint16               `json:"on_time"`       // qualifying and reported on time
	WithEvidence uint16               `json:"with_evidence"` // qualifying with at least one piece of evidence
	Verified     uint16               `json:"verified"`      // qualifying, latest verdict verified
	Contradicted uint16               `json:"contradicted"`  // qualifying, latest verdict contradicted
	NotAired     uint16               `json:"not_aired"`     // standing, outcome not aired
	Reasons      [len(Reasons)]uint16 `json:"reasons"`       // of these, by reason in the order of Reasons
}

// Of is the tally of a single line: zero unless it stands.
func Of(l Line) Tally {
	var t Tally
	if !l.Stands() {
		return t
	}
	if l.Outcome == NotAired {
		t.NotAired = 1
		for i, r := range Reasons {
			if l.Reason == r {
				t.Reasons[i] = 1
			}
		}
		return t
	}
	if l.Outcome != Aired {
		return t // the zero Line, which stands for no line at all
	}
	t.Aired = 1
	if l.Qualifies {
		t.Qualifying = 1
		t.OnTime = one(l.OnTime)
		t.WithEvidence = one(len(l.Evidence) > 0)
		t.Verified = one(l.Finding == Verified)
		t.Contradicted = one(l.Finding == Contradicted)
	}
	return t
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

func (t *Tally) counters() [7 + len(Reasons)]*uint16 {
	return [...]*uint16{&t.Aired, &t.Qualifying, &t.OnTime, &t.WithEvidence, &t.Verified, &t.Contradicted, &t.NotAired,
		&t.Reasons[0], &t.Reasons[1], &t.Reasons[2], &t.Reasons[3], &t.Reasons[4]}
}

// Bytes is the tally in 24 bytes, each counter big-endian.
func (t Tally) Bytes() []byte {
	b := make([]byte, 0, 2*len(t.counters()))
	for _, c := range t.counters() {
		b = append(b, byte(*c>>8), byte(*c))
	}
	return b
}

// TallyOf reads what Bytes wrote; ok is false if b is of another size.
func TallyOf(b []byte) (t Tally, ok bool) {
	cs := t.counters()
	if len(b) != 2*len(cs) {
		return Tally{}, false
	}
	for i, c := range cs {
		*c = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return t, true
}
