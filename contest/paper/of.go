package paper

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/text"
)

// Rounds lists those begun in which judges score: there are papers about each.
func Rounds(s *contest.State) []*contest.RoundState {
	return slices.DeleteFunc(slices.Clone(s.Rounds), func(run *contest.RoundState) bool {
		rules, _ := s.Rules.Round(run.ID)
		return len(rules.Parts) == 0
	})
}

// Round is the one of Rounds with that ID, or for "" the last; nil if there is
// none.
func Round(s *contest.State, id string) *contest.RoundState {
	for _, run := range slices.Backward(Rounds(s)) {
		if id == "" || run.ID == id {
			return run
		}
	}
	return nil
}

// Minuted is the begun round with that ID, or for "" the last in which judges score,
// else the last in which works are picked by name; nil if there is none.
func Minuted(s *contest.State, id string) *contest.RoundState {
	if run := Round(s, id); run != nil {
		return run
	}
	if n := len(s.Rounds); id == "" && n > 0 {
		return s.Rounds[n-1]
	}
	return s.Round(id)
}

// Address is the page that draws a document about a round, which the register of papers knows it by.
func Address(s *contest.State, document, round string) string {
	q := url.Values{"doc": {document}}
	if run := Minuted(s, round); document == "minutes" && run != nil {
		q.Set("round", run.ID)
	}
	return "/contests/" + s.ID + "/papers?" + q.Encode()
}

func headingOf(s *contest.State, run *contest.RoundState, at time.Time) Heading {
	rules, _ := s.Rules.Round(run.ID)
	return Heading{Host: s.Rules.Host, Contest: s.Rules.Title, Round: rules.Name, Date: at}
}

// chairOf names who presides over the jury, "" for nobody.
func chairOf(s *contest.State) string {
	for _, j := range s.Judges {
		if j.Chair && j.Removed == nil {
			return j.Name
		}
	}
	return ""
}

// JuriesOf is every judge's signed sheets of a round, those too that were opened again
// later; who signed none is left out.
func JuriesOf(s *contest.State, run *contest.RoundState, lang text.Language, at time.Time) Juries {
	rules, _ := s.Rules.Round(run.ID)
	out := Juries{Heading: headingOf(s, run, at)}
	for _, j := range s.Judges {
		judge := Judge{Name: j.Name, Title: j.Title}
		for i := range rules.Parts {
			part := &rules.Parts[i]
			sheets := Part{Name: part.Name, Live: part.Live, Staged: run.Stage != nil, Over: run.Finished != nil}
			for _, k := range part.Criteria {
				sheets.Criteria = append(sheets.Criteria, Criterion{Name: k.Name, Max: k.Max})
			}
			for _, t := range run.Of(j.Person) {
				if t.Part != part.ID {
					continue
				}
				versions := t.Versions()
				for i, v := range versions {
					sheet := sheetOf(s, run, part, t, v.Content, v.SignedAt, lang)
					if v.Until == 0 {
						sheets.Sheets = append(sheets.Sheets, sheet)
						continue
					}
					key := "contest.sheet_earlier"
					if v.Proposal != "" {
						key = "contest.sheet_mended"
					}
					sheet.Note = lang.Say(key, "by", v.ReopenedBy, "at", v.ReopenedAt, "reason", v.Reason,
						"marks", changed(part, versions, i, lang))
					sheets.Earlier = append(sheets.Earlier, sheet)
				}
			}
			if len(sheets.Sheets)+len(sheets.Earlier) > 0 {
				judge.Parts = append(judge.Parts, sheets)
			}
		}
		if len(judge.Parts) > 0 {
			out.Judges = append(out.Judges, judge)
		}
	}
	return out
}

func sheetOf(s *contest.State, run *contest.RoundState, part *contest.Part, t *contest.Task, c contest.Content, signed time.Time, lang text.Language) Sheet {
	total, _ := part.Total(c)
	out := Sheet{Code: t.Code, Total: total, Comment: c.Comment, Signed: signed}
	if run.Finished != nil { // before that who has both numbers before her knows a work she heard
		out.Other = run.Stage[t.Entry]
		if part.Live {
			out.Other = run.Codes[t.Entry]
		}
	}
	for _, k := range part.Criteria {
		var mark *ranking.Points
		if m, ok := c.Marks[k.ID]; ok {
			mark = &m
		}
		out.Marks = append(out.Marks, mark)
	}
	switch {
	case t.Off() != nil:
		first, why := s.FirstOf(t), t.Off()
		out.Note = lang.Say(keyOfTwo("contest.signed_dropped", first), "first", first, "by", why.By, "at", why.At, "reason", why.Reason)
	case t.Repeat && run.Finished != nil:
		out.Note = lang.Say("contest.hidden_repeat_of", "code", codeIn(run, t.Entry, lang))
	case t.Repeat:
		out.Note = lang.Say("contest.hidden_repeat")
	}
	return out
}

// FeedbackOf is what the entrant learns about an entry: how it did in the last
// round that is over and that it was scored in. ok is false if there is none.
// Nothing in it tells the judges apart: comments come in alphabetical order,
// remarks in that of the recording. Both are as the organiser lets them go out.
// Faults: those of ranking.
func FeedbackOf(s *contest.State, e *contest.Entry, lang text.Language, at time.Time) (f Feedback, ok bool, err error) {
	run, tasks := s.Told(e.ID)
	if run == nil {
		return Feedback{}, false, nil
	}
	f = Feedback{Heading: headingOf(s, run, at), Code: e.Code, Title: e.Title, Entrant: e.Entrant.Full(), Prize: prizesOf(s, e.ID, "")}
	rules, _ := s.Rules.Round(run.ID)
	f.Counted = CountedBy(lang, rules)
	for i := range rules.Parts {
		if part := scoredOf(&rules.Parts[i], tasks); len(part.Criteria) > 0 {
			f.Parts = append(f.Parts, part)
		}
	}
	for _, c := range s.CommentsOn(e.ID) {
		words, out := c.Sent()
		switch {
		case !out:
			continue
		case c.Note:
			f.Remarks = append(f.Remarks, Remark{time.Duration(c.Seconds * float64(time.Second)), words})
		default:
			f.Comments = append(f.Comments, words)
		}
		if c.Fate() == contest.FateEdited {
			f.Edited++
		}
	}
	slices.Sort(f.Comments)
	slices.SortFunc(f.Remarks, func(a, b Remark) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Text, b.Text)) })
	if err := f.place(s, run, e.ID); err != nil {
		return f, true, err
	}
	if e.RuledOut != nil {
		f.Out = outInWords(s, e, lang)
	}
	if f.First != nil {
		f.Corrected, f.Ended = corrected(s, run, lang), run != s.Last()
	}
	return f, true, nil
}

// place tells the entry's rank in the first group it was ranked in.
func (f *Feedback) place(s *contest.State, run *contest.RoundState, entry string) error {
	standings, err := s.Standings(run)
	if err != nil {
		return err
	}
	group := ""
	for _, st := range standings {
		if row, ok := st.Ranking.Row(entry); ok && f.Rank == 0 {
			f.Rank, f.Of, f.Value, group = row.Rank, len(st.Ranking.Rows), row.Value, st.ID
		}
	}
	first := s.FirstPlaces(run)
	at := slices.IndexFunc(first, func(p contest.Place) bool { return p.Entry == entry && (f.Rank == 0 || p.Group == group) })
	if at < 0 {
		return nil
	}
	was := placing{Rank: first[at].Rank}
	if was.Value, err = first[at].Points(); err != nil {
		return err
	}
	for _, p := range first {
		if p.Group == first[at].Group {
			was.Of++
		}
	}
	if was != (placing{f.Rank, f.Of, f.Value}) {
		f.First = &was
	}
	return nil
}

// scoredOf spreads the judges' marks of one part, criterion by criterion; it
// has no criteria if the entry was not scored in the part.
func scoredOf(part *contest.Part, tasks []*contest.Task) Scored {
	out := Scored{Name: part.Name}
	for _, k := range part.Criteria {
		x := Spread{Name: k.Name, Max: k.Max}
		var sum ranking.Points
		n := 0
		for _, t := range tasks {
			if t.Part != part.ID {
				continue
			}
			m := t.Sheet.Marks[k.ID]
			if n == 0 {
				x.Low, x.High = m, m
			}
			x.Low, x.High, sum, n = min(x.Low, m), max(x.High, m), sum+m, n+1
		}
		if n == 0 {
			return out
		}
		x.Mean = mean(sum, n)
		out.Criteria = append(out.Criteria, x)
	}
	return out
}

func mean(sum ranking.Points, n int) ranking.Rational {
	r, err := ranking.Fraction(int64(sum), int64(n)*int64(ranking.Point))
	if err != nil {
		return ranking.Whole(0) // n is above 0
	}
	return r
}
