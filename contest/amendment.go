package contest

import (
	"fmt"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// Amendment is a correction that waits for a second person, of a published result or of
// marks a judge wrote wrong: nothing of it holds until another organiser, or the chair,
// confirms it. There is one at a time.
type Amendment struct {
	ID     string           `json:"id"` // "DX-01"
	At     time.Time        `json:"at"`
	By     string           `json:"by"`               // name
	Person string           `json:"person"`           // ID: another than she confirms it
	Decide *DecideComplaint `json:"decide,omitempty"` // either a complaint is upheld
	Give   *GiveLost        `json:"give,omitempty"`   // or a prize is given again
	Mend   *MendSheet       `json:"mend,omitempty"`   // or a judge's marks are put right
	Given  []Given          `json:"given,omitempty"`  // the prizes it leads to; those of marks put right follow when it is confirmed
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
	switch {
	case p.Give != nil:
		return p.Give.Reason
	case p.Mend != nil:
		return p.Mend.Reason
	case p.Decide != nil:
		return p.Decide.Reason
	}
	return ""
}

// Complaint is the ID of the complaint that is to be upheld, "" where there is none.
func (p *Amendment) Complaint() string {
	if p.Decide == nil {
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
// that leads to. Faults: as of DecideComplaint, or of DecideCorrection about a sheet.
func (s *State) Corrected(p *Amendment) (*State, error) {
	if p.Mend != nil {
		next, _, given, err := p.Mend.outcome(s, DecideCorrection{}, accounts.Meta{At: p.At})
		if err == nil && s.CorrectsPublic(p) {
			next.Given = next.valued(given)
		}
		return next, err
	}
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
// reason, and a judge takes back what she proposed of her sheet. Faults: contest.chair_only,
// contest.no_correction, contest.correction_over, those of MayConfirm, contest.correction_moved,
// contest.reason_missing, contest.order_is_chairs, and those of MendSheet and DecideTie.
type DecideCorrection struct {
	ID      string `json:"id"`
	Confirm bool   `json:"confirm"`
	// Reason is why it is turned down, or why works are put in that order.
	Reason string `json:"reason,omitempty"`
	// Ties are orders of works, best first, that share a rank over two prizes once a sheet is
	// corrected whose result is public.
	Ties [][]string `json:"ties,omitempty"`
}

func (c DecideCorrection) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	p := s.Proposed
	if own := p != nil && p.Mend != nil && p.Person == m.By.Person; !own || c.Confirm {
		if err := s.Amends(m); err != nil {
			return nil, err
		}
	}
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
	if err := c.ordered(s, m); err != nil {
		return nil, err
	}
	if p.Mend != nil {
		_, list, _, err := p.Mend.outcome(s, c, m)
		return append(said, list...), err
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
	Mend   *MendSheet       `json:"mend,omitempty"`
	Given  []Given          `json:"given,omitempty"`
}

func (*correctionProposed) kind() string { return "correction.proposed" }
func (b *correctionProposed) apply(s *State, e *Event) error {
	switch {
	case b.Mend != nil:
		if err := b.Mend.wellMade(s, e.By); err != nil {
			return fmt.Errorf("proposal %s: %w", b.ID, err)
		}
	case (b.Decide == nil) == (b.Give == nil):
		return fmt.Errorf("proposal %s corrects nothing", b.ID)
	}
	s.Proposed = &Amendment{b.ID, e.At, e.Name, e.By, b.Decide, b.Give, b.Mend, b.Given}
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
