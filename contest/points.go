package contest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
)

// The ties between a judge and an entrant: catalogue keys. All but the last keep
// her from being dealt the work, and so does the last until somebody has looked.
const (
	TieDeclared = "contest.conflict_declared" // she said so herself
	TieStation  = "contest.conflict_station"
	TieDistrict = "contest.conflict_district"
	TieFound    = "contest.conflict_found"    // the organiser was told of it
	TieNamesake = "contest.conflict_namesake" // an author is called as she is
	TieRemoved  = "contest.conflict_removed"  // she was taken off the jury, and her signed sheets are not to count
)

// pair is a judge and an entry.
type pair struct{ judge, entry string }

// tie is what was found between a judge and an entry at any time, and what was
// decided about it. What was found once stays to be decided, also when she takes
// her word back.
type tie struct {
	found []string // keys of ties, in the order they were found
	note  string   // the organiser's, of TieFound
	told  Removal  // the same, with when and by whom
	kept  []Kept
	since int // so many of kept were decided before the organiser was told again
	// out is why her sheets were excluded because of a tie; nil if they were not,
	// or if that was taken back.
	out  *Removal
	back []Return  // exclusions that were taken back
	left time.Time // she left the jury, and her sheets were asked not to count
	// abstained says that she asked not to score it.
	abstained bool
	teller    string // ID of the person of told
}

// Kept is the decision that a judge goes on although there is a tie.
type Kept struct {
	Judge, Entry string
	Why          []string // keys of the ties
	At           time.Time
	By           string // name
	Reason       string
}

// Point is a judge and an entry between whom there is a tie about which nobody
// has decided: her marks count as long as they are not set aside.
type Point struct {
	Round  string // ID of the latest round in which it was dealt to her, "" before that
	Judge  string // person ID
	Entry  string
	Why    []string // keys of ties
	Note   string   // what was reported; the chair reads it too, who decides
	Signed bool     // marks count already
}

// ties lists the ties between the judge and the entry as the rules and what is
// known today have them.
func (s *State) ties(j *Judge, e *Entry) (found []string) {
	c := s.Rules.Conflicts
	for _, x := range []struct {
		key string
		is  bool
	}{
		{TieDeclared, slices.Contains(j.Declared, e.Entrant.Station)},
		{TieStation, c.OwnStation && j.Station != "" && j.Station == e.Entrant.Station},
		{TieDistrict, c.OwnDistrict && j.District != "" && j.District == e.Entrant.District},
		{TieNamesake, e.namedLike(j.Name)},
	} {
		if x.is {
			found = append(found, x.key)
		}
	}
	return found
}

// namedLike reports whether an author, or who enters, is called so.
func (e *Entry) namedLike(name string) bool { return slices.Contains(e.people, plainName(name)) }

// plainName is a name without what people write differently.
func plainName(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(text.Line(s)), " "))
}

// read notes what is asked of the entry again and again.
func (e *Entry) read() {
	e.named, e.people = len(e.Leaks()) > 0, nil
	for _, s := range append([]string{e.Entrant.Name}, e.Entrant.Authors...) {
		if s = plainName(s); s != "" {
			e.people = append(e.people, s)
		}
	}
}

// AuthorOnJury is a judge who is an author of a work, and was not taken off the jury.
type AuthorOnJury struct{ Judge, Entry string }

// AuthorsOnJury lists them, by judge: whoever was found to be an author of a work in the
// contest is not dealt it, and goes on to score its rivals unless somebody acts.
func (s *State) AuthorsOnJury() (list []AuthorOnJury) {
	for _, j := range s.Judges {
		for _, e := range s.Entries {
			t := s.tie[pair{j.Person, e.ID}]
			if j.Removed == nil && e.Live() && t != nil && (t.note != "" || t.out != nil) && slices.Contains(s.undecided(j, e), TieNamesake) {
				list = append(list, AuthorOnJury{j.Person, e.ID})
			}
		}
	}
	return list
}

// authorsOnJury notes them, as people call them.
func (s *State) authorsOnJury(step *once.Step) {
	var list []string
	for _, x := range s.AuthorsOnJury() {
		list = append(list, s.Judge(x.Judge).Name+" – "+s.entry[x.Entry].Code)
	}
	step.Add("contest.open_author_on_jury", AtJury, list)
}

// undecided lists the ties between the two, found today or earlier, about which
// nobody has decided.
func (s *State) undecided(j *Judge, e *Entry) []string {
	why := s.ties(j, e)
	t := s.tie[pair{j.Person, e.ID}]
	if t == nil {
		return why
	}
	for _, key := range t.found {
		if !slices.Contains(why, key) {
			why = append(why, key)
		}
	}
	return slices.DeleteFunc(why, func(key string) bool {
		kept := t.kept
		if key == TieFound || key == TieRemoved {
			kept = kept[t.since:]
		}
		return slices.ContainsFunc(kept, func(k Kept) bool { return slices.Contains(k.Why, key) })
	})
}

// Conflict says why the judge must not be given the entry: the catalogue key of
// the reason, or "".
func (s *State) Conflict(j *Judge, e *Entry) string {
	if why := s.undecided(j, e); len(why) > 0 {
		return why[0]
	}
	return ""
}

// Points lists what must be decided between judges and entries, by judge and in
// the order of entry: what was dealt, and namesakes before it is.
func (s *State) Points() []Point {
	var list []Point
	for _, j := range s.Judges {
		for _, e := range s.Entries {
			if e.Withdrawn != nil || e.RuledOut != nil {
				continue
			}
			if p, ok := s.point(j, e); ok {
				list = append(list, p)
			}
		}
	}
	return list
}

func (s *State) point(j *Judge, e *Entry) (p Point, open bool) {
	why := s.undecided(j, e)
	if len(why) == 0 {
		return p, false
	}
	p = Point{Judge: j.Person, Entry: e.ID, Why: why}
	if t := s.tie[pair{j.Person, e.ID}]; t != nil {
		p.Note = t.note
	}
	for _, r := range s.Rounds {
		for _, t := range r.Of(j.Person) {
			if t.Entry == e.ID && t.SetAside == nil {
				p.Round, p.Signed = r.ID, p.Signed || t.Final()
			}
		}
	}
	if p.Round == "" { // only a name has to be looked at before it is dealt
		return p, j.Removed == nil && slices.Equal(why, []string{TieNamesake}) && s.toDeal(e)
	}
	return p, true
}

// toDeal reports whether the entry may yet be dealt to judges: it is in the contest
// before the first round that is scored, and in what the next one takes after that.
func (s *State) toDeal(e *Entry) bool {
	if s.Phase != Open && s.Phase != Judging {
		return false
	}
	if dealt := slices.ContainsFunc(s.Rounds, func(r *RoundState) bool { return len(r.Tasks) > 0 }); !dealt {
		return s.Last() == nil && (s.Running() != nil || slices.Contains(s.upcoming(), e))
	}
	return s.Next() != nil && slices.Contains(s.upcoming(), e)
}

// Kept lists the decisions that a judge goes on with an entry she has a tie to,
// oldest first.
func (s *State) Kept() []Kept {
	var list []Kept
	for _, t := range s.tie {
		list = append(list, t.kept...)
	}
	slices.SortFunc(list, func(a, b Kept) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Judge, b.Judge), strings.Compare(a.Entry, b.Entry))
	})
	return list
}

// between is what is kept about two of which something was found.
func (s *State) between(judge, entry string) *tie {
	k := pair{judge, entry}
	if s.tie[k] == nil {
		s.tie[k] = &tie{}
	}
	return s.tie[k]
}

// seek notes the ties there are between judges and what was dealt to them, so
// that one is decided about also after its ground has gone.
func (s *State) seek() {
	for _, r := range s.Rounds {
		for _, t := range r.Tasks {
			if t.SetAside != nil {
				continue
			}
			j, e := s.Judge(t.Judge), s.entry[t.Entry]
			if j == nil || e == nil {
				continue // no log of ours: what reads it says so
			}
			for _, key := range s.ties(j, e) {
				if b := s.between(t.Judge, t.Entry); !slices.Contains(b.found, key) {
					b.found = append(b.found, key)
				}
			}
		}
	}
}

// settled returns nil if nothing is to be decided between judges and what was
// dealt to them. Fault: contest.points_open.
func (s *State) settled() error {
	n := 0
	for _, p := range s.Points() {
		if p.Round != "" {
			n++
		}
	}
	if n > 0 {
		return fault.New(fault.Conflict, "contest.points_open", "count", n)
	}
	return nil
}

// ReportTie notes a tie the organiser was told of: the judge is not given the
// work, and if she has it somebody must decide whether her marks count. Faults:
// contest.unknown_judge, contest.unknown_entry, contest.reason_missing,
// contest.already_published.
type ReportTie struct {
	Judge string `json:"judge"`
	Entry string `json:"entry"`
	Note  string `json:"note"` // what was found, by whom
}

func (c ReportTie) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	if err := s.organiser(m); err != nil {
		return nil, err
	}
	if _, _, err := s.both(c.Judge, c.Entry); err != nil {
		return nil, err
	}
	if err := reasonable(c.Note); err != nil {
		return nil, err
	}
	t := s.tie[pair{c.Judge, c.Entry}]
	return []body{&tieReported{Judge: c.Judge, Entry: c.Entry, Note: c.Note, Again: t != nil && len(t.kept) > 0}}, nil
}

// both finds a judge and a live entry before the results are public: after that
// a complaint is the way.
func (s *State) both(judge, entry string) (*Judge, *Entry, error) {
	j, e := s.Judge(judge), s.entry[entry]
	switch {
	case j == nil:
		return nil, nil, fault.New(fault.NotFound, "contest.unknown_judge")
	case e == nil || !e.Live():
		return nil, nil, fault.New(fault.NotFound, "contest.unknown_entry")
	case s.Phase == Published:
		return nil, nil, s.isPublic("contest.already_published")
	}
	return j, e, nil
}

// KeepJudge decides that a judge goes on with an entry although there is a tie, or
// takes back that her sheets were excluded: they count again.
// It is for the chair to decide, blind as she is; for the organiser where it is
// about the chair herself, or a work she decides nothing about (ChairDecides), and about
// a mere namesake before anything was dealt.
// Faults: contest.unknown_judge, contest.unknown_entry, contest.no_point, contest.point_kept,
// contest.chair_only, contest.chair_waits, contest.chair_stands_aside, contest.has_stake,
// contest.already_published, contest.reason_missing.
type KeepJudge struct {
	Judge  string   `json:"judge"`
	Entry  string   `json:"entry"`
	Also   []string `json:"also,omitempty"` // other entries about which the same is decided
	Reason string   `json:"reason"`
}

func (c KeepJudge) decide(s *State, _ Facts, m accounts.Meta) ([]body, error) {
	return s.forEach(m, c.Entry, c.Also, func(s *State, entry string) ([]body, error) { return c.one(s, entry, m) })
}

func (c KeepJudge) one(s *State, entry string, m accounts.Meta) ([]body, error) {
	c.Entry = entry
	j, e, err := s.both(c.Judge, c.Entry)
	if err != nil {
		return nil, s.hide(m, err)
	}
	p, open := s.point(j, e)
	out := s.excluded(c.Judge, c.Entry)
	r := s.latest(c.Judge, c.Entry)
	switch organises := s.organiser(m) == nil; {
	case !organises && c.Judge == m.By.Person:
		if err := s.chair(m); err != nil {
			return nil, err
		}
		return nil, fault.New(fault.Denied, "contest.own_point") // another than she must find it harmless
	case organises && (p.Round == "" && len(out) == 0 || s.Chair(c.Judge) || r == nil):
		err = s.Impartial(m.By, c.Entry)
	case r == nil:
		err = s.chair(m)
	default:
		err = s.presides(m, r, c.Entry)
	}
	if err != nil {
		return nil, err
	}
	if t := s.tie[pair{c.Judge, c.Entry}]; !open && len(out) == 0 && t != nil && len(t.kept) > 0 {
		kept := t.kept[len(t.kept)-1]
		return nil, fault.New(fault.Conflict, "contest.point_kept", "by", kept.By, "at", kept.At)
	}
	if !open && len(out) == 0 {
		return nil, fault.New(fault.Conflict, "contest.no_point")
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	var list []body
	if len(out) > 0 {
		list = append(list, &exclusionTakenBack{c.Judge, c.Entry, c.Reason, out})
	}
	if why := s.undecided(j, e); len(why) > 0 {
		list = append(list, &judgeKept{c.Judge, c.Entry, why, c.Reason})
	}
	return list, nil
}

// forEach decides the same about several entries, each as the ones before it leave
// the contest: all of it happens, or nothing.
func (s *State) forEach(m accounts.Meta, first string, more []string, one func(s *State, entry string) ([]body, error)) ([]body, error) {
	if len(more) == 0 {
		return one(s, first)
	}
	next := s.fork()
	var all []body
	for _, entry := range append([]string{first}, more...) {
		list, err := one(next, entry)
		if err != nil {
			return nil, err
		}
		for _, b := range list {
			if err := b.apply(next, &Event{At: m.At.UTC(), By: m.By.Person, Name: m.By.Name}); err != nil {
				return nil, err
			}
		}
		all = append(all, list...)
	}
	return all, nil
}

// excluded lists the tasks that were taken from a judge because of a tie and that
// nobody has taken over.
func (s *State) excluded(judge, entry string) (ids []string) {
	b := s.tie[pair{judge, entry}]
	if b == nil || b.out == nil {
		return nil
	}
	for _, r := range s.Rounds {
		rules, _ := s.Rules.Round(r.ID)
		for _, t := range r.Of(judge) {
			if t.Entry == entry && t.SetAside == b.out && (r.Finished != nil || rules.PerEntry == 0 || t.Repeat || r.scoring(entry, t.Part) < rules.PerEntry) {
				ids = append(ids, t.ID)
			}
		}
	}
	return ids
}

// Uncounted is a judge's signed sheets on an entry that do not count.
type Uncounted struct {
	Round, Judge, Entry string
	Removal                    // when, by whom and why
	First               string // name of who had asked for it, "" where one person could decide
	Back                bool   // KeepJudge takes it back
}

// Uncounted lists the signed sheets that do not count, by round and judge. Those on
// a work that was ruled out are not among them.
func (s *State) Uncounted() (list []Uncounted) {
	for _, r := range s.Rounds {
		for _, j := range s.Judges {
			told := map[string]bool{}
			for _, t := range r.Of(j.Person) {
				if !t.Final() || t.Repeat || t.SetAside == nil || t.SetAside == s.entry[t.Entry].RuledOut || told[t.Entry] {
					continue
				}
				told[t.Entry] = true
				back := s.Phase == Judging && s.entry[t.Entry].Live() && slices.Contains(s.excluded(j.Person, t.Entry), t.ID)
				list = append(list, Uncounted{r.ID, j.Person, t.Entry, *t.SetAside, s.FirstOf(t), back})
			}
		}
	}
	return list
}

// TakenOff reports whether somebody took the judge off the task; she herself did not
// abstain, leave the jury, nor was the work ruled out.
func (s *State) TakenOff(t *Task) bool {
	b := s.tie[pair{t.Judge, t.Entry}]
	return t.SetAside != nil && b != nil && t.SetAside == b.out
}

// FirstOf names who had asked that a sheet that was set aside does not count: who proposed
// the correction, told of the tie, or its judge, who declared it. It is "" where whoever decided was alone.
func (s *State) FirstOf(t *Task) string {
	j, b := s.Judge(t.Judge), s.tie[pair{t.Judge, t.Entry}]
	switch {
	case t.SetAside == nil && t.Out != nil && t.Final():
		return s.ProposerOf(t.Out.By, t.Out.At)
	case b == nil || b.out == nil || t.SetAside != b.out || !t.Final():
		return ""
	case s.ProposerOf(b.out.By, b.out.At) != "":
		return s.ProposerOf(b.out.By, b.out.At)
	case b.told.By != "" && b.told.By != b.out.By && !b.told.At.After(b.out.At):
		return b.told.By
	case slices.Contains(b.found, TieDeclared) && j.Name != b.out.By:
		return j.Name
	}
	return ""
}

// Noted is a tie the organiser noted that keeps a work from being dealt to a judge.
type Noted struct {
	Judge, Entry string
	Removal      // when, by whom, and what was found
}

// Noted lists the ties the organiser noted between judges and works that were never
// dealt to them, by judge and in the order of entry.
func (s *State) Noted() (list []Noted) {
	for _, j := range s.Judges {
		for _, e := range s.Entries {
			t := s.tie[pair{j.Person, e.ID}]
			dealt := func(r *RoundState) bool {
				return slices.ContainsFunc(r.Of(j.Person), func(t *Task) bool { return t.Entry == e.ID })
			}
			if t != nil && t.note != "" && e.Live() && slices.Contains(s.undecided(j, e), TieFound) && !slices.ContainsFunc(s.Rounds, dealt) {
				list = append(list, Noted{j.Person, e.ID, t.told})
			}
		}
	}
	return list
}

// Returned lists the exclusions of the judge from the entry that were taken back.
func (s *State) Returned(judge, entry string) []Return {
	if b := s.tie[pair{judge, entry}]; b != nil {
		return b.back
	}
	return nil
}

// hide lets nobody learn what there is who has no part in the contest.
func (s *State) hide(m accounts.Meta, err error) error {
	if s.organiser(m) != nil {
		if denied := s.judging(m); denied != nil {
			return denied
		}
	}
	return err
}

// ExcludeJudge takes a judge off an entry because of a tie between them, in every
// round before the results are public; marks she gave stop counting until that is
// taken back (KeepJudge). Before she has signed, the organiser may, and the chair
// about others. A signed sheet takes two: somebody reports or declares the tie and
// the chair decides; in her place (ChairDecides) another organiser than who reported it; about
// the chair herself the organiser, of a tie she declared, or she, of one that was found. In a round that is over, who went on from it stays
// as decided. Faults: contest.unknown_judge,
// contest.unknown_entry, contest.reason_missing, contest.panel_too_small,
// contest.too_few_judges, contest.too_few_to_trim, contest.already_published, contest.chair_only,
// contest.own_point, contest.chair_excludes, contest.chair_stands_aside, contest.has_stake, contest.point_told, contest.no_point,
// contest.judge_not_on_work, contest.judge_off_work.
type ExcludeJudge struct {
	Judge  string   `json:"judge"`
	Entry  string   `json:"entry"`
	Also   []string `json:"also,omitempty"` // other entries about which the same is decided
	Reason string   `json:"reason"`
}

func (c ExcludeJudge) decide(s *State, f Facts, m accounts.Meta) ([]body, error) {
	return s.forEach(m, c.Entry, c.Also, func(s *State, entry string) ([]body, error) { return c.one(s, entry, f, m) })
}

func (c ExcludeJudge) one(s *State, entry string, f Facts, m accounts.Meta) ([]body, error) {
	c.Entry = entry
	organises, own := s.organiser(m) == nil, c.Judge == m.By.Person
	if r := s.latest(c.Judge, c.Entry); !organises && r != nil && !own {
		if err := s.presides(m, r, c.Entry); err != nil {
			return nil, err
		}
	} else if !organises {
		if err := s.chair(m); err != nil {
			return nil, err
		}
	} else if err := s.Impartial(m.By, c.Entry); err != nil {
		return nil, err
	}
	j, e, err := s.both(c.Judge, c.Entry)
	if err != nil {
		return nil, err
	}
	if err := reasonable(c.Reason); err != nil {
		return nil, err
	}
	p, _ := s.point(j, e)
	hers := func(t *Task) bool { return t.Judge == c.Judge && t.Entry == c.Entry }
	var list []body
	var waits error // of sheets that are signed
	for _, r := range s.Rounds {
		if !slices.ContainsFunc(r.Tasks, func(t *Task) bool { return hers(t) && t.SetAside == nil }) {
			continue
		}
		aside := &tasksSetAside{Judge: c.Judge, Entry: c.Entry, Reason: c.Reason}
		if r.signed(c.Judge, c.Entry) {
			aside.Round = r.ID // a decision, also of her own: she does not abstain
			if waits = s.second(m, p, own); waits != nil {
				continue
			}
		} else if own {
			return nil, fault.New(fault.Denied, "contest.own_point")
		}
		if r.Finished == nil {
			more, err := s.takeOff(r, f, aside)
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
			continue
		}
		if err := s.enough(r, c.Entry, r.left(c.Entry, hers, nil)); err != nil {
			return nil, err
		}
		list = append(list, aside)
	}
	switch {
	case len(list) > 0:
		return list, nil
	case waits != nil:
		return nil, waits
	}
	if !organises {
		return nil, fault.New(fault.NotFound, "contest.unknown_judge") // she knows works by their numbers
	}
	if t := s.tie[pair{c.Judge, c.Entry}]; t != nil && t.out != nil {
		return nil, fault.New(fault.Conflict, "contest.judge_off_work", "name", j.Name, "code", e.Code, "by", t.out.By, "at", t.out.At)
	}
	return nil, fault.New(fault.Conflict, "contest.judge_not_on_work", "name", j.Name, "code", e.Code)
}

// TakeOff is what an organiser does who wants a judge off an entry: ExcludeJudge, or
// ReportTie where she has signed and the chair must agree.
func (s *State) TakeOff(m accounts.Meta, judge, entry, reason string) Command {
	for _, r := range s.Rounds {
		if j, e := s.Judge(judge), s.entry[entry]; j != nil && e != nil && r.signed(judge, entry) {
			if p, _ := s.point(j, e); s.second(m, p, false) != nil {
				return ReportTie{Judge: judge, Entry: entry, Note: reason}
			}
		}
	}
	return ExcludeJudge{Judge: judge, Entry: entry, Reason: reason}
}

// signed reports whether marks of the judge on the entry count in the round.
func (r *RoundState) signed(judge, entry string) bool {
	return slices.ContainsFunc(r.Of(judge), func(t *Task) bool { return t.Entry == entry && t.Final() && t.SetAside == nil })
}

// second returns nil if whoever excludes the judge of a point, who has signed, is the
// second person to say so.
func (s *State) second(m accounts.Meta, p Point, own bool) error {
	declared := slices.Contains(p.Why, TieDeclared)
	found := slices.ContainsFunc(p.Why, func(key string) bool { return key != TieDeclared })
	organises, r := s.organiser(m) == nil, s.latest(p.Judge, p.Entry)
	switch {
	case organises && s.Chair(p.Judge) && declared:
		return nil
	case organises && (s.Chair(p.Judge) || r == nil || !s.MayPreside(m, r, p.Entry)):
		return fault.New(fault.Conflict, "contest.chair_excludes")
	case organises && s.tellerOf(p) == m.By.Person:
		return fault.New(fault.Denied, "contest.point_told")
	case len(p.Why) == 0:
		return fault.New(fault.Conflict, "contest.no_point")
	case own && !found:
		return fault.New(fault.Denied, "contest.own_point")
	}
	return nil
}

// tellerOf is the ID of who told of the tie of a point, where nothing else makes it one.
func (s *State) tellerOf(p Point) string {
	for _, key := range p.Why {
		if key != TieFound && key != TieRemoved {
			return ""
		}
	}
	if t := s.tie[pair{p.Judge, p.Entry}]; t != nil {
		return t.teller
	}
	return ""
}

// ChairAgrees reports whether it is for the chair herself to say that her sheets of a
// point do not count: she has signed them and somebody else found the tie.
func (s *State) ChairAgrees(p Point) bool {
	return p.Signed && s.Chair(p.Judge) && s.second(accounts.Meta{}, p, true) == nil
}

// MayExclude reports whether the organiser may take off the judge of a point.
func (s *State) MayExclude(m accounts.Meta, p Point) bool {
	r := s.Round(p.Round)
	return r != nil && s.Impartial(m.By, p.Entry) == nil && (!r.signed(p.Judge, p.Entry) || s.second(m, p, false) == nil)
}

// MayKeep reports whether the organiser may let the judge go on with an entry that is hers.
func (s *State) MayKeep(m accounts.Meta, judge, entry string) bool {
	r := s.latest(judge, entry)
	return r != nil && s.Impartial(m.By, entry) == nil && (s.Chair(judge) || s.MayPreside(m, r, entry))
}
