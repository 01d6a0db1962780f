package coverage

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/scheduler"
	"loa/stations"
)

// Undo takes a merger or a split back.
type Undo struct {
	Number int    `json:"number"`
	Reason string `json:"reason"`
	Seen   string `json:"seen,omitempty"` // fingerprint of the plan a person agreed to; "" is any
}

// UndoPlan is what undoing does, or what stands in its way.
type UndoPlan struct {
	Succession  Succession       `json:"succession"`
	Weeks       []WeekEffect     `json:"weeks"`
	People      []FollowedPerson `json:"people"` // who lose and get back roles, invited ones too
	Rules       []FollowedRule   `json:"rules"`
	Gone        []string         `json:"gone"`    // IDs of stations that go; they are never given again
	Lost        []string         `json:"lost"`    // of these, those whose file somebody has filled in
	Depends     []Dependent      `json:"depends"` // what stands in its way
	Fingerprint string           `json:"fingerprint"`
}

// Dependent is one thing that depends on a merger or a split.
type Dependent struct {
	What DependentKind `json:"what"`
	Name string        `json:"name"` // of what depends: a station, a person, a rule's programme, a contest
	N    int           `json:"n"`
}

// DependentKind says what depends; its sentence is in the catalogue under
// "stations.depends." + kind.
type DependentKind string

// The kinds.
const (
	WasUndone      DependentKind = "undone"      // it was undone before
	LaterChange    DependentKind = "later"       // a unit or station that was changed again since
	HasReports     DependentKind = "reports"     // a new station with reports that stand
	HasExcuses     DependentKind = "excuses"     // one that was excused
	HasRecordings  DependentKind = "recordings"  // one with recordings in the library
	HasEntries     DependentKind = "entries"     // one with entries in a contest
	ChosenByRule   DependentKind = "rule"        // one that somebody chose in a rule since
	GivenToPerson  DependentKind = "person"      // one at which somebody was given a role since
	WeekClosedWith DependentKind = "week_closed" // weeks that were closed with it
)

// Names are the official names of the units that ended, and of those that took
// over.
func (s Succession) Names(reg *stations.Registry) (from, into []string) {
	for _, u := range s.Changes.Units {
		switch {
		case u.Now.Kind.Level() != stations.Commune:
		case u.Was == nil:
			into = append(into, u.Now.Official())
		default:
			from = append(from, u.Now.Official())
			if next := u.Now.Successor; next != nil && next.List != s.On {
				into = append(into, reg.Unit(*next).Official()) // it was there before
			}
		}
	}
	slices.Sort(into)
	return from, slices.Compact(into)
}

// UndoFacts are what undoing is judged by.
type UndoFacts struct {
	MergerFacts
	Reports    map[string]int            // lines in the log that stand, by station: one that was taken back counts nowhere
	Excused    map[string]int            // excuses that stand, by station
	Recordings map[string]bool           // stations with recordings that are not only evidence of a line which does not stand
	Closed     map[airing.Week]time.Time // when each week that it touches was closed, of those that are
}

// Undoing is what is put when a merger or a split is undone.
type Undoing struct {
	UndoPlan
	stations.Reversal
	Persons     []accounts.Person
	Invitations []accounts.Invitation
	RulesBack   []scheduler.Rule
}

// PlanUndo says what undoing does, and what depends on it.
func PlanUndo(f UndoFacts, m accounts.Meta, made Succession) (u Undoing) {
	u.Reversal = f.Registry.Reverse(m, made.Changes)
	u.UndoPlan = UndoPlan{Succession: made, Weeks: []WeekEffect{}, People: []FollowedPerson{}, Rules: []FollowedRule{},
		Gone: made.Changes.Opened(), Lost: u.Reversal.Lost}
	if made.Undone != nil {
		u.depends(WasUndone, made.Undone.By, 1)
		return u
	}
	for _, name := range u.Later {
		u.depends(LaterChange, name, 1)
	}
	for _, id := range u.Gone {
		name := f.Registry.Label(id)
		u.depends(HasReports, name, f.Reports[id])
		u.depends(HasExcuses, name, f.Excused[id])
		if f.Recordings[id] {
			u.depends(HasRecordings, name, 1)
		}
		for _, c := range f.Contests {
			n := 0
			for _, e := range c.Entries {
				if e.Entrant.Station == id {
					n++
				}
			}
			u.depends(HasEntries, c.Rules.Title, n)
		}
	}
	for _, w := range slices.Sorted(maps.Keys(f.Closed)) {
		if f.Closed[w].After(made.At) {
			u.depends(WeekClosedWith, w.String(), 1)
		}
	}
	u.people(f, m, made)
	u.rules(f, m, made)
	u.Fingerprint = fingerprint(f.Rows, u.UndoPlan)
	return u
}

func (u *Undoing) depends(what DependentKind, name string, n int) {
	if n > 0 {
		u.UndoPlan.Depends = append(u.UndoPlan.Depends, Dependent{what, name, n})
	}
}

// givenSince reports whether the grants name a station that goes.
func (u *Undoing) givenSince(grants []accounts.Grant) bool {
	return slices.ContainsFunc(u.Gone, func(id string) bool {
		return accounts.HoldsAt(grants, accounts.Scope{Level: accounts.Station, ID: id})
	})
}

func (u *Undoing) people(f UndoFacts, m accounts.Meta, made Succession) {
	for _, p := range f.People {
		i := slices.IndexFunc(made.People, func(was Followed[[]accounts.Grant]) bool { return was.ID == p.ID })
		after := p.Grants
		if i >= 0 {
			after = accounts.Unfollow(p.Grants, made.People[i].Was, made.People[i].Now)
		}
		if u.givenSince(after) {
			u.depends(GivenToPerson, p.Name, 1)
		}
		if !slices.Equal(after, p.Grants) {
			u.UndoPlan.People = append(u.UndoPlan.People, tell(FollowedPerson{ID: p.ID, Name: p.Name, Devices: f.Devices[p.ID]}, p.Grants, after))
			was := p
			p.Grants = after
			p.Touch = m.Touch(was, p)
			u.Persons = append(u.Persons, p)
		}
	}
	for _, inv := range f.Invitations {
		i := slices.IndexFunc(made.Invitations, func(was Followed[[]accounts.Grant]) bool { return was.ID == inv.ID })
		after := inv.Grants
		if i >= 0 {
			after = accounts.Unfollow(inv.Grants, made.Invitations[i].Was, made.Invitations[i].Now)
		}
		if inv.Check(m.At) == nil && u.givenSince(after) {
			u.depends(GivenToPerson, cmp.Or(inv.Note, inv.ByName), 1)
		}
		if inv.Check(m.At) == nil && !slices.Equal(after, inv.Grants) {
			u.UndoPlan.People = append(u.UndoPlan.People, tell(FollowedPerson{ID: inv.ID, Name: inv.Note, Invited: true, By: inv.ByName}, inv.Grants, after))
			inv.Grants = after
			u.Invitations = append(u.Invitations, inv)
		}
	}
}

func (u *Undoing) rules(f UndoFacts, m accounts.Meta, made Succession) {
	for _, r := range f.Schedule.Rules {
		after := r
		if i := slices.IndexFunc(made.Rules, func(was Followed[scheduler.Rule]) bool { return was.ID == r.ID }); i >= 0 {
			after = scheduler.Unfollow(r, made.Rules[i].Was, made.Rules[i].Now)
		}
		p, _ := f.Schedule.Programme(r.Current().Programme) // a rule's programme exists
		v := after.Current()
		if !v.Ended && slices.ContainsFunc(v.Selection.Stations, func(id string) bool { return slices.Contains(u.Gone, id) }) {
			u.depends(ChosenByRule, p.Title, 1)
		}
		if !slices.EqualFunc(after.Versions, r.Versions, func(a, b scheduler.Version) bool { return a.Selection.Same(b.Selection) }) {
			u.UndoPlan.Rules = append(u.UndoPlan.Rules, FollowedRule{ID: r.ID, Programme: v.Programme, Stations: v.Selection.Stations})
			after.Touch = m.Touch(r, after)
			u.RulesBack = append(u.RulesBack, after)
		}
	}
}

// Why is what depends on it, each as a fault with its sentence.
func (p UndoPlan) Why() []*fault.Error {
	parts := make([]*fault.Error, len(p.Depends))
	for i, d := range p.Depends {
		parts[i] = fault.New(fault.Conflict, "stations.depends."+string(d.What), "name", d.Name, "n", d.N)
	}
	return parts
}

// MayMerge refuses who may not merge and split stations, look at what was merged, or
// undo it. Fault: accounts.denied.
func MayMerge(by accounts.Actor) error { return by.Must(accounts.EditStations, accounts.Where{}) }

// NoSuccession is the fault stations.succession_unknown: nothing of that number was merged or split.
func NoSuccession(number int) error {
	return fault.New(fault.NotFound, "stations.succession_unknown", "number", number)
}

// DecideUndo says whether a merger or a split may be undone, and returns it as it
// stands then. Faults: accounts.denied, stations.undo_reason,
// stations.plan_changed, stations.undo_refused whose parts say what depends on it.
func DecideUndo(m accounts.Meta, c Undo, u Undoing) (Succession, error) {
	if err := MayMerge(m.By); err != nil {
		return Succession{}, err
	}
	reason := strings.TrimSpace(text.Lines(c.Reason))
	if len(u.UndoPlan.Depends) > 0 {
		e := fault.New(fault.Conflict, "stations.undo_refused", "count", len(u.UndoPlan.Depends))
		e.Parts = u.Why()
		return Succession{}, e
	}
	switch {
	case !readable(reason):
		return Succession{}, fault.New(fault.Invalid, "stations.undo_reason").At("reason")
	case c.Seen != "" && c.Seen != u.Fingerprint:
		return Succession{}, fault.New(fault.Conflict, "stations.plan_changed")
	}
	made := u.Succession
	made.Undone = &Undone{By: m.By.Name, At: m.At.UTC(), Reason: reason}
	return made, nil
}
