// Package assign decides which judge listens to which entry, and in which
// order.
//
// Everything follows from the input and its seed: the same input gives the
// same plan on every machine, in whatever order it is listed.
package assign

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"strings"

	"loa/internal/fault"
)

// Input is what an assignment needs to know. Order inside the slices does
// not matter.
type Input struct {
	Entries   []string
	Judges    []string
	Each      int    // judges per entry; 0 means every judge without a conflict
	Conflicts []Pair // who must not judge what: own commune, own district, declared, found, abstained
	Kept      []Pair // what was assigned before and stays
	Seed      string // anything; kept secret until judging ends
}

// Pair is one judge on one entry.
type Pair struct{ Judge, Entry string }

// Plan is a complete assignment.
type Plan struct {
	Pairs   []Pair // all of them, sorted by entry, then judge
	Added   []Pair // those not in Input.Kept, likewise sorted
	Dropped []Pair // Input.Kept that could not stay: judge or entry gone, or in conflict
	Loads   []Load // in the order of judges' IDs
}

// Load is how many entries a judge has.
type Load struct {
	Judge   string
	Entries int
}

// Make assigns Each judges to every entry. Kept pairs stay as they are (also
// where there are more than Each), and only what is missing is added; so an
// abstention or a removed judge changes nothing else: put the abstention into
// Conflicts, or leave the judge out of Judges, and call Make with the old
// plan as Kept.
//
// Loads are as even as conflicts and kept pairs allow: no sequence of
// exchanges among the added pairs can lower the sum of squared loads, which
// for such problems means that no other completion is more even (Harvey,
// Ladner, Lovász, Tamir, 2006, "Semi-matchings for bipartite graphs and load
// balancing", J. Algorithms 59(1), 53-78). Where conflicts allow any two
// loads to be within one of each other, they are.
//
// Faults: ranking.no_entry, ranking.no_judge, ranking.twice (an ID empty or
// listed twice), ranking.assign_bad_number (Each below 0 or above the number
// of judges), ranking.assign_impossible (names an entry with too few judges
// left, how many are missing, and which judges its conflicts exclude).
func Make(in Input) (*Plan, error) {
	b, err := lay(in)
	if err != nil {
		return nil, err
	}
	b.keep(in.Kept)
	if in.Each == 0 {
		b.everyone()
	} else {
		if err := b.possible(); err != nil {
			return nil, err
		}
		b.fill(rand.New(rand.NewChaCha8(sha256.Sum256([]byte(in.Seed)))))
		b.even()
	}
	return b.plan(), nil
}

// The state of one judge on one entry.
const (
	free     = iota // may be assigned
	conflict        // may not
	kept            // assigned before, stays
	added           // assigned now, may still move
)

// board is an assignment in the making; entries and judges are indices into
// sorted IDs.
type board struct {
	entries, judges []string
	each            int
	state           [][]byte // [entry][judge]
	loads           []int    // per judge
	count           []int    // per entry
	dropped         []Pair
}

func lay(in Input) (*board, error) {
	b := &board{each: in.Each, entries: slices.Sorted(slices.Values(in.Entries)), judges: slices.Sorted(slices.Values(in.Judges))}
	switch {
	case len(b.entries) == 0:
		return nil, fault.New(fault.Invalid, "ranking.no_entry")
	case len(b.judges) == 0:
		return nil, fault.New(fault.Invalid, "ranking.no_judge")
	case b.each < 0 || b.each > len(b.judges):
		return nil, fault.New(fault.Invalid, "ranking.assign_bad_number", "each", b.each, "judges", len(b.judges))
	}
	for _, ids := range [][]string{b.entries, b.judges} {
		for i, id := range ids {
			if id == "" || i > 0 && ids[i-1] == id {
				return nil, fault.New(fault.Invalid, "ranking.twice", "id", id)
			}
		}
	}
	b.loads, b.count = make([]int, len(b.judges)), make([]int, len(b.entries))
	b.state = make([][]byte, len(b.entries))
	cells := make([]byte, len(b.entries)*len(b.judges))
	for e := range b.state {
		b.state[e], cells = cells[:len(b.judges)], cells[len(b.judges):]
	}
	for _, p := range in.Conflicts {
		if e, j, ok := b.find(p); ok {
			b.state[e][j] = conflict
		}
	}
	return b, nil
}

// find is a pair's indices; ok is false if its judge or entry is not here.
func (b *board) find(p Pair) (e, j int, ok bool) {
	e, hasEntry := slices.BinarySearch(b.entries, p.Entry)
	j, hasJudge := slices.BinarySearch(b.judges, p.Judge)
	return e, j, hasEntry && hasJudge
}

func (b *board) set(e, j int, to byte) {
	b.state[e][j] = to
	b.loads[j]++
	b.count[e]++
}

func (b *board) keep(pairs []Pair) {
	for _, p := range pairs {
		e, j, ok := b.find(p)
		switch {
		case !ok || b.state[e][j] == conflict:
			b.dropped = append(b.dropped, p)
		case b.state[e][j] == free:
			b.set(e, j, kept)
		}
	}
	slices.SortFunc(b.dropped, compare)
}

func compare(a, b Pair) int {
	if c := strings.Compare(a.Entry, b.Entry); c != 0 {
		return c
	}
	return strings.Compare(a.Judge, b.Judge)
}

// everyone assigns every judge without a conflict.
func (b *board) everyone() {
	for e, row := range b.state {
		for j, s := range row {
			if s == free {
				b.set(e, j, added)
			}
		}
	}
}

// possible refuses the first entry with too few judges left.
func (b *board) possible() error {
	for e, row := range b.state {
		able := 0
		var excluded []string
		for j, s := range row {
			if s == conflict {
				excluded = append(excluded, b.judges[j])
			} else {
				able++
			}
		}
		if able < b.each {
			return fault.New(fault.Conflict, "ranking.assign_impossible", "entry", b.entries[e],
				"each", b.each, "able", able, "missing", b.each-able, "excluded", strings.Join(excluded, ", "))
		}
	}
	return nil
}

// fill gives each entry, in random order, the least loaded judges it may
// have, equals at random: nearly even already, and well mixed, so that any
// two judges share entries by which their severity can be compared.
func (b *board) fill(random *rand.Rand) {
	able := make([]int, 0, len(b.judges))
	for _, e := range random.Perm(len(b.entries)) {
		if b.count[e] >= b.each {
			continue
		}
		able = able[:0]
		for j, s := range b.state[e] {
			if s == free {
				able = append(able, j)
			}
		}
		random.Shuffle(len(able), func(i, k int) { able[i], able[k] = able[k], able[i] })
		slices.SortStableFunc(able, func(x, y int) int { return b.loads[x] - b.loads[y] })
		for _, j := range able[:b.each-b.count[e]] {
			b.set(e, j, added)
		}
	}
}

// even moves added pairs along chains of exchanges from a judge to one with
// at least two entries fewer, until there is no such chain.
func (b *board) even() {
	for b.improve() {
	}
}

// improve finds one such chain by breadth-first search among the judges,
// most loaded first, and applies it.
func (b *board) improve() bool {
	byLoad := make([]int, len(b.judges))
	for j := range byLoad {
		byLoad[j] = j
	}
	slices.SortStableFunc(byLoad, func(x, y int) int { return b.loads[y] - b.loads[x] })
	lightest := b.loads[byLoad[len(byLoad)-1]]
	for _, from := range byLoad {
		if b.loads[from] < lightest+2 {
			return false
		}
		if b.pass(from) {
			return true
		}
	}
	return false
}

// hop is how a judge was reached in the search: by taking entry from judge.
type hop struct{ judge, entry int }

// pass searches from one judge and hands one of her entries down the chain.
func (b *board) pass(from int) bool {
	reached := make([]hop, len(b.judges))
	for j := range reached {
		reached[j].judge = -1
	}
	reached[from].judge = from
	queue := []int{from}
	for len(queue) > 0 {
		giver := queue[0]
		queue = queue[1:]
		for e, row := range b.state {
			if row[giver] != added {
				continue
			}
			for taker, s := range row {
				if s != free || reached[taker].judge >= 0 {
					continue
				}
				reached[taker] = hop{giver, e}
				if b.loads[taker] <= b.loads[from]-2 {
					b.shift(from, taker, reached)
					return true
				}
				queue = append(queue, taker)
			}
		}
	}
	return false
}

// shift applies the chain that ends at taker.
func (b *board) shift(from, taker int, reached []hop) {
	b.loads[from]--
	b.loads[taker]++
	for taker != from {
		h := reached[taker]
		b.state[h.entry][h.judge], b.state[h.entry][taker] = free, added
		taker = h.judge
	}
}

func (b *board) plan() *Plan {
	p := &Plan{Dropped: b.dropped}
	for e, row := range b.state {
		for j, s := range row {
			pair := Pair{b.judges[j], b.entries[e]}
			if s == kept || s == added {
				p.Pairs = append(p.Pairs, pair)
			}
			if s == added {
				p.Added = append(p.Added, pair)
			}
		}
	}
	for j, id := range b.judges {
		p.Loads = append(p.Loads, Load{id, b.loads[j]})
	}
	return p
}
