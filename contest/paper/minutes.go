package paper

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/once"
	"loa/internal/text"
	"loa/stations"
)

// MinutesOf is the protocol of a round and of all that was decided before it.
// Faults: those of ranking.
func MinutesOf(s *contest.State, run *contest.RoundState, reg *stations.Registry, lang text.Language, at time.Time) (Minutes, error) {
	results, err := ResultsOf(s, run, lang, at)
	if err != nil {
		return Minutes{}, err
	}
	out := Minutes{Results: results, Entries: len(run.Entries), Events: s.Seq, Head: s.Head}
	if out.Decisions, err = decisions(s, run, lang); err != nil {
		return out, err
	}
	if s.Last() == run {
		out.Given, out.First = GivenOf(s, lang), Listed(s, s.First(), lang)
		if out.Complaints, err = complaints(s, lang); err != nil {
			return out, err
		}
		if out.Undivided, err = UndividedOf(s, lang); err != nil {
			return out, err
		}
	} else {
		out.Complaints = upheld(s, run, lang)
	}
	counts := map[string]bool{}
	for _, t := range run.Tasks {
		counts[t.Judge] = counts[t.Judge] || t.Counts()
	}
	for _, j := range s.Judges {
		// Who had no part in this round is not of its jury; whose marks count is
		// named, even if she left.
		if len(run.Of(j.Person)) > 0 && (j.Removed == nil || counts[j.Person]) {
			out.Jury = append(out.Jury, Member{j.Name, j.Title, j.Chair})
		}
	}
	for _, c := range s.Changes {
		said := lang.Say("paper.change", "at", c.At, "by", deciders(s, c.By, c.At, lang), "reason", c.Reason)
		if lines := ChangeOf(lang, &s.Rules, c.Lines, reg); len(lines) > 0 {
			said = lang.Say("paper.change_lines", "change", said, "lines", strings.Join(lines, "; "))
		}
		out.Changes = append(out.Changes, said)
	}
	out.Left = left(s, run, lang)
	if rules, _ := s.Rules.Round(run.ID); len(rules.Parts) == 0 {
		out.Chosen = chosen(s, run, lang)
	}
	return out, nil
}

// left tells what was undecided when somebody confirmed a step of a round, or of the
// contest where it is the last.
func left(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	for _, w := range s.Witnessed {
		if w.Round != run.ID && (w.Round != "" || s.Last() != run) {
			continue
		}
		key := "contest.minute_seen"
		if w.Unasked {
			key = "contest.minute_unseen"
		}
		for _, o := range w.Open {
			out = append(out, lang.Say(key, "step", lang.Say("contest.step_"+w.Step), "by", w.By, "at", w.At,
				"what", lang.Fault(once.Open{Key: o.Key, Of: o.Of}.Sentence())))
		}
	}
	return out
}

// chosen are the works of a round that are picked by name, group by group.
func chosen(s *contest.State, run *contest.RoundState, lang text.Language) (out []Chosen) {
	for _, g := range s.Groups(run) {
		group := Chosen{Name: g.Name}
		for _, e := range g.Entries {
			row := ChosenRow{Code: e.Code, Title: e.Title, Full: e.Entrant.Full(), Said: lang.Say("contest.chosen_not")}
			if i := slices.IndexFunc(run.Picked, func(p contest.Pick) bool { return p.Entry == e.ID }); i >= 0 {
				row.Said = lang.Say("contest.chosen_why", "by", run.PickedBy, "at", run.PickedAt, "reason", run.Picked[i].Reason)
			}
			group.Rows = append(group.Rows, row)
		}
		for _, e := range s.Gone(run) {
			if of, _ := s.GroupOf(run, e); of == g.ID {
				group.Rows = append(group.Rows, ChosenRow{Code: e.Code, Title: e.Title, Full: e.Entrant.Full(), Said: outInWords(s, e, lang)})
			}
		}
		slices.SortFunc(group.Rows, func(a, b ChosenRow) int { return cmp.Compare(a.Code, b.Code) })
		out = append(out, group)
	}
	return out
}

// decisions lists what people decided in a round, for its minutes: who was picked by name
// after the scoring, then what else happened. Rounds before have minutes of their own.
func decisions(s *contest.State, run *contest.RoundState, lang text.Language) (out []string, err error) {
	out = picked(s, run, lang)
	for _, id := range run.Entries {
		if e := s.Entry(id); !e.FormSentAt.IsZero() {
			out = append(out, lang.Say("contest.minute_grace", "code", e.Code, "sent", e.FormSentAt, "at", cmp.Or(e.ReplacedAt, e.SubmittedAt)))
		}
	}
	for _, d := range s.Doubles {
		if slices.Contains(run.Entries, d.Entry) {
			out = append(out, lang.Say("contest.minute_double", "code", s.Entry(d.Entry).Code, "by", d.By, "at", d.At, "reason", d.Reason))
		}
	}
	out = append(out, shorts(s, run, lang)...)
	if l, ok := s.ListeningOf(run); ok {
		out = append(out, lang.Say("contest.minute_heard", "whole", l.Whole, "sheets", l.Sheets, "asked", l.Wanted(), "least", l.Least))
	}
	for _, x := range s.StoodAside(run) {
		out = append(out, lang.Say("contest.minute_stood_aside", "code", codeIn(run, x.Entry, lang), "name", s.Presiding().Name, "why", lang.Say(x.Why)))
	}
	ordered, err := orders(s, run, lang)
	if err != nil {
		return nil, err
	}
	out = append(out, conferred(s, run, lang)...)
	out = append(out, ordered...)
	out = append(out, reopened(s, run, lang)...)
	out = append(out, unmended(s, run, lang)...)
	out = append(out, departures(s, run, lang)...)
	for _, x := range s.Departures {
		if roundAt(s, x.At) == run {
			out = append(out, lang.Say("contest.minute_departed", "name", x.Name, "by", x.By, "at", x.At, "reason", x.Reason))
		}
	}
	out = append(out, reviews(s, run, lang)...)
	for _, x := range s.AuthorsOnJury() {
		if len(run.Of(x.Judge)) > 0 {
			out = append(out, lang.Say("contest.minute_author_on_jury", "name", s.Judge(x.Judge).Name, "code", s.Entry(x.Entry).Code))
		}
	}
	out = append(out, tiesBetween(s, run, lang)...)
	for _, e := range s.Entries {
		if e.RuledOut != nil && (roundAt(s, e.RuledOut.At) == run || s.RuledOutBy(e) != nil && slices.Contains(s.Gone(run), e)) {
			out = append(out, lang.Say("contest.minute_ruled_out", "code", e.Code, "by", deciders(s, e.RuledOut.By, e.RuledOut.At, lang),
				"at", e.RuledOut.At, "reason", e.RuledOut.Reason))
		}
	}
	return out, nil
}

// picked tells who was picked by name after the scoring, and who was not.
func picked(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	rules, at := s.Rules.Round(run.ID)
	if len(rules.Parts) == 0 || len(run.Picked) == 0 { // chosen lists them all
		return nil
	}
	var others []string
	for _, id := range run.Entries {
		if i := slices.IndexFunc(run.Picked, func(p contest.Pick) bool { return p.Entry == id }); i >= 0 {
			out = append(out, lang.Say("contest.minute_picked", "code", codeIn(run, id, lang), "from", rules.Name, "to", s.Rules.Rounds[at+1].Name,
				"by", run.PickedBy, "at", run.PickedAt, "reason", run.Picked[i].Reason))
		} else if s.Entry(id).RuledOut == nil {
			others = append(others, id)
		}
	}
	if len(others) > 0 {
		out = append(out, lang.Say("contest.minute_not_picked", "codes", CodesIn(run, others, lang), "from", rules.Name, "to", s.Rules.Rounds[at+1].Name))
	}
	return out
}

// shorts tells which works fewer judges scored than the rules ask, and why.
func shorts(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	rules, _ := s.Rules.Round(run.ID)
	for _, x := range s.Shorts(run) {
		part := rules.Part(x.Part)
		said := lang.Say("contest.minute_short", "code", numberIn(run, x.Entry, part, lang), "part", part.Name, "have", x.Have, "asked", x.Asked)
		for _, b := range s.Barred(run, x.Entry) {
			why := tiesInWords(b.Why, lang)
			if b.Note != "" {
				why += ": " + b.Note
			}
			said += " " + lang.Say("contest.minute_barred", "name", s.Judge(b.Judge).Name, "why", why)
		}
		out = append(out, said)
	}
	return out
}

// conferred tells which works the panel conferred about, and what became of their marks.
func conferred(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	rules, _ := s.Rules.Round(run.ID)
	for _, id := range run.Entries {
		for _, h := range run.Held[id] {
			code := run.Codes[id]
			if part := rules.Part(h.Part); part != nil {
				code = numberIn(run, id, part, lang)
			}
			out = append(out, lang.Say("contest.minute_conferred", "code", code, "by", h.By, "at", h.At, "reason", h.Reason,
				"marks", strings.Join(conferredMarks(s, run, id, h, lang), "; ")))
		}
	}
	return out
}

// orders tells which ties a person put in order, and whether that holds.
func orders(s *contest.State, run *contest.RoundState, lang text.Language) (out []string, err error) {
	list, err := s.TieOrders(run)
	for _, o := range list {
		said := lang.Say("contest.minute_tie", "codes", CodesIn(run, o.Entries, lang), "by", deciders(s, o.By, o.At, lang), "at", o.At, "reason", o.Reason)
		if o.State != contest.OrderHolds {
			holds := make([]string, len(o.Holds))
			for i, set := range o.Holds {
				holds[i] = CodesIn(run, set, lang)
			}
			said = lang.Say("contest.minute_tie_but", "said", said, "but", lang.Say("contest.order_"+string(o.State), "codes", strings.Join(holds, "; ")))
		}
		out = append(out, said)
	}
	return out, err
}

// reopened tells which signed sheets were opened again or mended.
func reopened(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	rules, _ := s.Rules.Round(run.ID)
	for _, t := range run.Tasks {
		for i, e := range t.Sheet.Earlier {
			if e.Proposal != "" {
				out = append(out, mended(s, run, t, i, lang))
				continue
			}
			out = append(out, lang.Say("contest.minute_reopened", "name", s.Judge(t.Judge).Name, "code", kindOf(run, t.Code, rules.Part(t.Part), lang),
				"part", rules.Part(t.Part).Name, "by", e.ReopenedBy, "at", e.ReopenedAt,
				"reason", e.Reason, "marks", changed(rules.Part(t.Part), t.Versions(), i, lang)))
		}
	}
	return out
}

// numberIn is what judges call an entry by in a part, and in a round with two series of
// numbers which of them that is.
func numberIn(run *contest.RoundState, entry string, part *contest.Part, lang text.Language) string {
	return kindOf(run, run.Number(entry, part), part, lang)
}

// kindOf says of a number of a part which series it is of, where a round has two.
func kindOf(run *contest.RoundState, code string, part *contest.Part, lang text.Language) string {
	return NumberInWords(lang, run.Series(part), code)
}

// NumberInWords is a number, or several joined, with the series they are of.
func NumberInWords(lang text.Language, of contest.Series, code string) string {
	switch of {
	case contest.OnStage:
		return lang.Say("contest.number_on_stage", "code", code)
	case contest.OfRecording:
		return lang.Say("contest.number_of_recording", "code", code)
	}
	return code
}

// codeIn is what an entry is called by in all parts of a round.
func codeIn(run *contest.RoundState, entry string, lang text.Language) string {
	return NumberInWords(lang, run.Recordings(), run.Codes[entry])
}

// CodesIn is that of several, joined.
func CodesIn(run *contest.RoundState, entries []string, lang text.Language) string {
	return NumberInWords(lang, run.Recordings(), run.Numbers(entries))
}

// conferredMarks are what judges had given an entry in each part when they conferred, and
// what they gave it after that: of those who were not to score again, that it stayed.
func conferredMarks(s *contest.State, run *contest.RoundState, entry string, h contest.Held, lang text.Language) (out []string) {
	rules, _ := s.Rules.Round(run.ID)
	for i := range rules.Parts {
		part := &rules.Parts[i]
		for _, t := range run.Tasks {
			if t.Entry != entry || t.Part != part.ID || t.Repeat || h.Part != "" && h.Part != part.ID {
				continue
			}
			versions := t.Versions()
			at := slices.IndexFunc(versions, func(v contest.Signed) bool { return v.Seq < h.Seq && (v.Until == 0 || v.Until > h.Seq) })
			if at < 0 {
				continue // not signed then
			}
			marks := lang.Say("contest.marks_kept", "before", totalOf(part, versions[at].Content, lang))
			if slices.Contains(h.Reopen, t.Judge) {
				marks = changed(part, versions, at, lang)
			}
			out = append(out, lang.Say("contest.marks_by", "name", s.Judge(t.Judge).Name, "part", part.Name, "marks", marks))
		}
	}
	return out
}

// changed is what a version of a sheet that was reopened gave, and what the next gives.
func changed(part *contest.Part, versions []contest.Signed, at int, lang text.Language) string {
	before := totalOf(part, versions[at].Content, lang)
	if at+1 == len(versions) {
		return lang.Say("contest.marks_unsigned", "before", before)
	}
	return lang.Say("contest.marks_changed", "before", before, "after", totalOf(part, versions[at+1].Content, lang))
}

func totalOf(part *contest.Part, c contest.Content, lang text.Language) string {
	total, _ := part.Total(c)
	return lang.Decimal(total.Float(), leastPlaces)
}

// roundAt is the begun round whose minutes tell of what was decided about the contest at a
// time: the first that was not over by then, else the last.
func roundAt(s *contest.State, at time.Time) *contest.RoundState {
	for _, run := range s.Rounds {
		if run.Finished == nil || !run.Finished.At.Before(at) {
			return run
		}
	}
	return s.Rounds[len(s.Rounds)-1]
}

// reviews tells which comments on works of a round were not sent as their judges
// wrote them, or were sent so after all.
func reviews(s *contest.State, run *contest.RoundState, lang text.Language) []string {
	var out []string
	for _, c := range s.Comments() {
		if c.Round != run.ID {
			continue
		}
		changed := false
		for i, r := range c.Reviews {
			changed = changed || r.Fate != contest.FateAsIs || r.Late
			if !changed {
				continue
			}
			said := lang.Say("contest.minute_review_"+string(r.Fate), "name", s.Judge(c.Judge).Name, "code", codeIn(run, c.Entry, lang), "by", r.By, "at", r.At,
				"reason", cmp.Or(r.Reason, "–"))
			if from := c.ReadableSince(i, s.PublishedAt); !from.IsZero() {
				said += " " + lang.Say("contest.minute_review_read", "from", from, "until", r.At)
			}
			out = append(out, said)
		}
	}
	return out
}

// upheld tells of the complaints that changed something in an earlier round.
func upheld(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	for _, x := range s.Touching(run) {
		if c := s.Complaint(x.Complaint); c != nil {
			out = append(out, lang.Say("contest.minute_complaint", "id", c.ID, "who", c.Who, "by", c.By, "at", c.At, "text", c.Text),
				upheldInWords(c, lang))
		}
	}
	return out
}

func upheldInWords(c *contest.Complaint, lang text.Language) string {
	d := c.Decision
	return lang.Say(keyOfTwo("contest.minute_upheld", d.First), "first", d.First, "id", c.ID, "by", d.By, "at", d.At, "reason", d.Reason)
}

// complaints tells what was held against the published result, what came of it, and what
// else corrected the result. Faults: those of ranking.
func complaints(s *contest.State, lang text.Language) (out []string, err error) {
	for _, c := range s.Complaints {
		out = append(out, lang.Say("contest.minute_complaint", "id", c.ID, "who", c.Who, "by", c.By, "at", c.At, "text", c.Text))
		for _, x := range s.TurnedDown {
			if x.Amendment.Complaint() == c.ID {
				out = append(out, TurnedDownInWords(x, lang))
			}
		}
		switch d := c.Decision; {
		case d == nil && s.Proposed != nil && s.Proposed.Complaint() == c.ID:
			out = append(out, proposed(s.Proposed, lang))
		case d == nil:
			out = append(out, lang.Say("contest.minute_complaint_open", "id", c.ID))
		case d.Upheld:
			out = append(out, upheldInWords(&c, lang))
		default:
			out = append(out, lang.Say("contest.minute_dismissed", "id", c.ID, "by", d.By, "at", d.At, "reason", d.Reason))
		}
	}
	for i, x := range s.Corrections {
		switch {
		case x.Again:
			out = append(out, lang.Say("contest.minute_given_again", "first", x.First, "by", x.By, "at", x.At, "reason", x.Reason))
		case x.Mended:
			out = append(out, lang.Say("contest.minute_result_mended", "id", x.Proposal, "first", x.First, "by", x.By, "at", x.At, "reason", x.Reason))
		}
		said, err := unlearned(s, i, lang)
		if err != nil {
			return nil, err
		}
		out = append(out, said...)
	}
	for _, x := range s.Seconded {
		out = append(out, lang.Say("contest.minute_seconded", "id", x.ID, "name", x.Name, "at", x.Since, "by", x.Invited))
	}
	for _, x := range s.TurnedDown {
		if x.Amendment.Give != nil {
			out = append(out, TurnedDownInWords(x, lang))
		}
	}
	if p := s.Proposed; p != nil && p.Give != nil {
		out = append(out, proposed(p, lang))
	}
	return out, nil
}

// unlearned tells whose habit is not known any more because of a correction, and what the
// points of every work have become by the whole of it. Faults: those of ranking.
func unlearned(s *contest.State, at int, lang text.Language) (out []string, err error) {
	x, run := s.Corrections[at], s.Last()
	if len(x.Unlearned) == 0 || run == nil {
		return nil, nil
	}
	var after []contest.Place
	if at+1 < len(s.Corrections) {
		after = s.Corrections[at+1].Places
	} else if after, err = s.Places(run); err != nil {
		return nil, err
	}
	moves := MovesInWords(ShiftsOf(s, run, contest.Shifted(x.Places, after), lang), lang)
	rules, _ := s.Rules.Round(run.ID)
	for _, u := range x.Unlearned {
		out = append(out, lang.Say("contest.minute_unlearned", "name", s.Judge(u.Judge).Name, "n", u.Works, "part", rules.Part(u.Part).Name,
			"least", ranking.NormaliseLeast, "at", x.At, "moves", cmp.Or(strings.Join(moves, "; "), "–")))
	}
	return out, nil
}

// WithoutInWords warns of judges whose habit would not be known any more if a judge's
// sheets on some works did not count, and says what that does to the points of all works.
func WithoutInWords(s *contest.State, round, judge string, entries []string, lang text.Language) (out []string) {
	list, shifts, err := s.Without(round, judge, entries)
	if err != nil {
		shifts = nil // it cannot be ranked so: to decide it says why
	}
	for _, u := range list {
		rules, _ := s.Rules.Round(round)
		moves := lang.Say("contest.without_later")
		if len(shifts) > 0 {
			moves = strings.Join(MovesInWords(ShiftsOf(s, s.Round(round), shifts, lang), lang), "; ")
		}
		out = append(out, lang.Say("contest.without_habit", "name", s.Judge(u.Judge).Name, "n", u.Works, "part", rules.Part(u.Part).Name,
			"least", ranking.NormaliseLeast, "moves", moves))
	}
	return out
}

// MovesInWords lists the works whose points a correction changes, by their numbers.
func MovesInWords(list []Shift, lang text.Language) (out []string) {
	for _, x := range list {
		if x.Moved {
			out = append(out, lang.Say("contest.move_points_of", "code", x.Code, "before", x.Points, "after", x.PointsTo))
		}
	}
	return out
}

// mended tells of a sheet whose judge had written marks wrong: which, what took their
// place, and who confirmed it.
func mended(s *contest.State, run *contest.RoundState, t *contest.Task, at int, lang text.Language) string {
	rules, _ := s.Rules.Round(run.ID)
	part, versions := rules.Part(t.Part), t.Versions()
	e := versions[at]
	said := lang.Say("contest.minute_mended", "id", e.Proposal, "name", s.Judge(t.Judge).Name, "code", kindOf(run, t.Code, part, lang), "part", part.Name,
		"by", e.ReopenedBy, "at", e.ReopenedAt, "reason", e.Reason, "marks", strings.Join(MarksInWords(part, e.Content, versions[at+1].Content, lang), "; "))
	if run != s.Last() {
		said += " " + lang.Say("contest.minute_mend_late")
	}
	return said
}

// unmended tells of sheets of a round that their judges want corrected, and nobody has
// confirmed or somebody turned down.
func unmended(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	for _, x := range s.TurnedDown {
		if x.Amendment.Mend != nil && s.Amended(&x.Amendment) == run {
			out = append(out, TurnedDownInWords(x, lang))
		}
	}
	if p := s.Proposed; p != nil && p.Mend != nil && s.Amended(p) == run {
		out = append(out, proposed(p, lang))
	}
	return out
}

// MarksInWords lists the criteria of a part whose marks differ in two versions of a
// sheet, and then the totals.
func MarksInWords(part *contest.Part, before, after contest.Content, lang text.Language) (out []string) {
	for _, k := range part.Criteria {
		if a, b := before.Marks[k.ID], after.Marks[k.ID]; a != b {
			out = append(out, lang.Say("contest.mark_was", "name", k.Name, "before", Points(lang, a), "after", Points(lang, b)))
		}
	}
	return append(out, lang.Say("contest.total_was", "before", totalOf(part, before, lang), "after", totalOf(part, after, lang)))
}

func proposed(p *contest.Amendment, lang text.Language) string {
	return lang.Say("contest.minute_correction_waits", "id", p.ID, "by", p.By, "at", p.At, "reason", p.Reason())
}

// TurnedDownInWords tells of a correction that nobody confirmed.
func TurnedDownInWords(x contest.TurnedDown, lang text.Language) string {
	return lang.Say("contest.minute_turned_down", "id", x.Amendment.ID, "first", x.Amendment.By, "why", x.Amendment.Reason(), "by", x.Turned.By,
		"at", x.Turned.At, "reason", x.Turned.Reason)
}

// AmendmentInWords lists what a proposal changes, of a state in which it is made, or of a
// sheet is not made yet.
func AmendmentInWords(s *contest.State, p *contest.Amendment, lang text.Language) (list []string) {
	work := func(id string) string { e := s.Entry(id); return e.Code + " · " + e.Title }
	if g := p.Give; g != nil {
		for _, x := range p.Given {
			if x.Award == g.Award && x.Prize == g.Prize && !x.Lost && (g.Entry != "" && x.Entry == g.Entry || g.Station != "" && x.Station == g.Station) {
				return []string{lang.Say("contest.amend_give", "prize", s.Rules.Award(g.Award).Prize(g.Prize).Name, "who", s.Receiver(x))}
			}
		}
		return nil
	}
	if m := p.Mend; m != nil {
		run, t := s.Task(m.Task)
		rules, _ := s.Rules.Round(run.ID)
		part, after := rules.Part(t.Part), contest.Content{Marks: maps.Clone(t.Sheet.Marks)}
		maps.Copy(after.Marks, m.Marks)
		return append([]string{lang.Say("contest.amend_mend", "name", s.Judge(t.Judge).Name, "code", t.Code, "part", part.Name, "round", rules.Name)},
			MarksInWords(part, t.Sheet.Content, after, lang)...)
	}
	c := p.Decide.Correction
	for _, id := range c.RuleOut {
		list = append(list, lang.Say("contest.amend_rule_out", "work", work(id)))
	}
	for _, x := range c.Exclude {
		list = append(list, lang.Say("contest.amend_exclude", "name", s.Judge(x.Judge).Name, "work", work(x.Entry)))
	}
	for _, order := range c.Ties {
		works := make([]string, len(order))
		for i, id := range order {
			works[i] = work(id)
		}
		list = append(list, lang.Say("contest.amend_order", "works", strings.Join(works, "; ")))
	}
	if len(c.Awards) > 0 {
		list = append(list, lang.Say("contest.amend_awards"))
	}
	if p.Decide.Prizes != nil {
		list = append(list, lang.Say("contest.amend_prizes"))
	}
	return list
}

// departures tells which judges left the jury during a round or before it, who
// did not score what was dealt to her, and whether marks stopped counting.
func departures(s *contest.State, run *contest.RoundState, lang text.Language) []string {
	var out []string
	for _, j := range s.Judges {
		tasks := run.Of(j.Person)
		if len(tasks) == 0 {
			continue
		}
		say := func(key string, why *contest.Removal, dropped bool, args ...any) {
			if dropped {
				key += "_dropped"
			}
			out = append(out, lang.Say(key, append(args, "name", j.Name, "by", why.By, "at", why.At, "reason", why.Reason)...))
		}
		if j.Removed != nil && (run.Finished == nil || !j.Removed.At.After(run.Finished.At)) { // later it is no matter of this round
			say("contest.minute_removed", j.Removed, j.KeepsOut)
		}
		for _, x := range j.Returned {
			out = append(out, lang.Say("contest.minute_returned", "name", j.Name, "by", x.Back.By, "at", x.Back.At, "reason", x.Back.Reason,
				"why", x.Removed.Reason))
		}
		told := map[string]bool{}
		for _, t := range tasks {
			why := t.SetAside
			if why == nil || why == j.Removed || why == s.Entry(t.Entry).RuledOut || told[t.Entry] {
				continue
			}
			told[t.Entry] = true
			out = append(out, AsideInWords(s, run, t, lang))
			if run.Finished != nil && why.At.After(run.Finished.At) && run != s.Last() {
				out = append(out, lang.Say("contest.minute_aside_late", "code", codeIn(run, t.Entry, lang)))
			}
		}
	}
	return out
}

// AsideInWords tells why a judge's sheets on the work of a task that was set aside do not
// count: of what she had signed who decided so, and of the rest whether that was herself.
func AsideInWords(s *contest.State, run *contest.RoundState, t *contest.Task, lang text.Language) string {
	key, first := "contest.minute_aside", ""
	same := func(o *contest.Task) bool { return o.Entry == t.Entry && o.SetAside == t.SetAside && o.Final() }
	if tasks := run.Of(t.Judge); slices.ContainsFunc(tasks, same) {
		first = s.FirstOf(tasks[slices.IndexFunc(tasks, same)])
		key = keyOfTwo("contest.uncounted", first)
	} else if s.TakenOff(t) {
		key = "contest.minute_aside_taken"
	}
	why := t.SetAside
	return lang.Say(key, "name", s.Judge(t.Judge).Name, "code", codeIn(run, t.Entry, lang), "first", first, "by", why.By, "at", why.At, "reason", why.Reason)
}

// tiesBetween tells of judges with ties to what they scored in a round: who was
// kept, and about whom nobody has decided.
func tiesBetween(s *contest.State, run *contest.RoundState, lang text.Language) []string {
	var out []string
	dealt := func(judge, entry string) bool {
		return slices.ContainsFunc(run.Of(judge), func(t *contest.Task) bool { return t.Entry == entry && t.SetAside == nil })
	}
	for _, j := range s.Judges {
		for _, id := range run.Entries {
			for _, x := range s.Returned(j.Person, id) {
				out = append(out, lang.Say("contest.minute_aside_back", "name", j.Name, "code", codeIn(run, id, lang), "why", x.Removed.Reason,
					"first", x.Removed.By, "by", x.Back.By, "at", x.Back.At, "reason", x.Back.Reason))
			}
		}
	}
	for _, k := range s.Kept() {
		if dealt(k.Judge, k.Entry) {
			out = append(out, lang.Say("contest.minute_kept", "name", s.Judge(k.Judge).Name, "code", codeIn(run, k.Entry, lang),
				"why", tiesInWords(k.Why, lang), "by", k.By, "at", k.At, "reason", k.Reason))
		}
	}
	for _, p := range s.Points() {
		if dealt(p.Judge, p.Entry) {
			out = append(out, lang.Say("contest.minute_point_open", "name", s.Judge(p.Judge).Name, "code", codeIn(run, p.Entry, lang),
				"why", tiesInWords(p.Why, lang)))
		}
	}
	return out
}

// deciders names who decided something, and before that who had proposed it as part of a
// correction of what is public.
func deciders(s *contest.State, by string, at time.Time, lang text.Language) string {
	if first := s.ProposerOf(by, at); first != "" {
		return lang.Say("contest.proposed_by", "by", first) + ", " + lang.Say("contest.decided_by", "by", by)
	}
	return by
}

// keyOfTwo is the key of a sentence about what two people decided, if the first is known.
func keyOfTwo(key, first string) string {
	if first != "" {
		return key + "_two"
	}
	return key
}

// tiesInWords says which ties there are.
func tiesInWords(keys []string, lang text.Language) string {
	said := make([]string, len(keys))
	for i, key := range keys {
		said[i] = lang.Say(key)
	}
	return strings.Join(said, "; ")
}
