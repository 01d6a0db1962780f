package airing

import (
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/scheduler"
	"loa/stations"
)

// Meets is the planned slot that a report naming none speaks of: one of the
// same station and programme during whose time the airing went out, that with
// the longest common time. It is nil when there is none, when the report
// corrects another, and when the person says that it was another airing.
func Meets(plan *scheduler.Schedule, reg *stations.Registry, st *stations.Station, c Confirm) (met *scheduler.Slot) {
	if c.Slot != "" || c.Corrects != "" || c.Unplanned || c.StartedAt.IsZero() {
		return nil
	}
	end := c.StartedAt.Add(max(time.Second, time.Duration(c.Seconds)*time.Second)) // of an unknown length: the moment
	longest := time.Duration(0)
	for s := range plan.SlotsAt(reg, st.ID, c.StartedAt.Add(-maxSeconds*time.Second), end) {
		if common := common(c.StartedAt, end, s.Start, s.End); s.Programme == c.Programme && common > longest {
			met, longest = &s, common
		}
	}
	return met
}

// common is how long two spans of time run side by side, 0 if they do not.
func common(from, until, otherFrom, otherUntil time.Time) time.Duration {
	if otherFrom.After(from) {
		from = otherFrom
	}
	if otherUntil.Before(until) {
		until = otherUntil
	}
	return max(0, until.Sub(from))
}

// Meet notes the slot that a report meets, unless that has a report already:
// then it stands as an airing that no slot foresaw.
func (f *Facts) Meet(met *scheduler.Slot, reported *Line) {
	if met != nil && reported == nil {
		f.Slot = met
	}
}

// Near is the span of starts around an airing in which another one that it
// overlaps could have begun.
func Near(start time.Time) (from, until time.Time) {
	const most = maxSeconds * time.Second
	return start.Add(-most), start.Add(most)
}

// overlapLeast is how long two airings of one station may run side by side:
// people tell times in minutes.
const overlapLeast = time.Minute

// checkOverlap makes sure, where the caller asks for it, that a station's
// loudspeakers are said to air one thing at a time. It is asked of a person who can
// still look; what a phone kept over night is taken as it is. A correction that changes
// neither time nor length is let be.
func checkOverlap(r *Report, f Facts, _ accounts.Meta, c Confirm) error {
	if !c.Alone || r.Outcome != Aired || f.Corrected != nil && f.Corrected.sameAiring(*r) {
		return nil
	}
	for _, l := range f.Near {
		if !l.Stands() || l.Outcome != Aired || l.ID == r.ID || f.Corrected != nil && l.ID == f.Corrected.ID {
			continue
		}
		if common(r.StartedAt, r.End(), l.StartedAt, l.End()) > overlapLeast {
			return fault.New(fault.Conflict, "airing.overlaps", "from", l.StartedAt, "until", l.End(), "name", l.By.Name, "other", l.ID).At("started_at")
		}
	}
	return nil
}
