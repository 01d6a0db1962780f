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

// Joining is the command as a report of the slot that it meets.
func (c Confirm) Joining(met *scheduler.Slot) Confirm {
	if met != nil {
		c.Slot = met.ID
	}
	return c
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

// checkOverlap makes sure that a station's loudspeakers are said to air one
// thing at a time. The lengths of two planned slots are not in question here,
// as long as it is not the same time that both were aired in. A correction that
// changes neither time nor length is let be.
func checkOverlap(r *Report, f Facts, _ accounts.Meta, _ Confirm) error {
	if r.Outcome != Aired || f.Corrected != nil && f.Corrected.sameAiring(*r) {
		return nil
	}
	for _, l := range f.Near {
		if !l.Stands() || l.Outcome != Aired || l.ID == r.ID || f.Corrected != nil && l.ID == f.Corrected.ID {
			continue
		}
		most := overlapLeast
		if l.Slot != "" && r.Slot != "" {
			most = max(most, time.Duration(min(r.Seconds, l.Seconds))*time.Second/2)
		}
		if common(r.StartedAt, r.End(), l.StartedAt, l.End()) > most {
			return fault.New(fault.Conflict, "airing.overlaps", "from", l.StartedAt, "until", l.End(), "name", l.By.Name, "other", l.ID).At("started_at")
		}
	}
	return nil
}
