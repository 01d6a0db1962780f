package contest

import (
	"math"
	"slices"
	"unicode/utf8"

	"loa/accounts"
	"loa/contest/ranking"
	"loa/internal/fault"
)

// SaveSheet keeps a judge's marks as they are now, complete or not. Base is
// the version she saw; another one means that she wrote on another device
// meanwhile; Writer says which one wrote this. Faults: contest.sheet_not_yours, contest.sheet_set_aside,
// contest.sheet_signed, contest.sheet_elsewhere, contest.sheet_ahead, contest.window_closed,
// contest.unknown_criterion, contest.mark_out_of_range, contest.mark_off_step,
// contest.text_too_long.
type SaveSheet struct {
	Task string `json:"task"`
	Base int    `json:"base"`
	Content
	Writer
}

// Writer is the browser a judge wrote in, so that another window of it is not
// taken for another device.
type Writer struct {
	Browser string `json:"browser,omitempty"` // of its own choice, the same in all its windows; "" is not known
	Device  string `json:"device,omitempty"`  // what it calls itself: a User-Agent
}

func (c SaveSheet) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	part, _, err := s.draft(m, c.Task, c.Base)
	if err != nil {
		return nil, err
	}
	if err := part.fits(c.Content); err != nil {
		return nil, err
	}
	c.Writer = Writer{clip(c.Browser, 40), clip(c.Device, 200)}
	return []body{&sheetSaved{c.Task, c.Content, c.Writer}}, nil
}

// SignSheet makes a complete sheet final. Faults: as SaveSheet, and
// contest.marks_missing, with a part for each criterion without a mark, and
// contest.heard_too_little.
type SignSheet struct {
	Task string `json:"task"`
	Base int    `json:"base"`
}

func (c SignSheet) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	part, t, err := s.draft(m, c.Task, c.Base)
	if err != nil {
		return nil, err
	}
	var missing problems
	for _, k := range part.Criteria {
		if _, ok := t.Sheet.Marks[k.ID]; !ok {
			missing.add(fault.New(fault.Invalid, "contest.mark_missing").At("mark." + k.ID))
		}
	}
	if len(missing) > 0 {
		e := fault.New(fault.Invalid, "contest.marks_missing", "count", len(missing))
		e.Parts = missing
		return nil, e
	}
	rules, _ := s.Rules.Round(s.Running().ID)
	if percent, ok := s.HeardShare(t); ok && percent < rules.MinHeard {
		return nil, fault.New(fault.Invalid, "contest.heard_too_little", "percent", percent, "least", rules.MinHeard).At("heard")
	}
	return []body{&sheetSigned{c.Task}}, nil
}

// draft returns the actor's task and its part while the sheet may be written,
// if base is still its version.
func (s *State) draft(m accounts.Meta, id string, base int) (*Part, *Task, error) {
	r, t, err := s.mine(m, id)
	if err != nil {
		return nil, nil, err
	}
	if t.Final() {
		return nil, nil, fault.New(fault.Conflict, "contest.sheet_signed")
	}
	if v := t.Sheet.Version; v == 0 && base != 0 || base > v {
		return nil, nil, fault.New(fault.Conflict, "contest.sheet_ahead")
	}
	if base != t.Sheet.Version {
		return nil, nil, fault.New(fault.Conflict, "contest.sheet_elsewhere", "at", t.Sheet.SavedAt)
	}
	rules, _ := s.Rules.Round(r.ID)
	return rules.Part(t.Part), t, nil
}

// mine returns the actor's task in the running round. A task of somebody else
// and one that does not exist get the same answer.
func (s *State) mine(m accounts.Meta, id string) (*RoundState, *Task, error) {
	r, err := s.during(s.judging, m)
	if err != nil {
		return nil, nil, err
	}
	t := r.Task(id)
	if t == nil || t.Judge != m.By.Person {
		return nil, nil, fault.New(fault.NotFound, "contest.sheet_not_yours")
	}
	if t.SetAside != nil {
		return nil, nil, fault.New(fault.Conflict, "contest.sheet_set_aside")
	}
	rules, _ := s.Rules.Round(r.ID)
	if !rules.From.IsZero() && m.At.Before(rules.From) || !rules.Until.IsZero() && m.At.After(rules.Until) {
		return nil, nil, fault.New(fault.Conflict, "contest.window_closed")
	}
	return r, t, nil
}

// fits checks what is written against the part's rubric.
func (p *Part) fits(c Content) error {
	for id, mark := range c.Marks {
		k := p.Criterion(id)
		switch {
		case k == nil:
			return fault.New(fault.Invalid, "contest.unknown_criterion", "id", clip(id, 40)).At("marks")
		case mark < k.Min || mark > k.Max:
			return fault.New(fault.Invalid, "contest.mark_out_of_range", "name", k.Name, "value", mark, "min", k.Min, "max", k.Max).At("marks." + id)
		case (mark-k.Min)%k.Step != 0:
			return fault.New(fault.Invalid, "contest.mark_off_step", "name", k.Name, "value", mark, "step", k.Step).At("marks." + id)
		}
	}
	var pr problems
	pr.text("comment", c.Comment, 5000, false)
	if len(c.Notes) > 200 {
		pr.add(fault.New(fault.Invalid, "contest.list_length", "most", 200).At("notes"))
	}
	for _, n := range c.Notes {
		if math.IsNaN(n.Seconds) || n.Seconds < 0 || n.Seconds > 86400 || utf8.RuneCountInString(n.Text) > 1000 {
			pr.add(fault.New(fault.Invalid, "contest.bad_note").At("notes"))
			break
		}
	}
	return pr.whole(fault.New(fault.Invalid, "contest.sheet_unfit"))
}

// Total is what the sheet's marks are worth on the part, exactly; complete is
// false while marks are missing.
func (p *Part) Total(c Content) (total ranking.Rational, complete bool) {
	sum, complete := ranking.Whole(0).Rat(), true
	for _, k := range p.Criteria {
		mark, ok := c.Marks[k.ID]
		if !ok {
			complete = false
			continue
		}
		w := k.weight().Rat()
		sum.Add(sum, w.Mul(w, mark.Rational().Rat()))
	}
	total, err := ranking.ParseRational(sum.RatString())
	return total, complete && err == nil
}

// weight is what one point of a mark is worth in the part.
func (k *Criterion) weight() ranking.Rational {
	w, err := ranking.Fraction(int64(k.Points), int64(k.Max))
	if err != nil {
		return ranking.Whole(0) // Check refuses a Max of zero
	}
	return w
}

// Abstain takes the actor off an entry, for all its parts. Under a fixed
// number of judges per entry somebody else takes over. Faults:
// contest.sheet_not_yours, contest.sheet_signed, contest.reason_missing,
// contest.panel_too_small, contest.too_few_judges, contest.too_few_to_trim.
type Abstain struct {
	Task   string `json:"task"`
	Reason string `json:"reason"`
}

func (c Abstain) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	r, t, err := s.mine(m, c.Task)
	if err != nil {
		return nil, err
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(r.Tasks, func(o *Task) bool { return o.Judge == t.Judge && o.Entry == t.Entry && o.Final() }) {
		return nil, fault.New(fault.Conflict, "contest.sheet_signed")
	}
	return s.takeOff(r, f, &tasksSetAside{Judge: t.Judge, Entry: t.Entry, Reason: c.Reason})
}

// takeOff takes a judge off an entry of the running round.
func (s *State) takeOff(r *RoundState, f Facts, aside *tasksSetAside) ([]body, error) {
	more, err := s.handOver(r, f.Seed, func(t *Task) bool { return t.Judge == aside.Judge && t.Entry == aside.Entry })
	if err != nil {
		return nil, err
	}
	return append([]body{aside}, more...), nil
}

// ReopenSheet lets a judge change a signed sheet; both versions are kept. The
// chair decides, but not about her own: she has seen others' marks, so that the
// organiser must; and so he does about works she decides nothing about (ChairDecides). Faults:
// contest.chair_only, contest.chair_waits, contest.chair_stands_aside, contest.has_stake,
// contest.own_sheet, contest.no_round, contest.sheet_not_signed, contest.sheet_reopened,
// contest.reason_missing.
type ReopenSheet struct {
	Task   string `json:"task"`
	Reason string `json:"reason"`
}

func (c ReopenSheet) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	second := s.organiser(m) == nil
	may := s.chair
	if second {
		may = s.organiser
	}
	r, err := s.during(may, m)
	if err != nil {
		return nil, err
	}
	t := r.Task(c.Task)
	switch {
	case t != nil && t.SetAside == nil && !t.Final() && len(t.Sheet.Earlier) > 0:
		was := t.Sheet.Earlier[len(t.Sheet.Earlier)-1]
		return nil, fault.New(fault.Conflict, "contest.sheet_reopened", "by", was.ReopenedBy, "at", was.ReopenedAt, "reason", was.Reason)
	case t == nil || !t.Final() || t.SetAside != nil:
		return nil, fault.New(fault.Conflict, "contest.sheet_not_signed")
	case t.Judge == m.By.Person:
		return nil, fault.New(fault.Denied, "contest.own_sheet")
	case second && s.Chair(t.Judge):
		err = s.Impartial(m.By, t.Entry)
	default:
		err = s.presides(m, r, t.Entry)
	}
	if err != nil {
		return nil, err
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	return []body{&sheetReopened{c.Task, c.Reason}}, nil
}

// Confer records that judges who differ too much on an entry in one part talked it
// over: those in Reopen score that part again, the others keep their marks. A judge
// knows the entry by another number in each part, so that nothing is told of the
// others. Both versions are kept. The chair is not among them (see ReopenSheet). Where she decides nothing about
// the work (ChairDecides) it is for the organiser. Faults: contest.chair_only, contest.chair_stands_aside,
// contest.has_stake, contest.chair_waits, contest.own_sheet, contest.no_round, contest.no_gap, contest.unknown_judge, contest.reason_missing.
type Confer struct {
	Entry  string   `json:"entry"`
	Part   string   `json:"part,omitempty"`   // ID; "" is the first in which they differ
	Reopen []string `json:"reopen,omitempty"` // person IDs
	Reason string   `json:"reason"`
}

func (c Confer) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	may := s.chair
	if s.organiser(m) == nil {
		may = s.organiser
	}
	r, err := s.during(may, m)
	if err != nil {
		return nil, err
	}
	if err := s.presides(m, r, c.Entry); err != nil {
		return nil, err
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	gaps := s.Gaps(r)
	at := slices.IndexFunc(gaps, func(g Gap) bool { return g.Entry == c.Entry && !g.Settled && (c.Part == "" || c.Part == g.Part) })
	if at < 0 {
		return nil, fault.New(fault.Conflict, "contest.no_gap")
	}
	part := gaps[at].Part
	if slices.Contains(c.Reopen, m.By.Person) {
		return nil, fault.New(fault.Denied, "contest.own_sheet").At("reopen")
	}
	list := []body{&conferred{r.ID, c.Entry, part, c.Reason, c.Reopen}}
	for _, judge := range c.Reopen {
		any := false
		for _, t := range r.Tasks {
			if t.Judge == judge && t.Entry == c.Entry && t.Part == part && t.Counts() {
				any = true
				list = append(list, &sheetReopened{t.ID, c.Reason})
			}
		}
		if !any {
			return nil, fault.New(fault.NotFound, "contest.unknown_judge")
		}
	}
	return list, nil
}

// Gap is an entry on which judges differ by more than the round allows.
type Gap struct {
	Entry   string
	Part    string
	Low     ranking.Rational // totals on the part
	High    ranking.Rational
	LowBy   string // person IDs
	HighBy  string
	Settled bool // they conferred after the last of these marks was signed
}

// Gaps lists the entries whose signed totals in one part lie further apart
// than the round's limit, in the order of their codes.
func (s *State) Gaps(r *RoundState) []Gap {
	rules, _ := s.Rules.Round(r.ID)
	if rules.Gap == 0 {
		return nil
	}
	type key struct{ entry, part string }
	gaps := map[key]*Gap{}
	for _, t := range r.Tasks {
		if !t.Counts() {
			continue
		}
		total, _ := rules.Part(t.Part).Total(t.Sheet.Content)
		k := key{t.Entry, t.Part}
		g := gaps[k]
		if g == nil {
			g = &Gap{Entry: t.Entry, Part: t.Part, Low: total, High: total, LowBy: t.Judge, HighBy: t.Judge, Settled: true}
			gaps[k] = g
		}
		if total.Cmp(g.Low) < 0 {
			g.Low, g.LowBy = total, t.Judge
		}
		if total.Cmp(g.High) > 0 {
			g.High, g.HighBy = total, t.Judge
		}
		g.Settled = g.Settled && slices.ContainsFunc(r.Held[t.Entry], func(h Held) bool { return h.of(t.Part) && t.Sheet.SignedSeq < h.Seq })
	}
	var list []Gap
	for _, id := range r.Entries {
		for _, p := range rules.Parts {
			if g := gaps[key{id, p.ID}]; g != nil && apart(g.Low, g.High, rules.Gap) {
				list = append(list, *g)
			}
		}
	}
	return list
}

// apart reports whether high lies more than most above low.
func apart(low, high ranking.Rational, most ranking.Points) bool {
	d := high.Rat()
	return d.Sub(d, low.Rat()).Cmp(most.Rational().Rat()) > 0
}
