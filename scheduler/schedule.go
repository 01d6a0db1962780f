package scheduler

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/library"
	"loa/stations"
)

// Schedule is every programme, episode and rule at one moment: an immutable
// value, safe for concurrent use. Each list is in the order the things were
// made.
type Schedule struct {
	Programmes []Programme
	Episodes   []Episode
	Rules      []Rule

	programmes map[string]int
	episodes   map[string]int
	rules      map[string]int
	ready      map[editionKey][]int // approved once, newest first: indexes into Episodes
}

type editionKey struct{ programme, language string }

// NewSchedule takes over the three lists, sorts them by ID and indexes them.
func NewSchedule(programmes []Programme, episodes []Episode, rules []Rule) *Schedule {
	byID := func(a, b string) int { return cmp.Compare(number(a), number(b)) }
	slices.SortFunc(programmes, func(a, b Programme) int { return byID(a.ID, b.ID) })
	slices.SortFunc(episodes, func(a, b Episode) int { return byID(a.ID, b.ID) })
	slices.SortFunc(rules, func(a, b Rule) int { return byID(a.ID, b.ID) })
	s := &Schedule{
		Programmes: programmes, Episodes: episodes, Rules: rules,
		programmes: make(map[string]int, len(programmes)), episodes: make(map[string]int, len(episodes)),
		rules: make(map[string]int, len(rules)), ready: map[editionKey][]int{},
	}
	for i, p := range programmes {
		s.programmes[p.ID] = i
	}
	for i, r := range rules {
		s.rules[r.ID] = i
	}
	for i, e := range episodes {
		s.episodes[e.ID] = i
		if !e.ApprovedAt().IsZero() {
			k := editionKey{e.Programme, e.Language}
			s.ready[k] = append(s.ready[k], i)
		}
	}
	for _, list := range s.ready {
		slices.SortFunc(list, func(a, b int) int { return newerFirst(episodes[a], episodes[b]) })
	}
	return s
}

// number is the number inside an ID, "R7" → 7; 0 if there is none.
func number(id string) int {
	if id == "" {
		return 0
	}
	n, err := strconv.Atoi(id[1:])
	if err != nil {
		return 0
	}
	return n
}

// Programme returns the programme, or a fault NotFound.
func (s *Schedule) Programme(id string) (Programme, error) {
	if i, ok := s.programmes[id]; ok {
		return s.Programmes[i], nil
	}
	return Programme{}, fault.New(fault.NotFound, "schedule.programme_unknown", "id", id)
}

// Episode returns the episode, or a fault NotFound.
func (s *Schedule) Episode(id string) (Episode, error) {
	if i, ok := s.episodes[id]; ok {
		return s.Episodes[i], nil
	}
	return Episode{}, NoEpisode(id)
}

// Rule returns the rule, or a fault NotFound.
func (s *Schedule) Rule(id string) (Rule, error) {
	if i, ok := s.rules[id]; ok {
		return s.Rules[i], nil
	}
	return Rule{}, fault.New(fault.NotFound, "schedule.rule_unknown", "id", id)
}

// EpisodesOf lists a programme's episodes, the newest made first.
func (s *Schedule) EpisodesOf(programme string) []Episode {
	var out []Episode
	for _, e := range slices.Backward(s.Episodes) {
		if e.Programme == programme {
			out = append(out, e)
		}
	}
	return out
}

// EpisodesFrom lists the episodes made of a recording, the newest made first.
func (s *Schedule) EpisodesFrom(recording string) []Episode {
	var out []Episode
	for _, e := range slices.Backward(s.Episodes) {
		if e.Audio == recording {
			out = append(out, e)
		}
	}
	return out
}

// Coded reports whether the copies that stations receive of a recording have their code in them: a programme it is of asks for that.
func (s *Schedule) Coded(recording string) bool {
	return slices.ContainsFunc(s.EpisodesFrom(recording), func(e Episode) bool {
		p, err := s.Programme(e.Programme)
		return err == nil && p.StationCode
	})
}

// Hearing says which recordings the actor may open, with what was approved for airing.
func (s *Schedule) Hearing(a accounts.Actor, reg *stations.Registry) library.Hearing {
	h := library.Hearing{By: a, Districts: map[string]string{}, Approved: map[string]bool{}}
	for _, e := range s.Episodes {
		if e.State() == Approved {
			h.Approved[e.Audio] = true
		}
	}
	if slices.ContainsFunc(a.Grants, func(g accounts.Grant) bool { return g.Scope.Level == accounts.District }) { // nobody else's right depends on it
		for _, st := range reg.Stations() {
			h.Districts[st.ID] = reg.Where(st.ID).District
		}
	}
	return h
}

// RulesOf lists the rules whose newest version airs the programme.
func (s *Schedule) RulesOf(programme string) []Rule {
	var out []Rule
	for _, r := range s.Rules {
		if r.Current().Programme == programme {
			out = append(out, r)
		}
	}
	return out
}

// OnlyAt is the ID of the one station the programme was ever planned for: the
// programme is that station's own. It is "" where several air it, or nobody.
func (s *Schedule) OnlyAt(programme string) string {
	only := ""
	for _, r := range s.Rules {
		for _, v := range r.Versions {
			if v.Programme != programme {
				continue
			}
			if one := v.Selection.Stations; len(one) != 1 || only != "" && only != one[0] {
				return ""
			}
			only = v.Selection.Stations[0]
		}
	}
	return only
}

// NextProgrammeID, NextEpisodeID and NextRuleID are the IDs the next new
// thing gets. Nothing is ever deleted, so none is ever given twice.
func (s *Schedule) NextProgrammeID() string {
	return "P" + strconv.Itoa(1+lastNumber(s.Programmes, func(p Programme) string { return p.ID }))
}

// NextEpisodeID is the ID the next new episode gets.
func (s *Schedule) NextEpisodeID() string {
	return "E" + strconv.Itoa(1+lastNumber(s.Episodes, func(e Episode) string { return e.ID }))
}

// NextRuleID is the ID the next new rule gets.
func (s *Schedule) NextRuleID() string {
	return "R" + strconv.Itoa(1+lastNumber(s.Rules, func(r Rule) string { return r.ID }))
}

func lastNumber[T any](sorted []T, id func(T) string) int {
	if len(sorted) == 0 {
		return 0
	}
	return number(id(sorted[len(sorted)-1]))
}

// ApprovedAt is when the episode was first approved, zero if it never was.
func (e Episode) ApprovedAt() time.Time {
	for _, step := range e.Steps {
		if step.State == Approved {
			return step.At
		}
	}
	return time.Time{}
}

// newerFirst puts the episode whose first day is later first, then the one
// approved later, then the one made later.
func newerFirst(a, b Episode) int {
	return cmp.Or(cmp.Compare(b.From, a.From), b.ApprovedAt().Compare(a.ApprovedAt()), cmp.Compare(number(b.ID), number(a.ID)))
}

// EpisodeFor is the episode a station with those languages airs at start: the
// newest that is approved at that instant and valid on that day, in the first
// of its languages that has one. Every station also broadcasts in Vietnamese,
// so that comes last when it is not named. start is in the station's zone. ok
// is false when there is none.
func (s *Schedule) EpisodeFor(programme string, languages []string, start time.Time) (e Episode, ok bool) {
	day := stations.DateOf(start)
	in := func(language string) bool {
		for _, i := range s.ready[editionKey{programme, language}] {
			e = s.Episodes[i]
			if (e.From == "" || e.From <= day) && (e.Until == "" || day <= e.Until) && e.StateAt(start) == Approved {
				return true
			}
		}
		return false
	}
	for _, l := range languages {
		if in(l) {
			return e, true
		}
	}
	if !slices.Contains(languages, stations.Vietnamese) && in(stations.Vietnamese) {
		return e, true
	}
	return Episode{}, false
}

// NoEpisode is the fault schedule.episode_unknown: there is no episode of that ID.
func NoEpisode(id string) error {
	return fault.New(fault.NotFound, "schedule.episode_unknown", "id", id)
}
