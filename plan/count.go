package plan

import (
	"context"
	"time"

	"loa/accounts"
	"loa/contest"
	"loa/coverage"
	"loa/internal/text"
	"loa/quiz"
	"loa/stations"
)

// Source is where Loa counts from.
type Source interface {
	Store
	Registry(ctx context.Context) (*stations.Registry, error)
	Period(ctx context.Context, by accounts.Actor, f coverage.Filter, now time.Time) (coverage.Period, error)
	Quizzes(ctx context.Context, by accounts.Actor) ([]quiz.Contest, error)
}

// Hall lists the contests.
type Hall interface {
	List(ctx context.Context, fn func(*contest.State) error) error
}

// YearOf is how the plan of a year stands at that moment, for who may read it. Fault: accounts.denied.
func YearOf(ctx context.Context, s Source, h Hall, by accounts.Actor, year int, now time.Time) ([]Progress, error) {
	return YearThen(ctx, s, h, by, year, now, time.Time{})
}

// YearThen is how the plan of a year stood at a moment that may be past, by the figures that had been entered, the zero
// Time for all there are. Targets are those of today, and what Loa counts itself is what the log says today of the time
// until then. Fault: accounts.denied.
func YearThen(ctx context.Context, s Source, h Hall, by accounts.Actor, year int, now, entered time.Time) ([]Progress, error) {
	b, err := s.PlanOf(ctx, by, year, entered)
	if err != nil {
		return nil, err
	}
	return stand(ctx, s, h, b, now)
}

// OneOf is how one indicator stands, and every version of its figures. Faults: accounts.denied, plan.unknown.
func OneOf(ctx context.Context, s Source, h Hall, by accounts.Actor, id string, now time.Time) (Progress, Record, error) {
	r, err := s.Indicator(ctx, by, id)
	if err != nil {
		return Progress{}, r, err
	}
	list, err := stand(ctx, s, h, Book{Year: r.Year, Indicators: []Indicator{r.Indicator}, Entries: Last(r.Entries, time.Time{})}, now)
	if err != nil {
		return Progress{}, r, err
	}
	return list[0], r, nil
}

func stand(ctx context.Context, s Source, h Hall, b Book, now time.Time) ([]Progress, error) {
	reg, err := s.Registry(ctx)
	if err != nil {
		return nil, err
	}
	t := Tallies{}
	for _, i := range b.Indicators {
		if i.Counted == "" || t[i.Counted] != nil {
			continue
		}
		if t[i.Counted], err = count(ctx, s, h, reg, i, now); err != nil {
			return nil, err
		}
	}
	return Judge(b, reg, t, now), nil
}

// count is what Loa counts for the indicator. It counts the whole province, whoever reads it.
func count(ctx context.Context, s Source, h Hall, reg *stations.Registry, i Indicator, now time.Time) (map[coverage.Stretch]Tally, error) {
	out, periods := map[coverage.Stretch]Tally{}, i.Periods()
	if now.Before(begin(periods[0])) {
		return out, nil
	}
	switch i.Counted {
	case DistrictQuizzes, ProvinceQuizzes:
		list, err := s.Quizzes(ctx, accounts.Daemon())
		out[periods[0]] = Tally{quizzes(list, i, now), 0}
		return out, err
	case Airings:
		year := Yearly.Periods(i.Year)[0]
		p, err := s.Period(ctx, accounts.Daemon(), coverage.Filter{Period: year}, now)
		if err != nil {
			return nil, err
		}
		for _, w := range p.ByWeek {
			if _, planned := w.Percent(); planned && w.Weeks > 0 {
				out[coverage.MustStretch(w.Week.String())] = Tally{w.Aired, w.Expected()}
			}
		}
		return out, nil
	}
	held, from := 0, map[string]bool{}
	if err := h.List(ctx, func(c *contest.State) error {
		if c.Rules.Dates.OpensAt.In(text.Zone).Year() != i.Year || c.Phase == contest.Draft {
			return nil
		}
		if c.Shown() && !c.PublishedAt.After(now) {
			held++
		}
		for _, e := range c.Entries {
			if e.Live() && !e.SubmittedAt.After(now) {
				from[e.Entrant.Station] = true
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	all := 0 // as many as there are on the last day, or today
	_, last := periods[0].Days()
	today := stations.DateOf(now.In(text.Zone))
	for _, st := range reg.Stations() {
		if from[st.ID] || st.ActiveOn(min(last, today)) {
			all++
		}
	}
	out[periods[0]] = Tally{held, 0}
	if i.Counted == Entrants {
		out[periods[0]] = Tally{len(from), all}
	}
	return out, nil
}

// quizzes is how many of the knowledge contests the indicator counts: those that open in its year and whose winners are public,
// of districts or of the province. When they became so is kept nowhere: it was after they closed.
func quizzes(list []quiz.Contest, i Indicator, now time.Time) (n int) {
	for _, q := range list {
		public := q.Stage == quiz.Published && !q.Closes.After(now)
		if public && q.Opens.In(text.Zone).Year() == i.Year && (q.District == "") == (i.Counted == ProvinceQuizzes) {
			n++
		}
	}
	return n
}
