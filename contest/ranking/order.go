package ranking

import (
	"cmp"
	"slices"
)

// Ranking is the order of all entries under one method.
type Ranking struct {
	Method Method
	Rows   []Row    // best first; entries on one rank in the order of their IDs
	Ties   []Tie    // every set of entries with equal values, best first
	Absent []string // entries without a sheet in some part: no value, no rank; sorted
}

// Row is one ranked entry.
type Row struct {
	Entry  Entry
	Rank   int      // 1, 2, 2, 4: one more than the number of entries before it
	Shared bool     // another entry has the same rank
	Value  Rational // what was ranked, unrounded, in points
}

// Tie tells how entries with equal values were put in order.
type Tie struct {
	Value     Rational
	Entries   []string   // in the order of the ranking
	Decisions []Decision // what was asked, in the order it was asked
	Open      bool       // some still share a rank after the last step
}

// Decision is one step of the chain put to the entries that reached it.
type Decision struct {
	Step    Step
	Compare []Compared // best first; equals in the order of their IDs
	Decided bool       // the step told at least two of them apart
	Cycle   bool       // ByHeadToHead: they beat each other in a circle
	Reason  string     // ByChair: the reason, empty if there is no decision
	// Complaint is the ID of the one by which a step ByChair was decided, "" where the chair did.
	Complaint string
}

// Compared is what a step saw of one entry. Which field holds depends on
// the step.
type Compared struct {
	Entry string
	Place int      // 1, 2, 2, 4 among the compared
	Value Rational // ByCriterion, ByMedian: points; ByHeadToHead: 2 a win, 1 a draw; ByChair: the place given; ByEarliest: 0, see Entry.Submitted
}

// Rank orders the entries by one method and breaks ties by the chain. It
// fails with ranking.too_few_judges (Trimmed with fewer than 5 sheets for an
// entry) or ranking.unknown_method.
func (t *Tally) Rank(m Method) (*Ranking, error) {
	values, err := t.values(m)
	if err != nil {
		return nil, err
	}
	r := &Ranking{Method: m}
	order := make([]int, 0, len(t.entries))
	for e := range t.entries {
		if values[e] == nil {
			r.Absent = append(r.Absent, t.entries[e].ID)
			continue
		}
		order = append(order, e)
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(values[b].Cmp(*values[a]), cmp.Compare(a, b))
	})
	r.Rows = make([]Row, 0, len(order))
	for from := 0; from < len(order); {
		until := from + 1
		for until < len(order) && *values[order[until]] == *values[order[from]] {
			until++
		}
		t.place(r, order[from:until], *values[order[from]])
		from = until
	}
	return r, nil
}

// place appends the rows of entries with one value, breaking their tie.
func (t *Tally) place(r *Ranking, group []int, value Rational) {
	if len(group) == 1 {
		t.share(r, group, value)
		return
	}
	tie := Tie{Value: value}
	groups := t.split(group, t.chain, &tie)
	tie.Open = len(groups) < len(group)
	for _, g := range groups {
		for _, e := range g {
			tie.Entries = append(tie.Entries, t.entries[e].ID)
		}
		t.share(r, g, value)
	}
	r.Ties = append(r.Ties, tie)
}

// share appends rows that share the next rank.
func (t *Tally) share(r *Ranking, group []int, value Rational) {
	rank := len(r.Rows) + 1
	for _, e := range group {
		r.Rows = append(r.Rows, Row{Entry: t.entries[e], Rank: rank, Shared: len(group) > 1, Value: value})
	}
}

// split puts a tied group to the first step of the chain and each set it
// leaves tied to the rest.
func (t *Tally) split(group []int, chain []Step, tie *Tie) [][]int {
	if len(group) == 1 || len(chain) == 0 {
		return [][]int{group}
	}
	d, groups := t.decide(group, chain[0])
	tie.Decisions = append(tie.Decisions, d)
	var out [][]int
	for _, g := range groups {
		out = append(out, t.split(g, chain[1:], tie)...)
	}
	return out
}

// Row finds an entry's row by ID.
func (r *Ranking) Row(entry string) (Row, bool) {
	for _, row := range r.Rows {
		if row.Entry.ID == entry {
			return row, true
		}
	}
	return Row{}, false
}

// Column is one method's ranking, or the fault that says why there is none.
type Column struct {
	Method  Method
	Ranking *Ranking
	Err     error
}

// Compare ranks by every method, in the order of Methods.
func (t *Tally) Compare() []Column {
	var out []Column
	for _, m := range Methods() {
		r, err := t.Rank(m)
		out = append(out, Column{m, r, err})
	}
	return out
}
