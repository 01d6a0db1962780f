package contest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/contest/ranking"
	"loa/internal/once"
)

// Step is a command that cannot be taken back: it shows what is undecided just
// before it is made, and needs the word that this was seen.
type Step interface {
	Command
	// asks tells what is undecided and what the step locks.
	asks(s *State, f Facts) once.Step
	// seen is the word of who makes it: the Seen of the once.Step she was shown.
	seen() string
}

// Seen is that word, as every Step carries it.
type Seen struct {
	Seen string `json:"seen,omitempty"` // of the step as it was shown; not needed while nothing is undecided
}

func (c Seen) seen() string { return c.Seen }

// Left is something that was undecided when a step was confirmed.
type Left struct {
	Key string   `json:"key"` // of the catalogue sentence
	Of  []string `json:"of"`  // what it is about, as people call it
}

// Witness is a step that was confirmed over what was undecided.
type Witness struct {
	Step  string // "start" or "finish" of a Round, else the Phase it led to
	Round string // ID
	At    time.Time
	By    string // name
	Open  []Left
	// Unasked says that a program made the step and nobody was shown anything.
	Unasked bool
}

// witnessed is what an event of a step keeps of what it asked about.
type witnessed struct {
	Open    []Left `json:"open,omitempty"`
	Unasked bool   `json:"unasked,omitempty"`
}

// saw notes what the step asked about, and whether anybody was asked.
func (w *witnessed) saw(step once.Step, seen string) {
	for _, o := range step.Undecided() {
		w.Open = append(w.Open, Left{o.Key, o.Of})
	}
	w.Unasked = len(w.Open) > 0 && seen == once.AsItIs
}

// witness keeps what was undecided when a step was confirmed.
func (s *State) witness(step, round string, w witnessed, e *Event) {
	if len(w.Open) > 0 {
		s.Witnessed = append(s.Witnessed, Witness{step, round, e.At, e.Name, w.Open, w.Unasked})
	}
}

// Where what is open is decided.
const (
	AtToLookAt = "to_look_at" // the entries an organiser has to look at
	AtNamed    = "named"      // those whose script names the entrant
	AtUnread   = "unread"     // those whose document could not be read
	AtBlank    = "blank"      // those of whose script nothing was left for the judges
	AtPoints   = "points"     // ties between judges and entrants
	AtJury     = "jury"
	AtRules    = "rules"
	AtResults  = "results"
	AtProgress = "progress" // of a round: what waits for the chair
	AtComments = "comments" // of judges, before feedback goes out
	// AtComplaints is where a prize is given again that a correction took away.
	AtComplaints = "complaints"
	AtCorrection = "correction" // what waits for a second person
)

// entries makes a list of receipt codes of those live entries that is holds of.
func codes(list []*Entry, is func(*Entry) bool) (out []string) {
	for _, e := range list {
		if is(e) {
			out = append(out, e.Code)
		}
	}
	return out
}

// undecidedWorks notes likenesses nobody decided, and airings nobody confirmed.
func (s *State) undecidedWorks(step *once.Step, f Facts, list []*Entry) {
	alike := func(same bool) []string { // while it is not decided whether, and where it is, what follows
		return codes(list, func(e *Entry) bool {
			return slices.ContainsFunc(f.Alike[e.ID], func(o File) bool { return o.Same == same })
		})
	}
	step.Add("contest.open_alike", AtToLookAt, alike(false))
	step.Add("contest.open_double", AtToLookAt, alike(true))
	step.Add("contest.open_warned", AtToLookAt, codes(list, func(e *Entry) bool { return len(e.Warnings) > 0 }))
}

// revised notes that rules are being worked on which are not in force.
func (s *State) revised(step *once.Step) {
	if s.Revision != nil {
		step.Add("contest.open_revision", AtRules, []string{s.Rules.Title})
	}
}

func (c OpenContest) asks(s *State, _ Facts) once.Step {
	step := once.Step{Name: "contest.open", Locks: []string{"contest.locks_open", "contest.locks_public"}}
	if !s.hasJury() {
		step.AddLater("contest.open_no_jury", AtJury, []string{s.Rules.Title})
	}
	var trims []string
	for i := range s.Rules.Rounds {
		r := &s.Rules.Rounds[i]
		if len(r.Parts) > 0 && r.Method == ranking.Trimmed {
			trims = append(trims, r.Name)
		}
		s.lacking(&step, r)
	}
	step.AddLater("contest.open_trims", AtJury, trims)
	return step
}

// hasJury reports whether somebody is on the jury.
func (s *State) hasJury() bool {
	return slices.ContainsFunc(s.Judges, func(j *Judge) bool { return j.Removed == nil })
}

func (c StartRound) asks(s *State, f Facts) once.Step {
	step := once.Step{Name: "contest.start/" + c.Round, Locks: []string{"contest.locks_start", "contest.locks_start_rules"}}
	rules, _ := s.Rules.Round(c.Round)
	if rules == nil {
		return step
	}
	if len(s.Rounds) == 0 {
		step.Locks = append(step.Locks, "contest.locks_entries")
	}
	list := s.upcoming()
	s.undecidedWorks(&step, f, list)
	if p := s.Proposed; p != nil {
		step.Add("contest.open_mend", AtCorrection, []string{p.ID})
	}
	if len(rules.Parts) > 0 {
		step.Add("contest.open_named", AtNamed, codes(list, func(e *Entry) bool { return e.named && s.Maskable(e) }))
		step.Add("contest.open_unread", AtUnread, codes(list, (*Entry).unread))
		step.Add("contest.open_blank", AtBlank, codes(list, (*Entry).Blank))
		step.Locks = append(step.Locks, "contest.locks_scripts")
		s.juryOpen(&step, rules, list)
	} else {
		step.AddLater("contest.open_points", AtPoints, s.pointsOpen()) // nothing is dealt yet
	}
	s.revised(&step)
	return step
}

// lacking notes the panels and works of a round to come that have too few judges.
func (s *State) lacking(step *once.Step, rules *Round) {
	key := "contest.open_lacks"
	var list []string
	for _, x := range s.Lacks(rules.ID) {
		what := x.Panel
		if x.Entry != "" {
			what = s.entry[x.Entry].Code
		}
		list = append(list, fmt.Sprintf("%s (%d/%d)", what, x.Have, x.Need))
		if x.Trim {
			key = "contest.open_lacks_trim"
		}
	}
	step.AddLater(key, AtJury, list)
}

// juryOpen notes relations nobody decided about, works that some of their panel
// cannot score, judges who score nothing, and habits that will not be known.
func (s *State) juryOpen(step *once.Step, rules *Round, list []*Entry) {
	var idle, unknown []string
	step.Add("contest.open_points", AtPoints, s.pointsOpen())
	s.authorsOnJury(step)
	s.lacking(step, rules)
	step.AddLater("contest.open_missing_judges", AtJury, codes(list, func(e *Entry) bool {
		p := s.panel(rules.ID, e)
		return p == nil || len(s.able(rules.ID, e)) < len(p.Judges) && rules.PerEntry == 0
	}))
	for _, j := range s.Judges {
		in := func(p Panel) bool { return slices.Contains(p.Judges, j.Person) }
		if j.Removed == nil && !slices.ContainsFunc(s.Panels[rules.ID], in) {
			idle = append(idle, j.Name)
		}
	}
	step.AddLater("contest.open_idle", AtJury, idle)
	least := ranking.NormaliseLeast
	for _, u := range s.Unknowns(rules.ID) {
		least = min(least, u.Works)
		if name := s.Judge(u.Judge).Name; !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	switch {
	case rules.PerEntry == 0: // every judge scores everything
		step.AddLater("contest.open_habits", AtJury, unknown)
	case len(unknown) > 0: // the lots say who they are
		step.AddLater("contest.open_habits_drawn", AtJury, []string{fmt.Sprint(least)})
	}
}

// pointsOpen names what is to be decided between judges and works.
func (s *State) pointsOpen() (list []string) {
	for _, p := range s.Points() {
		list = append(list, s.Judge(p.Judge).Name+" – "+s.entry[p.Entry].Code)
	}
	return list
}

// upcoming lists the live entries the next round takes.
func (s *State) upcoming() []*Entry {
	list := s.Live()
	if n := len(s.Rounds); n > 0 && s.Rounds[n-1].Finished != nil {
		up := s.Rounds[n-1].Finished.Promoted
		list = slices.DeleteFunc(list, func(e *Entry) bool { return !slices.Contains(up, e.ID) })
	}
	return list
}

func (c FinishRound) asks(s *State, f Facts) once.Step {
	step := once.Step{Name: "contest.finish/" + c.Round, Locks: []string{"contest.locks_finish", "contest.locks_finish_ranking"}}
	r := s.Round(c.Round)
	if r == nil {
		return step
	}
	s.undecidedWorks(&step, f, s.in(r, (*Entry).Live))
	var short, apart []string
	for _, x := range s.Shorts(r) {
		if code := s.entry[x.Entry].Code; !slices.Contains(short, code) {
			short = append(short, code)
		}
	}
	step.Add("contest.open_short", AtJury, short)
	s.authorsOnJury(&step)
	step.Add("contest.open_ties", AtProgress, s.openTies(r))
	for _, x := range s.PanelGaps(r) {
		apart = append(apart, x.Group+": "+x.Mild+" – "+x.Strict)
	}
	step.Add("contest.open_panels_apart", AtResults, apart)
	if _, at := s.Rules.Round(c.Round); at+1 < len(s.Rules.Rounds) {
		s.lacking(&step, &s.Rules.Rounds[at+1])
	}
	s.revised(&step)
	return step
}

// openTies are the ranks that are shared and that the rules leave to the chair.
func (s *State) openTies(r *RoundState) (list []string) {
	if _, open := r.Progress(); open > 0 {
		return nil // the round cannot be finished yet
	}
	ties, err := s.OpenTies(r)
	if err != nil {
		return nil // finishing says so
	}
	for _, tie := range ties {
		list = append(list, strings.Join(codes(s.in(r, func(e *Entry) bool { return slices.Contains(tie, e.ID) }), (*Entry).Live), " = "))
	}
	return list
}

func (c PublishResults) asks(s *State, f Facts) once.Step {
	step := once.Step{Name: "contest.publish", Locks: []string{"contest.locks_publish", "contest.locks_publish_prizes", "contest.locks_feedback"}}
	s.undecidedWorks(&step, f, s.Live())
	var special []string
	for _, a := range s.Rules.Awards {
		for _, p := range a.Prizes {
			given := func(g Given) bool { return g.Award == a.ID && g.Prize == p.ID }
			if p.Special && !slices.ContainsFunc(s.Given, given) {
				special = append(special, a.Name+": "+p.Name)
			}
		}
	}
	step.Add("contest.open_special", AtResults, special)
	if left, err := s.Undivided(); err == nil { // else publishing says why
		var awards []string
		for _, l := range left {
			awards = append(awards, s.Rules.Award(l.Award).Name)
		}
		step.Add("contest.open_undivided", AtResults, awards)
	}
	step.Add("contest.open_comments", AtComments, codes(s.Entries, func(e *Entry) bool {
		return slices.ContainsFunc(s.CommentsOn(e.ID), func(c Comment) bool { return c.Fate() == "" })
	}))
	s.revised(&step)
	return step
}

func (c CloseContest) asks(s *State, f Facts) once.Step {
	step := once.Step{Name: "contest.close", Locks: []string{"contest.locks_close", "contest.locks_close_complaints"}}
	s.undecidedWorks(&step, f, s.Live())
	var lost []string
	for _, g := range s.Lost() {
		a := s.Rules.Award(g.Award)
		lost = append(lost, a.Name+": "+a.Prize(g.Prize).Name)
	}
	step.Add("contest.open_lost", AtComplaints, lost)
	s.revised(&step)
	return step
}

// NextSteps lists the steps that move the contest on from where it stands,
// without the word of who makes them.
func (s *State) NextSteps() (list []Step) {
	if next := s.Next(); next != nil && (s.Phase == Open || s.Phase == Judging) {
		list = append(list, StartRound{Round: next.ID})
	}
	if r := s.Running(); r != nil {
		list = append(list, FinishRound{Round: r.ID})
	}
	switch s.Phase {
	case Draft:
		list = append(list, OpenContest{})
	case Judging:
		if s.Last() != nil {
			list = append(list, PublishResults{})
		}
	case Published:
		list = append(list, CloseContest{})
	}
	return list
}

// Asked is a step that could be made next, as an organiser is shown it.
type Asked struct {
	Step    Step
	Once    once.Step
	Refused error // why it cannot be made at all; nil if it can
}

// Ask tells of each of the NextSteps what is undecided, what it locks, and what
// keeps it from being made; or of those named, whosever turn it is. Faults:
// accounts.denied and those of View.
func (h *Hall) Ask(ctx context.Context, m accounts.Meta, id string, named ...Step) (list []Asked, err error) {
	if err := MayOrganise(m.By, id); err != nil {
		return nil, err
	}
	f, err := h.facts(ctx, m, id, PublishResults{})
	if err != nil {
		return nil, err
	}
	err = h.View(ctx, id, func(s *State) error {
		if len(named) == 0 {
			named = s.NextSteps()
		}
		for _, c := range named {
			_, refused := c.decide(s, f, m)
			if s.Phase == Closed {
				refused = s.isOver()
			}
			list = append(list, Asked{c, c.asks(s, f), refused})
		}
		return nil
	})
	return list, err
}

// unread reports whether the entry has a document whose words nobody knows, and
// the organiser has not typed any for the judges.
func (e *Entry) unread() bool {
	silent := e.Piece(Script) != nil && e.Script == "" || e.Piece(Translation) != nil && e.Translation == ""
	return silent && e.Redacted == e.asSent()
}

// written reports whether something was sent that judges are to read.
func (e *Entry) written() bool {
	return e.asSent() != "" || e.Piece(Script) != nil || e.Piece(Translation) != nil
}

// Blank reports whether judges have nothing to read of what was sent to be read
// because the organiser emptied it.
func (e *Entry) Blank() bool {
	return e.written() && !e.unread() && strings.TrimSpace(e.Redacted) == ""
}

// asSent is what judges read unless the organiser changes it.
func (e *Entry) asSent() string { return strings.TrimSpace(e.Script + "\n\n" + e.Translation) }

// Maskable reports whether the script can still be changed: nobody who scores the
// entry has opened it.
func (s *State) Maskable(e *Entry) bool { return !e.opened }

// OpenScripts notes that a judge reads the scripts of tasks of hers.
type OpenScripts struct {
	Tasks []string `json:"tasks"`
}

func (c OpenScripts) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.judging(m); err != nil {
		return nil, err
	}
	if list := s.unopened(m.By.Person, c.Tasks); len(list) > 0 {
		return []body{&scriptsOpened{list}}, nil
	}
	return nil, nil
}

// unopened lists the entries whose script the judge would be the first to read.
func (s *State) unopened(judge string, tasks []string) (entries []string) {
	for _, id := range tasks {
		t, ok := s.TaskForJudge(judge, id)
		if !ok || t.Script == "" {
			continue
		}
		if e := s.entry[s.Running().Task(id).Entry]; !e.opened && !slices.Contains(entries, e.ID) {
			entries = append(entries, e.ID)
		}
	}
	return entries
}

// OpenScripts notes that the judge reads the scripts of her tasks, if she is the
// first to read any of them. Faults: those of View and Do.
func (h *Hall) OpenScripts(ctx context.Context, m accounts.Meta, id string, tasks []string) error {
	first := false
	err := h.View(ctx, id, func(s *State) error { first = len(s.unopened(m.By.Person, tasks)) > 0; return nil })
	if err != nil || !first {
		return err
	}
	_, err = h.Do(ctx, m, id, OpenScripts{tasks})
	return err
}

type scriptsOpened struct {
	Entries []string `json:"entries"`
}

func (*scriptsOpened) kind() string { return "entry.scripts_opened" }
func (b *scriptsOpened) apply(s *State, _ *Event) error {
	for _, id := range b.Entries {
		if e := s.entry[id]; e != nil {
			e.opened = true
		}
	}
	return nil
}
