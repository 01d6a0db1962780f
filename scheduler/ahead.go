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
	Unspoken   GapKind = "unspoken"   // a rule airs a programme at stations that broadcast in none of its languages
	Unapproved GapKind = "unapproved" // an episode waits to be approved, or a draft is meant for these days
	NoCopy     GapKind = "no_copy"    // what stations would receive of an episode cannot be made
	Unplanned  GapKind = "unplanned"  // a programme that no rule airs any more
	NoSlot     GapKind = "no_slot"    // a station at which nothing is planned
	RuleEnds   GapKind = "rule_ends"  // a rule whose last day is near
)

// GapKinds are all of them.
var GapKinds = []GapKind{Unfilled, Unspoken, Unapproved, NoCopy, Unplanned, NoSlot, RuleEnds}

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
	Slots        int           `json:"slots,omitempty"`   // without an episode, each station's its own
	Times        int           `json:"times,omitempty"`   // at which any of them begins
	Stations     int           `json:"stations,omitempty"`
	First        time.Time     `json:"first,omitzero"` // start of the first of these slots
	// Languages are those of an unspoken programme; of one unfilled though it has episodes
	// in other languages, those of its own these stations broadcast in.
	Languages []string `json:"languages,omitempty"`
}

// Words says what it is about; station names a station.
func (g Gap) Words(l text.Language, station func(id string) string) string {
	key := "schedule.gap." + string(g.Kind) + "_line"
	if g.Kind == Unapproved && g.State == Draft {
		key = "schedule.gap.unapproved_draft"
	}
	languages := make([]string, len(g.Languages))
	for i, of := range g.Languages {
		languages[i] = l.Say("language." + of)
	}
	said := l.Say(key, "title", g.Title, "episode", g.EpisodeTitle, "n", g.Times, "stations", g.Stations, "first", g.First, "until", g.Until,
		"station", station(g.Station), "languages", list(l, languages))
	if g.Kind == Unfilled && len(languages) > 0 {
		said += " " + l.Say("schedule.gap.unfilled_language", "languages", list(l, languages))
	}
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
	// Offers are the programmes that fit stations at which nothing is planned, first those
	// that count toward the target, then those whose languages fit more of them.
	Offers []string `json:"offers,omitempty"`
	Gaps   []Gap    `json:"gaps"`

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
	lacking, planning := map[string]*lack{}, map[string]bool{}
	planned := make([]int, len(g.list))
	for o := range g.occurrences(now, a.Until) {
		p, _ := s.Programme(o.version.Programme) // of the schedule's own
		without := map[GapKind]int{}
		for i := range g.stations(o) {
			a.Slots++
			planned[i]++
			planning[p.ID] = true
			traits := g.list[i].TraitsAt(o.start)
			if e, ok := s.EpisodeFor(p.ID, traits.Languages, o.start); !ok {
				kind, key := Unfilled, p.ID
				if !p.suits(traits) {
					kind, key = Unspoken, o.rule.ID
				}
				l := lacking[key]
				if l == nil {
					l = &lack{gap: s.gap(kind, p.ID)}
					l.gap.First = o.start
					lacking[key] = l
				}
				if without[kind]++; !l.last.Equal(o.start) {
					l.last, l.gap.Times = o.start, l.gap.Times+1
				}
				l.gap.Slots, l.gap.Stations = l.gap.Slots+1, max(l.gap.Stations, without[kind])
				l.add(traits.Languages)
				if _, other := s.EpisodeFor(p.ID, stations.Languages, o.start); other {
					l.other = true
				}
			} else if e.Audio != "" {
				a.aired[e.Audio] = e
			}
		}
	}
	a.Programmes = len(planning)
	for _, p := range s.Working() {
		s.gapsOf(p, &a, lacking, now)
	}
	var bare []stations.Traits
	for i, n := range planned {
		if n > 0 {
			a.Stations++
		}
		if n == 0 && a.Slots > 0 { // where nothing at all is planned, the programmes say so
			a.Gaps = append(a.Gaps, Gap{Kind: NoSlot, Station: g.list[i].ID})
			bare = append(bare, g.list[i].TraitsAt(now))
		}
	}
	a.Offers = s.offers(bare)
	return a
}

// lack is a gap of slots without an episode while they are counted.
type lack struct {
	gap    Gap
	last   time.Time // start of the last of them: they come in order of time
	spoken []string  // what their stations broadcast in besides Vietnamese
	other  bool      // at one of them there is an episode in a language the station does not broadcast in
}

func (l *lack) add(languages []string) {
	for _, of := range languages {
		if !slices.Contains(l.spoken, of) {
			l.spoken = append(l.spoken, of)
		}
	}
}

// speaks reports whether an episode in that language would be aired at one of the slots.
func (l *lack) speaks(language string) bool {
	return language == stations.Vietnamese || slices.Contains(l.spoken, language)
}

// suits reports whether a station broadcasts in a language of the programme.
func (p Programme) suits(t stations.Traits) bool { return slices.ContainsFunc(p.Languages, t.Speaks) }

// offers is Ahead.Offers for stations of those traits.
func (s *Schedule) offers(bare []stations.Traits) (ids []string) {
	fits := map[string]int{}
	list := slices.DeleteFunc(s.Working(), func(p Programme) bool {
		for _, t := range bare {
			if p.suits(t) {
				fits[p.ID]++
			}
		}
		return fits[p.ID] == 0
	})
	slices.SortStableFunc(list, func(x, y Programme) int {
		if x.CountsTowardTarget != y.CountsTowardTarget {
			if x.CountsTowardTarget {
				return -1
			}
			return 1
		}
		return fits[y.ID] - fits[x.ID]
	})
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids
}

// Bare lists the stations of NoSlot gaps that broadcast in a language of the programme.
func (a Ahead) Bare(p Programme, reg *stations.Registry) (ids []string) {
	for _, g := range a.Gaps {
		if g.Kind != NoSlot {
			continue
		}
		if st, err := reg.Station(g.Station); err == nil && p.suits(st.TraitsAt(a.From)) {
			ids = append(ids, g.Station)
		}
	}
	return ids
}

// gapsOf adds what is to be mended of a working programme; lacks tells of slots that have
// no episode, by programme and, where no language of theirs fits, by rule.
func (s *Schedule) gapsOf(p Programme, a *Ahead, lacks map[string]*lack, now time.Time) {
	from, until := stations.DateOf(now.In(text.Zone)), stations.DateOf(a.Until.In(text.Zone))
	lacking := lacks[p.ID]
	for _, e := range s.EpisodesOf(p.ID) {
		waits := e.State() == Submitted || e.State() == Draft && from <= e.From && e.From <= until
		if !waits || e.Until != "" && e.Until < from {
			continue
		}
		g := s.gap(Unapproved, p.ID)
		if lacking != nil && lacking.gap.Episode == "" && e.From <= until && lacking.speaks(e.Language) { // this one would fill it
			lacking.gap.Episode, lacking.gap.EpisodeTitle, lacking.gap.State = e.ID, e.Title, e.State()
			continue
		}
		g.Episode, g.EpisodeTitle, g.State = e.ID, e.Title, e.State()
		a.Gaps = append(a.Gaps, g)
	}
	if lacking != nil {
		if lacking.other {
			for _, of := range p.Languages {
				if lacking.speaks(of) {
					lacking.gap.Languages = append(lacking.gap.Languages, of)
				}
			}
		}
		a.Gaps = append(a.Gaps, lacking.gap)
	}
	if !s.Airs(p.ID, now) {
		a.Gaps = append(a.Gaps, s.gap(Unplanned, p.ID))
	}
	for _, r := range s.RulesOf(p.ID) {
		if l := lacks[r.ID]; l != nil {
			l.gap.Rule, l.gap.Languages = r.ID, p.Languages
			a.Gaps = append(a.Gaps, l.gap)
		}
		if v := r.Current(); !v.Ended && from <= v.Until && v.Until <= from.AddDays(daysEnds) {
			g := s.gap(RuleEnds, p.ID)
			g.Rule, g.Until = r.ID, v.Until
			a.Gaps = append(a.Gaps, g)
		}
	}
}
