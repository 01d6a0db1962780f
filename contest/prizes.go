package contest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"loa/accounts"
	"loa/contest/ranking"
	"loa/internal/fault"
)

// GivePrizes decides all prizes of all awards at once: those by rank follow
// from the ranking, Special ones are named here, and Withhold keeps prizes
// back although somebody's rank would earn them. It can be repeated until the
// results are published. Faults: contest.not_decided, contest.prizes_decided,
// contest.special_by_rank, contest.special_nobody, contest.special_both, contest.special_many,
// contest.special_reason, contest.entry_not_live, contest.receiver_beyond, or contest.specials_refused with several;
// contest.receiver_not_scored, contest.reason_missing, contest.tie_at_cut,
// contest.no_such_item, contest.receiver_not_entered, contest.points_open, contest.has_stake.
type GivePrizes struct {
	Special  []Given    `json:"special,omitempty" schema:"maxItems=1000"`
	Withhold []Withheld `json:"withhold,omitempty" schema:"maxItems=1000"`
	// Outside are stations that are meant although they entered nothing, and entries
	// although nobody scored them.
	Outside []string `json:"outside,omitempty"`
	// Beyond are entries that are meant although the award is for another theme or category.
	Beyond []string `json:"beyond,omitempty"`
}

// Withheld names a prize that is not given, and why.
type Withheld struct {
	Award  string `json:"award"`
	Prize  string `json:"prize"`
	Reason string `json:"reason" schema:"maxLength=2000"`
}

func (c GivePrizes) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	switch {
	case s.Last() == nil:
		return nil, s.outOfTurn("contest.not_decided")
	case s.Phase == Published:
		return nil, s.isPublic("contest.prizes_decided")
	}
	if err := s.settled(); err != nil {
		return nil, err
	}
	given, err := s.prizes(f, c)
	if err != nil {
		return nil, err
	}
	for _, g := range c.Special { // those by rank follow from the marks
		same := func(o Given) bool {
			return o.Award == g.Award && o.Prize == g.Prize && o.Entry == g.Entry && o.Station == g.Station
		}
		if slices.ContainsFunc(s.Given, same) || slices.ContainsFunc(s.Outdated.Given, same) {
			continue // another decided so
		}
		for _, id := range []string{g.Entry, g.Station} {
			if err := s.Impartial(m.By, id); id != "" && err != nil {
				return nil, err
			}
		}
	}
	return []body{&prizesGiven{given}}, nil
}

// prizes are those that follow from the ranking of the last round, and those given
// by hand.
func (s *State) prizes(f Facts, c GivePrizes) ([]Given, error) {
	for _, w := range c.Withhold {
		if a := s.Rules.Award(w.Award); a == nil || a.Prize(w.Prize) == nil {
			return nil, fault.New(fault.NotFound, "contest.no_such_item", "id", clip(w.Prize, 40))
		}
		if err := reasonable(w.Reason); err != nil {
			return nil, err
		}
	}
	given := []Given{}
	standings, err := s.Standings(s.Last())
	if err != nil {
		return nil, err
	}
	for _, st := range standings {
		won, _, err := s.ladder(s.Last(), s.Rules.Award(st.ID), st.Ranking, c.Withhold)
		if err != nil {
			return nil, err
		}
		given = append(given, won...)
	}
	special, err := s.specials(f, c.Special, c.Outside, c.Beyond)
	if err != nil {
		return nil, err
	}
	var unheard []string
	for _, g := range special {
		if e := s.entry[g.Entry]; e != nil && !s.Scored(e) && !slices.Contains(c.Outside, e.ID) {
			unheard = append(unheard, e.Code)
		}
	}
	if len(unheard) > 0 {
		return nil, fault.New(fault.Conflict, "contest.receiver_not_scored", "n", len(unheard), "list", strings.Join(unheard, ", ")).At("special")
	}
	return append(given, special...), nil
}

// ladder hands out one award by rank; see ranking.Ranking.Award. A prize kept
// back by decision leaves the ladder, and its places with it.
func (s *State) ladder(r *RoundState, a *Award, rk *ranking.Ranking, withhold []Withheld) ([]Given, []ranking.LeftMoney, error) {
	var out []Given
	l := ranking.Ladder{Policy: a.Policy()}
	for _, p := range a.Prizes {
		if i := slices.IndexFunc(withhold, func(w Withheld) bool { return w.Award == a.ID && w.Prize == p.ID }); i >= 0 {
			out = append(out, Given{Award: a.ID, Prize: p.ID, Withheld: p.Count, Reason: withhold[i].Reason})
		} else if !p.Special {
			floor := p.Floor.Rational()
			l.Prizes = append(l.Prizes, ranking.Prize{ID: p.ID, Quota: p.Count, Floor: &floor, Amount: p.Amount})
		}
	}
	if len(l.Prizes) == 0 {
		return out, nil, nil
	}
	hand, err := rk.Award(l)
	if err != nil {
		return nil, nil, err
	}
	if len(hand.Open) > 0 {
		return nil, nil, s.tied(r, hand.Open[0].Entries)
	}
	for _, g := range hand.Given {
		out = append(out, Given{Award: a.ID, Prize: g.Prize, Entry: g.Entry.ID, Rank: g.Rank, Amount: strconv.FormatInt(g.Amount, 10)})
	}
	for _, w := range hand.Withheld {
		out = append(out, Given{Award: a.ID, Prize: w.Prize, Withheld: w.Count, TooLow: w.TooLow})
	}
	return out, hand.Left, nil
}

// Undivided is the money that level entries of an award could not be given in whole đồng.
type Undivided struct {
	Award string
	ranking.LeftMoney
}

// Undivided lists what is left of the money of the prizes that were given, award by award.
// Faults: those of ranking.
func (s *State) Undivided() (list []Undivided, err error) {
	if len(s.Given) == 0 || s.Last() == nil {
		return nil, nil
	}
	standings, err := s.Standings(s.Last())
	if err != nil {
		return nil, err
	}
	for _, st := range standings {
		_, left, err := s.ladder(s.Last(), s.Rules.Award(st.ID), st.Ranking, s.sameByHand().Withhold)
		if err != nil {
			return nil, err
		}
		for _, l := range left {
			list = append(list, Undivided{st.ID, l})
		}
	}
	return list, nil
}

// recheckPrizes computes the prizes given by rank again and compares them with what
// was recorded. It must be called when they were just given: later events may
// change the rules of awards.
func (s *State) recheckPrizes() error {
	var withhold []Withheld
	var recorded, again []Given
	for _, g := range s.Given {
		a := s.Rules.Award(g.Award)
		if a == nil || a.Prize(g.Prize) == nil {
			return fmt.Errorf("no prize %s of %s", g.Prize, g.Award)
		}
		if g.Lost {
			continue
		}
		if g.Withheld > 0 && g.Reason != "" {
			withhold = append(withhold, Withheld{g.Award, g.Prize, g.Reason})
		}
		if g.Withheld > 0 || !a.Prize(g.Prize).Special {
			recorded = append(recorded, g)
		}
	}
	if s.Last() == nil {
		return errors.New("prizes before the last round is over")
	}
	standings, err := s.Standings(s.Last())
	if err != nil {
		return err
	}
	for _, st := range standings {
		won, _, err := s.ladder(s.Last(), s.Rules.Award(st.ID), st.Ranking, withhold)
		if err != nil {
			return err
		}
		again = append(again, won...)
	}
	if !slices.Equal(recorded, again) {
		return errors.New("the ranking does not give the prizes and the money that were recorded")
	}
	return s.recheckSpecials()
}

// recheckSpecials finds what no decision could have given by hand: too many, money
// the rules do not have, to nobody or without a reason.
func (s *State) recheckSpecials() error {
	count := map[[2]string]int{}
	for _, g := range s.Given {
		p := s.Rules.Award(g.Award).Prize(g.Prize)
		if g.Lost && (!p.Special || g.Withheld != 1 || g.Reason == "" || g.Amount != "" || (g.Station == "") == (g.Entry == "") || len(s.Corrections) == 0) {
			return fmt.Errorf("no correction takes the prize %s of %s away as recorded", g.Prize, g.Award)
		}
		if !p.Special || g.Withheld > 0 {
			continue
		}
		key, money := [2]string{g.Award, g.Prize}, ""
		if p.Amount > 0 {
			money = strconv.FormatInt(p.Amount, 10)
		}
		if count[key]++; count[key] > p.Count || g.Amount != money || g.Rank != 0 || g.Reason == "" || (g.Station == "") == (g.Entry == "") ||
			g.Entry != "" && s.entry[g.Entry] == nil {
			return fmt.Errorf("no decision gives the special prize %s of %s as recorded", g.Prize, g.Award)
		}
	}
	return nil
}

// TakenByTie counts the places of a prize nobody got, among those given, that entries
// level over a higher prize took, as ranking.Share and ranking.Split have it.
func (s *State) TakenByTie(given []Given, withheld Given) int {
	a := s.Rules.Award(withheld.Award)
	if a == nil || withheld.Reason != "" {
		return 0
	}
	over := 0 // places that level entries took beyond the prizes so far
	for _, p := range a.Prizes {
		n, back := 0, false
		for _, g := range given {
			if g.Award == a.ID && g.Prize == p.ID {
				back = back || g.Reason != "" && g.Withheld > 0
				if g.Withheld == 0 {
					n++
				}
			}
		}
		if p.Special || back {
			continue // no rung of the ladder
		}
		taken := min(over, p.Count)
		if p.ID == withheld.Prize {
			return min(taken, withheld.Withheld)
		}
		over = max(0, over-taken) + max(0, n+taken-p.Count)
	}
	return 0
}

// Policy is what the award does with ties over two prizes.
func (a *Award) Policy() ranking.Policy { return cmp.Or(a.Ties, ranking.Share) }

// specials checks the prizes given by decision and copies the names of the
// collectives as they are now.
func (s *State) specials(f Facts, list []Given, outside, beyond []string) ([]Given, error) {
	var out []Given
	var strangers, others []string
	var p problems
	count := map[[2]string]int{}
	for _, g := range list {
		count[[2]string{g.Award, g.Prize}]++
	}
	said := map[[2]string]bool{} // that there are too many
	for i, g := range list {
		a := s.Rules.Award(g.Award)
		if a == nil || a.Prize(g.Prize) == nil {
			return nil, fault.New(fault.NotFound, "contest.no_such_item", "id", clip(g.Prize, 40))
		}
		z, key, at := a.Prize(g.Prize), [2]string{g.Award, g.Prize}, fmt.Sprintf("special.%d.", i)
		st, known := f.Stations[g.Station]
		e := s.entry[g.Entry]
		switch {
		case !z.Special:
			p.add(fault.New(fault.Invalid, "contest.special_by_rank", "name", z.Name).At(at + "prize"))
		case g.Station == "" && g.Entry == "":
			p.add(fault.New(fault.Invalid, "contest.special_nobody", "name", z.Name).At(at + "entry"))
		case g.Station != "" && g.Entry != "":
			p.add(fault.New(fault.Invalid, "contest.special_both", "name", z.Name).At(at + "entry"))
		case g.Station != "" && !known:
			p.add(fault.New(fault.NotFound, "contest.unknown_station").At(at + "station"))
		case g.Entry != "" && e == nil:
			p.add(fault.New(fault.NotFound, "contest.unknown_entry").At(at + "entry"))
		case e != nil && !e.Live():
			p.add(fault.Of(s.notLive(e)).At(at + "entry"))
		case g.Station != "" && !s.Took(g.Station) && !slices.Contains(outside, g.Station):
			strangers = append(strangers, placed(st.Name, st.DistrictName))
		case e != nil && !a.Takes(e) && !slices.Contains(beyond, e.ID):
			others = append(others, e.Code+" ("+a.Name+": "+z.Name+")")
		}
		if z.Special && count[key] > z.Count && !said[key] {
			said[key] = true
			p.add(fault.New(fault.Invalid, "contest.special_many", "name", z.Name, "most", z.Count, "n", count[key]).At(at + "prize"))
		}
		if bad := fault.Of(reasonable(g.Reason)); bad != nil {
			if bad.Code == "contest.reason_missing" {
				bad = fault.New(fault.Invalid, "contest.special_reason", "name", z.Name)
			}
			p.add(bad.At(at + "reason"))
		}
		out = append(out, Given{Award: a.ID, Prize: z.ID, Entry: g.Entry, Station: g.Station, Name: st.Name, District: st.DistrictName, Reason: g.Reason})
	}
	if len(p) > 0 {
		return nil, p.whole(fault.New(fault.Invalid, "contest.specials_refused", "count", len(p)))
	}
	if len(strangers) > 0 {
		return nil, fault.New(fault.Conflict, "contest.receiver_not_entered", "n", len(strangers), "list", strings.Join(strangers, "; ")).At("special")
	}
	if len(others) > 0 {
		return nil, fault.New(fault.Conflict, "contest.receiver_beyond", "n", len(others), "list", strings.Join(others, "; ")).At("special")
	}
	return s.valued(out), nil
}

// Takes reports whether the award is for works of the entry's theme and category.
func (a *Award) Takes(e *Entry) bool {
	return (a.Theme == "" || a.Theme == e.Theme) && (a.Category == "" || a.Category == e.Category)
}

// Scored reports whether a judge signed a sheet of the entry in any round.
func (s *State) Scored(e *Entry) bool {
	return slices.ContainsFunc(s.Rounds, func(r *RoundState) bool {
		return slices.ContainsFunc(r.Tasks, func(t *Task) bool { return t.Entry == e.ID && t.Final() })
	})
}

// Took reports whether the station took part: a work of it was entered and not
// withdrawn.
func (s *State) Took(station string) bool {
	return slices.ContainsFunc(s.Entries, func(e *Entry) bool { return e.Entrant.Station == station && e.Withdrawn == nil })
}

// valued returns the prizes with the money of those given by decision, each in
// full: earlier versions recorded none. They also recorded parts of a đồng where level
// entries shared the money.
func (s *State) valued(given []Given) []Given {
	given = slices.Clone(given)
	for i := range given {
		g := &given[i]
		if a := s.Rules.Award(g.Award); a != nil && g.Withheld == 0 && g.Amount == "" {
			if p := a.Prize(g.Prize); p != nil && p.Special && p.Amount > 0 {
				g.Amount = strconv.FormatInt(p.Amount, 10)
			}
		}
		if over, under, parts := strings.Cut(g.Amount, "/"); parts {
			g.Amount = wholePart(over, under)
		}
	}
	return given
}

// wholePart is what is left of a fraction without its part of one.
func wholePart(over, under string) string {
	a, wrong := strconv.ParseInt(over, 10, 64)
	b, alsoWrong := strconv.ParseInt(under, 10, 64)
	if wrong != nil || alsoWrong != nil || b == 0 {
		return over + "/" + under // no log of ours: what checks it says so
	}
	return strconv.FormatInt(a/b, 10)
}

// Receiver names who got a prize so that it is told from every other: "" if nobody did.
func (s *State) Receiver(g Given) string {
	if e := s.entry[g.Entry]; e != nil {
		return e.Entrant.Full()
	}
	return placed(g.Name, g.District)
}

// InOrder lists prizes as the rules do, award by award and the highest first; places
// of a prize that nobody got follow those who got one.
func (s *State) InOrder(given []Given) []Given {
	place := func(g Given) (award, prize, nobody int) {
		award = slices.IndexFunc(s.Rules.Awards, func(a Award) bool { return a.ID == g.Award })
		if award < 0 {
			return len(s.Rules.Awards), 0, 0 // taken out of the rules since
		}
		prize = slices.IndexFunc(s.Rules.Awards[award].Prizes, func(p Prize) bool { return p.ID == g.Prize })
		return award, prize, min(g.Withheld, 1)
	}
	list := slices.Clone(given)
	slices.SortStableFunc(list, func(a, b Given) int {
		a1, a2, a3 := place(a)
		b1, b2, b3 := place(b)
		return cmp.Or(cmp.Compare(a1, b1), cmp.Compare(a2, b2), cmp.Compare(a3, b3))
	})
	return list
}

// Winners lists what an entry won.
func (s *State) Winners(entry string) []Given {
	return slices.DeleteFunc(slices.Clone(s.Given), func(g Given) bool { return g.Entry != entry || g.Withheld > 0 })
}
