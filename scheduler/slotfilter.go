package scheduler

import (
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// SlotFilter is what a list of slots is narrowed by: by the API and the command line.
// Zero members narrow nothing, but a list without bounds is that of a week from today.
type SlotFilter struct {
	From      stations.Moment `name:"from"`
	Until     stations.Moment `name:"until"`     // exclusive
	Station   string          `name:"station"`   // ID, or official code of today
	List      string          `name:"list"`      // ID of a list of stations
	Programme string          `name:"programme"` // ID
}

// mostListed is the longest time slots are listed of in one go.
const mostListed = 400 * 24 * time.Hour

// SlotsFrom lists at most limit slots behind the cursor after, and the cursor of the
// next page. A cursor is the start and the ID of the last slot listed; if that slot is
// gone meanwhile, the page begins after its start. Faults: schedule.range_long,
// schedule.instant_unreadable, .programme_unknown, those of Registry.Chosen.
func (s *Schedule) SlotsFrom(reg *stations.Registry, f SlotFilter, by accounts.Actor, now time.Time, after string, limit int) (
	list []Slot, next string, err error) {
	today := stations.DateOf(now.In(text.Zone))
	from, last := f.From.Or(today.Start(text.Zone)), ""
	until := f.Until.Or(from.AddDate(0, 0, 7))
	if until.Sub(from) > mostListed || until.Before(from) {
		return nil, "", fault.New(fault.Invalid, "schedule.range_long", "days", int(mostListed.Hours()/24)).At("until")
	}
	if after != "" {
		start, id, _ := strings.Cut(after, "~")
		at, err := time.Parse(time.RFC3339, start)
		if err != nil || at.Before(from) {
			return nil, "", fault.New(fault.Invalid, "schedule.instant_unreadable", "text", after).At("after")
		}
		from, last = at, id
	}
	if f.Programme != "" {
		if _, err := s.Programme(f.Programme); err != nil {
			return nil, "", err
		}
	}
	chosen, err := reg.Chosen(by, f.Station, f.List, today)
	if err != nil {
		return nil, "", err
	}
	chosen = slices.DeleteFunc(slices.Clone(chosen), func(st *stations.Station) bool { return MayReadSlots(by, reg.Where(st.ID)) != nil })
	for slot := range s.slots(reg, chosen, from, until) {
		if f.Programme != "" && slot.Programme != f.Programme {
			continue
		}
		if last != "" && slot.Start.Equal(from) {
			if slot.ID == last {
				last = "" // what follows at the same start was not listed yet
			}
			continue
		}
		if len(list) == limit {
			end := list[limit-1]
			return list, end.Start.UTC().Format(time.RFC3339) + "~" + end.ID, nil
		}
		list = append(list, slot)
	}
	return list, "", nil
}
