package contests

import (
	"net/http"
	"strconv"
	"strings"

	"loa/contest"
	"loa/internal/fault"
	"loa/web/kit"
)

// givePrizes reads what is decided by hand: special prizes with their
// receivers, and prizes kept back.
func (p pages) givePrizes(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	c := contest.GivePrizes{Outside: f.All("outside"), Beyond: f.All("beyond")}
	var at []string // of each special prize, the end of the names of its boxes
	err = p.view(r, func(s *contest.State) error {
		for _, a := range s.Rules.Awards {
			for _, z := range a.Prizes {
				field := "." + a.ID + "." + z.ID
				for _, station := range f.All("special" + field) {
					c.Special = append(c.Special, contest.Given{Award: a.ID, Prize: z.ID, Station: station, Reason: f.Get("why" + field)})
					at = append(at, field)
				}
				for code := range strings.FieldsFuncSeq(f.Get("works"+field), apart) {
					e, err := s.Called(code)
					if err != nil {
						return fault.Of(err).At("works" + field)
					}
					c.Special = append(c.Special, contest.Given{Award: a.ID, Prize: z.ID, Entry: e.ID, Reason: f.Get("why" + field)})
					at = append(at, field)
				}
				if reason := f.Get("withhold" + field); reason != "" {
					c.Withhold = append(c.Withhold, contest.Withheld{Award: a.ID, Prize: z.ID, Reason: reason})
				}
			}
		}
		return nil
	})
	if err == nil {
		err = p.edit(r, f, prizesForm, c)
	}
	if f.Refused(boxed(err, at)) {
		return p.renderResults(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, "contest.prizes_saved")
}

// boxed puts what is wrong with a special prize beside its boxes: the reason at the
// reason, all else at the works.
func boxed(err error, at []string) error {
	e := fault.Of(err)
	if e == nil {
		return err
	}
	for _, part := range append([]*fault.Error{e}, e.Parts...) {
		index, what, found := strings.Cut(strings.TrimPrefix(part.Field, "special."), ".")
		i, bad := strconv.Atoi(index)
		if !found || bad != nil || i >= len(at) {
			continue
		}
		part.Field = "works" + at[i]
		if what == "reason" {
			part.Field = "why" + at[i]
		}
	}
	return e
}

// decided fills the form with what was decided by hand before, so that giving
// the prizes again keeps it.
func decided(s *contest.State, given []contest.Given, f *kit.Form) {
	for _, g := range given {
		a := s.Rules.Award(g.Award)
		if a == nil || a.Prize(g.Prize) == nil {
			continue
		}
		field := "." + g.Award + "." + g.Prize
		switch {
		case g.Lost:
		case g.Withheld > 0 && g.Reason != "":
			f.Values.Set("withhold"+field, g.Reason)
		case g.Withheld > 0 || !a.Prize(g.Prize).Special:
		case g.Station != "":
			f.Values.Add("special"+field, g.Station)
			f.Values.Add("outside", g.Station) // that was decided then
			f.Values.Set("why"+field, g.Reason)
		default:
			if !s.Entry(g.Entry).Live() {
				continue
			}
			works := s.Entry(g.Entry).Code
			f.Values.Add("beyond", g.Entry) // that was decided then
			if had := f.Get("works" + field); had != "" {
				works = had + ", " + works
			}
			f.Values.Set("works"+field, works)
			f.Values.Set("why"+field, g.Reason)
		}
	}
}

// worksIn are the works that a box names by their codes or numbers.
func worksIn(s *contest.State, box string) (list []*contest.Entry) {
	for code := range strings.FieldsFuncSeq(box, apart) {
		if e, err := s.Called(code); err == nil {
			list = append(list, e)
		}
	}
	return list
}

// apart reports whether the character stands between two codes.
func apart(c rune) bool { return c == ',' || c == ' ' }
