package coverage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/text"
	"loa/stations"
)

// Need is why a station is to be called.
type Need string

// The needs.
const (
	NeedAgain  Need = "again"        // the day has come to call again, and it has reported nothing since
	NeedSilent Need = "silent"       // silent for some weeks on end, by the rule of Silences
	NeedFaults Need = "faults"       // trouble with the equipment said again
	NeedDoubt  Need = "contradicted" // an airing found contradicted, and nothing was said to that
	NeedMissed Need = "missed"       // said nothing in the last week
)

// Needs lists the needs, those that come first in the list before.
var Needs = [...]Need{NeedAgain, NeedSilent, NeedFaults, NeedDoubt, NeedMissed}

// faultsLeast is how often trouble with the equipment is said before somebody calls.
const faultsLeast = 2

// Callee is a station that is to be called, and what to know before.
type Callee struct {
	Station  string       `json:"station"`
	District string       `json:"district"`
	Needs    []Need       `json:"needs"`                // all there are, in the order of Needs
	Weeks    int          `json:"silent_weeks"`         // that it was silent
	Faults   int          `json:"faults"`               // how often the equipment was said to have failed, in the weeks of CallFacts
	Doubted  string       `json:"contradicted"`         // a report that was found contradicted, "" if none was
	Said     *airing.Line `json:"last_report"`          // the last airing anything is said of, nil for none
	Aired    *airing.Line `json:"last_aired"`           // the last that was aired
	Last     *Call        `json:"last_call"`            // nil if nobody has called
	Rests    bool         `json:"rests"`                // it was called, and the day to call again is to come
	Days     int          `json:"silent_days,omitzero"` // from the day of the last airing anything is said of to today; 0 where nothing is
}

// Has reports whether the station has the need.
func (c Callee) Has(n Need) bool { return slices.Contains(c.Needs, n) }

// CallFacts are what says who is to be called.
type CallFacts struct {
	Weeks    []Week    // SilenceWeeks that are over, the latest first
	This     Week      // the one that runs
	Running  time.Time // when it began
	Exhibits []airing.Exhibit
	Calls    map[string]Call // the last to each station
	Latest   func(stations []string) (map[string]airing.Latest, error)
	Now      time.Time
}

// CallList lists the stations that are to be called, by need: those that were promised another
// call and have reported nothing since, then the longest silence, repeated trouble with the equipment, evidence
// found contradicted and unanswered, and who missed the last week. Behind them stand those that were called
// and whose day to call again is to come. Who has reported since the week began is silent no more.
func CallList(f CallFacts) ([]Callee, error) {
	by, order := map[string]*Callee{}, []string(nil)
	silent, missed := silence(f.Weeks), map[string]bool{}
	broken := map[string]int{}
	for _, w := range append(slices.Clone(f.Weeks), f.This) {
		for _, s := range w.Stations {
			broken[s.Station] += int(s.Tally.Reasons[slices.Index(airing.Reasons[:], airing.Equipment)])
		}
	}
	for i, w := range f.Weeks {
		for _, s := range w.Stations {
			c := by[s.Station]
			if c == nil {
				c = &Callee{Station: s.Station, District: s.District, Weeks: silent[s.Station], Faults: broken[s.Station]}
				by[s.Station], order = c, append(order, s.Station)
			}
			missed[s.Station] = missed[s.Station] || i == 0 && s.State == NotReported
		}
	}
	for _, e := range f.Exhibits { // the latest first
		if c := by[e.Station]; c != nil && e.Finding == airing.Contradicted && !e.Waits && c.Doubted == "" {
			c.Doubted = e.Report
		}
	}
	today := stations.DateOf(f.Now.In(text.Zone))
	var asked []string
	for _, id := range order {
		c := by[id]
		if last, called := f.Calls[id]; called {
			c.Last, c.Rests = &last, last.Rests(today)
		}
		if c.Weeks > 0 || c.Faults >= faultsLeast || c.Doubted != "" || c.Last != nil && !c.Rests {
			asked = append(asked, id)
		}
	}
	latest, err := f.Latest(asked)
	if err != nil {
		return nil, err
	}
	list := []Callee{}
	for _, id := range asked {
		c := by[id]
		was := latest[id]
		if c.Said, c.Aired = was.Said, was.Aired; c.Said != nil {
			c.Days = int(today.Start(time.UTC).Sub(stations.DateOf(c.Said.StartedAt.In(text.Zone)).Start(time.UTC)) / (24 * time.Hour))
		}
		if c.needs(f, missed[id]); len(c.Needs) > 0 {
			list = append(list, *c)
		}
	}
	slices.SortStableFunc(list, before)
	return list, nil
}

// needs says why the station is to be called.
func (c *Callee) needs(f CallFacts, missed bool) {
	silent := c.Said == nil || c.Said.StartedAt.Before(f.Running)
	for _, n := range Needs {
		has := false
		switch n {
		case NeedAgain:
			has = c.Last != nil && !c.Rests && (c.Said == nil || c.Said.ReceivedAt.Before(c.Last.At))
		case NeedSilent:
			has = silent && c.Weeks >= silentLeast
		case NeedFaults:
			has = c.Faults >= faultsLeast
		case NeedDoubt:
			has = c.Doubted != ""
		case NeedMissed:
			has = silent && missed
		}
		if has {
			c.Needs = append(c.Needs, n)
		}
	}
}

// before orders two stations of the list.
func before(a, b Callee) int {
	rests := func(c Callee) int {
		if c.Rests {
			return 1
		}
		return 0
	}
	again := func(c Callee) stations.Date {
		if c.Rests {
			return c.Last.Again
		}
		return ""
	}
	rank := func(c Callee) int { return slices.Index(Needs[:], c.Needs[0]) }
	heard := func(c Callee) time.Time {
		if c.Said == nil {
			return time.Time{}
		}
		return c.Said.StartedAt
	}
	faults := func(c Callee) int { // what broke most often comes first only among those that are called for it
		if c.Needs[0] != NeedFaults {
			return 0
		}
		return c.Faults
	}
	return cmp.Or(cmp.Compare(rests(a), rests(b)), cmp.Compare(again(a), again(b)), cmp.Compare(rank(a), rank(b)), cmp.Compare(faults(b), faults(a)),
		cmp.Compare(b.Weeks, a.Weeks), heard(a).Compare(heard(b)), cmp.Compare(a.Station, b.Station))
}

// NeedFilter is what the list of stations to call is narrowed by.
type NeedFilter struct {
	District string `name:"district"` // official code; "" means every one the actor may call in
	List     string `name:"list"`     // ID of a list of stations
	Need     Need   `name:"need"`
	Due      bool   `name:"due"` // without those that rest
}

// CallSource is what is asked to find out who is to be called.
type CallSource interface {
	Coverage(ctx context.Context, by accounts.Actor, q Query) (Week, error)
	LastCalls(ctx context.Context, by accounts.Actor) (map[string]Call, error)
	Exhibits(ctx context.Context, by accounts.Actor, s airing.Span) ([]airing.Exhibit, error)
	Latest(ctx context.Context, by accounts.Actor, stations []string) (map[string]airing.Latest, error)
	Registry(ctx context.Context) (*stations.Registry, error)
	AiringSettings(ctx context.Context) (airing.Settings, error)
}

// ToBeCalled lists the stations that the actor is to call, as CallList orders them. Faults:
// stations.no_district, accounts.denied.
func ToBeCalled(ctx context.Context, s CallSource, by accounts.Actor, f NeedFilter, now time.Time) ([]Callee, error) {
	reg, err := s.Registry(ctx)
	if err != nil {
		return nil, err
	}
	set, err := s.AiringSettings(ctx)
	if err != nil {
		return nil, err
	}
	if err := reg.CheckDistrict(f.District); err != nil {
		return nil, err
	}
	if f.District != "" {
		if err := MayCall(by, accounts.Where{District: f.District}); err != nil {
			return nil, err
		}
	}
	cal := set.Calendar(text.Zone)
	running := cal.Week(now)
	facts := CallFacts{Running: cal.Start(running), Now: now,
		Latest: func(ids []string) (map[string]airing.Latest, error) { return s.Latest(ctx, by, ids) }}
	if facts.Calls, err = s.LastCalls(ctx, by); err != nil {
		return nil, err
	}
	since := airing.Span{From: cal.Start(running - SilenceWeeks), Until: now} // of all that is looked at
	if facts.Exhibits, err = s.Exhibits(ctx, by, since); err != nil {
		return nil, err
	}
	for i := range airing.Week(SilenceWeeks + 1) {
		w, err := s.Coverage(ctx, by, Query{Week: running - i, District: f.District, List: f.List, Now: now})
		if err != nil {
			return nil, err
		}
		w.Stations = slices.DeleteFunc(slices.Clone(w.Stations), func(st StationWeek) bool {
			return !by.Can(accounts.CallStation, reg.Where(st.Station))
		})
		if i == 0 {
			facts.This = w
			continue
		}
		facts.Weeks = append(facts.Weeks, w)
	}
	list, err := CallList(facts)
	return slices.DeleteFunc(list, func(c Callee) bool { return f.Need != "" && !c.Has(f.Need) || f.Due && c.Rests }), err
}
