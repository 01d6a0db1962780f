package scheduler

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"loa/internal/text"
	"loa/stations"
)

// DueJobName is the name of the job that notes what came due.
const DueJobName = "slots_due"

// DueJob notes, for every occurrence of every rule whose time has come, how
// many stations had a slot and which episode each had: what was planned stays
// known as it was then. What came due while the daemon was down is caught up.
// registry returns the stations as they are now.
func DueJob(store Store, registry func(context.Context) (*stations.Registry, error), now func() time.Time) Job {
	load := func(ctx context.Context) (*Schedule, *stations.Registry, error) {
		s, err := store.Schedule(ctx)
		if err != nil {
			return nil, nil, err
		}
		reg, err := registry(ctx)
		return s, reg, err
	}
	return Job{
		Name: DueJobName, CatchUp: CatchUpAll, Deadline: time.Minute,
		Times: func(ctx context.Context, after, until time.Time) (iter.Seq[time.Time], error) {
			s, reg, err := load(ctx)
			if err != nil {
				return nil, err
			}
			return s.starts(reg, after, until), nil
		},
		Run: func(ctx context.Context, at time.Time) (text.Phrase, error) {
			s, reg, err := load(ctx)
			if err != nil {
				return text.Phrase{}, err
			}
			slots, without := 0, 0
			for _, d := range s.DueAt(reg, at) {
				d.NotedAt = now().UTC()
				if err := store.RecordDue(ctx, d); err != nil {
					return text.Phrase{}, err
				}
				slots += d.Stations
				for _, e := range d.Episodes {
					if e.Episode == "" {
						without += len(e.Stations)
					}
				}
			}
			return text.NewPhrase("schedule.due_summary", "slots", slots, "without", without), nil
		},
	}
}

// starts yields the instants in (after, until] at which anything starts.
func (s *Schedule) starts(reg *stations.Registry, after, until time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		var last time.Time
		for o := range s.grid(reg, reg.Stations()).occurrences(after.Add(1), until.Add(1)) {
			if o.start.Equal(last) {
				continue
			}
			if last = o.start; !yield(o.start.UTC()) {
				return
			}
		}
	}
}

// DueAt is what each rule plans to start at exactly that instant, by rule.
// NotedAt is left zero.
func (s *Schedule) DueAt(reg *stations.Registry, at time.Time) []Due {
	g := s.grid(reg, reg.Stations())
	byRule := map[string]*Due{}
	for o := range g.occurrences(at, at.Add(1)) {
		d := byRule[o.rule.ID]
		if d == nil {
			d = &Due{Rule: o.rule.ID, Programme: o.version.Programme, Start: at.UTC(), Episodes: []DueEpisode{}}
			byRule[o.rule.ID] = d
		}
		for i := range g.stations(o) {
			e, _ := s.EpisodeFor(o.version.Programme, g.list[i].TraitsAt(o.start).Languages, o.start)
			d.Stations++
			d.add(e.ID, g.list[i].ID)
		}
	}
	out := make([]Due, 0, len(byRule))
	for _, d := range byRule {
		slices.SortFunc(d.Episodes, func(a, b DueEpisode) int {
			return cmp.Or(cmp.Compare(len(b.Stations), len(a.Stations)), cmp.Compare(number(a.Episode), number(b.Episode)))
		})
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b Due) int { return cmp.Compare(number(a.Rule), number(b.Rule)) })
	return out
}

func (d *Due) add(episode, station string) {
	for i := range d.Episodes {
		if d.Episodes[i].Episode == episode {
			d.Episodes[i].Stations = append(d.Episodes[i].Stations, station)
			return
		}
	}
	d.Episodes = append(d.Episodes, DueEpisode{episode, []string{station}})
}
