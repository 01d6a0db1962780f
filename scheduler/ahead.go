package scheduler

import (
	"cmp"
	"context"
	"slices"
	"time"

	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/stations"
)

// GapKind says why something of the coming days will not air as it should.
type GapKind string

// The kinds, in the order in which they are told.
const (
	Unfilled   GapKind = "unfilled"   // nothing is approved to be aired
	Unapproved GapKind = "unapproved" // an episode waits to be approved, or a draft is meant for these days
	NoCopy     GapKind = "no_copy"    // what stations would receive of an episode cannot be made
	Unplanned  GapKind = "unplanned"  // a programme that no rule airs any more
	NoSlot     GapKind = "no_slot"    // a station at which nothing is planned
	RuleEnds   GapKind = "rule_ends"  // a rule whose last day is near
)

// GapKinds are all of them.
var GapKinds = []GapKind{Unfilled, Unapproved, NoCopy, Unplanned, NoSlot, RuleEnds}

// Gap is what an editor has to mend. Members that say nothing about its kind are empty.
type Gap struct {
	Kind         GapKind       `json:"kind"`
	Programme    string        `json:"programme,omitempty"`
	Title        string        `json:"title,omitempty"` // of the programme
	Episode      string        `json:"episode,omitempty"`
	EpisodeTitle string        `json:"episode_title,omitempty"`
	State        State         `json:"state,omitempty"` // of the episode
	Recording    string        `json:"recording,omitempty"`
	Rule         string        `json:"rule,omitempty"`
	Until        stations.Date `json:"until,omitempty"`   // last day of the rule
	Station      string        `json:"station,omitempty"` // ID
	Slots        int           `json:"slots,omitempty"`   // without an episode
	Stations     int           `json:"stations,omitempty"`
	First        time.Time     `json:"first,omitzero"` // start of the first of these slots
}

// Words says what it is about; station names a station.
func (g Gap) Words(l text.Language, station func(id string) string) string {
	key := "schedule.gap." + string(g.Kind) + "_line"
	switch {
	case g.Kind == Unfilled && g.Slots == 0:
		key = "schedule.gap.unfilled_none"
	case g.Kind == Unapproved && g.State == Draft:
		key = "schedule.gap.unapproved_draft"
	}
	said := l.Say(key, "title", g.Title, "episode", g.EpisodeTitle, "n", g.Slots, "stations", g.Stations, "first", g.First, "until", g.Until,
		"station", station(g.Station))
	if g.Kind == Unfilled && g.Episode != "" {
		said += " " + l.Say("schedule.gap.unfilled_"+string(g.State), "episode", g.EpisodeTitle)
	}
	return said
}

// Ahead is what is planned of the coming days, and what of it somebody has to mend.
type Ahead struct {
	From       time.Time `json:"from"`
	Until      time.Time `json:"until"` // exclusive
	Programmes int       `json:"programmes"`
	Stations   int       `json:"stations"`
	Slots      int       `json:"slots"`
	Widest     string    `json:"widest,omitempty"` // programme planned at most stations
	Gaps       []Gap     `json:"gaps"`

	aired map[string]Episode // by recording
}

// How far an editor looks ahead: a week, and two for the last day of a rule.
const (
	daysAhead = 7
	daysEnds  = 14
)

// AheadSource is what is asked to find out what is ahead.
type AheadSource interface {
	Schedule(ctx context.Context) (*Schedule, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	BroadcastCopies(ctx context.Context, recordings []string) (map[string]library.BroadcastCopy, error)
}

// LookAhead finds out what is planned of the coming week and what of it has to be mended.
func LookAhead(ctx context.Context, from AheadSource, now time.Time) (Ahead, error) {
	s, err := from.Schedule(ctx)
	if err != nil {
		return Ahead{}, err
	}
	reg, err := from.Registry(ctx)
	if err != nil {
		return Ahead{}, err
	}
	a := s.ahead(reg, now)
	recordings := make([]string, 0, len(a.aired))
	for id := range a.aired {
		recordings = append(recordings, id)
	}
	copies, err := from.BroadcastCopies(ctx, recordings)
	if err != nil {
		return Ahead{}, err
	}
	for id, e := range a.aired {
		if c := copies[id]; c.Failed != nil && c.Failed.Kind != fault.Unavailable { // that is the server's, and tried again
			g := s.gap(NoCopy, e.Programme)
			g.Episode, g.EpisodeTitle, g.State, g.Recording = e.ID, e.Title, e.State(), id
			a.Gaps = append(a.Gaps, g)
		}
	}
	slices.SortStableFunc(a.Gaps, func(x, y Gap) int {
		return cmp.Or(slices.Index(GapKinds, x.Kind)-slices.Index(GapKinds, y.Kind), x.First.Compare(y.First), cmp.Compare(x.Until, y.Until),
			cmp.Compare(number(x.Programme), number(y.Programme)), cmp.Compare(number(x.Episode), number(y.Episode)))
	})
	return a, nil
}

// gap begins one about a programme.
func (s *Schedule) gap(kind GapKind, programme string) Gap {
	p, _ := s.Programme(programme) // of the schedule's own
	return Gap{Kind: kind, Programme: programme, Title: p.Title}
}

// ahead is LookAhead before it is known which copies cannot be made.
func (s *Schedule) ahead(reg *stations.Registry, now time.Time) Ahead {
	a := Ahead{From: now, Until: now.AddDate(0, 0, daysAhead), Gaps: []Gap{}, aired: map[string]Episode{}}
	today := stations.DateOf(now.In(text.Zone))
	g := s.grid(reg, reg.Filter(stations.Filter{ActiveOn: today}))
	lacking, wide := map[string]*Gap{}, map[string]int{}
	planned := make([]int, len(g.list))
	for o := range g.occurrences(now, a.Until) {
		without, at := 0, 0
		for i := range g.stations(o) {
			at++
			planned[i]++
			e, ok := s.EpisodeFor(o.version.Programme, g.list[i].TraitsAt(o.start).Languages, o.start)
			if !ok {
				without++
			} else if e.Audio != "" {
				a.aired[e.Audio] = e
			}
		}
		a.Slots += at
		if at > 0 {
			wide[o.version.Programme] = max(wide[o.version.Programme], at)
		}
		if without > 0 {
			l := lacking[o.version.Programme]
			if l == nil {
				first := s.gap(Unfilled, o.version.Programme)
				first.First = o.start
				l = &first
				lacking[o.version.Programme] = l
			}
			l.Slots, l.Stations = l.Slots+without, max(l.Stations, without)
		}
	}
	a.Programmes = len(wide)
	for _, p := range s.Working() {
		if wide[p.ID] > wide[a.Widest] {
			a.Widest = p.ID
		}
		s.gapsOf(p, &a, lacking[p.ID], now)
	}
	for i, n := range planned {
		if n > 0 {
			a.Stations++
		}
		if n == 0 && a.Slots > 0 { // where nothing at all is planned, the programmes say so
			a.Gaps = append(a.Gaps, Gap{Kind: NoSlot, Station: g.list[i].ID})
		}
	}
	return a
}

// gapsOf adds what is to be mended of a working programme; lacking tells of its slots
// that have no episode, nil where each has one.
func (s *Schedule) gapsOf(p Programme, a *Ahead, lacking *Gap, now time.Time) {
	from, until := stations.DateOf(now.In(text.Zone)), stations.DateOf(a.Until.In(text.Zone))
	episodes := s.EpisodesOf(p.ID)
	if lacking == nil && len(episodes) == 0 {
		none := s.gap(Unfilled, p.ID)
		lacking = &none
	}
	for _, e := range episodes {
		waits := e.State() == Submitted || e.State() == Draft && from <= e.From && e.From <= until
		if !waits || e.Until != "" && e.Until < from {
			continue
		}
		g := s.gap(Unapproved, p.ID)
		if lacking != nil && lacking.Episode == "" && e.From <= until { // this one would fill it
			lacking.Episode, lacking.EpisodeTitle, lacking.State = e.ID, e.Title, e.State()
			continue
		}
		g.Episode, g.EpisodeTitle, g.State = e.ID, e.Title, e.State()
		a.Gaps = append(a.Gaps, g)
	}
	if lacking != nil {
		a.Gaps = append(a.Gaps, *lacking)
	}
	if !s.Airs(p.ID, now) {
		a.Gaps = append(a.Gaps, s.gap(Unplanned, p.ID))
	}
	for _, r := range s.RulesOf(p.ID) {
		if v := r.Current(); !v.Ended && from <= v.Until && v.Until <= from.AddDays(daysEnds) {
			g := s.gap(RuleEnds, p.ID)
			g.Rule, g.Until = r.ID, v.Until
			a.Gaps = append(a.Gaps, g)
		}
	}
}
