package scheduler

import (
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
)

// Retirement is since when a programme rests, and who let it. What it aired stays in
// the log and counts as it did.
type Retirement struct {
	At time.Time `json:"at"` // UTC
	By string    `json:"by"` // name
}

// RetireProgramme lets a programme rest, as one that was made by mistake: nobody is
// offered it any more, and what it planned ends. Back lets it work again; its rules
// stay ended until somebody lets each air again.
type RetireProgramme struct {
	ID   string `json:"id"`
	Back bool   `json:"back,omitempty"`
	Seen string `json:"seen,omitempty"` // word of Retiring as it was read, or once.AsItIs
}

// Working lists the programmes that do not rest.
func (s *Schedule) Working() (list []Programme) {
	for _, p := range s.Programmes {
		if !p.Rests() {
			list = append(list, p)
		}
	}
	return list
}

// Rests reports whether nobody is offered the programme.
func (p Programme) Rests() bool { return !p.Retired.At.IsZero() }

// works refuses what only a programme at work takes.
func (p Programme) works() error {
	if !p.Rests() {
		return nil
	}
	return fault.New(fault.Conflict, "schedule.programme_is_retired", "title", p.Title, "at", p.Retired.At, "by", p.Retired.By)
}

// Retiring is what letting the programme rest leaves undecided: rules that still plan
// airings, and episodes that wait for the editorial board.
func Retiring(s *Schedule, programme string, now time.Time) once.Step {
	step := once.Step{Name: "schedule.retire/" + programme, Locks: []string{"schedule.retire_locks"}}
	var rules, waiting []string
	for _, r := range s.running(programme, now) {
		rules = append(rules, SayCron(text.Vietnamese, r.Current().Cron))
	}
	for _, e := range s.EpisodesOf(programme) {
		if e.State() == Submitted {
			waiting = append(waiting, e.Title)
		}
	}
	step.Add("schedule.retire_rules", "rules", rules)
	step.Add("schedule.retire_waiting", "episodes", waiting)
	return step
}

// running lists the programme's rules that have airings to come.
func (s *Schedule) running(programme string, now time.Time) (list []Rule) {
	for _, r := range s.RulesOf(programme) {
		if len(r.Upcoming(now, 1)) > 0 {
			list = append(list, r)
		}
	}
	return list
}

// DecideRetire lets a programme rest and ends its rules, or lets it work again.
// Faults: accounts.denied, edit.stale, schedule.programme_unknown,
// .programme_is_retired, once.unseen, once.seen_another.
func DecideRetire(s *Schedule, m accounts.Meta, c RetireProgramme) (Programme, []Rule, error) {
	if err := m.By.Must(accounts.EditSchedule, accounts.Where{}); err != nil {
		return Programme{}, nil, err
	}
	p, err := s.Programme(c.ID)
	if err != nil {
		return Programme{}, nil, err
	}
	if err := m.Current(p.Edition()); err != nil {
		return Programme{}, nil, err
	}
	was := p
	if c.Back {
		p.Retired = Retirement{}
		if was.Rests() {
			p.Touch = m.Touch(was, p)
		}
		return p, nil, nil
	}
	if err := p.works(); err != nil {
		return Programme{}, nil, err
	}
	if err := Retiring(s, p.ID, m.At).Must(c.Seen); err != nil {
		return Programme{}, nil, err
	}
	var ended []Rule
	m.Seen = "" // it was the programme's
	for _, r := range s.running(p.ID, m.At) {
		r, err := DecideRule(s, nil, m, SaveRule{ID: r.ID, End: true})
		if err != nil {
			return Programme{}, nil, err
		}
		ended = append(ended, r)
	}
	p.Retired = Retirement{At: m.At.UTC(), By: m.By.Name}
	p.Touch = m.Touch(was, p)
	return p, ended, nil
}
