package contest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"loa/accounts"
	"loa/contest/ranking"
	"loa/internal/fault"
)

// Group is a set of entries ranked against each other.
type Group struct {
	ID      string // of the award, theme, category or district; "" for all
	Name    string
	Entries []*Entry
}

// Groups lists what is ranked separately in the round: in the last round one
// group per award that goes by rank, before it one per promotion group.
// Groups without an entry are left out.
func (s *State) Groups(r *RoundState) []Group {
	rules, at := s.Rules.Round(r.ID)
	var list []Group
	if at == len(s.Rules.Rounds)-1 {
		for _, a := range s.Rules.Awards {
			if a.ByRank() {
				list = append(list, Group{ID: a.ID, Name: a.Name, Entries: s.in(r, func(e *Entry) bool { return a.Covers(e.Theme, e.Category) })})
			}
		}
	} else {
		for _, id := range r.Entries {
			gid, name := s.groupOf(rules.Promotion.Per, s.entry[id])
			if !slices.ContainsFunc(list, func(g Group) bool { return g.ID == gid }) {
				in := s.in(r, func(e *Entry) bool { got, _ := s.groupOf(rules.Promotion.Per, e); return got == gid })
				list = append(list, Group{gid, name, in})
			}
		}
		slices.SortFunc(list, func(a, b Group) int { return cmp.Compare(a.ID, b.ID) })
	}
	return slices.DeleteFunc(list, func(g Group) bool { return len(g.Entries) == 0 })
}

// in lists the round's live entries that satisfy is.
func (s *State) in(r *RoundState, is func(*Entry) bool) []*Entry {
	var list []*Entry
	for _, id := range r.Entries {
		if e := s.entry[id]; e.RuledOut == nil && is(e) {
			list = append(list, e)
		}
	}
	return list
}

// GroupOf is the group in which the round ranks the entry or picks from.
func (s *State) GroupOf(r *RoundState, e *Entry) (id, name string) {
	rules, _ := s.Rules.Round(r.ID)
	return s.groupOf(rules.Promotion.Per, e)
}

func (s *State) groupOf(per string, e *Entry) (id, name string) {
	switch per {
	case "theme":
		return e.Theme, s.Rules.Theme(e.Theme).Name
	case "category":
		return e.Category, s.Rules.Category(e.Category).Name
	case "district":
		return e.Entrant.District, e.Entrant.DistrictName
	}
	return "", s.Rules.Title
}

// Tally opens the signed sheets of a group for ranking. Faults: those of
// ranking.Open.
func (s *State) Tally(r *RoundState, g Group) (*ranking.Tally, error) {
	rules, _ := s.Rules.Round(r.ID)
	in := ranking.Input{Full: rules.Points.Rational()}
	inGroup := map[string]bool{}
	for _, e := range g.Entries {
		inGroup[e.ID] = true
		in.Entries = append(in.Entries, ranking.Entry{ID: e.ID, Theme: e.Theme, District: e.Entrant.District, Submitted: e.SubmittedAt})
	}
	for i := range rules.Parts {
		if p := &rules.Parts[i]; p.Covers(g.Entries[0].Category) {
			in.Parts = append(in.Parts, p.ranked())
		}
	}
	for _, b := range rules.TieBreaks {
		if b.By != ranking.ByCriterion || slices.ContainsFunc(in.Parts, func(p ranking.Part) bool { return p.ID == b.Part }) {
			in.Chain = append(in.Chain, ranking.Step{By: b.By, Part: b.Part, Criterion: b.Criterion})
		}
	}
	if s.chairDecides(r, g) && !slices.Contains(in.Chain, ranking.Step{By: ranking.ByChair}) {
		in.Chain = append(in.Chain, ranking.Step{By: ranking.ByChair})
	}
	for _, t := range r.Ties {
		left := slices.DeleteFunc(slices.Clone(t.Entries), func(id string) bool { return !inGroup[id] })
		if len(left) == len(t.Entries) || t.Rest {
			in.Chair = append(in.Chair, ranking.ChairDecision{Entries: left, Reason: t.Reason, Complaint: t.Complaint, Last: t.Rest})
		}
	}
	for _, t := range r.Tasks {
		if !t.Final() || t.Off() != nil {
			continue
		}
		sheet := ranking.Sheet{Judge: t.Judge, Entry: t.Entry, Part: t.Part, Scores: t.Sheet.Marks, Repeat: t.Repeat}
		if !inGroup[t.Entry] {
			if rules.Habits == HabitsOfRound &&
				slices.ContainsFunc(in.Parts, func(p ranking.Part) bool { return p.ID == t.Part }) {
				in.Elsewhere = append(in.Elsewhere, sheet)
			}
			continue
		}
		if !slices.Contains(in.Judges, t.Judge) {
			in.Judges = append(in.Judges, t.Judge)
		}
		in.Sheets = append(in.Sheets, sheet)
	}
	t, err := ranking.Open(in)
	return t, s.Named(r, err)
}

// chairDecides reports whether the rules leave ties within the group to the
// chair: as a step of the round's chain, or over the prizes of the award.
func (s *State) chairDecides(r *RoundState, g Group) bool {
	rules, at := s.Rules.Round(r.ID)
	return rules.ChairOrders() || at == len(s.Rules.Rounds)-1 && s.Rules.Award(g.ID).Policy() == ranking.Chair
}

// ranked is the part as the sums want it.
func (p *Part) ranked() ranking.Part {
	out := ranking.Part{ID: p.ID, Weight: ranking.Whole(1), Full: p.Points.Rational()}
	for i := range p.Criteria {
		k := &p.Criteria[i]
		out.Criteria = append(out.Criteria, ranking.Criterion{ID: k.ID, Min: k.Min, Max: k.Max, Step: k.Step, Weight: k.weight()})
	}
	return out
}

// Standing is a group and its ranking by the round's own method.
type Standing struct {
	Group
	Tally   *ranking.Tally
	Ranking *ranking.Ranking
}

// Places lists the place of each ranked entry, best first.
func (st Standing) Places() (list []Place) {
	for _, row := range st.Ranking.Rows {
		list = append(list, Place{st.ID, row.Entry.ID, row.Rank, row.Value.String()})
	}
	return list
}

// Standings ranks every group of a round by the method its rules fixed.
// Faults: those of ranking.
func (s *State) Standings(r *RoundState) ([]Standing, error) {
	rules, _ := s.Rules.Round(r.ID)
	var list []Standing
	for _, g := range s.Groups(r) {
		t, err := s.Tally(r, g)
		if err != nil {
			return nil, err
		}
		rk, err := t.Rank(rules.Method)
		if err != nil {
			return nil, s.Named(r, err)
		}
		list = append(list, Standing{g, t, rk})
	}
	return list, nil
}

// Places lists the places of all groups of a round as they stand now: without the
// works ruled out since it was finished. A round without scores has none. Faults:
// those of ranking.
func (s *State) Places(r *RoundState) (list []Place, err error) {
	if rules, _ := s.Rules.Round(r.ID); len(rules.Parts) == 0 {
		return nil, nil
	}
	standings, err := s.Standings(r)
	for _, st := range standings {
		list = append(list, st.Places()...)
	}
	return list, err
}

// Progress counts the sheets that matter in a round.
func (r *RoundState) Progress() (signed, open int) {
	for _, t := range r.Tasks {
		switch {
		case t.Off() != nil:
		case t.Final():
			signed++
		default:
			open++
		}
	}
	return signed, open
}

// FinishRound closes a round: nothing is scored any more, the ranking is
// recorded and the next round's entries are known. Faults: contest.round_over, contest.not_running,
// contest.sheets_open, contest.gaps_open, contest.tie_at_cut,
// contest.round_empty, contest.points_open, once.unseen and those of ranking.
type FinishRound struct {
	Round string `json:"round"`
	Seen
}

func (c FinishRound) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if r := s.Round(c.Round); r != nil && r.Finished != nil {
		known, _ := s.Rules.Round(r.ID)
		return nil, fault.New(fault.Conflict, "contest.round_over", "name", known.Name, "at", r.Finished.At, "by", r.Finished.By)
	}
	r := s.Running()
	if r == nil || r.ID != c.Round {
		return nil, s.outOfTurn("contest.not_running")
	}
	var unready problems
	if _, open := r.Progress(); open > 0 {
		unready.add(fault.New(fault.Conflict, "contest.sheets_open", "count", open))
	}
	gaps := 0
	for _, g := range s.Gaps(r) {
		if !g.Settled {
			gaps++
		}
	}
	if gaps > 0 {
		unready.add(fault.New(fault.Conflict, "contest.gaps_open", "count", gaps))
	}
	unready = append(unready, partsOf(s.settled())...)
	if err := unready.whole(fault.New(fault.Conflict, "contest.not_ready", "n", len(unready))); err != nil {
		return nil, err
	}
	o, err := s.outcome(r)
	if err != nil {
		return nil, err
	}
	return []body{&roundFinished{Round: r.ID, Outcome: *o}}, nil
}

// outcome computes what finishing the round records.
func (s *State) outcome(r *RoundState) (*Outcome, error) {
	rules, _ := s.Rules.Round(r.ID)
	o := &Outcome{Method: rules.Method}
	if len(rules.Parts) > 0 {
		list, err := s.Standings(r)
		if err != nil {
			return nil, err
		}
		for _, st := range list {
			o.Places = append(o.Places, st.Places()...)
			up, err := s.promoted(r, rules, st.Ranking)
			if err != nil {
				return nil, err
			}
			o.Promoted = append(o.Promoted, up...)
			if rules.Promotion.By == LastRound {
				if _, _, err := s.ladder(r, s.Rules.Award(st.ID), st.Ranking, nil); err != nil {
					return nil, err // a tie over two prizes is the chair's, before the round ends
				}
			}
		}
	}
	if rules.Promotion.By == Picked {
		for _, p := range r.Picked {
			if s.entry[p.Entry].RuledOut == nil {
				o.Promoted = append(o.Promoted, p.Entry)
			}
		}
	}
	if rules.Promotion.By != LastRound && len(o.Promoted) == 0 {
		return nil, fault.New(fault.Conflict, "contest.round_empty")
	}
	slices.Sort(o.Promoted)
	return o, nil
}

// promoted lists who of one group goes on. Entries that share the last rank
// all go on, unless the rules give such ties to the chair.
func (s *State) promoted(r *RoundState, rules *Round, rk *ranking.Ranking) ([]string, error) {
	if rules.Promotion.By == LastRound || rules.Promotion.By == Picked {
		return nil, nil
	}
	on, err := rk.Promote(rules.promotion())
	if err != nil {
		return nil, err
	}
	if len(on.Open) > 0 {
		return nil, s.tied(r, on.Open[0])
	}
	var ids []string
	for _, e := range on.On {
		ids = append(ids, e.ID)
	}
	return ids, nil
}

// promotion is the rule as the sums want it. For entries picked by name it is
// what they are held against: the best of their group.
func (r *Round) promotion() ranking.Promotion {
	p := ranking.Promotion{Policy: ranking.Share}
	if r.Promotion.By == AtLeast {
		least := r.Promotion.Points.Rational()
		p.AtLeast = &least
	} else {
		p.Top = r.Promotion.N
	}
	if r.ChairOrders() {
		p.Policy = ranking.Chair
	}
	return p
}

// ChairOrders reports whether the chair's order is a step of the round's tie-break chain.
func (r *Round) ChairOrders() bool {
	return slices.ContainsFunc(r.TieBreaks, func(b TieBreak) bool { return b.By == ranking.ByChair })
}

// Proposal is one promotion group of a running round and who would go on.
type Proposal struct {
	Group
	Ranking *ranking.Ranking // by what is signed so far; nil in a round without scores
	On      []string         // IDs of those the rule sends on, or would if none were picked by name
}

// Proposals lists, group by group, who would go on if the round ended now.
// Nobody goes on from the last round. Faults: those of ranking.
func (s *State) Proposals(r *RoundState) ([]Proposal, error) {
	rules, _ := s.Rules.Round(r.ID)
	var list []Proposal
	if rules.Promotion.By == LastRound {
		return nil, nil
	}
	if len(rules.Parts) == 0 {
		for _, g := range s.Groups(r) {
			list = append(list, Proposal{Group: g})
		}
		return list, nil
	}
	standings, err := s.Standings(r)
	if err != nil {
		return nil, err
	}
	for _, st := range standings {
		p := Proposal{Group: st.Group, Ranking: st.Ranking}
		on, err := st.Ranking.Promote(rules.promotion())
		if err != nil {
			return nil, err
		}
		for _, e := range on.On {
			p.On = append(p.On, e.ID)
		}
		list = append(list, p)
	}
	return list, nil
}

// tied names the entries that share a rank where a line must be drawn.
func (s *State) tied(r *RoundState, entries []string) error {
	return fault.New(fault.Conflict, "contest.tie_at_cut", "codes", r.codesOf(entries))
}

// recheck computes the last finished round again and compares it with what
// was recorded. It must be called when the round was just finished: later
// events may rule entries out.
func (s *State) recheck() error {
	r := s.Rounds[len(s.Rounds)-1]
	o, err := s.outcome(r)
	if err != nil {
		return fmt.Errorf("round %s: %w", r.ID, err)
	}
	f := r.Finished
	if o.Method != f.Method || !slices.Equal(o.Places, f.Places) || !slices.Equal(o.Promoted, f.Promoted) {
		return fmt.Errorf("round %s: the sheets do not give the ranking that was recorded", r.ID)
	}
	return nil
}

// DecideTie is the chair's order of entries that nothing else separated: while
// a round is judged, and after the last one too until its results are public,
// because a prize kept back or a work ruled out can move a tie to where prizes
// differ. It takes the place of an earlier order of them, but what was ordered before
// a round was over stays so. Where one of them is none she decides about (ChairDecides) it is
// for the organiser. Faults: contest.chair_only, contest.chair_waits, contest.chair_stands_aside, contest.has_stake,
// contest.no_round, contest.sheets_open, contest.tie_over, contest.no_tie, contest.order_missing,
// contest.tie_by_rules, contest.tie_not_chairs, contest.tie_unlike, contest.tie_twice,
// contest.reason_missing.
type DecideTie struct {
	Entries []string `json:"entries"` // best first
	Reason  string   `json:"reason" schema:"maxLength=2000"`
}

func (c DecideTie) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if s.organiser(m) != nil {
		if err := s.chair(m); err != nil {
			return nil, err
		}
	}
	r := s.Settling()
	if r == nil {
		return nil, fault.New(fault.Conflict, "contest.no_round")
	}
	if err := s.presides(m, r, c.Entries...); err != nil {
		return nil, err
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	if _, open := r.Progress(); open > 0 {
		return nil, fault.New(fault.Conflict, "contest.sheets_open", "count", open)
	}
	switch was, err := s.tiedAsSaid(r, c.Entries); {
	case err != nil:
		return nil, err
	case was == nil:
	case r.Finished != nil && !was.late:
		return nil, fault.New(fault.Conflict, "contest.tie_over", "codes", r.Numbers(was.Entries), "by", was.By, "at", was.At)
	case slices.Equal(was.Entries, c.Entries) && was.Reason == c.Reason:
		return nil, nil
	}
	return []body{&tieDecided{Round: r.ID, Entries: c.Entries, Reason: c.Reason, Rest: true}}, nil
}

// tiedAsSaid fails unless exactly these entries share a rank in the round and are the
// chair's to order, or would if they had not been: then it returns the order that holds.
// Faults: contest.order_missing, contest.tie_twice, contest.tie_unlike, contest.tie_by_rules,
// contest.tie_not_chairs, contest.no_tie.
func (s *State) tiedAsSaid(r *RoundState, order []string) (*TieDecision, error) {
	if len(order) == 0 {
		return nil, fault.New(fault.Invalid, "contest.order_missing").At("order")
	}
	for i, id := range order {
		if slices.Contains(order[:i], id) {
			return nil, fault.New(fault.Invalid, "contest.tie_twice", "code", r.Codes[id]).At("order")
		}
	}
	list, err := s.Standings(r)
	if err != nil {
		return nil, err
	}
	why := fault.New(fault.Conflict, "contest.no_tie")
	most := 0 // of the order are in the level entries that most of it are of
	for _, st := range list {
		open := s.chairTies(r, st)
		for i, tied := range append(open, settled(st)...) {
			n := len(shared(order, tied))
			switch all := n == len(order) && n == len(tied); {
			case all && i < len(open):
				return nil, nil
			case all:
				return &r.Ties[r.ordered(order)], nil
			}
			if n > most {
				most, why = n, fault.New(fault.Conflict, "contest.tie_unlike", "codes", r.codesOf(tied))
			}
		}
		for _, tie := range st.Ranking.Ties {
			switch in := shared(order, tie.Entries); {
			case most > 0 || len(in) == 0:
			case s.chairDecides(r, st.Group):
				why = fault.New(fault.Conflict, "contest.tie_by_rules", "codes", r.codesOf(tie.Entries))
			default:
				why = fault.New(fault.Conflict, "contest.tie_not_chairs", "codes", r.codesOf(tie.Entries))
			}
		}
	}
	return nil, why.At("order")
}

// settled lists the sets of entries of a standing that the chair put in order, or who
// decided a complaint, each best first.
func settled(st Standing) (sets [][]string) {
	for _, tie := range st.Ranking.Ties {
		for _, d := range tie.Decisions {
			if d.Step.By == ranking.ByChair && d.Decided {
				set := make([]string, len(d.Compare))
				for i, c := range d.Compare {
					set[i] = c.Entry
				}
				sets = append(sets, set)
			}
		}
	}
	return sets
}

// ordered finds the latest order of all these entries, -1 if there is none.
func (r *RoundState) ordered(entries []string) int {
	for i, t := range slices.Backward(r.Ties) {
		if len(shared(entries, t.Entries)) == len(entries) {
			return i
		}
	}
	return -1
}

// TieOrder is an order somebody gave to level entries, and what of it counts now.
type TieOrder struct {
	TieDecision
	Holds [][]string // the sets of its entries that are level and go by it, each best first
	State OrderState
}

// OrderState is what became of an order of level entries.
type OrderState string

// The states of an order.
const (
	OrderHolds    OrderState = "holds"    // as it was given
	OrderPart     OrderState = "part"     // for those of it that are still level
	OrderReplaced OrderState = "replaced" // a later order took its place
	OrderAgain    OrderState = "again"    // others are level with them now: the chair is asked anew
	OrderUnused   OrderState = "unused"   // they are not level any more
)

// OrderStates are all of them.
var OrderStates = []OrderState{OrderHolds, OrderPart, OrderReplaced, OrderAgain, OrderUnused}

// TieOrders lists the orders of level entries given in the round, oldest first.
// Faults: those of ranking.
func (s *State) TieOrders(r *RoundState) ([]TieOrder, error) {
	if len(r.Ties) == 0 {
		return nil, nil
	}
	standings, err := s.Standings(r)
	if err != nil {
		return nil, err
	}
	list := make([]TieOrder, len(r.Ties))
	var open [][]string
	for i, t := range r.Ties {
		list[i].TieDecision = t
	}
	for _, st := range standings {
		open = append(open, s.chairTies(r, st)...)
		for _, set := range settled(st) {
			list[r.ordered(set)].hold(set)
		}
	}
	for i := range list {
		o := &list[i]
		meets := func(entries []string) bool { return len(shared(entries, o.Entries)) > 1 }
		switch {
		case len(o.Holds) == 1 && len(o.Holds[0]) == len(o.Entries):
			o.State = OrderHolds
		case len(o.Holds) > 0:
			o.State = OrderPart
		case slices.ContainsFunc(list[i+1:], func(l TieOrder) bool { return meets(l.Entries) }):
			o.State = OrderReplaced
		case slices.ContainsFunc(open, meets):
			o.State = OrderAgain
		default:
			o.State = OrderUnused
		}
	}
	return list, nil
}

// hold notes a set that goes by the order. Entries that are level in two rankings are
// one set: the larger.
func (o *TieOrder) hold(set []string) {
	within := func(a, b []string) bool { return len(shared(a, b)) == len(a) }
	if !slices.ContainsFunc(o.Holds, func(h []string) bool { return within(set, h) }) {
		o.Holds = append(slices.DeleteFunc(o.Holds, func(h []string) bool { return within(h, set) }), set)
	}
}

// codesOf are the numbers of entries, sorted and joined.
func (r *RoundState) codesOf(entries []string) string {
	codes := r.codes(entries)
	slices.Sort(codes)
	return strings.Join(codes, ", ")
}

// Numbers are the numbers of entries in that order, joined.
func (r *RoundState) Numbers(entries []string) string { return strings.Join(r.codes(entries), ", ") }

func (r *RoundState) codes(entries []string) []string {
	codes := make([]string, len(entries))
	for i, id := range entries {
		codes[i] = r.Codes[id]
	}
	return codes
}

// chairTies lists the sets of entries that share a rank in a standing and are
// the chair's to order, best first.
func (s *State) chairTies(r *RoundState, st Standing) (sets [][]string) {
	if !s.chairDecides(r, st.Group) {
		return nil
	}
	rank := 0
	for _, row := range st.Ranking.Rows {
		if !row.Shared {
			continue
		}
		if row.Rank != rank {
			rank, sets = row.Rank, append(sets, nil)
		}
		sets[len(sets)-1] = append(sets[len(sets)-1], row.Entry.ID)
	}
	return sets
}

// OpenTies lists, per group, the sets of entries that share a rank in the
// round once the chain is exhausted and that the rules leave to the chair; after
// the round only where they leave ties over prizes to her. Faults: those of ranking.
func (s *State) OpenTies(r *RoundState) ([][]string, error) {
	list, err := s.Standings(r)
	if err != nil {
		return nil, err
	}
	var open [][]string
	for _, st := range list {
		if r.Finished != nil && s.Rules.Award(st.ID).Policy() != ranking.Chair {
			continue
		}
		open = append(open, s.chairTies(r, st)...)
	}
	return open, nil
}

// PickEntries names who goes on from a round that picks instead of ranking;
// a later list replaces an earlier one. Faults: contest.no_round,
// contest.not_picking, contest.unknown_entry, contest.picks_over, contest.has_stake,
// contest.reason_missing.
type PickEntries struct {
	Picks []Pick `json:"picks"`
}

func (c PickEntries) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	r, err := s.during(s.organiser, m)
	if err != nil {
		return nil, err
	}
	rules, _ := s.Rules.Round(r.ID)
	if rules.Promotion.By != Picked {
		return nil, fault.New(fault.Conflict, "contest.not_picking")
	}
	count, seen := map[string]int{}, map[string]bool{}
	for _, p := range c.Picks {
		e := s.entry[p.Entry]
		if e == nil || seen[p.Entry] || !slices.Contains(r.Entries, p.Entry) || !e.Live() {
			return nil, fault.New(fault.NotFound, "contest.unknown_entry")
		}
		if err := reasonable(p.Reason); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(r.Picked, func(o Pick) bool { return o.Entry == p.Entry }) {
			if err := s.Impartial(m.By, p.Entry); err != nil {
				return nil, err
			}
		}
		seen[p.Entry] = true
		g, name := s.groupOf(rules.Promotion.Per, e)
		if count[g]++; count[g] > rules.Promotion.N {
			return nil, fault.New(fault.Invalid, "contest.picks_over", "most", rules.Promotion.N, "group", name)
		}
	}
	return []body{&entriesPicked{r.ID, c.Picks}}, nil
}

// ForFeedback returns the entry if the actor may read how it did: whoever
// organises the contest, and its entrant once the results are published.
// Faults: contest.unknown_entry, contest.feedback_later.
func (s *State) ForFeedback(by accounts.Actor, entry string) (*Entry, error) {
	e := s.entry[entry]
	switch {
	case e != nil && by.Can(accounts.Organise, accounts.Where{Contest: s.ID}):
		return e, nil
	case e == nil || !e.Entrant.Of(by):
		return nil, fault.New(fault.NotFound, "contest.unknown_entry")
	case s.Phase != Published && s.Phase != Closed:
		return nil, fault.New(fault.Conflict, "contest.feedback_later")
	}
	return e, nil
}

// StoppedAt tells of an entry, once the results are public, which round it did not go on
// from, and whether works were picked by name there; no round if it came to the last.
func (s *State) StoppedAt(e *Entry) (round string, picked bool) {
	for _, r := range s.Rounds {
		if r == s.Last() || r.Finished == nil || !slices.Contains(r.Entries, e.ID) || slices.Contains(r.Finished.Promoted, e.ID) {
			continue
		}
		rules, _ := s.Rules.Round(r.ID)
		return rules.Name, rules.Promotion.By == Picked
	}
	return "", false
}
