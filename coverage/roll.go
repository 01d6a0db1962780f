package coverage

import (
	"slices"

	"loa/airing"
	"loa/stations"
)

// MembersOf lists the stations that count in the week that begins with first,
// each in the district it lay in then.
func MembersOf(reg *stations.Registry, first stations.Date) []Member {
	active := reg.ActiveInWeek(first)
	members := make([]Member, len(active))
	for i, st := range active {
		members[i] = Member{Station: st.ID, District: reg.Unit(st.UnitOn(first)).District}
	}
	return members
}

// Roll is the members of a week, and says for which of them what a station did in
// it counts: a merger or a split inside a week, or one entered late, leaves
// reports under stations that are no members. They count for the member that took
// over, directly or not; where none did, for the members they took over from. So
// what listeners heard in the week counts once for the station that is theirs. What a
// station airs that was split off another counts for itself alone: the other goes on.
//
// It is the same for all weeks with the same members (stations.Registry.SameInWeeks),
// and lists by the number in a station's ID, so that a country's week is counted
// without a look-up for each station.
type Roll struct {
	members []Member
	blank   []StationWeek       // the members' weeks before anything is known of them
	heirs   [][]int             // by station number: the indexes of the members for which it counts
	ids     []string            // by station number
	split   []*stations.Station // members that were split off another station
	took    map[int][]string    // by index of a member: those it took over from that are no members
}

// NewRoll is the roll of the week that begins with first.
func NewRoll(reg *stations.Registry, first stations.Date) *Roll {
	r := &Roll{members: MembersOf(reg, first), heirs: make([][]int, reg.Span()), ids: make([]string, reg.Span()), took: map[int][]string{}}
	r.blank = make([]StationWeek, len(r.members))
	member := make(map[string]int, len(r.members))
	index := make([]int, len(r.members)) // the lists of one index share it
	for i, m := range r.members {
		r.blank[i] = StationWeek{Station: m.Station, District: m.District}
		member[m.Station], index[i] = i, i
	}
	only := func(i int) []int { return index[i : i+1 : i+1] }
	for _, st := range reg.Stations() {
		r.ids[st.Number()] = st.ID
		if i, ok := member[st.ID]; ok {
			r.heirs[st.Number()] = only(i)
			if st.Origin != nil {
				r.split = append(r.split, st)
			}
			for _, s := range reg.Lineage(st.ID).Before {
				if _, ok := member[s.ID]; !ok && s.Successor == st.ID {
					r.took[i] = append(r.took[i], s.ID)
				}
			}
			continue
		}
		r.heirs[st.Number()] = func() (out []int) {
			l := reg.Lineage(st.ID)
			for _, s := range l.After {
				if i, ok := member[s.ID]; ok {
					return only(i)
				}
			}
			var apart []*stations.Station // whose listeners are not those of one that was split off
			if st.Origin != nil {
				apart = reg.Lineage(st.Origin.Station).Before
			}
			for _, s := range l.Before {
				if st.Origin != nil && s.ID == st.Origin.Station || slices.Contains(apart, s) {
					continue
				}
				if i, ok := member[s.ID]; ok {
					out = append(out, i)
				}
			}
			return out
		}()
	}
	return r
}

// Givers lists the stations of which a report in the week counts for the member, itself
// among them; none for a station that is no member.
func (r *Roll) Givers(station string) (ids []string) {
	i := slices.IndexFunc(r.members, func(m Member) bool { return m.Station == station })
	if i < 0 {
		return nil
	}
	for number, heirs := range r.heirs {
		if slices.Contains(heirs, i) {
			ids = append(ids, r.ids[number])
		}
	}
	return ids
}

// Split lists the members that were split off another station, whatever the day.
func (r *Roll) Split() []*stations.Station { return r.split }

// Facts are what is known of the stations in a week, by station number. A list may
// be shorter than there are stations: nothing is known of the others.
type Facts struct {
	Slots   []int // slots of counting programmes
	Due     []int // of these, slots that are over
	Over    bool  // the week itself is
	Tallies []airing.Tally
	Excuses map[string]Excuse // by station ID
	Lent    []Loan
}

// Loan is what a station aired, or said, while the listeners of one that was split off it
// later were its own, or nobody knew of the split yet: it counts for both
// (stations.Origin.Shared).
type Loan struct {
	From  string // station ID
	To    *stations.Station
	Tally airing.Tally
}

// Count counts the week of which this is the roll.
func (r *Roll) Count(week airing.Week, f Facts) Week {
	list := slices.Clone(r.blank)
	if list == nil {
		list = []StationWeek{} // no stations are none, not unknown ones
	}
	for number, t := range f.Tallies[:min(len(f.Tallies), len(r.heirs))] {
		if t == (airing.Tally{}) {
			continue
		}
		for _, i := range r.heirs[number] {
			list[i].take(r.ids[number], t)
		}
	}
	for _, loan := range f.Lent {
		if loan.Tally == (airing.Tally{}) {
			continue
		}
		for _, i := range r.heirs[loan.To.Number()] {
			list[i].take(loan.From, loan.Tally)
		}
	}
	r.each(f.Slots, func(i, n int) { list[i].Scheduled += n })
	r.each(f.Due, func(i, n int) { list[i].Due += n })
	if len(f.Excuses) > 0 {
		for i := range list {
			list[i].Excuse = r.excuse(i, f.Excuses)
		}
	}
	return Compute(week, f.Over, list)
}

func (r *Roll) each(of []int, add func(member, n int)) {
	for number, n := range of[:min(len(of), len(r.heirs))] {
		if n == 0 {
			continue
		}
		for _, i := range r.heirs[number] {
			add(i, n)
		}
	}
}

// take counts what a station did for s, which may be itself.
func (s *StationWeek) take(from string, t airing.Tally) {
	switch s.Tally {
	case airing.Tally{}:
		s.Tally = t
	default:
		s.Tally = s.Tally.Add(t, 1)
	}
	if from != s.Station && !slices.Contains(s.Of, from) {
		s.Of = append(s.Of, from)
		slices.Sort(s.Of)
	}
}

// excuse is the excuse of a member, nil for none. One that took over from others,
// none of which is a member, is excused when each of them was.
func (r *Roll) excuse(i int, of map[string]Excuse) *Excuse {
	last, ok := of[r.members[i].Station]
	if !ok {
		for _, id := range r.took[i] {
			if last, ok = of[id]; !ok || last.Revoked {
				return nil
			}
		}
	}
	if !ok || last.Revoked {
		return nil
	}
	return &last
}
