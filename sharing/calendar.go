package sharing

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Calendar is an address at which programs read a plan without a log-in: who knows it reads what its person may read.
type Calendar struct {
	ID     string        `json:"id"`
	Person string        `json:"person"`
	Name   string        `json:"name"` // what it is for, "Điện thoại"
	Secret accounts.Hash `json:"secret"`
	Scope
	Made  time.Time `json:"made"`           // UTC; when its address was made
	Ended time.Time `json:"ended,omitzero"` // UTC; its address opens nothing any more
}

// Scope is what a calendar is narrowed by; nothing is all its person may read, or her own stations where she runs some.
type Scope struct {
	Station   string `json:"station,omitempty"`   // ID
	District  string `json:"district,omitempty"`  // official code
	Programme string `json:"programme,omitempty"` // ID
}

// MakeCalendar makes an address, of which only the hash is kept.
type MakeCalendar struct {
	Name   string        `json:"name"`
	Secret accounts.Hash `json:"secret"`
	Scope
}

// RenewCalendar makes a calendar anew under another ID and address; those before open nothing any more.
type RenewCalendar struct {
	ID     string        `json:"id"`
	Secret accounts.Hash `json:"secret"`
}

// EndCalendar ends a calendar.
type EndCalendar struct {
	ID string `json:"id"`
}

// Works reports whether its address opens it.
func (c Calendar) Works() bool { return c.ID != "" && c.Ended.IsZero() }

// CalendarsMost is how many one person may have at once.
const CalendarsMost = 20

// NoCalendar is the fault that there is no such calendar, or none any more.
func NoCalendar() error { return fault.New(fault.NotFound, "sharing.no_calendar") }

// taken is the fault that the secret opens, or has opened, another calendar.
func taken() error { return fault.New(fault.Conflict, "accounts.secret_taken") }

// DecideCalendar makes a calendar of the person who asks. has is how many she has, known whether the secret was ever used.
// Faults: accounts.denied, sharing.calendar_name, .calendars_many, .one_place, those of the places, accounts.secret_taken.
func DecideCalendar(reg *stations.Registry, s *scheduler.Schedule, m accounts.Meta, c MakeCalendar, has int, known bool) (Calendar, error) {
	if err := m.By.MustSomewhere(accounts.ReadSchedule); err != nil {
		return Calendar{}, err
	}
	if m.By.Person == "" || m.By.Person == accounts.ServerPerson().ID {
		return Calendar{}, fault.New(fault.Denied, "sharing.no_account")
	}
	c.Name = text.Line(c.Name)
	switch n := utf8.RuneCountInString(c.Name); {
	case n == 0:
		return Calendar{}, fault.New(fault.Invalid, "sharing.calendar_name").At("name")
	case n > textMost:
		return Calendar{}, fault.New(fault.Invalid, "sharing.text_long", "most", textMost).At("name")
	case has >= CalendarsMost:
		return Calendar{}, fault.New(fault.Conflict, "sharing.calendars_many", "most", CalendarsMost)
	case c.Station != "" && c.District != "":
		return Calendar{}, fault.New(fault.Invalid, "sharing.one_place").At("district")
	case known:
		return Calendar{}, taken()
	}
	if c.Station != "" {
		st, err := reg.OpenTo(m.By, accounts.ReadStations, c.Station, stations.DateOf(m.At.In(text.Zone)))
		if err != nil {
			return Calendar{}, fault.Of(err).At("station")
		}
		c.Station = st.ID
	}
	if c.District != "" {
		if err := cmp.Or(reg.CheckDistrict(c.District), scheduler.MayReadSlots(m.By, accounts.Where{District: c.District})); err != nil {
			return Calendar{}, fault.Of(err).At("district")
		}
		if len(c.of(reg, m.By)) == 0 {
			return Calendar{}, fault.New(fault.Denied, "accounts.denied").At("district")
		}
	}
	if c.Programme != "" {
		if _, err := s.Programme(c.Programme); err != nil {
			return Calendar{}, fault.Of(err).At("programme")
		}
	}
	return Calendar{ID: m.NewID(), Person: m.By.Person, Name: c.Name, Secret: c.Secret, Scope: c.Scope, Made: m.At.UTC()}, nil
}

// DecideRenewal makes a calendar with another address and ends the one whose place it takes. Faults: sharing.no_calendar,
// accounts.secret_taken.
func DecideRenewal(was Calendar, m accounts.Meta, c RenewCalendar, known bool) (made, ended Calendar, err error) {
	if ended, err = DecideEnd(was, m); err != nil {
		return made, ended, err
	}
	if known {
		return made, ended, taken()
	}
	made = was
	made.ID, made.Secret, made.Made = m.NewID(), c.Secret, m.At.UTC()
	return made, ended, nil
}

// DecideEnd ends the calendar; one that is not hers is like one that never was. Fault: sharing.no_calendar.
func DecideEnd(was Calendar, m accounts.Meta) (Calendar, error) {
	if !was.Works() || was.Person != m.By.Person {
		return was, NoCalendar()
	}
	was.Ended = m.At.UTC()
	return was, nil
}

// of lists the stations of the scope that the person may read, over the years.
func (x Scope) of(reg *stations.Registry, by accounts.Actor) (list []*stations.Station) {
	mine := by.Runs()
	for _, st := range reg.Stations() {
		where := reg.Where(st.ID)
		switch {
		case x.Station != "" && st.ID != x.Station, x.District != "" && where.District != x.District, scheduler.MayReadSlots(by, where) != nil:
		case x == Scope{} && len(mine) > 0 && !slices.Contains(mine, st.ID):
		default:
			list = append(list, st)
		}
	}
	return list
}

// How much of the plan a calendar shows: about a year.
const (
	calendarPast  = 28 * 24 * time.Hour
	calendarAhead = 337 * 24 * time.Hour
)

// Plan is what the calendar shows on that day, by time: what was called off is marked. Without a right to read any
// more it is empty.
func (x Scope) Plan(reg *stations.Registry, s *scheduler.Schedule, by accounts.Actor, today stations.Date) []scheduler.Planned {
	day := today.Start(text.Zone)
	var plan []scheduler.Planned
	for _, p := range s.Calendar(reg, x.of(reg, by), day.Add(-calendarPast), day.Add(calendarAhead)) {
		if x.Programme != "" && p.Programme != x.Programme {
			continue
		}
		if i := len(plan) - 1; i >= 0 && plan[i].Rule == p.Rule && plan[i].Start.Equal(p.Start) && plan[i].First().Equal(p.First()) {
			plan[i].Stations += p.Stations // another zone where it is the same hour
			continue
		}
		plan = append(plan, p)
	}
	return plan
}

// Alone is the one station that the calendar can be about, "" if there may be several.
func (x Scope) Alone(reg *stations.Registry, by accounts.Actor) string {
	if list := x.of(reg, by); len(list) == 1 {
		return list[0].ID
	}
	return ""
}
