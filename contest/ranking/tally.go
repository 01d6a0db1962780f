package ranking

import (
	"cmp"
	"maps"
	"math/big"
	"slices"

	"loa/internal/fault"
)

// Tally is a checked Input, ready to rank. It does not change and may be
// used by several goroutines at once.
type Tally struct {
	entries []Entry  // sorted by ID
	judges  []string // sorted
	parts   []part   // sorted by ID
	unit    int64    // totals are counted in 1/unit of a point
	chain   []Step
	chair   []ChairDecision
}

// part is a Part with its sheets counted.
type part struct {
	Part
	factor []int64            // per criterion: units one thousandth of a point is worth
	marks  [][]mark           // per entry, sorted by judge
	others map[string][]int64 // totals of Input.Elsewhere, by judge ID
}

// mark is one sheet: its total in units and its raw scores in the order of
// the part's criteria.
type mark struct {
	judge  int
	total  int64
	scores []Points
}

// mostSpread is the spread of a hundred judges and more, who are not the same
// number in every part.
const mostSpread = 1_000_000

// most bounds every number a Tally computes in 64 bits.
const most = int64(1) << 61

// Open checks in and counts its sheets. Its errors are faults:
//   - ranking.no_entry, ranking.no_judge, ranking.no_part: an empty contest;
//   - ranking.twice: an ID listed twice, or empty;
//   - ranking.sheet_twice: a second sheet of a judge for an entry and part;
//   - ranking.bad_scale, ranking.bad_weight: a criterion or part nothing can
//     be scored on;
//   - ranking.weights_do_not_add_up, ranking.part_does_not_add_up: a Full that is not what the weights give;
//   - ranking.too_fine: weights whose common denominator is beyond 64 bits,
//     or an entry that could reach more than a million points;
//   - ranking.unknown_sheet: a sheet of an unlisted judge, entry or part;
//   - ranking.score_missing, ranking.score_unknown, ranking.out_of_range,
//     ranking.off_step: a sheet that does not fit the rubric;
//   - ranking.bad_step, ranking.no_submission_time, ranking.no_reason,
//     ranking.bad_decision: a chain or a chair's decision that cannot be
//     followed.
func Open(in Input) (*Tally, error) {
	t := &Tally{chain: slices.Clone(in.Chain), chair: in.Chair}
	if err := t.list(in); err != nil {
		return nil, err
	}
	reach, err := t.weigh(in)
	if err != nil {
		return nil, err
	}
	if err := t.count(in.Sheets); err != nil {
		return nil, err
	}
	if err := t.overhear(in.Elsewhere); err != nil {
		return nil, err
	}
	if err := fits(reach, t.spread()); err != nil {
		return nil, err
	}
	if err := t.checkChain(); err != nil {
		return nil, err
	}
	return t, nil
}

// Countable returns nil if sheets of these parts, worth full in all, can be
// added up exactly by any jury there may be; else ranking.too_fine, or what
// Open says of parts on which nothing can be scored.
func Countable(parts []Part, full Rational) error {
	t := &Tally{}
	for _, p := range parts {
		t.parts = append(t.parts, part{Part: p})
	}
	reach, err := t.weigh(Input{Full: full})
	if err != nil {
		return err
	}
	return fits(reach, big.NewInt(mostSpread))
}

// list takes over entries, judges and parts, sorted, and refuses doubles.
func (t *Tally) list(in Input) error {
	switch {
	case len(in.Entries) == 0:
		return fault.New(fault.Invalid, "ranking.no_entry")
	case len(in.Judges) == 0:
		return fault.New(fault.Invalid, "ranking.no_judge")
	case len(in.Parts) == 0:
		return fault.New(fault.Invalid, "ranking.no_part")
	}
	t.entries = slices.Clone(in.Entries)
	slices.SortFunc(t.entries, func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) })
	t.judges = slices.Sorted(slices.Values(in.Judges))
	for _, p := range in.Parts {
		t.parts = append(t.parts, part{Part: p, marks: make([][]mark, len(t.entries))})
	}
	slices.SortFunc(t.parts, func(a, b part) int { return cmp.Compare(a.ID, b.ID) })

	ids := make([]string, len(t.entries))
	for i, e := range t.entries {
		ids[i] = e.ID
	}
	if err := distinct(ids); err != nil {
		return err
	}
	if err := distinct(t.judges); err != nil {
		return err
	}
	ids = ids[:0]
	for _, p := range t.parts {
		ids = append(ids, p.ID)
	}
	// A contest of one part need not name it.
	if len(ids) == 1 && ids[0] == "" {
		return nil
	}
	return distinct(ids)
}

// distinct refuses an empty ID and one that follows itself in a sorted list.
func distinct(sorted []string) error {
	for i, id := range sorted {
		if id == "" || i > 0 && sorted[i-1] == id {
			return fault.New(fault.Invalid, "ranking.twice", "id", id)
		}
	}
	return nil
}

// weigh checks that the weights add up and finds the unit in which every
// total is a whole number, and what an entry can reach, in that unit.
func (t *Tally) weigh(in Input) (reach *big.Int, err error) {
	whole := new(big.Rat)
	for i := range t.parts {
		p := &t.parts[i]
		if p.Weight.Sign() <= 0 {
			return nil, fault.New(fault.Invalid, "ranking.bad_weight", "name", p.ID, "weight", p.Weight).At(p.ID)
		}
		if len(p.Criteria) == 0 {
			return nil, fault.New(fault.Invalid, "ranking.no_part").At(p.ID)
		}
		full := new(big.Rat)
		seen := map[string]bool{}
		for _, c := range p.Criteria {
			if err := c.valid(); err != nil {
				return nil, err
			}
			if seen[c.ID] {
				return nil, fault.New(fault.Invalid, "ranking.twice", "id", c.ID).At(p.ID)
			}
			seen[c.ID] = true
			full.Add(full, new(big.Rat).Mul(c.Weight.Rat(), c.Max.Rational().Rat()))
		}
		if err := addsUp(full, p.Full, p.ID); err != nil {
			return nil, err
		}
		whole.Add(whole, full.Mul(full, p.Weight.Rat()))
	}
	if err := addsUp(whole, in.Full, ""); err != nil {
		return nil, err
	}
	return t.findUnit()
}

func addsUp(got *big.Rat, want Rational, name string) error {
	if got.Cmp(want.Rat()) == 0 && got.Sign() > 0 {
		return nil
	}
	g, err := narrow(got)
	if err != nil {
		return err
	}
	if name == "" {
		return fault.New(fault.Invalid, "ranking.weights_do_not_add_up", "got", g, "want", want)
	}
	return fault.New(fault.Invalid, "ranking.part_does_not_add_up", "part", name, "got", g, "want", want).At(name)
}

// findUnit chooses the common denominator of all weights.
func (t *Tally) findUnit() (reach *big.Int, err error) {
	unit := big.NewInt(int64(Point))
	factor := func(p part, c Criterion) *big.Rat {
		r := new(big.Rat).Mul(p.Weight.Rat(), c.Weight.Rat())
		return r.Quo(r, big.NewRat(int64(Point), 1))
	}
	for _, p := range t.parts {
		for _, c := range p.Criteria {
			d := factor(p, c).Denom()
			gcd := new(big.Int).GCD(nil, nil, unit, d)
			unit.Mul(unit, new(big.Int).Quo(d, gcd))
		}
	}
	reach = new(big.Int)
	for i := range t.parts {
		p := &t.parts[i]
		for _, c := range p.Criteria {
			f := factor(*p, c)
			f.Mul(f, new(big.Rat).SetInt(unit))
			if !f.Num().IsInt64() {
				return nil, fault.New(fault.Invalid, "ranking.too_fine")
			}
			p.factor = append(p.factor, f.Num().Int64())
			most := max(abs(int64(c.Min)), abs(int64(c.Max)))
			reach.Add(reach, new(big.Int).Mul(f.Num(), big.NewInt(most)))
		}
	}
	if new(big.Int).Quo(reach, unit).Cmp(big.NewInt(int64(mostPoints/Point))) > 0 {
		return nil, fault.New(fault.Invalid, "ranking.too_fine")
	}
	t.unit = unit.Int64()
	return reach.Add(reach, unit), nil
}

// spread is the most by which the common denominator of an entry's parts can
// exceed the unit, whatever the method and with one judge left out: n sheets
// in a part are divided by n, n−1, n−2 or n−3, and a median by 2.
func (t *Tally) spread() *big.Int {
	widest := big.NewInt(2)
	for e := range t.entries {
		own, seen := big.NewInt(1), map[int]bool{}
		for _, p := range t.parts {
			if n := len(p.marks[e]); n > 0 && !seen[n] {
				seen[n] = true
				own.Mul(own, big.NewInt(int64(n)*int64(n)))
			}
		}
		if own.Cmp(widest) > 0 {
			widest = own
		}
	}
	return widest
}

// fits refuses weights with which a sum could leave 64 bits.
func fits(reach, spread *big.Int) error {
	if bound := new(big.Int).Mul(reach, spread); !bound.IsInt64() || bound.Int64() > most {
		return fault.New(fault.Invalid, "ranking.too_fine")
	}
	return nil
}

// count files every sheet under its entry.
func (t *Tally) count(sheets []Sheet) error {
	entries := make(map[string]int, len(t.entries))
	for i, e := range t.entries {
		entries[e.ID] = i
	}
	judges := make(map[string]int, len(t.judges))
	for i, j := range t.judges {
		judges[j] = i
	}
	parts := make(map[string]*part, len(t.parts))
	for i := range t.parts {
		parts[t.parts[i].ID] = &t.parts[i]
	}
	for _, s := range sheets {
		e, knowsEntry := entries[s.Entry]
		j, knowsJudge := judges[s.Judge]
		p := parts[s.Part]
		if !knowsEntry || !knowsJudge || p == nil {
			return fault.New(fault.Invalid, "ranking.unknown_sheet", "judge", s.Judge, "entry", s.Entry, "part", s.Part)
		}
		m, err := p.read(s)
		if err != nil {
			return err
		}
		if s.Repeat {
			continue
		}
		m.judge = j
		p.marks[e] = append(p.marks[e], m)
	}
	for _, p := range t.parts {
		for e, marks := range p.marks {
			slices.SortFunc(marks, func(a, b mark) int { return a.judge - b.judge })
			for i := 1; i < len(marks); i++ {
				if marks[i].judge == marks[i-1].judge {
					return fault.New(fault.Conflict, "ranking.sheet_twice",
						"judge", t.judges[marks[i].judge], "entry", t.entries[e].ID)
				}
			}
		}
	}
	return nil
}

// overhear keeps the totals of sheets on other entries.
func (t *Tally) overhear(sheets []Sheet) error {
	for _, s := range sheets {
		at := slices.IndexFunc(t.parts, func(p part) bool { return p.ID == s.Part })
		if at < 0 {
			return fault.New(fault.Invalid, "ranking.unknown_sheet", "judge", s.Judge, "entry", s.Entry, "part", s.Part)
		}
		p := &t.parts[at]
		m, err := p.read(s)
		if err != nil {
			return err
		}
		if s.Repeat {
			continue
		}
		if p.others == nil {
			p.others = map[string][]int64{}
		}
		p.others[s.Judge] = append(p.others[s.Judge], m.total)
	}
	return nil
}

// read checks one sheet against the rubric and adds it up.
func (p *part) read(s Sheet) (mark, error) {
	m := mark{scores: make([]Points, len(p.Criteria))}
	for i, c := range p.Criteria {
		v, ok := s.Scores[c.ID]
		if !ok {
			return m, fault.New(fault.Invalid, "ranking.score_missing",
				"judge", s.Judge, "entry", s.Entry, "criterion", c.ID).At(c.ID)
		}
		if err := c.Check(v); err != nil {
			return m, err
		}
		m.scores[i] = v
		m.total += int64(v) * p.factor[i]
	}
	if len(s.Scores) > len(p.Criteria) {
		return m, fault.New(fault.Invalid, "ranking.score_unknown", "judge", s.Judge, "entry", s.Entry)
	}
	return m, nil
}

// Judges lists the judges, sorted by ID.
func (t *Tally) Judges() []string { return slices.Clone(t.judges) }

// Without is the same contest as if the judge had never scored. An unknown
// judge changes nothing.
func (t *Tally) Without(judge string) *Tally {
	at, ok := slices.BinarySearch(t.judges, judge)
	if !ok {
		return t
	}
	out := *t
	out.parts = slices.Clone(t.parts)
	for i := range out.parts {
		p := &out.parts[i]
		p.others = maps.Clone(p.others)
		delete(p.others, judge)
		p.marks = slices.Clone(p.marks)
		for e, marks := range p.marks {
			k := slices.IndexFunc(marks, func(m mark) bool { return m.judge == at })
			if k >= 0 {
				p.marks[e] = slices.Concat(marks[:k], marks[k+1:])
			}
		}
	}
	return &out
}

// Mark is one sheet's total in one part, in points of the whole contest
// (part weight included).
type Mark struct {
	Entry, Judge, Part string
	Total              Rational
}

// Marks lists the totals of all sheets, sorted by part, entry and judge.
func (t *Tally) Marks() []Mark {
	var all []Mark
	for _, p := range t.parts {
		for e, marks := range p.marks {
			for _, m := range marks {
				all = append(all, Mark{t.entries[e].ID, t.judges[m.judge], p.ID, fraction(m.total, t.unit)})
			}
		}
	}
	return all
}
