package contest

import (
	"fmt"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// Amendment is a correction of a published result that waits for a second person: nothing
// of it holds until another organiser, or the chair, confirms it. There is one at a time.
type Amendment struct {
	ID     string           `json:"id"` // "DX-01"
	At     time.Time        `json:"at"`
	By     string           `json:"by"`               // name
	Person string           `json:"person"`           // ID: another than she confirms it
	Decide *DecideComplaint `json:"decide,omitempty"` // either a complaint is upheld
	Give   *GiveLost        `json:"give,omitempty"`   // or a prize is given again
	Given  []Given          `json:"given"`            // the prizes it leads to
}

// TurnedDown is a proposal that somebody did not agree to, or took back.
type TurnedDown struct {
	Amendment Amendment `json:"amendment"`
	Turned    Removal   `json:"turned"` // when, by whom and why
	Person    string    `json:"person"` // ID of whom
}

// ToldOf is the proposal of the person that somebody else turned down last, as long as she
// can do something about it: what it was about is open, and nothing else is proposed. Nil if
// there is none.
func (s *State) ToldOf(person string) *TurnedDown {
	if s.Phase != Published || s.Proposed != nil || len(s.TurnedDown) == 0 {
		return nil
	}
	x := &s.TurnedDown[len(s.TurnedDown)-1]
	open := false
	if g := x.Amendment.Give; g != nil {
		open = slices.ContainsFunc(s.Lost(), func(l Given) bool {
			return l.Award == g.Award && l.Prize == g.Prize && (l.Entry == g.From || l.Station == g.From)
		})
	} else if c := s.Complaint(x.Amendment.Complaint()); c != nil {
		open = c.Decision == nil
	}
	if !open || x.Amendment.Person != person || x.Person == person {
		return nil
	}
	return x
}

// Reason is why the result is to be corrected.
func (p *Amendment) Reason() string {
	if p.Give != nil {
		return p.Give.Reason
	}
	return p.Decide.Reason
}

// Complaint is the ID of the complaint that is to be upheld, "" of a prize given again.
func (p *Amendment) Complaint() string {
	if p.Give != nil {
		return ""
	}
	return p.Decide.ID
}

// waits is the fault that another proposal is to be decided first.
func (s *State) waits() error {
	return fault.New(fault.Conflict, "contest.correction_waits", "id", s.Proposed.ID, "by", s.Proposed.By, "at", s.Proposed.At)
}

func (s *State) nextProposal() string { return fmt.Sprintf("DX-%02d", s.proposals+1) }

// Corrected is the contest as it would be once the proposal is confirmed, to show what
// that leads to. Faults: as of DecideComplaint.
func (s *State) Corrected(p *Amendment) (*State, error) {
	next := s.fork()
	if p.Decide != nil {
		var err error
		if next, _, err = s.mend(*p.Decide, accounts.Meta{At: p.At}); err != nil {
			return nil, err
		}
	}
	next.Given = next.valued(p.Given)
	return next, nil
}

// DecideCorrection decides about the proposal that waits: to confirm it is for another
// organiser than who made it, or for the chair; any of them turns it down, with a
// reason. Faults: contest.chair_only, contest.no_correction, contest.correction_over, those of MayConfirm,
// contest.correction_moved, contest.reason_missing.
type DecideCorrection struct {
	ID      string `json:"id"`
	Confirm bool   `json:"confirm"`
	Reason  string `json:"reason,omitempty"` // of one that is turned down
}

func (c DecideCorrection) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.Amends(m); err != nil {
		return nil, err
	}
	p := s.Proposed
	if p == nil || p.ID != c.ID {
		return nil, s.noCorrection(c.ID)
	}
	if !c.Confirm {
		if err := reasonable(c.Reason); err != nil {
			return nil, err
		}
		if m.By.Person != p.Person {
			if err := s.ImpartialAbout(p, m.By); err != nil {
				return nil, err
			}
		}
		return []body{&correctionTurnedDown{c.ID, c.Reason}}, nil
	}
	if m.By.Person == p.Person {
		return nil, fault.New(fault.Conflict, "contest.correction_own")
	}
	said, err := s.confirms(p, f, m)
	if err != nil {
		return nil, err
	}
	var list []body
	var given []Given
	if p.Give != nil {
		list, given, err = p.Give.outcome(s, f, m)
	} else {
		list, given, err = p.Decide.outcome(s, f, m)
	}
	if err != nil {
		return nil, err
	}
	if !slices.Equal(given, p.Given) {
		return nil, fault.New(fault.Conflict, "contest.correction_moved", "id", p.ID)
	}
	return append(said, list...), nil
}

// Amends returns nil if the actor may see what is to be corrected and decide about it: an
// organiser, or the chair. Faults: accounts.denied, contest.not_on_jury, contest.chair_only.
func (s *State) Amends(m accounts.Meta) error {
	if s.organiser(m) == nil {
		return nil
	}
	return s.chair(m)
}

// correctionProposed is a correction that waits for a second person.
type correctionProposed struct {
	ID     string           `json:"id"`
	Decide *DecideComplaint `json:"decide,omitempty"`
	Give   *GiveLost        `json:"give,omitempty"`
	Given  []Given          `json:"given"`
}

func (*correctionProposed) kind() string { return "correction.proposed" }
func (b *correctionProposed) apply(s *State, e *Event) error {
	if (b.Decide == nil) == (b.Give == nil) {
		return fmt.Errorf("proposal %s corrects nothing", b.ID)
	}
	s.Proposed = &Amendment{b.ID, e.At, e.Name, e.By, b.Decide, b.Give, b.Given}
	s.proposals++
	return nil
}

// correctionTurnedDown is a proposal that is none any more.
type correctionTurnedDown struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

func (*correctionTurnedDown) kind() string { return "correction.turned_down" }
func (b *correctionTurnedDown) apply(s *State, e *Event) error {
	if s.Proposed == nil || s.Proposed.ID != b.ID {
		return fmt.Errorf("no proposal %s waits", b.ID)
	}
	s.TurnedDown = append(s.TurnedDown, TurnedDown{*s.Proposed, Removal{e.At, e.Name, b.Reason}, e.By})
	s.Proposed = nil
	return nil
}
