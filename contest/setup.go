package contest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
)

// DraftContest begins a contest. Faults: contest.id_taken, contest.bad_id.
// The rules need not be complete yet; OpenContest checks them.
type DraftContest struct {
	Rules      Rules  `json:"rules"`
	CopiedFrom string `json:"copied_from,omitempty"` // ID of the contest they were copied from
	// Certificate is copied with them; the zero value is the usual one.
	Certificate Certificate `json:"certificate,omitzero"`
}

func (c DraftContest) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if !shortID.MatchString(s.ID) {
		return nil, fault.New(fault.Invalid, "contest.bad_id", "id", clip(s.ID, 40)).At("id")
	}
	if err := c.Rules.TooMuch(); err != nil {
		return nil, err
	}
	list := []body{&drafted{c.Rules.latest(nil), c.CopiedFrom, s.ID}}
	if c.Certificate != (Certificate{}) {
		more, err := SetCertificate{c.Certificate}.decide(s, f, m)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// CopyRules returns past rules as the next draft: dates moved by whole years
// so that the opening lies ahead is left to the organiser, so they are empty.
func CopyRules(past Rules) (Rules, error) {
	r, err := past.Clone()
	if err != nil {
		return Rules{}, err
	}
	r.Dates = Timetable{GraceMinutes: past.Dates.GraceMinutes}
	for i := range r.Rounds {
		r.Rounds[i].From, r.Rounds[i].Until = r.Dates.OpensAt, r.Dates.OpensAt
	}
	for i := range r.Categories {
		if a := r.Categories[i].Aired; a != nil {
			a.From, a.Until = r.Dates.OpensAt, r.Dates.OpensAt
		}
	}
	return r, nil
}

// Clone returns rules that share nothing with these.
func (r Rules) Clone() (Rules, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return Rules{}, fmt.Errorf("contest: copy rules: %w", err)
	}
	var c Rules
	if err := json.Unmarshal(raw, &c); err != nil {
		return Rules{}, fmt.Errorf("contest: copy rules: %w", err)
	}
	return c, nil
}

// ChangeRules replaces the rules. While drafting anything goes; afterwards a
// reason is needed, what is already judged by must stay, and the change is
// shown to everybody. Faults: contest.rules_unfit and its parts,
// contest.reason_missing, contest.nothing_changed, contest.rule_locked,
// contest.rule_locked_by_entry, contest.prize_is_given, contest.prizes_locked,
// contest.deadline_earlier.
type ChangeRules struct {
	Rules  Rules  `json:"rules"`
	Reason string `json:"reason,omitempty" schema:"maxLength=2000"`
}

func (c ChangeRules) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if s.Phase == Draft {
		if err := c.Rules.TooMuch(); err != nil {
			return nil, err
		}
		return []body{&rulesChanged{Rules: c.Rules.latest(nil)}}, nil
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	if err := c.Rules.Check(); err != nil {
		return nil, err
	}
	if p := c.Rules.sameNames(); len(s.Rules.sameNames()) == 0 { // earlier versions took them
		if err := p.whole(fault.New(fault.Invalid, "contest.rules_unfit", "count", len(p))); err != nil {
			return nil, err
		}
	}
	c.Rules = c.Rules.latest(&s.Rules)
	lines, err := Compare(s.Rules, c.Rules)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, fault.New(fault.Invalid, "contest.nothing_changed")
	}
	if err := s.locked(&c.Rules); err != nil {
		return nil, err
	}
	return []body{&rulesChanged{c.Rules, c.Reason, lines}}, nil
}

// locked refuses what cannot change any more, with or without a reason: what
// entries stand under, what begun rounds are judged by, who gets which prize once
// the round that decides it has begun, and published prizes.
func (s *State) locked(next *Rules) error {
	if s.Phase == Published && !sameAwards(s.Rules.Awards, next.Awards) {
		return fault.New(fault.Conflict, "contest.published_correct").At("awards")
	}
	for _, e := range s.Entries {
		if next.Theme(e.Theme) == nil || next.Category(e.Category) == nil {
			return fault.New(fault.Conflict, "contest.rule_locked_by_entry", "code", e.Code)
		}
	}
	for _, g := range s.Given {
		if a := next.Award(g.Award); a == nil || a.Prize(g.Prize) == nil {
			return fault.New(fault.Conflict, "contest.prize_is_given", "name", s.Rules.Award(g.Award).Prize(g.Prize).Name).At("awards")
		}
	}
	if next.Dates.ClosesAt.Before(s.Rules.Dates.ClosesAt) {
		return fault.New(fault.Conflict, "contest.deadline_earlier", "until", s.Rules.Dates.ClosesAt).At("dates.closes_at")
	}
	if len(s.Rounds) > 0 && next.Dates != s.Rules.Dates {
		return fault.New(fault.Conflict, "contest.rule_locked", "name", s.Rules.Rounds[0].Name).At("dates")
	}
	for i := range s.Rounds {
		old := s.Rules.Rounds[i]
		if i >= len(next.Rounds) {
			return fault.New(fault.Conflict, "contest.rule_locked", "name", old.Name).At("rounds")
		}
		// The judging window may move: more time harms nobody.
		same := next.Rounds[i]
		same.From, same.Until = old.From, old.Until
		lines, err := Compare(old, same)
		if err != nil {
			return err
		}
		if len(lines) > 0 {
			return fault.New(fault.Conflict, "contest.rule_locked", "name", old.Name).At("rounds." + strconv.Itoa(i) + "." + lines[0].Path)
		}
	}
	return s.ladderLocked(next)
}

// ladderLocked refuses another way from ranks to prizes once the last round, whose
// ranking they follow, has begun: its marks tell whom a change would help. What a
// prize is called and how much money goes with it may change until it is public,
// and prizes given by decision.
func (s *State) ladderLocked(next *Rules) error {
	n := len(s.Rules.Rounds)
	if n == 0 || len(s.Rounds) < n {
		return nil
	}
	lines, err := Compare(s.Rules.ladders(), next.ladders())
	if err != nil || len(lines) == 0 {
		return err
	}
	at := "awards"
	id, rest, _ := strings.Cut(lines[0].Path, ".")
	if i := slices.IndexFunc(next.Awards, func(a Award) bool { return a.ID == id }); i >= 0 {
		at += "." + strconv.Itoa(i) + "." + rest
	}
	return fault.New(fault.Conflict, "contest.prizes_locked", "name", s.Rules.Rounds[n-1].Name).At(at)
}

// ladders are the awards that rank works, with all that leads from a rank to a prize
// and nothing else.
func (r *Rules) ladders() []Award {
	var list []Award
	for _, a := range r.Awards {
		if !a.ByRank() {
			continue
		}
		own := Award{ID: a.ID, Theme: a.Theme, Category: a.Category, Ties: a.Policy()}
		for _, p := range a.Prizes {
			if !p.Special {
				own.Prizes = append(own.Prizes, Prize{ID: p.ID, Count: p.Count, Floor: p.Floor})
			}
		}
		list = append(list, own)
	}
	return list
}

// Compare lists every value that differs between two configurations, by its
// path in their JSON, sorted by path. Items of a list that have IDs and stand in
// another order are one line at the list's path and ".order", with the IDs.
func Compare(before, after any) ([]RuleLine, error) {
	a, stood, err := flatten(before)
	if err != nil {
		return nil, err
	}
	b, stand, err := flatten(after)
	if err != nil {
		return nil, err
	}
	var lines []RuleLine
	for path, ids := range stood {
		was, is := shared(ids, stand[path]), shared(stand[path], ids)
		if !slices.Equal(was, is) {
			lines = append(lines, RuleLine{strings.TrimPrefix(path+".order", "."), strings.Join(was, " "), strings.Join(is, " ")})
		}
	}
	for path, v := range a {
		if w, ok := b[path]; !ok || v != w {
			lines = append(lines, RuleLine{path, v, w})
		}
	}
	for path, w := range b {
		if _, ok := a[path]; !ok {
			lines = append(lines, RuleLine{path, "", w})
		}
	}
	slices.SortFunc(lines, func(x, y RuleLine) int { return cmp.Compare(x.Path, y.Path) })
	return lines, nil
}

// shared lists those of ids that others has too.
func shared(ids, others []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !slices.Contains(others, id) })
}

// flatten maps the path of every plain value in v's JSON to its text. Items
// of a list that have an ID are named by it, so that inserting one is one
// change and not a change of all that follow; orders has the IDs of each such
// list as they stand.
func flatten(v any) (flat map[string]string, orders map[string][]string, err error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, nil, fmt.Errorf("contest: compare: %w", err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, nil, fmt.Errorf("contest: compare: %w", err)
	}
	flat, orders = map[string]string{}, map[string][]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		dot := path
		if dot != "" {
			dot += "."
		}
		switch v := v.(type) {
		case map[string]any:
			for k, w := range v {
				walk(dot+k, w)
			}
		case []any:
			for i, w := range v {
				name := strconv.Itoa(i)
				if m, ok := w.(map[string]any); ok {
					if id, ok := m["id"].(string); ok && id != "" {
						name = id
						orders[path] = append(orders[path], id)
					}
				}
				walk(dot+name, w)
			}
		case nil:
		default:
			flat[path] = fmt.Sprint(v)
		}
	}
	walk("", tree)
	return flat, orders, nil
}

// OpenContest locks the rules and lets entries in from the opening date on.
// Faults: contest.not_draft, contest.rules_unfit and its parts,
// contest.rubric_is_sample, contest.closes_in_past, once.unseen.
type OpenContest struct{ Seen }

func (OpenContest) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if s.Phase != Draft {
		d := s.Reached(Open)
		return nil, fault.New(fault.Conflict, "contest.not_draft", "by", d.By, "at", d.At, "now", s.now())
	}
	if err := s.Rules.Openable(m.At); err != nil {
		return nil, err
	}
	list := []body{&phaseChanged{To: Open}}
	if now := s.Rules.latest(nil); slices.ContainsFunc(s.Rules.Rounds, func(r Round) bool { return r.Habits != HabitsOfRound }) {
		list = []body{&rulesChanged{Rules: now}, list[0]} // drafted before there was a choice
	}
	return list, nil
}

// Openable returns nil if a contest can be opened at that instant by these
// rules, else everything that keeps it from it: the faults of Check, and
// contest.same_name, contest.rubric_is_sample and contest.closes_in_past.
func (r *Rules) Openable(at time.Time) error {
	p := append(partsOf(r.Check()), r.sameNames()...)
	for i, round := range r.Rounds {
		for j, part := range round.Parts {
			if part.Sample {
				p.add(fault.New(fault.Invalid, "contest.rubric_is_sample", "name", part.Name).At(fmt.Sprintf("rounds.%d.parts.%d.sample", i, j)))
			}
		}
	}
	if d := r.Dates; !d.ClosesAt.IsZero() && !d.ClosesAt.After(at) {
		p.add(fault.New(fault.Invalid, "contest.closes_in_past").At("dates.closes_at"))
	}
	return p.whole(fault.New(fault.Invalid, "contest.rules_unfit", "count", len(p)))
}

// PublishResults makes the results public. Faults: contest.not_decided,
// contest.no_prizes_yet, contest.prizes_stale, once.unseen.
type PublishResults struct{ Seen }

func (PublishResults) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	switch {
	case s.Phase == Published:
		return nil, s.isPublic("contest.already_published")
	case s.Last() == nil:
		return nil, s.outOfTurn("contest.not_decided")
	case s.Outdated.Given != nil:
		return nil, fault.New(fault.Conflict, "contest.prizes_stale")
	case s.Given == nil:
		return nil, fault.New(fault.Conflict, "contest.no_prizes_yet")
	case s.Proposed != nil:
		return nil, s.waits()
	}
	if err := s.settled(); err != nil {
		return nil, err
	}
	return []body{&phaseChanged{To: Published}}, nil
}

// CloseContest ends the contest: nothing changes any more. Fault:
// contest.not_published, contest.complaints_open, once.unseen.
type CloseContest struct{ Seen }

func (CloseContest) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if s.Phase != Published {
		return nil, s.outOfTurn("contest.not_published")
	}
	if n := s.Undecided(); n > 0 {
		return nil, fault.New(fault.Conflict, "contest.complaints_open", "count", n)
	}
	if s.Proposed != nil {
		return nil, s.waits()
	}
	return []body{&phaseChanged{To: Closed}}, nil
}
