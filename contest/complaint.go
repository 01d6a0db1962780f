package contest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
)

// Complaint is what somebody holds against a published result (khiếu nại).
type Complaint struct {
	ID       string    `json:"id"`  // "KN-01"
	Who      string    `json:"who"` // complains, as he is called
	Entry    string    `json:"entry,omitempty"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
	By       string    `json:"by"` // name of who filed it
	Decision *Decision `json:"decision,omitempty"`
}

// Decision is what became of a complaint.
type Decision struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`              // name; of who confirmed, if the result was corrected
	First  string    `json:"first,omitempty"` // name of who had proposed that; "" where one person could
	Upheld bool      `json:"upheld"`          // the result was corrected
	Reason string    `json:"reason"`
}

// Correction is a result that took the place of a published one.
type Correction struct {
	At        time.Time `json:"at"`
	By        string    `json:"by"`                 // name of who confirmed it
	First     string    `json:"first,omitempty"`    // name of who proposed it; "" where one person could
	Proposal  string    `json:"proposal,omitempty"` // ID of what was confirmed, "" where one person could
	Complaint string    `json:"complaint"`          // ID; "" where a judge put her marks right
	Reason    string    `json:"reason"`
	Before    []Given   `json:"before"`           // the prizes as published until then
	Places    []Place   `json:"places"`           // the points and ranks until then
	Again     bool      `json:"again,omitempty"`  // a prize was given again; Complaint is what had taken it away
	Mended    bool      `json:"mended,omitempty"` // marks were put right that a judge had written wrong
	// Unlearned are the judges whose habit is not known any more because of it, in a round
	// ranked by ranking.Normalised: their marks count as they gave them.
	Unlearned []Unknown `json:"unlearned,omitempty"`
}

// First is what was published first, nil if it was never corrected.
func (s *State) First() []Given {
	if len(s.Corrections) == 0 {
		return nil
	}
	return s.Corrections[0].Before
}

// ProposerOf names who had proposed what somebody decided, if that was part of a
// correction of what is public; "" of any other decision.
func (s *State) ProposerOf(by string, at time.Time) string {
	for _, c := range s.Corrections {
		if c.By == by && c.At.Equal(at) {
			return c.First
		}
	}
	return ""
}

// WonAt is when it became public that an entry has a prize: with the results, or by a
// correction of them.
func (s *State) WonAt(entry string) time.Time {
	at := s.PublishedAt
	for i, c := range s.Corrections {
		if slices.ContainsFunc(c.Before, func(g Given) bool { return g.Entry == entry && g.Withheld == 0 }) {
			return at
		}
		at = s.Corrections[i].At
	}
	return at
}

// Complaint returns the complaint with that ID, or nil.
func (s *State) Complaint(id string) *Complaint {
	return find(s.Complaints, func(c *Complaint) bool { return c.ID == id })
}

// decided is the fault that there is a decision: which, and whose.
func (c *Complaint) decided() error {
	d := c.Decision
	key := "contest.complaint_dismissed"
	if d.Upheld {
		key = "contest.complaint_upheld"
	}
	return fault.New(fault.Conflict, "contest.complaint_decided", "id", c.ID, "decision", text.Phrase{Key: key}, "by", d.By, "at", d.At, "reason", d.Reason)
}

// Undecided counts the complaints nobody has decided about.
func (s *State) Undecided() (n int) {
	for _, c := range s.Complaints {
		if c.Decision == nil {
			n++
		}
	}
	return n
}

// FileComplaint files a complaint about a published result: an entrant about her
// own work, or the organiser for whoever complains. Faults:
// contest.complain_later, contest.unknown_entry, contest.complaint_empty,
// contest.complainant_missing, contest.text_too_long, contest.too_many_complaints.
type FileComplaint struct {
	Who   string `json:"who,omitempty" schema:"maxLength=300"` // as the organiser calls him; an entrant is who she is
	Entry string `json:"entry,omitempty"`
	Text  string `json:"text" schema:"maxLength=5000"`
}

func (c FileComplaint) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	e := s.entry[c.Entry]
	organises := s.organiser(m) == nil
	if !organises {
		if e == nil || !e.Entrant.Of(m.By) {
			return nil, fault.New(fault.NotFound, "contest.unknown_entry")
		}
		c.Who = m.By.Name + ", " + e.Entrant.Full()
	}
	var p problems
	p.text("who", c.Who, maxName, false)
	p.text("text", c.Text, 5000, false)
	switch {
	case s.Phase != Published:
		return nil, fault.New(fault.Conflict, "contest.complain_later")
	case c.Entry != "" && e == nil:
		return nil, fault.New(fault.NotFound, "contest.unknown_entry").At("entry")
	case len(s.Complaints) >= 1000:
		return nil, fault.New(fault.TooMany, "contest.too_many_complaints")
	case plainName(c.Who) == "":
		p.add(fault.New(fault.Invalid, "contest.complainant_missing").At("who"))
	}
	if plainName(c.Text) == "" {
		p.add(fault.New(fault.Invalid, "contest.complaint_empty").At("text"))
	}
	if err := p.whole(fault.New(fault.Invalid, "contest.complaint_unfit", "count", len(p))); err != nil {
		return nil, err
	}
	return []body{&complaintFiled{fmt.Sprintf("KN-%02d", len(s.Complaints)+1), c.Who, c.Entry, c.Text}}, nil
}

// DecideComplaint decides about a complaint, with a reason. To uphold it proposes a
// correction (see Amendment): works are ruled out, sheets excluded, ties put in the order
// the chair gave, awards mended, and all prizes given anew by GivePrizes' rules.
// The first result stays beside it. Faults: contest.complain_later,
// contest.unknown_complaint, contest.complaint_decided, contest.correction_waits, contest.reason_missing,
// contest.correction_same, contest.unknown_entry, contest.unknown_judge,
// contest.judge_not_on_work, contest.has_stake, those of DecideTie about the order, and those of GivePrizes and Rules.Check.
type DecideComplaint struct {
	ID         string      `json:"id"`
	Upheld     bool        `json:"upheld"`
	Reason     string      `json:"reason" schema:"maxLength=2000"`
	Correction Correcting  `json:"correction,omitzero"` // of one that is upheld
	Prizes     *GivePrizes `json:"prizes,omitempty"`    // nil: special prizes and those kept back stay as they are
}

// Correcting is what is mended in a result.
type Correcting struct {
	RuleOut []string   `json:"rule_out,omitempty" schema:"maxItems=1000"` // entry IDs
	Exclude []Excluded `json:"exclude,omitempty" schema:"maxItems=1000"`
	Ties    [][]string `json:"ties,omitempty" schema:"maxItems=1000"` // orders of level entries, best first
	Awards  []Award    `json:"awards,omitempty"`                      // all of them, if one was wrong
}

// Excluded is a judge's sheets on an entry in the last round.
type Excluded struct {
	Judge string `json:"judge"` // person ID
	Entry string `json:"entry"`
}

func (c DecideComplaint) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	x := s.Complaint(c.ID)
	switch {
	case s.Phase != Published:
		return nil, fault.New(fault.Conflict, "contest.complain_later")
	case x == nil:
		return nil, fault.New(fault.NotFound, "contest.unknown_complaint")
	case x.Decision != nil:
		return nil, x.decided()
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	if err := s.Impartial(m.By, s.touches(&Amendment{Decide: &c}, s.Given)...); err != nil {
		return nil, err
	}
	if !c.Upheld {
		if p := s.Proposed; p != nil && p.Complaint() == c.ID {
			return nil, s.waits()
		}
		return []body{&complaintDecided{c.ID, false, c.Reason}}, nil
	}
	if s.Proposed != nil {
		return nil, s.waits()
	}
	_, given, err := c.outcome(s, f, m)
	if err != nil {
		return nil, err
	}
	if err := s.Impartial(m.By, s.touches(&Amendment{Decide: &c}, given)...); err != nil {
		return nil, err
	}
	return []body{&correctionProposed{ID: s.nextProposal(), Decide: &c, Given: given}}, nil
}

// outcome is what a correction does and the prizes it leads to.
func (c DecideComplaint) outcome(s *State, f Facts, m accounts.Meta) ([]body, []Given, error) {
	next, mended, err := s.mend(c, m)
	if err != nil {
		return nil, nil, err
	}
	prizes := s.sameByHand()
	if c.Prizes != nil {
		prizes = *c.Prizes
	}
	prizes.dropGone(next)
	given, err := next.prizes(f, prizes)
	if err != nil {
		return nil, nil, err
	}
	given = append(given, next.lost(s.Given, given, c.Reason)...)
	if slices.Equal(given, s.Given) && len(mended) == 0 {
		return nil, nil, fault.New(fault.Invalid, "contest.correction_same")
	}
	return slices.Concat([]body{&complaintDecided{c.ID, true, c.Reason}}, mended, []body{&resultsCorrected{c.ID, c.Reason, given}}), given, nil
}

// mend returns what the correction changes, and a state in which that was done.
func (s *State) mend(c DecideComplaint, m accounts.Meta) (*State, []body, error) {
	next, last := s.fork(), s.Last()
	var list []body
	do := func(b body) error {
		list = append(list, b)
		return b.apply(next, &Event{At: m.At.UTC(), Name: m.By.Name})
	}
	for _, id := range c.Correction.RuleOut {
		if e := next.entry[id]; e == nil || !e.Live() {
			return nil, nil, fault.New(fault.NotFound, "contest.unknown_entry").At("rule_out")
		}
		if err := do(&entryRemoved{id, true, c.Reason}); err != nil {
			return nil, nil, err
		}
	}
	for _, x := range c.Correction.Exclude {
		r := next.Round(last.ID)
		hers := func(t *Task) bool { return t.Judge == x.Judge && t.Entry == x.Entry }
		j, e := next.Judge(x.Judge), next.entry[x.Entry]
		switch {
		case j == nil:
			return nil, nil, fault.New(fault.NotFound, "contest.unknown_judge").At("exclude")
		case e == nil:
			return nil, nil, fault.New(fault.NotFound, "contest.unknown_entry").At("exclude")
		case !slices.ContainsFunc(r.Tasks, func(t *Task) bool { return hers(t) && t.Off() == nil }):
			return nil, nil, fault.New(fault.Conflict, "contest.judge_not_on_work", "name", j.Name, "code", e.Code).At("exclude")
		}
		if err := next.enough(r, x.Entry, r.left(x.Entry, hers, nil)); err != nil {
			return nil, nil, err
		}
		if err := do(&tasksSetAside{x.Judge, x.Entry, c.Reason, r.ID}); err != nil {
			return nil, nil, err
		}
	}
	for _, order := range c.Correction.Ties {
		if _, err := next.tiedAsSaid(next.Last(), order); err != nil {
			return nil, nil, err
		}
		if err := do(&tieDecided{last.ID, order, c.Reason, c.ID, true}); err != nil {
			return nil, nil, err
		}
	}
	if len(c.Correction.Awards) > 0 {
		rules := s.Rules
		rules.Awards = c.Correction.Awards
		if err := rules.Check(); err != nil {
			return nil, nil, err
		}
		lines, err := Compare(s.Rules, rules)
		if err != nil {
			return nil, nil, err
		}
		if err := do(&rulesChanged{rules, c.Reason, lines}); err != nil {
			return nil, nil, err
		}
	}
	return next, list, nil
}

// sameByHand is what was decided by hand when the prizes were given.
func (s *State) sameByHand() (c GivePrizes) {
	for _, g := range s.Given {
		p := s.Rules.Award(g.Award).Prize(g.Prize)
		switch {
		case g.Lost:
		case g.Withheld > 0 && g.Reason != "":
			c.Withhold = append(c.Withhold, Withheld{g.Award, g.Prize, g.Reason})
		case g.Withheld == 0 && p.Special:
			c.Special = append(c.Special, g)
			c.Outside, c.Beyond = append(c.Outside, g.Station+g.Entry), append(c.Beyond, g.Entry) // it was decided about then
		}
	}
	return c
}

// lost are the prizes by decision that were given, and are not any more: one of each
// place that is free, the latest first to be named.
func (s *State) lost(before, given []Given, reason string) (list []Given) {
	same := func(a Given) func(Given) bool {
		return func(b Given) bool {
			return b.Withheld == 0 && a.Award == b.Award && a.Prize == b.Prize && a.Entry == b.Entry && a.Station == b.Station
		}
	}
	for _, g := range before {
		a := s.Rules.Award(g.Award)
		if a == nil || a.Prize(g.Prize) == nil || !a.Prize(g.Prize).Special || slices.ContainsFunc(given, same(g)) || g.Withheld > 0 && !g.Lost {
			continue
		}
		if !g.Lost {
			g.Lost, g.Withheld, g.Amount, g.Reason = true, 1, "", reason
		}
		list = append(list, g)
	}
	free := map[[2]string]int{}
	for _, a := range s.Rules.Awards {
		for _, p := range a.Prizes {
			free[[2]string{a.ID, p.ID}] = p.Count
		}
	}
	for _, g := range given {
		if g.Withheld == 0 {
			free[[2]string{g.Award, g.Prize}]--
		}
	}
	slices.Reverse(list)
	list = slices.DeleteFunc(list, func(g Given) bool { free[[2]string{g.Award, g.Prize}]--; return free[[2]string{g.Award, g.Prize}] < 0 })
	slices.Reverse(list)
	return list
}

// Lost lists the prizes by decision that a correction took away and nobody was given
// since.
func (s *State) Lost() []Given {
	return slices.DeleteFunc(slices.Clone(s.Given), func(g Given) bool { return !g.Lost })
}

// GiveLost proposes to give a prize by decision again that a correction took away, to
// another work or collective. Faults: contest.complain_later, contest.correction_waits, contest.no_such_item,
// contest.receiver_not_entered, contest.receiver_beyond, contest.has_stake, and those of GivePrizes about one prize.
type GiveLost struct {
	Award   string `json:"award"`
	Prize   string `json:"prize"`
	From    string `json:"from"` // the entry or station that lost it
	Entry   string `json:"entry,omitempty"`
	Station string `json:"station,omitempty"` // ID
	Reason  string `json:"reason" schema:"maxLength=2000"`
	// Outside are stations that are meant although they entered nothing.
	Outside []string `json:"outside,omitempty"`
	// Beyond are entries that are meant although the award is for another theme or category.
	Beyond []string `json:"beyond,omitempty"`
}

func (c GiveLost) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if s.Phase != Published {
		return nil, fault.New(fault.Conflict, "contest.complain_later")
	}
	if s.Proposed != nil {
		return nil, s.waits()
	}
	_, given, err := c.outcome(s, f, m)
	if err != nil {
		return nil, err
	}
	if err := s.Impartial(m.By, s.touches(&Amendment{Give: &c}, given)...); err != nil {
		return nil, err
	}
	return []body{&correctionProposed{ID: s.nextProposal(), Give: &c, Given: given}}, nil
}

// outcome is what giving the prize does and the prizes it leads to.
func (c GiveLost) outcome(s *State, f Facts, _ accounts.Meta) ([]body, []Given, error) {
	at := slices.IndexFunc(s.Given, func(g Given) bool {
		return g.Lost && g.Award == c.Award && g.Prize == c.Prize && c.From != "" && (g.Entry == c.From || g.Station == c.From)
	})
	if at < 0 {
		return nil, nil, fault.New(fault.NotFound, "contest.no_such_item", "id", clip(c.Prize, 40))
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, nil, err
	}
	again, err := s.specials(f, []Given{{Award: c.Award, Prize: c.Prize, Entry: c.Entry, Station: c.Station, Reason: c.Reason}}, c.Outside, c.Beyond)
	if err != nil {
		return nil, nil, err
	}
	given := slices.Clone(s.Given)
	given[at] = again[0]
	return []body{&resultsCorrected{s.takenBy(s.Given[at]), c.Reason, given}}, given, nil
}

// takenBy is the complaint upon which a lost prize was taken away: the last correction
// before which somebody had it.
func (s *State) takenBy(lost Given) string {
	for _, c := range slices.Backward(s.Corrections) {
		if slices.ContainsFunc(c.Before, func(g Given) bool {
			return g.Withheld == 0 && g.Award == lost.Award && g.Prize == lost.Prize && g.Entry == lost.Entry && g.Station == lost.Station
		}) {
			return c.Complaint
		}
	}
	return ""
}

// dropGone leaves out what was given to works that are no longer in the contest,
// and prizes there are no longer.
func (c *GivePrizes) dropGone(s *State) {
	gone := func(award, prize string) bool { a := s.Rules.Award(award); return a == nil || a.Prize(prize) == nil }
	c.Special = slices.DeleteFunc(slices.Clone(c.Special), func(g Given) bool {
		return gone(g.Award, g.Prize) || g.Entry != "" && (s.entry[g.Entry] == nil || !s.entry[g.Entry].Live())
	})
	c.Withhold = slices.DeleteFunc(slices.Clone(c.Withhold), func(w Withheld) bool { return gone(w.Award, w.Prize) })
}

// fork is a state of its own, in which entries can be ruled out, sheets set aside
// and rules changed to see what would follow.
func (s *State) fork() *State {
	next := *s
	next.Entries, next.entry = nil, map[string]*Entry{}
	for _, e := range s.Entries {
		own := *e
		next.Entries, next.entry[e.ID] = append(next.Entries, &own), &own
	}
	next.Rounds = nil
	for _, r := range s.Rounds {
		own := *r
		own.Tasks, own.task, own.judge = nil, map[string]*Task{}, map[string][]*Task{}
		for _, t := range r.Tasks {
			own.add(*t)
		}
		own.Ties = slices.Clone(r.Ties)
		next.Rounds = append(next.Rounds, &own)
	}
	next.tie = map[pair]*tie{}
	for k, t := range s.tie {
		own := *t
		own.found, own.kept, own.back = slices.Clone(t.found), slices.Clone(t.kept), slices.Clone(t.back)
		next.tie[k] = &own
	}
	next.Changes, next.changes = slices.Clone(s.Changes), maps.Clone(s.changes)
	return &next
}

// Outdated are prizes that were given and do not stand any more, because what
// they were decided from has changed: they must be given anew.
type Outdated struct {
	Given []Given
	Why   []string // keys of catalogue sentences
}

// The reasons for which prizes are given anew.
const (
	OutdatedByRules = "contest.stale_rules"
	OutdatedByEntry = "contest.stale_entry"
	OutdatedBySheet = "contest.stale_sheet"
	OutdatedByChair = "contest.stale_chair"
	OutdatedByMend  = "contest.stale_mend"
)

// outdate notes that the prizes given do not stand any more. What is public is
// corrected, never outdated.
func (s *State) outdate(why string) {
	if s.Phase != Judging || s.Given == nil && s.Outdated.Given == nil {
		return
	}
	if s.Given != nil {
		s.Outdated = Outdated{Given: s.Given}
		s.Given = nil
	}
	if !slices.Contains(s.Outdated.Why, why) {
		s.Outdated.Why = append(s.Outdated.Why, why)
	}
}
