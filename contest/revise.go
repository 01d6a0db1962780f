package contest

import (
	"loa/accounts"
	"loa/internal/fault"
)

// ReviseRules keeps rules somebody is still working on while the contest goes
// on by those in force: a change of several values is seen by nobody until
// ChangeRules makes it whole. They need not fit together yet, but what cannot
// change any more is refused at once. Faults: contest.still_draft and those of
// ChangeRules that say what is locked.
type ReviseRules struct {
	Rules Rules `json:"rules"`
}

func (c ReviseRules) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.revising(m); err != nil {
		return nil, err
	}
	if err := s.locked(&c.Rules); err != nil {
		return nil, err
	}
	return []body{&rulesRevised{&c.Rules}}, nil
}

// MayBecome says whether the rules may still be changed into next, which need not
// be fit to open a contest. Faults: those of ChangeRules that say what is locked.
func (s *State) MayBecome(next Rules) error {
	if s.Phase == Draft {
		return nil
	}
	return s.locked(&next)
}

// DropRevision forgets what ReviseRules kept. Faults: contest.still_draft,
// contest.no_revision.
type DropRevision struct{}

func (DropRevision) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.revising(m); err != nil {
		return nil, err
	}
	if s.Revision == nil {
		return nil, fault.New(fault.Conflict, "contest.no_revision")
	}
	return []body{&rulesRevised{}}, nil
}

// revising returns nil to an organiser of a contest whose rules are in force.
func (s *State) revising(m accounts.Meta) error {
	if err := s.organiser(m); err != nil {
		return err
	}
	if s.Phase == Draft {
		return fault.New(fault.Conflict, "contest.still_draft")
	}
	return nil
}

// Working is the rules an organiser edits: those being revised, else those in
// force. The value shares its lists with the state.
func (s *State) Working() Rules {
	if s.Revision != nil {
		return *s.Revision
	}
	return s.Rules
}

// rulesRevised keeps the rules being worked on; nil forgets them.
type rulesRevised struct {
	Rules *Rules `json:"rules,omitempty"`
}

func (*rulesRevised) kind() string { return "rules.revised" }
func (b *rulesRevised) apply(s *State, _ *Event) error {
	s.Revision = b.Rules
	return nil
}
