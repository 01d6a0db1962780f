package contest

import (
	"fmt"
	"slices"

	"loa/accounts"
	"loa/internal/fault"
)

// ReturnJudge takes a judge back who was removed, as she was. In a running round
// she gets back what was taken from her then and nobody has taken over since; her
// signed sheets that stopped counting with it count again, and what the chair was
// asked to drop and has not stays. Faults: contest.unknown_judge,
// contest.judge_stays, contest.judge_came_back, contest.reason_missing, contest.already_published,
// contest.judge_needs_account, contest.organiser_may_not_judge.
type ReturnJudge struct {
	Person string `json:"person"`
	Reason string `json:"reason"`
}

func (c ReturnJudge) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	j := s.Judge(c.Person)
	switch {
	case j == nil:
		return nil, fault.New(fault.NotFound, "contest.unknown_judge")
	case j.Removed == nil && len(j.Returned) > 0:
		back := j.Returned[len(j.Returned)-1].Back
		return nil, fault.New(fault.Conflict, "contest.judge_came_back", "name", j.Name, "why", back.phrase("contest.by_whom"))
	case j.Removed == nil:
		return nil, fault.New(fault.Conflict, "contest.judge_stays", "name", j.Name)
	case s.Phase == Published:
		return nil, s.isPublic("contest.already_published")
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	if err := s.mayJudge(f, c.Person, j.Name); err != nil {
		return nil, err
	}
	b := &judgeReturned{Person: c.Person, Reason: c.Reason}
	if r := s.Running(); r != nil {
		rules, _ := s.Rules.Round(r.ID)
		for _, t := range r.Of(c.Person) {
			if t.SetAside == j.Removed && (rules.PerEntry == 0 || t.Repeat || r.scoring(t.Entry, t.Part) < rules.PerEntry) {
				b.Tasks = append(b.Tasks, t.ID)
			}
		}
	}
	list := []body{b}
	for _, e := range s.Live() { // nobody asks any more that her sheets do not count
		if slices.Contains(s.undecided(j, e), TieRemoved) {
			list = append(list, &judgeKept{c.Person, e.ID, []string{TieRemoved}, c.Reason})
		}
	}
	return list, nil
}

// scoring counts the judges who score the entry in the part.
func (r *RoundState) scoring(entry, part string) (n int) {
	for _, t := range r.Tasks {
		if t.Entry == entry && t.Part == part && t.SetAside == nil && !t.Repeat {
			n++
		}
	}
	return n
}

// judgeReturned takes back a judge who was removed, and what was taken from her.
type judgeReturned struct {
	Person string   `json:"person"`
	Reason string   `json:"reason"`
	Tasks  []string `json:"tasks,omitempty"`
}

func (*judgeReturned) kind() string { return "judge.returned" }
func (b *judgeReturned) apply(s *State, e *Event) error {
	j := s.Judge(b.Person)
	if j == nil || j.Removed == nil {
		return fmt.Errorf("no judge %s who was removed", b.Person)
	}
	j.Returned = append(j.Returned, Return{*j.Removed, Removal{e.At, e.Name, b.Reason}})
	j.Chair = j.Chair && s.Presiding() == nil // a jury has one chair
	j.Removed, j.KeepsOut = nil, false
	for _, r := range s.Rounds {
		for _, t := range r.Of(b.Person) {
			if slices.Contains(b.Tasks, t.ID) {
				t.SetAside = nil
			}
		}
	}
	s.seek()
	return nil
}

// SignedSheet is what a judge signed in a round that is over, as she may read it
// again: her own and nothing of the entrant or of others.
type SignedSheet struct {
	Round string `json:"round"` // name
	JudgeTask
	Counts bool `json:"counts"` // it was not set aside
	// Dropped is who decided that it does not count, when and why; nil also where the
	// work was ruled out, which is none of her business.
	Dropped *Removal `json:"dropped,omitempty"`
	First   string   `json:"first,omitempty"` // name of who had asked for that
	// Fates are the organiser's decisions about what she wrote: the entrant reads other words, or none.
	Fates []CommentFate `json:"fates,omitempty"`
	// Earlier is the sheet as she had signed it before it was reopened or corrected, oldest first.
	Earlier []Signed `json:"earlier,omitempty"`
	// Mends are her proposals to correct it that wait, or were turned down.
	Mends []Mended `json:"mends,omitempty"`
	// Mendable says that she can propose to correct it now.
	Mendable bool `json:"mendable"`
}

// SignedBy lists what the person signed in rounds that are over, in her own order; of who was
// taken off the jury in the running one too.
func (s *State) SignedBy(person string) []SignedSheet {
	list := []SignedSheet{}
	for _, r := range s.Rounds {
		if j := s.Judge(person); r.Finished == nil && (j == nil || j.Removed == nil) {
			continue
		}
		rules, _ := s.Rules.Round(r.ID)
		for _, t := range r.Of(person) {
			if t.Final() {
				x := SignedSheet{Round: rules.Name, JudgeTask: s.judgeTask(rules, t), Counts: t.Off() == nil, Dropped: t.Off(), First: s.FirstOf(t),
					Fates: s.fates(r, t), Earlier: t.Sheet.Earlier, Mends: s.mends(t.ID)}
				if x.Dropped == s.entry[t.Entry].RuledOut {
					x.Dropped, x.First = nil, ""
				}
				x.Mendable = s.Phase != Closed && s.Proposed == nil && s.Judge(person).Removed == nil && s.mendable(r, t) == nil
				list = append(list, x)
			}
		}
	}
	return list
}
