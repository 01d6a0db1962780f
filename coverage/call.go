package coverage

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"loa/accounts"
	"loa/airing"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/stations"
)

// CallOutcome is what came of telephoning a station.
type CallOutcome string

// The outcomes of a call.
const (
	WillReport  CallOutcome = "will_report"  // reached: she will report
	Broken      CallOutcome = "equipment"    // reached: the equipment is out of order
	NoPower     CallOutcome = "no_power"     // reached: no electricity, or no network
	Away        CallOutcome = "away"         // reached, or not: who runs the station is away, or another person by now
	NoAnswer    CallOutcome = "no_answer"    // nobody took the call
	WrongNumber CallOutcome = "wrong_number" // the number is another's, or none
	CallOther   CallOutcome = "other"        // what the note says
)

// CallOutcomes lists them in the order forms offer them.
var CallOutcomes = [...]CallOutcome{WillReport, Broken, NoPower, Away, NoAnswer, WrongNumber, CallOther}

// Days is after how many days one calls again, where nobody says another day.
func (o CallOutcome) Days() int {
	switch o {
	case NoAnswer, WrongNumber:
		return 1
	case WillReport:
		return 2
	case NoPower, Away:
		return 3
	}
	return 7
}

// Reached reports whether somebody spoke with the station.
func (o CallOutcome) Reached() bool { return o != NoAnswer && o != WrongNumber }

// Call is a telephone call to a station, and what came of it.
type Call struct {
	ID      string         `json:"id"`
	Station string         `json:"station"`
	At      time.Time      `json:"at"` // when it was written down, UTC
	By      accounts.Actor `json:"by"`
	Outcome CallOutcome    `json:"outcome" schema:"empty"`
	Note    string         `json:"note,omitempty"`
	Again   stations.Date  `json:"again"`          // the day to call again
	Said    string         `json:"said,omitempty"` // ID of what the station said of an airing (airing.Proposal)
}

// Edition is that of the last call to a station: two who call it begin from the same. That
// of the zero Call is of a station nobody has called.
func (c Call) Edition() accounts.Edition {
	return accounts.EditionOf(accounts.Touch{ChangedAt: c.At, ChangedBy: c.By.Name}, c)
}

// Rests reports whether the day to call again is still to come.
func (c Call) Rests(today stations.Date) bool { return c.Again > today }

// RecordCall says what came of a call.
type RecordCall struct {
	Station string        `json:"station"`
	Outcome CallOutcome   `json:"outcome"`
	Note    string        `json:"note,omitempty" schema:"maxLength=1000"`
	Again   stations.Date `json:"again,omitempty"` // "" is after so many days as the outcome says
	// What the station said of an airing, if anything: it waits for the word of who runs the station.
	Said *airing.Propose `json:"said,omitempty"`
}

// MaxCallAhead is for how many days to come one may leave a station alone.
const MaxCallAhead = 90

// DecideCall says what is kept of a call to a station that lies at on; last is the call before
// it, the zero Call if there was none. Faults: accounts.denied, calls.called_already,
// calls.outcome_missing, calls.said_unreached, calls.note_missing, airing.text_too_long, calls.again_range.
func DecideCall(m accounts.Meta, on accounts.Where, last Call, c RecordCall) (Call, error) {
	call := Call{ID: m.NewID(), Station: c.Station, At: m.At.UTC(), By: m.By, Outcome: c.Outcome, Note: text.Lines(c.Note), Again: c.Again}
	today := stations.DateOf(m.At.In(text.Zone))
	if call.Again == "" {
		call.Again = today.AddDays(c.Outcome.Days())
	}
	if err := MayCall(m.By, on); err != nil {
		return Call{}, err
	}
	switch {
	case m.Current(last.Edition()) != nil:
		return Call{}, fault.New(fault.Stale, "calls.called_already", "by", last.By.Name, "at", last.At, "outcome", last.Outcome)
	case !slices.Contains(CallOutcomes[:], c.Outcome):
		return Call{}, fault.New(fault.Invalid, "calls.outcome_missing").At("outcome")
	case c.Said != nil && !c.Outcome.Reached():
		return Call{}, fault.New(fault.Invalid, "calls.said_unreached", "outcome", c.Outcome).At("outcome")
	case c.Outcome == CallOther && call.Note == "":
		return Call{}, fault.New(fault.Invalid, "calls.note_missing").At("note")
	case utf8.RuneCountInString(call.Note) > 1000:
		return Call{}, fault.New(fault.Invalid, "airing.text_too_long", "n", 1000).At("note")
	case call.Again <= today || call.Again > today.AddDays(MaxCallAhead):
		return Call{}, fault.New(fault.Invalid, "calls.again_range", "last", today.AddDays(MaxCallAhead)).At("again")
	}
	return call, nil
}

// Words says what came of the call.
func (o CallOutcome) Words(l text.Language) string { return l.Say("calls.outcome." + string(o)) }

// CallFilter is what the list of calls is narrowed by: on its page, in its exports, by the API
// and the command line.
type CallFilter struct {
	From     stations.Moment `name:"from"`
	Until    stations.Moment `name:"until"`   // exclusive
	Station  string          `name:"station"` // ID or official code
	District string          `name:"district"`
	List     string          `name:"list"` // ID of a list of stations
	Outcome  CallOutcome     `name:"result"`
}

// callDays is how far back a list of calls goes that names no beginning.
const callDays = 91

// Query is what the filter asks of a store; without an end the list goes until then. Faults:
// stations.unknown, stations.no_district, those of stations.Registry.Listed.
func (f CallFilter) Query(by accounts.Actor, reg *stations.Registry, now time.Time) (q CallQuery, err error) {
	q = CallQuery{From: f.From.Or(now.AddDate(0, 0, -callDays)), Until: f.Until.Or(now.AddDate(0, 0, 1)), District: f.District, Outcome: f.Outcome}
	if f.Station != "" {
		st, err := reg.ByCodeOrID(f.Station, stations.DateOf(now.In(text.Zone)))
		if err != nil {
			return q, err
		}
		q.Station = st.ID
	}
	if f.List != "" {
		if q.Listed, err = reg.Listed(by, accounts.CallStation, f.List); err != nil {
			return q, err
		}
	}
	return q, reg.CheckDistrict(f.District)
}

// CallQuery selects calls that were written down in From <= At < Until; zero times are no bounds.
type CallQuery struct {
	From, Until time.Time
	Station     string          // "" means every one
	District    string          // code of the district they lie in today; "" means any
	Listed      map[string]bool // by station; nil means every one
	Outcome     CallOutcome
	After       string // cursor of the page before, "" for the first
	Limit       int    // at most MostCalls; 0 means so many
}

// MostCalls is the most calls one page holds, and MostCallsLookedAt how many it looks at where
// few pass: it then holds fewer and says where to go on.
const MostCalls, MostCallsLookedAt = 500, 5000

// Wants reports whether the query asks for a call to a station that lies at on, and the actor
// may know of it. The times are not looked at.
func (q CallQuery) Wants(by accounts.Actor, c Call, on accounts.Where) bool {
	return (q.Station == "" || q.Station == c.Station) && (q.Listed == nil || q.Listed[c.Station]) && (q.District == "" || q.District == on.District) &&
		(q.Outcome == "" || q.Outcome == c.Outcome) && by.Can(accounts.CallStation, on)
}

// Allowed refuses who may not know of calls to what the query names. Fault: accounts.denied.
func (q CallQuery) Allowed(by accounts.Actor, where func(station string) accounts.Where) error {
	switch {
	case q.Station != "":
		return MayCall(by, where(q.Station))
	case q.District != "":
		return MayCall(by, accounts.Where{District: q.District})
	}
	return nil
}

// CallBook keeps the calls to stations, for as long as the log of airings. It is safe for
// concurrent use.
type CallBook interface {
	// RecordCall keeps what DecideCall decides, and what airing.DecideProposal makes of what was
	// said. Faults also: stations.unknown, those of airing.DecideProposal, each At its field.
	RecordCall(ctx context.Context, m accounts.Meta, c RecordCall) (Call, error)
	// LastCalls returns, by station ID, the last call to each station whose calls the actor may know of.
	LastCalls(ctx context.Context, by accounts.Actor) (map[string]Call, error)
	// Calls returns a page of calls, the last first, and the cursor of the next page, "" at the
	// end. Faults: calls.cursor, and accounts.denied for a query that is not Allowed.
	Calls(ctx context.Context, by accounts.Actor, q CallQuery) (list []Call, next string, err error)
}

// NoSuchCalls is the fault calls.cursor: CallQuery.After is no cursor this book gave.
func NoSuchCalls() error { return fault.New(fault.Invalid, "calls.cursor").At("after") }
