package contests

import (
	"net/http"

	"loa/contest"
	"loa/web/kit"
)

// givePrizes reads what is decided by hand: special prizes with their
// receivers, and prizes kept back.
func (p pages) givePrizes(w http.ResponseWriter, r *kit.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	var c contest.GivePrizes
	err = p.view(r, func(s *contest.State) error {
		for _, a := range s.Rules.Awards {
			for _, z := range a.Prizes {
				field := "." + a.ID + "." + z.ID
				for _, station := range f.All("special" + field) {
					c.Special = append(c.Special, contest.Given{Award: a.ID, Prize: z.ID, Station: station, Reason: f.Get("why" + field)})
				}
				if reason := f.Get("withhold" + field); reason != "" {
					c.Withhold = append(c.Withhold, contest.Withheld{Award: a.ID, Prize: z.ID, Reason: reason})
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = p.do(r, f.ID, c)
	if f.Refused(err) {
		return p.renderResults(w, r, *f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.URL.Path, "contest.prizes_saved")
}
