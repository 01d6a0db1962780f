// Package plan is the province's plan of a year as indicators (chỉ tiêu): what is to be reached, by whom, by which
// figures people enter period by period, and how the year stands. Three of the plan's targets Loa counts itself, from
// the log of airings, the radio contests and the knowledge contests; nobody types those.
//
// The province's administrators edit the indicators. Its monitors enter figures; of an indicator that each district
// enters for itself the district's monitors do. Administrators, editors and monitors of the province and of its
// districts read all of the plan; who runs one station, organises or judges does not.
package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/coverage"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/outgoing"
	"loa/stations"
)

// Every is how often an indicator gets a figure.
type Every string

// The periods of an indicator.
const (
	Weekly    Every = "week"
	Monthly   Every = "month"
	Quarterly Every = "quarter"
	Yearly    Every = "year"
)

// Everys lists them in the order forms offer them.
var Everys = [...]Every{Weekly, Monthly, Quarterly, Yearly}

// Words says it.
func (e Every) Words(l text.Language) string { return l.Say("plan.every." + string(e)) }

// Periods are those of a year, the first first. A week belongs to the year of its Thursday, as ISO 8601 has it.
func (e Every) Periods(year int) (list []coverage.Stretch) {
	add := func(format string, n int) {
		for i := range n {
			list = append(list, coverage.MustStretch(fmt.Sprintf(format, year, i+1)))
		}
	}
	switch e {
	case Weekly:
		_, weeks := time.Date(year, time.December, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
		add("%04d-W%02d", weeks)
	case Monthly:
		add("%04d-%02d", 12)
	case Quarterly:
		add("%04d-Q%d", 4)
	default:
		list = []coverage.Stretch{coverage.StretchOf(coverage.ByYear, stations.Date(fmt.Sprintf("%04d-01-01", year)))}
	}
	return list
}

// Way is how the figures of the periods make that of the year.
type Way string

// The ways.
const (
	Sums   Way = "sum"   // each tells what was done in its period, and they add up
	Stands Way = "stand" // each tells how far it is at the end of its period, and the latest counts
	Each   Way = "each"  // each period has to reach the target by itself
)

// Ways lists them in the order forms offer them.
var Ways = [...]Way{Sums, Stands, Each}

// Words says it.
func (w Way) Words(l text.Language) string { return l.Say("plan.way." + string(w)) }

// Counted is what Loa counts itself; "" is an indicator whose figures people enter.
type Counted string

// What is counted.
const (
	Airings  Counted = "airings"  // stations that aired what counts, week by week, as coverage has it
	Contests Counted = "contests" // contests of the year whose results are public
	Entrants Counted = "entrants" // stations with a work in a contest of the year

	DistrictQuizzes Counted = "district_quizzes" // knowledge contests of districts in the year whose results are public
	ProvinceQuizzes Counted = "province_quizzes" // those of the province
)

// Counteds lists them in the order forms offer them.
var Counteds = [...]Counted{Airings, Contests, Entrants, DistrictQuizzes, ProvinceQuizzes}

// Words says it.
func (c Counted) Words(l text.Language) string { return l.Say("plan.counted." + string(c)) }

// Indicator is one figure that the plan of a year asks for.
type Indicator struct {
	ID   string `json:"id"` // "2024-T5": of year and mark, which stay
	Year int    `json:"year"`
	Mark string `json:"mark"` // as the plan numbers it, "T5"
	Fields
	Retired bool `json:"retired,omitempty"` // it asks for nothing any more; its figures stay
	accounts.Touch
}

// Fields are what an administrator edits of an indicator.
type Fields struct {
	Name      string  `json:"name" schema:"required maxLength=300"`
	Unit      string  `json:"unit" schema:"maxLength=60"` // of the figures; of a percentage what is counted
	Every     Every   `json:"every"`
	Way       Way     `json:"way"`
	Percent   bool    `json:"percent"`                                 // the target is a share, and a figure comes with the number it is a share of
	Target    Amount  `json:"target"`                                  // at least; in percent where Percent
	Body      string  `json:"body,omitempty" schema:"maxLength=200"`   // who is responsible
	Districts bool    `json:"districts,omitempty"`                     // each district enters its own, and they add up
	Source    string  `json:"source,omitempty" schema:"maxLength=300"` // the paper it comes from
	Counted   Counted `json:"counted,omitempty"`
}

// Edition is what two editors of the indicator begin from.
func (i Indicator) Edition() accounts.Edition { return accounts.EditionOf(i.Touch, i) }

// Periods are those it has figures of.
func (i Indicator) Periods() []coverage.Stretch { return i.Every.Periods(i.Year) }

// shown is an amount of the indicator as people are told it: a share is rounded down to a tenth.
func (i Indicator) shown(a Amount) Amount {
	if i.Percent {
		a -= a % (one / 10)
	}
	return a
}

// Figure says an amount of the indicator with its unit: "92,1%", "5 tin, bài".
func (i Indicator) Figure(l text.Language, a Amount) string {
	if i.Percent {
		return i.shown(a).Words(l) + "%"
	}
	return strings.TrimSpace(a.Words(l) + " " + i.Unit)
}

// Goal says the target: "ít nhất 90% câu hỏi".
func (i Indicator) Goal(l text.Language) string {
	key := "plan.goal"
	if i.Percent {
		key = "plan.goal_percent"
	}
	if i.Way == Each {
		key += "_each"
	}
	return l.Say(key, "n", i.Target, "unit", i.Unit, "every", l.Say("plan.in."+string(i.Every)))
}

// Entry is the figure of one period as somebody entered it. What was wrong is corrected by another version; all of
// them are kept.
type Entry struct {
	ID        string           `json:"id"`
	Indicator string           `json:"indicator"`
	Period    coverage.Stretch `json:"period"`
	District  string           `json:"district,omitempty"` // official code, where each district enters its own
	Version   int              `json:"version"`            // 1 is the first
	Value     Amount           `json:"value"`
	Base      Amount           `json:"base,omitempty"` // what Value is a share of
	Void      bool             `json:"void,omitempty"` // taken back: the period has no figure
	Proof     string           `json:"proof,omitempty"`
	Why       string           `json:"why,omitempty"` // of a correction
	At        time.Time        `json:"at"`            // UTC
	By        accounts.Actor   `json:"by"`
}

// same reports whether both are versions of one figure.
func (e Entry) same(of Entry) bool {
	return e.Indicator == of.Indicator && e.Period == of.Period && e.District == of.District
}

// Stands reports whether the period has this figure.
func (e Entry) Stands() bool { return e.Version > 0 && !e.Void }

// Link is the address that Proof is, "" where it is the number of a paper.
func (e Entry) Link() string {
	if strings.HasPrefix(e.Proof, "https://") || strings.HasPrefix(e.Proof, "http://") {
		return e.Proof
	}
	return ""
}

// Words says the figure: "45 / 50", "5".
func (e Entry) Words(l text.Language) string {
	if e.Base > 0 {
		return e.Value.Words(l) + " / " + e.Base.Words(l)
	}
	return e.Value.Words(l)
}

// Filter is which plan is asked for: on its page, in its files, by the API and the command line.
type Filter struct {
	Year outgoing.Year `name:"year"`
}

// Of is the year that is asked for: without one that of now, or the last that has a plan.
func (f Filter) Of(years []int, now time.Time) int {
	this := now.In(text.Zone).Year()
	switch {
	case f.Year != 0:
		return int(f.Year)
	case len(years) == 0 || slices.Contains(years, this):
		return this
	}
	return years[len(years)-1]
}

// Book is what is kept of the plan of a year.
type Book struct {
	Year       int
	Indicators []Indicator // in their order
	Entries    []Entry     // the last version of each
}

// Record is one indicator with every version of its figures, in the order of periods, districts and versions.
type Record struct {
	Indicator
	Entries []Entry
}

// Last are the last versions among all that were entered by that moment; all are in order, and the zero Time is after
// everything.
func Last(all []Entry, by time.Time) (list []Entry) {
	if !by.IsZero() {
		all = slices.DeleteFunc(slices.Clone(all), func(e Entry) bool { return e.At.After(by) })
	}
	for i, e := range all {
		if i+1 == len(all) || !e.same(all[i+1]) {
			list = append(list, e)
		}
	}
	return list
}

// Store keeps plans. It is safe for concurrent use.
type Store interface {
	// PlanYears are the years that have a plan, the first first. Fault: accounts.denied.
	PlanYears(ctx context.Context, by accounts.Actor) ([]int, error)
	// PlanOf is the plan of a year, empty if there is none, with the figures that were entered by that moment, the zero
	// Time for all. Fault: accounts.denied.
	PlanOf(ctx context.Context, by accounts.Actor, year int, entered time.Time) (Book, error)
	// Indicator is one with every version of its figures. Faults: accounts.denied, plan.unknown.
	Indicator(ctx context.Context, by accounts.Actor, id string) (Record, error)
	// SaveIndicator keeps what DecideSave decides.
	SaveIndicator(ctx context.Context, m accounts.Meta, c SaveIndicator) (Indicator, error)
	// RetireIndicator keeps what DecideRetire decides.
	RetireIndicator(ctx context.Context, m accounts.Meta, c RetireIndicator) (Indicator, error)
	// RemoveIndicator removes what DecideRemove lets go, and answers it.
	RemoveIndicator(ctx context.Context, m accounts.Meta, id string) (Indicator, error)
	// CopyPlan keeps what DecideCopy decides.
	CopyPlan(ctx context.Context, m accounts.Meta, c CopyPlan) ([]Indicator, error)
	// EnterFigure keeps what DecideEnter decides. Of two who enter one figure at once the second is refused.
	EnterFigure(ctx context.Context, m accounts.Meta, c Enter) (Entry, error)
}

// Unknown is the fault plan.unknown: there is no such indicator.
func Unknown() error { return fault.New(fault.NotFound, "plan.unknown") }

// MayRead refuses who may not read plans. Fault: accounts.denied.
func MayRead(by accounts.Actor) error {
	if by.CanSomewhere(accounts.ReadPlan) {
		return nil
	}
	return by.Must(accounts.ReadPlan, accounts.Where{})
}

// MayEdit refuses who may not edit indicators. Fault: accounts.denied.
func MayEdit(by accounts.Actor) error { return by.Must(accounts.EditPlan, accounts.Where{}) }

// MayEnter refuses who may not enter figures of the indicator, of that district where each enters its own.
// Fault: accounts.denied.
func MayEnter(by accounts.Actor, i Indicator, district string) error {
	if !i.Districts {
		district = ""
	}
	return by.Must(accounts.EnterPlan, accounts.Where{District: district})
}

// Compare orders indicators as the plan numbers them: T2 before T10, T3a before T3b.
func Compare(a, b Indicator) int {
	if a.Year != b.Year {
		return a.Year - b.Year
	}
	x, y := a.Mark, b.Mark
	for x != "" && y != "" {
		p, q := digits(x), digits(y)
		if p > 0 && q > 0 {
			m, n := strings.TrimLeft(x[:p], "0"), strings.TrimLeft(y[:q], "0")
			if len(m) != len(n) {
				return len(m) - len(n)
			}
			if c := strings.Compare(m, n); c != 0 {
				return c
			}
			x, y = x[p:], y[q:]
			continue
		}
		if x[0] != y[0] {
			return int(x[0]) - int(y[0])
		}
		x, y = x[1:], y[1:]
	}
	return len(x) - len(y)
}

// digits is how many digits the text begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
