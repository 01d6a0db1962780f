package coverage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/filter"
	"loa/internal/text"
	"loa/message"
	"loa/stations"
)

// Plea asks that a station be excused from a week, or from some on end. Another person than who asks
// decides; until then nothing is excused.
type Plea struct {
	ID      string         `json:"id"`
	Station string         `json:"station"`
	From    airing.Week    `json:"from"`
	Until   airing.Week    `json:"until"` // the last
	Reason  airing.Reason  `json:"reason"`
	Note    string         `json:"note"`
	By      accounts.Actor `json:"by"` // who asks
	At      time.Time      `json:"at"` // UTC
	State   PleaState      `json:"state"`
	EndedAt time.Time      `json:"ended_at,omitzero"`
	EndedBy string         `json:"ended_by,omitempty"` // name of who decided, or took it back
	Why     string         `json:"why,omitempty"`      // of a refusal
	Excused []airing.Week  `json:"excused,omitempty"`  // the weeks that were
	Left    []airing.Week  `json:"left,omitempty"`     // those that need no excuse or can get none: aired, closed, excused before
}

// PleaState is what became of a plea.
type PleaState string

// The states of a plea.
const (
	PleaWaits    PleaState = "waiting"
	PleaGranted  PleaState = "granted"
	PleaRefused  PleaState = "refused"
	PleaTakeBack PleaState = "withdrawn"
)

// PleaStates lists them.
var PleaStates = [...]PleaState{PleaWaits, PleaGranted, PleaRefused, PleaTakeBack}

// AskExcuse asks that a station be excused.
type AskExcuse struct {
	Station string        `json:"station"`
	From    airing.Week   `json:"from"`
	Until   airing.Week   `json:"until,omitempty"` // the last; without it From alone
	Reason  airing.Reason `json:"reason"`
	Note    string        `json:"note" schema:"maxLength=1000"`
}

// MayAskExcuse refuses who may not ask for a station that lies there: who neither runs it nor may
// excuse it. Fault: accounts.denied.
func MayAskExcuse(by accounts.Actor, on accounts.Where) error {
	if slices.Contains(by.Runs(), on.Station) {
		return nil
	}
	return MayExcuse(by, on)
}

// DecideAsk says what is kept of somebody asking; waiting are the station's pleas nobody has decided, closed whether a
// week is frozen, running the week that runs. Faults: accounts.denied, coverage.plea_span, coverage.week_closed, coverage.excuse_ahead,
// coverage.excuse_reason, coverage.excuse_note, coverage.plea_waits.
func DecideAsk(m accounts.Meta, on accounts.Where, running airing.Week, closed func(airing.Week) bool, waiting []Plea, c AskExcuse) (Plea, error) {
	p := Plea{ID: m.NewID(), Station: c.Station, From: c.From, Until: cmp.Or(c.Until, c.From), Reason: c.Reason, Note: text.Lines(c.Note), By: m.By,
		At: m.At.UTC(), State: PleaWaits}
	may := MayAskExcuse(m.By, on)
	switch {
	case may != nil:
		return p, may
	case p.Until < p.From || p.Until-p.From >= MaxExcuseAhead:
		return p, fault.New(fault.Invalid, "coverage.plea_span", "n", MaxExcuseAhead).At("until")
	case p.Until > running+MaxExcuseAhead:
		return p, fault.New(fault.Invalid, "coverage.excuse_ahead", "week", p.Until, "last", running+MaxExcuseAhead).At("until")
	case closed(p.Until):
		return p, fault.New(fault.Conflict, "coverage.week_closed", "week", p.Until)
	case !slices.Contains(airing.Reasons[:], c.Reason):
		return p, fault.New(fault.Invalid, "coverage.excuse_reason").At("reason")
	case !readable(p.Note):
		return p, fault.New(fault.Invalid, "coverage.excuse_note").At("note")
	}
	for _, w := range waiting {
		if w.State == PleaWaits && w.From <= p.Until && p.From <= w.Until {
			return p, fault.New(fault.Conflict, "coverage.plea_waits", "by", w.By.Name, "at", w.At)
		}
	}
	return p, nil
}

// AnswerExcuse decides a plea, or takes back one's own.
type AnswerExcuse struct {
	ID    string `json:"-"`
	Grant bool   `json:"grant"`
	Why   string `json:"why,omitempty" schema:"maxLength=1000"` // wanted of a refusal
}

// PleaFacts are what an answer needs to know.
type PleaFacts struct {
	Plea Plea
	On   accounts.Where
	Week func(airing.Week) (ExcuseFacts, error) // of the station
}

// DecideAnswer says what becomes of a plea, and which excuses follow. A week in which the station aired, that is closed, or
// from which it is excused already is left as it is; where no week is left, nothing is decided. Faults:
// accounts.denied, coverage.plea_over, coverage.plea_own, coverage.plea_why, coverage.plea_nothing.
func DecideAnswer(f PleaFacts, m accounts.Meta, c AnswerExcuse) (Plea, []Excuse, error) {
	p, own := f.Plea, f.Plea.By.Person != "" && f.Plea.By.Person == m.By.Person
	c.Why = text.Lines(c.Why)
	switch may := MayExcuse(m.By, f.On); {
	case may != nil && !own:
		return p, nil, may
	case p.State != PleaWaits:
		return p, nil, fault.New(fault.Conflict, "coverage.plea_over", "by", p.EndedBy, "at", p.EndedAt)
	case own && c.Grant:
		return p, nil, fault.New(fault.Denied, "coverage.plea_own")
	case !c.Grant && !own && !readable(c.Why):
		return p, nil, fault.New(fault.Invalid, "coverage.plea_why").At("why")
	}
	p.EndedAt, p.EndedBy, p.Why = m.At.UTC(), m.By.Name, c.Why
	if !c.Grant {
		if p.State = PleaRefused; own {
			p.State = PleaTakeBack
		}
		return p, nil, nil
	}
	p.State = PleaGranted
	m.Seen = "" // it is the plea that was read, and every week is looked at now
	var list []Excuse
	for w := p.From; w <= p.Until; w++ {
		week, err := f.Week(w)
		if err != nil {
			return p, nil, err
		}
		if week.Last.Stands() {
			p.Left = append(p.Left, w)
			continue
		}
		e, err := week.excuse(m, Excuse{Week: w, Station: p.Station, Reason: p.Reason, Note: p.Note, Asked: p.By.Name, AskedBy: p.By.Person})
		if err != nil {
			p.Left = append(p.Left, w)
			continue
		}
		p.Excused, list = append(p.Excused, w), append(list, e)
	}
	if len(list) == 0 {
		return f.Plea, nil, fault.New(fault.Conflict, "coverage.plea_nothing")
	}
	return p, list, nil
}

// Answered tells who asked for an excuse what became of it; nobody of what she took back herself.
func (p Plea) Answered(reg *stations.Registry, people *accounts.Directory) []message.Draft {
	who, err := people.Person(p.By.Person)
	if err != nil || who.Disabled || p.State != PleaGranted && p.State != PleaRefused {
		return nil
	}
	l := who.Language
	said := l.Say("message.plea_"+string(p.State), "by", p.EndedBy, "at", p.EndedAt, "from", p.From, "until", p.Until)
	if p.State == PleaGranted {
		said += " " + l.Say("coverage.plea_granted", "weeks", Weeks(p.Excused))
		if len(p.Left) > 0 {
			said += " " + l.Say("coverage.plea_left", "weeks", Weeks(p.Left))
		}
	}
	return []message.Draft{{Key: "excuse.answered " + p.ID, Topic: message.PleaAnswered, Person: who,
		Title: l.Say("message.plea_title", "station", reg.Label(p.Station)), Text: strings.TrimSpace(said + " " + p.Why),
		Path: filter.Link("/coverage/excuses", PleaFilter{Station: p.Station})}}
}

// Weeks are weeks named one by one.
type Weeks []airing.Week

// Words names them.
func (list Weeks) Words(l text.Language) string {
	named := make([]string, len(list))
	for i, w := range list {
		named[i] = w.Words(l)
	}
	return strings.Join(named, ", ")
}

// PleaFilter is what the list of pleas is narrowed by.
type PleaFilter struct {
	State    PleaState `name:"state"`
	Station  string    `name:"station"` // ID or official code
	District string    `name:"district"`
	List     string    `name:"list"` // ID of a list of stations
}

// Query is what the filter asks of a store. Faults: stations.unknown, stations.no_district, those of
// stations.Registry.Listed.
func (f PleaFilter) Query(by accounts.Actor, reg *stations.Registry, today stations.Date) (q PleaQuery, err error) {
	q = PleaQuery{State: f.State, District: f.District}
	if f.Station != "" {
		st, err := reg.ByCodeOrID(f.Station, today)
		if err != nil {
			return q, err
		}
		q.Station = st.ID
	}
	if f.List != "" {
		if q.Listed, err = reg.Listed(by, accounts.ReadCoverage, f.List); err != nil {
			return q, err
		}
	}
	return q, reg.CheckDistrict(f.District)
}

// PleaQuery selects pleas.
type PleaQuery struct {
	State    PleaState       // "" means any
	Station  string          // "" means every one
	District string          // code of the district they lie in today; "" means any
	Listed   map[string]bool // by station; nil means every one
	After    string          // cursor of the page before, "" for the first
	Limit    int             // at most MostCalls; 0 means so many
}

// Wants reports whether the query asks for the plea of a station that lies at on, and the actor may know of it.
func (q PleaQuery) Wants(by accounts.Actor, p Plea, on accounts.Where) bool {
	return (q.State == "" || q.State == p.State) && (q.Station == "" || q.Station == p.Station) && (q.District == "" || q.District == on.District) &&
		(q.Listed == nil || q.Listed[p.Station]) && MayAskExcuse(by, on) == nil
}

// Pleas keeps who asked for an excuse and what was decided. It is safe for concurrent use.
type Pleas interface {
	// AskExcuse keeps what DecideAsk decides. Fault also: stations.unknown.
	AskExcuse(ctx context.Context, m accounts.Meta, c AskExcuse) (Plea, error)
	// AnswerExcuse keeps what DecideAnswer decides, with the excuses. Fault also: coverage.plea_unknown.
	AnswerExcuse(ctx context.Context, m accounts.Meta, c AnswerExcuse) (Plea, error)
	// Pleas returns a page of those the actor may know of, those that wait first and else the last first, and the cursor of the next
	// page, "" at the end. Fault: coverage.pleas_cursor.
	Pleas(ctx context.Context, by accounts.Actor, q PleaQuery) (list []Plea, next string, err error)
	// WaitingPleas is how many wait that the actor may decide: none of her own.
	WaitingPleas(ctx context.Context, by accounts.Actor) (int, error)
}

// NoSuchPleas is the fault coverage.pleas_cursor: PleaQuery.After is no cursor this list gave.
func NoSuchPleas() error { return fault.New(fault.Invalid, "coverage.pleas_cursor").At("after") }

// NoPlea is the fault of a plea that is not there, or the actor may not know of.
func NoPlea() error { return fault.New(fault.NotFound, "coverage.plea_unknown") }

// MayDecide reports whether the actor may decide the plea of a station that lies at on.
func (p Plea) MayDecide(by accounts.Actor, on accounts.Where) bool {
	return p.State == PleaWaits && by.Can(accounts.ExcuseStation, on) && (by.Person == "" || p.By.Person != by.Person)
}
