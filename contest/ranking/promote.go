package ranking

import (
	"slices"

	"loa/internal/fault"
)

// Promotion says who goes on to the next round. An entry must meet every
// rule that is set, applied in this order: the floor, the quota of its
// district, the overall number.
type Promotion struct {
	AtLeast     *Rational      // the least value in points; nil for none
	PerDistrict int            // how many of each district; 0 for no limit
	Districts   map[string]int // districts with a quota of their own; 0 sends none
	Top         int            // how many in all; 0 for no limit
	Policy      Policy         // Share or Chair, for a tie at a cut
}

// Promoted is who goes on.
type Promoted struct {
	On   []Entry // in the order of the ranking
	Open [][]string
	// Open lists ties at a cut under Chair, in the order of the ranking: none
	// of them is in On until the chair decides and the ranking is made again.
}

// Promote applies p to r. Errors: ranking.bad_promotion.
func (r *Ranking) Promote(p Promotion) (*Promoted, error) {
	if p.AtLeast == nil && p.PerDistrict == 0 && len(p.Districts) == 0 && p.Top == 0 ||
		p.PerDistrict < 0 || p.Top < 0 || p.Policy != Share && p.Policy != Chair {
		return nil, fault.New(fault.Invalid, "ranking.bad_promotion")
	}
	for _, n := range p.Districts {
		if n < 0 {
			return nil, fault.New(fault.Invalid, "ranking.bad_promotion")
		}
	}
	out := &Promoted{}
	rows := slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool {
		return p.AtLeast != nil && row.Value.Cmp(*p.AtLeast) < 0
	})
	open := map[string]bool{} // entries in a tie at a cut
	rows = p.cutDistricts(rows, out, open)
	if p.Top > 0 {
		rows = cut(rows, p.Top, p.Policy, out, open)
	}
	for _, row := range rows {
		if !open[row.Entry.ID] {
			out.On = append(out.On, row.Entry)
		}
	}
	at := func(id string) int {
		return slices.IndexFunc(r.Rows, func(row Row) bool { return row.Entry.ID == id })
	}
	slices.SortFunc(out.Open, func(a, b []string) int { return at(a[0]) - at(b[0]) })
	return out, nil
}

// cutDistricts keeps the best of each district, in the order of rows.
func (p Promotion) cutDistricts(rows []Row, out *Promoted, open map[string]bool) []Row {
	if p.PerDistrict == 0 && len(p.Districts) == 0 {
		return rows
	}
	byDistrict := map[string][]Row{}
	for _, row := range rows {
		byDistrict[row.Entry.District] = append(byDistrict[row.Entry.District], row)
	}
	kept := map[string]bool{}
	for district, own := range byDistrict {
		quota, special := p.Districts[district]
		if !special {
			quota = p.PerDistrict
		}
		if special || quota > 0 {
			own = cut(own, quota, p.Policy, out, open)
		}
		for _, row := range own {
			kept[row.Entry.ID] = true
		}
	}
	return slices.DeleteFunc(rows, func(row Row) bool { return !kept[row.Entry.ID] })
}

// cut keeps the first n rows. Rows that share a rank across the cut all stay
// under Share; under Chair they stay too but are noted as open.
func cut(rows []Row, n int, policy Policy, out *Promoted, open map[string]bool) []Row {
	if len(rows) <= n {
		return rows
	}
	if n == 0 || rows[n-1].Rank != rows[n].Rank {
		return rows[:n]
	}
	rank := rows[n].Rank
	from := slices.IndexFunc(rows, func(row Row) bool { return row.Rank == rank })
	until := n
	for until < len(rows) && rows[until].Rank == rank {
		until++
	}
	if policy == Chair {
		var tied []string
		for _, row := range rows[from:until] {
			tied = append(tied, row.Entry.ID)
			open[row.Entry.ID] = true
		}
		out.Open = append(out.Open, tied)
	}
	return rows[:until]
}
