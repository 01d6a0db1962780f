package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"loa/internal/text"
	"loa/plan"
)

// indicators brings the plan of this year, and of the year before where most of it is looked back on, with figures of
// nearly all periods since: some targets are reached, some will be missed, and of the last periods some are still missing.
func (w *world) indicators() error {
	begin, this := w.begin().In(text.Zone), w.now.In(text.Zone).Year()
	first := begin.Year()
	if begin.Month() > time.June {
		first = this
	}
	for year := first; year <= this; year++ {
		from := 0
		if year > first {
			from = year - 1
		}
		list, err := w.store.CopyPlan(w.ctx, w.meta(w.people["quantri"], w.begin()), plan.CopyPlan{From: from, To: year})
		if err != nil {
			return err
		}
		for _, i := range list {
			if i.Counted != "" {
				continue
			}
			if err := w.figures(i, year == this); err != nil {
				return err
			}
		}
	}
	return nil
}

// figures are those of one indicator; of this year the last periods of some are still missing.
func (w *world) figures(i plan.Indicator, this bool) error {
	periods := i.Periods()
	base := 0
	for n, s := range periods {
		_, last := s.Days()
		at := last.AddDays(3).Start(text.Zone).Add(9 * time.Hour)
		if at.Before(w.begin()) {
			continue
		}
		if at.After(w.now) {
			break
		}
		lags := this && (i.Mark == "T6" || i.Mark == "T4b" || i.Mark == "T11") && last.AddDays(50).Start(text.Zone).After(w.now)
		who, districts := w.people["giamsat"], []string{""}
		if i.Districts {
			districts = nil
			for _, d := range w.reg.Districts(last) {
				districts = append(districts, d.Code)
			}
		}
		for k, d := range districts {
			if lags && k%2 == 0 {
				continue
			}
			c := plan.Enter{Indicator: i.ID, Period: s, District: d, Proof: fmt.Sprintf("%d/BC-VPĐP", 10+n)}
			value, of := figure(i, n, k, len(periods), &base, w.rnd)
			c.Value, c.Base = new(plan.Of(value)), plan.Of(of)
			if d != "" {
				who = w.people["huyen-"+d]
			}
			if _, err := w.store.EnterFigure(w.ctx, w.meta(who, at), c); err != nil {
				return err
			}
			if i.Mark != "T1" || at.AddDate(0, 0, 40).Before(w.now) { // one of them is corrected
				continue
			}
			c.Follows, c.Value, c.Why = 1, new(plan.Of(value-1)), "Một câu chuyển sang tháng sau"
			if _, err := w.store.EnterFigure(w.ctx, w.meta(who, at.AddDate(0, 0, 1)), c); err != nil {
				return err
			}
		}
	}
	return nil
}

// figure is what might be entered of the n-th of so many periods, by the k-th district, and of how many it is a share.
func figure(i plan.Indicator, n, k, periods int, base *int, rnd *rand.Rand) (value, of int) {
	switch i.Mark {
	case "T1":
		of = 30 + rnd.IntN(40)
		return of - rnd.IntN(4), of
	case "T2":
		return min(161, 80+30*n), 161
	case "T3a", "T4a":
		return 1, 0
	case "T3b":
		return min(1, rnd.IntN(9)), 0 // now and then none
	case "T4b":
		return 4 + rnd.IntN(4), 0
	case "T6":
		return 152 - rnd.IntN(2), 152
	case "T8": // too slow
		*base += 90 + rnd.IntN(30)
		return *base, 620
	case "T9":
		return 700 + 40*rnd.IntN(4), 0
	}
	if periods == 1 {
		return 1, 0
	}
	if (n+k)%3 == 0 {
		return 1, 0
	}
	return 0, 0
}
