package coverage

import (
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

// Kin says for which members of a week what other stations did in it counts:
// a merger or a split inside a week, or one entered late, leaves reports under
// stations that are no members. They count for the member that took over,
// directly or not; where none did, for the members they took over from. So
// what listeners heard in the week counts once for the station that is theirs.
type Kin struct {
	reg     *stations.Registry
	member  map[string]bool
	members []Member
}

// NewKin is the kin of a week's members.
func NewKin(reg *stations.Registry, members []Member) Kin {
	k := Kin{reg: reg, member: make(map[string]bool, len(members)), members: members}
	for _, m := range members {
		k.member[m.Station] = true
	}
	return k
}

// heirs are the members for which what the station did counts.
func (k Kin) heirs(station string) (out []string) {
	if k.member[station] {
		return []string{station}
	}
	l := k.reg.Lineage(station)
	for _, s := range l.After {
		if k.member[s.ID] {
			return []string{s.ID}
		}
	}
	for _, s := range l.Before {
		if k.member[s.ID] {
			out = append(out, s.ID)
		}
	}
	return out
}

// Tallies are the tallies of the week's stations, added up under its members.
func (k Kin) Tallies(of map[string]airing.Tally) Tallies {
	out := Tallies{make(map[string]airing.Tally, len(of)), map[string][]string{}}
	for id, t := range of {
		for _, heir := range k.heirs(id) {
			out.Lend(id, heir, t)
		}
	}
	return out
}

// Slots are counts of slots by station, added up under the week's members.
func (k Kin) Slots(of map[string]int) map[string]int {
	out := make(map[string]int, len(of))
	for id, n := range of {
		for _, heir := range k.heirs(id) {
			out[heir] += n
		}
	}
	return out
}

// Excuses are the excuses of the week's members. One that took over from
// others, none of which is a member, is excused when each of them was.
func (k Kin) Excuses(of map[string]Excuse) map[string]Excuse {
	out := map[string]Excuse{}
	if len(of) == 0 {
		return out
	}
	for _, m := range k.members {
		if e, ok := of[m.Station]; ok {
			out[m.Station] = e
			continue
		}
		all, last := false, Excuse{}
		for _, s := range k.reg.Lineage(m.Station).Before {
			if s.Successor != m.Station || k.member[s.ID] {
				continue
			}
			e, ok := of[s.ID]
			if all = ok && !e.Revoked; !all {
				break
			}
			last = e
		}
		if all {
			out[m.Station] = last
		}
	}
	return out
}
