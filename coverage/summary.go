package coverage

// Summary is a week without its stations, which is all that a course of weeks
// needs: a country's year of it is read in the time one week with every
// station takes.
type Summary struct {
	Week  Week             `json:"week"`  // as frozen, or as counted
	Added []DistrictCounts `json:"added"` // what its stations add up to in this version of Loa
}

// SummaryShape names the counts a Summary holds: whoever keeps summaries makes
// them anew when it differs.
func SummaryShape() []string {
	return []string{"active", "excused", "scheduled", "aired", "with_evidence", "verified", "on_time", "not_counted", "not_aired", "not_reported", "not_due", "not_planned"}
}

// Summary leaves the stations of the week out.
func (w Week) Summary() Summary {
	s := Summary{Week: w, Added: make([]DistrictCounts, len(w.Districts))}
	at := make(map[string]int, len(w.Districts))
	for i, d := range w.Districts {
		s.Added[i].District, at[d.District] = d.District, i
	}
	for _, station := range w.Stations {
		if i, ok := at[station.District]; ok {
			s.Added[i].add(station)
		}
	}
	s.Week.Stations = nil
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
	w := s.Week
	if c := now.Week.Counts; !c.same(s.added()) {
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
	c.OnTime += d.OnTime
	c.NotCounted += d.NotCounted
	c.NotAired += d.NotAired
	c.NotReported += d.NotReported
	c.NotDue += d.NotDue
	c.NotPlanned += d.NotPlanned
}
