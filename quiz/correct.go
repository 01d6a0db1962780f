package quiz

import (
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// CorrectKey puts the right answer of a question right that a contest took from the bank with a wrong one.
type CorrectKey struct {
	ID        string `json:"-"`
	Question  int    `json:"-"`                                            // its place among those the contest took, from 1
	Right     int    `json:"right,omitempty" schema:"minimum=0 maximum=6"` // number of the right one, from 1
	Everybody bool   `json:"everybody,omitempty"`                          // no answer is right, or several are: whoever was asked has it right
	Why       string `json:"why" schema:"required maxLength=500"`
}

// Correction is a right answer that was put right: all tries were counted anew. For those who do not run the contest it says when, and no more.
type Correction struct {
	Question int       `json:"question,omitempty"`
	Was      int       `json:"was,omitempty"`   // 0 is everybody
	Right    int       `json:"right,omitempty"` // 0 is everybody
	By       string    `json:"by,omitempty"`
	Second   string    `json:"second,omitempty"` // who agreed, of a public result
	At       time.Time `json:"at"`
	Why      string    `json:"why,omitempty"`
	Moved    int       `json:"moved,omitempty"` // tries that have more right answers now, or fewer
}

// Proposal is what somebody wants to change of a public result, and waits for a second person: a right answer, or the result is taken back.
type Proposal struct {
	Question int       `json:"question,omitempty"` // 0: the result is taken back
	Right    int       `json:"right,omitempty"`    // 0 is everybody
	By       string    `json:"by"`
	Person   string    `json:"person"` // ID of whom: another than she agrees
	At       time.Time `json:"at"`
	Why      string    `json:"why"`
}

// DecideCorrect says what follows from a right answer that is put right: all tries are counted anew, and who won is decided anew where it
// was; of a public result it waits for a second person. Faults: accounts.denied, edit.stale, quiz.not_taken, quiz.no_question,
// quiz.right_missing, quiz.right_same, quiz.why_missing, kit.text_too_long, quiz.forgotten, quiz.proposed.
func DecideCorrect(key Key, m accounts.Meta, was Contest, c CorrectKey) (Moved, error) {
	if err := MayRun(m.By, was.District); err != nil {
		return Moved{}, err
	}
	if err := m.Current(was.Edition()); err != nil {
		return Moved{}, err
	}
	switch {
	case !was.HasPool():
		return Moved{}, fault.New(fault.Conflict, "quiz.not_taken")
	case c.Question < 1 || c.Question > len(key.Right):
		return Moved{}, NoQuestion()
	case c.Everybody:
		c.Right = 0
	case c.Right < 1 || c.Right > key.Many[c.Question-1]:
		return Moved{}, fault.New(fault.Invalid, "quiz.right_missing").At("right")
	}
	if c.Right == key.Right[c.Question-1] {
		return Moved{}, fault.New(fault.Conflict, "quiz.right_same").At("right")
	}
	p, err := was.proposes(m, c.Why)
	if err != nil {
		return Moved{}, err
	}
	p.Question, p.Right = c.Question, c.Right
	if was.Stage == Published {
		return was.waits(m, p), nil
	}
	return was.corrected(key, m, p, ""), nil
}

// proposes is the beginning of a proposal. Faults: quiz.why_missing, kit.text_too_long, quiz.forgotten, quiz.proposed.
func (c Contest) proposes(m accounts.Meta, why string) (Proposal, error) {
	why, err := because(why)
	switch {
	case err != nil:
	case !c.Forgotten.IsZero():
		err = fault.New(fault.Conflict, "quiz.forgotten", "at", c.Forgotten)
	case c.Proposed != nil:
		err = fault.New(fault.Conflict, "quiz.proposed", "by", c.Proposed.By, "at", c.Proposed.At)
	}
	return Proposal{By: m.By.Name, Person: m.By.Person, At: m.At.UTC(), Why: why}, err
}

// waits is the contest with a proposal.
func (c Contest) waits(m accounts.Meta, p Proposal) Moved {
	q := c
	q.Proposed = &p
	q.Touch = m.Touch(c, q)
	return Moved{Contest: q}
}

// corrected is what follows from a proposal that holds.
func (c Contest) corrected(key Key, m accounts.Meta, p Proposal, second string) Moved {
	q := c
	q.Proposed = nil
	q.Corrected = append(slices.Clone(q.Corrected), Correction{Question: p.Question, Was: key.Right[p.Question-1], Right: p.Right, By: p.By,
		Second: second, At: m.At.UTC(), Why: p.Why})
	q.Touch = m.Touch(c, q)
	key.Right = slices.Clone(key.Right)
	key.Right[p.Question-1] = p.Right
	return Moved{Contest: q, Key: &key, Fixes: c.HasResult()}
}

// Recount is the try as the key counts it.
func (k Key) Recount(t Try) Try {
	t.Right = k.right(k.Draw(t.ID, len(t.Picks)), t.Picks)
	return t
}

// Counted is the contest whose last correction moved so many tries.
func (c Contest) Counted(moved int) Contest {
	c.Corrected = slices.Clone(c.Corrected)
	c.Corrected[len(c.Corrected)-1].Moved = moved
	return c
}

// AnswerProposal is a second person's word about what waits for her.
type AnswerProposal struct {
	ID    string `json:"-"`
	Agree bool   `json:"agree"`
	Why   string `json:"why,omitempty" schema:"maxLength=500"` // of a refusal
}

// ProposalFacts is what is known before it.
type ProposalFacts struct {
	Key          Key
	Mine, Theirs accounts.Begun // since when she who answers and who proposed run contests there, and who let them
	Decided      time.Time      // when the result was decided
}

// DecideProposal says what follows from the word: another person than who proposed agrees, and neither let the other in since the result was
// decided; anybody who runs the contest refuses, or takes back what she proposed. Faults: accounts.denied, edit.stale, quiz.proposed_none,
// quiz.why_missing, kit.text_too_long, quiz.proposed_own, quiz.proposed_invited, quiz.proposed_inviter, quiz.forgotten.
func DecideProposal(f ProposalFacts, m accounts.Meta, was Contest, c AnswerProposal) (Moved, error) {
	if err := MayRun(m.By, was.District); err != nil {
		return Moved{}, err
	}
	if err := m.Current(was.Edition()); err != nil {
		return Moved{}, err
	}
	if was.Proposed == nil {
		return Moved{}, fault.New(fault.Conflict, "quiz.proposed_none")
	}
	p, q := *was.Proposed, was
	q.Proposed = nil
	since := func(a accounts.Begun, by string) bool { return a.By != "" && a.By == by && !a.At.Before(f.Decided) }
	switch {
	case !c.Agree:
		if _, err := because(c.Why); err != nil {
			return Moved{}, err
		}
		q.Touch = m.Touch(was, q)
		return Moved{Contest: q}, nil
	case m.By.Person == p.Person:
		return Moved{}, fault.New(fault.Conflict, "quiz.proposed_own")
	case since(f.Mine, p.Person):
		return Moved{}, fault.New(fault.Denied, "quiz.proposed_invited", "by", p.By, "at", f.Mine.At)
	case since(f.Theirs, m.By.Person):
		return Moved{}, fault.New(fault.Denied, "quiz.proposed_inviter", "by", p.By, "at", f.Theirs.At)
	case !was.Forgotten.IsZero():
		return Moved{}, fault.New(fault.Conflict, "quiz.forgotten", "at", was.Forgotten)
	case p.Question > 0:
		return was.corrected(f.Key, m, p, m.By.Name), nil
	}
	q.Stage = Announced
	q.Back = append(slices.Clone(q.Back), Back{From: was.Stage, By: p.By, Second: m.By.Name, At: m.At.UTC(), Why: p.Why})
	q.Touch = m.Touch(was, q)
	return Moved{Contest: q, Unfixes: true}, nil
}

// Letter names an answer, "B"; of 0 it says that everybody has it right.
func Letter(l text.Language, answer int) string {
	if answer == 0 {
		return l.Say("quiz.everybody")
	}
	return string(rune('A' + answer - 1))
}

// Words says what is proposed.
func (p Proposal) Words(l text.Language) string {
	if p.Question == 0 {
		return l.Say("quiz.proposed_back", "by", p.By, "at", p.At, "why", p.Why)
	}
	return l.Say("quiz.proposed_key", "by", p.By, "at", p.At, "n", p.Question, "right", Letter(l, p.Right), "why", p.Why)
}

// Changes says what organisers put right of the contest and took back, by whom and why.
func (c Contest) Changes(l text.Language) (said []string) {
	with := func(s, second string) {
		if second != "" {
			s += " " + l.Say("quiz.seconded", "by", second)
		}
		said = append(said, s)
	}
	for _, x := range c.Corrected {
		with(l.Say("quiz.minutes_corrected", "by", x.By, "at", x.At, "n", x.Question, "was", Letter(l, x.Was), "right", Letter(l, x.Right), "moved", x.Moved,
			"why", x.Why), x.Second)
	}
	for _, b := range c.Back {
		with(l.Say("quiz.minutes_back", "by", b.By, "at", b.At, "why", b.Why), b.Second)
	}
	return said
}
