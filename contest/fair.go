package contest

import (
	"slices"

	"loa/contest/fairness"
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
