package coverage

import "slices"

// Summary is a week without its stations, which is all that a course of weeks
// needs: a country's year of it is read in the time one week with every
// station takes.
type Summary struct {
	Week  Week             `json:"week"`            // as frozen, or as counted
	Added []DistrictCounts `json:"added"`           // what its stations add up to in this version of Loa
	Older []int            `json:"older,omitempty"` // of these, by district, how many StationWeek.older; nil for none
}

// SummaryShape names the counts a Summary holds: whoever keeps summaries makes
// them anew when it differs.
func SummaryShape() []string {
	return []string{"active", "excused", "scheduled", "aired", "with_evidence", "verified", "on_time", "not_counted", "not_aired", "not_reported",
		"not_due", "not_planned", "verified_machine", "verified_both", "older"}
}

// Summary leaves the stations of the week out.
func (w Week) Summary() Summary {
	s := Summary{Week: w, Added: make([]DistrictCounts, len(w.Districts))}
	at := make(map[string]int, len(w.Districts))
	for i, d := range w.Districts {
		s.Added[i].District, at[d.District] = d.District, i
	}
	last := -1 // of the station before: they come by district
	for i := range w.Stations {
		station := &w.Stations[i]
		if i == 0 || station.District != w.Stations[i-1].District {
			if j, ok := at[station.District]; ok {
				last = j
			} else {
				last = -1
			}
		}
		if last >= 0 {
			s.Added[last].add(station)
			if station.older() {
				if s.Older == nil {
					s.Older = make([]int, len(w.Districts))
				}
				s.Older[last]++
			}
		}
	}
	s.Week.Stations = nil
	return s.Like(Summary{})
}

// Like is the summary again; where it says what the other says, both share it: many
// are remembered, and few say anything of their own.
func (s Summary) Like(other Summary) Summary {
	if len(s.Week.Districts) == 0 {
		return s // none are not unknown ones
	}
	if slices.Equal(s.Week.Districts, other.Week.Districts) {
		s.Week.Districts = other.Week.Districts
	}
	if slices.Equal(s.Added, s.Week.Districts) {
		s.Added = s.Week.Districts
	}
	return s
}

// Only is the week as seen by somebody who sees some districts, each whole:
// what Week.Only says, without the stations.
func (s Summary) Only(see func(district string) bool) Summary {
	part := Summary{Week: s.Week}
	part.Week.Counts, part.Week.Now, part.Week.Districts = Counts{}, nil, nil
	for i, d := range s.Week.Districts {
		if see(d.District) {
			part.Week.Districts = append(part.Week.Districts, d)
			part.Added = append(part.Added, s.Added[i])
			if s.Older != nil {
				part.Older = append(part.Older, s.Older[i])
			}
		}
	}
	switch {
	case len(part.Added) == len(s.Added):
		part.Week.Counts = s.Week.Counts
	case len(part.Added) == 1:
		part.Week.Counts = part.Week.Districts[0].Counts
	default:
		part.Week.Counts = part.added()
	}
	return part
}

// added is what all stations add up to.
func (s Summary) added() (c Counts) {
	for _, d := range s.Added {
		c.sum(d.Counts)
	}
	return c
}

// Beside puts what a frozen week would be now beside it, if anything changed
// since.
func (s Summary) Beside(now Summary) Week {
	w, added := s.Week, s.added()
	for _, n := range s.Older {
		added.NotReported, added.NotPlanned = added.NotReported-n, added.NotPlanned+n
	}
	if c := now.Week.Counts; c != added {
		w.Now = &c
	}
	return w
}

// sum adds the counts of other stations.
func (c *Counts) sum(d Counts) {
	c.Active += d.Active
	c.Excused += d.Excused
	c.Scheduled += d.Scheduled
	c.Aired += d.Aired
	c.WithEvidence += d.WithEvidence
	c.Verified += d.Verified
	c.ByMachine += d.ByMachine
	c.ByBoth += d.ByBoth
	c.OnTime += d.OnTime
	c.NotCounted += d.NotCounted
	c.NotAired += d.NotAired
	c.NotReported += d.NotReported
	c.NotDue += d.NotDue
	c.NotPlanned += d.NotPlanned
}
