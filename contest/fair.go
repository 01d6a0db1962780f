package contest

import (
	"math"
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
		if !t.Final() || t.Off() != nil {
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
	Judge string `json:"judge"` // person ID
	Part  string `json:"part"`  // ID
	Works int    `json:"works"` // she scores in the part
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
			if t.Off() == nil && !t.Repeat {
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

// Short is a work that fewer judges scored in a part than the rules ask for.
type Short struct {
	Entry string
	Part  string // ID
	Have  int
	Asked int // the round's number of judges a work, or else the whole panel
}

// Shorts lists the works of a round, in the order of their codes, that too few
// sheets count for: judges abstained, had ties, or left. Of one that is being
// judged those are meant that too few were dealt.
func (s *State) Shorts(r *RoundState) []Short {
	rules, _ := s.Rules.Round(r.ID)
	type key struct{ entry, part string }
	have := map[key]int{}
	for _, t := range r.Tasks {
		if t.Off() == nil && !t.Repeat && (r.Finished == nil || t.Final()) {
			have[key{t.Entry, t.Part}]++
		}
	}
	var list []Short
	for _, id := range r.Entries {
		e := s.entry[id]
		panel := s.panel(r.ID, e)
		if e.RuledOut != nil || panel == nil {
			continue
		}
		asked := rules.PerEntry
		if asked == 0 {
			asked = len(panel.Judges)
		}
		for _, p := range rules.Parts {
			if n := have[key{id, p.ID}]; p.Covers(e.Category) && n < asked {
				list = append(list, Short{id, p.ID, n, asked})
			}
		}
	}
	return list
}

// Barred lists the judges of an entry's panel to whom it was not dealt in the round
// because of ties, with what is known of them today.
func (s *State) Barred(r *RoundState, entry string) (list []Point) {
	e := s.entry[entry]
	p := s.panel(r.ID, e)
	if p == nil {
		return nil
	}
	for _, j := range s.Judges {
		dealt := slices.ContainsFunc(r.Of(j.Person), func(t *Task) bool { return t.Entry == entry })
		why := s.undecided(j, e)
		if stake := s.judgeStake(j, e); len(why) == 0 && stake != "" {
			why = []string{stake} // of an earlier round
		}
		if len(why) > 0 && !dealt && slices.Contains(p.Judges, j.Person) {
			x := Point{Round: r.ID, Judge: j.Person, Entry: entry, Why: why}
			if t := s.tie[pair{j.Person, entry}]; t != nil {
				x.Note = t.note
			}
			list = append(list, x)
		}
	}
	return list
}

// PanelGap is two panels that score works of one ranking very differently.
type PanelGap struct {
	Group        string // name
	Mild, Strict string // names of the panels
	High, Low    float64
	Works        [2]int // of the mild panel and of the strict one
}

// The least that makes a difference of panels worth a word: so many works each,
// such a share of the full points, and more than works of one panel commonly differ
// by (one standard deviation within panels).
const (
	panelWorks = 3
	panelShare = 0.05
)

// PanelGaps compares the panels that score works ranked together: the mildest of
// each group with its strictest, by the mean of what their judges gave a work. It
// warns only: the works may differ as much.
func (s *State) PanelGaps(r *RoundState) []PanelGap {
	rules, _ := s.Rules.Round(r.ID)
	if len(s.Panels[r.ID]) < 2 {
		return nil
	}
	scores, _ := s.Scores(r)
	var list []PanelGap
	for _, g := range s.Groups(r) {
		of := map[string][]float64{} // by panel
		for _, e := range g.Entries {
			sum, n := 0.0, 0
			for _, v := range scores.At[slices.Index(r.Entries, e.ID)] {
				if !math.IsNaN(v) {
					sum, n = sum+v, n+1
				}
			}
			if p := s.panel(r.ID, e); n > 0 && p != nil {
				of[p.ID] = append(of[p.ID], sum/float64(n))
			}
		}
		gap := PanelGap{Group: g.Name, High: math.Inf(-1), Low: math.Inf(1)}
		within, free := 0.0, 0
		for _, p := range s.Panels[r.ID] {
			works := of[p.ID]
			if len(works) < panelWorks {
				continue
			}
			mean := 0.0
			for _, v := range works {
				mean += v / float64(len(works))
			}
			for _, v := range works {
				within += (v - mean) * (v - mean)
			}
			free += len(works) - 1
			if mean > gap.High {
				gap.High, gap.Mild, gap.Works[0] = mean, p.Name, len(works)
			}
			if mean < gap.Low {
				gap.Low, gap.Strict, gap.Works[1] = mean, p.Name, len(works)
			}
		}
		if apart := gap.High - gap.Low; free > 0 && apart > panelShare*rules.Points.Float() && apart > math.Sqrt(within/float64(free)) {
			list = append(list, gap)
		}
	}
	return list
}

// Lack is too few judges for what the rules of a round need: on a panel, or, where
// the panel has enough, free to score a work that can come to the round.
type Lack struct {
	Panel      string // name
	Entry      string // ID; "" where the panel itself is too small
	Have, Need int
	Trim       bool // the method ranking.Trimmed needs them, and not the number of judges a work
}

// Lacks lists what keeps a round that has not begun from being dealt, panel by panel.
func (s *State) Lacks(round string) (list []Lack) {
	rules, _ := s.Rules.Round(round)
	if rules == nil || len(rules.Parts) == 0 || s.Round(round) != nil {
		return nil
	}
	works := s.Live()
	if next := s.Next(); next != nil && next.ID == round {
		works = s.upcoming()
	}
	need := rules.needs()
	trim := rules.Method == ranking.Trimmed && need == ranking.TrimmedLeast
	for i := range s.Panels[round] {
		p := &s.Panels[round][i]
		have := 0
		for _, id := range p.Judges {
			if j := s.Judge(id); j != nil && j.Removed == nil {
				have++
			}
		}
		if have < need {
			list = append(list, Lack{p.Name, "", have, need, trim})
			continue
		}
		for _, e := range works {
			if n := len(s.able(round, e)); s.panel(round, e) == p && n < need {
				list = append(list, Lack{p.Name, e.ID, n, need, trim})
			}
		}
	}
	return list
}
