package ranking

import "slices"

// Absence is what the ranking would be had one judge not taken part.
type Absence struct {
	Judge   string
	Ranking *Ranking // nil if Err is set
	Err     error    // e.g. too few judges left for a trimmed mean
	Moves   []Move   // entries whose rank would differ, the largest moves first
}

// Move is one entry's change of rank.
type Move struct {
	Entry  string
	Before int
	After  int // 0: it would have no sheet left in some part
}

// LeaveOneOut ranks by one method without each judge in turn, in the order
// of judges' IDs. It fails as Rank does.
func (t *Tally) LeaveOneOut(m Method) ([]Absence, error) {
	whole, err := t.Rank(m)
	if err != nil {
		return nil, err
	}
	before := make(map[string]int, len(whole.Rows))
	for _, row := range whole.Rows {
		before[row.Entry.ID] = row.Rank
	}
	out := make([]Absence, 0, len(t.judges))
	for _, judge := range t.judges {
		a := Absence{Judge: judge}
		if a.Ranking, a.Err = t.Without(judge).Rank(m); a.Err == nil {
			a.Moves = moves(before, a.Ranking)
		}
		out = append(out, a)
	}
	return out, nil
}

func moves(before map[string]int, r *Ranking) []Move {
	var out []Move
	for _, row := range r.Rows {
		if was := before[row.Entry.ID]; was != row.Rank {
			out = append(out, Move{row.Entry.ID, was, row.Rank})
		}
	}
	slices.SortStableFunc(out, func(a, b Move) int {
		return int(abs(int64(b.After-b.Before)) - abs(int64(a.After-a.Before)))
	})
	for _, id := range r.Absent {
		if was := before[id]; was != 0 {
			out = append(out, Move{id, was, 0})
		}
	}
	return out
}
