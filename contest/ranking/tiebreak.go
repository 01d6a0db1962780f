package ranking

import (
	"cmp"
	"slices"
	"strings"

	"loa/internal/fault"
)

// decide puts a tied group to one step and returns what it saw and the sets
// it told apart, best first, each in the order of IDs.
func (t *Tally) decide(group []int, s Step) (Decision, [][]int) {
	d := Decision{Step: s}
	better := func(a, b int) int { return 0 }
	value := func(e int) Rational { return Rational{} }
	higher := func(keys map[int]Rational) {
		value = func(e int) Rational { return keys[e] }
		better = func(a, b int) int { return keys[b].Cmp(keys[a]) }
	}
	switch s.By {
	case ByCriterion:
		higher(t.criterionMeans(group, s))
	case ByMedian:
		keys := make(map[int]Rational, len(group))
		for _, e := range group {
			keys[e] = *t.combine(e, median)
		}
		higher(keys)
	case ByHeadToHead:
		keys, cycle := t.headToHead(group)
		d.Cycle = cycle
		higher(keys)
	case ByEarliest:
		better = func(a, b int) int { return t.entries[a].Submitted.Compare(t.entries[b].Submitted) }
	case ByChair:
		if c := t.chairOn(group); c != nil {
			d.Reason, d.Complaint = c.Reason, c.Complaint
			at := func(e int) int { return slices.Index(c.Entries, t.entries[e].ID) + 1 }
			value = func(e int) Rational { return Whole(int64(at(e))) }
			better = func(a, b int) int { return cmp.Compare(at(a), at(b)) }
		}
	}
	sorted := slices.Clone(group)
	slices.SortStableFunc(sorted, better)
	var groups [][]int
	for i, e := range sorted {
		if i == 0 || better(sorted[i-1], e) != 0 {
			groups = append(groups, nil)
			d.Compare = append(d.Compare, Compared{Place: i + 1})
		} else {
			d.Compare = append(d.Compare, Compared{Place: d.Compare[i-1].Place})
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], e)
		d.Compare[i].Entry, d.Compare[i].Value = t.entries[e].ID, value(e)
	}
	d.Decided = len(groups) > 1
	return d, groups
}

// criterionMeans is each entry's mean raw score in the step's criterion.
func (t *Tally) criterionMeans(group []int, s Step) map[int]Rational {
	p, c := t.criterion(s)
	keys := make(map[int]Rational, len(group))
	for _, e := range group {
		sum := int64(0)
		marks := t.parts[p].marks[e]
		for _, m := range marks {
			sum += int64(m.scores[c])
		}
		keys[e] = fraction(sum, int64(len(marks))).over(int64(Point), 1)
	}
	return keys
}

// criterion finds the step's part and criterion, -1 if there is none.
func (t *Tally) criterion(s Step) (part, criterion int) {
	for p := range t.parts {
		if t.parts[p].ID != s.Part {
			continue
		}
		return p, slices.IndexFunc(t.parts[p].Criteria, func(c Criterion) bool { return c.ID == s.Criterion })
	}
	return -1, -1
}

// headToHead is each entry's Copeland sum within the group, and whether some
// of them beat each other in a circle.
func (t *Tally) headToHead(group []int) (map[int]Rational, bool) {
	sums := make([]int64, len(group))
	beats := make([][]bool, len(group))
	for i := range beats {
		beats[i] = make([]bool, len(group))
	}
	for i := range group {
		for k := i + 1; k < len(group); k++ {
			switch v := t.duel(group[i], group[k]); {
			case v > 0:
				sums[i] += 2
				beats[i][k] = true
			case v < 0:
				sums[k] += 2
				beats[k][i] = true
			default:
				sums[i]++
				sums[k]++
			}
		}
	}
	keys := make(map[int]Rational, len(group))
	for i, e := range group {
		keys[e] = Whole(sums[i])
	}
	return keys, cyclic(beats)
}

// duel is above 0 when more judges who scored both prefer a, below 0 for b.
func (t *Tally) duel(a, b int) int {
	votes := 0
	for i := range t.parts {
		x, y := t.parts[i].marks[a], t.parts[i].marks[b]
		for len(x) > 0 && len(y) > 0 {
			switch c := cmp.Compare(x[0].judge, y[0].judge); {
			case c < 0:
				x = x[1:]
			case c > 0:
				y = y[1:]
			default:
				votes += cmp.Compare(x[0].total, y[0].total)
				x, y = x[1:], y[1:]
			}
		}
	}
	return votes
}

// cyclic reports whether the beats hold a circle: whoever beats nobody left
// is taken away until nobody is left, or nobody can be.
func cyclic(beats [][]bool) bool {
	left := len(beats)
	gone := make([]bool, len(beats))
	for left > 0 {
		found := false
		for i := range beats {
			if gone[i] {
				continue
			}
			winsOne := false
			for k := range beats {
				winsOne = winsOne || beats[i][k] && !gone[k]
			}
			if !winsOne {
				gone[i], found = true, true
				left--
			}
		}
		if !found {
			return true
		}
	}
	return false
}

// chairOn is the latest decision that names every entry of the group, nil if there
// is none or a later one, which is the last word, names some of them only.
func (t *Tally) chairOn(group []int) *ChairDecision {
	for i := len(t.chair) - 1; i >= 0; i-- {
		named := 0
		for _, e := range group {
			if slices.Contains(t.chair[i].Entries, t.entries[e].ID) {
				named++
			}
		}
		switch {
		case named == len(group):
			return &t.chair[i]
		case named > 1 && t.chair[i].Last:
			return nil
		}
	}
	return nil
}

// checkChain refuses steps and decisions that cannot be followed.
func (t *Tally) checkChain() error {
	for _, s := range t.chain {
		switch s.By {
		case ByMedian, ByHeadToHead, ByChair:
		case ByCriterion:
			if p, c := t.criterion(s); p < 0 || c < 0 {
				return fault.New(fault.Invalid, "ranking.bad_step", "step", string(s.By)+" "+s.Criterion)
			}
		case ByEarliest:
			for _, e := range t.entries {
				if e.Submitted.IsZero() {
					return fault.New(fault.Invalid, "ranking.no_submission_time", "entry", e.ID)
				}
			}
		default:
			return fault.New(fault.Invalid, "ranking.bad_step", "step", string(s.By))
		}
	}
	for _, c := range t.chair {
		if strings.TrimSpace(c.Reason) == "" {
			return fault.New(fault.Invalid, "ranking.no_reason")
		}
		seen := map[string]bool{}
		for _, id := range c.Entries {
			if t.index(id) < 0 || seen[id] {
				return fault.New(fault.Invalid, "ranking.bad_decision", "entry", id)
			}
			seen[id] = true
		}
	}
	return nil
}

// index finds an entry by ID, -1 if it is not in the contest.
func (t *Tally) index(entry string) int {
	i, ok := slices.BinarySearchFunc(t.entries, entry, func(e Entry, id string) int { return cmp.Compare(e.ID, id) })
	if !ok {
		return -1
	}
	return i
}
