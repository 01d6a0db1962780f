package paper

import (
	"slices"
	"strconv"

	"loa/contest"
	"loa/contest/ranking"
	"loa/internal/paper"
	"loa/internal/text"
)

// Shift is a contest.Shift as people read it; "–" is no place.
type Shift struct {
	Code, Stage, Title, Entrant    string
	Rank, Points, RankTo, PointsTo string
	Moved                          bool // its points are others
	About                          bool // the correction is of this work itself
}

// ShiftsOf puts them into words, points with as many decimals as it takes to tell them apart.
func ShiftsOf(s *contest.State, run *contest.RoundState, list []contest.Shift, lang text.Language) (out []Shift) {
	var values []ranking.Rational
	for _, x := range list {
		for _, p := range []*contest.Place{x.Before, x.After} {
			if v, ok := pointsOf(p); ok {
				values = append(values, v)
			}
		}
	}
	places := ranking.Places(values, leastPlaces, mostPlaces)
	said := func(p *contest.Place) (rank, points string) {
		v, ok := pointsOf(p)
		if !ok {
			return "–", "–"
		}
		return strconv.Itoa(p.Rank), lang.Decimal(v.Float(), places)
	}
	for _, x := range list {
		e := s.Entry(x.Entry)
		row := Shift{Code: run.Codes[x.Entry], Stage: run.Stage[x.Entry], Title: e.Title, Entrant: e.Entrant.Called(),
			Moved: x.Moved(), About: x.About}
		row.Rank, row.Points = said(x.Before)
		row.RankTo, row.PointsTo = said(x.After)
		out = append(out, row)
	}
	return out
}

func pointsOf(p *contest.Place) (ranking.Rational, bool) {
	if p == nil {
		return ranking.Rational{}, false
	}
	v, err := p.Points()
	return v, err == nil
}

// firstMarks are the marks and ranks of a round as they were official first beside those of
// today; nothing where they are the same, or were never corrected. Faults: those of ranking.
func firstMarks(s *contest.State, run *contest.RoundState, lang text.Language) ([]Shift, error) {
	first := s.FirstPlaces(run)
	if first == nil {
		return nil, nil
	}
	now, err := s.Places(run)
	if err != nil {
		return nil, err
	}
	list := contest.Shifted(first, now)
	if run != s.Last() && !slices.ContainsFunc(list, contest.Shift.Changed) {
		return nil, nil
	}
	return ShiftsOf(s, run, list, lang), nil
}

// CorrectionInWords tells everybody that a published result was corrected, and why.
func CorrectionInWords(c contest.Correction, lang text.Language) string {
	switch {
	case c.Mended:
		return lang.Say("contest.corrected_mended", "at", c.At, "reason", c.Reason)
	case c.Again:
		return lang.Say("contest.corrected_given", "at", c.At, "id", c.Complaint, "reason", c.Reason)
	}
	return lang.Say("contest.corrected_because", "at", c.At, "id", c.Complaint, "reason", c.Reason)
}

// corrected tells of the corrections that changed something in a round.
func corrected(s *contest.State, run *contest.RoundState, lang text.Language) (out []string) {
	for _, c := range s.Touching(run) {
		out = append(out, CorrectionInWords(c, lang))
	}
	return out
}

// Firsts head what stands beside today: the marks, their ranks and their points, as
// published first or as the round ended.
type Firsts struct{ Marks, Rank, Points string }

// FirstLabels are the words for FirstMarks.
func (r Results) FirstLabels(lang text.Language) Firsts {
	if r.Next != "" {
		return Firsts{lang.Say("contest.marks_ended"), lang.Say("contest.rank_ended"), lang.Say("contest.points_ended")}
	}
	return Firsts{lang.Say("contest.marks_first"), lang.Say("contest.rank_first"), lang.Say("contest.points_first")}
}

// shifts is a table of marks and ranks as published first beside those of today.
func (r Results) shifts(lang text.Language) []paper.Block {
	if len(r.FirstMarks) == 0 {
		return nil
	}
	first := r.FirstLabels(lang)
	t := paper.Table{Columns: append(numberColumns(lang, r.Staged), words(lang.Say("contest.work"), 31), words(lang.Say("contest.entrant"), 24),
		counts(first.Rank, 9), counts(first.Points, 9), counts(lang.Say("contest.rank_now"), 9),
		counts(lang.Say("contest.points_now"), 9))}
	for _, x := range r.FirstMarks {
		t.Rows = append(t.Rows, append(numbersOf(r.Staged, x.Code, x.Stage), x.Title, x.Entrant, x.Rank, x.Points, x.RankTo, x.PointsTo))
	}
	said := []paper.Block{paper.Heading(first.Marks)}
	for _, x := range r.Corrected {
		said = append(said, paper.Say(x))
	}
	return append(said, t)
}

// placing is a rank among so many works, with the points it stands on.
type placing struct {
	Rank, Of int
	Value    ranking.Rational
}

func (p placing) inWords(lang text.Language, key string) string {
	return lang.Say(key, "rank", p.Rank, "of", p.Of, "value", lang.Decimal(p.Value.Float(), leastPlaces))
}
