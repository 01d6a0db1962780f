package ranking

import (
	"slices"

	"loa/internal/fault"
)

// Ladder is a list of prizes, best first, for one theme or for all.
type Ladder struct {
	Theme  string // only entries of this theme; "" takes all
	Prizes []Prize
	Policy Policy // what happens when a tie reaches over the end of a prize
}

// Prize is one rung of a ladder.
type Prize struct {
	ID     string
	Quota  int       // how many may be given; above 0
	Floor  *Rational // withheld from entries with a lower value; nil for no floor; never above the rung before
	Amount int64     // money in đồng, 0 if none
}

// Policy says how entries that share a rank share prizes or places.
type Policy string

// The policies. The tied entries stand on as many places of the ladder as
// there are entries, whatever the policy, so the entries after them are not
// moved; a policy only matters when those places are of different prizes.
const (
	// Share gives every tied entry the best of their prizes in full, over its
	// quota if need be. In a promotion all tied entries go on.
	Share Policy = "share"
	// Split gives every tied entry the title of the best of their prizes and
	// an equal part of the money of all their places, in whole đồng; what is left is
	// not given. Not for promotions.
	Split Policy = "split"
	// Chair gives nothing yet: the tied entries are left open until the chair
	// decides (see ByChair) and the ranking is made again.
	Chair Policy = "chair"
)

// Policies are all of them.
var Policies = []Policy{Share, Split, Chair}

// Award is what one entry gets.
type Award struct {
	Entry  Entry
	Rank   int    // among the entries of the ladder
	Prize  string // Prize.ID
	Amount int64  // đồng
	Over   bool   // given over the quota, by Share or Split
}

// Awards is a ladder handed out.
type Awards struct {
	Theme    string
	Given    []Award         // in the order of the ranking
	Open     []OpenTie       // ties the chair has to settle, in the order of the ranking
	Withheld []WithheldPrize // places nobody got
	Left     []LeftMoney     // of money that was split, in the order of the ranking
}

// LeftMoney is the money of a tie that cannot be divided into whole đồng.
type LeftMoney struct {
	Entries []string
	Each    int64 // what each of them got
	Money   int64 // what nobody got: less than one đồng for each
}

// OpenTie is a tie over places of different prizes.
type OpenTie struct {
	Entries []string
	Prizes  []string // the prize of each place they stand on; fewer than the entries at the ladder's end
}

// WithheldPrize counts the places of a prize that were not given. Places an
// OpenTie still waits for are not among them.
type WithheldPrize struct {
	Prize  string
	Count  int
	TooLow bool // the next entry was below the floor; otherwise entries ran out or a tie above took the place
}

// Award hands out a ladder by r. Entries of another theme are passed over
// and ranks counted anew among the rest. An entry below a prize's floor
// closes that prize: its remaining places are withheld and the entry is
// considered for the next. Errors: ranking.bad_ladder.
func (r *Ranking) Award(l Ladder) (*Awards, error) {
	if err := l.valid(); err != nil {
		return nil, err
	}
	w := hand{ladder: l, out: &Awards{Theme: l.Theme}}
	for i, p := range l.Prizes {
		for range p.Quota {
			w.places = append(w.places, i)
		}
	}
	w.given = make([]int, len(l.Prizes))
	w.reserved = make([]int, len(l.Prizes))
	w.low = make([]bool, len(l.Prizes))
	ranked := 0
	for _, group := range r.shared(func(e Entry) bool { return l.Theme == "" || e.Theme == l.Theme }) {
		w.give(group, ranked+1)
		ranked += len(group)
	}
	for i, p := range l.Prizes {
		if left := p.Quota - w.given[i] - w.reserved[i]; left > 0 {
			w.out.Withheld = append(w.out.Withheld, WithheldPrize{p.ID, left, w.low[i]})
		}
	}
	return w.out, nil
}

// shared lists the wanted rows in sets that share a rank, best first.
func (r *Ranking) shared(want func(Entry) bool) [][]Row {
	var groups [][]Row
	rank := 0
	for _, row := range r.Rows {
		if !want(row.Entry) {
			continue
		}
		if row.Rank != rank {
			groups = append(groups, nil)
			rank = row.Rank
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], row)
	}
	return groups
}

// hand is a ladder half handed out.
type hand struct {
	ladder   Ladder
	places   []int // the prizes still to give, one index per place
	given    []int // per prize, places taken
	reserved []int // per prize, places open ties wait for
	low      []bool
	out      *Awards
}

// give hands the next places to entries that share a rank.
func (w *hand) give(group []Row, rank int) {
	value := group[0].Value
	for len(w.places) > 0 && w.below(value, w.places[0]) {
		w.low[w.places[0]] = true
		w.places = w.places[1:]
	}
	taken := w.places[:min(len(group), len(w.places))]
	if len(taken) == 0 {
		return
	}
	w.places = w.places[len(taken):]
	best := taken[0]
	even := len(taken) == len(group) && taken[len(taken)-1] == best
	if !even && w.ladder.Policy == Chair {
		w.leaveOpen(group, taken)
		return
	}
	amount := w.ladder.Prizes[best].Amount
	if !even && w.ladder.Policy == Split {
		sum := int64(0)
		for _, p := range taken {
			sum += w.ladder.Prizes[p].Amount
		}
		n := int64(len(group))
		amount = sum / n
		if left := sum % n; left > 0 {
			w.out.Left = append(w.out.Left, LeftMoney{idsOf(group), amount, left})
		}
	}
	for i, row := range group {
		over := i >= len(taken) || taken[i] != best
		if !over {
			w.given[best]++
		}
		w.out.Given = append(w.out.Given, Award{row.Entry, rank, w.ladder.Prizes[best].ID, amount, over})
	}
}

func (w *hand) below(value Rational, prize int) bool {
	floor := w.ladder.Prizes[prize].Floor
	return floor != nil && value.Cmp(*floor) < 0
}

func (w *hand) leaveOpen(group []Row, taken []int) {
	o := OpenTie{Entries: idsOf(group)}
	for _, p := range taken {
		o.Prizes = append(o.Prizes, w.ladder.Prizes[p].ID)
		w.reserved[p]++
	}
	w.out.Open = append(w.out.Open, o)
}

func idsOf(group []Row) (ids []string) {
	for _, row := range group {
		ids = append(ids, row.Entry.ID)
	}
	return ids
}

// mostQuota bounds a prize's quota: more than any contest has entries.
const mostQuota = 100_000

func (l Ladder) valid() error {
	bad := func(prize string) error { return fault.New(fault.Invalid, "ranking.bad_ladder", "prize", prize) }
	if !slices.Contains(Policies, l.Policy) || len(l.Prizes) == 0 {
		return bad("")
	}
	seen := map[string]bool{}
	var floor *Rational
	for _, p := range l.Prizes {
		if p.ID == "" || seen[p.ID] || p.Quota < 1 || p.Quota > mostQuota || p.Amount < 0 || p.Amount > 1e12 {
			return bad(p.ID)
		}
		seen[p.ID] = true
		if floor != nil && p.Floor != nil && p.Floor.Cmp(*floor) > 0 {
			return bad(p.ID)
		}
		if p.Floor != nil {
			floor = p.Floor
		}
	}
	return nil
}
