package contest

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
)

// AppointJudge puts a person on the jury, or changes what is known of one.
// Her account needs the judge's grant on this contest. Faults:
// contest.judge_needs_account, contest.entrant_may_not_judge,
// contest.organiser_may_not_judge, contest.judge_was_removed, contest.chair_taken.
type AppointJudge struct {
	Judge Judge `json:"judge"`
}

func (c AppointJudge) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if c.Judge.Person == "" {
		return nil, fault.New(fault.Invalid, "contest.nobody_chosen").At("person")
	}
	p := f.People[c.Judge.Person]
	name := cmp.Or(c.Judge.Name, p.Name, c.Judge.Person)
	if old := s.Judge(c.Judge.Person); old != nil {
		name = old.Name
	}
	if err := s.mayJudge(f, c.Judge.Person, name); err != nil {
		return nil, err
	}
	j := c.Judge
	if chair := s.Presiding(); j.Chair && chair != nil && chair.Person != p.ID {
		return nil, fault.New(fault.Conflict, "contest.chair_taken", "name", chair.Name).At("chair")
	}
	if old := s.Judge(p.ID); old != nil {
		if old.Removed != nil {
			return nil, fault.New(fault.Conflict, "contest.judge_was_removed", "name", old.Name, "why", old.Removed.phrase("contest.by_whom"))
		}
		j.Declared, j.Returned = old.Declared, old.Returned
	}
	if j.Name == "" {
		j.Name = p.Name
	}
	for _, g := range p.Grants {
		if g.Role == accounts.Operator && j.Station == "" {
			j.Station = g.Scope.ID // her own commune is known from her account
		}
	}
	if j.Station != "" {
		st, ok := f.Stations[j.Station]
		if !ok {
			return nil, fault.New(fault.NotFound, "contest.unknown_station").At("station")
		}
		if j.District == "" {
			j.District = st.District
		}
	}
	j.Removed, j.KeepsOut = nil, false
	if n := utf8.RuneCountInString(j.Title); n > maxName {
		return nil, fault.New(fault.Invalid, "contest.text_too_long", "length", n, "most", maxName).At("title")
	}
	return []body{&judgeAppointed{j}}, nil
}

// mayJudge returns nil if the person's account lets her judge this contest.
func (s *State) mayJudge(f Facts, person, name string) error {
	p, ok := f.People[person]
	actor, here := p.actor(), accounts.Where{Contest: s.ID}
	switch {
	case !ok || !actor.Can(accounts.JudgeEntries, here):
		return fault.New(fault.Invalid, "contest.judge_needs_account", "name", name).At("person")
	case actor.KnowsWorks(s.ID, s.Began):
		return fault.New(fault.Invalid, "contest.organiser_may_not_judge", "name", name).At("person")
	case slices.ContainsFunc(s.Entries, func(e *Entry) bool { return slices.Contains(e.Entrant.Accounts, p.ID) }):
		return fault.New(fault.Conflict, "contest.entrant_may_not_judge", "name", name).At("person")
	}
	return nil
}

// RemoveJudge takes a judge off the jury, also in the middle of a round. Her
// open duties go to others; what she signed goes on counting. Drop proposes that it
// stops to: each work she signed becomes a Point, for the chair (see ExcludeJudge).
// Nothing she wrote is deleted. Faults: contest.unknown_judge, contest.judge_gone,
// contest.reason_missing, contest.panel_too_small, contest.too_few_judges, contest.too_few_to_trim,
// contest.drop_too_late.
type RemoveJudge struct {
	Person string `json:"person"`
	Reason string `json:"reason"`
	Drop   bool   `json:"drop"`
}

func (c RemoveJudge) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	j := s.Judge(c.Person)
	switch {
	case j == nil:
		return nil, fault.New(fault.NotFound, "contest.unknown_judge")
	case j.Removed != nil:
		return nil, s.gone(j)
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	if c.Drop && s.Phase == Published {
		return nil, fault.New(fault.Conflict, "contest.drop_too_late", "name", j.Name).At("drop")
	}
	list := []body{&judgeRemoved{Person: c.Person, Reason: c.Reason}}
	if r := s.Running(); r != nil {
		more, err := s.handOver(r, f.Seed, func(t *Task) bool { return t.Judge == c.Person && !t.Final() })
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	for _, e := range s.Live() {
		if c.Drop && slices.ContainsFunc(s.Rounds, func(r *RoundState) bool { return r.signed(c.Person, e.ID) }) {
			t := s.tie[pair{c.Person, e.ID}]
			list = append(list, &tieReported{Judge: c.Person, Entry: e.ID, Note: c.Reason, Again: t != nil && len(t.kept) > 0, Left: true})
		}
	}
	return list, nil
}

// SetPanels says who scores what in a round that has not begun. While it is
// judged judges can only join: they get what is theirs to score. Faults:
// contest.unknown_round, contest.round_begun, contest.panels_only_grow,
// contest.unknown_judge, contest.panel_empty, contest.bad_id.
type SetPanels struct {
	Round  string  `json:"round"`
	Panels []Panel `json:"panels"`
}

func (c SetPanels) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if r, _ := s.Rules.Round(c.Round); r == nil {
		return nil, fault.New(fault.NotFound, "contest.unknown_round")
	}
	r := s.Round(c.Round)
	if r != nil && (r.Finished != nil || len(r.Tasks) == 0) {
		return nil, fault.New(fault.Conflict, "contest.round_begun", "by", r.By, "at", r.Began)
	}
	var p problems
	p.ids("panels", len(c.Panels), true, func(i int) (string, string) { return c.Panels[i].ID, c.Panels[i].Name })
	for _, panel := range c.Panels {
		if len(panel.Judges) == 0 {
			p.add(fault.New(fault.Invalid, "contest.panel_empty", "name", panel.Name))
		}
		for _, id := range panel.Judges {
			if j := s.Judge(id); j == nil || j.Removed != nil {
				p.add(fault.New(fault.NotFound, "contest.unknown_judge"))
			}
		}
	}
	if err := p.whole(fault.New(fault.Invalid, "contest.panels_unfit", "count", len(p))); err != nil {
		return nil, err
	}
	if r != nil {
		return s.enlarge(r, c.Panels, f.Seed)
	}
	if slices.EqualFunc(s.Panels[c.Round], c.Panels, func(a, b Panel) bool { lines, err := Compare(a, b); return err == nil && len(lines) == 0 }) {
		return nil, nil
	}
	return []body{&panelsSet{c.Round, c.Panels}}, nil
}

// DeclareTies is a judge's own statement of the stations she has ties with:
// she never gets their works. It replaces her earlier one. What was dealt to her
// already becomes a Point. Faults: contest.unknown_judge,
// contest.unknown_station.
type DeclareTies struct {
	Stations []string `json:"stations"`
}

func (c DeclareTies) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.judging(m); err != nil {
		return nil, err
	}
	for _, id := range c.Stations {
		if _, ok := f.Stations[id]; !ok {
			return nil, fault.New(fault.NotFound, "contest.unknown_station").At("stations")
		}
	}
	if slices.Equal(s.Judge(m.By.Person).Declared, c.Stations) {
		return nil, nil
	}
	return []body{&tiesDeclared{m.By.Person, c.Stations}}, nil
}

// judging returns nil if the actor is a member of this jury, and has not come
// to organise it since, be it over again: an organiser sees whose works they are.
func (s *State) judging(m accounts.Meta) error {
	here := accounts.Where{Contest: s.ID}
	if err := m.By.Must(accounts.JudgeEntries, here); err != nil {
		return err
	}
	j := s.Judge(m.By.Person)
	switch {
	case j == nil || j.Removed != nil:
		return fault.New(fault.Denied, "contest.not_on_jury")
	case m.By.KnowsWorks(s.ID, s.Began):
		return fault.New(fault.Denied, "contest.organiser_may_not_judge", "name", j.Name)
	}
	return nil
}

// Hindered is a judge whose open sheets cannot be signed, and why.
type Hindered struct {
	Judge *Judge
	Open  int    // sheets she owes
	Why   string // key of a catalogue sentence
}

// The reasons for which a judge's sheets cannot be signed.
const (
	HinderedByOffice  = "contest.hindered_office"
	HinderedByAccount = "contest.hindered_account"
)

// Hindered lists the judges of the running round who owe sheets and may not sign
// them, by the people who hold the judge's grant now.
func (s *State) Hindered(people []Person) (list []Hindered) {
	r := s.Running()
	if r == nil {
		return nil
	}
	for _, j := range s.Judges {
		open := 0
		for _, t := range r.Of(j.Person) {
			if t.Status() == Untouched || t.Status() == Drafted {
				open++
			}
		}
		if open == 0 {
			continue
		}
		var p Person
		if i := slices.IndexFunc(people, func(p Person) bool { return p.ID == j.Person }); i >= 0 {
			p = people[i]
		}
		actor := p.actor()
		switch {
		case actor.KnowsWorks(s.ID, s.Began):
			list = append(list, Hindered{j, open, HinderedByOffice})
		case !actor.Can(accounts.JudgeEntries, accounts.Where{Contest: s.ID}):
			list = append(list, Hindered{j, open, HinderedByAccount})
		}
	}
	return list
}
