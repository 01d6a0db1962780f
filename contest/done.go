package contest

import (
	"strings"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
)

// Done says when somebody did something, and who.
type Done struct {
	At time.Time
	By string // name
}

// Reached is when the contest came to the phase and by whom; zero if it has not, or
// by the start of a round.
func (s *State) Reached(p Phase) Done { return s.reached[p] }

// phrase is the phrase under key with who took something out, when and why.
func (r *Removal) phrase(key string) text.Phrase {
	reason := r.Reason
	if strings.TrimSpace(reason) == "" {
		reason = "–"
	}
	return text.Phrase{Key: key, Args: []any{"by", r.By, "at", r.At, "reason", reason}}
}

// whereabouts tells the phase of a contest and what moves it on, for who asks for a
// step out of its turn.
type whereabouts struct {
	phase Phase
	next  []text.Phrase
}

// Words says it in the language.
func (w whereabouts) Words(l text.Language) string {
	steps := make([]string, len(w.next))
	for i, p := range w.next {
		steps[i] = p.Words(l)
	}
	return l.Say("contest.now", "phase", l.Say("contest.phase_"+string(w.phase)), "next", strings.Join(steps, l.Say("contest.now_or")))
}

// now is where the contest stands.
func (s *State) now() whereabouts {
	w := whereabouts{phase: s.Phase}
	add := func(key string, args ...any) { w.next = append(w.next, text.Phrase{Key: key, Args: args}) }
	if s.Phase == Judging && s.Last() != nil && s.Given == nil {
		add("contest.step_prizes")
		return w
	}
	for _, c := range s.NextSteps() {
		switch c := c.(type) {
		case StartRound:
			add("contest.step_of_round", "step", text.Phrase{Key: "contest.step_start"}, "name", s.roundName(c.Round), "id", c.Round)
		case FinishRound:
			add("contest.step_of_round", "step", text.Phrase{Key: "contest.step_finish"}, "name", s.roundName(c.Round), "id", c.Round)
		case OpenContest:
			add("contest.step_open")
		case PublishResults:
			add("contest.step_published")
		case CloseContest:
			add("contest.step_closed")
		}
	}
	return w
}

func (s *State) roundName(id string) string {
	if r, _ := s.Rules.Round(id); r != nil {
		return r.Name
	}
	return id
}

// outOfTurn is the fault under code of a step whose turn it is not.
func (s *State) outOfTurn(code string) *fault.Error {
	return fault.New(fault.Conflict, code, "now", s.now())
}

// isOver is the fault that nothing of the contest changes any more.
func (s *State) isOver() error {
	d := s.Reached(Closed)
	return fault.New(fault.Conflict, "contest.closed", "by", d.By, "at", d.At)
}

// isPublic is the fault under code of what could be done until results were published.
func (s *State) isPublic(code string) error {
	d := s.Reached(Published)
	return fault.New(fault.Conflict, code, "by", d.By, "at", d.At)
}

// gone is the fault that a judge was taken off before, by whom and what became of
// what she signed.
func (s *State) gone(j *Judge) error {
	marks := "contest.marks_count"
	for _, e := range s.Entries {
		if t := s.tie[pair{j.Person, e.ID}]; j.KeepsOut || t != nil && t.left.Equal(j.Removed.At) {
			marks = "contest.marks_asked"
		}
	}
	return fault.New(fault.Conflict, "contest.judge_gone", "name", j.Name, "marks", text.Phrase{Key: marks}, "why", j.Removed.phrase("contest.by_whom"))
}

// notLive is the fault that an entry is not in the contest any more, and since when.
func (s *State) notLive(e *Entry) error {
	why := text.Phrase{Key: "contest.entry_fixed", Args: []any{"by", s.Reached(Published).By, "at", s.Reached(Published).At}}
	switch {
	case e.Withdrawn != nil:
		why = e.Withdrawn.phrase("contest.entry_withdrawn")
	case e.RuledOut != nil:
		why = e.RuledOut.phrase("contest.entry_ruled_out")
	}
	return fault.New(fault.Conflict, "contest.entry_not_live", "code", e.Code, "why", why)
}

// noCorrection is the fault that no proposal with that ID waits, and what became of it.
func (s *State) noCorrection(id string) error {
	for _, t := range s.TurnedDown {
		if t.Amendment.ID == id {
			return fault.New(fault.Conflict, "contest.correction_over", "id", id, "how", t.Turned.phrase("contest.correction_turned_down"))
		}
	}
	for _, c := range s.Corrections {
		if c.Proposal == id && id != "" {
			how := text.Phrase{Key: "contest.correction_confirmed", Args: []any{"by", c.By, "at", c.At}}
			return fault.New(fault.Conflict, "contest.correction_over", "id", id, "how", how)
		}
	}
	return fault.New(fault.NotFound, "contest.no_correction", "id", clip(id, 40))
}

// StepOf is the step of that name, of a round if it has one; nil if there is none.
func StepOf(name, round string) Step {
	switch name {
	case "open":
		return OpenContest{}
	case "start":
		return StartRound{Round: round}
	case "finish":
		return FinishRound{Round: round}
	case "publish":
		return PublishResults{}
	case "close":
		return CloseContest{}
	}
	return nil
}
