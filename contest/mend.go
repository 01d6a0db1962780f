package contest

import (
	"fmt"
	"maps"
	"slices"

	"loa/accounts"
	"loa/contest/ranking"
	"loa/internal/fault"
)

// MendSheet is a judge's word that she wrote marks of a sheet wrong which she signed in a
// round that is over. It changes nothing: it proposes a correction (see Amendment), which
// somebody else confirms. While a round is judged the chair opens the sheet again (ReopenSheet).
// She is told nothing that depends on others' marks. Faults: contest.not_on_jury,
// contest.sheet_not_yours, contest.mend_running, contest.sheet_not_final, contest.mend_dropped, contest.mend_out,
// contest.mend_waits, contest.mend_same, contest.unknown_criterion, contest.mark_out_of_range,
// contest.mark_off_step, contest.reason_missing.
type MendSheet struct {
	Task   string                    `json:"task"`
	Marks  map[string]ranking.Points `json:"marks"` // by criterion ID: those that were wrong, as they should be
	Reason string                    `json:"reason"`
}

func (c MendSheet) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.judging(m); err != nil {
		return nil, err
	}
	r, t := s.Task(c.Task)
	if t == nil || t.Judge != m.By.Person {
		return nil, fault.New(fault.NotFound, "contest.sheet_not_yours")
	}
	if err := s.mendable(r, t); err != nil {
		return nil, err
	}
	if p := s.Proposed; p != nil {
		return nil, fault.New(fault.Conflict, "contest.mend_waits") // whose it is stays unsaid: she judges apart from the others
	}
	rules, _ := s.Rules.Round(r.ID)
	if err := rules.Part(t.Part).fits(Content{Marks: c.Marks}); err != nil {
		return nil, err
	}
	c.Marks = maps.Clone(c.Marks)
	maps.DeleteFunc(c.Marks, func(id string, mark ranking.Points) bool { return t.Sheet.Marks[id] == mark })
	if len(c.Marks) == 0 {
		return nil, fault.New(fault.Invalid, "contest.mend_same").At("marks")
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	return []body{&correctionProposed{ID: s.nextProposal(), Mend: &c}}, nil
}

// mendable returns nil if marks of the sheet can be corrected: it was signed in a round
// that is over, and counts. Faults: those of MendSheet about that.
func (s *State) mendable(r *RoundState, t *Task) error {
	switch e := s.entry[t.Entry]; {
	case r.Finished == nil:
		return fault.New(fault.Conflict, "contest.mend_running")
	case !t.Final():
		return fault.New(fault.Conflict, "contest.sheet_not_final")
	case !e.Live():
		return fault.New(fault.Conflict, "contest.mend_out")
	case t.SetAside != nil:
		return fault.New(fault.Conflict, "contest.mend_dropped", "why", t.SetAside.phrase("contest.by_whom"))
	}
	return nil
}

// Mended is a proposal of a judge's to correct one of her sheets that was not confirmed.
type Mended struct {
	Amendment
	Turned *Removal `json:"turned,omitempty"` // when, by whom and why it was turned down or taken back; nil while it waits
}

// mends lists what became of the proposals to correct a sheet, oldest first, but for those
// that were confirmed: these are versions of the sheet.
func (s *State) mends(task string) (list []Mended) {
	for _, x := range s.TurnedDown {
		if m := x.Amendment.Mend; m != nil && m.Task == task {
			list = append(list, Mended{x.Amendment, &x.Turned})
		}
	}
	if p := s.Proposed; p != nil && p.Mend != nil && p.Mend.Task == task {
		list = append(list, Mended{*p, nil})
	}
	return list
}

// Amended is the round that a proposal corrects: that of the sheet, else the last.
func (s *State) Amended(p *Amendment) *RoundState {
	if p.Mend != nil {
		r, _ := s.Task(p.Mend.Task)
		return r
	}
	return s.Last()
}

// CorrectsPublic reports whether what a proposal corrects decides prizes that are published.
func (s *State) CorrectsPublic(p *Amendment) bool {
	return s.Phase == Published && s.Amended(p) == s.Last()
}

// outcome is what confirming the proposal of the sheet does, the state that leaves, and the
// prizes it leads to where they are published. Orders are those of works that then share a
// rank over two prizes. Faults: those of MendSheet about the sheet, of DecideTie about the orders, and of GivePrizes.
func (c *MendSheet) outcome(s *State, orders DecideCorrection, m accounts.Meta) (*State, []body, []Given, error) {
	p := s.Proposed
	r, t := s.Task(c.Task)
	if err := s.mendable(r, t); err != nil {
		return nil, nil, nil, err
	}
	next := s.fork()
	var list []body
	do := func(b body) error {
		list = append(list, b)
		return b.apply(next, &Event{At: m.At.UTC(), By: m.By.Person, Name: m.By.Name})
	}
	if err := do(&sheetMended{p.ID}); err != nil {
		return nil, nil, nil, err
	}
	if !s.CorrectsPublic(p) {
		if len(orders.Ties) > 0 {
			return nil, nil, nil, fault.New(fault.Conflict, "contest.no_tie").At("order")
		}
		return next, list, nil, nil
	}
	for _, order := range orders.Ties {
		if _, err := next.tiedAsSaid(next.Last(), order); err != nil {
			return nil, nil, nil, err
		}
		tie := &tieDecided{Round: r.ID, Entries: order, Reason: orders.Reason, Rest: true}
		if !s.Chair(m.By.Person) {
			tie.Complaint = p.ID
		}
		if err := do(tie); err != nil {
			return nil, nil, nil, err
		}
	}
	prizes := s.sameByHand()
	given, err := next.prizes(s.holders(), prizes)
	if err != nil {
		return nil, nil, nil, err
	}
	given = append(given, next.lost(s.Given, given, c.Reason)...)
	return next, append(list, &resultsCorrected{Reason: c.Reason, Given: given}), given, nil
}

// holders are the collectives that hold prizes, as they were called when these were given.
func (s *State) holders() Facts {
	f := Facts{Stations: map[string]Station{}}
	for _, g := range s.Given {
		if g.Station != "" {
			f.Stations[g.Station] = Station{ID: g.Station, Name: g.Name, DistrictName: g.District}
		}
	}
	return f
}

// MayOrder returns nil if the actor may put works in order that a corrected sheet leaves level:
// the chair; and if that sheet is hers, she has a stake in it, or nobody presides, the
// organiser who confirms it.
// Fault: contest.order_is_chairs.
func (s *State) MayOrder(m accounts.Meta) error {
	chair := s.Presiding()
	if chair != nil && chair.Person != s.Proposed.Person && chair.Person != m.By.Person &&
		s.ImpartialAbout(s.Proposed, accounts.Actor{Person: chair.Person, Name: chair.Name}) == nil {
		return fault.New(fault.Denied, "contest.order_is_chairs", "name", chair.Name).At("order")
	}
	return nil
}

// ordered returns nil if the decision may carry the orders it carries.
func (c DecideCorrection) ordered(s *State, m accounts.Meta) error {
	switch {
	case len(c.Ties) == 0:
		return nil
	case s.Proposed.Mend == nil:
		return fault.New(fault.Conflict, "contest.no_tie").At("order")
	}
	if err := s.MayOrder(m); err != nil {
		return err
	}
	return reasonable(c.Reason)
}

// sheetMended puts the marks a judge wrote wrong right, as she proposed. The sheet as it
// was is kept.
type sheetMended struct {
	Proposal string `json:"proposal"`
}

func (*sheetMended) kind() string { return "sheet.mended" }
func (b *sheetMended) apply(s *State, e *Event) error {
	p := s.Proposed
	if p == nil || p.ID != b.Proposal || p.Mend == nil {
		return fmt.Errorf("no proposal %s of a sheet waits", b.Proposal)
	}
	if e.By == p.Person {
		return fmt.Errorf("the proposal %s was confirmed by who had made it", b.Proposal)
	}
	r, t := s.Task(p.Mend.Task)
	if t == nil || s.mendable(r, t) != nil {
		return fmt.Errorf("the proposal %s corrects no sheet that counts", b.Proposal)
	}
	if r == s.Last() {
		var err error
		if s.published, err = s.Places(r); err != nil {
			return err
		}
	}
	was := t.Sheet.Content
	marks := maps.Clone(was.Marks)
	maps.Copy(marks, p.Mend.Marks)
	t.Sheet.Earlier = append(slices.Clip(t.Sheet.Earlier), Signed{Content: was, SignedAt: t.Sheet.SignedAt, Seq: t.Sheet.SignedSeq, Until: e.Seq,
		ReopenedAt: e.At, ReopenedBy: e.Name, Reason: p.Mend.Reason, Proposal: p.ID})
	t.Sheet.Marks, t.Sheet.SignedAt, t.Sheet.SignedSeq = marks, e.At, e.Seq
	t.Sheet.Version++
	if r == s.Last() {
		s.outdate(OutdatedByMend)
	}
	if !s.CorrectsPublic(p) {
		s.Proposed = nil // else the prizes follow
	}
	return nil
}

// wellMade fails unless a proposal of a sheet says what its judge could.
func (c *MendSheet) wellMade(s *State, by string) error {
	r, t := s.Task(c.Task)
	if t == nil || t.Judge != by || s.mendable(r, t) != nil {
		return fmt.Errorf("no sheet %s of that judge can be corrected", c.Task)
	}
	rules, _ := s.Rules.Round(r.ID)
	return rules.Part(t.Part).fits(Content{Marks: c.Marks})
}
