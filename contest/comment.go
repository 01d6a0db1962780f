package contest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
)

// Comment is what a judge wrote of a work that its entrant is to read: the comment
// of a signed sheet, or a note at a moment of the recording.
type Comment struct {
	ID      string // of the task, and for a note a dot and its place on the sheet: "3f09", "3f09.2"
	Round   string // ID
	Entry   string // ID
	Judge   string // person ID
	Code    string // by which the judge knew the work
	Note    bool
	Seconds float64  // of a note: where in the recording
	Text    string   // as the judge wrote it
	Reviews []Review // what was decided about it, oldest first
}

// Fate is what becomes of a comment.
type Fate string

// The fates of a comment. Nobody has decided about one that has none yet; it goes
// out as it is.
const (
	FateAsIs   Fate = "as_is"
	FateEdited Fate = "edited"
	FateHeld   Fate = "held" // the entrant does not read it
)

// Fates lists them in the order they are offered.
func Fates() []Fate { return []Fate{FateAsIs, FateEdited, FateHeld} }

// CommentState is the fate of a comment, or that it has none yet.
type CommentState string

// The states.
const (
	CommentUndecided CommentState = "undecided"
	CommentAsIs      CommentState = "as_is"
	CommentEdited    CommentState = "edited"
	CommentHeld      CommentState = "held"
)

// CommentStates are all of them, in the order a page leads to them.
var CommentStates = []CommentState{CommentUndecided, CommentAsIs, CommentEdited, CommentHeld}

// State is the state the comment is in.
func (c Comment) State() CommentState { return cmp.Or(CommentState(c.Fate()), CommentUndecided) }

// CommentFilter narrows the comments of a contest.
type CommentFilter struct {
	State CommentState `name:"state"`
}

// Wants reports whether the filter asks for the comment.
func (f CommentFilter) Wants(c Comment) bool { return f.State == "" || f.State == c.State() }

// Review is a decision about a comment. The judge's own words stay on her sheet.
type Review struct {
	Fate   Fate      `json:"fate"`
	Text   string    `json:"text,omitempty"` // as the entrant reads one that was edited
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by"` // name
	At     time.Time `json:"at"`
	Late   bool      `json:"late,omitempty"` // entrants could read the comment before
}

// Fate is what was decided last, "" if nothing was.
func (c Comment) Fate() Fate {
	if n := len(c.Reviews); n > 0 {
		return c.Reviews[n-1].Fate
	}
	return ""
}

// Sent is the comment as the entrant reads it; ok is false if it is held back.
func (c Comment) Sent() (text string, ok bool) {
	switch c.Fate() {
	case FateHeld:
		return "", false
	case FateEdited:
		return c.Reviews[len(c.Reviews)-1].Text, true
	}
	return c.Text, true
}

// ReadableSince is since when the entrant could read what review n took the place of, if
// results had been public since published; zero if she could not.
func (c Comment) ReadableSince(n int, published time.Time) time.Time {
	switch {
	case !c.Reviews[n].Late:
		return time.Time{}
	case n > 0 && c.Reviews[n-1].Fate == FateHeld:
		return time.Time{}
	case n > 0 && c.Reviews[n-1].Late:
		return c.Reviews[n-1].At
	}
	return published
}

// Told returns the round and the sheets whose figures and comments an entrant is
// told: those of the last finished round in which the entry was scored. The round
// is nil if there is none.
func (s *State) Told(entry string) (*RoundState, []*Task) {
	for _, run := range slices.Backward(s.Rounds) {
		if run.Finished == nil {
			continue
		}
		var tasks []*Task
		for _, t := range run.Tasks {
			if t.Entry == entry && t.told() {
				tasks = append(tasks, t)
			}
		}
		if len(tasks) > 0 {
			return run, tasks
		}
	}
	return nil, nil
}

// CommentsOn lists what judges wrote on the entry that its entrant is told, round by
// round and by sheet, in all rounds that are over.
func (s *State) CommentsOn(entry string) (list []Comment) {
	for _, run := range s.Rounds {
		if run.Finished == nil {
			continue
		}
		for _, t := range run.Tasks {
			if t.Entry == entry && t.told() {
				list = append(list, s.commentsOf(run, t)...)
			}
		}
	}
	return list
}

// Comments lists what judges wrote that entrants are told, by the codes on the
// entries' receipts.
func (s *State) Comments() (list []Comment) {
	for _, e := range s.byCode() {
		list = append(list, s.CommentsOn(e.ID)...)
	}
	return list
}

// byCode lists the entries in the order of their codes.
func (s *State) byCode() []*Entry {
	return slices.SortedFunc(slices.Values(s.Entries), func(a, b *Entry) int { return strings.Compare(a.Code, b.Code) })
}

// commentsOf lists what stands on a sheet: the comment first, then the notes.
func (s *State) commentsOf(run *RoundState, t *Task) (list []Comment) {
	add := func(c Comment) {
		if strings.TrimSpace(c.Text) == "" {
			return
		}
		c.Round, c.Entry, c.Judge, c.Code, c.Reviews = run.ID, t.Entry, t.Judge, t.Code, s.reviews[c.ID]
		list = append(list, c)
	}
	add(Comment{ID: t.ID, Text: t.Sheet.Comment})
	for i, n := range t.Sheet.Notes {
		add(Comment{ID: t.ID + "." + strconv.Itoa(i+1), Note: true, Seconds: n.Seconds, Text: n.Text})
	}
	return list
}

// Comment returns the comment with that ID among those that entrants are told.
func (s *State) Comment(id string) (c Comment, ok bool) {
	task, _, _ := strings.Cut(id, ".")
	_, t := s.Task(task)
	if t == nil {
		return Comment{}, false
	}
	list := s.CommentsOn(t.Entry)
	at := slices.IndexFunc(list, func(c Comment) bool { return c.ID == id })
	if at < 0 {
		return Comment{}, false
	}
	return list[at], true
}

// Reviewed counts what was decided last about a judge's comments in a round.
type Reviewed struct {
	Judge        string // person ID
	All          int    // comments that entrants are told of, or held back
	Edited, Held int
}

// ReviewedIn lists the judges of a round of whom a comment was edited or held back,
// in the order of their appointment.
func (s *State) ReviewedIn(r *RoundState) (list []Reviewed) {
	of := map[string]*Reviewed{}
	for _, c := range s.Comments() {
		if c.Round != r.ID {
			continue
		}
		if of[c.Judge] == nil {
			of[c.Judge] = &Reviewed{Judge: c.Judge}
		}
		of[c.Judge].All++
		switch c.Fate() {
		case FateEdited:
			of[c.Judge].Edited++
		case FateHeld:
			of[c.Judge].Held++
		}
	}
	for _, j := range s.Judges {
		if x := of[j.Person]; x != nil && x.Edited+x.Held > 0 {
			list = append(list, *x)
		}
	}
	return list
}

// Shown reports whether the results are public, and entrants can read comments.
func (s *State) Shown() bool { return s.Phase == Published || s.Phase == Closed }

// ReviewComment decides what the entrant reads of a judge's comment. It can be
// decided anew; once the results are published always with a reason. Faults:
// contest.unknown_comment, contest.unknown_fate, contest.reason_missing,
// contest.comment_empty, contest.comment_same, contest.text_too_long, contest.has_stake.
type ReviewComment struct {
	ID     string `json:"id"`
	Fate   Fate   `json:"fate"`
	Text   string `json:"text,omitempty"`   // of one that is edited
	Reason string `json:"reason,omitempty"` // needed unless it goes out as it is, before entrants can read it
}

func (c ReviewComment) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	x, ok := s.Comment(c.ID)
	if !ok {
		return nil, fault.New(fault.NotFound, "contest.unknown_comment")
	}
	if err := s.Impartial(m.By, x.Entry); err != nil {
		return nil, err
	}
	c.Text, c.Reason = strings.TrimSpace(c.Text), strings.TrimSpace(c.Reason)
	if c.Fate != FateEdited {
		c.Text = ""
	}
	switch most := 5000; {
	case !slices.Contains(Fates(), c.Fate):
		return nil, fault.New(fault.Invalid, "contest.unknown_fate", "value", clip(string(c.Fate), 40)).At("fate")
	case c.Fate == FateEdited && c.Text == "":
		return nil, fault.New(fault.Invalid, "contest.comment_empty").At("text")
	case c.Fate == FateEdited && c.Text == strings.TrimSpace(x.Text):
		return nil, fault.New(fault.Invalid, "contest.comment_same").At("text")
	case utf8.RuneCountInString(c.Text) > most:
		return nil, fault.New(fault.Invalid, "contest.text_too_long", "length", utf8.RuneCountInString(c.Text), "most", most).At("text")
	}
	if c.Fate != FateAsIs || s.Shown() || c.Reason != "" {
		if err := reasonable(c.Reason); err != nil {
			return nil, err
		}
	}
	if n := len(x.Reviews); n > 0 && x.Reviews[n-1].Fate == c.Fate && x.Reviews[n-1].Text == c.Text && x.Reviews[n-1].Reason == c.Reason {
		return nil, nil // it is decided so already
	}
	return []body{&commentReviewed{c.ID, c.Fate, x.Text, c.Text, c.Reason}}, nil
}

// ReleaseComments lets those of the comments go out as they are about which nobody
// has decided; about the others, and those on works the actor has a stake in, it changes
// nothing. Once the results are published they are out, and there is nothing left to release. Faults: contest.list_length
// and contest.unknown_comment.
type ReleaseComments struct {
	IDs []string `json:"ids"`
}

// mostReleased is how many comments one ReleaseComments may name.
const mostReleased = 500

func (c ReleaseComments) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if len(c.IDs) > mostReleased {
		return nil, fault.New(fault.Invalid, "contest.list_length", "most", mostReleased).At("ids")
	}
	var list []body
	for i, id := range c.IDs {
		x, ok := s.Comment(id)
		switch {
		case !ok:
			return nil, fault.New(fault.NotFound, "contest.unknown_comment").At("ids")
		case x.Fate() == "" && !s.Shown() && !slices.Contains(c.IDs[:i], id) && s.Impartial(m.By, x.Entry) == nil:
			list = append(list, &commentReviewed{ID: id, Fate: FateAsIs, Was: x.Text})
		}
	}
	return list, nil
}

// commentReviewed keeps both versions of a comment: the judge's and the one that
// goes out.
type commentReviewed struct {
	ID     string `json:"id"`
	Fate   Fate   `json:"fate"`
	Was    string `json:"was"`
	Text   string `json:"text,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func (*commentReviewed) kind() string { return "comment.reviewed" }
func (b *commentReviewed) apply(s *State, e *Event) error {
	if c, ok := s.Comment(b.ID); !ok || c.Text != b.Was {
		return fmt.Errorf("no judge wrote the comment %s as it was reviewed", b.ID)
	}
	s.reviews[b.ID] = append(s.reviews[b.ID], Review{b.Fate, b.Text, b.Reason, e.Name, e.At, s.Shown()})
	return nil
}

// CommentFate is a decision about a judge's own comment, as she reads it.
type CommentFate struct {
	Seconds float64 `json:"seconds,omitempty"` // of a note
	Was     string  `json:"was"`               // as she wrote it
	Review
}

// fates lists what was decided about the comments on a sheet, but for those that
// went out as they are.
func (s *State) fates(run *RoundState, t *Task) (list []CommentFate) {
	for _, c := range s.commentsOf(run, t) {
		if f := c.Fate(); f == FateEdited || f == FateHeld {
			list = append(list, CommentFate{c.Seconds, c.Text, c.Reviews[len(c.Reviews)-1]})
		}
	}
	return list
}
