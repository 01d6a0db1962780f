package contest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/once"
	"loa/internal/text"
)

// DeadlineKind is what ends, or begins, at a deadline.
type DeadlineKind string

// The kinds.
const (
	DeadlineOpens  DeadlineKind = "opens"  // entries are taken from then on
	DeadlineCloses DeadlineKind = "closes" // and until then
	DeadlineRound  DeadlineKind = "round"  // judges score until then
)

// DeadlineKinds are all of them.
var DeadlineKinds = []DeadlineKind{DeadlineOpens, DeadlineCloses, DeadlineRound}

// Deadline is the next of a contest, or the one that passed while nobody moved it on.
type Deadline struct {
	Kind DeadlineKind `json:"kind"`
	At   time.Time    `json:"at"`
}

// Words says what is due, when, and that it is over.
func (d Deadline) Words(l text.Language, now time.Time) string {
	said := l.Say("contest.deadline_"+string(d.Kind), "at", d.At)
	if now.After(d.At) {
		said += " " + l.Say("contest.deadline_over")
	}
	return said
}

// Waiting is a contest as who organises it finds it on her first page.
type Waiting struct {
	ID, Title string
	Phase     Phase
	Round     string      // name of the one that is being judged
	Deadline  *Deadline   // nil where there is none
	Waits     []once.Open // what can be decided later last
}

// Waiting tells of each contest the actor organises that is not over what it waits for.
func (h *Hall) Waiting(ctx context.Context, by accounts.Actor, now time.Time) (list []Waiting, err error) {
	var ids []string
	if err := h.List(ctx, func(s *State) error {
		if s.Phase != Closed && by.Can(accounts.Organise, accounts.Where{Contest: s.ID}) {
			ids = append(ids, s.ID)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	alike, err := h.undecided(ctx, ids...)
	if err != nil {
		return nil, err
	}
	err = h.Some(ctx, ids, func(s *State) error {
		list = append(list, s.waiting(Facts{Alike: alike}, now))
		return nil
	})
	return list, err
}

// waiting is Waiting of one contest.
func (s *State) waiting(f Facts, now time.Time) Waiting {
	w := Waiting{ID: s.ID, Title: s.Working().Title, Phase: s.Phase}
	dates, step := s.Rules.Dates, once.Step{}
	at := func(kind DeadlineKind, t time.Time) {
		if !t.IsZero() {
			w.Deadline = &Deadline{kind, t}
		}
	}
	for _, next := range s.NextSteps() {
		step.Open = append(step.Open, next.asks(s, f).Open...)
	}
	if s.Phase == Open && !s.hasJury() {
		step.Add("contest.open_no_jury", AtJury, []string{w.Title})
	}
	has := func(key string) bool {
		return slices.ContainsFunc(step.Open, func(o once.Open) bool { return o.Key == key })
	}
	ready := func(key, name string) {
		if !slices.ContainsFunc(step.Open, func(o once.Open) bool { return !o.Later }) {
			step.Add(key, "", []string{name})
		}
	}
	switch next, run := s.Next(), s.Running(); {
	case s.Phase == Draft:
		if at(DeadlineOpens, dates.OpensAt); s.Rules.Openable(now) != nil {
			step.Add("contest.wait_rules", AtRules, []string{w.Title})
		}
		ready("contest.wait_open", w.Title)
	case s.Phase == Open && now.Before(dates.OpensAt):
		at(DeadlineOpens, dates.OpensAt)
	case s.Phase == Open && now.Before(dates.ClosesAt.Add(dates.Grace())):
		at(DeadlineCloses, dates.ClosesAt)
	case next != nil && (s.Phase == Open || s.Phase == Judging):
		ready("contest.wait_start", next.Name)
	case run != nil:
		rules, _ := s.Rules.Round(run.ID)
		w.Round = rules.Name
		at(DeadlineRound, rules.Until)
		s.unscored(&step, run)
		if !has("contest.open_points") {
			step.Add("contest.open_points", AtPoints, s.pointsOpen())
		}
		ready("contest.wait_finish", rules.Name)
	case s.Phase == Judging:
		if s.Outdated.Given != nil || len(s.Given) == 0 {
			step.Add("contest.wait_prizes", AtResults, []string{w.Title})
		}
		ready("contest.wait_publish", w.Title)
	case s.Phase == Published:
		var filed []string
		for _, c := range s.Complaints {
			if c.Decision == nil && (s.Proposed == nil || s.Proposed.Complaint() != c.ID) { // that one waits for the second person
				filed = append(filed, c.ID)
			}
		}
		step.Add("contest.wait_complaints", AtComplaints, filed)
	}
	w.Waits = append(step.Undecided(), slices.DeleteFunc(step.Open, func(o once.Open) bool { return !o.Later })...)
	return w
}

// unscored notes whose sheets are missing of a round, and on which works judges differ too much.
func (s *State) unscored(step *once.Step, run *RoundState) {
	var sheets, gaps []string
	for _, j := range s.Judges {
		left := 0
		for _, t := range run.Of(j.Person) {
			if t.Status() == Untouched || t.Status() == Drafted {
				left++
			}
		}
		if left > 0 {
			sheets = append(sheets, fmt.Sprintf("%s (%d)", j.Name, left))
		}
	}
	for _, g := range s.Gaps(run) {
		if code := s.entry[g.Entry].Code; !g.Settled && !slices.Contains(gaps, code) {
			gaps = append(gaps, code)
		}
	}
	step.Add("contest.wait_sheets", AtProgress, sheets)
	step.Add("contest.wait_gaps", AtProgress, gaps)
}
