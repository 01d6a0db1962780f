package library

import "loa/accounts"

// Hearing says which files somebody may open. It is a value, so that an engine can answer
// by it from its tables; scheduler.Schedule.Hearing makes it.
type Hearing struct {
	By        accounts.Actor
	Districts map[string]string // official code of the district by the station's ID, for stations of the districts By has to do with
	Approved  map[string]bool   // IDs of recordings that are to be aired
	Entered   map[string]bool   // IDs of recordings that are open whatever they were sent as: entries of contests By organises
}

// Hears reports whether a file may be opened: its sender may; whoever
// reads the schedule may hear what is to be aired (approved), and whoever keeps
// it all that was sent for it, since what was never approved, or was thrown away,
// is nobody else's; what an entrant sent is the organiser's; and the rest is
// opened by who sees the airings of its station.
func (h Hearing) Hears(r Recording) bool {
	on := accounts.Where{Station: r.Owner.Station, District: h.Districts[r.Owner.Station]}
	switch {
	case h.Entered[r.ID], r.Owner.Person != "" && r.Owner.Person == h.By.Person:
		return true
	case r.Kind == ForContest, r.Kind == Scan:
		return h.By.Can(accounts.Organise, accounts.Where{})
	case r.Kind == ForProgramme && (h.Approved[r.ID] && h.By.Can(accounts.ReadSchedule, on) || h.By.Can(accounts.EditSchedule, accounts.Where{})):
		return true
	}
	return h.By.Can(accounts.ReadAirings, on)
}

// Asks reports whether somebody who hears both is to be asked about a pair that sounds alike.
func (h Hearing) Asks(p Pair) bool { return !p.Own() && h.Hears(p.First) && h.Hears(p.Second) }
