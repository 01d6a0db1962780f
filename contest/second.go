package contest

import (
	"fmt"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// touches lists the works and the collectives that a proposal decides about: those it
// corrects, that of the complaint, and those that get or lose a prize by it.
func (s *State) touches(p *Amendment, given []Given) (what []string) {
	add := func(ids ...string) {
		for _, id := range ids {
			if id != "" && !slices.Contains(what, id) {
				what = append(what, id)
			}
		}
	}
	if g := p.Give; g != nil {
		add(g.From, g.Entry, g.Station)
	}
	if p.Mend != nil {
		if _, t := s.Task(p.Mend.Task); t != nil {
			add(t.Entry)
		}
	}
	if d := p.Decide; d != nil {
		if x := s.Complaint(d.ID); x != nil {
			add(x.Entry)
		}
		add(d.Correction.RuleOut...)
		for _, x := range d.Correction.Exclude {
			add(x.Entry)
		}
		for _, order := range d.Correction.Ties {
			add(order...)
		}
	}
	moved := func(from, to []Given) {
		for _, g := range from {
			same := func(o Given) bool {
				return g.Award == o.Award && g.Prize == o.Prize && g.Entry == o.Entry && g.Station == o.Station && (g.Withheld > 0) == (o.Withheld > 0)
			}
			if !slices.ContainsFunc(to, same) {
				add(g.Entry, g.Station)
			}
		}
	}
	moved(s.Given, given)
	moved(given, s.Given)
	return what
}

// ImpartialAbout returns nil if the actor has no stake in what the proposal decides about.
// Fault: contest.has_stake.
func (s *State) ImpartialAbout(p *Amendment, by accounts.Actor) error {
	given := p.Given
	if p.Mend != nil { // it says marks, not prizes
		given = s.Given
		if next, err := s.Corrected(p); err == nil && s.CorrectsPublic(p) {
			given = next.Given
		}
	}
	return s.Impartial(by, s.touches(p, given)...)
}

// MayConfirm returns nil if somebody who organises, or presides over the jury, is
// a second person to what another proposed: she has no stake in it, and neither of the
// two was let in by the other since what is corrected was decided. Faults:
// contest.correction_own, contest.has_stake, contest.correction_invited,
// contest.correction_inviter, contest.correction_new_chair.
func (s *State) MayConfirm(p *Amendment, by, proposer Person) error {
	if by.ID == p.Person {
		return fault.New(fault.Conflict, "contest.correction_own")
	}
	if r := s.Amended(p); p.Mend != nil && !s.Shown() && s.Chair(by.ID) && !s.ChairDecides(r)(s.touches(p, s.Given)[0]) {
		return fault.New(fault.Denied, "contest.chair_stands_aside") // she judges blind: the work is not named
	}
	if err := s.ImpartialAbout(p, by.actor()); err != nil {
		return err
	}
	decided := p.At
	if s.Phase == Published {
		decided = s.PublishedAt
	}
	if !by.actor().Can(accounts.Organise, accounts.Where{Contest: s.ID}) {
		j := s.Judge(by.ID)
		if j != nil && j.presides.By == p.Person && !j.presides.At.Before(decided) {
			return fault.New(fault.Denied, "contest.correction_new_chair", "name", j.Name, "by", p.By, "at", j.presides.At)
		}
		return nil
	}
	mine, theirs := by.Since(s.ID), proposer.Since(s.ID)
	switch {
	case mine.By != "" && mine.By == p.Person && !mine.At.Before(decided):
		return fault.New(fault.Denied, "contest.correction_invited", "name", by.Name, "by", p.By, "at", mine.At)
	case theirs.By != "" && theirs.By == by.ID && !theirs.At.Before(decided):
		return fault.New(fault.Denied, "contest.correction_inviter", "name", by.Name, "by", p.By, "at", theirs.At)
	}
	return nil
}

// confirms returns nil if the actor may confirm the proposal, and what the log is to say of
// her: since when she organises, if that is not from the start. Faults: those of MayConfirm.
func (s *State) confirms(p *Amendment, f Facts, m accounts.Meta) ([]body, error) {
	by := f.People[m.By.Person]
	by.ID, by.Name, by.Grants, by.Organised = m.By.Person, m.By.Name, m.By.Grants, m.By.Organised
	if err := s.MayConfirm(p, by, f.People[p.Person]); err != nil {
		return nil, err
	}
	if since := by.Since(s.ID); since.ByName != "" && since.At.After(s.Began) && s.organiser(m) == nil {
		return []body{&correctionSeconded{p.ID, since.At, since.ByName}}, nil
	}
	return nil, nil
}

// Seconded is who confirmed a correction and came to organise after the contest had begun.
type Seconded struct {
	ID      string    // of the proposal
	Name    string    // of who confirmed it
	Since   time.Time // she organises
	Invited string    // name of who let her
}

// correctionSeconded says since when who confirms a correction organises, and who let her.
type correctionSeconded struct {
	ID      string    `json:"id"` // of the proposal
	Since   time.Time `json:"since"`
	Invited string    `json:"invited"` // name
}

func (*correctionSeconded) kind() string { return "correction.seconded" }
func (b *correctionSeconded) apply(s *State, e *Event) error {
	if s.Proposed == nil || s.Proposed.ID != b.ID {
		return fmt.Errorf("no proposal %s waits", b.ID)
	}
	s.Seconded = append(s.Seconded, Seconded{b.ID, e.Name, b.Since, b.Invited})
	return nil
}

// NoteDeparture puts into the log that somebody does not organise the contest any more:
// accounts.TakeRole took the role, and the contest says so with a reason. Faults:
// contest.reason_missing, contest.still_organises.
type NoteDeparture struct {
	Person string `json:"person"` // ID
	Reason string `json:"reason" schema:"maxLength=2000"`
}

func (c NoteDeparture) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	p, ok := f.People[c.Person]
	switch {
	case !ok:
		return nil, fault.New(fault.NotFound, "accounts.person_unknown")
	case slices.Contains(p.Grants, accounts.Grant{Role: accounts.Organiser, Scope: accounts.Scope{Level: accounts.Contest, ID: s.ID}}):
		return nil, fault.New(fault.Conflict, "contest.still_organises", "name", p.Name)
	}
	return []body{&organiserLeft{c.Person, p.Name, c.Reason}}, nil
}

// Departure is somebody who organised the contest and does not any more.
type Departure struct {
	Name    string
	Removal // when, by whom and why
}

// organiserLeft says that somebody does not organise the contest any more.
type organiserLeft struct {
	Person string `json:"person"` // ID
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func (*organiserLeft) kind() string { return "organiser.left" }
func (b *organiserLeft) apply(s *State, e *Event) error {
	s.Departures = append(s.Departures, Departure{b.Name, Removal{e.At, e.Name, b.Reason}})
	return nil
}
