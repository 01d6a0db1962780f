package contest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The bodies of the events, one struct a kind. Their JSON is the format of
// the log: members are added, never renamed or given another meaning.

type drafted struct {
	Rules      Rules  `json:"rules"`
	CopiedFrom string `json:"copied_from,omitempty"`
	// ID of the contest, so that its log can pass for no other's; "" in logs of
	// before it was noted.
	ID string `json:"id,omitempty"`
}

func (*drafted) kind() string { return "contest.drafted" }
func (b *drafted) apply(s *State, _ *Event) error {
	if b.ID != "" && b.ID != s.ID {
		return fmt.Errorf("this is the log of %q", b.ID)
	}
	s.bound = b.ID != ""
	s.Phase, s.Rules = Draft, b.Rules
	return nil
}

// rulesChanged replaces the rules: freely while drafting, with a reason and
// the list of changed values afterwards.
type rulesChanged struct {
	Rules  Rules      `json:"rules"`
	Reason string     `json:"reason,omitempty"`
	Lines  []RuleLine `json:"lines,omitempty"`
}

func (*rulesChanged) kind() string { return "rules.changed" }
func (b *rulesChanged) apply(s *State, e *Event) error {
	if s.Phase != Draft {
		s.Changes = append(s.Changes, RuleChange{e.At, e.Name, b.Reason, b.Lines})
	}
	if s.Given != nil && !sameAwards(s.Rules.Awards, b.Rules.Awards) {
		s.outdate(OutdatedByRules)
	}
	s.Rules, s.Revision = b.Rules, nil
	s.seek()
	return nil
}

// sameAwards reports whether prizes that follow from one follow from the other: a
// name alone decides nothing.
func sameAwards(a, b []Award) bool {
	lines, err := Compare(a, b)
	return err == nil && !slices.ContainsFunc(lines, func(l RuleLine) bool { return !strings.HasSuffix(l.Path, ".name") })
}

type phaseChanged struct {
	To Phase `json:"to"`
	witnessed
}

func (*phaseChanged) kind() string { return "contest.phase_changed" }
func (b *phaseChanged) apply(s *State, e *Event) error {
	s.witness(string(b.To), "", b.witnessed, e)
	s.Phase = b.To
	s.reached[b.To] = Done{e.At, e.Name}
	if b.To == Published {
		s.PublishedAt = e.At
		if s.Given == nil { // earlier versions published what had been given, whatever had changed since
			s.Given = s.Outdated.Given
		}
		s.Outdated = Outdated{}
	}
	return nil
}

// entryAnnounced is a form sent before the deadline whose files were on their way.
type entryAnnounced struct {
	ID   string `json:"id"` // of the entry it makes or replaces
	Work Work   `json:"work"`
}

func (*entryAnnounced) kind() string { return "entry.announced" }
func (b *entryAnnounced) apply(s *State, e *Event) error {
	s.announced[b.ID] = Announcement{b.ID, b.Work, e.At, e.By}
	return nil
}

type entrySubmitted struct {
	Entry Entry `json:"entry"`
}

func (*entrySubmitted) kind() string { return "entry.submitted" }
func (b *entrySubmitted) apply(s *State, _ *Event) error {
	if s.entry[b.Entry.ID] != nil {
		return fmt.Errorf("entry %s twice", b.Entry.ID)
	}
	e := b.Entry
	e.read()
	s.entry[e.ID] = &e
	s.Entries = append(s.Entries, &e)
	delete(s.announced, e.ID)
	return nil
}

// entryReplaced carries the whole entry as it is now.
type entryReplaced struct {
	Entry Entry `json:"entry"`
}

func (*entryReplaced) kind() string { return "entry.replaced" }
func (b *entryReplaced) apply(s *State, _ *Event) error {
	old := s.entry[b.Entry.ID]
	if old == nil {
		return fmt.Errorf("no entry %s", b.Entry.ID)
	}
	*old = b.Entry
	delete(s.announced, old.ID)
	old.read()
	return nil
}

// FilesOf lists the IDs of the files that the event makes part of an entry:
// the library must keep them.
func FilesOf(e Event) []string {
	b, err := decodeBody(e.Kind, e.Body)
	if err != nil {
		return nil // Apply refuses it
	}
	var pieces []Piece
	switch b := b.(type) {
	case *entrySubmitted:
		pieces = b.Entry.Pieces
	case *entryReplaced:
		pieces = b.Entry.Pieces
	}
	var ids []string
	for _, p := range pieces {
		ids = append(ids, p.File)
	}
	return ids
}

// entryRemoved is a withdrawal by the entrant or a ruling-out by the organiser.
type entryRemoved struct {
	Entry    string `json:"entry"`
	RuledOut bool   `json:"ruled_out,omitempty"`
	Reason   string `json:"reason"`
}

func (*entryRemoved) kind() string { return "entry.removed" }
func (b *entryRemoved) apply(s *State, e *Event) error {
	entry := s.entry[b.Entry]
	if entry == nil {
		return fmt.Errorf("no entry %s", b.Entry)
	}
	r := &Removal{e.At, e.Name, b.Reason}
	if b.RuledOut {
		entry.RuledOut = r
		for _, round := range s.Rounds {
			if round.Finished == nil {
				round.setAside(func(t *Task) bool { return t.Entry == b.Entry }, r)
				continue
			}
			if slices.Contains(round.Entries, b.Entry) {
				round.gone = append(slices.Clip(round.gone), b.Entry)
			}
			for _, t := range round.Tasks {
				if t.Entry == b.Entry {
					t.Out = r
				}
			}
		}
		if s.Last() != nil {
			s.outdate(OutdatedByEntry)
		}
	} else {
		entry.Withdrawn = r
	}
	return nil
}

func (r *RoundState) setAside(which func(*Task) bool, why *Removal) {
	for _, t := range r.Tasks {
		if t.SetAside == nil && which(t) {
			t.SetAside = why
		}
	}
}

type scriptRedacted struct {
	Entry string `json:"entry"`
	Text  string `json:"text"`
}

func (*scriptRedacted) kind() string { return "entry.script_redacted" }
func (b *scriptRedacted) apply(s *State, _ *Event) error {
	e := s.entry[b.Entry]
	if e == nil {
		return fmt.Errorf("no entry %s", b.Entry)
	}
	e.Redacted = b.Text
	e.read()
	return nil
}

// airingConfirmed is the organiser's word that a declared airing is proven.
type airingConfirmed struct {
	Entry string `json:"entry"`
	Note  string `json:"note"`
}

func (*airingConfirmed) kind() string { return "entry.airing_confirmed" }
func (b *airingConfirmed) apply(s *State, _ *Event) error {
	e := s.entry[b.Entry]
	if e == nil {
		return fmt.Errorf("no entry %s", b.Entry)
	}
	e.AiredNote = b.Note
	e.Warnings = slices.DeleteFunc(slices.Clone(e.Warnings), func(w string) bool { return w == warnAiringDeclared })
	return nil
}

// ownConfirmed is the organiser's word that a work made from others' episode is the entrant's.
type ownConfirmed struct {
	Entry string `json:"entry"`
	Note  string `json:"note"`
}

func (*ownConfirmed) kind() string { return "entry.own_confirmed" }
func (b *ownConfirmed) apply(s *State, _ *Event) error {
	e := s.entry[b.Entry]
	if e == nil {
		return fmt.Errorf("no entry %s", b.Entry)
	}
	e.OwnNote = b.Note
	e.Warnings = slices.DeleteFunc(slices.Clone(e.Warnings), func(w string) bool { return w == warnOthersSound || w == warnOthersEpisode })
	return nil
}

type judgeAppointed struct {
	Judge Judge `json:"judge"`
}

func (*judgeAppointed) kind() string { return "judge.appointed" }
func (b *judgeAppointed) apply(s *State, e *Event) error {
	j := b.Judge
	if j.Chair {
		j.presides = presides{e.At, e.By}
	}
	if old := s.Judge(j.Person); old != nil {
		if old.Chair && j.Chair {
			j.presides = old.presides
		}
		*old = j
	} else {
		s.Judges = append(s.Judges, &j)
	}
	s.seek()
	return nil
}

type judgeRemoved struct {
	Person string `json:"person"`
	Reason string `json:"reason"`
	// Drop set signed sheets aside too, when one person could decide that.
	Drop bool `json:"drop,omitempty"`
}

func (*judgeRemoved) kind() string { return "judge.removed" }
func (b *judgeRemoved) apply(s *State, e *Event) error {
	j := s.Judge(b.Person)
	if j == nil {
		return fmt.Errorf("no judge %s", b.Person)
	}
	why := &Removal{e.At, e.Name, b.Reason}
	j.Removed, j.KeepsOut = why, b.Drop
	if r := s.Running(); r != nil {
		r.setAside(func(t *Task) bool { return t.Judge == b.Person && (b.Drop || !t.Final()) }, why)
	}
	return nil
}

type panelsSet struct {
	Round  string  `json:"round"`
	Panels []Panel `json:"panels"`
}

func (*panelsSet) kind() string { return "round.panels_set" }
func (b *panelsSet) apply(s *State, _ *Event) error {
	s.Panels[b.Round] = b.Panels
	return nil
}

type tiesDeclared struct {
	Person   string   `json:"person"`
	Stations []string `json:"stations"`
}

func (*tiesDeclared) kind() string { return "judge.ties_declared" }
func (b *tiesDeclared) apply(s *State, _ *Event) error {
	j := s.Judge(b.Person)
	if j == nil {
		return fmt.Errorf("no judge %s", b.Person)
	}
	j.Declared = b.Stations
	s.seek()
	return nil
}

type roundStarted struct {
	Round   string            `json:"round"`
	Entries []string          `json:"entries"`
	Codes   map[string]string `json:"codes"`
	Stage   map[string]string `json:"stage,omitempty"` // entry ID to its number in the hall, where that is another
	Tasks   []Task            `json:"tasks"`           // in each judge's own order
	// Notes says that it is noted who opens a script; earlier versions did not.
	Notes bool `json:"notes,omitempty"`
	witnessed
}

func (*roundStarted) kind() string { return "round.started" }
func (b *roundStarted) apply(s *State, e *Event) error {
	r := &RoundState{ID: b.Round, Began: e.At, By: e.Name, Entries: b.Entries, Codes: b.Codes, Stage: b.Stage, Held: map[string][]Held{},
		task: make(map[string]*Task, len(b.Tasks)), judge: map[string][]*Task{}}
	for _, t := range b.Tasks {
		r.add(t)
	}
	s.Rounds = append(s.Rounds, r)
	s.witness("start", b.Round, b.witnessed, e)
	s.Phase = Judging
	for _, id := range b.Entries {
		if e := s.entry[id]; e != nil && !b.Notes {
			e.opened = true
		}
	}
	s.seek()
	return nil
}

// tasksGiven adds duties after the start: somebody takes over.
type tasksGiven struct {
	Tasks []Task `json:"tasks"`
}

func (*tasksGiven) kind() string { return "round.tasks_given" }
func (b *tasksGiven) apply(s *State, _ *Event) error {
	r := s.Running()
	if r == nil {
		return errNoRound
	}
	for _, t := range b.Tasks {
		r.add(t)
	}
	s.seek()
	return nil
}

var errNoRound = fmt.Errorf("no round is running")

// tasksSetAside takes one judge off one entry: she abstained, or a conflict
// was found.
type tasksSetAside struct {
	Judge  string `json:"judge"`
	Entry  string `json:"entry"`
	Reason string `json:"reason"`
	Round  string `json:"round,omitempty"` // where something signed is dropped; "" is the running one
}

func (*tasksSetAside) kind() string { return "round.tasks_set_aside" }
func (b *tasksSetAside) apply(s *State, e *Event) error {
	r := s.Running()
	if b.Round != "" {
		r = s.Round(b.Round)
	}
	if r == nil {
		return errNoRound
	}
	why := &Removal{e.At, e.Name, b.Reason}
	if t := s.between(b.Judge, b.Entry); e.By == b.Judge && b.Round == "" {
		t.abstained = true
	} else {
		if t.out == nil || !t.out.At.Equal(why.At) {
			t.out = why
		} else {
			why = t.out // one decision about several rounds
		}
	}
	r.setAside(func(t *Task) bool { return t.Judge == b.Judge && t.Entry == b.Entry }, why)
	if r == s.Last() {
		s.outdate(OutdatedBySheet) // those behind may move up
	}
	return nil
}

// exclusionTakenBack lets sheets count again that were set aside because of a tie.
type exclusionTakenBack struct {
	Judge  string   `json:"judge"`
	Entry  string   `json:"entry"`
	Reason string   `json:"reason"`
	Tasks  []string `json:"tasks"`
}

func (*exclusionTakenBack) kind() string { return "round.exclusion_taken_back" }
func (b *exclusionTakenBack) apply(s *State, e *Event) error {
	k := s.tie[pair{b.Judge, b.Entry}]
	if k == nil || k.out == nil {
		return fmt.Errorf("no judge %s was excluded from entry %s", b.Judge, b.Entry)
	}
	k.back = append(k.back, Return{*k.out, Removal{e.At, e.Name, b.Reason}})
	k.out = nil
	for _, r := range s.Rounds {
		for _, t := range r.Of(b.Judge) {
			if slices.Contains(b.Tasks, t.ID) {
				t.SetAside = nil
			}
		}
	}
	if s.Last() != nil {
		s.outdate(OutdatedBySheet)
	}
	s.seek()
	return nil
}

// tieReported is a tie between a judge and an entrant that the organiser was
// told of.
type tieReported struct {
	Judge string `json:"judge"`
	Entry string `json:"entry"`
	Note  string `json:"note"`
	Again bool   `json:"again,omitempty"` // after it had been decided that she goes on
	Left  bool   `json:"left,omitempty"`  // it is no tie: she was taken off the jury
}

func (*tieReported) kind() string { return "judge.tie_reported" }
func (b *tieReported) apply(s *State, e *Event) error {
	if s.Judge(b.Judge) == nil || s.entry[b.Entry] == nil {
		return fmt.Errorf("no judge %s or entry %s", b.Judge, b.Entry)
	}
	t := s.between(b.Judge, b.Entry)
	t.note, t.told, t.teller = b.Note, Removal{e.At, e.Name, b.Note}, e.By
	if b.Again {
		t.since = len(t.kept)
	}
	key := TieFound
	if b.Left {
		key, t.left = TieRemoved, e.At
	}
	if !slices.Contains(t.found, key) {
		t.found = append(t.found, key)
	}
	return nil
}

// judgeKept lets a judge go on with an entry she has ties to.
type judgeKept struct {
	Judge  string   `json:"judge"`
	Entry  string   `json:"entry"`
	Why    []string `json:"why"`
	Reason string   `json:"reason"`
}

func (*judgeKept) kind() string { return "judge.kept" }
func (b *judgeKept) apply(s *State, e *Event) error {
	if s.Judge(b.Judge) == nil || s.entry[b.Entry] == nil {
		return fmt.Errorf("no judge %s or entry %s", b.Judge, b.Entry)
	}
	t := s.between(b.Judge, b.Entry)
	t.kept = append(t.kept, Kept{b.Judge, b.Entry, b.Why, e.At, e.Name, b.Reason})
	return nil
}

type sheetSaved struct {
	Task string `json:"task"`
	Content
	Writer
}

func (*sheetSaved) kind() string { return "sheet.saved" }
func (b *sheetSaved) apply(s *State, e *Event) error {
	_, t := s.Task(b.Task)
	if t == nil {
		return fmt.Errorf("no task %s", b.Task)
	}
	t.Sheet.Version++
	t.Sheet.Content = b.Content
	t.Sheet.Writer = b.Writer
	t.Sheet.SavedAt = e.At
	return nil
}

type sheetSigned struct {
	Task string `json:"task"`
}

func (*sheetSigned) kind() string { return "sheet.signed" }
func (b *sheetSigned) apply(s *State, e *Event) error {
	_, t := s.Task(b.Task)
	if t == nil {
		return fmt.Errorf("no task %s", b.Task)
	}
	t.Sheet.SignedAt, t.Sheet.SignedSeq = e.At, e.Seq
	return nil
}

type sheetReopened struct {
	Task   string `json:"task"`
	Reason string `json:"reason"`
}

func (*sheetReopened) kind() string { return "sheet.reopened" }
func (b *sheetReopened) apply(s *State, e *Event) error {
	_, t := s.Task(b.Task)
	if t == nil {
		return fmt.Errorf("no task %s", b.Task)
	}
	kept := t.Sheet.Content
	kept.Marks = maps.Clone(kept.Marks)
	t.Sheet.Earlier = append(t.Sheet.Earlier, Signed{kept, t.Sheet.SignedAt, t.Sheet.SignedSeq, e.Seq, e.At, e.Name, b.Reason, ""})
	t.Sheet.SignedAt = time.Time{}
	return nil
}

// conferred records that judges who differed too much talked it over.
type conferred struct {
	Round  string   `json:"round"`
	Entry  string   `json:"entry"`
	Part   string   `json:"part,omitempty"` // ID; "" in older logs: all parts
	Reason string   `json:"reason"`
	Reopen []string `json:"reopen,omitempty"` // judges who will score again
}

func (*conferred) kind() string { return "round.conferred" }
func (b *conferred) apply(s *State, e *Event) error {
	r := s.Round(b.Round)
	if r == nil {
		return errNoRound
	}
	r.Held[b.Entry] = append(r.Held[b.Entry], Held{e.Seq, e.At, e.Name, b.Part, b.Reason, b.Reopen})
	return nil
}

type tieDecided struct {
	Round     string   `json:"round"`
	Entries   []string `json:"entries"`
	Reason    string   `json:"reason"`
	Complaint string   `json:"complaint,omitempty"` // that was decided so; "" where the chair did
	// Rest says that the order holds for those that remain when others leave, and that
	// no older one of two of them comes back; in earlier versions it fell with the first
	// that left.
	Rest bool `json:"rest,omitempty"`
}

func (*tieDecided) kind() string { return "round.tie_decided" }
func (b *tieDecided) apply(s *State, e *Event) error {
	r := s.Round(b.Round)
	if r == nil {
		return errNoRound
	}
	r.Ties = append(r.Ties, TieDecision{e.At, e.Name, b.Entries, b.Reason, b.Complaint, b.Rest, r.Finished != nil})
	if r.Finished != nil {
		s.outdate(OutdatedByChair)
	}
	return nil
}

type entriesPicked struct {
	Round string `json:"round"`
	Picks []Pick `json:"picks"`
}

func (*entriesPicked) kind() string { return "round.entries_picked" }
func (b *entriesPicked) apply(s *State, e *Event) error {
	r := s.Round(b.Round)
	if r == nil {
		return errNoRound
	}
	r.Picked, r.PickedBy, r.PickedAt = b.Picks, e.Name, e.At
	return nil
}

type roundFinished struct {
	Round   string  `json:"round"`
	Outcome Outcome `json:"outcome"`
	witnessed
}

func (*roundFinished) kind() string { return "round.finished" }
func (b *roundFinished) apply(s *State, e *Event) error {
	r := s.Round(b.Round)
	if r == nil || r.Finished != nil {
		return errNoRound
	}
	s.witness("finish", b.Round, b.witnessed, e)
	o := b.Outcome
	o.At, o.By = e.At, e.Name
	r.Finished = &o
	return nil
}

type prizesGiven struct {
	Given []Given `json:"given"`
}

func (*prizesGiven) kind() string { return "contest.prizes_given" }
func (b *prizesGiven) apply(s *State, _ *Event) error {
	s.Given, s.Outdated = s.valued(b.Given), Outdated{}
	return nil
}

type complaintFiled struct {
	ID    string `json:"id"`
	Who   string `json:"who"`
	Entry string `json:"entry,omitempty"`
	Text  string `json:"text"`
}

func (*complaintFiled) kind() string { return "complaint.filed" }
func (b *complaintFiled) apply(s *State, e *Event) error {
	s.Complaints = append(s.Complaints, Complaint{b.ID, b.Who, b.Entry, b.Text, e.At, e.Name, nil})
	return nil
}

type complaintDecided struct {
	ID     string `json:"id"`
	Upheld bool   `json:"upheld,omitempty"`
	Reason string `json:"reason"`
}

func (*complaintDecided) kind() string { return "complaint.decided" }
func (b *complaintDecided) apply(s *State, e *Event) error {
	c := s.Complaint(b.ID)
	if c == nil {
		return fmt.Errorf("no complaint %s", b.ID)
	}
	if last := s.Last(); b.Upheld && last != nil { // what is mended follows
		var err error
		if s.published, err = s.Places(last); err != nil {
			return err
		}
		s.known = s.Unknowns(last.ID)
	}
	c.Decision = &Decision{e.At, e.Name, "", b.Upheld, b.Reason}
	if b.Upheld && s.Proposed != nil { // older logs have none: one person could
		c.Decision.First = s.Proposed.By
	}
	return nil
}

// resultsCorrected puts prizes in the place of those that are public.
type resultsCorrected struct {
	Complaint string  `json:"complaint"`
	Reason    string  `json:"reason"`
	Given     []Given `json:"given"`
}

func (*resultsCorrected) kind() string { return "contest.results_corrected" }
func (b *resultsCorrected) apply(s *State, e *Event) error {
	c := Correction{At: e.At, By: e.Name, Complaint: b.Complaint, Reason: b.Reason, Before: s.Given}
	if p := s.Proposed; p != nil {
		if e.By == p.Person {
			return fmt.Errorf("the proposal %s was confirmed by who had made it", p.ID)
		}
		c.First, c.Again, c.Mended, c.Proposal, s.Proposed = p.By, p.Give != nil, p.Mend != nil, p.ID, nil
	}
	c.Places = s.published
	switch last := s.Last(); {
	case last == nil:
	case c.Again:
		var err error
		if c.Places, err = s.Places(last); err != nil { // no mark moves
			return err
		}
	case !c.Mended:
		c.Unlearned = beyond(s.known, s.Unknowns(last.ID))
	}
	s.Corrections = append(s.Corrections, c)
	s.Given = s.valued(b.Given)
	return nil
}

type certificateSet struct {
	Certificate
}

func (*certificateSet) kind() string { return "contest.certificate_set" }
func (b *certificateSet) apply(s *State, _ *Event) error {
	s.Certificate = b.Certificate
	return nil
}
