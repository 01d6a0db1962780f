package coverage

import (
	"context"
	"slices"

	"loa/accounts"
	"loa/airing"
	"loa/scheduler"
	"loa/stations"
)

// Merger is what a merger or a split does beyond the registry, to be read
// before it is made.
type Merger struct {
	Weeks  []WeekEffect     `json:"weeks"`  // every week it touches, oldest first
	People []FollowedPerson `json:"people"` // who get their role at the station that takes over
	Rules  []FollowedRule   `json:"rules"`  // that choose those who take over
	Hand   []Hand           `json:"hand"`   // what somebody has to decide
}

// WeekEffect is one week before and after. A closed week stays as frozen:
// After is then what stands beside it.
type WeekEffect struct {
	Week   airing.Week `json:"week"`
	Closed bool        `json:"closed"`
	Before Counts      `json:"before"`
	After  Counts      `json:"after"`
}

// FollowedPerson is somebody with the stations at which she gets her role.
type FollowedPerson struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Stations []string `json:"stations"`
}

// FollowedRule is a rule with the stations it chooses from the day on.
type FollowedRule struct {
	ID        string   `json:"id"`
	Programme string   `json:"programme"`
	Stations  []string `json:"stations"`
}

// Hand is one thing that needs a hand. What it is about is a person's ID, a
// rule's, or a station's.
type Hand struct {
	What  HandKind `json:"what"`
	About string   `json:"about"`
	Name  string   `json:"name"`
}

// HandKind says what needs a hand; its sentence is in the catalogue under
// "stations.hand." + kind.
type HandKind string

// The kinds.
const (
	PersonOfDistrict HandKind = "person_of_district" // holds a role in a district that ends
	RuleOfDistricts  HandKind = "rule_of_districts"  // chooses by districts some of which end
	NobodyReports    HandKind = "nobody_reports"     // a station for which nobody has the operator's role
	FileEmpty        HandKind = "file_empty"         // a new station without contacts, hours and licence
)

// MaxMergerWeeks is how many weeks after its day a merger is looked at.
const MaxMergerWeeks = 60

// Follow says what becomes of people and rules when these units and stations
// are changed on the day: records to keep, and the same to be read.
func Follow(reg *stations.Registry, plan *scheduler.Schedule, people []accounts.Person, m accounts.Meta, on stations.Date,
	units []stations.Unit, list []stations.Station) (out Merger, persons []accounts.Person, rules []scheduler.Rule) {
	out = Merger{Weeks: []WeekEffect{}, People: []FollowedPerson{}, Rules: []FollowedRule{}, Hand: []Hand{}}
	h, after := reg.Heirs(units, list), reg.After(units, list)
	persons, rules = accounts.Follow(people, h.Merged), scheduler.Follow(plan, m, on, h)
	reports := map[string]bool{}
	for _, p := range persons {
		f := FollowedPerson{ID: p.ID, Name: p.Name}
		for _, g := range p.Grants {
			if slices.ContainsFunc(list, func(s stations.Station) bool { return s.ID == g.Scope.ID && s.Successor == "" }) && !slices.Contains(f.Stations, g.Scope.ID) {
				f.Stations = append(f.Stations, g.Scope.ID)
			}
			reports[g.Scope.ID] = reports[g.Scope.ID] || g.Role == accounts.Operator
		}
		out.People = append(out.People, f)
	}
	for _, r := range rules {
		out.Rules = append(out.Rules, FollowedRule{ID: r.ID, Programme: r.Current().Programme, Stations: r.Current().Selection.Stations})
	}
	for _, p := range accounts.InDistricts(people, h.Districts) {
		out.Hand = append(out.Hand, Hand{PersonOfDistrict, p.ID, p.Name})
	}
	for _, r := range plan.Rules {
		ends := func(code string) bool { return h.Districts[code] != nil }
		followed := slices.ContainsFunc(rules, func(f scheduler.Rule) bool { return f.ID == r.ID })
		if v := r.Current(); !v.Ended && !followed && slices.ContainsFunc(v.Selection.Districts, ends) {
			p, _ := plan.Programme(v.Programme) // a rule's programme exists
			out.Hand = append(out.Hand, Hand{RuleOfDistricts, r.ID, p.Title})
		}
	}
	for _, s := range list {
		if _, err := reg.Station(s.ID); err == nil {
			continue
		}
		if !reports[s.ID] {
			out.Hand = append(out.Hand, Hand{NobodyReports, s.ID, after.Label(s.ID)})
		}
		out.Hand = append(out.Hand, Hand{FileEmpty, s.ID, after.Label(s.ID)})
	}
	return out, persons, rules
}

// Foreteller says what mergers and splits would do. It is safe for concurrent
// use and changes nothing.
type Foreteller interface {
	// ForetellMerge and ForetellSplit have the faults of stations.DecideMerge
	// and DecideSplit.
	ForetellMerge(ctx context.Context, m accounts.Meta, c stations.Merge) (stations.MergePlan, Merger, error)
	ForetellSplit(ctx context.Context, m accounts.Meta, c stations.Split) (stations.SplitPlan, Merger, error)
}
