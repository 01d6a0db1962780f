package contest

import (
	"slices"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// The stakes somebody has in a work besides the ties of a judge: catalogue keys.
const (
	StakeAbstained = "contest.stake_abstained" // as a judge she asked not to score it
	StakeExcluded  = "contest.stake_excluded"  // her sheet on it was taken out because of a tie
	StakeEntrant   = "contest.stake_entrant"   // she runs the station, or sent the work for it
)

// stake says why the person must decide nothing about a work, or about a prize of a
// collective: the catalogue key of the reason, "" if she may. What is an entry's ID or
// a station's.
func (s *State) stake(by accounts.Actor, what string) string {
	e, j := s.entry[what], s.Judge(by.Person)
	station := what
	if e != nil {
		station = e.Entrant.Station
	}
	sent := e != nil && slices.Contains(e.Entrant.Accounts, by.Person) && !by.Can(accounts.EnterContest, accounts.Where{})
	switch {
	case station != "" && slices.Contains(by.Runs(), station) || sent:
		return StakeEntrant
	case j == nil:
		return ""
	case e != nil:
		return s.judgeStake(j, e)
	case slices.Contains(j.Declared, station):
		return TieDeclared
	case station == j.Station && s.Rules.Conflicts.OwnStation:
		return TieStation
	}
	return ""
}

// judgeStake is stake of a member of the jury.
func (s *State) judgeStake(j *Judge, e *Entry) string {
	switch t := s.tie[pair{j.Person, e.ID}]; {
	case t != nil && t.out != nil:
		return StakeExcluded
	case t != nil && t.abstained:
		return StakeAbstained
	}
	return s.Conflict(j, e)
}

// Impartial returns nil if the actor has no stake in any of these entries or stations: who
// has one decides nothing about them, in whatever office. It names the work, and is for
// where works are known by their names. Fault: contest.has_stake.
func (s *State) Impartial(by accounts.Actor, what ...string) error {
	for _, id := range what {
		if key := s.stake(by, id); key != "" {
			name := id
			if e := s.entry[id]; e != nil {
				name = e.Code
			}
			for _, g := range s.Given {
				if g.Station == id {
					name = placed(g.Name, g.District)
				}
			}
			return fault.New(fault.Denied, "contest.has_stake", "name", by.Name, "code", name, "why", text.Phrase{Key: key})
		}
	}
	return nil
}

// ChairDecides tells of a round's works whether a decision about them is the chair's, and
// not the organiser's in her place. She judges blind: which work it is that she has a tie to
// must not show in what is refused. So while there is one she was not told of, she decides
// about what she scores alone, and about nothing where it is among that.
func (s *State) ChairDecides(r *RoundState) func(entry string) bool {
	chair := s.Presiding()
	if chair == nil {
		return func(string) bool { return true }
	}
	scores, others := true, true // which works are hers to decide about: those she scores, and those she does not
	left := map[string]bool{}    // she abstained from it, or was taken off
	for _, id := range r.Entries {
		if e := s.entry[id]; !e.Live() || s.judgeStake(chair, e) == "" {
			continue
		}
		switch had, has := r.dealt(chair.Person, id); {
		case has:
			scores = false
		case had:
			left[id] = true
		default:
			others = false
		}
	}
	return func(entry string) bool {
		_, has := r.dealt(chair.Person, entry)
		return scores && !left[entry] && (has || others)
	}
}

// dealt reports whether the work was ever the judge's to score in the round, and whether
// it is now.
func (r *RoundState) dealt(judge, entry string) (had, has bool) {
	for _, t := range r.Of(judge) {
		if t.Entry == entry {
			had, has = true, has || t.SetAside == nil
		}
	}
	return had, has
}

// StandsAside reports whether anything in the round is decided by the organiser in the
// chair's place.
func (s *State) StandsAside(r *RoundState) bool {
	hers := s.ChairDecides(r)
	return slices.ContainsFunc(r.Entries, func(id string) bool { return s.entry[id].Live() && !hers(id) })
}

// Stood is a work of a round about which its chair decides nothing because of a tie.
type Stood struct {
	Entry string
	Why   string // catalogue key
}

// StoodAside lists the works of a round that the chair has a stake in, by their numbers.
func (s *State) StoodAside(r *RoundState) (list []Stood) {
	chair := s.Presiding()
	if chair == nil {
		return nil
	}
	for _, id := range r.Entries {
		if e := s.entry[id]; e.Live() {
			if why := s.judgeStake(chair, e); why != "" {
				list = append(list, Stood{id, why})
			}
		}
	}
	return list
}

// presides returns nil if the actor decides as the chair about these works of the round:
// the chair who has signed what is hers, or an organiser where one of them is not the
// chair's to decide about. Faults: contest.chair_only, contest.chair_waits,
// contest.chair_stands_aside, contest.has_stake, those of judging.
func (s *State) presides(m accounts.Meta, r *RoundState, entries ...string) error {
	hers := s.ChairDecides(r)
	aside := slices.ContainsFunc(entries, func(id string) bool { return !hers(id) })
	if s.organiser(m) == nil {
		if !aside && s.Judge(m.By.Person) != nil {
			return s.judging(m) // she was of the jury, and is told why she is not any more
		}
		if !aside {
			return fault.New(fault.Denied, "contest.chair_only")
		}
		return s.Impartial(m.By, entries...)
	}
	if err := s.chair(m); err != nil {
		return err
	}
	if aside {
		return fault.New(fault.Denied, "contest.chair_stands_aside")
	}
	return nil
}

// MayPreside reports whether the organiser decides about these works in the chair's place.
func (s *State) MayPreside(m accounts.Meta, r *RoundState, entries ...string) bool {
	return s.organiser(m) == nil && s.presides(m, r, entries...) == nil
}

// latest is the last round in which the work was ever dealt to the judge, nil if there is none.
func (s *State) latest(judge, entry string) *RoundState {
	for _, r := range slices.Backward(s.Rounds) {
		if had, _ := r.dealt(judge, entry); had {
			return r
		}
	}
	return nil
}
