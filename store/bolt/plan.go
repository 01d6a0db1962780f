package bolt

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"time"

	"loa/accounts"
	"loa/plan"
	"loa/store"
)

var (
	planIndicators = table[plan.Indicator]{name: "plan_indicators"} // by ID, which begins with the year
	planEntries    = table[plan.Entry]{name: "plan_entries"}        // by indicator, period, district and version
)

// ofYear is what the IDs of a year's indicators begin with, and the keys of their figures.
func ofYear(year int) []byte { return append(strconv.AppendInt(nil, int64(year), 10), '-') }

// figuresOf begins the keys of an indicator's figures; no ID holds the byte behind it.
func figuresOf(id string) []byte { return append([]byte(id), 0) }

// figureKey begins the keys of the versions of one figure.
func figureKey(e plan.Entry) []byte {
	key := append(append(figuresOf(e.Indicator), e.Period.String()...), 0)
	return append(append(key, e.District...), 0)
}

func versionKey(e plan.Entry) []byte { return append(figureKey(e), numberKey(uint32(e.Version))...) }

// someUnder reports whether a table has a key that begins so.
func someUnder[T any](tx *tx, t table[T], prefix []byte) bool {
	for key := range t.keysFrom(tx, prefix) {
		return bytes.HasPrefix(key, prefix)
	}
	return false
}

// PlanYears implements plan.Store.
func (s *Store) PlanYears(ctx context.Context, by accounts.Actor) (years []int, err error) {
	if err := plan.MayRead(by); err != nil {
		return nil, err
	}
	err = s.view(ctx, func(tx *tx) error {
		years = nil
		for rec, err := range records(planIndicators.ascend(tx, nil, nil)) {
			if err != nil {
				return err
			}
			if !slices.Contains(years, rec.Year) {
				years = append(years, rec.Year)
			}
		}
		return nil
	})
	return years, err
}

// indicatorsOf are those of a year, in their order.
func indicatorsOf(tx *tx, year int) (list []plan.Indicator, err error) {
	from := ofYear(year)
	for rec, err := range records(planIndicators.ascend(tx, from, after(from))) {
		if err != nil {
			return nil, err
		}
		list = append(list, rec)
	}
	slices.SortFunc(list, plan.Compare)
	return list, nil
}

// entriesIn are all versions of the figures whose keys begin so.
func entriesIn(tx *tx, from []byte) (list []plan.Entry, err error) {
	for rec, err := range records(planEntries.ascend(tx, from, after(from))) {
		if err != nil {
			return nil, err
		}
		list = append(list, rec)
	}
	return list, nil
}

// PlanOf implements plan.Store.
func (s *Store) PlanOf(ctx context.Context, by accounts.Actor, year int, entered time.Time) (b plan.Book, err error) {
	if err := plan.MayRead(by); err != nil {
		return b, err
	}
	err = s.view(ctx, func(tx *tx) (err error) {
		b = plan.Book{Year: year}
		if b.Indicators, err = indicatorsOf(tx, year); err != nil {
			return err
		}
		all, err := entriesIn(tx, ofYear(year))
		b.Entries = plan.Last(all, entered)
		return err
	})
	return b, err
}

// Indicator implements plan.Store.
func (s *Store) Indicator(ctx context.Context, by accounts.Actor, id string) (r plan.Record, err error) {
	if err := plan.MayRead(by); err != nil {
		return r, err
	}
	err = s.view(ctx, func(tx *tx) error {
		is, err := indicator(tx, id)
		if err != nil {
			return err
		}
		r = plan.Record{Indicator: is}
		r.Entries, err = entriesIn(tx, figuresOf(id))
		return err
	})
	return r, err
}

func indicator(tx *tx, id string) (plan.Indicator, error) {
	is, found, err := planIndicators.get(tx, []byte(id))
	if err == nil && !found {
		err = plan.Unknown()
	}
	return is, err
}

// SaveIndicator implements plan.Store.
func (s *Store) SaveIndicator(ctx context.Context, m accounts.Meta, c plan.SaveIndicator) (plan.Indicator, error) {
	type named struct {
		ID string `json:"id"`
		plan.SaveIndicator
	}
	return change(ctx, s, m, "plan.save_indicator", named{c.ID, c}, func(tx *tx) (plan.Indicator, error) {
		f := plan.SaveFacts{Entered: someUnder(tx, planEntries, figuresOf(c.Named()))}
		was, found, err := planIndicators.get(tx, []byte(c.Named()))
		if err != nil {
			return was, err
		}
		if found {
			f.Was = &was
		}
		is, err := plan.DecideSave(f, m, c)
		if err != nil {
			return is, err
		}
		return is, planIndicators.put(tx, []byte(is.ID), is)
	})
}

// RetireIndicator implements plan.Store.
func (s *Store) RetireIndicator(ctx context.Context, m accounts.Meta, c plan.RetireIndicator) (plan.Indicator, error) {
	type named struct {
		ID string `json:"id"`
		plan.RetireIndicator
	}
	return change(ctx, s, m, "plan.retire_indicator", named{c.ID, c}, func(tx *tx) (plan.Indicator, error) {
		was, err := indicator(tx, c.ID)
		if err != nil {
			return was, err
		}
		is, err := plan.DecideRetire(was, m, c)
		if err != nil {
			return is, err
		}
		return is, planIndicators.put(tx, []byte(is.ID), is)
	})
}

// RemoveIndicator implements plan.Store.
func (s *Store) RemoveIndicator(ctx context.Context, m accounts.Meta, id string) (plan.Indicator, error) {
	return change(ctx, s, m, "plan.remove_indicator", struct {
		ID string `json:"id"`
	}{id}, func(tx *tx) (plan.Indicator, error) {
		was, err := indicator(tx, id)
		if err != nil {
			return was, err
		}
		is, err := plan.DecideRemove(was, someUnder(tx, planEntries, figuresOf(id)), m)
		if err != nil {
			return is, err
		}
		return is, planIndicators.remove(tx, []byte(id))
	})
}

// CopyPlan implements plan.Store.
func (s *Store) CopyPlan(ctx context.Context, m accounts.Meta, c plan.CopyPlan) ([]plan.Indicator, error) {
	return change(ctx, s, m, "plan.copy", c, func(tx *tx) ([]plan.Indicator, error) {
		from, err := indicatorsOf(tx, c.From)
		if err != nil {
			return nil, err
		}
		list, err := plan.DecideCopy(from, someUnder(tx, planIndicators, ofYear(c.To)), m, c)
		for _, is := range list {
			if err == nil {
				err = planIndicators.put(tx, []byte(is.ID), is)
			}
		}
		return list, err
	})
}

// EnterFigure implements plan.Store.
func (s *Store) EnterFigure(ctx context.Context, m accounts.Meta, c plan.Enter) (plan.Entry, error) {
	if err := s.refresh(ctx); err != nil {
		return plan.Entry{}, err
	}
	type named struct {
		ID string `json:"id"`
		plan.Enter
	}
	return change(ctx, s, m, "plan.enter", named{c.Indicator, c}, func(tx *tx) (plan.Entry, error) {
		is, err := indicator(tx, c.Indicator)
		if err != nil {
			return plan.Entry{}, err
		}
		reg, err := tx.s.registry.get(tx)
		if err != nil {
			return plan.Entry{}, err
		}
		f := plan.EnterFacts{Indicator: is, District: c.District != "" && reg.CheckDistrict(c.District) == nil}
		from := figureKey(plan.Entry{Indicator: is.ID, Period: c.Period, District: c.District})
		for rec, err := range records(planEntries.descend(tx, from, after(from))) {
			if err != nil {
				return plan.Entry{}, err
			}
			f.Last = rec
			break
		}
		e, err := plan.DecideEnter(f, m, c)
		if err != nil {
			return e, err
		}
		return e, planEntries.put(tx, versionKey(e), e)
	})
}

// checkPlans checks that every figure stands under its own name, is of an indicator, and follows the version before it.
func checkPlans(tx *tx, report func(store.Problem)) error {
	var last plan.Entry
	for e, err := range planEntries.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		is := e.rec
		same := last.Indicator == is.Indicator && last.Period == is.Period && last.District == is.District
		switch {
		case string(e.key) != string(versionKey(is)):
			report(store.Problem{Table: planEntries.name, Key: string(e.key), What: "stands under another name"})
		case !planIndicators.has(tx, []byte(is.Indicator)):
			report(store.Problem{Table: planEntries.name, Key: is.Indicator, What: "is a figure of no indicator"})
		case same && is.Version != last.Version+1, !same && is.Version != 1:
			report(store.Problem{Table: planEntries.name, Key: is.Indicator, What: "lacks a version of " + is.Period.String()})
		}
		last = is
	}
	for e, err := range planIndicators.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		if e.rec.ID != string(e.key) {
			report(store.Problem{Table: planIndicators.name, Key: string(e.key), What: "stands under another name"})
		}
	}
	return nil
}
