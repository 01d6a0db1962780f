package contest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/contest/ranking"
)

// State is a contest as its events have made it. It is not safe for
// concurrent use; Hall guards the ones it serves.
type State struct {
	ID      string
	Seq     int    // of the last event
	Head    string // hash of the last event
	Began   time.Time
	Phase   Phase
	Rules   Rules
	Changes []RuleChange // since opening, oldest first
	// Revision is what organisers work on since opening, nil unless they do;
	// see ReviseRules.
	Revision *Rules
	Entries  []*Entry // in the order of first submission
	Judges   []*Judge // in the order of appointment
	Panels   map[string][]Panel
	Rounds   []*RoundState // those begun
	Given    []Given       // prizes, once decided
	// PublishedAt is when the results became public; zero before.
	PublishedAt time.Time

	Outdated    Outdated     // prizes that must be given anew
	Complaints  []Complaint  // about the published result, oldest first
	Corrections []Correction // of the published result, oldest first
	Proposed    *Amendment   // correction that waits for a second person, nil if none does
	TurnedDown  []TurnedDown // corrections that nobody confirmed, oldest first

	Certificate Certificate // template of the certificates; zero is the usual one

	Witnessed []Witness // what was undecided when steps were confirmed, oldest first
	Doubles   []Double  // works that stay although they are one recording with another's, oldest first

	Seconded   []Seconded  // who confirmed corrections and had come to organise later, oldest first
	Departures []Departure // who organised it and does not any more, oldest first

	proposals int       // made so far
	published []Place   // the places until the correction that is being applied
	known     []Unknown // the judges whose habit was unknown until then
	bound     bool      // its log names the contest
	entry     map[string]*Entry
	announced map[string]Announcement     // forms whose files are awaited, by the entry's ID
	tie       map[pair]*tie               // between a judge and an entry
	changes   map[string]done             // by Change
	changed   map[int]string              // events that are others than were hashed, by what they sum to
	redacted  map[int]string              // the same as erasures tell it
	parts     map[string]accounts.Edition // of what people edit, by PartRules and the like
	reviews   map[string][]Review         // by the ID of a Comment
	reached   map[Phase]Done
}

// done is what is remembered of a change for its repeats.
type done struct {
	digest string
	seq    int
}

// RuleChange is a change of the rules after opening, shown to all concerned.
type RuleChange struct {
	At     time.Time  `json:"at"`
	By     string     `json:"by"` // name
	Reason string     `json:"reason"`
	Lines  []RuleLine `json:"lines"`
}

// RuleLine is one value that changed; Path names it as in the JSON of Rules.
type RuleLine struct {
	Path   string `json:"path"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// RoundState is a round that has begun.
type RoundState struct {
	ID       string
	Began    time.Time
	By       string            // name of who began it
	Entries  []string          // IDs, in the order of their codes
	Codes    map[string]string // entry ID to neutral code
	Stage    map[string]string // entry ID to its number in the hall; nil where it is the code
	Tasks    []*Task
	Held     map[string][]Held // by entry ID: the times judges conferred, oldest first
	Ties     []TieDecision
	Picked   []Pick
	PickedBy string    // name of who picked them last
	PickedAt time.Time // when
	Finished *Outcome

	gone  []string // IDs of entries that were ruled out once it was over
	task  map[string]*Task
	judge map[string][]*Task
}

// Task is one judge's duty to score one entry in one part of one round.
type Task struct {
	ID       string   `json:"id"` // opaque; says nothing about the entry
	Judge    string   `json:"judge"`
	Entry    string   `json:"entry"`
	Part     string   `json:"part"`
	Code     string   `json:"code"` // neutral code the judge sees
	Repeat   bool     `json:"repeat,omitempty"`
	SetAside *Removal `json:"-"` // abstained, conflict found, judge removed
	// Out is the ruling-out of the work once the round was over: its marks count no more,
	// what its entrant is told stays told.
	Out   *Removal `json:"-"`
	Sheet Sheet    `json:"-"`
}

// Note is a judge's remark at a moment of the recording.
type Note struct {
	Seconds float64 `json:"seconds"`
	Text    string  `json:"text" schema:"maxLength=1000"`
}

// Sheet is the marks of one task: a draft until signed.
type Sheet struct {
	Version int // counts saves; 0 is an untouched sheet
	Content
	SavedAt   time.Time
	SignedAt  time.Time // zero while it is a draft
	SignedSeq int       // of the event that signed it
	Heard     []Span    // of the recording, in its order, none meeting another
	Writer    Writer    // of this version
	Earlier   []Signed  // versions that were signed and then reopened or corrected
}

// Content is what a judge writes on a sheet.
type Content struct {
	Marks   map[string]ranking.Points `json:"marks"` // by criterion ID; a missing one is not yet given
	Comment string                    `json:"comment,omitempty"`
	Notes   []Note                    `json:"notes,omitempty"`
}

// Signed is a signed version of a sheet that was reopened later, or corrected.
type Signed struct {
	Content
	SignedAt   time.Time `json:"signed_at"`
	Seq, Until int       `json:"-"` // of the events that signed and that reopened it
	ReopenedAt time.Time `json:"reopened_at"`
	ReopenedBy string    `json:"reopened_by"` // name
	Reason     string    `json:"reason"`
	// Proposal is the ID of the Amendment by which its judge put marks right that she had
	// written wrong; "" where it was reopened and signed anew.
	Proposal string `json:"proposal,omitempty"`
}

// Final reports whether the sheet is signed and counts as such.
func (t *Task) Final() bool { return !t.Sheet.SignedAt.IsZero() }

// Versions are all the sheet's signed versions, oldest first. Until of the one that is
// signed now is 0.
func (t *Task) Versions() []Signed {
	list := slices.Clone(t.Sheet.Earlier)
	if t.Final() {
		list = append(list, Signed{Content: t.Sheet.Content, SignedAt: t.Sheet.SignedAt, Seq: t.Sheet.SignedSeq})
	}
	return list
}

// Off is why the task's marks enter no result, nil where they do once signed.
func (t *Task) Off() *Removal { return cmp.Or(t.SetAside, t.Out) }

// Counts reports whether the task's marks enter the results: signed, not set
// aside, of a work that is in the contest, and no hidden repeat.
func (t *Task) Counts() bool { return t.told() && t.Out == nil }

// told reports whether the entrant is told of the sheet once the round is over.
func (t *Task) told() bool { return t.Final() && t.SetAside == nil && !t.Repeat }

// Held is a reconciliation: what was agreed, and the last event it knew of.
type Held struct {
	Seq    int
	At     time.Time
	By     string
	Part   string // ID; "" of older ones: all parts
	Reason string
	Reopen []string // judges who were asked to score again
}

// of reports whether they conferred about that part.
func (h Held) of(part string) bool { return h.Part == "" || h.Part == part }

// TieDecision is the chair's order of entries that nothing else separated.
type TieDecision struct {
	At      time.Time
	By      string
	Entries []string `json:"entries"` // best first
	Reason  string   `json:"reason"`
	// Complaint is the ID of the one that was decided so; "" where the chair did.
	Complaint string `json:"complaint,omitempty"`
	Rest      bool   `json:"-"` // it holds for those that remain when others leave, and none before it for two of them

	late bool // it was given when the round was over
}

// Pick is an entry promoted by choice.
type Pick struct {
	Entry  string `json:"entry"`
	Reason string `json:"reason" schema:"maxLength=2000"`
}

// Outcome is a finished round as it was decided then. Verify computes it
// again from the sheets.
type Outcome struct {
	At       time.Time      `json:"-"`
	By       string         `json:"-"`
	Method   ranking.Method `json:"method,omitempty"`
	Places   []Place        `json:"places,omitempty"` // by group, best first
	Promoted []string       `json:"promoted,omitempty"`
}

// Place is one entry's place in its group.
type Place struct {
	Group string `json:"group,omitempty"` // theme, category or district ID the ranking is limited to
	Entry string `json:"entry"`
	Rank  int    `json:"rank"`  // shared ranks repeat
	Value string `json:"value"` // exact points, "1789/20"
}

// Given is a prize somebody gets, or places of one that nobody does.
type Given struct {
	Award    string `json:"award"`
	Prize    string `json:"prize"`
	Entry    string `json:"entry,omitempty"`
	Station  string `json:"station,omitempty"`                     // ID: a special prize for a collective
	Name     string `json:"name,omitempty" schema:"maxLength=300"` // of the collective as then called
	District string `json:"district,omitempty"`                    // name of its district then; not known of older ones
	Rank     int    `json:"rank,omitempty"`
	Amount   string `json:"amount,omitempty"`                         // whole đồng: "2000000"
	Withheld int    `json:"withheld,omitempty"`                       // so many places of this prize were not given
	TooLow   bool   `json:"too_low,omitempty"`                        // because the next entry was below the floor
	Reason   string `json:"reason,omitempty" schema:"maxLength=2000"` // of a decision
	// Lost says that it had been given by decision to whom it names until a correction
	// took it away: one place of Withheld, to be given again.
	Lost bool `json:"lost,omitempty"`
}

// NewState returns the state of a contest of which nothing is known yet.
func NewState(id string) *State {
	return &State{ID: id, Panels: map[string][]Panel{}, entry: map[string]*Entry{}, announced: map[string]Announcement{}, tie: map[pair]*tie{},
		changes: map[string]done{}, parts: map[string]accounts.Edition{},
		reviews: map[string][]Review{}, reached: map[Phase]Done{}, changed: map[int]string{}, redacted: map[int]string{}}
}

// Apply folds the next event in. An error means that the log is not what Loa
// wrote: a gap, a changed byte, or an event of a newer version; the state
// must then not be used any more.
func (s *State) Apply(e Event) error {
	switch {
	case e.Seq != s.Seq+1:
		return fmt.Errorf("contest %s: event %d follows %d", s.ID, e.Seq, s.Seq)
	case e.Prev != s.Head:
		return fmt.Errorf("contest %s: event %d does not link to the one before", s.ID, e.Seq)
	case e.Erased:
		s.changed[e.Seq] = e.Sum()
	case e.Hash != e.Sum():
		return fmt.Errorf("contest %s: event %d was changed after it was written", s.ID, e.Seq)
	}
	b, err := decodeBody(e.Kind, e.Body)
	if err != nil {
		return fmt.Errorf("contest %s: event %d: %w", s.ID, e.Seq, err)
	}
	if err := b.apply(s, &e); err != nil {
		return fmt.Errorf("contest %s: event %d: %w", s.ID, e.Seq, err)
	}
	if s.Seq == 0 {
		s.Began = e.At
	}
	s.touch(b, &e)
	s.Seq, s.Head = e.Seq, e.Hash
	s.changes[e.Change] = done{e.Digest, e.Seq}
	return nil
}

// Taking reports whether entries are taken at that instant. After the deadline
// only those are that were announced before it.
func (s *State) Taking(at time.Time) bool {
	d := s.Rules.Dates
	return s.Phase == Open && !at.Before(d.OpensAt) && !at.After(d.ClosesAt)
}

// Entry returns the entry with that ID, or nil.
func (s *State) Entry(id string) *Entry { return s.entry[id] }

// ByCode returns the entry with that receipt code, or nil.
func (s *State) ByCode(code string) *Entry {
	for _, e := range s.Entries {
		if strings.EqualFold(e.Code, code) {
			return e
		}
	}
	return nil
}

// Live lists the entries still in the contest, oldest first.
func (s *State) Live() []*Entry {
	return slices.DeleteFunc(slices.Clone(s.Entries), func(e *Entry) bool { return !e.Live() })
}

// Judge returns the judge who is that person, or nil.
func (s *State) Judge(person string) *Judge {
	for _, j := range s.Judges {
		if j.Person == person {
			return j
		}
	}
	return nil
}

// Round returns the round with that ID if it has begun, or nil.
func (s *State) Round(id string) *RoundState {
	for _, r := range s.Rounds {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Running returns the round being judged, or nil.
func (s *State) Running() *RoundState {
	if n := len(s.Rounds); n > 0 && s.Rounds[n-1].Finished == nil {
		return s.Rounds[n-1]
	}
	return nil
}

// Next returns the rules of the round that begins next, or nil.
func (s *State) Next() *Round {
	if s.Running() == nil && len(s.Rounds) < len(s.Rules.Rounds) {
		return &s.Rules.Rounds[len(s.Rounds)]
	}
	return nil
}

// Last returns the finished last round of the chain, or nil.
func (s *State) Last() *RoundState {
	if n := len(s.Rounds); n > 0 && n == len(s.Rules.Rounds) && s.Rounds[n-1].Finished != nil {
		return s.Rounds[n-1]
	}
	return nil
}

// Settling returns the round whose ties the chair can settle: the one being
// judged, or the last one until its results are public. Nil if there is none.
func (s *State) Settling() *RoundState {
	if s.Phase != Judging {
		return nil
	}
	if r := s.Running(); r != nil {
		return r
	}
	return s.Last()
}

// Task returns the task with that ID in any round, or nil.
func (s *State) Task(id string) (*RoundState, *Task) {
	for _, r := range s.Rounds {
		if t := r.task[id]; t != nil {
			return r, t
		}
	}
	return nil, nil
}

// SameNumber reports whether somebody who says one number means the other:
// judges say "4" of what is drawn as "04".
func SameNumber(said, drawn string) bool {
	return strings.TrimLeft(said, "0") == strings.TrimLeft(drawn, "0")
}

// Of lists the judge's tasks in her own order.
func (r *RoundState) Of(judge string) []*Task { return r.judge[judge] }

// Owes reports whether the judge has a sheet to sign yet.
func (r *RoundState) Owes(judge string) bool {
	return slices.ContainsFunc(r.Of(judge), func(t *Task) bool { return t.Status() == Untouched || t.Status() == Drafted })
}

// Number is what judges call the entry by in a part.
func (r *RoundState) Number(entry string, p *Part) string {
	if p.Live && r.Stage != nil {
		return r.Stage[entry]
	}
	return r.Codes[entry]
}

// Series is one of the two series of numbers of a round that is judged on the stage too.
type Series string

// The series; "" is the only one of a round that has no other.
const (
	OfRecording Series = "recording"
	OnStage     Series = "stage"
)

// AllSeries are both.
var AllSeries = []Series{OfRecording, OnStage}

// Series is of which series the numbers of a part are.
func (r *RoundState) Series(p *Part) Series {
	if r.Stage != nil && p.Live {
		return OnStage
	}
	return r.Recordings()
}

// Recordings is of which series the numbers are by which works of several parts go.
func (r *RoundState) Recordings() Series {
	if r.Stage == nil {
		return ""
	}
	return OfRecording
}

// Task returns the task with that ID, or nil.
func (r *RoundState) Task(id string) *Task { return r.task[id] }

func (r *RoundState) add(t Task) {
	p := &t
	r.Tasks = append(r.Tasks, p)
	r.task[t.ID] = p
	r.judge[t.Judge] = append(r.judge[t.Judge], p)
}

// Chair reports whether the person presides over the jury.
func (s *State) Chair(person string) bool {
	j := s.Judge(person)
	return j != nil && j.Chair && j.Removed == nil
}

// Presiding is the judge who presides over the jury, or nil.
func (s *State) Presiding() *Judge {
	for _, j := range s.Judges {
		if j.Chair && j.Removed == nil {
			return j
		}
	}
	return nil
}

// Repeated reports whether the change was made before. The fault
// contest.change_differs (Conflict) says its content was another then.
func (s *State) repeated(change, digest string) (bool, error) {
	d, ok := s.changes[change]
	if ok && d.digest != digest {
		return true, ChangeDiffers()
	}
	return ok, nil
}
