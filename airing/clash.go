package airing

import (
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/once"
	"loa/internal/text"
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

// Meet notes the slot that a report meets, unless that has an answer by Told: then it
// stands as an airing that no slot foresaw.
func (f *Facts) Meet(met *scheduler.Slot, line *Line, lent bool) {
	if !hinders(met, line, lent) {
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

// overlap reports whether one station cannot have aired both: they begin together, run
// side by side for more than people's minutes explain, or the shorter lies wholly in the
// time of the other. One of an unknown length lies where it begins. That which begins
// later began up to a minute after what was told, unless its seconds were told.
func overlap(r, other Report) bool {
	side, shorter := common(r.StartedAt, r.End(), other.StartedAt, other.End()), min(r.Seconds, other.Seconds)
	later, slack := r.StartedAt, overlapLeast
	if other.StartedAt.After(later) {
		later = other.StartedAt
	}
	if !later.Equal(later.Truncate(time.Minute)) {
		slack = 0
	}
	return r.StartedAt.Equal(other.StartedAt) || side > slack || side > 0 && side == time.Duration(shorter)*time.Second
}

// LongAgo tells what a person is asked about before she reports an airing of a day
// long past, or of a week that is frozen: a slip of the year is easily made, and what
// is reported can be corrected but never deleted.
func LongAgo(start time.Time, closed bool, now time.Time) once.Step {
	day := stations.DateOf(start.In(text.Zone))
	step := once.Step{Name: "airing.report/" + string(day)}
	if now.Sub(start) > WaitingDays*dayLength {
		step.AddValue("airing.open_long_ago", string(day), day)
	}
	if closed {
		step.AddValue("airing.open_week_closed", string(day), day)
	}
	return step
}

// checkSeen asks who is there to be asked. A correction that leaves the time alone is
// let be: what is corrected has told when it was. One that loses what somebody found says so.
func checkSeen(r *Report, f Facts, m accounts.Meta, c Confirm) error {
	if c.Seen == nil {
		return nil
	}
	step := once.Step{Name: "airing.correct/" + c.Corrects}
	if f.Corrected == nil || !f.Corrected.StartedAt.Equal(r.StartedAt) {
		step = LongAgo(r.StartedAt, f.Closed, m.At)
	}
	if f.Corrected != nil && f.Corrected.Finding != "" {
		if lost := f.Corrected.drops(*r); lost != nil {
			step.Add("airing.open_"+string(lost.Finding)+"_lapses", "", []string{lost.By.Name})
		}
	}
	return step.Must(*c.Seen)
}

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
		if overlap(*r, l.Report) {
			return fault.New(fault.Conflict, "airing.overlaps", "from", l.StartedAt, "until", l.End(), "name", l.By.Name, "other", l.ID).At("started_at")
		}
	}
	return nil
}
