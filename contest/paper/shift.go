package paper

import (
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
func ShiftsOf(s *contest.State, list []contest.Shift, lang text.Language) (out []Shift) {
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
		row := Shift{Code: s.Last().Codes[x.Entry], Stage: s.Last().Stage[x.Entry], Title: e.Title, Entrant: e.Entrant.Called(),
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

// firstMarks are the marks and ranks as published first beside those of today; nothing
// where the result was never corrected. Faults: those of ranking.
func firstMarks(s *contest.State, lang text.Language) ([]Shift, error) {
	if len(s.Corrections) == 0 {
		return nil, nil
	}
	now, err := s.Places(s.Last())
	if err != nil {
		return nil, err
	}
	return ShiftsOf(s, contest.Shifted(s.Corrections[0].Places, now), lang), nil
}

// shifts is a table of marks and ranks as published first beside those of today.
func (r Results) shifts(lang text.Language) []paper.Block {
	if len(r.FirstMarks) == 0 {
		return nil
	}
	t := paper.Table{Columns: append(numberColumns(lang, r.Staged), words(lang.Say("contest.work"), 31), words(lang.Say("contest.entrant"), 24),
		counts(lang.Say("contest.rank_first"), 9), counts(lang.Say("contest.points_first"), 9), counts(lang.Say("contest.rank_now"), 9),
		counts(lang.Say("contest.points_now"), 9))}
	for _, x := range r.FirstMarks {
		t.Rows = append(t.Rows, append(numbersOf(r.Staged, x.Code, x.Stage), x.Title, x.Entrant, x.Rank, x.Points, x.RankTo, x.PointsTo))
	}
	return []paper.Block{paper.Heading(lang.Say("contest.marks_first")), t}
}
