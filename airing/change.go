package airing

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"loa/accounts"
	"loa/audio/match"
	"loa/internal/fault"
	"loa/internal/text"
)

// Change is what a decision makes of the log: the entry that is appended, and all that
// follows from it beside the log. An engine puts it whole and adds nothing of its own.
type Change struct {
	Entry Entry // appended to the chain of its station, which gives it its place; zero where nothing is written
	Line  Line  // as it reads afterwards

	// Of a report.
	Replaces      string // the report that it corrects, which is CorrectedBy this one from now on
	TakesVerdicts bool   // what was found of that one is now said of this one
	TakesEvidence bool   // so is its evidence, with what was taken away of it
	Frees         string // a slot that nothing answers any more
	Answers       string // the slot that this report answers from now on
	FromEnd       bool   // it counts only when it is over

	// Of evidence.
	Holds  *Evidence // its bytes are to be kept for this report
	LetsGo *Evidence // its bytes are not to be kept for any report
	Before []string  // the reports before this one that tell of the removal too, the last first

	Moved []Moved // every line that reads otherwise than before
}

// Nothing reports whether the log already says what was to be written.
func (c Change) Nothing() bool { return c.Entry.Station == "" }

// Moved is a line before and after a change; Was is zero where there was none.
type Moved struct{ Was, Is Line }

// Tallied is how the tally of a station's week changes, and that of one programme in it.
type Tallied struct {
	Week       Week
	Less, More Tally
	Programme  string

	ProgrammeLess, ProgrammeMore Tally // as OfProgramme counts
}

// Tallies are the tallies of the station that change, by where its weeks begin.
func (c Change) Tallies(cal Calendar) (list []Tallied) {
	for _, m := range c.Moved {
		t := Tallied{Less: Of(m.Was), More: Of(m.Is), Programme: m.Is.Programme, ProgrammeLess: OfProgramme(m.Was), ProgrammeMore: OfProgramme(m.Is)}
		if t.Less != t.More || t.ProgrammeLess != t.ProgrammeMore {
			t.Week = cal.Week(m.Is.StartedAt) // no line moves to another time: a correction is a line of its own
			list = append(list, t)
		}
	}
	return list
}

// reported is the change by which the log gets the report.
func reported(f Facts, m accounts.Meta, r Report) Change {
	e := Entry{Station: r.Station, By: m.By, ReceivedAt: m.At.UTC(), Report: &r}
	c := Change{Entry: e, Line: NewLine(e, "")}
	if old := f.Corrected; old != nil {
		c.Replaces = old.ID
		c.TakesVerdicts = old.keepsFinding(r)
		c.TakesEvidence = len(inherited(r, *old)) > 0
		c.Line = c.Line.inheriting(*old)
		if f.Answering {
			c.Frees = old.Slot
		}
		is := *old
		is.CorrectedBy = r.ID
		c.Moved = append(c.Moved, Moved{*old, is})
	}
	c.Line = c.Line.Anew(*f.Programme)
	c.FromEnd = c.Line.Early()
	// Another report may answer the slot by now: a correction of what was said of an earlier hour leaves it so.
	another := f.OfSlot != nil && (f.Corrected == nil || f.OfSlot.ID != f.Corrected.ID)
	if r.Slot != "" && c.Line.Stands() && !another {
		c.Answers = r.Slot
	}
	c.Moved = append(c.Moved, Moved{Is: c.Line})
	return c
}

// NewLine is what the entry of a report says before any other entry speaks of it.
// correctedBy is the ID of the report that replaced it, "" while it stands.
func NewLine(e Entry, correctedBy string) Line {
	return Line{Report: *e.Report, By: e.By, ReceivedAt: e.ReceivedAt, CorrectedBy: correctedBy}
}

// After is the line after another entry that speaks of it.
func (l Line) After(e Entry) Line {
	switch {
	case e.Evidence != nil:
		l.Evidence = append(slices.Clip(l.Evidence), *e.Evidence)
		l.Unseen = l.Unseen || l.Finding == NotProven || l.Finding == Contradicted
	case e.Removal != nil:
		l = l.without(*e.Removal, e)
	case e.Verdict != nil:
		l.Verdicts = append(slices.Clip(l.Verdicts), GivenVerdict{Verdict: *e.Verdict, By: e.By, At: e.ReceivedAt})
		l.Finding, l.FindingNote, l.FindingOf, l.Lapsed = e.Verdict.Finding, e.Verdict.Note, "", nil
		l.Unseen = false
		if e.Verdict.Report != l.ID {
			l.FindingOf = e.Verdict.Report
		}
	case e.Proof != nil:
		l.Proofs = append(slices.Clip(l.Proofs), GivenProof{Proof: *e.Proof, At: e.ReceivedAt})
		l.Unseen = l.Unseen || l.Finding == Verified && e.Proof.Word == match.Contradicted
	}
	return l
}

// without is the line after a piece of its evidence was taken away.
func (l Line) without(r Removal, e Entry) Line {
	kept := make([]Evidence, 0, len(l.Evidence))
	l.Removed = slices.Clip(l.Removed)
	for _, has := range l.Evidence {
		if has.ID == r.Evidence {
			l.Removed = append(l.Removed, Removed{has, r.Why, e.By, e.ReceivedAt})
		} else {
			kept = append(kept, has)
		}
	}
	l.Evidence = kept
	return l
}

// Replacing is the line, of which nobody found anything yet, with what was found of the one it corrects
// and holds no more.
func (l Line) Replacing(old Line) Line {
	l.Lapsed = old.drops(l.Report)
	return l
}

// inheriting is a line nobody said anything of yet with what it takes over from the one it corrects.
func (l Line) inheriting(old Line) Line {
	if l.Evidence = inherited(l.Report, old); len(l.Evidence) > 0 {
		l.Removed = old.Removed
	}
	if !old.keepsFinding(l.Report) {
		return l.Replacing(old)
	}
	for _, v := range old.Verdicts {
		l = l.After(Entry{Verdict: &v.Verdict, By: v.By, ReceivedAt: v.At})
	}
	l.Unseen = old.Unseen
	return l
}

// inherited is the evidence a report has from the one it corrects: what was seen and
// heard stays what it is, unless the report now says the contrary. The picture of a broken
// set is no proof of an airing.
func inherited(r Report, old Line) []Evidence {
	if r.Outcome != old.Outcome {
		return nil
	}
	return old.Evidence
}

// keepsFinding reports whether what was found of the line holds for the
// correction too. A claim found contradicted stays so until somebody looks
// again: nobody wipes that away by writing her report anew. Other findings
// hold as long as the same airing is spoken of.
func (l Line) keepsFinding(r Report) bool {
	return r.Outcome == Aired && (l.Finding == Contradicted || l.Finding != "" && l.sameAiring(r) && l.Means == r.Means)
}

// drops is what was found of the line and is lost by the correction, nil for nothing.
// Who withdraws what was found contradicted takes nothing away: she agrees.
func (l Line) drops(r Report) *GivenVerdict {
	if l.Finding == "" {
		return l.Lapsed
	}
	if l.Finding == Contradicted || l.keepsFinding(r) {
		return nil
	}
	return l.Last()
}

// About is what is known of a report when more is said of it.
type About struct {
	Line   Line
	On     accounts.Where // where its station lies
	Closed bool           // its week is frozen
	Before []string       // the reports that it corrects, the last first
	Newest *Line          // what corrected it last; nil while it stands
}

// stands is nil where the line does, else who corrected it meanwhile and to what; code is the fault of a withdrawal,
// which nobody corrects.
func (a About) stands(code string) error {
	switch {
	case a.Newest != nil:
		return corrected(*a.Newest)
	case !a.Line.Stands():
		return fault.New(fault.Conflict, code)
	}
	return nil
}

// change is what an entry about the line makes of the log.
func (a About) change(m accounts.Meta, e Entry) Change {
	e.Station, e.By, e.ReceivedAt = a.Line.Station, m.By, m.At.UTC()
	c := Change{Entry: e, Line: a.Line.After(e)}
	c.Moved = []Moved{{a.Line, c.Line}}
	return c
}

// DecideEvidence says what attaching evidence makes of the log: nothing where the same
// command attached it before.
// Faults: airing.bad_id, airing.evidence_kind, airing.evidence_of_corrected, airing.evidence_of_contrary,
// airing.evidence_of_withdrawn, airing.corrected_already,
// airing.evidence_too_many, airing.evidence_twice, airing.id_reused.
func DecideEvidence(a About, m accounts.Meta, e Evidence) (Change, error) {
	line := a.Line
	if i := slices.IndexFunc(line.Evidence, func(has Evidence) bool { return has.ID == e.ID }); i >= 0 {
		if line.Evidence[i] != e {
			return Change{}, idReused()
		}
		return Change{Line: line}, nil
	}
	if err := MayReport(m.By, a.On); err != nil {
		return Change{}, err
	}
	if id, err := uuid.Parse(e.ID); err != nil || id.String() != e.ID {
		return Change{}, fault.New(fault.Invalid, "airing.bad_id").At("id")
	}
	if !slices.Contains(EvidenceKinds[:], e.Kind) {
		return Change{}, fault.New(fault.Unsupported, "airing.evidence_kind").At("kind")
	}
	if a.Newest != nil && a.Newest.Outcome != line.Outcome {
		code := "airing.evidence_of_contrary"
		if a.Newest.Outcome == Withdrawn {
			code = "airing.evidence_of_withdrawn"
		}
		return Change{}, fault.New(fault.Conflict, code, "name", a.Newest.By.Name, "at", a.Newest.Spoke(), "other", a.Newest.ID)
	}
	if err := a.stands("airing.evidence_of_corrected"); err != nil {
		return Change{}, err
	}
	for _, has := range line.Evidence {
		if has.SHA256 == e.SHA256 {
			return Change{}, fault.New(fault.Conflict, "airing.evidence_twice", "what", cmp.Or(has.Name, has.Type))
		}
	}
	if len(line.Evidence) >= maxEvidence {
		return Change{}, fault.New(fault.Conflict, "airing.evidence_too_many", "n", maxEvidence)
	}
	c := a.change(m, Entry{Evidence: &e})
	c.Holds = &e
	return c, nil
}

const maxEvidence = 10

// DecideRemoval says what taking a piece of evidence away makes of the log: the reports
// before this one show it too, and tell of it. Faults:
// airing.evidence_unknown, airing.evidence_of_corrected, airing.corrected_already, airing.evidence_week_closed, airing.evidence_verified,
// airing.evidence_why, airing.text_too_long.
func DecideRemoval(a About, m accounts.Meta, r Removal) (Change, error) {
	if err := MayReport(m.By, a.On); err != nil {
		return Change{}, err
	}
	r.Why = text.Lines(r.Why)
	stands := a.stands("airing.evidence_of_corrected")
	i := slices.IndexFunc(a.Line.Evidence, func(e Evidence) bool { return e.ID == r.Evidence })
	switch {
	case i < 0:
		return Change{}, fault.New(fault.NotFound, "airing.evidence_unknown")
	case stands != nil: // what corrected it has the evidence now
		return Change{}, stands
	case Keeps(a.Line, a.Closed) != nil:
		return Change{}, Keeps(a.Line, a.Closed)
	case r.Why == "":
		return Change{}, fault.New(fault.Invalid, "airing.evidence_why").At("why")
	case utf8.RuneCountInString(r.Why) > maxText:
		return Change{}, fault.New(fault.Invalid, "airing.text_too_long", "n", maxText).At("why")
	}
	c := a.change(m, Entry{Removal: &r})
	c.LetsGo, c.Before = &a.Line.Evidence[i], a.Before
	return c, nil
}

// Keeps is why nobody may take evidence away from the line, nil if its station may.
// closed tells that the line's week is frozen.
func Keeps(line Line, closed bool) error {
	if closed {
		return fault.New(fault.Conflict, "airing.evidence_week_closed")
	}
	if last := line.Last(); last != nil { // somebody has gone by it, whatever was found
		return fault.New(fault.Conflict, "airing.evidence_verified", "by", last.By.Name)
	}
	return nil
}

// AsksVerdict reports whether the actor, who may look at evidence there, may give a verdict on the report
// as it stands: it is another's, and says that it was aired.
func (l Line) AsksVerdict(by accounts.Actor, on accounts.Where) bool {
	return l.Stands() && l.Outcome == Aired && !l.own(by) && MayVerify(by, on) == nil
}

// own reports whether the actor made the report herself.
func (l Line) own(by accounts.Actor) bool { return l.By.Person != "" && l.By.Person == by.Person }

// DecideVerdict says what a verdict makes of the log. Nobody verifies a report of her own, or
// takes back what another found without having seen it. Faults: airing.finding_unknown,
// airing.own_report, airing.verdict_of_corrected, airing.corrected_already, airing.finding_grounds, airing.finding_why, airing.text_too_long, edit.stale.
func DecideVerdict(a About, m accounts.Meta, v Verdict) (Change, error) {
	line := a.Line
	if err := MayVerify(m.By, a.On); err != nil {
		return Change{}, err
	}
	if err := m.Current(line.Edition()); err != nil {
		return Change{}, err
	}
	v.Note = text.Lines(v.Note)
	stands := a.stands("airing.verdict_of_corrected")
	switch {
	case !slices.Contains(Findings[:], v.Finding):
		return Change{}, fault.New(fault.Invalid, "airing.finding_unknown").At("finding")
	case line.own(m.By):
		return Change{}, fault.New(fault.Denied, "airing.own_report")
	case stands != nil:
		return Change{}, stands
	case line.Outcome != Aired:
		return Change{}, fault.New(fault.Conflict, "airing.verdict_of_corrected")
	case v.Finding == Verified && v.Note == "" && len(line.Evidence) == 0: // she may have heard it herself, and says so
		return Change{}, fault.New(fault.Invalid, "airing.finding_grounds").At("note")
	case v.Finding == Contradicted && v.Note == "": // it takes the airing away from the station, who must know why
		return Change{}, fault.New(fault.Invalid, "airing.finding_why").At("note")
	case utf8.RuneCountInString(v.Note) > maxText:
		return Change{}, fault.New(fault.Invalid, "airing.text_too_long", "n", maxText).At("note")
	}
	return a.change(m, Entry{Verdict: &v}), nil
}
