package contest

import (
	"cmp"
	"slices"
	"time"

	"loa/contest/ranking"
	"loa/internal/fault"
)

// ChairView is what the chair of a jury has to settle. She judges blind too:
// works go by the numbers judges know them by, sheets by their opaque IDs.
// While she has a sheet of her own to sign it holds nothing but that.
type ChairView struct {
	Waiting bool         `json:"waiting"`      // for her own sheets
	Aside   bool         `json:"aside"`        // works are left out here about which the organiser decides in her place
	Of      Series       `json:"of,omitempty"` // of the codes of ties and orders
	Missing int          `json:"missing"`      // sheets of others that are still to be signed, or signed again
	Gaps    []ChairGap   `json:"gaps"`         // to confer about
	Points  []ChairPoint `json:"points"`       // judges with ties to what they score, whom she excludes or keeps
	Out     []ChairOut   `json:"out"`          // sheets that were excluded because of a tie: she can let them count again
	Ties    [][]string   `json:"ties"`         // codes that share a rank once every sheet is signed
	Level   []ChairTie   `json:"level"`        // the same works, with the marks they were given
	Orders  []ChairOrder `json:"orders"`       // that were given to level works, oldest first
	Signed  []ChairSheet `json:"signed"`       // what she can reopen: others' sheets
}

// ChairOrder is an order given to level works, by their numbers, and what of it counts.
type ChairOrder struct {
	Order  []string   `json:"order"` // best first
	At     time.Time  `json:"at"`
	By     string     `json:"by"` // name
	Reason string     `json:"reason"`
	State  OrderState `json:"state"`
	Holds  [][]string `json:"holds"`            // of those that are level now and go by it, each set best first
	Change bool       `json:"change,omitempty"` // what holds can be put in another order
}

// ChairPoint is a judge who has ties to the entrant of a work she scores.
type ChairPoint struct {
	Task  string   `json:"task"` // one of her sheets, to name it by
	Code  string   `json:"code"`
	Of    Series   `json:"of,omitempty"` // of the code
	Judge string   `json:"judge"`        // person ID
	Name  string   `json:"name"`
	Why   []string `json:"why"`            // keys of the ties; which entrant it is stays hidden
	Note  string   `json:"note,omitempty"` // what was reported, as the organiser wrote it for her too
	// Own says that it is about herself: she can agree that her sheet does not count,
	// and the organiser keeps it.
	Own bool `json:"own,omitempty"`
}

// ChairOut is a signed sheet that does not count because of a tie. The reason may
// name the entrant and is not for her.
type ChairOut struct {
	Task  string    `json:"task"`
	Code  string    `json:"code"`
	Of    Series    `json:"of,omitempty"` // of the code
	Judge string    `json:"judge"`        // person ID
	Name  string    `json:"name"`
	At    time.Time `json:"at"`
	By    string    `json:"by"` // name
}

// ChairGap is a work on which judges differ too much, or what they gave a work that is level with others, in one part.
type ChairGap struct {
	Task  string      `json:"task"` // one of its sheets, to name it by
	Code  string      `json:"code"`
	Of    Series      `json:"of,omitempty"` // of the code
	Part  string      `json:"part"`         // name
	Marks []ChairMark `json:"marks"`
}

// ChairTie is works that share a rank, sorted by their numbers.
type ChairTie struct {
	Points ranking.Rational `json:"points"` // of each of them, by the round's method
	Works  []ChairWork      `json:"works"`
}

// ChairWork is one of them: what judges gave it, part by part.
type ChairWork struct {
	Code  string     `json:"code"`
	Of    Series     `json:"of,omitempty"` // of the code
	Parts []ChairGap `json:"parts"`
}

// ChairMark is a judge's total on a part.
type ChairMark struct {
	Judge string           `json:"judge"` // person ID
	Name  string           `json:"name"`
	Total ranking.Rational `json:"total"` // exact, "1789/20"
}

// ChairSheet is a sheet that is signed.
type ChairSheet struct {
	Task  string `json:"task"`
	Code  string `json:"code"`
	Of    Series `json:"of,omitempty"` // of the code
	Part  string `json:"part"`         // name
	Judge string `json:"judge"`        // person ID
	Name  string `json:"name"`         // of the judge
}

// ForChair is what the person has to settle, if she presides over the jury.
// Faults: those of ranking.
func (s *State) ForChair(person string) (ChairView, error) {
	v := ChairView{Gaps: []ChairGap{}, Points: []ChairPoint{}, Out: []ChairOut{}, Ties: [][]string{}, Level: []ChairTie{},
		Orders: []ChairOrder{}, Signed: []ChairSheet{}}
	run := s.Settling()
	if s.Phase != Judging || !s.Chair(person) {
		return v, nil
	}
	if v.Waiting = run != nil && run.Owes(person); v.Waiting {
		return v, nil
	}
	s.chairPoints(&v, person)
	if run == nil {
		return v, nil // between two rounds
	}
	v.Aside, v.Of = v.Aside || s.StandsAside(run), run.Recordings()
	rules, _ := s.Rules.Round(run.ID)
	decides := s.ChairDecides(run)
	if run.Finished == nil {
		for _, g := range s.Gaps(run) {
			if !g.Settled && decides(g.Entry) { // once the round is over nobody scores again
				v.Gaps = append(v.Gaps, s.chairGap(run, rules, g))
			}
		}
		for _, j := range s.Judges {
			for _, t := range run.Of(j.Person) {
				if t.Status() == Final && j.Person != person && decides(t.Entry) {
					v.Signed = append(v.Signed, ChairSheet{t.ID, t.Code, run.Series(rules.Part(t.Part)), rules.Part(t.Part).Name, j.Person, j.Name})
				}
			}
		}
	}
	if _, v.Missing = run.Progress(); v.Missing > 0 || len(rules.Parts) == 0 {
		return v, nil
	}
	ties, err := s.OpenTies(run)
	if err != nil {
		return v, err
	}
	hers := func(entries []string) bool {
		return !slices.ContainsFunc(entries, func(id string) bool { return !decides(id) })
	}
	for _, tie := range ties {
		if !hers(tie) {
			continue
		}
		tie = slices.SortedFunc(slices.Values(tie), func(a, b string) int { return cmp.Compare(run.Codes[a], run.Codes[b]) })
		level, err := s.chairTie(run, rules, tie)
		if err != nil {
			return v, err
		}
		v.Ties, v.Level = append(v.Ties, run.codes(tie)), append(v.Level, level)
	}
	orders, err := s.TieOrders(run)
	for _, o := range orders {
		x := ChairOrder{run.codes(o.Entries), o.At, o.By, o.Reason, o.State, [][]string{}, (run.Finished == nil || o.late) && hers(o.Entries)}
		for _, set := range o.Holds {
			x.Holds = append(x.Holds, run.codes(set))
		}
		v.Orders = append(v.Orders, x)
	}
	return v, err
}

// chairPoints fills in what there is to decide, and was decided, about judges with
// ties to what they score.
func (s *State) chairPoints(v *ChairView, person string) {
	taskOf := func(r *RoundState, judge, entry string) *Task {
		at := slices.IndexFunc(r.Tasks, func(t *Task) bool { return t.Judge == judge && t.Entry == entry })
		return r.Tasks[at]
	}
	for _, x := range s.Points() {
		r, own := s.Round(x.Round), x.Judge == person
		if r == nil || own && !s.ChairAgrees(x) {
			continue // the organiser's
		}
		if !own && !s.ChairDecides(r)(x.Entry) {
			v.Aside = true
			continue
		}
		t := taskOf(r, x.Judge, x.Entry)
		v.Points = append(v.Points, ChairPoint{t.ID, t.Code, s.seriesOf(r, t), x.Judge, s.Judge(x.Judge).Name, x.Why, x.Note, own})
	}
	for _, x := range s.Uncounted() {
		if x.Back && x.Judge != person && s.ChairDecides(s.Round(x.Round))(x.Entry) {
			t := taskOf(s.Round(x.Round), x.Judge, x.Entry)
			v.Out = append(v.Out, ChairOut{t.ID, t.Code, s.seriesOf(s.Round(x.Round), t), x.Judge, s.Judge(x.Judge).Name, x.At, x.By})
		}
	}
}

// seriesOf is of which series the code of a task is.
func (s *State) seriesOf(r *RoundState, t *Task) Series {
	rules, _ := s.Rules.Round(r.ID)
	return r.Series(rules.Part(t.Part))
}

// chairTie is what the works of a tie were given. Faults: those of ranking.
func (s *State) chairTie(run *RoundState, rules *Round, tie []string) (out ChairTie, err error) {
	list, err := s.Standings(run)
	if err != nil {
		return out, err
	}
	for _, st := range list {
		if row, ok := st.Ranking.Row(tie[0]); ok {
			out.Points = row.Value
		}
	}
	for _, id := range tie {
		work := ChairWork{Code: run.Codes[id], Of: run.Recordings(), Parts: []ChairGap{}}
		for _, p := range rules.Parts {
			if g := s.chairGap(run, rules, Gap{Entry: id, Part: p.ID}); len(g.Marks) > 0 {
				work.Parts = append(work.Parts, g)
			}
		}
		out.Works = append(out.Works, work)
	}
	return out, nil
}

func (s *State) chairGap(run *RoundState, rules *Round, g Gap) ChairGap {
	part := rules.Part(g.Part)
	out := ChairGap{Code: run.Number(g.Entry, part), Of: run.Series(part), Part: part.Name}
	for _, t := range run.Tasks {
		if t.Entry == g.Entry && t.Part == g.Part && t.Counts() {
			total, _ := rules.Part(t.Part).Total(t.Sheet.Content)
			out.Task = t.ID
			out.Marks = append(out.Marks, ChairMark{t.Judge, s.Judge(t.Judge).Name, total})
		}
	}
	return out
}

// SettleOver is KeepJudge or ExcludeJudge about the judge of some tasks and the works
// of each. Faults: contest.sheet_not_yours, contest.sheets_of_one_judge,
// contest.sheets_none.
func (s *State) SettleOver(tasks []string, keep bool, reason string) (Command, error) {
	judge, entries := "", []string{}
	for _, id := range tasks {
		_, t := s.Task(id)
		switch {
		case t == nil:
			return nil, fault.New(fault.NotFound, "contest.sheet_not_yours")
		case judge != "" && t.Judge != judge:
			return nil, fault.New(fault.Invalid, "contest.sheets_of_one_judge")
		}
		if judge = t.Judge; !slices.Contains(entries, t.Entry) {
			entries = append(entries, t.Entry)
		}
	}
	switch {
	case len(entries) == 0:
		return nil, fault.New(fault.Invalid, "contest.sheets_none")
	case keep:
		return KeepJudge{judge, entries[0], entries[1:], reason}, nil
	}
	return ExcludeJudge{judge, entries[0], entries[1:], reason}, nil
}

// ConferOver is Confer about the work of a task in its part. Faults: contest.no_round,
// contest.sheet_not_yours.
func (s *State) ConferOver(task string, reopen []string, reason string) (Confer, error) {
	run := s.Running()
	if run == nil {
		return Confer{}, fault.New(fault.Conflict, "contest.no_round")
	}
	t := run.Task(task)
	if t == nil {
		return Confer{}, fault.New(fault.NotFound, "contest.sheet_not_yours")
	}
	return Confer{t.Entry, t.Part, reopen, reason}, nil
}

// TieOf is DecideTie of the works with these numbers, best first. Faults:
// contest.no_round, contest.no_such_number.
func (s *State) TieOf(codes []string, reason string) (DecideTie, error) {
	run := s.Settling()
	if run == nil {
		return DecideTie{}, fault.New(fault.Conflict, "contest.no_round")
	}
	c := DecideTie{Reason: reason}
	for _, code := range codes {
		at := slices.IndexFunc(run.Entries, func(id string) bool { return SameNumber(code, run.Codes[id]) })
		if at < 0 {
			return c, fault.New(fault.NotFound, "contest.no_such_number", "code", clip(code, 40))
		}
		c.Entries = append(c.Entries, run.Entries[at])
	}
	return c, nil
}
