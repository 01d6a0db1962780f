package contest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"loa/accounts"
	"loa/contest/assign"
	"loa/contest/ranking"
	"loa/internal/fault"
)

// StartRound begins the next round of the chain: it draws neutral codes,
// deals the entries to the judges and gives each judge an order of her own.
// Faults: contest.round_started, contest.not_next_round, contest.entries_still_open,
// contest.round_empty, contest.airing_unconfirmed, contest.no_chair,
// contest.no_panel, contest.too_few_judges, contest.too_few_to_trim, contest.points_open, once.unseen.
type StartRound struct {
	Round string `json:"round"`
	Seen
}

func (c StartRound) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	rules := s.Next()
	if r := s.Round(c.Round); r != nil {
		known, _ := s.Rules.Round(r.ID)
		return nil, fault.New(fault.Conflict, "contest.round_started", "name", known.Name, "at", r.Began, "by", r.By)
	}
	if rules == nil || rules.ID != c.Round || s.Phase == Draft {
		return nil, s.outOfTurn("contest.not_next_round")
	}
	d := s.Rules.Dates
	var unready problems
	if len(s.Rounds) == 0 && !m.At.After(d.ClosesAt.Add(d.Grace())) {
		unready.add(fault.New(fault.Conflict, "contest.entries_still_open", "until", d.ClosesAt.Add(d.Grace())))
	}
	unready = append(unready, partsOf(s.settled())...)
	if len(rules.Parts) > 0 && s.Presiding() == nil {
		unready.add(fault.New(fault.Conflict, "contest.no_chair"))
	}
	if err := unready.whole(fault.New(fault.Conflict, "contest.not_ready", "n", len(unready))); err != nil {
		return nil, err
	}
	entries, err := s.entrants()
	if err != nil {
		return nil, err
	}
	start := &roundStarted{Round: rules.ID, Codes: map[string]string{}, Notes: true}
	codes := len(entries)
	if rules.Repeats > 0 {
		codes *= 2
	}
	draw := newDraw(f.Seed, codes)
	rand.New(draw.source).Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	for _, e := range entries {
		start.Codes[e.ID] = draw.code()
	}
	if rules.stageApart() {
		start.Stage = stage(f.Seed, entries)
	}
	slices.SortFunc(entries, func(a, b *Entry) int { return cmp.Compare(start.Codes[a.ID], start.Codes[b.ID]) })
	for _, e := range entries {
		start.Entries = append(start.Entries, e.ID)
	}
	if len(rules.Parts) == 0 {
		return []body{start}, nil // entries are picked, not scored
	}
	dealt, err := s.deal(rules, entries, f.Seed)
	if err != nil {
		return nil, err
	}
	numbers := &RoundState{Codes: start.Codes, Stage: start.Stage}
	start.Tasks = s.orders(rules, numbers, dealt, draw)
	return []body{start}, nil
}

// stageApart reports whether works need other numbers in the hall than those
// they are heard under: else who sees one on the stage knows the other.
func (r *Round) stageApart() bool {
	live := func(p Part) bool { return p.Live }
	return !r.NotBlind && slices.ContainsFunc(r.Parts, live) && slices.ContainsFunc(r.Parts, func(p Part) bool { return !p.Live })
}

// stage draws the order in which works are performed, by chance of its own.
func stage(seed [32]byte, entries []*Entry) map[string]string {
	sorted := slices.SortedFunc(slices.Values(entries), func(a, b *Entry) int { return cmp.Compare(a.ID, b.ID) })
	d := newDraw(sha256.Sum256(fmt.Appendf(seed[:], "stage")), len(sorted))
	numbers := map[string]string{}
	for _, e := range sorted {
		numbers[e.ID] = d.code()
	}
	return numbers
}

// entrants lists what the next round takes, sorted by ID so that the order of
// submission plays no part in what is drawn.
func (s *State) entrants() ([]*Entry, error) {
	list := s.upcoming()
	if len(list) == 0 {
		return nil, fault.New(fault.Conflict, "contest.round_empty")
	}
	for _, e := range list {
		if e.AiringOpen() {
			return nil, fault.New(fault.Conflict, "contest.airing_unconfirmed", "code", e.Code)
		}
	}
	slices.SortFunc(list, func(a, b *Entry) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// panel returns the panel that scores the entry in the round, or nil.
func (s *State) panel(round string, e *Entry) *Panel {
	return find(s.Panels[round], func(p *Panel) bool {
		return anyOr(p.Themes, e.Theme) && anyOr(p.Categories, e.Category) && anyOr(p.Districts, e.Entrant.District)
	})
}

// able lists the members of the entry's panel who may score it, sorted.
func (s *State) able(round string, e *Entry) []string {
	p := s.panel(round, e)
	if p == nil {
		return nil
	}
	var ids []string
	for _, id := range p.Judges {
		if j := s.Judge(id); j != nil && j.Removed == nil && s.judgeStake(j, e) == "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// dealt is an entry and the judges who score it.
type dealt struct {
	entry  *Entry
	judges []string
}

// orders turns what was dealt into tasks, in an order of her own for each
// judge. Parts follow one another; live parts go by the number drawn.
func (s *State) orders(r *Round, numbers *RoundState, list []dealt, d *draw) []Task {
	of := map[string][]*Entry{}
	for _, x := range list {
		for _, id := range x.judges {
			of[id] = append(of[id], x.entry)
		}
	}
	judges := make([]string, 0, len(of))
	for id := range of {
		judges = append(judges, id)
	}
	slices.Sort(judges)
	second := map[string]string{} // an entry's other code, for those who hear it twice
	var tasks []Task
	for _, id := range judges {
		for _, p := range r.Parts {
			mine := slices.DeleteFunc(slices.Clone(of[id]), func(e *Entry) bool { return !p.Covers(e.Category) })
			rnd := rand.New(d.source)
			rnd.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			if p.Live {
				slices.SortFunc(mine, func(a, b *Entry) int { return cmp.Compare(numbers.Number(a.ID, &p), numbers.Number(b.ID, &p)) })
			}
			line := make([]Task, 0, len(mine)+r.Repeats)
			for _, e := range mine {
				line = append(line, Task{ID: d.id(), Judge: id, Entry: e.ID, Part: p.ID, Code: numbers.Number(e.ID, &p)})
			}
			if !p.Live {
				line = d.repeat(rnd, line, r.Repeats, second)
			}
			tasks = append(tasks, line...)
		}
	}
	return tasks
}

// draw makes codes and task IDs that say nothing about what they stand for.
type draw struct {
	seed   [32]byte
	source *rand.ChaCha8
	codes  []int
	n      int
	width  int
}

func newDraw(seed [32]byte, codes int) *draw {
	d := &draw{seed: seed, source: rand.NewChaCha8(seed), width: len(fmt.Sprint(codes))}
	d.codes = rand.New(d.source).Perm(codes)
	return d
}

// code draws a number that was not drawn before, "07".
func (d *draw) code() string {
	n := d.codes[0] + 1
	d.codes = d.codes[1:]
	return fmt.Sprintf("%0*d", d.width, n)
}

// id makes the next opaque task ID: 20 hex digits nobody can guess without
// the seed.
func (d *draw) id() string {
	d.n++
	sum := sha256.Sum256(fmt.Appendf(d.seed[:], "task %d", d.n))
	return hex.EncodeToString(sum[:10])
}

// repeat puts up to n tasks of the line's first third once more into its last
// third, under their entries' second codes.
func (d *draw) repeat(rnd *rand.Rand, line []Task, n int, second map[string]string) []Task {
	third := len(line) / 3
	for i := range min(n, third) {
		t := line[i]
		if second[t.Entry] == "" {
			second[t.Entry] = d.code()
		}
		t.ID, t.Code, t.Repeat = d.id(), second[t.Entry], true
		at := len(line) - rnd.IntN(third+1)
		line = slices.Insert(line, at, t)
	}
	return line
}

// handOver finds new judges for tasks that lose theirs. Under a fixed number
// of judges per entry each loss is made good while somebody is able, with
// loads kept even and nothing else moved; where every judge scores everything
// there is nobody left, and the entry must keep as many as the method needs.
// Faults: contest.panel_too_small, contest.too_few_judges, contest.too_few_to_trim.
func (s *State) handOver(r *RoundState, seed [32]byte, lost func(*Task) bool) ([]body, error) {
	rules, _ := s.Rules.Round(r.ID)
	stays := r.stays(lost)
	gone := map[string][]*Task{} // by entry
	for _, t := range r.Tasks {
		if !t.Repeat && t.SetAside == nil && lost(t) {
			gone[t.Entry] = append(gone[t.Entry], t)
		}
	}
	d := newDraw(seed, 0)
	d.n = len(r.Tasks)
	var given tasksGiven
	for _, p := range s.Panels[r.ID] {
		if rules.PerEntry == 0 {
			break
		}
		in := s.assignment(r.ID, &p, s.in(r, func(e *Entry) bool { return s.panel(r.ID, e).ID == p.ID }))
		in.Each, in.Seed = rules.PerEntry, string(seed[:])
		keep(&in, stays)
		added, err := replacements(in)
		if err != nil {
			return nil, err
		}
		for _, x := range added {
			for _, t := range gone[x.Entry] {
				given.Tasks = append(given.Tasks, Task{ID: d.id(), Judge: x.Judge, Entry: x.Entry, Part: t.Part, Code: r.Number(x.Entry, rules.Part(t.Part))})
			}
		}
	}
	for _, id := range r.Entries {
		if len(gone[id]) == 0 {
			continue
		}
		if err := s.enough(r, id, r.left(id, lost, given.Tasks)); err != nil {
			return nil, err
		}
	}
	if len(given.Tasks) == 0 {
		return nil, nil
	}
	return []body{&given}, nil
}

// enough returns nil if so many judges can score the entry by the round's method.
// Faults: contest.panel_too_small, contest.too_few_judges, contest.too_few_to_trim.
func (s *State) enough(r *RoundState, entry string, have int) error {
	rules, _ := s.Rules.Round(r.ID)
	switch need := rules.least(); {
	case have == 0:
		return fault.New(fault.Conflict, "contest.panel_too_small", "code", r.Codes[entry])
	case have < need:
		return rules.tooFew(r.Codes[entry], have, need)
	}
	return nil
}

// stays tells of everything dealt in the round whether it stays so once some
// tasks are lost; whoever had it once never gets it again.
func (r *RoundState) stays(lost func(*Task) bool) map[assign.Pair]bool {
	stays := map[assign.Pair]bool{}
	for _, t := range r.Tasks {
		if t.Repeat {
			continue
		}
		pair := assign.Pair{Judge: t.Judge, Entry: t.Entry}
		staying, seen := stays[pair]
		stays[pair] = (staying || !seen) && t.SetAside == nil && !lost(t)
	}
	return stays
}

// enlarge gives judges who join the panels of a running round what is theirs to
// score: everything they may where every judge scores everything, else what
// nobody was there for. Fault: contest.panels_only_grow.
func (s *State) enlarge(r *RoundState, panels []Panel, seed [32]byte) ([]body, error) {
	old := s.Panels[r.ID]
	if !slices.EqualFunc(old, panels, s.grown) {
		return nil, fault.New(fault.Conflict, "contest.panels_only_grow").At("panels")
	}
	panels = slices.Clone(panels)
	for i := range panels {
		panels[i].ID = old[i].ID
	}
	rules, _ := s.Rules.Round(r.ID)
	next := *s
	next.Panels = maps.Clone(s.Panels)
	next.Panels[r.ID] = panels
	var list []dealt
	for _, p := range panels {
		in := next.assignment(r.ID, &p, s.in(r, func(e *Entry) bool { return s.panel(r.ID, e).ID == p.ID }))
		in.Each, in.Seed = rules.PerEntry, string(seed[:])
		keep(&in, r.stays(func(*Task) bool { return false }))
		added, err := replacements(in)
		if err != nil {
			return nil, err
		}
		list = append(list, s.dealt(added)...)
	}
	once := *rules
	once.Repeats = 0 // no second codes are left
	d := newDraw(seed, 0)
	d.n = len(r.Tasks)
	tasks := slices.DeleteFunc(s.orders(&once, r, list, d), func(t Task) bool {
		have := 0
		for _, o := range r.Tasks {
			if o.Entry == t.Entry && o.Part == t.Part && o.SetAside == nil && !o.Repeat {
				have++
			}
		}
		return rules.PerEntry > 0 && have >= rules.PerEntry
	})
	set := &panelsSet{r.ID, panels}
	if len(tasks) == 0 {
		return []body{set}, nil
	}
	return []body{set, &tasksGiven{tasks}}, nil
}

// grown reports whether a panel differs from what it was by new judges at most.
func (s *State) grown(old, now Panel) bool {
	for _, id := range old.Judges {
		if s.Judge(id).Removed == nil && !slices.Contains(now.Judges, id) {
			return false
		}
	}
	same := func(a, b []string) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}
	return old.Name == now.Name && same(old.Themes, now.Themes) && same(old.Categories, now.Categories) && same(old.Districts, now.Districts)
}

// keep puts what was dealt before into an assignment. Duties that stay count
// even where their judge could not get them today: the signed sheets of one who
// left, or of one who declared a tie since.
func keep(in *assign.Input, stays map[assign.Pair]bool) {
	in.Conflicts = slices.DeleteFunc(in.Conflicts, func(p assign.Pair) bool { return stays[p] })
	for p, still := range stays {
		switch {
		case !still:
			in.Conflicts = append(in.Conflicts, p)
			continue
		case !slices.Contains(in.Entries, p.Entry):
			continue
		case !slices.Contains(in.Judges, p.Judge):
			in.Judges = append(in.Judges, p.Judge)
			for _, e := range in.Entries {
				if other := (assign.Pair{Judge: p.Judge, Entry: e}); !stays[other] {
					in.Conflicts = append(in.Conflicts, other)
				}
			}
		}
		in.Kept = append(in.Kept, p)
	}
}

// replacements lists the pairs that make losses good. Entries nobody else is
// able to score stay short and are left out.
func replacements(in assign.Input) ([]assign.Pair, error) {
	barred := map[assign.Pair]bool{}
	for _, p := range in.Conflicts {
		barred[p] = true
	}
	in.Entries = slices.DeleteFunc(in.Entries, func(e string) bool {
		able := 0
		for _, j := range in.Judges {
			if !barred[assign.Pair{Judge: j, Entry: e}] {
				able++
			}
		}
		return able < in.Each
	})
	if len(in.Entries) == 0 || in.Each > len(in.Judges) {
		return nil, nil
	}
	plan, err := assign.Make(in)
	if err != nil {
		return nil, err
	}
	return plan.Added, nil
}

// left is how many judges score the entry in the part with the fewest, once
// some tasks are lost and others given.
func (r *RoundState) left(entry string, lost func(*Task) bool, given []Task) int {
	parts := map[string]int{}
	for _, t := range r.Tasks {
		if t.Entry == entry && !t.Repeat {
			parts[t.Part] += 0
			if t.SetAside == nil && !lost(t) {
				parts[t.Part]++
			}
		}
	}
	for _, t := range given {
		if t.Entry == entry {
			parts[t.Part]++
		}
	}
	return slices.Min(slices.Collect(maps.Values(parts)))
}

// least is the fewest judges an entry needs for the round's method.
func (r *Round) least() int {
	if r.Method == ranking.Trimmed {
		return ranking.TrimmedLeast
	}
	return 1
}

// needs is how many judges must be able to score an entry before the round begins.
func (r *Round) needs() int { return max(r.PerEntry, r.least()) }

// tooFew refuses what leaves an entry with too few judges, and says what asks for
// more. Faults: contest.too_few_to_trim, contest.too_few_judges.
func (r *Round) tooFew(code string, have, need int) error {
	if r.Method == ranking.Trimmed && need == ranking.TrimmedLeast {
		return fault.New(fault.Conflict, "contest.too_few_to_trim", "code", code, "have", have, "need", need, "left", need-2)
	}
	return fault.New(fault.Conflict, "contest.too_few_judges", "code", code, "have", have, "need", need)
}

// deal says who scores each entry: every judge who may, or the round's fixed
// number of them with loads kept even. Each panel is dealt by itself.
func (s *State) deal(r *Round, entries []*Entry, seed [32]byte) ([]dealt, error) {
	of := map[string][]*Entry{}
	for _, e := range entries {
		p := s.panel(r.ID, e)
		if p == nil {
			return nil, fault.New(fault.Conflict, "contest.no_panel", "code", e.Code)
		}
		if able, need := s.able(r.ID, e), r.needs(); len(able) < need {
			return nil, r.tooFew(e.Code, len(able), need)
		}
		of[p.ID] = append(of[p.ID], e)
	}
	var list []dealt
	for _, p := range s.Panels[r.ID] {
		if len(of[p.ID]) == 0 {
			continue
		}
		in := s.assignment(r.ID, &p, of[p.ID])
		in.Each, in.Seed = r.PerEntry, string(seed[:])+p.ID
		plan, err := assign.Make(in)
		if err != nil {
			return nil, err
		}
		list = append(list, s.dealt(plan.Pairs)...)
	}
	return list, nil
}

// assignment lists who can score what in one panel, and who must not.
func (s *State) assignment(round string, p *Panel, entries []*Entry) assign.Input {
	var in assign.Input
	for _, id := range p.Judges {
		if j := s.Judge(id); j != nil && j.Removed == nil {
			in.Judges = append(in.Judges, id)
		}
	}
	for _, e := range entries {
		in.Entries = append(in.Entries, e.ID)
		able := s.able(round, e)
		for _, id := range in.Judges {
			if !slices.Contains(able, id) {
				in.Conflicts = append(in.Conflicts, assign.Pair{Judge: id, Entry: e.ID})
			}
		}
	}
	return in
}

// dealt groups pairs, which come sorted by entry.
func (s *State) dealt(pairs []assign.Pair) []dealt {
	var list []dealt
	for _, p := range pairs {
		if n := len(list); n == 0 || list[n-1].entry.ID != p.Entry {
			list = append(list, dealt{entry: s.entry[p.Entry]})
		}
		last := &list[len(list)-1]
		last.judges = append(last.judges, p.Judge)
	}
	return list
}
