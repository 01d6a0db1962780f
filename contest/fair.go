package contest

import (
	"slices"

	"loa/contest/fairness"
	"loa/contest/ranking"
)

// Scores is what each judge gave each entry of a round in all, by the signed
// sheets, and beside it the hidden repeats: each is held against the same part
// heard first.
func (s *State) Scores(r *RoundState) (scores fairness.Scores, twice []fairness.Twice) {
	rules, _ := s.Rules.Round(r.ID)
	var judges []string
	type pair struct{ judge, entry string }
	type heard struct{ judge, entry, part string }
	totals, first := map[pair]float64{}, map[heard]float64{}
	var again []*Task
	for _, t := range r.Tasks {
		if !t.Final() || t.SetAside != nil {
			continue
		}
		if t.Repeat {
			again = append(again, t)
			continue
		}
		if !slices.Contains(judges, t.Judge) {
			judges = append(judges, t.Judge)
		}
		v, _ := rules.Part(t.Part).Total(t.Sheet.Content)
		totals[pair{t.Judge, t.Entry}] += v.Float()
		first[heard{t.Judge, t.Entry, t.Part}] = v.Float()
	}
	scores = fairness.New(r.Entries, judges)
	for e, entry := range r.Entries {
		for j, judge := range judges {
			if v, ok := totals[pair{judge, entry}]; ok {
				scores.At[e][j] = v
			}
		}
	}
	for _, t := range again {
		if before, ok := first[heard{t.Judge, t.Entry, t.Part}]; ok {
			v, _ := rules.Part(t.Part).Total(t.Sheet.Content)
			twice = append(twice, fairness.Twice{Judge: t.Judge, Entry: t.Entry, First: before, Second: v.Float()})
		}
	}
	return scores, twice
}

// Unknown is a judge of whom a round tells too little to even out her habit in a
// part: her marks count there as she gives them.
type Unknown struct {
	Judge string // person ID
	Part  string // ID
	Works int    // she scores in the part
}

// Unknowns lists them in a round ranked by ranking.Normalised, by judge and part:
// of one that has begun by what was dealt and is not set aside, of the next by how
// it would be dealt now. Where that is impossible StartRound says why.
func (s *State) Unknowns(round string) []Unknown {
	rules, _ := s.Rules.Round(round)
	if rules == nil || rules.Method != ranking.Normalised || len(rules.Parts) == 0 {
		return nil
	}
	type duty struct{ judge, part string }
	works := map[duty]int{}
	if r := s.Round(round); r != nil {
		for _, t := range r.Tasks {
			if t.SetAside == nil && !t.Repeat {
				works[duty{t.Judge, t.Part}]++
			}
		}
	} else if next := s.Next(); next != nil && next.ID == round {
		entries, err := s.entrants()
		if err != nil {
			return nil
		}
		list, err := s.deal(rules, entries, [32]byte{})
		if err != nil {
			return nil
		}
		for _, x := range list {
			for _, p := range rules.Parts {
				for _, judge := range x.judges {
					if p.Covers(x.entry.Category) {
						works[duty{judge, p.ID}]++
					}
				}
			}
		}
	}
	var out []Unknown
	for _, j := range s.Judges {
		for _, p := range rules.Parts {
			if n := works[duty{j.Person, p.ID}]; n > 0 && n < ranking.NormaliseLeast {
				out = append(out, Unknown{j.Person, p.ID, n})
			}
		}
	}
	return out
}
