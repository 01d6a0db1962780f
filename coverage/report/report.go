// Package report makes the report of any period that an office sends up: its figures, and the paper they stand on.
package report

import (
	"context"
	"slices"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Store is what a report asks of the store.
type Store interface {
	coverage.Store
	airing.Seals
	Registry(ctx context.Context) (*stations.Registry, error)
	Schedule(ctx context.Context) (*scheduler.Schedule, error)
	AiringSettings(ctx context.Context) (airing.Settings, error)
}

// Report is what a report of a period says.
type Report struct {
	coverage.Answer            // against the plan's target and the period before
	Part            string     `json:"part,omitempty"` // of what it is, "" for all
	Course          []Part     `json:"course"`         // its weeks, months or quarters
	Districts       []District `json:"districts"`
	Topics          []Topic    `json:"topics,omitempty"` // of which a programme was planned or aired
	Stations        []Station  `json:"stations"`         // those that aired in the fewest of their weeks first

	Asked   coverage.Filter `json:"-"` // as Asked has it
	Unended *fault.Error    `json:"-"` // why it is not numbered yet: a week of it is not over (coverage.Unended)

	through stations.Date // of a period that is not over, the last day that counts; "" else
	seal    *airing.Seal  // of the last of its weeks that is closed
}

// Part is a week, a month or a quarter.
type Part struct {
	coverage.Item
	First stations.Date `json:"first"`
	Last  stations.Date `json:"last"`
}

// District is one with its figures of the period before.
type District struct {
	coverage.Item
	Before *coverage.Figures `json:"before,omitempty"`
}

// Topic is what was aired of one topic, as the log has it now: closed weeks were not frozen by topic.
type Topic struct {
	Topic    scheduler.Topic `json:"topic"`
	Aired    int             `json:"aired"` // station-weeks
	Stations int             `json:"stations"`
}

// Station is one with the reasons for the weeks in which it did not air.
type Station struct {
	coverage.Item
	Why *coverage.Why `json:"why,omitempty"` // nil for one that aired whenever it was expected to, and where there are too many
}

// Silent reports whether the station aired in no week although it was expected to, or would have been but for an excuse.
func (s Station) Silent() bool { return s.Aired == 0 && s.Active > s.NotPlanned+s.NotDue }

// Asked is the filter as a report takes it: the same period under one name that means it tomorrow too, and by nothing that is no part
// of it.
func Asked(by accounts.Actor, reg *stations.Registry, f coverage.Filter, now time.Time) coverage.Filter {
	today, nothing := stations.DateOf(now.In(text.Zone)), coverage.Stretch{}
	switch {
	case f.Period != nothing || f.Until != nothing:
	case f.From == nothing:
		f = f.Over(coverage.StretchOf(coverage.ByYear, today))
	default:
		f.Until = coverage.MustStretch(string(today))
	}
	f = f.Plain().Named(by, reg)
	f.By = ""
	return f
}

// Address is the page that draws the report of what Asked answered.
func Address(f coverage.Filter) string { return filter.Link("/coverage/period/paper", f) }

// Of makes a report. Faults: those of coverage.Store.Period.
func Of(ctx context.Context, s Store, by accounts.Actor, f coverage.Filter, l text.Language, now time.Time) (r Report, err error) {
	set, err := s.AiringSettings(ctx)
	if err != nil {
		return r, err
	}
	reg, err := s.Registry(ctx)
	if err != nil {
		return r, err
	}
	plan, err := s.Schedule(ctx)
	if err != nil {
		return r, err
	}
	cal := set.Calendar(text.Zone)
	f = Asked(by, reg, f, now)
	r.Asked = f
	p, err := s.Period(ctx, by, f, now)
	if err != nil {
		return r, err
	}
	before, of, err := coverage.PeriodBefore(ctx, s, by, f, p, now)
	if err != nil {
		return r, err
	}
	f.By = coverage.ByWeek
	if n := len(p.ByWeek); n > 160 {
		f.By = coverage.ByQuarter
	} else if n > 14 {
		f.By = coverage.ByMonth
	}
	r.Answer = p.Answer(l, f, before, of)
	r.Part = f.Part(by, reg, plan, l)
	if p.Ahead || p.Running {
		r.Unended = coverage.Unended(cal, cal.Week(now), now)
		switch {
		case p.Alone:
			r.through = stations.DateOf(now.In(text.Zone))
		case p.Span.Weeks() > 0:
			r.through = stations.DateOf(cal.Start(p.Until + 1)).AddDays(-1)
		}
	}
	for i, part := range p.Parts(f.By, cal) {
		first, last := part.Part.Days()
		if f.By == coverage.ByWeek { // which may begin on another day than a Monday
			first = stations.DateOf(cal.Start(p.ByWeek[i].Week))
			last = first.AddDays(6)
		}
		r.Course = append(r.Course, Part{coverage.Item{Key: part.Part.String(), Name: text.Sentence(part.Part.Words(l)), Figures: part.Figures}, first, last})
	}
	was := map[string]coverage.Figures{}
	if before != nil {
		for _, d := range before.Districts {
			was[d.District] = d.Figures
		}
	}
	for _, i := range p.Items(coverage.ByDistrict, cal, l) {
		d := District{Item: i}
		if fig, ok := was[i.Key]; ok {
			d.Before = &fig
		}
		r.Districts = append(r.Districts, d)
	}
	if err := r.stations(ctx, s, by, p, cal, l); err != nil {
		return r, err
	}
	if !f.Narrow() {
		if err := r.topics(ctx, s, by, plan, f, now); err != nil {
			return r, err
		}
	}
	if len(p.ByWeek) == 0 { // it is all to come
		return r, nil
	}
	closed := p.Until
	for _, w := range slices.Backward(p.ByWeek) {
		if w.Closed > 0 {
			closed = w.Week
			break
		}
	}
	r.seal, err = s.LastSeal(ctx, by, &closed)
	return r, err
}

// stations tells of each, with its reasons where a reader can still go through them.
func (r *Report) stations(ctx context.Context, s Store, by accounts.Actor, p coverage.Period, cal airing.Calendar, l text.Language) error {
	var lacking []string
	for _, i := range p.Items(coverage.ByStation, cal, l) {
		r.Stations = append(r.Stations, Station{Item: i})
		if i.Aired < i.Active {
			lacking = append(lacking, i.Key)
		}
	}
	if len(lacking) == 0 || len(lacking) > coverage.MostStations {
		return nil
	}
	whys, err := s.Whys(ctx, by, lacking, p.From, max(p.From, p.Until))
	if err != nil {
		return err
	}
	for i := range r.Stations {
		if y, ok := whys[r.Stations[i].Key]; ok {
			r.Stations[i].Why = &y
		}
	}
	return nil
}

// topics counts the period once for each topic that a programme has.
func (r *Report) topics(ctx context.Context, s Store, by accounts.Actor, plan *scheduler.Schedule, f coverage.Filter, now time.Time) error {
	there := map[scheduler.Topic]bool{}
	for _, p := range plan.Programmes {
		for _, t := range p.Topics {
			there[t] = true
		}
	}
	for _, t := range scheduler.Topics {
		if !there[t] {
			continue
		}
		f.Topic = t
		p, err := s.Period(ctx, by, f, now)
		if err != nil {
			return err
		}
		one := Topic{Topic: t, Aired: p.Aired}
		for _, st := range p.Stations {
			if st.Aired > 0 {
				one.Stations++
			}
		}
		r.Topics = append(r.Topics, one)
	}
	return nil
}
