// Package coverage compares what was expected of each station in a week with
// what it reported: the main indicator of the plan.
//
//	coverage = stations with at least one qualifying airing
//	           ÷ (stations active in that week − excused)
//
// A station is active in a week in which it existed on at least four days (see
// stations.Registry.ActiveInWeek), so that one merged into another never
// counts twice.
//
// Both sides are counted over the same stations, so it never exceeds 100 %.
// "Reported nothing", "reported not aired" and "aired" are three different
// things. Three more are kept apart from them: aired something that does not
// count (another programme, or too short), nothing was due yet, and nothing that
// counts was planned at all.
package coverage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// State is what one station's week amounts to.
type State string

// The states. A station that aired is never excused: it needs no excuse.
const (
	Aired       State = "aired"        // at least one qualifying airing
	NotCounted  State = "not_counted"  // aired, but nothing that qualifies
	NotAired    State = "not_aired"    // reported only that it could not
	NotReported State = "not_reported" // said nothing of what counts, although a report was due
	NotDue      State = "not_due"      // said nothing, and nothing was due of it yet
	Excused     State = "excused"      // did not air, and was excused for a stated reason
	NotPlanned  State = "not_planned"  // said nothing, and no programme that counts was planned for it in that week
)

// States lists the states from best to worst, as they are shown.
var States = [...]State{Aired, NotCounted, NotAired, NotReported, NotDue, NotPlanned, Excused}

// calm are the states of which nobody needs a call, as a list of stations ends with them.
var calm = []State{NotDue, NotPlanned, Excused, Aired}

// ToCall lists the states, those of who need a call first, the worst of them before.
func ToCall() []State {
	worst := slices.DeleteFunc(slices.Clone(States[:]), func(s State) bool { return slices.Contains(calm, s) })
	slices.Reverse(worst)
	return append(worst, calm...)
}

// Counts are the numbers of one week over some set of stations.
type Counts struct {
	Active       int `json:"active"`           // stations active in the week
	Excused      int `json:"excused"`          // of these, excused and without a qualifying airing
	Scheduled    int `json:"scheduled"`        // not excused, with at least one slot of a counting programme
	Aired        int `json:"aired"`            // with at least one qualifying airing
	WithEvidence int `json:"with_evidence"`    // of these, one with evidence
	Verified     int `json:"verified"`         // of these, one verified, by whomever
	ByMachine    int `json:"verified_machine"` // of the verified, where no person verified one
	ByBoth       int `json:"verified_both"`    // of the verified, where a person and the machine verified the same
	OnTime       int `json:"on_time"`          // of these, one reported on time
	NotCounted   int `json:"not_counted"`      // aired nothing that counts
	NotAired     int `json:"not_aired"`
	NotReported  int `json:"not_reported"`
	NotDue       int `json:"not_due"`
	NotPlanned   int `json:"not_planned"` // 0 in what older versions froze: there they are not_reported
}

// Expected is the denominator: the active stations less the excused.
func (c Counts) Expected() int { return c.Active - c.Excused }

// Percent is the coverage in whole percent, rounded down so that 100 means
// every station. ok is false where nothing was expected, or nothing planned: 0 of 0
// is no share.
func (c Counts) Percent() (n int, ok bool) {
	if c.Expected() == c.NotPlanned {
		return 0, false
	}
	return 100 * c.Aired / c.Expected(), true
}

// Share is the coverage as pages, papers and the command line write it:
// "92%", "<1%" where little is more than nothing, and a dash where nothing was
// expected or planned.
func (c Counts) Share(l text.Language) string {
	switch n, ok := c.Percent(); {
	case !ok:
		return l.Say("coverage.percent_none")
	case n == 0 && c.Aired > 0:
		return l.Say("coverage.percent_below") // nothing done and little done are not the same
	default:
		return l.Say("coverage.percent", "n", n)
	}
}

// Complete reports whether every station that was expected to air did, and
// there was one.
func (c Counts) Complete() bool { return c.Expected() > 0 && c.Aired == c.Expected() }

// Member is a station that counts in the week.
type Member struct {
	Station  string
	District string
}

// StationWeek is one station's week.
type StationWeek struct {
	Station   string       `json:"station"`
	District  string       `json:"district"`
	State     State        `json:"state"`
	Scheduled int          `json:"scheduled"` // slots of counting programmes
	Due       int          `json:"due"`       // of these, slots that are over
	Tally     airing.Tally `json:"tally"`
	Excuse    *Excuse      `json:"excuse,omitempty"`
	Of        []string     `json:"of,omitempty"` // IDs of other stations some of whose reports are in the tally
}

// DistrictCounts are the counts of one district.
type DistrictCounts struct {
	District string `json:"district"` // official code
	Counts
}

// Week is the coverage of one week. A closed week shows the counts as they
// were frozen; Now then holds what they would be with later reports.
type Week struct {
	Week airing.Week `json:"week"`
	Counts
	Closed    bool             `json:"closed"`
	ClosedAt  time.Time        `json:"closed_at,omitzero"`
	ClosedBy  string           `json:"closed_by,omitempty"`
	Now       *Counts          `json:"now,omitempty"`       // only of a closed week in which something changed since
	Earlier   []Frozen         `json:"earlier,omitempty"`   // what it was closed with before it was opened again, the oldest first
	Reopening *Reopening       `json:"reopening,omitempty"` // a request to open it again that waits for a second person
	Districts []DistrictCounts `json:"districts"`
	Stations  []StationWeek    `json:"stations,omitempty"`
}

// Excuse takes a station out of the denominator of one week.
type Excuse struct {
	Week    airing.Week   `json:"week"`
	Station string        `json:"station"`
	Reason  airing.Reason `json:"reason" schema:"empty"`
	Note    string        `json:"note"`               // what happened, for the record
	By      string        `json:"by"`                 // name of who approved it
	Asked   string        `json:"asked,omitempty"`    // name of who asked for it; of a command, one of the Askers by her name or the ID of her account
	AskedBy string        `json:"asked_by,omitempty"` // ID of her account, if she has one
	AskedAs string        `json:"asked_as,omitempty"` // else who she is in the station's file: her role and telephone number
	At      time.Time     `json:"at"`                 // UTC
	Revoked bool          `json:"revoked,omitempty"`
}

// Stands reports whether the station is excused: somebody decided so and nobody took it back.
func (e Excuse) Stands() bool { return e.Reason != "" && !e.Revoked }

// Words says who asked and who approved.
func (e Excuse) Words(l text.Language) string {
	who := e.Asked
	if e.AskedAs != "" {
		who += " (" + e.AskedAs + ")"
	}
	if who == "" {
		return e.By
	}
	return l.Say("coverage.excuse_for", "asked", who, "by", e.By)
}

// Edition is what two begin from who excuse the station; that of the zero
// Excuse where nobody has yet.
func (e Excuse) Edition() accounts.Edition {
	return accounts.EditionOf(accounts.Touch{ChangedAt: e.At, ChangedBy: e.By}, e)
}

// Compute counts a week of its members, each with what is known of it, and sets
// their states. over tells that the week is.
func Compute(week airing.Week, over bool, list []StationWeek) Week {
	w := Week{Week: week, Stations: list}
	districts := map[string]*Counts{}
	var last *Counts // members come by district
	for i := range list {
		s := &list[i]
		s.State = stateOf(s, over)
		if i == 0 || s.District != list[i-1].District {
			if last = districts[s.District]; last == nil {
				last = &Counts{}
				districts[s.District] = last
			}
		}
		last.add(s)
		w.Counts.add(s)
	}
	for code, c := range districts {
		w.Districts = append(w.Districts, DistrictCounts{code, *c})
	}
	slices.SortFunc(w.Districts, func(a, b DistrictCounts) int { return strings.Compare(a.District, b.District) })
	return w
}

// stateOf goes by the programmes that count toward the target. What a station
// said of others decides only where nothing that counts was due of it: its
// announcements do not hide that the weekly programme could not air.
func stateOf(s *StationWeek, over bool) State {
	switch {
	case s.Tally.Qualifying > 0:
		return Aired
	case s.Excuse != nil:
		return Excused
	case s.Tally.Aired > s.Tally.AiredOff:
		return NotCounted
	case s.Tally.Failed() > 0:
		return NotAired
	case s.Due > 0: // of the programmes that count nothing was said
		return NotReported
	case s.Scheduled > 0 && over:
		return NotReported
	case s.Scheduled > 0:
		return NotDue
	case s.Tally.Aired > 0:
		return NotCounted
	case s.Tally.NotAired > 0:
		return NotAired
	}
	return NotPlanned
}

// older reports whether an older version froze the station's week: as silent, where nothing was
// planned. It is NotPlanned today.
func (s *StationWeek) older() bool { return s.State == NotReported && s.Scheduled == 0 }

func (c *Counts) add(s *StationWeek) { c.count(s.State, s.marks()) }

// count counts a station's week by its state and by what else is counted of it.
func (c *Counts) count(state State, m Mark) {
	c.Active++
	if m&Scheduled > 0 && state != Excused {
		c.Scheduled++
	}
	switch state {
	case Excused:
		c.Excused++
	case NotCounted:
		c.NotCounted++
	case NotAired:
		c.NotAired++
	case NotReported:
		c.NotReported++
	case NotDue:
		c.NotDue++
	case NotPlanned:
		c.NotPlanned++
	case Aired:
		c.Aired++
		c.WithEvidence += int(m & WithEvidence / WithEvidence)
		c.Verified += int(m & Verified / Verified)
		c.OnTime += int(m & OnTime / OnTime)
		c.ByMachine += int(m & ByMachine / ByMachine)
		c.ByBoth += int(m & ByBoth / ByBoth)
	}
}

// Only returns the week as seen by somebody who may see just some stations.
// Each keeps the state it was found in, and counts that are seen whole are kept
// as they are: what was frozen is not counted anew by later rules.
func (w Week) Only(see func(district, station string) bool) Week {
	part, hidden := w, map[string]bool{}
	part.Now = nil
	for i := range w.Stations {
		if s := &w.Stations[i]; !see(s.District, s.Station) {
			hidden[s.District] = true
		}
	}
	if len(hidden) == 0 {
		return part
	}
	part.Counts, part.Districts, part.Stations = Counts{}, nil, nil
	seen := map[string]*Counts{}
	for i := range w.Stations {
		s := &w.Stations[i]
		if hidden[s.District] && !see(s.District, s.Station) {
			continue
		}
		part.Stations = append(part.Stations, *s)
		if seen[s.District] == nil {
			seen[s.District] = &Counts{}
		}
		seen[s.District].add(s)
		part.Counts.add(s)
	}
	for _, d := range w.Districts {
		switch c := seen[d.District]; {
		case c == nil:
		case hidden[d.District]:
			part.Districts = append(part.Districts, DistrictCounts{d.District, *c})
		default:
			part.Districts = append(part.Districts, d)
		}
	}
	if len(part.Districts) == 1 {
		part.Counts = part.Districts[0].Counts
	}
	return part
}

// Beside puts what a frozen week would be now beside it, if anything changed
// since. What only this version of Loa counts in another way is no change.
func (w Week) Beside(now Week) Week {
	var frozen Counts
	for _, s := range w.Stations {
		if s.older() {
			s.State = NotPlanned
		}
		frozen.add(&s)
	}
	if now.Counts != frozen {
		w.Now = &now.Counts
	}
	return w
}

// Query selects weeks and stations. It is what a week's page, its paper, its exports,
// the API and the command line are narrowed by, with when it is asked.
type Query struct {
	Week     airing.Week `name:"week"`     // zero, the first of 1970, is none
	District string      `name:"district"` // official code; "" means every district the actor may see
	List     string      `name:"list"`     // ID of a list of stations (Within)
	Now      time.Time   `kong:"-"`        // what is over by then is due and counts; the zero Time comes after everything

	listed map[string]bool
}

// Course asks for the weeks of a stretch.
type Course struct {
	From     airing.Week `name:"from"`
	Until    airing.Week `name:"until"` // the last
	District string      `name:"district"`
	List     string      `name:"list"`
}

// Query asks for the first of the weeks.
func (c Course) Query(now time.Time) Query {
	return Query{Week: c.From, District: c.District, List: c.List, Now: now}
}

// Within is what is Allowed, with the stations of the list. Faults: those of Allowed and of
// stations.Registry.Listed.
func (q Query) Within(by accounts.Actor, reg *stations.Registry) (_ Query, err error) {
	if err = q.Allowed(by, reg); err == nil && q.List != "" {
		q.listed, err = reg.Listed(by, accounts.ReadCoverage, q.List)
	}
	return q, err
}

// Part tells apart what of a week somebody sees, "" where that is whole districts.
func (q Query) Part(by accounts.Actor) string {
	all, districts, single := by.Stations(accounts.ReadCoverage)
	if len(single) == 0 && q.List == "" {
		return ""
	}
	return fmt.Sprint(q.District, q.listed, all, districts, single)
}

// Allowed refuses an actor who may see nothing of the district that is asked for:
// zeros would say that it has no stations. Faults: accounts.denied, stations.no_district.
func (q Query) Allowed(by accounts.Actor, reg *stations.Registry) error {
	if err := reg.CheckDistrict(q.District); err != nil || q.District == "" {
		return err
	}
	_, _, single := by.Stations(accounts.ReadCoverage)
	if slices.ContainsFunc(single, func(id string) bool { return reg.Where(id).District == q.District }) {
		return nil
	}
	return MayRead(by, accounts.Where{District: q.District})
}

// Sees reports whether the query asks for a station of a district, or with no station
// for all of the district, and the actor may read its coverage.
func (q Query) Sees(by accounts.Actor, district, station string) bool {
	return (q.District == "" || q.District == district) && (q.List == "" || q.listed[station]) &&
		by.Can(accounts.ReadCoverage, accounts.Where{District: district, Station: station})
}

// MayRead refuses who may not read the coverage of that place; the zero Where is the
// whole province. Fault: accounts.denied.
func MayRead(by accounts.Actor, on accounts.Where) error { return by.Must(accounts.ReadCoverage, on) }

// MayClose refuses who may not close weeks and open them again. Fault: accounts.denied.
func MayClose(by accounts.Actor) error { return by.Must(accounts.CloseWeek, accounts.Where{}) }

// MayExcuse refuses who may not excuse a station that lies there. Fault: accounts.denied.
func MayExcuse(by accounts.Actor, on accounts.Where) error {
	return by.Must(accounts.ExcuseStation, on)
}

// MayCall refuses who may not call a station that lies there, and note what it said. Fault: accounts.denied.
func MayCall(by accounts.Actor, on accounts.Where) error { return by.Must(accounts.CallStation, on) }

// CheckSpan refuses more than MaxWeeks from..until, both included, and weeks in the
// wrong order, or before there are any. Faults: coverage.too_many_weeks, airing.week_early.
func CheckSpan(from, until airing.Week) error {
	if until-from >= MaxWeeks || until < from {
		return fault.New(fault.Invalid, "coverage.too_many_weeks", "n", MaxWeeks).At("from")
	}
	return from.Check()
}

// StationTally is a row of a station's history.
type StationTally struct {
	Week  airing.Week  `json:"week"`
	Tally airing.Tally `json:"tally"`
}

// Store answers questions of coverage and keeps excuses and closed weeks. It
// is safe for concurrent use.
type Store interface {
	// Coverage counts one week over the stations the actor may see. A closed
	// week is answered from what was frozen. Fault: stations.no_district.
	Coverage(ctx context.Context, by accounts.Actor, q Query) (Week, error)
	// Trend returns the counts of each week from q.Week..until (both included,
	// at most MaxWeeks), without stations.
	Trend(ctx context.Context, by accounts.Actor, q Query, until airing.Week) ([]Week, error)
	// Period counts the weeks of a period, of what the actor may see of it: closed weeks as frozen.
	// Faults: those of Filter.Span and Filter.Scope.
	Period(ctx context.Context, by accounts.Actor, f Filter, now time.Time) (Period, error)
	// History returns a station's tallies from..until, weeks without any
	// report left out.
	History(ctx context.Context, by accounts.Actor, station string, from, until airing.Week) ([]StationTally, error)
	// Whys tells of each of the stations, at most MostStations, why it aired nothing that counts in weeks of from..until
	// (both included). Faults: accounts.denied, stations.unknown and those of CheckWhys.
	Whys(ctx context.Context, by accounts.Actor, list []string, from, until airing.Week) (map[string]Why, error)
	// LastExcuse is what was last decided about excusing the station in that
	// week, revoked or not; the zero Excuse if nobody has decided.
	LastExcuse(ctx context.Context, week airing.Week, station string) (Excuse, error)
	// Excuses are those of LastExcuse in the weeks from..until (both included, at most
	// MaxWeeks) in which somebody has decided. Fault: coverage.too_many_weeks.
	Excuses(ctx context.Context, station string, from, until airing.Week) (map[airing.Week]Excuse, error)
	// Excuse records an excuse, or revokes one. DecideExcuse.
	Excuse(ctx context.Context, m accounts.Meta, e Excuse) (Excuse, error)
	// Unanswered is what waits at now for somebody's word about a week, of what the actor may know of.
	// Fault: accounts.denied, of who may not close.
	Unanswered(ctx context.Context, by accounts.Actor, week airing.Week, now time.Time) (Unanswered, error)
	// CloseWeek freezes a week and seals the log, as DecideClose says. Closing it again
	// changes nothing.
	CloseWeek(ctx context.Context, m accounts.Meta, c Close) (Week, error)
	// ReopenWeek carries out DecideReopen on the week, and with Later on every
	// closed week after it: on those another person asked for when she
	// agrees, else on all. What was frozen is kept. It answers the first week.
	ReopenWeek(ctx context.Context, m accounts.Meta, c Reopen) (Week, error)
	// ClosedWeeks tells how those of the weeks from..until stand that were ever closed.
	ClosedWeeks(ctx context.Context, from, until airing.Week) (map[airing.Week]Standing, error)
	// Reopenings returns a page of the closed weeks that somebody asked to open again and nobody
	// has agreed to yet, the oldest week first. Fault: accounts.denied.
	Reopenings(ctx context.Context, by accounts.Actor, q AskedQuery) ([]Asked, error)
}

// MaxWeeks is the longest trend one call answers: ten years.
const MaxWeeks = 530
